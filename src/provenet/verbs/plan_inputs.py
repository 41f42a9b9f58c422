"""What a call of `plan` brings along: assumed listings, the file of decisions already taken, and the money to use."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import polars as pl

from provenet.core.countries import countries
from provenet.core.digest import sha256_bytes
from provenet.core.errors import Fault, FaultList, InputFault, UsageFault
from provenet.core.when import parse_day
from provenet.evidence.listings import VendorWords
from provenet.verbs.options import price_unit

MOST_BYTES = 16 * 2**20


@dataclass(frozen=True)
class Listing:
    """A vendor that a scenario assumes to be on a list, as the call or the case spells it, with its id."""

    list_name: str
    vendor: str
    vendor_id: str


@dataclass(frozen=True)
class Decisions:
    """Decisions already taken: the day each lot starts, or None where it stays; the file's digest and bytes."""

    starts: Mapping[str, date | None] = field(default_factory=dict)
    digest: str = ""
    data: bytes = b""


def money_unit(text: str | None, country: str, as_of: date, *, known: Mapping[str, pl.DataFrame]) -> tuple[str, str]:
    """The currency and price year of an answer: as given, else the country's own currency and the year in question.

    The country's currency counts where the prices or the exchange rates of the case name it; else it is EUR, so that
    no rate is asked for that nothing needs.
    """
    if text is not None:
        return price_unit(text)
    own = countries().currency(country)
    columns = ("currency", "per_currency")
    named = {
        code
        for name in ("swap_option", "choice_input", "exchange_rate")
        if name in known
        for column in columns
        if column in known[name].columns
        for code in known[name][column].drop_nulls().unique()
    }
    return own if own and own in named else "EUR", str(as_of.year)


def listings_of(pairs: Sequence[str], words: Callable[[], VendorWords]) -> list[Listing]:
    """LIST=VENDOR pairs as listings, sorted, one a vendor: of a group each member. Raises UsageFault for none."""
    if not pairs:
        return []
    named, found = words(), set()
    for name, _, word in (pair.partition("=") for pair in pairs):
        group = named.group(word.strip(), "--listed")
        spelled = group.names if group.kind else (word.strip(),)
        found |= {Listing(name.strip(), *one) for one in zip(spelled, group.vendor_ids, strict=True)}
    return sorted(found, key=lambda one: (one.list_name, one.vendor))


def vendors_of(given: Sequence[str], words: Callable[[], VendorWords]) -> tuple[str, ...]:
    """Vendors and groups of them as ids, sorted. Raises UsageFault for a vendor nobody has."""
    if not given:
        return ()
    named = words()
    return tuple(sorted({vendor for word in given for vendor in named.group(word.strip(), "--to").vendor_ids}))


def decisions_of(file: Path | tuple[str, bytes] | None) -> Decisions:
    """The decisions that a CSV with the columns unit_id and start_on holds; further columns are read past.

    An empty start_on says that the lot stays. Raises UsageFault for no file, InputFault with every fault of it.
    """
    if file is None:
        return Decisions()
    if isinstance(file, Path):
        if not file.is_file():
            raise UsageFault(f"--fix: no such file; found {str(file)!r}.")
        with file.open("rb") as stream:
            file = (file.name, stream.read(MOST_BYTES + 1))
    name, data = file
    if len(data) > MOST_BYTES:
        raise UsageFault(f"--fix: the file is too large; found {name!r}, expected at most 16 MiB.")
    return Decisions(_starts(name, data), sha256_bytes(data), data)


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
                _decision(name, number, row, made=made, faults=faults)
    except (UnicodeDecodeError, csv.Error) as err:
        raise InputFault([Fault(name, f"no CSV in UTF-8 ({err})")]) from err
    if faults.count:
        raise InputFault(faults.faults, faults.count)
    return made


def _decision(
    name: str, number: int, row: Mapping[str, str | None], *, made: dict[str, date | None], faults: FaultList
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
