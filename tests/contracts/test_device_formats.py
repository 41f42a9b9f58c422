"""The registry of formats of inventories: docs/inventory.md lists them all, in the order in which they are tried."""

from __future__ import annotations

import re
from pathlib import Path

from provenet.ingest.network.device_files import device_formats

PAGE = (Path(__file__).parents[2] / "docs" / "inventory.md").read_text("utf-8")


def test_the_page_lists_every_format_in_order() -> None:
    listed = re.findall(r"^\| `([\w-]+)` \| .+ \| (`\.\w+`(?:, `\.\w+`)*) \|$", PAGE, re.M)
    wanted = [(one.name, ", ".join(f"`{suffix}`" for suffix in one.suffixes)) for one in device_formats()]
    assert listed == wanted


def test_the_page_says_what_each_is() -> None:
    for one in device_formats():
        assert f"| `{one.name}` | {one.says} |" in PAGE
