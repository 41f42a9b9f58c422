"""A case holds rule packs of its own: in versions, before those of folders and the bundled ones, until withdrawn."""

from pathlib import Path

import pytest

import provenet as verbs
from doors.conftest import Provenet
from provenet.case.case import Case
from provenet.case.pack_files import held_packs
from support.copies import copied_case
from support.plan_case import DAY, PACK, write

SCOPE = ("--country", "Japan", "--as-of", DAY)
CASES = """case_id,policy_id,as_of,vendor_profile,asset_class,layer,site_class,origin_country,capability,known_facts,\
expected_outcome,why,source
TP1,test-pack,2026-01-01,name=Acme,ran.radio,hardware,any,any,any,action=use,conditional,named,made up <https://a.example>
TP2,test-pack,2026-01-01,name=Bolt,ran.radio,hardware,any,any,any,action=use,clear,not named,made up <https://a.example>
"""
OTHER = PACK.replace("Acme]", "Bolt]").replace("Acme leaves by", "Bolt leaves by")


@pytest.fixture(scope="module")
def bare_case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bare")
    verbs.new(folder / "case")
    assert verbs.add(folder / "case", write(folder / "files")).faults == ()
    return folder / "case"


@pytest.fixture
def bare(bare_case: Path, tmp_path: Path) -> Path:
    """A copy of the small case, nothing screened yet."""
    return copied_case(bare_case, tmp_path / "case")


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    place = tmp_path / "own.yml"
    place.write_text(PACK, encoding="utf-8")
    return place


def reached(provenet: Provenet, case: Path, policy: str = "test-pack", *more: str | Path) -> list[str]:
    """The vendors that a rule with a last day reaches."""
    ran = provenet("screen", case, "--policy", policy, *SCOPE, *more, "--json")
    assert ran.code == 0, ran.err
    vendors: list[str] = ran.json["policies"][0]["vendors"].get("conditional", [])
    return vendors


def test_a_pack_that_the_case_holds_is_read_by_every_verb(provenet: Provenet, bare: Path, pack: Path) -> None:
    added = provenet("add", bare, pack)
    assert (added.code, added.out) == (0, "own.yml: read as rule pack, 1 rule; 1 new in rule_pack, 1 new in source\n")
    assert reached(provenet, bare) == ["Acme"]
    for verb in ("depend", "plan", "brief"):
        more = ("--out", str(bare.parent / "pages")) if verb == "brief" else ()
        ran = provenet(verb, bare, *SCOPE, *more)
        assert ran.code == 0, ran.err
    plan = Case.open(bare).read("plan").row(0, named=True)
    assert plan["scenario"] is None or not plan["scenario"], "it binds: Japan is its jurisdiction"
    assert "A rule made up for tests" in plan["policy_says"]
    assert provenet("check", bare, "--only", "stale-run").code == 0
    status = provenet("status", bare)
    assert "Rule pack test-pack (law, JP): version 1 from own.yml\n" in status.out
    assert "results are current." in status.out


def test_adding_it_again_changes_nothing(provenet: Provenet, bare: Path, pack: Path) -> None:
    assert provenet("add", bare, pack).code == 0
    runs = Case.open(bare).runs().height
    again = provenet("add", bare, pack, "--json").json["files"][0]
    assert (again["stood_already"], again["added"]) == (True, {"rule_pack": 0})
    assert Case.open(bare).runs().height == runs


def test_a_changed_file_is_the_next_version_and_diff_names_the_rule(provenet: Provenet, bare: Path, pack: Path) -> None:
    provenet("add", bare, pack)
    assert reached(provenet, bare) == ["Acme"]
    provenet("depend", bare, *SCOPE)
    pack.write_text(OTHER, encoding="utf-8")
    added = provenet("add", bare, pack)
    assert "  version 2 of the pack test-pack, in place of the one from own.yml\n" in added.out
    stale = provenet("status", bare).out
    assert "the table rule_pack has changed" in stale and "version 2 from own.yml" in stale
    assert provenet("depend", bare, *SCOPE).code == 0
    assert provenet("run", bare).code == 0
    assert reached(provenet, bare) == ["Bolt"]
    first, second = [run for run in Case.open(bare).runs()["run_id"] if run.startswith("screen-")]
    diff = provenet("diff", bare, first, second)
    assert diff.code == 0, diff.err
    assert "T-OUT" in diff.out and "Acme" in diff.out and "Bolt" in diff.out
    assert "other packs" not in diff.out


def test_a_pack_of_the_case_comes_before_one_of_a_folder_and_that_before_a_bundled_one(
    provenet: Provenet, bare: Path, tmp_path: Path
) -> None:
    bundled = reached(provenet, bare, "jp-espa")
    folder = tmp_path / "packs"
    folder.mkdir()
    own = PACK.replace("pack: test-pack", "pack: jp-espa").replace("Acme]", "Bolt]")
    (folder / "theirs.yml").write_text(own.replace("Bolt]", "Cord]"), encoding="utf-8")
    (tmp_path / "ours.yml").write_text(own, encoding="utf-8")

    assert reached(provenet, bare, "jp-espa", "--packs", folder) == ["Cord"]
    assert provenet("add", bare, tmp_path / "ours.yml").code == 0
    assert reached(provenet, bare, "jp-espa") == ["Bolt"]
    both = provenet("screen", bare, "--policy", "jp-espa", *SCOPE, "--packs", folder)
    assert "The pack jp-espa of the case replaces the bundled one. It has no JP-ESPA." in both.out + both.err
    assert "The pack jp-espa of the case replaces the one from a folder." in both.out + both.err
    assert reached(provenet, bare, "jp-espa", "--packs", folder) == ["Bolt"]
    assert "version 1 from ours.yml, in place of the bundled one\n" in provenet("status", bare).out
    gone = provenet("add", bare, "--withdraw", "JP_ESPA")
    assert gone.code == 0 and gone.out.startswith("jp-espa: withdrawn; no verb reads it any more.")
    assert "Rule pack jp-espa (law, JP): withdrawn\n" in provenet("status", bare).out
    assert reached(provenet, bare, "jp-espa") == bundled
    assert reached(provenet, bare, "jp-espa", "--packs", folder) == ["Cord"]
    back = provenet("add", bare, tmp_path / "ours.yml")
    assert "  version 3 of the pack jp-espa, which was withdrawn\n" in back.out
    assert reached(provenet, bare, "jp-espa") == ["Bolt"]


def test_a_pack_may_name_what_files_of_the_same_call_bring_and_is_refused_whole_otherwise(
    provenet: Provenet, tmp_path: Path, pack: Path
) -> None:
    case = tmp_path / "case"
    verbs.new(case)
    refused = provenet("add", case, pack)
    assert refused.code == 3
    assert "own.yml line 16" in refused.err and "Acme" in refused.err
    assert held_packs(Case.open(case)) == [] and list((case / "sources").iterdir()) == []
    made = provenet("add", case, pack, *write(tmp_path / "files"))
    assert made.code == 0, made.err
    assert [one.row["pack"] for one in held_packs(Case.open(case))] == ["test-pack"]


def test_an_issuer_given_by_name_is_the_party_of_that_name(provenet: Provenet, bare: Path, pack: Path) -> None:
    pack.write_text(PACK.replace("issuer: jp-government", "issuer: Acme"), encoding="utf-8")
    assert provenet("add", bare, pack).code == 0
    assert reached(provenet, bare) == ["Acme"]
    assert set(Case.open(bare).read("verdict")["issuer"]) == {"acme"}


def test_what_cannot_be_withdrawn_is_a_sentence(provenet: Provenet, bare: Path, pack: Path) -> None:
    none = provenet("add", bare, "--withdraw", "test-pack")
    assert (none.code, none.err) == (
        2,
        "--withdraw: the case holds no rule pack of this id; found 'test-pack'. It holds none.\n",
    )
    provenet("add", bare, pack)
    assert "Nearest: test-pack." in provenet("add", bare, "--withdraw", "test-pac").err
    assert provenet("add", bare, "--withdraw", "test-pack").code == 0
    assert "withdrawn already" in provenet("add", bare, "--withdraw", "test-pack").err


def test_two_packs_of_the_case_do_not_share_a_rule(provenet: Provenet, bare: Path, pack: Path, tmp_path: Path) -> None:
    provenet("add", bare, pack)
    (tmp_path / "twin.yml").write_text(PACK.replace("pack: test-pack", "pack: twin"), encoding="utf-8")
    refused = provenet("add", bare, tmp_path / "twin.yml")
    assert refused.code == 3
    assert "the rule appears twice" in refused.err


def test_a_foreign_rule_of_a_folder_is_not_in_force_where_the_plan_does_not_name_the_folder(
    provenet: Provenet, bare: Path, tmp_path: Path
) -> None:
    """One rule was a scenario for `plan --policy` and in force for `plan`, which had no pack to tell it foreign."""
    folder = tmp_path / "packs"
    folder.mkdir()
    (folder / "foreign.yml").write_text(PACK.replace("jurisdiction: JP", "jurisdiction: US"), encoding="utf-8")
    assert reached(provenet, bare, "test-pack", "--packs", folder) == ["Acme"]
    assert provenet("depend", bare, *SCOPE).code == 0
    own = provenet("plan", bare, *SCOPE, "--json")
    assert own.code == 0, own.err
    assert own.json["countries"][0]["plan"]["status"] == "undetermined"
    named = provenet("plan", bare, *SCOPE, "--policy", "test-pack", "--packs", folder, "--json")
    assert named.code == 0, named.err
    assert "not what binds them" in named.json["countries"][0]["plan"]["scenario_says"]


def test_why_of_a_verdict_leads_to_the_pack_that_the_case_holds(provenet: Provenet, bare: Path, pack: Path) -> None:
    provenet("add", bare, pack)
    assert reached(provenet, bare) == ["Acme"]
    held = Case.open(bare)
    (row,) = held.read("rule_pack").iter_rows(named=True)
    verdict = held.read("verdict").filter(pack="test-pack", outcome="conditional")["verdict_id"][0]
    walk = provenet("why", bare, verdict, "--json").json["walk"]
    (found,) = [step for step in walk["inputs"] if step["ref"].startswith("rule_pack:")]
    assert (found["ref"], found["row"]["pack"]) == (f"rule_pack:{row['row_id']}", "test-pack")
    assert "own.yml" in provenet("why", bare, verdict).out


def test_the_packs_that_a_case_holds_are_tested_as_files_are(provenet: Provenet, bare: Path, pack: Path) -> None:
    provenet("add", bare, pack)
    cases = pack.with_name("policy_case.csv")
    cases.write_text(CASES, encoding="utf-8")
    declared = pack.with_name("declared.yml")
    declared.write_text(f"{PACK}declares: {{vendors: [Acme]}}\n", encoding="utf-8")
    from_file = provenet("test", declared, "--json").json
    assert provenet("add", bare, cases).code == 0
    from_case = provenet("test", bare, "--json").json
    assert from_case == from_file
    assert not from_case["is_passed"], "no case leaves the rule unknown"
    (found,) = from_case["packs"]
    assert (found["pack"], found["case_count"], found["unexpected"]) == ("test-pack", 2, [])
    assert [one.pack.id for one in verbs.check_pack(str(bare)).tests] == ["test-pack"]
    assert provenet("add", bare, "--withdraw", "test-pack").code == 0
    ran = provenet("test", bare)
    assert (ran.code, ran.out) == (2, "")
    assert "test: the case holds no rule pack that stands" in ran.err


def test_a_pack_is_retracted_with_its_reason_and_restored_by_its_file(
    provenet: Provenet, bare: Path, pack: Path
) -> None:
    provenet("add", bare, pack)
    done = provenet("retract", bare, "test-pack", "--reason", "Repealed before it applied.")
    assert done.out.startswith("rule_pack:test-pack: retracted; 1 row counts no more. Repealed before it applied.\n")
    (held,) = held_packs(Case.open(bare))
    assert (held.stands, held.row["reason"]) == (False, "Repealed before it applied.")
    ran = provenet("retract", bare, "test-pack", "--restore", "--reason", "It applies.")
    assert (ran.code, "add its file again: provenet add CASE FILE" in ran.err) == (2, True)
    provenet("add", bare, pack)
    assert reached(provenet, bare) == ["Acme"]
