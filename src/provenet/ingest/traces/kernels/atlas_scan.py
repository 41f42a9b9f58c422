"""Results of RIPE Atlas scanned from bytes straight into the arrays of traces and hops.

The scan knows the order in which Atlas writes an answer, and falls back to any order of names. A record of which it
does not understand every byte is odd: it leaves nothing behind, and the plain reader (`records`) decides.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from provenet.ingest.traces.kernels.address_words import IPV4, IPV6, ipv4_at, ipv6_at
from provenet.ingest.traces.kernels.json_words import (
    ODD,
    OVER,
    TOPS,
    ZEROS,
    Names,
    blank_after,
    decimal_at,
    lowest_bit,
    name_at,
    name_digest,
    scalar_end,
    text_end,
    value_end,
    whole_at,
    word_at,
)
from provenet.numerics.compiled import kernel, part, tight

LATE, DUPLICATE, ERROR, LOOP, SEVERAL, MPLS, GAP, REWRITTEN, PARTLY = 1, 2, 4, 8, 16, 32, 64, 128, 256
"""As `trace_batch.FLAGS` has them."""
_CUT = 1 << 15
"""The address of the row was cut, so that it says nothing of the target; taken away at the end."""
UNKNOWN = -1
_LAST_MOMENT_S = 253_402_300_799
"""As `documents.LAST_MOMENT_S`."""
LEAST_ROW_BYTES = 8
"""A record has at most a row for so many of its bytes, and two more."""


def _letters(text: str) -> np.uint64:
    return np.uint64(int.from_bytes(text.encode()[:8], "little"))


_FROM, _RTT, _SIZE, _TTL = _letters("from"), _letters("rtt"), _letters("size"), _letters("ttl")
_LATE, _DUP, _ERR, _ERROR, _EDST = (_letters(one) for one in ("late", "dup", "err", "error", "edst"))
_ICMPEXT, _OBJ, _CLASS = _letters("icmpext"), _letters("obj"), _letters("class")
_HOP, _RESULT, _TYPE, _PROTO = _letters("hop"), _letters("result"), _letters("type"), _letters("proto")
_SOURCE, _TARGET, _STARTED = _letters("src_addr"), _letters("dst_addr"), _letters("timestamp")
_STARTED_DIGEST = name_digest("timestamp")
_PROBE, _MEASUREMENT = _letters("prb_id"), _letters("msm_id")
_STAR, _ANSWER = _letters('{"x":"*"'), _letters('{"from":')
_THEN_RTT, _THEN_SIZE, _THEN_TTL = _letters('","rtt":'), _letters(',"size":'), _letters(',"ttl":')
_HOP_BEGINS, _RESULT_BEGINS = _letters('{"hop":'), _letters(',"result"')
_SEVEN = np.uint64((1 << 56) - 1)
_ICMP, _TCP, _UDP = _letters("ICMP"), _letters("TCP"), _letters("UDP")
_TRACEROU, _TE_ENDS, _TRUE = _letters("tracerou"), _letters('te"'), _letters("true")
_FOUR, _THREE = np.uint64((1 << 32) - 1), np.uint64((1 << 24) - 1)
_EUI64_MARK, _EUI64_BITS = np.uint64(0xFFFE << 24), np.uint64(0xFFFF << 24)
_MAKER_BITS = ~np.uint64((1 << 40) - 1)
_MOST_TTL = 255


class TraceRoom(NamedTuple):
    """The arrays that a scan fills, as `TraceBatch` has them."""

    started_at: NDArray[np.int64]
    probe_id: NDArray[np.int64]
    measurement_id: NDArray[np.int64]
    protocol: NDArray[np.uint8]
    source_high: NDArray[np.uint64]
    source_low: NDArray[np.uint64]
    source_family: NDArray[np.uint8]
    target_high: NDArray[np.uint64]
    target_low: NDArray[np.uint64]
    target_family: NDArray[np.uint8]
    reached: NDArray[np.bool_]
    first_hop: NDArray[np.int64]
    ttl: NDArray[np.uint8]
    high: NDArray[np.uint64]
    low: NDArray[np.uint64]
    family: NDArray[np.uint8]
    rtt_ms: NDArray[np.float32]
    flags: NDArray[np.uint16]

    @staticmethod
    def of(traces: int, rows: int) -> TraceRoom:
        """Room for so many traces and hop rows."""
        return TraceRoom(
            started_at=np.empty(traces, np.int64),
            probe_id=np.empty(traces, np.int64),
            measurement_id=np.empty(traces, np.int64),
            protocol=np.empty(traces, np.uint8),
            source_high=np.empty(traces, np.uint64),
            source_low=np.empty(traces, np.uint64),
            source_family=np.empty(traces, np.uint8),
            target_high=np.empty(traces, np.uint64),
            target_low=np.empty(traces, np.uint64),
            target_family=np.empty(traces, np.uint8),
            reached=np.empty(traces, np.bool_),
            first_hop=np.zeros(traces + 1, np.int64),
            ttl=np.empty(rows, np.uint8),
            high=np.empty(rows, np.uint64),
            low=np.empty(rows, np.uint64),
            family=np.empty(rows, np.uint8),
            rtt_ms=np.empty(rows, np.float32),
            flags=np.empty(rows, np.uint16),
        )


@kernel
def scan_records(
    data: NDArray[np.uint8],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    room: TraceRoom,
    names: Names,
    odd: NDArray[np.bool_],
) -> int:
    """Fills the room with the traces of n records, each a range of bytes, and marks the odd ones. How many traces."""
    count, rows = 0, 0
    for place in range(len(starts)):
        end, filled = _record(data, starts[place], room, names, count, rows)
        while ODD < end < ends[place] and (data[end] == 32 or data[end] == 13 or data[end] == 9 or data[end] == 10):
            end += 1
        odd[place] = end != ends[place]
        if not odd[place]:
            count += 1
            rows = filled
            room.first_hop[count] = rows
    return count


@part
def _record(data: Any, at: Any, room: TraceRoom, names: Names, place: Any, rows: Any) -> Any:
    """One record: where it ends, or `ODD`, and where its hop rows end."""
    zero = np.uint64(0)
    started, probe, measurement, protocol = UNKNOWN, UNKNOWN, UNKNOWN, 0
    public, public_high, public_low = 0, zero, zero
    own, own_high, own_low = 0, zero, zero
    target, target_high, target_low = 0, zero, zero
    first = rows
    has_result = False
    top = 0
    at = blank_after(data, at)
    if data[at] != 123:
        return ODD, rows
    at = blank_after(data, at + 1)
    while True:
        at, name, length = name_at(data, at, names, 0, top)
        if at == ODD:
            return ODD, rows
        top += 1
        if name == _FROM and length == 4:
            at, public, public_high, public_low = _address(data, at)
        elif name == _SOURCE and length == 8:
            at, own, own_high, own_low = _address(data, at)
        elif name == _TARGET and length == 8:
            at, target, target_high, target_low = _address(data, at)
        elif name == _STARTED and length == 9 and names.digest[top - 1] == _STARTED_DIGEST:
            started, at = whole_at(data, at)
            if started > _LAST_MOMENT_S:
                return ODD, rows
        elif name == _PROBE and length == 6:
            probe, at = whole_at(data, at)
        elif name == _MEASUREMENT and length == 6:
            measurement, at = whole_at(data, at)
        elif name == _RESULT and length == 6:
            at, rows = _hops(data, at, room, names, top, rows)
            has_result = True
        elif name == _TYPE and length == 4:
            if data[at] != 34 or word_at(data, at + 1) != _TRACEROU or word_at(data, at + 9) & _THREE != _TE_ENDS:
                return ODD, rows
            at += 12
        elif name == _PROTO and length == 5:
            at, protocol = _protocol(data, at)
        else:
            at = value_end(data, at, names, top)
        if at == ODD:
            return ODD, rows
        at = blank_after(data, at)
        if data[at] == 125:
            break
        if data[at] != 44:
            return ODD, rows
        at = blank_after(data, at + 1)
    if not has_result or (target == IPV6 and target_low & _EUI64_BITS == _EUI64_MARK):
        return ODD, rows
    room.started_at[place], room.probe_id[place], room.measurement_id[place] = started, probe, measurement
    room.protocol[place] = protocol
    if public == 0:
        public, public_high, public_low = own, own_high, own_low
    if public == IPV6 and public_low & _EUI64_BITS == _EUI64_MARK:
        public_low &= _MAKER_BITS
    room.source_family[place], room.source_high[place], room.source_low[place] = public, public_high, public_low
    room.target_family[place], room.target_high[place], room.target_low[place] = target, target_high, target_low
    room.reached[place] = _finish(room, first, rows, target, target_high, target_low)
    return at + 1, rows


@part
def _address(data: Any, at: Any) -> Any:
    """An address in quotes: where it ends, or `ODD`, its family and both halves."""
    if data[at] != 34:
        return ODD, 0, np.uint64(0), np.uint64(0)
    end, family, high, low = _number_at(data, at + 1)
    return (end + 1 if end != ODD else ODD), family, high, low


@part
def _protocol(data: Any, at: Any) -> Any:
    """The number of a protocol of three words that Atlas writes; another word is odd."""
    if data[at] == 34:
        word = word_at(data, at + 1)
        if word & _FOUR == _ICMP and data[at + 5] == 34:
            return at + 6, 1
        if word & _THREE == _UDP and data[at + 4] == 34:
            return at + 5, 17
        if word & _THREE == _TCP and data[at + 4] == 34:
            return at + 5, 6
    return ODD, 0


@part
def _finish(room: TraceRoom, first: Any, rows: Any, target: Any, target_high: Any, target_low: Any) -> Any:
    """Marks loops among the rows of a trace; whether the target is among them."""
    reached = False
    for row in range(first, rows):
        family, high, low = room.family[row], room.high[row], room.low[row]
        if family == 0:
            continue
        if family == target and high == target_high and low == target_low and room.flags[row] & _CUT == 0:
            reached = True
        room.flags[row] &= _CUT - 1
        earlier = first
        while room.high[earlier] != high or room.low[earlier] != low or room.family[earlier] != family:
            earlier += 1
        seen = room.ttl[earlier]
        if seen < room.ttl[row]:
            for between in range(earlier + 1, row):
                if room.ttl[between] == room.ttl[row]:
                    break
                other = room.high[between] != high or room.low[between] != low
                if room.ttl[between] > seen and room.family[between] != 0 and other:
                    room.flags[row] |= LOOP
                    break
    return reached


@part
def _hops(data: Any, at: Any, room: TraceRoom, names: Names, top: Any, rows: Any) -> Any:
    """The list of hops: where it ends, or `ODD`, and where their rows end."""
    before = UNKNOWN
    if data[at] != 91:
        return ODD, rows
    at = blank_after(data, at + 1)
    if data[at] == 93:
        return at + 1, rows
    while True:
        plain = word_at(data, at) & _SEVEN == _HOP_BEGINS
        inner = top
        if plain:
            ttl, at = whole_at(data, at + 7)
            if at == ODD or word_at(data, at) != _RESULT_BEGINS or data[at + 8] != 34:
                return ODD, rows
            if data[at + 9] != 58 or data[at + 10] != 91:
                return ODD, rows
            at += 11
        else:
            at, ttl, inner = _hop_head(data, at, names, top)
            if at == ODD:
                return ODD, rows
        if ttl > _MOST_TTL or ttl <= before:
            return ODD, rows
        at, rows = _answers(data, at, room, names, inner, rows, ttl, max(before, 0))
        if at == ODD:
            return ODD, rows
        before = ttl
        if not plain:
            at = _hop_tail(data, at, names, top, inner)
            if at == ODD:
                return ODD, rows
        if data[at] != 125:
            return ODD, rows
        at = blank_after(data, at + 1)
        if data[at] == 93:
            return at + 1, rows
        if data[at] != 44:
            return ODD, rows
        at = blank_after(data, at + 1)


@part
def _hop_head(data: Any, at: Any, names: Names, level: Any) -> Any:
    """A hop up to its first answer, in any order of names: that place, or `ODD`, the TTL, and where names go on."""
    ttl, top = UNKNOWN, level
    if data[at] != 123:
        return ODD, ttl, top
    at = blank_after(data, at + 1)
    while True:
        at, name, length = name_at(data, at, names, level, top)
        if at == ODD:
            return ODD, ttl, top
        top += 1
        if name == _RESULT and length == 6:
            if data[at] != 91 or ttl == UNKNOWN:
                return ODD, ttl, top
            return at + 1, ttl, top
        if name == _HOP and length == 3:
            ttl, at = whole_at(data, at)
        else:
            at = value_end(data, at, names, top)
        if at == ODD:
            return ODD, ttl, top
        at = blank_after(data, at)
        if data[at] != 44:
            return ODD, ttl, top
        at = blank_after(data, at + 1)


@part
def _hop_tail(data: Any, at: Any, names: Names, level: Any, top: Any) -> Any:
    """What a hop says behind its answers: the place of the bracket that ends it, or `ODD`."""
    at = blank_after(data, at)
    while data[at] == 44:
        at, _, _ = name_at(data, blank_after(data, at + 1), names, level, top)
        if at == ODD:
            return ODD
        top += 1
        at = value_end(data, at, names, top)
        if at == ODD:
            return ODD
        at = blank_after(data, at)
    return at


@part
def _answers(data: Any, at: Any, room: TraceRoom, names: Names, top: Any, rows: Any, ttl: Any, before: Any) -> Any:
    """The answers of one hop, from the first on: where their list ends, or `ODD`, and where the rows end."""
    begin = rows
    shared, silent = 0, 0
    text, length, row_of_text, rest = UNKNOWN, 0, 0, np.uint64(0)
    at = blank_after(data, at)
    if data[at] == 93:
        return at + 1, _silent_row(room, rows, ttl, 0)
    while True:
        word = word_at(data, at)
        row = UNKNOWN
        if word == _STAR and data[at + 8] == 125:
            silent |= PARTLY
            at += 9
        else:
            family, high, low = 0, np.uint64(0), np.uint64(0)
            flags, late, rtt = 0, False, np.nan
            place, end = at + 9, ODD
            if word == _ANSWER and data[at + 8] == 34:
                if text != UNKNOWN and _same_text(data, place, text, length, rest):
                    row = row_of_text
                    end = place + length
                else:
                    end, family, high, low = _number_at(data, place)
                if end != ODD:
                    behind, rtt = _times_at(data, end)
                    end = end if behind != ODD else ODD
                    at = behind if behind != ODD else at
            if end == ODD:
                row = UNKNOWN
                at, family, high, low, rtt, late, flags = _answer(data, at, names, top)
                if at == ODD:
                    return ODD, rows
            if late:
                shared |= LATE
            elif row == UNKNOWN and family == 0:
                silent |= PARTLY | flags
            else:
                if row == UNKNOWN:
                    is_cut = family == IPV6 and low & _EUI64_BITS == _EUI64_MARK
                    if is_cut:
                        low &= _MAKER_BITS
                    if rows == begin and ttl > before + 1:
                        rows = _silent_row(room, rows, before + 1, GAP)
                        begin = rows
                    row = begin
                    while row < rows and (room.high[row] != high or room.low[row] != low or room.family[row] != family):
                        row += 1
                    if row == rows:
                        room.ttl[row], room.family[row] = ttl, family
                        room.high[row], room.low[row] = high, low
                        room.rtt_ms[row], room.flags[row] = rtt, _CUT if is_cut else 0
                        rows += 1
                    elif not is_cut:
                        room.flags[row] &= _CUT - 1
                    if end != ODD:
                        text, row_of_text, length = place, row, end - place
                        rest = np.uint64(0)
                        if length > 7:
                            rest = ~rest >> np.uint64(8 * max(15 - length, 0))
                known = room.rtt_ms[row]
                if not known <= np.float32(rtt):
                    room.rtt_ms[row] = rtt if not np.isnan(rtt) else known
                room.flags[row] |= flags
        at = blank_after(data, at)
        if data[at] == 93:
            break
        if data[at] != 44:
            return ODD, rows
        at = blank_after(data, at + 1)
    if rows == begin:
        return at + 1, _silent_row(room, rows, ttl, shared | (silent & ERROR))
    shared |= silent & PARTLY
    if rows - begin > 1:
        shared |= SEVERAL
    for row in range(begin, rows):
        room.flags[row] |= shared
    return at + 1, rows


@tight
def _same_text(data: Any, place: Any, text: Any, length: Any, rest: Any) -> Any:
    """Whether an address and its quote stand as before; `rest` masks what belongs to them in the second word."""
    other = word_at(data, place) ^ word_at(data, text)
    other |= (word_at(data, place + 8) ^ word_at(data, text + 8)) & rest
    if length > 15:
        for step in range(9, length - 6, 8):
            other |= word_at(data, place + step) ^ word_at(data, text + step)
        other |= word_at(data, place + length - 7) ^ word_at(data, text + length - 7)
    return other == 0


@tight
def _number_at(data: Any, at: Any) -> Any:
    """An address and the quote behind it: the place of the quote, or `ODD`, family and both halves."""
    end, high = ipv4_at(data, at)
    low = np.uint64(0)
    family = IPV4
    if end == ODD:
        end, high, low = ipv6_at(data, at)
        family = IPV6
    if end != ODD and data[end] != 34:
        end = ODD
    return end, family, high, low


@tight
def _silent_row(room: TraceRoom, row: Any, ttl: Any, flags: Any) -> Any:
    """Writes a row without an address, and gives the place behind it."""
    room.ttl[row], room.family[row] = ttl, 0
    room.high[row], room.low[row] = 0, 0
    room.rtt_ms[row], room.flags[row] = np.nan, flags
    return row + 1


@tight
def _small_end(data: Any, at: Any) -> Any:
    """Where a whole number of up to seven digits ends, or `ODD`."""
    word = word_at(data, at) ^ ZEROS
    count = lowest_bit(((word + OVER) | word) & TOPS) >> 3
    if count == 0 or count == 8 or (count > 1 and data[at] == 48):
        return ODD
    return at + count


@tight
def _times_at(data: Any, at: Any) -> Any:
    """`","rtt":1.5,"size":28,"ttl":254}` from the quote on: where it ends, or `ODD`, and the round trip."""
    if word_at(data, at) != _THEN_RTT:
        return ODD, np.nan
    rtt, at = decimal_at(data, at + 8)
    if at == ODD or word_at(data, at) != _THEN_SIZE:
        return ODD, np.nan
    at = _small_end(data, at + 8)
    if at == ODD or word_at(data, at) & _SEVEN != _THEN_TTL:
        return ODD, np.nan
    at = _small_end(data, at + 7)
    if at == ODD or data[at] != 125:
        return ODD, np.nan
    return at + 1, rtt


@part
def _answer(data: Any, at: Any, names: Names, level: Any) -> Any:
    """An answer with its names in any order: where it ends, or `ODD`, family, both halves, round trip, late, flags."""
    zero = np.uint64(0)
    family, high, low, rtt, late, flags = 0, zero, zero, np.nan, False, 0
    if data[at] != 123:
        return ODD, family, high, low, rtt, late, flags
    at = blank_after(data, at + 1)
    if data[at] == 125:
        return at + 1, family, high, low, rtt, late, flags
    top = level
    while True:
        at, name, length = name_at(data, at, names, level, top)
        if at == ODD:
            break
        top += 1
        if name == _FROM and length == 4:
            at, family, high, low = _address(data, at)
        elif name == _RTT and length == 3:
            rtt, at = decimal_at(data, at)
        elif name == _LATE and length == 4:
            value, at = whole_at(data, at)
            late = value != 0
        elif name == _DUP and length == 3:
            if word_at(data, at) & _FOUR == _TRUE:
                flags |= DUPLICATE
                at += 4
            else:
                at = ODD
        elif name == _ERR and length == 3:
            flags |= ERROR
            at = _stated(data, at)
        elif name == _ERROR and length == 5:
            flags |= ERROR
            at = scalar_end(data, at)
        elif name == _EDST and length == 4:
            flags |= REWRITTEN
            at = _stated(data, at) if data[at] == 34 and data[at + 1] != 34 else ODD
        elif name == _ICMPEXT and length == 7:
            at, labelled = _labels(data, at, names, top)
            flags |= MPLS if labelled else 0
        else:
            at = value_end(data, at, names, top)
        if at == ODD:
            break
        at = blank_after(data, at)
        if data[at] == 125:
            return at + 1, family, high, low, rtt, late, flags
        if data[at] != 44:
            break
        at = blank_after(data, at + 1)
    return ODD, family, high, low, rtt, late, flags


@tight
def _stated(data: Any, at: Any) -> Any:
    """Where a text or a whole number ends, or `ODD`."""
    if data[at] == 34:
        end = text_end(data, at + 1)
        return end + 1 if end != ODD else ODD
    _, at = whole_at(data, at)
    return at


@part
def _labels(data: Any, at: Any, names: Names, level: Any) -> Any:
    """The extensions of an answer of ICMP: where they end, or `ODD`, and whether a label stack is among them."""
    labelled = False
    if data[at] != 123:
        return ODD, labelled
    at = blank_after(data, at + 1)
    top = level
    while data[at] != 125 or top == level:
        at, name, length = name_at(data, at, names, level, top)
        if at == ODD:
            return ODD, labelled
        top += 1
        if name == _OBJ and length == 3:
            at, labelled = _objects(data, at, names, top)
        else:
            at = value_end(data, at, names, top)
        if at == ODD:
            return ODD, labelled
        at = blank_after(data, at)
        if data[at] == 44:
            at = blank_after(data, at + 1)
            if data[at] == 125:
                return ODD, labelled
        elif data[at] != 125:
            return ODD, labelled
    return at + 1, labelled


@part
def _objects(data: Any, at: Any, names: Names, level: Any) -> Any:
    """The list of extensions: where it ends, or `ODD`, and whether one is of the class of label stacks."""
    labelled = False
    if data[at] != 91:
        return ODD, labelled
    at = blank_after(data, at + 1)
    if data[at] == 93:
        return at + 1, labelled
    while True:
        if data[at] != 123:
            return ODD, labelled
        at = blank_after(data, at + 1)
        top = level
        while True:
            at, name, length = name_at(data, at, names, level, top)
            if at == ODD:
                return ODD, labelled
            top += 1
            if name == _CLASS and length == 5:
                value, at = whole_at(data, at)
                labelled = labelled or value == 1
            else:
                at = value_end(data, at, names, top)
            if at == ODD:
                return ODD, labelled
            at = blank_after(data, at)
            if data[at] == 125:
                break
            if data[at] != 44:
                return ODD, labelled
            at = blank_after(data, at + 1)
        at = blank_after(data, at + 1)
        if data[at] == 93:
            return at + 1, labelled
        if data[at] != 44:
            return ODD, labelled
        at = blank_after(data, at + 1)
