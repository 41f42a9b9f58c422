"""The example of docs/allocate.md, run as it stands, and the page held to the code."""

import json
import re
from pathlib import Path

import pytest

from doors.conftest import Provenet, provenet  # noqa: F401
from provenet.forms.allocation import read_allocation
from provenet.tipping import allocate

PAGE = (Path(__file__).parents[3] / "docs" / "allocate.md").read_text("utf-8")
(EXAMPLE,) = re.findall(r"```json\n(.*?)```", PAGE, re.S)


def test_the_example(provenet: Provenet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    (tmp_path / "instance.json").write_text(EXAMPLE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    ((call, said),) = re.findall(r"```console\n\$ provenet (allocate [^\n]*)\n(.*?)```", PAGE, re.S)
    assert provenet(*call.split()).out == said
    result = json.loads((tmp_path / "result.json").read_text("utf-8"))
    assert result["award"] == {"north": 4.0, "south": 1.0, "coast": 0.0}
    assert set(result) <= set(re.findall(r"`([a-z_]+)`", PAGE))
    told = json.loads(provenet("allocate", "instance.json", "--json").out)
    assert {key: told[key] for key in result if key != "seconds"} == {k: v for k, v in result.items() if k != "seconds"}


def test_the_example_by_hand() -> None:
    """North clear at 4 in all four scenarios, south at 1 in three: 8 x 3/4 + 4 x 3/4 = 9; coast gets nothing."""
    made = allocate.find_allocation(read_allocation("i", EXAMPLE.encode()))
    assert (made.objective, made.committed, made.expected_paid) == (9.0, 5.0, 4.75)
    assert made.clear_share == {"north": 1.0, "south": 0.75, "coast": 0.0}
    assert made.frontier[0] == (0.0, 1.0)  # south alone chooses clear without aid, in one scenario of four
    assert made.frontier[-1] == (10.0, 15.0)  # all offers: coast never in the last scenario


def test_every_number_is_that_of_the_code() -> None:
    assert f"Past {allocate.MOST_NODES:,} levels" in PAGE
    assert f"a gap of {allocate.NEAR_ENOUGH * 100:g} %" in PAGE
    assert allocate.BUDGETS == 20
    assert "twenty budgets" in PAGE


def test_equal_calls_give_equal_results() -> None:
    one, two = (allocate.find_allocation(read_allocation("i", EXAMPLE.encode())) for _ in range(2))
    assert (one.award, one.bound, one.frontier, one.price) == (two.award, two.bound, two.frontier, two.price)
