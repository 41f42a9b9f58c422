"""Claims and replies: each claim once, every reply beside what it answers, nobody's silence read as consent."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from provenet.dossier.render import render_html
from provenet.dossier.threads import threads
from provenet.dossier.view import ANNEX, compose
from unit.dossier.page_reading import Page
from unit.dossier.small_tables import DAY, claim, filled, tables


def rows(*pairs: tuple[str, str | None]) -> list[dict[str, Any]]:
    return filled("claim", [claim(name, answers_claim_id=to) for name, to in pairs]).to_dicts()


def shape(found: list[tuple[dict[str, Any], list[dict[str, Any]]]]) -> list[tuple[str, list[str]]]:
    return [(root["claim_id"], [r["claim_id"] for r in replies]) for root, replies in found]


def test_replies_to_replies_stay_in_the_thread() -> None:
    assert shape(threads(rows(("a", None), ("b", "a"), ("c", "b"), ("d", None)))) == [("a", ["b", "c"]), ("d", [])]


def test_claims_that_answer_each_other_make_one_thread() -> None:
    assert shape(threads(rows(("a", "b"), ("b", "a")))) == [("a", ["b"])]


def test_an_answer_to_a_claim_nobody_has_begins_a_thread() -> None:
    assert shape(threads(rows(("a", "gone"), ("b", "b")))) == [("a", []), ("b", [])]


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from([*"abcdefgh", None])))
@settings(max_examples=200)
def test_each_claim_stands_once(answers: dict[str, str | None]) -> None:
    found = shape(threads(rows(*sorted(answers.items()))))
    assert sorted([root for root, _ in found] + [r for _, replies in found for r in replies]) == sorted(answers)


def claims_section(page: Page) -> str:
    return page.text.split("3. Claims and replies, side by side")[1].split("4. How much rests on whom")[0]


def test_a_page_shows_both_sides_and_marks_the_anonymous() -> None:
    text = claims_section(Page(render_html(compose(tables(), country="Germany", as_of=DAY, document=ANNEX))))
    assert text.count("A paper ( press ) anonymous") == 1
    assert "No reply on record." in text
    assert text.index("C-1") < text.index("C-2")


def test_weak_sources_and_rows_not_read_stand_apart() -> None:
    text = claims_section(Page(render_html(compose(tables(), country="Germany", as_of=DAY, document=ANNEX))))
    main, rest = text.split(" To be checked ", 1)
    checked, unread = rest.split(" Not read ", 1)
    assert [name for name in ("C-1", "C-2", "C-3", "C-4") if name in main] == ["C-1", "C-2", "C-3", "C-4"]
    assert "C-5" in checked
    assert "to be checked: forum" in checked
    assert "C-6" in unread
    assert "C-6" not in main + checked


def test_claims_about_every_vendor_are_shown_alike() -> None:
    made = [
        claim(f"C-{v}", vendor_ids=[v], said="2020", paraphrase="Says a thing") for v in ("acme", "bolt", "core-co")
    ]
    page = render_html(
        compose({**tables(), "claim": filled("claim", made)}, country="Germany", as_of=DAY, document=ANNEX)
    ).decode()
    blocks = [part.split('<div class="side">')[0] for part in page.split('<div class="claim">')[1:]]
    plain = {b.replace("Acme", "V").replace("Bolt", "V").replace("CoreCo", "V").replace("acme", "v") for b in blocks}
    assert len({b.replace("bolt", "v").replace("core-co", "v") for b in plain}) == 1


def test_a_remark_tells_how_far_we_read_in_the_words_of_the_pages() -> None:
    rows = [claim("C-1", confidence_note="first page Confirmed; the rest unread")]
    page = Page(
        render_html(compose({**tables(), "claim": filled("claim", rows)}, country="Germany", as_of=DAY, document=ANNEX))
    )
    assert "Reader's remark: first page read in the source; the rest unread" in page.text
