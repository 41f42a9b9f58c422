"""Rows of the ladder as Arrow batches: for each pair, or folded for each source."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from provenet.routing.kernels.lanes import FIELDS
from provenet.routing.ladder import Group
from provenet.routing.pairs import Pairs
from provenet.routing.totals import REASON_FIELDS, REASONS, SHARES

if TYPE_CHECKING:
    import pyarrow as pa

KINDS = ("none", "customer", "peer", "provider", "self")
"""Words for classes of a route, in the order of the numbers of `kernels.lanes`."""
_COUNTED = {
    "customer_pairs": "customer",
    "peer_pairs": "peer",
    "provider_pairs": "provider",
    "no_route_pairs": "no_route",
    "rung_0_pairs": "rung_0",
    "rung_1_source_alone_pairs": "rung_1_alone",
    "rung_1_another_pairs": "rung_1_other",
    "rung_2_pairs": "rung_2",
    "rung_3_or_more_pairs": "rung_3",
    "rung_none_pairs": "rung_none",
    "rung_lucky_0_pairs": "lucky_0",
    "rung_lucky_1_pairs": "lucky_1",
    "rung_lucky_2_pairs": "lucky_2",
    "rung_lucky_3_or_more_pairs": "lucky_3",
    "rung_lucky_none_pairs": "lucky_none",
}
_REASONS = ("clear", *REASONS)
_REASON_COUNTS = {f"none_{reason}_pairs": name for reason, name in zip(REASONS[1:], REASON_FIELDS[1:], strict=True)}
"""Columns that part the pairs without a clear route, beside `no_route_pairs`."""


def pair_schema() -> pa.Schema:
    """Columns of a row for each pair; docs/ladder.md says what they mean."""
    import pyarrow as pa

    floats = [(f"{name}_share", pa.float64()) for name in SHARES]
    ends = [("src_asn", pa.int64()), ("dst_asn", pa.int64())]
    route = [("route_class", pa.dictionary(pa.int8(), pa.string())), ("length_hops", pa.int16())]
    rungs = [("clear_route_exists", pa.bool_()), ("rung", pa.int8()), ("rung_lucky", pa.int8())]
    moves = [("rung_source_alone", pa.bool_()), ("movers", pa.list_(pa.int64())), ("stretch_hops", pa.int16())]
    reason = [("no_clear_route", pa.dictionary(pa.int8(), pa.string()))]
    return pa.schema([*ends, *route, *floats, *rungs, *moves, *reason])


def pair_rows(pairs: Pairs) -> pa.RecordBatch:
    """Pairs as rows. A share and a length are null without a route, rungs and what follows without a clear route."""
    import pyarrow as pa

    clear, unrouted = pairs.rung >= 0, ~pairs.routed
    unlisted = ~pairs.movers_listed
    route = pa.DictionaryArray.from_arrays(pa.array(pairs.kind), pa.array(KINDS))
    moved = pa.ListArray.from_arrays(
        pa.array(pairs.mover_start), pa.array(pairs.mover), mask=pa.array(unlisted) if unlisted.any() else None
    )
    columns: list[Any] = [pa.array(pairs.src_asn), pa.array(pairs.dst_asn), route]
    columns.append(pa.array(pairs.hops, mask=unrouted))
    columns += [pa.array(pairs.shares[f"{name}_share"], mask=unrouted) for name in SHARES]
    columns += [pa.array(clear), pa.array(pairs.rung, mask=~clear), pa.array(pairs.rung_lucky, mask=~clear)]
    columns += [pa.array(pairs.alone, mask=pairs.rung != 1), moved, pa.array(pairs.stretch, mask=unlisted)]
    columns.append(pa.DictionaryArray.from_arrays(pa.array(pairs.reason, mask=clear), pa.array(_REASONS)))
    return pa.RecordBatch.from_arrays(columns, schema=pair_schema())


def source_schema() -> pa.Schema:
    """Columns of a row for each source, folded over its destinations."""
    import pyarrow as pa

    counts = [("src_asn", pa.int64()), ("pairs", pa.int64())]
    counts += [(name, pa.int64()) for name in _COUNTED]
    means = [("mean_length_hops", pa.float64())] + [(f"mean_{name}_share", pa.float64()) for name in SHARES]
    return pa.schema(counts + means + [(name, pa.int64()) for name in _REASON_COUNTS])


def source_rows(rows: Group, sums: NDArray[np.float64], asn: NDArray[np.int64]) -> pa.RecordBatch:
    """Folded sums as rows by ASN; means are over the pairs that have a route, null where there is none."""
    import pyarrow as pa

    row = np.repeat(np.arange(len(rows)), rows.size)
    order = np.argsort(asn[rows.members])
    row, found = row[order], {name: sums[:, at] for at, name in enumerate(FIELDS)}
    routed = (found["pairs"] - found["no_route"])[row]
    columns: list[Any] = [pa.array(asn[rows.members][order]), _whole(found["pairs"][row])]
    columns += [_whole(found[name][row]) for name in _COUNTED.values()]
    for name in ("hops", *SHARES):
        mean = np.divide(found[name][row], routed, out=np.zeros(len(row)), where=routed > 0)
        columns.append(pa.array(mean, mask=routed <= 0))
    columns += [_whole(found[name][row]) for name in _REASON_COUNTS.values()]
    return pa.RecordBatch.from_arrays(columns, schema=source_schema())


def _whole(values: NDArray[np.float64]) -> Any:
    import pyarrow as pa

    return pa.array(np.rint(values).astype(np.int64))
