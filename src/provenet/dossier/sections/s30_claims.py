"""Claims and replies side by side: who says what, who answers, and how far each source was read."""

from collections.abc import Sequence

from provenet.case.extract import Extract, Fields, unread, weak_kinds
from provenet.case.rows import ClaimRow
from provenet.case.statements import said_order
from provenet.core.grouping import grouped
from provenet.dossier.threads import Thread, claim_of, exchanges, thread

TITLE = "Claims and replies, side by side"


def collect(extract: Extract) -> Fields:
    """Threads by topic; threads from a weak kind of source, and rows not read, stand apart."""
    rows = sorted(extract.inputs(ClaimRow), key=said_order)
    read = [r for r in rows if not unread(r)]
    pairs = [thread(one, extract) for one in exchanges(read)]
    return {
        "topics": _by_topic([t for t in pairs if not _is_weak(t)]),
        "to_check": _by_topic([t for t in pairs if _is_weak(t)]),
        "not_read": [claim_of(r, extract) for r in rows if unread(r)],
        "claim_count": len(read),
        "speaker_count": len({r["speaker"] for r in read}),
        "weak": weak_kinds(),
    }


def _is_weak(one: Thread) -> bool:
    """Whether a claim, and all who relay it, come from sources that cannot carry a figure alone."""
    return all(said["cite"].weak for said in (one["claim"], *one["relays"]))


def _by_topic(pairs: Sequence[Thread]) -> list[Fields]:
    topics = grouped((one["claim"]["topic"], one) for one in pairs)
    return [{"topic": topic, "threads": topics[topic]} for topic in sorted(topics, key=str.casefold)]
