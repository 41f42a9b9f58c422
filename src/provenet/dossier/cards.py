"""The few figures of the first page: each is one stored row, chosen by a fixed rule, with the harm it speaks of."""

from __future__ import annotations

from datetime import date
from typing import Any

from provenet.case.tables import words
from provenet.dossier.shares import (
    coverage,
    interval,
    part_rows,
    says_nothing,
    short_measure,
    vendor_rows,
    whole_interval,
)
from provenet.dossier.stored import Row, Stored
from provenet.dossier.words import class_words, day_words, join_words, number_words, share_words

DEPENDENT = "How dependent"
RESTRICTED = "How far restricted"
TOGETHER = "What fails together"
SITES = "Where sensitive sites stand"
SERVICE_HARM = "loss of service, if this equipment fails or has to be switched off; not content."


def _card(row: Row, heading: str, says: str, **more: Any) -> Row:
    """A card: `says` is ours, `named` holds the names and titles that follow it."""
    made = {
        "named": "",
        "rest": "",
        "heading": heading,
        "words": whole_interval(row),
        "low": row["low_share"],
        "high": row["high_share"],
        "css": "solid",
        "says": says,
        "of": short_measure(row).removeprefix("share of "),
        "asks": "",
        "check": bool(row["to_be_checked"]),
        "when": "",
        "coverage": "",
        "harm": SERVICE_HARM,
        "scenario": None,
        "more_ids": [],
    }
    return {**made, **more}


def newest_card(stored: Stored) -> Row | None:
    """The newest published share that needs no checking: of the whole country, else of one carrier."""
    rows = [
        r
        for r in vendor_rows(stored)
        if r["method"] == "published"
        and not (r["later_estimate"] or r["to_be_checked"] or r["complement"] or says_nothing(r))
    ]
    rows = [r for r in rows if r["carrier_id"] is None] or rows
    if not rows:
        return _counted_card(stored)
    row = max(rows, key=lambda r: (r["as_of_high_on"] or date.min, r["low_share"], r["share_id"]))
    carrier = stored.name(row["carrier_id"])
    of = "of a carrier; none is published for the whole country" if carrier else "for the whole country"
    return _card(
        row,
        f"{carrier + ', ' if carrier else ''}{row['segment']}: {stored.vendors(row['vendor_ids'])}",
        f"The newest published share {of}.",
        asks=DEPENDENT,
        when=f"Date of the figure: {row['as_of']}.",
        coverage=coverage(row),
        id=row["share_id"],
    )


def _counted_card(stored: Stored) -> Row | None:
    """Where nothing is published: the greatest share of one vendor in the inventory that the case supplies."""
    rows = [r for r in vendor_rows(stored) if r["method"] == "counted" and not says_nothing(r)]
    rows = [r for r in rows if r["carrier_id"] is None] or rows
    if not rows:
        return None
    row = max(rows, key=lambda r: (r["low_share"], r["coverage_share"], r["share_id"]))
    return _card(
        row,
        f"{row['segment']}: {stored.vendors(row['vendor_ids'])}",
        "Counted in the inventory supplied; whether it lists every unit, it does not say.",
        asks=DEPENDENT,
        coverage=coverage(row),
        id=row["share_id"],
    )


def to_check_card(stored: Stored) -> Row | None:
    """Where nothing stands without checking: the figure for the whole country that knows most, marked so."""
    rows = [r for r in vendor_rows(stored) if r["to_be_checked"] and r["carrier_id"] is None]
    rows = [r for r in rows if not (r["later_estimate"] or r["complement"] or says_nothing(r))]
    if not rows:
        return None
    row = max(rows, key=lambda r: (r["coverage_share"], len(r["vendor_ids"]), r["low_share"], r["share_id"]))
    return _card(
        row,
        f"{row['segment']}: {stored.vendors(row['vendor_ids'])}",
        "This figure rests on sources that cannot carry one alone.",
        asks=DEPENDENT,
        when=f"Dates of the figures: {row['as_of']}.",
        coverage=coverage(row),
        id=row["share_id"],
    )


def _binding_parts(stored: Stored) -> list[Row]:
    """Restricted parts of the country under policies that bind, the plainest first: a published measure before a
    weighted one. Advice and proposals bind no carrier, so a page's first figure does not speak of them."""
    verdicts = {r["pack"]: r for r in stored.results("verdict")}
    order = {word: i for i, word in enumerate(words("force"))}
    rows = [r for r in part_rows(stored) if r["part"] == "restricted" and r["carrier_id"] is None]
    binding = {p for p, v in verdicts.items() if v["force"] in ("law", "contract") and v["rules_in_force"] > 0}
    rows = [r for r in rows if r["pack"] in binding and not r["later_estimate"]]

    def rank(row: Row) -> tuple[Any, ...]:
        force = order.get(verdicts[row["pack"]]["force"], 9)
        newest = -(row["as_of_high_on"] or date.min).toordinal()
        return row["measure_kind"] == "weighted", force, row["pack"], newest, row["share_id"]

    return sorted(rows, key=rank)


def part_card(stored: Stored) -> Row | None:
    """The restricted part of the country under a policy that binds, where anything is certain of it."""
    rows = [r for r in _binding_parts(stored) if not (says_nothing(r) or r["to_be_checked"])]
    rows = [r for r in rows if r["coverage_share"] > 0]
    if not rows:
        return None
    row = rows[0]
    return _card(
        row,
        f"{row['segment']}: restricted part",
        "Under the policy",
        named=under_policy(row, stored),
        rest=beside(row, stored),
        asks=RESTRICTED,
        css="restricted",
        when=f"Date of the figure: {row['as_of']}.",
        coverage=coverage(row),
        id=row["share_id"],
    )


def open_part(stored: Stored) -> Row | None:
    """Where no part is certain without checking: the first part that some published share speaks of, else any."""
    rows = _binding_parts(stored)
    rows = [r for r in rows if r["coverage_share"] > 0] or rows
    rows = [r for r in rows if not r["to_be_checked"]] or rows
    return rows[0] if rows else None


_BECAUSE = {
    "condition": "a condition applies",
    "verdict": "the answer is undetermined",
    "vendor": "the vendor is not known",
}


def beside(row: Row, stored: Stored) -> str:
    """The other parts of the same whole, and the layer whose verdicts were counted."""
    same = ("pack", "carrier_id", "asset_class", "segment", "measure", "as_of", "layer")
    rows = [r for r in part_rows(stored) if all(r[c] == row[c] for c in same)]
    told = [f"clear {whole_interval(r)}" for r in rows if r["part"] == "clear" and not says_nothing(r)]
    for r in sorted(rows, key=lambda r: str(r["unknown_because"])):
        if r["part"] == "unknown" and r["low_share"] > 0:
            told.append(f"unknown {interval(r)}, because {_BECAUSE[r['unknown_because']]}")
    layer = f"Counted by the answers for {class_words(row['asset_class'])}, {row['layer']}. " if row["layer"] else ""
    return f"{layer}Beside it: {'; '.join(told)}." if told else layer


def under_policy(row: Row, stored: Stored) -> str:
    """The policy of a part with its issuer, its force and both dates."""
    verdict = next((r for r in stored.results("verdict") if r["pack"] == row["pack"]), None)
    title = verdict["pack_title"] if verdict else row["pack"]
    force = f", {verdict['force']}" if verdict else ""
    known = day_words(row["known_on"]) if row["known_on"] else "all that the case holds"
    day = day_words(row["as_of_on"])
    return f"{title} (issued by {stored.name(row['issuer'])}{force}; in force {day}; known: {known})."


def common_card(stored: Stored) -> Row | None:
    """What fails together with one vendor: the highest lower end, then the lowest upper end; equals share the card."""
    rows = [r for r in stored.results("common_failure") if not (says_nothing(r) or r["to_be_checked"])]
    if not rows:
        return None
    best = max((r["low_share"], -r["high_share"]) for r in rows)
    tied = [r for r in rows if (r["low_share"], -r["high_share"]) == best]
    tied.sort(key=lambda r: (r["measure"], stored.name(r["vendor_id"]).casefold(), r["failure_id"]))
    row = tied[0]
    alike = [r for r in tied if all(r[c] == row[c] for c in ("measure", "asset_class", "carrier_ids"))]
    carriers = join_words([stored.name(c) for c in row["carrier_ids"]])
    vendors = [stored.name(r["vendor_id"]) for r in alike]
    which = "this vendor" if len(alike) == 1 else "these vendors, each alone"
    return _card(
        row,
        f"{class_words(row['asset_class'])}: fails together with {join_words(vendors, 'or')}",
        f"Carriers with equipment of {which}:" if carriers else f"No carrier names {which}.",
        named=f"{carriers}." if carriers else "",
        when=f"As of {day_words(row['as_of_on'])}.",
        coverage=coverage(row) if row["coverage_share"] is not None else "",
        asks=TOGETHER,
        harm="loss of service, everywhere at the same time.",
        id=row["failure_id"],
        more_ids=[r["failure_id"] for r in alike[1:]],
    )


def _with_figure(row: Row) -> str:
    if row["asked_carrier_count"] is None:
        return ""
    known, asked = number_words(row["known_carrier_count"] or 0), number_words(row["asked_carrier_count"])
    return f"Coverage: {known} of {asked} carriers have a figure."


def site_card(stored: Stored) -> Row | None:
    """A site whose carrier is unknown: the vendor set most depended on where a carrier has a published figure."""
    rows = [r for r in stored.results("site_dependence") if not r["to_be_checked"]]
    main = {(r["site_id"], tuple(r["vendor_ids"])): r for r in rows if r["scenario"] is None}
    if not main:
        return None
    told: dict[tuple[str, tuple[str, ...]], Row] = {}
    for row in rows:
        key = (row["site_id"], tuple(row["vendor_ids"]))
        if row["scenario"] is not None and row["low_share"] > 0 and key in main:
            told[key] = min(told.get(key, row), row, key=lambda r: (-r["low_share"], r["dependence_id"]))
    pool = told or {key: row for key, row in main.items() if not says_nothing(row)}
    if not pool:
        return None
    key = min(pool, key=lambda k: (-pool[k]["low_share"], pool[k]["high_share"], len(k[1]), k))
    row, scenario = main[key], told.get(key)
    served = f"served by {stored.name(row['carrier_id'])}" if row["carrier_id"] else "carrier unknown"
    return _card(
        row,
        f"A sensitive site, {served}: {stored.vendors(row['vendor_ids'])}",
        "From the least to the most dependent carrier of the country; a carrier without a figure counts as 0% to 100%.",
        when=f"As of {day_words(row['as_of_on'])}.",
        coverage=_with_figure(row),
        asks=SITES,
        harm=f"{row['harm']}.",
        scenario=scenario
        and {
            "says": scenario["scenario"],
            "words": share_words(scenario["low_share"], scenario["high_share"]),
            "id": scenario["dependence_id"],
        },
        id=row["dependence_id"],
    )
