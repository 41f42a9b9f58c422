"""The gate of a page as known on a day: which later days it finds, and what may stand."""

from __future__ import annotations

from datetime import date

import pytest
from markupsafe import Markup

from provenet.dossier.render import render_html
from provenet.dossier.replay import later_days, mark_ahead
from provenet.dossier.view import compose
from unit.dossier.small_tables import filled, tables

DAY = date(2018, 11, 23)


def found(text: str) -> list[str]:
    return [one.words for one in later_days(f"<body><p>{text}</p></body>".encode(), DAY)]


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
    assert [one.words for one in later_days(page.encode(), DAY)] == ["2 May 2019", "2027", "2028"]


def test_a_month_and_its_year_in_two_elements_are_one_day() -> None:
    assert found("on <b>1 May</b> <small>2019</small>") == ["1 May 2019"]


def test_a_marked_text_passes_and_says_the_same() -> None:
    text = "by 2019-08-01, at the soonest on 2 February 2019 & not in 2018 <b>"
    marked = mark_ahead(text, DAY)
    assert found(marked) == []
    assert Markup(marked).striptags() == text
    assert mark_ahead(text, None) == text
    assert mark_ahead(Markup('<b id="x2020">2020</b>'), DAY) == '<b id="x2020"><time class="ahead">2020</time></b>'


def test_a_planted_text_that_names_a_later_day_is_found_on_the_page() -> None:
    held = tables(DAY, DAY)
    whole = compose(held, country="Germany", as_of=DAY, known=DAY)
    rows = [{**row, "paraphrase": "In 2021 it was removed."} for row in held["claim"].to_dicts()]
    planted = compose({**held, "claim": filled("claim", rows)}, country="Germany", as_of=DAY, known=DAY)
    found, before = (later_days(render_html(view), DAY) for view in (planted, whole))
    texts = [one.text for one in found if "In 2021 it was removed." in one.text]
    assert texts
    assert len(found) == len(before) + len(texts)


def test_a_remark_that_tells_of_later_days_is_left_out() -> None:
    held = tables(DAY, DAY)
    rows = [{**row, "confidence_note": "it ended in March 2022"} for row in held["claim"].to_dicts()]
    view = compose({**held, "claim": filled("claim", rows)}, country="Germany", as_of=DAY, known=DAY)
    assert "it ended in" not in render_html(view).decode()
    now = compose({**tables(), "claim": filled("claim", rows)}, country="Germany", as_of=date(2026, 11, 24))
    assert "it ended in March 2022" in render_html(now).decode()
