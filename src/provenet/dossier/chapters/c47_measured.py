"""What measurements show: whose routers answered, how stable that is over days, and what measured paths cross."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from provenet.case.extract import Extract
from provenet.case.rows import MeasuredShareRow, PathExposureRow
from provenet.core import wording
from provenet.core.disclosure import is_enough
from provenet.dossier.drawings.measured_bars import MeasuredBar, PathBar

TITLE = "What measurements show: routers and paths"
SHOWN_VENDORS = 10
SHOWN_TARGETS = 10
SHOWN_CARRIERS = 40
_UNCERTAIN = re.compile(r"; (?:seat not known|not known whether still listed): .*\)\Z")
OLD_DAYS = 366
"""Traces and identifications that lie further apart are said to be of different times."""


class VendorLine(NamedTuple):
    """A vendor's share of the routers that answered, and that of those probed where it is known."""

    row: MeasuredShareRow
    name: str
    probed: MeasuredShareRow | None


@dataclass(frozen=True, kw_only=True)
class Routers:
    """Whose routers answered."""

    first: MeasuredShareRow
    """A row, which says of what days all are and what they do not see."""
    counted: MeasuredShareRow
    """The row that counts routers: of those probed where `is_probed`, else of those that answered."""
    is_probed: bool
    withheld_probed: bool
    vendors: list[VendorLine]
    bars: list[MeasuredBar]
    has_more: bool
    withheld_vendors: bool
    day_count: int
    moved: str
    """Vendors of which some day differs from all days."""
    policies: list[tuple[MeasuredShareRow | None, str, str]]
    """The share restricted under a policy, None where it is withheld; the policy and its issuer."""
    carriers: list[tuple[MeasuredShareRow, str, str]]
    """For internal readers, by carrier and vendor."""


class PathSet(NamedTuple):
    """What measured paths cross of one set of vendors: all of them, and those to some countries."""

    row: PathExposureRow
    brief: str
    bar: PathBar
    targets: list[PathExposureRow]
    withheld: str
    """How many countries are withheld, in words."""


class Paths(NamedTuple):
    """What measured paths cross, and how far traces and identifications lie apart."""

    sets: list[PathSet]
    withheld: list[str]
    apart: str


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Measured shares and paths of a country."""

    routers: Routers | None
    paths: Paths | None
    withheld_routers: bool
    withheld_paths: bool
    assumed: list[str]


def collect(extract: Extract) -> Measured | None:
    """Measured shares and paths of the country; None where nothing was measured there."""
    internal = extract.audience == "internal"
    every_share, every_path = extract.results(MeasuredShareRow), extract.results(PathExposureRow)
    shares = [row for row in every_share if internal or row["audience"] == "public"]
    paths = [row for row in every_path if internal or row["audience"] == "public"]
    few_shares = [row for row in every_share if not internal and row["audience"] != "public"]
    few_paths = [row for row in every_path if not internal and row["audience"] != "public"]
    routers = _routers(extract, shares, few_shares)
    traces = _paths(paths, few_paths)
    withheld_routers = routers is None and any(_is_of_country(row, "answered") for row in few_shares)
    withheld_paths = traces is None and any(_is_whole(row) for row in few_paths)
    if routers is None and traces is None and not (withheld_routers or withheld_paths):
        return None
    return Measured(
        routers=routers,
        paths=traces,
        withheld_routers=withheld_routers,
        withheld_paths=withheld_paths,
        assumed=list(dict.fromkeys(text.rstrip(".") for row in (*shares, *paths) for text in row["assumed"])),
    )


def _is_of_country(row: MeasuredShareRow, whole: str) -> bool:
    return (row["level"], row["period"], row["measured_of"]) == ("country", "all", whole)


def _is_whole(row: PathExposureRow) -> bool:
    return row["target_country"] is None and row["trace_count"] > 0


def _routers(extract: Extract, shares: Sequence[MeasuredShareRow], few: Sequence[MeasuredShareRow]) -> Routers | None:
    answered = [row for row in shares if _is_of_country(row, "answered")]
    if not answered:
        return None
    probed = [row for row in shares if _is_of_country(row, "probed")]
    withheld = [row for row in few if _is_of_country(row, "answered")]
    of_vendors = sorted((row for row in answered if row["part"] is None), key=_most_first)
    shown = of_vendors[:SHOWN_VENDORS]
    daily = _daily(shares)
    counted = next((row for row in probed if row["router_count"]), None)
    restricted = [row for row in answered if row["part"] == "restricted"]
    return Routers(
        first=answered[0],
        counted=counted or answered[0],
        is_probed=counted is not None,
        withheld_probed=not probed and any(_is_of_country(row, "probed") for row in few),
        vendors=[VendorLine(row, extract.vendors(row["vendor_ids"]), _known(row, probed)) for row in shown],
        bars=[_bar(extract, row, daily) for row in shown],
        has_more=len(of_vendors) > len(shown),
        withheld_vendors=any(row["part"] is None for row in withheld),
        day_count=max((row["day_count"] or 0 for row in shown), default=0),
        moved=wording.series(extract.vendors(row["vendor_ids"]) for row in shown if row["moved_count"]),
        policies=[
            *((row, *_policy(extract, row)) for row in restricted),
            *((None, *_policy(extract, row)) for row in withheld if row["part"] == "restricted"),
        ],
        carriers=_carriers(extract, shares) if extract.audience == "internal" else [],
    )


def _known(row: MeasuredShareRow, probed: Sequence[MeasuredShareRow]) -> MeasuredShareRow | None:
    """The share of those probed for the same vendors, where it is known."""
    other = next((one for one in probed if one["part"] is None and one["vendor_ids"] == row["vendor_ids"]), None)
    return other if other is not None and other["low_share"] is not None else None


def _most_first(row: MeasuredShareRow) -> tuple[int, str]:
    return -row["seen_count"], row["measured_share_id"]


def _words(low: float | None, high: float | None) -> str:
    return wording.UNKNOWN if low is None or high is None else wording.interval(low, high)


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


def _policy(extract: Extract, row: MeasuredShareRow) -> tuple[str, str]:
    """A policy and its issuer, by name."""
    titles = {one["pack"]: one["pack_title"] for one in extract.verdicts()}
    return titles.get(row["pack"] or "") or row["pack"] or "", extract.name(row["issuer"])


def _carriers(extract: Extract, shares: Sequence[MeasuredShareRow]) -> list[tuple[MeasuredShareRow, str, str]]:
    """Vendors of the routers in each carrier's networks."""
    kept = ("carrier", "all", "answered")
    rows = [row for row in shares if (row["level"], row["period"], row["measured_of"]) == kept and row["part"] is None]
    rows.sort(key=lambda row: (extract.name(row["carrier_id"]), *_most_first(row)))
    return [(row, extract.name(row["carrier_id"]), extract.vendors(row["vendor_ids"])) for row in rows[:SHOWN_CARRIERS]]


def _paths(rows: Sequence[PathExposureRow], few: Sequence[PathExposureRow]) -> Paths | None:
    whole = sorted(filter(_is_whole, rows), key=lambda row: (row["pack"] is None, row["restricted_says"]))
    if not whole:
        return None
    first = whole[0]
    traced, seen = (first["traced_low_on"], first["traced_high_on"]), (first["seen_low_on"], first["seen_high_on"])
    withheld = [_brief(row["restricted_says"]) for row in few if _is_whole(row)]
    return Paths([_path_set(row, rows, few) for row in whole], withheld, _apart(traced, seen))


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


def _path_bar(row: PathExposureRow) -> PathBar:
    return PathBar(
        name=_brief(row["restricted_says"]),
        parts=_parts(row),
        words=f"cross it: {_words(row['low_share'], row['high_share'])}",
    )


def _brief(vendors: str) -> str:
    """A set of vendors where it is named again: without the list of those that may be members."""
    return _UNCERTAIN.sub(")", vendors)


def _path_set(whole: PathExposureRow, rows: Sequence[PathExposureRow], few: Sequence[PathExposureRow]) -> PathSet:
    """A set of vendors with the countries of targets to which most paths lead."""
    mine, withheld = (
        [row for row in of if row["target_country"] and row["restricted_says"] == whole["restricted_says"]]
        for of in (rows, few)
    )
    mine.sort(key=lambda row: (-row["trace_count"], row["target_country"] or ""))
    nouns = ("more country", "more countries") if mine else ("country", "countries")
    return PathSet(
        row=whole,
        brief=_brief(whole["restricted_says"]),
        bar=_path_bar(whole),
        targets=mine[:SHOWN_TARGETS],
        withheld=wording.count(len(withheld), *nouns, spelled=True) if withheld else "",
    )
