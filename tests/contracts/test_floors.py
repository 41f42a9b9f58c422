"""The stairs of the design: imports go down, rooms do not import each other, and the door opens at once."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from contracts.sources import PACKAGE, ROOT, modules

HEAVY = ("polars", "deltalake", "yaml", "jinja2", "typst", "numpy", "pyarrow", "provenet.case", "provenet.evidence")


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """import-linter over a folder that holds pyproject.toml and src/, never over the installed package."""
    code = f"import sys; sys.path.insert(0, {str(folder / 'src')!r}); "
    code += "from importlinter.cli import lint_imports_command as c; c()"
    return subprocess.run(
        [sys.executable, "-P", "-c", code, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False
    )


def test_every_import_contract_is_kept() -> None:
    ran = lint(ROOT)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert " 0 broken." in ran.stdout


def copied(folder: Path) -> Path:
    """A copy of the package and of its contracts, to plant bad modules in."""
    shutil.copytree(PACKAGE, folder / "src" / "provenet", ignore=shutil.ignore_patterns("__pycache__", "facts"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


PLANTED = {
    "a module at the root": ("stray.py", "import json\n", "The stairs"),
    "a package that no line names": ("stray/__init__.py", "", "The stairs"),
    "a socket at the root": ("stray.py", "import socket\n", "Only download opens a connection"),
    "an optimiser at the root": ("stray.py", "import highspy\n", "Optimisers stand"),
    "an optimiser in a room": ("replacement/stray.py", "import highspy\n", "Optimisers stand"),
    "an optimiser in a kernel": ("scheduling/kernels/stray.py", "import scipy\n", "Optimisers stand"),
    "a connection in a reader": ("ingest/stray.py", "import urllib.request\n", "Only download opens a connection"),
    "a room in a room": ("exposure/stray.py", "import provenet.evidence.claims\n", "The rooms do not"),
    "a case in an engine": ("policy/stray.py", "import provenet.case.store\n", "Engines see arrays"),
    "an engine in an engine": ("tipping/stray.py", "import provenet.scheduling.schedule\n", "Engines do not"),
    "a frame in a kernel": ("routing/kernels/stray.py", "import polars\n", "Kernels see arrays alone"),
    "a frame in a deep kernel": ("ingest/traces/kernels/stray.py", "import polars\n", "Kernels see arrays alone"),
    "a frame in a command": ("cli/stray.py", "import polars\n", "Nothing that a user sees"),
    "the store in a page": ("web/pages/stray.py", "import provenet.case.store\n", "Nothing that a user sees"),
    "the way round, through the package": ("core/stray.py", "import provenet\nprovenet.plan\n", "Only a door asks"),
}


def named(what: str) -> str:
    """The place of a planted module under a name of its own."""
    return PLANTED[what][0].replace("stray", f"stray_{list(PLANTED).index(what)}")


@pytest.fixture(scope="module")
def refusals(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What is said under each contract, by its name, of one copy in which every bad module is planted."""
    folder = copied(tmp_path_factory.mktemp("planted"))
    for what, (_, code, _) in PLANTED.items():
        path = folder / "src" / "provenet" / named(what)
        path.parent.mkdir(exist_ok=True)
        path.write_text(code, encoding="utf-8")
    ran = lint(folder)
    assert ran.returncode != 0, ran.stdout
    _, _, broken = ran.stdout.partition("\nBroken contracts\n")
    heads = re.findall(r"^(\S.*)\n-+\n\n", broken, re.MULTILINE)
    parts = re.split(r"^\S.*\n-+\n\n", broken, flags=re.MULTILINE)[1:]
    return dict(zip(heads, parts, strict=True))


@pytest.mark.parametrize("what", PLANTED)
def test_a_planted_module_breaks_its_contract(refusals: dict[str, str], what: str) -> None:
    """The contract that it is to break names it."""
    module = "provenet." + named(what).removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    (said,) = (text for head, text in refusals.items() if head.startswith(PLANTED[what][2]))
    assert re.search(rf"{re.escape(module)}\b", said), said


def test_the_module_that_once_passed_all_contracts_is_refused(tmp_path: Path) -> None:
    """A root module that opens connections and solves programs, imported from the lowest floor."""
    package = copied(tmp_path) / "src" / "provenet"
    (package / "stray.py").write_text("import highspy\nimport socket\n", encoding="utf-8")
    with (package / "core" / "errors.py").open("a", encoding="utf-8") as file:
        file.write("\nimport provenet.stray\n")
    ran = lint(tmp_path)
    assert ran.returncode != 0
    assert ran.stdout.count("BROKEN") >= 3


def test_only_the_ways_in_and_certify_lie_at_the_root() -> None:
    assert sorted(path.name for path in PACKAGE.glob("*.py")) == ["__init__.py", "__main__.py", "certify.py"]


def test_no_module_lies_where_the_stairs_do_not_look() -> None:
    """A folder without `__init__.py` can be imported and is on no floor; a stub or a library stands for a module."""
    unseen = [path for path in PACKAGE.rglob("*.*") if path.suffix in {".pyi", ".pyd", ".pyx", ".so"}]
    assert [path for path in modules() if not (path.parent / "__init__.py").exists()] + unseen == []


def loaded_by(statement: str) -> set[str]:
    """The heavy modules that a fresh interpreter holds after a statement."""
    code = f"import sys; {statement}; print(' '.join(m for m in {HEAVY!r} if m in sys.modules))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(ran.stdout.split())


def test_the_package_and_its_command_line_load_nothing_heavy() -> None:
    assert loaded_by("import provenet.cli.main as main; main.load_all()") == set()
    assert loaded_by("import provenet; provenet.UsageFault; provenet.__version__") == set()
    assert "polars" in loaded_by("import polars")
