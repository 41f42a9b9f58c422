"""Positions, names of classes, figures with units, safe text and ids as a page writes them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenet.dossier.text import anchor, asset_class_name, clean, letters, measured, position, web_address


def test_letters() -> None:
    assert [letters(n) for n in (0, 25, 26, 27, 701, 702)] == ["a", "z", "aa", "ab", "zz", "aaa"]


def test_positions() -> None:
    assert position(-33.86, 151.21) == "33.9° S, 151.2° E"
    assert position(None, 1.0) == "position not stated"


@pytest.mark.parametrize(
    ("low", "high", "unit", "text"),
    [
        (0.0, 2.0, "weeks", "0 to 2 weeks"),
        (12_345.6, 12_345.6, "sites", "12,346 sites"),
        (1.5, 2.25, "EUR", "EUR 1.5 to 2.25"),
        (0.0, None, "EUR of 2018", "at least EUR 0 (2018 prices)"),
        (None, None, "EUR", "not known"),
        (3.0, 4.0, "", "3 to 4"),
    ],
)
def test_a_figure_has_its_unit_and_a_currency_comes_first(
    low: float | None, high: float | None, unit: str, text: str
) -> None:
    assert measured(low, high, unit) == text


def test_an_amount_is_rounded_only_where_asked() -> None:
    assert measured(118_234_567, 118_234_567, "EUR") == "EUR 118,234,567"
    assert measured(118_234_567, 118_234_567, "EUR", rounded=True) == "EUR 118 million"


def test_asset_classes() -> None:
    assert asset_class_name("core.control_plane") == "core: control plane"
    assert asset_class_name("ran") == "RAN"
    assert asset_class_name("mgmt.oss") == "management: OSS"
    assert asset_class_name("access_fixed") == "fixed access"


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//evil.example", "http://a b", "", None])
def test_only_web_addresses_become_links(url: str | None) -> None:
    assert web_address(url) is None


def test_a_web_address_is_kept() -> None:
    assert web_address("https://a.example/?q=1&r=2#x") == "https://a.example/?q=1&r=2#x"


def test_control_codes_and_turned_text_are_replaced() -> None:
    assert clean("a\x00b\u202ec\x1b[31m") == "a\ufffdb\ufffdc\ufffd[31m"
    assert clean("line\nbreak\tand 漢字 é") == "line\nbreak\tand 漢字 é"
    assert clean("\ud800").encode() == b"?"


@given(st.text())
def test_an_anchor_is_a_plain_name(key: str) -> None:
    assert anchor(key).replace("-", "").replace(".", "").replace("_", "").isalnum()
    assert anchor(key).isascii()
