"""From carriers to the country: each carrier's share weighted by its customers, what is missing left unknown.

Weights are shares of carriers of one measure and date. Weight that is not published belongs to anyone; a carrier of
which nothing is known counts [0, 1]. A share of equipment or sites weighted by customers rests on the assumption that
traffic spreads over a carrier's equipment as customers do; each row says so and names both measures.

Common failure: the share of a country's customers whose carriers' equipment fails together with one vendor.

In radio access a carrier loses what the vendor's equipment serves. In segments where the loss of a part may stop the
whole carrier (the core above all) the share bounds the loss from below only. Roaming and joint networks fail with
their host. Says nothing about how likely a failure is.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from provenet.case.carrier_weights import carrier_ends
from provenet.case.rows import CommonFailureRow, FindingRow, VendorShareRow
from provenet.case.tables import vocabulary
from provenet.core.grouping import grouped
from provenet.core.ids import row_id
from provenet.dependence.carriers import (
    STATED,
    Base,
    CarrierBound,
    Carriers,
    Segment,
    joined,
    measures_text,
    restricted_vendors,
    segments,
    sets_of,
    vendors_of,
)
from provenet.dependence.gaps import EQUIPMENT, WEIGHT, WHOLE_CARRIER, Figure, Gap
from provenet.dependence.intervals import ONE, ZERO, Bound, number_text, share_value, weighted
from provenet.dependence.question import (
    CarrierShare,
    Dates,
    DependenceQuestion,
    newest_first,
    noted,
    segment_of,
    share_row,
)
from provenet.dependence.shares import finding, ref

STEM = "as_of"
ASSUMPTION = "assumes that customers spread over a carrier's equipment evenly"
SHORT_ASSUMPTION = "even spread assumed"


@dataclass(frozen=True)
class Weights:
    """How large carriers are by one measure on one date; the least each is known to have."""

    rows: tuple[CarrierShare, ...]
    of: Mapping[str, Fraction]
    weak: bool

    @property
    def measure(self) -> str:
        """What the weights are of, with their date."""
        return f"{self.rows[0]['measure']} of {self.rows[0]['as_of']}"

    @property
    def dates(self) -> Dates:
        """The date of the weights."""
        return Dates.of(self.rows, STEM)

    @property
    def missing(self) -> Fraction:
        """The weight of nobody named."""
        return ONE - sum(self.of.values(), ZERO)

    @property
    def later(self) -> bool:
        """Whether any of them was published after the day known."""
        return any(row["later"] for row in self.rows)


def weightings(
    question: DependenceQuestion, asset_class: str, *, later: bool = False
) -> tuple[list[Weights], list[FindingRow]]:
    """The newest weights of each measure that suits the segment, and a finding for each that sums to more than 1.

    Weights much older than the newest of any measure are left out, but old ones stand where there are no others.
    Sums are taken as printed; where they pass 1, figures are read as rounded: 39.7 + 31.3 + 24.8 + 4.3 is 100.1.
    """
    kinds = vocabulary()["weight_kinds"].get(segment_of(asset_class), ())
    alike = grouped(
        ((row["measure"], row["later"]), row)
        for row in question.rows(CarrierShare, later=later)
        if row["country"] in question.places and row["measure_kind"] in kinds and question.belongs(row, STEM)
    )
    made, findings = [], []
    ends = {key: max(newest_first(row, STEM) for row in rows) for key, rows in alike.items()}
    for key, rows in sorted(alike.items()):
        newest = ends[key]
        if newest[0].year + vocabulary()["weights_outlived_years"] < max(ends.values())[0].year:
            continue
        weights = _weights(question, [row for row in rows if newest_first(row, STEM) == newest])
        if weights is None:
            findings.append(_too_much(question, rows, newest))
        elif weights.of:
            made.append(weights)
    return made, findings


def _weights(question: DependenceQuestion, rows: Sequence[CarrierShare]) -> Weights | None:
    ends = carrier_ends(rows)
    if ends is None:
        return None
    weak = any(all(question.is_weak(r) for r in rows if r["carrier_id"] == c) for c in ends)
    return Weights(tuple(rows), {carrier: least for carrier, (least, _) in ends.items() if least}, weak)


def _too_much(question: DependenceQuestion, rows: Sequence[CarrierShare], newest: tuple[object, object]) -> FindingRow:
    some = [row for row in rows if newest_first(row, STEM) == newest]
    refs = sorted(ref(row, "carrier_share") for row in some)
    what = f"{some[0]['measure']}, {question.country}, {some[0]['as_of']}"
    text = f"Shares of carriers sum to more than the whole: {what}."
    repair = "Compare the rows with their sources. They weigh nothing until then."
    return finding("contradictory shares", f"carrier_share {', '.join(refs)}", text, repair=repair, inputs=refs)


@dataclass(frozen=True)
class CountryBound:
    """What the carriers imply for the country: the interval, the weight of carriers with a figure, and the legs."""

    bound: Bound
    coverage: Fraction
    legs: tuple[tuple[str, Fraction, CarrierBound], ...]
    weights: Weights

    @cached_property
    def own(self) -> CarrierBound:
        """What the answers of all carriers rest on together."""
        return joined(answer for _, _, answer in self.legs)

    @property
    def dates(self) -> Dates:
        """Dates of the shares, then of the weights."""
        return self.own.dates.joined(self.weights.dates)

    @property
    def inputs(self) -> list[str]:
        """Every row it rests on."""
        return sorted({*self.own.refs, *(ref(row, "carrier_share") for row in self.weights.rows)})

    @property
    def weak(self) -> bool:
        """Whether some part of it rests only on rows that cannot carry a figure alone."""
        return self.weights.weak or self.own.weak

    @property
    def later(self) -> bool:
        """Whether some part of it was published after the day known."""
        return self.weights.later or self.own.later


def country_bound(carriers: Carriers, weights: Weights, vendors: frozenset[str]) -> CountryBound:
    """The share of a set of vendors in the country, from its carriers. Cost O(carriers)."""
    legs = tuple((c, w, carriers.answer(c, vendors)) for c, w in weights.of.items())
    bound = weighted((w, answer.bound) for _, w, answer in legs)
    return CountryBound(bound, sum((w for _, w, answer in legs if answer.bound.is_known), ZERO), legs, weights)


def measure_text(carriers: Carriers, found: CountryBound) -> str:
    """What a weighted figure is of: the carriers' measure, the weights, and the assumption between them."""
    own = measures_text([found.own])
    return (
        f"share of each carrier's {carriers.segment.words} ({own}), weighted by {found.weights.measure}; {ASSUMPTION}"
    )


def short_text(segment: Segment, used: Iterable[CarrierBound | Base], weights: Weights) -> str:
    """`measure_text` for a first page: what of whom, weighted by what; the assumption is never left out."""
    own = "" if measures_text(used) == STATED else f" {segment.measure_kind}"
    return f"{segment.words}{own} of carriers, weighted by {weights.measure}; {SHORT_ASSUMPTION}"


def leg_gaps(found: CountryBound) -> tuple[Gap, ...]:
    """What each carrier, and the weight of nobody named, adds to the width."""
    gaps = [Gap(EQUIPMENT, w * (answer.bound.high - answer.bound.low), carrier) for carrier, w, answer in found.legs]
    return (*gaps, Gap(WEIGHT, found.weights.missing))


def formula_text(question: DependenceQuestion, found: CountryBound) -> str:
    """The weighted sum with its numbers."""
    terms = [
        f"{question.name(c)} {number_text(w)} x {answer.bound.text()}"
        + ("" if answer.bound.is_known else " (not known)")
        for c, w, answer in found.legs
    ]
    if found.weights.missing:
        terms.append(f"others {number_text(found.weights.missing)} x [0, 1] (weight not published)")
    return "sum of weight x share over carriers: " + " + ".join(terms)


def bound_figures(question: DependenceQuestion) -> list[Figure[VendorShareRow]]:
    """Shares of the country implied by its carriers, for each vendor and each published set, measure and weighting.

    A row stands only where a carrier with a known weight has a figure that names one of the set, or that bounds a
    vendor whom a policy reaches. Rows that need an estimate published after the day known stand apart.
    """
    made: list[Figure[VendorShareRow]] = []
    for later in (False, True):
        for segment in segments(question, later=later):
            carriers = Carriers(question, segment, later=later)
            vendors = vendors_of(question, segment.asset_class, later=later)
            tested = restricted_vendors(question, segment.asset_class)
            for weights in weightings(question, segment.asset_class, later=later)[0]:
                for some in sets_of(question, vendors, segment.asset_class, later=later):
                    found = country_bound(carriers, weights, some)
                    relevant = found.coverage > 0 and (found.own.named or some <= tested or some in question.groups)
                    if relevant and found.later == later:
                        made.append(Figure(_row(carriers, found, some), leg_gaps(found)))
    return made


def _row(carriers: Carriers, found: CountryBound, vendors: frozenset[str]) -> VendorShareRow:
    question, segment = carriers.question, carriers.segment
    label = f"{question.names_of(vendors)}: {measure_text(carriers, found)}, {question.country}"
    hosted = sorted({r["says"] for c in found.weights.of for r in carriers.shared(c)})
    if hosted:
        label += "; shared networks leave the part carried by the other unknown: " + "; ".join(hosted)
    if found.later:
        label += "; rests on estimates published after the day in question"
    return share_row(
        question,
        **found.bound.columns(),
        **found.dates.columns(),
        asset_class=segment.asset_class,
        segment=segment.words,
        vendor_ids=vendors,
        measure=measure_text(carriers, found),
        measure_short=short_text(segment, [found.own], found.weights),
        measure_kind="weighted",
        coverage_share=share_value(found.coverage),
        method="bounds",
        later_estimate=found.later,
        to_be_checked=found.weak,
        label=label,
        formula=formula_text(question, found),
        inputs=found.inputs,
    )


def failing(bound: Bound, asset_class: str) -> Bound:
    """What fails at one carrier with a vendor of that share."""
    if segment_of(asset_class) not in vocabulary()["fails_as_a_whole"] or bound.high == ZERO:
        return bound
    return Bound(bound.low, ONE, bound.low_open, False)


def failure_figures(question: DependenceQuestion) -> list[Figure[CommonFailureRow]]:
    """Rows of `common_failure`, for each vendor, segment and weighting where it is named or a policy reaches it."""
    found = segments(question)
    held = {segment_of(s.asset_class) for s in found}
    plain = [Segment(c, "", "equipment") for c in ("core", "ran") if c not in held]
    made: list[Figure[CommonFailureRow]] = []
    for segment in sorted([*found, *plain]):
        carriers = Carriers(question, segment)
        for weights in weightings(question, segment.asset_class)[0]:
            for vendor in vendors_of(question, segment.asset_class):
                figure = _figure(carriers, weights, vendor)
                if figure is not None:
                    made.append(figure)
    return made


def _figure(carriers: Carriers, weights: Weights, vendor: str) -> Figure[CommonFailureRow] | None:
    question, segment = carriers.question, carriers.segment
    found = country_bound(carriers, weights, frozenset([vendor]))
    naming = {carrier: carriers.naming(carrier, vendor) for carrier in weights.of}
    named = sorted(carrier for carrier, refs in naming.items() if refs)
    relevant = found.own.named or vendor in restricted_vendors(question, segment.asset_class)
    if not named and not (found.coverage and relevant):
        return None
    bound = weighted((w, failing(answer.bound, segment.asset_class)) for _, w, answer in found.legs)
    measure = _measure(carriers, found)
    refs = {r for refs in naming.values() for r in refs}
    key = {
        "country": question.country,
        "vendor_id": vendor,
        "asset_class": segment.asset_class,
        "measure": measure,
        "as_of_on": question.as_of,
        "known_on": question.known,
    }
    label = f"{question.name(vendor)}: {measure}, {question.country}"
    label += f"; named at {question.names_of(named)}" if named else "; named at no carrier whose size is known"
    shared = sorted({r["says"] for c in weights.of for r in carriers.shared(c)})
    if shared:
        label += "; one set of equipment serves several carriers: " + "; ".join(shared)
    row: CommonFailureRow = {
        "failure_id": row_id("failure", {**key, "segment": segment.words}),
        **key,  # type: ignore[typeddict-item]
        "measure_short": f"customers whose {segment.words} fails together, counted by {weights.measure}; "
        + SHORT_ASSUMPTION,
        "measure_kind": "weighted",
        "low_share": share_value(bound.low),
        "high_share": share_value(bound.high),
        "coverage_share": share_value(found.coverage),
        "carrier_ids": named,
        "to_be_checked": found.weak,
        "label": noted(label, found.inputs),
        "formula": formula_text(question, found) + _whole_text(segment.asset_class),
        "inputs": sorted({*found.inputs, *refs}),
    }
    spread = (
        Gap(WHOLE_CARRIER, w * (failing(answer.bound, segment.asset_class).high - answer.bound.high), carrier)
        for carrier, w, answer in found.legs
    )
    return Figure(row, (*leg_gaps(found), *spread))


def _measure(carriers: Carriers, found: CountryBound) -> str:
    own = measures_text([found.own])
    return f"customers by {found.weights.measure} whose {carriers.segment.words} fails together ({own}); {ASSUMPTION}"


def _whole_text(asset_class: str) -> str:
    if segment_of(asset_class) not in vocabulary()["fails_as_a_whole"]:
        return ""
    return "; the loss of a part may stop the whole carrier, so each upper end above 0 counts as 1"
