"""What a file shows of an address, before anybody is named: made by the readers of each layout, read by `evidence`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from provenet.core.errors import Fault, FaultList, clip, visible
from provenet.core.progress import Progress, silent
from provenet.ingest.network.engine_id import EngineId
from provenet.ingest.opening import Upload


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
