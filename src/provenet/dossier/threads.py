"""Claims laid out for pages: each claim with the replies to it, speakers, dates, and how far its source was read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from provenet.case.tables import vocabulary
from provenet.dossier.extract import Extract, Row, near_day


def by_date(row: Row) -> tuple[Any, ...]:
    """The order of claims: the day they were made, then their id."""
    return near_day(row, "said_low_on", "said_high_on") or date.max, row["claim_id"]


def threads(rows: Sequence[Row]) -> list[tuple[Row, list[Row]]]:
    """Each claim that answers nothing on record, with every reply under it, replies to replies included.

    Claims that answer each other in a ring begin at the earliest of them. Each claim stands in one thread.
    """
    ids = {r["claim_id"] for r in rows}
    answers: dict[str, list[Row]] = {}
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


def thread(root: Row, replies: Sequence[Row], extract: Extract) -> Row:
    """A claim and its replies as a page shows them."""
    return {
        "topic": root["topic"],
        "claim": claim_row(root, extract),
        "replies": [{**claim_row(r, extract), "deeper": r["answers_claim_id"] != root["claim_id"]} for r in replies],
    }


def claim_row(row: Row, extract: Extract) -> Row:
    """One claim as a page shows it; its source is numbered."""
    return {
        "id": row["claim_id"],
        "vendors": extract.vendors(row["vendor_ids"]),
        "topic": row["topic"],
        "speaker": row["speaker"],
        "speaker_kind": row["speaker_kind"] if row["speaker_kind"] not in {None, "-"} else "",
        "anonymous": row["anonymous"] == "yes",
        "stance": row["stance"],
        "said": row["said"] or "no date",
        "paraphrase": row["paraphrase"],
        "answers": row["answers_claim_id"],
        "deeper": False,
        "relays": row["derived_from"],
        "note": _remark(row["confidence_note"] or ""),
        "grade": "".join(g for g in (row["reliability"], row["credibility"]) if g),
        "cite": extract.cite(row),
    }


def _remark(text: str) -> str:
    """A reader's remark, with the status word of our tables replaced by the words that pages use for it."""
    status = vocabulary()["reading_of_status"]["CONFIRMED"]
    return re.sub(r"\bconfirmed\b", status, text, flags=re.IGNORECASE)
