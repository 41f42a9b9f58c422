"""The tool `hegemony`: AS hegemony, over which networks the Internet, a country or single origins are reached."""

from __future__ import annotations

from typing import Annotated, Any

import polars as pl

from provenet.core.errors import Fault, InputFault, UsageFault
from provenet.core.settings import Option, call_of, settings_class
from provenet.tools.path_study import InfluenceReport, PathStudy, ScopedSettings, Target


@settings_class()
class HegemonySettings(ScopedSettings):
    """Paths, and whose hegemony over what is measured."""

    skip_origin: Annotated[bool, Option(help="Leave out the score of a network over itself.")] = False
    _own_weights = True

    def check(self) -> None:
        """Raises UsageFault for options that contradict each other, and for files that are not there."""
        if self.skip_origin and self.reached == "global":
            raise UsageFault("--skip-origin: this is for hegemony of an origin or a country.")
        super().check()


def run(settings: HegemonySettings) -> InfluenceReport:
    """AS hegemony over paths of MRT files or simulated over a graph.

    docs/influence.md describes each option. Raises UsageFault for options that contradict each other, InputFault with
    every fault of a file. Cost: see `routing.hegemony`.
    """
    settings.check()
    return HegemonyStudy(settings).report()


hegemony = call_of(HegemonySettings, run, "hegemony")


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

    def observe(self, target: Target) -> dict[str, Any]:
        """The hegemony of networks on observed paths."""
        from provenet.routing.hegemony import country_hegemony, observed_hegemony

        assert self.table is not None
        observed = self.table.observed
        if self.scope == "global":
            found = observed_hegemony(observed, weights=self.weights, alpha=self.alpha)
            return {**found, **found["scopes"].to_dicts()[0]}
        origins = target.weights["asn"].to_list()
        by_origin = observed_hegemony(observed, scope="origin", origins=origins, weights=self.weights, alpha=self.alpha)
        return country_hegemony(by_origin, target.weights, skip_origin=self.settings.skip_origin)

    def simulate(self, target: Target, routes: Any) -> dict[str, Any]:
        """The hegemony of networks on simulated paths."""
        from provenet.routing.hegemony import simulated_country_hegemony, simulated_hegemony

        assert self.graph is not None
        topology, vantages, chosen = self.graph.core.topology, self.graph.vantages, self.graph.vantage_points
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
