"""Claims and replies side by side: who says what, who answers, how far each source was read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from provenet.briefing.stored import Row, Stored, near_day, unread

TITLE = "Claims and replies, side by side"


def collect(stored: Stored) -> dict[str, Any]:
    """Threads by topic; threads that begin in a weak kind of source, and rows not read, apart."""
    rows = sorted(stored.inputs("claim"), key=_order)
    read = [r for r in rows if not unread(r)]
    threads = [_thread(root, replies, stored) for root, replies in _threads(read)]
    return {
        "topics": _by_topic([t for t in threads if not t["claim"]["cite"]["weak"]]),
        "to_check": _by_topic([t for t in threads if t["claim"]["cite"]["weak"]]),
        "not_read": [_claim(r, stored) for r in rows if unread(r)],
        "claim_count": len(read),
        "speaker_count": len({r["speaker"] for r in read}),
        "then": stored.known is not None,
    }


def _order(row: Row) -> tuple[Any, ...]:
    return near_day(row, "said_low_on", "said_high_on") or date.max, row["claim_id"]


def _threads(rows: Sequence[Row]) -> list[tuple[Row, list[Row]]]:
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
    threads = []
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
        threads.append((root, sorted(replies, key=_order)))
    return threads


def _thread(root: Row, replies: Sequence[Row], stored: Stored) -> Row:
    return {
        "topic": root["topic"],
        "claim": _claim(root, stored),
        "replies": [{**_claim(r, stored), "deeper": r["answers_claim_id"] != root["claim_id"]} for r in replies],
    }


def _claim(row: Row, stored: Stored) -> Row:
    return {
        "id": row["claim_id"],
        "vendors": stored.vendors(row["vendor_ids"]),
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
        "note": row["confidence_note"],
        "grade": "".join(g for g in (row["reliability"], row["credibility"]) if g),
        "cite": stored.cite(row),
    }


def _by_topic(threads: Sequence[Row]) -> list[Row]:
    topics: dict[str, list[Row]] = {}
    for thread in threads:
        topics.setdefault(thread["topic"], []).append(thread)
    return [{"topic": topic, "threads": topics[topic]} for topic in sorted(topics, key=str.casefold)]
