"""The extract of a case behind one dossier: tables cut to a country, a day and a day known, and the sources cited."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, TypeVar

import polars as pl

from provenet.case.asof import TIMELESS, as_known, in_roles, known_on, known_or_assumed
from provenet.case.days_ahead import OPEN, enclosed, plain, quoting_days_ahead, title_then, with_days_ahead
from provenet.case.parties import bundled_names
from provenet.case.profiles import is_general
from provenet.case.rows import (
    AnyRow,
    DossierRow,
    ExchangeRateRow,
    PartyRow,
    PriceIndexRow,
    SourceRow,
    SuccessionRow,
    VerdictRow,
    iter_rows_of,
    rows_of,
)
from provenet.case.tables import empty, table, vocabulary, words
from provenet.core import wording
from provenet.core.answer import Answer, Name, Sentence, Series, sentence
from provenet.core.countries import countries
from provenet.core.grouping import grouped
from provenet.core.ids import names_in

Kind = TypeVar("Kind", bound=AnyRow)
Made = TypeVar("Made")
Tables = Mapping[str, pl.DataFrame]
"""Rows by the name of their table; an absent table counts as empty."""

READS = names_in("""
    source party succession rides_on outreach claim policy addressee site site_answer site_service site_demand erratum
    market_share carrier_share deployment procurement cost interop verdict policy_rule vendor_share concentration
    common_failure site_dependence site_traffic site_exposure gap exposure remedy influence transit receipt
    measured_share path_exposure route_comparison route_scenario element_count swap_option plan_limit interop_rule
    price_index exchange_rate plan plan_step plan_period plan_use plan_frontier plan_input plan_scenario
    plan_first_year plan_flip purchase choice_input programme fund response response_cost response_round award
    fund_curve fund_mechanism fund_input fund_approach
""")
"""The tables a dossier reads; an absent one counts as empty. Of `as_link` it reads only whether there is a row."""

HINDSIGHT = ("first_in_force_on", "as_of_low_on", "as_of_high_on")
"""Columns of days that may name what came later than the day known: a rule adopted since, a later estimate."""
SEAT_MARK = "country:"
"""How a set of vendors by the country of their seat is written in a list of vendors."""
NOT_READ = "not read"


@dataclass(frozen=True)
class Citation:
    """A source as a page cites it; number 0 is no source on record. `weak` sources cannot carry a figure alone.

    `words` are the citation of a rule whose pack says where it stands, and of which no source is on record.
    """

    number: int
    anchor: str
    kind: str
    reading: str
    weak: bool
    words: str = ""


@dataclass(frozen=True)
class CitedSource:
    """A source that a section cites, with its number and how far the rows cited were read."""

    row: SourceRow
    number: int
    readings: set[str]


def _frame_of(tables: Tables, name: str) -> pl.DataFrame:
    found = tables.get(name)
    return empty(name) if found is None or found.width == 0 else found


def alike(cells: Mapping[str, str | date | None]) -> list[pl.Expr]:
    """What holds of rows in which some cells are as given, None where they are not known."""
    return [pl.col(column).eq_missing(pl.lit(cell)) for column, cell in cells.items()]


def in_key_order(tables: Tables) -> dict[str, pl.DataFrame]:
    """Every frame sorted by its first text column that tells rows apart, so that reading order cannot show."""
    ordered = {}
    for name, frame in sorted(tables.items()):
        plain = [c for c, kind in frame.schema.items() if kind == pl.String and c != "run_id"]
        ids = [c for c in plain if c.endswith("_id") or c == "row_id"]
        first = [c for c in (f"{name}_id", "row_id", "share_id", "failure_id", "dependence_id") if c in plain]
        by = list(dict.fromkeys([*first, *ids, *plain]))
        ordered[name] = frame.sort(by, nulls_last=True) if by and frame.height else frame
    return ordered


def party_names(tables: Tables, *, day: date | None) -> dict[str, str]:
    """The names of parties as a page prints them: on a day, the name before a change that came later.

    A year within a name is part of it, and no day; only a name that its row gives from a later day on keeps it bare,
    so that the law of later days finds it.
    """
    parties, successions, sources = (_frame_of(tables, name) for name in ("party", "succession", "source"))
    names = {row["party_id"]: row["name"] for row in iter_rows_of(PartyRow, parties)}
    if day is None:
        return names
    public = dict(zip(parties["party_id"], known_on("party", parties, sources), strict=True))
    found = {
        party: plain(name) if (public[party] or day) > day else enclosed(plain(name), day)
        for party, name in names.items()
    }
    changes = [row for row in iter_rows_of(SuccessionRow, successions) if row["how"] == "rename" and row["from_on"]]
    for row in sorted(changes, key=lambda one: (one["from_on"] or day, one["row_id"])):
        before, after = row["predecessor_id"], row["successor_id"]
        if (row["from_on"] or day) > day and before in found and after in found:
            found[after] = found[before]
    return found


@dataclass
class Extract:
    """The tables behind one dossier; `known` None takes all that the case holds.

    Input tables are cut to the rows public on `known`, result tables to the rows computed for this country and these
    days. A source gets its number when a section first cites it.
    """

    tables: Tables
    country: str
    as_of: date
    known: date | None = None
    audience: str = "public"
    hindsight: bool = False
    """Whether what happened after the day known is shown too: on a page of its own."""
    cited: dict[str, CitedSource] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    """What stands beside the pages as files, such as the table of a chart, by the end of its name."""
    collected: dict[str, object] = field(default_factory=dict)
    """The data of the sections before, by the names of their files."""
    _names: dict[str, str] = field(default_factory=dict)
    _sources: dict[str, SourceRow] = field(default_factory=dict)
    _read: dict[str, list[Any]] = field(default_factory=dict)
    _by_id: dict[str, dict[str, AnyRow]] = field(default_factory=dict)
    _once: dict[str, Any] = field(default_factory=dict)
    _shared: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._names = party_names(self.tables, day=self.replayed)
        self._sources = {source["source_id"]: source for source in iter_rows_of(SourceRow, self._frame("source"))}

    def page(self) -> Extract:
        """The same rows for another document, which numbers its sources anew."""
        return replace(self, cited={}, files={}, collected={}, _once={})

    def _frame(self, name: str) -> pl.DataFrame:
        return _frame_of(self.tables, name)

    def shared(self, key: str, make: Callable[[], Made]) -> Made:
        """What all documents lay out of the same rows, made when the first asks; it cites no source."""
        made: Made = self._shared[key] if key in self._shared else self._shared.setdefault(key, make())
        return made

    def once(self, key: str, make: Callable[[], Made]) -> Made:
        """What several sections lay out of the same rows, made when the first asks."""
        made: Made = self._once[key] if key in self._once else self._once.setdefault(key, make())
        return made

    def inputs(self, kind: type[Kind]) -> list[Kind]:
        """The rows of an input table that were public on the day known, days after it enclosed as ones ahead."""
        name = kind.__name__
        if name not in self._read:
            cut = as_known(name, self._frame(name), self._frame("source"), day=self.known)
            self._read[name] = self._then(name, cut).to_dicts()
        return self._read[name]

    def _then(self, name: str, rows: pl.DataFrame) -> pl.DataFrame:
        return rows if self.replayed is None else with_days_ahead(name, rows, self.replayed)

    def parties(self) -> list[PartyRow]:
        """Every party on record, in the roles of the day in question."""
        return list(iter_rows_of(PartyRow, in_roles(self._frame("party"), self.as_of, self.known)))

    def whole(self, kind: type[Kind]) -> list[Kind]:
        """Every row of an input table that a result may rest on: assumptions of whoever asks stand on any day.

        On the page of what happened later these are all rows of the case.
        """
        return self._whole(kind.__name__)

    def earlier_dossiers(self) -> list[DossierRow]:
        """The dossiers that stood before this one, the oldest first; whoever composes the page picked them."""
        return rows_of(DossierRow, self._frame("dossier").sort("as_of_on"))

    def _whole(self, name: str) -> list[Any]:
        key = f"{name} uncut"
        if key not in self._read:
            rows = self._frame(name)
            if self.replayed is not None:
                rows = known_or_assumed(name, rows, self._frame("source"), day=self.replayed)
            self._read[key] = self._then(name, rows).to_dicts()
        return self._read[key]

    def results(self, kind: type[Kind]) -> list[Kind]:
        """The rows of a result table for this country, day and day known; where it has none, those of no country."""
        name = kind.__name__
        if name not in self._read:
            frame = self._frame(name)
            known = pl.col("known_on").is_null() if self.known is None else pl.col("known_on") == self.known
            # Rows of a plan or of an answer on aid name no day: the plan or answer they belong to does.
            day = frame.filter((pl.col("as_of_on") == self.as_of) & known) if "as_of_on" in frame.columns else frame
            here = day.filter(pl.col("country").is_in(sorted(self.places)))
            found = here if here.height else day.filter(pl.col("country").is_null())
            # What a verdict rests on fact by fact is on no page, and long.
            found = found.drop("facts", "origins", "flip_sets", strict=False) if name == "verdict" else found
            if self.replayed is not None:
                found = quoting_days_ahead(name, found, self.shared("words ahead", self._words_ahead))
            self._read[name] = found.to_dicts()
        return self._read[name]

    def parts_of(self, kind: type[Kind], whole: AnyRow) -> list[Kind]:
        """The rows of a plan or of an answer on aid: of its run alone, as a stopped search and its next share an id."""
        keys = ("plan_id" if "plan_id" in whole else "fund_id", "run_id")
        return [one for one in self.results(kind) if all(one[key] == whole[key] for key in keys)]

    def _words_ahead(self) -> dict[str, str]:
        """The texts of input rows known on the day that name a day ahead, and titles of policies, each as of then."""
        known = self.replayed or self.as_of
        dated = (name for name in READS if table(name).kind == "input" and name not in TIMELESS)
        cells = (cell for name in dated for row in self._whole(name) for cell in row.values())
        found = {plain(cell): cell for cell in cells if isinstance(cell, str) and OPEN in cell}
        # Levels of prices and rates of later years are assumed: a plan names them by year.
        named = [f"prices in {row['currency']}, {row['year']}" for row in self.whole(PriceIndexRow)]
        named += [
            f"{row['currency']} for one {row['per_currency']}, {row['year']}" for row in self.whole(ExchangeRateRow)
        ]
        found.update({plain(words): enclosed(plain(words), known) for words in named})
        titles = self._frame("verdict")["pack_title"].unique().drop_nulls().to_list()
        return {**found, **{title: title_then(title, known) for title in titles}}

    def days_ahead(self) -> frozenset[date]:
        """The days after the one known that the question sets and the rows read so far hold in columns of days."""
        known = self.replayed
        if known is None:
            return frozenset()
        found = {self.as_of}
        for key, rows in self._read.items():
            name = key.removesuffix(" uncut")
            columns = [one.name for one in table(name).columns if one.type == "date" and one.name not in HINDSIGHT]
            found.update(row[column] for row in rows for column in columns if row.get(column) is not None)
        return frozenset(day for day in found if day > known)

    def verdicts(self) -> list[VerdictRow]:
        """The verdicts on questions put to every vendor; those that only an asset raises stay in the case."""
        return self.shared("verdicts", lambda: [row for row in self.results(VerdictRow) if is_general(row)])

    @property
    def replayed(self) -> date | None:
        """The day after which nothing may be shown; None where all that the case holds may be."""
        return None if self.hindsight else self.known

    @property
    def places(self) -> frozenset[str]:
        """The spellings under which tables may know the country."""
        book = countries()
        return frozenset(p for p in (self.country, book.name(self.country), book.code(self.country)) if p)

    def name(self, party_id: str | None) -> str:
        """The one spelling of a party used on pages; an id nobody lists is shown as it is."""
        if party_id is None:
            return ""
        if party_id == "all":
            return "every vendor"
        if party_id.startswith(SEAT_MARK):
            code = party_id.removeprefix(SEAT_MARK)
            return f"vendors seated in {countries().name(code) or code}"
        return self._names.get(party_id) or bundled_names().get(party_id, party_id)

    def vendors(self, ids: Sequence[str], complement: bool = False) -> str:
        """A set of vendors in words."""
        text = wording.series([self.name(v) for v in ids])
        return f"all vendors but {text}" if complement else text

    def vendor_names(self, ids: Sequence[str], complement: bool = False) -> Series | Sentence:
        """A set of vendors as a slot of a sentence."""
        named = Series(items=tuple(Name(text=self.name(one)) for one in ids))
        return sentence("all vendors but {vendors}", vendors=named) if complement else named

    def jurisdictions(self) -> tuple[str, ...]:
        """The jurisdictions whose policies the country's dossier takes, its own first."""
        listed = vocabulary()["jurisdictions"]
        found = [word for place in sorted(self.places) for word in listed.get(place, ())]
        return tuple(dict.fromkeys([*found, *sorted(self.places)]))

    def answer(
        self,
        question: str,
        finding: Sentence,
        *,
        sentences: Iterable[Sentence] = (),
        caveats: Iterable[Sentence] = (),
        would_change: Iterable[Sentence] = (),
        key_row: str = "",
        rows: Iterable[str] = (),
    ) -> Answer:
        """The answer to a question about the country, on the days and for the audience of the extract."""
        return Answer(
            question=question,
            subject=self.country,
            as_of=self.as_of,
            known_on=self.known,
            audience=self.audience,
            finding=finding,
            sentences=tuple(sentences),
            caveats=tuple(caveats),
            would_change=tuple(would_change),
            key_row=key_row,
            rows=tuple(dict.fromkeys(one for one in (key_row, *rows) if one)),
        )

    def cite(self, row: AnyRow) -> Citation:
        """The source of an input row, numbered, with how far it was read. A row without a source says so."""
        source_id, reading = row["source_id"], str(row["reading"] or "not stated")
        if source_id is None or source_id not in self._sources:
            return Citation(0, "", "unknown", reading, True, row.get("citation") or "")
        source = self._sources[source_id]
        cited = self.cited.setdefault(source_id, CitedSource(source, len(self.cited) + 1, set()))
        cited.readings.add(reading)
        return Citation(
            number=cited.number,
            anchor=f"source-{cited.number}",
            kind=source["kind"],
            reading=reading,
            weak=source["kind"] in words("weak_source_kind"),
        )

    def input_row(self, ref: str) -> AnyRow | None:
        """An input row by `table:id`, whenever it was published; None where it is no input row of the case."""
        name, _, key = ref.partition(":")
        if name not in READS or table(name).kind != "input":
            return None
        if name not in self._by_id:
            rows, column = self._whole(name), table(name).id_column
            self._by_id[name] = {**{row["row_id"]: row for row in rows}, **{row[column]: row for row in rows}}
        return self._by_id[name].get(key)

    @property
    def finder(self) -> RowFinder:
        """What finds rows of the tables by their ids."""
        return self.shared("finder", lambda: RowFinder(self.tables))

    def cite_refs(self, refs: Iterable[str]) -> list[Citation]:
        """The numbered sources of input rows given by `table:id`; rows without a source are left out."""
        found = (self.input_row(ref) for ref in refs)
        return [cite for cite in self.cite_all(row for row in found if row is not None) if cite.number]

    def cite_rows(self, keys: Iterable[str]) -> list[Citation]:
        """The numbered sources of rows given by their ids: those of results are those of their input rows."""
        wanted, refs = set(keys), list[str]()
        for name in READS if wanted else ():
            for row in self.finder.rows(name, wanted):
                refs += row["inputs"] if table(name).kind == "result" else [f"{name}:{row[table(name).id_column]}"]
        return self.cite_refs(refs)

    def licence(self, row: AnyRow) -> str:
        """The licence of the source of an input row; empty where none is recorded."""
        source = self.source_of(row)
        return (source["licence"] or "") if source is not None else ""

    def source_of(self, row: AnyRow) -> SourceRow | None:
        """The publication of an input row, where it is on record."""
        return self._sources.get(row["source_id"] or "")

    def is_weak(self, row: AnyRow) -> bool:
        """Whether the source of an input row is of a kind that cannot carry a figure alone, or is not recorded."""
        source = self.source_of(row)
        return source is None or source["kind"] in words("weak_source_kind")

    def cite_all(self, rows: Iterable[AnyRow]) -> list[Citation]:
        """The sources of several rows, each once, in order of number."""
        found = {cite.number: cite for cite in (self.cite(row) for row in rows)}
        return [found[n] for n in sorted(found)]


def weak_kinds() -> str:
    """The kinds of source that cannot carry a figure alone, in words."""
    return wording.series(words("weak_source_kind"), "or")


def unread(row: AnyRow) -> bool:
    """Whether our reading never reached the row's source; such rows are listed apart."""
    return bool(row["reading"] == NOT_READ)


def near_day(low: date | None, high: date | None) -> date | None:
    """The day by which a row is sorted and placed: the last day of its span, else the first."""
    return high or low


class RowFinder:
    """Finds rows of some tables by the id of their table or by `row_id`; each table is looked through once."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._places: dict[str, dict[str, list[int]]] = {}

    def every(self, name: str) -> Iterator[AnyRow]:
        """All rows of a table."""
        return _frame_of(self._tables, name).iter_rows(named=True)

    def of(self, kind: type[Kind], **cells: str | date | None) -> list[Kind]:
        """The rows of a table in which some cells are as given, None where they are not known."""
        return rows_of(kind, _frame_of(self._tables, kind.__name__).filter(*alike(cells)))

    def known(self, kind: type[Kind], day: date | None) -> list[Kind]:
        """The rows of an input table that were public on a day; None is everything."""
        frames = (_frame_of(self._tables, name) for name in (kind.__name__, "source"))
        return rows_of(kind, as_known(kind.__name__, *frames, day=day))

    def later_ids(self, name: str, day: date) -> frozenset[str]:
        """The ids of the rows of an input table that were not known on a day."""
        rows, cut = _frame_of(self._tables, name), as_known if name in TIMELESS else known_or_assumed
        known = cut(name, rows, _frame_of(self._tables, "source"), day=day)
        later = rows.join(known, on="row_id", how="anti")
        return frozenset(key for column in {"row_id", table(name).id_column} for key in later[column])

    def rows(self, name: str, keys: Iterable[str]) -> list[AnyRow]:
        """The rows of a table with one of some ids, in the order of the table. Cost O(ids), and O(rows) once."""
        places = self._places_of(name)
        found = sorted({at for key in keys for at in places.get(key, ())})
        return list(self._tables[name][found].iter_rows(named=True)) if found else []

    def _places_of(self, name: str) -> Mapping[str, list[int]]:
        if name not in self._places:
            frame = _frame_of(self._tables, name)
            columns = {table(name).id_column, "row_id"} & set(frame.columns)
            self._places[name] = grouped(
                (key, at) for column in columns for at, key in enumerate(frame[column].to_list())
            )
        return self._places[name]
