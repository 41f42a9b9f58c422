"""SNMP messages as agents send them, and what an answer shows of the address that sent it.

Version 3 (RFC 3412, 3414) and the two before it (RFC 1157, 1901) are read. Discovery asks an agent for its engine (RFC
3414, section 4): it answers with a report that carries the id of its engine, how often it was started and the seconds
since, and names no user. A message that ends before its last octet is read as far as it goes, if the id of the engine
is whole. Community names and authentication are read over. Values are in BER (X.690; RFC 3417, section 8: lengths are
definite); no octet past those given is read.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from provenet.ingest.sightings import sighting

INTEGER, OCTETS, NULL, OBJECT_ID, SEQUENCE = 0x02, 0x04, 0x05, 0x06, 0x30
_LONGEST_LENGTH = 4
_MOST_ARCS = 128
_NAMES = {INTEGER: "an integer", OCTETS: "octets", OBJECT_ID: "an object identifier", SEQUENCE: "a sequence"}


class BerFault(ValueError):
    """Why octets are no value, as a part of a sentence."""


@dataclass(frozen=True, slots=True)
class Value:
    """One value: its tag, its content as far as it is there, and whether the end is missing."""

    tag: int
    content: bytes
    is_cut: bool = False


class Reader:
    """Reads one value after another. `is_cut` says that octets which a length announced are missing."""

    def __init__(self, data: bytes, is_cut: bool = False) -> None:
        self._data, self._at, self.is_cut = data, 0, is_cut

    @property
    def left(self) -> int:
        """How many octets are left."""
        return len(self._data) - self._at

    def next(self, wanted: int | None = None) -> Value:
        """The next value; of a wanted tag. Raises BerFault."""
        data, at, left = self._data, self._at, self.left
        if left < 2:
            raise BerFault(f"it ends where {'a length' if left else 'a tag'} belongs")
        tag, length = data[at], data[at + 1]
        if tag & 0x1F == 0x1F:
            raise BerFault("a tag of several octets, which SNMP does not use")
        at += 2
        if length >= 0x80:
            count = length & 0x7F
            length = self._long_length(count, at)
            at += count
        content = data[at : at + length]
        is_cut = len(content) < length
        self._at = at + len(content)
        if wanted is not None and tag != wanted:
            raise BerFault(f"tag 0x{tag:02X} where {_NAMES.get(wanted, f'tag 0x{wanted:02X}')} belongs")
        self.is_cut = self.is_cut or is_cut
        return Value(tag, content, is_cut)

    def integer(self) -> int:
        """The next value, a whole integer. Raises BerFault."""
        return as_integer(self._whole(INTEGER))

    def octets(self) -> bytes:
        """The next value, a whole string of octets. Raises BerFault."""
        return self._whole(OCTETS).content

    def inner(self, wanted: int) -> Reader:
        """A reader of what is in the next value of a tag. Raises BerFault."""
        value = self.next(wanted)
        return Reader(value.content, value.is_cut)

    def _whole(self, wanted: int) -> Value:
        value = self.next(wanted)
        if value.is_cut:
            raise BerFault("it ends inside a value")
        return value

    def _long_length(self, count: int, at: int) -> int:
        if count == 0:
            raise BerFault("a length without an end, which SNMP does not allow")
        if count > _LONGEST_LENGTH:
            raise BerFault(f"a length of {count} octets")
        if len(self._data) < at + count:
            raise BerFault("it ends where a length belongs")
        return int.from_bytes(self._data[at : at + count])


def as_integer(value: Value) -> int:
    """The number of a value. Raises BerFault."""
    if not 0 < len(value.content) <= 9:
        raise BerFault(f"an integer of {len(value.content)} octets")
    return int.from_bytes(value.content, signed=True)


def as_object_id(content: bytes) -> str:
    """The arcs of an object identifier, with points between. Raises BerFault.

    >>> as_object_id(bytes.fromhex("2b060106030f0101040000"))
    '1.3.6.1.6.3.15.1.1.4.0.0'
    """
    arcs, number = [], 0
    if not content or content[-1] & 0x80:
        raise BerFault("an object identifier without an end")
    for octet in content:
        number = number << 7 | octet & 0x7F
        if number >= 1 << 40:
            raise BerFault("an arc of an object identifier is out of range")
        if not octet & 0x80:
            arcs.append(number)
            number = 0
    if len(arcs) > _MOST_ARCS:
        raise BerFault(f"an object identifier of {len(arcs)} arcs")
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, [first, arcs[0] - 40 * first, *arcs[1:]]))


USM = 3
PDUS = {
    0xA0: "get request",
    0xA1: "get-next request",
    0xA2: "response",
    0xA3: "set request",
    0xA4: "trap of version 1",
    0xA5: "get-bulk request",
    0xA6: "inform request",
    0xA7: "trap",
    0xA8: "report",
}
ANSWERS = frozenset({"response", "report", "trap", "trap of version 1"})
"""What an agent sends; the others are sent to one."""
SYS_DESCR_OID, SYS_OBJECT_OID = "1.3.6.1.2.1.1.1.0", "1.3.6.1.2.1.1.2.0"
SNMP_ENGINE_OID = "1.3.6.1.6.3.10.2.1.1.0"
_HIGHEST = 2**31 - 1
_MOST_VALUES = 64


@dataclass(slots=True)
class SnmpMessage:
    """What a message says, read as far as it goes.

    Parameters
    ----------
    version
        1, 2 or 3.
    pdu
        A word of `PDUS`; `encrypted` where the message is; null where the end is missing.
    engine_id
        The octets of the authoritative engine's id; null where the message carries none.
    engine_boots, engine_time_s
        How often the engine was started, and the seconds since; null where not stated.
    objects
        Values of the system group and of the engine by object id: octets, or an object id as text.
    remarks
        What does not conform, or is missing, in words.
    """

    version: int
    pdu: str | None = None
    engine_id: bytes | None = None
    engine_boots: int | None = None
    engine_time_s: int | None = None
    objects: dict[str, bytes | str] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()

    @property
    def is_answer(self) -> bool:
        """Whether an agent sent it, as far as it tells."""
        return self.pdu is None or self.pdu in ANSWERS or self.pdu == "encrypted"

    def read_security(self, reader: Reader) -> None:
        """The security parameters of RFC 3414: the engine, its boots and time."""
        self.engine_id = reader.octets()
        try:
            self.engine_boots = self._counter(reader.integer(), "boots")
            self.engine_time_s = self._counter(reader.integer(), "seconds since the start")
            reader.octets()
        except BerFault as fault:
            self.remarks += (f"after the engine id {fault}",)

    def _counter(self, number: int, what: str) -> int | None:
        if 0 <= number <= _HIGHEST:
            return number
        self.remarks += (f"the number of {what} is {number}, out of range",)
        return None

    def read_scoped(self, message: Reader) -> bytes:
        """A scoped PDU; the engine that its context names, no octets where it names none that can be read."""
        context = b""
        try:
            value = message.next()
            if value.tag == OCTETS:
                self.pdu = "encrypted"
            elif value.tag != SEQUENCE:
                self.remarks += (f"the data begin with tag 0x{value.tag:02X}",)
            else:
                scoped = Reader(value.content, value.is_cut)
                context = scoped.octets()
                scoped.octets()
                self.read_pdu(scoped)
        except BerFault as fault:
            self.remarks += (f"in the data {fault}",)
        return context

    def read_pdu(self, reader: Reader) -> None:
        """A PDU; its values of the system group go to `objects`."""
        try:
            value = reader.next()
            self.pdu = PDUS.get(value.tag)
            if self.pdu is None:
                self.remarks += (f"the data hold tag 0x{value.tag:02X}, no operation of SNMP",)
            elif self.pdu in ("response", "trap", "inform request"):
                self._read_values(Reader(value.content, value.is_cut))
        except BerFault as fault:
            self.remarks += (f"in the data {fault}",)

    def _read_values(self, body: Reader) -> None:
        for _ in range(3):
            body.next(INTEGER)
        values = body.inner(SEQUENCE)
        for _ in range(_MOST_VALUES):
            if not values.left:
                return
            pair = values.inner(SEQUENCE)
            name = as_object_id(pair.next(OBJECT_ID).content)
            value = pair.next()
            if value.is_cut or name not in (SYS_DESCR_OID, SYS_OBJECT_OID, SNMP_ENGINE_OID):
                continue
            if value.tag == OCTETS:
                self.objects[name] = value.content
            elif value.tag == OBJECT_ID:
                self.objects[name] = as_object_id(value.content)


def read_snmp_message(data: bytes) -> SnmpMessage | str:
    """What a message says; or why the octets are none, as a part of a sentence. Never raises.

    >>> engine = "800000090300 74a02f001122"
    >>> parameters = f"301d 040c {engine} 020101 020405df876c 0400 0400 0400"
    >>> scoped = f"3030 040c {engine} 0400 a81e 020237f0 020100 020100 3012 3010 060a2b060106030f01010400 41024e81"
    >>> header = "300e 02024a69 020205dc 040100 020103"
    >>> found = read_snmp_message(bytes.fromhex(f"3066 020103 {header} 041f {parameters} {scoped}"))
    >>> found.pdu, found.engine_id.hex(), found.engine_boots, found.engine_time_s
    ('report', '80000009030074a02f001122', 1, 98535276)
    """
    try:
        outer = Reader(data)
        message = outer.inner(SEQUENCE)
        version = message.integer()
        if version == 3:
            return _of_version_3(message, outer.left)
        if version in (0, 1):
            message.octets()
            made = SnmpMessage(version + 1)
            made.read_pdu(message)
            return made
    except BerFault as fault:
        return f"no SNMP message: {fault}"
    return f"no SNMP message: version {version} is none of 0, 1 and 3"


def _of_version_3(message: Reader, after: int) -> SnmpMessage | str:
    header = message.inner(SEQUENCE)
    header.integer()
    header.integer()
    header.octets()
    model = header.integer()
    if model != USM:
        return f"an SNMPv3 message under security model {model}, which carries no engine id that is known"
    made = SnmpMessage(3)
    made.read_security(message.inner(OCTETS).inner(SEQUENCE))
    context = b"" if message.is_cut and not message.left else made.read_scoped(message)
    if message.is_cut:
        made.remarks += ("the end of the message is missing",)
    if after:
        made.remarks += ("octets follow the message",)
    if context and not made.engine_id:
        made.engine_id = context
        made.remarks += ("the engine id stands in the context alone",)
    return made


def observations_of_message(
    file: sighting.SightingFile, context: sighting.Context, message: SnmpMessage
) -> sighting.Observations:
    """The id of the engine, and the texts of the agent about itself."""
    for remark in message.remarks:
        file.remark(f"an SNMP message: {remark}")
    if not message.is_answer:
        file.skip(f"{message.pdu}: no answer")
        return
    octets = message.engine_id or message.objects.get(SNMP_ENGINE_OID)
    boots, time_s = message.engine_boots, message.engine_time_s
    if octets and isinstance(octets, bytes):
        yield sighting.Observation.of_engine(context, octets, boots=boots, time_s=time_s)
    elif message.version == 3:
        yield sighting.Observation(context=context, kind=sighting.SNMP_ENGINE, value="", boots=boots, time_s=time_s)
    descr = message.objects.get(SYS_DESCR_OID)
    if isinstance(descr, bytes) and descr.strip(b"\0 \r\n\t"):
        text = descr.decode("utf-8", "replace").strip("\0 \r\n\t")
        yield sighting.Observation(context=context, kind=sighting.SYS_DESCR, value=text, service="snmp.sys_description")
    object_id = message.objects.get(SYS_OBJECT_OID)
    if isinstance(object_id, str):
        yield sighting.Observation(
            context=context, kind=sighting.SYS_OBJECT_ID, value=object_id, service="snmp.sys_object_id"
        )
