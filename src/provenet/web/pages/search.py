"""Search: what the case holds first, then pages, then figures; by any name, misspelt or in another language.

The server searches for `/search`; the static site carries the index as a file, and its script (`static/search.js`)
searches the same way: a test asks both the same.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from typing import Annotated, Any

from provenet.core import wording
from provenet.core.countries import countries, packaged_rows
from provenet.core.grouping import grouped
from provenet.core.ids import slug
from provenet.core.language import LANGUAGES, language
from provenet.core.names import fold_name, letters_off, plain_words
from provenet.core.settings import Option, Settings, settings_class
from provenet.web.page import Html, Page, Reply, Route, Visit, pages
from provenet.web.pages.map import sensitive
from provenet.web.pages.world import countries_on_record
from provenet.web.reading import Reading
from provenet.web.stored_page import ANNEX, FIRST, newest_dossiers, stored_dossier

KINDS = {
    "Country": 0,
    "Vendor": 0,
    "Carrier": 0,
    "Site": 0,
    "Rules": 0,
    "Policy": 0,
    "Claim": 0,
    "Party": 0,
    "Page": 1,
    "Part of a dossier": 1,
    "Figure": 2,
}
"""Kinds of entries, by their place among those that answer as well: objects, pages, figures."""
MOST = 30
"""Entries that one answer lists."""
MOST_NEARBY = 10
"""Entries that are listed where none holds all words."""
MOST_MENDED = 8
"""Words whose spelling one question mends."""
LONGEST_TEXT = 400
"""Characters of an entry that are shown and searched."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """Something that can be found, and the address where it stands; `names` are those that lead to it first."""

    kind: str
    title: str
    text: str
    path: str
    words: Mapping[str, str] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    place: str = ""

    @cached_property
    def head(self) -> str:
        """The words of its title and names, with a blank on either side of each."""
        return padded((self.title, *self.names))

    @cached_property
    def body(self) -> str:
        """The words of its text, alike."""
        return padded((self.text,))

    @cached_property
    def joined(self) -> tuple[str, ...]:
        """Its names as one word each, without legal forms too."""
        forms = (form for name in self.names for form in ("".join(plain_words(name)), fold_name(name)))
        return tuple(dict.fromkeys(forms))


def padded(texts: Iterable[str]) -> str:
    """The words of some texts as they are compared, with a blank on either side of each."""
    return f" {' '.join(word for text in texts for word in plain_words(text))} "


@dataclass(frozen=True)
class Index:
    """Everything that some readers may find, in a fixed order; and other words for the same, by each of them."""

    entries: tuple[Entry, ...]
    same: Mapping[str, Sequence[str]]

    @cached_property
    def vocabulary(self) -> Mapping[str, int]:
        """The words that titles and names hold, and those that have others for the same, with how often."""
        held = Counter(word for entry in self.entries for word in entry.head.split())
        return held + Counter(word for term in self.same for word in term.split())

    def terms(self, words: Sequence[str]) -> Iterator[tuple[str, Sequence[str]]]:
        """Words, or several that are one term such as the name of a country, each with others for the same."""
        at = 0
        while at < len(words):
            size = next((n for n in (4, 3, 2) if " ".join(words[at : at + n]) in self.same), 1)
            term = " ".join(words[at : at + size])
            yield term, self.same.get(term, ())
            at += size

    def nearest(self, word: str) -> str:
        """The same where it is known, or nothing lies near: a letter off in five to seven, two in eight or more."""
        most = 0 if len(word) < 5 else 1 if len(word) < 8 else 2
        if not most or word in self.same or any(word in text for one in self.entries for text in (one.head, one.body)):
            return word
        near = ((letters_off(word, one, most), -count, one) for one, count in self.vocabulary.items())
        return min((off, count, one) for off, count, one in (*near, (most + 1, 0, word)) if off is not None)[2]


def index(reading: Reading) -> Index:
    """The index of what these readers may find."""
    return reading.once("search index", lambda: Index(tuple(_entries(reading)), _same()))


def found(held: Index, query: str) -> tuple[list[Entry], str | None]:
    """What a query finds: by its name, else with every word in the title, else with every word in title or text.

    With it the words that were meant, where others were asked; None where nothing holds all and what holds most stands.
    """
    words = plain_words(query)
    if hits := _ranked(held, words):
        return hits, ""
    mended = [held.nearest(word) if at < MOST_MENDED else word for at, word in enumerate(words)]
    if hits := _ranked(held, mended):
        return hits, " ".join(mended)
    terms = list(held.terms(words))
    counts = [(sum(any(_standing(one, *term)) for term in terms), one) for one in held.entries]
    most = max((count for count, _ in counts), default=0)
    near = sorted((_rank(one, "", terms)[1:], at) for at, (count, one) in enumerate(counts) if most and count == most)
    return [held.entries[at] for _, at in near[:MOST_NEARBY]], None


def _ranked(held: Index, words: Sequence[str]) -> list[Entry]:
    terms, whole = list(held.terms(words)), "".join(words)
    ranks = [(_rank(one, whole, terms), one) for one in held.entries] if words else []
    return [one for rank, one in sorted(ranks, key=lambda pair: pair[0]) if rank[0] < NOWHERE]


NOWHERE = 4


def _rank(entry: Entry, whole: str, terms: Sequence[tuple[str, Sequence[str]]]) -> tuple[int, int, int, str]:
    """Its place among the entries: a name equals the query, begins with it, the title holds every term, the text."""
    hits = [_standing(entry, *term) for term in terms]
    wholes = (whole, *(other.replace(" ", "") for other in (terms[0][1] if len(terms) == 1 else ())))
    begins = len(whole) > 1 and any(name.startswith(whole) for name in entry.joined)
    level = 2 if all(head for head, _ in hits) else 3 if all(map(any, hits)) else NOWHERE
    level = 0 if any(one in entry.joined for one in wholes) else 1 if begins else level
    return level, KINDS[entry.kind], -sum(8 * head + body for head, body in hits), entry.title


def _standing(entry: Entry, term: str, others: Sequence[str]) -> tuple[int, int]:
    """How a term stands in the title and in the text: 3 as a word, or by another for the same; 2 at the start of one; 1
    inside one; else 0."""

    def place(text: str) -> int:
        if any(f" {word} " in text for word in (term, *others)):
            return 3
        return 2 if f" {term}" in text else int(term in text)

    return place(entry.head), place(entry.body)


@cache
def _country_names() -> dict[str, tuple[str, ...]]:
    """The names of each country in every language, by the one that tables use."""
    book, tongues = countries(), [language(code) for code in LANGUAGES]
    names = (row["name"] for row in packaged_rows("core", "countries.csv"))
    return {name: (name, *book.also(name), *(tongue.country(name) for tongue in tongues)) for name in names}


@cache
def _same() -> Mapping[str, Sequence[str]]:
    """Words for the same: subjects in four languages, and names of countries."""
    rows = [*_country_names().values()]
    rows += [tuple("|".join(row.values()).split("|")) for row in packaged_rows("web", "languages", "synonyms.csv")]
    groups = [dict.fromkeys(filter(None, (" ".join(plain_words(word)) for word in row))) for row in rows]
    return grouped((word, other) for group in groups for word in group for other in group if other != word)


@cache
def _looked_for(of: str) -> Mapping[str, str]:
    """The words in which people look for a page of the navigation, or for a part of a dossier, by its key."""
    rows = packaged_rows("web", "languages", "looked-for.csv")
    return {row["key"]: row["words"] for row in rows if row["of"] == of}


def _entries(reading: Reading) -> Iterator[Entry]:
    words = _looked_for("page")
    for page in pages():
        if page.key in words and (page.public or not reading.public):
            yield Entry(
                kind="Page", title=page.title, text=words[page.key], path=page.home, names=(page.title, page.key)
            )
    dossiers = {row["country"] for row in reading.dossiers}
    for name in countries_on_record(reading, reading.days[0]) if reading.days else ():
        if name not in dossiers:
            names = _country_names().get(name, (name,))
            yield Entry(kind="Country", title=name, text="", path="/", names=names, place=f"#{slug(name)}")
    for row in newest_dossiers(reading):
        yield from _of_dossier(reading, row)
    yield from _parties(reading)
    for site in sensitive(reading):
        yield _entry("Site", site["name"], (site["host_city"], site["country"], site["role"]), figure=site["site_id"])
    for one in reading.finder.every("policy"):
        rule = (one["policy_id"], one["binding"], one["lifecycle"], one["criterion"])
        yield _entry("Policy", one["title"], rule, figure=one["policy_id"])
    for one in reading.finder.every("claim"):
        yield Entry(
            kind="Claim",
            title=f"{one['speaker']} {one['stance']}: {one['topic']}",
            text=_text([one["claim_id"], one["topic"], one["said"], one["paraphrase"], *(one["vendor_ids"] or ())]),
            path="/claims/{claim}",
            words={"claim": one["claim_id"]},
        )
    for name, title in reading.tables.distinct("verdict", "pack", "pack_title"):
        yield Entry(kind="Rules", title=title, text=name, path="/rules/{pack}", words={"pack": name})


def _entry(kind: str, title: str, words: Sequence[str | None], *, figure: str) -> Entry:
    return Entry(
        kind=kind, title=title, text=_text(words), path="/figure/{figure}", words={"figure": figure}, names=(title,)
    )


def _parties(reading: Reading) -> Iterator[Entry]:
    """Vendors, carriers and others, with every name that an identifier gives them."""
    names = grouped(
        (row["party_id"], row["value"]) for row in reading.finder.every("identifier") if row["scheme"] == "name"
    )
    for one in reading.finder.every("party"):
        key, kind = one["party_id"], one["role"].capitalize()
        words = (one["role"], one["country"], one["ownership_says"])
        entry = _entry(kind if kind in KINDS else "Party", one["name"], words, figure=f"party:{key}")
        entry = replace(entry, names=(one["name"], *names.get(key, ())))
        yield replace(entry, path="/vendors/{vendor}", words={"vendor": key}) if kind == "Vendor" else entry


def _text(words: Sequence[str | None]) -> str:
    return ". ".join(word for word in words if word)[:LONGEST_TEXT]


def _of_dossier(reading: Reading, row: Mapping[str, Any]) -> Iterator[Entry]:
    """A country, the parts of its dossier, and the figures of its first page."""
    name = row["country"]
    words = {"country": slug(row["country"])}
    yield Entry(
        kind="Country",
        title=name,
        text=row["headline"],
        path="/country/{country}",
        words=words,
        names=_country_names().get(name, (name,)),
    )
    stored = stored_dossier(reading, row, FIRST)
    annex = stored_dossier(reading, row, ANNEX)
    parts = [(part, "", "/country/{country}/{section}") for part in (stored.sections[1:] if stored else ())]
    rest = [(part, "annex: ", "/country/{country}/annex/{section}") for part in (annex.sections if annex else ())]
    for part, where, path in (*parts, *rest):
        yield Entry(
            kind="Part of a dossier",
            title=f"{name}: {where}{part.title}",
            text=f"{_looked_for('part').get(part.key, '')} {part.plain}".strip()[:LONGEST_TEXT],
            path=path,
            words=words | {"section": part.key},
        )
    for one in row["figures"] or ():
        if one["row_id"]:
            yield Entry(
                kind="Figure",
                title=f"{name}: {one['question']}",
                text=f"{one['says']}. {one['figure'] or wording.UNKNOWN}. {one['day'] or ''}",
                path="/figure/{figure}",
                words={"figure": one["row_id"]},
            )


@settings_class()
class SearchQuestion(Settings):
    """Which words."""

    q: Annotated[str | None, Option(help="Words that all stand in what is looked for.")] = None


def search(visit: Visit) -> Reply:
    """What holds every word, the best first."""
    question = visit.question_as(SearchQuestion)
    words = question.q or ""
    hits, meant = found(index(visit.reading), words)
    return Html(
        template="search.html.j2",
        title=visit.tongue.text("Search"),
        words={"searched": words, "meant": meant, "hits": hits[:MOST], "count": len(hits), "most": MOST},
    )


PAGE = Page(
    key="search",
    title="Search",
    place=900,
    in_navigation=False,
    routes=(Route(path="/search", answer=search, question=SearchQuestion),),
)
