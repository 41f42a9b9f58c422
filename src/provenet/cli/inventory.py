"""The command `inventory`: files of devices in, rows of devices, parts and links out."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from provenet.cli.command import command
from provenet.cli.door import say, say_json
from provenet.cli.files import files_named, place_of, whole_file
from provenet.cli.progress import ProgressLine
from provenet.core.wording import count
from provenet.tools.settings import InventorySettings

if TYPE_CHECKING:
    from provenet.tools.inventory import Inventory

SHOWN_DEVICES, SHOWN_VENDORS, SHOWN_REMARKS = 20, 15, 10


@command(InventorySettings, case=False)
@click.option("--links-out", metavar="PARQUET", help="Write links between devices.")
@click.option("--out", metavar="PARQUET", help="Write rows: one a device, one a part.")
def inventory(settings: InventorySettings, *, out: str | None, links_out: str | None, as_json: bool) -> None:
    """Say who made the devices of a network.

    For each device and part: vendor, model, the evidence and how sure it is; an unknown vendor is null, never a wrong
    name. FILE is a walk of an SNMP agent (.snmprec, or what `snmpwalk -On` prints), packed or not, another inventory
    of docs/inventory.md, or a folder of them.
    """
    from provenet.tools.inventory import run

    begun = time.monotonic()
    files = files_named(settings)
    place = None if out is None else place_of("--out", out, files)
    links_place = None if links_out is None else place_of("--links-out", links_out, [*files, ("--out", out)])
    with ProgressLine() as progress:
        found = run(replace(settings, progress=progress))
        for frame, target in ((found.frame, place), (found.link_frame, links_place)):
            if target is not None:
                with whole_file(target) as stream:
                    frame().write_parquet(stream)
    seconds = round(time.monotonic() - begun, 3)
    written = None if out is None else {"file": out, "rows": len(found.parts)}
    links = None if links_out is None else {"file": links_out, "rows": len(found.links)}
    if as_json:
        say_json({**found.as_dict(), "out": written, "links_out": links, "seconds": seconds})
    else:
        say(_lines(found, out=out, links_out=links_out, seconds=seconds))


def _lines(found: Inventory, *, out: str | None, links_out: str | None, seconds: float) -> Iterator[str]:
    summary = found.summary()
    devices = found.devices
    parts = f"{count(summary['part_count'], 'part')}, {count(summary['link_count'], 'link')}"
    yield f"{count(summary['file_count'], 'file')}: {count(len(devices), 'device')}, {parts}"
    yield ""
    for row in summary["devices_by_vendor"][:SHOWN_VENDORS]:
        yield f"  {row['vendor_id'] or 'unknown':<28} {row['count']:>8,}"
    more = len(summary["devices_by_vendor"]) - SHOWN_VENDORS
    if more > 0:
        yield f"  and {count(more, 'more vendor')}"
    yield ""
    for one in devices[:SHOWN_DEVICES]:
        named = ", ".join(filter(None, (one.vendor_id or "unknown", one.model)))
        yield f"{one.device_id}: {named} ({one.confidence}). {one.evidence}"
    if len(devices) > SHOWN_DEVICES:
        yield f"and {count(len(devices) - SHOWN_DEVICES, 'more device')}; --out writes all"
    yield from (f"Mind: {remark}" for remark in found.remarks[:SHOWN_REMARKS])
    if len(found.remarks) > SHOWN_REMARKS:
        yield f"and {count(len(found.remarks) - SHOWN_REMARKS, 'more remark')}"
    for name, number in ((out, len(found.parts)), (links_out, len(found.links))):
        if name is not None:
            yield f"{count(number, 'row')}: {name}"
    yield f"{seconds:.1f} s"
