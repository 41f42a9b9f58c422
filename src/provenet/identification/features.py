"""P(tuple of features | vendor) from Dirichlet counts over partial tuples, with back-off where fields are missing.

A tuple says what the replies of one address show: classes of IP-ID counters, shared counters, initial TTLs, sizes,
the RST's sequence (Albakour, Gasser, Beverly and Smaragdakis, IMC 2023, section 3.6 and table 1).

For each set of known fields the counts are those of training tuples that know at least these, projected on them.
Levels stand behind each other: the whole partial tuple, shared counters apart from the rest, the product over what
single protocols show, the product over single fields; each level is smoothed by the one behind it, which counts for as
many routers as the vendor has shown different values at the level (Witten and Bell, 1991): a vendor of few routers is
not by that likelier to show what it never showed. What no vendor has shown at a level tells nothing there. The last
vendor, "other", has the counts of all together. Initial TTLs can be set by the owner of a router, so with a small
probability a tuple's are taken for arbitrary: no amount of initial TTLs then outweighs the rest by more than that, and
initial TTLs alone say nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from provenet.numerics.arrays import Floats

FEATURE_NAMES = (
    "icmp_ipid_echo",
    "icmp_ipid_counter",
    "tcp_ipid_counter",
    "udp_ipid_counter",
    "tcp_udp_icmp_counter_share",
    "tcp_icmp_counter_share",
    "udp_icmp_counter_share",
    "tcp_udp_counter_share",
    "udp_ittl",
    "icmp_ittl",
    "tcp_ittl",
    "icmp_echo_size",
    "tcp_size",
    "udp_size",
    "tcp_rst_sequence_zero",
)
"""The fields in the order of the published signature files, then whether the sequence number of the RST is zero."""
_MISSING = frozenset({"", "x", "*", "-1", "None", "none", "null", "nan"})
CONFIGURABLE = frozenset({"udp_ittl", "icmp_ittl", "tcp_ittl"})
"""Features that the owner of a router can set."""
BLOCKS = (
    ("icmp_ipid_echo", "icmp_ipid_counter", "icmp_ittl", "icmp_echo_size"),
    ("tcp_ipid_counter", "tcp_ittl", "tcp_size", "tcp_rst_sequence_zero"),
    ("udp_ipid_counter", "udp_ittl", "udp_size"),
    ("tcp_udp_icmp_counter_share", "tcp_icmp_counter_share", "udp_icmp_counter_share", "tcp_udp_counter_share"),
)
"""What one protocol alone shows, and what only several show together."""


def tuple_of_text(text: str) -> tuple[str | None, ...]:
    """The fields of a tuple written as text, 14 or 15 in their order; `x`, `*`, `-1` and nothing are missing.

    A text of any other number of fields shows nothing that is known here.
    """
    words = [None if word.strip() in _MISSING else word.strip() for word in text.split(",")]
    if len(words) not in (len(FEATURE_NAMES) - 1, len(FEATURE_NAMES)):
        return (None,) * len(FEATURE_NAMES)
    return tuple([*words, None][: len(FEATURE_NAMES)])


_TTL_CHOICES = 4


class FeatureModel:
    """Counts of tuples by vendor, asked for the likelihood of any partial tuple.

    Parameters: `tuples`, T texts of features; `counts` float64[T, V] routers of each vendor that show each, broken
    numbers allowed; `strength` > 0, for how many routers the level behind counts at least; `reset` in [0, 1), the
    probability that somebody set the initial TTL. Cost of a set of known fields: O(T V).
    """

    def __init__(self, tuples: Sequence[str], counts: Floats, *, strength: float = 1.0, reset: float = 0.02) -> None:
        self.values = [tuple_of_text(text) for text in tuples]
        self.counts = np.concatenate([counts, counts.sum(axis=1, keepdims=True)], axis=1)
        self.strength, self.reset = strength, reset
        weight = counts.sum(axis=1)
        self.known = frozenset(
            at
            for at in range(len(FEATURE_NAMES))
            if any(w > 0 and value[at] is not None for w, value in zip(weight, self.values, strict=True))
        )
        self._tables: dict[tuple[int, ...], _Table] = {}

    def log_likelihood(self, tuples: Sequence[str]) -> Floats:
        """log P(tuple | vendor), float64[len(tuples), V + 1]; fields that no training tuple knows count for nothing."""
        out = np.zeros((len(tuples), self.counts.shape[1]))
        for row, text in enumerate(tuples):
            value = tuple_of_text(text)
            known = tuple(at for at, word in enumerate(value) if word is not None and at in self.known)
            out[row] = np.log(self._with_reset(value, known))
        return out

    def _with_reset(self, value: tuple[str | None, ...], known: tuple[int, ...]) -> Floats:
        fixed = tuple(at for at in known if FEATURE_NAMES[at] not in CONFIGURABLE)
        if not fixed:
            return np.ones(self.counts.shape[1])
        whole = self._joint(value, known)
        if self.reset == 0 or len(fixed) == len(known):
            return whole
        return (1 - self.reset) * whole + self.reset * self._joint(value, fixed) / _TTL_CHOICES

    def _joint(self, value: tuple[str | None, ...], known: tuple[int, ...]) -> Floats:
        return self._smoothed(value, known, self._parts)

    def _parts(self, value: tuple[str | None, ...], known: tuple[int, ...]) -> Floats:
        """What single protocols show, as a whole, times what only several show together: published signatures know the
        first alone.
        """
        alone = tuple(at for at in known if at not in _TOGETHER)
        together = tuple(at for at in known if at in _TOGETHER)
        if not together or not alone:
            return self._blocks(value, known)
        return self._product(value, [alone, together], self._blocks)

    def _blocks(self, value: tuple[str | None, ...], known: tuple[int, ...]) -> Floats:
        parts = [tuple(at for at in block if at in known) for block in _BLOCK_FIELDS]
        return self._product(value, [part for part in parts if part], self._fields)

    def _fields(self, value: tuple[str | None, ...], known: tuple[int, ...]) -> Floats:
        return self._product(value, [(at,) for at in known], self._pooled)

    def _product(self, value: tuple[str | None, ...], parts: Sequence[tuple[int, ...]], behind: _Level) -> Floats:
        out = np.ones(self.counts.shape[1])
        for part in parts:
            out = out * self._smoothed(value, part, behind)
        return out

    def _pooled(self, value: tuple[str | None, ...], known: tuple[int, ...]) -> Floats:
        """One field over all vendors together, with room for one value not seen."""
        seen, total, _ = self._table(known)
        hits = seen.get(tuple(value[at] for at in known))
        share = ((0.0 if hits is None else hits[-1]) + 1 / (len(seen) + 1)) / (total[-1] + 1)
        return np.full(self.counts.shape[1], share)

    def _smoothed(self, value: tuple[str | None, ...], known: tuple[int, ...], behind: _Level) -> Floats:
        if not known:
            return np.ones(self.counts.shape[1])
        seen, total, strength = self._table(known)
        back = behind(value, known)
        hits = seen.get(tuple(value[at] for at in known))
        return back if hits is None else np.asarray((hits + strength * back) / (total + strength))

    def _table(self, known: tuple[int, ...]) -> _Table:
        """The counts of training tuples that know at least `known`, by their values there; their sum; and by vendor how
        many different values it has shown, but at least `strength`.
        """
        if known not in self._tables:
            seen: dict[tuple[str | None, ...], Floats] = {}
            total = np.zeros(self.counts.shape[1])
            for value, counts in zip(self.values, self.counts, strict=True):
                key = tuple(value[at] for at in known)
                if None not in key and counts[-1] > 0:
                    seen[key] = seen[key] + counts if key in seen else counts
                    total = total + counts
            kinds = sum((counts > 0 for counts in seen.values()), np.zeros(self.counts.shape[1]))
            self._tables[known] = seen, total, np.maximum(kinds, self.strength)
        return self._tables[known]


_Table = tuple[dict[tuple["str | None", ...], Floats], Floats, Floats]
_Level = Callable[[tuple["str | None", ...], tuple[int, ...]], Floats]
_TOGETHER = frozenset(FEATURE_NAMES.index(name) for name in BLOCKS[3])
_BLOCK_FIELDS = tuple(tuple(FEATURE_NAMES.index(name) for name in block) for block in BLOCKS)


NOBODY = "nobody"
"""What competes with vendors and is none."""
DEFECTIVE = ("tcp_udp_icmp_counter_share", "tcp_icmp_counter_share", "udp_icmp_counter_share")
"""Fields of the published files that their programme did not test: true whenever ICMP counts, or merged out of
order.
"""


@dataclass(frozen=True, slots=True)
class Signature:
    """A tuple of features as text, the vendor it stands for, and on how many labelled routers it rests.

    `vendor_id` None stands for agents that name no vendor (net-snmp): whoever shows such a tuple may be nobody's
    router.

    Published files state no numbers, only "at least 20": a named assumption where nothing better is known.
    """

    text: str
    vendor_id: str | None
    samples: float = 20.0


def without_untested_fields(text: str) -> str:
    """A tuple of a published file without what its programme did not test: three shared counters, and a shared
    counter of TCP and UDP said to be true, which any increase made so. False stays: what the loose test refused, the
    right one does.
    """
    values = list(tuple_of_text(text))
    for name in DEFECTIVE:
        values[FEATURE_NAMES.index(name)] = None
    pair = FEATURE_NAMES.index("tcp_udp_counter_share")
    values[pair] = values[pair] if values[pair] == "False" else None
    return ",".join(value or "" for value in values)
