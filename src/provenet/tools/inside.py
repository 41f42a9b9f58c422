"""The tool `inside`: what sensitive traffic crosses inside a carrier's own network, today and when something fails."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from provenet.case.case import Case
from provenet.case.standing import Scope, Standing
from provenet.core.errors import StaleInput, UsageFault
from provenet.core.packages import require
from provenet.core.settings import call_of
from provenet.core.wording import series
from provenet.exposure.inside_networks import assumed_demands
from provenet.exposure.own_network import NODE, ElementState, element_states
from provenet.ingest.network.element_lists import ElementNames, read_elements, read_own_links, read_srlgs
from provenet.ingest.network.topology import Members, Topology
from provenet.ingest.network.topology_files import read_demands, read_topology
from provenet.tools.settings import InsideSettings

if TYPE_CHECKING:
    from provenet.exposure.inside import InsideStudy

SHOWN_SCENARIOS = 20_000
"""The most scenarios that the answer lists, the worst first beyond it; the table of `--out` has all."""
EXPOSED = (
    "a demand is exposed by the share of its traffic that meets a restricted node or link; unknown elements are clear "
    "at the low end and restricted at the high end"
)


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

    @property
    def tables(self) -> tuple[pl.DataFrame, ...]:
        """Every table, each for a file of its own."""
        return self.demands, self.links, self.scenarios, *(() if self.paths is None else (self.paths,))

    def greatest_demands(self, above: str, weight: str, *, most: int) -> tuple[int, list[dict[str, Any]]]:
        """How many demands have more than 0 of something, and those of the greatest volume times a share."""
        kept = self.demands.filter(pl.col(above) > 0)
        ranked = kept.with_columns((pl.col("volume") * pl.col(weight)).alias("rank"))
        return len(kept), ranked.sort(["rank", "demand_id"], descending=[True, False]).head(most).to_dicts()

    def loaded_links(self) -> list[dict[str, Any]]:
        """The rows of the links whose load is known."""
        return self.links.drop_nulls("forward_share").to_dicts()

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
    settings.check()
    require("internet", "numba")
    study, names, remarks, unit = _read(settings)
    return _report(settings, study, names, remarks=remarks, volume_unit=unit)


inside = call_of(InsideSettings, run, "inside")


def _report(
    settings: InsideSettings, study: InsideStudy, names: ElementNames, *, remarks: list[str], volume_unit: str | None
) -> InsideReport:
    """The answer of a study."""
    from provenet.exposure.inside import AFTER, ENDS, ROUTING
    from provenet.tools.inside_answer import (
        by_kind,
        demand_rows,
        link_rows,
        listed_sensitive,
        named,
        own_link_answer,
        path_table,
        replacement_answer,
        scenario_rows,
        steering_answer,
    )

    own_links, topology, demands = settings.own_links, study.topology, study.demands
    sensitive = study.every
    if settings.sensitive is not None:
        sensitive = listed_sensitive(settings.sensitive, names, demands)
    scenarios = scenario_rows(study)
    summary: dict[str, Any] = {
        "topology": {
            "file": topology.name,
            "format": topology.format,
            "nodes": len(topology.node_ids),
            "links": len(topology.link_ids),
            "one_way_links": int((~(topology.forward & topology.backward)).sum()),
            "groups": len(topology.srlgs),
            "capacity_unit": topology.capacity_unit,
        },
        "metric": settings.metric,
        "parallel": settings.parallel,
        "demands_stated": demands.stated,
        "demands_assumed": study.is_assumed,
        "volume": float(demands.volume.sum()),
        "volume_unit": volume_unit,
        "restricted": named(topology, study.restricted),
        "unknown": named(topology, study.unknown),
        "remarks": remarks,
        "assumptions": [ROUTING, ENDS, EXPOSED, AFTER],
        "failures": settings.failures,
        "failing": settings.failing,
        "totals": scenarios.row(0, named=True),
        "by_kind": by_kind(scenarios),
        "scenario_count": len(scenarios),
        "demand_count": len(demands.ids),
        "replacement": replacement_answer(study, sensitive) if settings.replace else None,
        "steering": steering_answer(study, sensitive) if settings.steer else None,
        "own_links": None if own_links is None else own_link_answer(study, read_own_links(own_links, names)),
    }
    return InsideReport(
        summary=summary,
        demands=demand_rows(study),
        links=link_rows(study),
        scenarios=scenarios,
        paths=None if summary["steering"] is None else path_table(summary["steering"]),
    )


def _read(settings: InsideSettings) -> tuple[InsideStudy, ElementNames, list[str], str | None]:
    """The study that the files of a call ask for, with what the verdicts of a case say besides; the names of its
    elements, remarks, and the unit of volumes as stated."""
    from provenet.exposure.inside import GROUP, LINK, NODE, InsideStudy
    from provenet.tools.inside_answer import listed_costs

    assert settings.topology is not None
    topology, demands = read_topology(settings.topology, layer=settings.layer, progress=settings.progress)
    if settings.demands is not None:
        demands = read_demands(settings.demands, topology, progress=settings.progress)
    topology = topology.bundled() if settings.parallel == "bundle" else topology
    is_assumed = demands is None
    demands = assumed_demands(topology, settings.assumed_demands) if demands is None else demands
    demands = demands.both_ways() if settings.demands_both_ways else demands
    names, remarks = ElementNames(topology), list(topology.remarks)
    marked: dict[str, list[Members]] = {"restricted": [], "unknown": []}
    for state, listed in (("restricted", settings.restricted), ("unknown", settings.unknown)):
        if listed is not None:
            members, more = read_elements(listed, names)
            marked[state].append(members)
            remarks += more
    if settings.case is not None:
        states, said = _case_states(settings.case, settings, topology)
        for state, found in marked.items():
            found += [names.known[one.id] for one in states if one.state == state]
        remarks += said
    given = {} if settings.srlgs is None else read_srlgs(settings.srlgs, names)
    kinds = {"links": LINK, "nodes": NODE, "groups": GROUP}
    study = InsideStudy(
        topology=replace(topology, srlgs={**topology.srlgs, **given}),
        # Volumes of a list that states no unit are in that of capacities.
        demands=replace(demands, unit=demands.unit or topology.capacity_unit),
        restricted=_joined(marked["restricted"]),
        unknown=_joined(marked["unknown"]),
        metric=settings.metric,
        is_assumed=is_assumed,
        failures=settings.failures,
        failing=tuple(kinds.values()) if settings.failing == "all" else (kinds[settings.failing],),
        costs=None if settings.costs is None else listed_costs(settings.costs, names),
        budget=settings.budget,
        stretch=settings.stretch,
        utilisation=settings.utilisation,
        others_move=settings.move_others,
        greatest_metric=settings.greatest_metric,
        progress=settings.progress,
    )
    return study, names, remarks, demands.unit


def _joined(every: Sequence[Members]) -> Members:
    """Several lists of elements as one, each element once."""
    nodes, links = ({place for each in every for place in each[kind]} for kind in (0, 1))
    return Members(tuple(sorted(nodes)), tuple(sorted(links)))


def _case_states(
    case: Path, settings: InsideSettings, topology: Topology
) -> tuple[list[ElementState], tuple[str, ...]]:
    """The states of a topology's elements under the named policies, by verdicts that stand for a country; and remarks.

    Several policies count together: what any of them restricts is restricted. Elements of another carrier say nothing
    of this network. Raises UsageFault without a policy and where the country or the carrier is not clear, StaleInput
    where a policy was not screened for that day or the verdicts are older than what they rest on.
    """

    held, policy, carrier = Case.open(case), settings.policy, settings.carrier
    standing = Standing(held)
    if not policy:
        raise UsageFault("inside: --case needs --policy: under which policy the elements of the case are judged.")
    day = settings.as_of or max(
        (date.fromisoformat(str(run.settings["as_of"])) for run in standing.runs("screen")), default=None
    )
    if day is None:
        raise UsageFault(f"inside: nothing was screened in this case; run: provenet screen {case} --policy {policy[0]}")
    where = settings.country or _only_country(standing, day)
    screens = standing.screens(Scope(where, day, None), policy)
    for name, run in screens.items():
        if changed := standing.changed(run):
            raise StaleInput(
                f"inside: the verdicts of {name} are older than what they rest on ({', '.join(changed)}); "
                f"run: provenet run {case}"
            )
    elements = pl.concat([held.read_run("verdict_asset", run.run_id) for run in screens.values()])
    if not elements.height:
        raise UsageFault(
            f"inside: the case holds no element of a carrier of {where}; add an inventory and screen anew."
        )
    carriers = sorted(elements["carrier_id"].drop_nulls().unique().to_list())
    if carrier is None and len(carriers) > 1:
        named = ", ".join(carriers)
        raise UsageFault(
            f"inside: the case holds elements of several carriers ({named}); say whose network: --carrier ID."
        )
    if carrier is not None:
        elements = elements.filter(pl.col("carrier_id") == carrier)
        if not elements.height:
            raise UsageFault(
                f"inside: no element of the case is of {carrier!r}; expected one of {', '.join(carriers)}."
            )
    sites = dict(held.read("site").select("site_id", "name").iter_rows())
    names = ([(name, (name,)) for name in ids] for ids in (topology.node_ids, topology.link_ids))
    states, remarks = element_states(*names, elements=elements, sites=sites)
    nodes = set(topology.node_ids)
    return [one for one in states if one.kind == NODE or one.id not in nodes], remarks


def _only_country(standing: Standing, as_of: date) -> str:
    """The country whose verdicts stand for a day. Raises UsageFault for none or several."""

    found = standing.countries("screen", as_of, None)
    if len(found) != 1:
        named = series(found) if found else "none"
        raise UsageFault(f"inside: verdicts stand for {named} on {as_of}; expected one country: --country NAME.")
    return found[0]
