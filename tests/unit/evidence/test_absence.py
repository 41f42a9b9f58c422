"""Absence of a record is not "no"; a search that found nothing says no, for the days that it covers and no others."""

from datetime import date

import pytest

from support.screening import screen
from unit.evidence.small_case import Cells, claim, packs, party, searched, stake, tables

PARTIES = [party("acme", "vendor", "CN"), party("daughter", "vendor", "IE"), party("net", "carrier", "DE")]
DAY = date(2021, 1, 1)
AFFILIATES = "pack: p\nissuer: o\nrules:\n  - {id: R, effect: prohibit, rank: 1, when: {affiliate_of: acme}}\n"
ORDERS = """pack: p
issuer: the-ministry
rules:
  - id: R
    effect: prohibit
    rank: 1
    when: {not: {fact: orders, in: [none, false]}}
    decided_by: issuer
"""


def verdict(text: str, vendor: str, day: date = DAY, **rows: list[Cells]) -> dict[str, object]:
    found = screen(tables(PARTIES, **rows), packs(text), ["p"], as_of=day)
    return next(dict(row) for row in found if row["vendor_id"] == vendor and row["asset_class"] == "core")


@pytest.mark.parametrize(
    ("searches", "outcome"),
    [
        ([], "undetermined"),
        ([searched()], "clear"),
        ([searched(party_id="daughter")], "clear"),
        ([searched(party_id="acme")], "undetermined"),
        ([searched(date(2020, 12, 31))], "undetermined"),  # a search says nothing of later days
        ([searched(from_on=date(2021, 1, 2))], "undetermined"),
        ([searched(DAY)], "clear"),
        ([searched(sought="fact", fact="orders")], "undetermined"),
        ([searched(sought="fact")], "undetermined"),  # which fact was sought is not said
    ],
)
def test_who_owns_a_vendor_is_unknown_until_somebody_looked(searches: list[Cells], outcome: str) -> None:
    row = verdict(AFFILIATES, "daughter", absence=searches)
    assert row["outcome"] == outcome
    if outcome == "clear":
        assert [one for one in row["inputs"] if one.startswith("absence:")]  # type: ignore[attr-defined]


def test_a_stake_goes_before_a_search() -> None:
    row = verdict(AFFILIATES, "daughter", absence=[searched()], ownership=[stake("acme", "daughter", 0.9)])
    assert row["outcome"] == "restricted"


@pytest.mark.parametrize(
    ("searches", "acts", "outcome", "step"),
    [
        ([], [], "undetermined", "no act of the party that decides"),
        (
            [searched(date(2021, 3, 1), sought="fact", fact="orders", searched_in="the ministry's gazette")],
            [],
            "clear",
            "searched on 1 March 2021 in the ministry's gazette, none found",
        ),
        (
            [searched(sought="fact", fact="orders")],
            [claim("c", "orders", "asserts", date(2020, 5, 1), speaker="The Ministry")],
            "restricted",
            "act of the party that decides",
        ),
        ([searched(date(2020, 12, 31), sought="fact", fact="orders")], [], "undetermined", None),
        ([searched(sought="fact", fact="another")], [], "undetermined", None),
    ],
)
def test_that_no_order_stands_can_be_stated_with_its_search(
    searches: list[Cells], acts: list[Cells], outcome: str, step: str | None
) -> None:
    row = verdict(ORDERS, "acme", absence=searches, claim=acts)
    assert row["outcome"] == outcome
    (fact,) = row["facts"]  # type: ignore[misc]
    assert step is None or fact["step"] == step
