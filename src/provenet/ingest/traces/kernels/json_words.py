"""JSON in ASCII read eight bytes at a time: numbers, names, texts, and whole values that nobody asks for.

Each reads from a place and gives the place behind what it read, `ODD` for whatever it does not understand: escapes,
bytes beyond ASCII, numbers that are not plain. The text must be followed by `PADDING` zeros. Little-endian machines.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from numpy.typing import NDArray

from provenet.numerics.compiled import part, tight

ODD = -1
PADDING = 64
"""How many zeros must stand behind the text: reads of words go beyond the end."""
DEEPEST = 40
"""The deepest nesting that is followed."""
MOST_NAMES = 512
"""The most names of the objects that are open at once."""

_ONES = np.uint64(0x0101010101010101)
TOPS = np.uint64(0x8080808080808080)
ZEROS = np.uint64(0x3030303030303030)
OVER = np.uint64(0x7676767676767676)
_QUOTES = np.uint64(0x2222222222222222)
_SLASHES = np.uint64(0x5C5C5C5C5C5C5C5C)
_SPACES = np.uint64(0x2020202020202020)
_TWO, _FOUR, _EIGHT = np.uint64(0x00FF00FF00FF00FF), np.uint64(0x0000FFFF0000FFFF), np.uint64(0x0F0F0F0F0F0F0F0F)
_TRUE, _NULL, _FALS = np.uint64(0x65757274), np.uint64(0x6C6C756E), np.uint64(0x736C6166)
_TENS = np.array([10**power for power in range(19)], np.int64)
_POWERS = np.array([10.0**power for power in range(19)], np.float64)
_MOST_DIGITS = 18
_LONGEST_NAME = 64
_MIX = np.uint64(0x9E3779B97F4A7C15)


class Names(NamedTuple):
    """Scratch: digests of the names of the open objects, and for each level where its names begin and its kind."""

    digest: NDArray[np.uint64]
    begin: NDArray[np.int64]
    is_object: NDArray[np.bool_]

    @staticmethod
    def fresh() -> Names:
        """Room for one thread."""
        return Names(np.zeros(MOST_NAMES, np.uint64), np.zeros(DEEPEST, np.int64), np.zeros(DEEPEST, np.bool_))


@intrinsic
def word_at(_typing: Any, data: Any, at: Any) -> Any:
    """Eight bytes from a place on, the first the lowest."""

    def lower(*given: Any) -> Any:
        context, builder, signature, arguments = given
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        place = builder.gep(array.data, [arguments[1]])
        wide = builder.bitcast(place, ir.IntType(64).as_pointer())
        return builder.load(wide, align=1)

    return types.uint64(data, types.int64), lower


@intrinsic
def lowest_bit(_typing: Any, word: Any) -> Any:
    """How many zeros lie below the lowest one of a word; 64 for none."""

    def lower(*given: Any) -> Any:
        _, builder, _, arguments = given
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 0))

    return types.int64(types.uint64), lower


def name_digest(name: str) -> np.uint64:
    """The digest that `name_at` gives a name, for names longer than the word by which shorter ones are told."""
    digest, octets = len(name), name.encode()
    for step in range(0, len(octets), 8):
        digest = (digest ^ int.from_bytes(octets[step : step + 8], "little")) * int(_MIX) % 2**64
        digest ^= digest >> 29
    return np.uint64(digest)


@tight
def digits_at(data: Any, at: Any) -> Any:
    """Up to eight digits: their value and how many there are."""
    word = word_at(data, at) ^ ZEROS
    other = ((word + OVER) | word) & TOPS
    count = lowest_bit(other) >> 3
    if count == 0:
        return 0, 0
    word = (word << np.uint64(64 - 8 * count)) & _EIGHT
    word = (word * np.uint64(2561)) >> np.uint64(8)
    word = ((word & _TWO) * np.uint64(6553601)) >> np.uint64(16)
    word = ((word & _FOUR) * np.uint64(42949672960001)) >> np.uint64(32)
    return np.int64(word), count


@part
def whole_at(data: Any, at: Any) -> Any:
    """A whole number of up to 18 digits without a sign or a zero before it: its value and where it ends, or `ODD`."""
    value, count = digits_at(data, at)
    if count == 0 or (data[at] == 48 and count > 1):
        return 0, ODD
    at += count
    if count == 8:
        total = 8
        while count == 8:
            more, count = digits_at(data, at)
            total += count
            if total > _MOST_DIGITS:
                return 0, ODD
            value = value * _TENS[count] + more
            at += count
    follows = data[at]
    if follows == 46 or follows == 101 or follows == 69:
        return 0, ODD
    return value, at


@part
def decimal_at(data: Any, at: Any) -> Any:
    """A number without sign and exponent, of at most 15 digits: its value and where it ends, or `ODD`.

    A whole number of so many digits over a power of ten is one rounding away from its decimal fraction.
    """
    value, count = digits_at(data, at)
    if count == 0 or count == 8 or (data[at] == 48 and count > 1):
        return 0.0, ODD
    at += count
    if data[at] == 46:
        more, places = digits_at(data, at + 1)
        if places == 0 or (places == 8 and np.uint64(data[at + 9]) - np.uint64(48) < np.uint64(10)):
            return 0.0, ODD
        at += places + 1
        result = np.float64(value * _TENS[places] + more) / _POWERS[places]
    else:
        result = np.float64(value)
    if data[at] == 101 or data[at] == 69:
        return 0.0, ODD
    return result, at


@tight
def blank_after(data: Any, at: Any) -> Any:
    """The first place that is no blank."""
    while data[at] == 32 or data[at] == 10 or data[at] == 13 or data[at] == 9:
        at += 1
    return at


@tight
def _not_plain(word: Any) -> Any:
    """Marks the first byte that is a quote, a backslash, a control character or beyond ASCII, perhaps some later."""
    quote, slash = word ^ _QUOTES, word ^ _SLASHES
    found = ((quote - _ONES) & ~quote) | ((slash - _ONES) & ~slash) | ((word - _SPACES) & ~word) | word
    return found & TOPS


@tight
def text_end(data: Any, at: Any) -> Any:
    """The place of the quote that ends a plain text, from its first letter on, or `ODD`."""
    found = _not_plain(word_at(data, at))
    while found == 0:
        at += 8
        found = _not_plain(word_at(data, at))
    at += lowest_bit(found) >> 3
    return at if data[at] == 34 else ODD


@part
def name_at(data: Any, at: Any, names: Names, level: Any, top: Any) -> Any:
    """A name from its quote on, and the colon: where its value begins, its letters' first word, its length.

    Its digest goes to `names.digest[top]`. `ODD` where the name stands at this level already.
    """
    zero = np.uint64(0)
    if data[at] != 34 or top >= MOST_NAMES:
        return ODD, zero, 0
    at += 1
    end = text_end(data, at)
    length = end - at
    if end == ODD or length > _LONGEST_NAME:
        return ODD, zero, 0
    first, digest = zero, np.uint64(length)
    for step in range(0, length, 8):
        word = word_at(data, at + step)
        if length - step < 8:
            word &= ~(~zero << np.uint64(8 * (length - step)))
        if step == 0:
            first = word
        digest = (digest ^ word) * _MIX
        digest ^= digest >> np.uint64(29)
    for other in range(level, top):
        if names.digest[other] == digest:
            return ODD, zero, 0
    names.digest[top] = digest
    at = blank_after(data, end + 1)
    if data[at] != 58:
        return ODD, zero, 0
    return blank_after(data, at + 1), first, length


@part
def scalar_end(data: Any, at: Any) -> Any:
    """Where a text, a number, true, false or null ends, or `ODD`."""
    begins = data[at]
    if begins == 34:
        end = text_end(data, at + 1)
        return end + 1 if end != ODD else ODD
    word = word_at(data, at) & np.uint64(0xFFFFFFFF)
    if word in (_TRUE, _NULL):
        return at + 4
    if word == _FALS and data[at + 4] == 101:
        return at + 5
    return _number_end(data, at)


@tight
def _digits_end(data: Any, at: Any) -> Any:
    """Where a row of one to 32 digits ends, or `ODD`."""
    start = at
    while np.uint64(data[at]) - np.uint64(48) < np.uint64(10):
        at += 1
        if at - start > 32:
            return ODD
    return at if at > start else ODD


@part
def _number_end(data: Any, at: Any) -> Any:
    """Where a number ends by the grammar of JSON, without an exponent, or `ODD`."""
    if data[at] == 45:
        at += 1
    start = at
    at = _digits_end(data, at)
    if at == ODD or (data[start] == 48 and at - start > 1):
        return ODD
    if data[at] == 46:
        at = _digits_end(data, at + 1)
        if at == ODD:
            return ODD
    return ODD if data[at] == 101 or data[at] == 69 else at


@part
def value_end(data: Any, at: Any, names: Names, top: Any) -> Any:
    """Where any value ends, or `ODD`; names of its objects go from `top` on."""
    depth = 0
    while True:
        begins = data[at]
        if begins == 123 or begins == 91:
            depth += 1
            if depth == DEEPEST:
                return ODD
            names.begin[depth], names.is_object[depth] = top, begins == 123
            at = blank_after(data, at + 1)
            if data[at] != (125 if begins == 123 else 93):
                if begins == 91:
                    continue
                at, _, _ = name_at(data, at, names, names.begin[depth], top)
                if at == ODD:
                    return ODD
                top += 1
                continue
            at += 1
            top = names.begin[depth]
            depth -= 1
        else:
            at = scalar_end(data, at)
            if at == ODD:
                return ODD
        while depth:
            at = blank_after(data, at)
            if data[at] == 44:
                break
            if data[at] != (125 if names.is_object[depth] else 93):
                return ODD
            top = names.begin[depth]
            depth -= 1
            at += 1
        if depth == 0:
            return at
        at = blank_after(data, at + 1)
        if names.is_object[depth]:
            at, _, _ = name_at(data, at, names, names.begin[depth], top)
            if at == ODD:
                return ODD
            top += 1
