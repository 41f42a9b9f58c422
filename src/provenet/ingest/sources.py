"""Cited sources: one id per title, and the kind of each publication.

A citation is matched by the slug of its title, else by its address, against the lists in `facts/`. Kinds are the first
guess of a list, mended by `facts/source_kinds.csv`. Source: own, decision 0005.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from provenet.case.tables import vocabulary
from provenet.core.countries import packaged_rows
from provenet.core.digest import short_digest
from provenet.core.ids import slug

LISTS = ("sources.csv", "sources_more.csv")
"""The bundled lists of publications; a page that both name is that of the first."""
FIRST_GUESS, MENDED, NOT_LISTED = "first guess", "mended", "not listed"
"""Who says the kind of a source: the list's own guess, the committed table, or nobody yet."""


class SourceBook:
    """The listed publications by title and address, and the kinds that were mended."""

    def __init__(self, listed: Iterable[Mapping[str, str]], kinds: Iterable[Mapping[str, str]]) -> None:
        self._urls: dict[str, list[str]] = {}
        by_url: dict[str, list[str]] = {}
        for row in listed:
            urls = self._urls.setdefault(slug(row["title"]), [])
            if row["url"] not in urls:
                urls.append(row["url"])
        for name, urls in self._urls.items():
            for url in urls:
                if "://" in url:
                    by_url.setdefault(url, []).append(self._id(name, url))
        self._by_url = {url: ids[0] for url, ids in by_url.items() if len(ids) == 1}
        self._kinds = {row["source_id"]: row["kind"] for row in kinds}

    def _id(self, name: str, url: str) -> str:
        """The slug of the title; where one title is listed with several addresses, a digest tells them apart."""
        return name if len(self._urls.get(name, ())) < 2 else f"{name}-{short_digest(url, 6)}"

    def listing(self, title: str, url: str) -> str:
        """The id of a publication that a list of sources names. Cost O(len(title))."""
        name = slug(title)
        return self._id(name, url) if url in self._urls.get(name, ()) else name

    def cited(self, title: str, url: str) -> str:
        """The id of a publication that a row cites. Two citations of one title are one source. Cost O(len(title))."""
        name = slug(title or url)
        urls = self._urls.get(name)
        if urls:
            return self._id(name, url if url in urls else sorted(urls)[0])
        return name if name in self._kinds else self._by_url.get(url, name)

    def kind(self, source_id: str, guess: str | None) -> tuple[str, str]:
        """The kind of a source and who says it."""
        if source_id in self._kinds:
            return self._kinds[source_id], MENDED
        return (guess, FIRST_GUESS) if guess else ("unknown", NOT_LISTED)


@lru_cache(maxsize=1)
def source_book() -> SourceBook:
    """The bundled publications. Cached."""
    listed = [row for name in LISTS for row in packaged_rows("facts", name)]
    return SourceBook(listed, packaged_rows("facts", "source_kinds.csv"))


def says_unread(title: str) -> bool:
    """Whether a title says that no page was read."""
    return slug(title) in {slug(unread) for unread in vocabulary()["unread_titles"]}
