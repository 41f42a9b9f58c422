"""Rows of traces and hops of a case as arrays again: what `case_rows` wrote, and what other files brought."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from provenet.ingest.bgp.addresses import IPV4, IPV6
from provenet.ingest.bgp.prefix_columns import address_halves
from provenet.ingest.traces.kernels.row_keys import (
    ODD_TEXT,
    PLAIN,
    SCRATCH_BYTES,
    keep_answers,
    order_by,
    read_addresses,
    read_ids,
)

Halves = NDArray[np.uint64]
Keys = tuple[NDArray[np.uint8], Halves, Halves]
"""Family, high and low half."""
_HASHED = PLAIN + 1
_SEEDS = 7, 11
_TTLS = 256


def trace_keys(ids: pl.Series) -> Keys:
    """Ids of traces as keys of 128 bits: the number that sixteen hexadecimal digits write, else two hashes of the text.

    Equal within one process only. Cost O(n).
    """
    letters, starts = _letters(ids)
    family, high, low = np.empty(len(ids), np.uint8), np.empty(len(ids), np.uint64), np.zeros(len(ids), np.uint64)
    read_ids(letters, starts, family, high)
    odd = np.flatnonzero(family == ODD_TEXT)
    if len(odd):
        texts = ids.gather(odd)
        family[odd] = _HASHED
        high[odd], low[odd] = (texts.hash(seed).to_numpy() for seed in _SEEDS)
    return family, high, low


def address_keys(addresses: pl.Series) -> Keys:
    """Stored addresses as keys; family 0 where there is none. Raises ValueError for a text that is no address."""
    letters, starts = _letters(addresses)
    count = len(addresses)
    family, high, low = np.empty(count, np.uint8), np.empty(count, np.uint64), np.empty(count, np.uint64)
    read_addresses(letters, starts, np.zeros(SCRATCH_BYTES, np.uint8), family, high, low)
    odd = np.flatnonzero(family == ODD_TEXT)
    if len(odd):
        texts = addresses.gather(odd)
        high[odd], low[odd] = address_halves(texts)
        family[odd] = np.where(texts.str.contains(":", literal=True).to_numpy(), IPV6, IPV4)
    return family, high, low


def _letters(texts: pl.Series) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """The letters of a column of text one after another, and where each text begins; null is an empty one."""
    # What lies under a null is anything.
    arrow = texts.fill_null("").rechunk().to_arrow(compat_level=pl.CompatLevel.oldest())
    _, starts, letters = arrow.buffers()
    if not len(texts) or starts is None:
        return np.zeros(0, np.uint8), np.zeros(1, np.int64)
    places = np.frombuffer(starts, np.int64, len(texts) + 1, 8 * arrow.offset)
    return np.frombuffer(letters, np.uint8) if letters is not None else np.zeros(0, np.uint8), places


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
