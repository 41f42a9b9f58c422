"""How a server opens: the first page needs little of the product, and nothing half made is ever shown."""

import gc
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.unit.web.conftest import HOST

from provenet.web.access import Access
from provenet.web.app import create_app
from provenet.web.reading import Readings
from provenet.web.serving import _share_arenas, _warm
from support.web_client import ask

HEAVY = ("fastapi", "numpy", "scipy", "ortools", "openpyxl", "provenet.ingest.tabular", "provenet.policy.pack")
"""What a first page does not need: each is a good part of the time in which it could be there."""
FIRST_PAGE = """
import json, sys
from pathlib import Path
from provenet.web.access import Access
from provenet.web.app import create_app
from support.web_client import HOST, ask
app = create_app(Path(sys.argv[1]), Access(frozenset({HOST}), True))
status = ask(app).status
print(json.dumps([status, sorted(sys.modules)]))
"""


def test_the_first_page_waits_for_nothing_that_it_does_not_show(small_folder: Path) -> None:
    command = [sys.executable, "-c", FIRST_PAGE, str(small_folder)]
    places = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    ran = subprocess.run(command, env=places, capture_output=True, text=True, check=True, timeout=120)
    status, modules = json.loads(ran.stdout)
    assert status == 200
    assert [one for one in HEAVY if one in modules] == []


def test_the_api_is_there_for_all_who_call_it_at_once(small_folder: Path) -> None:
    app = create_app(small_folder, Access(frozenset({HOST}), True))
    with ThreadPoolExecutor(8) as callers:
        answers = list(callers.map(lambda _: ask(app, "/api/case"), range(8)))
    assert {(one.status, one.body) for one in answers} == {(200, answers[0].body)}
    assert ask(app, "/api/nowhere").status == 404


def test_garbage_is_collected_again_once_the_server_is_open(small_folder: Path) -> None:
    gc.disable()
    try:
        _warm(Readings(small_folder, public=True), pause_seconds=0)
        assert gc.isenabled()
    finally:
        gc.unfreeze()
        gc.enable()


def test_the_borders_of_a_map_that_moves_are_served(small_folder: Path) -> None:
    found = ask(create_app(small_folder, Access(frozenset({HOST}), True)), "/static/borders.json")
    assert found.status == 200
    assert json.loads(found.body)


def test_a_system_without_arenas_serves_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("provenet.web.serving.ctypes.CDLL", lambda _name: object())
    _share_arenas()
