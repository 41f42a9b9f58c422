"""Which sites are sensitive ones, and which are a carrier's own: masts, exchanges, halls that hold its equipment.

Both stand in the table `site`. Pages speak of sensitive sites alone: a carrier's own never reach a public page. Who
serves a site, its owner answers or rows of service say, each of a day.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from provenet.case.case import Case
from provenet.case.rows import SiteAnswerRow, SiteDemandRow, SiteRow, SiteServiceRow, rows_of
from provenet.case.tables import vocabulary
from provenet.core.grouping import grouped

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


def sensitive_rows(case: Case) -> list[SiteRow]:
    """The rows of the sensitive sites of a case."""
    assets = case.distinct("asset", ["site_id"])
    return rows_of(SiteRow, sensitive_sites(case.read("site"), assets, case.read("site_answer")))


def _ids(rows: pl.DataFrame | None) -> set[str]:
    return set() if rows is None else set(rows["site_id"].drop_nulls().unique().to_list())


@dataclass(frozen=True)
class SiteAnswers:
    """What is answered of one site; None and empty are not known, and `refs` are the answers that say so."""

    owner: str | None = None
    carriers: tuple[str, ...] = ()
    own_links: str | None = None
    refs: tuple[str, ...] = ()
    rows: tuple[SiteAnswerRow, ...] = ()


NO_ANSWERS = SiteAnswers()


def answers_by_site(rows: Iterable[SiteAnswerRow]) -> dict[str, SiteAnswers]:
    """The answers that stand, by site.

    Of each question the newest answer counts that is not blank. Where two of one day differ, every carrier that either
    names may serve the site, and the other questions are not known. Cost O(rows).
    """
    by_site = grouped((row["site_id"], row) for row in rows)
    return {site: _standing(found) for site, found in by_site.items()}


def served_by(site: SiteRow, answers: SiteAnswers) -> tuple[str, ...]:
    """The carriers that may serve a site: those its owner names, else the one its row names; none is not known."""
    return answers.carriers or ((site["carrier_id"],) if site["carrier_id"] else ())


def _standing(rows: Sequence[SiteAnswerRow]) -> SiteAnswers:
    owners = _newest(rows, lambda row: row["owner"] is not None)
    carriers = _newest(rows, lambda row: bool(row["carrier_ids"]))
    links = _newest(rows, lambda row: row["own_links"] is not None)
    used = {row["answer_id"]: row for row in (*owners, *carriers, *links)}
    return SiteAnswers(
        owner=_agreed(row["owner"] for row in owners),
        carriers=tuple(sorted({carrier for row in carriers for carrier in row["carrier_ids"]})),
        own_links=_agreed(row["own_links"] for row in links),
        refs=tuple(f"site_answer:{answer}" for answer in sorted(used)),
        rows=tuple(used[answer] for answer in sorted(used)),
    )


def _newest(rows: Sequence[SiteAnswerRow], is_answered: Callable[[SiteAnswerRow], bool]) -> list[SiteAnswerRow]:
    found = [row for row in rows if is_answered(row)]
    last = max((row["answered_on"] for row in found), default=None)
    return [row for row in found if row["answered_on"] == last]


def _agreed(words: Iterable[str | None]) -> str | None:
    found = set(words)
    return found.pop() if len(found) == 1 else None


def lasts(row: SiteServiceRow | SiteDemandRow, day: date) -> bool:
    """Whether the span of a row holds a day; an end that is not known is open."""
    return (row["from_on"] is None or row["from_on"] <= day) and (row["until_on"] is None or day <= row["until_on"])


def in_force(row: SiteServiceRow, day: date) -> bool:
    """Whether a row speaks of service on a day: within its span, and where no end is stated while it is not too old.

    A row without an end and without any day is of no day known, and so of none.
    """
    if not lasts(row, day):
        return False
    if row["until_on"] is not None:
        return True
    latest = max((one for one in (row["from_on"], row["sourced_high_on"]) if one is not None), default=None)
    return latest is not None and latest.year + years_in_force() >= day.year


def years_in_force() -> int:
    """For how many years a row without an end counts as one of today."""
    return int(vocabulary()["site_traffic"]["years_in_force"])
