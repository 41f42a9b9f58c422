"""The whole Internet: what routes cross, the ladder and what-ifs, beside BGPy and matrix-bgpsim on the same file.

    python benchmarks/bench_internet.py [--size small|full] [AS_REL]

AS_REL is CAIDA's AS relationships; without it the graph of September 2025 beside the checkout is taken, and where that
is not there an invented graph. `--size full` adds every network to every network, and BGPy with slim announcements.
Each part runs in a process of its own. The peers pin versions of what our own tests need too, so they are installed
into a folder that only their processes read, and that is removed at the end; without a network they are left out.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from internet_parts import asns_in, invent
from measuring import ROOT, Used, child, is_small, machine

HERE = Path(__file__).resolve().parent
DATA = ROOT.parent / "shared" / "data"
GRAPH = DATA / "as-graph" / "20250901.as-rel2.txt.bz2"
TAGS = DATA / "as-tags" / "gov.csv"
PEERS = ("bgpy-pkg==13.0.13", "matrix-bgpsim==1.0.2")
PARTS_OF_GRAPH = (600, 2000)
BUDGET = {"single": 8, "ties": 25, "written": 300, "share": 2, "marked": 2, "gone": 2, "cold": 10, "warm": 1}


def say(line: str) -> None:
    """Prints at once, so that a long run is seen."""
    print(line, flush=True)


def part(name: str, folder: Path) -> Used:
    """One part in a process of its own."""
    return child(str(HERE / "internet_parts.py"), [name, str(folder)])


@contextmanager
def variables(**told: str) -> Iterator[None]:
    """Variables that children see, for a while."""
    before = {name: os.environ.get(name) for name in told}
    os.environ.update(told)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def graph_said(folder: Path) -> dict[str, Any]:
    """Reads and builds the graph, and draws who is asked about."""
    used = part("read", folder)
    told = used.told
    say(
        f"Graph: {told['networks']:,} networks, {told['links']:,} links; {told['transit']:,} networks sell transit, "
        f"{told['classes']:,} classes of networks with equal neighbours."
    )
    speed = told["text_bytes"] / 1e6 / told["read_s"]
    say(
        f"Read in {told['read_s']:.2f} s ({told['read_cpu_s']:.2f} s of processor): {speed:.1f} MB/s of text, "
        f"{told['links'] / told['read_s']:,.0f} links/s; topology {told['topology_s']:.2f} s, "
        f"condensed {told['condense_s']:.2f} s; peak {used.peak_bytes / 1e9:.2f} GB."
    )
    return dict(told)


def first_call_said(folder: Path) -> None:
    """The first call on a tiny graph, compiled and then read from disk."""
    with tempfile.TemporaryDirectory() as cache, tempfile.TemporaryDirectory() as tiny:
        place = Path(tiny)
        invent(place / "graph.txt", 60)
        (place / "as_rel").write_text(str(place / "graph.txt"))
        part("read", place)
        with variables(NUMBA_CACHE_DIR=cache):
            for name in ("cold", "warm"):
                used = part("first", place)
                told = used.told
                calls = {"single path": "single_s", "ties": "ties_s", "folded": "ladder_s", "by pairs": "pairs_s"}
                spent = ", ".join(f"{what} {told[key][0]:.2f} s ({told[key][1]:.2f})" for what, key in calls.items())
                say(
                    f"First calls on 60 networks, {name}: {told['imports_s']:.2f} s of imports and reading, then (and "
                    f"seconds of processor) {spent}; {told['all_s']:.2f} s in all, the process {used.wall:.2f} s of "
                    f"wall and {used.cpu:.2f} s of processor (budget {BUDGET[name]} s)."
                )


def fold_said(name: str, folder: Path, graph: dict[str, Any]) -> tuple[float, float]:
    """All destinations, folded; for one destination the seconds of wall times threads, and of processor."""
    used = part(name, folder)
    told = used.told
    each = told["cpu_s"] / told["destinations"]
    what = "single path" if name == "single" else "ties: low, high, expected"
    say(
        f"All {told['destinations']:,} destinations, {told['sources']:,} sources, {what}: {told['wall_s']:.2f} s "
        f"on two threads (budget {BUDGET[name]} s), {told['cpu_s']:.2f} s of processor, "
        f"peak {used.peak_bytes / 1e9:.2f} GB (budget 1 GB); "
        f"{each * 1e6:.1f} us a destination and core, {graph['links'] / each:,.0f} AS links/s and core."
    )
    return 2 * told["wall_s"] / told["destinations"], each


def installed(folder: Path) -> bool:
    """Installs the peers, with the versions they pin, into a folder of their own; says why where it cannot."""
    words = ["install", "--quiet", "--disable-pip-version-check", "--no-input", "--retries", "1", "--timeout", "20"]
    ran = subprocess.run(
        [sys.executable, "-m", "pip", *words, "--target", str(folder), *PEERS],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if ran.returncode:
        reason = (ran.stderr.strip().splitlines() or ["no reason told"])[-1]
        say(f"The peers could not be installed and are left out: {reason}")
        return False
    say(f"Peers: {', '.join(PEERS)}, with what they pin, in a folder that only their processes read.")
    return True


def bgpy_said(folder: Path, peers: Path, ours: dict[str, tuple[float, float]], slim: bool) -> None:
    """BGPy's engine on the same file, one run of ten prefixes, and its routes beside ours."""
    origins = asns_in(folder, "origins")
    listed = ",".join(map(str, origins))
    words = [(folder / "as_rel").read_text(), "--origins", listed, "--alone", str(origins[0])]
    words += ["--slim"] if slim else ["--dump", str(folder / "bgpy.csv")]
    with variables(PYTHONPATH=str(peers)):
        used = child(str(HERE / "peer_bgpy.py"), words)
    alone, run = used.told["runs"]
    say(
        f"{used.told['peer']}, {run['announcement']} announcements: graph built in {used.told['build_s']:.1f} s; one "
        f"run of {len(origins)} prefixes {run['run_s']:.1f} s ({run['run_cpu_s']:.1f} s of processor), "
        f"{run['per_destination_s']:.2f} s a destination ({run['per_destination_cpu_s']:.2f} s of processor), "
        f"one alone {alone['run_s']:.2f} s; peak {used.peak_bytes / 1e9:.2f} GB."
    )
    for name, each in ours.items():
        say(
            f"BGPy / ours, {name}, a destination and core: {run['per_destination_cpu_s'] / each[1]:,.0f} times by "
            f"processor time, {run['per_destination_s'] / each[0]:,.0f} times by wall time."
        )
    hours = run["per_destination_s"] * used.told["ases"] / 3600
    say(f"All {used.told['ases']:,} destinations would take BGPy {hours:,.1f} hours: extrapolated from {len(origins)}.")


def compared_said(name: str, told: dict[str, int]) -> None:
    """How many routes are equal."""
    say(
        f"{told['compared']:,} routes compared with {name}'s: {told['class_or_length']:,} differ in class or length, "
        f"{told['next_hop']:,} in the next hop ({told['hop_not_tied']:,} of these by one that is no equal choice), "
        f"{told['one_side_alone']:,} are on one side alone."
    )


def matrix_said(folder: Path, peers: Path) -> None:
    """matrix-bgpsim on two parts of the graph, and ours on the same."""
    for count in PARTS_OF_GRAPH:
        dump = folder / f"matrix_{count}.csv"
        words = [(folder / "as_rel").read_text(), "--ases", str(count), "--dump", str(dump)]
        with variables(PYTHONPATH=str(peers)):
            theirs = child(str(HERE / "peer_matrix_bgpsim.py"), words).told
        ours = part(str(count), folder).told
        say(
            f"{theirs['peer']}, all pairs of {theirs['ases']:,} networks and {theirs['links']:,} links, one process: "
            f"{theirs['run_s']:.2f} s ({theirs['workers_cpu_s']:.2f} s of processor); ours, next hops of all pairs on "
            f"one thread: {ours['wall_s']:.3f} s ({ours['cpu_s']:.3f} s of processor); by processor time "
            f"{theirs['workers_cpu_s'] / ours['cpu_s']:,.0f} times."
        )
        compared_said("matrix-bgpsim", ours)


def what_if_said(folder: Path) -> None:
    """Changes of shares, and networks and links gone."""
    used = part("what_if", folder)
    told = used.told
    say(
        f"What if, 500 sources and all destinations: prepared in {told['prepare_s']:.2f} s "
        f"({told['prepare_cpu_s']:.2f} s of processor). A share changed, {len(told['shares'])} networks: "
        f"median {told['share_median_s']:.2f} s, worst {told['share_worst_s']:.2f} s (budget {BUDGET['share']} s)."
    )
    for kind in ("shares", "networks_gone", "links_gone"):
        for each in told[kind]:
            to = f" to AS{each['other']}" if each["other"] is not None else ""
            say(
                f"  {kind.replace('_', ' ')}: AS{each['asn']}{to} ({each['customers']:,} customers): "
                f"{each['destinations']:,} destinations worked anew in {each['wall_s']:.2f} s "
                f"({each['cpu_s']:.2f} s of processor)."
            )


def changes_said(folder: Path) -> None:
    """A network gone and a network marked for 500 sources, beside working everything out."""
    used = part("changes", folder)
    told = used.told
    say(
        f"Page Internet, {told['sources']:,} sources and all destinations: {told['study_s']:.2f} s "
        f"({told['study_cpu_s']:.2f} s of processor) once, {told['steps']:,} steps of best paths kept, "
        f"peak {used.peak_bytes / 1e9:.2f} GB."
    )
    for name in ("marked", "gone"):
        ratio = told["study_cpu_s"] / told[f"{name}_cpu_s"]
        say(
            f"  a network {name}, median of {told['networks']}: {told[f'{name}_s']:.2f} s (budget {BUDGET[name]} s), "
            f"{told[f'{name}_cpu_s']:.2f} s of processor, worst {told[f'{name}_worst_cpu_s']:.2f} s; "
            f"the whole again takes {ratio:.1f} times that."
        )


def limit_said(folder: Path) -> None:
    """Where the time of a batch goes, and how far it is from a bare reading of the same rows."""
    told = part("limit", folder).told
    spent = ", ".join(f"{name} {seconds * 1e3:.2f} ms" for name, seconds in told["batch_s"].items())
    say(f"One batch of 64 classes, processor time: {spent}. {told['batches']:,} batches make the whole.")
    size, seconds = told["links_read"] * told["row_bytes"], told["batch_s"]["route"]
    say(
        f"Limit: routes of the last batch can come over {told['links_read']:,} links; their rows of "
        f"{told['row_bytes']} bytes are {size / 1e6:.1f} MB a batch, {size / 64 / 1e3:.0f} kB a class. A bare pass "
        f"that only joins them takes {told['bare_batch_s'] * 1e3:.2f} ms, "
        f"{size / told['bare_batch_s'] / 1e9:.1f} GB/s; three stages and tie sets take "
        f"{seconds / told['bare_batch_s']:.1f} times that. The rows of all networks are "
        f"{told['node_bytes'] / 1e6:.1f} MB and stay in the caches{caches()}; one core copies "
        f"{told['memory_bytes_s'] / 1e9:.1f} GB/s in memory and {told['near_bytes_s'] / 1e9:.1f} GB/s in its cache."
    )


def caches() -> str:
    """Sizes of the caches of one core, where the system tells them."""
    found = []
    for place in sorted(Path("/sys/devices/system/cpu/cpu0/cache").glob("index*")):
        level, kind, size = ((place / name).read_text().strip() for name in ("level", "type", "size"))
        if kind != "Instruction":
            found.append(f"L{level} {size}")
    return f" ({', '.join(found)})" if found else ""


def ladder_said(name: str, what: str, folder: Path) -> None:
    """A ladder, folded or written."""
    used = part(name, folder)
    told = used.told
    file = f", {told['file_bytes'] / 1e6:,.0f} MB of Parquet" if "file_bytes" in told else ""
    limit = f" (budget {BUDGET['written']} s)" if name != "everything" else ""
    rungs = ", ".join(f"{rung} {count:,}" for rung, count in told["by_rung"].items())
    say(
        f"Ladder, {what}: {told['pairs']:,} pairs in {told['wall_s']:.1f} s{limit}, {told['cpu_s']:.1f} s of processor"
        f"{file}; {told['pairs'] / told['wall_s']:,.0f} pairs/s, peak {used.peak_bytes / 1e9:.2f} GB. Rungs: {rungs}."
    )


def main(words: Sequence[str]) -> int:
    """Measures and prints."""
    said, full = list(words), "full" in words
    small = is_small(said)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        path = Path(said[0]).resolve() if said else GRAPH
        if small or not path.exists():
            why = "asked for at this size" if small else f"there is no {path.name}"
            say(f"An invented graph is measured: {why}.")
            path = folder / "graph.txt"
            invent(path, 300 if small else 5000)
        elif TAGS.exists():
            shutil.copy(TAGS, folder / "gov.csv")
        (folder / "as_rel").write_text(str(path))
        measured(folder, small, full)
    return 0


def measured(folder: Path, small: bool, full: bool) -> None:
    """All parts; the longest of the peers and the comparisons come last."""
    say(f"Machine: {machine()}; load {os.getloadavg()[0]:.1f} at the start.")
    with tempfile.TemporaryDirectory() as place:
        peers = None if small or not installed(Path(place)) else Path(place)
        graph = graph_said(folder)
        ours = {"single path": fold_said("single", folder, graph), "ties": fold_said("ties", folder, graph)}
        if peers:
            for slim in (False, True) if full else (False,):
                bgpy_said(folder, peers, ours, slim)
        limit_said(folder)
        what_if_said(folder)
        changes_said(folder)
        if small:
            say("The peers and the first call compiled are left out at this size.")
        else:
            first_call_said(folder)
        ladders_said(folder)
        say(f"Load {os.getloadavg()[0]:.1f} before what follows.")
        if peers:
            compared_said("BGPy", part("compared", folder).told)
            matrix_said(folder, peers)
    if full:
        ladder_said("everything", "all networks to all, folded", folder)


def ladders_said(folder: Path) -> None:
    """The government networks to all networks, folded and written."""
    of = "government networks" if (folder / "gov.csv").exists() else "networks drawn"
    count = len(asns_in(folder, "government"))
    ladder_said("government", f"{count:,} {of} to all, folded", folder)
    ladder_said("written", f"{count:,} {of} to all, a row a pair written", folder)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
