"""One JSON value of a file with its place told: bytes in, the value or one fault out."""

from __future__ import annotations

import re
from typing import Any

from provenet.core.errors import Fault
from provenet.core.jsontext import JsonFault, parse_json

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_WRITTEN = re.compile(r"(?<!\\)(?:\\\\)*\\u00(0[0-8bBcCeEfF]|1[0-9a-fA-F]|7[fF])")
"""How a control character is written inside a text."""


def json_value(place: str, data: bytes, row: int = 0) -> tuple[Any, Fault | None]:
    """The value of a JSON text, and None; or None and the fault. `row` is told where the text is one line of many.

    Refuses what `parse_json` refuses, text that is not UTF-8, and control characters inside texts. Cost O(bytes).
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as err:
        found = f"byte 0x{data[err.start]:02X} at byte {err.start + 1}"
        way_out = "Save the file as UTF-8."
        return None, Fault(place, "the text is not UTF-8", row, found=found, expected="UTF-8", way_out=way_out)
    if hit := _WRITTEN.search(text) or _CONTROL.search(text):
        code = int(hit[1], 16) if hit.re is _WRITTEN else ord(hit[0])
        found, expected = f"character 0x{code:02X}", "text"
        return None, Fault(place, "a control character stands in a text", row, found=found, expected=expected)
    try:
        return parse_json(text), None
    except JsonFault as err:
        return None, Fault(place, err.says, row, found=err.found, expected=err.expected)
