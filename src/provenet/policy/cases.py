"""Worked cases: one record asks one policy about one vendor, asset and act on one day, with the facts given alone.

The layout is that of `facts/policy_tests.csv`; docs/rules.md says how a record feeds the axes. A key that a record
does not mention is unknown, never false.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from provenet.core.errors import Fault, nearest
from provenet.core.ids import fold
from provenet.core.units import parse_number
from provenet.core.when import parse_day
from provenet.policy.answers import answer
from provenet.policy.packs import Packs
from provenet.policy.terms import (
    FactValue,
    Group,
    Lexicon,
    Listing,
    Profile,
    class_words,
    fact_value,
    list_name,
    plain_word,
)
from provenet.policy.wordlists import fact_types, lexicon

NEEDED_COLUMNS = (
    "case_id",
    "policy_id",
    "as_of",
    "vendor_profile",
    "asset_class",
    "layer",
    "site_class",
    "origin_country",
    "capability",
    "known_facts",
)
LISTING_KEYS = ("in_uk_annex", "ncsc_hrv", "hrs_list", "on_1260H")
_UNKNOWN = {"", "any", "unknown"}
_PERCENT = re.compile(r"(\d+(\.\d+)?) ?%\Z", re.ASCII)
_LIST_MARKS = re.compile(r"[,;|]")


@dataclass
class CaseAnswers:
    """Answers in the order of the rows, and the faults of rows that could not be asked."""

    cases: list[dict[str, str | None]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


@dataclass
class _RowFault(Exception):
    column: str
    says: str
    found: str | None = None
    expected: str | None = None
    nearest: str | None = None


def answer_cases(place: str, records: Iterable[tuple[int, Mapping[str, str]]], packs: Packs) -> CaseAnswers:
    """Answers every (row number, record). A row with a fault gets no answer and stops no other. Cost O(rows)."""
    result = CaseAnswers()
    words = lexicon()
    for row, record in records:
        try:
            result.cases.append(_answer(record, packs, words))
        except _RowFault as fault:
            result.faults.append(
                Fault(
                    place,
                    fault.says,
                    row,
                    column=fault.column,
                    found=fault.found,
                    expected=fault.expected,
                    nearest=fault.nearest,
                )
            )
    return result


def _answer(record: Mapping[str, str], packs: Packs, words: Lexicon) -> dict[str, str | None]:
    policy_id = record["policy_id"].strip()
    selection = packs.find(policy_id) if policy_id else None
    if selection is None:
        close = nearest(policy_id, packs.ids())
        raise _RowFault("policy_id", "no pack, policy or rule has this id", policy_id, "an id of a loaded pack", close)
    try:
        as_of = parse_day(record["as_of"])
    except ValueError as err:
        raise _RowFault("as_of", "no day", record["as_of"], str(err)) from err
    found = answer(selection, case_profile(record, words), as_of)
    return {
        "case_id": record["case_id"].strip(),
        "outcome": found.outcome,
        "rule": found.rule.id if found.rule else None,
        "reason": found.reason,
    }


def _plain(axis: str, text: str) -> frozenset[str] | None:
    return _names(text, lambda word: plain_word(axis, word))


def case_profile(record: Mapping[str, str], words: Lexicon) -> Profile:
    """What a case row says, as a profile."""
    vendor = _pairs(record["vendor_profile"], "vendor_profile")
    known = _pairs(record["known_facts"], "known_facts")
    shares = _merged(_taken_shares(vendor), _taken_shares(known))
    listing = _listing(vendor, known)
    name = _names(vendor.pop("name", ""), words.vendors.canon)
    group = vendor.pop("group", None)
    plain = {
        "controlled_from": vendor.pop("controlled_from", ""),
        "made_in": record["origin_country"],
        "layer": record["layer"],
        "site_class": record["site_class"],
        "action": known.pop("action", ""),
        "buyer": known.pop("buyer", ""),
        "product_category": known.pop("product_category", ""),
    }
    carrier = _names(known.pop("operator", ""), words.carriers.canon)
    capability, complete = capability_of(record["capability"])
    facts = _facts(_merged(vendor, known))
    unit = known.get("unit", "").strip()
    return Profile(
        vendor=name,
        group=_group(group, words),
        carrier=carrier,
        asset_class=classes_of(record["asset_class"]),
        plain={axis: values for axis, text in plain.items() if (values := _plain(axis, text)) is not None},
        capability=capability,
        capability_complete=complete,
        listing=listing,
        shares={key.removeprefix("share_"): _share(key, text) for key, text in shares.items()},
        share_unit=unit if _is_known(unit) else None,
        fact=lambda key, _by: facts.get(fold(key)),
    )


def _pairs(text: str, column: str) -> dict[str, str]:
    """`key=value` pairs separated by `;`; a segment without `=` is a fact that is true."""
    made: dict[str, str] = {}
    for segment in text.split(";"):
        key, mark, value = (part.strip() for part in segment.partition("="))
        if not key:
            if mark:
                raise _RowFault(column, "a value has no key", segment.strip(), "key=value")
            continue
        value = value if mark else "true"
        if made.setdefault(key, value) != value:
            raise _RowFault(
                column, "a key appears twice with two values", f"{key}={made[key]}; {key}={value}", "one value"
            )
    return made


def _taken_shares(pairs: dict[str, str]) -> dict[str, str]:
    """The shares among some pairs, which lose them."""
    return {key: pairs.pop(key) for key in list(pairs) if key.startswith("share_") and len(key) > 6}


def _share(key: str, text: str) -> tuple[float, float] | None:
    text = text.strip()
    if not _is_known(text):
        return None
    percent = _PERCENT.match(text)
    share = float(percent[1]) / 100 if percent else parse_number(text)
    if share is None or not 0 <= share <= 1:
        raise _RowFault("known_facts", f"{key} is no share", text, "a number from 0 to 1, or unknown")
    return share, share


def _is_known(text: str) -> bool:
    """Whether a cell says a value: not empty, `any` or `unknown`, and not a value that is disputed or suspected."""
    words = text.strip().casefold()
    return words not in _UNKNOWN and not words.startswith(("disputed", "suspected"))


def _names(text: str, canon: object) -> frozenset[str] | None:
    """One value, or several of which one holds (`A|B`); None where not known."""
    if not _is_known(text) or not callable(canon):
        return None
    parts = [part.strip() for part in text.split("|")]
    if not all(_is_known(part) for part in parts):
        return None
    return frozenset(canon(part) for part in parts)


def _group(text: str | None, words: Lexicon) -> Group:
    """Absent: the vendor's own group. `unknown`: anyone's."""
    if text is None:
        return Group()
    names = _names(text, words.vendors.canon)
    if names is None:
        return Group(maybe=None)
    return Group(sure=names) if len(names) == 1 else Group(maybe=names)


def classes_of(text: str) -> tuple[tuple[str, ...], ...] | None:
    """The asset class of a cell, or several of which one holds; None where not known."""
    if not _is_known(text):
        return None
    return tuple(class_words(part) for part in text.split("|"))


def capability_of(text: str) -> tuple[frozenset[str] | None, bool]:
    """(capabilities known, whether the list is complete); `none` is known none."""
    words = [fold(part) for part in _LIST_MARKS.split(text) if part.strip()]
    if not words or words == ["any"] or words == ["unknown"]:
        return None, False
    return frozenset(words) - {"none", "unknown", "any"}, not {"unknown", "any"} & set(words)


def asset_listing(known: Listing, facts: Mapping[str, str]) -> Listing:
    """What lists say, and where an asset's own facts speak of a list, what they say of it."""
    listed = {key: text for key, text in facts.items() if key == "listed_by" or key in LISTING_KEYS}
    if not listed:
        return known
    try:
        own = _listing(dict(listed), {})
    except _RowFault:
        return known
    return Listing((known.on - own.off) | own.on, (known.off - own.on) | own.off, known.on_none or own.on_none)


def _listing(vendor: dict[str, str], known: dict[str, str]) -> Listing:
    """Lists named true or false; `listed_by=none` is on none. One list says nothing about another."""
    on: set[str] = set()
    off: set[str] = set()
    on_none = False
    for pairs in (vendor, known):
        text = pairs.pop("listed_by", "")
        for part in (p.strip() for p in text.split("|")):
            if part.casefold() == "none":
                on_none = True
            elif _is_known(part):
                on.add(list_name(part))
        for key in LISTING_KEYS:
            value = fact_value(pairs.pop(key, ""))
            if isinstance(value, bool):
                (on if value else off).add(list_name(key))
    if on & off or (on and on_none):
        raise _RowFault(
            "vendor_profile",
            "the row puts the vendor both on a list and off it",
            ", ".join(sorted(on)),
            "one of the two",
        )
    return Listing(frozenset(on), frozenset(off), on_none)


def _merged(vendor: Mapping[str, str], known: Mapping[str, str]) -> dict[str, str]:
    """The facts of both columns; a fact given two values is a fault, whichever column each stands in."""
    made: dict[str, tuple[str, str]] = {}
    for key, value in (*vendor.items(), *known.items()):
        first = made.setdefault(fold(key), (key, value))
        if first[1] != value:
            found = f"{first[0]}={first[1]}; {key}={value}"
            raise _RowFault("known_facts", "a key appears twice with two values", found, "one value")
    return dict(made.values())


def _facts(pairs: Mapping[str, str]) -> dict[str, FactValue]:
    types = fact_types()
    made = {fold(key): fact_value(text, types.get(key)) for key, text in pairs.items()}
    return {key: value for key, value in made.items() if value is not None}
