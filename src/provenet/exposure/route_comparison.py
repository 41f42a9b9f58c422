"""Rows of `route_comparison`: modelled routes beside another table of routes, and what both cross for the same pairs.

Every figure of `exposure` is modelled on one graph. Beside routing tables stands its track record: of the routes that
vantage points reported, how many the model explains, for the whole table and for the networks of a country. Beside the
graph of another day stands what is the same on both days.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from provenet.case.rows import AnyRow, RouteComparisonRow
from provenet.case.tables import vocabulary
from provenet.core import wording
from provenet.core.disclosure import is_enough
from provenet.core.ids import row_id
from provenet.core.progress import Progress, silent
from provenet.exposure.networks import ALL, KINDS, Destinations, ExposureQuestion, Network, sides_of
from provenet.exposure.rows import DIGITS, TIES, GraphContext, role_words, roles_of
from provenet.numerics.arrays import Flags, Longs
from provenet.routing.comparison import Comparison, compare_graphs, compare_paths, comparison_of
from provenet.routing.kernels.condense import Condensed
from provenet.routing.kernels.judging import CROSSINGS, READINGS
from provenet.routing.kernels.route_tree import trace
from provenet.routing.observed_routes import ObservedRoutes

FROM, TO = "from", "to"
OBSERVED, GRAPH = "observed", "graph"
EVERY, REPORTED = READINGS
_DAYS_APART = 31
_MEASURES = {
    EVERY: "share of observed routes, each distinct path of a network to a destination counted once, whatever its "
    "prefixes and traffic; a network on a path uses the rest of it",
    REPORTED: "share of reported routes, each distinct path from a vantage point to a destination counted once, "
    "whatever its prefixes and traffic",
}
_HOW = (
    "class = the modelled route of the same pair has the class (customer, peer, provider) of the observed next hop; "
    "next hop = the observed one is among the equally good modelled ones; length = as many hops; whole = each next "
    "hop on the path is among them; each of path_count. Crossing: pairs of which every, and some, observed "
    "path crosses a restricted network between its ends, and of which every, and some, equally good modelled route "
    "does; each of routed_pair_count"
)
_OF_PAIRS = (
    "share of pairs of networks that both graphs have and that have a route in the other, each counted once whatever "
    "its traffic"
)
_HOW_OF_GRAPHS = (
    "class = the routes of the pair have one class (customer, peer, provider) in both graphs; next hop = some next hop "
    "is among the equally good ones of both; length = as many hops in both; each of path_count. Crossing: pairs of "
    "which every, and some, equally good route crosses a restricted network between its ends, in the other graph and "
    "in the model's; each of routed_pair_count"
)
_ONE_QUESTION = "Sources, restricted networks and their countries are those of the day in question, on both graphs."
_ONE_DAY = "A link that only one graph has may have stood on both days and have been seen on one."
_CLEANED = (
    "Observed paths: an AS repeated in a row counts once; paths with an AS set or a loop, and default routes, are left "
    "out; an announcement counts as a route of a table does."
)
_SEEN = (
    "What vantage points report is no sample of all routes: they are few and stand mostly in large networks, and the "
    "graph may have been inferred from some of these paths."
)


@dataclass(frozen=True)
class OtherRoutes:
    """Another table of routes: of some MRT files, or modelled on another graph; its day, what it is, and references."""

    routes: ObservedRoutes | Condensed
    says: str
    day: date | None
    refs: tuple[str, ...]

    @property
    def against(self) -> str:
        """A word of the list `route_against`."""
        return OBSERVED if isinstance(self.routes, ObservedRoutes) else GRAPH


@dataclass(frozen=True)
class _ComparedRoutes:
    """Whose routes a row counts: which groups, in words, and the tag or role if it is one."""

    level: str
    groups: Flags
    words: str
    role: str | None = None
    tag: str | None = None
    assumed: tuple[str, ...] = ()


@dataclass(frozen=True)
class _End:
    """The other side of a row: a kind of destination, or all networks."""

    destination: str
    groups: Flags
    words: str


@dataclass(frozen=True)
class _Setting:
    """What all rows of one call have in common."""

    context: GraphContext
    other: OtherRoutes
    comparison: Comparison

    @property
    def assumed(self) -> list[str]:
        """Assumptions behind every row."""
        if self.other.against == GRAPH:
            return [_ONE_QUESTION, TIES, _ONE_DAY, *self.context.later]
        graph, observed = self.context.graph_on, self.other.day
        apart = abs((graph - observed).days) if graph and observed else 0
        found = [_CLEANED, _SEEN]
        if apart > _DAYS_APART:
            found.append(
                f"The routing table is of {observed} and the graph of {graph}, {wording.count(apart, 'day')} apart: "
                "what differs may be what changed between them."
            )
        return [*found, *self.context.later]


def route_comparison(
    tables: Mapping[str, pl.DataFrame],
    where: Sequence[str],
    question: ExposureQuestion,
    *,
    others: Sequence[OtherRoutes],
    progress: Progress = silent,
) -> dict[str, list[RouteComparisonRow]]:
    """How the modelled routes of some countries compare with other tables of routes.

    Beside routing tables, agreement with what vantage points reported, which is no sample of all routes; beside another
    graph, what is alike from sensitive networks and carriers to all networks of both. Law: counts of a role or kind are
    the sums of those of its groups of networks.

    Parameters
    ----------
    tables
        The tables that `expose` reads.
    where
        Countries by the name tables use.
    question
        The days, whose routes, and which networks are restricted.
    others
        What the routes are compared with, one after the other.
    progress
        Called with what is being done, how much is done, and of how much.

    Returns
    -------
    The rows by country.

    Raises
    ------
    UsageFault
        Where the case has no graph of that day or no network is restricted.
    """
    context = GraphContext.of(tables, question)
    core, asns = context.core, context.topology.asn
    _, networks, destinations = sides_of(tables, context.register, asns, where=where, question=question)
    marks = _Marks.of(context, networks, destinations)
    walls = np.array(context.restricted.asns, np.int64)
    made: dict[str, list[RouteComparisonRow]] = {one: [] for one in where}
    for other in others:
        comparison = _compared(core, other, marks, restricted=walls, progress=progress)
        setting = _Setting(context, other, comparison)
        for one in where:
            made[one] += _rows(setting, marks, one)
    return {one: sorted(rows, key=lambda row: row["route_comparison_id"]) for one, rows in made.items()}


def _compared(
    core: Condensed, other: OtherRoutes, marks: _Marks, *, restricted: Longs, progress: Progress
) -> Comparison:
    """The modelled routes beside others."""
    if isinstance(other.routes, ObservedRoutes):
        traced = trace(other.routes.tree, core.topology, restricted)
        made = comparison_of(core, marks.group, traced)
        steps = compare_paths(core, other.routes, traced, restricted=restricted, into=made)
        what = "observed routes beside modelled ones"
    else:
        made = comparison_of(core, marks.group)
        sources = core.topology.asn[marks.tagged[marks.group]]
        steps = compare_graphs(core, other.routes, sources, restricted=restricted, into=made)
        what = f"destinations on both graphs, {other.day}"
    for done, total in steps:
        progress(what, done, total)
    return made


@dataclass(frozen=True)
class _Marks:
    """The group of each node, int64[N], and of each group what its networks are: bool[groups] by mark."""

    group: Longs
    groups: Mapping[tuple[str, str, str], Flags]

    @staticmethod
    def of(context: GraphContext, networks: Mapping[str, Sequence[Network]], destinations: Destinations) -> _Marks:
        """Groups no row parts any further: networks of a group bear the same marks. Cost O(N x marks)."""
        asns = context.topology.asn
        registered = np.array([context.register.country(asn) or "" for asn in asns.tolist()])
        marks: dict[tuple[str, str, str], Flags] = {}
        for country, found in networks.items():
            marks[country, "registered", ""] = registered == country
            for tag, role in roles_of(context.question.tags):
                marks[country, "tag", tag] = np.isin(asns, [one.asn for one in found if tag in one.tags])
                marks[country, "role", role] = np.isin(asns, [one.asn for one in found if one.role == role])
            kind = destinations.kinds[country][destinations.group]
            for at, name in enumerate(KINDS):
                marks[country, "kind", name] = kind == at
        table, group = np.unique(np.stack(list(marks.values())), axis=1, return_inverse=True)
        return _Marks(group.reshape(-1).astype(np.int64), dict(zip(marks, table, strict=True)))

    @property
    def tagged(self) -> Flags:
        """The groups of networks with a tag in some country."""
        found: Flags = np.logical_or.reduce([one for (_, kind, _), one in self.groups.items() if kind == "tag"])
        return found

    @property
    def every(self) -> Flags:
        """All groups."""
        return np.ones(int(self.group.max(initial=0)) + 1, np.bool_)


def _subjects(marks: _Marks, country: str, setting: _Setting) -> Iterator[_ComparedRoutes]:
    """All networks, those registered in the country, and those of each role and tag."""
    tags = setting.context.question.tags
    yield _ComparedRoutes(level="all", groups=marks.every, words="all networks")
    words = f"networks registered in {country}"
    yield _ComparedRoutes(level="country", groups=marks.groups[country, "registered", ""], words=words)
    roles = dict(roles_of(tags))
    for role in dict.fromkeys(roles.values()):
        words, groups = f"the networks {role_words(role, country)}", marks.groups[country, "role", role]
        yield _ComparedRoutes(level="role", groups=groups, words=words, role=role)
    for tag, role in roles.items():
        yield _ComparedRoutes(
            level="tag",
            groups=marks.groups[country, "tag", tag],
            words=f"the networks {tags.words_in(tag, country)}",
            role=role,
            tag=tag,
            assumed=tags.assumed(tag),
        )


def _ends(marks: _Marks, country: str, level: str) -> Iterator[_End]:
    """All networks, and but for all sources and single tags each kind of destination."""
    yield _End(ALL, marks.every, "all networks")
    if level in ("country", "role"):
        words = vocabulary()["expose"]["destinations"]
        for name in KINDS:
            yield _End(name, marks.groups[country, "kind", name], words[name])


def _rows(setting: _Setting, marks: _Marks, country: str) -> Iterator[RouteComparisonRow]:
    """Every subject as source and as destination, by both readings; kinds of destinations by every route alone.

    Of another graph, roles and tags as sources.
    """
    is_graph = setting.other.against == GRAPH
    for subject in _subjects(marks, country, setting):
        if is_graph and subject.level not in ("role", "tag"):
            continue
        for end in _ends(marks, country, subject.level):
            for reading in READINGS if end.destination == ALL and not is_graph else (EVERY,):
                yield _row(setting, country, subject, end=end, direction=FROM, reading=reading)
        if subject.level != "all" and not is_graph:
            everybody = _End(ALL, marks.every, "all networks")
            for reading in READINGS:
                yield _row(setting, country, subject, end=everybody, direction=TO, reading=reading)


def _row(
    setting: _Setting, country: str, subject: _ComparedRoutes, *, end: _End, direction: str, reading: str
) -> RouteComparisonRow:
    context, other = setting.context, setting.other
    sides = (subject.groups, end.groups) if direction == FROM else (end.groups, subject.groups)
    found = setting.comparison.counts(reading, *sides)
    public = subject.level != "tag" and is_enough(min(found["source"], found["destination"]))

    def share(name: str, of: str) -> float | None:
        return round(found[name] / found[of], DIGITS) if found[of] else None

    is_observed = other.against == OBSERVED
    what = {EVERY: "Observed", REPORTED: "Reported"}[reading] if is_observed else f"{other.day}:"
    source, destination = (subject.words, end.words) if direction == FROM else (end.words, subject.words)
    about: AnyRow = {
        "country": country,
        "level": subject.level,
        "role": subject.role,
        "tag": subject.tag,
        "direction": direction,
        "reading": reading,
        "destination": end.destination,
        "restricted_says": context.restricted.says,
        **context.days,
    }
    key = {**about, "refs": [*context.restricted.refs, *other.refs]}
    return {
        "route_comparison_id": row_id("route_comparison", key),
        **about,  # type: ignore[typeddict-item]
        **context.columns,
        "against": other.against,
        "audience": "public" if public else "internal",
        "source_count": found["source"],
        "destination_count": found["destination"],
        "path_count": found["path"],
        "direct_count": found["direct"],
        "unknown_link_count": found["unknown_link"] if is_observed else None,
        "valley_count": found["valley"] if is_observed else None,
        "no_route_count": found["no_route"],
        **{f"{name}_count": found[name] for name in ("class", "next_hop", "length")},
        "whole_count": found["whole"] if is_observed else None,
        **{f"{name}_share": share(name, "path") for name in ("class", "next_hop", "length")},
        "whole_share": share("whole", "path") if is_observed else None,
        "pair_count": found["pair"],
        "routed_pair_count": found["routed_pair"],
        **{f"{name}_count": found[name] for name in CROSSINGS},
        **{f"{name}_share": share(name, "routed_pair") for name in CROSSINGS},
        "outside_count": setting.comparison.outside_count,
        "restricted_count": context.restricted_count,
        "measure": _MEASURES[reading] if is_observed else _OF_PAIRS,
        "ends_says": context.ends_says,
        "assumed": [*setting.assumed, *subject.assumed],
        "other_on": other.day,
        "other_says": other.says,
        "label": f"{what} routes from {source} to {destination} beside the model",
        "formula": _HOW if is_observed else _HOW_OF_GRAPHS,
        "inputs": [context.graph_ref, *other.refs, *context.restricted.refs],
    }
