"""From claims to the values of facts, worked by hand."""

from datetime import date, timedelta

import pytest

from provenet.evidence.claims import ALL_VENDORS, Claim, ClaimBook, claim_of_row, live

DAY = date(2020, 6, 1)
AS_OF = date(2021, 1, 1)
LATER, EARLIER = DAY + timedelta(1), DAY - timedelta(1)


def claim(name: str, stance: str, day: date | None = DAY, **more: object) -> Claim:
    given = {"vendors": frozenset({"v"}), "speaker": f"Speaker {name}", "fact": "x", "reading": "read in the source"}
    return Claim(id=name, stance=stance, day=day, **{**given, **more})


def state(*claims: Claim, vendor: str = "v", fact: str = "x", by: tuple[str, ...] = (), as_of: date = AS_OF) -> tuple:
    found = ClaimBook.of(claims).fact(vendor, fact, by, as_of=as_of)
    return found.value, found.step, found.asserts, found.denies


ASSERTED, DENIED = "asserted, no denial on record", "denied, not asserted"
NOTHING = (None, "nothing on record", (), ())


def test_asserted_denied_disputed_and_nothing_on_record() -> None:
    assert state(claim("a", "asserts"), claim("b", "asserts")) == (True, ASSERTED, ("a", "b"), ())
    assert state(claim("a", "denies")) == (False, DENIED, (), ("a",))
    assert state(claim("b", "asserts"), claim("a", "denies")) == (None, "disputed", ("b",), ("a",))
    assert state() == NOTHING
    assert state(claim("a", "asserts"), fact="y") == NOTHING
    assert state(claim("a", "asserts"), vendor="w") == NOTHING


def test_many_on_one_side_do_not_outweigh_one_on_the_other() -> None:
    many = [claim(f"a{n}", "asserts", reading="read in the source") for n in range(9)]
    one = claim("d", "denies", None, anonymous=True)
    assert state(*many, one)[:2] == (None, "disputed")
    assert ClaimBook.of([*many, one]).fact("v", "x", (), as_of=AS_OF).disputed


def test_qualifying_never_changes_a_value() -> None:
    assert state(claim("a", "qualifies")) == NOTHING
    assert state(claim("a", "asserts"), claim("b", "qualifies"))[0] is True
    assert state(claim("a", "qualifies"), by=("speaker-a",)) == (None, "no act of the party that decides", (), ())


def test_what_was_not_read_never_counts() -> None:
    assert state(claim("a", "asserts", reading="not read")) == NOTHING
    assert state(claim("a", "asserts"), claim("b", "denies", reading="not read"))[:2] == (True, ASSERTED)
    assert state(claim("a", "asserts", reading="not read"), by=("speaker-a",))[0] is None
    unread = claim("b", "denies", LATER, speaker="Speaker a", answers="a", reading="not read")
    assert state(claim("a", "asserts"), unread)[:2] == (True, ASSERTED)


def test_a_claim_about_all_vendors_is_about_each() -> None:
    assert state(claim("a", "asserts", vendors=frozenset({ALL_VENDORS})), vendor="whoever")[0] is True


@pytest.mark.parametrize(
    ("day", "speaker", "answers", "withdrawn"),
    [
        (LATER, "Speaker a", "a", True),
        (LATER, "SPEAKER-A", "a", True),
        (DAY, "Speaker a", "a", False),
        (EARLIER, "Speaker a", "a", False),
        (None, "Speaker a", "a", False),
        (LATER, "Speaker b", "a", False),
        (LATER, "Speaker a", "", False),
        (LATER, "Speaker a", "elsewhere", False),
    ],
)
def test_a_later_row_of_the_same_speaker_withdraws_its_own_claim(
    day: date | None, speaker: str, answers: str, withdrawn: bool
) -> None:
    second = claim("b", "qualifies", day, speaker=speaker, answers=answers)
    assert state(claim("a", "asserts"), second) == (NOTHING if withdrawn else (True, ASSERTED, ("a",), ()))


def test_a_reply_by_another_speaker_disputes_and_does_not_withdraw() -> None:
    assert state(claim("a", "asserts"), claim("b", "denies", LATER, answers="a"))[:2] == (None, "disputed")


def test_a_speaker_who_turns_around_now_denies() -> None:
    turned = claim("b", "denies", LATER, speaker="Speaker a", answers="a")
    assert state(claim("a", "asserts"), turned) == (False, DENIED, (), ("b",))


def test_a_claim_that_answers_itself_stands_and_a_circle_of_answers_ends() -> None:
    assert [c.id for c in live([claim("a", "asserts", answers="a")])] == ["a"]
    pair = [
        claim("a", "asserts", DAY, speaker="s", answers="b"),
        claim("b", "asserts", LATER, speaker="s", answers="a"),
    ]
    assert [c.id for c in live(pair)] == ["b"]


def test_the_latest_act_of_the_party_that_decides_settles_the_fact() -> None:
    acts = [
        claim("a", "asserts", DAY, speaker="Office"),
        claim("b", "denies", date(2020, 9, 1), speaker="Office"),
        claim("c", "denies", date(2020, 7, 1), speaker="Somebody else"),
    ]
    step = "act of the party that decides"
    before = (None, "no act of the party that decides", (), ())
    assert state(*acts, by=("office",), as_of=EARLIER) == before
    assert state(*acts, by=("office",), as_of=DAY) == (True, step, ("a",), ())
    assert state(*acts, by=("office",), as_of=date(2020, 8, 31)) == (True, step, ("a",), ())
    assert state(*acts, by=("office",), as_of=date(2020, 9, 1)) == (False, step, (), ("b",))
    assert state(*acts, by=("court",)) == before
    assert state(*acts)[:2] == (None, "disputed")
    assert state(*acts, by=("court", "office"))[0] is False


def test_two_acts_of_one_day_that_differ_settle_nothing_and_equal_ones_do() -> None:
    first, second = claim("a", "asserts", speaker="Office"), claim("b", "denies", speaker="Office")
    assert state(first, second, by=("office",)) == (None, "two acts of one day differ", ("a",), ("b",))
    again = claim("b", "asserts", speaker="Office")
    assert state(first, again, by=("office",))[0] is True
    assert not ClaimBook.of([first, second]).fact("v", "x", ("office",), as_of=AS_OF).disputed


def test_an_act_without_a_day_is_no_act_in_force() -> None:
    assert state(claim("a", "asserts", None, speaker="Office"), by=("office",))[0] is None
    assert state(claim("a", "asserts", None, speaker="Office"))[0] is True


def test_a_deciding_speaker_is_found_by_its_listed_names() -> None:
    names = {"thefederalofficeforinformation": "bsi"}
    said = claim("a", "asserts", speaker="The Federal Office for Information")
    assert ClaimBook.of([said], names).fact("v", "x", ("bsi",), as_of=AS_OF).value is True
    assert ClaimBook.of([said]).fact("v", "x", ("bsi",), as_of=AS_OF).value is None


def test_the_order_of_rows_changes_nothing() -> None:
    rows = [
        claim("a", "asserts"),
        claim("b", "qualifies", LATER, speaker="Speaker a", answers="a"),
        claim("c", "denies"),
    ]
    assert state(*rows) == state(*reversed(rows)) == (False, DENIED, (), ("c",))


def test_a_stored_row_becomes_a_claim() -> None:
    row = {
        "claim_id": "a",
        "vendor_ids": ["v"],
        "speaker": "S",
        "stance": "asserts",
        "fact": None,
        "anonymous": "yes",
        "said_high_on": None,
        "sourced_high_on": DAY,
        "answers_claim_id": None,
        "derived_from": None,
        "reading": "read in part",
    }
    made = claim_of_row(row)
    assert (made.day, made.fact, made.answers, made.anonymous, made.reading) == (DAY, "", "", True, "read in part")
    assert claim_of_row(row | {"said_high_on": EARLIER, "anonymous": "no"}).day == EARLIER
