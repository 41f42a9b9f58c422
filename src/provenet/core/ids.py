"""Names and ids: one spelling to match by, one id for the whole of a name, one digest per statement."""

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
_WHOLE_HEX = 8
"""Hex digits that an id adds where its words leave out part of a name."""
_ASCII_MARKS = str.maketrans("()[]{}", "      ")


@lru_cache(maxsize=1 << 16)
def fold(name: str) -> str:
    """The key by which names match: without regard to case, hyphen, space or width. `Wind-3` = `wind 3`.

    The latest 65,536 names are remembered: a case spells few names very often.
    """
    return _DROPPED.sub("", unicodedata.normalize("NFKC", name).casefold())


@lru_cache(maxsize=1 << 16)
def name_key(name: str) -> str:
    """What makes two names the same name: all of it but width, case and the space around it.

    The latest 65,536 names are remembered.

    >>> name_key(" ＮＴＴ東日本 ") == name_key("ntt東日本"), name_key("NTT東日本") == name_key("NTT西日本")
    (True, False)
    """
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold()).strip()


@lru_cache(maxsize=1 << 16)
def name_id(name: str) -> str:
    """The id of a name, from the whole of it: its words in ASCII, and a digest where they leave out a letter or a mark.

    A name in plain ASCII is its words alone, those in brackets too; what tells such names apart but by marks between
    words stays with whoever gives the id (`distinct_id`). Cost O(len(name)). Source: own.

    >>> name_id("Deutsche Telekom"), name_id("Orange (Spain)"), name_id("NTT東日本") == name_id("NTT西日本")
    ('deutsche-telekom', 'orange-spain', False)
    """
    key = name_key(name)
    words = _slug_words(key.translate(_ASCII_MARKS))
    return words if words and key.isascii() else distinct_id(name)


def distinct_id(name: str, *others: str) -> str:
    """The words of a name in ASCII and a digest of the whole of it and of what else tells it apart.

    >>> distinct_id("T-Mobile") == distinct_id("t-mobile "), distinct_id("T-Mobile") == distinct_id("T Mobile")
    (True, False)
    """
    key = name_key(name)
    words = _slug_words(key.translate(_ASCII_MARKS))
    digest = short_digest([key, *others] if others else key, _WHOLE_HEX)
    return f"{words}-{digest}" if words else f"x{digest}"


def _slug_words(text: str) -> str:
    text = unicodedata.normalize("NFKD", text.replace("&", "and").replace("+", " and "))
    return _NOT_SLUG.sub("-", "".join(c for c in text if not unicodedata.combining(c)).casefold()).strip("-")


def slug(name: str) -> str:
    """Lower-case ASCII words joined by hyphens, without brackets and accents: a word to look up by, never a new id.

    >>> slug("Telefónica Germany (O2)"), slug("NTT東日本") == slug("NTT西日本")
    ('telefonica-germany', False)
    """
    head = _PARENTHESIS.sub("", name) or name
    words = _slug_words(head)
    whole = all(c.isascii() for c in unicodedata.normalize("NFKD", head) if c.isalnum())
    return (words if whole else distinct_id(head)) if words else "x" + short_digest(name)


def is_in_class(asset_class: str, whole: str) -> bool:
    """Whether an asset class is another one or a part of it.

    >>> is_in_class("core.user_plane", "core"), is_in_class("core", "core"), is_in_class("core_x", "core")
    (True, True, False)
    """
    return f"{asset_class}.".startswith(f"{whole}.")


def row_id(prefix: str, parts: Mapping[str, object]) -> str:
    """The id of a row: the digest of what it says, so reading it twice is harmless.

    64 bits: of ten million rows, two that say different things share an id with a chance below 3 in a million.
    """
    return f"{prefix}-{short_digest(parts, ID_HEX)}"


def names_in(text: str) -> tuple[str, ...]:
    """The names in a text in their order: how code writes down a long list of tables, columns or settings.

    >>> names_in("site party  source")
    ('site', 'party', 'source')
    """
    return tuple(text.split())


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
