"""A graph of AS relationships opened for a tool: read once, then mapped from the user's cache folder."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from provenet.core.errors import visible
from provenet.core.user_cache import CachedArrays, load_arrays, sources_digest, store_arrays

if TYPE_CHECKING:
    from provenet.core.progress import Progress
    from provenet.ingest.bgp.numbers import AsLinks
    from provenet.routing.kernels.condense import Condensed

READERS = (
    "core/user_cache.py",
    "tools/graphs.py",
    "ingest/opening.py",
    "ingest/plain_lines.py",
    "ingest/bgp/as_links.py",
    "ingest/bgp/numbers.py",
    "routing/kernels/csr.py",
    "routing/kernels/condense.py",
    "routing/kernels/rings.py",
)
"""The sources that make an opened graph of a file: where one changes, graphs are opened anew."""
BLOCK_BYTES = 2**20


@dataclass(frozen=True)
class OpenGraph:
    """A graph as its file says it, and as routing takes it."""

    links: AsLinks
    core: Condensed


def open_graph(place: Path, progress: Progress) -> OpenGraph:
    """The graph in a file of CAIDA's AS relationships, from the cache where it was opened before.

    The cache goes by the SHA-256 of the file and of the code that reads it, so that it never answers for another.
    Raises as `read_as_links` does. Cost O(E log E), or O(bytes) where it is cached.
    """
    code = (sources_digest(*READERS) or "")[:16]
    digest = file_digest(place) if code else None
    if digest is not None:
        kept = load_arrays("graph", f"{digest}-{code}")
        if kept is not None:
            return _opened(kept, visible(place.name))
    from provenet.ingest.bgp.as_links import read_as_links

    links = read_as_links(place, progress)
    core = condensed(links)
    if code:
        arrays, note = _kept(links, core)
        store_arrays("graph", f"{links.digest}-{code}", arrays, note=note)
    return OpenGraph(links, core)


def condensed(links: AsLinks) -> Condensed:
    """The links as routing takes them. Cost O(E log E)."""
    from provenet.routing.kernels.condense import condense
    from provenet.routing.kernels.csr import topology

    return condense(topology(links.provider, links.customer, links.peer_a, peer_b=links.peer_b, alone=links.alone))


def file_digest(place: Path) -> str | None:
    """The SHA-256 of a file, None where it cannot be read or is no plain file."""
    if not place.is_file():
        return None
    seen = hashlib.sha256()
    try:
        with place.open("rb") as stream:
            while block := stream.read(BLOCK_BYTES):
                seen.update(block)
    except OSError:
        return None
    return seen.hexdigest()


_LINKS = ("provider", "customer", "transit_sources", "peer_a", "peer_b", "peer_sources", "peer_mlp_only", "alone")


def _kept(links: AsLinks, core: Condensed) -> tuple[dict[str, Any], Any]:
    arrays = {f"links.{name}": getattr(links, name) for name in _LINKS}
    arrays |= {f"topology.{one.name}": getattr(core.topology, one.name) for one in fields(core.topology)}
    arrays |= {f"core.{one.name}": getattr(core, one.name) for one in fields(core) if one.name != "topology"}
    note = {name: dict(getattr(links, name)) for name in ("counts", "sources")}
    return arrays, {**note, "remarks": list(links.remarks), "digest": links.digest}


def _opened(kept: CachedArrays, name: str) -> OpenGraph:
    from provenet.ingest.bgp.numbers import AsLinks
    from provenet.routing.kernels.condense import Condensed
    from provenet.routing.kernels.csr import Topology

    def part(of: str) -> dict[str, Any]:
        return {key.removeprefix(of): array for key, array in kept.arrays.items() if key.startswith(of)}

    note = kept.note
    links = AsLinks(
        **part("links."),
        counts=note["counts"],
        sources=note["sources"],
        remarks=tuple(note["remarks"]),
        digest=note["digest"],
        name=name,
    )
    return OpenGraph(links, Condensed(topology=Topology(**part("topology.")), **part("core.")))
