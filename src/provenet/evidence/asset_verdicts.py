"""What a policy says of each element of an inventory: the verdict on its kind, found for it by what the rules test.

Distinct kinds are screened, never rows (`screen`); this joins the answers back to the rows. An element whose vendor is
not known has no verdict: nothing is said of it, and it is never clear.
"""

from collections.abc import Iterator
from datetime import date

import polars as pl

from provenet.case.profiles import fact_pairs, facts_text, inventory_on, pairs_of
from provenet.case.tables import conform, table
from provenet.core.ids import fold, row_id
from provenet.evidence.questions import RuleInputs

ELEMENT_COLUMNS = (
    "asset_id",
    "vendor_id",
    "carrier_id",
    "country",
    "site_id",
    "asset_class",
    "layer",
    "origin_country",
    "capability",
    "product_category",
    "facts",
    "model",
    "part_of",
    "unit_count",
    "source_id",
    "from_on",
    "to_on",
)
"""The columns of an asset that its verdict needs."""
SLICE_ROWS = 50_000
IN_USE = "use"
"""The act that is in question for an element that is in service."""
_OF_ASSET = ("origin_country", "capability", "site_class", "product_category")


def asset_verdicts(
    assets: pl.DataFrame,
    sites: pl.DataFrame | None,
    verdicts: pl.DataFrame,
    *,
    inputs: RuleInputs,
    action: str | None,
    pack: str,
    country: str | None,
    as_of: date,
    known: date | None,
) -> Iterator[pl.DataFrame]:
    """Rows of `verdict_asset` for the elements in service on a day, at most `SLICE_ROWS` at once, by asset id.

    Cost O(elements), vectorised but for their ids.

    Parameters
    ----------
    assets
        `ELEMENT_COLUMNS` of the elements in question, cut to what was known.
    sites
        The table `site`, for the class of each site.
    verdicts
        The rows of `verdict` of one pack that answer for them.
    inputs
        What the rules of the pack test.
    action
        The act assumed for every question; None is use, or the act that an element names itself.
    pack, country, as_of, known
        The question.
    """
    held = inventory_on(assets, sites, as_of).sort("asset_id")
    facts = held["facts"].unique()
    cells = pl.DataFrame(
        [_fact_cells(text, inputs, action) for text in facts],
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
        yield _rows(found, pack=pack, country=country, as_of=as_of, known=known)


def _fact_cells(text: str | None, inputs: RuleInputs, action: str | None) -> tuple[str | None, str, str | None]:
    """The facts of an element as they stand, the act in question, and the facts that the rules test."""
    pairs = fact_pairs(inputs.stored_facts(text))
    own = next((value for key, value in pairs if fold(key) == "action"), None)
    tested = tuple(pair for pair in pairs if fold(pair[0]) != "action")
    return text, own or action or IN_USE, facts_text(tested)


def _rows(found: pl.DataFrame, *, pack: str, country: str | None, as_of: date, known: date | None) -> pl.DataFrame:
    """The rows of one slice, each under its id."""
    key = {"pack": pack, "country": country, "as_of_on": as_of, "known_on": known}
    ids = [
        row_id("verdict_asset", {**key, "asset_id": asset, "action": action})
        for asset, action in found.select("asset_id", "action").iter_rows()
    ]
    constants = [pl.lit(value).alias(name) for name, value in key.items() if name != "country"]
    spec = table("verdict_asset")
    made = found.drop("country").with_columns(
        *constants,
        pl.lit(country, pl.String).alias("country"),
        pl.Series("verdict_asset_id", ids, pl.String),
        pl.lit("the verdict on what the rules test of the element").alias("formula"),
        pl.when(pl.col("verdict_id").is_null())
        .then(pl.concat_list(pl.lit("asset:") + pl.col("asset_id")))
        .otherwise(pl.concat_list(pl.lit("asset:") + pl.col("asset_id"), pl.lit("verdict:") + pl.col("verdict_id")))
        .alias("inputs"),
    )
    return conform(spec, made.select([name for name in spec.schema if name in made.columns]))
