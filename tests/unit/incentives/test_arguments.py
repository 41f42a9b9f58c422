"""Arguments of both sides: which side a claim stands on, the same room for both, no claim without its answers."""

from datetime import date
from itertools import combinations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenet.case.asof import as_known
from provenet.case.tables import vocabulary
from provenet.incentives import arguments
from support.approach_tables import Row, bundled, claim, deployment, tables
from support.examples import examples

HEARD = ("claim", "party", "identifier", "deployment", "outreach")
NORTH = arguments.Hearer("north", "Utopia", ("ran",), ("5G",))
EXCLUDED = ("acme",)


def argued(
    claims: list[Row], room: int = 6, hearer: arguments.Hearer = NORTH, **given: list[Row]
) -> arguments.Arguments:
    return arguments.arguments_on(arguments.ClaimRecord(tables(claim=claims, **given), EXCLUDED), hearer, room=room)


def sides(*claims: Row) -> dict[str, str]:
    return arguments.ClaimRecord(tables(claim=claims), EXCLUDED).sides


def test_an_assertion_stands_where_its_fact_or_topic_stands_and_a_denial_opposite() -> None:
    told = sides(
        claim("risky"),
        claim("denied", "denies"),
        claim("qualified", "qualifies"),
        claim("cheap", topic="price"),
        claim("dear", "denies", topic="price"),
        claim("owned", topic="ownership", fact="employee_owned"),
        claim("compelled", topic="price", fact="home_state_can_compel"),
        claim("odd", topic="weather"),
    )
    against = {"risky", "dear", "compelled"}
    speak_for = {"denied", "qualified", "cheap", "owned"}
    assert {one for one, side in told.items() if side == arguments.AGAINST} == against
    assert {one for one, side in told.items() if side == arguments.FOR} == speak_for
    assert told["odd"] == arguments.NEITHER


def test_an_answer_stands_opposite_to_what_it_answers_whatever_its_stance() -> None:
    told = sides(
        claim("a"),
        claim("b", "denies", answers_claim_id="a"),
        claim("c", "asserts", answers_claim_id="b"),
        claim("d", "qualifies", answers_claim_id="c"),
        claim("e", "qualifies", answers_claim_id="b"),
    )
    assert told == dict.fromkeys("ace", arguments.AGAINST) | dict.fromkeys("bd", arguments.FOR)


def test_a_vendors_word_on_itself_speaks_for_it_but_not_its_word_on_another() -> None:
    told = sides(
        claim("own", speaker="Acme (a spokesperson)"),
        claim("kind", speaker="Acme Utopia", speaker_kind="vendor"),
        claim("other", speaker="Bolt", speaker_kind="vendor"),
    )
    assert told == {"own": arguments.FOR, "kind": arguments.FOR, "other": arguments.AGAINST}


def test_claims_of_other_vendors_unread_and_withdrawn_claims_are_not_shown() -> None:
    claims = [claim("shown"), claim("of-bolt", vendor_ids=["bolt"]), claim("unread", reading="not read")]
    claims += [claim("withdrawn", speaker="A")]
    claims += [claim("withdrawal", "denies", "2021-01-01", speaker="A", answers_claim_id="withdrawn")]
    found = argued(claims)
    assert found.for_claims == ("shown",)
    assert found.against_claims == ("withdrawal",)
    assert found.disputed_count == 0


def test_a_claim_on_all_vendors_or_on_the_country_of_the_seat_counts() -> None:
    named = {"all": "all", "seat": "country:AA", "elsewhere": "country:BB"}
    claims = [claim(name, vendor_ids=[vendor]) for name, vendor in named.items()]
    found = argued([*claims, claim("x", topic="price"), claim("y", topic="price", fact="employee_owned")])
    assert set(found.for_claims) == {"all", "seat"}


def test_what_is_near_to_the_buyer_goes_first() -> None:
    claims = [
        claim("plain"),
        claim("class", paraphrase="Says that the base stations fail"),
        claim("generation", paraphrase="Says that 5G fails"),
        claim("there", vendor_ids=["acme", "cord"]),
        claim("country", paraphrase="Says so of Utopia"),
        claim("carrier", topic="incident: North"),
        claim("northern", paraphrase="Says so of Northland"),
        claim("against", topic="price"),
    ]
    order = ["carrier", "country", "class"]
    for room, wanted in enumerate(order, start=1):
        near = [one for one in claims if one["claim_id"] not in order[: room - 1]]
        assert argued(near, 1).for_claims == (wanted,)
    rows = {"deployment": [deployment("north", "acme")]}
    # With Acme in the network of North every claim on it is nearer, by the same step: the order among them stands.
    assert argued(claims, 1, **rows).for_claims == ("carrier",)
    both = ("acme", "cord")
    rest = [one for one in claims if one["claim_id"] in ("there", "plain", "against")]
    only_cord = tables(claim=rest, deployment=[deployment("north", "cord")])
    assert arguments.arguments_on(arguments.ClaimRecord(only_cord, both), NORTH, room=1).for_claims == ("there",)


def test_what_somebody_tried_to_persuade_the_country_of_is_near_to_it() -> None:
    outreach: list[Row] = [{"who": "A", "to_whom": "B", "country": "Utopia", "about": "x", "claim_id": "told"}]
    outreach[0]["day_kind"] = "reported"
    claims = [claim("a"), claim("told", said="2000-01-01"), claim("for", topic="price")]
    assert argued(claims, 1).for_claims == ("a",)
    assert argued(claims, 1, outreach=outreach).for_claims == ("told",)


def test_among_equally_near_claims_the_subjects_take_turns() -> None:
    claims = [claim(f"risk-{n}", said=f"2020-0{n}-01") for n in range(1, 5)]
    claims += [claim("law", said="2010-01-01", topic="legal compulsion")]
    claims += [claim("quality", said="2010-01-01", topic="engineering quality")]
    claims += [claim(f"for-{n}", topic="price") for n in range(3)]
    assert set(argued(claims, 3).for_claims) == {"risk-4", "law", "quality"}


def test_answered_claims_go_before_unanswered_ones() -> None:
    claims = [
        claim("new", said="2025-01-01"),
        claim("answered", said="2015-01-01"),
        claim("answer", "denies", said="2016-01-01", answers_claim_id="answered"),
    ]
    found = argued(claims, 1)
    assert (found.for_claims, found.against_claims, found.disputed_count) == (("answered",), ("answer",), 1)


def test_of_equally_near_threads_the_answered_one_goes_first_and_then_the_newest() -> None:
    def thread(root: str, *answers: str, day: date) -> arguments.Thread:
        return arguments.Thread(root, (root, *answers), 1, len(answers), 1, "risk", day)

    old = thread("a", "answer", day=date(2019, 1, 1))
    new, newest = thread("b", day=date(2023, 1, 1)), thread("c", day=date(2024, 1, 1))
    undated = arguments.Thread("d", ("d",), 1, 0, 1, "risk", None)
    assert arguments._in_turn([undated, new, newest, old]) == [old, newest, new, undated]


def test_an_answer_by_the_same_speaker_disputes_nothing() -> None:
    found = argued([claim("a", speaker="S"), claim("b", "qualifies", speaker="S", answers_claim_id="a")])
    assert (found.for_claims, found.against_claims, found.disputed_count) == (("a",), ("b",), 0)


def test_of_reports_with_one_origin_the_fullest_is_shown() -> None:
    claims = [
        claim("origin"),
        claim("relay", derived_from="origin"),
        claim("relay-of-relay", derived_from="relay"),
        claim("answer", "denies", answers_claim_id="relay"),
    ]
    assert argued(claims).for_claims == ("relay",)


def test_a_thread_brings_every_answer_or_stays_away() -> None:
    answers = [claim(f"a{n}", "denies", answers_claim_id="a") for n in range(3)]
    claims = [claim("a", topic="incident: North"), *answers, claim("b"), claim("c"), claim("d")]
    wide = argued(claims, 3)
    assert set(wide.for_claims) == {"a", "b", "c"}
    assert set(wide.against_claims) == {"a0", "a1", "a2"}
    narrow = argued(claims, 2)
    assert "a" not in narrow.for_claims and not narrow.against_claims


def test_an_answer_to_a_ring_of_answers_stays_with_it() -> None:
    claims = [
        claim("first", "denies", "2010-01-01", answers_claim_id="x"),
        claim("x", answers_claim_id="y"),
        claim("y", "denies", answers_claim_id="x"),
    ]
    grouped = list(arguments.ClaimRecord(tables(claim=claims), EXCLUDED)._grouped())
    assert grouped == [("x", ("first", "x", "y"))]


def test_where_no_equal_number_is_on_record_the_difference_is_the_least_and_told() -> None:
    alone = argued([claim("a"), *(claim(name, "denies", answers_claim_id="a") for name in ("a1", "a2"))])
    assert (len(alone.for_claims), len(alone.against_claims)) == (1, 2)
    assert "the record allows no equal number" in alone.says
    assert argued([]).says == "No claim on record bears on buying from these vendors."


SPEAKERS = ("S", "T", "Acme", "Bolt (board)")


@st.composite
def records(draw: st.DrawFn) -> list[Row]:
    count = draw(st.integers(0, 9))
    made = []
    for n in range(count):
        answers = draw(st.sampled_from([None, None, *(f"c{m}" for m in range(count))]))
        made.append(
            claim(
                f"c{n}",
                draw(st.sampled_from(["asserts", "denies", "qualifies"])),
                draw(st.sampled_from(["2019-01-01", "2020-01-01", "2021-01-01", None])),
                speaker=draw(st.sampled_from(SPEAKERS)),
                topic=draw(st.sampled_from(["risk", "price", "weather", "incident: North"])),
                vendor_ids=draw(st.sampled_from([["acme"], ["bolt"], ["all"]])),
                answers_claim_id=answers,
                derived_from=draw(st.sampled_from([None, None, "c0", "outside"])),
                reading=draw(st.sampled_from(["read in the source", "not read"])),
            )
        )
    return made


@given(records(), st.integers(1, 4), st.randoms(use_true_random=False))
@settings(max_examples=examples(60), deadline=None)
def test_both_sides_have_the_same_room_and_no_claim_stands_without_its_answers(
    claims: list[Row], room: int, random: object
) -> None:
    given_tables = tables(claim=claims)
    found = arguments.arguments_on(arguments.ClaimRecord(given_tables, EXCLUDED), NORTH, room=room)
    shown = {*found.for_claims, *found.against_claims}
    assert len(shown) == len(found.for_claims) + len(found.against_claims)
    assert max(len(found.for_claims), len(found.against_claims)) <= room
    record = arguments.ClaimRecord(given_tables, EXCLUDED)
    for one in shown:
        assert set(record.answers.get(one, ())) <= shown
        assert record.every[one]["reading"] != "not read"
    # Brute force over every choice of threads: none is nearer to equal numbers, and none is empty without need.
    fitting = [one for one in record.threads(NORTH) if max(one.against, one.speak_for) <= room]
    differences = [
        abs(sum(t.against for t in some) - sum(t.speak_for for t in some))
        for count in range(1, len(fitting) + 1)
        for some in combinations(fitting, count)
        if max(sum(t.against for t in some), sum(t.speak_for for t in some)) <= room
    ]
    assert bool(shown) == bool(differences)
    if differences:
        assert abs(len(found.for_claims) - len(found.against_claims)) == min(differences)
    shuffled = list(claims)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert arguments.arguments_on(arguments.ClaimRecord(tables(claim=shuffled), EXCLUDED), NORTH, room=room) == found


def thread(name: str, against: int, speak_for: int) -> arguments.Thread:
    return arguments.Thread(name, (), against, speak_for, 0, "", None)


@pytest.mark.parametrize(
    ("threads", "room", "taken"),
    [
        ([("a", 1, 2), ("b", 1, 0), ("c", 1, 1)], 3, "abc"), ([("a", 1, 2), ("b", 1, 1), ("c", 1, 0)], 2, "ac"),
        ([("a", 3, 0), ("b", 1, 1)], 3, "b"), ([("a", 1, 0), ("b", 1, 0)], 3, "a"), ([("a", 5, 5)], 4, ""),
        ([("a", 2, 1), ("b", 1, 2)], 2, "a"),
    ],
)  # fmt: skip
def test_threads_by_hand(threads: list[tuple[str, int, int]], room: int, taken: str) -> None:
    found = arguments.chosen_threads([thread(*one) for one in threads], room)
    assert "".join(one.root for one in found) == taken


@pytest.fixture(scope="module")
def real() -> dict[str, pl.DataFrame]:
    return bundled()


def known(real: dict[str, pl.DataFrame], day: date) -> dict[str, pl.DataFrame]:
    return {name: as_known(name, real[name], real["source"], day=day) for name in HEARD}


def test_the_claims_that_ship_stand_on_their_sides(real: dict[str, pl.DataFrame]) -> None:
    told = arguments.ClaimRecord(real, ("huawei", "zte")).sides
    against = (
        "HW-LAW-2", "HW-LAW-5", "HW-LAW-6", "HW-INC-VF1", "HW-ENG-1", "HW-US-1", "EU-2023-1",
        "ALL-CERT-1", "HW-OWN-1",
    )  # fmt: skip
    speak_for = (
        "HW-LAW-3", "HW-LAW-7", "HW-INC-VF2", "HW-ENG-3", "HW-INC-BSI", "EU-2023-3", "HU-CERT-NESAS",
        "HW-OWN-6",
    )  # fmt: skip
    assert [one for one in against if told[one] != arguments.AGAINST] == []
    assert [one for one in speak_for if told[one] != arguments.FOR] == []
    assert {one for one, side in told.items() if side == arguments.NEITHER} == {
        "HW-SHOT-1", "HW-SHOT-2", "SD-2018-AID", "WSJ-2018-AID", "WSJ-2018-ORDER",
    }  # fmt: skip
    assert "HW-CERT-CC" not in told


def test_a_carrier_hears_first_of_what_is_said_of_it(real: dict[str, pl.DataFrame]) -> None:
    hearer = arguments.Hearer("vodafone-italy", "Italy", ("ran",), ("5G",))
    found = arguments.arguments_on(arguments.ClaimRecord(real, ("huawei", "zte")), hearer)
    assert {"HW-INC-VF1"} <= set(found.for_claims)
    assert {"HW-INC-VF2", "HW-INC-VF3"} <= set(found.against_claims)
    assert len(found.for_claims) == len(found.against_claims) == 6
    before = arguments.arguments_on(arguments.ClaimRecord(known(real, date(2018, 11, 23)), ("huawei", "zte")), hearer)
    assert "HW-INC-VF1" not in before.for_claims
    assert len(before.for_claims) == len(before.against_claims) == 6


def test_the_words_of_the_vocabulary_are_in_form() -> None:
    entries = vocabulary()["arguments"]
    assert all(set(one) == {"has", "bears", "buying"} for one in entries)
    assert {one["buying"] for one in entries} == {arguments.AGAINST, arguments.FOR, arguments.NEITHER}
    # An entry whose words hold those of one before it would never be read.
    for at, one in enumerate(entries):
        assert not any(before["has"] in one["has"] for before in entries[:at]), one
    events = vocabulary()["choice_events"]
    assert all(one["chosen"] in (True, False) for one in events)
    for at, one in enumerate(events):
        assert not any(before["has"] in one["has"] for before in events[:at]), one
