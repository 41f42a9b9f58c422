"""The tool `transit`: transit influence, how much of a country's addresses a network carries in by transit."""

from __future__ import annotations

from typing import Annotated, Any

import polars as pl

from provenet.core.errors import UsageFault
from provenet.core.packages import require
from provenet.core.settings import Number, Option, Range, call_of, settings_class
from provenet.tools.path_study import NO_TABLES, InfluenceReport, PathSettings, PathStudy, Target

INSIDE = 0.5
"""A network with more than this share of its IPv4 addresses in a country is no monitor of it from outside."""


@settings_class()
class TransitSettings(PathSettings):
    """Paths, the country they enter, and the share of its entries that are by transit."""

    gate: Annotated[
        Number | None,
        Option(
            metavar="SHARE", range=Range(low=0, high=1), help="The share of the country's entries that are by transit."
        ),
    ] = None

    def check(self) -> None:
        """Raises UsageFault for options that contradict each other, and where no country is named."""
        super().check()
        if self.country is None:
            raise UsageFault("No country was named; expected --country: transit influence is of one whole country.")
        if not self.addresses or not self.countries:
            raise UsageFault(f"--country: {NO_TABLES}.")


def run(settings: TransitSettings) -> InfluenceReport:
    """Transit influence of networks over a country, where enough of its entries are by transit.

    docs/influence.md describes each option. Raises UsageFault for options that contradict each other, InputFault with
    every fault of a file. Cost: see `routing.transit_influence`.
    """
    settings.check()
    require("internet", "numba")
    from provenet.routing.transit_influence import FORM, LEAST_GATE, refusal

    study = TransitStudy(settings)
    if why := refusal(settings.gate):
        gate = {"refused": why, "gate": settings.gate, "least_gate": LEAST_GATE, "assumptions": [FORM]}
        return InfluenceReport({**study.head(), **gate}, None)
    return study.report()


transit = call_of(TransitSettings, run, "transit")


class TransitStudy(PathStudy[TransitSettings]):
    """Transit influence of the networks on paths into a country."""

    measure = "transit"
    reads = "the share of {what} that a network carries in by transit, less the further it stands from the origin"

    def observe(self, target: Target) -> dict[str, Any]:
        """The influence on observed paths."""
        from provenet.routing.transit_influence import observed_transit_influence

        assert self.table is not None
        inside, ranges = self._inside()
        return observed_transit_influence(
            self.table.observed, ranges, inside, gate=self.settings.gate, alpha=self.alpha
        )

    def simulate(self, target: Target, routes: Any) -> dict[str, Any]:
        """The influence on simulated paths."""
        from provenet.routing.transit_influence import simulated_transit_influence

        assert self.graph is not None
        inside, _ = self._inside()
        topology, vantages = self.graph.core.topology, self.graph.vantages
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
