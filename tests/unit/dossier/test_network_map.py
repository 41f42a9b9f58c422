"""The drawing of a carrier's own network: what each mark says, with positions and without."""

from dataclasses import replace
from xml.etree import ElementTree

import pytest

from provenet.dossier.drawings.network_map import ExposedPair, LinkMark, NetworkDrawing, NodeMark, network_map

PLACES = {"a": (50.0, 8.0), "b": (51.0, 9.0), "c": (49.0, 9.0), "d": (50.0, 10.0)}
STATES = {"a": ("clear", None), "b": ("restricted", None), "c": ("unknown", "vendor"), "d": ("unknown", "element")}


def drawing(places: dict[str, tuple[float, float]] = PLACES, **cells: object) -> NetworkDrawing:
    nodes = tuple(
        NodeMark(
            name=name,
            lat=places.get(name, (None, None))[0],
            lon=places.get(name, (None, None))[1],
            state=state,
            because=why,
        )
        for name, (state, why) in STATES.items()
    )
    links = (LinkMark(source="a", target="b", state="restricted"), LinkMark(source="c", target="d"))
    given: dict[str, object] = {"country": "Germany", "nodes": nodes, "links": links, "exposed": (), "steered": ()}
    return NetworkDrawing(**given | cells)  # type: ignore[arg-type]


def labels(svg: str) -> list[str]:
    return [str(one.text) for one in ElementTree.fromstring(svg).iter() if one.tag.endswith("text")]


def test_each_state_has_a_shape_and_a_word() -> None:
    svg = network_map(drawing(), "k", title="A network")
    assert {"restricted", "clear", "unknown: a vendor", "unknown: no element", "restricted link"} <= set(labels(svg))
    assert set("abcd") < set(labels(svg))
    assert 'fill="url(#vendork)"' in svg
    assert svg.count('class="f-restricted fs-paper"') == 2  # the node and its mark in the legend


def test_demands_and_paths_are_drawn_and_named() -> None:
    pairs = (ExposedPair(source="a", target="d", certain=True), ExposedPair(source="a", target="c", certain=False))
    svg = network_map(drawing(exposed=pairs, steered=(("a", "c", "d"),)), "k", title="A network")
    assert {"exposed demand", "perhaps exposed", "steered path"} <= set(labels(svg))
    assert svg.count('stroke-width="7"') == 3  # two links of the path, and the legend
    assert svg.count("Q") == 2


@pytest.mark.parametrize("places", [{}, {"a": (50.0, 8.0)}])
def test_without_positions_the_nodes_stand_on_a_circle(places: dict[str, tuple[float, float]]) -> None:
    made = drawing(places)
    assert not made.has_positions
    svg = network_map(made, "k", title="A network")
    assert set("abcd") < set(labels(svg))
    assert "clip-path" not in svg.partition("<line")[0] or "f-sea" not in svg


def test_a_node_without_a_position_is_counted_and_not_drawn() -> None:
    made = drawing({name: PLACES[name] for name in "abc"})
    assert made.placeless_count == 1
    assert "d" not in labels(network_map(made, "k", title="A network"))


def test_all_nodes_at_one_place_are_drawn() -> None:
    svg = network_map(drawing(dict.fromkeys("abcd", (50.0, 8.0))), "k", title="A network")
    assert "nan" not in svg
    assert "inf" not in svg.replace("information", "")


def test_hostile_names_are_text() -> None:
    node = NodeMark(name="<script>", lat=50.0, lon=8.0, state="clear")
    svg = network_map(drawing(nodes=(node, node)), "k", title="<b>")
    assert "<script>" not in svg
    ElementTree.fromstring(svg)


def test_what_fails_is_crossed_out_and_named() -> None:
    plain = network_map(drawing(), "k", title="A network")
    nodes = tuple(replace(node, fails=node.name == "a") for node in drawing().nodes)
    links = (LinkMark(source="a", target="b", fails=True), LinkMark(source="c", target="gone", fails=True))
    svg = network_map(drawing(nodes=nodes, links=links), "k", title="A network")
    assert "fails" in labels(svg)
    assert "fails" not in labels(plain)
    # A cross is four lines: one on the node, one on the link that is drawn, one in the legend.
    assert svg.count('class="s-paper"') - plain.count('class="s-paper"') == 2 * 3
