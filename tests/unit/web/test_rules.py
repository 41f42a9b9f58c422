"""The pages of rules: packs, two sides compared, worked cases, and a pack edited. Worked by hand on a small case."""

import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from provenet.case.case import Case
from provenet.core.errors import UsageFault
from provenet.web.page import Html
from provenet.web.pages.rules import LARGEST_TEXT, PAGE, PackQuestion, RulesQuestion
from provenet.web.reading import NotFound
from unit.web.claim_case import DAY, POLICY, claim_case, visited

PACK = f"""pack: my-pack
issuer: de-bmi
title: A pack of one rule
source: A paper <https://example.org>
force: law
default: clear
jurisdiction: DE
rules:
  - id: MY-RULE
    effect: prohibit
    rank: 10
    when:
      fact: home_state_can_compel
    in_force: [{DAY}, null]
    source: A paper
    citation: paragraph 1
    says: A rule.
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return claim_case(tmp_path_factory.mktemp("rules") / "case")


def text_of(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def compared(folder: Path, public: bool = False, **asked: Any) -> Any:
    reply, _ = visited(folder, PAGE, "/rules", RulesQuestion(**asked), public=public)
    assert isinstance(reply, Html)
    return reply.words["comparison"]


def test_every_pack_is_listed_with_its_rules_in_force(folder: Path) -> None:
    page = visited(folder, PAGE, "/rules", RulesQuestion(as_of="2018-11-23"))[1]
    row = page.partition(f'href="/rules/{POLICY}"')[2].partition("</tr>")[0]
    assert "none of 1" in row and "9 October 2019" in row
    assert "1 of 1" in visited(folder, PAGE, "/rules")[1].partition(f'href="/rules/{POLICY}"')[2].partition("</tr>")[0]


def test_two_days_of_one_policy(folder: Path) -> None:
    """On 23 November 2018 no rule was in force: clear. Today Acme is disputed and of Bolt a claim stands undenied."""
    found = compared(folder, left=POLICY, as_of=str(DAY), vs="2018-11-23")
    assert found["left"]["is_stored"] and not found["right"]["is_stored"]
    assert (found["left"]["in_force"], found["right"]["in_force"]) == (1, 0)
    assert found["differing"] == found["questions"] > 0
    rows = {row["all_vendors"]: row for row in found["rows"]}
    assert {name: [one["outcome"] for one in row["left"]] for name, row in rows.items()} == {
        "Acme": ["undetermined"],
        "Bolt": ["conditional"],
    }
    assert all([one["outcome"] for one in row["right"]] == ["clear"] for row in rows.values())
    assert "was in force on 2018-11-23" in rows["Bolt"]["right"][0]["reason"]
    assert [(one["fact"], one["value"]) for one in rows["Bolt"]["left"][0]["facts"]] == [
        ("home_state_can_compel", "yes")
    ]
    assert [(one["fact"], one["value"]) for one in rows["Acme"]["left"][0]["facts"]] == [
        ("home_state_can_compel", "disputed")
    ]
    assert rows["Acme"]["left"][0]["to"].startswith("/figure/verdict-") and rows["Acme"]["right"][0]["to"] == ""


def test_two_policies_of_one_day(folder: Path) -> None:
    found = compared(folder, left=POLICY, right="us-covered-list", as_of=str(DAY))
    assert found["right"]["title"] == "US Covered List (FCC)"
    page = visited(folder, PAGE, "/rules", RulesQuestion(left=POLICY, right="us-covered-list"), public=False)[1]
    assert f"{found['differing']} of {found['questions']} questions are answered differently." in page


def test_strangers_see_what_runs_wrote_alone(folder: Path) -> None:
    with pytest.raises(UsageFault, match="no run of this case asked us-covered-list as of 2026-11-25"):
        compared(folder, public=True, left=POLICY, right="us-covered-list")


def test_the_same_on_both_sides_is_refused(folder: Path) -> None:
    with pytest.raises(UsageFault, match="both sides are the same policy on the same day"):
        compared(folder, left=POLICY)
    with pytest.raises(UsageFault, match=r"no rule pack has the id 'de-bsik'\. Nearest: de-bsig"):
        compared(folder, left="de-bsik", right=POLICY)


def test_a_country_that_nobody_asked_for_is_refused(folder: Path) -> None:
    with pytest.raises(UsageFault, match="no policy was asked for 'Utopia'"):
        compared(folder, left=POLICY, vs="2018-11-23", country="Utopia")


def test_a_pack_says_what_it_tests_and_runs_its_cases(folder: Path) -> None:
    reply, page = visited(folder, PAGE, "/rules/{pack}", PackQuestion(as_of="2025-12-05"), pack="de-bsig")
    text = text_of(page)
    assert "DE-NIS2 not in force" in text
    assert "DE-9B1 in force" in text
    assert "Passed." in text and "0 of them not as expected" in text
    assert isinstance(reply, Html)
    cases: Any = reply.words["cases"]
    assert {one["case"].is_passed for one in cases} == {True}
    assert "No run of this case asked this pack." in text
    assert "Acme" not in text


def test_a_pack_that_nobody_has(folder: Path) -> None:
    with pytest.raises(NotFound, match=r"No rule pack has the id 'de-bsik'\. Nearest: de-bsig"):
        visited(folder, PAGE, "/rules/{pack}", pack="de-bsik")


def test_strangers_edit_nothing(folder: Path) -> None:
    with pytest.raises(NotFound, match="edited on the machine that holds the case"):
        visited(folder, PAGE, "/rules/{pack}/edit", pack="de-bsig")


def checked(folder: Path, text: str | bytes) -> tuple[Any, str]:
    form = {"text": text} if isinstance(text, str) else {"file": ("pack.yml", text)}
    reply, page = visited(folder, PAGE, "/rules/{pack}/check", public=False, pack="de-bsig", form=form)
    assert isinstance(reply, Html)
    return reply.words, page


def test_the_text_of_a_pack_is_offered(folder: Path) -> None:
    page = visited(folder, PAGE, "/rules/{pack}/edit", public=False, pack="de-bsig")[1]
    assert "pack: de-bsig" in page and 'name="csrf" value="sealed"' in page


def test_faults_stand_at_their_lines(folder: Path) -> None:
    words, page = checked(folder, PACK.replace("effect:", "efect:"))
    first, second = words["faults"]
    assert (first["line"], first["column"]) == (10, 5)
    assert first["sentence"].startswith("a rule has no key of this name; found 'efect'")
    assert "  10 &gt;     <mark>efect</mark>: prohibit" in page
    assert second["line"] == 9 and "the key effect is missing" in second["sentence"]


def test_a_text_that_is_no_yaml(folder: Path) -> None:
    words, _ = checked(folder, "pack: x\nrules: [a\n  b: c\n")
    (fault,) = words["faults"]
    assert (fault["line"], fault["column"]) == (3, 4) and fault["sentence"].startswith("not YAML")
    assert "rules: [a" in fault["lines"]


def test_a_sound_text_is_tested_with_coverage_and_written_nowhere(folder: Path) -> None:
    before = Case.open(folder).runs().height
    words, page = checked(folder, PACK.encode())
    assert not words["faults"]
    (rule,) = words["result"].test.rules
    assert rule.lacks == ("true", "false", "unknown")
    assert "Not passed." in page and "no: no case makes it" in page
    assert Case.open(folder).runs().height == before and Case.open(folder).read("rule_pack").is_empty()


def test_a_case_that_comes_out_otherwise_is_shown_first(folder: Path) -> None:
    form = visited(folder, PAGE, "/rules/{pack}/edit", public=False, pack="de-bsig")[0]
    assert isinstance(form, Html)
    text = str(form.words["text"])
    assert text.count("effect: condition") == 2
    words, page = checked(folder, text.replace("effect: condition", "effect: prohibit").replace("\n", "\r\n"))
    assert not words["faults"]
    wrong = [one for one in words["cases"] if not one["case"].is_passed]
    assert wrong and words["cases"][: len(wrong)] == wrong
    assert "<b>no</b>" in page and "Not passed." in page


def test_texts_that_are_too_large_or_not_there(folder: Path) -> None:
    with pytest.raises(UsageFault, match="at most 262,144"):
        checked(folder, b"#" * (LARGEST_TEXT + 1))
    with pytest.raises(UsageFault, match="nothing was sent"):
        checked(folder, " ")


def test_hostile_words_are_escaped(folder: Path) -> None:
    page = checked(folder, "pack: <script>alert(1)</script>\nrules: [\n")[1]
    assert "<script>alert" not in page


@pytest.mark.parametrize("public", [True, False])
def test_an_empty_case_has_the_bundled_rules_and_no_claims(tmp_path: Path, public: bool) -> None:
    from provenet.web.pages import claims

    empty = Case.new(tmp_path / "case", "Empty").path
    assert "not screened" in visited(empty, PAGE, "/rules", public=public)[1]
    assert (
        "No run of this case asked this pack."
        in visited(empty, PAGE, "/rules/{pack}", public=public, pack="de-bsig")[1]
    )
    assert "Statements on record: 0." in visited(empty, claims.PAGE, "/claims", public=public)[1]
