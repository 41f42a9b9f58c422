"""What a maker's name in a carrier's own records says of who made a thing."""

from __future__ import annotations

from dataclasses import dataclass

from provenet.ingest.network.devices import HIGH, MEDIUM, NONE
from provenet.ingest.network.vendors import CONTRACT, PART, UNSETTLED, vendor_registry


@dataclass(frozen=True)
class Maker:
    """A maker as its record writes it, its id, and what the record is worth as evidence."""

    vendor_id: str | None
    text: str | None
    evidence: str
    confidence: str


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
