"""What extras bring, and that nothing installs by the product's name, which nobody here holds on a public index."""

import ast
import re
import sys
import tomllib

import pytest

from contracts.sources import PACKAGE, ROOT, modules, nodes_of, tree_of
from provenet.core.packages import EXTRAS

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
FOR_DEVELOPERS = {"fuzz", "bench", "test"}
IMPORTED_AS = {"pyyaml": "yaml"}
COME_ALONG = {"markupsafe", "httpcore", "certifi", "starlette", "anyio", "llvmlite", "pydantic_core", "xarray"}
"""Packages that others bring and whose names code imports too."""


def imported(requirements: list[str]) -> set[str]:
    """The names under which code imports what some requirements bring; those of our own extras left out."""
    names = {re.split(r"[\[<>=;~! ]", one)[0].lower() for one in requirements}
    return {IMPORTED_AS.get(name, name.replace("-", "_")) for name in names - {"provenet"}}


def test_extras_are_those_of_the_project() -> None:
    listed = PROJECT["optional-dependencies"]
    assert set(EXTRAS) == set(listed) - FOR_DEVELOPERS
    for extra, packages in EXTRAS.items():
        assert set(packages) - COME_ALONG == imported(listed[extra]), extra


def modules_of(node: ast.AST) -> list[str]:
    """The modules that a statement imports, of other packages."""
    if isinstance(node, ast.Import):
        return [one.name for one in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []


def test_code_imports_nothing_that_no_installation_brings() -> None:
    known = imported(PROJECT["dependencies"]) | COME_ALONG | {"provenet"} | set(sys.stdlib_module_names)
    known |= {package for packages in EXTRAS.values() for package in packages}
    found = {
        (module.partition(".")[0], place.name)
        for place in modules()
        for node in nodes_of(tree_of(place))
        for module in modules_of(node)
    }
    assert {(package, place) for package, place in found if package not in known} == set()


BY_NAME = re.compile(r"install\b[^\n]*[\s'\"]provenet(?=[\s'\"`\[=<>~),.;]|$)", re.M)


@pytest.mark.parametrize(
    "text", ["pip install provenet", "pip install 'provenet[plan]'", 'uv pip install -U "provenet"']
)
def test_a_command_that_installs_by_name_is_seen(text: str) -> None:
    assert BY_NAME.search(text)
    assert not BY_NAME.search('pip install "./provenet-0.1.0-py3-none-any.whl[plan]"')


def test_nothing_says_to_install_by_name() -> None:
    kinds = {".py", ".md", ".j2", ".toml", ".yml", ".po", ".js", ".ipynb", ".html", ".typ", ".csv"}
    rooms = [PACKAGE, *(ROOT / name for name in ("docs", "changes", "benchmarks", "scripts"))]
    places = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "THIRD_PARTY.md", "Makefile")]
    places += [place for room in rooms for place in room.rglob("*") if place.suffix in kinds]
    assert [str(place) for place in places if BY_NAME.search(place.read_text("utf-8"))] == []
