"""The ladder pair by pair, its totals over many pairs or folded for each source, and both as rows of Arrow.

Memory does not grow with the number of pairs: a batch is handed on before the next block is begun.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from provenet.numerics.arrays import Flags, Floats, Ints, Longs
from provenet.routing.kernels import lanes
from provenet.routing.kernels.aspaths import LANES
from provenet.routing.kernels.eitherway import joint_high
from provenet.routing.kernels.movers import GOAL, SOURCE, Walks
from provenet.routing.kernels.rows import rows_of
from provenet.routing.ladder import (
    PAIR_BATCHES,
    PAIR_ROWS,
    PAIR_TURNS,
    BatchResult,
    Engine,
    Group,
    LadderQuestion,
    ReturnShares,
    parts,
    return_shares,
)

if TYPE_CHECKING:
    import pyarrow as pa

ROW_MEMBERS, BATCH_MEMBERS = 2048, 160
"""Sources and destinations of one batch, counted as networks: like stubs are one class, yet each has its own rows."""
AHEAD = 3
"""Batches begun before the next one is consumed: their rows wait in memory."""
TINY = 1e-12
"""Shares nearer than this are the same number, added up in another order."""


@dataclass(frozen=True)
class Pairs:
    """M pairs of sources and destinations, by column; a mask tells which values are none.

    `src_asn`, `dst_asn` int64[M]; `kind` int8, the class of the route as a number of `kernels.lanes`; `hops` int16.
    `shares` are float64[M]: low, high, expected, of the way back low and high, of either way low and high; they, hops
    and kind hold nothing where `routed` is False. `rung`, `rung_lucky` int8 hold -1 where no clear route exists;
    `alone` bool matters where rung is 1; `reason` int8 says why no clear route exists, a number of `kernels.lanes`.
    Movers of pair i are `mover[mover_start[i]:mover_start[i + 1]]`, int64 ASNs in the order of the walk, `toward` the
    networks they turn to; `movers_listed[i]` is False where they are not listed. `stretch` int16 is the hops a clear
    route has more than today's.
    """

    src_asn: Longs
    dst_asn: Longs
    routed: Flags
    kind: NDArray[np.int8]
    hops: NDArray[np.int16]
    shares: dict[str, Floats]
    rung: NDArray[np.int8]
    rung_lucky: NDArray[np.int8]
    alone: Flags
    reason: NDArray[np.int8]
    movers_listed: Flags
    mover_start: Ints
    mover: Longs
    toward: Longs
    stretch: NDArray[np.int16]

    def __len__(self) -> int:
        return len(self.src_asn)


def pair_batches(engine: Engine) -> Iterator[Pairs]:
    """Every pair of the question's sources and destinations, in an order that depends on the question alone.

    Cost O(batches x (links + rows) + pairs); memory O(a block), however many networks are alike.
    """
    rows, columns = engine.question.rows.split(ROW_MEMBERS), engine.question.columns.split(BATCH_MEMBERS)
    cuts, of_rows = columns.packed(LANES, BATCH_MEMBERS), rows.packed(PAIR_ROWS, ROW_MEMBERS)
    for nth in range(0, len(cuts), PAIR_BATCHES):
        left, right = cuts[nth][0], cuts[min(nth + PAIR_BATCHES, len(cuts)) - 1][1]
        batches = [(first - left, last - left) for first, last in cuts[nth : nth + PAIR_BATCHES]]
        block = columns.cut(left, right)
        for first, last in of_rows:
            some = rows.cut(first, last)
            back = return_shares(engine, some, block, kind=np.float64, walked=True)
            yield from _in_turn(engine, partial(_batch, engine, rows=some, block=block, back=back), batches)


def _in_turn(
    engine: Engine, work: Callable[[tuple[int, int]], Pairs], batches: Sequence[tuple[int, int]]
) -> Iterator[Pairs]:
    """What `work` makes of each batch, in order, with at most `AHEAD` of them begun or waiting to be taken."""
    begun: deque[Future[Pairs]] = deque()
    for batch in batches:
        begun.append(engine.pool.submit(work, batch))
        if len(begun) > AHEAD:
            yield begun.popleft().result()
    while begun:
        yield begun.popleft().result()


def _batch(engine: Engine, at: tuple[int, int], *, rows: Group, block: Group, back: ReturnShares) -> Pairs:
    columns = block.cut(*at)
    seat = rows_of(engine.core, rows.classes)
    piece = engine.forward(columns, rows, seat, turns=PAIR_TURNS, walked=True)
    here = ReturnShares(back.low[:, at[0] : at[1]], back.high[:, at[0] : at[1]], back.ways)
    return spread(
        engine,
        rows,
        columns,
        piece=piece,
        back=here,
        joint=_joint(engine, rows, columns, piece=piece, back=here, first=at[0]),
    )


def _joint(
    engine: Engine, rows: Group, columns: Group, *, piece: BatchResult, back: ReturnShares, first: int
) -> Floats:
    """The greatest share that the two ways cross together, each network once: float64[rows, columns]."""
    ends = rows.high[:, None] + columns.high[None, :]
    there = piece.shares[1][:, : len(columns)]
    both = there + back.high - ends
    # Where one way may cross nothing the sum is exact, and where one may cross all no more can be.
    open_cells = (there > ends + TINY) & (back.high > ends + TINY) & (there < 1.0) & (back.high < 1.0)
    transit = np.where(open_cells, -(both - ends), both - ends)
    for nth, (left, right) in enumerate(parts(len(rows), LANES)):
        if piece.ways is not None and open_cells[left:right].any():
            part = np.ascontiguousarray(transit[left:right])
            joint_high(
                piece.ways, back.ways[nth], left, first_column=first, q_high=engine.question.core_high, high=part
            )
            transit[left:right] = part
    whole = (there >= 1.0) | (back.high >= 1.0)
    return np.where(whole, 1.0, np.minimum(1.0, np.abs(transit) + ends))


def spread(
    engine: Engine, rows: Group, columns: Group, *, piece: BatchResult, back: ReturnShares, joint: Floats
) -> Pairs:
    """Cells of classes as rows of networks, without the pairs of a network with itself."""
    asn = engine.core.topology.asn
    sources = asn[rows.members]
    by_asn = np.argsort(sources)
    row = np.repeat(np.arange(len(rows)), rows.size)[by_asn]
    lane = np.repeat(np.arange(len(columns)), columns.size)
    nth = np.arange(len(lane)) - columns.start[lane]
    at = (np.tile(row, len(lane)), np.repeat(lane, len(row)))
    src, dst = np.tile(sources[by_asn], len(lane)), np.repeat(asn[columns.members], len(row))
    kept = src != dst
    at = (at[0][kept], at[1][kept])
    src, dst, nth = src[kept], dst[kept], np.repeat(nth, len(row))[kept]
    cells, (low, high, expected) = piece.cells, piece.shares
    back_low, back_high = back.low[at], back.high[at]
    forth = (low[at], high[at], expected[at])
    shares = {
        "low_share": forth[0],
        "high_share": forth[1],
        "expected_share": forth[2],
        "reverse_low_share": back_low,
        "reverse_high_share": back_high,
        "either_low_share": np.maximum(forth[0], back_low),
        "either_high_share": joint[at],
    }
    rung, hops = cells.rung[at], cells.hops[at]
    length, turns, mover, toward = _walks(piece.walks, at, nth, rung=rung)
    start = np.zeros(len(src) + 1, np.int32)
    start[1:] = np.cumsum(turns)
    listed = np.arange(mover.shape[1])[None, :] < turns[:, None]
    core_asn = asn[engine.core.core_node]
    who, whom = mover[listed], toward[listed]
    named = np.where(who == SOURCE, np.repeat(src, turns), core_asn[np.maximum(who, 0)] if len(core_asn) else 0)
    turned = np.where(whom == GOAL, np.repeat(dst, turns), core_asn[np.maximum(whom, 0)] if len(core_asn) else 0)
    movers_listed = (rung <= 0) | (turns > 0)
    stretch = np.where((rung > 0) & movers_listed, length - hops, 0).astype(np.int16)
    return Pairs(
        src_asn=src,
        dst_asn=dst,
        routed=cells.kind[at] != lanes.NO_ROUTE,
        kind=cells.kind[at],
        hops=hops,
        shares=shares,
        rung=rung,
        rung_lucky=cells.rung_lucky[at],
        alone=cells.alone[at] > 0,
        reason=lanes.reasons(
            rung, cells.kind[at], source_inside=rows.inside[at[0]], destination_inside=columns.inside[at[1]]
        ),
        movers_listed=movers_listed & (rung != lanes.NO_RUNG),
        mover_start=start,
        mover=named.astype(np.int64),
        toward=turned.astype(np.int64),
        stretch=stretch,
    )


def selves(question: LadderQuestion) -> Pairs:
    """The rows of networks that are source and destination: nothing lies between, so nothing is crossed or moved.

    Where ends count, the network itself is crossed. No pair of two networks is among them.
    """
    node = np.intersect1d(question.sources, question.destinations)
    n, asn = len(node), question.core.topology.asn[node]
    counted = np.full(n, question.count_endpoints)
    low, high = question.low[node] * counted, question.high[node] * counted
    ways = {"low": low, "high": high, "expected": (low + high) / 2}
    shares = {f"{way}{end}_share": ways[end] for way in ("", "reverse_", "either_") for end in ways}
    rung = np.where(question.restricted[node] & counted, lanes.NO_RUNG, 0).astype(np.int8)
    none, no = np.zeros(0, np.int64), np.zeros(n, np.bool_)
    return Pairs(
        src_asn=asn,
        dst_asn=asn,
        routed=~no,
        kind=np.full(n, lanes.SELF, np.int8),
        hops=np.zeros(n, np.int16),
        shares=shares,
        rung=rung,
        rung_lucky=rung.copy(),
        alone=no,
        reason=lanes.reasons(
            rung,
            np.full(n, lanes.SELF, np.int8),
            source_inside=question.restricted[node],
            destination_inside=question.restricted[node],
        ),
        movers_listed=rung != lanes.NO_RUNG,
        mover_start=np.zeros(n + 1, np.int32),
        mover=none,
        toward=none,
        stretch=np.zeros(n, np.int16),
    )


def _walks(
    walks: tuple[Walks, ...], at: tuple[Longs, Longs], nth: Longs, *, rung: NDArray[np.int8]
) -> tuple[NDArray[np.int16], Longs, Ints, Ints]:
    """Hops, number of movers, movers and whom they turn to, from the walks to the member that each pair is of."""
    widest = max(walk.mover.shape[2] for walk in walks)
    length, turns = np.zeros(len(rung), np.int16), np.zeros(len(rung), np.int64)
    mover, toward = (np.zeros((len(rung), widest), np.int32) for _ in range(2))
    needs_move = rung > 0
    for n, walk in enumerate(walks):
        mine = np.flatnonzero(needs_move & ((nth == n) if n else np.ones(len(nth), np.bool_)))
        mine = mine[(walk.turns[at[0][mine], at[1][mine]] > 0) | (n == 0)]
        where = (at[0][mine], at[1][mine])
        length[mine], turns[mine] = walk.hops[where], walk.turns[where]
        mover[mine, : walk.mover.shape[2]] = walk.mover[where]
        toward[mine, : walk.mover.shape[2]] = walk.toward[where]
    return length, turns, mover, toward


RUNGS = ("0", "1_source_alone", "1_another", "2", "3_or_more", "none")
"""Rungs as totals name them: none has no clear route, whoever moves."""
LUCKY_RUNGS = ("0", "1", "2", "3_or_more", "none")
ROUTE_CLASSES = ("customer", "peer", "provider", "none")
REASONS = ("no_route", "destination_inside", "source_inside", "blocked")
"""Why pairs have no clear route: the first that holds. Together they are the rung none."""
MOVERS_LISTED = 20


@dataclass
class Totals:
    """Sums by the names of `kernels.lanes.FIELDS`, and for pairs worked out one by one how often each network moves."""

    sums: dict[str, float] = field(default_factory=lambda: dict.fromkeys(lanes.FIELDS, 0.0))
    movers: Counter[int] = field(default_factory=Counter)

    def add_sums(self, sums: Floats, sizes: Longs) -> None:
        """Adds folded rows, each for as many networks as it stands for."""
        for name, value in zip(lanes.FIELDS, (sums * sizes[:, None]).sum(axis=0), strict=True):
            self.sums[name] += float(value)

    def add_pairs(self, pairs: Pairs) -> None:
        """Adds pairs."""
        counted = {
            "pairs": len(pairs),
            "no_route": int(np.sum(pairs.kind == lanes.NO_ROUTE)),
            "hops": int(pairs.hops[pairs.routed].sum(dtype=np.int64)),
            "rung_1_alone": int(np.sum((pairs.rung == 1) & pairs.alone)),
            "rung_1_other": int(np.sum((pairs.rung == 1) & ~pairs.alone)),
        }
        why = (lanes.DESTINATION_INSIDE, lanes.SOURCE_INSIDE, lanes.BLOCKED)
        for number, name in zip(why, lanes.REASON_FIELDS, strict=True):
            counted[name] = int(np.sum(pairs.reason == number))
        for number, name in ((1, "customer"), (2, "peer"), (3, "provider")):
            counted[name] = int(np.sum(pairs.kind == number))
        for number, name in ((0, "0"), (1, "1"), (2, "2"), (3, "3"), (-1, "none")):
            counted["lucky_" + name] = int(np.sum(pairs.rung_lucky == number))
            if number != 1:
                counted["rung_" + name] = int(np.sum(pairs.rung == number))
        for name, count in counted.items():
            self.sums[name] += count
        for name in lanes.SHARES:
            self.sums[name] += float(pairs.shares[f"{name}_share"][pairs.routed].sum())
        who, often = np.unique(pairs.mover, return_counts=True)
        self.movers.update(dict(zip(who.tolist(), often.tolist(), strict=True)))

    @property
    def clear(self) -> int:
        """Pairs with a clear route, whether it is taken today or not."""
        return round(self.sums["pairs"] - self.sums["rung_none"])

    def as_dict(self) -> dict[str, object]:
        """Totals as the answer prints them: counts of pairs, shares as means over the pairs that have a route."""
        sums = self.sums
        routed = sums["pairs"] - sums["no_route"]
        return {
            "pairs": round(sums["pairs"]),
            "by_route_class": _counts(ROUTE_CLASSES, (*lanes.CLASS_FIELDS, "no_route"), sums),
            "by_rung": _counts(RUNGS, lanes.RUNG_FIELDS, sums),
            "no_clear_route": _counts(REASONS, ("no_route", *lanes.REASON_FIELDS), sums),
            "by_rung_lucky": _counts(LUCKY_RUNGS, lanes.LUCKY_FIELDS, sums),
            "mean_length_hops": sums["hops"] / routed if routed else None,
            "exposure": {f"{name}_share": sums[name] / routed if routed else None for name in lanes.SHARES},
        }

    def top_movers(self) -> list[dict[str, int]]:
        """The networks that would have to move for most pairs, most first, then by ASN."""
        ordered = sorted(self.movers.items(), key=lambda item: (-item[1], item[0]))
        return [{"asn": asn, "pairs": pairs} for asn, pairs in ordered[:MOVERS_LISTED]]


def _counts(names: tuple[str, ...], keys: tuple[str, ...], sums: Mapping[str, float]) -> dict[str, int]:
    return {name: round(sums[key]) for name, key in zip(names, keys, strict=True)}


KINDS = ("none", "customer", "peer", "provider", "self")
"""Words for classes of a route, in the order of the numbers of `kernels.lanes`."""
_COUNTED = (
    {f"{name}_pairs": name for name in (*lanes.CLASS_FIELDS, "no_route")}
    | {f"rung_{word}_pairs": name for word, name in zip(RUNGS, lanes.RUNG_FIELDS, strict=True)}
    | {f"rung_lucky_{word}_pairs": name for word, name in zip(LUCKY_RUNGS, lanes.LUCKY_FIELDS, strict=True)}
)
_REASONS = ("clear", *REASONS)
_REASON_COUNTS = {f"none_{reason}_pairs": name for reason, name in zip(REASONS[1:], lanes.REASON_FIELDS, strict=True)}
"""Columns that part the pairs without a clear route, beside `no_route_pairs`."""


def pair_schema() -> pa.Schema:
    """Columns of a row for each pair; docs/ladder.md says what they mean."""
    import pyarrow as pa

    floats = [(f"{name}_share", pa.float64()) for name in lanes.SHARES]
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
    columns += [pa.array(pairs.shares[f"{name}_share"], mask=unrouted) for name in lanes.SHARES]
    columns += [pa.array(clear), pa.array(pairs.rung, mask=~clear), pa.array(pairs.rung_lucky, mask=~clear)]
    columns += [pa.array(pairs.alone, mask=pairs.rung != 1), moved, pa.array(pairs.stretch, mask=unlisted)]
    columns.append(pa.DictionaryArray.from_arrays(pa.array(pairs.reason, mask=clear), pa.array(_REASONS)))
    return pa.RecordBatch.from_arrays(columns, schema=pair_schema())


def source_schema() -> pa.Schema:
    """Columns of a row for each source, folded over its destinations."""
    import pyarrow as pa

    counts = [("src_asn", pa.int64()), ("pairs", pa.int64())]
    counts += [(name, pa.int64()) for name in _COUNTED]
    means = [("mean_length_hops", pa.float64())] + [(f"mean_{name}_share", pa.float64()) for name in lanes.SHARES]
    return pa.schema(counts + means + [(name, pa.int64()) for name in _REASON_COUNTS])


def source_rows(rows: Group, sums: Floats, asn: Longs) -> pa.RecordBatch:
    """Folded sums as rows by ASN; means are over the pairs that have a route, null where there is none."""
    import pyarrow as pa

    row = np.repeat(np.arange(len(rows)), rows.size)
    order = np.argsort(asn[rows.members])
    row, found = row[order], {name: sums[:, at] for at, name in enumerate(lanes.FIELDS)}
    routed = (found["pairs"] - found["no_route"])[row]
    columns: list[Any] = [pa.array(asn[rows.members][order]), _whole(found["pairs"][row])]
    columns += [_whole(found[name][row]) for name in _COUNTED.values()]
    for name in ("hops", *lanes.SHARES):
        mean = np.divide(found[name][row], routed, out=np.zeros(len(row)), where=routed > 0)
        columns.append(pa.array(mean, mask=routed <= 0))
    columns += [_whole(found[name][row]) for name in _REASON_COUNTS.values()]
    return pa.RecordBatch.from_arrays(columns, schema=source_schema())


def _whole(values: Floats) -> Any:
    import pyarrow as pa

    return pa.array(np.rint(values).astype(np.int64))
