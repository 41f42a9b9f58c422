"""Bytes led by coverage, where atheris is installed: every reader and the rule language end in rows or sentences."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from fuzz.running import fuzzed
from fuzz.targets import TARGETS

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(find_spec("atheris") is None, reason="the extra 'fuzz' is not installed"),
]


@pytest.mark.parametrize("target", list(TARGETS))
def test_any_bytes(target: str, tmp_path: Path) -> None:
    counts = fuzzed("atheris", target, tmp_path)
    print(counts)
    assert counts["runs"] > 20
