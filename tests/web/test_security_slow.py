"""The long part of the attacker's list: a crawl of every link, two fuzzers, and a crowd of readers.

`PROVENET_CROWD_SECONDS=600` keeps the crowd for ten minutes.
"""

import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import openapi
from schemathesis.checks import CHECKS, load_all_checks

from conftest import NewCase
from provenet.web.access import Access
from provenet.web.app import create_app
from provenet.web.page import pages
from support.crawl import Found, crawl
from support.planted_case import PLANTS, planted_case
from support.web_client import HOST, client

pytestmark = pytest.mark.slow

CROWD = 200
CROWD_SECONDS = float(os.environ.get("PROVENET_CROWD_SECONDS", "20"))
MOST_GROWTH_KB = 60 * 1024
"""Memory that a server may grow by while a crowd reads, beside what it holds once every page was read."""
WANTED = ("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance")
"""What schemathesis looks for."""
PAGE_SECONDS = 5.0
"""Processor seconds that a page may take."""
ODD = [
    "",
    "0",
    "-1",
    "1e309",
    "NaN",
    "null",
    "true",
    "[]",
    "{}",
    "../../etc/passwd",
    "%00",
    "\u0000",
    "\U0001f600",
    "٣",
    "9" * 400,
    "a" * 1_999,
    "2018-11-23",
    "9999-12-31",
    "0001-01-01",
    "2018-02-30",
    "on",
    *PLANTS,
]


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory, new_case: NewCase) -> Path:
    """The case with an attack in every text."""
    return planted_case(new_case(tmp_path_factory.mktemp("planted") / "case", PLANTS[0])).path


@pytest.mark.parametrize("public", [True, False])
def test_every_link_of_the_demo_leads_to_a_whole_page(demo_folder: Path, public: bool) -> None:
    with client(demo_folder / "case", public=public) as asked:
        asked.get("/tables")
        count = 0
        for address, status, text, wrong in crawl(asked, most=25):
            assert status < 400, (address, text[:2000])
            assert wrong == [], address
            count += 1
    assert count > 60


@pytest.mark.parametrize("public", [True, False])
def test_every_link_of_the_planted_case_leads_to_a_page_without_its_texts(planted: Path, public: bool) -> None:
    with client(planted, public=public) as asked:
        for address, status, text, wrong in crawl(asked, most=60):
            assert status < 500, (address, text[:2000])
            assert wrong == [], address


@pytest.mark.parametrize("public", [True, False])
def test_no_question_breaks_a_page_or_takes_long(planted: Path, public: bool) -> None:
    """Every HTML route with odd words in its path and its query: a page or a sentence, in bounded time."""
    drawn = random.Random(20181123)
    routes = [
        route
        for page in pages()
        if page.public or not public
        for route in page.routes
        if route.method == "GET" and not route.path.endswith("/events")
    ]
    with client(planted, public=public) as asked:
        for route in routes:
            asked.get(route.path.partition("{")[0])
            options = [one.name for one in route.question.every_option() if not one.hidden] if route.question else []
            for _ in range(40):
                path = route.path
                while "{" in path:
                    name = path[path.index("{") + 1 : path.index("}")]
                    path = path.replace(f"{{{name}}}", quote(drawn.choice(ODD), safe="") or "x", 1)
                query = {name: drawn.choice(ODD) for name in options if drawn.random() < 0.5}
                query |= {drawn.choice(ODD): drawn.choice(ODD)} if drawn.random() < 0.3 else {}
                begun = time.thread_time(), time.process_time()
                answer = asked.get(path, params=query)
                spent = time.process_time() - begun[1]
                assert answer.status_code < 500, (path, query, answer.text[:2000])
                assert spent < PAGE_SECONDS, (path, query, spent)
                if answer.headers.get("content-type", "").startswith("text/html"):
                    found = Found(answer.text)
                    assert found.wrong == [], (path, query)


@pytest.mark.parametrize("public", [True, False])
def test_the_api_keeps_to_its_description(planted: Path, public: bool) -> None:
    """schemathesis over the published description: no 5xx, described statuses, types and bodies."""
    access = Access(frozenset({HOST}), public)
    app = create_app(planted, access)
    headers = {"host": HOST} | ({} if public else {"authorization": f"Bearer {access.key}"})
    schema = openapi.from_asgi("/api/openapi.json", app, headers=headers)
    load_all_checks()
    conforming = ("status_code", "content_type", "response_schema")
    checks = [CHECKS.get_one(name) for name in ("not_a_server_error", *(f"{one}_conformance" for one in conforming))]
    asked = Counter[str]()
    for result in schema.get_all_operations():
        operation = result.ok()
        # Starting verbs is tried by name elsewhere: a fuzzer would start every one of them.
        if (operation.method.upper(), operation.path) == ("POST", "/api/jobs"):
            continue

        @given(case=operation.as_strategy())
        @settings(
            max_examples=25,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        def hold(case: Any) -> None:
            answer = case.call(headers=headers)
            case.validate_response(answer, checks=checks)
            asked[case.operation.path] += 1

        hold()
    assert len(asked) >= (9 if public else 13)


@contextmanager
def served(case: Path) -> Iterator[tuple[str, int]]:
    """`provenet serve --public` in a process of its own: its address and its process."""
    command = [sys.executable, "-P", "-m", "provenet", "serve", str(case), "--public", "--port", "0", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        try:
            assert child.stdout is not None
            text = ""
            while not text.rstrip().endswith("}"):
                text += child.stdout.readline()
            yield json.loads(text)["address"], child.pid
        finally:
            child.terminate()
            child.wait(60)


def memory_kb(pid: int) -> int:
    """The memory that a process holds."""
    status = Path(f"/proc/{pid}/status").read_text("utf-8")
    return int(status.split("VmRSS:")[1].split()[0])


@pytest.mark.skipif(
    not Path("/proc/self/status").is_file(), reason="memory is read from /proc, which this system lacks"
)
def test_a_crowd_of_readers_is_served_without_growth(demo_folder: Path) -> None:
    """200 readers at once, for CROWD_SECONDS: every answer is whole, and memory stays where it was."""
    with served(demo_folder / "case") as (address, pid), httpx.Client(base_url=address, timeout=600) as first:
        places = [
            "/", "/tables", "/claims", "/api/case", "/api/countries", "/api/tables/claim?rows=5", "/static/app.css",
        ]  # fmt: skip
        places += ["/tables/party", "/tables/claim?text=huawei", "/figure/party%3Ahuawei", "/nowhere"]
        expected = {}
        for place in places * 2:
            expected[place] = first.get(place).status_code
        assert {status for place, status in expected.items() if place != "/nowhere"} == {200}
        sizes = {place: len(first.get(place).content) for place in places}

        def read(seed: int, until: float) -> int:
            drawn, count = random.Random(seed), 0
            with httpx.Client(base_url=address, timeout=600) as reader:
                while time.monotonic() < until:
                    place = drawn.choice(places)
                    answer = reader.get(place)
                    assert (answer.status_code, len(answer.content)) == (expected[place], sizes[place]), place
                    count += 1
            return count

        def crowd(seconds: float) -> int:
            until = time.monotonic() + seconds
            with ThreadPoolExecutor(CROWD) as readers:
                return sum(readers.map(lambda seed: read(seed, until), range(CROWD)))

        # Threads and buffers are there after a first crowd; what grows after that would go on growing.
        crowd(CROWD_SECONDS / 4)
        before = memory_kb(pid)
        count = crowd(CROWD_SECONDS)
        grown = memory_kb(pid) - before
        assert count >= CROWD
        assert grown < MOST_GROWTH_KB, f"{grown:,} KiB more after {count:,} answers"
