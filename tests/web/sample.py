"""A page with every part that `static/README.md` describes, under the policy of the app, without a case."""

import json
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from provenet.dossier.drawings.site_map import Shade, world_map
from provenet.web.access import POLICY
from provenet.web.chrome import data_block

HERE = Path(__file__).resolve().parent
WEB = Path(str(resources.files("provenet").joinpath("web")))
STATIC = WEB / "static"
BORDERS = WEB.parent / "dossier/borders.json"
TYPES = {
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".css": "text/css",
    ".json": "application/json",
    ".html": "text/html; charset=utf-8",
}
TEMPLATES = Environment(loader=FileSystemLoader([HERE, WEB / "templates"]), autoescape=True, undefined=StrictUndefined)
COUNTRIES = (
    ("Germany", 0.55, 0.61),
    ("Italy", 0.3, 0.35),
    ("France", 0.1, 0.2),
    ("Poland", 0.4, 0.9),
    ("Japan", 0.0, 0.02),
    ("Åland", None, None),
    ("Spain", 0.35, 0.4),
)
MAP = {
    "box": [-12, 34, 42, 66],
    "countries": [
        {"border": name, "low": low, "high": high, "text": f"{name} <b>{low}</b>", "here": name == "Germany"}
        for name, low, high in COUNTRIES
    ],
    "lines": [
        {"from": [10, 51], "to": [139, 35], "low": 0.2, "high": 0.4, "text": "Germany to Japan"},
        {"from": [139, 35], "to": [-122, 37], "low": None, "high": None, "text": "Japan to the United States"},
    ],
    "sites": [{"lat": 52.5, "lon": 13.5, "text": "3 sites"}],
    "labels": [{"at": [10.4, 51], "text": "Germany"}],
    "layers": [
        {"id": "countries", "label": "Shares"},
        {"id": "lines", "label": "Routes"},
        {"id": "sites", "label": "Sites"},
    ],
}
CURVE = [{"value": 0, "x": 40, "y": 160}, {"value": 500, "x": 240, "y": 50}, {"value": 1000, "x": 340, "y": 30}]

ROWS = (
    '<!doctype html><html lang="en"><title>Rows</title><main id="main"><h1>Rows</h1>'
    '<ul id="rows"><li>row one</li><li>row two</li></ul></main></html>'
)


def page(budget: int = 500, deadline: str = "2028", day: int = 3, *, job: bool = False) -> str:
    """The sample page."""
    shades = [Shade(name, low, high) for name, low, high in COUNTRIES if low is not None and high is not None]
    return TEMPLATES.get_template("sample.html.j2").render(
        budget=budget,
        deadline=deadline,
        day=day,
        job=job,
        countries=COUNTRIES,
        curve=Markup(data_block(CURVE)),
        map=Markup(data_block(MAP)),
        drawing=Markup(world_map(shades, "Germany", "sample")),
    )


class Sample(BaseHTTPRequestHandler):
    """Answers as the app does, from memory."""

    def __init__(self, *given: Any, seen: list[str]) -> None:
        self.seen = seen
        super().__init__(*given)

    def log_message(self, *_given: object) -> None:
        """Nothing: pytest shows what matters."""

    def answer(self, data: bytes, kind: str, status: int = 200) -> None:
        """One answer under the policy."""
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Security-Policy", POLICY)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_POST(self) -> None:
        """Keeps what a form sent."""
        self.seen.append(f"{self.path} {self.rfile.read(int(self.headers['Content-Length'])).decode()}")
        self.answer(b"ok", "text/plain")

    def do_GET(self) -> None:
        """A page, a file, or the events of a job."""
        place = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(place.query).items()}
        if place.path == "/static/borders.json":
            self.answer(BORDERS.read_bytes(), TYPES[".json"])
        elif place.path.startswith("/static/"):
            file = STATIC / place.path.removeprefix("/static/")
            self.answer(
                file.read_bytes() if file.is_file() else b"",
                TYPES.get(file.suffix, "text/plain"),
                200 if file.is_file() else 404,
            )
        elif place.path == "/jobs/1/events":
            self.events()
        elif place.path == "/rows":
            self.answer(ROWS.encode(), TYPES[".html"])
        else:
            self.seen.append(self.path)
            text = page(
                int(query.get("budget", 500)),
                query.get("deadline", "2028"),
                int(query.get("day", 3)),
                job="job" in query,
            )
            self.answer(text.encode(), TYPES[".html"])

    def events(self) -> None:
        """Three rounds and the end."""
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Content-Security-Policy", POLICY)
        self.end_headers()
        events: list[tuple[str, dict[str, object]]] = []
        for at in (1, 2, 3):
            events.append(("line", {"text": f"round {at}"}))
            events.append(("progress", {"done": at, "total": 4, "text": f"Round {at} of 4", "seconds_left": 60 + at}))
            events.append(("best", {"text": f"{900 + at} sites by the deadline"}))
        for name, words in events:
            self.wfile.write(f"event: {name}\ndata: {json.dumps(words)}\n\n".encode())
        self.wfile.flush()
        while not any("cancel" in one for one in self.seen):
            time.sleep(0.05)
        end = {"state": "cancelled", "text": "Cancelled.", "address": "/rows"}
        self.wfile.write(f"event: end\ndata: {json.dumps(end)}\n\n".encode())


@contextmanager
def serving() -> Iterator[tuple[str, list[str]]]:
    """The origin of a server of samples, and the requests that it saw."""
    seen: list[str] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Sample, seen=seen))
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", seen
    finally:
        seen.append("cancel")
        server.shutdown()
        server.server_close()
        thread.join()


def static_site(folder: Path) -> Path:
    """A page with a table and a drawing, in a folder without a server."""
    shutil.copytree(STATIC, folder / "static", ignore=shutil.ignore_patterns("vendor", "README.md"))
    page = folder / "search.html"
    drawing = Markup(world_map([Shade("Germany", 0.5, 0.6)], "Germany", "s"))
    page.write_text(TEMPLATES.get_template("sample_site.html.j2").render(drawing=drawing), "utf-8")
    return page
