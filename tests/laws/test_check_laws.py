"""Laws of the checks: origins by a second way, rings by brute force, numbers that check themselves, order of rows."""

from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenet.case.case import Case
from provenet.case.check import look
from provenet.case.checks import finding
from provenet.case.checks.finding import StandingRows
from provenet.case.checks.origins import roots
from provenet.case.checks.parties import lei_holds, rings
from provenet.evidence.claims import Claim
from provenet.evidence.flips import Origins
from unit.case.check_rows import DAY, found, made, menu, party, share

NAMES = st.sampled_from(["C-1", "C-2", "C-3", "C-4", "C-5", "a paper"])
DERIVED = st.dictionaries(NAMES.filter(lambda name: name != "a paper"), st.lists(NAMES, max_size=3), max_size=5)


@given(DERIVED)
def test_origins_are_those_that_verdicts_count(derived: dict[str, list[str]]) -> None:
    claims = [
        Claim(name, frozenset(), "s", "asserts", "f", None, derived_from="|".join(origins))
        for name, origins in derived.items()
    ]
    known = Origins(claims)
    assert roots(derived) == {name: known.of(name) for name in derived}


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef")), max_size=12))
def test_rings_are_the_sets_that_reach_each_other(links: list[tuple[str, str]]) -> None:
    reach = {(a, b) for a, b in links}
    for through, start, end in product("abcdef", repeat=3):
        if (start, through) in reach and (through, end) in reach:
            reach.add((start, end))
    groups = {
        tuple(sorted({one} | {other for other in "abcdef" if {(one, other), (other, one)} <= reach}))
        for one in "abcdef"
    }
    assert rings(links) == sorted(group for group in groups if len(group) > 1)


@given(st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=18, max_size=18), st.integers(0, 19), st.data())
def test_check_digits_of_an_lei_hold_and_notice_one_changed_sign_of_its_kind(body: str, at: int, data: Any) -> None:
    rest = int("".join(str(int(sign, 36)) for sign in body + "00")) % 97
    lei = f"{body}{98 - rest:02}"
    assert lei_holds(lei)
    alike = "0123456789" if lei[at].isdigit() else "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    other = data.draw(st.sampled_from(sorted(set(alike) - {lei[at]})))
    assert not lei_holds(lei[:at] + other + lei[at + 1 :])


DAYS = st.none() | st.dates(date(2019, 1, 1), date(2022, 1, 1))
PARTIES = st.sampled_from(["a", "b", "c"])
STAKES = st.lists(st.tuples(PARTIES, PARTIES, st.sampled_from([0.2, 0.5, 0.7]), DAYS, DAYS), max_size=6)


@pytest.mark.slow
@given(STAKES, st.randoms(use_true_random=False))
def test_findings_on_stakes_do_not_depend_on_the_order_of_rows(stakes: list[tuple[Any, ...]], random: Any) -> None:
    rows = [
        made(
            "ownership",
            str(at),
            owner_id=owner,
            owned_id=owned,
            low_share=low,
            high_share=low,
            from_on=start,
            to_on=end,
        )
        for at, (owner, owned, low, start, end) in enumerate(stakes)
    ]
    told = {"party": [party(name) for name in "abc"]}
    once = found({**told, "ownership": rows}, "ownership", "order")
    random.shuffle(rows)
    assert found({**told, "ownership": rows}, "ownership", "order") == once


@given(st.lists(st.tuples(st.sampled_from(["nokia", "zte", "nec"]), st.sampled_from([0.2, 0.5, 0.9])), max_size=5))
def test_a_sum_is_told_only_where_shares_pass_the_whole(shares: list[tuple[str, float]]) -> None:
    rows = [
        share(str(at), vendor_ids=[vendor], vendors_says=vendor, low_share=low)
        for at, (vendor, low) in enumerate(shares)
    ]
    most = {vendor: max(low for name, low in shares if name == vendor) for vendor, _ in shares}
    assert bool(found({"market_share": rows}, "share-sum")) == (sum(most.values()) > 1.01)


def test_no_check_says_anything_of_no_rows() -> None:
    ids = [one.id for one in menu() if one.id not in ("source", "row-count", "stale-run", "other-code")]
    assert found({}, *ids, as_of=date(2026, 11, 25)) == []


@pytest.mark.slow
def test_long_tables_are_read_by_column_and_give_the_same_findings(
    demo_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = Case.open(demo_folder / "case")
    whole = look(StandingRows(case, DAY), menu())
    monkeypatch.setattr(finding, "SMALL_ROWS", -1)
    by_column = look(StandingRows(case, DAY), menu())
    assert by_column.findings == whole.findings
    assert len(whole.findings) > 100
    assert [f for f in whole.findings if f["severity"] == "error"] == []
