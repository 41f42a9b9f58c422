"""Aid to carriers: ours, and the same model given whole to HiGHS, in one run.

    python benchmarks/bench_allocate.py [--size small|full] [--carriers 50] [--scenarios 10000] [--levels 20]
        [--demands 300] [--joint 1,2,3,4] [--share 0.3] [--on committed] [--seed 1] [--seconds 60] [--no-peer]

For each of `--joint` an instance is drawn in which a demand has one carrier up to so many. Carriers differ in size as
the lognormal does, large ones stand on more demands, gaps are normal with half their variance in common, and the budget
is a share of what the highest offers to all would cost. HiGHS is given the bins and the merged vectors, so it starts
from what took us the first seconds; it has the same cores and `--seconds`.
"""

import argparse
import sys
import time
from collections.abc import Sequence

import numpy as np
from measuring import is_small, machine

from provenet.forms.allocation import AidDemand, Allocation, Carrier
from provenet.numerics.highs import silent
from provenet.tipping.allocate import find_allocation
from provenet.tipping.bins import BinnedInstance, bin_instance


def drawn(arguments: argparse.Namespace, joint: int) -> Allocation:
    """An instance of this seed."""
    count, scenarios, levels = arguments.carriers, arguments.scenarios, arguments.levels
    draw = np.random.default_rng(arguments.seed)
    shock, size = draw.normal(size=scenarios), draw.lognormal(3, 1, count)
    carriers = []
    for j in range(count):
        mean, spread = size[j] * draw.uniform(0.1, 0.4), size[j] * draw.uniform(0.05, 0.2)
        gaps = mean + spread * np.sqrt(0.5) * (shock + draw.normal(size=scenarios))
        offers = np.round(np.linspace(0, mean + 2.5 * spread, levels), 3)
        carriers.append(Carrier(f"carrier {j}", tuple(offers.tolist()), np.round(gaps, 3)))
    chance, demands = size / size.sum(), []
    for _ in range(arguments.demands):
        many = min(int(draw.integers(1, joint + 1)), count)
        weight = float(np.round(draw.lognormal(2, 1), 2))
        chosen = draw.choice(count, many, replace=False, p=chance)
        demands.append(AidDemand(weight, tuple(carriers[j].id for j in chosen)))
    budget = round(sum(carrier.levels[-1] for carrier in carriers) * arguments.share, 2)
    return Allocation(budget, arguments.on, tuple(carriers), tuple(demands), "EUR million")


def whole_model(made: BinnedInstance, seconds: float) -> tuple[float, float]:
    """HiGHS on the whole model: the best objective and bound it has by then."""
    import highspy

    nodes, vectors = len(made.cost), len(made.weight)
    lowest = np.isin(np.arange(nodes), made.first[:-1])
    rise = np.where(lowest, 0.0, np.diff(made.cost, prepend=0.0))
    solver = silent()
    for name, value in (("threads", 2), ("time_limit", seconds), ("mip_rel_gap", 0.0)):
        solver.setOptionValue(name, value)
    solver.addVars(nodes + vectors, np.r_[lowest.astype(float), np.zeros(vectors)], np.ones(nodes + vectors))
    places = np.arange(nodes + vectors, dtype=np.int32)
    solver.changeColsCost(nodes + vectors, places, -np.r_[made.linear, made.weight])
    solver.changeColsIntegrality(nodes, places[:nodes], np.ones(nodes, np.uint8))
    below, above = np.flatnonzero(~lowest) - 1, np.flatnonzero(~lowest)
    tail = np.r_[below, made.member]
    head = np.r_[above, nodes + np.repeat(np.arange(vectors), np.diff(made.start))]
    index = np.stack([tail, head], axis=1).astype(np.int32).ravel()
    starts = np.arange(len(tail), dtype=np.int32) * 2
    solver.addRows(len(tail), np.zeros(len(tail)), np.full(len(tail), highspy.kHighsInf), len(index), starts, index,
                   np.tile([1.0, -1.0], len(tail)))  # fmt: skip
    solver.addRow(-highspy.kHighsInf, made.held, nodes, places[:nodes], rise)
    solver.run()
    told = solver.getInfo()
    found, bound = -told.objective_function_value, -told.mip_dual_bound
    return made.constant + (found if np.isfinite(found) else 0.0), made.constant + bound


def measured(arguments: argparse.Namespace, joint: int) -> None:
    """Measures one instance and prints what was found."""
    instance = drawn(arguments, joint)
    started = time.perf_counter()
    ours = find_allocation(instance)
    took = time.perf_counter() - started
    crossings = sum(len(demand.carriers) for demand in instance.demands) * arguments.scenarios
    print(f"{arguments.demands} demands of 1 to {joint} carriers, budget {instance.budget:,.2f} {arguments.on}:")
    gap = "none" if ours.gap_share is None else f"{ours.gap_share:.4%}"
    print(f"  ours   {ours.objective:12,.3f}  bound {ours.bound:12,.3f}  gap {gap}  {took:.1f} s, "
          f"{crossings / took:,.0f} crossings/s")  # fmt: skip
    if arguments.no_peer:
        return
    made = bin_instance(instance)
    started = time.perf_counter()
    found, bound = whole_model(made, arguments.seconds)
    took = time.perf_counter() - started
    gap = f"{(bound - found) / found:.4%}" if found > 0 else "none"
    print(f"  HiGHS  {found:12,.3f}  bound {bound:12,.3f}  gap {gap}  {took:.1f} s, of {len(made.weight):,} vectors")


def main(words: Sequence[str] | None = None) -> None:
    """Runs the benchmark."""
    given = list(sys.argv[1:] if words is None else words)
    small = is_small(given)
    parser = argparse.ArgumentParser()
    for name, kind, default in (
        ("carriers", int, 50), ("scenarios", int, 10_000), ("levels", int, 20), ("demands", int, 300),
        ("share", float, 0.3), ("seed", int, 1), ("seconds", float, 60.0), ("joint", str, "1,2,3,4"),
        ("on", str, "committed"),
    ):  # fmt: skip
        parser.add_argument(f"--{name}", type=kind, default=default)
    parser.add_argument("--no-peer", action="store_true")
    arguments = parser.parse_args(given)
    if small:
        arguments.carriers, arguments.scenarios, arguments.levels, arguments.demands = 6, 50, 4, 12
        arguments.joint, arguments.seconds = "1,3", 5.0
    print(machine())
    for joint in arguments.joint.split(","):
        measured(arguments, int(joint))


if __name__ == "__main__":
    main()
