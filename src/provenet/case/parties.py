"""Who is meant by a name: parties by role.

A name means the party that is listed under it, whatever its case and width; else the one whose name it is without
hyphens and spaces; else the one whose name it is without accents, marks and legal forms. A name that means two
parties equally well means neither. A case's own identifier and party rows add to the built-in aliases, so files may
be added in any order. Source: own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import SequenceMatcher
from functools import cache
from typing import TYPE_CHECKING

import polars as pl

from provenet.case.rows import IdentifierRow, iter_rows_of
from provenet.case.tables import vocabulary
from provenet.core import wording
from provenet.core.countries import countries, packaged_rows
from provenet.core.errors import Fault, UsageFault, clip, nearest
from provenet.core.ids import distinct_id, fold, name_id, name_key, slug
from provenet.core.names import fold_name, letter_mask, letters_off, most_letters_off

if TYPE_CHECKING:
    from provenet.case.case import Case

VENDOR, CARRIER, ANY = "vendor", "carrier", "party"
"""The roles a column may ask for."""
_BY_NAME = "its name or id"
_BY_HYPHEN = "its name but for hyphens and spaces"
_BY_FORM = "its name but for accents, marks and legal forms"


@dataclass(frozen=True)
class NameMatch:
    """A party that a name may mean: a listed spelling, from 0 to 1 how alike the two are, and in what."""

    party_id: str
    spelling: str
    score: float
    reason: str

    @property
    def how(self) -> str:
        """The score and its reason, as a fault shows them."""
        return f"Score {self.score:.2f} ({self.reason})"


ADD_PARTY = "add a party of this name (a file with name,role,country)"
"""What helps where a file names a party that the case does not know: another spelling alone means nobody."""


def wanted(found: Sequence[NameMatch], role: str = ANY) -> tuple[str, str]:
    """What a fault says of a name that means no party of a role, or two equally well, and what it expects instead."""
    if len(found) < 2:
        return f"no such {role}", "a name or identifier in party"
    choice = wording.series((f"{one.party_id} ({one.spelling}: {one.reason})" for one in found), "or")
    return f"{len(found)} parties match this name equally well", f"the id of one: {choice}"


Meanings = dict[str, dict[str, str]]
"""A form of a name to the parties that it means, each with its first spelling."""


def _mean(meanings: Meanings, form: str, party_id: str, *, name: str) -> None:
    """Adds a party to those that a form means, under its first spelling; copies share the inner dictionaries."""
    known = meanings.get(form)
    if known is None:
        meanings[form] = {party_id: name}
    elif party_id not in known:
        meanings[form] = {**known, party_id: name}


@dataclass
class _Spellings:
    """The names of the parties of one role, in the three forms by which they are compared."""

    ids: dict[str, None] = field(default_factory=dict)
    exact: Meanings = field(default_factory=dict)
    folded: Meanings = field(default_factory=dict)
    _bare: Meanings | None = None
    _masks: dict[str, int] | None = None

    def add(self, name: str, party_id: str) -> None:
        if party_id not in self.exact.get(key := name_key(name), {}):
            _mean(self.exact, key, party_id, name=name)
            _mean(self.folded, fold(name), party_id, name=name)
            self._bare = None
        if party_id not in self.ids:
            self.ids[party_id] = None
            _mean(self.folded, fold(party_id), party_id, name=party_id)
            self._bare = None

    def copy(self) -> _Spellings:
        """The same spellings, to add to."""
        return _Spellings(dict(self.ids), dict(self.exact), dict(self.folded), self._bare)

    @property
    def bare(self) -> Meanings:
        """The names without accents, marks and legal forms; made when they are first looked for."""
        if self._bare is None:
            self._bare, self._masks = {}, None
            for meant in self.folded.values():
                for party, spelled in meant.items():
                    self._bare.setdefault(fold_name(spelled), {}).setdefault(party, spelled)
        return self._bare

    def meant(self, name: str) -> Mapping[str, str]:
        """The parties that a name means by itself, or else but for hyphens and spaces."""
        if name in self.ids:
            return {name: name}
        return self.exact.get(name_key(name)) or self.folded.get(fold(name)) or {}

    def matches(self, name: str) -> list[NameMatch]:
        """The parties that a name means, by the closest form in which it means any."""
        if name in self.ids:
            return [NameMatch(name, name, 1.0, _BY_NAME)]
        forms = (
            (self.exact.get(name_key(name)), 1.0, _BY_NAME),
            (self.folded.get(fold(name)), 0.99, _BY_HYPHEN),
            (self.bare.get(fold_name(name)), 0.95, _BY_FORM),
        )
        for found, score, reason in forms:
            if found:
                return [NameMatch(party, spelled, score, reason) for party, spelled in sorted(found.items())]
        return []

    def near(self, name: str) -> list[NameMatch]:
        """The parties whose names lie near a name that means none of them, the nearest first."""
        written = fold_name(name)
        most = most_letters_off(written)
        found: dict[str, NameMatch] = {}
        bare, mask = self.bare, letter_mask(written)
        if self._masks is None:
            self._masks = {other: letter_mask(other) for other in bare}
        for other, letters in self._masks.items() if most else ():
            alike = (mask & ~letters).bit_count() <= most and (letters & ~mask).bit_count() <= most
            off = letters_off(written, other, most) if alike and len(other) > most else None
            if off:
                score, reason = 1 - off / max(len(written), len(other)), f"{off} letter{'s'[: off > 1]} off"
                for party, spelled in bare[other].items():
                    match = NameMatch(party, spelled, round(score, 2), reason)
                    if party not in found or found[party].score < match.score:
                        found[party] = match
        return sorted(found.values(), key=lambda match: (-match.score, match.spelling, match.party_id))


@cache
def bundled_names() -> Mapping[str, str]:
    """The names of public bodies in `facts/parties_extra.csv` by their ids, such as issuers of the packs shipped."""
    rows = packaged_rows("facts", "parties_extra.csv")
    return {row["party_id"]: row["name"] for row in rows if row["role"] in ("government", "regulator")}


@cache
def known_names() -> PartyNames:
    """The built-in names, to look up in: nothing is added to them."""
    made = PartyNames()
    aliases = packaged_rows("facts", "aliases.csv")
    ids: dict[str, str] = {}
    for row in packaged_rows("facts", "parties_extra.csv"):
        made.add(row["party_id"], row["name"], row["role"])
        made.add(row["party_id"], row["party_id"].replace("-", " "), row["role"])
        ids[row["name"]] = row["party_id"]
    for row in packaged_rows("facts", "vendors.csv"):
        made.add(slug(row["vendor"]), row["vendor"], VENDOR)
    for row in aliases:
        made.add(ids.get(row["name"]) or slug(row["name"]), row["name"], row["kind"])
    for row in aliases:
        made.add(ids.get(row["name"]) or slug(row["name"]), row["alias"], row["kind"])
    return made


@cache
def told_apart() -> frozenset[str]:
    """The vendors and carriers that the product knows: names of two of them are two, however alike."""
    return frozenset(party for role in (CARRIER, VENDOR) for _, party in known_names().listed(role))


class PartyNames:
    """Names, aliases and ids of parties, kept apart by role: `Rakuten` the carrier is not `Rakuten` the vendor."""

    def __init__(self) -> None:
        self._spellings = {VENDOR: _Spellings(), CARRIER: _Spellings(), ANY: _Spellings()}
        self._roles: dict[str, str] = {}
        self._folded_ids: dict[str, str] = {}
        self._same: set[frozenset[str]] = set()

    @staticmethod
    def built_in() -> PartyNames:
        """The names of `facts/aliases.csv`, `facts/vendors.csv` and `facts/parties_extra.csv`, to add to."""
        return known_names().copy()

    @staticmethod
    def of(
        parties: Iterable[Mapping[str, object]],
        identifiers: Iterable[Mapping[str, object]],
        successions: Iterable[Mapping[str, object]] = (),
    ) -> PartyNames:
        """The built-in names and those of a case's rows of `party`, `identifier` and `succession`."""
        made = PartyNames.built_in()
        for row in parties:
            made.add(str(row["party_id"]), str(row["name"]), str(row["role"]))
        for row in identifiers:
            if row["scheme"] == "name":
                made.add(str(row["party_id"]), str(row["value"]))
        made._same = {pair for pair, how in judged(successions).items() if how == SAME}
        return made

    @staticmethod
    def of_case(case: Case) -> PartyNames:
        """The built-in names and those that a case lists."""
        tables = (case.read(name).iter_rows(named=True) for name in ("party", "identifier", "succession"))
        return PartyNames.of(*tables)

    def add(self, party_id: str, name: str, role: str | None = None) -> None:
        """Declares that `name`, and the id itself, mean a party.

        Without a role the party keeps the role it has; one never seen answers to any role.
        """
        known = self._roles.get(party_id)
        if known is None:
            self._roles[party_id] = role or ""
            self._folded_ids.setdefault(fold(party_id), party_id)
        role = role or known or ""
        places = (role, ANY) if role in (VENDOR, CARRIER) else (ANY,) if role else (VENDOR, CARRIER, ANY)
        for place in places:
            self._spellings[place].add(name, party_id)

    def copy(self) -> PartyNames:
        """An independent copy, for the names that one file introduces."""
        made = PartyNames()
        made._spellings = {role: spellings.copy() for role, spellings in self._spellings.items()}
        made._roles, made._folded_ids, made._same = dict(self._roles), dict(self._folded_ids), set(self._same)
        return made

    def find(self, name: str, role: str = ANY) -> str | None:
        """The id of the party listed under a name, also without its hyphens and spaces; None where none or two are.

        Cost O(len(name)).
        """
        return self._one(self._spellings[role].meant(name))

    def _one(self, found: Iterable[str]) -> str | None:
        """The one party among those found; of parties that a row calls the same, the first id."""
        ids = sorted(found)
        alike = all(frozenset((ids[0], other)) in self._same for other in ids[1:])
        return ids[0] if ids and alike else None

    def declared(self, name: str, role: str = ANY) -> str | None:
        """The id of the party that already has this very name or id: another spelling is another party."""
        spellings = self._spellings[role]
        if name in spellings.ids:
            return name
        found = spellings.exact.get(name_key(name)) or {}
        return next(iter(found)) if len(found) == 1 else None

    def new_id(self, name: str) -> str:
        """An id for a party of this name, which no party of another name has."""
        plain = name_id(name)
        taken = self._folded_ids.get(fold(plain))
        free = taken is None or (taken == plain and taken in self._spellings[ANY].exact.get(name_key(name), {}))
        return plain if free else distinct_id(name)

    def listed(self, role: str) -> Iterator[tuple[str, str]]:
        """Every name of a role with the id of its party."""
        for meant in self._spellings[role].exact.values():
            yield from ((spelled, party) for party, spelled in meant.items())

    def matches(self, name: str, role: str = ANY) -> list[NameMatch]:
        """The parties that a name means in a role, with how alike name and spelling are and in what.

        One is the answer; two mean the name equally well, and neither may be taken for it. A listed name or id comes
        before one that differs by hyphens and spaces, and that before one that differs by accents, marks or legal
        form. Cost O(len(name)) once the names were folded.
        """
        found = self._spellings[role].matches(name)
        one = self._one(match.party_id for match in found)
        return [match for match in found if one is None or match.party_id == one]

    def near(self, name: str, role: str = ANY) -> list[NameMatch]:
        """The parties whose names lie near a name that means none, the nearest first. Cost O(names)."""
        return self._spellings[role].near(name)

    def match(self, name: str, role: str = ANY) -> str | None:
        """The id of the one party that a name means in a role, in any form; None where it means none or two."""
        found = self._spellings[role].meant(name)
        return self._one(found or (match.party_id for match in self.matches(name, role)))

    def resolve(self, name: str, option: str, role: str = ANY) -> str:
        """The id of the party that a person named: by its id, its name or an alias, in that role or in any.

        Every option that takes a party resolves it here, so that one spelling works everywhere. Raises UsageFault
        with both parties where a name means two, and with the nearest where it means none; nothing is ever guessed.
        """
        found = self.matches(name, role) or self.matches(name)
        if len(found) == 1:
            return found[0].party_id
        if found:
            text, expected = wanted(found)
            raise UsageFault(f"{option}: {text}; found {clip(name)!r}, expected {expected}.")
        close = self.closest(name, role) or self.closest(name)
        hint = f" Nearest: {close.spelling}. {close.how}." if close else ""
        raise UsageFault(f"{option}: the case has no party of this name; found {clip(name)!r}.{hint}")

    def carrier(self, name: str, country: str | None) -> str | None:
        """The id of a carrier; a name that is a group alone means, with a country, the company there."""
        groups = {fold(group) for group in vocabulary()["carrier_groups"]}
        where = countries().name(country) if country else None
        if where and fold(name) in groups:
            found = (self.match(f"{name} {spelling}", CARRIER) for spelling in (where, *countries().also(where)))
            return next((party for party in found if party), None)
        return self.match(name, CARRIER)

    def closest(self, name: str, role: str = ANY) -> NameMatch | None:
        """The listed spelling closest to a name that means no party, with its score; None where nothing is alike.

        Cost O(spellings).
        """
        spellings = self._spellings[role]
        near = spellings.near(name)
        if near:
            return near[0]
        listed = {spelled: party for meant in spellings.exact.values() for party, spelled in meant.items()}
        hit = nearest(name, listed)
        if hit is None:
            return None
        score = SequenceMatcher(None, name.casefold().strip(), hit.casefold()).ratio()
        return NameMatch(listed[hit], hit, round(score, 2), "alike in parts")

    def refusal(
        self,
        name: str,
        role: str = ANY,
        *,
        place: str,
        column: str,
        row: int = 0,
        way_out: str = f"Fix the name, or {ADD_PARTY}.",
        near: bool = True,
    ) -> Fault:
        """The fault of a name that means no party of a role, or two; with the nearest, which is dear, where `near`."""
        text, expected = wanted(self.matches(name, role), role)
        close = self.closest(name, role) if near else None
        return Fault(
            place,
            text,
            row,
            column=column,
            found=name,
            expected=expected,
            nearest=close.spelling if close else None,
            nearest_why=close.how if close else None,
            way_out=way_out,
        )

    def nearest(self, name: str, role: str = ANY) -> str | None:
        """The listed spelling closest to a name. Cost O(spellings)."""
        close = self.closest(name, role)
        return None if close is None else close.spelling


SAME, DIFFERENT = "same", "different"
"""What a row of `succession` may say of two names on the judgement of whoever wrote it: one party, or two."""
JUDGEMENT = ("predecessor_id", "successor_id", "how", "note", "locator")
"""The columns of `succession` that hold a judgement, its reason and its place."""
_NAMED = {"party": ("party_id", "name"), "site": ("site_id", "name"), "source": ("source_id", "title")}


def unreasoned() -> pl.Expr:
    """Which rows of `succession` call two parties the same, or different, and give no reason in words.

    `REASON` itself, which `check` prints in place of one, is none.
    """

    reasoned = pl.col("note").str.contains(r"\p{L}") & (pl.col("note").str.strip_chars() != "REASON")
    return pl.col("how").is_in([SAME, DIFFERENT]) & ~reasoned.fill_null(False)


def judged(rows: Iterable[Mapping[str, object]]) -> dict[frozenset[str], str]:
    """Pairs of parties that rows of `succession` call the same or different, each with what holds.

    Of several rows on a pair the one with the latest first day holds, one without a day before all others; on one day
    *different* holds, so that a merge is undone by a row of its own.
    """
    found: dict[frozenset[str], tuple[date, str]] = {}
    for row in rows:
        if row["how"] in (SAME, DIFFERENT):
            pair = frozenset((str(row["predecessor_id"]), str(row["successor_id"])))
            day = row["from_on"] if isinstance(row["from_on"], date) else date.min
            stands = found.get(pair)
            if stands is None or (day, row["how"] == DIFFERENT) > (stands[0], stands[1] == DIFFERENT):
                found[pair] = (day, str(row["how"]))
    return {pair: how for pair, (_, how) in found.items()}


@dataclass(frozen=True)
class MergedNames:
    """An id under which rows with different names stand: its table, the id, and each name with its place."""

    table: str
    id: str
    names: tuple[tuple[str, str], ...]

    def text(self) -> str:
        """The names with their places, as a sentence lists them."""
        listed = wording.series((f"{clip(name)!r} ({where})" for name, where in self.names), "and", shown=4)
        return f"{self.table} {self.id}: {listed}"


def merged_names(frames: Mapping[str, pl.DataFrame]) -> Iterator[MergedNames]:
    """The ids of parties, sites and sources under which stored rows bear different names, aliases aside.

    Names that rows no longer hold are lost. Cost O(rows).
    """
    aliases = {
        (str(row["party_id"]), name_key(str(row["value"])))
        for row in frames["identifier"].iter_rows(named=True)
        if row["scheme"] == "name"
    }
    for table, (key, spelled) in _NAMED.items():
        names: dict[str, dict[str, tuple[str, str]]] = {}
        for one, name, where in frames[table].sort("locator").select(key, spelled, "locator").iter_rows():
            names.setdefault(one, {}).setdefault(name_key(name), (name, where))
        for one, spellings in sorted(names.items()):
            kept = [named for folded, named in spellings.items() if (one, folded) not in aliases]
            if len(spellings) > 1 and kept:
                yield MergedNames(table, one, tuple(spellings.values()))


def carrier_numbers(tables: Mapping[str, pl.DataFrame], country: str) -> Iterable[tuple[str, IdentifierRow]]:
    """The AS numbers of the carriers of a country: (party, row of `identifier`), by party and number."""
    codes = {country, countries().code(country), countries().name(country)}
    parties = tables["party"].filter(pl.col("role") == "carrier", pl.col("country").is_in([c for c in codes if c]))
    rows = tables["identifier"].filter(
        pl.col("scheme") == "asn", pl.col("party_id").is_in(parties["party_id"].unique().to_list())
    )
    rows = rows.filter(pl.col("value").str.contains(r"^[1-9][0-9]{0,9}$")).sort("party_id", "value", "row_id")
    for row in iter_rows_of(IdentifierRow, rows):
        yield row["party_id"], row
