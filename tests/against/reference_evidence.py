"""What the tables of a case say, read a second time: the half of reference_case.py that knows no rule.

Tables are lists of plain dicts. Stakes that may or may not be control are tried every way. Where the description leaves
a choice, the reading taken here is marked "Reading:".
"""

import itertools
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from against.reference_rules import Tri, any_of, fold, negate

Row = Mapping[str, Any]
Changes = Mapping[str, str]
CODES = {"china": "cn", "ireland": "ie", "norway": "no", "vietnam": "vn"}
"""Countries by name: a name and its code are one word."""
Ground = tuple[str, tuple[str, ...]]
"""A fact, and the parties that decide it (none: every speaker counts)."""


@dataclass
class World:
    """The tables of a case, already cut to what was known on a day."""

    tables: dict[str, list[Row]]
    as_of: date
    assume: Mapping[str, str]

    told: dict[str, str] = field(default_factory=dict)
    """Names already looked up."""

    def __post_init__(self) -> None:
        self.alias: dict[str, str] = {}
        for party in self["party"]:
            for name in (party["party_id"], party["name"]):
                self.alias[fold(name)] = party["party_id"]
        for row in self["identifier"]:
            if row["scheme"] == "name":
                self.alias.setdefault(fold(row["value"]), row["party_id"])
        same = {row["party_id"]: {row["party_id"]} for row in self["party"]}
        for row in self["succession"]:
            if row["how"] == "rename":  # one party under two names, on every day
                both = same[row["predecessor_id"]] | same[row["successor_id"]]
                same |= dict.fromkeys(both, both)
        self.one = {party: min(names) for party, names in same.items()}
        self.alias = {name: self.one.get(party, party) for name, party in self.alias.items()}

    def __getitem__(self, table: str) -> list[Row]:
        return self.tables.get(table, [])

    def canon(self, name: str) -> str:
        """The id of a party by any of its names, also with words in brackets behind it; else the name itself."""
        if name not in self.told:
            self.told[name] = self._canon(name)
        return self.told[name]

    def _canon(self, name: str) -> str:
        for word in (name, re.sub(r"\s*\([^)]*\)", "", name)):
            if fold(word) in self.alias:
                return self.alias[fold(word)]
        return fold(name)


# -- what was known on a day ------------------------------------------------------------------------------------------
def known_day(table: str, row: Row, published: Mapping[str, date | None]) -> date | None:
    """Reading: an entry of a list and a change of name are public acts, known from their own day on."""
    sourced = row.get("sourced_high_on") or published.get(row.get("source_id") or "")
    if table == "claim" and row.get("said_high_on"):
        return max(row["said_high_on"], row.get("sourced_high_on") or row["said_high_on"])
    if table == "listing":
        return row.get("from_on") or sourced or row.get("whole_on")
    if table == "absence":
        return row["searched_on"]  # type: ignore[no-any-return]
    if table == "succession":
        return row.get("from_on") or sourced
    return sourced


def known(tables: Mapping[str, Sequence[Row]], day: date | None) -> dict[str, list[Row]]:
    if day is None:
        return {name: list(rows) for name, rows in tables.items()}
    published = {row["source_id"]: row.get("published_high_on") for row in tables.get("source", ())}
    made: dict[str, list[Row]] = {}
    for name, rows in tables.items():
        if name in {"source", "party", "identifier", "site"}:
            made[name] = list(rows)
            continue
        kept = [row for row in rows if (on := known_day(name, row, published)) and on <= day]
        ends = ("to_on", "whole_on") if name == "listing" else ()  # a later delisting stands in the same row
        made[name] = [{**row, **{end: None for end in ends if (row.get(end) or day) > day}} for row in kept]
    return made


# -- claims to facts --------------------------------------------------------------------------------------------------
def own_day(claim: Row) -> date | None:
    return claim.get("said_high_on") or claim.get("sourced_high_on")


def live(world: World) -> list[Row]:
    read = [claim for claim in world["claim"] if claim.get("reading") != "not read"]

    def withdraws(late: Row, early: Row) -> bool:
        same = world.canon(late["speaker"]) == world.canon(early["speaker"])
        days = own_day(late), own_day(early)
        answers = late.get("answers_claim_id") == early["claim_id"]
        # Reading: an undated claim is withdrawn by a dated one only if that is later, which nobody can tell.
        return same and answers and days[0] is not None and days[1] is not None and days[0] > days[1]

    return [claim for claim in read if not any(withdraws(other, claim) for other in read)]


def about(world: World, claim: Row, vendor: str) -> bool:
    seats = {row["country"] for row in world["party"] if world.canon(row["party_id"]) == vendor}
    named = claim["vendor_ids"]
    return (
        "all" in named
        or vendor in {world.canon(name) for name in named}
        or any(f"country:{seat}" in named for seat in seats)
    )


def pool(world: World, claims: Iterable[Row], vendor: str, ground: Ground) -> list[Row]:
    """The claims that a fact rests on: live asserts and denies, under decided_by the acts of that party in force."""
    fact, deciders = ground
    found = []
    for claim in claims:
        if not (claim["stance"] in {"asserts", "denies"} and fold(claim.get("fact") or "") == fact):
            continue
        if not about(world, claim, vendor):
            continue
        if deciders:
            day = own_day(claim)
            if world.canon(claim["speaker"]) not in deciders or day is None or day > world.as_of:
                continue
        found.append(claim)
    return found


def value(claims: Sequence[Row], decides: bool) -> Tri:
    """The value of a fact by the claims it rests on; where a party decides, by its acts of the latest day."""
    last = max((own_day(claim) or date.min for claim in claims), default=None) if decides else None
    says = {claim["stance"] == "asserts" for claim in claims if last is None or own_day(claim) == last}
    return says.pop() if len(says) == 1 else None


def parents(claim: Row) -> set[str]:
    return {part.strip() for part in (claim.get("derived_from") or "").split("|") if part.strip()}


def fallen(claims: Sequence[Row], changes: Changes) -> dict[str, str]:
    """With relays that fall: whatever relays a claim that falls falls too, unless it has a change of its own."""
    state = dict(changes)
    while True:
        more = [
            claim["claim_id"]
            for claim in claims
            if claim["claim_id"] not in state and any(state.get(up) == "falls" for up in parents(claim))
        ]
        if not more:
            return state
        state |= dict.fromkeys(more, "falls")


def origins(claims: Sequence[Row], of: Iterable[str]) -> tuple[list[str], list[str]]:
    """The roots that claims come from: the named, and anonymous claims that nothing stands behind."""
    up = {claim["claim_id"]: parents(claim) for claim in claims}
    nameless = {c["claim_id"] for c in claims if c.get("anonymous") == "yes"}
    reach: dict[str, set[str]] = {}
    for name in {*up, *itertools.chain(*up.values())}:
        reach[name], edge = {name}, [name]
        while edge:
            edge = [one for one in up.get(edge.pop(), ()) if one not in reach[name]] + edge
            reach[name] |= set(edge)
    roots: set[str] = set()
    for claim in of:
        for name in reach[claim]:
            if all(name in reach[above] for above in reach[name]):  # nothing stands above it but its own cycle
                roots.add(" = ".join(sorted(reach[name])))
    return sorted(roots - nameless), sorted(roots & nameless)


# -- who controls whom ------------------------------------------------------------------------------------------------
def country(name: str) -> str:
    return CODES.get(fold(name), fold(name))


def in_interval(row: Row, day: date) -> bool:
    start, end = row.get("from_on"), row.get("to_on")
    return (start is None or start <= day) and (end is None or day < end)


def stake(row: Row, above: float) -> Tri:
    """Reading: a stated "no" speaks where the size of the stake leaves it open, and lowers no stake."""
    low, high = row.get("low_share"), row.get("high_share")
    if row.get("control") == "yes" or (low is not None and low > above):
        return True
    return False if row.get("control") == "no" or (high is not None and high <= above) else None


def told_end(row: Row, rows: Iterable[Row], same: Sequence[str], world: World) -> date | None:
    """Reading: where another row tells the end of the same thing, it has ended, unless seen standing since."""

    def of(one: Row) -> list[Any]:
        cells = [one.get(name) for name in same]
        return [
            world.canon(cell) if name.endswith("_id") and cell else cell for name, cell in zip(same, cells, strict=True)
        ]

    if row.get("to_on"):
        return row["to_on"]  # type: ignore[no-any-return]
    end = max((one["to_on"] for one in rows if one.get("to_on") and of(one) == of(row)), default=None)
    seen = row.get("whole_on")
    return None if end and seen and seen >= end else end


def graphs(world: World, above: float) -> Iterator[set[tuple[str, str]]]:
    """Every graph (owner, owned) of control that the stakes on the day allow."""
    edges: list[tuple[tuple[str, str], Tri]] = []
    for row in world["ownership"]:
        same = ("owner_id", "owned_id", "low_share", "high_share", "control", "from_on")
        if in_interval({**row, "to_on": told_end(row, world["ownership"], same, world)}, world.as_of):
            edges.append(((world.canon(row["owner_id"]), world.canon(row["owned_id"])), stake(row, above)))
    for row in world["succession"]:
        if row["how"] == "merger":
            day = row.get("from_on")
            pair = world.canon(row["successor_id"]), world.canon(row["predecessor_id"])
            edges.append((pair, None if day is None else day <= world.as_of))
    for way in itertools.product(*([True, False] if held is None else [held] for _, held in edges)):
        yield {pair for (pair, _), held in zip(edges, way, strict=True) if held and pair[0] != pair[1]}


def owners(vendor: str, graph: set[tuple[str, str]]) -> set[str]:
    found: set[str] = set()
    edge = {vendor}
    while edge:
        edge = {owner for owner, owned in graph if owned in edge} - found
        found |= edge
    return found


def all_alike(values: Iterable[Tri]) -> Tri:
    found = set(values)
    return found.pop() if len(found) == 1 else None


def is_settled(world: World, party: str, above: float) -> bool:
    """Reading: no owner but those on record can control the party: one states control, or too little is left."""
    roles = {row["role"] for row in world["party"] if world.canon(row["party_id"]) == party}
    merged = [r for r in world["succession"] if r["how"] == "merger" and world.canon(r["predecessor_id"]) == party]
    if roles & {"government", "regulator"} or any((r.get("from_on") or date.max) <= world.as_of for r in merged):
        return True
    same = ("owner_id", "owned_id", "low_share", "high_share", "control", "from_on")
    held: dict[str, float] = {}
    for row in world["ownership"]:
        day = {**row, "to_on": told_end(row, world["ownership"], same, world)}
        if world.canon(row["owned_id"]) == party and in_interval(day, world.as_of):
            if row.get("control") == "yes":
                return True
            owner = world.canon(row["owner_id"])
            held[owner] = max(held.get(owner, 0.0), row.get("low_share") or 0.0)
    if held and 1 - math.fsum(held.values()) <= above:
        return True
    return searched(world, party, None)


def searched(world: World, party: str, fact: str | None) -> bool:
    """Whether somebody looked for a fact, or for owners, on a day not before this one, and found nothing."""
    looked = [row for row in world["absence"] if (fold(row["fact"]) if row["sought"] == "fact" else None) == fact]
    looked = [row for row in looked if row.get("party_id") is None or world.canon(row["party_id"]) == party]
    return any((r.get("from_on") or world.as_of) <= world.as_of <= r["searched_on"] for r in looked)


def unless_unsettled(world: World, vendor: str, found: Tri, *, above: float) -> Tri:
    """No is no only where every owner who may stand in the chain is on record."""
    if found is not False:
        return found
    chain = {vendor}.union(*(owners(vendor, graph) for graph in graphs(world, above)))
    return False if all(is_settled(world, one, above) for one in chain) else None


def affiliate(world: World, vendor: str, names: set[str], above: float) -> Tri:
    found = all_alike(bool(names & {vendor, *owners(vendor, graph)}) for graph in graphs(world, above))
    return unless_unsettled(world, vendor, found, above=above)


def controlled_from(world: World, vendor: str, countries: set[str], above: float) -> Tri:
    """Reading: the country of a vendor is the seat of whoever stands at the head of its owners; alone, nobody knows."""
    away = {row["predecessor_id"] for row in world["succession"] if row["how"] == "rename"}
    seats: dict[str, set[str]] = {}
    for party in sorted(world["party"], key=lambda row: row["party_id"] in away):  # last names first
        one_id, last = world.canon(party["party_id"]), party["party_id"] not in away
        if party.get("country") and (last or one_id not in seats or seats[one_id] & {"former"}):
            seats.setdefault(one_id, set() if last else {"former"}).add(fold(party["country"]))
    seats = {party: told - {"former"} for party, told in seats.items()}
    seats = {party: told for party, told in seats.items() if len(told) == 1}

    def one(graph: set[tuple[str, str]]) -> Tri:
        above_it = owners(vendor, graph) - {vendor}
        heads = [party for party in above_it if all(party in owners(up, graph) for up in owners(party, graph))]
        return any_of(bool(seats[h] & countries) if h in seats else None for h in heads) if heads else None

    found = all_alike(one(graph) for graph in graphs(world, above))
    return unless_unsettled(world, vendor, found, above=above)


# -- lists ------------------------------------------------------------------------------------------------------------
def listed(world: World, vendor: str, name: str, category: str | None) -> Tri:
    rows = [row for row in world["listing"] if fold(row["list_name"]) == fold(name)]
    wholes = [row["whole_on"] for row in rows if row.get("whole_on") and row["whole_on"] <= world.as_of]
    whole = max(wholes, default=None)
    rows = [row for row in rows if row.get("party_id") and world.canon(row["party_id"]) == vendor]
    answers: list[Tri] = []
    for told in rows:
        row = {**told, "to_on": told_end(told, rows, ("product_category", "from_on"), world)}
        on: Tri = in_interval(row, world.as_of)
        # The last whole list leaves the party out. Reading: an entry whose end is told runs until then.
        if on and whole and not row.get("to_on") and not any(other.get("whole_on") == whole for other in rows):
            start = row.get("from_on")
            on = None if start is None else start > whole
        if on is not False and row.get("product_category"):
            asked = None if category is None else fold(category) == fold(row["product_category"])
            on = negate(any_of([negate(on), negate(asked)]))
        answers.append(on)
    return any_of(answers) if answers else False if whole else None
