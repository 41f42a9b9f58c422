"""Shares, amounts, days and ids as a page spells them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenet.dossier.text import (
    amount_words,
    anchor,
    asset_class_name,
    clean,
    count_words,
    join_words,
    letters,
    money,
    percent,
    position,
    share_words,
    web_address,
)


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0, "0%"),
        (1, "100%"),
        (0.57, "57%"),
        (0.5707, "57.1%"),
        (0.0004, "under 0.1%"),
        (0.9999, "over 99.9%"),
        (0.005, "0.5%"),
    ],
)
def test_percent(share: float, text: str) -> None:
    assert percent(share) == text


def test_an_interval_keeps_its_open_ends() -> None:
    assert share_words(0.2, 0.7) == "20% to 70%"
    assert share_words(0.5, 1, low_open=True) == "over 50%, up to 100%"
    assert share_words(0, 0.3, high_open=True) == "under 30%"
    assert share_words(0.1, 0.3, high_open=True) == "10%, under 30%"
    assert share_words(0.57, 0.57) == "57%"
    assert share_words(0, 1) == "not known (0% to 100%)"


@given(st.floats(0, 1))
def test_only_nothing_is_zero_and_only_all_is_the_whole(share: float) -> None:
    assert (percent(share) == "0%") == (share == 0)
    assert (percent(share) == "100%") == (share == 1)


def test_amounts_lose_nothing() -> None:
    assert money(6_550_000_000, "EUR") == "6,550 million EUR"
    assert money(1_234_567, "EUR") == "1,234,567 EUR"
    assert money(92_600.5, "GBP") == "92,600.50 GBP"
    assert amount_words(None, 300_000, "EUR") == "at most 300,000 EUR"
    assert amount_words(160e9, None, "JPY") == "at least 160,000 million JPY"
    assert amount_words(1, 2, "USD") == "1 USD to 2 USD"
    assert amount_words(5, 5, "USD") == "5 USD"
    assert amount_words(None, None, "USD") == "amount not stated"


def test_lists_and_letters() -> None:
    assert join_words([]) == ""
    assert join_words(["a", "b", "c"]) == "a, b and c"
    assert [letters(n) for n in (0, 25, 26, 27, 701, 702)] == ["a", "z", "aa", "ab", "zz", "aaa"]
    assert count_words(1, "policy", "policies") == "one policy"
    assert count_words(13, "claim") == "13 claims"


def test_positions() -> None:
    assert position(-33.86, 151.21) == "33.9° S, 151.2° E"
    assert position(None, 1.0) == "position not stated"


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
