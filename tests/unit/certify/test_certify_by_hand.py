"""Plans small enough to check on paper, and every sentence with which one is refused."""

import ast
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from provenet import certify as module
from provenet.certify import bound_of, certify
from provenet.forms.certificate import sealed
from provenet.forms.schedule import (
    Certificate,
    Conflict,
    Demand,
    Instance,
    PlanCheck,
    PlanFile,
    Resource,
    Unit,
    zero_certificate,
)
from support.tables import table
from unit.certify.plans import INSTANCE, hand_made

ELSEWHERE = frozenset({"status", "objective", "bound", "gap_share", "proof", "seconds"})
PLAN = hand_made()
assert isinstance(PLAN.certificate, Certificate)
HELD: Certificate = PLAN.certificate
UNPROVEN = (
    "plan, $.proof: what is stated of other plans is not proven; found '%s', expected a certificate that proves it."
)


def sentences(found: PlanCheck) -> list[str]:
    return [fault.sentence() for fault in found.refusals]


def resealed(**changes: object) -> list[str]:
    """What is refused of the plan with changes, sealed anew: the sums alone decide."""
    return sentences(certify(INSTANCE, sealed(INSTANCE, replace(PLAN, **changes))))  # type: ignore[arg-type]


def with_figures(**changes: object) -> PlanFile:
    return sealed(INSTANCE, replace(PLAN, certificate=replace(HELD, **changes)))  # type: ignore[arg-type]


def test_the_hand_made_plan() -> None:
    # Prices: crew 1 + 1/4 + 1/4, conflict 1/4. a in 0: 2 + 1 - 1 + 1/4 passed in 1 = 2.25, or in 1: 1 - 1/4.
    # b in 0: 1 + 1/2 - 1 = 1/2, or in 1: 1/2 - 1/4 - 1/4 = 0. c with f, from 1 on: in 1 1 - 1/4 - 1/4 - 1/4 = 1/4,
    # in 2 1 - 1/4 = 3/4. Together 1.75 + 2.25 + 0.5 + 0.75 = 5.25.
    found = certify(INSTANCE, PLAN)
    assert sentences(found) == []
    assert found.objective == 4.5
    assert found.certified_bound == pytest.approx(5.25, rel=1e-8)
    assert found.certified_bound is not None
    assert found.certified_bound > 5.25
    assert found.gap_share == pytest.approx(0.75 / 4.5, rel=1e-8)
    assert found.closing == (
        "Every limit is kept, and the objective is 4.5; certified: no plan can have more than 5.2500000015, "
        "a gap of 16.6667 %."
    )


def test_a_plan_made_elsewhere_without_a_certificate() -> None:
    plan = PlanFile(None, None, None, None, None, None, PLAN.start, absent=ELSEWHERE)
    found = certify(INSTANCE, plan)
    assert found.closing == "Every limit is kept, and the objective is 4.5; bound not proven."
    assert found.absent == ("bound", "gap_share", "objective", "proof", "seconds", "status")
    assert (found.refusals, found.remarks, found.certified_bound, found.gap_share) == ((), (), None, None)


def test_a_plan_that_calls_itself_certified_and_holds_nothing() -> None:
    found = certify(INSTANCE, replace(PLAN, certificate=None))
    assert sentences(found) == [
        "plan, $.proof: the plan is stated to be certified, but holds no certificate; found 'certified', expected a "
        "certificate, or another proof."
    ]


def test_a_bound_on_the_word_of_a_solver() -> None:
    plan = sealed(INSTANCE, replace(PLAN, status="optimal", bound=4.5, gap_share=0.0, proof="solver"))
    found = certify(INSTANCE, plan)
    assert found.refusals == ()
    assert found.remarks == (
        "The certificate proves 5.2500000015, not the stated bound of 4.5. That remains the solver's claim.",
    )
    assert found.closing.endswith("certified: no plan can have more than 5.2500000015, a gap of 16.6667 %.")


@pytest.mark.parametrize(("start", "said"), table(__file__, "a start that breaks a limit"))
def test_a_start_that_breaks_a_limit(start: dict[str, int | None], said: str) -> None:
    plan = PlanFile(None, None, None, None, None, None, {**PLAN.start, **start}, absent=ELSEWHERE)
    found = certify(INSTANCE, plan)
    assert said in sentences(found)
    assert found.feasible is False


def test_a_unit_that_is_left_out() -> None:
    start = {name: at for name, at in PLAN.start.items() if name != "b"}
    plan = PlanFile(None, None, None, None, None, None, start, absent=ELSEWHERE)
    assert sentences(certify(INSTANCE, plan)) == [
        "plan, $.start: unit b has no start; found 'nothing', expected a period, or null for never."
    ]


def test_what_is_kept_for_later_is_counted_up_to_each_period() -> None:
    instance = Instance(
        2, 1.0, (Resource("m", (1.0, 1.0), True),), (Unit("a", {"m": (2.0, 2.0)}), Unit("b", {"m": (1.0, 1.0)}))
    )
    late = PlanFile(None, None, None, None, None, None, {"a": 1, "b": None}, absent=ELSEWHERE)
    assert certify(instance, late).feasible is True
    early = replace(late, start={"a": 0, "b": None})
    assert sentences(certify(instance, early)) == [
        "plan, $.start: more of resource m is used up to period 0 than there is; found '2', expected at most 1."
    ]


def test_decimals_added_as_floats_do_not_break_a_limit() -> None:
    units = tuple(Unit(name, {"m": (0.1,)}) for name in "abc")
    instance = Instance(1, 1.0, (Resource("m", (0.3,)),), units)
    plan = PlanFile(None, None, None, None, None, None, dict.fromkeys("abc", 0), absent=ELSEWHERE)
    assert 0.1 + 0.1 + 0.1 > 0.3
    assert certify(instance, plan).feasible is True
    less = replace(instance, resources=(Resource("m", (0.2999999,)),))
    assert sentences(certify(less, plan)) == [
        "plan, $.start: more of resource m is used in period 0 than there is; found '0.3', expected at most 0.2999999."
    ]


@pytest.mark.parametrize(
    ("changes", "said"),
    table(__file__, "a statement that does not hold"),
)  # fmt: skip
def test_a_statement_that_does_not_hold(changes: dict[str, object], said: str) -> None:
    assert said in resealed(**changes)


def test_weaker_words_are_true_as_well() -> None:
    assert resealed(proof="solver") == resealed(proof="bound") == resealed(seconds=99.0) == []
    higher = {"bound": 9.0, "gap_share": 1.0}
    assert resealed(**higher) == []


@pytest.mark.parametrize(
    ("key", "row", "to", "said"),
    [
        ("prices", (0, 1), -0.25,
         "plan, $.certificate.prices.crew[1]: a price is negative; found '-0.25', expected a number from 0."),
        ("prices", (0, 1), np.nan,
         "plan, $.certificate.prices.crew[1]: a price is negative; found 'nan', expected a number from 0."),
        ("prices", (1, 2), 0.5,
         "plan, $.certificate.prices.money[2]: a price rises where the resource carries over; found '0.5', "
         "expected at most 0."),
        ("conflict_prices", (0, 0), -1.0,
         "plan, $.certificate.conflict_prices.ring[0]: a price is negative; found '-1', expected a number from 0."),
        ("credit_amount", 2, -1.0,
         "plan, $.certificate.credits[2]: an amount is negative; found '-1', expected a number from 0."),
        ("credit_unit", 2, 1,
         "plan, $.certificate.credits[2]: a credit goes to a unit that is none of the demand's; found 'b', "
         "expected a unit of d."),
        ("credit_period", 2, 3,
         "plan, $.certificate.credits[2]: no such place; found '3', expected a place from 0 to 2."),
        ("passed_edge", 0, 1,
         "plan, $.certificate.passed[0]: no such place; found '1', expected a place from 0 to 0."),
        ("passed_amount", 0, np.inf,
         "plan, $.certificate.passed[0]: an amount is negative; found 'inf', expected a number from 0."),
    ],
)  # fmt: skip
def test_a_certificate_that_is_none(key: str, row: object, to: float, said: str) -> None:
    array = getattr(HELD, key).copy()
    array[row] = to
    found = certify(INSTANCE, with_figures(**{key: array}))
    assert sentences(found) == [said]
    assert found.certified_bound is None
    with pytest.raises(ValueError, match=said.partition(": ")[2].partition(";")[0]):
        bound_of(INSTANCE, replace(HELD, **{key: array}))  # type: ignore[arg-type]


def test_arrays_of_another_shape() -> None:
    found = certify(INSTANCE, with_figures(prices=HELD.prices[:1]))
    assert sentences(found) == [
        "plan, $.certificate.prices: the prices have the wrong shape; found '(1, 3)', expected (2, 3)."
    ]
    found = certify(INSTANCE, with_figures(credit_unit=HELD.credit_unit[1:]))
    assert sentences(found) == [
        "plan, $.certificate.credits: the columns are not whole numbers of one length; "
        "found '[(9,), (8,), (9,)]', expected (9,)."
    ]


def test_a_file_that_was_not_read_is_no_certificate() -> None:
    with pytest.raises(ValueError, match=r"^the file of the certificate is not read yet$"):
        certify(INSTANCE, replace(PLAN, certificate="p.npz"))


HURRIED = tuple(Unit(name, {"crew": (1.0, 1.0)}, latest=0) for name in "ab")
TWO_BY_NOW = Instance(2, 1.0, (Resource("crew", (1.0, 1.0)),), HURRIED, demands=(Demand("d", 5.0, ("a", "b")),))


def none_fits(instance: Instance, price: float, proof: str = "certified") -> PlanFile:
    held = replace(zero_certificate(instance, "infeasible"), prices=np.array([[price, 0.0]]))
    plan = PlanFile("infeasible", None, None, None, proof, 1.0, {}, held, ("crew and deadlines clash",), ())  # type: ignore[arg-type]
    return sealed(instance, plan)


def test_a_sum_below_zero_proves_that_no_plan_exists() -> None:
    found = certify(TWO_BY_NOW, none_fits(TWO_BY_NOW, 1.0))  # 1 - 1 - 1 = -1
    assert (sentences(found), found.is_proven_infeasible) == ([], True)
    assert found.closing == "Certified: no plan keeps every limit."
    assert found.feasible is None


def test_a_sum_of_zero_proves_nothing() -> None:
    roomy = replace(TWO_BY_NOW, resources=(Resource("crew", (2.0, 1.0)),))
    refuted = (
        "plan, $.status: that no plan exists is stated, and one keeps every limit; found 'infeasible', "
        "expected feasible; for one, start a in period 0, b in period 0."
    )
    assert sentences(certify(roomy, none_fits(roomy, 1.0))) == [
        "plan, $.proof: the certificate does not prove that no plan exists; "
        "found 'certified', expected a certificate that proves it, or solver.",
        refuted,
    ]
    assert sentences(certify(roomy, none_fits(roomy, 1.0, "solver"))) == [refuted]


def test_a_solver_may_claim_what_the_search_does_not_refute() -> None:
    """Capacity for one and a half units: no plan exists, at a price of 1 the sum is 1.5 - 2 < 0, at 0 it is 0."""
    tight = replace(TWO_BY_NOW, resources=(Resource("crew", (1.5, 1.0)),))
    found = certify(tight, none_fits(tight, 0.0, "solver"))
    assert (found.refusals, found.is_proven_infeasible) == ((), False)
    assert found.closing == "No plan exists, as stated; bound not proven."
    assert sentences(certify(tight, none_fits(tight, 0.0, "solver"), require_proof=True)) == [UNPROVEN % "solver"]
    assert sentences(certify(tight, none_fits(tight, 1.0), require_proof=True)) == []


def test_nothing_is_not_optimal_where_something_can_be_done() -> None:
    """All starts null, and an optimum of 0 on the word of a solver: another plan has more, and is named."""
    idle = replace(INSTANCE, units=tuple(replace(unit, latest=None) for unit in INSTANCE.units))
    plan = PlanFile("optimal", 0.0, 0.0, 0.0, "solver", 1.0, {unit.id: None for unit in idle.units})
    (found,) = sentences(certify(idle, plan))
    assert found.startswith("plan, $.bound: the stated bound is wrong: another plan that keeps every limit has more; ")
    assert "found '0', expected at least 3; for one, start a in period 0" in found


def test_proof_can_be_required() -> None:
    assert sentences(certify(INSTANCE, PLAN, require_proof=True)) == []
    elsewhere = PlanFile(None, None, None, None, None, None, PLAN.start, absent=ELSEWHERE)
    claimed = sealed(INSTANCE, replace(PLAN, status="optimal", bound=4.5, gap_share=0.0, proof="solver"))
    for plan, proof in ((elsewhere, "nothing"), (claimed, "solver")):
        assert sentences(certify(INSTANCE, plan, require_proof=True)) == [UNPROVEN % proof]


def test_a_unit_without_any_start_needs_no_price() -> None:
    past = Instance(2, 1.0, units=(Unit("a", latest=-1),))
    plan = PlanFile("infeasible", None, None, None, "certified", 1.0, {}, zero_certificate(past, "infeasible"))
    assert certify(past, sealed(past, plan)).is_proven_infeasible is True


def test_a_plan_is_not_certified_by_the_proof_that_none_exists() -> None:
    said = "plan, $.certificate.proves: the certificate says that no plan exists, and the plan that one may; found "
    assert f"{said}'infeasible', expected bound." in resealed(certificate=replace(HELD, proves="infeasible"))


def test_nothing_to_swap_is_optimal() -> None:
    empty = Instance(4, 0.9, (Resource("crew", (0.0,) * 4),))
    plan = PlanFile("optimal", 0.0, 0.0, 0.0, "certified", 0.0, {}, zero_certificate(empty))
    found = certify(empty, sealed(empty, plan))
    assert (sentences(found), found.certified_bound, found.gap_share) == ([], 0.0, 0.0)


def test_a_conflict_is_paid_for_only_while_a_unit_is_under_way() -> None:
    units = (Unit("a"), Unit("b"))
    instance = Instance(3, 1.0, (), units, conflicts=(Conflict("c", ("a", "b"), 1),), demands=(Demand("d", 1, ("a",)),))
    held = replace(zero_certificate(instance), conflict_prices=np.array([[0.0, 0.0, 1.0]]))
    found = bound_of(instance, held)  # 3 * 1 worth of d, and 1 * 1: nobody has to pay in period 2
    assert found == pytest.approx(4.0, rel=1e-9)


def test_it_imports_nothing_of_ours_but_core_and_forms() -> None:
    tree = ast.parse(Path(module.__file__).read_text("utf-8"))
    froms = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    names = froms | {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    ours = {name for name in names if name.startswith("provenet")}
    assert {".".join(name.split(".")[:2]) for name in ours} == {"provenet.core", "provenet.forms"}
    assert names - ours == {"math", "dataclasses", "typing", "numpy", "numpy.typing"}


RING = Instance(
    4,
    1.0,
    units=(Unit("a"), Unit("b", duration=2), Unit("c"), Unit("d")),
    precedence=(("a", "c"), ("b", "c")),
    conflicts=(Conflict("ring", ("a", "b", "d"), 1), Conflict("two", ("a", "b"), 2)),
    demands=(Demand("x", 4.0, ("a", "b")), Demand("y", 1.0, ("c",))),
)
"""a takes one period and b two, one after the other; x needs both and c waits for both: done by 3, c by 4."""
TURNS = {
    "turn_demand": [0, 0, 0, 0, -1],
    "turn_unit": [-1, -1, -1, -1, 2],
    "turn_conflict": [0, 0, 0, 0, 0],
    "turn_size": [2, 2, 2, 2, 2],
    "turn_period": [0, 1, 2, 3, 2],
    "turn_member": [0, 1] * 5,
    "turn_amount": [4.0, 4.0, 4.0, 1.0, 3.0],
}


def taking_turns(**changes: list[float]) -> Certificate:
    """Turns with changes; y is worth 1 in 3, which c is credited with."""
    none = zero_certificate(RING)
    arrays = {name: np.array(held, getattr(none, name).dtype) for name, held in (TURNS | changes).items()}
    one = {"credit_demand": np.array([1]), "credit_unit": np.array([2]), "credit_period": np.array([3])}
    return replace(none, **arrays, **one, credit_amount=np.array([1.0]))  # type: ignore[arg-type]


def test_turns_by_hand() -> None:
    # x can be clear in 3 at the earliest: in 0, 1 and 2 it pays all that it is worth, and nobody has started by then.
    # In 3 it keeps 3 of 4, and pays 1 to each of a and b that has started by 0: 1 each. y: 1 in 0 to 2; in 3 its
    # credit goes to c, which is done by 3 if it starts by 2, and then pays 3: so c stays at 0. 3 + 2 + 3 = 8.
    assert bound_of(RING, taking_turns()) == pytest.approx(8.0, abs=1e-9)
    # Without turns the same credits prove 4 x 4 + 3 + 1.
    assert bound_of(RING, taking_turns(**{name: [] for name in TURNS})) == pytest.approx(20.0, abs=1e-9)
    # If x pays 4 in 3 as well, a and b get 4 each.
    assert bound_of(RING, taking_turns(turn_amount=[4, 4, 4, 4, 3])) == pytest.approx(11.0, abs=1e-9)
    # What c pays it pays only if it starts: in 3 it is not done by 3.
    assert bound_of(RING, taking_turns(turn_amount=[4, 4, 4, 1, 0.25])) == pytest.approx(8.75, abs=1e-9)
    # That nothing starts is worth no less where nothing counts but units: the turns of units still do.
    assert bound_of(RING, replace(taking_turns(), proves="infeasible")) == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize(
    ("changes", "said"),
    table(__file__, "turns that are none"),
)  # fmt: skip
def test_turns_that_are_none(changes: dict[str, list[float]], said: str) -> None:
    with pytest.raises(ValueError, match="^" + re.escape(said)):
        bound_of(RING, taking_turns(**changes))
