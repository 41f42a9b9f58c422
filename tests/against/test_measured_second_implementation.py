"""What measured paths cross, beside plain Python that goes through one trace after another."""

from collections import Counter

import numpy as np
import pytest

from against.random_traces import arrays_of, random_known, random_traces, sources_of
from against.reference_measured import as_path, judge, networks, shares, sums
from provenet.routing.measured.address_book import VendorSet
from provenet.routing.measured.crossings import CLASSES, COUNTS, PathExposure, PathTotals
from support.examples import sample

SETS = {"one": frozenset({"acme"}), "two": frozenset({"acme", "cyan"}), "none": frozenset({"gone"})}
VENDOR_SETS = tuple(VendorSet(name, some) for name, some in SETS.items())


def as_rows(totals: PathTotals) -> dict[tuple[str, str, str], dict[str, int]]:
    """The sums in the form of the plain ones: without zeros."""
    return {
        (*group, name): {c: n for c, n in zip(COUNTS, totals.counts[at, s].tolist(), strict=True) if n}
        for at, group in enumerate(totals.groups)
        for s, name in enumerate(totals.sets)
    }


def without_zeros(found: dict[tuple[str, str, str], dict[str, int]]) -> dict[tuple[str, str, str], dict[str, int]]:
    return {key: {name: count for name, count in one.items() if count} for key, one in found.items()}


@pytest.mark.parametrize("endpoints", [False, True])
@pytest.mark.parametrize("seed", sample(range(6), 3))
def test_sums_and_classes_are_those_of_plain_python(seed: int, endpoints: bool) -> None:
    known = random_known(seed)
    traces = random_traces(known, 250, seed + 1)
    exposure = PathExposure(sources_of(known), VENDOR_SETS, endpoints)
    seen: Counter[str] = Counter()
    for start in range(0, len(traces), 64):
        part = traces[start : start + 64]
        found = exposure.add(
            arrays_of(part),
            source_country=[one.source_country for one in part],
            target_country=[one.target_country for one in part],
        )
        for at, name in enumerate(SETS):
            classes = [CLASSES[one] for one in found.classes(at)]
            assert classes == [judge(one, known, SETS[name], endpoints)["class"] for one in part]
            seen.update(classes)
        paths = exposure.paths(found)
        assert [paths.text(at) for at in range(len(part))] == [as_path(one, known) for one in part]
    assert as_rows(exposure.totals()) == without_zeros(sums(traces, known, SETS, endpoints))
    assert set(seen) == set(CLASSES)


@pytest.mark.parametrize("seed", sample(range(6), 3))
def test_shares_of_networks_hold_every_way_to_fill_in(seed: int) -> None:
    known = random_known(seed)
    exposure = PathExposure(sources_of(known), VENDOR_SETS)
    for at, name in enumerate(SETS):
        plain = shares(known, SETS[name])
        for place, origins in enumerate(exposure.sources.origins):
            whole = all(asn in plain for asn in origins)
            seen = whole and all(plain[asn][0] for asn in origins)
            assert bool(exposure.networks.seen[place] >> at & 1) == seen
            if whole:
                assert exposure.networks.low_ppm[place, at] == min(plain[asn][1] for asn in origins)
                assert exposure.networks.high_ppm[place, at] == max(plain[asn][2] for asn in origins)


def test_networks_are_counted_once_a_trace() -> None:
    known = random_known(1)
    traces = random_traces(known, 300, 2)
    exposure = PathExposure(sources_of(known), VENDOR_SETS)
    exposure.add(arrays_of(traces[:200]))
    exposure.add(arrays_of(traces[100:]))
    assert exposure.repeated_traces == 100
    crossed: Counter[frozenset[int]] = Counter()
    undecided: Counter[frozenset[int]] = Counter()
    for trace in traces:
        passed = {h.address for h in trace.hops if h.address is not None} - {trace.source, trace.target}
        some = {networks(one, known) for one in passed} - {frozenset()}
        crossed.update(some)
        answer = judge(trace, known, SETS["two"], endpoints=False)
        plain = shares(known, SETS["two"]) if answer["class"] == "network" else {}
        undecided.update(one for one in some if plain and all(asn in plain and plain[asn][0] for asn in one))
    found = exposure.networks_crossed()
    assert {frozenset(o): int(n) for o, n in zip(found.origins, found.traces, strict=True)} == dict(crossed)
    at = list(SETS).index("two")
    counted = {frozenset(o): int(n) for o, n in zip(found.origins, found.undecided[:, at], strict=True) if n}
    assert counted == dict(undecided)
    assert np.all(found.low_ppm <= found.high_ppm)
