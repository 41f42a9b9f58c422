"""What rows of traces and hops say, as texts: addresses and ids for their columns, and the JSON that an id digests.

The texts are letter for letter those of `core.ids.row_id` and of the standard library; a law holds them to that.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from provenet.ingest.traces.kernels.sha256 import BLOCK_BYTES
from provenet.numerics.compiled import kernel, part, tight

IPV4_BYTES, IPV6_BYTES = 15, 39
"""The longest address of each family in letters."""
NO_NUMBER = -1
"""A number that is not stated, a round trip too."""
_SILENT, _IPV4 = 0, 4
_HEX = np.frombuffer(b"0123456789abcdef", np.uint8)
_DAY = 86_400


def _letters(text: str) -> Any:
    return np.frombuffer(text.encode(), np.uint8)


_QUOTE, _CLOSE = _letters('"'), _letters("}")
_HOP_ADDRESS, _HOP_FLAGS = _letters('{"address":"'), _letters('"flags":')
_ROUND_TRIP, _HOP_TRACE, _HOP_TTL = _letters(',"rtt_ms":'), _letters(',"trace_id":"'), _letters('","ttl_count":')
_BEGIN, _COMMA = _letters("{"), _letters('",')
_FAMILIES = (_letters('{"family":"ipv4","hop_count":'), _letters('{"family":"ipv6","hop_count":'))
_MEASUREMENT, _PROBE = _letters(',"measurement_id":"'), _letters(',"probe_id":"')
_REACHED = (_letters(',"reached":false'), _letters(',"reached":true'))
_SOURCE, _TARGET = _letters(',"source_address":"'), _letters(',"target_address":"')
_STARTED, _TRACE = _letters(',"started_at":"'), _letters(',"trace_id":"')
_UTC = _letters('+00:00"')


@tight
def _put(text: Any, at: int, letters: Any) -> int:
    for one in range(len(letters)):
        text[at + one] = letters[one]
    return at + len(letters)


@tight
def _put_piece(text: Any, at: int, pool: Any, starts: Any, piece: int) -> int:
    """One of several pieces that lie in a pool one after another."""
    for one in range(starts[piece], starts[piece + 1]):
        text[at] = pool[one]
        at += 1
    return at


@part
def _put_number(text: Any, at: int, number: int) -> int:
    """A whole number that is not negative."""
    digits, rest = 1, number // 10
    while rest:
        digits, rest = digits + 1, rest // 10
    for place in range(at + digits - 1, at - 1, -1):
        text[place] = 48 + number % 10
        number //= 10
    return at + digits


@tight
def _put_two(text: Any, at: int, number: int) -> int:
    text[at], text[at + 1] = 48 + number // 10, 48 + number % 10
    return at + 2


@part
def _put_thousandths(text: Any, at: int, number: int) -> int:
    """A number of thousandths as Python writes it: one digit behind the point at least, and no zero more at the end."""
    at = _put_number(text, at, number // 1000)
    text[at], rest, unit = 46, number % 1000, 100
    at += 1
    while True:
        text[at] = 48 + rest // unit
        at, rest, unit = at + 1, rest % unit, unit // 10
        if rest == 0:
            return at


@part
def _put_hex(text: Any, at: int, number: Any) -> int:
    """Sixteen digits."""
    for digit in range(16):
        text[at + digit] = _HEX[np.int64((number >> np.uint64(60 - 4 * digit)) & np.uint64(15))]
    return at + 16


@part
def _put_group(text: Any, at: int, group: int) -> int:
    """Up to four digits without a zero before them."""
    started = False
    for shift in (12, 8, 4, 0):
        digit = group >> shift & 15
        started = started or digit != 0 or shift == 0
        if started:
            text[at] = _HEX[digit]
            at += 1
    return at


@tight
def _group(high: Any, low: Any, place: int) -> int:
    half = high if place < 4 else low
    return np.int64((half >> np.uint64(48 - 16 * (place & 3))) & np.uint64(0xFFFF))


@part
def _put_ipv6(text: Any, at: int, high: Any, low: Any) -> int:
    """Eight groups, the first of the longest runs of zeros left out (RFC 5952)."""
    first, longest, run = 8, 1, 0
    for place in range(8):
        run = run + 1 if _group(high, low, place) == 0 else 0
        if run > longest:
            first, longest = place + 1 - run, run
    place = 0
    while place < 8:
        if place == first:
            text[at], text[at + 1] = 58, 58
            at, place = at + 2, place + longest
            continue
        if place and place != first + longest:
            text[at] = 58
            at += 1
        at = _put_group(text, at, _group(high, low, place))
        place += 1
    return at


@part
def _put_address(text: Any, at: int, family: int, high: Any, low: Any) -> int:
    if family != _IPV4:
        return _put_ipv6(text, at, high, low)
    for shift in (56, 48, 40, 32):
        at = _put_number(text, at, np.int64((high >> np.uint64(shift)) & np.uint64(255)))
        if shift > 32:
            text[at] = 46
            at += 1
    return at


@part
def _put_instant(text: Any, at: int, seconds: int) -> int:
    """Seconds since 1970 as ISO 8601 has them, without the zone: the civil day of a count of days."""
    days, rest = seconds // _DAY, seconds % _DAY
    # Years begin in March here, so that the day that may be missing is their last.
    shifted = days + 719_468
    era, day = shifted // 146_097, shifted % 146_097
    year = (day - day // 1460 + day // 36_524 - day // 146_096) // 365
    day -= 365 * year + year // 4 - year // 100
    turn = (5 * day + 2) // 153
    month = turn + 3 if turn < 10 else turn - 9
    at = _put_number(text, at, year + 400 * era + (1 if month <= 2 else 0))
    for mark, number in ((45, month), (45, day - (153 * turn + 2) // 5 + 1), (84, rest // 3600)):
        text[at] = mark
        at = _put_two(text, at + 1, number)
    for number in (rest // 60 % 60, rest % 60):
        text[at] = 58
        at = _put_two(text, at + 1, number)
    return at


@tight
def _padded(text: Any, length: int) -> int:
    """Ends a text as SHA-256 wants it, and gives the count of its blocks."""
    blocks = (length + 9 + BLOCK_BYTES - 1) // BLOCK_BYTES
    text[length] = 0x80
    for at in range(length + 1, blocks * BLOCK_BYTES - 2):
        text[at] = 0
    text[blocks * BLOCK_BYTES - 2], text[blocks * BLOCK_BYTES - 1] = length >> 5 & 255, length << 3 & 255
    return blocks


class HopColumns(NamedTuple):
    """Hop rows by column. `ids` are those of traces, `of_trace` the place of each row's; `flags` are places in the pool
    of lists of words; `reading` and `source` are what every row says after its flags and after its round trip.
    """

    ids: NDArray[np.uint64]
    of_trace: NDArray[np.int64]
    ttl: NDArray[np.uint8]
    high: NDArray[np.uint64]
    low: NDArray[np.uint64]
    family: NDArray[np.uint8]
    thousandths: NDArray[np.int64]
    flags: NDArray[np.int64]
    flag_pool: NDArray[np.uint8]
    flag_starts: NDArray[np.int64]
    reading: NDArray[np.uint8]
    source: NDArray[np.uint8]


class TraceColumns(NamedTuple):
    """Traces by column. `protocol` is a place in the pool of protocols; `reading` and `stands` are what every row says
    of our reading and of where its probe stands.
    """

    ids: NDArray[np.uint64]
    family: NDArray[np.uint8]
    hop_count: NDArray[np.int64]
    measurement_id: NDArray[np.int64]
    probe_id: NDArray[np.int64]
    protocol: NDArray[np.int64]
    protocol_pool: NDArray[np.uint8]
    protocol_starts: NDArray[np.int64]
    reached: NDArray[np.bool_]
    reading: NDArray[np.uint8]
    source_family: NDArray[np.uint8]
    source_high: NDArray[np.uint64]
    source_low: NDArray[np.uint64]
    stands: NDArray[np.uint8]
    started_at: NDArray[np.int64]
    target_family: NDArray[np.uint8]
    target_high: NDArray[np.uint64]
    target_low: NDArray[np.uint64]


@kernel
def hop_texts(first: int, last: int, hops: HopColumns, texts: NDArray[np.uint8], blocks: NDArray[np.int64]) -> None:
    """What the hop rows `first` to `last` say, padded, into the first rows of `texts` and `blocks`."""
    for row in range(first, last):
        text, at = texts[row - first], 0
        if hops.family[row] == _SILENT:
            at = _put(text, at, _BEGIN)
        else:
            at = _put(text, at, _HOP_ADDRESS)
            at = _put_address(text, at, hops.family[row], hops.high[row], hops.low[row])
            at = _put(text, at, _COMMA)
        at = _put(text, at, _HOP_FLAGS)
        at = _put_piece(text, at, hops.flag_pool, hops.flag_starts, hops.flags[row])
        at = _put(text, at, hops.reading)
        if hops.thousandths[row] != NO_NUMBER:
            at = _put(text, at, _ROUND_TRIP)
            at = _put_thousandths(text, at, hops.thousandths[row])
        at = _put(text, at, hops.source)
        at = _put(text, at, _HOP_TRACE)
        at = _put_hex(text, at, hops.ids[hops.of_trace[row]])
        at = _put(text, at, _HOP_TTL)
        at = _put_number(text, at, np.int64(hops.ttl[row]))
        blocks[row - first] = _padded(text, _put(text, at, _CLOSE))


@kernel
def trace_texts(
    first: int, last: int, traces: TraceColumns, texts: NDArray[np.uint8], blocks: NDArray[np.int64]
) -> None:
    """What the traces `first` to `last` say, padded, into the first rows of `texts` and `blocks`."""
    for row in range(first, last):
        text = texts[row - first]
        at = _put(text, 0, _FAMILIES[0] if traces.family[row] == _IPV4 else _FAMILIES[1])
        at = _put_number(text, at, traces.hop_count[row])
        if traces.measurement_id[row] != NO_NUMBER:
            at = _put(text, at, _MEASUREMENT)
            at = _put(text, _put_number(text, at, traces.measurement_id[row]), _QUOTE)
        if traces.probe_id[row] != NO_NUMBER:
            at = _put(text, at, _PROBE)
            at = _put(text, _put_number(text, at, traces.probe_id[row]), _QUOTE)
        at = _put_piece(text, at, traces.protocol_pool, traces.protocol_starts, traces.protocol[row])
        at = _put(text, at, _REACHED[1] if traces.reached[row] else _REACHED[0])
        at = _put(text, at, traces.reading)
        if traces.source_family[row] != _SILENT:
            at = _put(text, at, _SOURCE)
            at = _put_address(text, at, traces.source_family[row], traces.source_high[row], traces.source_low[row])
            at = _put(text, at, _QUOTE)
        at = _put(text, at, traces.stands)
        if traces.started_at[row] != NO_NUMBER:
            at = _put(text, at, _STARTED)
            at = _put(text, _put_instant(text, at, traces.started_at[row]), _UTC)
        if traces.target_family[row] != _SILENT:
            at = _put(text, at, _TARGET)
            at = _put_address(text, at, traces.target_family[row], traces.target_high[row], traces.target_low[row])
            at = _put(text, at, _QUOTE)
        at = _put(text, at, _TRACE)
        at = _put(text, _put_hex(text, at, traces.ids[row]), _QUOTE)
        blocks[row - first] = _padded(text, _put(text, at, _CLOSE))


@kernel
def write_addresses(
    family: NDArray[np.uint8],
    high: NDArray[np.uint64],
    low: NDArray[np.uint64],
    texts: NDArray[np.uint8],
    starts: NDArray[np.int64],
) -> None:
    """Addresses in letters, one after another, with where each begins (int64[n + 1]); family 0 is no letter."""
    at = 0
    for row in range(len(family)):
        starts[row] = at
        if family[row] != _SILENT:
            at = _put_address(texts, at, family[row], high[row], low[row])
    starts[len(family)] = at


@kernel
def write_ids(numbers: NDArray[np.uint64], before: NDArray[np.uint8], texts: NDArray[np.uint8]) -> None:
    """Numbers as sixteen digits, one after another, each behind the same letters."""
    at = 0
    for row in range(len(numbers)):
        at = _put_hex(texts, _put(texts, at, before), numbers[row])


@kernel
def mark_fresh(ids: NDArray[np.uint64], slots: NDArray[np.uint64], fresh: NDArray[np.bool_]) -> int:
    """Whether each id was not met before, and how many were not; it is met from then on.

    `slots` has a length that is a power of two, more than the ids it is to hold; 0 is a free slot, and no id.
    """
    mask, count = np.uint64(len(slots) - 1), 0
    for row in range(len(ids)):
        # Ids are mixed already: their bits are as good as those of a hash.
        place = ids[row] & mask
        while slots[place] != 0 and slots[place] != ids[row]:
            place = (place + np.uint64(1)) & mask
        fresh[row] = slots[place] == 0
        count += fresh[row]
        slots[place] = ids[row]
    return count
