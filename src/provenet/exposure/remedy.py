"""Rows of `remedy`: which networks would have to choose differently for sensitive ones, and how robust clear is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from provenet.case.tables import vocabulary
from provenet.core.ids import row_id
from provenet.core.progress import Progress
from provenet.exposure.networks import Book, Network, Row, Wanted
from provenet.exposure.rows import Frame
from provenet.routing.kernels.condense import Condensed
from provenet.routing.ladder import Engine, Question
from provenet.routing.pairs import Pairs, pair_batches
from provenet.routing.robust import clear_cut

Flags = NDArray[np.bool_]
LEAST_SHOWN = 5
"""A page shows no count under five, and nobody who would have to move for fewer networks than that."""
_MOVES = (
    "for each pair that is not clear as routed today, the walk with the fewest networks that choose differently, "
    "others as today; of equal walks the one whose turns come earliest, then the one through the smaller AS number"
)
_CUTS = "the smallest set of clear networks whose loss leaves no clear route, by a layered cut: between the two counts"


@dataclass
class _Moves:
    """The pairs asked about of one tag, and how often each network turns."""

    asked: int = 0
    opened: int = 0
    by: Counter[int] = field(default_factory=Counter)

    def add(self, pairs: Pairs, mine: Flags) -> None:
        opens = mine & (pairs.rung > 0) & pairs.movers_listed
        self.asked += int(mine.sum())
        self.opened += int(opens.sum())
        of_pair = np.repeat(np.arange(len(pairs)), np.diff(pairs.mover_start))
        asn, count = np.unique(pairs.mover[opens[of_pair]], return_counts=True)
        self.by.update(dict(zip(asn.tolist(), count.tolist(), strict=True)))


def remedies(
    frame: Frame,
    core: Condensed,
    restricted: Flags,
    networks: Mapping[str, Sequence[Network]],
    wanted: Wanted,
    book: Book,
    progress: Progress,
) -> dict[str, list[Row]]:
    """Rows of `remedy` by country: movers for each tag of sensitive networks, on a stated sample, and some cuts.

    Movers are pinned for one least walk a pair; another may need as few. Rows that only the case may keep are marked
    internal: cuts always, movers for fewer than five networks or in fewer than five pairs.
    """
    asn = core.topology.asn
    here = {
        (country, tag): [one for one in found if tag in one.tags and _holds(asn, one.asn)]
        for country, found in networks.items()
        for tag in wanted.sensitive
    }
    destinations, says = sample(len(asn))
    moves = _moves(core, restricted, here, destinations, frame.count_endpoints, progress)
    made: dict[str, list[Row]] = {country: [] for country in networks}
    for (country, tag), found in here.items():
        head = _head(frame, country, tag, len(found))
        made[country] += _mover_rows(head, moves[country, tag], book, says, frame, tag)
        carriers = [one for one in networks[country] if one.party_id and _holds(asn, one.asn)]
        made[country] += _cut_rows(head, core, restricted, found, carriers, frame)
    return {country: sorted(rows, key=lambda row: str(row["remedy_id"])) for country, rows in made.items()}


def sample(count: int) -> tuple[NDArray[np.int32], str]:
    """The destinations that movers are asked about, as nodes, ascending, and how they were chosen."""
    words = vocabulary()["expose"]
    most, seed = int(words["sample_destinations"]), int(words["sample_seed"])
    if count <= most:
        return np.arange(count, dtype=np.int32), "all other networks of the graph"
    chosen = np.sort(np.random.default_rng(seed).choice(count, most, replace=False))
    return chosen.astype(np.int32), f"{most:,} of {count:,} networks as destinations, drawn at random with seed {seed}"


def _holds(asn: NDArray[np.int64], one: int) -> bool:
    at = int(np.searchsorted(asn, one))
    return at < len(asn) and int(asn[at]) == one


def _moves(
    core: Condensed,
    restricted: Flags,
    here: Mapping[tuple[str, str], Sequence[Network]],
    destinations: NDArray[np.int32],
    count_endpoints: bool,
    progress: Progress,
) -> dict[tuple[str, str], _Moves]:
    found = {key: _Moves() for key in here}
    every = sorted({one.asn for networks in here.values() for one in networks})
    if not every:
        return found
    sources = core.topology.nodes_of(np.asarray(every, np.int64))
    share = restricted.astype(np.float64)
    engine = Engine(Question(core, sources, destinations, restricted, share, share, count_endpoints))
    total, done = len(every) * len(destinations), 0
    try:
        for pairs in pair_batches(engine):
            for key, networks in here.items():
                found[key].add(pairs, np.isin(pairs.src_asn, [one.asn for one in networks]))
            done += len(pairs)
            progress("pairs asked who must move", min(done, total), total)
    finally:
        engine.close()
    return found


def _head(frame: Frame, country: str, tag: str, count: int) -> Row:
    return {
        "country": country,
        "tag": tag,
        "network_count": count,
        "restricted_says": frame.restricted.says,
        "members": [],
        "as_of_on": frame.as_of,
        "known_on": frame.known,
    }


def _finished(frame: Frame, row: Row) -> Row:
    names = ("country", "tag", "kind", "asn", "source_asn", "destination_asn", "restricted_says", "sample_says")
    key = {name: row.get(name) for name in (*names, "as_of_on", "known_on")}
    row["remedy_id"] = row_id("remedy", {**key, "ends": frame.ends_says, "refs": list(frame.restricted.refs)})
    return row


def _mover_rows(head: Row, moves: _Moves, book: Book, says: str, frame: Frame, tag: str) -> list[Row]:
    kept = sorted(moves.by.items(), key=lambda one: (-one[1], one[0]))[: int(vocabulary()["expose"]["movers_kept"])]
    made = []
    for asn, count in kept:
        shown = head["network_count"] >= LEAST_SHOWN and count >= LEAST_SHOWN
        named = f"AS{asn}" + (f" {book.name(asn)}" if book.name(asn) else "")
        row = {
            **head,
            "kind": "mover",
            "audience": "public" if shown else "internal",
            "asn": str(asn),
            "network_name": book.name(asn),
            "asked_pair_count": moves.asked,
            "open_pair_count": moves.opened,
            "pair_count": count,
            "sample_says": f"each sensitive network with {says}",
            "label": f"{named} would have to choose differently for networks tagged {tag} of {head['country']}",
            "formula": _MOVES,
            "inputs": [frame.graph_ref, *book.ref(asn), *frame.restricted.refs],
        }
        made.append(_finished(frame, row))
    return made


def _cut_rows(
    head: Row,
    core: Condensed,
    restricted: Flags,
    sources: Sequence[Network],
    carriers: Sequence[Network],
    frame: Frame,
) -> list[Row]:
    """Each of the first sensitive networks with one network of a carrier of its own country, carriers in turn."""
    made = []
    most = int(vocabulary()["expose"]["cut_pairs"]) if carriers else 0
    for at, source in enumerate(sources[:most]):
        goal = carriers[at % len(carriers)].asn
        found = clear_cut(core.topology, source.asn, goal, restricted=restricted, exact=False)
        row = {
            **head,
            "kind": "cut",
            "audience": "internal",
            "source_asn": str(source.asn),
            "destination_asn": str(goal),
            "state": found.state,
            "low_count": found.low,
            "high_count": found.high,
            "members": [str(member) for member in found.members],
            "proof": found.proof,
            "sample_says": f"the first {most} sensitive networks by number, each with a network of a carrier on file",
            "label": f"Clear networks whose loss leaves no clear route from AS{source.asn} to AS{goal}",
            "formula": _CUTS,
            "inputs": [frame.graph_ref, *source.refs, *frame.restricted.refs],
        }
        made.append(_finished(frame, row))
    return made
