"""The reader of an allocation tells every fault of a file at once, each with its place and a way out."""

import json

import pytest

from provenet.core.errors import InputFault
from provenet.forms.allocation import read_allocation


def faults(value: object) -> list[str]:
    with pytest.raises(InputFault) as raised:
        read_allocation("i.json", (value if isinstance(value, str) else json.dumps(value)).encode())
    return [f"{fault.column}: {fault.says}" for fault in raised.value.faults]


GOOD = {
    "budget": 1,
    "carriers": [{"id": "a", "levels": [0, 1], "gaps": [1, None]}],
    "demands": [{"weight": 1, "carriers": ["a"]}],
}


def test_all_faults_at_once() -> None:
    wrong = {
        "budget": -1,
        "budget_on": "paid",
        "unit": 5,
        "carriers": [
            {"id": "a", "levels": [1, 2], "gaps": [1, 2]},
            {"id": "a", "levels": [0, -1], "gaps": [1]},
            {"id": "b", "levels": [0], "gaps": []},
            {"id": "c", "levels": 0, "gaps": ["1", True]},
        ],
        "demands": [{"weight": -1, "carriers": ["a", "z"]}, {"weigth": 1, "carriers": ["b", "b"]}],
    }
    assert faults(wrong) == [
        "$.budget: the number is negative",
        "$.budget_on: no such word",
        "$.unit: this is no unit",
        "$.carriers[0].levels: no aid is not among the levels",
        "$.carriers[1].id: the id stands twice",
        "$.carriers[1].levels[1]: the number is negative",
        "$.carriers[1].gaps: the scenarios are not those of the other carriers",
        "$.carriers[2].gaps: the list is empty",
        "$.carriers[3].levels: this is no list",
        "$.carriers[3].gaps[0]: this is no number",
        "$.carriers[3].gaps[1]: this is no number",
        "$.demands[0].weight: the number is negative",
        "$.demands[0].carriers[1]: no such carrier",
        "$.demands[1]: a key is missing",
        "$.demands[1].weigth: no such key",
        "$.demands[1].carriers[1]: the id stands twice in one list",
    ]


@pytest.mark.parametrize("key", GOOD)
def test_a_missing_key_is_told(key: str) -> None:
    assert faults({k: v for k, v in GOOD.items() if k != key})[0] == "$: a key is missing"


def test_numbers_that_are_none() -> None:
    assert faults(json.dumps(GOOD).replace("null", "NaN")) == ["$.carriers[0].gaps[1]: this is no number"]
    assert faults(json.dumps(GOOD).replace('"budget": 1', '"budget": Infinity')) == ["$.budget: this is no number"]


def test_what_may_be_left_out_or_null() -> None:
    made = read_allocation("i.json", json.dumps({**GOOD, "budget": None}).encode())
    assert (made.budget, made.budget_on, made.unit, made.carriers[0].gaps[1]) == (None, "committed", None, float("inf"))


def test_levels_in_any_order_and_twice() -> None:
    text = json.dumps(GOOD).replace("[0, 1]", "[3, 0, 1, 3.0]")
    assert read_allocation("i.json", text.encode()).carriers[0].levels == (0.0, 1.0, 3.0)


def test_too_large_is_refused_before_it_is_searched() -> None:
    many = [{"weight": 1, "carriers": ["a"]}] * 21_000
    wrong = {**GOOD, "carriers": [{"id": "a", "levels": [0], "gaps": [1] * 10_000}], "demands": many}
    assert faults(wrong) == ["$.demands: the instance is too large"]
