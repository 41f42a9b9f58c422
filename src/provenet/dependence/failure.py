"""Common failure: the share of a country's customers whose carriers' equipment fails together with one vendor.

In radio access a carrier loses what the vendor's equipment serves. In segments where the loss of a part may stop the
whole carrier (the core above all) the share bounds the loss from below only. Roaming and joint networks fail with
their host. Says nothing about how likely a failure is.
"""

from provenet.case.rows import CommonFailureRow
from provenet.case.tables import vocabulary
from provenet.core.ids import row_id
from provenet.dependence.bounds import (
    ASSUMPTION,
    SHORT_ASSUMPTION,
    CountryBound,
    Weights,
    country_bound,
    formula_text,
    leg_gaps,
    weightings,
)
from provenet.dependence.carriers import Carriers, Segment, measures_text, restricted_vendors, segments, vendors_of
from provenet.dependence.gaps import WHOLE_CARRIER, Figure, Gap
from provenet.dependence.intervals import ONE, ZERO, Bound, share_value, weighted
from provenet.dependence.question import DependenceQuestion, segment_of


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
    relevant = found.named or vendor in restricted_vendors(question, segment.asset_class)
    if not named and not (found.coverage and relevant):
        return None
    bound = weighted((w, failing(answer.bound, segment.asset_class)) for _, w, answer in found.legs)
    measure = _measure(carriers, found)
    refs = {r for refs in naming.values() for r in refs}
    key = {
        "country": question.country,
        "vendor_id": vendor,
        "asset_class": segment.asset_class,
        "segment": segment.words,
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
        "failure_id": row_id("failure", key),
        "country": question.country,
        "vendor_id": vendor,
        "asset_class": segment.asset_class,
        "measure": measure,
        "as_of_on": question.as_of,
        "known_on": question.known,
        "measure_short": f"customers whose {segment.words} fails together, counted by {weights.measure}; "
        + SHORT_ASSUMPTION,
        "measure_kind": "weighted",
        "low_share": share_value(bound.low),
        "high_share": share_value(bound.high),
        "coverage_share": share_value(found.coverage),
        "carrier_ids": named,
        "to_be_checked": found.weak,
        "label": label,
        "formula": formula_text(question, found) + _whole_text(segment.asset_class),
        "inputs": sorted({*found.inputs, *refs}),
    }
    spread = (
        Gap(WHOLE_CARRIER, w * (failing(answer.bound, segment.asset_class).high - answer.bound.high), carrier)
        for carrier, w, answer in found.legs
    )
    return Figure(row, (*leg_gaps(found), *spread))


def _measure(carriers: Carriers, found: CountryBound) -> str:
    own = measures_text(answer for _, _, answer in found.legs)
    words = carriers.segment.words
    return f"customers by {found.weights.measure} whose {words} fails together ({own}); {ASSUMPTION}"


def _whole_text(asset_class: str) -> str:
    if segment_of(asset_class) not in vocabulary()["fails_as_a_whole"]:
        return ""
    return "; the loss of a part may stop the whole carrier, so each upper end above 0 counts as 1"
