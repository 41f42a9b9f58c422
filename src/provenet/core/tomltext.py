"""TOML read within bounds: what is no TOML, too deep or too large a number is one sentence, in time O(its length)."""

import re
import tomllib
from collections.abc import Iterator
from typing import Any

DEPTH_CAP = 64
"""How many words one dotted key may have."""
_DOTTED = re.compile(rf"(?:[^\s.=]{{1,200}}+[ \t]*+\.[ \t]*+){{{DEPTH_CAP}}}")


class TomlFault(ValueError):
    """What is wrong with a text, as the end of a sentence that begins with what the text is: `the mapping ...`."""


def parse_toml(text: str) -> dict[str, Any]:
    """The document of a TOML text.

    Raises TomlFault for text that is no TOML, a key twice, dotted keys of more than `DEPTH_CAP` words (whose cost
    grows with their square), lists or tables nested deeper than the reader of TOML goes, and integers beyond 64 bits.
    Cost O(len(text)).

    >>> parse_toml("a = 1")
    {'a': 1}
    """
    if any(line.count(".") >= DEPTH_CAP and _DOTTED.search(line) for line in text.split("\n")):
        raise TomlFault(f"has a key of more than {DEPTH_CAP} words")
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as err:
        raise TomlFault(f"is not TOML: {err}") from err
    except RecursionError as err:
        raise TomlFault("is nested too deep") from err
    except ValueError as err:
        raise TomlFault(_TOO_LONG) from err
    if any(isinstance(value, int) and value.bit_length() > 64 for value in _values(document)):
        raise TomlFault(_TOO_LONG)
    return document


_TOO_LONG = "has a number of too many digits, which 64 bits do not hold"


def _values(document: dict[str, Any]) -> Iterator[object]:
    waiting: list[Any] = [document]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict | list):
            waiting += value.values() if isinstance(value, dict) else value
        else:
            yield value
