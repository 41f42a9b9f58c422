"""Short lists about networks: AS numbers, what share of each is restricted, and scenarios of what fails or leaks.

AS numbers stand one a line; lines of one name are one scenario.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from provenet.core.errors import Fault, FaultList, nearest
from provenet.core.progress import Progress, silent
from provenet.ingest.bgp.numbers import ascending, read_asn
from provenet.ingest.plain_lines import TextFile, opened, records_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


_ENDS_NUMBER = re.compile(r"[,;#\t]")
_PREFIX = re.compile(r"\A(?i:as)(?=[0-9])")
_HEADINGS = frozenset({"asn", "as", "as_number", "number"})
_SHARES = ("asn", "low", "high")
_SHARE = re.compile(r"(?:0|1)(?:\.[0-9]*)?|\.[0-9]+|[1-9](?:\.[0-9]+)?[eE]-[0-9]{1,3}")


def read_asn_list(given: TextFile, progress: Progress = silent) -> NDArray[np.int64]:
    """The AS numbers of a list, int64, each once, ascending: one a line, `AS64500` or `64500`.

    What follows a comma, semicolon, tab or `#` is a name or remark and read over, so the tag files of bgp.tools
    (`AS64500,Name`) are lists; so is a first line `asn`. An empty list is a list. Raises InputFault with every fault,
    UsageFault where there is no file. Cost O(lines).
    """
    upload, faults = opened(given, progress), FaultList()
    found: set[int] = set()
    begun = False
    for row, line in records_of(upload, faults, progress):
        text = _ENDS_NUMBER.split(line, maxsplit=1)[0].strip().strip('"')
        heading, begun = not begun and text.casefold() in _HEADINGS, True
        if heading:
            continue
        asn = read_asn(_PREFIX.sub("", text), upload.name, row, column="asn")
        if isinstance(asn, Fault):
            faults.add(asn)
        else:
            found.add(asn)
    faults.refuse()
    return ascending(found)


def read_shares(
    given: TextFile, progress: Progress = silent
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """What share of each network is restricted: AS numbers ascending (int64), and low and high (float64 in [0, 1]).

    A CSV `asn,low,high`, with or without that header, whose columns may then stand in any order; `#` begins a remark.
    A network given twice alike counts once; given twice otherwise it is a fault. Raises InputFault with every fault,
    UsageFault where there is no file. Cost O(lines).
    """
    import numpy as np

    upload, faults = opened(given, progress), FaultList()
    shares: dict[int, tuple[float, float, int]] = {}
    order: tuple[int, ...] | None = None
    for row, line in records_of(upload, faults, progress):
        cells = _cells(upload.name, row, line, faults=faults)
        if cells is None:
            continue
        if order is None:
            order = _order(upload.name, row, cells, faults=faults)
            if not cells[0][-1:].isdigit():
                continue
        _share(upload.name, row, [cells[at] for at in order], shares=shares, faults=faults)
    faults.refuse()
    asns = np.array(sorted(shares), np.int64)
    low = np.array([shares[int(asn)][0] for asn in asns], np.float64)
    return asns, low, np.array([shares[int(asn)][1] for asn in asns], np.float64)


def _cells(name: str, row: int, line: str, *, faults: FaultList) -> list[str] | None:
    """The three cells of a line, without a remark after them; None and a fault where there are not three."""
    cells = _csv_cells(line.partition("#")[0].strip())
    if len(cells) == len(_SHARES):
        return cells
    way_out = "Write one network a line, such as 64500,0.2,0.5 with a point in each share."
    faults.add(
        Fault(name, "the line is no share of a network", row, found=line, expected=",".join(_SHARES), way_out=way_out)
    )
    return None


def _order(name: str, row: int, cells: list[str], *, faults: FaultList) -> tuple[int, ...]:
    """Where asn, low and high stand: as the header says, where the first line is one."""
    heads = [cell.casefold() for cell in cells]
    if sorted(heads) == sorted(_SHARES):
        return tuple(heads.index(column) for column in _SHARES)
    if not heads[0][-1:].isdigit():
        faults.add(
            Fault(name, "the header is not that of shares", row, found=",".join(cells), expected=",".join(_SHARES))
        )
    return tuple(range(len(_SHARES)))


def _share(
    name: str, row: int, cells: list[str], *, shares: dict[int, tuple[float, float, int]], faults: FaultList
) -> None:
    before = faults.count
    asn = read_asn(_PREFIX.sub("", cells[0]), name, row, column="asn")
    if isinstance(asn, Fault):
        faults.add(asn)
    low, high = [
        _end_of(name, row, column, cell=cell, faults=faults)
        for column, cell in zip(_SHARES[1:], cells[1:], strict=True)
    ]
    if low > high:
        faults.add(Fault(name, "low is above high", row, column="low", found=cells[1], expected=f"at most {cells[2]}"))
    if isinstance(asn, Fault) or faults.count > before:
        return
    if asn not in shares:
        shares[asn] = (low, high, row)
    elif shares[asn][:2] != (low, high):
        says = f"the network stands already in row {shares[asn][2]}, with another share"
        expected, way_out = "each network once", "Keep one of the two lines."
        faults.add(Fault(name, says, row, column="asn", found=str(asn), expected=expected, way_out=way_out))


def _end_of(name: str, row: int, column: str, *, cell: str, faults: FaultList) -> float:
    value = float(cell) if _SHARE.fullmatch(cell) else float("nan")
    if 0 <= value <= 1:
        return value
    near = None
    if re.fullmatch(r"[0-9]{1,3}(?:\.[0-9]+)?[ ]?%", cell) and float(cell.rstrip(" %")) <= 100:
        near = str(float(cell.rstrip(" %")) / 100)
    says, expected = "this is no share" if cell else "the cell is empty", "a number from 0 to 1, such as 0.25"
    faults.add(Fault(name, says, row, column=column, found=cell or None, expected=expected, nearest=near))
    return float("nan")


KINDS: Mapping[str, tuple[str, ...]] = {
    "fail": ("network", "country", "link", "cable", "facility"),
    "leak": ("network",),
    "refuse": ("network", "country"),
}
"""What each kind of change may name; one of these a line."""
FOR = "for"
COLUMNS = ("scenario", "kind", "network", "country", "link", "cable", "facility", FOR)
MOST_SCENARIOS = 10_000
_EXAMPLE = "Write a header such as scenario,kind,network,country,link,cable,facility,for and one change a line."


@dataclass(frozen=True)
class ScenarioLine:
    """One line: the scenario, the kind of change, the column that names what changes, what it names, and for whom."""

    row: int
    scenario: str
    kind: str
    column: str
    value: str
    named: str = ""


@dataclass(frozen=True)
class ScenarioFile:
    """The lines of a file in order, and the faults so far: they are raised with those of names that mean nothing."""

    name: str
    digest: str
    lines: tuple[ScenarioLine, ...]
    faults: FaultList = field(default_factory=FaultList)

    @property
    def scenarios(self) -> tuple[str, ...]:
        """The scenarios in the order in which they first stand."""
        return tuple(dict.fromkeys(line.scenario for line in self.lines))


def read_scenario_list(given: TextFile, progress: Progress = silent) -> ScenarioFile:
    """The changes of a CSV with the columns `COLUMNS`, in any order; those that no line needs may be left out.

    `#` begins a line that says nothing. Faults are kept in the answer, not raised, so that the caller may add what it
    knows of names. Raises UsageFault where there is no file, InputFault where it is no text. Cost O(lines).
    """
    upload, faults = opened(given, progress), FaultList()
    order: list[str] | None = None
    lines: list[ScenarioLine] = []
    for row, text in records_of(upload, faults, progress):
        cells = _csv_cells(text)
        if order is None:
            order = [cell.casefold() for cell in cells]
            _header(upload.name, row, order, faults=faults)
            if faults.count:
                break
            continue
        if len(cells) != len(order):
            sentence = "the line has another number of cells than the header"
            faults.add(Fault(upload.name, sentence, row, found=str(len(cells)), expected=str(len(order))))
            continue
        line = _line(upload.name, row, dict(zip(order, cells, strict=True)), faults=faults)
        lines += [line] if line else []
    if order is None and not faults.count:
        faults.add(Fault(upload.name, "the file has no line", expected="a header and scenarios", way_out=_EXAMPLE))
    found = ScenarioFile(upload.name, upload.file_id, tuple(lines), faults)
    if len(found.scenarios) > MOST_SCENARIOS:
        sentence = "the file has too many scenarios"
        faults.add(Fault(upload.name, sentence, found=str(len(found.scenarios)), expected=f"at most {MOST_SCENARIOS}"))
    return found


def _csv_cells(text: str) -> list[str]:
    """The cells of a line of CSV, stripped; none where it is no CSV."""
    try:
        return [cell.strip() for cell in next(csv.reader([text], strict=True))]
    except csv.Error:
        return []


def _header(name: str, row: int, heads: list[str], *, faults: FaultList) -> None:
    for head in heads:
        if head not in COLUMNS:
            known, close = ", ".join(COLUMNS), nearest(head, COLUMNS)
            faults.add(Fault(name, "no such column", row, found=head, expected=known, nearest=close, way_out=_EXAMPLE))
        elif heads.count(head) > 1:
            faults.add(Fault(name, "the column stands twice", row, found=head, expected="each column once"))
    for head in ("scenario", "kind"):
        if head not in heads:
            faults.add(Fault(name, "a column is missing", row, expected=head, way_out=_EXAMPLE))


def _line(name: str, row: int, cells: dict[str, str], *, faults: FaultList) -> ScenarioLine | None:
    before = faults.count
    scenario, kind = cells["scenario"], cells["kind"].casefold()
    if not scenario:
        faults.add(Fault(name, "the cell is empty", row, column="scenario", expected="the name of a scenario"))
    if kind not in KINDS:
        text, found = "no such kind of change" if kind else "the cell is empty", cells["kind"] or None
        expected, near = ", ".join(KINDS), nearest(kind, KINDS)
        faults.add(Fault(name, text, row, column="kind", found=found, expected=expected, nearest=near))
        return None
    filled = [column for column in COLUMNS[2:-1] if cells.get(column)]
    if len(filled) != 1 or len([column for column in filled if column in KINDS[kind]]) != 1:
        one_of = " or ".join(KINDS[kind])
        text = f"a line of kind {kind} names one thing"
        faults.add(
            Fault(name, text, row, found=", ".join(filled) or None, expected=f"one of the cells {one_of} filled")
        )
    named = cells.get(FOR, "")
    if (kind == "refuse") != bool(named):
        text = "a refusal names whom it concerns" if kind == "refuse" else "only a refusal names whom it concerns"
        expected = "AS numbers or countries, parted by |" if kind == "refuse" else "an empty cell"
        faults.add(Fault(name, text, row, column=FOR, found=named or None, expected=expected))
    if faults.count > before:
        return None
    return ScenarioLine(row, scenario, kind, filled[0], cells[filled[0]], named)
