"""Results of RIPE Atlas read many at once: typed records of msgspec, whose values become arrays.

A record that is not wholly as Atlas writes it is left to the plain reader (`records`), which alone decides what it
means or what is wrong with it: of another kind, with an escape, a name twice that is read here, hops out of order.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated, Any, Literal

import msgspec
import numpy as np
import polars as pl
from msgspec.structs import asdict, replace
from numpy.typing import NDArray

from provenet.ingest.traces.documents import LAST_MOMENT_S, MOST_NUMBER, MOST_TTL, RecordFault, address_in, kept
from provenet.ingest.traces.kernels.hop_rows import gather_rows
from provenet.ingest.traces.records import marks_of
from provenet.ingest.traces.trace_batch import (
    LATE,
    PROTOCOLS,
    UNKNOWN,
    Address,
    TraceBatch,
    address_key,
    starts_of,
    with_ids,
)

Number = Annotated[int, msgspec.Meta(ge=0, lt=MOST_NUMBER)]
_PLAIN = bytes(sign for sign in (*range(32, 127), 9, 10, 13) if sign != ord("\\"))
_NAMES = (
    r'"(?:from|rtt|late|dup|err|error|edst|icmpext|class|hop|result|dst_addr|src_addr|timestamp|prb_id|msm_id|proto)"'
    r'|"type"\s*:\s*"'
)
"""Names that are read, wherever they stand; the type that extensions have is a number."""
_NONE, _BAD = -1, -2


class _Answer(msgspec.Struct, gc=False, omit_defaults=True):
    from_: str | None = msgspec.field(default=None, name="from")
    rtt: float | None = None
    late: Any = None
    dup: Any = None
    err: Any = None
    error: Any = None
    edst: Any = None
    icmpext: Any = None


class _Hop(msgspec.Struct, gc=False):
    hop: Annotated[int, msgspec.Meta(ge=0, le=MOST_TTL)]
    result: tuple[_Answer, ...]


class _Result(msgspec.Struct, gc=False, omit_defaults=True):
    result: tuple[_Hop, ...]
    from_: str | None = msgspec.field(default=None, name="from")
    src_addr: str | None = None
    dst_addr: str | None = None
    timestamp: Annotated[int, msgspec.Meta(ge=0, le=LAST_MOMENT_S)] | None = None
    prb_id: Number | None = None
    msm_id: Number | None = None
    proto: str | None = None
    type: Literal["traceroute"] | None = None


_DECODER = msgspec.json.Decoder(_Result)


def read_results(texts: Sequence[bytes]) -> tuple[TraceBatch, NDArray[np.bool_]]:
    """The traces of the records that are wholly usual, in their order, and which of the records are odd."""
    with ThreadPoolExecutor(1) as pool:
        # This counts without the lock of the interpreter, while that decodes.
        count = pool.submit(_name_count, b"\n".join(texts))
        found = [_decoded(text) for text in texts]
        usual = np.array([one is not None for one in found], np.bool_)
        columns = _Columns([one for one in found if one is not None])
    if not usual.all() or columns.name_count != count.result():
        for place, (text, one) in enumerate(zip(texts, found, strict=True)):
            usual[place] = one is not None and _Columns([one]).name_count == _name_count(text)
        columns = _Columns([one for one, kept in zip(found, usual.tolist(), strict=True) if one is not None and kept])
    if (odd := columns.odd).any():
        usual[np.flatnonzero(usual)[odd]] = False
        columns = _Columns([one for one, kept in zip(found, usual.tolist(), strict=True) if one is not None and kept])
    return columns.batch(), ~usual


def _decoded(text: bytes) -> _Result | None:
    try:
        return _DECODER.decode(text)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


def _name_count(text: bytes) -> int:
    """How many names that are read stand in a text; -1 where it holds escapes or letters beyond ASCII."""
    if text.translate(None, _PLAIN):
        return -1
    return int(pl.Series([text.decode("ascii")]).str.count_matches(_NAMES)[0])


class _Columns:
    """The values of some results as arrays: those of answers, of hops, and of each result."""

    def __init__(self, results: Sequence[_Result]) -> None:
        self.results = results
        hops = [hop for one in results for hop in one.result]
        answers = [answer for hop in hops for answer in hop.result]
        self.first_hop = starts_of([len(one.result) for one in results])
        self.first_answer = starts_of([len(hop.result) for hop in hops])
        self.ttl = np.array([hop.hop for hop in hops], np.int64)
        self.rtt = np.array([one.rtt for one in answers], np.float64)
        self.marked = {
            place: one
            for place, one in enumerate(answers)
            if not (one.late is one.dup is one.err is one.error is one.edst is one.icmpext is None)
        }
        self.addresses = _Addresses()
        self.source = self.addresses.places([one.from_ or one.src_addr for one in results])
        self.target = self.addresses.places([one.dst_addr for one in results])
        self.answered = self.addresses.places([one.from_ for one in answers])
        self.trace_of_hop = np.repeat(np.arange(len(results)), np.diff(self.first_hop))
        self.trace_of_answer = np.repeat(self.trace_of_hop, np.diff(self.first_answer))

    @property
    def name_count(self) -> int:
        """How often a name was read: a text that holds more has one twice in an object, of which one was read."""
        answered = int((self.answered != _NONE).sum() + (~np.isnan(self.rtt)).sum())
        marks = [replace(one, from_=None, rtt=None) for one in self.marked.values()]
        heads = [replace(one, result=()) for one in self.results]
        return 2 * len(self.ttl) + answered + _name_count(msgspec.json.encode([heads, marks]))

    @property
    def odd(self) -> NDArray[np.bool_]:
        """Which results have an address that is none, or hops that do not follow each other."""
        odd = (self.source == _BAD) | (self.target == _BAD)
        odd[self.trace_of_answer[self.answered == _BAD]] = True
        same = self.trace_of_hop[1:] == self.trace_of_hop[:-1]
        odd[self.trace_of_hop[1:][same & (self.ttl[1:] <= self.ttl[:-1])]] = True
        return np.asarray(odd)

    def batch(self) -> TraceBatch:
        """The traces of all results."""
        exact, shown = self.addresses.exact(), self.addresses.shown()
        flags = np.zeros(len(self.rtt), np.uint16)
        for place, one in self.marked.items():
            flags[place] = marks_of(asdict(one))
        hit = (exact[self.answered] == exact[self.target][self.trace_of_answer]) & (self.answered != _NONE)
        reached = np.zeros(len(self.results), np.bool_)
        reached[self.trace_of_answer[hit & (flags & LATE == 0)]] = True
        room, first_row = len(flags) + 2 * len(self.ttl), np.zeros(len(self.results) + 1, np.int64)
        ttl, rtt, marks = np.empty(room, np.uint8), np.empty(room, np.float64), np.empty(room, np.uint16)
        address = np.empty(room, np.int64)
        trips = np.where((self.rtt >= 0) & (self.rtt < MOST_NUMBER), self.rtt, np.nan)
        answers = shown[self.answered], trips, flags
        gather_rows(self.first_hop, self.ttl, self.first_answer, *answers, first_row, ttl, address, rtt, marks)
        rows = slice(int(first_row[-1]))
        columns: dict[str, NDArray[Any]] = {
            "started_at": _stated([one.timestamp for one in self.results]),
            "probe_id": _stated([one.prb_id for one in self.results]),
            "measurement_id": _stated([one.msm_id for one in self.results]),
            "protocol": np.array([PROTOCOLS.get(one.proto or "", 0) for one in self.results], np.uint8),
            "reached": reached,
            "ttl": ttl[rows],
            "rtt_ms": rtt[rows].astype(np.float32),
            "flags": marks[rows],
            "first_hop": first_row,
        }
        ends = {"": address[rows], "source_": shown[self.source], "target_": shown[self.target]}
        family, high, low = self.addresses.keys()
        for end, at in ends.items():
            columns |= {f"{end}family": family[at], f"{end}high": high[at], f"{end}low": low[at]}
        return with_ids(columns)


def _stated(values: list[int | None]) -> NDArray[np.int64]:
    return np.array([UNKNOWN if one is None else one for one in values], np.int64)


class _Addresses:
    """The distinct texts of addresses, each read once: as it was sent, and as it is kept."""

    def __init__(self) -> None:
        self._place: dict[str | None, int] = {None: _NONE, "": _NONE}
        self._exact: dict[Address, int] = {}
        self._shown: dict[Address, int] = {}
        self._numbers: list[tuple[int, int]] = []

    def places(self, texts: list[str | None]) -> NDArray[np.int64]:
        """The place of each text among those that were read, -1 for none, -2 for what is no address."""
        for text in set(texts) - self._place.keys():
            self._place[text] = self._read(text)
        return np.array([self._place[text] for text in texts], np.int64)

    def _read(self, text: str | None) -> int:
        try:
            address = address_in({"": text}, "", "$")
        except RecordFault:
            return _BAD
        assert address is not None
        shown = kept(address)
        assert shown is not None
        self._numbers.append(
            (self._exact.setdefault(address, len(self._exact)), self._shown.setdefault(shown, len(self._shown)))
        )
        return len(self._numbers) - 1

    def exact(self) -> NDArray[np.int64]:
        """By place the number of the address as it was sent; the last is -1."""
        return np.array([*(one for one, _ in self._numbers), _NONE], np.int64)

    def shown(self) -> NDArray[np.int64]:
        """By place the number of the address as it is kept; the last is -1."""
        return np.array([*(one for _, one in self._numbers), _NONE], np.int64)

    def keys(self) -> tuple[NDArray[np.uint8], NDArray[np.uint64], NDArray[np.uint64]]:
        """By number of the address as it is kept: family, high and low half; the last is none."""
        keys = [address_key(one) for one in (*self._shown, None)]
        high, low, family = zip(*keys, strict=True)
        return np.array(family, np.uint8), np.array(high, np.uint64), np.array(low, np.uint64)
