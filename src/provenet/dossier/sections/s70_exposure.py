"""Routes between networks: what routes of sensitive networks and carriers cross, and how it could be avoided."""

from collections.abc import Iterable, Mapping, Sequence
from math import fsum

from provenet.case.extract import Extract, Fields
from provenet.case.rows import AnyRow, ExposureRow, InfluenceRow, RemedyRow, TransitRow
from provenet.core import wording
from provenet.core.disclosure import is_enough, is_few
from provenet.core.grouping import grouped
from provenet.dossier.drawings.share_bars import Rung

TITLE = "Routes between networks, and how to avoid restricted ones"

SHOWN_NETWORKS = 40
"""Networks of the table; the others are counted and in the case."""
SHOWN_MOVERS = 12
SHOWN_REACHED = 12
"""Networks over which the country is reached; those of carriers on file follow."""
_CARRIER = "carrier"
_ROLES = {"sensitive": "of government and defence", "allied": "of the US Department of Defense"}


def collect(extract: Extract) -> Fields:
    """The ladder of each tag, the networks, who would have to choose another route; or how to add what is missing."""
    rows = _first_set([r for r in extract.results(ExposureRow) if r["destination"] in (None, "all")])
    graph = extract.tables.get("as_link")
    if not rows:
        return {"has_graph": graph is not None and graph.height > 0, "has_answer": False}
    routes = [r for r in rows if r["pack"] is None]
    internal = extract.audience == "internal"
    tags = sorted(_sums(routes, internal), key=_tag_order)
    networks = sorted((r for r in routes if internal and r["level"] == "network" and _named(r)), key=_network_order)
    first = rows[0]
    return {
        "has_answer": True,
        "ladders": _ladders(tags),
        "tags": [_tag(r) for r in tags if r["network_count"]],
        "silent": [networks_of(r) for r in tags if not r["network_count"]],
        "few": [networks_of(r) for r in routes if not internal and r["level"] == "tag" and is_few(r["network_count"])],
        "networks": [_network(r) for r in networks[:SHOWN_NETWORKS]],
        "more": max(len(networks) - SHOWN_NETWORKS, 0),
        "policies": _policies([r for r in rows if internal or is_enough(r["network_count"])]),
        "restricted": routes[0]["restricted_says"] if routes else "",
        "restricted_count": f"{routes[0]['restricted_count']:,}" if routes else "",
        "graph": first["graph_says"],
        "graph_on": wording.day(first["graph_on"]) if first["graph_on"] else "",
        "measure": first["measure"],
        "harm": first["harm"],
        "unseen_says": first["unseen_says"],
        "ends_says": first["ends_says"],
        "assumed": _assumed([*extract.results(TransitRow), *routes]),
        **_remedies(extract),
        "reached": _reached(extract),
    }


def _assumed(rows: Iterable[ExposureRow | TransitRow]) -> list[str]:
    """The assumptions behind the rows, each once."""
    return list(dict.fromkeys(text.rstrip(".") for row in rows for text in row["assumed"] or []))


def _first_set(rows: Sequence[ExposureRow]) -> list[ExposureRow]:
    """The rows of the first restricted set, and those under policies."""
    sets = sorted({r["restricted_says"] for r in rows if r["pack"] is None})
    return [r for r in rows if r["pack"] or r["restricted_says"] == sets[0]]


def _sums(rows: Sequence[ExposureRow], internal: bool) -> list[ExposureRow]:
    """The rows of tags, and of the roles that have none.

    A page that anybody may read shows no sum over fewer than five networks, and no tag that is all of its role but
    fewer than five: the row of the role is shown, and the difference would be a sum over fewer.
    """
    roles = {r["role"]: r for r in rows if r["level"] == "role"}
    tags = [r for r in rows if r["level"] == "tag" and (internal or not r["network_count"] or _is_shown(r, roles))]
    tagged = {r["role"] for r in tags if r["network_count"]} | {_CARRIER}
    rest = (r for role, r in roles.items() if role not in tagged)
    return tags + [r for r in rest if internal or is_enough(r["network_count"])]


def _is_shown(tag: ExposureRow, roles: Mapping[str, ExposureRow]) -> bool:
    count = tag["network_count"]
    rest = roles[tag["role"]]["network_count"] - count if tag["role"] in roles else 0
    return is_enough(count) and (rest <= 0 or is_enough(rest))


def _tag_order(row: ExposureRow) -> tuple[bool, bool, list[str]]:
    return row["role"] != "sensitive", row["tags"] != [_CARRIER], row["tags"]


def _named(row: ExposureRow) -> bool:
    """Whether the table lists a network: the sensitive ones and those of carriers on file; tags alone are summed."""
    return bool(row["role"] == "sensitive" or row["party_id"])


def _network_order(row: ExposureRow) -> tuple[bool, float, int]:
    return row["role"] != "sensitive", -(row["high_share"] or 0.0), int(row["asn"] or 0)


def networks_of(row: ExposureRow) -> str:
    """The networks of a tag in words."""
    noun = wording.plural(row["network_count"], "network")
    if row["level"] == "role":
        return f"{noun} {_ROLES[row['role']]}"
    if row["tags"] == [_CARRIER]:
        return f"{noun} of carriers on file"
    return f"{noun} tagged {', '.join(row['tags'])}"


def _of(row: AnyRow, *names: str) -> float:
    """Some counts together as a share of all pairs."""
    pairs = row["pair_count"]
    return fsum(row[f"{name}_count"] for name in names) / pairs if pairs else 0.0


def _ends(row: AnyRow, conventional: tuple[str, ...], lucky: str) -> tuple[float, float]:
    """A rung's share by the conventional route and by the luckiest of equal routes, the lower first."""
    one, two = sorted((_of(row, *conventional), _of(row, lucky)))
    return one, two


_ONE = ("rung_1_alone", "rung_1_other")
_RUNGS = (("rung_0",), _ONE, ("rung_2",), ("rung_3",), ("rung_none",))
_LUCKY = ("lucky_0", "lucky_1", "lucky_2", "lucky_3", "lucky_none")


def _ladders(tags: Sequence[ExposureRow]) -> list[Fields]:
    """One picture for the sensitive networks of each tag, and one for the carriers on file."""
    shown = [r for r in tags if r["pair_count"] and (r["role"] == "sensitive" or r["tags"] == [_CARRIER])]
    shown = shown or [r for r in tags if r["pair_count"]][:1]
    return [{"rungs": rungs_of(r), **_tag(r)} for r in shown]


def rungs_of(row: ExposureRow) -> list[Rung]:
    """The five rungs of one row of `exposure`, as shares of its pairs."""
    ends = [_ends(row, rung, lucky) for rung, lucky in zip(_RUNGS, _LUCKY, strict=True)]
    itself, other = (wording.percent(_of(row, name)) for name in _ONE)
    alone = f"{itself} by the source itself, {other} by another"
    none = f"{wording.percent(_of(row, 'no_route'))} of pairs have no route at all" if row["no_route_count"] else ""
    return [
        Rung("Clear today", "no restricted network on the way", *ends[0], "first"),
        Rung("One network must choose another route", alone, *ends[1]),
        Rung("Two networks must", "each from routes offered to it today", *ends[2]),
        Rung("Three or more must", "", *ends[3]),
        Rung("No clear route", none or "whatever networks choose", *ends[4], "last"),
    ]


def _interval(low: float | None, high: float | None) -> str:
    return "no route" if low is None or high is None else wording.interval(low, high)


def _shares(row: ExposureRow) -> Fields:
    ends = [_ends(row, rung, lucky) for rung, lucky in zip(_RUNGS, _LUCKY, strict=True)]
    two = sorted((_of(row, "rung_2", "rung_3"), _of(row, "lucky_2", "lucky_3")))
    return {
        "words": _interval(row["low_share"], row["high_share"]),
        "low": row["low_share"],
        "high": row["high_share"],
        "either": _interval(row["either_low_share"], row["either_high_share"]),
        "today": wording.interval(*ends[0]),
        "one": wording.interval(*ends[1]),
        "two": wording.interval(two[0], two[1]),
        "none": wording.interval(*ends[4]),
        "id": row["exposure_id"],
    }


def _tag(row: ExposureRow) -> Fields:
    absent = row["absent_count"]
    more = wording.count(absent, "more network is", "more networks are", spelled=True)
    left = f"{more} not in the graph" if absent else ""
    return {
        "what": networks_of(row),
        "count": row["network_count"],
        "absent": left,
        "role": row["role"],
        **_shares(row),
    }


def _network(row: ExposureRow) -> Fields:
    return {
        "asn": row["asn"],
        "name": row["network_name"] or "name not stated",
        "why": ", ".join(row["tags"]),
        **_shares(row),
    }


def _policies(rows: Sequence[ExposureRow]) -> list[Fields]:
    """What crosses equipment restricted under a policy, by tag; each policy apart, with what it assumes."""
    found = sorted((r for r in rows if r["pack"] and r["level"] == "tag" and r["network_count"]), key=_tag_order)
    packs = grouped((row["pack"] or "", row) for row in found)
    return [
        {
            "pack": pack,
            "issuer": held[0]["issuer"] or "issuer not stated",
            "stated": wording.count(held[0]["stated_count"] or 0, "network", spelled=True),
            "assumed": held[0]["assumed"],
            "lines": [
                {
                    "what": networks_of(r),
                    "count": r["network_count"],
                    "words": _interval(r["low_share"], r["high_share"]),
                    "low": r["low_share"],
                    "high": r["high_share"],
                    "id": r["exposure_id"],
                }
                for r in held
            ],
        }
        for pack, held in sorted(packs.items())
    ]


def _remedies(extract: Extract) -> Fields:
    """Networks that would have to choose another route, by tag; cuts and internal rows for that audience alone."""
    internal = extract.audience == "internal"
    rows = [r for r in extract.results(RemedyRow) if internal or r["audience"] == "public"]
    tags = grouped((row["tag"], row) for row in rows if row["kind"] == "mover")
    movers = [
        _movers(tag, sorted(held, key=lambda r: (-(r["pair_count"] or 0), int(r["asn"] or 0))))
        for tag, held in sorted(tags.items())
    ]
    cuts = sorted((r for r in rows if r["kind"] == "cut"), key=lambda r: (int(r["source_asn"] or 0), r["remedy_id"]))
    return {"movers": movers, "cuts": [_cut(r) for r in cuts]}


def _reached(extract: Extract) -> Fields | None:
    """Over which networks the country is reached: the greatest shares, and the carriers on file; None where unknown."""
    rows = sorted(extract.results(InfluenceRow), key=lambda r: (-r["hegemony_share"], int(r["asn"])))
    if extract.audience != "internal":
        governments = {r["asn"] for r in extract.results(ExposureRow) if r["role"] != _CARRIER}
        rows = [r for r in rows if r["asn"] not in governments]
    if not rows:
        return None
    first = rows[0]
    shown = [r for at, r in enumerate(rows) if at < SHOWN_REACHED or r["party_id"]]
    blind = first["blind_count"]
    return {
        "lines": [
            {
                "asn": r["asn"],
                "name": r["network_name"] or "name not stated",
                "country": r["network_country"] or "country not stated",
                "words": wording.percent(r["hegemony_share"]),
                "share": r["hegemony_share"],
                "id": r["influence_id"],
            }
            for r in shown
        ],
        "weights": first["weights_says"],
        "networks": wording.count(first["network_count"], "network", spelled=True),
        "found": "nothing" if first["found_share"] is None else wording.percent(first["found_share"]),
        "vantage": f"{first['vantage_count']:,}, {first['vantage_says']}",
        "blind": f"{blind:,} of them find no route and count as such" if blind else "",
        "assumed": first["assumed"],
    }


def _movers(tag: str, rows: Sequence[RemedyRow]) -> Fields:
    first = rows[0]
    return {
        "tag": tag,
        "pairs": f"{first['asked_pair_count']:,}",
        "opened": f"{first['open_pair_count']:,}",
        "sample": first["sample_says"],
        "lines": [_mover(row) for row in rows[:SHOWN_MOVERS]],
        "more": max(len(rows) - SHOWN_MOVERS, 0),
    }


def _mover(row: RemedyRow) -> Fields:
    pairs, opened = row["pair_count"], row["open_pair_count"]
    assert pairs is not None and opened, "a mover opens some pairs"
    return {
        "asn": row["asn"],
        "name": row["network_name"] or "name not stated",
        "count": f"{pairs:,}",
        "share": wording.percent(pairs / opened),
        "part": pairs / opened,
        "id": row["remedy_id"],
    }


def _cut(row: RemedyRow) -> Fields:
    low, high = row["low_count"], row["high_count"]
    size = wording.count(high or 0, "network", spelled=True) if low == high else f"{low} to {high} networks"
    sizes = {"cut": size, "direct link": "a direct link: none", "no clear route": "no clear route today"}
    return {
        "source": row["source_asn"],
        "destination": row["destination_asn"],
        "size": sizes.get(row["state"] or "", row["state"]),
        "members": ", ".join(f"AS{member}" for member in row["members"] or []),
        "proof": row["proof"],
        "id": row["remedy_id"],
    }
