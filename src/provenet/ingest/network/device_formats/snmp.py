"""Walks of SNMP agents as inventories, one device a file: `.snmprec` of snmpsim, and what `snmpwalk -On` prints."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from provenet.core.errors import clip
from provenet.core.wording import count
from provenet.ingest.documents import LARGEST_BYTES
from provenet.ingest.network.devices import DeviceLink, DevicePart
from provenet.ingest.network.snmp_device import rows_of_walk
from provenet.ingest.network.snmp_walk import Walk, is_snmprec, is_snmpwalk, read_snmprec, read_snmpwalk
from provenet.ingest.registry import Format, Source

_REC, _WALKS = ".snmprec", (".snmpwalk", ".walk")


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _rows(source: Source, walk: Walk) -> Iterator[DevicePart | DeviceLink]:
    name = source.upload.plain_name
    if walk.odd_lines:
        lines = count(walk.odd_lines, "line")
        source.remarks.append(
            f"{name}: {lines} passed over that are no objects; the first: {clip(walk.first_odd or '')!r}"
        )
    yield from rows_of_walk(walk, device_of(name), name)


def device_of(name: str) -> str:
    """The device that a walk is of: the file's name without its ending.

    >>> device_of("core-1.muc.snmprec"), device_of("router.txt"), device_of("router")
    ('core-1.muc', 'router', 'router')
    """
    return PurePosixPath(name).stem if PurePosixPath(name).suffix else name


FORMATS = (
    Format(
        "snmprec",
        "a walk of an SNMP agent, as snmpsim keeps it",
        lambda head: head.name.lower().endswith(_REC) or is_snmprec(head.data),
        suffixes=(_REC,),
        opens_devices=lambda source: _rows(source, read_snmprec(source.upload.whole(LARGEST_BYTES))),
        order=10,
    ),
    Format(
        "snmpwalk",
        "a walk of an SNMP agent, as `snmpwalk -On` prints it",
        lambda head: head.name.lower().endswith(_WALKS) or is_snmpwalk(_text(head.data)),
        suffixes=_WALKS,
        opens_devices=lambda source: _rows(source, read_snmpwalk(_text(source.upload.whole(LARGEST_BYTES)))),
        order=11,
    ),
)
