"""One JSON value of a file: the value, or one fault that names its place."""

import pytest

from provenet.ingest.tabular.json_rows import json_value


def test_a_value_with_or_without_a_mark_is_read() -> None:
    assert json_value("a.json", b'\xef\xbb\xbf{"a": "\\\\u0007 \\u00e9"}') == ({"a": "\\u0007 é"}, None)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b'["a\xff"]',
         "a.json row 7: the text is not UTF-8; found 'byte 0xFF at byte 4', expected UTF-8.\n"
         "    Save the file as UTF-8."),
        (b'["a\\u0007"]', "a.json row 7: a control character stands in a text; found 'character 0x07', expected text."),
        (b'["\\\\\\u007f"]',
         "a.json row 7: a control character stands in a text; found 'character 0x7F', expected text."),
        (b'["\x1b"]', "a.json row 7: a control character stands in a text; found 'character 0x1B', expected text."),
        (b'{"a": 1, "a": 1}', "a.json row 7: a name stands twice in one object; found 'a', expected each name once."),
    ],
)  # fmt: skip
def test_what_is_refused_names_its_place(data: bytes, sentence: str) -> None:
    value, fault = json_value("a.json", data, row=7)
    assert value is None
    assert fault.sentence() == sentence
