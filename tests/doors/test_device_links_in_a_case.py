"""Links that devices report become a network of their carrier: three routers by LLDP, worked out by hand."""

import json
from pathlib import Path

import pytest

import provenet as verbs
from doors.conftest import Provenet
from doors.test_diff import enter
from provenet.case.case import Case
from support.own_network import DAY, MAPPING, PACK, asset
from unit.evidence import small_case

CONSTANTS = """[constants]
carrier_id = "net"
country = "Germany"
asset_class = "transport.router"
network = "field"
observed_on = "2026-11-02"
"""


def lldp(own: str, words: str, *neighbours: tuple[str, str, str, str]) -> str:
    """What `lldpcli -f json` prints: neighbours by own port, name, words and port."""
    interfaces = [
        {
            port: {
                "via": "LLDP",
                "chassis": {name: {"id": {"type": "local", "value": name}, "descr": said}},
                "port": {"id": {"type": "ifname", "value": far}},
            }
        }
        for port, name, said, far in neighbours
    ]
    local = {"chassis": {own: {"id": {"type": "local", "value": own}, "descr": words}}}
    return json.dumps({"lldp": {"local-chassis": local, "interface": interfaces}})


A, B, C = "Cisco IOS Software", "Huawei Versatile Routing Platform", "Juniper Networks JUNOS"
FILES = {
    "a": lldp("a", A, ("ge1", "b", B, "xe1"), ("ge2", "c", C, "et1")),
    "b": lldp("b", B, ("xe1", "a", A, "ge1"), ("xe2", "c", C, "et2"), ("xe9", "b", B, "xe8")),
    "c": lldp("c", C, ("et2", "b", B, "xe2")),
}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A case that holds the three files."""
    place = tmp_path / "case"
    verbs.new(place, "field")
    parties = [small_case.party("net", "carrier", "DE"), small_case.party("gov", "government", "DE")]
    enter(place, "first", party=parties)
    (tmp_path / "p.yml").write_text(PACK.replace("v1", "huawei"), encoding="utf-8")
    added = verbs.add(place, [tmp_path / "p.yml"])
    assert not added.fault_count, added.faults
    for name, text in FILES.items():
        (tmp_path / f"{name}.json").write_text(text, encoding="utf-8")
        (tmp_path / f"{name}.toml").write_text(CONSTANTS, encoding="utf-8")
    added = verbs.add(place, [tmp_path / f"{name}.json" for name in FILES])
    assert not added.fault_count, added.faults
    return place


def test_rows_of_the_network_with_their_evidence(place: Path) -> None:
    links = Case.open(place).read("network_link").to_dicts()
    assert {
        (row["network"], row["carrier_id"], row["country"], row["evidence"], row["way"], str(row["observed_on"]))
        for row in links
    } == {("field", "net", "Germany", "LLDP", "both", "2026-11-02")}
    ends = sorted((row["source_node"], row["source_port"], row["target_node"], row["target_port"]) for row in links)
    # What two devices report of one link stands in both files; b's link with itself is no link.
    assert ends == [
        ("a", "ge1", "b", "xe1"),
        ("a", "ge1", "b", "xe1"),
        ("a", "ge2", "c", "et1"),
        ("b", "xe2", "c", "et2"),
        ("b", "xe2", "c", "et2"),
    ]
    assert {row["link"] for row in links} == {"a:ge1 - b:xe1", "a:ge2 - c:et1", "b:xe2 - c:et2"}
    assert any("a.json" in str(row["locator"]) for row in links)


def test_the_network_is_a_triangle_whose_router_b_is_restricted(provenet: Provenet, place: Path) -> None:
    verbs.screen(place, ["own-pack"], country=["Germany"], as_of=DAY)
    report = verbs.expose(place, inside=True, as_of=DAY, failures="none")
    (network,) = report.networks
    assert (network.network, network.node_count, network.link_count, network.demand_count) == ("field", 3, 3, 6)
    (row,) = network.policies
    # Six pairs of equal mass: the four from and to b meet it, a and c have a link of their own.
    assert [row["low_share"], row["high_share"]] == pytest.approx([4 / 6, 4 / 6])
    page = verbs.brief(place, audience="carrier", carrier="net", as_of=DAY).dossiers[0].html.read_text("utf-8")
    assert "field" in page
    figure = str(row["inside_exposure_id"])
    assert "network_link" in provenet("why", place, figure).out


def test_a_name_for_the_network_is_not_needed_and_a_wrong_day_is_a_fault(provenet: Provenet, tmp_path: Path) -> None:
    place = tmp_path / "other"
    verbs.new(place, "other")
    enter(place, "first", party=[small_case.party("net", "carrier", "DE")])
    (tmp_path / "a.json").write_text(FILES["a"], encoding="utf-8")
    mapping = tmp_path / "a.toml"
    mapping.write_text(CONSTANTS.replace("2026-11-02", "2 November"), encoding="utf-8")
    ran = provenet("add", place, tmp_path / "a.json")
    assert ran.code == 3
    assert "a.toml, constants.observed_on: this is no day; found '2 November', expected YYYY-MM-DD" in ran.err
    mapping.write_text(CONSTANTS.replace('network = "field"\nobserved_on = "2026-11-02"\n', ""), encoding="utf-8")
    ran = provenet("add", place, tmp_path / "a.json")
    assert ran.code == 0, ran.err
    assert "2 links between devices: the network 'inventory' of its carrier; network in [constants]" in ran.out
    assert set(Case.open(place).read("network_link")["network"]) == {"inventory"}


def test_device_links_and_a_topology_of_one_network_stand_together(place: Path, tmp_path: Path) -> None:
    """A topology of the same day and name adds its links; its nodes are those of the devices."""
    text = "?SNDlib native format\nNODES (\n  a ( 8 50 )\n  d ( 9 51 )\n)\nLINKS (\n  ad ( a d ) 1 0 0 0 ( )\n)\n"
    (tmp_path / "t.txt").write_text(text, encoding="utf-8")
    mapping = MAPPING.replace("core", "field").replace("2026-11-01", "2026-11-02")
    (tmp_path / "t.toml").write_text(mapping, encoding="utf-8")
    assert not verbs.add(place, [tmp_path / "t.txt"]).fault_count
    enter(place, "d", asset=[asset("d", "v2")], party=[small_case.party("v2", "vendor", "DE")])
    verbs.screen(place, ["own-pack"], country=["Germany"], as_of=DAY)
    (network,) = verbs.expose(place, inside=True, as_of=DAY, failures="none").networks
    assert (network.node_count, network.link_count) == (4, 4)
