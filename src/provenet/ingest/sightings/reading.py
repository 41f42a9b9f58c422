"""Files of measured evidence, recognised by what they hold: sightings, probed addresses, and alias sets.

A measurement has rows that went wrong, and a file of 2,600 is not lost for one of them: what is wrong goes to the
faults, all of it, by row, and the row is left out. A file is refused where nothing of it can be read, or where more of
its rows are at fault than are read.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from provenet.core.countries import countries
from provenet.core.errors import Fault, FaultList, InputFault
from provenet.core.progress import Progress, silent
from provenet.core.wording import count
from provenet.ingest.mapping_beside import NO_KEY, MappingBeside, place_beside
from provenet.ingest.opening import Upload, packed_under_another_name
from provenet.ingest.registry import Format, Head, Source, formats
from provenet.ingest.sightings import sighting
from provenet.ingest.sightings.evidence import SharedIds, sightings_in_address, sightings_of
from provenet.ingest.sightings.recog import RecogPatterns

HELD = 100_000
"""How many observations are held, so that a file of no more is read once."""
_Item = TypeVar("_Item", str, tuple[str, ...])


def evidence_format_of(upload: Upload) -> Format | None:
    """The layout of a file of evidence by its first bytes; None where it is none of those.

    Raises InputFault where the first bytes cannot be unpacked.
    """
    head = Head(upload)
    return next((one for one in formats("opens_evidence") if (one.resembles or one.recognises)(head)), None)


def read_sightings(
    upload: Upload,
    faults: FaultList,
    *,
    progress: Progress = silent,
    remarks: list[str] | None = None,
    patterns: RecogPatterns | None = None,
) -> Iterator[sighting.Sighting]:
    """The sightings of a file, in its order.

    Parameters
    ----------
    upload
        A file of any layout with evidence.
    faults
        Where rows go that are left out.
    progress
        Hears of the bytes read. A large file is read twice: first for the engine ids that several devices share.
    remarks
        Where sentences go about what was counted and not kept.
    patterns
        Patterns of Recog for texts of devices (`recog.read_recog`). Without them the names of makers in a sysDescr and
        the numbers of a sysObjectID are taken, and other greetings name nobody.

    Raises InputFault where the file is of no layout with evidence, cannot be read on, or has more faults than rows.
    """
    readers = _readers(upload, lambda one: one.observations or one.contexts, "evidence of vendors")
    file = sighting.SightingFile(upload=upload, faults=faults, progress=progress)
    before, kept = faults.count, 0
    for one in _sightings(readers, file, patterns):
        kept += 1
        yield one
    _close(faults, faults.count - before, kept + file.counts.total())
    if remarks is not None:
        remarks += [f"{count(number, 'record')}: {what}" for what, number in sorted(file.counts.items())]
        remarks += [f"{count(number, 'time')}: {what}" for what, number in sorted(file.remarks.items())]


def _sightings(
    readers: sighting.EvidenceReaders, file: sighting.SightingFile, patterns: RecogPatterns | None
) -> Iterator[sighting.Sighting]:
    shared, made_of_macs = SharedIds(), set[str]()

    def in_address(context: sighting.Context) -> list[sighting.Sighting]:
        if context.mac_prefix is None or context.address in made_of_macs:
            return []
        made_of_macs.add(context.address)
        return sightings_in_address(context)

    if readers.observations is not None:
        for one in _each_once_seen(_after_all(readers.observations, file, shared), file):
            yield from sightings_of(one, shared, patterns)
            yield from in_address(one.context)
    elif readers.contexts is not None:
        for context in readers.contexts(file):
            yield from in_address(context)


def _each_once_seen(given: sighting.Observations, file: sighting.SightingFile) -> sighting.Observations:
    """Observations that an earlier row does not hold; the others are remarked. A digest of 64 bits is held of each."""
    seen: set[int] = set()
    for one in given:
        of = one.context
        key = hash(
            (of.address, one.kind, one.value, one.boots, one.time_s, of.seen_on, of.country, of.asn, of.network_name)
        )
        if key in seen:
            file.remark("an item repeats an earlier one, and counts once")
            continue
        seen.add(key)
        yield one


def _after_all(
    read: Callable[[sighting.SightingFile], sighting.Observations], file: sighting.SightingFile, shared: SharedIds
) -> sighting.Observations:
    """The observations of a file, given only when `shared` knows all its engine ids.

    A file of many is read a second time, so that no more than `HELD` observations are held.
    """
    held: list[sighting.Observation] = []
    read_count = 0
    first = replace(file, faults=FaultList(), counts=Counter(), remarks=Counter())
    for one in read(first):
        read_count += 1
        if one.kind == sighting.SNMP_ENGINE:
            shared.add(one)
        if read_count <= HELD:
            held.append(one)
    if read_count > HELD:
        held.clear()
        yield from read(file)
        return
    file.faults.take(first.faults)
    file.counts.update(first.counts)
    file.remarks.update(first.remarks)
    yield from held


def _close(faults: FaultList, bad: int, good: int) -> None:
    """Raises InputFault where more of a file is at fault than was read."""
    if bad > good:
        raise InputFault(faults.faults, faults.count)


def read_probed(upload: Upload, faults: FaultList, *, progress: Progress = silent) -> Iterator[str]:
    """The addresses that a file shows as probed, each once: a list of addresses, or a scan with those that were silent.

    Raises InputFault where the file is neither, or has more faults than addresses.
    """
    read = _readers(upload, lambda one: one.addresses, "addresses").addresses
    assert read is not None
    yield from _each_once(upload, faults, read, progress=progress)


def states_silence(upload: Upload) -> bool:
    """Whether a file of evidence also shows every address that was asked and did not answer.

    A capture does, which holds the requests, and a table whose rows say `Error`. ZMap writes down who answered, also by
    ICMP: those are not all that were asked.
    """
    found = evidence_format_of(upload)
    states = None if found is None or found.opens_evidence is None else found.opens_evidence.states_silence
    return states is not None and states(sighting.SightingFile(upload=upload))


def read_aliases(upload: Upload, faults: FaultList, *, progress: Progress = silent) -> Iterator[tuple[str, ...]]:
    """The alias sets of a file: the addresses of one router each.

    Raises InputFault where the file has none, or more faults than sets.
    """
    read = _readers(upload, lambda one: one.aliases, "alias sets").aliases
    assert read is not None
    yield from _each_once(upload, faults, read, progress=progress)


def _each_once(
    upload: Upload, faults: FaultList, read: Callable[[sighting.SightingFile], Iterator[_Item]], *, progress: Progress
) -> Iterator[_Item]:
    file = sighting.SightingFile(upload=upload, faults=faults, progress=progress)
    before = faults.count
    seen: set[_Item] = set()
    for one in read(file):
        if one not in seen:
            seen.add(one)
            yield one
    _close(faults, faults.count - before, len(seen))


def _readers(
    upload: Upload, wanted: Callable[[sighting.EvidenceReaders], object], what: str
) -> sighting.EvidenceReaders:
    found = evidence_format_of(upload)
    if found is not None and found.opens_evidence is not None and wanted(found.opens_evidence):
        return found.opens_evidence
    head = upload.head(512)
    packed = packed_under_another_name(upload.name, head)
    if packed is not None:
        raise InputFault([packed])
    known = [one.says for one in formats("opens_evidence") if one.opens_evidence and wanted(one.opens_evidence)]
    begins = head[:60].decode("utf-8", "replace").strip() or "nothing"
    text = f"the file holds no {what}" + ("" if found is None else f", its format is another: {found.says}")
    raise InputFault([Fault(upload.name, text, found=begins, expected="; ".join(known))])


_KEYS = ("seen_on", "country", "asn")
_UNREAD = "this cannot be read"


@dataclass(frozen=True)
class Constants:
    """What `[constants]` of the mapping beside a file says of all its rows, as `seen_on = 2025-05-17`.

    The day, the country by the name that tables use, and the network; null where the mapping leaves them out.
    """

    seen_on: date | None = None
    country: str | None = None
    asn: str | None = None


def read_constants(source: Source) -> Constants:
    """What the mapping says. Raises InputFault with all that is wrong in it."""
    faults = FaultList()
    beside = MappingBeside(place_beside(source.upload.plain_name), source.mapping, ("constants",), faults=faults)
    given = beside.table("constants")
    beside.only(given, _KEYS, NO_KEY, table="constants.")
    country, asn = given.get("country"), given.get("asn")
    name = countries().name(country) if isinstance(country, str) else None
    day = beside.day("seen_on", "a day", given=given, table="constants.")
    if country is not None and name is None:
        beside.fault("constants.country", _UNREAD, country, expected="a country by name or code")
    if asn is not None and not (type(asn) is int and 0 < asn < 2**32):
        beside.fault("constants.asn", _UNREAD, asn, expected="the number of a network, such as 64500")
    faults.refuse()
    return Constants(day, name, None if asn is None else str(asn))
