"""Link loads against those that TopoHub publishes for SNDlib's networks, within a hundredth of a point.

TopoHub counts each demand in both directions, routes by hops, splits equally at each node and merges parallel links;
`uni` and `deg` are demands of equal nodes and of nodes by their degree. Of several demands between two nodes it keeps
the last, so that the native file of ta1, which has such, cannot agree; by TopoHub's own file of ta1 loads do.
Source: P. Jurkiewicz, TopoHub, SoftwareX 24, 2023.
"""

import json
from importlib.util import find_spec
from pathlib import Path

import pytest

pytest.importorskip("numba")

from provenet.tools.inside import InsideReport, inside

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "topology"
NATIVE = SHARED / "sndlib" / "native"
INSTALLED = find_spec("topohub")
PUBLISHED = [SHARED / "topohub"]
"""TopoHub's folders: the shared one, and that of its package (the extra `bench`), which has all of SNDlib."""
if INSTALLED is not None and INSTALLED.origin is not None:
    PUBLISHED.append(Path(INSTALLED.origin).parent / "data" / "sndlib")
FILES = {place.stem: place for folder in PUBLISHED for place in sorted(folder.glob("*.json"))}
TOLERANCE_POINTS = 0.01


def compare(report: InsideReport, published: Path, mode: str) -> int:
    """Compares each published edge with the links between its nodes; how many there are."""
    value = json.loads(published.read_text())
    names = {node["id"]: str(node.get("name", node["id"])) for node in value["nodes"]}
    names = names if len(set(names.values())) == len(names) else {ident: str(ident) for ident in names}
    found: dict[tuple[str, str], float] = {}
    for row in report.links.to_dicts():
        for ends, share in (
            ((row["source"], row["target"]), row["forward_share"]),
            ((row["target"], row["source"]), row["backward_share"]),
        ):
            found[ends] = found.get(ends, 0.0) + share
    busiest = max(found.values())
    edges = value["edges"]
    for edge in edges:
        ends = names[edge["source"]], names[edge["target"]]
        assert abs(100 * found[ends] / busiest - edge["ecmp_fwd"][mode]) <= TOLERANCE_POINTS, ends
        assert abs(100 * found[ends[::-1]] / busiest - edge["ecmp_bwd"][mode]) <= TOLERANCE_POINTS, ends
    return len(edges)


@pytest.mark.skipif(not FILES, reason="../shared/data/topology is not here")
@pytest.mark.parametrize("name", sorted(FILES) or ["none"])
@pytest.mark.parametrize("mode", ["org", "uni", "deg"])
def test_loads_of_node_link_files(name: str, mode: str) -> None:
    published = FILES[name]
    graph = json.loads(published.read_text())
    if mode == "org" and not graph["graph"].get("demands"):
        pytest.skip("TopoHub publishes no demands of this network")
    if mode != "org":
        graph["graph"].pop("demands", None)
        if any("type" in node for node in graph["nodes"]):
            pytest.skip("TopoHub lets some kinds of nodes alone exchange traffic here")
    basis = {"org": "degree", "uni": "equal", "deg": "degree"}[mode]
    report = inside(
        topology=_given(graph, published), restricted=("none.txt", b""), demands_both_ways=True, assumed_demands=basis
    )
    assert compare(report, published, mode)


@pytest.mark.skipif(not NATIVE.is_dir(), reason="../shared/data/topology is not here")
@pytest.mark.parametrize("name", sorted(set(FILES) & {one.stem for one in NATIVE.glob("*.txt")} - {"ta1"}) or ["none"])
def test_loads_of_native_files(name: str) -> None:
    report = inside(
        NATIVE / f"{name}.txt", restricted=("none.txt", b""), demands_both_ways=True, parallel="bundle", failures="none"
    )
    assert compare(report, FILES[name], "org")


def _given(graph: dict, published: Path) -> tuple[str, bytes]:
    return published.name, json.dumps(graph).encode()
