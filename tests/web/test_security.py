"""An attacker's list: what must not get in, what must not get out, and what no answer may be turned into.

Each test is named by the attack. Long ones (crawls, fuzzers, crowds) stand in `test_security_slow.py`.
"""

import gzip
import logging
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request

from conftest import NewCase
from provenet.core.errors import Fault, InputFault
from provenet.web import access as access_module
from provenet.web.access import CSRF_HEADER, LARGEST_BODY, Access, Doorkeeper, api_fault, local_hosts
from provenet.web.app import create_app, saved_as
from provenet.web.page import Events, Page, Redirect, Route
from support.crawl import crawl
from support.planted_case import PLANTS, planted_case
from support.web_client import HOST, ask, client, listening, sent

OWN = ("host", HOST)


@pytest.fixture(scope="module")
def empty_case(tmp_path_factory: pytest.TempPathFactory, new_case: NewCase) -> Path:
    """A case without rows."""
    return new_case(tmp_path_factory.mktemp("web") / "case", "A case").path


@pytest.fixture
def access() -> Access:
    """The access of whoever holds the case."""
    return Access(frozenset({HOST}), public=False)


@pytest.fixture
def app(empty_case: Path, access: Access) -> Any:
    """The app behind its doorkeeper."""
    return create_app(empty_case, access)


@pytest.fixture
def public_app(empty_case: Path) -> Any:
    """The app as strangers see it."""
    return create_app(empty_case, Access(frozenset({HOST}), public=True))


def cookie_of(access: Access) -> tuple[str, str]:
    return "cookie", f"{access.cookie}={access.session()}"


def key_of(access: Access) -> tuple[str, str]:
    return "authorization", f"Bearer {access.key}"


def own_form(access: Access) -> tuple[tuple[str, str], ...]:
    """The headers of a form that a page of the server sent."""
    return OWN, cookie_of(access), ("origin", f"http://{HOST}"), ("sec-fetch-site", "same-origin")


class TestHost:
    """DNS rebinding: a foreign page must not reach us under its own name."""

    @pytest.mark.parametrize(
        "host",
        [
            "evil.example",
            "evil.example:8350",
            "127.0.0.1",
            "127.0.0.1:8351",
            "127.0.0.1:08350",
            "127.0.0.1:8350.evil.example",
            "localhost.:8350",
            "0.0.0.0:8350",
            "127.1:8350",
            "2130706433:8350",
            "[::ffff:127.0.0.1]:8350",
            "user@127.0.0.1:8350",
            "127.0.0.1:8350@evil.example",
            "127.0.0.1:8350, evil.example",
            "",
        ],
    )
    def test_another_name_is_refused(self, public_app: Any, host: str) -> None:
        answer = ask(public_app, headers=[("host", host)])
        assert (answer.status, answer.header("location")) == (400, None)

    def test_no_host_and_two_hosts_are_refused(self, public_app: Any) -> None:
        assert ask(public_app, headers=[]).status == 400
        assert ask(public_app, headers=[OWN, ("host", "evil.example")]).status == 400
        assert ask(public_app, headers=[OWN, OWN]).status == 400

    @pytest.mark.parametrize("header", ["x-forwarded-host", "forwarded", "x-original-host", "x-host"])
    def test_headers_of_proxies_do_not_name_the_server(self, public_app: Any, header: str) -> None:
        assert ask(public_app, headers=[OWN, (header, "evil.example")]).status == 200
        assert ask(public_app, headers=[("host", "evil.example"), (header, HOST)]).status == 400

    def test_the_names_of_this_machine_are_known(self) -> None:
        assert local_hosts(8350) == {"127.0.0.1:8350", "localhost:8350", "[::1]:8350"}
        assert "127.0.0.1" in local_hosts(80)

    def test_a_whole_address_in_the_first_line_is_refused(self, public_app: Any) -> None:
        assert ask(public_app, "http://evil.example/").status == 400
        assert ask(public_app, "evil.example:443").status == 400
        assert ask(public_app, "*", path="*").status == 400


class TestSession:
    """The token counts once; nothing else begins a session."""

    def test_without_a_session_nothing_is_shown(self, app: Any) -> None:
        for place in ("/", "/api/status", "/static/app.css", "/nowhere", "/api/openapi.json"):
            answer = ask(app, place)
            assert answer.status == 401, place
            assert b"A case" not in answer.body

    def test_a_token_counts_once(self, app: Any, access: Access) -> None:
        first = ask(app, f"/?token={access.token}&as_of=2018-11-23")
        assert (first.status, first.header("location")) == (303, "/?as_of=2018-11-23")
        assert ask(app, f"/?token={access.token}").status == 401

    def test_a_token_in_a_head_or_twice_is_not_used_up(self, app: Any, access: Access) -> None:
        assert ask(app, f"/?token={access.token}", "HEAD").status == 401
        assert ask(app, f"/?token={access.token}&token={access.token}").status == 401
        assert ask(app, f"/?token={access.token}").status == 303

    def test_the_cookie_is_kept_from_scripts_and_other_sites(self, app: Any, access: Access) -> None:
        cookie = ask(app, f"/?token={access.token}").header("set-cookie")
        assert cookie is not None
        assert cookie.startswith(f"{access.cookie}=")
        # No `Secure`: loopback speaks plain HTTP. No `Domain`: this host alone.
        assert sorted(cookie.split("; ")[1:]) == ["HttpOnly", "Path=/", "SameSite=Strict"]

    def test_a_session_cannot_be_chosen_by_the_caller(self, app: Any, access: Access) -> None:
        chosen = (OWN, ("cookie", f"{access.cookie}=chosen"))
        answer = ask(app, f"/?token={access.token}", headers=chosen)
        assert "chosen" not in str(answer.header("set-cookie"))
        assert ask(app, "/", headers=chosen).status == 401

    def test_sessions_end_with_the_server(self, empty_case: Path, access: Access) -> None:
        later = Access(frozenset({HOST}), public=False)
        assert ask(create_app(empty_case, later), headers=[OWN, cookie_of(access)]).status == 401
        assert ask(create_app(empty_case, later), headers=[OWN, key_of(access)]).status == 401

    def test_two_servers_of_a_machine_have_cookies_of_their_own(self) -> None:
        names = {Access(local_hosts(port), public=False).cookie for port in (8350, 8351)}
        assert len(names) == 2

    @pytest.mark.parametrize(
        "header",
        [
            ("authorization", "Bearer "),
            ("authorization", "Bearer"),
            ("authorization", "Basic {key}"),
            ("authorization", "{key}"),
            ("authorization", "Bearer {token}"),
            ("cookie", "{cookie}={key}"),
            ("cookie", "{cookie}={csrf}"),
            ("cookie", "{cookie}="),
            ("cookie", "{cookie}"),
            ("cookie", "{cookie}=\x80\xff"),
            ("cookie", '{cookie}="\\777'),
            ("x-authorization", "Bearer {key}"),
        ],
    )
    def test_what_is_nearly_a_session_is_none(self, app: Any, access: Access, header: tuple[str, str]) -> None:
        words = {"key": access.key, "token": access.token, "cookie": access.cookie, "csrf": access.csrf()}
        assert ask(app, headers=[OWN, (header[0], header[1].format(**words))]).status == 401

    def test_secrets_are_compared_in_a_time_that_says_nothing(self, access: Access) -> None:
        wrong = [access.key[:-1] + "!", "!" + access.key[1:], "", "ä" * 40]
        assert [access.knows({"authorization": f"Bearer {key}"}) for key in wrong] == [None] * 4
        source = Path(access_module.__file__).read_text("utf-8")
        assert " == self.key" not in source and " == self.token" not in source and " == self.session" not in source

    def test_secrets_stand_in_no_printed_form(self, access: Access) -> None:
        assert not [secret for secret in (access.key, access.token) if secret in repr(access)]

    def test_who_is_not_known_gets_a_link_to_the_page_and_not_what_it_holds(self, app: Any) -> None:
        answer = ask(app, '//evil.example/"><script>?token=x&a="><script>')
        assert answer.status == 401
        assert b'href="/evil.example/' in answer.body
        assert b"<script>" not in answer.body
        assert b"token=x" not in answer.body


class TestRedirect:
    """No address of ours leads elsewhere."""

    @pytest.mark.parametrize("path", ["//evil.example", "///evil.example", "/\\evil.example", "//\\/evil.example/%2e"])
    def test_a_token_does_not_lead_to_another_host(self, app: Any, access: Access, path: str) -> None:
        to = ask(app, f"{path}?token={access.token}").header("location")
        assert to is not None
        assert to.startswith("/")
        assert not to.startswith(("//", "/\\"))

    def test_a_token_writes_no_second_header(self, app: Any, access: Access) -> None:
        answer = ask(app, f"/%0d%0aset-cookie:%20a=b?token={access.token}&x=%0d%0aset-cookie:%20c=d", path="/ab")
        assert answer.status == 303
        assert not any("\r" in value or "\n" in value for _, value in answer.headers)

    @pytest.mark.parametrize("to", ["//evil.example", "/\\evil.example", "https://evil.example", "evil", ""])
    def test_a_page_does_not_lead_to_another_host(self, empty_case: Path, to: str, monkeypatch: Any) -> None:
        route = Route(path="/leaves", answer=lambda _visit: Redirect(to))
        monkeypatch.setattr(
            "provenet.web.app.pages", lambda: (Page(key="leaves", title="Leaves", place=1, routes=(route,)),)
        )
        with client(empty_case) as asked:
            answer = asked.get("/leaves")
        assert (answer.status_code, answer.headers.get("location")) == (404, None)

    def test_the_name_of_a_download_ends_no_header(self) -> None:
        hostile = 'a"; filename=b.exe\r\nset-cookie: c=d\x00ü.csv'
        header = saved_as(hostile)
        assert header.encode("latin-1").isascii()
        assert header.count('"') == 2
        assert not {"\r", "\n", "\x00"} & set(header)


class TestForm:
    """Writing: from our own pages alone, with the text that the session gave."""

    @pytest.fixture
    def written(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
        """What a route that writes has done."""
        done: list[str] = []

        def write(visit: Any) -> Redirect:
            done.append(str(dict(visit.form)))
            return Redirect("/")

        routes = (
            Route(path="/writes", answer=write, method="POST"),
            Route(path="/reads", answer=lambda _visit: Redirect("/")),
            Route(path="/gone", answer=write, method="DELETE"),
        )
        page = Page(key="writes", title="Writes", place=1, routes=routes)
        monkeypatch.setattr("provenet.web.app.pages", lambda: (page,))
        yield done

    FORM = ("content-type", "application/x-www-form-urlencoded")

    def test_an_own_form_is_taken(self, written: list[str], empty_case: Path, access: Access) -> None:
        app = create_app(empty_case, access)
        body = [f"a=1&csrf={access.csrf()}".encode()]
        assert ask(app, "/writes", "POST", headers=[*own_form(access), self.FORM], body=body).status == 303
        assert written == ["{'a': '1'}"]

    def test_a_request_without_a_form_carries_the_text_in_a_header(
        self, written: list[str], empty_case: Path, access: Access
    ) -> None:
        app = create_app(empty_case, access)
        assert ask(app, "/gone", "DELETE", headers=own_form(access)).status == 403
        assert ask(app, "/gone", "DELETE", headers=[*own_form(access), (CSRF_HEADER, access.csrf())]).status == 303
        assert len(written) == 1

    @pytest.mark.parametrize("body", [b"", b"a=1", b"csrf=", b"a=1&csrf=0000", b"csrf={csrf}x", b"CSRF={csrf}"])
    def test_a_form_without_its_text_is_refused(
        self, written: list[str], empty_case: Path, access: Access, body: bytes
    ) -> None:
        app = create_app(empty_case, access)
        sent_body = [body.replace(b"{csrf}", access.csrf().encode())]
        assert ask(app, "/writes", "POST", headers=[*own_form(access), self.FORM], body=sent_body).status == 403
        assert written == []

    def test_a_form_as_plain_text_is_refused(self, written: list[str], empty_case: Path, access: Access) -> None:
        app = create_app(empty_case, access)
        plain = ("content-type", "text/plain")
        body = [f"csrf={access.csrf()}".encode()]
        assert ask(app, "/writes", "POST", headers=[*own_form(access), plain], body=body).status == 403
        assert written == []

    @pytest.mark.parametrize(
        "headers",
        [
            [("origin", "null")],
            [("origin", "http://evil.example")],
            [("origin", "https://127.0.0.1:8350")],
            [("origin", "http://127.0.0.1:8350.evil.example")],
            [("origin", "http://127.0.0.1:9999")],
            [("origin", "")],
            [("origin", f"http://{HOST}"), ("origin", "http://evil.example")],
            [("sec-fetch-site", "cross-site")],
            [("sec-fetch-site", "same-site")],
            [("sec-fetch-site", "none")],
            [("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")],
        ],
    )
    def test_a_form_from_elsewhere_is_refused(
        self, written: list[str], empty_case: Path, access: Access, headers: list[tuple[str, str]]
    ) -> None:
        app = create_app(empty_case, access)
        body = [f"csrf={access.csrf()}".encode()]
        given = [OWN, cookie_of(access), self.FORM, *headers]
        assert ask(app, "/writes", "POST", headers=given, body=body).status in (400, 403)
        assert written == []

    def test_a_method_is_not_overridden(self, written: list[str], empty_case: Path, access: Access) -> None:
        app = create_app(empty_case, access)
        for name in ("x-http-method-override", "x-http-method", "x-method-override"):
            answer = ask(app, "/writes?_method=POST", headers=[OWN, cookie_of(access), (name, "POST")])
            assert answer.status == 405
        body = [f"csrf={access.csrf()}&_method=DELETE".encode()]
        assert ask(app, "/gone", "POST", headers=[*own_form(access), self.FORM], body=body).status == 405
        assert written == []

    @pytest.mark.parametrize("method", ["PUT", "PATCH", "OPTIONS", "TRACE", "CONNECT", "BREW", "post", "POST /x"])
    def test_other_methods_are_refused(self, app: Any, access: Access, method: str) -> None:
        assert ask(app, "/", method, headers=[OWN, key_of(access)]).status == 405

    @pytest.mark.parametrize("method", ["POST", "DELETE", "PUT", "PATCH", "OPTIONS"])
    def test_strangers_write_nothing(self, written: list[str], empty_case: Path, method: str) -> None:
        app = create_app(empty_case, Access(frozenset({HOST}), public=True))
        for place in ("/writes", "/gone", "/reads"):
            assert ask(app, place, method, headers=[OWN]).status == 405
        assert written == []

    def test_a_head_has_no_body_and_does_not_follow_events(self, empty_case: Path, monkeypatch: Any) -> None:
        async def endless() -> AsyncIterator[tuple[int, str, str]]:
            while True:
                yield 1, "line", "{}"

        route = Route(path="/events", answer=lambda _visit: Events(endless()))
        page = Page(key="events", title="Events", place=1, routes=(route,))
        monkeypatch.setattr("provenet.web.app.pages", lambda: (page,))
        app = create_app(empty_case, Access(frozenset({HOST}), public=True))
        begun = time.process_time()
        answer = ask(app, "/events", "HEAD")
        assert (answer.status, answer.body) == (200, b"")
        assert time.process_time() - begun < 5


class TestEmbedding:
    """Other pages of the browser link to us and load nothing of us."""

    @pytest.mark.parametrize("site", ["cross-site", "same-site"])
    @pytest.mark.parametrize(
        ("mode", "dest"), [("no-cors", "image"), ("no-cors", "script"), ("cors", "empty"), ("navigate", "iframe")]
    )
    def test_parts_are_refused(self, public_app: Any, site: str, mode: str, dest: str) -> None:
        headers = [OWN, ("sec-fetch-site", site), ("sec-fetch-mode", mode), ("sec-fetch-dest", dest)]
        assert ask(public_app, headers=headers).status == 403

    def test_links_are_followed(self, public_app: Any) -> None:
        headers = [
            OWN,
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-mode", "navigate"),
            ("sec-fetch-dest", "document"),
        ]
        assert ask(public_app, headers=headers).status == 200

    @pytest.mark.parametrize("place", ["/", "/nowhere", "/static/app.css", "/static/nothing", "/api/nothing"])
    def test_every_answer_carries_the_policy(self, public_app: Any, place: str) -> None:
        answer = ask(public_app, place, headers=[OWN, ("origin", "http://evil.example")])
        policy = str(answer.header("content-security-policy"))
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy and "*" not in policy and "http" not in policy
        assert answer.header("x-content-type-options") == "nosniff"
        assert answer.header("x-frame-options") == "DENY"
        assert answer.header("referrer-policy") == "same-origin"
        assert answer.header("cross-origin-resource-policy") == "same-origin"
        assert answer.header("access-control-allow-origin") is None
        assert answer.header("server") is None

    def test_what_is_not_public_is_never_kept_by_a_browser(self, app: Any, access: Access, public_app: Any) -> None:
        known = [OWN, key_of(access)]
        assert ask(app, "/", headers=known).header("cache-control") == "no-store"
        assert ask(app, "/nowhere", headers=known).header("cache-control") == "no-store"
        assert ask(app, "/", headers=[OWN]).header("cache-control") == "no-store"
        assert ask(app, "/static/app.css", headers=known).header("cache-control") == "no-cache"
        assert ask(public_app, "/").header("cache-control") == "no-cache"


class TestAddress:
    """Paths and queries lead to routes, and to no file."""

    @pytest.mark.parametrize(
        "path",
        [
            "/static/../access.py",
            "/static/%2e%2e/access.py",
            "/static/..%2faccess.py",
            "/static/..%5caccess.py",
            "/static/....//access.py",
            "/static//etc/passwd",
            "/static/%2fetc%2fpasswd",
            "/static/\\..\\access.py",
            "/static/vendor/../../access.py",
            "/static/.",
            "/static/",
            "/static/" + "a" * 5_000,
            "/static/CON",
            "/static/app.css%20",
        ],
    )
    def test_files_beside_the_static_ones_are_not_served(self, public_app: Any, path: str) -> None:
        from urllib.parse import unquote

        answer = ask(public_app, path, path=unquote(path))
        assert answer.status in (400, 404), answer.body[:200]
        assert b"hmac" not in answer.body and b"root:" not in answer.body

    @pytest.mark.parametrize(
        "place", ["/static/%00", "/country/a%00b", "/figure/%00", "/%0d%0aa", "/tables/%7f", "/%1b"]
    )
    def test_letters_that_no_address_has_are_refused(self, public_app: Any, place: str) -> None:
        from urllib.parse import unquote

        assert ask(public_app, place, path=unquote(place)).status == 400

    def test_a_long_address_is_refused(self, public_app: Any) -> None:
        assert ask(public_app, "/?a=" + "b" * 20_000).status == 414
        assert ask(public_app, "/" + "b" * 20_000).status == 414

    def test_a_query_of_many_words_is_refused(self, public_app: Any, app: Any, access: Access) -> None:
        assert ask(public_app, "/?" + "a&" * 1_000).status == 400
        assert ask(app, "/?" + "a&" * 400 + f"token={access.token}").status == 303

    @pytest.mark.parametrize(
        "query",
        [
            "as_of=%00",
            "as_of=%ff%fe",
            "as_of=2018-11-23&as_of=2020-01-01",
            "as_of=" + "9" * 3_000,
            "as_of=%F0%9F%92%A9",
            "as_of=0000-00-00",
            "as_of[]=1&as_of.x=1&__proto__=1",
            "lang=../../etc/passwd",
            "lang=%00",
            ";&&==&%",
        ],
    )
    def test_an_odd_query_is_a_sentence_or_left_out(self, public_app: Any, query: str) -> None:
        assert ask(public_app, f"/?{query}").status in (200, 400)

    def test_the_language_comes_from_a_closed_list(self, public_app: Any) -> None:
        for header in (("cookie", "provenet_language=../../x"), ("accept-language", "../.." + ",x" * 5_000)):
            answer = ask(public_app, headers=[OWN, header])
            assert (answer.status, answer.header("content-language")) == (200, "en")


class TestBody:
    """Bodies that are too large, too slow, or two in one."""

    def test_a_length_that_is_too_large_is_refused_before_it_comes(self, app: Any, access: Access) -> None:
        for length in (str(LARGEST_BODY + 1), "-1", "1e9", "", "٣"):
            given = [OWN, key_of(access), ("content-length", length)]
            with pytest.raises(UnicodeEncodeError) if not length.isascii() else nullcontext():
                assert ask(app, "/", "POST", headers=given).status == 413

    def test_a_body_without_a_length_is_cut_at_the_same_place(
        self, app: Any, access: Access, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(access_module, "LARGEST_BODY", 1000)
        app = _reading_app(access)
        assert ask(app, "/", "POST", headers=[OWN, key_of(access)], body=[b"a" * 600] * 3).status == 413
        assert ask(app, "/", "POST", headers=[OWN, key_of(access)], body=[b"a" * 300] * 3).status == 200

    def test_a_body_that_does_not_come_is_given_up(self, access: Access, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(access_module, "PART_SECONDS", 0.05)
        app = _reading_app(access)
        assert ask(app, "/", "POST", headers=[OWN, key_of(access)], body=[]).status == 408

    def test_two_lengths_are_refused(self, app: Any, access: Access) -> None:
        given = [OWN, key_of(access), ("content-length", "5"), ("transfer-encoding", "chunked")]
        assert ask(app, "/", "POST", headers=given).status == 400
        given = [OWN, key_of(access), ("content-length", "5"), ("content-length", "6")]
        assert ask(app, "/", "POST", headers=given).status == 400

    def test_requests_are_not_smuggled_past_the_server(self, empty_case: Path) -> None:
        with listening(empty_case, public=True) as (port, _):
            host = f"Host: 127.0.0.1:{port}\r\n".encode()
            hidden = b"GET /nowhere HTTP/1.1\r\n" + host + b"\r\n"
            both = b"POST / HTTP/1.1\r\n" + host + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
            for data in (
                both + hidden,
                b"GET / HTTP/1.1\r\n" + host + b"Content-Length : 5\r\n\r\n" + hidden,
                b"GET / HTTP/1.1\r\n" + host + b"Transfer-Encoding: xchunked\r\n\r\n" + hidden,
                b"GET / HTTP/1.1\r\n" + host + b"Transfer-Encoding:\x0bchunked\r\n\r\n" + hidden,
                b"GET /\x00 HTTP/1.1\r\n" + host + b"\r\n",
                b"GET / HTTP/1.1\r\n" + host + b"X: a\r\n b\r\nHost: evil.example\r\n\r\n",
                b"GET / HTTP/1.1\nHost: evil.example\n\n",
                b"GET http://evil.example/ HTTP/1.1\r\n" + host + b"\r\n",
                b"GET / HTTP/1.1\r\nHost: 127.0.0.1:1\r\nHost: 127.0.0.1:" + str(port).encode() + b"\r\n\r\n",
            ):
                assert b"404" not in sent(port, data).partition(b"\r\n\r\n")[0], data
                found = sent(port, data)
                assert not found or found.startswith((b"HTTP/1.1 400", b"HTTP/1.1 405", b"HTTP/1.1 403")), found[:200]


class TestDefects:
    """What breaks says so to nobody but its finder."""

    def test_a_defect_shows_neither_its_words_nor_its_trace(self, access: Access, caplog: Any) -> None:
        async def broken(_scope: Any, _receive: Any, _send: Any) -> None:
            raise KeyError("a named person")

        with caplog.at_level(logging.DEBUG):
            answer = ask(Doorkeeper(broken, access), "/?who=a+named+person", headers=[OWN, key_of(access)])
        assert answer.status == 500
        assert b"named person" not in answer.body and b"Traceback" not in answer.body
        assert "named person" not in caplog.text and "KeyError" in caplog.text

    @pytest.mark.parametrize("place", ["/breaks", "/api/tables"])
    def test_a_defect_of_a_page_is_a_sentence_too(
        self, empty_case: Path, place: str, monkeypatch: pytest.MonkeyPatch, caplog: Any
    ) -> None:
        def broken(*_given: Any) -> Any:
            raise KeyError("a named person")

        route = Route(path="/breaks", answer=broken)
        monkeypatch.setattr("provenet.web.app.pages", lambda: (Page(key="b", title="B", place=1, routes=(route,)),))
        monkeypatch.setattr("provenet.web.reading.Reading.row_count", broken)
        answer = ask(create_app(empty_case, Access(frozenset({HOST}), public=True)), place)
        assert answer.status == 500
        assert b"This is a defect of provenet" in answer.body
        assert b"named person" not in answer.body and "named person" not in caplog.text
        assert str(answer.header("content-type")).startswith("application/json" if "api" in place else "text/plain")

    def test_no_log_holds_a_query(self, empty_case: Path, capfd: pytest.CaptureFixture[str]) -> None:
        with listening(empty_case, public=True, log_level="warning") as (port, _):
            line = f"GET /?as_of=a-named-person HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n"
            assert sent(port, line.encode()).startswith(b"HTTP/1.1 400")
        out, err = capfd.readouterr()
        assert "named-person" not in out + err

    def test_errors_of_the_api_have_one_shape(self, app: Any, public_app: Any) -> None:
        import json

        for answer in (
            ask(app, "/api/status"),
            ask(public_app, "/api/nothing"),
            ask(public_app, "/api/x", "POST"),
            ask(public_app, "/api/x", headers=[("host", "evil.example")]),
        ):
            found = json.loads(answer.body)
            assert sorted(found) == ["fault_count", "faults", "status"]
            assert found["status"] == answer.status
            assert found["faults"][0]["says"]
            assert answer.header("content-type") == "application/json"
        whole = InputFault([Fault("a.csv", "wrong", 2), Fault("a.csv", "also wrong", 3)])
        assert api_fault(422, whole)["fault_count"] == 2


class TestPlantedTexts:
    """A case in which every text is an attack on the page that shows it."""

    @staticmethod
    @pytest.mark.parametrize("public", [True, False])
    def test_no_text_of_a_case_becomes_a_part_of_a_page(planted: Path, public: bool) -> None:
        routes = set()
        with client(planted, public=public) as asked:
            for address, status, text, wrong in crawl(asked, most=2):
                assert status < 500, (address, text[:2000])
                assert wrong == [], address
                assert "alert('planted')</script>" not in text
                assert not any(line.strip() == "49" for line in text.splitlines())
                routes.add(address.split("/")[1].partition("?")[0])
        assert {"tables", "claims", "figure"} <= routes

    @staticmethod
    def test_a_template_in_a_text_is_text(planted: Path) -> None:
        with client(planted, public=True) as asked:
            page = asked.get("/tables/party").text
        assert "{{7*7}}" in page and "&lt;script&gt;" in page


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory, new_case: NewCase) -> Path:
    """The case with an attack in every text."""
    return planted_case(new_case(tmp_path_factory.mktemp("planted") / "case", PLANTS[0])).path


def _reading_app(access: Access) -> Any:
    """An app that reads the whole body of a form."""
    from fastapi import FastAPI

    made = FastAPI()

    async def read(request: Request) -> dict[str, int]:
        return {"bytes": len(await request.body())}

    made.add_api_route("/", read, methods=["POST"])
    return Doorkeeper(made, access)


class TestLengthsThatTell:
    """BREACH: the length of a compressed reply tells whether words of the question stand in it a second time."""

    GZIP = ("accept-encoding", "gzip, deflate, br")

    def test_a_reply_with_the_text_of_a_session_is_never_compressed(self, app: Any, access: Access) -> None:
        for target in ("/", "/data", "/search?q=" + "a" * 2000, f"/search?q={access.csrf()}", "/api/openapi.json"):
            found = ask(app, target, headers=[OWN, cookie_of(access), self.GZIP])
            assert found.status == 200, target
            assert found.header("content-encoding") is None, target

    def test_a_compressed_reply_holds_no_secret(self, public_app: Any) -> None:
        found = ask(public_app, "/search?q=" + "a" * 2000, headers=[OWN, self.GZIP])
        assert found.header("content-encoding") == "gzip"
        assert "accept-encoding" in (found.header("vary") or "").lower()
        assert found.header("content-security-policy")
        page = gzip.decompress(found.body)
        assert page == ask(public_app, "/search?q=" + "a" * 2000, headers=[OWN]).body
        assert b'name="csrf"' not in page
        assert found.header("content-length") == str(len(found.body))

    @pytest.mark.parametrize("public", [False, True])
    def test_files_of_the_app_are_the_same_for_everybody_and_compressed(
        self, empty_case: Path, access: Access, public: bool
    ) -> None:
        made = create_app(empty_case, Access(frozenset({HOST}), public=True) if public else access)
        own = [OWN] if public else [OWN, cookie_of(access)]
        found = ask(made, "/static/app.css", headers=[*own, self.GZIP])
        assert found.header("content-encoding") == "gzip"
        assert gzip.decompress(found.body) == ask(made, "/static/app.css", headers=own).body
        assert ask(made, "/static/app.css", headers=[*own, self.GZIP, ("range", "bytes=0-99")]).status == 206
        again = ask(made, "/static/app.css", headers=[*own, self.GZIP, ("if-none-match", str(found.header("etag")))])
        assert (again.status, again.body) == (304, b"")

    @pytest.mark.parametrize("accepted", ["", "identity", "br", "gzip;q=0", "gzip;q=none", "xgzip"])
    def test_who_does_not_take_it_gets_none(self, public_app: Any, accepted: str) -> None:
        found = ask(public_app, "/", headers=[OWN, ("accept-encoding", accepted)])
        assert found.header("content-encoding") is None
