"""What a notebook may write: a day as text, one word where several may stand, and a sentence where neither is right."""

from datetime import date, datetime
from pathlib import Path

import pytest

import provenet
from provenet import UsageFault


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("python") / "case"
    provenet.new(folder)
    facts = Path(provenet.__file__).parent / "facts"
    provenet.add(folder, [facts / name for name in ("vendors.csv", "sources.csv", "claims.csv")])
    return folder


def test_a_day_may_be_text_and_one_policy_a_word(case: Path) -> None:
    one = provenet.screen(case, "legal-compulsion", as_of="2026-11-25", known_on="2026-11-25")
    other = provenet.screen(case, ["legal-compulsion"], as_of=date(2026, 11, 25), known_on=date(2026, 11, 25))
    assert one.as_dict() == other.as_dict()
    assert one.as_of == date(2026, 11, 25)


@pytest.mark.parametrize(
    ("as_of", "found"),
    [("25.11.2026", "'25.11.2026'"), ("2026-11", "'2026-11'"), (20261125, "20261125"), (None, "None")],
)
def test_what_is_no_day_is_a_sentence(case: Path, as_of: object, found: str) -> None:
    with pytest.raises(UsageFault) as told:
        provenet.screen(case, "legal-compulsion", as_of=as_of)  # type: ignore[arg-type]
    word, expected = ("no such day; ", "a day as") if isinstance(as_of, str) else ("", "a day such as")
    assert str(told.value).startswith(f"--as-of: {word}found {found}, expected {expected}")


def test_an_instant_is_no_day(case: Path) -> None:
    with pytest.raises(UsageFault) as told:
        provenet.depend(case, as_of=datetime(2026, 11, 25, 12))
    assert str(told.value) == "--as-of: found an instant, '2026-11-25T12:00:00', expected a day such as 2018-11-23."


def test_relays_stay_or_fall(case: Path) -> None:
    with pytest.raises(UsageFault) as told:
        provenet.screen(case, "legal-compulsion", as_of="2026-11-25", relays="fly")
    assert str(told.value) == "--relays: found 'fly', expected one of: stay, fall."


def test_every_verb_takes_a_day_as_text(case: Path) -> None:
    day, then = date(2026, 11, 25), date(2018, 11, 23)
    asked = provenet.ach(case, "Huawei", as_of="2026-11-25", known_on="2018-11-23")
    assert asked.as_dict() == provenet.ach(case, "Huawei", as_of=day, known_on=then).as_dict()
    found = provenet.check(case, only="staleness", as_of="2026-11-25")
    assert (found.as_of, found.run_id) == (day, provenet.check(case, only=["staleness"], as_of=day).run_id)
    changed = provenet.diff(case, then, day, policy="legal-compulsion")
    assert changed.as_dict() == provenet.diff(case, "2018-11-23", "2026-11-25", policy=["legal-compulsion"]).as_dict()
    sides = provenet.diff(case, "legal-compulsion", "us-covered-list", as_of="2026-11-25", known_on="2026-11-25")
    assert (sides.a["as_of"], sides.b["known_on"]) == ("2026-11-25", "2026-11-25")
    with pytest.raises(UsageFault, match=r"^--known-on: no such day; found '2018', expected a day as YYYY-MM-DD\.$"):
        provenet.ach(case, "Huawei", as_of=day, known_on="2018")


def test_one_file_or_folder_may_stand_alone_and_as_text(case: Path, tmp_path: Path) -> None:
    (tmp_path / "own.yml").write_text(
        "pack: own\nissuer: an-office\ndeclares: {issuers: [an-office]}\ntitle: Own\n"
        "source: a page\nforce: law\ndefault: clear\nrules:\n"
        "  - {id: OWN-1, effect: prohibit, rank: 1, when: {vendor_in: Huawei}, in_force: [2020-01-01, null], "
        "citation: a page, says: Nobody uses it.}\n",
        encoding="utf-8",
    )
    one = provenet.screen(case, "own", as_of="2026-11-25", packs=str(tmp_path))
    assert one.as_dict() == provenet.screen(case, "own", as_of="2026-11-25", packs=[tmp_path]).as_dict()
    facts = Path(provenet.__file__).parent / "facts"
    assert provenet.add(case, str(facts / "claims.csv")).files[0].stood_already
    assert len(provenet.check_menu(packs=str(tmp_path), only="rows")) == 8
