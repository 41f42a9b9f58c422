"""A country from nothing: tables to fill in, what is missing for each question, and the commands of its page."""

import re
import shlex
from datetime import date
from pathlib import Path

import polars as pl
import pytest

import provenet as verbs
from doors.conftest import Provenet
from provenet.case.case import Case
from provenet.case.questions import question_file, questions, template_tables
from provenet.case.tables import table, tables
from provenet.core.countries import countries, packaged_rows
from provenet.core.currencies import CURRENCIES
from provenet.ingest.reader import bundled_files
from provenet.ingest.tabular.layouts import plain_layout
from provenet.verbs.plan_inputs import money_unit

TEMPLATES = tuple(question_file()["templates"])
SCOPE = ("--country", "Norway", "--as-of", "2026-11-25")


def filled(folder: Path) -> list[Path]:
    """The files of a template with the mark taken from their examples, as a person would."""
    made = []
    for path in sorted([*folder.glob("*.csv"), *folder.glob("*.yml")]):
        remark = "##" if path.suffix == ".yml" else "# "
        lines = path.read_text("utf-8").splitlines()
        kept = [one if one.startswith(remark) else one.removeprefix("#") for one in lines]
        path.write_text("\n".join(kept) + "\n", encoding="utf-8")
        made.append(path)
    return made


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_template_as_it_is_brings_no_row(provenet: Provenet, tmp_path: Path, template: str) -> None:
    made = provenet("new", tmp_path / "case", "--template", template)
    folder = tmp_path / "case-tables"
    assert made.code == 0 and f"files to fill in: {folder}. Begin with README.md." in made.out
    files = sorted([*folder.glob("*.csv"), *folder.glob("*.yml")])
    added = provenet("add", tmp_path / "case", *files)
    assert added.code == 0, added.err
    assert all(line.endswith("nothing new") for line in added.out.splitlines() if ": read as " in line)
    assert Case.open(tmp_path / "case").read("source").height == 0


@pytest.mark.parametrize("template", TEMPLATES)
def test_the_examples_of_a_template_are_read_without_a_fault(tmp_path: Path, template: str) -> None:
    made = verbs.new(tmp_path / "case", template=template)
    assert made.folder is not None
    added = verbs.add(made.case, filled(made.folder))
    assert added.faults == ()
    assert all(one.row_count for one in added.files)
    assert verbs.check(made.case, only="reference").error_count == 0


def test_nothing_is_made_where_the_folder_of_tables_stands(provenet: Provenet, tmp_path: Path) -> None:
    (tmp_path / "case-tables").mkdir()
    refused = provenet("new", tmp_path / "case", "--template", "country")
    assert refused.code == 2 and "case-tables: something stands here already" in refused.err
    assert not (tmp_path / "case").exists()


def test_the_examples_answer_every_question_of_a_country(provenet: Provenet, tmp_path: Path) -> None:
    case = tmp_path / "case"
    provenet("new", case, "--template", "country")
    empty = provenet("check", case, "--country", "NO", "--json").json["questions"]
    assert {one["question"] for one in empty if len(one["missing"]) == one["need_count"]} == {
        one.name for one in questions() if one.name != "rules"
    }, "a bundled pack is of Norway"
    assert provenet("add", case, *filled(tmp_path / "case-tables")).code == 0
    for words in (("screen", case, "--policy", "no-security-2025"), ("depend", case), ("plan", case)):
        ran = provenet(*words, *SCOPE)
        assert ran.code == 0, ran.err
    fund = provenet("fund", case, *SCOPE, "--programme", "no-aid", "--json")
    assert fund.code == 0, fund.err
    plan = Case.open(case).read("plan").row(0, named=True)
    assert plan["status"] in ("optimal", "feasible") and plan["currency"] == "NOK"
    assert fund.json["countries"][0]["fund"]["currency"] == "NOK"
    brief = provenet("brief", case, *SCOPE, "--out", tmp_path / "pages")
    assert brief.code == 0, brief.err
    checked = provenet("check", case)
    assert checked.code == 0, checked.out
    assert "\nQuestions about Norway:\n  shares: 3 of 3 needs met: how much of the country's networks" in checked.out
    missing = [line for line in checked.out.splitlines() if line.startswith("    missing: ")]
    assert [line.split()[1] for line in missing] == ["as_link", "as_number", "as_tag"], "routes alone are not asked"
    assert "    missing: as_link (from_asn, to_asn, relation, observed_on): who sells transit" in checked.out


def test_a_plan_is_in_the_country_s_own_currency_where_the_case_can_tell_it() -> None:
    known = {"swap_option": pl.DataFrame({"currency": ["SEK", None]})}
    nothing = {"swap_option": pl.DataFrame({"currency": ["EUR"]})}
    day = date(2026, 11, 25)
    assert money_unit(None, "Sweden", day, known=known) == ("SEK", "2026")
    assert money_unit(None, "Sweden", day, known=nothing) == ("EUR", "2026")
    assert money_unit("NOK/2025", "Sweden", day, known=known) == ("NOK", "2025")
    rates = {"exchange_rate": pl.DataFrame({"currency": ["NOK"], "per_currency": ["EUR"]})}
    assert money_unit(None, "Norway", day, known=rates) == ("NOK", "2026")


def test_every_country_has_a_currency_of_the_list() -> None:
    rows = packaged_rows("core", "countries.csv")
    assert [row["name"] for row in rows if not row["currency"]] == ["Antarctica"]
    assert {row["currency"] for row in rows if row["currency"]} <= CURRENCIES
    assert countries().currency("Norge") is None and countries().currency("Norway") == "NOK"
    euro = ("AT", "BG", "HR", "DE", "EE", "ES", "FR", "IT", "LT", "SK")
    assert {countries().currency(code) for code in euro} == {"EUR"}


def test_what_is_missing_is_said_for_countries_that_are_named_or_few(provenet: Provenet, case: Path) -> None:
    assert provenet("check", case, "--json").json["questions"] == [], "a case of many countries"
    named = provenet("check", case, "--country", "jp", "--country", "Sweden", "--json").json["questions"]
    assert {one["country"] for one in named} == {"Japan", "Sweden"}
    plan = next(one for one in named if (one["country"], one["question"]) == ("Japan", "plan"))
    assert plan["missing"][0]["tables"] == ["element_count", "asset"]
    odd = provenet("check", case, "--country", "Swedn")
    assert odd.code == 2 and odd.err == "--country: no such country; found 'Swedn'. Nearest: Sweden.\n"


def test_questions_name_tables_and_columns_that_are_there() -> None:
    for question in questions():
        for need in question.needs:
            assert set(need.tables) <= set(tables()), question.name
            assert need.tables or need.pack
    for one in template_tables():
        layout = plain_layout(table(one.name))
        assert set(one.columns) <= layout.columns, one.name
        assert layout.required <= set(one.columns), one.name
    for name in TEMPLATES:
        assert {t.name for t in template_tables(question_file()["templates"][name]["tables"])}


PAGE = (Path(__file__).parents[2] / "docs" / "your-country.md").read_text("utf-8")
BLOCK = re.compile(r"(?:<!-- file: (\S+) -->\n)?```(\w+)\n(.*?)```", re.S)


def words_of(line: str, here: Path) -> list[str]:
    """The words of a command, with its stars resolved as a shell does."""
    made: list[str] = []
    for word in shlex.split(line, comments=True):
        found = sorted(str(path.relative_to(here)) for path in here.glob(word)) if "*" in word else []
        made += found or [word]
    return made


def test_the_page_leads_from_nothing_to_a_dossier(
    provenet: Provenet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said = ""
    for name, kind, text in BLOCK.findall(PAGE):
        if name:
            (tmp_path / name).write_text(text, encoding="utf-8")
        elif kind == "text":
            assert text in said, "the page shows what the command prints"
        elif kind == "sh":
            for line in text.splitlines():
                program, *words = words_of(line, tmp_path)
                assert program == "provenet"
                ran = provenet(*words)
                assert ran.code == 0, f"{line}\n{ran.out}\n{ran.err}"
                said += ran.out
    case = Case.open(tmp_path / "iceland")
    assert {path.name for path in (tmp_path / "pages").glob("iceland*.html")} >= {"iceland.html", "iceland-annex.html"}
    plan = case.read("plan").row(0, named=True)
    assert plan["currency"] == "ISK" and plan["status"] in ("optimal", "feasible")
    assert "Rule pack is-security-2025 (law, IS): version 1 from policy.yml\n" in said
    last = said.rpartition("Questions about Iceland:")[2]
    missing = [line.split()[1] for line in last.splitlines() if line.startswith("    missing: ")]
    of_plans = ["price_index", "purchase", "choice_input", "programme"]
    first = (tmp_path / "pages" / "iceland.html").read_text("utf-8").partition("3. Sensitive sites")[0]
    assert "31 December 2029" in first.partition("2. What the rules ask, and by when")[2]
    assert b"DTSTART;VALUE=DATE:20291231" in (tmp_path / "pages" / "iceland-data" / "deadlines.ics").read_bytes()
    assert missing == [*of_plans, "site", "site", "site_demand", "as_link", "as_number", "as_tag"]


def test_the_country_is_not_bundled() -> None:
    assert not [name for name, data in bundled_files().items() if b"Iceland" in data]
