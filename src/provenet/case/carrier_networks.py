"""The networks of carriers: the AS numbers by which a case knows them."""

from collections.abc import Iterable, Mapping

import polars as pl

from provenet.case.rows import IdentifierRow, iter_rows_of
from provenet.core.countries import countries


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
