"""JSON of a schedule read strictly: pieces with their place told, all faults of a file gathered."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from typing import Any

from provenet.core.errors import Fault, FaultList, InputFault, clip, nearest
from provenet.core.jsontext import JsonFault, NoNumber, Repeated, parse_json

MOST_NUMBER = 1e30
"""The largest number read; sums and products of such numbers still fit a float."""
MOST_WHOLE = 2**31 - 1
LONGEST_ID = 500
HINTS, MOST_KNOWN = 20, 10_000
"""So many unknown names of a file are answered with the nearest, where no more are known than this."""
_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z_0-9-]*")
_CONTROL = re.compile("[\x00-\x1f\x7f]")
_NUMBER = (int, float)
WHOLE = "a whole number, without quotes and without a decimal point"


def inside(path: str, key: str) -> str:
    """The place of a value under a key.

    >>> inside("$.use", "crew"), inside("$.use", "crew north")
    ('$.use.crew', '$.use["crew north"]')
    """
    return f"{path}.{key}" if _PLAIN_KEY.fullmatch(key) else f"{path}[{json.dumps(key, ensure_ascii=False)}]"


def counted(count: int, what: str) -> str:
    """A count with its word.

    >>> counted(1, "number"), counted(2000, "number")
    ('1 number', '2,000 numbers')
    """
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"


def shown(value: object) -> str:
    """A value as a fault shows it: short, and so that text and number can be told apart."""
    if isinstance(value, NoNumber):
        return clip(value.text)
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    return clip(json.dumps(value, ensure_ascii=False))


class Reading:
    """One JSON file being read: its name, and its faults so far."""

    def __init__(self, name: str) -> None:
        self.name, self.faults, self._hints = name, FaultList(), HINTS

    def tell(
        self, path: str, says: str, found: str | None, expected: str, way_out: str, near: str | None = None
    ) -> None:
        """Adds a fault at a JSON path."""
        self.faults.add(Fault(self.name, says, 0, path, found, expected, near, way_out))

    def close(self) -> None:
        """Raises InputFault with all faults where there are any."""
        if self.faults.count:
            raise InputFault(self.faults.faults, self.faults.count)

    def document(self, data: bytes, what: str) -> Any:
        """The value of the file. Raises InputFault where it is no JSON, cut off, not UTF-8, or nested too deep."""
        says, found, expected, way_out = "", None, None, "Save the file as UTF-8."
        try:
            return parse_json(data.decode("utf-8-sig"), keep=True)
        except UnicodeDecodeError as err:
            says, expected = "the text is not UTF-8", "UTF-8"
            found = f"byte 0x{data[err.start]:02X} at byte {err.start + 1}"
        except JsonFault as err:
            says, found, expected = err.says, err.found, err.expected or f"one JSON object, {what}"
            way_out = "Write the file anew without it."
            if err.says == "the text is no JSON":
                way_out = "Mend it at this place; where it is the end of the file, the file was cut off."
        raise InputFault([Fault(self.name, says, found=found, expected=expected, way_out=way_out)])

    def record(
        self, value: object, path: str, needed: Collection[str], known: Collection[str]
    ) -> dict[str, Any] | None:
        """An object with the keys that it needs and none but those known; None where it is no object."""
        made = self.mapping(value, path, "with the keys " + ", ".join(known))
        if made is None:
            return None
        for key in [key for key in made if key not in known]:
            expected, way_out = "one of " + ", ".join(known), "Take the key out, or write it as it is known here."
            self.tell(inside(path, key), "no such key", clip(key), expected, way_out, nearest(key, known))
        for key in needed:
            if key not in made:
                self.tell(path, "a key is missing", None, key, f"Add {key}.")
        return made

    def mapping(self, value: object, path: str, what: str) -> dict[str, Any] | None:
        """An object with any keys, each once; None where it is none."""
        if not isinstance(value, dict):
            self.tell(path, "this is no object", shown(value), f"an object {what}", "Write it in curly brackets.")
            return None
        if isinstance(value, Repeated):
            for key in value.twice:
                way_out = "Keep one of them."
                self.tell(inside(path, key), "a key stands twice in one object", key, "each key once", way_out)
        return value

    def rows(self, value: object, path: str, what: str) -> list[Any]:
        """A list; empty where it is none."""
        if type(value) is list:
            return value
        self.tell(path, "this is no list", shown(value), f"a list of {what}", "Write it in square brackets.")
        return []

    def number(self, value: object, path: str, least: float = -MOST_NUMBER, most: float = MOST_NUMBER) -> float:
        """A finite number within limits; 0 where it is none. Neither true nor a text with digits is a number."""
        if type(value) in _NUMBER and least <= value <= most:  # type: ignore[operator]
            return float(value)  # type: ignore[arg-type]
        kind = "this is no number"
        if type(value) in _NUMBER:
            kind = "the number is too small" if value < least else "the number is too large"  # type: ignore[operator]
            if least == 0 and kind == "the number is too small":
                kind = "the number is negative"
        bound = [f"from {least:g}"] if least > -MOST_NUMBER else []
        bound += [f"to {most:g}"] if most < MOST_NUMBER or kind == "the number is too large" else []
        expected = " ".join(["a number", *bound])
        self.tell(path, kind, shown(value), expected, "Write a number, without quotes and without a unit.")
        return 0.0

    def whole(self, value: object, path: str, least: int, most: int = MOST_WHOLE) -> int:
        """A whole number within limits; `least` where it is none."""
        if type(value) is int and least <= value <= most:
            return value
        says = "this is no whole number"
        if type(value) is int:
            says = "the number is too small" if value < least else "the number is too large"
        bound = [f"from {least:,}"] if least > -MOST_WHOLE else []
        bound += [f"to {most:,}"] if most < MOST_WHOLE or says == "the number is too large" else []
        self.tell(path, says, shown(value), " ".join(["a whole number", *bound]), f"Write {WHOLE}.")
        return least

    def series(self, value: object, path: str, periods: int | None, least: float = -MOST_NUMBER) -> tuple[float, ...]:
        """One number a period from a list; without known `periods` the length is not asked."""
        numbers = self.rows(value, path, "numbers, one a period")
        if periods is not None and type(value) is list and len(numbers) != periods:
            found, way_out = counted(len(numbers), "number"), "Write one number for each period."
            self.tell(
                path, "the list has the wrong length", found, f"{counted(periods, 'number')}, one a period", way_out
            )
        if not all(type(n) in _NUMBER and least <= n <= MOST_NUMBER for n in numbers):
            for period, number in enumerate(numbers):
                self.number(number, f"{path}[{period}]", least)
            return ()
        return tuple(map(float, numbers))

    def amounts(self, value: object, path: str, periods: int | None) -> tuple[float, ...]:
        """One amount a period, none negative: a list, or one number that holds in each period."""
        if type(value) is list:
            return self.series(value, path, periods, 0.0)
        return (self.number(value, path, 0.0),) * (periods or 0)

    def choice(self, value: object, path: str, known: Collection[str]) -> str | None:
        """One of the words known; None where it is none."""
        if type(value) is str and value in known:
            return value
        near = nearest(value, known) if type(value) is str else None
        expected = "one of " + ", ".join(known)
        self.tell(path, "no such word", shown(value), expected, "Write one of these words, in quotes.", near)
        return None

    def name_of(self, value: object, path: str) -> str | None:
        """A text that can be an id: not empty, without control characters; None where it is none."""
        if type(value) is str and value.strip() and len(value) <= LONGEST_ID and not _CONTROL.search(value):
            return value
        expected = f"a text of 1 to {LONGEST_ID} characters, none of them a control character"
        self.tell(path, "this is no id", shown(value), expected, "Give it an id, in quotes.")
        return None

    def new_id(self, value: object, path: str, places: dict[str, str]) -> str | None:
        """An id that no other of its kind has; `places` grows by it, with its path."""
        made = self.name_of(value, path)
        if made is not None and made in places:
            says, way_out = "the id stands twice", "Give each its own id, or take one of them out."
            self.tell(path, says, shown(made), f"another id than that of {places[made]}", way_out)
            return None
        if made is not None:
            places[made] = path
        return made

    def known_id(self, value: object, path: str, places: Collection[str], kind: str) -> str | None:
        """The id of something that the instance has; None where there is none of this id."""
        if type(value) is str and value in places:
            return value
        near = None
        if type(value) is str and self._hints and len(places) <= MOST_KNOWN:
            self._hints -= 1
            near = nearest(value, places)
        way_out = f"Name one that the instance has, or add the {kind} to it."
        self.tell(path, f"no such {kind}", shown(value), f"the id of a {kind} of the instance", way_out, near)
        return None

    def known_ids(self, value: object, path: str, places: Collection[str], kind: str) -> tuple[str, ...]:
        """A list of ids of the instance, each once."""
        named = self.rows(value, path, f"ids of {kind}s")
        try:
            if len(set(named)) == len(named) and all(map(places.__contains__, named)):
                return tuple(named)
        except TypeError:
            pass  # something in it is a list or an object; below it is told where
        seen: set[str] = set()
        for nth, one in enumerate(named):
            found = self.known_id(one, f"{path}[{nth}]", places, kind)
            if found is not None and found in seen:
                self.tell(f"{path}[{nth}]", "the id stands twice in one list", shown(found), "each id once",
                          "Take one of them out.")  # fmt: skip
            seen.add(found or "")
        return ()
