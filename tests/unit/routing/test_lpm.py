"""Longest prefix match against trying every range, for both families, and against pyasn where it is installed."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenet.ingest.bgp.prefix_tables import AddressRanges, read_prefix_origins
from provenet.routing.kernels.lpm import NONE, Intervals, intervals, match
from support.examples import examples

TABLES = Path(__file__).parents[4] / "shared" / "data" / "ip-tables"
LOW, ALL = 2**64 - 1, 2**128 - 1


def halves(keys: list[int]) -> tuple[Any, Any]:
    return np.array([key >> 64 for key in keys], np.uint64), np.array([key & LOW for key in keys], np.uint64)


def table_of(ranges: list[tuple[int, int, int]]) -> Intervals:
    first, last = halves([one for one, _, _ in ranges]), halves([one for _, one, _ in ranges])
    return intervals(*first, last[0], last_low=last[1], value=np.array([value for _, _, value in ranges], np.int32))


def by_hand(ranges: list[tuple[int, int, int]], key: int) -> int:
    """The range that begins last among those that hold the key, of these the narrowest, of these the smallest value."""
    holding = [(-first, last, value) for first, last, value in ranges if first <= key <= last]
    return min(holding)[2] if holding else NONE


def found(ranges: list[tuple[int, int, int]], keys: list[int]) -> list[int]:
    return match(table_of(ranges), *halves(keys)).tolist()


def edges(ranges: list[tuple[int, int, int]]) -> list[int]:
    near = {end + step for first, last, _ in ranges for end in (first, last) for step in (-1, 0, 1)}
    return sorted({key for key in near if 0 <= key <= ALL} | {0, ALL, 1 << 112, (1 << 112) - 1})


def test_a_hand_worked_table() -> None:
    """10.0.0.0/8 -> 0, 10.1.0.0/16 -> 1, 10.1.2.0/24 -> 2, 10.1.2.0/24 again -> 5, 11.0.0.0/8 -> 0."""
    ranges = []
    for value, text in enumerate(["10.0.0.0/8", "10.1.0.0/16", "10.1.2.0/24"]):
        net = ip_network(text)
        ranges.append((int(net[0]) << 96, (int(net[-1]) << 96) + 2**96 - 1, value))
    net = ip_network("11.0.0.0/8")
    ranges += [(*ranges[2][:2], 5), (int(net[0]) << 96, (int(net[-1]) << 96) + 2**96 - 1, 0)]
    table = table_of(ranges)
    asked = ["9.255.255.255", "10.0.0.0", "10.1.0.0", "10.1.2.0", "10.1.2.255", "10.1.3.0", "10.2.0.0"]
    asked += ["11.255.255.255", "12.0.0.0"]
    got = match(table, *halves([int(IPv4Address(one)) << 96 for one in asked]))
    assert got.tolist() == [NONE, 0, 1, 2, 2, 1, 0, 0, NONE]
    assert table.value.tolist() == [NONE, 0, 1, 2, 1, 0, NONE]


@pytest.mark.parametrize(
    "ranges", [[], [(0, ALL, 3)], [(0, 0, 1)], [(ALL, ALL, 1)], [(5, 4, 1)], [(0, ALL, 1), (7, ALL, 2)]]
)
def test_the_ends_of_all_keys(ranges: list[tuple[int, int, int]]) -> None:
    assert found(ranges, edges(ranges)) == [by_hand(ranges, key) for key in edges(ranges)]


@st.composite
def nested(draw: st.DrawFn) -> list[IPv4Network | IPv6Network]:
    """Prefixes of one family whose bits come of few words, so that many lie inside each other or touch."""
    bits = draw(st.sampled_from([32, 128]))
    words = [0, 2**bits - 1, 0x2001 << bits - 16, 0x0A0001FF << bits - 32, 1 << bits // 2]
    lengths = [0, 1, 8, 16, 17, 23, 24, 25, 31, 32] + [48, 63, 64, 65, 127, 128] * (bits == 128)
    made: list[IPv4Network | IPv6Network] = []
    for length in draw(st.lists(st.sampled_from(lengths), max_size=25)):
        first = draw(st.sampled_from(words)) ^ draw(st.integers(0, 1023)) << draw(st.sampled_from([0, bits - 28]))
        made.append((IPv4Network if bits == 32 else IPv6Network)((first >> bits - length << bits - length, length)))
    return made


@settings(max_examples=examples(340), deadline=None)
@given(nested(), st.randoms())
def test_the_longest_prefix_is_the_one_that_trying_all_finds(
    prefixes: list[IPv4Network | IPv6Network], random: Any
) -> None:
    shift = 96 if any(one.version == 4 for one in prefixes) else 0
    named = [(one, random.randint(0, 5)) for one in prefixes]
    ranges = [(int(one[0]) << shift, (int(one[-1]) + 1 << shift) - 1, value) for one, value in named]
    keys = [key >> shift << shift for key in edges(ranges)]
    wanted = []
    for key in keys:
        address = (IPv4Address if shift else IPv6Address)(key >> shift)
        holding = [(-one.prefixlen, value) for one, value in named if address in one]
        wanted.append(min(holding)[1] if holding else NONE)
    assert found(ranges, keys) == wanted
    random.shuffle(ranges)
    assert found(ranges, keys) == wanted


@settings(max_examples=examples(300), deadline=None)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30), st.integers(0, 4)), max_size=12))
def test_ranges_that_overlap_as_by_the_rule(ranges: list[tuple[int, int, int]]) -> None:
    keys = list(range(33))
    assert found(ranges, keys) == [by_hand(ranges, key) for key in keys]
    table = table_of(ranges)
    assert np.all(table.value[1:] != table.value[:-1])


def _table(ranges: AddressRanges) -> Intervals:
    first = ranges.first_high, ranges.first_low
    return intervals(*first, ranges.last_high, last_low=ranges.last_low, value=ranges.value)


def test_the_real_table_answers_with_the_range_an_address_was_drawn_from() -> None:
    """The ranges of this table are disjoint, so both ends of each must come back with its origin."""
    if not TABLES.is_dir():
        pytest.skip("the tables of addresses of 2026 are not here (../shared/data)")
    ranges = read_prefix_origins(TABLES / "ip-to-asn-ipv6-20260617.csv.xz")
    assert len(ranges.value) == 103_197
    table = _table(ranges)
    assert np.array_equal(match(table, ranges.first_high, ranges.first_low), ranges.value)
    assert np.array_equal(match(table, ranges.last_high, ranges.last_low), ranges.value)


@pytest.mark.slow
def test_as_pyasn_does(tmp_path: Path) -> None:
    pyasn = pytest.importorskip("pyasn", reason="pyasn is not installed")
    rng = np.random.default_rng(4)
    lines = {}
    for _ in range(20_000):
        length = int(rng.integers(8, 33))
        first = int(rng.integers(0, 2**32)) >> (32 - length) << (32 - length)
        lines[f"{IPv4Address(first)}/{length}"] = int(rng.integers(1, 400_000))
    path = tmp_path / "table.dat"
    path.write_text("; IP-ASN32-DAT file\n" + "".join(f"{net}\t{asn}\n" for net, asn in lines.items()))
    ranges, other = read_prefix_origins(path), pyasn.pyasn(str(path))
    asked = rng.integers(0, 2**32, 50_000)
    got = match(_table(ranges), *(part.astype(np.uint64) for part in (asked << 32, asked * 0)))
    ours = [None if at == NONE else ranges.values[at][0] for at in got.tolist()]
    assert ours == [other.lookup(str(IPv4Address(int(one))))[0] for one in asked]
