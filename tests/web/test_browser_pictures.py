"""What pages look like, as small pictures that are compared, over cases written by hand: only the look moves them."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from support.examples import sample
from unit.web.claim_case import claim_case
from unit.web.map_case import map_case
from unit.web.small_case import SHARE, small_case
from web.conftest import SHOTS, has_same_letters, running_app, same_picture

Open = Callable[..., Any]
PHONE = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True, "color_scheme": "dark"}
LARGEST = 400_000
"""Bytes of all kept pictures together."""
CASES: dict[str, Callable[[Path], Path]] = {"small": small_case, "claims": claim_case, "map": map_case}
PAGES = [
    ("world", "small", "/", {}),
    ("world-phone-dark", "small", "/", PHONE),
    ("country", "small", "/country/germany", {}),
    ("figure", "small", f"/figure/{SHARE}", {}),
    ("rules", "small", "/rules/de-bsig", {}),
    ("claims", "claims", "/claims", {}),
    ("map", "map", "/map/germany", {}),
]


@pytest.fixture(scope="module")
def apps(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], str]]:
    """The origin of the app, as strangers see it, over a case by its name; each is started once."""
    started: dict[str, tuple[Any, str]] = {}

    def origin(name: str) -> str:
        if name not in started:
            running = running_app(CASES[name](tmp_path_factory.mktemp(name) / "case"), "--public")
            started[name] = running, running.__enter__().rstrip("/")
        return started[name][1]

    yield origin
    for running, _ in started.values():
        running.__exit__(None, None, None)


@pytest.mark.parametrize(("name", "case", "path", "words"), sample(PAGES, 3), ids=[name for name, *_ in PAGES])
def test_a_page_looks_as_it_did(
    apps: Callable[[str], str], open_page: Open, name: str, case: str, path: str, words: dict[str, Any]
) -> None:
    page = open_page(apps(case) + path, reduced_motion="reduce", **words)
    page.wait_for_load_state("networkidle")
    if not has_same_letters(page):
        pytest.skip("this machine has other letters than the pictures; .ci/run installs fonts-dejavu-core")
    same_picture(page, f"page-{name}")


def test_the_pictures_stay_small_together() -> None:
    assert sum(one.stat().st_size for one in SHOTS.glob("*.png")) <= LARGEST
