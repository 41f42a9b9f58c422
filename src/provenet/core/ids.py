"""Names and ids: one spelling to match by, one slug to store, one digest per statement."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache

from provenet.core.digest import short_digest

ID_HEX = 16
"""Hex digits of a row's id."""
_DROPPED = re.compile(r"[\s\-‐‑‒–—_]+")
_NOT_SLUG = re.compile(r"[^a-z0-9]+")
_PARENTHESIS = re.compile(r"\s*\([^)]*\)")


@lru_cache(maxsize=1 << 16)
def fold(name: str) -> str:
    """The key by which names match: without regard to case, hyphen, space or width. `Wind-3` = `wind 3`.

    The latest 65,536 names are remembered: a case spells few names very often.
    """
    text = unicodedata.normalize("NFKC", name).casefold()
    return _DROPPED.sub("", text)


def slug(name: str) -> str:
    """A stable text id: lower-case ASCII words joined by hyphens, brackets dropped.

    >>> slug("Telefónica Germany (O2)")
    'telefonica-germany'
    """
    text = _PARENTHESIS.sub("", name) or name
    text = unicodedata.normalize("NFKD", text.replace("&", "and").replace("+", " and "))
    text = "".join(c for c in text if not unicodedata.combining(c)).casefold()
    made = _NOT_SLUG.sub("-", text).strip("-")
    return made or "x" + short_digest(name)


def row_id(prefix: str, parts: Mapping[str, object]) -> str:
    """The id of a row: the digest of what it says, so reading it twice is harmless.

    64 bits: of ten million rows, two that say different things share an id with a chance below 3 in a million.
    """
    return f"{prefix}-{short_digest(parts, ID_HEX)}"


class Names:
    """Aliases to one canonical id. A name nobody has listed is its own canonical id, folded."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self._canon: dict[str, str] = {}
        for alias, canonical in pairs:
            self.add(alias, canonical)

    def add(self, alias: str, canonical: str) -> None:
        """Declares that `alias` means `canonical`; the first declaration of an alias stands."""
        self._canon.setdefault(fold(alias), canonical)

    def canon(self, name: str) -> str:
        """The canonical id of a name, or its folded spelling when it is not listed. Cost O(len(name))."""
        key = fold(name)
        return self._canon.get(key, key)

    def knows(self, name: str) -> bool:
        """Whether the name is listed."""
        return fold(name) in self._canon

    def spellings(self) -> list[str]:
        """All canonical ids."""
        return sorted(set(self._canon.values()))
