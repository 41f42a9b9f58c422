"""An AS graph as arrays of its links, apart from what reads it: an opened graph needs no reader."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class AsLinks:
    """What a file says: transit `provider[i]` to `customer[i]`, peers `peer_a[i] < peer_b[i]`, all int64 ASNs.

    Each link stands once; links are ascending by their two numbers. `transit_sources` and `peer_sources` are uint8 bits
    of `FROM_BGP` and the like, 0 where no source is told; `peer_mlp_only` is true where nothing but multilateral
    peering tells of the link. `alone` are networks named only in links with themselves, ascending. `counts` are
    whole numbers by what they count, `sources` lines by the source as written, `remarks` sentences for people,
    `digest` the SHA-256 of the file as it lies.
    """

    provider: NDArray[np.int64]
    customer: NDArray[np.int64]
    transit_sources: NDArray[np.uint8]
    peer_a: NDArray[np.int64]
    peer_b: NDArray[np.int64]
    peer_sources: NDArray[np.uint8]
    peer_mlp_only: NDArray[np.bool_]
    alone: NDArray[np.int64]
    counts: Mapping[str, int]
    sources: Mapping[str, int]
    remarks: tuple[str, ...]
    digest: str
    name: str

    @property
    def asns(self) -> NDArray[np.int64]:
        """Every network of the graph, ascending. Cost O(E log E)."""
        import numpy as np

        parts = (self.provider, self.customer, self.peer_a, self.peer_b, self.alone)
        return np.unique(np.concatenate(parts))
