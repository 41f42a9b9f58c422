"""Rows of `exposure`: sums over destinations, put beside what they are a share of and what they cannot see."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from provenet.case.rows import ExposureRow
from provenet.case.tables import vocabulary
from provenet.core import wording
from provenet.core.ids import row_id
from provenet.exposure.networks import CARRIER, SENSITIVE, Network, NetworkTags, RestrictedSet
from provenet.exposure.shares import PolicyShares
from provenet.ingest.bgp.as_links import AsLinks
from provenet.routing.kernels.lanes import FIELDS

Floats = NDArray[np.float64]
_DIGITS = 7
"""The ways back are folded in single precision, which holds so many decimals of a share."""
_TIES = "Of equal routes each may be taken: the interval runs over all of them."
_LUCK = "Estimate: of equal routes each is as likely as the others."
_HOW = (
    "best routes by customer before peer before provider, then by hops, with others as today; share = sum over pairs "
    "with a route / pairs with a route; rung = fewest networks that must choose differently among routes offered them"
)
_LIFTED = "share of a route from the greatest low share of the networks on it to the sum of their high shares"


@dataclass(frozen=True)
class GraphContext:
    """What all rows of one call have in common: days, graph, restricted networks, and how ends count."""

    as_of: date
    known: date | None
    graph: AsLinks
    links: pl.DataFrame
    restricted: RestrictedSet
    restricted_count: int
    count_endpoints: bool

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
        counts = self.graph.counts
        kinds = [f"{counts[f'{kind}_links']:,} {words}" for kind, words in _LINKS.items() if counts[f"{kind}_links"]]
        links = f"links: {' and '.join(kinds)}" if kinds else "no link"
        return " ".join([f"{counts['networks']:,} networks; {links}.", *self.graph.remarks])

    @property
    def ends_says(self) -> str:
        """Whether source and destination count as crossed."""
        if self.count_endpoints:
            return "source and destination count as crossed"
        return "source and destination do not count as crossed; what lies between them does"


_LINKS = {"transit": "of transit", "peer": "of peers"}


@dataclass(frozen=True)
class Equipment:
    """Shares of equipment counted in place of the restricted networks.

    `wide` is whether networks without a share are unknown: then there is no estimate.
    """

    policy: PolicyShares
    wide: bool


@dataclass(frozen=True)
class _Subject:
    """What one row is about: a network, or the networks of a tag."""

    level: str
    role: str
    tags: list[str]
    words: str
    asn: str | None = None
    network_name: str | None = None
    party_id: str | None = None


def exposure_rows(
    context: GraphContext,
    country: str,
    networks: Sequence[Network],
    *,
    tags: NetworkTags,
    sums: Mapping[int, Floats],
    equipment: Equipment | None = None,
) -> list[ExposureRow]:
    """One row a network that the graph has, and one a tag, even where no network bears it.

    `sums` are the sums of `FIELDS` by AS number. With `equipment`, rows have no rungs. Law: the counts of a tag are the
    sums of those of its networks.
    """
    made: list[ExposureRow] = []
    ids: dict[int, str] = {}
    refs = context.restricted.refs if equipment is None else equipment.policy.refs
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
        row = _row(context, country, subject, sums=[sums[one.asn]], equipment=equipment)
        row["inputs"] = [*context.link_refs(one.asn), context.graph_ref, *one.refs, *refs]
        ids[one.asn] = row["exposure_id"]
        made.append(row)
    for tag, role in _roles(tags):
        of_tag = [one for one in networks if tag in one.tags]
        here = [one for one in of_tag if one.asn in sums]
        noun = wording.plural(len(here), "network")
        what = f"{noun} of carriers on file" if tag == CARRIER else f"{noun} tagged {tag}"
        subject = _Subject(level="tag", role=role, tags=[tag], words=f"the {len(here)} {what} of {country}")
        row = _row(context, country, subject, sums=[sums[one.asn] for one in here], equipment=equipment)
        row["absent_count"] = len(of_tag) - len(here)
        row["inputs"] = [*(f"exposure:{ids[one.asn]}" for one in here), context.graph_ref]
        made.append(row)
    return made


def _roles(tags: NetworkTags) -> Iterable[tuple[str, str]]:
    found = dict.fromkeys(tags.sensitive, SENSITIVE)
    for tag in (CARRIER, *tags.carriers):
        found.setdefault(tag, CARRIER)
    return found.items()


def _row(
    context: GraphContext, country: str, subject: _Subject, *, sums: Sequence[Floats], equipment: Equipment | None
) -> ExposureRow:
    total = dict(zip(FIELDS, np.sum(sums, axis=0).tolist() if sums else [0.0] * len(FIELDS), strict=True))
    routed = total["pairs"] - total["no_route"]
    policy = None if equipment is None else equipment.policy

    def share(name: str) -> float | None:
        return round(min(total[name] / routed, 1.0), _DIGITS) if routed else None

    def rung(name: str) -> int | None:
        return None if policy else round(total[name])

    expected = None if equipment is not None and equipment.wide else share("expected")
    says = f"shares of each network's equipment under {policy.pack}" if policy else context.restricted.says
    crossed = f"equipment restricted under {policy.pack}" if policy else f"restricted networks ({says})"
    assumed = [_TIES, *(policy.assumed if policy else ()), *([] if expected is None else [_LUCK])]
    key: dict[str, object] = {
        "country": country,
        "level": subject.level,
        "asn": subject.asn,
        "restricted_says": says,
        "pack": policy.pack if policy else None,
        "ends_says": context.ends_says,
        "as_of_on": context.as_of,
        "known_on": context.known,
        "assumed": assumed,
        "refs": list(context.restricted.refs),
    }
    words = vocabulary()["expose"]
    others = max(context.network_count - 1, 0)
    return {
        "exposure_id": row_id("exposure", key if subject.level == "network" else {**key, "tags": subject.tags}),
        "country": country,
        "level": subject.level,
        "asn": subject.asn,
        "network_name": subject.network_name,
        "party_id": subject.party_id,
        "role": subject.role,
        "tags": subject.tags,
        "restricted_says": says,
        "restricted_count": 0 if policy else context.restricted_count,
        "pack": policy.pack if policy else None,
        "issuer": policy.issuer if policy else None,
        "stated_count": len(policy.shares) if policy else None,
        "network_count": len(sums),
        "absent_count": 0,
        "pair_count": round(total["pairs"]),
        "no_route_count": round(total["no_route"]),
        "customer_count": round(total["customer"]),
        "peer_count": round(total["peer"]),
        "provider_count": round(total["provider"]),
        "rung_0_count": rung("rung_0"),
        "rung_1_alone_count": rung("rung_1_alone"),
        "rung_1_other_count": rung("rung_1_other"),
        "rung_2_count": rung("rung_2"),
        "rung_3_count": rung("rung_3"),
        "rung_none_count": rung("rung_none"),
        "lucky_0_count": rung("lucky_0"),
        "lucky_1_count": rung("lucky_1"),
        "lucky_2_count": rung("lucky_2"),
        "lucky_3_count": rung("lucky_3"),
        "lucky_none_count": rung("lucky_none"),
        "low_share": share("low"),
        "high_share": share("high"),
        "expected_share": expected,
        "reverse_low_share": share("reverse_low"),
        "reverse_high_share": share("reverse_high"),
        "either_low_share": share("either_low"),
        "either_high_share": share("either_high"),
        "measure": f"share of routes to the other {others:,} networks of the graph, each counted once whatever its "
        "traffic (unweighted)",
        "harm": words["harm"],
        "unseen_says": words["unseen"],
        "ends_says": context.ends_says,
        "assumed": assumed,
        "graph_on": context.graph_on,
        "graph_says": context.graph_says,
        "as_of_on": context.as_of,
        "known_on": context.known,
        "label": f"Routes from {subject.words} that cross {crossed}",
        "formula": f"{_HOW}; {_LIFTED}" if policy else _HOW,
        "inputs": [],
    }
