"""A JSON document of a device or an inventory: read whole within a cap, whatever its name spaces are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from provenet.core.errors import Fault
from provenet.core.jsontext import JsonFault, parse_json
from provenet.ingest.network.device_files import DeviceSource

LARGEST_BYTES = 512 * 2**20


def json_document(source: DeviceSource) -> Any:
    """The JSON value of a file; None, with a fault, where it is none or too large to be held."""
    name = source.upload.name
    with source.upload.stream() as stream:
        data = stream.read(LARGEST_BYTES + 1)
    if len(data) > LARGEST_BYTES:
        expected = f"at most {LARGEST_BYTES // 2**20} MiB unpacked"
        source.faults.add(Fault(name, "the file is too large", expected=expected, way_out="Split it by device."))
        return None
    try:
        return parse_json(data.decode("utf-8-sig"))
    except UnicodeDecodeError as err:
        source.faults.add(Fault(name, "the text is not UTF-8", found=f"byte {err.start + 1}", expected="UTF-8"))
    except JsonFault as err:
        source.faults.add(Fault(name, err.says, found=err.found, expected=err.expected))
    return None


def bare(value: Any) -> dict[str, Any]:
    """An object with the name spaces taken off its names: `openconfig-lldp:lldp` to `lldp`; empty for another value."""
    return {str(name).rpartition(":")[2]: given for name, given in value.items()} if isinstance(value, dict) else {}


def inside(value: Any, *names: str) -> Any:
    """What stands at a path of names without name spaces; None where it leads nowhere."""
    for name in names:
        value = bare(value).get(name)
    return value


def objects(value: Any) -> Iterator[dict[str, Any]]:
    """The objects of a list, or the one object that stands in its place."""
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, dict):
            yield one


def text_of(value: Any) -> str | None:
    """A text without padding; None for an empty one and for every other value."""
    return (" ".join(value.replace("\0", " ").split()) or None) if isinstance(value, str) else None


def word_of(value: Any) -> str | None:
    """The last part of an identity: `openconfig-platform-types:POWER_SUPPLY` to `power supply`."""
    text = text_of(value)
    return None if text is None else text.rpartition(":")[2].replace("_", " ").replace("-", " ").lower()


def device_of_file(source: DeviceSource) -> str:
    """The device that a file of one device is of, where it does not say: the file's name without its ending."""
    return PurePosixPath(source.upload.plain_name).stem


def first_text(value: Mapping[str, Any], *names: str) -> str | None:
    """The first of several fields that holds a text."""
    return next((found for name in names if (found := text_of(value.get(name)))), None)
