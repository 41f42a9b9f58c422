"""Shares of vendors against every corner: on tiny populations each way to fill in the unknown, and each confusion."""

from itertools import product

import numpy as np
import pytest

from provenet.identification.misclassification import Confusion, corrected_ends, true_shares
from provenet.identification.shares import ShareSettings, VendorShare, share_bounds
from provenet.identification.stability import stability

VENDORS = (0, 1, 2)
SLACK = 1e-9


def bounds(vendor: list[int], network: list[int] | None = None, **more: object) -> list[VendorShare]:
    place = np.zeros(len(vendor), np.int64)
    where = place if network is None else np.array(network, np.int64)
    return share_bounds(place, where, np.array(vendor, np.int64), vendors=VENDORS, **more)  # type: ignore[arg-type]


def completions(vendor: list[int]) -> list[np.ndarray]:
    """Every way in which the unknown may be of one of the vendors, or of a fourth."""
    unknown = [at for at, one in enumerate(vendor) if one < 0]
    made = []
    for fill in product((*VENDORS, 3), repeat=len(unknown)):
        whole = np.array(vendor)
        whole[unknown] = fill
        made.append(whole)
    return made


@pytest.mark.parametrize("known", list(product((-1, 0, 1), repeat=4)))
def test_every_completion_of_the_unknown_lies_inside_and_both_ends_are_reached(known: tuple[int, ...]) -> None:
    """Three networks of one, one and two routers."""
    vendor = [*known]
    wholes = completions(vendor)
    for share in bounds(vendor, [0, 1, 2, 2]):
        assert share.unanswered is not None and share.ends is not None
        true = [float((whole == share.vendor).mean()) for whole in wholes]
        assert (min(true), max(true)) == share.unanswered
        assert share.ends[0] <= min(true) and max(true) <= share.ends[1]
        if share.sampling is not None and share.identified:
            assert share.sampling[0] <= share.seen / share.identified <= share.sampling[1]
        # A share of a handful of routers is never certain: none seen is not none, all seen is not all.
        if share.unknown or share.identified:
            assert share.ends[1] > 0 and (share.ends[0] < 1)


@pytest.mark.parametrize("rho", [0.0, 0.5, 1.0, 2.0, 7.0])
def test_every_completion_that_an_assumption_allows_lies_inside(rho: float) -> None:
    for known in product((-1, 0, 1), repeat=5):
        vendor = [*known]
        identified = sum(one >= 0 for one in vendor)
        for share in bounds(vendor, settings=ShareSettings(rho=rho, draws=10)):
            if not share.seen:
                assert share.rho_bound is None
                continue
            assert share.rho_bound is not None
            most = rho * share.seen / identified * vendor.count(-1)
            for more in range(vendor.count(-1) + 1):
                if more <= most + SLACK:
                    true = (share.seen + more) / len(vendor)
                    assert share.rho_bound[0] <= true <= share.rho_bound[1] + SLACK


def test_corners_of_a_correction_hold_every_point_between_them() -> None:
    """All boxes on a grid of reported shares, recalls and rates of false reports, against all points inside."""
    steps = [0.0, 0.2, 0.5, 0.9, 1.0]
    pairs = [(low, high) for low in steps for high in steps if low <= high]
    inside = {pair: np.linspace(*pair, 5) for pair in pairs}
    for reported, recall, false in product(pairs, pairs, pairs):
        p, r, f = np.meshgrid(inside[reported], inside[recall], inside[false])
        above = r > f
        low, high = corrected_ends(reported, recall, false)
        assert 0 <= low <= high <= 1
        if not above.all():
            # A vendor's own routers may be reported as its own no more often than others': nothing follows.
            assert (low, high) == (0.0, 1.0)
            continue
        true = np.clip((p - f) / (r - f), 0, 1)
        assert low <= true.min() + SLACK and true.max() <= high + SLACK
        assert low == pytest.approx(true.min()) and high == pytest.approx(true.max())


def judged(matrix: np.ndarray, *, each: int, networks: int) -> Confusion:
    """As many judged routers of each vendor in each network, reported exactly as a matrix has it."""
    counts = np.broadcast_to(matrix * each, (networks, *matrix.shape)).copy()
    wide = np.zeros((networks, len(matrix) + 1, len(matrix) + 1))
    wide[:, : len(matrix), : len(matrix)] = counts
    return Confusion(np.append(np.arange(len(matrix)), -2), wide)


@pytest.mark.parametrize("networks", [1, 12])
def test_the_truth_lies_inside_for_every_confusion_on_a_grid(networks: int) -> None:
    """Routers reported exactly as a confusion has it, judged by as exact a one: then the correction is the truth."""
    for recall, other, share in product((0.4, 0.7, 1.0), (0.0, 0.1, 0.3), (0.0, 0.1, 0.5, 1.0)):
        matrix = np.array([[recall, 1 - recall], [other, 1 - other]])
        reported = np.array([share, 1 - share]) @ matrix
        first = round(200 * float(reported[0]))
        vendor = [0] * first + [1] * (200 - first)
        network = [at % networks for at in range(200)]
        confusions = {0: judged(matrix, each=10, networks=20)}
        for one in bounds(vendor, network, confusions=confusions, settings=ShareSettings(draws=50))[:2]:
            true = share if one.vendor == 0 else 1 - share
            assert one.corrected is not None and one.corrected_share is not None and one.ends is not None
            assert one.corrected_share == pytest.approx(true, abs=0.01)
            assert one.corrected[0] <= true <= one.corrected[1]
            assert one.ends[0] <= one.corrected[0] and one.corrected[1] <= one.ends[1]
            # Not corrected the share may be right too: the confusion was learnt elsewhere.
            assert one.unanswered is not None
            assert one.ends[0] <= one.unanswered[0] and one.unanswered[1] <= one.ends[1]


def test_two_judged_routers_do_not_tell_that_a_vendor_is_always_recognised() -> None:
    """Half of a vendor's routers are reported as another's; the only two that were judged were not."""
    matrix = np.array([[1.0, 0.0], [0.0, 1.0]])
    confusion = judged(matrix, each=20, networks=20)
    confusion.counts[:, 0] = 0
    confusion.counts[0, 0, 0] = 2
    vendor = [0] * 20 + [1] * 180
    (first, second, _) = bounds(vendor, [at % 40 for at in range(200)], confusions={0: confusion})
    assert first.corrected_share == pytest.approx(0.1)
    assert first.corrected is not None and first.corrected[1] > 0.2
    assert second.corrected is not None and second.corrected[0] < 0.8


def test_every_way_to_mix_two_bases_lies_inside() -> None:
    """Some answers are taken as right, the others put right: the share of all is that of both parts together."""
    for certain, share, recall in product((0, 40, 100), (0.1, 0.5), (0.6, 1.0)):
        matrix = np.array([[recall, 1 - recall], [0.0, 1.0]])
        true = share * (200 - certain) + certain / 2
        first = round(share * recall * (200 - certain))
        vendor = [0] * (certain // 2) + [1] * (certain // 2) + [0] * first + [1] * (200 - certain - first)
        basis = np.array([-1] * certain + [0] * (200 - certain), np.int64)
        network = [at % 20 for at in range(200)]
        one = bounds(vendor, network, confusions={0: judged(matrix, each=10, networks=20)}, basis=basis)[0]
        assert one.corrected is not None and one.corrected_share == pytest.approx(true / 200, abs=0.01)
        assert one.corrected[0] <= true / 200 <= one.corrected[1]


@pytest.mark.parametrize("seed", range(3))
def test_shares_put_right_are_the_nearest_of_a_grid(seed: int) -> None:
    rng = np.random.default_rng(seed)
    grid = np.array([[a, b, 20 - a - b] for a in range(21) for b in range(21 - a)]) / 20
    for _ in range(10):
        matrix, reported = rng.dirichlet(np.ones(3) * 2, 3), rng.dirichlet(np.ones(3))
        best = float(((true_shares(reported, matrix) @ matrix - reported) ** 2).sum())
        assert best <= ((grid @ matrix - reported) ** 2).sum(axis=1).min() + SLACK


def test_networks_that_all_change_alike_prove_little_where_they_are_few() -> None:
    """No spread among two networks is no proof: the limits of a change are those of as few networks."""
    day, network, vendor = np.repeat([0, 1], 4), np.tile([0, 0, 1, 1], 2), np.repeat([0, 1], 4)
    for one in stability(day, network, vendor, days=["a", "b"]):
        assert abs(one.change) == 0.5
        assert not one.moved and one.low_change < one.change < one.high_change
    many = stability(np.repeat([0, 1], 200), np.tile(np.arange(200), 2), np.repeat([0, 1], 200), days=["a", "b"])
    assert all(one.moved for one in many)


@pytest.mark.parametrize("size", [2, 3, 5])
def test_a_share_that_did_not_change_is_not_certain_not_to(size: int) -> None:
    network = np.tile(np.arange(size), 2)
    rows = stability(np.repeat([0, 1], size), network, network % 2, days=["a", "b"])
    assert all(one.change == 0 and one.low_change < 0 < one.high_change and not one.moved for one in rows)
