"""The arguments of both sides that matter to a buyer: claims on record, each with the claims that answer it.

Which side a claim stands on follows from its own columns and from the words of the vocabulary (`arguments`), never from
a list of ids: a vendor's word on itself speaks for it; an answer stands opposite to what it answers; else the fact, or
the topic, says on which side an assertion stands and a denial stands opposite. Nothing is weighed and nobody is right.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

import polars as pl

from provenet.case.rows import ClaimRow, DeploymentRow, IdentifierRow, OutreachRow, PartyRow, iter_rows_of
from provenet.case.tables import vocabulary
from provenet.core.grouping import grouped
from provenet.core.ids import fold, slug

ROOM = 6
"""How many claims of each side are shown by default."""
AGAINST, FOR, NEITHER = "against", "for", "neither"
"""Whether a claim speaks against or for buying from the vendors."""
NOT_READ = "not read"
_OTHER_SIDE = {AGAINST: FOR, FOR: AGAINST, NEITHER: NEITHER}
_CARRIER, _COUNTRY, _THERE, _CLASS = 8, 4, 2, 1
"""What it counts that a claim names the carrier, its country, a vendor it has, what it buys: each over all below."""


@dataclass(frozen=True)
class Hearer:
    """Who is spoken to: a carrier or, without one, the government of a country, about to buy in some classes."""

    carrier_id: str | None
    country: str
    asset_classes: tuple[str, ...]
    generations: tuple[str, ...] = ()


@dataclass(frozen=True)
class Arguments:
    """Claims that speak against buying from the vendors, those that answer them or speak for it, and how they stand."""

    for_claims: tuple[str, ...]
    """Claims that speak against buying from them: for the aid."""
    against_claims: tuple[str, ...]
    """Claims that answer those, or speak for buying from them."""
    disputed_count: int
    says: str
    rests_on: tuple[str, ...]


class Thread(NamedTuple):
    """A claim that answers none on record, with every answer under it; how near to the buyer it is; its subject."""

    root: str
    claims: tuple[str, ...]
    against: int
    """Claims in it that speak against buying."""
    speak_for: int
    score: int
    bears: str
    day: date | None


def arguments_on(record: ClaimRecord, hearer: Hearer, *, room: int = ROOM) -> Arguments:
    """The claims of a record that matter most to a buyer, the same room for both sides.

    Whole threads are taken, nearest to the buyer first (that name the carrier, then its country, then a vendor that it
    has, then what it buys; among equals the best of each subject in turn, answered before unanswered, newest first),
    such that both sides show the same number, at most `room` each. Laws: a claim is shown with every live claim that
    answers it; the sides differ only where no choice of threads makes them equal, and then by the least; claims that
    were not read or were withdrawn are not shown; of reports with one origin one is shown; the order of rows changes
    nothing. O(claims^2 + threads x room^4).
    """
    threads = _in_turn(record.threads(hearer))
    taken = chosen_threads(threads, room)
    shown = [claim for thread in taken for claim in thread.claims]
    sides = {side: tuple(one for one in shown if record.sides[one] == side) for side in (AGAINST, FOR)}
    disputed = sum(any(record.other_speaks(answer, one) for answer in record.answers.get(one, ())) for one in shown)
    text = _says(sides, disputed, sum(len(thread.claims) for thread in threads))
    rows = tuple(sorted(f"claim:{record.rows[one]['row_id']}" for one in shown))
    return Arguments(sides[AGAINST], sides[FOR], disputed, text, rows)


def _says(sides: Mapping[str, Sequence[str]], disputed: int, total: int) -> str:
    against, speak_for = len(sides[AGAINST]), len(sides[FOR])
    if not total:
        return "No claim on record bears on buying from these vendors."
    text = (
        f"Claims shown: {against} that speak against buying from these vendors, {speak_for} that answer or speak for it"
    )
    if against != speak_for:
        text += " (the record allows no equal number with every answer shown)"
    return f"{text}; answered by another: {disputed}; on record beside them: {total - against - speak_for}."


def chosen_threads(threads: Sequence[Thread], room: int) -> list[Thread]:
    """The first threads, in order, that leave both sides the same number of claims, at most `room` each.

    Where no choice of threads but none at all leaves them equal, one that leaves the least difference. A thread is
    taken if the threads after it can still make up for it. O(threads x room^4).
    """
    fitting = [one for one in threads if one.against <= room and one.speak_for <= room]
    reach: list[set[tuple[int, int]]] = [{(0, 0)}]
    for one in reversed(fitting):
        after = reach[0]
        more = {(against + one.against, other + one.speak_for) for against, other in after}
        reach.insert(0, after | {pair for pair in more if max(pair) <= room})
    least = min((abs(a - b) for a, b in reach[0] if a or b), default=0)
    taken: list[Thread] = []
    against = speak_for = 0
    for at, one in enumerate(fitting):
        with_it = (against + one.against, speak_for + one.speak_for)
        if any(_fits(with_it, more, room, least=least) for more in reach[at + 1]):
            taken.append(one)
            against, speak_for = with_it
    return taken


def _fits(so_far: tuple[int, int], more: tuple[int, int], room: int, *, least: int) -> bool:
    against, other = so_far[0] + more[0], so_far[1] + more[1]
    return max(against, other) <= room and abs(against - other) == least


def _in_turn(threads: Iterable[Thread]) -> list[Thread]:
    """Threads nearest to the buyer first; among equally near ones the best of each subject in turn."""
    ordered = sorted(
        threads, key=lambda one: (-one.score, len(one.claims) < 2, -(one.day or date.min).toordinal(), one.root)
    )
    turn: dict[tuple[int, str], int] = {}
    placed = []
    for at, one in enumerate(ordered):
        number = turn[(one.score, one.bears)] = turn.get((one.score, one.bears), -1) + 1
        placed.append(((-one.score, number, at), one))
    return [one for _, one in sorted(placed, key=lambda pair: pair[0])]


class ClaimRecord:
    """The live claims on record that are about some vendors, with their answers and their sides.

    `tables`: `claim`, `party`, `identifier`, `deployment`, `outreach`, cut to what was known on the day.
    """

    def __init__(self, tables: Mapping[str, pl.DataFrame], excluded: tuple[str, ...]) -> None:
        self.tables, self.excluded = tables, frozenset(excluded)
        self.party_of = _parties(tables["party"], tables["identifier"])
        self.names = {row["party_id"]: row["name"] for row in iter_rows_of(PartyRow, tables["party"])}
        self.seats = {row["party_id"]: row["country"] for row in iter_rows_of(PartyRow, tables["party"])}
        every = {
            row["claim_id"]: row
            for row in iter_rows_of(ClaimRow, tables["claim"].sort("claim_id", "row_id", descending=True))
            if row["reading"] != NOT_READ
        }
        withdrawn = {row["answers_claim_id"] for row in every.values() if self._withdraws(row, every)}
        self.every = every
        self.sides = {claim: self._side(claim, frozenset()) for claim in sorted(every)}
        self.rows = {
            claim: row for claim, row in every.items() if claim not in withdrawn and self.sides[claim] != NEITHER
        }
        pairs = ((self.rows[claim]["answers_claim_id"], claim) for claim in sorted(self.rows))
        self.answers = grouped((first, claim) for first, claim in pairs if first in self.rows and first != claim)

    def threads(self, hearer: Hearer) -> list[Thread]:
        """The threads that are about the vendors; of those that begin with reports of one origin the fullest alone."""
        near = Nearness(self, hearer)
        best: dict[str, tuple[tuple[Any, ...], Thread]] = {}
        for root, claims in self._grouped():
            if not self._about(self.rows[root]):
                continue
            thread = Thread(
                root=root,
                claims=claims,
                against=sum(self.sides[one] == AGAINST for one in claims),
                speak_for=sum(self.sides[one] == FOR for one in claims),
                score=max(near.score(self.rows[one]) for one in claims),
                bears=_entry(self.rows[root])["bears"] if _entry(self.rows[root]) else "",
                day=_day(self.rows[root]),
            )
            rank = (-len(claims), -thread.score, root)
            origin = self._origin(root)
            if origin not in best or rank < best[origin][0]:
                best[origin] = (rank, thread)
        return [thread for _, thread in best.values()]

    def other_speaks(self, answer: str, first: str) -> bool:
        """Whether an answer is by another speaker than the claim it answers."""
        return self._claimant(self.rows[answer]) != self._claimant(self.rows[first])

    def _grouped(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Each claim that answers none, or the first of a ring, with all answers under it by day; each claim once."""
        order = sorted(self.rows, key=lambda one: (_day(self.rows[one]) or date.max, one))
        place = {one: at for at, one in enumerate(order)}
        seen: set[str] = set()
        for claim in order:
            root = min(self._above(claim), key=place.__getitem__)
            if root in seen:
                continue
            found, queue = [root], [root]
            seen.add(root)
            while queue:
                for answer in self.answers.get(queue.pop(0), ()):
                    if answer not in seen:
                        seen.add(answer)
                        found.append(answer)
                        queue.append(answer)
            yield root, tuple(sorted(found, key=place.__getitem__))

    def _above(self, claim: str) -> list[str]:
        """The claim at which a chain of answers begins, or all claims of the ring in which it goes round."""
        chain = [claim]
        while True:
            first = self.rows[chain[-1]]["answers_claim_id"]
            if first not in self.rows or first == chain[-1]:
                return [chain[-1]]
            if first in chain:
                return chain[chain.index(first) :]
            chain.append(first)

    def _about(self, row: ClaimRow) -> bool:
        """Whether a claim is about one of the vendors, by itself, by all, or by the country of its seat."""
        for vendor in row["vendor_ids"]:
            seat = vendor.removeprefix("country:") if vendor.startswith("country:") else None
            if vendor == "all" or vendor in self.excluded or (seat and seat in map(self.seats.get, self.excluded)):
                return True
        return False

    def _side(self, claim: str, above: frozenset[str]) -> str:
        row = self.every[claim]
        if self._own_word(row):
            return FOR
        first = row["answers_claim_id"]
        if first in self.every and first != claim and first not in above:
            side = self._side(first, above | {claim})
            if side != NEITHER:
                return _OTHER_SIDE[side]
        entry = _entry(row)
        side = entry["buying"] if entry else NEITHER
        return side if row["stance"] == "asserts" else _OTHER_SIDE[side]

    def _own_word(self, row: ClaimRow) -> bool:
        """Whether a vendor speaks of itself."""
        speaker = self._claimant(row)
        if speaker in row["vendor_ids"]:
            return True
        spelled = fold(row["speaker"])
        names = (self.names.get(vendor, vendor) for vendor in row["vendor_ids"])
        return fold(row["speaker_kind"] or "") == "vendor" and any(spelled.startswith(fold(name)) for name in names)

    def _claimant(self, row: ClaimRow) -> str:
        speaker = row["speaker"]
        return self.party_of.get(fold(speaker)) or self.party_of.get(fold(slug(speaker))) or fold(speaker)

    def _withdraws(self, row: ClaimRow, every: Mapping[str, ClaimRow]) -> bool:
        """Whether a claim takes back the one it answers: the same speaker, on a later day."""
        first = every.get(row["answers_claim_id"] or "")
        if first is None or first["claim_id"] == row["claim_id"] or self._claimant(first) != self._claimant(row):
            return False
        day, before = _day(row), _day(first)
        return day is not None and before is not None and day > before

    def _origin(self, claim: str) -> str:
        """What a claim relays, followed as far as the record goes; itself where it relays nothing."""
        seen = {claim}
        while True:
            row = self.every.get(claim)
            above = (row["derived_from"] or "").split("|")[0].strip() if row else ""
            if not above or above in seen:
                return claim
            claim = above
            seen.add(above)


class Nearness:
    """How near a claim is to a buyer, by what it names."""

    def __init__(self, record: ClaimRecord, hearer: Hearer) -> None:
        self.record, self.hearer = record, hearer
        named = record.names.get(hearer.carrier_id or "", "")
        group = next((one for one in vocabulary()["carrier_groups"] if named.startswith(one)), "")
        self.carrier = _names((named, f"{group} {hearer.country}" if group else ""))
        self.country = _names((hearer.country,))
        words = [
            word
            for cls, listed in vocabulary()["argument_words"].items()
            if any(one == "all" or one.split(".")[0] == cls for one in hearer.asset_classes)
            for word in listed
        ]
        self.bought = _names((*words, *hearer.generations))

    def score(self, row: ClaimRow) -> int:
        """What a claim names of the buyer, added up; 0 is nothing."""
        text = f"{row['topic']}\n{row['speaker']}\n{row['paraphrase']}"
        at_country = self.country(text) or row["claim_id"] in self._persuaded
        vendors = set(row["vendor_ids"]) & self.record.excluded
        return (
            _CARRIER * self.carrier(text)
            + _COUNTRY * at_country
            + _THERE * bool(vendors & self._there)
            + _CLASS * self.bought(text)
        )

    @cached_property
    def _there(self) -> frozenset[str]:
        """Vendors that rows name at the carrier or, without one, in the country."""
        rows = iter_rows_of(DeploymentRow, self.record.tables["deployment"])
        named = (row for row in rows if row["presence"] == "named" and not row["complement"])
        here = (row for row in named if row["country"] == self.hearer.country)
        own = (row for row in here if self.hearer.carrier_id in (None, row["carrier_id"]))
        return frozenset(vendor for row in own for vendor in row["vendor_ids"])

    @cached_property
    def _persuaded(self) -> frozenset[str]:
        """Claims by which somebody tried to persuade the country."""
        rows = iter_rows_of(OutreachRow, self.record.tables["outreach"])
        return frozenset(row["claim_id"] for row in rows if row["claim_id"] and row["country"] == self.hearer.country)


def _names(words: Iterable[str]) -> Callable[[str], bool]:
    """Whether a text has one of some words, whole and without regard to case."""
    listed = sorted({word for word in words if word})
    if not listed:
        return lambda text: False
    whole = re.compile(r"(?<!\w)(?:" + "|".join(re.escape(word) for word in listed) + r")(?!\w)", re.IGNORECASE)
    return lambda text: bool(whole.search(text))


def _entry(row: ClaimRow) -> Mapping[str, str]:
    """What the vocabulary says of the fact of a claim, else of its topic; empty where no entry fits."""
    for text in (row["fact"], row["topic"]):
        for entry in vocabulary()["arguments"]:
            if text and entry["has"].casefold() in text.casefold():
                return dict(entry)
    return {}


def _day(row: ClaimRow) -> date | None:
    found = row["said_high_on"] or row["sourced_high_on"]
    return found if isinstance(found, date) else None


def _parties(party: pl.DataFrame, identifier: pl.DataFrame) -> dict[str, str]:
    """Folded names and ids of parties to their ids; the first of two parties under one name by id."""
    pairs = [(row["party_id"], row["party_id"]) for row in iter_rows_of(PartyRow, party.sort("party_id"))]
    pairs += [(row["name"], row["party_id"]) for row in iter_rows_of(PartyRow, party.sort("party_id"))]
    named = identifier.filter(pl.col("scheme") == "name").sort("party_id", "value")
    pairs += [(row["value"], row["party_id"]) for row in iter_rows_of(IdentifierRow, named)]
    made: dict[str, str] = {}
    for name, party_id in pairs:
        made.setdefault(fold(name), party_id)
    return made
