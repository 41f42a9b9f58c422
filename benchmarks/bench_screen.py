"""Worked cases and verdicts per second, beside the second implementation of the rules, in one run.

The peer is the slow and obvious evaluator of `tests/against/reference_rules.py`: the same packs, the same 137 worked
cases. The limit is Python's own speed at walking a condition; both are one thread. Run: make bench
"""

from __future__ import annotations

import csv
import io
import sys
import time
from collections.abc import Callable
from datetime import date
from importlib import resources
from pathlib import Path

import yaml

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from against.reference_rules import answer
from provenet.evidence.cases import answer_cases
from provenet.evidence.policy import load_packs
from provenet.evidence.screen import READS, screen
from provenet.ingest.names import PartyNames
from provenet.ingest.reader import bundled_files, read_table_files
from provenet.model.tables import frame

ROUNDS = 20


def seconds(work: Callable[[], object], rounds: int) -> float:
    """Seconds for one round, the best of three."""
    best = float("inf")
    for _ in range(3):
        start = time.perf_counter()
        for _ in range(rounds):
            work()
        best = min(best, (time.perf_counter() - start) / rounds)
    return best


def main() -> None:
    packs = load_packs()
    folder = resources.files("provenet").joinpath("evidence", "policies")
    plain = [yaml.safe_load(entry.read_bytes()) for entry in folder.iterdir() if entry.name.endswith(".yml")]
    files = bundled_files()
    rows = list(csv.DictReader(io.StringIO(files["policy_tests.csv"].decode("utf-8-sig"))))
    records = list(enumerate(rows, start=2))
    ours = seconds(lambda: answer_cases("cases", records, packs), ROUNDS)
    theirs = seconds(lambda: [answer(plain, row, {}) for row in rows], 1)
    print(f"{len(rows)} worked cases: ours {len(rows) / ours:,.0f}/s, the peer {len(rows) / theirs:,.0f}/s")
    print(f"ratio: {theirs / ours:.1f} times the peer")
    read = read_table_files([(name, data, None) for name, data in files.items()], PartyNames.built_in())
    merged: dict[str, dict[object, dict[str, object]]] = {name: {} for name in READS}
    for reading in read:
        for name, said in reading.rows.items():
            if name in merged:
                merged[name].update({row["row_id"]: {**row, "run_id": "bench"} for row in said})
    tables = {name: frame(name, said.values()) for name, said in merged.items()}
    asked = ["de-contracts-2024"]
    day = date(2026, 11, 25)
    count = len(screen(tables, packs, asked, as_of=day, country="Germany"))
    spent = seconds(lambda: screen(tables, packs, asked, as_of=day, country="Germany"), 1)
    print(f"{count} verdicts of {asked[0]}: {count / spent:,.0f}/s, profiles and rows of the table included")


if __name__ == "__main__":
    main()
