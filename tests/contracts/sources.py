"""The repository's files as the contract tests read them."""

import ast
from collections.abc import Iterator
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


def tree_of(path: Path) -> ast.Module:
    """The syntax tree of a module."""
    return ast.parse(path.read_text("utf-8"), filename=name_of(path))


def strings(tree: ast.Module) -> Iterator[tuple[int, str, bool]]:
    """Every string of a module: line, text, and whether it is a docstring."""
    documented = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and node.body:
            first = node.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                documented.add(id(first.value))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value, id(node) in documented


def committed_texts() -> list[Path]:
    """Text files that belong to the repository, without what the targets make."""
    made = {".git", ".venv", "demo", "dist", "build", "__pycache__", "facts", "node_modules"}
    return sorted(
        path
        for path in ROOT.rglob("*")
        if path.is_file()
        and path.suffix in TEXT_ENDINGS
        and not made & set(path.relative_to(ROOT).parts)
        and not any(part.endswith("_cache") or part == ".hypothesis" for part in path.parts)
    )
