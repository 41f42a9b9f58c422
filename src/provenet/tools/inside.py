"""The tool `inside`: what sensitive traffic crosses inside a carrier's own network, today and when something fails."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import KW_ONLY, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from provenet.core.errors import Fault, InputFault, UsageFault
from provenet.core.packages import require
from provenet.core.progress import Progress, silent
from provenet.core.settings import (
    Day,
    File,
    Listener,
    Number,
    Option,
    Range,
    Settings,
    WholeNumber,
    Words,
    call_of,
    settings_class,
)
from provenet.ingest.network.element_lists import ElementNames, read_elements, read_srlgs
from provenet.ingest.network.topology import ArcArrays, Demands, Members, Topology
from provenet.ingest.network.topology_files import read_demands, read_topology
from provenet.routing.gravity import gravity_demands
from provenet.tools.case_elements import case_states
from provenet.tools.files import refuse_missing

if TYPE_CHECKING:
    from provenet.routing.failures import FailureStudy
    from provenet.routing.igp import Exposures, Marks, Network

NONE, SINGLE, DOUBLE = "none", "single", "double"
LINK, NODE, GROUP = "link", "node", "group"
MOST_PAIRS = 4_000_000
"""The most pairs of elements that `--failures double` takes down; each takes 100 bytes."""
SHOWN_SCENARIOS = 20_000
"""The most scenarios that the answer lists, the worst first beyond it; the table of `--out` has all."""
ASSUMED = {
    "degree": "the count of links at each",
    "capacity": "the capacity of links at each",
    "equal": "one for each node",
}


@settings_class(kw_only=False)
class InsideSettings(Settings):
    """A topology, its demands, which elements are restricted or unknown, and what fails."""

    topology: Annotated[File, Option(argument=True, metavar="TOPOLOGY", help="Nodes and links.")]
    _: KW_ONLY
    demands: Annotated[
        File | None,
        Option(help="Demands: those of another file of a known format, or a table source,target,volume or matrix."),
    ] = None
    demands_both_ways: Annotated[bool, Option(help="Count each demand in both directions.")] = False
    assumed_demands: Annotated[
        str, Option(choices=tuple(ASSUMED), help="Masses of the gravity model, assumed where no demands are given.")
    ] = "degree"
    metric: Annotated[str, Option(choices=("hops", "weight", "length"), help="The cost of a link.")] = "hops"
    parallel: Annotated[
        str,
        Option(
            choices=("each", "bundle"), help="Whether parallel links count each, or as one bundle that fails as one."
        ),
    ] = "each"
    layer: Annotated[
        str | None, Option(metavar="ID", help="The layer that carries the traffic, of RFC 8345 files.")
    ] = None
    restricted: Annotated[File | None, Option(help="Restricted nodes and links, one id a line; may be empty.")] = None
    unknown: Annotated[File | None, Option(help="Nodes and links of unknown vendor, one id a line.")] = None
    case: Annotated[
        Path | None,
        Option(
            help="A case whose verdicts say which elements are restricted or unknown, in place of lists or beside them."
        ),
    ] = None
    policy: Annotated[Words, Option(metavar="ID", help="With --case: the policies that count, any of them.")] = ()
    country: Annotated[
        str | None, Option(metavar="NAME", help="With --case: the country whose verdicts are meant.")
    ] = None
    carrier: Annotated[
        str | None, Option(metavar="ID", help="With --case: whose network it is, where several carriers have elements.")
    ] = None
    as_of: Annotated[
        Day | None, Option(help="With --case: the day of the verdicts (default: the last day screened).")
    ] = None
    srlgs: Annotated[File | None, Option(help="Shared-risk groups, group,id a line, beside those of the topology.")] = (
        None
    )
    failures: Annotated[
        str, Option(choices=(NONE, SINGLE, DOUBLE), help="What fails: nothing, one element, or one and two.")
    ] = NONE
    failing: Annotated[
        str,
        Option(
            choices=("all", "links", "nodes", "groups"),
            help="With --failures, which elements fail; groups are of shared risk.",
        ),
    ] = "all"
    replace: Annotated[bool, Option(help="Find the elements to replace so that sensitive demands are clear.")] = False
    steer: Annotated[bool, Option(help="Find paths that keep sensitive demands clear with the equipment of today.")] = (
        False
    )
    sensitive: Annotated[
        File | None,
        Option(help="Sensitive demands, one id a line of a demand or of a node at its end (default: all demands)."),
    ] = None
    costs: Annotated[
        File | None, Option(help="Costs of replacement, id,cost a line; none: cannot be replaced (default: 1 each).")
    ] = None
    budget: Annotated[
        Number | None, Option(range=Range(low=0), help="With --replace, the most to spend with routing as it is.")
    ] = None
    stretch: Annotated[
        Number,
        Option(range=Range(low=1), help="With --steer, the cost of a path at most, in multiples of the shortest path."),
    ] = 2.0
    move_others: Annotated[bool, Option(help="With --steer, let other traffic move too, to make room.")] = False
    utilisation: Annotated[
        Number,
        Option(range=Range(above=0, high=1), help="With --steer, the share of a capacity that traffic may fill."),
    ] = 1.0
    greatest_metric: Annotated[
        WholeNumber, Option(range=Range(low=1), help="With --steer, the greatest metric of a link that may be set.")
    ] = 16_777_214
    own_links: Annotated[
        File | None,
        Option(help="Links of sites' own, node,capacity,state a line: what does not fit spills to the network."),
    ] = None
    progress: Listener[Progress] = silent

    def check(self) -> None:
        """Raises UsageFault for files that are not there, and where nothing says what is restricted."""

        if self.restricted is None and self.case is None:
            raise UsageFault(
                "inside: nothing says which elements are restricted; expected --restricted FILE or --case."
            )
        given = [
            self.topology,
            self.demands,
            self.restricted,
            self.unknown,
            self.srlgs,
            self.sensitive,
            self.costs,
            self.own_links,
        ]
        refuse_missing([one for one in given if not isinstance(one, tuple)])
        if not self.replace and (self.budget is not None or self.costs is not None):
            raise UsageFault("--budget and --costs say what replacing elements costs; expected --replace with them.")
        if self.failures == NONE and self.failing != "all":
            raise UsageFault("--failing says which elements fail; expected --failures single or double with it.")
        if not (self.replace or self.steer) and self.sensitive is not None:
            raise UsageFault("--sensitive says which demands shall be clear; expected --replace or --steer with it.")


@dataclass(frozen=True, kw_only=True)
class Element:
    """What may fail, by kind and id."""

    kind: str
    id: str
    members: Members


class InsideStudy:
    """A network with its demands and marks as the engines take them, made from the files of a call.

    `arcs` are the directions that carry traffic, in the order of `loads.by_arc`; `network`, `marks` and the columns of
    `demands` go to `provenet.routing.igp` and `provenet.routing.failures` as they are.
    """

    topology: Topology
    demands: Demands
    arcs: ArcArrays
    network: Network
    marks: Marks
    restricted: Members
    unknown: Members
    names: ElementNames

    def __init__(self, settings: InsideSettings) -> None:
        settings.check()
        require("internet", "numba")
        from provenet.routing.igp import network_of

        self.settings = settings
        assert settings.topology is not None
        topology, demands = read_topology(settings.topology, layer=settings.layer, progress=settings.progress)
        if settings.demands is not None:
            demands = read_demands(settings.demands, topology, progress=settings.progress)
        self.topology = topology.bundled() if settings.parallel == "bundle" else topology
        self.demands_given = demands is not None
        demands = self._assumed() if demands is None else demands
        self.demands = demands.both_ways() if settings.demands_both_ways else demands
        names = ElementNames(self.topology)
        self.remarks = list(self.topology.remarks)
        self.restricted = self.unknown = Members((), ())
        if settings.restricted is not None:
            self.restricted, remarks = read_elements(settings.restricted, names)
            self.remarks += remarks
        if settings.unknown is not None:
            self.unknown, remarks = read_elements(settings.unknown, names)
            self.remarks += remarks
        if settings.case is not None:
            self._judge(settings.case, names)
        given = {} if settings.srlgs is None else read_srlgs(settings.srlgs, names)
        self.names = names
        self.srlgs = {**self.topology.srlgs, **given}
        self.arcs = self.topology.arcs(settings.metric)
        self.network = network_of(
            len(self.topology.node_ids),
            len(self.topology.link_ids),
            tail=self.arcs.tail,
            head=self.arcs.head,
            metric=self.arcs.metric,
            link_of=self.arcs.link_of,
        )
        self.marks = self._marks()

    def _judge(self, case: Path, names: ElementNames) -> None:
        """Adds what the verdicts of a case say; what a list names restricted stays so."""

        settings, topology = self.settings, self.topology
        states = case_states(
            case,
            topology.node_ids,
            topology.link_ids,
            policy=settings.policy,
            country=settings.country,
            carrier=settings.carrier,
            as_of=settings.as_of,
        )
        self.restricted = _joined(self.restricted, [names.known[name] for name in states.restricted])
        self.unknown = _joined(self.unknown, [names.known[name] for name in states.unknown])
        self.remarks += states.remarks

    def _assumed(self) -> Demands:
        """Demands by the gravity model. Raises InputFault where masses are to be capacities and one is not known."""

        topology, basis = self.topology, self.settings.assumed_demands
        ends = np.concatenate([topology.source, topology.target])
        weights = np.ones(len(ends))
        if basis == "capacity":
            weights = np.concatenate([topology.capacity_forward, topology.capacity_forward])
            if np.isnan(weights).any():
                way_out = "Say --assumed-demands degree, or give --demands."
                raise InputFault([Fault(topology.name, "a link has no capacity", way_out=way_out)])
        mass = np.ones(len(topology.node_ids))
        if basis != "equal":
            mass = np.bincount(ends, weights=weights, minlength=len(mass)).astype(np.float64)
        source, target, volume = gravity_demands(mass)
        ids = [
            f"{topology.node_ids[one]}->{topology.node_ids[other]}" for one, other in zip(source, target, strict=True)
        ]
        stated = (
            "Assumption: no demands are known; each pair of nodes exchanges traffic in proportion to the product of "
            f"their masses, {ASSUMED[basis]} (gravity model), 1 in all."
        )
        return Demands(source=source, target=target, volume=volume, ids=ids, stated=stated)

    def _marks(self) -> Marks:

        from provenet.routing.igp import Marks

        def flags(places: tuple[int, ...], size: int) -> NDArray[np.bool_]:
            made = np.zeros(size, np.bool_)
            made[list(places)] = True
            return made

        nodes, links = len(self.topology.node_ids), len(self.topology.link_ids)
        return Marks(
            restricted_nodes=flags(self.restricted.nodes, nodes),
            unknown_nodes=flags(self.unknown.nodes, nodes),
            restricted_links=flags(self.restricted.links, links),
            unknown_links=flags(self.unknown.links, links),
        )

    @cached_property
    def exposures(self) -> Exposures:
        """Exposure of each demand with every element up."""
        from provenet.routing.igp import exposures

        return exposures(self.network, self.marks, source=self.demands.source, target=self.demands.target)

    @cached_property
    def elements(self) -> list[Element]:
        """What may fail: each link, each node, each shared-risk group, or one kind of these alone."""

        topology = self.topology
        found = [
            *(Element(kind=LINK, id=name, members=Members((), (at,))) for at, name in enumerate(topology.link_ids)),
            *(Element(kind=NODE, id=name, members=Members((at,), ())) for at, name in enumerate(topology.node_ids)),
            *(Element(kind=GROUP, id=name, members=members) for name, members in self.srlgs.items()),
        ]
        return (
            found
            if self.settings.failing == "all"
            else [one for one in found if f"{one.kind}s" == self.settings.failing]
        )

    @cached_property
    def failures(self) -> FailureStudy | None:
        """What failures do, or None where none was asked for. Raises UsageFault for more pairs than are taken down."""
        if self.settings.failures == NONE:
            return None
        from provenet.routing.failures import elements_of, study_failures

        number = len(self.elements)
        double, pairs = self.settings.failures == DOUBLE, number * (number - 1) // 2
        if double and pairs > MOST_PAIRS:
            raise UsageFault(
                f"--failures: {number:,} links, nodes and groups make {pairs:,} pairs; expected at most "
                f"{MOST_PAIRS:,}, or --failures single."
            )
        members = [one.members for one in self.elements]
        elements = elements_of(self.network, [one.links for one in members], [one.nodes for one in members])
        return study_failures(
            self.network,
            self.marks,
            elements,
            source=self.demands.source,
            target=self.demands.target,
            volume=self.demands.volume,
            double=double,
            progress=lambda done, total: self.settings.progress("destinations under failures", done, total),
        )


def _joined(one: Members, others: Iterable[Members]) -> Members:
    """Several lists of elements as one, each element once."""

    every = [one, *others]
    nodes, links = ({place for each in every for place in each[kind]} for kind in (0, 1))
    return Members(tuple(sorted(nodes)), tuple(sorted(links)))


@dataclass(frozen=True, kw_only=True)
class InsideReport:
    """The answer: `summary` in keys of JSON, and tables with a row a demand, a link, a scenario.

    `paths` has a row a steered path, of the `low` end and of the `high` end (`reading`); None without `steer`.
    """

    summary: Mapping[str, Any]
    demands: pl.DataFrame
    links: pl.DataFrame
    scenarios: pl.DataFrame
    paths: pl.DataFrame | None = None

    @property
    def shown_scenarios(self) -> pl.DataFrame:
        """All scenarios; where there are more than `SHOWN_SCENARIOS`, those with the greatest high end."""
        if len(self.scenarios) <= SHOWN_SCENARIOS:
            return self.scenarios
        worst = self.scenarios.sort("high_share", "disconnected_share", descending=True, maintain_order=True)
        return worst.head(SHOWN_SCENARIOS)

    def as_dict(self) -> dict[str, Any]:
        """The one object that `--json` prints, but for the files that it wrote."""
        return {
            **self.summary,
            "scenarios": self.shown_scenarios.to_dicts(),
            "demands": self.demands.to_dicts(),
            "link_loads": self.links.to_dicts(),
        }


def run(settings: InsideSettings) -> InsideReport:
    """Exposure of demands inside a network, link loads, and what failures change.

    docs/inside.md describes the model and each key. Raises UsageFault for options that contradict each other,
    InputFault with every fault of a file.
    """
    return report(InsideStudy(settings))


inside = call_of(InsideSettings, run, "inside")


def report(study: InsideStudy) -> InsideReport:
    """The answer of a study."""
    from provenet.tools.inside_own_links import own_link_rows
    from provenet.tools.inside_replacement import replacement_answer
    from provenet.tools.inside_steering import path_table, steering_answer

    topology, demands = study.topology, study.demands
    scenarios = _scenario_rows(study)
    summary: dict[str, Any] = {
        "topology": {
            "file": topology.name,
            "format": topology.format,
            "nodes": len(topology.node_ids),
            "links": len(topology.link_ids),
            "one_way_links": int((~(topology.forward & topology.backward)).sum()),
            "groups": len(study.srlgs),
            "capacity_unit": topology.capacity_unit,
        },
        "metric": study.settings.metric,
        "parallel": study.settings.parallel,
        "demands_stated": demands.stated,
        "demands_assumed": not study.demands_given,
        "volume": float(demands.volume.sum()),
        "volume_unit": demands.unit,
        "restricted": _named(study, study.restricted),
        "unknown": _named(study, study.unknown),
        "remarks": study.remarks,
        "assumptions": list(ASSUMPTIONS),
        "failures": study.settings.failures,
        "failing": study.settings.failing,
        "totals": scenarios.row(0, named=True),
        "by_kind": _by_kind(scenarios),
        "scenario_count": len(scenarios),
        "demand_count": len(demands.ids),
        "replacement": replacement_answer(study) if study.settings.replace else None,
        "steering": steering_answer(study) if study.settings.steer else None,
        "own_links": own_link_rows(study) if study.settings.own_links is not None else None,
    }
    return InsideReport(
        summary=summary,
        demands=_demand_rows(study),
        links=_link_rows(study),
        scenarios=scenarios,
        paths=None if summary["steering"] is None else path_table(summary["steering"]),
    )


ASSUMPTIONS = (
    "every node routes by least cost and splits traffic equally over its links of least cost, parallel ones each",
    "end nodes forward and count as crossed",
    "a demand is exposed by the share of its traffic that meets a restricted node or link; unknown elements are clear "
    "at the low end and restricted at the high end",
    "after a failure routing has settled; capacity limits nothing",
)


def _named(study: InsideStudy, members: Members) -> dict[str, list[str]]:
    topology = study.topology
    return {
        "nodes": [topology.node_ids[place] for place in members.nodes],
        "links": [topology.link_ids[place] for place in members.links],
    }


def _link_rows(study: InsideStudy) -> pl.DataFrame:
    """A row a link: load each way, as volume and as share of the busiest direction in the network."""

    from provenet.routing.igp import loads

    topology, arcs, demands = study.topology, study.arcs, study.demands
    found = loads(study.network, source=demands.source, target=demands.target, volume=demands.volume)
    busiest = found.by_arc.max(initial=0.0)
    ways = []
    for ahead in (True, False):
        mine = arcs.is_forward == ahead
        load = np.zeros(len(topology.link_ids))
        load[arcs.link_of[mine]] = found.by_arc[mine]
        ways.append(load)
    shares = [load / busiest if busiest > 0 else [None] * len(load) for load in ways]
    nodes = np.array(topology.node_ids, dtype=object)
    return pl.DataFrame(
        {
            "link_id": topology.link_ids,
            "source": nodes[topology.source].tolist(),
            "target": nodes[topology.target].tolist(),
            "forward_share": pl.Series(shares[0], dtype=pl.Float64),
            "backward_share": pl.Series(shares[1], dtype=pl.Float64),
            "forward_volume": ways[0],
            "backward_volume": ways[1],
            "state": _states(study, links=True),
        }
    )


def _states(study: InsideStudy, *, links: bool) -> list[str]:
    restricted = study.marks.restricted_links if links else study.marks.restricted_nodes
    unknown = study.marks.unknown_links if links else study.marks.unknown_nodes
    pairs = zip(restricted.tolist(), unknown.tolist(), strict=True)
    return ["restricted" if one else "unknown" if other else "clear" for one, other in pairs]


def _demand_rows(study: InsideStudy) -> pl.DataFrame:
    """A row a demand: its exposure with every element up and, where failures were studied, over these."""

    demands, found, failures = study.demands, study.exposures, study.failures
    nodes = np.array(study.topology.node_ids, dtype=object)
    columns: dict[str, Any] = {
        "demand_id": demands.ids,
        "source": nodes[demands.source].tolist(),
        "target": nodes[demands.target].tolist(),
        "volume": demands.volume,
        "connected": found.connected,
        "low_share": found.low,
        "high_share": found.high,
    }
    if failures is not None:
        columns |= {
            "worst_low_share": failures.worst_low,
            "worst_high_share": failures.worst_high,
            "worst_failure": _worst(study, failures),
            "mean_low_share": failures.mean_low,
            "mean_high_share": failures.mean_high,
            "p99_low_share": failures.p99_low,
            "p99_high_share": failures.p99_high,
            "disconnected_scenarios": failures.cut,
            "ended_scenarios": failures.ended_count,
            "latent_scenarios": failures.latent_count,
        }
    return pl.DataFrame(columns, nan_to_null=True)


def _worst(study: InsideStudy, failures: FailureStudy) -> list[str | None]:
    known: dict[int, str | None] = {-1: None}
    for place in set(failures.worst_at.tolist()) - {-1}:
        known[place] = _name(study.elements, int(failures.first[place]), int(failures.second[place]))
    return [known[place] for place in failures.worst_at.tolist()]


def _name(elements: list[Element], first: int, second: int) -> str:
    one = elements[first]
    text = f"{one.kind} {one.id}"
    return text if second < 0 else f"{text} and {elements[second].kind} {elements[second].id}"


def _scenario_rows(study: InsideStudy) -> pl.DataFrame:
    """A row a scenario; the first is that nothing fails."""

    found, volume, failures = study.exposures, study.demands.volume, study.failures
    whole = float(volume.sum())
    low, high = np.nan_to_num(found.low), np.nan_to_num(found.high)
    cut = float(volume[~found.connected].sum())
    usual = [float((low * volume).sum()), float(((high - low) * volume).sum()), cut, 0.0, 0.0]
    parts = [np.array([value]) for value in usual]
    names = _scenario_names(study, failures)
    if failures is not None:
        more = (failures.restricted, failures.unknown, failures.disconnected, failures.ended, failures.latent)
        parts = [np.concatenate([one, other]) for one, other in zip(parts, more, strict=True)]
    restricted, unknown, cut_off, ended, latent = parts
    carried = np.maximum(0.0, whole - cut_off - ended)
    some = carried > 0
    safe = np.where(some, carried, 1.0)
    figures = pl.DataFrame(
        {
            "low_share": np.where(some, restricted / safe, np.nan),
            "high_share": np.where(some, np.minimum(1.0, (restricted + unknown) / safe), np.nan),
            "disconnected_share": cut_off / whole if whole else np.full(len(names), np.nan),
            "latent_share": latent / whole if whole else np.full(len(names), np.nan),
            "carried_volume": carried,
            "restricted_volume": restricted,
            "unknown_volume": unknown,
            "clear_volume": np.maximum(0.0, carried - restricted - unknown),
            "disconnected_volume": cut_off,
            "ended_volume": ended,
            "latent_volume": latent,
        },
        nan_to_null=True,
    )
    return pl.concat([names, figures], how="horizontal")


def _scenario_names(study: InsideStudy, failures: FailureStudy | None) -> pl.DataFrame:
    """Name, kind and failed elements of each scenario; the first is that nothing fails."""

    element: dict[str, Any] = {"kind": pl.String, "id": pl.String}
    schema: dict[str, Any] = {"scenario": pl.String, "kind": pl.String, "failed": pl.List(pl.Struct(element))}
    none = pl.DataFrame({"scenario": ["none"], "kind": ["none"], "failed": [[]]}, schema=schema)
    if failures is None:
        return none
    elements = pl.DataFrame([{"kind": one.kind, "id": one.id} for one in study.elements], schema=element)
    one, pairs = elements[failures.first], failures.second >= 0
    other = elements[failures.second[pairs]].select(other_kind="kind", other_id="id")
    first, second = pl.concat_str("kind", "id", separator=" "), pl.concat_str("other_kind", "other_id", separator=" ")
    alone = one.filter(~pairs).select(scenario=first, kind="kind", failed=pl.concat_list(pl.struct("kind", "id")))
    together = pl.concat([one.filter(pairs), other], how="horizontal").select(
        scenario=pl.concat_str(first, second, separator=" and "),
        kind=pl.concat_str("kind", "other_kind", separator="+"),
        failed=pl.concat_list(pl.struct("kind", "id"), pl.struct(kind="other_kind", id="other_id")),
    )
    return pl.concat([none, alone, together])


def _by_kind(scenarios: pl.DataFrame) -> list[dict[str, Any]]:
    """Worst, mean and 99th percentile over the scenarios of each kind of failure."""

    made = []
    for (kind,), rows in scenarios.filter(pl.col("kind") != "none").group_by("kind", maintain_order=True):
        row: dict[str, Any] = {"kind": kind, "scenarios": len(rows)}
        for name in ("low_share", "high_share", "disconnected_share", "latent_share"):
            values = rows[name].drop_nulls().sort()
            worst = None if values.is_empty() else values[-1]
            at = None if worst is None else rows.filter(pl.col(name) == worst)["scenario"][0]
            row |= {
                f"worst_{name}": worst,
                f"worst_{name.removesuffix('_share')}_scenario": at,
                f"mean_{name}": values.mean(),
                f"p99_{name}": None if worst is None else values[(99 * len(values) + 99) // 100 - 1],
            }
        made.append(row)
    return made
