"""The frame around every page: navigation, languages, the words that templates may use."""

import json
from collections.abc import Mapping
from datetime import date
from functools import cache, partial
from pathlib import Path
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from provenet.case.days_ahead import plain
from provenet.core import wording
from provenet.core.digest import VERSION
from provenet.core.ids import slug
from provenet.core.language import ENGLISH, LANGUAGES, Language, language
from provenet.web.page import Html, Page, Visit, fields_of, pages
from provenet.web.reading import MENDING, STALE

HERE = Path(__file__).resolve().parent


def preferred_language(accepted: str, chosen: str | None = None) -> Language:
    """The language that a reader chose, or the first that the browser asks for (`Accept-Language`), or English."""
    if chosen in LANGUAGES:
        return language(str(chosen))
    for part in accepted.split(",")[:20]:
        code = part.partition(";")[0].strip().partition("-")[0].lower()
        if code in LANGUAGES:
            return language(code)
    return ENGLISH


def shown_pages(visit: Visit) -> list[Page]:
    """The pages of the navigation: those for this reader that have something to show."""
    own = not visit.reading.public
    return [page for page in pages() if page.in_navigation and (page.public or own) and page.is_filled(visit)]


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
        "tongues": LANGUAGES,
        "navigation": shown_pages(visit),
        "static": static,
        "version": VERSION,
        "here": partial(address_of, visit),
        "stale_words": STALE,
        "mending": MENDING,
        "script_words": script_words(visit.tongue),
        **page.words,
    }
    return template.render(words).encode("utf-8")


def address_of(visit: Visit, **words: str) -> str:
    """The address of a page with its query, further words, and the state of the case where it shows an earlier one.

    A state that is given, if only as an empty word, replaces it.
    """
    state = {"state": visit.reading.digest} if visit.reading.earlier else {}
    added = urlencode([(name, word) for name, word in (state | words).items() if word])
    query = "&".join(part for part in (visit.query, added) if part)
    return f"{visit.address}?{query}" if query else visit.address


@pass_context
def _day(context: Context, of: date | None) -> str:
    """A day in the language of the page."""
    return wording.day(of, context["visit"].tongue)


SCRIPT_WORDS = {
    "copied": "Copied",
    "copy_failed": "Copying failed: select the text and copy it by hand.",
    "filter": "Filter rows",
    "rows": "{shown} of {all} rows",
    "failed": "The page could not be loaded: {reason}",
    "no_answer": "no answer",
    "lost": "The connection was lost; trying again.",
    "left": "{time} left",
    "nothing": "Nothing found for “{query}”.",
    "near": "Nothing holds all of these words. Most of them stand here:",
    "meant": "Nothing holds “{query}”. Did you mean “{meant}”?",
    "found": "{count} found",
    "sorted": "Sorted by {column}, {order}",
    "ascending": "ascending",
    "descending": "descending",
    "cancelled": "Cancelling …",
    "no_map": "The map cannot be drawn here; the drawing and the table show the same.",
}
"""Sentences of `static/app.js`, by their names there."""


def script_words(spoken: Language) -> Markup:
    """The sentences of `static/app.js` in a language, as the JSON block that it reads."""
    return Markup(data_block({name: spoken.text(words) for name, words in SCRIPT_WORDS.items()}))


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
    made.filters.update(country=wording.country, day=_day, slug=slug, plain=plain)
    return made


def data_block(value: object) -> str:
    """A JSON text that may stand inside `<script type="application/json">` of a page."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def plain_words(words: Mapping[str, object]) -> dict[str, str]:
    """Words of an address as text, without those that are None."""
    return {name: str(value) for name, value in words.items() if value is not None}
