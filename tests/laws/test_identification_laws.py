"""Laws of identification: ends are ends, learning narrows, gains fall, order does not matter, and intervals cover."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from against.test_identification_brute import drawn_candidates, settled_weight
from provenet.identification.estimate import estimate
from provenet.identification.evidence import EvidenceItem, RouterAddress
from provenet.identification.features import FEATURE_NAMES, FeatureModel
from provenet.identification.misclassification import Confusion, confusion_of, corrected_ends, rates, true_shares
from provenet.identification.sampling import mean_limits
from provenet.identification.shares import ShareSettings, share_bounds
from support.examples import examples
from support.synthetic_routers import corpus

SEEDS = st.integers(0, 10**6)
ROUTERS = st.lists(st.tuples(st.integers(0, 4), st.integers(-1, 2)), min_size=1, max_size=25)


def columns(rows: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([n for n, _ in rows], np.int64), np.array([v for _, v in rows], np.int64)


VALUES: dict[str, list[str]] = {
    "counter": ["i", "r", "sz", "dup"],
    "share": ["True", "False"],
    "ittl": ["64", "255"],
    "size": ["40", "56", "68", "84"],
    "echo": ["True", "False"],
}
"""What fields of tuples hold, by the end of their names."""


@st.composite
def tuples(draw: st.DrawFn) -> list[str]:
    kinds = [next(kind for kind in VALUES if kind in name.split("_")) for name in FEATURE_NAMES[:14]]
    return [draw(st.sampled_from(VALUES[kind])) for kind in kinds]


@settings(max_examples=examples(100), deadline=None)
@given(tuples(), st.sampled_from([0, 1, 2, 3, 9]), st.integers(1, 100), st.sampled_from([8, 11, 12, 13]))
def test_a_value_that_nobody_showed_names_no_vendor_of_few_routers(
    many: list[str], other: int, times: int, place: int
) -> None:
    """A router that differs from a vendor's in one value that nobody showed is no likelier another's, of which less is
    known and which differs in one more.
    """
    few = [*many[:other], "x1", *many[other + 1 :]]
    counts = np.array([[20.0 * times, 0], [0, 20.0]])
    shown = [*many[:place], "999", *many[place + 1 :]]
    likelihood = FeatureModel([",".join(many), ",".join(few)], counts).log_likelihood([",".join(shown)])[0]
    assert likelihood[0] > likelihood[1]


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(st.tuples(st.integers(1, 4), st.integers(0, 2), st.booleans()), min_size=1, max_size=60), SEEDS)
def test_a_second_reading_of_one_reply_makes_no_router_surer(rows: list[tuple[int, int, bool]], seed: int) -> None:
    """The MAC prefix of an engine id beside its number: where it names the same vendor nothing changes anywhere, where
    it names another the router is less surely the number's than the prefix's, and no kind is learnt from the two. A
    number that is wrong more often than chance, as beside random banners, speaks against the vendor that it names.
    """
    rng = np.random.default_rng(seed)
    names = ("cisco", "huawei", "nokia")
    places = [RouterAddress(str(at), network, "NL") for at, (network, _, _) in enumerate(rows)]
    items = [EvidenceItem(str(at), "snmp_engine", f"E{at}", names[vendor]) for at, (_, vendor, _) in enumerate(rows)]
    items += [EvidenceItem(str(at), "banner", "", names[rng.integers(3)]) for at, row in enumerate(rows) if row[2]]
    before = estimate(places, items)
    some = rng.random(len(rows)) < 0.7
    read = [EvidenceItem(one.address, "mac_address", "00:e0:fc", one.vendor_id) for one in items[: len(rows)]]
    after = estimate(places, [*items, *(one for one, is_read in zip(read, some, strict=True) if is_read)])
    compared = {one.kind: one.compared for one in before.reliability} | {"mac_address": 0}
    assert [one.method for one in after.rows()] == [one.method for one in before.rows()]
    assert (after.vendor == before.vendor).all() and after.p_correct == pytest.approx(before.p_correct, abs=1e-12)
    assert {one.kind: one.compared for one in after.reliability}.items() <= compared.items()
    at = int(rng.integers(len(rows)))
    number = names[rows[at][1]]
    for other in sorted({*before.vendors} - {number}):
        doubted = estimate(places, [*items, EvidenceItem(str(at), "mac_address", "00:e0:fc", other)])
        old, new = before.posterior(at), doubted.posterior(at)
        speaks_for = old.get(number, 0) >= old.get(other, 0)
        assert not speaks_for or new.get(number, 0) * old.get(other, 0) <= old.get(number, 0) * new.get(other, 0) + 1e-3
        assert {one.kind: one.compared for one in doubted.reliability} == compared


@settings(max_examples=examples(60), deadline=None)
@given(ROUTERS, SEEDS)
def test_every_way_of_filling_the_unknown_stays_inside(rows: list[tuple[int, int]], seed: int) -> None:
    network, vendor = columns(rows)
    group = np.zeros(len(rows), np.int64)
    rng = np.random.default_rng(seed)
    for share in share_bounds(group, network, vendor, vendors=[0, 1, 2]):
        assert share.unanswered is not None and share.ends is not None
        for fill in (np.full(len(rows), share.vendor), np.full(len(rows), 9), rng.integers(0, 3, len(rows))):
            true = float((np.where(vendor < 0, fill, vendor) == share.vendor).mean())
            assert share.unanswered[0] <= true <= share.unanswered[1]
        assert 0 <= share.ends[0] <= share.unanswered[0] <= share.unanswered[1] <= share.ends[1] <= 1


@settings(max_examples=examples(60), deadline=None)
@given(ROUTERS, SEEDS)
def test_learning_a_vendor_only_narrows(rows: list[tuple[int, int]], seed: int) -> None:
    network, vendor = columns(rows)
    unknown = np.flatnonzero(vendor < 0)
    if not len(unknown):
        return
    rng = np.random.default_rng(seed)
    more = vendor.copy()
    more[rng.choice(unknown)] = rng.integers(0, 3)
    group = np.zeros(len(rows), np.int64)
    before = share_bounds(group, network, vendor, vendors=[0, 1, 2])
    after = share_bounds(group, network, more, vendors=[0, 1, 2])
    for old, new in zip(before, after, strict=True):
        assert old.unanswered is not None and new.unanswered is not None
        assert old.unanswered[0] <= new.unanswered[0] <= new.unanswered[1] <= old.unanswered[1]


@settings(max_examples=examples(40), deadline=None)
@given(ROUTERS, SEEDS)
def test_groups_bounded_in_one_pass_are_those_bounded_alone(rows: list[tuple[int, int]], seed: int) -> None:
    """But for how alike routers of a network are, which all groups together tell; a group's answer is its own."""
    network, vendor = columns(rows)
    rng = np.random.default_rng(seed)
    group = rng.integers(-1, 3, len(rows))
    counts = rng.integers(0, 5, (6, 3, 3)).astype(float)
    confusions = {0: Confusion(np.array([0, 1, -2]), counts), 2: Confusion(np.array([0, 2, -2]), counts[:3])}
    basis = rng.integers(-1, 4, len(rows))
    options = ShareSettings(draws=20, rho=2.0)
    whole = share_bounds(group, network, vendor, confusions=confusions, basis=basis, settings=options)
    assert [(one.group, one.vendor) for one in whole] == sorted((one.group, one.vendor) for one in whole)
    for one in whole:
        mine = group == one.group
        parts = (group[mine], network[mine], vendor[mine])
        (alone,) = share_bounds(
            *parts, vendors=[one.vendor], confusions=confusions, basis=basis[mine], settings=options
        )
        for name in ("seen", "identified", "probed", "unknown", "networks", "unanswered", "rho_bound"):
            assert getattr(one, name) == getattr(alone, name)
        known = basis[mine][vendor[mine] >= 0]
        is_judged = bool(np.isin(known, [0, 2]).any()) and not np.isin(known, [1, 3]).any()
        assert is_judged or one.corrected is None
        assert one.ends is not None and 0 <= one.ends[0] <= one.ends[1] <= 1
        if one.corrected is not None and one.corrected_share is not None:
            assert 0 <= one.corrected[0] <= one.corrected_share <= one.corrected[1] <= 1
            assert one.corrected_share == pytest.approx(alone.corrected_share)


@settings(max_examples=examples(40), deadline=None)
@given(ROUTERS, st.floats(0, 20))
def test_an_assumption_only_narrows_and_a_stronger_one_more(rows: list[tuple[int, int]], rho: float) -> None:
    network, vendor = columns(rows)
    group = np.zeros(len(rows), np.int64)
    weak = share_bounds(group, network, vendor, settings=ShareSettings(rho=rho + 1))
    strong = share_bounds(group, network, vendor, settings=ShareSettings(rho=rho))
    for wide, narrow in zip(weak, strong, strict=True):
        assert wide.unanswered is not None
        assert (wide.rho_bound is None) == (narrow.rho_bound is None) == (wide.seen == 0)
        if wide.rho_bound is None or narrow.rho_bound is None:
            continue
        assert wide.unanswered[0] == wide.rho_bound[0] == narrow.rho_bound[0]
        assert narrow.rho_bound[1] <= wide.rho_bound[1] <= wide.unanswered[1] + 1e-12


@settings(max_examples=examples(160), deadline=None)
@given(st.lists(st.integers(-1, 2), min_size=2, max_size=40), st.none() | st.floats(0, 3), SEEDS, st.booleans())
@example([0, 1, 1, 1, -1, -1, -1], 0.5, 1, False)
@example([0, 1, 1, 1, -1, -1, -1], None, 1, False)
@example([0] * 20 + [1] * 9 + [-1] * 5, None, 3, True)
@example([0] * 30 + [1] * 9 + [2] * 3, 1.0, 4, True)
def test_ends_hold_every_corner_of_all_doubts_each_at_its_part_of_the_error(
    vendors: list[int], rho: float | None, seed: int, judged: bool
) -> None:
    """Routers of one network, so that limits are the exact binomial ones: reckoned anew, corner by corner."""
    vendor, rng, level = np.array(vendors), np.random.default_rng(seed), 0.9
    basis = rng.integers(0, 2, len(vendor))
    mistakes = rng.integers(0, 9, (2, 1, 3, 3)) + 40 * np.eye(3)
    times = rng.choice([1.0, 100.0])
    confusions = {at: Confusion(np.array([0, 1, -2]), times * mistakes[at]) for at in (0, 1)}
    group = np.zeros(len(vendor), np.int64)
    told = {"confusions": confusions, "basis": basis} if judged else {}
    found = share_bounds(group, group, vendor, settings=ShareSettings(level=level, rho=rho, draws=5), **told)
    known = vendor >= 0
    half = level if known.all() else (1 + level) / 2
    part = (1.0, 1.0) if known.all() else _binomial(int(known.sum()), len(vendor), half)
    for one in found:
        share = _binomial(one.seen, int(known.sum()), half)
        if one.corrected is not None:
            right = _corrected(one.vendor, vendor[known], basis[known], confusions=confusions, level=half)
            share = min(share[0], right[0]), max(share[1], right[1])
            at_level = _corrected(one.vendor, vendor[known], basis[known], confusions=confusions, level=level)
            assert one.corrected == pytest.approx(at_level)
        rests = (0.0, 1.0 if rho is None else min(1.0, rho * share[1]))
        corners = [a * s + (1 - a) * w for a in part for s in share for w in rests]
        assert one.ends == pytest.approx((min(corners), max(corners)))


def _binomial(hits: int, of: int, level: float) -> tuple[float, float]:
    return mean_limits(np.array([float(hits)]), np.array([float(of)]), level)


def _corrected(
    wanted: int, vendor: np.ndarray, basis: np.ndarray, *, confusions: dict[int, Confusion], level: float
) -> tuple[float, float]:
    """Limits of a share among identified routers: those of each basis, every limit at a third of its part of error."""
    bases = np.unique(basis).tolist()
    each, point, low, high = 1 - (1 - level) / (3 * len(bases)), 0.0, 0.0, 0.0
    for one in bases:
        held, mine = confusions[one], vendor[basis == one]
        at, counts = int(held.column_of(np.array([wanted]))[0]), np.bincount(held.column_of(mine), minlength=3)
        right = true_shares(counts[None] / len(mine), held.matrix[None])[0]
        ends = corrected_ends(
            _binomial(int(counts[at]), len(mine), each),
            held.recall_limits(at, each),
            held.false_limits(at, np.delete(right, at), each),
        )
        weight = len(mine) / len(vendor)
        point, low, high = point + weight * right[at], low + weight * ends[0], high + weight * ends[1]
    return min(low, point), max(high, point)


@settings(max_examples=examples(60), deadline=None)
@given(SEEDS)
def test_gains_are_never_negative_and_fall_as_more_is_chosen(seed: int) -> None:
    candidates, _ = drawn_candidates(seed)
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(candidates.cost)).tolist()
    small, large = order[: len(order) // 3], order[: len(order) // 2]
    for one in order[len(order) // 2 :]:
        to_small = settled_weight(candidates, [*small, one]) - settled_weight(candidates, small)
        to_large = settled_weight(candidates, [*large, one]) - settled_weight(candidates, large)
        assert -1e-12 <= to_large <= to_small + 1e-12


@settings(max_examples=examples(40), deadline=None)
@given(SEEDS)
def test_a_matrix_undone_gives_back_what_went_in(seed: int) -> None:
    rng = np.random.default_rng(seed)
    width = int(rng.integers(2, 6))
    matrix = 0.6 * np.eye(width) + 0.4 * rng.dirichlet(np.ones(width), width)
    true = rng.dirichlet(np.full(width, 0.5))
    assert true_shares(true @ matrix, matrix) == pytest.approx(true, abs=1e-6)


@settings(max_examples=examples(15), deadline=None)
@given(SEEDS)
def test_the_order_of_what_is_seen_does_not_matter(seed: int) -> None:
    found = corpus(seed, networks=6, mean_size=6)
    places, items = found.addresses(), found.items()
    rng = np.random.default_rng(seed)
    mixed = estimate(
        [places[at] for at in rng.permutation(len(places))], [items[at] for at in rng.permutation(len(items))]
    )
    plain = estimate(places, items)
    one = {row.address: row for row in plain.rows()}
    for row in mixed.rows():
        assert row.vendor_id == one[row.address].vendor_id
        assert row.p_correct == pytest.approx(one[row.address].p_correct, abs=1e-9)


def population(
    rng: np.random.Generator, *, networks: int, alike: float, share: float, spread: float
) -> tuple[np.ndarray, np.ndarray]:
    size = np.minimum(np.ceil(rng.lognormal(1.5, spread, networks)), 400)
    return size, rng.binomial(size.astype(int), rng.beta(alike * share, alike * (1 - share), networks)).astype(float)


@pytest.mark.parametrize("networks", [2, 5, 15, 60])
@pytest.mark.parametrize(
    ("alike", "share", "spread"), [(0.5, 0.1, 1.2), (3.0, 0.02, 1.2), (3.0, 0.4, 0.3), (50.0, 0.1, 1.2)]
)
def test_sampling_limits_cover_a_known_truth(networks: int, alike: float, share: float, spread: float) -> None:
    """At least as often as stated, on populations of networks that differ in size and mix; the level is 0.95."""
    rng = np.random.default_rng(networks * 1000 + int(alike * 10))
    runs, covered = 400, 0
    for _ in range(runs):
        size, seen = population(rng, networks=networks, alike=alike, share=share, spread=spread)
        likeness = 1 / (1 + alike)
        low, high = mean_limits(seen, size, 0.95, likeness=likeness)
        covered += low <= share <= high
    # 400 runs of a true 0.95 fall below 0.928 once in fifty.
    assert covered / runs >= 0.928


@pytest.mark.parametrize("networks", [12, 60])
def test_all_doubts_together_cover_a_known_truth(networks: int) -> None:
    """Silent routers, mistaken answers and few networks at once: the share of all routers of the population lies
    inside.
    """
    rng = np.random.default_rng(networks)
    matrix = np.array([[0.8, 0.15, 0.05], [0.05, 0.9, 0.05], [0.1, 0.1, 0.8]])
    shares, alike = np.array([0.2, 0.5, 0.3]), 2.0
    check_true = np.repeat(np.arange(3), 150)
    runs, covered, corrected = 60, np.zeros(3), np.zeros(3)
    for _ in range(runs):
        size = np.ceil(rng.lognormal(1.8, 0.8, networks)).astype(int)
        network = np.repeat(np.arange(networks), size)
        mixes = rng.dirichlet(shares * alike, networks)
        true = np.array([rng.choice(3, p=mixes[at]) for at in network.tolist()])
        said = np.array([rng.choice(3, p=matrix[at]) for at in true.tolist()])
        vendor = np.where(rng.uniform(size=len(true)) < 0.5, said, -1)
        checked = np.array([rng.choice(3, p=matrix[at]) for at in check_true.tolist()])
        confusion = confusion_of(check_true, checked, rng.integers(0, 40, 450), vendors=np.arange(3))
        for share in share_bounds(
            np.zeros(len(true), np.int64),
            network,
            vendor,
            vendors=[0, 1, 2],
            confusions={0: confusion},
            settings=ShareSettings(rho=1.0, draws=200, seed=int(rng.integers(1000))),
        ):
            assert share.ends is not None and share.corrected is not None
            covered[share.vendor] += share.ends[0] <= shares[share.vendor] <= share.ends[1]
            corrected[share.vendor] += share.corrected[0] <= shares[share.vendor] <= share.corrected[1]
    assert (covered / runs >= 0.95).all()
    assert (corrected / runs >= 0.9).all()


def test_a_matrix_of_counts_has_rows_of_one() -> None:
    found = rates(np.array([[3.0, 1.0], [0.0, 0.0]]))
    assert found.tolist() == [[0.75, 0.25], [0.0, 1.0]]
