"""The names of the package, pinned: adding one is a decision, losing one breaks somebody's notebook."""

import ast

import pytest

import provenet
from contracts.sources import PACKAGE, tree_of

NAMES = """
    CaseBusy CaseFault InputFault PackRefused PageRefused ProvenetError StaleInput UsageFault __version__
    ach add allocate_aid ask brief certify_plan check check_menu check_pack demo depend diff export expose fetch
    fetchable fund hegemony inside inventory ladder new paths plan retract route run schedule_instance screen
    screen_file status suggest transit vendor_influence vendors why
"""


def test_the_names_are_these() -> None:
    assert provenet.__all__ == NAMES.split()
    assert dir(provenet) == NAMES.split()


def test_every_name_resolves() -> None:
    for name in provenet.__all__:
        assert getattr(provenet, name) is not None


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match=r"^module 'provenet' has no name 'exposed'$"):
        provenet.exposed  # noqa: B018


def test_type_checkers_see_the_same_names() -> None:
    block = next(node for node in tree_of(PACKAGE / "__init__.py").body if isinstance(node, ast.If))
    seen = {a.asname or a.name for node in block.body if isinstance(node, ast.ImportFrom) for a in node.names}
    assert seen == set(provenet.__all__)
