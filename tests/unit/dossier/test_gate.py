"""The consistency gate: planted figures, parts larger than their whole, and later days on a page of an earlier one."""

import re
from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest
from markupsafe import Markup

from provenet.case.days_ahead import CLOSE, OPEN, enclosed, plain
from provenet.core import wording
from provenet.core.currencies import CURRENCIES
from provenet.dossier.figure_checks import LooseFigures
from provenet.dossier.gate import figures, read_page
from provenet.dossier.passages import passages
from provenet.dossier.render import render_html
from provenet.dossier.replay import later_days, mark_ahead, tagged, with_days_of_rows
from provenet.dossier.view import ANNEX, compose
from provenet.ingest.bgp.numbers import KEPT_BACK, kept_back_says
from support.plan_rows import plan_tables
from unit.dossier.fund_rows import fund_tables
from unit.dossier.small_tables import DAY, THEN, filled, tables

Tables = dict[str, pl.DataFrame]


def page_of(frames: Tables, document: str = ANNEX, **days: Any) -> str:
    shown = {"country": "Germany", "as_of": DAY, **days}
    return render_html(compose(frames, **shown, document=document)).decode("utf-8")


def faults(page: str, frames: Tables) -> list[str]:
    return [fault.sentence() for fault in read_page(page, frames, "germany.html").faults]


def planted(frames: Tables, old: str, new: str, document: str = ANNEX) -> list[str]:
    """What the gate finds where a page prints something else at the first place of some words."""
    page = page_of(frames, document)
    assert old in page
    return faults(page.replace(old, new, 1), frames)


@pytest.fixture(scope="module")
def small() -> Tables:
    return tables()


def test_pages_of_every_kind_agree_with_their_rows(small: Tables) -> None:
    plan = {**small, **plan_tables()}
    assert faults(page_of(small), small) == []
    assert faults(page_of(plan), plan) == []
    then = tables(THEN, THEN)
    assert faults(page_of(then, as_of=THEN, known=THEN), then) == []
    reading = read_page(page_of(plan), plan, "germany.html")
    assert reading.figure_count > 100


def test_a_planted_figure_is_named_with_what_its_row_says(small: Tables) -> None:
    found = planted(small, "<td>50 to 60\N{NO-BREAK SPACE}%</td>", "<td>50 to 61\N{NO-BREAK SPACE}%</td>")
    assert len(found) == 1
    assert found[0].startswith("germany.html, share-1: the page prints another figure than its row; found ")
    assert "50 to 61 %" in found[0]
    assert "expected 50 to 60 %" in found[0]
    assert "provenet why CASE share-1" in found[0]


def test_an_end_alone_is_no_interval(small: Tables) -> None:
    """Both ends are figures of the row; an interval of one of them and another number is none."""
    assert planted(small, "<td>50 to 60\N{NO-BREAK SPACE}%</td>", "<td>5 to 60\N{NO-BREAK SPACE}%</td>")


def test_every_main_figure_of_a_plan_that_is_changed_is_found(small: Tables) -> None:
    frames = {**small, **plan_tables()}
    page = page_of(frames)
    changed = missed = 0
    for found in re.finditer(r"<td>(\d[\d.]* to )(\d[\d.]*)(\N{NO-BREAK SPACE}%)</td>", page):
        wrong = f"<td>{found[1]}{float(found[2]) + 3:g}{found[3]}</td>"
        changed += 1
        missed += not faults(page[: found.start()] + wrong + page[found.end() :], frames)
    assert changed > 3
    assert missed == 0


def test_an_amount_of_a_lot_that_is_changed_is_found(small: Tables) -> None:
    frames = {**small, **plan_tables()}
    page = page_of(frames)
    for step in frames["plan_step"].iter_rows(named=True):
        if not (step["priced"] and step["low_cost_amount"] is not None and step["step_id"] in page):
            continue
        printed = wording.amount_interval(step["low_cost_amount"], step["high_cost_amount"], step["currency"])
        at = page.index(printed, page.index("<h4>", 0) if "<h4>" in page else 0)
        assert faults(page[:at] + "EUR 7.77 million" + page[at + len(printed) :], frames)
        break
    else:
        pytest.fail("no priced lot on the page")


def test_a_part_larger_than_its_whole_is_found(small: Tables) -> None:
    page = page_of(small)
    shares = small["vendor_share"].with_columns(
        pl.when(pl.col("share_id") == "share-6").then(0.9).otherwise(pl.col(name)).alias(name)
        for name in ("low_share", "high_share")
    )
    row_and_page = {**small, "vendor_share": shares}
    found = faults(page_of(row_and_page), row_and_page)
    assert any("the parts of one whole do not fit it" in one and "at least 150 % together" in one for one in found)
    at = page.index("id-share-6")
    start = page.rindex("<tr>", 0, at)
    assert faults(page[:start] + page[start:].replace("40", "90", 1), small)


def test_a_figure_that_loses_its_mark_to_be_checked_is_found(small: Tables) -> None:
    page = page_of(small)
    lost = re.sub("[Tt]o be checked", "", page)
    assert any("share-3" in one and "expected to be checked" in one for one in faults(lost, small))


def test_what_is_assumed_says_so(small: Tables) -> None:
    frames = {**small, **plan_tables()}
    lost = page_of(frames).replace("assumed", "")
    assert any("leaves out a caveat" in one and "expected assumed" in one for one in faults(lost, frames))


def test_awards_add_up_to_what_is_committed() -> None:
    frames = fund_tables()
    fund = frames["fund"]
    assert [one for one in faults(page_of(frames), frames) if "add up" in one] == []
    more = {**frames, "fund": fund.with_columns(pl.col("committed_amount") * 2, budget_amount=pl.lit(None, pl.Float64))}
    assert any("the awards do not add up to what is committed" in one for one in faults(page_of(more), more))


def test_numbers_in_names_and_places_in_lists_are_no_figures() -> None:
    assert figures("2 | 5G RAN, AS3320: 0 to 1.5 % and 12 more, see section 4") == ["0", "1.5"]


def test_words_before_an_id_are_its_passage(small: Tables) -> None:
    found = {passage.key: passage for passage in passages(page_of(small)) if not passage.is_card}
    assert found["share-1"].words.startswith("5G RAN | Acme | share of subscribers | subscribers | 50 to 60 %")
    assert "1. How dependent, and on whom" in found["share-1"].heading
    parts = [found[f"share-{number}"].words for number in (5, 6, 8)]
    assert [re.findall(r"[\d.]+(?: to [\d.]+)? %", part)[0] for part in parts] == ["25 to 75 %", "40 %", "25 to 75 %"]


def test_a_vendor_in_the_place_of_another_is_found(small: Tables) -> None:
    frames = {**small, **plan_tables()}
    page = page_of(frames)
    assert faults(page, frames) == []
    swapped = page.replace("Acme", "\0").replace("Bolt", "Acme").replace("\0", "Bolt")
    found = [one for one in faults(swapped, frames) if "names a party that the row does not" in one]
    assert any("found 'Bolt'" in one for one in found) and any("found 'Acme'" in one for one in found)
    carriers = page.replace("North Tel", "South Tel")
    assert any("found 'South Tel'" in one for one in faults(carriers, frames))


@pytest.mark.parametrize("name", ["Three", "3 Italia", "Net4Mobility", "Project 2020 Ltd", "NTT東日本", "Радио 5"])
def test_names_with_digits_and_common_words_are_no_faults(small: Tables, name: str) -> None:
    parties = small["party"].with_columns(pl.col("name").replace({"North Tel": name, "Bolt": f"{name} 60 % AG"}))
    frames = {**small, **plan_tables(), "party": parties}
    assert faults(page_of(frames), frames) == []


def test_a_figure_that_all_lines_of_a_table_share_is_found_where_it_is_changed() -> None:
    frames = fund_tables()
    frames = {**frames, "fund_mechanism": frames["fund_mechanism"].with_columns(p_goal_share=pl.lit(0.237))}
    page = page_of(frames)
    assert "All clear: 23.7\N{NO-BREAK SPACE}%" in page
    assert faults(page, frames) == []
    found = faults(page.replace("All clear: 23.7", "All clear: 23.8"), frames)
    assert any("prints a figure beside no id that none of its rows holds" in one for one in found)


def test_a_label_of_a_drawing_that_is_changed_is_found_and_a_mark_of_an_axis_is_none() -> None:
    tied = LooseFigures(["51 to 91 %", "EUR 12 to 45 million", "Huawei: 66.5 to 67.5 %"])
    labels = ["Cash, EUR of 2026 billion", "Huawei 66.5 to 67.5 % (2024-12)", "25 %", "500 million", "12 to 45 million"]
    assert list(tied.untied_labels(labels)) == []
    assert [one for one, _ in tied.untied_labels(["Huawei 66.5 to 68.5 %"])] == ["66.5 to 68.5 %"]
    assert [one for one, _ in tied.untied(["EUR 12 to 46 million for 51 to 91 %"])] == ["EUR 12 to 46 million"]
    assert not tied.is_tied("5 %") and not tied.is_tied("1 to 91 %")


def test_a_comma_of_the_sentence_is_no_part_of_an_amount() -> None:
    tied = LooseFigures(["EUR 12,000"])
    assert list(tied.untied(["Expected payment: EUR 12,000, of which some is beyond need"])) == []
    assert [one for one, _ in tied.untied(["Expected payment: EUR 12,001, of which EUR 12"])] == [
        "EUR 12,001",
        "EUR 12",
    ]


def test_a_remark_on_as_numbers_names_no_amount_of_money() -> None:
    remark = kept_back_says(np.array([low for low, _, _ in KEPT_BACK]))
    assert "RFC 5398" in remark
    assert list(LooseFigures([]).untied([remark])) == []
    assert {one[:3] for one, _ in LooseFigures([]).untied(f"{code} 5398" for code in CURRENCIES)} == CURRENCIES


def test_a_changed_drawing_is_found(small: Tables) -> None:
    page = page_of(small, "")
    planted = page.replace("</svg>", "<text>Acme 12.3 to 45.6\N{NO-BREAK SPACE}%</text></svg>", 1)
    assert planted != page
    assert any("12.3 to 45.6 %" in one for one in faults(planted, small))


def test_an_interval_without_an_upper_end_is_tied_to_its_row_as_it_is_rounded() -> None:
    """An end alone is rounded outwards on a page; a larger least is a figure that no row holds."""
    frames = fund_tables()
    open_ends = {"low_band_unit_amount": 2_506_938.8, "high_band_unit_amount": None}
    frames["fund_mechanism"] = frames["fund_mechanism"].with_columns(
        pl.lit(value, pl.Float64).alias(name) for name, value in open_ends.items()
    )
    page = page_of(frames)
    assert "at least EUR 2.5 million" in page
    assert faults(page, frames) == []
    assert faults(page.replace("at least EUR 2.5 million", "at least EUR 2.6 million"), frames)


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
    assert read_page(page, frames, "germany.html", known=THEN).faults == ()
    before = {**frames, "succession": filled("succession", [{**changed, "from_on": date(2018, 1, 1)}])}
    assert "North Tel" in annex_of(before).decode()


def test_a_year_in_a_name_is_part_of_the_name() -> None:
    held = then()
    names = held["party"]["name"].replace({"North Tel": "Project 2030 Ltd", "Acme": "Vodafone 2000"})
    assert later_days(annex_of({**held, "party": held["party"].with_columns(names)}), THEN) == []


def test_a_row_that_was_not_known_then_stops_the_page_even_without_a_day_in_its_words() -> None:
    held = then()
    page = annex_of(held).decode()
    assert read_page(page, held, "germany.html", known=THEN).faults == ()
    later = held["claim"].with_columns(said_high_on=pl.lit(date(2019, 1, 1)))
    found = read_page(page, {**held, "claim": later}, "germany.html", known=THEN).faults
    assert any("shows a row that was not known then" in one.sentence() for one in found)
    source = held["source"].with_columns(published_high_on=pl.lit(date(2019, 1, 1)))
    found = read_page(page, {**held, "source": source}, "germany.html", known=THEN).faults
    assert any("market_share:market_share-1" in one.sentence() for one in found)


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
