"""What-if of the tool `ladder`: a change in words, checked against the graph, and shares before and after it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from provenet.core.errors import UsageFault, clip

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from provenet.core.progress import Progress
    from provenet.routing.ladder import Question
    from provenet.routing.whatif import Change

MOST_ASN = 2**32 - 1
EXPECTED = "expected share:ASN:LOW:HIGH, drop:ASN or drop:ASN:ASN, such as share:64500:0.2:0.5"
_ASN = re.compile(r"(?i:as)?([1-9][0-9]{0,9})")
_SHARE = re.compile(r"[01]|[01]?\.[0-9]+|[01]\.")


@dataclass(frozen=True)
class Wish:
    """A change as it was asked for: another share for the network `asn`, or it, or its link to `other`, gone."""

    text: str
    asn: int
    other: int | None = None
    share: tuple[float, float] | None = None


def read_wish(text: str) -> Wish:
    """A change in words. Raises UsageFault.

    >>> read_wish("share:64500:0.2:0.5").share, read_wish("drop:AS64500:64501").other
    ((0.2, 0.5), 64501)
    """
    word, *cells = (part.strip() for part in text.split(":"))
    if word == "share" and len(cells) == 3:
        low, high = (float(cell) if _SHARE.fullmatch(cell) else -1.0 for cell in cells[1:])
        if not (0 <= low <= 1 and 0 <= high <= 1):
            raise _no_change(text, "a share is a number from 0 to 1")
        if low > high:
            raise _no_change(text, "low is above high")
        return Wish(text, _asn(text, cells[0]), share=(low, high))
    if word == "drop" and len(cells) in (1, 2):
        asns = [_asn(text, cell) for cell in cells]
        if len(set(asns)) < len(asns):
            raise _no_change(text, "a link joins two networks")
        return Wish(text, asns[0], asns[1] if len(asns) == 2 else None)
    raise _no_change(text, "this is no change")


def _asn(text: str, cell: str) -> int:
    found = _ASN.fullmatch(cell)
    if found is None or int(found[1]) > MOST_ASN:
        raise _no_change(text, f"{clip(cell)!r} is no AS number")
    return int(found[1])


def _no_change(text: str, says: str) -> UsageFault:
    return UsageFault(f"--what-if: {says}; found {clip(text)!r}, {EXPECTED}.")


def check_wishes(question: Question, wishes: Sequence[Wish]) -> None:
    """Raises UsageFault for a change that can change nothing: of networks or links that the graph has not, or of the
    share of a restricted network."""
    for wish in wishes:
        change = _change(question, wish)
        for asn, node in ((wish.asn, change.node), (wish.other, change.other)):
            if asn is not None and node < 0:
                raise UsageFault(f"--what-if {wish.text}: AS{asn} is not in the AS graph.")
        if wish.share is not None and question.restricted[change.node]:
            way_out = "Ask about another network, or take it off the list of restricted ones"
            raise UsageFault(f"--what-if {wish.text}: AS{wish.asn} is restricted and counts 1, also here. {way_out}.")
        if wish.other is not None and not _linked(question, change.node, change.other):
            raise UsageFault(f"--what-if {wish.text}: AS{wish.asn} and AS{wish.other} have no link in the AS graph.")


def _change(question: Question, wish: Wish) -> Change:
    import numpy as np

    from provenet.routing.whatif import Change

    asns = np.array([wish.asn, wish.asn if wish.other is None else wish.other], np.int64)
    node, other = question.core.topology.nodes_of(asns).tolist()
    return Change(node, -1 if wish.other is None else other, wish.share)


def _linked(question: Question, node: int, other: int) -> bool:
    t = question.core.topology
    rows = ((t.up_start, t.up), (t.down_start, t.down), (t.peer_start, t.peer))
    return any(other in to[start[node] : start[node + 1]] for start, to in rows)


class WhatIfs:
    """Changes of one question, asked one by one; what all share is worked out as it is entered with `with`."""

    def __init__(self, question: Question, threads: int, say: Progress) -> None:
        from provenet.routing.whatif import WhatIf

        self._whatif, self._say = WhatIf(question, threads), say

    def __enter__(self) -> WhatIfs:
        for done, total in self._whatif.prepare():
            self._say("destinations summed for what-if", done, total)
        return self

    def __exit__(self, *_: object) -> None:
        self._whatif.close()

    def ask(self, wish: Wish) -> dict[str, object]:
        """Shares before and after one change, as means over the pairs that have a route."""
        question = self._whatif.question
        made = self._whatif.apply(_change(question, wish))
        told = {"change": wish.text, "destinations_recomputed": made.destinations}
        return {
            **told,
            "destinations": len(question.destinations),
            "before": _shares(made.before),
            "after": _shares(made.after),
        }


def _shares(sums: NDArray[np.float64]) -> dict[str, float | int | None]:
    routed, *parts = sums.tolist()
    names = ("low_share", "high_share", "expected_share")
    shares = {name: part / routed if routed > 0.5 else None for name, part in zip(names, parts, strict=True)}
    return {"routed_pairs": round(routed), **shares}
