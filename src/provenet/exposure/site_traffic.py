"""Where a demand of a site goes: own links first, the rest spills. Spans and plain numbers; no case, no table.

A way takes what it can of a demand, in a given order; what is left rides the last. Every amount is known from a low to
a high end, and every answer holds all corners of what it is given. Shares of equipment say what part of a network is
restricted, not what part of one site's traffic meets it: `met` is what follows for certain, `spread` the estimate that
traffic meets equipment as equipment is spread. Source: own, decision 0075.
"""

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from math import fsum

from provenet.core.errors import UsageFault
from provenet.routing.own_links import OwnLink, Span, spilled_exposure

NOTHING = Span(low=0.0, high=0.0)
ALL = Span(low=1.0, high=1.0)
ANY_SHARE = Span(low=0.0, high=1.0)
"""A share of which nothing is known."""
NONE_FAILED, ONE_FAILED, ALL_FAILED = "none", "one", "all"


@dataclass(frozen=True, kw_only=True)
class Way:
    """One way of a demand: what it can take, in the unit of the demand, and whether it is a link of the site's own."""

    takes: Span
    is_own: bool = False


def parts_of(demand: Span, takes: Sequence[Span]) -> list[Span]:
    """The share of a demand that rides each way in order, and last the share that is left.

    Parameters
    ----------
    demand
        In the unit of what the ways take; unknown is `Span()`. A demand of exactly 0 rides the first way.
    takes
        What each way can take, in the order in which they fill.

    Returns
    -------
    Of each way the least and greatest share over all demands and capacities within their spans; both ends are reached,
    or approached where a span is open to infinity.

    Raises
    ------
    UsageFault
        For a span whose low end is negative or above its high end.

    >>> parts_of(Span(low=10, high=10), [Span(low=4, high=6)])
    [Span(low=0.4, high=0.6), Span(low=0.4, high=0.6)]
    """
    for span in (demand, *takes):
        if not 0 <= span.low <= span.high:
            raise UsageFault(f"from {span.low:g} to {span.high:g} is no span; give a low end of 0 or more.")
    if demand.high == 0:
        return [ALL, *(NOTHING for _ in takes)]
    made, least, most = [], 0.0, 0.0
    for span in takes:
        turning = min(max(least + span.high, demand.low), demand.high)
        highs = (_part(span.high, least, at) for at in (demand.low, turning, demand.high))
        lows = (_part(span.low, most, at) for at in (demand.low, demand.high))
        made.append(Span(low=min(lows), high=max(highs)))
        least, most = least + span.low, most + span.high
    rest = float("inf")
    return [*made, Span(low=_part(rest, most, demand.low), high=_part(rest, least, demand.high))]


def _part(takes: float, before: float, demand: float) -> float:
    """The share of a demand that a way takes once those before it have taken what they can."""
    if demand == float("inf"):
        return float(takes == float("inf") and before < float("inf"))
    if demand == 0:
        # The limit of ever smaller demands: the first way that takes anything takes all.
        return float(before == 0 and takes > 0)
    return max(0.0, min(takes, demand - before) / demand) if before < demand else 0.0


def share_on(parts: Sequence[Span], ways: Set[int]) -> Span:
    """The share that rides some of the ways of `parts_of` together, which sum to 1 over all.

    >>> share_on([Span(low=0.4, high=0.6), Span(low=0.4, high=0.6)], {0, 1})
    Span(low=1.0, high=1.0)
    """
    inside = [part for at, part in enumerate(parts) if at in ways]
    outside = [part for at, part in enumerate(parts) if at not in ways]
    low = max(_total(p.low for p in inside), 1.0 - _total(p.high for p in outside), 0.0)
    high = min(_total(p.high for p in inside), 1.0 - _total(p.low for p in outside), 1.0)
    return Span(low=min(low, 1.0), high=max(min(low, 1.0), high))


def _total(values: Iterable[float]) -> float:
    return round(fsum(values), 12)


def failures_of(ways: Sequence[Way], failed: str) -> list[list[Span]]:
    """What the ways take in each case of a failure: `none`; `one`, any own link; `all`, every own link.

    A way that takes nothing has no link to lose: of `one` it makes no case. Without any own link there is one case.
    """
    takes = [way.takes for way in ways]
    own = [at for at, way in enumerate(ways) if way.is_own and way.takes.high > 0]
    if failed == ONE_FAILED and own:
        return [[NOTHING if at == lost else span for at, span in enumerate(takes)] for lost in own]
    if failed == ALL_FAILED:
        return [[NOTHING if at in own else span for at, span in enumerate(takes)]]
    return [takes]


def met(ridden: Span, equipment: Span) -> Span:
    """The share of a demand that meets restricted equipment in a network: for certain, and at most.

    What is ridden is known, which elements are met is not: only where all or none of the network's equipment is
    restricted does anything follow. `equipment` is its restricted share.

    >>> met(Span(low=0.2, high=0.4), Span(low=0.1, high=0.9)), met(Span(low=0.2, high=0.4), ALL)
    (Span(low=0.0, high=0.4), Span(low=0.2, high=0.4))
    """
    certain = certainty(equipment)
    return Span(low=ridden.low * certain.low, high=ridden.high * certain.high)


def certainty(equipment: Span) -> Span:
    """From nothing to all, but all where all of the equipment is restricted and nothing where none is."""
    return Span(low=float(equipment.low >= 1), high=float(equipment.high > 0))


def spread(ridden: Span, equipment: Span) -> Span:
    """The share that meets restricted equipment where traffic meets equipment as equipment is spread: an assumption.

    >>> spread(Span(low=0.2, high=0.4), Span(low=0.5, high=1.0))
    Span(low=0.1, high=0.4)
    """
    return Span(low=ridden.low * equipment.low, high=ridden.high * equipment.high)


def hull(spans: Iterable[Span]) -> Span:
    """The span from the lowest low end to the highest high end; nothing is known of none."""
    found = list(spans)
    if not found:
        return ANY_SHARE
    return Span(low=min(one.low for one in found), high=max(one.high for one in found))


def either(spans: Iterable[Span]) -> Span:
    """The share that meets at least one of several things, of which it is not known how far they coincide.

    >>> either([Span(low=0.2, high=0.5), Span(low=0.3, high=0.6)])
    Span(low=0.3, high=1.0)
    """
    found = list(spans)
    low = max((one.low for one in found), default=0.0)
    return Span(low=low, high=max(low, min(1.0, fsum(one.high for one in found))))


def together(spans: Iterable[Span], within: Span) -> Span:
    """The sum of parts of which none is part of another, within the whole that they are parts of."""
    found = list(spans)
    low = min(fsum(one.low for one in found), within.high)
    return Span(low=low, high=max(low, min(fsum(one.high for one in found), within.high)))


def exposed_share(demand: Span, takes: Sequence[Span], exposures: Sequence[Span]) -> Span:
    """The share of a demand that is exposed on all ways together; the last of `exposures` is of what is left.

    It holds every corner: see `routing.own_links.spilled_exposure`.

    >>> exposed_share(Span(low=10, high=10), [Span(low=4, high=6)], [NOTHING, Span(low=0.5, high=1)])
    Span(low=0.2, high=0.6)
    """
    # A way that takes nothing would take a demand of 0, of which no share can be stated.
    filled = [(span, at) for span, at in zip(takes, exposures[:-1], strict=True) if span.high > 0]
    own = [OwnLink(capacity=span, exposure=at) for span, at in filled]
    return spilled_exposure(demand, own, exposures[-1]).exposed
