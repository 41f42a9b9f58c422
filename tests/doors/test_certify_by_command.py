"""`provenet certify` at the terminal: sentences, one JSON object, and codes 0, 1, 2 and 3."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

import provenet as package
from doors.conftest import Provenet
from provenet.forms import certificate as scheduling_file
from provenet.forms.certificate import instance_bytes, plan_bytes, plan_files, sealed
from unit.certify.plans import INSTANCE, hand_made


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """A folder with an instance, its plan, and a plan with its certificate taken out."""
    (tmp_path / "i.json").write_bytes(instance_bytes(INSTANCE))
    (tmp_path / "p.json").write_bytes(plan_bytes(hand_made(), INSTANCE))
    (tmp_path / "bare.json").write_text(json.dumps({"start": hand_made().start}), encoding="utf-8")
    return tmp_path


def test_a_plan_that_holds(provenet: Provenet, written: Path) -> None:
    ran = provenet("certify", written / "i.json", written / "p.json")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == (
        "Every limit is kept, and the objective is 4.5; certified: no plan can have more than 5.2500000015, a gap of "
        "16.6667 %.\n"
    )
    told = provenet("certify", written / "i.json", written / "p.json", "--json").json
    assert (told["certificate"], told["is_refused"], told["refusals"]) == ("p.json", False, [])
    assert told["certified_bound"] == pytest.approx(5.25)


def test_a_plan_made_elsewhere(provenet: Provenet, written: Path) -> None:
    ran = provenet("certify", written / "i.json", written / "bare.json")
    assert ran.code == 0
    assert ran.out == (
        "Not stated: bound, gap_share, objective, proof, seconds, status.\n"
        "Every limit is kept, and the objective is 4.5; bound not proven.\n"
    )


def test_a_plan_that_is_refused(provenet: Provenet, written: Path) -> None:
    (written / "q.json").write_text('{"start": {"a": 0, "b": 0, "c": 2, "f": 2}, "objective": 9}', encoding="utf-8")
    ran = provenet("certify", written / "i.json", written / "q.json")
    assert ran.code == 1
    assert ran.out == (
        "q.json, $.start: more of resource crew is used in period 0 than there is; found '2', expected at most 1.\n"
        "q.json, $.objective: the objective is not that of the plan; found '9', expected 5.5.\n"
        "Not stated: bound, gap_share, proof, seconds, status.\n"
        "Refused, for 2 reasons.\n"
    )
    told = provenet("certify", written / "i.json", written / "q.json", "--json").json
    assert (told["is_refused"], told["refusal_count"], told["is_feasible"]) == (True, 2, False)
    assert told["refusals"][1] == {
        "place": "q.json",
        "column": "$.objective",
        "says": "the objective is not that of the plan",
        "found": "9",
        "expected": "5.5",
    }


def test_many_refusals_are_counted_and_not_all_shown(provenet: Provenet, written: Path) -> None:
    units = [{"id": f"u{n}"} for n in range(250)]
    (written / "many.json").write_text(json.dumps({"periods": 1, "discount": 1, "units": units}), encoding="utf-8")
    (written / "none.json").write_text('{"start": {}}', encoding="utf-8")
    ran = provenet("certify", written / "many.json", written / "none.json")
    assert ran.out.splitlines()[-3:] == [
        "... and 50 more.",
        "Not stated: bound, gap_share, objective, proof, seconds, status.",
        "Refused, for 250 reasons.",
    ]


def test_a_certificate_beside_the_plan(
    provenet: Provenet, written: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(scheduling_file, "MOST_ENTRIES_INSIDE", 3)
    for name, data in plan_files(hand_made(), INSTANCE, "large.json").items():
        (written / name).write_bytes(data)
    told = provenet("certify", written / "i.json", written / "large.json", "--json").json
    assert (told["certificate"], told["is_refused"]) == ("large.certificate.npz", False)
    (written / "large.certificate.npz").unlink()
    ran = provenet("certify", written / "i.json", written / "large.json")
    assert ran.code == 3
    assert ran.err == (
        f"{tmp_path}/large.certificate.npz: the file cannot be read (no such file or directory); "
        "expected the certificate that the plan names.\n"
    )


def test_a_plan_altered_after_it_was_sealed(provenet: Provenet, written: Path) -> None:
    altered = replace(hand_made(), seconds=1.0)
    (written / "p.json").write_bytes(plan_bytes(altered, INSTANCE))
    ran = provenet("certify", written / "i.json", written / "p.json")
    assert ran.code == 1
    said = "p.json, $.certificate.plan: a field of the plan was altered since the plan was sealed, or the seal was; "
    assert said in ran.out
    (written / "p.json").write_bytes(plan_bytes(sealed(INSTANCE, altered), INSTANCE))
    assert provenet("certify", written / "i.json", written / "p.json").code == 0


def test_files_that_are_off(provenet: Provenet, written: Path) -> None:
    (written / "cut.json").write_bytes(instance_bytes(INSTANCE)[:40])
    ran = provenet("certify", written / "cut.json", written / "p.json")
    assert (ran.code, ran.out) == (3, "")
    assert ran.err.startswith("cut.json: the text is no JSON; found ")
    ran = provenet("certify", written / "i.json", written)
    assert ran.code == 3
    assert ran.err == f"{written}: the file cannot be read; found 'a folder', expected a plan in JSON.\n"


def test_a_plan_is_asked_for(provenet: Provenet, written: Path) -> None:
    ran = provenet("certify", written / "i.json")
    assert (ran.code, ran.err) == (2, "provenet certify: Missing argument 'PLAN'. See: provenet certify --help\n")


def test_in_python(written: Path) -> None:
    given = [(name, (written / name).read_bytes()) for name in ("i.json", "p.json")]
    assert package.certify_plan(*given).found.closing.startswith("Every limit is kept")
    beside = ("p.json", plan_bytes(replace(hand_made(), certificate="c.npz"), INSTANCE))
    with pytest.raises(package.UsageFault) as caught:
        package.certify_plan(given[0], beside)
    assert str(caught.value) == "p.json: the plan names c.npz as its certificate; say how to read it."
