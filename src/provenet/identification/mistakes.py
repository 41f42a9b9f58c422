"""How often answers by features alone are mistaken: in a region where enough of them are judged, else over all.

They are judged on networks that were held out, by direct evidence, which is taken as right: where two kinds of it
differ nothing tells which is mistaken. Where too few answers are judged nothing is said, with the reason in words.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from provenet.identification.estimate import Estimates
from provenet.identification.misclassification import Confusion, JudgedAnswers, confusion_of
from provenet.numerics.arrays import Longs

Routers = NDArray[np.bool_] | Longs
"""Some routers: marks of all, or their places."""
HERE, EVERYWHERE = "here", "everywhere"
"""Where mistakes were learnt: in the region in question, or in all regions together."""
MOST_TOLD_APART = 10
"""Vendors that a matrix tells apart, those reported most; all others are one."""
_ASSUMED = (
    "Misclassification: answers that rest on features alone are mistaken as often as on networks that were held out; "
    "other evidence is taken as right."
)
_ASSUMED_EVERYWHERE = (
    "Misclassification: too few answers are judged in this country alone, so they are taken to be mistaken as often as "
    "in all countries together."
)


@dataclass(frozen=True, kw_only=True, eq=False)
class RegionMistakes:
    """How often answers by features alone are mistaken in a region: the `confusion` of what was judged, and whether it
    was `learnt` there or everywhere; both None where too few were.
    """

    confusion: Confusion | None = None
    learnt: str | None = None


class Mistakes:
    """The mistakes of one estimate; `certain` bool[R] marks routers whose answers rest on direct evidence.

    `codes` int64[V] are numbers of the vendors, equal ones not told apart; their places where it is None.
    """

    def __init__(self, estimates: Estimates, *, codes: Longs | None = None) -> None:
        self._estimates = estimates
        self.certain = estimates.shows != 2
        self._identified = estimates.vendor >= 0
        self._by_features = self._identified & ~self.certain
        self._codes = np.arange(len(estimates.vendors)) if codes is None else codes
        self._judged = estimates.judged()
        self._everywhere = self._confusion(self._judged)
        self._of: dict[int, RegionMistakes] = {}

    def of(self, region: int = 0) -> RegionMistakes:
        """How often answers are mistaken in a region, a place in the estimates' regions; 0 is all of them."""
        if region not in self._of:
            self._of[region] = self._learnt(region)
        return self._of[region]

    def _learnt(self, region: int) -> RegionMistakes:
        here = self._confusion(self._judged.of(self._judged.region == region)) if region else None
        found = self._everywhere if here is None else here
        return RegionMistakes(confusion=found, learnt=None if found is None else EVERYWHERE if here is None else HERE)

    def _confusion(self, judged: JudgedAnswers) -> Confusion | None:
        """True against reported vendors; None where too few routers of too few networks are judged."""
        settings = self._estimates.settings
        used = judged.of(judged.reported >= 0)
        if len(used.true) < settings.least_labels or len(np.unique(used.network)) < 2 * settings.folds:
            return None
        true, reported = self._codes[used.true], self._codes[used.reported]
        numbers, times = np.unique(reported, return_counts=True)
        often = numbers[np.argsort(-times, kind="stable")][:MOST_TOLD_APART]
        return confusion_of(true, reported, used.network, vendors=often)

    def unknown_because(self, routers: Routers, region: RegionMistakes) -> str | None:
        """Why it is not known how often the answers for some routers are mistaken; None where it is."""
        settings = self._estimates.settings
        if not self._identified[routers].any():
            return "no router is identified"
        if not self._by_features[routers].any():
            return "no answer rests on features alone, and of other evidence nothing tells how often it is wrong"
        if region.confusion is None:
            return (
                "too few routers show features and other evidence to learn it from: it takes "
                f"{settings.least_labels} routers of {2 * settings.folds} networks"
            )
        return None

    def assumed(self, routers: Routers, region: RegionMistakes) -> list[str]:
        """What a correction of the shares of some routers assumes, in sentences; none where there is none."""
        if self.unknown_because(routers, region) is not None:
            return []
        return [_ASSUMED, *([_ASSUMED_EVERYWHERE] if region.learnt == EVERYWHERE else [])]

    def by_region(self, regions: Longs) -> tuple[Longs, dict[int, Confusion]]:
        """What each answer rests on, told apart by the region of its router, as `share_bounds` takes it.

        Parameters: `regions` int64[R], 0 where it is not known or does not matter. Returns int64[R] (negative: taken as
        right) and confusions by it. Cost O(R + judged x regions).
        """
        found = {at: self.of(at).confusion for at in np.unique(regions).tolist()}
        return np.where(self.certain, -1, regions), {at: one for at, one in found.items() if one is not None}
