"""The words of a call of `plan`: budgets, money, assumed listings, and the file of decisions already taken."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from provenet.case.tables import vocabulary
from provenet.core.digest import sha256_bytes
from provenet.core.errors import Fault, FaultList, InputFault, UsageFault, clip
from provenet.core.when import parse_day

MOST_BYTES = 16 * 2**20
_BUDGET = re.compile(r"([0-9][0-9_,]*(?:\.[0-9]+)?)\s*(k|M|bn)?\s+([A-Z]{3})/([0-9]{4})\Z")
_MONEY = re.compile(r"([A-Z]{3})/([0-9]{4})\Z")
_TIMES = {"": 1.0, "k": 1e3, "M": 1e6, "bn": 1e9}


@dataclass(frozen=True)
class Listed:
    """A vendor that a scenario assumes to be on a list."""

    list_name: str
    vendor: str


@dataclass(frozen=True)
class Decided:
    """Decisions already taken: the day each lot starts, or None where it stays; the file's digest and bytes."""

    starts: Mapping[str, date | None] = field(default_factory=dict)
    digest: str = ""
    data: bytes = b""


def budget_of(text: object) -> tuple[float | None, str | None, str | None]:
    """Amount, currency and price year of a budget. Raises UsageFault.

    >>> budget_of("1.5bn EUR/2026")
    (1500000000.0, 'EUR', '2026')
    """
    if text is None:
        return None, None, None
    hit = _BUDGET.match(str(text).strip())
    if hit is None:
        found = clip(str(text))
        raise UsageFault(
            f"--budget: found {found!r}, expected an amount with its currency and price year, such as 500M EUR/2026."
        )
    number, times, currency, year = hit.groups()
    return float(re.sub(r"[_,]", "", number)) * _TIMES[times or ""], currency, year


def money_of(text: object, country: str, as_of: date) -> tuple[str, str]:
    """The currency and price year of a plan: as asked, else those of the country and of the day asked about."""
    if text is None:
        return vocabulary()["plan"]["currencies"].get(country, "EUR"), str(as_of.year)
    hit = _MONEY.match(str(text).strip())
    if hit is None:
        raise UsageFault(f"--money: found {clip(str(text))!r}, expected a currency and price year, such as EUR/2026.")
    return hit[1], hit[2]


def listed_of(pairs: Sequence[str]) -> list[Listed]:
    """LIST=VENDOR pairs. Raises UsageFault for one without `=`."""
    made = []
    for pair in pairs:
        name, mark, vendor = (part.strip() for part in pair.partition("="))
        if not mark or not name or not vendor:
            raise UsageFault(f"--listed: found {clip(pair)!r}, expected LIST=VENDOR, such as hrs_list=Huawei.")
        made.append(Listed(name, vendor))
    return sorted(set(made), key=lambda one: (one.list_name, one.vendor))


def decisions_of(file: Path | str | None) -> Decided:
    """The decisions that a CSV with the columns unit_id and start_on holds; further columns are read past.

    An empty start_on says that the lot stays. Raises UsageFault for no file, InputFault with every fault of it.
    """
    if file is None:
        return Decided()
    path = Path(file)
    if not path.is_file():
        raise UsageFault(f"--fix: no such file; found {str(path)!r}.")
    data = path.read_bytes()
    if len(data) > MOST_BYTES:
        raise UsageFault(f"--fix: the file is too large; found {str(path)!r}, expected at most 16 MiB.")
    return decisions_in(path.name, data)


def decisions_in(name: str, data: bytes) -> Decided:
    """The decisions in the bytes of a file, as `decisions_of` reads them. Raises InputFault with every fault."""
    return Decided(_starts(name, data), sha256_bytes(data), data)


def _starts(name: str, data: bytes) -> dict[str, date | None]:
    faults, made = FaultList(), dict[str, date | None]()
    try:
        rows = csv.DictReader(io.StringIO(data.decode("utf-8-sig")), strict=True)
        header = rows.fieldnames or []
        for column in ("unit_id", "start_on"):
            if column not in header:
                faults.add(Fault(name, "the column is missing", 1, column=column, way_out="Add it: unit_id,start_on."))
        if not faults.count:
            for number, row in enumerate(rows, start=2):
                _decision(name, number, row, made, faults)
    except (UnicodeDecodeError, csv.Error) as err:
        raise InputFault([Fault(name, f"no CSV in UTF-8 ({err})")]) from err
    if faults.count:
        raise InputFault(faults.faults, faults.count)
    return made


def _decision(
    name: str, number: int, row: Mapping[str, str | None], made: dict[str, date | None], faults: FaultList
) -> None:
    unit, text = (row["unit_id"] or "").strip(), (row["start_on"] or "").strip()
    if not unit:
        faults.add(Fault(name, "no lot is named", number, column="unit_id"))
        return
    day = None
    if text:
        try:
            day = parse_day(text)
        except ValueError as err:
            faults.add(Fault(name, "no such day", number, column="start_on", found=text, expected=f"{err}"))
            return
    if unit in made:
        faults.add(Fault(name, "the lot stands twice", number, column="unit_id", found=unit))
    made[unit] = day
