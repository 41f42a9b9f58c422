"""The one module that opens a connection. Plain HTTP by httpx, with a limit of time for the whole.

What leaves this machine is the same for everybody: a fixed set of header fields, no cookie, no referrer, no language.
Nothing of the environment is read: no proxy, no netrc, no certificate path. No redirect is followed here.
"""

import errno
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Timer
from typing import TypeVar
from urllib.parse import urlsplit

import certifi
import httpx

from provenet.core.digest import VERSION
from provenet.core.errors import Fault, InputFault, UsageFault, clip, visible
from provenet.download.lists import host_of

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
    """Asks one address after another; all of it may take `total_seconds` from when this was made."""

    def __init__(self, way: Way, clock: Callable[[], float]) -> None:
        self.way, self.clock = way, clock
        self.until = clock() + way.limits.total_seconds
        self._tls = _tls(way.ca)

    @contextmanager
    def ask(self, address: str, fields: Mapping[str, str]) -> Iterator[httpx.Response]:
        """The answer to one request, whatever its status. Raises Retry, or InputFault where no try can help."""
        limits, host = self.way.limits, host_of(address)
        waits = httpx.Timeout(limits.read_seconds, connect=limits.connect_seconds)
        client = httpx.Client(
            trust_env=False, verify=self._tls, proxy=self.way.proxy, timeout=waits, headers={**HEADERS, **fields}
        )
        # Each wait has a limit; a server that is never silent and never done is cut off.
        late = Timer(max(self.until - self.clock(), 0.0), client.close)
        late.start()
        try:
            with client.stream("GET", address) as answer:
                if answer.status_code in BUSY:
                    slow = answer.status_code in {408, 502, 504}
                    raise Retry(f"the server answers {answer.status_code}", _asked_wait(answer), slow=slow)
                yield answer
        except (httpx.HTTPError, httpx.InvalidURL, OSError, RuntimeError, ValueError) as err:
            if self.clock() >= self.until:
                sentence, way_out = f"not done within {limits.total_seconds:.0f} s", "Allow more with --timeout."
                raise InputFault([Fault(host, sentence, way_out=way_out)]) from err
            raise _failure(host, err) from err
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


def _asked_wait(answer: httpx.Response) -> float | None:
    text = answer.headers.get("Retry-After", "")
    return float(text) if text.isascii() and text.isdigit() and len(text) < 6 else None


def _failure(host: str, err: Exception) -> Exception:
    """What failed on the way, as a sentence or as a reason to try again."""
    cause: BaseException | None = err
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            way_out = "Where a network has an authority of its own, name its file with --ca."
            sentence, expected = f"the certificate of {host} does not hold", "a certificate for this host"
            return InputFault([Fault(host, sentence, found=cause.verify_message, expected=expected, way_out=way_out)])
        if isinstance(cause, socket.gaierror) and cause.errno != socket.EAI_AGAIN:
            way_out = "This machine may be offline; or the service has moved to another address."
            return InputFault([Fault(host, "the name cannot be looked up", way_out=way_out)])
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
