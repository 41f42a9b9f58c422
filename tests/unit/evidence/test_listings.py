"""Lists on a day, and groups of vendors by seat and by list: members, what is not known, words that mean none."""

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from provenet.case.tables import frame
from provenet.core.errors import UsageFault
from provenet.evidence.listings import READS, Entry, Listings, VendorWords
from provenet.policy.terms import Listing
from provenet.verbs.plan_inputs import listings_of

DAY = date(2024, 1, 1)
PLACED = {"file_id": "0" * 64, "locator": "x.csv row 2", "reading": "read in the source"}


def party(name: str, country: str | None, role: str = "vendor") -> dict[str, Any]:
    return {"party_id": name.lower(), "name": name, "role": role, "country": country, "segments": []}


def listed(name: str, **cells: Any) -> dict[str, Any]:
    return {"list_name": "Covered-List", "party_id": name, "source_id": "s", **cells}


PARTIES = [
    party("Acme", "CN"),
    party("Zulu", "CN"),
    party("Bolt", "SE"),
    party("Cord", None),
    party("North", "CN", "carrier"),
]
LISTINGS = [
    listed("zulu", from_on=date(2020, 1, 1)),
    listed("acme", from_on=date(2023, 1, 1), product_category="Radio"),
    listed("bolt", from_on=date(2019, 1, 1), to_on=date(2023, 6, 1)),
    listed("north", from_on=date(2019, 1, 1)),
]


def words(as_of: date = DAY, known_on: date | None = None, **rows: list[dict[str, Any]]) -> VendorWords:
    given = {
        "party": PARTIES,
        "listing": LISTINGS,
        "source": [{"source_id": "s", "title": "s", "kind": "press", "kind_by": "first guess"}],
        **rows,
    }
    tables: dict[str, pl.DataFrame] = {}
    for name in READS:
        every = [{**PLACED, "row_id": f"{name}-{at}", **row} for at, row in enumerate(given.get(name, []))]
        tables[name] = frame(name, every)
    return VendorWords(tables, as_of, known_on)


def fault(word: str, *made: VendorWords) -> str:
    with pytest.raises(UsageFault) as caught:
        (made[0] if made else words()).group(word, "--exclude")
    return str(caught.value)


@pytest.mark.parametrize("word", ["seat:CN", "seat:china", "country:CN", " seat: cn "])
def test_a_seat_means_every_vendor_on_record_there(word: str) -> None:
    group = words().group(word, "--exclude")
    assert (group.vendor_ids, group.names, group.seat) == (("acme", "zulu"), ("Acme", "Zulu"), "CN")
    assert group.says == "vendors seated in China (Acme and Zulu, on 1 January 2024; seat not known: Cord)"
    assert (group.uncertain, group.uncertain_ids) == (("Cord",), ("cord",))


def test_vendors_of_unknown_seat_are_named_and_beyond_ten_counted() -> None:
    many = [*PARTIES, *(party(f"More{at:02}", None) for at in range(12))]
    says = words(party=many).group("seat:SE", "--exclude").says
    assert says.endswith(
        "; seat not known: Cord, More00, More01, More02, More03, More04, More05, More06, More07, More08 and 3 others)"
    )
    known = words(party=[party("Acme", "CN")]).group("seat:CN", "--exclude")
    assert (known.says, known.uncertain_ids) == ("vendors seated in China (Acme, on 1 January 2024)", ())


def test_a_list_means_the_vendors_with_an_entry_on_the_day_for_whatever_product() -> None:
    assert words().group("list:covered list", "--exclude").vendor_ids == ("acme", "zulu")
    assert words(date(2022, 1, 1)).group("list:Covered-List", "--exclude").vendor_ids == ("bolt", "zulu")
    assert words(known_on=date(2021, 1, 1)).group("list:covered-list", "x").vendor_ids == ("bolt", "zulu")
    says = words().group("list:covered-list", "--exclude").says
    assert says == "vendors on the list Covered-List (Acme and Zulu, on 1 January 2024)"


def test_a_member_that_a_later_whole_list_leaves_out_is_not_known_and_named() -> None:
    rows = [listed("acme"), listed("zulu", whole_on=date(2021, 1, 1), from_on=date(2020, 1, 1))]
    group = words(listing=rows).group("list:covered-list", "--exclude")
    assert (group.vendor_ids, group.uncertain) == (("zulu",), ("Acme",))
    assert group.says.endswith("on 1 January 2024; not known whether still listed: Acme)")
    only = words(listing=[listed("acme"), {**listed("north"), "whole_on": date(2021, 1, 1)}])
    assert fault("list:covered-list", only) == (
        "--exclude: no vendor of the case is known to be on this list on 2024-01-01; found 'list:covered-list'. "
        "Not known whether still listed: Acme."
    )


def test_a_word_that_means_nobody_is_a_fault_with_the_nearest() -> None:
    assert fault("list:coverd-list") == (
        "--exclude: the case has no list of this name; found 'list:coverd-list'. Nearest: list:Covered-List."
    )
    assert fault("list:x", words(listing=[])) == (
        "--exclude: the case has no list of this name; found 'list:x'. Lists on record: none."
    )
    assert fault("seat:Chine") == (
        "--exclude: the case knows no vendor with its seat in this country; found 'seat:Chine'. Nearest: seat:CN."
    )
    assert fault("seat:QQ") == (
        "--exclude: the case knows no vendor with its seat in this country; found 'seat:QQ'. Seats on record: CN, SE."
    )
    assert "no vendor of the case is known to be on this list on 2018-01-01" in fault(
        "list:covered-list", words(date(2018, 1, 1))
    )


def test_one_vendor_is_a_group_of_itself_under_any_of_its_names() -> None:
    group = words().group("ACME", "--exclude")
    assert (group.kind, group.vendor_ids, group.says) == ("", ("acme",), "Acme")
    assert "Nearest: Acme." in fault("Acmee")


def test_each_member_is_assumed_to_be_listed() -> None:
    made = listings_of(["hrs=seat:CN", "hrs=acme", "other=Bolt"], words)
    assert [(one.list_name, one.vendor, one.vendor_id) for one in made] == [
        ("hrs", "Acme", "acme"),
        ("hrs", "Zulu", "zulu"),
        ("hrs", "acme", "acme"),
        ("other", "Bolt", "bolt"),
    ]


LISTED_ON = date(2020, 1, 1)
BEFORE, AFTER = LISTED_ON - timedelta(1), LISTED_ON + timedelta(1)


def on_of(*entries: Entry, category: str | None = None, day: date = LISTED_ON) -> Listing:
    return Listings.on(entries, day).of("acme", category)


def test_an_entry_runs_from_its_first_day_to_the_day_before_its_end() -> None:
    entry = Entry("r", "l", "acme", from_on=LISTED_ON, to_on=AFTER)
    assert [on_of(entry, day=day).on for day in (BEFORE, LISTED_ON, AFTER)] == [frozenset(), {"l"}, frozenset()]
    assert [on_of(entry, day=day).off for day in (BEFORE, LISTED_ON, AFTER)] == [{"l"}, frozenset(), {"l"}]


def test_an_end_told_later_ends_the_entry_that_ran() -> None:
    running, ended = Entry("1", "l", "acme", from_on=BEFORE), Entry("2", "l", "acme", from_on=BEFORE, to_on=LISTED_ON)
    assert on_of(running, ended).off == {"l"}


def test_an_entry_of_one_category_says_nothing_of_an_unnamed_one() -> None:
    entry = Entry("r", "l", "acme", category="Radio")
    assert on_of(entry, category="radio").on == {"l"}
    assert on_of(entry, category="core").off == {"l"}
    assert on_of(entry) == Listing()


def test_a_whole_list_ends_the_entries_it_leaves_out_unless_they_began_later() -> None:
    whole = Entry("w", "l", "bolt", whole_on=LISTED_ON)
    assert on_of(Entry("1", "l", "acme", from_on=BEFORE), whole).off == {"l"}
    assert on_of(Entry("1", "l", "acme"), whole) == Listing()
    assert on_of(Entry("1", "l", "acme", from_on=AFTER), whole, day=AFTER).on == {"l"}
    assert on_of(Entry("1", "l", "acme", from_on=BEFORE, whole_on=LISTED_ON), whole).on == {"l"}


def test_the_rows_of_a_party_are_named_in_order() -> None:
    made = Listings.on([Entry("2", "l", "acme"), Entry("1", "m", "acme"), Entry("3", "l", "bolt")], LISTED_ON)
    assert made.rows("acme") == ["listing:1", "listing:2"]
    assert made.rows("cord") == []
