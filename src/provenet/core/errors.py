"""The tree of errors, and the sentence of every fault.

    ProvenetError                  exit 3 unless stated otherwise
    +-- UsageFault                 exit 2: the call's words are off
    +-- InputFault                 exit 3: outside data is wrong; carries every fault of the file at once
    |   +-- PackRefused            exit 3: a rule pack cannot be used
    |   +-- PageRefused            exit 3: a dossier contradicts the rows that it shows, and is not written
    +-- CaseFault                  exit 3: a case folder cannot be opened, or is not what it should be
    |   +-- CaseBusy               exit 3: another writer holds the case
    +-- StaleInput                 exit 3: a verb's inputs are missing or older than what they rest on

A message is a sentence with a place, what was found, what was expected and a way out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import KW_ONLY, dataclass, field, replace
from difflib import get_close_matches

from provenet.core.names import letters_off

EXIT_DONE, EXIT_FINDINGS, EXIT_USAGE, EXIT_INPUT, EXIT_UNPROVEN = 0, 1, 2, 3, 4
SHOWN_FAULTS = 200
"""How many faults a message or a JSON answer lists; the count is never cut."""
SHOWN_ROWS = 5
"""How many rows a fault names that stands in several; the others are counted."""

MOST_FAULTS = 1_000_000
"""From so many faults on a file is not read further; up to here all are counted."""
LONGEST_PLACE, LONGEST_COLUMN, LONGEST_FOUND, LONGEST_PART = 300, 120, 60, 900
"""How many characters of each part of a fault its sentence shows; the last is of what it says, expects and advises."""
_WAY_OUT = "\n    "
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")


_SHORT = 3
"""The most letters of a word that no measure of likeness reaches, and that one letter off is said to be near."""


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word closest to `word` by letters, or None, also for a word that is too long to be a slip.

    Cost O(len(known)).
    """
    if len(word) > LONGEST_COLUMN:
        return None
    folded = {k.casefold(): k for k in known if k}
    if not word.strip() or len(folded) > 50_000:
        return None
    written = word.casefold().strip()
    hit = get_close_matches(written, folded, n=1, cutoff=0.6)
    if not hit and len(written) <= _SHORT:
        hit = [one for one in folded if 1 < len(one) <= _SHORT and letters_off(written, one, 1)]
    return folded[hit[0]] if len(hit) == 1 else None


def hint_at(close: str | None) -> str:
    """The sentence that follows a word nobody knows: which known one is nearest; nothing where none is."""
    return f" Nearest: {close}." if close else ""


@dataclass(frozen=True)
class Fault:
    """One thing wrong at one place. `row` counts records, the header is row 1; 0 means the file as a whole.

    The same thing wrong with the same value in several rows is one fault: `row` is the first, `more_rows` the next few,
    and `row_count` says in how many it stands.
    """

    place: str
    says: str
    row: int = 0
    _: KW_ONLY
    column: str | None = None
    found: str | None = None
    expected: str | None = None
    nearest: str | None = None
    nearest_why: str | None = None
    way_out: str | None = None
    more_rows: tuple[int, ...] = field(default=(), init=False)
    row_count: int = field(default=1, init=False)

    @property
    def likeness(self) -> tuple[object, ...]:
        """What two faults share that are the same but for their row. The nearest name follows from what was found."""
        return self.place, self.says, self.column, self.found, self.expected, self.way_out

    def joined(self, other: Fault) -> Fault:
        """This fault with the rows of another that is the same but for its rows."""
        rows = (*self.more_rows, *((other.row, *other.more_rows) if len(self.more_rows) < SHOWN_ROWS - 1 else ()))
        made = replace(self)
        object.__setattr__(made, "more_rows", rows[: SHOWN_ROWS - 1])
        object.__setattr__(made, "row_count", self.row_count + other.row_count)
        return made

    def sentence(self) -> str:
        """The fault as one readable sentence, whatever stands in the file: what would steer a terminal is shown."""
        head, _, way_out = self._said().partition(_WAY_OUT)
        return visible(head) + (_WAY_OUT + visible(way_out) if way_out else "")

    def _said(self) -> str:
        where = clip(self.place, LONGEST_PLACE) + (f" row {self.row}" if self.row else "")
        text = where + (f", {clip(self.column, LONGEST_COLUMN)}: " if self.column else ": ")
        text += clip(self.says, LONGEST_PART)
        parts = []
        if self.found is not None:
            parts.append(f"found {clip(self.found, LONGEST_FOUND)!r}")
        if self.expected is not None:
            parts.append(f"expected {clip(self.expected, LONGEST_PART)}")
        if parts:
            text += "; " + ", ".join(parts)
        text += "."
        if self.nearest is not None:
            text += f" Nearest: {clip(self.nearest, LONGEST_PART)}."
            text += "" if self.nearest_why is None else f" {clip(self.nearest_why, LONGEST_FOUND)}."
        text += self._rows()
        if self.way_out is not None:
            text += f"{_WAY_OUT}{clip(self.way_out, LONGEST_PART)}"
        return text

    def _rows(self) -> str:
        """In which other rows the fault stands, and in how many in all."""
        if self.row_count < 2:
            return ""
        more = self.row_count - 1 - len(self.more_rows)
        named = [str(row) for row in self.more_rows] + ([f"{more:,} others"] if more else [])
        listed = named[0] if len(named) == 1 else f"{', '.join(named[:-1])} and {named[-1]}"
        return f" The same in {self.row_count:,} rows: also in {listed}."

    def as_dict(self) -> dict[str, object]:
        """The fault as the JSON answer of a verb shows it."""
        return {
            "place": clip(self.place, LONGEST_PLACE),
            "row": self.row or None,
            "row_count": self.row_count,
            "more_rows": list(self.more_rows),
            "column": None if self.column is None else clip(self.column, LONGEST_PLACE),
            "found": None if self.found is None else clip(self.found, 200),
            "expected": None if self.expected is None else clip(self.expected, LONGEST_PART),
            "nearest": None if self.nearest is None else clip(self.nearest, LONGEST_PART),
            "nearest_why": None if self.nearest_why is None else clip(self.nearest_why, LONGEST_PART),
            "says": clip(self.says, LONGEST_PART),
            "way_out": None if self.way_out is None else clip(self.way_out, LONGEST_PART),
        }


def visible(text: str) -> str:
    """`text` with control characters, line ends, marks of direction and halves of characters written as escapes."""
    return _UNSEEN.sub(lambda hit: hit[0].encode("unicode_escape").decode(), text)


def clip(text: str, limit: int = 60) -> str:
    """`text` cut to `limit` characters, with the cut shown."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


class ProvenetError(Exception):
    """Root of every error this product raises on purpose."""

    exit_code = EXIT_INPUT


class UsageFault(ProvenetError):
    """The call itself is wrong: an option, a name, a folder that exists already."""

    exit_code = EXIT_USAGE


@dataclass
class FaultList:
    """Gathers the faults of one file: all of them are counted, the first `most` are kept.

    The same fault of the same value in several rows is kept once, with the rows it stands in, and counts for each.
    """

    faults: list[Fault] = field(default_factory=list)
    count: int = 0
    most: int = SHOWN_FAULTS
    _kept: dict[tuple[object, ...], tuple[int, int]] = field(default_factory=dict, repr=False)
    """By likeness: where a fault is kept, and the last row that it stands in."""

    @property
    def full(self) -> bool:
        """Whether there are so many that reading on helps nobody."""
        return self.count >= MOST_FAULTS

    def add(self, fault: Fault) -> None:
        """Counts a fault and keeps it while there is room, or joins it to the same fault of an earlier row."""
        self.count += fault.row_count
        at, last = self._kept.get(fault.likeness, (-1, fault.row))
        if fault.row != last:
            self.faults[at] = self.faults[at].joined(fault)
            self._kept[fault.likeness] = at, fault.row
        elif len(self.faults) < self.most:
            self._kept[fault.likeness] = len(self.faults), fault.row
            self.faults.append(fault)

    def extend(self, faults: Iterable[Fault]) -> None:
        """Adds several faults."""
        for fault in faults:
            self.add(fault)

    def take(self, other: FaultList | InputFault) -> None:
        """Adds the faults of another list, also those that it counts and does not keep."""
        self.extend(other.faults)
        self.count += other.count - row_count_of(other.faults)

    def refuse(self) -> None:
        """Raises InputFault with all faults where there are any."""
        if self.count:
            raise InputFault(self.faults, self.count)

    def holds(self, fault: Fault) -> bool:
        """Whether the same fault of an earlier row is kept."""
        return fault.likeness in self._kept

    def clear(self) -> None:
        """Forgets every fault."""
        self.faults.clear()
        self._kept.clear()
        self.count = 0


def row_count_of(faults: Iterable[Fault]) -> int:
    """For how many faults the listed ones stand: each for every row that it names or counts."""
    return sum(fault.row_count for fault in faults)


class InputFault(ProvenetError):
    """Outside data is wrong. Carries all faults at once; `count` may exceed those listed."""

    def __init__(self, faults: Sequence[Fault], count: int | None = None) -> None:
        self.faults = list(faults)
        self.count = row_count_of(self.faults) if count is None else count
        super().__init__(self._text())

    def _text(self) -> str:
        lines = [f.sentence() for f in self.faults]
        if (more := self.count - row_count_of(self.faults)) > 0:
            ended = ", where reading ended" if self.count >= MOST_FAULTS else ""
            lines.append(f"... and {more} more faults{ended}.")
        elif self.count >= MOST_FAULTS:
            lines.append(f"Reading ended after {self.count:,} faults.")
        return "\n".join(lines)

    def as_dict(self) -> dict[str, object]:
        """`{"fault_count", "faults"}` as printed by `--json`."""
        return {"fault_count": self.count, "faults": [f.as_dict() for f in self.faults]}


_NO_ROOM = re.compile(r"(no space left on device|disk quota exceeded)", re.IGNORECASE)


def full_disk(err: BaseException) -> str | None:
    """The sentence of a disk that is full, also where a library tells it in its own text; None for another error."""
    hit = None if isinstance(err, ProvenetError) else _NO_ROOM.search(str(err))
    return None if hit is None else f"the operating system refused: {hit[0].lower()}. Nothing half-written is kept."


class PackRefused(InputFault):
    """A rule pack cannot be used: unknown axis, duplicate, unreachable or ambiguous rule."""


class PageRefused(InputFault):
    """A finished page contradicts the rows that it shows; it is not written."""


class CaseFault(ProvenetError):
    """A case folder is missing, broken, or of another version."""


class CaseMigrated(UserWarning):
    """A case of an earlier release was brought to the layout of this one; no error, so it stands beside the tree."""


class CaseBusy(CaseFault):
    """Another writer holds the case."""


class StaleInput(ProvenetError):
    """What a verb needs is missing, or older than the inputs it rests on."""
