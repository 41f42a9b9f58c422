"""What the tools `hegemony`, `transit` and `vendor-influence` share: paths in, who stands on them out, without a case.

Paths are observed, in MRT files, or simulated over a graph of AS relationships. Each tool adds its own measure.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from provenet.core.errors import Fault, InputFault
from provenet.core.packages import require
from provenet.tools.files import refuse_missing
from provenet.tools.graph_settings import PathSettings, ScopedSettings
from provenet.tools.path_inputs import (
    Countries,
    Graph,
    NetworkRanges,
    Table,
    read_addresses,
    read_countries,
    read_graph,
    read_origins,
    read_routes,
)

if TYPE_CHECKING:
    from provenet.routing.observed_routes import Observed

NAMED = 20
"""Networks named in a list of those that lack something."""
TOP = 50
"""Networks of each target that stand in the summary; the rows hold all."""
MOST_TARGETS = 100
"""Targets that stand in the summary, those of the greatest weight."""


@dataclass(frozen=True)
class InfluenceReport:
    """The answer: `summary` as plain values, and `rows`, one a network, or one a vantage point for a vendor.

    `rows` is None where no number is given; `summary["refused"]` then says why.
    """

    summary: dict[str, Any]
    rows: pl.DataFrame | None


@dataclass
class Target:
    """What is reached: the whole, one origin, or a country, by networks and their weights."""

    of: str
    weights: pl.DataFrame
    origin: int | None = None
    answer: dict[str, Any] = field(default_factory=dict)
    scores: pl.DataFrame | None = None
    greatest_first: dict[str, Any] | None = None


S = TypeVar("S", bound=PathSettings)


class PathStudy(ABC, Generic[S]):
    """One call of a tool: reads the inputs, finds what is reached, and answers for each target."""

    measure: ClassVar[str]
    """What is measured, in one word of the summary."""
    reads: ClassVar[str]
    """What a score claims, with `{what}` for what is reached."""

    def __init__(self, settings: S) -> None:
        require("internet", "numba")
        refuse_missing([*settings.mrt, settings.graph, settings.vantage, *settings.addresses, *settings.countries])
        self.settings, self.progress = settings, settings.progress
        self.country, self.alpha = settings.country, settings.alpha
        self.scope, self.weights, self.family = "country", "addresses", 4
        self.both_ties = self.own_weights = False
        self.origins: list[int] = []
        if isinstance(settings, ScopedSettings):
            self.scope, self.weights, self.family = settings.reached, settings.weighed, settings.family
            self.both_ties, self.own_weights = settings.tie == "both", settings.own_weights
            self.origins = read_origins(settings.origins, self.progress)
        self.addresses: NetworkRanges | None = None
        self.countries: Countries | None = None
        self.graph: Graph | None = None
        self.table: Table | None = None

    def read(self) -> None:
        """Reads the files of the call. Raises InputFault with every fault of the first that has one."""
        settings, progress = self.settings, self.progress
        if settings.addresses:
            self.addresses = read_addresses(settings.addresses, progress)
        if settings.countries:
            self.countries = read_countries(settings.countries, progress)
        if settings.graph is not None:
            self.graph = read_graph(settings.graph, settings.vantage, settings.vantage_every, progress=progress)
        else:
            self.table = read_routes(
                settings.mrt,
                family=self.family,
                vantage=settings.vantage,
                least_feed=settings.least_feed,
                collector=settings.collector,
                progress=progress,
            )

    def report(self) -> InfluenceReport:
        """The summary and the rows."""
        self.read()
        targets = self.targets()
        for nth, target in enumerate(targets, start=1):
            if not target.answer:
                many = f", {nth} of {len(targets)}" if len(targets) > 1 else ""
                target.answer = self._answer(target, False, many)
                if self.both_ties:
                    target.greatest_first = self._answer(target, True, many)
            self.score(target)
        return InfluenceReport(self._summary(targets), self._rows(targets))

    @abstractmethod
    def observe(self, target: Target, observed: Observed) -> dict[str, Any]:
        """The answer for one target from observed paths."""

    @abstractmethod
    def simulate(self, target: Target, routes: Any, graph: Graph) -> dict[str, Any]:
        """The answer for one target from paths simulated over the graph."""

    @abstractmethod
    def score(self, target: Target) -> None:
        """Sets the rows of one target, under the names of the summary."""

    def figures(self, target: Target) -> dict[str, Any]:
        """What the summary holds of one target beside its weight and its vantage points."""
        assert target.scores is not None
        return {"scored_networks": len(target.scores), "top": target.scores.head(TOP).to_dicts()}

    def more(self, answer: dict[str, Any]) -> dict[str, Any]:
        """What the summary holds of this measure alone."""
        return {}

    def targets(self) -> list[Target]:
        """What is reached. Raises InputFault where no address has an origin."""

        if self.scope == "origin":
            alone = [pl.DataFrame({"asn": [asn], "weight": [1.0]}) for asn in self.origins]
            return [Target(f"AS{one['asn'][0]}", one, int(one["asn"][0])) for one in alone]
        weights, of = self._weights(), self.country or ("the networks named" if self.origins else "the Internet")
        if not len(weights):
            place = ", ".join(place.name for place in self.settings.addresses)
            where = f" in {self.country}" if self.country else ""
            named = " among those named" if self.origins else ""
            raise InputFault([Fault(place or self.measure, f"no IPv4 address{where} has an origin{named}")])
        return [Target(of, weights)]

    def _weights(self) -> pl.DataFrame:
        """Which networks a target is made of, and what each weighs."""

        wanted = pl.DataFrame({"asn": self.origins}, schema={"asn": pl.Int64})
        if self.origins and self.addresses is None:
            return wanted.with_columns(weight=pl.lit(1.0))
        if self.addresses is not None:
            ranges = None
            if self.countries is not None and self.country is not None:
                ranges = self.countries.ranges_of(self.country)
            found = self.addresses.weights(ranges)
            found = found.join(wanted, on="asn", how="semi") if self.origins else found
        elif self.graph is not None:
            found = pl.DataFrame({"asn": self.graph.core.topology.asn}).with_columns(weight=pl.lit(1.0))
        else:
            found = self._announced()
        return found.with_columns(weight=pl.lit(1.0)) if self.weights == "1" else found

    def _announced(self) -> pl.DataFrame:
        """The addresses that each origin announces in the observed routes."""

        assert self.table is not None
        seen = self.table.observed
        held = np.bincount(seen.origin[seen.origin >= 0], seen.own_addresses()[seen.origin >= 0], len(seen.asn))
        return pl.DataFrame({"asn": seen.asn, "weight": held}).filter(pl.col("weight") > 0)

    def _answer(self, target: Target, greatest: bool, many: str) -> dict[str, Any]:
        """The answer for one target; `greatest`: where the greatest ASN wins ties."""
        from provenet.routing.kernels.route_tables import GreatestFirst, Simulated

        if self.graph is None:
            assert self.table is not None
            return self.observe(target, self.table.observed)
        core = self.graph.core
        routes = GreatestFirst(core.topology, self.graph.vantages) if greatest else Simulated(core, self.graph.vantages)
        counted = self._counted(routes, ("greatest ASN first" if greatest else "") + many)
        return self.simulate(target, counted, self.graph)

    def _counted(self, routes: Any, remark: str) -> Any:
        """Routes that report how many destinations are done."""
        passes = 0

        def counted(destinations: Any) -> Iterator[tuple[Any, Any]]:
            nonlocal passes
            passes, done, words = passes + 1, 0, f" ({remark.removeprefix(', ')})" if remark else ""
            again = f", pass {passes}" if passes > 1 else ""
            for root, table in routes(destinations):
                yield root, table
                done += len(root)
                self.progress(f"networks routed to{words}{again}", done, len(destinations))

        return counted

    def head(self) -> dict[str, Any]:
        """How every summary begins."""
        paths = "observed" if self.settings.graph is None else "simulated"
        return {"measure": self.measure, "scope": self.scope, "country": self.country, "paths": paths}

    def _summary(self, targets: Sequence[Target]) -> dict[str, Any]:
        first = targets[0].answer
        inputs: dict[str, Any] = {"graph": None if self.graph is None else self.graph.summary}
        inputs["mrt"] = None if self.table is None else self.table.summary
        for name, table in (("addresses", self.addresses), ("countries", self.countries)):
            inputs[name] = None if table is None else table.summary
        return {
            **self.head(),
            "refused": None,
            "inputs": inputs,
            "remarks": [] if self.table is None else self.table.remarks,
            "left_out": first.get("left_out") or None,
            "vantage_points": self._vantage_points(),
            "weights": self._weights_in_words(),
            "reads": self.reads.format(what=self._what()),
            **self.more(first),
            "alpha": self.alpha,
            "target_count": len(targets),
            "targets": [self._of_target(target) for target in targets[:MOST_TARGETS]],
            "not_found": self._not_found(),
            "assumptions": list(dict.fromkeys(first["assumptions"])),
        }

    def _of_target(self, target: Target) -> dict[str, Any]:
        """One target for the summary."""
        answer = target.answer
        return {
            "of": target.of,
            "weight": float(target.weights["weight"].sum()),
            "network_count": len(target.weights),
            "found_share": answer["found_share"],
            "vantage_count": answer.get("vantage_count", answer.get("monitor_as_count")),
            "blind_vantage_count": answer.get("blind_vantage_count", answer.get("blind_monitor_count")),
            **self.figures(target),
        }

    def _rows(self, targets: Sequence[Target]) -> pl.DataFrame:
        """All rows, with what each is about."""

        rows = []
        for target in targets:
            assert target.scores is not None
            about = [
                pl.lit(self.scope).alias("scope"),
                pl.lit(self.country, pl.String).alias("country"),
                pl.lit(target.origin, pl.Int64).alias("origin_asn"),
            ]
            rows.append(target.scores.select(*about, pl.all(), *self.beside(target)))
        return pl.concat(rows)

    def beside(self, target: Target) -> list[pl.Expr]:
        """The columns that each row of a target has beside its own: the found share and the vantage points."""

        summary = self._of_target(target)
        kinds = {"found_share": pl.Float64, "vantage_count": pl.Int64, "blind_vantage_count": pl.Int64}
        return [pl.lit(summary[name], dtype).alias(name) for name, dtype in kinds.items()]

    def _vantage_points(self) -> dict[str, Any]:
        if self.graph is not None:
            return {"chosen": self.graph.vantage_points, "count": len(self.graph.vantages)}
        assert self.table is not None
        seen = self.table.observed
        # A collector may stand in its own table of peers, as number 0.
        blind = [asn for asn in seen.blind_asns if asn]
        chosen = "peers of the collectors"
        if self.settings.vantage is not None:
            chosen += f", those of {self.settings.vantage.name}"
        return {
            "chosen": chosen,
            "count": len(seen.vantage_asn),
            "sessions": len(seen.vantage_of),
            "without_routes": blind[:NAMED],
            "without_routes_count": len(blind),
            "partial": seen.partial_asns[:NAMED],
            "partial_count": len(seen.partial_asns),
        }

    def _not_found(self) -> dict[str, Any] | None:
        """Networks that were named and are in no path."""
        if not self.origins:
            return None
        if self.graph is not None:
            known: NDArray[np.int64] = self.graph.core.topology.asn
        else:
            assert self.table is not None
            known = self.table.observed.asn
        gone = sorted(set(self.origins) - set(known.tolist()))
        return {"networks": gone[:NAMED], "network_count": len(gone)}

    def _what(self) -> str:
        """What is reached, in words."""
        unit = "networks" if self.weights == "1" and not self.own_weights else "prefixes"
        if self.weights == "addresses" and self.family == 4:
            unit = "IPv4 addresses"
        if self.scope == "origin":
            return f"an origin's {unit}" if self.own_weights else "routes to an origin"
        if self.scope == "global":
            return unit
        return f"{unit} of {self.country}" if self.country else f"{unit} named"

    def _weights_in_words(self) -> str:
        """What weighs how much, in words."""
        if self.scope == "origin" and not self.own_weights:
            return "each origin by itself"
        if self.own_weights:
            return "prefixes alike" if self.weights == "1" or self.family == 6 else "IPv4 addresses of prefixes"
        where, tables = f" in {self.country}" if self.country else "", self.settings.addresses
        if self.weights == "1":
            return f"each network with IPv4 addresses{where} alike" if tables else "each network alike"
        shared = "; those of several origins in equal parts" if tables else ""
        return f"IPv4 addresses of networks{where}{shared}"
