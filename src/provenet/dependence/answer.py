"""How dependent the carriers of a country are, and on whom: the network known best, every vendor by the same rule."""

import re
from collections.abc import Sequence, Set
from datetime import date

from provenet.case.evidence_lines import evidence
from provenet.case.extract import Extract, unread
from provenet.case.rows import AnyRow, ConcentrationRow, DeploymentRow, MarketShareRow, MeasuredShareRow, VendorShareRow
from provenet.core import wording
from provenet.core.answer import (
    Answer,
    Country,
    Dates,
    Day,
    Interval,
    Name,
    Points,
    Quotation,
    Sentence,
    Series,
    Slot,
    Term,
    sentence,
)
from provenet.core.disclosure import LEAST_SHOWN_WORD
from provenet.core.grouping import grouped
from provenet.dependence.contracts import vendors_named
from provenet.dependence.question import EXCLUDE
from provenet.dependence.share_rows import is_wider, says_nothing, short_measure, vendor_rows

NETWORK = ("ran", "core", "transport", "mgmt")
"""Parts of a network in the order of a first page: handsets and equipment at customers are no network."""
SHOWN = 3
"""Vendors beside the first that the answer names; what it leaves out stands in the chapter."""

MOST = "{vendor} supplies {share} of the {part} of {country}, more than any other vendor on record."
CERTAIN = "Which vendor supplies most of the {part} of {country} is not certain: {vendors}."
ALONE = "{vendor} supplies {share} of the {part} of {country}; no share of another vendor is on record."
ONE_KNOWN = "{vendor} supplies {share} of the {part} of {country}; which vendor supplies most is not on record."
TOGETHER = "{vendor} together supply {share} of the {part} of {country}; how much is whose is not on record."
REPLACED = "{carrier} takes {vendor} in place of {old} ({day}{planned})"
SINCE = "Contracts or plans, perhaps later: {contracts}; what they leave is not known{without}."
WITHOUT = ", nor any share of {vendors}"
GONE = (
    "How much of the {part} of {country} is still of {vendor} is not known: contracts on record may have replaced all."
)
NONE_CERTAIN = "No vendor has a certain share of the {part} of {country}: {vendors}."
NONE = "How dependent the carriers of {country} are is not known: no share of a vendor in their networks is on record."
REPORTED = "{carrier}: {vendor}{alone} ({segment}, {day})"
REPORTS = "Reports name vendors without a share: {reports}."
TO_CHECK = "To be checked, as only weak sources say it: {finding}"
OF = "Counted: {measure}, {day}; figures on {vendor} for {coverage} of it."
WEIGHTED = "{what} of carriers, weighted by {weights} of {weights_day}; even spread assumed"
OF_SUM = "Counted: {measure}; figures on {vendor} for {coverage} of it."
BESIDE = "Beside it: {vendors}."
OTHERWISE = "Another row on record says otherwise of the same: {vendors}."
VENDOR = "{vendor} {share}{checked}"
OF_PART = "{part}: {vendor}"
CONCENTRATION = "Concentration of the vendors (Herfindahl-Hirschman index): {index}{checked}."
WORLD = "In the world's market, of which no share of {country} follows: {vendors} of {measure} ({day})."
MEASURED = (
    "{answered} routers answered probes from outside ({days}), {vendor} made {share} of them; that is evidence of "
    "these routers and of no other equipment."
)
WITHHELD = f"Measured routers are withheld, as no public page shows a count under {LEAST_SHOWN_WORD}."
NOTED = "Noted with the sources: {notes}."
PUBLISH = "Each carrier can publish the share of each vendor in its network."


def dependence_answer(extract: Extract) -> Answer:
    """The vendor with the largest certain part of the network that is known best, the others beside it.

    Each end is that of a stored row; "more than any other" stands only where a low end is above every other high end.
    """
    rows = known_best(extract) or _gone(extract)
    finding = _finding(rows, extract)
    index = _index(rows[0], extract) if rows and not says_nothing(rows[0]) else None
    since = _contracts([*rows, *([index] if index else [])], extract)
    # A swap that came later says what the notes beside an older share say of it.
    notes = () if since else tuple(Quotation(text=note) for note in _notes(rows[:1], extract))
    later = [_later(since, extract)] if since else []
    noted = [sentence(NOTED, notes=Series(items=notes, last=";"))] if notes else []
    return extract.answer(
        "dependence",
        sentence(TO_CHECK, finding=finding) if rows and rows[0]["to_be_checked"] else finding,
        sentences=(*later, *_beside(rows, extract)),
        caveats=(
            *_evidence(rows[:1], extract),
            *(_counted(row, extract) for row in rows[:1] if not says_nothing(row)),
            *noted,
        ),
        would_change=(sentence(PUBLISH),),
        key_row=rows[0]["share_id"] if rows else "",
        rows=[row["share_id"] for row in rows],
    )


def known_best(extract: Extract) -> list[VendorShareRow]:
    """The shares of the network that is known best, the largest first."""
    return next(iter(_networks(extract)), [])


def _networks(extract: Extract) -> list[list[VendorShareRow]]:
    """The shares of the whole country by network, count and day: the network known best first, each largest first."""
    found = grouped(
        ((row["segment"], row["measure"], row["as_of"]), row)
        for row in _of_country(extract)
        if not says_nothing(row) and row["newest"] is not False
    )
    return sorted((_single(rows, extract) for rows in found.values()), key=_known_best)


def _of_country(extract: Extract) -> list[VendorShareRow]:
    """The shares of vendors in networks of the whole country, by the day, oldest first."""
    rows = [row for row in vendor_rows(extract) if row["carrier_id"] is None and not row["complement"]]
    rows = [row for row in rows if not (row["later_estimate"] or row["method"] == "forecast")]
    return [row for row in rows if row["asset_class"].split(".")[0] in NETWORK]


def _gone(extract: Extract) -> list[VendorShareRow]:
    """The newest share of which contracts on record leave nothing certain."""
    rows = [row for row in _of_country(extract) if says_nothing(row) and _contracts([row], extract)]
    return rows[-1:]


def _single(rows: Sequence[VendorShareRow], extract: Extract) -> list[VendorShareRow]:
    """The shares of one vendor each, else of sets where they alone are certain; by the least that any row gives.

    A row that holds another of the same vendors says less than it and is left out. Beside a share that is certain so is
    one that no row behind it names, unless it may be more than that share leaves: it says what holds of every vendor.
    """
    rows = [row for row in rows if not any(is_wider(row, one) for one in rows)]
    single, sets = ([row for row in rows if (len(row["vendor_ids"]) > 1) is many] for many in (False, True))
    certain = [row for row in sets if row["low_share"] > 0]
    most = max((row["low_share"] for row in single), default=0.0)
    if most > 0:
        shown = [
            row for row in single if row["low_share"] > 0 or row["high_share"] > 1 - most or _is_named(row, extract)
        ]
    else:
        shown = certain or _together(single, sets) or list(rows)

    def place(row: VendorShareRow) -> tuple[object, ...]:
        least = min(one["low_share"] for one in shown if one["vendor_ids"] == row["vendor_ids"])
        return -least, row["low_share"], -row["high_share"], row["share_id"]

    return sorted(shown, key=place)


def _is_named(row: VendorShareRow, extract: Extract) -> bool:
    """Whether a row behind a share names one of its vendors."""
    below = (extract.input_row(ref) for ref in row["inputs"])
    return any({*row["vendor_ids"]} & {*(one.get("vendor_ids") or ())} for one in below if one is not None)


def _together(single: Sequence[VendorShareRow], sets: Sequence[VendorShareRow]) -> list[VendorShareRow]:
    """Shares of one vendor each; a set that reaches no further than the vendors in it stands in their place."""
    most = {row["vendor_ids"][0]: row["high_share"] for row in single}
    held = [row for row in sets if row["high_share"] <= max(most.get(one, 0.0) for one in row["vendor_ids"])]
    within = {vendor for row in held for vendor in row["vendor_ids"]}
    return [*held, *(row for row in single if row["vendor_ids"][0] not in within)]


def _known_best(rows: Sequence[VendorShareRow]) -> tuple[object, ...]:
    first = rows[0]
    newest = -(first["as_of_high_on"] or date.min).toordinal()
    certain = 2 if first["low_share"] <= 0 else len(first["vendor_ids"]) > 1
    part = NETWORK.index(first["asset_class"].split(".")[0])
    return first["to_be_checked"], part, certain, newest, -first["coverage_share"], first["share_id"]


def _finding(rows: Sequence[VendorShareRow], extract: Extract) -> Sentence:
    country = Country(name=extract.country)
    if not rows:
        return sentence(NONE, country=country)
    first, shown = rows[0], _by_vendor(rows)[: SHOWN + 1]
    is_radio = first["asset_class"].startswith("ran")
    part = sentence("{part} (radio network)" if is_radio else "{part}", part=Term(text=first["segment"]))
    vendor = extract.vendor_names(first["vendor_ids"])
    if says_nothing(first):
        return sentence(GONE, part=part, country=country, vendor=vendor)
    is_set, alike = len(first["vendor_ids"]) > 1, [row for row in _of_country(extract) if not says_nothing(row)]
    others = {one for row in alike if row["segment"] == first["segment"] for one in row["vendor_ids"]}
    has_others = bool(others - {*first["vendor_ids"]})
    if first["low_share"] <= 0 or (has_others and len(shown) > 1 and not (is_set or _is_most(rows))):
        vendors = Series(items=tuple(_vendor(row, extract) for row in shown))
        message = NONE_CERTAIN if first["low_share"] <= 0 else CERTAIN
        return sentence(message, part=part, country=country, vendors=vendors)
    message = TOGETHER if is_set else MOST if _is_most(rows) else ONE_KNOWN if has_others else ALONE
    return sentence(message, vendor=vendor, share=_share(first), part=part, country=country)


def _by_vendor(rows: Sequence[VendorShareRow]) -> list[VendorShareRow]:
    """The first row of each set of vendors."""
    found: dict[tuple[str, ...], VendorShareRow] = {}
    for row in rows:
        found.setdefault(tuple(row["vendor_ids"]), row)
    return list(found.values())


def _is_most(rows: Sequence[VendorShareRow]) -> bool:
    """Whether the least of the first is above the most of each other vendor, named or not."""
    least = rows[0]["low_share"]
    others = (row["high_share"] for row in rows if row["vendor_ids"] != rows[0]["vendor_ids"])
    return least > max([1 - least, *others])


def _contracts(rows: Sequence[VendorShareRow | ConcentrationRow], extract: Extract) -> list[AnyRow]:
    """The contracts on which shares rest: they replace a vendor and may be later than a share."""
    refs = dict.fromkeys(ref for row in rows for ref in row["inputs"] if ref.startswith("procurement:"))
    found = (extract.input_row(ref) for ref in refs)
    return [row for row in found if row is not None and row["replaces_vendor_ids"]]


def _later(contracts: Sequence[AnyRow], extract: Extract) -> Sentence:
    """Contracts or plans that may be later than the shares; vendors they bring in without a share stand apart."""
    shares = (row for row in vendor_rows(extract) if not (row["complement"] or says_nothing(row)))
    shown = {vendor for row in shares for vendor in row["vendor_ids"]}
    taken = tuple(dict.fromkeys(one for row in contracts for one in row["vendor_ids"] or () if one not in shown))
    without = sentence(WITHOUT, vendors=extract.vendor_names(taken)) if taken else sentence("")
    listed = Series(items=tuple(_replaced(row, extract) for row in contracts), last=";")
    return sentence(SINCE, contracts=listed, without=without)


def _replaced(row: AnyRow, extract: Extract) -> Sentence:
    return sentence(
        REPLACED,
        carrier=Term(text=extract.name(row["carrier_id"]) or "all carriers"),
        vendor=extract.vendor_names(row["vendor_ids"]) if row["vendor_ids"] else Term(text="another vendor"),
        old=extract.vendor_names(row["replaces_vendor_ids"]),
        day=Quotation(text=row["day"] or "no date", row=row["row_id"]),
        planned=sentence(", planned" if row["event"].startswith("planned") else ""),
    )


def _reports(extract: Extract, counted: Set[str | None] = frozenset()) -> list[Sentence]:
    """The vendors that reports name in each part of the network of a carrier, in its radio network where some do.

    Of carriers counted in a share nothing is told again.
    """
    named = (row for row in vendors_named(extract) if row["carrier_id"] not in counted)
    of_carrier = [*grouped((row["carrier_id"], row) for row in named).values()]
    radio = ([row for row in rows if (row["asset_class"] or "").startswith("ran")] for rows in of_carrier)
    shown = [some or rows for some, rows in zip(radio, of_carrier, strict=True)][: SHOWN + 2]
    parts = [part for rows in shown for part in grouped((_stem(row), row) for row in rows).values()]
    reports = tuple(_report(rows, extract) for rows in parts)
    return [sentence(REPORTS, reports=Series(items=reports, last=";"))] if reports else []


def _stem(row: DeploymentRow) -> str:
    return (row["asset_class"] or row["segment"]).split(".")[0]


def _report(rows: Sequence[DeploymentRow], extract: Extract) -> Sentence:
    """A carrier with the vendors that reports name in one part of its network, and in which years."""
    days = [day for row in rows for day in (row["day_low_on"], row["day_high_on"]) if day]
    dates = (
        Dates(first=min(days), last=max(days), row=rows[0]["row_id"])
        if days
        else Quotation(text="no date", row=rows[0]["row_id"])
    )
    outside = {(*row["vendor_ids"],) for row in rows if row["complement"]}
    inside = {(one,) for row in rows if not row["complement"] for one in row["vendor_ids"]}
    sets = [*((ids, False) for ids in inside), *((ids, True) for ids in outside)]
    vendors = (extract.vendor_names(*one) for one in sorted(sets, key=lambda one: extract.vendors(*one)))
    segments = {row["segment"] for row in rows}
    return sentence(
        REPORTED,
        carrier=Term(text=extract.name(rows[0]["carrier_id"]) or "all carriers"),
        vendor=Series(items=tuple(vendors)),
        alone=sentence(" alone" if {row["extent"] for row in rows} == {"sole"} and len(sets) == 1 else ""),
        segment=Term(text=segments.pop() if len(segments) == 1 else wording.asset_class(_stem(rows[0]))),
        day=dates,
    )


def _share(row: VendorShareRow, *, how: bool = True) -> Interval:
    """A share by its ends; on its own a point says how it came about."""
    return Interval(
        low=row["low_share"],
        high=row["high_share"],
        low_open=row["low_open"],
        high_open=row["high_open"],
        how=("as published" if row["method"] == "published" else "worked out") if how else "",
        row=row["share_id"],
    )


def _vendor(row: VendorShareRow, extract: Extract) -> Sentence:
    share, checked = _share(row, how=False), sentence(" (to be checked)" if row["to_be_checked"] else "")
    return sentence(VENDOR, vendor=extract.vendor_names(row["vendor_ids"]), share=share, checked=checked)


def share_in_words(row: VendorShareRow, extract: Extract) -> Sentence:
    """A share with its network and vendor."""
    return sentence(OF_PART, part=Term(text=row["segment"]), vendor=_vendor(row, extract))


def _counted(first: VendorShareRow, extract: Extract) -> Sentence:
    coverage = Interval(low=first["coverage_share"], high=first["coverage_share"], row=first["share_id"])
    message, measure = OF_SUM if first["method"] == "bounds" else OF, _measure(first)
    vendor = extract.vendor_names(first["vendor_ids"])
    return sentence(message, measure=measure, day=Name(text=first["as_of"]), vendor=vendor, coverage=coverage)


def _evidence(rows: Sequence[VendorShareRow], extract: Extract) -> list[Sentence]:
    """How well the finding is known: its lines of evidence, their age and what they cover."""
    return [
        phrase
        for row in rows
        for phrase in evidence(
            extract,
            row["share_id"],
            row["inputs"],
            coverage=row["coverage_share"],
            is_weak=row["to_be_checked"],
            disagree=EXCLUDE in row["label"],
        )
    ]


_WEIGHTED = re.compile(r"(?P<what>.+) of carriers, weighted by (?P<weights>.+) of (?P<day>\S+); even spread assumed")


def _measure(row: VendorShareRow) -> Slot:
    """What a share is of: the words of its source, or the parts of the sum that was worked out."""
    text = short_measure(row).removeprefix("share of ")
    found = _WEIGHTED.fullmatch(text)
    if found is None:
        return Name(text=text)
    what, weights = (Term(text=found[one]) for one in ("what", "weights"))
    return sentence(WEIGHTED, what=what, weights=weights, weights_day=Name(text=found["day"]))


def _beside(rows: Sequence[VendorShareRow], extract: Extract) -> list[Sentence]:
    """The other vendors, and how concentrated they are."""
    if not rows or says_nothing(rows[0]):
        return [*_measured(extract), *_reports(extract), *_world(extract)]
    first, shown = rows[0], _by_vendor(rows)[: SHOWN + 1]
    held = {(*row["vendor_ids"],): _ends(row) for row in shown}
    again = [row for row in rows if held.get((*row["vendor_ids"],), _ends(row)) != _ends(row)]
    is_beside = len(first["vendor_ids"]) > 1 or _is_most(rows)
    below = (extract.input_row(ref) for ref in first["inputs"] if ref.startswith("market_share:"))
    counted = {row["carrier_id"] for row in below if row is not None} if first["low_share"] > 0 else set()
    found = [] if _is_most(rows) else _reports(extract, counted)
    for message, others in ((BESIDE, shown[1:] if is_beside else []), (OTHERWISE, again)):
        if others:
            found.append(sentence(message, vendors=Series(items=tuple(_vendor(row, extract) for row in others))))
    if index := _index(first, extract):
        points = Points(low=index["low_hhi_points"], high=index["high_hhi_points"], row=index["concentration_id"])
        checked = sentence(", to be checked" if index["to_be_checked"] else "")
        found.append(sentence(CONCENTRATION, index=points, checked=checked))
    return found


def _ends(row: VendorShareRow) -> tuple[float, float]:
    return row["low_share"], row["high_share"]


def _world(extract: Extract) -> list[Sentence]:
    """The newest shares of vendors in the world's market of networks, as far as they were known."""
    rows = [row for row in extract.inputs(MarketShareRow) if row["level"] == "world" and not unread(row)]
    rows = [row for row in rows if row["geo"] == "World" and not (row["forecast"] or row["complement"])]
    of_day = grouped(
        ((row["as_of_high_on"] or date.min, row["asset_class"] == "ran", row["measure"], row["segment"]), row)
        for row in rows
        if row["asset_class"].split(".")[0] in (*NETWORK, "all") and len(row["vendor_ids"]) == 1
    )
    if not of_day:
        return []
    newest = sorted(of_day[max(of_day)], key=lambda row: (-row["low_share"], row["row_id"]))[:SHOWN]
    shares = [Interval(low=row["low_share"], high=row["high_share"], row=row["row_id"]) for row in newest]
    vendors = tuple(
        sentence("{vendor} {share}", vendor=extract.vendor_names(row["vendor_ids"]), share=share)
        for row, share in zip(newest, shares, strict=True)
    )
    measure, day = Name(text=newest[0]["measure"].removeprefix("share of ")), Name(text=newest[0]["as_of"])
    country = Country(name=extract.country)
    return [sentence(WORLD, country=country, vendors=Series(items=vendors), measure=measure, day=day)]


def _measured(extract: Extract) -> list[Sentence]:
    """The vendor of most routers that answered probes; all that may be known of a country's networks."""
    of_country = ("country", "all", "answered", None)
    columns = ("level", "period", "measured_of", "part")
    rows = [one for one in extract.results(MeasuredShareRow) if tuple(one[name] for name in columns) == of_country]  # type: ignore[literal-required]
    shown = [one for one in rows if extract.audience == "internal" or one["audience"] == "public"]
    if not shown:
        return [sentence(WITHHELD)] if rows else []
    most = max(shown, key=lambda one: (one["seen_count"], one["measured_share_id"]))
    low, high, key = most["low_share"], most["high_share"], most["measured_share_id"]
    first, last = most["seen_low_on"], most["seen_high_on"]
    slots: dict[str, Slot] = {
        "answered": Points(low=most["answered_count"], high=most["answered_count"], row=key),
        "days": Day(day=first, last=last) if first and last else Term(text="days not known"),
        "vendor": extract.vendor_names(most["vendor_ids"]),
        "share": Interval(low=0 if low is None else low, high=1 if high is None else high, row=key),
    }
    return [sentence(MEASURED, **slots)]


def _index(first: VendorShareRow, extract: Extract) -> ConcentrationRow | None:
    """The index of concentration of the same network, count and day."""
    rows = (row for row in extract.results(ConcentrationRow) if row["carrier_id"] is None)
    alike = ("segment", "measure", "as_of")
    return next((row for row in rows if all(row[one] == first[one] for one in alike)), None)  # type: ignore[literal-required]


def _notes(rows: Sequence[VendorShareRow], extract: Extract) -> list[str]:
    """What the readers of the published shares behind the figures noted beside them, such as a swap that came later."""
    refs = (ref for row in rows for ref in row["inputs"] if ref.startswith("market_share:"))
    below = [extract.input_row(ref) for ref in refs]
    return list(dict.fromkeys(one["note"].rstrip(".") for one in below if one is not None and one["note"]))
