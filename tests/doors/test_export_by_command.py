"""`export` by command and in Python, and plans in a dossier: what is written, refused, and what stands on the page."""

import csv
import io
import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import polars as pl
import pytest
from openpyxl import load_workbook

import provenet as package
import provenet as verbs
from doors.conftest import DAY, Provenet
from provenet.case.case import Case
from provenet.core.digest import sha256_bytes
from provenet.core.errors import StaleInput, UsageFault
from support.copies import table_csv
from support.plan_rows import PLAN, plan_tables
from unit.dossier.page_reading import Page

OF_PLAN = ("plan", "plan_step", "plan_period", "plan_use", "plan_frontier", "plan_input")


def write_plan(case: Path, inputs: dict[str, str] | None = None, **settings: Any) -> str:
    """The plan worked out by hand as a run of this case: its run id."""
    told = {"country": "Japan", "as_of": DAY, "known_on": None, "objective": "exposure", **settings}
    opened = Case.open(case)
    read = opened.digest(["party"]) if inputs is None else inputs
    with opened.writer("plan", told, read) as run:
        for name in OF_PLAN:
            rows = plan_tables()[name].drop("run_id").to_dicts()
            days = {"as_of_on": DAY} if name == "plan" else {}
            run.append(name, [{**row, "country": "Japan", **days} for row in rows])
        return run.run_id


def run_of(case: Path, verb: str) -> str:
    return str(Case.open(case).runs().filter(verb=verb)["run_id"][-1])


def test_a_plan_leaves_in_each_form(provenet: Provenet, case: Path, tmp_path: Path) -> None:
    run = write_plan(case)
    for form, name in (("csv", "plan_step"), ("xlsx", None), ("mspdi", None)):
        out = tmp_path / f"plan.{form}"
        ran = provenet("export", case, run, "--as", form, "--out", out, "--json")
        data = out.read_bytes()
        assert (ran.code, ran.err) == (0, "")
        assert ran.json == {
            "run_id": run,
            "form": form,
            "table": name,
            "row_count": 3 if form == "mspdi" else 4,
            "file_id": sha256_bytes(data),
            "bytes": len(data),
            "out": str(out),
        }
    rows = list(csv.DictReader(io.StringIO((tmp_path / "plan.csv").read_text("utf-8"))))
    assert [row["unit_id"] for row in rows] == ["lot 1", "lot 2", "lot 3", "lot 4"]
    assert [row["start_on"] for row in rows] == ["2027-07-01", "2027-07-01", "2027-01-01", ""]
    assert load_workbook(tmp_path / "plan.xlsx")["Steps"].max_row == 6
    assert ElementTree.parse(tmp_path / "plan.mspdi").getroot().tag.endswith("}Project")
    assert sorted(path.name for path in tmp_path.glob(".*")) == []


def test_the_steps_of_a_plan_are_decisions_that_plan_takes(case: Path, tmp_path: Path) -> None:
    from provenet.verbs.plan_inputs import decisions_of

    made = package.export(case, write_plan(case))
    (tmp_path / "fix.csv").write_bytes(made.data)
    starts = decisions_of(tmp_path / "fix.csv").starts
    assert {unit: str(day) for unit, day in starts.items()} == {
        "lot 1": "2027-07-01", "lot 2": "2027-07-01", "lot 3": "2027-01-01", "lot 4": "None",
    }  # fmt: skip


def test_a_run_is_named_by_its_beginning_and_a_plan_by_its_own_id(case: Path) -> None:
    run = write_plan(case)
    whole = package.export(case, run)
    assert package.export(case, run[:-3]) == whole
    assert package.export(case, PLAN) == whole


def test_any_table_leaves_as_csv(provenet: Provenet, case: Path, tmp_path: Path) -> None:
    screened, out = run_of(case, "screen"), tmp_path / "rows.csv"
    ran = provenet("export", case, screened, "--out", out)
    count = Case.open(case).read_run("verdict", screened).height
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == f"{out}: {count} rows of verdict as csv, {out.stat().st_size:,} bytes.\n"
    assert provenet("export", case, "--table", "party", "--out", out).code == 0
    assert out.read_bytes() == table_csv(Case.open(case), "party")


def test_the_very_same_bytes_again(case: Path) -> None:
    run = write_plan(case)
    for form in ("csv", "xlsx", "mspdi"):
        assert package.export(case, run, form=form).data == package.export(case, run, form=form).data


def test_the_rows_that_stand_in_every_form(case: Path) -> None:
    rows = Case.open(case).read_latest("site")
    files = {form: package.export(case, name="site", form=form).data for form in ("csv", "xlsx", "parquet", "geojson")}
    assert files == {form: package.export(case, name="site", form=form).data for form in files}
    assert pl.read_parquet(files["parquet"])["site_id"].to_list() == rows["site_id"].to_list()
    sheet = load_workbook(io.BytesIO(files["xlsx"]))["site"]
    header = [cell.value for cell in sheet[2]]
    assert [row[header.index("site_id")].value for row in list(sheet)[2:]] == rows["site_id"].to_list()
    features = json.loads(files["geojson"])["features"]
    assert [one["properties"]["site_id"] for one in features] == rows["site_id"].to_list()
    assert [one["geometry"] is None for one in features] == [one is None for one in rows["lat_deg"]]


def refusal(*given: Any, **told: Any) -> str:
    with pytest.raises(UsageFault) as fault:
        package.export(*given, **told)
    return str(fault.value)


def test_what_cannot_be_meant_is_refused_in_a_sentence(case: Path) -> None:
    run, depended = write_plan(case), run_of(case, "depend")
    assert refusal(case, run, form="pdf") == "--as: found 'pdf', expected one of: csv, xlsx, mspdi, parquet, geojson."
    assert refusal(case, run, name="partie") == "--table: no such table; found 'partie'. Nearest: party."
    assert refusal(case) == "export: no run was named. Name one, or a table with --table for the rows that stand."
    assert refusal(case, form="mspdi", name="party") == refusal(case)
    assert refusal(case, form="geojson", name="party") == "--as: geojson holds places; the table party has none."
    assert refusal(case, run, form="parquet") == "--as: parquet holds the rows of a table that stand; name no run."
    assert refusal(case, "plan-x").startswith(f"{case}: no run has this id; found 'plan-x'.")
    assert refusal(case, "").startswith(f"{case}: no run has this id; found ''.")
    assert refusal(case, run, form="xlsx", name="plan") == (
        "--table: xlsx takes the whole plan; a single table goes with --as csv."
    )
    assert refusal(case, depended, form="mspdi") == (
        f"export: only a plan goes into this form; {depended} is a run of depend. Use --as csv."
    )
    says = refusal(case, depended)
    assert says.startswith(f"--table: say which table of {depended}; expected one of: ")
    assert "vendor_share" in says


def test_a_file_that_stands_is_kept_where_the_call_is_wrong(provenet: Provenet, case: Path, tmp_path: Path) -> None:
    out = tmp_path / "kept.csv"
    out.write_text("kept", encoding="utf-8")
    assert provenet("export", case, "no-run", "--out", out).code == 2
    assert out.read_text("utf-8") == "kept"
    ran = provenet("export", case, write_plan(case), "--out", tmp_path / "none" / "x.csv")
    assert ran.code == 2
    assert "--out: no file can be made there" in ran.err
    assert sorted(path.name for path in tmp_path.iterdir() if path.name != "case") == ["kept.csv"]


def page_of(case: Path) -> Page:
    (dossier,) = verbs.brief(case, as_of=DAY, country="Japan").dossiers
    return Page(dossier.annex.read_bytes())


def test_a_dossier_shows_the_plan_and_each_of_its_figures_walks_back(case: Path) -> None:
    assert "EUR 18 to 42 million" not in page_of(case).text
    write_plan(case)
    page = page_of(case)
    assert "EUR 18 to 42 million" in page.text
    shown = {ident.removeprefix("id-") for ident in page.ids if ident.startswith("id-")}
    ours = {ident for ident in shown if ident.split("-")[0] in {"plan", "step", "period", "use", "point", "input"}}
    assert len(ours) == 1 + 4 + 4 + 1 + 4 + 4
    for ident in sorted(ours):
        walked = verbs.why(case, ident)
        assert "formula" in walked.text, ident
        assert walked.as_dict()["figure"] == ident


def test_a_plan_that_its_inputs_have_overtaken_is_not_shown(case: Path) -> None:
    write_plan(case, {"swap_option": "0" * 64})
    says = (
        "^brief: the plan of Japan is older than the table swap_option; run: provenet plan CASE --as-of 2024-08-01 "
        "--country Japan --objective exposure$"
    )
    with pytest.raises(StaleInput, match=says):
        verbs.brief(case, as_of=DAY, country="Japan")
    write_plan(case, objective="cost")
    page = page_of(case)
    assert page.text.count("EUR 18 to 42 million") == 1
    assert f"provenet export CASE {PLAN}" in page.text


def test_one_question_asked_twice_is_one_page(case: Path) -> None:
    stopped = write_plan(case, {**Case.open(case).digest(["party"]), "x": "1"}, stopped="the bound")
    assert package.export(case, PLAN).run_id == stopped
    assert page_of(case).text.count("EUR 18 to 42 million") == 1
    whole = write_plan(case)
    write_plan(case, {**Case.open(case).digest(["party"]), "x": "2"}, stopped="the bound")
    assert package.export(case, PLAN).run_id == whole
    write_plan(case, robust=True)
    page = page_of(case)
    assert page.text.count("EUR 18 to 42 million") == 1
    assert f"provenet export CASE {PLAN}" in page.text
    assert len(set(page.ids)) == len(page.ids)
