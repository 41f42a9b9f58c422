"""AS numbers as files write them, and the ranges that IANA keeps back from use on the public Internet."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from provenet.core.errors import Fault

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_ASN = 2**32 - 1
"""The largest AS number (RFC 6793)."""
KEPT_BACK: tuple[tuple[int, int, str], ...] = (
    (23456, 23456, "AS_TRANS (RFC 6793)"),
    (64496, 64511, "for documentation (RFC 5398)"),
    (64512, 65534, "for private use (RFC 6996)"),
    (65535, 65535, "reserved (RFC 7300)"),
    (65536, 65551, "for documentation (RFC 5398)"),
    (65552, 131071, "reserved by IANA"),
    (4200000000, 4294967294, "for private use (RFC 6996)"),
    (4294967295, 4294967295, "reserved (RFC 7300)"),
)
"""First and last number of each range that no public network is given, and what it is for. 0 is a fault at once."""
_ASDOT = re.compile(r"([0-9]{1,5})\.([0-9]{1,5})")
_PREFIXED = re.compile(r"(?i:asn?)[ \t]*([0-9]{1,10})")
_EXPECTED = f"a whole number from 1 to {MOST_ASN}"


def read_asn(text: str, name: str, row: int, *, column: str) -> int | Fault:
    """The AS number that a cell holds, or what is wrong with it. `AS10` and `1.10` are faults that say what to write.

    >>> read_asn("64500", "a.txt", 1, column="asn")
    64500
    """
    if text.isascii() and text.isdecimal():
        if text[0] == "0":
            sentence = (
                "no network has AS number 0 (RFC 7607)" if not text.strip("0") else "the number begins with a zero"
            )
            return Fault(
                name, sentence, row, column=column, found=text, expected=_EXPECTED, nearest=text.lstrip("0") or None
            )
        if len(text) <= 10 and int(text) <= MOST_ASN:
            return int(text)
        return Fault(
            name, "the number is larger than an AS number can be", row, column=column, found=text, expected=_EXPECTED
        )
    if dotted := _ASDOT.fullmatch(text):
        high, low = int(dotted[1]), int(dotted[2])
        plain = str(high * 65536 + low) if high < 65536 and low < 65536 and high + low else None
        way_out = "Write AS numbers as one whole number (asplain, RFC 5396)."
        return Fault(
            name,
            "the AS number is written with a dot",
            row,
            column=column,
            found=text,
            expected=_EXPECTED,
            nearest=plain,
            way_out=way_out,
        )
    prefixed = _PREFIXED.fullmatch(text)
    near = prefixed[1].lstrip("0") or None if prefixed else None
    sentence = "this is no AS number" if text else "the cell is empty"
    return Fault(name, sentence, row, column=column, found=text or None, expected=_EXPECTED, nearest=near)


def kept_back(asns: NDArray[np.int64]) -> list[tuple[str, int, int]]:
    """For each of `KEPT_BACK` that has a number among `asns` (int64, each once, ascending): its purpose, how many
    there are, and the first.

    Cost O(log len).
    """
    import numpy as np

    found = []
    for low, high, text in KEPT_BACK:
        start, stop = np.searchsorted(asns, [low, high + 1])
        if stop > start:
            found.append((text, int(stop - start), int(asns[start])))
    return found


def kept_back_says(asns: NDArray[np.int64]) -> str:
    """The remark on numbers that no public network is given; empty where there are none."""
    found = kept_back(asns)
    if not found:
        return ""
    count = sum(number for _, number, _ in found)
    listed = "; ".join(f"{number:,} {text}, such as {first}" for text, number, first in found)
    are = "1 AS number is" if count == 1 else f"{count:,} AS numbers are"
    return f"{are} kept back by IANA from public use and kept here as read: {listed}."


def ascending(asns: Iterable[int]) -> NDArray[np.int64]:
    """The numbers as int64, each once, ascending."""
    import numpy as np

    return np.unique(np.fromiter(asns, np.int64))
