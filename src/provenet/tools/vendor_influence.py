"""The tool `vendor-influence`: over how much of a vendor's equipment a country, origins or the Internet is reached."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import polars as pl

from provenet.core.settings import Option, call_of, settings_class
from provenet.ingest.bgp.as_lists import read_shares
from provenet.tools.files import refuse_missing
from provenet.tools.path_study import InfluenceReport, PathStudy, ScopedSettings, Target

ENDS = ("low_share", "high_share", "low_of_found_share", "high_of_found_share")


@settings_class()
class VendorInfluenceSettings(ScopedSettings):
    """Paths, and how much of each network's equipment is the vendor's."""

    shares: Annotated[
        Path,
        Option(
            metavar="CSV", help="Shares of networks that are the vendor's, asn,low,high; an empty file: none is known."
        ),
    ]
    unlisted: Annotated[
        str,
        Option(
            choices=("unknown", "none"),
            help="The vendor's part in a network without a share: not known, or none (an assumption).",
        ),
    ] = "unknown"


def run(settings: VendorInfluenceSettings) -> InfluenceReport:
    """Dependence on a vendor through the equipment of networks on paths, as an interval.

    docs/influence.md describes each option. Raises UsageFault for options that contradict each other, InputFault with
    every fault of a file. Cost: see `routing.vendor_influence`.
    """
    settings.check()
    return VendorStudy(settings).report()


vendor_influence = call_of(VendorInfluenceSettings, run, "vendor_influence")


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

    def observe(self, target: Target) -> dict[str, Any]:
        """The dependence on observed paths."""
        from provenet.routing.vendor_influence import observed_vendor_dependence

        assert self.table is not None
        return observed_vendor_dependence(
            self.table.observed, target.weights, self.shares, unlisted=self.settings.unlisted, alpha=self.alpha
        )

    def simulate(self, target: Target, routes: Any) -> dict[str, Any]:
        """The dependence on simulated paths."""
        from provenet.routing.vendor_influence import simulated_vendor_dependence

        assert self.graph is not None
        return simulated_vendor_dependence(
            routes,
            self.graph.core.topology,
            target.weights,
            shares=self.shares,
            vantages=self.graph.vantages,
            unlisted=self.settings.unlisted,
            alpha=self.alpha,
            vantage_points=self.graph.vantage_points,
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
