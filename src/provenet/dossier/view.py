"""A dossier as plain data, composed from stored tables. Nothing is computed: every figure is that of a stored row.

A dossier is three documents: twelve pages that answer (`chapters/`), an annex with every row behind them
(`sections/`), and, where it is as known on a day, a page of what happened later.
"""

import pkgutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from importlib import import_module
from pathlib import PurePosixPath
from types import ModuleType
from typing import Any, Protocol

from provenet.case.days_ahead import bare, plain
from provenet.case.extract import READS, Extract, RowFinder, Tables, in_key_order
from provenet.case.tables import table
from provenet.core import wording
from provenet.core.countries import countries
from provenet.core.ids import slug
from provenet.core.language import ENGLISH, LANGUAGES, Language, language
from provenet.dossier import chapters, sections, turned_out
from provenet.dossier.answers import lead
from provenet.dossier.holdings import is_shown
from provenet.dossier.row_tables import RowLists, row_lists
from provenet.dossier.sections import s90_sources

AUDIENCES = ("public", "internal")
ANNEX = "annex"
CARRIER = "carrier"
"""The audience and the document of a carrier's own page."""
TURNED_OUT = "turned-out"
OTHER_ROWS = "Other rows that the twelve pages link"


class SectionModule(Protocol):
    """What a file in `sections/` offers: a title, and one query over stored tables, or `LISTINGS` of rows."""

    TITLE: str

    def collect(self, extract: Extract) -> object:
        """What its template reads by attribute, rows and plain values only; None leaves the section out."""
        ...


@dataclass(frozen=True)
class Section:
    """One section of a dossier: its place, title, template beside its query, and data."""

    number: int
    key: str
    title: str
    data: object
    folder: str = "sections"

    @property
    def template(self) -> str:
        """The section's template: beside its query, or the one of all sections that list rows."""
        return "templates/rows.html.j2" if isinstance(self.data, RowLists) else f"{self.folder}/{self.key}.html.j2"


@dataclass(frozen=True)
class View:
    """A dossier as plain data, ready to be drawn; the same view gives the same bytes."""

    country: str
    as_of: date
    known: date | None
    audience: str
    headline: str
    sections: tuple[Section, ...]
    document: str = ""
    """Which of the documents: the twelve pages (empty), `annex`, or `turned-out`, what happened after the day known."""
    cited_as: str = ""
    """The run that wrote it, by which a reader cites it."""
    files: Mapping[str, bytes] = field(default_factory=dict)
    """Tables of the charts and the calendar, by the end of their file names."""
    days_ahead: frozenset[date] = frozenset()
    """The days after the one known that the question and rows of that day set."""
    carrier_id: str = ""
    """The carrier whose own page it is; empty for a dossier of a country."""
    carrier: str = ""
    """Its name."""
    linked: frozenset[str] = frozenset()
    """The rows that the twelve pages link: each has a place in the annex."""
    language: Language = ENGLISH

    @property
    def stem(self) -> str:
        """How the names of its files begin."""
        audience = carrier_audience(self.carrier_id) if self.carrier_id else self.audience
        return f"{slug(self.country)}{'' if audience == 'public' else f'-{audience}'}"

    @property
    def heading(self) -> str:
        """What stands above everything: the country, or the carrier whose page it is."""
        return self.carrier or self.language.country(self.country)

    @property
    def hindsight(self) -> bool:
        """Whether this is the page of what happened later."""
        return self.document == TURNED_OUT

    @property
    def date_line(self) -> str:
        """The day that the dossier describes, in words."""
        as_of, known = (wording.day(day, self.language) for day in (self.as_of, self.known))
        if self.known is None:
            return self.language.text("As of {day}", day=as_of)
        if self.known == self.as_of:
            return self.language.text("As of and as known on {day}", day=as_of)
        return self.language.text("As of {day}, as known on {known}", day=as_of, known=known)

    @property
    def title(self) -> str:
        """The document's title."""
        if self.carrier:
            return f"{self.carrier}, {self.country}: inside its own networks. {self.date_line}"
        what = "annex: the rows behind each figure" if self.document == ANNEX else "whose equipment carries the traffic"
        return f"{self.heading}: {self.language.text(what)}. {self.date_line}"

    @property
    def in_languages(self) -> "tuple[View, ...]":
        """Its first page in each other language: the same answers, in words of that language."""
        others = (language(code) for code in LANGUAGES if code != ENGLISH.code)
        return tuple(replace(self, sections=self.sections[:1], document=one.code, language=one) for one in others)


def carrier_audience(carrier_id: str) -> str:
    """The audience of a carrier's own page, as file names say it.

    >>> carrier_audience("tim-italy")
    'carrier-tim-italy'
    """
    return f"{CARRIER}-{slug(carrier_id)}"


def page_place(
    country: str, as_of: date, known: date | None, *, audience: str, document: str = "", kind: str = "html"
) -> str:
    """Where the file of a document lies in the folder `outputs` of its case.

    >>> page_place("Germany", date(2018, 11, 23), date(2018, 11, 23), audience="internal", document="annex")
    '2018-11-23-known-2018-11-23/germany-internal-annex.html'
    """
    folder = f"{as_of}" + (f"-known-{known}" if known else "")
    parts = [slug(country), "" if audience == "public" else audience, document]
    return f"{folder}/{'-'.join(part for part in parts if part)}.{kind}"


def data_folder(html: PurePosixPath) -> PurePosixPath:
    """Where the tables of a dossier's charts and its calendar lie, beside its pages."""
    return html.with_name(f"{html.stem}-data")


def section_keys(package: ModuleType = sections) -> list[str]:
    """The names of the files of a document in order; adding a file adds a section."""
    return sorted(info.name for info in pkgutil.iter_modules(package.__path__))


def compose(tables: Tables, *, document: str = "", **wanted_one: Any) -> View:
    """One document of a country: the twelve pages, `annex` or `turned-out`; `compose_all` says what may be asked."""
    return next(view for view in compose_all(tables, **wanted_one) if view.document == document)


def compose_all(
    tables: Tables, *, country: str, as_of: date, known: date | None = None, audience: str = "public"
) -> tuple[View, ...]:
    """Composes the documents of one country from stored tables.

    They claim nothing that a stored row does not say. Cost O(rows read). Law: the order of rows in the tables changes
    nothing.

    Parameters
    ----------
    tables
        The tables of the case by name; an absent one counts as empty.
    country
        The country, by name or ISO code.
    as_of
        The day that the dossier describes.
    known
        Rows published after this day are left out, except estimates stored as later ones, which stand apart; None
        takes all that the case holds.
    audience
        `public` or `internal`.

    Returns
    -------
    tuple of View
        The twelve pages, the annex and, with `known`, what happened later: sections in order, each with its data.

    Raises
    ------
    ValueError
        For another audience.
    """
    return views_of(extract_of(tables, country=country, as_of=as_of, known=known, audience=audience))


def views_of(extract: Extract) -> tuple[View, ...]:
    """The documents of an extract."""
    shown, as_of, known, audience = extract.country, extract.as_of, extract.known, extract.audience
    views = [
        View(
            shown,
            as_of,
            known,
            audience,
            "" if document else plain(lead(page)),
            _composed(package, page),
            document=document,
            files={name: bare(data) for name, data in page.files.items()},
            days_ahead=page.days_ahead(),
        )
        for document, package in (("", chapters), (ANNEX, sections))
        for page in [extract.page()]
    ]
    if known is not None:
        page = Extract(extract.tables, shown, as_of, known, audience, hindsight=True)
        later = Section(1, "turned_out", turned_out.TITLE, turned_out.collect(page), "templates")
        cited = Section(2, "s90_sources", s90_sources.TITLE, s90_sources.collect(page))
        views.append(View(shown, as_of, known, audience, turned_out.TITLE, (later, cited), document=TURNED_OUT))
    return tuple(views)


def extract_of(tables: Tables, *, country: str, as_of: date, known: date | None, audience: str) -> Extract:
    """The tables behind the answers about one country, in an order of their own. Raises ValueError for an audience."""
    if audience not in AUDIENCES:
        raise ValueError(f"audience: found {audience!r}, expected one of {', '.join(AUDIENCES)}.")
    return Extract(in_key_order(tables), countries().name(country) or country, as_of, known, audience)


def with_rows(view: View, keys: Iterable[str], tables: Tables) -> View:
    """An annex with a place for every row that the twelve pages link, also for those that no section shows.

    Cost one pass over the ids of each table.
    """
    wanted, finder = set(keys), RowFinder(tables)
    places: dict[str, str] = {}
    for name in READS:
        for row in finder.rows(name, wanted):
            title = f"{name.replace('_', ' ')}{' (assumed)' if row.get('basis') == 'assumed' else ''}"
            places.update((key, title) for key in wanted & {row.get("row_id"), row.get(table(name).id_column)})
    last = Section(len(view.sections) + 1, "other_rows", OTHER_ROWS, sorted(places.items()), "templates")
    return replace(view, sections=(*view.sections, last), linked=frozenset(places))


def _composed(package: ModuleType, extract: Extract) -> tuple[Section, ...]:
    """The sections of a document."""
    folder = package.__name__.rpartition(".")[2]
    found: list[Section] = []
    for key in section_keys(package):
        module: SectionModule = import_module(f"{package.__name__}.{key}")
        data = _collected(module, extract) if is_shown(key, extract) else None
        if data is not None:
            found.append(Section(len(found) + 1, key, module.TITLE, data, folder))
            extract.collected[key] = data
    return tuple(found)


def _collected(module: SectionModule, extract: Extract) -> object:
    """What a section shows: the rows that it lists, else what it asks for."""
    if listings := getattr(module, "LISTINGS", ()):
        return RowLists(preface=getattr(module, "SAYS", ""), lists=row_lists(listings, extract))
    return module.collect(extract)
