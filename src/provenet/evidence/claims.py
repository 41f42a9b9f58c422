"""From claims to the values of facts, the way a rule may use them.

A value here is a value for a rule, not a finding: pages print "asserted by A, no denial on record" or "denied by A,
not asserted". Grades and counts never break a tie. Source: algorithms of the design, section 5.9.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from provenet.case.rows import ClaimRow
from provenet.core.ids import fold, slug
from provenet.core.tri import Tri
from provenet.evidence.ownership import Search, found_nothing

ALL_VENDORS = "all"
NOT_READ = "not read"


@dataclass(frozen=True)
class Claim:
    """One claim as a rule sees it. `day` is the last day of its date; None where it has none."""

    id: str
    vendors: frozenset[str]
    speaker: str
    stance: str
    fact: str
    day: date | None
    answers: str = ""
    derived_from: str = ""
    anonymous: bool = False
    reading: str = ""

    def about(self, vendor: str) -> bool:
        """Whether the claim speaks of a vendor."""
        return vendor in self.vendors or ALL_VENDORS in self.vendors


@dataclass(frozen=True)
class FactState:
    """The value of one fact about one vendor, the step that decided it, and the claims on either side."""

    value: Tri
    step: str
    asserts: tuple[str, ...] = ()
    denies: tuple[str, ...] = ()
    superseded: tuple[str, ...] = ()
    """Acts of the party that decides which a later act of it took the place of."""
    search: str | None = None
    """The row of the search that found nothing, where that decides."""

    @property
    def disputed(self) -> bool:
        """Both asserted and denied, and no party decides it."""
        return self.step == "disputed"


UNDECIDED = FactState(None, "nothing on record")


@dataclass
class ClaimBook:
    """Live claims by fact. Built once; answers by vendor and fact are remembered.

    `withdrawn` holds, beside them, those that would be live again if the rows that withdrew them fell: `withdrawn_by`.
    """

    claims: dict[str, list[Claim]] = field(default_factory=dict)
    withdrawn: dict[str, list[Claim]] = field(default_factory=dict)
    withdrawn_by: dict[str, frozenset[str]] = field(default_factory=dict)
    party_of: Mapping[str, str] = field(default_factory=dict)
    searches: Sequence[Search] = ()
    _seen: dict[tuple[str, str, tuple[str, ...], date], FactState] = field(default_factory=dict)

    @staticmethod
    def of(
        claims: Iterable[Claim], party_of: Mapping[str, str] | None = None, searches: Sequence[Search] = ()
    ) -> ClaimBook:
        """The live ones among claims already cut to what was known. `party_of` maps folded names to party ids;
        `searches` are those that found nothing."""
        book = ClaimBook(party_of=party_of or {}, searches=searches)
        read = [claim for claim in claims if claim.reading != NOT_READ]
        book.withdrawn_by = withdrawals(read, book.claimant)
        for claim in read:
            if claim.fact and claim.stance in ("asserts", "denies"):
                held = book.withdrawn if claim.id in book.withdrawn_by else book.claims
                held.setdefault(fold(claim.fact), []).append(claim)
        return book

    def fact(self, vendor: str, key: str, decided_by: tuple[str, ...], *, as_of: date) -> FactState:
        """The state of a fact about a vendor on a day. Cost O(claims on that fact) the first time."""
        seen = (vendor, fold(key), decided_by, as_of)
        if seen not in self._seen:
            grounds = self.grounds(vendor, key, decided_by, as_of=as_of)
            search = None if grounds else self.search(vendor, key, as_of)
            absent = None if search is None else FactState(False, search.says, search=search.row)
            self._seen[seen] = absent or (_settled(grounds) if decided_by else weigh(grounds))
        return self._seen[seen]

    def search(self, vendor: str, key: str, as_of: date) -> Search | None:
        """The last search for a fact that covers a vendor on a day, and found nothing."""
        return found_nothing(self.searches, vendor, as_of, fact=key)

    def grounds(self, vendor: str, key: str, decided_by: tuple[str, ...], *, as_of: date) -> list[Claim]:
        """The live claims a fact rests on: with `decided_by`, the acts of those parties up to the day."""
        return self._that_count(_about(self.claims, vendor, key), decided_by, as_of)

    def once_grounds(self, vendor: str, key: str, decided_by: tuple[str, ...], *, as_of: date) -> list[Claim]:
        """The withdrawn claims that a fact would rest on, were they not withdrawn."""
        return self._that_count(_about(self.withdrawn, vendor, key), decided_by, as_of)

    def _that_count(self, about: list[Claim], decided_by: tuple[str, ...], as_of: date) -> list[Claim]:
        if not decided_by:
            return about
        deciders = {fold(d) for d in decided_by}
        return [c for c in about if self.speaker_key(c) in deciders and c.day is not None and c.day <= as_of]

    def speaker_key(self, claim: Claim) -> str:
        """A speaker as a party: by its listed name, else by the slug of what is written before a bracket."""
        return fold(self._party(claim) or slug(claim.speaker))

    def claimant(self, claim: Claim) -> str:
        """Who may withdraw a claim: its speaker as a listed party under any name, else exactly as written."""
        return fold(self._party(claim) or claim.speaker)

    def _party(self, claim: Claim) -> str | None:
        return self.party_of.get(fold(claim.speaker)) or self.party_of.get(fold(slug(claim.speaker)))


def _about(held: Mapping[str, list[Claim]], vendor: str, key: str) -> list[Claim]:
    return [claim for claim in held.get(fold(key), ()) if claim.about(vendor)]


def live(
    claims: Iterable[Claim], speaker_of: Callable[[Claim], str] = lambda claim: fold(claim.speaker)
) -> list[Claim]:
    """Claims that were read and not withdrawn. A later row by the same speaker that answers its own claim withdraws it.

    `speaker_of` tells who speaks: two names of one party are one speaker where it knows them. A row that was not read
    counts for nothing, so it withdraws nothing either. Cost O(claims).
    """
    every = [c for c in claims if c.reading != NOT_READ]
    withdrawn = withdrawals(every, speaker_of)
    return [c for c in every if c.id not in withdrawn]


def withdrawals(every: Sequence[Claim], speaker_of: Callable[[Claim], str]) -> dict[str, frozenset[str]]:
    """The withdrawn among claims that were read, each with the rows that withdrew it. Cost O(claims)."""
    by_id = {c.id: c for c in every}
    withdrawn: dict[str, set[str]] = {}
    for answer in every:
        first = by_id.get(answer.answers)
        if first is None or first.id == answer.id or speaker_of(first) != speaker_of(answer):
            continue
        if answer.day is not None and first.day is not None and answer.day > first.day:
            withdrawn.setdefault(first.id, set()).add(answer.id)
    return {claim: frozenset(rows) for claim, rows in withdrawn.items()}


def _settled(acts: Sequence[Claim]) -> FactState:
    """The latest act of the deciding parties; acts of one day that differ settle nothing."""
    days = [c.day for c in acts if c.day is not None]
    if not days:
        return FactState(None, "no act of the party that decides")
    latest = [c for c in acts if c.day == max(days)]
    asserts = tuple(sorted(c.id for c in latest if c.stance == "asserts"))
    denies = tuple(sorted(c.id for c in latest if c.stance == "denies"))
    before = tuple(sorted({c.id for c in acts} - {*asserts, *denies}))
    if asserts and denies:
        return FactState(None, "two acts of one day differ", asserts, denies, before)
    return FactState(bool(asserts), "act of the party that decides", asserts, denies, before)


def weigh(about: Sequence[Claim]) -> FactState:
    """True if asserted and not denied, false if denied and not asserted, else unknown; both is disputed."""
    asserts = tuple(sorted(c.id for c in about if c.stance == "asserts"))
    denies = tuple(sorted(c.id for c in about if c.stance == "denies"))
    if asserts and denies:
        return FactState(None, "disputed", asserts, denies)
    if asserts:
        return FactState(True, "asserted, no denial on record", asserts)
    if denies:
        return FactState(False, "denied, not asserted", (), denies)
    return UNDECIDED


def claim_of_row(row: ClaimRow) -> Claim:
    """A stored row of the table `claim`."""
    return Claim(
        id=row["claim_id"],
        vendors=frozenset(row["vendor_ids"]),
        speaker=row["speaker"],
        stance=row["stance"],
        fact=row["fact"] or "",
        day=row["said_high_on"] or row["sourced_high_on"],
        answers=row["answers_claim_id"] or "",
        derived_from=row["derived_from"] or "",
        anonymous=row["anonymous"] == "yes",
        reading=row["reading"],
    )
