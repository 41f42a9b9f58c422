"""Where the traffic goes: what routes of a country's networks cross, by whom, and whether there is a way round."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from provenet.case.extract import Extract
from provenet.case.rows import ExposureRow, ReceiptRow, RouteComparisonRow, TransitRow
from provenet.case.tables import vocabulary
from provenet.core import wording
from provenet.core.disclosure import LEAST_SHOWN, is_enough
from provenet.dossier.drawings.flow_map import Flow, kept

TITLE = "Where the traffic goes"
ALL = "all"
SENSITIVE = "sensitive"
ALLIED = "allied"
"""Networks that stand anywhere: for them no network is abroad."""
HOME = "home_government"
ROLES = {
    SENSITIVE: "government and defence networks",
    "carrier": "networks of carriers",
    ALLIED: "networks of allied ministries of defence",
}
SHOWN_NETWORKS = 10
SHOWN_FLOWS = 10
LEAST_FLOW = 0.005
"""Countries that fewer routes cross are summed up in a sentence."""
_PLACE = re.compile(r"registered in (?P<country>.+)$")


class Routes(NamedTuple):
    """What routes of some networks cross, led somewhere: a row for each kind of network, and one for each named set."""

    whose: str
    """Whose routes, or in a table whereto they lead."""
    commercial: TransitRow
    abroad: TransitRow | None
    among: TransitRow | None
    """Of the routes among these networks alone."""
    sets: Mapping[str, ExposureRow]


class Flows(NamedTuple):
    """The countries in which crossed networks are registered: those of the map, and the others."""

    shown: list[Flow]
    rows: list[TransitRow]
    others: int
    most: TransitRow | None
    """That of the others which most routes cross."""
    home: TransitRow | None
    nowhere: TransitRow | None


class Track(NamedTuple):
    """How the model fares against routing tables: of all that was reported, and of the country's own networks."""

    whole: RouteComparisonRow
    here: list[RouteComparisonRow]
    set: str


@dataclass(frozen=True, kw_only=True)
class RoutesOfCountry:
    """What routes of the country cross, by whom, whether there is a way round, and how far the model holds."""

    first: TransitRow
    """A row, which says of what its measure and its graph all are."""
    roles: Mapping[str, str]
    answers: list[Routes]
    tables: list[tuple[str, list[Routes], list[str]]]
    """Whose routes, a line for each kind of destination, and the sets named."""
    flows: Flows
    stairs: list[tuple[str, ExposureRow, Mapping[str, str]]]
    """Each set with the rungs of its ladder."""
    networks: list[TransitRow]
    weighed: TransitRow | None
    """The row that counts networks and pairs of the whole country."""
    is_assumed: bool
    receipt: ReceiptRow | None
    track: Track | None


def collect(extract: Extract) -> RoutesOfCountry | None:
    """The routes of the whole country and of its government, the map, the stairs and the networks that carry most."""
    crossed = [row for row in extract.results(TransitRow) if row["audience"] == "public"]
    exposed = [row for row in extract.results(ExposureRow) if _is_sum(row)]
    if not crossed:
        return None
    first = crossed[0]
    found = [(role, _routes(whose, role, ALL, crossed=crossed, exposed=exposed)) for role, whose in ROLES.items()]
    return RoutesOfCountry(
        first=first,
        roles=ROLES,
        answers=[one for _, one in found if one],
        tables=[_table(role, crossed, exposed) for role, one in found if one and role != "carrier"],
        flows=_flows(extract.country, crossed),
        stairs=_stairs(exposed),
        networks=_ranked(crossed, "network")[:SHOWN_NETWORKS],
        weighed=next((row for row in crossed if (row["role"], row["destination"]) == (ALL, ALL)), None),
        is_assumed=any(row["assumed"] for row in crossed),
        receipt=next((row for row in extract.results(ReceiptRow) if row["receipt_id"] == first["receipt_id"]), None),
        track=_track(extract),
    )


def _is_sum(row: ExposureRow) -> bool:
    """Whether a row sums up five networks of a role or more, routes to at least five networks, and no policy."""
    few = not is_enough(min(row["network_count"], row["destination_count"] or LEAST_SHOWN))
    return row["level"] == "role" and row["pack"] is None and bool(row["pair_count"]) and not few


def _ranked(rows: Iterable[TransitRow], level: str, role: str = ALL, *, destination: str = ALL) -> list[TransitRow]:
    """The rows of one level, the most crossed first."""
    found = [r for r in rows if (r["level"], r["role"], r["destination"]) == (level, role, destination)]
    return sorted(found, key=lambda r: (r["rank_count"] or 0, -(r["high_share"] or 0.0), r["transit_id"]))


def _set_name(text: str) -> str:
    place = _PLACE.search(text)
    return f"networks registered in {place['country']}" if place else text


def _routes(
    whose: str, role: str, destination: str, *, crossed: Sequence[TransitRow], exposed: Sequence[ExposureRow]
) -> Routes | None:
    """What the routes of a role to some destination cross; None where none is on record."""

    def of(level: str, to: str = destination) -> TransitRow | None:
        return next(iter(_ranked(crossed, level, role, destination=to)), None)

    rows = [row for row in exposed if (row["role"], row["destination"]) == (role, destination)]
    sets = {_set_name(row["restricted_says"]): row for row in rows}
    abroad = of("abroad") if role != ALLIED else None
    among = of("abroad", HOME) if role == SENSITIVE else None
    commercial = of("commercial")
    return None if commercial is None else Routes(whose, commercial, abroad, among, dict(sorted(sets.items())))


def _table(
    role: str, crossed: Sequence[TransitRow], exposed: Sequence[ExposureRow]
) -> tuple[str, list[Routes], list[str]]:
    kinds = {**vocabulary()["expose"]["destinations"], ALL: "all networks together"}
    found = (_routes(words, role, kind, crossed=crossed, exposed=exposed) for kind, words in kinds.items())
    lines = [one for one in found if one]
    return role, lines, [*dict.fromkeys(name for one in lines for name in one.sets)]


def _flows(country: str, crossed: Sequence[TransitRow]) -> Flows:
    ranked = _ranked(crossed, "country")
    rows = {r["network_country"]: r for r in reversed(ranked) if r["network_country"] not in (None, "", country)}
    flows = [
        Flow(here, row["low_share"], row["high_share"])
        for here, row in reversed(rows.items())
        if here and row["low_share"] is not None and row["high_share"] is not None
    ]
    shown, others = kept(flows, SHOWN_FLOWS, LEAST_FLOW)
    most = max(others, key=lambda flow: (flow.high, flow.country), default=None)
    return Flows(
        shown=shown,
        rows=[rows[flow.country] for flow in shown],
        others=len(others),
        most=rows[most.country] if most else None,
        home=next((r for r in ranked if r["network_country"] == country), None),
        nowhere=next((r for r in ranked if not r["network_country"]), None),
    )


def _stairs(exposed: Sequence[ExposureRow]) -> list[tuple[str, ExposureRow, Mapping[str, str]]]:
    """The ladder of the sensitive networks, else of the carriers, round each restricted set: asked alike of each."""
    whole = [row for row in exposed if row["destination"] == ALL]
    role = SENSITIVE if any(row["role"] == SENSITIVE for row in whole) else "carrier"
    found = [(_set_name(row["restricted_says"]), row, rungs_of(row)) for row in whole if row["role"] == role]
    return sorted(found, key=lambda one: one[0])


_RUNGS = {
    "Clear today": ("rung_0", "lucky_0"),
    "One network must choose another route": ("rung_1_alone rung_1_other", "lucky_1"),
    "Two networks must": ("rung_2", "lucky_2"),
    "Three or more must": ("rung_3", "lucky_3"),
    "No clear route": ("rung_none", "lucky_none"),
}
"""The rungs with the counts of a row by today's route and by the luckiest one."""


def rungs_of(row: ExposureRow) -> dict[str, str]:
    """The five rungs of one row of `exposure`, as shares of its pairs by today's route and by the luckiest one."""
    counts: dict[str, Any] = {**row}

    def part(names: str) -> float:
        return sum(int(counts[f"{name}_count"] or 0) for name in names.split()) / (row["pair_count"] or 1)

    return {name: wording.interval(*sorted(map(part, ends))) for name, ends in _RUNGS.items()}


def _track(extract: Extract) -> Track | None:
    every = extract.results(RouteComparisonRow)
    rows = [row for row in every if extract.audience == "internal" or row["audience"] == "public"]
    rows = [row for row in rows if row["against"] == "observed" and row["destination"] == ALL and row["path_count"]]
    whole = next((row for row in rows if row["level"] == "all" and row["reading"] == "reported"), None)
    if whole is None:
        return None
    here = [row for row in rows if row["level"] in ("country", "role") and row["reading"] == "every"]
    here.sort(
        key=lambda row: (row["level"] != "country", row["role"] != SENSITIVE, row["role"] or "", row["direction"])
    )
    return Track(whole, here, _set_name(whole["restricted_says"]))
