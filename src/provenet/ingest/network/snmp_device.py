"""A walk of an SNMP agent to a device, its parts and its neighbours, with the evidence for each vendor.

What names the vendor of a device, the strongest first: the maker's name of its chassis (ENTITY-MIB), of its power
supply (UPS-MIB) or of its inventory (LLDP-MED); the enterprise number of its sysObjectID; a maker named in its
sysDescr; the enterprise number and MAC address of its engine id; the one enterprise whose objects it has; the MAC
addresses of its ports. What agrees makes the answer surer; where two good witnesses name makers that have nothing to
do with each other, the vendor is unknown and the evidence names both. Limits: an agent says what its firmware was
told; a switch sold under another name than its maker's may name either. Nothing here says where a thing was made.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from provenet.ingest.network import snmp_walk
from provenet.ingest.network.devices import HIGH, LOW, MEDIUM, NONE, DeviceLink, DevicePart
from provenet.ingest.network.engine_id import read_engine_id
from provenet.ingest.network.vendors import AGENT, CHIP, CONTRACT, PART, SOFTWARE, VendorName, vendor_registry, written

_CLASSES = "chassis backplane container power_supply fan sensor module port stack cpu energy_object battery storage"
CLASSES = dict(enumerate(_CLASSES.split(), start=3))
"""entPhysicalClass of ENTITY-MIB (RFC 6933)."""
_ALWAYS_PARTS = frozenset({"backplane", "power_supply", "fan", "module", "chassis", "battery", "storage"})
_OPTIC = re.compile(r"\b(q?sfp|xfp|cfp|gbic|transceiver|optic|\d+g?base-[lsez][rx]|dac\b|cpak|qsfp)", re.I)
_DOCSIS_VENDOR = re.compile(r"<<.*\bVENDOR:\s*([^;>]+)", re.I | re.S)
_HOST_NAME = re.compile(r"\A(Linux|FreeBSD|OpenBSD|NetBSD|SunOS|Darwin|AIX|HP-UX) \S+")
"""The head of what `uname -a` says: a system and the name that somebody gave to a host, which is no evidence."""
LONGEST_TEXT = 4096
"""How much of an agent's text is searched for makers."""
_MODEL = re.compile(r"[A-Z]{1,6}-?\d{2,}[A-Za-z0-9+/-]*\Z")
"""The first word of a text that is a model: `ECS4120-28F`."""
OBJECT_ID = "sysObjectID"
_ENTERPRISES = "1.3.6.1.4.1."
_BORROWED = frozenset({9, 311, 2021, 8072, 12325, 6876, 4491, 4413, 2})
"""Enterprise numbers whose objects agents of others have too: CDP, host agents, cable modems."""
_CODED = re.compile(r"\ACISCO-([A-Z0-9]+)\Z")
_PART_NUMBER = re.compile(r"(0x[0-9a-f]+|\d+|[A-Z]{0,4}\d{4,}|I?(Q?SFP|XFP)[A-Z0-9+]*-.*|--)\Z", re.I)


@dataclass(frozen=True, slots=True)
class Witness:
    """One thing that names a vendor: `source` is where, `text` what stands there."""

    source: str
    text: str
    vendor: VendorName
    at_head: bool = False
    weak: bool = False

    @property
    def kind(self) -> str:
        """What kind of witness it is: a number and the objects below it are of one kind, and so is all of one text."""
        return OBJECT_ID if self.source == "objects" else self.source.split(" ")[0]

    def sentence(self) -> str:
        """The witness in words."""
        holder = f" ({self.vendor.name})" if self.vendor.name not in self.text else ""
        return f"{self.source} {self.text}{holder}"


def rows_of_walk(walk: snmp_walk.Walk, device_id: str, locator: str) -> Iterator[DevicePart | DeviceLink]:
    """The device, then its parts, then its neighbours. Cost O(objects kept)."""
    entities = _entities(walk)
    device = _device(walk, entities, device_id=device_id, locator=locator)
    yield device
    yield from _parts(entities, device, locator=locator)
    yield from _lldp_links(walk, device_id, locator=locator)
    yield from _cdp_links(walk, device_id, locator=locator)


# The device itself


def _device(walk: snmp_walk.Walk, entities: dict[int, _Entity], *, device_id: str, locator: str) -> DevicePart:
    descr = walk.text(snmp_walk.SYS_DESCR) or walk.text(snmp_walk.SYS_DESCR[:-2])
    vendor, confidence, evidence, text = Verdict(walk, entities, descr).answer()
    chassis = _chassis(entities)
    model = next((one.model for one in chassis if one.model), None) or written(walk.values.get(snmp_walk.UPS + "2.0"))
    kind = None
    part_number = None
    if vendor is not None:
        text_start = (descr or "")[:LONGEST_TEXT]
        found = vendor_registry().device_type(model, vendor) or vendor_registry().type_in(text_start, vendor)
        if found is not None:
            model, part_number = model or found.model, found.part_number
            kind = found.kind if found.kind not in ("device", "module") else None
        head = (descr or "").split(" ")[0].strip(",;")
        model = model or (head if _MODEL.match(head) else None)
    owner = vendor_registry().owner_of(vendor) if vendor else None
    return DevicePart(
        device_id=device_id,
        vendor_id=vendor,
        vendor_text=text,
        model=model,
        evidence=evidence,
        confidence=confidence,
        kind=kind,
        part_number=part_number,
        platform=descr[:200] if descr else None,
        facts=(("brand_of", owner),) if owner else (),
        locator=locator,
        system_name=walk.text(snmp_walk.SYS_NAME) or walk.text(snmp_walk.SYS_NAME[:-2]) or None,
    )


class Verdict:
    """The witnesses of one walk, weighed."""

    def __init__(self, walk: snmp_walk.Walk, entities: dict[int, _Entity], descr: str | None) -> None:
        self.registry = vendor_registry()
        self.walk, self.descr = walk, descr[:LONGEST_TEXT] if descr else None
        self.maker = self._maker_field(entities)
        self.number = self._object_id()
        named = self._named()
        self.named = [one for one in named if not one.weak]
        self.weakly_named = [one for one in named if one.weak]
        self.engine, self.engine_mac = self._engine()
        self.own = self._own_objects()
        self.macs = self._addresses()

    def answer(self) -> tuple[str | None, str, str, str | None]:
        """Vendor, confidence, evidence, and the maker's name as written."""
        chosen, confidence, against = self._weigh()
        if chosen is None or chosen.vendor.vendor_id is None:
            return None, NONE, against or self._why_unknown(), None
        agreeing = [one for one in self.witnesses() if one is not chosen and self._agree(one, chosen)]
        if confidence == MEDIUM and any(one.kind != chosen.kind for one in agreeing):
            confidence = HIGH
        evidence = "; ".join(one.sentence() for one in [chosen, *agreeing])
        text = chosen.text if chosen is self.maker else chosen.vendor.name
        return chosen.vendor.vendor_id, confidence, evidence + (f". {against}" if against else ""), text

    def witnesses(self) -> list[Witness]:
        """All that name somebody, the strongest first."""
        named = self.named[:1] or self.weakly_named[:1]
        single = [self.maker, self.number, *named, self.engine, self.own, self.macs, self.engine_mac]
        return [one for one in single if one is not None and one.vendor.names_maker]

    def _agree(self, one: Witness, other: Witness) -> bool:
        """Whether two witnesses name one vendor, a brand and its owner, or one name and what it is short for."""
        a, b = one.vendor.vendor_id, other.vendor.vendor_id
        if a is None or b is None:
            return False
        if self.registry.are_related(a, b):
            return True
        number, text = (one, other) if one.source == OBJECT_ID else (other, one)
        if number.source != OBJECT_ID or text.kind == number.kind:
            return False
        named, holder = text.vendor.name, number.vendor.name
        return self.registry.is_short_for(named, holder) or self.registry.was_called(holder, named)

    def _weigh(self) -> tuple[Witness | None, str, str]:
        """The witness that is followed, how sure it is, and what speaks against it, or against any."""
        maker = self.maker if self.maker and self.maker.vendor.names_maker else None
        number = self.number if self.number and self.number.vendor.names_maker else None
        if number and not maker:
            return self._by_number(number)
        if maker and number:
            return self._by_both(maker, number)
        if maker:
            return maker, MEDIUM, ""
        return self._by_the_rest()

    def _by_both(self, maker: Witness, number: Witness) -> tuple[Witness | None, str, str]:
        if self._agree(maker, number):
            return self._narrower(number, maker), HIGH, ""
        if number.vendor.use == SOFTWARE:
            return maker, MEDIUM, f"The system is of {number.vendor.name}"
        if not self._is_witness(number):
            return maker, MEDIUM, ""
        if not maker.vendor.listed:
            return number, MEDIUM, f"Against it: {maker.sentence()}"
        third = [one for one in [*self.named[:1], self.macs, self.engine] if one]
        if any(self._agree(number, one) for one in third) and not any(self._agree(maker, one) for one in third):
            return None, NONE, f"Evidence is at odds: {maker.sentence()}; {number.sentence()}"
        return maker, LOW, f"Against it: {number.sentence()}"

    def _narrower(self, one: Witness, other: Witness) -> Witness:
        """Of a brand and its owner the brand; of two names for one maker the one that is listed."""
        if not self.registry.are_related(one.vendor.vendor_id or "", other.vendor.vendor_id or ""):
            return one if one.vendor.listed else other
        return other if self.registry.owner_of(other.vendor.vendor_id or "") == one.vendor.vendor_id else one

    def _by_number(self, number: Witness) -> tuple[Witness | None, str, str]:
        """By the enterprise number, unless the text speaks of somebody else."""
        same = next((one for one in self.named if self._agree(number, one)), None)
        if same is not None:
            return self._narrower(number, same), HIGH, ""
        counts = self._is_witness(number)
        other = next((one for one in self.named if one.vendor.use != SOFTWARE), None)
        if other is None:
            against = f"Against it: {self.named[0].sentence()}" if self.named else ""
            unsupported = f"{number.sentence()} holds the number, and nothing else speaks for it"
            return (number, MEDIUM, against) if counts else (None, NONE, unsupported)
        if counts and any(one and self._agree(number, one) for one in (self.macs, self.engine)):
            return number, MEDIUM, f"Against it: {other.sentence()}"
        if other.at_head or not counts:
            return other, MEDIUM, f"Against it: {number.sentence()}"
        return None, NONE, f"Evidence is at odds: {number.sentence()}; {other.sentence()}"

    def _is_witness(self, number: Witness) -> bool:
        """Whether a number counts by itself: its holder is a listed maker, or the agent's text has its name."""
        return number.vendor.listed or self._is_written(number)

    def _is_written(self, number: Witness) -> bool:
        """Whether the agent's text has the name of a number's holder."""
        word = (number.vendor.vendor_id or "").split("-")[0]
        text = (self.descr or "").casefold()
        return (len(word) > 3 and word in text) or (len(word) > 1 and text.split(" ")[0] == word)

    def _by_the_rest(self) -> tuple[Witness | None, str, str]:
        if self.named:
            named = self.named[0]
            others = [one for one in self.named[1:] if not self._agree(one, named)]
            if others and not named.at_head:
                return None, NONE, f"Evidence is at odds: {named.sentence()}; {others[0].sentence()}"
            return named, MEDIUM, ""
        for one in (self.engine, self.own, *self.weakly_named[:1]):
            if one and one.vendor.names_maker:
                return one, MEDIUM, ""
        if self.number and self.number.vendor.use == CONTRACT and self._is_written(self.number):
            return self.number, MEDIUM, ""
        if self.number and self.number.vendor.use == CHIP and self.macs and self.macs.vendor.listed:
            return self.macs, LOW, ""
        if self.macs:
            return None, NONE, f"Only {self.macs.sentence()}; a port's maker need not be the device's"
        return None, NONE, ""

    def _why_unknown(self) -> str:
        if self.number is not None:
            why = self.number.vendor.basis or self.number.vendor.name
            return f"sysObjectID {self.number.text} names an agent, not a maker ({why})"
        return "Nothing in the walk names a maker"

    def _maker_field(self, entities: dict[int, _Entity]) -> Witness | None:
        """A maker's name in a field that is meant for it."""
        chassis = [one for one in _chassis(entities) if one.maker]
        if chassis and chassis[0].maker:
            return _witness("entPhysicalMfgName", chassis[0].maker)
        for source, oid in (
            ("upsIdentManufacturer", snmp_walk.UPS + "1.0"),
            ("lldpXMedLocMfgName", snmp_walk.LLDP + "5.4795.1.2.6.0"),
        ):
            found = _witness(source, written(self.walk.values.get(oid)))
            if found:
                return found
        docsis = _DOCSIS_VENDOR.search(self.descr or "")
        return _witness("sysDescr VENDOR", written(docsis[1])) if docsis else None

    def _object_id(self) -> Witness | None:
        stated = self.walk.text(snmp_walk.SYS_OBJECT_ID) or self.walk.text(snmp_walk.SYS_OBJECT_ID[:-2])
        oid = (stated or "").lstrip(".")
        if not oid.startswith(_ENTERPRISES):
            return None
        found = self.registry.of_enterprise(oid[len(_ENTERPRISES) :])
        return Witness(OBJECT_ID, oid, found) if found else None

    def _named(self) -> list[Witness]:
        found = self.registry.named_in(_HOST_NAME.sub(r"\1 ", self.descr)) if self.descr else []
        return [Witness("sysDescr", one.vendor.name, one.vendor, one.at_head, one.weak) for one in found]

    def _engine(self) -> tuple[Witness | None, Witness | None]:
        octets = self.walk.values.get(snmp_walk.ENGINE_ID)
        one = read_engine_id(_octets(octets)) if octets else None
        if one is None or one.fault:
            return None, None
        vendor = self.registry.of_enterprise(str(one.enterprise))
        text = f"of enterprise {one.enterprise}"
        engine = Witness("snmpEngineID", text, vendor) if vendor and vendor.names_maker else None
        holder = self.registry.of_mac(one.mac) if one.mac else None
        mac = Witness("snmpEngineID", f"with a MAC of {one.mac.hex()[:6]}", holder) if holder and one.mac else None
        return engine, mac if mac and mac.vendor.names_maker else None

    def _own_objects(self) -> Witness | None:
        """The one enterprise, apart from those whose objects many have, that the walk has objects of."""
        numbers = [number for number in self.walk.enterprises if number not in _BORROWED]
        if not numbers and self.walk.enterprises.get(9):
            numbers = [9]
        found = []
        for number in numbers:
            vendor = self.registry.of_enterprise(str(number))
            if vendor and vendor.names_maker:
                found.append(Witness("objects", f"of enterprise {number}", vendor))
        return found[0] if len({one.vendor.vendor_id for one in found}) == 1 and found[0].vendor.listed else None

    def _addresses(self) -> Witness | None:
        """The one holder of the MAC prefixes of ports and bridge, makers of chips and of hosts' software apart."""
        octets = list(self.walk.table(snmp_walk.PHYSICAL_ADDRESS).values())
        octets += [self.walk.values.get(oid, b"") for oid in (snmp_walk.BRIDGE_ADDRESS, snmp_walk.LLDP + "3.2.0")]
        found: Counter[str] = Counter()
        by_id: dict[str, VendorName] = {}
        for mac in {one for one in (_mac(data) for data in octets) if one}:
            vendor = self.registry.of_mac(mac)
            if vendor and vendor.vendor_id and vendor.use not in (CHIP, PART, AGENT, CONTRACT, SOFTWARE):
                found[vendor.vendor_id] += 1
                by_id[vendor.vendor_id] = vendor
        if len(found) != 1:
            return None
        vendor = by_id[next(iter(found))]
        return Witness("MAC addresses", f"of {vendor.name}", vendor)


def _mac(data: bytes) -> bytes | None:
    """Six octets, as they are or written: `00e0.fc11.2233`, `00-E0-FC-11-22-33`, or without zeros `0:e0:fc:1:2:3`."""
    if len(data) == 6:
        return data
    if not 11 <= len(data) <= 17:
        return None
    pairs = [pair.zfill(2) for pair in data.split(b":")]
    digits = b"".join(pairs) if len(pairs) == 6 else re.sub(rb"[-.: ]", b"", data)
    return bytes.fromhex(digits.decode()) if re.fullmatch(rb"[0-9A-Fa-f]{12}", digits) else None


def _octets(data: bytes) -> bytes:
    """Octets, also where a walk wrote them as text: `80 00 1F 88`."""
    digits = data.replace(b" ", b"").replace(b":", b"")
    spaced = re.fullmatch(rb"(?:[0-9A-Fa-f]{2}[ :])+[0-9A-Fa-f]{2}[ :]?", data)
    return bytes.fromhex(digits.decode()) if spaced else data


def _witness(source: str, text: str | None) -> Witness | None:
    found = maker_of(text)
    return Witness(source, text, found) if found and text else None


def maker_of(text: str | None) -> VendorName | None:
    """Who is meant by a maker's name in an inventory: of `CISCO-FINISAR`, as Cisco codes its optics, the optic's maker.

    Null for what is no name: a number, a model, an id of a bus.
    """
    if text is None or _PART_NUMBER.match(text) or text.upper() == "CISCO-EQUIV":
        return None
    registry = vendor_registry()
    coded = _CODED.match(text.upper())
    if coded is not None:
        return registry.of_text(coded[1] if len(coded[1]) > 3 else "Cisco")
    return registry.of_text(text)


# Parts


@dataclass(slots=True)
class _Entity:
    """A row of entPhysicalTable."""

    index: int
    descr: str | None = None
    parent: int = 0
    kind: str | None = None
    name: str | None = None
    maker: str | None = None
    model: str | None = None


def _rows(walk: snmp_walk.Walk, prefix: str) -> dict[str, dict[str, bytes]]:
    """The rows of a table by index, each by column."""
    rows: dict[str, dict[str, bytes]] = {}
    for tail, data in walk.table(prefix).items():
        column, _, index = tail.partition(".")
        rows.setdefault(index, {})[column] = data
    return rows


def _entities(walk: snmp_walk.Walk) -> dict[int, _Entity]:
    found = {}
    for index, row in _rows(walk, snmp_walk.ENTITY).items():
        text = {column: snmp_walk.decoded(row.get(column, b"")) for column in ("2", "4", "5", "7")}
        found[int(index)] = _Entity(
            int(index),
            descr=text["2"] or None,
            parent=int(text["4"]) if text["4"].lstrip("-").isdecimal() else 0,
            kind=CLASSES.get(int(text["5"])) if text["5"].isdecimal() else None,
            name=text["7"] or None,
            maker=written(row.get("12")),
            model=written(row.get("13")),
        )
    return found


def _chassis(entities: dict[int, _Entity]) -> list[_Entity]:
    """The chassis, outermost first; where none is marked, what is held by nothing."""
    marked = [one for one in entities.values() if one.kind == "chassis"]
    if not marked:
        outermost = [one for one in entities.values() if one.parent == 0 and one.kind in (None, "stack", "module")]
        marked = [one for one in outermost if _part_kind(one) != "optic"]
    return sorted(marked, key=lambda one: (one.parent != 0, one.index))


def _parts(entities: dict[int, _Entity], device: DevicePart, *, locator: str) -> Iterator[DevicePart]:
    whole = [one for one in _chassis(entities) if one.kind == "chassis"]
    alone = whole[0].index if len(whole) == 1 else None
    own = {one.maker for one in _chassis(entities)}
    kept = {index: one for index, one in sorted(entities.items()) if index != alone and _is_part(one, own)}
    names = _part_names(kept)
    for index, one in kept.items():
        found = maker_of(one.maker)
        named = found if found and found.vendor_id else None
        if named and device.vendor_id and one.maker in own:
            # What bears the name on the chassis is of the chassis's vendor: `ALCATEL` may be either heir of Alcatel.
            named = VendorName(device.vendor_id, named.name, named.use, named.owner_id)
        evidence, confidence = _part_evidence(one, named)
        yield DevicePart(
            device_id=device.device_id,
            part=names[index],
            vendor_id=named.vendor_id if named else None,
            vendor_text=one.maker,
            model=one.model,
            evidence=evidence,
            confidence=confidence,
            parent=_holder(one, entities, names),
            kind=_part_kind(one),
            facts=(("brand_of", named.owner_id),) if named and named.owner_id else (),
            locator=f"{locator}, entPhysicalIndex {index}",
        )


def _is_part(one: _Entity, own: set[str | None]) -> bool:
    """Whether a row is something that can be swapped: a module and its like, an optic, or what another maker made."""
    if one.kind in _ALWAYS_PARTS or _part_kind(one) == "optic":
        return True
    found = maker_of(one.maker) if one.maker not in own else None
    return found is not None and found.vendor_id is not None


def _part_kind(one: _Entity) -> str | None:
    words = " ".join(filter(None, (one.descr, one.name, one.model)))
    may_be = one.kind in ("module", "port", None) and (one.maker or one.model)
    return "optic" if may_be and _OPTIC.search(words) else one.kind


def _part_names(kept: dict[int, _Entity]) -> dict[int, str]:
    """A name for each part that no other has."""
    wished = {index: one.name or one.descr or one.kind or "part" for index, one in kept.items()}
    often = Counter(wished.values())
    return {
        index: f"{name} #{index}" if often[name] > 1 or name.casefold() in ("chassis", "device") else name
        for index, name in wished.items()
    }


def _holder(one: _Entity, entities: dict[int, _Entity], names: dict[int, str]) -> str | None:
    seen = {one.index}
    at = one.parent
    while at in entities and at not in seen:
        if at in names:
            return names[at]
        seen.add(at)
        at = entities[at].parent
    return None


def _part_evidence(one: _Entity, named: VendorName | None) -> tuple[str, str]:
    if named is not None:
        return f"entPhysicalMfgName {one.maker}", MEDIUM if named.use in (CHIP, CONTRACT) else HIGH
    if one.maker:
        return f"entPhysicalMfgName {one.maker} is no maker's name", NONE
    return "No maker is named", NONE


# Neighbours


def _lldp_links(walk: snmp_walk.Walk, device_id: str, *, locator: str) -> Iterator[DeviceLink]:
    local = _local_ports(walk)
    first = {"id": "5", "port": "7", "port_descr": "8", "name": "9", "descr": "10", "kind": "6", "id_kind": "4"}
    second = {"id": "6", "port": "8", "port_descr": "9", "name": "10", "descr": "11", "kind": "7", "id_kind": "5"}
    for prefix, columns in ((snmp_walk.LLDP_REMOTE, first), (snmp_walk.LLDP_V2_REMOTE, second)):
        for index, row in _rows(walk, prefix).items():
            steps = index.split(".")
            port = steps[1] if len(steps) > 2 else None
            found = {word: row.get(column, b"") for word, column in columns.items()}
            target = snmp_walk.decoded(found["name"]) or _identity(found["id"])
            if target:
                yield DeviceLink(
                    source_device=device_id,
                    source_port=local.get(port or "", port),
                    target_device=target,
                    target_port=_port(found["port"], found["kind"]) or snmp_walk.decoded(found["port_descr"]) or None,
                    evidence="LLDP",
                    target_vendor_id=_neighbour_vendor(snmp_walk.decoded(found["descr"])),
                    locator=f"{locator}, {prefix}{index}",
                )


def _local_ports(walk: snmp_walk.Walk) -> dict[str, str]:
    """Names of local ports by number: the port's id, or its description where the id is a MAC address."""
    ids: dict[str, str] = {}
    described: dict[str, str] = {}
    for tail, data in walk.table(snmp_walk.LLDP_PORTS).items():
        column, _, port = tail.partition(".")
        text = snmp_walk.decoded(data)
        if column == "4":
            described[port] = text
        elif text.isprintable() and _mac(data) is None and not text.isdecimal():
            ids[port] = text
    return {port: text for port, text in (described | ids).items() if text}


def _identity(data: bytes) -> str | None:
    """A chassis id as text: a MAC address with colons, else what stands there."""
    mac = _mac(data)
    if mac is not None and not (len(data) == 6 and data.isalnum()):
        return mac.hex(":")
    text = snmp_walk.decoded(data)
    return text if text.isprintable() and text else (data.hex(":") or None)


def _port(data: bytes, kind: bytes) -> str | None:
    if snmp_walk.decoded(kind) == "3" and (mac := _mac(data)) is not None:
        return mac.hex(":")
    text = snmp_walk.decoded(data)
    return text if text.isprintable() and text else (data.hex(":") or None)


def _neighbour_vendor(text: str) -> str | None:
    """Whom a neighbour names in its description; its MAC address names the maker of a port, so nobody."""
    named = [one for one in vendor_registry().named_in(_HOST_NAME.sub(r"\1 ", text[:LONGEST_TEXT])) if not one.weak]
    if not named:
        return None
    alone = len({one.vendor.vendor_id for one in named}) == 1
    return named[0].vendor.vendor_id if alone or named[0].at_head else None


def _cdp_links(walk: snmp_walk.Walk, device_id: str, *, locator: str) -> Iterator[DeviceLink]:
    for index, row in _rows(walk, snmp_walk.CDP).items():
        target = _identity(row.get("6", b""))
        if target:
            words = " ".join(filter(None, (snmp_walk.decoded(row.get("8", b"")), snmp_walk.decoded(row.get("5", b"")))))
            yield DeviceLink(
                source_device=device_id,
                source_port=f"ifIndex {index.split('.')[0]}",
                target_device=target,
                target_port=snmp_walk.decoded(row.get("7", b"")) or None,
                evidence="CDP",
                target_vendor_id=_neighbour_vendor(words),
                locator=f"{locator}, {snmp_walk.CDP}{index}",
            )
