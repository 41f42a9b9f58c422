"""Laws of the traffic of sites: ends hold every corner of what is stated and are reached; failures move traffic."""

from collections.abc import Iterator
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenet.core.errors import UsageFault
from provenet.exposure.site_traffic import (
    ALL,
    ANY_SHARE,
    NOTHING,
    Way,
    either,
    exposed_share,
    failures_of,
    hull,
    met,
    parts_of,
    share_on,
    spread,
    together,
)
from provenet.routing.own_links import Span

AMOUNTS = st.integers(0, 6).map(float)
TOLERANCE = 1e-9


def spans(values: st.SearchStrategy[float] = AMOUNTS) -> st.SearchStrategy[Span]:
    return st.tuples(values, values).map(lambda ends: Span(low=min(ends), high=max(ends)))


SHARES = spans(st.integers(0, 4).map(lambda one: one / 4))
DEMANDS = spans(st.integers(1, 6).map(float))


def filled(demand: float, takes: tuple[float, ...]) -> list[float]:
    """A second implementation: pour the demand into the ways one after another; the last holds what is left."""
    left, made = demand, []
    for take in takes:
        made.append(min(take, left))
        left -= made[-1]
    return [one / demand for one in (*made, left)]


def holds(span: Span, value: float) -> bool:
    return span.low - TOLERANCE <= value <= span.high + TOLERANCE


def corners(spans_given: list[Span]) -> Iterator[tuple[float, ...]]:
    return product(*((one.low, one.high) for one in spans_given))


@given(DEMANDS, st.lists(spans(), max_size=3))
def test_parts_hold_every_corner_and_every_point_between(demand: Span, takes: list[Span]) -> None:
    parts = parts_of(demand, takes)
    inner = [demand.low + step * (demand.high - demand.low) / 4 for step in range(5)]
    for at in inner:
        for capacities in corners(takes):
            for span, share in zip(parts, filled(at, capacities), strict=True):
                assert holds(span, share)


@given(DEMANDS, st.lists(spans(), max_size=3))
def test_both_ends_of_every_part_are_reached(demand: Span, takes: list[Span]) -> None:
    parts = parts_of(demand, takes)
    turning = {sum(capacities[: at + 1]) for capacities in corners(takes) for at in range(len(takes))}
    points = {demand.low, demand.high, *(one for one in turning if demand.low <= one <= demand.high)}
    reached = [filled(at, capacities) for at in points for capacities in corners(takes)]
    for place, span in enumerate(parts):
        assert min(one[place] for one in reached) == pytest.approx(span.low)
        assert max(one[place] for one in reached) == pytest.approx(span.high)


@given(DEMANDS, st.lists(spans(), min_size=1, max_size=3), st.sets(st.integers(0, 3)))
def test_a_share_on_some_ways_holds_every_corner(demand: Span, takes: list[Span], chosen: set[int]) -> None:
    together_on = share_on(parts_of(demand, takes), chosen)
    for at, capacities in product((demand.low, demand.high), corners(takes)):
        assert holds(together_on, sum(share for n, share in enumerate(filled(at, capacities)) if n in chosen))


@given(DEMANDS, st.lists(st.tuples(spans(), SHARES), max_size=3), SHARES)
def test_what_is_exposed_holds_every_corner(demand: Span, ways: list[tuple[Span, Span]], public: Span) -> None:
    takes, exposures = [take for take, _ in ways], [*(at for _, at in ways), public]
    exposed = exposed_share(demand, takes, exposures)
    for at, capacities, weights in product((demand.low, demand.high), corners(takes), corners(exposures)):
        shares = filled(at, capacities)
        assert holds(exposed, sum(share * weight for share, weight in zip(shares, weights, strict=True)))


@given(SHARES, SHARES, st.lists(st.booleans(), min_size=1, max_size=6))
def test_what_is_met_holds_wherever_in_a_network_traffic_runs(
    ridden: Span, equipment: Span, restricted: list[bool]
) -> None:
    """All traffic may meet one element: a share of equipment bounds nothing unless it is none or all of it."""
    share = sum(restricted) / len(restricted)
    if not equipment.low <= share <= equipment.high:
        return
    for part, element in product((ridden.low, ridden.high), restricted):
        assert holds(met(ridden, equipment), part * element)
    for part in (ridden.low, ridden.high):
        assert holds(spread(ridden, equipment), part * share)


@given(st.lists(SHARES, min_size=1, max_size=3))
def test_either_holds_things_that_coincide_and_things_that_do_not(found: list[Span]) -> None:
    for shares in corners(found):
        assert holds(either(found), max(shares))
        assert holds(either(found), min(1.0, sum(shares)))


@given(DEMANDS, st.lists(st.tuples(spans(), st.booleans()), min_size=1, max_size=3))
def test_a_failure_only_moves_traffic_off_own_links(demand: Span, given_ways: list[tuple[Span, bool]]) -> None:
    ways = [Way(takes=take, is_own=own) for take, own in given_ways]
    own = {at for at, way in enumerate(ways) if way.is_own}
    before = share_on(parts_of(demand, [way.takes for way in ways]), own)
    (lost,) = failures_of(ways, "all")
    assert share_on(parts_of(demand, lost), own) == NOTHING if own else True
    for takes in failures_of(ways, "one"):
        after = share_on(parts_of(demand, takes), own)
        assert after.high <= before.high + TOLERANCE


@given(st.lists(spans(), min_size=1, max_size=3), spans())
def test_learning_an_amount_only_narrows(takes: list[Span], demand: Span) -> None:
    if demand.low == 0:
        return
    wide = parts_of(Span(low=0.0), [Span() for _ in takes])
    narrow = parts_of(demand, takes)
    for outer, inner in zip(wide, narrow, strict=True):
        assert outer.low <= inner.low + TOLERANCE
        assert inner.high <= outer.high + TOLERANCE


def test_without_a_number_every_way_may_carry_all_or_nothing() -> None:
    assert parts_of(Span(), [Span(), Span()]) == [ANY_SHARE, ANY_SHARE, ANY_SHARE]
    assert parts_of(Span(), [NOTHING, NOTHING]) == [NOTHING, NOTHING, ALL]


def test_one_failure_is_of_each_own_link_that_takes_anything() -> None:
    ways = [
        Way(takes=Span(low=1, high=2), is_own=True),
        Way(takes=NOTHING, is_own=True),
        Way(takes=Span(low=3, high=3), is_own=True),
        Way(takes=Span(low=4, high=4)),
    ]
    assert [[span.high for span in takes] for takes in failures_of(ways, "one")] == [[0, 0, 3, 4], [2, 0, 0, 4]]
    assert [[span.high for span in takes] for takes in failures_of(ways, "all")] == [[0, 0, 0, 4]]
    assert failures_of([ways[1]], "one") == [[NOTHING]]


def test_parts_of_a_whole_stay_within_it() -> None:
    whole = Span(low=0.4, high=0.5)
    assert together([whole, Span(low=0.0, high=0.2)], whole) == whole
    assert hull([]) == ANY_SHARE


@pytest.mark.parametrize("demand", [Span(low=2, high=1), Span(low=-1, high=1)])
def test_ends_that_are_no_span_are_refused(demand: Span) -> None:
    with pytest.raises(UsageFault, match="is no span"):
        parts_of(demand, [])
