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

from provenet.case.tables import vocabulary
from provenet.core.ids import row_id
from provenet.exposure.networks import CARRIER, SENSITIVE, Network, Restricted, Row, Wanted
from provenet.exposure.shares import PolicyShares
from provenet.ingest.bgp.as_links import AsLinks
from provenet.routing.kernels.lanes import FIELDS

Floats = NDArray[np.float64]
RUNGS = ("rung_0", "rung_1_alone", "rung_1_other", "rung_2", "rung_3", "rung_none")
LUCKY = ("lucky_0", "lucky_1", "lucky_2", "lucky_3", "lucky_none")
_COUNTS = ("pair", "no_route", "customer", "peer", "provider")
_SHARES = ("low", "high", "expected", "reverse_low", "reverse_high", "either_low", "either_high")
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
class Frame:
    """What all rows of one call have in common: days, graph, restricted networks, and how ends count."""

    as_of: date
    known: date | None
    graph: AsLinks
    links: pl.DataFrame
    restricted: Restricted
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
        told = [f"{counts[f'{kind}_links']:,} {words}" for kind, words in _LINKS.items() if counts[f"{kind}_links"]]
        links = f"links: {' and '.join(told)}" if told else "no link"
        return " ".join([f"{counts['networks']:,} networks; {links}.", *self.graph.remarks])

    @property
    def ends_says(self) -> str:
        """Whether source and destination count as crossed."""
        if self.count_endpoints:
            return "source and destination count as crossed"
        return "source and destination do not count as crossed; what lies between them does"

    def common(self) -> Row:
        """The columns that do not depend on the network."""
        others = max(self.network_count - 1, 0)
        words = vocabulary()["expose"]
        return {
            "measure": f"share of routes to the other {others:,} networks of the graph, each counted once whatever its "
            "traffic (unweighted)",
            "harm": words["harm"],
            "unseen_says": words["unseen"],
            "ends_says": self.ends_says,
            "graph_on": self.graph_on,
            "graph_says": self.graph_says,
            "as_of_on": self.as_of,
            "known_on": self.known,
        }


_LINKS = {"transit": "of transit", "peer": "of peers"}


def exposure_rows(
    frame: Frame,
    country: str,
    wanted: Wanted,
    networks: Sequence[Network],
    sums: Mapping[int, Floats],
    policy: PolicyShares | None = None,
    wide: bool = False,
) -> list[Row]:
    """One row a network that the graph has, and one a tag, even where no network bears it.

    With `policy`, shares of equipment counted: such rows have no rungs, and where `wide` (networks without a share are
    unknown) no estimate. Law: the counts of a tag are the sums of those of its networks.
    """
    made: list[Row] = []
    ids: dict[int, str] = {}
    for one in (one for one in networks if one.asn in sums):
        named = f"AS{one.asn}" + (f" {one.name}" if one.name else "")
        head = {"asn": str(one.asn), "network_name": one.name, "party_id": one.party_id, "tags": list(one.tags)}
        row = _row(frame, country, {"level": "network", "role": one.role, **head}, [sums[one.asn]], named, policy, wide)
        queries = [*frame.link_refs(one.asn), frame.graph_ref]
        row["inputs"] = [*queries, *one.refs, *(policy.refs if policy else frame.restricted.refs)]
        ids[one.asn] = row["exposure_id"]
        made.append(row)
    for tag, role in _tags(wanted):
        of_tag = [one for one in networks if tag in one.tags]
        here = [one for one in of_tag if one.asn in sums]
        nobody = dict.fromkeys(("asn", "network_name", "party_id"))
        head = {"level": "tag", "role": role, "tags": [tag], **nobody}
        noun = "network" if len(here) == 1 else "networks"
        what = f"{noun} of carriers on file" if tag == CARRIER else f"{noun} tagged {tag}"
        words = f"the {len(here)} {what} of {country}"
        row = _row(frame, country, head, [sums[one.asn] for one in here], words, policy, wide)
        row["absent_count"] = len(of_tag) - len(here)
        row["inputs"] = [*(f"exposure:{ids[one.asn]}" for one in here), frame.graph_ref]
        made.append(row)
    return made


def _tags(wanted: Wanted) -> Iterable[tuple[str, str]]:
    found = dict.fromkeys(wanted.sensitive, SENSITIVE)
    for tag in (CARRIER, *wanted.carriers):
        found.setdefault(tag, CARRIER)
    return found.items()


def _row(
    frame: Frame,
    country: str,
    head: Row,
    sums: Sequence[Floats],
    words: str,
    policy: PolicyShares | None,
    wide: bool,
) -> Row:
    total = dict(zip(FIELDS, np.sum(sums, axis=0).tolist() if sums else [0.0] * len(FIELDS), strict=True))
    total["pair"] = total.pop("pairs")
    routed = total["pair"] - total["no_route"]
    shares = {f"{name}_share": round(min(total[name] / routed, 1.0), _DIGITS) if routed else None for name in _SHARES}
    if policy and wide:
        shares["expected_share"] = None
    counted = {f"{name}_count": round(total[name]) for name in _COUNTS}
    counted |= {f"{name}_count": None if policy else round(total[name]) for name in (*RUNGS, *LUCKY)}
    says = f"shares of each network's equipment under {policy.pack}" if policy else frame.restricted.says
    crossed = f"equipment restricted under {policy.pack}" if policy else f"restricted networks ({says})"
    assumed = [_TIES, *(policy.assumed if policy else ()), *([] if shares["expected_share"] is None else [_LUCK])]
    row = {
        **head,
        "country": country,
        "restricted_says": says,
        "restricted_count": 0 if policy else frame.restricted_count,
        "pack": policy.pack if policy else None,
        "issuer": policy.issuer if policy else None,
        "stated_count": len(policy.shares) if policy else None,
        "network_count": len(sums),
        "absent_count": 0,
        **counted,
        **shares,
        **frame.common(),
        "assumed": assumed,
        "label": f"Routes from {words} that cross {crossed}",
        "formula": f"{_HOW}; {_LIFTED}" if policy else _HOW,
    }
    key = ("country", "level", "asn", "tags", "restricted_says", "pack", "ends_says", "as_of_on", "known_on")
    told = {name: row.get(name) for name in key if not (name == "tags" and head["level"] == "network")}
    row["exposure_id"] = row_id("exposure", {**told, "assumed": assumed, "refs": list(frame.restricted.refs)})
    return row
