"""What `screen` prints for a person: whom an outcome concerns, what no rule reaches, assumptions that do nothing."""

from pathlib import Path

import pytest

import provenet as verbs
from doors.conftest import Provenet
from provenet.policy.cases import NEEDED_COLUMNS

PACK = """\
pack: sales-only
issuer: an-office
declares: {issuers: [an-office], words: [sell, offer_new, ministry]}
title: Rules on sales alone
source: "a page"
force: law
default: clear
rules:
  - id: SALES-1
    effect: prohibit
    rank: 10
    when: {all: [{vendor_in: Maker A}, {action: [sell, offer_new]}, {buyer: ministry}]}
    in_force: [2020-01-01, null]
    citation: section 1
    says: Nobody sells what Maker A makes.
"""
FACT_PACK = """\
pack: by-fact
issuer: an-office
declares: {issuers: [an-office], facts: {left_open: boolean}}
title: Rules on a fact
source: "a page"
force: law
default: clear
rules:
  - id: FACT-1
    effect: prohibit
    rank: 10
    when: {all: [{vendor_in: [Maker A, Maker B]}, {fact: left_open}]}
    in_force: [2020-01-01, null]
    citation: section 2
    says: Nobody uses what is left open.
"""
ON = ("--as-of", "2024-08-01")


@pytest.fixture
def own(tmp_path: Path) -> tuple[Path, Path]:
    """A case with three makers, and a folder with two packs."""
    (tmp_path / "packs").mkdir()
    (tmp_path / "packs" / "sales.yml").write_text(PACK, encoding="utf-8")
    (tmp_path / "packs" / "fact.yml").write_text(FACT_PACK, encoding="utf-8")
    cases = "".join(f"{policy},{policy},2024-08-01,,,,,,,\n" for policy in ("by-fact", "sales-only"))
    (tmp_path / "packs" / "cases.csv").write_text(f"{','.join(NEEDED_COLUMNS)}\n{cases}", encoding="utf-8")
    rows = "".join(f"maker-{word},Maker {word.upper()},vendor\n" for word in "abc")
    (tmp_path / "makers.csv").write_text("party_id,name,role\n" + rows, encoding="utf-8")
    verbs.new(tmp_path / "own")
    verbs.add(tmp_path / "own", [tmp_path / "makers.csv"])
    return tmp_path / "own", tmp_path / "packs"


def test_vendors_stand_under_the_outcome_that_concerns_them(provenet: Provenet, own: tuple[Path, Path]) -> None:
    case, packs = own
    ran = provenet("screen", case, "--policy", "by-fact", "--packs", packs, *ON)
    assert ran.out == (
        "In force on 2024-08-01, by all that the case holds:\n"
        "  Carriers of all countries\n"
        "    an-office (law): Rules on a fact: 24 clear, 48 undetermined\n"
        "      undetermined: Maker A and Maker B\n"
    )
    policy = provenet("screen", case, "--policy", "by-fact", "--packs", packs, *ON, "--json").json["policies"][0]
    assert policy["vendors"] == {"clear": ["Maker C"], "undetermined": ["Maker A", "Maker B"]}
    assert policy["unreached"] is None


def test_clear_because_no_rule_speaks_of_it_says_so(provenet: Provenet, own: tuple[Path, Path]) -> None:
    case, packs = own
    ran = provenet("screen", case, "--policy", "sales-only", "--packs", packs, *ON)
    assert ran.out.splitlines()[2:] == [
        "    an-office (law): Rules on sales alone: 72 clear",
        "      None of its rules reaches the acts in question: install_new and use.",
        "      Its rules name the acts offer_new and sell and the buyers ministry. Try: --assume action=offer_new",
    ]
    given = ("--assume", "action=sell", "--assume", "buyer=ministry")
    ran = provenet("screen", case, "--policy", "sales-only", "--packs", packs, *ON, *given)
    assert ran.out.splitlines() == [
        "In force on 2024-08-01, by all that the case holds, assuming action = sell, buyer = ministry:",
        "  Carriers of all countries",
        "    an-office (law): Rules on sales alone: 12 restricted, 24 clear",
        "      restricted: Maker A",
    ]
    assert ran.err == ""


@pytest.mark.parametrize(
    ("policy", "given", "said"),
    [
        ("by-fact", "left_opne=true", "no screened rule tests 'left_opne', so no outcome changes. Nearest: left_open."),
        ("by-fact", "action=sell", "no screened rule tests 'action', so no outcome changes."),
        ("sales-only", "action=fly", "no screened rule names the action 'fly'; they name: offer_new, sell."),
        ("by-fact", "Left-Open=true", ""),
        ("sales-only", "action=Sell", ""),
    ],
)  # fmt: skip
def test_an_assumption_that_does_nothing_is_told(
    provenet: Provenet, own: tuple[Path, Path], policy: str, given: str, said: str
) -> None:
    case, packs = own
    ran = provenet("screen", case, "--policy", policy, "--packs", packs, *ON, "--assume", given, "--json")
    assert ran.code == 0
    assert ran.err == (f"--assume: {said}\n" if said else "")
    assert ran.json["notes"] == ([f"--assume: {said}"] if said else [])
    assert ran.json["assumed"] == dict([given.split("=")])


def test_countries_with_one_answer_share_a_line(provenet: Provenet, own: tuple[Path, Path], tmp_path: Path) -> None:
    case, packs = own
    carriers = "party_id,name,role,country\nnet-de,Net DE,carrier,DE\nnet-it,Net IT,carrier,IT\n"
    (tmp_path / "carriers.csv").write_text(carriers, encoding="utf-8")
    assert provenet("add", case, tmp_path / "carriers.csv").code == 0
    words = ("--policy", "by-fact", "--country", "Italy", "--country", "Germany")
    ran = provenet("screen", case, *words, "--packs", packs, *ON)
    assert ran.out.splitlines()[1] == "  Italy and Germany"
    assert len(ran.out.splitlines()) == 4
