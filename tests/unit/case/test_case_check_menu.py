"""The menu: choosing checks, keeping lists short, and ids that stay when rows are moved or parties renamed."""

import random
from collections.abc import Callable

import pytest

from provenet.case.check import GROUPS, MENU, MOST_OF_A_KIND, age_of, chosen, look
from provenet.core.errors import UsageFault
from provenet.dossier.page_checks import page_checks
from unit.case.check_examples import EXAMPLES, around, asset
from unit.case.check_rows import DAY, Tables, claim, found, made, menu, party, rows_of, share

DATES = {"future", "old-figure", "passed-term"}


def test_ids_and_groups_are_words_that_stand_once() -> None:
    ids = [one.id for one in menu()]
    assert len(set(ids)) == len(ids) > 45
    assert {one.group for one in (*menu(), *page_checks())} == set(GROUPS)
    assert set(ids) & set(GROUPS) == set()
    assert {one.severity for one in menu()} == {"error", "warning"}


def test_a_check_or_a_group_is_chosen_by_name_in_the_order_of_the_menu() -> None:
    assert [one.id for one in chosen(MENU, ["word", "key"])] == ["key", "word"]
    assert [one.id for one in chosen(MENU, ["replies"], ["relay", "reply"])] == [
        *("no-reply", "unlinked-reply", "withdrawn-target", "early-reply", "reply-of-another")
    ]
    assert {one.id for one in chosen(MENU)} == {one.id for one in MENU}
    assert {one.id for one in chosen(MENU, (), ["staleness"])} == {o.id for o in MENU if o.group != "staleness"}


@pytest.mark.parametrize(("option", "asked"), [("--only", (["covrage"], [])), ("--skip", ([], ["covrage"]))])
def test_a_word_that_is_no_check_is_a_sentence(option: str, asked: tuple[list[str], list[str]]) -> None:
    with pytest.raises(UsageFault) as fault:
        chosen(MENU, *asked)
    assert str(fault.value) == (
        f"check: {option} names no check; found 'covrage', expected an id or group of: provenet check --list. "
        "Nearest: coverage."
    )


def test_a_length_of_time_is_a_number_and_a_unit() -> None:
    assert age_of("24 months") == (24, "month")
    with pytest.raises(UsageFault) as fault:
        age_of("old")
    assert str(fault.value) == (
        "check: --older-than is no length of time; found 'old', expected a number of days, weeks, months or years, "
        "such as 36 months."
    )


def test_checks_of_dates_are_not_asked_without_a_day() -> None:
    told = {one.id: one for one in EXAMPLES}["passed-term"].tables(True)
    looked = look(rows_of(told), menu()[:0] + tuple(one for one in menu() if one.id in DATES))
    assert looked.findings == []
    assert looked.checks == []
    assert looked.not_asked == [{"id": id_, "why": "give --as-of"} for id_ in ("future", "old-figure", "passed-term")]
    asked = look(rows_of(told, as_of=DAY), tuple(one for one in menu() if one.id in DATES))
    assert [one["finding_count"] for one in asked.checks] == [0, 0, 1]
    assert asked.not_asked == []


def test_the_age_of_a_figure_is_counted_from_its_last_day() -> None:
    one = {e.id: e for e in EXAMPLES}["old-figure"]
    told = one.tables(False)
    assert found(told, "old-figure", as_of=DAY, older_than=(18, "month")) == []
    (said,) = found(told, "old-figure", as_of=DAY, older_than=(1, "year"))
    assert said["says"] == (
        "The newest figure of Italy, tim, contracts is of 2025-06-30, more than 1 year before 2026-11-25."
    )
    assert found(told, "old-figure", as_of=DAY, older_than=(99999, "year")) == []


def test_a_long_list_is_cut_the_same_way_in_any_order() -> None:
    sites = [made("site", f"s{n:04}", carrier_id="nobody") for n in range(MOST_OF_A_KIND + 5)]
    looked = look(rows_of(around(site=sites)), chosen(MENU, ["reference"]))
    assert len(looked.findings) == MOST_OF_A_KIND + 1
    assert looked.counts == {"reference": MOST_OF_A_KIND + 5}
    assert (looked.findings[-1]["place"], looked.findings[-1]["says"]) == (
        "site, carrier_id", "5 more rows have this finding."
    )  # fmt: skip
    random.Random(3).shuffle(sites)
    assert look(rows_of(around(site=sites)), chosen(MENU, ["reference"])).findings == looked.findings


def test_findings_that_are_gathered_are_cut_too() -> None:
    sizes = [made("carrier_share", f"{n:04}", carrier_id=f"c{n}", country="Italy", as_of_high_on=DAY.replace(2001))
             for n in range(MOST_OF_A_KIND + 1)]  # fmt: skip
    looked = look(rows_of({"carrier_share": sizes}, as_of=DAY), chosen(MENU, ["old-figure"]))
    assert looked.counts == {"old-figure": MOST_OF_A_KIND + 1}
    assert looked.findings[-1]["says"] == "1 more row has this finding."


def test_two_rows_of_one_key_are_two_findings() -> None:
    told = around(claim=[claim("C-1", stance="a"), claim("C-1", stance="b", row_id="other", locator="b.csv row 3")])
    looked = found(told, "word")
    assert len({f["finding_id"] for f in looked}) == len(looked) == 2


def everything(change: Callable[[Tables], Tables] = lambda told: told) -> list[tuple[object, ...]]:
    """What every check says of all broken rows, example by example."""
    return [
        (example.id, said["finding_id"], said["says"], said["repair"])
        for example in EXAMPLES
        for said in found(change(example.tables(True)), example.id, **example.asked)
    ]


def test_the_order_of_rows_and_their_place_in_a_file_change_nothing_else() -> None:
    def moved(told: Tables) -> Tables:
        shuffled = {name: random.Random(7).sample(rows, len(rows)) for name, rows in told.items()}
        return {
            name: [row | ({"locator": row["locator"]} if "locator" in row else {}) for row in rows]
            for name, rows in shuffled.items()
        }

    assert everything(moved) == everything()


def test_a_finding_keeps_its_id_when_its_row_moves_to_another_line() -> None:
    ids = {}
    for line in (2, 977):
        told = around(site=[made("site", "s", carrier_id="tin", locator=f"site.csv row {line}")])
        (one,) = found(told, "reference")
        ids[one["place"]] = one["finding_id"]
    assert len(ids) == 2
    assert len(set(ids.values())) == 1


def test_renaming_parties_renames_findings_and_changes_nothing_else() -> None:
    """The vendors of all examples change names, their order kept; every finding is the same but for the names."""
    names = {"nokia": "nimbus", "ericsson": "eagle", "Nokia": "Nimbus", "Ericsson": "Eagle"}

    def renamed(value: object) -> object:
        if isinstance(value, list):
            return [renamed(inner) for inner in value]
        if isinstance(value, str):
            for old, new in names.items():
                value = value.replace(old, new)
        return value

    def change(told: Tables) -> Tables:
        return {
            name: [{column: renamed(value) for column, value in row.items()} for row in rows]
            for name, rows in told.items()
        }

    assert [(one[0], one[2], one[3]) for one in everything(change)] == [
        (id_, renamed(says), renamed(repair)) for id_, _, says, repair in everything()
    ]


def test_every_vendor_is_looked_at_alike() -> None:
    """The same rows about each of two vendors give the same findings about each."""
    shapes = []
    for vendor, name in (("nokia", "Nokia"), ("zte", "ZTE")):
        told = {
            "party": [party(vendor, name=name, country=None)],
            "claim": [
                claim("C-1", vendor_ids=[vendor], fact="f"),
                claim("C-2", vendor_ids=[vendor], speaker=f"{name} (spokeswoman)"),
            ],
            "market_share": [share("1", vendor_ids=[vendor])],
            "asset": [asset("a", vendor_id=vendor)],
        }
        ids = [one.id for one in MENU if one.id not in ("source", "row-count", "stale-run", "other-code")]
        said = [(f["kind"], str(f["says"]).replace(name, "V").replace(vendor, "v")) for f in found(told, *ids)]
        shapes.append(sorted(said))
    assert shapes[0] == shapes[1]
    assert len(shapes[0]) > 3
