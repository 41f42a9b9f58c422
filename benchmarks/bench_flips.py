"""Flip sets of ten thousand verdicts, beside trying every subset of up to three claims.

    python benchmarks/bench_flips.py [--size small] [VERDICTS [CLAIMS ...]]

Every vendor has its own 6 to 40 claims on one to four facts: some disputed, some decided by the latest act of one
party. The rule is drawn for each vendor: a condition over its facts in three-valued logic. The peer is written from
the definition alone: every set of up to three claims, every way in which each falls or is reversed, the outcome
worked out anew each time, then only the sets that hold no smaller one. It takes minutes on thousands of verdicts, so
it runs on the first few and its answers must be ours; the ratio is of those few.
"""

import random
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations, product

from measuring import best, is_small, machine

from provenet.core.tri import Tri, tri_all, tri_any, tri_not
from provenet.evidence.claims import Claim
from provenet.evidence.flips import Ground, flip_sets

FIRST_DAY = date(2018, 1, 1)
Changes = tuple[tuple[str, str], ...]
Flips = list[tuple[Changes, str]]


@dataclass(frozen=True)
class Verdict:
    """The claims behind one verdict, and the outcome by the values of its facts."""

    grounds: tuple[Ground, ...]
    outcome_of: Callable[[tuple[Tri, ...]], str]


def rule(draw: random.Random, facts: int) -> Callable[[tuple[Tri, ...]], str]:
    """A prohibition over all facts or any of them, some negated, with a permit on the last: three outcomes."""
    turned = [draw.random() < 0.2 for _ in range(facts)]
    join = draw.choice((tri_all, tri_any))
    condition = draw.random() < 0.3

    def outcome_of(values: tuple[Tri, ...]) -> str:
        truth = join(tri_not(value) if turn else value for value, turn in zip(values, turned, strict=True))
        if truth is None:
            return "undetermined"
        return ("conditional" if condition else "restricted") if truth else "clear"

    return outcome_of


def verdicts(count: int, seed: int = 1, low: int = 6, high: int = 40) -> Iterator[Verdict]:
    """Verdicts of vendors that share no claim."""
    draw = random.Random(seed)
    for at in range(count):
        facts, claims = draw.randint(1, 4), draw.randint(low, high)
        sides: list[list[Claim]] = [[] for _ in range(facts)]
        leans = [draw.choice((0.02, 0.3, 0.98)) for _ in range(facts)]
        for one in range(claims):
            fact = draw.randrange(facts)
            stance = "denies" if draw.random() < leans[fact] else "asserts"
            day = FIRST_DAY + timedelta(days=draw.randrange(2500))
            sides[fact].append(Claim(f"claim-{at}-{one}", frozenset({f"v{at}"}), f"s{one}", stance, f"f{fact}", day))
        grounds = tuple(Ground(tuple(held), decides=draw.random() < 0.3) for held in sides)
        yield Verdict(grounds, rule(draw, facts))


def value(ground: Ground, state: dict[str, str]) -> Tri:
    """The value of a fact, from its definition."""
    left = [
        (claim.day, (claim.stance == "asserts") ^ (state.get(claim.id) == "reversed"))
        for claim in ground.claims
        if state.get(claim.id) != "falls"
    ]
    if ground.decides and left:
        last = max(day for day, _ in left if day is not None)
        left = [one for one in left if one[0] == last]
    says = {said for _, said in left}
    return says.pop() if len(says) == 1 else None


def by_trying_all(verdict: Verdict) -> Flips:
    """Every change of every set of up to three claims; then only of sets that hold no smaller one."""

    def outcome(chosen: Changes) -> str:
        state = dict(chosen)
        return verdict.outcome_of(tuple(value(ground, state) for ground in verdict.grounds))

    stands = outcome(())
    pool = sorted({claim.id for ground in verdict.grounds for claim in ground.claims})
    hits: Flips = []
    for size in (1, 2, 3):
        for chosen in combinations(pool, size):
            for how in product(("falls", "reversed"), repeat=size):
                changes = tuple(zip(chosen, how, strict=True))
                if (led := outcome(changes)) != stands:
                    hits.append((changes, led))
    sets = {frozenset(name for name, _ in changes) for changes, _ in hits}

    def is_minimal(changes: Changes) -> bool:
        names = [name for name, _ in changes]
        return not any(frozenset(some) in sets for size in range(1, len(names)) for some in combinations(names, size))

    return [(changes, led) for changes, led in hits if is_minimal(changes)]


def ours(some: list[Verdict]) -> list[Flips]:
    """The product's flip sets."""
    return [
        [(flip.claims, flip.outcome) for flip in flip_sets(verdict.grounds, verdict.outcome_of)] for verdict in some
    ]


def main(words: list[str]) -> None:
    """Measures and prints."""
    small = is_small(words)
    count = int(words[0]) if words else 40 if small else 10_000
    few = 5 if small else 12
    made = list(verdicts(count))
    claims = sum(len(ground.claims) for verdict in made for ground in verdict.grounds)
    spent = best(lambda: ours(made), tries=1 if small else 3)
    changes = sum(len(flips) for flips in spent.gave)
    print(machine())
    print(
        f"flip sets of {count:,} verdicts, {claims:,} claims: {spent.wall:.1f} s ({spent.cpu:.1f} s of processor), "
        f"{count / spent.wall:,.0f} verdicts/s, {changes:,} changes listed"
    )
    beside(made[:few])
    for claims in () if small else (6, 12, 24, 40):
        beside(list(verdicts(few, seed=2, low=claims, high=claims)), f"{claims} claims each, ")


def beside(some: list[Verdict], which: str = "") -> None:
    """Ours and the peer on the same verdicts, one after the other. Raises SystemExit where they differ."""
    mine = best(lambda: ours(some), rounds=3)
    theirs = best(lambda: [by_trying_all(verdict) for verdict in some], tries=1)
    if mine.gave != theirs.gave:
        raise SystemExit("flip sets differ from those that trying every subset finds")
    print(
        f"{which}{len(some)} verdicts, the same answers: ours {mine.cpu / len(some) * 1000:.2f} ms a verdict, "
        f"every subset {theirs.cpu / len(some) * 1000:.0f} ms, ratio {theirs.cpu / mine.cpu:,.0f}"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
