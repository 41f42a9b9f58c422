"""Competing readings: a published example, laws, matrices out of tables, and what the command prints."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

import provenet
from provenet.case.case import Case
from provenet.cli.ach import ach as command
from provenet.cli.ach import ach_lines
from provenet.core.errors import CaseFault, UsageFault
from provenet.evidence import ach
from provenet.evidence.ach import Item, Matrix, diagnosticity, smallest_sets, stability
from provenet.evidence.claim_records import claim_records
from provenet.evidence.readings import WEIGHTS, MatrixRequest, matrices
from provenet.verbs.answers import AchReport
from support.examples import examples
from unit.evidence.claim_tables import RENAMED, claim, day, tables

AS_OF = day("2024-01-01")

# Heuer, Psychology of Intelligence Analysis, chapter 8: will Iraq retaliate for the bombing of its intelligence
# headquarters (1993)? H1 no, H2 minor actions, H3 a major attack; his plus is C, his minus I. He made the example up.
# US Army TC 2-33.4 (2009), which reprints it, reads it as H2 first, then H3, then H1.
HEUER = {
    "E1 public statement of intention not to retaliate": ("C", "C", "C"),
    "E2 no offensive during the 1991 war": ("C", "C", "I"),
    "E3 would not want to provoke another war": ("C", "C", "I"),
    "E4 more agent radio broadcasts": ("I", "C", "C"),
    "E5 embassies told to take precautions": ("I", "C", "C"),
    "E6 not to retaliate would lose face": ("I", "C", "C"),
}


def matrix(rows: Mapping[str, Sequence[str | None]], readings: Sequence[str] = ("H1", "H2", "H3"), **more: object):
    return Matrix.of(readings, [Item(name, tuple(marks)) for name, marks in rows.items()], **more)


def short(name: str) -> str:
    return name[:2]


def test_heuers_example_scores_and_ranks_as_published() -> None:
    table = matrix(HEUER)
    assert table.scores() == {"H1": 3, "H2": 0, "H3": 2}
    assert table.ranks() == {"H1": 3, "H2": 1, "H3": 2}
    assert table.order() == [["H2"], ["H3"], ["H1"]]
    told = {short(name): diagnosticity(marks) for name, marks in HEUER.items()}
    assert told["E1"] == 0
    assert {name for name, value in told.items() if value == pytest.approx(8 / 9)} == {"E2", "E3", "E4", "E5", "E6"}


def test_what_heuers_example_hangs_on() -> None:
    found = stability(matrix(HEUER))
    changes = {short(one["claim_id"]): (one["changes"], one["order"]) for one in found["items"]}
    stands, tie = [["H2"], ["H3"], ["H1"]], [["H2"], ["H1", "H3"]]
    assert changes == {
        **dict.fromkeys(("E1", "E2", "E3"), (None, stands)),
        **dict.fromkeys(("E4", "E5", "E6"), ("order", tie)),
    }
    assert [([short(c) for c in one["claims"]], one["first"]) for one in found["smallest"]] == [
        (["E2", "E3"], ["H2", "H3"]),
        (["E4", "E5", "E6"], ["H1", "H2"]),
    ]
    assert (found["smallest_count"], found["searched_up_to"], found["own_word"]) == (2, 3, None)


def test_ties_stay_ties_whatever_the_fractions() -> None:
    tenths = matrix({f"a{n}": ("I", "N") for n in range(3)} | {"b": ("N", "II")}, "XY", points={"I": 0.1, "II": 0.3})
    assert tenths.order() == [["X", "Y"]], "three times 0.1 is 0.3 as written, whatever binary fractions make of it"
    halves = matrix({"a": ("I", "N"), "b": ("I", "N"), "c": ("N", "II")}, "XY", points={"I": 0.1, "II": 0.2})
    assert (halves.order(), halves.ranks()) == ([["X", "Y"]], {"X": 1, "Y": 1})
    third = matrix({"a": ("N", "I", "N", "II")}, "WXYZ")
    assert third.ranks() == {"W": 1, "X": 3, "Y": 1, "Z": 4}


def test_relays_fall_with_their_origin_and_stay_without_a_relayed_claim() -> None:
    items = [
        Item("a", ("I", "C"), frozenset({"a"})),
        Item("b", ("I", "C"), frozenset({"a"})),
        Item("c", ("I", "C"), frozenset({"a", "wire"})),
        Item("d", ("C", "II"), frozenset({"d"}), own_word=True),
    ]
    found = stability(Matrix.of("XY", items), lambda root: root == "wire")
    assert found["items"][0] == {"claim_id": "a", "changes": "first place", "order": [["X", "Y"]]}
    assert found["origins"] == [
        {
            "origin": "a", "anonymous": False, "falls": ["a", "b", "c"], "also_on": {"c": ["wire"]},
            "changes": "first place", "order": [["X"], ["Y"]],
        },
        {"origin": "d", "anonymous": False, "falls": ["d"], "also_on": {}, "changes": None, "order": [["Y"], ["X"]]},
        {
            "origin": "wire", "anonymous": True, "falls": ["c"], "also_on": {"c": ["a"]}, "changes": "first place",
            "order": [["X", "Y"]],
        },
    ]  # fmt: skip
    assert found["own_word"] == {"claims": ["d"], "changes": None, "order": [["Y"], ["X"]]}
    assert found["by_origin"] == {"changes": "first place", "order": [["X", "Y"]]}


def test_an_empty_matrix_is_one_tie_and_hangs_on_nothing() -> None:
    found = stability(matrix({}))
    assert (found["items"], found["origins"], found["smallest"], found["smallest_count"]) == ([], [], [], 0)
    assert matrix({}).order() == [["H1", "H2", "H3"]]
    assert Matrix.of([], []).order() == []


def test_sizes_that_would_take_too_long_are_said_not_to_be_searched(monkeypatch) -> None:
    words = ("N", "I", "II")
    rows = {f"c{n}": ("N", words[n % 3], words[n // 3]) for n in range(1, 9)}
    rows |= {f"d{n}": ("II", "N", "N") for n in range(4)}
    rows |= {f"e{n}": ("N", *(("I", "N") if n % 2 else ("N", "I"))) for n in range(4)}
    table = matrix(rows)
    assert table.scores() == {"H1": 8, "H2": 11, "H3": 11}
    monkeypatch.setattr(ach, "MOST_SETS", 1000)
    every = smallest_sets(table)
    assert every["searched_up_to"] == 3
    sizes = [len(one["claims"]) for one in every["smallest"]]
    assert set(sizes) == {2, 3}, "one claim adds 2 at most, and the first is 3 ahead"
    monkeypatch.setattr(ach, "MOST_TRIED", 45)
    pairs = smallest_sets(table)
    assert (pairs["searched_up_to"], pairs["smallest_count"]) == (2, sizes.count(2))
    monkeypatch.setattr(ach, "MOST_TRIED", 44)
    assert smallest_sets(table) == {"smallest": [], "smallest_count": 0, "searched_up_to": 1}


@pytest.mark.parametrize(
    ("points", "told"),
    [
        ({"C": 1}, "ach: only I and II add to a score; found points for 'C'."),
        ({"I": -1}, "ach: points of I are a number of 0 or more; found -1."),
        ({"II": float("nan")}, "ach: points of II are a number of 0 or more; found nan."),
        ({"II": 0.5}, "ach: II cannot count less than I; found I=1 and II=0.5."),
    ],
)
def test_points_that_cannot_be_points_are_refused(points: Mapping[str, float], told: str) -> None:
    with pytest.raises(UsageFault) as caught:
        matrix(HEUER, points=points)
    assert str(caught.value) == told


cells = st.sampled_from(["CC", "C", "N", "I", "II", None])
items = st.lists(
    st.tuples(st.lists(cells, min_size=3, max_size=3), st.sampled_from(["o1", "o2", "o3"]), st.booleans()), max_size=6
).map(lambda rows: [Item(f"c{n}", tuple(m), frozenset({o}), own) for n, (m, o, own) in enumerate(rows)])


@settings(max_examples=examples(100), deadline=None)
@given(items, st.permutations(range(6)))
def test_the_order_of_claims_and_claims_that_are_neutral_everywhere_change_nothing(made, order) -> None:
    base = Matrix.of("XYZ", made)
    mixed = Matrix.of("XYZ", [made[at] for at in order if at < len(made)])
    assert stability(mixed) == stability(base)
    more = Matrix.of("XYZ", [*made, Item("neutral", ("N", "N", "N"))])
    assert (more.scores(), more.ranks(), more.order_by_origin()) == (
        base.scores(),
        base.ranks(),
        base.order_by_origin(),
    )
    assert (smallest_sets(more), diagnosticity("NNN")) == (smallest_sets(base), 0)
    kept = [one for one in stability(more)["items"] if one["claim_id"] != "neutral"]
    assert kept == stability(base)["items"]


@settings(max_examples=examples(100), deadline=None)
@given(items)
def test_readings_renamed_rename_the_answer_and_no_more(made) -> None:
    new = dict(zip("XYZ", "PQR", strict=True))
    base, other = Matrix.of("XYZ", made), Matrix.of("PQR", made)
    assert json.loads(json.dumps(stability(base)).translate(str.maketrans(new))) == stability(other)


@settings(max_examples=examples(100), deadline=None)
@given(items.filter(bool), st.integers(1, 4))
def test_more_relays_of_an_origin_change_no_order_under_origins(made, count) -> None:
    first = made[0]
    relays = [Item(f"relay{n}", first.marks, first.origins) for n in range(count)]
    base, more = stability(Matrix.of("XYZ", made)), stability(Matrix.of("XYZ", [*made, *relays]))
    without = {one["origin"]: one["order"] for one in base["origins"]}
    then = {one["origin"]: one["order"] for one in more["origins"]}
    own = next(iter(first.origins))
    assert then[own] == without[own]
    assert more["by_origin"]["order"] == base["by_origin"]["order"]


def one(claims, fact: str | None = "f", rows: Mapping[str, object] | None = None, **asked: object):
    made = matrices(tables(claims, **(rows or {})), MatrixRequest("huawei", AS_OF, fact=fact, **asked))
    return made[0] if fact else made


BOTH = [
    claim("A", "asserts"),
    claim("B", "denies", "2020-02-01", speaker="Huawei (a board member)", answers_claim_id="A"),
    claim("C", "denies", "2020-03-01", derived_from="B"),
    claim("Q", "qualifies", "2020-04-01"),
    claim("Z", "asserts", "2020-05-01", vendor_ids=["zte"]),
    claim("OLD", "asserts", "2019-01-01", speaker="Paper"),
    claim("GONE", "qualifies", "2019-02-01", speaker="Paper", answers_claim_id="OLD", fact=None),
    claim("UNREAD", "denies", reading="not read"),
]


def test_without_readings_of_an_analyst_the_stance_of_each_claim_marks_two() -> None:
    made = one(BOTH)
    assert made["readings"] == [
        {"id": "holds", "says": "f holds", "score": 2, "rank": 2, "unmarked": 0},
        {"id": "does not hold", "says": "f does not hold", "score": 1, "rank": 1, "unmarked": 0},
    ]
    assert {c["claim_id"]: tuple(c["marks"].values()) for c in made["claims"]} == {
        "A": ("C", "I"),
        "B": ("I", "C"),
        "C": ("I", "C"),
        "Q": ("N", "N"),
    }
    assert {c["claim_id"]: c["diagnosticity"] for c in made["claims"]} == {"A": 1, "B": 1, "C": 1, "Q": 0}
    assert {c["claim_id"]: (c["own_word"], c["origin"]) for c in made["claims"]} == {
        "A": (False, ["A"]),
        "B": (True, ["B"]),
        "C": (False, ["B"]),
        "Q": (False, ["Q"]),
    }
    assert (made["marks_by"], made["for_a_rule"]) == ("the stance of each claim", {"value": None, "step": "disputed"})
    assert [(left["claim_id"], left["standing"]) for left in made["left_out"]] == [
        ("OLD", "withdrawn"),
        ("UNREAD", "not read"),
    ]
    assert made["stability"]["by_origin"] == {"changes": "first place", "order": [["does not hold", "holds"]]}
    records = {record["claim_id"]: record for record in claim_records(tables(BOTH), AS_OF)}
    assert [c["standing"] for c in made["claims"]] == [records[name] for name in "ABCQ"]


@pytest.mark.parametrize(
    ("speaker", "kind", "own"),
    [
        ("Huawei", None, True),
        ("HUAWEI (a board member)", "press", True),
        ("Hua-Wei Technologies", None, True),
        ("Huawei, citing a law firm", "vendor", True),
        ("Huawei, citing a law firm", "press", False),
        ("Huaweisoft", "vendor", False),
        ("ZTE", "vendor", False),
    ],
)
def test_the_subjects_own_word_is_told_by_who_speaks(speaker: str, kind: str | None, own: bool) -> None:
    alias = [{"party_id": "huawei", "scheme": "name", "value": "Huawei Technologies"}]
    made = one([claim("A", speaker=speaker, speaker_kind=kind)], rows={"identifier": alias})
    assert made["claims"][0]["own_word"] is own


def test_a_renamed_vendor_is_asked_for_by_either_name() -> None:
    rows = [claim("A"), claim("B", "denies", vendor_ids=["acme"], speaker="Huawei"), claim("Z", vendor_ids=["zte"])]
    given = {"succession": [RENAMED], "hypothesis": [READINGS[0] | {"vendor_id": "acme"}]}
    assert [c["claim_id"] for c in one(rows)["claims"]] == ["A"]
    for name in ("huawei", "acme"):
        request = MatrixRequest(name, AS_OF, fact="f")
        made = matrices(tables(rows, succession=[RENAMED]), request)[0]
        assert [(c["claim_id"], c["own_word"]) for c in made["claims"]] == [("A", False), ("B", True)]
        assert made["vendor"] == name
        assert [r["id"] for r in matrices(tables(rows, **given), request)[0]["readings"]] == ["H1"]


def test_only_what_was_known_on_the_day_counts() -> None:
    made = one(BOTH, known=day("2020-01-31"))
    assert [c["claim_id"] for c in made["claims"]] == ["A"]
    assert made["order"] == [["holds"], ["does not hold"]]
    chain = [claim("A", said="2021-01-01", derived_from="a wire"), claim("B", said="2020-01-01", derived_from="A")]
    assert one(chain)["claims"][1]["origin"] == ["a wire"]
    assert one(chain, known=day("2020-06-01"))["claims"][0]["origin"] == ["A"]
    assert {left["claim_id"]: left["standing"] for left in made["left_out"]} == {
        **dict.fromkeys("BCQ", "not yet known"),
        "OLD": "withdrawn",
        "UNREAD": "not read",
    }


def test_one_matrix_per_fact_in_order_and_other_vendors_are_left_alone() -> None:
    rows = [claim("A", fact="b_fact"), claim("B", fact="a_fact"), claim("C", fact="A-Fact"), claim("D", fact=None)]
    rows.append(claim("E", fact="c_fact", vendor_ids=["zte"]))
    assert [(made["fact"], len(made["claims"])) for made in one(rows, None)] == [("a_fact", 2), ("b_fact", 1)]


READINGS = [
    {"hypothesis_id": "H1", "vendor_id": "huawei", "fact": "F", "says": "On purpose"},
    {"hypothesis_id": "H2", "vendor_id": None, "fact": "f", "says": "By mistake"},
    {"hypothesis_id": "H3", "vendor_id": "zte", "fact": "f", "says": "Of another vendor"},
    {"hypothesis_id": "H9", "vendor_id": "huawei", "fact": None, "says": "Something else"},
]


def mark(reading: str, claim_id: str, word: str, by: str | None = "Ann") -> dict[str, object]:
    return {"hypothesis_id": reading, "claim_id": claim_id, "mark": word, "marked_by": by}


def test_readings_and_marks_of_an_analyst_take_the_place_of_the_plain_two() -> None:
    marks = [
        mark("H1", "A", "CC"),
        mark("H2", "A", "II"),
        mark("H1", "B", "I"),
        mark("H2", "Z", "I"),
        mark("H2", "OLD", "I"),
        mark("H2", "NOWHERE", "I"),
        mark("H9", "GONE", "I"),
    ]
    made = one(BOTH, rows={"hypothesis": READINGS, "mark": marks})
    assert [(r["id"], r["says"], r["score"], r["rank"], r["unmarked"]) for r in made["readings"]] == [
        ("H1", "On purpose", 1, 1, 3),
        ("H2", "By mistake", 3, 2, 3),
    ]
    assert {c["claim_id"]: (tuple(c["marks"].values()), c["diagnosticity"]) for c in made["claims"]} == {
        "A": (("CC", "II"), 4),
        "B": (("I", None), None),
        "C": ((None, None), None),
        "Q": ((None, None), None),
        "Z": ((None, "I"), None),
    }
    assert made["marks_by"] == "Ann"
    assert [left["claim_id"] for left in made["left_out"]] == ["OLD", "UNREAD", "NOWHERE"]
    both = one(BOTH, None, {"hypothesis": READINGS, "mark": marks})
    assert [(m["fact"], [r["id"] for r in m["readings"]]) for m in both] == [(None, ["H9"]), ("f", ["H1", "H2"])]
    assert (both[0]["for_a_rule"], [c["claim_id"] for c in both[0]["claims"]]) == (None, ["GONE"])


def test_hypotheses_only_never_falls_back_on_the_plain_two() -> None:
    with pytest.raises(UsageFault) as caught:
        one(BOTH, hypotheses_only=True)
    assert str(caught.value) == "ach: the case holds no reading by an analyst about huawei. Add a table hypothesis."
    assert len(one(BOTH, None, {"hypothesis": READINGS}, hypotheses_only=True)) == 2


def test_two_hands_that_differ_are_not_chosen_between() -> None:
    rows = {"hypothesis": READINGS, "mark": [mark("H1", "A", "C"), mark("H1", "A", "I", "Bob"), mark("H1", "B", "I")]}
    with pytest.raises(UsageFault) as caught:
        one(BOTH, rows=rows)
    assert str(caught.value) == (
        "ach: the claim A carries two marks for the reading H1; found C by Ann and I by Bob, expected one. "
        "Name one analyst with --marked-by."
    )
    assert one(BOTH, rows=rows, marked_by="bob")["claims"][0]["marks"] == {"H1": "I", "H2": None}
    with pytest.raises(UsageFault) as nobody:
        one(BOTH, rows=rows, marked_by="Bobby")
    assert str(nobody.value) == "--marked-by: no analyst of this name set a mark; found 'Bobby'. Nearest: Bob."
    same = {"hypothesis": READINGS, "mark": [mark("H1", "A", "C", None), mark("H1", "A", "I", None)]}
    with pytest.raises(CaseFault) as twice:
        one(BOTH, rows=same)
    assert str(twice.value) == (
        "ach: the claim A carries two marks for the reading H1; found C by a hand that is not named and "
        "I by a hand that is not named, expected one. Correct the file and add it to a new case."
    )
    assert one(BOTH, rows={"hypothesis": READINGS, "mark": [mark("H1", "A", "C")] * 2})["marks_by"] == "Ann"


def test_a_fact_or_vendor_nobody_speaks_of_is_told_with_what_there_is() -> None:
    with pytest.raises(UsageFault) as caught:
        one(BOTH, "g")
    assert str(caught.value) == (
        "ach: no claim about huawei and no reading bears on this fact; found 'g', expected one of f."
    )
    with pytest.raises(UsageFault) as nothing:
        one([claim("D", fact=None)], None)
    assert str(nothing.value) == ("ach: the case holds no claim on a fact about huawei, and no reading by an analyst.")
    with pytest.raises(UsageFault) as weight:
        one(BOTH, weight="colour")
    assert str(weight.value) == ("ach: no such weight; found 'colour', expected one of none, reliability, credibility.")


def test_grades_enter_only_when_asked_for_and_are_printed_beside() -> None:
    rows = [
        claim("A", "asserts", reliability="a", credibility="5"),
        claim("B", "denies", reliability="E", credibility="1"),
        claim("C", "denies"),
        claim("D", "denies", reliability="f"),
    ]
    plain = one(rows)
    assert plain["weights"] == {"by": "none", "points": {"I": 1, "II": 2}, "grades": {}, "not_graded": 0}
    assert [r["score"] for r in plain["readings"]] == [3, 1]
    graded = one(rows, weight="reliability")
    assert [r["score"] for r in graded["readings"]] == [2.5, 1.5]
    assert [c["weight"] for c in graded["claims"]] == [1.5, 0.5, 1, 1]
    assert graded["weights"] == {
        "by": "reliability",
        "points": {"I": 1, "II": 2},
        "grades": WEIGHTS["reliability"],
        "not_graded": 1,
    }
    assert [r["score"] for r in one(rows, weight="credibility")["readings"]] == [3.5, 0.5]
    heavier = one(rows, points={"I": 3, "II": 3})
    assert ([r["score"] for r in heavier["readings"]], heavier["weights"]["points"]) == ([9, 3], {"I": 3, "II": 3})


FILES = {
    "party.csv": "party_id,name,role,country\nacme,Acme,vendor,DE\n",
    "claim.csv": (
        "claim_id,vendor_ids,topic,speaker,stance,said,paraphrase,answers_claim_id,fact,derived_from\n"
        "C-1,Acme,access,A paper,asserts,2020-01-01,Says so,,left_open,\n"
        "C-2,Acme,access,Acme,denies,2020-02-01,Says no,C-1,left_open,\n"
        "C-3,Acme,access,A wire,asserts,2020-01-02,Says so,,left_open,C-1\n"
    ),
    "hypothesis.csv": (
        "hypothesis_id,vendor_id,fact,says\n"
        "H1,Acme,left_open,Left open on purpose\n"
        "H2,Acme,left_open,Left open by mistake\n"
    ),
    "mark.csv": (
        "hypothesis_id,claim_id,mark,marked_by\nH1,C-1,C,Ann\nH2,C-1,C,Ann\nH1,C-2,ii,Ann\nH2,C-2,I,Ann\nH1,C-3,N,Ann\n"
    ),
}


@pytest.fixture
def case(tmp_path: Path, new_case: Callable[..., Case]) -> Path:
    new_case(tmp_path / "case")
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    added = provenet.add(tmp_path / "case", [tmp_path / name for name in FILES])
    assert [fault.sentence() for fault in added.faults] == []
    assert {file.name: file.layout for file in added.files} == {name: name.removesuffix(".csv") for name in FILES}
    return tmp_path / "case"


LINES = """\
Acme on 2024-01-01, by all that the case holds:

left_open: 3 claims, marked by Ann; I counts 1, II counts 2, each claim as one

  place  against  not marked  id  reading
  1      1        1           H2  Left open by mistake
  2      2        0           H1  Left open on purpose

  claim  H1  H2  tells apart  said        stance   origin  speaker
  C-1    C   C   0            2020-01-01  asserts  itself  A paper
  C-2 *  II  I   0.25         2020-02-01  denies   itself  Acme
  C-3    N   -   -            2020-01-02  asserts  C-1     A wire
  * the subject's own word
  A rule that leaves this fact to claims reads: disputed. Counts of claims never change that.

  Order: H2, then H1
    without C-2: changes the first place: a tie of H1 and H2
    without the origin C-2: changes the first place: a tie of H1 and H2; falls: C-2
    without the subject's own word: changes the first place: a tie of H1 and H2
    claims of the same origins counted once: the order stands
    smallest sets (up to 3) whose removal changes the first place: 1
      then first is a tie of H1 and H2:
        C-2

What stands first has least against it among the claims on record. That says how claims sit with readings, not \
which reading is so: what speaks for a reading adds nothing, a mark is a judgement, and a reading that nobody \
wrote down is not here."""


def test_files_of_an_analyst_enter_and_the_matrix_is_printed(case: Path) -> None:
    before = sorted(path.relative_to(case) for path in case.rglob("*"))
    found = provenet.ach(case, "acme", as_of=AS_OF)
    assert "\n".join(ach_lines(found)) == LINES
    assert sorted(path.relative_to(case) for path in case.rglob("*")) == before, "ach writes nothing"


def test_json_of_one_fact_is_the_matrix_itself_and_of_all_a_list(case: Path) -> None:
    words = [str(case), "Acme", "--as-of", "2024-01-01", "--json"]
    ran = CliRunner().invoke(command, [*words, "--fact", "Left-Open"], standalone_mode=False)
    assert ran.exception is None
    told = json.loads(ran.output)
    assert list(told) == [
        *("vendor", "vendor_name", "fact", "as_of", "known_on", "readings", "marks_by", "order", "for_a_rule"),
        *("claims", "left_out", "stability", "weights"),
    ]
    assert (told["vendor"], told["vendor_name"], told["fact"], told["as_of"]) == (
        "acme",
        "Acme",
        "left_open",
        "2024-01-01",
    )
    ran = CliRunner().invoke(command, words, standalone_mode=False)
    every = json.loads(ran.output)
    assert list(every) == ["vendor", "vendor_name", "fact", "as_of", "known_on", "matrices"]
    head = {name: told[name] for name in ("readings", "claims", "stability", "weights", "left_out")}
    assert (every["fact"], len(every["matrices"])) == (None, 1)
    assert {name: every["matrices"][0][name] for name in head} == head


def test_a_group_has_the_matrices_of_each_member_and_names_who_has_none(case: Path, tmp_path: Path) -> None:
    (tmp_path / "more.csv").write_text("party_id,name,role,country\nbolt,Bolt,vendor,DE\n", encoding="utf-8")
    provenet.add(case, [tmp_path / "more.csv"])
    found = provenet.ach(case, "seat:DE", as_of=AS_OF)
    (alone,) = provenet.ach(case, "acme", as_of=AS_OF).matrices
    assert [matrix for matrix in found.matrices if matrix["vendor"] == "acme"] == [{"vendor": "acme", **alone}]
    told = found.as_dict()
    assert (told["vendor"], told["fact"]) == ("seat:DE", None)
    members = {one["vendor"]: one["because"] for one in found.members}
    assert members["acme"] is None
    assert members["bolt"] == "the case holds no claim on a fact about bolt, and no reading by an analyst."
    lines = list(ach_lines(found))
    assert "Acme:" in lines and f"Bolt: {members['bolt']}" in lines
    with pytest.raises(UsageFault, match="no vendor with its seat"):
        provenet.ach(case, "seat:QQ", as_of=AS_OF)


def test_a_vendor_nobody_knows_is_told_with_the_nearest(case: Path) -> None:
    with pytest.raises(UsageFault) as caught:
        provenet.ach(case, "Acmee", as_of=AS_OF)
    assert str(caught.value) == (
        "ach: the case has no party of this name; found 'Acmee'. Nearest: Acme. Score 0.80 (1 letter off)."
    )


def test_a_mark_that_is_no_mark_is_refused_at_the_door(case: Path, tmp_path: Path) -> None:
    bad = tmp_path / "marks.csv"
    bad.write_text("hypothesis_id,claim_id,mark\nH1,C-1,III\nH1,,C\n", encoding="utf-8")
    added = provenet.add(case, [bad])
    assert [fault.sentence() for fault in added.faults] == [
        "marks.csv row 2, mark: no such word; found 'III', expected one of CC, C, N, I, II. Nearest: II.",
        "marks.csv row 3, claim_id: the cell is empty; expected the claim.",
    ]


def test_lines_tell_ties_weights_withdrawals_and_many_sets() -> None:
    rows = [claim(f"A{n}", "asserts", reliability="e") for n in range(3)]
    rows += [claim(f"D{n}", "denies", derived_from=f"D0|a wire of {n}") for n in range(3)] + BOTH[5:7]
    made = one(rows, weight="reliability")
    told = list(ach_lines(AchReport("huawei", "Huawei", "f", AS_OF, date(2023, 1, 1), (made,))))
    assert told[0] == "Huawei on 2024-01-01, by what was known on 2023-01-01:"
    grades = "a 1.5, b 1.25, c 1, d 0.75, e 0.5, f 1"
    assert f"I counts 1, II counts 2, times reliability ({grades}; 3 claims not graded 1)" in told[2]
    assert "  left out: OLD, withdrawn by GONE on 2019-02-01" in told
    assert "      D1 rests also on a wire of 1" in told
    tie = list(ach_lines(AchReport("huawei", "Huawei", "f", AS_OF, None, (one(rows),))))
    assert [line.split()[:2] for line in tie[5:7]] == [["1", "(tie)"], ["1", "(tie)"]]
    assert "    smallest sets (up to 3) whose removal changes the first place: 6" in tie
