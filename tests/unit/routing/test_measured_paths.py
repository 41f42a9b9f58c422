"""What measured paths cross, on traces worked by hand."""

import math
from collections.abc import Sequence
from dataclasses import replace
from ipaddress import ip_address, ip_network

import numpy as np
import pytest

from provenet.ingest.traces import trace_batch
from provenet.routing.kernels import measured_paths
from provenet.routing.measured.address_book import (
    AddressBook,
    AddressSources,
    ExchangeTable,
    IdentifiedAddresses,
    NetworkShares,
    OriginTable,
    VendorSet,
    doubt_ppm,
)
from provenet.routing.measured.crossings import CLASSES, COUNTS, PathExposure, Traces
from provenet.routing.measured.special_addresses import BLOCKS, KINDS, Ranges, kinds_of

RED, BLUE = "red", "blue"
SETS = (VendorSet("reds", frozenset({RED})),)
MIDNIGHT = 1_700_000_000


def key(text: str) -> tuple[int, int, int]:
    if not text or text == "*":
        return 0, 0, 0
    address = ip_address(text)
    if address.version == 4:
        return int(address) << 32, 0, 4
    return int(address) >> 64, int(address) & (1 << 64) - 1, 6


def keys(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Family, high and low half."""
    high, low, family = (np.array(part) for part in zip(*map(key, texts), strict=True))
    return family.astype(np.uint8), high.astype(np.uint64), low.astype(np.uint64)


def ranges(prefixes: Sequence[str]) -> Ranges:
    nets = [ip_network(one) for one in prefixes]
    family, first_high, first_low = keys([str(one[0]) for one in nets])
    _, last_high, last_low = keys([str(one[-1]) for one in nets])
    four = family == 4
    last_high[four] |= np.uint64(0xFFFFFFFF)
    last_low[four] = np.uint64(0xFFFFFFFFFFFFFFFF)
    value = np.arange(len(nets), dtype=np.int32)
    return Ranges(family.astype(np.int8), first_high, first_low, last_high, last_low, value)


def sources(vendors: dict[str, str | tuple[str, float]] | None = None, *, is_probed: bool = True) -> AddressSources:
    """Networks 1 to 4 of 20.1.0.0/16 and so on, 5 and 6 together, an exchange point inside network 3, and vendors."""
    found = {name: one if isinstance(one, tuple) else (one, 0.9) for name, one in (vendors or {}).items()}
    family, high, low = keys(list(found)) if found else (np.zeros(0, np.uint8), *(np.zeros(0, np.uint64),) * 2)
    names = (RED, BLUE)
    return AddressSources(
        origins=OriginTable(
            ranges=ranges(["20.1.0.0/16", "20.2.0.0/16", "20.3.0.0/16", "20.4.0.0/16", "20.5.0.0/16", "20.0.0.0/8"]),
            origins=[(1,), (2,), (3,), (4,), (5, 6), ()],
        ),
        exchanges=ExchangeTable(ranges=ranges(["20.3.9.0/24"]), names=["Middle-IX"]),
        identified=IdentifiedAddresses(
            family=family,
            high=high,
            low=low,
            vendor=np.array([names.index(one) if one else -1 for one, _ in found.values()], np.int32),
            p_correct=np.array([p for _, p in found.values()], np.float64),
            vendors=names,
            probed=np.full(len(found), True) if is_probed else None,
        ),
    )


def traces(*paths: str, source: str = "20.1.0.99", target: str = "20.4.0.99", reached: bool = True) -> Traces:
    """Traces of words, a hop each: an address, several with commas, or `*`; `!` marks a loop. The target is added."""
    rows: list[tuple[int, str, bool]] = []
    first = [0]
    for path in paths:
        words = [*path.split(), *([target] if reached else [])]
        rows += [(ttl, one.strip("!"), "!" in one) for ttl, word in enumerate(words, 1) for one in word.split(",")]
        first.append(len(rows))
    count = len(paths)
    family, high, low = keys([text for _, text, _ in rows]) if rows else keys([""])
    ends = {name: keys([text] * count) for name, text in (("source", source), ("target", target))}
    parts = ("family", "high", "low")
    return Traces(
        trace_id=np.array([hash((path, source, target, reached)) for path in paths], np.int64),
        started_at=np.arange(count, dtype=np.int64) + MIDNIGHT,
        reached=np.full(count, reached),
        first_hop=np.array(first, np.int64),
        ttl=np.array([ttl for ttl, _, _ in rows], np.uint8),
        high=high[: len(rows)],
        low=low[: len(rows)],
        family=family[: len(rows)],
        flags=np.array([8 if loops else 0 for _, _, loops in rows], np.uint16),
        **{f"{name}_{part}": one[at] for name, one in ends.items() for at, part in enumerate(parts)},
    )


def classes(exposure: PathExposure, some: Traces) -> list[str]:
    return [CLASSES[one] for one in exposure.add(some).classes(0)]


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("9.255.255.255", "public"), ("10.0.0.0", "private"), ("10.255.255.255", "private"),
        ("11.0.0.0", "public"), ("100.63.255.255", "public"), ("100.64.0.0", "shared"),
        ("100.127.255.255", "shared"), ("100.128.0.0", "public"), ("127.0.0.1", "reserved"),
        ("169.254.1.1", "link_local"), ("172.15.255.255", "public"), ("172.16.0.0", "private"),
        ("172.31.255.255", "private"), ("172.32.0.0", "public"), ("192.0.0.8", "reserved"),
        ("192.0.0.9", "public"), ("192.0.2.255", "documentation"), ("192.168.1.1", "private"),
        ("198.19.0.1", "reserved"), ("203.0.113.1", "documentation"), ("224.0.0.1", "multicast"),
        ("233.252.0.7", "documentation"), ("255.255.255.255", "reserved"), ("::1", "reserved"),
        ("::ffff:8.8.8.8", "reserved"), ("64:ff9b::808:808", "public"),
        ("2001:db8:1::1", "documentation"), ("2001:4860::8888", "public"), ("2001:1ff::1", "reserved"),
        ("3fff::1", "documentation"), ("3fff:1000::1", "public"), ("4000::1", "reserved"),
        ("fd00::1", "private"), ("fe80::1", "link_local"), ("ff02::1", "multicast"),
    ],
)  # fmt: skip
def test_the_class_of_an_address(address: str, kind: str) -> None:
    family, high, low = keys([address])
    assert KINDS[kinds_of(family, high, low)[0]] == kind


def test_every_block_is_written_as_a_network() -> None:
    assert all(str(ip_network(text)) == text for texts in BLOCKS.values() for text in texts.split())


def test_the_flag_of_a_loop_is_that_of_the_reader() -> None:
    assert measured_paths.LOOP == trace_batch.LOOP
    empty = trace_batch.batch_of([])
    assert len(Traces.of(empty).trace_id) == 0


def test_an_address_of_an_exchange_point_is_of_no_network() -> None:
    facts = sources({"20.3.9.7": RED}).facts(*keys(["20.3.9.7", "20.3.8.7", "20.9.9.9", "8.8.8.8", "10.1.1.1"]))
    assert [KINDS[one] for one in facts.kind] == ["exchange", "public", "public", "public", "private"]
    assert facts.exchange.tolist() == [0, -1, -1, -1, -1]
    # 20.9.9.9 is announced by nobody, although a range speaks of it.
    assert facts.network.tolist() == [-1, 2, -1, -1, -1]
    # The router of a member has its vendor there.
    assert facts.vendor.tolist() == [0, -1, -1, -1, -1]


def test_a_private_address_names_no_device() -> None:
    facts = sources({"10.1.1.1": RED, "100.64.0.1": RED, "fe80::1": RED}).facts(*keys(["10.1.1.1", "100.64.0.1"]))
    assert facts.vendor.tolist() == [-1, -1]
    exposure = PathExposure(sources({"10.1.1.1": RED}), SETS)
    assert classes(exposure, traces("10.1.1.1")) == ["unknown"]


def test_two_vendors_of_one_address_are_an_unknown_one() -> None:
    ends = dict(zip(("family", "high", "low"), keys(["20.2.0.1"] * 2 + ["20.2.0.2"] * 3), strict=True))
    vendor, p_correct = np.array([0, 1, 1, -1, 1], np.int32), np.array([0.9, 0.8, 0.7, np.nan, 0.6])
    probed = np.array([False, False, False, True, False])
    given = IdentifiedAddresses(**ends, vendor=vendor, p_correct=p_correct, vendors=(RED, BLUE), probed=probed)
    kept = AddressSources(identified=given).identified
    assert kept is not None
    assert kept.vendor.tolist() == [-1, 1]
    assert np.isnan(kept.p_correct[0])
    assert kept.p_correct[1] == 0.6
    assert kept.probed is not None
    assert kept.probed.tolist() == [False, True]


KNOWN = {"20.2.0.1": BLUE, "20.2.0.2": BLUE, "20.3.0.1": RED, "20.3.0.2": BLUE, "20.5.0.1": RED}


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        (" ".join(["20.2.0.1"] * 61), "clear"),
        (" ".join(["20.2.0.1"] * 62), "unknown"),
        ("20.2.0.1 20.3.0.1", "hop"), ("20.2.0.1 20.3.0.2", "clear"), ("20.2.0.1 20.3.0.3", "network"),
        ("20.2.0.1 20.2.0.3", "unknown"), ("20.2.0.1 * 20.2.0.2", "unknown"),
        ("* 20.3.0.1 *", "hop"), ("* 20.3.0.2 *", "network"),
        # Two answers at one TTL: either way may be taken.
        ("20.2.0.1,20.3.0.1 20.2.0.2", "hop"), ("20.2.0.1,20.2.0.9 20.2.0.2", "unknown"),
        ("20.2.0.1,* 20.2.0.2", "clear"),
        # The path went round: what it met it met, but it is no path.
        ("20.2.0.1 20.2.0.2 20.2.0.1!", "unknown"), ("20.2.0.1 20.3.0.1 20.2.0.1!", "hop"),
        # No router between: nothing to cross.
        ("", "clear"),
        # Of several networks in one set no one is known to have a device.
        ("20.5.0.9", "unknown"), ("20.3.9.1", "unknown"),
    ],
)  # fmt: skip
def test_the_class_of_a_trace(path: str, kind: str) -> None:
    assert classes(PathExposure(sources(KNOWN), SETS), traces(path)) == [kind]


@pytest.mark.parametrize("p", [math.nan, 0.0])
def test_a_vendor_without_a_probability_is_a_statement_and_clears_no_path(p: float) -> None:
    """Who states a restricted device without a probability states it; who states another so does not rule one out."""
    exposure = PathExposure(sources({"20.2.0.1": BLUE, "20.2.0.2": (BLUE, p), "20.2.0.3": (RED, p)}), SETS)
    some = traces("20.2.0.1", "20.2.0.1 20.2.0.2", "20.2.0.1 20.2.0.3")
    assert classes(exposure, some) == ["clear", "network", "hop"]
    counts = dict(zip(COUNTS, exposure.totals().counts[0, 0].tolist(), strict=True))
    assert (counts["undecided_unidentified"], counts["undecided_silent"]) == (1, 0)
    assert exposure.totals().interval(0, 0) == (1 / 3, 2 / 3)
    # One of three is restricted; the one without a probability may be.
    found = exposure.networks
    assert (found.low_ppm[1, 0], found.high_ppm[1, 0]) == (333_333, 666_667)


def test_silence_at_the_end_is_not_clear() -> None:
    exposure = PathExposure(sources(KNOWN), SETS)
    assert classes(exposure, traces("20.2.0.1 20.2.0.2", reached=False)) == ["unknown"]
    assert classes(exposure, traces("* *", reached=False)) == ["unknown"]
    assert classes(exposure, traces("", reached=False)) == ["unknown"]
    assert exposure.totals().counts[0, 0, COUNTS.index("undecided_unreached")] == 3


def test_a_path_whose_end_answered_nowhere_is_not_clear() -> None:
    """A target that is stated as reached, and stands in no hop: between it and the last hop there may be others."""
    some = traces("20.2.0.1 20.2.0.2", reached=False)
    found = classes(PathExposure(sources(KNOWN), SETS), replace(some, reached=np.array([True])))
    assert found == ["unknown"]


def test_source_and_target_do_not_count_unless_asked() -> None:
    known = {**KNOWN, "20.4.0.99": RED, "20.1.0.99": BLUE}
    path = traces("20.2.0.1")
    assert classes(PathExposure(sources(known), SETS), path) == ["clear"]
    assert classes(PathExposure(sources(known), SETS, endpoints=True), path) == ["hop"]
    unknown_end = traces("20.2.0.1", source="")
    ends = PathExposure(sources({**KNOWN, "20.4.0.99": BLUE}), SETS, endpoints=True)
    assert classes(ends, unknown_end) == ["unknown"]


def test_a_network_of_the_source_is_counted_apart() -> None:
    known = {"20.1.0.50": RED, "20.3.0.1": RED}
    exposure = PathExposure(sources(known), SETS)
    assert classes(exposure, traces("20.1.0.1 20.2.0.1", "20.1.0.1 20.3.0.7")) == ["network", "network"]
    count = dict(zip(COUNTS, exposure.totals().counts[0, 0].tolist(), strict=True))
    assert (count["network"], count["network_beyond_ends"]) == (2, 1)


def test_sums_intervals_and_shares() -> None:
    known: dict[str, str | tuple[str, float]] = {**KNOWN, "20.3.0.1": (RED, 0.75), "20.3.0.5": ("", np.nan)}
    exposure = PathExposure(sources(known), SETS)
    paths = ("20.3.0.1", "20.2.0.1 20.2.0.2", "20.3.0.9", "20.2.0.9")
    exposure.add(traces(*paths), source_country=["DE"] * 4, target_country=["JP", "JP", "JP", "IT"])
    totals = exposure.totals()
    assert totals.groups == (("DE", "IT"), ("DE", "JP"))
    assert totals.interval(0, 0) == (0.0, 1.0)
    assert totals.interval(1, 0) == (1 / 3, 2 / 3)
    # One hop that is right with 0.75; the clear trace with at least 1 - 0.1 - 0.1.
    assert totals.sure_interval(1, 0) == (0.25, pytest.approx((3 - 0.8) / 3))
    # Three addresses of network 3 were probed: one restricted, one not, one unknown.
    assert totals.network_share(1, 0) == (0.333333, 0.666667)
    assert totals.network_share(0, 0) is None
    whole = totals.rolled_up(source=True)
    assert whole.groups == (("DE", ""),)
    assert whole.counts[0, 0, :5].tolist() == [4, 1, 1, 1, 1]
    assert (whole.first_at[0], whole.last_at[0]) == (MIDNIGHT, MIDNIGHT + 3)


def test_without_a_list_of_probed_addresses_a_network_has_no_share() -> None:
    exposure = PathExposure(sources(KNOWN, is_probed=False), SETS)
    assert classes(exposure, traces("20.3.0.3")) == ["network"]
    assert exposure.totals().network_share(0, 0) == (0.0, 1.0)
    crossed = exposure.networks_crossed()
    assert (crossed.origins, crossed.low_ppm.tolist(), crossed.high_ppm.tolist()) == (((3,),), [[0]], [[1_000_000]])


def test_no_trace_no_share() -> None:
    totals = PathExposure(sources(), SETS).totals()
    assert totals.groups == ()
    assert totals.rolled_up().groups == ()


def test_a_trace_that_comes_twice_counts_once() -> None:
    exposure = PathExposure(sources(KNOWN), SETS)
    some = traces("20.2.0.1", "20.3.0.1", "20.2.0.1")
    exposure.add(some)
    exposure.add(some)
    assert exposure.totals().counts[0, 0, 0] == 2
    assert exposure.repeated_traces == 4
    assert exposure.networks_crossed().traces.tolist() == [1, 1]


def test_a_doubt_is_rounded_outwards() -> None:
    assert doubt_ppm(np.array([1.0, 0.999_999_9, 0.9, 0.0, np.nan])).tolist() == [0, 1, 100_000, 10**6, 10**6]


def test_many_batches_are_summed_as_one_and_a_moment_that_is_not_known_stays_so() -> None:
    exposure = PathExposure(sources(KNOWN), SETS)
    for at in range(70):
        some = traces("20.2.0.1", source=f"20.1.0.{at}")
        started = -1 if at % 2 else MIDNIGHT + at
        exposure.add(replace(some, started_at=np.array([started])), source_country=["IT" if at % 2 else "DE"])
    totals = exposure.totals()
    assert (totals.groups, totals.counts[:, 0, 0].tolist()) == ((("DE", ""), ("IT", "")), [35, 35])
    assert (totals.first_at.tolist(), totals.last_at.tolist()) == ([MIDNIGHT, -1], [MIDNIGHT + 68, -1])
    crossed = exposure.networks_crossed()
    assert (crossed.origins, crossed.traces.tolist()) == (((2,),), [70])


def test_a_device_is_in_one_of_several_networks_only_where_all_of_them_show_one() -> None:
    one = np.array([[True]])
    known = NetworkShares(asn=np.array([5]), seen=one, low_ppm=one.astype(np.int32), high_ppm=2 * one.astype(np.int32))
    found = known.by_origin([(5, 6), (5,), ()])
    assert found.seen.tolist() == [0, 1, 0]
    assert (found.low_ppm.tolist(), found.high_ppm.tolist()) == ([[0], [1], [0]], [[0], [2], [0]])


def test_the_path_of_networks_keeps_its_gaps() -> None:
    exposure = PathExposure(sources(), SETS)
    some = traces("20.1.0.1 20.1.0.2 * 20.2.0.1 20.3.9.1 20.3.0.1 10.0.0.1 20.5.0.1", "20.2.0.1,20.3.0.1 20.3.0.2")
    paths = exposure.paths(exposure.add(some))
    assert paths.text(0) == "1 * 2 ix:Middle-IX 3 * {5,6} 4"
    assert paths.text(1) == "2|3 3 4"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        # Packets went both ways: the trace crosses both networks, and what is not known beside them stays.
        ("20.3.0.1,20.2.0.1 20.2.0.1,20.3.0.2 20.2.0.1", "2|3 2 4"),
        ("20.2.0.1,20.3.9.1,10.0.0.1", "2|*|ix:Middle-IX 4"),
        ("20.2.0.1,20.5.0.1,*", "2|{5,6} 4"),
        ("* 10.0.0.1 20.1.0.1,10.0.0.1 10.0.0.1", "* 1|* * 4"),
    ],
)
def test_answers_of_several_networks_at_one_ttl_are_all_crossed(path: str, text: str) -> None:
    exposure = PathExposure(sources(), SETS)
    some = traces(path)
    assert exposure.paths(exposure.add(some)).text(0) == text


def test_many_addresses_keep_their_numbers() -> None:
    book = AddressBook(sources({"20.2.0.1": RED}), SETS)
    high = np.arange(200_000, dtype=np.uint64) << np.uint64(32)
    family, low = np.full(len(high), 4, np.uint8), np.zeros(len(high), np.uint64)
    first = book.number(family, high, low)
    assert first.tolist() == list(range(200_000))
    assert (book.number(family[::-1], np.ascontiguousarray(high[::-1]), low) == first[::-1]).all()
    assert book.number(*keys(["20.2.0.1", "*"])).tolist() == [200_000, -1]
    assert book.facts().vendor[200_000] == 0
    assert (book.keys()[1][:200_000] == high).all()
