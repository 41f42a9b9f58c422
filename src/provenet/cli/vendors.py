"""The command `vendors`: scans in, whose routers answered out."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import click

from provenet.cli.command import command
from provenet.cli.door import say, say_json
from provenet.cli.files import files_named, place_of, whole_file
from provenet.cli.lines import days_in_words, mind_lines, share_bar
from provenet.cli.progress import ProgressLine
from provenet.core.wording import count, interval, percent
from provenet.tools.settings import VendorsSettings

SHOWN_VENDORS, SHOWN_PARTS, SHOWN_OF_EACH, SHOWN_REASONS = 15, 12, 4, 5
"""Vendors shown of all, countries and networks shown, vendors of each, remarks, and reasons of the unknown."""


@command(VendorsSettings, case=False)
@click.option("--out", metavar="PARQUET", help="Write a row for each address, unknown ones included.")
def vendors(settings: VendorsSettings, *, out: str | None, as_json: bool) -> None:
    """Identify whose routers answered in public scans.

    For each address: the vendor, the probability that it is right, and the evidence; an unknown vendor is null. With
    --probed the share of a network is an interval that allows for every silent router; without it there is no such
    share. The content of FILE tells its format, packed or not: docs/measured-evidence.md.
    """
    from provenet.tools.vendors import run

    begun = time.monotonic()
    place = None if out is None else place_of("--out", out, files_named(settings))
    with ProgressLine() as progress:
        report = run(replace(settings, progress=progress))
        if place is not None:
            with whole_file(place) as stream:
                report.rows.write_parquet(stream)
    written = None if out is None else {"file": out, "rows": len(report.rows)}
    if as_json:
        say_json({**report.summary, "out": written})
    else:
        say(vendor_lines({**report.summary, "out": written, "seconds": time.monotonic() - begun}))


def vendor_lines(summary: Mapping[str, Any]) -> Iterator[str]:
    """The summary, line by line: what was read and how much is known, then the vendors, the biggest first."""
    yield from _inputs(summary)
    yield ""
    yield from _coverage(summary)
    yield ""
    yield from _vendors(summary)
    yield from _parts("By country", summary["by_country"], lambda one: str(one["country"]))
    yield from _parts("By network", summary["by_network"], lambda one: f"AS{one['asn']}")
    networks = summary["by_country_network"]
    yield from _parts("By country and network", networks, lambda one: f"{one['country']} AS{one['asn']}")
    yield from _days(summary)
    yield from _moves(summary)
    yield from _reasons(summary)
    yield ""
    yield "It rests on:"
    yield from (f"  {line}" for line in summary["assumptions"])
    yield ""
    if summary["out"]:
        yield f"{count(summary['out']['rows'], 'row')}, one an address: {summary['out']['file']}"
    yield f"{summary['seconds']:.1f} s"


def _inputs(summary: Mapping[str, Any]) -> Iterator[str]:
    scans = summary["inputs"]["scans"]
    sightings, addresses = sum(int(one["sighting_count"]) for one in scans), summary["sighted_address_count"]
    when = days_in_words(summary["first_seen_on"], summary["last_seen_on"])
    yield f"{count(len(scans), 'file')}: {count(sightings, 'sighting')} of {count(addresses, 'address')}, {when}"
    for one in summary["inputs"]["probed"]:
        yield f"probed: {count(one['address_count'], 'address')} of {one['file']}"
    for one in summary["inputs"]["aliases"]:
        sets = count(one["set_count"], "alias set")
        yield f"{sets} of {count(one['address_count'], 'address')}: {one['file']}"
    for one in summary["inputs"]["signatures"]:
        yield f"{count(one['signature_count'], 'signature')} of features: {one['file']}"
    if summary["left_out_count"]:
        yield f"left out, as they cannot be read: {count(summary['left_out_count'], 'row')}"
    yield from mind_lines(summary)


def _coverage(summary: Mapping[str, Any]) -> Iterator[str]:
    answered, identified = summary["answered_count"], summary["identified_count"]
    unit = "router" if summary["has_aliases"] else "address"
    if summary["probed_count"] is None:
        yield f"{count(answered, unit)} answered; of {identified:,} the vendor is known"
        yield "Which addresses were probed is not known (--probed), so no share of a network follows."
        return
    yield f"{count(summary['probed_count'], unit)} probed"
    for words, number in (
        ("answered", answered),
        ("vendor known", identified),
        ("did not answer: not known", summary["silent_count"]),
    ):
        share = number / summary["probed_count"]
        yield f"  {words:<26} {number:>9,} {percent(share, fixed=True):>8}  {share_bar(share, share)}"
    if summary["unprobed_answered_count"]:
        others = count(summary["unprobed_answered_count"], unit)
        yield f"  answered, but not among those probed: {others}, in no share here"


def _vendors(summary: Mapping[str, Any]) -> Iterator[str]:
    rows, probed = summary["by_vendor"], summary["probed_count"] is not None
    unit = "routers" if summary["has_aliases"] else "addresses"
    if not rows:
        yield "No evidence names a vendor."
        return
    of = (
        f"{unit} probed, whatever the silent and unknown are"
        if probed
        else f"{unit} that answered, whatever the unknown"
    )
    yield f"Vendors: {unit}, and the share of {of}"
    key = "unanswered" if probed else "answered"
    for row in rows[:SHOWN_VENDORS]:
        ends = row[key]
        yield f"  {row['vendor_id']:<20} {row['router_count']:>7,}  {_ends(ends):>16}  {_drawn(ends)}"
    if len(rows) > SHOWN_VENDORS:
        yield f"  and {count(len(rows) - SHOWN_VENDORS, 'more vendor')}"
    yield ""
    yield f"Of the {unit} whose vendor is known: sampling (95 %, by networks){_corrected_head(rows)}"
    for row in rows[:SHOWN_VENDORS]:
        corrected = "" if row["misclassification"] is None else f"  {_ends(row['misclassification']):>16}"
        yield f"  {row['vendor_id']:<20} {'':>7}  {_ends(row['sampling']):>16}{corrected}  {_drawn(row['sampling'])}"
    if rows[0]["at_most_rho"] is not None:
        yield ""
        yield f"If the assumption on the silent holds (--rho): the share of {unit} probed"
        for row in rows[:SHOWN_VENDORS]:
            yield f"  {row['vendor_id']:<20} {'':>7}  {_ends(row['at_most_rho']):>16}  {_drawn(row['at_most_rho'])}"


def _corrected_head(rows: Sequence[Mapping[str, Any]]) -> str:
    if any(row["misclassification"] is not None for row in rows):
        return ", then corrected for misclassification"
    return "; misclassification is not estimated, as no second evidence tells of it"


def _ends(ends: Mapping[str, float] | None) -> str:
    return "not known" if ends is None else interval(ends["low_share"], ends["high_share"], fixed=True)


def _drawn(ends: Mapping[str, float] | None) -> str:
    return "" if ends is None else share_bar(ends["low_share"], ends["high_share"])


def _parts(head: str, parts: Sequence[Mapping[str, Any]], name: Callable[[Mapping[str, Any]], str]) -> Iterator[str]:
    if not parts:
        return
    yield ""
    probed = parts[0]["probed_count"] is not None
    yield f"{head}, {'of those probed, whatever the silent and unknown are' if probed else 'of those that answered'}"
    for one in parts[:SHOWN_PARTS]:
        if probed:
            vendors = [f"{row['vendor_id']} {_ends(row['unanswered'])}" for row in one["by_vendor"]]
        else:
            vendors = [f"{row['vendor_id']} {row['router_count']:,}" for row in one["by_vendor"]]
        number = one["probed_count"] - one["identified_count"] if probed else one["unknown_count"]
        unknown = [f"not known {number:,}"] if number else []
        words = ", ".join([*vendors[:SHOWN_OF_EACH], *(["..."] if vendors[SHOWN_OF_EACH:] else []), *unknown])
        yield f"  {name(one):<10} {one['probed_count' if probed else 'answered_count']:>7,}  {words}"
    if len(parts) > SHOWN_PARTS:
        yield f"  and {len(parts) - SHOWN_PARTS:,} more; --json has all"


def _days(summary: Mapping[str, Any]) -> Iterator[str]:
    """The biggest vendors day by day."""
    if not summary["by_day"]:
        return
    names = [row["vendor_id"] for row in summary["by_vendor"][:SHOWN_OF_EACH]]
    yield ""
    yield "By day, of those that answered, whatever the unknown are"
    for one in summary["by_day"]:
        ends = {row["vendor_id"]: row["answered"] for row in one["by_vendor"]}
        words = ", ".join(f"{name} {_ends(ends[name])}" for name in names if name in ends)
        yield f"  {one['seen_on']} {one['answered_count']:>7,}  {words}"


def _moves(summary: Mapping[str, Any]) -> Iterator[str]:
    """Which vendors' shares differ on some day from those of all days beyond doubt."""
    if not summary["stability"]:
        return
    moved = [one for one in summary["stability"] if one["moved_day_count"]]
    yield ""
    outside = sum(int(one["outside_day_count"]) for one in summary["stability"])
    parts = sum(len(one["by_day"]) for one in summary["stability"])
    yield f"Stability: of {count(parts, 'share')} by vendor and day {outside:,} lie outside their own sampling limits"
    if not moved:
        yield "Network by network no vendor's share moved beyond doubt."
        return
    yield "Network by network these moved beyond doubt, beside all days, in points of those identified"
    for one in moved[:SHOWN_VENDORS]:
        days = [f"{row['seen_on']} {100 * row['change']:+.1f}" for row in one["by_day"] if row["is_moved"]]
        yield f"  {one['vendor_id']:<20} {', '.join(days)}"
    if len(moved) > SHOWN_VENDORS:
        yield f"  and {count(len(moved) - SHOWN_VENDORS, 'more vendor')}; --json has all"


def _reasons(summary: Mapping[str, Any]) -> Iterator[str]:
    reasons = summary["unknown_because"]
    if not reasons:
        return
    yield ""
    yield "Answered, and the vendor is not known, because"
    for one in reasons[:SHOWN_REASONS]:
        yield f"  {one['router_count']:>7,}  {one['because']}"
    if len(reasons) > SHOWN_REASONS:
        yield f"  and {count(len(reasons) - SHOWN_REASONS, 'more reason')}"
