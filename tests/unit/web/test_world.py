"""World: a restricted share never stands without its policy and issuer."""

from __future__ import annotations

from typing import cast

import polars as pl

from provenet.web.pages.world import _policies
from provenet.web.reading import Reading


class Tables:
    """A reading of three small tables."""

    def table(self, name: str) -> pl.DataFrame:
        rows = {
            "party": [{"party_id": "bmi", "name": "Ministry"}],
            "verdict": [{"pack": "p", "pack_title": "Contracts", "issuer": "bmi"}] * 2,
            "vendor_share": [{"share_id": "share-1", "pack": "p"}, {"share_id": "share-2", "pack": None}],
        }
        return pl.DataFrame(rows[name])


def test_a_part_under_a_policy_names_it_and_its_issuer_and_a_plain_share_names_none() -> None:
    assert _policies(cast(Reading, Tables())) == {"share-1": "Contracts (Ministry)"}
