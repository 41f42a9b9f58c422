"""Of the tool `paths`: the vendors of addresses, as a table states them, and those that it is asked to look for."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from provenet.case.parquet_files import BROKEN, reason
from provenet.case.parties import VENDOR, known_names
from provenet.core.countries import countries
from provenet.core.errors import Fault, FaultList, InputFault, UsageFault, clip, nearest
from provenet.core.progress import silent
from provenet.core.wording import count, day
from provenet.dependence.measured_routers import NOWHERE, Days
from provenet.ingest.bgp.numbers import address_key, kept_address_number, read_address
from provenet.ingest.network.vendor_seats import vendor_seats
from provenet.ingest.network.vendors import vendor_registry
from provenet.ingest.opening import Upload
from provenet.routing.measured.address_book import MOST_SETS, IdentifiedAddresses, VendorSet
from provenet.tools.files import FilesRead

COLUMNS = {
    "address": "text",
    "vendor_id": "text, or nothing where the vendor is not known",
    "p_correct": "a number from 0 to 1, or nothing",
}
"""The columns that a table of vendors must have, and their kinds in words."""
RESTRICTED, IDENTIFIED = "restricted", "identified"
"""Names of two sets of vendors: all that are restricted, and all that any address is of."""
SEAT = "seat:"
"""How a word begins that means all vendors with their seat in a country."""
NOBODY = frozenset({"nan", "na", "none", "null", "unknown", "not known", "not-known", "other", "others"})
"""Words of programs for a vendor that is not known."""
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def read_vendors(place: Path, files: FilesRead, days: Days) -> IdentifiedAddresses:
    """The vendors of addresses, from a table of `provenet vendors`, of the days that count. Raises InputFault with
    every fault, and where no row is left.
    """
    name, faults = place.name, FaultList()
    table = _opened(place)
    family, high, low = _keys(table["address"].cast(pl.String), name, faults)
    probability = table["p_correct"].cast(pl.Float64)
    for row in probability.is_between(0, 1).not_().fill_null(False).arg_true().to_list():
        text, found = "the probability is no number from 0 to 1", str(probability[row])
        faults.add(Fault(name, text, row + 1, column="p_correct", found=found))
    faults.refuse()
    keys = {"family": pl.Series(family), "high": pl.Series(high), "low": pl.Series(low)}
    table = _of_days(table.with_columns(**keys, p_correct=probability), name, files, days=days)
    vendor, probability = _vendor_ids(table["vendor_id"].cast(pl.String)), table["p_correct"]
    vendors = sorted(vendor.drop_nulls().unique().to_list())
    dated = pl.concat([pl.Series([], dtype=pl.Date), *_stated_days(table)]).clip(upper_bound=days.until)
    rows = table.select(*keys, vendor=vendor)
    of_address = rows.group_by("family", "high", "low").agg(pl.col("vendor").n_unique(), known=pl.col("vendor").first())
    identified = of_address.filter((pl.col("vendor") == 1) & pl.col("known").is_not_null())
    one = {
        "file": name,
        "digest": Upload.of(place, silent).file_id,
        "address_count": len(of_address),
        "identified_count": len(identified),
        "vendor_count": len(vendors),
        "unstated_count": int((vendor.is_not_null() & ~(probability > 0).fill_null(False)).sum()),
        "left_out_count": 0,
    }
    ends = ("first_seen_on", dated.min()), ("last_seen_on", dated.max())
    files.add("vendors", one | {key: None if end is None else str(end) for key, end in ends})
    # Of a list that says of some rows alone whether they were probed, the others may be either.
    has_probed = table.schema.get("is_probed") == pl.Boolean and not table["is_probed"].null_count()
    return IdentifiedAddresses(
        **{key: table[key].to_numpy() for key in keys},
        vendor=vendor.cast(pl.Enum(vendors)).to_physical().cast(pl.Int32).fill_null(-1).to_numpy(),
        p_correct=probability.fill_null(float("nan")).to_numpy(),
        vendors=vendors,
        probed=table["is_probed"].to_numpy() if has_probed else None,
    )


def _opened(place: Path) -> pl.DataFrame:
    """A table with the columns asked for. Raises InputFault with every column that holds something else."""
    name, expected = place.name, f"columns {', '.join(COLUMNS)}, as `provenet vendors --out` writes them"
    try:
        table = pl.read_parquet(place)
    except BROKEN as err:
        text = "the file is no table in Parquet"
        raise InputFault([Fault(name, text, found=reason(err), expected=expected)]) from err
    missing = [column for column in COLUMNS if column not in table.columns]
    if missing:
        found = ", ".join(table.columns)
        raise InputFault([Fault(name, f"the table has no column {missing[0]}", found=found, expected=expected)])
    faults = FaultList()
    for column, words in COLUMNS.items():
        dtype = table[column].dtype
        is_text = isinstance(dtype, pl.String | pl.Categorical | pl.Enum)
        is_none = dtype == pl.Null and column != "address"
        if not (is_none or (dtype.is_numeric() if column == "p_correct" else is_text)):
            faults.add(Fault(name, "the column holds something else", column=column, found=str(dtype), expected=words))
    faults.refuse()
    return table


def _of_days(table: pl.DataFrame, name: str, files: FilesRead, *, days: Days) -> pl.DataFrame:
    """The rows of the days that count, as a case counts sightings: up to the day in question, and of each country the
    newest and those shortly before; rows without a day always. Raises InputFault where none is left.
    """
    stated = [one for one in _stated_days(table) if len(one) == len(table)]
    if not stated:
        return table
    seen = pl.DataFrame(stated).select(first=pl.min_horizontal(pl.all()), last=pl.max_horizontal(pl.all()))
    place = table["country"] if "country" in table.columns else pl.repeat(None, len(table), dtype=pl.String, eager=True)
    seen = seen.with_columns(place=place.cast(pl.String).fill_null(NOWHERE), counts=days.count(pl.col("first")))
    until = pl.when(pl.col("last") > days.until).then(days.until).otherwise("last")
    newest = until.filter("counts").max().over("place")
    is_old = until < newest - timedelta(days=days.window_days)
    seen = seen.with_columns(is_old=is_old.fill_null(False) & pl.col("counts"))
    later, old = int((~seen["counts"]).sum()), int(seen["is_old"].sum())
    if later and later == len(table):
        expected, way_out = f"rows seen up to {day(days.until)}", "Scan at that time, or name a later --as-of."
        text = "no row counts: all are of later days than the one in question"
        raise InputFault([Fault(name, text, expected=expected, way_out=way_out)])
    if later:
        files.remarks.append(f"{name}: {count(later, 'row')} first seen after {day(days.until)} left out.")
    if old:
        window = count(days.window_days, "day")
        files.remarks.append(f"{name}: {count(old, 'row')} left out, seen more than {window} before the newest there.")
    return table.filter(seen["counts"] & ~seen["is_old"])


def _stated_days(table: pl.DataFrame) -> list[pl.Series]:
    """The days of the columns that may state some."""
    return [_days_of(table[name]) for name in ("first_seen_on", "seen_on") if name in table.columns]


def _days_of(column: pl.Series) -> pl.Series:
    """The days that a column states as days, moments or ISO text; null where it is something else."""
    if column.dtype == pl.String:
        return column.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
    return column.cast(pl.Date) if column.dtype in (pl.Date, pl.Datetime) else pl.Series([], dtype=pl.Date)


def _vendor_ids(given: pl.Series) -> pl.Series:
    """The vendors of a table as ids, however its program writes them; a placeholder such as `unknown` names nobody.

    A name in other letters than those of --restricted would else pass for another vendor, and its path for clear.
    """
    ids = {one for _, one in known_names().listed(VENDOR)}

    def id_of(text: str) -> str | None:
        if text in ids or text.casefold() in NOBODY:
            return text if text in ids else None
        is_id = _ID.fullmatch(text) is not None
        named = vendor_registry().of_text(text.replace("-", " ") if is_id else text)
        if named is None:
            return text if is_id else None
        return text if is_id and not named.listed else named.vendor_id

    meant = {text: id_of(text) for text in given.unique().drop_nulls().to_list()}
    return given.replace_strict(meant, default=None, return_dtype=pl.String)


def _keys(
    addresses: pl.Series, name: str, faults: FaultList
) -> tuple[NDArray[np.uint8], NDArray[np.uint64], NDArray[np.uint64]]:
    """Addresses as families and halves of keys, in the form in which traces keep them."""
    made = []
    for row, text in enumerate(addresses.to_list(), start=1):
        read = None if text is None else read_address(text)
        if read is None:
            faults.add(Fault(name, "this is no address", row, column="address", found=text or "nothing"))
            continue
        family, number = kept_address_number(*read)
        made.append((family, address_key(family, number)))
    high = np.array([key >> 64 for _, key in made], np.uint64)
    low = np.array([key & (1 << 64) - 1 for _, key in made], np.uint64)
    return np.array([one for one, _ in made], np.uint8), high, low


def looked_for(words: Sequence[str], known: Sequence[str]) -> tuple[tuple[str, ...], list[str]]:
    """The ids of the vendors that words name; and of `known` those that may be of a seat named, as theirs is unknown.

    Raises UsageFault with every word that names none, and for more than are told apart at once.
    """
    found, wrong = [], []
    for word in words:
        if word.strip().startswith(SEAT):
            found += _seated(word)
        elif vendor := _vendor_id(word, known):
            found.append(vendor)
        else:
            close = nearest(word, [*(name for pair in known_names().listed(VENDOR) for name in pair), *known])
            hint = f" Nearest: {close}." if close else ""
            wrong.append(f"no such vendor; found {clip(word)!r}, expected the name of one or its id.{hint}")
    if wrong:
        raise UsageFault("\n".join(f"--restricted: {one}" for one in wrong))
    restricted, most = tuple(dict.fromkeys(found)), MOST_SETS - 2
    if len(restricted) > most:
        # Each is a set of its own, beside all of them and all that are identified.
        raise UsageFault(f"--restricted: {len(restricted)} vendors are named; expected at most {most}.")
    has_seat = any(word.strip().startswith(SEAT) for word in words)
    return restricted, sorted(set(known) - set(vendor_seats()) - set(restricted)) if has_seat else []


def _vendor_id(word: str, known: Sequence[str]) -> str | None:
    """The id of the vendor that a word names: of those in the table, else one that the registry lists."""
    if word in known:
        return word
    named = vendor_registry().of_text(word)
    return named.vendor_id if named is not None and named.listed else None


def _seated(word: str) -> list[str]:
    """The vendors with their seat in the country that a word names. Raises UsageFault where none is on record."""
    text = word.strip().removeprefix(SEAT).strip()
    code = countries().code(text) or text.upper()
    found = [vendor for vendor, seat in vendor_seats().items() if seat.country == code]
    if not found:
        seats = ", ".join(sorted({seat.country for seat in vendor_seats().values()}))
        raise UsageFault(
            f"--restricted: no vendor with its seat in this country is on record; found {clip(word)!r}. "
            f"Seats on record: {seats}."
        )
    return sorted(found)


def doubted(given: IdentifiedAddresses, vendors: Sequence[str]) -> IdentifiedAddresses:
    """Addresses where those of some vendors make no path clear: without a probability, as if none was stated."""
    if not vendors:
        return given
    places = [at for at, one in enumerate(given.vendors) if one in vendors]
    return replace(given, p_correct=np.where(np.isin(given.vendor, places), np.nan, given.p_correct))


def vendor_sets(restricted: Sequence[str], known: Sequence[str]) -> tuple[VendorSet, ...]:
    """All restricted vendors, each by itself where there are several, and all that any address is of."""
    made = [VendorSet(RESTRICTED, frozenset(restricted))] if restricted else []
    if len(restricted) > 1:
        made += [VendorSet(one, frozenset([one])) for one in restricted]
    return (*made, VendorSet(IDENTIFIED, frozenset(known)))
