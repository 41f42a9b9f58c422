"""JSON read strictly: what is refused, what is kept for a reader that names places, and how a path is written."""

import pytest

from provenet.core import jsontext
from provenet.core.jsontext import DEPTH_CAP, JsonFault, NoNumber, Numeral, Repeated, inside, parse_json


@pytest.mark.parametrize(
    ("text", "says", "found", "expected"),
    [
        ('{"a": 1, "b": 2, "a": 3}', "a name stands twice in one object", "a", "each name once"),
        ("[NaN]", "not a number that JSON knows", "NaN", "a number, or null for not known"),
        ("-Infinity", "not a number that JSON knows", "-Infinity", "a number, or null for not known"),
        ("1" * 4_301, "a number has too many digits", None, "at most 4,300 digits"),
        ('"\\ud800"', "a text holds half of a surrogate pair", None, "whole characters"),
        ('{"\\uDC00": 1}', "a text holds half of a surrogate pair", None, "whole characters"),
        ("[1 2]", "the text is no JSON", "expecting ',' delimiter at character 4: [1 2]", None),
    ],
)
def test_what_json_does_not_hold_is_refused(text: str, says: str, found: str | None, expected: str | None) -> None:
    with pytest.raises(JsonFault) as caught:
        parse_json(text)
    assert (caught.value.says, caught.value.found, caught.value.expected) == (says, found, expected)


def test_depth_counts_brackets_outside_texts_alone() -> None:
    deepest = "[" * DEPTH_CAP + "]" * DEPTH_CAP
    assert parse_json(deepest) is not None
    with pytest.raises(JsonFault) as caught:
        parse_json(f"[{deepest}]")
    assert (caught.value.says, caught.value.found) == ("the JSON is nested too deep", f"{DEPTH_CAP + 1} levels")
    assert parse_json('["' + "[" * 500 + '\\"{"]') == ["[" * 500 + '"{']
    assert parse_json("[" + ",".join(["[]"] * 500) + "]") == [[]] * 500


def test_more_values_than_are_read_at_once_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsontext, "MOST_VALUES", 3)
    assert parse_json("[1,22,3]") == [1, 22, 3]
    with pytest.raises(JsonFault) as caught:
        parse_json("[1,2,3,4]")
    assert (caught.value.found, caught.value.expected) == ("4", "at most 3")


def test_a_reader_of_places_keeps_repeated_names_and_no_numbers() -> None:
    kept: list[Repeated] = []
    value = parse_json('{"a": {"x": 1, "y": 2, "x": 3}, "b": NaN}', keep=kept)
    assert value == {"a": {"x": 3, "y": 2}, "b": NoNumber("NaN")}
    assert [one.twice for one in kept] == [("x",)]


def test_numerals_keep_every_digit() -> None:
    value = parse_json("[1.10, 12345678901234567890, true]", numerals=True)
    assert value == ["1.10", "12345678901234567890", True]
    assert isinstance(value, list)
    assert [type(one) for one in value] == [Numeral, Numeral, bool]


def test_a_path_quotes_what_is_no_plain_name() -> None:
    assert inside("$", "crew-1") == "$.crew-1"
    assert inside("$", "1") == '$["1"]'
    assert inside("$", 'é"') == '$["é\\""]'
