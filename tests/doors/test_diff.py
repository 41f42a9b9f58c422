"""`diff`: small cases in which one row, or two together, turn a verdict; days, policies, and what is refused."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

import pytest

import provenet as verbs
from doors.conftest import Provenet
from provenet.case.case import Case
from provenet.core.ids import row_id
from provenet.verbs.answers import Change, DiffReport
from support.copies import copied_case
from support.tables import table
from unit.evidence import small_case

DAY = date(2024, 6, 1)
PACKS = {
    "p.yml": """
pack: test-pack
issuer: gov
title: A test policy
source: A page
force: law
default: clear
rules:
  - id: T-LISTED
    effect: prohibit
    rank: 40
    when: {listed_in: blacklist}
  - id: T-OWNED
    effect: condition
    rank: 30
    when: {affiliate_of: [holder]}
  - id: T-TWO
    effect: prohibit
    rank: 20
    when: {all: [{fact: spies}, {fact: serves}]}
  - id: T-LATE
    effect: prohibit
    rank: 10
    when: {vendor_in: [v3]}
    in_force: [2022-05-01, null]
declares: {words: [blacklist], issuers: [gov], facts: {spies: boolean, serves: boolean}}
""",
    "q.yml": """
pack: test-other
issuer: gov
title: Another test policy
source: A page
force: advice
default: clear
rules:
  - id: O-V1
    effect: condition
    rank: 10
    when: {all: [{vendor_in: [v1]}, {asset_class: core}]}
declares: {issuers: [gov]}
""",
}
PARTIES = [
    *(small_case.party(name, "vendor", "DE") for name in ("v1", "v2", "v3")),
    *(small_case.party(name, "other", "DE") for name in ("holder", "gov")),
    small_case.party("net", "carrier", "DE"),
]


@pytest.fixture
def packs(tmp_path: Path) -> Path:
    folder = tmp_path / "packs"
    folder.mkdir()
    for name, text in PACKS.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def case(first_case: Path, tmp_path: Path) -> Path:
    """A case with parties, no owners (a search says so), no denial and no list yet: none of these holds."""
    return copied_case(first_case, tmp_path / "case")


@pytest.fixture(scope="module")
def first_case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """That case, made once; copy it before you write to it."""
    place = tmp_path_factory.mktemp("diff") / "case"
    verbs.new(place, "tiny")
    whole = {"list_name": "blacklist", "whole_on": date(2020, 1, 1)}
    looked = small_case.searched()
    denied = [
        small_case.claim(f"N{at}", fact, "denies", vendor_ids=["v3"]) for at, fact in enumerate(["spies", "serves"])
    ]
    enter(place, "first", party=PARTIES, listing=[whole], absence=[looked], claim=denied)
    return place


def enter(place: Path, name: str, **rows: Iterable[Mapping[str, object]]) -> None:
    """Rows as one run of add would leave them."""
    case = Case.open(place)
    with case.writer("add", {"file": name}, {"file": name}) as run:
        for table, some in rows.items():
            made = [
                {**small_case.READ, "row_id": row_id(table, row), "locator": f"{name}.csv row 2", **row} for row in some
            ]
            run.append(table, made)


def screened(place: Path, packs: Path, as_of: date = DAY, policy: str = "test-pack") -> str:
    return verbs.screen(place, [policy], as_of=as_of, packs=[packs]).policies[0].run_id


def turned(found: DiffReport) -> dict[str, Change]:
    """Changes of outcome for hardware of the core or radio network in use, by vendor."""
    kept = {}
    for change in found.changed:
        if change.key["asset_class"] == "ran" and change.key["action"] == "use":
            kept[str(change.key["vendor_id"])] = change
    return kept


def refs(change: Change) -> list[tuple[tuple[str, ...], bool | None, bool | None]]:
    return [(cause.rows, cause.sufficient, cause.necessary) for cause in change.causes]


def stake_ref(row: Mapping[str, object], table: str = "ownership") -> str:
    return f"{table}:{row_id(table, row)}"


def test_one_listing_turns_a_verdict_and_rows_beside_it_are_not_named(case: Path, packs: Path) -> None:
    old = screened(case, packs)
    listed = {"list_name": "blacklist", "party_id": "v1", "from_on": date(2024, 1, 1)}
    idle = small_case.claim("C9", "color", "asserts", vendor_ids=["v1"])
    enter(case, "second", listing=[listed, {**listed, "list_name": "another"}], claim=[idle])
    found = verbs.diff(case, old, screened(case, packs), packs=[packs])
    changes = turned(found)
    assert set(changes) == {"v1"}
    assert changes["v1"].columns["outcome"][1] == "restricted"
    assert refs(changes["v1"]) == [((stake_ref(listed, "listing"),), True, True)]
    assert changes["v1"].causes[0].places[0]["locator"] == "second.csv row 2"
    assert changes["v1"].causes[0].says.endswith("entered the case")
    assert not found.appeared
    assert not found.vanished
    assert found.notes == ()


def test_one_stake_turns_a_verdict(case: Path, packs: Path) -> None:
    owned = small_case.stake("holder", "v2", 0.6)
    other = small_case.stake("holder", "gov", 0.6)
    base = [{"list_name": "blacklist", "whole_on": date(2021, 1, 1)}]
    enter(case, "base", listing=base, claim=[small_case.claim("N9", "spies", "denies", vendor_ids=["v2"])])
    old = screened(case, packs)
    enter(case, "second", ownership=[owned, other])
    change = turned(verbs.diff(case, old, screened(case, packs), packs=[packs]))["v2"]
    assert change.columns["outcome"] == ("clear", "conditional")
    assert refs(change) == [((stake_ref(owned),), True, True)]
    assert change.says == "v2, radio access network, hardware, use: clear -> conditional under test-pack (rule T-OWNED)"


def test_two_claims_are_named_together(case: Path, packs: Path) -> None:
    base = [small_case.claim("N8", "serves", "denies", vendor_ids=["v2"])]
    enter(case, "base", claim=base)
    old = screened(case, packs)
    first = small_case.claim("C1", "spies", "asserts", vendor_ids=["v2"])
    second = small_case.claim("C2", "serves", "asserts", vendor_ids=["v1"])
    third = small_case.claim("C3", "spies", "asserts", vendor_ids=["v1"])
    enter(case, "second", claim=[first, second, third])
    changes = turned(verbs.diff(case, old, screened(case, packs), packs=[packs]))
    assert changes["v1"].columns["outcome"] == ("undetermined", "restricted")
    assert refs(changes["v1"]) == [(("claim:C2", "claim:C3"), True, True)]
    assert changes["v1"].causes[0].says == "claim C2 entered the case; claim C3 entered the case"
    assert "outcome" not in changes["v2"].columns
    assert refs(changes["v2"]) == [(("claim:C1",), None, None)]


def test_either_of_two_claims_is_enough_and_neither_is_necessary(case: Path, packs: Path) -> None:
    old = screened(case, packs)
    some = [small_case.claim(f"D{at}", "spies", "denies", vendor_ids=["v1"]) for at in (1, 2)]
    enter(case, "second", claim=some)
    change = turned(verbs.diff(case, old, screened(case, packs), packs=[packs]))["v1"]
    assert change.columns["outcome"] == ("undetermined", "clear")
    assert refs(change) == [(("claim:D1",), True, False), (("claim:D2",), True, False)]


def test_the_way_back_names_the_row_that_is_missing(case: Path, packs: Path) -> None:
    old = screened(case, packs)
    enter(case, "second", claim=[small_case.claim("D1", "spies", "denies", vendor_ids=["v1"])])
    change = turned(verbs.diff(case, screened(case, packs), old, packs=[packs]))["v1"]
    assert change.columns["outcome"] == ("clear", "undetermined")
    assert refs(change) == [(("claim:D1",), True, True)]
    assert change.causes[0].says == "claim D1 is no longer in the case"


def test_a_rule_that_came_into_force_between_two_days(case: Path, packs: Path) -> None:
    found = verbs.diff(case, "2022-04-30", "2022-05-01", policy=["test-pack"], packs=[packs])
    change = turned(found)["v3"]
    assert change.columns["outcome"] == ("clear", "restricted")
    assert refs(change) == [(("rule:T-LATE",), True, True)]
    assert change.causes[0].says == "rule T-LATE came into force on 2022-05-01"
    assert set(turned(found)) == {"v3"}
    assert found.rules == ({"policy": "test-pack", "rule": "T-LATE", "says": "came into force on 2022-05-01"},)
    back = turned(verbs.diff(case, "2022-05-01", "2022-04-30", policy=["test-pack"], packs=[packs]))["v3"]
    assert back.columns["outcome"] == ("restricted", "clear")
    assert back.causes[0].says == "rule T-LATE is in force on 2022-05-01 and not on 2022-04-30"
    same = verbs.diff(case, "2022-05-01", "2022-05-02", policy=["test-pack"], packs=[packs])
    assert not same.changed
    assert same.unchanged_count == 72


def test_a_stake_and_a_listing_that_began_and_ended_between_two_days(case: Path, packs: Path) -> None:
    owned = small_case.stake("holder", "v3", 0.6, from_on=date(2021, 3, 1))
    listed = {"list_name": "blacklist", "party_id": "v3", "from_on": date(2020, 6, 1), "to_on": date(2021, 2, 1)}
    enter(case, "second", ownership=[owned], listing=[listed])
    change = turned(verbs.diff(case, "2021-01-01", "2021-04-01", policy=["test-pack"], packs=[packs]))["v3"]
    assert change.columns["outcome"] == ("restricted", "conditional")
    assert refs(change) == [((stake_ref(listed, "listing"), stake_ref(owned)), True, True)] or refs(change) == [
        ((stake_ref(owned), stake_ref(listed, "listing")), True, True)
    ]
    says = change.causes[0].says
    assert "began on 2021-03-01" in says
    assert "ended on 2021-02-01" in says


def test_a_claim_that_came_to_be_known(case: Path, packs: Path) -> None:
    said = {"said_low_on": date(2023, 2, 1), "sourced_high_on": date(2023, 2, 1)}
    known = [{"list_name": "blacklist", "whole_on": date(2020, 1, 1)}]
    enter(
        case, "second", claim=[small_case.claim("D1", "spies", "denies", date(2023, 2, 1), vendor_ids=["v1"], **said)]
    )
    before = date(2022, 12, 31)
    enter(case, "third", listing=known, absence=[small_case.searched(before)])
    days = ("2023-01-01", "2023-03-01")
    found = verbs.diff(case, *days, by="known-on", as_of=before, policy=["test-pack"], packs=[packs])
    change = turned(found)["v1"]
    assert [cause.rows for cause in change.causes if "claim:D1" in cause.rows]
    assert change.causes[0].says == "claim D1 came to be known by 2023-03-01"


def test_two_policies_stand_side_by_side(case: Path, packs: Path) -> None:
    found = verbs.diff(case, "test-pack", "test-other", as_of=DAY, packs=[packs])
    core = [c for c in found.changed if c.key["vendor_id"] == "v1" and c.key["asset_class"] == "core"]
    assert {tuple(change.columns["outcome"]) for change in core} == {("undetermined", "conditional")}
    assert [cause.rows for cause in core[0].causes] == [("rule:T-TWO",), ("rule:O-V1",)]
    assert "vendor_in: v1" in core[0].causes[1].says
    assert "test-pack" not in core[0].key
    assert found.kind == "policies"


def test_nothing_changed_is_one_line(case: Path, packs: Path, provenet: Provenet) -> None:
    run = screened(case, packs)
    ran = provenet("diff", case, run, run, "--packs", packs)
    assert (ran.code, ran.err) == (0, "")
    asked = "test-pack, in force on 2024-06-01"
    assert ran.out == f"Runs: {run} ({asked}) -> {run} ({asked})\nNothing changed: 72 verdicts alike.\n"


def test_a_superseded_run_is_still_compared(case: Path, packs: Path) -> None:
    runs = [screened(case, packs)]
    for at in (1, 2):
        enter(case, f"more{at}", claim=[small_case.claim(f"D{at}", "spies", "denies", vendor_ids=[f"v{at}"])])
        runs.append(screened(case, packs))
    first = turned(verbs.diff(case, runs[0], runs[1], packs=[packs]))
    assert {vendor: refs(change) for vendor, change in first.items()} == {"v1": [(("claim:D1",), True, True)]}
    both = turned(verbs.diff(case, runs[0], runs[2], packs=[packs]))
    assert {v: refs(c) for v, c in both.items()} == {
        "v1": [(("claim:D1",), True, True)],
        "v2": [(("claim:D2",), True, True)],
    }


def test_a_new_vendor_appears_with_its_row(case: Path, packs: Path) -> None:
    old = screened(case, packs)
    enter(case, "second", party=[small_case.party("v4", "vendor", "DE")])
    found = verbs.diff(case, old, screened(case, packs), packs=[packs])
    assert not found.changed
    assert {row.key["vendor_id"] for row in found.appeared} == {"v4"}
    assert {row.causes[0].says for row in found.appeared} == {"party v4 entered the case"}


def test_json_holds_what_the_lines_say_and_repeats_byte_for_byte(case: Path, packs: Path, provenet: Provenet) -> None:
    old = screened(case, packs)
    enter(case, "second", claim=[small_case.claim("D1", "spies", "denies", vendor_ids=["v1"])])
    words = ("diff", case, old, screened(case, packs), "--packs", packs)
    told, again = provenet(*words, "--json"), provenet(*words, "--json")
    assert told.out == again.out
    assert list(told.json) == list(DiffReport.model_fields)
    change = told.json["changed"][0]
    assert change["columns"]["outcome"] == ["undetermined", "clear"]
    assert change["causes"][0]["rows"] == ["claim:D1"]
    assert (change["causes"][0]["sufficient"], change["causes"][0]["necessary"]) == (True, True)
    assert change["searched"] == 3
    lines = provenet(*words).out
    assert "24 verdicts: undetermined -> clear under test-pack\n" in lines
    assert "  because: claim D1 entered the case\n    Speaker of D1, denies, Says so\n    [second.csv row 2]\n" in lines


def test_a_case_that_nobody_may_write_is_compared_and_left_as_it_is(case: Path, packs: Path) -> None:
    run = screened(case, packs)
    before = print_of(case)
    found = verbs.diff(case, run, run, packs=[packs])
    verbs.diff(case, "2022-04-30", "2022-05-01", policy=["test-pack"], packs=[packs])
    assert not found.changed
    assert print_of(case) == before


def print_of(folder: Path) -> str:
    seen = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        seen.update(path.relative_to(folder).as_posix().encode())
        if path.is_file():
            seen.update(path.read_bytes())
    return seen.hexdigest()


@pytest.mark.parametrize(("words", "says"), table(__file__, "what is refused"))
def test_what_is_refused(case: Path, packs: Path, provenet: Provenet, words: tuple[str, ...], says: str) -> None:
    ran = provenet("diff", case, *words, "--packs", packs)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == says + "\n"


def test_runs_of_two_verbs_and_beginnings_of_many_runs_are_refused(case: Path, packs: Path, provenet: Provenet) -> None:
    run = screened(case, packs)
    checked = verbs.check(case, as_of=DAY).run_id
    ran = provenet("diff", case, run, checked, "--packs", packs)
    assert ran.err == f"diff: {run} is a run of screen and {checked} one of check; expected two runs of one verb.\n"
    added = Case.open(case).runs().filter(verb="add")["run_id"][0]
    ran = provenet("diff", case, added, added, "--packs", packs)
    assert ran.err == (
        f"diff: {added} is a run of add, which diff does not compare; expected a run of screen, "
        "depend, estimates, measured, paths, expose, scenarios, sites, comparison, inside, plan, fund, check, "
        "brief.\n"
    )
    ran = provenet("diff", case, run, run, "--packs", packs, "--country", "Germany")
    assert ran.err == "diff: --country has no meaning between two runs; each run has settings of its own.\n"
    other = screened(case, packs, date(2022, 1, 1))
    ran = provenet("diff", case, "screen", other, "--packs", packs)
    assert ran.err == (
        "diff: 2 runs begin with 'screen'. Give more of the id:\n"
        f"    {run}  as_of {DAY}, policy test-pack\n    {other}  as_of 2022-01-01, policy test-pack\n"
    )


def test_a_run_whose_pack_is_not_at_hand_says_so(case: Path, packs: Path) -> None:
    old = screened(case, packs)
    enter(case, "second", claim=[small_case.claim("D1", "spies", "denies", vendor_ids=["v1"])])
    new = screened(case, packs)
    found = verbs.diff(case, old, new)
    assert turned(found)["v1"].searched is None
    says = "no pack at hand has the policy 'test-pack', so no cause can be sought; name its folder with --packs."
    assert found.notes == (f"{old}: {says}", f"{new}: {says}")


def test_shares_name_the_rows_and_verdicts_under_them(case: Path, packs: Path) -> None:
    share = {**small_case.SHARE, "geo": "Germany", "carrier_id": "net", "vendor_ids": ["v3"], "vendors_says": "v3"}
    share |= {"low_share": 0.36, "high_share": 0.36, "as_of_high_on": date(2020, 12, 31)}
    enter(case, "shares", market_share=[share])
    runs = []
    for at in (1, 2):
        verbs.screen(case, ["test-pack"], as_of=DAY, packs=[packs], country=["Germany"])
        runs.append(verbs.depend(case, as_of=DAY, country=["Germany"]).countries[0].run_id)
        if at == 1:
            enter(case, "second", claim=[small_case.claim("D1", "spies", "denies", vendor_ids=["v1"])])
            enter(case, "third", ownership=[small_case.stake("holder", "v3", 0.9)])
            listed = {"list_name": "blacklist", "party_id": "v3", "to_on": date(2019, 1, 1)}
            enter(case, "fourth", listing=[listed])
    found = verbs.diff(case, *runs, packs=[packs])
    assert (found.verb, found.as_dict()["kind"]) == ("depend", "runs")
    causes = [cause for change in found.changed for cause in change.causes]
    under = [cause for cause in causes if cause.rows[0].startswith("verdict:")]
    assert under
    for cause in under:
        assert cause.says.startswith("v3, radio access network, hardware, ")
        assert "-> conditional under test-pack (rule T-OWNED), because ownership-" in cause.says
        assert next(place["locator"] for place in cause.places) == "third.csv row 2"
        assert (cause.sufficient, cause.necessary) == (None, None)


def test_a_day_without_a_rule_in_force_is_not_called_clear(case: Path, tmp_path: Path, provenet: Provenet) -> None:
    (tmp_path / "later").mkdir()
    (tmp_path / "later" / "later.yml").write_text(
        "pack: later\nissuer: an-office\ndeclares: {issuers: [an-office]}\ntitle: Later\n"
        "source: a page\nforce: law\ndefault: clear\nrules:\n"
        "  - {id: L-1, effect: prohibit, rank: 1, when: {vendor_in: v1}, in_force: [2020-01-01, null], "
        "citation: a page, says: Nobody uses it.}\n",
        encoding="utf-8",
    )
    ran = provenet("diff", case, "2019-12-31", "2020-01-01", "--policy", "later", "--packs", tmp_path / "later")
    assert "24 verdicts: no rule in force -> restricted under later (rule L-1)" in ran.out.splitlines()
    assert "clear -> " not in ran.out


def test_diff_tells_how_far_it_is(case: Path, packs: Path) -> None:
    told: list[tuple[str, int, int]] = []
    ask = {"packs": [packs], "as_of": DAY, "progress": lambda *said: told.append(said)}
    verbs.diff(case, "test-pack", "de-bsig", **ask)
    verbs.diff(case, "2020-01-01", DAY, policy=["test-pack", "de-bsig"], packs=[packs], progress=ask["progress"])
    run = screened(case, packs)
    verbs.diff(case, run, run, packs=[packs], progress=ask["progress"])
    assert told == [
        ("countries compared", 0, 1),
        ("policies compared", 0, 2),
        ("policies compared", 1, 2),
        ("runs compared", 0, 1),
    ]


def test_lines_call_vendors_and_carriers_by_name_and_runs_by_what_they_asked(
    tmp_path: Path, packs: Path, provenet: Provenet
) -> None:
    verbs.new(tmp_path / "named")
    rows = "party_id,name,role,country\nv1,Maker One,vendor,DE\nv3,maker three,vendor,DE\nnet,Net One,carrier,DE\n"
    rows += "holder,holder,other,DE\ngov,gov,other,DE\n"
    (tmp_path / "makers.csv").write_text(rows, encoding="utf-8")
    verbs.add(tmp_path / "named", tmp_path / "makers.csv")
    sides = ("test-pack", "test-other", "--as-of", DAY, "--packs", packs)
    ran = provenet("diff", tmp_path / "named", *sides)
    assert "  vendors: Maker One" in ran.out
    assert "  vendors: maker three" in ran.out
    told = provenet("diff", tmp_path / "named", *sides, "--json").json
    assert told["names"] == {"v1": "Maker One", "v3": "maker three"}
    first, second = (screened(tmp_path / "named", packs, day) for day in (date(2022, 1, 1), DAY))
    line = provenet("diff", tmp_path / "named", first, second, "--packs", packs).out.splitlines()[0]
    assert line == (
        f"Runs: {first} (test-pack, in force on 2022-01-01) -> {second} (test-pack, in force on {DAY.isoformat()})"
    )
