"""The rows behind a finished page: found by their ids and by what they say, with the days on which they were known.

Beside an id stand only the names of parties that its row knows.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from datetime import date
from functools import cache, cached_property, lru_cache

from provenet.case.days_ahead import plain
from provenet.case.extract import READS, SEAT_MARK, RowFinder, Tables
from provenet.case.rows import AnyRow
from provenet.case.tables import table
from provenet.core.countries import countries
from provenet.core.grouping import grouped
from provenet.dossier.passages import Passage, plain_words

Rows = Mapping[str, AnyRow]
_LEAST = 3
"""Letters of the shortest name that is looked for."""


class NameReader:
    """Finds the names of parties in the quoted words of a page, the longest first."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names
        self._pattern = any_name(name for name in names.values() if len(name) >= _LEAST)
        self._found_in = lru_cache(maxsize=4096)(self._pattern.findall)
        self._words_of: dict[int, tuple[AnyRow, str]] = {}
        """The words of each row read, by its identity; the row is kept, so that no other takes its place."""

    def strange(
        self, passages: Iterable[Passage], related: Mapping[str, list[AnyRow]]
    ) -> Iterator[tuple[Passage, str]]:
        """Each name beside an id that neither a row of its passage knows nor one that such a row rests on.

        `related` are, by id, its row and the rows that it rests on. Ids of one row, card or paragraph share its names.
        Cost O(letters of the passages).
        """
        blocks = grouped(((passage.whole, passage.heading), passage) for passage in passages)
        for (_, heading), block in blocks.items():
            found = {name: one for one in block for name in self._found_in(one.quoted)}
            if found:
                rows = (row for one in block for row in related[one.key])
                known = " | ".join([heading, *map(self._words, rows)])
                yield from ((one, name) for name, one in found.items() if name not in known)

    def _words(self, row: AnyRow) -> str:
        """Every text of a row, and the names of the parties that it names by id."""
        if id(row) not in self._words_of:
            values = (one for value in row.values() for one in (value if isinstance(value, list) else [value]))
            texts = [one for one in values if isinstance(one, str)]
            self._words_of[id(row)] = row, " | ".join([*texts, *(self._names.get(text, "") for text in texts)])
        return self._words_of[id(row)][1]


def any_name(names: Iterable[str]) -> re.Pattern[str]:
    """A pattern of any of some names that stands as words of its own, the longest that stands there first.

    Names stand by their first letters, so that most places of a text are passed at one look.

    >>> any_name(["Elisa", "Ericsson", "Ericsson AB"]).findall("Ericsson AB, Ericsson and Ericssons")
    ['Ericsson AB', 'Ericsson']
    """
    groups = grouped(
        (name[0], re.escape(name[1:])) for name in sorted(set(names) - {""}, key=lambda one: (-len(one), one))
    )
    found = "|".join(f"{re.escape(first)}(?:{'|'.join(rest)})" for first, rest in sorted(groups.items()))
    return re.compile(rf"(?<!\w)(?:{found})(?!\w)" if found else r"(?!)")


DIGIT = re.compile(r"\d")
UNDATED = frozenset(("source", "party"))
"""Tables whose rows say which text and who is meant."""


@cache
def _references(name: str) -> tuple[tuple[str, str], ...]:
    """The columns of a table that name rows of another input table than parties and sources, each with that table."""
    columns = [(one.name, one.refers_to.partition(".")[0]) for one in table(name).columns if one.refers_to]
    return tuple((column, at) for column, at in columns if at not in (*UNDATED, "run"))


class StoredRows:
    """The rows that pages are made from, found by their ids and by what they say, and the names of their parties."""

    def __init__(self, tables: Tables, known: date | None = None, reads: Sequence[str] = READS) -> None:
        self.known = known
        # The id of a result is never hidden by an input.
        held = sorted((name for name in reads if name in tables), key=lambda one: table(one).kind == "result")
        self._held = dict.fromkeys(held)
        self.finder = RowFinder(tables)
        self._found: dict[str, tuple[str, AnyRow]] = {}
        self._alike: dict[tuple[str, tuple[str, ...]], dict[tuple[object, ...], list[AnyRow]]] = {}
        self._later_ids: dict[str, frozenset[str]] = {}
        self._ids: dict[str, Mapping[str, list[AnyRow]]] = {}

    def find(self, keys: Sequence[str]) -> Iterator[tuple[str, tuple[str, AnyRow]]]:
        """Each id that is of a row, with its table and row."""
        new = set(keys) - self._found.keys()
        for name in self._held:
            rows = self.finder.rows(name, new)
            for column in dict.fromkeys(("row_id", table(name).id_column)):
                self._found.update((row[column], (name, row)) for row in rows if row.get(column) in new)
        yield from ((key, self._found[key]) for key in keys if key in self._found)

    def like(self, name: str, columns: Sequence[str], row: AnyRow) -> list[AnyRow]:
        """The rows of a table with the same values as a row in some columns, on the page or not."""
        key = name, tuple(columns)
        if key not in self._alike:
            found = self._alike[key] = {}
            for one in self.finder.every(name):
                found.setdefault(tuple(one[column] for column in columns), []).append(one)
        return self._alike[key].get(tuple(row[column] for column in columns), [])

    def names(self, party_id: str) -> list[str]:
        """The names of a party; of a set of vendors by their seat, that of the country."""
        if party_id.startswith(SEAT_MARK):
            return [countries().name(party_id.removeprefix(SEAT_MARK)) or party_id]
        return [name] if (name := self.party_names.get(party_id)) else []

    def without_names(self, text: str) -> str:
        """A text without the names of parties that hold digits: those are no figures."""
        return self._names_with_digits.sub(" \0 ", text) if DIGIT.search(text) else text

    @cached_property
    def _names_with_digits(self) -> re.Pattern[str]:
        found = {name for name in self.party_names.values() if DIGIT.search(name) and any(map(str.isalpha, name))}
        return any_name(found)

    @cached_property
    def party_names(self) -> dict[str, str]:
        """The names of parties as the page prints them."""
        return self.finder.party_names(self.known)

    def without_earlier(self, text: str) -> str:
        """A text without the sentences of earlier dossiers, which speak of rows of their day."""
        for sentence in self._earlier_says:
            text = text.replace(sentence, " ")
        return text

    @cached_property
    def _earlier_says(self) -> tuple[str, ...]:
        findings = [finding for row in self.finder.every("dossier") for finding in row["figures"] or ()]
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
        carrier = row.get("carrier_id")
        return found + [one for one in self._mergers if carrier in (one["predecessor_id"], one["successor_id"])]

    def _named(self, name: str, key: str) -> list[AnyRow]:
        return self._by_id(name).get(key, [])

    def _by_id(self, name: str) -> Mapping[str, list[AnyRow]]:
        """The rows of a table by their id and by the key that lineage uses."""
        if name not in self._ids:
            found: dict[str, list[AnyRow]] = {}
            if name in self._held and table(name).kind == "input":
                columns = dict.fromkeys(("row_id", table(name).id_column))
                for row in self.finder.every(name):
                    for column in columns:
                        if row.get(column):
                            found.setdefault(row[column], []).append(row)
            self._ids[name] = found
        return self._ids[name]

    @cached_property
    def _mergers(self) -> list[AnyRow]:
        return list(self.finder.every("succession"))

    def is_known(self, ref: str) -> bool:
        """Whether the input row `table:id` was known on the day of the page; a row that is not at hand counts so."""
        name, _, key = ref.partition(":")
        if self.known is None or name in UNDATED or name not in self._held or table(name).kind != "input":
            return True
        if name not in self._later_ids:
            self._later_ids[name] = self.finder.later_ids(name, self.known)
        return key not in self._later_ids[name]


class PageRows:
    """The rows behind a page by their ids."""

    def __init__(self, stored: StoredRows, keys: Set[str], *, day: date | None) -> None:
        self.stored = stored
        self.day = day
        """The day that the page describes."""
        self._rows = dict(stored.find(sorted(keys)))

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

    def is_known_input(self, key: str) -> bool:
        """Whether an id is of a row of an input table that was known on the day of the page, or is assumed on any."""
        name = self.table(key)
        return table(name).kind == "input" and self.stored.is_known(f"{name}:{key}")
