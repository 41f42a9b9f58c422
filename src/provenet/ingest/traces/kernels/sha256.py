"""SHA-256 (FIPS 180-4) of many short texts at once, as many side by side as the processor has lanes.

A library call for each text costs more than the digest of a line; here a batch of texts is one call.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from provenet.numerics.compiled import kernel, tight

LANES = 16
"""How many texts are digested side by side; what one round does to a text is one vector operation for all."""
BLOCK_BYTES = 64
SCRATCH_WORDS = 32 * LANES
"""Room for the work of a call: eight words of state, eight of the rounds and sixteen of a block, for each lane."""
_ROUNDS = 64
_WORK, _BLOCK = 8 * LANES, 16 * LANES


def _first_primes(count: int) -> list[int]:
    found: list[int] = []
    number = 2
    while len(found) < count:
        if all(number % one for one in found):
            found.append(number)
        number += 1
    return found


def _root_bits(number: int, power: int) -> int:
    """The first 32 bits behind the point of a root of a small number, exactly."""
    low, high = 0, number << 32
    while low + 1 < high:
        middle = (low + high) // 2
        low, high = (middle, high) if middle**power <= number << (32 * power) else (low, middle)
    return low & 0xFFFFFFFF


_FIRST = np.array([_root_bits(prime, 2) for prime in _first_primes(8)], np.uint32)
_KEYS = np.array([_root_bits(prime, 3) for prime in _first_primes(_ROUNDS)], np.uint32)


@tight
def _turned(word: Any, count: int) -> Any:
    return np.uint32(word >> np.uint32(count)) | np.uint32(word << np.uint32(32 - count))


@tight
def _round(work: Any, key: Any, at: int) -> None:
    """One round on all lanes."""
    word = _BLOCK + at * LANES
    for lane in range(_WORK, _WORK + LANES):
        first, last = work[lane], work[lane + 4 * LANES]
        second, third = work[lane + LANES], work[lane + 2 * LANES]
        sixth, seventh = work[lane + 5 * LANES], work[lane + 6 * LANES]
        choice = (last & sixth) ^ (~last & seventh)
        most = (first & second) ^ (first & third) ^ (second & third)
        turned = _turned(last, 6) ^ _turned(last, 11) ^ _turned(last, 25)
        added = np.uint32(work[lane + 7 * LANES] + turned + choice + key + work[word - _WORK + lane])
        work[lane + 7 * LANES], work[lane + 6 * LANES], work[lane + 5 * LANES] = seventh, sixth, last
        work[lane + 4 * LANES] = np.uint32(work[lane + 3 * LANES] + added)
        work[lane + 3 * LANES], work[lane + 2 * LANES], work[lane + LANES] = third, second, first
        work[lane] = np.uint32(added + (_turned(first, 2) ^ _turned(first, 13) ^ _turned(first, 22)) + most)


@tight
def _next_word(work: Any, at: int) -> None:
    """The word of the schedule that takes the place of the one sixteen before."""
    word = _BLOCK + at * LANES
    near, middle, far = (
        _BLOCK + (at + 14 & 15) * LANES,
        _BLOCK + (at + 9 & 15) * LANES,
        _BLOCK + (at + 1 & 15) * LANES,
    )
    for lane in range(LANES):
        two, fifteen = work[near + lane], work[far + lane]
        mixed = _turned(fifteen, 7) ^ _turned(fifteen, 18) ^ (fifteen >> np.uint32(3))
        mixed += work[middle + lane]
        mixed += _turned(two, 17) ^ _turned(two, 19) ^ (two >> np.uint32(10))
        work[word + lane] = np.uint32(work[word + lane] + mixed)


@tight
def _take_block(work: Any, texts: Any, begin: int, count: int, at: int) -> None:
    """Puts one block of each text into the lanes, as numbers of four bytes."""
    for lane in range(count):
        for word in range(16):
            place = at + 4 * word
            work[_BLOCK + word * LANES + lane] = (
                np.uint32(texts[begin + lane, place]) << np.uint32(24)
                | np.uint32(texts[begin + lane, place + 1]) << np.uint32(16)
                | np.uint32(texts[begin + lane, place + 2]) << np.uint32(8)
                | np.uint32(texts[begin + lane, place + 3])
            )
    for place in range(8 * LANES):
        work[_WORK + place] = work[place]


@tight
def _add_state(work: Any, lane: int) -> None:
    """What the rounds made of a block goes into the state of its text."""
    for place in range(lane, 8 * LANES, LANES):
        work[place] = np.uint32(work[place] + work[_WORK + place])


@kernel
def digest_heads(
    texts: NDArray[np.uint8], blocks: NDArray[np.int64], work: NDArray[np.uint32], heads: NDArray[np.uint64]
) -> None:
    """The first eight bytes of the SHA-256 of as many rows of `texts` (uint8[n, width]) as `heads` is long, as numbers.

    Each row is padded as the standard says, over `blocks` blocks of 64 bytes. `work` is uint32[SCRATCH_WORDS].
    """
    for begin in range(0, len(heads), LANES):
        count = min(LANES, len(heads) - begin)
        most = np.int64(0)
        for lane in range(count):
            most = max(most, blocks[begin + lane])
        for place in range(8 * LANES):
            work[place] = _FIRST[place // LANES]
        for block in range(most):
            _take_block(work, texts, begin, count, block * BLOCK_BYTES)
            for turn in range(_ROUNDS):
                if turn >= 16:
                    _next_word(work, turn & 15)
                _round(work, _KEYS[turn], turn & 15)
            for lane in range(count):
                if block < blocks[begin + lane]:
                    _add_state(work, lane)
        for lane in range(count):
            heads[begin + lane] = np.uint64(work[lane]) << np.uint64(32) | np.uint64(work[LANES + lane])
