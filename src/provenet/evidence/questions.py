"""What a case asks of a policy: each distinct question once, never each row of an inventory.

An inventory of a million elements holds few distinct profiles, and a policy tests few of their columns: a question
keeps the columns that the rules test, and counts the assets it answers for. `asset_verdicts` joins the answers back to
the rows. An element whose vendor is not known has no verdict: nothing is said of it, and it is never clear.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product

import polars as pl

from provenet.case.profiles import FACT_MARK, Pairs, fact_pairs, facts_column, facts_text, pairs_of, tested_facts
from provenet.case.tables import conform, table, vocabulary
from provenet.core.countries import countries
from provenet.core.ids import fold, names_in, row_id
from provenet.policy.cases import LISTING_KEYS
from provenet.policy.pack import Rule, rule_facts
from provenet.policy.terms import axis_tests
from provenet.policy.wordlists import implying

_AXIS_OF_COLUMN = {
    "carrier_id": "carrier_in",
    "origin_country": "made_in",
    "capability": "capability",
    "site_class": "site_class",
    "product_category": "product_category",
}
_FED = {"buyer": "buyer", "action": "action", **{fold(key): "listed_in" for key in (*LISTING_KEYS, "listed_by")}}
"""Facts of an asset that feed an axis instead of a fact test."""


@dataclass(frozen=True)
class PolicyQuestion:
    """One question put to a policy. None is not known, or not tested by the rules."""

    vendor: str
    carrier: str | None
    asset_class: str
    layer: str
    action: str
    origin: str | None = None
    capability: str | None = None
    site_class: str | None = None
    product_category: str | None = None
    facts: Pairs = ()

    def columns(self) -> dict[str, object]:
        """The columns of a verdict that name the question; those of an asset only where they are known."""
        made: dict[str, object] = {
            "carrier_id": self.carrier,
            "vendor_id": self.vendor,
            "asset_class": self.asset_class,
            "layer": self.layer,
            "action": self.action,
        }
        own = {
            "origin_country": self.origin,
            "capability": self.capability,
            "site_class": self.site_class,
            "product_category": self.product_category,
            "asset_facts": facts_column(self.facts),
        }
        return {**made, **{name: value for name, value in own.items() if value is not None}}


@dataclass(frozen=True)
class RuleInputs:
    """What a selection of rules tests: facts with who decides each, and columns of the question."""

    facts: tuple[tuple[str, tuple[str, ...]], ...]
    columns: tuple[str, ...]
    asset_facts: frozenset[str]

    @staticmethod
    def of(rules: Sequence[Rule], has_categories: bool) -> RuleInputs:
        """What the rules test; `has_categories`: some list names categories, so that they matter to `listed_in`."""
        facts: dict[tuple[str, tuple[str, ...]], str] = {}
        axes: set[str] = set()
        for rule in rules:
            for key in sorted(rule_facts(rule)):
                facts.setdefault((fold(key), rule.decided_by), key)  # one fact, however rules spell it
            axes |= {test.axis for test in axis_tests(rule.when)}
            if any(limit.of == "carrier" for limit in rule.limits):
                axes.add("carrier_in")
        if has_categories and "listed_in" in axes:
            axes.add("product_category")
        named = {key for key, _ in facts}
        named |= {key for key, axis in _FED.items() if axis in axes and axis != "action"} | implying(named)
        columns = [name for name, axis in _AXIS_OF_COLUMN.items() if axis in axes]
        spelled = tuple((key, by) for (_, by), key in facts.items())
        return RuleInputs(spelled, (*columns, *(f"{FACT_MARK}{key}" for key in sorted(named))), frozenset(named))

    def stored_facts(self, facts: str | None) -> str | None:
        """The facts of an asset that these rules test, and its act, as they are stored."""
        return tested_facts(facts, self.asset_facts)


@dataclass
class Count:
    """How many assets, and units of them, a question answers for."""

    assets: int = 0
    units: int = 0

    def add(self, assets: int, units: int) -> None:
        """Counts some more."""
        self.assets += assets
        self.units += units


Questions = dict[PolicyQuestion, Count | None]


def carriers_of(parties: pl.DataFrame, country: str | None) -> list[str]:
    """The carriers of a country, or all."""
    here = pl.col("role") == "carrier"
    if country is not None:
        here &= pl.col("country").is_in([country, countries().code(country) or country])
    return sorted(parties.filter(here)["party_id"].unique().to_list())


def questions(
    parties: pl.DataFrame, carriers: Sequence[str], inputs: RuleInputs, *, action: str | None
) -> Iterator[PolicyQuestion]:
    """Every vendor in each profile and act, and each carrier where the rules test it; no asset is needed."""
    vendors = sorted(parties.filter(pl.col("role") == "vendor")["party_id"].unique().to_list())
    carrier_ids: list[str | None] = [*carriers] if "carrier_id" in inputs.columns and carriers else [None]
    profiles = [(p["asset_class"], p["layer"]) for p in vocabulary()["asked_profiles"]]
    for vendor, carrier, (asset_class, layer), act in product(vendors, carrier_ids, profiles, _acts(action)):
        yield PolicyQuestion(vendor, carrier, asset_class, layer, act)


def rest_questions(carriers: Sequence[str], inputs: RuleInputs, *, action: str | None) -> Iterator[PolicyQuestion]:
    """Each asked profile and act, of no vendor in particular, for each carrier that the rules test and for any."""
    carrier_ids: list[str | None] = [None, *(carriers if "carrier_id" in inputs.columns else ())]
    profiles = [(p["asset_class"], p["layer"]) for p in vocabulary()["asked_profiles"]]
    for carrier, (asset_class, layer), act in product(carrier_ids, profiles, _acts(action)):
        yield PolicyQuestion("", carrier, asset_class, layer, act)


def _acts(action: str | None) -> list[str]:
    return [action] if action else list(vocabulary()["asked_actions"])


def with_assets(
    generic: Iterable[PolicyQuestion], inputs: RuleInputs, profiles: pl.DataFrame, *, action: str | None
) -> Questions:
    """The questions put to a selection, each once, with the assets it answers for.

    An asset whose facts name its act is screened for that act alone. Cost O(profiles), vectorised, and O(questions).
    """
    made: Questions = dict.fromkeys(generic)
    for question, assets, units in _asset_questions(inputs, profiles, _acts(action)):
        held = made.get(question)
        if held is None:
            held = made[question] = Count()
        held.add(assets, units)
    return made


def _asset_questions(
    inputs: RuleInputs, profiles: pl.DataFrame, acts: Sequence[str]
) -> Iterator[tuple[PolicyQuestion, int, int]]:
    """The questions of assets with a vendor, cut to what the rules test, and how many assets and units each has."""
    kept = {"carrier_id", "origin_country", "capability", "site_class", "product_category"} & set(inputs.columns)
    facts = profiles["facts"].unique()
    cut = pl.DataFrame(
        {"facts": facts, "stored_facts": [inputs.stored_facts(text) for text in facts]}, schema_overrides=_FACTS
    )
    key = ["vendor_id", "asset_class", "layer", *sorted(kept), "stored_facts"]
    rows = (
        profiles.lazy()
        .filter(pl.col("vendor_id").is_not_null())
        .join(cut.lazy(), on="facts", how="left", nulls_equal=True)
        .group_by(key)
        .agg(pl.col("row_count", "unit_count").sum())
        .sort(key)
        .collect()
    )
    for row in rows.iter_rows(named=True):
        pairs = fact_pairs(row["stored_facts"])
        for act in [value for fact, value in pairs if fold(fact) == "action"] or acts:
            yield (
                PolicyQuestion(
                    vendor=row["vendor_id"],
                    carrier=row.get("carrier_id"),
                    asset_class=row["asset_class"],
                    layer=row["layer"] or "any",
                    action=act,
                    origin=row.get("origin_country"),
                    capability=row.get("capability"),
                    site_class=row.get("site_class"),
                    product_category=row.get("product_category"),
                    facts=tuple(pair for pair in pairs if fold(pair[0]) != "action"),
                ),
                row["row_count"],
                row["unit_count"],
            )


_FACTS = {"facts": pl.String, "stored_facts": pl.String}


ELEMENT_COLUMNS = names_in("""
    asset_id vendor_id carrier_id country site_id asset_class layer origin_country capability product_category
    facts model part_of unit_count source_id from_on to_on
""")
"""The columns of an asset that its verdict needs."""
SLICE_ROWS = 50_000
IN_USE = "use"
"""The act that is in question for an element that is in service."""
_OF_ASSET = ("origin_country", "capability", "site_class", "product_category")


def asset_verdicts(
    elements: pl.DataFrame,
    verdicts: pl.DataFrame,
    inputs: RuleInputs,
    *,
    action: str | None,
    question: Mapping[str, str | date | None],
) -> Iterator[pl.DataFrame]:
    """Rows of `verdict_asset` for elements in service, at most `SLICE_ROWS` at once, by asset id.

    Cost O(elements), vectorised but for their ids.

    Parameters
    ----------
    elements
        `ELEMENT_COLUMNS` of the elements in question, as `inventory_on` gives them.
    verdicts
        The rows of `verdict` of one pack that answer for them.
    inputs
        What the rules of the pack test.
    action
        The act assumed for every question; None is use, or the act that an element names itself.
    question
        Its pack, country and days, as columns of the rows.
    """
    held = elements.sort("asset_id")
    cells = pl.DataFrame(
        [_fact_cells(text, inputs, action) for text in held["facts"].unique()],
        schema={"facts": pl.String, "action": pl.String, "asset_facts": pl.String},
        orient="row",
    )
    key = ["vendor_id", "asset_class", "asked_layer", "action", "asset_facts"]
    key += [name for name in ("carrier_id", *_OF_ASSET) if name in inputs.columns]
    answers = verdicts.select(
        *(name for name in key if name not in ("asked_layer", "asset_facts")),
        pl.col("layer").alias("asked_layer"),
        pl.Series("asset_facts", [facts_text(pairs_of(cell)) for cell in verdicts["asset_facts"].to_list()], pl.String),
        "verdict_id",
        "outcome",
        "rule_id",
        "remove_by_on",
    )
    for part in held.iter_slices(SLICE_ROWS):
        named = part.join(cells, on="facts", how="left", nulls_equal=True).with_columns(
            pl.col("layer").fill_null("any").alias("asked_layer")
        )
        found = named.join(answers, on=key, how="left", nulls_equal=True, maintain_order="left")
        yield _rows(found, question)


def _fact_cells(text: str | None, inputs: RuleInputs, action: str | None) -> tuple[str | None, str, str | None]:
    """The facts of an element as they stand, the act in question, and the facts that the rules test."""
    pairs = fact_pairs(inputs.stored_facts(text))
    own = next((value for key, value in pairs if fold(key) == "action"), None)
    return text, own or action or IN_USE, facts_text(tuple(pair for pair in pairs if fold(pair[0]) != "action"))


def _rows(found: pl.DataFrame, question: Mapping[str, str | date | None]) -> pl.DataFrame:
    """The rows of one slice, each under its id."""
    ids = [
        row_id("verdict_asset", {**question, "asset_id": asset, "action": action})
        for asset, action in found.select("asset_id", "action").iter_rows()
    ]
    spec = table("verdict_asset")
    made = found.drop("country").with_columns(
        *(pl.lit(value, spec.schema[name]).alias(name) for name, value in question.items()),
        pl.Series("verdict_asset_id", ids, pl.String),
        pl.lit("the verdict on what the rules test of the element").alias("formula"),
        pl.when(pl.col("verdict_id").is_null())
        .then(pl.concat_list(pl.lit("asset:") + pl.col("asset_id")))
        .otherwise(pl.concat_list(pl.lit("asset:") + pl.col("asset_id"), pl.lit("verdict:") + pl.col("verdict_id")))
        .alias("inputs"),
    )
    return conform(spec, made.select([name for name in spec.schema if name in made.columns]))
