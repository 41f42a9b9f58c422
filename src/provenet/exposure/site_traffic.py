"""Where a demand of a site goes: spans, and whose networks carry what leaves it.

Own links go first, the rest spills: a way takes what it can of a demand, in a given order; what is left rides the last.
Every amount is known from a low to a high end, and every answer holds all corners of what it is given. Shares of
equipment say what part of a network is restricted, not what part of one site's traffic meets it: `met` is what follows
for certain, `spread` the estimate that traffic meets equipment as equipment is spread. Source: own, decision 0075.

A provider in words is a carrier of the country, a company whose owner is one, or not known. A carrier that another
network carries wholly, such as a reseller of mobile service, has no equipment of its own: its hosts stand in its place.
"""

import re
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from math import fsum

import polars as pl

from provenet.case.asof import in_roles
from provenet.case.parties import PartyNames
from provenet.case.rows import ExposureRow, RidesOnRow, VendorShareRow, iter_rows_of
from provenet.case.tables import vocabulary
from provenet.core.countries import countries
from provenet.core.errors import UsageFault
from provenet.core.grouping import grouped
from provenet.exposure.networks import CARRIER
from provenet.routing.own_links import Span, spilled_exposure

NOTHING = Span(low=0.0, high=0.0)
ALL = Span(low=1.0, high=1.0)
ANY_SHARE = Span(low=0.0, high=1.0)
"""A share of which nothing is known."""
NONE_FAILED, ONE_FAILED, ALL_FAILED = "none", "one", "all"


@dataclass(frozen=True, kw_only=True)
class Way:
    """One way of a demand: what it can take, in the unit of the demand, and whether it is a link of the site's own."""

    takes: Span
    is_own: bool = False


def parts_of(demand: Span, takes: Sequence[Span]) -> list[Span]:
    """The share of a demand that rides each way in order, and last the share that is left.

    Parameters
    ----------
    demand
        In the unit of what the ways take; unknown is `Span()`. A demand of exactly 0 rides the first way.
    takes
        What each way can take, in the order in which they fill.

    Returns
    -------
    Of each way the least and greatest share over all demands and capacities within their spans; both ends are reached,
    or approached where a span is open to infinity.

    Raises
    ------
    UsageFault
        For a span whose low end is negative or above its high end.

    >>> parts_of(Span(low=10, high=10), [Span(low=4, high=6)])
    [Span(low=0.4, high=0.6), Span(low=0.4, high=0.6)]
    """
    for span in (demand, *takes):
        if not 0 <= span.low <= span.high:
            raise UsageFault(f"from {span.low:g} to {span.high:g} is no span; give a low end of 0 or more.")
    if demand.high == 0:
        return [ALL, *(NOTHING for _ in takes)]
    made, least, most = [], 0.0, 0.0
    for span in takes:
        turning = min(max(least + span.high, demand.low), demand.high)
        highs = (_part(span.high, least, at) for at in (demand.low, turning, demand.high))
        made.append(Span(low=min(_part(span.low, most, at) for at in (demand.low, demand.high)), high=max(highs)))
        least, most = least + span.low, most + span.high
    rest = float("inf")
    return [*made, Span(low=_part(rest, most, demand.low), high=_part(rest, least, demand.high))]


def _part(takes: float, before: float, demand: float) -> float:
    """The share of a demand that a way takes once those before it have taken what they can."""
    if demand == float("inf"):
        return float(takes == float("inf") and before < float("inf"))
    if demand == 0:
        # The limit of ever smaller demands: the first way that takes anything takes all.
        return float(before == 0 and takes > 0)
    return max(0.0, min(takes, demand - before) / demand) if before < demand else 0.0


def share_on(parts: Sequence[Span], ways: Set[int]) -> Span:
    """The share that rides some of the ways of `parts_of` together, which sum to 1 over all.

    >>> share_on([Span(low=0.4, high=0.6), Span(low=0.4, high=0.6)], {0, 1})
    Span(low=1.0, high=1.0)
    """
    inside = [part for at, part in enumerate(parts) if at in ways]
    outside = [part for at, part in enumerate(parts) if at not in ways]
    low = max(_total(p.low for p in inside), 1.0 - _total(p.high for p in outside), 0.0)
    high = min(_total(p.high for p in inside), 1.0 - _total(p.low for p in outside), 1.0)
    return Span(low=min(low, 1.0), high=max(min(low, 1.0), high))


def _total(values: Iterable[float]) -> float:
    return round(fsum(values), 12)


def failures_of(ways: Sequence[Way], failed: str) -> list[list[Span]]:
    """What the ways take in each case of a failure: `none`; `one`, any own link; `all`, every own link.

    A way that takes nothing has no link to lose: of `one` it makes no case. Without any own link there is one case.
    """
    takes = [way.takes for way in ways]
    own = [at for at, way in enumerate(ways) if way.is_own and way.takes.high > 0]
    if failed == ONE_FAILED and own:
        return [[NOTHING if at == lost else span for at, span in enumerate(takes)] for lost in own]
    if failed == ALL_FAILED:
        return [[NOTHING if at in own else span for at, span in enumerate(takes)]]
    return [takes]


def met(ridden: Span, equipment: Span) -> Span:
    """The share of a demand that meets restricted equipment in a network: for certain, and at most.

    What is ridden is known, which elements are met is not: only where all or none of the network's equipment is
    restricted does anything follow. `equipment` is its restricted share.

    >>> met(Span(low=0.2, high=0.4), Span(low=0.1, high=0.9)), met(Span(low=0.2, high=0.4), ALL)
    (Span(low=0.0, high=0.4), Span(low=0.2, high=0.4))
    """
    certain = certainty(equipment)
    return Span(low=ridden.low * certain.low, high=ridden.high * certain.high)


def certainty(equipment: Span) -> Span:
    """From nothing to all, but all where all of the equipment is restricted and nothing where none is."""
    return Span(low=float(equipment.low >= 1), high=float(equipment.high > 0))


def spread(ridden: Span, equipment: Span) -> Span:
    """The share that meets restricted equipment where traffic meets equipment as equipment is spread: an assumption.

    >>> spread(Span(low=0.2, high=0.4), Span(low=0.5, high=1.0))
    Span(low=0.1, high=0.4)
    """
    return Span(low=ridden.low * equipment.low, high=ridden.high * equipment.high)


def hull(spans: Iterable[Span]) -> Span:
    """The span from the lowest low end to the highest high end; nothing is known of none."""
    found = list(spans)
    if not found:
        return ANY_SHARE
    return Span(low=min(one.low for one in found), high=max(one.high for one in found))


def either(spans: Iterable[Span]) -> Span:
    """The share that meets at least one of several things, of which it is not known how far they coincide.

    >>> either([Span(low=0.2, high=0.5), Span(low=0.3, high=0.6)])
    Span(low=0.3, high=1.0)
    """
    found = list(spans)
    low = max((one.low for one in found), default=0.0)
    return Span(low=low, high=max(low, min(1.0, fsum(one.high for one in found))))


def together(spans: Iterable[Span], within: Span) -> Span:
    """The sum of parts of which none is part of another, within the whole that they are parts of."""
    found = list(spans)
    low = min(fsum(one.low for one in found), within.high)
    return Span(low=low, high=max(low, min(fsum(one.high for one in found), within.high)))


def exposed_share(demand: Span, takes: Sequence[Span], exposures: Sequence[Span]) -> Span:
    """The share of a demand that is exposed on all ways together; the last of `exposures` is of what is left.

    It holds every corner: see `routing.own_links.spilled_exposure`.

    >>> exposed_share(Span(low=10, high=10), [Span(low=4, high=6)], [NOTHING, Span(low=0.5, high=1)])
    Span(low=0.2, high=0.6)
    """
    # A way that takes nothing would take a demand of 0, of which no share can be stated.
    own = [(span, at) for span, at in zip(takes, exposures[:-1], strict=True) if span.high > 0]
    return spilled_exposure(demand, own, exposures[-1]).exposed


_BRACKETED = re.compile(r"^(.*?)\s*\(([^()]*)\)$")
AS_CUSTOMERS = "The carrier is not known: it is taken as those of the country's customers are."
AS_SPREAD = "Traffic meets equipment in the proportion in which the published share counts it."
BY_ROUTES = "Traffic abroad is spread as routes are: each route counts once, whatever it carries."


@dataclass(frozen=True)
class Serving:
    """The carriers that may serve something, as far as rows name them; `carriers` None: others too, or not known.

    `likely` are carriers under the assumptions in `assumed`; `refs` are the rows that say so.
    """

    carriers: tuple[str, ...] | None = None
    likely: tuple[str, ...] | None = None
    assumed: tuple[str, ...] = ()
    refs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Equipment:
    """The restricted share of a network's equipment, the same under assumptions, and what both rest on."""

    share: Span = ANY_SHARE
    likely: Span = ANY_SHARE
    refs: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    weak: bool = False

    @property
    def certain(self) -> Span:
        """What follows for traffic that rides the network: see `site_traffic.certainty`."""
        return certainty(self.share)


class CountryCarriers:
    """The carriers of one country on a day: who is meant by a provider's name, and who carries whom."""

    def __init__(
        self, tables: Mapping[str, pl.DataFrame], country: str, as_of: date, *, known: date | None = None
    ) -> None:
        rows = (tables[name].iter_rows(named=True) for name in ("party", "identifier", "succession"))
        self._names = PartyNames.of(*rows)
        self.country = country
        here = in_roles(tables["party"], as_of, known).filter(
            pl.col("country").is_in([one for one in (country, countries().code(country)) if one])
        )
        self.ids = frozenset(here.filter(pl.col("role") == "carrier")["party_id"])
        self._hosts: dict[str, list[RidesOnRow]] = {}
        for row in iter_rows_of(RidesOnRow, tables["rides_on"].sort("row_id")):
            begun = row["from_on"] is None or row["from_on"] <= as_of
            lasts = row["to_on"] is None or as_of < row["to_on"]
            if row["binding"] == "agreed" and begun and lasts:
                self._hosts.setdefault(row["carrier_id"], []).append(row)

    def carrier(self, name: str) -> str | None:
        """The carrier of the country that a name means, also without what stands in brackets; None where none is."""
        bracketed = _BRACKETED.match(name)
        for one in (name, *(bracketed.groups() if bracketed else ())):
            found = self._names.carrier(one, self.country) if one else None
            if found in self.ids:
                return found
        return None

    def serving(self, provider: str, owner: str | None) -> Serving:
        """Who a provider in words is; several are joined by semicolons."""
        names = [one.strip() for one in provider.split(";") if one.strip()]
        found = [self.carrier(one) for one in names]
        if all(found) and found:
            return self.hosted(found)
        parent = self.carrier(owner) if owner else None
        if parent is None:
            return Serving()
        made = self.hosted([one or parent for one in found])
        owner = next((name for name, one in self._names.listed("carrier") if one == parent), parent)
        text = f"{provider} is carried by the network of its owner, {owner}: no row says so."
        return Serving(None, made.likely, (text, *made.assumed), made.refs)

    def hosted(self, carriers: Iterable[str | None]) -> Serving:
        """The networks of carriers and of those that carry them; one that others carry wholly has none of its own."""
        wholly = vocabulary()["carried_wholly"]
        seen: dict[str, None] = {}
        is_open = False
        queue, networks, refs = [one for one in carriers if one], dict[str, None](), list[str]()
        while queue:
            carrier = queue.pop(0)
            if carrier in seen:
                continue
            seen[carrier] = None
            rows = self._hosts.get(carrier, [])
            refs += [f"rides_on:{row['row_id']}" for row in rows]
            queue += [row["host_id"] for row in rows if row["host_id"] is not None]
            is_open |= any(row["host_id"] is None for row in rows)
            if not any(row["form"] in wholly for row in rows):
                networks[carrier] = None
        found = None if is_open else tuple(sorted(networks)) or None
        return Serving(found, found, refs=tuple(refs))


def joined(found: Sequence[Serving]) -> Serving:
    """Several that serve the same: any of their carriers may; where one is not known, nobody is excluded."""
    if not found:
        return Serving()
    sure = [one.carriers for one in found]
    likely = [one.likely for one in found]
    return Serving(
        None if None in sure else tuple(sorted({c for one in sure for c in one or ()})),
        None if None in likely else tuple(sorted({c for one in likely for c in one or ()})),
        tuple(dict.fromkeys(text for one in found for text in one.assumed)),
        tuple(dict.fromkeys(ref for one in found for ref in one.refs)),
    )


class PolicyEquipment:
    """What part of equipment one policy restricts: of each carrier by asset class, and of the country.

    Figures of a later estimate are not taken; of several of one carrier and class the hull. A carrier without a figure
    is not known, but where nothing (or all) of the whole country is restricted, nothing (or all) of any carrier is.
    """

    def __init__(self, shares: pl.DataFrame, pack: str) -> None:
        rows = shares.filter(
            pl.col("pack") == pack,
            pl.col("part") == "restricted",
            ~pl.col("later_estimate"),
            pl.col("newest").fill_null(True),
        ).sort("share_id")
        self.pack = pack
        self.issuer = next(iter(rows["issuer"].drop_nulls().to_list()), None)
        self._rows: dict[tuple[str | None, str], list[VendorShareRow]] = grouped(
            ((row["carrier_id"], row["asset_class"]), row) for row in iter_rows_of(VendorShareRow, rows)
        )
        self.of = lru_cache(maxsize=None)(self._of)

    def _of(self, serving: Serving, classes: tuple[str, ...]) -> Equipment:
        """The equipment of asset classes at whoever serves; where there are two classes, either may be met."""
        country = [self._country(one) for one in classes]
        share, refs, weak = hull(one.share for one in country), [], False
        if serving.carriers is not None:
            sure = [self._known(carrier, one) or self._country(one) for carrier in serving.carriers for one in classes]
            share, refs = hull(one.share for one in sure), [ref for one in sure for ref in one.refs]
            weak = any(one.weak for one in sure)
        likely = [self._known(carrier, one) for carrier in serving.likely or () for one in classes]
        assumed = [AS_SPREAD, *serving.assumed]
        if serving.likely is None:
            likely, assumed = [self._known(None, one) for one in classes], [AS_CUSTOMERS, *assumed]
        known = [one for one in likely if one is not None]
        complete = serving.likely is None or all(
            any(self._known(carrier, one) for one in classes) for carrier in serving.likely
        )
        estimate = hull(one.likely for one in known) if known and complete else share
        refs += [ref for one in (*known, *country) for ref in one.refs]
        return Equipment(
            share,
            Span(low=max(estimate.low, share.low), high=min(estimate.high, share.high)),
            tuple(dict.fromkeys(refs)),
            tuple(dict.fromkeys(assumed)),
            weak or any(one.weak for one in known),
        )

    def _known(self, carrier: str | None, asset_class: str) -> Equipment | None:
        """What is published of a carrier, or of the country; None where nothing is."""
        rows = self._rows.get((carrier, asset_class), [])
        if not rows:
            return None
        span = hull(Span(low=row["low_share"], high=row["high_share"]) for row in rows)
        refs = tuple(f"vendor_share:{row['share_id']}" for row in rows)
        return Equipment(span, span, refs, weak=any(row["to_be_checked"] for row in rows))

    def _country(self, asset_class: str) -> Equipment:
        """What holds for every carrier of the country: nothing unless none or all of the whole is restricted."""
        found = self._known(None, asset_class)
        if found is None or (found.share.high > 0 and found.share.low < 1):
            return Equipment()
        return found


def routes_abroad(exposure: pl.DataFrame, pack: str | None, serving: Serving) -> list[tuple[Equipment, str | None]]:
    """What share of the routes of the carriers crosses restricted networks, with those in words where no policy counts.

    Of a carrier named the rows of its networks, else those of all carriers of the country; none where nothing is known.
    """
    rows = exposure.filter(
        pl.col("pack").eq_missing(pl.lit(pack, pl.String)),
        pl.col("destination").fill_null("all") == "all",
        pl.col("low_share").is_not_null(),
    )
    mine = rows.filter(pl.col("level") == "network", pl.col("party_id").is_in(list(serving.carriers or ())))
    taken = mine if mine.height else rows.filter(pl.col("level") == "tag", pl.col("tags").list.contains(CARRIER))
    found = grouped((row["restricted_says"], row) for row in iter_rows_of(ExposureRow, taken.sort("exposure_id")))
    return [(_routes(of_set), None if pack else text) for text, of_set in sorted(found.items())]


def _routes(rows: Sequence[ExposureRow]) -> Equipment:
    span = hull(
        Span(low=row["low_share"] or 0.0, high=1.0 if (high := row["high_share"]) is None else high) for row in rows
    )
    refs = tuple(f"exposure:{row['exposure_id']}" for row in rows)
    return replace(Equipment(span, span, refs), assumed=(BY_ROUTES,))
