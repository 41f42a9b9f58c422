"""What a file in `pages/` offers: routes that answer a visit, for the server and for the static site alike.

A page is a function from a `Visit` to a `Reply`. It sees rows through `visit.reading` alone, makes every address with
`visit.link`, and knows neither sockets nor sessions. So the same function answers a browser, fills the static site,
and is called by a test without either.

Forms are made of settings: the options of a verb as fields, and what a reader sent as settings. There is no second list
of options: names, helps, choices and ranges are those of the settings class.
"""

from __future__ import annotations

import pkgutil
import re
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any, Protocol, TypeAlias, TypeVar

from provenet.core.grouping import grouped
from provenet.core.language import Language
from provenet.core.settings import REQUIRED, Day, Option, Settings, settings_class
from provenet.web import pages as folder
from provenet.web.jobs import Jobs
from provenet.web.reading import Reading

if TYPE_CHECKING:
    from provenet.tools.internet import OpenInternet


Stated = TypeVar("Stated", bound=Settings)


class PageLink(Protocol):
    """Makes the address of a page: `link("/country/{country}", country="germany", as_of="2018-11-23")`."""

    def __call__(self, path: str, /, **words: object) -> str:
        """The address. Words that the path does not name become its query; None leaves one out."""
        ...


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One question of one reader.

    Parameters
    ----------
    reading : the case at this moment, as far as this reader may see it.
    path : the words in the address, by the names that the route gives them.
    question : the query of the address, read by the route's settings class; None where it has none.
    link : makes addresses, for this server or for the static site.
    tongue : the language of the reader.
    form : the fields of a form that was sent; files are pairs of a name and bytes.
    csrf : the text that a form must send back.
    may_write : whether this reader may start work and change the case.
    internet : the graph that whoever started the server gave; None without one.
    address : the address of this page without its query.
    query : the query of the address as it stands in it, without words that pass, such as the language.
    permanent : the address of this page as it stands now, for citations; of the static site the name of its file.
    jobs : the work in the background; None for strangers and in the static site.
    last_event : the number of the last server-sent event that the browser has, empty for none.
    replies : where a party may send its reply; None where nobody has named a place.
    """

    reading: Reading
    link: PageLink
    tongue: Language
    path: Mapping[str, str] = field(default_factory=dict)
    question: Settings | None = None
    form: Mapping[str, object] = field(default_factory=dict)
    csrf: str = ""
    may_write: bool = False
    internet: OpenInternet | None = None
    address: str = "/"
    query: str = ""
    permanent: str = ""
    replies: str | None = None
    jobs: Jobs | None = None
    last_event: str = ""

    def question_as(self, kind: type[Stated]) -> Stated:
        """The question, which is of the class that the route states."""
        assert isinstance(self.question, kind)
        return self.question


@dataclass(frozen=True, kw_only=True)
class Html:
    """A page: a template of `templates/` with its words, inside the chrome."""

    template: str
    title: str
    words: Mapping[str, object] = field(default_factory=dict)
    status: int = 200
    styles: tuple[str, ...] = ()
    """Further style sheets of `static/`."""
    scripts: tuple[str, ...] = ()
    """Further modules of `static/`."""


@dataclass(frozen=True, kw_only=True)
class Download:
    """Bytes with their media type; with a name they are saved, not shown."""

    data: bytes
    media_type: str
    name: str | None = None


@dataclass(frozen=True)
class Redirect:
    """Another address to go to."""

    to: str


@dataclass(frozen=True)
class Events:
    """Server-sent events, each its number, a name and a JSON text; one without a name only keeps the line open."""

    stream: AsyncIterator[tuple[int, str, str]]


async def event_lines(events: Events) -> AsyncIterator[bytes]:
    """Server-sent events as they go out."""
    async for number, name, text in events.stream:
        yield f"id: {number}\nevent: {name}\ndata: {text}\n\n".encode() if name else b": waiting\n\n"


Reply: TypeAlias = Html | Download | Redirect | Events


@dataclass(frozen=True, kw_only=True)
class Route:
    """One address of a page, such as `/country/{country}`, and what answers it.

    `question` is the settings class of its query. `addresses` names what the static site writes of it: the words of
    each path, and of each query that is a page of its own, such as another day; None keeps it out of the site.
    """

    path: str
    answer: Callable[[Visit], Reply]
    method: str = "GET"
    question: type[Settings] | None = None
    addresses: Callable[[Reading], Iterable[Mapping[str, str]]] | None = None


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page of the app: its name in the navigation, its place there, whom it is for, its routes."""

    key: str
    title: str
    place: int
    routes: tuple[Route, ...]
    public: bool = True
    """Whether it exists with `--public` and in the static site."""
    in_navigation: bool = True
    for_readers: bool = False
    """Whether it stands among the first tabs, those for readers; the others are for analysts."""
    is_filled: Callable[[Visit], bool] = lambda _visit: True
    """Whether there is anything to show on it: an empty page is no tab, and no file of the static site."""

    @property
    def home(self) -> str:
        """Its first address."""
        return self.routes[0].path


@cache
def pages() -> tuple[Page, ...]:
    """Every page, in the order of the navigation: the modules in `pages/` that have a `PAGE`."""

    found = [import_module(f"{folder.__name__}.{one.name}").PAGE for one in pkgutil.iter_modules(folder.__path__)]
    return tuple(sorted(found, key=lambda page: page.place))


def path_words(path: str) -> list[str]:
    """The words that an address names: `country` in `/country/{country}`."""
    return re.findall(r"\{(\w+)(?::path)?\}", path)


def has_rows(table: str) -> Callable[[Visit], bool]:
    """Whether the reader may see rows of a table, as `is_filled` asks."""
    return lambda visit: visit.reading.row_count(table) > 0


def single(_reading: Reading) -> Iterable[Mapping[str, str]]:
    """The one address of a route whose path has no words."""
    return ({},)


def every_day(reading: Reading) -> Iterable[Mapping[str, str]]:
    """The addresses of a route without words in its path whose query names a day: one for each that has runs."""
    return [day_query(as_of, known_on) for as_of, known_on in reading.days] or [{}]


def day_query(as_of: date, known_on: date | None) -> dict[str, str]:
    """The words that name a pair of days in an address."""
    return {"as_of": str(as_of)} | ({"known_on": str(known_on)} if known_on else {})


def newest_day_query(reading: Reading) -> dict[str, str]:
    """The words of the days that pages show where an address names none."""
    return day_query(*reading.days[0]) if reading.days else {}


@settings_class()
class DaysQuestion(Settings):
    """Which days."""

    as_of: Annotated[Day | None, Option(help="The day in question (default: the newest that has runs).")] = None
    known_on: Annotated[Day | None, Option(help="Only what was published by this day.")] = None


SHOWN_AS = {"whole number": "number", "place": "text", "places": "words", "pairs": "words", "file": "text"}
"""Kinds of options that a form shows as fields of another kind."""
LONGEST_WORD = 2_000
"""Characters of one word of a query or a field that is no file."""


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field of a form."""

    name: str
    label: str
    help: str
    kind: str
    """`choice`, `day`, `number`, `switch`, `words` or `text`."""
    value: object = None
    choices: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    step: str = "any"
    required: bool = False


def fields_of(
    settings: type[Settings],
    values: Settings | None = None,
    *,
    only: Sequence[str] = (),
    choices: Mapping[str, Iterable[str]] | None = None,
) -> list[Field]:
    """The options of a settings class as fields, with the values that stand.

    `only` keeps these, in this order. `choices` names what may be chosen where the class cannot know it, such as the
    countries of a case.
    """
    shown = {one.name: one for one in settings.every_option() if not one.hidden}
    return [_field(shown[name], values, tuple((choices or {}).get(name, ()))) for name in only or shown]


def _field(option: Option, values: Settings | None, choices: tuple[str, ...]) -> Field:
    given = None if option.default is REQUIRED else option.default
    value = getattr(values, option.name) if values is not None else given
    choices = option.choices or choices
    kind = "choice" if choices and not option.many else SHOWN_AS.get(option.kind, option.kind)
    return Field(
        name=option.name,
        label=option.name.replace("_", " ").capitalize(),
        help=option.help,
        kind=kind,
        value=value,
        choices=choices,
        low=option.range.low,
        high=option.range.high,
        step="1" if option.kind == "whole number" else "any",
        required=option.default is REQUIRED,
    )


def settings_from(settings: type[Stated], words: Iterable[tuple[str, str]]) -> Stated:
    """The settings that a query or a form states; empty fields count as not given, other names are left out.

    Raises UsageFault for a word that makes no sense, one that is too long, and one word where two stand.
    """
    given = grouped((name, word[: LONGEST_WORD + 1]) for name, word in words if word.strip())
    made: dict[str, Any] = {}
    for option in settings.every_option():
        if option.hidden or option.name not in given:
            continue
        found = given[option.name]
        if any(len(word) > LONGEST_WORD for word in found):
            raise option.fault(f"found a word of over {LONGEST_WORD:,} characters, expected a shorter one.")
        if option.many:
            made[option.name] = tuple(found)
        elif len(set(found)) > 1:
            raise option.fault(f"found {found[0]!r} and {found[1]!r}, expected one word.")
        elif option.kind == "switch":
            made[option.name] = (found[0] in ("on", "true", "1")) != bool(option.default)
        else:
            made[option.name] = found[0]
    return settings.from_words(made)
