"""Rows of `site_traffic` and `site_exposure`: what each demand of a site rides, and what it meets on its way.

The harms are kept apart. Loss and metadata are of whatever carries the traffic; content is of the same, but for traffic
protected from end to end; control is of what manages the networks that carry it. Nothing is published of the equipment
of own links and commercial satellites: they count as unknown.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import polars as pl

from provenet.case.rows import SiteExposureRow, SiteTrafficRow
from provenet.case.tables import vocabulary, words
from provenet.core import wording
from provenet.core.ids import row_id
from provenet.exposure.site_traffic import (
    ANY_SHARE,
    NONE_FAILED,
    NOTHING,
    Equipment,
    PolicyEquipment,
    Serving,
    Way,
    certainty,
    either,
    exposed_share,
    failures_of,
    hull,
    met,
    parts_of,
    routes_abroad,
    share_on,
    spread,
    together,
)
from provenet.exposure.site_traffic_demands import (
    END_TO_END,
    LEASED,
    OFFICIAL,
    OWN_NETWORK,
    OWN_SATELLITE,
    PUBLIC,
    SATELLITE,
    Demand,
    SiteQuestion,
)
from provenet.routing.own_links import Span

OWN_LINKS, ACCESS, CORE, TRANSPORT, ABROAD, ANY = "own_links", "access", "core", "transport", "transit_abroad", "any"
LOSS, METADATA, CONTENT, CONTROL = "loss of service", "metadata", "content", "control"
ALL_KEPT = "What a failed link carried is carried by the next, not dropped."
_DIGITS = 9
_HOW_TRAFFIC = (
    "the ways of the demand fill in order, the rest rides the public network; least and greatest part over every "
    "amount, capacity and failure that the rows leave open"
)
_HOW_EXPOSURE = (
    "part of the demand that rides the network, all of it where all equipment there is restricted, none where none is, "
    "else unknown; estimate: that part times the restricted share of the equipment"
)
Estimate = Callable[[Span, Span], Span]


@dataclass(frozen=True)
class _Met:
    """What a demand meets in one network: for certain, and as an estimate with its assumptions and rows."""

    share: Span
    likely: Span
    equipment: tuple[Equipment, ...]


def traffic_rows(demands: Sequence[Demand], question: SiteQuestion) -> list[SiteTrafficRow]:
    """Rows of `site_traffic`: what part of each demand rides each kind of network, in the order of their ids.

    Laws: ends hold every corner of the amounts; the parts of own links, commercial satellites and the access network
    can be chosen to sum to 1.
    """
    made = [row for demand in demands for failed in failures(demand) for row in _traffic(demand, failed, question)]
    return sorted(made, key=lambda row: row["site_traffic_id"])


def exposure_rows(
    demands: Sequence[Demand], question: SiteQuestion, *, shares: pl.DataFrame, exposure: pl.DataFrame
) -> list[SiteExposureRow]:
    """Rows of `site_exposure` under every policy of `shares`, and of restricted networks abroad, in the order of ids.

    Of a site of which nothing is stated the whole way alone: in each network it is as for the forces of the country.
    `shares` are the rows of `vendor_share` and `exposure` those of `exposure` that stand for the country and day. Laws:
    restricted + unknown + clear = 1; content is never above metadata; learning an amount or a share only narrows.
    """
    packs = shares["pack"].drop_nulls().unique().sort().to_list()
    made: list[SiteExposureRow] = []
    for pack in packs:
        policy = _Policy(PolicyEquipment(shares, pack), exposure)
        for demand in demands:
            made += policy.rows(demand, question)
    for demand in filter(_is_shown_whole, demands):
        made += _abroad_rows(demand, question, exposure)
    return sorted(made, key=lambda row: row["site_exposure_id"])


def _is_shown_whole(demand: Demand) -> bool:
    """Whether what a demand meets is written network by network."""
    return demand.site is None or demand.is_distinct


def failures(demand: Demand) -> Iterator[str]:
    """The failures of own links that can happen to a demand; one without an own link has none to lose."""
    lossy = any(way.is_own and way.takes.high > 0 for way in demand.ways)
    yield from (failed for failed in words("own_failed") if lossy or failed == NONE_FAILED)


def ridden(demand: Demand, failed: str, ways: frozenset[int]) -> Span:
    """The part of a demand that rides some of its ways under a failure."""
    return _ridden(demand.amount, demand.ways, failed, chosen=ways)


@lru_cache(maxsize=4096)
def _ridden(amount: Span, ways: tuple[Way, ...], failed: str, *, chosen: frozenset[int]) -> Span:
    return hull(share_on(parts_of(amount, takes), chosen) for takes in failures_of(ways, failed))


def networks_of(demand: Demand, failed: str) -> dict[str, Span]:
    """The part of a demand that rides each kind of network; a leased circuit rides access and transport of a carrier.

    How much of what rides the public network leaves the country is not known.
    """
    carried = ridden(demand, failed, demand.ways_of(LEASED, PUBLIC))
    abroad = ridden(demand, failed, demand.ways_of(PUBLIC))
    made = {ACCESS: carried, TRANSPORT: carried, ABROAD: Span(low=0.0, high=abroad.high)}
    if demand.is_mobile:
        made[CORE] = carried
    if demand.kind == OFFICIAL:
        made[OWN_LINKS] = ridden(demand, failed, demand.ways_of(OWN_NETWORK, OWN_SATELLITE))
        made[SATELLITE] = ridden(demand, failed, demand.ways_of(SATELLITE))
    return {network: made[network] for network in words("site_network") if network in made}


def _key(demand: Demand, network: str, failed: str, *, question: SiteQuestion) -> dict[str, Any]:
    return {
        "site_id": demand.site["site_id"] if demand.site else None,
        "country": question.country,
        "demand": demand.kind,
        "network": network,
        "own_failed": failed,
        "as_of_on": question.as_of,
        "known_on": question.known,
    }


def _label(demand: Demand, failed: str, question: SiteQuestion) -> str:
    phrases = vocabulary()["site_traffic"]
    who = demand.site["name"] if demand.site else f"Forces in {wording.country(question.country)}"
    return f"{who}: {phrases['demands'][demand.kind]}, {phrases['failed'][failed]}"


def _carriers(demand: Demand, network: str) -> list[str]:
    if network not in (ACCESS, CORE, TRANSPORT):
        return []
    both = [one.carriers for one in (_used(demand))]
    return [] if None in both else sorted({carrier for some in both for carrier in some or ()})


def _used(demand: Demand) -> list[Serving]:
    """Who carries what leaves the site: of leased circuits too where the demand has that way."""
    return [demand.leased, demand.public] if demand.leases else [demand.public]


def _traffic(demand: Demand, failed: str, question: SiteQuestion) -> Iterator[SiteTrafficRow]:
    serving = [ref for one in _used(demand) for ref in one.refs]
    phrases = vocabulary()["site_traffic"]["networks"]
    for network, part in networks_of(demand, failed).items():
        key = _key(demand, network, failed, question=question)
        yield {
            "site_traffic_id": row_id("traffic", key),
            **key,  # type: ignore[typeddict-item]
            "low_share": round(part.low, _DIGITS),
            "high_share": round(part.high, _DIGITS),
            "carrier_ids": _carriers(demand, network),
            "is_stated": demand.is_stated,
            "assumed": [*demand.assumed, *([ALL_KEPT] if failed != NONE_FAILED else [])],
            "label": f"{_label(demand, failed, question)}: part that rides {phrases[network]}",
            "formula": _HOW_TRAFFIC,
            "inputs": sorted({*demand.refs, *serving}),
        }


class _Policy:
    """What demands meet under one policy."""

    def __init__(self, equipment: PolicyEquipment, exposure: pl.DataFrame) -> None:
        self.equipment, self.exposure = equipment, exposure
        self.classes: Mapping[str, Mapping[str, Sequence[str]]] = vocabulary()["site_traffic"]["classes"]
        self._found: dict[tuple[object, ...], list[tuple[str, str, str, _Met]]] = {}
        self._routes = lru_cache(maxsize=None)(lambda served: routes_abroad(exposure, equipment.pack, served))

    def rows(self, demand: Demand, question: SiteQuestion) -> Iterator[SiteExposureRow]:
        """Rows of one demand. What sites of which the same is stated have in common is worked out once."""
        if demand.question not in self._found:
            self._found[demand.question] = list(self._figures(demand))
        of = {"pack": self.equipment.pack, "issuer": self.equipment.issuer, "restricted_says": None}
        for failed, harm, network, found in self._found[demand.question]:
            if not _is_shown_whole(demand) and network != ANY:
                continue
            yield _row(demand, question, network, failed=failed, harm=harm, met_there=found, of=of)

    def _figures(self, demand: Demand) -> Iterator[tuple[str, str, str, _Met]]:
        for failed in failures(demand):
            for harm in words("harm"):
                found = self._networks(demand, failed, harm) | {ANY: self._any(demand, failed, harm)}
                for network, one in found.items():
                    yield failed, harm, network, _content(demand, one) if harm == CONTENT else one

    def _networks(self, demand: Demand, failed: str, harm: str) -> dict[str, _Met]:
        made = {}
        for network in (ACCESS, *((CORE,) if demand.is_mobile else ()), TRANSPORT):
            leased, public = (self._at(one, network, demand, harm=harm) for one in (demand.leased, demand.public))
            made[network] = _Met(
                _on_both(demand, failed, leased.share, public=public.share, how=met),
                _on_both(demand, failed, leased.likely, public=public.likely, how=spread),
                (leased, public) if demand.leases else (public,),
            )
        abroad = self._abroad(demand, harm)
        part = networks_of(demand, failed)[ABROAD]
        made[ABROAD] = _Met(met(part, abroad.share), spread(part, abroad.likely), (abroad,))
        return made

    def _at(self, serving: Serving, network: str, demand: Demand, *, harm: str) -> Equipment:
        # Mobile demands leave by radio, official ones by either, others by line.
        access = "access_radio" if demand.is_mobile else "access_either" if demand.kind == OFFICIAL else "access_line"
        name = network if network != ACCESS else access
        return self.equipment.of(serving, tuple(self.classes[name]["control" if harm == CONTROL else "service"]))

    def _abroad(self, demand: Demand, harm: str) -> Equipment:
        found = self._routes(demand.public) if harm != CONTROL else []
        return found[0][0] if found else Equipment()

    def _any(self, demand: Demand, failed: str, harm: str) -> _Met:
        """The whole way: what meets restricted equipment in at least one network."""
        at = {
            path: [
                self._at(serving, network, demand, harm=harm)
                for network in (ACCESS, *((CORE,) if demand.is_mobile else ()), TRANSPORT)
            ]
            for path, serving in ((LEASED, demand.leased), (PUBLIC, demand.public))
        }
        at[PUBLIC].append(self._abroad(demand, harm))

        def exposed(of: Callable[[Equipment], Span]) -> Span:
            by_path = {path: either(of(one) for one in met_there) for path, met_there in at.items()}
            exposures = [by_path.get(path, ANY_SHARE) for path in (*demand.paths, PUBLIC)]
            return hull(exposed_share(demand.amount, takes, exposures) for takes in failures_of(demand.ways, failed))

        used = [*(at[LEASED] if demand.leases else ()), *at[PUBLIC]]
        return _Met(exposed(lambda one: certainty(one.share)), exposed(lambda one: one.likely), tuple(used))


def _on_both(demand: Demand, failed: str, leased: Span, *, public: Span, how: Estimate) -> Span:
    """What is met in a network of carriers by what rides leased circuits and by the rest, which are two parts of it."""
    whole = ridden(demand, failed, demand.ways_of(LEASED, PUBLIC))
    if leased == public or not demand.leases:
        return how(whole, public)
    parts = ((LEASED, leased), (PUBLIC, public))
    return together((how(ridden(demand, failed, demand.ways_of(path)), at) for path, at in parts), whole)


def _content(demand: Demand, one: _Met) -> _Met:
    """Content is met where metadata is, but for what is protected from end to end; where that is not known, perhaps."""
    if demand.protections == {END_TO_END}:
        return _Met(NOTHING, NOTHING, one.equipment)
    if demand.protections & {None, END_TO_END}:
        return _Met(Span(low=0.0, high=one.share.high), Span(low=0.0, high=one.likely.high), one.equipment)
    return one


def _abroad_rows(demand: Demand, question: SiteQuestion, exposure: pl.DataFrame) -> Iterator[SiteExposureRow]:
    """What routes abroad cross of networks that a list or a country restricts: of no policy, and never added to one."""
    for equipment, text in routes_abroad(exposure, None, demand.public):
        for failed in failures(demand):
            part = networks_of(demand, failed)[ABROAD]
            one = _Met(met(part, equipment.share), spread(part, equipment.likely), (equipment,))
            for harm in (LOSS, METADATA, CONTENT):
                yield _row(
                    demand,
                    question,
                    ABROAD,
                    failed=failed,
                    harm=harm,
                    met_there=_content(demand, one) if harm == CONTENT else one,
                    of={"pack": None, "issuer": None, "restricted_says": text},
                )


def _row(
    demand: Demand,
    question: SiteQuestion,
    network: str,
    *,
    failed: str,
    harm: str,
    met_there: _Met,
    of: Mapping[str, str | None],
) -> SiteExposureRow:
    key = _key(demand, network, failed, question=question)
    low, high = round(met_there.share.low, _DIGITS), round(met_there.share.high, _DIGITS)
    rule = (
        f"equipment restricted under {of['pack']}" if of["pack"] else f"restricted networks ({of['restricted_says']})"
    )
    where = vocabulary()["site_traffic"]["networks"][network]
    assumed = [*demand.assumed, *(text for one in met_there.equipment for text in one.assumed)]
    assumed += [ALL_KEPT] if failed != NONE_FAILED else []
    refs = {ref for one in met_there.equipment for ref in one.refs}
    refs |= set(demand.refs) if network == ANY else {f"site_traffic:{row_id('traffic', key)}"}
    return {
        "site_exposure_id": row_id("site", {**key, **of, "harm": harm}),
        **key,  # type: ignore[typeddict-item]
        **of,
        "harm": harm,
        "restricted_share": low,
        "unknown_share": round(high - low, _DIGITS),
        "clear_share": round(1 - high, _DIGITS),
        "low_share": low,
        "high_share": high,
        "low_spread_share": max(low, round(met_there.likely.low, _DIGITS)),
        "high_spread_share": min(high, round(met_there.likely.high, _DIGITS)),
        "carrier_ids": _carriers(demand, network if network != ANY else ACCESS),
        "protection": demand.protection,
        "to_be_checked": any(one.weak for one in met_there.equipment),
        "assumed": list(dict.fromkeys(assumed)),
        "label": f"{_label(demand, failed, question)}: part that meets {rule} in {where}; harm: {harm}",
        "formula": _HOW_EXPOSURE,
        "inputs": sorted(refs),
    }
