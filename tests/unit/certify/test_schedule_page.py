"""The examples of docs/schedule.md, run as they stand, and its numbers held to those of the code."""

import re
from pathlib import Path

import pytest

from doors.conftest import Provenet, provenet  # noqa: F401
from provenet.core.errors import InputFault
from provenet.forms import certificate as scheduling_file
from provenet.forms import schedule as scheduling
from provenet.forms.schedule_form import MOST_AMOUNTS, read_instance

PAGE = (Path(__file__).parents[3] / "docs" / "schedule.md").read_text("utf-8")
(EXAMPLE,) = re.findall(r"```json\n(.*?)```", PAGE, re.S)


def test_the_examples(provenet: Provenet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    (tmp_path / "instance.json").write_text(EXAMPLE, encoding="utf-8")
    (tmp_path / "wrong.json").write_text('{"start": {"a": 0, "b": 0}, "objective": 9}', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    calls = re.findall(r"```console\n\$ provenet ((?:certify|schedule) [^\n]*)\n(.*?)```", PAGE, re.S)
    assert len(calls) == 3
    for call, said in calls:
        if call.startswith("certify"):
            (tmp_path / "plan.json").write_text('{"start": {"a": 0, "b": 1}}', encoding="utf-8")
        assert provenet(*call.split()).out == said


def test_the_numbers_are_those_of_the_code() -> None:
    assert f"1 to {scheduling.MOST_PERIODS:,};" in PAGE
    assert f"may come to {MOST_AMOUNTS:,} numbers" in PAGE
    assert f"at most {scheduling_file.MOST_ENTRIES_INSIDE:,} entries" in PAGE
    assert f"Numbers go up to {scheduling.MOST_NUMBER:g}".replace("+", "") in PAGE
    assert scheduling.TOLERANCE == 1e-9
    assert "may pass its limit by a billionth of the limit" in PAGE
    assert f"a gap of at most {scheduling.OPTIMAL_GAP_SHARE:g}".replace("e-06", "e-6") in PAGE


def test_the_example_is_read_strictly() -> None:
    with pytest.raises(InputFault):
        read_instance("i.json", EXAMPLE.replace('"discount"', '"discounts"').encode())
