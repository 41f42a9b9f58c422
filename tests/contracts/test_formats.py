"""The registry of formats: docs/formats.md lists them all, and a new module is found without touching another file."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from provenet.case.parties import PartyNames
from provenet.case.tables import tables
from provenet.ingest import formats as package
from provenet.ingest.registry import Format, formats
from support.reading import read_table_file

PAGE = (Path(__file__).parents[2] / "docs" / "formats.md").read_text("utf-8")
NEW = """
from provenet.ingest.registry import Format, from_stream
from provenet.ingest.rows import made_row


def rows(source, stream):
    upload, asns = source.upload, stream.read().split()[1:]
    told = [{"asn": one.decode(), "tag": "new"} for one in asns]
    yield "as_tag", [made_row("as_tag", one, upload.file_id, locator=upload.name) for one in told]


FORMATS = (
    Format(name="brand-new", says="s", known_by="k", tables=("as_tag",),
           recognises=lambda head: head.data.startswith(b"NEW1"), open=from_stream(rows)),
)
"""


def line(one: Format) -> str:
    fills = ", ".join(f"`{name}`" for name in one.tables) or "any table, as a mapping or the header says"
    return f"| `{one.name}` | {one.says} | {one.known_by} | {fills} |"


def test_the_page_lists_every_format_in_the_order_of_trying() -> None:
    (table,) = re.findall(r"\| format \| what it is \| known by \| fills \|\n\|[- |]+\|\n((?:\|.*\n)+)", PAGE)
    assert table.splitlines() == [line(one) for one in formats()]


def test_names_are_unique_and_tables_are_ours() -> None:
    assert len({one.name for one in formats()}) == len(formats())
    assert [one.name for one in formats() if set(one.tables) - set(tables())] == []
    assert [one.name for one in formats() if (one.cells is None) != bool(one.tables)] == []


@pytest.fixture
def planted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "brand_new.py").write_text(NEW, encoding="utf-8")
    monkeypatch.setattr(package, "__path__", [*package.__path__, str(tmp_path)])
    formats.cache_clear()
    yield
    formats.cache_clear()


@pytest.mark.usefixtures("planted")
def test_a_new_module_is_found() -> None:
    made = read_table_file("networks.csv", b"NEW1 10 20", None, names=PartyNames.built_in())
    assert (made.layout, [row["asn"] for row in made.rows["as_tag"]]) == ("brand-new", ["10", "20"])


def test_no_module_is_imported_that_an_extra_brings() -> None:
    """The registry imports every declaration; what is heavy or optional a reader imports when it is called."""
    code = "import sys, provenet.ingest.registry as r; r.formats(); print([m for m in sys.modules if m in "
    code += "('numpy', 'numba', 'pyarrow', 'zstandard', 'openpyxl')])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
