"""`add --suggest` at the door: the draft on standard output, nothing written, one file at a time."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from provenet.case.case import Case
from provenet.cli.main import main

TABLE = "hostname;vendor;role\nr1;Nokia;Router\nr2;Huawei;Router\n"


@pytest.fixture
def case(tmp_path: Path, new_case: Callable[..., Case]) -> Path:
    return new_case(tmp_path / "case").path


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as left:
        main([str(word) for word in words])
    out, err = capsys.readouterr()
    return int(left.value.code or 0), out, err


def test_a_draft_is_printed_filled_and_added(case: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = tmp_path / "net.csv"
    table.write_text(TABLE)
    code, out, err = run(capsys, "add", case, table, "--suggest")
    assert (code, err) == (0, "2 things are needed before the file can be added; see `needed`.\n")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["case", "net.csv"]
    (tmp_path / "net.toml").write_text(out)
    assert run(capsys, "add", case, table)[0] == 3
    (tmp_path / "net.toml").write_text(out.replace("# needed: ", ""))
    code, out, err = run(capsys, "add", case, table, "--json")
    assert (code, json.loads(out)["files"][0]["added"]["asset"]) == (0, 2)


def test_a_mapping_that_stands_is_told_and_left_alone(
    case: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "net.csv").write_text(TABLE)
    (tmp_path / "net.toml").write_text("layout = 'mine'\n")
    code, out, err = run(capsys, "add", case, tmp_path / "net.csv", "--suggest")
    assert code == 0
    assert out.startswith("# Drafted from the heading and 2 records of net.csv.\n")
    assert err.startswith(f"A mapping stands at {tmp_path / 'net.toml'} and was neither read nor changed.\n")
    assert (tmp_path / "net.toml").read_text() == "layout = 'mine'\n"


def test_json_tells_the_draft_and_its_columns(case: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "net.csv").write_text(TABLE)
    code, out, err = run(capsys, "add", case, tmp_path / "net.csv", "--suggest", "--json")
    answer = json.loads(out)
    assert (code, err) == (0, "")
    assert set(answer) == {"file", "place", "stood_already", "table", "mapping", "columns", "needed"}
    assert answer["needed"] == ["constants.carrier_id", "constants.country"]
    assert [one["to"] for one in answer["columns"]] == ["asset.asset_id", "asset.vendor_id", "asset.asset_class"]


def test_one_file_at_a_time(case: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text(TABLE)
    code, out, err = run(capsys, "add", case, tmp_path / "a.csv", tmp_path / "b.csv", "--suggest")
    assert (code, out) == (2, "")
    assert err == "add: --suggest drafts the mapping of one file; found 2 files.\n"
