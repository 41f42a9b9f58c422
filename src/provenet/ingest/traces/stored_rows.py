"""Rows of traces and hops of a case as arrays again: what `case_rows` wrote, and what other files brought."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from provenet.ingest.bgp.numbers import IPV4, IPV6
from provenet.ingest.bgp.prefix_columns import address_halves
from provenet.ingest.traces.kernels.hop_rows import keep_answers, order_by

Halves = NDArray[np.uint64]
Keys = tuple[NDArray[np.uint8], Halves, Halves]
"""Family, high and low half."""
_SEEDS = 7, 11
_TTLS = 256


def trace_keys(ids: pl.Series) -> Keys:
    """Ids of traces as keys of 128 bits: two hashes of the text, equal within one process only. Cost O(n)."""
    high, low = (ids.hash(seed).to_numpy() for seed in _SEEDS)
    return np.ones(len(ids), np.uint8), high, low


def address_keys(addresses: pl.Series) -> Keys:
    """Stored addresses as keys; family 0 where there is none. Raises ValueError for a text that is no address.

    Each distinct text is read once.
    """
    texts = addresses.alias("text").replace("", None)
    distinct = texts.drop_nulls().unique()
    high, low = address_halves(distinct)
    family = np.where(distinct.str.contains(":", literal=True).to_numpy(), IPV6, IPV4).astype(np.uint8)
    known = pl.DataFrame([distinct, pl.Series("place", np.arange(1, len(distinct) + 1))])
    place = texts.to_frame().join(known, "text", how="left", maintain_order="left")["place"].fill_null(0).to_numpy()
    keys = [np.concatenate([np.zeros(1, part.dtype), part]) for part in (family, high, low)]
    return keys[0][place], keys[1][place], keys[2][place]


def answers_in_order(
    of_trace: NDArray[np.int64],
    ttl: NDArray[np.int64],
    address: NDArray[np.int32],
    *,
    is_loop: NDArray[np.bool_],
    traces: int,
    addresses: int,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The hop rows that count, by trace and TTL, and how many each trace has.

    `of_trace` is the place of each row's trace, `address` its number below `addresses`, -1 for silence. An answer that
    stands twice counts once, and is a loop in `is_loop` where one of its rows is. A TTL at which somebody answered is
    not silent. Cost O(rows + traces + addresses).
    """
    if len(ttl) and not 0 <= ttl.min() <= ttl.max() < _TTLS:
        ttl = np.unique(ttl, return_inverse=True)[1]
    order, other = np.arange(len(ttl)), np.empty(len(ttl), np.int64)
    places = np.zeros(max(_TTLS, int(ttl.max(initial=0)) + 1) + 1, np.int64)
    order_by(ttl, order, places, other)
    order_by(of_trace, other, np.zeros(traces + 1, np.int64), order)
    kept, length = np.empty(len(ttl), np.int64), np.zeros(traces, np.int64)
    last_at = np.full(addresses, -1, np.int64)
    count = keep_answers(order, of_trace, ttl, address, is_loop, last_at, kept, length)
    return kept[:count], length
