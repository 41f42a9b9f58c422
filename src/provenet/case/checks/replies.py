"""Claims and their replies: who answered whom, what could be an answer and is not linked, what answers nothing now.

Every check speaks of rows and links. None weighs a claim, and a reply that is missing says nothing of either party.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from provenet.case.checks.finding import Issue, StandingRows, listed, place_of
from provenet.case.rows import ClaimRow, rows_of
from provenet.case.statements import statement_origins
from provenet.case.tables import table
from provenet.core.errors import clip
from provenet.core.grouping import grouped
from provenet.core.ids import fold
from provenet.core.wording import plural

_ID_SHAPE = re.compile(r"[A-Z0-9]+(-[A-Z0-9]+)+\Z")
NOT_READ = "not read"


@dataclass(frozen=True)
class Statement:
    """One claim row with the party that speaks, if any is named; `origin` is the claim whose statement it makes."""

    id: str
    place: str
    vendors: frozenset[str]
    by: frozenset[str]
    speaker: str
    topic: str
    fact: str
    stance: str
    answers: str | None
    derived_from: str
    origin: str
    low: date | None
    high: date | None
    read: bool

    @property
    def own_word(self) -> bool:
        """Whether every vendor it is about speaks itself."""
        return bool(self.vendors) and self.vendors <= self.by

    def accused(self, by: Iterable[str]) -> frozenset[str]:
        """Those among some parties that the claim is about."""
        return self.vendors & frozenset(by)


def statements(rows: StandingRows, column: str) -> dict[str, Statement]:
    """The claims by id, in order of id; `column` is the one their places name. Of rows that share an id, the first."""
    speakers, spec = rows.speakers, table("claim")
    found: dict[str, Statement] = {}
    by_id: dict[str, ClaimRow] = {}
    for row in rows_of(ClaimRow, rows.of("claim")):
        by_id.setdefault(row["claim_id"], row)
    origins = statement_origins(by_id)
    for row in by_id.values():
        made = Statement(
            id=row["claim_id"],
            place=place_of(spec, row, column),
            vendors=frozenset(row["vendor_ids"]),
            by=speakers.parties(row["speaker"]),
            speaker=row["speaker"],
            topic=fold(row["topic"]),
            fact=fold(row["fact"] or ""),
            stance=row["stance"],
            answers=row["answers_claim_id"],
            derived_from=row["derived_from"] or "",
            origin=origins[row["claim_id"]],
            low=row["said_low_on"],
            high=row["said_high_on"],
            read=row["reading"] != NOT_READ,
        )
        found.setdefault(made.id, made)
    return found


def _issue(column: str, one: Statement, text: str, *, refs: Iterable[str] = (), **words: str) -> Issue:
    named = tuple(f"claim:{claim}" for claim in (one.id, *refs))
    return Issue(f"claim.{column}", ("claim", column, one.id), one.place, says=text, refs=named, words=words)


def relays(rows: StandingRows) -> Iterator[Issue]:
    """Origins that look like the id of a claim and are none."""
    claims = statements(rows, "derived_from")
    for one in claims.values():
        parts = [part.strip() for part in one.derived_from.split("|")]
        lost = [part for part in parts if _ID_SHAPE.match(part) and part not in claims]
        if lost:
            yield _issue(
                "derived_from", one, f"Looks like the id of a claim that is not here; found {clip('|'.join(lost))!r}."
            )


def rings(rows: StandingRows) -> Iterator[Issue]:
    """Claims that answer themselves, at once or through other claims."""
    claims = statements(rows, "answers_claim_id")
    seen: set[str] = set()
    for one in claims.values():
        chain, at = [one.id], one.answers
        while at is not None and at in claims and at not in chain:
            chain.append(at)
            at = claims[at].answers
        if at != one.id or one.id in seen:
            continue
        seen |= set(chain)
        through = f" through {' and '.join(chain[1:])}" if len(chain) > 1 else ""
        yield _issue("answers_claim_id", one, f"The claim answers itself{through}.", refs=chain[1:])


def unanswered(rows: StandingRows) -> Iterator[Issue]:
    """Claims that assert a fact of a vendor in another's words, which nobody answers and nobody denies."""
    claims = statements(rows, "stance")
    answered = set(_replies(claims))
    denied = {
        (one.fact, vendor) for one in claims.values() if one.stance == "denies" and one.fact for vendor in one.vendors
    }
    facts = dict(rows.of("claim").select("claim_id", "fact").iter_rows())
    for one in claims.values():
        if one.stance != "asserts" or not one.fact or one.origin in answered or not one.vendors or one.own_word:
            continue
        if not any((one.fact, vendor) in denied for vendor in one.vendors):
            yield _issue(
                "stance", one, f"Bears on the fact {facts[one.id]!r}; no reply and no denial of it is on record."
            )


def _replies(claims: Mapping[str, Statement]) -> dict[str, list[Statement]]:
    """The claims that answer each statement, by its origin, not counting those that answer themselves."""
    pairs = ((claims.get(one.answers or ""), one) for one in claims.values())
    return grouped((first.origin, one) for first, one in pairs if first is not None and first.origin != one.origin)


def _defends(one: Statement, claims: Mapping[str, Statement]) -> bool:
    """Whether a claim denies what a third party says of the same vendors: it is no claim they would answer."""
    first = claims.get(one.answers or "")
    return first is not None and one.stance == "denies" and not first.own_word and bool(first.vendors & one.vendors)


def unlinked(rows: StandingRows) -> Iterator[Issue]:
    """Claims without a reply of the party they are about, which says something on the matter that answers nothing."""
    claims = statements(rows, "answers_claim_id")
    replies = _replies(claims)
    free = grouped(
        ((about, word, vendor), one)
        for one in claims.values()
        if one.answers is None
        for vendor in one.accused(one.by)
        for about, word in (("fact", one.fact), ("topic", one.topic))
    )
    for one in claims.values():
        if (
            one.stance == "qualifies"
            or one.own_word
            or _defends(one, claims)
            or any(one.accused(r.by) for r in replies.get(one.origin, ()))
        ):
            continue
        near = _candidates(one, free)
        if near:
            names = listed(f"{claim.id} ({clip(claim.speaker, 40)})" for claim in near)
            verb = plural(len(near), "is", "are")
            yield _issue(
                "answers_claim_id",
                one,
                f"No reply of the party it is about is linked, and {names} {verb} on the same {_shared(one, near)}.",
                refs=[c.id for c in near],
                claim=one.id,
                reply=near[0].id,
            )


def _candidates(one: Statement, free: Mapping[tuple[str, str, str], list[Statement]]) -> list[Statement]:
    """What the parties a claim is about say on its fact or topic, not before it, in words that answer nothing."""
    about = [("topic", one.topic), *([("fact", one.fact)] if one.fact else [])]
    keys = [(kind, word, vendor) for kind, word in about for vendor in one.vendors]
    pool = {claim.id: claim for key in keys for claim in free.get(key, ()) if claim.id != one.id}
    late = [c for c in pool.values() if one.low is None or c.high is None or c.high >= one.low]
    return sorted(late, key=lambda c: (not one.fact or c.fact != one.fact, c.id))


def _shared(one: Statement, near: list[Statement]) -> str:
    return "fact" if one.fact and near[0].fact == one.fact else "topic"


def withdrawn(rows: StandingRows) -> Iterator[Issue]:
    """Replies to a claim that its own speaker took back before or since."""
    claims = statements(rows, "answers_claim_id")
    back: dict[str, Statement] = {}
    for one in claims.values():
        first = claims.get(one.answers or "")
        if first is None or first.id == one.id or not (one.read and first.read):
            continue
        if fold(first.speaker) == fold(one.speaker) and one.high and first.high and one.high > first.high:
            back.setdefault(first.id, one)
    for one in claims.values():
        later = back.get(one.answers or "")
        if later is not None and later.id != one.id and fold(later.speaker) != fold(one.speaker):
            yield _issue(
                "answers_claim_id",
                one,
                f"Answers {one.answers}, which its speaker took back in {later.id} ({later.high}).",
                refs=[str(one.answers), later.id],
                reply=one.id,
            )


def early(rows: StandingRows) -> Iterator[Issue]:
    """Replies that were said before what they answer."""
    claims = statements(rows, "answers_claim_id")
    for one in claims.values():
        first = claims.get(one.answers or "")
        if first is not None and first.id != one.id and one.high and first.low and one.high < first.low:
            yield _issue(
                "answers_claim_id",
                one,
                f"Said by {one.high}, and answers {first.id} of {first.low} or later.",
                refs=[first.id],
            )


def by_others(rows: StandingRows) -> Iterator[Issue]:
    """Claims that somebody answers, and not the party they are about."""
    claims = statements(rows, "answers_claim_id")
    names = rows.names()
    for target, replies in sorted(_replies(claims).items()):
        one = claims[target]
        about = sorted(vendor for vendor in one.vendors if vendor in names)
        if not about or one.own_word or _defends(one, claims) or any(one.accused(reply.by) for reply in replies):
            continue
        who = sorted({clip(reply.speaker, 40) for reply in replies if fold(reply.speaker) != fold(one.speaker)})
        if who:
            accused = listed(names[vendor] for vendor in about)
            yield _issue(
                "answers_claim_id",
                one,
                f"Answered by {listed(who)}; no reply of {accused}, which it is about, is linked.",
                refs=[reply.id for reply in replies],
            )
