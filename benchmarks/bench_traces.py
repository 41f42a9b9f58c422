"""How fast traceroutes become annotated hops, beside a loop in Python and beside merely parsing the same text.

    python benchmarks/bench_traces.py [--size small] [--origins TABLE] [FILE ...]

FILES are results of RIPE Atlas, one to a line (packed or not); without any, traces of the same shape are made up. TABLE
is any table of prefixes that `provenet paths` reads; without one, a table of 512,000 nested prefixes is made up. All
text is unpacked in memory first, so that every part reads the same bytes. Peers that are not installed are left out;
the extra `bench` brings them.

Two parts, in one run. Parsing: ours to arrays of traces and hops, pysimdjson to its own tree (no value is looked at),
DuckDB and Polars to a table of typed columns. Annotation: parsed, each hop with its origin by longest prefix match and
its vendor by address; the peer is a loop with ripe.atlas.sagan and pyasn over a part of the lines. Seconds of
processor, so that what else runs on the machine weighs little; wall time stands beside them.
"""

import json
import random
import sys
import tempfile
import warnings
from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Network, summarize_address_range
from pathlib import Path
from typing import Any

import numpy as np
from measuring import Spent, best, is_small, machine

from provenet.core.errors import FaultList
from provenet.ingest.bgp.prefix_tables import AddressRanges, read_prefix_origins
from provenet.ingest.opening import Upload
from provenet.ingest.plain_lines import opened
from provenet.ingest.traces.reading import read_traces
from provenet.routing.measured.address_book import AddressBook, AddressSources, IdentifiedAddresses, OriginTable
from provenet.routing.measured.special_addresses import Ranges

LOOP_LINES = 1_500
"""How many lines the loop in Python is timed on; it is linear."""
PREFIXES = 512_000
_NOT_HERE = "not installed"


def made_up_lines(count: int) -> bytes:
    """Traces as RIPE Atlas writes them: 11 hops of three packets, a tenth silent, some with labels."""
    draw = random.Random(4)
    routers = [str(IPv4Address(draw.getrandbits(32))) for _ in range(20_000)]
    label = {"obj": [{"class": 1, "mpls": [{"exp": 0, "label": 24_007, "s": 1, "ttl": 1}], "type": 1}]}
    lines = []
    for at in range(count):
        hops: list[dict[str, Any]] = []
        for ttl in range(1, draw.randint(7, 15)):
            if draw.random() < 0.1:
                hops.append({"hop": ttl, "result": [{"x": "*"}] * 3})
                continue
            router, far = draw.choice(routers), draw.expovariate(0.02)
            more = {"icmpext": {**label, "rfc4884": 0, "version": 2}} if draw.random() < 0.03 else {}
            packets = [
                {"from": router, **more, "rtt": round(far + draw.random(), 3), "size": 28, "ttl": 255 - ttl}
                for _ in range(3)
            ]
            hops.append({"hop": ttl, "result": packets})
        head = {"af": 4, "dst_addr": draw.choice(routers), "endtime": 1574867171 + at, "from": draw.choice(routers)}
        head |= {"fw": 4970, "lts": 58, "msm_id": 5001, "msm_name": "Traceroute", "paris_id": 1, "prb_id": at % 9_000}
        tail = {"size": 48, "src_addr": "10.0.0.2", "timestamp": 1574867159 + at, "type": "traceroute"}
        lines.append(json.dumps({**head, "proto": "ICMP", "result": hops, **tail}, separators=(",", ":")))
    return ("\n".join(lines) + "\n").encode()


def made_up_prefixes(count: int) -> dict[IPv4Network, int]:
    """Nested prefixes with the lengths of a table of all of the internet: most are /24, a few longer."""
    draw = random.Random(5)
    lengths, weights = [8, 16, 18, 19, 20, 21, 22, 23, 24, 29, 32], [1, 14, 14, 25, 43, 51, 110, 100, 620, 1, 1]
    found: dict[IPv4Network, int] = {}
    while len(found) < count:
        length = draw.choices(lengths, weights)[0]
        found[IPv4Network((draw.getrandbits(32) >> (32 - length) << (32 - length), length))] = draw.randint(1, 400_000)
    return found


def prefixes_of(table: AddressRanges) -> dict[IPv4Network, int]:
    """The prefixes of a table's IPv4 ranges, each with the first of its origins."""
    found = {}
    for row in np.flatnonzero(table.family == 4).tolist():
        origins = table.values[int(table.value[row])]
        ends = (IPv4Address(int(half) >> 32) for half in (table.first_high[row], table.last_high[row]))
        if origins:
            found.update(dict.fromkeys(summarize_address_range(*ends), int(origins[0])))
    return found


def told(name: str, spent: Spent, size: int, what: str) -> None:
    """One line of the report."""
    millions = size / 1e6
    print(f"  {name:44} {millions / spent.cpu:9.1f} M{what}/s of processor, {millions / spent.wall:9.1f} by the wall")


def parsing(data: bytes) -> dict[str, Spent]:
    """How long each needs for the text."""
    upload = Upload("traces.ndjson", "", data, len(data))
    lines = data.splitlines()
    found = {"ours, to arrays of hops": best(lambda: sum(one.hop_count for one in read_traces(upload, FaultList())))}
    peers: list[tuple[str, Callable[[], Callable[[], object]]]] = [
        ("pysimdjson, to its tree", lambda: _simdjson(lines)),
        ("DuckDB, to typed columns", lambda: _duckdb(data)),
        ("Polars, to typed columns", lambda: _polars(data)),
        ("json of Python, to objects", lambda: lambda: [json.loads(one) for one in lines][:0]),
    ]
    for name, work in peers:
        try:
            found[name] = best(work())
        except ImportError:
            print(f"  {name}: {_NOT_HERE}")
    return found


def _simdjson(lines: list[bytes]) -> Callable[[], object]:
    import simdjson

    parser = simdjson.Parser()

    def work() -> None:
        for one in lines:
            parser.parse(one)

    return work


_PACKET = 'STRUCT("from" VARCHAR, rtt DOUBLE, x VARCHAR, late BIGINT, err VARCHAR)[]'
_TYPES = {
    "type": "VARCHAR",
    "timestamp": "BIGINT",
    "msm_id": "BIGINT",
    "prb_id": "BIGINT",
    "from": "VARCHAR",
    "dst_addr": "VARCHAR",
    "result": f"STRUCT(hop INTEGER, result {_PACKET})[]",
}


def _duckdb(data: bytes) -> Callable[[], object]:
    import duckdb

    folder = tempfile.TemporaryDirectory()
    place = Path(folder.name) / "traces.ndjson"
    place.write_bytes(data)
    columns = ", ".join(f"'{name}': '{kind}'" for name, kind in _TYPES.items())
    source = f"read_json('{place}', format='newline_delimited', columns={{{columns}}})"
    query = f"SELECT count(result), sum(len(result)) FROM {source}"

    def work(_keep: object = folder) -> object:
        with duckdb.connect() as connection:
            connection.execute("SET threads = 2")
            return connection.execute(query).fetchall()

    return work


def _polars(data: bytes) -> Callable[[], object]:
    import polars as pl

    packet = pl.Struct({"from": pl.String, "rtt": pl.Float64, "x": pl.String, "late": pl.Int64, "err": pl.String})
    schema = {
        "type": pl.String,
        "timestamp": pl.Int64,
        "msm_id": pl.Int64,
        "prb_id": pl.Int64,
        "from": pl.String,
        "dst_addr": pl.String,
        "result": pl.List(pl.Struct({"hop": pl.Int64, "result": pl.List(packet)})),
    }
    return lambda: pl.read_ndjson(data, schema=schema)


def annotated(data: bytes, sources: AddressSources) -> int:
    """How many hops with an address were given their origin and vendor: parsed, numbered, looked up."""
    book, hops = AddressBook(sources, ()), 0
    upload = Upload("traces.ndjson", "", data, len(data))
    for batch in read_traces(upload, FaultList()):
        number = book.number(batch.family, batch.high, batch.low)
        facts = book.facts()
        answered = number[number >= 0]
        origin, vendor = facts.network[answered], facts.vendor[answered]
        hops += len(origin) if len(vendor) == len(origin) else 0
    return hops


def loop(lines: list[bytes], origins: Any, vendors: dict[str, str]) -> int:
    """The same in plain Python, as one would write it."""
    from ripe.atlas.sagan import TracerouteResult

    hops = 0
    for line in lines:
        for hop in TracerouteResult(line.decode()).hops:
            for address in {packet.origin for packet in hop.packets if packet.origin is not None}:
                origins.lookup(address)
                vendors.get(address)
                hops += 1
    return hops


def _origins(places: dict[IPv4Network, int]) -> tuple[AddressRanges, Any]:
    """The table as ours and as pyasn's, None where pyasn is not installed."""
    text = "; IP-ASN32-DAT file\n" + "".join(f"{net}\t{asn}\n" for net, asn in places.items())
    ours = read_prefix_origins(("table.dat", text.encode()))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pyasn
    except ImportError:
        return ours, None
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "table.dat"
        place.write_text(text, encoding="utf-8")
        return ours, pyasn.pyasn(str(place))


def main(words: list[str]) -> None:
    """Runs all parts."""
    small = is_small(words)
    given = None
    if "--origins" in words:
        at = words.index("--origins")
        given = Path(words[at + 1])
        del words[at : at + 2]
    data = b"".join(opened(Path(one)).stream().read(2**31) for one in words) or made_up_lines(
        2_000 if small else 30_000
    )
    places = (
        made_up_prefixes(20_000 if small else PREFIXES) if given is None else prefixes_of(read_prefix_origins(given))
    )
    lines = data.splitlines()
    print(f"{machine()}; {len(data) / 1e6:.0f} MB, {len(lines):,} records; {len(places):,} prefixes")

    print("Parsing")
    found = parsing(data)
    for name, spent in found.items():
        told(name, spent, len(data), "B")
    first, *peers = found
    for name in peers:
        print(f"    ours: {found[name].cpu / found[first].cpu:.2f} times {name} by processor")

    print("Parsed, with the origin and the vendor of each hop")
    ranges, origins = _origins(places)
    batch = next(read_traces(Upload("t", "", data, len(data)), FaultList()))
    known = np.unique(batch.high[batch.family == 4])[::10]
    names = ("cisco", "juniper", "huawei")
    identified = IdentifiedAddresses(
        family=np.full(len(known), 4, np.uint8),
        high=known,
        low=np.zeros(len(known), np.uint64),
        vendor=(np.arange(len(known)) % 3).astype(np.int32),
        p_correct=np.full(len(known), 0.9),
        vendors=names,
    )
    table = OriginTable(ranges=Ranges.of(ranges), origins=ranges.values)
    sources = AddressSources(origins=table, identified=identified)
    ours = best(lambda: annotated(data, sources))
    told("ours", ours, len(data), "B")
    told("ours", ours, ours.gave, "hops")
    texts = {str(IPv4Address(int(one) >> 32)): names[at % 3] for at, one in enumerate(known.tolist())}
    try:
        part = lines[:: max(1, len(lines) // LOOP_LINES)]
        size = sum(map(len, part))
        spent = best(lambda: loop(part, origins, texts), tries=2)
        told("ripe.atlas.sagan and pyasn, a loop", spent, size, "B")
        told("ripe.atlas.sagan and pyasn, a loop", spent, spent.gave, "hops")
        by_cpu = spent.cpu / size / (ours.cpu / len(data))
        print(f"    ours is {by_cpu:,.0f} times as fast by processor")
    except (ImportError, AttributeError):
        print(f"  ripe.atlas.sagan and pyasn: {_NOT_HERE}")


if __name__ == "__main__":
    main(sys.argv[1:])
