"""Claims and replies side by side: who says what, who answers, and how far each source was read."""

from collections.abc import Callable
from typing import Any

from provenet.case.extract import Extract, unread, weak_kinds
from provenet.case.rows import ClaimRow
from provenet.case.statements import said_order
from provenet.dossier.row_tables import RowKind
from provenet.dossier.threads import Exchange, exchanges, remark

TITLE = "Claims and replies, side by side"
SAYS = (
    "Each claim stands at the left, with those who relay it, and every reply on record at the right, in full and at "
    "the same size. A claim is what its speaker says: this page takes no side and weighs no claim against another. "
    "A party may send a reply, which becomes a row like these."
)


def _exchanges(is_weak: bool) -> Callable[[Extract], list[Exchange]]:
    """The exchanges of which the claim, and all who relay it, come from sources that cannot carry a figure alone."""

    def found(extract: Extract) -> list[Exchange]:
        read = sorted((row for row in extract.inputs(ClaimRow) if not unread(row)), key=said_order)
        every = extract.shared("exchanges", lambda: exchanges(read))
        weak = (one for one in every if is_weak == all(map(extract.is_weak, (one.claim, *one.relays))))
        return sorted(weak, key=lambda one: one.claim["topic"].casefold())

    return found


def _listed(title: str, says: str, is_weak: bool) -> RowKind:
    """Claims with their relays, each beside its replies."""
    found = _exchanges(is_weak)
    return RowKind(
        title=title,
        says=says,
        rows=lambda e: [row for one in found(e) for row in (one.claim, *one.relays, *one.replies)],
        beside=lambda e: (((one.claim, *one.relays), one.replies, one.elsewhere) for one in found(e)),
        **_FORM,
    )


def _said(row: Any, extract: Extract) -> str:
    licence = extract.licence(row)
    return f"\u201c{row['quote']}\u201d{f' (licence: {licence})' if licence else ''}" if row["quote"] else ""


_FORM: dict[str, Any] = {
    "name": "claim",
    "by": ("topic",),
    "hidden": {"the day as written says it": ("said_low_on", "said_high_on")},
    "words": {
        "quote": _said,
        "confidence_note": lambda row, extract: remark(row["confidence_note"] or "", extract),
        "anonymous": lambda row, _: "yes" if row["anonymous"] == "yes" else "",
        "speaker_kind": lambda row, _: (row["speaker_kind"] or "").strip("-"),
    },
}
LISTINGS = (
    _listed("Claims on record", "", False),
    _listed(
        "To be checked",
        f"The sources of these claims are of a weak kind ({weak_kinds()}): look for the first publication.",
        True,
    ),
    RowKind(
        title="Not read",
        says="These claims were noted from general knowledge; no source was read. No other page uses them.",
        rows=lambda e: sorted(filter(unread, e.inputs(ClaimRow)), key=said_order),
        **_FORM,
    ),
)
