"""A carrier's own network: inventories in every format that `provenet inventory` reads, whose devices and parts become
assets, and topologies and demands in every format that `provenet inside` reads.
"""

import re
from dataclasses import replace

from provenet.ingest.network.asset_rows import AssetRows, read_inventory_mapping
from provenet.ingest.network.device_formats.netbox import SNAPSHOT_MARK
from provenet.ingest.network.devices import parted
from provenet.ingest.network.network_rows import NetworkRows, read_network_mapping
from provenet.ingest.registry import Format, Head, Parts, Source, first_of, in_batches

_NAMES_NETWORK = re.compile(rb"^\s*network\s*=", re.M)


def _open_inventory(source: Source) -> Parts:
    upload = source.upload
    found = first_of(Head(upload), "opens_devices")
    assert found is not None and found.opens_devices is not None
    at_address = isinstance(upload.place, bytes) and upload.head(len(SNAPSHOT_MARK)) == SNAPSHOT_MARK
    declared = read_inventory_mapping(upload.plain_name, source.mapping, source.faults, at_address=at_address)
    maker = AssetRows(upload.plain_name, upload.file_id, source.names, declared=declared, faults=source.faults)
    parts, links = parted(found.opens_devices(source))
    made = {"asset": maker.rows(parts)}
    source.remarks.extend(maker.tell())
    if source.faults.count:
        return
    linked, remarks = maker.links(links)
    source.remarks.extend(remarks)
    yield from maker.described().items()
    yield from in_batches({**made, **linked}.items())


def _is_topology(head: Head) -> bool:
    """A file that is an inventory too is a topology where its mapping names a network."""
    if first_of(head, "opens_network") is None:
        return False
    return bool(_NAMES_NETWORK.search(head.mapping or b"")) or first_of(head, "opens_devices") is None


def _open_topology(source: Source) -> Parts:
    upload = source.upload
    form = first_of(Head(upload), "opens_network")
    assert form is not None and form.opens_network is not None
    declared = read_network_mapping(upload.plain_name, source.mapping, source.faults)
    if source.faults.count:
        return
    maker = NetworkRows(upload.plain_name, upload.file_id, source.names, declared=declared, faults=source.faults)
    if source.faults.count:
        return
    given = replace(source, layer=declared.constants.get("layer"))
    yield from in_batches(maker.rows(form.opens_network(given)).items())


FORMATS = (
    Format(
        "inventory",
        "inventories of devices: NetBox and Nautobot, and what else `provenet inventory` reads",
        lambda head: first_of(head, "opens_devices") is not None,
        known_by="the first bytes or the header",
        tables=("asset", "party", "site", "network_node", "network_link"),
        opens_rows=_open_inventory,
        order=40,
        needed=("constants.carrier_id",),
    ),
    Format(
        "topology",
        "topologies and demands of a carrier's own network: what `provenet inside` reads",
        _is_topology,
        known_by="the first lines; where it is an inventory too, by `network` in its mapping",
        tables=("network_node", "network_link", "network_demand"),
        opens_rows=_open_topology,
        order=39,
        needed=("constants.carrier_id", "constants.country", "constants.network"),
    ),
)
