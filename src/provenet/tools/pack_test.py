"""The tools `test` and `screen --cases`: worked cases of rule packs, what they show of each rule, and their answers."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

from provenet.core import wording
from provenet.core.errors import Fault, FaultList, InputFault, UsageFault, nearest
from provenet.core.settings import PlacesLike
from provenet.ingest.tabular.strict import read_small
from provenet.policy.cases import NEEDED_COLUMNS, answer_cases
from provenet.policy.coverage import PackTest, Record
from provenet.policy.coverage import tested as coverage_of
from provenet.policy.packs import Packs, load_packs
from provenet.tools.files import bytes_of
from provenet.tools.settings import PackTestSettings

Records = list[tuple[int, dict[str, str]]]
"""Rows of a file of worked cases, each with its number."""
CASES_CAP_BYTES = 64 * 2**20
"""The most that a file of worked cases may hold."""
Files = list[tuple[str, "Sequence[Record]"]]


@dataclass(frozen=True)
class PackTestReport:
    """What came of testing packs, and remarks on them."""

    tests: tuple[PackTest, ...]
    notes: tuple[str, ...] = ()

    @property
    def is_passed(self) -> bool:
        """Whether every pack passed."""
        return all(test.is_passed for test in self.tests)

    def as_dict(self) -> dict[str, object]:
        """The answer as `--json` prints it."""
        return {"is_passed": self.is_passed, "packs": [_test_dict(test) for test in self.tests]}

    def lines(self) -> Iterator[str]:
        """The answer for a person: a line per pack, one per rule, and what does not hold."""
        for test in self.tests:
            yield from _lines_of(test)


def _test_dict(test: PackTest) -> dict[str, Any]:
    return {
        "pack": test.pack.id,
        "is_passed": test.is_passed,
        "case_count": test.case_count,
        "rules": [{"rule": one.rule_id, **one.counts, "lacks": list(one.lacks)} for one in test.rules],
        "boundary_days": [
            {
                "rule": day.rule_id,
                "day": day.day.isoformat(),
                "expected": day.expected,
                "outcome": day.outcome,
                "is_right": day.is_right,
            }
            for day in test.days
        ],
        "unexpected": [{**found, "expected_outcome": expected} for expected, found in test.unexpected],
        "faults": [fault.as_dict() for fault in test.faults],
    }


def _lines_of(test: PackTest) -> Iterator[str]:
    lacking = sum(bool(rule.lacks) for rule in test.rules)
    verdict = "passed" if test.is_passed else "not passed"
    yield (
        f"{test.pack.id}: {verdict}; {len(test.rules)} rules, {lacking} of them not covered; {test.case_count} cases, "
        f"{len(test.unexpected)} not as expected; {len(test.days)} boundary days, "
        f"{sum(not day.is_right for day in test.days)} not as the pack says."
    )
    for rule in test.rules:
        counts = ", ".join(f"{count} {word}" for word, count in rule.counts.items())
        lack = f". No case makes it {' or '.join(rule.lacks)}" if rule.lacks else ""
        yield f"  {rule.rule_id}: {counts}{lack}."
    for expected, found in test.unexpected:
        yield f"  Case {found['case_id']} expects {expected}; the rules answer {found['outcome']}. {found['reason']}"
    for day in test.days:
        if not day.is_right:
            yield f"  {day.rule_id} on {day.day}: by its days {day.expected}; the rules answer {day.outcome}."
    for fault in test.faults:
        yield f"  {fault.sentence()}"


def run(settings: PackTestSettings) -> PackTestReport:
    """Runs the worked cases of each pack, with those of the bundled tables or of the folder that the pack lies in.

    Raises PackRefused with every fault of every pack, InputFault for files of cases that cannot be read and for a case
    id that stands twice in one folder, UsageFault for a pack that is neither bundled nor a place.
    """

    further = [cases_in(path) for path in settings.cases]
    places = [Path(word) for word in settings.pack if Path(word).exists()]
    names = [word for word in settings.pack if not Path(word).exists()]
    if not settings.pack:
        raise UsageFault("test: PACK is missing; expected the id of a bundled pack, a file or a folder of packs.")
    loaded, bundled = load_packs(places), bundled_cases()
    tests = []
    for name in names:
        found = loaded.find(name)
        if found is None or found.pack.id.casefold() != name.casefold():
            close = nearest(name, loaded.packs)
            hint = f" Nearest: {close}." if close else ""
            raise UsageFault(f"test: no bundled pack and no place has this name; found {name!r}.{hint}")
        tests.append(coverage_of(found.pack, loaded, [*bundled, *further]))
    for place in places:
        files = [*cases_beside(place), *further]
        _refuse_twice(files)
        own = load_packs([place])
        tests += [coverage_of(pack, loaded, files) for pack in loaded.packs.values() if _is_from(pack.id, place, own)]
    return PackTestReport(tuple(tests), tuple(note for note in loaded.notes if "replaces" not in note))


def _is_from(name: str, place: Path, own: Packs) -> bool:
    """Whether a pack lies in a place: as a file of it."""
    files = {path.name for path in ([place] if place.is_file() else place.iterdir())}
    return name in own.packs and own.packs[name].place in files


def cases_in(path: Path) -> tuple[str, Sequence[tuple[int, Mapping[str, str]]]]:
    """A file of worked cases, by its name. Raises InputFault where it cannot be read."""
    name, data = bytes_of(path, CASES_CAP_BYTES, "a file of worked cases")
    return name, case_records(name, data)


def cases_beside(place: Path) -> Files:
    """The files of worked cases in the folder of a pack: those that end in `.csv`, in order of their names."""
    folder = place.parent if place.is_file() else place
    return [cases_in(path) for path in sorted(folder.glob("*.csv"))]


def bundled_cases() -> Files:
    """The worked cases that the product brings: of its fact tables, and those beside its packs."""
    root = resources.files("provenet")
    places = (root.joinpath("facts", "policy_tests.csv"), root.joinpath("policy", "policies", "cases.csv"))
    files: Files = [(place.name, case_records(place.name, place.read_bytes())) for place in places]
    _refuse_twice(files)
    return files


def _refuse_twice(files: Files) -> None:
    """Raises InputFault where a case id stands twice in one folder."""
    faults = FaultList()
    first: dict[str, str] = {}
    for name, records in files:
        for row, record in records:
            key, place = record["case_id"].strip(), f"{name} row {row}"
            if key and first.setdefault(key.casefold(), place) != place:
                expected = f"one (the first is at {first[key.casefold()]})"
                text = "the case appears twice"
                faults.add(Fault(name, text, row, column="case_id", found=key, expected=expected))
    faults.refuse()


def case_records(name: str, data: bytes) -> Records:
    """The rows of a CSV (or `.tsv`) file in the layout of worked cases, each with its number. Cost O(bytes).

    Columns beyond the layout are kept and not read. Raises InputFault with every fault where the file cannot be read.
    """
    header, records = read_small(name, data, "\t" if name.endswith(".tsv") else ",")
    faults = FaultList()
    for column in NEEDED_COLUMNS:
        if column not in header:
            close = nearest(column, header)
            faults.add(
                Fault(name, "a column of worked cases is missing", 1, column=column, expected=column, nearest=close)
            )
    faults.refuse()
    return [(row, {column: cell or "" for column, cell in cells.items()}) for row, cells in records]


def untested_notes(packs: Packs, places: Sequence[Path], policies: Iterable[str]) -> list[str]:
    """One remark on the packs of some places that these ids name and that no worked case beside them asks."""
    wanted = {found.pack.id for name in policies if (found := packs.find(name))} if places else set()
    untested: dict[str, Path] = {}
    for place in places:
        folder = place.parent if place.is_file() else place
        files = {path.name for path in ([place] if place.is_file() else folder.iterdir())}
        own = [pack for pack in packs.packs.values() if pack.id in wanted and pack.place in files]
        covered = _asked_beside(packs, folder) if own else set()
        untested |= {pack.id: folder / pack.place for pack in own if pack.id not in covered}
    if not untested:
        return []
    packs_are = ("The pack", "is") if len(untested) == 1 else ("The packs", "are")
    text = f"{packs_are[0]} {wording.series(sorted(untested))} {packs_are[1]} not tested: no worked case lies beside"
    return [f"{text}. Run: provenet test {next(iter(untested.values()))}"]


def _asked_beside(packs: Packs, folder: Path) -> set[str]:
    """The packs that worked cases of a folder ask; another table beside the packs is passed over here."""
    policies: set[str] = set()
    for path in sorted(folder.glob("*.csv")):
        try:
            records = cases_in(path)[1]
        except InputFault:
            continue  # `test` names its faults
        policies |= {found.pack.id for _, record in records if (found := packs.find(record["policy_id"]))}
    return policies


@dataclass(frozen=True)
class CasesReport:
    """Answers to worked cases in the order of the rows, the faults of rows without one, and remarks on the packs."""

    cases: list[dict[str, Any]]
    faults: list[Fault]
    notes: tuple[str, ...] = field(default=())


def screen_file(name: str, data: bytes, packs: PlacesLike = ()) -> CasesReport:
    """Answers every row of a file of worked cases by the bundled packs and those of folders.

    An answer is what the rules say of the facts in the row, nothing else; a row with a fault gets none. Raises
    PackRefused with every fault of every pack, InputFault where the file cannot be read at all. Cost O(rows x rules).
    """
    places = [Path(packs)] if isinstance(packs, str | Path) else [Path(one) for one in packs]
    loaded = load_packs(places)
    records = case_records(name, data)
    once, again = _parted(name, records)
    answered = answer_cases(name, once, loaded)
    faults = sorted([*answered.faults, *again], key=lambda fault: fault.row)
    untested = untested_notes(loaded, places, {record["policy_id"] for _, record in records})
    return CasesReport(answered.cases, faults, (*loaded.notes, *untested))


def _parted(name: str, records: Records) -> tuple[Records, list[Fault]]:
    """The rows whose case id stands in no earlier row, and a fault for each other: no two answers bear one id."""
    first: dict[str, int] = {}
    once, faults = [], []
    for row, record in records:
        case = record["case_id"].strip()
        stands = first.setdefault(case.casefold(), row)
        if not case or stands == row:
            once.append((row, record))
            continue
        expected, way_out = f"one (the first is in row {stands})", "Give the case an id of its own."
        text = "the case appears twice"
        faults.append(Fault(name, text, row, column="case_id", found=case, expected=expected, way_out=way_out))
    return once, faults


def screen_cases(file: Path, packs: PlacesLike = ()) -> CasesReport:
    """Answers every row of a file of worked cases, of at most `CASES_CAP_BYTES`; see `screen_file`."""
    return screen_file(*bytes_of(file, CASES_CAP_BYTES, "a file of worked cases"), packs)
