"""Flip sets, origins and causes: hand-worked, and against brute force over every subset of claims."""

from datetime import date
from itertools import combinations, product
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenet.evidence import causes
from provenet.evidence.claims import Claim
from provenet.evidence.comparison import ChangedElement
from provenet.evidence.flips import Ground, Origins, flip_sets, relays_of
from support.examples import examples

DAY = date(2020, 1, 1)


def claim(name: str, stance: str = "asserts", day: date = DAY, derived: str = "", anonymous: bool = False) -> Claim:
    return Claim(name, frozenset({"v"}), f"speaker of {name}", stance, "f", day, "", derived, anonymous)


def one_fact(values: tuple[bool | None, ...]) -> str:
    return {True: "restricted", False: "clear", None: "undetermined"}[values[0]]


def listed(flips) -> list[tuple[tuple[tuple[str, str], ...], str]]:
    return [(flip.claims, flip.outcome) for flip in flips]


def test_a_single_claim_carries_the_verdict() -> None:
    assert listed(flip_sets([Ground((claim("a"),))], one_fact)) == [
        ((("a", "falls"),), "undetermined"),
        ((("a", "reversed"),), "clear"),
    ]


def test_two_claims_on_one_side_flip_by_one_reversal_or_both_falls() -> None:
    ground = Ground((claim("a"), claim("b")))
    assert listed(flip_sets([ground], one_fact)) == [
        ((("a", "reversed"),), "undetermined"),
        ((("b", "reversed"),), "undetermined"),
    ]


def test_a_dispute_of_one_against_two() -> None:
    ground = Ground((claim("a"), claim("b"), claim("c", "denies")))
    assert listed(flip_sets([ground], one_fact)) == [
        ((("c", "falls"),), "restricted"),
        ((("c", "reversed"),), "restricted"),
        ((("a", "falls"), ("b", "falls")), "clear"),
        ((("a", "falls"), ("b", "reversed")), "clear"),
        ((("a", "reversed"), ("b", "falls")), "clear"),
        ((("a", "reversed"), ("b", "reversed")), "clear"),
    ]


def test_four_against_four_needs_more_than_three() -> None:
    sides = [claim(f"a{n}") for n in range(4)] + [claim(f"d{n}", "denies") for n in range(4)]
    assert flip_sets([Ground(tuple(sides))], one_fact) == []


def test_under_decided_by_the_act_before_the_latest_counts_when_the_latest_falls() -> None:
    old, new = claim("old", "denies", date(2019, 1, 1)), claim("new", "asserts", date(2020, 1, 1))
    assert listed(flip_sets([Ground((old, new), decides=True)], one_fact)) == [
        ((("new", "falls"),), "clear"),
        ((("new", "reversed"),), "clear"),
    ]


def test_relays_stay_unless_they_are_let_fall() -> None:
    origin, relay = claim("origin"), claim("relay", derived="origin")
    ground = Ground((origin, relay))
    stays = {flip.claims for flip in flip_sets([ground], one_fact)}
    assert (("origin", "falls"),) not in stays
    falls = {flip.claims: flip.outcome for flip in flip_sets([ground], one_fact, relays_of([origin, relay]))}
    assert falls[(("origin", "falls"),)] == "undetermined"


def test_origins_are_roots_and_a_cycle_is_one() -> None:
    claims = [
        claim("a"),
        claim("b", derived="a"),
        claim("c", derived="b|a newspaper"),
        claim("x", derived="y"),
        claim("y", derived="x"),
        claim("z", derived="x"),
        claim("s", derived="s"),
        claim("n1", anonymous=True),
        claim("n2", anonymous=True),
    ]
    origins = Origins(claims)
    assert origins.of("b") == {"a"}
    assert origins.of("c") == {"a", "a newspaper"}
    assert origins.of("z") == origins.of("x") == {"x = y"}
    assert origins.of("s") == {"s"}
    assert origins.counted(["a", "b", "c", "z", "n1", "n2"]) == (["a", "a newspaper", "x = y"], ["n1", "n2"])


def brute(grounds, outcome_of):
    """Every subset of up to three, then those that hold no smaller one."""
    ids = sorted({c.id for g in grounds for c in g.claims})
    base = outcome_of(tuple(g.value({}) for g in grounds))
    hits = {}
    for size in (1, 2, 3):
        for chosen in combinations(ids, size):
            for how in product(("falls", "reversed"), repeat=size):
                changes = dict(zip(chosen, how, strict=True))
                led = outcome_of(tuple(by_hand(g, changes) for g in grounds))
                if led != base:
                    hits.setdefault(frozenset(chosen), set()).add((tuple(zip(chosen, how, strict=True)), led))
    return {flip for chosen, flips in hits.items() if not any(o < chosen for o in hits) for flip in flips}


def by_hand(ground, changes):
    kept = []
    for c in ground.claims:
        how = changes.get(c.id)
        if how != "falls":
            kept.append((c.day, c.stance if how is None else "denies" if c.stance == "asserts" else "asserts"))
    if ground.decides and kept:
        last = max(day for day, _ in kept)
        kept = [k for k in kept if k[0] == last]
    said = {stance for _, stance in kept}
    return None if len(said) != 1 else said == {"asserts"}


pools = st.lists(
    st.tuples(st.sampled_from("abcdefg"), st.sampled_from(["asserts", "denies"]), st.integers(1, 3)),
    max_size=6,
    unique_by=lambda t: t[0],
)


@settings(max_examples=examples(150), deadline=None)
@given(pools, pools, st.booleans(), st.lists(st.sampled_from("RCU"), min_size=9, max_size=9))
def test_flip_sets_are_those_that_trying_every_subset_finds(one, two, decides, table) -> None:
    grounds = [
        Ground(tuple(claim(n, s, date(2020, 1, d)) for n, s, d in one), decides),
        Ground(tuple(claim(n.upper(), s, date(2020, 1, d)) for n, s, d in two)),
    ]
    order = (True, False, None)

    def outcome_of(values):
        return table[order.index(values[0]) * 3 + order.index(values[1])]

    found = flip_sets(grounds, outcome_of)
    assert {(flip.claims, flip.outcome) for flip in found} == brute(grounds, outcome_of)
    assert len(found) == len(set(found))


ASKED = ("acme",)
OLD, NEW = ("clear", None), ("restricted", "R")


def search(need: set[str], elements: int) -> causes.CauseSearch:
    """The causes of a verdict that changes once all of `need` are carried over."""
    made = [ChangedElement(f"claim:{at}", "claim", str(at), "a row") for at in range(elements)]
    replay = SimpleNamespace(elements=made, answers=lambda carried: {ASKED: NEW if need <= carried else OLD})
    return causes._search(replay, {ASKED: (OLD, NEW)})[ASKED]  # type: ignore[arg-type,dict-item,index]


def refs(found: causes.CauseSearch) -> list[list[str]]:
    return [[one.ref for one in cause.elements] for cause in found.causes]


def test_the_smallest_set_is_listed_and_each_of_it_is_necessary_together() -> None:
    found = search({"claim:0", "claim:2"}, 4)
    assert refs(found) == [["claim:0", "claim:2"]]
    assert (found.causes[0].sufficient, found.causes[0].necessary, found.set_count) == (True, True, 1)
    assert found.searched == 3


def test_a_size_with_just_as_many_sets_as_may_be_tried_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of five elements there are five sets of one, ten of two and ten of three."""
    for most, searched in ((10, 3), (9, 1), (5, 1), (4, 0)):
        monkeypatch.setattr(causes, "MAX_TRIED", most)
        assert search({"claim:0"}, 5).searched == searched


def test_where_no_size_tried_is_enough_the_elements_it_cannot_do_without_are_listed() -> None:
    found = search({f"claim:{at}" for at in range(4)}, 5)
    assert refs(found) == [["claim:0"], ["claim:1"], ["claim:2"], ["claim:3"]]
    assert [(one.sufficient, one.necessary) for one in found.causes] == [(False, True)] * 4
    assert (found.searched, found.set_count) == (3, 0)
