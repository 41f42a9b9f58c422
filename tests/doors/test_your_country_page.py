"""The commands of docs/your-country.md, run as they stand, from an empty folder to a dossier."""

import re
import shlex
from pathlib import Path

import pytest

from doors.conftest import Provenet
from provenet.case.case import Case
from provenet.ingest.reader import bundled_files

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
    first = (tmp_path / "pages" / "iceland.html").read_text("utf-8").partition("What could be done")[0]
    assert "31 December 2029" in first.partition("Next deadlines")[2]
    assert b"DTSTART;VALUE=DATE:20291231" in (tmp_path / "pages" / "iceland-data" / "deadlines.ics").read_bytes()
    assert missing == [*of_plans, "site", "site", "site_demand", "as_link", "as_number", "as_tag"]


def test_the_country_is_not_bundled() -> None:
    assert not [name for name, data in bundled_files().items() if b"Iceland" in data]
