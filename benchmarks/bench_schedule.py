"""Replacement schedules: ours, and the same model given whole to HiGHS and to OR-tools CP-SAT, in one run.

    python benchmarks/bench_schedule.py [--size small|full] [--sites 200,2000,6000,36000] [--periods 24] [--seed 1]
        [--seconds N] [--shape network|prototype|mine] [--conflicts] [--caps] [--durations] [--peers-to 6000]

For each size an instance is drawn, and all are given the same seconds: those of the target at that size, or N. Each
runs in a process of its own, one after another, and every plan is certified by us. The peers hold the whole model
and are left out above `--peers-to` sites, which is said. Value, bound and gap are printed as they stood by time.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from measuring import Used, child, is_small, machine

HERE = Path(__file__).resolve().parent
TARGETS = ((1000, 60.0), (3000, 120.0), (10_000, 300.0), (10**9, 900.0))
"""Up to so many sites, so many seconds."""
PARTS_OF_TIME = (0.1, 0.25, 0.5, 1.0)
NEAR = 0.01
PEERS = {"highs": "HiGHS", "cpsat": "CP-SAT"}
Events = list[tuple[float, float | None, float | None]]


def say(line: str) -> None:
    """Prints at once, so that a long run is seen."""
    print(line, flush=True)


def part(*words: str) -> Used:
    """One part of the benchmark in a process of its own."""
    return child(str(HERE / "schedule_parts.py"), words)


def gap_by(events: Events, second: float) -> float | None:
    """The gap between the best value and the best bound told by a second; None where one of them was missing."""
    values = [value for at, value, _ in events if at <= second and value is not None]
    bounds = [bound for at, _, bound in events if at <= second and bound is not None]
    if not values or not bounds or max(values) <= 0:
        return None
    return max(0.0, min(bounds) / max(values) - 1.0)


def seconds_to(events: Events, gap: float) -> float | None:
    """The first second at which the gap was no more."""
    return next((at for at, _, _ in events if (found := gap_by(events, at)) is not None and found <= gap), None)


def share(gap: float | None) -> str:
    """A gap in words."""
    return "none" if gap is None else f"{gap:.3%}"


def number(value: float | None) -> str:
    """A value in words."""
    return "none" if value is None else f"{value:,.1f}"


def row(name: str, told: dict[str, Any], used: Used, seconds: float) -> str:
    """One line of the table, from what a run told and used; its last word is the last event."""
    events = [(at, value, bound) for at, value, bound in told["events"]]
    events.append((told["seconds"], told["objective"], told["bound"]))
    near = seconds_to(events, NEAR)
    by = " | ".join(share(gap_by(events, max(part * seconds, told["seconds"] * (part == 1)))) for part in PARTS_OF_TIME)
    reached = "not reached" if near is None else f"{near:.1f} s"
    return (
        f"| {name} | {number(told['objective'])} | {number(told['bound'])} | {by} | {reached} | "
        f"{told['seconds']:.1f} s | {used.cpu:.1f} s | {used.peak_bytes / 1e9:.2f} GB | {told['said']} |"
    )


def certified_said(name: str, file: Path, plan: Path) -> None:
    """What our certifier says of a plan."""
    if not plan.exists():
        say(f"{name}: no plan to certify.")
        return
    used = part("certify", str(file), str(plan))
    told = used.told
    bound = "" if told["bound"] is None else f", proves a bound of {number(told['bound'])}: {share(told['gap_share'])}"
    refused = "".join(f" {refusal}" for refusal in told["refusals"])
    say(
        f"{name} certified in {told['seconds']:.2f} s, peak {used.peak_bytes / 1e9:.2f} GB: "
        f"{'feasible' if told['feasible'] else 'NOT feasible'}, {number(told['objective'])}{bound}. "
        f"{told['closing']}{refused}"
    )


def limit_said(file: Path, ours: dict[str, Any]) -> None:
    """Where our time goes, and how far a round is from a bare pass over the arcs."""
    spent = ", ".join(
        f"{doing} {seconds:.1f} s ({done / max(seconds, 1e-9):,.1f}/s)"
        for doing, (seconds, done) in ours["spent"].items()
    )
    say(f"Where our time goes (rounds or tries per second): {spent or 'nothing was told'}.")
    told = part("limit", str(file)).told
    say(
        f"Limit: {told['nodes']:,} nodes, {told['arcs']:,} arcs, stated in {told['stated_s']:.2f} s; a round of the "
        f"first four takes {told['round_s']:.2f} s, a minimum cut alone {told['cut_s']:.2f} s; a bare pass over its "
        f"arcs {told['pass_s'] * 1e3:.1f} ms, {told['arcs'] / max(told['pass_s'], 1e-9) / 1e6:,.0f} M arcs/s."
    )


def sized(folder: Path, sites: int, given: argparse.Namespace, seconds: float) -> None:
    """One size: the instance, ours, the peers, the certificates and the limit."""
    file = folder / f"{given.shape}-{sites}.json"
    flags = [flag for flag in ("conflicts", "caps", "durations") if getattr(given, flag)]
    made = part("make", str(file), given.shape, str(sites), str(given.periods), str(given.seed), *flags)
    counts = ", ".join(f"{count:,} {name}" for name, count in made.told.items())
    say(f"\n{given.shape}, {sites:,} sites, {given.periods} periods{''.join(', ' + flag for flag in flags)}: {counts}.")
    heads = " | ".join(f"gap by {part * seconds:g} s" for part in PARTS_OF_TIME)
    say(f"| | best value | best bound | {heads} | to {NEAR:.0%} | time | processor | peak memory | it says |")
    say("| --- " * (10 + len(PARTS_OF_TIME) - 1) + "|")
    plans = {"ours": folder / f"ours-{sites}.json"}
    ours = part("ours", str(file), str(seconds), str(plans["ours"]))
    say(row("ours", ours.told, ours, seconds))
    if sites <= given.peers_to:
        sizes = ""
        for peer, name in PEERS.items():
            plans[name] = folder / f"{peer}-{sites}.json"
            used = child(str(HERE / "peer_schedule.py"), [peer, str(file), str(seconds), str(plans[name])])
            say(row(name, used.told, used, seconds))
            if "columns" in used.told:
                sizes = "{columns:,} columns, {rows:,} rows, {nonzeros:,} nonzeros".format(**used.told)
        say(f"The whole model, as the peers hold it: {sizes}.")
    else:
        say(f"HiGHS and CP-SAT are left out above {given.peers_to:,} sites: see --peers-to.")
    for name, plan in plans.items():
        certified_said(name, file, plan)
    limit_said(file, ours.told)


def main(words: Sequence[str]) -> int:
    """Measures and prints."""
    said = list(words)
    small = is_small(said)
    asked = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    asked.add_argument("--sites", default="20" if small else "200,2000,6000,36000")
    asked.add_argument("--periods", type=int, default=5 if small else 24)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--seconds", type=float, default=2.0 if small else None)
    asked.add_argument("--shape", choices=("network", "prototype", "mine"), default="network")
    asked.add_argument("--peers-to", type=int, default=6000)
    for flag in ("conflicts", "caps", "durations"):
        asked.add_argument(f"--{flag}", action="store_true")
    given = asked.parse_args(said)
    say(f"Machine: {machine()}; load {os.getloadavg()[0]:.1f} at the start.")
    with tempfile.TemporaryDirectory() as made:
        for sites in map(int, given.sites.split(",")):
            target = next(seconds for most, seconds in TARGETS if sites <= most)
            sized(Path(made), sites, given, given.seconds or target)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
