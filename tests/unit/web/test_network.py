"""The page Network over a square of four nodes, worked out by hand."""

import pytest
from starlette.testclient import TestClient

import provenet
from provenet.web.access import Access
from provenet.web.app import create_app
from support.own_network import DAY, network_case


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    place = network_case(tmp_path_factory.mktemp("net") / "case")
    provenet.expose(place, inside=True, as_of=DAY)
    access = Access(frozenset({"testserver"}), False)
    return TestClient(create_app(place, access), headers={"authorization": f"Bearer {access.key}"})


def words(page: str) -> str:
    return " ".join(page.split())


def test_the_list_leads_to_the_network(browser: TestClient) -> None:
    assert 'href="/network/germany/net"' in browser.get("/network").text


def test_without_a_failure_the_figure_of_today(browser: TestClient) -> None:
    page = browser.get("/network/germany/net")
    assert page.status_code == 200
    assert ">25 %</a> of the carried volume meets restricted equipment" in words(page.text)
    assert "At worst, under the failure of link ac: 100 %." in words(page.text)
    assert ">fails</text>" not in page.text


def test_a_failure_is_played_on_the_map(browser: TestClient) -> None:
    page = browser.get("/network/germany/net", params={"failure": 1})
    assert "If this fails: link ac." in words(page.text)
    assert ">100 %</a> of the volume still carried meets restricted equipment" in words(page.text)
    assert "50 % is wholly clear today and restricted in part then" in words(page.text)
    assert ">fails</text>" in page.text


def test_what_there_is_not_is_a_sentence(browser: TestClient) -> None:
    assert browser.get("/network/germany/other").status_code == 404
    assert browser.get("/network/germany/net", params={"network": "none"}).status_code == 404
    assert browser.get("/network/germany/net", params={"failure": -1}).status_code == 400
    assert browser.get("/network/germany/net", params={"failure": 10**9}).status_code == 200
