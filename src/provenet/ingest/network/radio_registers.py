"""Registers of radio sites as they are published: places, sectors, bands and generations; the vendor is unknown.

No register states who made the equipment on a mast. A site is one of the carrier's network, which reaches no public
page; its place is kept to a tenth of a degree. The generation follows from the band as the register writes it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from provenet.case.parties import CARRIER
from provenet.case.sites import NETWORK
from provenet.core.countries import countries, packaged_rows
from provenet.core.errors import Fault
from provenet.core.grouping import grouped
from provenet.core.ids import slug
from provenet.core.wording import count, series
from provenet.ingest.network.asset_rows import InventoryMapping, read_inventory_mapping
from provenet.ingest.opening import Upload
from provenet.ingest.registry import Parts, Source, in_batches
from provenet.ingest.rows import made_row
from provenet.ingest.tabular.excel import open_excel
from provenet.ingest.tabular.old_workbook import SIGN, OldWorkbook
from provenet.ingest.tabular.sheets import records_of
from provenet.ingest.tabular.strict import header_of, open_delimited
from provenet.ingest.tabular.workbook import WorkbookFault

SITES = ("site_id", "construction", "coordinates", "operators")
ANTENNAS = ("antenna_id", "site_id", "operator", "orientation")
CELLS = ("cell_id", "antenna_id", "service")
LTE_CELLS = ("ECellID", "CellName", "Longitude", "Latitude", "PCI", "EARFCN")
STATIONS = ("bureau", "municipality_code", "prefecture", "municipality", "stations")
_REGISTERS: Mapping[tuple[str, ...], str] = {SITES: ";", ANTENNAS: ";", CELLS: ";", LTE_CELLS: ",", STATIONS: ","}
"""Headers by which registers are known, each with its delimiter; further columns may follow."""
_Row = tuple[str, dict[str, object]]
"""A table and a row of it."""
_Rows = Iterator[_Row]
INVENTED = "manufacturer"
"""The column of antennas whose values have no stated source: nobody publishes who made which antenna."""
_BANDS: tuple[tuple[str, str], ...] = (
    ("5G", r"(?:NR ?|n)\d{1,3}|5G(?: NR)? ?\d*"),
    ("4G", r"(?:B|LTE ?|E-?UTRA ?)\d{1,4}|4G ?\d*"),
    ("3G", r"(?:UMTS|WCDMA|HSPA\+?) ?\d*|3G ?\d*"),
    ("2G", r"(?:GSM|DCS|EDGE) ?\d*|GSM-?R|2G ?\d*"),
)
_FORMS = tuple((name, re.compile(form, re.I)) for name, form in _BANDS)
_FIRST_CHANNELS = """
0:1 600:2 1200:3 1950:4 2400:5 2650:6 2750:7 3450:8 3800:9 4150:10 4750:11 5010:12 5180:13 5280:14 5380:0 5730:17
5850:18 6000:19 6150:20 6450:21 6600:22 7500:23 7700:24 8040:25 8690:26 9040:27 9210:28 9660:29 9770:30 9870:31 9920:32
10360:0 36000:33 36200:34 36350:35 36950:36 37550:37 37750:38 38250:39 38650:40 39650:41 41590:42 43590:43 45590:44
46590:0
"""
"""The first downlink channel of each band of LTE (3GPP TS 36.101, table 5.7.3-1); 0 is no band."""
_EARFCN = tuple((int(first), int(band)) for first, _, band in (one.partition(":") for one in _FIRST_CHANNELS.split()))
_PLMN = re.compile(r"(?<!\d)(\d{3})(\d{2,3})(?!\d)")


def generation_of(band: str) -> str | None:
    """The generation of a band as registers write it; None for a band that no rule knows.

    `N78` and `n78` are bands of NR, `B20` is one of LTE, `GSM900` and `UMTS2100` say it themselves.

    >>> generation_of("N78"), generation_of("B20"), generation_of("GSM900"), generation_of("UMTS"), generation_of("X1")
    ('5G', '4G', '2G', '3G', None)
    """
    return next((name for name, form in _FORMS if form.fullmatch(band.strip())), None)


def lte_band(earfcn: int) -> int | None:
    """The band of LTE that a downlink channel number lies in; None for one outside every band listed.

    >>> lte_band(6400), lte_band(1850), lte_band(300), lte_band(5400)
    (20, 3, 1, None)
    """
    at = bisect_right(_EARFCN, (earfcn, 1_000)) - 1
    return _EARFCN[at][1] or None if at >= 0 else None


def register_of(head: bytes) -> tuple[str, ...] | None:
    """The register that a file is, by its header; None for another file."""
    for columns, delimiter in _REGISTERS.items():
        header = header_of(head, delimiter)
        if header is not None and set(columns) <= set(header) and header[0] == columns[0]:
            return columns
    return None


def read_register(source: Source) -> Parts:
    """The sites and assets of a register. Raises InputFault where it cannot be opened. Cost O(records)."""
    columns = register_of(source.upload.head(65_536))
    assert columns is not None
    declared = read_inventory_mapping(source.upload.plain_name, source.mapping, source.faults)
    yield from _batches(_Register(source, declared, _REGISTERS[columns]), _READERS[columns])


def read_supports(source: Source) -> Parts:
    """The sites of the French register, each with the systems on it; antennas, of nobody stated, make no assets."""
    yield from _batches(_Register(source, InventoryMapping(source.upload.plain_name), ","), _supports)


def _batches(register: _Register, reader: Callable[[_Register], _Rows]) -> Parts:
    """The rows of a register by table; none where anything is at fault."""
    made = grouped(reader(register))
    register.tell()
    if not register.source.faults.count:
        yield from in_batches(made.items())


@dataclass
class _Register:
    """One register being read."""

    source: Source
    declared: InventoryMapping
    delimiter: str
    ignored: frozenset[str] = frozenset()
    unknown_bands: Counter[str] = field(default_factory=Counter)
    _carriers: dict[tuple[str, str], str | None] = field(default_factory=dict)

    def records(self, *ignored: str) -> Iterator[tuple[int, dict[str, str]]]:
        """The records of the file; columns that are ignored by name are counted."""
        table = open_delimited(self.source.upload, self.delimiter)
        for row, cells in records_of(table, self.source.faults):
            self.source.ignored.update(name for name in ignored if name in cells)
            yield row, {name: cell or "" for name, cell in cells.items()}

    def fault(self, row: int, column: str, says: str, *, found: str, expected: str) -> None:
        """Adds what is wrong with one cell."""
        self.source.faults.add(
            Fault(self.source.upload.plain_name, says, row, column=column, found=found, expected=expected)
        )

    def carrier(self, row: int, column: str, spelled: str, *, country: str) -> str | None:
        """The carrier that a register names in its own short words."""
        key = spelled, country
        if key not in self._carriers:
            names = self.source.names
            tries = (spelled, f"{spelled} {country}", f"{spelled} {_OWN_WORDS.get(country, country)}")
            self._carriers[key] = next((found for one in tries if (found := names.carrier(one, country))), None)
        if self._carriers[key] is None:
            self.source.faults.add(
                self.source.names.refusal(
                    spelled, CARRIER, place=self.source.upload.plain_name, column=column, row=row, near=False
                )
            )
        return self._carriers[key]

    def position(self, row: int, columns: tuple[str, str], texts: tuple[str, str]) -> dict[str, object]:
        """Latitude and longitude, to a tenth of a degree."""
        made: dict[str, object] = {}
        for name, column, text, most in zip(("lat_deg", "lon_deg"), columns, texts, (90, 180), strict=True):
            try:
                value = float(text)
            except ValueError:
                value = 1e9
            if abs(value) > most:
                self.fault(row, column, "not a position in degrees", found=text, expected=f"a number up to {most}")
            made[name] = round(value, 1) if abs(value) <= most else None
        return made

    def made(self, table: str, row: int, **values: object) -> _Row:
        """A table and a row of it, with its place in the file."""
        upload = self.source.upload
        return table, made_row(table, values, upload.file_id, locator=f"{upload.plain_name} row {row}")

    def lacks(self, column: str, example: str) -> None:
        """Says that nothing gives a column that the mapping may give, as in the example."""
        name, way_out = self.source.upload.plain_name, f"Write [constants] {example} into {self.declared.place}."
        self.source.faults.add(Fault(name, f"nothing gives {column}", column=column, way_out=way_out))

    def facts(self, band: str) -> list[str] | None:
        """What a band says as facts of an asset."""
        generation = generation_of(band)
        if generation is None:
            self.unknown_bands[band] += 1
            return [f"band={band}"] if band else None
        return [f"band={band}", f"generation={generation}"]

    def tell(self) -> None:
        """Remarks on what no rule knows."""
        if self.unknown_bands:
            listed = series(f"{name or 'empty'} ({number:,})" for name, number in sorted(self.unknown_bands.items()))
            self.source.remarks.append(f"Bands whose generation no rule knows: {listed}.")


_DEGREES = ("Latitude", "Longitude")
_RADIO = {"asset_class": "ran.radio", "layer": "hardware"}
_OWN_WORDS = {"Germany": "Deutschland"}
_PREFIX = "emf-"
"""What ids of the German register of sites begin with here, so that sites, antennas and cells find each other."""


SUPPORTS, ON_SUPPORTS = "Supports", "Antennes|Emetteurs|Bandes"
"""The sheets of the French register that are read."""
_SUPPORT = "Numéro de support"


def is_support_register(upload: Upload) -> bool:
    """Whether a workbook is the French register of supports: by its sheets."""
    if upload.suffix != ".xls" or upload.head(len(SIGN)) != SIGN:
        return False
    try:
        names = {sheet.name for sheet in OldWorkbook(upload.raw()).sheets}
    except WorkbookFault:
        return False
    return {SUPPORTS, ON_SUPPORTS} <= names


def _supports(register: _Register) -> _Rows:
    source, systems, antennas = register.source, dict[str, set[str]](), set[str]()
    for _, cells in _sheet_records(source, ON_SUPPORTS):
        systems.setdefault(cells.get(_SUPPORT, ""), set()).add(cells.get("Système", ""))
        antennas.add(cells.get("Numéro d'antenne", ""))
    for row, cells in _sheet_records(source, SUPPORTS):
        number, owner = cells.get(_SUPPORT, ""), cells.get("Propriétaire", "")
        found = sorted(systems.get(number, set()) - {""})
        generations = sorted({name for one in found for part in one.split("/") if (name := generation_of(part))})
        note = [f"owner of the support: {owner}" if owner else "", f"systems: {', '.join(found)}" if found else ""]
        note.append(f"generations: {', '.join(generations)}" if generations else "")
        yield register.made(
            "site",
            row,
            site_id=f"anfr-{number}",
            name=f"Radio site {number}, {cells.get('Commune') or 'place not stated'}",
            country="France",
            **register.position(row, _DEGREES, (cells.get("Latitude", ""), cells.get("Longitude", ""))),
            host_city=cells.get("Commune") or None,
            role=f"radio site; {(cells.get('Nature du support') or 'support not described').lower()}",
            site_kind=NETWORK,
            note="; ".join(one for one in note if one) or None,
        )
    if antennas:
        make = count(len(antennas), "antenna makes", "antennas make")
        source.remarks.append(f"{make} no asset: the register does not say whose they are.")


def _sheet_records(source: Source, sheet: str) -> Iterator[tuple[int, dict[str, str]]]:
    for row, cells in records_of(open_excel(source.upload, sheet), source.faults):
        yield row, {" ".join(column.split()): cell or "" for column, cell in cells.items()}


def _sites(register: _Register) -> _Rows:
    """Sites with their construction and the carriers on them; one with several carriers names none of them alone."""
    for row, cells in register.records():
        lat, _, lon = cells["coordinates"].partition(",")
        operators = [one.strip() for one in cells["operators"].split(",") if one.strip()]
        carriers = [register.carrier(row, "operators", one, country="Germany") for one in operators]
        yield register.made(
            "site",
            row,
            site_id=f"{_PREFIX}{cells['site_id']}",
            name=f"Radio site {cells['site_id']}",
            country="Germany",
            **register.position(row, ("coordinates", "coordinates"), (lat.strip(), lon.strip())),
            role=f"radio site; {cells['construction'].lower()}",
            site_kind=NETWORK,
            carrier_id=carriers[0] if len(carriers) == 1 else None,
            note=f"carriers: {', '.join(operators)}" if operators else None,
        )


def _antennas(register: _Register) -> _Rows:
    """Antennas, each with its carrier, site and bearing; their maker is not known."""
    for row, cells in register.records(INVENTED):
        yield register.made(
            "asset",
            row,
            asset_id=f"{_PREFIX}{cells['antenna_id']}",
            carrier_id=register.carrier(row, "operator", cells["operator"], country="Germany") or "",
            country="Germany",
            site_id=f"{_PREFIX}{cells['site_id']}",
            asset_class="ran.antenna",
            layer="hardware",
            unit_count=1,
            note=f"antenna; azimuth {cells['orientation']}",
        )
    if register.source.ignored[INVENTED]:
        register.source.remarks.append(
            f"The column {INVENTED} is not read: nothing says where its values come from. Every vendor is unknown."
        )


def _cells(register: _Register) -> _Rows:
    """Cells: the radio of one band at an antenna that the case holds, whose carrier and site are the cell's."""
    held, lost = register.source.assets(), list[str]()
    for row, cells in register.records():
        place = held.get(f"{_PREFIX}{cells['antenna_id']}")
        if place is None:
            lost.append(cells["antenna_id"])
            continue
        yield register.made(
            "asset",
            row,
            asset_id=f"{_PREFIX}{cells['cell_id']}",
            carrier_id=place[0],
            country=place[1],
            site_id=place[2],
            **_RADIO,
            facts=register.facts(cells["service"]),
            unit_count=1,
            note=f"cell {cells['service']} at antenna {cells['antenna_id']}",
        )
    if lost:
        name = register.source.upload.plain_name
        text = f"{count(len(lost), 'cell names', 'cells name')} an antenna that the case does not hold, first {lost[0]}"
        way_out = "Add the antennas of the register too; the order does not matter."
        register.source.faults.add(Fault(name, text, column="antenna_id", way_out=way_out))


def _lte_cells(register: _Register) -> _Rows:
    """Cells of LTE of one network: their carrier is that of the mapping, else of the PLMN in the name of the file."""
    found = _network(register)
    if found is None:
        return
    carrier, country = found
    sites = set[str]()
    for row, cells in register.records():
        name = cells["CellName"] or f"cell {cells['ECellID']}"
        site = slug(f"{carrier} {name}")
        position = register.position(row, _DEGREES, (cells["Latitude"], cells["Longitude"]))
        if site not in sites:
            sites.add(site)
            yield register.made(
                "site",
                row,
                site_id=site,
                name=name,
                country=country,
                **position,
                role="radio site",
                site_kind=NETWORK,
                carrier_id=carrier,
            )
        band = lte_band(int(cells["EARFCN"])) if cells["EARFCN"].isdigit() else None
        yield register.made(
            "asset",
            row,
            asset_id=f"{carrier}-{cells['ECellID']}-{cells['PCI']}-{cells['EARFCN']}",
            carrier_id=carrier,
            country=country,
            site_id=site,
            **_RADIO,
            facts=[f"band=B{band}", "generation=4G"] if band else ["generation=4G"],
            unit_count=1,
            note=f"cell; channel {cells['EARFCN'] or 'not stated'}; azimuth {cells.get('Azimuth') or 'not stated'}",
        )


def _network(register: _Register) -> tuple[str, str] | None:
    """The carrier and country of a file of one network."""
    constants, name = register.declared.constants, register.source.upload.plain_name
    spelled, country = constants.get("carrier_id"), constants.get("country")
    listed = [
        one
        for hit in _PLMN.finditer(name)
        for one in packaged_rows("facts", "carrier_ids.csv")
        if (one["scheme"], one["value"]) == ("plmn", f"{hit[1]}-{hit[2]}")
    ]
    by_name = listed[0] if listed else None
    if by_name is not None:
        spelled, country = spelled or by_name["carrier"], country or by_name["country"]
        register.source.remarks.append(f"The network is that of the number in the file's name: {by_name['value']}.")
    if spelled is None or country is None:
        register.lacks("carrier_id" if spelled is None else "country", 'with carrier_id = "..." and country = "..."')
        return None
    name_of = countries().name(country)
    if name_of is None:
        near, place = countries().nearest(country), register.declared.place
        register.source.faults.add(
            Fault(place, "no such country", column="constants.country", found=country, nearest=near)
        )
        return None
    carrier = register.carrier(0, "carrier_id", spelled, country=name_of)
    return None if carrier is None else (carrier, name_of)


def _stations(register: _Register) -> _Rows:
    """Stations counted by municipality; a row of a whole prefecture is the sum of the others, and counts what is left.

    A licence does not say which generation a station is of.
    """
    spelled = register.declared.constants.get("carrier_id")
    if spelled is None:
        register.lacks("carrier_id", 'and carrier_id = "Rakuten Mobile"')
        return
    carrier = register.carrier(0, "carrier_id", spelled, country="Japan")
    if carrier is None:
        return
    totals: dict[str, tuple[int, int, str]] = {}
    parts: Counter[str] = Counter()
    for row, cells in register.records():
        number = cells["stations"].replace(",", "")
        if not number.isascii() or not number.isdigit():
            register.fault(row, "stations", "not a count", found=cells["stations"], expected="a whole number")
            continue
        prefecture, municipality = cells["prefecture"], cells["municipality"]
        if not municipality:
            before = totals.get(prefecture, (row, 0, _code(cells)))
            totals[prefecture] = (before[0], before[1] + int(number), before[2])
            continue
        parts[prefecture] += int(number)
        if int(number):
            where, code = f"{municipality}, {prefecture}", _code(cells)
            yield _counted(register, row, carrier, where=where, code=code, number=int(number))
    for prefecture, (row, total, code) in totals.items():
        left = total - parts[prefecture]
        if left < 0:
            text = "a prefecture has fewer stations than its parts"
            expected = f"at least {parts[prefecture]:,}, the sum of its municipalities"
            register.fault(row, "stations", text, found=f"{total:,}", expected=expected)
        elif left:
            where = f"{prefecture}, municipality not stated"
            yield _counted(register, row, carrier, where=where, code=code, number=left)
    if totals:
        whole = count(len(totals), "row is the sum of a prefecture", "rows are sums of prefectures")
        register.source.remarks.append(f"{whole}; what stands in their municipalities is counted once.")


def _code(cells: Mapping[str, str]) -> str:
    """The bureau and the place: several bureaus license stations in one municipality."""
    return f"{cells['bureau']}-{cells['municipality_code']}"


def _counted(register: _Register, row: int, carrier: str, *, where: str, code: str, number: int) -> _Row:
    return register.made(
        "asset",
        row,
        asset_id=f"{carrier}-stations-{code}",
        carrier_id=carrier,
        country="Japan",
        **_RADIO,
        unit_count=number,
        note=f"licensed stations in {where}; generation not stated",
    )


_READERS: Mapping[tuple[str, ...], Callable[[_Register], _Rows]] = {
    SITES: _sites,
    ANTENNAS: _antennas,
    CELLS: _cells,
    LTE_CELLS: _lte_cells,
    STATIONS: _stations,
}
