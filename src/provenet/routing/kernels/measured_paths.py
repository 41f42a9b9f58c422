"""Measured paths in compiled loops: addresses become numbers, and traces what they prove.

Sets of vendors are bits of a word, so that all of them are answered in one pass over the hops.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from provenet.numerics.compiled import kernel, tight

EMPTY = -1
"""A free slot of the table of addresses, and the number of a row without an address."""
SILENT, UNREACHED, LOOPED, UNIDENTIFIED, UNMAPPED = 1, 2, 4, 8, 16
"""Why a trace is not clear, as bits."""
LOOP = 8
"""The flag of a hop row whose address answered at a lower TTL already, with another between."""
LAST_TTL = 61
"""Paths that are longer are never clear: the TTLs that answered are bits of one word."""
MILLION = 1_000_000
GAP = -1
"""A step of an AS path that no network is known for; exchange point e is `GAP - 1 - e`."""

Words = NDArray[np.int64]
Numbers = NDArray[np.int32]
Halves = NDArray[np.uint64]


@tight
def _mixed(high: int, low: int, family: int) -> int:
    """A hash of an address (the finaliser of splitmix64)."""
    found = np.uint64(high) ^ (np.uint64(low) * np.uint64(0x9E3779B97F4A7C15)) ^ np.uint64(family)
    found = (found ^ (found >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    found = (found ^ (found >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return found ^ (found >> np.uint64(31))


@kernel
def number_addresses(
    slot: Numbers,
    key_high: Halves,
    key_low: Halves,
    key_family: NDArray[np.uint8],
    count: int,
    high: Halves,
    low: Halves,
    family: NDArray[np.uint8],
    number: Numbers,
) -> int:
    """The number of each address, int32, in order of first appearance; new ones are appended to the keys.

    `slot` has a length that is a power of two, more than the addresses it is to hold; the keys have room for all of
    them. Family 0 is no address: `EMPTY`. Returns how many addresses there are now.
    """
    mask = np.uint64(len(slot) - 1)
    for at in range(len(high)):
        if family[at] == 0:
            number[at] = EMPTY
            continue
        place = _mixed(high[at], low[at], family[at]) & mask
        while True:
            found = slot[place]
            if found == EMPTY:
                slot[place] = count
                key_high[count], key_low[count], key_family[count] = high[at], low[at], family[at]
                number[at] = count
                count += 1
                break
            if key_high[found] == high[at] and key_low[found] == low[at] and key_family[found] == family[at]:
                number[at] = found
                break
            place = (place + np.uint64(1)) & mask
    return count


@kernel
def renumber(
    slot: Numbers, key_high: Halves, key_low: Halves, key_family: NDArray[np.uint8], first: int, count: int
) -> None:
    """Puts the addresses `first` to `count` into an emptied, larger table of slots."""
    mask = np.uint64(len(slot) - 1)
    for at in range(first, count):
        place = _mixed(key_high[at], key_low[at], key_family[at]) & mask
        while slot[place] != EMPTY:
            place = (place + np.uint64(1)) & mask
        slot[place] = at


class Hops(NamedTuple):
    """Traces and their hop rows: the rows of trace i are `first_hop[i]` to `first_hop[i + 1]`, by TTL.

    `hop`, `source` and `target` are numbers of addresses, `EMPTY` where there is none.
    """

    first_hop: Words
    ttl: NDArray[np.uint8]
    hop: Numbers
    flags: NDArray[np.uint16]
    reached: NDArray[np.bool_]
    source: Numbers
    target: Numbers


class Addresses(NamedTuple):
    """By address: the sets of vendors that it is of and those that it is known not to be of (bits), its network and
    exchange point (`EMPTY` for none), and in millionths how likely its vendor is wrong.
    """

    restricted: Words
    other: Words
    network: Numbers
    exchange: Numbers
    doubt_ppm: Numbers


class Networks(NamedTuple):
    """By network: the sets of which a device was seen in it (bits), and the ends of their shares in millionths."""

    seen: Words
    low_ppm: Numbers
    high_ppm: Numbers


class Proof(NamedTuple):
    """By trace, written by `cross`; `sure_ppm`, `least_ppm` and `most_ppm` are int32[traces, sets] of zeros before.

    `met`, `clear`, `near` and `near_beyond` hold bits of sets: a device of the set on a hop; none on any; a network
    crossed in which such a device was seen; one that is not that of the source or target.
    """

    met: Words
    clear: Words
    near: Words
    near_beyond: Words
    obstacles: NDArray[np.uint8]
    doubt_ppm: Words
    sure_ppm: Numbers
    least_ppm: Numbers
    most_ppm: Numbers


@tight
def _pass_hop(trace: int, one: int, hops: Hops, addresses: Addresses, networks: Networks, proof: Proof) -> int:
    """What one address on the path adds to the proof of its trace; returns obstacles."""
    restricted, other, doubt = addresses.restricted[one], addresses.other[one], addresses.doubt_ppm[one]
    found = 0
    proof.met[trace] |= restricted
    proof.clear[trace] &= other
    proof.doubt_ppm[trace] += doubt
    if restricted | other != (np.int64(1) << np.int64(proof.sure_ppm.shape[1])) - 1:
        found |= UNIDENTIFIED
    through = addresses.network[one]
    if through == EMPTY and addresses.exchange[one] == EMPTY:
        found |= UNMAPPED
    seen = np.int64(0)
    if through != EMPTY:
        seen = networks.seen[through]
        proof.near[trace] |= seen
        source, target = hops.source[trace], hops.target[trace]
        if not (
            (source != EMPTY and addresses.network[source] == through)
            or (target != EMPTY and addresses.network[target] == through)
        ):
            proof.near_beyond[trace] |= seen
    if restricted | seen:
        for at in range(proof.sure_ppm.shape[1]):
            if restricted >> at & 1:
                proof.sure_ppm[trace, at] = max(proof.sure_ppm[trace, at], np.int32(MILLION - doubt))
            if seen >> at & 1:
                proof.least_ppm[trace, at] = max(proof.least_ppm[trace, at], networks.low_ppm[through, at])
                proof.most_ppm[trace, at] = max(proof.most_ppm[trace, at], networks.high_ppm[through, at])
    return found


@tight
def _unseen(trace: int, hops: Hops) -> int:
    """What of the path of a trace was not seen: silent TTLs, the end, or its one order."""
    answered, last, at_target, found = np.int64(0), np.int64(0), np.int64(0), 0
    for step in range(hops.first_hop[trace], hops.first_hop[trace + 1]):
        if hops.hop[step] == EMPTY:
            continue
        ttl = np.int64(hops.ttl[step])
        if 1 <= ttl <= LAST_TTL:
            answered |= np.int64(1) << ttl
        last = max(last, ttl)
        if hops.hop[step] == hops.target[trace] and ttl >= 1 and (at_target == 0 or ttl < at_target):
            at_target = ttl
        if hops.flags[step] & LOOP:
            found |= LOOPED
    if at_target > 0:
        last = at_target - 1
    # Bits 1 to `last`; without any answer there is no path to speak of.
    whole = (np.int64(1) << np.int64(min(last, LAST_TTL) + 1)) - 2
    if answered == 0 or last > LAST_TTL or answered & whole != whole:
        found |= SILENT
    # What is said to have been reached and answered nowhere does not show where the path ends.
    if not hops.reached[trace] or at_target == 0:
        found |= UNREACHED
    return found


@kernel
def cross(hops: Hops, endpoints: bool, addresses: Addresses, networks: Networks, proof: Proof) -> None:
    """Writes what each trace proves. Source and target count as devices on the path if `endpoints`. Cost O(hops)."""
    for trace in range(len(hops.reached)):
        source, target = hops.source[trace], hops.target[trace]
        proof.met[trace], proof.clear[trace], proof.near[trace], proof.near_beyond[trace] = 0, -1, 0, 0
        proof.doubt_ppm[trace] = 0
        obstacles = _unseen(trace, hops)
        for step in range(hops.first_hop[trace], hops.first_hop[trace + 1]):
            one = hops.hop[step]
            if one != EMPTY and one != source and one != target:
                obstacles |= _pass_hop(trace, one, hops, addresses, networks, proof)
        if endpoints:
            for one in (source, target):
                if one == EMPTY:
                    obstacles |= UNIDENTIFIED | UNMAPPED
                    proof.clear[trace] = 0
                else:
                    obstacles |= _pass_hop(trace, one, hops, addresses, networks, proof)
        if obstacles & (SILENT | UNREACHED | LOOPED):
            proof.clear[trace] = 0
        proof.clear[trace] &= ~proof.met[trace]
        proof.obstacles[trace] = obstacles


@tight
def _count_network(
    through: int, trace: int, stamp: Words, mark: int, left: int, traces: Words, undecided: Words
) -> None:
    """Counts a trace once for a network."""
    if stamp[through] == mark:
        return
    stamp[through] = mark
    traces[through] += 1
    if left:
        for at in range(undecided.shape[1]):
            if left >> at & 1:
                undecided[through, at] += 1


@kernel
def count_networks(
    hops: Hops,
    endpoints: bool,
    network: Numbers,
    seen: Words,
    decided: Words,
    stamp: Words,
    mark: int,
    traces: Words,
    undecided: Words,
) -> None:
    """Adds to each network the traces that cross it, and by set of vendors those whose class is that of the network.

    `decided` has the bits of the sets for which the trace is a hop or clear. `stamp` remembers by network the last
    trace that was counted; `mark` is larger than all that it holds. `undecided` is int64[networks, sets].
    """
    for trace in range(len(hops.source)):
        source, target = hops.source[trace], hops.target[trace]
        for step in range(hops.first_hop[trace], hops.first_hop[trace + 1]):
            one = hops.hop[step]
            if one != EMPTY and one != source and one != target and network[one] != EMPTY:
                left = seen[network[one]] & ~decided[trace]
                _count_network(network[one], trace, stamp, mark + trace, left, traces, undecided)
        if endpoints:
            for one in (source, target):
                if one != EMPTY and network[one] != EMPTY:
                    left = seen[network[one]] & ~decided[trace]
                    _count_network(network[one], trace, stamp, mark + trace, left, traces, undecided)


@tight
def _write_steps(first: int, last: int, hops: Hops, network: Numbers, exchange: Numbers, step_of: Numbers) -> int:
    """Writes the distinct networks and exchange points of the rows of one TTL, ascending; a gap where nobody answered.

    Returns how many steps were written to the head of `step_of`.
    """
    made = 0
    for at in range(first, last):
        address = hops.hop[at]
        if address == EMPTY:
            continue
        one = network[address]
        if one == EMPTY and exchange[address] != EMPTY:
            one = GAP - 1 - exchange[address]
        place = made
        while place > 0 and step_of[place - 1] > one:
            place -= 1
        if place > 0 and step_of[place - 1] == one:
            continue
        for later in range(made, place, -1):
            step_of[later] = step_of[later - 1]
        step_of[place] = one
        made += 1
    if made == 0:
        step_of[0] = GAP
        made = 1
    return made


@tight
def _equal_steps(step_of: Numbers, first: int, middle: int, last: int) -> bool:
    """Whether the steps `first` to `middle` are those of `middle` to `last`."""
    differs = middle - first != last - middle
    for at in range(min(middle - first, last - middle)):
        differs |= step_of[first + at] != step_of[middle + at]
    return not differs


@kernel
def as_steps(
    hops: Hops, network: Numbers, exchange: Numbers, first_step: Words, step_of: Numbers, beside: NDArray[np.bool_]
) -> int:
    """The networks of each trace one after another, equal neighbours once; returns how many steps were written.

    A TTL without an answer is a gap, and so is an address of no network. Answers of several networks at one TTL are as
    many steps, ascending, all but the first marked in `beside`: the trace goes through each. The steps of trace i are
    `first_step[i]` to `first_step[i + 1]` of `step_of`, which has room for two of each hop row.
    """
    made = 0
    for trace in range(len(hops.first_hop) - 1):
        first_step[trace] = made
        latest = made
        at, before = hops.first_hop[trace], np.int64(0)
        while at < hops.first_hop[trace + 1]:
            begin, ttl = at, np.int64(hops.ttl[at])
            while at < hops.first_hop[trace + 1] and np.int64(hops.ttl[at]) == ttl:
                at += 1
            is_gap = made == latest + 1 and step_of[latest] == GAP
            if ttl > before + 1 and not is_gap:
                step_of[made], beside[made] = GAP, False
                latest, made = made, made + 1
            before = ttl
            count = _write_steps(begin, at, hops, network, exchange, step_of[made:])
            if made == first_step[trace] or not _equal_steps(step_of, latest, made, made + count):
                for step in range(made, made + count):
                    beside[step] = step > made
                latest, made = made, made + count
    first_step[len(hops.first_hop) - 1] = made
    return made
