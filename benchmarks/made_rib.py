"""A whole routing table in the format of collectors, made from an AS graph for benchmarks of the reader.

    python benchmarks/made_rib.py AS_REL OUT [ROUTES] [PEERS]

Routes follow the graph from PEERS vantage points (every so-manieth network by number) to every network; a network
announces a heavy-tailed number of /24s, drawn with a fixed seed, so that ROUTES routes come together. Attributes are
those of real tables in size: origin, path, next hop, three communities. OUT ending in .bz2 or .gz is packed.
"""

import bz2
import gzip
import sys
from collections.abc import Iterator
from pathlib import Path
from struct import pack

import numpy as np

from provenet.ingest.bgp.as_links import read_as_links
from provenet.routing.kernels.condense import condense
from provenet.routing.kernels.csr import topology
from provenet.routing.kernels.route_tables import Simulated

SEED = 7


def main(graph: Path, out: Path, routes: int = 40_000_000, peers: int = 40) -> tuple[int, int]:
    """Writes the table; how many routes and prefixes it holds."""
    links = read_as_links(graph)
    core = condense(topology(links.provider, links.customer, links.peer_a, peer_b=links.peer_b, alone=links.alone))
    count = core.topology.node_count
    asn = core.topology.asn
    vantages = np.linspace(0, count - 1, peers).astype(np.int32)
    prefixes = prefix_counts(count, routes // peers)
    opened = {".bz2": bz2.open, ".gz": gzip.open}.get(out.suffix, open)
    written = place = 0
    with opened(out, "wb") as file:
        file.write(peer_table([int(asn[node]) for node in vantages]))
        for root, entries in entries_of(core, vantages):
            body = b"".join(entries)
            tail = pack(">H", len(entries)) + body
            for _ in range(prefixes[root]):
                place += 1
                head = pack(">I", place) + bytes([24]) + (0x010000 + place).to_bytes(3, "big")
                file.write(pack(">IHHI", 1_756_684_800, 13, 2, len(head) + len(tail)) + head + tail)
            written += len(entries) * int(prefixes[root])
    return written, place


def prefix_counts(networks: int, whole: int) -> np.ndarray:
    """How many prefixes each network announces: one at least, heavy-tailed, about `whole` together."""
    drawn = 1.0 / (1.0 - np.random.default_rng(SEED).random(networks)) ** 0.8
    scaled = np.maximum(1, np.minimum(drawn, 5_000) * whole / np.minimum(drawn, 5_000).sum()).astype(np.int64)
    return np.asarray(scaled)


def entries_of(core: object, vantages: np.ndarray) -> Iterator[tuple[int, list[bytes]]]:
    """Of each destination with a route, the entries of the peers that reach it."""
    asn = core.topology.asn  # type: ignore[attr-defined]
    every = np.arange(core.topology.node_count, dtype=np.int32)  # type: ignore[attr-defined]
    for roots, table in Simulated(core, vantages)(every):  # type: ignore[arg-type]
        for lane, root in enumerate(roots.tolist()):
            hop = table[:, lane]
            entries = []
            for peer, start in enumerate(vantages.tolist()):
                at, path = start, [int(asn[start])]
                while at != root and (at := int(hop[at])) >= 0:
                    path.append(int(asn[at]))
                if at >= 0:
                    entries.append(entry(peer, path))
            if entries:
                yield root, entries


def entry(peer: int, path: list[int]) -> bytes:
    """A route of a peer, as collectors write it."""
    hops = pack(f">BB{len(path)}I", 2, len(path), *path)
    attributes = b"\x40\x01\x01\x00" + pack(">BBH", 0x50, 2, len(hops)) + hops + b"\x40\x03\x04\xc0\x00\x02\x01"
    attributes += b"\xc0\x08\x0c" + b"".join(pack(">HH", path[0] & 0xFFFF, number) for number in (1, 2, 3))
    return pack(">HIH", peer, 1_756_600_000, len(attributes)) + attributes


def peer_table(asns: list[int]) -> bytes:
    """The table of peers that stands first."""
    body = b"\xc0\x00\x02\x01" + pack(">HH", 0, len(asns))
    for number, one in enumerate(asns):
        body += b"\x02" + pack(">II", 0xC6336400 + number, 0xC6336400 + number) + pack(">I", one)
    return pack(">IHHI", 1_756_684_800, 13, 1, len(body)) + body


if __name__ == "__main__":
    graph, out, *sizes = sys.argv[1:]
    made = main(Path(graph), Path(out), *(int(text.replace("_", "")) for text in sizes))
    print(f"{made[0]:,} routes to {made[1]:,} prefixes")
