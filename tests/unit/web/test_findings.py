"""Findings that other pages repeat: a restricted share never stands without its policy and issuer."""

from collections.abc import Callable, Sequence
from typing import cast

import polars as pl

from provenet.web.reading import Reading
from provenet.web.stored_page import policies, with_policy


class Tables:
    """A reading of three small tables."""

    def once(self, key: object, make: Callable[[], dict[str, str]]) -> dict[str, str]:
        return make()

    def columns(self, name: str, columns: Sequence[str]) -> pl.DataFrame:
        rows = {
            "party": [{"party_id": "bmi", "name": "Ministry"}],
            "verdict": [{"pack": "p", "pack_title": "Contracts", "issuer": "bmi"}] * 2,
            "vendor_share": [{"share_id": "share-1", "pack": "p"}, {"share_id": "share-2", "pack": None}],
        }
        return pl.DataFrame(rows[name]).select(columns)


def test_a_part_under_a_policy_names_it_and_its_issuer_and_a_plain_share_names_none() -> None:
    assert policies(cast(Reading, Tables())) == {"share-1": "Contracts (Ministry)"}


def test_a_finding_that_is_repeated_keeps_its_policy() -> None:
    reading = cast(Reading, Tables())
    part = {"row_id": "share-1", "says": "5G RAN: restricted part."}
    assert with_policy(reading, part)["says"] == "5G RAN: restricted part, under Contracts (Ministry)"
    plain = {"row_id": None, "says": "Not known."}
    assert with_policy(reading, plain) == plain
