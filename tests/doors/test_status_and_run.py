"""`status` says what is stale and why, `run` brings it up to date, and an input that is retracted counts no more."""

import json
import re
from pathlib import Path

import pytest

import provenet as verbs
from doors.conftest import ASKED, Provenet
from provenet.case.case import Case
from provenet.case.retractions import KEPT
from provenet.case.run_kinds import KINDS
from provenet.case.standing import Standing
from provenet.case.tables import tables
from provenet.web.api import ROUTES
from provenet.web.reading import STALE_HEADER
from support.copies import copied_case
from support.web_client import client

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
    assert provenet("ask", case, *ASKED).err == refused.err.replace("brief: ", "ask: ", 1)
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


WHY = ("--reason", "Read for another country.")


@pytest.fixture
def own(case: Path, tmp_path: Path) -> Path:
    """A copy of the small case that a test may change."""
    return copied_case(case, tmp_path / "own")


def share_of(case: Path) -> tuple[str, str]:
    """The row and the source of a published share of Japan."""
    rows = Case.open(case).read("market_share").filter(geo="Japan").sort("row_id")
    return rows["row_id"][0], rows["source_id"][0]


def shares(provenet: Provenet, case: Path, *more: str) -> list[str]:
    """The inputs of the shares of Japan as `depend` answers now."""
    ran = provenet("depend", case, *ASKED, *more, "--json")
    assert ran.code == 0, ran.err
    rows = Case.open(case).read("vendor_share").filter(run_id=ran.json["countries"][0]["run_id"])
    return sorted({ref for refs in rows["inputs"].to_list() for ref in refs if ref.startswith("market_share:")})


def test_a_retracted_row_counts_no_more_stays_in_the_case_and_comes_back(provenet: Provenet, own: Path) -> None:
    row, _ = share_of(own)
    before, digest = shares(provenet, own), Case.open(own).digest(["market_share"])
    assert f"market_share:{row}" in before
    done = provenet("retract", own, row, *WHY)
    assert done.code == 0, done.err
    assert done.out.startswith(f"market_share:{row}: retracted; 1 row counts no more. Read for another country.\n")
    assert "Stale now: brief 1, depend 1, screen 1." in done.out
    status = provenet("status", own)
    assert f"Retracted: market_share:{row}: Read for another country.\n" in status.out
    assert "stale" in status.out
    assert f"market_share:{row}" not in shares(provenet, own)
    assert "retracted: Read for another country." in provenet("why", own, f"market_share:{row}").out
    assert provenet("why", own, f"market_share:{row}", "--json").json["walk"]["retracted"] == WHY[1]
    assert Case.open(own).read("market_share", whole=True).filter(row_id=row).height == 1
    assert row not in provenet("export", own, "market_share").out
    back = provenet("retract", own, row, "--restore", "--reason", "It was right.", "--json").json
    assert (back["state"], back["row_count"]) == ("restored", 1)
    assert Case.open(own).digest(["market_share"]) == digest
    assert shares(provenet, own) == before
    assert provenet("status", own, "--json").json["retracted"] == []
    history = Case.open(own).read("retraction")
    assert set(history["reason"]) == {"It was right.", "Read for another country."}


def test_a_retracted_source_takes_every_row_that_cites_it_and_no_party(provenet: Provenet, own: Path) -> None:
    _, source = share_of(own)
    held = Case.open(own)
    parties = held.read("party")
    citing = held.read("market_share").filter(source_id=source)["row_id"].to_list()
    cite = [held.read(name) for name, spec in tables().items() if spec.kind == "input" and name not in KEPT]
    done = provenet("retract", own, f"source:{source}", *WHY, "--json").json
    assert done["about"] == f"source:{source}"
    assert done["row_count"] == sum(rows.filter(source_id=source).height for rows in cite) >= len(citing)
    after = Case.open(own)
    assert after.read("market_share").filter(source_id=source).is_empty()
    assert after.scan("market_share").filter(source_id=source).collect().is_empty()
    assert after.columns("market_share", ["source_id"]).filter(source_id=source).is_empty()
    assert after.read("party").equals(parties)
    assert not {f"market_share:{row}" for row in citing} & set(shares(provenet, own))
    assert provenet("run", own).code == 0
    assert "results are current." in provenet("status", own).out


def test_a_retraction_that_was_taken_back_changes_nothing(provenet: Provenet, own: Path) -> None:
    def state() -> tuple[object, dict[str, str]]:
        read = [name for name, spec in tables().items() if spec.kind == "input"]
        return provenet("status", own, "--json").json["results"], Case.open(own).digest(read)

    before = state()
    for what in share_of(own):
        assert provenet("retract", own, what, *WHY).code == 0
        assert state() != before
        assert provenet("retract", own, what, *WHY, "--restore").code == 0
        assert state() == before


def test_adding_the_file_again_brings_no_retracted_row_back(provenet: Provenet, own: Path, tmp_path: Path) -> None:
    row, _ = share_of(own)
    provenet("retract", own, row, *WHY)
    held = Case.open(own)
    file = held.read("market_share", whole=True).filter(row_id=row)["file_id"][0]
    again = tmp_path / "ran_share.csv"
    again.write_bytes(held.source_bytes(file))
    assert provenet("add", own, again).code == 0
    assert Case.open(own).read("market_share", whole=True).filter(row_id=row).height == 1
    assert Case.open(own).read("market_share").filter(row_id=row).is_empty()


def test_what_was_sound_until_a_day_counts_as_known_before_it(provenet: Provenet, own: Path) -> None:
    row, _ = share_of(own)
    early, late = ("--known-on", "2024-06-30"), ("--known-on", "2024-07-31")
    stood = f"market_share:{row}" in shares(provenet, own, *early)
    assert stood, "a share that was public by then"
    assert provenet("retract", own, row, *WHY, "--from-on", "2024-07-15").code == 0
    assert f"market_share:{row}" in shares(provenet, own, *early)
    assert f"market_share:{row}" not in shares(provenet, own, *late)
    assert f"market_share:{row}" not in shares(provenet, own)
    assert provenet("run", own).code == 0
    assert "results are current." in provenet("status", own).out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("nobody",), "retract: --reason is missing; expected a sentence that says why, which stays in the case."),
        (("nobody", *WHY), "retract: no source, row or rule pack of the case has the id 'nobody'."),
        (("ROW", "--restore", *WHY), "retract: this input is not retracted; found"),
    ],
)
def test_what_cannot_be_retracted_is_a_fault_in_words(
    provenet: Provenet, own: Path, words: tuple[str, ...], says: str
) -> None:
    row, _ = share_of(own)
    ran = provenet("retract", own, *(word.replace("ROW", row) for word in words))
    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err


def test_a_second_retraction_of_the_same_is_a_fault_and_python_answers_alike(provenet: Provenet, own: Path) -> None:
    row, _ = share_of(own)
    assert verbs.retract(own, f"market_share:{row}", reason="Twice in the case.").state == "retracted"
    ran = provenet("retract", own, row, *WHY)
    assert ran.code == 2
    assert "retract: this input is retracted already: Twice in the case." in ran.err


def test_a_newer_state_of_an_inventory_takes_the_place_of_the_old_one(
    provenet: Provenet, own: Path, tmp_path: Path
) -> None:
    head = "asset_id,carrier_id,country,asset_class,layer,vendor_id,unit_count\n"
    old, new = tmp_path / "june.csv", tmp_path / "july.csv"
    old.write_text(head + "A,KDDI,Japan,ran.radio,hardware,Nokia,1\nB,KDDI,Japan,ran.radio,hardware,Nokia,1\n")
    new.write_text(head + "A,KDDI,Japan,ran.radio,hardware,Nokia,1\nB,KDDI,Japan,ran.radio,hardware,Ericsson,1\n")
    assert provenet("add", own, old).code == 0
    clash = provenet("add", own, new)
    assert clash.code == 3  # B is said twice, otherwise
    first = Case.open(own).read("asset").filter(asset_id="A")["source_id"][0]
    assert provenet("retract", own, first, *WHY).code == 0
    assert Case.open(own).read("asset").is_empty()
    assert provenet("add", own, new).code == 0
    found = Case.open(own).read("asset").sort("asset_id")
    assert found.select("asset_id", "vendor_id").rows() == [("A", "nokia"), ("B", "ericsson")]
    assert set(found["source_id"]) != {first}
    restored = provenet("retract", own, first, *WHY, "--restore")
    assert restored.code == 0, restored.err
    again = Case.open(own)
    assert again.read("asset").filter(asset_id="A").height == 1
    assert again.scan("asset").filter(asset_id="A").collect().height == 1
    assert again.columns("asset", ["asset_id"]).filter(asset_id="A").height == 1


def test_what_strangers_read_is_never_stale_and_pages_say_where_it_is(
    provenet: Provenet, own: Path, tmp_path: Path
) -> None:
    pages = ("/", "/country/japan", "/map/japan", "/plan", "/tables/vendor_share", "/claims")
    out, words = tmp_path / "site", "Stale results among"
    asked = client(own)
    assert not any(words in asked.get(page).text for page in pages)
    calls = [one.path for one in ROUTES if one.public and not one.words]
    calls = [one for one in calls if one not in ("/api/why", "/api/ach", "/api/ask")]
    calls += ["/api/tables/party", "/api/why?figure=party:huawei", "/api/ach?vendor=huawei&as_of=2026-11-25"]
    calls += [f"/country/japan/file/{name}" for name in ("japan.pdf", "japan-annex.html", "rules.csv")]
    assert not any(STALE_HEADER in asked.get(call).headers for call in calls)
    row, _ = share_of(own)
    provenet("retract", own, row, *WHY)
    for public in (True, False):
        asked = client(own, public=public)
        assert all(words in asked.get(page).text for page in pages), public
        banner = re.search(r'<p class="banner" role="note">(.*?)</p>', asked.get("/").text)
        said = re.sub("<[^>]*>", "", banner[1]) if banner else ""
        answers = [asked.get(call) for call in calls]
        assert [(one.status_code, one.headers[STALE_HEADER]) for one in answers] == [(200, said)] * len(calls)
    for door in (("site", own, out), ("serve", own, "--public")):
        refused = provenet(*door)
        assert refused.code == 3 and "3 results that strangers would read are stale" in refused.err
        assert "first: provenet run CASE\n" in refused.err
        for verb in ("screen", "depend", "brief"):
            assert re.search(rf"\n    provenet {verb} CASE .*: the table market_share has changed", refused.err)
    assert provenet("run", own).code == 0
    assert provenet("site", own, out).code == 0
    asked = client(own, public=True)
    assert not any(words in asked.get(page).text for page in pages)
