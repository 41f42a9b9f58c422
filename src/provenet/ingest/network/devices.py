"""Devices, their parts and the links between them, as plain objects that every reader of inventories fills.

A device has one row of its own, whose `part` is null; a row with a part stands for something inside it: a card, a
power supply, an optic. Each row has a vendor of its own, since an optic in a chassis is seldom made by whoever made
the chassis. Unknown is null: a vendor is named only where something in the source says so, and nothing contradicts it.
"""

from __future__ import annotations

from dataclasses import dataclass

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
