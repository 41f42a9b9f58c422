"""Whose networks carry what leaves a site, and what part of their equipment a policy restricts.

A provider in words is a carrier of the country, a company whose owner is one, or not known. A carrier that another
network carries wholly, such as a reseller of mobile service, has no equipment of its own: its hosts stand in its place.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any

import polars as pl

from provenet.case.asof import in_roles
from provenet.case.parties import PartyNames
from provenet.case.rows import ExposureRow, RidesOnRow, VendorShareRow, iter_rows_of
from provenet.case.tables import vocabulary
from provenet.core.countries import countries
from provenet.exposure.networks import CARRIER
from provenet.exposure.site_traffic import ANY_SHARE, certainty, hull
from provenet.routing.own_links import Span

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
        code = countries().code(country)
        here = in_roles(tables["party"], as_of, known).filter(
            pl.col("country").is_in([one for one in (country, code) if one])
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
        text = f"{provider} is carried by the network of its owner, {self._names_of(parent)}: no row says so."
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

    def _names_of(self, party: str) -> str:
        return next((name for name, one in self._names.listed("carrier") if one == party), party)


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
        self._rows: dict[tuple[str | None, str], list[VendorShareRow]] = {}
        for row in iter_rows_of(VendorShareRow, rows):
            self._rows.setdefault((row["carrier_id"], row["asset_class"]), []).append(row)
        self.of = lru_cache(maxsize=None)(self._of)

    def _of(self, serving: Serving, classes: tuple[str, ...]) -> Equipment:
        """The equipment of asset classes at whoever serves; where there are two classes, either may be met."""
        country = [self._country(one) for one in classes]
        share, refs, weak = hull(one.share for one in country), [], False
        if serving.carriers is not None:
            sure = [self._carrier(carrier, one) for carrier in serving.carriers for one in classes]
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

    def _carrier(self, carrier: str, asset_class: str) -> Equipment:
        return self._known(carrier, asset_class) or self._country(asset_class)

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
    found: dict[str, list[ExposureRow]] = {}
    for row in iter_rows_of(ExposureRow, taken.sort("exposure_id")):
        found.setdefault(row["restricted_says"], []).append(row)
    return [(_routes(of_set), None if pack else text) for text, of_set in sorted(found.items())]


def _routes(rows: Sequence[ExposureRow]) -> Equipment:
    span = hull(Span(low=row["low_share"] or 0.0, high=_one(row["high_share"])) for row in rows)
    refs = tuple(f"exposure:{row['exposure_id']}" for row in rows)
    return replace(Equipment(span, span, refs), assumed=(BY_ROUTES,))


def _one(value: Any) -> float:
    return 1.0 if value is None else float(value)
