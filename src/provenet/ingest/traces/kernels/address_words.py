"""Addresses read from ASCII text as keys of 128 bits: IPv4 in the top 32 bits, IPv6 as it is."""

from __future__ import annotations

from typing import Any

import numpy as np

from provenet.ingest.traces.kernels.json_words import ODD, digits_at
from provenet.numerics.compiled import part

IPV4, IPV6 = 4, 6
_MOST_OCTET = 255
_MAPPED = np.uint64(0xFFFF)


@part
def ipv4_at(data: Any, at: Any) -> Any:
    """Four octets: where they end, or `ODD`, and the high half of the key."""
    number = 0
    for octet in range(4):
        value, count = digits_at(data, at)
        if count == 0 or count > 3 or value > _MOST_OCTET or (count > 1 and data[at] == 48):
            return ODD, np.uint64(0)
        number = number << 8 | value
        at += count
        if octet < 3:
            if data[at] != 46:
                return ODD, np.uint64(0)
            at += 1
    return at, np.uint64(number) << np.uint64(32)


@part
def ipv6_at(data: Any, at: Any) -> Any:
    """Eight groups of hexadecimal digits or fewer around `::`: where they end, or `ODD`, and both halves of the key.

    The forms that hold an IPv4 address or a zone are odd, and so is IPv4 inside IPv6.
    """
    zero = np.uint64(0)
    head_high = head_low = tail_high = tail_low = zero
    heads = tails = 0
    open_groups = False
    if data[at] == 58:
        if data[at + 1] != 58:
            return ODD, zero, zero
        open_groups = True
        at += 2
    group_needed = not open_groups
    while True:
        value, count = 0, 0
        while count < 5:
            letter = np.int64(data[at])
            if 48 <= letter <= 57:
                digit = letter - 48
            elif 97 <= letter <= 102:
                digit = letter - 87
            elif 65 <= letter <= 70:
                digit = letter - 55
            else:
                break
            value = value << 4 | digit
            count += 1
            at += 1
        if count == 0 or count > 4:
            if count == 0 and not group_needed:
                break
            return ODD, zero, zero
        if open_groups:
            tail_high = tail_high << np.uint64(16) | tail_low >> np.uint64(48)
            tail_low = tail_low << np.uint64(16) | np.uint64(value)
            tails += 1
        else:
            head_high = head_high << np.uint64(16) | head_low >> np.uint64(48)
            head_low = head_low << np.uint64(16) | np.uint64(value)
            heads += 1
        if heads + tails > 8:
            return ODD, zero, zero
        if data[at] != 58:
            break
        at += 1
        group_needed = True
        if data[at] == 58:
            if open_groups:
                return ODD, zero, zero
            open_groups, group_needed = True, False
            at += 1
    if heads + tails != 8 if not open_groups else heads + tails > 7:
        return ODD, zero, zero
    missing = 8 - heads
    if missing >= 4:
        high = zero if missing == 8 else head_low << np.uint64(16 * (missing - 4))
        low = zero
    else:
        high = head_high << np.uint64(16 * missing) | (head_low >> np.uint64(64 - 16 * missing) if missing else zero)
        low = head_low << np.uint64(16 * missing)
    high, low = high | tail_high, low | tail_low
    if high == 0 and low >> np.uint64(32) == _MAPPED:
        return ODD, zero, zero
    return at, high, low
