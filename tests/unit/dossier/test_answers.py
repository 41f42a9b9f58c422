"""The answers of a first page: what each may claim of its rows, what it may not, and that every face prints them."""

import re
from datetime import date
from itertools import product
from string import Formatter
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenet.case.extract import Extract
from provenet.core.answer import TITLES, Answer, Sentence
from provenet.dependence import share_rows
from provenet.dependence.answer import dependence_answer
from provenet.dossier.answers import acts_answer, answers, lead
from provenet.dossier.render import render_html
from provenet.dossier.view import compose
from provenet.evidence.rules import RULE_ENDS, laws
from provenet.evidence.rules_answer import COSTED, ENDED, UNCOSTED, next_days, rules_answer
from provenet.incentives.aid_answer import aid_answer
from provenet.replacement.cost_answer import NOTHING_REACHED, cost_answer
from support import plan_rows
from unit.dossier.page_reading import Page
from unit.dossier.small_tables import DAY, THEN, filled, share, tables, verdict


def extract(known: date | None = None, as_of: date = DAY, **replaced: pl.DataFrame) -> Extract:
    return Extract({**tables(known, as_of), **replaced}, "Germany", as_of, known)


def of_day(table: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
    return filled(table, [{**row, "as_of_on": DAY, "known_on": None} for row in rows])


def clauses(sentence: Sentence) -> list[Sentence]:
    inner = [one for slot in sentence.slots.values() for one in (getattr(slot, "items", None) or (slot,))]
    return [sentence, *(clause for one in inner if isinstance(one, Sentence) for clause in clauses(one))]


def every(one: Answer) -> list[Sentence]:
    said = (one.finding, *one.sentences, *one.caveats, *one.would_change)
    return [clause for whole in said for clause in clauses(whole)]


CASES = [extract(), extract(THEN, THEN), Extract({}, "Atlantis", DAY), extract(vendor_share=filled("vendor_share", []))]


@pytest.mark.parametrize("held", CASES)
def test_every_question_is_answered_in_whole_sentences_whose_slots_are_all_filled(held: Extract) -> None:
    assert [one.question for one in answers(held)] == list(TITLES)
    for one in answers(held):
        assert re.fullmatch(r"[A-Z0-9].*\.", one.finding.says), one.finding.says
        for said in every(one):
            assert {name for _, name, _, _ in Formatter().parse(said.message) if name} <= set(said.slots)


def test_the_page_prints_the_answers_and_nothing_else_in_their_place() -> None:
    page = "".join(Page(render_html(compose(tables(), country="Germany", as_of=DAY))).text.split())
    for said in (said for one in answers(extract()) for said in (one.finding, *one.sentences, *one.caveats)):
        assert "".join(said.says.split()) in page, said.says


SHARES = st.tuples(st.integers(0, 100), st.integers(0, 100)).map(sorted)


@given(st.lists(SHARES, min_size=1, max_size=4))
def test_law_one_vendor_leads_only_as_far_as_its_ends_say(ends: list[list[int]]) -> None:
    """ "More than any other" stands only where a low end is above every other high end, named or not."""
    rows = [
        share(at, vendor_ids=[f"v{at}"], low_share=low / 100, high_share=high / 100, method="bounds")
        for at, (low, high) in enumerate(ends, start=1)
    ]
    made = dependence_answer(extract(vendor_share=of_day("vendor_share", rows)))
    known = [(low, high) for low, high in ends if (low, high) != (0, 100)]
    lows = sorted((low for low, _ in known), reverse=True)
    if not known:
        assert "is not known" in made.finding.says
    elif lows[0] == 0:
        assert made.finding.says.startswith("No vendor has a certain share")
    else:
        first = next(row for row in rows if row["share_id"] == made.key_row)
        assert round(first["low_share"] * 100) == lows[0]
        if "more than any other" in made.finding.says:
            others = (min(row["high_share"], 1 - first["low_share"]) for row in rows if row is not first)
            assert first["low_share"] > max([0.5, *others])


def test_a_share_of_several_vendors_is_whose_nobody_says() -> None:
    rows = [share(1, vendor_ids=["acme", "bolt"], low_share=0.6, high_share=0.6)]
    said = dependence_answer(extract(vendor_share=of_day("vendor_share", rows))).finding.says
    assert said.startswith("Acme and Bolt together supply 60 % (as published)") and "how much is whose" in said


def test_a_share_that_a_contract_replaces_names_it_also_where_nothing_is_left_certain() -> None:
    base = {"row_id": "deal", "carrier_id": "north-tel", "country": "Germany", "segment": "5G RAN", "event": "selected"}
    base |= {"day": "2022", "day_low_on": date(2022, 1, 1), "day_high_on": date(2022, 12, 31), "source_id": "paper"}
    deals = filled("procurement", [{**base, "vendor_ids": ["bolt"], "replaces_vendor_ids": ["acme"]}])
    some = "No vendor has a certain share of the 5G RAN (radio network) of Germany: Acme 0 to 60 %"
    nothing = "How much of the 5G RAN (radio network) of Germany is still of Acme is not known"
    for high, finding in ((0.6, some), (1.0, nothing)):
        rows = [share(1, low_share=0.0, high_share=high, inputs=["procurement:deal"])]
        made = dependence_answer(extract(procurement=deals, vendor_share=of_day("vendor_share", rows)))
        assert made.finding.says.startswith(finding) and made.key_row == "share-1"
        assert "North Tel takes Bolt in place of Acme (2022)" in made.sentences[0].says
        planned = deals.with_columns(event=pl.lit("planned: Bolt alone"))
        made = dependence_answer(extract(procurement=planned, vendor_share=of_day("vendor_share", rows)))
        assert "North Tel takes Bolt in place of Acme (2022, planned)" in made.sentences[0].says
        assert share_rows.how(filled("vendor_share", rows).row(0, named=True)).endswith(  # type: ignore[arg-type]
            "perhaps replaced since"
        )


def test_a_vendor_that_may_have_more_is_not_left_out() -> None:
    """A share from 0 % that no row names is left out only where the certain share of another leaves it room."""
    for high, finding in ((0.35, "Acme supplies 64 % "), (0.9, "Which vendor supplies most of the 5G RAN ")):
        rows = [
            share(1, low_share=0.64, high_share=0.64),
            share(2, vendor_ids=["bolt"], low_share=0.0, high_share=high, inputs=[]),
        ]
        assert dependence_answer(extract(vendor_share=of_day("vendor_share", rows))).finding.says.startswith(finding)


def test_of_two_rows_for_one_vendor_the_least_leads_and_the_other_stands_beside_it() -> None:
    rows = [share(at, low_share=low, high_share=low + 0.1) for at, low in enumerate((0.6, 0.4), start=1)]
    made = dependence_answer(extract(vendor_share=of_day("vendor_share", rows)))
    said = "Another row on record says otherwise of the same: Acme 60 to 70 %."
    assert made.key_row == "share-2" and said in [one.says for one in made.sentences]


def test_a_vendor_is_named_where_a_rule_in_force_restricts_it_and_no_sentence_says_none_is() -> None:
    made = rules_answer(extract())
    assert "Restricted today: RAN of Acme, under Network law (law)." in [one.says for one in made.sentences]
    rows = [verdict(1, vendor_id="acme", outcome="restricted", rule_id="L-1", rules_in_force=0)]
    quiet = rules_answer(extract(verdict=of_day("verdict", rows)))
    assert not any("Acme" in one.says for one in (quiet.finding, *quiet.sentences))


def rule(number: int = 1, **row: Any) -> dict[str, Any]:
    base = {"policy_rule_id": f"r-{number}", "rule_id": f"L-{number}", "pack": "law-1", "pack_title": "Network law"}
    base |= {"country": "Germany", "force": "law", "jurisdiction": "DE", "effect": "prohibit", "policy_id": "P-9"}
    return {**base, "effective": "2020", "effective_low_on": date(2020, 1, 1), **row}


RULES = st.fixed_dictionaries(
    {
        "deadline_on": st.none() | st.dates(date(2026, 10, 1), date(2027, 1, 31)),
        "vendor_ids": st.lists(st.sampled_from(["acme", "bolt"]), unique=True),
        "named_by": st.none() | st.just("a list"),
        "effect": st.sampled_from(["prohibit", "condition", "permit"]),
        "effective_low_on": st.dates(date(2026, 11, 20), date(2026, 11, 30)),
    }
)


@given(st.lists(RULES, max_size=4), st.sets(st.integers(1, 4)), st.booleans())
def test_law_what_rules_name_is_named_what_passed_is_passed_and_each_deadline_is_costed_or_not(
    drawn: list[dict[str, Any]], costed: set[int], is_scenario: bool
) -> None:
    """Laws (b) and (g) of step 14: the deadline is that of a later day, and has one sentence on its cost."""
    rules = [rule(at, deadline=str(one["deadline_on"] or "") or None, **one) for at, one in enumerate(drawn, start=1)]
    steps = [
        {"step_id": f"s-{at}", "plan_id": "plan-1", "country": "Germany", "priced": True, "action": "swap"}
        | {"rule_id": f"L-{at}", "latest_on": one["deadline_on"], "run_id": "run-1"}
        for at, one in enumerate(drawn, start=1)
        if at in costed
    ]
    plan = plan_rows.plan(plan_id="plan-1", scenario=is_scenario, run_id="run-1", lot_count=9)
    shown = {"policy_rule": of_day("policy_rule", rules), "plan": filled("plan", [plan])}
    held = extract(plan_step=filled("plan_step", steps), policy=filled("policy", []), **shown)
    made, ahead = rules_answer(held), next_days(held)
    said = " ".join(one.says for one in (made.finding, *made.sentences))
    for one in rules:
        begun = one["effective_low_on"] <= DAY and one["effect"] != "permit"
        assert not begun or all(held.name(vendor) in said for vendor in one["vendor_ids"])
    assert "no vendor" not in lead(held).casefold()
    assert all(one.day > DAY for one in ahead)
    messages = {message: one.slots for one in made.sentences for message in (one.message,)}
    due = {is_in: [day.day for day in messages[text].get("days").items] if text in messages else []  # type: ignore[union-attr]
           for is_in, text in ((True, COSTED), (False, UNCOSTED))}  # fmt: skip
    assert not {*due[True]} & {*due[False]} and all(day > DAY for day in (*due[True], *due[False]))
    assert not ahead or ahead[0].what == RULE_ENDS or ahead[0].day in {*due[True], *due[False]}
    held_days = {one["latest_on"] for one in steps if not is_scenario}
    assert {*due[True]} <= held_days
    for part in (one for one in every(made) if one.message == ENDED):
        assert part.slots["day"].day < DAY  # type: ignore[union-attr]


def test_beside_a_duty_stands_whom_it_binds_and_what_is_on_record_of_each() -> None:
    """The newest of a share, a contract that replaces and a report without the vendor; no figure is said to be none."""
    bound = {"policy_ids": ["P-9"], "country": "Germany", "source_id": "paper", "says": "party"}
    rows = [
        {**bound, "party_id": "north-tel"},
        {**bound, "party_id": "south-tel"},
        {**bound, "class_says": "35 others"},
        {**bound, "class_says": "who comes later", "day_low_on": date(2027, 1, 1)},
    ]
    own = rule(deadline="2027-12-31", deadline_on=date(2027, 12, 31), vendor_ids=["acme"], named_by="annex")
    shown = {"policy_rule": of_day("policy_rule", [own]), "addressee": filled("addressee", rows)}
    shares = of_day("vendor_share", [share(1, carrier_id="north-tel", low_open=True)])
    shown |= {"vendor_share": shares, "policy": filled("policy", [])}
    held = extract(**shown)
    made = rules_answer(held)
    assert made.finding.says == (
        "The next deadline of a rule is 31 December 2027: x, for any part of a network (Network law; "
        "designated by name: Acme)."
    )
    bound_by = "Bound, with what is on record of Acme there: 35 others (no figure); North Tel ({}); "
    bound_by += "South Tel (no figure)."
    assert made.sentences[0].says == bound_by.format("over 50 to 60 % of 5G RAN, 2022")
    swap = {"carrier_id": "north-tel", "country": "Germany", "segment": "RAN", "event": "swap", "source_id": "paper"}
    swap |= {"vendor_ids": ["bolt"], "replaces_vendor_ids": ["acme"], "day": "2024", "day_high_on": date(2024, 12, 31)}
    later = extract(**shown, procurement=filled("procurement", [swap]))
    replaced = "replaced by contract, RAN, 2024; what is left is not known"
    assert rules_answer(later).sentences[0].says == bound_by.format(replaced)
    other = {**swap, "carrier_id": "south-tel", "replaces_vendor_ids": None, "day_low_on": date(2024, 1, 1)}
    rows = [other, {**other, "vendor_ids": ["acme"]}, {**other, "event": "planned"}, {**other, "segment": "core"}]
    chosen = rules_answer(extract(**shown, procurement=filled("procurement", rows))).sentences[0].says
    assert chosen.endswith("South Tel (no figure; chosen there: Bolt (RAN, 2024)).")
    assert laws(held)[0].bound == "35 others, North Tel and South Tel"
    act = "Before 31 December 2027, the next day of a rule, the government can ask 35 others{} and South Tel what is "
    act += "left of Acme."
    assert [acts_answer(one).finding.says for one in (held, later)] == [act.format(""), act.format(", North Tel")]


def test_reports_of_a_carrier_stand_once_for_each_part_of_its_network() -> None:
    years = ({"day_low_on": date(year, 1, 1), "day_high_on": date(year, 12, 31)} for year in (2019, 2021, 2020))
    parts = ((["bolt"], "4G RAN", "ran.4g"), (["acme", "bolt"], "5G RAN", "ran.5g"), (["acme"], "core", "core"))
    own = {"carrier_id": "north-tel", "country": "Germany", "presence": "named", "source_id": "paper"}
    named = [
        {**own, **days, "vendor_ids": vendors, "segment": segment, "asset_class": asset_class}
        for days, (vendors, segment, asset_class) in zip(years, parts, strict=True)
    ]
    held = extract(vendor_share=filled("vendor_share", []), deployment=filled("deployment", named))
    reports = dependence_answer(held).sentences[0].says
    assert reports == "Reports name vendors without a share: North Tel: Acme and Bolt (RAN, 2019 to 2021)."


def test_aid_for_governments_stands_apart_and_what_is_considered_comes_after_what_is_offered() -> None:
    own = {"giver": "the council", "country": "Germany", "basis": "sourced", "source_id": "paper", "day": "2024"}
    of_all = [
        {**own, "programme_id": "a", "title": "Loan", "recipient": "country"},
        {**own, "programme_id": "b", "title": "Considered", "recipient": "carrier", "from_on": date(2025, 1, 1)},
        {**own, "programme_id": "c", "title": "Grant", "recipient": "carrier", "mechanism": "formula grant"},
    ]
    alone, made = (aid_answer(extract(programme=filled("programme", rows))) for rows in (of_all[:1], of_all))
    assert alone.sentences[0].says == "For governments, not carriers, on record: Loan (the council, 2024)."
    assert "Grant (the council, 2024); Considered (the council, 2024); what it" in made.finding.says
    assert list(made.sentences) == []


@pytest.mark.parametrize(("status", "scenario"), [*product(["optimal", "infeasible", "unknown"], [False, True])])
def test_what_a_change_costs_follows_what_is_left_and_not_what_is_swapped(status: str, scenario: bool) -> None:
    """Nothing has to be replaced only where no lot has to; each lot that stays is told, whyever it does."""
    for lots, swapped, unpriced in product([0, 1, 17], [0, 1, 12, 17], [0, 1, 17]):
        if swapped + unpriced > lots:
            continue
        held = {"status": status if lots else "nothing to swap", "scenario": scenario}
        row = plan_rows.plan(lot_count=lots, swapped_count=swapped, unpriced_count=unpriced, **held)
        made = cost_answer(extract(plan=filled("plan", [row])))
        text = " ".join(one.says for one in (made.finding, *made.sentences))
        assert ("no replacement is costed" in text or "nothing that is counted here" in text) == (lots == 0), text
        assert any(piece.kind == "figure" for piece in made.finding.pieces()) == (swapped > 0)
        if lots > swapped:
            assert ("each is left" if not swapped else f"{lots - swapped} of {lots} lots") in text


def test_a_plan_under_the_rules_in_force_that_replaces_nothing_comes_before_a_scenario() -> None:
    stuck = plan_rows.plan(plan_id="plan-z", lot_count=17, swapped_count=0, unpriced_count=17, unanswered=[])
    cheap = plan_rows.plan(plan_id="plan-a", scenario=True, lot_count=3, swapped_count=3, unpriced_count=0)
    one = cost_answer(extract(plan=filled("plan", [cheap, stuck])))
    assert one.key_row == "plan-z"
    assert one.finding.says == (
        "The rules in force reach 17 lots of equipment that are counted here, and each is left where it is: "
        "none has a price on record, and what has no price is not counted as free."
    )
    empty = plan_rows.plan(plan_id="plan-z", status="nothing to swap", lot_count=0, swapped_count=0, unpriced_count=0)
    assert cost_answer(extract(plan=filled("plan", [cheap, empty]))).key_row == "plan-a"
    assert cost_answer(extract(plan=filled("plan", [empty]))).finding.says == NOTHING_REACHED


def test_a_thin_country_still_says_who_could_act() -> None:
    """Facts that several open answers need together, sites that nobody listed, units that nobody counted."""
    tests = ["fact: critical", "fact: first_use at_least 2026-01-01", "fact: seat"]
    several = {"outcome": "undetermined", "open_tests": tests, "if_settled": ["clear"]}
    rows = [verdict(at, vendor_id=vendor, **several) for at, vendor in enumerate(("acme", "bolt", "core-co"))]
    own = rule(issuer_facts=["critical: the part is critical", "first_use: the first use", "order: an order"])
    thin = {name: frame.clear() for name, frame in tables().items() if name in ("site", "site_dependence")}
    thin |= {"policy_rule": of_day("policy_rule", [own])}
    made = answers(extract(verdict=of_day("verdict", rows), **thin))[-1]
    assert made.finding.says == (
        "Before 31 December 2026, the next day of a rule: The Ministry can say, under Network law: whether the part is "
        "critical and the first use."
    )
    assert [one.says.split(" can ")[0] for one in made.sentences] == ["The regulator", "The government"]


def test_an_answer_is_data_that_comes_back() -> None:
    for one in answers(extract()):
        held = one.model_dump_json(round_trip=True)
        assert Answer.model_validate_json(held) == one
