"""Rule packs that a case holds itself: how `add` takes them in, in versions, and withdraws them."""

from provenet.case.case import Case
from provenet.case.pack_files import STANDS, WITHDRAWN, HeldPack, held_packs
from provenet.case.tables import frame
from provenet.core.errors import Fault, FaultList, InputFault, PackRefused, UsageFault, nearest
from provenet.core.ids import fold
from provenet.ingest.opening import Upload
from provenet.ingest.reader import TakenAlong
from provenet.ingest.rows import made_row
from provenet.policy.pack import Pack, parse_pack
from provenet.policy.yamltext import MAX_BYTES
from provenet.verbs.answers import AddedFile
from provenet.verbs.question import loaded_packs

SUFFIXES = frozenset({".yml", ".yaml"})
"""The suffixes by which a file that `add` is given is a rule pack."""
LAYOUT = "rule pack"


def is_pack(upload: Upload) -> bool:
    """Whether a file is taken for a rule pack."""
    return upload.suffix in SUFFIXES


def add_pack(case: Case, upload: Upload) -> AddedFile:
    """Takes a rule pack into a case, as the next version of the pack of its id.

    The version that stands already changes nothing. Raises PackRefused with every fault of the pack, InputFault for
    one that is packed or too large.
    """
    data = _text_of(upload)
    if all(not line.strip() or line.lstrip().startswith(b"#") for line in data.splitlines()):
        remark = "the file holds remarks alone; take the marks from the lines that are meant"
        return AddedFile(upload.name, upload.file_id, LAYOUT, 0, {}, (), False, (remark,))
    held = {fold(one.row["pack"]): one for one in held_packs(case)}
    standing = [one for one in held.values() if one.stands and one.row["file_id"] != upload.file_id]
    pack = _read(case, upload.name, data, held=standing)
    before = held.get(fold(pack.id))
    if before is not None and before.stands and before.row["file_id"] == upload.file_id:
        return _answer(upload, pack, {"rule_pack": 0}, before=before)
    after = before.row["row_id"] if before is not None else ""
    row = made_row(
        "rule_pack",
        {
            "pack": pack.id,
            "title": pack.title,
            "issuer": pack.issuer or None,
            "jurisdiction": pack.jurisdiction or None,
            "force": pack.force,
            "adopted_on": pack.adopted,
            "state": STANDS,
            "supersedes": after or None,
        },
        upload.file_id,
        locator=f"{upload.name} row 1",
    )
    along = TakenAlong(upload.name, upload.file_id, dict, page=upload.page)
    read = {"file": upload.file_id, "mapping": "", "after": after}
    with case.writer("add", read, read) as run:
        rows = frame("rule_pack", [row])
        along.see("rule_pack", rows)
        added = {"rule_pack": run.append("rule_pack", rows)}
        added |= {name: run.append(name, frame(name, made)) for name, made in along.rows().items()}
        run.put_source(data)
    return _answer(upload, pack, added, before=before)


def withdraw_pack(case: Case, name: str, reason: str | None = None) -> HeldPack:
    """Withdraws a pack of the case's own, so that no verb reads it any more; its versions stay in the case.

    Raises UsageFault where the case holds no such pack, or none that stands.
    """
    held = {fold(one.row["pack"]): one for one in held_packs(case)}
    found = held.get(fold(name))
    if found is None:
        close = nearest(name, [one.row["pack"] for one in held.values()])
        hint = f" Nearest: {close}." if close else " It holds none." if not held else ""
        raise UsageFault(f"--withdraw: the case holds no rule pack of this id; found {name!r}.{hint}")
    if not found.stands:
        raise UsageFault(f"--withdraw: the rule pack is withdrawn already; found {name!r}.")
    kept = ("pack", "title", "issuer", "jurisdiction", "force", "adopted_on", "source_id")
    content = {column: value for column, value in found.row.items() if column in kept}
    content |= {"state": WITHDRAWN, "supersedes": found.row["row_id"], "reason": reason}
    row = made_row("rule_pack", content, found.row["file_id"], locator=found.row["locator"])
    read = {"withdraw": found.row["pack"], "after": found.row["row_id"]}
    with case.writer("add", read, read) as run:
        run.append("rule_pack", frame("rule_pack", [row]))
    return found


def _text_of(upload: Upload) -> bytes:
    """The bytes of a pack. Raises InputFault for one that is packed or too large."""
    if upload.is_packed:
        raise InputFault(
            [Fault(upload.name, "a rule pack is not packed", way_out="Unpack the file and add it as it is.")]
        )
    if upload.size_bytes > MAX_BYTES:
        found, expected = f"{upload.size_bytes:,} bytes", f"at most {MAX_BYTES:,}"
        raise InputFault([Fault(upload.name, "the file is too large for a rule pack", found=found, expected=expected)])
    with upload.raw() as stream:
        return stream.read()


def _read(case: Case, name: str, data: bytes, *, held: list[HeldPack]) -> Pack:
    """The pack in a file, checked beside the others of the case that stand. Raises PackRefused."""

    faults = FaultList()
    parsed = parse_pack(name, data, faults)
    if parsed is None:
        raise PackRefused(faults.faults, faults.count)
    beside = [one for one in held if fold(one.row["pack"]) != fold(parsed.id)]
    own = [(one.file_name, case.source_bytes(one.row["file_id"])) for one in beside]
    return loaded_packs(case, (), [(name, data), *own]).packs[parsed.id]


def _answer(upload: Upload, pack: Pack, added: dict[str, int], *, before: HeldPack | None) -> AddedFile:
    already = not added["rule_pack"]
    remarks = []
    if before is not None and not already:
        number = before.version + 1
        remarks.append(f"version {number} of the pack {pack.id}, in place of the one from {before.file_name}")
        if not before.stands:
            remarks[-1] = f"version {number} of the pack {pack.id}, which was withdrawn"
    return AddedFile(
        name=upload.name,
        file_id=upload.file_id,
        layout=LAYOUT,
        row_count=len(pack.rules),
        added=dict(sorted(added.items())),
        ignored=(),
        stood_already=already,
        remarks=tuple(remarks),
    )
