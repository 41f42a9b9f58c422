"""A site's own links, such as a satellite terminal or leased fibre: what does not fit spills to the public network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum
from typing import TYPE_CHECKING

from provenet.core.errors import UsageFault
from provenet.numerics.arrays import Flags, Floats

if TYPE_CHECKING:
    from provenet.routing.igp import Exposures


@dataclass(frozen=True, kw_only=True)
class Span:
    """An amount that is known from `low` to `high`; nothing is known of it from 0 to infinity."""

    low: float = 0.0
    high: float = float("inf")


@dataclass(frozen=True)
class SpilledExposure:
    """The share of a site's demand that spills, and the share that is exposed, each from low to high."""

    spilled: Span
    exposed: Span


def spilled_exposure(demand: Span, own: Sequence[tuple[Span, Span]], public: Span) -> SpilledExposure:
    """The share of a site's demand that its own links do not take, and the share exposed on all ways together.

    Own links fill in the order given; what is left rides the public network, whose exposure is `public`. The intervals
    hold every demand, capacity and exposure within theirs. With one own link both ends are reached; with more, each
    link's part of the demand is taken on its own, which may widen the interval. A demand of 0 spills nothing: its
    share is that of the first way. Cost O(links^2).

    Parameters
    ----------
    demand
        In the unit of the capacities; unknown is `Span()`.
    own
        Capacity, in the unit of the demand, and share of its traffic that is exposed, in the order in which they fill.
    public
        The exposed share of what rides the public network, from 0 to 1.

    Raises
    ------
    UsageFault
        For a span whose low end is negative or above its high end, and an exposure above 1.

    >>> spilled_exposure(Span(low=10, high=10), [(Span(low=4, high=6), Span(high=0))], Span(low=0.5, high=1)).exposed
    Span(low=0.2, high=0.6)
    """
    _check([demand, *(capacity for capacity, _ in own)], most=float("inf"))
    _check([public, *(exposure for _, exposure in own)], most=1.0)
    parts = [Span(low=_ratio(one.low, demand.high), high=_ratio(one.high, demand.low)) for one, _ in own]
    lows = [*(exposure.low for _, exposure in own), public.low]
    highs = [*(exposure.high for _, exposure in own), public.high]
    last = [0.0] * len(own) + [1.0]
    return SpilledExposure(
        _span(_outermost(parts, last, least=True), _outermost(parts, last, least=False)),
        _span(_outermost(parts, lows, least=True), _outermost(parts, highs, least=False)),
    )


EXPOSED = {"clear": Span(low=0.0, high=0.0), "restricted": Span(low=1.0, high=1.0), "unknown": Span(low=0.0, high=1.0)}
"""What of the traffic of an own link is exposed, by its state."""


def exposure_of_site(
    own: Sequence[tuple[Span, str]], which: Flags, *, volume: Floats, exposures: Exposures, is_known: bool
) -> tuple[Span, SpilledExposure]:
    """The exposure of some demands of a site, were all of them on the network, and with its own links before it.

    `own` are capacity and state of each link. Volumes that are assumed (`is_known` false) say nothing of capacities:
    the demand is then not known. Demands of which none has a path are exposed from 0 to 1.
    """
    routed = which & exposures.connected
    weight, whole = volume[routed], float(volume[which].sum())
    public = Span(low=0.0, high=1.0)
    if weight.sum() > 0:
        low, high = (float((ends[routed] * weight).sum() / weight.sum()) for ends in (exposures.low, exposures.high))
        public = _span(low, high)
    links = [(capacity, EXPOSED[state]) for capacity, state in own]
    return public, spilled_exposure(Span(low=whole, high=whole) if is_known else Span(), links, public)


def _ratio(capacity: float, demand: float) -> float:
    """How much of the demand a capacity takes, at most all of it."""
    if capacity >= demand:
        return 1.0
    return capacity / demand if demand < float("inf") else 0.0


def _check(spans: Sequence[Span], *, most: float) -> None:
    for span in spans:
        if not 0 <= span.low <= span.high <= most:
            raise UsageFault(
                f"from {span.low:g} to {span.high:g} is no span; give a low end of 0 or more, not above the high end"
                + ("." if most == float("inf") else " of at most 1.")
            )


def _span(low: float, high: float) -> Span:
    return Span(low=min(low, 1.0), high=min(max(low, high), 1.0))


def _outermost(parts: Sequence[Span], weight: Sequence[float], *, least: bool) -> float:
    """The least or greatest mean weight of ways filled in order, where way i takes a part within `parts[i]` when full.

    The last way that carries anything is tried in turn: those before it are full, those behind it empty.
    """
    found: list[float] = []
    for last in range(len(parts) + 1):
        need = fsum(p.low for p in parts[:last])
        if need > 1.0:
            break
        rooms = [(weight[i], parts[i].high - parts[i].low) for i in range(last)]
        rooms.append((weight[last], parts[last].high if last < len(parts) else 1.0))
        left, value = 1.0 - need, fsum(p.low * w for p, w in zip(parts[:last], weight, strict=False))
        for one, room in sorted(rooms, reverse=not least):
            part = min(left, room)
            value, left = value + one * part, left - part
        if left <= 1e-12:
            found.append(value)
    return min(found) if least else max(found)
