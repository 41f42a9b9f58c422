"""The consistency gate: a plain second reading of a finished page against the finest rows of its case.

It knows no section and no template. It reads the page as a reader gets it, takes the row of every id, writes each
figure of that row in the forms of `core.wording`, and compares.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import KW_ONLY, dataclass, replace
from datetime import date
from functools import cache, cached_property
from html import unescape
from itertools import pairwise

import polars as pl

from provenet.case.asof import TIMELESS, as_known, known_or_assumed
from provenet.case.rows import AnyRow
from provenet.case.tables import empty, table
from provenet.core import wording
from provenet.core.countries import countries
from provenet.core.errors import Fault, clip
from provenet.dossier.age import LEAD, newest_row
from provenet.dossier.aid_inputs import bare_value, figure_value
from provenet.dossier.extract import READS, SEAT_MARK, party_names, unread
from provenet.dossier.loose_figures import LooseFigures
from provenet.dossier.page_names import NameReader, any_name
from provenet.dossier.passages import Passage, labels, passages_and_rest, plain_words
from provenet.dossier.replay import days_after, plain, whole_days
from provenet.dossier.row_finder import RowFinder
from provenet.dossier.text import clean, measured, position

_FIGURE = re.compile(r"(?<![\w.-])-?\d[\d,]*(?:\.\d+)?(?!\w)")
_TAG = re.compile(r"<[^>]*>")
_DIGIT = re.compile(r"\d")
_SPACE = re.compile(r"\s+")
_WIDE_SPACE = re.compile(r"[^\S ]|  ")
"""Space that is no single blank."""
_NO_FIGURE = re.compile(
    r"^\d+ \||\bsection \d+|\b[\d,]+ (?:more|others alike)\b|counts as 0 to 100 %|[wW]ithin 0\.05 %|\(0 to 100 %\)"
)
"""Places in a list, sections, counts of what is not shown, and constants of a sentence."""
_NUMBER = re.compile(r"(?:over |under |at least |at most )?(?:[A-Z]{3} )?-?\d(?!\d{3}-)[\w,. %]*$")
"""A form that is a number with its unit, and no name or sentence around one."""
_END = re.compile(r"^(.*?)(low|least)_(.*)$")
_OTHER = {"low": "high", "least": "greatest"}


@dataclass(frozen=True)
class Reading:
    """What the gate read of one page: how many figures stand beside an id, and what contradicts the rows."""

    figure_count: int
    _: KW_ONLY
    figures: tuple[Fault, ...]
    sums: tuple[Fault, ...]
    caveats: tuple[Fault, ...]
    later: tuple[Fault, ...]
    names: tuple[Fault, ...]
    loose: tuple[Fault, ...]
    input_ids: frozenset[str]
    """The ids of the rows of inputs that the page shows and that were known on its day."""

    @property
    def faults(self) -> tuple[Fault, ...]:
        """All that contradicts the rows, and every row that was not known on the day of the page."""
        return (*self.figures, *self.sums, *self.caveats, *self.names, *self.loose, *self.later)


def read_page(
    page: str,
    tables: Mapping[str, pl.DataFrame],
    place: str,
    *,
    known: date | None = None,
    reads: Sequence[str] = READS,
) -> Reading:
    """Reads one finished page a second time, against the rows that it shows.

    Parameters
    ----------
    page
        The HTML of a dossier.
    tables
        The rows that it was made from, by table.
    place
        What the page is called in a fault.
    known
        The day that the page is as known on, where it replays one: then no row of a later day may stand on it, nor a
        result that rests on one.
    reads
        The tables whose rows the page may show.
    """
    return Gate(tables, known=known, reads=reads).read(page, place)


class Gate:
    """Reads the finished pages made from one set of rows; what the pages share is worked out once.

    Cost of a page O(page), and once one pass over the ids of each table. Law: a page whose figure, part or caveat is
    changed has a fault.
    """

    def __init__(
        self, tables: Mapping[str, pl.DataFrame], *, known: date | None = None, reads: Sequence[str] = READS
    ) -> None:
        self._stored = StoredRows(tables, known, reads)

    def read(self, page: str, place: str) -> Reading:
        """What a page says against the rows; `place` is what the page is called in a fault."""
        found, rest = passages_and_rest(page)
        keys = {passage.key for passage in found}
        first_section = plain_words(unescape(_TAG.sub("", page.partition("</section>")[0])))
        rows = PageRows(self._stored, keys, day=_day_of(page), first_section=first_section)
        shown = [passage for passage in found if passage.key in rows]
        return Reading(
            sum(len(figures(passage.ours)) for passage in shown),
            figures=_distinct(fault for passage in shown for fault in _figures(passage, rows, place)),
            sums=_distinct(_sums(rows, place)),
            caveats=_distinct(fault for passage in shown for fault in _caveats(passage, rows, place)),
            later=_distinct(_later_rows(rows, place)),
            names=_distinct(_strange_names(shown, rows, place)),
            loose=_distinct(_loose_figures(rest, labels(page), rows, place=place)),
            input_ids=frozenset(key for key in keys if key in rows and rows.is_known_input(key)),
        )


_DATE_LINE = re.compile(r'<p class="date-line">(?:<[^>]*>)?As of (?:and as known on )?(\d+) ([A-Z][a-z]+) (\d{4})')


def _day_of(page: str) -> date | None:
    """The day of a dossier, from the line under its title."""
    line = _DATE_LINE.search(page)
    return date(int(line[3]), wording.MONTHS.index(line[2]) + 1, int(line[1])) if line else None


def _distinct(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    return tuple(dict.fromkeys(faults))


class StoredRows:
    """The rows that pages are made from, found by their ids and by what they say, and the names of their parties."""

    def __init__(
        self, tables: Mapping[str, pl.DataFrame], known: date | None = None, reads: Sequence[str] = READS
    ) -> None:
        self.known = known
        self._dossiers = tables.get("dossier", empty("dossier"))
        self.tables = {name: tables[name] for name in reads if name in tables and tables[name].height}
        self.finder = RowFinder(self.tables)
        self._found: dict[str, tuple[str, AnyRow]] = {}
        self._column_forms: dict[str, tuple[str, ...]] = {}
        self._alike: dict[tuple[str, tuple[str, ...]], dict[tuple[object, ...], list[AnyRow]]] = {}
        self._later_ids: dict[str, frozenset[str]] = {}
        self._ids: dict[str, Mapping[str, list[AnyRow]]] = {}

    @cached_property
    def _places(self) -> dict[str, tuple[str, int]]:
        """The table and place of each row by its ids; the id of a result is never hidden by an input."""
        found: dict[str, tuple[str, int]] = {}
        for name in sorted(self.tables, key=lambda one: table(one).kind == "result"):
            frame = self.tables[name]
            for column in dict.fromkeys(("row_id", table(name).id_column)):
                if column in frame.columns:
                    found.update((key, (name, at)) for at, key in enumerate(frame[column].to_list()))
        return found

    def find(self, keys: Sequence[str]) -> Iterator[tuple[str, tuple[str, AnyRow]]]:
        """Each id that is of a row, with its table and row."""
        new: dict[str, dict[str, int]] = {}
        for key in keys:
            if key not in self._found and key in self._places:
                name, at = self._places[key]
                new.setdefault(name, {})[key] = at
        for name, places in new.items():
            rows = self.tables[name][list(places.values())].iter_rows(named=True)
            self._found.update((key, (name, row)) for key, row in zip(places, rows, strict=True))
        yield from ((key, self._found[key]) for key in keys if key in self._found)

    def like(self, name: str, columns: Sequence[str], row: AnyRow) -> list[AnyRow]:
        """The rows of a table with the same values as a row in some columns, on the page or not."""
        if name not in self.tables:
            return []
        key = name, tuple(columns)
        if key not in self._alike:
            found = self._alike[key] = {}
            for one in self.tables[name].iter_rows(named=True):
                found.setdefault(tuple(one[column] for column in columns), []).append(one)
        return self._alike[key].get(tuple(row[column] for column in columns), [])

    def column_forms(self, key: str) -> tuple[str, ...]:
        """The forms of the columns of a row that was found, whatever page shows it."""
        if key not in self._column_forms:
            self._column_forms[key] = tuple(_spaced(_forms_of_columns(*self._found[key], self)))
        return self._column_forms[key]

    def published(self, row_id: str) -> AnyRow | None:
        """A published share, on the page or not."""
        return next(iter(self.like("market_share", ("row_id",), {"row_id": row_id})), None)

    def names(self, party_id: str) -> list[str]:
        """The names of a party; of a set of vendors by their seat, that of the country."""
        if party_id.startswith(SEAT_MARK):
            return [countries().name(party_id.removeprefix(SEAT_MARK)) or party_id]
        return [name] if (name := self.party_names.get(party_id)) else []

    def without_names(self, text: str) -> str:
        """A text without the names of parties that hold digits: those are no figures."""
        return self._names_with_digits.sub(" \0 ", text) if _DIGIT.search(text) else text

    @cached_property
    def _names_with_digits(self) -> re.Pattern[str]:
        found = {name for name in self.party_names.values() if _DIGIT.search(name) and any(map(str.isalpha, name))}
        return any_name(found)

    @cached_property
    def party_names(self) -> dict[str, str]:
        """The names of parties as the page prints them."""
        parties, changes, sources = (self.tables.get(name, empty(name)) for name in ("party", "succession", "source"))
        return {party: plain(name) for party, name in party_names(parties, changes, sources, day=self.known).items()}

    def without_earlier(self, text: str) -> str:
        """A text without the sentences of earlier dossiers, which speak of rows of their day."""
        for says in self._earlier_says:
            text = text.replace(says, " ")
        return text

    @cached_property
    def _earlier_says(self) -> tuple[str, ...]:
        findings = [finding for cell in self._dossiers["figures"].drop_nulls().to_list() for finding in cell]
        sentences = {finding["says"] for finding in findings}
        sentences |= {f"{finding['says']}: {finding['figure']}" for finding in findings if finding["figure"]}
        return tuple(sorted(map(plain_words, map(plain, sentences)), key=lambda one: (-len(one), one)))

    @cached_property
    def name_reader(self) -> NameReader:
        """What finds those names in the words of a page."""
        return NameReader(self.party_names)

    def related(self, key: str) -> list[AnyRow]:
        """A row and the rows that it rests on or stands for: its inputs and what they refer to, mergers of its carrier.

        A result refers to its purchase by a column of its own.
        """
        name, row = self._found[key]
        refs = [*(row.get("inputs") or ()), f"purchase:{row.get('purchase_id')}"]
        below = [(at, one) for at, _, ident in (ref.partition(":") for ref in refs) for one in self._named(at, ident)]
        found = [row, *(one for _, one in below)]
        for at, one in ((name, row), *below):
            for column, target in _references(at):
                value = one.get(column)
                for ident in value if isinstance(value, list) else [value]:
                    found += self._named(target, str(ident))
        carrier = self.party_names.get(row.get("carrier_id") or "")
        return found + [one for one in self._mergers if carrier and carrier in one["event"]]

    def _named(self, name: str, key: str) -> list[AnyRow]:
        return self._by_id(name).get(key, [])

    def _by_id(self, name: str) -> Mapping[str, list[AnyRow]]:
        """The rows of a table by their id and by the key that lineage uses."""
        if name not in self._ids:
            found: dict[str, list[AnyRow]] = {}
            if name in self.tables and table(name).kind == "input":
                columns = dict.fromkeys(("row_id", table(name).id_column))
                for row in self.tables[name].iter_rows(named=True):
                    for column in columns:
                        if row.get(column):
                            found.setdefault(row[column], []).append(row)
            self._ids[name] = found
        return self._ids[name]

    @cached_property
    def _mergers(self) -> list[AnyRow]:
        bought = self.tables.get("procurement", empty("procurement"))
        return list(bought.iter_rows(named=True))

    def is_later(self, text: str) -> bool:
        """Whether a text names a day after the one that the page is as known on."""
        return self.known is not None and any(days_after(text, self.known))

    def is_known(self, ref: str) -> bool:
        """Whether the input row `table:id` was known on the day of the page; a row that is not at hand counts so."""
        name, _, key = ref.partition(":")
        if self.known is None or name in UNDATED or name not in self.tables or table(name).kind != "input":
            return True
        return key not in self._later(name)

    def _later(self, name: str) -> frozenset[str]:
        """The ids of the rows of an input table that were not known on the day of the page."""
        if name not in self._later_ids:
            rows = self.tables[name]
            sources = self.tables.get("source", empty("source"))
            cut = as_known if name in TIMELESS else known_or_assumed
            later = rows.join(cut(name, rows, sources, day=self.known), on="row_id", how="anti")
            columns = dict.fromkeys(("row_id", table(name).id_column))
            self._later_ids[name] = frozenset(key for column in columns for key in later[column])
        return self._later_ids[name]


class PageRows:
    """The rows behind a page by their ids, and the forms in which the page may write their figures."""

    def __init__(self, stored: StoredRows, keys: Set[str], *, day: date | None, first_section: str) -> None:
        self.stored = stored
        self.first_section = first_section
        self.day = day
        """The day that the page describes."""
        self._rows = dict(stored.find(sorted(keys)))
        self._forms: dict[str, tuple[str, ...]] = {}

    @property
    def keys(self) -> list[str]:
        """The ids of the page that are of rows."""
        return list(self._rows)

    def __contains__(self, key: str) -> bool:
        return key in self._rows

    def table(self, key: str) -> str:
        """The table of a row."""
        return self._rows[key][0]

    def row(self, key: str) -> AnyRow:
        """The row with an id."""
        return self._rows[key][1]

    def shown(self, name: str) -> list[AnyRow]:
        """The rows of a table that the page shows."""
        return [row for at, row in self._rows.values() if at == name]

    def forms_of(self, name: str) -> Iterator[str]:
        """Every form of the rows of a table, on the page or not."""
        for row in self.stored.tables.get(name, empty(name)).iter_rows(named=True):
            yield from _forms(name, row, self)

    def is_known_input(self, key: str) -> bool:
        """Whether an id is of a row of an input table that was known on the day of the page, or is assumed on any."""
        name = self.table(key)
        return table(name).kind == "input" and self.stored.is_known(f"{name}:{key}")

    def age(self, key: str, text: str) -> list[str]:
        """How old the newest row behind a figure is, where a text says so."""
        row = self.row(key)
        if LEAD not in text or not isinstance(row.get("as_of_on"), date):
            return []
        age = newest_row(self.stored.finder, key, as_of=row["as_of_on"])
        return [] if age is None else [age.words]

    def forms(self, key: str) -> tuple[str, ...]:
        """Every form in which the page may write a figure of a row, the longest first."""
        if key not in self._forms:
            name, row = self._rows[key]
            of_kind = _spaced(_FORMS_OF.get(name, _no_forms)(row, self))
            found = {*of_kind, *self.stored.column_forms(key)}
            self._forms[key] = tuple(sorted(found, key=lambda one: (-len(one), one)))
        return self._forms[key]


def _spaced(forms: Iterable[str]) -> set[str]:
    """The forms that hold a digit, with single blanks."""
    found = {form for form in forms if _DIGIT.search(form)}
    wide = {form for form in found if _WIDE_SPACE.search(form)}
    return found - wide | {_SPACE.sub(" ", form) for form in wide}


def figures(text: str) -> list[str]:
    """The numbers of a text that are figures: none within a name, such as 5G, no place in a list, no count of more.

    >>> figures("3 | 5G RAN: 51 to 91 % and 12 others alike, see section 4")
    ['51', '91']
    """
    return _FIGURE.findall(_NO_FIGURE.sub(" \0 ", text))


def _figures(passage: Passage, rows: PageRows, place: str) -> Iterator[Fault]:
    """Figures of a passage that its row does not hold in any form, and the main figure where the passage lacks it."""
    text = rows.stored.without_names(_NO_FIGURE.sub(" \0 ", passage.ours))
    if not _DIGIT.search(text):
        return
    name, row = rows.table(passage.key), rows.row(passage.key)
    main = [form for form in _MAIN.get(name, _nothing)(row) if _DIGIT.search(form)]
    if main and not passage.is_card and _prints_kind_of(main, text) and not any(_has(form, text) for form in main):
        yield _fault(passage, place, "the page prints another figure than its row", found=text, expected=main)
        return
    for form in (*rows.age(passage.key, text), *rows.forms(passage.key)):
        if form in text:
            text = _without(form, text)
    left = _FIGURE.findall(text)
    if left:
        near = main or [form for form in rows.forms(passage.key) if _NUMBER.match(form)]
        yield _fault(
            passage, place, "the page prints a figure that its row does not hold", found=", ".join(left), expected=near
        )


def _prints_kind_of(main: Sequence[str], text: str) -> bool:
    """Whether a text prints a figure of the kind of a main one; a whole scale may be printed as not known."""
    if "0 to 100 %" in main and wording.UNKNOWN in text:
        return False
    return "%" in text or not all("%" in form for form in main)


def _fault(passage: Passage, place: str, says: str, *, found: str, expected: Sequence[str]) -> Fault:
    return Fault(
        place,
        says,
        column=passage.key,
        found=found.replace("\0", "").strip(" |"),
        expected=wording.series(expected, "or", shown=6) or None,
        way_out=f"Look at the row: provenet why CASE {passage.key}; make the results anew: provenet run CASE. If it "
        "stays, the words of this section are at fault: the page is not written.",
    )


def _has(form: str, text: str) -> bool:
    return form in text and _without(form, text) != text


def _without(form: str, text: str) -> str:
    """A text without a form; an end alone is no form of an interval."""
    made, done = "", 0
    at = text.find(form)
    while at >= 0:
        end = at + len(form)
        if _stands_alone(text, at, end) and not (_FROM.search(text, max(0, at - 30), at) or _TO.match(text, end)):
            made, done = f"{made}{text[done:at]} \0 ", end
        at = text.find(form, max(done, at + 1))
    return made + text[done:]


def _stands_alone(text: str, at: int, end: int) -> bool:
    """Whether a form is not part of a longer word or number."""
    return not (at and (text[at - 1].isalnum() or text[at - 1] in "_.,-")) and not _GOES_ON.match(text, end)


_GOES_ON = re.compile(r"\w|[.,]\d")
_FROM = re.compile(r"\d(?: %| million| billion)? to (?:over |under )?\Z")
_TO = re.compile(r"(?: %| million| billion)? to (?:over |under )?-?\d")


@cache
def _references(name: str) -> tuple[tuple[str, str], ...]:
    """The columns of a table that name rows of another input table than parties and sources, each with that table."""
    columns = [(one.name, one.refers_to.partition(".")[0]) for one in table(name).columns if one.refers_to]
    return tuple((column, at) for column, at in columns if at not in (*UNDATED, "run"))


@cache
def _kinds(name: str) -> dict[str, str]:
    return {column.name: column.type for column in table(name).columns}


def _forms(name: str, row: AnyRow, rows: PageRows) -> Iterator[str]:
    yield from _FORMS_OF.get(name, _no_forms)(row, rows)
    yield from _forms_of_columns(name, row, rows.stored)


def _forms_of_columns(name: str, row: AnyRow, stored: StoredRows) -> Iterator[str]:
    for column, kind in _kinds(name).items():
        value = row.get(column)
        if value is None:
            continue
        if kind == "text":
            yield str(value)
            yield from stored.names(str(value))
        elif kind == "date":
            yield from _days(value)
        elif kind in ("int", "float"):
            yield from _numbers(column, value, row)
        elif kind == "list":
            yield from (str(item) for item in value if item)
            yield from (name for item in value for name in stored.names(str(item)))
            yield from _counts(len(value))


def _days(value: date) -> Iterator[str]:
    yield from (wording.day(value), wording.quarter(value), value.isoformat())


def _numbers(column: str, value: float, row: AnyRow) -> Iterator[str]:
    """A number of a row, and with its other end as an interval."""
    end = _END.match(column)
    other = row.get(f"{end[1]}{_OTHER[end[2]]}_{end[3]}") if end else None
    if column.endswith("_share"):
        yield wording.percent(value)
        if other is not None:
            yield _interval(value, other, row)
            yield wording.interval(value, other, whole="0 to 100 %")
    elif column.endswith("_amount"):
        yield from _amounts(value, other, row)
        if column.endswith("_price_gap_amount"):
            yield wording.amount_interval(None, abs(value), row.get("currency")).removeprefix("at most ")
        if end and other is None:
            yield from (wording.amount_interval(value, None, money) for money in (row.get("currency"), None))
    elif column.endswith("_count"):
        yield from _counts(value)
        if other is not None:
            yield f"{value:,.0f} to {other:,.0f}"
    elif column.endswith("_years"):
        ends = (value,) if other is None else (value, other)
        short = [f"{one:.2f}".rstrip("0").rstrip(".") for one in ends]
        yield from (f"{value:.2f}", short[0], " to ".join(short))
    else:
        yield from _counts(value)


def _amounts(value: float, other: float | None, row: AnyRow) -> Iterator[str]:
    currency, unit = row.get("currency"), row.get("unit_says") or ""
    for money in dict.fromkeys((currency, None)):
        yield from (wording.amount(value, money), wording.amount(-value, money))
        yield from (wording.amount(value, money, exact=True),)
        if other is not None:
            yield wording.amount_interval(value, other, money)
            yield wording.amount_interval(-other, -value, money)
    ends = (value, value if other is None else other)
    yield from (measured(value, ends[1], unit, rounded=rounded) for rounded in (False, True))
    yield from (measured(value, ends[1], "", rounded=False), measured(value, value, ""))
    yield f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:,.3g}"


def _counts(value: float) -> Iterator[str]:
    yield from (f"{value:,.0f}", f"{round(value):,}", f"{value:.0f}")


def _no_forms(_row: AnyRow, _rows: PageRows) -> Iterator[str]:
    return iter(())


def _of_award(row: AnyRow, rows: PageRows) -> Iterator[str]:
    """An award is printed beside the purchase that it is for."""
    for bought in rows.stored.like("purchase", ("purchase_id",), row):
        yield from _forms("purchase", bought, rows)
        yield f"{bought['life_years']:g} years"


def _of_approach(row: AnyRow, _rows: PageRows) -> Iterator[str]:
    yield from _counts(len(row["for_claims"]) + len(row["against_claims"]))


def _of_figure(row: AnyRow, _rows: PageRows) -> Iterator[str]:
    """A figure that an answer uses, by its ends, each with and without its unit."""
    unit, kind = row["unit_says"], row["kind"]
    for words in (bare_value, figure_value):
        low, mid, high = (words(row[name], unit, kind) for name in ("low_amount", "mid_amount", "high_amount"))
        yield from (low, mid, high, f"{low} to {high}")


def _of_limit(row: AnyRow, rows: PageRows) -> Iterator[str]:
    """A limit is printed once for all quarters: its use in the fullest, and those in which it is used up."""
    uses = rows.stored.like("plan_use", ("plan_id", "run_id", "resource"), row)
    most = max(uses, key=lambda one: (one["used_amount"], -one["number_count"]))
    for value in (most["used_amount"], most["capacity_amount"]):
        yield from _amounts(value, None, most)
    yield wording.quarter(most["from_on"])
    yield wording.quarters(one["from_on"] for one in uses if one["binding"])


def _of_exposure(row: AnyRow, _rows: PageRows) -> Iterator[str]:
    """The rungs of a ladder as parts of all pairs, by the route of today and by the luckiest one."""
    pairs = row["pair_count"]
    if not pairs:
        return
    ends = [_ends(row, rung, lucky) for rung, lucky in _RUNGS]
    for low, high in ends:
        yield wording.interval(low / pairs, high / pairs)
    for name in ("rung_1_alone", "rung_1_other", "no_route", "none_inside", "none_source_inside", "none_blocked"):
        yield wording.percent((row[f"{name}_count"] or 0) / pairs)


_RUNGS: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("rung_0",), ("lucky_0",)),
    (("rung_1_alone", "rung_1_other"), ("lucky_1",)),
    (("rung_2",), ("lucky_2",)),
    (("rung_3",), ("lucky_3",)),
    (("rung_2", "rung_3"), ("lucky_2", "lucky_3")),
    (("rung_none",), ("lucky_none",)),
)


def _ends(row: AnyRow, *sides: tuple[str, ...]) -> tuple[float, float]:
    first, second = (sum(row[f"{name}_count"] or 0 for name in side) for side in sides)
    return min(first, second), max(first, second)


def _of_scenario(row: AnyRow, _rows: PageRows) -> Iterator[str]:
    """Lost and newly crossing pairs as parts of those with a route as the graph is."""
    for name in ("lost", "new") if row["routed_count"] else ():
        low, high = (row[f"{end}_{name}_count"] / row["routed_count"] for end in ("low", "high"))
        yield wording.interval(low, high)


def _of_day(row: AnyRow, _rows: PageRows) -> Iterator[str]:
    """The rungs of the ladder of a day as parts of its pairs."""
    if pairs := row["pair_count"]:
        one = row["rung_1_alone_count"] + row["rung_1_other_count"]
        more = row["rung_2_count"] + row["rung_3_count"]
        yield from (wording.percent(of / pairs) for of in (row["rung_0_count"], one, more, row["rung_none_count"]))


def _spans(row: AnyRow, stem: str) -> Iterator[str]:
    """The first to the last of some days."""
    if row[f"{stem}_low_on"] is not None:
        yield wording.days(row[f"{stem}_low_on"], row[f"{stem}_high_on"])


def _of_measured(row: AnyRow, _rows: PageRows) -> Iterator[str]:
    """The parts of the routers that answered, that answered without a name, and that did not; and the days."""
    if whole := row["router_count"]:
        named, answered = row["identified_count"] / whole, row["answered_count"] / whole
        yield from (wording.percent(one) for one in (named, answered, answered - named, 1 - answered))
    yield from _spans(row, "seen")


def _of_paths(row: AnyRow, _rows: PageRows) -> Iterator[str]:
    """The tiers as parts of all paths, silent and identified hops as parts of all hops, and the days."""
    yield from (*_spans(row, "traced"), *_spans(row, "seen"))
    for name in ("on_hop", "in_network", "unknown", "clear") if row["trace_count"] else ():
        yield wording.percent(row[f"{name}_count"] / row["trace_count"])
    for name in ("silent", "identified") if row["hop_count"] else ():
        yield wording.percent(row[f"{name}_count"] / row["hop_count"])


def _of_change(row: AnyRow, _rows: PageRows) -> Iterator[str]:
    """What links did to a share, in percentage points."""
    for end in ("low", "high"):
        if row[f"{end}_change_share"] is not None:
            yield wording.signed_points(row[f"{end}_change_share"])


def _of_remedy(row: AnyRow, _rows: PageRows) -> Iterator[str]:
    if row["open_pair_count"] and row["pair_count"] is not None:
        yield wording.percent(row["pair_count"] / row["open_pair_count"])


def _of_share(row: AnyRow, rows: PageRows) -> Iterator[str]:
    """The other parts of the same whole, and the coverage of the whole, are printed beside a part."""
    if row["part"] is not None:
        for one in rows.stored.like("vendor_share", _WHOLE, row):
            yield _interval(one["low_share"], one["high_share"], one)
            yield wording.percent(one["coverage_share"])


def _of_dependence(row: AnyRow, rows: PageRows) -> Iterator[str]:
    """How many sites the page numbers, or the country has on record."""
    yield wording.count(sum(not unread(site) for site in rows.shown("site")), "site")
    for one in rows.stored.like("site", ("site_id",), row):
        here = rows.stored.like("site", ("country",), one)
        yield wording.count(sum(not unread(site) for site in here), "site")


def _of_policy(row: AnyRow, rows: PageRows) -> Iterator[str]:
    """The first and the last day of a rule are printed with the days until them, and those that its term names."""
    today = rows.day or date.max
    for day in (row["deadline_on"], row["effective_low_on"], *whole_days(row["deadline"] or "")):
        if day and day > today:
            yield f"in {wording.count((day - today).days, 'day')}"
            yield wording.day(day)


def _of_plan(row: AnyRow, rows: PageRows) -> Iterator[str]:
    """The net cost of the lots of one vendor, class and carrier together, and its part of the width of the plan's."""
    groups: dict[tuple[str, str, str], list[AnyRow]] = {}
    for step in rows.stored.like("plan_step", ("plan_id", "run_id"), row):
        if step["action"] != "stays" and step["priced"]:
            groups.setdefault((step["carrier_id"], step["asset_class"], step["from_vendor_id"]), []).append(step)
    ends = [
        tuple(sum(one[f"{end}_cost_amount"] or 0.0 for one in lots) for end in ("low", "high"))
        for lots in groups.values()
    ]
    total = sum(high - low for low, high in ends)
    for low, high in ends:
        yield wording.amount_interval(low, high, row["currency"])
        if total:
            yield wording.percent((high - low) / total)


def _of_site(row: AnyRow, _rows: PageRows) -> Iterator[str]:
    yield position(row["lat_deg"], row["lon_deg"])


def _of_concentration(row: AnyRow, _rows: PageRows) -> Iterator[str]:
    yield from _index(row)


_FORMS_OF = {
    "award": _of_award,
    "fund_approach": _of_approach,
    "fund_input": _of_figure,
    "plan_use": _of_limit,
    "exposure": _of_exposure,
    "remedy": _of_remedy,
    "route_scenario": _of_scenario,
    "route_day": _of_day,
    "route_change": _of_change,
    "measured_share": _of_measured,
    "path_exposure": _of_paths,
    "plan": _of_plan,
    "policy": _of_policy,
    "site": _of_site,
    "concentration": _of_concentration,
    "vendor_share": _of_share,
    "site_dependence": _of_dependence,
}


def _nothing(_row: AnyRow) -> Iterator[str]:
    return iter(())


def _share(row: AnyRow) -> Iterator[str]:
    if row["low_share"] > 0 or row["high_share"] < 1:
        yield _interval(row["low_share"], row["high_share"], row)


def _index(row: AnyRow) -> Iterator[str]:
    """An index by its ends."""
    yield wording.points(row["low_hhi_points"], row["high_hhi_points"])


def _interval(low: float, high: float, row: AnyRow) -> str:
    """A share by its ends; an end that the row excludes says so."""
    return wording.interval(low, high, low_open=bool(row.get("low_open")), high_open=bool(row.get("high_open")))


def _chances(name: str, low: str = "low", high: str = "high") -> Callable[[AnyRow], Iterator[str]]:
    """The main figure of a row whose interval may be the whole scale."""

    def main(row: AnyRow) -> Iterator[str]:
        yield wording.interval(row[f"{low}_{name}"], row[f"{high}_{name}"], whole="0 to 100 %")
        yield wording.interval(row[f"{low}_{name}"], row[f"{high}_{name}"])

    return main


def _step(row: AnyRow) -> Iterator[str]:
    if row["priced"] and row["low_cost_amount"] is not None:
        yield wording.amount_interval(row["low_cost_amount"], row["high_cost_amount"], row["currency"])


def _point(row: AnyRow) -> Iterator[str]:
    if row["kind"] == "budget":
        yield from _chances("share")(row)
    elif row["kind"] == "days":
        yield wording.amount_interval(row["low_amount"], row["high_amount"], row["currency"])


def _influence(row: AnyRow) -> Iterator[str]:
    yield wording.percent(row["hegemony_share"])


_MAIN: Mapping[str, Callable[[AnyRow], Iterator[str]]] = {
    "vendor_share": _share,
    "common_failure": _share,
    "site_dependence": _share,
    "site_traffic": _chances("share"),
    "site_exposure": _chances("share"),
    "concentration": _index,
    "plan_step": _step,
    "plan_period": _chances("exposed_share"),
    "fund_curve": _point,
    "fund_mechanism": _chances("clear_share"),
    "response_round": _chances("p_clear_share", "least", "greatest"),
    "influence": _influence,
}
"""The figure that a page must print wherever it prints a figure of a row; a card may show another."""


def _caveats(passage: Passage, rows: PageRows, place: str) -> Iterator[Fault]:
    """Caveats of a row that its passage lost: to be checked, assumed, and of a card its date, vendors and carrier."""
    beside = f"{passage.whole} | {passage.heading}"
    caveats = [(beside, caveat) for caveat in _caveats_of(passage, rows)]
    caveats += [(rows.first_section, (note,)) for note in _notes(passage, rows)]
    for shown, caveat in caveats:
        if not any(plain_words(clean(words)).casefold() in shown.casefold() for words in caveat):
            yield _fault(
                passage, place, "the page leaves out a caveat of the row", found="nothing of it", expected=caveat
            )


def _notes(passage: Passage, rows: PageRows) -> Iterator[str]:
    """What was noted with the published shares behind a figure of the first page; the page says it below its cards."""
    row = rows.row(passage.key)
    if passage.is_card and rows.table(passage.key) in _SHARES and any(_has(one, passage.ours) for one in _share(row)):
        for ref in row["inputs"]:
            published = (
                rows.stored.published(ref.removeprefix("market_share:")) if ref.startswith("market_share:") else None
            )
            # A remark that names a day after the one known is not on a replay.
            if published is not None and published["note"] and not rows.stored.is_later(published["note"]):
                yield published["note"].rstrip(".")


def _caveats_of(passage: Passage, rows: PageRows) -> Iterator[Sequence[str]]:
    """Each caveat with the words that would say it."""
    name, row = rows.table(passage.key), rows.row(passage.key)
    is_figure = name in _SHARES and any(_has(form, passage.ours) for form in _share(row))
    if is_figure and row["to_be_checked"] and (passage.is_card or row.get("part") is None):
        yield ("to be checked", "weak source")
    if name == "concentration" and row["to_be_checked"] and any(_has(form, passage.ours) for form in _index(row)):
        yield ("to be checked", "weak source")
    if is_figure and row.get("later_estimate"):
        yield ("later",)
    if row.get("basis") == "assumed" and table(name).kind == "result":
        yield ("assumed",)
    if not (is_figure and passage.is_card):
        return
    if row.get("as_of") and (row["as_of"], row.get("measure_kind")) != ("undated", "units"):
        yield (str(row["as_of"]),)  # an inventory is counted as it stands in the case
    if row.get("complement"):
        yield ("all vendors but",)
    measure = row["measure_short"] or row["measure"]
    yield (measure.removeprefix("share of "),)
    named = (row.get("carrier_id"), row.get("vendor_id"), *(row.get("vendor_ids") or ()))
    for party in (one for one in named if one):
        yield tuple(dict.fromkeys((*rows.stored.names(party), party)))


def _loose_figures(rest: Sequence[str], labels: Sequence[str], rows: PageRows, *, place: str) -> Iterator[Fault]:
    """Shares and amounts in headlines, lists and drawings that no row of the page holds."""
    figures = LooseFigures(form for key in rows.keys for form in rows.forms(key))
    found = list(figures.untied(_NO_FIGURE.sub(" ", rows.stored.without_earlier(words)) for words in rest))
    found += figures.untied_labels(labels)
    if found:
        # A drawing may show shares whose ids stand in the annex.
        for name in ("market_share", "vendor_share"):
            shares = LooseFigures(rows.forms_of(name) if found else ())
            found = [(figure, words) for figure, words in found if not shares.is_tied(figure)]
    for figure, words in found:
        yield Fault(
            place,
            "the page prints a figure beside no id that none of its rows holds",
            found=f"{figure} in {clip(words)}",
            expected="a figure of a row that the page shows",
            way_out="Make the results anew: provenet run CASE. If it stays, the words of this section are at fault: "
            "the page is not written.",
        )


def _strange_names(shown: Sequence[Passage], rows: PageRows, place: str) -> Iterator[Fault]:
    """Names of parties beside an id whose row does not know them: a vendor or carrier that took another's place."""
    named = [replace(one, quoted=rows.stored.without_earlier(one.quoted)) for one in shown if one.quoted]
    related = {passage.key: rows.stored.related(passage.key) for passage in named}
    for passage, name in rows.stored.name_reader.strange(named, related):
        yield _fault(passage, place, "the page names a party that the row does not", found=name, expected=())


UNDATED = frozenset(("source", "party"))
"""Tables whose rows say which text and who is meant."""


def _later_rows(rows: PageRows, place: str) -> Iterator[Fault]:
    """Rows on a page that were not known on its day, and results on it that rest on such rows."""
    if rows.stored.known is None:
        return
    for key in rows.keys:
        row = rows.row(key)
        # A verdict names the criteria of its rule in words; the rule has days of its own, finer than theirs.
        below = [ref for ref in row.get("inputs") or () if not ref.startswith("policy:")]
        refs = [f"{rows.table(key)}:{key}", *below]
        for ref in dict.fromkeys(ref for ref in refs if not rows.stored.is_known(ref)):
            yield Fault(
                place,
                f"the page, as known on {rows.stored.known}, shows a row that was not known then, or what rests on it",
                column=key,
                found=ref,
                expected=f"rows whose source or own day is {rows.stored.known} or before",
                way_out="Correct the day of the row, or make the results anew as known on that day; "
                "then run brief again.",
            )


def _sums(rows: PageRows, place: str) -> Iterator[Fault]:
    """Figures of one quantity that disagree, parts that exceed their whole, and sums that their lines do not give."""
    for says, key, found, expected in (
        *_ends_in_order(rows),
        *_indexes_in_order(rows),
        *_parts_of_wholes(rows),
        *_awards_of_answers(rows),
        *_lots_of_plans(rows),
    ):
        yield Fault(
            place,
            says,
            column=key,
            found=found,
            expected=expected,
            way_out="Make the results anew: provenet run CASE. If it stays, the rows contradict each other, and the "
            "page is not written.",
        )


Contradiction = tuple[str, str, str, str]
"""What is wrong, the id of the row, what was found, and what was expected."""
_SLACK = 1e-6
_SHARES = ("vendor_share", "common_failure", "site_dependence")


def _ends_in_order(rows: PageRows) -> Iterator[Contradiction]:
    for name in _SHARES:
        for row in rows.shown(name):
            low, high = row["low_share"], row["high_share"]
            if not -_SLACK <= low <= high + _SLACK <= 1 + 2 * _SLACK:
                yield (
                    "the ends of a share are out of order or outside 0 to 100 %",
                    row[table(name).id_column],
                    f"{wording.percent(low)} to {wording.percent(high)}",
                    "a lower end at or below the upper end, both from 0 to 100 %",
                )


def _indexes_in_order(rows: PageRows) -> Iterator[Contradiction]:
    for row in rows.shown("concentration"):
        low, high = row["low_hhi_points"], row["high_hhi_points"]
        if not -_SLACK <= low <= high + _SLACK <= 10_000 + 2 * _SLACK:
            yield (
                "the ends of an index are out of order or outside 0 to 10,000",
                row["concentration_id"],
                f"{low:,.2f} to {high:,.2f}",
                "a lower end at or below the upper end, both from 0 to 10,000",
            )


def _parts_of_wholes(rows: PageRows) -> Iterator[Contradiction]:
    """Restricted, unknown and clear parts of one whole: at least they give no more than it."""
    wholes: dict[tuple[object, ...], list[AnyRow]] = {}
    for row in rows.shown("vendor_share"):
        if row["part"] is not None:
            wholes.setdefault(tuple(row[name] for name in _WHOLE), []).append(row)
    for parts in wholes.values():
        least = sum(row["low_share"] for row in parts)
        first = max(parts, key=lambda row: (row["low_share"], row["share_id"]))
        says = f"the parts of one whole do not fit it ({', '.join(sorted(row['share_id'] for row in parts))})"
        if least > 1 + _SLACK:
            yield says, first["share_id"], f"at least {wording.percent(least)} together", "at most 100 %"


_WHOLE = ("pack", "country", "carrier_id", "asset_class", "segment", "measure", "as_of", "layer", "method")


def _awards_of_answers(rows: PageRows) -> Iterator[Contradiction]:
    """What an answer commits is the sum of its awards, within its budget; no more becomes clear than is concerned."""
    for fund in rows.shown("fund"):
        awards = rows.stored.like("award", ("fund_id", "run_id"), fund)
        given, committed = sum(row["award_amount"] for row in awards), fund["committed_amount"] or 0.0
        money = fund["currency"]
        if awards and abs(given - committed) > 1 + _SLACK * committed:
            yield (
                "the awards do not add up to what is committed",
                fund["fund_id"],
                wording.amount(committed, money),
                wording.amount(given, money),
            )
        if fund["budget_amount"] is not None and committed > fund["budget_amount"] * (1 + _SLACK):
            yield (
                "more is committed than the budget holds",
                fund["fund_id"],
                wording.amount(committed, money),
                f"at most {wording.amount(fund['budget_amount'], money)}",
            )
        after, concerned = fund["high_after_share"], fund["high_exposed_share"]
        if after is not None and concerned is not None and after > concerned + _SLACK:
            yield (
                "more can become clear than the purchases concern",
                fund["fund_id"],
                wording.percent(after),
                f"at most {wording.percent(concerned)}",
            )
        lines = [row for row in rows.stored.like("fund_curve", ("fund_id", "run_id"), fund) if row["kind"] == "budget"]
        lines = sorted((row for row in lines if row["purchase_id"] is None), key=lambda row: row["number_count"])
        known = [row for row in lines if row["low_share"] is not None]
        for before, row in pairwise(known):
            if row["low_share"] < before["low_share"] - _SLACK:
                yield (
                    "a larger budget shows a lower low end",
                    row["point_id"],
                    wording.percent(row["low_share"]),
                    f"at least {wording.percent(before['low_share'])}",
                )


def _lots_of_plans(rows: PageRows) -> Iterator[Contradiction]:
    """The lots and quarters of a plan give its counts and costs; no more is exposed at the end than before."""
    for plan in rows.shown("plan"):
        steps = rows.stored.like("plan_step", ("plan_id", "run_id"), plan)
        if steps and len(steps) != plan["lot_count"]:
            yield (
                "the lots listed are not as many as the plan counts",
                plan["plan_id"],
                str(plan["lot_count"]),
                str(len(steps)),
            )
        swapped = sum(step["action"] != "stays" for step in steps)
        if steps and swapped != plan["swapped_count"]:
            yield (
                "the lots that go are not as many as the plan counts",
                plan["plan_id"],
                str(plan["swapped_count"]),
                str(swapped),
            )
        before, after = plan["high_before_share"], plan["high_after_share"]
        if before is not None and after is not None and after > before + _SLACK:
            yield (
                "more is exposed at the end of the plan than before it",
                plan["plan_id"],
                wording.percent(after),
                f"at most {wording.percent(before)}",
            )
        spent = [row["sum_spent_amount"] for row in rows.stored.like("plan_period", ("plan_id", "run_id"), plan)]
        cost = plan["mid_cost_amount"]
        if spent and cost is not None and abs(max(spent, key=abs) - cost) > 1 + _SLACK * abs(cost):
            yield (
                "the quarters do not add up to the cost of the plan",
                plan["plan_id"],
                wording.amount(cost, plan["currency"]),
                wording.amount(max(spent, key=abs), plan["currency"]),
            )
