"""Search: pages, countries, parts of dossiers, parties, policies, claims and figures by their words.

The server searches for `/search`; the static site carries the index as a file, and its script searches the same way.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated, Any

from provenet.core import wording
from provenet.core.ids import slug
from provenet.core.settings import Option, Settings, settings_class
from provenet.web.page import Html, Page, Reply, Route, Visit, pages
from provenet.web.reading import Reading
from provenet.web.stored_page import ANNEX, DEADLINES, FIRST, newest_dossiers, stored_dossier

_PAGES = {
    "world": "Countries side by side: how dependent each is, what is restricted, what a change costs.",
    "map": "Where: countries, carriers, sites, and routes between countries, on each day that has runs.",
    "claims": "Who says what of a vendor, who denies it, and what would change if a claim fell.",
    "plan": "What carriers would swap and by when: budgets, crews, deadlines, cost, lots by quarter, proof.",
    "rules": "Laws, bans, conditions and advice: rules in force, deadlines, two policies or two days compared.",
    "aid": "Money that tips buyers: subsidies, loans, offers, mechanisms compared.",
    "tables": "Every row as CSV, Parquet, Excel and GeoJSON; columns explained; downloads.",
    "internet": "Routes from one network to another, and which networks to avoid.",
    "network": "A carrier's own network with its failures played.",
    "data": "Upload an inventory or other files, mend their faults, ask the tables in SQL.",
    "jobs": "Work in the background: results brought up to date.",
}
"""What each page of the navigation is for, in the words in which people look for it."""
_ALSO = {
    DEADLINES: "Deadlines and days ahead, laws, bans, what is to be removed by when.",
    "deadlines-and-purchases": "Deadlines, days ahead, terms, tenders.",
    "options-and-what-each-would-cost": "Prices, budgets, costs of a swap.",
    "on-whom-the-carriers-depend": "Shares of vendors by carrier, operators, market shares.",
    "what-is-disputed": "Claims and denials, both sides.",
    "sensitive-sites": "Government sites, ministries, bases, hospitals.",
    "where-the-traffic-goes": "Routes, transit, networks abroad, paths.",
}
"""By the name of a part of a dossier, other words in which people look for it."""
MOST = 50
"""Entries that one answer lists."""
MOST_NEARBY = 10
"""Entries that are listed where none holds all words."""
LONGEST_TEXT = 400
"""Characters of an entry that are shown and searched."""
_SEEN = "search entries"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """Something that can be found, and the address where it stands."""

    kind: str
    title: str
    text: str
    path: str
    words: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def folded(self) -> tuple[str, str]:
        """Its title and its text, as words are compared."""
        return folded(self.title), folded(self.text)


def folded(text: str) -> str:
    """A text without regard to case, width and accents."""
    parts = unicodedata.normalize("NFKD", text)
    return "".join(one for one in parts if not unicodedata.combining(one)).casefold()


def entries(reading: Reading) -> Sequence[Entry]:
    """Everything that these readers may find, in a fixed order."""
    return reading.once(_SEEN, lambda: tuple(_entries(reading)))


def found(reading: Reading, words: str) -> list[Entry]:
    """The entries in which every word stands, the best first: in the title before in the text, at the start of a word
    before inside one."""
    wanted = folded(words).split()
    scored = [(_score(entry, wanted), entry) for entry in entries(reading)] if wanted else []
    kept = [(score, entry) for score, entry in scored if score]
    return [entry for _, entry in sorted(kept, key=lambda pair: (-pair[0], pair[1].title))]


def nearby(reading: Reading, words: str) -> list[Entry]:
    """The entries in which as many of the words stand as in any, the best first; for words that no entry holds all."""
    wanted = folded(words).split()
    scored = [(hits, entry) for entry in entries(reading) if (hits := [_score(entry, [word]) for word in wanted])]
    most = max((sum(map(bool, hits)) for hits, _ in scored), default=0)
    kept = [(sum(hits), entry) for hits, entry in scored if most and sum(map(bool, hits)) == most]
    return [entry for _, entry in sorted(kept, key=lambda pair: (-pair[0], pair[1].title))][:MOST_NEARBY]


def _score(entry: Entry, wanted: Sequence[str]) -> int:
    title, text = entry.folded
    sums = [8 * _place(title, word) + _place(text, word) for word in wanted]
    return sum(sums) if all(sums) else 0


def _place(text: str, word: str) -> int:
    """0 where a word does not stand in a text, 2 where it stands at the start of one, else 1."""
    if word not in text:
        return 0
    return 2 if re.search(rf"(?<!\w){re.escape(word)}", text) else 1


def _entries(reading: Reading) -> Iterator[Entry]:
    for page in pages():
        if page.key in _PAGES and (page.public or not reading.public):
            yield Entry(kind="Page", title=page.title, text=_PAGES[page.key], path=page.home)
    for row in newest_dossiers(reading):
        yield from _of_dossier(reading, row)
    for one in _rows(reading, "party"):
        words = (one["role"], one["country"], one["ownership_says"])
        yield _entry("Party", one["name"], words, figure=f"party:{one['party_id']}")
    for one in _rows(reading, "policy"):
        rule = (one["policy_id"], one["binding"], one["lifecycle"], one["criterion"])
        yield _entry("Policy", one["title"], rule, figure=one["policy_id"])
    for one in _rows(reading, "claim"):
        claim = (one["claim_id"], one["topic"], one["said"], one["paraphrase"], *(one["vendor_ids"] or ()))
        title = f"{one['speaker']} {one['stance']}: {one['topic']}"
        yield Entry(
            kind="Claim", title=title, text=_text(claim), path="/claims/{claim}", words={"claim": one["claim_id"]}
        )
    packs = reading.table("verdict").select("pack", "pack_title").unique().sort("pack")
    for name, title in packs.iter_rows():
        yield Entry(kind="Rules", title=title, text=name, path="/rules/{pack}", words={"pack": name})


def _entry(kind: str, title: str, words: Sequence[str | None], *, figure: str) -> Entry:
    return Entry(kind=kind, title=title, text=_text(words), path="/figure/{figure}", words={"figure": figure})


def _text(words: Sequence[str | None]) -> str:
    return ". ".join(word for word in words if word)[:LONGEST_TEXT]


def _rows(reading: Reading, name: str) -> Iterator[Mapping[str, Any]]:
    return reading.table(name).iter_rows(named=True)


def _of_dossier(reading: Reading, row: Mapping[str, Any]) -> Iterator[Entry]:
    """A country, the parts of its dossier, and the figures of its first page."""
    name = row["country"]
    words = {"country": slug(row["country"])}
    yield Entry(kind="Country", title=name, text=row["headline"], path="/country/{country}", words=words)
    stored = stored_dossier(reading, row, FIRST)
    annex = stored_dossier(reading, row, ANNEX)
    parts = [(part, "", "/country/{country}/{section}") for part in (stored.sections[1:] if stored else ())]
    rest = [(part, "annex: ", "/country/{country}/annex/{section}") for part in (annex.sections if annex else ())]
    for part, where, path in (*parts, *rest):
        yield Entry(
            kind="Part of a dossier",
            title=f"{name}: {where}{part.title}",
            text=f"{_ALSO.get(part.key, '')} {part.plain}".strip()[:LONGEST_TEXT],
            path=path,
            words=words | {"section": part.key},
        )
    for one in row["figures"] or ():
        if one["row_id"]:
            text = f"{one['says']}. {one['figure'] or wording.UNKNOWN}. {one['day'] or ''}"
            title = f"{name}: {one['question']}"
            yield Entry(kind="Figure", title=title, text=text, path="/figure/{figure}", words={"figure": one["row_id"]})


@settings_class()
class SearchQuestion(Settings):
    """Which words."""

    q: Annotated[str | None, Option(help="Words that all stand in what is looked for.")] = None


def search(visit: Visit) -> Reply:
    """What holds every word, the best first."""
    question = visit.question_as(SearchQuestion)
    words = question.q or ""
    hits = found(visit.reading, words)
    near = nearby(visit.reading, words) if words and not hits else []
    return Html(
        template="search.html.j2",
        title=visit.tongue.text("Search"),
        words={"searched": words, "hits": hits[:MOST] or near, "is_near": bool(near), "count": len(hits), "most": MOST},
    )


PAGE = Page(
    key="search",
    title="Search",
    place=900,
    in_navigation=False,
    routes=(Route(path="/search", answer=search, question=SearchQuestion),),
)
