"""The page of a carrier: its own networks under each policy, as plain data from stored rows.

It names the carrier's own nodes, elements and sites, and those of no other carrier. None of it reaches a public page.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

from provenet.case.extract import RowFinder, Tables
from provenet.case.reported_links import links_once
from provenet.case.rows import (
    AnyRow,
    InsideElementRow,
    InsideExposureRow,
    InsideFailureRow,
    InsideMetricRow,
    InsideOwnLinkRow,
    InsideReplacementRow,
    NetworkLinkRow,
    NetworkNodeRow,
    PartyRow,
    SiteRow,
    SteeringRow,
    VerdictAssetRow,
    VerdictRow,
)
from provenet.core import wording
from provenet.core.grouping import grouped
from provenet.core.ids import names_in
from provenet.dossier.drawings.network_map import ExposedPair, LinkMark, NetworkDrawing, NodeMark
from provenet.dossier.files_beside import csv_beside
from provenet.dossier.view import CARRIER, Section, View

READS = ("party", "source", "site", "network_node", "network_link")
"""The input tables that the page reads."""
RESULTS = names_in("""
    inside_element inside_exposure inside_failure steering inside_replacement inside_metric inside_own_link
    verdict_asset verdict
""")
"""The result tables that it reads."""
SHOWN = 12
"""Rows that a table on the page shows; the files beside it have all."""
DRAWN_DEMANDS, DRAWN_PATHS = 8, 12
"""Exposed demands and steered paths that the map shows, the largest first."""
_ELEMENTS = names_in("""
    pack asset_id part_of site vendor model asset_class layer unit_count outcome rule_id remove_by_on verdict_asset_id
""")
_ORDER = {"restricted": 0, "conditional": 1, "undetermined": 2, None: 3, "clear": 4}


Kind = TypeVar("Kind", bound=AnyRow)
Block = TypeVar("Block")
_Days = tuple[date, date | None]
Metrics = tuple[InsideMetricRow, list[InsideMetricRow]]
"""What metrics of links alone bring, and which change."""


class UnderPolicy(NamedTuple):
    """One network under one policy: both by id, and the title, issuer and force of the policy."""

    network: str
    pack: str
    title: str
    issuer: str
    force: str


@dataclass(frozen=True)
class NetworkView:
    """One network of a carrier under one policy: its figures, its failures, and the map of each."""

    network: str
    pack: str
    title: str
    issuer: str
    figures: tuple[InsideExposureRow, ...]
    """Of the network, not of single demands."""
    failures: tuple[InsideFailureRow, ...]
    """Those that are kept, the worst first."""
    drawing: NetworkDrawing
    groups: Mapping[str, frozenset[str]]
    """The links of each shared-risk group."""
    link_ids: tuple[str, ...]
    """The ids of the links of `drawing`, in their order."""

    def drawn(self, failure: InsideFailureRow | None) -> NetworkDrawing:
        """The map; with a failure, what fails is crossed out and demands and steered paths are left away."""
        if failure is None:
            return self.drawing
        named = [one.partition(" ") for one in failure["failed"]]
        nodes = {name for kind, _, name in named if kind == "node"}
        links = {name for kind, _, name in named if kind == "link"}
        links.update(*(self.groups.get(name, frozenset()) for kind, _, name in named if kind == "group"))
        return replace(
            self.drawing,
            nodes=tuple(replace(node, fails=node.name in nodes) for node in self.drawing.nodes),
            links=tuple(
                replace(mark, fails=link in links) for link, mark in zip(self.link_ids, self.drawing.links, strict=True)
            ),
            exposed=(),
            steered=(),
        )


def network_views(tables: Tables, *, country: str, carrier_id: str, days: _Days) -> tuple[NetworkView, ...]:
    """The networks of a carrier under each policy, from the rows of one day and day known. Cost O(rows)."""
    page = _CarrierRows(tables, country, carrier_id, days=days)
    return tuple(page.view(group) for group in page.groups)


class NetworkAnswer(NamedTuple):
    """The figures of a network under a policy, what can be steered, its elements counted by state, and its map."""

    figures: list[InsideExposureRow]
    steering: SteeringRow | None
    counts: str
    drawing: NetworkDrawing


class _CarrierRows:
    """The rows of one carrier, and what each section shows of them."""

    def __init__(self, tables: Tables, country: str, carrier_id: str, *, days: _Days) -> None:
        self._finder, self._carrier_id = RowFinder(tables), carrier_id
        self._days = {"as_of_on": days[0], "known_on": days[1]}
        self.names = {row["party_id"]: row["name"] for row in self._finder.of(PartyRow)}
        self.sites = {row["site_id"]: row["name"] for row in self._finder.of(SiteRow)}
        self.country, self.carrier = country, self.names.get(carrier_id, carrier_id)

    @cached_property
    def groups(self) -> list[UnderPolicy]:
        """Networks and policies, in order."""
        known = {
            row["pack"]: (row["pack_title"], row["issuer"], row["force"])
            for row in sorted(self._finder.of(VerdictRow, **self._days), key=lambda row: row["pack_title"] or "")
        }
        made = []
        for network, pack in sorted({(row["network"], row["pack"]) for row in self._exposures}):
            title, issuer, force = known.get(pack, (pack, "not stated", "not stated"))
            made.append(UnderPolicy(network, pack, title, self.names.get(issuer, issuer), force))
        return made

    @cached_property
    def _exposures(self) -> list[InsideExposureRow]:
        """Those of whole networks."""
        return self._own(InsideExposureRow, level="network")

    def _own(self, kind: type[Kind], **cells: str) -> list[Kind]:
        """The rows of a result table that are of the carrier in the country, of the days of the page."""
        return self._finder.of(kind, carrier_id=self._carrier_id, country=self.country, **self._days, **cells)

    def of(self, kind: type[Kind], group: UnderPolicy, **cells: str) -> list[Kind]:
        """The rows of a table of one network under one policy."""
        return self._own(kind, network=group.network, pack=group.pack, **cells)

    def _figures(self, group: UnderPolicy) -> list[InsideExposureRow]:
        return sorted(self.of(InsideExposureRow, group, level="network"), key=lambda row: row["demands"])

    def blocks(self, show: Callable[[_CarrierRows, UnderPolicy], Iterator[Block]]) -> list[tuple[UnderPolicy, Block]]:
        """What a section shows of each network under each policy."""
        return [(group, block) for group in self.groups for block in show(self, group)]

    def view(self, group: UnderPolicy) -> NetworkView:
        """One network under one policy."""
        worst = self.of(InsideFailureRow, group)
        worst.sort(key=lambda row: (_falling(row["high_share"]), _falling(row["latent_share"]), row["failure"]))
        stated = self._links(group)
        risks: dict[str, set[str]] = {}
        for row in stated:
            for risk in row["srlgs"] or ():
                risks.setdefault(risk, set()).add(row["link"])
        return NetworkView(
            network=group.network,
            pack=group.pack,
            title=group.title,
            issuer=group.issuer,
            figures=tuple(self._figures(group)),
            failures=tuple(worst),
            drawing=self._drawing(group),
            groups={name: frozenset(links) for name, links in risks.items()},
            link_ids=tuple(row["link"] for row in stated),
        )

    # Sections: what each shows of one network under one policy, and what it shows beside.

    def answer(self, group: UnderPolicy) -> Iterator[NetworkAnswer]:
        """The figures of each network and policy, and the network on the map."""
        steering = next(iter(self.of(SteeringRow, group, level="network")), None)
        yield NetworkAnswer(self._figures(group), steering, self._counts(group), self._drawing(group))

    @cached_property
    def headline(self) -> str:
        """The first sentence: the network and policy with the greatest exposure."""
        carried = [row for row in self._exposures if row["demands"] == "all" and row["high_share"] is not None]
        if not carried:
            return f"{self.carrier}: no traffic is carried, so there is no exposure to state."
        row = max(carried, key=lambda one: (one["high_share"], one["low_share"], one["network"], one["pack"]))
        title = next(group.title for group in self.groups if group.pack == row["pack"])
        exposed = wording.interval(row["low_share"], row["high_share"], whole="0 to 100 %")
        return (
            f"{exposed} of the volume inside the network {row['network']} of {self.carrier} meets equipment "
            f"restricted under: {title}."
        )

    def _counts(self, group: UnderPolicy) -> str:
        states = [row["state"] for row in self.of(InsideElementRow, group)]
        counts = [f"{states.count(state)} {state}" for state in ("restricted", "unknown", "clear")]
        return f"Nodes and links by state: {wording.series(counts)}."

    def _drawing(self, group: UnderPolicy) -> NetworkDrawing:
        elements = sorted(self.of(InsideElementRow, group), key=lambda row: row["element"])
        places = {row["node"]: (row["lat_deg"], row["lon_deg"]) for row in self._nodes(group)}
        marks = [(row, *places.get(row["element"], (None, None))) for row in elements if row["kind"] == "node"]
        states = {row["element"]: row["state"] for row in elements if row["kind"] == "link"}
        exposed: list[AnyRow] = [row for row in self.of(InsideExposureRow, group, level="demand") if row["high_share"]]
        exposed.sort(key=lambda row: (_falling(row["volume_amount"], -math.inf) * row["high_share"], row["demand"]))
        return NetworkDrawing(
            country=self.country,
            nodes=tuple(
                NodeMark(name=row["element"], lat=lat, lon=lon, state=row["state"], because=row["unknown_because"])
                for row, lat, lon in marks
            ),
            links=tuple(
                LinkMark(source=row["source_node"], target=row["target_node"], state=states.get(row["link"]))
                for row in self._links(group)
            ),
            exposed=tuple(
                ExposedPair(source=row["source_node"], target=row["target_node"], certain=row["low_share"] > 0)
                for row in exposed[:DRAWN_DEMANDS]
            ),
            steered=tuple(tuple(row["nodes"] or ()) for row in self._paths(group)[:DRAWN_PATHS]),
        )

    def _links(self, group: UnderPolicy) -> list[NetworkLinkRow]:
        """The links of a network, each once."""
        stated = {row["link"]: row for row in self._rows_meant(group, NetworkLinkRow)}
        links = sorted(stated.values(), key=lambda row: row["link"])
        return list(links_once(links, {row["node"]: row for row in self._nodes(group)}))

    def _nodes(self, group: UnderPolicy) -> Iterator[NetworkNodeRow]:
        return self._rows_meant(group, NetworkNodeRow)

    def _paths(self, group: UnderPolicy) -> list[SteeringRow]:
        """The steered paths, those that carry most first."""
        rows = self.of(SteeringRow, group, level="path")
        return sorted(
            rows, key=lambda row: (_falling(row["volume_amount"], -math.inf), row["demand"], row["steering_id"])
        )

    def _rows_meant(self, group: UnderPolicy, kind: type[Kind]) -> Iterator[Kind]:
        """The rows of an input table that the figures of a network rest on; of an element the last counts."""
        refs = self.of(InsideExposureRow, group, level="network")[0]["inputs"]
        for found in (ref.partition("?")[2] for ref in refs if ref.startswith(f"{kind.__name__}?")):
            meant = json.loads(found)
            for row in self._finder.of(kind, carrier_id=self._carrier_id, country=self.country):
                cells = {name: row[name] if row[name] is None else str(row[name]) for name in meant}
                if all(
                    cells[name] in one if isinstance(one, list) else cells[name] == one for name, one in meant.items()
                ):
                    yield row

    def failures(self, group: UnderPolicy) -> Iterator[list[InsideFailureRow]]:
        """The failures with the largest latent exposure and exposure."""
        rows = self.of(InsideFailureRow, group)
        rows.sort(key=lambda row: (_falling(row["latent_share"]), _falling(row["high_share"]), row["failure"]))
        if rows:
            yield rows[:SHOWN]

    def steering(self, group: UnderPolicy) -> Iterator[tuple[SteeringRow, list[SteeringRow], Metrics | None]]:
        """The sum of the steered paths, those that carry most, and what metrics alone bring."""
        for total in self.of(SteeringRow, group, level="network")[:1]:
            yield total, self._paths(group)[:SHOWN], self._metrics(group)

    def replacement(self, group: UnderPolicy) -> Iterator[tuple[str, Mapping[str, list[InsideReplacementRow]]]]:
        """Sets of elements to replace with unknown elements restricted, smallest first, by the question they answer."""
        rows = self.of(InsideReplacementRow, group, unknown_as="restricted")
        rows.sort(key=_smallest_first)
        for demands, words in (("all", ""), ("sensitive", "Sensitive demands alone")):
            if kinds := grouped((row["kind"], row) for row in rows if row["demands"] == demands):
                yield words, kinds

    def own_links(self, group: UnderPolicy) -> Iterator[list[InsideOwnLinkRow]]:
        """Sites with links of their own: what spills to the network, and what is exposed in all."""
        rows = [row for row in self.of(InsideOwnLinkRow, group) if row["volume_amount"] != 0]
        if rows:
            yield sorted(rows, key=lambda row: (row["node"], row["direction"]))

    def _metrics(self, group: UnderPolicy) -> Metrics | None:
        rows = sorted(
            self.of(InsideMetricRow, group), key=lambda row: (row["level"], row["link"] or "", row["source_node"] or "")
        )
        total = next((row for row in rows if row["level"] == "network"), None)
        is_none = total is None or not total["change_count"]
        return None if total is None or is_none else (total, [row for row in rows if row["level"] == "link"])

    def element_rows(self) -> list[AnyRow]:
        """The elements of the inventory under each policy with vendor and site by name, those not clear first."""
        rows: Sequence[AnyRow] = self._own(VerdictAssetRow)
        made = [
            {
                **row,
                "vendor": self.names.get(row["vendor_id"], row["vendor_id"]),
                "site": self.sites.get(row["site_id"], row["site_id"]),
            }
            for row in rows
        ]
        return sorted(made, key=lambda row: (row["pack"], _ORDER.get(row["outcome"], 9), row["asset_id"]))

    # Files

    def files(self) -> dict[str, bytes]:
        """The tables beside the page; each opens in a spreadsheet."""
        elements = ([row[name] for name in _ELEMENTS] for row in self.element_rows())
        found = {"elements.csv": csv_beside(_ELEMENTS, elements)}
        lists: Mapping[str, tuple[type[AnyRow], tuple[str, ...]]] = {
            "nodes-and-links.csv": (InsideElementRow, _NODES),
            "demands.csv": (InsideExposureRow, _DEMANDS),
            "failures.csv": (InsideFailureRow, _FAILURES),
            "steered-paths.csv": (SteeringRow, _PATHS),
            "replacement-sets.csv": (InsideReplacementRow, _SETS),
            "link-metrics.csv": (InsideMetricRow, _METRICS),
            "own-links.csv": (InsideOwnLinkRow, _OWN_LINKS),
        }
        for place, (kind, columns) in lists.items():
            rows = [row for row in self._own(kind) if row.get("level") != "network"]
            rows.sort(key=lambda row: tuple(row[name] for name in columns[:3]))
            if rows:
                found[place] = csv_beside(columns, _cells(rows, columns))
        return found


_GROUP = ("network", "pack")
_NODES = (*_GROUP, "element", "kind", "state", "unknown_because", "asset_count", "remove_by_on", "inside_element_id")
_DEMANDS = _GROUP + names_in("""
    demand source_node target_node volume_amount volume_unit sensitive protection low_share high_share worst_low_share
    worst_high_share worst_failure latent_count inside_exposure_id
""")
_FAILURES = (*_GROUP, "failure", "low_share", "high_share", "disconnected_share", "latent_share", "inside_failure_id")
_PATHS = (*_GROUP, "demand", "volume_amount", "volume_unit", "room", "nodes", "links", "segments", "steering_id")
_SETS = _GROUP + names_in("""
    kind element_count elements clear_share bound_share proof inside_replacement_id demands unknown_as exposed_share
    cost_amount cost_unit price_year budget_amount least_amount
""")
_METRICS = (*_GROUP, "link", "source_node", "target_node", "old_metric", "new_metric", "room", "inside_metric_id")
_OWN_LINKS = _GROUP + names_in("""
    node direction own_links states volume_amount volume_unit spilled_low_share spilled_high_share network_low_share
    network_high_share low_share high_share inside_own_link_id
""")


def _cells(rows: Sequence[AnyRow], columns: Sequence[str]) -> Iterator[Sequence[object]]:
    for row in rows:
        yield ["|".join(cell) if isinstance(cell := row[name], list) else cell for name in columns]


def _falling(value: float | None, unknown: float = math.inf) -> float:
    """What sorts the largest first, and last what is not known, unless `unknown` says otherwise."""
    return unknown if value is None else -value


def _smallest_first(row: InsideReplacementRow) -> tuple[object, ...]:
    cost = -math.inf if row["cost_amount"] is None else row["cost_amount"]
    clear = _falling(row["clear_share"], -math.inf)
    return row["kind"], cost, row["element_count"], clear, row["inside_replacement_id"]


_SECTIONS = (
    ("carrier_answer", "What meets restricted equipment, and what can be done today", _CarrierRows.answer),
    ("carrier_failures", "Failures that expose most", _CarrierRows.failures),
    ("carrier_steering", "What can be steered around", _CarrierRows.steering),
    ("carrier_replacement", "What to replace", _CarrierRows.replacement),
    ("carrier_own_links", "Sites with links of their own", _CarrierRows.own_links),
)


def compose_carrier(tables: Tables, *, country: str, carrier_id: str, as_of: date, known: date | None) -> View:
    """The page of one carrier in one country from stored rows, of `READS` and `RESULTS`. Cost O(rows)."""
    page = _CarrierRows(tables, country, carrier_id, days=(as_of, known))
    elements = page.element_rows()
    found: list[tuple[str, str, list[Any]]] = [(key, title, page.blocks(show)) for key, title, show in _SECTIONS]
    found.append(("carrier_elements", "Elements and their last days", elements))
    kept = [one for one in found if one[2] or one[0] == "carrier_answer"]
    days = {row["remove_by_on"] for row in elements} - {None}
    return View(
        country,
        as_of,
        known,
        CARRIER,
        page.headline,
        tuple(Section(at, key, title, data, "templates") for at, (key, title, data) in enumerate(kept, start=1)),
        document=CARRIER,
        files=page.files(),
        days_ahead=frozenset(day for day in days if known is not None and day > known),
        carrier_id=carrier_id,
        carrier=page.carrier,
    )
