"""What is kept of undecided paths, on traces worked by hand."""

import numpy as np
import pytest

pytest.importorskip("numba", reason="the extra 'internet' is not installed")

from provenet.ingest.bgp.numbers import read_address
from provenet.ingest.traces.trace_batch import HopReply, Trace, batch_of, hop_rows
from provenet.routing.measured.crossings import PathExposure, Traces
from provenet.tools.path_targets import UndecidedPaths, path_targets
from unit.routing.test_measured_paths import KNOWN, RED, SETS, sources


def trace(*hops: str | None, source: str = "20.1.0.99") -> Trace:
    target = read_address("20.4.0.99")
    ttls = enumerate([*(None if one is None else read_address(one) for one in hops), target], start=1)
    answers = hop_rows([(ttl, [HopReply(address=address)]) for ttl, address in ttls])
    return Trace(probe_id=7, source=read_address(source), target=target, reached=True, hops=answers)


def test_a_path_that_begins_in_silence_has_no_hop_before_it() -> None:
    """Not the last of the trace before it, whose network would lend it a chance."""
    batch = batch_of([trace("20.3.0.1"), trace(None, "20.2.0.1"), trace("20.2.0.9", None, source="20.1.0.98")])
    exposure, found = PathExposure(sources(KNOWN), SETS), UndecidedPaths()
    crossings = exposure.add(Traces.of(batch))
    found.add(crossings, batch, unknown=exposure.book.facts().vendor < 0)
    before = exposure.book.number(*(np.array([part]) for part in (4, (20 << 24 | 2 << 16 | 9) << 32, 0)))
    assert np.concatenate(found.silent_traces).tolist() == [1, 2]
    assert np.concatenate(found.silent_after).tolist() == [-1, *before.tolist()]
    plan = path_targets(found, exposure.book, [RED], budget=100, trace_count=3, trace_cost=1.0)
    # Of five routers two are red and all answered: that holds after nobody, and for five routers more of the network.
    red, answers = (2 + 0.5) / (5 + 1), (5 + 0.5) / (5 + 1)
    chance = (red * answers + 5 * red / 7 * (2 + 5 * answers) / 7) / 2
    # A probe is one place, whatever its address.
    (path,) = plan["paths"]
    assert (path["trace_count"], path["p_restricted"]) == (2, pytest.approx(plan["p_answers_anew"] * chance))
    dear = path_targets(found, exposure.book, [RED], budget=1, trace_count=3, trace_cost=2.0)
    assert (dear["path_candidate_count"], dear["guarantee_share"]) == (0, 1.0)
