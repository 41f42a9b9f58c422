"""Every page of the navigation over the demo case: for everybody, at every width, without a fault."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from provenet.web.page import pages
from web.conftest import axe

Open = Callable[..., Any]
PHONE = {"viewport": {"width": 320, "height": 640}, "is_mobile": True, "has_touch": True}
HOMES = {page.key: (page.home, page.public) for page in pages() if page.in_navigation}


def without_fault(page: Any) -> None:
    """Nothing that axe-core finds, and nothing wider than the window."""
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page is wider than its window"


@pytest.mark.parametrize("key", [key for key, (_, public) in HOMES.items() if public])
def test_a_page_for_all_has_no_fault(public_app: str, open_page: Open, key: str) -> None:
    address = public_app + HOMES[key][0]
    without_fault(open_page(address))
    without_fault(open_page(address, color_scheme="dark", **PHONE))


@pytest.mark.parametrize("key", [key for key, (_, public) in HOMES.items() if not public])
def test_a_page_for_whoever_holds_the_case_has_no_fault(own_app: tuple[str, Any], open_page: Open, key: str) -> None:
    origin, session = own_app
    address = origin + HOMES[key][0]
    without_fault(open_page(address, storage_state=session))
    without_fault(open_page(address, storage_state=session, color_scheme="dark", **PHONE))


@pytest.mark.parametrize("key", [key for key, (_, public) in HOMES.items() if not public])
def test_a_page_for_whoever_holds_the_case_is_not_there_for_all(public_app: str, browser: Any, key: str) -> None:
    page = browser.new_page()
    try:
        assert page.goto(public_app + HOMES[key][0]).status == 404
    finally:
        page.close()
