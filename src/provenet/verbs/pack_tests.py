"""The verb `test`: the worked cases of rule packs that are bundled, lie in files, or stand in a case."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from provenet.core.errors import UsageFault
from provenet.core.settings import call_of
from provenet.tools import pack_test
from provenet.tools.pack_test import PackTestReport, PackTestSettings

if TYPE_CHECKING:
    from provenet.policy.coverage import PackTest


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
    from provenet.case.case import Case
    from provenet.case.pack_files import own_pack_rows
    from provenet.case.rows import PolicyCaseRow, rows_of
    from provenet.core.ids import fold
    from provenet.evidence.rule_checks import worked_case
    from provenet.policy.coverage import tested
    from provenet.verbs.question import packs_at_hand

    case = Case.open(folder)
    own = own_pack_rows(case)
    if not own:
        raise UsageFault(f"test: the case holds no rule pack that stands; found {folder!r}.")
    loaded = packs_at_hand(case, ())
    records = [worked_case(row) for row in rows_of(PolicyCaseRow, case.read("policy_case"))]
    stand = {record["case_id"] for record in records}
    files: pack_test.Files = [("policy_case", list(enumerate(records, start=1)))]
    for name, rows in pack_test.bundled_cases():
        files.append((name, [one for one in rows if one[1]["case_id"] not in stand]))
    files += map(pack_test.cases_in, settings.cases)
    return [tested(pack, loaded, files) for pack in loaded.packs.values() if fold(pack.id) in own]
