"""Compiling, bound, proof and relief of a schedule, each by hand or against what `certify` sums."""

import json
from dataclasses import replace
from itertools import pairwise
from math import comb

import numpy as np
import pytest

from against.random_schedules import schedule_case
from against.reference_plan import broken
from provenet.certify import certify
from provenet.forms.certificate import instance_bytes, sealed
from provenet.forms.schedule import Conflict, Demand, Instance, PlanFile, Resource, Unit
from provenet.scheduling import schedule as planner
from provenet.scheduling.certificates import certificate_of, gap_by_family
from provenet.scheduling.compilation import FORBIDDEN, LEAST, MOST, CompiledInstance, compile_instance, scale_program
from provenet.scheduling.near_optimal import start_amounts
from provenet.scheduling.solve.bound import Bound, upper_bound
from provenet.scheduling.solve.closure import ClosureNetwork, network, prune_losses
from provenet.scheduling.solve.program import NEVER, Program, Turns, no_turns, worth_of
from provenet.scheduling.turns import MOST_PAIRED
from unit.certify.test_certify_by_hand import RING
from unit.certify.test_certify_by_hand import taking_turns as ring_turns

CREW = Resource("crew", (1.0, 1.0, 1.0))


def one_crew(name: str) -> Unit:
    return Unit(name, {"crew": (1.0, 1.0, 1.0)})


def test_windows_by_who_waits_for_whom() -> None:
    """b waits two periods for a and must start by 3: a must too, by 1; c waits for b; d must not and waits for c."""
    units = (Unit("a", duration=2), Unit("b", latest=3), Unit("c", earliest=1), Unit("d", duration=9))
    made = compile_instance(Instance(5, 1.0, units=units, precedence=(("a", "b"), ("b", "c"), ("c", "d"))))
    program = made.program
    assert program.first.tolist() == [0, 2, 3, 4]
    assert program.last.tolist() == [1, 3, 4, 4]
    assert program.must.tolist() == [True, True, False, False]
    assert made.impossible == ()


def test_what_waits_for_itself_never_starts() -> None:
    units = (Unit("a"), Unit("b"), Unit("c"))
    made = compile_instance(
        Instance(3, 1.0, units=units, precedence=(("a", "b"), ("b", "a"), ("b", "c")),
                 demands=(Demand("d", 2.0, ("c",)),))
    )  # fmt: skip
    assert (made.program.first > made.program.last).all()
    assert made.hopeless == ((0, 2),)
    assert made.program.wants.worth.shape == (0, 3)


def test_a_duration_past_the_horizon_is_as_long_as_the_horizon() -> None:
    units = (Unit("a", duration=2**31 - 1), Unit("b", duration=2**31 - 1), Unit("c"))
    conflict = Conflict("c", ("a", "b"), 1)
    made = compile_instance(Instance(4, 1.0, units=units, precedence=(("a", "b"), ("b", "c")), conflicts=(conflict,)))
    assert made.program.first.tolist() == [0, 4, 4]
    assert made.program.conflicts.duration.tolist() == [4, 4]


def test_alike_demands_are_one_and_members_that_are_surely_done_are_dropped() -> None:
    """b waits for a, so a demand on both is one on b; two demands on b and one on both add up to 1 + 2 + 4."""
    demands = Demand("x", 1.0, ("b",)), Demand("y", 2.0, ("b",)), Demand("z", 4.0, ("a", "b")), Demand("0", 0.0, ("a",))
    instance = Instance(3, 0.5, units=(Unit("a"), Unit("b")), precedence=(("a", "b"),), demands=demands)
    wants = compile_instance(instance).program.wants
    assert wants.block.tolist() == [1]
    assert wants.worth.tolist() == [[7.0, 3.5, 1.75]]
    assert compile_instance(instance).merged.demand.tolist() == [0, 1, 2]


def test_a_demand_without_units_is_worth_the_same_whatever_is_done() -> None:
    made = compile_instance(Instance(3, 0.5, demands=(Demand("d", 4.0, ()),)))
    assert made.program.constant == 7.0


def test_large_and_small_numbers_are_counted_in_units_of_their_own() -> None:
    units = (Unit("a", {"r": (3e-12,) * 2, "s": (2.0,) * 2}),)
    resources = (Resource("r", (1e-12, 1e30)), Resource("s", (5.0, 5.0)))
    made = compile_instance(Instance(2, 1.0, resources, units, demands=(Demand("d", 1e18, ("a",)),)))
    assert made.amount_units.tolist() == [2.0**-39, 1.0]
    assert made.worth_unit == 2.0**60
    np.testing.assert_array_equal(made.program.limits.amount[0], [3e-12 * 2.0**39] * 2)
    np.testing.assert_array_equal(made.program.wants.worth, [[1e18 / 2.0**60] * 2])
    assert made.program.limits.capacity[0, 1] == 4 * made.program.limits.amount[0, 0]
    assert made.program.limits.capacity[1].tolist() == [5.0, 5.0]


@pytest.mark.parametrize(("amount", "weight"), [(1.0, 1.0), (1e-12, 1e12), (1e15, 1e-9), (1e29, 1e28)])
def test_plans_do_not_depend_on_the_units_of_measure(amount: float, weight: float) -> None:
    """One crew, three periods: the heavier first; 8 x 2 + 4 x 1 and nothing for the third."""
    units = tuple(Unit(name, {"crew": (amount,) * 3}) for name in "abc")
    demands = tuple(Demand(name, weight * 2**k, (name,)) for k, name in enumerate("abc", 1))
    plan = planner.schedule(Instance(3, 1.0, (Resource("crew", (amount,) * 3),), units, demands=demands))
    assert (plan.status, plan.proof) == ("optimal", "certified")
    assert plan.objective == pytest.approx(20 * weight)
    assert {name: at for name, at in plan.start.items() if name != "a"} == {"c": 0, "b": 1}


def test_the_bound_of_two_units_by_hand() -> None:
    """One crew, two units worth 2 and 1 a period once done, three periods: 2 x 2 + 1 x 1 = 5, and prices prove it."""
    demands = (Demand("a", 2.0, ("a",)), Demand("b", 1.0, ("b",)))
    made = compile_instance(Instance(3, 1.0, (CREW,), (one_crew("a"), one_crew("b")), demands=demands))
    found = upper_bound(made.program)
    assert found.value == pytest.approx(5.0, abs=1e-6)
    assert found.relaxed == pytest.approx(5.0, abs=1e-6)
    price = found.prices.resource[0]
    # What b gains by an earlier start, it pays; what a gains by it, it does not.
    assert 1.0 - 1e-6 <= price[0] - price[1] <= 2.0 + 1e-6


def proven_bound(made: CompiledInstance) -> tuple[ClosureNetwork, Bound]:
    """The bound after twelve rounds, which its certificate proves."""
    net = network(made.program)
    bound = upper_bound(made.program, net=net, rounds=12)
    bare = PlanFile("unknown", None, bound.value, None, "certified", 0.0, {}, certificate_of(made, net, bound))
    said = certify(made.instance, sealed(made.instance, bare))
    assert said.certified_bound == pytest.approx(bound.value * made.worth_unit, rel=1e-6, abs=1e-6)
    return net, bound


def test_every_certificate_proves_the_bound_it_comes_from() -> None:
    possible = [made for seed in range(400, 460) if not (made := compile_instance(schedule_case(seed))).impossible]
    assert len([proven_bound(made) for made in possible]) > 30


def test_what_loses_worth_is_taken_out_with_what_waits_for_it() -> None:
    """a costs 3 and b after it brings 2: both go. c costs 1 and d brings 4: both stay. e must start, at its cost."""
    value = {"a": -3.0, "b": 2.0, "c": -1.0, "d": 4.0, "e": -5.0}
    units = tuple(Unit(name, value=(each,) * 3, latest=2 if name == "e" else None) for name, each in value.items())
    program = compile_instance(Instance(3, 1.0, units=units, precedence=(("a", "b"), ("c", "d")))).program
    start = np.array([0, 1, 0, 1, 2], np.int32)
    kept = prune_losses(program, start)
    assert kept.tolist() == [NEVER, NEVER, 0, 1, 2]
    assert worth_of(program, kept) == -2.0


def test_a_demand_keeps_what_it_needs() -> None:
    """Two units at a cost of 3 each for a demand worth 4 a period; done by 1 of 3 it is worth 8, by 2 only 4."""
    units = tuple(Unit(name, value=(-3.0,) * 3) for name in "ab")
    program = compile_instance(Instance(3, 1.0, units=units, demands=(Demand("d", 4.0, ("a", "b")),))).program
    assert prune_losses(program, np.array([0, 0], np.int32)).tolist() == [0, 0]
    assert prune_losses(program, np.array([0, 1], np.int32)).tolist() == [NEVER, NEVER]


def test_a_start_that_costs_much_does_not_pass_for_rounding() -> None:
    """What never starts has no say in how near a bound is: b is worth 1 and cannot be had for a's cost."""
    units = (Unit("a", value=(-1e15,) * 2), Unit("b", {"crew": (0.6,) * 2}), Unit("c", {"crew": (0.6,) * 2}))
    demands = (Demand("b", 1.0, ("b",)), Demand("c", 1.0, ("c",)), Demand("a", 1.0, ("a",)))
    instance = Instance(2, 1.0, (Resource("crew", (1.0, 1.0)),), units, demands=demands)
    plan = planner.schedule(instance, tries=20_000, whole_seconds=0)
    assert (plan.objective, plan.status) == (1.0, "feasible")
    assert plan.bound == pytest.approx(5 / 3, rel=1e-6)
    assert certify(instance, plan).refusals == ()


def relieved(instance: Instance) -> PlanFile:
    plan = planner.schedule(instance)
    assert plan.status == "infeasible"
    assert certify(instance, plan).refusals == ()
    return plan


def test_relief_by_hand_where_it_carries_over() -> None:
    """Three units by period 1 with one crew a period saved up: by then 2 are there, so 1 lacks."""
    units = tuple(replace(one_crew(name), latest=1) for name in "abc")
    plan = relieved(Instance(3, 1.0, (replace(CREW, carry_over=True),), units))
    assert plan.clash == ("resource 'crew' is short by 1 up to period 1: 2 available; 3 units due by then, 3 needed.",)
    assert plan.relief is not None
    capacity, deadline, every = plan.relief
    assert capacity == {
        "kind": "capacity", "resource": "crew", "period": 1, "at_least": pytest.approx(1.0), "carry_over": True,
    }  # fmt: skip
    assert deadline == {"kind": "deadline", "periods": 1, "plan_found": True}
    assert every["share"] == pytest.approx(0.5, abs=1e-3)


@pytest.mark.parametrize("capacity", [(1.0, 0.5, 1.0), (2.0, 1.0, 0.0), (0.3, 0.2, 0.4)])
def test_what_the_relief_says_is_true(capacity: tuple[float, ...]) -> None:
    """With all capacities larger by the share told there is a plan, by another checker too."""
    units = tuple(replace(one_crew(name), latest=2) for name in "abcd")
    instance = Instance(3, 1.0, (Resource("crew", capacity),), units)
    told = {str(one["kind"]): one for one in relieved(instance).relief or ()}
    share = 1.0 + float(str(told["all capacities"]["share"]))
    grown = replace(instance, resources=(Resource("crew", tuple(share * each for each in capacity)),))
    again = planner.schedule(grown)
    assert again.objective is not None
    assert broken(json.loads(instance_bytes(grown)), again.start) == []


def taking_turns() -> Instance:
    """x needs a (one period) and b (two), one at a time, and c waits for both; x can be clear by 3 and c start in 3."""
    units = (Unit("a"), Unit("b", duration=2), Unit("c"), Unit("d"))
    demands = (Demand("x", 4.0, ("a", "b")), Demand("y", 1.0, ("c",)), Demand("z", 1.0, ("d", "a")))
    conflicts = (Conflict("ring", ("a", "b"), 1), Conflict("two", ("a", "d"), 2))
    return Instance(5, 1.0, (), units, (("a", "c"), ("b", "c")), (), conflicts, demands)


def test_turns_before_a_demand_and_before_a_unit() -> None:
    made = compile_instance(taking_turns())
    turns = made.program.turns
    assert turns.of_want.tolist() == [True, False]
    assert turns.head.tolist() == [0, 2]
    assert turns.spent.tolist() == [3, 3]
    assert turns.block.tolist() == [0, 1, 0, 1]
    assert (made.turned.unit.tolist(), made.turned.conflict.tolist()) == ([-1, 2], [0, 0])


def test_turns_of_three_are_stated_for_all_and_for_each_two() -> None:
    units = tuple(Unit(name) for name in "abc")
    demands = (Demand("x", 1.0, ("a", "b", "c")),)
    conflicts = (Conflict("r", ("a", "b", "c"), 1), Conflict("s", ("b", "c"), 1))
    turns = compile_instance(Instance(4, 1.0, units=units, conflicts=conflicts, demands=demands)).program.turns
    assert turns.spent.tolist() == [3, 2, 2, 2]
    assert turns.block.tolist() == [0, 1, 2, 0, 1, 0, 2, 1, 2]


@pytest.mark.parametrize("few", [0, 1500])
def test_turns_close_the_gap_that_fractions_leave(few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """x is clear in 3 and 4, so is z from 1 on, and y in 4: 8 + 4 + 1. In fractions x would be half clear in 2."""
    monkeypatch.setattr("provenet.scheduling.solve.bound.FEW_ROWS", few)
    made = compile_instance(taking_turns())
    net = network(made.program)
    found = upper_bound(made.program, net=net)
    assert found.value == pytest.approx(13.0, rel=2e-3)
    without = replace(made.program, turns=no_turns())
    assert upper_bound(without, net=net).value > 13.9
    plan = planner.solve(taking_turns(), whole_seconds=0)
    assert plan.plan.objective == 13.0
    assert plan.plan.proof == "certified"
    assert certify(taking_turns(), plan.plan).refusals == ()


@pytest.mark.parametrize("seed", range(460, 500))
def test_the_whole_program_in_fractions_proves_its_bound_too(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("provenet.scheduling.solve.bound.FEW_ROWS", 0)
    made = compile_instance(schedule_case(seed))
    if made.impossible:
        return
    net, bound = proven_bound(made)
    assert upper_bound(made.program, net=net, rounds=12).value == bound.value
    start = np.full(made.program.blocks, NEVER, np.int32)
    if not made.program.must.any():
        gap = (bound.value - worth_of(made.program, start)) * made.worth_unit
        assert sum(gap_by_family(made, net, bound, start=start).values()) == pytest.approx(gap, rel=1e-6, abs=1e-6)


def test_what_starts_are_worth_by_a_certificate_with_turns() -> None:
    """a and b are paid 1 for a start in 0; c is credited 1 if done by 3 and pays 3 if started by 2."""
    assert start_amounts(RING, ring_turns()).tolist() == [[1, 0, 0, 0], [1, 0, 0, 0], [-2, -2, -2, 0], [0, 0, 0, 0]]


def program(weight: float = 1.0, use: float = 1.0, capacity: float = 2.0, value: float = 0.0) -> Program:
    """Two units of one resource over two periods, each clearing a demand of its own."""
    units = tuple(Unit(name, {"money": (use, use)}, value=(value, value)) for name in "ab")
    demands = tuple(Demand(f"of {name}", weight, (name,)) for name in "ab")
    resource = Resource("money", (capacity, capacity))
    return compile_instance(Instance(2, 1.0, resources=(resource,), units=units, demands=demands)).program


def test_plain_numbers_are_left_as_they_are() -> None:
    plain = program()
    made, worth, amount = scale_program(plain)
    assert made is plain
    assert (worth, amount.tolist()) == (1.0, [1.0])


@pytest.mark.parametrize("exponent", [-60, -11, 41, 90])
def test_units_are_powers_of_two_and_undo_exactly(exponent: int) -> None:
    """Scaled by hand in powers of two, the numbers differ from the plain program's by those powers alone."""
    plain = program(weight=3.0, use=5.0, capacity=6.0)
    factor = 2.0**exponent
    large = program(weight=3.0 * factor, use=5.0 * factor, capacity=6.0 * factor)
    start = np.array([0, NEVER], np.int32)
    assert 2.0**-10 <= worth_of(large, start) < 2.0**41
    assert np.array_equal(large.limits.capacity / large.limits.amount.max(), plain.limits.capacity / 5.0)
    assert np.log2(worth_of(plain, start) / worth_of(large, start)).is_integer()


def test_only_what_lies_beyond_the_bounds_needs_a_unit() -> None:
    made = compile_instance(Instance(1, 1.0, resources=(Resource("money", (1.0,)),),
                                     units=(Unit("a", {"money": (LEAST / 2,)}),),
                                     demands=(Demand("d", MOST * 4, ("a",)),)))  # fmt: skip
    assert (made.worth_unit, made.amount_units.tolist()) == (MOST * 4, [LEAST / 2])
    assert made.program.limits.amount.tolist() == [[1.0]]
    assert made.program.limits.capacity.tolist() == [[4.0]], "more than four times all use never binds"


def test_a_start_that_costs_a_thousand_times_every_gain_is_cut_to_four_times() -> None:
    gain = program().wants.worth.sum()
    near, far = program(value=-FORBIDDEN * gain), program(value=-2 * FORBIDDEN * gain)
    assert near.value.min() == -FORBIDDEN * gain
    assert far.value.min() == -4.0 * gain


def turns(*, most: int = 1, demand: tuple[str, ...] = (), precedence: tuple[tuple[str, str], ...] = ()) -> Turns:
    units = tuple(Unit(name, duration=duration) for name, duration in zip("abcd", (1, 2, 3, 9), strict=True))
    demands = (Demand("d", 1.0, demand),) if demand else ()
    conflicts = (Conflict("crew", ("a", "b", "c"), most),)
    instance = Instance(9, 1.0, units=units, precedence=precedence, conflicts=conflicts, demands=demands)
    return compile_instance(instance).program.turns


def rows(made: Turns) -> set[tuple[int, bool, int, tuple[int, ...]]]:
    groups = [tuple(made.block[a:b].tolist()) for a, b in pairwise(made.start.tolist())]
    return set(zip(made.head.tolist(), made.of_want.tolist(), made.spent.tolist(), groups, strict=True))


def test_all_units_of_a_demand_and_each_two_of_them_take_turns() -> None:
    assert rows(turns(demand=("a", "b", "c"))) == {
        (0, True, 6, (0, 1, 2)), (0, True, 3, (0, 1)), (0, True, 4, (0, 2)), (0, True, 5, (1, 2)),
    }  # fmt: skip


def test_a_unit_waits_for_those_that_take_turns_before_it() -> None:
    assert rows(turns(precedence=(("a", "d"), ("b", "d")))) == {(3, False, 3, (0, 1))}
    assert rows(turns(precedence=(("a", "d"), ("b", "d"), ("d", "d")))) == set(), "d waits for itself"


@pytest.mark.parametrize(("most", "demand"), [(2, ("a", "b", "c")), (1, ("a",)), (1, ("a", "d")), (1, ())])
def test_nothing_takes_turns_where_two_may_be_under_way_or_one_is_alone(most: int, demand: tuple[str, ...]) -> None:
    assert len(turns(most=most, demand=demand).head) == 0


@pytest.mark.parametrize("count", [MOST_PAIRED, MOST_PAIRED + 1])
def test_pairs_are_stated_of_a_few_units_alone(count: int) -> None:
    names = tuple(f"u{at}" for at in range(count))
    made = compile_instance(
        Instance(count, 1.0, units=tuple(map(Unit, names)), conflicts=(Conflict("crew", names, 1),),
                 demands=(Demand("d", 1.0, names),))
    ).program.turns  # fmt: skip
    assert len(made.head) == 1 + (comb(count, 2) if count <= MOST_PAIRED else 0)
    assert made.spent.max() == count
