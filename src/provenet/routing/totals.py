"""Totals of the ladder over many pairs: by class of route, by rung, shares, and who would have to move."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from provenet.routing.kernels.lanes import (
    BLOCKED,
    DESTINATION_INSIDE,
    FIELDS,
    NO_ROUTE,
    SOURCE_INSIDE,
)
from provenet.routing.pairs import Pairs

RUNGS = ("0", "1_source_alone", "1_another", "2", "3_or_more", "none")
"""Rungs as totals name them: none has no clear route, whoever moves."""
LUCKY_RUNGS = ("0", "1", "2", "3_or_more", "none")
ROUTE_CLASSES = ("customer", "peer", "provider", "none")
REASONS = ("no_route", "destination_inside", "source_inside", "blocked")
"""Why pairs have no clear route: the first that holds. Together they are the rung none."""
REASON_FIELDS = ("no_route", "none_destination_inside", "none_source_inside", "none_blocked")
"""The sums of `kernels.lanes.FIELDS` that count them, alike."""
SHARES = ("low", "high", "expected", "reverse_low", "reverse_high", "either_low", "either_high")
MOVERS_LISTED = 20


@dataclass
class Totals:
    """Sums by the names of `kernels.lanes.FIELDS`, and for pairs worked out one by one how often each network moves."""

    sums: dict[str, float] = field(default_factory=lambda: dict.fromkeys(FIELDS, 0.0))
    movers: Counter[int] = field(default_factory=Counter)

    def add_sums(self, sums: NDArray[np.float64], sizes: NDArray[np.int64]) -> None:
        """Adds folded rows, each for as many networks as it stands for."""
        for name, value in zip(FIELDS, (sums * sizes[:, None]).sum(axis=0), strict=True):
            self.sums[name] += float(value)

    def add_pairs(self, pairs: Pairs) -> None:
        """Adds pairs."""
        counted = {
            "pairs": len(pairs),
            "no_route": int(np.sum(pairs.kind == NO_ROUTE)),
            "hops": int(pairs.hops[pairs.routed].sum(dtype=np.int64)),
            "rung_1_alone": int(np.sum((pairs.rung == 1) & pairs.alone)),
            "rung_1_other": int(np.sum((pairs.rung == 1) & ~pairs.alone)),
        }
        for number, name in zip((DESTINATION_INSIDE, SOURCE_INSIDE, BLOCKED), REASON_FIELDS[1:], strict=True):
            counted[name] = int(np.sum(pairs.reason == number))
        for number, name in ((1, "customer"), (2, "peer"), (3, "provider")):
            counted[name] = int(np.sum(pairs.kind == number))
        for number, name in ((0, "0"), (1, "1"), (2, "2"), (3, "3"), (-1, "none")):
            counted["lucky_" + name] = int(np.sum(pairs.rung_lucky == number))
            if number != 1:
                counted["rung_" + name] = int(np.sum(pairs.rung == number))
        for name, count in counted.items():
            self.sums[name] += count
        for name in SHARES:
            self.sums[name] += float(pairs.shares[f"{name}_share"][pairs.routed].sum())
        who, often = np.unique(pairs.mover, return_counts=True)
        self.movers.update(dict(zip(who.tolist(), often.tolist(), strict=True)))

    @property
    def clear(self) -> int:
        """Pairs with a clear route, whether it is taken today or not."""
        return round(self.sums["pairs"] - self.sums["rung_none"])

    def as_dict(self) -> dict[str, object]:
        """Totals as the answer prints them: counts of pairs, shares as means over the pairs that have a route."""
        sums = self.sums
        routed = sums["pairs"] - sums["no_route"]
        rungs = ("rung_0", "rung_1_alone", "rung_1_other", "rung_2", "rung_3", "rung_none")
        lucky = ("lucky_0", "lucky_1", "lucky_2", "lucky_3", "lucky_none")
        return {
            "pairs": round(sums["pairs"]),
            "by_route_class": _counts(ROUTE_CLASSES, ("customer", "peer", "provider", "no_route"), sums),
            "by_rung": _counts(RUNGS, rungs, sums),
            "no_clear_route": _counts(REASONS, REASON_FIELDS, sums),
            "by_rung_lucky": _counts(LUCKY_RUNGS, lucky, sums),
            "mean_length_hops": sums["hops"] / routed if routed else None,
            "exposure": {f"{name}_share": sums[name] / routed if routed else None for name in SHARES},
        }

    def top_movers(self) -> list[dict[str, int]]:
        """The networks that would have to move for most pairs, most first, then by ASN."""
        ordered = sorted(self.movers.items(), key=lambda item: (-item[1], item[0]))
        return [{"asn": asn, "pairs": pairs} for asn, pairs in ordered[:MOVERS_LISTED]]


def _counts(names: tuple[str, ...], keys: tuple[str, ...], sums: Mapping[str, float]) -> dict[str, int]:
    return {name: round(sums[key]) for name, key in zip(names, keys, strict=True)}
