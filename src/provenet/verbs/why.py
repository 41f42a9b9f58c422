"""The verb `why`: the walk from a figure back to its rows and pages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from provenet.case.case import Case
from provenet.verbs.answers import (
    Walked,
)
from provenet.verbs.question import (
    opened,
)

if TYPE_CHECKING:
    pass


def why(case: Case | Path | str, figure: str) -> Walked:
    """Walks a figure back to its formula, rows, claims and pages. Raises UsageFault naming the nearest id."""
    from provenet.case.lineage import walk, walk_lines, walk_text

    found = walk(opened(case), figure)
    return Walked(walk_text(found), tuple(walk_lines(found)), found.as_dict())
