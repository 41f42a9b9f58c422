"""How long work says how far it is: one call for all floors."""

from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many items are done, and how many there are."""


def silent(what: str, done: int, total: int) -> None:
    """Progress for callers that show none."""
