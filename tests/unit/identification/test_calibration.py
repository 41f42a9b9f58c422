"""Calibration: scores by hand, folds of whole networks, and maps that mend what is stated too high."""

import numpy as np
import pytest

from provenet.identification.calibration import (
    METHODS,
    brier_score,
    calibration,
    expected_error,
    fit,
    network_folds,
    reliability_table,
)


def test_scores_by_hand() -> None:
    p, right = np.array([0.9, 0.9, 0.4, 0.4]), np.array([True, False, False, False])
    # (0.01 + 0.81 + 0.16 + 0.16) / 4
    assert brier_score(p, right) == pytest.approx(0.285)
    # Bin of 0.9: |1.8 - 1|; bin of 0.4: |0.8 - 0|; over 4.
    assert expected_error(p, right) == pytest.approx(0.4)
    low, high = reliability_table(p, right)
    assert (low.low_p, low.routers, low.share_right, high.routers, high.share_right) == (0.4, 2, 0.0, 2, 0.5)
    # Exact limits of 0 in 2: up to 1 - 0.025 ** 0.5.
    assert low.high_share == pytest.approx(1 - 0.025**0.5)
    assert expected_error(np.array([1.0]), np.array([True])) == 0.0


def test_folds_hold_whole_networks_and_are_even() -> None:
    network = np.repeat([5, 6, 7, 8, 9], [10, 4, 3, 2, 1])
    fold = network_folds(network, 2)
    assert all(len(np.unique(fold[network == one])) == 1 for one in (5, 6, 7, 8, 9))
    assert np.bincount(fold).tolist() == [10, 10]


def overstated(seed: int, networks: int = 200) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Predictions whose log odds are three times what they should be."""
    rng = np.random.default_rng(seed)
    true = rng.uniform(0.55, 0.98, networks * 10)
    odds = np.log(true / (1 - true)) * 3
    return 1 / (1 + np.exp(-odds)), rng.uniform(size=len(true)) < true, np.repeat(np.arange(networks), 10)


@pytest.mark.parametrize("method", [m for m in METHODS if m != "none"])
def test_each_method_mends_what_is_overstated(method: str) -> None:
    p, right, network = overstated(1)
    found = calibration(p, right, network, method=method)
    assert found.raw_expected_error > 0.1
    assert found.expected_error < 0.03
    assert found.brier_score < found.raw_brier_score
    assert (found.networks, found.routers, sum(row.routers for row in found.table)) == (200, 2000, 2000)
    ladder = found.calibrator.apply(np.linspace(0, 1, 400))
    assert (np.diff(ladder) >= -1e-12).all() and (ladder >= 0).all() and (ladder <= 1).all()


def test_temperature_finds_the_factor() -> None:
    p, right, _ = overstated(2, networks=2000)
    weights = fit(p, right, method="temperature").parameters["weights"]
    assert weights[0] == weights[1] == pytest.approx(1 / 3, abs=0.02) and weights[2] == 0.0


def test_little_data_moves_little() -> None:
    stated = np.array([0.7, 0.95])
    few = fit(np.array([0.9, 0.9]), np.array([True, False]), method="beta").apply(stated)
    assert np.abs(few - stated).max() < 0.25
    assert fit(stated, np.array([True, True]), method="none").apply(stated).tolist() == stated.tolist()
    nine = fit(np.array([0.9] * 9), np.array([True] * 9), method="isotonic")
    assert nine.apply(np.array([0.9]))[0] == pytest.approx(0.95)


def test_neighbours_do_not_vouch_for_each_other() -> None:
    """Every network is right or wrong as a whole: by address isotonic steps would learn each by heart, by network
    not.
    """
    rng = np.random.default_rng(4)
    network = np.repeat(np.arange(60), 20)
    p = np.round(0.5 + 0.5 * rng.permutation(60) / 60, 6)[network]
    right = (rng.uniform(size=60) < 0.7)[network]
    by_network = calibration(p, right, network, method="isotonic")
    by_address = calibration(p, right, rng.permutation(len(p)), method="isotonic")
    assert by_network.brier_score > by_address.brier_score + 0.005


def test_words_for_what_does_not_work() -> None:
    words = "a method of calibration is one of beta, isotonic, temperature, none; found 'x'"
    with pytest.raises(ValueError, match=words):
        calibration(np.array([0.5]), np.array([True]), np.array([1]), method="x")
    with pytest.raises(ValueError, match="calibration needs at least one router whose vendor is known; found none"):
        calibration(np.zeros(0), np.zeros(0, bool), np.zeros(0, np.int64))
