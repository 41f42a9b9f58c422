"""The tool `screen --cases`: answers a file of worked cases by rule packs; no case is needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from provenet.core.errors import Fault

if TYPE_CHECKING:
    pass


@dataclass(frozen=True)
class Answers:
    """Answers to worked cases in the order of the rows, the faults of rows not asked, and remarks on the packs."""

    cases: list[dict[str, str | None]]
    faults: list[Fault]
    notes: tuple[str, ...] = field(default=())


def screen_file(name: str, data: bytes, packs: Sequence[Path] = ()) -> Answers:
    """Answers every row of a file of worked cases by the bundled packs and those of folders.

    An answer is what the rules say of the facts in the row, nothing else; a row with a fault gets none. Raises
    PackRefused with every fault of every pack, InputFault where the file cannot be read at all. Cost O(rows x rules).
    """
    from provenet.policy.cases import screen_cases
    from provenet.policy.packs import load_packs

    loaded = load_packs(packs)
    read = screen_cases(name, data, loaded)
    return Answers(read.cases, read.faults, tuple(loaded.notes))
