"""Whole answers of the verbs on the small golden case, one after another: JSON, lines, files and every result row.

Kept in `kept/` as text; ids of runs and other digests are numbered in the order of their appearance, so that what
points at what is kept and what the code digests is not.
"""

import json
import re
from hashlib import sha256
from pathlib import Path

import polars as pl
import pytest

from golden.answers import INTERNET, PACKS, SMALL, WHERE
from provenet.case.case import Case
from provenet.case.export import csv_of
from provenet.case.tables import table, tables
from provenet.cli.main import main
from provenet.evidence import screen as _evidence
from provenet.incentives import answer as _incentives
from provenet.replacement import outcome as _replacement
from support.kept import assert_kept
from support.plan_case import few_tries, small

__all__ = ["few_tries", "small"]
ROOMS = (_evidence, _incentives, _replacement)
SHOWN = 10
KEPT = Path(__file__).parent / "kept"
DIGEST = re.compile(r"\b[0-9a-f]{64}\b|(?<=-)[0-9a-f]{16}\b|\b[0-9a-f]{12}\b")
LONG = re.compile(r"-?\d+\.\d{7,}(?:e-?\d+)?")
TIMED = re.compile(r'("seconds": )[\d.]+|\bin [\d.]+ s\b')
CALLS: dict[str, list[tuple[str, ...]]] = {
    "inputs": [
        ("check", "case", "--as-of", "2026-11-25", *PACKS),
        ("status", "case"),
        ("export", "case", "--table", "party", "--out", "party.csv"),
    ],
    "screen": [
        ("screen", "case", *WHERE, "--policy", "test-pack", *PACKS, "--assume", "action=use"),
        ("screen", "case", *WHERE, "--policy", "test-pack", *PACKS, "--json"),
        ("screen", "case", *WHERE, "--policy", "test-pakc", *PACKS),
    ],
    "depend": [
        ("depend", "case", *WHERE, "--json"),
        ("depend", "case", *WHERE, "--vendors", "Acme", "--vendors", "Bolt"),
    ],
    "expose": [
        ("expose", "case", *WHERE, "--restricted", str(SMALL / "restricted.txt"), "--json"),
        ("expose", "case", *WHERE, "--restricted", str(SMALL / "restricted.txt"), "--count-endpoints"),
    ],
    "plan": [
        ("plan", "case", *WHERE, *PACKS, "--json"),
        ("plan", "case", *WHERE, *PACKS, "--objective", "cost"),
        ("plan", "case", *WHERE, *PACKS, "--budget", "1.2M", "JPY/2026"),
        ("plan", "case", *WHERE, *PACKS, "--without-rule", "core-first", "--robust"),
    ],
    "brief": [
        ("brief", "case", *WHERE, "--out", "pages"),
        ("diff", "case", "screen-", "screen-"),
        ("export", "case", "@plan", "--out", "rows.csv"),
        ("export", "case", "@plan", "--as", "mspdi", "--out", "rows.xml"),
        ("export", "case", "@plan", "--as", "xlsx", "--out", "plan.xlsx", "--json"),
        ("export", "case", "@depend", "--out", "none.csv"),
        ("export", "case", "@screen", "--as", "xlsx", "--out", "none.csv"),
        ("export", "case", "plan-", "--table", "plan", "--out", "none.csv"),
        ("export", "case", "@plan", "--as", "xlsx", "--table", "plan", "--out", "none.csv"),
        ("export", "case", "--table", "plam", "--out", "none.csv"),
        ("export", "case", "--out", "none.csv"),
        ("why", "case", "carrier_share:north", "--short"),
        ("ach", "case", "Acme", "--as-of", "2026-11-25"),
        ("ask", "case", "dependence", "--as-of", "2026-11-25"),
    ],
    "fund": [
        ("fund", "case", *WHERE, "--scenarios", "100", "--exclude", "Acme", "--budget", "1.5M", "EUR/2024", "--json"),
        ("fund", "case", *WHERE, "--scenarios", "100", "--programme", "jp-aid", "--mechanism", "pay-as-bid auction"),
    ],
    "after": [
        ("status", "case", "--json"),
        ("run", "case", *PACKS),
        ("retract", "case", "party:none", "--reason", "no such row"),
    ],
}


class Numbered:
    """Digests by numbers, the same for the same one."""

    def __init__(self) -> None:
        self.known: dict[str, str] = {}

    def __call__(self, text: str) -> str:
        short = LONG.sub(lambda found: f"{float(found[0]):.7g}", TIMED.sub(r"\1...", text))
        return DIGEST.sub(lambda found: self.known.setdefault(found[0], f"#{len(self.known) + 1}"), short)


def shown(name: str, rows: pl.DataFrame, numbered: Numbered) -> str:
    """The first rows of a table in key order, and the digest of all."""
    text = numbered(csv_of(table(name), rows).decode())
    lines = text.split("\n")
    return f"-- {name}: {len(rows)} rows, {digest(lines)}\n" + "\n".join(lines[:SHOWN]) + "\n"


def test_the_verbs_one_after_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], few_tries: None
) -> None:
    monkeypatch.chdir(tmp_path)
    numbered, before = Numbered(), set[str]()

    def call(*words: str) -> str:
        with pytest.raises(SystemExit) as stopped:
            main(list(words))
        out, err = capsys.readouterr()
        shown = " ".join(words).replace(str(SMALL), "SMALL")
        if "--json" in words and out.startswith("{"):
            out = "".join(f"{name}: {json.dumps(value)}\n" for name, value in json.loads(out).items())
        text = f"== provenet {shown}\nexit {stopped.value.code}\n{out}{f'-- errors{chr(10)}{err}' if err else ''}\n"
        return text.replace(str(SMALL), "SMALL")

    call("new", "case")
    inputs = sorted(path for path in SMALL.glob("*.csv") if path.name not in INTERNET)
    call("add", "case", *map(str, inputs), *(str(SMALL / name) for name in INTERNET))
    for name, calls in CALLS.items():
        case = Case.open(tmp_path / "case")
        newest = {f"@{run['verb']}": run["run_id"] for run in case.runs().iter_rows(named=True)}
        text = numbered("".join(call(*(newest.get(word, word) for word in words)) for words in calls))
        for file in sorted(tmp_path.glob("rows.*")):
            lines = numbered(file.read_text("utf-8")).split("\n")
            text += f"-- {file.name}: {len(lines)} lines, {digest(lines)}\n" + "\n".join(lines[:40]) + "\n"
            file.unlink()
        for result in (one for one, spec in tables().items() if spec.kind == "result" and one != "dossier"):
            # The digests of pages follow the code, as they name it.
            rows = case.read(result)
            fresh = rows.filter(~pl.col("run_id").is_in(sorted(before)))
            if len(fresh):
                text += shown(result, fresh, numbered)
        before |= set(case.runs()["run_id"])
        assert_kept(KEPT / f"case-{name}.txt", text)


def digest(lines: list[str]) -> str:
    return sha256("\n".join(lines).encode()).hexdigest()[:16]
