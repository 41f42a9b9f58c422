"""Every benchmark runs, at a tiny size and never timed; and its peers are asked the same as we are."""

import importlib
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from provenet.policy.answers import answer
from provenet.policy.packs import load_packs
from support.examples import sample

FOLDER = Path(__file__).resolve().parents[2] / "benchmarks"
SCRIPTS = sorted(path.name for path in FOLDER.glob("bench_*.py"))
DAY = date(2026, 11, 25)
LONG = ("assets", "internet", "inside", "intake", "schedule", "allocate", "traces", "paths", "case_paths")
"""Benchmarks that take seconds at a tiny size too."""
TINY = [
    pytest.param(name, marks=pytest.mark.slow) if name in {f"bench_{one}.py" for one in LONG} else name
    for name in SCRIPTS
]


def test_there_are_benchmarks() -> None:
    assert {"bench_assets.py", "bench_flips.py", "bench_screen.py"} <= set(SCRIPTS)


@pytest.mark.parametrize("script", TINY)
def test_a_benchmark_runs_at_a_tiny_size(script: str) -> None:
    ran = subprocess.run(
        [sys.executable, str(FOLDER / script), "--size", "small"], capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "/s" in ran.stdout


@pytest.mark.parametrize("script", sample(SCRIPTS, 4))
def test_a_size_that_is_none_is_told(script: str) -> None:
    ran = subprocess.run(
        [sys.executable, str(FOLDER / script), "--size", "tiny"], capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stderr) == (1, "--size: found 'tiny', expected small or full.\n")


@pytest.mark.parametrize(
    ("pack", "outcomes"),
    [("us-ndaa-889", {"clear", "restricted"}), ("uk-direction-2022", {"clear", "conditional", "restricted"})],
)
def test_the_translation_of_a_pack_agrees_where_all_is_known(
    pack: str, outcomes: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(FOLDER))
    peers = importlib.import_module("peers")
    selection = load_packs().find(pack)
    assert selection is not None
    cases = peers.known_cases(selection.pack, 600)
    said = [answer(selection, peers.profile(case, selection.pack), DAY).outcome for case in cases]
    assert set(Counter(said)) == outcomes
    translated = peers.Python().pack(selection.pack, DAY)
    assert [translated(case) for case in cases] == said
    assert [translated({**case, "facts": dict.fromkeys(case["facts"], "other")}) for case in cases] != said
