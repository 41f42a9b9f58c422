"""Links between the devices of an inventory as rows of a case: the carrier's network as its devices report it.

A link that both ends report is one link. What leads to a device that is not in service, or to another carrier's, is
left out and counted; a neighbour that the inventory does not list is a node under the name by which it is known.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from provenet.core.ids import fold
from provenet.core.wording import count, series
from provenet.ingest.network.devices import DeviceLink
from provenet.ingest.network.network_rows import BOTH
from provenet.ingest.rows import made_row

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


@dataclass(frozen=True, kw_only=True)
class DeclaredNetwork:
    """What the mapping says of the network: its name, the day that the inventory describes, the prefix of ids."""

    network: str | None = None
    observed_on: date | None = None
    prefix: str = ""


class LinkRows:
    """Makes the rows of nodes and links of one inventory; `remarks` say what was left out."""

    def __init__(
        self,
        name: str,
        file_id: str,
        *,
        devices: Mapping[str, PlacedDevice],
        out_of_service: Iterable[str],
        declared: DeclaredNetwork,
    ) -> None:
        self.name, self.file_id, self.declared = name, file_id, declared
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
        far = f"{self.declared.prefix}{link.target_device}" if there is None else there.asset_id
        one, other = sorted(
            [(here.asset_id, link.source_port), (far, link.target_port)], key=lambda end: (end[0], end[1] or "")
        )
        stated = {
            "network": self.declared.network or NETWORK,
            "carrier_id": here.carrier_id,
            "country": here.country,
            "observed_on": self.declared.observed_on,
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
            "observed_on": self.declared.observed_on,
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
            named = self.declared.network or NETWORK
            way_out = "" if self.declared.network else "; network in [constants] of the mapping names it otherwise"
            sentences.append(
                f"{count(link_count, 'link')} between devices: the network {named!r} of its carrier{way_out}."
            )
        if self.left_out:
            words = series(f"{number:,} {why}" for why, number in sorted(self.left_out.items()))
            sentences.append(f"Links left out: {words}.")
        return sentences


def _words(end: _End) -> str:
    return end[0] if end[1] is None else f"{end[0]}:{end[1]}"
