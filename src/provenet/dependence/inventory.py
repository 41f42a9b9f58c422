"""Counts from an inventory that a case supplies: known vendors of all units listed, unknown counted as unknown.

A count is of the units listed, not of a network: whether the list is complete, the list does not say. Without a unit
to divide by there is no share.
"""

from __future__ import annotations

from fractions import Fraction

from provenet.dependence.intervals import UNKNOWN, ZERO, Bound, share_float
from provenet.dependence.outcomes import Policies, Policy
from provenet.dependence.parts import PARTS, Masses, split_rows
from provenet.dependence.question import NO_DATES, Question, Row, segment_words, share_row

MEASURE = "units of the inventory supplied"


def counted_rows(question: Question) -> list[Row]:
    """Shares by vendor and parts under each policy, for each carrier and the country, asset class and layer."""
    grouped: dict[tuple[str | None, str, str | None], list[Row]] = {}
    for asset in question.rows("asset"):
        if asset["country"] in question.places:
            for carrier in (asset["carrier_id"], None):
                grouped.setdefault((carrier, asset["asset_class"], asset["layer"]), []).append(asset)
    policies = Policies(question)
    made: list[Row] = []
    for key in sorted(grouped, key=lambda k: (k[0] or "", k[1], k[2] or "")):
        made += _vendors(question, key, grouped[key])
        for pack in policies.packs:
            policy = policies.of(pack, key[1], key[2])
            if policy is not None and _total(grouped[key]):
                made += _parts(question, key, grouped[key], policy)
    return made


def _total(assets: list[Row]) -> int:
    return sum(asset["unit_count"] for asset in assets)


def _columns(key: tuple[str | None, str, str | None]) -> Row:
    carrier, asset_class, layer = key
    segment = segment_words(asset_class, None) + (f", {layer}" if layer else "")
    return {
        "carrier_id": carrier,
        "asset_class": asset_class,
        "segment": segment,
        "measure": MEASURE,
        "measure_kind": "units",
        "later_estimate": False,
        **NO_DATES.columns(),
    }


def _place(question: Question, carrier: str | None) -> str:
    return question.name(carrier) if carrier else question.country


def _vendors(question: Question, key: tuple[str | None, str, str | None], assets: list[Row]) -> list[Row]:
    total = _total(assets)
    counts: dict[str | None, int] = {}
    for asset in assets:
        counts[asset["vendor_id"]] = counts.get(asset["vendor_id"], 0) + asset["unit_count"]
    unknown = counts.get(None, 0)
    columns = _columns(key)
    made = []
    for vendor in sorted(v for v in counts if v is not None):
        count = counts[vendor]
        bound = Bound(Fraction(count, total), Fraction(count + unknown, total)) if total else UNKNOWN
        label = f"{question.name(vendor)}: {MEASURE}, {columns['segment']}, {_place(question, key[0])}"
        row = share_row(
            question,
            **columns,
            **bound.columns(),
            vendor_ids=[vendor],
            coverage_share=share_float(Fraction(total - unknown, total)) if total else 0.0,
            method="counted",
            label=label if total else label + "; no unit is listed, so there is no share",
            formula=f"{count} of {total} units listed, {unknown} of unknown vendor",
            inputs=[f"asset:{asset['asset_id']}" for asset in assets],
        )
        made.append(row)
    return made


def _parts(question: Question, key: tuple[str | None, str, str | None], assets: list[Row], policy: Policy) -> list[Row]:
    least = dict.fromkeys(PARTS, ZERO)
    total = _total(assets)
    inputs: set[str] = set()
    for asset in assets:
        inputs.add(f"asset:{asset['asset_id']}")
        if asset["vendor_id"] is not None:
            part = policy.part(asset["vendor_id"], asset["carrier_id"])
            least[part] += Fraction(asset["unit_count"], total)
            inputs |= set(policy.inputs([asset["vendor_id"]], asset["carrier_id"]))
    return split_rows(question, policy, Masses(least), _columns(key), _place(question, key[0]), sorted(inputs))
