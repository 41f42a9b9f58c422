"""MRT files as rows of a case: each path once a session, cuts and broken records told, never taken for text."""

import bz2
import gzip
import lzma
from datetime import date
from pathlib import Path

import pytest

pytest.importorskip("numpy", reason="the extra 'internet' is not installed")
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from provenet.case.case import Case
from provenet.case.parties import PartyNames
from provenet.cli.main import cli
from provenet.core.errors import InputFault
from provenet.ingest.bgp import mrt as reader
from provenet.ingest.bgp import observed_paths as module
from provenet.ingest.bgp.mrt import read_mrt
from provenet.ingest.bgp.observed_paths import begins_as_mrt
from provenet.ingest.opening import Upload
from provenet.ingest.reader import bundled_files, turn_of
from provenet.ingest.tabular.suggest import suggest
from provenet.verbs.add import add
from provenet.verbs.check import check
from provenet.verbs.new import new
from provenet.verbs.why import why
from readers.mrt_bytes import (
    as_path,
    attribute,
    frame,
    message,
    path,
    peer_index,
    prefix,
    reach,
    record,
    rib,
    table_dump,
    update,
)
from support.reading import Reading, read_table_file

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "mrt"
NAMES = PartyNames.built_in()
PEERS = peer_index(("192.0.2.1", 10), ("2001:db8::2", 70_000))
SET = attribute(2, as_path((2, [10, 20]), (1, [30, 40])))
TABLE = (
    PEERS
    + rib("10.0.0.0/8", (0, path(10, 20, 20, 30)), (1, path(70_000, 30)))
    + rib("10.0.0.0/24", (0, path(10, 10, 20, 30)), (1, path(70_000, 20, 70_000, 30)))
    + rib("192.0.2.0/25", (0, SET), (1, path(70_000, 30)))
    + rib("2001:db8::/32", (0, path(10, 20, 30)))
)
"""Five routes of cleaned paths, one with a set, one with a loop."""
Short = tuple[object, ...]


def reading(data: bytes, name: str = "t.mrt", mapping: bytes | None = None) -> Reading:
    return read_table_file(name, data, mapping, names=NAMES)


def short(made: Reading) -> list[Short]:
    columns = ("peer_asn", "path", "family", "prefix_count", "address_count")
    return [
        tuple(" ".join(row[c]) if c == "path" else row[c] for c in columns)  # type: ignore[call-overload]
        for row in made.rows.get("observed_path", [])
    ]


def said(made: Reading, column: str) -> list[object]:
    return [row[column] for row in made.rows["observed_path"]]


def announced(text: str, *asns: int) -> bytes:
    return message(update(attributes=path(*asns), fresh=prefix(text)))


def test_a_table_is_each_cleaned_path_once_a_session_and_family() -> None:
    made = reading(TABLE)
    assert short(made) == [
        ("10", "10 20 30", "ipv4", 2, 2**24 + 2**8),
        ("70000", "70000 30", "ipv4", 2, 2**24 + 2**7),
        ("10", "10 20 30", "ipv6", 1, None),
    ]
    assert said(made, "origin_asn") == ["30", "30", "30"]
    assert said(made, "collector") == ["9.9.9.9"] * 3
    assert said(made, "peer_address") == ["192.0.2.1", "2001:db8::2", "192.0.2.1"]
    assert said(made, "locator") == ["t.mrt record 2", "t.mrt record 2", "t.mrt record 5"]
    assert said(made, "observed_on") == [date(1970, 1, 1)] * 3
    assert said(made, "note") == [None] * 3
    assert made.ignored == ("route whose path has an AS set (1)", "route whose path is a loop (1)")
    assert (made.layout, made.row_count, made.remarks) == ("mrt", 3, ())


def test_an_old_table_is_read_too() -> None:
    made = reading(table_dump("10.0.0.0/8", "192.0.2.1", 10, path(10, 20, size=2)))
    assert short(made) == [("10", "10 20", "ipv4", 1, 2**24)]
    assert said(made, "collector") == [None]


def test_announcements_count_as_paths_each_prefix_once_and_withdrawals_take_none_back() -> None:
    data = announced("10.0.0.0/8", 10, 20) + announced("11.0.0.0/8", 10, 20) + announced("10.0.0.0/8", 10, 20, 20)
    data += message(update(gone=prefix("10.0.0.0/8"))) + announced("10.0.0.0/8", 10, 30)
    data += message(update(attributes=path(10, 20) + reach("2001:db8::/32")))
    made = reading(data)
    assert short(made) == [
        ("10", "10 20", "ipv4", 2, 2**25), ("10", "10 30", "ipv4", 1, 2**24), ("10", "10 20", "ipv6", 1, None),
    ]  # fmt: skip
    assert said(made, "locator") == ["t.mrt record 1", "t.mrt record 5", "t.mrt record 6"]
    assert made.ignored == ("withdrawal (1)",)


@pytest.mark.parametrize("records", [1, 2, 2_000_000])
def test_batches_change_no_row(records: int, monkeypatch: pytest.MonkeyPatch) -> None:
    data = TABLE + b"".join(announced(f"10.{n % 3}.0.0/16", 10, 20, 30 + n % 2) for n in range(12))
    whole = reading(data)
    monkeypatch.setattr(reader, "BATCH_ROWS", 1)
    monkeypatch.setattr(reader, "BATCH_RECORDS", records)
    assert reading(data).rows == whole.rows
    assert short(whole)[3] == ("10", "10 20 30", "ipv4", 3, 3 * 2**16)


def test_records_without_a_route_keep_the_number_of_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "BATCH_RECORDS", 2)
    data = message(update(kind=4)) * 5 + announced("10.0.0.0/8", 10, 20)
    assert said(reading(data), "locator") == ["t.mrt record 6"]


def test_a_mapping_names_the_collector_and_the_day() -> None:
    made = reading(announced("10.0.0.0/8", 10), mapping=b'collector = "rrc06"\nobserved_on = 2015-04-01\n')
    assert (said(made, "collector"), said(made, "observed_on")) == (["rrc06"], [date(2015, 4, 1)])


def test_a_mapping_is_told_every_fault() -> None:
    with pytest.raises(InputFault) as caught:
        reading(TABLE, mapping=b'collector = ""\nobserved_on = "now"\ncolector = "x"\n')
    assert [fault.sentence() for fault in caught.value.faults] == [
        "t.toml, colector: no such key; found 'colector', expected collector or observed_on. Nearest: collector.",
        """t.toml, collector: not a collector; found '', expected a text such as "rrc06".""",
        "t.toml, observed_on: not a day; found 'now', expected a day, written 2025-09-01 without quotes.",
    ]
    with pytest.raises(InputFault, match=r"t\.toml: the mapping "):
        reading(TABLE, mapping=b"collector = \n")


def test_a_broken_record_is_left_out_and_told() -> None:
    broken = record(13, 2, b"\0\0\0\1\x40")
    made = reading(TABLE + broken + rib("12.0.0.0/8", (0, path(10, 40))))
    assert short(made)[:3] == short(reading(TABLE))
    assert short(made)[3] == ("10", "10 40", "ipv4", 1, 2**24)
    (remark,) = made.remarks
    assert remark.startswith(f"1 broken place left out, first t.mrt byte {len(TABLE):,} row 6: ")
    assert said(made, "note") == [None] * 4


@pytest.mark.parametrize(("suffix", "pack"), [("", bytes), (".gz", gzip.compress), (".xz", lzma.compress)])
def test_a_file_cut_anywhere_gives_what_stands_before_the_cut(suffix: str, pack: type[bytes]) -> None:
    whole, data = short(reading(TABLE)), pack(TABLE)
    seen = set()
    for size in range(len(data) - len(data) // 3, len(data)):
        upload = Upload(f"t.mrt{suffix}", "0" * 64, data[:size], size)
        if not module.is_mrt(upload):
            continue
        made = reading(data[:size], f"t.mrt{suffix}")
        paths = [row[:3] for row in short(made)]
        assert paths == [row[:3] for row in whole][: len(paths)]
        seen.add(len(paths))
        if made.remarks:
            assert made.remarks[0].startswith("Cut: ")
            assert set(said(made, "note") if paths else {module._CUT}) == {module._CUT}
    assert max(seen) >= 2


def test_a_cut_between_two_records_of_a_plain_file_cannot_be_seen() -> None:
    assert reading(TABLE[: len(PEERS)]).remarks == ()
    assert reading(TABLE[: len(PEERS) + 1]).remarks[0].startswith("Cut: 1 records in ")


@pytest.mark.parametrize("name", ["rib", "rib.csv", "rib.gz", "rib.bz2", "rib.mrt.zst"])
def test_it_is_known_by_its_bytes_and_not_by_its_name(name: str) -> None:
    for data in (TABLE, gzip.compress(TABLE), bz2.compress(TABLE)):
        upload = Upload(name, "0" * 64, data, len(data))
        assert module.is_mrt(upload)
        assert turn_of(upload, None) == 2
        assert short(reading(data, name)) == short(reading(TABLE))
        assert suggest(upload, NAMES).table == "observed_path"


@given(st.text(min_size=4), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "latin-1"]))
def test_no_text_is_taken_for_it(text: str, encoding: str) -> None:
    assert not begins_as_mrt(text.replace("\0", "").encode(encoding, "replace"))


def test_no_file_of_ours_is_taken_for_it() -> None:
    assert [name for name, data in bundled_files().items() if begins_as_mrt(data)] == []
    for kind, subtype in ((13, 2), (12, 5), (16, 12), (11, 1)):
        assert not begins_as_mrt(record(kind, subtype, bytes(20)))
    assert not begins_as_mrt(b"\0\0\0\0\0\x0d\0\1\1\0\0\1") and not begins_as_mrt(TABLE[:11])
    assert not module.is_mrt(Upload("x.gz", "0" * 64, gzip.compress(b"asn,name\n1,a\n")[:12], 12))


@pytest.mark.parametrize(("limit", "most"), [("MOST_PATHS", "2 paths"), ("MOST_ANNOUNCED", "2 announcements")])
def test_more_than_is_read_is_refused(limit: str, most: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, limit, 2)
    two = announced("10.0.0.0/8", 10, 20) + announced("11.0.0.0/8", 10, 30)
    assert len(short(reading(two))) == 2
    with pytest.raises(InputFault, match=f"holds more than is read; expected at most {most}"):
        reading(two + announced("12.0.0.0/8", 10, 40))


def test_kinds_of_records_that_are_told_are_bounded() -> None:
    data = TABLE + b"".join(record(60, n, b"") for n in range(30))
    told = [one for one in reading(data).ignored if one.startswith("record: ")]
    assert len(told) == 21 and "record: another kind (10)" in told


def test_a_cut_file_enters_a_case_by_command_and_again_without_harm(tmp_path: Path) -> None:
    cut = tmp_path / "rib.mrt"
    cut.write_bytes(TABLE[:-3])
    new(tmp_path / "case")
    run = CliRunner()
    first = run.invoke(cli, ["add", str(tmp_path / "case"), str(cut)])
    assert first.exit_code == 0
    assert "rib.mrt: read as mrt, 2 rows; 2 new in observed_path, 1 new in source" in first.output
    assert "  Cut: 4 records in " in first.output
    again = add(tmp_path / "case", [cut]).files[0]
    assert again.stood_already and again.remarks[0].startswith("Cut: 4 records")
    case = Case.open(tmp_path / "case")
    rows = case.read("observed_path")
    assert rows.height == 2 and rows["note"].unique().to_list() == [module._CUT]
    assert check(tmp_path / "case").error_count == 0
    told = str(why(tmp_path / "case", f"observed_path:{rows['row_id'][0]}").as_dict())
    assert "rib.mrt record 2" in told and "192.0.2.1" not in told


def plainly(place: Path) -> dict[tuple[object, ...], set[tuple[int, int, int]]]:
    """The prefixes of each session, family and cleaned path, worked out route by route."""
    file, found = read_mrt(place), {}
    for rows in file:
        for row in frame(rows, file.reading.sessions).iter_rows(named=True):
            if row["path"] is None or 1 in row["path_part"]:
                continue
            asns = [asn for asn, part in zip(row["path"], row["path_part"], strict=True) if part == 0]
            asns = [asn for at, asn in enumerate(asns) if at == 0 or asns[at - 1] != asn]
            if asns and len(set(asns)) == len(asns):
                key = (row["peer_address"], str(row["peer_asn"]), row["family"], tuple(map(str, asns)))
                where = (row["address_high"], row["address_low"], row["prefix_length"])
                found.setdefault(key, set()).add(where)
    return found


RIBS = ("rib.20140523.0600_firstMB.bz2", "rib6.20151101.0600_firstMB.bz2")
UPDATES = ("ris.rrc06.updates.1427846400.gz", "routeviews.route-views.jinx.updates.1427846400.bz2")


def real(name: str) -> Path:
    if not (SHARED / name).exists():
        pytest.skip(f"the shared MRT file {name} is not beside this checkout")
    return SHARED / name


@pytest.mark.parametrize(
    ("name", "count", "prefixes", "remarks", "day"),
    [
        pytest.param(RIBS[0], 78_435, 266_696, 1, date(2014, 5, 23), marks=pytest.mark.slow),
        pytest.param(RIBS[1], 79_662, 149_342, 1, date(2015, 11, 1), marks=pytest.mark.slow),
        (UPDATES[0], 337, 922, 0, date(2015, 4, 1)),
        (UPDATES[1], 949, 7_160, 0, date(2015, 4, 1)),
    ],
)
def test_real_files_in_numbers(name: str, count: int, prefixes: int, remarks: int, day: date) -> None:
    made = reading(real(name).read_bytes(), name)
    assert len(made.rows["observed_path"]) == made.row_count == count
    assert sum(map(int, said(made, "prefix_count"))) == prefixes  # type: ignore[call-overload]
    assert set(said(made, "observed_on")) == {day}
    assert len(made.remarks) == remarks


@pytest.mark.parametrize("name", [*UPDATES, *(pytest.param(name, marks=pytest.mark.slow) for name in RIBS)])
def test_real_files_are_as_worked_out_route_by_route(name: str) -> None:
    found = {}
    for row in reading(real(name).read_bytes(), name).rows["observed_path"]:
        family = 6 if row["family"] == "ipv6" else 4
        found[row["peer_address"], row["peer_asn"], family, tuple(row["path"])] = row  # type: ignore[arg-type]
    worked = plainly(SHARED / name)
    assert found.keys() == worked.keys()
    for key, where in worked.items():
        assert found[key]["prefix_count"] == len(where)
        addresses = None if key[2] == 6 else sum(2 ** (32 - length) for _, _, length in where)
        assert found[key]["address_count"] == addresses
