"""Topologies and demands of every format, small and written by hand; and one file broken on purpose a fault."""

import gzip
import json

import numpy as np
import pytest

from provenet.core.errors import InputFault
from provenet.ingest.network.topology import Demands, Topology
from provenet.ingest.network.topology_files import read_demands, read_topology
from readers.small_topologies import BATFISH, GRAPH, GRAPHML, NATIVE, NETWORKS, NODE_LINK, XML


def read(name: str, text: str) -> tuple[Topology, Demands | None]:
    return read_topology((name, text.encode()))


def links_of(topology: Topology) -> list[tuple[str, str, str]]:
    nodes = topology.node_ids
    ends = zip(topology.link_ids, topology.source.tolist(), topology.target.tolist(), strict=True)
    return [(link, nodes[one], nodes[other]) for link, one, other in ends]


@pytest.mark.parametrize(("name", "text"), [("small.txt", NATIVE), ("small.xml", XML)])
def test_both_forms_of_sndlib_say_the_same(name: str, text: str) -> None:
    topology, demands = read(name, text)
    assert topology.node_ids == ["N1", "N2", "N3"]
    assert links_of(topology) == [("L1", "N1", "N2"), ("L2", "N2", "N3")]
    assert topology.backward.all() and topology.capacity_unit == "MBITPERSEC"
    assert topology.capacity_forward[0] == 100 and np.isnan(topology.capacity_forward[1])
    assert topology.metric_forward[0] == 2.5 and np.isnan(topology.metric_backward[1])
    assert topology.length_km[0] == pytest.approx(71.47, abs=0.01) and np.isnan(topology.length_km[1])
    assert demands is not None and demands.volume.tolist() == [5.5, 8.0] and demands.ids == ["D1", "D2"]
    assert demands.source.tolist() == [0, 2] and demands.target.tolist() == [2, 0]


def test_a_packed_file_reads_like_a_plain_one() -> None:
    topology, _ = read_topology(("small.txt.gz", gzip.compress(NATIVE.encode())))
    assert topology.node_ids == ["N1", "N2", "N3"]


def test_coordinates_of_a_drawing_are_no_places() -> None:
    topology, _ = read("drawn.txt", NATIVE.replace("10.00 50.00", "283.00 248.00"))
    assert np.isnan(topology.latitude_deg).all() and np.isnan(topology.length_km).all()
    assert "places on a drawing" in topology.remarks[0]


def test_repetita_pairs_directions_to_links_parallel_ones_by_capacity() -> None:
    topology, demands = read("small.graph", GRAPH)
    assert demands is None
    assert links_of(topology) == [("e0", "A", "B"), ("e2", "B", "C"), ("e3", "A", "B")]
    assert topology.backward.tolist() == [True, False, True]
    assert topology.metric_forward.tolist() == [10, 5, 30] and topology.metric_backward[0] == 20
    assert topology.also["e1"].links == (0,) and topology.also["2"].nodes == (2,)
    found = read_demands(("small.demands", b"DEMANDS 1\nlabel src dest bw\nd0 0 2 42\n"), topology)
    assert (found.source.tolist(), found.target.tolist(), found.volume.tolist()) == ([0], [2], [42.0])


def test_graphml_names_nodes_by_label_and_leaves_loops_out() -> None:
    topology, _ = read("zoo.graphml", GRAPHML)
    assert links_of(topology) == [("Bern--Basel", "Bern", "Basel")] and topology.also["Basel--Bern"].links == (0,)
    assert topology.capacity_forward[0] == 1e6 and topology.also["0"].nodes == (0,)
    assert topology.remarks == (
        "1 link from a node to itself: left out, they carry nothing.",
        "Every link stands once each way: 2 links of the file read as 1, each with both directions.",
    )


def test_node_link_json_states_demands_lengths_and_groups() -> None:
    topology, demands = read("hub.json", json.dumps(NODE_LINK))
    assert links_of(topology) == [("Gdansk--Warsaw", "Gdansk", "Warsaw")] and topology.length_km.tolist() == [283.0]
    assert demands is not None and demands.volume.tolist() == [3.5] and topology.srlgs["duct"].links == (0,)


def test_layers_below_give_further_names_and_groups() -> None:
    topology, _ = read("layers.json", json.dumps(NETWORKS))
    assert links_of(topology) == [("r1-r2", "r1", "r2"), ("r1-r3", "r1", "r3")]
    assert topology.metric_forward.tolist() == [10, 7] and topology.metric_backward[0] == 12
    assert topology.also["R2"].nodes == (1,) and topology.also["fibre/R3"].nodes == (2,)
    assert topology.also["R1"] == ((0,), (0, 1)), "a device that a link rides over stands for the link too"
    assert topology.also["X"] == ((), (0, 1)) and topology.also["trunk"].links == (0, 1)
    assert topology.srlgs["fibre/trunk"].links == (0, 1)
    below, _ = read_topology(("layers.json", json.dumps(NETWORKS).encode()), layer="fibre")
    assert below.node_ids == ["R1", "R2", "R3", "X"]


@pytest.mark.parametrize(
    "table", ["source,target,volume\nN1,N3,2.5\n", "id;src;dst;demand\na;N1;N3;2.5\n", ",N1,N3\nN1,0,2.5\nN3,,0\n"]
)
def test_demands_come_from_a_list_or_a_matrix(table: str) -> None:
    topology, _ = read("small.txt", NATIVE)
    found = read_demands(("demands.csv", table.encode()), topology)
    assert (found.source.tolist(), found.target.tolist(), found.volume.tolist()) == ([0], [2], [2.5])


def says(name: str, text: str, **how: str) -> list[str]:
    with pytest.raises(InputFault) as caught:
        read_topology((name, text.encode()), **how)
    return [fault.sentence() for fault in caught.value.faults]


def test_faults_of_a_native_file_come_all_at_once_with_lines_and_nearest() -> None:
    broken = NATIVE.replace("( N2 N3 )", "( N2 Nn3 )").replace("5.50", "-5.50").replace("N2 (11.00", "N1 (11.00")
    assert says("small.txt", broken) == [
        "small.txt row 10, node: the node stands twice; found 'N1', expected each node once.",
        "small.txt row 14, link L1: no such node; found 'N2', expected a node of the file.",
        "small.txt row 15, link L2: no such node; found 'N2', expected a node of the file.",
        "small.txt row 15, link L2: no such node; found 'Nn3', expected a node of the file. Nearest: N3.",
        "small.txt row 18, demand D1: this is no number of that kind; "
        "found '-5.50', expected a number from 0 to 1e+30.",
    ]


def test_a_section_that_never_ends_and_a_file_of_no_format_are_faults() -> None:
    assert "never ends" in says("cut.txt", NATIVE[: NATIVE.index("ADMISSIBLE")].rstrip()[:-1])[0]
    assert "no topology of a known format" in says("notes.txt", "hello\n")[0]


def test_entities_are_not_expanded() -> None:
    bomb = XML.replace("<network ", '<!DOCTYPE network [<!ENTITY a "aaaa">]><network ')
    assert says("bomb.xml", bomb) == ["bomb.xml: the XML declares a document type, which is not read."]


def test_a_graph_that_is_cut_is_refused() -> None:
    cut = "\n".join(GRAPH.splitlines()[:-1])
    expected = "small.graph: the section EDGES has another count than its head states; found '4', expected 5."
    assert says("small.graph", cut) == [expected]


def test_layer_1_of_batfish_says_each_link_once() -> None:
    topology, _ = read("layer1.json", json.dumps(BATFISH))
    assert links_of(topology) == [("r1:p1--r2:p2", "r1", "r2"), ("r1:p1--r3:p1", "r1", "r3")]


def test_a_head_that_is_no_number_and_a_node_without_id_are_faults() -> None:
    assert says("q.graph", "NODES x\n")[0].startswith("q.graph row 1, NODES: this is no number")
    bare = '<graphml><graph edgedefault="undirected"><node id="a"/><node/></graph></graphml>'
    assert says("noid.graphml", bare) == ["noid.graphml row 1: the node has no id."]


def test_unknown_layers_and_nodes_name_the_nearest() -> None:
    found = says("layers.json", json.dumps(NETWORKS), layer="fiber")
    assert found == ["layers.json: no such layer; found 'fiber', expected one of: ip, fibre. Nearest: fibre."]
    topology, _ = read("small.txt", NATIVE)
    with pytest.raises(InputFault, match="no such node in the topology; found 'N9'"):
        read_demands(("d.csv", b"source,target,volume\nN9,N3,2.5\n"), topology)
