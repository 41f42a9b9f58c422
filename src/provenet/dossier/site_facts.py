"""What is known of each sensitive site of a country: what its row says, and what its owner answered."""

from __future__ import annotations

from provenet.case.rows import SiteAnswerRow, SiteRow
from provenet.case.site_answers import NO_ANSWERS, SiteAnswers, answers_by_site, served_by
from provenet.core import wording
from provenet.dossier.extract import Extract, unread


def sites_of(extract: Extract) -> list[SiteRow]:
    """The sites of the country whose rows were read, in the order in which pages number them."""
    found = [row for row in extract.inputs(SiteRow) if row["country"] in extract.places and not unread(row)]
    return sorted(found, key=lambda row: (row["name"].casefold(), row["site_id"]))


def answers_of(extract: Extract) -> dict[str, SiteAnswers]:
    """What the owners of sites answered by the day known, by site."""
    return extract.shared("site answers", lambda: answers_by_site(extract.inputs(SiteAnswerRow)))


def carriers_of(site: SiteRow, extract: Extract) -> tuple[str, ...]:
    """The carriers that may serve a site as its owner or its row says; none is not known."""
    return served_by(site, answers_of(extract).get(site["site_id"], NO_ANSWERS))


def carrier_words(site: SiteRow, extract: Extract) -> str:
    """The carriers of a site in words; empty where they are not known."""
    return wording.series((extract.name(one) for one in carriers_of(site, extract)), "or")
