"""Latitudes and longitudes as people write them, and what is refused rather than guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenet.core.positions import LATITUDE, LONGITUDE, parse_degrees, parse_position


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("48.1375", 48.1375), ("-33.9", -33.9), ("48°08'15\"N", 48.1375), ("48° 8′ 15″ N", 48.1375),
        ("N 48 08 15", 48.1375), ("48:08:15N", 48.1375), ("48°08.25'", 48.1375), ("33°54'S", -33.9), ("-33°54'", -33.9),
        ("48 08", None), ("48,1", None), ("48.5°30'", None), ("48°61'N", None), ("48°08.5'30\"N", None),
        ("-33 S", None), ("91", None), ("48E", None), ("48 O", None), ("", None),
    ],
)  # fmt: skip
def test_a_latitude(text: str, value: float | None) -> None:
    assert parse_degrees(text, LATITUDE) == (None if value is None else pytest.approx(value))


@pytest.mark.parametrize(
    "text",
    [
        "48.1, 11.5",
        "48.1 11.5",
        "48.1;11.5",
        "48.1/11.5",
        "11.5E, 48.1N",
        "N48.1 E11.5",
        "11°30'E 48°06'N",
        "48.1N11.5E",
    ],
)
def test_a_pair(text: str) -> None:
    assert parse_position(text) == pytest.approx((48.1, 11.5))


@pytest.mark.parametrize("text", ["48,1 11,5", "48,11", "100.0, 11.5", "48.1", "48.1, 11.5, 520", "N48.1 N11.5", ""])
def test_what_is_no_pair(text: str) -> None:
    assert parse_position(text) is None


@given(st.floats(-90, 90).map(lambda one: round(one, 6)), st.floats(-180, 180).map(lambda one: round(one, 6)))
def test_decimals_come_back(latitude: float, longitude: float) -> None:
    text = f"{latitude:.6f}, {longitude:.6f}"
    assert parse_position(text) == pytest.approx((latitude, longitude))
    letters = f"{abs(longitude):.6f}{'W' if longitude < 0 else 'E'} {abs(latitude):.6f}{'S' if latitude < 0 else 'N'}"
    assert parse_position(letters) == pytest.approx((latitude, longitude))


@given(st.integers(0, 179), st.integers(0, 59), st.integers(0, 59))
def test_minutes_and_seconds_are_parts_of_a_degree(degrees: int, minutes: int, seconds: int) -> None:
    value = parse_degrees(f"{degrees}°{minutes}'{seconds}\"W", LONGITUDE)
    assert value == pytest.approx(-(degrees + minutes / 60 + seconds / 3600))
