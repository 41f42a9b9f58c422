"""Devices and parts of an inventory as rows of a case: assets, their sites, and the vendors that no row describes yet.

An inventory does not say in whose network it stands, and rarely what a device is in words of rules: the carrier comes
from a mapping beside the file, the asset class from the role, by the rule of `ROLE_CLASSES` or by the mapping. What is
not in service is left out and counted. One fault is told for each thing that is missing, with how many devices it is.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from provenet.case.parties import CARRIER, VENDOR, PartyNames, known_names
from provenet.case.sites import NETWORK
from provenet.core.countries import countries
from provenet.core.errors import Fault, FaultList
from provenet.core.ids import slug
from provenet.core.wording import count, series
from provenet.ingest.mapping_beside import MappingBeside, place_beside
from provenet.ingest.network.devices import DeviceLink, DevicePart
from provenet.ingest.network.network_rows import LinkRows, PlacedDevice
from provenet.ingest.rows import made_row

NOT_IN_SERVICE = frozenset({"planned", "staged", "staging", "inventory", "decommissioned", "retired", "available"})
"""States in which a device forwards nothing; `offline` and `failed` may end any moment, so such devices stay."""
ROLE_CLASSES: tuple[tuple[str, str], ...] = (
    ("core.user_plane", r"upf|pgw( u)?|sgw( u)?|ggsn|packet gateway"),
    ("core.control_plane", r"amf|smf|mme|sgsn|ausf|nrf|nssf|pcf|pcrf|msc|ims|cscf|core network"),
    ("core.subscriber_data", r"hss|hlr|udm|udr|subscriber data"),
    ("ran.controller", r"rnc|bsc|ran controller|radio controller"),
    ("ran.baseband", r"bbu|baseband( unit)?|(v|o)?(du|cu)|distributed unit|central unit"),
    (
        "ran.radio",
        r"(e|g)?node ?b|[eg]nb|bts|base station|rru|rrh|aau|radio( unit| head)?|remote radio (unit|head)|cell",
    ),
    ("ran.antenna", r"antenna"),
    ("transport.microwave", r"microwave( radio| link)?|radio link|mw link"),
    ("transport.optical", r"d?wdm|cwdm|roadm|transponder|muxponder|optical( transport| amplifier| line)?|otn|sdh|edfa"),
    ("access_fixed.olt", r"olt|optical line terminal"),
    ("access_fixed.ont", r"ont|onu"),
    ("access_fixed", r"dslam|msan|cmts|access node"),
    ("cpe.router", r"cpe|modem|residential gateway|home gateway|customer (premises )?(router|equipment)"),
    ("security.function", r"firewall|fw|ips|ids|session border controller|sbc"),
    ("video.camera", r"camera|cctv"),
    ("mgmt.oss", r"oss|nms|ems|network management|management system"),
    ("transport.router", r"router|bng|bras|pe|lsr|route reflector|border|provider edge|label switch router"),
    ("transport", r"switch|leaf|spine|aggregation|bridge|media converter"),
)
"""The class that a role names, the first whose words end the role or stand in it: "Core Router" is a router."""
_FORMS = tuple((name, re.compile(rf"\b(?:{words})s?\b")) for name, words in ROLE_CLASSES)
OF_ADDRESS = "the file that --mapping names"
_MARKS = re.compile(r"[^a-z0-9]+")
_KEYS = ("layout", "says", "prefix", "constants", "classes", "carriers")
_CONSTANTS = ("carrier_id", "country", "asset_class", "network", "observed_on")


@dataclass(frozen=True)
class InventoryMapping:
    """What a mapping says of an inventory. `place` is its name, for messages."""

    place: str
    prefix: str = ""
    constants: Mapping[str, str] = field(default_factory=dict)
    classes: Mapping[str, str] = field(default_factory=dict)
    carriers: Mapping[str, str] = field(default_factory=dict)


def class_of_role(role: str | None) -> str | None:
    """The asset class that a role names; None where it names none.

    >>> class_of_role("Core Router"), class_of_role("access-switch"), class_of_role("eNodeB"), class_of_role("Server")
    ('transport.router', 'transport', 'ran.radio', None)
    """
    words = _MARKS.sub(" ", (role or "").lower()).strip()
    return next((name for name, form in _FORMS if form.search(words)), None)


def read_inventory_mapping(
    name: str, data: bytes | None, faults: FaultList, *, at_address: bool = False
) -> InventoryMapping:
    """The mapping of an inventory, or the defaults. Every fault goes to `faults`. Cost O(entries).

    A file has its mapping beside it; one that was read at an address has that which the call names.
    """
    place = OF_ADDRESS if at_address else place_beside(name)
    beside = MappingBeside(place, data, _KEYS, faults=faults)
    constants = beside.pairs("constants", _CONSTANTS)
    beside.check_day(constants)
    return InventoryMapping(
        place,
        prefix=str(beside.document.get("prefix") or ""),
        constants=constants,
        classes={_folded(role): name for role, name in beside.pairs("classes").items()},
        carriers={_folded(one): name for one, name in beside.pairs("carriers").items()},
    )


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


class AssetRows:
    """Makes the rows of one inventory. What is missing is gathered and told once, by `tell`."""

    def __init__(
        self, name: str, file_id: str, names: PartyNames, *, declared: InventoryMapping, faults: FaultList
    ) -> None:
        self.name, self.file_id, self.names, self.declared, self.faults = name, file_id, names, declared, faults
        self._built_in = known_names()
        self.parties: dict[str, tuple[str, str]] = {}
        self.sites: dict[str, dict[str, object]] = {}
        self.left_out: Counter[str] = Counter()
        self.placed: dict[str, PlacedDevice] = {}
        self.out_of_service: set[str] = set()
        self.assumed: Counter[tuple[str, str]] = Counter()
        self._missing: dict[tuple[str, str], list[str]] = {}
        self._carriers: dict[tuple[str, str | None], str | None] = {}
        self._vendors: dict[tuple[str | None, str | None], str | None] = {}
        self._device: dict[str, object] | None = None
        self._device_id = ""

    def rows(self, parts: Iterable[DevicePart]) -> list[dict[str, object]]:
        """The assets of devices and their parts, each device before its parts. Cost O(parts)."""
        return [made for part in parts if (made := self._row(part)) is not None]

    def _row(self, part: DevicePart) -> dict[str, object] | None:
        is_device = part.is_device or part.device_id != self._device_id
        status = _folded(part.status or "")
        if not part.unit_count:
            self.left_out["a type without a device"] += 1
            return None
        if is_device:
            self._device_id = part.device_id
            self._device = None if status in NOT_IN_SERVICE else self._common(part)
        if status in NOT_IN_SERVICE:
            self.left_out[status] += 1
            if is_device:
                self.out_of_service.add(part.device_id)
            return None
        if self._device is None:
            return None
        own_id = part.device_id if part.is_device else f"{part.device_id}/{part.part}"
        stated = {
            **self._device,
            "asset_id": f"{self.declared.prefix}{own_id}",
            "layer": "hardware" if part.is_device else "component",
            "vendor_id": self._vendor(part),
            "origin_country": part.origin_country,
            "unit_count": part.unit_count,
            "model": part.model,
            "part": None if part.is_device else part.part,
            "part_of": None if part.is_device else f"{self.declared.prefix}{part.device_id}",
            "vendor_says": part.vendor_text,
            "vendor_evidence": part.evidence or None,
            "vendor_confidence": part.confidence,
            "note": _note(part),
        }
        if any(stated[column] is None for column in ("carrier_id", "country", "asset_class")):
            return None
        if is_device:
            self.placed[part.device_id] = PlacedDevice(
                asset_id=f"{self.declared.prefix}{part.device_id}",
                carrier_id=str(stated["carrier_id"]),
                country=str(stated["country"]),
                also=(part.system_name,) if part.system_name and part.system_name != part.device_id else (),
                lat_deg=part.lat_deg,
                lon_deg=part.lon_deg,
            )
        return made_row("asset", stated, self.file_id, locator=part.locator or self.name)

    def _common(self, part: DevicePart) -> dict[str, object]:
        """What a device shares with its parts: whose it is, where, and what it is there for."""
        stated = part.country or self.declared.constants.get("country")
        country = countries().name(stated) if stated else None
        if country is None:
            self._lacks("country", stated or "", part)
        carrier = self._carrier(part, country)
        return {
            "carrier_id": carrier,
            "country": country,
            "asset_class": self._class(part),
            "site_id": self._site(part, carrier, country),
        }

    def _class(self, part: DevicePart) -> str | None:
        role = part.role or part.kind or ""
        declared = self.declared
        found = declared.classes.get(_folded(role))
        if found is None and (found := class_of_role(role)) is not None:
            self.assumed[role, found] += 1
        found = found or declared.constants.get("asset_class")
        if found is None:
            self._lacks("asset_class", role, part)
        return found

    def _carrier(self, part: DevicePart, country: str | None) -> str | None:
        named = self.declared.carriers.get(_folded(part.tenant or "")) or self.declared.constants.get("carrier_id")
        if named is None:
            self._lacks("carrier_id", part.tenant or "", part)
            return None
        key = named, country
        if key not in self._carriers:
            # A carrier's equipment also stands where the carrier has no name of its own.
            self._carriers[key] = self.names.carrier(named, country) or self.names.find(named, CARRIER)
            if self._carriers[key] is None:
                self.faults.add(self.names.refusal(named, CARRIER, place=self.declared.place, column="carrier_id"))
        return self._carriers[key]

    def _vendor(self, part: DevicePart) -> str | None:
        """The party that a part's vendor is: one that is known, else one that the inventory introduces."""
        key = part.vendor_id, part.vendor_text
        if key not in self._vendors:
            self._vendors[key] = self._party(part)
        return self._vendors[key]

    def _party(self, part: DevicePart) -> str | None:
        if part.vendor_id is None:
            return None
        known = self.names.find(part.vendor_id, VENDOR)
        if known is None and part.vendor_text and not self._built_in.find(part.vendor_text, VENDOR):
            # A name that the case lists itself; what bundled names mean, the vendor's id was chosen with.
            known = self.names.find(part.vendor_text, VENDOR)
        if known is not None:
            return known
        self.parties.setdefault(part.vendor_id, (part.vendor_text or part.vendor_id, part.locator or self.name))
        return part.vendor_id

    def _site(self, part: DevicePart, carrier: str | None, country: str | None) -> str | None:
        if part.site is None or carrier is None or country is None:
            return None
        site = slug(f"{carrier} {part.site}")
        if site not in self.sites:
            self.sites[site] = {
                "site_id": site,
                "name": part.site,
                "country": country,
                "lat_deg": None if part.lat_deg is None else round(part.lat_deg, 1),
                "lon_deg": None if part.lon_deg is None else round(part.lon_deg, 1),
                "site_kind": NETWORK,
                "carrier_id": carrier,
            }
        return site

    def _lacks(self, column: str, value: str, part: DevicePart) -> None:
        self._missing.setdefault((column, value), []).append(part.device_id)

    def tell(self) -> list[str]:
        """Adds one fault for each thing that nothing gives, and returns what was left out or taken by rule."""
        for (column, value), devices in sorted(self._missing.items()):
            self.faults.add(self._lack(column, value, devices))
        remarks = []
        if self.left_out:
            states = series(f"{number:,} {state}" for state, number in sorted(self.left_out.items()))
            remarks.append(f"Not in service by their status, and left out: {states}.")
        if self.assumed:
            roles = series(f"{role} ({number:,}) {name}" for (role, name), number in sorted(self.assumed.items()))
            way_out = f"[classes] in {self.declared.place} says otherwise"
            remarks.append(f"Asset classes by the words of roles: {roles}; {way_out}.")
        return remarks

    def _lack(self, column: str, value: str, devices: list[str]) -> Fault:
        of = count(len(devices), "device")
        text = f"nothing gives {column} for {of}, first {devices[0]}"
        table, key, example = {
            "carrier_id": ("constants", "carrier_id", "vodafone-germany"),
            "country": ("constants", "country", "Germany"),
            "asset_class": ("classes", value or "role", "transport.router"),
        }[column]
        if column == "asset_class":
            text = f"no asset class is known for the role of {of}, first {devices[0]}"
        way_out = f'Write [{table}] and "{key}" = "{example}" into {self.declared.place}.'
        return Fault(self.name, text, column=column, found=value or None, way_out=way_out)

    def links(self, links: Iterable[DeviceLink]) -> tuple[dict[str, list[dict[str, object]]], list[str]]:
        """Rows of the links between devices and of their ends, after `rows`, and remarks on what was left out."""
        maker = LinkRows(
            self.name,
            self.file_id,
            devices=self.placed,
            out_of_service=self.out_of_service,
            constants=self.declared.constants,
            prefix=self.declared.prefix,
        )
        made = maker.rows(links)
        return made, maker.remarks(len(made.get("network_link", ())))

    def described(self) -> dict[str, list[dict[str, object]]]:
        """Rows of the parties and sites that the inventory introduces."""
        parties = [
            made_row("party", {"party_id": party, "name": name, "role": VENDOR}, self.file_id, locator=locator)
            for party, (name, locator) in sorted(self.parties.items())
        ]
        sites = [made_row("site", row, self.file_id, locator=self.name) for _, row in sorted(self.sites.items())]
        return {"party": parties, "site": sites}


def _note(part: DevicePart) -> str | None:
    """What else the source says of the asset."""
    facts = [part.role if part.is_device else part.kind, part.platform]
    facts += [f"{key}: {value}" for key, value in part.facts]
    return "; ".join(one for one in facts if one) or None
