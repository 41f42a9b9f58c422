"""Laws of `certify`: no price proves too little, and a start is accepted exactly where brute force accepts it."""

import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from provenet.certify import bound_of, certify
from provenet.forms.certificate import (
    certificate_bytes,
    figures_digest,
    instance_bytes,
    plan_bytes,
    plan_files,
    read_certificate,
    sealed,
)
from provenet.forms.schedule import Certificate, Conflict, Instance, PlanFile, Unit
from provenet.forms.schedule_form import read_instance, read_plan
from support.examples import examples
from support.schedule_brute import Start, best, every_start, keeps, starts_in_windows, worth_of
from support.schedule_cases import certificates, conflicted, instances

ELSEWHERE = frozenset({"status", "objective", "bound", "gap_share", "proof", "seconds"})

STATED = frozenset({"objective", "gap_share", "seconds"})


def bare(start: Start) -> PlanFile:
    """A plan made elsewhere that states its starts alone."""
    return PlanFile(None, None, None, None, None, None, start, absent=ELSEWHERE)


@settings(max_examples=examples(150))
@given(instances())
def test_a_start_is_accepted_where_brute_force_accepts_it(instance: Instance) -> None:
    for start in every_start(instance):
        found = certify(instance, bare(start))
        assert found.feasible is keeps(instance, start) is not bool(found.refusals), start
        assert found.objective == pytest.approx(float(worth_of(instance, start)), rel=1e-12, abs=1e-12)


@settings(max_examples=examples(60))
@given(conflicted())
def test_units_in_conflict_are_under_way_from_their_start_until_they_are_done(instance: Instance) -> None:
    for start in every_start(instance):
        assert certify(instance, bare(start)).feasible is keeps(instance, start), start


UNLIKE = Instance(
    periods=3,
    discount=1.0,
    resources=(),
    units=tuple(
        Unit(one, {}, lasts, 0, None, (1, 1, last)) for one, lasts, last in (("a", 1, 1), ("b", 3, 1), ("c", 1, 3))
    ),
    precedence=(),
    together=(("a", "b"),),
    conflicts=(Conflict("c0", ("a", "c"), 1),),
    demands=(),
)
"""Of two that start together the one in conflict is done before the other."""


@settings(max_examples=examples(600), deadline=None)
@given(conflicted())
@example(UNLIKE)
def test_what_one_more_start_would_gain_refutes_that_nothing_is_to_gain(instance: Instance) -> None:
    """Where units that start together fit beside what is started, an optimum without them is refuted."""
    along = [set(group) for group in instance.together] + [{unit.id} for unit in instance.units]
    for start in every_start(instance):
        if not keeps(instance, start):
            continue
        worth, idle = float(worth_of(instance, start)), [one for one in along if all(start[u] is None for u in one)]
        claim = certify(instance, PlanFile("optimal", worth, worth, None, "solver", None, start, absent=STATED))
        more = any(keeps(instance, start | dict.fromkeys(one, t)) for one in idle for t in range(instance.periods))
        assert [fault.column for fault in claim.refusals] == ["$.bound"] * more or not more, start


@settings(max_examples=examples(400))
@given(st.data())
def test_no_certificate_proves_less_than_the_best_plan(data: st.DataObject) -> None:
    instance = data.draw(instances())
    bound = bound_of(instance, data.draw(certificates(instance)))
    objective, _ = best(instance)
    if objective is None:
        return
    assert bound >= objective
    assert bound < math.inf


@settings(max_examples=examples(300))
@given(st.data())
def test_no_certificate_denies_a_plan_that_exists(data: st.DataObject) -> None:
    instance = data.draw(instances())
    total = bound_of(instance, data.draw(certificates(instance, "infeasible")))
    if best(instance)[0] is not None:
        assert total >= 0


@settings(max_examples=examples(200))
@given(instances())
def test_a_right_claim_without_a_certificate_is_never_refused(instance: Instance) -> None:
    """A right optimum, also beside a plan that starts nothing, or a right "no plan exists", is never refuted."""
    objective, start = best(instance)
    none = dict.fromkeys((unit.id for unit in instance.units), None)
    denied = certify(instance, PlanFile("infeasible", None, None, None, "solver", None, none))
    if objective is None:
        assert denied.refusals == ()
        return
    right = certify(instance, PlanFile("optimal", objective, objective, 0.0, "solver", None, start))
    assert right.refusals == ()
    if keeps(instance, none):
        idle = PlanFile("feasible", None, objective, None, "bound", None, none, absent=STATED)
        assert certify(instance, idle).refusals == ()


@settings(max_examples=examples(200))
@given(instances())
def test_what_can_be_done_refutes_that_nothing_can(instance: Instance) -> None:
    """Where one demand alone can be clear and starting nothing keeps the limits, an optimum of 0 is refuted."""
    none = dict.fromkeys((unit.id for unit in instance.units), None)
    worth = float(worth_of(instance, none))
    alone = [one for one in starts_in_windows(instance) if keeps(instance, one) and worth_of(instance, one) > worth]
    if not keeps(instance, none) or any(unit.value for unit in instance.units) or instance.conflicts or not alone:
        return
    claim = certify(instance, PlanFile("optimal", worth, worth, 0.0, "solver", None, none))
    assert [fault.column for fault in claim.refusals] == ["$.bound"]


@settings(max_examples=examples(200))
@given(st.data())
def test_what_is_written_is_read_back(data: st.DataObject) -> None:
    instance = data.draw(instances())
    again = read_instance("i.json", instance_bytes(instance))
    assert again == instance
    held = data.draw(certificates(instance))
    start: Start = dict.fromkeys((unit.id for unit in instance.units), 0)
    plan = sealed(instance, PlanFile("feasible", 1.5, 3.0, 1.0, "solver", 0.25, start, held))
    read = read_plan("p.json", plan_bytes(plan, instance), instance)
    assert isinstance(read.certificate, Certificate)
    assert isinstance(plan.certificate, Certificate)
    assert figures_digest(read.certificate) == figures_digest(plan.certificate) == plan.certificate.figures
    assert plan_bytes(read, instance) == plan_bytes(plan, instance) == plan_files(plan, instance, "p.json")["p.json"]
    beside = read_certificate("p.certificate.npz", certificate_bytes(plan.certificate))
    assert certificate_bytes(beside) == certificate_bytes(plan.certificate)
    assert beside.plan == plan.certificate.plan
    assert not np.shares_memory(beside.prices, held.prices)
