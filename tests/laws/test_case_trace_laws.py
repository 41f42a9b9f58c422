"""Laws of traces in a case: rows as columns are the rows that objects would be, and no way of cutting changes a sum."""

import json
from collections.abc import Callable, Sequence
from datetime import date
from math import nan
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("numba", reason="the extra 'internet' is not installed")

import provenet
from against.random_traces import VENDORS, pool, random_known
from against.reference_measured import Address, Known
from against.reference_trace_rows import hop_rows, trace_rows
from provenet.case.parties import PartyNames
from provenet.case.tables import empty, frame
from provenet.core.digest import sha256_bytes
from provenet.exposure.measured_batches import whole_traces
from provenet.exposure.measured_paths import (
    HOP_COLUMNS,
    TRACE_COLUMNS,
    MeasuredTables,
    PathQuestion,
    VendorQuestion,
    path_rows,
)
from provenet.ingest.bgp.numbers import address_text, read_address
from provenet.ingest.opening import Upload
from provenet.ingest.reader import Intake
from provenet.ingest.sightings.reading import Constants
from provenet.ingest.traces.case_rows import CaseRows, address_keys, trace_keys
from provenet.ingest.traces.trace_batch import FLAGS, HopRow, Trace, batch_of, joined
from support.examples import examples

FILE = "0123456789ab" + "c" * 52
CONSTANTS = st.sampled_from([Constants(), Constants(country="Côte d'Ivoire", asn="64500"), Constants(asn="3333")])
GROUPS = st.sampled_from([0, 0, 0, 1, 0xF, 0xFF, 0xABC, 0xFFFF]) | st.integers(0, 0xFFFF)
SIXES = st.lists(GROUPS, min_size=8, max_size=8).map(lambda some: sum(one << 16 * at for at, one in enumerate(some)))
ADDRESSES = st.none() | st.tuples(st.just(4), st.integers(0, 2**32 - 1)) | st.tuples(st.just(6), SIXES)
ROUND_TRIPS = (
    st.sampled_from([nan, 0.0, -0.0, 0.0005, 0.0015, 0.125, 1.0, 999.9995, 2.5e-7, 1e12, 9.99e11, 1e15, 1e18])
    | st.floats(0, 1e4, width=32)
    | st.floats(0, 2.0**61, width=32)
)
NUMBERS = st.sampled_from([-1, 0, 9, 10, 5001, 2**62 - 1])
STARTS = st.sampled_from([-1, 0, 951_782_399, 951_782_400, 1_709_164_800, 2**33 - 1, 2**33]) | st.integers(0, 2**33)
HOPS = st.builds(
    HopRow,
    ttl=st.integers(0, 255),
    address=ADDRESSES,
    rtt_ms=ROUND_TRIPS,
    flags=st.integers(0, 2 * max(FLAGS.values()) - 1),
)
TRACES = st.builds(
    Trace,
    started_at=STARTS,
    probe_id=NUMBERS,
    measurement_id=NUMBERS,
    protocol=st.sampled_from([0, 1, 6, 17, 47, 255]),
    source=ADDRESSES,
    target=ADDRESSES,
    reached=st.booleans(),
    hops=st.lists(HOPS, max_size=6, unique_by=lambda hop: (hop.ttl, hop.address)),
)


def by_id(rows: Sequence[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    """Rows as a case holds them, each once."""
    made = frame(name, rows).drop("run_id").unique("row_id").sort("row_id")
    return made.to_dicts()


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(st.lists(TRACES, min_size=1, max_size=4), min_size=1, max_size=3), CONSTANTS, st.data())
def test_rows_as_columns_are_the_rows_that_objects_would_be(
    parts: list[list[Trace]], constants: Constants, data: st.DataObject
) -> None:
    parts.append([data.draw(st.sampled_from([trace for part in parts for trace in part]))])
    batches = [batch_of(part) for part in parts]
    rows = CaseRows("traces.ndjson", FILE, constants)
    found: dict[str, list[dict[str, Any]]] = {"trace": [], "hop": []}
    read = dict.fromkeys(found, 0)
    for batch in batches:
        for name, made in rows.of(batch):
            assert made.rows["row_id"].is_unique().all()
            found[name] += made.rows.to_dicts()
            read[name] += made.read_count
    whole = joined(batches)
    wanted = {
        "trace": list(trace_rows(whole, "traces.ndjson", FILE, constants)),
        "hop": list(hop_rows(whole, "traces.ndjson", FILE)),
    }
    for name, some in wanted.items():
        assert read[name] == len(some)
        assert len(found[name]) == len({row["row_id"] for row in some})
        # Texts, so that a zero with a sign is one.
        assert repr(by_id(found[name], name)) == repr(by_id(some, name))
    assert rows.unplaced_count == whole.trace_count - len(wanted["trace"])


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(ADDRESSES | st.just((6, 0xFFFF << 32 | 7)), max_size=20), st.booleans())
def test_stored_addresses_are_read_as_plain_code_reads_them(given_: list[Any], is_masked: bool) -> None:
    texts = [None if one is None else address_text(*one) for one in given_]
    column = pl.Series(texts, dtype=pl.String)
    if is_masked:
        # A column whose nulls lie over other texts, as files may bring it.
        known = pl.Series([one is not None for one in texts], dtype=pl.Boolean)
        column = column.fill_null("9.9.9.9").to_frame("text").select(pl.when(known).then("text")).to_series()
    family, high, low = address_keys(column)
    for at, text in enumerate(texts):
        read = None if text is None else read_address(text)
        number = 0 if read is None else read[1] << (96 if read[0] == 4 else 0)
        assert (family[at], high[at], low[at]) == (0 if read is None else read[0], number >> 64, number & (1 << 64) - 1)


def test_ids_of_traces_are_told_apart_by_the_whole_of_them() -> None:
    texts = ["0" * 16, "0" * 15 + "1", "0" * 15 + "A", "0" * 15 + "a", "t1", "", "t1 ", "0" * 17, "f" * 16]
    keys = list(zip(*(part.tolist() for part in trace_keys(pl.Series([*texts, *texts]))), strict=True))
    assert len(set(keys)) == len(texts)
    assert keys[: len(texts)] == keys[len(texts) :]


def readers(frames: Sequence[pl.DataFrame]) -> list[Callable[[Sequence[str]], pl.DataFrame]]:
    return [one.select for one in frames]


@settings(max_examples=examples(60), deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 60), st.integers(1, 6))
def test_however_files_are_cut_each_trace_is_in_one_batch_with_all_its_hops(seed: int, most: int, files: int) -> None:
    draw = Random(seed)
    names = [f"{draw.getrandbits(64):016x}" if draw.random() < 0.7 else f"t{at}" for at in range(draw.randint(0, 30))]
    traces = [one for one in names if draw.random() < 0.9]
    hops = [(one, at) for one in names for at in range(draw.randint(0, 4))]
    if draw.random() < 0.5:
        draw.shuffle(hops)
    cut = sorted(draw.randint(0, len(hops)) for _ in range(files - 1))
    parts = [hops[first:last] for first, last in zip([0, *cut], [*cut, len(hops)], strict=True)]
    hop_frames = [pl.DataFrame(part, {"trace_id": pl.String, "ttl_count": pl.Int64}, orient="row") for part in parts]
    trace_frames = [pl.DataFrame({"trace_id": traces[at::2]}, {"trace_id": pl.String}) for at in range(2)]
    batches = list(
        whole_traces(
            readers(trace_frames),
            readers(hop_frames),
            trace_columns=["trace_id"],
            hop_columns=["trace_id", "ttl_count"],
            most_rows=most,
        )
    )
    assert sorted(one for rows, _ in batches for one in rows["trace_id"]) == sorted(traces)
    for rows, some in batches:
        mine = set(rows["trace_id"])
        held = sorted(one for one in some.rows() if one[0] in mine)
        assert held == sorted(one for one in hops if one[0] in mine)
        assert len(batches) == 1 or some.height + len(set(some["trace_id"])) <= most + 5


NAMES = dict(zip(VENDORS, ("huawei", "cisco", "juniper", "nokia"), strict=True))
DAY = date(2026, 11, 25)


def record(draw: Random, addresses: list[Address], number: int) -> dict[str, object]:
    """A result of RIPE Atlas over some addresses, with silence, gaps, several answers, late ones and loops."""
    target = draw.choice(addresses)
    result = []
    for ttl in range(1, draw.choice((1, 3, 4, 6, 63)) + 1):
        if draw.random() < 0.03:
            continue
        packets: list[dict[str, object]] = [{"x": "*"}] if draw.random() < 0.1 else []
        for one in draw.sample(addresses, draw.choice((1, 1, 1, 2))) if draw.random() < 0.95 else []:
            packets.append({"from": str(one), "rtt": round(draw.random() * 90, 3), "size": 28, "ttl": 250})
            packets[-1] |= {"late": 2} if draw.random() < 0.02 else {}
        result.append({"hop": ttl, "result": packets or [{"x": "*"}]})
    if draw.random() < 0.8:
        answer = {"from": str(target), "rtt": 9.5, "size": 28, "ttl": 60}
        result.append({"hop": len(result) + 1, "result": [answer] * 2})
    head = {"type": "traceroute", "af": target.version, "msm_id": 5001, "prb_id": number, "timestamp": 1557653472}
    ends = {"from": str(draw.choice(addresses)), "src_addr": "10.0.0.9", "dst_addr": str(target)}
    return {**head, **ends, "proto": "ICMP", "result": result}


def write_tables(known: Known, folder: Path) -> None:
    """The networks, exchange points and vendors of addresses as files."""
    lines = [
        f"{net.network_address}\t{net.prefixlen}\t{'_'.join(map(str, sorted(some)))}"
        for net, some in known.origins.items()
    ]
    (folder / "routeviews-rv2-20260617-1200.pfx2as").write_text("\n".join(lines) + "\n", encoding="utf-8")
    points = sorted(set(known.exchanges.values()))
    dump = {
        "ix": {"data": [{"id": at, "name": name, "country": "NL", "city": "A"} for at, name in enumerate(points, 1)]},
        "ixlan": {"data": [{"id": at, "ix_id": at} for at in range(1, len(points) + 1)]},
        "ixpfx": {
            "data": [
                {"id": at, "ixlan_id": points.index(name) + 1, "protocol": f"IPv{net.version}", "prefix": str(net)}
                for at, (net, name) in enumerate(known.exchanges.items(), 1)
            ]
        },
    }
    (folder / "dump.json").write_text(json.dumps(dump), encoding="utf-8")
    vendors = [
        {"address": str(one), "vendor_id": NAMES.get(vendor or ""), "p_correct": None, "method": "x", "evidence": "x"}
        for one, (vendor, _) in known.vendors.items()
    ]
    kinds = {"p_correct": pl.Float64, "vendor_id": pl.String}
    pl.DataFrame(vendors, schema_overrides=kinds).write_parquet(folder / "vendors.parquet")


def entered(place: Path, mapping: bytes | None = None) -> dict[str, pl.DataFrame]:
    """The tables that a case would hold of a file."""
    data = place.read_bytes()
    intake = Intake(Upload(place.name, sha256_bytes(data), data, len(data)), mapping, PartyNames.built_in())
    found: dict[str, list[pl.DataFrame]] = {}
    for name, rows in intake.frames(lambda *_: None):
        found.setdefault(name, []).append(rows)
    return {name: pl.concat(rows, how="vertical_relaxed") for name, rows in found.items()}


@pytest.mark.parametrize("seed", range(3))
def test_a_case_and_the_tool_without_one_say_the_same_of_the_same_traces(seed: int, tmp_path: Path) -> None:
    draw, known = Random(seed), random_known(seed)
    addresses = pool(known.origins)
    lines = [json.dumps(record(draw, addresses, at)) for at in range(80)]
    (tmp_path / "traces.ndjson").write_text("\n".join([*lines, lines[7]]) + "\n", encoding="utf-8")
    write_tables(known, tmp_path)
    restricted = ["huawei", "juniper"]
    tool = provenet.paths(
        tmp_path / "traces.ndjson",
        vendors=tmp_path / "vendors.parquet",
        origins=tmp_path / "routeviews-rv2-20260617-1200.pfx2as",
        exchanges=tmp_path / "dump.json",
        restricted=restricted,
    ).summary
    rows = entered(tmp_path / "traces.ndjson", b'[constants]\ncountry = "NL"\n')
    estimates = pl.DataFrame(
        [
            {"addresses": [str(one)], "vendor_id": NAMES.get(vendor or ""), "p_correct_share": None}
            for one, (vendor, _) in known.vendors.items()
        ],
        schema_overrides={"p_correct_share": pl.Float64, "vendor_id": pl.String},
    ).with_columns(seen_low_on=DAY, seen_high_on=DAY)
    tables = MeasuredTables(
        estimates,
        origins=entered(tmp_path / "routeviews-rv2-20260617-1200.pfx2as")["prefix_origin"],
        exchanges=entered(tmp_path / "dump.json")["exchange_prefix"],
        places=empty("prefix_country"),
        probed=pl.Series([], dtype=pl.String),
    )
    asked = VendorQuestion(country="Netherlands", says="some", restricted=frozenset(restricted))
    shuffled = rows["hop"].sample(fraction=1, shuffle=True, seed=seed)
    batches = whole_traces(
        readers([rows["trace"]]),
        readers([shuffled[:300], shuffled[300:], shuffled[:50]]),
        trace_columns=TRACE_COLUMNS,
        hop_columns=HOP_COLUMNS,
        most_rows=200,
    )
    found = path_rows(tables, PathQuestion(as_of=DAY, known=None, vendors=[asked]), batches)
    (whole,) = [row for row in found if row["target_country"] is None]
    names = ("on_hop_count", "in_network_count", "unknown_count", "clear_count")
    tiers = [tool["tiers"][name]["trace_count"] for name in ("hop", "network", "unknown", "clear")]
    assert [whole[name] for name in names] == tiers  # type: ignore[literal-required]
    assert whole["trace_count"] == sum(tiers) == 80
    assert min(tiers[:3]) > 0
