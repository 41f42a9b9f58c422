"""`status` says what is stale and why; `run` brings it up to date and leaves the rest alone."""

import json
import re
from pathlib import Path

from doors.conftest import ASKED, Provenet
from provenet.case.case import Case
from provenet.case.run_kinds import KINDS
from provenet.case.standing import Standing

HEADER = "vendor,hq_country,legal_form,ownership,home_compulsion_law,segments,listed_by,certification,supply_note"
MORE = f"""{HEADER},source_title,source_url,source_date,status,checked_on
Small Vendor,NL,,,,RAN,,,,Our own list,https://example.org/list,2024-01-01,CONFIRMED,2024-01-02
"""


def add_a_party(provenet: Provenet, case: Path, tmp_path: Path) -> None:
    (tmp_path / "vendors.csv").write_text(MORE, encoding="utf-8")
    added = provenet("add", case, tmp_path / "vendors.csv")
    assert added.code == 0, added.err


def states(provenet: Provenet, case: Path) -> dict[str, str]:
    return {one["verb"]: one["state"] for one in provenet("status", case, "--json").json["results"]}


def test_a_fresh_case_is_current(provenet: Provenet, case: Path) -> None:
    ran = provenet("status", case)
    assert ran.code == 0
    assert ran.out == "screen: 1 current\ndepend: 1 current\nbrief: 1 current\nAll 3 results are current.\n"
    again = provenet("run", case)
    assert (again.code, again.out) == (0, "0 results brought up to date, 3 current before, 0 left.\n")


def test_one_row_makes_stale_what_read_it_and_what_rests_on_that(
    provenet: Provenet, case: Path, tmp_path: Path
) -> None:
    add_a_party(provenet, case, tmp_path)
    assert states(provenet, case) == {"screen": "stale", "depend": "stale", "brief": "stale"}
    found = provenet("status", case).out
    assert re.search(r"^  stale: screen-\w+: the table party has changed; the table source has changed$", found, re.M)
    assert re.search(r"^  stale: depend-\w+: .*it rests on stale results: screen-\w+$", found, re.M)
    assert f"    provenet depend {case} --as-of 2024-08-01 --country Japan\n" in found
    assert f"Next: provenet run {case} (brings every result above up to date, in order)" in found


def test_run_does_what_the_verbs_by_hand_do(provenet: Provenet, case: Path, tmp_path: Path) -> None:
    add_a_party(provenet, case, tmp_path)
    made = provenet("run", case, "--json")
    assert made.code == 0, made.err
    assert [one["verb"] for one in made.json["renewed"]] == ["screen", "depend", "brief"]
    assert made.json["left"] == [] and made.json["kept_count"] == 0
    assert set(states(provenet, case).values()) == {"current"}
    before = len(Case.open(case).runs())
    for words in (("screen", case, "--policy", "jp-espa"), ("depend", case), ("brief", case, "--out", tmp_path / "p")):
        assert provenet(*words, *ASKED).code == 0
    assert len(Case.open(case).runs()) == before, "by hand the same questions are the same runs"


def test_a_result_is_current_again_where_the_verdicts_below_come_out_the_same(
    provenet: Provenet, case: Path, tmp_path: Path
) -> None:
    """Digests decide, not days: shares read the party table too, so only what reads it is made anew."""
    add_a_party(provenet, case, tmp_path)
    assert provenet("screen", case, "--policy", "jp-espa", *ASKED).code == 0
    assert states(provenet, case) == {"screen": "current", "depend": "stale", "brief": "stale"}


def own_packs(tmp_path: Path) -> Path:
    packs = tmp_path / "packs"
    packs.mkdir()
    shown = next((Path(__file__).parents[2] / "src" / "provenet" / "policy" / "policies").glob("jp-espa.yml"))
    (packs / "jp-espa.yml").write_bytes(shown.read_bytes() + b"\n# ours\n")
    return packs


def test_packs_of_ones_own_are_found_where_they_lay(provenet: Provenet, case: Path, tmp_path: Path) -> None:
    packs = own_packs(tmp_path)
    assert provenet("screen", case, "--policy", "jp-espa", "--packs", packs, *ASKED).code == 0
    add_a_party(provenet, case, tmp_path)
    again = provenet("run", case, "--json")
    assert again.code == 0, again.out
    assert [one["verb"] for one in again.json["renewed"]] == ["screen", "depend", "brief"]
    assert set(states(provenet, case).values()) == {"current"}


def test_packs_that_changed_make_stale_what_read_them(provenet: Provenet, case: Path, tmp_path: Path) -> None:
    packs = own_packs(tmp_path)
    assert provenet("screen", case, "--policy", "jp-espa", "--packs", packs, *ASKED).code == 0
    assert provenet("run", case).code == 0
    assert set(states(provenet, case).values()) == {"current"}
    with (packs / "jp-espa.yml").open("a", encoding="utf-8") as pack:
        pack.write("# and another line\n")
    assert states(provenet, case)["screen"] == "stale"
    found = provenet("status", case).out
    assert re.search(r"^  stale: screen-\w+: the rule packs that it read have changed or moved$", found, re.M)
    assert re.search(rf"^    provenet screen {re.escape(str(case))} .*--policy jp-espa --packs DIR$", found, re.M)
    assert f"Next: provenet run {case} " in found
    refused = provenet("brief", case, "--out", tmp_path / "p", *ASKED)
    assert refused.code == 3
    assert refused.err.startswith("brief: the verdicts of jp-espa are older than its rule packs; run: provenet screen ")
    assert refused.err.endswith(" --packs DIR\n")
    checked = provenet("check", case, "--only", "stale-run", "--packs", packs).out
    assert "older than what it read: the rule packs that it read have changed or moved." in checked
    assert provenet("run", case).code == 0
    assert set(states(provenet, case).values()) == {"current"}


def test_packs_that_moved_are_asked_for(provenet: Provenet, case: Path, tmp_path: Path) -> None:
    packs = own_packs(tmp_path)
    assert provenet("screen", case, "--policy", "jp-espa", "--packs", packs, *ASKED).code == 0
    assert provenet("run", case).code == 0
    moved = packs.rename(tmp_path / "moved")
    ran = provenet("run", case)
    assert ran.code == 3
    assert "it read rule packs of your own; name their folder: provenet run CASE --packs DIR" in ran.out
    assert provenet("run", case, "--packs", moved).code == 0
    assert set(states(provenet, case).values()) == {"current"}


def test_an_empty_case_is_told_where_to_begin(provenet: Provenet, tmp_path: Path) -> None:
    assert provenet("new", tmp_path / "empty").code == 0
    found = provenet("status", tmp_path / "empty")
    assert found.out.splitlines() == [
        f"{tmp_path / 'empty'}: no result stands yet.",
        f"Next: provenet add {tmp_path / 'empty'} FILE... (the case holds no party yet)",
    ]


def test_verbs_not_asked_yet_are_named_with_their_command(provenet: Provenet, case: Path) -> None:
    days = ["--as-of", "2024-09-01", "--country", "Japan"]
    assert provenet("screen", case, "--policy", "jp-espa", *days).code == 0
    steps = provenet("status", case, "--json").json["next_steps"]
    assert steps == [
        {
            "command": "provenet depend CASE --country 'Japan' --as-of 2024-09-01",
            "reason": "verdicts stand, and no shares yet",
        }
    ]


def test_status_writes_nothing(provenet: Provenet, case: Path) -> None:
    def state() -> dict[str, bytes]:
        return {str(path): path.read_bytes() for path in sorted(case.rglob("*")) if path.is_file()}

    before = state()
    assert provenet("status", case, "--json").code == 0
    assert state() == before


def test_every_verb_with_runs_has_its_place_in_the_order(case: Path) -> None:
    verbs = set(Case.open(case).runs()["verb"])
    assert verbs - {"add", "new"} <= set(KINDS)


def test_every_digest_that_a_run_records_is_looked_up_again(demo_folder: Path) -> None:
    """A digest that nobody compares could go stale unseen: all but those of rule packs, which the code holds."""
    standing = Standing(Case.open(demo_folder / "case"))
    for run in standing.records:
        if run.verb in ("screen", "depend", "expose", "plan", "fund"):
            assert set(run.inputs) - set(standing._digests(run)) <= {"packs"}, json.dumps(run.settings)


def outcomes(case: Path, day: str) -> list[tuple[str, str, str | None]]:
    """What the verdicts of a day say, by policy and vendor."""
    rows = Case.open(case).read_latest("verdict", as_of=day).sort("verdict_id")
    return list(rows.select("vendor_id", "outcome", "rule_id").unique(maintain_order=True).iter_rows())


def test_another_day_is_asked_what_was_asked_of_others(provenet: Provenet, case: Path, tmp_path: Path) -> None:
    day = ("--as-of", "2021-03-01", "--known-on", "2021-03-01")
    made = provenet("run", case, *day, "--json")
    assert made.code == 0, made.err
    assert [one["verb"] for one in made.json["renewed"]] == ["screen", "depend", "brief"]
    assert (made.json["as_of"], made.json["known_on"]) == ("2021-03-01", "2021-03-01")
    assert states(provenet, case) == {"screen": "current", "depend": "current", "brief": "current"}
    before = len(Case.open(case).runs())
    again = provenet("run", case, *day)
    assert again.out == "0 results made for 2021-03-01, 3 current before, 0 left.\n"
    words = ("--country", "Japan", *day)
    for verb in (("screen", case, "--policy", "jp-espa"), ("depend", case), ("brief", case)):
        assert provenet(*verb, *words).code == 0
    assert len(Case.open(case).runs()) == before, "by hand the same questions are the same runs"


def test_what_is_known_later_does_not_enter_an_earlier_day(provenet: Provenet, case: Path, tmp_path: Path) -> None:
    day = ("--as-of", "2021-03-01", "--known-on", "2021-03-01")
    assert provenet("run", case, *day).code == 0
    then = outcomes(case, "2021-03-01")
    add_a_party(provenet, case, tmp_path)
    assert provenet("run", case, *day).code == 0
    # Who is a vendor at all has no day; what is said of the others is as it was.
    assert [one for one in outcomes(case, "2021-03-01") if one[0] != "small-vendor"] == then != []


def test_a_day_known_needs_a_day_in_question_and_a_day_needs_questions(provenet: Provenet, tmp_path: Path) -> None:
    assert provenet("new", tmp_path / "empty").code == 0
    ran = provenet("run", tmp_path / "empty", "--known-on", "2021-03-01")
    assert (ran.code, ran.err) == (2, "run: --known-on goes with --as-of.\n")
    ran = provenet("run", tmp_path / "empty", "--as-of", "2021-03-01")
    assert ran.code == 2
    assert "nothing was asked of any day yet; begin with: provenet screen CASE --policy ID" in ran.err
