"""The mapping beside a bill of materials: what a bill cannot say of the network it stands in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from provenet.case.tables import words
from provenet.core.errors import FaultList, nearest
from provenet.ingest.mapping_beside import MappingBeside, place_beside

CONSTANTS = ("carrier_id", "country", "asset_class", "layer", "site_id", "product_category", "origin_country")
"""Columns of an asset that a mapping may give for a whole bill."""
MAKERS = ("manufacturer", "supplier", "publisher", "group")
"""Fields of a component that a mapping may read as the vendor."""
_LAYERS = """
    application=software container=software cryptographic-asset=ignore data=ignore device=hardware
    device-driver=software file=software firmware=software framework=software library=software
    machine-learning-model=software material=ignore operating-system=software platform=software service=service
"""
LAYERS = dict(one.split("=") for one in _LAYERS.split())
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
_TABLES = ("constants", "layers", "classes", "properties")
_KEYS = ("layout", "says", "ignore", "prefix", "vendor_from", "introduces", *_TABLES)
_A_LIST = 'a list such as ["x-internal"]'


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
    place = place_beside(name)
    beside = MappingBeside(place, data, _KEYS, faults=faults)
    makers = beside.texts("vendor_from", expected=_A_LIST) or ["manufacturer"]
    for one in makers:
        if one not in MAKERS:
            known, near = "one of " + ", ".join(MAKERS), nearest(one, MAKERS)
            beside.fault("vendor_from", "no such field", one, expected=known, near=near)
    introduces = beside.document.get("introduces")
    if introduces not in (None, "vendor"):
        beside.fault("introduces", "no such role", introduces, expected="'vendor', or nothing")
    prefix = beside.document.get("prefix")
    if prefix is not None and not isinstance(prefix, str):
        beside.fault("prefix", "not a text", prefix, expected="a text")
    return BomMapping(
        place,
        ignored=frozenset(beside.texts("ignore", expected=_A_LIST)),
        prefix=prefix,
        vendor_from=tuple(makers),
        introduces=introduces == "vendor",
        constants=_words_of(beside, "constants", CONSTANTS, allowed={"layer": words("layer")}),
        layers=_words_of(beside, "layers", tuple(LAYERS), allowed=dict.fromkeys(LAYERS, (*words("layer"), "ignore"))),
        classes=_words_of(beside, "classes", tuple(LAYERS), allowed={}),
        properties=_properties(beside),
    )


def _words_of(
    beside: MappingBeside, key: str, known: Sequence[str], *, allowed: Mapping[str, Sequence[str]]
) -> dict[str, str]:
    value, made = beside.table(key), {}
    beside.only(value, known, table=f"{key}.")
    for name in [name for name in value if name in known]:
        text, column = value[name], f"{key}.{name}"
        if not isinstance(text, str) or not text.strip():
            beside.fault(column, "not a text", text, expected="a text that is not empty")
        elif name in allowed and text not in allowed[name]:
            near = nearest(text, allowed[name])
            beside.fault(column, "no such word", text, expected="one of " + ", ".join(allowed[name]), near=near)
        else:
            made[name] = text.strip()
    return made


def _properties(beside: MappingBeside) -> Mapping[str, tuple[str, ...]]:
    """The names of properties by column; those of the mapping come before our own."""
    value, made = beside.table("properties"), dict(PROPERTIES)
    beside.only(value, tuple(PROPERTIES), "no such column to state", table="properties.")
    for column in [column for column in value if column in PROPERTIES]:
        names = value[column]
        listed = [names] if isinstance(names, str) else names
        if isinstance(listed, list) and all(isinstance(one, str) for one in listed):
            made[column] = (*listed, *PROPERTIES[column])
        else:
            beside.fault(f"properties.{column}", "not a list of names", names, expected='a list such as ["acme:class"]')
    return made
