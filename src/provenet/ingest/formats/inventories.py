"""Inventories of devices, in any format that `provenet inventory` reads: each device and part becomes an asset."""

from provenet.ingest.network.asset_rows import AssetRows, read_inventory_mapping
from provenet.ingest.network.device_formats.netbox import SNAPSHOT_MARK
from provenet.ingest.network.devices import parted
from provenet.ingest.registry import Format, Head, Parts, Source, first_of, in_batches


def _open(source: Source) -> Parts:
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


FORMATS = (
    Format(
        name="inventory",
        says="inventories of devices: NetBox and Nautobot, and what else `provenet inventory` reads",
        known_by="the first bytes or the header",
        tables=("asset", "party", "site", "network_node", "network_link"),
        recognises=lambda head: first_of(head, "opens_devices") is not None,
        opens_rows=_open,
        order=40,
        needed=("constants.carrier_id",),
    ),
)
