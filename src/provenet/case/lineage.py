"""The walk back: from a figure to its formula, to the rows it rests on, to the page somebody published."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import KW_ONLY, dataclass
from datetime import date

import polars as pl

from provenet.case.case import Case
from provenet.case.retractions import KEPT, TABLE, in_force
from provenet.case.rows import AnyRow
from provenet.case.structs import with_texts
from provenet.case.tables import Table, table, tables, vocabulary
from provenet.core import wording
from provenet.core.errors import UsageFault, clip, hint_at, nearest

SHOWN_ROWS = 10
"""Inputs of one row that the text shows; the count is never cut."""
LISTED_ROWS = 200
"""Inputs of one row that the walk follows and the JSON answer lists."""
DEEPEST = 40
"""Steps from the figure after which a walk stops and says so."""
WIDTH = 100
DEEPEST_INDENT = 8
"""Steps after which the text moves no further to the right."""

_BEGINNING = re.compile(r"[a-z_]+-[0-9a-f]{8,15}\Z")
"""An id without its last letters, as a page in print may give it."""


@dataclass(frozen=True)
class Step:
    """One row on the way. `note` says why a walk ends here when it does not end at an input row."""

    ref: str
    kind: str
    row: AnyRow
    _: KW_ONLY
    source: AnyRow | None = None
    run: AnyRow | None = None
    inputs: tuple[Step, ...] = ()
    input_count: int = 0
    note: str | None = None
    retracted: str | None = None
    """Why an input row counts no more; None for one that does."""

    @property
    def table(self) -> str:
        """The table the row is in."""
        return self.ref.partition("?")[0].partition(":")[0]

    def as_dict(self) -> dict[str, object]:
        """The step and all below it, as plain values."""
        shown: dict[str, object] = {"ref": self.ref, "kind": self.kind}
        if self.kind == "query":
            shown["says"] = headline(self)
        elif self.row:
            shown["says"] = headline(self)
            shown["row"] = {name: _plain(value) for name, value in self.row.items() if value is not None}
        if self.source is not None:
            shown["source"] = {name: self.source[name] for name in ("source_id", "title", "kind", "published", "url")}
        if self.run is not None:
            shown["run"] = {name: self.run[name] for name in ("run_id", "verb", "settings", "code")}
        words = {"note": self.note, "retracted": self.retracted}
        shown |= {name: text for name, text in words.items() if text is not None}
        if self.kind in ("result", "query"):
            shown["input_count"] = self.input_count
            shown["inputs"] = [step.as_dict() for step in self.inputs]
        return shown


@dataclass(frozen=True)
class Walk:
    """The tree under one figure."""

    figure_id: str
    root: Step

    def as_dict(self) -> dict[str, object]:
        """The walk as the JSON answer of `why` shows it; at most 200 inputs of a row, and their count."""
        return {"figure": self.figure_id, "walk": self.root.as_dict()}


class Lineage:
    """The rows of a case by table and id, for many walks: each table is read once.

    Of a result, the row that stands comes before older ones. It claims what stood when a table was first read.
    """

    def __init__(self, case: Case) -> None:
        self.case = case
        self._frames: dict[str, tuple[pl.DataFrame, dict[str, int]]] = {}
        self._queries: dict[str, Step] = {}
        self._reasons: dict[str, str] | None = None

    def walk(self, figure_id: str) -> Walk:
        """From a figure, named by its id (or a beginning that is no other's) or as `table:id`, to its rows and pages.

        As `walk` of this module, which reads the tables for one figure alone.
        """
        name, row = _figure(self, figure_id)
        key = row[table(name).id_column]
        whole = key if key.startswith(figure_id) else figure_id
        return Walk(whole, _step(self, f"{name}:{key}", (), expanded=set()))

    def matching(self, name: str, filtered: Mapping[str, object]) -> tuple[int, int, list[AnyRow]]:
        """How many rows of a table have these values, in how many files, and the first by their ids."""
        spec = table(name)
        holds = [
            pl.col(column).is_in(value) if isinstance(value, list) else pl.col(column).cast(pl.String).eq_missing(value)
            for column, value in filtered.items()
        ]
        rows = self.case.scan(name).filter(holds)
        files = pl.col("file_id").n_unique() if "file_id" in spec.schema else pl.lit(0)
        count, file_count = rows.select(pl.len(), files.alias("files")).collect().row(0)
        first = rows.bottom_k(SHOWN_ROWS, by=spec.id_column).sort(spec.id_column).collect()
        return count, file_count, list(with_texts(spec, first).iter_rows(named=True))

    def query(self, ref: str, make: Callable[[], Step]) -> Step:
        """The step of all rows with some values, made once."""
        if ref not in self._queries:
            self._queries[ref] = make()
        return self._queries[ref]

    def find(self, name: str, key: str) -> AnyRow | None:
        """The row of a table with an id, or None."""
        frame, places = self._load(name)
        place = places.get(key)
        return None if place is None else frame.row(place, named=True)

    def _load(self, name: str) -> tuple[pl.DataFrame, dict[str, int]]:
        if name not in self._frames:
            spec = table(name)
            frame = self.case.read(name, whole=True)
            if spec.kind == "result":
                frame = pl.concat([self.case.read_latest(name), frame])
            frame = with_texts(spec, frame)
            places: dict[str, int] = {}
            for column in dict.fromkeys((spec.id_column, "row_id", "former_id")):
                if column in frame.columns:
                    for place, key in enumerate(frame[column].to_list()):
                        places.setdefault(key, place)
            self._frames[name] = frame, places
        return self._frames[name]

    def retracted(self, name: str, row: AnyRow) -> str | None:
        """Why an input row counts no more; None for one that does."""
        if self._reasons is None:
            self._reasons = dict(in_force(self.case.read(TABLE)).select("about", "reason").iter_rows())
        of_source = None if name in KEPT else self._reasons.get(f"source:{row.get('source_id')}")
        return self._reasons.get(f"{name}:{row.get('row_id')}") or of_source

    def ids(self) -> Iterator[str]:
        """The ids of all rows read so far."""
        for _, places in self._frames.values():
            yield from places


def walk(case: Case, figure_id: str) -> Walk:
    """From a figure, named by its id (or a beginning that is no other's) or as `table:id`, down to its rows and pages.

    Result tables are searched first. A row that is missing, or that refers back to a row above it, ends its branch
    with a note. The walk claims only what the rows say of themselves: it recomputes nothing. Raises UsageFault where
    no row has the id. Cost O(rows of the tables on the way); at most 200 inputs of a row are followed.
    """
    return Lineage(case).walk(figure_id)


def _figure(rows: Lineage, figure_id: str) -> tuple[str, AnyRow]:
    name, colon, key = figure_id.partition(":")
    if colon and name in tables():
        if (row := rows.find(name, key)) is not None:
            return name, row
    else:
        for spec in sorted(tables().values(), key=lambda one: one.kind != "result"):
            if (row := rows.find(spec.name, figure_id)) is not None:
                return spec.name, row
    wanted = key if colon else figure_id
    if _BEGINNING.match(wanted):
        begun = {one for one in rows.ids() if one.startswith(wanted)}
        if len(begun) == 1:
            return _figure(rows, f"{name}:{begun.pop()}" if colon else begun.pop())
    raise UsageFault(
        f"{rows.case.path}: no figure or row has the id {clip(figure_id, 200)!r}."
        f"{hint_at(nearest(wanted, rows.ids()))} Each figure of a dossier carries its id."
    )


def _step(rows: Lineage, ref: str, above: tuple[str, ...], *, expanded: set[str]) -> Step:
    name, mark, filtered = ref.partition("?")
    if mark and name in tables():
        return rows.query(ref, lambda: _query_step(rows, ref, name, filtered=json.loads(filtered)))
    name, _, key = ref.partition(":")
    if name not in tables():
        return Step(ref, "named", {}, note="named by the row above; not a row of a table")
    row = rows.find(name, key)
    if row is None:
        return Step(ref, "missing", {}, note=f"no such row stands in {name}")
    spec = table(name)
    source = rows.find("source", row["source_id"]) if row.get("source_id") else None
    run = rows.find("run", row["run_id"])
    if spec.kind != "result":
        return Step(ref, spec.kind, row, source=source, run=run, retracted=rows.retracted(name, row))
    refs = row["inputs"]
    note = None
    if ref in above:
        note = "refers back to a row above"
    elif ref in expanded:
        note = "its inputs are listed where it stands first"
    elif len(above) >= DEEPEST:
        note = f"more than {DEEPEST} steps from the figure; ask why of this row"
    if note is not None:
        return Step(ref, "result", row, source=source, run=run, input_count=len(refs), note=note)
    expanded.add(ref)
    below = tuple(_step(rows, one, (*above, ref), expanded=expanded) for one in refs[:LISTED_ROWS])
    return Step(ref, "result", row, source=source, run=run, inputs=below, input_count=len(refs))


def _query_step(rows: Lineage, ref: str, name: str, *, filtered: Mapping[str, object]) -> Step:
    """All rows of a table with some values: the query in words, the count, and the first rows."""
    count, files, first = rows.matching(name, filtered)
    spec = table(name)
    where = " and ".join(f"{column} is {_value_words(value)}" for column, value in filtered.items())
    label = f"all {count:,} rows of {name} where {where}" + (f", from {wording.count(files, 'file')}" if files else "")
    run = {row["run_id"]: rows.find("run", row["run_id"]) for row in first}
    steps = tuple(
        Step(
            f"{name}:{row[spec.id_column]}",
            spec.kind,
            row,
            source=rows.find("source", row["source_id"]) if row.get("source_id") else None,
            run=run[row["run_id"]],
            note="ask why of this row" if spec.kind == "result" else None,
        )
        for row in first
    )
    return Step(ref, "query", {"label": label}, inputs=steps, input_count=count)


def _value_words(value: object) -> object:
    if value is None:
        return wording.UNKNOWN
    return wording.series(value, "or") if isinstance(value, list) else value


def share_of(row: AnyRow, *, places: int = 1) -> str | None:
    """The share of a row by its ends as a page writes it, or None where it has none; `places` as in `percent`."""
    low, high = row.get("low_share"), row.get("high_share")
    if low is None or high is None:
        return None
    low_open, high_open = bool(row.get("low_open")), bool(row.get("high_open"))
    return wording.interval(low, high, places=places, low_open=low_open, high_open=high_open)


def headline(step: Step, width: int | None = None) -> str:
    """A row in one line: its label and interval if it is a figure, else its most telling columns.

    With a width the words are cut, never the interval.
    """
    if not step.row:
        return step.ref
    label = step.row.get("label")
    text = str(label) if label else ", ".join(_telling_cells(table(step.table), step.row))
    interval = share_of(step.row) if label or step.kind == "result" else None
    if interval and not label:
        # Without a label nothing says what is a share of what: a lot has a cost and the subscribers behind it.
        interval = f"{table(step.table).column('low_share').unit} {interval}"
    if width is not None:
        text = clip(text, width - (len(interval) + 2 if interval else 0))
    return f"{text}{': ' if label else '; '}{interval}" if interval else text


def _telling_cells(spec: Table, row: AnyRow) -> Iterator[str]:
    telling = vocabulary().get("telling", {})
    skipped = {"row_id", "run_id", "file_id", "locator", "reading", "inputs", "formula", spec.id_column}
    columns = telling.get(spec.name) or [name for name in spec.schema if name not in skipped][:6]
    for name in columns:
        value = row[name]
        if value is None or value == []:
            continue
        if spec.kind == "result" and (words := _figure_words(name, row)) is not None:
            yield words
            continue
        text = "|".join(value) if isinstance(value, list) else str(_plain(value))
        if isinstance(value, bool | float | int) or value in ("yes", "no"):
            text = f"{name} {text}"
        yield text


def _figure_words(name: str, row: AnyRow) -> str | None:
    """A share, an amount or a day of a result with its name, in the form of a page; None for any other column."""
    value, high = row[name], row.get(f"high_{name.removeprefix('low_')}") if name.startswith("low_") else None
    noun, _, kind = name.removeprefix("low_" if high is not None else "").rpartition("_")
    noun = noun.replace("_", " ")
    if kind == "share":
        return f"{noun} {wording.percent(value) if high is None else wording.interval(value, high)}"
    if kind == "amount" and "currency" in row:
        return f"{noun} {wording.amount_interval(value, value if high is None else high, row['currency'])}"
    return wording.day(value) if isinstance(value, date) else None


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def setting_of(row: AnyRow) -> str | None:
    """The policy and the two dates of a figure."""
    parts = []
    if row.get("pack"):
        issuer = f", issued by {row['issuer']}" if row.get("issuer") else ""
        force = f" ({row['force']})" if row.get("force") else ""
        parts.append(f"policy {row['pack']}{force}{issuer}")
    if row.get("as_of_on"):
        parts.append(f"in force on {row['as_of_on']}")
    if "known_on" in row:
        parts.append(f"known on {row['known_on']}" if row["known_on"] else "known: all that the case holds")
    return "; ".join(parts) or None


def _page(step: Step) -> Iterator[str]:
    """Source, page and file of an input row, one line each."""
    if step.source is not None:
        words = [step.source["kind"], step.source["published"] or "no date recorded"]
        yield f"source: {step.source['title']} ({', '.join(words)})"
        yield f"page: {step.source['url'] or 'no address recorded'}"
    elif step.table != "source":
        known = step.row.get("source_id")
        yield f"source: {known}, which is not in the table source" if known else "source: none named"
    if step.retracted:
        yield f"retracted: {step.retracted}"
    yield f"file: {step.row['locator']} ({step.row['reading']}; SHA-256 {step.row['file_id'][:12]})"


def _wrapped(text: str, indent: int, first: str = "") -> list[str]:
    pad = " " * indent
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=pad + first,
        subsequent_indent=pad + " " * len(first),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _lines(step: Step, depth: int, shown: set[str]) -> Iterator[str]:
    """A step and all below it. `shown` are the input rows whose page stands above; it is shown once."""
    indent = 4 * min(depth, DEEPEST_INDENT)
    yield from _wrapped(headline(step), indent, "" if not depth else "- ")
    inner = indent + (2 if depth else 0)
    if step.kind == "input" and step.ref in shown:
        yield from _wrapped(f"[{step.ref}] (its source stands above)", inner)
        return
    shown.add(step.ref)
    if step.row:
        yield from _wrapped(f"[{step.ref}]", inner)
    if step.kind == "result":
        yield from _wrapped(f"formula: {step.row['formula']}", inner)
        if (setting := setting_of(step.row)) is not None:
            yield from _wrapped(setting, inner)
    elif step.kind == "input":
        for line in _page(step):
            yield from _wrapped(line, inner)
    if step.note is not None:
        yield from _wrapped(f"({step.note})", inner)
    elif step.kind == "result" or (step.kind == "query" and step.input_count > len(step.inputs)):
        yield from _wrapped(_rests_on(step), inner)
    for below in step.inputs[:SHOWN_ROWS]:
        yield from _lines(below, depth + 1, shown)


def _rests_on(step: Step) -> str:
    if not step.input_count:
        return "rests on no row"
    shown = f"; the first {SHOWN_ROWS} are" if step.input_count > SHOWN_ROWS else ""
    return f"rests on {wording.count(step.input_count, 'row')}{shown}:"


def walk_text(found: Walk) -> str:
    """The walk as indented plain text, 100 columns wide (a long address is not broken), first ten inputs of a row."""
    run = found.root.run
    lines = list(_lines(found.root, 0, set()))
    if run is not None:
        lines += _wrapped(
            f"written by {run['verb']} with {run['settings']} (run {run['run_id']}, code {run['code']})", 0
        )
    return "\n".join(lines) + "\n"


def walk_lines(found: Walk, lines: int = 5) -> list[str]:
    """One way from the figure to a page, in so many lines at most: figure, formula, then row, source, page and file.

    The way taken is the first input of each row that leads to an input row with a source.
    """
    way = _way(found.root) or [found.root]
    top, last = way[0], way[-1]
    first = [headline(top, WIDTH)]
    if top.kind == "result":
        first.append(clip("= " + top.row["formula"], WIDTH))
    ending = []
    if last is not top:
        first += [f"< {headline(step, WIDTH - 2)}" for step in way[1:-1]]
        ending.append(f"< {headline(last, WIDTH - 2)}")
    if last.kind == "input":
        ending += _page(last)
    elif last.note is not None:
        ending.append(last.note)
    if len(ending) > 3 and len(first) + len(ending) > lines:
        source, page = ending[-3].removeprefix("source: "), ending[-2].removeprefix("page: ")
        ending[-3:] = [clip(f"source: {source}", WIDTH), f"{page} <- {last.row['locator']}"]
    kept = max(1, lines - len(ending))
    return [*first[:kept], *ending][:lines]


def _way(step: Step) -> list[Step] | None:
    if step.kind == "input":
        return [step] if step.source is not None or step.table == "source" else None
    for below in step.inputs:
        if step.kind == "query" and below.kind == "input":
            return [step, below]
        if (rest := _way(below)) is not None:
            return [step, *rest]
    return None
