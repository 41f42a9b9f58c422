"""Worked cases: one record asks one policy about one vendor, asset and act on one day, with the facts given alone.

The layout is that of `facts/policy_tests.csv`; docs/rules.md says how a record feeds the axes. A key that a record
does not mention is unknown, never false.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from provenet.core.countries import packaged_rows
from provenet.core.errors import Fault, nearest
from provenet.core.ids import fold, name_id, name_key, names_in
from provenet.core.names import fold_name
from provenet.core.rule_words import holds_two_facts
from provenet.core.sought_names import NOBODY, SoughtNames
from provenet.core.units import parse_number
from provenet.core.when import parse_day
from provenet.core.wording import series
from provenet.policy import terms
from provenet.policy.answers import answer
from provenet.policy.pack import pack_words, rule_facts
from provenet.policy.packs import Packs, Selection, known_words
from provenet.policy.wordlists import (
    CARRIERS,
    KIND_OF_AXIS,
    SEGMENTS,
    VENDORS,
    KnownWords,
    fact_types,
    implying,
    lexicon,
    with_implied,
)

NEEDED_COLUMNS = names_in("""
    case_id policy_id as_of vendor_profile asset_class layer site_class origin_country capability known_facts
""")
REMEMBERED = 1 << 14
"""How many names are remembered with what they mean; then all are forgotten."""
Canon = Callable[[str, str], frozenset[str]]
"""The ids that a name may mean, by the kind of the name (vendors, carriers)."""
LISTING_KEYS = ("in_uk_annex", "ncsc_hrv", "hrs_list", "on_1260H")
_PERCENT = re.compile(r"(\d+(\.\d+)?) ?%\Z", re.ASCII)
UNKNOWN_UNIT = "a unit that is not known"
"""The unit of shares of a row that says that it does not know it: no rule counts in it."""
_LIST_MARKS = re.compile(r"[,;|]")


CaseAnswer = dict[str, Any]
"""`case_id`, `outcome`, `rule` and `reason`; `unused_keys` where the row has keys that no rule of the policy tests."""


@dataclass
class CaseAnswers:
    """Answers in the order of the rows, and the faults of rows that could not be asked."""

    cases: list[CaseAnswer] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


@dataclass
class _RowFault(Exception):
    column: str
    says: str
    found: str | None = None
    expected: str | None = None
    nearest: str | None = None
    way_out: str | None = None


def answer_cases(place: str, records: Iterable[tuple[int, Mapping[str, str]]], packs: Packs) -> CaseAnswers:
    """Answers every (row number, record). A row with a fault gets no answer and stops no other. Cost O(rows)."""
    result = CaseAnswers()
    for row, record in records:
        try:
            result.cases.append(_reader(_selection(record, packs), packs).answer(record))
        except _RowFault as fault:
            result.faults.append(Fault(place, row=row, **vars(fault)))
    return result


def _selection(record: Mapping[str, str], packs: Packs) -> Selection:
    policy_id = record["policy_id"].strip()
    selection = packs.find(policy_id) if policy_id else None
    if selection is None:
        close = nearest(policy_id, packs.ids())
        raise _RowFault("policy_id", "no pack, policy or rule has this id", policy_id, "an id of a loaded pack", close)
    return selection


def _reader(selection: Selection, packs: Packs) -> _CaseReader:
    """The reader of a selection, made once for these packs."""
    reader = packs.readers.get(id(selection))
    if not isinstance(reader, _CaseReader):
        reader = packs.readers[id(selection)] = _CaseReader(selection)
    return reader


class _CaseReader:
    """Reads and answers the rows that ask one policy: what its rules test, and the names that they know."""

    def __init__(self, selection: Selection) -> None:
        self.selection = selection
        self._types = {**fact_types(), **selection.pack.fact_types}
        self._tests = [test for rule in selection.rules for test in terms.axis_tests(rule.when)]
        self._used = _used_keys(selection, self._tests)
        self._good_classes: set[str] = set()
        self._meanings: dict[tuple[str, str], tuple[frozenset[str], str | None]] = {}

    @cached_property
    def _words(self) -> KnownWords:
        return known_words().more(pack_words([self.selection.pack]))

    @cached_property
    def _sought(self) -> dict[str, SoughtNames]:
        return {kind: _sought(self._tests, kind, self._words) for kind in (VENDORS, CARRIERS)}

    def _spelled(self, kind: str) -> Iterator[str]:
        """All names of a kind that rules test, tables list and the pack declares."""
        yield from (word for test in self._tests if KIND_OF_AXIS.get(test.axis) == kind for word in test.written)
        yield from (*self.selection.pack.declares.get(kind, ()), *self._words.spelled.get(kind, {}).values())
        rows = (row for row in packaged_rows("facts", "aliases.csv") if f"{row['kind']}s" == kind)
        yield from (row[column] for row in rows for column in ("name", "alias"))

    @cached_property
    def _listed(self) -> dict[str, dict[str, dict[str, str]]]:
        """By kind and folded form the ids of all names."""
        made: dict[str, dict[str, dict[str, str]]] = {VENDORS: {}, CARRIERS: {}}
        for kind, names in ((VENDORS, lexicon().vendors), (CARRIERS, lexicon().carriers)):
            for word in self._spelled(kind):
                made[kind].setdefault(fold_name(word), {}).setdefault(names.canon(word), word)
        return made

    @cached_property
    def _keys(self) -> dict[str, frozenset[str]]:
        """By kind the names as they are but for case and width, and the ids to the letter."""
        return {
            kind: frozenset(form for name in self._spelled(kind) for form in (name_key(name), f"id:{name_id(name)}"))
            for kind in (VENDORS, CARRIERS)
        }

    def answer(self, record: Mapping[str, str]) -> CaseAnswer:
        """The answer to one row. Raises _RowFault for a cell that cannot be read."""
        try:
            as_of = parse_day(record["as_of"])
        except ValueError as err:
            raise _RowFault("as_of", "no day", record["as_of"], str(err)) from err
        if record["asset_class"] not in self._good_classes:
            self._roots_known(record["asset_class"])
        slips: dict[str, str] = {}

        def canon(kind: str, name: str) -> frozenset[str]:
            if (kind, name) not in self._meanings:
                if len(self._meanings) >= REMEMBERED:
                    self._meanings.clear()
                self._meanings[kind, name] = self._meant(kind, name)
            meant, text = self._meanings[kind, name]
            if text:
                slips[name] = text
            return meant

        vendor = _pairs(record["vendor_profile"], "vendor_profile")
        known = _pairs(record["known_facts"], "known_facts")
        unused = [key for key in dict.fromkeys((*vendor, *known)) if fold(key) not in self._used]
        found = answer(self.selection, _profile(record, vendor, known, canon=canon, types=self._types), as_of)
        reason = found.reason
        if found.outcome == "undetermined":
            reason += "".join(f" {name} {text}." for name, text in slips.items())
        made: CaseAnswer = {
            "case_id": record["case_id"].strip(),
            "outcome": found.outcome,
            "rule": found.rule.id if found.rule else None,
            "reason": reason,
        }
        return {**made, "unused_keys": unused} if unused else made

    def _meant(self, kind: str, name: str) -> tuple[frozenset[str], str | None]:
        """The ids that a name may mean, and where it is no one's own name what is said of it.

        A name that nobody knows is a party of its own; it may also be one that a rule tests (`SoughtNames`), as a group
        may be its company in a country. One that is listed but for hyphens, accents or legal forms is that or its own.
        A name that two known ones are but for legal forms may be either.
        """
        names = lexicon().vendors if kind == VENDORS else lexicon().carriers
        own, sought = names.canon(name), self._sought[kind]
        if brands := sought.brands(name):
            return frozenset({own, *brands}), f"may be {series(sorted(brands.values()), 'or')}"
        alike = self._listed[kind].get(fold_name(name), {})
        if not self._keys[kind].isdisjoint((name_key(name), f"id:{name}")):
            return frozenset({own}), None
        if len(alike) > 1 and own not in alike:
            return frozenset(alike), f"may be {series(sorted(alike.values()), 'or')}"
        if not sought.equal(name) and (own in alike or names.knows(name) or self._words.knows(kind, name)):
            return frozenset({own}), None
        perhaps, why = sought.may_be(name)
        others = {NOBODY} if own in perhaps else frozenset[str]()
        return frozenset({own, *perhaps, *others}), f"is no known name, but {why}" if perhaps else None

    def _roots_known(self, text: str) -> None:
        for classes in classes_of(text) or ():
            if classes and not (known_words().knows(SEGMENTS, classes[0]) or self._words.knows(SEGMENTS, classes[0])):
                near = self._words.nearest(SEGMENTS, classes[0])
                sentence, expected = "no asset class under a known root", "a dotted name such as core.user_plane"
                way_out = "Correct the cell, or leave it empty where the class is not known."
                raise _RowFault("asset_class", sentence, text.strip(), expected, near, way_out)
        if len(self._good_classes) < REMEMBERED:
            self._good_classes.add(text)


_KEYS_OF_AXES = {
    "vendor_in": ("name",),
    "affiliate_of": ("name", "group"),
    "carrier_in": ("operator",),
    "listed_in": ("listed_by",),
    "controlled_from": ("controlled_from",),
    "action": ("action",),
    "buyer": ("buyer",),
    "product_category": ("product_category",),
}
"""The keys of a row that feed an axis; the other axes have columns of their own."""


def _used_keys(selection: Selection, tests: Sequence[terms.AxisTest]) -> frozenset[str]:
    """The folded keys that some rule tests, takes its term from or counts."""
    used = {key for test in tests for key in _KEYS_OF_AXES.get(test.axis, ())}
    lists = {value for test in tests if test.axis == "listed_in" for value in test.values}
    used |= {key for key in LISTING_KEYS if terms.list_name(key) in lists}
    for rule in selection.rules:
        used |= rule_facts(rule) | implying(rule_facts(rule))
        used |= {f"share_{limit.measure}" for limit in rule.limits} | ({"unit"} if rule.limits else set())
    return frozenset(map(fold, used))


def _sought(tests: Sequence[terms.AxisTest], kind: str, words: KnownWords) -> SoughtNames:
    """The names that tests know of a kind, under all their spellings."""
    named = [test for test in tests if KIND_OF_AXIS.get(test.axis) == kind]
    values = {value for test in named for value in test.values}
    names = lexicon().vendors if kind == VENDORS else lexicon().carriers
    written = [(word, names.canon(word)) for test in named for word in test.written]
    known = [(word, names.canon(word)) for word in words.spelled.get(kind, {}).values()]
    return SoughtNames([pair for pair in (*written, *known) if pair[1] in values], written)


@lru_cache(maxsize=REMEMBERED)
def _plain(axis: str, text: str) -> frozenset[str] | None:
    return _names(text, lambda word: frozenset({terms.plain_word(axis, word)}))


def case_profile(record: Mapping[str, str], words: terms.Lexicon) -> terms.Profile:
    """What a case row says, as a profile; names mean what `words` makes of them."""

    def canon(kind: str, name: str) -> frozenset[str]:
        return frozenset({(words.vendors if kind == VENDORS else words.carriers).canon(name)})

    vendor = _pairs(record["vendor_profile"], "vendor_profile")
    return _profile(record, vendor, _pairs(record["known_facts"], "known_facts"), canon=canon, types=fact_types())


def _profile(
    record: Mapping[str, str], vendor: dict[str, str], known: dict[str, str], *, canon: Canon, types: Mapping[str, str]
) -> terms.Profile:
    """What a row says, from its cells and its two columns of pairs, which lose what feeds an axis."""

    def named(kind: str, text: str) -> frozenset[str] | None:
        return _names(text, lambda name: canon(kind, name))

    shares = _merged(_taken_shares(vendor), _taken_shares(known))
    listing = _listing(vendor, known)
    name = named(VENDORS, vendor.pop("name", ""))
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
    carrier = named(CARRIERS, known.pop("operator", ""))
    capability, complete = capability_of(record["capability"])
    facts = _facts(_merged(vendor, known), types)
    unit = known["unit"].strip() if "unit" in known else None
    if unit is not None and not _is_known(unit):
        unit = UNKNOWN_UNIT
    return terms.Profile(
        vendor=name,
        group=terms.Group() if group is None else _group(named(VENDORS, group)),
        carrier=carrier,
        asset_class=classes_of(record["asset_class"]),
        plain={axis: values for axis, text in plain.items() if (values := _plain(axis, text)) is not None},
        capability=capability,
        capability_complete=complete,
        listing=listing,
        shares={key.removeprefix("share_"): _share(key, text) for key, text in shares.items()},
        share_unit=unit,
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
        if holds_two_facts(segment) or (not mark and _LIST_MARKS.search(key)):
            way_out = "Write a semicolon between two facts, and | between values of which one holds."
            raise _RowFault(column, "two facts stand in one", segment.strip(), "key=value", way_out=way_out)
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
    """Whether a cell says a value."""
    return not terms.says_nothing(text)


def _names(text: str, meant: Callable[[str], frozenset[str]]) -> frozenset[str] | None:
    """One value, or several of which one holds (`A|B`); None where not known."""
    if not _is_known(text):
        return None
    parts = [part.strip() for part in text.split("|")]
    return frozenset().union(*map(meant, parts)) if all(map(_is_known, parts)) else None


def _group(names: frozenset[str] | None) -> terms.Group:
    """The group that a row gives: `unknown` is anyone's, several are one of them."""
    if names is None:
        return terms.Group(maybe=None)
    return terms.Group(sure=names) if len(names) == 1 else terms.Group(maybe=names)


def classes_of(text: str) -> tuple[tuple[str, ...], ...] | None:
    """The asset class of a cell, or several of which one holds; None where not known."""
    if not _is_known(text):
        return None
    return tuple(terms.class_words(part) for part in text.split("|"))


def capability_of(text: str) -> tuple[frozenset[str] | None, bool]:
    """(capabilities known, whether the list is complete); `none` is known none."""
    parts = [part for part in _LIST_MARKS.split(text) if part.strip()]
    known = [fold(part) for part in parts if _is_known(part)]
    if not known and len(parts) <= 1:
        return None, False
    return frozenset(known) - {"none"}, len(known) == len(parts)


def asset_listing(known: terms.Listing, facts: Mapping[str, str]) -> terms.Listing:
    """What lists say, and where an asset's own facts speak of a list, what they say of it."""
    listed = {key: text for key, text in facts.items() if key == "listed_by" or key in LISTING_KEYS}
    if not listed:
        return known
    try:
        own = _listing(dict(listed), {})
    except _RowFault:
        return known
    return terms.Listing((known.on - own.off) | own.on, (known.off - own.on) | own.off, known.on_none or own.on_none)


def _listing(vendor: dict[str, str], known: dict[str, str]) -> terms.Listing:
    """Lists named true or false; `listed_by=none` is on none. One list says nothing about another."""
    on: set[str] = set()
    off: set[str] = set()
    on_none = False
    for pairs in (vendor, known):
        for part in (p.strip() for p in pairs.pop("listed_by", "").split("|")):
            if part.casefold() == "none":
                on_none = True
            elif _is_known(part):
                on.add(terms.list_name(part))
        for key in LISTING_KEYS:
            value = terms.fact_value(pairs.pop(key, ""))
            if isinstance(value, bool):
                (on if value else off).add(terms.list_name(key))
    if on & off or (on and on_none):
        raise _RowFault(
            "vendor_profile",
            "the row puts the vendor both on a list and off it",
            ", ".join(sorted(on)),
            "one of the two",
        )
    return terms.Listing(frozenset(on), frozenset(off), on_none)


def _merged(vendor: Mapping[str, str], known: Mapping[str, str]) -> dict[str, str]:
    """The facts of both columns; a fact given two values is a fault, whichever column each stands in."""
    made: dict[str, tuple[str, str]] = {}
    for key, value in (*vendor.items(), *known.items()):
        first = made.setdefault(fold(key), (key, value))
        if first[1] != value:
            found = f"{first[0]}={first[1]}; {key}={value}"
            raise _RowFault("known_facts", "a key appears twice with two values", found, "one value")
    return dict(made.values())


def _facts(pairs: Mapping[str, str], types: Mapping[str, str]) -> dict[str, terms.FactValue]:
    made = {fold(key): terms.fact_value(text, types.get(key)) for key, text in pairs.items()}
    return {key: value for key, value in with_implied(made).items() if value is not None}
