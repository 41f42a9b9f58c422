"""Tables of measured evidence as CSV: moments, addresses and countries are read as such."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from provenet.case.case import Case
from provenet.verbs.add import add

TRACE = "trace_id,started_at,family,source_country,source_address,hop_count\n"


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case.new(tmp_path / "case")


def added(case: Case, tmp_path: Path, text: str) -> list[str]:
    (tmp_path / "trace.csv").write_text(TRACE + text)
    return [
        f"{fault.place} row {fault.row}, {fault.column}: {fault.says}"
        for fault in add(case, [tmp_path / "trace.csv"]).faults
    ]


@pytest.mark.parametrize(
    "moment", ["2019-05-12T10:00:00Z", "2019-05-12 10:00", "2019-05-12T12:00:00+02:00", "1557655200"]
)
def test_a_moment_is_kept_in_utc(case: Case, tmp_path: Path, moment: str) -> None:
    assert added(case, tmp_path, f"t1,{moment},ipv4,NL,192.0.2.1,3\n") == []
    row = case.read("trace").row(0, named=True)
    assert row["started_at"] == datetime(2019, 5, 12, 10, tzinfo=UTC)
    assert (row["source_country"], row["source_address"]) == ("Netherlands", "192.0.2.1")


@pytest.mark.parametrize("moment", ["yesterday", "99999999999999999999", "2019-13-01T00:00", "0009-01-01T00:00"])
def test_what_is_no_moment_is_a_fault(case: Case, tmp_path: Path, moment: str) -> None:
    found = added(case, tmp_path, f"t1,{moment},ipv4,NL,192.0.2.1,3\n")
    assert len(found) == 1
    assert found[0].startswith("trace.csv row 2, started_at: ")
    assert case.read("trace").is_empty()
