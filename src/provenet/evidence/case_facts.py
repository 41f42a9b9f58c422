"""What a case knows on one day, as known on another: claims, owners, lists, names and supplied shares.

Every table is cut to what was public on the day known; who a party is and which site stands where are not. Ids are
those of `Succession`: a renamed party is one party.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import polars as pl

from provenet.core.ids import fold
from provenet.evidence.claims import Claim, ClaimBook, claim_of_row
from provenet.evidence.flips import Origins, relays_of
from provenet.evidence.listings import Listings, entry_of_row
from provenet.evidence.ownership import Control, Stake, stake_of_row
from provenet.evidence.succession import Succession
from provenet.model.known import as_known

READS = (
    *("claim", "policy", "party", "identifier", "ownership", "listing", "succession", "market_share"),
    *("asset", "site", "source"),
)
"""The tables a verdict rests on."""

Tables = Mapping[str, pl.DataFrame]
Shares = Mapping[str, tuple[float, float]]


@dataclass
class CaseFacts:
    """What is known; asked per vendor. Answers on control are remembered per threshold."""

    as_of: date
    book: ClaimBook
    stakes: tuple[Stake, ...]
    country_of: Mapping[str, str | None]
    shares: Mapping[tuple[str, str], Shares]
    vendor_of: Mapping[str, str]
    carrier_of: Mapping[str, str]
    criteria: frozenset[str]
    origins: Origins
    relays: Mapping[str, list[str]]
    listings: Listings
    succession: Succession
    _control: dict[float, Control] = field(default_factory=dict)

    def control(self, above_share: float) -> Control:
        """Who controls whom where a stake above this share is control. Cost O(stakes) once per threshold."""
        if above_share not in self._control:
            self._control[above_share] = Control.on(self.stakes, self.as_of, above_share)
        return self._control[above_share]

    def canon(self, party: str) -> str:
        """The id that stands for a party under all its names."""
        return self.succession.canon(party)


def case_facts(tables: Tables, as_of: date, known: date | None) -> CaseFacts:
    """Reads the tables of `READS`, uncut, as known on a day (None: all). Cost O(rows)."""

    def cut(name: str) -> Iterator[dict[str, object]]:
        frame = tables.get(name)
        if frame is not None and frame.height:
            yield from as_known(name, frame, tables["source"], known).iter_rows(named=True)

    succession = Succession.of(cut("succession"))
    canon = succession.canon
    # Who a party is does not depend on the day its row was read, so names and seats are not cut.
    vendor_of, carrier_of = _names(tables["party"], tables.get("identifier"), succession)
    said = [_renamed(claim_of_row(row), succession) for row in cut("claim")]
    stakes = [succession.renamed(stake_of_row(row)) for row in cut("ownership")]
    entries = [entry_of_row(row) for row in cut("listing")]
    entries = [replace(entry, party=canon(entry.party)) if entry.party else entry for entry in entries]
    policies = tables.get("policy")
    return CaseFacts(
        as_of=as_of,
        book=ClaimBook.of(said, {**carrier_of, **vendor_of}),
        stakes=(*stakes, *succession.mergers),
        country_of=_seats(tables["party"], succession),
        shares=_cap_shares(cut("market_share"), as_of, succession),
        vendor_of=vendor_of,
        carrier_of=carrier_of,
        criteria=frozenset(policies["policy_id"].to_list()) if policies is not None else frozenset(),
        origins=Origins(said),
        relays=relays_of(said),
        listings=Listings.on(entries, as_of),
        succession=succession,
    )


def _renamed(claim: Claim, succession: Succession) -> Claim:
    if not succession.canon_of:
        return claim
    return replace(claim, vendors=frozenset(succession.canon(vendor) for vendor in claim.vendors))


def _seats(parties: pl.DataFrame, succession: Succession) -> dict[str, str | None]:
    """The seat of each party; of a renamed one, that of its row under the id that stands for it, else any."""
    made: dict[str, str | None] = {}
    for party, country in sorted(parties.select("party_id", "country").iter_rows()):
        one = succession.canon(party)
        if party == one or made.get(one) is None:
            made[one] = country
    return made


def _names(
    parties: pl.DataFrame, identifiers: pl.DataFrame | None, succession: Succession
) -> tuple[dict[str, str], dict[str, str]]:
    """Folded names, aliases and ids to party ids: of carriers, and of everybody else."""
    roles = dict(parties.select("party_id", "role").iter_rows())
    pairs = [(pid, pid) for pid in roles] + [
        (name, pid) for pid, name in parties.select("party_id", "name").iter_rows()
    ]
    if identifiers is not None and identifiers.height:
        aliases = identifiers.filter(pl.col("scheme") == "name").sort("value", "party_id")
        pairs += list(aliases.select("value", "party_id").iter_rows())
    others: dict[str, str] = {}
    carriers: dict[str, str] = {}
    for name, pid in pairs:
        held = carriers if roles.get(pid) == "carrier" else others
        held.setdefault(fold(name), succession.canon(pid))
    return others, carriers


def _cap_shares(
    shares: Iterator[dict[str, object]], as_of: date, succession: Succession
) -> dict[tuple[str, str], dict[str, tuple[float, float]]]:
    """Supplied shares of one vendor within one carrier, the newest of each kind of measure not after the day."""
    made: dict[tuple[str, str], dict[str, tuple[float, float]]] = {}

    def order(row: Mapping[str, object]) -> tuple[str, str]:
        return str(row["as_of_low_on"]), str(row["row_id"])

    for row in sorted(shares, key=order):
        start, vendors, carrier = row["as_of_low_on"], row["vendor_ids"], row["carrier_id"]
        if not isinstance(start, date) or start > as_of or row["forecast"] or row["complement"]:
            continue
        if isinstance(vendors, list) and len(vendors) == 1 and isinstance(carrier, str):
            low, high = row["low_share"], row["high_share"]
            if isinstance(low, float) and isinstance(high, float):
                kinds = made.setdefault((succession.canon(vendors[0]), carrier), {})
                kinds[str(row["measure_kind"])] = (low, high)
    return made
