"""How claims stand, worked by hand: withdrawn, answered, superseded, delisted, relayed, not yet known."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenet.case.rows import ClaimRow, rows_of
from provenet.evidence.claim_records import READS, claim_records, names_list
from provenet.evidence.claims import claim_of_row, live
from support.examples import examples
from unit.evidence.claim_tables import RENAMED, claim, day, tables

AS_OF = day("2024-01-01")


def stand(
    claims: Iterable[Mapping[str, object]], known: str | None = None, as_of: date = AS_OF, **rows: object
) -> dict[str, dict[str, object]]:
    found = claim_records(tables(claims, **rows), as_of, day(known) if known else None)
    return {record["claim_id"]: record for record in found}


def words(found: Mapping[str, Mapping[str, object]], key: str = "standing") -> dict[str, object]:
    return {name: record[key] for name, record in found.items()}


def test_a_claim_alone_is_live_unanswered_and_its_own_origin() -> None:
    source = {"source_id": "s", "title": "S", "kind": "press", "kind_by": "mended"}
    assert stand([claim("A", source_id="s")], source=[source])["A"] == {
        "claim_id": "A", "vendor_ids": ["huawei"], "fact": "f", "stance": "asserts", "speaker": "Speaker of A",
        "anonymous": False, "said_on": day("2020-01-01"), "known_on": day("2020-01-01"),
        "reading": "read in the source", "source": {"source_id": "s", "kind": "press", "weak": False},
        "standing": "live", "withdrawn_by": [],
        "acts": [{"vendor_id": "huawei", "act": "latest act", "by": [], "on": day("2020-01-01"), "reversed": False}],
        "listings": [], "ended": [], "reply": "unanswered", "answered_by": [], "thread": [],
        "origins": {"named": ["A"], "anonymous": []}, "relayed_by": [], "same_origin_count": 0,
        "rests_on_withdrawn": [],
    }  # fmt: skip


WITHDRAWN = [
    claim("A", speaker="Paper"),
    claim("B", "qualifies", "2020-03-01", speaker="PAPER", answers_claim_id="A"),
    claim("C", "qualifies", "2020-05-01", speaker="Paper", answers_claim_id="B"),
]


def test_a_withdrawal_names_the_row_and_the_day() -> None:
    found = stand(WITHDRAWN[:2])
    assert words(found) == {"A": "withdrawn", "B": "live"}
    assert found["A"]["withdrawn_by"] == [{"claim_id": "B", "on": day("2020-03-01"), "standing": "live"}]
    assert (found["A"]["acts"], found["A"]["reply"]) == ([], "answers itself")
    assert found["B"]["thread"] == ["A"]


def test_a_withdrawal_that_is_withdrawn_still_withdrew_and_says_so() -> None:
    found = stand(WITHDRAWN)
    assert words(found) == {"A": "withdrawn", "B": "withdrawn", "C": "live"}
    assert found["A"]["withdrawn_by"] == [{"claim_id": "B", "on": day("2020-03-01"), "standing": "withdrawn"}]
    assert (found["A"]["reply"], found["B"]["reply"]) == ("unanswered", "answers itself")
    assert found["C"]["thread"] == ["B", "A"]


def test_before_the_withdrawal_was_known_the_claim_is_live() -> None:
    found = stand(WITHDRAWN, "2020-02-29")
    assert words(found) == {"A": "live", "B": "not yet known", "C": "not yet known"}
    assert (found["A"]["answered_by"], found["A"]["reply"]) == ([], "unanswered")
    assert (found["B"]["known_on"], found["B"]["reply"], found["B"]["thread"]) == (day("2020-03-01"), None, [])
    assert words(stand(WITHDRAWN, "2020-03-01")) == {"A": "withdrawn", "B": "live", "C": "not yet known"}
    assert words(stand(WITHDRAWN, "2019-12-31")) == dict.fromkeys("ABC", "not yet known")


def test_a_claim_without_a_day_is_not_known_on_any_day_asked() -> None:
    found = stand([claim("A", said=None)], "2023-01-01")["A"]
    assert (found["standing"], found["known_on"], found["said_on"]) == ("not yet known", None, None)
    undated = stand([claim("A", said=None)])["A"]
    assert (undated["standing"], undated["acts"][0]["act"]) == ("live", "without a day")


def test_what_was_not_read_counts_for_nothing_and_withdraws_nothing() -> None:
    unread = WITHDRAWN[1] | {"reading": "not read"}
    found = stand([WITHDRAWN[0], unread])
    assert words(found) == {"A": "live", "B": "not read"}
    assert (found["A"]["withdrawn_by"], found["A"]["reply"]) == ([], "unanswered")
    assert [one["standing"] for one in found["A"]["answered_by"]] == ["not read"]


def test_answers_are_told_with_who_gives_them_and_only_live_ones_of_others_count() -> None:
    found = stand(
        [
            claim("A"),
            claim("B", "denies", "2020-02-01", answers_claim_id="A", speaker="Huawei"),
            claim("C", "asserts", "2020-03-01", answers_claim_id="B"),
            claim("D", "qualifies", "2020-04-01", answers_claim_id="A", speaker="speaker-of a"),
            claim("E", answers_claim_id="E"),
            claim("F", answers_claim_id="elsewhere"),
        ]
    )
    assert words(found, "reply") == {
        "A": "answered",
        "B": "answered",
        "C": "unanswered",
        "D": "unanswered",
        "E": "answers itself",
        "F": "unanswered",
    }
    assert [(one["claim_id"], one["speaker"], one["own"]) for one in found["A"]["answered_by"]] == [
        ("B", "Huawei", False),
        ("D", "speaker-of a", True),
    ]
    assert words(found, "thread") == {"A": [], "B": ["A"], "C": ["B", "A"], "D": ["A"], "E": [], "F": []}
    assert found["A"]["standing"] == "withdrawn"
    assert [one["claim_id"] for one in found["A"]["withdrawn_by"]] == ["D"]
    assert found["E"]["answered_by"] == []


def test_an_answer_of_the_same_day_withdraws_nothing_beside_one_that_does() -> None:
    own = {"speaker": "Paper", "answers_claim_id": "A"}
    found = stand([claim("A", speaker="Paper"), claim("B", **own), claim("C", said="2020-01-02", **own)])
    assert words(found) == {"A": "withdrawn", "B": "live", "C": "live"}
    assert [one["claim_id"] for one in found["A"]["withdrawn_by"]] == ["C"]


def test_a_reply_that_was_withdrawn_leaves_the_claim_unanswered() -> None:
    reply = claim("B", "denies", "2020-02-01", answers_claim_id="A", speaker="Office")
    gone = claim("C", "qualifies", "2020-03-01", answers_claim_id="B", speaker="Office")
    assert stand([claim("A"), reply])["A"]["reply"] == "answered"
    assert stand([claim("A"), reply, gone])["A"]["reply"] == "unanswered"


def test_answers_in_a_ring_end() -> None:
    ring = [claim("A", answers_claim_id="B"), claim("B", answers_claim_id="C"), claim("C", answers_claim_id="A")]
    assert words(stand(ring), "thread") == {"A": ["B", "C"], "B": ["C", "A"], "C": ["A", "B"]}


def acts(found: Mapping[str, Mapping[str, object]], name: str) -> list[tuple[object, ...]]:
    return [(one["vendor_id"], one["act"], one["by"], one["reversed"]) for one in found[name]["acts"]]


def test_a_later_act_of_the_same_party_supersedes_the_earlier_per_vendor() -> None:
    both = {"vendor_ids": ["huawei", "zte"], "speaker": "FCC"}
    found = stand(
        [
            claim("A", "asserts", "2020-01-01", **both),
            claim("B", "denies", "2021-01-01", speaker="fcc"),
            claim("C", "denies", "2021-02-01", speaker="Somebody else"),
            claim("D", "asserts", "2025-01-01", speaker="FCC"),
            claim("E", "asserts", "2022-01-01", speaker="FCC", fact="another"),
        ]
    )
    assert acts(found, "A") == [("huawei", "superseded", ["B"], True), ("zte", "latest act", [], False)]
    assert acts(found, "B") == [("huawei", "latest act", [], False)]
    assert acts(found, "D") == [("huawei", "after the day asked", [], False)]
    assert found["A"]["ended"] == [
        {"vendor_id": "huawei", "how": "a later act of its speaker", "on": day("2021-01-01"), "by": ["B"]}
    ]
    assert words(found) == dict.fromkeys("ABCDE", "live")
    assert found["C"]["ended"] == found["B"]["ended"] == []


def test_an_act_repeated_is_superseded_and_has_not_ended() -> None:
    found = stand([claim("A", speaker="FCC"), claim("B", said="2021-01-01", speaker="FCC")])
    assert (acts(found, "A"), found["A"]["ended"]) == ([("huawei", "superseded", ["B"], False)], [])


def test_an_act_on_all_vendors_supersedes_one_on_a_vendor() -> None:
    found = stand([claim("A", speaker="FCC"), claim("B", "denies", "2021-01-01", speaker="FCC", vendor_ids=["all"])])
    assert acts(found, "A") == [("huawei", "superseded", ["B"], True)]
    assert acts(found, "B") == [("all", "latest act", [], False)]


def test_a_renamed_vendor_is_one_vendor_for_acts_and_lists() -> None:
    rows = [
        claim("A", speaker="FCC", topic="covered list"),
        claim("B", "denies", "2021-01-01", speaker="FCC", vendor_ids=["acme"]),
    ]
    entries = [entry(party_id="acme", from_on=day("2019-01-01"))]
    apart = stand(rows, listing=entries)
    assert (acts(apart, "A"), apart["A"]["listings"]) == ([("huawei", "latest act", [], False)], [])
    found = stand(rows, listing=entries, succession=[RENAMED])
    assert acts(found, "A") == [("acme", "superseded", ["B"], True)]
    assert [(one["vendor_id"], one["state"]) for one in found["A"]["listings"]] == [("acme", "is listed")]
    assert found["A"]["vendor_ids"] == ["huawei"], "the row is told as it is written"
    before = stand(rows, "2017-12-31", listing=entries, succession=[RENAMED])
    assert words(before) == {"A": "not yet known", "B": "not yet known"}


def test_two_acts_of_one_day_that_differ_settle_nothing() -> None:
    found = stand([claim("A", speaker="FCC"), claim("B", "denies", speaker="FCC")])
    assert acts(found, "A") == [("huawei", "two acts of one day differ", ["B"], False)]
    assert found["A"]["ended"] == []
    before = stand(
        [claim("A", said="2019-01-01", speaker="FCC"), claim("B", speaker="FCC"), claim("C", "denies", speaker="FCC")]
    )
    assert acts(before, "A") == [("huawei", "superseded", ["B", "C"], False)]
    assert before["A"]["ended"] == []


def entry(**cells: object) -> dict[str, object]:
    return {"list_name": "covered-list", "party_id": "huawei", "source_id": "s"} | cells


LISTED = claim("A", fact="on_covered_list", topic="US lists")
SOURCE = {
    "source_id": "s",
    "title": "S",
    "kind": "primary",
    "kind_by": "mended",
    "published_high_on": day("2020-01-01"),
}


@pytest.mark.parametrize(
    ("as_of", "state", "ended"),
    [
        ("2019-12-31", "not yet listed", []),
        ("2020-01-01", "is listed", []),
        ("2021-05-31", "is listed", []),
        ("2021-06-01", "was listed", ["2021-06-01"]),
        ("2022-12-31", "was listed", ["2021-06-01"]),
        ("2023-01-01", "is listed", []),
    ],
)
def test_was_listed_is_not_is_listed_and_a_party_may_be_listed_again(as_of: str, state: str, ended: list[str]) -> None:
    entries = [
        entry(from_on=day("2020-01-01"), to_on=day("2021-06-01")),
        entry(from_on=day("2023-01-01")),
        entry(party_id="zte", from_on=day("2010-01-01"), to_on=day("2011-01-01")),
        entry(list_name="another-list", from_on=day("2010-01-01"), to_on=day("2011-01-01")),
        entry(party_id=None, whole_on=day("2020-01-01")),
    ]
    found = stand([LISTED], as_of=day(as_of), listing=entries, source=[SOURCE])["A"]
    rows = ["listing-000", "listing-001"]
    since = day(ended[0]) if ended else None
    assert found["listings"] == [
        {"list_name": "coveredlist", "vendor_id": "huawei", "state": state, "ended_on": since, "rows": rows}
    ]
    assert found["ended"] == [{"vendor_id": "huawei", "how": "delisted", "on": day(one), "by": rows} for one in ended]
    assert found["standing"] == "live"


def test_a_delisting_that_was_not_known_yet_is_not_told() -> None:
    given = {"listing": [entry(from_on=day("2020-01-01"), to_on=day("2021-06-01"))], "source": [SOURCE]}
    before = stand([LISTED], "2021-05-31", day("2022-01-01"), **given)["A"]
    assert ([one["state"] for one in before["listings"]], before["ended"]) == (["is listed"], [])
    after = stand([LISTED], "2021-06-01", day("2022-01-01"), **given)["A"]
    assert ([one["state"] for one in after["listings"]], len(after["ended"])) == (["was listed"], 1)


def test_only_the_list_that_a_fact_or_topic_names_is_told() -> None:
    entries = [entry(from_on=day("2020-01-01"))]
    told = stand([claim("A"), claim("B", topic="US Covered List"), LISTED | {"claim_id": "C"}], listing=entries)
    assert {name: len(one["listings"]) for name, one in told.items()} == {"A": 0, "B": 1, "C": 1}
    assert names_list("usdod1260h", ("on_1260H",))
    assert names_list("1260h", ("on_1260H",))
    assert not names_list("1260h", ("home_state_can_compel", ""))
    assert not names_list("", ("f",))


def test_sources_are_told_with_whether_they_are_weak() -> None:
    kinds = {"p": "primary", "f": "forum", "u": "unknown"}
    sources = [{"source_id": one, "title": one, "kind": kind, "kind_by": "mended"} for one, kind in kinds.items()]
    found = stand([claim(one, source_id=one) for one in kinds] + [claim("none")], source=sources)
    assert {name: (one["source"]["kind"], one["source"]["weak"]) for name, one in found.items()} == {
        "p": ("primary", False),
        "f": ("forum", True),
        "u": ("unknown", True),
        "none": (None, True),
    }


def test_relays_circles_and_nameless_speakers_have_their_origins() -> None:
    found = stand(
        [
            claim("A", speaker="Wire"),
            claim("A2", "qualifies", "2020-06-01", speaker="Wire", answers_claim_id="A"),
            claim("B", derived_from="A"),
            claim("C", derived_from="B|a newspaper"),
            claim("X", derived_from="Y"),
            claim("Y", derived_from="X"),
            claim("S", derived_from="S"),
            claim("N", anonymous="yes"),
            claim("M", derived_from="N", anonymous="yes"),
        ]
    )
    assert words(found, "origins") == {
        "A": {"named": ["A"], "anonymous": []},
        "A2": {"named": ["A2"], "anonymous": []},
        "B": {"named": ["A"], "anonymous": []},
        "C": {"named": ["A", "a newspaper"], "anonymous": []},
        "X": {"named": ["X = Y"], "anonymous": []},
        "Y": {"named": ["X = Y"], "anonymous": []},
        "S": {"named": ["S"], "anonymous": []},
        "N": {"named": [], "anonymous": ["N"]},
        "M": {"named": [], "anonymous": ["N"]},
    }
    assert words(found, "relayed_by") | {"A2": [], "M": [], "C": []} == {
        "A": ["B"],
        "A2": [],
        "B": ["C"],
        "C": [],
        "X": ["Y"],
        "Y": ["X"],
        "S": [],
        "N": ["M"],
        "M": [],
    }
    assert {name: one["same_origin_count"] for name, one in found.items() if one["same_origin_count"]} == {
        **dict.fromkeys("ABXYMN", 1)
    }
    assert words(found, "rests_on_withdrawn") == {
        **{name: [] for name in ("A", "A2", "X", "Y", "S", "N", "M")},
        "B": ["A"],
        "C": ["A"],
    }


def test_every_table_asked_for_is_in_the_dictionary_and_an_empty_case_has_no_record() -> None:
    made = tables([])
    assert set(READS) <= set(made)
    assert claim_records(made, AS_OF) == []


DAYS = [date(2020, 1, 1) + timedelta(days=n) for n in range(4)]
IDS = "abcdef"
rows_of_claims = st.lists(
    st.tuples(
        st.sampled_from(["s", "S", "t"]),
        st.sampled_from(["asserts", "denies", "qualifies"]),
        st.sampled_from([None, *DAYS]),
        st.sampled_from(["", *IDS]),
        st.sampled_from(["read in the source", "not read"]),
        st.sampled_from(["", *IDS, "a|b", "words"]),
    ),
    max_size=6,
)


def built(drawn: list[tuple[object, ...]]) -> list[dict[str, object]]:
    return [
        claim(
            name,
            str(stance),
            said.isoformat() if isinstance(said, date) else None,
            speaker=speaker,
            answers_claim_id=answers or None,
            reading=reading,
            derived_from=derived or None,
        )
        for name, (speaker, stance, said, answers, reading, derived) in zip(IDS, drawn, strict=False)
    ]


@settings(max_examples=examples(150), deadline=None)
@given(rows_of_claims, st.sampled_from([None, *DAYS]), st.randoms(use_true_random=False))
def test_the_live_ones_are_those_of_claims_live_and_the_order_of_rows_changes_nothing(drawn, known, chance) -> None:
    rows = built(drawn)
    found = claim_records(tables(rows), AS_OF, known)
    public = [row for row in rows if known is None or (row["said_high_on"] and row["said_high_on"] <= known)]
    alive = {one.id for one in live(claim_of_row(row) for row in rows_of(ClaimRow, tables(public)["claim"]))}
    assert {one["claim_id"] for one in found if one["standing"] == "live"} == alive
    for one in found:
        assert (one["standing"] == "withdrawn") == bool(one["withdrawn_by"])
    mixed = list(rows)
    chance.shuffle(mixed)
    assert claim_records(tables(mixed), AS_OF, known) == found


@settings(max_examples=examples(100), deadline=None)
@given(rows_of_claims, st.sampled_from(DAYS))
def test_what_was_not_known_changes_no_record_of_what_was(drawn, known) -> None:
    rows = built(drawn)
    public = [row for row in rows if row["said_high_on"] and row["said_high_on"] <= known]
    found = [one for one in claim_records(tables(rows), AS_OF, known) if one["standing"] != "not yet known"]
    assert found == claim_records(tables(public), AS_OF, known)
