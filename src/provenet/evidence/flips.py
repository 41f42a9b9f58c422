"""What a verdict hangs on: the smallest sets of claims whose fall or reversal leads to another outcome.

A claim *falls* when it is taken away, and is *reversed* when it says the opposite. Sets are tried by size, up to
three; a set counts only if no part of it changes the outcome, and every change of it that does is listed. Source: own,
after the design's algorithms, section 5.9. It says what the rules would make of other evidence, not that any evidence
is weak.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product

from provenet.core.tri import Tri
from provenet.evidence.claims import Claim

MAX_CLAIMS = 3
CHANGES = ("falls", "reversed")


@dataclass(frozen=True)
class Ground:
    """The claims one fact of a verdict rests on. `decides`: acts of the party that settles it, the latest counting."""

    claims: tuple[Claim, ...]
    decides: bool = False

    def value(self, changes: Mapping[str, str]) -> Tri:
        """The value of the fact after some claims fall or are reversed."""
        kept = [(c, (c.stance == "asserts") != (changes.get(c.id) == "reversed")) for c in self.claims]
        kept = [(c, says) for c, says in kept if changes.get(c.id) != "falls"]
        if self.decides and kept:
            last = max(c.day for c, _ in kept if c.day is not None)
            kept = [(c, says) for c, says in kept if c.day == last]
        sides = {says for _, says in kept}
        return sides.pop() if len(sides) == 1 else None


@dataclass(frozen=True)
class Flip:
    """One change of a minimal set of claims, and the outcome it leads to."""

    claims: tuple[tuple[str, str], ...]
    outcome: str

    def as_dict(self) -> dict[str, object]:
        """As `--json` prints it."""
        return {"claims": [{"claim_id": c, "change": how} for c, how in self.claims], "outcome": self.outcome}


def flip_sets(
    grounds: Sequence[Ground],
    outcome_of: Callable[[tuple[Tri, ...]], str],
    relays: Mapping[str, Sequence[str]] | None = None,
) -> list[Flip]:
    """Every change of every minimal set of up to `MAX_CLAIMS` claims that leads to another outcome.

    `outcome_of` gives the outcome for the values of the facts, in the order of `grounds`; it is asked once per
    combination of values. `relays` maps a claim to those that relay it: given, they fall with it; else they stay.
    Sorted by size, then by claim and change. Law: no listed set holds another. Cost O(claims^3) lookups.
    """
    known: dict[tuple[Tri, ...], str] = {}
    base = tuple(ground.value({}) for ground in grounds)
    by_claim: dict[str, list[int]] = {}
    for at, ground in enumerate(grounds):
        for claim in ground.claims:
            by_claim.setdefault(claim.id, []).append(at)

    def outcome(changes: Mapping[str, str]) -> str:
        values = list(base)
        full = _with_relays(changes, relays or {})
        for at in {at for claim in full for at in by_claim.get(claim, ())}:
            values[at] = grounds[at].value(full)
        key = tuple(values)
        if key not in known:
            known[key] = outcome_of(key)
        return known[key]

    stands = outcome({})
    found: list[Flip] = []
    minimal: list[frozenset[str]] = []
    for size in range(1, MAX_CLAIMS + 1):
        fresh: list[frozenset[str]] = []
        for chosen in combinations(sorted(by_claim), size):
            if any(smaller <= set(chosen) for smaller in minimal):
                continue
            flips = [
                Flip(tuple(zip(chosen, how, strict=True)), led)
                for how in product(CHANGES, repeat=size)
                if (led := outcome(dict(zip(chosen, how, strict=True)))) != stands
            ]
            if flips:
                fresh.append(frozenset(chosen))
                found += flips
        minimal += fresh
    return found


def _with_relays(changes: Mapping[str, str], relays: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """The changes, and the fall of every claim that relays one that falls."""
    full = dict(changes)
    todo = [claim for claim, how in changes.items() if how == "falls"]
    while todo:
        for relay in relays.get(todo.pop(), ()):
            if relay not in full:
                full[relay] = "falls"
                todo.append(relay)
    return full


def relays_of(claims: Iterable[Claim]) -> dict[str, list[str]]:
    """Each claim to those derived from it."""
    made: dict[str, list[str]] = {}
    for claim in claims:
        for origin in _derived(claim):
            made.setdefault(origin, []).append(claim.id)
    return {origin: sorted(ids) for origin, ids in made.items()}


def _derived(claim: Claim) -> list[str]:
    return [part.strip() for part in claim.derived_from.split("|") if part.strip()]


class Origins:
    """The independent origins of claims: the roots of the derived-from graph, its cycles condensed to one each."""

    def __init__(self, claims: Iterable[Claim]) -> None:
        self._claims = {claim.id: claim for claim in claims}
        self._roots: dict[str, frozenset[str]] = {}

    def of(self, claim_id: str) -> frozenset[str]:
        """The roots of a claim: ids of claims, free text that is no id, or a cycle as its ids joined. Cost O(links)."""
        if claim_id not in self._roots:
            reached = self._reached(claim_id)
            roots = set()
            for name in reached:
                claim = self._claims.get(name)
                if claim is None or not _derived(claim):
                    roots.add(name)
                elif all(name in self._reached(origin) for origin in self._reached(name)):
                    roots.add(" = ".join(sorted(self._reached(name))))
            self._roots[claim_id] = frozenset(roots)
        return self._roots[claim_id]

    def _reached(self, claim_id: str) -> set[str]:
        """The claim and all that it is derived from through any number of steps."""
        seen = {claim_id}
        todo = [claim_id]
        while todo:
            claim = self._claims.get(todo.pop())
            for origin in _derived(claim) if claim else ():
                if origin not in seen:
                    seen.add(origin)
                    todo.append(origin)
        return seen

    def is_anonymous(self, root: str) -> bool:
        """Whether a root is a claim whose speaker is not named: an origin of its own, counted apart."""
        claim = self._claims.get(root)
        return claim is not None and claim.anonymous

    def counted(self, claim_ids: Iterable[str]) -> tuple[list[str], list[str]]:
        """(named origins, anonymous origins) of some claims, each once, sorted."""
        roots = {root for claim_id in claim_ids for root in self.of(claim_id)}
        anonymous = sorted(root for root in roots if self.is_anonymous(root))
        return sorted(roots - set(anonymous)), anonymous
