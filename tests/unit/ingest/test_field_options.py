"""What the options of a field of a mapping may be, and what types of column a type of field fills."""

import pytest

from provenet.ingest.tabular.field_options import fills, odd_options


@pytest.mark.parametrize(
    ("kind", "options", "odd"),
    [
        ("word", {"of": "party_role", "also": {"x": "vendor"}, "unknown": ["-"]}, []),
        ("word", {"of": ["a", "b"], "separator": "|", "empty": 0, "edge": "last", "all": True}, []),
        ("word", {"of": "", "also": {"x": 1}}, [("of", "", "the name of a list, or a list of words"),
                                                ("also", {"x": 1}, '{"other spelling" = "word"}')]),
        ("list", {"separator": "", "unknown": "N/A"}, [("separator", "", "a text of one letter or more"),
                                                       ("unknown", "N/A", 'a list such as ["N/A", "-"]')]),
        ("span", {"edge": "middle", "whole": "yes"}, [("edge", "middle", "first or last"),
                                                      ("whole", "yes", "true or false")]),
        ("party", {"role": "regulator"}, [("role", "regulator", "vendor, carrier or party")]),
        ("text", {"role": "regulator"}, []),
        ("text", {"role": "boss"}, [("role", "boss", "a role of a party")]),
        ("mentions", {"of": "no-such-list"}, [("of", "no-such-list", "a list of vocabulary.yml")]),
        ("mentions", {}, [("of", "nothing", "a list of vocabulary.yml")]),
        ("text", {"not an option": object}, []),
    ],
)  # fmt: skip
def test_each_option_is_looked_at(kind: str, options: dict[str, object], odd: list[tuple[str, object, str]]) -> None:
    assert list(odd_options(kind, options)) == odd


def test_types_of_field_fill_types_of_column() -> None:
    assert [sorted(fills(kind)) for kind in ("share", "vendors", "count", "yes_no", "day", "span", "word")] == [
        ["float"], ["list"], ["int"], ["bool", "text"], ["date"], ["date", "text"], ["text"],
    ]  # fmt: skip
