"""The answers of a first page: those of the rooms, and what spans them, put together in one order.

What is not known follows from the gaps of the rooms' figures, who acts next from their open facts, steps and blanks.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from provenet.case.age import age_of
from provenet.case.extract import Extract
from provenet.case.plans import main_plan
from provenet.case.rows import PlanStepRow
from provenet.core import wording
from provenet.core.answer import Answer, Day, Interval, Name, Quotation, Sentence, Series, Slot, Term, sentence
from provenet.dependence.answer import dependence_answer
from provenet.dependence.contracts import purchases_ahead, spectrum_ahead
from provenet.dossier.unknowns import OF_CLASSES, WHAT, Unknown, open_facts, unknowns
from provenet.evidence.addressees import without_state
from provenet.evidence.rules_answer import next_days, rules_answer
from provenet.exposure.site_facts import carriers_of, sites_of
from provenet.exposure.sites_answer import sites_answer
from provenet.incentives.aid_answer import aid_answer
from provenet.replacement.cost_answer import cost_answer

MOST_ACTS = 3
WIDE = 0.1
"""The least share of the whole by which an answer narrows a finding for the page to name it before wider gaps."""

WIDEST = "{what}: {ask} can say; no other answer would narrow a share here as much ({figure})."
ALL_OPEN = "{what} is not known (0 to 100 %): {ask} can say."
WIDEST_OTHER = "{what}: {ask} can say; no other answer would narrow a share of the country as much ({figure})."
BY = "“{figure}” by up to {width} of the whole"
NO_GAP = "Which answer would narrow these figures most is not worked out."

BEFORE = "Before {day}, the next day of a rule: {act}"
NOBODY = "Nothing on record says who could act next."
SETTLE = "{ask} can say, under {policy}: {what}."
WHETHER = "whether {fact}"
LEFT = "Before {day}, the next day of a rule, the government can ask {who} what is left of {vendors}."
SWAP = "{who} can begin to replace {vendor} ({part}) in {quarter} by the plan{which}."
BOUND_BY = ", if {policy} bound the carriers"
SPECTRUM = "Before the award of {spectrum} ({day}), the regulator can ask each bidder which vendors it would choose."
SIGN = (
    "Before {who} signs for {part} ({basis}: between {first} and {last}), the regulator can ask which vendors it may "
    "take."
)
SIGN_ALL = (
    "Before {who} sign for {part} ({basis}: between {first} and {last}), the regulator can ask each which vendors it "
    "may take."
)
ASK = "The government can {ask}."
OF_GAP = "ask {ask} about the gap above"
OF_OWNERS = "ask the owner of each sensitive site which carrier serves it"
LIST_SITES = "The government can list its sensitive sites and ask each owner which carrier serves it."
PUBLISH = "The regulator can publish the share of each vendor by carrier and part of the network."
COUNT_UNITS = "The carriers can state how much equipment of each vendor they use, and its prices."
IN_TIME = "Before the next contract ({day}, {basis}): {act}"


def room_answers(extract: Extract) -> list[Answer]:
    """The answers of the rooms, each with the days of its oldest and newest input."""
    makers = (dependence_answer, rules_answer, sites_answer, cost_answer, aid_answer)
    return extract.once("answers of rooms", lambda: [_dated(make(extract), extract) for make in makers])


def answers(extract: Extract) -> list[Answer]:
    """Every answer of a first page, in its order. Cost O(rows of the country)."""
    return extract.once("answers", lambda: [*room_answers(extract), unknown_answer(extract), acts_answer(extract)])


def widest_gaps(extract: Extract) -> list[Unknown]:
    """What widens the findings of the rooms and other shares, the widest first."""
    rows = [one.key_row for one in room_answers(extract)]
    return extract.once("unknowns", lambda: unknowns(extract, rows))


def lead(extract: Extract) -> str:
    """The first sentence of a document: how dependent, and the next day of a rule."""
    return " ".join(one.finding.says for one in room_answers(extract)[:2])


def _dated(answer: Answer, extract: Extract) -> Answer:
    age = age_of(extract, answer.key_row) if answer.key_row else None
    return answer if age is None else answer.model_copy(update={"age": age})


def unknown_answer(extract: Extract) -> Answer:
    """What one answer would narrow most, by how much, and who can give it."""
    found = widest_gaps(extract)
    if not found:
        return extract.answer("unknown", sentence(NO_GAP))
    first = _widest(found)
    if first.of.message == OF_CLASSES and first.width_share >= 1:
        return extract.answer("unknown", sentence(ALL_OPEN, what=first.said, ask=first.asked), key_row=first.id)
    width = Interval(low=first.width_share, high=first.width_share, row=first.id)
    figure = sentence(BY, figure=first.of, width=width)
    return extract.answer(
        "unknown",
        sentence(WIDEST if first.finding else WIDEST_OTHER, what=first.said, ask=first.asked, figure=figure),
        key_row=first.id,
    )


def _widest(found: Sequence[Unknown]) -> Unknown:
    """The widest gap of a finding, where an answer narrows it by a tenth or more; else the widest of all.

    Of gaps as wide the range of one source comes last: who published it could say no more.
    """
    first = max(found, key=lambda one: (one.finding > 0, one.width_share))
    if first.finding and first.width_share >= WIDE and first.said.message != WHAT["range"]:
        return first
    return max(found, key=lambda one: (one.width_share, one.said.message != WHAT["range"]))


def acts_answer(extract: Extract) -> Answer:
    """What three parties can do next, the nearest day first; an act without one bears on the next contract."""
    signed = next((max(one["low_signed_on"], extract.as_of) for one in purchases_ahead(extract)), date.max)
    acts = sorted(_acts(extract), key=lambda act: signed if act[0] == date.max else act[0])[:MOST_ACTS]
    if not acts:
        return extract.answer("acts", sentence(NOBODY))
    (_, first, _), ahead = acts[0], next_days(extract)
    is_of_rule = ahead and any(isinstance(one, Name) and one.text == ahead[0].law for one in first.slots.values())
    dated = [_in_time(act, extract) if day == date.max else act for day, act, _ in acts]
    finding = sentence(BEFORE, day=Day(day=ahead[0].day), act=first) if is_of_rule else dated[0]
    return extract.answer("acts", finding, sentences=dated[1:], rows=[row for _, _, row in acts])


def _in_time(act: Sentence, extract: Extract) -> Sentence:
    """An act that no day bounds, before the first day on which the next contract may be signed."""
    one = next(iter(purchases_ahead(extract)), None)
    if one is None or one["low_signed_on"] <= extract.as_of:
        return act
    return sentence(IN_TIME, day=Day(day=one["low_signed_on"]), basis=Term(text=one["basis"]), act=act)


def _acts(extract: Extract) -> Iterator[tuple[date, Sentence, str]]:
    """What somebody can do next by which day, the last of all where none is known, and the row behind it.

    What is on record first, then what nobody has put there.
    """
    yield from _left(extract)
    yield from _sign(extract)
    for award in spectrum_ahead(extract)[:1]:
        day = Quotation(text=award["day"] or "", row=award["row_id"])
        act = sentence(SPECTRUM, spectrum=Term(text=award["segment"]), day=day)
        yield award["day_low_on"] or date.max, act, award["row_id"]
    yield from _ask(extract)
    yield from _settle(extract)
    yield from _swap(extract)
    sites = sites_of(extract)
    if room_answers(extract)[0].would_change:
        yield date.max, sentence(PUBLISH), ""
    if not sites:
        yield date.max, sentence(LIST_SITES), ""
    if main_plan(extract) is None:
        yield date.max, sentence(COUNT_UNITS), ""


def _ask(extract: Extract) -> Iterator[tuple[date, Sentence, str]]:
    """What a government can ask: who can say what is not known that matters most, and the owners of sites."""
    blank = [site["site_id"] for site in sites_of(extract) if not carriers_of(site, extract)]
    gaps = widest_gaps(extract)
    asks = [sentence(OF_OWNERS)] if blank else []
    asks += [sentence(OF_GAP, ask=_widest(gaps).asked)] if gaps else []
    if asks:
        yield date.max, sentence(ASK, ask=Series(items=tuple(asks))), min(blank, default="")


def _sign(extract: Extract) -> Iterator[tuple[date, Sentence, str]]:
    """The carriers of the first contract ahead, and of those for the same part in the same days."""
    ahead = purchases_ahead(extract)
    alike = [one for one in ahead if all(one[key] == ahead[0][key] for key in _ONE_CALL)]  # type: ignore[literal-required]
    if not ahead:
        return
    first, names = ahead[0], sorted({extract.name(one["carrier_id"]) for one in alike}, key=str.casefold)
    part = first["segment"] or wording.asset_class(first["asset_class"])
    slots: dict[str, Slot] = {"part": Term(text=part), "basis": Term(text=first["basis"])}
    slots |= {"first": Day(day=first["low_signed_on"]), "last": Day(day=first["high_signed_on"])}
    slots["who"] = Series(items=tuple(Name(text=name) for name in names))
    act = sentence(SIGN if len(names) == 1 else SIGN_ALL, **slots)
    yield max(first["low_signed_on"], extract.as_of), act, first["purchase_id"]


_ONE_CALL = ("segment", "asset_class", "low_signed_on", "high_signed_on", "basis")
"""What contracts have alike that one sentence tells."""


def _left(extract: Extract) -> Iterator[tuple[date, Sentence, str]]:
    """The addressees of the next rule of whom nothing says what is left of the vendors that it names."""
    for ahead in next_days(extract)[:1]:
        if names := without_state(ahead.rules, extract):
            who = Series(items=tuple(Name(text=name) for name in names))
            vendors = sorted({vendor for rule in ahead.rules for vendor in rule["vendor_ids"] or ()})
            act = sentence(LEFT, day=Day(day=ahead.day), who=who, vendors=extract.vendor_names(vendors))
            yield ahead.day, act, ahead.id


def _settle(extract: Extract) -> Iterator[tuple[date, Sentence, str]]:
    """Who issued a policy can settle the fact, else the facts, that it alone can say and on which most answers turn."""
    found: list[Any] = [one for one in open_facts(extract) if one["facts"]]
    ahead = next_days(extract)[:1]
    for fact in [one for one in found if len(one["facts"]) == 1][:1] or found[:1]:
        facts = ((Term(text=text), yes_no) for text, yes_no in fact["facts"])
        stated = Series(items=tuple(sentence(WHETHER, fact=one) if yes_no else one for one, yes_no in facts))
        named: dict[str, Slot] = {"what": stated, "policy": Name(text=fact["policy"]), "ask": Term(text=fact["ask"])}
        day = next((one.day for one in ahead if one.law == fact["policy"]), date.max)
        yield day, sentence(SETTLE, **named), fact["id"]


def _swap(extract: Extract) -> Iterator[tuple[date, Sentence, str]]:
    """The first swap of the main plan."""
    plan = main_plan(extract)
    steps = [one for one in extract.parts_of(PlanStepRow, plan) if one["start_on"]] if plan is not None else []
    if plan is None or not steps:
        return
    first = min(steps, key=lambda one: (one["start_on"] or date.max, -(one["mid_share"] or 0), one["step_id"]))
    starts = first["start_on"] or extract.as_of
    act = sentence(
        SWAP,
        who=Name(text=extract.name(first["carrier_id"])),
        vendor=Name(text=extract.name(first["from_vendor_id"])),
        part=Term(text=wording.asset_class(first["asset_class"])),
        quarter=Day(day=starts, quarter=True),
        which=sentence(BOUND_BY, policy=Name(text=plan["policy_says"])) if plan["scenario"] else sentence(""),
    )
    yield starts, act, first["step_id"]
