"""The repository's files as the contract tests read them."""

import ast
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "provenet"
TEXT_ENDINGS = {".py", ".md", ".toml", ".yml", ".yaml", ".csv", ".j2", ".typ", ".cfg", ".txt", ".json", ""}


def modules() -> list[Path]:
    """Every Python module of the package."""
    return sorted(path for path in PACKAGE.rglob("*.py") if "__pycache__" not in path.parts)


def name_of(path: Path) -> str:
    """A path as people read it in a failing test."""
    return path.relative_to(ROOT).as_posix()


@cache
def tree_of(path: Path) -> ast.Module:
    """The syntax tree of a module, which all contracts read and none changes: parsed once."""
    return ast.parse(path.read_text("utf-8"), filename=name_of(path))


@cache
def nodes_of(tree: ast.AST) -> tuple[ast.AST, ...]:
    """Every node of a tree, from the root down: walked once."""
    return tuple(ast.walk(tree))


def strings(tree: ast.Module) -> Iterator[tuple[int, str, bool]]:
    """Every string of a module: line, text, and whether it is a docstring."""
    documented = set()
    for node in nodes_of(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and node.body:
            first = node.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                documented.add(id(first.value))
    for node in nodes_of(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value, id(node) in documented


@cache
def committed_texts() -> tuple[Path, ...]:
    """Text files that belong to the repository, without what the targets make."""
    made = {".git", ".venv", ".hypothesis", "demo", "dist", "build", "__pycache__", "facts", "node_modules"}
    found: list[Path] = []
    for folder, below, names in os.walk(ROOT):
        # What is left out is not walked either: installed packages are many times the repository.
        below[:] = (name for name in below if name not in made and not name.endswith("_cache"))
        found += (Path(folder, name) for name in names if Path(name).suffix in TEXT_ENDINGS and name not in made)
    return tuple(sorted(path for path in found if path.is_file()))
