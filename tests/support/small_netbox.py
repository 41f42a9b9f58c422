"""A small NetBox or Nautobot on loopback: real shapes of its REST API, a token, pages, and faults played on purpose."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

DATE = "Tue, 03 Mar 2026 10:00:00 GMT"
TOKEN = "0123456789abcdef0123456789abcdef01234567"
Fault = Callable[["Handler"], None]
Lists = dict[str, list[dict[str, Any]]]


@dataclass
class SmallNetBox:
    """What the server holds, what it was asked, and which faults it still has to play, by path and offset."""

    lists: Lists
    product: str = "netbox"
    token: str | None = TOKEN
    status: int = 200
    most: int = 1000
    faults: dict[tuple[str, int], list[Fault]] = field(default_factory=dict)
    links: Callable[[str, int], str | None] | None = None
    log: list[tuple[str, dict[str, str], str | None]] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def asked(self, path: str) -> list[int]:
        """The offsets that were asked of a list, in order."""
        return [int(query.get("offset", "0")) for at, query, _ in self.log if at == path]


class Handler(BaseHTTPRequestHandler):
    """Answers as the REST API of NetBox does."""

    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        self.close_connection = True
        held = self.server.held
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        path = parts.path.removeprefix("/api/").strip("/")
        held.log.append((path, query, self.headers.get("Authorization")))
        offset = int(query.get("offset", "0"))
        playing = held.faults.get((path, offset), [])
        with suppress(OSError):
            if playing:
                playing.pop(0)(self)
            elif not parts.path.startswith("/api/"):
                self.send(404, b"<html>no such page</html>", "text/html")
            elif held.token is not None and self.headers.get("Authorization") not in self.server.accepted():
                self.json(403, {"detail": "Invalid token"})
            elif path == "status":
                self.json(held.status, {f"{held.product}-version": "4.2.0", "python-version": "3.12"})
            elif path in held.lists:
                self.page(path, offset, int(query.get("limit", "50")))
            else:
                self.json(404, {"detail": "Not found."})

    def page(self, path: str, offset: int, limit: int) -> None:
        held = self.server.held
        limit, rows = min(limit, held.most), held.lists[path]
        after = offset + limit
        link: str | None = f"{held.url}api/{path}/?limit={limit}&offset={after}" if after < len(rows) else None
        if held.links is not None and link is not None:
            link = held.links(path, after)
        self.json(200, {"count": len(rows), "next": link, "previous": None, "results": rows[offset:after]})

    def json(self, status: int, value: object) -> None:
        self.send(status, json.dumps(value).encode(), "application/json")

    def send(self, status: int, body: bytes, media: str, *, length: int | None = None, more: str = "") -> None:
        head = f"HTTP/1.1 {status} Said\r\nDate: {DATE}\r\nContent-Type: {media}\r\n{more}"
        self.wfile.write(f"{head}Content-Length: {length or len(body)}\r\nConnection: close\r\n\r\n".encode() + body)

    def log_message(self, *_: Any) -> None:
        """Silent."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, held: SmallNetBox) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.held = held
        held.port = int(self.server_address[1])

    def accepted(self) -> set[str]:
        return {f"Token {self.held.token}", f"Bearer {self.held.token}"}

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Silent: clients that go away are what is tested."""


@contextmanager
def serving(held: SmallNetBox) -> Iterator[SmallNetBox]:
    """A server for the length of a block."""
    with _Server(held) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield held
        finally:
            server.shutdown()
            thread.join()


def answers(status: int, body: bytes = b"{}", media: str = "application/json", more: str = "") -> Fault:
    """One answer of that status."""
    return lambda handler: handler.send(status, body, media, more=more)


def cut(handler: Handler) -> None:
    """Half an answer, then the connection is gone."""
    handler.send(200, b'{"count": 3, "results": [{"id": 1', "application/json", length=5_000)


def reset(handler: Handler) -> None:
    """The connection is reset without a word."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    handler.connection.close()


def brief(record: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """How an object stands inside another."""
    return {name: record[name] for name in ("id", "url", "name", "display", *names) if name in record}


def small_lists(device_count: int = 3) -> Lists:
    """Two sites, routers in a ring of cables, a patch panel, a virtual chassis, a circuit, a module and an optic."""
    url = "http://netbox.example/api"

    def made(path: str, number: int, **fields: Any) -> dict[str, Any]:
        given = {"id": number, "url": f"{url}/{path}/{number}/", **fields}
        hidden = {"comments": "zz-hidden-comment", "custom_fields": {"zz-hidden": "field"}, "serial": "ZZ-SERIAL"}
        return {**given, **hidden}

    regions = [made("dcim/regions", 1, name="Europe"), made("dcim/regions", 2, name="Germany")]
    regions[1]["parent"] = brief(regions[0])
    makers = [made("dcim/manufacturers", at, name=name) for at, name in enumerate(("Huawei", "Juniper", "Panduit"), 1)]
    sites = [
        made(
            "dcim/sites", 1, name="Leipzig", region=brief(regions[1]), latitude=51.34, longitude=12.37, status=_active()
        ),
        made("dcim/sites", 2, name="Halle", region=brief(regions[1]), latitude=None, longitude=None, status=_active()),
    ]
    roles = [made("dcim/device-roles", at, name=name) for at, name in enumerate(("Router", "Patch Panel", "Switch"), 1)]
    types = [
        made("dcim/device-types", 1, model="NE40E", manufacturer=brief(makers[0]), part_number="02350"),
        made("dcim/device-types", 2, model="24-Port", manufacturer=brief(makers[2])),
        made("dcim/device-types", 3, model="EX4300", manufacturer=brief(makers[1])),
    ]
    chassis = made("dcim/virtual-chassis", 1, name="stack-1", master={"id": device_count + 2})
    devices = [
        _device(made, at, f"r{at:05}", role=roles[0], kind=types[0], site=sites[0]) for at in range(1, device_count + 1)
    ]
    devices.append(_device(made, device_count + 1, "panel", role=roles[1], kind=types[1], site=sites[0]))
    for at, position in ((device_count + 2, 1), (device_count + 3, 2)):
        member = _device(made, at, None, role=roles[2], kind=types[2], site=sites[1])
        devices.append(member | {"virtual_chassis": brief(chassis), "vc_position": position})
    ends = [("dcim.interface", at, devices[at - 1]) for at in range(1, device_count + 1)]
    cables = [
        made(
            "dcim/cables",
            at,
            status=_active("connected"),
            a_terminations=[_end(*ends[at - 1])],
            b_terminations=[_end(*ends[at % len(ends)], 1000)],
        )
        for at in range(1, device_count + 1)
    ]
    return {
        "tenancy/tenants": [],
        "dcim/regions": regions,
        "dcim/sites": sites,
        "dcim/manufacturers": makers,
        "dcim/device-types": types,
        "dcim/module-types": [made("dcim/module-types", 1, model="LPUF-51", manufacturer=brief(makers[0]))],
        "dcim/device-roles": roles,
        "dcim/platforms": [],
        "dcim/virtual-chassis": [chassis],
        "dcim/devices": devices,
        "dcim/module-bays": [made("dcim/module-bays", 1, name="Slot 1", device=brief(devices[0]))],
        "dcim/modules": [
            made(
                "dcim/modules",
                1,
                device=brief(devices[0]),
                module_bay={"id": 1, "name": "Slot 1"},
                module_type={"id": 1},
                status=_active(),
            )
        ],
        "dcim/inventory-items": [
            made(
                "dcim/inventory-items",
                1,
                name="SFP 1",
                device=brief(devices[0]),
                manufacturer=brief(makers[1]),
                part_id="EX-SFP",
            )
        ],
        "circuits/providers": [made("circuits/providers", 1, name="Carrier Two")],
        "circuits/circuits": [made("circuits/circuits", 1, cid="C-1", provider={"id": 1, "name": "Carrier Two"})],
        "circuits/circuit-terminations": [],
        "dcim/cables": cables,
    }


def _active(word: str = "active") -> dict[str, str]:
    return {"value": word, "label": word.title()}


def _device(made: Any, number: int, name: str | None, *, role: Any, kind: Any, site: Any) -> dict[str, Any]:
    nested = {"id": kind["id"], "manufacturer": kind["manufacturer"], "model": kind["model"]}
    fields = {"role": brief(role), "device_type": nested, "site": brief(site), "tenant": None, "status": _active()}
    device: dict[str, Any] = made("dcim/devices", number, name=name, primary_ip={"address": "10.0.0.1/24"}, **fields)
    return device


def _end(kind: str, number: int, device: Mapping[str, Any], add: int = 0) -> dict[str, Any]:
    inner = {"id": number + add, "name": f"eth{add}", "device": brief(device)}
    return {"object_type": kind, "object_id": number + add * 1000, "object": inner}
