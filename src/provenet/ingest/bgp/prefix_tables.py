"""Who announces which addresses, and where they are registered: tables of prefixes and of ranges, IPv4 and IPv6.

CAIDA `pfx2as` (`prefix<TAB>length<TAB>origins`), pyasn (`prefix/length<TAB>asn`), and CSV of inclusive ranges
(`first,last,asn,name` or `first,last,CC`). In a tool they become arrays that `kernels/lpm` looks addresses up in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from provenet.core.errors import Fault, FaultList, InputFault
from provenet.core.progress import Progress, silent
from provenet.ingest.bgp import prefix_columns
from provenet.ingest.bgp.as_tables import csv_cells, in_frames, with_countries
from provenet.ingest.bgp.numbers import (
    FAMILY,
    IPV4,
    MOST_ASN,
    address_key,
    address_text,
    read_address,
    read_asn,
    read_prefix,
)
from provenet.ingest.opening import Upload
from provenet.ingest.plain_lines import Frames, LineFile, TextFile, line_format, mostly, opened, records_of
from provenet.ingest.registry import COUNTRIES, HEAD_BYTES, ORIGINS, PATH_ORIGINS, Head

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_ADDRESS = r"(?:[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+|[0-9A-Fa-f]*:[0-9A-Fa-f:.]*)"
_PFX2AS = re.compile(rf"{_ADDRESS}\t[0-9]+\t[0-9_,{{}}]+\Z")
_PYASN = re.compile(rf"{_ADDRESS}/[0-9]+\t[0-9]+\Z")
_RANGE = re.compile(rf"{_ADDRESS},{_ADDRESS},(?P<third>[^,]*)(?P<rest>,.*)?\Z", re.S)
_NO_DIGITS = re.compile(r"[^0-9]+")
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


@dataclass(frozen=True, kw_only=True)
class AddressRanges(prefix_columns.RangeKeys):
    """Ranges and what is told of each: `value` is int32, a place in `values`, which holds AS numbers (one tuple of all
    origins of a range) or the two letters of a country.
    """

    value: NDArray[np.int32]
    values: tuple[Any, ...]
    name: str
    digest: str = ""


def read_prefix_origins(given: TextFile, progress: Progress = silent) -> AddressRanges:
    """The origins of ranges of addresses, in order of the file, one entry a range: several records of one range are
    one entry with all their origins.

    Raises InputFault with every fault, also for a file of another format; UsageFault where there is no file. Claims
    what its publisher saw in routing on its day, no more. Cost O(lines); memory about 300 bytes a line.
    """
    return _arrays(given, progress, is_country=False)


def read_address_countries(given: TextFile, progress: Progress = silent) -> AddressRanges:
    """The countries that ranges of addresses are registered in, as `read_prefix_origins` gives origins. It is not
    where routers stand.
    """
    return _arrays(given, progress, is_country=True)


def _arrays(given: TextFile, progress: Progress, *, is_country: bool) -> AddressRanges:
    upload = opened(given, progress)
    reader = _reader_of(upload, "prefix_country" if is_country else "prefix_origin")

    def record(row: int, text: str) -> prefix_columns.RangeRow | None:
        one = reader.record(_Record(upload.name, row, text), FaultList())
        return None if one is None else _row_of(one, is_country=is_country)

    columns = prefix_columns.range_columns(upload, reader.usual, remark=reader.remark, record=record, progress=progress)
    made = None if columns is None else _by_columns(columns, upload, is_country=is_country)
    made = made or _by_records(upload, reader, progress, is_country=is_country)
    if not len(made.value):
        says = "the table holds no range of addresses"
        raise InputFault([Fault(upload.name, says, found="nothing", expected="a prefix or a range on each line")])
    return made


def _by_columns(columns: pl.DataFrame, upload: Upload, *, is_country: bool) -> AddressRanges | None:
    """The entries of ranges in columns, one a range; None where they contradict each other or a number is none."""
    words = columns["word"].unique().to_list()
    meanings = words if is_country else list(map(_origins_of, words))
    if None in meanings:
        return None
    places: dict[Any, int] = {meaning: at for at, meaning in enumerate(sorted(set(meanings)))}
    value = columns["word"].replace_strict(words, [places[one] for one in meanings], return_dtype=pl.Int32).to_numpy()
    known: dict[str, Any] = {"name": upload.name, "digest": upload.file_id}
    table = AddressRanges(**prefix_columns.keys_of(columns), value=value, values=tuple(places), **known)
    if prefix_columns.is_ascending(columns):
        return table
    if is_country and columns.unique().select(prefix_columns.KEY).is_duplicated().any():
        return None
    joined = joined_ranges([table])
    values = tuple("".join(one) for one in joined.values) if is_country else joined.values
    return replace(joined, values=values, **known)


def _origins_of(word: str) -> tuple[int, ...] | None:
    """The networks of a cell as usual: none of `0` and of nothing; None where a number is too large to be one."""
    if word in ("", "0"):
        return ()
    if word.isdecimal():
        return (int(word),) if int(word) <= MOST_ASN else None
    numbers = {int(part) for part in _NO_DIGITS.split(word) if part}
    return tuple(sorted(numbers)) if max(numbers) <= MOST_ASN else None


def _by_records(upload: Upload, reader: _RecordFormat, progress: Progress, *, is_country: bool) -> AddressRanges:
    """The entries of a file read record by record. Raises InputFault with every fault."""
    faults, rows = FaultList(), list[prefix_columns.RangeRow]()
    stands: dict[tuple[int, int, int], str] = {}
    for one in reader.ranges(upload, faults, progress):
        rows.append(_row_of(one, is_country=is_country))
        before = stands.setdefault((one.family, one.first, one.last), one.meaning) if is_country else one.meaning
        if before != one.meaning:
            text = "the range stands already with another country"
            faults.add(Fault(upload.name, text, one.row, column="country", found=one.meaning, expected=before))
    faults.refuse()
    made = _by_columns(prefix_columns.columns_of(rows), upload, is_country=is_country)
    assert made is not None
    return made


def _row_of(one: Range, *, is_country: bool) -> prefix_columns.RangeRow:
    first, last = address_key(one.family, one.first), address_key(one.family, one.last, ones=True)
    return prefix_columns.RangeRow(
        one.family, first, last, one.meaning if is_country else "_".join(map(str, one.origins))
    )


def stored_ranges(rows: pl.DataFrame, column: str) -> AddressRanges:
    """The ranges of rows of `prefix_origin`, `prefix_country` or `exchange_prefix`, each with what `column` says.

    Parameters: `rows` with `first_address`, `last_address`, `family` and `column`, a list of AS numbers as text or a
    text; null is an empty text. The value of entry i is a place in `values`. Raises ValueError for a cell that is no
    address. Cost O(rows), vectorised for IPv4.
    """
    import numpy as np

    cells = rows[column]
    if cells.dtype == pl.List:
        texts = cells.list.join("|").fill_null("")
        meanings: list[str] = texts.unique().sort().to_list()
        values: list[Any] = [tuple(sorted(map(int, filter(None, m.split("|"))))) for m in meanings]
    else:
        texts = cells.fill_null("")
        meanings = texts.unique().sort().to_list()
        values = meanings
    places = {meaning: at for at, meaning in enumerate(meanings)}
    keys = (
        np.where((rows["family"] == FAMILY[IPV4]).to_numpy(), 4, 6).astype(np.int8),
        *prefix_columns.address_halves(rows["first_address"]),
        *prefix_columns.address_halves(rows["last_address"], ones=True),
    )
    value = np.array([places[text] for text in texts.to_list()], np.int32)
    stated: dict[str, Any] = dict(zip(prefix_columns.KEY, keys, strict=True))
    return AddressRanges(**stated, value=value, values=tuple(values), name="rows of the case")


def joined_ranges(tables: Sequence[AddressRanges]) -> AddressRanges:
    """Several tables as one, whatever their order, one entry a range; `values` are sets of networks or of countries.

    A range of which tables or rows disagree is of all that they state: it is not known which. Cost O(ranges).
    """
    import numpy as np

    place: dict[tuple[Any, ...], int] = {}
    parts = []
    for table in tables:
        sets = [one if isinstance(one, tuple) else (one,) if one else () for one in table.values]
        number = np.array([place.setdefault(one, len(place)) for one in sets], np.int32)
        parts.append(
            pl.DataFrame({**{name: getattr(table, name) for name in prefix_columns.KEY}, "value": number[table.value]})
        )
    rows = pl.concat(parts).group_by(prefix_columns.KEY, maintain_order=True).agg(pl.col("value").unique())
    stated, known = rows["value"], list(place)
    value, several = stated.list.first().to_numpy().copy(), stated.list.len() > 1
    for at, some in zip(several.arg_true().to_list(), stated.filter(several).to_list(), strict=True):
        value[at] = place.setdefault(tuple(sorted({name for one in some for name in known[one]})), len(place))
    known = list(place)
    rank = {one: at for at, one in enumerate(sorted({known[one] for one in np.unique(value)}))}
    number = np.array([rank.get(one, -1) for one in known], np.int32)
    return AddressRanges(
        **prefix_columns.keys_of(rows), value=number[value], values=tuple(rank), name="tables of ranges"
    )


def _reader_of(upload: Upload, table: str) -> _RecordFormat:
    """The reader of a file of one of the formats of a table; an empty file is of any. Raises InputFault."""
    head = Head(upload)
    found = next((one.name for one in FORMATS if one.tables == (table,) and one.recognises(head)), None)
    if found is not None:
        return _READERS[found]
    if (first := upload.head(HEAD_BYTES)).strip():
        expected = _RANGE_SHAPE if table == "prefix_country" else f"CAIDA pfx2as, pyasn, or CSV of {_RANGE_SHAPE}"
        text = "the first lines are not those of a table of addresses"
        raise InputFault([Fault(upload.name, text, found=first[:60].decode("utf-8", "replace"), expected=expected)])
    return _READERS["ip-ranges-country" if table == "prefix_country" else "ip-ranges-asn"]


class _Record(NamedTuple):
    """One record as it stands: the name of its file, its number and its text."""

    name: str
    row: int
    text: str


def _pfx2as(one: _Record, faults: FaultList) -> Range | None:
    cells = [cell.strip() for cell in one.text.split("\t")]
    if len(cells) == 3:
        return _prefix(one.name, one.row, cells[0], length=cells[1], origin=cells[2], faults=faults)
    faults.add(_no_prefix(one))
    return None


def _pyasn(one: _Record, faults: FaultList) -> Range | None:
    prefix, _, origin = one.text.partition("\t")
    address, slash, length = prefix.strip().partition("/")
    if slash and origin:
        return _prefix(one.name, one.row, address, length=length, origin=origin.strip(), faults=faults)
    faults.add(_no_prefix(one))
    return None


def _no_prefix(one: _Record) -> Fault:
    return Fault(one.name, "the line is no prefix", one.row, found=one.text, expected=_PREFIX_SHAPE, way_out=_OUT)


def _prefix(name: str, row: int, address: str, *, length: str, origin: str, faults: FaultList) -> Range | None:
    read = read_prefix(address, length)
    if isinstance(read, str):
        found, expected = f"{address}/{length}", "a prefix such as 192.0.2.0/24"
        faults.add(Fault(name, read, row, column="prefix", found=found, expected=expected))
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


def _ranges(one: _Record, faults: FaultList, *, country: bool) -> Range | None:
    widths, shape = ((3,), "first,last,country") if country else ((3, 4), "first,last,asn,name")
    cells: list[str] | None = [] if '"' in one.text else [cell.strip() for cell in one.text.split(",")]
    if cells is not None and len(cells) not in widths:
        cells = csv_cells(one.name, one.row, one.text, widths=widths, expected=shape, faults=faults)
    return None if cells is None else _range(one.name, one.row, cells, country=country, faults=faults)


def _range(name: str, row: int, cells: list[str], *, country: bool, faults: FaultList) -> Range | None:
    before = faults.count
    ends = [read_address(cell) for cell in cells[:2]]
    for column, cell, end in zip(("first", "last"), cells, ends, strict=False):
        if end is None:
            expected = "an address such as 192.0.2.1"
            faults.add(Fault(name, "this is no address", row, column=column, found=cell, expected=expected))
    first, last = ends
    if first is not None and last is not None and (first[0] != last[0] or first > last):
        text = "the range ends before it begins" if first[0] == last[0] else "the ends are of two families of addresses"
        faults.add(Fault(name, text, row, column="last", found=cells[1], expected=f"an address from {cells[0]} on"))
    origins: tuple[int, ...] = ()
    meaning = " ".join(cells[3].split()) if len(cells) > 3 else ""
    if country:
        meaning = cells[2]
        if meaning and not _CODE.match(meaning):
            expected = "two letters such as DE"
            faults.add(Fault(name, "this is no country", row, column="country", found=meaning, expected=expected))
    elif cells[2] not in ("", "0"):
        read = read_asn(cells[2], name, row, column="asn")
        if isinstance(read, Fault):
            faults.add(read)
        else:
            origins = (read,)
    if faults.count > before or first is None or last is None:
        return None
    return Range(row, first[0], first[1], last[1], origins, False, meaning)


@dataclass(frozen=True)
class _RecordFormat:
    """How one record of a format is read, what begins a remark in it, and how its usual lines look."""

    record: Callable[[_Record, FaultList], Range | None]
    usual: prefix_columns.UsualLines
    remark: str = "#"

    def ranges(self, upload: Upload, faults: FaultList, progress: Progress) -> Iterator[Range]:
        """The records of a file, one by one; those with a fault are left out."""
        for row, text in records_of(upload, faults, progress, remark=self.remark):
            made = self.record(_Record(upload.name, row, text), faults)
            if made is not None:
                yield made


def _origin_frames(reader: _RecordFormat) -> Frames:
    def frames(file: LineFile) -> Iterator[pl.DataFrame]:
        def records() -> Iterator[tuple[object, ...]]:
            for one in reader.ranges(file.upload, file.faults, file.progress):
                first, last = address_text(one.family, one.first), address_text(one.family, one.last)
                origins, from_set = "|".join(map(str, one.origins)), "yes" if one.from_as_set else "no"
                yield one.row, first, last, FAMILY[one.family], origins, from_set, one.meaning, file.observed_on

        yield from in_frames(records(), _ORIGIN_COLUMNS)

    return frames


def _country_frames(file: LineFile) -> Iterator[pl.DataFrame]:
    def records() -> Iterator[tuple[object, ...]]:
        for one in _READERS["ip-ranges-country"].ranges(file.upload, file.faults, file.progress):
            first, last = address_text(one.family, one.first), address_text(one.family, one.last)
            yield one.row, first, last, FAMILY[one.family], one.meaning, file.observed_on, ""

    yield from map(with_countries, in_frames(records(), _COUNTRY_COLUMNS))


def _told_by(fits: Callable[[str], object], remark: str = "#") -> Callable[[Head], bool]:
    """Told by the first lines that are no remark."""
    return lambda head: mostly([line for line in head.lines if not line.startswith(remark)], fits)


def _is_range(line: str, *, country: bool) -> bool:
    hit = _RANGE.match(line)
    third = "" if hit is None else hit["third"].strip()
    return hit is not None and bool(_CODE.match(third) if country else third.isdecimal() or not third)


_ENDS = {"first_address": "text", "last_address": "text", "family": "text"}
_ORIGIN_COLUMNS = _ENDS | {"origin_asns": "list", "from_as_set": "yes_no", "org_name": "text", "observed_on": "day"}
_COUNTRY_COLUMNS = _ENDS | {"country": "country", "observed_on": "day", "note": "text"}
_READERS = {
    "caida-pfx2as": _RecordFormat(_pfx2as, prefix_columns.PFX2AS_LINES),
    "pyasn": _RecordFormat(_pyasn, prefix_columns.PYASN_LINES, remark=";"),
    "ip-ranges-asn": _RecordFormat(partial(_ranges, country=False), prefix_columns.ORIGIN_LINES),
    "ip-ranges-country": _RecordFormat(partial(_ranges, country=True), prefix_columns.COUNTRY_LINES),
}
_OF_ORIGINS = (
    ("caida-pfx2as", "prefixes and origins of CAIDA (pfx2as)", _told_by(_PFX2AS.match)),
    ("pyasn", "prefixes and origins of pyasn", _told_by(_PYASN.match, ";")),
    ("ip-ranges-asn", "ranges of addresses and their origins", _told_by(partial(_is_range, country=False))),
)
FORMATS = (
    *(
        line_format(
            name,
            says,
            "prefix_origin",
            columns=_ORIGIN_COLUMNS,
            recognises=recognises,
            frames=_origin_frames(_READERS[name]),
            places=(ORIGINS, PATH_ORIGINS),
        )
        for name, says, recognises in _OF_ORIGINS
    ),
    line_format(
        "ip-ranges-country",
        "ranges of addresses and their countries",
        "prefix_country",
        columns=_COUNTRY_COLUMNS,
        recognises=_told_by(partial(_is_range, country=True)),
        frames=_country_frames,
        places=(COUNTRIES,),
    ),
)
