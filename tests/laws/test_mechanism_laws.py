"""What holds of mechanisms whatever the carriers."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenet.tipping.mechanism_rules import follow_peers
from provenet.tipping.mechanisms import DECIDES, compare, run
from support.mechanism_cases import SCALARS, random_world

SEEDS = st.integers(0, 10**6)
NO_LIMIT = ("loan guarantee",)
"""Whoever guarantees loans may pay more than was set aside."""


def none(shape: tuple[int, ...]) -> np.ndarray:
    return np.zeros(shape)


@given(SEEDS)
def test_no_money_changes_nothing(seed: int) -> None:
    simulated, _, terms, offers = random_world(seed)
    before = follow_peers(simulated, np.zeros(simulated.gap.shape, bool))
    for of in compare(simulated, 0.0, terms, offers=none(offers.shape)):
        assert np.array_equal(of.clear, before), of.mechanism
        assert not of.paid.any() and not of.gained.any() and not of.rent.any() and not of.defaults.any()


@given(SEEDS)
def test_aid_takes_nobody_back(seed: int) -> None:
    simulated, budget, terms, offers = random_world(seed)
    before = follow_peers(simulated, np.zeros(simulated.gap.shape, bool))
    for of in compare(simulated, budget, terms, offers=offers):
        assert (of.clear >= before).all()
        assert (of.gained >= 0).all() and (of.rent <= of.paid + 1e-9).all() and (of.defaults <= of.awards).all()
        assert (of.granted <= of.requests + 1e-9).all()
        told = of.summary()
        bands = (told.clear_share, told.paid_amount, told.rent_amount, told.default_share, told.shortfall_share)
        assert all(band.low <= band.mid <= band.high for band in (*bands, *filter(None, [told.unit_amount])))
        assert told.default_share.high <= 1 and told.shortfall_share.high <= 1 + 1e-9


@given(SEEDS)
def test_figures_that_do_not_decide_move_nobody(seed: int) -> None:
    simulated, budget, terms, offers = random_world(seed)
    others, before = random_world(seed + 1)[2], compare(simulated, budget, terms, offers=offers)
    for of in before:
        idle = {name: getattr(others, name) for name in SCALARS if name not in DECIDES[of.mechanism]}
        after = run(simulated, budget, replace(terms, **idle), mechanism=of.mechanism, offers=offers)
        assert np.array_equal(of.clear, after.clear), of.mechanism


@pytest.mark.parametrize("mechanism", DECIDES)
def test_every_figure_that_may_decide_does_somewhere(mechanism: str) -> None:
    left = set(DECIDES[mechanism])
    for seed in range(400):
        simulated, budget, terms, offers = random_world(seed)
        others = random_world(seed + 1)[2]
        before = run(simulated, budget, terms, mechanism=mechanism, offers=offers)
        for name in sorted(left):
            changed = replace(terms, **{name: getattr(others, name)})
            after = run(simulated, budget, changed, mechanism=mechanism, offers=offers)
            if not np.array_equal(before.clear, after.clear):
                left.discard(name)
        if not left:
            return
    assert not left


@given(SEEDS)
def test_nothing_is_paid_beyond_the_budget(seed: int) -> None:
    simulated, budget, terms, offers = random_world(seed)
    if np.isfinite(budget):
        offers = offers * budget / max(offers.sum(), 1e-9)
        for of in compare(simulated, budget, terms, offers=offers):
            if of.mechanism not in NO_LIMIT:
                assert (of.paid.sum(axis=0) <= budget * (1 + 1e-9)).all(), of.mechanism
            if "auction" in of.mechanism:
                kept = of.awarded - of.defaulted
                assert (kept.sum(axis=0) <= budget * (1 + 1e-9)).all()


@given(SEEDS)
def test_money_without_limit_makes_all_clear_that_can_be_and_deliver(seed: int) -> None:
    simulated, _, terms, _ = random_world(seed)
    terms = replace(terms, bid_spread=none(terms.bid_spread.shape), default_chance=none(terms.bid_spread.shape))
    bidders = np.isfinite(simulated.gap) & (simulated.alone[:, None] > 0)
    of = run(simulated, np.inf, terms, mechanism="pay-as-bid auction")
    assert of.clear[bidders].all()
    assert np.isfinite(of.paid).all() and not of.defaults.any()


@given(SEEDS)
def test_without_error_and_other_reasons_nobody_defaults(seed: int) -> None:
    simulated, budget, terms, offers = random_world(seed)
    nothing = none(terms.bid_spread.shape)
    terms = replace(terms, bid_spread=nothing, default_chance=nothing)
    for of in compare(simulated, budget, terms, offers=offers):
        assert not of.defaults.any(), of.mechanism


def test_more_budget_may_mean_fewer_clear_in_an_auction() -> None:
    """10 that needs 6 for a weight of 3 comes first once it fits, and leaves no room for two of 5 and a weight of 2."""
    from support.mechanism_cases import carriers, terms

    simulated = carriers([[12.0], [5.0], [5.0]], [5.0, 2.0, 2.0])
    counts = [
        int(run(simulated, b, terms(simulated), mechanism="pay-as-bid auction").clear.sum()) for b in (11.0, 12.0)
    ]
    assert counts == [2, 1]


@given(SEEDS)
def test_true_bids_paid_as_they_are_leave_no_rent(seed: int) -> None:
    simulated, budget, terms, _ = random_world(seed)
    nothing = none(terms.bid_spread.shape)
    terms = replace(terms, bid_spread=nothing, bid_markup=nothing, default_chance=nothing, windfall_ask=nothing)
    assert run(simulated, budget, terms, mechanism="pay-as-bid auction").rent.sum() == pytest.approx(0, abs=1e-6)


@given(SEEDS)
def test_where_all_are_clear_anyway_all_that_is_paid_is_rent(seed: int) -> None:
    simulated, budget, terms, offers = random_world(seed)
    simulated = replace(simulated, gap=-np.abs(np.where(np.isfinite(simulated.gap), simulated.gap, 1.0)))
    for of in compare(simulated, budget, terms, offers=offers):
        assert of.clear.all() and not of.gained.any()
        assert np.array_equal(of.paid, of.rent), of.mechanism
        if of.mechanism == "pay-as-bid auction":
            assert not of.paid.any()
    assert run(simulated, budget, terms, mechanism="offers", offers=offers).rent.sum() == pytest.approx(
        offers.sum() * simulated.scenarios
    )


@given(SEEDS)
def test_the_order_of_the_carriers_changes_nothing(seed: int) -> None:
    simulated, budget, terms, offers = random_world(seed)
    back = np.arange(len(simulated.buyers))[::-1]
    turned = replace(
        simulated, buyers=simulated.buyers[::-1], groups=simulated.groups[::-1], gap=simulated.gap[back],
        effect=simulated.effect[back], peers=simulated.peers[np.ix_(back, back)], kept=simulated.kept[back],
        cost=simulated.cost[back], elements=simulated.elements[back],
    )  # fmt: skip
    noise = {name: getattr(terms, name)[back] for name in ("error", "luck")}
    for one, two in zip(
        compare(simulated, budget, terms, offers=offers),
        compare(turned, budget, replace(terms, **noise), offers=offers[back]), strict=True,
    ):  # fmt: skip
        assert np.array_equal(one.clear, two.clear[back]), one.mechanism
        assert one.paid.sum() == pytest.approx(two.paid.sum())
