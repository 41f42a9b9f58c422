"""Exchange points: tables of PeeringDB, as its interface publishes them.

A table of PeeringDB is `{"data": [...]}`; a dump holds several by name (`ix`, `ixlan`, `ixpfx`); with `depth` an
exchange holds its networks and these their prefixes. Tables in files of their own are put together by their numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from provenet.core.errors import Fault, FaultList, InputFault, clip, visible
from provenet.core.jsontext import JsonFault, parse_json
from provenet.core.progress import Progress, silent
from provenet.ingest.bgp.numbers import address_key, read_prefix
from provenet.ingest.bgp.prefix_columns import RangeKeys, RangeRow, columns_of, keys_of
from provenet.ingest.opening import Upload
from provenet.ingest.plain_lines import TextFile, day_in, opened

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_BYTES = 2**28
"""The largest table that is read; a dump of all of PeeringDB is under a hundred megabytes."""
_MOST_LETTERS = 200
_STANDING = frozenset({"ok", "None"})
"""States of a row that counts: `ok`, or none stated."""


@dataclass(frozen=True)
class Exchange:
    """An exchange point: its number and name, its country (two letters) and city; empty where none is stated."""

    exchange_id: str
    name: str
    country: str = ""
    city: str = ""


@dataclass(frozen=True)
class ExchangePrefix:
    """One peering network: family, first and last address as numbers, its exchange, and the number of its record."""

    family: int
    first: int
    last: int
    exchange: Exchange
    row: int


@dataclass(frozen=True, kw_only=True)
class ExchangePrefixes(RangeKeys):
    """Peering networks; `value` int32 is a place in `exchanges`.

    `observed_on` is the day of the tables (ISO), empty where none is stated.
    """

    value: NDArray[np.int32]
    exchanges: tuple[Exchange, ...]
    observed_on: str


@dataclass
class ExchangeTables:
    """What tables say, by number, before it is put together."""

    exchanges: dict[str, Exchange] = field(default_factory=dict)
    exchange_of_lan: dict[str, str] = field(default_factory=dict)
    prefixes: list[tuple[int, str, tuple[int, int, int]]] = field(default_factory=list)
    day: str = ""
    """The last day of one of the tables, as ISO; empty where none is stated."""

    def joined(self) -> Iterator[ExchangePrefix]:
        """Each prefix with its exchange; where nothing names it, the number of the record it hangs from."""
        for row, lan, (family, first, last) in self.prefixes:
            exchange_id = self.exchange_of_lan.get(lan, "")
            known = self.exchanges.get(exchange_id) or Exchange(exchange_id or f"ixlan {lan}", "")
            yield ExchangePrefix(family, first, last, known, row)


def read_exchanges(given: Sequence[TextFile], progress: Progress = silent) -> ExchangePrefixes:
    """The peering networks of exchange points of some files of PeeringDB, each of one table or a dump.

    Raises InputFault with every fault, also where no file holds a prefix; UsageFault where there is no file. An
    address of such a network is the exchange's, whoever announces a prefix that holds it. Cost O(bytes).
    """
    import numpy as np

    tables, faults = ExchangeTables(), FaultList()
    for one in given:
        add_tables(tables, opened(one, progress), faults)
    found = list(tables.joined())
    if not found and not faults.count:
        names = ", ".join(one.name if not isinstance(one, tuple) else one[0] for one in given)
        way_out = "Give it too: ix and ixlan only name the exchange points."
        text = "no file holds prefixes of exchange points"
        faults.add(Fault(clip(names), text, expected="the table ixpfx", way_out=way_out))
    faults.refuse()
    places = {exchange: place for place, exchange in enumerate(dict.fromkeys(one.exchange for one in found))}
    ends = [(address_key(one.family, one.first), address_key(one.family, one.last, ones=True)) for one in found]
    columns = columns_of(RangeRow(one.family, *two, "") for one, two in zip(found, ends, strict=True))
    value = np.array([places[one.exchange] for one in found], np.int32)
    return ExchangePrefixes(**keys_of(columns), value=value, exchanges=tuple(places), observed_on=tables.day)


def is_exchange_table(head: bytes) -> bool:
    """Whether first bytes are those of a table of PeeringDB that says something of exchange points."""
    has_keys = (b'"ixlan_id"' in head and b'"prefix"' in head) or b'"ixpfx"' in head or b'"ixpfx_set"' in head
    return has_keys and _is_json(head)


def is_exchange_name_table(head: bytes) -> bool:
    """Whether first bytes are those of the table `ix` or `ixlan` of PeeringDB, which name exchange points alone."""
    is_lan = b'"ix_id"' in head and b'"status"' in head and b'"ipaddr4"' not in head
    has_keys = is_lan or (b'"region_continent"' in head and b'"name"' in head)
    return has_keys and _is_json(head) and not is_exchange_table(head)


def is_probe_table(head: bytes) -> bool:
    """Whether first bytes are those of a list of probes or anchors of RIPE Atlas."""
    return (b'"as_v4"' in head or b'"asn_v4"' in head) and _is_json(head)


def _is_json(head: bytes) -> bool:
    return head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"["))


def add_tables(tables: ExchangeTables, upload: Upload, faults: FaultList) -> None:
    """Adds what a file says; what is wrong goes to `faults`. Raises InputFault where it is no JSON."""
    document = _document(upload)
    tables.day = max(tables.day, _day(document) or day_in(upload.plain_name))
    dump = isinstance(document, Mapping) and bool({"ix", "ixlan", "ixpfx"} & document.keys())
    parts = [document[key] for key in ("ix", "ixlan", "ixpfx") if key in document] if dump else [document]  # type: ignore[index,operator]
    for part in parts:
        for row, record in enumerate(_rows(part, name=upload.name, faults=faults), start=1):
            _add(tables, record, name=upload.name, row=row, faults=faults)


def _add(tables: ExchangeTables, record: Mapping[str, Any], *, name: str, row: int, faults: FaultList) -> None:
    """One record: a prefix, a network of an exchange, or an exchange, with those that lie inside it."""
    if str(record.get("status")) not in _STANDING:
        return
    number = _number(record.get("id"))
    if "prefix" in record:
        address, _, length = str(record["prefix"]).partition("/")
        read = read_prefix(address, length)
        if isinstance(read, str):
            faults.add(Fault(name, read, row, column="prefix", found=clip(str(record["prefix"]))))
        else:
            tables.prefixes.append((row, _number(record.get("ixlan_id")), read))
    elif "ix_id" in record:
        tables.exchange_of_lan[number] = _number(record["ix_id"])
    elif "name" in record:
        name_of, country, city = (_plain(record.get(key)) for key in ("name", "country", "city"))
        tables.exchanges[number] = Exchange(number, name_of, country, city)
    for inner, key in (("ixlan_set", "ix_id"), ("ixpfx_set", "ixlan_id")):
        held = record.get(inner)
        for one in held if isinstance(held, list) else ():
            if isinstance(one, Mapping):
                _add(tables, {key: number, **one}, name=name, row=row, faults=faults)


def _number(value: object) -> str:
    return str(value) if type(value) is int else _plain(value)


def _plain(value: object) -> str:
    """A text on one line, as it can be printed; empty where there is none."""
    return " ".join(visible(clip(value, _MOST_LETTERS)).split()) if isinstance(value, str) else ""


def _rows(document: object, *, name: str, faults: FaultList) -> Iterator[Mapping[str, Any]]:
    rows = document.get("data") if isinstance(document, Mapping) else document
    if not isinstance(rows, list):
        faults.add(Fault(name, "the document holds no table", expected="a list of objects, or an object with data"))
        return
    for row, one in enumerate(rows, start=1):
        if isinstance(one, Mapping):
            yield one
        else:
            faults.add(Fault(name, "the record is no object", row, found=clip(str(one))))


def _day(document: object) -> str:
    """The day on which a table was made, as its `meta` has it; empty where it has none."""
    meta = document.get("meta") if isinstance(document, Mapping) else None
    made = meta.get("generated") if isinstance(meta, Mapping) else None
    if type(made) not in (int, float) or not 0 < made < 2**33:  # type: ignore[operator]
        return ""
    return datetime.fromtimestamp(float(made), UTC).date().isoformat()  # type: ignore[arg-type]


def _document(upload: Upload) -> object:
    data = upload.head(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise InputFault([Fault(upload.name, "the table is too large", expected=f"at most {MOST_BYTES:,} bytes")])
    try:
        return parse_json(data.decode("utf-8-sig"))
    except UnicodeDecodeError as err:
        found = f"byte 0x{data[err.start]:02X}"
        raise InputFault([Fault(upload.name, "the text is not UTF-8", found=found, expected="UTF-8")]) from err
    except JsonFault as err:
        raise InputFault([Fault(upload.name, err.says, found=err.found, expected=err.expected)]) from err


def exchange_day(tables: ExchangeTables) -> date | None:
    """The day of the tables, None where none is stated."""
    return date.fromisoformat(tables.day) if tables.day else None
