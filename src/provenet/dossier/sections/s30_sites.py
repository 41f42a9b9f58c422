"""Rows on sensitive sites: the sites, what owners and sources say, what follows for them, and what traffic meets."""

from typing import Any

from provenet.case.extract import Extract
from provenet.case.rows import SiteAnswerRow, SiteDependenceRow, SiteExposureRow, SiteRow, SiteTrafficRow
from provenet.case.tables import vocabulary
from provenet.core.answer import TITLES
from provenet.core.ids import names_in
from provenet.dossier.row_tables import RowKind, Words
from provenet.evidence.verdict_rows import pack_words
from provenet.exposure.site_facts import ALL_LINKS, says_something, services_of, sites_of

TITLE = TITLES["sites"]
SAYS = (
    "Positions are rounded to 0.1 degree and were published by the owners or in open aviation data. A scenario is "
    "no finding: it says what would follow. No figure says that anybody reads traffic."
)


def _sites(extract: Extract) -> list[SiteRow]:
    """Every site of the country; one whose source was not read says so."""
    read = sites_of(extract)
    return [*read, *(row for row in extract.inputs(SiteRow) if row["country"] in extract.places and row not in read)]


def _here(row: Any, extract: Extract) -> bool:
    """Whether a page may show a row: that of a named site is for an internal audience."""
    return row["site_id"] is None or extract.audience == "internal"


def _traffic(extract: Extract) -> list[SiteTrafficRow]:
    rows = (row for row in extract.results(SiteTrafficRow) if _here(row, extract))
    return [row for row in rows if row["site_id"] is None or says_something(row)]


def _exposures(extract: Extract) -> list[SiteExposureRow]:
    """What traffic meets; of a named site what official traffic meets on its whole way, with all links."""
    whole = ("any", ALL_LINKS, "official")
    rows = (row for row in extract.results(SiteExposureRow) if _here(row, extract))
    return [r for r in rows if r["site_id"] is None or (r["network"], r["own_failed"], r["demand"]) == whole]


def _phrase(column: str, names: str) -> Words:
    """The words of our list for the code of a column."""
    return lambda row, _: str(vocabulary()["site_traffic"][names].get(row[column], row[column]))


_OF_TRAFFIC = {
    "demand": _phrase("demand", "demands"),
    "network": _phrase("network", "networks"),
    "own_failed": _phrase("own_failed", "failed"),
}
LISTINGS = (
    RowKind(title="The sites", name="site", rows=_sites),
    RowKind(
        title="What their owners answered",
        name="site_answer",
        rows=lambda e: [row for row in e.inputs(SiteAnswerRow) if row["country"] in e.places],
    ),
    RowKind(
        title="Who serves what, as published",
        name="site_service",
        rows=services_of,
        words={"what": _phrase("what", "services")},
    ),
    RowKind(
        title="How far sites depend on a vendor",
        name="site_dependence",
        rows=lambda e: e.results(SiteDependenceRow),
        says="Where the carrier is not known, the interval runs from the least to the most dependent carrier of the "
        "country; a carrier without a figure counts as 0 to 100 %.",
        by=("measure",),
        over=("site_id", "vendor_ids"),
    ),
    RowKind(
        title="What traffic rides",
        name="site_traffic",
        rows=_traffic,
        by=("site_id",),
        over=("own_failed", "network", "demand"),
        words=_OF_TRAFFIC,
    ),
    RowKind(
        title="What traffic meets on its way",
        name="site_exposure",
        rows=_exposures,
        by=("pack", "restricted_says"),
        over=names_in("harm own_failed network demand site_id"),
        hidden={"the interval says it": names_in("restricted_share unknown_share clear_share")},
        words={**_OF_TRAFFIC, "pack": lambda row, e: pack_words(row["pack"], e)},
    ),
)
