"""The registry of formats: the pages list them all, and a new module is found without touching another file."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

import pytest

from provenet.case.parties import PartyNames
from provenet.case.tables import tables
from provenet.ingest.network.topology_files import read_network
from provenet.ingest.registry import FOLDERS, Format, formats
from provenet.tools.inventory import inventory
from support.reading import read_table_file

DOCS = Path(__file__).parents[2] / "docs"
NEW = """
from provenet.ingest.network.devices import DevicePart
from provenet.ingest.network.topology import DemandRows, NetworkFile
from provenet.ingest.registry import Format, from_stream
from provenet.ingest.rows import made_row


def rows(source, stream):
    upload, asns = source.upload, stream.read().split()[1:]
    told = [{"asn": one.decode(), "tag": "new"} for one in asns]
    yield "as_tag", [made_row("as_tag", one, upload.file_id, locator=upload.name) for one in told]


FORMATS = (
    Format(name="brand-new", says="s", recognises=lambda head: head.data.startswith(b"NEW1"), order=3,
           opens_rows=from_stream(rows), tables=("as_tag",), known_by="k", suffixes=(".new",),
           opens_devices=lambda source: iter([DevicePart(device_id="n")]),
           opens_network=lambda source: NetworkFile(topology=None, demands=DemandRows(rows=[], unit="new"))),
)
"""


def codes(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def row_line(one: Format) -> str:
    fills = codes(one.tables) or "any table, as a mapping or the header says"
    return f"| `{one.name}` | {one.says} | {one.known_by} | {fills} |"


@pytest.mark.parametrize(
    ("page", "opens", "line"),
    [
        ("formats.md", "opens_rows", row_line),
        ("inventory.md", "opens_devices", lambda one: f"| `{one.name}` | {one.says} | {codes(one.suffixes)} |"),
        ("inside.md", "opens_network", lambda one: f"| `{one.name}` | {one.says} |"),
    ],
)
def test_a_page_lists_every_format_in_the_order_of_trying(page: str, opens: str, line: Callable[[Format], str]) -> None:
    table = re.search(
        r"^\| format \| what it is \|.*\n\|[- |]+\|\n((?:\|.*\n)+)", (DOCS / page).read_text("utf-8"), re.M
    )
    assert table is not None
    wanted = [line(one) for one in formats(opens)]
    assert [shown[: len(one)] for shown, one in zip(table[1].splitlines(), wanted, strict=True)] == wanted


def test_names_are_unique_and_tables_are_ours() -> None:
    assert len({one.name for one in formats()}) == len(formats())
    assert [one.name for one in formats() if set(one.tables) - set(tables())] == []
    by_table = [one.name for one in formats("opens_rows") if (one.cells is None) != bool(one.tables)]
    assert by_table == [], "a format names its tables, or a mapping does"
    ends = [one for one in formats() if not (one.opens_rows or one.opens_devices or one.opens_network or one.places)]
    assert [one.name for one in ends if one.way_out is None and one.resembles is None] == []


@pytest.fixture(params=FOLDERS)
def planted(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    package, module = import_module(request.param), f"brand_new_{FOLDERS.index(request.param)}"
    (tmp_path / f"{module}.py").write_text(NEW, encoding="utf-8")
    monkeypatch.setattr(package, "__path__", [*package.__path__, str(tmp_path)])
    formats.cache_clear()
    yield tmp_path
    formats.cache_clear()


def test_a_new_module_is_found_in_each_folder_by_whoever_reads_what_it_opens_as(planted: Path) -> None:
    made = read_table_file("networks.csv", b"NEW1 10 20", None, names=PartyNames.built_in())
    assert (made.layout, [row["asn"] for row in made.rows["as_tag"]]) == ("brand-new", ["10", "20"])
    (planted / "a.new").write_bytes(b"NEW1 10")
    assert [one.device_id for one in inventory([planted]).parts] == ["n"], "also by its ending in a folder"
    demands = read_network(("a.txt", b"NEW1 10")).demands
    assert demands is not None and demands.unit == "new"


def test_no_module_is_imported_that_an_extra_brings() -> None:
    """The registry imports every declaration; what is heavy or optional a reader imports when it is called."""
    code = "import sys, provenet.ingest.registry as r; r.formats(); print([m for m in sys.modules if m in "
    code += "('numpy', 'numba', 'pyarrow', 'zstandard', 'openpyxl')])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
