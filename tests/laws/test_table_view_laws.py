"""A page of a large table, read from its files a part at a time, is the page of all its rows."""

from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenet.case import table_view
from provenet.case.table_view import view, view_of_files
from provenet.case.tables import table

SPEC = table("claim")
TEXT, LIST, DAY = "topic", "vendor_ids", "said_low_on"


def rows_of(cells: list[tuple[str | None, list[str], int | None]]) -> pl.DataFrame:
    """Claims with a text, a list and a day each; every other column is not known."""
    made = {
        SPEC.id_column: [f"c-{at:03}" for at in range(len(cells))],
        TEXT: [text for text, _, _ in cells],
        LIST: [items for _, items, _ in cells],
        DAY: [None if day is None else date(2020, 1, day) for _, _, day in cells],
    }
    known = {name: pl.Series(name, made[name], dtype=dtype) for name, dtype in SPEC.schema.items() if name in made}
    return SPEC.empty.clear(len(cells)).with_columns(**known)


CELLS = st.lists(
    st.tuples(
        st.one_of(st.none(), st.sampled_from(["Back door", "back", "Law", "law of 2017", ""])),
        st.lists(st.sampled_from(["huawei", "zte", "nokia"]), max_size=2),
        st.one_of(st.none(), st.integers(1, 9)),
    ),
    max_size=40,
)
QUESTIONS = st.fixed_dictionaries(
    {
        "text": st.sampled_from(["", "BACK", "zte", "2020-01-0", "nothing"]),
        "column": st.sampled_from([None, TEXT, LIST, DAY]),
        "holds": st.sampled_from(["", "law", "nok", "-05"]),
        "known": st.sampled_from([None, True, False]),
        "sort": st.sampled_from([None, TEXT, LIST, DAY, SPEC.id_column]),
        "descending": st.booleans(),
        "page": st.integers(1, 6),
    }
)


def fits(key: str, cells: list[Any], question: dict[str, Any]) -> bool:
    """Whether a row is one that a question looks for."""
    words = {SPEC.id_column: key, TEXT: cells[0], LIST: " ".join(cells[1]), DAY: cells[2] and cells[2].isoformat()}
    inside = [word.lower() for word in words.values() if word is not None]
    looked = words.get(question["column"])
    return any(question["text"].lower() in word for word in inside) and (
        question["column"] is None
        or (
            question["known"] in (None, looked is not None)
            and (not question["holds"] or question["holds"] in (looked or "").lower())
        )
    )


@pytest.mark.slow
@given(cells=CELLS, question=QUESTIONS, part=st.integers(1, 50), can_skip=st.booleans())
@settings(deadline=None, max_examples=300)
def test_a_page_of_files_is_the_page_of_all_rows(
    cells: list[Any], question: dict[str, Any], part: int, can_skip: bool
) -> None:
    rows = rows_of(cells)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(table_view, "PART_CELLS", part * len(SPEC.columns))
        found = view_of_files(SPEC, rows.lazy(), row_count=rows.height, can_skip=can_skip, page_rows=7, **question)
    all_rows = view(SPEC, rows, page_rows=7, **question)
    wanted = {one for one, *cells in rows.select(SPEC.id_column, TEXT, LIST, DAY).rows() if fits(one, cells, question)}
    assert found.row_count == len(wanted)
    assert set(found.rows[SPEC.id_column]) <= wanted
    assert (found.row_count, found.page_count) == (all_rows.row_count, all_rows.page_count)
    assert found.first_count == all_rows.first_count
    if question["sort"] is None or question["sort"] == SPEC.id_column:
        assert found.rows.equals(all_rows.rows)
    else:
        # Of rows of one value the ids decide here, and there the order in which they stood.
        assert found.rows[question["sort"]].to_list() == all_rows.rows[question["sort"]].to_list()
    assert found.rows.schema == all_rows.rows.schema


@given(cells=CELLS, sort=st.sampled_from([TEXT, DAY]), descending=st.booleans())
@settings(deadline=None, max_examples=50)
def test_sorted_pages_hold_each_row_once(cells: list[Any], sort: str, descending: bool) -> None:
    rows = rows_of(cells)
    pages = [
        view_of_files(SPEC, rows.lazy(), row_count=rows.height, sort=sort, descending=descending, page=at, page_rows=7)
        for at in range(1, 8)
    ]
    ids = [one for page in pages for one in page.rows[SPEC.id_column].to_list()]
    assert sorted(ids) == rows[SPEC.id_column].to_list()


def test_a_sorted_view_ends_where_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_view, "FARTHEST_SORTED", 10)
    rows = rows_of([("x", [], None)] * 30)
    pages = [view_of_files(SPEC, rows.lazy(), row_count=30, sort=TEXT, page=at, page_rows=7) for at in (1, 2, 3)]
    assert [page.rows.height for page in pages] == [7, 3, 0]
    assert {(page.row_count, page.page_count) for page in pages} == {(30, 2)}
