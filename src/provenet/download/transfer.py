"""The conversation of one download: ask, check the answer, resume what stopped, start anew what changed, keep.

It speaks through a `Web` and writes through a `Place`, so it opens no connection and touches no disk itself. Whatever a
server does, it ends in one of two ways: the bytes that the server declared, with their digest, or a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime

from provenet.core.progress import Progress
from provenet.download.exchange import Answer, Headers, Origin, Outcome, Place, Receipt, Retry, Web, refused
from provenet.download.remote import RemoteList

TRIES = 5
"""How often in a row a download is tried without a byte more to show for it."""
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 1.0, 120.0
HEAD_BYTES = 512
OK, PARTIAL, NOT_MODIFIED, NO_SUCH_RANGE = 200, 206, 304, 416
BUSY = {429, 503}
AGAIN_LATER = "Run the command again later; what came so far is kept if the server can go on from there."

_TAG = re.compile(r'(W/)?"[\x21\x23-\x7e]{0,250}"\Z', re.ASCII)
_HTTP_DATE = re.compile(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT\Z", re.ASCII)
_NUMBER = re.compile(r"\d{1,18}\Z", re.ASCII)
_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18}|\*)\Z", re.ASCII | re.I)


def download(
    entry: RemoteList, place: Place, web: Web, *, sleep: Callable[[float], None], progress: Progress | None = None
) -> Outcome:
    """Fetches one list into its place, or leaves the file there as it is.

    Claims that the bytes are those the server declared by length or chunks, and those of the pinned digest where the
    list has one; not that the server told the truth. Raises InputFault. Cost O(bytes) time, O(1) memory. Law: however
    often the connection breaks, the bytes kept are those of one entity. Source: RFC 9110 sections 8.8, 13, 14, 15.
    """
    conversation = _Conversation(entry, place, web, progress)
    tries, best = 0, place.part().size
    while True:
        try:
            return conversation.once()
        except Retry as again:
            kept = place.part().size if conversation.can_resume() else 0
            tries = 1 if kept > best else tries + 1
            best = max(best, kept)
            if tries >= TRIES:
                raise refused(entry, f"{again.says}; tried {TRIES} times", way_out=AGAIN_LATER) from again
            sleep(FIRST_WAIT_SECONDS * 2 ** (tries - 1) if again.wait is None else again.wait)


@dataclass
class _Conversation:
    """One list, over as many tries as it takes."""

    entry: RemoteList
    place: Place
    web: Web
    progress: Progress | None
    condition: str = ""
    total: int | None = None
    resumed: bool = False
    held: Receipt | None = field(init=False)

    def __post_init__(self) -> None:
        self.held = self.place.held()
        if self.held is None:
            return
        if self.held.name != self.entry.name:
            way_out = "Fetch into another folder with --into."
            raise refused(
                self.entry, f"the file {self.entry.file} is that of another list", self.held.name, way_out=way_out
            )
        if self.entry.sha256 not in (None, self.held.sha256):
            self.held = None

    def can_resume(self) -> bool:
        origin = self.place.part().origin
        return origin is not None and origin.resumable

    def fields(self, url: str) -> Headers:
        """The request to one address: a tag or a range goes only to the address that gave it."""
        self.condition = ""
        part, held = self.place.part(), self.held
        if part.size and part.origin is not None and part.origin.resumable and part.origin.url == url:
            tag = part.origin.etag or ""
            if part.size == part.origin.total:
                # All of it came, but it was not moved into place: there is no rest to ask for, only whether it stands.
                self.condition = "whole"
                return [("If-None-Match", tag)]
            self.condition = "range"
            return [("Range", f"bytes={part.size}-"), ("If-Range", tag)]
        if held is None or held.final_url != url:
            return []
        made = []
        if held.etag is not None and _TAG.match(held.etag):
            made.append(("If-None-Match", held.etag))
        if held.last_modified is not None and _HTTP_DATE.match(held.last_modified):
            made.append(("If-Modified-Since", held.last_modified))
        self.condition = "condition" if made else ""
        return made

    def once(self) -> Outcome:
        with self.web.open(self.entry, self.fields) as answer:
            if answer.status == NOT_MODIFIED and self.condition == "condition" and self.held is not None:
                return Outcome("unchanged", self.held)
            if answer.status == NOT_MODIFIED and self.condition == "whole":
                self.total, self.resumed = self.place.part().size, True
                return self._finish(answer)
            if answer.status in BUSY:
                raise Retry(f"the server answers {answer.status}, busy", self._wait(answer))
            if answer.status == NO_SUCH_RANGE and self.condition == "range":
                self._anew("the server has no such range")
            if answer.status == PARTIAL and self.condition == "range":
                self._resume(answer)
            elif answer.status == OK:
                self._begin(answer)
            else:
                self._no_list(answer)
            self._read(answer)
            return self._finish(answer)

    def _no_list(self, answer: Answer) -> None:
        way_out = "The issuer may have moved the list; look at its page, and use --lists with the new address."
        found = f"{answer.status} from {answer.url}"
        raise refused(self.entry, "the server does not send the list", found, expected="200", way_out=way_out)

    def _anew(self, text: str) -> None:
        self.place.begin(None)
        raise Retry(text, 0.0)

    def _wait(self, answer: Answer) -> float | None:
        """What Retry-After asks for; a date is counted from the server's own Date."""
        text = (answer.field("Retry-After") or "").strip()
        wait: float | None = None
        if _NUMBER.match(text):
            wait = float(text)
        elif _HTTP_DATE.match(text) and _HTTP_DATE.match(answer.field("Date") or ""):
            try:
                wait = (parsedate_to_datetime(text) - parsedate_to_datetime(answer.field("Date") or "")).total_seconds()
            except ValueError:
                wait = None
        if wait is not None and wait > LONGEST_WAIT_SECONDS:
            sentence = f"the server answers {answer.status} and asks to wait longer than is waited here"
            expected = f"at most {LONGEST_WAIT_SECONDS:.0f} s"
            raise refused(
                self.entry,
                sentence,
                f"{wait:.0f} s",
                expected=expected,
                way_out="Run the command again after that time.",
            )
        return None if wait is None else max(wait, 0.0)

    def _check(self, answer: Answer) -> int | None:
        """What holds for any body that is read; gives its declared length."""
        encoding = (answer.field("Content-Encoding") or "identity").strip().lower()
        if encoding != "identity":
            way_out = "Nothing is unpacked here, so that a small answer cannot swell; report it to the issuer."
            raise refused(
                self.entry,
                "the body is encoded although that was not requested",
                encoding,
                expected="identity",
                way_out=way_out,
            )
        transfer = (answer.field("Transfer-Encoding") or "").strip().lower()
        if transfer not in {"", "chunked"}:
            raise refused(
                self.entry, "the transfer is encoded in a way that is not read here", transfer, expected="chunked"
            )
        self._check_media(answer)
        length = (answer.field("Content-Length") or "").strip()
        if transfer or not length:
            if not transfer and self.entry.sha256 is None:
                text = "the server does not say how long the body is, so that a cut could not be noticed"
                raise refused(self.entry, text, expected="Content-Length or chunks")
            return None
        if not _NUMBER.match(length):
            raise refused(self.entry, "the declared length is no number", length, expected="Content-Length in bytes")
        return int(length)

    def _check_media(self, answer: Answer) -> None:
        media = _media(answer)
        if media is None or media in self.entry.media:
            return
        text, way_out = "the body is of another type than the list", ""
        if media in {"text/html", "application/xhtml+xml"}:
            text = "a web page came in place of the list"
            way_out = "A log-in page of this network may stand between; open the address in a browser."
        raise refused(self.entry, text, media, expected=" or ".join(self.entry.media), way_out=way_out)

    def _begin(self, answer: Answer) -> None:
        self.total, self.resumed = self._check(answer), False
        self._under_cap(self.total or 0)
        self.place.begin(Origin(answer.url, answer.field("ETag"), self.total))

    def _resume(self, answer: Answer) -> None:
        """Goes on with a part, or begins anew where the answer is not the rest of the same entity."""
        part = self.place.part()
        hit = _RANGE.match((answer.field("Content-Range") or "").strip())
        if hit is None or part.origin is None:
            self._anew("the server's range cannot be read")
            return
        first, last, whole = int(hit[1]), int(hit[2]), None if hit[3] == "*" else int(hit[3])
        known = part.origin.total
        if answer.field("ETag") != part.origin.etag or (None not in (known, whole) and known != whole):
            self._anew("the list changed while it was fetched")
        if first != part.size or last < first:
            self._anew("the server sent another range than requested")
        length = self._check(answer)
        if length is not None and length != last - first + 1:
            self._anew("the server's range and length disagree")
        self.total, self.resumed = whole if whole is not None else known, True
        self._under_cap(self.total or 0)

    def _under_cap(self, size: int) -> None:
        if size <= self.entry.cap_bytes:
            return
        self.place.begin(None)
        way_out = "If the list has grown, raise cap_bytes in a registry of your own and name it with --lists."
        more = f"{size} bytes" if self.total is not None else f"more than {self.entry.cap_bytes} bytes"
        raise refused(
            self.entry, "larger than the list may be", more, expected=f"at most {self.entry.cap_bytes}", way_out=way_out
        )

    def _read(self, answer: Answer) -> None:
        size = self.place.part().size
        while data := answer.read():
            size += len(data)
            self._under_cap(size)
            if self.total is not None and size > self.total:
                self._anew("the body is longer than declared")
            self.place.append(data)
            if self.progress is not None:
                self.progress(f"Fetching {self.entry.name}, bytes", size, self.total or size)

    def _finish(self, answer: Answer) -> Outcome:
        size = self.place.part().size
        if self.total is not None and size < self.total:
            raise Retry(f"the body ended after {size} of {self.total} bytes")
        if self.total is None and self.resumed:
            # Two halves whose whole length nobody gave: only a single answer is taken without one.
            self._anew("the server does not say how long the whole list is")
        if size == 0:
            raise refused(self.entry, "the body is empty", expected="a list")
        start = self.place.head(HEAD_BYTES).lstrip(b"\xef\xbb\xbf \t\r\n").lower()
        if "text/html" not in self.entry.media and start.startswith((b"<!doctype html", b"<html")):
            self.place.begin(None)
            way_out = "A log-in page of this network may stand between; open the address in a browser."
            raise refused(self.entry, "a web page came in place of the list", way_out=way_out)
        digest = self.place.digest()
        if self.entry.sha256 not in (None, digest):
            self.place.begin(None)
            way_out = "The issuer changed the file, or it was changed on the way; pin the new digest if you know it."
            raise refused(
                self.entry,
                "the bytes are not those that the list pins",
                digest,
                expected=self.entry.sha256,
                way_out=way_out,
            )
        receipt = self._receipt(answer, size, digest)
        same = self.held is not None and self.held.sha256 == digest
        self.place.keep(receipt)
        return Outcome("unchanged" if same else "resumed" if self.resumed else "fetched", receipt)

    def _receipt(self, answer: Answer, size: int, digest: str) -> Receipt:
        entry = self.entry
        etag, modified, served = (answer.field(name) for name in ("ETag", "Last-Modified", "Date"))
        return Receipt(
            name=entry.name,
            title=entry.title,
            issuer=entry.issuer,
            licence=entry.licence,
            url=str(entry.address),
            final_url=answer.url,
            etag=etag if etag and _TAG.match(etag) else None,
            last_modified=modified if modified and _HTTP_DATE.match(modified) else None,
            served_at=served if served and _HTTP_DATE.match(served) else None,
            media_type=_media(answer),
            length_bytes=size,
            sha256=digest,
        )


def _media(answer: Answer) -> str | None:
    media = (answer.field("Content-Type") or "").partition(";")[0].strip().lower()
    return media or None
