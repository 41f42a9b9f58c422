"""Calibration: scores by hand, folds of whole networks, and maps that mend what is stated too high."""

import numpy as np
import pytest

from provenet.identification.calibration import brier_score, calibration, expected_error, fit, network_folds


def test_scores_by_hand() -> None:
    p, right = np.array([0.9, 0.9, 0.4, 0.4]), np.array([True, False, False, False])
    # (0.01 + 0.81 + 0.16 + 0.16) / 4
    assert brier_score(p, right) == pytest.approx(0.285)
    # Bin of 0.9: |1.8 - 1|; bin of 0.4: |0.8 - 0|; over 4.
    assert expected_error(p, right) == pytest.approx(0.4)
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


def test_what_is_overstated_is_mended() -> None:
    p, right, network = overstated(1)
    found = calibration(p, right, network)
    assert expected_error(p, right) > 0.1
    assert found.expected_error < 0.03
    assert found.brier_score < brier_score(p, right)
    assert (found.networks, found.routers) == (200, 2000)
    ladder = found.calibrator.apply(np.linspace(0, 1, 400))
    assert (np.diff(ladder) >= -1e-12).all() and (ladder >= 0).all() and (ladder <= 1).all()


def test_the_map_finds_the_factor() -> None:
    p, right, _ = overstated(2, networks=2000)
    true = 1 / (1 + ((1 - p) / p) ** (1 / 3))
    assert np.abs(fit(p, right).apply(p) - true).max() < 0.02


def test_little_data_moves_little() -> None:
    stated = np.array([0.7, 0.95])
    few = fit(np.array([0.9, 0.9]), np.array([True, False])).apply(stated)
    assert np.abs(few - stated).max() < 0.25


def test_words_for_what_does_not_work() -> None:
    with pytest.raises(ValueError, match="calibration needs at least one router whose vendor is known; found none"):
        calibration(np.zeros(0), np.zeros(0, bool), np.zeros(0, np.int64))
