"""Sums in words against sums of cells, and against the rows of the second implementation, on small random graphs."""

import random

import numpy as np
import pytest

from against.reference_routes import random_graph
from against.reference_rows import rows as reference_rows
from against.test_routes_second_implementation import as_read, as_topology
from provenet.routing import fold
from provenet.routing.fold import fold_all, in_words
from provenet.routing.kernels.condense import condense
from provenet.routing.kernels.lanes import FIELDS
from provenet.routing.ladder import Engine, LadderQuestion


def question(seed: int, most: int) -> LadderQuestion:
    """A question of a random graph, every fourth with rings of providers, every third with groups of destinations."""
    rng = random.Random(seed)
    shape = (rng.choice([0.05, 0.3]), seed % 4 == 0, rng.choice([0.1, 0.5]), seed % 8 == 0)
    core = condense(as_topology(as_read(random_graph(rng, rng.randrange(2, most), *shape))))
    every = range(core.topology.node_count)
    restricted = np.array([rng.random() < 0.3 for _ in every])
    ends = [np.array(sorted(rng.sample(every, rng.randrange(1, len(every) + 1))), np.int32) for _ in range(2)]
    groups = np.array([rng.randrange(3) for _ in every]) if seed % 3 == 0 else None
    share = restricted.astype(np.float64)
    return LadderQuestion(core, *ends, restricted, share, share, destination_group=groups)


def folded(asked: LadderQuestion, threads: int = 1) -> np.ndarray:
    engine, sums = Engine(asked, threads), np.zeros((len(asked.rows), asked.group_count, len(FIELDS)))
    with engine:
        seen = list(fold_all(engine, asked.rows, asked.columns, sums=sums))
    assert seen[-1][0] == seen[-1][1]
    return sums


def test_sums_in_words_are_sums_of_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    partly = 0.0
    for seed in range(80):
        asked = question(seed, 90)
        assert in_words(asked)
        ours = folded(asked)
        with monkeypatch.context() as other:
            other.setattr(fold, "in_words", lambda _: False)
            cells = folded(asked)
        # The ways back of cells are of single precision.
        assert np.abs(ours - cells).max() < 1e-6, seed
        expected = ours[:, :, FIELDS.index("expected")]
        partly += float((expected % 1 > 1e-9).sum())
    assert partly > 100


def test_sums_in_words_are_sums_over_pairs() -> None:
    pairs = 0
    for seed in range(40):
        rng = random.Random(seed)
        graph = as_read(random_graph(rng, rng.randrange(3, 11), 0.2, seed % 4 == 0, 0.4, seed % 8 == 0))
        core = condense(as_topology(graph))
        asn, every = core.topology.asn, np.arange(core.topology.node_count, dtype=np.int32)
        walls = {v for v in graph.every() if rng.random() < 0.3}
        restricted = np.array([int(v) in walls for v in asn])
        asked = LadderQuestion(core, every, every, restricted, restricted * 1.0, restricted * 1.0)
        sums, wanted = folded(asked)[:, 0], reference_rows(graph, walls, {}, graph.every())
        for row, members in enumerate(np.split(asked.rows.members, asked.rows.start[1:-1])):
            for s in asn[members].tolist():
                mine = [one for (source, _), one in wanted.items() if source == s]
                found = dict(zip(FIELDS, sums[row].tolist(), strict=True))
                for name in ("low", "high", "expected", "reverse_low", "reverse_high", "either_low"):
                    total = sum(one[f"{name}_share"] or 0.0 for one in mine)
                    assert found[name] == pytest.approx(total, abs=1e-9), (seed, s, name)
                assert found["pairs"] == len(mine)
                for rung, name in ((0, "rung_0"), (2, "rung_2"), (3, "rung_3"), (None, "rung_none")):
                    assert found[name] == sum(one["rung"] == rung for one in mine)
                for reason in ("destination_inside", "source_inside", "blocked"):
                    assert found[f"none_{reason}"] == sum(one["no_clear_route"] == reason for one in mine)
                pairs += len(mine)
    assert pairs > 1000


def test_threads_and_blocks_change_no_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    for seed in (0, 5, 9):
        asked = question(seed, 300)
        ours = folded(asked, 1)
        assert (folded(asked, 3) == ours).all()
        with monkeypatch.context() as other:
            other.setattr(fold, "BACK_BYTES", 1)
            assert (folded(asked, 2) == ours).all()


def test_shares_and_counted_ends_need_numbers() -> None:
    asked = question(1, 30)
    half, whole = np.where(asked.restricted, 1.0, 0.5), asked.restricted * 1.0
    for low, ends in ((half, False), (whole, True)):
        given = asked.core, asked.sources, asked.destinations, asked.restricted, low, low, ends
        assert not in_words(LadderQuestion(*given))
