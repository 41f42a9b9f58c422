"""What replies of one address show: classes of IP-ID counters, shared counters, initial TTLs, sizes, the RST's
sequence.

Source: Albakour, Gasser, Beverly and Smaragdakis, IMC 2023, section 3.6 and table 1, not the authors' programme,
which differs from the paper (docs/identification.md lists where). A feature that the replies do not settle is None,
never False.

P(tuple of features | vendor) from Dirichlet counts over partial tuples, with back-off where fields are missing.

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

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from itertools import pairwise

import numpy as np

from provenet.numerics.arrays import Floats

STEP_LIMIT = 1300
"""The largest step of one counter between two replies, modulo 65536. A random one passes with 1301/65536, about
0.02.
"""
INITIAL_TTLS = (32, 64, 128, 255)
PROTOCOLS = ("icmp", "tcp", "udp")
COUNTING = frozenset({"i", "i1"})


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer to one probe. `sent` orders the probes of a target; `request_ip_id` is None where it is not known."""

    protocol: str
    sent: int
    ip_id: int
    ttl: int
    size: int
    request_ip_id: int | None = None
    rst_sequence: int | None = None


@dataclass(frozen=True, slots=True)
class Features:
    """The fields in the order of the published signature files, then the sequence number of the RST; None is not known.

    Classes of counters: `sz` always zero, `snz` always the same, `dup` some value twice, `i1` each step 1, `i` each
    step at most 1300, `r` some step above, `echo` the value of the request.
    """

    icmp_ipid_echo: bool | None = None
    icmp_ipid_counter: str | None = None
    tcp_ipid_counter: str | None = None
    udp_ipid_counter: str | None = None
    tcp_udp_icmp_counter_share: bool | None = None
    tcp_icmp_counter_share: bool | None = None
    udp_icmp_counter_share: bool | None = None
    tcp_udp_counter_share: bool | None = None
    udp_ittl: int | None = None
    icmp_ittl: int | None = None
    tcp_ittl: int | None = None
    icmp_echo_size: int | None = None
    tcp_size: int | None = None
    udp_size: int | None = None
    tcp_rst_sequence_zero: bool | None = None

    def text(self) -> str:
        """The fields joined by commas, as in the signature files; a field that is not known is empty."""
        return ",".join("" if value is None else str(value) for value in self.values())

    def values(self) -> tuple[bool | int | str | None, ...]:
        """The fields in their order."""
        return tuple(getattr(self, name) for name in FEATURE_NAMES)


FEATURE_NAMES = tuple(field.name for field in fields(Features))
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


def initial_ttl(received: int) -> int:
    """The least usual initial TTL that is not below the one received: 64 stays 64, as from a directly attached
    router.
    """
    if not 0 <= received <= 255:
        raise ValueError(f"a TTL lies between 0 and 255; found {received}")
    return next(start for start in INITIAL_TTLS if received <= start)


def counter_class(values: Sequence[int]) -> str | None:
    """The class of one protocol's IP-IDs in the order of sending; None where there are too few to tell.

    The largest step decides, not the mean one. Two replies can only show that nothing counts: their step is above
    what two steps of a counter may be, since a reply between them may be lost.
    """
    steps = [(after - before) % 65536 for before, after in pairwise(values)]
    if len(values) < 3:
        return "r" if steps and max(steps) > 2 * STEP_LIMIT else None
    if len(set(values)) == 1:
        return "snz" if values[0] else "sz"
    if len(set(values)) < len(values):
        return "dup"
    if max(steps) > STEP_LIMIT:
        return "r"
    return "i1" if set(steps) == {1} else "i"


def share_counter(values: Sequence[int]) -> bool:
    """Whether IP-IDs of several protocols, merged in the order of sending, come from one counter: each step 1 to
    1300.
    """
    steps = [(after - before) % 65536 for before, after in pairwise(values)]
    return bool(steps) and all(0 < step <= STEP_LIMIT for step in steps)


def features_of(replies: Iterable[Reply]) -> Features:
    """The features that the replies of one address show; what they do not settle is None.

    Parameters: `replies` in any order: `sent` orders them. Replies to any subset of the probes are enough for a partial
    tuple. Raises ValueError for another protocol, or for fields out of their range.
    """
    ordered = sorted(replies, key=lambda reply: reply.sent)
    for reply in ordered:
        if reply.protocol not in PROTOCOLS:
            raise ValueError(f"a reply is of {', '.join(PROTOCOLS)}; found {reply.protocol!r}")
        if not 0 <= reply.ip_id <= 65535:
            raise ValueError(f"an IP-ID lies between 0 and 65535; found {reply.ip_id}")
    of = {protocol: [reply for reply in ordered if reply.protocol == protocol] for protocol in PROTOCOLS}
    echo = _echo(of["icmp"])
    classes = {p: counter_class([reply.ip_id for reply in of[p]]) for p in PROTOCOLS}
    if echo:
        classes["icmp"] = "echo"
    ittl = {p: _agreed([initial_ttl(reply.ttl) for reply in of[p]]) for p in PROTOCOLS}
    size = {p: _agreed([reply.size for reply in of[p]]) for p in PROTOCOLS}
    sequences = [reply.rst_sequence == 0 for reply in of["tcp"] if reply.rst_sequence is not None]
    shares = {group: _shared(ordered, group, classes) for group in _SHARES}
    return Features(
        icmp_ipid_echo=echo,
        icmp_ipid_counter=classes["icmp"],
        tcp_ipid_counter=classes["tcp"],
        udp_ipid_counter=classes["udp"],
        tcp_udp_icmp_counter_share=shares["tcp", "udp", "icmp"],
        tcp_icmp_counter_share=shares["tcp", "icmp"],
        udp_icmp_counter_share=shares["udp", "icmp"],
        tcp_udp_counter_share=shares["tcp", "udp"],
        udp_ittl=ittl["udp"],
        icmp_ittl=ittl["icmp"],
        tcp_ittl=ittl["tcp"],
        icmp_echo_size=size["icmp"],
        tcp_size=size["tcp"],
        udp_size=size["udp"],
        tcp_rst_sequence_zero=all(sequences) if sequences else None,
    )


_SHARES = (("tcp", "udp", "icmp"), ("tcp", "icmp"), ("udp", "icmp"), ("tcp", "udp"))


def _echo(replies: Sequence[Reply]) -> bool | None:
    """Whether every reply repeats its request's IP-ID; a request with 0 tells nothing where the reply has 0 too."""
    telling = [reply for reply in replies if reply.request_ip_id]
    return all(reply.ip_id == reply.request_ip_id for reply in telling) if telling else None


def _shared(ordered: Sequence[Reply], group: Sequence[str], classes: dict[str, str | None]) -> bool | None:
    """Whether protocols share a counter: False as soon as one does not count, None while one's class is not known."""
    known = [classes[protocol] for protocol in group]
    if any(one is not None and one not in COUNTING for one in known):
        return False
    if any(one is None for one in known):
        return None
    return share_counter([reply.ip_id for reply in ordered if reply.protocol in group])


def _agreed(values: Sequence[int]) -> int | None:
    """The one value that all replies have; None where there are none or they differ."""
    return values[0] if len(set(values)) == 1 else None


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
