"""An open graph of eight invented networks: routes and changes, worked out by hand."""

from pathlib import Path

import pytest

from provenet.core.errors import UsageFault
from provenet.tools.internet import OpenInternet, open_internet
from provenet.tools.route import route
from unit.routing.small_internet import write_files


@pytest.fixture
def internet(tmp_path: Path) -> OpenInternet:
    graph, names, *tags = write_files(tmp_path)[:4]
    return open_internet(graph, names, tags)


def test_a_route_is_that_of_the_tool(internet: OpenInternet, tmp_path: Path) -> None:
    graph, names, *tags = write_files(tmp_path)[:4]
    found = route("AS64511", "AS64520", graph=graph, names=names, tags=tags, restricted=["AS64502"], back=True)
    assert internet.route("AS64511", "Pocket Tel", ["AS64502"], back=True) == found.as_dict()


def test_a_network_that_goes_takes_the_routes_of_those_who_have_no_other(internet: OpenInternet) -> None:
    found = internet.change(["gov"], "Uphill Net", "removed", restricted=[])
    # 64511 reaches seven others over 64502 alone; 64510 has another provider, and loses the two behind 64502.
    assert found["before"]["routed"] == 14
    assert (found["lost"], found["lost_of_itself"]) == (7 + 2, 2)
    assert found["after"]["routed"] == 5
    assert [(one["asn"], one["pairs"]) for one in found["most_changed"]] == [(64511, 7), (64510, 2)]


def test_a_network_that_is_marked_changes_no_route(internet: OpenInternet) -> None:
    found = internet.change(["gov:JP"], "AS64503", "restricted", restricted=["AS64502"])
    assert found["before"]["routed"] == found["after"]["routed"] == 14
    # From 64510 to 64520 and 64501 the routes run over 64503; 64511 crosses 64502 already.
    assert found["new_crossing"] == {"low": 2, "high": 2}


def test_more_sources_than_are_shown_are_drawn(internet: OpenInternet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("provenet.tools.internet.MOST_SOURCES", 3)
    found = internet.change([], "AS64502", "removed", restricted=[])
    assert found["sources"] == {"named": 8, "drawn": 3, "seed": 1}


@pytest.mark.parametrize(
    ("words", "network", "says"),
    [
        (["AS64599"], "AS64502", "from: none of these networks is in the graph."),
        ([], "AS64599", "network: AS64599 NOWHERE Nowhere, JP is not in the AS graph 20250901.as-rel2.txt."),
        (["/etc/passwd"], "AS64502", "from: no network is called '/etc/passwd'."),
    ],
)
def test_words_that_name_nothing_are_refused(internet: OpenInternet, words: list[str], network: str, says: str) -> None:
    with pytest.raises(UsageFault, match=says):
        internet.change(words, network, "removed", restricted=[])
