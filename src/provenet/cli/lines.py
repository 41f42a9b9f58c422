"""The line above every answer that speaks of two days."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date


def heading(as_of: date, known_on: date | None, assumed: Mapping[str, str] | None = None) -> str:
    """The two days a result speaks of, and what it assumes."""
    known = "all that the case holds" if known_on is None else f"what was known on {known_on}"
    given = ", ".join(f"{key} = {value}" for key, value in (assumed or {}).items())
    return f"In force on {as_of}, by {known}{f', assuming {given}' if given else ''}:"
