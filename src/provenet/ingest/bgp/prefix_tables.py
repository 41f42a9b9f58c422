"""Who announces which addresses, and where they are registered: tables of prefixes and of ranges, IPv4 and IPv6.

CAIDA `pfx2as` (`prefix<TAB>length<TAB>origins`), pyasn (`prefix/length<TAB>asn`), and CSV of inclusive ranges
(`first,last,asn,name` or `first,last,CC`). In a tool they become arrays that `kernels/lpm` looks addresses up in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from provenet.core.errors import Fault, FaultList, InputFault
from provenet.core.progress import Progress, silent
from provenet.ingest.bgp.addresses import FAMILY, IPV4, address_text, read_address, read_prefix
from provenet.ingest.bgp.as_numbers import imported_numpy, read_asn
from provenet.ingest.bgp.as_tables import country_cells, csv_cells, in_frames
from provenet.ingest.line_formats import Frames, LineFile, LineFormat, line_format_of, mostly
from provenet.ingest.opening import Upload
from provenet.ingest.plain_lines import TextFile, opened, records_of
from provenet.ingest.registry import HEAD_BYTES

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_ADDRESS = r"(?:[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+|[0-9A-Fa-f]*:[0-9A-Fa-f:.]*)"
_PFX2AS = re.compile(rf"{_ADDRESS}\t[0-9]+\t[0-9_,{{}}]+\Z")
_PYASN = re.compile(rf"{_ADDRESS}/[0-9]+\t[0-9]+\Z")
_RANGE = re.compile(rf"{_ADDRESS},{_ADDRESS},(?P<third>[^,]*)(?P<rest>,.*)?\Z", re.S)
_CODE = re.compile(r"[A-Z]{2}\Z")
_OUT = "Remove the line, or write it anew."
_PREFIX_SHAPE = "prefix, length and AS number, with tabs between them"
_RANGE_SHAPE = "first,last,asn,name or first,last,country"


class Range(NamedTuple):
    """One record: the family (4 or 6), first and last address as numbers, and what the file tells of them.

    `origins` are AS numbers, ascending, none where nobody announces the range.
    """

    row: int
    family: int
    first: int
    last: int
    origins: tuple[int, ...] = ()
    from_as_set: bool = False
    meaning: str = ""
    """The name of the origin, or the two letters of the country."""


@dataclass(frozen=True)
class AddressRanges:
    """Ranges as arrays of n: keys of the first and last address as two uint64 halves, and what is told of each.

    An IPv4 address has its 32 bits at the top of the key and zeros below, so that both families sort alike; `family`
    is int8, 4 or 6. `value` is int32: a place in `values`, which holds AS numbers (one tuple of all origins of a
    range) or the two letters of a country.
    """

    family: NDArray[np.int8]
    first_high: NDArray[np.uint64]
    first_low: NDArray[np.uint64]
    last_high: NDArray[np.uint64]
    last_low: NDArray[np.uint64]
    value: NDArray[np.int32]
    values: tuple[tuple[int, ...], ...] | tuple[str, ...]
    name: str
    digest: str


def read_prefix_origins(given: TextFile, progress: Progress = silent) -> AddressRanges:
    """The origins of ranges of addresses, in order of the file, one entry a range: several records of one range are
    one entry with all their origins.

    Raises InputFault with every fault, also for a file of another format; UsageFault where there is no file or numpy is
    missing. Claims what its publisher saw in routing on its day, no more. Cost O(lines); memory about 300 bytes a line.
    """
    return _arrays(given, progress, "prefix_origin")


def read_address_countries(given: TextFile, progress: Progress = silent) -> AddressRanges:
    """The countries that ranges of addresses are registered in, as `read_prefix_origins` gives origins. It is not
    where routers stand.
    """
    return _arrays(given, progress, "prefix_country")


def _arrays(given: TextFile, progress: Progress, table: str) -> AddressRanges:
    np = imported_numpy()
    upload, faults = opened(given, progress), FaultList()
    merged: dict[tuple[int, int, int], set[int] | str] = {}
    for one in _ranges_in(upload, table, faults, progress=progress):
        key = (one.family, one.first, one.last)
        if table == "prefix_country":
            stands = merged.setdefault(key, one.meaning)
            if stands != one.meaning:
                says = "the range stands already with another country"
                faults.add(Fault(upload.name, says, one.row, column="country", found=one.meaning, expected=str(stands)))
            continue
        origins = merged.setdefault(key, set())
        if isinstance(origins, set):
            origins.update(one.origins)
    if faults.count:
        raise InputFault(faults.faults, faults.count)
    values = {value: at for at, value in enumerate(sorted({_value(meaning) for meaning in merged.values()}))}
    keys = [(family, _key(family, first), _key(family, last, ones=True)) for family, first, last in merged]
    low = (1 << 64) - 1
    return AddressRanges(
        np.array([family for family, _, _ in keys], np.int8),
        np.array([first >> 64 for _, first, _ in keys], np.uint64),
        np.array([first & low for _, first, _ in keys], np.uint64),
        np.array([last >> 64 for _, _, last in keys], np.uint64),
        np.array([last & low for _, _, last in keys], np.uint64),
        np.array([values[_value(meaning)] for meaning in merged.values()], np.int32),
        tuple(values),  # type: ignore[arg-type]
        upload.name,
        upload.file_id,
    )


def stored_ranges(rows: pl.DataFrame, column: str) -> AddressRanges:
    """The ranges of rows of `prefix_origin`, `prefix_country` or `exchange_prefix`, each with what `column` says.

    Parameters: `rows` with `first_address`, `last_address`, `family` and `column`, a list of AS numbers as text or a
    text; null is an empty text. The value of entry i is a place in `values`. Raises ValueError for a cell that is no
    address. Cost O(rows), vectorised for IPv4.
    """
    np = imported_numpy()
    cells = rows[column]
    if cells.dtype == pl.List:
        texts = cells.list.join("|").fill_null("")
        meanings: list[str] = texts.unique().sort().to_list()
        values: list[tuple[int, ...]] | list[str] = [
            tuple(sorted(map(int, filter(None, m.split("|"))))) for m in meanings
        ]
    else:
        texts = cells.fill_null("")
        meanings = texts.unique().sort().to_list()
        values = meanings
    places = {meaning: at for at, meaning in enumerate(meanings)}
    family = np.where((rows["family"] == FAMILY[IPV4]).to_numpy(), 4, 6).astype(np.int8)
    first_high, first_low = address_halves(rows["first_address"])
    last_high, last_low = address_halves(rows["last_address"], ones=True)
    return AddressRanges(
        family=family,
        first_high=first_high,
        first_low=first_low,
        last_high=last_high,
        last_low=last_low,
        value=np.array([places[text] for text in texts.to_list()], np.int32),
        values=tuple(values),  # type: ignore[arg-type]
        name="rows of the case",
        digest="",
    )


def address_halves(texts: pl.Series, *, ones: bool = False) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Addresses as keys of two uint64 halves, IPv4 at the top of the first and below it zeros, or ones.

    Raises ValueError for a text that is no address. Cost O(rows), vectorised for IPv4.
    """
    np = imported_numpy()
    high, low = np.zeros(len(texts), np.uint64), np.zeros(len(texts), np.uint64)
    frame = texts.alias("text").to_frame().with_row_index("at")
    four = frame.filter(~pl.col("text").str.contains(":", literal=True))
    parts = four["text"].str.split_exact(".", 3).struct.unnest().cast(pl.UInt64, strict=False)
    number = parts.select((pl.nth(0) * 2**24 + pl.nth(1) * 2**16 + pl.nth(2) * 2**8 + pl.nth(3)).alias("number"))
    if number["number"].null_count():
        wrong = four.filter(number["number"].is_null())["text"][0]
        raise ValueError(f"a stored address is no address; found {wrong!r}")
    at = four["at"].to_numpy()
    high[at] = number["number"].to_numpy() << np.uint64(32)
    if ones:
        high[at] |= np.uint64(0xFFFFFFFF)
        low[at] = np.uint64(0xFFFFFFFFFFFFFFFF)
    for place, text in frame.filter(pl.col("text").str.contains(":", literal=True)).iter_rows():
        read = read_address(text)
        if read is None:
            raise ValueError(f"a stored address is no address; found {text!r}")
        high[place], low[place] = read[1] >> 64, read[1] & ((1 << 64) - 1)
    return high, low


def _value(meaning: set[int] | str) -> tuple[int, ...] | str:
    return meaning if isinstance(meaning, str) else tuple(sorted(meaning))


def _key(family: int, number: int, ones: bool = False) -> int:
    """An address as a key of 128 bits, IPv4 at its top, filled up with zeros or ones."""
    if family != IPV4:
        return number
    return number << 96 | ((1 << 96) - 1 if ones else 0)


def _ranges_in(upload: Upload, table: str, faults: FaultList, *, progress: Progress) -> Iterator[Range]:
    """The records of a file of one of the formats of a table; a fault where it is of none."""
    found = line_format_of(upload)
    if found is not None and found.table == table:
        yield from _READERS[found.id](upload, faults, progress)
    elif (head := upload.head(HEAD_BYTES)).strip():
        expected = _RANGE_SHAPE if table == "prefix_country" else f"CAIDA pfx2as, pyasn, or CSV of {_RANGE_SHAPE}"
        says = "the first lines are not those of a table of addresses"
        faults.add(Fault(upload.name, says, found=head[:60].decode("utf-8", "replace"), expected=expected))


def _pfx2as(upload: Upload, faults: FaultList, progress: Progress) -> Iterator[Range]:
    for row, text in records_of(upload, faults, progress):
        cells = [cell.strip() for cell in text.split("\t")]
        if len(cells) == 3:
            made = _prefix(upload.name, row, cells[0], length=cells[1], origin=cells[2], faults=faults)
            if made is not None:
                yield made
        else:
            faults.add(
                Fault(
                    upload.name,
                    "the line is no prefix",
                    row,
                    column=None,
                    found=text,
                    expected=_PREFIX_SHAPE,
                    way_out=_OUT,
                )
            )


def _pyasn(upload: Upload, faults: FaultList, progress: Progress) -> Iterator[Range]:
    for row, text in records_of(upload, faults, progress, remark=";"):
        prefix, _, origin = text.partition("\t")
        address, slash, length = prefix.strip().partition("/")
        if slash and origin:
            made = _prefix(upload.name, row, address, length=length, origin=origin.strip(), faults=faults)
            if made is not None:
                yield made
        else:
            faults.add(
                Fault(
                    upload.name,
                    "the line is no prefix",
                    row,
                    column=None,
                    found=text,
                    expected=_PREFIX_SHAPE,
                    way_out=_OUT,
                )
            )


def _prefix(name: str, row: int, address: str, *, length: str, origin: str, faults: FaultList) -> Range | None:
    read = read_prefix(address, length)
    if isinstance(read, str):
        faults.add(
            Fault(
                name, read, row, column="prefix", found=f"{address}/{length}", expected="a prefix such as 192.0.2.0/24"
            )
        )
    origins = _origins(name, row, origin, faults=faults)
    if isinstance(read, str) or origins is None:
        return None
    return Range(row, *read, *origins)


def _origins(name: str, row: int, text: str, *, faults: FaultList) -> tuple[tuple[int, ...], bool] | None:
    """The networks of one cell: several origins with `_` between them, each a network or an AS set (`1,2`, `{1,2}`)."""
    numbers: set[int] = set()
    before = faults.count
    for origin in text.split("_"):
        for part in origin.removeprefix("{").removesuffix("}").split(","):
            asn = read_asn(part.strip(), name, row, column="origin")
            if isinstance(asn, Fault):
                faults.add(asn)
            else:
                numbers.add(asn)
    return None if faults.count > before else (tuple(sorted(numbers)), "," in text or "{" in text)


def _ranges(upload: Upload, faults: FaultList, progress: Progress, *, country: bool) -> Iterator[Range]:
    widths, shape = ((3,), "first,last,country") if country else ((3, 4), "first,last,asn,name")
    for row, text in records_of(upload, faults, progress):
        if '"' in text:
            cells = csv_cells(upload.name, row, text, widths=widths, expected=shape, faults=faults)
        else:
            cells = [cell.strip() for cell in text.split(",")]
            if len(cells) not in widths:
                cells = csv_cells(upload.name, row, text, widths=widths, expected=shape, faults=faults)
        made = None if cells is None else _range(upload.name, row, cells, country=country, faults=faults)
        if made is not None:
            yield made


def _range(name: str, row: int, cells: list[str], *, country: bool, faults: FaultList) -> Range | None:
    before = faults.count
    ends = [read_address(cell) for cell in cells[:2]]
    for column, cell, end in zip(("first", "last"), cells, ends, strict=False):
        if end is None:
            faults.add(
                Fault(
                    name, "this is no address", row, column=column, found=cell, expected="an address such as 192.0.2.1"
                )
            )
    first, last = ends
    if first is not None and last is not None and (first[0] != last[0] or first > last):
        says = "the range ends before it begins" if first[0] == last[0] else "the ends are of two families of addresses"
        faults.add(Fault(name, says, row, column="last", found=cells[1], expected=f"an address from {cells[0]} on"))
    origins: tuple[int, ...] = ()
    meaning = " ".join(cells[3].split()) if len(cells) > 3 else ""
    if country:
        meaning = cells[2]
        if meaning and not _CODE.match(meaning):
            faults.add(
                Fault(
                    name, "this is no country", row, column="country", found=meaning, expected="two letters such as DE"
                )
            )
    elif cells[2] not in ("", "0"):
        read = read_asn(cells[2], name, row, column="asn")
        if isinstance(read, Fault):
            faults.add(read)
        else:
            origins = (read,)
    if faults.count > before or first is None or last is None:
        return None
    return Range(row, first[0], first[1], last[1], origins, False, meaning)


def _origin_ranges(upload: Upload, faults: FaultList, progress: Progress) -> Iterator[Range]:
    return _ranges(upload, faults, progress, country=False)


def _country_ranges(upload: Upload, faults: FaultList, progress: Progress) -> Iterator[Range]:
    return _ranges(upload, faults, progress, country=True)


_Reader = Callable[[Upload, FaultList, Progress], Iterator[Range]]


def _origin_frames(reader: _Reader) -> Frames:
    def frames(file: LineFile) -> Iterator[pl.DataFrame]:
        def records() -> Iterator[tuple[object, ...]]:
            for one in reader(file.upload, file.faults, file.progress):
                first, last = address_text(one.family, one.first), address_text(one.family, one.last)
                origins, from_set = "|".join(map(str, one.origins)), "yes" if one.from_as_set else "no"
                yield one.row, first, last, FAMILY[one.family], origins, from_set, one.meaning, file.context.observed_on

        yield from in_frames(records(), _ORIGIN_COLUMNS)

    return frames


def _country_frames(file: LineFile) -> Iterator[pl.DataFrame]:
    def records() -> Iterator[tuple[object, ...]]:
        for one in _country_ranges(file.upload, file.faults, file.progress):
            first, last = address_text(one.family, one.first), address_text(one.family, one.last)
            yield one.row, first, last, FAMILY[one.family], one.meaning, file.context.observed_on, ""

    for made in in_frames(records(), _COUNTRY_COLUMNS):
        country, note = country_cells(made["country"])
        yield made.with_columns(country.alias("country"), note.alias("note"))


def _told_by(pattern: re.Pattern[str], remark: str = "#") -> Callable[[list[str], str], bool]:
    """Told by the first lines that are no remark."""
    return lambda lines, _: mostly([line for line in lines if not line.startswith(remark)], pattern.match)


def _is_range(country: bool) -> Callable[[list[str], str], bool]:
    def fits(line: str) -> bool:
        hit = _RANGE.match(line)
        third = "" if hit is None else hit["third"].strip()
        return hit is not None and bool(_CODE.match(third) if country else third.isdecimal() or not third)

    return lambda lines, _: mostly([line for line in lines if not line.startswith("#")], fits)


_ORIGIN_COLUMNS = {
    "first_address": "text",
    "last_address": "text",
    "family": "text",
    "origin_asns": "list",
    "from_as_set": "yes_no",
    "org_name": "text",
    "observed_on": "day",
}
_COUNTRY_COLUMNS = {
    "first_address": "text",
    "last_address": "text",
    "family": "text",
    "country": "country",
    "observed_on": "day",
    "note": "text",
}
_READERS: dict[str, _Reader] = {
    "caida-pfx2as": _pfx2as,
    "pyasn": _pyasn,
    "ip-ranges-asn": _origin_ranges,
    "ip-ranges-country": _country_ranges,
}
_SAYS = {
    "caida-pfx2as": ("prefixes and origins of CAIDA (pfx2as)", _told_by(_PFX2AS)),
    "pyasn": ("prefixes and origins of pyasn", _told_by(_PYASN, ";")),
    "ip-ranges-asn": ("ranges of addresses and their origins", _is_range(country=False)),
}
FORMATS: tuple[LineFormat, ...] = (
    *(
        LineFormat(one, says, "prefix_origin", _ORIGIN_COLUMNS, context, _origin_frames(_READERS[one]))
        for one, (says, context) in _SAYS.items()
    ),
    LineFormat(
        "ip-ranges-country",
        "ranges of addresses and their countries",
        "prefix_country",
        _COUNTRY_COLUMNS,
        _is_range(country=True),
        _country_frames,
    ),
)
