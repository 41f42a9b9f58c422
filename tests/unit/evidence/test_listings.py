"""Which lists a party is on, on one day: ends, categories, and a whole list that leaves somebody out."""

from datetime import date, timedelta

from provenet.evidence.listings import Entry, Listings
from provenet.policy.terms import Listing

DAY = date(2020, 1, 1)
BEFORE, AFTER = DAY - timedelta(1), DAY + timedelta(1)


def on_of(*entries: Entry, category: str | None = None, day: date = DAY) -> Listing:
    return Listings.on(entries, day).of("acme", category)


def test_an_entry_runs_from_its_first_day_to_the_day_before_its_end() -> None:
    entry = Entry("r", "l", "acme", from_on=DAY, to_on=AFTER)
    assert [on_of(entry, day=day).on for day in (BEFORE, DAY, AFTER)] == [frozenset(), {"l"}, frozenset()]
    assert [on_of(entry, day=day).off for day in (BEFORE, DAY, AFTER)] == [{"l"}, frozenset(), {"l"}]


def test_an_end_told_later_ends_the_entry_that_ran() -> None:
    running, ended = Entry("1", "l", "acme", from_on=BEFORE), Entry("2", "l", "acme", from_on=BEFORE, to_on=DAY)
    assert on_of(running, ended).off == {"l"}


def test_an_entry_of_one_category_says_nothing_of_an_unnamed_one() -> None:
    entry = Entry("r", "l", "acme", category="Radio")
    assert on_of(entry, category="radio").on == {"l"}
    assert on_of(entry, category="core").off == {"l"}
    assert on_of(entry) == Listing()


def test_a_whole_list_ends_the_entries_it_leaves_out_unless_they_began_later() -> None:
    whole = Entry("w", "l", "bolt", whole_on=DAY)
    assert on_of(Entry("1", "l", "acme", from_on=BEFORE), whole).off == {"l"}
    assert on_of(Entry("1", "l", "acme"), whole) == Listing()
    assert on_of(Entry("1", "l", "acme", from_on=AFTER), whole, day=AFTER).on == {"l"}
    assert on_of(Entry("1", "l", "acme", from_on=BEFORE, whole_on=DAY), whole).on == {"l"}


def test_the_rows_of_a_party_are_named_in_order() -> None:
    made = Listings.on([Entry("2", "l", "acme"), Entry("1", "m", "acme"), Entry("3", "l", "bolt")], DAY)
    assert made.rows("acme") == ["listing:1", "listing:2"]
    assert made.rows("cord") == []
