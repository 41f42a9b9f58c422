"""What each part of the package may import and call: an allow list, so that what nobody named here is refused.

The import contracts in pyproject.toml say which floors see which. This says which libraries and which standard modules
with power over the machine (network, processes, code made at run time) a file may use, and that nothing reaches them by
another way: an import by name, a table of modules, a call that opens an address. A name counts by what it stands for,
under whatever other name a file knows it and whether or not it is called. What only a run knows is not seen here: an
address or the name of a module that is put together of parts.
"""

import ast
import sys
import tomllib
from collections.abc import Iterator

import pytest

from contracts.sources import PACKAGE, ROOT, modules, nodes_of, tree_of

PLAIN = {
    *("__future__", "abc", "array", "atexit", "bisect", "bz2", "calendar", "codecs", "collections", "contextlib"),
    *("copy", "csv", "dataclasses", "datetime", "decimal", "difflib", "email", "enum", "errno", "fractions"),
    *("functools", "gc", "gettext", "graphlib", "gzip", "hashlib", "heapq", "hmac", "html", "inspect", "io"),
    *("ipaddress", "itertools", "json", "keyword", "locale", "logging", "lzma", "math", "mimetypes", "numbers"),
    *("operator", "pathlib", "platform", "posixpath", "queue", "random", "re", "secrets", "stat", "statistics"),
    *("string", "struct", "textwrap", "time", "tomllib", "types", "typing", "unicodedata", "uuid", "warnings"),
    *("weakref", "xml", "zipfile", "zlib", "zoneinfo"),
}
"""Standard modules without power over more than memory and the files that are named to them."""
ALLOWED: dict[str, tuple[str, ...]] = {
    # Standard modules with power over the machine.
    **dict.fromkeys(("builtins.compile", "builtins.exec"), ("policy/compiled.py",)),
    "concurrent.futures": ("case/runs.py", "routing/", "tipping/bins.py", "verbs/"),
    "ctypes.CDLL": ("scheduling/solve/named_solver.py", "web/child.py", "web/serving.py"),
    "fcntl": ("case/lock.py", "cli/shelf.py", "web/upload.py"),
    "http.cookies": ("web/access.py",),
    "importlib.import_module": (
        *("__init__.py", "cli/main.py", "dossier/view.py", "ingest/registry.py", "verbs/run.py", "web/jobs.py"),
        *("web/page.py", "web/serving.py"),
    ),
    "importlib.metadata.version": ("numerics/compiled.py",),
    "importlib.resources": ("case/", "core/", "dossier/", "download/", "ingest/", "policy/", "tools/", "verbs/"),
    "importlib.util.find_spec": ("core/packages.py",),
    "mmap": ("core/user_cache.py",),
    "os": ("case/", "cli/", "core/", "scheduling/solve/", "tools/", "verbs/", "web/"),
    "pickle": ("numerics/compiled.py", "verbs/second_process.py"),
    "pkgutil.iter_modules": ("dossier/", "ingest/", "web/"),
    "resource": ("cli/ladder.py", "web/"),
    "runpy.run_module": ("web/child.py",),
    "selectors": ("web/jobs.py",),
    "shutil": ("case/", "cli/", "core/user_cache.py", "tools/path_engines.py", "web/"),
    "signal": ("cli/", "verbs/second_process.py", "web/"),
    "socket": ("download/", "web/serving.py"),
    "subprocess": ("scheduling/solve/named_solver.py", "verbs/second_process.py", "web/jobs.py", "web/sql.py"),
    "sys": ("cli/", "core/", "numerics/", "scheduling/", "verbs/", "web/"),
    "tempfile": ("cli/paths.py", "core/user_cache.py", "scheduling/solve/named_solver.py", "web/"),
    "threading": ("case/", "cli/plan.py", "download/", "routing/", "tools/internet.py", "web/"),
    "traceback": ("cli/", "scheduling/solve/named_solver.py", "web/"),
    "urllib.parse": ("download/", "web/"),
    "webbrowser": ("cli/serve.py",),
    # Libraries.
    **dict.fromkeys(("anyio", "fastapi", "starlette", "uvicorn"), ("web/",)),
    **dict.fromkeys(("certifi", "httpx", "ssl"), ("download/",)),
    **dict.fromkeys(("jinja2", "markupsafe"), ("dossier/", "web/")),
    **dict.fromkeys(("linopy", "ortools", "scipy", "xarray"), ("scheduling/solve/",)),
    "click": ("cli/",),
    "deltalake": ("case/",),
    "duckdb": ("tools/path_engines.py", "web/sql_child.py"),
    "highspy": ("numerics/highs.py", "routing/solve/", "scheduling/solve/", "tipping/solve/"),
    "msgspec": ("ingest/traces/",),
    "numba": ("ingest/", "numerics/"),
    "numpy": ("",),
    "openpyxl": ("case/export.py", "replacement/"),
    "polars": (
        *("case/", "dependence/", "evidence/", "exposure/", "incentives/", "ingest/"),
        *("replacement/", "routing/", "tools/", "verbs/", "web/sql.py"),
    ),
    "pyarrow": ("routing/pairs.py", "tools/"),
    "pydantic": ("core/answer.py", "core/settings.py", "download/", "forms/", "tools/", "verbs/", "web/"),
    "pydantic_core": ("cli/door.py", "core/settings.py", "forms/", "web/api.py"),
    "pyspark": ("tools/path_engines.py",),
    "babel": ("core/language.py",),
    "typst": ("dossier/",),
    "yaml": ("case/", "ingest/", "policy/"),
    "zstandard": ("ingest/",),
}
"""By module or by what is used of it: the files and folders of the package that may."""
ONLY: dict[str, tuple[str, ...]] = {
    "anyio": ("current_time", "fail_after", "sleep"),
    "concurrent": ("futures.Executor", "futures.Future", "futures.ThreadPoolExecutor"),
    "logging": ("CRITICAL", "getLogger"),
    "sys": ("argv", "executable", "exit", "platform", "stderr", "stdin", "stdout", "version"),
    "types": ("CodeType", "FrameType", "MappingProxyType", "ModuleType", "TracebackType", "UnionType"),
    "xml": ("etree", "parsers"),
}
"""Of modules that lead further than they seem: all that may be used of them, wherever they may be used."""
NEVER = (
    *("os.exec", "os.fork", "os.popen", "os.posix_spawn", "os.spawn", "os.startfile", "os.system"),
    *("click.echo_via_pager", "click.edit", "click.launch", "fastapi.testclient", "linopy.remote", "numpy.DataSource"),
    *("numpy.ctypeslib", "numpy.genfromtxt", "numpy.lib.npyio", "numpy.load", "polars.plugins", "pyarrow.flight"),
    *("polars.read_database", "polars.read_delta", "polars.scan_delta", "polars.scan_iceberg", "typing.ForwardRef"),
    *("pyarrow.fs", "starlette.testclient", "typing.get_type_hints", "yaml.Unsafe", "yaml.unsafe_load"),
)
"""How names begin that run code, programs or libraries of the machine, or open addresses, in what is else allowed."""
INNER = {
    *("__builtins__", "__globals__", "__import__", "__loader__", "__spec__", "__subclasses__", "*", "ImportString"),
    *("deserialize", "exec_module", "f_builtins", "f_globals", "find_spec", "import_module", "load_module"),
}
"""Names that lead to every module or run what they read, whatever they are names of."""
RUNS = INNER | {"breakpoint", "compile", "eval", "exec", "globals", "locals"}
BEHIND = {"__dict__", "builtins", "ctypes", "importlib", "os", "pickle", "socket", "subprocess", "sys"}
"""What nobody takes out of another module."""
TAKES = {"importlib.import_module": "", "operator.attrgetter": ".", "operator.methodcaller": "."}
"""Calls that take a name as a text, and what stands before it."""
ADDRESS = ("http://", "https://", "ftp://", "s3://", "gs://", "az://", "hf://")
HARMLESS = ("Element", "SubElement", "announce", "dumps", "encode", "register_namespace", "removeprefix", "startswith")
"""Calls to which an address is a text."""
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
FLOORS = {name: at for at, floor in enumerate(CONTRACTS[0]["layers"]) for name in floor.split(" | ")}


def dotted(node: ast.AST, known: dict[str, str]) -> str:
    """The whole name of what a node uses, by the module that it comes from; `getattr` of a text is an attribute."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value, known)}.{node.attr}"
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "getattr":
        return f"{dotted(node.args[0], known)}.{getattr(node.args[1], 'value', '')}"
    name = getattr(node, "id", "")
    return known.get(name, f"builtins.{name}" if name in RUNS else "")


def used(tree: ast.AST) -> Iterator[tuple[int, str, bool]]:
    """Every name of another module that a file uses, with its line, and whether it is imported as such."""
    known, held, nodes = dict[str, str](), set[int](), nodes_of(tree)
    for node in nodes:
        if isinstance(node, ast.Import):
            for one in node.names:
                root = one.name if one.asname else one.name.partition(".")[0]
                known[one.asname or root] = root if known.get(one.asname or root, root) == root else "*"
                yield node.lineno, root if root == "provenet" else one.name, True
        elif isinstance(node, ast.ImportFrom):
            known = {one.asname or one.name: f"{node.module}.{one.name}" for one in node.names} | known
            inner = node.level or node.module == "provenet"
            yield from ((node.lineno, "provenet" if inner else f"{node.module}.{one.name}", True) for one in node.names)
    for node in nodes:
        if isinstance(node, ast.Attribute):
            held.add(id(node.value))
        elif isinstance(node, ast.Call) and node.args:
            called, first = dotted(node.func, known), node.args[0]
            text = getattr(first.values[0] if isinstance(first, ast.JoinedStr) else first, "value", None)
            if getattr(node.func, "id", "") in ("getattr", "hasattr") and isinstance(node.args[1], ast.Constant):
                held.add(id(first))
            elif isinstance(text, str) and called in TAKES:
                yield node.lineno, TAKES[called] + text, True
        if id(node) not in held and (name := dotted(node, known)):
            yield node.lineno, name, False


def within(name: str, whole: str) -> bool:
    return f"{name}.".startswith(f"{whole}.")


def allowed(name: str, inside: str, importing: bool) -> bool:
    """Whether a file may use a name; an import may also name what only parts of may be used."""
    top, _, rest = name.partition(".")
    part = any(within(rest, one) or (importing and within(one, rest or one)) for one in ONLY.get(top, [rest]))
    free = top in PLAIN or (top == "provenet" and (rest or inside.startswith("cli/")))
    keys = [key for key in ALLOWED if key.startswith(top) and (within(name, key) or (importing and within(key, name)))]
    return part and (bool(free) or inside.startswith(tuple(place for key in keys for place in ALLOWED[key])))


def by_text(tree: ast.AST, inside: str) -> Iterator[tuple[int, str]]:
    """What a file names in a text: an address that is given to a call, a module of no lower floor."""
    nodes, own = nodes_of(tree), inside.partition("/")[0].removesuffix(".py")
    calls = {one: getattr(one.func, "attr", getattr(one.func, "id", "")) for one in nodes if isinstance(one, ast.Call)}
    call_of = {part: name for call, name in calls.items() for part in ast.walk(call)}
    held = [node for node in nodes if isinstance(getattr(node, "value", None), ast.Constant)]
    bound = {name.id: one.value.value for one in held for name in ast.walk(one) if isinstance(name, ast.Name)}
    for node in nodes:
        text = bound.get(node.id) if isinstance(node, ast.Name) else getattr(node, "value", None)
        if isinstance(text, str):
            called = call_of.get(node, HARMLESS[0])
            floor = text.split(".")[1] if text.startswith("provenet.") else own
            if text.startswith(ADDRESS) and called not in HARMLESS and own != "download":
                yield node.lineno, f"{called} of an address"
            if floor != own and FLOORS.get(floor, 99 if floor else 0) <= FLOORS.get(own, -1):
                yield node.lineno, f"the text {text}"


def refused(tree: ast.AST, inside: str) -> list[str]:
    """What a file of the package may not do, at its place in the package."""
    found = [f"line {line}: {text}" for line, text in by_text(tree, inside)]
    for line, name, importing in used(tree):
        top, *parts = name.split(".")
        wrong = name not in ALLOWED and not INNER.isdisjoint(parts)
        wrong |= not importing and name in sys.stdlib_module_names and name not in PLAIN
        wrong |= name.startswith(NEVER) or (bool(top) and not BEHIND.isdisjoint(parts[top == "socket" :]))
        if wrong or (top and not allowed(name, inside, importing)):
            found.append(f"line {line}: {name}")
    return found


def test_every_file_uses_what_the_list_allows() -> None:
    found = {path.relative_to(PACKAGE).as_posix(): tree_of(path) for path in modules()}
    assert {inside: wrong for inside, tree in found.items() if (wrong := refused(tree, inside))} == {}


def test_the_list_names_nothing_that_is_not_used() -> None:
    uses = {(path.relative_to(PACKAGE).as_posix(), one[1]) for path in modules() for one in used(tree_of(path))}
    stale = [(name, place) for name, places in ALLOWED.items() for place in places]
    stale += [(f"{top}.{one}", "") for top, names in ONLY.items() for one in names]
    assert [(n, p) for n, p in stale if not any(i.startswith(p) and within(one, n) for i, one in uses)] == []
    assert {*PLAIN} <= sys.stdlib_module_names - ALLOWED.keys()


WAYS = ("import {0}; {0}.{1}.{2}", "import {0} as x; f(x.{1}.{2})", "from {0} import {1} as x; y = x.{2}")
"""Ways to a name of a module, written `module.name.more`: under its own name or another, called or handed on."""
NAMES = {
    "case": "logging.config.x logging.handlers.x mip.a.x multiprocessing.Pool.x socket.socket.x types.FunctionType.x",
    "cli": "click.launch.x pyarrow.flight.x pyarrow.fs.x",
    "core": "importlib.metadata.entry_points os.__dict__.x os.execv.x os.posix_spawn.x os.system.x sys.modules.x",
    "forms": "ctypes.CDLL.x http.client.x httpx.get.x pydantic.ImportString.x urllib.request.urlopen",
    "ingest": "importlib.util.spec_from_file_location pkgutil.resolve_name.x polars.LazyFrame.deserialize xml.sax.x",
    "policy": "ortools.sat.python polars.a.x pyscipopt.a.x scipy.optimize.milp yaml.UnsafeLoader.x yaml.unsafe_load.x",
    "routing": "asyncio.run.x concurrent.futures.ProcessPoolExecutor numpy.ctypeslib.x numpy.load.x pathlib.os.system",
    "verbs": "pickle.loads.x pytest.raises.x runpy.run_path.x subprocess.run.x",
    "web": "anyio.connect_tcp.x importlib.machinery.SourceFileLoader starlette.testclient.x urllib.request.urlopen",
}
LINES = (
    *("from operator import attrgetter as a; a('x.__globals__')", "import provenet.core.errors; provenet.plan"),
    *("from importlib import import_module as x; x('socket')", "import os as x; import re as x; x.fork()", "globals()"),
    *("import os; getattr(os, 'a' + b)", "a = 'https://b'; pl.read_csv(a)", "import os; getattr(os, 'fork')"),
    *("h = 'a'; f(f's3://{h}/a')", "a = 'provenet.web.jobs'", "import sys; vars(sys)", "__import__('socket')"),
    *("__builtins__['open']", "from .. import plan", "f(a.find_spec('a'))", "import os; f(os)", "from os import *"),
    *("import provenet", "'provenet.' + a", "f('https://a')", "f.__globals__", "import httpx2", "map(exec, a)"),
    *("e = eval", "from os import path; path.os.fork()", "@exec\ndef f(): ..."),
)
PLACED = [(f"{top}/x.py", way.format(*name.split("."))) for top in NAMES for name in NAMES[top].split() for way in WAYS]
PLACED += [*(("verbs/run.py", line) for line in LINES), ("__main__.py", "import os"), ("certify.py", "import requests")]


@pytest.mark.parametrize(("inside", "line"), PLACED)
def test_a_planted_module_is_refused(inside: str, line: str) -> None:
    assert refused(ast.parse(line), inside) != []


def test_what_is_allowed_passes() -> None:
    assert refused(ast.parse("import provenet, click, os; hasattr(os, 'getuid')"), "cli/x.py") == []
    assert refused(ast.parse('import httpx\nhttpx.Client().get("https://example.org")'), "download/x.py") == []
    assert refused(ast.parse("frame.select(pl.col('a').list.eval(pl.element()))"), "ingest/x.py") == []
    assert refused(ast.parse("import re, os.path; re.compile(os.path.join('provenet.core'))"), "case/x.py") == []
