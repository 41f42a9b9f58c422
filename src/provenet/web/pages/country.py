"""Country: the dossier of a country as pages of the app, each figure a link to where it comes from."""

import mimetypes
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import partial
from pathlib import PurePosixPath
from typing import Annotated, Any

from provenet.core.ids import slug
from provenet.core.settings import Day, Option, Settings, settings_class
from provenet.web.page import DaysQuestion, Download, Html, Page, Reply, Route, Visit, day_query
from provenet.web.reading import NotFound, Reading
from provenet.web.stored_page import ANNEX, FIRST, PageLinks, Section, StoredPage, linked, stored_dossier, translations

GONE = (
    "The page of this dossier lies in the folder `outputs` no more, or is not what its run wrote. "
    "Its figures and their sources still stand in the case. Run: provenet brief CASE"
)


@settings_class()
class CompareQuestion(Settings):
    """Which two days stand side by side."""

    as_of: Annotated[Day | None, Option(help="The earlier day in question (default: the first that has runs).")] = None
    known_on: Annotated[Day | None, Option(help="Of the earlier day, only what was published by this day.")] = None
    with_as_of: Annotated[Day | None, Option(help="The later day in question (default: the newest that has runs).")] = (
        None
    )
    with_known_on: Annotated[Day | None, Option(help="Of the later day, only what was published by this day.")] = None


def country(visit: Visit) -> Reply:
    """The dossier of a country on a day that has runs: its answer, and the way to its other parts."""
    return _part(visit, _asked(visit), FIRST, key="")


def section(visit: Visit) -> Reply:
    """One part of a dossier."""
    return _part(visit, _asked(visit), FIRST, key=visit.path["section"])


def annex(visit: Visit) -> Reply:
    """One part of the annex of a dossier: the rows behind its figures."""
    return _part(visit, _asked(visit), ANNEX, key=visit.path["section"])


def file(visit: Visit) -> Reply:
    """A file of a dossier: its PDF, its page or annex in one piece, or a table beside it."""
    row, name = _asked(visit), visit.path["file"]
    data = visit.reading.written(dict(_files(row)).get(name))
    if data is None:
        raise NotFound(f"No file {name!r} of this dossier stands in the case.")
    return Download(data=data, media_type=mimetypes.guess_type(name)[0] or "application/octet-stream", name=name)


def compare(visit: Visit) -> Reply:
    """The findings of the first page on two days, side by side."""
    question = visit.question_as(CompareQuestion)
    own = _of_country(visit.reading, visit.path["country"])
    if len(own) < 2 and question.as_of is None:
        raise NotFound("The case has dossiers of this country for one day alone; two are needed to compare.")
    one = (
        dossier_of(visit.reading, visit.path["country"], question.as_of, known_on=question.known_on)
        if question.as_of
        else own[-1]
    )
    two = dossier_of(visit.reading, visit.path["country"], question.with_as_of, known_on=question.with_known_on)
    questions = dict.fromkeys(figure["question"] for row in (one, two) for figure in row["figures"] or ())
    sides = [{figure["question"]: figure for figure in row["figures"] or ()} for row in (one, two)]
    pairs = [(words, *(side.get(words) for side in sides)) for words in questions]
    return Html(
        template="compare.html.j2",
        title=f"{one['country']}, {one['as_of_on']} / {two['as_of_on']}",
        words={"one": one, "two": two, "pairs": pairs, "days": own, "day_words": _words_of},
    )


def _asked(visit: Visit) -> Mapping[str, Any]:
    """The dossier that an address names."""
    question = visit.question_as(DaysQuestion)
    return dossier_of(visit.reading, visit.path["country"], question.as_of, known_on=question.known_on)


def dossier_of(reading: Reading, name: str, as_of: date | None, *, known_on: date | None) -> Mapping[str, Any]:
    """The dossier of a country, by its name in addresses; without a day the newest. Raises NotFound.

    A day in question alone means the newest that is known of it.
    """
    own = _of_country(reading, name)
    found = own if as_of is None else [row for row in own if (row["as_of_on"], row["known_on"]) == (as_of, known_on)]
    if not found and known_on is None:
        found = [row for row in own if row["as_of_on"] == as_of]
    if not found:
        days = ", ".join(str(row["as_of_on"]) for row in own)
        there = f" There is one for {days}." if days else ""
        raise NotFound(f"No dossier of {name!r} stands for that day.{there}")
    return found[0]


def _of_country(reading: Reading, name: str) -> list[Mapping[str, Any]]:
    return [row for row in reading.dossiers if slug(row["country"]) == name]


def _words_of(row: Mapping[str, Any]) -> dict[str, str]:
    """The words of an address that name the days of a dossier."""
    return day_query(row["as_of_on"], row["known_on"])


def _part(visit: Visit, row: Mapping[str, Any], page: str, *, key: str) -> Reply:
    """A part of a dossier's page or annex; an empty key is its first."""
    reading, name = visit.reading, visit.path["country"]
    days = _words_of(row)
    stored = {one: stored_dossier(reading, row, one) if row[one] else None for one in (FIRST, ANNEX)}
    shown = stored[page]
    part = (shown.section(key) if key else shown.sections[0]) if shown and shown.sections else None
    if shown is None and key:
        raise NotFound(GONE)
    if part is None and shown is not None:
        raise NotFound(f"The dossier of {row['country']} has no part {key!r}.")
    links = _links(visit, row, page=page, stored=stored)
    content = linked(part, links) if part else None
    spoken = stored_dossier(reading, row, FIRST, language=visit.tongue.code) if page == FIRST and not key else None
    if spoken is not None:
        content = linked(spoken.sections[0], links)
    parts, behind = _sections_of(stored[FIRST]), _sections_of(stored[ANNEX])
    at = parts.index(part) if part in parts else None
    return Html(
        template="country.html.j2",
        title=row["country"] if not key or part is None else f"{row['country']}: {part.title}",
        words={
            "row": row,
            "name": name,
            "part": part,
            "content": content,
            "gone": GONE,
            "parts": parts,
            "annex": behind,
            "in_annex": page == ANNEX,
            "before": parts[at - 1] if at else None,
            "after": parts[at + 1] if at is not None and at + 1 < len(parts) else None,
            "files": [one for one, _ in _files(row)],
            "dossiers": [(one, _words_of(one)) for one in _of_country(reading, name)],
            "own": days,
            "is_translated": spoken is not None,
            "spoken": ["en", *sorted(translations(row))] if page == FIRST and not key else [],
        },
        styles=("dossier.css",),
    )


def _sections_of(stored: StoredPage | None) -> tuple[Section, ...]:
    return stored.sections if stored else ()


def _links(visit: Visit, row: Mapping[str, Any], *, page: str, stored: Mapping[str, StoredPage | None]) -> PageLinks:
    """How links of a dossier's page lead to pages of the app."""
    name, days, files = visit.path["country"], _words_of(row), dict(_files(row))
    keys = {one: [part.key for part in _sections_of(stored[one])] or [""] for one in (FIRST, ANNEX)}

    def to_section(key: str) -> str:
        if key in ("", keys[FIRST][0]):
            return visit.link("/country/{country}", country=name, **days)
        return visit.link("/country/{country}/{section}", country=name, section=key, **days)

    def to_annex(key: str) -> str:
        return visit.link("/country/{country}/annex/{section}", country=name, section=key or keys[ANNEX][0], **days)

    def to_file(target: str) -> str | None:
        named = PurePosixPath(target).name
        if named == f"{name}.html":
            return to_section("")
        return (
            visit.link("/country/{country}/file/{file}", country=name, file=named, **days) if named in files else None
        )

    held = [one.holders if one else {} for one in (stored[page], stored[ANNEX])]
    return PageLinks(
        figure=lambda figure: visit.link("/figure/{figure}", figure=figure),
        section=to_annex if page == ANNEX else to_section,
        annex=to_annex,
        file=to_file,
        holders=(held[0], held[1]),
        first=f"{name}.html" if page == FIRST else "",
    )


def _files(row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The files of a dossier by name, with their digests: a closed list, in the row that its run wrote."""
    name = slug(row["country"])
    for ending, column in ((".pdf", "pdf_id"), (".html", "html_id"), ("-annex.html", "annex_id")):
        if row[column]:
            yield f"{name}{ending}", row[column]
    for one in row["files"] or ():
        yield PurePosixPath(one["name"]).name, one["digest"]


def _every_dossier(reading: Reading) -> Iterator[tuple[Mapping[str, Any], dict[str, str]]]:
    """Every dossier with the words of its addresses: the newest of a country also without a day."""
    seen: set[str] = set()
    for row in reading.dossiers:
        name = {"country": slug(row["country"])}
        if name["country"] not in seen:
            seen.add(name["country"])
            yield row, name
        yield row, name | _words_of(row)


def _countries(reading: Reading) -> Iterable[Mapping[str, str]]:
    for row, words in _every_dossier(reading):
        yield from (words, *(words | {"lang": code} for code in translations(row)))


def _sections(reading: Reading, page: str) -> Iterable[Mapping[str, str]]:
    for row, words in _every_dossier(reading):
        stored = stored_dossier(reading, row, page) if row[page] else None
        for part in stored.sections[0 if page == ANNEX else 1 :] if stored else ():
            yield words | {"section": part.key}


def _every_file(reading: Reading) -> Iterable[Mapping[str, str]]:
    """The files of a site: pages in one piece are not among them, since their parts are pages of it already."""
    for row, words in _every_dossier(reading):
        for name, digest in _files(row):
            if not name.endswith(".html") and reading.written(digest) is not None:
                yield words | {"file": name}


_parts, _annexes = partial(_sections, page=FIRST), partial(_sections, page=ANNEX)
_COUNTRY = "/country/{country}"
PAGE = Page(
    key="country",
    title="Country",
    place=20,
    in_navigation=False,
    routes=(
        Route(path=_COUNTRY, answer=country, question=DaysQuestion, addresses=_countries),
        Route(
            path=f"{_COUNTRY}/compare",
            answer=compare,
            question=CompareQuestion,
            addresses=lambda reading: [
                {"country": slug(name)} for name in reading.countries if len(_of_country(reading, slug(name))) > 1
            ],
        ),
        Route(path=f"{_COUNTRY}/file/{{file}}", answer=file, question=DaysQuestion, addresses=_every_file),
        Route(path=f"{_COUNTRY}/annex/{{section}}", answer=annex, question=DaysQuestion, addresses=_annexes),
        Route(path=f"{_COUNTRY}/{{section}}", answer=section, question=DaysQuestion, addresses=_parts),
    ),
)
