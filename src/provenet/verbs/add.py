"""The verb `add`: outside files and rule packs into a case, each in a run of its own; drafts of mappings."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from provenet.case.case import Case
from provenet.case.parties import PartyNames
from provenet.core.digest import sha256_bytes
from provenet.core.errors import FaultList, InputFault, UsageFault, row_count_of
from provenet.core.packages import require
from provenet.core.progress import Progress, silent
from provenet.core.settings import case_call_of
from provenet.ingest.entering import enter
from provenet.ingest.network.netbox_records import VERSIONS, kept_of, lists_of, snapshot
from provenet.ingest.opening import MAPPING_CAP_BYTES, Upload, mapping_beside, plain_bytes
from provenet.ingest.reader import turn_of
from provenet.ingest.registry import format_of
from provenet.ingest.tabular.suggest import suggest as drafted
from provenet.ingest.tabular.suggest_sample import samples_of
from provenet.verbs.answers import AddedFile, Addition, MappingDraft
from provenet.verbs.options import CaseLike
from provenet.verbs.packs import add_pack, is_pack
from provenet.verbs.question import opened
from provenet.verbs.settings import AddSettings

if TYPE_CHECKING:
    from provenet.download.paged import ApiList, Service, ServiceReading


PREVIEW_ROWS = 6
"""Rows of a file that are shown before it is read."""


def run(case: CaseLike, settings: AddSettings) -> Addition:
    """Reads outside files into the case, each in a run of its own; `FILE.toml` beside `FILE.csv` declares its mapping.

    A file with a fault is left out as a whole and does not stop the others. The order of the files does not matter:
    those that bring parties go first, and a file that names a party another one brings waits for it. The same bytes
    twice are the same run. A file that ends in `.yml` or `.yaml` is a rule pack: every verb reads it from then on,
    before a pack of the same id in a folder or among the bundled ones; a changed file is the next version of its pack.
    `withdraw` names packs that count no more, before the files are read. An address is that of a NetBox or a Nautobot:
    its inventory is read over REST, and what came stays in the case until all of it has, so that a call after a broken
    one goes on. Raises UsageFault for a path that is no file, for an address or a token that cannot be used, and for a
    pack that the case does not hold.
    """

    into, progress = opened(case), settings.progress
    addresses = {file: text for file in settings.files if (text := address_of(file))}
    files = {file: _upload_and_mapping(file, progress) for file in settings.files if file not in addresses}
    mapping = _mapping_at(settings.mapping) if addresses and settings.mapping else None
    read, failed = _read_addresses(addresses, settings)
    uploads = {**files, **{file: (one.upload, mapping) for file, one in read.items()}}
    withdrawn: tuple[str, ...] = ()
    if settings.withdraw:
        from provenet.verbs.packs import withdraw_pack

        withdrawn = tuple(withdraw_pack(into, name).row["pack"] for name in settings.withdraw)
    entered = enter_files(into, {file: uploads[file] for file in settings.files if file in uploads}, progress)
    listed = FaultList(count=entered.fault_count - row_count_of(entered.faults))
    listed.extend(fault for one in failed for fault in one.faults)
    listed.extend(entered.faults)
    remarked = {one.upload.file_id: one.remarks for one in read.values()}
    shown = [
        one.model_copy(update={"remarks": (*remarked.get(one.file_id, ()), *one.remarks)}) for one in entered.files
    ]
    return Addition(listed.count, tuple(listed.faults), tuple(shown), withdrawn)


def _read_addresses(
    addresses: Mapping[Path, str], settings: AddSettings
) -> tuple[dict[Path, AddressFile], list[InputFault]]:
    """The inventories at addresses, and a fault for each that cannot be read; one that fails stops no other."""
    read: dict[Path, AddressFile] = {}
    failed: list[InputFault] = []
    for file, text in addresses.items():
        try:
            read[file] = read_address(text, settings)
        except InputFault as fault:
            failed.append(fault)
    return read, failed


def _mapping_at(place: Path) -> bytes:

    try:
        return plain_bytes(place, MAPPING_CAP_BYTES)
    except OSError as err:
        raise UsageFault(f"add: the mapping cannot be read ({err.strerror}); found {str(place)!r}.") from err


add = case_call_of(AddSettings, run, "add")


def suggest(case: CaseLike, file: Path | str) -> MappingDraft:
    """Drafts a mapping for a file nobody has described yet, for a person to mend and save; writes nothing.

    Raises UsageFault for a path that is no file, InputFault where no table can be made out.
    """

    path = Path(file)
    upload, beside = _upload_and_mapping(path, silent)
    made = drafted(upload, PartyNames.of_case(opened(case)))
    place = path.with_name(upload.plain_name).with_suffix(".toml")
    stood_already = bool(beside and beside.strip())
    return MappingDraft(path, place, stood_already, made.table, made.mapping, made.columns, made.needed)


@dataclass(frozen=True)
class UploadDraft:
    """What a file that came without a path is read as: its format or layout, the first rows, and a drafted mapping.

    `needed` is what the mapping lacks before the file can be read; without columns the file needs no mapping.
    """

    format: str
    table: str
    mapping: str
    columns: tuple[Mapping[str, object], ...]
    needed: tuple[str, ...]
    header: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


def suggest_upload(case: CaseLike, upload: Upload) -> UploadDraft:
    """Drafts the mapping of a file that came without a path; writes nothing. Raises InputFault."""

    if is_pack(upload):
        return UploadDraft("rule pack", "rule_pack", "", (), ())
    found = format_of(upload)
    made = drafted(upload, PartyNames.of_case(opened(case)))
    samples = samples_of(upload) if found.cells is not None else []
    described = [one["column"] for one in made.columns]
    sample = next((one for one in samples if not described or list(dict.fromkeys(one.header)) == described), None)
    return UploadDraft(
        format=found.name,
        table=made.table,
        mapping=made.mapping,
        columns=made.columns,
        needed=made.needed,
        header=sample.header if sample else (),
        rows=sample.rows[:PREVIEW_ROWS] if sample else (),
    )


def add_uploads(
    case: CaseLike, uploads: Sequence[tuple[Upload, bytes | None]], progress: Progress = silent
) -> Addition:
    """Reads files that came without a path into the case, each with its mapping, as `add` does those of a folder."""

    files = {Path(f"{at:04}") / upload.name: (upload, mapping) for at, (upload, mapping) in enumerate(uploads)}
    return enter_files(opened(case), files, progress)


def enter_files(into: Case, files: Mapping[Path, tuple[Upload, bytes | None]], progress: Progress) -> Addition:
    """Reads files by path, each with the mapping beside it; those that wait for a party another one brings go last.

    Rule packs come after every table, since they may name what the tables bring.
    """

    packs = sorted(path for path, (upload, _) in files.items() if is_pack(upload))
    turns = {path: turn_of(*read) for path, read in files.items() if path not in packs}
    waiting = {path: files[path] for path in sorted(turns, key=lambda path: (turns[path], path))}
    entered: dict[Path, AddedFile] = {}
    faults: dict[Path, InputFault] = {}
    grew = True
    while waiting and grew:
        faults, grew = {}, False
        names = PartyNames.of_case(into)
        for path in list(waiting):
            progress("files read", len(entered), len(waiting) + len(entered))
            try:
                entered[path] = _add_file(into, *waiting[path], names=names, progress=progress)
            except InputFault as fault:
                faults[path] = fault
                continue
            del waiting[path]
            grew = grew or any(entered[path].added.get(name) for name in ("party", "identifier", "asset"))
            names = names if turns[path] == 2 else PartyNames.of_case(into)
        grew = grew and bool(faults)
    _add_packs(into, {path: files[path][0] for path in packs}, entered, faults=faults)
    listed = FaultList()
    for path in sorted(faults):
        listed.extend(faults[path].faults)
    count = sum(fault.count for fault in faults.values())
    return Addition(count, tuple(listed.faults), tuple(entered[path] for path in files if path in entered))


def _add_packs(
    into: Case, packs: Mapping[Path, Upload], entered: dict[Path, AddedFile], *, faults: dict[Path, InputFault]
) -> None:
    """Takes rule packs into the case; what each brought, or its faults, stands by its path."""

    for path, upload in packs.items():
        try:
            entered[path] = add_pack(into, upload)
        except InputFault as fault:
            faults[path] = fault


def _upload_and_mapping(path: Path, progress: Progress) -> tuple[Upload, bytes | None]:

    if not path.is_file():
        what = "this is a folder" if path.is_dir() else "this is no file" if path.exists() else "no such file"
        raise UsageFault(f"add: {what}; found {str(path)!r}, expected a file.")
    try:
        return Upload.of(path, progress), mapping_beside(path)
    except OSError as err:
        raise UsageFault(f"add: the file cannot be read ({err.strerror}); found {str(path)!r}.") from err


def _add_file(case: Case, upload: Upload, mapping: bytes | None, *, names: PartyNames, progress: Progress) -> AddedFile:

    made = enter(case, upload, mapping, names=names, progress=progress)
    return AddedFile(
        name=upload.name,
        file_id=upload.file_id,
        layout=made.layout,
        row_count=made.row_count,
        added=made.added,
        ignored=made.ignored,
        stood_already=made.already,
        remarks=made.remarks,
    )


LARGEST_TOKEN_BYTES = 8_192
_MARKS = re.compile(r"[^A-Za-z0-9.-]+")


def address_of(file: Path) -> str | None:
    """The address that a path stands for where it was written as one: `https://host/`, whose slashes paths fold."""
    text = file.as_posix()
    hit = re.match(r"(https?):/+(?=[^/])", text)
    return f"{hit[1]}://{text[hit.end() :]}" if hit else None


@dataclass(frozen=True)
class AddressFile:
    """An inventory that was read: its bytes as a file, and what is remarked."""

    upload: Upload
    remarks: tuple[str, ...]


def read_address(text: str, settings: AddSettings) -> AddressFile:
    """Reads the inventory at an address into the bytes of one file.

    The token is sent to that host alone; it is not stored, not part of a setting and not of a message. Raises
    UsageFault for an address or a token that cannot be used, InputFault where the service does not answer as it should.
    """
    require("online")
    from provenet.download.paged import ServiceReading, service_at

    service = service_at(text, token=_token(settings), allow_http=settings.allow_http)
    reading = ServiceReading(
        service, clock=time.perf_counter, sleep=time.sleep, ca=settings.ca, progress=settings.progress
    )
    product, release = _product(reading)
    data = snapshot(product, release, service.root, objects=reading.objects(_lists(product), kept_of))
    name = f"{_name_of(service)}.{product}.jsonl"
    return AddressFile(Upload(name, sha256_bytes(data), data, len(data)), tuple(reading.remarks))


def _lists(product: str) -> list[ApiList]:
    from provenet.download.paged import ApiList

    return [ApiList(path, query, required) for path, query, required in lists_of(product)]


def _product(reading: ServiceReading) -> tuple[str, str]:
    """What answers at the address, and its release. Raises InputFault where it is neither NetBox nor Nautobot."""
    from provenet.download.paged import STATUS

    status, value = reading.document(STATUS)
    for key, product in VERSIONS.items():
        if isinstance(value, dict) and isinstance(value.get(key), str):
            return product, value[key]
    found = f"{status} for {STATUS}" if status != 200 else "JSON of something else"
    way_out = "Give the address of the service, as https://netbox.example.org/; where it lies in a folder, with that."
    raise reading.refused("neither a NetBox nor a Nautobot answers here", found, way_out=way_out)


def _name_of(service: Service) -> str:
    return _MARKS.sub("-", service.root.partition("://")[2].removesuffix("/api/")).strip("-")


def _token(settings: AddSettings) -> str | None:
    """The token of a file, else of the environment; None where neither gives one."""
    place = settings.token_file
    if place is None:
        return os.environ.get(settings.token_env) or None

    try:
        data = plain_bytes(place, LARGEST_TOKEN_BYTES + 1)
        text = data.decode("ascii").strip()
    except OSError as err:
        raise UsageFault(f"--token-file: {place} cannot be read ({(err.strerror or '').lower()}).") from err
    except UnicodeDecodeError as err:
        raise UsageFault(f"--token-file: {place} holds no token; expected one word of ASCII.") from err
    if not text or len(data) > LARGEST_TOKEN_BYTES:
        raise UsageFault(f"--token-file: {place} holds no token; expected one word of ASCII.")
    return text
