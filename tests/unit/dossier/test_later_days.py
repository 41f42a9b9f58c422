"""Later days on a page of an earlier one: found in any form, marked as ahead, and no row of a later day is shown."""

import re
from datetime import date

import polars as pl
import pytest
from markupsafe import Markup

from provenet.case.days_ahead import CLOSE, OPEN, enclosed, plain
from provenet.dossier.render import render_body, render_html
from provenet.dossier.replay import later_days, mark_ahead, tagged, with_days_of_rows
from provenet.dossier.row_laws import RowLaws
from provenet.dossier.view import ANNEX, compose
from unit.dossier.small_tables import THEN, filled, tables

Tables = dict[str, pl.DataFrame]
LATER = date(2018, 11, 23)


def then() -> dict[str, pl.DataFrame]:
    """The small case as known in 2018: a source of that day foresees the shares of 2022."""
    held = tables(THEN, THEN)
    return {**held, "market_share": held["market_share"].with_columns(as_of=pl.lit("2022"))}


def annex_of(frames: dict[str, pl.DataFrame]) -> bytes:
    return render_html(compose(frames, country="Germany", as_of=THEN, known=THEN, document=ANNEX))


def found(text: str) -> list[str]:
    return [one.words for one in later_days(f"<body><p>{text}</p></body>".encode(), LATER)]


@pytest.mark.parametrize(
    "later",
    [
        *("2018-11-24", "24 November 2018", "November 24, 2018", "2018-12", "December 2018", "Dec 2018", "Q1 2019"),
        *("2019 Q1", "2019-Q1", "first quarter of 2019", "2019", "5/2022 of 2022", "C(2023) 4049", "DL 21/2022"),
        *(
            "20250901.as-rel2.txt",
            "2019/3/17",
            "page-2019-3-17.html",
            "in March\N{NO-BREAK SPACE}2022",
            "prices of 2026",
        ),
    ],
)
def test_a_later_day_in_any_form_is_found(later: str) -> None:
    assert found(f"It was {later}, as told.")
    assert found(f"<b>It</b> was <small>{later}</small>")


@pytest.mark.parametrize(
    "text",
    [
        *("2018-11-23", "23 November 2018", "November 2018", "2018", "Q4 2018", "the fourth quarter of 2018"),
        *("EUR 2,019", "20.2019", "0.2026", "verdict-2022a4b1c2d3e4f5", "12019 sites", "1999-12-31"),
        *(
            "1056 of 2112 verdicts",
            "2112 of 2112 verdicts",
            "2050 scenarios, seed 20201123",
            "2100 base stations of 2018",
        ),
    ],
)
def test_a_day_of_the_time_is_none(text: str) -> None:
    assert found(f"It was {text}, as told.") == []


def test_what_is_ahead_or_of_the_retrieval_may_stand_and_nothing_else() -> None:
    page = (
        '<title>2020</title><style>a{b:2021}</style><p>Due <time class="ahead">1 May 2019</time></p>'
        "<p><time>2 May 2019</time></p>"
        '<footer class="retrieval"><ul><li>read on 2026-09-05</li></ul></footer><footer>2027</footer>'
        '<svg><text>2028</text></svg><time class="ahead"><svg><text>2029</text></svg></time>'
    )
    assert [one.words for one in later_days(page.encode(), LATER)] == ["2 May 2019", "2027", "2028"]


def test_a_month_and_its_year_in_two_elements_are_one_day() -> None:
    assert found("on <b>1 May</b> <small>2019</small>") == ["1 May 2019"]


def test_a_marked_text_passes_and_says_the_same() -> None:
    text = "by 2019-08-01, at the soonest on 2 February 2019 & not in 2018 <b>"
    marked = mark_ahead(text, known=LATER)
    assert found(marked) == []
    assert Markup(marked).striptags() == text
    assert mark_ahead(text, known=None) == text
    assert (
        mark_ahead(Markup('<b id="x2020">2020</b>'), known=LATER) == '<b id="x2020"><time class="ahead">2020</time></b>'
    )


def test_a_year_ahead_in_the_words_of_that_day_is_a_forecast_and_in_later_words_it_is_found() -> None:
    held = then()
    source = {**held["source"].to_dicts()[0], "title": "A forecast for 2025"}
    rows = [{**row, "paraphrase": "It is to be removed by 2021."} for row in held["claim"].to_dicts()]
    frames = {
        **held,
        "claim": filled("claim", rows),
        "source": filled("source", [source, *held["source"].to_dicts()[1:]]),
    }
    page = annex_of(frames)
    assert later_days(page, THEN) == []
    assert b'It is to be removed by <time class="ahead">2021</time>.' in page
    assert b'A forecast for <time class="ahead">2025</time>' in page
    # The same words of a later day are on no page; words of no row are found.
    later = date(2020, 5, 1)
    since = [{**row, "said_low_on": later, "said_high_on": later} for row in rows]
    assert b"It is to be removed" not in annex_of({**frames, "claim": filled("claim", since)})
    undated = [{**row, "published": None, "published_high_on": None} for row in frames["source"].to_dicts()]
    footer = annex_of({**frames, "source": filled("source", undated)}).partition(b'<footer class="retrieval">')[2]
    assert b"A forecast for 2025" in footer
    assert [one.words for one in later_days(page.replace(b"5G RAN", b"5G RAN of 2022"), THEN)][:1] == ["2022"]


def test_a_cut_or_forged_enclosure_never_spoils_a_page() -> None:
    assert tagged(f"<b>by {OPEN}20</b> x") == '<b>by <time class="ahead">20</time></b> x'
    assert tagged(f'<i alt="{OPEN}2020{CLOSE}">a{CLOSE}</i>') == '<i alt="2020">a</i>'
    assert plain(enclosed("by 2020", LATER)) == "by 2020"
    held = then()
    parties = held["party"].with_columns(pl.lit(f"Acme {OPEN}2022{CLOSE}").alias("name"), source_id=pl.lit("late"))
    late = {"source_id": "late", "title": "Late", "kind": "press", "published_high_on": date(2023, 1, 1)}
    sources = filled("source", [*held["source"].to_dicts(), late])
    assert later_days(annex_of({**held, "party": parties, "source": sources}), THEN)


def test_a_party_is_shown_under_its_name_of_that_day() -> None:
    held = then()
    old = {"party_id": "old", "name": "Old Tel", "role": "carrier", "country": "DE"}
    changed = {"predecessor_id": "old", "successor_id": "north-tel", "how": "rename", "from_on": date(2020, 1, 1)}
    frames = {
        **held,
        "party": filled("party", [*held["party"].to_dicts(), old]),
        "succession": filled("succession", [changed]),
    }
    page = annex_of(frames).decode()
    assert "Old Tel" in page and "North Tel" not in page
    before = {**frames, "succession": filled("succession", [{**changed, "from_on": date(2018, 1, 1)}])}
    assert "North Tel" in annex_of(before).decode()


def test_a_year_in_a_name_is_part_of_the_name() -> None:
    held = then()
    names = held["party"]["name"].replace({"North Tel": "Project 2030 Ltd", "Acme": "Vodafone 2000"})
    assert later_days(annex_of({**held, "party": held["party"].with_columns(names)}), THEN) == []


def test_a_row_that_was_not_known_then_stops_the_page_even_without_a_day_in_its_words() -> None:
    held = then()
    keys = render_body(compose(held, country="Germany", as_of=THEN, known=THEN, document=ANNEX)).shown

    def found(frames: Tables) -> list[str]:
        return [fault.sentence() for fault in RowLaws(frames).later_faults(keys, THEN, "germany.html")]

    assert found(held) == []
    assert {"C-1", "share-1"} <= RowLaws(held).known_inputs(keys, THEN) | {"share-1"} & keys
    later = held["claim"].with_columns(said_high_on=pl.lit(date(2019, 1, 1)))
    assert any("shows a row that was not known then" in one for one in found({**held, "claim": later}))
    assert "C-1" not in RowLaws({**held, "claim": later}).known_inputs(keys, THEN)
    source = held["source"].with_columns(published_high_on=pl.lit(date(2019, 1, 1)))
    assert any("market_share:market_share-1" in one for one in found({**held, "source": source}))


def test_a_remark_that_tells_of_later_days_is_left_out() -> None:
    held = tables(LATER, LATER)
    rows = [{**row, "confidence_note": "it ended in March 2022"} for row in held["claim"].to_dicts()]
    view = compose(
        {**held, "claim": filled("claim", rows)}, country="Germany", as_of=LATER, known=LATER, document=ANNEX
    )
    assert "it ended in" not in render_html(view).decode()
    now = compose(
        {**tables(), "claim": filled("claim", rows)}, country="Germany", as_of=date(2026, 11, 24), document=ANNEX
    )
    assert "it ended in March 2022" in render_html(now).decode()


def test_days_that_the_question_sets_are_ahead_and_no_others() -> None:
    days = frozenset((date(2020, 5, 4), date(2021, 8, 1)))
    text = (
        "On 4 May 2020, by 2021-08-01, in Q3 2021 and Q4 2021, EUR 3 million of 2020, (2020 prices), EUR of 2020; 2020"
    )
    marked = tagged(with_days_of_rows(f'<p id="2020-05-04">{text}</p>', days, LATER))
    ahead = re.findall(r'<time class="ahead">([^<]*)</time>', marked)
    assert ahead == ["4 May 2020", "2021-08-01", "Q3 2021", "2020", "2020"]
    assert '<p id="2020-05-04">' in marked
    assert with_days_of_rows(text, frozenset(), LATER) == text


def test_a_row_that_names_one_of_a_later_day_does_not_name_it_in_a_replay() -> None:
    held = then()
    (told,) = [row for row in held["claim"].to_dicts() if row["claim_id"] == "C-1"]
    late = date(2019, 1, 1)
    reply = {**told, "claim_id": "C-LATE", "row_id": "claim-late", "said_low_on": late, "said_high_on": late}
    frames = {**held, "claim": filled("claim", [{**told, "answers_claim_id": "C-LATE"}, reply])}
    assert b"C-LATE" not in annex_of(frames)
    assert b"C-LATE" in annex_of(
        {
            **frames,
            "claim": filled(
                "claim", [{**told, "answers_claim_id": "C-LATE"}, {**reply, "said_low_on": THEN, "said_high_on": THEN}]
            ),
        }
    )
