"""The sources cited, their kind, how far each was read, and the words that these pages use."""

from dataclasses import dataclass
from datetime import date

from provenet.case.asof import LIST
from provenet.case.days_ahead import days_after, enclosed, plain
from provenet.case.extract import CitedSource, Extract
from provenet.case.tables import words
from provenet.dossier.text import web_address

TITLE = "Sources, and how far each was read"


@dataclass(frozen=True, kw_only=True)
class ListedSource:
    """A source in the words of the list. `retrieved`: one in a later state, or a page kept at a later address."""

    cited: CitedSource
    title: str
    link: str | None
    readings: list[str]
    weak: bool
    retrieved: str


def collect(extract: Extract) -> list[ListedSource]:
    """Every source that an earlier section cited, in order of number."""
    order = {word: i for i, word in enumerate(words("reading"))}
    cited = sorted(extract.cited.values(), key=lambda source: source.number)
    return [_source(source, order, extract.replayed) for source in cited]


def _source(cited: CitedSource, order: dict[str, int], known: date | None) -> ListedSource:
    """A list, a text published after the day known and one without a date that names a later day exist in the state of
    their retrieval; in the title of a text of that time, a later day is one ahead.
    """
    row = cited.row
    title, published = row["title"], row["published"] or "no date"
    is_dated = known is None or (row["published_high_on"] is not None and row["published_high_on"] <= known)
    is_apart = _is_later(published if is_dated and row["kind"] != LIST else f"{title} {published}", known)
    is_apart = is_apart or bool(known and row["published_low_on"] and row["published_low_on"] > known)
    retrieved = "list" if is_apart else "address" if _is_later(f"{row['url'] or ''} {row['source_id']}", known) else ""
    return ListedSource(
        cited=cited,
        title=plain(title) if known is None or is_apart else enclosed(plain(title), known),
        link=web_address(row["url"]),
        readings=sorted(cited.readings, key=lambda reading: (order.get(reading, 99), reading)),
        weak=row["kind"] in words("weak_source_kind"),
        retrieved=retrieved,
    )


def _is_later(text: str, known: date | None) -> bool:
    return known is not None and any(days_after(text, known))
