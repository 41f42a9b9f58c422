"""The chapter on disputes: which it shows, both sides in full, and no vendor's name in the choice."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl
from hypothesis import example, given, settings
from hypothesis import strategies as st

from provenet.case.extract import Extract
from provenet.case.tables import frame as empty_frame
from provenet.dossier.render import render_html
from provenet.dossier.threads import (
    ISSUERS,
    LETTERS,
    NAMES,
    OTHER,
    PRESENT,
    ROOM,
    RULED,
    TURNS,
    Disputes,
    disputes,
    first_page_disputes,
)
from provenet.dossier.view import compose
from support.examples import examples
from unit.dossier.page_reading import Page
from unit.dossier.small_tables import DAY, THEN, claim, filled, share, tables


def extract(claims: list[dict[str, Any]], **more: pl.DataFrame) -> Extract:
    return Extract({**tables(), "claim": filled("claim", claims), **more}, "Germany", DAY)


def dispute(name: str, *, replies: int = 1, **row: Any) -> list[dict[str, Any]]:
    answers = [
        claim(f"{name}-{number}", answers_claim_id=name, stance="denies", speaker="A reply", said_high_on=THEN)
        for number in range(replies)
    ]
    return [claim(name, **row), *answers]


def ids(found: Disputes) -> dict[int, list[str]]:
    return {why: [one["claim"]["id"] for one in threads] for why, threads in found.groups}


def test_disputes_on_which_an_answer_turns_come_first_then_those_of_the_country_then_of_vendors_ruled() -> None:
    made = [
        *dispute("C-1", vendor_ids=["bolt"]),  # the small case: an answer of the law turns on C-1
        *dispute("plain", vendor_ids=["core-co"]),
        *dispute("ruled", vendor_ids=["acme"]),  # the law restricts Acme
        *dispute("carrier", vendor_ids=["bolt"], paraphrase="Says that North Tel knew"),
        *dispute("country", vendor_ids=["bolt"], topic="networks of Germany"),
        *dispute("issuer", vendor_ids=["bolt"], speaker="The Ministry"),
        *dispute("inside", vendor_ids=["bolt"], paraphrase="Says that Germanys and North Telefonica differ"),
        *dispute("elsewhere", vendor_ids=["acme"], paraphrase="Says that networks of Japan have it"),
        *dispute("abroad", vendor_ids=["acme"], speaker="Tel Abroad"),
        claim("silent"),
    ]
    abroad = {"party_id": "abroad", "name": "Tel Abroad", "role": "carrier", "country": "JP"}
    parties = pl.concat([tables()["party"], filled("party", [abroad])])
    report = {"carrier_id": "north-tel", "country": "Germany", "segment": "RAN", "presence": "named", "day": "2019"}
    reports = filled("deployment", [{**report, "vendor_ids": ["bolt"], "source_id": "paper"}])
    found = disputes(extract(made, deployment=reports, party=parties))
    assert ids(found) == {
        TURNS: ["C-1"],
        NAMES: ["carrier", "country"],
        ISSUERS: ["issuer"],
        RULED: ["ruled"],
        PRESENT: ["inside"],  # a report names Bolt in the country, and nothing CoreCo
        OTHER: ["abroad", "elsewhere", "plain"],
    }
    assert (found.more, found.silent) == (0, 1)


def test_among_equals_those_about_the_vendors_of_the_largest_share_come_first_then_the_latest() -> None:
    rows = [share(1, vendor_ids=["bolt"], low_share=0.2), share(2, vendor_ids=["core-co"], low_share=0.3)]
    held = {"vendor_share": filled("vendor_share", rows), "verdict": empty_frame("verdict", [])}
    made = [
        *dispute("much", vendor_ids=["core-co"], said_low_on=date(2012, 1, 1), said_high_on=date(2012, 1, 1)),
        *dispute("little", vendor_ids=["bolt"]),
        *dispute("late", vendor_ids=["bolt"], said_low_on=DAY, said_high_on=DAY),
        *dispute("absent", vendor_ids=["acme"], said_low_on=DAY, said_high_on=DAY),
    ]
    assert ids(disputes(extract(made, **held))) == {PRESENT: ["much", "late", "little"], OTHER: ["absent"]}
    assert [one["claim"]["id"] for one in first_page_disputes(extract(made, **held))] == ["much", "late", "little"]


def test_the_first_page_says_so_where_no_claim_bears_on_the_country_and_fills_no_place() -> None:
    held = {name: frame.clear() for name, frame in tables().items() if name != "party"} | {"party": tables()["party"]}
    held["claim"] = filled("claim", dispute("D-1", vendor_ids=["core-co"], paraphrase="Says a thing of others"))
    view = compose(held, country="Germany", as_of=DAY)
    page = Page(render_html(view)).text
    first = page.split("Next deadlines")[-1].split("2. ")[0]
    assert "Says a thing of others" not in first
    assert "No claim on record bears on this country: none names it, its carriers or who issued its policies" in page


@given(st.lists(st.tuples(st.integers(1, 2 * LETTERS), st.none() | st.integers(1, LETTERS)), min_size=1, max_size=6))
@settings(max_examples=examples(40), deadline=None)
def test_what_the_first_page_quotes_is_the_whole_text_of_a_row_with_its_reply_or_that_there_is_none(
    lengths: list[tuple[int, int | None]],
) -> None:
    made = []
    for at, (own, reply) in enumerate(lengths):
        made.append(claim(f"c-{at}", vendor_ids=["acme"], topic="networks of Germany", paraphrase=f"Says {at} " * own))
        if reply is not None:
            made.append(claim(f"r-{at}", answers_claim_id=f"c-{at}", stance="denies", paraphrase=f"No {at} " * reply))
    said = {row["claim_id"]: row["paraphrase"] for row in made}
    shown = first_page_disputes(extract(made))
    assert shown
    for one in shown:
        assert one["claim"]["paraphrase"] == said[one["claim"]["id"]]
        replies = {reply["id"]: reply["paraphrase"] for reply in one["replies"]}
        assert replies == {key: said[key] for key in (f"r-{one['claim']['id'][2:]}",) if key in said}
    assert (
        len(shown) == 1 or sum(len(said[c["id"]]) for one in shown for c in (one["claim"], *one["replies"])) <= LETTERS
    )
    answered = [bool(one["replies"]) for one in shown]
    assert answered == sorted(answered, reverse=True)
    page = Page(render_html(compose({**tables(), "claim": filled("claim", made)}, country="Germany", as_of=DAY))).text
    first = page.split("Claims and replies")[1].split("2. ")[0]
    assert first.count("No reply is on record.") == answered.count(False)
    for one in shown:
        assert all(" ".join(c["paraphrase"].split()) in first for c in (one["claim"], *one["replies"]))


@given(
    st.lists(
        st.tuples(st.booleans(), st.sets(st.sampled_from(["acme", "bolt"])), st.integers(0, 2), st.integers(1, 120)),
        min_size=1,
        max_size=6,
    )
)
@example([(True, set(), 1, 120), (True, {"acme"}, 0, 120), (False, set(), 1, 1)])
@settings(max_examples=examples(40), deadline=None)
def test_claims_that_name_the_country_come_first_and_each_vendor_accused_has_its_own_reply(
    drawn: list[tuple[bool, set[str], int, int]],
) -> None:
    made = []
    for at, (names, own, others, words_count) in enumerate(drawn):
        topic, text = "networks of Germany" if names else "trust", "says " * words_count
        made.append(claim(f"c-{at}", vendor_ids=["acme", "bolt"], topic=topic, paraphrase=text))
        reply = {"answers_claim_id": f"c-{at}", "stance": "denies", "paraphrase": text}
        made += [claim(f"a-{at}-{one}", **reply, vendor_ids=["acme", "bolt"]) for one in range(others)]
        made += [claim(f"r-{at}-{one}", **reply, vendor_ids=[one], speaker=one.title()) for one in sorted(own)]
    shown = first_page_disputes(extract(made))
    naming = [drawn[int(one["claim"]["id"][2:])][0] for one in shown]
    named = sum(names for names, *_ in drawn)
    assert naming == sorted(naming, reverse=True)
    assert all(naming) or sum(naming) == named
    page = Page(render_html(compose({**tables(), "claim": filled("claim", made)}, country="Germany", as_of=DAY))).text
    assert page.split("Claims and replies")[1].split("2. ")[0].count("More replies") == sum(
        t["has_more"] for t in shown
    )
    for one in shown:
        _, own, others, words_count = drawn[int(one["claim"]["id"][2:])]
        assert one["has_more"] == (len(one["replies"]) < len(own) + others)
        if (len(own) + 2) * 5 * words_count <= LETTERS:
            assert {vendor.title() for vendor in own} <= {reply["speaker"] for reply in one["replies"]}


def test_a_claim_without_a_reply_on_a_day_of_the_past_is_shown_with_those_words() -> None:
    made = [claim("silent", topic="networks of Germany", said_low_on=THEN, said_high_on=THEN)]
    made.append(claim("later", answers_claim_id="silent", stance="denies", said_low_on=DAY, said_high_on=DAY))
    held = {**tables(THEN, THEN), "claim": filled("claim", made)}
    page = Page(render_html(compose(held, country="Germany", as_of=THEN, known=THEN))).text
    assert "No reply is on record on that day." in page.split("Claims and replies")[1].split("2. ")[0]


def test_the_first_page_sets_a_denial_beside_what_it_denies() -> None:
    made = [
        claim("says", vendor_ids=["acme"], speaker="Acme", paraphrase="Says it is private"),
        claim("doubts", answers_claim_id="says", stance="qualifies", speaker="A study", said_low_on=DAY),
        claim("rejects", answers_claim_id="doubts", stance="denies", speaker="Acme", said_low_on=DAY),
    ]
    (found,) = first_page_disputes(extract(made))
    assert (found["claim"]["id"], [one["id"] for one in found["replies"]]) == ("doubts", ["rejects"])
    made.append(claim("direct", answers_claim_id="says", stance="denies", speaker="A court", said_low_on=DAY))
    (found,) = first_page_disputes(extract(made))
    assert (found["claim"]["id"], [one["id"] for one in found["replies"]]) == ("says", ["direct"])
    made.append(claim("ruled", answers_claim_id="says", speaker="A court", speaker_kind="court", said_low_on=DAY))
    (found,) = first_page_disputes(extract(made))
    assert {one["id"] for one in found["replies"]} == {"direct", "ruled"}, "a ruling stands beside it"


def test_what_does_not_fit_is_counted_and_each_dispute_is_shown_whole() -> None:
    made = [row for at in range(ROOM) for row in dispute(f"D-{at:02}", replies=2)]
    found = disputes(extract([*made, *dispute("long", replies=ROOM, said_low_on=date(2010, 1, 1))]))
    shown = [one for _, threads in found.groups for one in threads]
    assert len(shown) == ROOM // 2
    assert all(len(one["replies"]) == 2 for one in shown)
    assert found.more == ROOM + 1 - len(shown)


@settings(max_examples=examples(40), deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["acme", "bolt", "core-co"]), st.integers(0, 4)), min_size=1, max_size=20),
    st.permutations(["Acme", "Bolt", "CoreCo"]),
)
def test_other_names_of_vendors_change_no_choice(made: list[tuple[str, int]], names: list[str]) -> None:
    rows = [
        row
        for at, (vendor, count) in enumerate(made)
        for row in dispute(f"D-{at}", replies=count, vendor_ids=[vendor], paraphrase=f"Says {'x' * at} of a vendor")
    ]
    ids_of = ("acme", "bolt", "core-co")
    renamed = tables()["party"].with_columns(
        name=pl.col("party_id").replace_strict(dict(zip(ids_of, names, strict=True)), default=pl.col("name"))
    )
    assert ids(disputes(extract(rows, party=renamed))) == ids(disputes(extract(rows)))


def chapter(given: Mapping[str, pl.DataFrame], known: date | None = None) -> str:
    page = Page(render_html(compose(given, country="Germany", as_of=known or DAY, known=known)))
    return page.text.split("What is disputed")[-1].split("What is not known, and whom to ask")[0]


def test_the_page_shows_both_sides_in_full_with_quotes_and_speakers_in_place_of_ids() -> None:
    made = [
        claim("C-1", speaker="An official", paraphrase="Says " + "a long thing " * 40, anonymous="yes"),
        claim("C-2", derived_from="C-1", speaker="A newspaper", quote="as it wrote", quote_place="p. 1"),
        claim("C-3", answers_claim_id="C-2", stance="denies", speaker="Acme", source_id="forum"),
    ]
    text = chapter({**tables(), "claim": filled("claim", made)})
    assert "a long thing " * 40 in text
    assert "Relays An official ." in text
    assert "In reply to A newspaper ." in text
    assert "\u201cas it wrote\u201d p. 1" in text
    assert "to be checked: forum" in text
    assert not any(name in text for name in ("C-1", "C-2", "C-3"))


def test_vendors_that_swap_their_names_swap_them_on_the_page_and_nothing_else() -> None:
    made = [
        *dispute("C-1", vendor_ids=["acme"], paraphrase="Says that Acme failed", replies=2),
        *dispute("D-1", vendor_ids=["bolt"], paraphrase="Says that Bolt failed"),
        claim("E-1", vendor_ids=["bolt"], speaker="Acme"),
    ]
    swap = {"Acme": "Bolt", "Bolt": "Acme"}

    def swapped(text: str) -> str:
        return re.sub("Acme|Bolt", lambda found: swap[found[0]], text)

    texts = ("speaker", "paraphrase")
    given = {**tables(), "claim": filled("claim", made)}
    other = {
        **given,
        "party": given["party"].with_columns(name=pl.col("name").map_elements(swapped, return_dtype=pl.String)),
        "claim": given["claim"].with_columns(pl.col(texts).map_elements(swapped, return_dtype=pl.String)),
    }
    assert chapter(other) == swapped(chapter(given))
