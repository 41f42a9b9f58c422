"""The posterior of direct evidence written a second time, in plain dictionaries: aliases, mixes by level, kinds."""

from collections import Counter, defaultdict

import numpy as np
import pytest

from provenet.identification.estimate import estimate
from provenet.identification.evidence import EvidenceItem, RouterAddress
from provenet.identification.prior import ASSUMED

VENDORS = "abc"


def drawn(seed: int) -> tuple[list[RouterAddress], list[EvidenceItem], list[list[str]]]:
    """Up to thirty addresses in four networks and two regions; each router shows at most one kind."""
    rng = np.random.default_rng(seed)
    places = [RouterAddress(f"r{at}", int(rng.integers(1, 5)), None) for at in range(int(rng.integers(2, 30)))]
    places = [RouterAddress(one.address, one.network, "XY"[(one.network or 0) % 2]) for one in places]
    items, aliases = [], []
    for at, one in enumerate(places):
        if at % 5 == 4 and rng.uniform() < 0.5:
            aliases.append([places[at - 1].address, one.address])
        elif rng.uniform() < 0.7:
            kind, vendor = str(rng.choice(["banner", "snmp_engine"])), VENDORS[int(rng.integers(3))]
            items.append(EvidenceItem(one.address, kind, f"{kind} {at}", vendor))
    return places, items, aliases


def routers_of(places: list[RouterAddress], aliases: list[list[str]]) -> dict[str, str]:
    """The router of each address, by the name of its first one."""
    router = {one.address: one.address for one in places}
    for first, second in aliases:
        old, new = router[second], router[first]
        router = {address: new if name == old else name for address, name in router.items()}
    return router


@pytest.mark.parametrize("seed", range(40))
def test_posteriors_written_twice(seed: int) -> None:
    places, items, aliases = drawn(seed)
    found = estimate(places, items, aliases=aliases)
    if not items:
        assert (found.vendor < 0).all()
        return
    router = routers_of(places, aliases)
    shows: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for one in items:
        shows[router[one.address]].append((one.kind, one.vendor_id or ""))
    names = Counter(vendor for pairs in shows.values() for vendor in {*pairs} for vendor in [vendor[1]])
    vendors = sorted(names)
    named = {v: (names[v] + 0.5) / (sum(names.values()) + 0.5 * len(vendors)) for v in vendors}
    right = {one.kind: one.p_right for one in found.reliability}
    if all(len({kind for kind, _ in pairs}) < 2 for pairs in shows.values()):
        assert right == {kind: ASSUMED[kind] for kind in right}

    def likelihood(name: str, vendor: str) -> float:
        p = 1.0
        for kind, said in {*shows[name]}:
            p *= right[kind] if said == vendor else (1 - right[kind]) * named[said] / (1 - named.get(vendor, 0.0))
        return p

    whole = {**named, "other": 1e-3}
    label = {}
    for name in shows:
        joint = {v: whole[v] * likelihood(name, v) for v in whole}
        best = max(joint, key=lambda v: joint[v])
        if best != "other" and joint[best] >= 0.9 * sum(joint.values()):
            label[name] = best
    place = {one.address: one for one in places}
    network, region = {}, {}
    for name in {*router.values()}:
        mine = [place[address] for address, other in router.items() if other == name]
        network[name] = min(Counter(one.network for one in mine).items(), key=lambda pair: (-pair[1], pair[0]))[0]
        region[name] = min(Counter(one.region for one in mine).items(), key=lambda pair: (-pair[1], pair[0]))[0]
    total = Counter(label.values())
    unseen = min(0.5, (sum(total[v] == 1 for v in vendors) + 1) / (len(label) + 2))
    world = {v: (1 - unseen) * (total[v] + 1 / len(vendors)) / (len(label) + 1) for v in vendors} | {"other": unseen}
    strength, wider = found.prior.network_strength, found.prior.region_strength

    def mixed(base: dict[str, float], held: Counter[str], pull: float) -> dict[str, float]:
        return {v: (held[v] + pull * base[v]) / (sum(held.values()) + pull) for v in base}

    for address, name in router.items():
        here = mixed(world, Counter(v for n, v in label.items() if region[n] == region[name]), wider)
        near = Counter(v for n, v in label.items() if network[n] == network[name] and n != name)
        close = mixed(here, near, strength)
        joint = {v: (0.9 * close[v] + 0.1 * here[v]) * likelihood(name, v) for v in world}
        expected = {v: p / sum(joint.values()) for v, p in joint.items()}
        at = int(found.evidence.router_of[found.evidence.addresses.index(address)])
        stated = found.posterior(at)
        for v in vendors:
            assert stated.get(v, 0.0) == pytest.approx(expected[v], abs=1e-3 if v not in stated else 1e-9)
        if shows.get(name):
            assert found.p_vendor[at] == pytest.approx(max(expected.values()))
