"""An inventory at an address: a NetBox or a Nautobot read over REST into the bytes of one file, for `add`."""

from __future__ import annotations

import os
import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from provenet.core.digest import sha256_bytes
from provenet.core.errors import UsageFault
from provenet.core.packages import require
from provenet.core.progress import Progress
from provenet.ingest.network.netbox_records import VERSIONS, kept_of, lists_of, snapshot
from provenet.ingest.opening import Upload, plain_bytes

if TYPE_CHECKING:
    from provenet.download.paged import ApiList, Service, ServiceReading

LARGEST_TOKEN_BYTES = 8_192
_MARKS = re.compile(r"[^A-Za-z0-9.-]+")


@dataclass(frozen=True, kw_only=True)
class Access:
    """How a service is asked: where its token is, with whose certificates, and whether http may be used."""

    token_env: str
    token_file: Path | None = None
    ca: Path | None = None
    allow_http: bool = False


def address_of(file: Path) -> str | None:
    """The address that a path stands for where it was written as one: `https://host/`, whose slashes paths fold."""
    text = file.as_posix()
    hit = re.match(r"(https?):/+(?=[^/])", text)
    return f"{hit[1]}://{text[hit.end() :]}" if hit else None


@dataclass(frozen=True)
class AddressFile:
    """An inventory that was read: its bytes as a file, and what is remarked."""

    upload: Upload
    remarks: tuple[str, ...]


def read_address(text: str, access: Access, *, progress: Progress) -> AddressFile:
    """Reads the inventory at an address into the bytes of one file.

    The token is sent to that host alone; it is not stored, not part of a setting and not of a message. Raises
    UsageFault for an address or a token that cannot be used, InputFault where the service does not answer as it should.
    """
    require("online")
    from provenet.download.paged import ServiceReading, service_at

    service = service_at(text, token=_token(access), allow_http=access.allow_http)
    reading = ServiceReading(service, clock=time.perf_counter, sleep=time.sleep, ca=access.ca, progress=progress)
    product, release = _product(reading)
    objects = reading.objects(_lists(product), kept_of)
    data = snapshot(product, release, service.root, objects=objects)
    name = f"{_name_of(service)}.{product}.jsonl"
    return AddressFile(Upload(name, sha256_bytes(data), data, len(data)), tuple(reading.remarks))


def _lists(product: str) -> list[ApiList]:
    from provenet.download.paged import ApiList

    return [ApiList(path, query, required) for path, query, required in lists_of(product)]


def _product(reading: ServiceReading) -> tuple[str, str]:
    """What answers at the address, and its release. Raises InputFault where it is neither NetBox nor Nautobot."""
    from provenet.download.paged import STATUS

    status, value = reading.document(STATUS)
    for key, product in VERSIONS.items():
        if isinstance(value, dict) and isinstance(value.get(key), str):
            return product, value[key]
    found = f"{status} for {STATUS}" if status != 200 else "JSON of something else"
    way_out = "Give the address of the service, as https://netbox.example.org/; where it lies in a folder, with that."
    raise reading.refused("neither a NetBox nor a Nautobot answers here", found, way_out=way_out)


def _name_of(service: Service) -> str:
    return _MARKS.sub("-", service.root.partition("://")[2].removesuffix("/api/")).strip("-")


def _token(access: Access) -> str | None:
    """The token of a file, else of the environment; None where neither gives one."""
    if access.token_file is None:
        return os.environ.get(access.token_env) or None

    try:
        data = plain_bytes(access.token_file, LARGEST_TOKEN_BYTES + 1)
        text = data.decode("ascii").strip()
    except OSError as err:
        raise UsageFault(f"--token-file: {access.token_file} cannot be read ({(err.strerror or '').lower()}).") from err
    except UnicodeDecodeError as err:
        raise UsageFault(f"--token-file: {access.token_file} holds no token; expected one word of ASCII.") from err
    if not text or len(data) > LARGEST_TOKEN_BYTES:
        raise UsageFault(f"--token-file: {access.token_file} holds no token; expected one word of ASCII.")
    return text
