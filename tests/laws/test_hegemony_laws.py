"""Laws of hegemony, of its lift to vendors, of weights by address, and of cleaning."""

from typing import Any

import pytest

pytest.importorskip("numba", reason="the extra 'internet' is not installed")
import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from provenet.ingest.bgp.observed import CONFED_SEQUENCE, EMPTY, KEPT, SEQUENCE, SET, WITH_LOOP, WITH_SET, clean_paths
from provenet.routing.influence import shares_on, simulated_vendor_dependence
from provenet.routing.kernels.csr import topology
from provenet.routing.kernels.hegemony import (
    BINS,
    add_to_sketch,
    observed_scores,
    own_addresses,
    own_within,
    path_shares,
    sketched_means,
    trim_of,
    trimmed_means,
    within,
)

shares = st.floats(0, 1, allow_nan=False)


def mean(values: list[float], count: int, alpha: float = 0.1) -> float:
    """The trimmed mean of some values among `count`, the rest zero."""
    start, trim = np.array([0, len(values)], np.int64), np.array([trim_of(count, alpha)], np.int64)
    return float(trimmed_means(start, np.array(values, float), np.array([count], np.int64), trim)[0])


def one_scope(seen: list[list[int]], vantages: int) -> dict[int, float]:
    """Scores of one scope of weight 1 where vantage point v, its own AS, has the path `seen[v]`; none if empty."""
    paths = [path for path in seen if path]
    start = np.zeros(len(paths) + 1, np.int64)
    start[1:] = np.cumsum([len(path) for path in paths])
    who = np.array([v for v, path in enumerate(seen) if path], np.int32)
    found = observed_scores(
        np.zeros(len(paths), np.int32),
        who,
        np.arange(len(paths), dtype=np.int32),
        weight=np.ones(1),
        of=np.zeros(len(paths), np.int32),
        total=np.ones(1),
        path_start=start,
        path_node=np.array([a for path in paths for a in path], np.int32),
        vantage_of=np.arange(vantages, dtype=np.int32),
        alpha=0.1,
    )
    return dict(zip(found.node.tolist(), found.score.tolist(), strict=True))


@given(st.integers(10, 80), st.data())
def test_an_as_seen_by_at_most_a_tenth_of_peers_gets_nothing(n: int, data: st.DataObject) -> None:
    few = data.draw(st.integers(0, n // 10))
    seen = [[1, 2] if v < few else [2] for v in range(n)]
    assert 1 not in one_scope(seen, n)
    one_more = one_scope([[1, 2] if v <= n // 10 else [2] for v in range(n)], n)
    assert one_more[1] > 0


@given(st.integers(10, 80), st.data())
def test_a_tenth_of_peers_without_a_route_cannot_lower_a_score_of_one(n: int, data: st.DataObject) -> None:
    blind = data.draw(st.integers(0, n // 10))
    seen: list[list[int]] = [[] if v < blind else [7] for v in range(n)]
    assert one_scope(seen, n)[7] == pytest.approx(1)
    one_more: list[list[int]] = [[] if v <= n // 10 else [7] for v in range(n)]
    assert one_scope(one_more, n)[7] < 1


@given(st.integers(1, 9), st.data())
def test_of_fewer_than_ten_nothing_is_trimmed(n: int, data: st.DataObject) -> None:
    crossing = data.draw(st.integers(1, n))
    seen = [[1, 2] if v < crossing else [2] for v in range(n)]
    assert one_scope(seen, n)[1] == pytest.approx(crossing / n)


@given(st.lists(shares, max_size=40), st.integers(0, 40))
def test_a_trimmed_mean_lies_between_its_values_and_does_not_depend_on_their_order(
    values: list[float], more: int
) -> None:
    count = len(values) + more
    if not count:
        return
    found = mean(values, count)
    padded = values + [0.0] * more
    assert min(padded) - 1e-12 <= found <= max(padded) + 1e-12
    assert mean(values[::-1], count) == pytest.approx(found)


@given(st.lists(st.tuples(shares, shares), min_size=1, max_size=40))
def test_a_trimmed_mean_is_monotone(pairs: list[tuple[float, float]]) -> None:
    """On this the lift to vendors rests: where every low is at most its high, so are their trimmed means."""
    low, high = [min(pair) for pair in pairs], [max(pair) for pair in pairs]
    assert mean(low, len(low)) <= mean(high, len(high)) + 1e-12


@given(
    st.lists(st.lists(st.one_of(st.just(0.0), st.floats(1e-12, 1)), min_size=3, max_size=3), min_size=1, max_size=60)
)
def test_a_sketch_holds_the_exact_value(rows: list[list[float]]) -> None:
    table = np.array(rows)
    count, total = np.zeros((3, BINS), np.int32), np.zeros((3, BINS))
    for part in np.array_split(table, 3):
        add_to_sketch(np.ascontiguousarray(part), count, total)
    low, high = sketched_means(count, total, len(table), trim_of(len(table), 0.1))
    for column in range(3):
        exact = mean(table[:, column].tolist(), len(table))
        assert low[column] - 1e-12 <= exact <= high[column] + 1e-12
        widest = table[:, column].max() * 0.04 + 2.0**-29
        assert high[column] - low[column] <= widest


@given(st.lists(st.tuples(st.integers(0, 255), st.integers(24, 32), st.integers(0, 2)), min_size=1, max_size=20))
def test_no_address_is_lost_or_counted_twice_between_origins(drawn: list[tuple[int, int, int]]) -> None:
    """Each origin's addresses, taken together, are those that its most specific prefix of another origin leaves it."""
    prefixes = {(base >> (32 - length) << (32 - length), length): who for base, length, who in drawn}
    keys = sorted(prefixes)
    first, length = (np.array(part, np.int64) for part in zip(*keys, strict=True))
    own = own_addresses(first, length, np.array([prefixes[key] for key in keys], np.int64))
    assert (own >= 0).all()
    assert (own <= 2 ** (32 - length)).all()
    alone = own_addresses(first, length, np.zeros(len(keys), np.int64))
    assert (alone == 2 ** (32 - length)).all(), "with one origin nothing is taken away"
    every = own_addresses(first, length, np.arange(len(keys), dtype=np.int64))
    covered = {address for base, size in keys for address in range(base, base + 2 ** (32 - size))}
    assert every.sum() == len(covered), "with an origin each, every address counts once"


@given(
    st.lists(st.tuples(st.integers(0, 255), st.integers(24, 32)), min_size=1, max_size=20),
    st.lists(st.integers(0, 300), min_size=2, max_size=12, unique=True),
)
def test_addresses_in_a_country_count_once(drawn: list[tuple[int, int]], cuts: list[int]) -> None:
    keys = sorted({(base >> (32 - length) << (32 - length), length) for base, length in drawn})
    first, length = (np.array(part, np.int64) for part in zip(*keys, strict=True))
    edges = sorted(cuts)[: len(cuts) // 2 * 2]
    low, high = np.array(edges[::2], np.int64), np.array(edges[1::2], np.int64)
    country = {address for a, b in zip(low, high, strict=True) for address in range(a, b + 1)}
    covered = {address for base, size in keys for address in range(base, base + 2 ** (32 - size))}
    own = own_within(first, length, low, high)
    assert (own >= 0).all()
    assert own.sum() == len(covered & country)
    assert within(first, first + 2 ** (32 - length) - 1, low, high).tolist() == [
        len(country & set(range(base, base + 2 ** (32 - size)))) for base, size in keys
    ]


hops = st.lists(st.tuples(st.integers(1, 6), st.sampled_from([SEQUENCE, SEQUENCE, SEQUENCE, SET, CONFED_SEQUENCE])))


@given(st.lists(hops, max_size=8))
def test_a_cleaned_path_has_no_repeat_and_its_fate_says_what_became_of_it(paths: Any) -> None:
    start = np.zeros(len(paths) + 1, np.int64)
    start[1:] = np.cumsum([len(path) for path in paths])
    asn = np.array([a for path in paths for a, _ in path], np.int64)
    part = np.array([p for path in paths for _, p in path], np.uint8)
    at, out, fate = clean_paths(start, asn, part)
    for p, path in enumerate(paths):
        kept = out[at[p] : at[p + 1]].tolist()
        assert len(set(kept)) == len(kept)
        assert bool(kept) == (fate[p] == KEPT)
        plain = [a for a, kind in path if kind != CONFED_SEQUENCE]
        if not plain:
            assert fate[p] == EMPTY
        elif fate[p] == KEPT:
            assert [a for i, a in enumerate(plain) if not i or plain[i - 1] != a] == kept
        else:
            assert fate[p] in (WITH_SET, WITH_LOOP)
            assert fate[p] != WITH_SET or any(kind == SET for _, kind in path)
            assert fate[p] != WITH_LOOP or len(plain) > len(set(plain))


@given(st.lists(st.tuples(shares, shares), min_size=1, max_size=8), st.data())
def test_learning_a_share_only_narrows_the_interval_of_a_country(drawn: Any, data: st.DataObject) -> None:
    """A chain of networks seen from each of them: narrow one share, and neither end moves outwards."""
    count = len(drawn) + 1
    line = np.arange(1, count)
    graph = topology(line, line + 1, np.array([], np.int64), peer_b=np.array([], np.int64))
    known = [(asn + 1, min(pair), max(pair)) for asn, pair in enumerate(drawn)]
    at = data.draw(st.integers(0, len(known) - 1))
    asn, low, high = known[at]
    inner = sorted(min(high, low + (high - low) * data.draw(shares)) for _ in "12")
    narrowed = [*known[:at], (asn, *inner), *known[at + 1 :]]
    less = data.draw(st.booleans())
    before, after = (answer(graph, rows) for rows in (known[:at] + known[at + 1 :] if less else known, narrowed))
    for name in ("share", "of_found_share"):
        assert before[f"low_{name}"] <= after[f"low_{name}"] + 1e-12
        assert after[f"low_{name}"] <= after[f"high_{name}"] + 1e-12
        assert after[f"high_{name}"] <= before[f"high_{name}"] + 1e-12


def answer(graph: Any, rows: list[tuple[int, float, float]]) -> dict[str, Any]:
    """Dependence of the last network of a chain, and of one that is in no graph, seen from all."""

    def routes(destinations: Any) -> Any:
        n = graph.node_count
        for d in destinations.tolist():
            yield np.array([d], np.int32), np.minimum(np.arange(n) + 1, n - 1).astype(np.int32)[:, None]

    stated = pl.DataFrame(rows, schema={"asn": pl.Int64, "low": pl.Float64, "high": pl.Float64}, orient="row")
    weights = pl.DataFrame({"asn": [graph.node_count, 999], "weight": [3.0, 1.0]})
    every = np.arange(graph.node_count, dtype=np.int32)
    return simulated_vendor_dependence(routes, graph, weights, shares=stated, vantages=every)


@given(st.lists(st.tuples(shares, shares), min_size=1, max_size=10))
def test_a_path_crosses_at_least_its_worst_and_at_most_all(drawn: Any) -> None:
    low, high = (np.array([f(pair) for pair in drawn]) for f in (min, max))
    start, node = np.array([0, len(drawn)], np.int64), np.arange(len(drawn), dtype=np.int32)
    least, most = path_shares(start, node, low, high)
    counted = slice(1, -1)
    assert least[0] == pytest.approx(max(low[counted], default=0.0))
    assert most[0] == pytest.approx(min(1.0, high[counted].sum()))
    assert 0 <= least[0] <= most[0] <= 1


def test_what_is_not_listed_is_unknown_unless_it_is_said_to_be_none() -> None:
    stated = pl.DataFrame({"asn": [2], "low": [0.2], "high": [0.4]})
    low, high, said = shares_on(np.array([1, 2, 3]), stated, "unknown")
    assert (low.tolist(), high.tolist()) == ([0.0, 0.2, 0.0], [1.0, 0.4, 1.0])
    assert said == ["1 of 3 networks have a stated share. A network without a stated share may have any: 0 to 1."]
    _, high, said = shares_on(np.array([1, 2, 3]), stated, "none")
    assert high.tolist() == [0.0, 0.4, 0.0]
    assert said[0].endswith("Assumption: a network without a stated share has none of the vendor's equipment.")
