"""Claims laid out for pages: each with the replies to it, speakers and dates; and which disputes bear on a country.

A dispute is a claim with a reply. Those come first on which an answer of a policy turns, then those that name the
country or one of its carriers, then those that name an issuer of its policies, then those about vendors that its
policies in force restrict or set conditions for, then those about other vendors of its networks, unless another
country is what they are about; among equals those about the vendors of the largest published share, then the latest.
No rule of order reads a vendor's name.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypedDict

from provenet.case.days_ahead import days_after
from provenet.case.extract import Citation, Extract, unread
from provenet.case.rows import ClaimRow, SourceRow
from provenet.case.statements import said_order, share_vendor, statement_origins
from provenet.case.tables import vocabulary
from provenet.core.answer import Name, Sentence, sentence
from provenet.core.countries import countries
from provenet.core.grouping import grouped
from provenet.dependence.contracts import newest_reports
from provenet.dependence.share_rows import vendor_rows
from provenet.dossier.carrier_bars import ruled_vendors
from provenet.evidence.verdict_rows import by_pack


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """A claim with those who relay it, every reply on record, and what bears on it elsewhere.

    `replies` answer the claim, a relay of it, or another reply. `elsewhere` is filled only where there is none: claims
    of the opposite stance on the same fact of the same vendor, and replies to those who relay it among other claims.
    """

    claim: ClaimRow
    relays: tuple[ClaimRow, ...] = ()
    replies: tuple[ClaimRow, ...] = ()
    elsewhere: tuple[ClaimRow, ...] = ()


def exchanges(rows: Sequence[ClaimRow]) -> list[Exchange]:
    """Each statement that answers nothing on record, with all that answers it or a relay of it.

    A claim that relays one other claim, of the same stance and a vendor in common, makes the same statement: a reply
    to either is a reply to both. Statements that answer each other in a ring begin at the earliest of them. Each claim
    stands in one exchange, but for those that others show as elsewhere.
    """
    found: dict[str, ClaimRow] = {}
    for row in rows:
        found.setdefault(row["claim_id"], row)
    first = statement_origins(found)
    statements = grouped((first[key], row) for key, row in found.items())
    answers: dict[str, list[str]] = {}
    for key, row in found.items():
        answered = first.get(row["answers_claim_id"] or "", first[key])
        if answered != first[key] and first[key] not in answers.setdefault(answered, []):
            answers[answered].append(first[key])
    replying = {reply for replies in answers.values() for reply in replies}
    seen: set[str] = set()
    made = []
    for key in [*(one for one in statements if one not in replying), *statements]:
        if key not in seen:
            below = _below(key, answers, seen)
            replies = sorted((row for reply in below for row in statements[reply]), key=said_order)
            relays = sorted((row for row in statements[key] if row["claim_id"] != key), key=said_order)
            made.append(Exchange(claim=found[key], relays=tuple(relays), replies=tuple(replies)))
    return [one if one.replies else _with_elsewhere(one, found.values()) for one in made]


def _below(key: str, answers: Mapping[str, list[str]], seen: set[str]) -> list[str]:
    """The statements that answer one, replies to replies included; `seen` holds all that stand in an exchange."""
    seen.add(key)
    found, queue = [], [key]
    while queue:
        for reply in answers.get(queue.pop(0), []):
            if reply not in seen:
                seen.add(reply)
                found.append(reply)
                queue.append(reply)
    return found


_OPPOSITE = {"asserts": "denies", "denies": "asserts"}


def _with_elsewhere(one: Exchange, rows: Collection[ClaimRow]) -> Exchange:
    own = {row["claim_id"] for row in (one.claim, *one.relays)}
    wide = {row["claim_id"] for row in rows if own & {part.strip() for part in (row["derived_from"] or "").split("|")}}
    opposite = _OPPOSITE.get(one.claim["stance"])
    found = [
        row
        for row in rows
        if row["claim_id"] not in own
        and (row["answers_claim_id"] in wide or (row["stance"] == opposite and _same_fact(row, one.claim)))
    ]
    return replace(one, elsewhere=tuple(sorted(found, key=said_order)))


def _same_fact(one: ClaimRow, other: ClaimRow) -> bool:
    return bool(one["fact"]) and one["fact"] == other["fact"] and share_vendor(one, other)


class ShownClaim(TypedDict):
    """One claim as a page shows it: `under` is its day and of whom it is, `vendors` these in words.

    `answers` is the claim that it replies to where that is not the one at its side, `relays` the one whose statement
    it passes on: both by id, empty where none such is on record, and speaker.
    """

    id: str
    under: Sentence
    vendors: str
    speaker: str
    speaker_kind: str
    anonymous: bool
    stance: str
    said: str
    paraphrase: str
    quote: str | None
    quote_place: str | None
    licence: str
    answers: tuple[str, str] | None
    relays: tuple[str, str] | None
    cite: Citation


class Thread(TypedDict):
    """An exchange as a page shows it."""

    claim: ShownClaim
    relays: list[ShownClaim]
    replies: list[ShownClaim]
    has_more: bool
    """Whether further replies are on record."""


OF_VENDORS = "{day}, of {vendors}"


def thread(one: Exchange, extract: Extract, has_more: bool = False) -> Thread:
    """An exchange as a page shows it."""
    return {
        "claim": claim_of(one.claim, extract),
        "relays": [claim_of(row, extract) for row in one.relays],
        "replies": [claim_of(row, extract, beside=one.claim["claim_id"]) for row in one.replies],
        "has_more": has_more,
    }


def claim_of(row: ClaimRow, extract: Extract, *, beside: str = "") -> ShownClaim:
    """One claim as a page shows it, `beside` the claim that it stands next to as a reply; its source is numbered."""
    answers, day, vendors = row["answers_claim_id"], Name(text=row["said"] or "no date"), row["vendor_ids"]
    return {
        "id": row["claim_id"],
        "under": sentence(OF_VENDORS if vendors else "{day}", day=day, vendors=extract.vendor_names(vendors)),
        "vendors": extract.vendors(row["vendor_ids"]),
        "speaker": row["speaker"],
        "speaker_kind": row["speaker_kind"] if row["speaker_kind"] and row["speaker_kind"] != "-" else "",
        "anonymous": row["anonymous"] == "yes",
        "stance": row["stance"],
        "said": row["said"] or "no date",
        "paraphrase": row["paraphrase"],
        "quote": row["quote"],
        "quote_place": row["quote_place"],
        "licence": extract.licence(row),
        "answers": _reference(answers, extract) if answers != beside else None,
        "relays": _reference(row["derived_from"], extract),
        "cite": extract.cite(row),
    }


def _reference(key: str | None, extract: Extract) -> tuple[str, str] | None:
    """A claim by its id and speaker; an origin that is no claim known on the day by its own words."""
    speakers = extract.shared("speakers", lambda: {row["claim_id"]: row["speaker"] for row in extract.inputs(ClaimRow)})
    return (key if key in speakers else "", speakers.get(key, key)) if key else None


def remark(text: str, extract: Extract) -> str:
    """A reader's remark in the words of pages; none where it tells of days after the one known."""
    known = extract.replayed
    if known is not None and any(days_after(text, known)):
        return ""
    status = vocabulary()["reading_of_status"]["CONFIRMED"]
    titles = extract.shared(
        "titles of sources", lambda: {row["source_id"]: row["title"] for row in extract.inputs(SourceRow)}
    )
    return with_titles(re.sub(r"\bconfirmed\b", status, text, flags=re.IGNORECASE), titles)


_SOURCE_ID = re.compile(r"(?P<opening> \()?\b(?P<id>[a-z0-9]+(?:_[a-z0-9]+)+)\b(?P<closing>\))?")


def with_titles(text: str, titles: Mapping[str, str]) -> str:
    """A remark with the titles of the sources that it names by their ids.

    One without a title on the day of the page is left out where it stands alone in brackets, else it is `a source`.

    >>> with_titles("first reading: IBTimes (li_ib)", {"li_ib": "IBTimes, 2020"})
    'first reading: IBTimes (“IBTimes, 2020”)'
    >>> with_titles("first reading: IBTimes (li_ib)", {})
    'first reading: IBTimes'
    """

    def title(found: re.Match[str]) -> str:
        opening, closing = found["opening"] or "", found["closing"] or ""
        known = titles.get(found["id"])
        if opening and closing and not known:
            return ""
        return f"{opening}{f'“{known}”' if known else 'a source'}{closing}"

    return _SOURCE_ID.sub(title, text)


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
        if sum(max(1 + len(each.relays), len(each.replies)) for each in (*chosen, one)) <= room:
            chosen.append(one)
    groups = tuple(
        (why, tuple(thread(one, extract) for one in chosen if ranked.of(one) == why))
        for why in sorted({ranked.of(one) for one in chosen})
    )
    return Disputes(groups, len(answered) - len(chosen), len(found) - len(answered))


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
        rows = (one.claim, *one.relays, *one.replies)
        if any(row["claim_id"] in self._decisive for row in rows):
            return TURNS
        if self.names(one):
            return NAMES
        text = _words(rows)
        if self._issuers is not None and self._issuers.search(text):
            return ISSUERS
        if self._speakers_elsewhere & {row["speaker"] for row in rows} or (
            self._elsewhere and self._elsewhere.search(text)
        ):
            return OTHER
        vendors = {*one.claim["vendor_ids"]}
        return RULED if self._ruled & vendors else PRESENT if self._shares.keys() & vendors else OTHER

    def names(self, one: Exchange) -> bool:
        """Whether it names the country or a carrier of it."""
        text = _words((one.claim, *one.relays, *one.replies))
        return self._names is not None and self._names.search(text) is not None

    def order(self, one: Exchange) -> tuple[int, float, int, str]:
        """A key that sorts what bears most on the country first."""
        share = max((self._shares.get(vendor, 0.0) for vendor in one.claim["vendor_ids"]), default=0.0)
        day, key = said_order(one.claim)
        return self.of(one), -share, -day.toordinal(), key


def _words(rows: Sequence[ClaimRow]) -> str:
    return " ".join(f"{row['topic']} {row['speaker']} {row['paraphrase']}" for row in rows)


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


COURT = "court"
FIRST_PAGE, LETTERS = 3, 1500
"""Disputes of a first page, and the letters of claims and replies that fit on it."""


def first_page_disputes(extract: Extract, most: int = FIRST_PAGE) -> list[Thread]:
    """Claims that bear on the country, those that name it or a carrier of it before all others.

    Of both, denied ones come first and those without a reply last. One that does not fit beside those before it is
    left out, none is cut; and where one that names the country is left out, none that does not takes its place.
    """
    bearing = Bearing(extract)
    read = [row for row in extract.inputs(ClaimRow) if not unread(row)]
    found = [one for one in exchanges(read) if bearing.of(one) != OTHER]
    found.sort(key=lambda one: (not bearing.names(one), not _denials(one), not one.replies, *bearing.order(one)))
    naming = [one for one in found if bearing.names(one)]
    shown = _that_fit(naming, extract, most)
    if len(shown) == len(naming):
        shown = _that_fit(found, extract, most)
    return [thread(quoted, extract, has_more) for quoted, has_more in shown]


def _that_fit(found: Sequence[Exchange], extract: Extract, most: int) -> list[tuple[Exchange, bool]]:
    """What of each is quoted, and whether more replies are on record."""
    shown: list[tuple[Exchange, bool]] = []
    for one in found:
        quoted = _quoted(one, extract)
        if len(shown) < most and (not shown or _length(quoted) + sum(_length(other) for other, _ in shown) <= LETTERS):
            beside = [row for row in (quoted.claim, *quoted.replies) if row in one.replies]
            shown.append((quoted, len(beside) < len(one.replies)))
    return shown


def _denials(one: Exchange) -> list[ClaimRow]:
    return [row for row in one.replies if row["stance"] == "denies"]


def _quoted(one: Exchange, extract: Extract) -> Exchange:
    """What an exchange denies first, with the denial: its claim, else one of the replies; else its first reply.

    Beside it stands the own reply of each vendor that replies are about, and what a court ruled, as far as they fit;
    where a vendor gave none, what others reply of it.
    """
    own = {row["claim_id"]: one.claim for row in (one.claim, *one.relays)}
    answered = own | {row["claim_id"]: row for row in one.replies}
    first = min(_denials(one) or one.replies, key=lambda row: row["answers_claim_id"] not in own, default=None)
    if first is None:
        return Exchange(claim=one.claim)
    claim = answered.get(first["answers_claim_id"] or "", one.claim)
    direct = [row for row in one.replies if answered.get(row["answers_claim_id"] or "") is claim]
    quoted = Exchange(claim=claim, replies=(first,))
    vendors = dict.fromkeys(vendor for row in direct for vendor in row["vendor_ids"])
    beside = [_own_reply(vendor, direct, extract) for vendor in vendors]
    for other in (*beside, *(row for row in direct if row["speaker_kind"] == COURT)):
        shown = (*quoted.replies, other)
        wider = Exchange(claim=claim, replies=tuple(row for row in one.replies if row in shown))
        if _length(wider) <= LETTERS:
            quoted = wider
    return quoted


def _own_reply(vendor: str, replies: Sequence[ClaimRow], extract: Extract) -> ClaimRow:
    about = [row for row in replies if vendor in row["vendor_ids"]]
    return min(about, key=lambda row: (extract.name(vendor) not in row["speaker"], row["speaker_kind"] != "vendor"))


def _length(one: Exchange) -> int:
    return sum(len(row["paraphrase"]) for row in (one.claim, *one.replies))
