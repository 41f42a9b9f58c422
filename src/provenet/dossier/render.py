"""A view as bytes: one self-contained HTML file, and a PDF that typst sets from the same page.

HTML templates write the page once. For the PDF the page's body is read back as a tree of a closed set of elements
(`document.py`) and handed to one fixed typst program as data, so no text of a case is ever typst source.
"""

import json
import re
from collections.abc import Callable, Set
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache, partial
from html import unescape
from pathlib import Path

import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2 import __version__ as jinja_version
from jinja2.bccache import Bucket, BytecodeCache
from jinja2.runtime import Context
from markupsafe import Markup

from provenet.case.days_ahead import plain
from provenet.case.extract import weak_kinds
from provenet.core import wording
from provenet.core.answer import TITLES
from provenet.core.digest import code_version, sha256_bytes
from provenet.core.disclosure import LEAST_SHOWN, LEAST_SHOWN_WORD
from provenet.core.language import LANGUAGES, Language
from provenet.core.user_cache import load_arrays, sources_digest, store_arrays
from provenet.dossier.document import read_body, texts
from provenet.dossier.drawings import (
    aid_curves,
    canvas,
    flow_map,
    measured_bars,
    network_map,
    option_rows,
    share_bars,
    site_map,
    timelines,
)
from provenet.dossier.replay import mark_ahead, tagged, with_days_of_rows
from provenet.dossier.text import anchor, clean
from provenet.dossier.view import View

_KIND, _BYTES = "template", "bytes"
_SOURCES = ("core/wording.py", "dossier/render.py", "dossier/text.py")
"""What a compiled template depends on beside its own text: how it is compiled, and what a constant in it becomes."""


class CompiledTemplates(BytecodeCache):
    """Keeps the code of each template. The library itself refuses that of another text or interpreter."""

    @cached_property
    def _compiler(self) -> str | None:
        sources = sources_digest(*_SOURCES)
        return None if sources is None else sha256_bytes(f"{sources} {jinja_version}".encode())[:16]

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fills a bucket with the code of its template, where it is kept."""
        if self._compiler and (found := load_arrays(_KIND, f"{bucket.key}-{self._compiler}")) is not None:
            bucket.bytecode_from_string(found.arrays[_BYTES].tobytes())

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keeps the code of a template that was compiled."""

        if self._compiler:
            code = np.frombuffer(bucket.bytecode_to_string(), np.uint8)
            store_arrays(_KIND, f"{bucket.key}-{self._compiler}", {_BYTES: code}, note=None)


HERE = Path(__file__).resolve().parent
PDF_FONT = "Libertinus Serif"
"""The serif that typst carries inside itself, so that a PDF needs no font of the machine."""


@dataclass(frozen=True)
class Body:
    """What both pages of a dossier show: markup with the places of the drawings, the drawings, and the ids of rows.

    `shown` are of rows, `linked` those of them that figures lead to in the annex, `places` the names of places.
    """

    markup: str
    drawings: tuple[str, ...]
    shown: Set[str]
    linked: Set[str]
    places: Set[str]

    def finished(self, page: str) -> str:
        """A page whose links lead somewhere and whose lines never break between a number and its sign."""

        def kept(link: re.Match[str]) -> str:
            """A link to a row that is not on its page, such as a claim of a later day, is no link."""
            return link[0] if link[1] in self.places else '<a class="taglink">'

        return _PERCENT.sub("\N{NO-BREAK SPACE}%", _TAG_LINK.sub(kept, page))


def render_body(view: View) -> Body:
    """The sections of a dossier as markup, written once for both pages. Cost O(rows)."""
    shown: set[str] = set()
    linked: set[str] = set()
    places: set[str] = set()

    def first_time(key: str) -> bool:
        place = anchor(key)
        fresh = place not in places
        places.add(place)
        return fresh

    def place_of(key: str) -> str:
        shown.add(key)
        return anchor(key)

    def annex_place(key: str) -> str:
        linked.add(key)
        return f"{view.stem}-annex.html#{place_of(key)}"

    replayed = None if view.hindsight else view.known
    drawings = _Drawings(replayed)
    markup = (
        _environment()
        .get_template("templates/body.html.j2")
        .render(
            view=view,
            then=replayed is not None,
            known_words=wording.day(view.known or view.as_of),
            code_version=code_version(),
            draw=drawings,
            first_time=first_time,
            was_shown=lambda key: anchor(key) in places,
            anchor=place_of,
            annex_place=annex_place,
            ahead=partial(mark_ahead, known=replayed),
            language=view.language,
            languages=LANGUAGES,
            t=partial(_translated, view.language),
        )
    )
    if replayed is not None:
        markup = with_days_of_rows(markup, view.days_ahead, replayed)
    return Body(tagged(markup), tuple(drawings.kept), shown, linked, places)


def _translated(language: Language, message: str, **words: object) -> Markup:
    """A message in the language of a page; words that are markup stay so."""
    found = Markup.escape(language.text(message))
    return found.format(**words) if words else found


def render_html(view: View, body: Body | None = None) -> bytes:
    """The dossier as one HTML file: no script, no external request, readable in print and in the dark.

    Every text of a case is escaped. `body` is that of the view, where it is rendered already. Law: the same view gives
    the same bytes. Cost O(rows).
    """
    body = body or render_body(view)

    def inline(place: re.Match[str]) -> str:
        return body.drawings[int(place[2])].replace("<svg ", f'<svg class="{place[1]}" ', 1)

    css = Markup((HERE / "templates" / "dossier.css").read_text(encoding="utf-8") + canvas.style() + _margins(view))
    drawn = Markup(_DRAWING.sub(inline, body.markup).replace(_SCROLL, f'{_SCROLL[:-1]} tabindex="0">'))
    page = _environment().get_template("templates/dossier.html.j2").render(view=view, css=css, body=drawn)
    page = _HEADS.sub(lambda head: head[0].replace("<th>", '<th scope="col">'), page)
    return _WIDTHS.sub(_columns, body.finished(page)).encode("utf-8")


def render_pdf(view: View, body: Body | None = None) -> bytes:
    """The dossier as PDF: real text, tables that repeat their heads, bookmarks; dated by the day of the dossier.

    Law: the same view gives the same bytes. Fonts of the machine are used only for letters that typst's own fonts
    lack. `body` is that of the view, where it is rendered already. Raises ValueError if a template uses an element the
    PDF does not know. Cost O(rows).
    """
    import typst

    body = body or render_body(view)
    tree = read_body(body.finished(body.markup))
    data = {
        "title": clean(view.title),
        "running": clean(f"{view.heading}. {view.date_line}"),
        "audience": view.audience,
        "day": [view.as_of.year, view.as_of.month, view.as_of.day],
        "body": tree,
        "drawings": [canvas.standalone(svg, PDF_FONT) for svg in body.drawings],
    }
    covered = all(_covered(text) for text in (*texts(tree), *body.drawings))
    pdf = typst.compile(
        HERE / "templates" / "dossier.typ",
        format="pdf",
        ignore_system_fonts=covered,
        font_paths=[HERE / "fonts"],
        sys_inputs={"view": json.dumps(data, ensure_ascii=False, sort_keys=True)},
        timestamp=0,
    )
    if not isinstance(pdf, bytes):
        raise TypeError(f"typst gave {type(pdf).__name__}, expected the bytes of one PDF")
    return pdf


def _margins(view: View) -> str:
    """What stands above and below each page that a browser prints, as in the PDF."""
    running = f"{view.heading}. {view.date_line}"
    small = "font:8pt serif;color:#5b6775"
    return (
        f"@page{{@top-left{{content:{_css_text(running)};{small}}}@top-right{{content:'Provenet';{small}}}"
        f"@bottom-left{{content:{_css_text(view.language.text('No result is legal advice.'))};{small}}}"
        f"@bottom-right{{content:counter(page) ' / ' counter(pages);{small}}}}}"
    )


def _css_text(text: str) -> str:
    """A text as a style sheet may hold it: whatever is no plain letter is written by its number."""
    plain = "".join(one if one.isalnum() or one in " .,-" else f"\\{ord(one):x} " for one in clean(text))
    return f"'{plain}'"


_SCROLL = '<div class="scroll">'
_TAG_LINK = re.compile(r'<a class="taglink" href="#([^"]+)">')
_PERCENT = re.compile(r"(?<=\d) %")
_DRAWING = re.compile(r'<img class="([a-z ]+)" data-drawing="([0-9]+)" alt="[^"]*">')
_WIDTHS = re.compile(r'(<table class="[a-z ]+") data-widths="([0-9 ]+)">(\s*<caption[^>]*>.*?</caption>)?', re.DOTALL)
_HEADS = re.compile(r"<thead>.*?</thead>", re.DOTALL)


def _columns(found: re.Match[str]) -> str:
    """A table's widths, written once for the PDF, as hints for the browser."""
    parts = [int(w) for w in found[2].split()]
    cols = "".join(f'<col style="width:{100 * part / sum(parts):.1f}%">' for part in parts)
    return f"{found[1]}>{found[3] or ''}<colgroup>{cols}</colgroup>"


def _covered(text: str) -> bool:
    """Whether typst's own fonts hold every letter: Latin, Greek, Cyrillic and common marks."""
    return all(ord(c) < 0x530 or 0x1E00 <= ord(c) < 0x2000 or 0x2010 <= ord(c) <= 0x2044 or c == "€" for c in text)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_plain,
        bytecode_cache=CompiledTemplates(),
    )
    made.filters["country"] = wording.country
    made.globals.update(
        least_shown=LEAST_SHOWN_WORD, fewest_shown=LEAST_SHOWN, titles=TITLES, wording=wording, weak_kinds=weak_kinds
    )
    return made


@pass_context
def _plain(_context: Context, value: object) -> object:
    """Text as a page may hold it; markup of our own drawings and macros passes."""
    return clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _drawing(draw: Callable[..., str], css: str) -> Callable[..., Markup]:
    """A drawing as a template calls it: takes what `draw` takes, but for the key."""

    def place(drawings: "_Drawings", *shown: object, **named: object) -> Markup:
        return drawings.place(draw(*shown, key=drawings.key_of_next(), **named), css)

    return place


class _Drawings:
    """The drawings that templates may use: kept apart, with their places marked."""

    budget_curve = _drawing(aid_curves.budget_curve, "times")
    carriers = _drawing(share_bars.carrier_bars, "carriers")
    coverage = _drawing(measured_bars.coverage_bar, "stairs")
    flows = _drawing(flow_map.flow_map, "times")
    lanes = _drawing(timelines.lanes, "lanes")
    mark = _drawing(share_bars.outcome_mark, "mark")
    measured = _drawing(measured_bars.measured_bars, "stairs")
    network = _drawing(network_map.network_map, "sites")
    options = _drawing(option_rows.option_rows, "stairs")
    paths = _drawing(measured_bars.path_bars, "stairs")
    scenarios = _drawing(share_bars.scenario_bars, "stairs")
    share = _drawing(share_bars.share_bar, "bar")
    sites = _drawing(site_map.site_map, "sites")
    vendors = _drawing(share_bars.vendor_bars, "stairs")

    def __init__(self, replayed: date | None) -> None:
        self.kept: list[str] = []
        self._replayed = replayed
        self._count = 0

    def key_of_next(self) -> str:
        """What sets the ids of the next drawing apart from those of others."""
        self._count += 1
        return f"d{self._count}"

    def place(self, svg: str, css: str, *, last: date | None = None) -> Markup:
        """The place of a drawing; one of days ahead, or with one in its words, is marked so."""
        is_ahead = plain(svg) != svg or bool(self._replayed and last and last > self._replayed)
        svg = plain(svg)
        if svg not in self.kept:
            self.kept.append(svg)
        title = unescape(svg.split('aria-label="', 1)[1].split('"', 1)[0])
        place = Markup('<img class="{}" data-drawing="{}" alt="{}">').format(css, self.kept.index(svg), title)
        return place if not is_ahead else Markup('<time class="ahead">') + place + Markup("</time>")
