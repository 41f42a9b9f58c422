"""Published shares of a country and its carriers, over time, and what all shares of one whole imply together.

What nobody publishes, in a row of its own: the asset classes of which no share of vendors is known.

A row is [0, 1] with coverage 0: any vendor may have all of it or none. It is written so that a page shows the gap.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from provenet.case.rows import AnyRow, FindingRow, VendorShareRow
from provenet.case.tables import vocabulary
from provenet.core.grouping import grouped
from provenet.core.ids import row_id
from provenet.dependence.intervals import ONE, UNKNOWN, ZERO, Bound
from provenet.dependence.question import (
    EXCLUDE,
    NO_DATES,
    DateColumns,
    Dates,
    DependenceQuestion,
    Deployment,
    MarketShare,
    covers,
    newest_first,
    share_row,
)
from provenet.dependence.swaps import since
from provenet.dependence.whole import AS_PUBLISHED, AS_ROUNDED, CONTRADICTORY, Share, Whole

STEM = "as_of"
_WHOLE_KEY = ("later", "forecast", "carrier_id", "asset_class", "generation", "segment", "measure_kind")
_WORKINGS = re.compile(r": [^()]*\d[^()]*(?= \(|$)")


class WholeColumns(DateColumns):
    """What the rows of one whole have in common."""

    carrier_id: str | None
    asset_class: str
    segment: str
    measure: str
    measure_kind: str
    later_estimate: bool


@dataclass(frozen=True)
class PublishedWhole:
    """The rows of one whole: one carrier or country, segment, measure and date."""

    question: DependenceQuestion
    rows: tuple[MarketShare, ...]

    @property
    def first(self) -> MarketShare:
        """A row that stands for what all rows of the whole have in common."""
        return self.rows[0]

    @cached_property
    def whole(self) -> Whole:
        """The shares read together, with what contracts may have changed since.

        Forecasts, what was bought in some time and shares of other places stand as they are.
        """
        whole, first = Whole([self.share(row) for row in self.rows], self.question.country_of), self.first
        is_bought = first["measure_kind"] in vocabulary()["bought_kinds"]
        if first["forecast"] or is_bought or first["geo"] not in self.question.places:
            return whole
        return since(
            self.question,
            whole,
            carrier=first["carrier_id"],
            asset_class=first["asset_class"],
            generation=first["generation"],
            day=first["as_of_low_on"],
        )

    def bound(self, share: Share) -> Bound:
        """What one share says by itself, after what contracts may have changed since."""
        alone = Whole([share], self.question.country_of, self.whole.swap)
        return alone.share_of(share.vendors, complement=share.complement) if self.whole.swap else share.bound

    def share(self, row: MarketShare) -> Share:
        """A row as a share: its set of vendors, its interval, and how it is rounded."""
        bound = Bound.of(row["low_share"], row["high_share"], low_open=row["low_open"], high_open=row["high_open"])
        vendors = row["vendor_ids"]
        if row["complement"] and not vendors:
            vendors = sorted({v for other in self.rows if not other["complement"] for v in other["vendor_ids"]})
        # A single number is rounded to the digits it is printed with; words such as "about" carry their band already.
        printed = row["percent"] if bound.low == bound.high and ZERO < bound.low < ONE else None
        half = Fraction(1, 2 * 10 ** (len(printed.strip().partition(".")[2]) + 2)) if printed else ZERO
        return Share(ref(row), frozenset(vendors), row["complement"], bound, half, self.question.is_weak(row))

    @property
    def measure(self) -> str:
        """What the shares are of."""
        return measure_of(self.first)

    @property
    def dates(self) -> Dates:
        """The date the whole is of."""
        return Dates.of([self.first], STEM)

    @property
    def place(self) -> str:
        """The carrier or country in words."""
        carrier, geo = self.first["carrier_id"], self.first["geo"]
        if carrier:
            return self.question.name(carrier)
        return self.question.country if geo in self.question.places else geo

    def common(self) -> WholeColumns:
        """Result columns that all rows of the whole share."""
        first = self.first
        return {
            "carrier_id": first["carrier_id"],
            "asset_class": first["asset_class"],
            "segment": first["segment"],
            "measure": self.measure,
            "measure_kind": first["measure_kind"],
            **self.dates.columns(),
            "later_estimate": first["later"],
        }

    def label(self, vendors: str) -> str:
        """The figure in words without its number."""
        text = f"{vendors}: {self.measure}, {self.first['segment']}, {self.place}, {self.dates.text}"
        if self.first["forecast"]:
            text += "; a forecast"
        if self.first["later"]:
            text += "; published after the day in question"
        if self.whole.standing == CONTRADICTORY:
            text += f"; {EXCLUDE}, both are shown"
        return text


def measure_of(row: AnyRow) -> str:
    """What a share is of, without the workings of its number: "buying: 2bn of 7bn (X)" is "buying (X)"."""
    return _WORKINGS.sub("", str(row["measure"]))


def ref(row: AnyRow, table: str = "market_share") -> str:
    """The reference to an input row that lineage follows."""
    return f"{table}:{row['row_id']}"


def published_wholes(
    question: DependenceQuestion, *, forecast: bool = False, later: bool = True, places: Collection[str] | None = None
) -> list[PublishedWhole]:
    """Every whole of the country and its carriers that a share was published of by the day, the oldest first.

    Unlike measures, dates, segments and forecasts are never in one whole. `places` are spellings of another place.
    """
    alike: dict[tuple[object, ...], list[MarketShare]] = {}
    for row in question.rows(MarketShare, later=later):
        here = row["geo"] in (question.places if places is None else places)
        if here and row["forecast"] == forecast and (forecast or question.belongs(row, STEM)):
            alike.setdefault(_whole_key(row), []).append(row)
    made = [PublishedWhole(question, tuple(rows)) for rows in alike.values()]
    return sorted(made, key=lambda p: (newest_first(p.first, STEM), str(_cells(p.first, _WHOLE_KEY)), p.measure))


def _whole_key(row: AnyRow) -> tuple[object, ...]:
    return (*_cells(row, (*_WHOLE_KEY, f"{STEM}_low_on", f"{STEM}_high_on", STEM)), measure_of(row))


def _cells(row: AnyRow, columns: Iterable[str]) -> list[object]:
    return [row[name] for name in columns]


def published_rows(question: DependenceQuestion) -> list[VendorShareRow]:
    """One result row for each published share, with the interval that its author is committed to."""
    made: list[VendorShareRow] = []
    wholes = published_wholes(question) + published_wholes(question, forecast=True)
    newest = _newest(wholes)
    for whole in wholes:
        for rows in _same_set(whole.rows):
            alike = len({(r["low_share"], r["high_share"], r["low_open"], r["high_open"]) for r in rows}) == 1
            for some in [rows] if alike else [[row] for row in rows]:
                extra = None if alike else {"source_id": some[0]["source_id"], "locator": some[0]["locator"]}
                made.append(_published_row(question, whole, some, extra=extra, newest=newest))
    return made


def _same_set(rows: Iterable[MarketShare]) -> list[list[MarketShare]]:
    alike = grouped(((*row["vendor_ids"], row["complement"]), row) for row in rows)
    return [alike[key] for key in sorted(alike, key=str)]


def _series(row: AnyRow) -> tuple[object, ...]:
    """What stays the same while a figure is published anew: place, segment, kind of measure and set."""
    same = ("carrier_id", "asset_class", "generation", "measure_kind", "complement")
    return (*_cells(row, same), *row["vendor_ids"])


def _newest(wholes: Sequence[PublishedWhole]) -> dict[tuple[object, ...], object]:
    best: dict[tuple[object, ...], tuple[object, ...]] = {}
    for whole in wholes:
        if not (whole.first["later"] or whole.first["forecast"]):
            for row in whole.rows:
                key = _series(row)
                best[key] = max(best.get(key, ()), newest_first(row, STEM))
    return dict(best)


def _published_row(
    question: DependenceQuestion,
    whole: PublishedWhole,
    rows: list[MarketShare],
    *,
    extra: Mapping[str, object] | None,
    newest: Mapping[tuple[object, ...], object],
) -> VendorShareRow:
    row = rows[0]
    share = whole.share(row)
    words = row["qualifier"] or ""
    figure = f"{row['percent']} percent ({words or '='})" if row["percent"] else f"in words only ({words})"
    apart = whole.first["later"] or whole.first["forecast"]
    is_newest = None if apart else newest[_series(row)] == newest_first(row, STEM)
    # A share that a newer one of its series follows stands as one of its day.
    bound = share.bound if is_newest is False else whole.bound(share)
    formula = f"as published, {figure}, read as the interval {share.bound.text()}"
    changed = whole.whole.swap if bound != share.bound else None
    label = whole.label(question.names_of(share.vendors, row["complement"]))
    if not share.bound.is_known:
        label += f"; the source gives no number: {words or 'nothing'}"
    return share_row(
        question,
        extra,
        **_with_measure(whole.common(), row["measure"]),
        **bound.columns(),
        vendor_ids=share.vendors,
        complement=row["complement"],
        coverage_share=1.0 if bound.is_known else 0.0,
        method="forecast" if row["forecast"] else "published",
        newest=is_newest,
        to_be_checked=all(question.is_weak(r) for r in rows),
        label=label,
        formula=formula + (f"; {changed.says}" if changed else ""),
        inputs=[*map(ref, rows), *(changed.refs if changed else ())],
    )


def _with_measure(columns: WholeColumns, measure: str) -> WholeColumns:
    return {**columns, "measure": measure}


def implied_rows(question: DependenceQuestion) -> list[VendorShareRow]:
    """What the shares of one whole say together of each vendor, each set, and everybody not named.

    A row stands only where it says more than the published row of the same set. "Not those vendors" is what is left;
    it is not clear, since nobody says whose it is.
    """
    made: list[VendorShareRow] = []
    for published in published_wholes(question):
        whole = published.whole
        sets = {frozenset([v]) for v in whole.named} | {s.vendors for s in whole.shares if not s.complement}
        sets |= set(question.groups)
        sets_in_question = [(s, False) for s in sorted(sets, key=sorted)]
        rest = frozenset(v for s in whole.shares for v in s.vendors)
        for vendors, complement in [*sets_in_question, (rest, True)]:
            bound = whole.share_of(vendors, complement=complement)
            stands = {published.bound(s) for s in whole.shares if (s.vendors, s.complement) == (vendors, complement)}
            if bound.is_known and bound not in stands:
                made.append(_implied_row(question, published, vendors, complement=complement, bound=bound))
    return made


def _implied_row(
    question: DependenceQuestion, published: PublishedWhole, vendors: frozenset[str], *, complement: bool, bound: Bound
) -> VendorShareRow:
    whole = published.whole
    shown = shares_text(question, whole, "so the hull over dropping one of each conflict")
    label = published.label(question.names_of(vendors, complement)) + "; implied by the published shares together"
    if complement:
        label += "; not those vendors, which is not the same as clear"
    return share_row(
        question,
        **published.common(),
        **bound.columns(),
        vendor_ids=vendors,
        complement=complement,
        coverage_share=1.0,
        method="implied",
        to_be_checked=whole.is_weak(vendors, complement=complement),
        label=label,
        formula=f"least and greatest share over all splits of the whole that meet: {shown}",
        inputs=whole.refs_of(vendors, complement=complement),
    )


def shares_text(question: DependenceQuestion, whole: Whole, dropping: str) -> str:
    """The shares of a whole, how they are read together, and, where they exclude each other, what is said of it."""
    shown = "; ".join(
        f"{question.names_of(s.vendors, s.complement)} {s.bound.text()}" for s in whole.shares if s.bound.is_known
    )
    how = {
        AS_PUBLISHED: "",
        AS_ROUNDED: "; figures read as rounded to the digits shown, since they exclude each other as printed",
        CONTRADICTORY: f"; the shares exclude each other, {dropping}",
    }[whole.standing]
    return shown + how + (f"; {whole.swap.says}" if whole.swap else "")


def contradictions(question: DependenceQuestion) -> list[FindingRow]:
    """A finding for each whole whose published shares exclude each other even when read as rounded."""
    return [
        finding(
            "contradictory shares",
            f"market_share {', '.join(sorted(one.whole.conflict))}",
            f"Published shares of one whole exclude each other: {one.measure}, {one.first['segment']}, {one.place}, "
            f"{one.dates.text}. Both are shown; none is averaged.",
            repair="Compare the rows with their sources; a newer or better source can be added beside them.",
            inputs=one.whole.conflict,
        )
        for one in published_wholes(question)
        if one.whole.standing == CONTRADICTORY
    ]


def finding(
    kind: str,
    place: str,
    says: str,
    *,
    repair: str,
    inputs: Iterable[str],
    formula: str = "shares of one whole read together",
) -> FindingRow:
    """A row of the table `finding`."""
    return {
        "finding_id": row_id("finding", {"kind": kind, "place": place}),
        "kind": kind,
        "severity": "warning",
        "place": place,
        "says": says,
        "repair": repair,
        "formula": formula,
        "inputs": sorted(inputs),
    }


def unpublished_rows(question: DependenceQuestion, shares: Sequence[VendorShareRow]) -> list[VendorShareRow]:
    """A row for each asset class a page must speak of, where no other row of the country has a figure of it."""
    known = {row["asset_class"] for row in shares if row["coverage_share"] and not row["later_estimate"]}
    made = []
    for asset_class, words in vocabulary()["asked_classes"].items():
        if asset_class in known:
            continue
        named = _named(question, asset_class)
        label = f"vendors of {words}, {question.country}: not published"
        if question.known is not None:
            label += ", not known on that day"
        if named:
            carriers = {row["carrier_id"] for row in named if row["carrier_id"]}
            label += f"; some are named, without a share, at {question.names_of(carriers)}"
        row = share_row(
            question,
            **UNKNOWN.columns(),
            **NO_DATES.columns(),
            asset_class=asset_class,
            segment=words,
            measure="equipment; no share of vendors is published",
            measure_kind="equipment",
            coverage_share=0.0,
            method="not published",
            label=label,
            formula="no row of market_share or deployment gives a share in this asset class",
            inputs=[ref(r, "deployment") for r in named],
        )
        made.append(row)
    return made


def _named(question: DependenceQuestion, asset_class: str) -> list[Deployment]:
    return [
        row
        for row in question.rows(Deployment)
        if row["country"] in question.places and row["presence"] == "named" and question.belongs(row, "day")
        if row["vendor_ids"] and row["carrier_id"]
        if row["asset_class"] not in (None, "all", "*") and covers(asset_class, row["asset_class"] or "")
    ]
