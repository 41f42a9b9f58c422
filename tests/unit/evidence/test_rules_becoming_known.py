"""What is said of a rule that one of two screenings knows and the other does not yet."""

from datetime import date

from provenet.evidence.comparison import Comparison, Side
from unit.evidence import small_case

PACKS = small_case.packs(
    """
pack: p
issuer: gov
title: A policy
source: s
force: law
default: clear
adopted: 2024-03-01
rules:
  - {id: R, effect: prohibit, rank: 1, in_force: [2024-01-01, null], when: {asset_class: core}}
"""
)


def side(as_of: date, known: date | None) -> Side:
    return Side(small_case.tables([small_case.party("v", "vendor")]), PACKS, "p", as_of, known, {}, None)


def words(old: Side, new: Side) -> list[str]:
    return [one.says for one in Comparison(old, new).rule_elements]


def test_a_rule_adopted_between_two_days_known() -> None:
    before, after = side(date(2024, 6, 1), date(2024, 2, 1)), side(date(2024, 6, 1), date(2024, 4, 1))
    assert words(before, after) == ["came to be known on 2024-03-01"]
    assert words(after, before) == ["was not known before 2024-03-01"]
    assert words(before, before) == words(after, after) == []
