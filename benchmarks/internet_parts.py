"""What `bench_internet.py` measures, each part in a process of its own so that its memory is its own.

    python benchmarks/internet_parts.py PART FOLDER

FOLDER holds what the part `read` puts there: the sources, restricted networks and shares drawn, and `as_rel`, the path
of the graph. Each part prints one JSON object.
"""

import bz2
import csv
import gzip
import json
import lzma
import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

SEED = 20250901
RESTRICTED, SHARED, CARRIERS, BIG = 40, 75, 1000, 300
TIER_ONE = (3356, 174, 6939)


def timed(work: Callable[[], Any]) -> tuple[float, float, Any]:
    """Seconds of wall and of processor, and what the work gave."""
    wall, cpu = time.perf_counter(), time.process_time()
    gave = work()
    return time.perf_counter() - wall, time.process_time() - cpu, gave


def graph_of(folder: Path) -> Path:
    """The graph that is measured."""
    return Path((folder / "as_rel").read_text())


def invent(path: Path, count: int, seed: int = SEED) -> None:
    """Writes an invented graph: eight networks that peer, others that buy from up to three lower numbers, and peers."""
    draw = random.Random(seed)
    lines = [f"{a}|{b}|0|bgp" for a in range(1, 9) for b in range(a + 1, 9)]
    sold = set()
    for asn in range(9, count + 1):
        for provider in draw.sample(range(1, max(9, asn // 3)), draw.randint(1, 3)):
            sold.add((provider, asn))
    lines += [f"{provider}|{customer}|-1|bgp" for provider, customer in sorted(sold)]
    for _ in range(count):
        a, b = sorted(draw.sample(range(9, count + 1), 2))
        if (a, b) not in sold:
            lines.append(f"{a}|{b}|0|mlp")
    path.write_text("\n".join(lines) + "\n")


def unpacked_bytes(path: Path) -> int:
    """How many bytes of text the graph has."""
    openers: dict[str, Any] = {".bz2": bz2.open, ".gz": gzip.open, ".xz": lzma.open}
    with openers.get(path.suffix, open)(path, "rb") as stream:
        return sum(map(len, iter(lambda: stream.read(2**20), b"")))


def read(folder: Path) -> dict[str, Any]:
    """Reads the graph, builds and condenses it; then draws, with one seed, who is asked about."""
    from provenet.ingest.bgp.as_links import read_as_links
    from provenet.routing.kernels.condense import condense
    from provenet.routing.kernels.csr import topology

    path = graph_of(folder)
    read_wall, read_cpu, links = timed(lambda: read_as_links(path))
    ends = (links.provider, links.customer, links.peer_a)
    more = {"peer_b": links.peer_b, "alone": links.alone}
    first = timed(lambda: condense(topology(*ends, **more)))
    topology_wall, _, made = timed(lambda: topology(*ends, **more))
    condense_wall, _, core = timed(lambda: condense(made))
    size = unpacked_bytes(path)
    told = {
        "read_s": read_wall,
        "read_cpu_s": read_cpu,
        "text_bytes": size,
        "first_s": first[0],
        "topology_s": topology_wall,
        "condense_s": condense_wall,
        "networks": made.node_count,
        "links": len(links.provider) + len(links.peer_a),
        "transit": core.core_count,
        "classes": core.class_count,
        "transit_links": len(core.links.up) + len(core.links.peer) // 2,
    }
    drawn(folder, made, core)
    return told


def drawn(folder: Path, made: Any, core: Any) -> None:
    """Writes who is asked about: lists of ASNs, shares, and what changes."""
    import numpy as np

    draw, every = random.Random(SEED), made.asn.tolist()
    customers = np.diff(made.down_start)
    by_customers = made.asn[np.lexsort((made.asn, -customers))][: core.core_count].tolist()
    carriers = draw.sample(by_customers[:CARRIERS], min(RESTRICTED + SHARED, len(by_customers) // 2))
    walls, shared = carriers[: len(carriers) * RESTRICTED // (RESTRICTED + SHARED)], []
    for asn in carriers[len(walls) :]:
        low, high = sorted((round(draw.random(), 2), round(draw.random(), 2)))
        shared.append(f"{asn},{low},{high}")
    lists = {"restricted": walls, "from_1000": draw.sample(every, min(1000, len(every)))}
    lists |= {"from_500": draw.sample(every, min(500, len(every))), "origins": draw.sample(every, min(10, len(every)))}
    lists["big"] = draw.sample(by_customers[:BIG], min(9, len(by_customers)))
    known = by_customers[:BIG] if made.node_count > 10 * BIG else []
    lists["big"] += [asn for asn in TIER_ONE if asn in known and asn not in lists["big"]]
    tags = folder / "gov.csv"
    named = [int(row[0].removeprefix("AS")) for row in csv.reader(tags.open())] if tags.exists() else every[::8]
    lists["government"] = sorted(set(named) & set(every))
    for name, asns in lists.items():
        (folder / name).write_text("".join(f"{asn}\n" for asn in asns))
    (folder / "shares").write_text("asn,low,high\n" + "".join(f"{row}\n" for row in shared))


def asns_in(folder: Path, name: str) -> list[int]:
    """A list that `drawn` wrote."""
    return [int(line) for line in (folder / name).read_text().split()]


def asked(folder: Path, sources: str | None, shares: bool = True) -> Any:
    """The ladder of the graph from a list of sources to all networks."""
    from provenet.tools.ladder import ladder

    return ladder(
        *(graph_of(folder), folder / "restricted"),
        shares=folder / "shares" if shares else None,
        sources=None if sources is None else folder / sources,
        recheck=0,
    )


def fold(folder: Path, name: str) -> dict[str, Any]:
    """All destinations, folded for a thousand sources: `single` or `ties`."""
    import crossing_sums
    import numpy as np

    from provenet.routing.ladder import Engine

    question = asked(folder, "from_1000", shares=name == "ties").question
    fields = crossing_sums.SINGLE if name == "single" else crossing_sums.TIES
    work = crossing_sums.fold_single if name == "single" else crossing_sums.fold_ties
    with Engine(question, 2) as engine:
        # What is compiled is read from disk, and rooms are made.
        next(iter(work(engine, np.zeros((len(question.rows), len(fields))))))
    sums = np.zeros((len(question.rows), len(fields)))
    with Engine(question, 2) as engine:
        wall, cpu, _ = timed(lambda: list(work(engine, sums)))
    total = (sums * question.rows.size[:, None]).sum(axis=0)
    return {
        "wall_s": wall,
        "cpu_s": cpu,
        "destinations": len(question.destinations),
        "sources": len(question.sources),
        **dict(zip(fields, total.tolist(), strict=True)),
    }


def first(folder: Path) -> dict[str, Any]:
    """Seconds from the start of Python's work to the first answers on a tiny graph: imports, then each fold."""
    start = time.perf_counter()
    import crossing_sums
    import numpy as np

    from provenet.routing.fold import fold_all
    from provenet.routing.kernels.lanes import FIELDS
    from provenet.routing.ladder import Engine
    from provenet.routing.pairs import pair_batches

    question = asked(folder, "from_500").question
    told: dict[str, Any] = {"imports_s": time.perf_counter() - start}
    engine, rows = Engine(question, 2), len(question.rows)
    calls = {
        "single_s": lambda: list(crossing_sums.fold_single(engine, np.zeros((rows, 2)))),
        "ties_s": lambda: list(crossing_sums.fold_ties(engine, np.zeros((rows, 4)))),
        "ladder_s": lambda: list(fold_all(engine, question.rows, question.columns, sums=np.zeros((rows, len(FIELDS))))),
        "pairs_s": lambda: list(pair_batches(engine)),
    }
    with engine:
        for name, call in calls.items():
            told[name] = timed(call)[:2]
    return told | {"all_s": time.perf_counter() - start}


def routes_to(folder: Path, links: Any = None, destinations: Sequence[int] = ()) -> dict[tuple[int, int], tuple]:
    """Class, hops and next hop of every network's conventional route, by (destination, source), as the peers tell."""
    import numpy as np

    from provenet.ingest.bgp.as_links import read_as_links
    from provenet.routing.kernels.aspaths import batch_of, route
    from provenet.routing.kernels.condense import condense
    from provenet.routing.kernels.csr import topology
    from provenet.routing.kernels.route_tables import Simulated
    from provenet.routing.kernels.rows import rows_of, see

    if links is None:
        found = read_as_links(graph_of(folder))
        made = topology(found.provider, found.customer, found.peer_a, peer_b=found.peer_b, alone=found.alone)
    else:
        made = topology_of(links)
    core = condense(made)
    nodes = np.sort(made.nodes_of(np.array(destinations, np.int64)))
    seat, batch, held = rows_of(core, np.arange(core.class_count, dtype=np.int32)), batch_of(core), {}
    hops = {}
    for roots, table in Simulated(core, np.arange(made.node_count, dtype=np.int32))(nodes):
        for at, root in enumerate(roots.tolist()):
            hops[root] = table[:, at].copy()
    for root in nodes.tolist():
        batch = route(core, core.class_of[[root]], batch)
        see(core, batch, seat)
        one, state, planes = np.uint64(1), seat.state, seat.state.length & np.uint64(1)
        length = (planes.astype(np.int64) << np.arange(planes.shape[1])).sum(axis=1)[core.class_of]
        kinds = {name: ((getattr(state, name) & one) > 0)[core.class_of] for name in ("customer", "peer", "provider")}
        goal = int(made.asn[root])
        for name, mask in kinds.items():
            for v in np.flatnonzero(mask).tolist():
                if v != root:
                    held[goal, int(made.asn[v])] = (name, int(length[v]), int(made.asn[hops[root][v]]))
        held[goal, goal] = ("self", 0, None)
    return held


def topology_of(links: Any) -> Any:
    """Our topology of the peers' lists of links."""
    import numpy as np

    from provenet.routing.kernels.csr import topology

    columns = [np.array(pairs, np.int64).reshape(-1, 2) for pairs in links]
    return topology(columns[0][:, 0], columns[0][:, 1], columns[1][:, 0], peer_b=columns[1][:, 1])


def differences(ours: dict[tuple[int, int], tuple], dump: Path) -> dict[str, int]:
    """How many routes of a peer's dump were compared, and how many differ or stand on one side alone."""
    theirs = {}
    with dump.open(newline="") as rows:
        for row in csv.DictReader(rows):
            hop = int(row["next_hop_asn"]) if row["next_hop_asn"] else None
            theirs[int(row["dst_asn"]), int(row["src_asn"])] = (row["route_class"], int(row["length_hops"]), hop)
    both = [key for key in theirs if key in ours]
    other = [key for key in both if theirs[key][2] != ours[key][2]]
    unequal = [(d, s) for d, s in other if ours.get((d, theirs[d, s][2]), ("", -9))[1] != ours[d, s][1] - 1]
    return {
        "compared": len(both),
        "class_or_length": sum(theirs[key][:2] != ours[key][:2] for key in both),
        "next_hop": len(other),
        "hop_not_tied": len(unequal),
        "one_side_alone": len(theirs.keys() ^ ours.keys()),
    }


def compared(folder: Path) -> dict[str, Any]:
    """Our routes to the ten destinations beside BGPy's."""
    return differences(routes_to(folder, destinations=asns_in(folder, "origins")), folder / "bgpy.csv")


def part_of_graph(folder: Path, count: int) -> dict[str, Any]:
    """All pairs on the part that matrix-bgpsim is given: next hops of everybody to everybody, and its dump compared."""
    import numpy as np
    from peer_bgpy import read_links
    from peer_matrix_bgpsim import largest

    from provenet.routing.kernels.condense import condense
    from provenet.routing.kernels.route_tables import Simulated

    links = largest(read_links(graph_of(folder)), count)
    made = topology_of(links)
    every = np.arange(made.node_count, dtype=np.int32)

    def tables() -> None:
        for _ in Simulated(condense(made), every)(every):
            pass

    tables()
    wall, cpu, _ = timed(tables)
    told: dict[str, Any] = {"wall_s": wall, "cpu_s": cpu, "networks": made.node_count}
    dump = folder / f"matrix_{count}.csv"
    if dump.exists():
        with dump.open(newline="") as rows:
            goals = sorted({int(row["dst_asn"]) for row in csv.DictReader(rows)})
        told |= differences(routes_to(folder, links, goals), dump)
    return told


def folded(folder: Path, sources: str | None) -> dict[str, Any]:
    """The ladder folded, without a row written."""
    made = asked(folder, sources)
    wall, cpu, answer = timed(made.summary)
    return {"wall_s": wall, "cpu_s": cpu, "sources": len(made.question.sources), **brief(answer)}


def written(folder: Path) -> dict[str, Any]:
    """The command `ladder`, a row for each pair of the government networks and all networks written to a file."""
    import contextlib
    import io

    from provenet.cli.main import main as command

    out = folder / "pairs.parquet"
    lists = {"--restricted": "restricted", "--shares": "shares", "--from": "government"}
    words = [word for name, file in lists.items() for word in (name, str(folder / file))]
    words = ["ladder", str(graph_of(folder)), *words, "--out", str(out), "--recheck", "0", "--json"]
    said = io.StringIO()

    def run() -> None:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(io.StringIO()):
            try:
                command(words)
            except SystemExit as end:
                if end.code:
                    raise

    wall, cpu, _ = timed(run)
    told = {"wall_s": wall, "cpu_s": cpu, "file_bytes": out.stat().st_size, **brief(json.loads(said.getvalue()))}
    out.unlink()
    return told


def brief(answer: dict[str, Any]) -> dict[str, Any]:
    """What of a summary is printed."""
    return {"pairs": answer["pairs"], "by_rung": answer["by_rung"]}


def what_if(folder: Path) -> dict[str, Any]:
    """Changes of the question of 500 sources and all destinations."""
    import numpy as np

    from provenet.routing.whatif import Change, WhatIf

    question = asked(folder, "from_500").question
    made = question.core.topology
    with WhatIf(question, 2) as what_if:
        prepare_wall, prepare_cpu, _ = timed(lambda: list(what_if.prepare()))
        big = made.nodes_of(np.array(asns_in(folder, "big"), np.int64)).tolist()
        what_if.apply(Change(big[0], share=(0.1, 0.9)))

        def one(change: Change) -> dict[str, Any]:
            wall, cpu, found = timed(lambda: what_if.apply(change))
            other = None if change.other < 0 else int(made.asn[change.other])
            named = {"asn": int(made.asn[change.node]), "other": other, "customers": customers(change.node)}
            return {**named, "wall_s": wall, "cpu_s": cpu, "destinations": found.destinations}

        def customers(node: int) -> int:
            return int(made.down_start[node + 1] - made.down_start[node])

        shares = [one(Change(node, share=(0.2, 0.8))) for node in big]
        fewest = sorted(big, key=customers)
        dropped = [fewest[0], fewest[len(fewest) // 2], fewest[-1]]
        links = [(node, provider_or_peer(made, node)) for node in dropped]
        told = {
            "prepare_s": prepare_wall,
            "prepare_cpu_s": prepare_cpu,
            "shares": shares,
            "networks_gone": [one(Change(node)) for node in dropped],
            "links_gone": [one(Change(node, other)) for node, other in links],
        }
    walls = [each["wall_s"] for each in shares]
    return told | {"share_median_s": statistics.median(walls), "share_worst_s": max(walls)}


def changes(folder: Path) -> dict[str, Any]:
    """What the page Internet works out: 500 sources to all, then networks gone, and networks marked as restricted.

    One network marked and one gone are also counted by routing everything anew, and the answers must be equal.
    """
    import numpy as np

    from provenet.core.progress import silent
    from provenet.routing.kept_routes import KeptRoutes
    from provenet.routing.scenarios import Scenario, ScenarioStudy
    from provenet.tools.graphs import open_graph

    made = open_graph(graph_of(folder), silent).core.topology
    sources = np.unique(made.nodes_of(np.array(asns_in(folder, "from_500"), np.int64))).astype(np.int32)
    every = np.arange(made.node_count, dtype=np.int32)
    walls = np.zeros(made.node_count, np.bool_)
    walls[made.nodes_of(np.array(asns_in(folder, "restricted"), np.int64))] = True
    first = KeptRoutes(made, sources, every, restricted=walls)  # what is compiled is read from disk
    wall, cpu, first = timed(lambda: KeptRoutes(made, sources, every, restricted=walls))
    big = made.nodes_of(np.array(asns_in(folder, "big"), np.int64)).tolist()
    first.without(big[:1])
    marked, gone = [], []
    for node in big:
        more = walls.copy()
        more[node] = True
        marked.append(timed(lambda more=more: first.newly_crossing(first.restricting(more))))
        gone.append(timed(lambda node=node: first.without((node,))))
    whole = KeptRoutes(made, sources, every, restricted=more)
    if [each.tolist() for each in first.newly_crossing(whole)] != [each.tolist() for each in marked[-1][2]]:
        raise SystemExit("a network marked over kept steps differs from one routed anew")
    anew = ScenarioStudy(made, sources, every, walls, [Scenario(removed=(node,))])
    for _ in anew.run():
        pass
    if anew.counts[0].tolist() != gone[-1][2].tolist():
        raise SystemExit("a network gone over kept routes differs from one routed anew")
    steps = sum(len(each.steps.node) for each in first.kept.values())
    told = {"sources": len(sources), "networks": len(marked), "steps": steps, "study_s": wall, "study_cpu_s": cpu}
    for name, runs in (("marked", marked), ("gone", gone)):
        told[f"{name}_s"] = statistics.median(run[0] for run in runs)
        told[f"{name}_cpu_s"] = statistics.median(run[1] for run in runs)
        told[f"{name}_worst_cpu_s"] = max(run[1] for run in runs)
    return told


def provider_or_peer(made: Any, node: int) -> int:
    """The provider of a network with the most customers, or a peer of one that has no provider."""
    held = made.up[made.up_start[node] : made.up_start[node + 1]]
    if not len(held):
        held = made.peer[made.peer_start[node] : made.peer_start[node + 1]]
    return int(max(held.tolist(), key=lambda v: (int(made.down_start[v + 1] - made.down_start[v]), -v)))


def limit(folder: Path) -> dict[str, Any]:
    """Seconds of processor by stage, and of a bare pass over the same rows: a floor."""
    import numpy as np

    from provenet.routing.kernels import aspaths, crossing, rows, rungs
    from provenet.routing.ladder import Engine, parts

    question = asked(folder, "from_1000").question
    core, columns = question.core, question.columns
    room = Engine(question, 1).room(0)
    cuts = list(parts(len(columns), aspaths.LANES))
    picked = random.Random(SEED).sample(cuts, min(24, len(cuts)))
    seat, single = rows.rows_of(core, question.rows.classes), rungs.rungs_of(core, 0)
    spent: dict[str, float] = {}

    def stage(name: str, work: Callable[[], Any]) -> Any:
        start = time.thread_time()
        gave = work()
        spent[name] = spent.get(name, 0.0) + time.thread_time() - start
        return gave

    low, high, walls = question.core_low, question.core_high, question.walls
    for cut in [picked[0], *picked]:
        if cut is picked[0]:
            spent.clear()
        block = columns.cut(*cut)
        room.batch = stage("route", lambda block=block: aspaths.route(core, block.classes, room.batch))
        stage("see", lambda: rows.see(core, room.batch, seat))
        stage("climb", lambda: rungs.climb(core, room.batch, walls, lucky=False, room=single))
        stage("see rungs", lambda: rows.see_rungs(core, room.batch, seat, rungs=single, restricted=walls, lucky=False))
        wanted = stage("want", lambda: rows.want(core, room.batch, seat))
        stage(
            "cross",
            lambda wanted=wanted: crossing.cross_shares(
                core, room.batch, low, high=high, room=room.crossed, wanted=wanted
            ),
        )
        stage("see shares", lambda: rows.see_shares(core, room.batch, seat, crossed=room.crossed))
    bare_seconds, links = bare(core, room.batch)
    return {
        "batch_s": {name: seconds / len(picked) for name, seconds in spent.items()},
        "bare_batch_s": bare_seconds,
        "batches": len(cuts),
        "links_read": links,
        "row_bytes": int(room.batch.state.near.shape[1] * 8),
        "node_bytes": int(room.batch.state.near.nbytes + room.batch.length.nbytes + room.batch.longer.nbytes),
        "destinations": len(question.destinations),
        "networks": int(np.int64(core.topology.node_count)),
        **memory(2**30 if core.core_count > 1000 else 2**24),
    }


def bare(core: Any, batch: Any) -> tuple[float, int]:
    """Seconds of processor to join the row of each link that a batch can use once, and how many such links are."""
    import numpy as np
    from numba import njit

    @njit(nogil=True)
    def joined(start: Any, to: Any, used: Any, rows: Any, made: Any) -> None:
        for v in range(len(start) - 1):
            if not used[v]:
                continue
            a = b = c = d = e = f = g = h = i = j = k = m = n = o = p = q = np.uint64(0)
            for at in range(start[v], start[v + 1]):
                u = np.uint64(to[at])
                a, b, c, d = a | rows[u, 0], b | rows[u, 1], c | rows[u, 2], d | rows[u, 3]
                e, f, g, h = e | rows[u, 4], f | rows[u, 5], g | rows[u, 6], h | rows[u, 7]
                i, j, k, m = i | rows[u, 8], j | rows[u, 9], k | rows[u, 10], m | rows[u, 11]
                n, o, p, q = n | rows[u, 12], o | rows[u, 13], p | rows[u, 14], q | rows[u, 15]
            made[v] |= a ^ b ^ c ^ d ^ e ^ f ^ g ^ h ^ i ^ j ^ k ^ m ^ n ^ o ^ p ^ q

    made, every = np.zeros(core.core_count, np.uint64), np.ones(core.core_count, np.bool_)
    active, to = batch.state.active > 0, core.links
    tables = (to.down_start, to.down, active), (to.peer_start, to.peer, active), (to.up_start, to.up, every)

    def once() -> None:
        for start, to, used in tables:
            joined(start, to, used, batch.state.near, made)

    once()
    return min(timed(once)[1] for _ in range(15)), sum(int(np.diff(start)[used].sum()) for start, _, used in tables)


def memory(size: int) -> dict[str, float]:
    """What one core copies: from memory to memory, and inside its nearest megabyte; reads and writes both counted."""
    import numpy as np

    told = {}
    for name, length, rounds in (("memory_bytes_s", size, 1), ("near_bytes_s", 2**19, 2000)):
        source, target = np.ones(length, np.uint8), np.zeros(length, np.uint8)

        def copied(source: Any = source, target: Any = target, rounds: int = rounds) -> None:
            for _ in range(rounds):
                np.copyto(target, source)

        told[name] = 2 * length * rounds / min(timed(copied)[1] for _ in range(5))
    return told


PARTS: dict[str, Callable[[Path], dict[str, Any]]] = {
    "read": read,
    "first": first,
    "single": lambda folder: fold(folder, "single"),
    "ties": lambda folder: fold(folder, "ties"),
    "compared": compared,
    "government": lambda folder: folded(folder, "government"),
    "written": written,
    "everything": lambda folder: folded(folder, None),
    "what_if": what_if,
    "changes": changes,
    "limit": limit,
}


def main(words: Sequence[str]) -> int:
    """Runs one part and prints what it found."""
    part, folder = words[0], Path(words[1])
    told = part_of_graph(folder, int(part)) if part.isdecimal() else PARTS[part](folder)
    print(json.dumps(told))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
