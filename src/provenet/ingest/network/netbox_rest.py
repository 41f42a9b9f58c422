"""What is read of a NetBox or a Nautobot over REST: which lists, and what of each object is kept.

Of an object only what the reader of inventories uses is kept, so that no address, serial number, comment, custom field
or contact of a carrier's inventory enters a case.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from provenet.ingest.network.netbox_records import ENDPOINTS, KINDS, OLDER_NAMES

NETBOX, NAUTOBOT = "netbox", "nautobot"
VERSIONS: Mapping[str, str] = {"netbox-version": NETBOX, "nautobot-version": NAUTOBOT}
"""What the status of a service says its release by."""
REQUIRED = frozenset({"dcim/manufacturers", "dcim/device-types", "dcim/devices"})
_NOT_READ = frozenset({"dcim/interfaces"})
_OF_ONE = {
    NETBOX: frozenset({"extras/roles", "extras/statuses", "dcim/location-types"}),
    NAUTOBOT: frozenset[str](),
}
_QUERIES: Mapping[tuple[str, str], tuple[tuple[str, str], ...]] = {
    (NETBOX, "dcim/devices"): (("exclude", "config_context"),),
    (NETBOX, "dcim/front-ports"): (("cabled", "true"),),
    (NETBOX, "dcim/rear-ports"): (("cabled", "true"),),
}
_BESIDE = frozenset(
    {"id", "display", "value", "object_type", "object_id", "object", "a_terminations", "b_terminations"}
    | {"termination_a", "termination_a_id", "termination_a_type", "termination_b", "termination_b_id"}
    | {"termination_b_type", "rear_ports", "position"}
)
_WANTED = frozenset({name for names in KINDS.values() for name in names} | set(OLDER_NAMES)) | _BESIDE
_DEEPEST = 6


def lists_of(product: str) -> list[tuple[str, tuple[tuple[str, str], ...], bool]]:
    """The lists that are read of a product: path, query, and whether nothing works without it."""
    common = (("ordering", "id"),) if product == NETBOX else (("depth", "1"),)
    return [
        (path, (*common, *_QUERIES.get((product, path), ())), path in REQUIRED)
        for path in ENDPOINTS
        if path not in _NOT_READ | _OF_ONE[product]
    ]


def kept_of(_path: str, value: Mapping[str, Any]) -> object:
    """An object of a list with the fields that are used alone, however deep they are nested."""
    return _kept(value, _DEEPEST)


def _kept(value: Any, depth: int) -> Any:
    if isinstance(value, dict):
        return {
            name: _kept(given, depth - 1)
            for name, given in value.items()
            if name in _WANTED and given is not None and given != "" and depth > 0
        }
    if isinstance(value, list):
        return [_kept(one, depth) for one in value if isinstance(one, dict)]
    return value


def snapshot(product: str, release: str, root: str, *, objects: Iterable[tuple[str, object]]) -> bytes:
    """The file that an inventory over REST becomes: a line that says what it is, one for each object, one with counts.

    The same objects give the same bytes, however they were paged. Cost O(objects).
    """
    counts: Counter[str] = Counter()
    lines = [_line({"inventory": product, "release": release, "root": root})]
    for path, value in objects:
        counts[path] += 1
        lines.append(_line({"list": path, "object": value}))
    lines.append(_line({"counts": dict(sorted(counts.items()))}))
    return b"".join(lines)


def _line(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
