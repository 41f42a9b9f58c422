"""docs/ladder.md: its example is what the command prints, and its tables name every column there is."""

import re
from pathlib import Path

import pytest

from doors.conftest import Provenet
from doors.ladder_files import write_ladder_files
from provenet.ingest.bgp.as_links import read_as_links
from provenet.routing.pairs import pair_schema, source_schema

PAGE = (Path(__file__).parents[2] / "docs" / "ladder.md").read_text("utf-8")
MEASURED = re.compile(r"[\d.]+ s(?=[,\n])|[\d,]+ MiB")


def test_the_example_prints_what_the_page_shows(
    provenet: Provenet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_ladder_files(tmp_path)
    monkeypatch.chdir(tmp_path)
    shown = PAGE.partition("<!-- example:")[2].partition("```console\n$ ")[2].partition("```")[0]
    call, _, answer = shown.replace(" \\\n   ", "").partition("\n")
    ran = provenet(*call.split()[1:])
    assert (ran.code, ran.err) == (0, "")
    assert MEASURED.sub("", ran.out) == MEASURED.sub("", answer)


def test_the_drawing_shows_every_link_and_network(tmp_path: Path) -> None:
    links = read_as_links(write_ladder_files(tmp_path)["graph"])
    drawing = PAGE.partition("```text\n")[2].partition("```")[0]
    assert {int(asn) for asn in re.findall(r"\b\d{5}\b", drawing)} == set(links.asns.tolist())
    told = {
        (int(seller), int(buyer))
        for seller, buyers in re.findall(r"(\d{5}) (?:sells )?to (\d{5}(?: and \d{5})?)", drawing)
        for buyer in re.findall(r"\d{5}", buyers)
    }
    assert told == set(zip(links.provider.tolist(), links.customer.tolist(), strict=True))


@pytest.mark.parametrize("schema", [pair_schema, source_schema])
def test_the_tables_name_every_column(schema: object) -> None:
    assert callable(schema)
    tables = "\n".join(line for line in PAGE.splitlines() if line.startswith("| `"))
    assert [name for name in schema().names if f"`{name}`" not in tables] == []


def test_the_tables_name_no_other_column() -> None:
    first = [line.split("|")[1] for line in PAGE.splitlines() if line.startswith("| `")]
    named = {name for cell in first for name in re.findall(r"`(\w+)`", cell)}
    assert named == set(pair_schema().names) | set(source_schema().names)
