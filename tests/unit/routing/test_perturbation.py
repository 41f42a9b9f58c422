"""Graphs with other links: drawn with links flipped and peerings added, or with siblings joined."""

import numpy as np
import pytest

from provenet.core.progress import silent
from provenet.ingest.bgp.as_links import read_as_links
from provenet.routing.perturbation import Links, are_siblings, draw, sensitivity
from provenet.tools.ladder import with_siblings


def links() -> Links:
    """Four sales from 1; ten peerings among 2..6, three of them doubtful, between 2, 3 and 4."""
    pairs = [(a, b) for a in range(2, 7) for b in range(a + 1, 7)]
    a, b = (np.array(part) for part in zip(*pairs, strict=True))
    return Links(np.array([1, 1, 1, 1]), np.array([2, 3, 4, 5]), a, b, (a < 4) & (b < 5))


def flipped_pairs(made: Links) -> set[tuple[int, int]]:
    """Pairs that sell now and peered before."""
    before = set(zip(links().provider.tolist(), links().customer.tolist(), strict=True))
    return {(min(p), max(p)) for p in zip(made.provider.tolist(), made.customer.tolist(), strict=True)} - before


def test_doubtful_peerings_are_flipped_first() -> None:
    made, flipped, _ = draw(links(), 3 / 14, 0.0, seed=1)
    assert flipped == 3
    assert flipped_pairs(made) == {(2, 3), (2, 4), (3, 4)}
    assert len(made.peer_a) == 7
    assert not made.doubtful.any()


def test_then_other_peerings_then_transit_which_becomes_peering() -> None:
    made, flipped, _ = draw(links(), 12 / 14, 0.0, seed=1)
    assert flipped == 12
    assert len(made.provider) == 10 + 2
    assert sorted(made.peer_a.tolist()) == [1, 1]


def test_the_network_with_more_links_sells() -> None:
    given = Links(np.array([9, 9]), np.array([8, 7]), np.array([5]), np.array([9]), np.array([True]))
    made, _, _ = draw(given, 1 / 3, 0.0, seed=4)
    assert (made.provider.tolist(), made.customer.tolist()) == ([9, 9, 9], [8, 7, 5])


def test_new_peerings_join_networks_that_meet_and_have_no_link() -> None:
    given = Links(np.array([1]), np.array([2]), np.array([2, 4]), np.array([3, 5]), np.array([True, True]))
    made, _, added = draw(given, 0.0, 1.0, seed=7)
    new = set(zip(made.peer_a[2:].tolist(), made.peer_b[2:].tolist(), strict=True))
    assert added == len(new) == 2
    assert new <= {(2, 4), (2, 5), (3, 4), (3, 5)}


def test_a_seed_gives_one_graph_and_another_seed_another() -> None:
    one, same, other = (draw(links(), 0.5, 0.5, seed=seed)[0] for seed in (3, 3, 4))
    assert one.provider.tolist() == same.provider.tolist()
    assert one.peer_b.tolist() == same.peer_b.tolist()
    assert (one.provider.tolist(), one.peer_a.tolist()) != (other.provider.tolist(), other.peer_a.tolist())


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_an_empty_graph_stays_empty(share: float) -> None:
    none = np.zeros(0, np.int64)
    made, flipped, added = draw(Links(none, none, none, none, none > 0), share, share, seed=1)
    assert (flipped, added, len(made.provider)) == (0, 0, 0)


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


# 1 sells to 2 and 3; 2 and 3 peer and belong to A; 3 sells to 4, of A too; 5 peers with 1, and is nobody's.
GRAPH = b"1|2|-1|bgp\n1|3|-1|bgp\n2|3|0|mlp\n3|4|-1|bgp\n1|5|0|bgp\n"
ORGANISATIONS = """# format:org_id|changed|org_name|country|source
ORG-A|20250101|A|DE|RIPE
ORG-B|20250101|B|DE|RIPE
# format:aut|changed|aut_name|org_id|opaque_id|source
2|20250101|TWO|ORG-A||RIPE
3|20250101|THREE|ORG-A||RIPE
4|20250101|FOUR|ORG-A||RIPE
1|20250101|ONE|ORG-B||RIPE
"""


def test_peers_and_transit_inside_an_organisation_become_mutual(tmp_path) -> None:
    place = tmp_path / "20250101.as-org2info.txt"
    place.write_text(ORGANISATIONS)
    made = with_siblings(read_as_links(("g.as-rel.txt", GRAPH)), place, silent)
    sold = sorted(zip(made.provider.tolist(), made.customer.tolist(), strict=True))
    assert sold == [(1, 2), (1, 3), (2, 3), (3, 2), (3, 4), (4, 3)]
    assert (made.peer_a.tolist(), made.peer_b.tolist(), made.peer_mlp_only.tolist()) == ([1], [5], [False])
    assert len(made.transit_sources) == 6
    assert made.counts["sibling_links"] == 2
    says = "2 links between networks of one organisation count as mutual transit (20250101.as-org2info.txt)."
    assert made.remarks[-1] == says


@pytest.mark.parametrize(("asn", "joined"), [([2, 3], True), ([2], False), ([3], False), ([7, 8], False), ([], False)])
def test_a_network_that_is_not_listed_is_nobodys_sibling(asn: list[int], joined: bool) -> None:
    given = {"asn": np.array(asn, np.int64), "organisation": np.ones(len(asn), np.int64)}
    assert are_siblings(np.array([2]), np.array([3]), **given).tolist() == [joined]
