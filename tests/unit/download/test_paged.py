"""Lists of a REST API page by page: what a service may do wrong ends in a whole inventory or in one sentence."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from time import perf_counter, sleep
from typing import Any

import pytest

from provenet.core.errors import InputFault, UsageFault
from provenet.download import paged
from provenet.download.fetch import TRIES, Timeouts
from provenet.download.paged import ApiList, ServiceReading, service_at
from support.small_netbox import TOKEN, Fault, SmallNetBox, answers, cut, reset, serving

DEVICES = "dcim/devices"
HASTY = Timeouts(connect_seconds=2.0, read_seconds=0.4, total_seconds=5.0)


@dataclass
class Tried:
    """What reading came to."""

    ids: list[int] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)


def devices(count: int) -> list[dict[str, Any]]:
    return [{"id": number, "name": f"r{number}"} for number in range(1, count + 1)]


def read(held: SmallNetBox, token: str | None = TOKEN, path: str = DEVICES) -> Tried:
    tried = Tried()
    reading = ServiceReading(
        service_at(held.url, token=token), clock=perf_counter, sleep=tried.waited.append, limits=HASTY,
        remarks=tried.remarks, page_size=10,
    )  # fmt: skip
    assert reading.document(paged.STATUS)[0] in (200, 404)
    objects = reading.objects([ApiList(path, (("ordering", "id"),), True)], lambda _, given: given["id"])
    tried.ids = [int(str(one)) for _, one in objects]
    return tried


def sentence(held: SmallNetBox, **how: Any) -> str:
    with pytest.raises(InputFault) as caught:
        read(held, **how)
    (fault,) = caught.value.faults
    assert TOKEN not in str(caught.value) and TOKEN not in json.dumps(caught.value.as_dict())
    return fault.sentence()


@pytest.fixture
def held() -> Iterator[SmallNetBox]:
    with serving(SmallNetBox({DEVICES: devices(35)})) as server:
        yield server


def play(held: SmallNetBox, offset: int, *faults: Fault) -> None:
    held.faults[DEVICES, offset] = list(faults)


def test_every_page_comes_once_and_the_token_in_one_header(held: SmallNetBox) -> None:
    assert read(held).ids == list(range(1, 36))
    assert held.asked(DEVICES) == [0, 10, 20, 30]
    assert {authorization for _, _, authorization in held.log} == {f"Token {TOKEN}"}


def test_tokens_of_version_2_are_bearers(held: SmallNetBox) -> None:
    held.token = "nbt_key.secret"
    assert len(read(held, token="nbt_key.secret").ids) == 35
    assert held.log[0][2] == "Bearer nbt_key.secret"


@pytest.mark.parametrize(
    "fault",
    [
        cut, reset, answers(408), answers(425), answers(429), answers(500), answers(502),
        answers(503, more="Retry-After: 7\r\n"), answers(504),
    ],
)  # fmt: skip
def test_a_page_that_fails_is_asked_again_and_no_other(held: SmallNetBox, fault: Fault) -> None:
    play(held, 20, fault, fault)
    tried = read(held)
    assert tried.ids == list(range(1, 36))
    assert held.asked(DEVICES)[:5] == [0, 10, 20, 20, 20]
    assert len(tried.waited) == 2


def test_a_service_that_asks_for_time_gets_it(held: SmallNetBox) -> None:
    play(held, 20, answers(503, more="Retry-After: 7\r\n"))
    assert read(held).waited == [7.0]


def test_a_connection_that_stays_broken_is_a_sentence(held: SmallNetBox) -> None:
    play(held, 20, *[reset] * TRIES)
    assert "tried 5 times" in sentence(held)
    assert read(held).ids == list(range(1, 36))


def test_a_slow_page_is_asked_for_smaller(held: SmallNetBox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paged, "LEAST_PAGE_SIZE", 2)
    play(held, 10, answers(504), answers(504))
    assert read(held).ids == list(range(1, 36))
    limits = [query["limit"] for path, query, _ in held.log if path == DEVICES]
    assert limits[:5] == ["10", "10", "5", "2", "2"]


def test_silence_counts_as_slow(held: SmallNetBox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paged, "LEAST_PAGE_SIZE", 2)
    play(held, 10, lambda _: sleep(0.8))
    assert read(held).ids == list(range(1, 36))
    assert [query["limit"] for path, query, _ in held.log if path == DEVICES][:3] == ["10", "10", "5"]


@pytest.mark.parametrize("status", [401, 403])
def test_a_token_that_does_not_hold(held: SmallNetBox, status: int) -> None:
    held.faults["status", 0] = [answers(status)]
    assert sentence(held) == (
        f"{held.url}api/: the service does not take the token; found '{status}', expected 200.\n"
        "    It may be revoked or expired, or lack the right to read; make a new one in the service."
    )


def test_a_token_revoked_on_the_way_is_no_absent_list(held: SmallNetBox) -> None:
    play(held, 20, lambda handler: _revoke(handler))
    assert "the service does not take the token" in sentence(held)


def _revoke(handler: Any) -> None:
    handler.server.held.token = "another"
    handler.json(403, {"detail": "Invalid token"})


def test_no_token_where_one_is_wanted(held: SmallNetBox) -> None:
    assert "the service wants a token, and none is given; found '403'" in sentence(held, token=None)


def test_a_web_page_in_place_of_json(held: SmallNetBox) -> None:
    html = answers(200, b"<!DOCTYPE html><html>log in</html>", "text/html; charset=utf-8")
    play(held, 10, html)
    assert "a web page came in place of JSON; found 'text/html', expected application/json." in sentence(held)
    play(held, 10, answers(200, b"<!DOCTYPE html><html>", "application/json"))
    assert "a web page came in place of JSON; found 'application/json', expected application/json." in sentence(held)


def test_a_redirect_is_told_and_the_token_goes_nowhere(held: SmallNetBox) -> None:
    play(held, 10, answers(302, more="Location: https://login.example.org/\r\n"))
    assert "the service leads elsewhere; found 'https://login.example.org/'." in sentence(held)


def test_a_next_page_on_another_host_is_refused(held: SmallNetBox) -> None:
    held.links = lambda path, after: f"https://evil.example.org/api/{path}/?limit=10&offset={after}"
    said = sentence(held)
    assert "would be on another host, to which no token is sent; found 'https://evil.example.org'" in said
    assert held.asked(DEVICES) == [0]


def test_a_next_page_by_another_scheme_of_the_same_host_is_asked_as_before(held: SmallNetBox) -> None:
    held.links = lambda path, after: f"https://127.0.0.1/api/{path}/?limit=10&offset={after}"
    assert read(held).ids == list(range(1, 36))


@pytest.mark.parametrize("link", ["/api/dcim/sites/?offset=10", "/api/dcim/devices/", "?"])
def test_a_next_page_of_another_list_is_refused(held: SmallNetBox, link: str) -> None:
    held.links = lambda path, after: link
    assert "would be of another list" in sentence(held)


def test_pages_in_a_circle_are_refused(held: SmallNetBox) -> None:
    held.links = lambda path, after: f"/api/{path}/?limit=10&offset={10 if after > 20 else after}"
    assert "the pages of dcim/devices lead in a circle" in sentence(held)


def test_an_empty_page_that_leads_on_is_refused(held: SmallNetBox) -> None:
    play(held, 10, answers(200, b'{"count": 35, "next": "/api/dcim/devices/?offset=40", "results": []}'))
    assert "without an object leads to a further one" in sentence(held)


@pytest.mark.parametrize("body", [b"[]", b'{"results": 3}', b'{"results": [{"name": "x"}]}', b'{"results": ["x"]}'])
def test_json_that_is_no_list_is_refused(held: SmallNetBox, body: bytes) -> None:
    play(held, 0, answers(200, body))
    assert "dcim/devices is no list of objects" in sentence(held)


def test_a_list_that_shrinks_while_it_is_read_is_read_again(held: SmallNetBox) -> None:
    def shrink(handler: Any) -> None:
        del handler.server.held.lists[DEVICES][:5]
        handler.page(DEVICES, 10, 10)

    play(held, 10, shrink)
    assert read(held).ids == list(range(6, 36))


def test_a_list_that_never_holds_still_is_refused(held: SmallNetBox) -> None:
    held.faults[DEVICES, 30] = [_short, _short]
    assert "changed while it was read; found '34 objects where the service counts 35'" in sentence(held)


def _short(handler: Any) -> None:
    rows = handler.server.held.lists[DEVICES][30:34]
    handler.json(200, {"count": 35, "next": None, "results": rows})


def test_a_list_that_is_not_there(held: SmallNetBox) -> None:
    assert "there is no list dcim/racks; found '404', expected 200." in sentence(held, path="dcim/racks")


@pytest.mark.parametrize(
    ("text", "root"),
    [
        ("https://netbox.example.org", "https://netbox.example.org/api/"),
        ("https://netbox.example.org/api/", "https://netbox.example.org/api/"),
        ("https://10.0.0.7:8443/netbox/", "https://10.0.0.7:8443/netbox/api/"),
        ("https://NetBox/api", "https://netbox/api/"),
        ("http://localhost:8000", "http://localhost:8000/api/"),
        ("http://[::1]:8000/", "http://[::1]:8000/api/"),
    ],
)
def test_addresses_as_users_write_them(text: str, root: str) -> None:
    assert service_at(text, token=None).root == root


@pytest.mark.parametrize(
    "text", ["ftp://h/", "https://u:p@h/", "https://h/?x=1", "https://h/#x", "https://h:99999/", "https:///"]
)
def test_addresses_that_are_none(text: str) -> None:
    with pytest.raises(UsageFault, match="no address") as caught:
        service_at(text, token=None)
    assert "u:p" not in str(caught.value)


def test_http_to_another_machine_only_where_it_is_allowed() -> None:
    with pytest.raises(UsageFault, match="over http, and the token sent in clear"):
        service_at("http://netbox.example.org/", token=TOKEN)
    assert service_at("http://netbox.example.org/", token=TOKEN, allow_http=True).root.startswith("http://")


@pytest.mark.parametrize("token", ["two words", "line\nbreak", "ümlaut", "x" * 5000])
def test_a_token_that_cannot_be_sent_is_not_shown(token: str) -> None:
    with pytest.raises(UsageFault, match="the token cannot be sent") as caught:
        service_at("https://h/", token=token)
    assert token not in str(caught.value)
    assert TOKEN not in repr(service_at("https://h/", token=TOKEN))
