"""Rows that are written piece by piece are the bytes that `json.dumps` writes of the whole."""

import json

import pytest

from provenet.cli.door import ROWS_AT_ONCE, json_rows, say_json
from provenet.verbs.answers import Answer, LazyRows, Rows


class Many(Answer):
    name: str
    rows: Rows
    after: dict[str, object]


@pytest.mark.parametrize("count", [0, 1, ROWS_AT_ONCE, ROWS_AT_ONCE + 1])
def test_pieces_make_the_whole(count: int, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [{"at": at, "says": 'a "line"\nand another', "inner": {"list": [1, {}], "none": []}} for at in range(count)]
    answer = Many("x\ny", LazyRows([lambda: rows[:1], lambda: rows[1:]]), {"a": {"b": [1]}})
    say_json(dict(answer) | {"rows": json_rows(answer.rows)})
    assert capsys.readouterr().out == json.dumps(answer.as_dict(), ensure_ascii=False, indent=2) + "\n"
    assert (answer.as_dict()["rows"], len(answer.rows)) == (rows, count)
