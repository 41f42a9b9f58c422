"""Who may see which rows: a case as the public sees it holds nothing else, not even in memory.

Each table of the dictionary stands in one class. A *public* table is seen whole. Of a *shown* table the public sees
the rows that a public dossier of the case links: they passed the gate of its pages. Of a *derived* table it sees these
and the rows that rest on public tables alone, but for few elements of a part of a network. Of a *named* table it sees
the rows that a row of these names: the source of a private file is nobody's business. Of all others it sees none. What
no line below names is internal, so a new table is hidden until somebody decides. What `plan` and `fund` tried out is
hidden until a public dossier shows it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from provenet.case.store import Store
from provenet.case.structs import settings_of
from provenet.case.tables import empty, table
from provenet.core.digest import sha256_bytes, short_digest
from provenet.core.disclosure import LEAST_SHOWN
from provenet.core.errors import CaseFault

if TYPE_CHECKING:
    from provenet.case.case import Case
    from provenet.case.rows import SettingStruct

PUBLIC = frozenset(
    [
        "run",
        "ownership",
        "succession",
        "listing",
        "rides_on",
        "outreach",
        "claim",
        "absence",
        "erratum",
        "mark",
        "hypothesis",
        "policy",
        "policy_function",
        "policy_case",
        "rule_pack",
        "fact_key",
        "retraction",
        "interop",
        "interop_rule",
        "element_count",
        "swap_option",
        "price_index",
        "exchange_rate",
        "market_share",
        "carrier_share",
        "deployment",
        "procurement",
        "programme",
        "verdict",
        "rest_verdict",
        "policy_rule",
        "vendor_share",
        "concentration",
        "common_failure",
        "gap",
        "receipt",
        "plan",
        "plan_period",
        "plan_use",
        "plan_frontier",
        "plan_scenario",
        "plan_first_year",
        "plan_flip",
        "plan_input",
        "plan_regret",
        "fund",
        "response",
        "response_cost",
        "response_round",
        "award",
        "fund_curve",
        "fund_mechanism",
        "fund_input",
        "fund_approach",
        "dossier",
    ]
)
SHOWN = frozenset(
    [
        "site",
        "site_service",
        "site_demand",
        "site_dependence",
        "site_traffic",
        "site_exposure",
        "exposure",
        "measured_share",
        "path_exposure",
        "remedy",
        "influence",
        "transit",
        "cost",
        "purchase",
        "choice_input",
        "plan_limit",
    ]
)
DERIVED = frozenset({"plan_step"})
"""Tables of lots: rows that say nothing but what public rows say, where they rest on public tables alone."""
SMALLEST_COUNT = LEAST_SHOWN
"""Elements below which the public sees no count of a part of a network."""
COUNTS = {
    "measured_share": ("network_count",),
    "path_exposure": (
        "beyond_ends_count",
        "silent_trace_count",
        "unreached_trace_count",
        "looped_trace_count",
        "unidentified_trace_count",
        "unmapped_trace_count",
        "hop_count",
        "silent_count",
        "identified_count",
        "exchange_count",
        "unmapped_count",
    ),
}
"""By table, counts beside those that decide who sees a row: the public sees none under `SMALLEST_COUNT`."""
SINGLE_NETWORKS = {"path_exposure": ("low_network_share", "high_network_share")}
"""By table, figures of so few devices that they tell how many a network has: the public sees none."""
PLACES = {"site": ("lat_deg", "lon_deg")}
"""By table, columns that say where something lies: the public sees them rounded to half a degree."""
NAMED = frozenset(["source", "party", "identifier"])
"""Tables whose rows the public sees where a row that it sees names them."""
OPEN_ROLES = frozenset({"vendor", "government", "regulator"})
"""Roles of parties that the public sees in any case; others where a row that it sees names them."""
HIDDEN_SCHEMES = frozenset({"asn"})
"""Schemes of identifiers that no public page shows: they name single networks."""
TRIED_VERBS = frozenset({"plan", "fund"})
"""Verbs whose runs may be questions that their holder only tried."""
OPEN_SETTINGS = frozenset(
    [
        "as_of",
        "audience",
        "budget",
        "budget_on",
        "by",
        "carrier",
        "countries",
        "country",
        "known_on",
        "mechanism",
        "money",
        "objective",
        "policy",
        "programme",
        "solver",
        "until",
    ]
)
"""Settings of runs whose words the public reads; of others it sees a digest, so that runs stay apart."""
INTERNAL_VERBS = frozenset({"inside"})
"""Verbs whose runs speak of a carrier's own network."""
_LINKED = re.compile(rb'data-row="([^"]+)"')


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

    def __init__(self, store: Store, links: Links) -> None:
        super().__init__(store.folder, store.listed)
        self._whole = store
        self._links = links
        self._linked = pl.Series(sorted(links.rows), dtype=pl.String)
        self._names: tuple[frozenset[str], dict[str, pl.Series]] | None = None
        self._open_runs: tuple[int, pl.DataFrame] | None = None

    def recorded(self, name: str) -> pl.DataFrame:
        """The public rows of a table that only grows, in no order."""
        if name != "run":
            return empty(name)
        every = self._whole.recorded(name)
        if self._open_runs is None or self._open_runs[0] != every.height:
            self._open_runs = every.height, self._shown_runs(every)
        return self._open_runs[1]

    def _shown_runs(self, every: pl.DataFrame) -> pl.DataFrame:
        rows = public_runs(every)
        is_shown = rows["run_id"].is_in(sorted(self._links.runs)) | ~rows["verb"].is_in(sorted(TRIED_VERBS))
        return rows.filter(is_shown).with_columns(
            pl.col("settings").map_elements(_open_settings, return_dtype=rows.schema["settings"])
        )

    def scan(self, name: str, runs: Collection[str] | None, columns: Sequence[str] | None = None) -> pl.LazyFrame:
        """The public rows of the named runs (None: all), or some columns of them, not read yet."""
        if name in PUBLIC:
            return self._whole.scan(name, runs, columns)
        seen = self._seen(name, runs)
        return seen if columns is None else seen.select(columns)

    def is_whole(self, name: str) -> bool:
        """Whether the public sees every row of a table."""
        return name in PUBLIC

    def _seen(self, name: str, runs: Collection[str] | None) -> pl.LazyFrame:
        """The public rows of a table of which the public does not see all."""
        if name in SHOWN:
            shown = self._whole.scan(name, runs).filter(pl.col(table(name).id_column).is_in(self._linked.implode()))
            shown = _without_few(shown, name)
            return shown.with_columns((pl.col(*PLACES.get(name, ())) * 2).round() / 2) if name in PLACES else shown
        if name in DERIVED:
            is_linked = pl.col(table(name).id_column).is_in(self._linked.implode())
            return self._whole.scan(name, runs).filter(is_linked | self._is_derived_of_public())
        if name not in NAMED:
            return empty(name).lazy()
        rows = self._whole.scan(name, runs)
        if name == "identifier":
            rows = rows.filter(~pl.col("scheme").is_in(sorted(HIDDEN_SCHEMES)))
        key = "party_id" if name == "identifier" else table(name).id_column
        is_named = pl.col(key).is_in(self._ids_named(f"{key.removesuffix('_id')}.{key}").implode())
        return rows.filter(is_named | pl.col("role").is_in(sorted(OPEN_ROLES)) if name == "party" else is_named)

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
        return rests & is_public & ~(is_of_part & (pl.col("high_element_count") < SMALLEST_COUNT))

    def _ids_named(self, target: str) -> pl.Series:
        """The ids of sources or parties that rows which the public sees name. Cost O(rows), once for the same runs."""
        runs = frozenset(self.recorded("run")["run_id"])
        if self._names is None or self._names[0] != runs:
            self._names = runs, {}
        found = self._names[1]
        if target not in found:
            found[target] = pl.Series(sorted(self._links.rows), dtype=pl.String)
            others = sorted(
                PUBLIC | SHOWN | DERIVED | ({"party", "identifier"} if target == "source.source_id" else set())
            )
            for spec in (table(name) for name in others if name != "run" and self.places(name, runs)):
                columns = [column.name for column in spec.columns if column.refers_to == target]
                if columns:
                    rows = self.gather(self.scan(spec.name, runs, columns), spec.name)
                    parts = [rows[name].explode() if rows.schema[name] == pl.List else rows[name] for name in columns]
                    found[target] = pl.concat([found[target], *parts]).unique().drop_nulls()
        return found[target]

    def append(self, name: str, rows: pl.DataFrame) -> None:
        """Raises CaseFault: who sees a part of a case writes nothing into it."""
        raise CaseFault(f"{self.folder}: the case is open as the public sees it; open it as it is to write {name}.")

    def sweep_half_made(self) -> None:
        """Raises CaseFault, before a writer removes anything."""
        self.append("run", empty("run"))


def _without_few(rows: pl.LazyFrame, name: str) -> pl.LazyFrame:
    """The rows of a table with null in place of what no public page counts."""
    kept = [
        pl.when(~pl.col(one).is_between(1, SMALLEST_COUNT - 1)).then(pl.col(one)).alias(one)
        for one in COUNTS.get(name, ())
    ]
    none = [pl.lit(None, table(name).schema[one]).alias(one) for one in SINGLE_NETWORKS.get(name, ())]
    return rows.with_columns(*kept, *none) if kept or none else rows


@dataclass(frozen=True, kw_only=True)
class Links:
    """What the public dossiers of a case link and show.

    Parameters
    ----------
    rows : the ids of the rows that their pages link.
    runs : the ids of the runs whose figures they show.
    """

    rows: frozenset[str]
    runs: frozenset[str]


def public_case(case: Case, links: Links | None = None) -> Case:
    """The case as the public sees it, for reading alone.

    Rows that no public page shows are not in it, so whatever reads it, such as `why`, cannot show them. Cost: reading
    the public dossiers that stand, about 20 ms a megabyte, unless what they link (`public_links`) is given.
    """
    known = public_links(case) if links is None else links
    return case.seen_through(lambda store: PublicStore(store, known))


def public_dossiers(case: Case) -> list[Path]:
    """The pages of the public dossiers that stand: those whose bytes a run wrote, for no other audience."""
    written = public_runs(case.runs())["run_id"]
    stood = case.read_latest("dossier").filter(pl.col("run_id").is_in(written.to_list()))
    digests = {one for name in ("html_id", "annex_id") for one in stood[name].drop_nulls().to_list()}
    pages = sorted(case.path.glob("outputs/*/*.html"))
    return [page for page in pages if sha256_bytes(page.read_bytes()) in digests]


def public_links(case: Case, pages: Iterable[Path] | None = None) -> Links:
    """What the public dossiers of a case link and show; `pages` are those dossiers where they are known already."""
    found: set[bytes] = set()
    for page in public_dossiers(case) if pages is None else pages:
        found.update(_LINKED.findall(page.read_bytes()))
    rows = case.read("dossier").filter(pl.col("run_id").is_in(public_runs(case.runs())["run_id"].to_list()))
    shown = {one.removeprefix("run:") for inputs in rows["inputs"] for one in inputs if one.startswith("run:")}
    return Links(rows=frozenset(unescape(one.decode("utf-8")) for one in found), runs=frozenset(shown))


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
    if not words:
        return dict(one)
    return {**one, **dict.fromkeys(words), "text": f"not public ({short_digest(words, 8)})"}
