"""Rows of `route_validation`: how modelled routes fare against those of routing tables, and what observed paths cross.

Every figure of `exposure` is modelled. Here stands its track record: of the routes that vantage points reported, how
many the model explains, for the whole table and for the networks of a country; and, for the pairs that were seen, what
the observed paths cross beside what the model says of the same pairs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from provenet.case.rows import RouteValidationRow
from provenet.case.tables import vocabulary
from provenet.core import wording
from provenet.core.ids import row_id
from provenet.core.progress import Progress, silent
from provenet.exposure.destinations import ALL, KINDS, Destinations, destinations_of
from provenet.exposure.expose import refuse_missing
from provenet.exposure.networks import (
    CARRIER,
    ExposureQuestion,
    Network,
    NetworkRegister,
    TaggedNetworks,
    links_on,
    networks_of,
    restricted_set,
)
from provenet.exposure.rows import LATER_TAGS, ROLE_SAYS, GraphContext, roles_of
from provenet.ingest.bgp.as_links import as_links_of
from provenet.routing.kernels.condense import condense
from provenet.routing.kernels.csr import topology
from provenet.routing.kernels.judging import READINGS
from provenet.routing.observed_routes import ObservedRoutes
from provenet.routing.validation import Validation, traced_routes, validate, validation_of

Groups = NDArray[np.bool_]
LEAST_SHOWN = 5
"""A page that anybody may read shows no sum over fewer networks on either side."""
FROM, TO = "from", "to"
EVERY, REPORTED = READINGS
_DIGITS = 7
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
_CLEANED = (
    "Observed paths: an AS repeated in a row counts once; paths with an AS set or a loop, and default routes, are left "
    "out; an announcement counts as a route of a table does."
)
_SEEN = (
    "What vantage points report is no sample of all routes: they are few and stand mostly in large networks, and the "
    "graph may have been inferred from some of these paths."
)


@dataclass(frozen=True)
class RoutingTables:
    """The routes of some MRT files: what was read, in words, the days of their first records, and references."""

    routes: ObservedRoutes
    says: str
    first_on: date | None
    last_on: date | None
    refs: tuple[str, ...]


@dataclass(frozen=True)
class _Subject:
    """Whose routes a row counts: which groups, in words, and the tag or role if it is one."""

    level: str
    groups: Groups
    words: str
    role: str | None = None
    tag: str | None = None
    assumed: tuple[str, ...] = ()


@dataclass(frozen=True)
class _End:
    """The other side of a row: a kind of destination, or all networks."""

    destination: str
    groups: Groups
    words: str


@dataclass(frozen=True)
class _Setting:
    """What all rows of one call have in common."""

    question: ExposureQuestion
    context: GraphContext
    tables: RoutingTables
    validation: Validation

    @property
    def assumed(self) -> list[str]:
        """Assumptions behind every row."""
        graph, observed = self.context.graph_on, self.tables.last_on
        apart = abs((graph - observed).days) if graph and observed else 0
        found = [_CLEANED, _SEEN]
        if apart > _DAYS_APART:
            found.append(
                f"The routing table is of {observed} and the graph of {graph}, {wording.count(apart, 'day')} apart: "
                "what differs may be what changed between them."
            )
        return [*found, *([LATER_TAGS] if self.context.later_tags else [])]


def route_validation(
    tables: Mapping[str, pl.DataFrame],
    where: Sequence[str],
    question: ExposureQuestion,
    *,
    observed: RoutingTables,
    progress: Progress = silent,
) -> dict[str, list[RouteValidationRow]]:
    """How the modelled routes of some countries fare against the routes of routing tables.

    Claims agreement with what vantage points reported, which is no sample of all routes. Law: counts of a role or kind
    are the sums of those of its groups of networks.

    Parameters
    ----------
    tables
        The tables that `expose` reads.
    where
        Countries by the name tables use.
    question
        The days, whose routes, and which networks are restricted.
    observed
        The routes of the tables.
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
    register = NetworkRegister.of(tables["as_number"], question.as_of)
    restricted = restricted_set(register, question.listed, question.registered)
    links = links_on(tables["as_link"], question.as_of, question.known)
    refuse_missing(tables["as_link"], links, question, restricted=restricted)
    graph = as_links_of(links)
    core = condense(topology(graph.provider, graph.customer, graph.peer_a, peer_b=graph.peer_b, alone=graph.alone))
    tagged = TaggedNetworks.of(tables, register, question)
    networks = {one: networks_of(tables, register, one, question=question, tagged=tagged) for one in where}
    asns = core.topology.asn
    destinations = destinations_of(asns, register, tagged, networks=networks, tags=question.tags, day=question.as_of)
    marks = _Marks.of(asns, register, networks, question=question, destinations=destinations)
    walls = np.array(restricted.asns, np.int64)
    traced = traced_routes(core, observed.routes, walls)
    validation = validation_of(core, traced, marks.group)
    for done, total in validate(core, observed.routes, traced, restricted=walls, into=validation):
        progress("observed routes beside modelled ones", done, total)
    context = GraphContext(
        as_of=question.as_of,
        known=question.known,
        graph=graph,
        links=links,
        restricted=restricted,
        restricted_count=int((core.topology.nodes_of(walls) >= 0).sum()),
        count_endpoints=False,
        later_tags=question.later_tags,
    )
    setting = _Setting(question, context, observed, validation)
    return {one: sorted(_rows(setting, marks, one), key=lambda row: row["route_validation_id"]) for one in where}


@dataclass(frozen=True)
class _Marks:
    """The group of each node, int64[N], and of each group what its networks are: bool[groups] by mark."""

    group: NDArray[np.int64]
    groups: Mapping[tuple[str, str, str], Groups]

    @staticmethod
    def of(
        asns: NDArray[np.int64],
        register: NetworkRegister,
        networks: Mapping[str, Sequence[Network]],
        *,
        question: ExposureQuestion,
        destinations: Destinations,
    ) -> _Marks:
        """Groups no row parts any further: networks of a group bear the same marks. Cost O(N x marks)."""
        registered = np.array([register.country(asn) or "" for asn in asns.tolist()])
        marks: dict[tuple[str, str, str], Groups] = {}
        for country, found in networks.items():
            marks[country, "registered", ""] = registered == country
            for tag, role in roles_of(question.tags):
                marks[country, "tag", tag] = np.isin(asns, [one.asn for one in found if tag in one.tags])
                marks[country, "role", role] = np.isin(asns, [one.asn for one in found if one.role == role])
            kind = destinations.kinds[country][destinations.group]
            for at, name in enumerate(KINDS):
                marks[country, "kind", name] = kind == at
        table, group = np.unique(np.stack(list(marks.values())), axis=1, return_inverse=True)
        return _Marks(group.reshape(-1).astype(np.int64), dict(zip(marks, table, strict=True)))

    @property
    def every(self) -> Groups:
        """All groups."""
        return np.ones(int(self.group.max(initial=0)) + 1, np.bool_)


def _subjects(marks: _Marks, country: str, setting: _Setting) -> Iterator[_Subject]:
    """All networks, those registered in the country, and those of each role and tag."""
    tags = setting.question.tags
    yield _Subject(level="all", groups=marks.every, words="all networks")
    words = f"networks registered in {country}"
    yield _Subject(level="country", groups=marks.groups[country, "registered", ""], words=words)
    roles = dict(roles_of(tags))
    for role in dict.fromkeys(roles.values()):
        of = "" if role == "allied" else f" of {country}"
        words = f"the networks {ROLE_SAYS[role]}{of}"
        yield _Subject(level="role", groups=marks.groups[country, "role", role], words=words, role=role)
    for tag, role in roles.items():
        what = "of carriers on file" if tag == CARRIER else tags.words(tag)
        of = "" if tag in tags.allied else f" of {country}"
        assumed = (tags.names[tag].assumption,) if tag in tags.names else ()
        yield _Subject(
            level="tag",
            groups=marks.groups[country, "tag", tag],
            words=f"the networks {what}{of}",
            role=role,
            tag=tag,
            assumed=assumed,
        )


def _ends(marks: _Marks, country: str, level: str) -> Iterator[_End]:
    """All networks, and but for all sources and single tags each kind of destination."""
    yield _End(ALL, marks.every, "all networks")
    if level in ("country", "role"):
        words = vocabulary()["expose"]["destinations"]
        for name in KINDS:
            yield _End(name, marks.groups[country, "kind", name], words[name])


def _rows(setting: _Setting, marks: _Marks, country: str) -> Iterator[RouteValidationRow]:
    """Every subject as source and as destination, by both readings; kinds of destinations by every route alone."""
    for subject in _subjects(marks, country, setting):
        for end in _ends(marks, country, subject.level):
            for reading in READINGS if end.destination == ALL else (EVERY,):
                yield _row(setting, country, subject, end=end, direction=FROM, reading=reading)
        if subject.level != "all":
            everybody = _End(ALL, marks.every, "all networks")
            for reading in READINGS:
                yield _row(setting, country, subject, end=everybody, direction=TO, reading=reading)


def _row(
    setting: _Setting, country: str, subject: _Subject, *, end: _End, direction: str, reading: str
) -> RouteValidationRow:
    context, tables = setting.context, setting.tables
    sides = (subject.groups, end.groups) if direction == FROM else (end.groups, subject.groups)
    found = setting.validation.counts(reading, *sides)
    words = vocabulary()["expose"]
    few = min(found["source"], found["destination"]) < LEAST_SHOWN
    public = subject.level != "tag" and not few

    def share(name: str, of: str) -> float | None:
        return round(found[name] / found[of], _DIGITS) if found[of] else None

    source, destination = (subject.words, end.words) if direction == FROM else (end.words, subject.words)
    key: dict[str, object] = {
        "country": country,
        "level": subject.level,
        "role": subject.role,
        "tag": subject.tag,
        "direction": direction,
        "reading": reading,
        "destination": end.destination,
        "restricted_says": context.restricted.says,
        "refs": [*context.restricted.refs, *tables.refs],
        "as_of_on": context.as_of,
        "known_on": context.known,
    }
    return {
        "route_validation_id": row_id("route_validation", key),
        "country": country,
        "level": subject.level,
        "role": subject.role,
        "tag": subject.tag,
        "direction": direction,
        "reading": reading,
        "destination": end.destination,
        "audience": "public" if public else "internal",
        "source_count": found["source"],
        "destination_count": found["destination"],
        "path_count": found["path"],
        "direct_count": found["direct"],
        "unknown_link_count": found["unknown_link"],
        "valley_count": found["valley"],
        "no_route_count": found["no_route"],
        "class_count": found["class"],
        "next_hop_count": found["next_hop"],
        "length_count": found["length"],
        "whole_count": found["whole"],
        "class_share": share("class", "path"),
        "next_hop_share": share("next_hop", "path"),
        "length_share": share("length", "path"),
        "whole_share": share("whole", "path"),
        "pair_count": found["pair"],
        "routed_pair_count": found["routed_pair"],
        "low_observed_count": found["low_observed"],
        "high_observed_count": found["high_observed"],
        "low_modelled_count": found["low_modelled"],
        "high_modelled_count": found["high_modelled"],
        "low_observed_share": share("low_observed", "routed_pair"),
        "high_observed_share": share("high_observed", "routed_pair"),
        "low_modelled_share": share("low_modelled", "routed_pair"),
        "high_modelled_share": share("high_modelled", "routed_pair"),
        "outside_count": setting.validation.outside_count,
        "restricted_says": context.restricted.says,
        "restricted_count": context.restricted_count,
        "measure": _MEASURES[reading],
        "harm": words["harm"],
        "unseen_says": words["unseen"],
        "ends_says": context.ends_says,
        "assumed": [*setting.assumed, *subject.assumed],
        "observed_on": tables.last_on,
        "observed_says": tables.says,
        "graph_on": context.graph_on,
        "graph_says": context.graph_says,
        "as_of_on": context.as_of,
        "known_on": context.known,
        "label": f"{'Observed' if reading == EVERY else 'Reported'} routes from {source} to {destination} beside the "
        "model",
        "formula": _HOW,
        "inputs": [context.graph_ref, *tables.refs, *context.restricted.refs],
    }
