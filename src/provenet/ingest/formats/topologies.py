"""Topologies and demands of a carrier's own network, in every format that `provenet inside` reads."""

import re
from dataclasses import replace

from provenet.ingest.network.network_rows import NetworkRows, read_network_mapping
from provenet.ingest.registry import Format, Head, Parts, Source, first_of, in_batches

_NAMES_NETWORK = re.compile(rb"^\s*network\s*=", re.M)


def _recognises(head: Head) -> bool:
    """A file that is an inventory too is a topology where its mapping names a network."""
    if first_of(head, "opens_network") is None:
        return False
    return bool(_NAMES_NETWORK.search(head.mapping or b"")) or first_of(head, "opens_devices") is None


def _open(source: Source) -> Parts:
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
        name="topology",
        says="topologies and demands of a carrier's own network: what `provenet inside` reads",
        known_by="the first lines; where it is an inventory too, by `network` in its mapping",
        tables=("network_node", "network_link", "network_demand"),
        recognises=_recognises,
        opens_rows=_open,
        order=39,
        needed=("constants.carrier_id", "constants.country", "constants.network"),
    ),
)
