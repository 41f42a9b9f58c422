"""A site's own links: what spills and what is exposed, at every corner of what is known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenet.core.errors import UsageFault
from provenet.routing.own_links import Span, spilled_exposure

NOTHING = Span()


@st.composite
def spans(draw: st.DrawFn, most: float = 20.0, least: float = 0.0) -> Span:
    low, high = sorted(draw(st.floats(least, most)) for _ in range(2))
    return Span(low=low, high=high)


@st.composite
def within(draw: st.DrawFn, span: Span) -> float:
    return span.low + (span.high - span.low) * draw(st.sampled_from([0.0, 0.25, 0.5, 1.0]))


def plain(demand: float, ways: list[tuple[float, float]], public: float) -> tuple[float, float]:
    """Fills the ways one after the other: the share that spills and the share exposed."""
    left, exposed = demand, 0.0
    for capacity, share in ways:
        part = min(left, capacity)
        exposed, left = exposed + part * share, left - part
    return left / demand, (exposed + left * public) / demand


@given(st.data())
def test_every_corner_lies_within(data: st.DataObject) -> None:
    demand = data.draw(spans(least=0.1))
    own = [(data.draw(spans()), data.draw(spans(1.0))) for _ in range(data.draw(st.integers(0, 3)))]
    public = data.draw(spans(1.0))
    found = spilled_exposure(demand, own, public)
    ways = [(data.draw(within(capacity)), data.draw(within(exposure))) for capacity, exposure in own]
    spilled, exposed = plain(data.draw(within(demand)), ways, data.draw(within(public)))
    assert found.spilled.low - 1e-9 <= spilled <= found.spilled.high + 1e-9
    assert found.exposed.low - 1e-9 <= exposed <= found.exposed.high + 1e-9
    assert 0 <= found.exposed.low <= found.exposed.high <= 1


@given(spans(least=0.1), spans(), spans(1.0), spans(1.0))
def test_one_link_reaches_both_ends(demand: Span, capacity: Span, own: Span, public: Span) -> None:
    found = spilled_exposure(demand, [(capacity, own)], public)
    corners = [
        plain(d, [(c, e)], p)
        for d in (demand.low, demand.high)
        for c in (capacity.low, capacity.high)
        for e in (own.low, own.high)
        for p in (public.low, public.high)
    ]
    assert found.spilled.low == pytest.approx(min(c[0] for c in corners), abs=1e-9)
    assert found.spilled.high == pytest.approx(max(c[0] for c in corners), abs=1e-9)
    assert found.exposed.low == pytest.approx(min(c[1] for c in corners), abs=1e-9)
    assert found.exposed.high == pytest.approx(max(c[1] for c in corners), abs=1e-9)


@given(spans(), spans(1.0), spans(1.0))
def test_learning_more_only_narrows(capacity: Span, own: Span, public: Span) -> None:
    """A capacity that becomes known never widens what is exposed, and an unknown one spans all."""
    link = (NOTHING, own)
    wide = spilled_exposure(NOTHING, [link], public)
    demand = Span(low=10.0, high=10.0)
    middle = spilled_exposure(demand, [link], public)
    narrow = spilled_exposure(demand, [(capacity, own)], public)
    assert wide.exposed.low <= middle.exposed.low <= narrow.exposed.low + 1e-12
    assert wide.exposed.high >= middle.exposed.high >= narrow.exposed.high - 1e-12
    assert (wide.spilled, middle.spilled) == (Span(low=0.0, high=1.0), Span(low=0.0, high=1.0))


def test_a_satellite_takes_what_it_can() -> None:
    satellite = (Span(low=2.0, high=2.0), Span(high=0.0))
    found = spilled_exposure(Span(low=8.0, high=8.0), [satellite], Span(low=0.4, high=0.8))
    assert found.spilled == Span(low=0.75, high=0.75)
    assert (found.exposed.low, found.exposed.high) == (pytest.approx(0.3), pytest.approx(0.6))
    none = spilled_exposure(Span(low=8.0, high=8.0), [], Span(low=0.4, high=0.8))
    assert none.exposed == Span(low=0.4, high=0.8)


def test_spans_that_are_none_are_refused() -> None:
    with pytest.raises(UsageFault, match="from 2 to 1 is no span; give a low end of 0 or more, not above the high end"):
        spilled_exposure(Span(low=2, high=1), [], Span(low=0, high=1))
    with pytest.raises(UsageFault, match="not above the high end of at most 1"):
        spilled_exposure(Span(low=1, high=1), [], Span(low=0, high=2))
