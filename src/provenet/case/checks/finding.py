"""What a check is, what it finds, and the rows it looks at.

A check looks at rows and yields what it found; `case/check.py` gives each an id, a severity and a repair.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from datetime import date
from functools import cache, cached_property

import polars as pl

from provenet.case.case import Case
from provenet.case.dictionary import Table
from provenet.case.rows import AnyRow
from provenet.case.runs import standing
from provenet.case.tables import table
from provenet.core import wording
from provenet.core.countries import packaged_rows
from provenet.core.errors import clip
from provenet.core.grouping import grouped

MOST_OF_A_KIND = 200
"""Findings listed for one check and column; a last one counts the rest."""
SHOWN_NAMES = 5
"""Names, keys or places that one sentence lists before it counts the rest."""
REFS_KEPT = 50
"""Rows that one finding names for the walk back; a finding about more rows counts them in its sentence."""
NEARER_AMONG = 5_000
"""The nearest word is looked for among at most so many: beyond, the search would outlast the check."""
SMALL_ROWS = 200_000
"""A table of no more rows is read once as a whole; of a longer one, each check reads the columns it names."""
_REST = "more"
OLDER_THAN = (24, "month")
"""How old the newest figure of a whole may be by default."""


@dataclass(frozen=True)
class Issue:
    """One thing a check found.

    `subject` names what it is about without regard to where the row stands, so that the finding keeps its id when rows
    are moved. `column` is the table and column it counts under. `words` fill the repair of the check; `repair` stands
    in its stead. `count` is more than 1 where one sentence speaks of rows that are not listed.
    """

    column: str
    subject: tuple[str, ...]
    place: str
    _: KW_ONLY
    says: str
    refs: tuple[str, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)
    repair: str | None = None
    count: int = 1

    @property
    def is_rest(self) -> bool:
        """Whether it counts those that are not listed."""
        return self.subject[-1:] == (_REST,)


@dataclass(frozen=True)
class Check:
    """One entry of the menu: a stable id, the group it stands in, what it finds, and the act that mends it."""

    id: str
    group: str
    severity: str
    _: KW_ONLY
    says: str
    repair: str
    look: Callable[[StandingRows], Iterable[Issue]]
    needs_day: bool = False

    @staticmethod
    def of(name: str, look: Callable[[StandingRows], Iterable[Issue]]) -> Check:
        """The entry that `menu.csv` has under an id, with the function that looks."""
        group, severity, needs_day, says, repair = _menu()[name]
        return Check(name, group, severity, says=says, repair=repair, look=look, needs_day=needs_day == "yes")


@cache
def _menu() -> dict[str, list[str]]:
    """The cells of each entry of `menu.csv` after its id."""
    return {name: cells for name, *cells in (row.values() for row in packaged_rows("case", "checks", "menu.csv"))}


@dataclass
class StandingRows:
    """The rows that stand, read once per table and only where a check asks, and the day in question if any."""

    case: Case
    as_of: date | None = None
    older_than: tuple[int, str] = OLDER_THAN
    frames: dict[str, pl.DataFrame] = field(default_factory=dict)
    """Tables that were read already, by name."""
    _scans: dict[str, pl.LazyFrame] = field(default_factory=dict)
    _values: dict[tuple[str, str], pl.Series] = field(default_factory=dict)

    def of(self, name: str) -> pl.DataFrame:
        """One table's rows that stand, in key order. For tables that stay small in any case."""
        if name not in self.frames:
            self.frames[name] = self.case.read_latest(name)
        return self.frames[name]

    def lazy(self, name: str) -> pl.LazyFrame:
        """One table's rows that stand, in no order: of a long table, what is collected reads only what it names."""
        if name in self.frames:
            return self.frames[name].lazy()
        if name not in self._scans:
            rows = self.case.scan(name)
            if table(name).kind == "result":
                rows = rows.filter(pl.col("run_id").is_in(standing(self.case.runs())))
            self._scans[name] = rows
            if rows.select(pl.len()).collect().item() <= SMALL_ROWS:
                return self.of(name).lazy()
        return self._scans[name]

    def is_empty(self, name: str) -> bool:
        """Whether no row of a table stands."""
        self.lazy(name)
        return name in self.frames and not self.frames[name].height

    def values(self, name: str, column: str) -> pl.Series:
        """The distinct values of a column, items of a list column among them, without null, sorted."""
        if (name, column) not in self._values:
            is_list = isinstance(table(name).schema[column], pl.List)
            if self.is_empty(name):
                none = self.frames[name][column]
                self._values[name, column] = none.explode() if is_list else none
                return self._values[name, column]
            picked = self.lazy(name).select(pl.col(column))
            if is_list:
                picked = picked.explode(column)
            self._values[name, column] = picked.unique().drop_nulls().sort(column).collect()[column]
        return self._values[name, column]

    def names(self) -> dict[str, str]:
        """Party ids to the one spelling used on pages."""
        return dict(self.of("party").select("party_id", "name").iter_rows())

    @cached_property
    def speakers(self) -> Speakers:
        """Who a speaker in words is, by the parties and names of the case."""
        return Speakers.of(self)


def ref(spec: Table, row: AnyRow) -> str:
    """A row as lineage names it."""
    return f"{spec.name}:{row[spec.id_column]}"


def place_of(spec: Table, row: AnyRow, column: str) -> str:
    """A row and column as people find them: table, key, column, and the place in the file it came in."""
    where = f" ({row['locator']})" if row.get("locator") else ""
    return f"{spec.name} {row[spec.id_column]}, {column}{where}"


def each(
    rows: StandingRows,
    name: str,
    column: str,
    *,
    bad: pl.Expr,
    says: Callable[[AnyRow], str],
    shows: Sequence[str] = (),
    words: Mapping[str, str] | None = None,
    repair: Callable[[AnyRow], str] | None = None,
) -> Iterator[Issue]:
    """One finding per row of a table for which `bad` is true: the first in key order, then one that counts the rest.

    Reads the columns that `bad` tests, and the others of the bad rows alone. `shows` are further columns that `says`
    needs.
    """
    if rows.is_empty(name):
        return
    spec = table(name)
    wanted = dict.fromkeys([*spec.order, spec.id_column, *spec.key, "locator", column, *shows])
    found = rows.lazy(name).filter(bad).select(n for n in wanted if n in spec.schema).sort(spec.order).collect()
    keys = found[spec.id_column] if found.height else None
    twice = set(keys.filter(keys.is_duplicated())) if keys is not None else set()
    for row in found.head(MOST_OF_A_KIND).iter_rows(named=True):
        key = str(row[spec.id_column])
        # Two rows of one key differ by what they say.
        subject = (name, column, key, str(row.get("row_id"))) if row[spec.id_column] in twice else (name, column, key)
        act = repair(row) if repair is not None else None
        yield Issue(
            f"{name}.{column}",
            subject,
            place_of(spec, row, column),
            says=says(row),
            refs=(ref(spec, row),),
            words=words or {},
            repair=act,
        )
    if found.height > MOST_OF_A_KIND:
        yield rest(name, column, found.height - MOST_OF_A_KIND, words=words or {})


def rest(name: str, column: str, count: int, *, words: Mapping[str, str], repair: str | None = None) -> Issue:
    """The finding that counts those which are not listed."""
    text = f"{wording.count(count, 'more row')} {wording.plural(count, 'has', 'have')} this finding."
    return Issue(
        f"{name}.{column}",
        (name, column, _REST),
        f"{name}, {column}",
        says=text,
        refs=(),
        words=words,
        repair=repair,
        count=count,
    )


def listed(items: Iterable[object], shown: int = SHOWN_NAMES) -> str:
    """Names in a sentence: the first few, each cut to the room of a cell, then how many more."""
    return wording.series((clip(str(item)) for item in items), shown=shown)


def refs_of(name: str, keys: Iterable[object]) -> tuple[str, ...]:
    """Rows by table and key, at most as many as a finding keeps."""
    return tuple(f"{name}:{key}" for _, key in zip(range(REFS_KEPT), keys, strict=False))


_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Speakers:
    """Who a speaker in words is: the parties whose id, name or alias the words begin with."""

    known: Mapping[str, list[tuple[tuple[str, ...], str]]]

    @staticmethod
    def of(rows: StandingRows) -> Speakers:
        """Built from the parties and names of a case. Cost O(names)."""

        parties = rows.of("party").select("party_id", "name").iter_rows()
        named = [(party, text) for party, name in parties for text in (party, name)]
        aliases = rows.lazy("identifier").filter(pl.col("scheme") == "name").select("party_id", "value").collect()
        spelled = ((tuple(_WORD.findall(text.casefold())), party) for party, text in [*named, *aliases.iter_rows()])
        return Speakers(grouped((words[0], (words, party)) for words, party in spelled if words))

    def parties(self, speaker: str) -> frozenset[str]:
        """The parties that a speaker is or speaks for: `Huawei (spokesperson)` is Huawei. Cost O(len(speaker))."""
        spoken = tuple(_WORD.findall(speaker.casefold()))
        near = self.known.get(spoken[0], ()) if spoken else ()
        return frozenset(party for words, party in near if spoken[: len(words)] == words)
