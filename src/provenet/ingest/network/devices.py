"""Devices, their parts and links as plain objects, who made them, and which entries of an inventory are no elements.

An inventory holds everything that takes up room. What forwards, switches, computes or manages stays, and so does
whatever nobody describes. Left out is only what its role names as one of the things below, or what has no interface at
all but front and rear ports (a panel) or power outlets (a power strip). Source: own, decision 0071.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from provenet.ingest.network.vendors import CONTRACT, PART, UNSETTLED, vendor_registry

HIGH, MEDIUM, LOW, NONE = "high", "medium", "low", "none"
CONFIDENCES = (HIGH, MEDIUM, LOW, NONE)
"""How sure a vendor is: independent evidence agrees, or the field is the maker's own (`high`); one good witness
(`medium`); one weak witness (`low`); the vendor is unknown (`none`)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DevicePart:
    """A device, or a part of one.

    Parameters
    ----------
    device_id
        The device, as its source names it.
    part
        The part, by a name that is unique within the device; null for the device itself.
    vendor_id
        The vendor's usual name as an id; null is unknown.
    vendor_text
        The maker as the source writes it; null where it writes none.
    model
        The model; null is unknown.
    evidence
        What names the vendor, in words; where nothing does, why not.
    confidence
        One of `CONFIDENCES`; `none` exactly where `vendor_id` is null.
    origin_country
        Place of manufacture in two letters, only where the source states it; the vendor's seat is no evidence.
    parent
        The part that holds this one; null where the device itself does.
    kind
        What it is, in one word of the source's field: `router`, `switch`, `olt`; of a part `module`, `optic`, `fan`.
    part_number
        The maker's number of the model.
    platform
        The system that it runs, such as `VRP 8.180`.
    site
        Where it stands, as the source names the site.
    role
        What it is there for, in the source's words.
    tenant
        Whose it is, in the source's words; null is not stated.
    status
        Whether it is in service, in the source's words; null is not stated.
    country
        The country where it stands, in two letters.
    lat_deg, lon_deg
        Where it stands; null is not stated.
    unit_count
        How many alike the row stands for.
    facts
        Further facts as key and value, such as `("generation", "5g")`.
    locator
        Where in the source the row stands.
    system_name
        The name by which its neighbours know the device, where that is another than its id; null is not stated.
    """

    device_id: str
    part: str | None = None
    vendor_id: str | None = None
    vendor_text: str | None = None
    model: str | None = None
    evidence: str = ""
    confidence: str = NONE
    origin_country: str | None = None
    parent: str | None = None
    kind: str | None = None
    part_number: str | None = None
    platform: str | None = None
    site: str | None = None
    role: str | None = None
    tenant: str | None = None
    status: str | None = None
    country: str | None = None
    lat_deg: float | None = None
    lon_deg: float | None = None
    unit_count: int = 1
    facts: tuple[tuple[str, str], ...] = ()
    locator: str = ""
    system_name: str | None = None

    @property
    def is_device(self) -> bool:
        """Whether it is the device itself, and no part of it."""
        return self.part in (None, "chassis", "device")


@dataclass(frozen=True, kw_only=True, slots=True)
class DeviceLink:
    """A link as one end reports it: `evidence` is the protocol or the record that says so.

    A port is null where the source names none. `target_device` is the neighbour's name as the source gives it, which
    need not be the id of a device in the inventory.
    """

    source_device: str
    source_port: str | None = None
    target_device: str
    target_port: str | None = None
    evidence: str
    target_vendor_id: str | None = None
    locator: str = ""


def parted(rows: Iterable[DevicePart | DeviceLink]) -> tuple[list[DevicePart], list[DeviceLink]]:
    """Devices with their parts, and links, each in order."""
    held = list(rows)
    return [one for one in held if isinstance(one, DevicePart)], [one for one in held if isinstance(one, DeviceLink)]


@dataclass(frozen=True)
class Maker:
    """A maker as its record writes it, its id, and what the record is worth as evidence."""

    vendor_id: str | None
    text: str | None
    evidence: str
    confidence: str

    def as_fields(self) -> dict[str, Any]:
        """The fields of a part that say who made it."""
        return {
            "vendor_id": self.vendor_id,
            "vendor_text": self.text,
            "evidence": self.evidence,
            "confidence": self.confidence,
        }


@lru_cache(maxsize=1 << 14)
def maker_of(name: str | None, witness: str, model: str | None = None) -> Maker:
    """Who is meant by a maker's name that a record gives; `witness` says which field of the record.

    An inventory is kept by people, so one record is one good witness; where the community library of device types has
    the model of the same maker, two agree. A name such as `Generic`, one of a chip or an agent, and one that was sold
    from owner to owner name nobody. Where no maker is stated, the library names the one maker of the model.

    >>> maker_of("Huawei Technologies Co., Ltd.", "manufacturer").vendor_id, maker_of("OEM", "manufacturer").vendor_id
    ('huawei', None)
    """
    registry = vendor_registry()
    found = registry.of_text(name)
    if found is None:
        listed = registry.device_type(model) if name is None else None
        if listed is not None:
            return Maker(listed.vendor_id, None, "model, in the community library of device types", MEDIUM)
        return Maker(None, name, f"no {witness} is stated" if name is None else f"{witness} names nobody", NONE)
    if not found.names_maker and found.use not in (CONTRACT, PART):
        sold = "; the name went from owner to owner" if found.use == UNSETTLED else f"; a name of a {found.use}"
        return Maker(None, name, f"{witness} names no maker{sold}", NONE)
    listed = registry.device_type(model, found.vendor_id)
    witnesses = f"{witness}, and the community library of device types" if listed is not None else witness
    return Maker(found.vendor_id, name, witnesses, MEDIUM if listed is None else HIGH)


PANEL, POWER, ROOM = "panels and frames for cables", "power and batteries", "racks, shelves and cooling"
_NO_ELEMENTS: tuple[tuple[str, str], ...] = (
    (
        PANEL,
        r"patch ?(panel|bay|field)s?|"
        r"(fib(er|re)|copper|coax|optical|cable|termination|splice|odf) (panel|tray|box|closure)s?|"
        r"odfs?|ddfs?|mdfs?|(optical|digital|main) distribution frames?|splice[sd]?|splicing|keystones?|cassettes?|"
        r"cable (management|managers?|organi[sz]ers?|ducts?)",
    ),
    (
        POWER,
        r"pdus?|i?ups(es)?|power|power (strip|supply|supplies|panel|feed|shelf|shelves|system|unit|distribution)s?|"
        r"power distribut(ion units?|ors?)|rectifiers?|batter(y|ies)|generators?|inverters?|transfer switch(es)?|ats",
    ),
    (
        ROOM,
        r"racks?|cabinets?|(rack )?shel(f|ves)|blank(s|ing)?( panels?)?|filler( panels?)?|cooling|hvac|cra[ch]s?|"
        r"air condition(er|ers|ing)?|in ?row coolers?|fan trays?",
    ),
)
_LEADING = r"(?:(?:passive|network|data ?cent(?:er|re)|dc|rack|smart|metered|switched|managed|vertical|horizontal) )*"
_ROLES = tuple((what, re.compile(rf"{_LEADING}(?:{names})", re.I)) for what, names in _NO_ELEMENTS)
_MARKS = re.compile(r"[^\w]+|_")


def no_element_by_role(role: str | None) -> str | None:
    """What a role names that is no network element; None for every other role and for none.

    >>> no_element_by_role("Patch Panel"), no_element_by_role("rack-pdu"), no_element_by_role("Power Router")
    ('panels and frames for cables', 'power and batteries', None)
    """
    words = _MARKS.sub(" ", role or "").strip()
    return next((what for what, form in _ROLES if form.fullmatch(words)), None)


def no_element_by_ports(
    *, interfaces: int | None, front_ports: int | None, rear_ports: int | None, power_outlets: int | None
) -> str | None:
    """What a device is that is known to have no interface but other ports; None where a count is not known.

    >>> no_element_by_ports(interfaces=0, front_ports=24, rear_ports=24, power_outlets=0)
    'panels and frames for cables'
    >>> no_element_by_ports(interfaces=None, front_ports=24, rear_ports=24, power_outlets=0) is None
    True
    """
    if interfaces != 0:
        return None
    if (front_ports or 0) + (rear_ports or 0) > 0:
        return PANEL
    return POWER if (power_outlets or 0) > 0 else None
