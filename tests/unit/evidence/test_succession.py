"""Renamed parties are one party; a merged one is controlled by its successor from the day of the merger."""

from datetime import date

from provenet.case.rows import SuccessionRow
from provenet.evidence.ownership import Stake, Succession

DAY = date(2020, 5, 1)


def row(before: str, after: str, how: str = "rename", from_on: date | None = DAY) -> SuccessionRow:
    return {
        "predecessor_id": before,
        "successor_id": after,
        "how": how,
        "from_on": from_on,
        "row_id": f"{before}-{after}",
    }  # type: ignore[typeddict-item]


def test_every_name_of_a_chain_or_a_circle_stands_for_one_party() -> None:
    made = Succession.of([row("d", "c"), row("c", "b"), row("b", "d"), row("x", "y")])
    assert {made.canon(one) for one in "bcd"} == {"b"}
    assert (made.canon("y"), made.canon("z")) == ("x", "z")
    assert made.renamed_away == {"b", "c", "d", "x"}
    assert made.mergers == []


def test_a_merger_is_control_from_its_day_between_the_ids_that_stand() -> None:
    made = Succession.of([row("old", "gone", "merger"), row("new", "gone")])
    assert made.mergers == [Stake("gone", "old", None, None, "yes", DAY, row="succession:old-gone")]
    assert made.canon("new") == "gone"
    assert made.renamed(Stake("new", "a", 0.1, 0.2, None)) == Stake("gone", "a", 0.1, 0.2, None)


def test_a_merger_without_a_day_may_be_control_and_is_not_stated_to_be() -> None:
    (stake,) = Succession.of([row("a", "b", "merger", None)]).mergers
    assert (stake.control, stake.from_on, stake.controls(0.5)) == (None, None, None)


def test_a_judgement_makes_two_names_one_until_another_undoes_it() -> None:
    later, last = date(DAY.year + 1, 1, 1), date(DAY.year + 2, 1, 1)
    same, undone = row("b", "a", "same", None), row("a", "b", "different", DAY)
    assert Succession.of([same]).canon("b") == "a"
    assert Succession.of([same]).renamed_away == set()
    for rows in ([same, undone], [undone, same], [row("b", "a", "same", DAY), undone]):
        assert Succession.of(rows).canon("b") == "b"
    again = [same, undone, row("b", "a", "same", later)]
    assert Succession.of(again).canon("b") == "a"
    assert Succession.of([*again, row("b", "a", "different", last)]).canon("b") == "b"
    assert Succession.of([row("b", "a", "rename"), undone]).canon("b") == "a"
    assert Succession.of([same, row("b", "a", "merger")]).mergers != []
