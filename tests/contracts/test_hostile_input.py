"""The limits that docs/hostile-input.md states are those of the code."""

from pathlib import Path

import pytest

from fuzz import running
from provenet.core import errors, jsontext, tomltext
from provenet.forms import allocation as allocation_file
from provenet.forms import certificate as scheduling_certificate
from provenet.forms import document
from provenet.forms import schedule as scheduling
from provenet.forms import schedule_form as scheduling_form
from provenet.ingest import opening, plain_lines
from provenet.ingest.bgp import as_links, mrt, observed_paths
from provenet.ingest.lists import ftm, published_lists
from provenet.ingest.sbom import cyclonedx
from provenet.ingest.tabular import parquet, sheets, strict
from provenet.ingest.tabular import workbook as book
from provenet.policy import yamltext
from provenet.tools import instances, pack_test
from provenet.web import access

PAGE = (Path(__file__).parents[2] / "docs" / "hostile-input.md").read_text("utf-8")
MIB, GIB = 2**20, 2**30


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("faults of one file", [f"{errors.SHOWN_FAULTS} are listed", f"up to {errors.MOST_FAULTS:,}",
                                f"more than {document.MOST_ERRORS:,}"]),
        ("a line of CSV", [f"{sheets.ROW_CAP // MIB} MiB"]),
        ("a line of a file of networks", [f"{plain_lines.LINE_CAP_BYTES // 1024} KiB",
                                          f"{plain_lines.QUOTED_CAP:,} characters"]),
        ("an AS graph for a tool", [f"{as_links.MOST_LINKS:,} links"]),
        ("an MRT file", [f"{mrt.LARGEST_RECORD_BYTES // MIB} MiB"]),
        ("paths of MRT", [f"{observed_paths.MOST_PATHS:,} paths", f"{observed_paths.MOST_ANNOUNCED:,} announcements"]),
        ("a cell of a workbook", [f"{book.TEXT_CAP:,} characters"]),
        ("columns of a table", [f"{sheets.MOST_COLUMNS:,}"]),
        ("text packed", [f"{opening.UNPACKED_CAP_BYTES // GIB} GiB", f"past {opening.ANY_RATIO_BYTES // MIB} MiB",
                         f"{opening.UNPACKED_TIMES} times"]),
        ("a workbook", [f"{book.MOST_PARTS:,} parts", f"{book.UNPACKED_CAP_BYTES // GIB} GiB",
                        f"past {book.ANY_RATIO_BYTES // MIB} MiB", f"{book.UNPACKED_TIMES} times"]),
        ("a sheet", [f"{book.MOST_ROWS:,} rows", f"{book.MOST_COLUMNS:,} columns", f"{book.MOST_MERGED:,} merged",
                     f"{book.MOST_STYLES:,} styles"]),
        ("Parquet", [f"{parquet.MOST_RECORDS:,} records", f"{parquet.UNPACKED_CAP_BYTES // GIB} GiB",
                     f"past {parquet.ANY_RATIO_BYTES // MIB} MiB", f"{parquet.UNPACKED_TIMES} times"]),
        ("JSON", [f"{jsontext.DEPTH_CAP} levels", f"{jsontext.MOST_VALUES:,} values"]),
        ("a bill of materials", [f"{cyclonedx.LARGEST_BYTES // MIB} MiB", f"{cyclonedx.MOST_ELEMENTS:,} elements",
                                 f"{cyclonedx.DEEPEST} levels"]),
        ("FollowTheMoney", [f"{ftm.LONGEST_LINE_BYTES // MIB} MiB", f"{ftm.KEPT_CAP_BYTES // GIB} GiB"]),
        ("a published list", [f"{published_lists.LARGEST_BYTES // MIB} MiB"]),
        ("a mapping", [f"{opening.MAPPING_CAP_BYTES // MIB} MiB", f"{tomltext.DEPTH_CAP} words"]),
        ("a rule pack", [f"{yamltext.MAX_BYTES:,} bytes", f"{yamltext.MAX_VALUES:,} values",
                         f"{yamltext.MAX_DEPTH} levels"]),
        ("a schedule or a plan", [f"{instances.INSTANCE_CAP_BYTES // MIB} MiB",
                                  f"{instances.CERTIFICATE_CAP_BYTES // GIB} GiB",
                                  f"{scheduling_certificate.MOST_UNPACKED_BYTES // GIB} GiB unpacked",
                                  f"{scheduling.MOST_PERIODS:,} periods", f"{scheduling_form.MOST_AMOUNTS:,} n"]),
        ("an allocation of aid", [f"{instances.INSTANCE_CAP_BYTES // MIB} MiB",
                                  f"{allocation_file.MOST_LEVELS:,} levels",
                                  f"{allocation_file.MOST_CROSSINGS:,} for the carriers"]),
        ("a form of the web app", [f"{access.LARGEST_BODY // MIB} MiB", f"{access.MOST_FILES} files",
                                   f"{access.MOST_FIELDS} fields"]),
        ("a file of worked cases", [f"{pack_test.CASES_CAP_BYTES // MIB} MiB"]),
    ],
)  # fmt: skip
def test_a_limit_is_that_of_the_code(row: str, words: list[str]) -> None:
    (line,) = [line for line in PAGE.splitlines() if line.startswith(f"| {row}")]
    assert [word for word in words if word not in line] == []


def test_one_cap_of_a_line_for_every_format() -> None:
    assert strict.LINE_CAP_BYTES == sheets.ROW_CAP


def test_every_variable_of_the_fuzzers_is_told() -> None:
    told = {word for word in Path(running.__file__).read_text("utf-8").split('"') if word.startswith("PROVENET_FUZZ_")}
    assert len(told) == 3
    assert [name for name in told if f"| `{name}` |" not in PAGE] == []
