"""Graphs drawn around the one given: what is flipped first, what is added, and that a seed repeats itself."""

import numpy as np
import pytest

from provenet.routing.perturbation import GraphDraw, Links, draw, sensitivity


def links() -> Links:
    """Four sales from 1; ten peerings among 2..6, three of them doubtful, between 2, 3 and 4."""
    pairs = [(a, b) for a in range(2, 7) for b in range(a + 1, 7)]
    a, b = (np.array(part) for part in zip(*pairs, strict=True))
    return Links(np.array([1, 1, 1, 1]), np.array([2, 3, 4, 5]), a, b, (a < 4) & (b < 5))


def flipped_pairs(made: GraphDraw) -> set[tuple[int, int]]:
    """Pairs that sell now and peered before."""
    before = set(zip(links().provider.tolist(), links().customer.tolist(), strict=True))
    return {
        (min(p), max(p)) for p in zip(made.links.provider.tolist(), made.links.customer.tolist(), strict=True)
    } - before


def test_doubtful_peerings_are_flipped_first() -> None:
    made = draw(links(), 3 / 14, 0.0, seed=1)
    assert made.flipped == 3
    assert flipped_pairs(made) == {(2, 3), (2, 4), (3, 4)}
    assert len(made.links.peer_a) == 7
    assert not made.links.doubtful.any()


def test_then_other_peerings_then_transit_which_becomes_peering() -> None:
    made = draw(links(), 12 / 14, 0.0, seed=1)
    assert made.flipped == 12
    assert len(made.links.provider) == 10 + 2
    assert sorted(made.links.peer_a.tolist()) == [1, 1]


def test_the_network_with_more_links_sells() -> None:
    made = draw(
        Links(np.array([9, 9]), np.array([8, 7]), np.array([5]), np.array([9]), np.array([True])), 1 / 3, 0.0, seed=4
    )
    assert (made.links.provider.tolist(), made.links.customer.tolist()) == ([9, 9, 9], [8, 7, 5])


def test_new_peerings_join_networks_that_meet_and_have_no_link() -> None:
    given = Links(np.array([1]), np.array([2]), np.array([2, 4]), np.array([3, 5]), np.array([True, True]))
    made = draw(given, 0.0, 1.0, seed=7)
    new = set(zip(made.links.peer_a[2:].tolist(), made.links.peer_b[2:].tolist(), strict=True))
    assert made.added == len(new) == 2
    assert new <= {(2, 4), (2, 5), (3, 4), (3, 5)}


def test_a_seed_gives_one_graph_and_another_seed_another() -> None:
    one, same, other = (draw(links(), 0.5, 0.5, seed=seed) for seed in (3, 3, 4))
    assert one.links.provider.tolist() == same.links.provider.tolist()
    assert one.links.peer_b.tolist() == same.links.peer_b.tolist()
    assert (one.links.provider.tolist(), one.links.peer_a.tolist()) != (
        other.links.provider.tolist(),
        other.links.peer_a.tolist(),
    )


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_an_empty_graph_stays_empty(share: float) -> None:
    none = np.zeros(0, np.int64)
    made = draw(Links(none, none, none, none, none > 0), share, share, seed=1)
    assert (made.flipped, made.added, len(made.links.provider)) == (0, 0, 0)


def test_how_far_it_moves_is_the_least_and_the_greatest_of_the_draws() -> None:
    def one(clear: int, low: float | None) -> dict[str, object]:
        rungs = {"0": clear, "none": 10 - clear}
        return {
            "pairs": 10,
            "by_route_class": {"peer": 10},
            "by_rung": rungs,
            "by_rung_lucky": rungs,
            "exposure": {"low_share": low},
        }

    made = sensitivity(one(5, 0.2), [one(4, 0.1), one(7, None)])
    assert made["rung_0_share"] == {"today": 0.5, "low": 0.4, "high": 0.7}
    assert made["exposure_low_share"] == {"today": 0.2, "low": 0.1, "high": 0.1}
