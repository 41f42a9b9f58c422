"""Restricted, unknown and clear under each policy, as parts of one whole."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from provenet.case.extract import Extract, Fields
from provenet.case.rows import VendorShareRow
from provenet.core import wording
from provenet.core.wording import letters
from provenet.dependence.share_rows import coverage, interval, part_rows, whose
from provenet.dossier.drawings.row_chart import Slice
from provenet.evidence.verdict_rows import PackRows, by_pack, none_in_force_yet

TITLE = "Restricted, unknown and clear under each policy"

Key = tuple[bool, bool, str, str, str, str, int, str]
"""What tells wholes apart, in their order: published first, then the country, the newest first."""
_ORDER = {"restricted": 0, "unknown": 1, "clear": 2}


def collect(extract: Extract) -> Fields:
    """One block per policy; where no rule was in force no restricted share is drawn."""
    groups: dict[str, dict[Key, list[VendorShareRow]]] = {}
    for row in part_rows(extract):
        groups.setdefault(row["pack"] or "", {}).setdefault(_same_whole(row, extract), []).append(row)
    packs: list[PackRows | str] = [*by_pack(extract)]
    screened = {p.pack for p in packs if isinstance(p, PackRows)}
    packs += sorted(groups.keys() - screened)
    known = f"known on {wording.day(extract.known)}" if extract.known else "known: all that the case holds"
    silent_packs = {p.pack for p in packs if isinstance(p, PackRows) and not p.has_rules}
    split = sorted({k: r for name, held in groups.items() if name not in silent_packs for k, r in held.items()}.items())
    wholes = {key: rows[0] for key, rows in split if rows[0]["coverage_share"] > 0}
    first = _leading(wholes)
    ordered = [*first, *(key for key in wholes if key not in first)]
    names = {key: letters(number).upper() for number, key in enumerate(ordered)}
    policies = [_policy(pack, groups, names, first=first) for pack in packs]
    silent = [[one["segment"] for one in policy["unknown"]] for policy in policies if policy["unknown"]]
    shared = silent[0] if silent else []
    once = bool(shared) and all(some == shared for some in silent)
    return {
        "wholes": [_whole(names[key], wholes[key], extract) for key in first],
        "older": [_whole(names[key], wholes[key], extract) for key in ordered if key not in first],
        "policies": policies,
        "unknown": shared if once else [],
        "none": none_in_force_yet(extract) if extract.verdicts() else "",
        "none_in_force": bool(policies) and not any(policy["in_force"] for policy in policies),
        "in_force_on": wording.day(extract.as_of),
        "known": known,
    }


def _same_whole(row: VendorShareRow, extract: Extract) -> Key:
    published = row["coverage_share"] > 0
    country_first = row["carrier_id"] is not None
    place = whose(row, extract).casefold()
    when = row["as_of_high_on"].toordinal() if row["as_of_high_on"] else 0
    return not published, country_first, place, row["asset_class"], row["segment"], row["measure"], -when, row["as_of"]


def _leading(wholes: dict[Key, VendorShareRow]) -> list[Key]:
    """Per carrier or country and segment one whole: the newest, then the one with the widest coverage; figures
    that need no check first."""
    best: dict[tuple[object, ...], Key] = {}
    for key, row in wholes.items():
        place = key[1:5]
        held = best.get(place)
        if held is None or _rank(row) > _rank(wholes[held]):
            best[place] = key
    return sorted(best.values())


def _rank(row: VendorShareRow) -> tuple[bool, date, float]:
    return not row["to_be_checked"], row["as_of_high_on"] or date.min, row["coverage_share"]


def _policy(
    pack: PackRows | str,
    groups: dict[str, dict[Key, list[VendorShareRow]]],
    names: dict[Key, str],
    *,
    first: Sequence[Key],
) -> dict[str, Any]:
    """The parts of wholes under one policy: informative ones, open ones, older ones, and classes wholly unknown."""
    if isinstance(pack, PackRows):
        name, in_force, stamp = pack.pack, pack.has_rules, pack.stamp
    else:
        name, in_force = pack, True
        stamp = {"title": pack, "issuer": "not stated", "force": "not stated", "later": ""}
    splits = sorted(groups.get(name, {}).items()) if in_force else []
    leading = [(names[key], rows) for key, rows in splits if key in first]
    older = [(names[key], rows) for key, rows in splits if key in names and key not in first]
    unpublished = [
        min(rows, key=lambda r: (_ORDER.get(r["part"] or "", 9), r["share_id"]))
        for key, rows in splits
        if key not in names
    ]
    return {
        "pack": name,
        "stamp": stamp,
        "in_force": in_force,
        "splits": [_split(whole, rows) for whole, rows in leading if _is_informative(rows)],
        "open": [_split(whole, rows) for whole, rows in leading if not _is_informative(rows)],
        "older": [_split(whole, rows) for whole, rows in older],
        "unknown": [{"segment": row["segment"], "id": row["share_id"]} for row in unpublished],
    }


def _is_informative(rows: list[VendorShareRow]) -> bool:
    """Whether anything of the whole is restricted or clear for certain, or unknown because of a condition."""
    parts = [r for r in rows if r["part"] in ("restricted", "clear") or r["unknown_because"] == "condition"]
    return any(r["low_share"] > 0 for r in parts)


def _whole(name: str, row: VendorShareRow, extract: Extract) -> Fields:
    return {
        "name": name,
        "whose": whose(row, extract),
        "segment": row["segment"],
        "measure": row["measure"],
        "as_of": row["as_of"],
        "cites": extract.cite_refs(row["inputs"]),
        "checked": not row["to_be_checked"],
    }


def _split(name: str, rows: list[VendorShareRow]) -> Fields:
    rows = sorted(rows, key=lambda r: (_ORDER.get(r["part"] or "", 9), r["unknown_because"] or "", r["share_id"]))
    slices = [
        Slice("clear" if r["part"] == "clear" else r["unknown_because"] or r["part"] or "", r["low_share"])
        for r in rows
        if r["low_share"] > 0
    ]
    return {
        "name": name,
        "whose": rows[0]["segment"],
        "checked": not rows[0]["to_be_checked"],
        "coverage": coverage(rows[0]["coverage_share"]),
        "slices": slices,
        "parts": [
            {"part": r["part"], "because": r["unknown_because"], "words": interval(r), "id": r["share_id"]}
            for r in rows
        ],
    }
