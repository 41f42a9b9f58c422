"""Rows that come along with a file: publications it cites, parties it introduces, bundled rows it names, and itself.

Only ids are kept while a file is read, so memory grows with the parties and publications named, not with rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import polars as pl

from provenet.case.parties import ANY
from provenet.case.tables import tables
from provenet.core.ids import row_id
from provenet.ingest.receipts import Page
from provenet.ingest.rows import NOT_STATED, file_source
from provenet.ingest.sources import source_book
from provenet.ingest.tabular.by_record import Cited

Described = Callable[[], Mapping[tuple[str, str], tuple[str, dict[str, object]]]]


class TakenAlong:
    """What one file brings along. `described` are the bundled rows by table and id, asked for when they are needed."""

    def __init__(self, name: str, file_id: str, described: Described, *, page: Page | None = None) -> None:
        self.cited = Cited()
        self.files: set[str] = set()
        self._name, self._file_id, self._described, self._page = name, file_id, described, page
        self._own = file_source(file_id)
        self._cites_itself = False
        self._parties: set[str] = set()
        self._held: set[str] = set()
        self._ids: dict[str, set[str]] = {"source": set(), "party": set()}
        self._made: dict[str, list[dict[str, object]]] = {}

    def see(self, name: str, made: pl.DataFrame) -> None:
        """Takes note of a frame of rows. Cost O(rows), vectorised."""
        self._cites_itself = self._cites_itself or bool((made["source_id"] == self._own).any())
        for column in tables()[name].columns:
            if column.refers_to == "party.party_id":
                values = made[column.name]
                flat = values.explode() if column.type == "list" else values
                self._parties.update(flat.drop_nulls().unique().to_list())
        if name in self._ids:
            self._ids[name].update(made["row_id"].to_list())
        if name == "party":
            self._held.update(made["party_id"].to_list())

    def own_source(self) -> list[dict[str, object]]:
        """The row of `source` of a file that names no publication: it is its own source, on the page it came from."""
        if not self._cites_itself:
            return []
        content: dict[str, object] = {
            "source_id": self._own,
            "title": self._name,
            "kind": "file",
            "kind_by": "first guess",
        }
        if self._page is not None:
            content |= {"title": self._page.title, "url": self._page.url}
            if self._page.by_on is not None:
                content |= {"published": f"by {self._page.by_on}", "published_high_on": self._page.by_on}
        return [self._whole("source", content, self._name)]

    def rows(self) -> dict[str, list[dict[str, object]]]:
        """The rows that come along, by table. Asked for once, when every frame was seen."""
        for row in self.own_source():
            self._add("source", row)
        self._cited_sources()
        self._named_parties()
        return {name: rows for name, rows in self._made.items() if rows}

    def _cited_sources(self) -> None:
        for source_id, (title, url, place) in sorted(self.cited.sources.items()):
            if self._borrow("source", source_id):
                continue
            kind, kind_by = source_book().kind(source_id, None)
            content: dict[str, object] = {
                "source_id": source_id,
                "title": title,
                "url": url or None,
                "kind": kind,
                "kind_by": kind_by,
            }
            self._add("source", self._whole("source", content, place))

    def _named_parties(self) -> None:
        """A row of `party` for each party that the file introduces, or names and our own tables describe."""
        for party_id, (shown, role, place) in sorted(self.cited.parties.items()):
            if party_id not in self._held and not self._borrow("party", party_id):
                content: dict[str, object] = {
                    "party_id": party_id,
                    "name": shown,
                    "role": "other" if role == ANY else role,
                }
                self._add("party", self._whole("party", {**content, "segments": [], "source_id": self._own}, place))
                self._cites_itself = True
                self._add("source", self.own_source()[0])
            self._held.add(party_id)
        for party_id in sorted(self._parties - self._held):
            self._borrow("party", party_id)

    def _whole(self, table: str, content: dict[str, object], locator: str) -> dict[str, object]:
        """A row that the reader itself makes; its id is that of the thing it names, so it is made once per case."""
        empty = {column.name: None for column in tables()[table].columns if column.name != "run_id"}
        made = {"row_id": row_id(table, {table: content[f"{table}_id"]}), "file_id": self._file_id, "locator": locator}
        return {**empty, **content, **made, "reading": NOT_STATED}

    def _add(self, table: str, row: dict[str, object]) -> bool:
        if str(row["row_id"]) in self._ids[table]:
            return False
        self._ids[table].add(str(row["row_id"]))
        self._made.setdefault(table, []).append(row)
        return True

    def _borrow(self, table: str, key: str) -> bool:
        """Brings along the bundled row of a party or publication, and what that row cites. True where there is one."""
        found = self._described().get((table, key))
        if found is None:
            return False
        name, row = found
        if self._add(table, dict(row)):
            self.files.add(name)
            if table != "source" and row["source_id"] is not None:
                self._borrow("source", str(row["source_id"]))
        return True
