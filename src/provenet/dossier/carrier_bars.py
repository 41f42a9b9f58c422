"""Carriers of a country with what is certain of their vendors: the data of the picture on the first page."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial

from provenet.case.extract import Extract
from provenet.case.rows import VendorShareRow
from provenet.core import wording
from provenet.core.answer import Interval, Name, Sentence, Series, Term, sentence
from provenet.core.grouping import grouped
from provenet.core.language import ENGLISH, Language
from provenet.dependence.answer import known_best
from provenet.dependence.contracts import merged_into, newest_reports, without_network
from provenet.dependence.share_rows import how, vendor_rows, weight_rows
from provenet.evidence.verdict_rows import by_pack, outcome_word

SEGMENT = "ran"
SHARES = "{shares} ({day}; {how})"
ROOM = "upper ends worked out"
NO_SHARE = "no share on record"
ABSENT = "none of {vendors}, as reported ({day})"


@dataclass(frozen=True, kw_only=True)
class CarrierBar:
    """One carrier: what is certain of the vendors that a policy names, of other named vendors, and the rest.

    `weight` is the carrier's share of the country, None where no row gives one of the same measure.
    """

    carrier: str
    weight: float | None
    named: float
    other: float
    words: str
    ids: tuple[str, ...] = ()
    check: bool = False
    said: Sentence = field(default_factory=partial(sentence, ""))
    """What `words` say, as data."""

    @property
    def unknown(self) -> float:
        """What no published share covers."""
        return max(0.0, 1 - self.named - self.other)


@dataclass(frozen=True, kw_only=True)
class CarrierBars:
    """The bars of a country, the heaviest carrier first, with what their width counts."""

    bars: tuple[CarrierBar, ...]
    named: tuple[str, ...]
    measure: str
    as_of: str
    weight_ids: tuple[str, ...]
    language: Language = ENGLISH

    def in_language(self, language: Language) -> "CarrierBars":
        """The same bars with their words in another language."""
        bars = tuple(replace(bar, words=bar.said.says_in(language)) for bar in self.bars)
        return replace(self, bars=bars, language=language)


def carrier_bars(extract: Extract) -> CarrierBars | None:
    """The carriers that have a weight or a share, and where none has a weight those that reports name; else None.

    Carriers that became part of another are drawn as that one, by their weights together where it has none itself.
    Sound: a part counts as a vendor's only as far as its low end; "all vendors but one" names nobody.
    """
    weights = weight_rows(extract, next((row["measure"] for row in known_best(extract)), ""))
    rows = _newest(extract)
    without, merged = without_network(extract), merged_into(extract)
    named_by = [*(row["carrier_id"] for row in weights), *rows]
    named_by += [] if weights else [row["carrier_id"] for row in newest_reports(extract) if row["carrier_id"]]
    found = dict.fromkeys(merged.get(one, one) for one in named_by)
    carriers = [one for one in found if one not in without]
    if not carriers:
        return None
    heavy = {row["carrier_id"]: row["low_share"] for row in weights}
    for one, into in merged.items():
        if one in heavy and not any(row["carrier_id"] == into for row in weights):
            heavy[into] = heavy.get(into, 0.0) + heavy[one]
    absent = _absent(extract)
    bars = [
        _bar(carrier, rows.get(carrier, []), absent.get(carrier), weight=heavy.get(carrier), extract=extract)
        for carrier in carriers
    ]
    bars.sort(key=lambda bar: (-(bar.weight or 0), bar.carrier.casefold()))
    return CarrierBars(
        bars=tuple(bars),
        named=tuple(extract.name(vendor) for vendor in sorted(ruled_vendors(extract))),
        measure=weights[0]["measure"] if weights else "",
        as_of=weights[0]["as_of"] or "no date" if weights else "",
        weight_ids=tuple(row["row_id"] for row in weights),
    )


def ruled_vendors(extract: Extract) -> frozenset[str]:
    """The vendors that a policy in force restricts or sets conditions for."""
    return frozenset(
        row["vendor_id"]
        for pack in by_pack(extract)
        if pack.in_force
        for row in pack.rows
        if outcome_word(row) in ("restricted", "conditional")
    )


def _newest(extract: Extract) -> dict[str, list[VendorShareRow]]:
    """Per carrier the newest published shares of vendors in its radio network, of one segment, measure and day."""
    groups: dict[str, dict[tuple[object, ...], list[VendorShareRow]]] = {}
    for row in vendor_rows(extract):
        plain = not (row["complement"] or row["later_estimate"]) and row["method"] in ("published", "counted")
        if plain and row["carrier_id"] and row["asset_class"].split(".")[0] == SEGMENT:
            key = (not row["to_be_checked"], row["as_of_high_on"] or date.min, row["segment"], row["measure"])
            groups.setdefault(row["carrier_id"], {}).setdefault(key, []).append(row)
    return {carrier: found[max(found)] for carrier, found in groups.items()}


def _absent(extract: Extract) -> dict[str | None, Sentence]:
    """Per carrier of whom the newest reports say that its radio network has nothing."""
    rows = [row for row in newest_reports(extract) if (row["asset_class"] or "").split(".")[0] == SEGMENT]
    rows = [row for row in rows if row["presence"] == "absent" or (row["presence"] == "named" and row["complement"])]
    found: dict[str | None, Sentence] = {}
    for carrier, own in grouped((row["carrier_id"], row) for row in rows).items():
        days = grouped((row["day_high_on"] or date.min, row) for row in own)
        newest = days[max(days)]
        vendors = sorted({vendor for row in newest for vendor in row["vendor_ids"]})
        day = Name(text=newest[0]["day"] or "no date")
        found[carrier] = sentence(ABSENT, vendors=extract.vendor_names(vendors), day=day)
    return found


def _bar(
    carrier: str, rows: Sequence[VendorShareRow], absent: Sentence | None, *, weight: float | None, extract: Extract
) -> CarrierBar:
    ordered = sorted(rows, key=lambda row: (-row["low_share"], row["share_id"]))
    said = absent or sentence(NO_SHARE)
    if ordered:
        most = [_most(row, rows) for row in ordered]
        shares = Series(items=tuple(_said(*one, extract) for one in zip(ordered, most, strict=True)), last=",")
        part = [ordered[0]["segment"]] if ordered[0]["segment"] != wording.asset_class(SEGMENT) else []
        room = [ROOM] if any(end < row["high_share"] for row, end in zip(ordered, most, strict=True)) else []
        ways = (Term(text=one) for one in dict.fromkeys([*part, *map(how, ordered), *room]))
        said = sentence(
            SHARES, shares=shares, how=Series(items=tuple(ways), last=";"), day=Name(text=ordered[0]["as_of"])
        )
    named, other = certain_parts(rows, extract)
    return CarrierBar(
        carrier=extract.name(carrier),
        weight=weight,
        named=named,
        other=other,
        words=said.says,
        said=said,
        ids=tuple(row["share_id"] for row in ordered),
        check=any(row["to_be_checked"] for row in rows),
    )


def certain_parts(rows: Sequence[VendorShareRow], extract: Extract) -> tuple[float, float]:
    """What the rows of a carrier make certain of the vendors that a policy in force names, and of others."""
    named = ruled_vendors(extract)
    lows = [(frozenset(row["vendor_ids"]), row["low_share"]) for row in rows]
    of_named = certain_share([one for one in lows if one[0] and one[0] <= named])
    of_others = certain_share([one for one in lows if one[0] and not one[0] & named])
    return of_named, min(of_others, 1 - of_named)


def _most(row: VendorShareRow, rows: Sequence[VendorShareRow]) -> float:
    """The most that the shares of other vendors at the same carrier leave to the vendors of a row."""
    others = [(frozenset(one["vendor_ids"]), one["low_share"]) for one in rows]
    apart = [one for one in others if one[0] and not one[0] & {*row["vendor_ids"]}]
    return min(row["high_share"], max(row["low_share"], 1 - certain_share(apart)))


def _said(row: VendorShareRow, most: float, extract: Extract) -> Sentence:
    is_open = row["high_open"] and most == row["high_share"]
    share = Interval(low=row["low_share"], high=most, low_open=row["low_open"], high_open=is_open)
    return sentence("{vendor} {share}", vendor=extract.vendor_names(row["vendor_ids"]), share=share)


def certain_share(lows: Sequence[tuple[frozenset[str], float]]) -> float:
    """What some published shares make certain of their vendors together, never counting a vendor twice.

    Of several rows for one set the least counts; sets that share a vendor are not added up. Cost O(n^2).

    >>> huawei, both = frozenset({"huawei"}), frozenset({"huawei", "zte"})
    >>> certain_share([(huawei, 0.5), (both, 0.57)]), certain_share([(huawei, 0.5), (huawei, 0.4)])
    (0.57, 0.4)
    """
    least: dict[frozenset[str], float] = {}
    for vendors, low in lows:
        least[vendors] = min(low, least.get(vendors, 1.0))
    total, taken = 0.0, set[str]()
    for vendors, low in sorted(least.items(), key=lambda one: (-one[1], sorted(one[0]))):
        if not vendors & taken:
            total += low
            taken |= vendors
    return min(1.0, total)
