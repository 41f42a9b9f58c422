"""What the options of a field may be: a mapping may write anything, a parser reads what is looked at here."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from provenet.case.parties import ANY, CARRIER, VENDOR
from provenet.case.tables import vocabulary, words
from provenet.ingest.mapping_beside import is_texts


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value != ""


def _is_spellings(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(one, str) for one in value.values())


_KINDS: dict[str, tuple[Callable[[object], bool], str]] = {
    "of": (lambda value: _is_text(value) or is_texts(value), "the name of a list, or a list of words"),
    "also": (_is_spellings, '{"other spelling" = "word"}'),
    "read_as": (_is_spellings, '{"what a cell holds" = "what is read instead"}'),
    "separator": (_is_text, "a text of one letter or more"),
    "each": (_is_text, "a text of one letter or more"),
    "unknown": (is_texts, 'a list such as ["N/A", "-"]'),
    "empty": (lambda value: isinstance(value, str | int | float), "a text or a number"),
    "edge": (lambda value: value in ("first", "last"), "first or last"),
    "all": (lambda value: isinstance(value, bool), "true or false"),
    "whole": (lambda value: isinstance(value, bool), "true or false"),
    "role": (lambda value: isinstance(value, str) and value in words("party_role"), "a role of a party"),
    "qualifier": (_is_text, "a column of the file"),
    "country": (_is_text, "a column of the file"),
    "segment": (_is_text, "a column of the file"),
    "role_column": (_is_text, "a column of the file"),
}
"""Each option: what it may be, and in words."""
_OF_A_TYPE: dict[tuple[str, str], tuple[Callable[[object], bool], str]] = {
    ("mentions", "of"): (lambda value: isinstance(value, str) and is_texts(vocabulary().get(value)), "a list of "
                         "vocabulary.yml"),
    ("mentions", "also"): (is_texts, "a list of columns of the file"),
    **{(kind, "role"): (lambda value: value in (VENDOR, CARRIER, ANY), f"{VENDOR}, {CARRIER} or {ANY}")
       for kind in ("party", "parties")},
}  # fmt: skip
_NEEDED = {"mentions": ("of",)}
_FILLS: dict[str, frozenset[str]] = {
    **dict.fromkeys(("number", "share", "degrees", "position"), frozenset({"float"})),
    **dict.fromkeys(("list", "parties", "vendors", "asns"), frozenset({"list"})),
    "generation": frozenset({"text", "list"}),
    "count": frozenset({"int"}),
    "yes_no": frozenset({"bool", "text"}),
    "mentions": frozenset({"bool"}),
    "day": frozenset({"date"}),
    "instant": frozenset({"instant"}),
    "span": frozenset({"text", "date"}),
}
"""Types of field that fill other columns than texts, and which."""


def fills(kind: str) -> frozenset[str]:
    """The types of table columns that a type of field can fill."""
    return _FILLS.get(kind, frozenset({"text"}))


def odd_options(kind: str, options: Mapping[str, Any]) -> Iterator[tuple[str, object, str]]:
    """Each option of a field of a type that is not what it may be: its name, what was found, what is expected."""
    for name, value in options.items():
        fits, expected = _OF_A_TYPE.get((kind, name)) or _KINDS.get(name, (lambda _: True, ""))
        if not fits(value):
            yield name, value, expected
    for name in _NEEDED.get(kind, ()):
        if name not in options:
            yield name, "nothing", _OF_A_TYPE[kind, name][1]
