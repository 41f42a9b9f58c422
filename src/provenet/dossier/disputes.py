"""Disputes that bear on a country: which of them, in which order, by rules that read no vendor's name.

A dispute is a claim with a reply. Those come first on which an answer of a policy turns, then those that name the
country or one of its carriers, then those that name an issuer of its policies, then those about vendors that its
policies in force restrict or set conditions for, then those about other vendors of its networks, unless another
country is what they are about; among equals those about the vendors of the largest published share, then the latest.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from provenet.case.rows import ClaimRow
from provenet.case.statements import said_order
from provenet.core.countries import countries
from provenet.dossier.carrier_bars import ruled_vendors
from provenet.dossier.deployments import newest_reports
from provenet.dossier.extract import Extract, unread
from provenet.dossier.shares import vendor_rows
from provenet.dossier.threads import Exchange, Thread, exchanges, thread
from provenet.dossier.verdicts import by_pack

ROOM = 22
"""Claims, or replies where these are more, that two pages hold beside each other."""
TURNS, NAMES, ISSUERS, RULED, PRESENT, OTHER = range(6)


@dataclass(frozen=True)
class Disputes:
    """The disputes that a page shows by why they bear on the country, and how many claims the annex holds beside."""

    groups: tuple[tuple[int, tuple[Thread, ...]], ...]
    more: int
    silent: int


def disputes(extract: Extract, room: int = ROOM) -> Disputes:
    """The disputes that bear most on the country, each whole; one that does not fit is left to the annex."""
    found = exchanges([row for row in extract.inputs(ClaimRow) if not unread(row)])
    ranked = Bearing(extract)
    answered = sorted((one for one in found if one.replies), key=ranked.order)
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


class Bearing:
    """Why a dispute bears on the country, and how much."""

    def __init__(self, extract: Extract) -> None:
        rows = extract.verdicts()
        self._decisive = {
            claim for row in rows if row["hangs_on_disputed"] for claim in (*row["claims_for"], *row["claims_against"])
        }
        self._ruled = ruled_vendors(extract)
        self._shares = _largest_shares(extract)
        self._names = _pattern(_names(extract))
        issuers = {pack.issuer for pack in by_pack(extract)}
        self._issuers = _pattern(issuers)
        self._elsewhere = _pattern(_countries_named(extract))
        self._speakers_elsewhere = {
            row["name"]
            for row in extract.parties()
            if row["role"] != "vendor"
            and row["country"] not in extract.places
            and (row["country"] or row["role"] != "carrier")
            and row["name"] not in issuers
        }

    def of(self, one: Exchange) -> int:
        """The first reason that holds."""
        rows: Sequence[ClaimRow] = (one.claim, *one.relays, *one.replies)
        if any(row["claim_id"] in self._decisive for row in rows):
            return TURNS
        text = " ".join(f"{row['topic']} {row['speaker']} {row['paraphrase']}" for row in rows)
        for reason, pattern in ((NAMES, self._names), (ISSUERS, self._issuers)):
            if pattern is not None and pattern.search(text):
                return reason
        if self._speakers_elsewhere & {row["speaker"] for row in rows} or (
            self._elsewhere and self._elsewhere.search(text)
        ):
            return OTHER
        vendors = {*one.claim["vendor_ids"]}
        return RULED if self._ruled & vendors else PRESENT if self._shares.keys() & vendors else OTHER

    def order(self, one: Exchange) -> tuple[int, float, int, str]:
        """A key that sorts what bears most on the country first."""
        share = max((self._shares.get(vendor, 0.0) for vendor in one.claim["vendor_ids"]), default=0.0)
        day, key = said_order(one.claim)
        return self.of(one), -share, -day.toordinal(), key


def _largest_shares(extract: Extract) -> dict[str, float]:
    """Each vendor of the country's networks with the largest share of the whole country that is certain; 0: none is."""
    found = {
        vendor: 0.0
        for row in newest_reports(extract)
        if row["presence"] == "named" and not row["complement"]
        for vendor in row["vendor_ids"]
    }
    for share in vendor_rows(extract):
        if share["high_share"] > 0 and not (share["complement"] or share["later_estimate"]):
            low = 0.0 if share["carrier_id"] else share["low_share"]
            found.update({vendor: max(low, found.get(vendor, 0.0)) for vendor in share["vendor_ids"]})
    return found


def _names(extract: Extract) -> set[str]:
    """The country and its carriers, and the word under which its own policies stand where that is no ISO code."""
    carriers = {
        row["name"] for row in extract.parties() if row["role"] == "carrier" and row["country"] in extract.places
    }
    own = {*extract.jurisdictions()[:1]} - {countries().code(extract.country)}
    return {extract.country} | own | carriers


def _countries_named(extract: Extract) -> set[str]:
    """Other countries of the parties on record; not those where vendors have their seat, which claims name for it."""
    seats = {row["country"] for row in extract.parties() if row["role"] == "vendor"}
    found = {row["country"] for row in extract.parties() if row["role"] != "vendor"} - seats - extract.places
    return {countries().name(code) or code for code in found if code}


def _pattern(names: set[str]) -> re.Pattern[str] | None:
    words = sorted((re.escape(name) for name in names if name), key=lambda word: (-len(word), word))
    return re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)") if words else None
