"""A topology while a reader fills it: nodes and links by name, faults gathered, directions paired to links.

Also what files of attributes by name share: the name that a node goes by, figures, shared-risk groups.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from provenet.core.errors import Fault, FaultList, InputFault, nearest
from provenet.core.wording import count
from provenet.ingest.network.topology import Members, Topology, great_circle_km

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


NOT_STATED = float("nan")
MOST_NODES, MOST_LINKS = 1_000_000, 5_000_000
"""The most nodes and directions of links that one file may hold."""


@dataclass(frozen=True, kw_only=True)
class Direction:
    """One direction of a link as a file of directed edges states it; `port` pairs it with the direction back."""

    id: str
    source: str
    target: str
    metric: float = NOT_STATED
    capacity: float = NOT_STATED
    length_km: float = NOT_STATED
    port: tuple[object, object] | None = None
    srlgs: tuple[str, ...] = ()
    also: tuple[str, ...] = ()


@dataclass
class _Link:
    """A link between two nodes by their places, as each of its directions is stated; None carries nothing back."""

    source: int
    target: int
    ahead: Direction
    back: Direction | None


@dataclass
class TopologyDraft:
    """Nodes and links of one file, in the order in which they stand."""

    place: str
    faults: FaultList
    remarks: list[str] = field(default_factory=list)
    at: dict[str, int] = field(default_factory=dict)
    latitude: list[float] = field(default_factory=list)
    longitude: list[float] = field(default_factory=list)
    links: list[_Link] = field(default_factory=list)
    link_at: dict[str, int] = field(default_factory=dict)
    loops: int = 0
    is_directed: bool = False
    _also: dict[str, tuple[set[int], set[int]]] = field(default_factory=lambda: defaultdict(lambda: (set(), set())))
    _srlgs: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))

    def node(self, name: str, *, latitude: float = NOT_STATED, longitude: float = NOT_STATED, row: int = 0) -> None:
        """Adds a node; one that stands already is a fault."""
        if not name:
            self.fault("the node has no id", row=row)
            return
        if not self._is_printable(name, row=row, column="node"):
            return
        if name in self.at:
            self.fault("the node stands twice", row=row, column="node", found=name, expected="each node once")
            return
        if len(self.at) >= MOST_NODES:
            raise InputFault(
                [Fault(self.place, "the file holds more nodes than are read", expected=f"at most {MOST_NODES:,}")]
            )
        self.at[name] = len(self.at)
        self.latitude.append(latitude)
        self.longitude.append(longitude)

    def link(self, ahead: Direction, back: Direction | None, *, row: int = 0) -> None:
        """Adds a link between nodes that stand; a link from a node to itself carries nothing and is left out."""
        name = ahead.id
        if not self._is_printable(name, row=row, column="link"):
            return
        ends = [self.end(end, row=row, column="link " + name) for end in (ahead.source, ahead.target)]
        if name in self.link_at:
            self.fault("the link stands twice", row=row, column="link", found=name, expected="each link once")
            return
        if ends[0] is None or ends[1] is None:
            return
        if ends[0] == ends[1]:
            self.loops += 1
            return
        if len(self.links) >= MOST_LINKS:
            raise InputFault(
                [Fault(self.place, "the file holds more links than are read", expected=f"at most {MOST_LINKS:,}")]
            )
        place = self.link_at[name] = len(self.links)
        self.links.append(_Link(ends[0], ends[1], ahead, back))
        for one in filter(None, (ahead, back)):
            for srlg in one.srlgs:
                self._srlgs[srlg].add(place)
            for other in {one.id, *one.also} - {name}:
                self._also[other][1].add(place)

    def two_ways(self, given: Direction, *, back: float = NOT_STATED, row: int = 0) -> None:
        """Adds a link that a file states once for both directions; `back` is the metric back where it is another."""
        self.link(given, given if back != back else replace(given, metric=back), row=row)

    def _is_printable(self, name: str, *, row: int, column: str) -> bool:
        if any(letter < " " for letter in name):
            self.fault("the id holds a control character", row=row, column=column, found=name)
            return False
        return True

    def end(self, name: str, *, row: int = 0, column: str = "") -> int | None:
        """The place of a node, or None after a fault that names the nearest."""
        if name not in self.at:
            close = nearest(name, self.at)
            self.fault("no such node", row=row, column=column, found=name, expected="a node of the file", close=close)
            return None
        return self.at[name]

    def directions(self, given: Sequence[Direction]) -> None:
        """Adds links of directed edges: each is paired with one that leads back, by port, else by capacity, else in
        order of the file; one without a partner carries traffic one way. The link has the id of the first.
        """
        self.is_directed |= bool(given)
        back = _partners(given)
        for place, one in enumerate(given):
            partner = back.get(place)
            if partner is not None and partner < place:
                continue
            self.link(one, None if partner is None else given[partner])

    def also(self, name: str, *, node: str | None = None, nodes_at: Iterable[int] = ()) -> None:
        """Gives nodes a further name; one that was refused takes none."""
        self._also[name][0].update(nodes_at if node is None else [self.at[node]] if node in self.at else [])

    def also_links(self, name: str, links: Iterable[str]) -> None:
        """Gives links, by any id of a direction of theirs, a further name."""
        self._also[name][1].update(place for link in links for place in self._links_of(link))

    def also_ends(self, below: Iterable[Direction], ident: str, riding: tuple[str, Iterable[str]]) -> None:
        """Says that links ride on a link of a layer below: they are a group, and its end nodes stand for them too."""
        layer, links = riding
        places = {place for link in links for place in self._links_of(link)}
        for end in {end for one in below if one.id == ident for end in (one.source, one.target)}:
            for name in (end, f"{layer}/{end}"):
                self._also[name][1].update(places)
        if len(places) > 1:
            self._srlgs[f"{layer}/{ident}"].update(places)

    def _links_of(self, link: str) -> set[int]:
        return {self.link_at[link]} if link in self.link_at else set(self._also[link][1])

    def fault(self, says: str, *, row: int = 0, column: str = "", close: str | None = None, **words: str) -> None:
        """Counts a fault of the file."""
        self.faults.add(Fault(self.place, says, row, column=column or None, nearest=close, **words))

    def topology(self, form: str, *, capacity_unit: str | None = None, planar: bool = False) -> Topology:
        """The topology. Raises InputFault with every fault gathered, and where there is no node.

        `planar` says that coordinates are no degrees: places are then not known.
        """
        import numpy as np

        if not self.at and not self.faults.count:
            self.fault("it holds no node")
        self.faults.refuse()
        if self.loops:
            self.remarks.append(f"{count(self.loops, 'link')} from a node to itself: left out, they carry nothing.")
        self._pair_twins()
        silent = np.full(len(self.at), np.nan)
        latitude, longitude = (silent, silent) if planar else (np.array(self.latitude), np.array(self.longitude))
        source = np.array([link.source for link in self.links], np.int64)
        target = np.array([link.target for link in self.links], np.int64)
        length = np.array([link.ahead.length_km for link in self.links], np.float64)
        apart = great_circle_km(latitude, longitude, source=source, target=target)
        return Topology(
            name=self.place,
            format=form,
            node_ids=list(self.at),
            link_ids=[link.ahead.id for link in self.links],
            source=source,
            target=target,
            forward=np.ones(len(self.links), np.bool_),
            backward=np.array([link.back is not None for link in self.links], np.bool_),
            metric_forward=self._stated("metric", "ahead"),
            metric_backward=self._stated("metric", "back"),
            capacity_forward=self._stated("capacity", "ahead"),
            capacity_backward=self._stated("capacity", "back"),
            length_km=np.where(np.isnan(length), apart, length),
            latitude_deg=latitude,
            longitude_deg=longitude,
            capacity_unit=capacity_unit,
            srlgs={name: Members((), tuple(sorted(links))) for name, links in sorted(self._srlgs.items())},
            also={
                name: Members(tuple(sorted(nodes)), tuple(sorted(links)))
                for name, (nodes, links) in sorted(self._also.items())
                if (nodes or links) and name not in self.at and name not in self.link_at
            },
            remarks=tuple(self.remarks),
        )

    def _pair_twins(self) -> None:
        """Makes one link of each two where the file lists every link once each way: the first and the one back.

        Links of directed edges are paired already; of what is left after that, one way may rightly stand alone.
        """
        given = [
            replace(link.ahead, port=(_figures(link.ahead), _figures(link.back or link.ahead))) for link in self.links
        ]
        back = _partners(given)
        if self.is_directed or not back or len(back) < len(given):
            return
        twins, now = self.links, dict[int, int]()
        self.links = []
        for place, link in enumerate(twins):
            if back[place] < place:
                now[place] = now[back[place]]
                self._also[link.ahead.id][1].add(place)
                continue
            now[place], link.back = len(self.links), twins[back[place]].ahead
            self.links.append(link)
        self.link_at = {link.ahead.id: at for at, link in enumerate(self.links)}
        for links in (*self._srlgs.values(), *(links for _, links in self._also.values())):
            moved = {now[place] for place in links}
            links.clear()
            links.update(moved)
        self.remarks.append(
            f"Every link stands once each way: {count(len(twins), 'link')} of the file read as {len(self.links):,}, "
            "each with both directions."
        )

    def _stated(self, what: str, way: str) -> NDArray[np.float64]:
        """What each link states of one direction, NaN where it has none."""
        import numpy as np

        return np.array([getattr(getattr(link, way), what, NOT_STATED) for link in self.links], np.float64)


def _figures(one: Direction) -> tuple[float, float, float]:
    return one.metric, one.capacity, one.length_km


def _partners(given: Sequence[Direction]) -> dict[int, int]:
    """Which direction leads back along the same link, for each that has one."""
    back: dict[int, int] = {}
    for key_of, key_back in (
        (lambda one: one.port, lambda one: None if one.port is None else one.port[::-1]),
        (lambda one: (one.capacity, one.length_km), lambda one: (one.capacity, one.length_km)),
        (lambda one: (), lambda one: ()),
    ):
        waiting: dict[tuple[object, ...], list[int]] = defaultdict(list)
        for place, one in enumerate(given):
            if place in back or key_of(one) is None:
                continue
            found = waiting[one.target, one.source, repr(key_back(one))]
            if found:
                partner = found.pop(0)
                back[place], back[partner] = partner, place
            else:
                waiting[one.source, one.target, repr(key_of(one))].append(place)
    return back


def names_of(idents: Sequence[str], data: Sequence[Mapping[str, object]], labels: Sequence[str]) -> list[str]:
    """The names of nodes: the first of the attributes `labels` that every node has, each once; else their ids.

    >>> names_of(["0", "1"], [{"name": "Bern"}, {"name": "Basel"}], ["label", "name"])
    ['Bern', 'Basel']
    >>> names_of(["0", "1"], [{"name": "Bern"}, {"name": "Bern"}], ["name"])
    ['0', '1']
    """
    for label in labels:
        names = [str(one.get(label) or "").strip() for one in data]
        if all(names) and len(set(names)) == len(names):
            return names
    return list(idents)


def label_names(
    names: Sequence[str], data: Sequence[Mapping[str, object]], labels: Sequence[str]
) -> list[tuple[str, str]]:
    """Labels that one node alone has, with the name that the node goes by."""
    found: dict[str, set[str]] = {}
    for name, one in zip(names, data, strict=True):
        for label in labels:
            if text := str(one.get(label) or "").strip():
                found.setdefault(text, set()).add(name)
    return [(text, next(iter(some))) for text, some in found.items() if len(some) == 1]


def link_name(stated: Mapping[str, object], between: str, place: int, *, taken: Mapping[str, int]) -> str:
    """The id of a link; where it has none its end nodes, with its key or its place where links are parallel.

    >>> link_name({"id": "L1"}, "a--b", 0, taken={}), link_name({}, "a--b", 7, taken={"a--b": 0})
    ('L1', 'a--b#7')
    """
    own = next((stated[name] for name in ("id", "link_id", "name") if stated.get(name) not in (None, "")), None)
    if own is not None:
        return str(own)
    key = stated.get("key")
    return f"{between}#{key or place}" if key or between in taken else between


def number_of(data: Mapping[str, object], *names: str) -> float:
    """The first of the named figures that is a finite number, else NaN."""
    for name in names:
        value = data.get(name)
        if isinstance(value, bool) or value is None:
            continue
        try:
            number = float(value)  # type: ignore[arg-type]
        except (TypeError, ValueError):
            continue
        if number - number == 0:
            return number
    return NOT_STATED


def srlgs_of(data: Mapping[str, object]) -> tuple[str, ...]:
    """Shared-risk groups of a link: a list, or a text with commas, under `srlg` or `srlgs`."""
    value = data.get("srlgs", data.get("srlg"))
    if value is None:
        return ()
    words = value if isinstance(value, list) else str(value).replace(";", ",").split(",")
    return tuple(str(word).strip() for word in words if str(word).strip())
