"""What a case knows on one day, as known on another: claims, owners, lists, names and supplied shares.

Every table is cut to what was public on the day known; who a party is and which site stands where are not. Ids are
those of `Succession`: a renamed party is one party.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from math import inf, nextafter

import polars as pl

from provenet.case.asof import as_known, in_roles
from provenet.case.parties import DIFFERENT, judged, known_names, told_apart
from provenet.case.rows import (
    AbsenceRow,
    ClaimRow,
    ListingRow,
    MarketShareRow,
    OwnershipRow,
    SuccessionRow,
    iter_rows_of,
)
from provenet.case.tables import empty
from provenet.core.errors import UsageFault, clip
from provenet.core.grouping import grouped
from provenet.core.ids import fold, name_key, names_in
from provenet.core.names import fold_name
from provenet.core.sought_names import SoughtNames
from provenet.core.wording import series
from provenet.evidence.claims import Claim, ClaimBook, claim_of_row
from provenet.evidence.flips import Origins, relays_of
from provenet.evidence.listings import Listings, entry_of_row
from provenet.evidence.ownership import Control, Search, Stake, Succession, found_nothing, search_of_row, stake_of_row
from provenet.policy.terms import class_words, plain_word

READS = names_in("claim policy party identifier ownership listing absence succession market_share asset site source")
"""The tables a verdict rests on."""

STATES = ("government", "regulator")
Tables = Mapping[str, pl.DataFrame]
Shares = Mapping[str, tuple[float, float]]


@dataclass(frozen=True)
class Share:
    """A supplied share of one vendor within one carrier, of one class of assets and in one measure."""

    asset_class: tuple[str, ...]
    measures: frozenset[str]
    day: date
    low_share: float
    high_share: float


@dataclass
class CaseFacts:
    """What is known, vendor by vendor. Answers on control are remembered per threshold.

    `country_of` has seats as the table `party` writes them, `seat_of` as rules match them.
    """

    as_of: date
    book: ClaimBook
    stakes: tuple[Stake, ...]
    country_of: Mapping[str, str | None]
    seat_of: Mapping[str, str]
    shares: Mapping[tuple[str, str], list[Share]]
    vendor_of: Mapping[str, str]
    carrier_of: Mapping[str, str]
    criteria: frozenset[str]
    origins: Origins
    relays: Mapping[str, list[str]]
    listings: Listings
    succession: Succession
    searches: tuple[Search, ...] = ()
    states: frozenset[str] = frozenset()
    """Governments and regulators: nobody owns them."""
    doubtful: Mapping[tuple[bool, str], Mapping[str, str]] = field(default_factory=dict)
    """Of folded names that mean several parties, of carriers (true) or of others: each spelling with its party."""
    alike: Mapping[tuple[bool, str], Mapping[str, str]] = field(default_factory=dict)
    """The same of names without accents, marks and legal forms."""
    spellings: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """The names and aliases of each party."""
    apart: frozenset[frozenset[str]] = frozenset()
    """Pairs of parties that a row calls different."""
    _control: dict[float, Control] = field(default_factory=dict)

    def control(self, above_share: float) -> Control:
        """Who controls whom where a stake above this share is control. Cost O(stakes) once per threshold."""
        if above_share not in self._control:
            settled: dict[str, str | None] = dict.fromkeys(self.states)
            for party in self.parties:
                if search := found_nothing(self.searches, party, self.as_of, fact=None):
                    settled[party] = search.row
            self._control[above_share] = Control.on(self.stakes, self.as_of, above_share, settled=settled)
        return self._control[above_share]

    @cached_property
    def parties(self) -> frozenset[str]:
        """Every party of the case, each under the id that stands for it."""
        return frozenset({*self.country_of, *self.vendor_of.values(), *self.carrier_of.values()})

    def cap_shares(self, vendor: str, carrier: str, asset_class: str) -> Shares:
        """What caps may count of a vendor within a carrier for a class of assets, by folded measure.

        Of one measure the share of the narrowest class that covers this one counts, and of those the newest; two of one
        day that differ leave all between them open. Cost O(shares of the pair).
        """
        found: dict[str, list[Share]] = {}
        words = class_words(asset_class)
        for share in self.shares.get((self.canon(vendor), self.canon(carrier)), ()):
            if words[: len(share.asset_class)] == share.asset_class:
                for measure in share.measures:
                    found.setdefault(measure, []).append(share)
        made: dict[str, tuple[float, float]] = {}
        for measure, shares in sorted(found.items()):
            best = max((len(share.asset_class), share.day) for share in shares)
            kept = [share for share in shares if (len(share.asset_class), share.day) == best]
            made[measure] = min(share.low_share for share in kept), max(share.high_share for share in kept)
        return made

    def decider(self, word: str) -> str:
        """The id by which the case knows a party that a rule lets decide; else the word itself."""
        return self.named([word], carrier=False) or self.named([word], carrier=True) or word

    def named(self, words: Sequence[str], *, carrier: bool) -> str | None:
        """The party that a word in its spellings means, among carriers or all others; None where the case has none.

        Raises UsageFault for a word that means several equally well: none of them may be taken for it.
        """
        names, found, ids = self.carrier_of if carrier else self.vendor_of, set[str | None](), set[str]()
        for word in words:
            several = self.doubtful.get((carrier, fold(word)))
            if several is None and fold(word) not in names:
                several = self.alike.get((carrier, fold_name(word)))
            if several is None:
                found.add(names.get(fold(word)) or names.get(fold_name(word)))
            else:
                ids.update(several.values())
                found.add(several.get(f"id:{word}") or several.get(name_key(word)))
        if ids and (None in found or len(found) > 1):
            choice = series(sorted(ids), "or")
            text = f"{len(ids)} parties match this name equally well"
            raise UsageFault(f"screen: {text}; found {clip(words[0])!r}, expected the id of one: {choice}.")
        return next(iter(found), None)

    def may_be(self, party: str, sought: SoughtNames) -> tuple[frozenset[str], str]:
        """Which of those that rules test a party of this case may be by its names, and why; none told apart already."""
        party = self.canon(party)
        names = self.spellings.get(party, (party,))
        found, why = sought.may_be(*names)
        known = self._known(party, names)
        told = {
            one
            for one, name in found.items()
            if frozenset((party, one)) in self.apart or (known and self._known(one, (name,)) not in (None, known))
        }
        return frozenset(found) - told, f"{names[0]} is no known name, but {why}." if len(found) > len(told) else ""

    def _known(self, party: str, names: Iterable[str]) -> str | None:
        """The party that the product knows by this id, or by one of these names; those are told apart."""
        if party in told_apart():
            return party
        return next((one for name in names if (one := known_names().match(name))), None)

    def canon(self, party: str) -> str:
        """The id that stands for a party under all its names."""
        return self.succession.canon(party)


def case_facts(tables: Tables, as_of: date, known: date | None) -> CaseFacts:
    """Reads the tables of `READS`, uncut, as known on a day (None: all). Cost O(rows)."""

    def cut(name: str) -> pl.DataFrame:
        rows = tables.get(name)
        return empty(name) if rows is None or rows.is_empty() else as_known(name, rows, tables["source"], day=known)

    succession = Succession.of(iter_rows_of(SuccessionRow, cut("succession")))
    canon = succession.canon
    # Who a party is does not depend on the day its row was read, so names and seats are not cut; its role has days.
    pairs = _name_pairs(tables["party"], tables.get("identifier"))
    vendor_of, carrier_of, doubtful, alike = _names(tables["party"], pairs, succession)
    spellings = grouped((canon(party), name) for name, party in pairs)
    decided = judged(iter_rows_of(SuccessionRow, cut("succession")))
    claims = [_renamed(claim_of_row(row), succession) for row in iter_rows_of(ClaimRow, cut("claim"))]
    stakes = [succession.renamed(stake_of_row(row)) for row in iter_rows_of(OwnershipRow, cut("ownership"))]
    entries = [entry_of_row(row) for row in iter_rows_of(ListingRow, cut("listing"))]
    entries = [replace(entry, party=canon(entry.party)) if entry.party else entry for entry in entries]
    searches = [search_of_row(row) for row in iter_rows_of(AbsenceRow, cut("absence"))]
    searches = [replace(search, party=canon(search.party)) if search.party else search for search in searches]
    policies, seats = tables.get("policy"), _seats(tables["party"], succession)
    return CaseFacts(
        as_of=as_of,
        book=ClaimBook.of(claims, {**carrier_of, **vendor_of}, searches),
        stakes=(*stakes, *succession.mergers),
        country_of=seats,
        seat_of={party: plain_word("controlled_from", seat) for party, seat in seats.items() if seat},
        shares=_supplied_shares(iter_rows_of(MarketShareRow, cut("market_share")), as_of, succession),
        vendor_of=vendor_of,
        carrier_of=carrier_of,
        criteria=frozenset(policies["policy_id"].to_list()) if policies is not None else frozenset(),
        origins=Origins(claims),
        relays=relays_of(claims),
        listings=Listings.on(entries, as_of),
        succession=succession,
        doubtful=doubtful,
        alike=alike,
        spellings=spellings,
        apart=frozenset(frozenset(map(canon, pair)) for pair, how in decided.items() if how == DIFFERENT),
        searches=tuple(searches),
        states=frozenset(
            canon(party)
            for party, role in in_roles(tables["party"], as_of, known).select("party_id", "role").iter_rows()
            if role in STATES
        ),
    )


def _renamed(claim: Claim, succession: Succession) -> Claim:
    if not succession.canon_of:
        return claim
    return replace(claim, vendors=frozenset(succession.canon(vendor) for vendor in claim.vendors))


def _seats(parties: pl.DataFrame, succession: Succession) -> dict[str, str | None]:
    """The seat of each party; of a renamed one, that under its last name, else under the others where they agree."""
    found: dict[str, dict[bool, set[str]]] = {}
    for party, country in parties.select("party_id", "country").iter_rows():
        if country:
            by_name = found.setdefault(succession.canon(party), {True: set(), False: set()})
            by_name[party not in succession.renamed_away].add(country)
    made: dict[str, str | None] = {}
    for one, by_name in found.items():
        seats = by_name[True] or by_name[False]
        made[one] = next(iter(seats)) if len(seats) == 1 else None
    return made


Doubtful = dict[tuple[bool, str], dict[str, str]]
"""Folded names that mean several parties, of carriers (true) or of others: each spelling with its party."""


def _name_pairs(parties: pl.DataFrame, identifiers: pl.DataFrame | None) -> list[tuple[str, str]]:
    """Names and aliases with their parties: the names first."""
    pairs = sorted((name, pid) for pid, name in parties.select("party_id", "name").iter_rows())
    if identifiers is not None and identifiers.height:
        aliases = identifiers.filter(pl.col("scheme") == "name").sort("value", "party_id")
        pairs += list(aliases.select("value", "party_id").iter_rows())
    return pairs


def _names(
    parties: pl.DataFrame, named: Sequence[tuple[str, str]], succession: Succession
) -> tuple[dict[str, str], dict[str, str], Doubtful, Doubtful]:
    """Folded names, aliases and ids to party ids: of everybody else, of carriers; and those that mean several, as they
    are and without accents, marks and legal forms."""
    roles = dict(sorted(parties.select("party_id", "role").iter_rows()))
    pairs = [*((pid, pid) for pid in roles), *named]
    others: dict[str, str] = {}
    carriers: dict[str, str] = {}
    for name, pid in pairs:
        held = carriers if roles.get(pid) == "carrier" else others
        held.setdefault(fold(name), succession.canon(pid))
    for held in (others, carriers):
        _add_spellings(held, [(name, succession.canon(pid)) for name, pid in pairs if held.get(fold(name))])
    sided = [(roles.get(pid) == "carrier", name, pid) for name, pid in pairs]
    return others, carriers, _doubtful(sided, succession, folded=fold), _doubtful(sided, succession, folded=fold_name)


def _doubtful(
    pairs: Iterable[tuple[bool, str, str]], succession: Succession, *, folded: Callable[[str], str]
) -> Doubtful:
    """Folded names that mean several parties, each with those ids and spellings that still mean one."""
    meant: dict[tuple[bool, str], dict[str, set[str]]] = {}
    for carrier, name, party in pairs:
        spellings = meant.setdefault((carrier, folded(name)), {})
        spellings.setdefault(f"id:{party}", set()).add(succession.canon(party))
        if name != party:
            spellings.setdefault(name_key(name), set()).add(succession.canon(party))
    return {
        key: {spelling: min(parties) for spelling, parties in spellings.items() if len(parties) == 1}
        for key, spellings in meant.items()
        if len(set.union(*spellings.values())) > 1
    }


def _add_spellings(held: dict[str, str], pairs: Iterable[tuple[str, str]]) -> None:
    """Names without accents, marks and legal forms, where that means one party alone."""
    meant: dict[str, set[str]] = {}
    for name, party in pairs:
        if held[fold(name)] == party:
            meant.setdefault(fold_name(name), set()).add(party)
    for spelling, parties in meant.items():
        if len(parties) == 1:
            held.setdefault(spelling, next(iter(parties)))


def _supplied_shares(
    rows: Iterable[MarketShareRow], as_of: date, succession: Succession
) -> dict[tuple[str, str], list[Share]]:
    """Supplied shares of one vendor within one carrier, not of a later day; forecasts and sets of vendors are none."""
    made: dict[tuple[str, str], list[Share]] = {}
    for row in rows:
        start, vendors, carrier = row["as_of_low_on"], row["vendor_ids"], row["carrier_id"]
        if start is None or start > as_of or row["forecast"] or row["complement"]:
            continue
        if len(vendors) == 1 and carrier is not None:
            # "Over 35 %" does not hold 35 %: the lowest share it may be lies above any limit of 35 %.
            least = nextafter(row["low_share"], inf) if row["low_open"] else row["low_share"]
            measures = frozenset({fold(row["measure_kind"]), fold(row["measure"])}) - _NO_MEASURE
            share = Share(class_words(row["asset_class"]), measures, start, least, row["high_share"])
            made.setdefault((succession.canon(vendors[0]), succession.canon(carrier)), []).append(share)
    return made


_NO_MEASURE = frozenset({"other"})
"""A kind of measure that says only which measures it is not."""
