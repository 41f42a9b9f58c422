"""The chapter on rules with its calendar file, and what changed since the last dossier."""

import re
import uuid
from datetime import date, timedelta
from typing import Any
from xml.etree import ElementTree

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenet.case.extract import Extract
from provenet.dossier.answers import answers
from provenet.dossier.chapters import c30_rules
from provenet.dossier.files_beside import CalendarDay, calendar_bytes, calendar_days
from provenet.dossier.render import render_html, render_pdf
from provenet.dossier.replay import later_days
from provenet.dossier.since import ATOM, change_lines, page_figures, since_last
from provenet.dossier.text import clean
from provenet.dossier.view import View, compose, compose_all
from provenet.evidence.rules import answers_today, days_ahead, laws, replaced_laws
from provenet.evidence.rules_answer import next_days
from support.examples import examples
from unit.dossier.small_tables import DAY, THEN, filled, tables, verdict

STAMPED = date(2026, 11, 25)
PROPERTY = re.compile(r"([A-Z0-9-]+)((?:;[A-Z0-9-]+=[^:;,]+)*):(.*)\Z", re.DOTALL)
UNESCAPED = {"\\\\": "\\", "\\;": ";", "\\,": ",", "\\n": "\n", "\\N": "\n"}


def read_calendar(data: bytes) -> tuple[dict[str, str], list[dict[str, tuple[dict[str, str], str]]]]:
    """The properties of a calendar, and of each event the parameters and value of its properties, as they stand."""
    assert data.endswith(b"\r\n")
    raw = data.split(b"\r\n")[:-1]
    assert all(len(line) <= 75 for line in raw)
    assert not any(b"\r" in line or b"\n" in line for line in raw)
    lines: list[bytes] = []
    for line in raw:
        if line.startswith(b" "):
            lines[-1] += line[1:]
        else:
            lines.append(line)
    calendar: dict[str, str] = {}
    events: list[dict[str, tuple[dict[str, str], str]]] = []
    open_parts: list[str] = []
    for line in lines:
        found = PROPERTY.match(line.decode("utf-8"))
        assert found, line
        name, parameters, value = found.groups()
        if name == "BEGIN":
            open_parts.append(value)
            if value == "VEVENT":
                events.append({})
        elif name == "END":
            assert open_parts.pop() == value
        elif open_parts == ["VCALENDAR"]:
            assert name not in calendar
            calendar[name] = value
        else:
            assert open_parts == ["VCALENDAR", "VEVENT"]
            assert name not in events[-1]
            given_parameters = dict(one.split("=", 1) for one in parameters.split(";") if one)
            events[-1][name] = given_parameters, value
    assert open_parts == []
    return calendar, events


def text(value: str) -> str:
    """A text value as it was before it was escaped; a bare comma or semicolon would be a list."""
    assert not re.search(r"(?<!\\)(?:\\\\)*[;,]", value)
    return re.sub(r"\\.", lambda found: UNESCAPED[found[0]], value)


def check_calendar(data: bytes, stamped: date) -> list[dict[str, tuple[dict[str, str], str]]]:
    """What RFC 5545 asks of every calendar, and decision 0061 of ours: whole days, a stamp, a UID of its own."""
    calendar, events = read_calendar(data)
    assert calendar["VERSION"] == "2.0"
    assert calendar["PRODID"]
    assert events
    assert len({event["UID"][1] for event in events}) == len(events)
    for event in events:
        assert event["DTSTAMP"] == ({}, f"{stamped:%Y%m%d}T000000Z")
        kind, start = event["DTSTART"]
        assert kind == event["DTEND"][0] == {"VALUE": "DATE"}
        first, end = (date.fromisoformat(f"{d[:4]}-{d[4:6]}-{d[6:]}") for d in (start, event["DTEND"][1]))
        assert end - first == timedelta(days=1)
        assert text(event["SUMMARY"][1])
    return events


days = st.builds(
    CalendarDay,
    uid=st.uuids().map(str),
    day=st.dates(min_value=date(1990, 1, 1), max_value=date(2100, 1, 1)),
    title=st.text(min_size=1).filter(lambda one: one.strip() == one and one.splitlines() == [one]),
    text=st.text(),
    categories=st.lists(st.sampled_from(("binds", "advice, not binding")), max_size=1).map(tuple),
)


@settings(max_examples=examples(150), deadline=None)
@given(st.lists(days, min_size=1, max_size=5), st.dates(), st.randoms())
def test_a_calendar_reads_back_what_went_in(entries: list[CalendarDay], stamped: date, random: object) -> None:
    data = calendar_bytes(entries, stamped, "Days; of, rules")
    events = {event["UID"][1]: event for event in check_calendar(data, stamped)}
    for entry in entries:
        event = events[entry.uid]
        assert event["DTSTART"][1] == f"{entry.day:%Y%m%d}"
        assert text(event["SUMMARY"][1]) == clean(entry.title)
        assert text(event["DESCRIPTION"][1]).split("\n") == (clean(entry.text).splitlines() or [""])
    assert calendar_bytes(reversed(entries), stamped, "Days; of, rules") == data


def test_letters_are_never_cut_and_lines_are_folded() -> None:
    entry = CalendarDay(uid="x", day=STAMPED, title="é" * 200, text="規則" * 100, url="https://paper.example/a")
    (event,) = check_calendar(calendar_bytes([entry], STAMPED, "Days"), STAMPED)
    assert text(event["SUMMARY"][1]) == "é" * 200
    assert text(event["DESCRIPTION"][1]) == "規則" * 100
    assert event["URL"][1] == "https://paper.example/a"


def since(low: date, high: date) -> dict[str, Any]:
    return {"effective": f"{low:%Y-%m}", "effective_low_on": low, "effective_high_on": high}


def rule(key: str, **row: Any) -> dict[str, Any]:
    base = {"policy_id": key, "jurisdiction": "DE", "title": "Network law", "binding": "statute", "source_id": "paper"}
    base |= {"lifecycle": "in force", **since(date(2018, 1, 1), date(2018, 1, 31))}
    base |= {"criterion": f"asks {key}", "asset_scope": f"part {key}"}
    return {**base, "vendor_test": "any vendor", **row}


RULES = [
    rule("A-1", title="Advice", binding="soft law"),
    rule("L-1", deadline="2029-12-31", deadline_on=date(2029, 12, 31)),
    rule("L-2", deadline="2026-12-31", deadline_on=date(2026, 12, 31)),
    rule("L-3", title="Old law", superseded_by=["N-1"]),
    rule("N-1", title="New law", **since(date(2025, 1, 1), date(2025, 1, 1))),
    rule("P-1", title="Draft", binding="regulation (proposal)", lifecycle="proposed", deadline="36 months from start"),
    rule("S-1", title="Soon", **since(date(2027, 1, 1), date(2027, 1, 1))),
]


def case(rows: list[dict[str, Any]] = RULES, **replaced: pl.DataFrame) -> dict[str, pl.DataFrame]:
    return {**tables(), "policy": filled("policy", rows), **replaced}


def extract(rows: list[dict[str, Any]] = RULES) -> Extract:
    return Extract(case(rows), "Germany", DAY)


def test_laws_that_bind_stand_first_then_advice_then_proposals_each_with_its_next_day_first() -> None:
    found = laws(extract())
    assert [(law.number, law.title, law.kind) for law in found] == [
        (1, "Network law", "binds"),
        (2, "Soon", "binds"),
        (3, "New law", "binds"),
        (4, "Advice", "advice"),
        (5, "Draft", "proposal"),
    ]
    assert (found[0].criterion, found[0].more, found[0].ahead[0].day_words) == ("asks L-2", 1, "31 December 2026")
    assert found[4].open_terms == ("36 months from start",)


def test_rows_of_one_instrument_stand_on_one_line_whatever_their_titles() -> None:
    rows = [
        rule("F-1", title="Code, article 11", instrument="Law of 2019"),
        rule("F-2", title="Regime of the law", instrument="Law of 2019", deadline_on=date(2027, 1, 1)),
        rule("F-3", title="Law of 2019"),
        rule("F-4", title="Law of 2019", binding="soft law"),
    ]
    found = laws(extract(rows))
    assert [(law.title, law.kind, law.more) for law in found] == [
        ("Law of 2019", "binds", 2),
        ("Law of 2019", "advice", 0),
    ]
    assert [one.law for one in days_ahead(found)] == ["Law of 2019"]


def test_the_first_page_gives_ends_of_terms_and_first_days_of_rules_each_law_once_a_day_and_no_draft() -> None:
    rows = [
        *RULES,
        rule("L-5", deadline="2026-12-31", deadline_on=date(2026, 12, 31)),
        rule("L-6", title="Replaced", superseded_by=["N-1"], deadline_on=date(2027, 6, 30)),
        rule("P-2", title="Draft", binding="regulation (proposal)", lifecycle="proposed", deadline_on=date(2027, 2, 1)),
    ]
    assert [(one.day.isoformat(), one.what, one.law, one.id) for one in next_days(extract(rows))] == [
        ("2026-12-31", "term ends", "Network law", "L-2"),
        ("2027-01-01", "takes effect", "Soon", "S-1"),
        ("2029-12-31", "term ends", "Network law", "L-1"),
    ]


def test_each_day_that_the_words_of_a_term_name_is_one() -> None:
    words = "new contracts 31 Mar 2025; all contracts 31 Mar 2027, renewed by 4 April 2028 or in 2030"
    found = days_ahead(laws(extract([rule("C-1", deadline=words)])))
    assert [(one.day.isoformat(), one.what) for one in found] == [
        ("2027-03-31", "term ends"),
        ("2028-04-04", "term ends"),
    ]
    assert len({entry.uid for entry in calendar_days(found, "Germany")}) == len(found)


def test_days_ahead_come_in_order_and_past_ones_never() -> None:
    found = days_ahead(laws(extract()))
    assert [(one.key, one.day.isoformat(), one.what, one.id) for one in found] == [
        ("a", "2026-12-31", "term ends", "L-2"),
        ("b", "2027-01-01", "takes effect", "S-1"),
        ("c", "2029-12-31", "term ends", "L-1"),
    ]
    assert days_ahead(laws(Extract(case(), "Germany", date(2030, 1, 1)))) == []


def test_a_first_day_ahead_is_drawn_by_its_letter_alone() -> None:
    lanes = c30_rules.collect(extract()).lanes
    assert [(lane.label, [mark.key for mark in lane.marks]) for lane in lanes] == [
        ("Network law", ["1", "a", "c"]),
        ("Soon", ["b"]),
        ("New law", ["3"]),
        ("Advice", ["4"]),
        ("Draft", ["5"]),
    ]


def test_a_rule_is_replaced_from_the_first_day_of_its_successor() -> None:
    assert [row["policy_id"] for row in replaced_laws(extract())] == ["L-3"]
    assert replaced_laws(Extract(case(), "Germany", date(2024, 12, 31))) == []


def test_the_calendar_holds_each_day_ahead_with_a_uid_that_stays() -> None:
    early, late = (compose(case(), country="Germany", as_of=day) for day in (date(2026, 11, 20), DAY))
    events = check_calendar(late.files["deadlines.ics"], DAY)
    assert [event["UID"][1] for event in events] == [
        "L-2-term-ends@provenet",
        "S-1-takes-effect@provenet",
        "L-1-term-ends@provenet",
    ]
    assert text(events[0]["SUMMARY"][1]) == "Germany: term ends, asks L-2"
    assert "For: part L-2. Under: Network law (binds). Source: The Paper." in text(events[0]["DESCRIPTION"][1])
    before = check_calendar(early.files["deadlines.ics"], date(2026, 11, 20))
    assert [{**event, "DTSTAMP": ""} for event in before] == [{**event, "DTSTAMP": ""} for event in events]


def test_without_a_day_ahead_there_is_no_calendar() -> None:
    assert "deadlines.ics" not in compose(case(RULES[:1]), country="Germany", as_of=DAY).files


def test_todays_answers_name_vendors_and_parts() -> None:
    found = answers_today(extract())
    assert [(a["outcome"], a["vendors"], a["where"]) for a in found] == [
        ("restricted", "Acme", "RAN"),
        ("undetermined", "Acme", "core"),
    ]
    rows = [verdict(n, vendor_id=v, outcome="conditional", remove_by_on=DAY) for n, v in enumerate(("acme", "bolt"))]
    for other, vendors, ids in (([], "every vendor screened", 1), ([verdict(2, vendor_id="c")], "Acme and Bolt", 2)):
        made = filled("verdict", [{**row, "as_of_on": DAY, "known_on": None} for row in [*rows, *other]])
        line = answers_today(Extract(case(verdict=made), "Germany", DAY))[-1]
        assert (line["vendors"], len(line["ids"].split())) == (vendors, ids)
    assert (line["where"], line["until"]) == ("every part screened", "24 November 2026")


def test_the_page_and_its_pdf_name_the_deadline() -> None:
    view = compose(case(), country="Germany", as_of=DAY)
    page = render_html(view).decode()
    assert "31 December 2026" in page
    assert render_pdf(view).startswith(b"%PDF")


def test_as_known_on_a_day_later_days_stand_only_ahead() -> None:
    rows = [*RULES, rule("L-4", criterion="replace by 2030", asset_scope="core", deadline_on=date(2030, 6, 30))]
    kept = {name: frame for name, frame in tables(THEN, THEN).items() if name in ("party", "source")}
    made = {**kept, "policy": filled("policy", rows)}
    view = compose(made, country="Germany", as_of=THEN, known=THEN)
    data: Any = next(section.data for section in view.sections if section.key == "c30_rules")
    assert {day.id for day in data.ahead} >= {"L-1", "L-2"}
    assert later_days(render_html(view), THEN) == []
    assert "replace by 2030" in text(check_calendar(view.files["deadlines.ics"], THEN)[-1]["DESCRIPTION"][1])
    assert b"replace by 2030" in view.files["rules.csv"]


def test_it_holds_without_any_row() -> None:
    empty = {name: frame.clear() for name, frame in case().items()}
    data = c30_rules.collect(Extract(empty, "Germany", DAY))
    assert (data.laws, data.ahead, data.answers, data.in_force) == ([], [], [], False)
    page = render_html(compose(empty, country="Germany", as_of=DAY)).decode()
    assert "rules on equipment" in page and c30_rules.TITLE not in page


KEY = "s89_record"
BEFORE = date(2026, 5, 1)


def stood(day: date = BEFORE, **row: Any) -> dict[str, Any]:
    """A dossier of another day that says on its first page what today's says."""
    figures = page_figures(answers(Extract(tables(), "Germany", DAY)))
    base = {"dossier_id": f"d-{day}", "country": "Germany", "as_of_on": day, "headline": f"What stood on {day}"}
    return {**base, "html_id": "1" * 64, "figures": figures, **row}


def with_dossiers(*rows: dict[str, Any], **more: pl.DataFrame) -> dict[str, pl.DataFrame]:
    return {**tables(), "dossier": filled("dossier", rows), **more}


def annex(found: dict[str, pl.DataFrame], **more: Any) -> View:
    return compose_all(found, country="Germany", as_of=more.pop("as_of", DAY), **more)[1]


def words(view: View) -> str:
    page = render_html(view).decode()
    part = page[page.index('id="cite"') :]
    return part[: part.index("</section>")].replace("\N{NO-BREAK SPACE}", " ")


def test_without_an_earlier_dossier_it_says_that_nothing_is_compared() -> None:
    assert "No earlier dossier of Germany of all that the case held stands in this case. Nothing is compared." in words(
        annex(tables())
    )
    assert "<table" not in words(annex(tables()))


def test_a_dossier_that_kept_no_figures_is_not_compared() -> None:
    since = since_last(Extract(with_dossiers(stood(figures=None)), "Germany", DAY))
    assert since.why_not == "The last dossier was written before figures were kept."


def test_equal_findings_are_no_change_though_the_day_of_the_dossier_is_another() -> None:
    row = stood()
    since = since_last(Extract(with_dossiers(row), "Germany", DAY))
    assert (since.last, since.changes, since.alike_count) == (BEFORE, (), len(row["figures"]))
    assert change_lines(since) == ["No finding of the first page changed since the dossier of 1 May 2026."]


def changed(**other: str) -> dict[str, Any]:
    row = stood()
    row["figures"][0] |= other
    return row


@pytest.mark.parametrize("other", [{"says": "Acme supplies 12 to 34 %"}, {"says": "Another thing"}])
def test_a_figure_that_changed_stands_with_both_values_and_both_days(other: dict[str, str]) -> None:
    row = changed(**other)
    found = with_dossiers(row)
    (change,) = since_last(Extract(found, "Germany", DAY)).changes
    assert next(iter(other.values())).rstrip(".") in change.old
    now = answers(Extract(tables(), "Germany", DAY))
    first = now[0]
    assert (change.finding.says, change.id) == (first.finding.says, first.key_row)
    page = words(annex(found))
    assert change.old in page
    assert "in the dossier of 1 May 2026" in page


def test_a_figure_that_only_the_last_dossier_had_is_one_of_that_dossier() -> None:
    row = stood()
    (cost,) = [one for one in row["figures"] if one["question"] == "What a change costs"]
    assert cost["row_id"] is None
    cost |= {"says": "Replacing would cost EUR 0 to 180 million", "row_id": "plan-of-that-day"}
    found = with_dossiers(row)
    view = annex(found)
    assert "EUR 0 to 180 million" in words(view)


def test_the_feed_is_atom() -> None:
    """RFC 4287: id, title and updated of the feed and of each entry, ids unique, an author, dates of RFC 3339."""
    found = with_dossiers(stood(date(2025, 5, 1), html_id="2" * 64), changed(says="Acme supplies 12 to 34 %"))
    data = annex(found).files["changes.atom"]
    assert data == annex(found).files["changes.atom"]
    feed = ElementTree.fromstring(data)
    assert feed.tag == f"{{{ATOM}}}feed"
    entries = feed.findall(f"{{{ATOM}}}entry")
    for one in (feed, *entries):
        for name in ("id", "title", "updated"):
            (element,) = one.findall(f"{{{ATOM}}}{name}")
            assert element.text
        assert uuid.UUID(str(one.findtext(f"{{{ATOM}}}id")).removeprefix("urn:uuid:"))
        assert date.fromisoformat(str(one.findtext(f"{{{ATOM}}}updated")).removesuffix("T00:00:00Z"))
    assert feed.findtext(f"{{{ATOM}}}author/{{{ATOM}}}name") == "Provenet"
    ids = [one.findtext(f"{{{ATOM}}}id") for one in (feed, *entries)]
    assert len(set(ids)) == len(ids) == 4
    texts = [one.findtext(f"{{{ATOM}}}content") or "" for one in entries]
    assert "In the dossier of 1 May 2026:" in texts[0]
    assert texts[1:] == ["What stood on 2026-05-01", "What stood on 2025-05-01"]
    assert [one.get("type") for one in feed.iter(f"{{{ATOM}}}content")] == ["text"] * 3


def test_the_citation_names_country_days_run_and_code() -> None:
    found = tables(known=THEN, as_of=THEN)
    page = words(annex(found, as_of=THEN, known=THEN))
    assert "As of 23 November 2018, as known on 23 November 2018" in page
    assert "@techreport{provenet-germany-2018-11-23-2018-11-23," in page
    assert "note = {As of 2018-11-23, as known on 2018-11-23; run not recorded; code 0.1.0+" in page


def test_the_digest_of_the_code_is_no_date() -> None:
    assert later_days(b"<p>code 0.1.0+ab2019cd12 and 0.1.0+a202501019</p>", THEN) == []
    assert len(later_days(b"<p>0.1.0 in 2019</p>", THEN)) == 1


def erratum(number: int, **row: Any) -> dict[str, Any]:
    base = {
        "erratum_id": f"e-{number}",
        "dossier": "brief-1",
        "wrong": "59 % was of sites",
        "correction": "of subscribers",
    }
    return {**base, "corrected_on": DAY, "source_id": "paper", **row}


def test_errata_stand_in_the_annex_and_an_empty_list_says_so() -> None:
    assert "No correction is on record." in words(annex(tables()))
    rows = [
        erratum(1),
        erratum(2, country="Italy", wrong="of Italy"),
        erratum(3, country="Germany", wrong="of Germany"),
    ]
    page = words(annex({**tables(), "erratum": filled("erratum", rows)}))
    assert "59 % was of sites" in page
    assert "of Germany" in page
    assert "of Italy" not in page


def test_a_correction_of_a_later_day_stands_on_the_page_of_what_happened_later() -> None:
    found = {**tables(known=THEN, as_of=THEN), "erratum": filled("erratum", [erratum(1)])}
    first, record, *_, later = compose_all(found, country="Germany", as_of=THEN, known=THEN)
    assert first.known == THEN
    assert later.hindsight
    assert "No correction was on record on that day." in words(record)
    assert "of subscribers" in render_html(later).decode()


def test_the_last_page_says_how_to_cite() -> None:
    page = render_html(compose_all(tables(), country="Germany", as_of=DAY)[0]).decode()
    footer = page[page.rindex("<footer>") :]
    assert "Cite as: Provenet, Germany, As of 24 November 2026, run " in footer
    for place in ("cite", "errata", "changes", "reply"):
        assert f'href="germany-annex.html#{place}"' in footer
