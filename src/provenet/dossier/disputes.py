"""Disputes that bear on a country: which of them, in which order, by rules that read no vendor's name.

A dispute is a claim with a reply. Those come first on which an answer of a policy turns, then those that name the
country, one of its carriers or an issuer of its policies, then those about vendors that its policies in force restrict
or set conditions for; among equals the latest.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from provenet.case.rows import ClaimRow
from provenet.case.statements import said_order
from provenet.dossier.carrier_bars import named_vendors
from provenet.dossier.extract import Extract, unread
from provenet.dossier.threads import Exchange, Thread, exchanges, thread
from provenet.dossier.verdicts import by_pack

ROOM = 22
"""Claims, or replies where these are more, that two pages hold beside each other."""
TURNS, NAMES, RULED, OTHER = range(4)


@dataclass(frozen=True)
class Disputes:
    """The disputes that a page shows by why they bear on the country, and how many claims the annex holds beside."""

    groups: tuple[tuple[int, tuple[Thread, ...]], ...]
    more: int
    silent: int


def disputes(extract: Extract, room: int = ROOM) -> Disputes:
    """The disputes that bear most on the country, each whole; one that does not fit is left to the annex."""
    found = exchanges([row for row in extract.inputs(ClaimRow) if not unread(row)])
    ranked = _Bearing(extract)
    answered = sorted((one for one in found if one.replies), key=lambda one: (ranked.of(one), *_newest_first(one)))
    chosen: list[Exchange] = []
    for one in answered:
        if sum(map(_height, (*chosen, one))) <= room:
            chosen.append(one)
    groups = tuple(
        (why, tuple(thread(one, extract) for one in chosen if ranked.of(one) == why))
        for why in sorted({ranked.of(one) for one in chosen})
    )
    return Disputes(groups, len(answered) - len(chosen), len(found) - len(answered))


def _height(one: Exchange) -> int:
    return max(1 + len(one.relays), len(one.replies))


def _newest_first(one: Exchange) -> tuple[int, str]:
    day, key = said_order(one.claim)
    return -day.toordinal(), key


class _Bearing:
    """Why a dispute bears on the country."""

    def __init__(self, extract: Extract) -> None:
        rows = extract.verdicts()
        self._decisive = {
            claim for row in rows if row["hangs_on_disputed"] for claim in (*row["claims_for"], *row["claims_against"])
        }
        self._vendors = named_vendors(extract)
        self._names = _pattern(_names(extract))

    def of(self, one: Exchange) -> int:
        """The first reason that holds."""
        rows: Sequence[ClaimRow] = (one.claim, *one.relays, *one.replies)
        if any(row["claim_id"] in self._decisive for row in rows):
            return TURNS
        text = " ".join(f"{row['topic']} {row['speaker']} {row['paraphrase']}" for row in rows)
        if self._names is not None and self._names.search(text):
            return NAMES
        return RULED if self._vendors & {*one.claim["vendor_ids"]} else OTHER


def _names(extract: Extract) -> set[str]:
    """The country, its carriers and who issued the policies screened for it."""
    carriers = {
        row["name"] for row in extract.parties() if row["role"] == "carrier" and row["country"] in extract.places
    }
    issuers = {pack.issuer for pack in by_pack(extract)}
    return {extract.country} | carriers | issuers


def _pattern(names: set[str]) -> re.Pattern[str] | None:
    words = sorted((re.escape(name) for name in names if name), key=lambda word: (-len(word), word))
    return re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)") if words else None
