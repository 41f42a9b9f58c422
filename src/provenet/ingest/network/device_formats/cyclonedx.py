"""Hardware bills of materials of CycloneDX: devices and the parts inside them, with makers and places of manufacture.

The maker is the `manufacturer` alone: whoever sold a part is not taken for its maker. The place of manufacture is that
of `origins`, or of a property that states it, where that is one country; the seat of the maker is no evidence of it.
"""

import io
from collections import Counter
from collections.abc import Iterator
from typing import BinaryIO, cast

from provenet.case.parties import PartyNames
from provenet.core.wording import count
from provenet.ingest.documents import device_of_file, text_of
from provenet.ingest.network.devices import DeviceLink, DevicePart, maker_of
from provenet.ingest.opening import BLOCK_BYTES
from provenet.ingest.registry import Format, Source
from provenet.ingest.sbom.cyclonedx import parts_of_bill, recognises
from provenet.ingest.sbom.cyclonedx_assets import AssetMaker, Part, organisation
from provenet.ingest.sbom.cyclonedx_mapping import BomMapping

_SUBJECT = "/metadata/component"


def _read(source: Source) -> Iterator[DevicePart | DeviceLink]:
    """A bill with a subject is of one device; of others, each outermost device is one."""
    name, ignored = source.upload.plain_name, Counter[str]()
    with source.upload.stream() as stream:
        data = cast(BinaryIO, io.BufferedReader(stream, BLOCK_BYTES))
        parts = parts_of_bill(name, data, source.faults, ignored=ignored)
    maker = AssetMaker(name, "", PartyNames.built_in(), declared=BomMapping(name), faults=source.faults, prefix="")
    hardware = [part for part in parts if part.kind == "device"]
    subject = next((part for part in hardware if part.path == _SUBJECT), None)
    device, held = device_of_file(source), Counter[str]()
    for part in hardware:
        outermost = _holder(part) is None and subject is None
        if part is subject or outermost:
            device = _named(part) if not outermost or _named(part) not in held else f"{_named(part)} {part.path}"
            held[device] += 1
        yield _row(part, device, is_device=part is subject or outermost, maker=maker)
    others = len(parts) - len(hardware)
    if others:
        source.remarks.append(f"{count(others, 'component is', 'components are')} no hardware, and left out.")


def _holder(part: Part) -> Part | None:
    """The device that a part is inside of."""
    at = part.parent
    while at is not None and at.kind != "device":
        at = at.parent
    return at


def _named(part: Part) -> str:
    return part.ref or text_of(part.fields.get("name")) or part.path


def _row(part: Part, device: str, *, is_device: bool, maker: AssetMaker) -> DevicePart:
    model = text_of(part.fields.get("name"))
    made_by = maker_of(organisation(part.fields, "manufacturer"), "manufacturer of the component", model)
    origin, remark = maker.origin(part)
    holder = _holder(part)
    return DevicePart(
        device_id=device,
        part=None if is_device else _named(part),
        vendor_id=made_by.vendor_id,
        vendor_text=made_by.text,
        model=model,
        evidence="; ".join(one for one in (made_by.evidence, remark) if one),
        confidence=made_by.confidence,
        origin_country=origin,
        parent=None if holder is None or _named(holder) == device else _named(holder),
        kind="device" if is_device else "component",
        part_number=text_of(part.fields.get("version")),
        locator=f"{maker.name} {part.path}",
    )


FORMATS = (
    Format(
        "cyclonedx-hardware",
        "hardware bills of materials of CycloneDX, JSON and XML",
        lambda head: recognises(head.data, head.name),
        suffixes=(".json", ".xml"),
        opens_devices=_read,
        order=25,
    ),
)
