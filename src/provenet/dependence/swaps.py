"""Swaps: contracts on record that replace a vendor of a share and may be later than it.

A share is one of its day. A contract that takes one vendor's equipment away, and is not certainly older than the share,
may have moved all of that vendor's part since, or none: then its low end is 0 there, and the vendor that takes its
place may have as much more. A contract counts from the first day it may be of; one of the year of a share, or without
a day, may be later. It reaches the shares of its carrier, of carriers merged with it or of one network with it, in any
part of a network that its own holds or lies in. In a share of the whole country at most the carrier's weight moves, if
customers spread evenly over equipment. A newer share of the same network says how far it went, as does the row itself.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from functools import cache

from provenet.case.rows import ProcurementRow, RidesOnRow, SuccessionRow
from provenet.case.tables import vocabulary
from provenet.core.grouping import grouped
from provenet.core.ids import fold
from provenet.dependence.intervals import ONE, ZERO, exact, number_text
from provenet.dependence.question import CarrierShare, DependenceQuestion, overlaps, segment_of
from provenet.dependence.whole import Swap, Whole

ONE_NETWORK = ("joint network", "sharing")
"""Forms by which carriers use one set of equipment."""


def since(
    question: DependenceQuestion,
    whole: Whole,
    *,
    carrier: str | None,
    asset_class: str,
    generation: str | None,
    day: date | None,
) -> Whole:
    """A whole whose shares are of `day` or later, with what contracts on record may have changed since."""
    rows = [
        row
        for row in question.replacements
        if (row["day_high_on"] or date.max) >= (day or date.min)
        and _is_of(row["segment"], asset_class, generation)
        and whole.names([*_old(row), *row["vendor_ids"]])
        and whole.share_of(_old(row)).high > 0
        and (None in (carrier, row["carrier_id"]) or _one_network(question, carrier or "", row["carrier_id"] or ""))
    ]
    return (
        Whole(whole.shares, whole.country_of, _swap(question, rows, carrier=carrier, asset_class=asset_class))
        if rows
        else whole
    )


def _old(row: ProcurementRow) -> list[str]:
    return row["replaces_vendor_ids"] or []


def _is_of(segment: str, asset_class: str, generation: str | None) -> bool:
    """Whether an event in a segment may reach equipment of a class and generation: either may hold the other."""
    means = _listed().get(fold(segment), {"asset_class": "all"})  # any, where it is no listed word
    own = means.get("generation")
    same = not (own and generation) or not {*own.split("/")}.isdisjoint(generation.split("/"))
    return same and overlaps(means["asset_class"] or "all", asset_class)


@cache
def _listed() -> Mapping[str, Mapping[str, str]]:
    return {fold(word): means for word, means in vocabulary()["segments"].items()}


def _one_network(question: DependenceQuestion, one: str, other: str) -> bool:
    return other in _onward(question, one) or one in _onward(question, other)


def _onward(question: DependenceQuestion, carrier: str) -> set[str]:
    """A carrier, those it became part of, and the networks that it shares."""
    changes = (row for row in question.rows(SuccessionRow) if row["how"] in ("merger", "rename"))
    steps = [(row["predecessor_id"], row["successor_id"]) for row in changes]
    steps += [(r["carrier_id"], r["host_id"] or "") for r in question.rows(RidesOnRow) if r["form"] in ONE_NETWORK]
    found = {carrier}
    while more := {to for start, to in steps if start in found} - found - {""}:
        found |= more
    return found


def _swap(
    question: DependenceQuestion, rows: Sequence[ProcurementRow], *, carrier: str | None, asset_class: str
) -> Swap:
    most, weighed = ZERO, list[str]()
    for whose, some in grouped((row["carrier_id"], row) for row in rows).items():
        weight, refs = (ONE, []) if carrier else _weight(question, whose, asset_class)
        parts = (ONE if row["high_replaced_share"] is None else exact(row["high_replaced_share"]) for row in some)
        most, weighed = most + weight * min(ONE, sum(parts, ZERO)), weighed + refs
    takers = [vendor for row in rows for vendor in row["vendor_ids"] or [""]]
    return Swap(
        old=frozenset(vendor for row in rows for vendor in _old(row)),
        new=frozenset() if "" in takers else frozenset(takers),
        most=min(ONE, most),
        refs=(*(f"procurement:{row['row_id']}" for row in rows), *weighed),
        says=f"contracts that may be later: {'; '.join(_says(question, row) for row in rows)}"
        + (f"; at most {number_text(most)} of the whole has changed hands" if most < ONE else ""),
    )


def _says(question: DependenceQuestion, row: ProcurementRow) -> str:
    """A contract in the words of a formula."""
    new, old = (question.names_of(some) or "others" for some in (row["vendor_ids"], _old(row)))
    return f"{question.name(row['carrier_id'] or 'all')}, {new} in place of {old} ({row['day'] or 'no date'})"


def _weight(question: DependenceQuestion, carrier: str | None, asset_class: str) -> tuple[Fraction, list[str]]:
    """The most that a carrier weighs in the country by any row of its size, with that row; all where none says."""
    kinds = vocabulary()["weight_kinds"].get(segment_of(asset_class), ())
    rows = [
        row
        for row in question.rows(CarrierShare)
        if row["carrier_id"] == carrier and row["country"] in question.places
        if row["measure_kind"] in kinds and question.belongs(row, "as_of")
    ]
    most = max(rows, key=lambda row: (row["high_share"], row["row_id"]), default=None)
    return (ONE, []) if most is None else (exact(most["high_share"]), [f"carrier_share:{most['row_id']}"])
