"""BGPy's engine alone on a given AS graph: seconds, and on request the routes it chose.

    python benchmarks/peer_bgpy.py AS_REL --origins 3333,15169 [--alone 3333] [--slim] [--dump ROUTES.csv]

Needs the Python package `bgpy-pkg` and no other part of it than its graph, its engine and its plain BGP policy: no
scenario, no sampling, no charts, nothing fetched. All `--origins` are announced in one run, a prefix each; `--alone` is
one more run of one prefix. `--slim` lets announcements carry only what plain BGP reads, which BGPy's own source
recommends for speed. Prints one JSON object. The graph must have no provider cycle: BGPy recurses over providers
without an end there.
"""

from __future__ import annotations

import argparse
import bz2
import csv
import gzip
import json
import lzma
import resource
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

Links = tuple[list[tuple[int, int]], list[tuple[int, int]]]
Row = tuple[int, str, int, int | None]
"""ASN, class of its route, hops, next hop; an AS without a route has no row."""


def read_links(path: Path) -> Links:
    """(provider, customer) pairs and pairs of peers of a CAIDA file, serial-1 or serial-2."""
    openers: dict[str, Any] = {".bz2": bz2.open, ".gz": gzip.open, ".xz": lzma.open}
    sales, peerings = [], []
    with openers.get(path.suffix, open)(path, "rt") as lines:
        for line in lines:
            if line.startswith("#") or not line.strip():
                continue
            one, two, kind = line.split("|")[:3]
            (sales if int(kind) == -1 else peerings).append((int(one), int(two)))
    return sales, peerings


def build(links: Links, alone: Iterable[int] = ()) -> Any:
    """BGPy's graph, without the customer cones that routing does not read."""
    from bgpy.as_graphs.base import ASGraph, ASGraphInfo, CustomerProviderLink, PeerLink

    sales, peerings = links
    info = ASGraphInfo(
        customer_provider_links=frozenset(CustomerProviderLink(provider_asn=p, customer_asn=c) for p, c in sales),
        peer_links=frozenset(PeerLink(one, two) for one, two in peerings),
        unlinked_asns=frozenset(alone),
    )
    return ASGraph(info, store_customer_cone_size=False)


@dataclass(frozen=True)
class Seeded:
    """What BGPy's engine asks of a scenario: what is announced, and that every AS runs plain BGP."""

    announcements: tuple[Any, ...]
    policy: Any

    def get_policy_cls(self, _as: Any) -> Any:
        """The policy of an AS."""
        return self.policy


def announcements(origins: Sequence[int], slim: bool = False) -> tuple[Any, ...]:
    """One prefix for each origin. Slim ones leave out what only other policies than plain BGP read."""
    from bgpy.shared.enums import Relationships
    from bgpy.simulation_engine import Announcement

    @dataclass(slots=True, frozen=True)
    class Slim:
        prefix: str
        as_path: tuple[int, ...]
        next_hop_asn: int
        seed_asn: int | None
        recv_relationship: Relationships

        def copy(self, overwrite_default_kwargs: dict[str, Any]) -> Slim:
            return replace(self, **overwrite_default_kwargs)

    made = Slim if slim else Announcement
    return tuple(
        made(
            prefix=prefix_of(number),
            as_path=(origin,),
            next_hop_asn=origin,
            seed_asn=origin,
            recv_relationship=Relationships.ORIGIN,
        )
        for number, origin in enumerate(origins)
    )


def prefix_of(number: int) -> str:
    """The prefix of the n-th origin."""
    return f"10.{number // 256}.{number % 256}.0/24"


def propagate(graph: Any, origins: Sequence[int], slim: bool = False) -> dict[str, Any]:
    """Announces from all origins at once; every AS keeps its routes. Returns the seconds it took."""
    from bgpy.simulation_engine import BGP, SimulationEngine

    engine, scenario = SimulationEngine(graph), Seeded(announcements(origins, slim), BGP)
    wall = time.perf_counter()
    engine.setup(scenario)
    ready, cpu = time.perf_counter(), time.process_time()
    engine.run(propagation_round=0, scenario=scenario)
    done, spent = time.perf_counter(), time.process_time() - cpu
    return {
        "origins": list(origins),
        "announcement": "slim" if slim else "default",
        "setup_s": ready - wall,
        "run_s": done - ready,
        "run_cpu_s": spent,
        "per_destination_s": (done - ready) / len(origins),
        "per_destination_cpu_s": spent / len(origins),
    }


def chosen(graph: Any, number: int) -> Iterator[Row]:
    """The route of every AS to the n-th origin of the last run, in order of ASN."""
    kinds = {"ORIGIN": "self", "CUSTOMERS": "customer", "PEERS": "peer", "PROVIDERS": "provider"}
    for asn in sorted(graph.as_dict):
        held = graph.as_dict[asn].policy.local_rib.get(prefix_of(number))
        if held is not None:
            path = held.as_path
            yield asn, kinds[held.recv_relationship.name], len(path) - 1, path[1] if len(path) > 1 else None


def dump(graph: Any, origins: Sequence[int], path: Path) -> int:
    """Writes the routes to each origin of the last run as CSV; returns how many rows."""
    count = 0
    with path.open("w", newline="") as out:
        rows = csv.writer(out, lineterminator="\n")
        rows.writerow(["dst_asn", "src_asn", "route_class", "length_hops", "next_hop_asn"])
        for number, origin in enumerate(origins):
            for row in chosen(graph, number):
                rows.writerow([origin, *row])
                count += 1
    return count


def main(words: Sequence[str]) -> int:
    """Reads, builds, announces and prints."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("as_rel", type=Path)
    parser.add_argument("--origins", required=True, help="ASNs with commas between, announced in one run")
    parser.add_argument("--alone", type=int, help="an ASN announced in one more run")
    parser.add_argument("--slim", action="store_true")
    parser.add_argument("--dump", type=Path, help="writes the routes to all origins as CSV")
    asked = parser.parse_args(words)
    origins = [int(word) for word in asked.origins.split(",")]
    import bgpy.simulation_engine  # noqa: F401  (so that no measured time holds the import)

    start = time.perf_counter()
    links = read_links(asked.as_rel)
    read = time.perf_counter()
    graph = build(links)
    built = time.perf_counter()
    runs = [propagate(graph, [asked.alone], asked.slim)] if asked.alone is not None else []
    runs.append(propagate(graph, origins, asked.slim))
    told = {
        "peer": f"bgpy-pkg {version('bgpy-pkg')}, Python {sys.version.split()[0]}",
        "ases": len(graph.as_dict),
        "links": len(links[0]) + len(links[1]),
        "read_s": read - start,
        "build_s": built - read,
        "runs": runs,
        "dumped_rows": dump(graph, origins, asked.dump) if asked.dump else None,
        "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024),
    }
    print(json.dumps(told))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
