"""Whether shares hold over days: which move beyond what the days' own intervals allow.

Days show mostly the same routers, so a day is compared with the others network by network: the doubt is that of the
*difference*, with networks as clusters, not of two strangers. A vendor that gains or loses only by who answered that
day moves the share among identified routers, and that is said of identified routers alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from provenet.identification.sampling import mean_limits, student_quantile
from provenet.numerics.arrays import Floats, Longs

_NO_SPREAD = 1e-12


@dataclass(frozen=True, slots=True)
class DayShare:
    """A vendor's share among the identified routers of one day, its sampling limits, and how far it lies from all
    days together.

    `change` has limits for that distance, at a level shared by all days of the vendor; `moved` where they leave out 0;
    `outside` where the share of all days together lies outside the day's own limits.
    """

    day: str
    vendor: int
    seen: int
    identified: int
    share: float
    low_share: float
    high_share: float
    change: float
    low_change: float
    high_change: float

    @property
    def moved(self) -> bool:
        """Whether the day differs from the days together beyond doubt."""
        return self.low_change > 0 or self.high_change < 0

    @property
    def outside(self) -> bool:
        """Whether the share of all days together lies outside the day's limits."""
        return not self.low_share <= self.share - self.change <= self.high_share


def stability(
    day: Longs,
    network: Longs,
    vendor: Longs,
    *,
    days: Sequence[str],
    vendors: Sequence[int] | None = None,
    level: float = 0.95,
) -> list[DayShare]:
    """Compares the share of each vendor on each day with that of all days together.

    Parameters: int64[N] each, one entry an identified router of a day: `day` into `days`, its network, its vendor
    (negative ones are left out). Returns one `DayShare` a vendor and day with identified routers. Cost O(N log N +
    vendors x cells).
    """
    used = vendor >= 0
    day, network, vendor = day[used], network[used], vendor[used]
    names, at = np.unique(network, return_inverse=True)
    size = np.zeros((len(days), len(names)))
    np.add.at(size, (day, at), 1.0)
    present = np.flatnonzero(size.sum(axis=1) > 0)
    strict = 1 - (1 - level) / max(len(present), 1)
    out: list[DayShare] = []
    for one in np.unique(vendor).tolist() if vendors is None else vendors:
        seen = np.zeros(size.shape)
        hit = vendor == one
        np.add.at(seen, (day[hit], at[hit]), 1.0)
        out += [_day_share(days[row], one, (seen, size, row), strict=strict, level=level) for row in present.tolist()]
    return out


def _day_share(day: str, vendor: int, cells: tuple[Floats, Floats, int], *, strict: float, level: float) -> DayShare:
    seen, size, row = cells
    mine, count = seen[row], size[row]
    share = float(mine.sum() / count.sum())
    low, high = mean_limits(mine, count, level)
    every = float(seen.sum() / size.sum())
    change = share - every
    # Linearised: what each network adds to the difference of the two ratios.
    part = (mine - share * count) / count.sum() - (seen.sum(axis=0) - every * size.sum(axis=0)) / size.sum()
    networks = int((size.sum(axis=0) > 0).sum())
    if networks > 1:
        spread = float(np.sqrt(networks / (networks - 1) * (part**2).sum()))
        reach = float(student_quantile((1 + strict) / 2, np.array([networks - 1.0]))[0]) * spread
        if spread < _NO_SPREAD:
            # Networks that all change alike, or not at all, show no spread, which is no proof that none is another
            # way: exact limits of none among so many (effective number of unequal ones: Kish).
            reach = 1 - ((1 - strict) / 2) ** float((count**2).sum() / count.sum() ** 2)
    else:
        reach = 1.0
    return DayShare(
        day=day,
        vendor=vendor,
        seen=int(mine.sum()),
        identified=int(count.sum()),
        share=share,
        low_share=low,
        high_share=high,
        change=change,
        low_change=max(change - reach, -1.0),
        high_change=min(change + reach, 1.0),
    )
