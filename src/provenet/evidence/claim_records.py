"""Where each claim of a case stands on a day, as known on another: live or not and why, answered or not, and on what.

It says how a claim stands on the record, never whether it is so. What counts as live is what `claims.live` says; this
module adds by which row and on which day. Acts and list entries are judged on the day in question: who *was* listed or
designated is not held to be so now. Source: own, after algorithms 5.9.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import polars as pl

from provenet.case.asof import known_on
from provenet.case.rows import ClaimRow, SourceRow, iter_rows_of, rows_of
from provenet.case.tables import words
from provenet.core.grouping import grouped
from provenet.core.ids import fold
from provenet.evidence.case_facts import CaseFacts, case_facts
from provenet.evidence.claims import ALL_VENDORS, NOT_READ, Claim, claim_of_row, live
from provenet.evidence.listings import Entry
from provenet.policy.terms import list_name

READS = ("claim", "source", "party", "identifier", "listing", "succession")
"""The tables that a record of a claim rests on."""

LIVE, WITHDRAWN, UNREAD, UNKNOWN_YET = "live", "withdrawn", NOT_READ, "not yet known"
"""The standings of a claim; a claim has the last of these that fits."""
LATEST, SUPERSEDED, DIFFER = "latest act", "superseded", "two acts of one day differ"
AFTER, UNDATED = "after the day asked", "without a day"
"""What an act is on the day in question, for a rule that lets its speaker decide."""
ANSWERED, ITSELF, UNANSWERED = "answered", "answers itself", "unanswered"
"""What reply a claim has: a live one of another speaker; only its own; none."""
_LIST_PREFIXES = ("listedin", "listedon", "on", "in")

Record = dict[str, Any]


@dataclass
class _Book:
    """The claims known on the day, and what is needed of them more than once."""

    claims: dict[str, Claim]
    live: frozenset[str]
    facts: CaseFacts
    answers: dict[str, list[Claim]] = field(default_factory=dict)
    withdrawals: dict[str, list[Claim]] = field(default_factory=dict)

    @staticmethod
    def of(known: Sequence[Claim], facts: CaseFacts) -> _Book:
        claims = {claim.id: claim for claim in reversed(known)}
        living = frozenset(claim.id for claim in live(known, facts.book.claimant))
        book = _Book(claims, living, facts)
        for claim in known:
            first = claims.get(claim.answers)
            if first is None:
                continue
            if first.id != claim.id:
                book.answers.setdefault(first.id, []).append(claim)
            if first.id not in living and withdraws(claim, first, facts):
                book.withdrawals.setdefault(first.id, []).append(claim)
        return book

    def standing(self, claim_id: str) -> str:
        """Live, withdrawn or not read, of a claim that was known."""
        if claim_id in self.live:
            return LIVE
        return UNREAD if self.claims[claim_id].reading == NOT_READ else WITHDRAWN


def withdraws(answer: Claim, first: Claim, facts: CaseFacts) -> bool:
    """Whether a row withdraws the claim it answers: the same speaker, later, and read. As `claims.live` has it."""
    if answer.id == first.id or answer.answers != first.id or NOT_READ in (answer.reading, first.reading):
        return False
    later = answer.day is not None and first.day is not None and answer.day > first.day
    return later and facts.book.claimant(answer) == facts.book.claimant(first)


def claim_records(tables: Mapping[str, pl.DataFrame], as_of: date, known: date | None = None) -> list[Record]:
    """One record per claim of the case, by id: how it stands on `as_of`, by what was known on `known` (None: all).

    `tables` holds those of `READS`, uncut. Keys of a record: `standing` (`live`, `withdrawn`, `not read`, `not yet
    known`), `withdrawn_by`, `acts` (per vendor: the latest act of its speaker or not), `listings`, `ended` (what was
    and is no more), `reply`, `answered_by`, `thread`, `source`, `origins`, `relayed_by`, `same_origin_count`,
    `rests_on_withdrawn`. A withdrawal that is itself withdrawn still withdrew: to say a thing again takes a new claim.
    Laws: the claims whose standing is live are those of `claims.live`; the order of rows changes nothing; nothing that
    was not known on the day changes the record of a claim that was. Cost O(claims x links above each).
    """
    sources = tables["source"]
    rows = tables["claim"].sort("claim_id", "row_id")
    public = known_on("claim", rows, sources).to_list()
    seen = [known is None or (day is not None and day <= known) for day in public]
    facts = case_facts(tables, as_of, known)
    stored = rows_of(ClaimRow, rows)
    every = [claim_in(facts, row) for row in stored]
    book = _Book.of([claim for claim, was in zip(every, seen, strict=True) if was], facts)
    acts = _acts(book, as_of)
    kinds = {row["source_id"]: row["kind"] for row in iter_rows_of(SourceRow, sources)}
    siblings = _siblings(book)
    made = []
    for claim, row, day, was in zip(every, stored, public, seen, strict=True):
        record = _row_record(claim, row, day, kind=kinds.get(row["source_id"] or ""))
        if was:
            listings = _listings(claim, row, facts.listings.by_party, as_of=as_of)
            record |= _known_record(claim, book, acts.get(claim.id, []), listings=listings, siblings=siblings)
        else:
            record |= {"standing": UNKNOWN_YET, **_nothing()}
        made.append(record)
    return made


def claim_in(facts: CaseFacts, row: ClaimRow) -> Claim:
    """A stored claim with its vendors under the ids that stand for them: a renamed party is one party."""
    claim = claim_of_row(row)
    return replace(claim, vendors=frozenset(facts.canon(vendor) for vendor in claim.vendors))


def _row_record(claim: Claim, row: ClaimRow, day: date | None, *, kind: str | None) -> Record:
    """What the row says of itself, whenever it became known; `kind` is that of its source."""
    return {
        "claim_id": claim.id,
        "vendor_ids": sorted(row["vendor_ids"]),
        "fact": claim.fact or None,
        "stance": claim.stance,
        "speaker": claim.speaker,
        "anonymous": claim.anonymous,
        "said_on": claim.day,
        "known_on": day,
        "reading": claim.reading,
        "source": {
            "source_id": row["source_id"],
            "kind": kind,
            "weak": kind is None or kind in words("weak_source_kind"),
        },
    }


def _nothing() -> Record:
    """The rest of the record of a claim that was not known on the day."""
    return {
        "withdrawn_by": [],
        "acts": [],
        "listings": [],
        "ended": [],
        "reply": None,
        "answered_by": [],
        "thread": [],
        "origins": {"named": [], "anonymous": []},
        "relayed_by": [],
        "same_origin_count": 0,
        "rests_on_withdrawn": [],
    }


def _known_record(
    claim: Claim, book: _Book, acts: list[Record], *, listings: list[Record], siblings: Mapping[str, int]
) -> Record:
    named, anonymous = book.facts.origins.counted([claim.id])
    withdrawn = sorted(book.withdrawals.get(claim.id, ()), key=lambda one: (one.day or date.max, one.id))
    return {
        "standing": book.standing(claim.id),
        "withdrawn_by": [{"claim_id": one.id, "on": one.day, "standing": book.standing(one.id)} for one in withdrawn],
        "acts": acts,
        "listings": listings,
        "ended": _ended(claim, acts, listings),
        **_replies(claim, book),
        "origins": {"named": named, "anonymous": anonymous},
        "relayed_by": [relay for relay in book.facts.relays.get(claim.id, ()) if relay != claim.id],
        "same_origin_count": siblings.get(claim.id, 0),
        "rests_on_withdrawn": _withdrawn_above(claim, book),
    }


def _replies(claim: Claim, book: _Book) -> Record:
    """Who answers a claim, and the chain of claims it answers itself, nearest first."""
    answers = sorted(book.answers.get(claim.id, ()), key=lambda one: (one.day or date.max, one.id))
    replies = [
        {
            "claim_id": one.id,
            "speaker": one.speaker,
            "stance": one.stance,
            "on": one.day,
            "own": book.facts.book.claimant(one) == book.facts.book.claimant(claim),
            "standing": book.standing(one.id),
        }
        for one in answers
    ]
    counted = [one for one in replies if one["standing"] == LIVE]
    reply = UNANSWERED
    if any(not one["own"] for one in counted):
        reply = ANSWERED
    elif counted or claim.answers == claim.id:
        reply = ITSELF
    thread: list[str] = []
    above = book.claims.get(claim.answers)
    while above is not None and above.id != claim.id and above.id not in thread:
        thread.append(above.id)
        above = book.claims.get(above.answers)
    return {"reply": reply, "answered_by": replies, "thread": thread}


def _withdrawn_above(claim: Claim, book: _Book) -> list[str]:
    """The withdrawn claims that a claim is derived from, through any number of steps."""
    seen, todo = {claim.id}, [claim.id]
    while todo:
        above = book.claims.get(todo.pop())
        for origin in (part.strip() for part in above.derived_from.split("|")) if above else ():
            if origin in book.claims and origin not in seen:
                seen.add(origin)
                todo.append(origin)
    return sorted(one for one in seen - {claim.id} if book.standing(one) == WITHDRAWN)


def _siblings(book: _Book) -> dict[str, int]:
    """Per claim, how many other known claims rest on the very same origins."""
    groups = grouped((book.facts.origins.of(claim_id), claim_id) for claim_id in book.claims)
    return {claim_id: len(group) - 1 for group in groups.values() for claim_id in group}


def _acts(book: _Book, as_of: date) -> dict[str, list[Record]]:
    """Per claim, what it is among the acts of its speaker on that fact, per vendor it names."""
    groups: dict[tuple[str, str], list[Claim]] = {}
    for claim_id in sorted(book.live):
        claim = book.claims[claim_id]
        if claim.fact and claim.stance in ("asserts", "denies"):
            groups.setdefault((book.facts.book.speaker_key(claim), fold(claim.fact)), []).append(claim)
    made: dict[str, list[Record]] = {}
    for group in groups.values():
        for vendor in sorted({vendor for claim in group for vendor in claim.vendors}):
            about = [claim for claim in group if claim.about(vendor)]
            in_force = [claim for claim in about if claim.day is not None and claim.day <= as_of]
            last = max((claim.day for claim in in_force if claim.day), default=None)
            latest = [claim for claim in in_force if claim.day == last]
            for claim in about:
                if vendor in claim.vendors:
                    made.setdefault(claim.id, []).append({"vendor_id": vendor, **_act(claim, latest, as_of)})
    return made


def _act(claim: Claim, latest: Sequence[Claim], as_of: date) -> Record:
    if claim.day is None or claim.day > as_of:
        return {"act": UNDATED if claim.day is None else AFTER, "by": [], "on": None, "reversed": False}
    stances = {one.stance for one in latest}
    others = [one.id for one in latest if one.id != claim.id]
    if claim.day == latest[0].day:
        return {
            "act": LATEST if len(stances) == 1 else DIFFER,
            "by": others if len(stances) > 1 else [],
            "on": claim.day,
            "reversed": False,
        }
    return {"act": SUPERSEDED, "by": others, "on": latest[0].day, "reversed": claim.stance not in stances}


def _listings(claim: Claim, row: ClaimRow, entries: Mapping[str, Sequence[Entry]], *, as_of: date) -> list[Record]:
    """The lists that the claim's fact or topic names, and whether its vendors are on them on the day."""
    groups: dict[tuple[str, str], list[Entry]] = {}
    for vendor in claim.vendors - {ALL_VENDORS}:
        for entry in entries.get(vendor, ()):
            if names_list(entry.list_name, (claim.fact, row["topic"])):
                groups.setdefault((entry.list_name, vendor), []).append(entry)
    made = []
    for (name, vendor), group in sorted(groups.items()):
        ended = [entry.to_on for entry in group if entry.to_on is not None and entry.to_on <= as_of]
        runs = any(entry.runs_on(as_of) for entry in group)
        state = "is listed" if runs else "was listed" if ended else "not yet listed"
        since = None if runs or not ended else max(ended)
        rows = sorted(entry.row_id for entry in group)
        made.append({"list_name": name, "vendor_id": vendor, "state": state, "ended_on": since, "rows": rows})
    return made


def names_list(name: str, texts: Iterable[str]) -> bool:
    """Whether a fact or topic names a list: the key `on_1260H`, the topic `US Covered List`."""
    for text in texts:
        key = fold(text)
        shorter = [key.removeprefix(prefix) for prefix in _LIST_PREFIXES if key.startswith(prefix)]
        for word in (key, list_name(text), *shorter):
            if word == name or (min(len(word), len(name)) > 3 and (word.endswith(name) or name.endswith(word))):
                return bool(name)
    return False


def _ended(claim: Claim, acts: Sequence[Record], listings: Sequence[Record]) -> list[Record]:
    """What an assertion says is so and what a later act or the list itself says has ended."""
    if claim.stance != "asserts":
        return []
    ended = [
        {"vendor_id": act["vendor_id"], "how": "a later act of its speaker", "on": act["on"], "by": act["by"]}
        for act in acts
        if act["reversed"]
    ]
    ended += [
        {"vendor_id": one["vendor_id"], "how": "delisted", "on": one["ended_on"], "by": one["rows"]}
        for one in listings
        if one["state"] == "was listed"
    ]
    return ended
