"""Links between networks of one organisation become mutual transit, and nothing else changes."""

import numpy as np
import pytest

from provenet.core.progress import silent
from provenet.ingest.bgp.as_links import read_as_links
from provenet.routing.perturbation import are_siblings
from provenet.tools.ladder import with_siblings

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
