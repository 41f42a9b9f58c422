"""Counts from an inventory that a case supplies: known vendors of all units listed, unknown counted as unknown.

A count is of the units listed, not of a network: whether the list is complete, the list does not say. Without a unit
to divide by there is no share. Assets are counted by profile, never one by one, so an inventory may be very long.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import polars as pl

from provenet.case.profiles import (
    FACT_MARK,
    PROFILE_COLUMNS,
    asset_profiles,
    fact_pairs,
    facts_text,
    pairs_of,
    query,
    tested_facts,
)
from provenet.case.rows import AnyRow, VendorShareRow, VerdictRow
from provenet.dependence.gaps import plain_figure
from provenet.dependence.intervals import UNKNOWN, Bound, share_value
from provenet.dependence.outcomes import Policies, PolicyVerdicts, part_of_rows
from provenet.dependence.parts import PARTS, Masses, PartFigures, split_figures
from provenet.dependence.question import NO_DATES, DependenceQuestion, segment_words, share_row
from provenet.dependence.shares import WholeColumns

MEASURE = "units of the inventory supplied"
Group = tuple[str | None, str, str | None]
"""A carrier (None: the country), an asset class and a layer."""
MOST_VERDICTS = 200
"""Verdicts named one by one as inputs of a part; above, all of the class and layer are named together."""


def counted_figures(question: DependenceQuestion) -> PartFigures:
    """Shares by vendor and parts under each policy, for each carrier and the country, asset class and layer."""
    profiles = _profiles(question)
    policies = Policies(question)
    counts = _by_group(profiles, ["vendor_id"])
    country = _spelled(question)
    made: PartFigures = []
    for key, group in counts.items():
        made += map(plain_figure, _vendors(question, key, dict(group), assets=_assets(key, country)))
    totals = {key: sum(int(count) for _, count in group) for key, group in counts.items()}
    for pack in policies.packs:
        made += _parts(question, policies, pack, profiles=profiles, totals=totals, country=country)
    return made


def _profiles(question: DependenceQuestion) -> pl.DataFrame:
    """The profiles of the country's assets in service that day; without a table, none."""
    assets = question.tables.get("asset")
    if assets is None:
        return pl.DataFrame(schema={**dict.fromkeys(PROFILE_COLUMNS, pl.String), "unit_count": pl.Int64})
    here = assets.filter(pl.col("country").is_in(sorted(question.places)))
    return asset_profiles(here, question.tables.get("site"), question.as_of)


def _by_group(profiles: pl.DataFrame, columns: list[str]) -> dict[Group, list[tuple[Any, ...]]]:
    """Rows of `columns` and their units, for all carriers together and then for each, by asset class and layer."""
    made: dict[Group, list[tuple[Any, ...]]] = {}
    for by in (["asset_class", "layer"], ["carrier_id", "asset_class", "layer"]):
        summed = profiles.group_by([*by, *columns]).agg(pl.col("unit_count").sum()).sort([*by, *columns])
        for row in summed.iter_rows():
            carrier, asset_class, layer = row[: len(by)] if len(by) == 3 else (None, *row[: len(by)])
            made.setdefault((carrier, str(asset_class), layer), []).append(row[len(by) :])
    return made


def _columns(key: Group) -> WholeColumns:
    carrier, asset_class, layer = key
    return {
        "carrier_id": carrier,
        "asset_class": asset_class,
        "segment": segment_words(asset_class, None) + (f", {layer}" if layer else ""),
        "measure": MEASURE,
        "measure_kind": "units",
        "later_estimate": False,
        **NO_DATES.columns(),
    }


def _place(question: DependenceQuestion, carrier: str | None) -> str:
    return question.name(carrier) if carrier else question.country


def _assets(key: Group, country: object) -> str:
    """The assets that a figure counts, as one reference."""
    carrier, asset_class, layer = key
    where = {"carrier_id": carrier} if carrier else {"country": country}
    return query("asset", **where, asset_class=asset_class, layer=layer)


def _spelled(question: DependenceQuestion) -> object:
    """The country as the assets spell it; several spellings as a list."""
    assets = question.tables.get("asset")
    found = sorted(set(assets["country"].unique()) & question.places) if assets is not None else []
    return found[0] if len(found) == 1 else found


def _vendors(
    question: DependenceQuestion, key: Group, counts: Mapping[str | None, int], *, assets: str
) -> list[VendorShareRow]:
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
            coverage_share=share_value(Fraction(total - unknown, total)) if total else 0.0,
            method="counted",
            label=label if total else label + "; no unit is listed, so there is no share",
            formula=f"{count} of {total} units listed, {unknown} of unknown vendor",
            inputs=[assets],
        )
        made.append(row)
    return made


def _parts(
    question: DependenceQuestion,
    policies: Policies,
    pack: str,
    *,
    profiles: pl.DataFrame,
    totals: Mapping[Group, int],
    country: object,
) -> PartFigures:
    """The parts of every group under one pack. Assets alike in all that its rules test are looked up once."""
    verdicts = _AssetVerdicts(policies, pack)
    cells = _by_group(verdicts.cells(profiles), ["part", "cell"])
    made: PartFigures = []
    for key, total in totals.items():
        policy = policies.of_assets(pack, key[1], key[2]) if total else None
        if policy is None:
            continue
        units = dict.fromkeys(PARTS, 0)
        inputs: set[str] = set()
        for part, cell, count in cells.get(key, ()):
            units[part] += count
            if len(inputs) < MOST_VERDICTS:
                inputs |= verdicts.behind[cell]
        if len(inputs) >= MOST_VERDICTS:
            runs = sorted({row["run_id"] for row in policy.rows})
            inputs = {query("verdict", run_id=runs, asset_class=policy.asset_class, layer=policy.layer)}
        generic = policies.of(pack, key[1], key[2])
        if generic is not None and generic.not_clear(key[0]) == frozenset():
            units["clear"] = total - sum(units[part] for part in PARTS if part != "clear")
            inputs |= {*generic.inputs((), key[0])}
        least = Masses({part: Fraction(count, total) for part, count in units.items()})
        named = sorted({*inputs, _assets(key, country)})
        made += split_figures(
            question, policy, least, columns=_columns(key), place=_place(question, key[0]), inputs=named
        )
    return made


class _AssetVerdicts:
    """The verdicts of one pack on assets, found by what its rules test of them."""

    def __init__(self, policies: Policies, pack: str) -> None:
        tested = policies.tested(pack)
        self.policies, self.pack = policies, pack
        self.columns = tuple(name for name in tested if not name.startswith(FACT_MARK) and name != "carrier_id")
        self.by_carrier = "carrier_id" in tested
        self.facts = frozenset(name.removeprefix(FACT_MARK) for name in tested if name.startswith(FACT_MARK))
        self.behind: list[frozenset[str]] = []
        """The verdicts behind each cell."""
        self._rows: dict[tuple[str, str | None], dict[tuple[object, ...], list[VerdictRow]]] = {}

    def cells(self, profiles: pl.DataFrame) -> pl.DataFrame:
        """The profiles with a vendor and a verdict, each with its part and the number of its cell.

        A cell is what profiles share that the rules cannot tell apart. Cost O(profiles), vectorised, and O(cells).
        """
        facts = profiles["facts"].unique()
        tested = pl.DataFrame(
            {"facts": facts, "tested": [self._tested(text) for text in facts]},
            schema_overrides={"facts": pl.String, "tested": pl.String},
        )
        known = profiles.filter(pl.col("vendor_id").is_not_null())
        named = known.join(tested, on="facts", how="left", nulls_equal=True)
        carrier = ["carrier_id"] if self.by_carrier else []
        key = ["vendor_id", "asset_class", "layer", "tested", *carrier, *self.columns]
        distinct = named.select(key).unique().sort(key)
        found = [self._part(cell) for cell in distinct.iter_rows(named=True)]
        self.behind = [verdicts for _, verdicts in found]
        parts = pl.Series("part", [part for part, _ in found], pl.String)
        numbered = distinct.with_columns(parts).with_row_index("cell")
        return named.join(numbered, on=key, nulls_equal=True).filter(pl.col("part").is_not_null())

    def _tested(self, facts: str | None) -> str | None:
        pairs = fact_pairs(tested_facts(facts, self.facts)) if facts else ()
        return facts_text(tuple(pair for pair in pairs if pair[0] != "action"))

    def _part(self, cell: Mapping[str, Any]) -> tuple[str | None, frozenset[str]]:
        """The part of a cell and the verdicts behind it: its own, else its vendor's; None where there is none."""
        policy = self.policies.of_assets(self.pack, cell["asset_class"], cell["layer"])
        if policy is None:
            return None, frozenset()
        carrier = cell.get("carrier_id")
        rows = self._of(policy, cell["asset_class"], cell["layer"]).get(
            (cell["vendor_id"], *_cells(cell, self.columns), cell["tested"])
        )
        if rows is None:
            rows = policy.verdicts(cell["vendor_id"], carrier)
        own = [row for row in rows if row["carrier_id"] == carrier] or [r for r in rows if r["carrier_id"] is None]
        return part_of_rows(own), frozenset(f"verdict:{row['verdict_id']}" for row in own)

    def _of(
        self, policy: PolicyVerdicts, asset_class: str, layer: str | None
    ) -> dict[tuple[object, ...], list[VerdictRow]]:
        """The verdicts on assets of a class and layer, by vendor and what is tested. Cost O(verdicts) once."""
        made = self._rows.get((asset_class, layer))
        if made is None:
            made = self._rows[asset_class, layer] = {}
            for row in policy.rows:
                key = (row["vendor_id"], *_cells(row, self.columns), facts_text(pairs_of(row["asset_facts"])))
                made.setdefault(key, []).append(row)
        return made


def _cells(row: AnyRow, columns: Sequence[str]) -> list[object]:
    return [row[name] for name in columns]
