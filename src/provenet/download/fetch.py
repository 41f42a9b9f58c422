"""The one module that opens a connection: to a list's own address and the hosts the list allows, and nowhere else.

What leaves this machine is the same for everybody: a fixed set of header fields, no cookie, no referrer, no language,
no credentials. Nothing of the environment is read: no proxy, no netrc, no certificate path, no key log. A host's
addresses are looked up once, checked, and the connection goes to a checked number, so that a name that changes its
mind in between gains nothing.
"""

from __future__ import annotations

import http.client
import io
import re
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag, urljoin

from provenet.core.digest import VERSION
from provenet.core.errors import UsageFault
from provenet.core.progress import Progress
from provenet.download.exchange import Headers, Outcome, Retry, Shelf, refused
from provenet.download.remote import Address, RemoteList, is_loopback, is_public, parse_address
from provenet.download.transfer import download

USER_AGENT = f"provenet/{VERSION}"
MOST_REDIRECTS = 5
MOST_ADDRESSES = 8
"""Of one host, so that a name with a thousand numbers costs no thousand waits."""
REDIRECTS = {301, 302, 303, 307, 308}
READ_BYTES = 65_536
CERTIFICATES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)
"""Where systems keep the certificates of authorities, for a Python whose own place is empty."""

_PROXY_HOST = re.compile(r"([A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])\Z", re.ASCII)


@dataclass(frozen=True)
class Limits:
    """How long is waited, in seconds: to connect, for the head of an answer, between two reads, for a whole list."""

    connect_seconds: float = 20.0
    head_seconds: float = 60.0
    read_seconds: float = 30.0
    total_seconds: float = 1800.0


@dataclass(frozen=True)
class Way:
    """How the web is reached: straight, or through a proxy that the user named; with whose certificates."""

    proxy: Address | None = None
    ca: Path | None = None
    limits: Limits = Limits()


def fetch_list(entry: RemoteList, shelf: Shelf, way: Way | None = None, *, progress: Progress | None = None) -> Outcome:
    """Downloads one list onto a shelf and says how it went.

    Claims what `download` claims, and that the bytes came from a host that the list allows, over TLS checked against
    this machine's authorities (or those of `way.ca`). Raises InputFault with one sentence, UsageFault for a certificate
    file that cannot be used. Limits: looking a name up is bounded by the system's resolver alone; through a proxy it is
    the proxy that looks names up, and the check of numbers falls to it.
    """
    way = way or Way()
    with shelf.place(entry.file) as place:
        return download(entry, place, Wire(way, shelf.clock), sleep=shelf.sleep, progress=progress)


def parse_proxy(text: str) -> Address:
    """A proxy as the user named it, `http://host:port`. Raises UsageFault; a name or password in it is refused."""
    expected = "http://host:port in plain ASCII, without user or password"
    scheme, mark, rest = text.partition("://")
    try:
        if scheme != "http" or not mark:
            raise ValueError
        # Any host will do here, a short name or a private number too: the user named it.
        host, _, port = rest.rstrip("/").rpartition(":")
        number = int(port) if port.isascii() and port.isdigit() else 0
        labels = host.strip("[]").split(".")
        if not 0 < number < 65536 or not _PROXY_HOST.match(host) or not all(0 < len(label) < 64 for label in labels):
            raise ValueError
    except ValueError as err:
        found = f"{scheme}://..." if "@" in rest else text
        raise UsageFault(f"--proxy: no proxy; found {found!r}, expected {expected}.") from err
    return Address("http", host.lower(), number, "/")


class Wire:
    """Opens lists, one connection per request; made anew for each list, whose whole time is counted from then."""

    def __init__(self, way: Way, clock: Callable[[], float], any_number: bool = False) -> None:
        self.way, self.clock, self.any_number = way, clock, any_number
        self.until = clock() + way.limits.total_seconds
        self._tls: ssl.SSLContext | None = None

    @contextmanager
    def open(self, entry: RemoteList, fields: Callable[[str], Headers]) -> Iterator[WireAnswer]:
        """The last answer after at most five redirects, each to a host on the list's own list of hosts."""
        address = entry.address
        for _ in range(MOST_REDIRECTS + 1):
            with self.ask(entry, address, fields(str(address))) as answer:
                if answer.status not in REDIRECTS:
                    yield answer
                    return
                address = _next(entry, address, answer.field("Location"))
        raise refused(entry, "the server leads from address to address", expected=f"at most {MOST_REDIRECTS} redirects")

    @contextmanager
    def ask(self, entry: RemoteList, address: Address, fields: Headers) -> Iterator[WireAnswer]:
        """The answer to one request, whatever its status; no redirect is followed."""
        lines = [f"GET {address.path} HTTP/1.1", *_head(address), "Accept-Encoding: identity", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in fields]
        with ExitStack() as stack:
            with self._translating(entry, address):
                link = self._connect(entry, address, stack)
                reader = self._send(link, lines)
                response = http.client.HTTPResponse(reader, method="GET")  # type: ignore[arg-type]
                stack.callback(response.close)
                response.begin()
                reader.until = self.until
            yield WireAnswer(self, entry, address, response=response)

    def left(self, most: float, until: float | None = None) -> float:
        """Seconds that may still be waited, at most so many. Raises TimeoutError when none are left."""
        left = (self.until if until is None else until) - self.clock()
        if left <= 0:
            raise TimeoutError
        return min(most, left)

    def _send(self, link: socket.socket, lines: list[str]) -> _Reader:
        until = min(self.until, self.clock() + self.way.limits.head_seconds)
        link.settimeout(self.left(self.way.limits.read_seconds))
        link.sendall(("\r\n".join(lines) + "\r\n\r\n").encode("ascii"))
        return _Reader(link, self, until)

    def _connect(self, entry: RemoteList, address: Address, stack: ExitStack) -> socket.socket:
        proxy = self.way.proxy
        link = self._dial(self._numbers(entry, address) if proxy is None else _lookup(proxy))
        stack.callback(link.close)
        if proxy is not None:
            target = f"{address.host}:{address.port}"
            reader = self._send(link, [f"CONNECT {target} HTTP/1.1", f"Host: {target}", f"User-Agent: {USER_AGENT}"])
            answer = http.client.HTTPResponse(reader, method="CONNECT")  # type: ignore[arg-type]
            answer.begin()
            if answer.status != 200:
                raise refused(
                    entry, "the proxy does not connect", str(answer.status), expected="200", way_out="Look at --proxy."
                )
        if address.scheme == "http":
            return link
        if self._tls is None:
            self._tls = _tls(self.way.ca)
        link.settimeout(self.left(self.way.limits.connect_seconds))
        link = self._tls.wrap_socket(link, server_hostname=address.host.strip("[]"))
        stack.callback(link.close)
        return link

    def _numbers(self, entry: RemoteList, address: Address) -> list[Any]:
        """The host's addresses that may be connected to: public ones, or loopback for a loopback list.

        With `any_number`, where the user named the host, a name may lead into a private network.
        """
        found = _lookup(address)
        numbers = [row[4][0] for row in found]
        fit = is_loopback if address.loopback else (_anything if self.any_number else is_public)
        kept = [row for row, number in zip(found, numbers, strict=True) if fit(number.partition("%")[0])]
        if not kept:
            text = f"the name {address.host} leads to an address that is not on the public Internet"
            if address.loopback:
                text = f"the name {address.host} leads away from this machine"
            way_out = "No request was sent. A resolver of this network may answer for others; use another network."
            raise refused(entry, text, ", ".join(sorted(set(numbers))), way_out=way_out)
        return kept

    def _dial(self, numbers: list[Any]) -> socket.socket:
        last: OSError | None = None
        for family, kind, proto, _, number in numbers[:MOST_ADDRESSES]:
            link = socket.socket(family, kind, proto)
            try:
                link.settimeout(self.left(self.way.limits.connect_seconds))
                link.connect(number)
            except OSError as err:
                link.close()
                last = err
            else:
                return link
        raise last or OSError("no address")

    @contextmanager
    def _translating(self, entry: RemoteList, address: Address) -> Iterator[None]:
        """What fails on the way, as a sentence or as a reason to try again."""
        host = address.host
        try:
            yield
        except ssl.SSLCertVerificationError as err:
            way_out = "No request was sent. Where a network has an authority of its own, name its file with --ca."
            text = f"the certificate of {host} does not hold"
            raise refused(
                entry, text, err.verify_message, expected="a certificate for this host", way_out=way_out
            ) from err
        except (ssl.SSLEOFError, ssl.SSLZeroReturnError) as err:
            raise Retry(f"{host} broke off") from err
        except ssl.SSLError as err:
            raise refused(
                entry, f"no TLS connection to {host}", err.reason or "TLS error", expected="TLS 1.2 or later"
            ) from err
        except socket.gaierror as err:
            name = host if self.way.proxy is None else self.way.proxy.host
            if err.errno == socket.EAI_AGAIN:
                raise Retry(f"the name {name} cannot be looked up") from err
            way_out = "This machine may be offline; or the service has moved to another address."
            raise refused(entry, f"nobody knows the name {name}", way_out=way_out) from err
        except TimeoutError as err:
            if self.clock() >= self.until:
                text = f"not done within {self.way.limits.total_seconds:.0f} s"
                way_out = "Run the command again: it goes on if the server can; or allow more with --timeout."
                raise refused(entry, text, way_out=way_out) from err
            raise Retry(f"{host} is silent") from err
        except http.client.IncompleteRead as err:
            raise Retry(f"{host} broke off") from err
        except http.client.HTTPException as err:
            if isinstance(err, OSError):
                raise Retry(f"{host} broke off") from err
            raise refused(entry, f"what {host} answers is not HTTP", type(err).__name__, expected="HTTP/1.1") from err
        except OSError as err:
            raise Retry(f"no connection to {host} ({(err.strerror or str(err)).lower()})") from err


class _Reader(io.RawIOBase):
    """The socket as HTTPResponse reads it: every wait is bounded by a moment, not only by the gap between two bytes."""

    def __init__(self, link: socket.socket, wire: Wire, until: float) -> None:
        super().__init__()
        self.link, self.wire, self.until = link, wire, until

    def makefile(self, _mode: str) -> io.BufferedReader:
        """What HTTPResponse asks of a socket."""
        return io.BufferedReader(self, READ_BYTES)

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """The next bytes there are. Raises TimeoutError."""
        self.link.settimeout(self.wire.left(self.wire.way.limits.read_seconds, self.until))
        return self.link.recv_into(buffer)


class WireAnswer:
    """An answer over the wire."""

    def __init__(self, wire: Wire, entry: RemoteList, address: Address, *, response: http.client.HTTPResponse) -> None:
        self._wire, self._entry, self._address, self._response = wire, entry, address, response
        self.url, self.status = str(address), response.status

    def field(self, name: str) -> str | None:
        """The one value of a header field; several unlike values come joined by a comma."""
        values = self._response.headers.get_all(name, [])
        return ", ".join(dict.fromkeys(str(value) for value in values)) if values else None

    def read(self) -> bytes:
        """The next bytes of the body; none at its end. Raises Again where the connection failed."""
        with self._wire._translating(self._entry, self._address):
            return self._response.read1(READ_BYTES)


def _anything(_number: str) -> bool:
    return True


def _head(address: Address) -> list[str]:
    usual = 443 if address.scheme == "https" else 80
    host = address.host if address.port == usual else f"{address.host}:{address.port}"
    return [f"Host: {host}", f"User-Agent: {USER_AGENT}", "Accept: */*"]


def _lookup(address: Address) -> list[Any]:
    return socket.getaddrinfo(address.host.strip("[]"), address.port, type=socket.SOCK_STREAM)


def _next(entry: RemoteList, here: Address, location: str | None) -> Address:
    """Where a redirect leads. Raises InputFault unless it is an https address on one of the list's hosts."""
    allowed = "one of " + ", ".join(sorted(entry.hosts))
    if not location:
        raise refused(entry, "a redirect leads nowhere", expected=allowed)
    try:
        there = urldefrag(urljoin(str(here), location)).url
        address = parse_address(there)
    except ValueError as err:
        raise refused(
            entry, "a redirect leads to an address that is not followed", location, expected=str(err)
        ) from err
    if here.scheme == "https" and address.scheme != "https":
        raise refused(entry, "a redirect leads from https to http", str(address), expected="https")
    if address.key not in entry.hosts:
        way_out = "If the issuer has moved, name the new host in a registry of your own and use --lists."
        raise refused(
            entry,
            "a redirect leads to a host that the list does not allow",
            address.key,
            expected=allowed,
            way_out=way_out,
        )
    return address


def _tls(ca: Path | None) -> ssl.SSLContext:
    """Checked TLS with this machine's authorities; what the environment says of certificates is not read."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    if ca is not None:
        try:
            context.load_verify_locations(cafile=ca)
        except OSError as err:
            reason = (err.strerror or str(err)).lower()
            raise UsageFault(f"--ca: {ca} cannot be used ({reason}); expected a file of certificates in PEM.") from err
        return context
    built_in = ssl.get_default_verify_paths()
    files = [place for place in (built_in.openssl_cafile, *CERTIFICATES) if Path(place).is_file()]
    folder = built_in.openssl_capath if Path(built_in.openssl_capath).is_dir() else None
    if files or folder:
        context.load_verify_locations(cafile=files[0] if files else None, capath=folder)
        return context
    raise UsageFault("fetch: this machine's certificate authorities are not found; name a file of them with --ca.")
