"""Names on a finished page read against its rows: beside an id stand only the names of parties that its row knows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from provenet.case.rows import AnyRow
from provenet.dossier.passages import Passage

Rows = Mapping[str, AnyRow]
_LEAST = 3
"""Letters of the shortest name that is looked for."""


class NameReader:
    """Finds the names of parties in the quoted words of a page, the longest first."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names
        looked_for = sorted({name for name in names.values() if len(name) >= _LEAST}, key=lambda one: (-len(one), one))
        self._pattern = re.compile("|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in looked_for) or r"(?!)")

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
            found = {name: one for one in block for name in self._pattern.findall(one.quoted)}
            if found:
                known = " | ".join([heading, *(text for one in block for text in self._words(related[one.key]))])
                yield from ((one, name) for name, one in found.items() if name not in known)

    def _words(self, rows: Iterable[AnyRow]) -> Iterator[str]:
        """Every text of rows, and the names of the parties that they name by id."""
        for row in rows:
            for value in row.values():
                for text in value if isinstance(value, list) else [value]:
                    if isinstance(text, str):
                        yield text
                        yield self._names.get(text, "")
