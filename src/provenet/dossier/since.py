"""What changed on the first page since the last dossier of the same country and kind."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from xml.etree import ElementTree

from provenet.case.days_ahead import plain
from provenet.case.extract import Extract
from provenet.case.rows import DossierFigureStruct
from provenet.core import wording
from provenet.core.answer import TITLES, Answer, Sentence
from provenet.core.ids import slug
from provenet.dossier.answers import answers
from provenet.dossier.text import clean

ATOM = "http://www.w3.org/2005/Atom"
FEED = "changes.atom"
SHOWN_DOSSIERS = 20
"""Earlier dossiers that a feed lists."""


class ChangedFinding(NamedTuple):
    """A finding of the first page that says something else than the last dossier, and what that said."""

    finding: Sentence
    id: str
    old: str


@dataclass(frozen=True, kw_only=True)
class Since:
    """What changed since the last dossier; `why_not` says why nothing could be compared."""

    last: date | None = None
    changes: tuple[ChangedFinding, ...] = ()
    alike_count: int = 0
    why_not: str = ""

    @property
    def last_words(self) -> str:
        """The day of the last dossier in words."""
        return wording.day(self.last)


def page_figures(found: Sequence[Answer]) -> list[DossierFigureStruct]:
    """The findings of a first page as its row of `dossier` keeps them, in their order."""
    return [
        {
            "day": None,
            "figure": next((piece.text for piece in one.finding.pieces() if piece.kind == "figure"), None),
            "question": TITLES[one.question],
            "row_id": one.key_row or None,
            "says": plain(one.finding.says),
        }
        for one in found
    ]


def since_last(extract: Extract) -> Since:
    """What changed on the first page since the last dossier that the tables hold. Cost O(findings)."""
    stood = extract.earlier_dossiers()
    if not stood:
        kind = "as known on a day" if extract.known else "of all that the case held"
        return Since(why_not=f"No earlier dossier of {wording.country(extract.country)} {kind} stands in this case.")
    last = stood[-1]
    if last["figures"] is None:
        return Since(last=last["as_of_on"], why_not="The last dossier was written before figures were kept.")
    before = {one["question"]: one for one in last["figures"]}
    here = [one for one in answers(extract.page()) if TITLES[one.question] in before]
    changed = tuple(
        ChangedFinding(one.finding, one.key_row, _sentence(old))
        for one in here
        if (old := before[TITLES[one.question]])["says"] != plain(one.finding.says)
    )
    return Since(last=last["as_of_on"], changes=changed, alike_count=len(here) - len(changed))


def changes_feed(extract: Extract) -> bytes:
    """The dossiers of a country as an Atom feed (RFC 4287), the newest first, with what changed in the newest.

    Entries are dated by the day of their dossier, so the same rows give the same bytes.
    """
    ElementTree.register_namespace("", ATOM)
    kind = "known" if extract.known else "all"
    about = f"provenet dossiers of {slug(extract.country)} {extract.audience} {kind}"
    feed = ElementTree.Element(f"{{{ATOM}}}feed")
    _add(feed, "id", _urn(about))
    _add(feed, "title", f"Provenet dossiers of {extract.country}")
    _add(feed, "updated", _instant(extract.as_of))
    _add(ElementTree.SubElement(feed, f"{{{ATOM}}}author"), "name", "Provenet")
    title = f"{extract.country}, as of {wording.day(extract.as_of)}"
    lines = "\n".join(change_lines(since_last(extract)))
    _entry(feed, f"{about} {extract.as_of} {lines}", title, day=extract.as_of, text=lines)
    for row in extract.earlier_dossiers()[::-1][:SHOWN_DOSSIERS]:
        title = f"{extract.country}, as of {wording.day(row['as_of_on'])}"
        _entry(feed, f"{about} {row['as_of_on']} {row['html_id']}", title, day=row["as_of_on"], text=row["headline"])
    ElementTree.indent(feed)
    text = ElementTree.tostring(feed, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'.encode()


def change_lines(since: Since) -> list[str]:
    """What changed, a sentence a finding."""
    if since.why_not:
        return [f"{since.why_not} Nothing is compared."]
    if not since.changes:
        return [f"No finding of the first page changed since the dossier of {since.last_words}."]
    return [f"{plain(one.finding.says)} In the dossier of {since.last_words}: {one.old}" for one in since.changes]


def _sentence(one: DossierFigureStruct) -> str:
    """A finding in words, with its figure and the day of that where it has them."""
    return " ".join(part for part in (f"{one['says'].rstrip('.')}.", one["day"]) if part)


def _entry(feed: ElementTree.Element, about: str, title: str, *, day: date, text: str) -> None:
    entry = ElementTree.SubElement(feed, f"{{{ATOM}}}entry")
    _add(entry, "id", _urn(about))
    _add(entry, "title", title)
    _add(entry, "updated", _instant(day))
    content = ElementTree.SubElement(entry, f"{{{ATOM}}}content", {"type": "text"})
    content.text = clean(text)


def _add(parent: ElementTree.Element, name: str, text: str) -> None:
    ElementTree.SubElement(parent, f"{{{ATOM}}}{name}").text = clean(text)


def _urn(about: str) -> str:
    return uuid.uuid5(uuid.NAMESPACE_URL, about).urn


def _instant(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"
