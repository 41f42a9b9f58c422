"""What the rules ask of whom, and by when: what stands today, and the days ahead, the nearest first."""

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from datetime import date

from provenet.case.extract import Extract
from provenet.case.plans import costed_days, main_plan, uncounted
from provenet.case.rows import PolicyRuleRow
from provenet.core.answer import Answer, Count, Country, Day, Name, Quotation, Sentence, Series, Slot, Term, sentence
from provenet.evidence.addressees import states
from provenet.evidence.rules import (
    ADVICE,
    BINDS,
    PROPOSAL,
    RULE_ENDS,
    SHOWN_NAMES,
    SHOWN_PARTS,
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
NOT_BINDING = "advice, not binding"
DESIGNATED, NAMES = "designated by name: {vendors}", "named under it{where}: {vendors}"
WHERE = " for {carriers}"
TERM, ENDED = "term to {day}", "term ended on {day}"
COSTED = "Costed below{in_part}: {days}."
IN_PART = " in part"
UNCOSTED = "Not costed: {days} ({why})."
NO_LOT = "no count or no price on record"
NO_PLAN = "no plan of replacement on record"
IN_FORCE = "Binding: {policies}."
OPEN = "Binding; what more they reach turns on facts not on record: {policies}."
POLICY, DUTY = "{policy} ({names})", "in our words: {duty}"
OF_FORCE, ALONE = "{policy} ({force}{alone})", ", for {carriers} alone"
NO_DAY = "No rule on record for {country} begins, ends or sets a term after this day."
NO_RULE = "No rule on equipment is on record for {country}; there may be one, and its government can say."
NONE_IN_FORCE = "None of the {policies} screened for {country} had a rule in force on this day."
NONE_YET = (
    "No rule on equipment on record for {country} was in force on this day; there may have been one, and its "
    "government can say."
)
DUTIES = "In force on this day, as read in sources: {laws}."
LAW = "{law} (in our words: {duty})"
NONE_BINDS = "No policy screened for {country} binds there: what they say is a scenario."
TODAY = {
    "restricted": "Restricted today: {where} of {vendors}, under {policy}.",
    "conditional": "Allowed today only under conditions: {where} of {vendors}, under {policy}.",
}
DUE = "To be removed by {until}: {where} of {vendors}, under {policy}."
UNTIL = "Until {until} allowed only under conditions: {where} of {vendors}, under {policy}."


def rules_answer(extract: Extract) -> Answer:
    """The next day on which a rule changes something, whom it binds, what rules in force say today, and a day after.

    Proposals set no day. Vendors are named where a policy in force restricts or conditions them, or names them itself.
    Each day told is costed by the plan of the page, or said not to be.
    """
    ahead, live = next_days(extract), [pack for pack in by_pack(extract) if pack.in_force]
    lines = [line for line in answers_today(extract) if line["outcome"] in TODAY][:SHOWN_LINES]
    until = {line["until_on"] for line in lines}
    later = [one for one in ahead[1:] if len(one.criterion) <= SHORT and one.day.isoformat() not in until][:SHOWN_DAYS]
    shown = [*ahead[:1], *later]
    bound = [states(one.rules, extract) for one in shown]
    beside = [*(one for clauses, _ in bound[:1] for one in clauses), *map(_today, lines)]
    with_bound = zip(later, bound[1:], strict=True)
    beside += [said for one, (clauses, _) in with_bound for said in (_day(LATER, one, extract), *clauses)]
    due = [(one.day, {rule["rule_id"] for rule in one.rules}) for one in shown if one.what != RULE_ENDS]
    due += [(date.fromisoformat(line["until_on"]), {*line["rules"].split()}) for line in lines if line["until_on"]]
    beside += _costed(due, extract)
    named = {(rule["pack"], vendor) for one in shown for rule in one.rules for vendor in rule["vendor_ids"] or ()}
    shown_laws = {*(line["title"] for line in lines), *(one.law for one in shown)}
    binds = (pack for pack in live if pack.rows[0]["force"] in ("law", "contract"))
    if binding := [_policy(pack, named, shown_laws, extract=extract) for pack in binds]:
        is_open = any(row["outcome"] == "undetermined" for pack in live for row in pack.rows)
        beside.append(sentence(OPEN if is_open else IN_FORCE, policies=Series(items=tuple(binding), last=";")))
    if not live and (duties := _duties(extract)):
        beside.append(sentence(DUTIES, laws=Series(items=tuple(duties), last=";")))
    if ahead and not live and (none := _none_in_force(extract)):
        beside.append(none)
    return extract.answer(
        "rules",
        _finding(ahead, extract),
        sentences=beside,
        key_row=ahead[0].id if ahead else "",
        rows=[
            *(one.id for one in shown),
            *(key for line in lines for key in line["ids"].split()),
            *(key for _, keys in bound for key in keys),
        ],
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
        return _day(NEXT[ahead[0].what], ahead[0], extract)
    packs = by_pack(extract)
    if packs and not any(pack.binds for pack in packs):
        return sentence(NONE_BINDS, country=country)
    if not packs and not laws(extract):
        return sentence(NONE_YET if extract.verdicts() else NO_RULE, country=country)
    return _none_in_force(extract) or sentence(NO_DAY, country=country)


def _none_in_force(extract: Extract) -> Sentence | None:
    """That no policy screened had a rule that day, where so."""
    packs = [pack for pack in by_pack(extract) if pack.binds]
    if not packs or any(pack.in_force for pack in packs):
        return None
    policies, country = Count(number=len(packs), one="policy"), Country(name=extract.country)
    return sentence(NONE_IN_FORCE, policies=policies, country=country)


def _duties(extract: Extract) -> list[Sentence]:
    """What laws in force on the day ask, where no policy screened has a rule in force."""
    begun = (law for law in laws(extract) if law.kind == BINDS and (law.low or date.max) <= extract.as_of)
    begun = (law for law in begun if (law.id, TAKES_EFFECT) not in {(one.id, one.what) for one in law.ahead})
    return [
        sentence(LAW, law=Name(text=law.title), duty=Quotation(text=law.criterion.rstrip("."), row=law.id))
        for law in begun
    ][:SHOWN_LINES]


def _day(message: str, one: DayAhead, extract: Extract) -> Sentence:
    what = Quotation(text=one.criterion.rstrip("."), row=one.id)
    is_short = one.part != "not stated" and len(one.part) <= SHORT
    part = sentence(PART, part=Name(text=one.part)) if is_short else sentence("")
    names = [] if _are_named(one, extract) else _names(one.rules, extract)
    notes = [*([sentence(NOT_BINDING)] if one.kind == ADVICE else []), *names]
    law = Series(items=(Name(text=one.law), *notes), last=";")
    return sentence(message, day=Day(day=one.day), what=what, part=part, law=law)


def _are_named(one: DayAhead, extract: Extract) -> bool:
    """Whether the words of a rule themselves name every vendor that it names; who is designated is said so."""
    names = {extract.name(vendor) for rule in one.rules for vendor in rule["vendor_ids"] or ()}
    return all(name in one.criterion for name in names) and not any(rule["named_by"] for rule in one.rules)


def _names(rules: Sequence[PolicyRuleRow], extract: Extract, where: Sentence | None = None) -> list[Sentence]:
    """The vendors that rules name, in one clause; none where they name none."""
    ids = tuple(dict.fromkeys(vendor for rule in rules for vendor in rule["vendor_ids"] or ()))
    named: dict[str, Slot] = {"vendors": extract.vendor_names(ids)}
    if any(rule["named_by"] for rule in rules):
        return [sentence(DESIGNATED, **named)] if ids else []
    return [sentence(NAMES, where=where or sentence(""), **named)] if ids else []


def _where(naming: Sequence[PolicyRuleRow], extract: Extract) -> Sentence | None:
    """The carriers alone that rules which name vendors reach; None where one reaches every carrier."""
    if not all(rule["carrier_ids"] for rule in naming):
        return None
    names = sorted({extract.name(one) for rule in naming for one in rule["carrier_ids"] or ()})
    return sentence(WHERE, carriers=Series(items=tuple(Name(text=one) for one in names)))


def _policy(pack: PackRows, named: Set[tuple[str, str]], shown_laws: Set[str], *, extract: Extract) -> Slot:
    """A policy in force with the rule that decides most, the vendors that its rules name, and the day of their term.

    The day is the next last day of a term, else the last. What is told of a policy, and of vendors that a day told
    names, is not told again. Rules that permit, have not begun or have ended ask nothing and name nobody.
    """
    day, title = extract.as_of, Name(text=pack.rows[0]["pack_title"])
    rules = [
        rule
        for rule in extract.results(PolicyRuleRow)
        if rule["pack"] == pack.pack and rule["effect"] != "permit"
        if (rule["effective_low_on"] or day) <= day <= (rule["ends_high_on"] or day)
    ]
    decided = Counter(row["rule_id"] for row in pack.rows)
    weighed = sorted(
        rules, key=lambda one: (decided[one["rule_id"]], one["effective_low_on"] or date.min, one["rule_id"])
    )
    duties = [Quotation(text=one["says"].rstrip("."), row=one["policy_rule_id"]) for one in weighed[-1:]]
    notes: list[Slot] = [sentence(DUTY, duty=one) for one in duties if title.text not in shown_laws]
    naming = [rule for rule in rules if rule["vendor_ids"]]
    if not {(pack.pack, vendor) for rule in naming for vendor in rule["vendor_ids"] or ()} <= named:
        terms = sorted(rule["deadline_on"] for rule in naming if rule["deadline_on"])
        term = next((one for one in terms if one >= day), terms[-1] if terms else None)
        notes += _names(naming, extract, _where(naming, extract))
        notes += [sentence(TERM if term >= day else ENDED, day=Day(day=term))] if term else []
    return sentence(POLICY, policy=title, names=Series(items=tuple(notes), last=";")) if notes else title


def _costed(due: Sequence[tuple[date, set[str]]], extract: Extract) -> list[Sentence]:
    """Which days told the plan of the page costs, by its lots that carry rule and day, and which it does not."""
    held = costed_days(extract)
    costed = {day for day, rules in due for rule in rules if (rule, day) in (held or ())}
    why = sentence(NO_PLAN if held is None else NO_LOT)
    groups = ((is_in, sorted({day for day, _ in due if (day in costed) is is_in})) for is_in in (True, False))
    found = ((is_in, Series(items=tuple(Day(day=day) for day in days))) for is_in, days in groups if days)
    plan = main_plan(extract)
    in_part = sentence(IN_PART if plan is not None and uncounted(plan) else "")
    return [sentence(COSTED if is_in else UNCOSTED, days=days, why=why, in_part=in_part) for is_in, days in found]


def message_of(line: Mapping[str, str]) -> str:
    """The message of what holds today: of a rule that prohibits, and whose term runs, what is due by its last day."""
    if not line["until_on"]:
        return TODAY[line["outcome"]]
    return DUE if line["due"] or line["outcome"] == "restricted" else UNTIL


def _today(line: dict[str, str]) -> Sentence:
    shown = {name: line[name].split("|") for name in ("parts", "names")}
    carriers = Series(items=tuple(Name(text=one) for one in line["carriers"].split("|")))
    alone = sentence(ALONE, carriers=carriers) if line["carriers"] else sentence("")
    slots: dict[str, Slot] = {
        "where": _shown([Term(text=one) for one in shown["parts"]], SHOWN_PARTS),
        "vendors": _shown([Term(text=one) for one in shown["names"]], SHOWN_NAMES),
        "policy": sentence(OF_FORCE, policy=Name(text=line["title"]), force=Term(text=line["force"]), alone=alone),
    }
    if line["until_on"]:
        slots["until"] = Day(day=date.fromisoformat(line["until_on"]))
    return sentence(message_of(line), **slots)


def _shown(items: Sequence[Slot], most: int) -> Series:
    """So many of several, and how many more there are."""
    more = [Count(number=len(items) - most, one="more", many="more", spelled=False)] if len(items) > most else []
    return Series(items=(*items[:most], *more))
