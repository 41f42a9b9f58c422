"""The id of a row is the digest of what it says: what is part of it and what is not, by hand."""

import polars as pl
import pytest

from provenet.case.tables import table
from provenet.core.errors import SHOWN_FAULTS, FaultList
from provenet.ingest.rows import Once, content_id, file_source, forgets_file, made_row

FILE, OTHER = "a" * 64, "b" * 64


def party(file: str = FILE, place: str = "p.csv row 2", **cells: object) -> dict[str, object]:
    return made_row("party", {"party_id": "acme", "name": "Acme", "role": "vendor", **cells}, file, locator=place)


def test_absent_columns_are_null_and_lists_that_may_not_be_are_empty() -> None:
    row = party()
    assert row.keys() == {column.name for column in table("party").columns} - {"run_id"}
    assert (row["country"], row["segments"], row["reading"]) == (None, [], "not stated")
    assert (row["source_id"], row["file_id"], row["locator"]) == ("file-aaaaaaaaaaaa", FILE, "p.csv row 2")


def test_a_row_with_a_key_is_the_same_row_in_two_files() -> None:
    assert party()["row_id"] == party(OTHER, "q.csv row 9")["row_id"]
    assert party()["row_id"] != party(name="ACME")["row_id"]
    assert party()["row_id"] != party(source_id="a-page")["row_id"]


def test_a_row_without_a_key_belongs_to_its_file() -> None:
    cells = {"owner_id": "a", "owned_id": "b"}
    one, two = (made_row("ownership", cells, file, locator="o.csv row 2") for file in (FILE, OTHER))
    assert one["row_id"] != two["row_id"]
    assert (forgets_file(table("ownership")), forgets_file(table("party"))) == (False, True)
    assert not forgets_file(table("source"))


def test_a_column_added_later_changes_no_id() -> None:
    spec, cells = table("party"), {"party_id": "acme", "name": "Acme"}
    assert content_id(spec, cells) == content_id(spec, {**cells, "added": None, "locator": "x", "run_id": "y"})
    assert content_id(spec, cells) == content_id(spec, {**cells, "source_id": file_source(FILE)})
    assert content_id(spec, cells) != content_id(spec, {**cells, "source_id": "file-aaaaaaaaaaa"})


def test_a_column_that_no_row_has_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^party: no column 'nmae' to say\. Nearest: name\.$"):
        party(nmae="x")
    with pytest.raises(ValueError, match=r"^party: no column 'row_id' to say\."):
        party(row_id="x")


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
    assert [(f.row, f.row_count, f.more_rows) for f in faults.faults] == [(3, SHOWN_FAULTS + 5, (4, 5, 6, 7))]
    assert faults.count == SHOWN_FAULTS + 5
