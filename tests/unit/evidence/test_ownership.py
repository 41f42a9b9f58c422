"""Who controls whom on a day, worked by hand; which rows have ended, and who is one party under several names."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pytest

from provenet.case.rows import SuccessionRow
from provenet.evidence.ownership import Control, Stake, Succession, stake_of_row, with_ends
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


@dataclass(frozen=True)
class Term:
    """One row: what it is about, its end, and a day on which it was seen."""

    about: str
    to_on: date | None = None
    seen_on: date | None = None


EARLY, LATE = date(2020, 1, 1), date(2021, 1, 1)


def ends(*rows: Term) -> list[date | None]:
    return [row.to_on for row in with_ends(rows, lambda row: row.about, lambda row: row.seen_on)]


def test_a_running_row_takes_the_latest_end_of_the_same_thing() -> None:
    assert ends(Term("a"), Term("a", EARLY), Term("b"), Term("a", LATE)) == [LATE, EARLY, None, LATE]


def test_a_row_that_saw_the_thing_on_its_last_day_or_later_keeps_running() -> None:
    before = date(2019, 12, 31)
    assert ends(Term("a", EARLY), Term("a", seen_on=before), Term("a", seen_on=EARLY)) == [EARLY, EARLY, None]


def test_rows_without_any_end_are_those_given() -> None:
    rows = [Term("a"), Term("a", seen_on=EARLY)]
    assert with_ends(rows, lambda row: row.about) == rows


MERGED_ON = date(2020, 5, 1)


def succession(before: str, after: str, how: str = "rename", from_on: date | None = MERGED_ON) -> SuccessionRow:
    return {
        "predecessor_id": before,
        "successor_id": after,
        "how": how,
        "from_on": from_on,
        "row_id": f"{before}-{after}",
    }  # type: ignore[typeddict-item]


def test_every_name_of_a_chain_or_a_circle_stands_for_one_party() -> None:
    made = Succession.of([succession("d", "c"), succession("c", "b"), succession("b", "d"), succession("x", "y")])
    assert {made.canon(one) for one in "bcd"} == {"b"}
    assert (made.canon("y"), made.canon("z")) == ("x", "z")
    assert made.renamed_away == {"b", "c", "d", "x"}
    assert made.mergers == []


def test_a_merger_is_control_from_its_day_between_the_ids_that_stand() -> None:
    made = Succession.of([succession("old", "gone", "merger"), succession("new", "gone")])
    assert made.mergers == [Stake("gone", "old", None, None, "yes", MERGED_ON, row="succession:old-gone")]
    assert made.canon("new") == "gone"
    assert made.renamed(Stake("new", "a", 0.1, 0.2, None)) == Stake("gone", "a", 0.1, 0.2, None)


def test_a_merger_without_a_day_may_be_control_and_is_not_stated_to_be() -> None:
    (stake,) = Succession.of([succession("a", "b", "merger", None)]).mergers
    assert (stake.control, stake.from_on, stake.controls(0.5)) == (None, None, None)


def test_a_judgement_makes_two_names_one_until_another_undoes_it() -> None:
    later, last = date(MERGED_ON.year + 1, 1, 1), date(MERGED_ON.year + 2, 1, 1)
    same, undone = succession("b", "a", "same", None), succession("a", "b", "different", MERGED_ON)
    assert Succession.of([same]).canon("b") == "a"
    assert Succession.of([same]).renamed_away == set()
    for rows in ([same, undone], [undone, same], [succession("b", "a", "same", MERGED_ON), undone]):
        assert Succession.of(rows).canon("b") == "b"
    again = [same, undone, succession("b", "a", "same", later)]
    assert Succession.of(again).canon("b") == "a"
    assert Succession.of([*again, succession("b", "a", "different", last)]).canon("b") == "b"
    assert Succession.of([succession("b", "a", "rename"), undone]).canon("b") == "a"
    assert Succession.of([same, succession("b", "a", "merger")]).mergers != []
