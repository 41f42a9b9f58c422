"""Values gathered by what they share."""

from collections.abc import Iterable
from typing import TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


def grouped(pairs: Iterable[tuple[Key, Value]]) -> dict[Key, list[Value]]:
    """The values of each key, keys and values in the order in which they come. Cost O(pairs).

    >>> grouped([("b", 1), ("a", 2), ("b", 3)])
    {'b': [1, 3], 'a': [2]}
    """
    made: dict[Key, list[Value]] = {}
    for key, value in pairs:
        made.setdefault(key, []).append(value)
    return made
