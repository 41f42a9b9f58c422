"""How dependent the carriers are that may serve a sensitive site. No carrier is guessed and no line is drawn.

Until a case says which carrier serves a site, the figure is the interval from the least to the most dependent carrier
of the country; a carrier of which nothing is known counts [0, 1]. Two scenarios stand beside it, labelled: that one of
the carriers with a published figure serves the site, and that the site's own links carry its traffic. Where the owner
of the site answered, the carriers are those that the answer names; where own links carry part of the traffic, the
interval begins at nothing, and the scenario of own links stands only where the owner did not say.
"""

from collections.abc import Sequence

from provenet.case.rows import SiteAnswerRow, SiteDependenceRow, SiteRow, rows_of
from provenet.case.sites import NO_ANSWERS, SiteAnswers, answers_by_site, sensitive_sites, served_by
from provenet.case.tables import vocabulary, words
from provenet.core.ids import row_id
from provenet.core.wording import series
from provenet.dependence.carriers import (
    CarrierBound,
    Carriers,
    Segment,
    carriers_of,
    measures_text,
    segments,
    sets_of,
    vendors_of,
)
from provenet.dependence.gaps import EQUIPMENT as VENDORS_OF
from provenet.dependence.gaps import SERVES, Figure, Gap
from provenet.dependence.intervals import UNKNOWN, ZERO, Bound, hull_of, share_value
from provenet.dependence.question import DependenceQuestion, covers, noted

EQUIPMENT = "equipment"


def site_figures(question: DependenceQuestion) -> list[Figure[SiteDependenceRow]]:
    """Rows of `site_dependence`: for each site of the country and each vendor or published set of vendors."""
    tables = question.tables
    sensitive = sensitive_sites(tables["site"], tables.get("asset"), tables.get("site_answer"))
    sites: list[SiteRow] = [
        row for row in rows_of(SiteRow, sensitive.sort("row_id")) if row["country"] in question.places
    ]
    if not sites:
        return []
    settings = vocabulary()["site_dependence"]
    named = carriers_of(question, settings["asset_class"])
    carriers = Carriers(question, _segment(question, settings["asset_class"], named))
    # A carrier that others carry wholly has no radio of its own: its hosts may serve the site.
    candidates = sorted({network for carrier in named for network in carriers.networks(carrier)})
    # Where nothing is published of any vendor by the day, one row says so for all of them.
    sets = sets_of(question, vendors_of(question, settings["asset_class"]), settings["asset_class"]) or [frozenset()]
    answered = answers_by_site(question.rows(SiteAnswerRow))
    made: list[Figure[SiteDependenceRow]] = []
    for vendor_set in sets:
        everyone = {c: carriers.answer(c, vendor_set) if vendor_set else CarrierBound(UNKNOWN) for c in candidates}
        for site in sites:
            by_owner = answered.get(site["site_id"], NO_ANSWERS)
            made += _site(carriers, site, vendor_set, everyone=everyone, by_owner=by_owner)
    return made


def _segment(question: DependenceQuestion, asset_class: str, candidates: Sequence[str]) -> Segment:
    """The segment and kind of measure in which most carriers have a figure; one kind only, so that none are mixed."""
    order = words("measure_kind")

    def rank(segment: Segment) -> tuple[object, ...]:
        carriers = Carriers(question, segment)
        known = sum(1 for c in candidates if carriers.base(c).whole.is_known)
        return -known, bool(segment.generation), order.index(segment.measure_kind), segment

    found = [s for s in segments(question) if covers(asset_class, s.asset_class)]
    exact = [s for s in found if s.asset_class == asset_class]
    return min(exact, key=rank, default=Segment(asset_class, "", EQUIPMENT))


def _site(
    carriers: Carriers,
    site: SiteRow,
    vendors: frozenset[str],
    *,
    everyone: dict[str, CarrierBound],
    by_owner: SiteAnswers,
) -> list[Figure[SiteDependenceRow]]:
    settings = vocabulary()["site_dependence"]
    named = served_by(site, by_owner)
    answers = {c: carriers.answer(c, vendors) if vendors else CarrierBound(UNKNOWN) for c in named} or everyone

    def figure(
        of: dict[str, CarrierBound], bound: Bound, scenario: str | None, *, gaps: tuple[Gap, ...] = ()
    ) -> Figure[SiteDependenceRow]:
        row = _row(carriers, site, vendors, answers=of, bound=bound, scenario=scenario, by_owner=by_owner)
        return Figure(row, gaps)

    is_own = by_owner.own_links == "yes"
    bound = _bound(answers, is_own)
    gaps = _gaps(named, bound, [_bound({c: a}, is_own) for c, a in answers.items()])
    made = [figure(answers, bound, None, gaps=gaps)]
    known = {c: a for c, a in answers.items() if a.bound.is_known}
    if not named and known and len(known) < len(answers):
        made.append(figure(known, _bound(known, is_own), settings["with_figure"]))
    if by_owner.own_links is None:
        made.append(figure(answers, _bound(answers, is_own=True), settings["own_links"]))
    return made


def _bound(answers: dict[str, CarrierBound], is_own: bool) -> Bound:
    """From the least to the most dependent carrier; from nothing where own links may carry all of the traffic."""
    bound = hull_of(a.bound for a in answers.values()) if answers else UNKNOWN
    return Bound(ZERO, bound.high, False, bound.high_open) if is_own else bound


def _gaps(named: Sequence[str], bound: Bound, alone: Sequence[Bound]) -> tuple[Gap, ...]:
    """What a fact can take off at most: the vendors of the carriers named, else the name of the carrier."""
    width = bound.high - bound.low
    if named:
        return tuple(Gap(VENDORS_OF, width, carrier) for carrier in named)
    return (Gap(SERVES, width - min((one.high - one.low for one in alone), default=width)),)


def _row(
    carriers: Carriers,
    site: SiteRow,
    vendors: frozenset[str],
    *,
    answers: dict[str, CarrierBound],
    bound: Bound,
    scenario: str | None,
    by_owner: SiteAnswers,
) -> SiteDependenceRow:
    question, segment = carriers.question, carriers.segment
    measure = f"share of the carrier's {segment.words} ({measures_text(answers.values())})"
    named = served_by(site, by_owner)
    key: dict[str, object] = {
        "site_id": site["site_id"],
        "country": question.country,
        "carrier_id": named[0] if len(named) == 1 else None,
        "asset_class": segment.asset_class,
        "vendor_ids": sorted(vendors),
        "measure": measure,
        "scenario": scenario,
        "as_of_on": question.as_of,
        "known_on": question.known,
    }
    carrier = series(map(question.name, named), "or") if named else "carrier unknown"
    whose = question.names_of(vendors) or "any vendor, none is named by the day"
    label = f"{site['name']}: {carrier}; {whose}, {measure}"
    label += f"; scenario: {scenario}" if scenario else ""
    names = sorted(question.name(c) + " " + a.bound.text() for c, a in answers.items())
    among = ", ".join(names) or "carriers, of which none is on record"
    how = f"least to most dependent of {among}"
    if scenario == vocabulary()["site_dependence"]["own_links"] or by_owner.own_links == "yes":
        how = f"nothing where own links carry all of it, up to the most dependent of {among}"
    refs = {r for a in answers.values() for r in a.refs}
    return {
        "dependence_id": row_id("site", key),
        **key,  # type: ignore[typeddict-item]
        "measure_short": f"the {segment.words} of one carrier, counted in {segment.measure_kind}",
        "known_carrier_count": sum(1 for a in answers.values() if a.bound.is_known),
        "asked_carrier_count": len(answers),
        "low_share": share_value(bound.low),
        "high_share": share_value(bound.high),
        "harm": vocabulary()["site_dependence"]["harm"],
        "to_be_checked": any(a.weak for a in answers.values()),
        "label": noted(label, refs),
        "formula": how,
        "inputs": sorted({*refs, *by_owner.refs, f"site:{site['site_id']}"}),
    }
