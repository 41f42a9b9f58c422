"""Evaluations per second: worked cases beside the second implementation, whole packs beside other rule engines.

    python benchmarks/bench_screen.py [--size small]

*Worked cases*: the bundled cases of `facts/policy_tests.csv`, read and answered, beside the slow and obvious evaluator
of `tests/against/reference_rules.py`. *Whole packs*: every bundled pack, compiled, and the same rules in OPA's Rego,
JSON-logic, CEL and others where they are installed, on cases in which everything is known (see peers.py); the answers
must be the same. All are one thread in one process run. The floor is Python's own compiler given the condition as
source text, in the two values of the peers.
"""

import csv
import io
import sys
from datetime import date
from importlib import resources
from pathlib import Path

import yaml

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from measuring import best, is_small, machine
from peers import PEERS, Peer, known_cases, profile

from against.reference_rules import answer as reference_answer
from provenet.case.parties import PartyNames
from provenet.case.tables import frame
from provenet.evidence.screen import READS, Screening
from provenet.ingest.reader import bundled_files
from provenet.policy.answers import answer
from provenet.policy.cases import answer_cases
from provenet.policy.compiled import CompiledRules
from provenet.policy.packs import Packs, Selection, load_packs
from support.reading import read_table_files

DAY = date(2026, 11, 25)


def worked_cases(packs: Packs, files: dict[str, bytes], rounds: int) -> None:
    """The bundled worked cases, read and answered, beside the reference."""
    folder = resources.files("provenet").joinpath("policy", "policies")
    plain = [yaml.safe_load(entry.read_bytes()) for entry in folder.iterdir() if entry.name.endswith(".yml")]
    rows = list(csv.DictReader(io.StringIO(files["policy_tests.csv"].decode("utf-8-sig"))))
    records = list(enumerate(rows, start=2))
    ours = best(lambda: answer_cases("cases", records, packs), rounds).cpu
    theirs = best(lambda: [reference_answer(plain, row, {}) for row in rows], tries=1).cpu
    print(
        f"{len(rows)} worked cases read and answered: ours {len(rows) / ours:,.0f}/s, the reference "
        f"{len(rows) / theirs:,.0f}/s, ratio {theirs / ours:.1f}"
    )


def beside_engines(packs: Packs, name: str, count: int) -> None:
    """One pack on fully known cases, ours and each peer. Raises SystemExit where an answer differs."""
    selection = packs.find(name)
    if selection is None:
        raise SystemExit(f"no pack has the id {name!r}")
    cases = known_cases(selection.pack, count)
    profiles = [profile(case, selection.pack) for case in cases]
    decide = CompiledRules(selection).on(DAY)
    ours = best(lambda: [decide(one) for one in profiles])
    walked = best(lambda: [answer(selection, one, DAY) for one in profiles], tries=1)
    if [(one.outcome, one.rule.id if one.rule else None) for one in walked.gave] != ours.gave:
        raise SystemExit(f"compiled, the rules of {name} answer otherwise than the interpreter")
    print(
        f"{name}, {len(selection.rules)} rules, {count:,} fully known cases: ours {count / ours.cpu:,.0f}/s, "
        f"with reasons {count / walked.cpu:,.0f}/s"
    )
    for peer in PEERS:
        _beside(peer, selection, cases, [one.outcome for one in ours.gave], count / ours.cpu)


def _beside(
    peer: Peer, selection: Selection, cases: list[dict[str, object]], said: list[str], ours_per_second: float
) -> None:
    try:
        evaluate = peer.language().pack(selection.pack, DAY)
    except ImportError:
        print(f"  {peer.name}: not installed ({peer.requirement})")
        return
    some = cases[: max(1, int(len(cases) * peer.share))]
    theirs = best(lambda: [evaluate(case) for case in some])
    if theirs.gave != said[: len(some)]:
        raise SystemExit(f"{peer.name} answers otherwise than ours on a fully known case of {selection.pack.id}")
    per_second = len(some) / theirs.cpu
    ratio = _times(ours_per_second / per_second)
    print(f"  {peer.name}: {per_second:,.0f}/s, the same answers; ours is {ratio} times that")


def _times(ratio: float) -> str:
    """A ratio in two significant digits, never as a power."""
    return f"{ratio:.0f}" if ratio >= 10 else f"{ratio:.2g}"


def case_verdicts(packs: Packs, files: dict[str, bytes]) -> None:
    """Verdicts of one policy on the bundled facts, with all that each depends on, as the verb screen does it."""
    read = read_table_files([(name, data, None) for name, data in files.items()], PartyNames.built_in())
    merged: dict[str, dict[object, dict[str, object]]] = {name: {} for name in READS}
    for reading in read:
        for name, said in reading.rows.items():
            if name in merged:
                merged[name].update({row["row_id"]: {**row, "run_id": "bench"} for row in said})
    tables = {name: frame(name, said.values()) for name, said in merged.items()}
    asked = ["de-contracts-2024"]
    spent = best(lambda: Screening(tables, as_of=DAY).verdicts(packs, asked[0], "Germany"))
    count = spent.gave.height
    print(f"{count} verdicts of {asked[0]} with flip sets and origins: {count / spent.cpu:,.0f}/s")


def main(words: list[str]) -> None:
    """Measures and prints."""
    small = is_small(words)
    packs, files = load_packs(), bundled_files()
    print(machine())
    worked_cases(packs, files, 1 if small else 20)
    for name in sorted(packs.packs):
        beside_engines(packs, name, 20 if small else 2000)
    case_verdicts(packs, files)


if __name__ == "__main__":
    main(sys.argv[1:])
