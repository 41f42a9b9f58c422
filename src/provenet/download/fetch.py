"""One public list onto a shelf: asked for where it may have changed, checked, and kept with a receipt."""

import errno
import hashlib
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Timer
from typing import Protocol, TypeVar
from urllib.parse import urldefrag, urljoin, urlsplit

import certifi
import httpx

from provenet.core.digest import VERSION
from provenet.core.errors import Fault, InputFault, UsageFault, clip, visible
from provenet.core.progress import Progress, silent
from provenet.download.lists import Receipt, RemoteList, host_of, parse_address

HEADERS = {"User-Agent": f"provenet/{VERSION}", "Accept-Encoding": "identity", "Connection": "close"}
TRIES = 5
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 1.0, 120.0
T = TypeVar("T")
BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})
HTML = frozenset({"text/html", "application/xhtml+xml"})


@dataclass(frozen=True)
class Timeouts:
    """How long is waited, in seconds: to connect, between two reads, for the whole."""

    connect_seconds: float = 20.0
    read_seconds: float = 60.0
    total_seconds: float = 1800.0


@dataclass(frozen=True)
class Way:
    """How the web is reached: straight, or through a proxy that the user named; with whose certificates."""

    proxy: str | None = None
    ca: Path | None = None
    limits: Timeouts = Timeouts()


class Retry(Exception):
    """This try came to nothing, another may not; `wait` is what the server asked for, in seconds."""

    def __init__(self, sentence: str, wait: float | None = None, *, slow: bool = False) -> None:
        self.sentence, self.wait, self.slow = sentence, wait, slow
        super().__init__(sentence)


class Wire:
    """Asks one address after another for `place`, where faults stand; all of it may take `total_seconds` from when this
    was made.
    """

    def __init__(self, way: Way, clock: Callable[[], float], place: str) -> None:
        self.way, self.clock, self.place = way, clock, place
        self.until = clock() + way.limits.total_seconds
        self._tls = _tls(way.ca)

    @contextmanager
    def ask(self, address: str, fields: Mapping[str, str]) -> Iterator[httpx.Response]:
        """The answer to one request, whatever its status. Raises Retry, or InputFault where no try can help."""
        limits, left = self.way.limits, max(self.until - self.clock(), 0.01)
        waits = httpx.Timeout(min(limits.read_seconds, left), connect=min(limits.connect_seconds, left))
        client = httpx.Client(
            trust_env=False, verify=self._tls, proxy=self.way.proxy, timeout=waits, headers={**HEADERS, **fields}
        )
        # Each wait has a limit; a server that is never silent and never done is cut off.
        late = Timer(left, client.close)
        late.start()
        try:
            with client.stream("GET", address) as answer:
                if answer.status_code in BUSY:
                    slow = answer.status_code in {408, 502, 504}
                    raise Retry(
                        f"the server answers {answer.status_code}", _number_in(answer, "Retry-After"), slow=slow
                    )
                yield answer
        except (httpx.HTTPError, httpx.InvalidURL, OSError, RuntimeError, ValueError) as err:
            if self.clock() >= self.until:
                sentence, way_out = f"not done within {limits.total_seconds:.0f} s", "Allow more with --timeout."
                raise InputFault([Fault(self.place, sentence, way_out=way_out)]) from err
            raise _failure(self.place, host_of(address), err) from err
        finally:
            late.cancel()
            client.close()


def ask_again(once: Callable[[], T], sleep: Callable[[float], None], refused: Callable[[str], Exception]) -> T:
    """What a call gives, tried again where it comes to nothing. Raises what `refused` makes of why none helped."""
    for attempt in range(TRIES):
        try:
            return once()
        except Retry as again:
            sentence, wait = again.sentence, again.wait
        if attempt < TRIES - 1:
            sleep(min(FIRST_WAIT_SECONDS * 2**attempt if wait is None else wait, LONGEST_WAIT_SECONDS))
    raise refused(f"{sentence}; tried {TRIES} times")


def media_of(answer: httpx.Response) -> str | None:
    """The type of a body; None where none is stated."""
    return answer.headers.get("Content-Type", "").partition(";")[0].strip().lower() or None


def parse_proxy(text: str) -> str:
    """A proxy as the user named it, `http://host:port`. Raises UsageFault; a name or password in it is refused."""
    try:
        parts = urlsplit(text.removesuffix("/"))
        plain = parts.scheme == "http" and parts.geturl() == f"http://{parts.netloc}" and "@" not in parts.netloc
        if plain and parts.port and httpx.URL(text).host:
            return text
    except (ValueError, httpx.InvalidURL):
        pass
    found = "http://..." if "@" in text else text
    raise UsageFault(f"--proxy: no proxy; found {found!r}, expected http://host:port, without user or password.")


def _number_in(answer: httpx.Response, field: str) -> int | None:
    """The whole number that a header field states; None where it states none."""
    text = answer.headers.get(field, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else None


def _failure(place: str, host: str, err: Exception) -> Exception:
    """What failed on the way, as a sentence or as a reason to try again."""
    cause: BaseException | None = err
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            way_out = "Where a network has an authority of its own, name its file with --ca."
            sentence, expected = f"the certificate of {host} does not hold", "a certificate for this host"
            return InputFault([Fault(place, sentence, found=cause.verify_message, expected=expected, way_out=way_out)])
        if isinstance(cause, socket.gaierror) and cause.errno != socket.EAI_AGAIN:
            way_out = "This machine may be offline; or the service has moved to another address."
            return InputFault([Fault(place, "the name cannot be looked up", way_out=way_out)])
        cause = cause.__cause__ or cause.__context__
    if isinstance(err, httpx.TimeoutException):
        return Retry(f"{host} is silent", slow=True)
    return Retry(f"no whole answer of {host} ({visible(clip(str(err), 100)).lower() or type(err).__name__})")


def _tls(ca: Path | None) -> ssl.SSLContext:
    """Checked TLS with the authorities of certifi, or those of a file."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        if ca is not None and ca.exists() and not ca.is_file():
            raise OSError(errno.EINVAL, "it is no plain file")
        context.load_verify_locations(cafile=ca or certifi.where())
    except OSError as err:
        reason = (err.strerror or str(err)).lower()
        raise UsageFault(f"--ca: {ca} cannot be used ({reason}); expected a file of certificates in PEM.") from err
    return context


MOST_REDIRECTS = 5
OK, NOT_MODIFIED = 200, 304


@dataclass(frozen=True)
class DownloadOutcome:
    """How one download ended: `fetched` or `unchanged`."""

    state: str
    receipt: Receipt


class FilePlace(Protocol):
    """Where one file is put, with what lies there already."""

    def held(self) -> Receipt | None:
        """The receipt of the file that is there, if its bytes are still those."""

    def begin(self) -> None:
        """Forgets what came so far."""

    def append(self, data: bytes) -> None:
        """Adds bytes to what came so far."""

    def keep(self, receipt: Receipt) -> None:
        """Makes what came the file."""


class Shelf(Protocol):
    """The door's hands: a folder for the files, and the clock, which is read in doors alone."""

    def place(self, file: str) -> AbstractContextManager[FilePlace]:
        """The place of one file, held against other writers."""

    def clock(self) -> float:
        """Seconds since any moment."""

    def sleep(self, seconds: float) -> None:
        """Waits."""


def fetch_list(entry: RemoteList, shelf: Shelf, way: Way, *, progress: Progress = silent) -> DownloadOutcome:
    """Downloads one list onto a shelf, or leaves the file there as it is, and says how it went.

    Claims that the bytes came whole from a host that the list allows, over checked TLS, and are those of the pinned
    digest where the list has one. Raises InputFault with one sentence, UsageFault for certificates that cannot be used.
    """
    with shelf.place(entry.file) as place:
        download = _Download(entry, place, Wire(way, shelf.clock, entry.name), progress=progress)
        return ask_again(download.once, shelf.sleep, download.refused)


class _Download:
    """One list, over as many tries as it takes."""

    def __init__(self, entry: RemoteList, place: FilePlace, wire: Wire, *, progress: Progress) -> None:
        self.entry, self.place, self.wire, self.progress = entry, place, wire, progress
        self.held = place.held()
        if self.held is not None and self.held.name != entry.name:
            text, way_out = f"the file {entry.file} is that of another list", "Fetch into another folder with --into."
            raise self.refused(text, self.held.name, way_out=way_out)
        if self.held is not None and entry.sha256 not in (None, self.held.sha256):
            self.held = None

    def refused(self, sentence: str, found: str | None = None, **words: str | None) -> InputFault:
        """The one fault that ends a download."""
        return InputFault([Fault(self.entry.name, sentence, 0, found=found, **words)])

    def once(self) -> DownloadOutcome:
        """One try. Raises Retry where another may help."""
        with self._answer() as answer:
            if answer.status_code == NOT_MODIFIED and self.held is not None:
                return DownloadOutcome("unchanged", self.held)
            declared = self._check(answer)
            seen, size = hashlib.sha256(), 0
            self.place.begin()
            for data in answer.iter_raw():
                if not size:
                    self._look_at_start(data)
                size += len(data)
                self._under_cap(size)
                seen.update(data)
                self.place.append(data)
                self.progress(f"Fetching {self.entry.name}, bytes", size, declared or size)
        return self._kept(self._receipt(answer, size, seen.hexdigest()))

    @contextmanager
    def _answer(self) -> Iterator[httpx.Response]:
        """The last answer after at most five redirects, each to a host on the list's own list of hosts."""
        address = self.entry.url
        for _ in range(MOST_REDIRECTS + 1):
            with self.wire.ask(address, self._conditions(address)) as answer:
                if not answer.has_redirect_location:
                    yield answer
                    return
                address = self._next(address, answer.headers["Location"])
        raise self.refused("the server leads from address to address", expected=f"at most {MOST_REDIRECTS} redirects")

    def _conditions(self, address: str) -> dict[str, str]:
        """What a file that is there already is asked by; a tag goes only to the address that gave it."""
        if self.held is None or self.held.final_url != address:
            return {}
        fields = {"If-None-Match": self.held.etag, "If-Modified-Since": self.held.last_modified}
        return {name: text for name, text in fields.items() if text is not None}

    def _next(self, here: str, location: str) -> str:
        allowed = "https on one of " + ", ".join(self.entry.allowed)
        try:
            there = parse_address(urldefrag(urljoin(here, location)).url)
        except ValueError as err:
            text = "a redirect leads to an address that is not followed"
            raise self.refused(text, location, expected=str(err)) from err
        if host_of(there) not in self.entry.allowed or (here.startswith("https:") and there.startswith("http:")):
            way_out = "If the issuer has moved, name the new host in a registry of your own and use --lists."
            text = "a redirect leads to a host that the list does not allow"
            raise self.refused(text, there, expected=allowed, way_out=way_out)
        return there

    def _check(self, answer: httpx.Response) -> int | None:
        """What holds for any body that is read; gives the length that it declares."""
        if answer.status_code != OK:
            way_out = "The issuer may have moved the list; look at its page, and use --lists with the new address."
            found = f"{answer.status_code} from {answer.url}"
            raise self.refused("the server does not send the list", found, expected="200", way_out=way_out)
        encoding, media = answer.headers.get("Content-Encoding", "identity").lower(), media_of(answer)
        if encoding != "identity":
            way_out = "Nothing is unpacked here, so that a small answer cannot swell; report it to the issuer."
            text = "the body is encoded although that was not requested"
            raise self.refused(text, encoding, expected="identity", way_out=way_out)
        if media in HTML - set(self.entry.media):
            raise self._web_page(media)
        if media is not None and media not in self.entry.media:
            text = "the body is of another type than the list"
            raise self.refused(text, media, expected=" or ".join(self.entry.media))
        declared = _number_in(answer, "Content-Length")
        if declared is None and "Transfer-Encoding" not in answer.headers and self.entry.sha256 is None:
            text = "the server does not say how long the body is, so that a cut could not be noticed"
            raise self.refused(text, expected="Content-Length or chunks")
        self._under_cap(declared or 0)
        return declared

    def _look_at_start(self, data: bytes) -> None:
        start = data.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
        if start.startswith((b"<!doctype html", b"<html")) and not HTML & set(self.entry.media):
            raise self._web_page()

    def _web_page(self, media: str | None = None) -> InputFault:
        way_out = "A log-in page of this network may stand between; open the address in a browser."
        return self.refused("a web page came in place of the list", media, way_out=way_out)

    def _under_cap(self, size: int) -> None:
        if size > self.entry.cap_bytes:
            raise self.refused(
                "larger than the list may be",
                expected=f"at most {self.entry.cap_bytes} bytes",
                way_out="If the list has grown, raise cap_bytes in a registry of your own and name it with --lists.",
            )

    def _receipt(self, answer: httpx.Response, size: int, digest: str) -> Receipt:
        return Receipt(
            **self.entry.model_dump(include={"name", "title", "issuer", "licence", "url"}),
            final_url=str(answer.url),
            etag=_plain(answer.headers.get("ETag")),
            last_modified=_plain(answer.headers.get("Last-Modified")),
            served_at=_plain(answer.headers.get("Date")),
            media_type=media_of(answer),
            length_bytes=size,
            sha256=digest,
        )

    def _kept(self, receipt: Receipt) -> DownloadOutcome:
        if not receipt.length_bytes:
            raise self.refused("the body is empty", expected="a list")
        if self.entry.sha256 not in (None, receipt.sha256):
            way_out = "The issuer changed the file, or it was changed on the way; pin the new digest if you know it."
            text = "the bytes are not those that the list pins"
            raise self.refused(text, receipt.sha256, expected=self.entry.sha256, way_out=way_out)
        same = self.held is not None and self.held.sha256 == receipt.sha256
        self.place.keep(receipt)
        return DownloadOutcome("unchanged" if same else "fetched", receipt)


def _plain(text: str | None) -> str | None:
    """A header field that can be kept and sent again."""
    return text if text and text.isascii() and text.isprintable() and len(text) <= 250 else None
