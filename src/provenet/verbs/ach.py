"""The verb `ach`: claims about a vendor against competing readings."""

from collections.abc import Mapping
from typing import Any

from provenet.core.errors import UsageFault
from provenet.core.settings import case_call_of
from provenet.evidence.readings import READS, MatrixRequest, matrices
from provenet.verbs.answers import AchReport
from provenet.verbs.options import CaseLike
from provenet.verbs.question import opened, vendor_words
from provenet.verbs.settings import AchSettings


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
