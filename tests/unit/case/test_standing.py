"""What overtakes a standing result, in the words that a reader meets."""

import pytest

from provenet.case.standing import RunRecord, State

RUN = RunRecord("plan-1", "plan", {"country": "Japan"}, {"party": "a", "packs": "b"}, "0.1", 3)


def state(**given: object) -> State:
    return State(RUN, **{"changed": (), "gone": (), "rests_on": (), "other_code": False, **given})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "word", "reasons"),
    [
        ({}, "current", []),
        ({"changed": ("party",)}, "stale", ["the table party has changed"]),
        ({"changed": ("packs",)}, "stale", ["the rule packs that it read have changed or moved"]),
        ({"changed": ("packs", "party")}, "stale",
         ["the table party has changed", "the rule packs that it read have changed or moved"]),
        ({"gone": ("screen-1", "depend-1")}, "stale",
         ["it shows results that later ones replaced: screen-1 and depend-1"]),
        ({"rests_on": ("depend-1",)}, "stale", ["it rests on stale results: depend-1"]),
    ],
)  # fmt: skip
def test_each_cause_has_its_word_and_its_reason(given: dict[str, object], word: str, reasons: list[str]) -> None:
    found = state(**given)
    assert (found.word, found.reasons, found.is_stale) == (word, reasons, word == "stale")


def test_other_code_alone_is_another_release_and_not_stale() -> None:
    found = state(other_code=True)
    assert (found.word, found.is_stale) == ("other release", False)
    assert [says.split(";")[0] for says in found.reasons] == ["it was made by 0.1"]
