"""Budgets of size, which only fall: a package holds what it needs, and a rise is a decision."""

import shutil

import pytest
import size

from contracts.sources import ROOT

MOST_IN_A_PACKAGE = 20_000
SLACK = 0.01
"""How far a budget may lie above what is counted before it has to be written anew."""

pytestmark = pytest.mark.skipif(
    shutil.which("git") is None or not (ROOT / ".git").exists(), reason="only a checkout says which files are tracked"
)


@pytest.fixture(scope="module")
def counted() -> dict[str, dict[str, int]]:
    statements, lines = size.sizes()
    lines.pop("docs", None)
    return {"statements": dict(statements), "lines": dict(lines)}


@pytest.mark.parametrize("kind", ["statements", "lines"])
def test_no_count_is_above_its_budget(counted: dict[str, dict[str, int]], kind: str) -> None:
    kept = size.budgets()[kind]
    over = {name: (count, kept.get(name, 0)) for name, count in counted[kind].items() if count > kept.get(name, 0)}
    assert over == {}, "take away as much elsewhere in the package, or decide on a rise (scripts/budgets.toml)"


@pytest.mark.parametrize("kind", ["statements", "lines"])
def test_budgets_fall_with_the_code(counted: dict[str, dict[str, int]], kind: str) -> None:
    kept = size.budgets()[kind]
    loose = [name for name, limit in kept.items() if limit > counted[kind].get(name, 0) * (1 + SLACK) + 5]
    assert loose == [], "write them anew: python scripts/size.py --tighten"


def test_a_budget_above_the_last_release_is_a_decision() -> None:
    kept = size.budgets()
    for kind in ("statements", "lines"):
        for name, limit in kept[kind].items():
            if limit > kept[f"released_{kind}"].get(name, 0):
                number = str(kept["rises"].get(name, "none"))
                decisions = [*(ROOT / "docs" / "decisions").glob(f"{number}-*.md")]
                assert decisions and name in decisions[0].read_text("utf-8"), f"{name}: no decision allows {limit}"


def test_no_package_is_too_large_for_one_person(counted: dict[str, dict[str, int]]) -> None:
    assert [name for name, count in counted["statements"].items() if count > MOST_IN_A_PACKAGE] == []


def test_statements_and_lines_are_counted_as_said() -> None:
    source = '"""Words."""\n\n# Why.\nx = (\n    1\n)\n"""Of x."""\n\n\ndef f():\n    """Words"""\n    if x: return x\n'
    assert size.size_of(source) == (4, 5)
