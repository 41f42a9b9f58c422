"""Lines of evidence: how many independent sources carry a figure, and the word that follows from them.

A line of evidence is what sources say that share no publisher, author or speaker: five reprints are one line, and so
are a report and the papers that quote it. A figure worked out of several rows has as many lines as the part of it with
the fewest: inputs of one sum are no lines of evidence for it. What a title or a measure does not name is not known, so
two sources may still be one: the number is the most. The word follows from this table:

    word     lines      oldest input           coverage          else
    high     3 or more  24 months old at most  80 % at least     no contradiction, no weak source alone
    medium   2 or more  48 months old at most  50 % at least     the same
    low      any other; where sources contradict each other the sentence says "low agreement"

Source: own, after the calibrated language of the IPCC (Mastrandrea et al. 2010): evidence by independent lines, and
agreement apart from it.
"""

import re
from collections.abc import Iterable, Sequence

from provenet.case.age import age_of
from provenet.case.extract import Extract
from provenet.case.rows import AnyRow
from provenet.core.answer import Age, Count, Dates, Sentence, Slot, sentence
from provenet.core.grouping import grouped
from provenet.core.ids import fold

EVIDENCE = "Evidence: {word}, {sources}{part}{day}{agreement}."
OF_PART = " for the part known worst"
OF_DAY, OLDEST = " of {day}", ", the oldest of {day}"
LOW_AGREEMENT = ", low agreement: published figures exclude each other"
WORDS = (("high", 3, 24, 0.8), ("medium", 2, 48, 0.5))
"""Each word with the fewest lines, the most months and the least coverage that it takes; any other is low."""
_HOST = re.compile(r"^\w+://(www\.)?")
_NAMED = re.compile(r"[^\W\d_][\w'&.]{2,}(?: [A-Z][\w'&.]*)*")


PARTS = frozenset(("market_share", "carrier_share", "deployment", "asset", "claim"))
"""The tables whose rows are parts of a figure; contracts and networks shared only widen it."""


def line_count(extract: Extract, rows: Sequence[AnyRow]) -> int:
    """How many groups of rows share no publisher, author or speaker. Cost O(rows x names)."""
    lines: list[set[str]] = []
    for row in rows:
        mine = names_of(extract, row)
        joined = [line for line in lines if line & mine]
        lines = [line for line in lines if not line & mine] + [mine.union(*joined)]
    return len(lines)


def names_of(extract: Extract, row: AnyRow) -> set[str]:
    """Whoever published, counted or said what a row says: by the row, the address, and the brackets of its title."""
    source = extract.source_of(row)
    title, url = (source["title"], source["url"] or source["source_id"]) if source else ("", "no source")
    head, _, rest = title.partition(": ")
    speakers = [str(row[name]) for name in ("speaker", "claim_id", "derived_from") if row.get(name)]
    papers = re.split(r" via |/| on | \(", head) if rest else []
    inside = " ".join(re.findall(r"\([^()]*\)", f"{title} {row.get('measure') or ''}"))
    named = [name for name in _NAMED.findall(inside) if name[0].isupper()]
    return {fold(one) for one in (*speakers, *papers, *named, _HOST.sub("", url).partition("/")[0])}


def evidence(
    extract: Extract, key: str, refs: Iterable[str], *, coverage: float, is_weak: bool, disagree: bool
) -> list[Sentence]:
    """How well a figure is known: the word, its lines and, of one part, the day of the oldest; nothing without a row.

    `key` is the row of the figure, `refs` are its input rows; rows of one thing at one carrier are one part.
    """
    rows = [(ref.partition(":")[0], row) for ref in refs if (row := extract.input_row(ref)) is not None]
    whose = ("carrier_id", "geo", "country", "vendor_ids", "complement", "fact")
    parts = grouped(((name, str([row.get(one) for one in whose])), row) for name, row in rows if name in PARTS)
    if not parts:
        return []
    lines, age = min(line_count(extract, some) for some in parts.values()), age_of(extract, key)
    slots: dict[str, Slot] = {
        "word": sentence("low" if is_weak or disagree else word_of(lines, age, coverage)),
        "sources": Count(number=lines, one="source" if lines == 1 else "independent source"),
        "part": sentence(OF_PART if len(parts) > 1 else ""),
        "day": sentence(OF_DAY if lines == 1 else OLDEST, day=Dates(first=age.first, last=age.last))
        if age and len(parts) == 1
        else sentence(""),
        "agreement": sentence(LOW_AGREEMENT if disagree else ""),
    }
    return [sentence(EVIDENCE, **slots)]


def word_of(lines: int, age: Age | None, coverage: float) -> str:
    """The word of the table above.

    >>> word_of(1, None, 1.0)
    'low'
    """
    for word, least, most, share in WORDS:
        if age and age.months <= most and lines >= least and coverage >= share:
            return word
    return "low"
