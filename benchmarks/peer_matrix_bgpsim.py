"""matrix-bgpsim on a part of a given AS graph small enough for it: seconds, and on request the routes it chose.

    python benchmarks/peer_matrix_bgpsim.py AS_REL --ases 1000 [--jobs 1] [--sample 20] [--dump ROUTES.csv]

Needs the Python package `matrix-bgpsim`. It works out all pairs at once, in time that grows with the cube of the number
of ASes, so the part is given by a number: the ASes with the most links, and the links among them. Prints one JSON
object. `--sample` destinations, evenly spread over the ASNs, are dumped with every source.
"""

import argparse
import contextlib
import csv
import io
import json
import resource
import sys
import time
from collections import Counter
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from peer_bgpy import Links, read_links


def largest(links: Links, count: int) -> Links:
    """The links among the `count` ASes that have the most links; of equal ones the lower ASN."""
    degree = Counter(asn for pairs in links for pair in pairs for asn in pair)
    kept = set(sorted(degree, key=lambda asn: (-degree[asn], asn))[:count])
    sales, peerings = ([(a, b) for a, b in pairs if a in kept and b in kept] for pairs in links)
    return sales, peerings


def simulate(links: Links, jobs: int = 1) -> tuple[Any, dict[str, float]]:
    """All pairs with next hops: the simulator, and the seconds it took."""
    from matrix_bgpsim import RMatrix

    sales, peerings = links
    rows = [(str(p), str(c), RMatrix.P2C) for p, c in sales] + [(str(a), str(b), RMatrix.P2P) for a, b in peerings]
    start = time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()):
        matrix = RMatrix(rows)
        built = time.perf_counter()
        matrix.run(n_jobs=jobs, save_next_hop=True)
    return matrix, {"build_s": built - start, "run_s": time.perf_counter() - built}


def chosen(matrix: Any, source: int, destination: int) -> tuple[str, int, int | None] | None:
    """Class, hops and next hop of one route; None where there is none."""
    if source == destination:
        return "self", 0, None
    kind, hops = matrix.get_state(str(source), str(destination))
    if kind is None:
        return None
    path = matrix.get_path(str(source), str(destination))
    return {-1: "customer", 0: "peer", 1: "provider"}[kind], int(hops), int(path[0])


def dump(matrix: Any, destinations: Sequence[int], sources: Sequence[int], path: Path) -> int:
    """Writes the routes to some destinations as CSV; returns how many rows."""
    count = 0
    with path.open("w", newline="") as out:
        rows = csv.writer(out, lineterminator="\n")
        rows.writerow(["dst_asn", "src_asn", "route_class", "length_hops", "next_hop_asn"])
        for d in destinations:
            for s in sources:
                found = chosen(matrix, s, d)
                if found is not None:
                    rows.writerow([d, s, *found])
                    count += 1
    return count


def main(words: Sequence[str]) -> int:
    """Reads, cuts, simulates and prints."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("as_rel", type=Path)
    parser.add_argument("--ases", type=int, required=True)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--sample", type=int, default=20)
    parser.add_argument("--dump", type=Path)
    asked = parser.parse_args(words)
    links = largest(read_links(asked.as_rel), asked.ases)
    every = sorted({asn for pairs in links for pair in pairs for asn in pair})
    matrix, seconds = simulate(links, asked.jobs)
    sample = every[:: max(1, len(every) // asked.sample)][: asked.sample]
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    told = {
        "peer": f"matrix-bgpsim {version('matrix-bgpsim')}, Python {sys.version.split()[0]}",
        "ases": len(every),
        "links": len(links[0]) + len(links[1]),
        "jobs": asked.jobs,
        **seconds,
        "workers_cpu_s": children.ru_utime + children.ru_stime,
        "per_destination_s": seconds["run_s"] / max(1, len(every)),
        "dumped_rows": dump(matrix, sample, every, asked.dump) if asked.dump else None,
        "peak_bytes": children.ru_maxrss * (1 if sys.platform == "darwin" else 1024),
    }
    print(json.dumps(told))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
