"""Tables of scans: ZMap's with the packet in hex, those with engine ids in hex or in parts, and texts of devices.

A column is known by its name, whatever its case and the marks between its words, and a table by its columns: one of
addresses, and at least one of evidence. So the layouts of ZMap, of scans that tshark decoded, and of tables with
`sysDescr`, `sysObjectID` or a greeting are one reader. A row whose cells say `Error` or hold nothing is an address
without an answer; so is an ICMP message.
"""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache

from provenet.core.countries import countries
from provenet.core.errors import Fault, InputFault
from provenet.ingest.network.engine_id import EngineId, engine_format
from provenet.ingest.plain_lines import day_in, mostly, records_of
from provenet.ingest.sightings import sighting
from provenet.ingest.sightings.snmp_message import observations_of_message, read_snmp_message

ROLES = {
    "address": "saddr ip ipaddress address host ipv4 ipv6 addr target ipsrc srcip",
    "packet": "data payload packet udppayload response",
    "engine": "engineid snmpengineid msgauthoritativeengineid authoritativeengineid snmpmsgauthoritativeengineid",
    "enterprise": "enterprise engineidenterprise enterprisenumber pen",
    "format": "engineidformat format",
    "format_data": "engineiddata engineidmac",
    "boots": "snmpengineboots engineboots boots authoritativeengineboots msgauthoritativeengineboots "
    "snmpmsgauthoritativeengineboots",
    "time": "snmpenginetime enginetime msgauthoritativeenginetime enginetimes snmpmsgauthoritativeenginetime",
    "start": "authoritativeenginetimes times lastreboot resetdate lastrestart",
    "heard": "timestampts timestamp timestampstr scantime time scannedat seenat",
    "country": "country countrycode cc",
    "asn": "asn as asnumber originas",
    "network_name": "asname asnname network organisation organization org",
    "sys_descr": "sysdescr sysdescription snmpsysdescr",
    "sys_object_id": "sysobjectid sysobjid snmpsysobjectid",
    "banner": "banner greeting",
    "ssh": "sshbanner ssh",
    "telnet": "telnetbanner telnet",
    "ntp": "ntpbanner ntp",
    "mac": "mac macaddress",
    "class": "classification",
}
"""What columns hold, with the names they go by, folded; of several the first counts."""
ADDRESS_NAMES = tuple(ROLES["address"].split())
_EVIDENCE = ("packet", "engine", "enterprise", "sys_descr", "sys_object_id", "banner", "ssh", "telnet", "ntp", "mac")
_FEATURES = """
    icmp_ipid_echo icmp_ipid_counter tcp_ipid_counter udp_ipid_counter tcp_udp_icmp_counter_share tcp_icmp_counter_share
    udp_icmp_counter_share tcp_udp_counter_share udp_ittl icmp_ittl tcp_ittl icmp_echo_size tcp_size udp_size
    tcp_rst_sequence_zero
"""
LFP_FEATURES = tuple(_FEATURES.split())
"""Columns of features of replies, in the order in which a sighting has them (Albakour et al., IMC 2023)."""
_NONE = frozenset({"", "error", "none", "null", "nan", "n/a", "-", "timeout"})
_SILENT = frozenset({"error", "timeout"})
_DURATION = re.compile(r"(?:(\d{1,9})d)?(?:(\d{1,9})h)?(?:(\d{1,9})m)?(?:(\d{1,9})s)?")
_EPOCH = re.compile(r"[0-9]{9,10}(?:\.[0-9]{1,9})?")
"""Seconds since 1970, from 1973 on."""
_DELIMITERS = ",\t;|"
_HIGHEST = 2**31 - 1


@dataclass(frozen=True)
class Columns:
    """Where in a row what stands; `features` holds the places of all columns of features, or none."""

    delimiter: str
    header: tuple[str, ...]
    at: Mapping[str, int]
    features: tuple[int, ...]

    def cell(self, cells: list[str], role: str) -> str:
        """The cell of a role, stripped; empty where there is none, and for words that mean none."""
        at = self.at.get(role)
        if at is None or at >= len(cells):
            return ""
        text = cells[at].strip()
        return "" if text.casefold() in _NONE else text

    @property
    def is_certain(self) -> bool:
        """Whether no table but a scan's has such columns: an inventory may have addresses, MAC addresses, texts."""
        if self.features or "engine" in self.at or {"enterprise", "format"} <= set(self.at):
            return True
        return "packet" in self.at and fold_column(self.name("address")) == "saddr"

    def fitted(self, cells: list[str]) -> list[str]:
        """The cells of a row; those past the header join its last column where that holds a name, such as a maker's.

        Some scans write `Juniper Networks, Inc.` without quotes.
        """
        last = len(self.header) - 1
        if len(cells) <= len(self.header) or any(at == last for role, at in self.at.items() if role != "network_name"):
            return cells
        return [*cells[:last], self.delimiter.join(cells[last:])] if last not in self.features else cells

    def says_silence(self, cells: list[str]) -> bool:
        """Whether a cell of evidence says that no answer came."""
        places = [self.at[role] for role in _EVIDENCE if role in self.at]
        return any(at < len(cells) and cells[at].strip().casefold() in _SILENT for at in places)

    def name(self, role: str) -> str:
        """The name of a role's column as the file writes it."""
        return self.header[self.at[role]]


def columns_of(line: str) -> Columns | None:
    """The columns of a header; None where it is none of a scan."""
    line = line.replace("\r", " ").replace("\n", " ")
    for delimiter in _DELIMITERS:
        try:
            header = tuple(cell.strip() for cell in next(csv.reader([line], delimiter=delimiter), []))
        except csv.Error:
            continue
        if len(header) < 2:
            continue
        folded = [fold_column(name) for name in header]
        at = _places(folded)
        places = [folded.index(name) if name in folded else -1 for name in map(fold_column, LFP_FEATURES)]
        features = tuple(places) if sum(place >= 0 for place in places) >= 3 else ()
        if "address" in at and (features or any(role in at for role in _EVIDENCE)):
            return Columns(delimiter, header, at, features)
    return None


def address_column(line: str) -> tuple[str, int] | None:
    """The delimiter of a header, and the place of its column of addresses; None where it has none."""
    for delimiter in _DELIMITERS:
        header = [fold_column(cell) for cell in next(csv.reader([line], delimiter=delimiter), [])]
        hit = next((header.index(name) for name in ADDRESS_NAMES if name in header), None)
        if len(header) > 1 and hit is not None:
            return delimiter, hit
    return None


def is_address_table(lines: list[str]) -> bool:
    """Whether the first lines are a table with a column of addresses, whatever else it holds."""
    found = address_column(lines[0]) if lines else None
    if found is None:
        return False
    delimiter, at = found

    def fits(line: str) -> bool:
        cells = next(csv.reader([line], delimiter=delimiter), [])
        return len(cells) > at and sighting.seen_address(cells[at]) is not None

    return mostly(lines[1:], fits)


def read_address_table(file: sighting.SightingFile) -> Iterator[str]:
    """The addresses of a table with a column of them."""
    delimiter, at = ",", -1
    for row, text in records_of(file.upload, file.faults, lambda _, done, __: file.read(done)):
        if at < 0:
            delimiter, at = address_column(text) or (",", 0)
            continue
        cells = next(csv.reader([text], delimiter=delimiter), [])
        seen = sighting.seen_address(cells[at]) if len(cells) > at else None
        if seen is None:
            file.fault(row, "the row has no address", found=text)
            continue
        yield seen.text


def fold_column(name: str) -> str:
    """A column's name in lower case, without marks.

    >>> fold_column("timestamp-ts"), fold_column("AuthoritativeEngineBoots")
    ('timestampts', 'authoritativeengineboots')
    """
    return "".join(char for char in name.casefold() if char.isalnum())


def _places(folded: list[str]) -> dict[str, int]:
    met = {role: [name for name in names.split() if name in folded] for role, names in ROLES.items()}
    return {role: folded.index(names[0]) for role, names in met.items() if names}


def read_scan(file: sighting.SightingFile) -> sighting.Observations:
    """The observations of a table. Raises InputFault where it cannot be read on."""
    day = day_in(file.upload.plain_name) or None
    for row, columns, cells in _rows(file):
        cells = columns.fitted(cells)
        if len(cells) != len(columns.header):
            found, expected = f"{len(cells)} cells", f"{len(columns.header)}"
            file.fault(row, "the row has another number of cells than the header", found=found, expected=expected)
            continue
        yield from _Row(file, columns, row, cells=cells, day=day).observations()


def read_scan_addresses(file: sighting.SightingFile) -> Iterator[str]:
    """Every address of a table, answered or not."""
    for row, columns, cells in _rows(file):
        text = columns.cell(cells, "address")
        seen = sighting.seen_address(text)
        if seen is None:
            file.fault(row, "this is no address", column=columns.name("address"), found=text)
            continue
        yield seen.text


def states_silence(file: sighting.SightingFile) -> bool:
    """Whether some row of a table has an address and says in words that no answer came."""
    return any(columns.says_silence(cells) for _, columns, cells in _rows(file))


def _rows(file: sighting.SightingFile) -> Iterator[tuple[int, Columns, list[str]]]:
    """The rows below the header, with their columns and cells. Raises InputFault where it is that of no scan."""
    columns: Columns | None = None
    for row, text in records_of(file.upload, file.faults, lambda _, done, __: file.read(done)):
        if columns is None:
            columns = columns_of(text)
            if columns is None:
                expected = (
                    "a column of addresses, and one of packets, engine ids, enterprise numbers or texts of devices"
                )
                fault = Fault(file.upload.name, "this is no table of a scan", row, found=text, expected=expected)
                raise InputFault([fault])
            continue
        try:
            yield row, columns, next(csv.reader([text], delimiter=columns.delimiter))
        except csv.Error as err:
            file.fault(row, f"the row is no record ({err})")


class _Row:
    """One row of a table."""

    def __init__(
        self, file: sighting.SightingFile, columns: Columns, row: int, *, cells: list[str], day: str | None
    ) -> None:
        self._file, self._columns, self._row, self._cells, self._day = file, columns, row, cells, day

    def observations(self) -> sighting.Observations:
        """The items of evidence; none, with a fault, where the row cannot be read."""
        text = self._cell("address")
        seen = sighting.seen_address(text)
        if seen is None:
            self._fault("address", "this is no address", text)
            return
        if self._cell("class") not in ("", "udp", "synack", "echoreply"):
            self._file.skip(f"{self._cell('class')}: no answer")
            return
        context = sighting.Context(
            address=seen.text,
            mac_prefix=seen.mac_prefix,
            heard_at=instant_of(self._cell("heard")),
            seen_on=day_of(self._cell("heard")) or self._day,
            country=self._country(),
            asn=self._asn(),
            network_name=self._cell("network_name") or None,
            locator=f"row {self._row}",
        )
        before = self._file.faults.count + self._file.counts.total()
        found = list(self._items(context))
        yield from found
        if not found and before == self._file.faults.count + self._file.counts.total():
            self._file.skip("no answer")

    def _items(self, context: sighting.Context) -> sighting.Observations:
        columns = self._columns
        if packet := self._cell("packet"):
            yield from self._of_packet(context, packet)
        elif engine := self._cell("engine"):
            yield from self._of_engine(context, engine)
        elif "enterprise" in columns.at:
            yield from self._of_parts(context)
        for role, kind, service in _TEXTS:
            if text := self._cell(role):
                yield sighting.Observation(context=context, kind=kind, value=text, service=service)
        if mac := self._cell("mac"):
            yield from self._of_mac(context, mac)
        if columns.features:
            cells = [self._cells[at].strip() if at >= 0 else "" for at in columns.features]
            if any(cells):
                yield sighting.Observation(context=context, kind=sighting.FEATURES, value=",".join(cells))

    def _of_packet(self, context: sighting.Context, packet: str) -> sighting.Observations:
        data = _from_hex(packet.removeprefix("0x"))
        if data is None:
            self._fault("packet", "the packet is not written in hex", packet)
            return
        message = read_snmp_message(data)
        if isinstance(message, str):
            self._fault("packet", message, packet)
            return
        yield from observations_of_message(self._file, context, message)

    def _of_engine(self, context: sighting.Context, text: str) -> sighting.Observations:
        octets = engine_octets(text)
        if octets is None:
            self._fault("engine", "the engine id is not written in hex", text)
            return
        yield sighting.Observation.of_engine(context, octets, boots=self._count("boots"), time_s=self._time(context))

    def _of_parts(self, context: sighting.Context) -> sighting.Observations:
        number, form = self._cell("enterprise"), self._cell("format")
        if not number:
            if self._cell("boots") or self._cell("time"):
                yield self._engine(context, "")
            return
        enterprise, kind = whole_number(number, _HIGHEST), whole_number(form, 255)
        if enterprise is None:
            self._fault("enterprise", "this is no enterprise number", number)
            return
        if form and kind is None:
            self._fault("format", "this is no format of an engine id", form)
            return
        engine = engine_format(enterprise, kind)
        data = self._cell("format_data")
        mac = _mac_octets(data) if kind == 3 else None
        if mac is not None:
            engine = replace(engine, macs=(mac,))
        parts = [f"enterprise {enterprise}", "old form" if kind is None else f"format {kind}", data]
        yield self._engine(context, ", ".join(filter(None, parts)), engine)

    def _engine(self, context: sighting.Context, text: str, engine: EngineId | None = None) -> sighting.Observation:
        """An engine by parts of its id."""
        boots, time_s, kind = self._count("boots"), self._time(context), sighting.SNMP_ENGINE
        return sighting.Observation(context=context, kind=kind, value=text, engine=engine, boots=boots, time_s=time_s)

    def _of_mac(self, context: sighting.Context, text: str) -> sighting.Observations:
        mac = _mac_octets(text)
        if mac is None:
            self._fault("mac", "this is no MAC address", text)
            return
        yield sighting.Observation(context=context, kind=sighting.MAC_ADDRESS, value=mac.hex(":"))

    def _cell(self, role: str) -> str:
        return self._columns.cell(self._cells, role)

    def _fault(self, role: str, text: str, found: str) -> None:
        self._file.fault(self._row, text, column=self._columns.name(role), found=found)

    def _count(self, role: str) -> int | None:
        text = self._cell(role)
        if not text:
            return None
        number = whole_number(text, _HIGHEST)
        if number is not None:
            return number
        self._file.remark(f"{self._columns.name(role)} is no number from 0 to {_HIGHEST:,}")
        return None

    def _time(self, context: sighting.Context) -> int | None:
        """Seconds since the start of the engine: as a number, in days, hours, minutes and seconds, or by its day."""
        text = self._cell("time")
        if text:
            seconds = seconds_of(text)
            if seconds is None:
                self._file.remark(f"{self._columns.name('time')} is no time since a start")
            return seconds
        text = self._cell("start")
        if text.isdecimal():
            return seconds_of(text)
        start = instant_of(text)
        if start is None or context.heard_at is None:
            return None
        return int(context.heard_at - start) if 0 <= context.heard_at - start <= _HIGHEST else None

    def _country(self) -> str | None:
        text = self._cell("country")
        code = countries().code(text) if text else None
        if text and code is None and text.casefold() != "unknown":
            self._file.remark(f"no country is called {text!r}")
        return code

    def _asn(self) -> int | None:
        text = self._cell("asn")
        bare = text[2:] if text[:2].casefold() == "as" else text
        if number := whole_number(bare, 2**32 - 1):
            return number
        if text and text.casefold() != "unknown" and bare not in ("0", "0.0"):
            self._file.remark(f"{self._columns.name('asn')} is no number of a network")
        return None


_TEXTS = (
    ("sys_descr", sighting.SYS_DESCR, "snmp.sys_description"),
    ("sys_object_id", sighting.SYS_OBJECT_ID, "snmp.sys_object_id"),
    ("banner", sighting.BANNER, None),
    ("ssh", sighting.BANNER, "ssh"),
    ("telnet", sighting.BANNER, "telnet"),
    ("ntp", sighting.BANNER, "ntp"),
)


def whole_number(text: str, most: int) -> int | None:
    """A number from 0 to `most`; also `9.0`, as tables of floats write it; None for another text.

    >>> whole_number("9", 10), whole_number("9.0", 10), whole_number("11", 10), whole_number("9.5", 10)
    (9, 9, None, None)
    """
    bare = text.removesuffix(".0")
    return int(bare) if bare.isascii() and bare.isdecimal() and len(bare) < 12 and int(bare) <= most else None


def engine_octets(text: str) -> bytes | None:
    """The octets of an engine id in hex, with or without `0x` and marks between; None for another text."""
    bare = text.removeprefix("0x").replace(":", "").replace(" ", "").replace("-", "")
    octets = _from_hex(bare)
    return octets if octets and bare.isascii() and len(octets) <= 64 else None


def _mac_octets(text: str) -> bytes | None:
    octets = _from_hex(text.replace(":", "").replace("-", "").replace(".", ""))
    return octets if octets is not None and len(octets) == 6 else None


def _from_hex(text: str) -> bytes | None:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return None


def seconds_of(text: str) -> int | None:
    """Seconds of a number or of `679d23h59m5s`; None for another text.

    >>> seconds_of("679d23h59m5s"), seconds_of("17"), seconds_of("17x")
    (58751945, 17, None)
    """
    number = whole_number(text, _HIGHEST)
    if number is not None:
        return number
    hit = _DURATION.fullmatch(text)
    if hit is None or not any(hit.groups()) or not text.isascii():
        return None
    days, hours, minutes, seconds = (int(part or 0) for part in hit.groups())
    total = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
    return total if total <= _HIGHEST else None


def instant_of(text: str) -> float | None:
    """Seconds since 1970 of a number or of an instant with its offset; None where it has none or is no instant."""
    if _EPOCH.fullmatch(text):
        return float(text)
    read = _datetime(text)
    return None if read is None or read.tzinfo is None else read.timestamp()


def day_of(text: str) -> str | None:
    """The day of an instant, as ISO, in the offset in which it is written; None where it is none."""
    if _EPOCH.fullmatch(text):
        return datetime.fromtimestamp(float(text), tz=UTC).date().isoformat()
    read = _datetime(text)
    return None if read is None else read.date().isoformat()


@lru_cache(maxsize=1 << 12)
def _datetime(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
