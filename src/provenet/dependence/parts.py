"""Restricted, unknown and clear under a named policy, of carriers and of the country.

Each whole of published shares is split by the verdicts on its vendors. What is restricted for certain is the least
share that the restricted vendors can have together; what is clear likewise; the rest is unknown, by reason:

    condition   surely of vendors whose verdict is conditional
    verdict     surely of vendors whose verdict is undetermined, or differs between the carriers of a country
    vendor      everything else: not named, or a set of vendors whose outcomes differ and whose split is not published

Where a policy is clear of every vendor that its rules do not name (`rest_verdict`), all but the vendors with another
verdict is clear, named in shares or not; where there are none of these, the whole is.

Three kinds of rows: `restricted` holds the published interval [restricted, restricted + unknown], `clear` likewise,
and each `unknown` row the mass that is unknown for its reason, so that the lower ends of all rows sum to 1. Laws: they
sum to 1; learning a vendor only narrows; no pack is ever added to another. Source: design section 3.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce

from provenet.case.rows import VendorShareRow
from provenet.case.tables import vocabulary
from provenet.core.grouping import grouped
from provenet.dependence.bounds import ASSUMPTION, Weights, short_text, weightings
from provenet.dependence.carriers import Base, Carriers, measures_text, segments
from provenet.dependence.gaps import EQUIPMENT, WEIGHT, Figure, Gap
from provenet.dependence.intervals import ONE, ZERO, Bound, number_text, share_value
from provenet.dependence.outcomes import Policies, PolicyVerdicts
from provenet.dependence.question import NO_DATES, Dates, DependenceQuestion, segment_words, share_row
from provenet.dependence.shares import PublishedWhole, WholeColumns, published_wholes, ref
from provenet.dependence.whole import NOTHING_SAID, Whole

REASONS = ("condition", "verdict")


@dataclass(frozen=True)
class Masses:
    """What is certain of a whole: the least restricted, clear, conditional and undetermined mass, with open ends."""

    least: Mapping[str, Fraction]
    opens: frozenset[str] = frozenset()

    def hull(self, other: Masses) -> Masses:
        """What is certain when it is not known which of the two networks carries a customer."""
        least = {part: min(self.least[part], other.least[part]) for part in self.least}
        opens = {p for p in least if all(p in m.opens for m in (self, other) if m.least[p] == least[p])}
        return Masses(least, frozenset(opens))

    def interval(self, part: str) -> Bound:
        """From what is surely the part to all that is not surely its opposite."""
        other = "clear" if part == "restricted" else "restricted"
        return Bound(self.least[part], ONE - self.least[other], part in self.opens, other in self.opens)

    @property
    def vendor_unknown(self) -> Fraction:
        """The mass that is unknown because of the vendor."""
        return ONE - sum(self.least.values(), ZERO)


PARTS = ("restricted", "clear", *REASONS)


def named_masses(whole: Whole, policy: PolicyVerdicts, carrier: str | None) -> Masses:
    """The certain masses of the vendors that the shares of a whole name, under one policy."""
    sets: dict[str, set[str]] = {part: set() for part in PARTS}
    for vendor in whole.named:
        sets[policy.part(vendor, carrier)].add(vendor)
    bounds = {part: whole.share_of(vendors) for part, vendors in sets.items() if vendors}
    least = {part: bounds[part].low if part in bounds else ZERO for part in PARTS}
    return Masses(least, frozenset(part for part, bound in bounds.items() if bound.low_open))


def masses_of(whole: Whole, policy: PolicyVerdicts, carrier: str | None) -> Masses:
    """The certain masses of one whole under one policy, of vendors that its shares name and of all others."""
    named, not_clear = named_masses(whole, policy, carrier), policy.not_clear(carrier)
    if not_clear is None:
        return named
    clear = whole.share_of(not_clear, complement=True)
    opens = (named.opens - {"clear"}) | ({"clear"} if clear.low_open else set())
    return Masses({**named.least, "clear": clear.low}, frozenset(opens))


MassesIn = Callable[[Whole, PolicyVerdicts, str | None], Masses]


def weighted_masses(legs: Iterable[tuple[Fraction, Masses]], missing: Masses) -> Masses:
    """The certain masses of a country; `missing` is what is certain of the weights that are not published.

    These may be any carrier's, those of `legs` too: what is certain of them has to be certain of every carrier.
    """
    legs = list(legs)
    legs.append((max(ZERO, ONE - sum((weight for weight, _ in legs), ZERO)), missing))
    least = dict.fromkeys(PARTS, ZERO)
    opens: set[str] = set()
    for weight, masses in legs:
        for part in PARTS:
            least[part] += weight * masses.least[part]
        opens |= masses.opens if weight else set()
    return Masses(least, frozenset(opens))


@dataclass(frozen=True)
class _SplitContext:
    """What the rows of one split have in common."""

    columns: WholeColumns
    place: str
    how: str
    inputs: tuple[str, ...]
    weak: bool = False
    measure_short: str | None = None
    gaps: tuple[Gap, ...] | None = None
    """What widens the restricted part; None: what is unknown of the whole, by reason."""


PartFigures = list[Figure[VendorShareRow]]


def part_figures(question: DependenceQuestion) -> PartFigures:
    """Rows of every split: published wholes, countries from carriers, and what nobody publishes."""
    policies = Policies(question)
    made: PartFigures = []
    for pack in policies.packs:
        made += _from_published(question, policies, pack)
        made += _from_carriers(question, policies, pack)
        rows = [figure.row for figure in made]
        figured = {row["asset_class"] for row in rows if row["pack"] == pack and row["carrier_id"] is None}
        made += _unpublished(question, policies, pack, figured=figured)
    return made


def _rest_words(policy: PolicyVerdicts) -> str:
    """What a formula adds where the policy is clear of all vendors but some."""
    not_clear = policy.not_clear(None)
    if not_clear is None:
        return ""
    return "; every vendor is clear" if not not_clear else "; every vendor but those with another verdict is clear"


def _from_published(question: DependenceQuestion, policies: Policies, pack: str) -> PartFigures:
    key = ("carrier_id", "asset_class", "generation", "measure_kind")
    alike = grouped(
        (tuple(published.first[c] for c in key), published)  # type: ignore[literal-required]
        for published in published_wholes(question, later=False)
        if published.whole.is_known
    )
    newest = (one for some in alike.values() for one in some if one.dates == some[-1].dates)
    return [figure for one in newest for figure in _split_published(question, policies, pack, published=one)]


def _split_published(
    question: DependenceQuestion, policies: Policies, pack: str, *, published: PublishedWhole
) -> PartFigures:
    first, whole = published.first, published.whole
    policy = policies.of(pack, first["asset_class"])
    if policy is None:
        return []
    carrier = first["carrier_id"]
    context = _SplitContext(
        published.common(),
        published.place,
        "least share of the vendors of each outcome over all splits that meet the published shares"
        + _rest_words(policy),
        (*whole.refs, *policy.inputs(sorted(whole.named), carrier)),
        whole.is_weak(whole.named),
    )
    return _rows(question, policy, masses_of(whole, policy, carrier), context=context)


def _from_carriers(question: DependenceQuestion, policies: Policies, pack: str) -> PartFigures:
    return [
        figure
        for segment in segments(question)
        if (policy := policies.of(pack, segment.asset_class)) is not None
        for carriers in [Carriers(question, segment)]
        for weights in weightings(question, segment.asset_class)[0]
        for figure in _split_carriers(carriers, policy, weights)
    ]


def _split_carriers(carriers: Carriers, policy: PolicyVerdicts, weights: Weights) -> PartFigures:
    question, segment = carriers.question, carriers.segment
    legs: list[tuple[Fraction, Masses]] = []
    named: list[tuple[Fraction, Masses]] = []
    terms: list[str] = []
    used: list[Base] = []
    inputs = {ref(row, "carrier_share") for row in weights.rows}
    for carrier, weight in weights.of.items():
        bases = [(network, carriers.base(network)) for network in carriers.networks(carrier)]
        masses = _carried(policy, bases, masses_of)
        named.append((weight, _carried(policy, bases, named_masses)))
        known = [base for _, base in bases if base.whole.is_known]
        legs.append((weight, masses))
        used += known
        inputs |= {ref(row, "rides_on") for row in carriers.shared(carrier)} if known else set()
        for network, base in bases:
            inputs |= {*base.whole.refs, *policy.inputs(sorted(base.whole.named), network)}
        shown = masses.interval("restricted").text()
        terms.append(f"{question.name(carrier)} {number_text(weight)} x restricted {shown}")
    nobody = masses_of(NOTHING_SAID, policy, None)
    masses = weighted_masses(legs, nobody)
    gaps = [gap for carrier, (w, held) in zip(weights.of, legs, strict=True) for gap in _weighed(w, held, carrier)]
    gaps += _weighed(weights.missing, nobody, None)
    if weighted_masses(named, named_masses(NOTHING_SAID, policy, None)).vendor_unknown == ONE:
        return []  # nothing is certain of a vendor that shares name: then the class has no figure of carriers
    dates = reduce(Dates.joined, (base.dates for base in used), NO_DATES)
    own = measures_text(used)
    measure = f"share of each carrier's {segment.words} ({own}), weighted by {weights.measure}; {ASSUMPTION}"
    columns = _columns(segment.asset_class, segment.words, measure, kind="weighted", dates=dates.joined(weights.dates))
    weak = weights.weak or any(base.whole.is_weak(base.whole.named) for base in used)
    how = f"sum of weight x part over carriers, weight not published counted unknown{_rest_words(policy)}: "
    how += " + ".join(terms)
    context = _SplitContext(
        columns=columns,
        place=question.country,
        how=how,
        inputs=tuple(inputs),
        weak=weak,
        measure_short=short_text(segment, used, weights),
        gaps=tuple(gaps),
    )
    return _rows(question, policy, masses, context=context)


def _weighed(weight: Fraction, masses: Masses, carrier: str | None) -> list[Gap]:
    """What a carrier adds to what is unknown; weight of nobody named is unknown for that."""
    found = _reason_gaps(masses, carrier)
    kinds = [WEIGHT if carrier is None and gap.kind == EQUIPMENT else gap.kind for gap in found]
    return [Gap(kind, weight * gap.width, gap.carrier) for kind, gap in zip(kinds, found, strict=True)]


def _carried(policy: PolicyVerdicts, bases: Sequence[tuple[str, Base]], masses_in: MassesIn) -> Masses:
    """What is certain of a carrier whose customers any of its networks may carry."""
    found: Masses | None = None
    for network, base in bases:
        masses = masses_in(base.whole, policy, network)
        found = masses if found is None else found.hull(masses)
    return masses_in(NOTHING_SAID, policy, None) if found is None else found


def _unpublished(question: DependenceQuestion, policies: Policies, pack: str, *, figured: set[str]) -> PartFigures:
    """Asset classes that the packs judge and of which no vendor share is public: wholly unknown."""
    made: PartFigures = []
    words = vocabulary()["asked_classes"]
    for profile in vocabulary()["asked_profiles"]:
        asset_class, layer = profile["asset_class"], profile["layer"]
        policy = policies.of(pack, asset_class, layer)
        if policy is None or asset_class in figured:
            continue
        segment = str(words.get(asset_class) or segment_words(asset_class, None))
        columns = _columns(
            asset_class, segment, "equipment; no share of vendors is published", kind="equipment", dates=NO_DATES
        )
        how = f"no share of vendors is published, so the whole is unknown{_rest_words(policy)}"
        open_to_all = [f"rest_verdict:{row['rest_id']}" for row in policy.rest if row["carrier_id"] is None]
        inputs = tuple(policy.inputs(sorted(policy.not_clear(None) or ()), None) or open_to_all)
        masses = masses_of(NOTHING_SAID, policy, None)
        made += _rows(question, policy, masses, context=_SplitContext(columns, question.country, how, inputs))
    return made


def _columns(asset_class: str, segment: str, measure: str, *, kind: str, dates: Dates) -> WholeColumns:
    return {
        "carrier_id": None,
        "asset_class": asset_class,
        "segment": segment,
        "measure": measure,
        "measure_kind": kind,
        "later_estimate": False,
        **dates.columns(),
    }


def _rows(
    question: DependenceQuestion, policy: PolicyVerdicts, masses: Masses, *, context: _SplitContext
) -> PartFigures:
    """The rows of one split: restricted, clear, and each reason of the unknown that has mass."""
    parts: list[tuple[str, str | None, Bound]] = [(p, None, masses.interval(p)) for p in ("restricted", "clear")]
    open_mass = masses.vendor_unknown
    unknown = {**{reason: masses.least[reason] for reason in REASONS}, "vendor": open_mass}
    parts += [("unknown", reason, Bound(mass, mass)) for reason, mass in unknown.items() if mass]
    gaps = _reason_gaps(masses, context.columns["carrier_id"]) if context.gaps is None else context.gaps
    made: PartFigures = []
    columns = context.columns
    for part, reason, bound in parts:
        label = f"{part} under {policy.says}: {columns['measure']}, {columns['segment']}, {context.place}"
        label += f", {columns['as_of']}; by the verdicts for {policy.asset_class}, layer {policy.layer}"
        if reason:
            label += f"; unknown because of the {reason}"
        row = share_row(
            question,
            {"layer": policy.layer},
            **columns,
            **bound.columns(),
            measure_short=context.measure_short,
            part=part,
            layer=policy.layer,
            pack=policy.pack,
            issuer=policy.issuer,
            unknown_because=reason,
            coverage_share=share_value(ONE - open_mass),
            method="parts",
            to_be_checked=context.weak,
            label=label,
            formula=f"{part}{f' because of the {reason}' if reason else ''} = {context.how}",
            inputs=list(context.inputs),
        )
        made.append(Figure(row, gaps if part == "restricted" else ()))
    return made


def _reason_gaps(masses: Masses, carrier: str | None) -> tuple[Gap, ...]:
    """What is unknown of a whole, by reason: answers of a policy are of no carrier in particular."""
    reasons = (Gap(reason, masses.least[reason]) for reason in REASONS)
    return (*reasons, Gap(EQUIPMENT, masses.vendor_unknown, carrier))


def split_figures(
    question: DependenceQuestion,
    policy: PolicyVerdicts,
    masses: Masses,
    *,
    columns: WholeColumns,
    place: str,
    inputs: list[str],
) -> PartFigures:
    """The rows of a split counted elsewhere, such as the elements of an inventory."""
    context = _SplitContext(columns, place, "units whose vendor has the outcome, of all units listed", tuple(inputs))
    return _rows(question, policy, masses, context=context)
