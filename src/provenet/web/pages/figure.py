"""Figure: where a number comes from, as a tree that opens: formula, rows, claims and replies, pages, receipts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from typing import TYPE_CHECKING, Any

from provenet.case.audience_tables import PUBLIC
from provenet.case.lineage import Step, headline, setting_of, share_of
from provenet.case.retractions import KEPT
from provenet.case.tables import table, tables
from provenet.core import wording
from provenet.core.errors import UsageFault, clip
from provenet.core.ids import slug
from provenet.web.page import Html, Page, Reply, Route, Visit, day_query
from provenet.web.pages.world import country_figures
from provenet.web.reading import NotFound, Reading
from provenet.web.stored_page import FIRST, stored_dossier

if TYPE_CHECKING:
    from provenet.dossier.passages import Passage

DEEPEST = 3
"""Steps below a figure that its page shows; what lies deeper is on the page of the row above it."""
OPENED = 12
"""Rows below a figure that stand open; more are listed closed."""
SHOWN_LEAVES = 12
SHOWN_USES = 3
"""Rows of a table that are named as resting on a row; the others are counted."""
LONGEST_TITLE = 110
"""Characters of the heading; the whole stands below it."""
_LINKED = re.compile(rb'data-row="([^"<>&]+)"')
_SKIPPED = frozenset({"row_id", "run_id", "file_id", "source_id", "locator", "reading", "inputs", "formula", "label"})
STANCES = {"asserts": "says", "denies": "denies", "qualifies": "qualifies"}


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A column of a row: what it holds in the words of the dictionary, and its value."""

    name: str
    says: str
    value: str


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a dossier prints a figure, and the words beside it."""

    country: str
    day: str
    heading: str
    words: str
    path: str
    address: Mapping[str, str]


def figure(visit: Visit) -> Reply:
    """The walk from one figure to its rows and pages."""
    reading, wanted = visit.reading, visit.path["figure"]
    try:
        walk = reading.walks(lambda walks: walks.walk(wanted))
    except UsageFault as err:
        raise NotFound(str(err).replace(f"{reading.folder}: ", "", 1)) from err
    root = walk.root
    key = root.ref.partition(":")[2]
    places = [
        place
        for at, passage in reading.walks(lambda walks: walks.places(key))
        if (place := _place(reading, at, passage)) is not None
    ]
    full = str(root.row.get("label") or headline(root))
    title = clip(full[:1].upper() + full[1:], LONGEST_TITLE)
    return Html(
        template="figure.html.j2",
        title=title,
        words={
            "title": title,
            "full": full[:1].upper() + full[1:],
            "root": root,
            "key": key,
            "share": share_of(root.row) if root.kind == "result" else None,
            "setting": setting_of(root.row) if root.kind == "result" else None,
            "places": places,
            "country": _country(reading, root.row),
            "claims": list(_claims(reading, root)),
            "retraction": _retraction(reading, root),
            "receipts": [step for step in _every_step(root) if step.table == "receipt" and step.row],
            "cells": _cells,
            "headline": headline,
            "key_of": _key,
            "is_hidden": lambda step: reading.public and step.table in tables() and step.table not in PUBLIC,
            "about": lambda step: table(step.table).says if step.table in tables() else "",
            "deepest": DEEPEST,
            "opened": OPENED,
            "stances": STANCES,
            "settings": json.loads(root.run["settings"]) if root.run else {},
        },
    )


def _retraction(reading: Reading, root: Step) -> dict[str, object] | None:
    """What a retraction of a row would reach: of an input row what rests on it, of a figure the rows below it.

    `uses` are, by table, the results that rest on an input row, `counted` the tables with results that count rows of
    its table and so may rest on it too. `leaves` are the input rows below a figure, with how many results rest on each,
    `is_alone` says that the figure names one of them and nothing else.
    """
    if root.kind == "input" and root.row:
        uses = reading.walks(lambda walks: walks.uses([root.ref]))
        shown = {name: (len(ids), _first(reading, name, ids)) for name, ids in uses.rows.items()}
        return {"uses": shown, "counted": uses.counted, "leaves": [], "more_leaves": 0, "is_alone": False}
    steps = list(_every_step(root))
    found = {step.ref: step for step in steps if step.kind == "input" and step.row and step.table not in KEPT}
    if not found:
        return None
    is_alone = len(found) == 1 and all(step.input_count <= 1 and step.kind in ("result", "input") for step in steps)
    listed = list(found.values())[:SHOWN_LEAVES]
    return {
        "uses": {},
        "counted": (),
        "leaves": [{"step": step, "count": _use_count(reading, step.ref)} for step in listed],
        "more_leaves": max(0, len(found) - SHOWN_LEAVES),
        "is_alone": is_alone,
    }


def _use_count(reading: Reading, ref: str) -> int:
    return reading.once(("uses", ref), lambda: sum(map(len, reading.walks(lambda it: it.uses([ref])).rows.values())))


def _first(reading: Reading, name: str, ids: Sequence[str]) -> list[Step]:
    """The first of some results of a table, as steps."""
    wanted = ids[:SHOWN_USES]
    rows = {row[table(name).id_column]: row for row in reading.finder.rows(name, wanted)}
    return [Step(f"{name}:{key}", "result", rows[key]) for key in wanted if key in rows]


def _every_step(step: Step) -> Iterator[Step]:
    yield step
    for below in step.inputs:
        yield from _every_step(below)


def _key(step: Step) -> str:
    """The name of a row in addresses."""
    key = step.ref.partition(":")[2]
    return key if step.kind == "result" or step.table in ("claim", "policy") else step.ref


def _cells(step: Step) -> list[Cell]:
    """The columns of a row that hold something, but for its place and its run."""
    columns = {column.name: column for column in table(step.table).columns}
    return [
        Cell(name=name, says=columns[name].says, value=_words(value))
        for name, value in step.row.items()
        if name not in _SKIPPED and value is not None and value != [] and name in columns
    ]


def _words(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, list):
        return ", ".join(_words(one) for one in value)
    if isinstance(value, Mapping):
        return "; ".join(f"{name} {_words(one)}" for name, one in value.items() if one is not None)
    return str(value)


def _place(reading: Reading, at: str, passage: Passage) -> Place | None:
    """The page of the app that shows a passage of a dossier; None where the passage is of no part of its page."""
    for row in reading.dossiers:
        stored = stored_dossier(reading, row, FIRST)
        heading = passage.heading.partition(" | ")[0].partition(". ")[2]
        part = next((one for one in stored.sections if one.title == heading), None) if stored else None
        name = slug(row["country"])
        folder = str(row["as_of_on"]) + (f"-known-{row['known_on']}" if row["known_on"] else "")
        if part is None or stored is None or at != f"outputs/{folder}/{name}.html":
            continue
        is_first = part == stored.sections[0]
        return Place(
            country=row["country"],
            day=wording.day(row["as_of_on"]),
            heading=part.title,
            words=passage.words.replace(" | ", " · "),
            path="/country/{country}" if is_first else "/country/{country}/{section}",
            address={"country": name, **({} if is_first else {"section": part.key})}
            | day_query(row["as_of_on"], row["known_on"]),
        )
    return None


def _country(reading: Reading, row: Mapping[str, Any]) -> str | None:
    """The country of a row, where it has a dossier."""
    name = row.get("country")
    return name if name in reading.countries else None


def _claims(reading: Reading, root: Step) -> Iterator[tuple[Mapping[str, Any], list[Mapping[str, Any]]]]:
    """The claims on the way, each with the claims that answer it: both sides, as each speaker put it."""
    wanted = dict.fromkeys(step.ref.partition(":")[2] for step in _every_step(root) if step.table == "claim")
    if not wanted:
        return
    sources = {row["source_id"]: row for row in reading.finder.every("source")}
    rows = {row["claim_id"]: {**row, "source": sources.get(row["source_id"])} for row in reading.finder.every("claim")}
    firsts = dict.fromkeys(_answered(rows, key) for key in wanted if key in rows)
    for key in firsts:
        yield rows[key], [row for row in rows.values() if row["answers_claim_id"] == key and row["claim_id"] != key]


def _answered(rows: Mapping[str, Mapping[str, Any]], key: str) -> str:
    """The claim that a claim answers, at any remove; itself where it answers none."""
    above = {key}
    while (to := rows[key]["answers_claim_id"]) in rows and to not in above:
        above.add(to)
        key = to
    return key


def linked_figures(reading: Reading) -> Iterable[Mapping[str, str]]:
    """The figures that the site shows: those that dossiers link, and every party, policy and claim."""
    found: set[bytes] = set()
    for name in reading.outputs():
        found.update(_LINKED.findall(reading.output(name) or b""))
    ids = {unescape(one.decode()) for one in found} | set(country_figures(reading))
    ids |= {f"party:{row['party_id']}" for row in reading.finder.every("party")}
    ids |= {row[f"{name}_id"] for name in ("policy", "claim") for row in reading.finder.every(name)}
    return ({"figure": one} for one in sorted(ids))


PAGE = Page(
    key="figure",
    title="Figure",
    place=40,
    in_navigation=False,
    routes=(Route(path="/figure/{figure}", answer=figure, addresses=linked_figures),),
)
