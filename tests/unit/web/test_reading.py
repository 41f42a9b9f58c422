"""What a server holds of a case is bounded: tables by their size, answers and earlier states by their number."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest
from tests.unit.web.small_case import brief_again

from provenet.case.case import Case
from provenet.case.tables import tables
from provenet.web import reading as module
from provenet.web.reading import Reading, Readings

TABLES = ("dossier", "vendor_share", "market_share", "party", "source", "run")


def opened(folder: Path) -> Reading:
    return Reading(Case.open(folder), public=False)


def test_tables_are_held_up_to_a_size_and_read_again_after(small_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = {name: opened(small_folder).table(name) for name in TABLES}
    largest = max(rows.estimated_size() for rows in whole.values())
    monkeypatch.setattr(module, "HELD_BYTES", int(largest))
    reading = opened(small_folder)
    for _ in range(3):
        for name in TABLES:
            assert reading.table(name).equals(whole[name])
            held = [size for size, _ in reading._frames.values()]
            assert sum(held) <= largest or len(held) == 1


def test_a_table_that_is_asked_for_again_stays(small_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "HELD_BYTES", 0)
    reading = opened(small_folder)
    first = reading.table("party")
    assert reading.table("party") is first
    reading.table("source")
    assert list(reading._frames) == ["source"]


def test_answers_are_kept_up_to_a_number(small_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "HELD_ANSWERS", 3)
    reading, made = opened(small_folder), list[int]()

    def make(at: int) -> int:
        made.append(at)
        return at

    for at in (1, 2, 3, 1, 4, 1, 2):
        assert reading.once(("answer", at), lambda at=at: make(at)) == at  # type: ignore[misc]
        assert len(reading._kept) <= 3
    assert made == [1, 2, 3, 4, 2], "the one asked for last stays"


def test_some_columns_are_those_of_the_rows_that_stand(small_folder: Path) -> None:
    for is_public in (False, True):
        reading = Reading(Case.open(small_folder), public=is_public)
        for name, spec in tables().items():
            columns = [one.name for one in spec.columns][:3]
            few = reading.columns(name, columns)
            assert few.sort(columns).equals(reading.table(name).select(columns).sort(columns)), name
            assert reading.columns(name, columns).height == reading.row_count(name) == few.height


def test_earlier_states_are_kept_open_up_to_a_number(own_folder: Path) -> None:
    readings = Readings(own_folder, public=True)
    states = [readings.newest().digest]
    for word in ("One ", "Two ", "Three ", "Four "):
        brief_again(own_folder, word)
        states.append(readings.newest().digest)
    for state in [*states, *states]:
        found = readings.at(state)
        assert found is not None and found.digest == state
        assert len(readings._earlier) <= module.EARLIER_READINGS


def test_nobody_waits_while_another_reader_opens_a_new_state(own_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    readings = Readings(own_folder, public=True)
    before = readings.newest()
    brief_again(own_folder, "Now ")
    opening, may_go_on = Event(), Event()

    def slow(case: Case, *, public: bool) -> Reading:
        opening.set()
        assert may_go_on.wait(60)
        return Reading(case, public=public)

    monkeypatch.setattr(module, "Reading", slow)
    with ThreadPoolExecutor(1) as other:
        newer = other.submit(readings.newest)
        assert opening.wait(60)
        assert readings.newest() is before
        may_go_on.set()
        assert newer.result().digest != before.digest
    assert readings.newest() is newer.result()
