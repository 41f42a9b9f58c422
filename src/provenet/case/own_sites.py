"""Which sites are sensitive ones, and which are a carrier's own: masts, exchanges, halls that hold its equipment.

Both stand in the table `site`. Pages speak of sensitive sites alone: a carrier's own never reach a public page.
"""

import polars as pl

from provenet.case.tables import vocabulary

NETWORK, SENSITIVE = "network", "sensitive"
_OWN_FILE = "^file-[0-9a-f]{12}$"
"""The source of a row whose file names no publication."""


def sensitive_sites(sites: pl.DataFrame, assets: pl.DataFrame | None, answers: pl.DataFrame | None) -> pl.DataFrame:
    """The sites that are not a carrier's own, in the order they come in. Absent tables count as empty.

    What `site_kind` says decides. Where it says nothing, a site that its owner answered for is sensitive; of the
    others, one is a carrier's own whose role or class is a word of `network_site_words`, or on which assets of the
    inventory stand while no publication names it. Cost O(rows).
    """
    words = "|".join(vocabulary()["network_site_words"])
    described = pl.concat_str("role", "site_class", separator=" ", ignore_nulls=True).str.to_lowercase()
    by_words = described.str.replace_all("[^a-z0-9]+", " ").str.contains(rf"\b(?:{words})s?\b")
    by_assets = pl.col("site_id").is_in(list(_ids(assets))) & pl.col("source_id").str.contains(_OWN_FILE)
    by_rule = (by_words | by_assets).fill_null(False) & ~pl.col("site_id").is_in(list(_ids(answers)))
    own = pl.when(pl.col("site_kind").is_null()).then(by_rule).otherwise(pl.col("site_kind") == NETWORK)
    return sites.filter(~own)


def _ids(rows: pl.DataFrame | None) -> set[str]:
    return set() if rows is None else set(rows["site_id"].drop_nulls().unique().to_list())
