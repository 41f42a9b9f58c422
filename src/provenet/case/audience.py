"""Who may see which rows: a case as the public sees it holds nothing else, not even in memory.

Each table of the dictionary stands in one class. A *public* table is seen whole. Of a *shown* table the public sees
the rows that a public dossier of the case links: they passed the gate of its pages. Of all others it sees none. What
no line below names is internal, so a new table is hidden until somebody decides.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from provenet.case.store import Store
from provenet.case.structs import settings_of
from provenet.case.tables import empty, table
from provenet.core.digest import sha256_bytes
from provenet.core.errors import CaseFault

if TYPE_CHECKING:
    from provenet.case.case import Case

PUBLIC = frozenset(
    [
        "run",
        "source",
        "party",
        "identifier",
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
        "remedy",
        "influence",
        "influence_day",
        "transit",
        "cost",
        "purchase",
        "choice_input",
        "plan_limit",
        "plan_step",
    ]
)
PLACES = {"site": ("lat_deg", "lon_deg")}
"""By table, columns that say where something lies: the public sees them rounded to half a degree."""
INTERNAL_VERBS = frozenset({"inside"})
"""Verbs whose runs speak of a carrier's own network."""
_LINKED = re.compile(rb'data-row="([^"]+)"')


class PublicStore(Store):
    """The tables of a store as the public sees them, for reading alone.

    Parameters
    ----------
    store : the tables of the case.
    linked : ids of the rows that public dossiers link.
    """

    def __init__(self, store: Store, linked: Collection[str]) -> None:
        super().__init__(store.folder, store.listed)
        self._whole = store
        self._linked = pl.Series(sorted(linked), dtype=pl.String)

    def recorded(self, name: str) -> pl.DataFrame:
        """The public rows of a table that only grows, in no order."""
        rows = self._whole.recorded(name) if name in PUBLIC else empty(name)
        return public_runs(rows) if name == "run" else rows

    def scan(self, name: str, runs: Collection[str] | None) -> pl.LazyFrame:
        """The public rows of the named runs (None: all), not read yet."""
        if name in PUBLIC:
            return self._whole.scan(name, runs)
        if name not in SHOWN:
            return empty(name).lazy()
        shown = self._whole.scan(name, runs).filter(pl.col(table(name).id_column).is_in(self._linked.implode()))
        return shown.with_columns((pl.col(*PLACES.get(name, ())) * 2).round() / 2) if name in PLACES else shown

    def append(self, name: str, rows: pl.DataFrame) -> None:
        """Raises CaseFault: who sees a part of a case writes nothing into it."""
        raise CaseFault(f"{self.folder}: the case is open as the public sees it; open it as it is to write {name}.")

    def sweep_half_made(self) -> None:
        """Raises CaseFault, before a writer removes anything."""
        self.append("run", empty("run"))


def public_case(case: Case, linked: Collection[str] | None = None) -> Case:
    """The case as the public sees it, for reading alone.

    Rows that no public page shows are not in it, so whatever reads it, such as `why`, cannot show them. Cost: reading
    the public dossiers that stand, about 20 ms a megabyte, unless the ids that they link (`linked_rows`) are given.
    """
    shown = linked_rows(case) if linked is None else linked
    return case.seen_through(lambda store: PublicStore(store, shown))


def public_dossiers(case: Case) -> list[Path]:
    """The pages of the public dossiers that stand: those whose bytes a run wrote, for no other audience."""
    written = public_runs(case.runs())["run_id"]
    stood = case.read_latest("dossier").filter(pl.col("run_id").is_in(written.to_list()))
    digests = {one for name in ("html_id", "annex_id") for one in stood[name].drop_nulls().to_list()}
    pages = sorted(case.path.glob("outputs/*/*.html"))
    return [page for page in pages if sha256_bytes(page.read_bytes()) in digests]


def linked_rows(case: Case) -> frozenset[str]:
    """The ids of the rows that the public dossiers of a case link."""
    found: set[bytes] = set()
    for page in public_dossiers(case):
        found.update(_LINKED.findall(page.read_bytes()))
    return frozenset(unescape(one.decode("utf-8")) for one in found)


def public_runs(runs: pl.DataFrame) -> pl.DataFrame:
    """Runs whose question a stranger may read: none of a carrier's own network, none of a page for another audience."""
    kept = [_is_public(verb, settings_of(stored)) for verb, stored in runs.select("verb", "settings").iter_rows()]
    return runs.filter(pl.Series(kept, dtype=pl.Boolean))


def _is_public(verb: str, settings: dict[str, Any]) -> bool:
    return verb not in INTERNAL_VERBS and settings.get("audience", "public") == "public"
