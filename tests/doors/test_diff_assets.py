"""`diff` with assets, caps, terms and changed packs: what is asked, what counts and what a day does by itself."""

from datetime import date
from pathlib import Path

import pytest

import provenet
from doors.test_diff import enter, refs
from provenet.core.ids import row_id
from support.copies import copied_case
from unit.evidence import small_case

DAY = date(2024, 6, 1)
PACK = """
pack: cap-pack
issuer: gov
title: A cap and a term
source: A page
force: law
default: clear
rules:
  - id: C-CAP
    effect: cap
    rank: 20
    cap: [{measure: sites, at_most_share: 0.35, of: carrier}]
    when: {all: [{vendor_in: [v1]}, {asset_class: ran}]}
  - id: C-TERM
    effect: prohibit
    rank: 10
    when: {all: [{vendor_in: [v2]}, {fact: spies}]}
    remove_by: 2024-03-31
  - id: C-FACT
    effect: prohibit
    rank: 5
    when: {vendor_in: [v3]}
    remove_by: {fact: trigger, plus: 2 months}
declares: {facts: {spies: boolean}}
"""


@pytest.fixture
def packs(tmp_path: Path) -> Path:
    folder = tmp_path / "packs"
    folder.mkdir()
    (folder / "p.yml").write_text(PACK, encoding="utf-8")
    return folder


@pytest.fixture
def case(first_case: Path, tmp_path: Path) -> Path:
    return copied_case(first_case, tmp_path / "case")


@pytest.fixture(scope="module")
def first_case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The case before any share or asset, made once; copy it before you write to it."""
    place = tmp_path_factory.mktemp("diff") / "case"
    provenet.new(place, "tiny")
    parties = [small_case.party(name, "vendor", "DE") for name in ("v1", "v2", "v3")]
    carriers = [small_case.party(name, "carrier", "DE") for name in ("net", "other-net")]
    enter(place, "first", party=[*parties, *carriers, small_case.party("gov", "government", "DE")])
    return place


def screened(place: Path, packs: Path, **more: object) -> str:
    return provenet.screen(place, ["cap-pack"], as_of=DAY, packs=[packs], **more).policies[0].run_id  # type: ignore[arg-type]


def share(low: float, **cells: object) -> dict[str, object]:
    made = {**small_case.SHARE, "carrier_id": "net", "vendor_ids": ["v1"], "low_share": low, "high_share": low}
    return made | cells


def test_a_share_passes_a_cap_of_one_carrier_alone(case: Path, packs: Path) -> None:
    old = screened(case, packs)
    row, idle = share(0.5), share(0.6, measure_kind="revenue")
    enter(case, "second", market_share=[row, idle])
    found = provenet.diff(case, old, screened(case, packs), packs=[packs])
    turned = [change for change in found.changed if "outcome" in change.columns]
    assert {change.key["carrier_id"] for change in turned} == {"net"}
    ref = f"market_share:{row_id('market_share', row)}"
    assert {tuple(refs(change)) for change in turned} == {(((ref,), True, True),)}
    assert {change.columns["outcome"] for change in turned} == {("undetermined", "restricted")}


def test_a_term_that_ran_out_between_two_days(case: Path, packs: Path) -> None:
    enter(case, "second", claim=[small_case.claim("C1", "spies", "asserts", date(2023, 1, 1), vendor_ids=["v2"])])
    found = provenet.diff(case, "2024-03-31", "2024-04-01", policy=["cap-pack"], packs=[packs])
    assert {change.key["vendor_id"] for change in found.changed} == {"v2"}
    assert {change.columns["outcome"] for change in found.changed} == {("conditional", "restricted")}
    assert found.changed[0].causes[0].says == "rule C-TERM came to the end of its term on 2024-03-31"
    assert refs(found.changed[0]) == [(("rule:C-TERM",), True, True)]


def test_a_term_that_rests_on_a_fact_is_moved_by_the_day_itself(case: Path, packs: Path) -> None:
    told = {"policy": ["cap-pack"], "packs": [packs], "assume": {"trigger": "2024-01-15"}}
    found = provenet.diff(case, "2024-03-15", "2024-03-16", **told)  # type: ignore[arg-type]
    assert {change.key["vendor_id"] for change in found.changed} == {"v3"}
    assert refs(found.changed[0]) == [(("day:as-of",), True, True)]
    assert found.changed[0].causes[0].says == "the day in question moved from 2024-03-15 to 2024-03-16"


def test_an_assumption_is_a_cause(case: Path, packs: Path) -> None:
    old, new = screened(case, packs, assume={"spies": "false"}), screened(case, packs, assume={"spies": "true"})
    found = provenet.diff(case, old, new, packs=[packs])
    assert {change.key["vendor_id"] for change in found.changed} == {"v2"}
    assert refs(found.changed[0]) == [(("assumed:spies",), True, True)]
    assert found.changed[0].causes[0].says == "the fact spies was assumed false, then true"


def test_assets_that_entered_are_named_beside_their_count(case: Path, packs: Path) -> None:
    asset = {"carrier_id": "net", "country": "Germany", "asset_class": "ran.radio", "layer": "hardware"}
    asset |= {"vendor_id": "v1", "unit_count": 2, "capability": ["routing"]}
    enter(case, "second", asset=[{**asset, "asset_id": "A1"}], market_share=[share(0.2)])
    old = screened(case, packs)
    enter(case, "third", asset=[{**asset, "asset_id": "A2"}], market_share=[share(0.5, as_of_low_on=date(2023, 1, 1))])
    again = {**asset, "asset_id": "A3", "asset_class": "ran.baseband"}
    enter(case, "fourth", asset=[again])
    found = provenet.diff(case, old, screened(case, packs), packs=[packs])
    of_asset = [c for c in found.changed if c.key["asset_class"] == "ran.radio" and c.key["action"] == "use"]
    assert [change.columns["outcome"] for change in of_asset] == [("conditional", "restricted")]
    assert of_asset[0].columns["unit_count"] == (2, 4)
    assert len(of_asset[0].causes) == 1
    fresh = [row for row in found.appeared if row.key["asset_class"] == "ran.baseband"]
    assert fresh
    assert {tuple(cause.rows for cause in row.causes) for row in fresh} == {(("asset:A3",),)}


def test_a_count_alone_names_its_assets(case: Path, packs: Path) -> None:
    asset = {"carrier_id": "net", "country": "Germany", "asset_class": "ran.radio", "layer": "hardware"}
    asset |= {"vendor_id": "v1", "unit_count": 2}
    enter(case, "second", asset=[{**asset, "asset_id": "A1"}])
    old = screened(case, packs)
    enter(case, "third", asset=[{**asset, "asset_id": "A2"}])
    found = provenet.diff(case, old, screened(case, packs), packs=[packs])
    assert {tuple(change.columns) for change in found.changed} == {("asset_count", "unit_count")}
    assert {cause.rows for change in found.changed for cause in change.causes} == {("asset:A2",)}


def test_a_changed_pack_is_told_and_not_laid_at_a_row(case: Path, packs: Path) -> None:
    old = screened(case, packs)
    text = (packs / "p.yml").read_text("utf-8")
    (packs / "p.yml").write_text(
        text.replace("vendor_in: [v2]", "vendor_in: [v3]").replace("rank: 5", "rank: 4"), "utf-8"
    )
    new = screened(case, packs)
    found = provenet.diff(case, old, new, packs=[packs])
    assert found.notes == (f"{old} was made with other packs; causes are sought with those at hand.",)
    assert found.changed
    for change in found.changed:
        assert change.searched is None
        assert [cause.rows for cause in change.causes] == [()]
        assert change.causes[0].says.startswith("the inputs do not give again what is stored on both sides")


def test_a_rename_carries_what_was_said_of_the_old_name(case: Path, packs: Path) -> None:
    enter(
        *(case, "second"),
        party=[small_case.party("v2-old", "vendor", "DE")],
        claim=[small_case.claim("C1", "spies", "asserts", vendor_ids=["v2-old"])],
    )
    old = screened(case, packs)
    row = {"predecessor_id": "v2-old", "successor_id": "v2", "how": "rename"}
    enter(case, "third", succession=[row])
    found = provenet.diff(case, old, screened(case, packs), packs=[packs])
    turned = [c for c in found.changed if c.key["vendor_id"] == "v2" and "outcome" in c.columns]
    assert turned
    assert {tuple(refs(c)) for c in turned} == {(((f"succession:{row_id('succession', row)}",), True, True),)}
