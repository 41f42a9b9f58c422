"""Links that devices report at both ends are one, worked by hand."""

from typing import Any, cast

from provenet.case.reported_links import links_once
from provenet.case.rows import NetworkLinkRow, NetworkNodeRow


def report(one: str, other: str, evidence: str | None = "LLDP") -> NetworkLinkRow:
    """A link by its ends, each a name or name:port."""
    ends: dict[str, Any] = {}
    for side, text in (("source", one), ("target", other)):
        name, _, port = text.partition(":")
        ends |= {f"{side}_node": name, f"{side}_port": port or None}
    return cast(NetworkLinkRow, {"link": f"{one} - {other}", "evidence": evidence, **ends})


def node(name: str, *also: str) -> NetworkNodeRow:
    return cast(NetworkNodeRow, {"node": name, "also": list(also)})


def kept(*links: NetworkLinkRow, nodes: tuple[NetworkNodeRow, ...] = ()) -> list[tuple[str, str]]:
    found = links_once(links, {row["node"]: row for row in nodes})
    return sorted((row["source_node"], row["target_node"]) for row in found)


def test_the_same_ports_from_both_ends_are_one_link_and_others_are_parallel() -> None:
    assert kept(report("a:1", "b:7"), report("b:7", "a:1")) == [("a", "b")]
    assert kept(report("a:1", "b:7"), report("b:8", "a:2")) == [("a", "b"), ("a", "b")]


def test_a_report_with_one_port_is_the_link_that_has_it_there() -> None:
    assert kept(report("a:1", "b:7"), report("b:7", "a")) == [("a", "b")]
    assert kept(report("a:1", "b:7"), report("b:8", "a")) == [("a", "b"), ("a", "b")]


def test_halves_of_both_ends_pair_as_far_as_there_are_as_many() -> None:
    assert kept(report("a:1", "b"), report("b:7", "a")) == [("a", "b")]
    assert kept(report("a:1", "b"), report("a:2", "b"), report("b:7", "a")) == [("a", "b"), ("a", "b")]
    assert kept(report("a", "b"), report("b", "a")) == [("a", "b")]
    assert kept(report("a", "b"), report("a:1", "b")) == [("a", "b")]


def test_a_neighbour_by_the_name_that_it_gives_itself_is_that_device() -> None:
    nodes = (node("walk-1", "core1.example.net"), node("walk-2", "CORE2"))
    links = report("walk-1:1", "core2:7"), report("walk-2:7", "core1.example.net:1")
    assert kept(*links, nodes=nodes) == [("walk-1", "walk-2")]
    # A name of two devices is neither; the name of the inventory goes before.
    twice = (*nodes, node("walk-3", "CORE2"))
    assert kept(links[0], nodes=twice) == [("core2", "walk-1")]
    own = (*nodes, node("core2"))
    assert kept(links[0], nodes=own) == [("core2", "walk-1")]
    assert kept(report("walk-2:1", "core2:2"), nodes=nodes) == []


def test_links_of_a_topology_stay_as_they_are() -> None:
    nodes = (node("a", "b2"), node("b"))
    assert kept(report("a", "b2", None), report("b2", "a", None), nodes=nodes) == [("a", "b2"), ("b2", "a")]
