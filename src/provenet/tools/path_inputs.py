"""What the tools on paths read: MRT files as observed routes, a graph with vantage points, weights of networks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from provenet.core.errors import Fault, InputFault, UsageFault
from provenet.core.progress import Progress
from provenet.core.wording import percent
from provenet.ingest.bgp.as_lists import read_asn_list
from provenet.ingest.bgp.numbers import read_asn
from provenet.ingest.bgp.prefix_tables import AddressRanges, read_address_countries, read_prefix_origins
from provenet.routing.kernels.condense import Condensed
from provenet.tools.graphs import open_graph

if TYPE_CHECKING:
    from provenet.ingest.bgp.mrt import MrtFile
    from provenet.routing.observed_routes import Observed

FEW_VANTAGES = 1_000
"""So many vantage points at most, unless the caller says how many: then every N-th network is one."""
PARTIAL = 0.5
"""A peer that tells of less than this share of what the fullest tells is remarked upon."""
NAMED = 20


@dataclass(frozen=True)
class Graph:
    """A graph of AS relationships, the nodes that are vantage points, and how they were chosen, in words."""

    core: Condensed
    vantages: NDArray[np.int32]
    vantage_points: str
    summary: dict[str, object]


@dataclass(frozen=True)
class Table:
    """Observed routes of one address family, and what was read of each file."""

    observed: Observed
    summary: list[dict[str, object]]
    remarks: list[str]


@dataclass(frozen=True)
class NetworkRanges:
    """IPv4 addresses of networks: range i of `first` to `last` (int64, both counted) is held by network `asn[i]` for
    the part `part[i]`: a range of several origins is shared out in equal parts. Ranges of one part do not overlap.
    """

    first: NDArray[np.int64]
    last: NDArray[np.int64]
    asn: NDArray[np.int64]
    part: NDArray[np.float64]
    summary: list[dict[str, object]]

    def weights(self, ranges: tuple[NDArray[np.int64], NDArray[np.int64]] | None = None) -> pl.DataFrame:
        """`asn` and `weight`, addresses, by falling weight: all of them, or those in some disjoint ranges."""
        from provenet.routing.influence import weights_of

        return weights_of(self.first, self.last, self.asn, part=self.part, ranges=ranges)


@dataclass
class Countries:
    """IPv4 ranges by the country that they are registered in."""

    first: NDArray[np.int64]
    last: NDArray[np.int64]
    code: NDArray[Any]
    summary: list[dict[str, object]] = field(default_factory=list)

    def ranges_of(self, code: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The ranges of a country, disjoint and ascending. Raises InputFault where there is none."""
        mine = self.code == code
        if not mine.any():
            place = ", ".join(str(one["file"]) for one in self.summary)
            text = f"no IPv4 range is registered in {code}"
            raise InputFault([Fault(place, text, way_out="Name a country that the table has, as two letters.")])
        return self.first[mine], self.last[mine]


def read_graph(as_rel: Path, vantage: Path | None, every: int | None, *, progress: Progress) -> Graph:
    """A graph and its vantage points: those of a file, or every N-th network by ASN.

    Without either, every N-th with the least N that leaves at most `FEW_VANTAGES`. Raises UsageFault where no vantage
    point of the file is in the graph, and as `read_as_links` does.
    """

    from provenet.routing.hegemony import listed_nodes

    opened = open_graph(as_rel, progress)
    links, made = opened.links, opened.core.topology
    summary: dict[str, object] = {
        "file": links.name,
        "digest": links.digest,
        "networks": made.node_count,
        "links": len(links.provider) + len(links.peer_a),
        "remarks": list(links.remarks),
    }
    if vantage is not None:
        asns = read_asn_list(vantage, progress)
        nodes, gone = listed_nodes(made, asns.tolist())
        if not len(nodes):
            raise UsageFault(f"--vantage: none of the {len(asns)} networks of {vantage.name} is in the graph.")
        summary |= {"vantage_file": vantage.name, "not_in_graph": gone[:NAMED], "not_in_graph_count": len(gone)}
        return Graph(opened.core, nodes, f"a list, {vantage.name}", summary)
    step = every or max(1, -(-made.node_count // FEW_VANTAGES))
    nodes = np.arange(0, made.node_count, step, dtype=np.int32)
    chosen = "all networks of the graph" if step == 1 else f"every {ordinal(step)} network of the graph by ASN"
    return Graph(opened.core, nodes, chosen, {**summary, "vantage_every": step})


def ordinal(number: int) -> str:
    """A whole number as an ordinal.

    >>> [ordinal(n) for n in (2, 3, 11, 21, 79)]
    ['2nd', '3rd', '11th', '21st', '79th']
    """
    ends = {1: "st", 2: "nd", 3: "rd"}
    return f"{number}{'th' if number % 100 in (11, 12, 13) else ends.get(number % 10, 'th')}"


def read_routes(
    files: Sequence[Path], *, family: int, vantage: Path | None, least_feed: float, collector: str, progress: Progress
) -> Table:
    """Routes of MRT files in the order given, gathered; sessions of one collector are joined where it is named.

    Raises InputFault with every file from which no route could be read, and where none is of the family; UsageFault
    where there is no such file or none of the vantage points tells a route. Cost O(bytes); memory some 100 bytes a
    route of the family.
    """
    from provenet.ingest.bgp.mrt import read_mrt
    from provenet.ingest.bgp.mrt_routes import Session
    from provenet.routing.observed_routes import gather

    vantages = None if vantage is None else read_asn_list(vantage, progress).tolist()
    sessions: list[Session] = []
    tables = [read_mrt(place, collector=collector, sessions=sessions) for place in files]
    routes = {4: 0, 6: 0}
    observed = gather(
        _batches(tables, files, routes, progress=progress),
        lambda: [session.asn for session in sessions],
        family=family,
        vantages=vantages,
        least_feed_share=least_feed,
    )
    refused = [_unread(table) for table in tables if not table.reading.routes and not table.reading.by_kind]
    if not refused and not routes[family]:
        other = 10 - family
        text = f"no route of IPv{family} was read"
        way_out = f"{routes[other]:,} are of IPv{other}: say --family {other}." if routes[other] else None
        refused = [Fault(", ".join(table.reading.name for table in tables), text, way_out=way_out)]
    if refused:
        raise InputFault(refused)
    if vantage is not None and not len(observed.vantage_asn):
        raise UsageFault(
            f"--vantage: none of the {len(vantages or [])} networks of {vantage.name} is a peer with routes."
        )
    summary = [{key: value for key, value in table.reading.as_dict().items() if key != "sessions"} for table in tables]
    return Table(observed, summary, _remarks(tables, observed))


def _batches(
    tables: Sequence[MrtFile], files: Sequence[Path], routes: dict[int, int], *, progress: Progress
) -> Iterator[Any]:
    for table, place in zip(tables, files, strict=True):
        whole = place.stat().st_size
        for rows in table:
            for family in routes:
                routes[family] += int((rows.family == family).sum())
            progress(f"bytes read of {table.reading.name}", min(table.reading.packed_bytes, whole), whole)
            yield rows


def _unread(table: MrtFile) -> Fault:
    reading = table.reading
    text = f"no route was read from it. {reading.ended.rstrip('.')}"
    return Fault(reading.name, text, expected="a file of MRT, RIB or updates, plain or packed as gz or bz2")


def _remarks(tables: Sequence[MrtFile], observed: Observed) -> list[str]:
    """What a reader should know of the files: where they end, what is broken, which sessions hold little."""

    remarks = []
    for table in tables:
        reading = table.reading
        if not reading.is_whole:
            remarks.append(f"{reading.name} is cut: what follows is of its first {reading.routes:,} routes alone.")
        if reading.faults.count:
            first = reading.faults.faults[0].sentence()
            remarks.append(
                f"{reading.name} has {reading.faults.count:,} broken records or routes, left out; first: {first}"
            )
    feeds = np.bincount(observed.session) if len(observed.session) else np.zeros(0)
    little = int(((feeds > 0) & (feeds < PARTIAL * feeds.max(initial=0))).sum())
    if little:
        remarks.append(
            f"{little:,} of {int((feeds > 0).sum()):,} sessions hold less than {percent(PARTIAL)} of the prefixes of "
            f"the fullest, and what they lack counts 0; --least-feed {PARTIAL:g} leaves them out."
        )
    return remarks


def read_addresses(files: Sequence[Path], progress: Progress) -> NetworkRanges:
    """Who announces which IPv4 addresses, from tables of prefixes or ranges; the narrowest range counts.

    Raises InputFault for a broken file and where no file has a range of IPv4 with an origin.
    """
    from provenet.routing.influence import shared_out

    first, last, value, summary, values = _flat([read_prefix_origins(place, progress) for place in files])
    row, asn, part = shared_out(value, values)
    if not len(row):
        raise InputFault(
            [Fault(", ".join(str(one["file"]) for one in summary), "it has no range of IPv4 with an origin")]
        )
    return NetworkRanges(first[row], last[row], asn, part, summary)


def read_countries(files: Sequence[Path], progress: Progress) -> Countries:
    """In which country IPv4 addresses are registered. Raises InputFault for a broken file."""

    first, last, value, summary, values = _flat([read_address_countries(place, progress) for place in files])
    codes = np.array([str(code) for code in values] or [""])
    return Countries(first, last, codes[value] if len(value) else np.array([], codes.dtype), summary)


def _flat(
    tables: Sequence[AddressRanges],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int32], list[dict[str, object]], list[Any]]:
    """The IPv4 ranges of several tables cut into disjoint ones, ascending; what each says is a place in the list."""

    from provenet.routing.influence import disjoint

    parts, summary = [], []
    values: list[Any] = []
    for table in tables:
        mine = table.family == 4
        ends = [(key[mine] >> np.uint64(32)).astype(np.int64) for key in (table.first_high, table.last_high)]
        parts.append([*ends, table.value[mine] + np.int32(len(values))])
        values += list(table.values)
        summary.append(
            {"file": table.name, "digest": table.digest, "ranges": len(mine), "ipv4_ranges": int(mine.sum())}
        )
    first, last, value = disjoint(*(np.concatenate(column) for column in zip(*parts, strict=True)))
    return first, last, value, summary, values


def read_origins(words: Sequence[str], progress: Progress) -> list[int]:
    """Networks named one by one (`64500`, `AS64500`, several with commas between) or in files of one ASN a line.

    Raises UsageFault for a word that is neither a network nor a file.
    """

    found: set[int] = set()
    for word in words:
        if Path(word).is_file():
            found |= set(read_asn_list(Path(word), progress).tolist())
            continue
        for part in word.split(","):
            text = part.strip()
            asn = read_asn(text[2:] if text[:2].casefold() == "as" else text, "--origin", 0, column="asn")
            if isinstance(asn, Fault):
                raise UsageFault(
                    f"--origin: this is neither a network nor a file; found {text[:60]!r}, "
                    "expected an ASN such as AS64500, or a file of one ASN a line."
                )
            found.add(asn)
    return sorted(found)
