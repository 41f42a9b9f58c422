"""What each part of the package may import and call: an allow list, so that what nobody named here is refused.

The import contracts in pyproject.toml say which floors see which. This says which libraries and which standard modules
with power over the machine (network, processes, code made at run time) a file may use, and that nothing reaches them by
another way: an import by name, a table of modules, a call that opens an address.
"""

import ast
import sys
from collections.abc import Iterator

import pytest

from contracts.sources import PACKAGE, modules, tree_of

PLAIN = frozenset(
    (
        *("__future__", "abc", "array", "atexit", "bisect", "bz2", "calendar", "codecs", "collections"),
        *("contextlib", "copy", "csv", "dataclasses", "datetime", "decimal", "difflib", "email", "enum", "errno"),
        *("fractions", "functools", "gc", "gettext", "graphlib", "gzip", "hashlib", "heapq", "hmac", "html", "inspect"),
        *(
            "io",
            "ipaddress",
            "itertools",
            "json",
            "keyword",
            "locale",
            "logging",
            "lzma",
            "math",
            "mimetypes",
            "numbers",
        ),
        *("operator", "pathlib", "platform", "posixpath", "queue", "random", "re", "secrets", "stat", "statistics"),
        *("string", "struct", "textwrap", "time", "tomllib", "types", "typing", "unicodedata", "uuid", "warnings"),
        *("weakref", "xml", "zipfile", "zlib", "zoneinfo"),
    )
)
"""Standard modules without power over more than memory and the files that are named to them."""
ALLOWED: dict[str, tuple[str, ...]] = {
    # Standard modules with power over the machine.
    "concurrent": ("case/runs.py", "routing/", "tipping/bins.py", "verbs/"),
    "ctypes": ("scheduling/solve/named_solver.py", "web/child.py", "web/serving.py"),
    "fcntl": ("case/lock.py", "cli/shelf.py", "web/upload.py"),
    "http": ("web/access.py",),
    "importlib": (
        "core/packages.py",
        *("__init__.py", "case/questions.py", "case/record.py", "cli/main.py", "core/", "dossier/"),
        *("download/lists.py", "ingest/", "numerics/compiled.py", "policy/", "verbs/", "web/", "tools/"),
    ),
    "mmap": ("core/user_cache.py",),
    "os": ("case/", "cli/", "core/", "scheduling/solve/", "tools/", "verbs/", "web/"),
    "pickle": ("numerics/compiled.py", "verbs/second_process.py"),
    "pkgutil": ("dossier/", "ingest/", "web/"),
    "resource": ("cli/ladder.py", "web/"),
    "runpy": ("web/child.py",),
    "selectors": ("web/jobs.py",),
    "shutil": ("case/", "cli/", "core/user_cache.py", "tools/path_engines.py", "web/"),
    "signal": ("cli/", "verbs/second_process.py", "web/"),
    "socket": ("download/", "web/serving.py"),
    "ssl": ("download/",),
    "subprocess": ("scheduling/solve/named_solver.py", "verbs/second_process.py", "web/jobs.py", "web/sql.py"),
    "sys": ("cli/", "core/", "numerics/", "scheduling/", "verbs/", "web/"),
    "tempfile": ("cli/paths.py", "core/user_cache.py", "scheduling/solve/named_solver.py", "web/"),
    "threading": ("case/", "cli/plan.py", "download/", "routing/", "tools/internet.py", "web/"),
    "traceback": ("cli/", "scheduling/solve/named_solver.py", "web/"),
    "urllib": ("download/", "web/"),
    "webbrowser": ("cli/serve.py",),
    # Libraries.
    "anyio": ("web/",),
    "certifi": ("download/",),
    "click": ("cli/",),
    "deltalake": ("case/",),
    "duckdb": ("tools/path_engines.py", "web/"),
    "fastapi": ("web/",),
    "highspy": ("numerics/highs.py", "routing/solve/", "scheduling/solve/", "tipping/solve/"),
    "httpx": ("download/",),
    "jinja2": ("dossier/", "web/"),
    "linopy": ("scheduling/solve/",),
    "msgspec": ("ingest/traces/",),
    "markupsafe": ("dossier/", "web/"),
    "numba": ("ingest/", "numerics/"),
    "numpy": ("",),
    "openpyxl": ("case/export.py", "replacement/"),
    "ortools": ("scheduling/solve/",),
    "polars": (
        *("case/", "cli/", "dependence/", "dossier/", "evidence/", "exposure/", "incentives/", "ingest/"),
        *("replacement/", "routing/", "tools/", "verbs/", "web/"),
    ),
    "pyarrow": ("cli/", "routing/pairs.py", "tools/"),
    "pydantic": ("core/settings.py", "download/", "forms/", "tools/", "verbs/", "web/"),
    "pydantic_core": ("core/settings.py", "forms/"),
    "pyspark": ("tools/path_engines.py",),
    "scipy": ("scheduling/solve/",),
    "starlette": ("web/",),
    "typst": ("dossier/",),
    "uvicorn": ("web/",),
    "xarray": ("scheduling/solve/",),
    "yaml": ("case/", "ingest/", "policy/"),
    "zstandard": ("ingest/",),
}
"""By module: the files and folders of the package that may import it."""
BY_NAME: dict[str, tuple[str, ...]] = {
    "import_module": (
        *("__init__.py", "cli/main.py", "dossier/view.py", "ingest/registry.py", "verbs/run.py", "web/jobs.py"),
        *("web/page.py", "web/serving.py"),
    ),
    "find_spec": ("core/packages.py",),
    "__import__": (),
    "exec": ("policy/compiled.py",),
    "compile": ("policy/compiled.py",),
    "run_module": ("web/child.py",),
}
"""By function that runs or finds code by its name: who may call it. The folders that are listed lie in the package."""
NEVER = frozenset(
    (
        *("eval", "breakpoint", "run_path", "spec_from_file_location", "module_from_spec", "system"),
        *("popen", "fork", "forkpty", "posix_spawn", "posix_spawnp", "startfile", "execl", "execle", "execlp"),
        *("execv", "execve", "execvp", "execvpe", "spawnl", "spawnle", "spawnlp", "spawnlpe", "spawnv", "spawnve"),
        *("spawnvp", "spawnvpe", "dlopen", "CDLL"),
    )
)
"""Functions that run code, programs or libraries of the machine. `CDLL` has its places below."""
DLL = ("scheduling/solve/named_solver.py", "web/child.py", "web/serving.py")
MODULES = frozenset(("sys.modules", "__builtins__", "__loader__", "__spec__"))
ADDRESS = ("http://", "https://", "ftp://", "s3://", "gs://", "az://", "hf://")
READS = ("read_", "scan_", "sink_", "write_", "open", "connect", "urlopen", "get")


def imported(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Every module that a file imports, with its line; `provenet` where its names come through the root."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, one.name) for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.lineno, node.module


def dotted(node: ast.AST) -> str:
    return f"{dotted(node.value)}.{node.attr}" if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def opens_address(call: ast.Call, name: str) -> bool:
    """Whether a call that reads or opens is given an address of a network, also the beginning of one."""
    if not name.startswith(READS):
        return False
    given = [*call.args, *(word.value for word in call.keywords)]
    texts = [part for one in given for part in ast.walk(one) if isinstance(part, ast.Constant)]
    return any(isinstance(one.value, str) and one.value.startswith(ADDRESS) for one in texts)


def refused(tree: ast.AST, inside: str) -> list[str]:
    """What a file of the package may not do, at its place in the package."""
    found = []
    for line, module in imported(tree):
        top = module.partition(".")[0]
        if top in PLAIN or (top == "provenet" and (module != "provenet" or inside.startswith("cli/"))):
            continue
        if not inside.startswith(ALLOWED.get(top, ("\0",))):
            found.append(f"line {line}: import {module}")
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Name) and dotted(node) in MODULES:
            found.append(f"line {node.lineno}: {dotted(node)}")
        if not isinstance(node, ast.Call):
            continue
        whole = dotted(node.func)
        name = whole.rpartition(".")[2]
        own = isinstance(node.func, ast.Name) or whole.startswith(
            ("builtins.", "os.", "importlib.", "runpy.", "ctypes.")
        )
        by_name = name in BY_NAME and (own or name != "compile") and not inside.startswith(BY_NAME[name])
        if by_name or (name in NEVER and own and not (name == "CDLL" and inside in DLL)):
            found.append(f"line {node.lineno}: {name}")
        elif opens_address(node, name) and not inside.startswith("download/"):
            found.append(f"line {node.lineno}: {name} of an address")
    return found


def test_every_file_uses_what_the_list_allows() -> None:
    found = {}
    for path in modules():
        inside = path.relative_to(PACKAGE).as_posix()
        if path != PACKAGE / "__main__.py" and (wrong := refused(tree_of(path), inside)):
            found[inside] = wrong
    assert found == {}


def test_the_list_names_nothing_that_is_not_used() -> None:
    used: dict[str, set[str]] = {}
    for path in modules():
        for _, module in imported(tree_of(path)):
            used.setdefault(module.partition(".")[0], set()).add(path.relative_to(PACKAGE).as_posix())
    assert sorted(ALLOWED.keys() - used.keys()) == []
    stale = [(name, place) for name, places in ALLOWED.items() for place in places]
    assert [(n, p) for n, p in stale if not any(one.startswith(p) for one in used[n])] == []
    assert {name for name in ALLOWED if name in PLAIN} == set()
    assert {*PLAIN} <= sys.stdlib_module_names


@pytest.mark.parametrize(
    ("inside", "line"),
    [
        ("routing/rogue.py", 'import importlib\nimportlib.import_module("socket")'),
        ("case/rogue.py", 'from importlib import import_module\nimport_module("socket")'),
        ("verbs/rogue.py", 'import subprocess\nsubprocess.run(["curl", "https://example.org"])'),
        ("ingest/rogue.py", "import httpx2"),
        ("ingest/rogue.py", 'import polars as pl\npl.read_csv("https://example.org/a.csv")'),
        ("case/rogue.py", 'import polars as pl\nhost = "a"\npl.scan_parquet(f"s3://{host}/a.parquet")'),
        ("tipping/rogue.py", "import pyscipopt"),
        ("tipping/rogue.py", "from ortools.sat.python import cp_model"),
        ("core/rogue.py", 'import sys\nsys.modules["provenet"]'),
        ("evidence/rogue.py", "import provenet"),
        ("evidence/rogue.py", '__import__("socket")'),
        ("dossier/rogue.py", "exec('import socket')"),
        ("dossier/rogue.py", "import os\nos.system('true')"),
        ("web/rogue.py", "import os\nos.execv('/bin/sh', [])"),
        ("download/rogue.py", "import ctypes\nctypes.CDLL(None)"),
        ("scheduling/rogue.py", "import asyncio"),
        ("replacement/rogue.py", "import multiprocessing"),
        ("incentives/rogue.py", "__builtins__['open']"),
        ("policy/rogue.py", "import polars"),
        ("certify.py", "import requests"),
    ],
)
def test_a_planted_module_is_refused(inside: str, line: str) -> None:
    assert refused(ast.parse(line), inside) != []


@pytest.mark.parametrize(
    ("inside", "line"),
    [
        ("cli/x.py", "import provenet, click"),
        ("download/x.py", 'import httpx\nhttpx.Client().get("https://example.org")'),
        ("ingest/x.py", "frame.select(pl.col('a').list.eval(pl.element()))"),
        ("core/x.py", "import re\nre.compile('a')"),
    ],
)
def test_what_is_allowed_passes(inside: str, line: str) -> None:
    assert refused(ast.parse(line), inside) == []
