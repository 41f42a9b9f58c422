"""Packs too hard to check: what is not decided is reported, hides nothing else, and is never answered *clear*."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from provenet.case.check import chosen, look
from provenet.core.errors import FaultList
from provenet.evidence.rule_checks import rule_checks
from provenet.policy import logic
from provenet.policy.answers import answer
from provenet.policy.logic import review_pack
from provenet.policy.pack import Pack, parse_pack
from provenet.policy.packs import Packs, load_packs
from provenet.policy.terms import Profile
from unit.case.check_rows import made, rows_of
from unit.policy.hard_packs import declared, hard_or_easy

DAY = date(2026, 11, 25)
STEPS = 2_000
"""Enough to exceed the budget in a moment; the slow tests use the real one."""
EASY_CLASH = "".join(
    f"  - {{id: {name}, effect: {effect}, rank: 3, when: {{layer: a}}}}\n"
    for name, effect in (("E1", "permit"), ("E2", "prohibit"))
)


@pytest.fixture(autouse=True)
def few_steps(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(logic, "QUICK_STEPS", 200)
    monkeypatch.setattr(logic, "MOST_STEPS", STEPS)
    yield


def parsed(text: str) -> Pack:
    faults = FaultList()
    pack = parse_pack("hard.yml", text.encode(), faults)
    assert pack is not None, [fault.sentence() for fault in faults.faults]
    return pack


def test_what_is_not_decided_is_reported_and_is_no_fault() -> None:
    review = review_pack(parsed(hard_or_easy()))
    assert review.faults == []
    assert [question.says() for question in review.undecided] == [
        "whether rule R0 can hold",
        "whether rule R1 can hold",
        "whether rules R0 and R1, which rank equal and disagree, can hold together",
    ]


def test_whether_a_higher_rule_always_holds_may_be_undecided() -> None:
    low, high = hard_or_easy().replace("id: R1,", "id: R1, rank: 1,").splitlines()[-2:]
    assert "rank: 1" in high
    review = review_pack(parsed(f"pack: hard\nrules:\n{low}\n{high}\n"))
    assert "whether rule R1 of higher rank always holds with rule R0" in [one.says() for one in review.undecided]


@pytest.mark.parametrize("first", [True, False])
def test_a_hard_question_hides_no_easy_one(first: bool) -> None:
    """Every question is tried quickly before any is tried long."""
    hard = hard_or_easy()
    text = hard + EASY_CLASH if first else hard.replace("rules:\n", f"rules:\n{EASY_CLASH}")
    review = review_pack(parsed(text))
    assert [fault.says for fault in review.faults] == ["rules E1 and E2 can hold together, rank equal and disagree"]
    assert len(review.undecided) == 3


def test_more_steps_decide(monkeypatch: pytest.MonkeyPatch) -> None:
    """A question that the quick try leaves open is tried again, and its fault found."""
    monkeypatch.setattr(logic, "MOST_STEPS", 30_000)
    review = review_pack(parsed(hard_or_easy(holes=2)))
    assert review.undecided == []
    assert [fault.says for fault in review.faults] == ["rules R0 and R1 can hold together, rank equal and disagree"]


def test_all_hard_questions_of_a_pack_share_a_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logic, "MOST_STEPS", 30_000)
    monkeypatch.setattr(logic, "HARD_STEPS", 0)
    assert len(review_pack(parsed(hard_or_easy(holes=2))).undecided) == 3


def test_loading_says_so(tmp_path: Path) -> None:
    (tmp_path / "hard.yml").write_text(declared(hard_or_easy()), encoding="utf-8")
    packs = load_packs([tmp_path])
    assert packs.notes == [
        "The pack hard was not checked whole. Not decided within 2,000 steps: whether rule R0 can hold, and 2 more. "
        "Where two such rules do hold together, the answer is undetermined."
    ]
    assert {name: len(questions) for name, questions in packs.undecided.items() if questions} == {"hard": 3}


@pytest.mark.parametrize(("count", "more"), [(1, ""), (2, ", and 1 more")])
def test_the_note_names_one_question_and_counts_the_rest(tmp_path: Path, count: int, more: str) -> None:
    """Two hard rules that never disagree leave two questions: whether each can hold."""
    lines = hard_or_easy().replace("prohibit", "permit").splitlines(keepends=True)
    (tmp_path / "hard.yml").write_text(declared("".join(lines[: 2 + count])), encoding="utf-8")
    packs = load_packs([tmp_path])
    assert len(packs.undecided["hard"]) == count
    assert packs.notes == [
        "The pack hard was not checked whole. Not decided within 2,000 steps: whether rule R0 can hold"
        f"{more}. Where two such rules do hold together, the answer is undetermined."
    ]


def test_check_says_so_for_a_policy_that_was_screened(tmp_path: Path) -> None:
    (tmp_path / "hard.yml").write_text(declared(hard_or_easy()), encoding="utf-8")
    packs = load_packs([tmp_path])
    menu = chosen(rule_checks(lambda: packs), ["undecided-rule"])
    verdicts = [made("verdict", key, pack=key, as_of_on=DAY) for key in ("hard", "R0", "uk-direction-2022")]
    found = look(rows_of({"verdict": verdicts}), menu).findings
    assert [(one["severity"], one["place"], one["says"]) for one in found] == [
        (
            "warning",
            "rule R0 of hard (hard.yml line 3)",
            "Not decided within 2,000 steps: whether rules R0 and R1, which rank equal and disagree, can hold "
            "together.",
        ),
        ("warning", "rule R0 of hard (hard.yml line 3)", "Not decided within 2,000 steps: whether rule R0 can hold."),
        ("warning", "rule R1 of hard (hard.yml line 4)", "Not decided within 2,000 steps: whether rule R1 can hold."),
    ]
    assert str(found[0]["repair"]).startswith("Simplify R0 and R1 or give them different ranks;")
    assert look(rows_of({"verdict": verdicts[2:]}), menu).findings == []


def packs_of(text: str) -> Packs:
    made = Packs()
    made.index([parsed(text)])
    return made


@pytest.mark.parametrize(
    ("x", "outcome", "reason"),
    [
        (True, "undetermined", "Rules of one rank hold together and disagree: R0 says clear, R1 says restricted."),
        (None, "undetermined", None),
    ],
)
def test_a_clash_that_was_not_found_is_never_answered_clear(x: bool | None, outcome: str, reason: str | None) -> None:
    selection = packs_of(hard_or_easy()).find("hard")
    assert selection is not None
    found = answer(selection, Profile(fact=lambda key, _by: x if key == "x" else None), DAY)
    assert found.outcome == outcome
    assert found.if_settled == ("clear", "restricted")
    if reason is not None:
        assert (found.reason, found.rule.id if found.rule else None, found.open_tests) == (reason, "R0", ())


def test_a_clash_below_an_open_rule_names_what_would_settle_it() -> None:
    rules = (
        "  - {id: TOP, effect: condition, rank: 5, when: {fact: y}}\n"
        "  - {id: A, effect: permit, when: {fact: x}}\n"
        "  - {id: B, effect: prohibit, when: {fact: x}}\n"
        "  - {id: C, effect: prohibit, when: {fact: x}}\n"
    )
    selection = packs_of(f"pack: p\nrules:\n{rules}").find("p")
    assert selection is not None

    def asked(y: bool | None) -> tuple[object, ...]:
        found = answer(selection, Profile(fact=lambda key, _by: True if key == "x" else y), DAY)
        return found.outcome, found.reason, found.rule and found.rule.id, found.open_tests, found.if_settled

    says = "Rules of one rank hold together and disagree: A says clear, B says restricted."
    assert asked(None) == ("undetermined", says, "A", ("fact: y",), ("clear", "conditional", "restricted"))
    assert asked(False) == ("undetermined", says, "A", (), ("clear", "restricted"))
    assert asked(True)[0] == "conditional"
