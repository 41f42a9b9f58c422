"""The verb `test`: the worked cases of rule packs, bundled, in files, in a case, or of a text that is being written."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path

from provenet.case.case import Case
from provenet.case.pack_files import held_packs, own_pack_rows
from provenet.case.rows import PolicyCaseRow, rows_of
from provenet.core.errors import Fault, FaultList, PackRefused, UsageFault
from provenet.core.ids import fold
from provenet.core.settings import call_of
from provenet.evidence.rule_checks import worked_case
from provenet.policy.cases import answer_cases
from provenet.policy.coverage import PackTest, tested
from provenet.policy.pack import Pack, parse_pack
from provenet.policy.packs import Packs
from provenet.policy.yamltext import syntax_place
from provenet.tools import pack_test
from provenet.tools.pack_test import PackTestReport, PackTestSettings
from provenet.verbs.question import loaded_packs, packs_at_hand


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
        answered = [record for row, record in own if row not in faulty]
        for record, answer in zip(answered, result.cases, strict=True):
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
