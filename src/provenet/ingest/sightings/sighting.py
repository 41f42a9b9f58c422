"""What a file shows of an address, and a sighting: one item of evidence of who made the device behind it.

An IPv6 address that a router made of its own MAC address (EUI-64) is cut on reading: the low 40 bits of its interface
id become zero, so that the maker's prefix stays and no single device can be told by it (docs/architecture.md).
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Self

from provenet.core.errors import Fault, FaultList, clip, visible
from provenet.core.progress import Progress, silent
from provenet.ingest.bgp import numbers
from provenet.ingest.network.engine_id import EngineId, read_engine_id
from provenet.ingest.opening import Upload

SNMP_ENGINE, SYS_DESCR, SYS_OBJECT_ID = "snmp_engine", "sys_descr", "sys_object_id"
BANNER, MAC_ADDRESS, FEATURES = "banner", "mac_address", "features"
SIGHTING_KINDS = (SNMP_ENGINE, SYS_DESCR, SYS_OBJECT_ID, BANNER, MAC_ADDRESS, FEATURES)
"""What an item of evidence is: the id of an SNMP engine, the two texts of an agent about itself, a greeting of another
service, the prefix of a MAC address, and features of replies that name nobody by themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One item of evidence.

    Parameters
    ----------
    address
        In the form of RFC 5952; an EUI-64 address is cut.
    kind
        A word of `SIGHTING_KINDS`.
    value
        What was seen: the engine id in hex or, of a table that kept parts of it, those parts in words; the text; the
        prefix of the MAC address; the features, parted by commas.
    vendor_id
        Whom it names; null where it names nobody.
    vendor_text
        The organisation as the registry or the pattern writes it; null where there is none.
    no_vendor_because
        Why it names nobody, as a part of a sentence; null where `vendor_id` stands.
    engine_boots, engine_time_s
        How often the agent was started, and the seconds since; null where not stated.
    country
        Two letters; null where the file has none.
    asn, network_name
        The network as the file has it.
    seen_on
        The day, as ISO; null where neither the file nor its name has one.
    locator
        Where it stands in the file.
    """

    address: str
    kind: str
    value: str
    vendor_id: str | None = None
    vendor_text: str | None = None
    no_vendor_because: str | None = None
    engine_boots: int | None = None
    engine_time_s: int | None = None
    country: str | None = None
    asn: int | None = None
    network_name: str | None = None
    seen_on: str | None = None
    locator: str = ""


@dataclass(frozen=True, slots=True)
class SeenAddress:
    """An address as it is kept, and the first octets of the MAC address in it, if it was made of one."""

    text: str
    mac_prefix: bytes | None = None


def seen_address(text: str) -> SeenAddress | None:
    """An address as it is kept; None where the text is none.

    >>> seen_address("192.0.2.1").text, seen_address("2001:DB8::0211:22ff:fe33:4455").text, seen_address("192.0.2.1G")
    ('192.0.2.1', '2001:db8::211:2200:0:0', None)

    A MAC address that is local or of a group has no prefix of a maker.

    >>> [seen_address(f"2001:db8::{one}:22ff:fe33:4455").mac_prefix for one in ("0211", "1300", "0011")]
    [b'\\x00\\x11"', None, None]
    """
    read = numbers.read_address(text.strip())
    return None if read is None else kept_address(*read)


def kept_address(family: int, number: int) -> SeenAddress:
    """An address by its family and number, as it is kept."""
    kept = numbers.kept_address_number(family, number)
    if kept == numbers.unmapped(family, number):
        return SeenAddress(numbers.address_text(*kept))
    prefix = (number >> numbers.EUI64_CUT_BITS & 0xFFFFFF ^ 0x020000).to_bytes(3)
    return SeenAddress(numbers.address_text(*kept), None if prefix[0] & 3 else prefix)


def block_of(text: str) -> str:
    """The block that stands for a network where a file does not name it: /16 of IPv4, /32 of IPv6.

    >>> block_of("192.0.2.1"), block_of("2001:db8::1")
    ('192.0.0.0/16', '2001:db8::/32')
    """
    read = numbers.read_address(text)
    if read is None:
        return text
    family, number = read
    length = 16 if family == numbers.IPV4 else 32
    rest = numbers.BITS[family] - length
    return f"{numbers.address_text(family, number >> rest << rest)}/{length}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Of what address, when and where something was seen.

    `heard_at` is the instant in seconds since 1970 at which the answer came in; `mac_prefix` stands in the address.
    """

    address: str
    mac_prefix: bytes | None = None
    heard_at: float | None = None
    seen_on: str | None = None
    country: str | None = None
    asn: int | None = None
    network_name: str | None = None
    locator: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One item: of its kind, with its value as text; of an engine also what its id says.

    `engine_octets` is null where a table kept parts of the id; then `engine` holds those.
    """

    context: Context
    kind: str
    value: str
    engine: EngineId | None = None
    engine_octets: bytes | None = None
    boots: int | None = None
    time_s: int | None = None
    started_at: float | None = None
    """The instant of the engine's last start in seconds since 1970, where the file states it."""
    service: str | None = None
    """Of a greeting the protocol, such as `ssh`; null where the file does not say."""

    @classmethod
    def of_engine(cls, context: Context, octets: bytes, **times: Any) -> Self:
        """The id of an SNMP engine, with how often and when it was started."""
        engine = read_engine_id(octets)
        return cls(context=context, kind=SNMP_ENGINE, value=octets.hex(), engine=engine, engine_octets=octets, **times)


Observations = Iterator[Observation]


MOST_REASONS, OTHERS = 40, "other reasons"
"""How many different sentences are counted apart: a file may hold as many words as it has rows."""


def _count(counter: Counter[str], text: str) -> None:
    reason = clip(visible(text), 200)
    counter[reason if reason in counter or len(counter) < MOST_REASONS else OTHERS] += 1


@dataclass(kw_only=True)
class SightingFile:
    """A file of evidence while it is read.

    Rows that cannot be read go to `faults`, one each, and are left out; `counts` holds how many records each reason
    leaves without an answer, `remarks` what whoever reads the file should hear.
    """

    upload: Upload
    faults: FaultList = field(default_factory=FaultList)
    progress: Progress = silent
    counts: Counter[str] = field(default_factory=Counter)
    remarks: Counter[str] = field(default_factory=Counter)

    def skip(self, reason: str) -> None:
        """Counts a record that shows no answer, by its reason."""
        _count(self.counts, reason)

    def remark(self, text: str) -> None:
        """Counts something that whoever reads the file should hear, by its sentence."""
        _count(self.remarks, text)

    def fault(
        self, row: int, text: str, *, column: str | None = None, found: str | None = None, expected: str = ""
    ) -> None:
        """Adds what is wrong with one record, which is left out."""
        self.faults.add(Fault(self.upload.name, text, row, column=column, found=found, expected=expected or None))

    def read(self, done: int) -> None:
        """Reports how many bytes of the file as it lies were read."""
        self.progress(f"bytes read of {self.upload.name}", done, self.upload.size_bytes)


@dataclass(frozen=True, kw_only=True)
class EvidenceReaders:
    """How what a layout of evidence shows is read; nulls for what it does not show.

    `contexts` are read instead of observations from lists that show addresses alone; `addresses` gives those that were
    probed, `aliases` the sets of one router, `states_silence` whether the file also shows who did not answer.
    """

    observations: Callable[[SightingFile], Observations] | None = None
    contexts: Callable[[SightingFile], Iterator[Context]] | None = None
    addresses: Callable[[SightingFile], Iterator[str]] | None = None
    aliases: Callable[[SightingFile], Iterator[tuple[str, ...]]] | None = None
    states_silence: Callable[[SightingFile], bool] | None = None
