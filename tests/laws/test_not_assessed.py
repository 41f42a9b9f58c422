"""Law: a cell of a worked case that says *not assessed*, *unread* or *unstated* leads to no new answer.

The outcome stays, or it becomes undetermined: what is not known is never taken as no, whatever the rule.
"""

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

import provenet
from provenet.policy.cases import answer_cases
from provenet.policy.packs import load_packs

FACTS = Path(provenet.__file__).parent / "facts"
LISTS = ("vendor_profile", "known_facts")
CELLS = ("asset_class", "layer", "site_class", "origin_country", "capability")


def without_one_value(row: Mapping[str, str], word: str) -> Iterator[dict[str, str]]:
    """The row once for each value it gives, that value replaced by a word that says nothing."""
    for column in LISTS:
        pairs = [pair.strip() for pair in row[column].split(";") if pair.strip()]
        for at, pair in enumerate(pairs):
            replaced = [*pairs[:at], f"{pair.partition('=')[0]}={word}", *pairs[at + 1 :]]
            yield {**row, column: "; ".join(replaced)}
    for column in CELLS:
        yield {**row, column: word}


@pytest.mark.parametrize("word", ["not assessed", "unread", "unstated"])
def test_a_value_that_is_not_known_leads_to_no_other_answer(word: str) -> None:
    with (FACTS / "policy_tests.csv").open(encoding="utf-8", newline="") as file:
        asked = [made for row in csv.DictReader(file) for made in without_one_value(row, word)]
    result = answer_cases("policy_tests.csv", list(enumerate(asked, 2)), load_packs())
    assert not result.faults
    found = zip(asked, result.cases, strict=True)
    assert [
        (row["case_id"], row["known_facts"], case["outcome"])
        for row, case in found
        if case["outcome"] not in (row["expected_outcome"], "undetermined")
    ] == []
