"""Lists of scenarios of routes: what fails, leaks or refuses to carry. Lines of one name are one scenario."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field

from provenet.core.errors import Fault, FaultList, nearest
from provenet.core.progress import Progress, silent
from provenet.ingest.plain_lines import TextFile, opened, records_of

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
        cells = _cells(text)
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


def _cells(text: str) -> list[str]:
    try:
        return [cell.strip() for cell in next(csv.reader([text], strict=True))]
    except csv.Error:
        return []


def _header(name: str, row: int, heads: list[str], *, faults: FaultList) -> None:
    for head in heads:
        if head not in COLUMNS:
            known, close = ", ".join(COLUMNS), nearest(head, COLUMNS)
            text = "no such column"
            faults.add(Fault(name, text, row, found=head, expected=known, nearest=close, way_out=_EXAMPLE))
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
        text = "no such kind of change" if kind else "the cell is empty"
        kinds = ", ".join(KINDS)
        faults.add(
            Fault(
                name,
                text,
                row,
                column="kind",
                found=cells["kind"] or None,
                expected=kinds,
                nearest=nearest(kind, KINDS),
            )
        )
        return None
    filled = [column for column in COLUMNS[2:-1] if cells.get(column)]
    wanted = [column for column in filled if column in KINDS[kind]]
    if len(filled) != 1 or len(wanted) != 1:
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
