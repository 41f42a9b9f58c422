"""Files of measured evidence, recognised by what they hold: sightings, probed addresses, and alias sets.

A measurement has rows that went wrong, and a file of 2,600 is not lost for one of them: what is wrong goes to the
faults, all of it, by row, and the row is left out. A file is refused where nothing of it can be read, or where more of
its rows are at fault than are read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from provenet.core.errors import Fault, FaultList, InputFault
from provenet.core.progress import Progress, silent
from provenet.core.wording import count
from provenet.ingest.opening import Upload
from provenet.ingest.registry import Head
from provenet.ingest.sightings import address_lists, captures, engine_maps, scan_tables
from provenet.ingest.sightings.evidence import SharedIds, sightings_in_address, sightings_of
from provenet.ingest.sightings.observation import Context, Observation, Observations, SightingFile
from provenet.ingest.sightings.recog import RecogPatterns
from provenet.ingest.sightings.sighting import FEATURES, SNMP_ENGINE, Sighting
from provenet.ingest.tabular.open_table import packed_under_another_name


@dataclass(frozen=True)
class Places:
    """Countries of engine ids and networks of addresses, for files that have none."""

    countries: Mapping[str, str]
    network_of: Callable[[str], int | None] | None

    def completed(self, one: Observation) -> Observation:
        """An observation with the country and the network that its file leaves out."""
        country = self.countries.get(one.value) if one.context.country is None else None
        if country is None and (self.network_of is None or one.context.asn is not None):
            return one
        return replace(one, context=replace(self.placed(one.context), country=country or one.context.country))

    def placed(self, context: Context) -> Context:
        """A context with the network that its file leaves out."""
        if self.network_of is None or context.asn is not None:
            return context
        return replace(context, asn=self.network_of(context.address))


HELD = 100_000
"""How many observations are held, so that a file of no more is read once."""
_Item = TypeVar("_Item", str, tuple[str, ...])


@dataclass(frozen=True, kw_only=True)
class SightingFormat:
    """One layout of evidence: what it is, how it is told, and how its observations and addresses are read.

    `observations` is null of lists that show addresses alone; `addresses` gives those that were probed, `aliases` the
    sets of one router. `certain` says more strictly than `recognises` that a file is of the layout, where tables of
    other things may look alike.
    """

    id: str
    says: str
    recognises: Callable[[Head], bool]
    observations: Callable[[SightingFile], Observations] | None = None
    contexts: Callable[[SightingFile], Iterator[Context]] | None = None
    addresses: Callable[[SightingFile], Iterator[str]] | None = None
    aliases: Callable[[SightingFile], Iterator[tuple[str, ...]]] | None = None
    certain: Callable[[Head], bool] | None = None
    is_text: bool = True

    def is_certain(self, head: Head) -> bool:
        """Whether a file is of the layout, and not a table of a user's own that looks alike."""
        return self.recognises(head) and (self.certain is None or self.certain(head))


def _list_addresses(file: SightingFile) -> Iterator[str]:
    for context in address_lists.read_addresses(file):
        yield context.address


def _fingerprints(file: SightingFile) -> Observations:
    for context, features in address_lists.read_sage_fingerprints(file):
        yield Observation(context=context, kind=FEATURES, value=features)


def _is_scan(head: Head) -> bool:
    lines = head.lines
    return bool(lines) and scan_tables.columns_of(lines[0]) is not None


def _is_certain_scan(head: Head) -> bool:
    columns = scan_tables.columns_of(head.lines[0])
    return columns is not None and columns.is_certain


SIGHTING_FORMATS = (
    SightingFormat(
        id="capture",
        says="capture of packets with SNMP in them (pcap, pcapng)",
        recognises=lambda head: captures.is_capture(head.data),
        is_text=False,
        observations=captures.read_capture,
        addresses=captures.read_probed_of_capture,
    ),
    SightingFormat(
        id="engine-addresses",
        says="JSON object of engine ids with their addresses",
        recognises=lambda head: engine_maps.kind_of(head.data) == engine_maps.ADDRESSES,
        is_text=False,
        observations=engine_maps.read_engine_map,
        addresses=engine_maps.read_engine_addresses,
    ),
    SightingFormat(
        id="engine-countries",
        says="JSON object of engine ids with their countries",
        recognises=lambda head: engine_maps.kind_of(head.data) == engine_maps.COUNTRIES,
        is_text=False,
    ),
    SightingFormat(
        id="engine-vendors",
        says="JSON object of engine ids with their vendors, and no address",
        recognises=lambda head: engine_maps.kind_of(head.data) == engine_maps.VENDORS,
        is_text=False,
    ),
    SightingFormat(
        id="scan-table",
        says="table of a scan: ZMap with packets in hex, engine ids, or texts of devices",
        recognises=_is_scan,
        certain=_is_certain_scan,
        observations=scan_tables.read_scan,
        addresses=scan_tables.read_scan_addresses,
    ),
    SightingFormat(
        id="address-table",
        says="table with a column of addresses",
        recognises=lambda head: scan_tables.is_address_table(head.lines),
        addresses=scan_tables.read_address_table,
    ),
    SightingFormat(
        id="sage-fingerprints",
        says="features of addresses (SAGE .fingerprints)",
        recognises=lambda head: address_lists.is_sage_fingerprints(head.lines),
        observations=_fingerprints,
    ),
    SightingFormat(
        id="sage-aliases",
        says="alias sets (SAGE .aliases)",
        recognises=lambda head: address_lists.is_sage_aliases(head.lines),
        aliases=address_lists.read_sage_aliases,
    ),
    SightingFormat(
        id="itdk-nodes",
        says="alias sets (CAIDA ITDK .nodes)",
        recognises=lambda head: address_lists.is_itdk(head.lines),
        aliases=address_lists.read_itdk,
    ),
    SightingFormat(
        id="address-list",
        says="list of addresses, one a line",
        recognises=lambda head: address_lists.is_address_list(head.lines),
        contexts=address_lists.read_addresses,
        addresses=_list_addresses,
    ),
    SightingFormat(
        id="alias-sets",
        says="alias sets, one a line",
        recognises=lambda head: address_lists.is_plain_aliases(head.lines),
        aliases=address_lists.read_plain_aliases,
    ),
)


def sighting_format_of(upload: Upload) -> SightingFormat | None:
    """The layout of a file by its first bytes; None where it is none of `SIGHTING_FORMATS`.

    Raises InputFault where the first bytes cannot be unpacked.
    """
    head = Head(upload)
    return next((one for one in SIGHTING_FORMATS if one.recognises(head)), None)


def read_sightings(
    upload: Upload,
    faults: FaultList,
    *,
    progress: Progress = silent,
    remarks: list[str] | None = None,
    patterns: RecogPatterns | None = None,
    countries: Mapping[str, str] | None = None,
    network_of: Callable[[str], int | None] | None = None,
) -> Iterator[Sighting]:
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
    countries
        The countries of engine ids in hex (`engine_maps.read_engine_countries`), for files that have none.
    network_of
        The number of the network of an address, for files that have none. Without it the networks of an id that
        several addresses share are told by their blocks, /16 and /32.

    Raises InputFault where the file is of no layout with evidence, cannot be read on, or has more faults than rows.
    """
    found = _format(upload, lambda one: one.observations or one.contexts, "evidence of vendors")
    places = Places(dict(countries or {}), network_of)
    file = SightingFile(upload=upload, faults=faults, progress=progress)
    before, kept = faults.count, 0
    for sighting in _sightings(found, file, places=places, patterns=patterns):
        kept += 1
        yield sighting
    _close(faults, faults.count - before, kept + file.counts.total())
    if remarks is not None:
        remarks.extend(_sentences(file))


def _sightings(
    found: SightingFormat, file: SightingFile, *, places: Places, patterns: RecogPatterns | None
) -> Iterator[Sighting]:
    shared, made_of_macs = SharedIds(), set[str]()

    def in_address(context: Context) -> list[Sighting]:
        if context.mac_prefix is None or context.address in made_of_macs:
            return []
        made_of_macs.add(context.address)
        return sightings_in_address(context)

    if found.observations is not None:
        for one in _each_once_seen(_after_all(found.observations, file, places=places, shared=shared), file):
            yield from sightings_of(one, shared, patterns)
            yield from in_address(one.context)
    elif found.contexts is not None:
        for context in found.contexts(file):
            yield from in_address(places.placed(context))


def _each_once_seen(given: Observations, file: SightingFile) -> Observations:
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
    read: Callable[[SightingFile], Observations], file: SightingFile, *, places: Places, shared: SharedIds
) -> Observations:
    """The observations of a file, given only when `shared` knows all its engine ids.

    A file of many is read a second time, so that no more than `HELD` observations are held.
    """
    held: list[Observation] = []
    read_count = 0
    first = replace(file, faults=FaultList(), counts=Counter(), remarks=Counter())
    for given in read(first):
        one = places.completed(given)
        read_count += 1
        if one.kind == SNMP_ENGINE:
            shared.add(one)
        if read_count <= HELD:
            held.append(one)
    if read_count > HELD:
        held.clear()
        yield from (places.completed(given) for given in read(file))
        return
    file.faults.extend(first.faults.faults)
    file.faults.count += first.faults.count - sum(fault.row_count for fault in first.faults.faults)
    file.counts.update(first.counts)
    file.remarks.update(first.remarks)
    yield from held


def _close(faults: FaultList, bad: int, good: int) -> None:
    """Raises InputFault where more of a file is at fault than was read."""
    if bad > good:
        raise InputFault(faults.faults, faults.count)


def _sentences(file: SightingFile) -> list[str]:
    found = [f"{count(number, 'record')}: {what}" for what, number in sorted(file.counts.items())]
    return found + [f"{count(number, 'time')}: {what}" for what, number in sorted(file.remarks.items())]


def read_probed(upload: Upload, faults: FaultList, *, progress: Progress = silent) -> Iterator[str]:
    """The addresses that a file shows as probed, each once: a list of addresses, or a scan with those that were silent.

    Raises InputFault where the file is neither, or has more faults than addresses.
    """
    found = _format(upload, lambda one: one.addresses, "addresses")
    assert found.addresses is not None
    yield from _each_once(upload, faults, found.addresses, progress=progress)


def states_silence(upload: Upload) -> bool:
    """Whether a file of evidence also shows every address that was asked and did not answer.

    A capture does, which holds the requests, and a table whose rows say `Error`. ZMap writes down who answered, also by
    ICMP: those are not all that were asked.
    """
    found = sighting_format_of(upload)
    if found is None:
        return False
    if found.id == "scan-table":
        return scan_tables.states_silence(SightingFile(upload=upload))
    return found.id == "capture" and captures.holds_requests(SightingFile(upload=upload))


def read_aliases(upload: Upload, faults: FaultList, *, progress: Progress = silent) -> Iterator[tuple[str, ...]]:
    """The alias sets of a file: the addresses of one router each.

    Raises InputFault where the file has none, or more faults than sets.
    """
    found = _format(upload, lambda one: one.aliases, "alias sets")
    assert found.aliases is not None
    yield from _each_once(upload, faults, found.aliases, progress=progress)


def _each_once(
    upload: Upload,
    faults: FaultList,
    read: Callable[[SightingFile], Iterator[_Item]],
    *,
    progress: Progress,
) -> Iterator[_Item]:
    file = SightingFile(upload=upload, faults=faults, progress=progress)
    before = faults.count
    seen: set[_Item] = set()
    for one in read(file):
        if one not in seen:
            seen.add(one)
            yield one
    _close(faults, faults.count - before, len(seen))


def _format(upload: Upload, wanted: Callable[[SightingFormat], object], what: str) -> SightingFormat:
    found = sighting_format_of(upload)
    if found is not None and wanted(found):
        return found
    head = upload.head(512)
    packed = packed_under_another_name(upload.name, head)
    if packed is not None:
        raise InputFault([packed])
    known = "; ".join(one.says for one in SIGHTING_FORMATS if wanted(one))
    begins = head[:60].decode("utf-8", "replace").strip() or "nothing"
    text = f"the file holds no {what}" + ("" if found is None else f", its format is another: {found.says}")
    raise InputFault([Fault(upload.name, text, found=begins, expected=known)])
