"""Every check fires on rows broken on purpose, says exactly this, and falls silent on the rows mended."""

import csv
from pathlib import Path

import pytest

from unit.case.check_examples import EXAMPLES, Example
from unit.case.check_rows import found, menu

SENTENCES = Path(__file__).with_name("check_examples.csv")
ON_A_CASE = {"source", "row-count", "stale-run", "other-code"}
"""Checks of what lies beside the tables: each fires in a test of test_case_check.py or test_case_check_stale.py."""
ON_PACKS = {"unexercised-rule", "no-worked-case", "worked-case", "cap-measure", "undecided-rule", "tested-name"}
"""Checks of rules: each fires in a test of the evidence room."""


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.id)
def test_broken_rows_are_found_and_told(example: Example) -> None:
    told = found(example.tables(True), example.id, **example.asked)
    rows = csv.DictReader(SENTENCES.read_text("utf-8").splitlines())
    kept = [row for row in rows if row["id"] == example.id]
    assert [{"id": example.id, **{name: f[name] for name in ("place", "says", "repair")}} for f in told] == kept
    assert len(kept) == 1
    (check,) = [one for one in menu() if one.id == example.id]
    assert [(f["kind"], f["severity"], f["formula"]) for f in told] == [(check.id, check.severity, f"check {check.id}")]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.id)
def test_mended_rows_are_not(example: Example) -> None:
    assert found(example.tables(False), example.id, **example.asked) == []


def test_every_check_has_rows_that_make_it_fire() -> None:
    assert {example.id for example in EXAMPLES} | ON_A_CASE | ON_PACKS == {one.id for one in menu()}


def test_findings_name_rows_that_stand() -> None:
    for example in EXAMPLES:
        told = example.tables(True)
        keys = {
            f"{name}:{row[column]}"
            for name, rows in told.items()
            for row in rows
            for column in ("row_id", "claim_id", "party_id", "source_id", "asset_id", "site_id", "policy_id",
                           "verdict_id", "share_id", "sighting_id", "trace_id")
            if row.get(column)
        }  # fmt: skip
        for finding in found(told, example.id, **example.asked):
            assert set(finding["inputs"]) <= keys, example.id
