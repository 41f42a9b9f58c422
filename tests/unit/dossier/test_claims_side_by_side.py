"""Claims and replies: each claim once, every reply beside what it answers, nobody's silence read as consent."""

from collections.abc import Iterable, Mapping
from itertools import permutations
from random import Random
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from provenet.dossier.render import render_html
from provenet.dossier.threads import Exchange, exchanges
from provenet.dossier.view import ANNEX, compose
from support.examples import examples
from unit.dossier.page_reading import Page
from unit.dossier.small_tables import DAY, claim, filled, tables


def rows(*pairs: tuple[str, str | None]) -> list[dict[str, Any]]:
    return filled("claim", [claim(name, answers_claim_id=to) for name, to in pairs]).to_dicts()


def shape(found: list[Exchange]) -> list[tuple[str, list[str]]]:
    return [(one.claim["claim_id"], [row["claim_id"] for row in one.replies]) for one in found]


def test_replies_to_replies_stay_in_the_thread() -> None:
    assert shape(exchanges(rows(("a", None), ("b", "a"), ("c", "b"), ("d", None)))) == [("a", ["b", "c"]), ("d", [])]


def test_claims_that_answer_each_other_make_one_thread() -> None:
    assert shape(exchanges(rows(("a", "b"), ("b", "a")))) == [("a", ["b"])]


def test_an_answer_to_a_claim_nobody_has_begins_a_thread() -> None:
    assert shape(exchanges(rows(("a", "gone"), ("b", "b")))) == [("a", []), ("b", [])]


def related(**claims: dict[str, Any]) -> list[dict[str, Any]]:
    return filled("claim", [claim(name, **row) for name, row in claims.items()]).to_dicts()


def ids(found: Iterable[Mapping[str, Any]]) -> list[str]:
    return [row["claim_id"] for row in found]


def test_a_reply_to_a_relay_is_a_reply_to_what_it_relays() -> None:
    made = related(
        origin={},
        relay={"derived_from": "origin"},
        again={"derived_from": "relay"},
        reply={"stance": "denies", "answers_claim_id": "again"},
        deeper={"answers_claim_id": "reply"},
    )
    for order in permutations(made):
        [one] = exchanges(order)
        assert one.claim["claim_id"] == "origin"
        assert (ids(one.relays), ids(one.replies), ids(one.elsewhere)) == (["again", "relay"], ["deeper", "reply"], [])


def test_a_relay_of_a_reply_stands_beside_it() -> None:
    made = related(
        claim={},
        reply={"stance": "denies", "answers_claim_id": "claim"},
        relay={"stance": "denies", "derived_from": "reply"},
    )
    [one] = exchanges(made)
    assert (one.claim["claim_id"], ids(one.replies)) == ("claim", ["relay", "reply"])


def test_a_claim_of_another_stance_or_vendor_makes_a_statement_of_its_own() -> None:
    made = related(
        a={},
        b={"derived_from": "a", "stance": "qualifies"},
        c={"derived_from": "a", "vendor_ids": ["bolt"]},
        d={"derived_from": "a|b"},
    )
    assert shape(exchanges(made)) == [("a", []), ("b", []), ("c", []), ("d", [])]


def test_where_nobody_replies_the_same_matter_elsewhere_is_named() -> None:
    made = related(
        a={"fact": "spied"},
        b={"fact": "spied"},
        no={"fact": "spied", "stance": "denies", "answers_claim_id": "b"},
        other={"fact": "spied", "stance": "denies", "vendor_ids": ["bolt"]},
        several={"derived_from": "a|x"},
        late={"stance": "qualifies", "answers_claim_id": "several"},
    )
    found = {one.claim["claim_id"]: one for one in exchanges(made)}
    assert (ids(found["a"].replies), ids(found["a"].elsewhere)) == ([], ["late", "no"])
    assert (ids(found["b"].replies), ids(found["b"].elsewhere)) == (["no"], [])
    assert ids(found["other"].elsewhere) == []


NAMES = st.sampled_from("abcdefgh")


@given(
    st.dictionaries(NAMES, st.tuples(st.none() | NAMES, st.none() | NAMES, st.sampled_from(["asserts", "denies"]))),
    st.randoms(),
)
@settings(max_examples=examples(300), deadline=None)
def test_each_claim_stands_once_in_any_order(
    claims: dict[str, tuple[str | None, str | None, str]], order: Random
) -> None:
    made = related(
        **{
            name: {"answers_claim_id": to, "derived_from": of, "stance": stance}
            for name, (to, of, stance) in sorted(claims.items())
        }
    )
    found = exchanges(made)
    assert sorted(name for one in found for name in ids((one.claim, *one.relays, *one.replies))) == sorted(claims)
    for one in found:
        assert not one.replies or not one.elsewhere
    shuffled = order.sample(made, len(made))
    joined = {frozenset(ids((one.claim, *one.relays))) for one in exchanges(shuffled)}
    if all(to is None for to, _, _ in claims.values()):
        assert joined == {frozenset(ids((one.claim, *one.relays))) for one in found}


def claims_section(page: Page) -> str:
    return page.text.split("Claims and replies, side by side")[-1].split("Citation, corrections")[0]


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


def test_a_page_shows_the_quoted_span_its_place_and_the_licence_of_its_source() -> None:
    made = [claim("C-1", quote="as they <wrote>", quote_place="p. 4"), claim("C-2", answers_claim_id="C-1", quote="no")]
    sources = tables()["source"].with_columns(licence=pl.lit("CC BY 4.0"))
    given = {**tables(), "claim": filled("claim", made), "source": sources}
    text = claims_section(Page(render_html(compose(given, country="Germany", as_of=DAY, document=ANNEX))))
    assert "\u201cas they <wrote>\u201d (licence: CC BY 4.0) Quote place: p. 4" in text
    assert "\u201cno\u201d (licence: CC BY 4.0)" in text


def test_a_relay_stands_beside_what_it_relays_and_takes_its_reply() -> None:
    made = [
        claim("C-1", speaker="An unnamed official"),
        claim("C-2", derived_from="C-1", speaker="A newspaper"),
        claim("C-3", answers_claim_id="C-2", stance="denies", speaker="Acme"),
    ]
    text = claims_section(
        Page(
            render_html(
                compose({**tables(), "claim": filled("claim", made)}, country="Germany", as_of=DAY, document=ANNEX)
            )
        )
    )
    assert "No reply" not in text
    assert "Relays: C-1" in text and "In reply to: C-2" in text
