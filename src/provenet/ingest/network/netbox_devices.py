"""Devices, parts and links of a NetBox or a Nautobot, from its records.

The vendor of a device is the manufacturer of its type, that of a module the manufacturer of its module type, that of
an inventory item its own. A cable is followed through panels to the interfaces at its ends; a circuit is a link with
its provider. What is left out is counted and said.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from provenet.core.countries import countries
from provenet.core.grouping import grouped
from provenet.core.wording import count, series
from provenet.ingest.network.devices import (
    DeviceLink,
    DevicePart,
    Maker,
    maker_of,
    no_element_by_ports,
    no_element_by_role,
)
from provenet.ingest.network.netbox_records import NOT_ELEMENTS, Records, Row

MOST_HOPS = 64
"""How many panels in a row a cable is followed through."""
_LINKING = frozenset({"interface", "circuittermination", "frontport", "rearport"})
_NOT_LAID = frozenset({"planned", "decommissioning", "decommissioned"})
_COUNTS = ("interface_count", "front_port_count", "rear_port_count", "power_outlet_count")
_End = tuple[str, str]
"""The end of a cable: the kind of port, and its id."""


@dataclass
class Inventory:
    """The devices of one NetBox, as rows and remarks."""

    records: Records
    where: str
    remarks: list[str] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    _places: dict[str, Row] = field(default_factory=dict)

    def rows(self) -> Iterator[DevicePart | DeviceLink]:
        """Every device with its parts, then every link. `remarks` is whole at their end. Cost O(records)."""
        devices = self.records.rows["device"]
        self._sort_out(devices)
        self._name(devices)
        parts = self._parts_by_device()
        for key, device in in_order(devices):
            if key in self.left_out:
                continue
            yield self._device(key, device)
            yield from parts.get(key, ())
        yield from _Cabling(self).links()
        self._remark()

    def _sort_out(self, devices: Mapping[str, Row]) -> None:
        for key, device in devices.items():
            what = no_element_by_role(self.records.text("devicerole", device.get("role")))
            if what is None and all(device.get(name) is not None for name in _COUNTS):
                interfaces, fronts, rears, outlets = (_whole(device.get(name)) for name in _COUNTS)
                what = no_element_by_ports(
                    interfaces=interfaces, front_ports=fronts, rear_ports=rears, power_outlets=outlets
                )
            if what is not None:
                self.left_out[key] = what

    def _name(self, devices: Mapping[str, Row]) -> None:
        """Gives each device an id: its name, with its site where two share it, with its number where that is alike."""
        first = {key: self._first_name(key, device) for key, device in devices.items()}
        with_site = {
            key: f"{name} ({_text(self._place(devices[key]).get('name')) or 'no site'})" for key, name in first.items()
        }
        alike, still = Counter(first.values()), Counter(with_site.values())
        for key, name in first.items():
            own = (name, alike[name]), (with_site[key], still[with_site[key]])
            self.names[key] = next((one for one, times in own if times == 1), f"{name} #{key}")
        unnamed = sum(not _text(device.get("name")) for device in devices.values())
        if unnamed:
            has = count(unnamed, "device has", "devices have")
            self.remarks.append(f"{has} no name: the id is the virtual chassis with the position, or the number.")

    def _first_name(self, key: str, device: Row) -> str:
        """The name of a device; of a member without one, that of its virtual chassis with its position."""
        chassis, position = (
            self.records.text("virtualchassis", device.get("virtual_chassis")),
            device.get("vc_position"),
        )
        member = f"{chassis}:{position}" if chassis and position is not None else None
        return _text(device.get("name")) or member or f"device {key}"

    def _device(self, key: str, device: Row) -> DevicePart:
        kind = self.records.get("devicetype", device.get("device_type"))
        place = self._place(device)
        role = self.records.text("devicerole", device.get("role"))
        return DevicePart(
            device_id=self.names[key],
            **self._maker(kind, "manufacturer of the device type").as_fields(),
            model=_text(kind.get("model")),
            kind=(role or "device").lower(),
            part_number=_text(kind.get("part_number")),
            platform=self.records.text("platform", device.get("platform")),
            site=_text(place.get("name")),
            role=role,
            tenant=self.records.text("tenant", device.get("tenant")),
            status=self._status(device),
            country=_text(place.get("country")),
            lat_deg=_degrees(device.get("latitude"), place.get("latitude"), most=90),
            lon_deg=_degrees(device.get("longitude"), place.get("longitude"), most=180),
            facts=self._chassis_facts(key, device),
            locator=f"{self.where} device {key}",
        )

    def _chassis_facts(self, key: str, device: Row) -> tuple[tuple[str, str], ...]:
        """Of which virtual chassis a device is a member, and whether it is the master."""
        chassis = device.get("virtual_chassis")
        if chassis is None:
            return ()
        name = self.records.text("virtualchassis", chassis) or f"virtual chassis {chassis}"
        is_master = str(self.records.get("virtualchassis", chassis).get("master")) == key
        return ("virtual_chassis", name), ("virtual_chassis_part", "master" if is_master else "member")

    def _status(self, row: Row) -> str | None:
        status = row.get("status")
        return self.records.text("status", status) or _text(status)

    def _place(self, device: Row) -> Row:
        """Where a device stands: its site, or in a Nautobot its location, with the country that its regions name."""
        site, location = device.get("site"), device.get("location")
        key = f"site {site}" if site is not None else f"location {location}"
        if site is None and location is None:
            return {}
        if key not in self._places:
            row = self._of_location(location) if site is None else self.records.get("site", site)
            region = ("location", location) if site is None else ("region", row.get("region"))
            self._places[key] = {**row, "country": self._country(*region)}
        return self._places[key]

    def _way_up(self, kind: str, key: object) -> Iterator[Row]:
        """A region or a location, and those that hold it."""
        seen: set[str] = set()
        while key is not None and str(key) not in seen:
            seen.add(str(key))
            row = self.records.get(kind, key)
            yield row
            key = row.get("parent")

    def _of_location(self, location: object) -> Row:
        """The location itself, with the nearest position on the way up."""
        way = list(self._way_up("location", location))
        placed = next((row for row in way if row.get("latitude") is not None), way[-1])
        return {**way[0], "latitude": placed.get("latitude"), "longitude": placed.get("longitude")}

    def _country(self, kind: str, key: object) -> str | None:
        """The country of a region: of the regions that hold it, the outermost that bears a country's name.

        A region called Georgia inside the United States is thus no country.
        """
        codes = [countries().code(_text(row.get("name")) or "") for row in self._way_up(kind, key)]
        return next(filter(None, reversed(codes)), None)

    def _maker(self, row: Row, witness: str) -> Maker:
        """The maker that a device type, a module type or an inventory item states."""
        text, manufacturer = self.records.text, row.get("manufacturer")
        name = text("manufacturer", manufacturer) or text("manufacturer", manufacturer, "slug")
        return maker_of(name, witness, _text(row.get("model")) or _text(row.get("part_id")))

    def _parts_by_device(self) -> dict[str, list[DevicePart]]:
        """Modules and inventory items by the device that holds them, each under a name of its own there."""
        found: dict[str, list[tuple[str, str, str]]] = {}
        lost: Counter[str] = Counter()
        for kind, words in (("module", "module"), ("inventoryitem", "inventory item")):
            for key, row in in_order(self.records.rows[kind]):
                device = str(row.get("device") if row.get("device") is not None else self._holding(row))
                if device not in self.records.rows["device"]:
                    lost[words] += 1
                elif device not in self.left_out:
                    found.setdefault(device, []).append((kind, key, self._part_name(kind, key, row)))
        if lost:
            listed = series(count(number, words) for words, number in lost.items())
            self.remarks.append(f"{listed} of devices that the inventory does not hold: left out.")
        return {device: self._named_parts(device, parts) for device, parts in found.items()}

    def _holding(self, module: Row) -> object:
        """The device that holds a module whose row names its bay alone: that of the bay, or of the module around it."""
        seen: set[str] = set()
        while (bay_id := module.get("module_bay")) is not None and str(bay_id) not in seen:
            seen.add(str(bay_id))
            bay = self.records.get("modulebay", bay_id)
            device = bay.get("parent_device") or bay.get("device")
            if device is not None:
                return device
            module = self.records.get("module", bay.get("parent_module") or bay.get("module"))
        return module.get("device")

    def _part_name(self, kind: str, key: str, row: Row) -> str:
        if kind == "module":
            return self.records.text("modulebay", row.get("module_bay")) or f"module {key}"
        return _text(row.get("name")) or f"inventory item {key}"

    def _named_parts(self, device: str, parts: list[tuple[str, str, str]]) -> list[DevicePart]:
        alike = Counter(name for _, _, name in parts)
        names = {
            (kind, key): name if alike[name] == 1 and name not in {"chassis", "device"} else f"{name} #{key}"
            for kind, key, name in parts
        }
        return [self._part(kind, key, device=device, names=names) for kind, key, _ in parts]

    def _part(self, kind: str, key: str, *, device: str, names: Mapping[tuple[str, str], str]) -> DevicePart:
        row = self.records.rows[kind][key]
        if kind == "module":
            described = self.records.get("moduletype", row.get("module_type"))
            maker = self._maker(described, "manufacturer of the module type")
            bay = self.records.get("modulebay", row.get("module_bay"))
            holder = names.get(("module", str(bay.get("module") or bay.get("parent_module"))))
            what, number = "module", described.get("part_number")
            model = _text(described.get("model"))
        else:
            maker = self._maker(row, "manufacturer of the inventory item")
            holder = names.get(("inventoryitem", str(row.get("parent"))))
            role = self.records.text("inventoryitemrole", row.get("role"))
            what, number, model = (role or "inventory item").lower(), row.get("part_id"), _text(row.get("part_id"))
        return DevicePart(
            device_id=self.names[device],
            part=names[kind, key],
            **maker.as_fields(),
            model=model,
            parent=holder,
            kind=what,
            part_number=_text(number),
            status=self._status(row),
            locator=f"{self.where} {'module' if kind == 'module' else 'inventory item'} {key}",
        )

    def _remark(self) -> None:
        if self.left_out:
            listed = series(f"{number:,} {what}" for what, number in sorted(Counter(self.left_out.values()).items()))
            total = count(len(self.left_out), "device is no network element", "devices are no network elements")
            self.remarks.append(f"{total} by role or ports, and left out: {listed}.")
        others = [(kind, number) for kind, number in sorted(self.records.others.items()) if kind in NOT_ELEMENTS]
        if others:
            beside = series(f"{number:,} {NOT_ELEMENTS[kind]}" for kind, number in others)
            self.remarks.append(f"No network elements either: {beside}.")
        lost = sum(row.get("device_type") is None for row in self.records.rows["device"].values())
        if lost:
            self.remarks.append(f"{count(lost, 'device has', 'devices have')} no device type: vendor unknown.")


@dataclass(frozen=True, slots=True)
class _Step:
    """Where a cable that is followed has come to: the port it ends at, by which cable, what is to be undone."""

    at: _End
    cable: str
    positions: tuple[int, ...] = ()
    circuits: tuple[str, ...] = ()


class _Cabling:
    """The cables of an inventory, followed from interface to interface."""

    def __init__(self, inventory: Inventory) -> None:
        self.inventory, self.records = inventory, inventory.records
        self.sides: dict[str, tuple[list[_End], list[_End]]] = {}
        self.cable_of: dict[_End, tuple[str, int]] = {}
        self.device_of: dict[_End, str] = {}
        self.name_of: dict[_End, str] = {}
        self.counts: Counter[str] = Counter()
        rows = self.records.rows
        self.fronts = grouped(
            (str(row["rear_port"]), (_whole(row.get("rear_port_position")) or 1, key))
            for key, row in rows["frontport"].items()
            if row.get("rear_port") is not None
        )
        self.terminations = grouped((str(row.get("circuit")), key) for key, row in rows["circuittermination"].items())
        self._gather()

    def _gather(self) -> None:
        for _, row in in_order(self.records.rows["cabletermination"]):
            end = (str(row.get("kind") or ""), str(row.get("termination")))
            side = 0 if row.get("cable_end") == "A" else 1
            cable = str(row.get("cable"))
            self.sides.setdefault(cable, ([], []))[side].append(end)
            self.cable_of.setdefault(end, (cable, side))
            port = self.records.get(end[0], end[1]) if end[0] in self.records.rows else {}
            device, name = row.get("device") or port.get("device"), row.get("name") or port.get("name")
            if device is not None:
                self.device_of.setdefault(end, str(device))
            if name is not None:
                self.name_of.setdefault(end, str(name))

    def links(self) -> Iterator[DeviceLink]:
        """One link for each pair of interfaces that cables join, each pair once."""
        seen: set[tuple[_End, _End]] = set()
        for cable, (left, right) in self.sides.items():
            kinds = {kind for kind, _ in (*left, *right)}
            status = (self.inventory._status(self.records.get("cable", cable)) or "").lower()
            if not kinds <= _LINKING:
                self.counts["power and console cables"] += 1
            elif not left or not right:
                self.counts["cables with one end"] += 1
            elif status in _NOT_LAID:
                self.counts[f"cables that are {status}"] += 1
            elif "interface" not in kinds:
                self.counts["cables between panels or circuits, through which others are followed"] += 1
            else:
                yield from self._of_cable(cable, left, right, seen=seen)
                yield from self._of_cable(cable, right, left, seen=seen)
        self._remark()

    def _of_cable(
        self, cable: str, starts: list[_End], others: list[_End], *, seen: set[tuple[_End, _End]]
    ) -> Iterator[DeviceLink]:
        for one in starts:
            if one[0] != "interface":
                continue
            reached = [far for other in others for far in self._reached(other, cable)]
            if not reached:
                self.counts["cables that end at a panel"] += 1
            for far, circuits in reached:
                pair = (one, far) if one <= far else (far, one)
                if pair not in seen:
                    seen.add(pair)
                    link = self._link(one, far, circuits)
                    if link is not None:
                        yield link

    def _reached(self, end: _End, cable: str) -> list[tuple[_End, tuple[str, ...]]]:
        """The interfaces that a cable's end leads to through panels and circuits, with the circuits on the way.

        A circuit whose other end is not cabled is itself what is reached; a ring of panels leads nowhere. A fibre keeps
        its position through a trunk: what went in at position 3 comes out at position 3.
        """
        found = list[tuple[_End, tuple[str, ...]]]()
        todo = [_Step(end, cable)]
        visited = {todo[0]}
        while todo:
            step = todo.pop()
            if step.at[0] == "interface":
                found.append((step.at, step.circuits))
                continue
            if len(visited) > MOST_HOPS:
                self.counts["cables through too many panels"] += 1
                break
            following = list(self._following(step))
            if step.at[0] == "circuittermination" and not following:
                found.append((step.at, (*step.circuits, self._circuit_of(step.at))))
            for one in following:
                if one not in visited:
                    visited.add(one)
                    todo.append(one)
        return found

    def _following(self, step: _Step) -> Iterator[_Step]:
        """The far ends of the cables that are plugged in behind a port, or at the other end of a circuit."""
        circuits = step.circuits
        if step.at[0] == "circuittermination":
            circuits = (*circuits, self._circuit_of(step.at))
            others = self.terminations.get(circuits[-1], ())
            behind = [(("circuittermination", key), step.positions) for key in others if key != step.at[1]]
        else:
            behind = self._behind(step.at, step.positions)
        for port, positions in behind:
            plugged = self.cable_of.get(port)
            if plugged is None or plugged[0] == step.cable:
                continue
            for far in self.sides[plugged[0]][1 - plugged[1]]:
                yield _Step(far, plugged[0], positions, circuits)

    def _circuit_of(self, end: _End) -> str:
        return str(self.records.get("circuittermination", end[1]).get("circuit"))

    def _behind(self, port: _End, positions: tuple[int, ...]) -> list[tuple[_End, tuple[int, ...]]]:
        """The other side of a panel's port, with the positions that are still to be undone.

        From a rear port that bundles several front ports without a position nothing is claimed, and the way ends.
        """
        kind, key = port
        if kind == "frontport":
            row = self.records.get("frontport", key)
            rear = row.get("rear_port")
            if rear is None:
                return []
            own = _whole(row.get("rear_port_position")) or 1
            bundles = (_whole(self.records.get("rearport", rear).get("positions")) or 1) > 1
            return [(("rearport", str(rear)), (*positions, own) if bundles else positions)]
        fronts = self.fronts.get(key, [])
        if (_whole(self.records.get("rearport", key).get("positions")) or len(fronts)) <= 1:
            return [(("frontport", fronts[0][1]), positions)] if len(fronts) == 1 else []
        if not positions:
            return []
        return [(("frontport", one), positions[:-1]) for place, one in fronts if place == positions[-1]]

    def _link(self, one: _End, other: _End, circuits: tuple[str, ...]) -> DeviceLink | None:
        """A link between two devices, or from a device to a circuit whose other end is not known."""
        inventory, names = self.inventory, self.inventory.names
        source = self.device_of.get(one)
        is_circuit = other[0] == "circuittermination"
        target = None if is_circuit else self.device_of.get(other)
        if source not in names or (target not in names and not is_circuit):
            self.counts["cables of devices that are not here"] += 1
        elif source in inventory.left_out or target in inventory.left_out:
            self.counts["cables of what is no network element"] += 1
        elif source == target:
            self.counts["cables from a device to itself"] += 1
        else:
            return DeviceLink(
                source_device=names[source],
                source_port=self.name_of.get(one),
                target_device=self._circuit_words(circuits[-1])[0] if target is None else names[target],
                target_port=None if target is None else self.name_of.get(other),
                evidence=series(" of ".join(self._circuit_words(key)) for key in circuits) or "cable",
                locator=f"{inventory.where} interface {one[1]}",
            )
        return None

    def _circuit_words(self, key: str) -> tuple[str, ...]:
        """A circuit, and its provider where it is known."""
        row = self.records.get("circuit", key)
        provider = self.records.text("provider", row.get("provider"))
        name = f"circuit {_text(row.get('cid')) or key}"
        return (name, provider) if provider else (name,)

    def _remark(self) -> None:
        if self.counts:
            listed = series(f"{number:,} {what}" for what, number in sorted(self.counts.items()))
            self.inventory.remarks.append(f"No links between network elements: {listed}.")


def in_order(rows: Mapping[str, Row]) -> Iterator[tuple[str, Row]]:
    """Records in the order of their ids, whatever that of the file; numbers before other ids."""
    return iter(sorted(rows.items(), key=lambda one: (not one[0].isdigit(), len(one[0]) * one[0].isdigit(), one[0])))


def _text(value: object) -> str | None:
    return (str(value).strip() or None) if isinstance(value, str | int) and not isinstance(value, bool) else None


def _whole(value: object) -> int | None:
    try:
        return int(str(value))
    except ValueError:
        return None


def _degrees(own: object, of_site: object, most: int) -> float | None:
    for value in (own, of_site):
        try:
            found = float("" if value is None else str(value))
        except ValueError:
            continue
        if -most <= found <= most:
            return found
    return None
