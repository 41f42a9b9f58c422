"""The page Internet over eight invented networks, and the page of own networks."""

from html import unescape
from pathlib import Path

import pytest
from starlette.testclient import TestClient

import provenet
from provenet.tools.internet import open_internet
from provenet.web.access import Access
from provenet.web.app import create_app
from support.own_network import DAY, network_case
from unit.routing.small_internet import write_files


@pytest.fixture
def browser(tmp_path: Path) -> TestClient:
    provenet.new(tmp_path / "case", "invented")
    graph, names, *tags = write_files(tmp_path)[:4]
    access = Access(frozenset({"testserver"}), False)
    app = create_app(tmp_path / "case", access, open_internet(graph, names, tags))
    return TestClient(app, headers={"authorization": f"Bearer {access.key}"})


def test_a_route_hop_by_hop(browser: TestClient) -> None:
    page = browser.get("/internet", params={"source": "AS64511", "destination": "Pocket Tel", "avoid": "AS64502"})
    assert page.status_code == 200
    assert "AS64502 UPHILL-NET Uphill Net, NO" in page.text
    assert "The route crosses what should be avoided." in page.text
    assert "no clear route, whoever moves" in page.text


def test_what_a_change_changes(browser: TestClient) -> None:
    page = browser.get("/internet/change", params={"network": "Uphill Net", "source": "gov", "how": "removed"})
    assert page.status_code == 200
    words = " ".join(page.text.split())
    assert "9 of 14 pairs lose their route (2 of them begin or end in the network itself)" in words


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"source": "AS64511", "destination": "Nobody"}, "B: no network is called &#39;Nobody&#39;."),
        ({"source": "AS64511", "destination": "AS64511"}, "A and B are one network"),
        ({"source": "AS64511", "destination": "AS64520", "avoid": "/etc/hosts"}, "avoid: no network is called"),
    ],
)
def test_words_that_name_nothing_are_a_sentence(browser: TestClient, query: dict[str, str], says: str) -> None:
    page = browser.get("/internet", params=query)
    assert page.status_code == 400
    assert says in page.text


def test_without_a_graph_the_page_says_how_to_give_one(tmp_path: Path) -> None:
    provenet.new(tmp_path / "case", "invented")
    access = Access(frozenset({"testserver"}), False)
    browser = TestClient(create_app(tmp_path / "case", access), headers={"authorization": f"Bearer {access.key}"})
    assert "--graph AS_REL" in browser.get("/internet").text


def test_the_public_has_no_such_page(tmp_path: Path) -> None:
    provenet.new(tmp_path / "case", "invented")
    browser = TestClient(create_app(tmp_path / "case", Access(frozenset({"testserver"}), True)))
    assert browser.get("/").status_code == 200
    assert browser.get("/internet").status_code == 404


def test_each_network_between_may_be_avoided_or_taken_away_with_one_click(browser: TestClient) -> None:
    page = browser.get("/internet", params={"source": "AS64510", "destination": "AS64521"}).text
    assert page.count("avoid it") == 2, "neither end is in between"
    to = "/internet?source=AS64510&destination=AS64521&avoid=AS64502"
    assert to in unescape(page)
    marked = unescape(browser.get(to).text)
    assert "The route crosses what should be avoided." in marked
    assert marked.count("avoid it") == 1
    assert "avoid=AS64502%2C+AS64500" in marked
    assert "/internet/change?network=AS64500&source=AS64510&avoid=AS64502" in marked
    found = browser.get("/internet/change?network=AS64500&source=AS64510&avoid=AS64502").text
    assert "pairs lose their route" in found


@pytest.fixture(scope="module")
def network_browser(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    place = network_case(tmp_path_factory.mktemp("net") / "case")
    provenet.expose(place, inside=True, as_of=DAY)
    access = Access(frozenset({"testserver"}), False)
    return TestClient(create_app(place, access), headers={"authorization": f"Bearer {access.key}"})


def words(page: str) -> str:
    return " ".join(page.split())


def test_the_list_leads_to_the_network(network_browser: TestClient) -> None:
    assert 'href="/network/germany/net"' in network_browser.get("/network").text


def test_without_a_failure_the_figure_of_today(network_browser: TestClient) -> None:
    page = network_browser.get("/network/germany/net")
    assert page.status_code == 200
    assert ">25 %</a> of the carried volume meets restricted equipment" in words(page.text)
    assert "At worst, under the failure of link ac: 100 %." in words(page.text)
    assert ">fails</text>" not in page.text


def test_a_failure_is_played_on_the_map(network_browser: TestClient) -> None:
    page = network_browser.get("/network/germany/net", params={"failure": 1})
    assert "If this fails: link ac." in words(page.text)
    assert ">100 %</a> of the volume still carried meets restricted equipment" in words(page.text)
    assert "50 % is wholly clear today and restricted in part then" in words(page.text)
    assert ">fails</text>" in page.text


def test_what_there_is_not_is_a_sentence(network_browser: TestClient) -> None:
    assert network_browser.get("/network/germany/other").status_code == 404
    assert network_browser.get("/network/germany/net", params={"network": "none"}).status_code == 404
    assert network_browser.get("/network/germany/net", params={"failure": -1}).status_code == 400
    assert network_browser.get("/network/germany/net", params={"failure": 10**9}).status_code == 200
