"""Counts statements and lines, package by package, beside their budgets: `make size`.

A statement is one node of the syntax tree (`ast.stmt`), docstrings left out; a line of code is one that is not blank, a
comment or a docstring. Product is every tracked Python file outside `tests/`, `benchmarks/` and `docs/`, generated code
and `scripts/` too; other text is what else a reader could open under `src/`, facts left out. `--tighten` writes budgets
that fell into `scripts/budgets.toml`; no option raises one.
"""

import ast
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUDGETS = ROOT / "scripts" / "budgets.toml"
OUTSIDE = ("tests", "benchmarks", "docs")
OTHER_TEXT = {".j2", ".js", ".mjs", ".yml", ".po", ".css", ".typ"}


def tracked(pattern: str) -> list[Path]:
    """The files under version control whose names match."""
    listed = subprocess.run(["git", "ls-files", "-z", pattern], cwd=ROOT, capture_output=True, text=True, check=True)
    return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).exists()]


def is_docstring(node: ast.stmt) -> bool:
    """Whether a statement is a text alone: the docstring of a module, class, function or name."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def size_of(source: str) -> tuple[int, int]:
    """The statements and the lines of code of one file.

    >>> size_of('''"Words."
    ... # Why.
    ... x = (
    ...     1
    ... )
    ... def f():
    ...     "Words."
    ...     return x
    ... ''')
    (3, 5)
    """
    statements = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.stmt)]
    texts = [node for node in statements if is_docstring(node)]
    silent = {line for node in texts for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)}
    lines = [line.strip() for line in source.splitlines()]
    code = [line for number, line in enumerate(lines, 1) if line and line[0] != "#" and number not in silent]
    return len(statements) - len(texts), len(code)


def package_of(path: Path) -> str:
    """The package of a module of the product; what lies at the root of the package is `provenet`."""
    parts = path.relative_to(ROOT).parts
    return parts[2] if parts[0] == "src" and len(parts) > 3 else "provenet" if parts[0] == "src" else parts[0]


def sizes() -> tuple[Counter[str], Counter[str]]:
    """Statements by package of the product, and lines of `product`, `tests` and `text`."""
    statements: Counter[str] = Counter()
    lines: Counter[str] = Counter()
    for path in tracked("*.py"):
        top = path.relative_to(ROOT).parts[0]
        count, code = size_of(path.read_text("utf-8"))
        if top not in OUTSIDE:
            statements[package_of(path)] += count
        lines["product" if top not in OUTSIDE else top] += code
    for path in tracked("src"):
        if path.suffix in OTHER_TEXT and "facts" not in path.parts:
            lines["text"] += len(path.read_text("utf-8").splitlines())
    return statements, lines


def budgets() -> dict[str, dict[str, int]]:
    """What packages and lines may count, now and at the last release."""
    kept: dict[str, dict[str, int]] = tomllib.loads(BUDGETS.read_text("utf-8"))
    return kept


def written(statements: Counter[str], lines: Counter[str], kept: dict[str, dict[str, int]]) -> str:
    """The file of budgets: each at what is counted, or as it was where that is less."""
    parts = [line for line in BUDGETS.read_text("utf-8").splitlines() if line.startswith("#")]
    for name, counted in (("statements", statements), ("lines", lines)):
        limits = {key: min(limit, counted[key]) for key, limit in kept[name].items() if counted[key]}
        parts += ["", f"[{name}]", *(f"{key} = {limit}" for key, limit in limits.items())]
    for name in ("released_statements", "released_lines", "rises"):
        parts += ["", f"[{name}]", *(f"{key} = {value!r}".replace("'", '"') for key, value in kept[name].items())]
    return "\n".join(parts) + "\n"


def main() -> None:
    statements, lines = sizes()
    kept = budgets()
    if sys.argv[1:] == ["--tighten"]:
        BUDGETS.write_text(written(statements, lines, kept), "utf-8")
        kept = budgets()
    rows = [f"{'':16} {'now':>8} {'budget':>8} {'released':>9}"]
    for name, counted in (("statements", statements), ("lines", lines)):
        released = kept[f"released_{name}"]
        rows += [f"{name}"]
        rows += [
            f"  {key:14} {counted[key]:8} {kept[name].get(key, 0):8} {released.get(key, 0):9}"
            for key in sorted({*counted, *released})
        ]
        if name == "statements":
            rows += [f"  {'product':14} {counted.total():8} {sum(kept[name].values()):8} {sum(released.values()):9}"]
    sys.stdout.write("\n".join(rows) + "\n")


if __name__ == "__main__":
    main()
