"""Topologies and demands as rows of a case: each value as stated, one sentence for what is missing."""

import pytest

from provenet.case.parties import PartyNames
from provenet.core.errors import InputFault
from readers.test_topology_files import GRAPH, NATIVE
from support.reading import read_table_file

MAPPING = """
[constants]
carrier_id = "Own Net"
country = "DE"
network = "core"
observed_on = "2026-11-01"
"""
DEMANDS = "DEMANDS 2\nlabel src dest bw\nd0 0 2 10\nd1 2 1 4\n"


@pytest.fixture(scope="module")
def names() -> PartyNames:
    made = PartyNames.built_in()
    made.add("own-net", "Own Net", "carrier")
    return made


def read(name: str, text: str, mapping: str | None, names: PartyNames) -> dict[str, list[dict[str, object]]]:
    given = None if mapping is None else mapping.encode()
    made = read_table_file(name, text.encode(), given, names=names)
    assert made.layout == "topology"
    return made.rows


def cells(rows: list[dict[str, object]], *columns: str) -> list[tuple[object, ...]]:
    return [tuple(row[name] for name in columns) for row in rows]


def test_nodes_links_and_demands_as_the_file_states_them(names: PartyNames) -> None:
    rows = read("small.txt", NATIVE, MAPPING, names)
    assert cells(rows["network_node"], "node", "lat_deg", "lon_deg") == [
        ("N1", 50.0, 10.0), ("N2", 50.0, 11.0), ("N3", None, None),
    ]  # fmt: skip
    assert cells(rows["network_link"], "link", "source_node", "target_node", "way", "forward_metric") == [
        ("L1", "N1", "N2", "both", 2.5),
        ("L2", "N2", "N3", "both", None),
    ]
    capacities = ("forward_capacity_amount", "backward_capacity_amount", "capacity_unit", "srlgs")
    found = cells(rows["network_link"], *capacities)
    assert found == [(100.0, 100.0, "MBITPERSEC", None), (None, None, "MBITPERSEC", None)]
    assert rows["network_link"][0]["length_km"] == pytest.approx(71.5, abs=0.1)
    stated = ("demand", "source_node", "target_node", "volume_amount", "volume_unit", "sensitive", "protection")
    assert cells(rows["network_demand"], *stated) == [
        ("D1", "N1", "N3", 5.5, "MBITPERSEC", None, None),
        ("D2", "N3", "N1", 8.0, "MBITPERSEC", None, None),
    ]
    own = {(row["network"], row["carrier_id"], row["country"], str(row["observed_on"])) for row in rows["network_link"]}
    assert own == {("core", "own-net", "Germany", "2026-11-01")}


def test_metrics_differ_by_direction_and_parallel_links_stay_apart(names: PartyNames) -> None:
    rows = read("net.graph", GRAPH, MAPPING, names)
    found = cells(rows["network_link"], "link", "way", "forward_metric", "backward_metric")
    assert found == [("e0", "both", 10.0, 20.0), ("e2", "forward", 5.0, None), ("e3", "both", 30.0, 30.0)]
    assert "network_demand" not in rows


def test_a_file_of_demands_alone(names: PartyNames) -> None:
    more = 'sensitive = "no"\nprotection = "end to end"\n[sensitive]\ndemands = ["d1"]\n'
    rows = read("net.demands", DEMANDS, MAPPING + more, names)
    assert "network_link" not in rows
    found = cells(rows["network_demand"], "demand", "source_node", "target_node", "sensitive", "protection")
    assert found == [("d0", "0", "2", "no", "end to end"), ("d1", "2", "1", "yes", "end to end")]


def test_without_a_carrier_one_sentence_says_what_to_write(names: PartyNames) -> None:
    with pytest.raises(InputFault) as caught:
        read("small.txt", NATIVE, None, names)
    assert len(caught.value.faults) == 1
    assert "small.txt: nothing says whose network this is" in str(caught.value)
    for word in ("[constants]", 'carrier_id = "', 'country = "', 'network = "', "small.toml"):
        assert word in str(caught.value)


@pytest.mark.parametrize(
    ("mapping", "says"),
    [
        (MAPPING.replace("network =", "netwrok ="), "constants.netwrok"),
        (MAPPING.replace("DE", "Atlantis"), "no such country"),
        (MAPPING.replace("Own Net", "Owm Net"), "no such carrier"),
        (MAPPING.replace("2026-11-01", "soon"), "this is no day"),
        (MAPPING + 'sensitive = "perhaps"\n', "no such word here"),
        (MAPPING + '[sensitive]\nnodes = ["N9"]\n', "no such node in small.txt"),
        (MAPPING + '[sensitive]\nnodes = "N1"\n', "not lists of ids"),
        (MAPPING + "[[", "the mapping is not TOML"),
    ],
)
def test_each_fault_of_a_mapping_is_a_sentence(mapping: str, says: str, names: PartyNames) -> None:
    with pytest.raises(InputFault) as caught:
        read("small.txt", NATIVE, mapping, names)
    assert says in str(caught.value)


def test_a_fault_of_the_file_is_told_once(names: PartyNames) -> None:
    with pytest.raises(InputFault, match="no such node") as caught:
        read("small.txt", NATIVE.replace("( N2 N3 )", "( N2 Nn3 )"), MAPPING, names)
    assert caught.value.count == 1
