"""Latitudes and longitudes as people write them: decimal degrees, or degrees with minutes and seconds.

Nothing is guessed: a comma is no decimal point, minutes need a mark or a letter of the sky, and a pair is latitude
first unless its letters say otherwise. `O` is east in German and west in French and Spanish, and therefore no letter.
"""

import re
from collections.abc import Iterator

LATITUDE, LONGITUDE = "latitude", "longitude"
_LIMITS = {LATITUDE: 90.0, LONGITUDE: 180.0}
_LETTERS = {"N": (LATITUDE, 1), "S": (LATITUDE, -1), "E": (LONGITUDE, 1), "W": (LONGITUDE, -1)}
_PLAIN = re.compile(r"([+-]?)(\d{1,3}(?:\.\d{1,15})?)\s*°?\Z", re.ASCII)
_SEXAGESIMAL = re.compile(
    r"([+-]?)(\d{1,3})\s*(°|d|:|\s)\s*(\d{1,2}(?:\.\d{1,12})?)\s*"
    r"(?:(?:'|’|′|m|:|\s)\s*(?:(\d{1,2}(?:\.\d{1,12})?)\s*(?:\"|”|″|''|s)?\s*)?)?\Z",
    re.ASCII | re.I,
)
_PAIR_OF_LETTERS = re.compile(
    r"\s*(.*?[NSEW])\s*[,;/ ]?\s*(.*[NSEW])\s*\Z|\s*([NSEW].*?)\s*[,;/ ]\s*([NSEW].*)\Z", re.I
)


def parse_degrees(text: str, axis: str) -> float | None:
    """Degrees of an axis, north and east positive; None where the text is no such position.

    >>> parse_degrees("48°08'15\\"N", LATITUDE), parse_degrees("-11.5", LONGITUDE), parse_degrees("48 08", LATITUDE)
    (48.1375, -11.5, None)
    """
    letter, rest = _letter(text.strip())
    if letter is not None and _LETTERS[letter][0] != axis:
        return None
    value = _value(rest, has_letter=letter is not None)
    if value is None or (letter is not None and rest[:1] in "+-" and rest[:1]):
        return None
    value *= 1 if letter is None else _LETTERS[letter][1]
    return value if -_LIMITS[axis] <= value <= _LIMITS[axis] else None


def parse_position(text: str) -> tuple[float, float] | None:
    """Latitude and longitude of a pair in one text; None where it is none.

    >>> parse_position("48.1, 11.5"), parse_position("11°30'E 48°06'N"), parse_position("48,1 11,5")
    ((48.1, 11.5), (48.1, 11.5), None)
    """
    for first, second in _pairs(text.strip()):
        for one, other in ((first, second), (second, first)):
            if one is second and _letter(one)[0] is None:
                continue  # without letters the latitude stands first
            latitude, longitude = parse_degrees(one, LATITUDE), parse_degrees(other, LONGITUDE)
            if latitude is not None and longitude is not None:
                return latitude, longitude
    return None


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    """The ways in which a text is two positions."""
    for mark in (",", ";", "/", None):
        parts = [part.strip() for part in text.split(mark)]
        if mark == "," and text.replace(",", "").isdigit():
            continue  # 48,11 may be one number with a decimal comma
        if len(parts) == 2 and all(parts):
            yield parts[0], parts[1]
    if hit := _PAIR_OF_LETTERS.match(text):
        first, second = (hit[1], hit[2]) if hit[1] else (hit[3], hit[4])
        yield first.strip(), second.strip()


def _letter(text: str) -> tuple[str | None, str]:
    """The letter of the sky before or behind a position, and the rest."""
    for at, rest in ((text[:1], text[1:]), (text[-1:], text[:-1])):
        if at.upper() in _LETTERS and at:
            return at.upper(), rest.strip()
    return None, text


def _value(text: str, *, has_letter: bool) -> float | None:
    if hit := _PLAIN.match(text):
        return float(hit[1] + hit[2])
    hit = _SEXAGESIMAL.match(text)
    if hit is None or not (has_letter or hit[3].strip()):
        return None
    minutes, seconds = float(hit[4]), float(hit[5] or 0)
    if minutes >= 60 or seconds >= 60 or (hit[5] and "." in hit[4]):
        return None
    value = int(hit[2]) + minutes / 60 + seconds / 3600
    return -value if hit[1] == "-" else value
