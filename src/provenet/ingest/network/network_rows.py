"""A carrier's own network as rows of a case: nodes, links and demands of topologies, and links between devices.

A topology does not say whose network it is: carrier, country and the name of the network come from a mapping beside
the file, and so do its day, and which of its demands are sensitive. Only what is stated becomes a value; the rest is
null.

A link between devices of an inventory that both ends report is one link. What leads to a device that is not in service,
or to another carrier's, is left out and counted; a neighbour that the inventory does not list is a node under the name
by which it is known.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from provenet.case.parties import CARRIER, PartyNames
from provenet.case.tables import vocabulary
from provenet.core.countries import countries
from provenet.core.errors import Fault, FaultList, nearest
from provenet.core.grouping import grouped
from provenet.core.ids import fold
from provenet.core.when import parse_day
from provenet.core.wording import count, series
from provenet.ingest.mapping_beside import MappingBeside, place_beside
from provenet.ingest.network.devices import DeviceLink
from provenet.ingest.network.topology import DemandRows, Members, NetworkFile, Topology
from provenet.ingest.rows import made_row

NEEDED = {"carrier_id": "vodafone-germany", "country": "Germany", "network": "core"}
"""What only the mapping can say, each with an example."""
_CONSTANTS = (*NEEDED, "observed_on", "layer", "sensitive", "protection")
_KEYS = ("says", "constants", "sensitive")
_SENSITIVE = ("nodes", "demands")
BOTH, FORWARD, BACKWARD = "both", "forward", "backward"


@dataclass(frozen=True, kw_only=True)
class NetworkMapping:
    """What a mapping says of a network. `place` is its name, for messages; `sensitive` names nodes and demands."""

    place: str
    constants: Mapping[str, str] = field(default_factory=dict)
    sensitive: Mapping[str, frozenset[str]] = field(default_factory=dict)


def read_network_mapping(name: str, data: bytes | None, faults: FaultList) -> NetworkMapping:
    """The mapping of a topology file. Every fault goes to `faults`, and what is missing is one of them."""
    place = place_beside(name)
    beside = MappingBeside(place, data, _KEYS, faults=faults)
    constants = {key: str(value).strip() for key, value in beside.table("constants").items() if str(value).strip()}
    beside.only(constants, _CONSTANTS, table="constants.")
    missing = [key for key in NEEDED if key not in constants]
    if missing:
        lines = series(f'{key} = "{NEEDED[key]}"' for key in missing)
        text = "nothing says whose network this is" if "carrier_id" in missing else f"nothing gives {series(missing)}"
        faults.add(Fault(name, text, way_out=f"Write [constants] and, for example, {lines} into {place}."))
    listed = {"sensitive": vocabulary()["words"]["yes_no"], "protection": vocabulary()["words"]["protection"]}
    for key, words in listed.items():
        if (value := constants.get(key)) is not None and value not in words:
            beside.fault(key, "no such word here", value, expected=series(words, "or"), near=nearest(value, words))
    beside.check_day(constants)
    return NetworkMapping(place=place, constants=constants, sensitive=_sensitive(beside))


def _sensitive(beside: MappingBeside) -> dict[str, frozenset[str]]:
    given = beside.table("sensitive")
    if not all(isinstance(names, list) for names in given.values()):
        beside.fault(
            "sensitive", "not lists of ids", given, expected="[sensitive] with nodes = [...] or demands = [...]"
        )
        return {}
    beside.only(given, _SENSITIVE, table="sensitive.")
    return {kind: frozenset(map(str, names)) for kind, names in given.items()}


class NetworkRows:
    """Makes the rows of one file. What names nobody, or no node, is a fault of the mapping."""

    def __init__(
        self, name: str, file_id: str, names: PartyNames, *, declared: NetworkMapping, faults: FaultList
    ) -> None:
        self.name, self.file_id, self.declared, self.faults = name, file_id, declared, faults
        self._own = self._whose(names)

    def _whose(self, names: PartyNames) -> dict[str, object]:
        """Network, carrier, country and day, which every row repeats; empty after a fault."""
        constants, place = self.declared.constants, self.declared.place
        if not NEEDED.keys() <= constants.keys():
            return {}
        country, carrier = countries().name(constants["country"]), constants["carrier_id"]
        if country is None:
            near = countries().nearest(constants["country"])
            found, text = constants["country"], "no such country"
            self.faults.add(Fault(place, text, column="country", found=found, expected="a country", nearest=near))
            return {}
        party = names.carrier(carrier, country) or names.find(carrier, CARRIER)
        if party is None:
            self.faults.add(names.refusal(carrier, CARRIER, place=place, column="carrier_id"))
            return {}
        observed = parse_day(constants["observed_on"]) if "observed_on" in constants else None
        return {"network": constants["network"], "carrier_id": party, "country": country, "observed_on": observed}

    def rows(self, found: NetworkFile) -> dict[str, list[dict[str, object]]]:
        """The rows by table; none after a fault. Cost O(nodes + links + demands)."""
        if not self._own or self.faults.count:
            return {}
        made: dict[str, list[dict[str, object]]] = {}
        if found.topology is not None:
            made = {"network_node": self._nodes(found.topology), "network_link": self._links(found.topology)}
        if found.demands is not None:
            made["network_demand"] = self._demands(found.demands)
        self._check_sensitive(found)
        return made

    def _made(self, table: str, stated: Mapping[str, object], place: str) -> dict[str, object]:
        return made_row(table, {**self._own, **stated}, self.file_id, locator=f"{self.name} {place}")

    def _nodes(self, topology: Topology) -> list[dict[str, object]]:
        also = _names_of(topology.also, 0)
        places = zip(topology.latitude_deg.tolist(), topology.longitude_deg.tolist(), strict=True)
        return [
            self._made(
                "network_node",
                {"node": name, "also": also.get(at), "lat_deg": _known(lat), "lon_deg": _known(lon)},
                f"node {name}",
            )
            for at, (name, (lat, lon)) in enumerate(zip(topology.node_ids, places, strict=True))
        ]

    def _links(self, topology: Topology) -> list[dict[str, object]]:
        also, srlgs = _names_of(topology.also, 1), _names_of(topology.srlgs, 1)
        made = []
        for at, name in enumerate(topology.link_ids):
            ahead, back = bool(topology.forward[at]), bool(topology.backward[at])
            stated = {
                "link": name,
                "also": also.get(at),
                "source_node": topology.node_ids[int(topology.source[at])],
                "target_node": topology.node_ids[int(topology.target[at])],
                "way": BOTH if ahead and back else FORWARD if ahead else BACKWARD,
                "forward_metric": _known(float(topology.metric_forward[at])),
                "backward_metric": _known(float(topology.metric_backward[at])),
                "forward_capacity_amount": _known(float(topology.capacity_forward[at])),
                "backward_capacity_amount": _known(float(topology.capacity_backward[at])),
                "capacity_unit": topology.capacity_unit,
                "length_km": _known(float(topology.length_km[at])),
                "srlgs": srlgs.get(at),
            }
            made.append(self._made("network_link", stated, f"link {name}"))
        return made

    def _demands(self, demands: DemandRows) -> list[dict[str, object]]:
        constants, sensitive = self.declared.constants, self.declared.sensitive
        nodes, ids = sensitive.get("nodes", frozenset()), sensitive.get("demands", frozenset())
        made = []
        for name, source, target, volume, row in demands.rows:
            is_listed = name in ids or source in nodes or target in nodes
            stated = {
                "demand": name,
                "source_node": source,
                "target_node": target,
                "volume_amount": volume,
                "volume_unit": demands.unit,
                "sensitive": "yes" if is_listed else constants.get("sensitive"),
                "protection": constants.get("protection"),
            }
            made.append(self._made("network_demand", stated, f"row {row}" if row else f"demand {name}"))
        return made

    def _check_sensitive(self, found: NetworkFile) -> None:
        """A fault for each id under [sensitive] that the file does not have."""
        demands = found.demands.rows if found.demands else []
        known = {
            "nodes": {end for _, source, target, _, _ in demands for end in (source, target)},
            "demands": {name for name, *_ in demands},
        }
        if found.topology is not None:
            known["nodes"] |= set(found.topology.node_ids)
        for kind, names in self.declared.sensitive.items():
            for name in sorted(names - known[kind]):
                text, near = f"no such {kind.removesuffix('s')} in {self.name}", nearest(name, known[kind])
                self.faults.add(Fault(self.declared.place, text, column=f"sensitive.{kind}", found=name, nearest=near))


def _names_of(given: Mapping[str, Members], kind: int) -> dict[int, list[str]]:
    """The names that stand for each node (kind 0) or link (kind 1), by its place."""
    return grouped((place, name) for name, members in sorted(given.items()) for place in members[kind])


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value


NETWORK = "inventory"
"""The name of the network where the mapping gives none."""
_End = tuple[str, str | None]


@dataclass(frozen=True, kw_only=True)
class PlacedDevice:
    """A device in service: its id in the case, whose and where it is, and the names by which neighbours know it."""

    asset_id: str
    carrier_id: str
    country: str
    also: tuple[str, ...] = ()
    lat_deg: float | None = None
    lon_deg: float | None = None


class LinkRows:
    """Makes the rows of nodes and links of one inventory; `remarks` say what was left out."""

    def __init__(
        self,
        name: str,
        file_id: str,
        *,
        devices: Mapping[str, PlacedDevice],
        out_of_service: Iterable[str],
        constants: Mapping[str, str],
        prefix: str,
    ) -> None:
        self.name, self.file_id, self.prefix = name, file_id, prefix
        self.network = constants.get("network")
        self.observed_on = parse_day(constants["observed_on"]) if "observed_on" in constants else None
        self.devices = devices
        self.names: dict[str, str | None] = {}
        for device, placed in devices.items():
            for known_as in dict.fromkeys(map(fold, (device, *placed.also))):
                # A name of two devices names neither.
                self.names[known_as] = device if known_as not in self.names else None
        self.names |= {fold(device): device for device in devices}
        self.out = {fold(device) for device in out_of_service}
        self.left_out: Counter[str] = Counter()

    def rows(self, links: Iterable[DeviceLink]) -> dict[str, list[dict[str, object]]]:
        """The rows by table. Cost O(devices + links)."""
        made: dict[str, dict[str, object]] = {}
        nodes: dict[str, dict[str, object]] = {}
        for link in links:
            row = self._row(link)
            if row is None:
                continue
            if made.setdefault(str(row["row_id"]), row) is not row:
                self.left_out["reported twice"] += 1
                continue
            for device in (link.source_device, link.target_device):
                node = self._node(self.names.get(fold(device)), row)
                if node is not None:
                    nodes.setdefault(str(node["node"]), node)
        return {"network_node": list(nodes.values()), "network_link": list(made.values())} if made else {}

    def _row(self, link: DeviceLink) -> dict[str, object] | None:
        source, target = (self.names.get(fold(one)) for one in (link.source_device, link.target_device))
        if source is None or fold(link.target_device) in self.out:
            self.left_out["of devices that are not in service or not listed"] += 1
            return None
        here, there = self.devices[source], self.devices.get(target or "")
        if there is not None and there.carrier_id != here.carrier_id:
            self.left_out["to devices of another carrier"] += 1
            return None
        if there is here:
            self.left_out["from a device to itself"] += 1
            return None
        far = f"{self.prefix}{link.target_device}" if there is None else there.asset_id
        one, other = sorted(
            [(here.asset_id, link.source_port), (far, link.target_port)], key=lambda end: (end[0], end[1] or "")
        )
        stated = {
            "network": self.network or NETWORK,
            "carrier_id": here.carrier_id,
            "country": here.country,
            "observed_on": self.observed_on,
            "link": f"{_words(one)} - {_words(other)}",
            "source_node": one[0],
            "target_node": other[0],
            "source_port": one[1],
            "target_port": other[1],
            "way": BOTH,
            "evidence": link.evidence,
        }
        return made_row("network_link", stated, self.file_id, locator=link.locator or self.name)

    def _node(self, device: str | None, row: Mapping[str, object]) -> dict[str, object] | None:
        placed = None if device is None else self.devices[device]
        if placed is None:
            return None
        stated = {
            "network": row["network"],
            "carrier_id": placed.carrier_id,
            "country": row["country"],
            "observed_on": self.observed_on,
            "node": placed.asset_id,
            "also": list(placed.also) or None,
            "lat_deg": None if placed.lat_deg is None else round(placed.lat_deg, 1),
            "lon_deg": None if placed.lon_deg is None else round(placed.lon_deg, 1),
        }
        return made_row("network_node", stated, self.file_id, locator=f"{self.name} {device}")

    def remarks(self, link_count: int) -> list[str]:
        """What became of the links: which network they are, and which were left out."""
        sentences = []
        if link_count:
            named = self.network or NETWORK
            way_out = "" if self.network else "; network in [constants] of the mapping names it otherwise"
            sentences.append(
                f"{count(link_count, 'link')} between devices: the network {named!r} of its carrier{way_out}."
            )
        if self.left_out:
            words = series(f"{number:,} {why}" for why, number in sorted(self.left_out.items()))
            sentences.append(f"Links left out: {words}.")
        return sentences


def _words(end: _End) -> str:
    return end[0] if end[1] is None else f"{end[0]}:{end[1]}"
