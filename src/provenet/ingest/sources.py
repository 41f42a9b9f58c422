"""Cited sources: one id per title and address, and the kind of each publication.

A citation is a publication of the lists in `facts/` or of the case where title and address agree, where it gives no
address and one publication alone has its title, or where its address is that of one listed page. Any other is a
source of its own. Kinds are the first guess of a list, mended by `facts/source_kinds.csv`. Source: own, decision
0048.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from provenet.case.tables import vocabulary
from provenet.core.countries import packaged_rows
from provenet.core.digest import short_digest
from provenet.core.ids import distinct_id, name_id, name_key, slug

LISTS = ("sources.csv", "sources_more.csv")
"""The bundled lists of publications; a page that both name is that of the first."""
NAMED = "source_names.csv"
"""Publications that bundled rows cite and no list holds, with their ids."""
FIRST_GUESS, MENDED, NOT_LISTED = "first guess", "mended", "not listed"
"""Who says the kind of a source: the list's own guess, the committed table, or nobody yet."""


class SourceBook:
    """The known publications by title and address, and the kinds that were mended."""

    def __init__(
        self,
        listed: Iterable[Mapping[str, str]],
        kinds: Iterable[Mapping[str, str]],
        named: Iterable[Mapping[str, str]] = (),
    ) -> None:
        self._ids: dict[tuple[str, str], str] = {}
        self._titled: dict[str, dict[str, None]] = {}
        self._by_url: dict[str, str | None] = {}
        urls: dict[str, list[str]] = {}
        for row in listed:
            if row["url"] not in (known := urls.setdefault(slug(row["title"]), [])):
                known.append(row["url"])
            self._ids.setdefault((name_key(row["title"]), row["url"]), "")
        for key, url in self._ids:
            name = slug(key)
            self._know(key, url, name if len(urls[name]) < 2 else f"{name}-{short_digest(url, 6)}")
        for row in named:
            self._know(name_key(row["title"]), row["url"], row["source_id"])
        self._kinds = {row["source_id"]: row["kind"] for row in kinds}

    def _know(self, key: str, url: str, source_id: str) -> None:
        self._ids[key, url] = source_id
        self._titled.setdefault(key, {})[source_id] = None
        if "://" in url:
            self._by_url[url] = source_id if self._by_url.get(url, source_id) == source_id else None

    def with_case(self, rows: Iterable[tuple[str, str, str | None]]) -> SourceBook:
        """The same book with the publications of a case: id, title and address of each. Cost O(rows)."""
        made = SourceBook((), ())
        made._ids, made._titled = dict(self._ids), {key: dict(ids) for key, ids in self._titled.items()}
        made._by_url, made._kinds = self._by_url, self._kinds
        for source_id, title, url in rows:
            key = name_key(title)
            made._ids.setdefault((key, url or ""), source_id)
            made._titled.setdefault(key, {})[source_id] = None
        return made

    def listing(self, title: str, url: str) -> str:
        """The id of a publication that a list of sources names, from its title and address. Cost O(len(title))."""
        known = self._ids.get((name_key(title), url))
        return known or (distinct_id(title, url) if url else name_id(title))

    def cited(self, title: str, url: str) -> str:
        """The id of a publication that a row cites. Cost O(len(title)).

        A title without an address means the one publication of that title; where two have it, a source of its own.
        """
        key = name_key(title or url)
        if known := self._ids.get((key, url)):
            return known
        if not url and len(titled := self._titled.get(key, {})) == 1:
            return next(iter(titled))
        return self._by_url.get(url) or self.listing(title or url, url)

    def kind(self, source_id: str, guess: str | None) -> tuple[str, str]:
        """The kind of a source and who says it."""
        if source_id in self._kinds:
            return self._kinds[source_id], MENDED
        return (guess, FIRST_GUESS) if guess else ("unknown", NOT_LISTED)


@lru_cache(maxsize=1)
def source_book() -> SourceBook:
    """The bundled publications. Cached."""
    listed = [row for name in LISTS for row in packaged_rows("facts", name)]
    return SourceBook(listed, packaged_rows("facts", "source_kinds.csv"), packaged_rows("facts", NAMED))


def says_unread(title: str) -> bool:
    """Whether a title says that no page was read."""
    return name_key(title) in {name_key(unread) for unread in vocabulary()["unread_titles"]}
