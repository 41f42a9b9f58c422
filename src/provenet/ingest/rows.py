"""Whole rows of input tables: every column filled, the id that is the digest of what the row says, and each row once;
and the publications that rows cite: one id per title and address, and the kind of each.

What a file says twice is left out, or is a fault where one own key has two contents. Memory is 20 bytes a row: keys and
ids are held as 64-bit hashes, which two of ten million rows share by chance with a probability below 3 in a million.

A citation is a publication of the lists in `facts/` or of the case where title and address agree, where it gives no
address and one publication alone has its title, or where its address is that of one listed page. Any other is a
source of its own. Kinds are the first guess of a list, mended by `facts/source_kinds.csv`. Source: own, decision
0048.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256

import polars as pl

from provenet.case.runs import hashed
from provenet.case.tables import Table, table, vocabulary
from provenet.core.countries import packaged_rows
from provenet.core.digest import short_digest
from provenet.core.errors import Fault, FaultList, nearest
from provenet.core.ids import ID_HEX, distinct_id, name_id, name_key, row_id, slug

NOT_STATED, NOT_READ = "not stated", "not read"
PLACE_COLUMNS = frozenset({"row_id", "file_id", "locator", "run_id"})
"""Columns that say where a row stands, not what it says."""


_ESCAPED = r'["\\\x00-\x1f]'
OWN_SOURCE = re.compile(r"file-[0-9a-f]{12}\Z")
"""The id of a source that is a file of its own."""


def file_source(file_id: str) -> str:
    """The id of a file that names no publication: it is its own source."""
    return f"file-{file_id[:12]}"


def forgets_file(spec: Table) -> bool:
    """Whether the id of a row leaves out a source that is but the file it came in."""
    return spec.id_column != "row_id" and spec.name != "source"


def content_id(spec: Table, values: Mapping[str, object]) -> str:
    """The digest of what a row says. Nulls are left out, so a column added later changes no id.

    Where a table has a key of its own, a source that is but the file itself is left out too: the same inventory row
    in two files is one row. Where it has none, two files that say the same are two rows, each with its source.
    """
    content = {name: value for name, value in values.items() if value is not None and name not in PLACE_COLUMNS}
    if forgets_file(spec) and OWN_SOURCE.match(str(values.get("source_id") or "")):
        del content["source_id"]
    return row_id(spec.name, content)


def content_ids(spec: Table, rows: pl.DataFrame) -> pl.Series:
    """The id of each row: the digest of what it says, the same as `rows.content_id` gives. Cost O(cells)."""
    if not rows.height:
        return pl.Series("row_id", [], dtype=pl.String)
    names = sorted(column.name for column in spec.columns if column.name not in PLACE_COLUMNS)
    if forgets_file(spec):
        own = pl.col("source_id").str.contains("^file-[0-9a-f]{12}$")
        rows = rows.with_columns(pl.when(~own).then("source_id").alias("source_id"))
    lookup = rows.select(_as_json(name, spec.column(name).type, rows[name]) for name in names)
    whole = lookup.select(pl.concat_str(pl.all(), separator=",", ignore_nulls=True)).to_series().to_list()
    made = [f"{spec.name}-{sha256(f'{{{text}}}'.encode()).hexdigest()[:ID_HEX]}" for text in whole]
    return pl.Series("row_id", made, dtype=pl.String)


def _as_json(name: str, kind: str, values: pl.Series) -> pl.Series:
    """`"name":value` as canonical JSON writes it; null where the value is null."""
    key = json.dumps(name) + ":"
    if kind == "float":
        return pl.Series(name, [None if v is None else key + json.dumps(v) for v in values.to_list()], dtype=pl.String)
    if kind in {"text", "list"}:
        text = _quoted(values) if kind == "text" else _quoted_list(values)
    elif kind == "bool":
        text = values.cast(pl.String).str.to_lowercase()
    elif kind == "int":
        text = values.cast(pl.String)
    else:
        text = values.dt.to_string("iso")
        text = _wrapped(text, '"', '"')
    return _wrapped(text, key, "").alias(name)


def _wrapped(text: pl.Series, before: str, after: str) -> pl.Series:
    return pl.select(pl.concat_str(pl.lit(before), pl.lit(text), pl.lit(after))).to_series()


def _quoted(values: pl.Series) -> pl.Series:
    if values.str.contains(_ESCAPED).any():
        made = [None if v is None else json.dumps(v, ensure_ascii=False) for v in values.to_list()]
        return pl.Series(values.name, made, dtype=pl.String)
    return _wrapped(values, '"', '"')


def _quoted_list(values: pl.Series) -> pl.Series:
    """Lists have few distinct values: each is written once."""
    known = values.to_frame("v").unique(maintain_order=True)
    texts = [
        None if v is None else json.dumps(list(v), ensure_ascii=False, separators=(",", ":"))
        for v in known["v"].to_list()
    ]
    lookup = known.with_columns(pl.Series("t", texts, dtype=pl.String))
    return values.to_frame("v").join(lookup, on="v", how="left", maintain_order="left", nulls_equal=True)["t"]


def made_row(name: str, content: Mapping[str, object], file_id: str, *, locator: str) -> dict[str, object]:
    """A whole row of an input table from what a file says; absent columns are null, absent lists that may not be are
    empty, and a row without a source cites the file itself.

    Raises ValueError for a column the table does not have. Cost O(columns).
    """
    spec = table(name)
    known = {column.name for column in spec.columns}
    for column_name in content:
        if column_name not in known or column_name in PLACE_COLUMNS:
            near = nearest(column_name, known)
            raise ValueError(f"{name}: no column {column_name!r} to say." + (f" Nearest: {near}." if near else ""))
    values: dict[str, object] = {c.name: content.get(c.name) for c in spec.columns if c.name not in PLACE_COLUMNS}
    for column in spec.columns:
        if column.type == "list" and not column.nullable and values.get(column.name) is None:
            values[column.name] = []
    if values.get("source_id") is None:
        values["source_id"] = file_source(file_id)
    values["reading"] = values["reading"] or NOT_STATED
    return {**values, "row_id": content_id(spec, values), "file_id": file_id, "locator": locator}


@dataclass
class Once:
    """The rows of one table met so far in one file."""

    spec: Table
    where: str
    column: str
    """The column of the file that gives the key, for faults."""
    _seen: pl.DataFrame = field(
        default_factory=lambda: pl.DataFrame(schema={"key": pl.UInt64, "id": pl.UInt64, "row": pl.Int64})
    )

    def keep(self, made: pl.DataFrame, row: str, faults: FaultList) -> pl.DataFrame:
        """The rows not met before, and a fault for each key met before with other content.

        `row` names the column that holds the number of the record. Cost O(rows), and O(rows met) once per call.
        """
        here = made.select(
            hashed(self.spec.id_column).alias("key"), hashed("row_id").alias("id"), pl.col(row).alias("row")
        )
        again = here["key"].is_duplicated() | here["key"].is_in(self._seen["key"].implode())
        if again.any():
            keep = self._sort_out(here, again, made, faults=faults)
            made, here = made.filter(keep), here.filter(keep)
        self._seen = pl.concat([self._seen, here], rechunk=False)
        return made

    def _sort_out(self, here: pl.DataFrame, again: pl.Series, made: pl.DataFrame, *, faults: FaultList) -> pl.Series:
        """Which rows stay, by going through those whose key was met before or is met twice in this batch."""
        repeated = here.filter(again)
        before = self._seen.filter(pl.col("key").is_in(repeated["key"].unique().implode()))
        first = {key: (digest, row) for key, digest, row in before.iter_rows()}
        dropped = []
        for at, (key, digest, row) in zip(again.arg_true().to_list(), repeated.iter_rows(), strict=True):
            if key not in first:
                first[key] = (digest, row)
                continue
            earlier, where = first[key]
            dropped.append(at)
            if earlier != digest:
                self._tell(made, at, row, where=where, faults=faults)
        keep = pl.repeat(True, here.height, dtype=pl.Boolean, eager=True)
        return keep.scatter(dropped, False) if dropped else keep

    def _tell(self, made: pl.DataFrame, at: int, row: int, *, where: int, faults: FaultList) -> None:
        text = f"the id stands already in row {where}, and says something else there"
        found = str(made[self.spec.id_column][at])
        faults.add(Fault(self.where, text, row, column=self.column, found=found, expected="each id once"))


LISTS = ("sources.csv", "sources_more.csv")
"""The bundled lists of publications; a page that both name is that of the first."""
NAMED = "source_names.csv"
"""Publications that bundled rows cite and no list holds, with their ids."""
FIRST_GUESS, MENDED, NOT_LISTED = "first guess", "mended", "not listed"
"""Who says the kind of a source: the list's own guess, the committed table, or nobody yet."""


class SourceBook:
    """The known publications by title and address, and the kinds that were mended."""

    def __init__(
        self,
        listed: Iterable[Mapping[str, str]],
        kinds: Iterable[Mapping[str, str]],
        named: Iterable[Mapping[str, str]] = (),
    ) -> None:
        self._ids: dict[tuple[str, str], str] = {}
        self._titled: dict[str, dict[str, None]] = {}
        self._by_url: dict[str, str | None] = {}
        urls: dict[str, list[str]] = {}
        for row in listed:
            if row["url"] not in (known := urls.setdefault(slug(row["title"]), [])):
                known.append(row["url"])
            self._ids.setdefault((name_key(row["title"]), row["url"]), "")
        for key, url in self._ids:
            name = slug(key)
            self._know(key, url, name if len(urls[name]) < 2 else f"{name}-{short_digest(url, 6)}")
        for row in named:
            self._know(name_key(row["title"]), row["url"], row["source_id"])
        self._kinds = {row["source_id"]: row["kind"] for row in kinds}

    def _know(self, key: str, url: str, source_id: str) -> None:
        self._ids[key, url] = source_id
        self._titled.setdefault(key, {})[source_id] = None
        if "://" in url:
            self._by_url[url] = source_id if self._by_url.get(url, source_id) == source_id else None

    def with_case(self, rows: Iterable[tuple[str, str, str | None]]) -> SourceBook:
        """The same book with the publications of a case: id, title and address of each. Cost O(rows)."""
        made = SourceBook((), ())
        made._ids, made._titled = dict(self._ids), {key: dict(ids) for key, ids in self._titled.items()}
        made._by_url, made._kinds = self._by_url, self._kinds
        for source_id, title, url in rows:
            key = name_key(title)
            made._ids.setdefault((key, url or ""), source_id)
            made._titled.setdefault(key, {})[source_id] = None
        return made

    def listing(self, title: str, url: str) -> str:
        """The id of a publication that a list of sources names, from its title and address. Cost O(len(title))."""
        return self._ids.get((name_key(title), url)) or (distinct_id(title, url) if url else name_id(title))

    def cited(self, title: str, url: str) -> str:
        """The id of a publication that a row cites. Cost O(len(title)).

        A title without an address means the one publication of that title; where two have it, a source of its own.
        """
        key = name_key(title or url)
        if known := self._ids.get((key, url)):
            return known
        if not url and len(titled := self._titled.get(key, {})) == 1:
            return next(iter(titled))
        return self._by_url.get(url) or self.listing(title or url, url)

    def kind(self, source_id: str, guess: str | None) -> tuple[str, str]:
        """The kind of a source and who says it."""
        if source_id in self._kinds:
            return self._kinds[source_id], MENDED
        return (guess, FIRST_GUESS) if guess else ("unknown", NOT_LISTED)


@lru_cache(maxsize=1)
def source_book() -> SourceBook:
    """The bundled publications. Cached."""
    listed = [row for name in LISTS for row in packaged_rows("facts", name)]
    return SourceBook(listed, packaged_rows("facts", "source_kinds.csv"), packaged_rows("facts", NAMED))


def says_unread(title: str) -> bool:
    """Whether a title says that no page was read."""
    return name_key(title) in {name_key(unread) for unread in vocabulary()["unread_titles"]}
