"""Whatever stands in the tables, every check ends, and its findings are rows of the table `finding`."""

from datetime import date
from random import Random

import pytest

from provenet.case.check import look
from provenet.case.tables import frame, table, tables
from support.examples import sample
from unit.case.check_rows import Tables, made, menu, rows_of

WORDS = """
nokia tim C-1 C-2|C-1 =1+A1 Ünï carrier vendor name lei all denies asserts file country:CN {x} %s 2020
"""
TEXTS = [*WORDS.split(), "", "x\ty", "in force", "not read", "a" * 300]
VALUES: dict[str, list[object]] = {
    "text": [*TEXTS],
    "int": [-3, 0, 2],
    "float": [-1.0, 0.0, 0.3, 0.6, 1.0, 57.0],
    "bool": [True, False],
    "date": [date.min, date(1999, 12, 31), date(2020, 1, 1), date(2026, 11, 25), date.max],
    "list": [[], ["nokia"], ["tim", "nokia"], ["all", "x=1"], ["", "C-1"]],
}
TESTED = {"asserts": [], "decided_by": [], "denies": [], "fact": "C-1", "step": "", "value": None}
FACTS = [[], [TESTED], [TESTED, TESTED | {"fact": ""}]]
DAY = date(2026, 11, 25)


def row(random: Random, name: str, number: int) -> dict[str, object]:
    """A row whose cells are drawn from words that mean something to some check."""
    spec = table(name)
    cells = {
        column.name: None if column.nullable and random.random() < 0.3 else random.choice(VALUES[column.type])
        for column in spec.columns
        if column.name not in ("row_id", "run_id", "file_id") and column.type != "instant" and not column.fields
    }
    cells |= {"row_id": f"{name}-{number}"} if "row_id" in spec.schema else {spec.id_column: f"{name}-{number}"}
    cells |= {"facts": random.choice(FACTS)} if name == "verdict" else {}
    return made(name, str(cells.get(spec.id_column) or f"k{number % 2}"), **cells)


@pytest.mark.parametrize("seed", sample(range(50), 17))
def test_every_check_ends_and_tells_rows_in_any_order(seed: int) -> None:
    random = Random(seed)
    names = [name for name, spec in tables().items() if spec.kind != "record"]
    told: Tables = {name: [row(random, name, n) for n in range(random.randrange(6))] for name in names}
    asked = [one for one in menu() if one.id not in ("source", "row-count", "stale-run", "other-code")]
    looked = look(rows_of(told, as_of=DAY), asked)
    assert looked.findings
    rows = frame("finding", [{**one, "run_id": "r"} for one in looked.findings])
    assert rows["finding_id"].n_unique() == rows.height
    assert sum(one["finding_count"] for one in looked.checks if isinstance(one["finding_count"], int)) >= rows.height
    moved = {name: random.sample(rows, len(rows)) for name, rows in told.items()}
    assert look(rows_of(moved, as_of=DAY), asked).findings == looked.findings
