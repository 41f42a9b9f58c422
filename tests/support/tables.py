"""Tables of what tests give and expect, which stand beside their module as JSON, a row a line."""

import json
from pathlib import Path
from typing import Any


def table(module: str, name: str) -> list[Any]:
    """The rows of a table of a test module, which is named by its `__file__`."""
    rows = json.loads(Path(module).with_suffix(".json").read_text("utf-8"))[name]
    assert isinstance(rows, list)
    return rows
