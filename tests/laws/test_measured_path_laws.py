"""Laws of measured paths: what is learnt only narrows, and how files are cut and ordered changes nothing."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from random import Random

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from against.random_traces import VENDORS, arrays_of, pool, random_known, random_traces, sources_of
from against.reference_measured import Known, PlainTrace
from provenet.routing.measured.address_book import VendorSet
from provenet.routing.measured.crossings import CLASSES, COUNTS, PathExposure, PathTotals, total
from provenet.tools.path_engines import EngineLimits, TraceFiles, measured_totals
from support.examples import examples

ONE, TWO = VendorSet("one", frozenset({"acme"})), VendorSet("two", frozenset({"acme", "cyan"}))
SEEDS = st.integers(0, 2**32)
HOP, CLEAR = CLASSES.index("hop"), CLASSES.index("clear")


def classes(known: Known, traces: list[PlainTrace], sets: tuple[VendorSet, ...], endpoints: bool = False) -> np.ndarray:
    """int8[traces, sets]."""
    found = PathExposure(sources_of(known), sets, endpoints).add(arrays_of(traces))
    return np.stack([found.classes(at) for at in range(len(sets))], axis=1)


def summed(known: Known, parts: list[list[PlainTrace]]) -> PathTotals:
    exposure = PathExposure(sources_of(known), (ONE, TWO))
    for part in parts:
        countries = {f"{end}_country": [getattr(one, f"{end}_country") for one in part] for end in ("source", "target")}
        exposure.add(arrays_of(part), **countries)
    return exposure.totals()


def assert_equal(one: PathTotals, other: PathTotals) -> None:
    assert (one.groups, one.sets) == (other.groups, other.sets)
    for name in ("counts", "first_at", "last_at"):
        assert np.array_equal(getattr(one, name), getattr(other, name)), name


@settings(max_examples=examples(40), deadline=None)
@given(SEEDS, st.sampled_from([*VENDORS]), st.booleans())
def test_identifying_an_address_only_narrows(seed: int, vendor: str, endpoints: bool) -> None:
    """A hop stays a hop and a clear trace clear, so both ends of the interval move inwards or stay."""
    draw, known = Random(seed), random_known(seed % 50)
    traces = random_traces(known, 60, seed)
    unnamed = [one for one in pool(known.origins) if known.vendors.get(one, (None, None))[0] is None]
    learnt = replace(known, vendors={**known.vendors, draw.choice(unnamed): (vendor, Fraction(900_000))})
    before, after = (classes(one, traces, (ONE, TWO), endpoints) for one in (known, learnt))
    assert (after[before == HOP] == HOP).all()
    assert (after[before == CLEAR] == CLEAR).all()


@settings(max_examples=examples(30), deadline=None)
@given(SEEDS, st.booleans())
def test_no_path_is_clear_by_an_unknown_probability(seed: int, endpoints: bool) -> None:
    """Without its probabilities a table states the same devices on hops, and rules out none."""
    known = random_known(seed % 50)
    bare = replace(known, vendors={address: (name, None) for address, (name, _) in known.vendors.items()})
    traces = random_traces(known, 60, seed)
    before, after = (classes(one, traces, (ONE, TWO), endpoints) for one in (known, bare))
    assert ((after == HOP) == (before == HOP)).all()
    crosses = [any(hop.address not in (None, one.source, one.target) for hop in one.hops) for one in traces]
    assert not (after[np.array(crosses) | endpoints] == CLEAR).any()


@settings(max_examples=examples(30), deadline=None)
@given(SEEDS)
def test_a_larger_set_of_vendors_meets_more_and_clears_less(seed: int) -> None:
    known = random_known(seed % 50)
    found = classes(known, random_traces(known, 60, seed), (ONE, TWO))
    assert (found[found[:, 0] == HOP, 1] == HOP).all()
    assert (found[found[:, 1] == CLEAR, 0] == CLEAR).all()


@settings(max_examples=examples(30), deadline=None)
@given(SEEDS)
def test_counting_the_ends_meets_more_and_clears_less(seed: int) -> None:
    known = random_known(seed % 50)
    traces = random_traces(known, 60, seed)
    without, counted = (classes(known, traces, (ONE, TWO), endpoints) for endpoints in (False, True))
    assert (counted[without == HOP] == HOP).all()
    assert (without[counted == CLEAR] == CLEAR).all()


@settings(max_examples=examples(30), deadline=None)
@given(SEEDS)
def test_silence_is_never_clear(seed: int) -> None:
    """A hop between that answers no more takes a clear trace its clearance, and gives no other a hop."""
    draw, known = Random(seed), random_known(seed % 50)
    traces = random_traces(known, 80, seed)
    silenced = []
    for trace in traces:
        ttls = sorted({hop.ttl for hop in trace.hops if hop.ttl > 0 and hop.address not in (None, trace.target)})
        gone = draw.choice(ttls) if ttls else None
        silenced.append(replace(trace, hops=tuple(hop for hop in trace.hops if gone is None or hop.ttl != gone)))
    before, after = (classes(known, some, (ONE, TWO)) for some in (traces, silenced))
    assert (before[after == HOP] == HOP).all()
    for at, (trace, other) in enumerate(zip(traces, silenced, strict=True)):
        target_at = min((hop.ttl for hop in trace.hops if hop.ttl > 0 and hop.address == trace.target), default=99)
        lost = {hop.ttl for hop in trace.hops} - {hop.ttl for hop in other.hops}
        if lost and max(lost) < target_at and trace.reached:
            assert (after[at] != CLEAR).all()


@settings(max_examples=examples(30), deadline=None)
@given(SEEDS)
def test_parts_in_any_order_sum_to_the_whole(seed: int) -> None:
    draw, known = Random(seed), random_known(seed % 50)
    traces = random_traces(known, 60, seed)
    whole = summed(known, [traces])
    mixed = draw.sample(traces, len(traces))
    cut = sorted(draw.sample(range(len(mixed) + 1), 3))
    parts = [mixed[: cut[0]], mixed[cut[0] : cut[1]], mixed[cut[1] : cut[2]], mixed[cut[2] :], mixed[:7]]
    assert_equal(summed(known, [part for part in parts if part]), whole)
    assert_equal(total([summed(known, [part]) for part in parts[:4] if part], whole.sets), whole)
    every = whole.rolled_up()
    assert every.counts[0, :, 0].tolist() == [len({one.trace_id for one in traces})] * 2
    assert (every.counts[0, :, 1:5].sum(axis=1) == every.counts[0, :, 0]).all()
    for at in range(2):
        interval, sure = every.interval(0, at), every.sure_interval(0, at)
        assert interval is not None
        assert sure is not None
        assert 0 <= sure[0] <= interval[0] <= interval[1] <= sure[1] <= 1


@pytest.mark.parametrize("seed", range(3))
def test_how_rows_are_ordered_and_files_cut_changes_nothing(tmp_path: Path, seed: int) -> None:
    draw, known = np.random.default_rng(seed), random_known(seed)
    traces = random_traces(known, 200, seed)
    whole = tmp_path / "whole"
    whole.mkdir()
    files = TraceFiles(whole)
    countries = {f"{end}_country": [getattr(one, f"{end}_country") for one in traces] for end in ("source", "target")}
    files.add(arrays_of(traces), **countries)
    files.close()
    assert len(files.hops) == 1
    cut: dict[str, list[Path]] = {"hops": [], "traces": []}
    for name, (file,) in (("hops", files.hops), ("traces", files.traces)):
        table = pq.read_table(file)
        mixed = table.take(pa.array(draw.permutation(len(table))))
        for at, place in enumerate(range(0, len(mixed), max(1, len(mixed) // 3))):
            cut[name].append(tmp_path / f"{name}-cut-{at}.parquet")
            pq.write_table(mixed.slice(place, max(1, len(mixed) // 3)), cut[name][-1])
    found = []
    for name, (hops, heads) in {"once": (files.hops, files.traces), "cut": (cut["hops"], cut["traces"])}.items():
        work = tmp_path / name
        work.mkdir()
        limits = EngineLimits(work=work, memory_mib=256)
        found.append(measured_totals("duckdb", hops, heads, sources=sources_of(known), sets=(ONE, TWO), limits=limits))
    assert_equal(*found)
    assert_equal(found[0], summed(known, [traces]))
    assert found[0].counts[:, :, COUNTS.index("traces")].sum() == 2 * len(traces)
