"""The registry of public lists that `fetch` may ask for: what each is, who issues it, under which licence, from where.

A registry is a TOML file, one table per list. Everything that decides where a request goes and what is written stands
in it: the address, the hosts a redirect may lead to, the name of the file, the largest size. No connection is opened
here; `fetch` does that.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

from provenet.core.errors import Fault, FaultList, InputFault, clip, nearest
from provenet.core.tomltext import TomlFault, parse_toml

HTTPS_PORT, HTTP_PORT = 443, 80
LARGEST_BYTES = 20_000_000_000
LARGEST_REGISTRY_BYTES = 1_000_000
BUNDLED = "lists.toml"
PARTS = (".part", ".part.json", ".fetched.json", ".new")
"""What `fetch` puts after a file's name for its own files; no list's file may end so."""

_ADDRESS = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9.-]+|\[::1\])(?::(?P<port>\d{1,5}))?"
    r"(?P<path>/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*)?(?P<query>\?[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*)?\Z",
    re.ASCII,
)
_HOST = re.compile(r"(?=.{4,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]\Z", re.ASCII)
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z", re.ASCII)
_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}\Z", re.ASCII)
_MEDIA = re.compile(r"[a-z0-9][a-z0-9.+-]*/[a-z0-9][a-z0-9.+-]*\Z", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}\Z", re.ASCII)
_GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")
_SIX_TO_FOUR = ipaddress.IPv6Network("2002::/16")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


@dataclass(frozen=True)
class Address:
    """One web address, taken apart. Nothing else of an address is ever used."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def key(self) -> str:
        """`host`, or `host:port` where the port is not that of https; what a list's `hosts` are compared with."""
        return self.host if self.port == HTTPS_PORT else f"{self.host}:{self.port}"

    @property
    def loopback(self) -> bool:
        """Whether the host is this machine by name or number."""
        return is_loopback(self.host)

    def __str__(self) -> str:
        usual = HTTPS_PORT if self.scheme == "https" else HTTP_PORT
        return f"{self.scheme}://{self.host}{'' if self.port == usual else f':{self.port}'}{self.path}"


@dataclass(frozen=True)
class RemoteList:
    """One public list: what it is, and every limit its download is held to."""

    name: str
    title: str
    issuer: str
    licence: str
    says: str
    address: Address
    hosts: frozenset[str]
    media: tuple[str, ...]
    cap_bytes: int
    file: str
    layout: str | None
    sha256: str | None

    def as_dict(self) -> dict[str, object]:
        """The list as `fetch --list --json` shows it."""
        return {
            "name": self.name,
            "title": self.title,
            "issuer": self.issuer,
            "licence": self.licence,
            "says": self.says,
            "url": str(self.address),
            "hosts": sorted(self.hosts),
            "media": list(self.media),
            "cap_bytes": self.cap_bytes,
            "file": self.file,
            "layout": self.layout,
            "sha256": self.sha256,
        }


def is_loopback(host: str) -> bool:
    """Whether a host, by name or number, is this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def is_public(number: str) -> bool:
    """Whether an IP address is one that the public Internet routes: no private, local, reserved or group address.

    An IPv6 address that carries an IPv4 address inside (NAT64) counts as that one; 6to4 and mapped ones are refused.
    """
    address = ipaddress.ip_address(number.partition("%")[0])
    if isinstance(address, ipaddress.IPv4Address):
        return address.is_global and not address.is_multicast
    if address in _NAT64:
        return is_public(str(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)))
    return address in _GLOBAL_V6 and address.is_global and address not in _SIX_TO_FOUR


def parse_address(text: str) -> Address:
    """A web address in the one plain form that is used here. Raises ValueError saying what form that is.

    Lower-case ASCII host, no user, no fragment; https to a public name, or http(s) to loopback.
    """
    hit = _ADDRESS.match(text) if len(text) <= 2000 else None
    if hit is None:
        raise ValueError("https://host/path in plain ASCII, without user or fragment")
    usual = HTTPS_PORT if hit["scheme"] == "https" else HTTP_PORT
    made = Address(hit["scheme"], hit["host"], int(hit["port"] or usual), (hit["path"] or "/") + (hit["query"] or ""))
    if not 0 < made.port < 65536:
        raise ValueError("a port from 1 to 65535")
    if made.loopback:
        return made
    if not _HOST.match(made.host):
        raise ValueError("a host by its full name, as example.org")
    if made.scheme != "https":
        raise ValueError("https (http is for loopback alone)")
    return made


def read_registry(place: str, data: bytes, own: bool = True) -> dict[str, RemoteList]:
    """The lists of a registry by name, in the order of the file. Raises InputFault with every fault at once.

    `own` is true for a user's file, which alone may name loopback addresses. Cost O(bytes).
    """
    faults = FaultList()
    lists: dict[str, RemoteList] = {}
    files: dict[str, str] = {}
    for name, table in _tables(place, data).items():
        made = _Entry(place, name, table, own, faults).read()
        if made is None:
            continue
        first = files.setdefault(made.file.lower(), name)
        if first != name:
            faults.add(Fault(f"{place} [{name}]", f"the file is also that of {first}", column="file", found=made.file))
        lists[name] = made
    if faults.count:
        raise InputFault(faults.faults, faults.count)
    return lists


@lru_cache(maxsize=1)
def bundled_registry() -> Mapping[str, RemoteList]:
    """The lists that come with the package. Cached."""
    data = resources.files("provenet").joinpath("download", BUNDLED).read_bytes()
    return read_registry(BUNDLED, data, own=False)


def _tables(place: str, data: bytes) -> dict[str, Any]:
    way_out = "See docs/fetch.md for the form of a registry."
    if len(data) > LARGEST_REGISTRY_BYTES:
        expected = f"at most {LARGEST_REGISTRY_BYTES}"
        raise InputFault(
            [Fault(place, "too large for a registry of lists", found=f"{len(data)} bytes", expected=expected)]
        )
    try:
        tables = parse_toml(data.decode("utf-8-sig"))
    except UnicodeDecodeError as err:
        raise InputFault([Fault(place, f"byte {err.start} is not UTF-8", expected="UTF-8 text")]) from err
    except TomlFault as err:
        text = f"the registry {clip(str(err), 120)}"
        raise InputFault([Fault(place, text, expected="one table per list", way_out=way_out)]) from err
    if not tables:
        raise InputFault([Fault(place, "no list stands in it", expected="one table per list", way_out=way_out)])
    return tables


def _plain(limit: int) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if not isinstance(value, str) or not value.strip() or not value.isprintable() or len(value) > limit:
            raise ValueError(f"one line of text, at most {limit} characters")
        return value

    return read


def _matching(pattern: re.Pattern[str], expected: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if not isinstance(value, str) or not pattern.match(value):
            raise ValueError(expected)
        return value

    return read


def _address(value: Any) -> Address:
    return parse_address(value if isinstance(value, str) else "")


def _cap(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= LARGEST_BYTES:
        raise ValueError(f"a whole number of bytes from 1 to {LARGEST_BYTES}")
    return value


def _file(value: Any) -> str:
    expected = "a plain file name of letters, digits, dot, dash and underscore, without a folder"
    name = _matching(_FILE, expected)(value)
    if name.endswith(".") or name.lower().endswith(PARTS):
        raise ValueError(f"a name that does not end in a dot or in {', '.join(PARTS)}")
    return name


def _several(one: Callable[[Any], Any], least: int) -> Callable[[Any], tuple[Any, ...]]:
    def read(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list) or len(value) < least or len(value) > 50:
            raise ValueError(f"a list of {least} to 50 words")
        return tuple(one(word) for word in value)

    return read


def _host(value: Any) -> str:
    """A host as `Address.key` writes it."""
    expected = "hosts by their full names, as example.org or example.org:8443"
    try:
        made = parse_address(f"https://{value}/")
    except ValueError as err:
        raise ValueError(expected) from err
    if made.path != "/":
        raise ValueError(expected)
    return made.key


_READERS: dict[str, Callable[[Any], Any]] = {
    "title": _plain(200),
    "issuer": _plain(200),
    "licence": _plain(300),
    "says": _plain(500),
    "url": _address,
    "media": _several(_matching(_MEDIA, "media types as text/csv"), 1),
    "cap_bytes": _cap,
    "file": _file,
    "hosts": _several(_host, 0),
    "layout": _matching(re.compile(r"[a-z][a-z0-9_-]{0,60}\Z", re.ASCII), "the name of a layout"),
    "sha256": _matching(_SHA256, "64 hex digits in lower case"),
}
_OPTIONAL = {"hosts", "layout", "sha256"}


@dataclass
class _Entry:
    """One table of a registry while it is read."""

    place: str
    name: str
    table: Any
    own: bool
    faults: FaultList

    def fault(
        self,
        says: str,
        column: str | None = None,
        found: str | None = None,
        *,
        expected: str | None = None,
        near: str | None = None,
    ) -> None:
        place = f"{self.place} [{clip(self.name)}]"
        self.faults.add(Fault(place, says, column=column, found=found, expected=expected, nearest=near))

    def read(self) -> RemoteList | None:
        if not isinstance(self.table, dict):
            self.fault("not a table", expected="one table per list")
            return None
        before = self.faults.count
        if not _NAME.match(self.name) or len(self.name) > 60:
            self.fault("no name for a list", found=self.name, expected="lower-case words joined by dashes")
        for key in sorted(set(self.table) - set(_READERS)):
            self.fault("no such field", key, expected=", ".join(_READERS), near=nearest(key, _READERS))
        got = {key: value for key in _READERS if (value := self._field(key)) is not None}
        if "url" in got:
            self._places(got["url"], got.get("hosts", ()))
        if self.faults.count > before:
            return None
        address: Address = got.pop("url")
        hosts = frozenset({address.key, *got.pop("hosts", ())})
        return RemoteList(self.name, address=address, hosts=hosts, **{"layout": None, "sha256": None, **got})

    def _field(self, key: str) -> Any:
        if key not in self.table:
            if key not in _OPTIONAL:
                self.fault("the field is missing", key)
            return None
        value = self.table[key]
        try:
            return _READERS[key](value)
        except ValueError as err:
            self.fault("not what stands here", key, found=str(value), expected=str(err))
            return None

    def _places(self, address: Address, hosts: tuple[str, ...]) -> None:
        if address.loopback and not self.own:
            self.fault("a bundled list is not on loopback", "url", found=str(address), expected="a public host")
        away = sorted(host for host in hosts if parse_address(f"https://{host}/").loopback != address.loopback)
        if away:
            expected = "loopback hosts alone, or public hosts alone"
            self.fault("loopback and public hosts are not mixed", "hosts", found=", ".join(away), expected=expected)
