"""The mapping beside a bill of materials: what a bill cannot say of the network it stands in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from provenet.case.tables import words
from provenet.core.errors import Fault, FaultList, nearest
from provenet.core.tomltext import TomlFault, parse_toml

CONSTANTS = ("carrier_id", "country", "asset_class", "layer", "site_id", "product_category", "origin_country")
"""Columns of an asset that a mapping may give for a whole bill."""
MAKERS = ("manufacturer", "supplier", "publisher", "group")
"""Fields of a component that a mapping may read as the vendor."""
LAYERS = {
    "application": "software",
    "container": "software",
    "cryptographic-asset": "ignore",
    "data": "ignore",
    "device": "hardware",
    "device-driver": "software",
    "file": "software",
    "firmware": "software",
    "framework": "software",
    "library": "software",
    "machine-learning-model": "software",
    "material": "ignore",
    "operating-system": "software",
    "platform": "software",
    "service": "service",
}
"""The layer of each type of component; a device inside a device is a component. `ignore` makes no asset."""
PROPERTIES: Mapping[str, tuple[str, ...]] = {
    "carrier_id": ("provenet:carrier",),
    "country": ("provenet:country",),
    "asset_class": ("provenet:asset_class",),
    "layer": ("provenet:layer",),
    "site_id": ("provenet:site",),
    "product_category": ("provenet:product_category",),
    "origin_country": ("provenet:origin_country", "cdx:device:countryOfOrigin"),
    "vendor_id": ("provenet:vendor",),
    "capability": ("provenet:capability",),
    "facts": ("provenet:fact",),
    "unit_count": ("provenet:unit_count", "cdx:device:quantity"),
}
"""Columns of an asset, and the names of properties that state them, the first that is there."""
_KEYS = (
    "layout",
    "says",
    "ignore",
    "prefix",
    "vendor_from",
    "introduces",
    "constants",
    "layers",
    "classes",
    "properties",
)


@dataclass(frozen=True)
class BomMapping:
    """What a mapping says of a bill, or the defaults where there is none. `place` is its name, for messages."""

    place: str
    ignored: frozenset[str] = frozenset()
    prefix: str | None = None
    vendor_from: tuple[str, ...] = ("manufacturer",)
    introduces: bool = False
    constants: Mapping[str, str] = field(default_factory=dict)
    layers: Mapping[str, str] = field(default_factory=dict)
    classes: Mapping[str, str] = field(default_factory=dict)
    properties: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: PROPERTIES)

    def layer(self, kind: str) -> str:
        """The layer of a type of component, or `ignore`."""
        return self.layers.get(kind) or LAYERS[kind]

    @property
    def property_names(self) -> frozenset[str]:
        """Every property name that states a column."""
        return frozenset(name for names in self.properties.values() for name in names)


def read_bom_mapping(name: str, data: bytes | None, faults: FaultList) -> BomMapping:
    """The mapping of a bill, or the defaults. Every fault goes to `faults`. Cost O(entries)."""
    place = PurePosixPath(name).with_suffix(".toml").name
    if data is None:
        return BomMapping(place)
    reader = _BillMappingReader(place, faults)
    document = reader.document(data)
    for key in document:
        if key not in _KEYS:
            reader.fault(key, "no such key", key, expected="one of " + ", ".join(_KEYS), near=nearest(key, _KEYS))
    return BomMapping(
        place,
        ignored=frozenset(reader.texts(document, "ignore")),
        prefix=reader.text(document, "prefix"),
        vendor_from=reader.makers(document),
        introduces=reader.introduces(document),
        constants=reader.pairs(document, "constants", CONSTANTS, allowed={"layer": words("layer")}),
        layers=reader.pairs(
            document, "layers", tuple(LAYERS), allowed=dict.fromkeys(LAYERS, (*words("layer"), "ignore"))
        ),
        classes=reader.pairs(document, "classes", tuple(LAYERS), allowed={}),
        properties=reader.properties(document),
    )


class _BillMappingReader:
    def __init__(self, place: str, faults: FaultList) -> None:
        self.place, self.faults = place, faults

    def fault(self, key: str, says: str, found: object, *, expected: str, near: str | None = None) -> None:
        self.faults.add(Fault(self.place, says, column=key, found=str(found), expected=expected, nearest=near))

    def document(self, data: bytes) -> Mapping[str, Any]:
        try:
            return parse_toml(data.decode("utf-8-sig"))
        except UnicodeDecodeError as err:
            found = f"byte {err.start + 1} that is none"
            self.faults.add(Fault(self.place, "the mapping is not UTF-8", found=found, expected="UTF-8"))
        except TomlFault as err:
            self.faults.add(Fault(self.place, f"the mapping {err}"))
        return {}

    def text(self, document: Mapping[str, Any], key: str) -> str | None:
        value = document.get(key)
        if value is None or isinstance(value, str):
            return value
        self.fault(key, "not a text", value, expected="a text")
        return None

    def texts(self, document: Mapping[str, Any], key: str) -> list[str]:
        value = document.get(key, [])
        if isinstance(value, list) and all(isinstance(one, str) for one in value):
            return value
        self.fault(key, "not a list of texts", value, expected='a list such as ["x-internal"]')
        return []

    def makers(self, document: Mapping[str, Any]) -> tuple[str, ...]:
        found = self.texts(document, "vendor_from") or ["manufacturer"]
        for one in found:
            if one not in MAKERS:
                self.fault(
                    "vendor_from",
                    "no such field",
                    one,
                    expected="one of " + ", ".join(MAKERS),
                    near=nearest(one, MAKERS),
                )
        return tuple(found)

    def introduces(self, document: Mapping[str, Any]) -> bool:
        value = document.get("introduces")
        if value not in (None, "vendor"):
            self.fault("introduces", "no such role", value, expected="'vendor', or nothing")
        return value == "vendor"

    def pairs(
        self, document: Mapping[str, Any], key: str, known: Sequence[str], *, allowed: Mapping[str, Sequence[str]]
    ) -> dict[str, str]:
        value = document.get(key, {})
        if not isinstance(value, dict):
            self.fault(key, "not a table of TOML", value, expected=f"[{key}]")
            return {}
        made = {}
        for name, text in value.items():
            column = f"{key}.{name}"
            if name not in known:
                self.fault(
                    column, "no such name here", name, expected="one of " + ", ".join(known), near=nearest(name, known)
                )
            elif not isinstance(text, str) or not text.strip():
                self.fault(column, "not a text", text, expected="a text that is not empty")
            elif name in allowed and text not in allowed[name]:
                near = nearest(text, allowed[name])
                self.fault(column, "no such word", text, expected="one of " + ", ".join(allowed[name]), near=near)
            else:
                made[name] = text.strip()
        return made

    def properties(self, document: Mapping[str, Any]) -> Mapping[str, tuple[str, ...]]:
        """The names of properties by column; those of the mapping come before our own."""
        value = document.get("properties", {})
        if not isinstance(value, dict):
            self.fault("properties", "not a table of TOML", value, expected="[properties]")
            return PROPERTIES
        made = dict(PROPERTIES)
        for column, names in value.items():
            listed = [names] if isinstance(names, str) else names
            if column not in PROPERTIES:
                known, near = "one of " + ", ".join(PROPERTIES), nearest(column, PROPERTIES)
                self.fault(f"properties.{column}", "no such column to state", column, expected=known, near=near)
            elif isinstance(listed, list) and all(isinstance(one, str) for one in listed):
                made[column] = (*listed, *PROPERTIES[column])
            else:
                self.fault(
                    f"properties.{column}", "not a list of names", names, expected='a list such as ["acme:class"]'
                )
        return made
