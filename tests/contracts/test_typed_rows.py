"""Rows are typed by the dictionary: a misspelt column fails the type check, as does the built-in `sum` of floats."""

import importlib.util
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from mypy.options import Options
from mypy.plugin import ReportConfigContext

from contracts.sources import ROOT, modules
from provenet.case import rows
from provenet.case.tables import frame, structs, tables
from support.once import once

PLUGIN = ROOT / "scripts" / "mypy_plugin.py"
KEPT = ROOT / ".mypy_cache" / "planted"
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


def assumed(plan: PlanRow) -> list[str]:
    return [entry["{fact}"] for entry in plan["assumed_facts"]]
"""
SOUND = {
    "low": "low_share",
    "table": "VendorShareRow",
    "name": "name",
    "scheme": "scheme",
    "party": '"zte"',
    "add": "fsum",
    "country": "country",
    "fact": "fact",
}
UNSOUND = {
    "low": ("lwo_share", 'TypedDict "VendorShareRow" has no key "lwo_share"'),
    "name": ("nmae", 'TypedDict "PartyRow" has no key "nmae"'),
    "scheme": ("shceme", 'Missing key "scheme" for TypedDict "IdentifierRow"'),
    "party": ("None", '(expression has type "None", TypedDict item "party_id" has type "str")'),
    "country": ("currency", 'Incompatible return value type (got "str | None", expected "str")'),
    "fact": ("fcat", '"fcat" is not a valid TypedDict key; expected one of ("fact", "value")'),
    "add": ("sum", 'Generator has incompatible item type "float"; expected "bool"'),
    "table": ("VendorShareRows", 'Module "provenet.case.rows" has no attribute "VendorShareRows"'),
    "other table": ("VerdictRow", 'TypedDict "VerdictRow" has no key "low_share"'),
}


def planted(part: str) -> str:
    """The module with one word of it misspelt; with none for the part that is sound."""
    return PLANTED.format(**SOUND | ({part.removeprefix("other "): UNSOUND[part][0]} if part in UNSOUND else {}))


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What one strict type check of all planted modules says of each, by its part."""
    made: dict[str, list[str]] = once(tmp_path_factory, "planted", checked)
    return made


def checked(folder: Path) -> dict[str, list[str]]:
    """The lines of mypy on each planted module. What it knows of the package it keeps, as `make lint` does, and asks
    itself whether that is still true: it reads all of the package once, and later what has changed."""
    folder.mkdir()
    places = {part: folder / f"planted_{number}.py" for number, part in enumerate(("sound", *UNSOUND))}
    for part, place in places.items():
        place.write_text(planted(part), "utf-8")
    config = folder / "mypy.ini"
    config.write_text(f"[mypy]\nplugins = {PLUGIN}\n", "utf-8")
    options = [f"--config-file={config}", "--strict", "--hide-error-context", f"--cache-dir={KEPT}"]
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


def test_a_row_class_is_named_after_its_table() -> None:
    text = "".join(path.read_text("utf-8") for path in modules() if path.name != "rows.py")
    read = re.findall(r"\w+(?:Row|Struct)\b", " ".join(re.findall(r"case\.rows import (\([^)]*\)|.*)", text)))
    named = {name: getattr(rows, name) for name in read}
    assert len(named) > 90
    for name, found in named.items() - {("AnyRow", rows.AnyRow)}:
        assert found is getattr(rows, name)
        assert found.__name__ in tables() | structs(), name
    with pytest.raises(AttributeError, match="has no attribute 'rows_in'"):
        assert rows.rows_in


def test_what_is_kept_of_a_type_check_is_out_of_date_where_a_column_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = importlib.util.spec_from_file_location("mypy_plugin", PLUGIN)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    plugin = module.plugin("")(Options())
    before, other = (
        plugin.report_config_data(ReportConfigContext(name, "", False))
        for name in ("provenet.case.rows", "provenet.case.tables")
    )
    plan = tables()["plan"]
    column = replace(plan.columns[0], nullable=True)
    changed = {**tables(), "plan": replace(plan, columns=(column, *plan.columns[1:]))}
    monkeypatch.setattr(module, "tables", lambda: changed)
    after = plugin.report_config_data(ReportConfigContext("provenet.case.rows", "", False))
    assert len({before, after, other}) == 3
    assert other is None


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
    assert rows.IdentifierRow.__name__ == "identifier"
