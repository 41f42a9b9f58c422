"""TOML read within bounds: each thing that is refused is the end of a sentence."""

import pytest

from provenet.core.tomltext import DEPTH_CAP, TomlFault, parse_toml


def test_a_document_is_read_as_it_stands() -> None:
    assert parse_toml('a.b = [1, 2]\n[c]\nd = "x.y.z"') == {"a": {"b": [1, 2]}, "c": {"d": "x.y.z"}}
    assert parse_toml(f"n = [{2**64 - 1}, -{2**64 - 1}]") == {"n": [2**64 - 1, -(2**64 - 1)]}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a = 1\na = 2\n", "is not TOML: Cannot overwrite a value (at line 2, column 6)"),
        ("a = \n", "is not TOML: Invalid value (at line 1, column 5)"),
        ("a = " + "[" * 5_000, "is nested too deep"),
        (f"a = [[{{b = {2**64}}}]]", "has a number of too many digits, which 64 bits do not hold"),
        ("a = " + "9" * 5_000, "has a number of too many digits, which 64 bits do not hold"),
        (".".join(["a"] * (DEPTH_CAP + 1)) + " = 1", f"has a key of more than {DEPTH_CAP} words"),
    ],
)
def test_what_is_beyond_bounds_is_refused(text: str, says: str) -> None:
    with pytest.raises(TomlFault) as caught:
        parse_toml(text)
    assert str(caught.value) == says


def test_a_key_of_as_many_words_as_are_read_is_read() -> None:
    value: object = parse_toml(" . ".join(["a"] * DEPTH_CAP) + " = 1")
    for _ in range(DEPTH_CAP):
        assert isinstance(value, dict)
        value = value["a"]
    assert value == 1
