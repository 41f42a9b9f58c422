"""Small samples spoilt in every simple way, and what a reader makes of each: rows by their digest, or the faults."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from hashlib import sha256
from typing import Any

from provenet.core.errors import InputFault, ProvenetError
from support.kept import plain

TOKEN = re.compile(r"[\w.+-]+")
PUT = ("", "x", "-1", "7", "é y", "1e9")
HELD = (None, "x", -1, 1.5, True, [], {}, ["x"])


def lines_of(text: str, most: int = 60) -> Iterator[tuple[str, str]]:
    """The text without each line, with each twice, with neighbours changed about, and cut within."""
    lines = text.splitlines(keepends=True)
    for at in _spread(len(lines), most):
        rest = lines[at + 1 :]
        yield f"without line {at + 1}", "".join([*lines[:at], *rest])
        yield f"line {at + 1} twice", "".join([*lines[: at + 1], lines[at], *rest])
        if rest:
            yield f"line {at + 2} first", "".join([*lines[:at], rest[0], lines[at], *rest[1:]])
        yield f"cut in line {at + 1}", "".join(lines[:at]) + lines[at][: len(lines[at]) // 2]


def words_of(text: str, most: int = 90) -> Iterator[tuple[str, str]]:
    """The text with each word or number replaced by another in turn."""
    found = list(TOKEN.finditer(text))
    for turn, at in enumerate(_spread(len(found), most)):
        word, put = found[at], PUT[turn % len(PUT)]
        row = text.count("\n", 0, word.start()) + 1
        yield f"{word[0]} in line {row} is {put!r}", text[: word.start()] + put + text[word.end() :]


def parts_of(value: Any, most: int = 150) -> Iterator[tuple[str, Any]]:
    """A JSON value without each of its parts, and with another thing in the place of each."""
    places = list(_places(value))
    for turn, at in enumerate(_spread(len(places), most)):
        place = places[at]
        held = HELD[turn % len(HELD)]
        for word, change in (("gone", None), (json.dumps(held), held)):
            made = deepcopy(value)
            inner = made
            for step in place[:-1]:
                inner = inner[step]
            if word == "gone":
                del inner[place[-1]]
            else:
                inner[place[-1]] = change
            yield f"{'.'.join(map(str, place))}: {word}", made


def bytes_of(data: bytes, most: int = 120) -> Iterator[tuple[str, bytes]]:
    """The bytes cut at many places, and with one of them another."""
    for at in _spread(len(data), most):
        yield f"cut at {at}", data[:at]
        yield f"byte {at} changed", data[:at] + bytes([data[at] ^ (1 << at % 8)]) + data[at + 1 :]


def _spread(count: int, most: int) -> list[int]:
    """At most so many places, evenly over all."""
    return list(range(count)) if count <= most else sorted({at * count // most for at in range(most)})


def _places(value: Any, here: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inner: Iterable[tuple[Any, Any]] = ()
    if isinstance(value, dict):
        inner = value.items()
    elif isinstance(value, list):
        inner = enumerate(value)
    for key, one in inner:
        yield (*here, key)
        yield from _places(one, (*here, key))


def found_in(read: Callable[[Any], Any], variants: Iterable[tuple[str, Any]]) -> str:
    """What `read` makes of each variant, a line each."""
    return "".join(f"{name}: {outcome(read, given)}\n" for name, given in variants)


def outcome(read: Callable[[Any], Any], given: Any) -> str:
    """The digest of what is read, or how many faults there are and the first of them."""
    try:
        made = json.dumps(plain(read(given)), ensure_ascii=False)
    except InputFault as err:
        every = "\n".join(fault.sentence() for fault in err.faults)
        first = " ".join(err.faults[0].sentence().split())[:150] if err.faults else ""
        return f"{err.count} faults, {_digest(every)}: {first}"
    except ProvenetError as err:
        return f"refused: {' '.join(str(err).split())[:150]}"
    return f"{len(made)} letters, {_digest(made)}"


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:8]
