"""The id of a row is the digest of what it says: what is part of it and what is not, by hand."""

import pytest

from provenet.case.tables import table
from provenet.ingest.rows import content_id, file_source, forgets_file, made_row

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
