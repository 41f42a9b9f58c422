"""What measurements show: whose routers answered, how stable that is over days, and what measured paths cross."""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from provenet.case.extract import Extract, Fields
from provenet.case.rows import MeasuredShareRow, PathExposureRow
from provenet.core import wording
from provenet.core.disclosure import is_enough, is_few
from provenet.dossier.drawings.measured_bars import MeasuredBar, PathBar

TITLE = "What measurements show: routers and paths"
SHOWN_VENDORS = 10
SHOWN_TARGETS = 10
SHOWN_CARRIERS = 40
_UNCERTAIN = re.compile(r"; (?:seat not known|not known whether still listed): .*\)\Z")
OLD_DAYS = 366
"""Traces and identifications that lie further apart are said to be of different times."""


def collect(extract: Extract) -> Fields | None:
    """Measured shares and paths of the country; None where nothing was measured there."""
    internal = extract.audience == "internal"
    every_share, every_path = extract.results(MeasuredShareRow), extract.results(PathExposureRow)
    shares = [row for row in every_share if internal or row["audience"] == "public"]
    paths = [row for row in every_path if internal or row["audience"] == "public"]
    few_shares = [row for row in every_share if not internal and row["audience"] != "public"]
    few_paths = [row for row in every_path if not internal and row["audience"] != "public"]
    routers = _routers(extract, shares, few_shares)
    traces = _paths(extract, paths, few_paths)
    withheld_routers = routers is None and any(_is_of_country(row, "answered") for row in few_shares)
    withheld_paths = traces is None and any(_is_whole(row) for row in few_paths)
    if routers is None and traces is None and not (withheld_routers or withheld_paths):
        return None
    return {
        "then": extract.known is not None,
        "internal": internal,
        "in_force": wording.day(extract.as_of),
        "routers": routers,
        "paths": traces,
        "withheld_routers": withheld_routers,
        "withheld_paths": withheld_paths,
        "assumed": _assumed([*shares, *paths]),
    }


def _is_of_country(row: MeasuredShareRow, whole: str) -> bool:
    return (row["level"], row["period"], row["measured_of"]) == ("country", "all", whole)


def _is_whole(row: PathExposureRow) -> bool:
    return row["target_country"] is None and row["trace_count"] > 0


def _assumed(rows: Iterable[MeasuredShareRow | PathExposureRow]) -> list[str]:
    return list(dict.fromkeys(text.rstrip(".") for row in rows for text in row["assumed"]))


def _routers(extract: Extract, shares: Sequence[MeasuredShareRow], few: Sequence[MeasuredShareRow]) -> Fields | None:
    answered = [row for row in shares if _is_of_country(row, "answered")]
    if not answered:
        return None
    probed = [row for row in shares if _is_of_country(row, "probed")]
    withheld = [row for row in few if _is_of_country(row, "answered")]
    of_vendors = sorted((row for row in answered if row["part"] is None), key=_most_first)
    shown = of_vendors[:SHOWN_VENDORS]
    daily = _daily(shares)
    first = answered[0]
    return {
        "vendors": [_vendor(extract, row, probed) for row in shown],
        "bars": [_bar(extract, row, daily) for row in shown],
        "has_more": len(of_vendors) > len(shown),
        "coverage": _coverage(answered, probed, internal=extract.audience == "internal"),
        "withheld_probed": not probed and any(_is_of_country(row, "probed") for row in few),
        "withheld_vendors": any(row["part"] is None for row in withheld),
        "policies": [
            *(_policy(extract, row) for row in answered if row["part"] == "restricted"),
            *({**_policy_name(extract, row), "words": ""} for row in withheld if row["part"] == "restricted"),
        ],
        "withheld_policies": any(row["part"] == "restricted" for row in withheld),
        "carriers": _carriers(extract, shares),
        "ends": (first["seen_low_on"], first["seen_high_on"]),
        "days": _days(first["seen_low_on"], first["seen_high_on"]),
        "day_count": max((row["day_count"] or 0 for row in shown), default=0),
        "moved": wording.series(extract.vendors(row["vendor_ids"]) for row in shown if row["moved_count"]),
        "is_corrected": any(row["low_corrected_share"] is not None for row in shown),
        "not_corrected": list(dict.fromkeys(why for row in shown if (why := row["corrected_unknown_because"]))),
        "unseen_says": first["unseen_says"],
    }


def _most_first(row: MeasuredShareRow) -> tuple[int, str]:
    return -row["seen_count"], row["measured_share_id"]


def _words(low: float | None, high: float | None) -> str:
    return wording.UNKNOWN if low is None or high is None else wording.interval(low, high)


def _vendor(extract: Extract, row: MeasuredShareRow, probed: Sequence[MeasuredShareRow]) -> Fields:
    """A vendor's share of the routers that answered with each doubt apart, and of those probed."""
    other = next((one for one in probed if one["part"] is None and one["vendor_ids"] == row["vendor_ids"]), None)
    known = other is not None and other["low_share"] is not None
    return {
        "id": row["measured_share_id"],
        "name": extract.vendors(row["vendor_ids"]),
        "share": _words(row["low_share"], row["high_share"]),
        "unanswered": _words(row["low_unanswered_share"], row["high_unanswered_share"]),
        "seen": _words(row["low_seen_share"], row["high_seen_share"]),
        "corrected": _words(row["low_corrected_share"], row["high_corrected_share"]),
        "assumed": _words(row["low_assumed_share"], row["high_assumed_share"]),
        "daily": _words(row["low_daily_share"], row["high_daily_share"]) if (row["day_count"] or 0) > 1 else "",
        "probed": _words(other["low_share"], other["high_share"]) if other is not None and known else "",
        "probed_id": other["measured_share_id"] if other is not None and known else "",
    }


def _daily(shares: Sequence[MeasuredShareRow]) -> dict[tuple[str, ...], list[float]]:
    """Of each set of vendors its share of those identified, day by day."""
    found: dict[tuple[str, ...], list[float]] = {}
    for row in shares:
        is_day = row["level"] == "country" and row["period"] == "day" and row["part"] is None
        if is_day and is_enough(row["identified_count"]):
            found.setdefault(tuple(row["vendor_ids"]), []).append(row["seen_count"] / row["identified_count"])
    return found


def _bar(extract: Extract, row: MeasuredShareRow, daily: dict[tuple[str, ...], list[float]]) -> MeasuredBar:
    sampled = (row["low_share"], row["high_share"])
    return MeasuredBar(
        name=extract.vendors(row["vendor_ids"]),
        certain=(
            row["low_unanswered_share"] or 0.0,
            1.0 if row["high_unanswered_share"] is None else row["high_unanswered_share"],
        ),
        sampled=None if sampled[0] is None or sampled[1] is None else (sampled[0], sampled[1]),
        days=tuple(daily.get(tuple(row["vendor_ids"]), ())),
        words=_words(row["low_share"], row["high_share"]),
    )


def _coverage(answered: Sequence[MeasuredShareRow], probed: Sequence[MeasuredShareRow], *, internal: bool) -> Fields:
    """How many routers were asked, answered and were identified, and the drawing of it."""
    counted = next((row for row in probed if row["router_count"]), None)
    row = counted or answered[0]
    whole = row["router_count"] or 0
    return {
        "id": row["measured_share_id"],
        "probed": f"{whole:,}" if counted else "",
        "answered": f"{row['answered_count']:,}",
        "part": wording.percent(row["answered_count"] / whole) if counted else "",
        "identified": wording.percent(row["coverage_share"]),
        "networks": _networks(row["network_count"], internal=internal),
        "bar": (whole if counted else None, row["answered_count"], row["identified_count"]),
    }


def _networks(count: int | None, *, internal: bool) -> str | None:
    """In how many networks routers stand, in words: none of few where not for internal readers, None is not known."""
    if count is None:
        return None
    return "" if is_few(count) and not internal else wording.count(count, "network")


def _policy_name(extract: Extract, row: MeasuredShareRow) -> Fields:
    titles = {one["pack"]: one["pack_title"] for one in extract.verdicts()}
    return {"pack": titles.get(row["pack"] or "") or row["pack"], "issuer": extract.name(row["issuer"])}


def _policy(extract: Extract, row: MeasuredShareRow) -> Fields:
    return {
        **_policy_name(extract, row),
        "id": row["measured_share_id"],
        "words": _words(row["low_share"], row["high_share"]),
        "low": row["low_share"] or 0.0,
        "high": row["high_share"] if row["high_share"] is not None else 1.0,
    }


def _carriers(extract: Extract, shares: Sequence[MeasuredShareRow]) -> list[Fields]:
    """For internal readers: vendors of the routers in each carrier's networks."""
    if extract.audience != "internal":
        return []
    kept = ("carrier", "all", "answered")
    rows = [row for row in shares if (row["level"], row["period"], row["measured_of"]) == kept and row["part"] is None]
    rows.sort(key=lambda row: (extract.name(row["carrier_id"]), *_most_first(row)))
    return [
        {
            "id": row["measured_share_id"],
            "carrier": extract.name(row["carrier_id"]),
            "vendors": extract.vendors(row["vendor_ids"]),
            "seen": f"{row['seen_count']:,}",
            "routers": f"{row['router_count']:,}",
            "words": _words(row["low_share"], row["high_share"]),
        }
        for row in rows[:SHOWN_CARRIERS]
    ]


def _paths(extract: Extract, rows: Sequence[PathExposureRow], few: Sequence[PathExposureRow]) -> Fields | None:
    whole = [row for row in rows if _is_whole(row)]
    if not whole:
        return None
    whole.sort(key=lambda row: (row["pack"] is None, row["restricted_says"]))
    first = whole[0]
    traced, seen = (first["traced_low_on"], first["traced_high_on"]), (first["seen_low_on"], first["seen_high_on"])
    return {
        "sets": [_tiers(row, internal=extract.audience == "internal") for row in whole],
        "bars": [_path_bar(row) for row in whole],
        "targets": [_targets(row, rows, few, internal=extract.audience == "internal") for row in whole],
        "withheld_sets": [_brief(row["restricted_says"]) for row in few if _is_whole(row)],
        "id": first["path_exposure_id"],
        "hops": f"{first['hop_count']:,}",
        "silent": wording.percent(first["silent_count"] / first["hop_count"]) if first["hop_count"] else "",
        "identified": wording.percent(first["identified_count"] / first["hop_count"]) if first["hop_count"] else "",
        "ends": traced,
        "traced": _days(*traced),
        "seen": _days(*seen),
        "origins": wording.day(first["origins_on"]) if first["origins_on"] else "",
        "exchanges": wording.day(first["exchanges_on"]) if first["exchanges_on"] else "",
        "apart": _apart(traced, seen),
        "harm": first["harm"],
        "unseen_says": first["unseen_says"],
        "ends_says": first["ends_says"],
    }


def _apart(traced: tuple[date | None, date | None], seen: tuple[date | None, date | None]) -> str:
    """How far the traces and the identifications lie apart, in words; empty where they do not, or it is not known."""
    if traced[1] is None or seen[0] is None or traced[0] is None or seen[1] is None:
        return ""
    days = max((seen[0] - traced[1]).days, (traced[0] - seen[1]).days)
    return wording.count(days // 365, "year") if days >= OLD_DAYS else ""


def _parts(row: PathExposureRow) -> tuple[float, float, float, float]:
    whole = row["trace_count"]
    tiers = (row["on_hop_count"], row["in_network_count"], row["unknown_count"], row["clear_count"])
    return tiers[0] / whole, tiers[1] / whole, tiers[2] / whole, tiers[3] / whole


def _tiers(row: PathExposureRow, *, internal: bool) -> Fields:
    """A row of paths in words; of what single networks on the way have, internal readers alone learn the share."""
    parts, share = _parts(row), _words(row["low_network_share"], row["high_network_share"])
    return {
        "id": row["path_exposure_id"],
        "what": row["restricted_says"],
        "brief": _brief(row["restricted_says"]),
        "issuer": row["issuer"] or "",
        "traces": f"{row['trace_count']:,}",
        "hop": wording.percent(parts[0]),
        "network": wording.percent(parts[1]),
        "unknown": wording.percent(parts[2]),
        "is_clear": wording.percent(parts[3]),
        "words": _words(row["low_share"], row["high_share"]),
        "network_share": "" if not internal or share in (wording.UNKNOWN, wording.interval(0, 1)) else share,
    }


def _path_bar(row: PathExposureRow) -> PathBar:
    return PathBar(
        name=_brief(row["restricted_says"]),
        parts=_parts(row),
        words=f"cross it: {_words(row['low_share'], row['high_share'])}",
    )


def _brief(vendors: str) -> str:
    """A set of vendors where it is named again: without the list of those that may be members."""
    return _UNCERTAIN.sub(")", vendors)


def _targets(
    whole: PathExposureRow, rows: Sequence[PathExposureRow], few: Sequence[PathExposureRow], *, internal: bool
) -> Fields:
    """The countries of targets with most paths, for one set of vendors."""
    mine, withheld = (
        [row for row in of if row["target_country"] and row["restricted_says"] == whole["restricted_says"]]
        for of in (rows, few)
    )
    mine.sort(key=lambda row: (-row["trace_count"], row["target_country"] or ""))
    lines: list[dict[str, Any]] = [
        {**_tiers(row, internal=internal), "target": wording.country(row["target_country"] or "")}
        for row in mine[:SHOWN_TARGETS]
    ]
    nouns = ("more country", "more countries") if lines else ("country", "countries")
    return {
        "what": _brief(whole["restricted_says"]),
        "lines": lines,
        "has_more": len(mine) > SHOWN_TARGETS,
        "withheld": wording.count(len(withheld), *nouns, spelled=True) if withheld else "",
    }


def _days(low: date | None, high: date | None) -> str:
    return "days not known" if low is None or high is None else wording.days(low, high)
