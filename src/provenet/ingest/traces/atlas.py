"""Results of RIPE Atlas read many at once: typed records of msgspec, whose values become arrays.

A record that is not wholly as Atlas writes it is left to the plain reader (`records`), which alone decides what it
means or what is wrong with it: of another kind, with an escape, a name twice that is read here, hops out of order.
"""

from collections.abc import Sequence
from itertools import chain
from typing import Annotated, Any, Literal

import msgspec
import numpy as np
import polars as pl
from msgspec.structs import asdict, replace
from numpy.typing import NDArray

from provenet.ingest.bgp.numbers import IPV4
from provenet.ingest.bgp.prefix_columns import IPV4_TEXT
from provenet.ingest.traces import trace_batch
from provenet.ingest.traces.kernels.hop_rows import gather_rows
from provenet.ingest.traces.records import LAST_MOMENT_S, MOST_NUMBER, MOST_TTL, RecordFault, address_in, kept, marks_of

Number = Annotated[int, msgspec.Meta(ge=0, lt=MOST_NUMBER)]
_NAMES = (
    r'"(?:from|rtt|late|dup|err|error|edst|icmpext|class|hop|result|dst_addr|src_addr|timestamp|prb_id|msm_id|proto)"'
    r'|"type"\s*:\s*"'
)
"""Names that are read, wherever they stand; the type that extensions have is a number."""
_NONE, _BAD = -1, -2


class _HopReply(msgspec.Struct, gc=False, omit_defaults=True):
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
    result: tuple[_HopReply, ...]


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
_HEADS = tuple(name for name in _Result.__struct_fields__ if name != "result")


def read_results(texts: Sequence[bytes]) -> tuple[trace_batch.TraceBatch, NDArray[np.bool_]]:
    """The traces of the records that are wholly usual, in their order, and which of the records are odd."""
    found = [_decoded(text) for text in texts]
    usual = np.array([one is not None for one in found], np.bool_)
    columns = _Columns([one for one in found if one is not None])
    if not usual.all() or columns.name_count != _name_count(b"\n".join(texts)):
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
    if not text.isascii() or b"\\" in text:
        return -1
    return int(pl.Series([text.decode("ascii")]).str.count_matches(_NAMES)[0])


class _Columns:
    """The values of some results as arrays: those of answers, of hops, and of each result."""

    def __init__(self, results: Sequence[_Result]) -> None:
        self.heads = {name: [getattr(one, name) for one in results] for name in _HEADS}
        hops = list(chain.from_iterable([one.result for one in results]))
        answers = list(chain.from_iterable(packets := [hop.result for hop in hops]))
        self.first_hop = trace_batch.starts_of([len(one.result) for one in results])
        self.first_answer = trace_batch.starts_of(list(map(len, packets)))
        self.trace_count = len(results)
        self.ttl = np.array([hop.hop for hop in hops], np.int64)
        self.rtt = pl.Series([one.rtt for one in answers], dtype=pl.Float64).to_numpy()
        self.marked = {
            place: one
            for place, one in enumerate(answers)
            if not (one.late is one.dup is one.err is one.error is one.edst is one.icmpext is None)
        }
        texts = [one.from_ for one in answers], [one.from_ or one.src_addr for one in results], self.heads["dst_addr"]
        self.addresses = _Addresses(set().union(*texts))
        self.answered, self.source, self.target = map(self.addresses.places, texts)
        self.trace_of_hop = np.repeat(np.arange(len(results)), np.diff(self.first_hop))
        self.trace_of_answer = np.repeat(self.trace_of_hop, np.diff(self.first_answer))

    @property
    def name_count(self) -> int:
        """How often a name was read: a text that holds more has one twice in an object, of which one was read."""
        answered = int((self.answered != _NONE).sum() + (~np.isnan(self.rtt)).sum())
        stated = sum(one is not None for values in self.heads.values() for one in values)
        marks = _name_count(msgspec.json.encode([replace(one, from_=None, rtt=None) for one in self.marked.values()]))
        return self.trace_count + stated + 2 * len(self.ttl) + answered + marks

    @property
    def odd(self) -> NDArray[np.bool_]:
        """Which results have an address that is none, or hops that do not follow each other."""
        odd = (self.source == _BAD) | (self.target == _BAD)
        odd[self.trace_of_answer[self.answered == _BAD]] = True
        same = self.trace_of_hop[1:] == self.trace_of_hop[:-1]
        odd[self.trace_of_hop[1:][same & (self.ttl[1:] <= self.ttl[:-1])]] = True
        return np.asarray(odd)

    def batch(self) -> trace_batch.TraceBatch:
        """The traces of all results."""
        exact, shown = self.addresses.exact, self.addresses.shown
        flags = np.zeros(len(self.rtt), np.uint16)
        for place, one in self.marked.items():
            flags[place] = marks_of(asdict(one))
        hit = (exact[self.answered] == exact[self.target][self.trace_of_answer]) & (self.answered != _NONE)
        reached = np.zeros(self.trace_count, np.bool_)
        reached[self.trace_of_answer[hit & (flags & trace_batch.LATE == 0)]] = True
        room, first_row = len(flags) + 2 * len(self.ttl), np.zeros(self.trace_count + 1, np.int64)
        ttl, rtt, marks = np.empty(room, np.uint8), np.empty(room, np.float64), np.empty(room, np.uint16)
        address = np.empty(room, np.int64)
        answers = shown[self.answered], np.where((self.rtt >= 0) & (self.rtt < MOST_NUMBER), self.rtt, np.nan), flags
        gather_rows(self.first_hop, self.ttl, self.first_answer, *answers, first_row, ttl, address, rtt, marks)
        rows = slice(int(first_row[-1]))
        columns: dict[str, NDArray[Any]] = {
            "started_at": _stated(self.heads["timestamp"]),
            "probe_id": _stated(self.heads["prb_id"]),
            "measurement_id": _stated(self.heads["msm_id"]),
            "protocol": np.array([trace_batch.PROTOCOLS.get(one or "", 0) for one in self.heads["proto"]], np.uint8),
            "reached": reached,
            "ttl": ttl[rows],
            "rtt_ms": rtt[rows].astype(np.float32),
            "flags": marks[rows],
            "first_hop": first_row,
        }
        ends = {"": address[rows], "source_": shown[self.source], "target_": shown[self.target]}
        family, high, low = self.addresses.keys
        for end, at in ends.items():
            columns |= {f"{end}family": family[at], f"{end}high": high[at], f"{end}low": low[at]}
        return trace_batch.with_ids(columns)


def _stated(values: list[int | None]) -> NDArray[np.int64]:
    return np.array([trace_batch.UNKNOWN if one is None else one for one in values], np.int64)


class _Addresses:
    """The distinct texts of addresses, each read once: `exact` numbers the addresses as they were sent, `shown` as they
    are kept, by the place of a text; `keys` are family, high and low half as kept. The last place is that of none.
    """

    def __init__(self, texts: set[str | None]) -> None:
        known = [text for text in texts if text]
        self._place: dict[str | None, int] = {None: _NONE, "": _NONE}
        self._place |= {text: place for place, text in enumerate(known)}
        column = pl.Series(known, dtype=pl.String)
        is_plain = column.str.contains(f"^{IPV4_TEXT}$")
        sent, kept_as = ([np.zeros(len(known) + 1, kind) for kind in (np.uint8, np.uint64, np.uint64)] for _ in "sk")
        plain = is_plain.arg_true().to_numpy()
        octets = [octet for text in column.filter(is_plain) for octet in text.split(".")]
        number = np.frombuffer(bytes(map(int, octets)), ">u4").astype(np.uint64)
        for family, high, _ in (sent, kept_as):
            family[plain], high[plain] = IPV4, number << np.uint64(32)
        for place in (~is_plain).arg_true().to_list():
            try:
                address = address_in({"": known[place]}, "", "$")
            except RecordFault:
                self._place[known[place]] = _BAD
                continue
            for (family, high, low), one in ((sent, address), (kept_as, kept(address))):
                high[place], low[place], family[place] = trace_batch.address_key(one)
        self.exact, self.shown = (_numbered(keys, distinct=is_plain.all()) for keys in (sent, kept_as))
        self.keys = kept_as

    def places(self, texts: list[str | None]) -> NDArray[np.int64]:
        """The place of each text, -1 for none, -2 for what is no address."""
        return np.fromiter(map(self._place.__getitem__, texts), np.int64, len(texts))


def _numbered(keys: Sequence[NDArray[Any]], *, distinct: bool) -> NDArray[np.int64]:
    """The first place of each key; -1 for none. Keys of distinct texts of plain IPv4 are `distinct`."""
    if distinct:
        return np.append(np.arange(len(keys[0]) - 1), _NONE)
    first: dict[tuple[int, int, int], int] = {(trace_batch.SILENT, 0, 0): _NONE}
    columns = zip(*(one.tolist() for one in keys), strict=True)
    return np.array([first.setdefault(key, place) for place, key in enumerate(columns)], np.int64)
