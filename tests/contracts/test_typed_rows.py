"""Rows are typed by the dictionary: `rows.py` is what its writer makes; a misspelt column fails the type check, and so
does the built-in `sum` over floats."""

import importlib.util
import os
import subprocess
import sys
from types import ModuleType

import pytest

from contracts.sources import ROOT
from provenet.case import rows
from provenet.case.tables import frame, tables

READ = {"row_id": "r", "file_id": "f", "locator": "a.csv row 2", "reading": "not stated"}
PLANTED = """
from math import fsum

from provenet.case.rows import Frame, IdentifierRow, PartyRow, PlanRow, {table}, iter_rows_of, rows_of


def lowest(frame: Frame) -> float:
    return min(row["{low}"] or 0.0 for row in rows_of({table}, frame))


def names(frame: Frame) -> list[str]:
    return [row["{name}"] for row in iter_rows_of(PartyRow, frame)]


def alias() -> IdentifierRow:
    return {{"party_id": {party}, "{scheme}": "name", "value": "Huawei"}}


def added(plans: list[PlanRow]) -> float:
    return {add}(plan["gross_cost_amount"] or 0.0 for plan in plans)


def country(plan: PlanRow) -> str:
    return plan["{country}"]
"""
SOUND = {
    "low": "low_share",
    "table": "VendorShareRow",
    "name": "name",
    "scheme": "scheme",
    "party": '"zte"',
    "add": "fsum",
    "country": "country",
}
UNSOUND = {
    "low": ("lwo_share", 'TypedDict "VendorShareRow" has no key "lwo_share"'),
    "name": ("nmae", 'TypedDict "PartyRow" has no key "nmae"'),
    "scheme": ("shceme", 'Missing key "scheme" for TypedDict "IdentifierRow"'),
    "party": ("None", '(expression has type "None", TypedDict item "party_id" has type "str")'),
    "country": ("currency", 'Incompatible return value type (got "str | None", expected "str")'),
    "add": ("sum", 'Generator has incompatible item type "float"; expected "bool"'),
    "table": ("VendorShareRows", 'Module "provenet.case.rows" has no attribute "VendorShareRows"'),
    "other table": ("VerdictRow", 'TypedDict "VerdictRow" has no key "low_share"'),
}


def writer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("write_rows", ROOT / "scripts" / "write_rows.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def planted(part: str) -> str:
    """The module with one word of it misspelt; with none for the part that is sound."""
    return PLANTED.format(**SOUND | ({part.removeprefix("other "): UNSOUND[part][0]} if part in UNSOUND else {}))


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What one strict type check of all planted modules says of each, by its part: starting mypy takes longest."""
    folder = tmp_path_factory.mktemp("planted")
    places = {part: folder / f"planted_{number}.py" for number, part in enumerate(("sound", *UNSOUND))}
    for part, place in places.items():
        place.write_text(planted(part), "utf-8")
    config = folder / "mypy.ini"
    config.write_text(f"[mypy]\nplugins = {ROOT / 'scripts' / 'mypy_sums.py'}\n", "utf-8")
    options = [f"--config-file={config}", "--strict", "--hide-error-context", f"--cache-dir={folder / 'cache'}"]
    ran = subprocess.run(
        [sys.executable, "-m", "mypy", *options, *map(str, places.values())],
        env=os.environ | {"MYPYPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1, ran.stdout + ran.stderr
    lines = ran.stdout.splitlines()
    assert lines[-1].endswith(f" errors in {len(UNSOUND)} files (checked {len(places)} source files)"), lines[-1]
    return {part: [line for line in lines if f"{place.name}:" in line] for part, place in places.items()}


def test_the_rows_are_what_their_writer_writes() -> None:
    stands = (ROOT / "src" / "provenet" / "case" / "rows.py").read_text("utf-8")
    assert writer().module() == stands, "src/provenet/case/rows.py is out of date; run: make rows"


def test_a_row_class_has_the_columns_of_its_table() -> None:
    made = {name: getattr(rows, writer().class_name(name), None) for name in tables()}
    assert sum(row is not None for row in made.values()) > 80
    for name, table in tables().items():
        row = made[name]
        if row is None:
            continue
        assert row.__required_keys__ | row.__optional_keys__ == set(table.schema), name


def test_a_row_as_the_dictionary_spells_it_passes(found: dict[str, list[str]]) -> None:
    assert found["sound"] == []


@pytest.mark.parametrize("part", UNSOUND)
def test_a_misspelt_column_or_table_and_a_null_where_none_may_be_fail(found: dict[str, list[str]], part: str) -> None:
    assert UNSOUND[part][1] in "\n".join(found[part])


def test_rows_of_a_frame_are_its_rows() -> None:
    made = frame("identifier", [{"party_id": "huawei", "scheme": "name", "value": "Huawei", **READ}])
    assert (
        rows.rows_of(rows.IdentifierRow, made) == made.to_dicts() == list(rows.iter_rows_of(rows.IdentifierRow, made))
    )
    assert rows.rows_of(rows.IdentifierRow, made)[0]["value"] == "Huawei"


@pytest.mark.parametrize("optional", ["run_id", "row_id", "note"])
def test_what_the_case_adds_may_be_absent(optional: str) -> None:
    assert optional in rows.PartyRow.__optional_keys__
    assert "party_id" in rows.PartyRow.__required_keys__
