"""Good files changed by rule: every reader and the rule language end in rows or sentences, in bounded time."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fuzz.mutate import mutated
from fuzz.running import fuzzed
from fuzz.targets import TARGETS, Broken, keep_law, look_at_text

NEARLY_ALL_TAKEN = {"mrt", "suggest"}
"""A mapping is drafted for nearly any file, so a short run may meet none that is refused."""


@pytest.mark.slow
@pytest.mark.parametrize("target", list(TARGETS))
def test_changed_files(target: str, tmp_path: Path) -> None:
    counts = fuzzed("hypothesis", target, tmp_path)
    print(counts)
    assert counts["runs"] > 20
    assert counts.get("rows", 0) > 0, "no input got as far as rows"
    assert target in NEARLY_ALL_TAKEN or counts.get("refused", 0) > 0, "no input was refused"


@pytest.mark.parametrize("target", [name for name in TARGETS if name not in {"why", "added", "suggest"}])
def test_a_few_changed_files(target: str) -> None:
    """The same law on a few inputs, in every run of the suite."""

    @settings(max_examples=15, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(mutated(TARGETS[target].seeds()))
    def law(data: bytes) -> None:
        keep_law(target, data)

    law()


@pytest.mark.parametrize("target", list(TARGETS))
def test_the_seeds_reach_rows(target: str) -> None:
    assert "rows" in {keep_law(target, data) for data in TARGETS[target].seeds()}


@given(st.text())
@settings(max_examples=50, database=None, derandomize=True)
def test_the_law_itself_can_be_broken(text: str) -> None:
    with pytest.raises(Broken):
        look_at_text(text + "\x1b")
