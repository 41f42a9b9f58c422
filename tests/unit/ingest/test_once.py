"""Each row once, over any cut into batches: the same again is left out, another content under an id is a fault."""

import polars as pl
import pytest

from provenet.case.tables import table
from provenet.core.errors import SHOWN_FAULTS, FaultList
from provenet.ingest.rows import Once

ROWS = [("a", "1"), ("b", "1"), ("a", "1"), ("b", "2"), ("c", "1"), ("a", "3")]


def kept(batches: list[list[tuple[str, str]]]) -> tuple[list[tuple[str, str]], FaultList]:
    once, faults, found, number = Once(table("party"), "p.csv", "id"), FaultList(), [], 2
    for batch in batches:
        rows = [(party, content, number + at) for at, (party, content) in enumerate(batch)]
        number += len(batch)
        frame = pl.DataFrame(rows, schema=["party_id", "row_id", "#"], orient="row")
        found += once.keep(frame, "#", faults).select("party_id", "row_id").rows()
    return found, faults


@pytest.mark.parametrize("size", [1, 2, 4, 6])
def test_batches_of_any_size_keep_the_first_and_tell_the_rest(size: int) -> None:
    found, faults = kept([ROWS[at : at + size] for at in range(0, len(ROWS), size)])
    assert found == [("a", "1"), ("b", "1"), ("c", "1")]
    assert [fault.sentence() for fault in faults.faults] == [
        "p.csv row 5, id: the id stands already in row 3, and says something else there; "
        "found 'b', expected each id once.",
        "p.csv row 7, id: the id stands already in row 2, and says something else there; "
        "found 'a', expected each id once.",
    ]


def test_more_faults_than_are_shown_are_counted() -> None:
    _, faults = kept([[(str(at), content) for content in "12" for at in range(SHOWN_FAULTS + 5)]])
    assert (len(faults.faults), faults.count) == (SHOWN_FAULTS, SHOWN_FAULTS + 5)


def test_one_id_with_many_contents_is_one_fault_that_counts_its_rows() -> None:
    _, faults = kept([[("a", str(content)) for content in range(SHOWN_FAULTS + 6)]])
    assert [(fault.row, fault.row_count, fault.more_rows) for fault in faults.faults] == [
        (3, SHOWN_FAULTS + 5, (4, 5, 6, 7))
    ]
    assert faults.count == SHOWN_FAULTS + 5
