"""Device and module types in YAML, as the community library of device types has them: what is made, not what stands.

A type is no device, so its row stands for none; it says who makes the type, and its inventory items who makes them.
"""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

import yaml

from provenet.core.errors import Fault, clip
from provenet.ingest.documents import objects, text_of
from provenet.ingest.network.devices import DeviceLink, DevicePart, maker_of
from provenet.ingest.registry import Format, Source

LARGEST_BYTES = 4 * 2**20
_FORM = re.compile(rb"^manufacturer:\s*\S", re.M)
_MODEL = re.compile(rb"^(model|part_number):\s*\S", re.M)


def _read(source: Source) -> Iterator[DevicePart | DeviceLink]:
    name = source.upload.plain_name
    data = source.upload.whole(LARGEST_BYTES)
    try:
        value = yaml.safe_load(data.decode("utf-8-sig"))
    except (UnicodeDecodeError, yaml.YAMLError, RecursionError) as err:
        source.faults.add(Fault(name, "the text is no YAML", found=clip(" ".join(str(err).split()), 120)))
        return
    if not isinstance(value, dict) or not _text(value.get("manufacturer")) or not _text(value.get("model")):
        source.faults.add(Fault(name, "this is no device type", expected="manufacturer and model, each a text"))
        return
    model = _text(value.get("model"))
    device = _text(value.get("slug")) or f"{_text(value.get('manufacturer'))} {model}"
    kind = "device type" if "u_height" in value or "slug" in value else "module type"
    yield _row(device, None, value, model=model, kind=kind, locator=name)
    seen: set[str] = set()
    for at, item in enumerate(objects(value.get("inventory-items") or [])):
        part = _text(item.get("name")) or f"inventory item {at + 1}"
        if part in seen:
            source.faults.add(Fault(name, "an inventory item stands twice", column="inventory-items", found=part))
            continue
        seen.add(part)
        yield _row(
            device, part, item, model=_text(item.get("part_id")), kind="inventory item", locator=f"{name} {part}"
        )


def _row(
    device: str, part: str | None, value: dict[str, Any], *, model: str | None, kind: str, locator: str
) -> DevicePart:
    return DevicePart(
        device_id=device,
        part=part,
        **maker_of(_text(value.get("manufacturer")), f"manufacturer of the {kind}", model).as_fields(),
        model=model,
        kind=kind,
        part_number=_text(value.get("part_number")) or _text(value.get("part_id")),
        unit_count=0,
        locator=locator,
    )


def _text(value: Any) -> str | None:
    return text_of(str(value)) if isinstance(value, str | int | float) and not isinstance(value, bool) else None


FORMATS = (
    Format(
        "device-type",
        "device or module types of the community library (YAML)",
        lambda head: (
            PurePosixPath(head.name).suffix.lower() in {".yaml", ".yml"}
            and _FORM.search(head.data) is not None
            and _MODEL.search(head.data) is not None
        ),
        suffixes=(".yaml", ".yml"),
        opens_devices=_read,
        order=30,
    ),
)
