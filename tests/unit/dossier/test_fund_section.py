"""Rows on aid: the tables that hold them, their pictures, and the offer sheets."""

import re
from datetime import date
from typing import Any

import polars as pl
import pytest

from provenet.case.extract import Extract
from provenet.case.tables import table
from provenet.dossier import aid
from provenet.dossier.aid_sheets import OfferSheet, offer_sheets
from provenet.dossier.figure_tables import FigureTable
from provenet.dossier.render import render_html, render_pdf
from provenet.dossier.view import ANNEX, TURNED_OUT, View, compose
from unit.dossier import fund_rows
from unit.dossier.fund_rows import BUYS, fund, fund_tables, named
from unit.dossier.page_reading import NASTY, OUR_WORDS, Page, check_page
from unit.dossier.small_tables import DAY, THEN, claims, filled, tables


def view_of(country: str = "Germany", known: date | None = None, then: bool = False, **replaced: Any) -> View:
    return compose(
        held_tables(known, then, **replaced), country=country, as_of=known or DAY, known=known, document=ANNEX
    )


def held_tables(known: date | None = None, then: bool = False, **replaced: Any) -> dict[str, pl.DataFrame]:
    held = tables(known, known or DAY)
    held["party"] = named(held["party"])
    held |= fund_tables(then=then, **replaced)
    held["claim"] = filled("claim", replaced.get("claim") or [*claims(), *fund_rows.more_claims()])
    return held


def replay(**replaced: Any) -> View:
    funds = [fund(country, as_of_on=THEN, known_on=THEN) for country in BUYS]
    return view_of(known=THEN, then=True, fund=funds, **replaced)


def hindsight(**replaced: Any) -> View:
    funds = [fund("Germany", as_of_on=THEN, known_on=THEN)]
    held = held_tables(THEN, True, fund=funds, **replaced)
    return compose(held, country="Germany", as_of=THEN, known=THEN, document=TURNED_OUT)


def only(view: View) -> View:
    """The same annex with the rows on aid alone, and the sources."""
    kept = tuple(s for s in view.sections if s.key in {"s77_fund", "s90_sources"})
    return View(view.country, view.as_of, view.known, view.audience, view.headline, kept, document=ANNEX)


def page_of(**replaced: Any) -> Page:
    """The page of the rows."""
    return Page(render_html(only(view_of(**replaced))))


def tables_of(**replaced: Any) -> dict[str, FigureTable]:
    (found,) = [s for s in view_of(**replaced).sections if s.key == "s77_fund"]
    rows: Any = found.data
    return {one.title: one for one in rows}


def column(held: FigureTable, head: str) -> list[str]:
    return [cells[held.heads.index(head)].words for _, cells, _, _ in held.lines]


def sheets(carrier: str, **replaced: Any) -> list[OfferSheet]:
    extract = Extract(held_tables(**replaced), "Germany", DAY)
    return offer_sheets(aid.in_order(extract)[0], carrier, extract)


def test_every_row_of_an_answer_stands_in_a_table_with_its_id_and_its_figures() -> None:
    page = page_of()
    kinds = "fund award fund_curve fund_mechanism fund_input fund_approach response response_cost response_round"
    for name in kinds.split():
        frame = fund_tables()[name]
        here = frame.filter(frame["country"] == "Germany")[table(name).id_column]
        assert here.len()
        for ident in here:
            assert f"id-{ident}" in page.ids, (name, ident)
    check_page(page)
    for words in ("Vendors on which the aid may not be spent: Acme", "Missing, so not counted: "):
        assert words in page.text, words
    assert "ubscriber" not in page.text, "the page names the unit of its rows alone"


def test_offers_are_lettered_the_largest_first_and_inputs_stand_widest_first() -> None:
    found = tables_of()
    offers = found[aid.WHO]
    assert list(zip(column(offers, "Letter"), column(offers, "Carrier"), column(offers, "Offer"), strict=True)) == [
        ("A", "South Tel", "EUR 110 million"),
        ("B", "North Tel", "EUR 95 million"),
        ("C", "South Tel", "EUR 25 million"),
        ("D", "Fourth Network", "EUR 0"),
        ("E", "Westdeutsche Mobilfunk- und Netzgesellschaft", "EUR 0"),
    ]
    assert column(offers, "Purchase")[2] == "transport network (assumed)"
    inputs = found[aid.INPUTS]
    first = zip(column(inputs, "Figure"), column(inputs, "Low to high"), column(inputs, "Author"), strict=True)
    name = "price gap of clear vendors, Germany"
    assert list(first)[:2] == [(name, "-25 % to 30 % of price", "–"), (name, "-25 % to -5 % of price", "a think tank")]
    ends = zip(column(inputs, "Answer at its low end"), column(inputs, "At its high end"), strict=True)
    assert next(ends) == ("35 %", "72 %"), "each end by itself"
    assert [bool(cite) for _, _, cite, _ in inputs.lines][:2] == [False, True], "only what is assumed cites nothing"
    assert column(found["Whom to speak to first"], "Who")[-1] == "the government of the country"


def test_pictures_stand_beside_their_tables_and_carry_the_letters_of_the_offers() -> None:
    extract = Extract(held_tables(), "Germany", DAY)
    found = aid.aid_pictures(aid.in_order(extract)[0], extract)
    assert set(found) == {aid.WAYS, aid.BY_DAY, aid.INPUTS} <= set(tables_of())
    letters = re.findall(r"<text[^>]*>([A-E])</text>", found[aid.BY_DAY])
    assert letters == ["B", "C", "E", "A", "D"]


def test_a_curve_of_one_purchase_is_not_that_of_the_country() -> None:
    rows = [{**row, "purchase_id": "north-tel-ran"} for row in fund_rows.curves()]
    assert not {"What money achieves", aid.BY_DAY} & set(tables_of(fund_curve=rows))


def test_a_sheet_stands_for_each_purchase_in_the_order_of_contracts() -> None:
    found = sheets("south-tel")
    assert [one.what for one in found] == ["transport network", "5G RAN"]
    assert [one.title for one in found[0].tables] == [
        "What is bought",
        "What is offered",
        "What each choice costs over its life, by part",
    ]
    (first,) = sheets("north-tel")
    assert [(choice.label, choice.excluded) for choice in first.choices] == [
        ("Acme", True),
        ("Bolt", False),
        ("CoreCo", False),
    ]
    assert "EUR 10 to 120 million" in column(first.tables[1], "Extra cost of a clear choice, over its life")
    assert first.points and sheets("nobody") == []


def test_both_sides_have_the_same_room_and_no_claim_is_cut() -> None:
    (sheet,) = sheets("north-tel")
    assert [claim["id"] for claim in sheet.claims_for.shown] == ["C-1", "C-3"]
    assert sheet.claims_for.more == ["C-7", "C-8", "C-9"]
    assert [claim["id"] for claim in sheet.claims_against.shown] == ["C-2", "C-10"]
    (alone,) = sheets("west-mobile")
    assert alone.claims_for.shown == alone.claims_against.shown == []


def test_what_would_settle_it_names_the_assumed_figures_that_move_most() -> None:
    (sheet,) = sheets("fourth-net")
    assert [line.says for line in sheet.settle] == [
        "A tender, or a statement by Fourth Network, on what it buys and when: both are assumed here.",
        "A source for “price gap of clear vendors, Germany”, assumed -25 % to 30 % of price: over this range the "
        "answer moves from 35 % to 72 %.",
        "A source for “chance that the vendor has to be removed later”, assumed 5 % to 90 % of scenarios: over this "
        "range the answer moves from 46 % to 69 %.",
        "Evidence on one claim of these that another claim answers.",
        "Fourth Network, core: no row says when it buys one, so it is not counted.",
    ]


def test_a_replay_says_what_came_later_apart() -> None:
    text = Page(render_html(only(replay()))).text
    assert "it buys from 2 of the vendors asked" not in text and "Committed: EUR 230 million" in text
    later = Page(render_html(hindsight())).text
    assert "it buys from 2 of the vendors asked (vendors: Acme and CoreCo" in later
    assert "none of them" in later and "no row records what it chose later" in later


def test_a_vendor_that_is_excluded_in_another_class_alone_is_not_excluded_here() -> None:
    costs = [{**row, "excluded": row["excluded"] and row["carrier_id"] != "north-tel"} for row in fund_rows.costs()]
    ((_, lines),) = hindsight(response_cost=costs).sections[0].data.answers  # type: ignore[attr-defined]
    excluded = {line.who: line.excluded for line in lines}
    assert (excluded["North Tel"], list(excluded.values()).count("Acme")) == ("", 2)
    ((_, lines),) = hindsight().sections[0].data.answers  # type: ignore[attr-defined]
    assert {line.who: line.excluded for line in lines}["North Tel"] == "Acme"


def test_rows_of_another_day_country_run_or_answer_are_not_mixed_in() -> None:
    assert "The answer" not in tables_of(fund=[fund(as_of_on=date(2026, 1, 1))])
    assert "The answer" not in tables_of(fund=[fund("Italy")])
    for changed in ({"run_id": "older"}, {"fund_id": "fund-other"}):
        assert aid.WHO not in tables_of(award=[{**row, **changed} for row in fund_rows.awards()])
    second = fund(fund_id="fund-zz", mechanism="pay-as-bid auction")
    assert {"Answer 1. Who is offered what", "Answer 2. The answer"} <= set(tables_of(fund=[second, fund()]))


@pytest.mark.parametrize("make", [view_of, replay])
def test_our_own_words_are_neutral(make: Any) -> None:
    ours = " ".join(" ".join(Page(render_html(only(make()))).ours).split())
    assert OUR_WORDS.findall(ours) == []
    assert not re.search(r"\b(supplier|operator|banned|good|bad|win|wins|winner|loser)\b", ours)


def test_hostile_text_is_text_in_both_media_and_the_order_of_rows_changes_nothing() -> None:
    def nasty(rows: list[dict[str, Any]], *names: str) -> list[dict[str, Any]]:
        return [{**row, **dict.fromkeys(names, NASTY)} for row in rows]

    view = only(
        view_of(
            fund=[fund(headline=NASTY, condition_says=NASTY, assumed=[NASTY], unanswered=[NASTY], mechanism=NASTY)],
            award=nasty(fund_rows.awards(), "because", "chosen_says", "currency"),
            fund_input=nasty(fund_rows.figures(), "name", "unit_says", "scope", "estimator", "sponsor"),
            fund_approach=nasty(fund_rows.approaches(), "says", "dependence_says", "currency"),
            fund_mechanism=nasty(fund_rows.mechanisms(), "says", "mechanism"),
            response_cost=nasty(fund_rows.costs(), "part", "vendor_id", "says"),
            purchase=nasty(fund_rows.purchases(), "segment", "unit_says", "anchor_vendor_id", "basis"),
        )
    )
    page = Page(render_html(view))
    check_page(page)
    assert "<script>alert(1)</script>" in page.text
    assert render_pdf(view).startswith(b"%PDF")
    held = {name: list(reversed(rows.rows(named=True))) for name, rows in fund_tables().items()}
    assert render_html(only(view_of(**held))) == render_html(only(view_of()))
