"""Names on a finished page read against its rows: beside an id stand only the names of parties that its row knows."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from provenet.case.rows import AnyRow
from provenet.dossier.passages import Passage

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
        blocks: dict[tuple[str, str], list[Passage]] = {}
        for passage in passages:
            blocks.setdefault((passage.whole, passage.heading), []).append(passage)
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
    groups: dict[str, list[str]] = {}
    for name in sorted(set(names) - {""}, key=lambda one: (-len(one), one)):
        groups.setdefault(name[0], []).append(re.escape(name[1:]))
    found = "|".join(f"{re.escape(first)}(?:{'|'.join(rest)})" for first, rest in sorted(groups.items()))
    return re.compile(rf"(?<!\w)(?:{found})(?!\w)" if found else r"(?!)")
