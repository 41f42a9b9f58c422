"""Which size of set of causes is still tried, and which sets are listed, with screenings made up for it."""

from types import SimpleNamespace

import pytest

from provenet.evidence import causes
from provenet.evidence.comparison import ChangedElement

ASKED = ("acme",)
OLD, NEW = ("clear", None), ("restricted", "R")


def search(need: set[str], elements: int) -> causes.CauseSearch:
    """The causes of a verdict that changes once all of `need` are carried over."""
    made = [ChangedElement(f"claim:{at}", "claim", str(at), "a row") for at in range(elements)]
    replay = SimpleNamespace(elements=made, answers=lambda carried: {ASKED: NEW if need <= carried else OLD})
    return causes._search(replay, {ASKED: (OLD, NEW)})[ASKED]  # type: ignore[arg-type,dict-item,index]


def refs(found: causes.CauseSearch) -> list[list[str]]:
    return [[one.ref for one in cause.elements] for cause in found.causes]


def test_the_smallest_set_is_listed_and_each_of_it_is_necessary_together() -> None:
    found = search({"claim:0", "claim:2"}, 4)
    assert refs(found) == [["claim:0", "claim:2"]]
    assert (found.causes[0].sufficient, found.causes[0].necessary, found.set_count) == (True, True, 1)
    assert found.searched == 3


def test_a_size_with_just_as_many_sets_as_may_be_tried_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of five elements there are five sets of one, ten of two and ten of three."""
    for most, searched in ((10, 3), (9, 1), (5, 1), (4, 0)):
        monkeypatch.setattr(causes, "MAX_TRIED", most)
        assert search({"claim:0"}, 5).searched == searched


def test_where_no_size_tried_is_enough_the_elements_it_cannot_do_without_are_listed() -> None:
    found = search({f"claim:{at}" for at in range(4)}, 5)
    assert refs(found) == [["claim:0"], ["claim:1"], ["claim:2"], ["claim:3"]]
    assert [(one.sufficient, one.necessary) for one in found.causes] == [(False, True)] * 4
    assert (found.searched, found.set_count) == (3, 0)
