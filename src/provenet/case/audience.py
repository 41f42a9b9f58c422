"""Who may see which rows: a case as the public sees it holds nothing else, not even in memory.

Each table of the dictionary stands in one class, and no row is seen that only own networks made (`internal_rows.py`).
Of a *public* table the public sees all others. Of a *shown* table the public sees
the rows that a public dossier of the case links: they passed the laws of its pages. Of a *derived* table it sees these
and the rows that rest on public tables alone, but for few elements of a part of a network. Of a *named* table it sees
the rows that a row of these names: the source of a private file is nobody's business. Of all others it sees none. What
no line of `audience_tables.py` names is internal, so a new table is hidden until somebody decides. What `plan` and
`fund` tried out is hidden until a public dossier shows it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any, TypeVar

import polars as pl

from provenet.case.audience_tables import (
    COUNTS,
    DERIVED,
    HIDDEN_COLUMNS,
    HIDDEN_SCHEMES,
    INTERNAL_VERBS,
    NAMED,
    OPEN_ROLES,
    OPEN_SETTINGS,
    PLACES,
    PUBLIC,
    SEEN,
    SHOWN,
    TRIED_VERBS,
)
from provenet.case.case import Case
from provenet.case.internal_rows import InternalRows, values_of
from provenet.case.retractions import TABLE as RETRACTIONS
from provenet.case.rows import SettingStruct
from provenet.case.store import Store
from provenet.case.structs import settings_of
from provenet.case.tables import empty, table, tables
from provenet.core.digest import sha256_bytes, short_digest
from provenet.core.disclosure import LEAST_SHOWN
from provenet.core.errors import CaseFault

_LINKED = re.compile(rb'data-row="([^"]+)"')
_NAMED = re.compile(rb'(?<=data-row=")[^"]+|[a-z_]+-[0-9a-f]{16}')
"""The ids of rows that a page links, and those of results that it names in its text."""


class PageStore(Store):
    """The tables of a store as pages show them to anybody: columns that stand on no page are null."""

    def __init__(self, store: Store) -> None:
        super().__init__(store.folder, store.listed)
        self._whole = store

    def scan(self, name: str, runs: Collection[str] | None, columns: Sequence[str] | None = None) -> pl.LazyFrame:
        """The rows of the named runs (None: all), or some columns of them, not read yet."""
        rows = self._whole.scan(name, runs, columns)
        wanted = table(name).schema if columns is None else columns
        off = [column for column in table(name).columns if column.is_off_pages and column.name in wanted]
        return rows.with_columns(pl.lit(None, column.dtype).alias(column.name) for column in off) if off else rows

    def recorded(self, name: str) -> pl.DataFrame:
        """The rows of a table that only grows, as far as the store below sees them."""
        return self._whole.recorded(name)

    def is_whole(self, name: str) -> bool:
        """Whether the store below sees every row of a table."""
        return self._whole.is_whole(name)

    def append(self, name: str, rows: pl.DataFrame) -> None:
        """Raises CaseFault: pages write nothing into a case."""
        raise CaseFault(f"{self.folder}: the case is open as pages show it; open it as it is to write {name}.")


def page_case(case: Case) -> Case:
    """The case as pages show it to whoever may see all of it: without addresses of routers. For reading alone."""
    return case.seen_through(PageStore)


class PublicStore(Store):
    """The tables of a store as the public sees them, for reading alone.

    Parameters
    ----------
    store : the tables of the case.
    links : what the public dossiers of the case link and show.
    """

    def __init__(self, store: Store, links: PublicLinks) -> None:
        super().__init__(store.folder, store.listed)
        self._whole = store
        self._links = links
        self._names: tuple[frozenset[str], pl.Series] | None = None
        self._marked: tuple[int, InternalRows, pl.DataFrame] | None = None

    def recorded(self, name: str) -> pl.DataFrame:
        """The public rows of a table that only grows, in no order."""
        return self._seen_runs()[1] if name == "run" else empty(name)

    @property
    def _internal(self) -> InternalRows:
        return self._seen_runs()[0]

    def _seen_runs(self) -> tuple[InternalRows, pl.DataFrame]:
        """The internal rows of the runs that were committed by now, and the runs that the public sees."""
        every = self._whole.recorded("run")
        if self._marked is None or self._marked[0] != every.height:
            internal = InternalRows(self._whole, every, self._links.rows)
            self._marked = (
                every.height,
                internal,
                self._shown_runs(every.filter(~pl.col("run_id").is_in(internal.runs))),
            )
        return self._marked[1:]

    def _shown_runs(self, every: pl.DataFrame) -> pl.DataFrame:
        rows = public_runs(every)
        is_shown = rows["run_id"].is_in(sorted(self._links.runs)) | ~rows["verb"].is_in(sorted(TRIED_VERBS))
        is_open_input = pl.element().struct.field("name").is_in(sorted(PUBLIC))
        return _as_shown(
            rows.filter(is_shown).with_columns(
                pl.col("settings").map_elements(_open_settings, return_dtype=rows.schema["settings"]),
                pl.col("inputs").list.filter(is_open_input),
            ),
            "run",
        )

    def scan(self, name: str, runs: Collection[str] | None, columns: Sequence[str] | None = None) -> pl.LazyFrame:
        """The public rows of the named runs (None: all), or some columns of them, not read yet."""
        runs = self._internal.open_runs if runs is None else self._internal.open_runs.intersection(runs)
        if name in PUBLIC and table(name).kind == "input" and name != RETRACTIONS:
            seen = self._internal.open(name, self._whole.scan(name, runs))
        else:
            seen = self._seen(name, runs)
        return seen if columns is None else seen.select(columns)

    def is_whole(self, name: str) -> bool:
        """Whether the public sees every row of a table."""
        return name in PUBLIC and name != RETRACTIONS and self._internal.is_whole(name)

    def _seen(self, name: str, runs: Collection[str]) -> pl.LazyFrame:
        """The public rows of a table of which the public does not see all, as it sees them."""
        if name not in SEEN:
            return empty(name).lazy()
        rows = self._internal.open(name, self._whole.scan(name, runs))
        if name in SHOWN:
            rows = self._internal.linked(name, rows)
        if name in DERIVED:
            is_linked = pl.col(table(name).id_column).is_in(sorted(self._links.rows))
            rows = rows.filter(is_linked | self._is_derived_of_public())
        if name in ("source", RETRACTIONS):
            rows = rows.filter(pl.col("source_id").is_in(self._sources_named().implode()))
        if name == RETRACTIONS:
            rows = rows.filter(pl.col("about").str.extract("^([a-z_]+):").is_in(sorted(PUBLIC | SHOWN | NAMED)))
        if name == "party":
            is_named = pl.col("party_id").is_in(self._internal.named.implode())
            rows = rows.filter(is_named | pl.col("role").is_in(sorted(OPEN_ROLES)))
        if name == "identifier":
            parties = self.gather(self.scan("party", None, ["party_id"]), "party")["party_id"]
            of_seen = pl.col("party_id").is_in(parties.implode())
            rows = rows.filter(of_seen & ~pl.col("scheme").is_in(sorted(HIDDEN_SCHEMES)))
        return _as_shown(rows, name)

    def _is_derived_of_public(self) -> pl.Expr:
        """Whether a lot rests on public tables alone, and is no few elements of a region or of a class of sites."""
        counts = self.gather(self._whole.scan("element_count", None), "element_count")
        parts = counts.filter(pl.col("region").is_not_null() | pl.col("site_class").is_not_null())
        of_parts = [f"element_count:{one}" for one in parts["count_id"]]
        below = pl.element().str.extract(r"^([a-z_]+)[:?]")
        is_public = pl.col("inputs").list.eval(below.is_in(sorted(PUBLIC)).fill_null(False)).list.all()
        rests = pl.col("inputs").list.len() > 0
        is_of_part = pl.col("region").is_not_null() | (
            pl.col("inputs").list.eval(pl.element().is_in(of_parts)).list.any()
        )
        return rests & is_public & ~(is_of_part & (pl.col("high_element_count") < LEAST_SHOWN))

    def _sources_named(self) -> pl.Series:
        """The ids of sources that rows which the public sees name. Cost O(rows), once for the same runs."""
        runs = frozenset(self.recorded("run")["run_id"])
        if self._names is None or self._names[0] != runs:
            found = [pl.Series(sorted(self._links.rows), dtype=pl.String)]
            for spec in tables().values():
                columns = [column.name for column in spec.columns if column.refers_to == "source.source_id"]
                is_read = spec.name in PUBLIC | SHOWN | {"party", "identifier"} and spec.name != RETRACTIONS
                if columns and is_read and self.places(spec.name, runs):
                    rows = self.gather(self.scan(spec.name, runs, columns), spec.name)
                    found += [values_of(rows[one]) for one in columns]
            self._names = runs, pl.concat(found).unique()
        return self._names[1]

    def append(self, name: str, rows: pl.DataFrame) -> None:
        """Raises CaseFault: who sees a part of a case writes nothing into it."""
        raise CaseFault(f"{self.folder}: the case is open as the public sees it; open it as it is to write {name}.")

    def sweep_half_made(self) -> None:
        """Raises CaseFault, before a writer removes anything."""
        self.append("run", empty("run"))


Rows = TypeVar("Rows", pl.LazyFrame, pl.DataFrame)


def _as_shown(rows: Rows, name: str) -> Rows:
    """The rows of a table with null in place of what no public page shows, and places rounded."""
    kept = [
        pl.when(~pl.col(one).is_between(1, LEAST_SHOWN - 1)).then(pl.col(one)).alias(one)
        for one in COUNTS.get(name, ())
    ]
    kept += [pl.lit(None, table(name).schema[one]).alias(one) for one in HIDDEN_COLUMNS.get(name, ())]
    kept += [(pl.col(one) * 2).round() / 2 for one in PLACES.get(name, ())]
    return rows.with_columns(kept) if kept else rows


@dataclass(frozen=True, kw_only=True)
class PublicLinks:
    """What the public dossiers of a case link and show.

    Parameters
    ----------
    rows : the ids of the rows that their pages link.
    runs : the ids of the runs whose figures they show.
    """

    rows: frozenset[str]
    runs: frozenset[str]


def public_case(case: Case, links: PublicLinks | None = None) -> Case:
    """The case as the public sees it, for reading alone.

    Rows that no public page shows are not in it, so whatever reads it, such as `why`, cannot show them. Cost: reading
    the public dossiers that stand, about 20 ms a megabyte, unless what they link (`public_links`) is given.
    """
    known = public_links(case) if links is None else links
    return case.seen_through(lambda store: PublicStore(store, known))


def public_dossiers(case: Case) -> list[Path]:
    """The pages of the public dossiers that stand: those whose bytes a run wrote, for no other audience.

    A page of an earlier release that links or names a row which is internal is none of them.
    """
    written = public_runs(case.runs())["run_id"]
    stood = case.read_latest("dossier").filter(pl.col("run_id").is_in(written.to_list()))
    digests = {one for name in ("html_id", "annex_id") for one in stood[name].drop_nulls().to_list()}
    pages = sorted(case.path.glob("outputs/*/*.html"))
    internal = InternalRows(case.store, case.runs(), None).ids()
    return [
        page
        for page, data in ((page, page.read_bytes()) for page in pages)
        if sha256_bytes(data) in digests and internal.isdisjoint(_ids_in(data, _NAMED))
    ]


def _ids_in(page: bytes, pattern: re.Pattern[bytes]) -> set[str]:
    """The ids of rows that a page holds where a pattern says."""
    return {unescape(one.decode("utf-8")) for one in pattern.findall(page)}


def public_links(case: Case, pages: Iterable[Path] | None = None) -> PublicLinks:
    """What the public dossiers of a case link and show; `pages` are those dossiers where they are known already."""
    written = public_dossiers(case) if pages is None else pages
    found = frozenset(one for page in written for one in _ids_in(page.read_bytes(), _LINKED))
    rows = case.read_latest("dossier").filter(pl.col("run_id").is_in(public_runs(case.runs())["run_id"].to_list()))
    shown = {one.removeprefix("run:") for inputs in rows["inputs"] for one in inputs if one.startswith("run:")}
    return PublicLinks(rows=found, runs=frozenset(shown))


def public_runs(runs: pl.DataFrame) -> pl.DataFrame:
    """Runs whose question a stranger may read: none of a carrier's own network, none of a page for another audience."""
    kept = [_is_public(verb, settings_of(stored)) for verb, stored in runs.select("verb", "settings").iter_rows()]
    return runs.filter(pl.Series(kept, dtype=pl.Boolean))


def _is_public(verb: str, settings: dict[str, Any]) -> bool:
    return verb not in INTERNAL_VERBS and settings.get("audience", "public") == "public"


def _open_settings(stored: Iterable[SettingStruct]) -> list[dict[str, Any]]:
    """The settings of a run as the public reads them."""
    return [one if one["name"] in OPEN_SETTINGS else _closed(one) for one in map(dict, stored)]


def _closed(one: Mapping[str, Any]) -> dict[str, Any]:
    """A setting with a digest in place of its words; a number and a yes or no stand as they are."""
    words = {name: one[name] for name in ("text", "words", "assumptions") if one[name] is not None}
    return {**one, **dict.fromkeys(words), "text": f"not public ({short_digest(words, 8)})"} if words else dict(one)
