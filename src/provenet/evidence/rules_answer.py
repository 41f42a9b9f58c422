"""What the rules ask of whom, and by when: what stands today, and the days ahead, the nearest first."""

from collections.abc import Sequence

from provenet.case.extract import Extract
from provenet.core.answer import Answer, Count, Country, Day, Name, Quotation, Sentence, Series, sentence
from provenet.evidence.rules import (
    PROPOSAL,
    RULE_ENDS,
    TAKES_EFFECT,
    TERM_ENDS,
    DayAhead,
    answers_today,
    days_ahead,
    laws,
)
from provenet.evidence.verdict_rows import PackRows, by_pack

SHOWN_LINES, SHOWN_DAYS = 2, 1
"""Answers of today, and days after the next, that the answer names; the chapter on rules has every one."""

NEXT = {
    TERM_ENDS: "The next deadline of a rule is {day}: {what}{part} ({law}).",
    TAKES_EFFECT: "The next rule takes effect on {day}: {what}{part} ({law}).",
    RULE_ENDS: "The next rule to end is in force for the last time on {day}: {what}{part} ({law}).",
}
LATER = "{day}: {what}{part} ({law})."
PART = ", for {part}"
SHORT = 80
"""Letters of a criterion, or a part of a network, beside the first; a longer one stands in the chapter."""
IN_FORCE = "In force as law or contract: {policies}."
NO_DAY = "No rule on record for {country} begins, ends or sets a term after this day."
NONE_IN_FORCE = "None of the {policies} screened for {country} had a rule in force on this day."
NONE_YET = "No rule on record for {country} was in force on this day."
NONE_BINDS = "No policy screened for {country} binds there: what they say is a scenario."
NOT_SCREENED = "What the rules ask is not known: no policy was screened for {country} that this page may show."
TODAY = {
    "restricted": "Restricted today: {where} of {vendors}, under {policy}.",
    "conditional": "Allowed today only under conditions: {where} of {vendors}, under {policy}.",
}
UNTIL = {
    "restricted": "To be removed by {until}: {where} of {vendors}, under {policy}.",
    "conditional": "Until {until} allowed only under conditions: {where} of {vendors}, under {policy}.",
}
UNSETTLED = "For {vendors} what the rules ask is not known, as facts that they test are not on record."


def rules_answer(extract: Extract) -> Answer:
    """The next day on which a rule changes something, what rules in force say today, and the days after the next.

    Proposals set no day. Vendors are named where a policy in force restricts or conditions them, and there alone.
    """
    ahead = next_days(extract)
    live = [pack for pack in by_pack(extract) if pack.in_force]
    lines = [line for line in answers_today(extract) if line["outcome"] in TODAY][:SHOWN_LINES]
    beside = [_today(line) for line in lines]
    binding = [pack for pack in live if pack.rows[0]["force"] in ("law", "contract")]
    if binding:
        titles = Series(items=tuple(Name(text=pack.rows[0]["pack_title"]) for pack in binding), last=";")
        beside.append(sentence(IN_FORCE, policies=titles))
    if ahead and not live and (none := _none_in_force(extract)):
        beside.append(none)
    if ahead:
        beside += [_day(LATER, one) for one in ahead[1:] if len(one.criterion) <= SHORT][:SHOWN_DAYS]
    if unsettled := _unsettled(live, extract):
        beside.append(sentence(UNSETTLED, vendors=Count(number=len(unsettled), one="vendor")))
    return extract.answer(
        "rules",
        _finding(ahead, extract),
        sentences=beside,
        key_row=ahead[0].id if ahead else "",
        rows=[*(one.id for one in ahead[: SHOWN_DAYS + 1]), *(key for line in lines for key in line["ids"].split())],
    )


def next_days(extract: Extract) -> list[DayAhead]:
    """The days after that of the extract on which a rule changes something; of one law once a day."""
    found: dict[tuple[object, str], DayAhead] = {}
    for one in days_ahead(laws(extract)):
        if one.kind != PROPOSAL:
            found.setdefault((one.day, one.law), one)
    return list(found.values())


def _finding(ahead: Sequence[DayAhead], extract: Extract) -> Sentence:
    country = Country(name=extract.country)
    if ahead:
        return _day(NEXT[ahead[0].what], ahead[0])
    packs = by_pack(extract)
    if packs and not any(pack.binds for pack in packs):
        return sentence(NONE_BINDS, country=country)
    if not packs and not laws(extract):
        return sentence(NONE_YET if extract.verdicts() else NOT_SCREENED, country=country)
    return _none_in_force(extract) or sentence(NO_DAY, country=country)


def _none_in_force(extract: Extract) -> Sentence | None:
    """That no policy screened had a rule that day, where so."""
    packs = [pack for pack in by_pack(extract) if pack.binds]
    if not packs or any(pack.in_force for pack in packs):
        return None
    policies, country = Count(number=len(packs), one="policy"), Country(name=extract.country)
    return sentence(NONE_IN_FORCE, policies=policies, country=country)


def _day(message: str, one: DayAhead) -> Sentence:
    what = Quotation(text=one.criterion.rstrip("."), row=one.id)
    is_short = one.part != "not stated" and len(one.part) <= SHORT
    part = sentence(PART, part=Name(text=one.part)) if is_short else sentence("")
    return sentence(message, day=Day(day=one.day), what=what, part=part, law=Name(text=one.law))


def _today(line: dict[str, str]) -> Sentence:
    slots = {name: Name(text=line[name]) for name in ("where", "vendors", "policy", "until")}
    return sentence((UNTIL if line["until"] else TODAY)[line["outcome"]], **slots)


def _unsettled(live: Sequence[PackRows], extract: Extract) -> set[str]:
    rows = (row for pack in live for row in pack.rows)
    return {extract.name(row["vendor_id"]) for row in rows if row["outcome"] == "undetermined"}
