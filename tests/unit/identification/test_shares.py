"""Shares by hand: counts, ends without an assumption, rho and correction."""

import numpy as np
import pytest

from provenet.identification.misclassification import Confusion, confusion_of, true_shares
from provenet.identification.sampling import binomial_limits, mean_limits, student_quantile
from provenet.identification.shares import ShareSettings, VendorShare, share_bounds


def vendors_of(*counts: tuple[int, int]) -> np.ndarray:
    """Routers by (vendor, how many)."""
    return np.concatenate([np.full(many, vendor, np.int64) for vendor, many in counts])


def one_group(vendor: np.ndarray, network: np.ndarray | None = None, **options: object) -> list[VendorShare]:
    place = np.zeros(len(vendor), np.int64)
    return share_bounds(place, place if network is None else network, vendor, **options)  # type: ignore[arg-type]


def test_ends_without_an_assumption() -> None:
    # 100 probed: 6 of vendor 0, 2 of vendor 1, 92 silent.
    first, second = one_group(vendors_of((0, 6), (1, 2), (-1, 92)))
    assert (first.seen, first.identified, first.unknown, first.probed) == (6, 8, 92, 100)
    assert first.unanswered == (0.06, 0.98)
    assert second.unanswered == (0.02, 0.94)
    assert first.rho_bound is None and first.corrected is None


def test_all_answered_leaves_sampling_alone() -> None:
    share = one_group(vendors_of((0, 5), (1, 5)))[0]
    assert share.unanswered == (0.5, 0.5)
    # Exact binomial limits of 5 in 10 at 95 %: 0.1871 to 0.8129, as in any table.
    assert share.sampling == pytest.approx((0.1871, 0.8129), abs=5e-5)
    assert share.ends == pytest.approx(share.sampling)


def test_unknown_at_most_twice_as_likely() -> None:
    # 10 of 40 identified are vendor 0; 60 unknown, each at most 2 x 1/4 as likely: 10 + 30 of 100.
    share = one_group(vendors_of((0, 10), (1, 30), (-1, 60)), settings=ShareSettings(rho=2.0))[0]
    assert share.rho_bound == (0.1, 0.4)
    # rho so large that it says nothing, and rho 0: no unknown router is the vendor's.
    assert one_group(vendors_of((0, 10), (-1, 5)), settings=ShareSettings(rho=9.0))[0].rho_bound == (10 / 15, 1.0)
    assert one_group(vendors_of((0, 10), (-1, 5)), settings=ShareSettings(rho=0.0))[0].rho_bound == (10 / 15, 10 / 15)


def test_a_vendor_never_seen_is_not_excluded() -> None:
    share = one_group(vendors_of((0, 10), (-1, 10)), vendors=[7], settings=ShareSettings(rho=1.0))[0]
    assert (share.vendor, share.seen) == (7, 0)
    assert share.unanswered == (0.0, 0.5)
    assert share.rho_bound is None
    assert share.sampling is not None and share.sampling[1] == pytest.approx(1 - 0.025 ** (1 / 10))
    assert share.ends is not None and share.ends[1] > 0.2


def test_two_classes_are_rogan_and_gladen() -> None:
    # Recall 0.8, false rate 0.1, reported 0.38: (0.38 - 0.1) / (0.8 - 0.1) = 0.4.
    matrix = np.array([[0.8, 0.2], [0.1, 0.9]])
    assert true_shares(np.array([0.38, 0.62]), matrix) == pytest.approx([0.4, 0.6])
    # Reported below the false rate: nothing is left.
    assert true_shares(np.array([0.05, 0.95]), matrix) == pytest.approx([0.0, 1.0])


def test_correction_widens_and_moves() -> None:
    rng = np.random.default_rng(5)
    true = np.repeat([0, 1], 400)
    reported = np.where((true == 0) & (rng.uniform(size=800) < 0.4), 1, true)
    confusion = confusion_of(true, reported, rng.integers(0, 60, 800), vendors=np.array([0, 1]))
    network = np.arange(200) % 50
    vendor = np.where(np.arange(200) < 30, 0, 1)
    plain = one_group(vendor, network)[0]
    share = one_group(vendor, network, confusions={0: confusion})[0]
    assert share.corrected_share == pytest.approx(0.15 / 0.6, abs=0.02)
    assert share.corrected is not None and share.corrected[0] < 0.25 < share.corrected[1]
    assert plain.ends is not None and share.ends is not None
    assert share.ends[0] < 0.25 < share.ends[1]
    assert share.ends[1] - share.ends[0] > plain.ends[1] - plain.ends[0]


def test_a_vendor_that_the_matrix_does_not_know_stays_uncorrected() -> None:
    confusion = confusion_of(np.array([0, 0]), np.array([0, 0]), np.array([1, 2]), vendors=np.array([0]))
    first, second = one_group(vendors_of((0, 10), (3, 10)), np.arange(20), confusions={0: confusion})
    assert first.corrected_share is not None
    assert (second.corrected_share, second.corrected) == (None, None)
    assert second.ends is not None


def test_one_large_network_is_one_vote() -> None:
    """A hundred equal routers of one network of three widen the limits far beyond those of as many strangers."""
    total, size = np.array([100.0, 0.0, 0.0]), np.array([100.0, 50.0, 50.0])
    low, high = mean_limits(total, size, 0.95)
    strangers = mean_limits(np.r_[np.ones(100), np.zeros(100)], np.ones(200), 0.95)
    assert low < 0.05 and high > 0.95
    assert strangers == pytest.approx((0.4287, 0.5713), abs=2e-3)


def test_groups_are_apart_and_negative_ones_left_out() -> None:
    group, vendor = np.array([1, -1, 1, 4]), np.array([0, 0, -1, 2])
    shares = share_bounds(group, np.zeros(4, np.int64), vendor)
    assert [(one.group, one.vendor, one.seen, one.probed) for one in shares] == [(1, 0, 1, 2), (4, 2, 1, 1)]


def test_rho_below_zero() -> None:
    with pytest.raises(ValueError, match=r"rho is at least 0; found -1\.0"):
        one_group(vendors_of((0, 1), (-1, 1)), settings=ShareSettings(rho=-1.0))


def test_what_is_certain_is_not_corrected() -> None:
    """Half of the routers are certain; of the others, a fifth of vendor 0's are reported as vendor 1's."""
    network, half = np.repeat(np.arange(40), 20), np.tile(np.arange(20) < 10, 40)
    true = np.tile(np.arange(20) % 2, 40)
    wrong = ~half & (true == 0) & (np.arange(800) // 2 % 5 == 0)
    reported = np.where(wrong, 1, true)
    confusion = confusion_of(true[~half], reported[~half], network[~half], vendors=np.array([0, 1]))
    group = np.zeros(800, np.int64)
    first = share_bounds(group, network, reported, confusions={0: confusion}, basis=np.where(half, -1, 0))[0]
    assert first.seen / first.identified < 0.46
    assert first.corrected_share == pytest.approx(0.5, abs=1e-6)
    assert first.corrected is not None and first.corrected[0] <= 0.5 <= first.corrected[1]
    # Where nothing judges an answer, or not all of them, nothing is said of mistakes.
    sure = share_bounds(group, network, reported, confusions={0: confusion}, basis=np.full(800, -1))[0]
    assert (sure.corrected_share, sure.corrected) == (None, None)
    other = share_bounds(group, network, reported, confusions={0: confusion}, basis=np.where(half, 1, 0))[0]
    assert (other.corrected_share, other.corrected) == (None, None)


def test_a_vendor_asked_for_alone_is_put_right_as_among_all() -> None:
    """Vendor 1 passes for vendor 0, vendor 2 never: whose the other reports are counts, asked for or not."""
    matrix = np.array([[0.9, 0.0, 0.1, 0.0], [0.4, 0.6, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 0.0]])
    confusion = Confusion(np.array([0, 1, 2, -2]), np.broadcast_to(matrix * 10, (20, 4, 4)).copy())
    network = np.arange(200) % 40
    for counts in (((0, 50), (1, 150)), ((0, 50), (2, 150)), ((0, 50), (1, 75), (2, 75))):
        every = one_group(vendors_of(*counts), network, confusions={0: confusion})[0]
        (alone,) = one_group(vendors_of(*counts), network, vendors=[0], confusions={0: confusion})
        assert alone.corrected_share == pytest.approx(every.corrected_share)
        assert alone.corrected == pytest.approx(every.corrected, abs=1e-6)
        # Mistakes are judged elsewhere: all doubts together hold the share as it was reported too.
        assert every.ends and every.sampling and every.corrected
        assert every.ends[0] <= min(every.sampling[0], every.corrected[0])
        assert every.ends[1] >= max(every.sampling[1], every.corrected[1])


def test_quantiles_are_those_of_statistical_tables() -> None:
    low, high = binomial_limits(np.array([0.0, 5.0, 10.0]), np.array([10.0, 10.0, 10.0]), 0.95)
    assert np.allclose(low, [0, 0.18708603, 0.69150289], atol=1e-8)
    assert np.allclose(high, [0.30849711, 0.81291397, 1], atol=1e-8)
    found = student_quantile(0.975, np.array([1.0, 5.0, 100.0]))
    assert np.allclose(found, [12.70620474, 2.57058184, 1.98397152], atol=1e-7)
