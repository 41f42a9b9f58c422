"""The frame around every page: navigation, languages, the words that templates may use."""

from __future__ import annotations

import gettext
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from provenet.core import wording
from provenet.core.digest import VERSION
from provenet.core.ids import slug
from provenet.web.forms import fields_of
from provenet.web.page import Html, Page, Visit, pages

HERE = Path(__file__).resolve().parent
TONGUES = {"en": "English", "de": "Deutsch", "it": "Italiano", "ja": "日本語"}
"""The languages of the chrome, each by its own name."""


@dataclass(frozen=True)
class Tongue:
    """A language of the chrome. What rows say stays in the words of their sources."""

    code: str
    catalogue: gettext.NullTranslations

    def text(self, message: str, **words: object) -> str:
        """A sentence of the chrome in this language; in English where the catalogue lacks it."""
        found = self.catalogue.gettext(message)
        return found.format(**words) if words else found


@cache
def tongue(code: str) -> Tongue:
    """The language of a code; English for one that there is not."""
    place = HERE / "languages" / f"{code}.mo"
    if code == "en" or code not in TONGUES or not place.is_file():
        return Tongue("en", gettext.NullTranslations())
    with place.open("rb") as stream:
        return Tongue(code, gettext.GNUTranslations(stream))


def preferred_tongue(accepted: str, chosen: str | None = None) -> Tongue:
    """The language that a reader chose, or the first that the browser asks for (`Accept-Language`), or English."""
    if chosen in TONGUES:
        return tongue(str(chosen))
    for part in accepted.split(",")[:20]:
        code = part.partition(";")[0].strip().partition("-")[0].lower()
        if code in TONGUES:
            return tongue(code)
    return tongue("en")


def shown_pages(*, public: bool) -> list[Page]:
    """The pages of the navigation, for strangers or for whoever holds the case."""
    return [page for page in pages() if page.in_navigation and (page.public or not public)]


def rendered(page: Html, visit: Visit, *, static: bool = False) -> bytes:
    """A page with its chrome as HTML. Every text of a case is escaped; the same visit gives the same bytes.

    `static` leaves out what needs a server.
    """
    template = _environment().get_template(page.template)
    words: dict[str, object] = {
        "visit": visit,
        "page": page,
        "reading": visit.reading,
        "link": visit.link,
        "t": visit.tongue.text,
        "tongues": TONGUES,
        "navigation": shown_pages(public=visit.reading.public),
        "static": static,
        "version": VERSION,
        **page.words,
    }
    return template.render(words).encode("utf-8")


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(wording=wording, fields_of=fields_of)
    made.filters.update(country=wording.country, day=wording.day, slug=slug)
    return made


def data_block(value: object) -> str:
    """A JSON text that may stand inside `<script type="application/json">` of a page."""
    import json

    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def plain_words(words: Mapping[str, object]) -> dict[str, str]:
    """Words of an address as text, without those that are None."""
    return {name: str(value) for name, value in words.items() if value is not None}
