"""The laws of answers: what no first page may say, held against the rows of its case before the page is written.

A law reads answers, disputes and bars as data, never their HTML, and says at each place whether it holds: what is
absent is absent from the case, what a day, contract or reply changes is said. Law (a), that every language says the
same, is held where languages are; law (c), that slots are those of their rows, in `slot_laws`.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from provenet.case.asof import TIMELESS
from provenet.case.days_ahead import plain
from provenet.case.extract import Extract, unread
from provenet.case.plans import costed_days, uncounted
from provenet.case.rows import AnyRow, CarrierShareRow, ClaimRow, PlanRow
from provenet.case.tables import table
from provenet.core import wording
from provenet.core.answer import Answer, Count, Country, Money, Name, Quotation, Sentence, Series, Term
from provenet.core.errors import Fault
from provenet.dependence import answer as dependence
from provenet.dependence.contracts import merged_into, purchases_ahead, spectrum_ahead, without_network
from provenet.dependence.share_rows import BEFORE, says_nothing, vendor_rows, weight_rows
from provenet.dossier import answers as acts
from provenet.dossier.carrier_bars import carrier_bars
from provenet.dossier.slot_laws import (
    FirstPage,
    Held,
    alike,
    answers_are_of_the_question,
    bars_are_of_rows,
    clauses,
    days,
    first_is_first,
    items,
    least_of,
    messages,
    rows_in,
    slots,
    slots_are_of_rows,
    words_of,
)
from provenet.dossier.threads import COURT, LETTERS, exchanges, first_page_disputes
from provenet.dossier.unknowns import open_facts
from provenet.evidence import rules_answer as rules
from provenet.evidence.addressees import addressees
from provenet.evidence.rules import RULE_ENDS, answers_today, laws
from provenet.evidence.verdict_rows import by_pack
from provenet.exposure import sites_answer as sites
from provenet.exposure.site_facts import carriers_of, sites_of
from provenet.incentives import aid_answer as aid
from provenet.replacement import cost_answer as cost

WAY_OUT = (
    "Make the results anew: provenet run CASE. If it stays, the words of this answer are at fault: the page is not "
    "written."
)


def law_faults(extract: Extract) -> list[Fault]:
    """What the first page of an extract says against its rows or against itself, every fault at once.

    Cost O(rows of the country). Law: a slot, a bar or a reply that is changed is a fault.
    """
    made, disputes = acts.answers(extract), first_page_disputes(extract)
    return faults_of(FirstPage(answers=made, disputes=disputes, bars=carrier_bars(extract), extract=extract))


def faults_of(page: FirstPage) -> list[Fault]:
    """What a first page says against its rows or against itself."""
    place = f"{page.extract.country}, first page"
    held = ((law, one) for law, checks in LAWS.items() for check in checks for one in check(page))
    found = dict.fromkeys((law, *map(str, rest)) for law, (holds, *rest) in held if not holds)
    return [
        Fault(place, f"{wrong} (law {law})", column=at, found=plain(shown), expected=plain(stored), way_out=WAY_OUT)
        for law, at, wrong, shown, stored in found
    ]


_NO_VENDOR = re.compile(r"\b(?:no|none of the|not any|without an?y?) (?:\w+ )?(?:vendor|supplier)", re.IGNORECASE)


def vendors_are_named(page: FirstPage) -> Iterator[Held]:
    """(b) What rules in force restrict or allow under conditions is said; beside it no sentence says "no vendor"."""
    lines = [line for line in answers_today(page.extract) if line["outcome"] in rules.TODAY]
    until = (rules.DUE, rules.UNTIL)
    kinds = {*rules.TODAY.values(), *until}
    stated = [one for one in page.answer("rules").sentences if one.message in kinds]
    found = [(one.message, {name: words_of(slot) for name, slot in one.slots.items()}) for one in stated]
    names = ("where", "vendors", "policy", "until")
    expected = [
        (rules.message_of(line), {name: plain(line[name]) for name in names if line[name]})
        for line in lines[: rules.SHOWN_LINES]
    ]
    yield found == expected, "rules", "what rules in force say of whom is not that of their verdicts", found, expected
    in_force = [one for one in page.answer("rules").sentences if one.message in (rules.IN_FORCE, rules.OPEN)]
    titles = {words_of(slot) for one in in_force for name, slot in slots(one) if name in ("policies", "policy")}
    yield titles == _in_force(page), "rules", "the policies named are not those in force", titles, _in_force(page)
    intervals = {dependence.NONE_CERTAIN}
    for answer, one in page.phrases():
        is_named = not (lines and any(map(_NO_VENDOR.search, messages(one) - intervals)))
        yield is_named, answer.question, "a sentence says that there is no vendor", one.says, expected


def carriers_once(page: FirstPage) -> Iterator[Held]:
    """(d) Each carrier that has a network and a weight is drawn once, whatever names it bore; another one never."""
    extract, drawn = page.extract, [bar.carrier for bar in page.drawn]
    gone, merged = set(map(extract.name, without_network(extract))), merged_into(extract)
    whole = {(row["measure"], row["as_of"]) for row in page.weights or weight_rows(extract)}
    rows = [row for row in extract.inputs(CarrierShareRow) if row["country"] in extract.places and not unread(row)]
    ids = [row["carrier_id"] for row in rows if row["carrier_id"] and (row["measure"], row["as_of"]) in whole]
    heavy = {extract.name(merged.get(one, one)) for one in ids} - gone
    is_once = len(drawn) == len({*drawn}) and not gone & {*drawn}
    yield is_once, "carriers", "a carrier is drawn twice, or has no network", drawn, f"none of {sorted(gone)}"
    yield heavy <= {*drawn}, "carriers", "a carrier that has a weight is left out", drawn, heavy


def replaced_shares_say_so(page: FirstPage) -> Iterator[Held]:
    """(e) Contracts that may be later than a share, and replace its vendor, are named beside it and in its bar."""
    one = page.answer("dependence")
    named = {row for phrase in one.sentences if phrase.message == dependence.SINCE for row in rows_in(phrase)}
    for key in (key for phrase in (one.finding, *one.sentences) for key in rows_in(phrase)):
        found = ((one, page.extract.input_row(f"procurement:{one}")) for one in contracts_of(page.row(key)[1]))
        since = {one for one, contract in found if contract is not None and contract["replaces_vendor_ids"]}
        yield (
            since <= named,
            one.question,
            "a share is older than a contract that is not named",
            one.finding.says,
            since,
        )
    for bar in page.drawn:
        is_old = any(contracts_of(page.row(key)[1]) for key in bar.ids)
        is_marked = is_old == (BEFORE in bar.words)
        yield is_marked, bar.carrier, "a bar older than a contract does not say so", bar.words, BEFORE


def contracts_of(row: AnyRow) -> set[str]:
    """The contracts that a share rests on, by their ids."""
    return {ref.partition(":")[2] for ref in row.get("inputs") or () if ref.startswith("procurement:")}


def claims_are_whole(page: FirstPage) -> Iterator[Held]:
    """(f) Claims, replies and quotations stand as stored, and no reply on record is left out without a word."""
    extract = page.extract
    rows = [row for row in extract.inputs(ClaimRow) if not unread(row)]
    found, stored = exchanges(rows), {row["claim_id"]: _as_claimed(row, extract) for row in reversed(rows)}
    for thread in page.disputes:
        key, shown = thread["claim"]["id"], {one["id"]: one for one in (thread["claim"], *thread["replies"])}
        for name, one in shown.items():
            is_whole = stored.get(name) == {column: one[column] for column in _CLAIMED}  # type: ignore[literal-required]
            yield is_whole, key, f"{name} is not as its row has it", one["paraphrase"], stored.get(name)
        of = [one for one in found if key in {row["claim_id"] for row in (one.claim, *one.relays, *one.replies)}]
        left = [row for one in of for row in one.replies if row["claim_id"] not in shown]
        room = LETTERS - sum(len(one["paraphrase"]) for one in shown.values())
        stated = " ".join(one["speaker"] for one in thread["replies"])
        silent = {extract.name(vendor) for row in left for vendor in row["vendor_ids"]} - {""}
        own = [
            row["claim_id"]
            for row in left
            if row["answers_claim_id"] == key and len(row["paraphrase"]) <= room
            if row["speaker_kind"] == COURT or any(name in row["speaker"] and name not in stated for name in silent)
        ]
        is_told = bool(left) == bool(thread["has_more"]) and (not left or bool(thread["replies"])) and not own
        yield is_told, key, "replies are left out, or more are promised", [*shown], [row["claim_id"] for row in left]
    for answer, phrase in page.phrases():
        for slot in (slot for _, slot in slots(phrase) if isinstance(slot, Quotation)):
            texts = {plain(cell).rstrip(".") for cell in _texts(slot.row, answer, page)}
            is_tail = phrase.message == cost.NOT_MADE and any(one.endswith(plain(slot.text)) for one in texts)
            is_whole = is_tail or plain(slot.text).rstrip(".") in {*texts, "no date"}
            yield is_whole, answer.question, "a quotation is no whole text of its row", slot.text, slot.row


_CLAIMED = ("speaker", "paraphrase", "stance", "vendors", "anonymous", "said")


def _as_claimed(row: ClaimRow, extract: Extract) -> dict[str, object]:
    stated = row["speaker"], row["paraphrase"], row["stance"], extract.vendors(row["vendor_ids"])
    return dict(zip(_CLAIMED, (*stated, row["anonymous"] == "yes", row["said"] or "no date"), strict=True))


def _texts(key: str, one: Answer, page: FirstPage) -> list[str]:
    """Every text of a row; without one, of the rows behind an answer and those that they rest on."""
    below = (ref.partition(":")[2] for row in one.rows for ref in page.row(row)[1].get("inputs") or ())
    rows = (page.row(row)[1] for row in ([key] if key else [*one.rows, *below]))
    return [cell for row in rows for cell in row.values() if isinstance(cell, str)]


def deadlines_are_costed(page: FirstPage) -> Iterator[Held]:
    """(g) The next day is the next on record; each deadline told is costed or said not to be, and a sum its gaps."""
    one, costs, terms = page.answer("rules"), page.answer("cost"), rules.next_days(page.extract)
    ahead = [term.day for term in terms]
    for answer in (one, page.answer("acts")):
        is_told = answer is one or acts.BEFORE in messages(answer.finding)
        is_next = not is_told or days(answer.finding)[: len(ahead[:1])] == ahead[:1]
        yield is_next, answer.question, "the next day of a rule is another one", answer.finding.says, ahead[:1]
        named = {words_of(slot) for _, slot in slots(answer.finding)}
        is_its = not (is_told and ahead) or plain(terms[0].law) in named
        yield is_its, answer.question, "the next day is of another rule", answer.finding.says, terms[:1]
    dated = [
        phrase for phrase in (one.finding, *one.sentences) if phrase.message in (rules.LATER, *rules.NEXT.values())
    ]
    shown = {(row, phrase.slots["day"].day) for phrase in dated for row in phrase.rows()}  # type: ignore[union-attr]
    yield {day for _, day in shown} <= {*ahead}, one.question, "a day has passed or is on no record", shown, ahead
    stated = [term for term in terms if (term.id, term.day) in shown and term.what != RULE_ENDS]
    due = {(rule["rule_id"], term.day) for term in stated for rule in term.rules}
    lines = [line for line in answers_today(page.extract) if line["outcome"] in rules.TODAY][: rules.SHOWN_LINES]
    ends = [(line, date.fromisoformat(line["until_on"])) for line in lines if line["until_on"]]
    due |= {(rule, day) for line, day in ends for rule in line["rules"].split()}
    costed = {day for _, day in due & (costed_days(page.extract) or set())}
    expected = costed, ({term.day for term in stated} | {day for _, day in ends}) - costed
    listed = tuple(
        {day for phrase in one.sentences if phrase.message == message for day in days(phrase)}
        for message in (rules.COSTED, rules.UNCOSTED)
    )
    yield listed == expected, one.question, "a deadline is neither costed nor listed as uncosted", listed, expected
    plan = page.row(costs.key_row)[1]
    is_sum = plan and any(isinstance(slot, Money) for _, slot in slots(costs.finding))
    counts = [len(uncounted(plan)), plan["lot_count"] - plan["swapped_count"]] if is_sum else []
    every = [clause for sentence in (costs.finding, *costs.sentences) for clause, _ in clauses(sentence)]
    kinds = [len(slot.items) for clause in every if isinstance(slot := clause.slots.get("kinds"), Series)]
    numbers = [*kinds, *(int(words_of(clause.slots["left"])) for clause in every if "left" in clause.slots)]
    is_whole = numbers == [count for count in counts if count]
    yield is_whole, "cost", "the sum does not say what it leaves out", costs.finding.says, counts


def acts_have_effects(page: FirstPage) -> Iterator[Held]:
    """(h) Each act stands on what it would settle, replace or fill in; no amount or act follows from aid."""
    one = page.answer("acts")
    signed = [row["low_signed_on"] for row in purchases_ahead(page.extract)][:1]
    bounded = [phrase for phrase in (one.finding, *one.sentences) if phrase.message == acts.IN_TIME]
    is_then = all(phrase.slots["day"].day == day for phrase in bounded for day in signed)  # type: ignore[union-attr]
    yield is_then and bool(signed or not bounded), one.question, "an act is before another day", bounded, signed
    every = (phrase.slots.get("act", phrase) for phrase in (one.finding, *one.sentences))
    for phrase in (phrase for phrase in every if isinstance(phrase, Sentence)):
        tells = phrase.message in _EFFECTS and _EFFECTS[phrase.message](phrase, page)
        yield (
            tells,
            one.question,
            "no chapter tells the effect of an act",
            phrase.says,
            "an open fact, a lot or a blank",
        )
    of_aid = [key for key in one.rows if page.row(key)[0].startswith(("programme", "fund", "award", "response"))]
    stated = [slot for answer, phrase in page.phrases() if answer.question == "aid" for _, slot in slots(phrase)]
    rows = aid.programmes_on_record(page.extract)
    ended = {(plain(row["title"]), bool(row["to_on"] and row["to_on"] < page.extract.as_of)) for row in rows}
    named = [
        clause.slots for _, phrase in page.phrases() for clause, _ in clauses(phrase) if clause.message == aid.PROGRAMME
    ]
    over = {(words_of(slots_["title"]), bool(words_of(slots_["over"]))) for slots_ in named}
    meant = [row for row in rows if row["recipient"] != "country"] or rows
    is_all = len(named) + sum(slot.number for slot in stated if isinstance(slot, Count)) == len(meant)
    yield over <= ended and is_all, "aid", "programmes are not those on record, over or not", over, ended
    is_named = all(isinstance(slot, Name | Term | Count | Country | Quotation) for slot in stated)
    yield is_named and not of_aid, "aid", "an act or an amount follows from aid", of_aid or stated, "titles alone"


def _is_left(phrase: Sentence, page: FirstPage) -> bool:
    """Whether those who can say what is left are addressees of the next rule, of its vendors and day."""
    ahead = rules.next_days(page.extract)[0]
    vendors = {plain(page.extract.name(one)) for rule in ahead.rules for one in rule["vendor_ids"] or ()}
    named = [{words_of(slot) for name, slot in items(phrase) if name == at} for at in ("who", "vendors")]
    is_of_rule = named[0] <= {plain(one) for one in addressees(ahead.rules, page.extract)} and named[1] == vendors
    return is_of_rule and days(phrase) == [ahead.day]


def _settles(phrase: Sentence, page: FirstPage) -> bool:
    facts = sorted(words_of(slot) for name, slot in slots(phrase) if name in ("what", "fact"))
    wanted = {words_of(phrase.slots["ask"]), words_of(phrase.slots["policy"])}
    rows: list[Any] = open_facts(page.extract)
    held = [({plain(one["ask"]), plain(one["policy"])}, one["facts"]) for one in rows]
    return (wanted, facts) in [(whose, sorted(plain(fact) for fact, _ in stated)) for whose, stated in held]


def _asks(phrase: Sentence, page: FirstPage) -> bool:
    """Whether those who are asked are the owners of sites whose carrier is not known, and who can say what 6 tells."""
    held = {clause.message: clause for clause, _ in clauses(phrase)}
    of_gap, unknown = held.get(acts.OF_GAP), page.answer("unknown").finding
    is_of_gap = of_gap is None or unknown.slots.get("ask") == of_gap.slots["ask"]
    return is_of_gap and (acts.OF_OWNERS not in held or _blank(page) > 0)


def _swaps(phrase: Sentence, page: FirstPage) -> bool:
    rows = [page.row(key)[1] for key in page.answer("acts").rows]
    of_act = [words_of(phrase.slots[name]) for name in ("who", "vendor")], days(phrase)
    name = page.extract.name
    swaps = [row for row in rows if row.get("action") in ("swap", "shut down")]
    return of_act in [([name(row["carrier_id"]), name(row["from_vendor_id"])], [row["start_on"]]) for row in swaps]


def _signs(phrase: Sentence, page: FirstPage) -> bool:
    """Whether all who sign have a contract ahead for the part in the days of the sentence."""
    part, who = words_of(phrase.slots["part"]), {words_of(slot) for name, slot in items(phrase) if name == "who"}
    rows = [
        row
        for row in purchases_ahead(page.extract)
        if part in (row["segment"], wording.asset_class(row["asset_class"]))
    ]
    rows = [row for row in rows if [row["low_signed_on"], row["high_signed_on"]] == days(phrase)]
    return bool(who) and who <= {plain(page.extract.name(row["carrier_id"])) for row in rows}


_EFFECTS: Mapping[str, Callable[[Sentence, FirstPage], bool]] = {
    acts.LEFT: _is_left,
    acts.SETTLE: _settles,
    acts.SWAP: _swaps,
    acts.NOBODY: lambda _, page: not page.answer("acts").rows,
    acts.SIGN: _signs,
    acts.SIGN_ALL: _signs,
    acts.SPECTRUM: lambda phrase, page: rows_in(phrase)[0] in {row["row_id"] for row in spectrum_ahead(page.extract)},
    acts.ASK: _asks,
    acts.LIST_SITES: lambda _, page: not sites_of(page.extract),
    acts.PUBLISH: lambda _, page: bool(page.answer("dependence").would_change),
    acts.COUNT_UNITS: lambda _, page: not page.extract.results(PlanRow),
}
"""Whether the effect of each act can be told."""


def references_resolve(page: FirstPage) -> Iterator[Held]:
    """(i) Every row that is named is in the case, of this country and day, and was known on the day known."""
    extract = page.extract
    named = [(one.question, key) for one in page.answers for key in (one.key_row, *one.rows) if key]
    named += [(one.question, key) for one, phrase in page.phrases() for key in rows_in(phrase)]
    named += [(bar.carrier, key) for bar in page.drawn for key in bar.ids]
    named += [("carriers", key) for key in (page.bars.weight_ids if page.bars else ())]
    for where, key in dict.fromkeys(named):
        at, row = page.row(key)
        day = row.get("as_of_on", extract.as_of), row.get("known_on", extract.known)
        is_result = bool(at) and table(at).kind == "result"
        is_input = at in TIMELESS or extract.input_row(f"{at}:{key}") is not None
        is_held = day == (extract.as_of, extract.known) if is_result else is_input
        yield is_held, where, "a row is named that the case did not hold on that day", key, "a row of the case"


def absence_is_of_record(page: FirstPage) -> Iterator[Held]:
    """(j) What is said to be absent is absent from the case, and the words say that it is the case that lacks it."""
    for one, phrase in page.phrases():
        for clause, _ in clauses(phrase):
            for name, words in _NAMED.get(clause.message, {}).items():
                named, held = {words_of(slot) for at, slot in items(clause) if at == name}, words(page)
                yield named <= held, one.question, f"{name} on no record are named or counted", phrase.says, held
        for message in messages(phrase):
            is_absent = message not in _ABSENT or _ABSENT[message](page)
            yield is_absent, one.question, "what is said to be absent is on record", phrase.says, "what the rows say"
        lacking = [message for message in messages(phrase) if _LACKS.search(message) and not _RECORD.search(message)]
        yield (
            not lacking,
            one.question,
            "a sentence says that the world lacks what the case lacks",
            lacking,
            "on record",
        )


_LACKS = re.compile(r"\b(?:no|none|nobody|nothing|never|not|neither|nowhere|lacks?)\b", re.IGNORECASE)
_RECORD = re.compile(
    r"\b(?:on record|not known|not worked out|counted|costed|screened|certain|would narrow|limits?|not published by|"
    r"no figure|as reported|binding|withheld|evidence of|follows|statement)\b",
    re.IGNORECASE,
)
"""Words by which a sentence of absence speaks of the case."""


def _blank(page: FirstPage) -> int:
    return sum(not carriers_of(one, page.extract) for one in sites_of(page.extract))


def _no_share(page: FirstPage) -> bool:
    return not any(row["newest"] is not False for row in _shares(page))


def _shares(page: FirstPage) -> list[AnyRow]:
    """The shares that say something of a vendor in the networks of the whole country."""
    rows = [row for row in vendor_rows(page.extract) if row["carrier_id"] is None and not says_nothing(row)]
    rows = [row for row in rows if not (row["complement"] or row["later_estimate"] or row["method"] == "forecast")]
    return [dict(row) for row in rows if row["asset_class"].split(".")[0] in dependence.NETWORK]


def _whole(page: FirstPage) -> list[AnyRow]:
    segment = page.row(page.answer("dependence").key_row)[1].get("segment")
    return [row for row in _shares(page) if row["segment"] == segment]


def _is_zero(column: str) -> Callable[[FirstPage], bool]:
    return lambda page: bool(page.row(page.answer("cost").key_row)[1].get(column) == 0)


def _is_open(page: FirstPage) -> bool:
    packs = (pack for pack in by_pack(page.extract) if pack.in_force)
    return any(row["outcome"] == "undetermined" for pack in packs for row in pack.rows)


def _in_force(page: FirstPage) -> set[str]:
    """The titles of the laws and contracts that bind and had a rule on the day."""
    packs = [pack.rows[0] for pack in by_pack(page.extract) if pack.in_force]
    return {plain(row["pack_title"]) for row in packs if row["force"] in ("law", "contract")}


_ABSENT: Mapping[str, Callable[[FirstPage], bool]] = {
    dependence.NONE: _no_share,
    dependence.ALONE: lambda page: len({one for row in _whole(page) for one in row["vendor_ids"]}) == 1,
    dependence.NONE_CERTAIN: lambda page: not any(least_of(alike(page)).values()),
    rules.NO_DAY: lambda page: not rules.next_days(page.extract),
    rules.NONE_IN_FORCE: lambda page: not any(pack.in_force for pack in by_pack(page.extract)),
    rules.NONE_YET: lambda page: not by_pack(page.extract),
    rules.IN_FORCE: lambda page: not _is_open(page),
    rules.OPEN: lambda page: _is_open(page),
    acts.ALL_OPEN: lambda page: page.row(page.answer("unknown").key_row)[1]["width_share"] >= 1,
    rules.NO_RULE: lambda page: not page.extract.verdicts() and not laws(page.extract),
    rules.NONE_BINDS: lambda page: not any(pack.binds for pack in by_pack(page.extract)),
    sites.NO_SITES: lambda page: not sites_of(page.extract),
    sites.ALL_SERVED: lambda page: not _blank(page),
    sites.NONE_OF_ANY: lambda page: _blank(page) == len(sites_of(page.extract)),
    cost.NO_PLAN: lambda page: not page.extract.results(PlanRow),
    cost.NOTHING_REACHED: _is_zero("lot_count"),
    cost.NOTHING_IN_SCENARIO: _is_zero("lot_count"),
    cost.LEFT: _is_zero("swapped_count"),
    cost.LEFT_IN_SCENARIO: _is_zero("swapped_count"),
    aid.NONE: lambda page: all(row["recipient"] == "country" for row in aid.programmes_on_record(page.extract)),
    cost.NO_ESTIMATE: lambda page: not cost.costs_of_a_change(page.extract),
    acts.NO_GAP: lambda page: not acts.widest_gaps(page.extract),
    acts.NOBODY: lambda page: not page.answer("acts").rows,
}
"""Whether the case lacks what a message says is absent."""
_NAMED: Mapping[str, Mapping[str, Callable[[FirstPage], set[str]]]] = {
    sites.NO_CARRIER: {
        "sites": lambda page: {str(len(sites_of(page.extract)))},
        "blank": lambda page: {str(_blank(page))},
    },
    sites.NONE_OF_ANY: {"sites": lambda page: {str(len(sites_of(page.extract)))}},
    sites.ALL_SERVED: {"sites": lambda page: {str(len(sites_of(page.extract)))}},
    sites.SUCH: {"sites": lambda page: {plain(one["name"]) for one in sites_of(page.extract)}},
    rules.NONE_IN_FORCE: {"policies": lambda page: {str(sum(pack.binds for pack in by_pack(page.extract)))}},
}
"""The names and numbers that each slot of a message may hold."""

LAWS: Mapping[str, Sequence[Callable[[FirstPage], Iterator[Held]]]] = {
    "b": (vendors_are_named,),
    "c": (slots_are_of_rows, answers_are_of_the_question, first_is_first, bars_are_of_rows),
    "d": (carriers_once,),
    "e": (replaced_shares_say_so,),
    "f": (claims_are_whole,),
    "g": (deadlines_are_costed,),
    "h": (acts_have_effects,),
    "i": (references_resolve,),
    "j": (absence_is_of_record,),
}
"""The laws by their letters."""
