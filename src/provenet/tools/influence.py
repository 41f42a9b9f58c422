"""The tool `influence`: observed or simulated paths in, who stands on them out, without a case."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from provenet.core.errors import Fault, InputFault, UsageFault
from provenet.tools.influence_call import Asked, asked_of
from provenet.tools.influence_inputs import (
    Addresses,
    Countries,
    Graph,
    Table,
    read_addresses,
    read_countries,
    read_graph,
    read_origins,
    read_routes,
)
from provenet.tools.influence_summary import MOST_TARGETS, Target, head_of, reads_of, rows_of, told_of, weights_said

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    from provenet.core.progress import Progress

NAMED = 20
INSIDE = 0.5
"""A network with more than this share of its IPv4 addresses in a country is no monitor of it from outside."""


@dataclass
class Influence:
    """The answer: `summary` as plain values, and `rows`, one a network, or one a vantage point for a vendor.

    `rows` is None where no number is given; `summary["refused"]` then says why.
    """

    summary: dict[str, Any]
    rows: pl.DataFrame | None


def influence(
    mrt: Sequence[Path | str] = (),
    *,
    graph: Path | str | None = None,
    vantage: Path | str | None = None,
    vantage_every: int | None = None,
    addresses: Sequence[Path | str] = (),
    countries: Sequence[Path | str] = (),
    country: str | None = None,
    scope: str | None = None,
    origins: Sequence[str | int] = (),
    weights: str | None = None,
    skip_origin: bool = False,
    shares: Path | str | None = None,
    unlisted: str | None = None,
    measure: str = "hegemony",
    gate: float | None = None,
    alpha: float = 0.1,
    tie: str = "smallest",
    family: int = 4,
    least_feed: float = 0.0,
    collector: str = "",
    progress: Progress | None = None,
) -> Influence:
    """AS hegemony, dependence on a vendor, or transit influence, over paths of MRT files or simulated over a graph.

    What each option means, docs/influence.md says. Raises UsageFault for a call that makes no sense, InputFault with
    every fault of a file. Cost: that of the room function asked; see `exposure.influence`.
    """
    from provenet.core.progress import silent

    call = asked_of(
        mrt=mrt, graph=graph, vantage=vantage, vantage_every=vantage_every, addresses=addresses, countries=countries,
        country=country, scope=scope, origins=origins, weights=weights, skip_origin=skip_origin, shares=shares,
        unlisted=unlisted, measure=measure, gate=gate, alpha=alpha, tie=tie, family=family, least_feed=least_feed,
        collector=collector,
    )  # fmt: skip
    _packages()
    if call.measure == "transit":
        from provenet.routing.transit_influence import FORM, LEAST_GATE, refusal

        if why := refusal(call.gate):
            told = {"refused": why, "gate": call.gate, "least_gate": LEAST_GATE, "assumptions": [FORM]}
            return Influence({**head_of(call), **told}, None)
    return _Work(call, progress or silent).answer()


def _packages() -> None:
    try:
        import numba
    except ImportError as err:
        says = f"Influence needs the package {err.name}, which is not installed."
        raise UsageFault(f"{says} Run: pip install 'provenet[internet]'") from err
    assert numba


class _Work:
    """One call, worked out: inputs are read at once, then each target is answered."""

    def __init__(self, call: Asked, progress: Progress) -> None:
        self.call, self.progress = call, progress
        self.origins = read_origins(call.origins, progress)
        self.addresses: Addresses | None = read_addresses(call.addresses, progress) if call.addresses else None
        self.countries: Countries | None = read_countries(call.countries, progress) if call.countries else None
        self.shares = None if call.shares is None else _shares(call.shares, progress)
        self.graph: Graph | None = None
        self.table: Table | None = None
        if call.graph is not None:
            self.graph = read_graph(call.graph, call.vantage, call.vantage_every, progress)
        else:
            self.table = read_routes(
                call.mrt, family=call.family, vantage=call.vantage, least_feed=call.least_feed,
                collector=call.collector, progress=progress,
            )  # fmt: skip

    def answer(self) -> Influence:
        """The summary and the rows."""
        call = self.call
        targets = self._targets() if not (call.own_weights and call.scope == "origin") else self._observed_origins()
        for nth, target in enumerate(targets, start=1):
            if not target.answer:
                many = f", {nth} of {len(targets)}" if len(targets) > 1 else ""
                target.answer = self._one(target, False, many)
                if call.tie == "both":
                    target.greatest_first = self._one(target, True, many)
            self._score(target)
        return Influence(self._summary(targets), rows_of(call, targets))

    def _targets(self) -> list[Target]:
        import polars as pl

        call = self.call
        if call.scope == "origin":
            alone = [pl.DataFrame({"asn": [asn], "weight": [1.0]}) for asn in self.origins]
            return [Target(f"AS{one['asn'][0]}", one, int(one["asn"][0])) for one in alone]
        weights, of = self._weights(), call.country or ("the networks named" if call.origins else "the Internet")
        if not len(weights):
            place = ", ".join(place.name for place in call.addresses)
            where = f" in {call.country}" if call.country else ""
            named = " among those named" if call.origins else ""
            raise InputFault([Fault(place or "influence", f"no IPv4 address{where} has an origin{named}")])
        return [Target(of, weights)]

    def _weights(self) -> pl.DataFrame:
        """Which networks a target is made of, and what each weighs."""
        import polars as pl

        call, wanted = self.call, pl.DataFrame({"asn": self.origins}, schema={"asn": pl.Int64})
        if call.origins and self.addresses is None:
            return wanted.with_columns(weight=pl.lit(1.0))
        if self.addresses is not None:
            ranges = None
            if self.countries is not None and call.country is not None:
                ranges = self.countries.ranges_of(call.country)
            found = self.addresses.weights(ranges)
            found = found.join(wanted, on="asn", how="semi") if call.origins else found
        elif self.graph is not None:
            found = pl.DataFrame({"asn": self.graph.core.topology.asn}).with_columns(weight=pl.lit(1.0))
        else:
            found = self._own_weights()
        return found.with_columns(weight=pl.lit(1.0)) if call.weights == "1" else found

    def _own_weights(self) -> pl.DataFrame:
        """The addresses that each origin announces in the observed routes."""
        import numpy as np
        import polars as pl

        assert self.table is not None
        seen = self.table.observed
        held = np.bincount(seen.origin[seen.origin >= 0], seen.own_addresses()[seen.origin >= 0], len(seen.asn))
        return pl.DataFrame({"asn": seen.asn, "weight": held}).filter(pl.col("weight") > 0)

    def _observed_origins(self) -> list[Target]:
        """Hegemony of every origin at once, as one target each."""
        import polars as pl

        from provenet.routing.hegemony import observed_hegemony

        assert self.table is not None
        call, observed = self.call, self.table.observed
        origins = self.origins if call.origins else None
        told = observed_hegemony(observed, scope="origin", origins=origins, weights=call.weights, alpha=call.alpha)
        if not len(told["scopes"]):
            names = ", ".join(f"AS{asn}" for asn in self.origins[:5])
            raise InputFault([Fault(self.table.told[0]["name"], f"no route ends at {names or 'any network'}")])  # type: ignore[arg-type]
        scores = dict(told["scores"].partition_by("origin_asn", as_dict=True, include_key=False))
        made = []
        for scope in told["scopes"].sort(["weight", "origin_asn"], descending=[True, False]).to_dicts():
            asn = int(scope.pop("origin_asn"))
            mine = scores.get((asn,), told["scores"].clear().drop("origin_asn"))
            if call.skip_origin:
                mine = mine.filter(pl.col("asn") != asn)
            target = Target(f"AS{asn}", pl.DataFrame({"asn": [asn], "weight": [scope["weight"]]}), asn)
            target.answer = {**told, **scope, "scores": mine}
            made.append(target)
        return made

    def _one(self, target: Target, greatest: bool, many: str) -> dict[str, Any]:
        return self._observed(target) if self.table is not None else self._simulated(target, greatest, many)

    def _observed(self, target: Target) -> dict[str, Any]:
        from provenet.routing.hegemony import country_hegemony, observed_hegemony
        from provenet.routing.vendor_influence import observed_vendor_dependence

        assert self.table is not None
        call, observed = self.call, self.table.observed
        if call.measure == "vendor":
            assert self.shares is not None
            return observed_vendor_dependence(
                observed, target.weights, self.shares, unlisted=call.unlisted, alpha=call.alpha
            )
        if call.measure == "transit":
            from provenet.routing.transit_influence import observed_transit_influence

            inside, ranges = self._inside()
            return observed_transit_influence(observed, ranges, inside, gate=call.gate, alpha=call.alpha)
        if call.scope == "global":
            told = observed_hegemony(observed, weights=call.weights, alpha=call.alpha)
            return {**told, **told["scopes"].to_dicts()[0]}
        by_origin = observed_hegemony(
            observed, scope="origin", origins=target.weights["asn"].to_list(), weights=call.weights, alpha=call.alpha
        )
        return country_hegemony(by_origin, target.weights, skip_origin=call.skip_origin)

    def _simulated(self, target: Target, greatest: bool, many: str) -> dict[str, Any]:
        from provenet.routing.hegemony import simulated_country_hegemony, simulated_hegemony
        from provenet.routing.kernels.route_tables import GreatestFirst, Simulated
        from provenet.routing.vendor_influence import simulated_vendor_dependence

        assert self.graph is not None
        call, graph, core = self.call, self.graph, self.graph.core
        routes = GreatestFirst(core.topology, graph.vantages) if greatest else Simulated(core, graph.vantages)
        told = _counted(routes, self.progress, ("greatest ASN first" if greatest else "") + many)
        given = (told, core.topology, target.weights)
        words = {"alpha": call.alpha, "vantage_points": graph.vantage_points}
        if call.measure == "vendor":
            assert self.shares is not None
            return simulated_vendor_dependence(
                *given,
                shares=self.shares,
                vantages=graph.vantages,
                unlisted=call.unlisted,
                alpha=call.alpha,
                vantage_points=graph.vantage_points,
            )
        if call.measure == "transit":
            from provenet.routing.transit_influence import simulated_transit_influence

            inside, _ = self._inside()
            return simulated_transit_influence(
                *given, monitors=graph.vantages, inside_asns=inside, gate=call.gate, alpha=call.alpha
            )
        if call.scope == "global":
            return simulated_hegemony(*given, vantages=graph.vantages, **words)  # type: ignore[arg-type]
        return simulated_country_hegemony(*given, vantages=graph.vantages, skip_origin=call.skip_origin, **words)  # type: ignore[arg-type]

    def _inside(self) -> tuple[list[int], pl.DataFrame]:
        """Networks with most of their addresses in the country, which do not monitor it, and the country's ranges."""
        import polars as pl

        assert self.addresses is not None and self.countries is not None and self.call.country is not None
        first, last = self.countries.ranges_of(self.call.country)
        here, every = self.addresses.weights((first, last)), self.addresses.weights()
        both = here.join(every, on="asn", suffix="_all")
        inside = both.filter(pl.col("weight") > INSIDE * pl.col("weight_all"))
        return inside["asn"].to_list(), pl.DataFrame({"first": first, "last": last})

    def _score(self, target: Target) -> None:
        """The rows of one target, under the names that all measures share."""
        import polars as pl

        from provenet.routing.hegemony import beside_tie_rules

        answer, scores = target.answer, target.answer.get("scores")
        if self.call.measure == "vendor":
            target.scores = answer["by_vantage"].select(
                "vantage_asn", "low_share", "high_share", pl.col("found").alias("found_share")
            )
        elif self.call.measure == "hegemony":
            assert scores is not None
            low, high = ("low_share", "high_share") if "low_share" in scores.columns else ("hegemony_share",) * 2
            target.scores = scores.select("asn", pl.col(low).alias("low_share"), pl.col(high).alias("high_share"))
            if target.greatest_first is not None:
                beside = beside_tie_rules(answer, target.greatest_first)
                other = beside["scores"].select("asn", "greatest_first_share")
                target.scores = (
                    target.scores.join(other, on="asn", how="full", coalesce=True)
                    .with_columns(pl.col("low_share", "high_share", "greatest_first_share").fill_null(0.0))
                    .sort(["high_share", "greatest_first_share", "asn"], descending=[True, True, False])
                )
                target.greatest_first = {key: beside[key] for key in ("mean_moved_share", "most_moved_share")}
                answer["assumptions"] = beside["assumptions"]
        else:
            target.scores = scores

    def _summary(self, targets: Sequence[Target]) -> dict[str, Any]:
        first, call = targets[0].answer, self.call
        said: list[str] = []
        for line in first["assumptions"]:
            said += [line] if line not in said else []
        inputs: dict[str, Any] = {"graph": None if self.graph is None else self.graph.told}
        inputs["mrt"] = None if self.table is None else self.table.told
        for name, table in (("addresses", self.addresses), ("countries", self.countries)):
            inputs[name] = None if table is None else table.told
        return {
            **head_of(call),
            "refused": None,
            "inputs": inputs,
            "remarks": [] if self.table is None else self.table.remarks,
            "left_out": first.get("left_out") or None,
            "vantage_points": self._vantage_points(),
            "weights": weights_said(call),
            "reads": reads_of(call),
            **({"gate": call.gate, "least_gate": first["least_gate"]} if call.measure == "transit" else {}),
            "alpha": call.alpha,
            "target_count": len(targets),
            "targets": [told_of(call, target) for target in targets[:MOST_TARGETS]],
            "not_found": self._not_found(targets),
            "assumptions": said,
        }

    def _vantage_points(self) -> dict[str, Any]:
        if self.graph is not None:
            return {"chosen": self.graph.vantage_points, "count": len(self.graph.vantages)}
        assert self.table is not None
        seen = self.table.observed
        # A collector may stand in its own table of peers, as number 0.
        blind = [asn for asn in seen.blind_asns if asn]
        chosen = "peers of the collectors"
        if self.call.vantage is not None:
            chosen += f", those of {self.call.vantage.name}"
        told = {"chosen": chosen, "count": len(seen.vantage_asn), "sessions": len(seen.vantage_of)}
        return {**told, "without_routes": blind[:NAMED], "without_routes_count": len(blind),
                "partial": seen.partial_asns[:NAMED], "partial_count": len(seen.partial_asns)}  # fmt: skip

    def _not_found(self, targets: Sequence[Target]) -> dict[str, Any] | None:
        """Networks that were named and are in no path."""
        if not self.call.origins:
            return None
        if self.graph is not None:
            known: NDArray[np.int64] = self.graph.core.topology.asn
        else:
            assert self.table is not None
            known = self.table.observed.asn
        gone = sorted(set(self.origins) - set(known.tolist()))
        return {"networks": gone[:NAMED], "network_count": len(gone)}


def _counted(routes: Any, progress: Progress, remark: str) -> Any:
    """Routes that tell how many destinations are done."""
    passes = 0

    def told(destinations: Any) -> Iterator[tuple[Any, Any]]:
        nonlocal passes
        passes, done, words = passes + 1, 0, f" ({remark.removeprefix(', ')})" if remark else ""
        again = f", pass {passes}" if passes > 1 else ""
        for root, table in routes(destinations):
            yield root, table
            done += len(root)
            progress(f"networks routed to{words}{again}", done, len(destinations))

    return told


def _shares(place: Path, progress: Progress) -> pl.DataFrame:
    import polars as pl

    from provenet.ingest.bgp.as_lists import read_shares

    asn, low, high = read_shares(place, progress)
    return pl.DataFrame({"asn": asn, "low": low, "high": high})
