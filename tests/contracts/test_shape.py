"""Sizes, names and places: what keeps a file where a stranger would look for it."""

import ast
import re
import subprocess
import sys
from collections.abc import Mapping, Set
from pathlib import Path

from contracts.sources import PACKAGE, ROOT, committed_texts, modules, name_of, nodes_of, tree_of

ATTIC = {"util", "utils", "helper", "helpers", "common", "misc", "legacy", "tools_misc", "stuff", "manager", "base"}
WRITES = {
    *("write_text", "write_bytes", "mkdir", "makedirs", "unlink", "rename", "renames", "rmtree", "rmdir"),
    *("touch", "symlink_to", "hardlink_to", "replace_file", "copy", "copy2", "copyfile", "copytree", "move"),
    *("write_parquet", "write_csv", "write_ipc", "write_delta", "write_excel", "write_avro", "write_database"),
    *("sink_parquet", "sink_csv", "sink_ipc", "sink_ndjson", "write_deltalake", "to_file", "tofile", "savez"),
    *("ParquetWriter", "write_table", "write_dataset"),
    *("NamedTemporaryFile", "TemporaryDirectory", "mkstemp", "mkdtemp"),
}
"""Calls that write, by the name of the function: no arguments needed, or a place as their first."""
MAY_RETURN = {"write_csv", "copy", "replace"}
"""Of these, calls without a place return text or a copy, and write nothing."""
MAY_WRITE = (
    *("case/case.py", "case/store.py", "case/disk.py", "case/lock.py", "core/user_cache.py", "numerics/compiled.py"),
    *("scheduling/solve/named_solver.py", "tools/path_engines.py", "tools/row_files.py", "cli/", "web/"),
)
"""Below the doors only the case writes; `store`, `disk` and `lock` are its own hands. A solver that is asked by name
runs in a temporary folder, which ends with it. Opened graphs and compiled functions lie in the user's cache folder.
What engines of measured paths cannot hold lies in the working folder that a door gives them and removes; rows of tools
go into streams that a door opened."""


def test_no_attic() -> None:
    assert [name_of(p) for p in modules() if {p.stem.lower(), *(q.lower() for q in p.parts[-2:-1])} & ATTIC] == []


def test_no_promises_are_left_in_the_code() -> None:
    marks = re.compile(r"NotImplementedError|\b(TODO|FIXME|XXX|HACK)\b")
    assert [name_of(p) for p in modules() if marks.search(p.read_text("utf-8"))] == []


def test_init_files_hold_names_only() -> None:
    wrong = []
    for path in modules():
        if path.name == "__init__.py":
            allowed = (ast.Expr, ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign, ast.If)
            for node in tree_of(path).body:
                lazy = isinstance(node, ast.FunctionDef) and node.name in {"__getattr__", "__dir__"}
                if not lazy and not isinstance(node, allowed):
                    wrong.append(f"{name_of(path)} line {node.lineno}")
    assert wrong == []


def overloaded(node: ast.ClassDef | ast.FunctionDef) -> bool:
    """Whether a definition is one of several signatures, of which the last one has the docstring."""
    return any(isinstance(mark, ast.Name) and mark.id == "overload" for mark in node.decorator_list)


def test_public_names_say_what_they_do() -> None:
    silent = []
    for path in modules():
        tree = tree_of(path)
        if path.name != "__init__.py" and ast.get_docstring(tree) is None:
            silent.append(name_of(path))
        for node in tree.body:
            if (
                isinstance(node, ast.ClassDef | ast.FunctionDef)
                and not node.name.startswith("_")
                and not overloaded(node)
            ):
                if ast.get_docstring(node) is None:
                    silent.append(f"{name_of(path)} {node.name}")
                if isinstance(node, ast.ClassDef):
                    silent += [
                        f"{name_of(path)} {node.name}.{inner.name}"
                        for inner in node.body
                        if isinstance(inner, ast.FunctionDef)
                        and not inner.name.startswith("_")
                        and not overloaded(inner)
                        and ast.get_docstring(inner) is None
                    ]
    assert silent == []


def writers(tree: ast.Module) -> list[str]:
    """The calls of a module that write to disk: line and name."""
    found = []
    for node in nodes_of(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        keywords = {word.arg for word in node.keywords}
        silent = name in MAY_RETURN and not node.args and not keywords & {"file", "dst"}
        texts = [a.value for a in (*node.args, *(k.value for k in node.keywords)) if isinstance(a, ast.Constant)]
        modes = [t for t in texts if isinstance(t, str) and 0 < len(t) < 4 and set(t) <= set("rwaxbt+")]
        opened = name == "open" and any(set(mode) & set("wax+") for mode in modes if mode != "x" or len(texts) > 1)
        low = name == "open" and isinstance(node.func, ast.Attribute) and getattr(node.func.value, "id", "") == "os"
        if (name in WRITES and not silent) or opened or low:
            found.append(f"line {node.lineno}: {name}")
    return found


def test_sum_is_only_called_so_that_the_type_check_sees_what_it_adds() -> None:
    """Floats are added by `math.fsum` (scripts/mypy_plugin.py): from Python 3.12 on `sum` adds them otherwise."""
    assert 'plugins = ["scripts/mypy_plugin.py"]' in (ROOT / "pyproject.toml").read_text("utf-8")
    wrong = []
    for path in modules():
        nodes = nodes_of(tree_of(path))
        called = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
        for node in nodes:
            is_other = (
                isinstance(node, ast.Name)
                and node.id == "sum"
                and type(node.ctx) is ast.Load
                and id(node) not in called
            )
            if is_other or (isinstance(node, ast.ImportFrom) and node.module == "builtins"):
                wrong.append(f"{name_of(path)} line {node.lineno}")
    assert wrong == []


def test_only_the_case_and_the_doors_write_to_disk() -> None:
    found = {
        inside: said
        for path in modules()
        if not (inside := path.relative_to(PACKAGE).as_posix()).startswith(MAY_WRITE)
        and (said := writers(tree_of(path)))
    }
    assert found == {}


def test_a_planted_writer_is_seen() -> None:
    for line in (
        "open('x', 'w')",
        "open(file='x', mode='ab')",
        "p.open('r+')",
        "os.open(p, 1)",
        "p.write_text('x')",
        "frame.write_parquet(p)",
        "frame.write_csv(p)",
        "frame.write_csv(file=p)",
        "shutil.copy(a, b)",
        "tempfile.mkdtemp()",
        "numpy.savez(p, a=a)",
    ):
        assert writers(ast.parse(line)), line
    for line in ("open('x')", "p.open('rb')", "frame.write_csv()", "words.copy()", "p.read_text()"):
        assert not writers(ast.parse(line)), line


def test_the_clock_is_read_in_runs_and_doors_alone() -> None:
    clock = re.compile(r"datetime\.now|date\.today|time\.time\(|time\.monotonic|utcnow")
    allowed = ("case/runs.py", "case/lock.py", "cli/", "web/")
    found = [
        inside
        for path in modules()
        if not (inside := path.relative_to(PACKAGE).as_posix()).startswith(allowed)
        and clock.search(path.read_text("utf-8"))
    ]
    assert found == []


def test_no_file_names_the_machine_it_was_written_on() -> None:
    # Spelled in pieces, so that this file does not hold what it looks for; inside an address such a part is fine.
    places = re.compile(r"(?<![\w.-])/(" + "|".join(["work", "home", "root", "Users", "opt/wheels"]) + r")/")
    found = [
        f"{name_of(path)} line {number}"
        for path in committed_texts()
        for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), 1)
        if places.search(line)
    ]
    assert found == []


def test_every_folder_of_the_package_is_told_in_the_readme() -> None:
    told = (ROOT / "README.md").read_text("utf-8")
    rooms = {path.parent.relative_to(PACKAGE).parts[0] for path in modules() if path.parent != PACKAGE}
    assert sorted(room for room in rooms if f"{room}/" not in told) == []


def test_browser_tests_wait_for_what_they_look_at() -> None:
    """`is_visible` and `getElementById` read one moment, in which the page of a click may not be there yet."""
    looks = re.compile(
        r"assert (not )?[^\n(]*\([^\n]*\)\.is_visible\(\)|assert (not )?\w+\.is_visible\(\)|= document\.getElementById"
    )
    tests = [path for path in sorted((ROOT / "tests" / "web").glob("*.py")) if path.name != "conftest.py"]
    assert tests
    assert [path.name for path in tests if looks.search(path.read_text("utf-8"))] == []


def test_no_class_name_stands_in_more_than_two_modules() -> None:
    """A class is named by the noun of its thing; a leading underscore makes no other name."""
    places: dict[str, set[str]] = {}
    for path in modules():
        for node in nodes_of(tree_of(path)):
            if isinstance(node, ast.ClassDef):
                places.setdefault(node.name.lstrip("_"), set()).add(name_of(path))
    assert {name: sorted(found) for name, found in places.items() if len(found) > 2} == {}


CYCLES_LEFT = ({"case.case", "case.pack_files", "case.parties", "case.runs"},)
"""Modules that still import each other in a ring, also for types alone; the list may only shrink."""


def imported_by(path: Path, known: Set[str]) -> set[str]:
    """The modules of the package that a file imports anywhere in it."""
    names: set[str] = set()
    for node in nodes_of(tree_of(path)):
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{one.name}" for one in node.names)}
        elif isinstance(node, ast.Import):
            names |= {one.name for one in node.names}
    return {name.removeprefix("provenet.") for name in names} & known


def rings_of(imports: Mapping[str, Set[str]]) -> list[set[str]]:
    """The largest sets of modules that reach each other."""
    reached: dict[str, set[str]] = {}
    for start in imports:
        open_ones, seen = [start], set()
        while open_ones:
            new = imports[open_ones.pop()] - seen
            seen |= new
            open_ones += new
        reached[start] = seen
    rings = ({two for two in reached[one] if one in reached[two]} for one in imports if one in reached[one])
    return [set(ring) for ring in {frozenset(ring) for ring in rings}]


def test_modules_import_each_other_in_no_ring() -> None:
    assert rings_of({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": {"a"}}) == [{"b", "c"}]
    files = {".".join(path.relative_to(PACKAGE).with_suffix("").parts): path for path in modules()}
    rings = rings_of({name: imported_by(path, files.keys()) - {name} for name, path in files.items()})
    assert [sorted(ring) for ring in rings if not any(ring <= left for left in CYCLES_LEFT)] == []


def test_annotations_are_put_off_only_where_a_name_comes_later(tmp_path: Path) -> None:
    """`from __future__ import annotations` stands where a name is imported for types alone or stands further down."""
    line = "from __future__ import annotations\n"
    put_off = [path for path in sorted((ROOT / "src").rglob("*.py")) if line in path.read_text("utf-8")]
    for path in put_off:
        text = path.read_text("utf-8")
        if "TYPE_CHECKING" not in text:
            copy = tmp_path / path.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(text.replace(line, ""), "utf-8")
    command = ["ruff", "check", "--isolated", "--select", "F821", "--output-format", "concise", str(tmp_path)]
    found = subprocess.run([sys.executable, "-m", *command], capture_output=True, text=True, check=False).stdout
    assert [str(path) for path in sorted(tmp_path.rglob("*.py")) if f"{path}:" not in found] == []
