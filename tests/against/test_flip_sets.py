"""Flip sets with relays that fall, against trying every subset on small graphs of who relays whom, cycles included."""

from datetime import date
from itertools import combinations, product

from hypothesis import given, settings
from hypothesis import strategies as st

from provenet.evidence.claims import Claim
from provenet.evidence.flips import Ground, Origins, flip_sets, relays_of
from support.examples import examples

IDS = "abcdef"
ORDER = (True, False, None)


@st.composite
def world(draw):
    """Up to six claims on two facts, each derived from up to two others, words, or itself; and a table of outcomes."""
    ids = IDS[: draw(st.integers(1, 6))]
    claims = []
    for one in ids:
        stance, day = draw(st.sampled_from(["asserts", "denies"])), date(2020, 1, draw(st.integers(1, 3)))
        origins = "|".join(draw(st.lists(st.sampled_from([*ids, "a newspaper"]), max_size=2)))
        claims.append(Claim(one, frozenset({"v"}), f"speaker of {one}", stance, "f", day, derived_from=origins))
    sides = [draw(st.integers(0, 2)) for _ in claims]
    grounds = [
        Ground(tuple(c for c, side in zip(claims, sides, strict=True) if side in (0, 2)), draw(st.booleans())),
        Ground(tuple(c for c, side in zip(claims, sides, strict=True) if side == 1)),
    ]
    outcomes = draw(st.lists(st.sampled_from(["restricted", "clear", "undetermined"]), min_size=9, max_size=9))
    return claims, grounds, outcomes


def fallen(claims, chosen):
    """What falls: pass after pass over every claim until nothing more falls. A chosen claim keeps its own change."""
    state = dict(chosen)
    while True:
        origins = {claim.id: map(str.strip, claim.derived_from.split("|")) for claim in claims if claim.id not in state}
        more = {one for one, names in origins.items() if any(state.get(name) == "falls" for name in names)}
        if not more:
            return state
        state |= dict.fromkeys(more, "falls")


def value(ground, state):
    left = [
        (claim.day, (claim.stance == "asserts") ^ (state.get(claim.id) == "reversed"))
        for claim in ground.claims
        if state.get(claim.id) != "falls"
    ]
    if ground.decides and left:
        last = max(day for day, _ in left)
        left = [one for one in left if one[0] == last]
    says = {said for _, said in left}
    return says.pop() if len(says) == 1 else None


def by_trying_all(claims, grounds, outcomes, relays_fall):
    """Every change of every set of up to three claims of the grounds; then only sets that hold no smaller one."""

    def outcome(chosen):
        state = fallen(claims, chosen) if relays_fall else chosen
        first, second = (value(ground, state) for ground in grounds)
        return outcomes[ORDER.index(first) * 3 + ORDER.index(second)]

    stands = outcome({})
    pool = sorted({claim.id for ground in grounds for claim in ground.claims})
    hits = [
        (tuple(zip(chosen, how, strict=True)), led)
        for size in (1, 2, 3)
        for chosen in combinations(pool, size)
        for how in product(("falls", "reversed"), repeat=size)
        if (led := outcome(dict(zip(chosen, how, strict=True)))) != stands
    ]
    sets = [frozenset(name for name, _ in changes) for changes, _ in hits]
    return [hit for hit, names in zip(hits, sets, strict=True) if not any(other < names for other in sets)]


@settings(max_examples=examples(400), deadline=None)
@given(world(), st.booleans())
def test_flip_sets_are_those_that_trying_every_subset_finds(made, relays_fall) -> None:
    claims, grounds, outcomes = made

    def outcome_of(values):
        return outcomes[ORDER.index(values[0]) * 3 + ORDER.index(values[1])]

    found = flip_sets(grounds, outcome_of, relays_of(claims) if relays_fall else None)
    assert [(flip.claims, flip.outcome) for flip in found] == by_trying_all(claims, grounds, outcomes, relays_fall)


@settings(max_examples=examples(200), deadline=None)
@given(world())
def test_origins_are_those_that_walking_every_path_finds(made) -> None:
    claims, _, _ = made
    above = {c.id: {part for part in c.derived_from.split("|") if part} for c in claims}
    reach = {one: {one} for one in {*above, "a newspaper"}}
    for _ in range(len(reach)):
        reach = {one: {one}.union(*(reach[up] for up in above.get(one, ()))) for one in reach}
    for claim in claims:
        roots = set()
        for name in reach[claim.id]:
            if not above.get(name):
                roots.add(name)
            elif all(name in reach[other] for other in reach[name]):
                roots.add(" = ".join(sorted(reach[name])))
        assert Origins(claims).of(claim.id) == roots
