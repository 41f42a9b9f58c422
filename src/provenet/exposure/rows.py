"""Rows of `exposure`: sums over destinations, put beside what they are a share of and what they cannot see.

A vendor speaks of routes only through the share of a network's own forwarding equipment that is restricted under a
policy, from what is for certain to what is not known to be clear. A share of another class of equipment, such as radio
access, says nothing of routes and is not taken.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import numpy as np
import polars as pl

from provenet.case.parties import carrier_numbers
from provenet.case.rows import AnyRow, ExposureRow
from provenet.case.tables import vocabulary
from provenet.core import wording
from provenet.core.errors import UsageFault
from provenet.core.ids import row_id
from provenet.exposure.networks import (
    ALL,
    ALLIED,
    CARRIER,
    SENSITIVE,
    DestinationKind,
    Destinations,
    ExposureQuestion,
    Network,
    NetworkRegister,
    NetworkTags,
    RestrictedSet,
    links_on,
    restricted_set,
)
from provenet.ingest.bgp.as_links import AsLinks, as_links_of
from provenet.numerics.arrays import Flags, Floats
from provenet.routing.kernels import lanes
from provenet.routing.kernels.condense import Condensed, condense
from provenet.routing.kernels.csr import Topology, topology

UNLISTED = {
    "unknown": "A network without a stated share counts as unknown, 0 to 100%.",
    "none": "Assumption: a network without a stated share has no equipment that the policy restricts.",
}
"""What a network without a share has; by default unknown is never counted as clear."""
_OF_EACH = "Assumption: a carrier's share of its forwarding equipment holds for each of its networks."


@dataclass(frozen=True)
class PolicyShares:
    """Shares of networks under one policy: low and high by AS number, the rows they rest on, and what is assumed.

    `wide` is whether networks without a share are unknown: then rows that count shares give no estimate.
    """

    pack: str
    issuer: str | None
    shares: Mapping[int, tuple[float, float]]
    refs: tuple[str, ...]
    assumed: tuple[str, ...]
    wide: bool = False


def policy_shares(tables: Mapping[str, pl.DataFrame], country: str) -> list[PolicyShares]:
    """Shares of networks under each policy of the rows of `vendor_share`, policies by id; none where no row fits.

    Of a carrier the most telling class of forwarding equipment is taken, and of several figures of it the hull. Figures
    that are to be checked or were published later are not taken. Cost O(rows).
    """
    classes = list(vocabulary()["expose"]["forwarding_classes"])
    rows = tables["vendor_share"].filter(
        pl.col("part") == "restricted",
        pl.col("carrier_id").is_not_null(),
        pl.col("asset_class").is_in(classes),
        ~pl.col("to_be_checked"),
        ~pl.col("later_estimate"),
    )
    numbers: dict[str, list[int]] = {}
    named: dict[str, list[str]] = {}
    for party, row in carrier_numbers(tables, country):
        numbers.setdefault(party, []).append(int(row["value"]))
        named.setdefault(party, []).append(f"identifier:{row['row_id']}")
    made = []
    for pack in rows["pack"].drop_nulls().unique().sort().to_list():
        mine = rows.filter(pl.col("pack") == pack, pl.col("carrier_id").is_in(list(numbers)))
        shares: dict[int, tuple[float, float]] = {}
        refs: list[str] = []
        for carrier in mine["carrier_id"].unique().sort().to_list():
            of_carrier = mine.filter(pl.col("carrier_id") == carrier)
            best = next(c for c in classes if c in of_carrier["asset_class"].to_list())
            taken = of_carrier.filter(pl.col("asset_class") == best).sort("share_id")
            low, high = min(taken["low_share"].to_list()), max(taken["high_share"].to_list())
            for asn in numbers[carrier]:
                other = shares.get(asn, (low, high))
                shares[asn] = min(low, other[0]), max(high, other[1])
            refs += [*(f"vendor_share:{one}" for one in taken["share_id"].to_list()), *named[carrier]]
        if shares:
            issuer = mine["issuer"].drop_nulls().sort().to_list()
            assumed = (_OF_EACH,) if any(len(numbers[c]) > 1 for c in mine["carrier_id"].to_list()) else ()
            made.append(PolicyShares(pack, issuer[0] if issuer else None, shares, tuple(refs), assumed))
    return made


DIGITS = 7
"""The ways back are folded in single precision, which holds so many decimals of a share."""
TIES = "Of equal routes each may be taken: the interval runs over all of them."
LATER_TAGS = (
    "Assumption: what lists and registers of a later day say of networks (whose they are, where they are registered) "
    "held on the day in question."
)
_LUCK = "Estimate: of equal routes each is as likely as the others."
_HOW = (
    "best routes by customer before peer before provider, then by hops, with others as today; share = sum over pairs "
    "with a route / pairs with a route; rung = fewest networks that must choose differently among routes offered them"
)
_LIFTED = "share of a route from the greatest low share of the networks on it to the sum of their high shares"


@dataclass(frozen=True)
class GraphContext:
    """What all rows of one call have in common: days, graph, restricted networks, and how ends count."""

    question: ExposureQuestion
    graph: AsLinks
    links: pl.DataFrame
    register: NetworkRegister
    topology: Topology
    restricted: RestrictedSet

    @staticmethod
    def of(tables: Mapping[str, pl.DataFrame], question: ExposureQuestion) -> GraphContext:
        """The graph of the day in question. Raises UsageFault where there is none, or no network is restricted."""
        register = NetworkRegister.of(tables["as_number"], question.as_of)
        restricted = restricted_set(register, question.listed, question.registered)
        links = links_on(tables["as_link"], question.as_of, question.known)
        _refuse_missing(tables["as_link"], links, question, restricted=restricted)
        graph = as_links_of(links)
        return GraphContext(
            question=question,
            graph=graph,
            links=links,
            register=register,
            topology=topology(graph.provider, graph.customer, graph.peer_a, peer_b=graph.peer_b, alone=graph.alone),
            restricted=restricted,
        )

    @cached_property
    def core(self) -> Condensed:
        """The networks of the graph that sell transit, and classes of all."""
        return condense(self.topology)

    @cached_property
    def walls(self) -> Flags:
        """Which networks of the graph are restricted: bool[N]."""
        return self.topology.marks(self.restricted.asns)

    @property
    def restricted_count(self) -> int:
        """How many networks of the graph are restricted."""
        return int(self.walls.sum())

    @cached_property
    def graph_on(self) -> date | None:
        """The day of the graph."""
        day = self.links["observed_on"].max()
        return day if isinstance(day, date) else None

    @cached_property
    def graph_ref(self) -> str:
        """All rows of the graph, as a query."""
        return "as_link?" + json.dumps({"file_id": self.links["file_id"].unique().sort().to_list()})

    @cached_property
    def _ends(self) -> dict[str, frozenset[str]]:
        return {column: frozenset(self.links[column].to_list()) for column in ("to_asn", "from_asn")}

    def link_refs(self, asn: int) -> list[str]:
        """The links of one network, as queries."""
        found = (column for column, ends in self._ends.items() if str(asn) in ends)
        return ["as_link?" + json.dumps({column: str(asn)}) for column in found]

    @property
    def network_count(self) -> int:
        """How many networks the graph has."""
        return int(self.graph.counts["networks"])

    @property
    def graph_says(self) -> str:
        """The graph in words."""
        return words_of(self.graph)

    @property
    def days(self) -> AnyRow:
        """The days in question, as rows state them."""
        return {"as_of_on": self.question.as_of, "known_on": self.question.known}

    @property
    def columns(self) -> AnyRow:
        """What every row of routes says of its graph, of harms, and of what it does not see."""
        words = vocabulary()["expose"]
        graph = {"graph_on": self.graph_on, "graph_says": self.graph_says}
        return {"harm": words["harm"], "unseen_says": words["unseen"], **graph}

    @property
    def later(self) -> list[str]:
        """What is assumed where lists of a later day are taken."""
        return [LATER_TAGS] if self.question.later_tags else []

    @property
    def ends_says(self) -> str:
        """Whether source and destination count as crossed."""
        if self.question.count_endpoints:
            return "source and destination count as crossed"
        return "source and destination do not count as crossed; what lies between them does"


def _refuse_missing(
    every: pl.DataFrame, links: pl.DataFrame, question: ExposureQuestion, *, restricted: RestrictedSet
) -> None:
    """Raises UsageFault where no graph stands for the day or no network is restricted."""
    way_out = "Add one: provenet add CASE 20250901.as-rel2.txt.bz2 (CAIDA AS relationships)."
    if not every.height:
        raise UsageFault(f"expose: the case has no AS graph. {way_out}")
    if not links.height:
        first = every["observed_on"].drop_nulls().sort().to_list()[:1]
        day = min(question.as_of, question.known) if question.known else question.as_of
        others = f"the first is of {first[0]}" if first else "none of them has a day"
        raise UsageFault(f"expose: no AS graph of the case stands for {day}; {others}. {way_out}")
    if not question.listed and not question.registered:
        raise UsageFault(
            "expose: no restricted networks are named; name a list (--restricted FILE, one AS number a line) or a "
            "country of registration (--restricted-country CC)."
        )
    if not restricted.asns:
        raise UsageFault(f"expose: the restricted set is empty: {restricted.says}. Name networks, or add their names.")


def words_of(graph: AsLinks) -> str:
    """A graph in words: its networks and links, and how it was settled."""
    counts = graph.counts
    kinds = [f"{counts[f'{kind}_links']:,} {words}" for kind, words in _LINKS.items() if counts[f"{kind}_links"]]
    links = f"links: {' and '.join(kinds)}" if kinds else "no link"
    return " ".join([f"{counts['networks']:,} networks; {links}.", *graph.remarks])


_LINKS = {"transit": "of transit", "peer": "of peers"}


@dataclass(frozen=True)
class _Subject:
    """What one row is about: a network, the networks of a tag, or all of one role."""

    level: str
    role: str
    tags: list[str]
    words: str
    assumed: tuple[str, ...] = ()
    asn: str | None = None
    network_name: str | None = None
    party_id: str | None = None


def exposure_rows(
    context: GraphContext,
    country: str,
    networks: Sequence[Network],
    *,
    sums: Mapping[int, Floats],
    destinations: Destinations,
    policy: PolicyShares | None = None,
) -> list[ExposureRow]:
    """The rows of a country for all destinations, and for each kind of them.

    `sums` are the sums of `FIELDS` over groups of destinations by AS number. With shares under a `policy` in place of
    the restricted networks, rows have no rungs. Law: the counts of a tag or role are the sums of those of its networks.
    """
    return [
        row
        for kind, groups in destinations.of(country)
        for row in _rows_towards(
            _Counted(context, country, kind, policy),
            networks,
            {asn: held[groups].sum(axis=0) for asn, held in sums.items()},
        )
    ]


def _rows_towards(question: _Counted, networks: Sequence[Network], sums: Mapping[int, Floats]) -> Iterator[ExposureRow]:
    """One row a network that the graph has, and one a tag and a role, even where no network bears it."""
    context, ids = question.context, dict[int, str]()
    refs = context.restricted.refs if question.policy is None else question.policy.refs
    for one in (one for one in networks if one.asn in sums):
        subject = _Subject(
            level="network",
            role=one.role,
            tags=list(one.tags),
            words=f"AS{one.asn}" + (f" {one.name}" if one.name else ""),
            asn=str(one.asn),
            network_name=one.name,
            party_id=one.party_id,
        )
        row = _row(question, subject, sums=[sums[one.asn]])
        row["inputs"] = [*context.link_refs(one.asn), context.graph_ref, *one.refs, *refs]
        ids[one.asn] = row["exposure_id"]
        yield row
    for subject, every in _groups(networks, question.country, context.question.tags):
        here = [one for one in every if one.asn in sums]
        counted = wording.plural(len(here), "network")
        words = subject.words.replace(_COUNT, f"{len(here)} {counted}")
        row = _row(question, replace(subject, words=words), sums=[sums[one.asn] for one in here])
        row["absent_count"] = len(every) - len(here)
        row["inputs"] = [*(f"exposure:{ids[one.asn]}" for one in here), context.graph_ref]
        yield row


@dataclass(frozen=True)
class _Counted:
    """What the rows of one call have in common: the context, the country, where routes lead, and whose shares count."""

    context: GraphContext
    country: str
    destination: DestinationKind
    policy: PolicyShares | None


def _groups(
    networks: Sequence[Network], country: str, tags: NetworkTags
) -> Iterator[tuple[_Subject, Sequence[Network]]]:
    """The networks of each tag and of each role of a country."""
    for tag, role in roles_of(tags):
        words, of_tag = f"the {_COUNT} {tags.words_in(tag, country)}", [one for one in networks if tag in one.tags]
        yield _Subject(level="tag", role=role, tags=[tag], words=words, assumed=tags.assumed(tag)), of_tag
    for role in dict.fromkeys(role for _, role in roles_of(tags)):
        words, of_role = f"the {_COUNT} {role_words(role, country)}", [one for one in networks if one.role == role]
        yield _Subject(level="role", role=role, tags=[], words=words), of_role


_COUNT = "{networks}"
_ROLES = {SENSITIVE: "of government and defence", ALLIED: "of allied ministries of defence", CARRIER: "of carriers"}
"""The networks of a role, after the noun."""


def role_words(role: str, country: str) -> str:
    """The networks of a role of a country, after the noun; allies' stand wherever they stand."""
    return _ROLES[role] + ("" if role == ALLIED else f" of {country}")


def roles_of(tags: NetworkTags) -> Iterable[tuple[str, str]]:
    """The tags whose networks are in question, each with their role."""
    found = dict.fromkeys(tags.sensitive, SENSITIVE)
    for tag in tags.allied:
        found.setdefault(tag, ALLIED)
    for tag in (CARRIER, *tags.carriers):
        found.setdefault(tag, CARRIER)
    return found.items()


def _row(question: _Counted, subject: _Subject, *, sums: Sequence[Floats]) -> ExposureRow:
    context, country, policy = question.context, question.country, question.policy
    destination = question.destination
    total = dict(zip(lanes.FIELDS, np.sum(sums, axis=0).tolist() if sums else [0.0] * len(lanes.FIELDS), strict=True))
    routed = total["pairs"] - total["no_route"]

    def share(name: str) -> float | None:
        return round(min(total[name] / routed, 1.0), DIGITS) if routed else None

    def rung(name: str) -> int | None:
        return None if policy else round(total[name])

    expected = None if policy is not None and policy.wide else share("expected")
    text = f"shares of each network's equipment under {policy.pack}" if policy else context.restricted.says
    crossed = f"equipment restricted under {policy.pack}" if policy else f"restricted networks ({text})"
    assumed = [TIES, *(policy.assumed if policy else ()), *([] if expected is None else [_LUCK])]
    assumed += [*dict.fromkeys([*subject.assumed, *destination.assumed]), *context.later]
    about: AnyRow = {
        "country": country,
        "level": subject.level,
        "asn": subject.asn,
        "restricted_says": text,
        "pack": policy.pack if policy else None,
        "ends_says": context.ends_says,
        **context.days,
        "assumed": assumed,
    }
    key = {**about, "refs": list(context.restricted.refs)}
    if subject.level != "network":
        key |= {"tags": subject.tags} if subject.level == "tag" else {"role": subject.role}
    if destination.name != ALL:
        key["destination"] = destination.name
    others = f"other {max(context.network_count - 1, 0):,} networks of the graph"
    if destination.name != ALL:
        others = f"{destination.count:,} networks of the graph that are {destination.words}"
    where = "" if destination.name == ALL else f" to {destination.words}"
    return {
        "exposure_id": row_id("exposure", key),
        **about,  # type: ignore[typeddict-item]
        "network_name": subject.network_name,
        "party_id": subject.party_id,
        "role": subject.role,
        "tags": subject.tags,
        "destination": destination.name,
        "destination_count": destination.count,
        "restricted_count": 0 if policy else context.restricted_count,
        "issuer": policy.issuer if policy else None,
        "stated_count": len(policy.shares) if policy else None,
        "network_count": len(sums),
        "absent_count": 0,
        "pair_count": round(total["pairs"]),
        **{f"{name}_count": round(total[name]) for name in ("no_route", *lanes.CLASS_FIELDS)},
        **{f"{name}_count": rung(name) for name in (*lanes.RUNG_FIELDS, *lanes.LUCKY_FIELDS)},
        "none_inside_count": rung("none_destination_inside"),
        "none_source_inside_count": rung("none_source_inside"),
        "none_blocked_count": rung("none_blocked"),
        **{f"{name}_share": share(name) for name in lanes.SHARES},
        "expected_share": expected,
        "measure": f"share of routes to the {others}, each counted once whatever its traffic (unweighted)",
        **context.columns,
        "label": f"Routes from {subject.words}{where} that cross {crossed}",
        "formula": f"{_HOW}; {_LIFTED}" if policy else _HOW,
        "inputs": [],
    }
