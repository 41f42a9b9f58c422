"""Counts from an inventory that a case supplies: known vendors of all units listed, unknown counted as unknown.

A count is of the units listed, not of a network: whether the list is complete, the list does not say. Without a unit
to divide by there is no share. Assets are counted by profile, never one by one, so an inventory may be very long.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import polars as pl

from provenet.dependence.intervals import UNKNOWN, ZERO, Bound, share_float
from provenet.dependence.outcomes import REASON_OF, Policies, Policy
from provenet.dependence.parts import PARTS, Masses, split_rows
from provenet.dependence.question import NO_DATES, Question, Row, segment_words, share_row
from provenet.model.profiles import (
    FACT_MARK,
    PROFILE_COLUMNS,
    asset_profiles,
    fact_pairs,
    facts_column,
    query,
    told_facts,
)

MEASURE = "units of the inventory supplied"
Group = tuple[str | None, str, str | None]
"""A carrier (None: the country), an asset class and a layer."""
MOST_VERDICTS = 200
"""Verdicts named one by one as inputs of a part; above, all of the class and layer are named together."""


def counted_rows(question: Question) -> list[Row]:
    """Shares by vendor and parts under each policy, for each carrier and the country, asset class and layer."""
    profiles = _profiles(question)
    policies = Policies(question)
    made: list[Row] = []
    for key, group in _groups(profiles):
        made += _vendors(question, key, group)
        total = int(group["unit_count"].sum())
        for pack in policies.packs if total else ():
            policy = policies.of_assets(pack, key[1], key[2])
            if policy is not None:
                made += _parts(question, key, group, policy, policies.tested(pack), total)
    return made


def _profiles(question: Question) -> pl.DataFrame:
    """The profiles of the country's assets in service that day; without a table, none."""
    assets = question.tables.get("asset")
    if assets is None:
        return pl.DataFrame(schema={**dict.fromkeys(PROFILE_COLUMNS, pl.String), "unit_count": pl.Int64})
    here = assets.filter(pl.col("country").is_in(sorted(question.places)))
    return asset_profiles(here, question.tables.get("site"), question.as_of)


def _groups(profiles: pl.DataFrame) -> list[tuple[Group, pl.DataFrame]]:
    """The profiles of each carrier and of all together, by asset class and layer, in that order."""
    whole = profiles.group_by([c for c in PROFILE_COLUMNS if c != "country"]).agg(pl.col("unit_count").sum())
    made: list[tuple[Group, pl.DataFrame]] = []
    for by in (["asset_class", "layer"], ["carrier_id", "asset_class", "layer"]):
        for key, group in whole.partition_by(by, as_dict=True).items():
            carrier, asset_class, layer = key if len(key) == 3 else (None, *key)
            made.append(((carrier, str(asset_class), layer), group))
    return sorted(made, key=lambda one: (one[0][0] or "", one[0][1], one[0][2] or ""))


def _columns(key: Group) -> Row:
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


def _assets(question: Question, key: Group) -> str:
    """The assets that a figure counts, as one reference."""
    carrier, asset_class, layer = key
    where = {"carrier_id": carrier} if carrier else {"country": _spelled(question)}
    return query("asset", **where, asset_class=asset_class, layer=layer)


def _spelled(question: Question) -> object:
    """The country as the assets spell it; several spellings as a list."""
    found = sorted(set(question.tables["asset"]["country"].unique()) & question.places)
    return found[0] if len(found) == 1 else found


def _vendors(question: Question, key: Group, group: pl.DataFrame) -> list[Row]:
    counts = dict(group.group_by("vendor_id").agg(pl.col("unit_count").sum()).iter_rows())
    total, unknown = sum(counts.values()), counts.get(None, 0)
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
            inputs=[_assets(question, key)],
        )
        made.append(row)
    return made


def _parts(
    question: Question, key: Group, group: pl.DataFrame, policy: Policy, tested: tuple[str, ...], total: int
) -> list[Row]:
    least = dict.fromkeys(PARTS, ZERO)
    inputs = {_assets(question, key)}
    asked = _Asked(policy, tested)
    for row in group.filter(pl.col("vendor_id").is_not_null()).iter_rows(named=True):
        part, verdicts = asked.part(row)
        least[part] += Fraction(row["unit_count"], total)
        inputs |= verdicts
    if len(inputs) > MOST_VERDICTS:
        runs = sorted({row["run_id"] for row in policy.rows})
        named = {"run_id": runs, "asset_class": policy.asset_class, "layer": policy.layer}
        inputs = {_assets(question, key), query("verdict", **named)}
    return split_rows(question, policy, Masses(least), _columns(key), _place(question, key[0]), sorted(inputs))


class _Asked:
    """The verdicts of one policy on assets of one class and layer, found by what its rules test."""

    def __init__(self, policy: Policy, tested: tuple[str, ...]) -> None:
        self.policy = policy
        self.columns = tuple(name for name in tested if not name.startswith(FACT_MARK) and name != "carrier_id")
        self.facts = frozenset(name.removeprefix(FACT_MARK) for name in tested if name.startswith(FACT_MARK))
        self.rows: dict[tuple[object, ...], list[Row]] = {}
        for row in policy.rows:
            key = (row["vendor_id"], *(row[name] for name in self.columns), row["asset_facts"])
            self.rows.setdefault(key, []).append(row)

    def part(self, profile: Mapping[str, object]) -> tuple[str, set[str]]:
        """The part of a profile, and the verdicts behind it; without a verdict of its own, that of its vendor."""
        told = profile["facts"]
        pairs = fact_pairs(told_facts(str(told), self.facts)) if told else ()
        facts = facts_column(tuple(pair for pair in pairs if pair[0] != "action"))
        key = (profile["vendor_id"], *(profile[name] for name in self.columns), facts)
        carrier = profile["carrier_id"]
        rows = self.rows.get(key)
        if rows is None:
            rows = self.policy.verdicts(str(profile["vendor_id"]), None if carrier is None else str(carrier))
        own = [row for row in rows if row["carrier_id"] == carrier] or [r for r in rows if r["carrier_id"] is None]
        outcomes = {row["outcome"] for row in own}
        only = outcomes.pop() if len(outcomes) == 1 else "undetermined"
        return REASON_OF.get(only, only), {f"verdict:{row['verdict_id']}" for row in own}
