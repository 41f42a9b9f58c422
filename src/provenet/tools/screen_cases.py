"""The tool `screen --cases`: answers a file of worked cases by rule packs; no case is needed."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from provenet.core.errors import Fault
from provenet.core.settings import PlacesLike
from provenet.policy.cases import answer_cases
from provenet.policy.packs import load_packs
from provenet.tools.files import bytes_of
from provenet.tools.pack_test import CASES_CAP_BYTES, Records, case_records, untested_notes


@dataclass(frozen=True)
class CasesReport:
    """Answers to worked cases in the order of the rows, the faults of rows without one, and remarks on the packs."""

    cases: list[dict[str, Any]]
    faults: list[Fault]
    notes: tuple[str, ...] = field(default=())


def screen_file(name: str, data: bytes, packs: PlacesLike = ()) -> CasesReport:
    """Answers every row of a file of worked cases by the bundled packs and those of folders.

    An answer is what the rules say of the facts in the row, nothing else; a row with a fault gets none. Raises
    PackRefused with every fault of every pack, InputFault where the file cannot be read at all. Cost O(rows x rules).
    """
    places = [Path(packs)] if isinstance(packs, str | Path) else [Path(one) for one in packs]
    loaded = load_packs(places)
    records = case_records(name, data)
    once, again = _parted(name, records)
    answered = answer_cases(name, once, loaded)
    faults = sorted([*answered.faults, *again], key=lambda fault: fault.row)
    untested = untested_notes(loaded, places, {record["policy_id"] for _, record in records})
    return CasesReport(answered.cases, faults, (*loaded.notes, *untested))


def _parted(name: str, records: Records) -> tuple[Records, list[Fault]]:
    """The rows whose case id stands in no earlier row, and a fault for each other: no two answers bear one id."""
    first: dict[str, int] = {}
    once, faults = [], []
    for row, record in records:
        case = record["case_id"].strip()
        stands = first.setdefault(case.casefold(), row)
        if not case or stands == row:
            once.append((row, record))
            continue
        expected, way_out = f"one (the first is in row {stands})", "Give the case an id of its own."
        text = "the case appears twice"
        faults.append(Fault(name, text, row, column="case_id", found=case, expected=expected, way_out=way_out))
    return once, faults


def run(file: Path, packs: PlacesLike = ()) -> CasesReport:
    """Answers every row of a file of worked cases, of at most `CASES_CAP_BYTES`; see `screen_file`."""
    return screen_file(*bytes_of(file, CASES_CAP_BYTES, "a file of worked cases"), packs)
