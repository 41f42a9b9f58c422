"""What measured paths cross as one relational expression, for engines that hold tables on disk or on a cluster.

The text is SQL of the part that DuckDB and Spark share; both read the same words (decision 0096). Whoever runs it
gives the tables by these names:

    hops        trace_id, ttl, high, low, family, flags: a row an answer in time; rows of family 0 are silent
    traces      trace_id, started_at, source_high, source_low, source_family, target_high, target_low, target_family,
                reached, source_country, target_country: a row a trace, "" where a country is not known
    addresses   what `address_columns` gives: a row a distinct address of both

Keys are the bits of the unsigned halves in signed numbers. All that is summed are whole numbers, and all else that is
gathered over the hops of a trace does not care for their order: equal rows give equal sums, however files are cut.
The function `shiftleft(a, b)` is a * 2^b.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from provenet.routing.kernels.lpm import Halves
from provenet.routing.kernels.measured_paths import (
    LAST_TTL,
    LOOP,
    LOOPED,
    MILLION,
    SILENT,
    UNIDENTIFIED,
    UNMAPPED,
    UNREACHED,
    Networks,
)
from provenet.routing.measured.address_book import AddressSources, VendorSet, set_bits
from provenet.routing.measured.crossings import COUNTS, OBSTACLES, PathTotals, Traces

HOP_COLUMNS = {
    "trace_id": np.int64,
    "ttl": np.int16,
    "high": np.int64,
    "low": np.int64,
    "family": np.int8,
    "flags": np.int16,
}
"""The columns of `hops` and their kinds."""
TRACE_COLUMNS = {
    "trace_id": np.int64,
    "started_at": np.int64,
    "source_high": np.int64,
    "source_low": np.int64,
    "source_family": np.int8,
    "target_high": np.int64,
    "target_low": np.int64,
    "target_family": np.int8,
    "reached": np.bool_,
}
"""The columns of `traces` and their kinds, beside the texts `source_country` and `target_country`."""
_KEY = ("family", "high", "low")


def hop_columns(traces: Traces) -> dict[str, NDArray[Any]]:
    """The rows of `hops` of some traces, without the silent ones: what nobody answered is seen by what is missing."""
    trace_id = np.repeat(traces.trace_id, np.diff(traces.first_hop))
    answered = traces.family != 0
    columns = {"trace_id": trace_id, **{name: getattr(traces, name) for name in HOP_COLUMNS if name != "trace_id"}}
    return {name: _signed(part[answered], HOP_COLUMNS[name]) for name, part in columns.items()}


def trace_columns(traces: Traces) -> dict[str, NDArray[Any]]:
    """The rows of `traces` of some traces, but for the countries."""
    return {name: _signed(getattr(traces, name), kind) for name, kind in TRACE_COLUMNS.items()}


def _signed(part: NDArray[Any], kind: type) -> NDArray[Any]:
    return part.view(np.int64) if part.dtype == np.uint64 else part.astype(kind)


def address_columns(
    sources: AddressSources,
    sets: Sequence[VendorSet],
    networks: Networks,
    *,
    family: NDArray[np.int8],
    high: NDArray[np.int64],
    low: NDArray[np.int64],
    first: int,
) -> dict[str, NDArray[Any]]:
    """Rows of `addresses` for some distinct addresses, numbered from `first`. Cost O(n log table)."""
    high, low = np.ascontiguousarray(high), np.ascontiguousarray(low)
    facts = sources.facts(family.astype(np.uint8), _unsigned(high), _unsigned(low))
    restricted, other = set_bits(facts, sources.vendors, sets)
    all_sets = (1 << len(sets)) - 1
    found: dict[str, NDArray[Any]] = {
        "family": family,
        "high": high,
        "low": low,
        "address": np.arange(first, first + len(family), dtype=np.int64),
        "network": facts.network,
        "doubt_ppm": facts.doubt_ppm,
        "restricted": restricted,
        "other": other,
        "lacks": np.where((restricted | other) != all_sets, UNIDENTIFIED, 0).astype(np.int64),
        "seen": _of_network(facts.network, networks.seen),
    }
    found["lacks"] |= np.where((facts.network < 0) & (facts.exchange < 0), UNMAPPED, 0)
    for at in range(len(sets)):
        is_seen = found["seen"] >> at & 1 == 1
        for end, column in (("low", networks.low_ppm), ("high", networks.high_ppm)):
            share = _of_network(facts.network, column[:, at])
            found[f"{end}_{at}"] = np.where(is_seen, share, 0).astype(np.int32)
    return found


def _unsigned(part: NDArray[np.int64]) -> Halves:
    return part.view(np.uint64)


def _of_network(network: NDArray[np.int32], column: NDArray[Any]) -> NDArray[Any]:
    """A column by network, for addresses; 0 where an address has none. The last place is that of no network."""
    return np.append(column, column.dtype.type(0))[network]


def distinct_addresses() -> str:
    """The distinct addresses of hops, sources and targets."""
    parts = [f"SELECT {', '.join(_KEY)} FROM hops"]
    for end in ("source", "target"):
        parts.append(f"SELECT {', '.join(f'{end}_{one} AS {one}' for one in _KEY)} FROM traces")
    return f"SELECT DISTINCT * FROM ({' UNION ALL '.join(parts)}) AS met WHERE family <> 0"


def steps(sets: Sequence[VendorSet], *, endpoints: bool = False) -> dict[str, str]:
    """The expression in three steps, each a table by its name for the next: `ends` (a row a trace: the numbers and
    networks of its source and target), `passed` (a row a trace: what its hops prove) and `sums` (a row a pair of
    countries: the columns `COUNTS`, each with the place of its set).
    """
    return {"ends": _ends(), "passed": _passed(len(sets), endpoints), "sums": _sums(len(sets))}


def _ends() -> str:
    columns = ["trace_id", "min(started_at) AS started_at", "max(CASE WHEN reached THEN 1 ELSE 0 END) AS reached"]
    columns += [f"min({end}_country) AS {end}_country" for end in ("source", "target")]
    columns += [f"min({end}_{one}) AS {end}_{one}" for end in ("source", "target") for one in _KEY]
    joins = " ".join(
        f"LEFT JOIN addresses {end} ON " + " AND ".join(f"one.{end}_{part} = {end}.{part}" for part in _KEY)
        for end in ("source", "target")
    )
    kept = ["one.trace_id", "one.started_at", "one.reached", "one.source_country", "one.target_country"]
    for end in ("source", "target"):
        kept.append(f"coalesce({end}.address, -1) AS {end}")
        kept.append(f"coalesce({end}.network, -1) AS {end}_network")
    once = f"SELECT {', '.join(columns)} FROM traces GROUP BY trace_id"
    return f"SELECT {', '.join(kept)} FROM ({once}) one {joins}"


def _passed(sets: int, endpoints: bool) -> str:
    """Rows of hops with what their address says, gathered by trace."""
    columns = ["restricted", "other", "doubt_ppm", "lacks", "seen", "network"]
    columns += [f"{end}_{at}" for at in range(sets) for end in ("low", "high")]
    is_end = "(a.address = e.source OR a.address = e.target)"
    met = f"""
        SELECT h.trace_id, CAST(h.ttl AS INT) AS ttl, CAST(h.flags AS INT) AS flags,
            CASE WHEN a.address = e.target AND h.ttl >= 1 THEN CAST(h.ttl AS INT) END AS target_ttl,
            NOT {is_end} AS counts,
            a.network = e.source_network OR a.network = e.target_network AS is_own,
            {", ".join(f"a.{one}" for one in columns)}
        FROM hops h
        JOIN addresses a ON {" AND ".join(f"h.{one} = a.{one}" for one in _KEY)}
        JOIN ends e ON h.trace_id = e.trace_id"""
    if endpoints:
        met += "".join(
            f"""
        UNION ALL SELECT e.trace_id, CAST(NULL AS INT), 0, CAST(NULL AS INT), TRUE, TRUE,
            {", ".join(f"a.{one}" if one not in _UNKNOWN else f"coalesce(a.{one}, {_UNKNOWN[one]})" for one in columns)}
        FROM ends e LEFT JOIN addresses a ON e.{end} = a.address"""
            for end in ("source", "target")
        )
    gathered = [
        "trace_id",
        f"bit_or(CASE WHEN ttl BETWEEN 1 AND {LAST_TTL} THEN shiftleft(CAST(1 AS BIGINT), ttl) END) AS answered",
        "max(ttl) AS last_ttl",
        "min(target_ttl) AS target_ttl",
        f"max(CASE WHEN (flags & {LOOP}) <> 0 THEN {LOOPED} ELSE 0 END) AS looped",
        "bit_or(CASE WHEN counts THEN restricted END) AS met",
        "bit_and(CASE WHEN counts THEN other END) AS other",
        "bit_or(CASE WHEN counts THEN lacks END) AS lacks",
        "CAST(sum(CASE WHEN counts THEN doubt_ppm END) AS BIGINT) AS doubt_ppm",
        "bit_or(CASE WHEN counts THEN seen END) AS near",
        "bit_or(CASE WHEN counts AND NOT is_own THEN seen END) AS near_beyond",
    ]
    for at in range(sets):
        gathered.append(
            f"max(CASE WHEN counts AND (restricted & {1 << at}) <> 0 THEN {MILLION} - doubt_ppm END) AS sure_{at}"
        )
        gathered += [f"max(CASE WHEN counts THEN {end}_{at} END) AS {end}_{at}" for end in ("low", "high")]
    return f"SELECT {', '.join(gathered)} FROM ({met}) met GROUP BY trace_id"


_UNKNOWN = {
    "restricted": 0,
    "other": 0,
    "doubt_ppm": MILLION,
    "lacks": UNIDENTIFIED | UNMAPPED,
    "seen": 0,
    "network": -1,
}
"""What an address says that a trace does not state."""


def _sums(sets: int) -> str:
    """What each trace proves, summed by the countries of its ends."""
    last = "coalesce(target_ttl - 1, last_ttl, 0)"
    whole = f"(shiftleft(CAST(1 AS BIGINT), least({last}, {LAST_TTL}) + 1) - 2)"
    silent = f"coalesce(answered, 0) = 0 OR {last} > {LAST_TTL} OR (answered & {whole}) <> {whole}"
    held = [
        "source_country",
        "target_country",
        "started_at",
        f"(coalesce(lacks, 0) | coalesce(looped, 0) | CASE WHEN {silent} THEN {SILENT} ELSE 0 END "
        f"| CASE WHEN reached = 1 AND target_ttl IS NOT NULL THEN 0 ELSE {UNREACHED} END) AS obstacles",
        "coalesce(met, 0) AS met",
        "coalesce(other, -1) AS other",
        "coalesce(doubt_ppm, 0) AS doubt_ppm",
        "coalesce(near, 0) AS near",
        "coalesce(near_beyond, 0) AS near_beyond",
    ]
    held += [f"coalesce({name}_{at}, 0) AS {name}_{at}" for at in range(sets) for name in ("sure", "low", "high")]
    proved = f"SELECT {', '.join(held)} FROM ends e LEFT JOIN passed p ON e.trace_id = p.trace_id"
    dated = "CASE WHEN started_at >= 0 THEN started_at END"
    summed = [f"coalesce(min({dated}), -1) AS first_at", f"coalesce(max({dated}), -1) AS last_at"]
    for at in range(sets):
        summed += [f"CAST(sum({one}) AS BIGINT) AS {name}_{at}" for name, one in _added(at).items()]
    return (
        f"SELECT source_country, target_country, {', '.join(summed)} FROM ({proved}) proved "
        "GROUP BY source_country, target_country"
    )


def _added(at: int) -> dict[str, str]:
    """What a trace adds to each count of a set."""
    unseen = SILENT | UNREACHED | LOOPED
    is_met, is_near = f"(met & {1 << at}) <> 0", f"(near & {1 << at}) <> 0"
    is_clear = f"(NOT ({is_met}) AND (other & {1 << at}) <> 0 AND (obstacles & {unseen}) = 0)"
    left = f"NOT ({is_met}) AND NOT {is_clear}"
    when = {
        "traces": ("TRUE", "1"),
        "hop": (is_met, "1"),
        "network": (f"{left} AND {is_near}", "1"),
        "unknown": (f"{left} AND NOT ({is_near})", "1"),
        "clear": (is_clear, "1"),
        "network_beyond_ends": (f"{left} AND (near_beyond & {1 << at}) <> 0", "1"),
        **{f"undecided_{name}": (f"{left} AND (obstacles & {bit}) <> 0", "1") for name, bit in OBSTACLES.items()},
        "hop_sure_ppm": (is_met, f"sure_{at}"),
        "clear_sure_ppm": (is_clear, f"greatest({MILLION} - doubt_ppm, 0)"),
        "network_low_ppm": (f"{left} AND {is_near}", f"low_{at}"),
        "network_high_ppm": (f"{left} AND {is_near}", f"high_{at}"),
    }
    return {name: f"CASE WHEN {condition} THEN {number} ELSE 0 END" for name, (condition, number) in when.items()}


def totals_of(rows: Iterable[Mapping[str, Any]], sets: Sequence[VendorSet]) -> PathTotals:
    """The rows of `sums` as sums."""
    ordered = sorted(rows, key=lambda row: (row["source_country"], row["target_country"]))
    counts = [[[row[f"{name}_{at}"] for name in COUNTS] for at in range(len(sets))] for row in ordered]
    return PathTotals(
        tuple((row["source_country"], row["target_country"]) for row in ordered),
        tuple(one.name for one in sets),
        np.array(counts, np.int64).reshape(len(ordered), len(sets), len(COUNTS)),
        np.array([row["first_at"] for row in ordered], np.int64),
        np.array([row["last_at"] for row in ordered], np.int64),
    )
