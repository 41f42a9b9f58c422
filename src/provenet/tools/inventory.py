"""The tool `inventory`: who made the devices and parts of a network, from files that describe them, without a case."""

from collections import Counter
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import polars as pl

from provenet.core.errors import Fault, FaultList, InputFault, UsageFault
from provenet.core.progress import Progress
from provenet.core.settings import call_of
from provenet.core.wording import count
from provenet.ingest.network.devices import DeviceLink, DevicePart, parted
from provenet.ingest.opening import Upload, plain_name
from provenet.ingest.registry import Head, Source, first_of, formats
from provenet.tools.settings import InventorySettings


@dataclass(frozen=True)
class Inventory:
    """Devices with their parts, and the links between them.

    Parameters
    ----------
    parts
        A row a device, then one a part, in the order of the files.
    links
        Links as either end reports them.
    file_count
        Files that were read.
    remarks
        Sentences on what was passed over.
    """

    parts: list[DevicePart]
    links: list[DeviceLink]
    file_count: int
    remarks: list[str] = field(default_factory=list)

    @property
    def devices(self) -> list[DevicePart]:
        """The rows of devices themselves."""
        return [one for one in self.parts if one.is_device]

    def summary(self) -> dict[str, Any]:
        """Counts of files, devices, parts and links, and of devices and parts by vendor; null is unknown."""
        devices = self.devices
        return {
            "file_count": self.file_count,
            "device_count": len(devices),
            "unknown_device_count": sum(one.vendor_id is None for one in devices),
            "part_count": len(self.parts) - len(devices),
            "link_count": len(self.links),
            "devices_by_vendor": _by_vendor(devices),
            "parts_by_vendor": _by_vendor([one for one in self.parts if not one.is_device]),
            "remarks": self.remarks,
        }

    def as_dict(self) -> dict[str, Any]:
        """The whole answer as `--json` prints it: the summary, `rows` and `links`."""
        rows = [_plain(one) for one in self.parts]
        return {**self.summary(), "rows": rows, "links": [_plain(one) for one in self.links]}

    def frame(self) -> pl.DataFrame:
        """The rows as a table: of `DevicePart` each field is a column."""
        return _frame(self.parts, DevicePart)

    def link_frame(self) -> pl.DataFrame:
        """The links as a table."""
        return _frame(self.links, DeviceLink)


def run(settings: InventorySettings) -> Inventory:
    """Reads files of devices, and says who made each device and part, with the evidence.

    Raises UsageFault for places where nothing is, InputFault with every fault of all files. Cost O(bytes); all rows
    are held.
    """
    settings.check()
    places, remarks = _places(settings.files)
    faults = FaultList()
    parts: list[DevicePart] = []
    links: list[DeviceLink] = []
    passed: list[Path] = []
    for done, (place, is_named) in enumerate(places.items()):
        settings.progress("files of devices read", done, len(places))
        rows = _read(place, faults, remarks, progress=settings.progress)
        if rows is None and is_named:
            faults.add(_unknown_format(place))
        elif rows is None:
            passed.append(place)
        else:
            parts += rows[0]
            links += rows[1]
    parts = _once(parts, faults)
    faults.refuse()
    if passed:
        remarks.append(f"{count(len(passed), 'file')} passed over, as no format knows them; the first: {passed[0]}")
    return Inventory(parts, links, len(places) - len(passed), remarks)


inventory = call_of(InventorySettings, run, "inventory")


def _places(given: tuple[Path, ...]) -> tuple[dict[Path, bool], list[str]]:
    """The files meant, each with whether it was named: those, and files of folders whose ending a format knows."""

    endings = tuple(dict.fromkeys(suffix for one in formats("opens_devices") for suffix in one.suffixes))
    found: dict[Path, bool] = {}
    remarks = []
    for place in given:
        if not place.is_dir():
            found[place] = True
            continue
        inside = sorted(one for one in place.rglob("*") if one.is_file())
        known = [one for one in inside if plain_name(one.name).lower().endswith(endings)]
        found = dict.fromkeys(known, False) | found
        if len(known) < len(inside):
            passed = count(len(inside) - len(known), "file")
            remarks.append(f"{place}: {passed} of other endings passed over")
        if not known:
            shown = ", ".join(endings)
            raise UsageFault(f"FILE: no file of devices in this folder; found {str(place)!r}, expected one of {shown}.")
    return found, remarks


def _read(
    place: Path, faults: FaultList, remarks: list[str], *, progress: Progress
) -> tuple[list[DevicePart], list[DeviceLink]] | None:
    """The rows of one file, or None where no format knows it. What is wrong with it goes to the faults of all."""

    try:
        upload = Upload.of(place, progress)
        found = first_of(Head(upload), "opens_devices")
        if found is None or found.opens_devices is None:
            return None
        source = Source(upload=upload, faults=FaultList(), remarks=remarks, progress=progress)
        rows = parted(found.opens_devices(source))
        faults.take(source.faults)
        return rows
    except InputFault as err:
        faults.extend(err.faults)
    except OSError as err:
        faults.add(Fault(str(place), f"the file cannot be read ({(err.strerror or str(err)).lower()})"))
    return [], []


def _unknown_format(place: Path) -> Fault:

    known = "; ".join(f"{one.name} ({one.says})" for one in formats("opens_devices"))
    return Fault(str(place), "no format of devices is known by this file", expected=known)


def _once(parts: list[DevicePart], faults: FaultList) -> list[DevicePart]:
    """Rows by device and part, each once; two that disagree are a fault."""
    first: dict[tuple[str, str | None], DevicePart] = {}
    for one in parts:
        key = (one.device_id, one.part)
        known = first.setdefault(key, one)
        if known is not one and _said(known) != _said(one):
            what = f"device {one.device_id}" + (f", part {one.part}" if one.part else "")
            way_out = "Give each device a name of its own."
            faults.add(Fault(one.locator, f"{what} stands in {known.locator} too, otherwise", way_out=way_out))
    return list(first.values())


def _said(one: DevicePart) -> tuple[object, ...]:
    return (one.vendor_id, one.model, one.evidence, one.parent, one.part_number)


def _by_vendor(rows: list[DevicePart]) -> list[dict[str, Any]]:
    counts = Counter(one.vendor_id for one in rows)
    listed = sorted(counts.items(), key=lambda one: (-one[1], one[0] or ""))
    return [{"vendor_id": vendor, "count": number} for vendor, number in listed]


def _plain(row: DevicePart | DeviceLink) -> dict[str, Any]:
    """A row as plain values; facts as `key=value`."""
    made = {one.name: getattr(row, one.name) for one in fields(row)}
    if "facts" in made:
        made["facts"] = [f"{key}={value}" for key, value in made["facts"]]
    return made


_COLUMNS: dict[str, Any] = {
    "lat_deg": pl.Float64,
    "lon_deg": pl.Float64,
    "unit_count": pl.Int64,
    "facts": pl.List(pl.String),
}


def _frame(rows: list[DevicePart] | list[DeviceLink], kind: type[DevicePart | DeviceLink]) -> pl.DataFrame:
    """Rows as a table: each field of their kind is a column, text where nothing else is said."""
    schema = {one.name: _COLUMNS.get(one.name, pl.String) for one in fields(kind)}
    return pl.DataFrame([_plain(one) for one in rows], schema=schema)
