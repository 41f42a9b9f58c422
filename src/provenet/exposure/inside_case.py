"""What traffic crosses inside a carrier's own network under a policy, today and under failures.

A network and the verdicts on its elements in, rows of `inside_element`, `inside_exposure` and `inside_failure` out; no
disk, no clock.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from provenet.case.rows import InsideElementRow, InsideExposureRow, InsideFailureRow
from provenet.case.tables import vocabulary
from provenet.core.ids import row_id
from provenet.core.progress import Progress, silent
from provenet.exposure.inside import AFTER, ENDS, NONE, ROUTING, SINGLE, SLACK, STRETCH, InsideStudy, exposed_shares
from provenet.exposure.inside_networks import GRAVITY, OwnNetwork
from provenet.exposure.own_network import NO_ELEMENT, NODE, RESTRICTED, UNKNOWN, ElementState, element_states
from provenet.ingest.network.topology import Members, Topology
from provenet.numerics.arrays import Flags, Floats
from provenet.routing.failures import FailureStudy

MOST_DEMAND_ROWS = 100_000
"""The most demands that have a row of their own."""
KEPT_FAILURES = 20
"""Failures that are stored, the worst first."""
_MEASURE = "share of the volume of demands that is carried"
_FORMULA = (
    "sum over demands of volume x share of its traffic on paths that meet a restricted node or link / volume carried; "
    "unknown elements are clear at the low end and restricted at the high end"
)


@dataclass(frozen=True, kw_only=True)
class InsideQuestion:
    """The policy, the days, the cost of a link (None: as stated, else hops), what fails, how long a steered path may be
    in multiples of the shortest, and what may be spent on replacements in the unit of the stated costs."""

    pack: str
    as_of: date
    known: date | None
    metric: str | None = None
    failures: str = SINGLE
    stretch: float = STRETCH
    budget: float | None = None


class OwnNetworkStudy:
    """One network of a case under one policy, what the engines say of it (`inside`), and its rows.

    Parameters
    ----------
    own
        Topology and demands.
    elements
        The rows of `verdict_asset` of the policy on the carrier's elements; none leaves every node unknown.
    sites
        Names of sites by id.

    Raises
    ------
    InputFault
        The metric named is not stated for every link.
    """

    def __init__(
        self,
        own: OwnNetwork,
        elements: pl.DataFrame,
        sites: Mapping[str, str],
        *,
        question: InsideQuestion,
        progress: Progress = silent,
    ) -> None:
        self.own, self.question, self.progress, self.elements = own, question, progress, elements
        topology = self.topology = own.topology
        also: tuple[dict[int, list[str]], dict[int, list[str]]] = {}, {}
        for alias, members in topology.also.items():
            for kind in (0, 1):
                for place in members[kind]:
                    also[kind].setdefault(place, []).append(alias)
        self.states, self.placed = element_states(
            [(name, (name, *also[0].get(at, ()))) for at, name in enumerate(topology.node_ids)],
            [(name, (name, *also[1].get(at, ()))) for at, name in enumerate(topology.link_ids)],
            elements=elements,
            sites=sites,
        )
        self.node_at = {name: at for at, name in enumerate(topology.node_ids)}
        self.link_at = {name: at for at, name in enumerate(topology.link_ids)}
        self.inside = InsideStudy(
            topology=topology,
            demands=own.demands,
            restricted=self._members(RESTRICTED),
            unknown=self._members(UNKNOWN),
            metric=question.metric or ("weight" if _states_metrics(topology) else "hops"),
            is_assumed=own.is_assumed,
            failures=question.failures,
            costs=None if own.costs is None else own.costs.cost,
            budget=question.budget,
            stretch=question.stretch,
            progress=progress,
        )
        self.volume: Floats = own.demands.volume
        self.key: dict[str, Any] = {
            "country": own.country,
            "carrier_id": own.carrier_id,
            "network": own.network,
            "pack": question.pack,
            "as_of_on": question.as_of,
            "known_on": question.known,
        }
        self.setting = {"routed_by": self.inside.metric, "failures": question.failures}
        self.where = f"{own.network} of {own.carrier_id}"

    def _members(self, state: str) -> Members:
        """The nodes and links in a state."""
        found = [one for one in self.states if one.state == state]
        return Members(
            tuple(self.node_at[one.id] for one in found if one.kind == NODE),
            tuple(self.link_at[one.id] for one in found if one.kind != NODE),
        )

    @property
    def sensitive(self) -> Flags:
        """The demands that are stated to be sensitive."""
        return np.array([one is True for one in self.own.sensitive] or [False] * len(self.volume), np.bool_)

    # Elements

    @cached_property
    def element_ids(self) -> dict[int, str]:
        """The id of the row of each node or link that has one, by its place: nodes, then links."""
        nodes = len(self.node_at)
        return {
            self.node_at[one.id] if one.kind == NODE else nodes + self.link_at[one.id]: row_id(
                "inside_element", {**self.key, "kind": one.kind, "element": one.id}
            )
            for one in self.states
        }

    def element_rows(self) -> Iterator[InsideElementRow]:
        """A row a node, and a row a link at which an element stands."""
        for ident, one in zip(self.element_ids.values(), self.states, strict=True):
            refs = [*one.refs]
            if one.kind == NODE and one.id in self.own.node_rows:
                refs.append(f"network_node:{self.own.node_rows[one.id]}")
            yield {
                "inside_element_id": ident,
                **self.key,  # type: ignore[typeddict-item]
                "kind": one.kind,
                "element": one.id,
                "state": one.state,
                "unknown_because": one.because,
                "asset_count": len(one.refs),
                "remove_by_on": one.remove_by,
                "label": f"The {one.kind} {one.id} of {self.where}: {_state_words(one)}",
                "formula": "restricted if any element at it is, clear only if all are, else unknown",
                "inputs": refs or [*self.own.refs[:1]],
            }

    @cached_property
    def marked_refs(self) -> list[str]:
        """The rows of all elements that are not clear."""
        return self._element_refs(np.flatnonzero(self.inside.marked).tolist())

    def _element_refs(self, places: Iterable[int]) -> list[str]:
        """The rows of the elements at some places: nodes, then links."""
        return [f"inside_element:{self.element_ids[at]}" for at in sorted(places)]

    # Exposure

    def exposure_rows(self) -> Iterator[InsideExposureRow]:
        """The network, its sensitive demands where some are known, and each demand."""
        yield self._network_row("all", self.inside.every, self.inside.under_failures)
        sensitive = self.sensitive
        if sensitive.any():
            yield self._network_row("sensitive", sensitive, self.inside.fails(sensitive))
        if not self.own.is_assumed and len(self.volume) <= MOST_DEMAND_ROWS:
            yield from self._demand_rows()

    def _shared(self, what: Mapping[str, Any], row: str | None = None) -> dict[str, Any]:
        """What rows of exposure have in common; `row` tells demands of one id apart."""
        after = [AFTER] if self.question.failures != NONE else []
        gravity = [GRAVITY] if self.own.is_assumed and len(self.volume) else []
        return {
            "inside_exposure_id": row_id("inside_exposure", {**self.key, **self.setting, **what, "row": row}),
            **self.key,
            **self.setting,
            **what,
            "volume_unit": self.own.demands.unit,
            "demands_says": self.own.demands.stated if self.own.is_assumed else "demands of the rows of network_demand",
            "measure": _MEASURE,
            "unseen_says": vocabulary()["inside"]["unseen"],
            "assumed": [ROUTING, ENDS, *after, *gravity],
            "formula": _FORMULA,
        }

    def _network_row(self, demands: str, chosen: Flags, study: FailureStudy | None) -> InsideExposureRow:
        volume, found = self.volume[chosen], self.inside.today
        whole, up = float(volume.sum()), found.connected[chosen]
        low, high = np.nan_to_num(found.low[chosen]), np.nan_to_num(found.high[chosen])
        carried = float(volume[up].sum())
        what = {"level": "network", "demands": demands, "demand": None}
        named = "" if demands == "all" else f"{demands} "
        return {
            **self._shared(what),  # type: ignore[typeddict-item]
            "source_node": None,
            "target_node": None,
            "sensitive": "yes" if demands == "sensitive" else None,
            "protection": None,
            "demand_count": int(chosen.sum()),
            "volume_amount": whole,
            **_ends(float((low * volume).sum()), float((high * volume).sum()), carried),
            "disconnected_share": max(0.0, 1 - carried / whole) if whole else None,
            **self._worst(study, whole),
            "harm": self._harm(
                [self.own.protection[at] for at in np.flatnonzero(chosen)] if self.own.protection else [None]
            ),
            "label": f"The {named}traffic of {self.where} that meets equipment restricted under {self.question.pack}",
            "inputs": [*self.own.refs, *self.marked_refs],
        }

    @staticmethod
    def _harm(protections: Sequence[str | None]) -> list[str]:
        """The harms of a crossing; content is spared where every demand is protected from end to end."""
        harms = ["loss of service", "metadata"]
        return harms if set(protections) == {"end to end"} else [*harms, "content"]

    def _worst(self, study: FailureStudy | None, whole: float) -> dict[str, Any]:
        if study is None or not whole:
            return _NO_FAILURES | {"scenario_count": 0 if study is None else len(study.first)}
        low, high = _scenario_shares(study)
        shown = ~np.isnan(high)
        latent = study.latent / whole
        at = int(latent.argmax())
        counted = {"scenario_count": len(high), "latent_count": int((study.latent > SLACK * whole).sum())}
        made = {**_NO_FAILURES, **counted, "latent_share": float(latent[at])}
        if latent[at] > SLACK:
            made["latent_failure"] = self.inside.failure_words(study, at)
        if not shown.any():
            return made
        places = np.flatnonzero(shown)
        worst = int(places[high[places].argmax()])
        rank = -(-99 * len(places) // 100) - 1
        return made | {
            "worst_low_share": float(low[places].max()),
            "worst_high_share": float(high[worst]),
            "worst_failure": self.inside.failure_words(study, worst),
            "mean_low_share": float(low[places].mean()),
            "mean_high_share": float(high[places].mean()),
            "p99_low_share": float(np.sort(low[places])[rank]),
            "p99_high_share": float(np.sort(high[places])[rank]),
        }

    def _demand_rows(self) -> Iterator[InsideExposureRow]:
        own, topology, found, study = self.own, self.topology, self.inside.today, self.inside.under_failures
        met = self._met()
        links = next((ref for ref in own.refs if ref.startswith("network_link?")), None)
        words: dict[int, str | None] = {}
        twice = {name for name, times in Counter(own.demands.ids).items() if times > 1}
        for at, name in enumerate(own.demands.ids):
            ends = int(own.demands.source[at]), int(own.demands.target[at])
            failures: dict[str, Any] = dict(_NO_FAILURES)
            if study is not None:
                worst = int(study.worst_at[at])
                if worst not in words:
                    words[worst] = self.inside.failure_words(study, worst)
                failures |= {
                    "scenario_count": len(study.first),
                    **{f"{share}_share": _known(getattr(study, share)[at]) for share in _FAILURE_SHARES},
                    "worst_failure": words[worst],
                    "latent_count": int(study.latent_count[at]),
                }
            what = {"level": "demand", "demands": "one", "demand": name}
            sensitive = own.sensitive[at]
            refs = [f"network_demand:{own.demand_rows[at]}", *self._element_refs(met.get(ends, ()))]
            yield {
                **self._shared(what, own.demand_rows[at] if name in twice else None),  # type: ignore[typeddict-item]
                "source_node": topology.node_ids[ends[0]],
                "target_node": topology.node_ids[ends[1]],
                "sensitive": None if sensitive is None else "yes" if sensitive else "no",
                "protection": own.protection[at],
                "demand_count": 1,
                "volume_amount": float(self.volume[at]),
                "low_share": _known(found.low[at]),
                "high_share": _known(found.high[at]),
                "disconnected_share": 0.0 if found.connected[at] else 1.0,
                **failures,
                "harm": self._harm([own.protection[at]]),
                "label": f"The demand {name} of {self.where}, {topology.node_ids[ends[0]]} to "
                f"{topology.node_ids[ends[1]]}, on equipment restricted under {self.question.pack}",
                "inputs": [*refs, links] if links else refs,
            }

    def _met(self) -> dict[tuple[int, int], set[int]]:
        """The places of elements that are not clear on the paths of each pair of ends."""
        crossed = self.inside.crossed_by_all
        start, member = crossed.sets.start, crossed.sets.member
        return {
            (int(one), int(other)): set(member[start[at] : start[at + 1]].tolist())
            for at, (one, other) in enumerate(zip(crossed.source, crossed.target, strict=True))
        }

    # Failures

    def failure_rows(self) -> Iterator[InsideFailureRow]:
        """The failures with the largest latent exposure, and those with the largest exposure."""
        study, whole = self.inside.under_failures, float(self.volume.sum())
        if study is None or not whole:
            return
        low, high = _scenario_shares(study)
        latent = study.latent / whole
        order = np.arange(len(latent))
        by_high = np.lexsort((order, -np.nan_to_num(low), -np.nan_to_num(high)))[:KEPT_FAILURES]
        by_latent = np.lexsort((order, -latent))[:KEPT_FAILURES]
        base = float(np.nan_to_num(self.inside.today.high * self.volume).sum()) / max(whole, SLACK)
        exposed = [at for at in by_high.tolist() if np.nan_to_num(high[at]) > base + SLACK]
        hidden = [at for at in by_latent.tolist() if latent[at] > SLACK]
        for at in dict.fromkeys([*hidden, *exposed]):
            first, second = int(study.first[at]), int(study.second[at])
            failed = [self.inside.elements[one] for one in (first, second) if one >= 0]
            because = "both" if at in hidden and at in exposed else "latent" if at in hidden else "exposure"
            words = self.inside.failure_words(study, at)
            yield {
                "inside_failure_id": row_id("inside_failure", {**self.key, **self.setting, "failure": words}),
                **self.key,  # type: ignore[typeddict-item]
                "kind": "+".join(one.kind for one in failed),
                "failure": words,
                "failed": [one.words for one in failed],
                "low_share": _known(low[at]),
                "high_share": _known(high[at]),
                "disconnected_share": float(study.disconnected[at]) / whole,
                "latent_share": float(latent[at]),
                "because": because,
                "label": f"The traffic of {self.where} that meets equipment restricted under {self.question.pack} "
                f"without {words}",
                "formula": f"{_FORMULA}; {AFTER}",
                "inputs": [*self.own.refs, *self.marked_refs],
            }


_FAILURE_SHARES = ("worst_low", "worst_high", "mean_low", "mean_high", "p99_low", "p99_high")
_NO_FAILURES: dict[str, Any] = {
    "scenario_count": 0,
    **dict.fromkeys(f"{share}_share" for share in _FAILURE_SHARES),
    **dict.fromkeys(("worst_failure", "latent_share", "latent_failure", "latent_count")),
}


def _state_words(one: ElementState) -> str:
    if one.because == NO_ELEMENT:
        return "unknown, no element of the inventory stands at it"
    why = {"vendor": "a vendor is not known", "verdict": "a verdict is open", "condition": "a condition is open"}
    return f"{one.state}, {why[one.because]}" if one.because else one.state


def _ends(low: float, high: float, carried: float) -> dict[str, float | None]:
    if carried <= 0:
        return {"low_share": None, "high_share": None}
    return {"low_share": min(1.0, low / carried), "high_share": min(1.0, high / carried)}


def _scenario_shares(study: FailureStudy) -> tuple[Floats, Floats]:
    return exposed_shares(study.restricted, study.unknown, carried=study.carried, total=study.total)


def _states_metrics(topology: Topology) -> bool:
    ahead = np.where(topology.forward, topology.metric_forward, 1.0)
    back = np.where(topology.backward, topology.metric_backward, 1.0)
    return bool((ahead > 0).all() and (back > 0).all())


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
