"""A stored dossier inside the app: the parts of its page and of its annex, with links that stay in the app.

The bytes are those that a run wrote; nothing is computed anew. A figure leads to where it comes from, a link inside the
page to the part that holds its end, and no part carries an inline style.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from html import unescape
from typing import Any

from markupsafe import Markup, escape

from provenet.core.ids import slug
from provenet.web.reading import Reading

FIRST, ANNEX = "html_id", "annex_id"
"""The two pages of a dossier, by the columns that hold their digests."""
DEADLINES = "the-rules-and-what-they-change-when"
"""The name of the part of a dossier that lists the days ahead."""
_SECTION = re.compile(r'<section id="(\w+)"[^>]*>(.*?)</section>\s*(?=<section id="|</main>)', re.DOTALL)
_TITLE = re.compile(r"<h2[^>]*>(.*?)</h2>", re.DOTALL)
_ORDINAL = re.compile(r"^\d+\.\s*")
_TAG = re.compile(r"<svg\b.*?</svg>|<[^>]*>", re.DOTALL)
_SPACE = re.compile(r"\s+")
_ID = re.compile(r'\sid="([^"]+)"')
_LINK = re.compile(r'<a\b([^>]*?)\shref="([^"]*)"([^>]*)>(.*?)</a>', re.DOTALL)
_ROW = re.compile(r'\bdata-row="([^"]+)"')
_HEADING = re.compile(r"<h(?P<open>[2-6])\b|</h[2-6]>")
_EMPTY_HEAD = re.compile(r"<th\b[^>]*>\s*</th>")
_DRAWING = re.compile(r'<div class="(map|wide)">')
_COLUMN_WIDTH = re.compile(r'(<col\b[^>]*?) style="width:([0-9.]+%)"')


@dataclass(frozen=True)
class Section:
    """A part of a page: its name in addresses, its place and title in the page, its HTML as the run wrote it."""

    key: str
    place: str
    title: str
    html: str

    @cached_property
    def plain(self) -> str:
        """Its words without its drawings."""
        return _SPACE.sub(" ", unescape(_TAG.sub(" ", _TITLE.sub("", self.html)))).strip()


@dataclass(frozen=True)
class StoredPage:
    """A page of a dossier by its parts."""

    sections: tuple[Section, ...]
    footer: str

    @cached_property
    def holders(self) -> Mapping[str, str]:
        """The part that holds each place of the page, by the id of the place."""
        return {place: part.key for part in self.sections for place in (part.place, *_ID.findall(part.html))}

    def section(self, key: str) -> Section | None:
        """The part of a name, or None."""
        return next((part for part in self.sections if part.key == key), None)


def newest_dossiers(reading: Reading) -> list[Mapping[str, Any]]:
    """The newest dossier of each country, by country."""
    newest: dict[str, Mapping[str, Any]] = {}
    for row in reading.dossiers:
        newest.setdefault(row["country"], row)
    return [newest[name] for name in sorted(newest)]


def stored_dossier(reading: Reading, row: Mapping[str, Any], page: str, *, language: str = "") -> StoredPage | None:
    """The page or the annex of a dossier by its parts; None where its file is gone or is not what the run wrote.

    With a `language`, its first page in that one.
    """
    digest = translations(row).get(language) if language else row[page]

    def read() -> StoredPage | None:
        data = reading.written(digest) if digest else None
        return None if data is None else _parts(data.decode("utf-8"))

    return reading.once(("stored page", digest), read)


def translations(row: Mapping[str, Any]) -> dict[str, str]:
    """The languages in which a dossier has its first page beside English, each with the digest of that page."""
    pages = {one["name"]: one["digest"] for one in row["files"] or () if one["name"].endswith(".html")}
    return {name.removesuffix(".html").rpartition("-")[2]: digest for name, digest in pages.items()}


def _parts(page: str) -> StoredPage:
    sections: dict[str, Section] = {}
    for place, html in _SECTION.findall(page):
        heading = _TITLE.search(html)
        title = _ORDINAL.sub("", unescape(_TAG.sub("", heading[1])).strip()) if heading else ""
        key = slug(title) if slug(title) and slug(title) not in sections else place
        sections[key] = Section(key, place, title, html)
    footer = re.search(r"<footer>(.*?)</footer>", page, re.DOTALL)
    return StoredPage(tuple(sections.values()), footer[1] if footer else "")


@dataclass(frozen=True, kw_only=True)
class PageLinks:
    """How the links of a stored page are made anew.

    Parameters
    ----------
    figure : the address of a row's walk.
    section : the address of a part of this page, by its name.
    annex : the address of a part of the annex, by its name.
    file : the address of a file beside the page, by its name; None where there is none.
    holders : the parts of the page and of its annex by the ids that they hold.
    """

    figure: Callable[[str], str]
    section: Callable[[str], str]
    annex: Callable[[str], str]
    file: Callable[[str], str | None]
    holders: tuple[Mapping[str, str], Mapping[str, str]]
    first: str = ""
    """The file of the page itself, by which its translations name its places."""

    def to(self, target: str, *, here: str) -> str | None:
        """The new address of a link; None where what it led to is no page or file of this app."""
        if target.startswith(("https://", "http://")):
            return target
        name, _, place = target.partition("#")
        if not name or (place and name == self.first):
            return self._place(place, self.holders[0], self.section, here=here)
        if name.endswith("-annex.html"):
            return self._place(place, self.holders[1], self.annex, here="") if place else self.annex("")
        return self.file(name)

    @staticmethod
    def _place(place: str, holders: Mapping[str, str], address: Callable[[str], str], *, here: str) -> str | None:
        key = holders.get(place)
        if key is None:
            return None
        if key == here:
            return f"#{place}"
        to = address(key)
        return to if place.startswith("s") and place[1:].isdigit() else f"{to}#{place}"


def linked(section: Section, links: PageLinks) -> Markup:
    """The HTML of a part, with its links made anew and without inline styles."""

    def anew(found: re.Match[str]) -> str:
        before, target, after, words = found.groups()
        row = _ROW.search(before) or _ROW.search(after)
        to = links.figure(unescape(row[1])) if row else links.to(unescape(target), here=section.key)
        return words if to is None else f'<a{before} href="{escape(to)}"{after}>{words}</a>'

    html = _COLUMN_WIDTH.sub(r'\1 width="\2"', _LINK.sub(anew, section.html))
    # On a narrow screen a drawing scrolls by itself, also from the keyboard.
    html = _DRAWING.sub(r'<div class="\1" tabindex="0" role="group" aria-label="Drawing">', html)
    return Markup(_headings_in_order(_EMPTY_HEAD.sub("<td></td>", html)))


def _headings_in_order(html: str) -> str:
    """The same with no level of headings left out: one that follows h2 is h3, whatever it was."""
    above: list[tuple[int, int]] = []

    def anew(found: re.Match[str]) -> str:
        if not found["open"]:
            return f"</h{above[-1][1]}>"
        level = int(found["open"])
        while above and above[-1][0] >= level:
            above.pop()
        above.append((level, above[-1][1] + 1 if above else level))
        return f"<h{above[-1][1]}"

    return _HEADING.sub(anew, html)
