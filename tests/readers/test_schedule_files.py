"""Instances and plans that are off: every fault of a file at once, with its JSON path and a way out."""

import io
import json
import zipfile
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import numpy as np
import pytest

from provenet.core.errors import InputFault
from provenet.forms import certificate as scheduling_certificate
from provenet.forms import certificate as scheduling_file
from provenet.forms.certificate import certificate_bytes, instance_bytes, plan_bytes, plan_files, read_certificate
from provenet.forms.schedule import Certificate, Conflict
from provenet.forms.schedule_form import read_instance, read_plan
from unit.certify.plans import INSTANCE, hand_made

Change = Callable[[dict[str, Any]], object]
GOOD = json.loads(instance_bytes(INSTANCE))
PLAN = json.loads(plan_bytes(hand_made(), INSTANCE))


def faults(read: Callable[[], object]) -> list[str]:
    with pytest.raises(InputFault) as caught:
        read()
    return [" ".join(fault.sentence().split()) for fault in caught.value.faults]


def of_instance(change: Change) -> list[str]:
    document = deepcopy(GOOD)
    change(document)
    return faults(lambda: read_instance("i.json", json.dumps(document).encode()))


def of_plan(change: Change) -> list[str]:
    document = deepcopy(PLAN)
    change(document)
    return faults(lambda: read_plan("p.json", json.dumps(document).encode(), INSTANCE))


NUMBER = "Write a number, without quotes and without a unit."
WHOLE = "Write a whole number, without quotes and without a decimal point."
INSTANCES: list[tuple[Change, str]] = [
    (lambda d: d.update(periods=0),
     f"$.periods: the number is too small; found '0', expected a whole number from 1 to 10,000. {WHOLE}"),
    (lambda d: d.update(periods=10_001),
     f"$.periods: the number is too large; found '10001', expected a whole number from 1 to 10,000. {WHOLE}"),
    (lambda d: d.update(discount=1.01),
     f"$.discount: the number is too large; found '1.01', expected a number from 0 to 1. {NUMBER}"),
    (lambda d: d.update(discount=-0.5),
     f"$.discount: the number is negative; found '-0.5', expected a number from 0 to 1. {NUMBER}"),
    (lambda d: d.pop("discount"), "$: a key is missing; expected discount. Add discount."),
    (lambda d: d.update(demand=[]),
     "$.demand: no such key; found 'demand', expected one of periods, discount, resources, units, precedence, "
     "together, conflicts, demands. Nearest: demands. Take the key out, or write it as it is known here."),
    (lambda d: d.update(units={}),
     "$.units: this is no list; found 'an object', expected a list of objects. Write it in square brackets."),
    (lambda d: d["units"].append(7),
     "$.units[4]: this is no object; found '7', expected an object with the keys id, use, duration, earliest, latest, "
     "value. Write it in curly brackets."),
    (lambda d: d["units"][1].update(id="a"),
     "$.units[1].id: the id stands twice; found '\"a\"', expected another id than that of $.units[0].id. "
     "Give each its own id, or take one of them out."),
    (lambda d: d["units"][3].update(id=7),
     "$.units[3].id: this is no id; found '7', expected a text of 1 to 500 characters, none of them a control "
     "character. Give it an id, in quotes."),
    (lambda d: d["units"][1].update(use={"crew": True}),
     f"$.units[1].use.crew: this is no number; found 'true', expected a number from 0. {NUMBER}"),
    (lambda d: d["units"][1].update(use={"crew": [1, 2]}),
     "$.units[1].use.crew: the list has the wrong length; found '2 numbers', expected 3 numbers, one a period. "
     "Write one number for each period."),
    (lambda d: d["units"][1].update(use={"crew": [1, "2", 3]}),
     f"$.units[1].use.crew[1]: this is no number; found '\"2\"', expected a number from 0. {NUMBER}"),
    (lambda d: d["units"][1].update(use={"the crew": 1}),
     "$.units[1].use[\"the crew\"]: no such resource; found '\"the crew\"', expected the id of a resource of the "
     "instance. Nearest: crew. Name one that the instance has, or add the resource to it."),
    (lambda d: d["units"][1].update(use=[]),
     "$.units[1].use: this is no object; found 'an empty list', expected an object of amounts. "
     "Write it in curly brackets."),
    (lambda d: d["units"][1].update(duration=0),
     f"$.units[1].duration: the number is too small; found '0', expected a whole number from 1. {WHOLE}"),
    (lambda d: d["units"][1].update(duration=1.0),
     f"$.units[1].duration: this is no whole number; found '1.0', expected a whole number from 1. {WHOLE}"),
    (lambda d: d["units"][1].update(earliest=-1),
     f"$.units[1].earliest: the number is too small; found '-1', expected a whole number from 0. {WHOLE}"),
    (lambda d: d["units"][1].update(latest="soon"),
     f"$.units[1].latest: this is no whole number; found '\"soon\"', expected a whole number. {WHOLE}"),
    (lambda d: d["units"][1].update(latest=10**12),
     "$.units[1].latest: the number is too large; found '1000000000000', expected a whole number to 2,147,483,647. "
     + WHOLE),
    (lambda d: d["units"][1].update(value=3),
     "$.units[1].value: this is no list; found '3', expected a list of numbers, one a period. "
     "Write it in square brackets."),
    (lambda d: d["resources"][0].update(capacity=-1),
     f"$.resources[0].capacity: the number is negative; found '-1', expected a number from 0. {NUMBER}"),
    (lambda d: d["resources"][0].update(capacity=1e31),
     f"$.resources[0].capacity: the number is too large; found '1e+31', expected a number from 0 to 1e+30. {NUMBER}"),
    (lambda d: d["resources"][0].update(carry_over=1),
     "$.resources[0].carry_over: neither true nor false; found '1', expected true or false. "
     "Write true or false, without quotes."),
    (lambda d: d["precedence"].append(["a", "a"]),
     "$.precedence[1]: a unit waits for itself; found '\"a\"', expected two units. Take the pair out."),
    (lambda d: d["precedence"].append(["a"]),
     "$.precedence[1]: this is no pair; found '1 value', expected two ids, before and after. "
     "Write a pair for each unit that waits for another."),
    (lambda d: d["precedence"].append(["a", "x"]),
     "$.precedence[1][1]: no such unit; found '\"x\"', expected the id of a unit of the instance. "
     "Name one that the instance has, or add the unit to it."),
    (lambda d: d["together"].append([]),
     "$.together[1]: the list is empty; found 'an empty list', expected a list of ids of units. "
     "Write at least one, or take the list out."),
    (lambda d: d["together"].append(["a", "a"]),
     "$.together[1][1]: the id stands twice in one list; found '\"a\"', expected each id once. Take one of them out."),
    (lambda d: d["together"].append([["a"]]),
     "$.together[1][0]: this is no id; found 'a list', expected a text of 1 to 500 characters, none of them a control "
     "character. Give it an id, in quotes."),
    (lambda d: d["conflicts"][0].update(max=-1),
     f"$.conflicts[0].max: the number is too small; found '-1', expected a whole number from 0. {WHOLE}"),
    (lambda d: d["conflicts"][0].update(units=[]),
     "$.conflicts[0].units: the list is empty; found 'an empty list', expected a list of ids of units. "
     "Write at least one, or take the list out."),
    (lambda d: d["demands"][0].update(weight=-2),
     f"$.demands[0].weight: the number is negative; found '-2', expected a number from 0. {NUMBER}"),
    (lambda d: d["demands"][0].update(units=["q"]),
     "$.demands[0].units[0]: no such unit; found '\"q\"', expected the id of a unit of the instance. "
     "Name one that the instance has, or add the unit to it."),
]  # fmt: skip


@pytest.mark.parametrize(("change", "said"), INSTANCES)
def test_a_fault_of_an_instance(change: Change, said: str) -> None:
    assert of_instance(change)[0] == f"i.json, {said}"  # a unit that is lost is missed elsewhere


CERTIFICATE_KEYS = "form, proves, instance, plan, figures, prices, conflict_prices, credits, passed, turns"
WORD, ID = "Write one of these words, in quotes.", "Name one that the instance has, or add the"
PLANS: list[tuple[Change, str]] = [
    (lambda d: d.pop("start"), "$: a key is missing; expected start. Add start."),
    (lambda d: d.update(status="Optimal"),
     "$.status: no such word; found '\"Optimal\"', expected one of optimal, feasible, infeasible, unknown. "
     f"Nearest: optimal. {WORD}"),
    (lambda d: d.update(proof=None),
     f"$.proof: no such word; found 'null', expected one of certified, solver, bound, none. {WORD}"),
    (lambda d: d.update(objective="4"),
     f"$.objective: this is no number; found '\"4\"', expected a number. {NUMBER}"),
    (lambda d: d.update(bound=True), f"$.bound: this is no number; found 'true', expected a number. {NUMBER}"),
    (lambda d: d.update(seconds=-1),
     f"$.seconds: the number is negative; found '-1', expected a number from 0. {NUMBER}"),
    (lambda d: d.update(start=[]),
     "$.start: this is no object; found 'an empty list', expected an object of units. Write it in curly brackets."),
    (lambda d: d["start"].update(a=1.0),
     "$.start.a: this is no period; found '1.0', expected a whole number of a period, or null. "
     "Write the period, or null for never."),
    (lambda d: d.update(clash=[1]),
     "$.clash[0]: this is no text; found '1', expected a sentence. Write it in quotes."),
    (lambda d: d.update(relief=[{"more": [float("nan")]}]),
     f"$.relief[0].more[0]: this is no number; found 'NaN', expected a number. {NUMBER}"),
    (lambda d: d.update(certificate=7),
     f"$.certificate: this is no object; found '7', expected an object with the keys {CERTIFICATE_KEYS}. "
     "Write it in curly brackets."),
    (lambda d: d.update(certificate="../x.npz"),
     "$.certificate: this is no name of a file beside the plan; found '\"../x.npz\"', expected the name of a file in "
     "the plan's folder. Put the file beside the plan, and name it alone."),
    (lambda d: d["certificate"].update(form=1),
     "$.certificate.form: another form of certificate; found '1', expected 2. Read it with the release that wrote it."),
    (lambda d: d["certificate"].update(proves="all"),
     f"$.certificate.proves: no such word; found '\"all\"', expected one of bound, infeasible. {WORD}"),
    (lambda d: d["certificate"].update(plan="AB" * 32),
     f"$.certificate.plan: this is no digest; found '\"{'AB' * 29}…', expected 64 digits of a SHA-256, 0 to 9 "
     "and a to f. Seal the plan anew."),
    (lambda d: d["certificate"].pop("credits"),
     "$.certificate: a key is missing; expected credits. Add credits."),
    (lambda d: d["certificate"]["prices"].update(crw=[1, 1, 1]),
     "$.certificate.prices.crw: no such resource; found '\"crw\"', expected the id of a resource of the instance. "
     f"Nearest: crew. {ID} resource to it."),
    (lambda d: d["certificate"]["prices"].update(crew=[1, 1]),
     "$.certificate.prices.crew: the list has the wrong length; found '2 numbers', expected 3 numbers, one a period. "
     "Write one number for each period."),
    (lambda d: d["certificate"].update(credits=[["d", "a", 0]]),
     "$.certificate.credits[0]: this is no credit; found '3 values', expected demand, unit, period, amount. "
     "See docs/schedule.md."),
    (lambda d: d["certificate"].update(credits=[["q", "a", 0, 1]]),
     "$.certificate.credits[0][0]: no such demand; found '\"q\"', expected the id of a demand of the instance. "
     f"{ID} demand to it."),
    (lambda d: d["certificate"].update(passed=[[1, 0, 1]]),
     f"$.certificate.passed[0][0]: the number is too large; found '1', expected a whole number from 0 to 0. {WHOLE}"),
    (lambda d: d["certificate"].update(passed=[[0, 0, "1"]]),
     f"$.certificate.passed[0][2]: this is no number; found '\"1\"', expected a number. {NUMBER}"),
    (lambda d: d["certificate"].update(turns=[["e", None, "ring", "b", 0, 1]]),
     "$.certificate.turns[0][3]: this is no list; found '\"b\"', expected a list of ids of units. "
     "Write it in square brackets."),
    (lambda d: d["certificate"].update(turns=[["e", None, "ring", ["b"], 0]]),
     "$.certificate.turns[0]: this is no turn; found '5 values', expected demand or null, unit or null, conflict, "
     "a list of units, period, amount. See docs/schedule.md."),
    (lambda d: d["certificate"].update(turns=7),
     "$.certificate.turns: this is no list; found '7', expected a list of turns. Write it in square brackets."),
    (lambda d: d["certificate"].update(passed=[[0, 0, 1, 1]]),
     "$.certificate.passed[0]: this is no entry; found '4 values', expected place in precedence, period, amount. "
     "See docs/schedule.md."),
    (lambda d: d["certificate"].update(passed=[7]),
     "$.certificate.passed[0]: this is no entry; found '7', expected place in precedence, period, amount. "
     "See docs/schedule.md."),
    (lambda d: d["certificate"].update(turns=[["e", None, "rings", ["b"], 0, 1]]),
     "$.certificate.turns[0][2]: no such conflict; found '\"rings\"', expected the id of a conflict of the instance. "
     f"Nearest: ring. {ID} conflict to it."),
    (lambda d: d["certificate"].update(turns=[[None, "c", "ring", ["q"], 0, 1]]),
     "$.certificate.turns[0][3][0]: no such unit; found '\"q\"', expected the id of a unit of the instance. "
     f"{ID} unit to it."),
]  # fmt: skip


@pytest.mark.parametrize(("change", "said"), PLANS)
def test_a_fault_of_a_plan(change: Change, said: str) -> None:
    assert of_plan(change) == [f"p.json, {said}"]


def test_all_faults_of_a_file_are_told_at_once() -> None:
    data = b"""{"periods": 2, "discount": 2, "periods": 3,
        "resources": [{"id": "r", "capacity": [1, NaN, -Infinity]}],
        "units": [{"id": "a", "use": {"r": -1}}, {"id": "b", "use": {"r": -1, "r": 1e999}}],
        "together": [["a", "z"]]}"""
    assert [said.partition(";")[0] for said in faults(lambda: read_instance("i.json", data))] == [
        "i.json, $.periods: a key stands twice in one object",
        "i.json, $.discount: the number is too large",
        "i.json, $.resources[0].capacity[1]: this is no number",
        "i.json, $.resources[0].capacity[2]: this is no number",
        "i.json, $.units[0].use.r: the number is negative",
        "i.json, $.units[1].use.r: a key stands twice in one object",
        "i.json, $.units[1].use.r: the number is too large",
        "i.json, $.together[0][1]: no such unit",
    ]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "the text is no JSON; found 'expecting value at character 1: ', expected one JSON object, an instance. "
              "Mend it at this place; where it is the end of the file, the file was cut off."),
        (b'{"periods": 3', "the text is no JSON; found 'expecting ',' delimiter at character 14: eriods\": 3', "
                           "expected one JSON object, an instance. Mend it at this place; where it is the end of the "
                           "file, the file was cut off."),
        (b'{"periods": "\xe9"}', "the text is not UTF-8; found 'byte 0xE9 at byte 14', expected UTF-8. "
                                 "Save the file as UTF-8."),
        (b"[" * 900 + b"]" * 900, "the JSON is nested too deep; found '900 levels', expected at most 64. "
                                  "Write the file anew without it."),
        (b'["\\ud800", NaN]', "a text holds half of a surrogate pair; expected whole characters. "
                              "Write the file anew without it."),
        (b"[" + b"9" * 5000 + b"]", "a number has too many digits; expected at most 4,300 digits. "
                                    "Write the file anew without it."),
    ],
)  # fmt: skip
def test_what_is_no_json(data: bytes, said: str) -> None:
    (found,) = faults(lambda: read_instance("i.json", data))
    assert found.replace("\\'", "'").replace('found "', "found '").replace('", expected', "', expected") == (
        f"i.json: {said}"
    )


def test_one_number_stands_for_each_period_and_a_conflict_for_its_place() -> None:
    short = b"""{"periods": 2, "discount": 1, "resources": [{"id": "r", "capacity": 3}],
        "units": [{"id": "a", "use": {"r": 1}}, {"id": "b"}], "conflicts": [{"units": ["a", "b"], "max": 1}]}"""
    read = read_instance("i.json", short)
    assert read.resources[0].capacity == (3.0, 3.0)
    assert read.units[0].use == {"r": (1.0, 1.0)}
    assert read.conflicts == (Conflict("conflict 0", ("a", "b"), 1),)
    assert read_instance("i.json", b"\xef\xbb\xbf" + short) == read
    assert read_instance("i.json", instance_bytes(read)) == read


def test_a_small_file_does_not_become_more_numbers_than_memory_holds() -> None:
    uses = {f"r{n}": 1 for n in range(100)}
    document = {
        "periods": 10_000, "discount": 1, "resources": [{"id": name, "capacity": 1} for name in uses],
        "units": [{"id": f"u{n}", "use": uses} for n in range(60)],
    }  # fmt: skip
    assert faults(lambda: read_instance("i.json", json.dumps(document).encode())) == [
        "i.json, $: the instance is too large; found '61,600,000 numbers', expected at most 50,000,000. "
        "Part the instance, or take longer periods."
    ]


def test_a_thousand_unknown_ids_are_told_soon() -> None:
    units = [{"id": f"unit-{n}"} for n in range(5000)]
    document = {"periods": 1, "discount": 1, "units": units, "together": [[f"unit+{n}"] for n in range(1000)]}
    with pytest.raises(InputFault) as caught:
        read_instance("i.json", json.dumps(document).encode())
    assert caught.value.count == 1000
    near = [fault.nearest for fault in caught.value.faults]
    assert near[0] is not None
    assert near[-1] is None


def arrays_of(held: Certificate) -> dict[str, Any]:
    with np.load(io.BytesIO(certificate_bytes(held)), allow_pickle=False) as read:
        return {name: read[name] for name in read.files}


def saved(**arrays: Any) -> bytes:
    made = io.BytesIO()
    np.savez(made, **arrays)
    return made.getvalue()


def test_the_file_beside_is_one_that_numpy_reads_and_writes() -> None:
    held = hand_made().certificate
    arrays = arrays_of(held)
    assert arrays["prices"].shape == (2, 3)
    assert str(arrays["plan"]) == held.plan
    assert certificate_bytes(read_certificate("c.npz", saved(**arrays))) == certificate_bytes(held)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"extra": np.zeros(1)}, "the arrays are not those of a certificate; found 'extra.npy'"),
        ({"form": np.array(1)}, "another form of certificate; found 'form 1, proves bound'"),
        ({"proves": np.array("all")}, "another form of certificate; found 'form 2, proves all'"),
        ({"prices": np.zeros(3)}, "the file of the certificate cannot be read (prices is float64 of 1 dimensions)"),
        ({"credit_unit": np.zeros(9)},
         "the file of the certificate cannot be read (credit_unit is float64 of 1 dimensions)"),
        ({"prices": np.full((2, 3), np.nan)},
         "the file of the certificate cannot be read (prices has a number that is none, or is larger than 1e+30)"),
        ({"plan": np.array(7)}, "the file of the certificate cannot be read (plan is int64 of 0 dimensions)"),
    ],
)  # fmt: skip
def test_a_fault_of_the_file_beside(changes: dict[str, Any], said: str) -> None:
    held = hand_made().certificate
    (found,) = faults(lambda: read_certificate("c.npz", saved(**(arrays_of(held) | changes))))
    assert found.startswith(f"c.npz: {said}")


def test_the_file_beside_is_never_unpickled_and_never_larger_than_it_says() -> None:
    held = hand_made().certificate
    arrays = arrays_of(held)
    boxed = io.BytesIO()
    np.savez(boxed, **(arrays | {"prices": np.array([[object()]], dtype=object)}))
    (found,) = faults(lambda: read_certificate("c.npz", boxed.getvalue()))
    assert found.startswith("c.npz: the file of the certificate cannot be read (prices is object of 2 dimensions)")
    lying = io.BytesIO()
    with zipfile.ZipFile(lying, "w") as packed, zipfile.ZipFile(io.BytesIO(saved(**arrays))) as good:
        for name in good.namelist():
            data = good.read(name)
            if name == "prices.npy":
                data = data.replace(b"'shape': (2, 3), ", b"'shape': (9999999999, 9999999999), ")
            packed.writestr(name, data)
    (found,) = faults(lambda: read_certificate("c.npz", lying.getvalue()))
    assert found.startswith("c.npz: the file of the certificate cannot be read")


def test_a_certificate_that_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    held = hand_made().certificate
    monkeypatch.setattr(scheduling_certificate, "MOST_UNPACKED_BYTES", 1000)
    (found,) = faults(lambda: read_certificate("c.npz", certificate_bytes(held)))
    assert "the certificate is too large; found '" in found
    assert "bytes unpacked', expected at most 1,000 bytes. Leave entries of zero out of it." in found


def test_a_large_certificate_stands_beside_its_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    assert list(plan_files(hand_made(), INSTANCE, "p.json")) == ["p.json"]
    monkeypatch.setattr(scheduling_file, "MOST_ENTRIES_INSIDE", 3)
    files = plan_files(hand_made(), INSTANCE, "p.json")
    assert list(files) == ["p.json", "p.certificate.npz"]
    assert read_plan("p.json", files["p.json"], INSTANCE).certificate == "p.certificate.npz"


@pytest.mark.slow
def test_a_flood_of_faults_is_counted_and_not_held() -> None:
    """Pydantic holds every error: long lists go in pieces, and a value full of errors is one fault with its count."""
    rows = {"periods": 2, "discount": 1, "units": [{"id": "a"}], "together": [[None] * 10] * 30_000}
    with pytest.raises(InputFault) as caught:
        read_instance("i.json", json.dumps(rows).encode())
    assert (caught.value.count, len(caught.value.faults)) == (300_000, 200)
    assert caught.value.faults[0].column == "$.together[0][0]"
    assert caught.value.faults[199].column == "$.together[19][9]"
    one = {"periods": 2, "discount": 1, "units": [{"id": "a"}], "together": [["a"], [None] * 20_000]}
    with pytest.raises(InputFault) as caught:
        read_instance("i.json", json.dumps(one).encode())
    assert (caught.value.count, str(caught.value).splitlines()[0]) == (
        20_000,
        "i.json, $.together[1]: this is far from the form; found '20,000 faults', expected none.",
    )


def test_long_objects_are_read_in_pieces() -> None:
    instance = read_instance("i.json", json.dumps({"periods": 1, "discount": 1, "units": [
        {"id": f"u{n}"} for n in range(2500)]}).encode())  # fmt: skip
    start: dict[str, object] = {f"u{n}": 0 for n in range(2500)}
    assert read_plan("p.json", json.dumps({"start": start}).encode(), instance).start == start
    start |= {"u2400": "0", "u7": 1.5}
    assert [said.partition(";")[0] for said in faults(
        lambda: read_plan("p.json", json.dumps({"start": start}).encode(), instance)
    )] == ["p.json, $.start.u7: this is no period", "p.json, $.start.u2400: this is no period"]  # fmt: skip


@pytest.mark.parametrize("key", ["\0", "\0number", "\0array", "\0object"])
def test_a_key_that_looks_like_a_mark_of_ours_is_a_key(key: str) -> None:
    """Choices of the models are marked by names that begin with NUL."""
    place = json.dumps(key)
    assert of_plan(lambda d: d["certificate"].update({key: 1}))[0].startswith(
        f"p.json, $.certificate[{place}]: no such key;"
    )
    assert of_instance(lambda d: d["units"][1]["use"].update({key: [1, None]}))[0].startswith(
        f"i.json, $.units[1].use[{place}]: no such resource;"
    )
    assert of_instance(lambda d: d["resources"][0].update({key: 1}))[0].startswith(
        f"i.json, $.resources[0][{place}]: no such key;"
    )
