"""Pairs of the ladder: totals over many, and the rows of networks with themselves."""

import numpy as np

from provenet.routing.kernels.condense import condense
from provenet.routing.kernels.csr import topology
from provenet.routing.kernels.lanes import FIELDS, NO_ROUTE, SELF, SHARES, reasons
from provenet.routing.ladder import LadderQuestion
from provenet.routing.pairs import MOVERS_LISTED, Pairs, Totals, selves


def pairs(*rows: tuple[int, int, int, int, bool], movers: tuple[tuple[int, ...], ...] = ()) -> Pairs:
    """Rows of class, hops, rung, lucky rung and whether the source is alone; shares are 0.5, and 9 without a route."""
    kind, hops, rung, lucky, alone = (np.array(column) for column in zip(*rows, strict=True))
    routed = kind != NO_ROUTE
    moved = movers or ((),) * len(rows)
    none = np.zeros(len(rows), np.int64)
    return Pairs(
        src_asn=none, dst_asn=none, routed=routed, kind=kind.astype(np.int8), hops=hops.astype(np.int16),
        shares={f"{name}_share": np.where(routed, 0.5, 9.0) for name in SHARES},
        rung=rung.astype(np.int8), rung_lucky=lucky.astype(np.int8), alone=alone.astype(np.bool_),
        movers_listed=np.ones(len(rows), np.bool_), stretch=none.astype(np.int16),
        mover_start=np.r_[0, np.cumsum([len(one) for one in moved])].astype(np.int32),
        mover=np.array([asn for one in moved for asn in one], np.int64), toward=none,
        reason=reasons(rung, kind, source_inside=kind < 0, destination_inside=kind < 0),
    )  # fmt: skip


ROWS = (
    (1, 2, 0, 0, False), (2, 3, 1, 1, True), (3, 4, 1, 1, False), (3, 5, 3, 2, False),
    (NO_ROUTE, 99, -1, -1, False),
)  # fmt: skip


def test_every_pair_is_in_one_class_and_one_rung() -> None:
    totals = Totals()
    totals.add_pairs(pairs(*ROWS))
    told = totals.as_dict()
    assert told["no_clear_route"] == {"no_route": 1, "destination_inside": 0, "source_inside": 0, "blocked": 0}
    assert told["by_route_class"] == {"customer": 1, "peer": 1, "provider": 2, "none": 1}
    assert told["by_rung"] == {"0": 1, "1_source_alone": 1, "1_another": 1, "2": 0, "3_or_more": 1, "none": 1}
    assert told["by_rung_lucky"] == {"0": 1, "1": 2, "2": 1, "3_or_more": 0, "none": 1}
    assert (told["pairs"], told["mean_length_hops"], totals.clear) == (5, 14 / 4, 4)
    assert told["exposure"] == {f"{name}_share": 0.5 for name in SHARES}


def test_without_a_route_there_is_no_mean() -> None:
    totals = Totals()
    totals.add_pairs(pairs(ROWS[-1]))
    told = totals.as_dict()
    assert told["mean_length_hops"] is None
    assert told["exposure"] == {f"{name}_share": None for name in SHARES}


def test_folded_rows_count_for_the_networks_they_stand_for() -> None:
    one, many = Totals(), Totals()
    for _ in range(3):
        one.add_pairs(pairs(*ROWS))
    single = Totals()
    single.add_pairs(pairs(*ROWS))
    many.add_sums(np.array([[single.sums[name] for name in FIELDS]]), np.array([3]))
    assert many.sums == one.sums


def test_movers_stand_by_how_often_and_then_by_number() -> None:
    totals = Totals()
    totals.add_pairs(pairs(ROWS[1], ROWS[2], ROWS[3], movers=((7,), (9, 7), (8,))))
    assert totals.top_movers() == [{"asn": 7, "pairs": 2}, {"asn": 8, "pairs": 1}, {"asn": 9, "pairs": 1}]
    totals.add_pairs(pairs(ROWS[1], movers=(tuple(range(100, 200)),)))
    assert len(totals.top_movers()) == MOVERS_LISTED


def made(count_endpoints: bool):
    """1 sells to 2 and 3; 2 is restricted, 3 has a share; 2 and 3 are at both ends."""
    none = np.zeros(0, np.int64)
    graph = topology(np.array([1, 1]), np.array([2, 3]), none, peer_b=none)
    ends = np.array([1, 2], np.int32)
    restricted, low, high = np.array([False, True, False]), np.array([0, 1, 0.2]), np.array([0, 1, 0.6])
    every = np.array([0, 1, 2], np.int32)
    return selves(LadderQuestion(condense(graph), ends, every, restricted, low, high, count_endpoints))


def test_nothing_lies_between_a_network_and_itself() -> None:
    rows = made(False)
    assert rows.src_asn.tolist() == rows.dst_asn.tolist() == [2, 3]
    assert rows.kind.tolist() == [SELF, SELF]
    assert rows.hops.tolist() == rows.stretch.tolist() == rows.rung.tolist() == rows.rung_lucky.tolist() == [0, 0]
    assert {name: share.tolist() for name, share in rows.shares.items()} == {name: [0.0, 0.0] for name in rows.shares}


def test_where_ends_count_the_network_itself_is_crossed() -> None:
    rows = made(True)
    assert rows.shares["low_share"].tolist() == rows.shares["either_low_share"].tolist() == [1.0, 0.2]
    assert rows.shares["high_share"].tolist() == rows.shares["reverse_high_share"].tolist() == [1.0, 0.6]
    assert rows.shares["expected_share"].tolist() == [1.0, 0.4]
    assert rows.rung.tolist() == [-1, 0]
    assert rows.movers_listed.tolist() == [False, True]
