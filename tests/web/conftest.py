"""A real browser for the tests: Debian's Chromium driven by Playwright, and the app on a port of this machine.

A page fails its test when it asks anything outside its own server, writes an error to the console, or breaks the
policy of the app. Where the browser or Playwright is missing, the tests say so and are skipped.
"""

import base64
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import pytest

from web.sample import serving

HERE = Path(__file__).resolve().parent
SHOTS = HERE / "shots"
AXE = HERE / "vendor/axe-core-4.14.1/axe.min.js"
FLAGS = (
    "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--font-render-hinting=none",
    "--disable-gpu-compositing",
)  # fmt: skip
DRIVER = "GPU stall due to ReadPixels"
"""What the driver says, not the page, where maps are drawn by software and pages put together without it."""
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
LARGEST_SHOT = 60_000
"""Bytes of a kept picture."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium without a window, for one module: Playwright holds an event loop as long as it lives."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        pytest.skip("Playwright is not installed")
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("Chromium is not installed")
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=program, args=list(FLAGS))
        yield opened
        opened.close()


@dataclass
class Watched:
    """A page of the browser, and what it did that no page may do."""

    page: Any
    faults: list[str] = field(default_factory=list)


@pytest.fixture
def open_page(browser: Any) -> Iterator[Callable[..., Any]]:
    """Opens an address in a page of its own; further words go to the browser's context (`viewport`, `color_scheme`).

    `own` is the server that the page may ask, where that is not the address itself. When the test ends, each page
    must have kept to its server, its console and the policy.
    """
    watched: list[Watched] = []
    contexts = []

    def opened(address: str, *, own: str | None = None, **words: Any) -> Any:
        context = browser.new_context(**{"viewport": {"width": 1200, "height": 860}, "locale": "en-GB", **words})
        context.set_default_timeout(60_000)
        contexts.append(context)
        one = Watched(context.new_page())
        watched.append(one)
        _watch(one, own or address)
        one.page.goto(address)
        return one.page

    yield opened
    for context in contexts:
        context.close()
    assert [fault for one in watched for fault in one.faults] == []


def _watch(one: Watched, address: str) -> None:
    """Notes each request to another origin, each error, and each break of the policy."""
    own = urlsplit(address)

    def asked(request: Any) -> None:
        place = urlsplit(request.url)
        if place.scheme != "data" and (place.scheme, place.netloc) != (own.scheme, own.netloc):
            one.faults.append(f"asked {request.url}")

    def spoke(message: Any) -> None:
        if message.type in ("error", "warning") and DRIVER not in message.text:
            one.faults.append(f"console {message.type}: {message.text}")

    one.page.on("request", asked)
    one.page.on("console", spoke)
    one.page.on("pageerror", lambda fault: one.faults.append(f"script: {fault}"))


def axe(page: Any) -> list[str]:
    """What axe-core finds against WCAG 2.2 AA and good practice, a line each; empty where all is well."""
    page.evaluate(f"{AXE.read_text(encoding='utf-8')}; 0")
    found = page.evaluate(
        "rules => axe.run(document, {runOnly: rules, preload: false}).then(all => all.violations.map("
        "one => `${one.id}: ${one.help}: ${one.nodes.slice(0, 3).map(node => node.html.slice(0, 160)).join(' | ')}`))",
        list(RULES),
    )
    return [str(line) for line in found]


def until(page: Any, condition: str, wanted: object = True, *, seconds: float = 60) -> None:
    """Waits until an expression has a value in the page. The page's policy forbids Playwright's own way of waiting."""
    end = time.monotonic() + seconds
    while (found := page.evaluate(condition)) != wanted:
        assert time.monotonic() < end, f"{condition} is still {found!r}"
        page.wait_for_timeout(40)


def shown(part: Any, why: str = "") -> None:
    """Waits until a part of the page is seen: a moment after a click its sheet of styles may not have come."""
    _wait(part, "visible", why)


def hidden(part: Any, why: str = "") -> None:
    """Waits until a part of the page is not seen, or not there."""
    _wait(part, "hidden", why)


def _wait(part: Any, state: str, why: str) -> None:
    try:
        part.wait_for(state=state)
    except Exception as error:
        raise AssertionError(why or f"{part} is not {state}") from error


LETTERS = 0.005
"""By how much a line of letters may be wider than where the pictures were taken."""
LINE_PIXELS = 458.4
"""The width of a line of letters where the pictures were taken: DejaVu Sans, 16 pixels, as `.ci/run` installs it."""


def has_same_letters(page: Any) -> bool:
    """Whether letters are as wide here as where the pictures were taken; with others, lines break elsewhere."""
    words = "document.createElement('canvas').getContext('2d')"
    line = "Whose equipment carries the traffic, 0123456789 EUR %"
    wide = page.evaluate(
        f"() => {{ const pen = {words}; pen.font = '16px ' + getComputedStyle(document.body).fontFamily;"
        f" return pen.measureText({line!r}).width; }}"
    )
    return bool(abs(wide - LINE_PIXELS) <= LETTERS * LINE_PIXELS)


def same_picture(page: Any, name: str, *, most: float = 0.02) -> None:
    """Compares what the window shows with `shots/NAME.png`, at most a share of `most` of the fields being other.

    Pictures are kept at two fifths of the size and compared at a tenth, so that a layout or a colour that changes is
    seen and another rendering of letters is not; where the machine has other letters nothing is compared. With
    PROVENET_GOLDEN=write the picture is written anew.
    """
    if not has_same_letters(page):
        return
    taken = page.screenshot(animations="disabled", caret="hide")
    small = _drawn(page, taken, "small")
    kept = SHOTS / f"{name}.png"
    if os.environ.get("PROVENET_GOLDEN") == "write":
        SHOTS.mkdir(exist_ok=True)
        kept.write_bytes(small)
    assert kept.is_file(), f"no picture {kept.name}; write it with PROVENET_GOLDEN=write"
    assert kept.stat().st_size <= LARGEST_SHOT, kept.name
    share = _drawn(page, small, "compare", kept.read_bytes())
    assert share <= most, f"{name}: {share:.1%} of the fields differ"


_COMPARE = """async ([what, one, two]) => {
  const load = async (text) => createImageBitmap(await (await fetch(`data:image/png;base64,${text}`)).blob());
  const drawn = (image, scale) => {
    const canvas = new OffscreenCanvas(Math.round(image.width * scale), Math.round(image.height * scale));
    const pen = canvas.getContext("2d", {willReadFrequently: true});
    pen.imageSmoothingQuality = "high";
    pen.drawImage(image, 0, 0, canvas.width, canvas.height);
    return [canvas, pen];
  };
  const first = await load(one);
  if (what === "small") {
    const [canvas, pen] = drawn(first, 0.4);
    const all = pen.getImageData(0, 0, canvas.width, canvas.height);
    const step = (level) => Math.min(255, Math.round(level / 32) * 32);
    for (let i = 0; i < all.data.length; i += 1) if (i % 4 < 3) all.data[i] = step(all.data[i]);
    pen.putImageData(all, 0, 0);
    const bytes = new Uint8Array(await (await canvas.convertToBlob({type: "image/png"})).arrayBuffer());
    let text = "";
    for (const byte of bytes) text += String.fromCharCode(byte);
    return btoa(text);
  }
  const second = await load(two);
  if (first.width !== second.width || first.height !== second.height) return 1;
  const fields = (image) => {
    const [canvas, pen] = drawn(image, 0.25);
    return pen.getImageData(0, 0, canvas.width, canvas.height).data;
  };
  const [a, b] = [fields(first), fields(second)];
  let other = 0;
  for (let i = 0; i < a.length; i += 4) {
    other += Math.max(Math.abs(a[i] - b[i]), Math.abs(a[i + 1] - b[i + 1]), Math.abs(a[i + 2] - b[i + 2])) > 40;
  }
  return other / (a.length / 4);
}"""


def _drawn(page: Any, one: bytes, what: str, two: bytes = b"") -> Any:
    """Makes a picture small, or compares two, in a page of the same browser that holds nothing else."""
    other = page.context.browser.new_page()
    try:
        words = [what, base64.b64encode(one).decode(), base64.b64encode(two).decode()]
        found = other.evaluate(_COMPARE, words)
    finally:
        other.close()
    return base64.b64decode(found) if what == "small" else float(found)


@pytest.fixture
def sample() -> Iterator[tuple[str, list[str]]]:
    """The origin of a server with a page of every part, and the requests that it saw."""
    with serving() as found:
        yield found


@pytest.fixture(scope="module")
def public_app(demo_folder: Path) -> Iterator[str]:
    """The origin of `provenet serve CASE --public` over the demo case."""
    with running_app(demo_folder / "case", "--public") as address:
        yield address.rstrip("/")


@pytest.fixture(scope="module")
def own_app(demo_folder: Path, browser: Any) -> Iterator[tuple[str, Any]]:
    """The origin of `provenet serve CASE` over the demo case, and the session that its token began.

    Open its pages with `open_page(origin + path, storage_state=session)`.
    """
    with session_app(browser, demo_folder / "case") as found:
        yield found


@contextmanager
def session_app(browser: Any, case: Path, *words: str) -> Iterator[tuple[str, Any]]:
    """The origin of `provenet serve CASE` for the holder of a case, and the session that its token began."""
    with running_app(case, *words) as address:
        context = browser.new_context()
        context.new_page().goto(address)
        session = context.storage_state()
        context.close()
        place = urlsplit(address)
        yield f"{place.scheme}://{place.netloc}", session


@contextmanager
def running_app(case: Path, *words: str) -> Iterator[str]:
    """Starts the app on a free port and stops it at the end; gives the address that it printed."""
    command = [sys.executable, "-m", "provenet", "serve", str(case), "--port", "0", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as running:
        assert running.stdout is not None
        try:
            lines = []
            for line in running.stdout:
                lines.append(line)
                if found := re.search(r"http://127\.0\.0\.1:\d+/\S*", line):
                    Thread(target=running.stdout.read, daemon=True).start()
                    yield found[0]
                    return
            raise AssertionError(f"the app did not start: {''.join(lines)}")
        finally:
            running.terminate()
            running.wait(timeout=20)
