"""Rule packs and a case: a pack added or withdrawn, and the verb `test`, which runs their worked cases."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path

from provenet.case.case import Case
from provenet.case.pack_files import STANDS, WITHDRAWN, HeldPack, held_packs, own_pack_rows
from provenet.case.rows import PolicyCaseRow, rows_of
from provenet.case.tables import frame
from provenet.core.errors import Fault, FaultList, InputFault, PackRefused, UsageFault, nearest
from provenet.core.ids import fold
from provenet.core.settings import call_of
from provenet.evidence.rule_checks import worked_case
from provenet.ingest.opening import Upload
from provenet.ingest.reader import TakenAlong
from provenet.ingest.rows import made_row
from provenet.policy.cases import answer_cases
from provenet.policy.coverage import PackTest, tested
from provenet.policy.pack import Pack, parse_pack
from provenet.policy.packs import Packs
from provenet.policy.yamltext import MAX_BYTES, syntax_place
from provenet.tools import pack_test
from provenet.tools.pack_test import PackTestReport
from provenet.tools.settings import PackTestSettings
from provenet.verbs.answers import AddedFile
from provenet.verbs.question import loaded_packs, packs_at_hand

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


def run(settings: PackTestSettings) -> PackTestReport:
    """Runs the worked cases of each pack; of a case, those of every pack that it holds.

    A pack of a case is asked the rows of its table `policy_case`, the bundled worked cases and those of `cases`. Raises
    as `tools.pack_test.run`, and UsageFault for a case that holds no pack.
    """
    cases = [word for word in settings.pack if Path(word, "case.toml").is_file()]
    others = tuple(word for word in settings.pack if word not in cases)
    report = PackTestReport(())
    if others or not cases:
        report = pack_test.run(replace(settings, pack=others))
    held = [test for case in cases for test in _tests_of_case(case, settings)]
    return replace(report, tests=(*report.tests, *held))


check_pack = call_of(PackTestSettings, run, "check_pack")


def _tests_of_case(folder: str, settings: PackTestSettings) -> list[PackTest]:

    case = Case.open(folder)
    own = own_pack_rows(case)
    if not own:
        raise UsageFault(f"test: the case holds no rule pack that stands; found {folder!r}.")
    loaded = packs_at_hand(case, ())
    files = [*case_files(case), *map(pack_test.cases_in, settings.cases)]
    return [tested(pack, loaded, files) for pack in loaded.packs.values() if fold(pack.id) in own]


def case_files(case: Case) -> pack_test.Files:
    """The worked cases that a case holds, and the bundled ones that do not stand there."""

    records = [worked_case(row) for row in rows_of(PolicyCaseRow, case.read("policy_case"))]
    stand = {record["case_id"] for record in records}
    files: pack_test.Files = [("policy_case", list(enumerate(records, start=1)))]
    for name, rows in pack_test.bundled_cases():
        files.append((name, [one for one in rows if one[1]["case_id"] not in stand]))
    return files


@dataclass(frozen=True)
class WorkedCase:
    """A worked case of a pack with the answer of its rules; `expected` is empty where the row expects none."""

    case_id: str
    policy: str
    as_of: str
    given: tuple[tuple[str, str], ...]
    expected: str
    outcome: str
    rule: str
    reason: str
    why: str

    @property
    def is_passed(self) -> bool:
        """Whether the answer is as expected, or none was."""
        return self.expected in ("", self.outcome)


@dataclass(frozen=True)
class PackCheck:
    """What came of checking one pack: its faults, or its tests and each worked case.

    Parameters
    ----------
    faults : what is wrong with the text, each at its line; nothing was tested then.
    syntax : line and column, from 1, at which the text stops being YAML.
    test : what its worked cases show, with coverage.
    cases : the worked cases, each with its answer.
    notes : remarks on the pack beside others.
    """

    faults: tuple[Fault, ...] = ()
    syntax: tuple[int, int] | None = None
    test: PackTest | None = None
    cases: tuple[WorkedCase, ...] = ()
    notes: tuple[str, ...] = ()


_GIVEN = ("vendor_profile", "asset_class", "layer", "site_class", "origin_country", "capability", "known_facts")


def check_loaded(files: pack_test.Files, pack: Pack, loaded: Packs) -> PackCheck:
    """Runs the worked cases of a pack that is at hand, such as those of `case_files`."""

    cases: list[WorkedCase] = []
    for place, records in files:
        own = [one for one in records if (found := loaded.find(one[1]["policy_id"])) and found.pack is pack]
        result = answer_cases(place, own, loaded)
        faulty = {fault.row for fault in result.faults}
        for record, answer in zip([record for row, record in own if row not in faulty], result.cases, strict=True):
            cases.append(
                WorkedCase(
                    case_id=record["case_id"],
                    policy=record["policy_id"],
                    as_of=record["as_of"],
                    given=tuple((name, record[name]) for name in _GIVEN if record[name].strip()),
                    expected=record.get("expected_outcome", "").strip(),
                    outcome=str(answer["outcome"]),
                    rule=str(answer["rule"] or ""),
                    reason=str(answer["reason"]),
                    why=record.get("why", ""),
                )
            )
    return PackCheck(test=tested(pack, loaded, files), cases=tuple(cases))


def check_text(case: Case, name: str, data: bytes) -> PackCheck:
    """Checks the text of a pack as if the case held it, and runs its worked cases; nothing is written.

    Parameters
    ----------
    case : the case whose words, packs and worked cases count.
    name : what faults call the text.
    data : the text as YAML.
    """

    faults = FaultList()
    parsed = parse_pack(name, data, faults)
    if parsed is None:
        return PackCheck(faults=_each_once(faults.faults), syntax=syntax_place(data))
    beside = [one for one in held_packs(case) if one.stands and fold(one.row["pack"]) != fold(parsed.id)]
    own = [(one.file_name, case.source_bytes(one.row["file_id"])) for one in beside]
    try:
        loaded = loaded_packs(case, (), [(name, data), *own])
    except PackRefused as refused:
        return PackCheck(faults=_each_once(refused.faults))
    notes = tuple(note for note in loaded.notes if parsed.id in note and "replaces" not in note)
    return replace(check_loaded(case_files(case), loaded.packs[parsed.id], loaded), notes=notes)


def _each_once(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    return tuple(dict.fromkeys(faults))


def pack_text(case: Case, pack: Pack) -> bytes:
    """The text of a pack at hand: the case's own, or the bundled one."""

    for one in held_packs(case):
        if one.stands and fold(one.row["pack"]) == fold(pack.id):
            return case.source_bytes(one.row["file_id"])
    return resources.files("provenet").joinpath("policy", "policies", pack.place).read_bytes()
