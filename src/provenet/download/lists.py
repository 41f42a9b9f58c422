"""The registry of public lists that `fetch` may ask for: what each is, who issues it, under which licence, from where.

A registry is a TOML file, one table per list. Everything that decides where a request goes and what is written stands
in it: the address, the hosts a redirect may lead to, the name of the file, the largest size. No connection is opened
here.
"""

import ipaddress
import re
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from provenet.core.errors import Fault, FaultList, InputFault, clip, nearest
from provenet.core.tomltext import TomlFault, parse_toml

LARGEST_BYTES = 20_000_000_000
BUNDLED = "lists.toml"
PARTS = (".part", ".fetched.json", ".new")
"""What `fetch` puts after a file's name for its own files; no list's file may end so."""
USUAL_PORTS = {"https": 443, "http": 80}

ADDRESS_FORM = "https://host/path in plain ASCII, without user or fragment"
_ADDRESS = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9.-]+|\[::1\])(?::(?P<port>\d{1,5}))?"
    r"(?P<path>/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*)?(?P<query>\?[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*)?\Z",
    re.ASCII,
)
_HOST = re.compile(r"(?=.{4,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]\Z", re.ASCII)


def is_loopback(host: str) -> bool:
    """Whether a host, by name or number, is this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def parse_address(text: str) -> str:
    """A web address in the one plain form that is used here. Raises ValueError saying what form that is.

    Lower-case ASCII host, no user, no fragment, no usual port; https to a public name, or http(s) to loopback.
    """
    hit = _ADDRESS.match(text) if len(text) <= 2000 else None
    if hit is None:
        raise ValueError(ADDRESS_FORM)
    scheme, host = hit["scheme"], hit["host"]
    port = int(hit["port"] or USUAL_PORTS[scheme])
    if not 0 < port < 65536:
        raise ValueError("a port from 1 to 65535")
    if not is_loopback(host):
        if not _HOST.match(host):
            raise ValueError("a host by its full name, as example.org")
        if scheme != "https":
            raise ValueError("https (http is for loopback alone)")
    shown = "" if port == USUAL_PORTS[scheme] else f":{port}"
    return f"{scheme}://{host}{shown}{hit['path'] or '/'}{hit['query'] or ''}"


def host_of(address: str) -> str:
    """`host`, or `host:port` where the port is not the usual one: what a list's hosts are compared with."""
    return urlsplit(address).netloc


def _line(value: str) -> str:
    if not value.strip() or not value.isprintable():
        raise ValueError("one line of text")
    return value


def _host(value: str) -> str:
    made = parse_address(f"https://{value}/")
    if made != f"https://{host_of(made)}/":
        raise ValueError
    return host_of(made)


def _file(value: str) -> str:
    if value.endswith(".") or value.lower().endswith(PARTS):
        raise ValueError
    return value


_Line = Annotated[str, AfterValidator(_line)]
_Media = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.+-]*/[a-z0-9][a-z0-9.+-]*$")]


class RemoteList(BaseModel):
    """One public list: what it is, and every limit its download is held to. A description says what is expected."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    name: str = Field(
        pattern="^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60, description="lower-case words joined by dashes"
    )
    title: _Line = Field(max_length=200, description="one line of text, at most 200 characters")
    issuer: _Line = Field(max_length=200, description="one line of text, at most 200 characters")
    licence: _Line = Field(max_length=300, description="one line of text, at most 300 characters")
    says: _Line = Field(max_length=500, description="one line of text, at most 500 characters")
    url: Annotated[str, AfterValidator(parse_address)]
    hosts: list[Annotated[str, AfterValidator(_host)]] = Field(
        default=[], max_length=50, description="hosts by their full names, as example.org or example.org:8443"
    )
    media: list[_Media] = Field(min_length=1, max_length=50, description="one to 50 media types as text/csv")
    cap_bytes: int = Field(gt=0, le=LARGEST_BYTES, description=f"a whole number of bytes from 1 to {LARGEST_BYTES}")
    file: Annotated[str, AfterValidator(_file)] = Field(
        pattern="^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$",
        description=f"a plain file name of letters, digits, dot, dash and underscore, no {', '.join(PARTS)} at its end",
    )
    layout: str | None = Field(None, pattern="^[a-z][a-z0-9_-]{0,60}$", description="the name of a layout")
    sha256: str | None = Field(None, pattern="^[0-9a-f]{64}$", description="64 hex digits in lower case")

    @property
    def allowed(self) -> list[str]:
        """The hosts that may be asked."""
        return sorted({host_of(self.url), *self.hosts})

    def as_dict(self) -> dict[str, object]:
        """The list as `fetch --list --json` shows it."""
        return {**self.model_dump(), "hosts": self.allowed}


class Receipt(BaseModel):
    """What is recorded beside a fetched file, and stands in `--json`. No clock of ours: `served_at` is the server's own
    Date header.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    name: str
    title: str
    issuer: str
    licence: str
    url: str
    final_url: str
    etag: str | None
    last_modified: str | None
    served_at: str | None
    media_type: str | None
    length_bytes: int
    sha256: str


def read_registry(place: str, data: bytes) -> dict[str, RemoteList]:
    """The lists of a registry by name, in the order of the file. Raises InputFault with every fault at once."""
    faults, lists, files = FaultList(), dict[str, RemoteList](), dict[str, str]()
    for name, table in _tables(place, data).items():
        where = f"{place} [{clip(name)}]"
        if not isinstance(table, dict):
            faults.add(Fault(where, "not a table", expected="one table per list"))
            continue
        if "name" in table:
            faults.add(_fault(where, {"loc": ["name"], "type": "extra_forbidden"}))
        try:
            made = RemoteList.model_validate({**table, "name": name})
        except ValidationError as err:
            faults.extend(_fault(where, one) for one in err.errors())
            continue
        first = files.setdefault(made.file.lower(), name)
        if first != name:
            faults.add(Fault(where, f"the file is also that of {first}", column="file", found=made.file))
        lists[name] = made
    faults.refuse()
    return lists


def _fault(where: str, error: Mapping[str, Any]) -> Fault:
    """What pydantic found, in words."""
    field, known = str(error["loc"][0]), RemoteList.model_fields
    if error["type"] == "extra_forbidden":
        names = [name for name in known if name != "name"]
        near, expected = nearest(field, names), ", ".join(names)
        return Fault(where, "no such field", column=field, found=clip(field), expected=expected, nearest=near)
    if error["type"] == "missing":
        return Fault(where, "the field is missing", column=field)
    expected = known[field].description or str(error.get("ctx", {}).get("error", ADDRESS_FORM))
    return Fault(where, "not what stands here", column=field, found=clip(str(error["input"])), expected=expected)


@lru_cache(maxsize=1)
def bundled_registry() -> Mapping[str, RemoteList]:
    """The lists that come with the package. Cached."""
    return read_registry(BUNDLED, resources.files("provenet").joinpath("download", BUNDLED).read_bytes())


def _tables(place: str, data: bytes) -> dict[str, Any]:
    way_out = "See docs/fetch.md for the form of a registry."
    try:
        tables = parse_toml(data.decode("utf-8-sig"))
    except UnicodeDecodeError as err:
        raise InputFault([Fault(place, f"byte {err.start} is not UTF-8", expected="UTF-8 text")]) from err
    except TomlFault as err:
        raise InputFault(
            [Fault(place, f"the registry {clip(str(err), 120)}", expected="one table per list", way_out=way_out)]
        ) from err
    if not tables:
        raise InputFault([Fault(place, "no list stands in it", expected="one table per list", way_out=way_out)])
    return tables
