"""Whose router is that: coverage and calibration beside exact matching, speed on many addresses, and choosing
measurements.

python benchmarks/bench_identification.py [--size small|full] [--addresses 1000000] [--seeds 1,2,3]

Corpora of known truth are drawn from seeds (tests/support/synthetic_routers.py): networks have few vendors, protocols
may stay silent, vendors share tuples, owners set initial TTLs, and which routers are labelled depends on the vendor.
The peer is exact matching as LFP (IMC 2023) does it: full tuples of at least 20 labelled routers, all of one vendor.
Both see the same replies.
"""

import sys
import time
from collections.abc import Sequence

import numpy as np
from measuring import ROOT, is_small, machine

sys.path.insert(0, str(ROOT / "tests"))

from provenet.identification.calibration import expected_error
from provenet.identification.estimate import Estimates, estimate
from provenet.identification.evidence import EvidenceItem, RouterAddress
from provenet.identification.next_measurements import Candidates, next_measurements
from provenet.identification.shares import share_bounds
from support.synthetic_routers import VENDORS, corpus, exact_match


def compared(seed: int, networks: int) -> None:
    """One corpus: who is named by exact matching and by us, how often rightly, and how well probabilities are
    calibrated.
    """
    made = corpus(seed, networks=networks)
    found = estimate(made.addresses(), made.items())
    asked = ~made.labelled & np.array([bool(text.strip(",")) for text in made.shown])
    exact, true = exact_match(made)[asked], made.true[asked]
    number = np.array([VENDORS.index(name) for name in found.vendors] + [-1])
    ours, likeliest = number[found.vendor][asked], number[found.likeliest][asked]
    named, matched = ours >= 0, exact >= 0
    print(f"seed {seed}: {len(made.true):,} routers, {int(asked.sum()):,} without a label that answer")
    right = float((exact == true)[matched].mean()) if matched.any() else 0.0
    print(f"  exact matching names {matched.mean():.1%}, {right:.2%} of them rightly")
    print(f"  we name {named.mean():.1%}, {(ours == true)[named].mean():.2%} of them rightly")
    print(
        f"  expected calibration error without labels {expected_error(found.p_correct[asked], likeliest == true):.4f}"
    )
    held = found.calibrations.get("features")
    if held is not None:
        scores = f"Brier score {held.brier_score:.4f}, error {held.expected_error:.4f}"
        print(f"  held-out networks ({held.networks}): {scores}")
        rightly, tenth = found.held_out.likeliest == found.held_out.true, (held.p_correct * 10).astype(int)
        for at in np.unique(tenth).tolist():
            stated, right = held.p_correct[tenth == at].mean(), rightly[tenth == at].mean()
            print(f"    from {at / 10:.1f} on: {(tenth == at).sum():5} routers, mean {stated:.3f}, right {right:.3f}")


def many(count: int) -> Estimates:
    """Many addresses in 30,000 networks: two in five show features, one in seven an engine."""
    rng, made = np.random.default_rng(1), corpus(1, networks=60)
    network = (rng.pareto(1.1, count) * 5).astype(np.int64) % 30000 + 1
    vendor, asks = (network * 7 + rng.integers(0, 2, count)) % len(VENDORS), rng.uniform(size=count)
    pools = [np.flatnonzero(made.true == one) for one in range(len(VENDORS))]
    places = [RouterAddress(str(at), net, f"C{net % 40}") for at, net in enumerate(network.tolist())]
    items = []
    for at, (one, ask) in enumerate(zip(vendor.tolist(), asks.tolist(), strict=True)):
        if ask < 0.4:
            items.append(EvidenceItem(str(at), "features", made.shown[pools[one][at % len(pools[one])]]))
        if ask < 0.05 or ask > 0.9:
            items.append(EvidenceItem(str(at), "snmp_engine", str(at), VENDORS[one]))
    wall, cpu = time.perf_counter(), time.process_time()
    found = estimate(places, items)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(f"{count:,} addresses, {len(items):,} items: {wall:.1f} s ({cpu:.1f} s of processor)")
    print(f"  {count / cpu:,.0f} addresses/s")
    return found


def shared(found: Estimates) -> None:
    """Shares of every vendor in 40 countries."""
    cpu = time.process_time()
    evidence = found.evidence
    shares = share_bounds(evidence.region_of, evidence.network_of, found.vendor)
    cpu = time.process_time() - cpu
    print(f"{len(shares)} shares of {evidence.router_count:,} routers: {len(shares) / cpu:,.0f} shares/s")


def chosen(count: int) -> None:
    """Measurements that settle three units each, half as many units, costs from a half to two."""
    rng = np.random.default_rng(2)
    first = rng.integers(0, count // 2, count)
    candidates = Candidates(
        starts=np.arange(0, 3 * count + 1, 3),
        unit=np.stack([(first + step) % (count // 2) for step in (0, 1, 7)], axis=1).ravel(),
        chance=rng.uniform(size=3 * count),
        cost=rng.uniform(0.5, 2, count),
        weight=rng.uniform(size=count // 2),
    )
    next_measurements(Candidates(np.array([0, 1]), np.zeros(1, np.int64), np.ones(1), np.ones(1), np.ones(1)), 1)
    cpu = time.process_time()
    plan = next_measurements(candidates, count / 100)
    cpu = time.process_time() - cpu
    print(
        f"{len(plan.chosen):,} of {count:,} measurements: {cpu:.2f} s of processor, {count / cpu:,.0f} candidates/s,"
        f" certainly {plan.guarantee:.1%} of the best"
    )


def main(words: Sequence[str]) -> None:
    """Reads the command line and runs."""
    rest = list(words)
    small = is_small(rest)
    options = dict(zip(rest[::2], rest[1::2], strict=False))
    count = 2000 if small else int(options.get("--addresses", "1000000"))
    print(machine())
    for seed in options.get("--seeds", "1" if small else "1,2,3").split(","):
        compared(int(seed), 40 if small else 300)
    shared(many(count))
    chosen(count)


if __name__ == "__main__":
    main(sys.argv[1:])
