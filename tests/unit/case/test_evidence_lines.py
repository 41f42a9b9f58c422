"""Lines of evidence: reprints are one, a sum has those of its weakest part, and the word follows from the table."""

from datetime import date
from typing import Any

import pytest

from provenet.case.evidence_lines import evidence, line_count, word_of
from provenet.core.answer import Age
from unit.dossier.small_tables import DAY, filled, share
from unit.dossier.test_answers import extract, of_day

TITLES = {
    "a": "Reuters via Herald: three countries",
    "b": "Post (Reuters): the same report",
    "c": "Gazette: another count",
    "d": "Journal: a third count",
    "e": "Gazette: the count anew",
}


def lines(titles: str, **row: Any) -> int:
    sources = [{"source_id": one, "title": TITLES[one], "url": f"https://{one}.example/x"} for one in titles]
    found = extract(source=filled("source", sources), market_share=filled("market_share", []))
    return line_count(found, [{"source_id": one, "measure": "share of sites (press)", **row} for one in titles])


def test_reprints_one_author_one_paper_and_one_speaker_are_one_line_each() -> None:
    assert [lines(titles) for titles in ("a", "ab", "ac", "abc", "ce", "acd", "abcde")] == [1, 1, 2, 2, 1, 3, 3]
    assert lines("acd", measure="share of sites (Strand estimate)") == lines("acd", speaker="A minister") == 1


@pytest.mark.parametrize(
    ("count", "months", "coverage", "word"),
    [(3, 24, 0.8, "high"), (3, 25, 0.8, "medium"), (2, 24, 1, "medium"), (3, 24, 0.7, "medium"), (2, 48, 0.5, "medium"),
     (2, 49, 1, "low"), (2, 1, 0.4, "low"), (1, 1, 1, "low"), (0, 1, 1, "low")],
)  # fmt: skip
def test_the_word_follows_from_lines_age_and_coverage(count: int, months: int, coverage: float, word: str) -> None:
    day = date(2026 - months // 12, 12 - months % 12, 1)
    assert word_of(count, Age(first=day, last=day, as_of=date(2026, 12, 1)), coverage) == word
    assert word_of(count, None, coverage) == "low"


def test_a_sum_has_the_lines_of_its_weakest_part_and_contradiction_is_low_agreement() -> None:
    sources = [{"source_id": one, "title": TITLES[one], "published": "2026"} for one in "acd"]
    day = {"as_of": "2026-06", "as_of_low_on": date(2026, 6, 1), "as_of_high_on": date(2026, 6, 30)}
    rows = [{"row_id": one, "carrier_id": whose, "source_id": one, **day}
            for one, whose in (("a", "north-tel"), ("c", "north-tel"), ("d", "south-tel"))]  # fmt: skip
    said = []
    for inputs, disagree in (("ac", False), ("acd", False), ("ac", True)):
        refs = [f"market_share:{one}" for one in inputs]
        found = extract(source=filled("source", sources), market_share=filled("market_share", rows),
                        vendor_share=of_day("vendor_share", [share(1, inputs=refs)]))  # fmt: skip
        said += [one.says for one in evidence(found, "share-1", refs, coverage=1, is_weak=False, disagree=disagree)]
    assert said == [
        "Evidence: medium, two independent sources, the oldest of June 2026.",
        "Evidence: low, one source for the part known worst.",
        "Evidence: low, two independent sources, the oldest of June 2026, low agreement: published figures exclude "
        "each other.",
    ] and found.as_of == DAY  # fmt: skip
