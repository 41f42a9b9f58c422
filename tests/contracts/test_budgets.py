"""Budgets that push the right way: few arguments by place, no packing, typed rows. Ruff holds complexity at 12.

There is no ceiling on lines: a function is as long as its subject, and is read from top to bottom.
"""

import ast
import re
import tomllib

from contracts.sources import ROOT, modules, name_of, nodes_of, tree_of

MOST_BY_PLACE = 3
COMPILED = ("kernel", "part", "tight", "maker", "njit", "jit")
"""Decorators of compiled functions: Numba knows no keyword-only arguments."""
MOST_SKIPS = 30
MOST_UNTYPED = 2
SAYINGS = frozenset(("told", "asked", "says", "said"))
MOST_SAYINGS = 128
"""Names that are no nouns of the field: columns of released tables and public fields alone; may only fall."""


def by_place(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """How many arguments may be given by place, `self` apart; none for what Numba compiles."""
    if {name.id for mark in node.decorator_list for name in ast.walk(mark) if isinstance(name, ast.Name)} & {*COMPILED}:
        return 0
    names = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
    return len(names) - (bool(names) and names[0] in ("self", "cls"))


def packed(node: ast.AST) -> bool:
    """Whether a call, list or tuple holds a starred display: words packed to save lines."""
    items = [*node.args] if isinstance(node, ast.Call) else getattr(node, "elts", [])
    return any(isinstance(one, ast.Starred) and isinstance(one.value, ast.Tuple | ast.List) for one in items)


def test_arguments_beyond_the_third_are_keywords() -> None:
    over = [
        f"{name_of(path)}: {node.name}"
        for path in modules()
        for node in nodes_of(tree_of(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and by_place(node) > MOST_BY_PLACE
    ]
    assert over == []


def test_nothing_is_packed_to_save_lines() -> None:
    found = [
        f"{name_of(path)} line {node.lineno}"
        for path in modules()
        for node in nodes_of(tree_of(path))
        if isinstance(node, ast.Call | ast.Tuple | ast.List | ast.Set) and packed(node)
    ]
    assert found == []


def test_few_lines_are_kept_from_the_formatter() -> None:
    skips = sum(path.read_text("utf-8").count("# fmt: skip") for path in modules())
    assert skips <= MOST_SKIPS


def test_at_most_two_names_for_an_untyped_row() -> None:
    alias = re.compile(r"^\s*\w*Rows?\w*(?:: TypeAlias)? = (?:dict|Mapping)\[str, (?:Any|object)\]", re.M)
    found = [f"{name_of(path)}: {hit.strip()}" for path in modules() for hit in alias.findall(path.read_text("utf-8"))]
    assert len(found) <= MOST_UNTYPED, found


def sayings(tree: ast.AST) -> int:
    """How many names a module gives that are a form of say, tell or ask."""
    return sum(
        (isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id in SAYINGS)
        or (isinstance(node, ast.arg) and node.arg in SAYINGS)
        or (isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name in SAYINGS)
        for node in nodes_of(tree)
    )


def test_few_names_are_forms_of_say_tell_or_ask() -> None:
    assert sayings(ast.parse("def f(said): says = asked = told")) == 3
    found = sum(sayings(tree_of(path)) for path in modules())
    assert found <= MOST_SAYINGS, found


def test_complexity_is_held_by_the_linter() -> None:
    ruff = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["ruff"]["lint"]
    assert "C90" in ruff["select"]
    assert ruff["mccabe"]["max-complexity"] == 12


def test_the_probes_see_what_they_look_for() -> None:
    def first(code: str) -> ast.AST:
        return ast.parse(code).body[0]

    many = first("def f(a, b, c, d): ...")
    few = first("def f(self, a, b, c, *, d): ...")
    compiled = first("@kernel\ndef f(a, b, c, d): ...")
    assert [by_place(node) for node in (many, few, compiled)] == [4, 3, 0]  # type: ignore[arg-type]
    assert [packed(ast.parse(code, mode="eval").body) for code in ("f(*(a, b), c)", "[*(1, 2)]", "f(*rest)")] == [
        True,
        True,
        False,
    ]
