"""Whom an observation names: enterprise numbers, MAC prefixes and texts by the registry of vendors, and ids in common.

An engine id names the holder of its enterprise number. It names nobody where the number is unassigned, belongs to an
agent of hosts, to reference software of chips or to a body of standards, or where the id is no engine's own. A MAC
address in it is evidence of its own, of who made the board: where it names somebody else, both are kept and the text
says so.

**Ids in common.** The addresses of one router share an engine id, and those are the aliases that are looked for, also
in address space of several networks, since a link between two networks is numbered by one of them. An id that several
devices of several networks share was copied from a manual or a configuration, and is no evidence. Two devices are told
by how often they were started and by the instant of their last start: those agree for the addresses of one device
(Albakour et al., IMC 2021) and not for two. Where an address states neither, an id with a MAC address that its maker
holds is taken for one device, any other for several. A maker's own default (`80003a8c04` of MikroTik holds nothing
beyond its number) tells no devices apart, but names the maker, as only its software writes it.
"""

import math
import re
from array import array
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import polars as pl

from provenet.core.errors import visible
from provenet.ingest.network import vendors
from provenet.ingest.network.engine_id import EngineId
from provenet.ingest.sightings import sighting
from provenet.ingest.sightings.recog import Hit, RecogPatterns

START_TOLERANCE_S = 60.0
"""How far the starts of one engine may lie apart, as its answers to several addresses give them."""


AGAINST = "; against it: "
"""What stands in the words for a vendor between its name and what speaks against it."""


@dataclass(frozen=True, slots=True)
class Naming:
    """Whom something names: the vendor, or why nobody; and the organisation as the registry writes it."""

    vendor_id: str | None
    text: str | None
    because: str | None = None


def naming_of_engine(engine: EngineId, on: date | None) -> Naming:
    """Whom an engine id names by its enterprise number, with what its MAC address says against it."""
    if engine.names_enterprise:
        return _naming_of_engine(engine.enterprise, engine.macs, on)
    is_default = engine.fault == "a default that software ships"
    return Naming(None, None, "a default engine id" if is_default else f"no engine id of its own: {engine.fault}")


@lru_cache(maxsize=1 << 16)
def _naming_of_engine(number: int, macs: tuple[bytes, ...], on: date | None) -> Naming:
    named = naming_of_number(str(number), on)
    if named.vendor_id is None:
        return named
    registry = vendors.vendor_registry()
    mac = chosen_mac(macs, named.vendor_id, on)
    holder = None if mac is None else registry.of_mac(mac, on)
    if holder is None or holder.vendor_id is None or registry.are_related(holder.vendor_id, named.vendor_id):
        return named
    if holder.vendor_id.split("-")[0] == named.vendor_id.split("-")[0]:
        return named
    return Naming(named.vendor_id, f"{named.text}{AGAINST}the MAC address is assigned to {holder.name}")


def chosen_mac(macs: tuple[bytes, ...], vendor_id: str | None, on: date | None) -> bytes | None:
    """The MAC address in an id: the only one, or of two that a padded id may hold the one with a holder.

    Where both have holders, the one whose holder is the vendor; null where neither or both are.
    """
    if len(macs) < 2:
        return macs[0] if macs else None
    registry = vendors.vendor_registry()
    known = [(mac, holder.vendor_id) for mac in macs if (holder := registry.of_mac(mac, on)) is not None]
    for some in ([mac for mac, holder in known if holder == vendor_id], [mac for mac, _ in known]):
        if len(some) == 1:
            return some[0]
    return None


@lru_cache(maxsize=1 << 14)
def naming_of_number(arc: str, on: date | None) -> Naming:
    """Whom an enterprise number, or an arc below it, names."""
    registry = vendors.vendor_registry()
    number = arc.split(".")[0]
    holder = registry.organisation(int(number)) if number.isdecimal() and len(number) < 11 else None
    if holder is None:
        return Naming(None, None, f"the enterprise number {number} is not assigned")
    return _naming(registry.of_enterprise(arc, on), holder)


_NO_MAKER = {
    vendors.CHIP: "a maker of chips and their reference software, not a router vendor",
    vendors.PART: "a maker of parts, not a router vendor",
    vendors.CONTRACT: "a maker of devices that others sell",
    vendors.UNSETTLED: "the name went from owner to owner, and the day is not known",
}


def _naming(found: vendors.VendorName | None, holder: str) -> Naming:
    """What a name of the registry comes to."""
    if found is None:
        return Naming(None, holder, f"{holder}: no name of a vendor")
    if found.use == vendors.AGENT:
        name = found.basis.partition(";")[0] or holder
        return Naming(None, holder, f"{name}: an agent of hosts, not a router vendor")
    if found.use == vendors.STANDARD:
        return Naming(None, holder, f"{holder}: {found.basis}, not a router vendor")
    if found.use in _NO_MAKER:
        return Naming(None, holder, f"{holder}: {_NO_MAKER[found.use]}")
    return Naming(found.vendor_id, holder, None if found.vendor_id else f"{holder}: no name of a vendor")


@lru_cache(maxsize=1 << 14)
def naming_of_mac(mac: bytes, on: date | None) -> Naming:
    """Whom the prefix of a MAC address names: six octets, or the first three."""
    if mac[0] & 3:
        return Naming(None, None, "a MAC address that no registry gives out")
    registry = vendors.vendor_registry()
    whole = mac.ljust(6, b"\0")
    if len(mac) < 6 and registry.is_parted(mac):
        return Naming(None, None, "a block of MAC addresses that is given out in smaller ones")
    holder = registry.prefix_holder(whole)
    if holder is None:
        return Naming(None, None, "a MAC prefix that is not assigned")
    found = registry.of_mac(whole, on)
    if found is not None and found.use == vendors.SOFTWARE:
        return Naming(None, holder, f"{holder}: the MAC address of a virtual machine, which has no maker")
    return _naming(found, holder)


@lru_cache(maxsize=1 << 14)
def naming_of_text(text: str) -> Naming:
    """Whom a running text of a device names, by names of makers at its head."""
    mentions = [one for one in vendors.vendor_registry().named_in(text) if not one.weak]
    first = next((one for one in mentions if one.at_head), mentions[0] if mentions else None)
    if first is None:
        return Naming(None, None, "the text names no maker that is known")
    return _naming(first.vendor, first.vendor.name)


_BELOW_ENTERPRISES = re.compile(
    r"(?:\.?1\.3\.6\.1\.4\.1|iso\.3\.6\.1\.4\.1|(?:SNMPv2-SMI::)?enterprises)\.([0-9]+(?:\.[0-9]+)*)"
)


def naming_of_object_id(text: str, on: date | None) -> Naming:
    """Whom a sysObjectID names, as numbers or as net-snmp writes it: `SNMPv2-SMI::enterprises.9.1.1`."""
    hit = _BELOW_ENTERPRISES.match(text)
    if hit is None:
        return Naming(None, None, "the object id stands below no enterprise")
    return naming_of_number(hit[1], on)


@dataclass(frozen=True, slots=True)
class _Shared:
    """The addresses of one id: how many, of how many networks, and what tells one device from several.

    `stating` counts the addresses whose answers state anything of the engine's starts.
    """

    addresses: int
    networks: int
    boots: int
    earliest: float | None
    latest: float | None
    stating: int


class SharedIds:
    """Engine ids that addresses of several networks share: filled by a first reading of a file, asked by a second.

    It holds 42 octets an answer: digests of 64 bits of the id, the address and the network, the boots and the start.
    """

    def __init__(self) -> None:
        self._ids, self._addresses, self._networks = array("q"), array("q"), array("q")
        self._boots, self._starts, self._states = array("q"), array("d"), array("b")
        self._shared: dict[int, _Shared] | None = None

    def add(self, one: sighting.Observation) -> None:
        """Takes an observation of an engine into account."""
        octets, context = one.engine_octets, one.context
        if octets is None or one.engine is None or not one.engine.names_enterprise:
            return
        start = one.started_at
        if start is None and context.heard_at is not None and one.time_s:
            start = context.heard_at - one.time_s
        self._ids.append(hash(octets))
        self._addresses.append(hash(context.address))
        self._networks.append(context.asn if context.asn is not None else hash(sighting.block_of(context.address)))
        self._boots.append(-1 if one.boots is None else one.boots)
        self._starts.append(math.nan if start is None else start)
        self._states.append(start is not None or bool(one.boots) or bool(one.time_s))
        self._shared = None

    def why_none(self, octets: bytes, engine: EngineId) -> str | None:
        """Why an id is no evidence of anybody's vendor; null where it is."""
        if self._shared is None:
            self._shared = self._settled()
        shared = self._shared.get(hash(octets))
        if shared is None or engine.fault == "nothing tells it from another engine" or not _are_several(shared, engine):
            return None
        return f"{shared.addresses:,} addresses of {shared.networks:,} networks share this engine id"

    def _settled(self) -> dict[int, _Shared]:
        """The ids whose addresses lie in several networks."""
        answers = pl.DataFrame(
            {
                "id": pl.Series(self._ids, dtype=pl.Int64),
                "address": pl.Series(self._addresses, dtype=pl.Int64),
                "network": pl.Series(self._networks, dtype=pl.Int64),
                "boots": pl.Series(self._boots, dtype=pl.Int64),
                "start": pl.Series(self._starts, dtype=pl.Float64),
                "states": pl.Series(self._states, dtype=pl.Int8).cast(pl.Boolean),
            }
        ).lazy()
        stated = pl.col("states") & (pl.col("boots") >= 0)
        start = pl.col("start").fill_nan(None)
        found = answers.group_by("id").agg(
            addresses=pl.col("address").n_unique(),
            networks=pl.col("network").n_unique(),
            boots=pl.col("boots").filter(stated).n_unique(),
            earliest=start.min(),
            latest=start.max(),
            stating=pl.col("address").filter(pl.col("states")).n_unique(),
        )
        return {digest: _Shared(*rest) for digest, *rest in found.filter(pl.col("networks") > 1).collect().iter_rows()}


def _are_several(shared: _Shared, engine: EngineId) -> bool:
    """Whether the addresses belong to several devices, as far as their starts tell."""
    apart = 0.0 if shared.earliest is None or shared.latest is None else shared.latest - shared.earliest
    if shared.boots > 1 or apart > START_TOLERANCE_S:
        return True
    is_told = shared.stating == shared.addresses
    return not (is_told or any(vendors.vendor_registry().prefix_holder(mac) for mac in engine.macs))


def sightings_of(
    one: sighting.Observation, shared: SharedIds, patterns: RecogPatterns | None = None
) -> list[sighting.Sighting]:
    """The items of evidence in an observation: its own, and the MAC address in an engine id.

    `patterns` read texts of devices; without them, names of makers in a text do.
    """
    on = date.fromisoformat(one.context.seen_on) if one.context.seen_on else None
    if one.kind != sighting.SNMP_ENGINE or one.engine is None:
        return [_sighting(one, one.kind, one.value, naming=_naming_of(one, on, patterns))]
    engine = one.engine
    named = naming_of_engine(engine, on)
    because = None if one.engine_octets is None else shared.why_none(one.engine_octets, engine)
    if because is not None and named.vendor_id is not None:
        named = Naming(None, named.text, because)
    made = [_sighting(one, sighting.SNMP_ENGINE, one.value, naming=named)]
    mac = chosen_mac(engine.macs, named.vendor_id, on)
    if mac is None:
        return made
    board = naming_of_mac(mac, on)
    if named.vendor_id is None and board.vendor_id is not None:
        board = Naming(None, board.text, because or "the agent names no maker of routers, so its board need not either")
    return [*made, _sighting(one, sighting.MAC_ADDRESS, mac_text(mac), naming=board)]


def sightings_in_address(context: sighting.Context) -> list[sighting.Sighting]:
    """The MAC prefix that stands in an EUI-64 address."""
    if context.mac_prefix is None:
        return []
    on = date.fromisoformat(context.seen_on) if context.seen_on else None
    one = sighting.Observation(context=context, kind=sighting.MAC_ADDRESS, value=mac_text(context.mac_prefix))
    return [_sighting(one, sighting.MAC_ADDRESS, one.value, naming=naming_of_mac(context.mac_prefix, on))]


def _naming_of(one: sighting.Observation, on: date | None, patterns: RecogPatterns | None) -> Naming:
    if one.kind == sighting.MAC_ADDRESS:
        return naming_of_mac(bytes.fromhex(one.value.replace(":", "")), on)
    if one.kind == sighting.SNMP_ENGINE:
        return Naming(None, None, "the answer has no engine id")
    if one.kind == sighting.FEATURES:
        return Naming(None, None, "features of replies name nobody without signatures")
    hit = None if patterns is None else patterns.hit(one.service, one.value)
    if hit is not None:
        return naming_of_hit(hit, on)
    if one.kind == sighting.SYS_OBJECT_ID:
        return naming_of_object_id(one.value, on)
    if one.kind == sighting.SYS_DESCR:
        return naming_of_text(one.value)
    return Naming(None, None, "no pattern fits the text" if patterns else "a greeting names nobody without patterns")


def naming_of_hit(hit: Hit, on: date | None) -> Naming:
    """Whom a pattern names: a maker of hardware, or of a system that is known to be a maker's own."""
    if hit.maker is None:
        return Naming(None, None, f"the pattern of {hit.description!r} names no maker")
    found = vendors.vendor_registry().of_text(hit.maker, on)
    if found is None:
        return Naming(None, hit.maker, f"{hit.maker}: no name of a vendor")
    if not found.listed and "hw.vendor" not in hit.values:
        return Naming(None, hit.maker, f"{hit.maker}: a maker of systems for any hardware, or of no router")
    return _naming(found, hit.maker)


def mac_text(mac: bytes) -> str:
    """The first three octets of a MAC address, which tell its maker and no device.

    >>> mac_text(bytes.fromhex("00e0fc123456"))
    '00:e0:fc'
    """
    return mac[:3].hex(":")


def _sighting(one: sighting.Observation, kind: str, value: str, *, naming: Naming) -> sighting.Sighting:
    context, is_engine = one.context, kind == sighting.SNMP_ENGINE
    return sighting.Sighting(
        address=context.address,
        kind=kind,
        value=visible(value),
        vendor_id=naming.vendor_id,
        vendor_text=None if naming.text is None else visible(naming.text),
        no_vendor_because=None if naming.because is None else visible(naming.because),
        engine_boots=one.boots if is_engine else None,
        engine_time_s=one.time_s if is_engine else None,
        country=context.country,
        asn=context.asn,
        network_name=None if context.network_name is None else visible(context.network_name),
        seen_on=context.seen_on,
        locator=context.locator,
    )
