"""The tools `hegemony`, `transit` and `vendor-influence`: what each measures of the networks on paths.

Hegemony says over which networks the Internet, a country or single origins are reached; transit influence, how much of
a country's addresses a network carries in by transit; vendor influence, over how much of a vendor's equipment they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from provenet.core.errors import Fault, InputFault
from provenet.core.packages import require
from provenet.core.settings import call_of
from provenet.ingest.bgp.as_lists import read_shares
from provenet.tools.files import refuse_missing
from provenet.tools.graph_settings import HegemonySettings, TransitSettings, VendorInfluenceSettings
from provenet.tools.path_inputs import Graph
from provenet.tools.path_study import InfluenceReport, PathStudy, Target

if TYPE_CHECKING:
    from provenet.routing.observed_routes import Observed

INSIDE = 0.5
"""A network with more than this share of its IPv4 addresses in a country is no monitor of it from outside."""
ENDS = ("low_share", "high_share", "low_of_found_share", "high_of_found_share")


def run_hegemony(settings: HegemonySettings) -> InfluenceReport:
    """AS hegemony over paths of MRT files or simulated over a graph.

    docs/influence.md describes each option. Raises UsageFault for options that contradict each other, InputFault with
    every fault of a file. Cost: see `routing.hegemony`.
    """
    settings.check()
    return HegemonyStudy(settings).report()


hegemony = call_of(HegemonySettings, run_hegemony, "hegemony")


class HegemonyStudy(PathStudy[HegemonySettings]):
    """AS hegemony of the networks on paths."""

    measure = "hegemony"
    reads = (
        "the share of {what} that vantage points reach over a network, as a mean over these vantage points; it says "
        "nothing of traffic, and nothing of whose equipment a network runs"
    )

    def targets(self) -> list[Target]:
        """What is reached; of observed routes all origins are answered at once."""
        return self._observed_origins() if self.own_weights and self.scope == "origin" else super().targets()

    def _observed_origins(self) -> list[Target]:
        """Hegemony of every origin at once, as one target each."""

        from provenet.routing.hegemony import observed_hegemony

        assert self.table is not None
        origins = self.origins or None
        found = observed_hegemony(
            self.table.observed, scope="origin", origins=origins, weights=self.weights, alpha=self.alpha
        )
        if not len(found["scopes"]):
            names = ", ".join(f"AS{asn}" for asn in self.origins[:5])
            raise InputFault([Fault(str(self.table.summary[0]["name"]), f"no route ends at {names or 'any network'}")])
        scores = dict(found["scores"].partition_by("origin_asn", as_dict=True, include_key=False))
        targets = []
        for scope in found["scopes"].sort(["weight", "origin_asn"], descending=[True, False]).to_dicts():
            asn = int(scope.pop("origin_asn"))
            mine = scores.get((asn,), found["scores"].clear().drop("origin_asn"))
            if self.settings.skip_origin:
                mine = mine.filter(pl.col("asn") != asn)
            target = Target(f"AS{asn}", pl.DataFrame({"asn": [asn], "weight": [scope["weight"]]}), asn)
            target.answer = {**found, **scope, "scores": mine}
            targets.append(target)
        return targets

    def observe(self, target: Target, observed: Observed) -> dict[str, Any]:
        """The hegemony of networks on observed paths."""
        from provenet.routing.hegemony import country_hegemony, observed_hegemony

        if self.scope == "global":
            found = observed_hegemony(observed, weights=self.weights, alpha=self.alpha)
            return {**found, **found["scopes"].to_dicts()[0]}
        origins = target.weights["asn"].to_list()
        by_origin = observed_hegemony(observed, scope="origin", origins=origins, weights=self.weights, alpha=self.alpha)
        return country_hegemony(by_origin, target.weights, skip_origin=self.settings.skip_origin)

    def simulate(self, target: Target, routes: Any, graph: Graph) -> dict[str, Any]:
        """The hegemony of networks on simulated paths."""
        from provenet.routing.hegemony import simulated_country_hegemony, simulated_hegemony

        topology, vantages, chosen = graph.core.topology, graph.vantages, graph.vantage_points
        if self.scope == "global":
            return simulated_hegemony(
                routes, topology, target.weights, vantages=vantages, alpha=self.alpha, vantage_points=chosen
            )
        return simulated_country_hegemony(
            routes,
            topology,
            target.weights,
            vantages=vantages,
            skip_origin=self.settings.skip_origin,
            alpha=self.alpha,
            vantage_points=chosen,
        )

    def score(self, target: Target) -> None:
        """The scores as intervals, and beside them those where the greatest ASN wins ties."""

        from provenet.routing.hegemony import beside_tie_rules

        answer, scores = target.answer, target.answer["scores"]
        low, high = ("low_share", "high_share") if "low_share" in scores.columns else ("hegemony_share",) * 2
        target.scores = scores.select("asn", pl.col(low).alias("low_share"), pl.col(high).alias("high_share"))
        if target.greatest_first is None:
            return
        beside = beside_tie_rules(answer, target.greatest_first)
        other = beside["scores"].select("asn", "greatest_first_share")
        target.scores = (
            target.scores.join(other, on="asn", how="full", coalesce=True)
            .with_columns(pl.col("low_share", "high_share", "greatest_first_share").fill_null(0.0))
            .sort(["high_share", "greatest_first_share", "asn"], descending=[True, True, False])
        )
        target.greatest_first = {key: beside[key] for key in ("mean_moved_share", "most_moved_share")}
        answer["assumptions"] = beside["assumptions"]

    def figures(self, target: Target) -> dict[str, Any]:
        """The scores, whether both ends of each are one, and how far the tie rule moves them."""
        exact = bool(target.answer.get("is_exact", True))
        return {"is_exact": exact, "greatest_first": target.greatest_first, **super().figures(target)}


def run_transit(settings: TransitSettings) -> InfluenceReport:
    """Transit influence of networks over a country, where enough of its entries are by transit.

    docs/influence.md describes each option. Raises UsageFault for options that contradict each other, InputFault with
    every fault of a file. Cost: see `routing.transit_influence`.
    """
    settings.check()
    require("internet", "numba")
    from provenet.routing.influence import FORM, LEAST_GATE, refusal

    study = TransitStudy(settings)
    if why := refusal(settings.gate):
        gate = {"refused": why, "gate": settings.gate, "least_gate": LEAST_GATE, "assumptions": [FORM]}
        return InfluenceReport({**study.head(), **gate}, None)
    return study.report()


transit = call_of(TransitSettings, run_transit, "transit")


class TransitStudy(PathStudy[TransitSettings]):
    """Transit influence of the networks on paths into a country."""

    measure = "transit"
    reads = "the share of {what} that a network carries in by transit, less the further it stands from the origin"

    def observe(self, target: Target, observed: Observed) -> dict[str, Any]:
        """The influence on observed paths."""
        from provenet.routing.influence import observed_transit_influence

        inside, ranges = self._inside()
        return observed_transit_influence(observed, ranges, inside, gate=self.settings.gate, alpha=self.alpha)

    def simulate(self, target: Target, routes: Any, graph: Graph) -> dict[str, Any]:
        """The influence on simulated paths."""
        from provenet.routing.influence import simulated_transit_influence

        inside, _ = self._inside()
        topology, vantages = graph.core.topology, graph.vantages
        return simulated_transit_influence(
            routes,
            topology,
            target.weights,
            monitors=vantages,
            inside_asns=inside,
            gate=self.settings.gate,
            alpha=self.alpha,
        )

    def _inside(self) -> tuple[list[int], pl.DataFrame]:
        """Networks with most of their addresses in the country, which do not monitor it, and the country's ranges."""

        assert self.addresses is not None and self.countries is not None and self.country is not None
        first, last = self.countries.ranges_of(self.country)
        here, every = self.addresses.weights((first, last)), self.addresses.weights()
        both = here.join(every, on="asn", suffix="_all")
        inside = both.filter(pl.col("weight") > INSIDE * pl.col("weight_all"))
        return inside["asn"].to_list(), pl.DataFrame({"first": first, "last": last})

    def score(self, target: Target) -> None:
        """The scores as the engine gives them."""
        target.scores = target.answer["scores"]

    def more(self, answer: dict[str, Any]) -> dict[str, Any]:
        """The gate as given, and the least that opens it."""
        return {"gate": self.settings.gate, "least_gate": answer["least_gate"]}


def run_vendor_influence(settings: VendorInfluenceSettings) -> InfluenceReport:
    """Dependence on a vendor through the equipment of networks on paths, as an interval.

    docs/influence.md describes each option. Raises UsageFault for options that contradict each other, InputFault with
    every fault of a file. Cost: see `routing.vendor_influence`.
    """
    settings.check()
    return VendorStudy(settings).report()


vendor_influence = call_of(VendorInfluenceSettings, run_vendor_influence, "vendor_influence")


class VendorStudy(PathStudy[VendorInfluenceSettings]):
    """Dependence on a vendor through the networks on paths."""

    measure = "vendor"
    reads = (
        "between low and high lies the share of {what} that is reached over equipment of the vendor; a vendor speaks "
        "only through the shares of networks, and a restricted network is not a restricted vendor"
    )
    shares: pl.DataFrame

    def read(self) -> None:
        """Reads the shares, then the files of the call."""

        refuse_missing([self.settings.shares])
        asn, low, high = read_shares(self.settings.shares, self.progress)
        self.shares = pl.DataFrame({"asn": asn, "low": low, "high": high})
        super().read()

    def observe(self, target: Target, observed: Observed) -> dict[str, Any]:
        """The dependence on observed paths."""
        from provenet.routing.influence import observed_vendor_dependence

        return observed_vendor_dependence(
            observed, target.weights, self.shares, unlisted=self.settings.unlisted, alpha=self.alpha
        )

    def simulate(self, target: Target, routes: Any, graph: Graph) -> dict[str, Any]:
        """The dependence on simulated paths."""
        from provenet.routing.influence import simulated_vendor_dependence

        return simulated_vendor_dependence(
            routes,
            graph.core.topology,
            target.weights,
            shares=self.shares,
            vantages=graph.vantages,
            unlisted=self.settings.unlisted,
            alpha=self.alpha,
            vantage_points=graph.vantage_points,
        )

    def score(self, target: Target) -> None:
        """A row a vantage point."""

        target.scores = target.answer["by_vantage"].select(
            "vantage_asn", "low_share", "high_share", pl.col("found").alias("found_share")
        )

    def figures(self, target: Target) -> dict[str, Any]:
        """The interval, and the one where the greatest ASN wins ties."""
        figures: dict[str, Any] = {name: target.answer[name] for name in ENDS}
        if target.greatest_first is not None:
            figures["greatest_first"] = {name: target.greatest_first[name] for name in ENDS}
        return figures

    def beside(self, target: Target) -> list[pl.Expr]:
        """Nothing: each vantage point has a found share of its own."""
        return []
