"""JSON read strictly: a name twice in an object, a number that is none, and nesting beyond a cap are refused."""

import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate

from provenet.core.errors import clip

DEPTH_CAP = 64
"""How deep objects and lists may lie inside each other."""
MOST_VALUES = 10_000_000
"""The most values of one JSON text: ten million small objects take more than a gigabyte."""
_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z_0-9-]*")
_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.S)
"""A text that never closes reaches to the end, so that each character is looked at once."""
_NO_BRACKET = re.compile(r"[^\[\]{}]+")
_SURROGATE = re.compile("[\ud800-\udfff]")


class JsonFault(ValueError):
    """What is wrong with a JSON text: says what, and what was found."""

    def __init__(self, says: str, found: str | None = None, expected: str | None = None) -> None:
        super().__init__(says)
        self.says, self.found, self.expected = says, found, expected


@dataclass(frozen=True)
class NoNumber:
    """NaN or an infinity where it was kept, as its text has it."""

    text: str


class Repeated(dict[str, object]):
    """An object that has a name more than once, where it was kept; the last value of each stands. `twice` are these."""

    twice: tuple[str, ...] = ()


class Numeral(str):
    """A number as its text has it: no digit is lost on the way to the field that reads it."""


def inside(path: str, key: str) -> str:
    """The JSON path of a value under a key.

    >>> inside("$.use", "crew"), inside("$.use", "crew north")
    ('$.use.crew', '$.use["crew north"]')
    """
    return f"{path}.{key}" if _PLAIN_KEY.fullmatch(key) else f"{path}[{json.dumps(key, ensure_ascii=False)}]"


def parse_json(text: str, numerals: bool = False, keep: list[Repeated] | None = None) -> object:
    """One JSON value. With `numerals`, numbers stay text. With `keep`, a number that is none comes back as `NoNumber`
    and an object that has a name twice as `Repeated`, which `keep` lists, for a reader that names their places.

    Raises JsonFault for text that is no JSON, a name twice in one object, NaN and Infinity, integers over 4,300
    digits, half a surrogate pair, nesting beyond `DEPTH_CAP`, and more values than `MOST_VALUES`, where each comma
    and bracket counts as one. Cost O(len(text)).
    """
    if len(text) > MOST_VALUES and (count := sum(map(text.count, ",[{"))) > MOST_VALUES:
        raise JsonFault("the JSON holds more values than are read at once", f"{count:,}", f"at most {MOST_VALUES:,}")
    if text.count("[") + text.count("{") > DEPTH_CAP and (depth := _depth(text)) > DEPTH_CAP:
        raise JsonFault("the JSON is nested too deep", f"{depth} levels", f"at most {DEPTH_CAP}")
    number: Callable[[str], object] | None = Numeral if numerals else None

    def kept(pairs: list[tuple[str, object]]) -> dict[str, object]:
        made = dict(pairs)
        if len(made) == len(pairs):
            return made
        counted = Counter(name for name, _ in pairs)
        repeated = Repeated(made)
        repeated.twice = tuple(name for name in made if counted[name] > 1)
        if keep is None:
            raise JsonFault("a name stands twice in one object", repeated.twice[0], "each name once")
        keep.append(repeated)
        return repeated

    try:
        value = json.loads(
            text,
            object_pairs_hook=kept,
            parse_constant=_no_number if keep is None else NoNumber,
            parse_int=number,
            parse_float=number,
        )
    except json.JSONDecodeError as err:
        at = clip(text[max(0, err.pos - 10) : err.pos + 20].strip(), 40)
        why = f"{err.msg[0].lower()}{err.msg[1:]} at character {err.pos + 1}: {at}"
        raise JsonFault("the text is no JSON", why) from err
    except JsonFault:
        raise
    except ValueError as err:
        raise JsonFault("a number has too many digits", None, "at most 4,300 digits") from err
    if ("\\ud" in text or "\\uD" in text) and _SURROGATE.search(json.dumps(value, ensure_ascii=False, default=str)):
        raise JsonFault("a text holds half of a surrogate pair", None, "whole characters")
    return value


def _no_number(text: str) -> object:
    raise JsonFault("not a number that JSON knows", text, "a number, or null for not known")


def _depth(text: str) -> int:
    """How deep brackets lie inside each other. Cost O(len(text)), and `DEPTH_CAP` passes over the brackets."""
    left = _NO_BRACKET.sub("", _STRING.sub("", text)).replace("{", "[").replace("}", "]")
    taken = 0
    while left and taken <= DEPTH_CAP:
        outer = left.replace("[]", "")
        if len(outer) == len(left):
            break
        left, taken = outer, taken + 1
    return taken + max(accumulate(map({"[": 1, "]": -1}.__getitem__, left), initial=0))
