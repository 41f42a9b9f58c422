"""Who controls whom on a day, worked by hand."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from provenet.evidence.ownership import Control, Stake, stake_of_row
from provenet.policy.terms import Group

DAY = date(2020, 6, 1)
SEATS = {"v": "IE", "m": "NL", "top": "CN", "other": "US", "a": "CN", "b": "US", "c": "JP"}


def held(owner: str, owned: str, low: float | None, high: float | None = None, control: str | None = None) -> Stake:
    return Stake(owner, owned, low, low if high is None else high, control)


def settled(stakes: tuple[Stake, ...]) -> dict[str, None]:
    """Everybody's owners on record: these tests are of the links."""
    return dict.fromkeys({party for stake in stakes for party in (stake.owner, stake.owned)} | {*SEATS, "p0", "p6"})


def group(party: str, *stakes: Stake, threshold: float = 0.5) -> tuple[set[str], set[str]]:
    found = Control.on(stakes, DAY, threshold, settled=settled(stakes)).group(party)
    assert found.maybe is not None
    return set(found.sure), set(found.maybe)


def country(party: str, *stakes: Stake) -> set[str] | None:
    """The countries from which a party is controlled, each asked alone; None where one of them is not known."""
    control = Control.on(stakes, DAY, settled=settled(stakes))
    found = {seat: control.controlled_from(party, SEATS, frozenset({seat})) for seat in SEATS.values()}
    return None if None in found.values() else {seat for seat, holds in found.items() if holds}


@pytest.mark.parametrize(
    ("low", "high", "control", "is_control"),
    [
        (0.5, 0.5, None, False),
        (0.5001, 0.5001, None, True),
        (0.49, 0.49, None, False),
        (0.4, 0.6, None, None),
        (0.5, 0.6, None, None),
        (0.51, 1.0, None, True),
        (0.0, 0.5, None, False),
        (None, None, None, None),
        (None, 0.5, None, False),
        (0.6, None, None, True),
        (0.1, 0.1, "yes", True),
        (None, None, "yes", True),
        (None, None, "no", False),
        (0.3, 0.9, "no", False),
        (0.6, 0.9, "no", True),  # above the threshold whatever is stated
    ],
)
def test_a_stake_is_control_above_the_threshold_or_as_stated(
    low: float | None, high: float | None, control: str | None, is_control: bool | None
) -> None:
    assert Stake("top", "v", low, high, control).controls(0.5) is is_control


def test_the_threshold_is_the_one_asked_for() -> None:
    quarter = held("top", "v", 0.3)
    assert group("v", quarter) == (set(), set())
    assert group("v", quarter, threshold=0.25) == ({"top"}, set())
    assert group("v", quarter, threshold=0.3) == (set(), set())


def test_what_is_stated_lowers_no_stake_below_the_threshold_of_a_rule() -> None:
    """A source that denies control speaks of its own measure; a rule that counts a quarter counts 0.3."""
    denied = held("top", "v", 0.3, control="no")
    assert group("v", denied) == (set(), set())
    assert group("v", denied, threshold=0.25) == ({"top"}, set())


@pytest.mark.parametrize(
    ("change", "owners"),
    [
        ({}, set()),
        ({"from_on": date(2019, 6, 1)}, {"top"}),  # another stake
        ({"owner": "other"}, {"top"}),
        ({"low_share": 0.7, "high_share": 0.7}, {"top"}),
        ({"to_on": DAY + timedelta(days=1)}, {"top"}),
    ],
)
def test_a_stake_told_first_as_held_and_later_with_its_end_has_ended(change: dict[str, Any], owners: set[str]) -> None:
    begun = date(2019, 1, 1)
    first = replace(held("top", "v", 0.6), from_on=begun, row="ownership:1")
    later = replace(first, to_on=DAY, row="ownership:2")
    assert group("v", first, replace(later, **change)) == group("v", replace(later, **change), first) == (owners, set())


def test_chains_multiply_nothing() -> None:
    """0.51 of 0.51 is a quarter of the shares and all of the control."""
    links = [held(f"p{n + 1}", f"p{n}", 0.51) for n in range(6)]
    assert group("p0", *links) == ({f"p{n}" for n in range(1, 7)}, set())
    assert group("p6", *links) == (set(), set())


def test_a_chain_is_as_sure_as_its_weakest_link() -> None:
    stakes = (held("m", "v", 0.6), held("top", "m", 0.4, 0.6), held("other", "top", 0.9))
    assert group("v", *stakes) == ({"m"}, {"top", "other"})
    assert group("v", held("m", "v", 0.2), held("top", "m", 0.9)) == (set(), set())


def test_two_holders_of_half_each_control_nothing() -> None:
    assert group("v", held("a", "v", 0.5), held("b", "v", 0.5)) == (set(), set())
    assert country("v", held("a", "v", 0.5), held("b", "v", 0.5)) is None


def test_cycles_of_one_two_and_three_are_walked_once() -> None:
    assert group("a", held("a", "a", 0.9)) == (set(), set())
    two = (held("a", "b", 0.6), held("b", "a", 0.6))
    assert group("a", *two) == ({"b"}, set())
    three = (held("a", "b", 0.6), held("b", "c", 0.6), held("c", "a", 0.6))
    assert group("a", *three) == ({"b", "c"}, set())
    assert group("v", held("a", "v", 0.7), *three) == ({"a", "b", "c"}, set())


def test_every_member_of_a_cycle_at_the_top_counts_as_a_head() -> None:
    two = (held("a", "b", 0.6), held("b", "a", 0.6))
    assert country("v", held("a", "v", 0.7), *two) == {"CN", "US"}
    assert country("v", held("a", "v", 0.7), *two, held("c", "a", 0.1, control="yes")) == {"JP"}


def test_control_from_a_country_is_that_of_the_head_and_never_of_the_seat() -> None:
    assert country("v", held("top", "v", 0.6)) == {"CN"}
    assert country("v", held("m", "v", 0.6), held("top", "m", 0.6)) == {"CN"}
    assert country("v") is None
    assert country("v", held("top", "v", 0.4)) is None
    assert country("v", held("v", "v", 0.9)) is None
    assert country("v", held("top", "v", 0.4, 0.6)) is None
    assert country("v", held("m", "v", 0.6), held("top", "m", None)) is None
    assert country("v", held("nobody listed", "v", 0.6)) is None


@pytest.mark.parametrize(
    ("start", "end", "is_held"),
    [
        (DAY, None, True),
        (DAY + timedelta(1), None, False),
        (None, DAY, False),
        (None, DAY + timedelta(1), True),
        (DAY, DAY, False),
        (None, None, True),
    ],
)
def test_a_stake_is_held_from_its_first_day_to_the_day_before_its_end(
    start: date | None, end: date | None, is_held: bool
) -> None:
    found = Control.on([Stake("top", "v", 0.6, 0.6, None, start, end)], DAY)
    assert found.group("v").sure == (frozenset({"top"}) if is_held else frozenset())
    assert found.controlled_from("v", SEATS, frozenset({"CN"})) is (True if is_held else None)


def test_the_order_of_stakes_changes_nothing() -> None:
    stakes = [held("m", "v", 0.6), held("top", "m", 0.4, 0.6), held("m", "top", 0.9)]
    assert group("v", *stakes) == group("v", *reversed(stakes)) == ({"m"}, {"top"})


def test_a_stored_row_becomes_a_stake() -> None:
    row = {
        "owner_id": "top",
        "owned_id": "v",
        "low_share": 0.6,
        "high_share": None,
        "control": None,
        "from_on": DAY,
        "to_on": None,
        "row_id": "r",
    }
    assert stake_of_row(row) == Stake("top", "v", 0.6, None, None, DAY, None, "ownership:r")
    assert Control.on([stake_of_row(row)], DAY).group("v") == Group(frozenset({"top"}), None)


@pytest.mark.parametrize(
    ("stakes", "searched", "maybe"),
    [
        ((), (), None),  # nothing on record says nothing
        ((), ("v",), frozenset()),
        ((held("a", "v", 0.1),), (), None),  # the other nine tenths may lie with one owner
        ((held("a", "v", 0.3), held("b", "v", 0.2)), (), frozenset()),  # half is left: too little to control
        ((held("a", "v", 0.3), held("a", "v", 0.3)), (), None),  # one stake told twice is one
        ((held("a", "v", 0.9),), (), None),  # a shell whose owners nobody recorded
        ((held("a", "v", 0.9),), ("a",), frozenset()),
        ((held("a", "v", 0.9), held("b", "a", 0.9)), ("a",), None),
        ((held("a", "v", None, control="yes"),), ("a",), frozenset()),
        ((held("a", "v", 0.9), held("v", "a", 0.9)), (), frozenset()),  # a ring holds itself
    ],
)
def test_that_no_owner_is_on_record_is_no_answer(
    stakes: tuple[Stake, ...], searched: tuple[str, ...], maybe: frozenset[str] | None
) -> None:
    control = Control.on(stakes, DAY, settled=dict.fromkeys(searched))
    assert control.group("v").maybe == maybe
    if maybe is None:
        assert control.controlled_from("v", SEATS, frozenset({"ZZ"})) is None
