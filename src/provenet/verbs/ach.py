"""The verb `ach`: claims about a vendor against competing readings."""

from collections.abc import Mapping
from dataclasses import KW_ONLY, field
from typing import Annotated, Any

from provenet.core.errors import UsageFault
from provenet.core.settings import Option, Settings, case_call_of, settings_class
from provenet.evidence.readings import READS, MatrixRequest, matrices
from provenet.verbs.answers import AchReport
from provenet.verbs.options import GROUP_WORDS, AsOf, CaseLike, KnownOn
from provenet.verbs.question import opened, vendor_words


@settings_class(kw_only=False)
class AchSettings(Settings):
    """Which vendor's claims to hold against which readings, and how claims weigh."""

    vendor: Annotated[str, Option(argument=True, help=f"A vendor, by name or id, {GROUP_WORDS}.")]
    _: KW_ONLY
    fact: Annotated[
        str | None, Option(metavar="KEY", help="Only this fact (default: each fact with claims or readings on record).")
    ] = None
    hypotheses_only: Annotated[bool, Option(help="Only readings that an analyst supplied, never the plain two.")] = (
        False
    )
    weight: Annotated[
        str,
        Option(
            choices=("none", "reliability", "credibility"),
            help="Weigh a claim by the grade in its row (default: none, each claim counts as one).",
        ),
    ] = "none"
    marked_by: Annotated[str | None, Option(metavar="NAME", help="Only the marks of this analyst.")] = None
    as_of: AsOf
    known_on: KnownOn = None
    points: Annotated[Mapping[str, float], Option(hidden=True)] = field(default_factory=dict)


def run(case: CaseLike, settings: AchSettings) -> AchReport:
    """Holds the live claims about a vendor against competing readings, one matrix per fact; writes nothing.

    `points` are what I and II add to a score (1 and 2). The order of readings says how the claims on record sit with
    each, not which is so. Of a group each vendor has its own matrices. Raises UsageFault for a vendor, fact, weight or
    analyst nobody has, and where analysts set different marks and none is named.
    """

    into = opened(case, settings.known_on)
    tables = {name: into.read(name) for name in READS}
    group = vendor_words(into, settings.as_of, settings.known_on).group(settings.vendor, "ach")
    if not group.kind:
        (party,) = group.vendor_ids
        made = _matrices(tables, settings, party)
        fact = None if settings.fact is None else made[0]["fact"]
        return AchReport(party, group.names[0], fact, settings.as_of, settings.known_on, tuple(made))
    made, members, faults = [], [], list[UsageFault]()
    for party, name in zip(group.vendor_ids, group.names, strict=True):
        because = None
        try:
            made += [{"vendor": party, **matrix} for matrix in _matrices(tables, settings, party)]
        except UsageFault as fault:
            because = str(fault).removeprefix("ach: ")
            faults.append(fault)
        members.append({"vendor": party, "vendor_name": name, "because": because})
    if not made:
        raise faults[0]
    days = settings.as_of, settings.known_on
    return AchReport(group.word, group.says, settings.fact, *days, tuple(made), tuple(members))


def _matrices(tables: Mapping[str, Any], settings: AchSettings, party: str) -> list[dict[str, Any]]:
    """The matrices of one vendor."""

    request = MatrixRequest(
        vendor=party,
        as_of=settings.as_of,
        known=settings.known_on,
        fact=settings.fact,
        hypotheses_only=settings.hypotheses_only,
        weight=settings.weight,
        marked_by=settings.marked_by,
        points=settings.points,
    )
    return matrices(tables, request)


ach = case_call_of(AchSettings, run, "ach")
