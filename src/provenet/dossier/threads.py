"""Claims laid out for pages: each claim with the replies to it, speakers, dates, and how far its source was read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from provenet.case.rows import ClaimRow
from provenet.case.tables import vocabulary
from provenet.dossier.extract import Citation, Extract, near_day
from provenet.dossier.replay import days_after


def by_date(row: ClaimRow) -> tuple[date, str]:
    """The order of claims: the day they were published, then their id."""
    return near_day(row["said_low_on"], row["said_high_on"]) or date.max, row["claim_id"]


def threads(rows: Sequence[ClaimRow]) -> list[tuple[ClaimRow, list[ClaimRow]]]:
    """Each claim that answers nothing on record, with every reply under it, replies to replies included.

    Claims that answer each other in a ring begin at the earliest of them. Each claim stands in one thread.
    """
    ids = {r["claim_id"] for r in rows}
    answers: dict[str, list[ClaimRow]] = {}
    for row in rows:
        if row["answers_claim_id"] in ids and row["answers_claim_id"] != row["claim_id"]:
            answers.setdefault(row["answers_claim_id"], []).append(row)
    roots = [r for r in rows if r["answers_claim_id"] not in ids or r["answers_claim_id"] == r["claim_id"]]
    seen: set[str] = set()
    found = []
    for root in [*roots, *rows]:
        if root["claim_id"] in seen:
            continue
        seen.add(root["claim_id"])
        replies, queue = [], [root["claim_id"]]
        while queue:
            for reply in answers.get(queue.pop(0), []):
                if reply["claim_id"] not in seen:
                    seen.add(reply["claim_id"])
                    replies.append(reply)
                    queue.append(reply["claim_id"])
        found.append((root, sorted(replies, key=by_date)))
    return found


@dataclass(frozen=True, kw_only=True)
class Claim:
    """One claim as a page shows it; its source is numbered."""

    id: str
    vendors: str
    topic: str
    speaker: str
    speaker_kind: str
    anonymous: bool
    stance: str
    said: str
    paraphrase: str
    answers: str | None
    relays: str | None
    note: str
    grade: str
    cite: Citation
    deeper: bool = False
    """Whether it answers another reply instead of the claim."""


@dataclass(frozen=True)
class Thread:
    """A claim and its replies as a page shows them."""

    claim: Claim
    replies: tuple[Claim, ...]


def thread(root: ClaimRow, replies: Sequence[ClaimRow], extract: Extract) -> Thread:
    """A claim and its replies as a page shows them."""
    claim = claim_of(root, extract)
    deeper = [row["answers_claim_id"] != root["claim_id"] for row in replies]
    return Thread(
        claim, tuple(claim_of(row, extract, deeper=is_deep) for row, is_deep in zip(replies, deeper, strict=True))
    )


def claim_of(row: ClaimRow, extract: Extract, *, deeper: bool = False) -> Claim:
    """One claim as a page shows it."""
    return Claim(
        id=row["claim_id"],
        vendors=extract.vendors(row["vendor_ids"]),
        topic=row["topic"],
        speaker=row["speaker"],
        speaker_kind=row["speaker_kind"] if row["speaker_kind"] and row["speaker_kind"] != "-" else "",
        anonymous=row["anonymous"] == "yes",
        stance=row["stance"],
        said=row["said"] or "no date",
        paraphrase=row["paraphrase"],
        answers=row["answers_claim_id"],
        relays=row["derived_from"],
        note=_remark(row["confidence_note"] or "", extract.replayed),
        grade="".join(grade for grade in (row["reliability"], row["credibility"]) if grade),
        cite=extract.cite(row),
        deeper=deeper,
    )


def _remark(text: str, known: date | None) -> str:
    """A reader's remark in the words of pages; none where it tells of days after the one known."""
    if known is not None and any(days_after(text, known)):
        return ""
    status = vocabulary()["reading_of_status"]["CONFIRMED"]
    return re.sub(r"\bconfirmed\b", status, text, flags=re.IGNORECASE)
