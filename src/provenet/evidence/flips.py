"""What a verdict depends on: the smallest sets of claims whose fall or reversal leads to another outcome.

A claim *falls* when it is taken away, and is *reversed* when it says the opposite. Sets are tried by size, up to
three; a set counts only if no part of it changes the outcome, and every change of it that does is listed. Source: own,
after the design's algorithms, section 5.9. It says what the rules would make of other evidence, not that any evidence
is weak.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations, combinations_with_replacement, product

from provenet.case.rows import FlipClaimStruct, FlipStruct
from provenet.core.grouping import grouped
from provenet.core.tri import Tri
from provenet.evidence.claims import Claim

MAX_CLAIMS = 3
CHANGES = ("falls", "reversed")
Place = tuple[int, str, date | None]
"""Where a claim counts: the fact, its side, and its day where the latest act decides."""


@dataclass(frozen=True)
class Ground:
    """The claims one fact of a verdict rests on. `decides`: acts of the party that settles it, the latest counting.

    `withdrawn` names those among `claims` that were withdrawn, each with the rows that did: it counts again once all
    of these fall. `is_searched`: somebody looked and found nothing, so that without any claim the fact is false.
    """

    claims: tuple[Claim, ...]
    decides: bool = False
    withdrawn: Mapping[str, frozenset[str]] = field(default_factory=dict)
    is_searched: bool = False

    @property
    def live(self) -> tuple[Claim, ...]:
        """The claims that count as things stand."""
        return tuple(claim for claim in self.claims if claim.id not in self.withdrawn)

    def value(self, changes: Mapping[str, str]) -> Tri:
        """The value of the fact after some claims fall or are reversed."""
        kept = [(c, (c.stance == "asserts") != (changes.get(c.id) == "reversed")) for c in self.claims]
        kept = [(c, text) for c, text in kept if changes.get(c.id) != "falls"]
        if self.withdrawn:
            fallen = {claim for claim, how in changes.items() if how == "falls"}
            kept = [(c, text) for c, text in kept if self.withdrawn.get(c.id, fallen) <= fallen]
        if self.is_searched and not kept:
            return False
        if self.decides and kept:
            last = max(c.day for c, _ in kept if c.day is not None)
            kept = [(c, text) for c, text in kept if c.day == last]
        sides = {text for _, text in kept}
        return sides.pop() if len(sides) == 1 else None


@dataclass(frozen=True)
class Flip:
    """One change of a minimal set of claims, and the outcome it leads to."""

    claims: tuple[tuple[str, str], ...]
    outcome: str
    along: tuple[str, ...] = ()

    def struct(self) -> FlipStruct:
        """As a verdict stores it; `with` are the relays that fall along, where they do."""
        claims: list[FlipClaimStruct] = [{"claim_id": claim, "change": how} for claim, how in self.claims]
        return {"claims": claims, "outcome": self.outcome, "with": list(self.along) or None}


def flip_sets(
    grounds: Sequence[Ground],
    outcome_of: Callable[[tuple[Tri, ...]], str],
    relays: Mapping[str, Sequence[str]] | None = None,
) -> list[Flip]:
    """Every change of every minimal set of up to `MAX_CLAIMS` claims that leads to another outcome.

    Parameters
    ----------
    grounds
        The claims each fact of the verdict rests on.
    outcome_of
        The outcome for values of the facts, in the order of `grounds`; called once per combination of values.
    relays
        A claim to those that relay it: given, they fall with it; else they stay.

    Returns
    -------
    list of Flip
        Sorted by size, then by claim and change.

    Law: no listed set holds another. Claims that count alike are tried once
    for all of their kind: cost O(kinds^3) evaluations, and O(changes listed).
    """
    known: dict[tuple[Tri, ...], str] = {}
    valued: dict[tuple[object, ...], Tri] = {}
    base = tuple(ground.value({}) for ground in grounds)
    held = _held_by(grounds, relays or {})

    def outcome(changes: Mapping[str, str]) -> str:
        full = _with_relays(changes, relays) if relays else changes
        touched = grouped((at, (claim, how)) for claim, how in full.items() for at, *_ in held.get(claim, ()))
        values = list(base)
        for at, own in touched.items():
            part = (at, *own)
            if part not in valued:
                valued[part] = grounds[at].value(dict(own))
            values[at] = valued[part]
        key = tuple(values)
        if key not in known:
            known[key] = outcome_of(key)
        return known[key]

    chosen = {claim.id for ground in grounds for claim in ground.live}
    stands = outcome({})
    alike = _alike({claim: places for claim, places in held.items() if claim in chosen}, relays or {})
    found: list[Flip] = []
    minimal: list[Counter[int]] = []
    for size in range(1, MAX_CLAIMS + 1):
        fresh: list[tuple[Counter[int], Mapping[tuple[int, ...], str]]] = []
        for drawn in combinations_with_replacement(range(len(alike)), size):
            some = Counter(drawn)
            if any(count > len(alike[at]) for at, count in some.items()) or any(smaller <= some for smaller in minimal):
                continue
            led = _led_to(some, alike, outcome, stands=stands)
            if led:
                fresh.append((some, led))
        minimal += [some for some, _ in fresh]
        found += sorted(
            (flip for some, led in fresh for flip in _spelled(some, led, alike, relays=relays or {})), key=_order
        )
    return found


def _held_by(grounds: Sequence[Ground], relays: Mapping[str, Sequence[str]]) -> dict[str, tuple[Place, ...]]:
    """Each claim to the places where it counts: the fact, its side, and its day where the latest decides.

    Claims that no set of `MAX_CLAIMS` changes can make count are left out: they are in no minimal set.
    """
    held: dict[str, list[Place]] = {}
    for at, ground in enumerate(grounds):
        for claim in ground.claims:
            held.setdefault(claim.id, []).append((at, claim.stance, claim.day if ground.decides else None))
        for once, rows in sorted(ground.withdrawn.items()):
            for row in sorted(rows):
                held.setdefault(row, []).append((at, f"withdrew {once}", None))
    withdrew = {row for ground in grounds for rows in ground.withdrawn.values() for row in rows}
    tied = _tied(relays) | withdrew
    alone = {claim for claim, places in held.items() if len(places) == 1} - tied
    near = {claim.id for ground in grounds for claim in _within_reach(ground, tied, alone)} | withdrew
    return {claim: tuple(held[claim]) for claim in sorted(near)}


def _within_reach(ground: Ground, tied: Collection[str], alone: Collection[str]) -> Iterator[Claim]:
    """The claims of a fact whose change may matter within a set of `MAX_CLAIMS`.

    Where the latest act decides, an act counts once all later ones have fallen. Elsewhere a side of more claims than
    that cannot be emptied, so one of its claims matters only where the other side can be, and not even then if those
    that empty it touch no other fact. Claims `tied` by relays may fall beside those of the set.
    """
    if ground.withdrawn:
        yield from ground.claims
        return
    loose = [claim for claim in ground.claims if claim.id not in tied]
    days = sorted((claim.day for claim in loose if claim.day is not None), reverse=True)
    last = days[MAX_CLAIMS - 1] if len(days) >= MAX_CLAIMS else None
    sides = Counter(claim.stance for claim in loose)
    shared = {claim.stance for claim in ground.claims if claim.id not in alone}
    stances = {claim.stance for claim in ground.claims}
    for claim in ground.claims:
        if ground.decides:
            is_far = last is not None and claim.day is not None and claim.day < last
        else:
            facing = stances - {claim.stance}
            kept = sides.total() - sides[claim.stance] >= MAX_CLAIMS
            apart = bool(facing) and claim.id in alone and not facing & shared
            is_far = sides[claim.stance] > MAX_CLAIMS and (kept or apart)
        if claim.id in tied or not is_far:
            yield claim


def _tied(relays: Mapping[str, Sequence[str]]) -> set[str]:
    """Claims that relay another or are relayed."""
    return {claim for origin, ids in relays.items() for claim in (origin, *ids)}


def _alike(held: Mapping[str, object], relays: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """Claims in classes: any of a class may stand for any other. A claim tied to another by a relay stands alone."""
    tied = _tied(relays)
    classes = grouped((claim if claim in tied else places, claim) for claim, places in held.items())
    return list(classes.values())


def _led_to(
    some: Counter[int], alike: Sequence[Sequence[str]], outcome: Callable[[Mapping[str, str]], str], *, stands: str
) -> dict[tuple[int, ...], str]:
    """The changes of so many claims of each class that lead to another outcome: by how many of each are reversed."""
    led: dict[tuple[int, ...], str] = {}
    for reversals in product(*(range(count + 1) for count in some.values())):
        changes = {}
        for (at, count), turned in zip(some.items(), reversals, strict=True):
            for place, claim in enumerate(alike[at][:count]):
                changes[claim] = "reversed" if place < turned else "falls"
        if (reached := outcome(changes)) != stands:
            led[reversals] = reached
    return led


def _spelled(
    some: Counter[int],
    led: Mapping[tuple[int, ...], str],
    alike: Sequence[Sequence[str]],
    *,
    relays: Mapping[str, Sequence[str]],
) -> Iterator[Flip]:
    """The changes of every choice of claims, spelled out."""
    for parts in product(*(combinations(alike[at], count) for at, count in some.items())):
        for how in product(CHANGES, repeat=sum(some.values())):
            changes, at = [], 0
            reversals = []
            for part in parts:
                own = how[at : at + len(part)]
                changes += list(zip(part, own, strict=True))
                reversals.append(own.count("reversed"))
                at += len(part)
            if tuple(reversals) in led:
                along = sorted(set(_with_relays(dict(changes), relays)) - {claim for claim, _ in changes})
                yield Flip(tuple(sorted(changes)), led[tuple(reversals)], tuple(along))


def _order(flip: Flip) -> tuple[list[str], list[str]]:
    return [claim for claim, _ in flip.claims], [how for _, how in flip.claims]


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
    made = grouped((origin, claim.id) for claim in claims for origin in _derived(claim))
    return {origin: sorted(ids) for origin, ids in made.items()}


def _derived(claim: Claim) -> list[str]:
    return [part.strip() for part in claim.derived_from.split("|") if part.strip()]


class Origins:
    """The independent origins of claims: the roots of the derived-from graph, its cycles condensed to one each."""

    def __init__(self, claims: Iterable[Claim]) -> None:
        self._claims = {claim.id: claim for claim in claims}
        self._roots: dict[str, frozenset[str]] = {}

    def of(self, claim_id: str) -> frozenset[str]:
        """The roots of a claim: ids of claims, free text that is no id, or a cycle as its ids joined.

        Cost O(links above it) the first time; what lies above is settled with it, so all claims cost O(links).
        """
        if claim_id not in self._roots:
            for circle in self._circles(claim_id):
                above = {up for name in circle for up in self._above(name)} - set(circle)
                inherited = frozenset().union(*(self._roots[up] for up in above))
                self._roots.update(dict.fromkeys(circle, inherited or frozenset({" = ".join(sorted(circle))})))
        return self._roots[claim_id]

    def _above(self, name: str) -> list[str]:
        claim = self._claims.get(name)
        return _derived(claim) if claim else []

    def _circles(self, start: str) -> Iterator[list[str]]:
        """The strongly connected parts above a claim that have no roots yet, the highest first (Tarjan 1972)."""
        number: dict[str, int] = {start: 0}
        low: dict[str, int] = {start: 0}
        path: list[str] = [start]
        todo = [(start, iter(self._above(start)))]
        while todo:
            name, rest = todo[-1]
            for up in rest:
                if up in self._roots:
                    continue
                if up not in number:
                    number[up] = low[up] = len(number)
                    path.append(up)
                    todo.append((up, iter(self._above(up))))
                    break
                low[name] = min(low[name], number[up])
            else:
                todo.pop()
                if todo:
                    below = todo[-1][0]
                    low[below] = min(low[below], low[name])
                if low[name] == number[name]:
                    at = path.index(name) if path[-1] != name else len(path) - 1
                    circle, path[at:] = path[at:], []
                    yield circle

    def is_anonymous(self, root: str) -> bool:
        """Whether a root is a claim whose speaker is not named: an origin of its own, counted apart."""
        claim = self._claims.get(root)
        return claim is not None and claim.anonymous

    def counted(self, claim_ids: Iterable[str]) -> tuple[list[str], list[str]]:
        """(named origins, anonymous origins) of some claims, each once, sorted."""
        roots = {root for claim_id in claim_ids for root in self.of(claim_id)}
        anonymous = sorted(root for root in roots if self.is_anonymous(root))
        return sorted(roots - set(anonymous)), anonymous
