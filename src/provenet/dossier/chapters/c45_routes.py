"""Where the traffic goes: what routes of a country's networks cross, by whom, and whether there is a way round."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from provenet.case.extract import Extract, Fields
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


def collect(extract: Extract) -> Fields | None:
    """The routes of the whole country and of its government, the map, the stairs and the networks that carry most."""
    crossed = [row for row in extract.results(TransitRow) if row["audience"] == "public"]
    exposed = [row for row in extract.results(ExposureRow) if _is_sum(row)]
    if not crossed:
        return None
    first = crossed[0]
    roles = [role for role in ROLES if any(row["role"] == role and row["level"] == "commercial" for row in crossed)]
    return {
        "answers": [_answer(role, crossed, exposed) for role in roles],
        "tables": [_table(role, crossed, exposed) for role in roles if role != "carrier"],
        "flows": _flows(extract.country, crossed),
        "stairs": _stairs(exposed),
        "networks": [_network(row) for row in _ranked(crossed, "network")[:SHOWN_NETWORKS]],
        "weighed": _whole(crossed),
        "measure": first["measure"],
        "harm": first["harm"],
        "unseen_says": first["unseen_says"],
        "assumed": list(dict.fromkeys(text for row in crossed for text in row["assumed"] or [])),
        "graph": first["graph_says"],
        "graph_on": wording.day(first["graph_on"]) if first["graph_on"] else "",
        "receipt": _receipt(extract, first["receipt_id"]),
        "track": _track(extract),
    }


def _is_sum(row: ExposureRow) -> bool:
    """Whether a row sums up five networks of a role or more, routes to at least five networks, and no policy."""
    few = not is_enough(min(row["network_count"], row["destination_count"] or LEAST_SHOWN))
    return row["level"] == "role" and row["pack"] is None and bool(row["pair_count"]) and not few


def _ranked(rows: Iterable[TransitRow], level: str, role: str = ALL, *, destination: str = ALL) -> list[TransitRow]:
    """The rows of one level, the most crossed first."""
    found = [r for r in rows if (r["level"], r["role"], r["destination"]) == (level, role, destination)]
    return sorted(found, key=lambda r: (r["rank_count"] or 0, -(r["high_share"] or 0.0), r["transit_id"]))


def _figure(low: float | None, high: float | None, row_id: str) -> Fields:
    """A share with the row behind it."""
    words = "no route" if low is None or high is None else wording.interval(low, high)
    return {"words": words, "low": low, "high": high, "id": row_id}


def _share(row: TransitRow) -> Fields:
    return _figure(row["low_share"], row["high_share"], row["transit_id"])


def _crossing(rows: Sequence[TransitRow], level: str, role: str, *, destination: str = ALL) -> Fields | None:
    return next((_share(row) for row in _ranked(rows, level, role, destination=destination)), None)


def _sets(rows: Sequence[ExposureRow], role: str, destination: str = ALL) -> list[Fields]:
    """What crosses each restricted set, and what has no clear route round it, by the name of the set."""
    found = [r for r in rows if r["role"] == role and r["destination"] == destination]
    return [
        {
            "name": _set_name(row["restricted_says"]),
            "crossing": _figure(row["low_share"], row["high_share"], row["exposure_id"]),
            "blocked": _blocked(row),
        }
        for row in sorted(found, key=lambda r: _set_name(r["restricted_says"]))
    ]


def _set_name(text: str) -> str:
    place = _PLACE.search(text)
    return f"networks registered in {place['country']}" if place else text


def _blocked(row: ExposureRow) -> Fields | None:
    """Pairs without a clear route although neither end is restricted and some route exists, as a share of the pairs."""
    count, pairs = row["none_blocked_count"], row["pair_count"]
    return None if count is None else {"words": wording.percent(count / pairs), "id": row["exposure_id"]}


def _answer(role: str, crossed: Sequence[TransitRow], exposed: Sequence[ExposureRow]) -> Fields:
    first = _ranked(crossed, "commercial", role)[0]
    return {
        "role": ROLES[role],
        "count": f"{first['network_count']:,}",
        "commercial": _crossing(crossed, "commercial", role),
        "abroad": _crossing(crossed, "abroad", role) if role != ALLIED else None,
        "among": _crossing(crossed, "abroad", role, destination=HOME) if role == SENSITIVE else None,
        "is_here": role != ALLIED,
        "sets": _sets(exposed, role),
    }


def _table(role: str, crossed: Sequence[TransitRow], exposed: Sequence[ExposureRow]) -> Fields:
    """A line for each kind of destination."""
    lines: list[Fields] = []
    names: dict[str, None] = {}
    kinds = {**vocabulary()["expose"]["destinations"], ALL: "all networks together"}
    for kind, words in kinds.items():
        found = _ranked(crossed, "commercial", role, destination=kind)
        if found:
            sets = _sets(exposed, role, kind)
            names |= dict.fromkeys(str(one["name"]) for one in sets)
            lines.append(
                {
                    "to": words,
                    "pairs": f"{found[0]['pair_count']:,}",
                    "commercial": _crossing(crossed, "commercial", role, destination=kind),
                    "abroad": _crossing(crossed, "abroad", role, destination=kind),
                    "sets": sets,
                }
            )
    return {"role": ROLES[role], "is_here": role != ALLIED, "lines": lines, "sets": list(names)}


def _flows(country: str, crossed: Sequence[TransitRow]) -> Fields:
    """The countries in which crossed networks are registered, for the map, and the others in words."""
    rows = [r for r in _ranked(crossed, "country") if r["network_country"] and r["network_country"] != country]
    flows = {
        r["network_country"]: Flow(r["network_country"] or "", r["low_share"], r["high_share"])
        for r in rows
        if r["low_share"] is not None and r["high_share"] is not None
    }
    shown, others = kept(list(flows.values()), SHOWN_FLOWS, LEAST_FLOW)
    return {
        "shown": shown,
        "rows": [
            {"id": r["transit_id"], "country": wording.country(flow.country)}
            for flow in shown
            for r in rows
            if flows.get(r["network_country"]) == flow
        ],
        "others": wording.count(len(others), "more country", "more countries") if others else "",
        "most": _most(others, rows),
        "home": next((_share(r) for r in _ranked(crossed, "country") if r["network_country"] == country), None),
        "nowhere": next((_share(r) for r in _ranked(crossed, "country") if not r["network_country"]), None),
    }


def _most(others: Sequence[Flow], rows: Sequence[TransitRow]) -> Fields | None:
    """The greatest upper end among the countries that the map leaves out."""
    if not others:
        return None
    country = max(others, key=lambda flow: (flow.high, flow.country)).country
    row = next(r for r in rows if r["network_country"] == country)
    return {"words": wording.percent(row["high_share"] or 0.0), "id": row["transit_id"]}


def _stairs(exposed: Sequence[ExposureRow]) -> list[Fields]:
    """The ladder of the sensitive networks, else of the carriers, round each restricted set: asked alike of each."""
    whole = [row for row in exposed if row["destination"] == ALL]
    role = SENSITIVE if any(row["role"] == SENSITIVE for row in whole) else "carrier"
    return [
        {
            "role": ROLES[role],
            "set": _set_name(row["restricted_says"]),
            "rungs": rungs_of(row),
            "id": row["exposure_id"],
        }
        for row in sorted(whole, key=lambda r: _set_name(r["restricted_says"]))
        if row["role"] == role
    ]


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


def _network(row: TransitRow) -> Fields:
    return {
        "rank": row["rank_count"],
        "asn": row["asn"],
        "name": row["network_name"] or "name not on file",
        "country": wording.country(row["network_country"]) if row["network_country"] else "country not on file",
        **_share(row),
    }


def _whole(crossed: Sequence[TransitRow]) -> Fields:
    """Of how many networks and pairs the sums of the whole country are."""
    rows = [r for r in crossed if r["role"] == ALL and r["destination"] == ALL]
    return {"networks": f"{rows[0]['network_count']:,}", "pairs": f"{rows[0]['pair_count']:,}"} if rows else {}


def _track(extract: Extract) -> Fields | None:
    """How the model fares against routing tables: of all that was reported, and of the country's own networks."""
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
    return {
        "day": wording.day(whole["other_on"]) if whole["other_on"] else "",
        "whole": _explained(whole),
        "here": [
            {
                "whose": ROLES[row["role"]] if row["role"] else "",
                "is_from": row["direction"] == "from",
                **_explained(row),
            }
            for row in here
        ],
        "set": _set_name(whole["restricted_says"]),
        "notes": [text for text in whole["assumed"] if "apart" in text or "no sample" in text],
    }


def _explained(row: RouteComparisonRow) -> Fields:
    """What of observed routes the model has, and what crosses as observed and by the model."""
    shares = {name: wording.percent(row[f"{name}_share"]) for name in ("class", "next_hop", "length", "whole")}  # type: ignore[literal-required]
    return {
        **shares,
        "id": row["route_comparison_id"],
        "paths": f"{row['path_count']:,}",
        "unknown": f"{row['unknown_link_count']:,}",
        "pairs": f"{row['routed_pair_count']:,}",
        "observed": wording.interval(row["low_other_share"], row["high_other_share"]),
        "modelled": wording.interval(row["low_modelled_share"], row["high_modelled_share"]),
    }


def _receipt(extract: Extract, receipt_id: str | None) -> Fields | None:
    found = [row for row in extract.results(ReceiptRow) if row["receipt_id"] == receipt_id]
    if not found:
        return None
    row = found[0]
    return {
        "id": row["receipt_id"],
        "citation": row["graph_citation"],
        "lists": row["lists_says"],
        "recorded": wording.day(row["recorded_on"]) if row["recorded_on"] else "",
    }
