"""What each release changed: merges leave no section and no line in a page of `changes/` twice."""

import re
from collections import Counter
from pathlib import Path

import pytest

from contracts.sources import ROOT


@pytest.mark.parametrize("page", sorted((ROOT / "changes").glob("*.md")), ids=lambda page: page.stem)
def test_no_section_and_no_line_stands_twice(page: Path) -> None:
    lines = re.findall(r"^(?:#+ |- ).{12,80}|^#+ .*|^\*[A-Z].*\*$", page.read_text("utf-8"), flags=re.M)
    assert lines and [line for line, times in Counter(line[:60] for line in lines).items() if times > 1] == []
