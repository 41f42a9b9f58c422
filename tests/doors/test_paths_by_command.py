"""`provenet paths` at the terminal: sentences, one JSON object, Parquet, and codes 0, 2 and 3."""

import json
from datetime import datetime
from itertools import combinations
from math import prod
from pathlib import Path

import polars as pl
import pytest

pytest.importorskip("numba", reason="the extra 'internet' is not installed")

import provenet as package
from doors.conftest import Provenet
from doors.measured_files import HOPS, trace_of, write_path_files

ORIGINS = "origins_2026-06-17.csv"


@pytest.fixture
def files(provenet: Provenet, tmp_path: Path) -> Path:
    """A scan with its vendors, origins, and four traces."""
    write_path_files(tmp_path)
    assert provenet("vendors", tmp_path / "scan_2025-05-13.csv", "--out", tmp_path / "v.parquet").code == 0
    return tmp_path


def words(files: Path, *more: str | Path) -> tuple[str | Path, ...]:
    return ("paths", files / "traces.ndjson", "--vendors", files / "v.parquet", "--origins", files / ORIGINS, *more)


def test_each_trace_is_of_one_tier(provenet: Provenet, files: Path) -> None:
    answer = provenet(*words(files, "--restricted", "Huawei", "--json")).json
    assert {name: one["trace_count"] for name, one in answer["tiers"].items()} == dict.fromkeys(
        ("hop", "network", "unknown", "clear"), 1
    )
    assert (answer["low_share"], answer["high_share"]) == (0.25, 0.75)
    assert answer["estimate_low_share"] < 0.25
    assert answer["estimate_high_share"] > 0.75
    assert answer["restricted"] == ["huawei"]


def test_a_network_has_a_share_where_it_is_known_what_was_probed(provenet: Provenet, files: Path) -> None:
    answer = provenet(*words(files, "--restricted", "Huawei", "--json")).json
    assert answer["tiers"]["network"]["device_low_share"] is None
    network = {"asns": [64500], "trace_count": 2, "undecided_trace_count": 1}
    network |= {"restricted_address_count": 1, "identified_address_count": 2}
    assert answer["networks"] == [network | {"low_share": None, "high_share": None}]
    probed = files / "probed.txt"
    probed.write_text("1.2.3.1\n1.2.3.2\n1.2.3.8\n1.2.3.9\n1.2.4.1\n", encoding="utf-8")
    made = provenet("vendors", files / "scan_2025-05-13.csv", "--probed", probed, "--out", files / "v.parquet")
    assert made.code == 0
    answer = provenet(*words(files, "--restricted", "Huawei", "--json")).json
    assert answer["networks"] == [network | {"low_share": 0.25, "high_share": 0.75}]
    tier = answer["tiers"]["network"]
    assert (tier["device_low_share"], tier["device_high_share"]) == (0.25, 0.75)
    table = pl.read_parquet(files / "v.parquet")
    unsure = pl.when(pl.col("address") != "1.2.3.9").then("is_probed").alias("is_probed")
    table.with_columns(unsure).write_parquet(files / "v.parquet")
    answer = provenet(*words(files, "--restricted", "Huawei", "--json")).json
    assert answer["networks"] == [network | {"low_share": None, "high_share": None}]
    table.write_parquet(files / "v.parquet")
    lines = provenet(*words(files, "--restricted", "Huawei")).out.splitlines()
    part = "25.00 to 75.00 %"
    assert f"Of the devices probed in the networks of that tier, {part} are such devices (mean over traces)." in lines
    probed.write_text("1.2.4.1\n", encoding="utf-8")
    assert (
        provenet("vendors", files / "scan_2025-05-13.csv", "--probed", probed, "--out", files / "v.parquet").code == 0
    )
    lines = provenet(*words(files, "--restricted", "Huawei")).out.splitlines()
    assert "Which part of the devices probed in the networks of that tier are such devices is not known." in lines


def test_tables_of_origins_are_one_whatever_their_order(provenet: Provenet, files: Path) -> None:
    """A network of several tables is one row; a range of which they disagree is of all that they state."""
    more, asked = files / "more_2026-06-17.csv", ("--restricted", "Huawei", "--json")
    more.write_text("9.0.0.0,9.255.255.255,64500,Alpha\n", encoding="utf-8")
    one = provenet(*words(files, *asked)).json["networks"]
    head, tail = (files / "traces.ndjson", "--vendors", files / "v.parquet"), (files / ORIGINS, "--origins", more)
    assert len(one) == 1
    assert provenet("paths", *head, "--origins", *tail, *asked).json["networks"] == one
    assert provenet("paths", *head, "--origins", *reversed(tail), *asked).json["networks"] == one
    first, last, _, *rest = (files / ORIGINS).read_text(encoding="utf-8").splitlines()[0].split(",")
    more.write_text(",".join([first, last, "64509", *rest]) + "\n", encoding="utf-8")
    paths = []
    for tables in (tail, tuple(reversed(tail))):
        assert provenet("paths", *head, "--origins", *tables, "--out", files / "rows.parquet").code == 0
        paths.append(pl.read_parquet(files / "rows.parquet").sort("probe_id")["as_path"].to_list())
    assert paths[0] == paths[1]
    assert paths[0][0] == "{64500,64509} 64502"


@pytest.mark.parametrize("text", ["", "\n\n"])
def test_a_table_of_origins_that_holds_nothing_is_refused(provenet: Provenet, files: Path, text: str) -> None:
    """It would else place nobody: an unknown network, or the networks that a scan states taken away."""
    (files / ORIGINS).write_text(text, encoding="utf-8")
    scan = ("vendors", files / "scan_2025-05-13.csv", "--origins", files / ORIGINS)
    for ran in (provenet(*words(files, "--restricted", "Huawei")), provenet(*scan)):
        assert ran.code == 3
        assert "the table holds no range of addresses; found 'nothing', expected a prefix or a range on each" in ran.err


def test_a_network_is_never_reported_as_a_hop(provenet: Provenet, files: Path) -> None:
    out = files / "rows.parquet"
    assert provenet(*words(files, "--restricted", "huawei", "--out", out)).code == 0
    rows = pl.read_parquet(out).sort("probe_id")
    assert rows["tier"].to_list() == ["hop", "network", "clear", "unknown"]
    assert rows["vendors"].to_list() == [["cisco", "huawei"], ["cisco"], ["cisco"], ["cisco"]]
    assert rows["low_share"].to_list() == [None] * 4
    assert rows["as_path"].to_list() == ["64500 64502", "64500 64502", "64501 64502", "64501 * 64502"]
    assert rows["target_address"].unique().to_list() == ["1.2.9.9"]
    assert str(rows["started_at"][0]) == "2019-05-12 09:31:12+00:00"


def test_several_vendors_are_one_set_and_each_by_itself(provenet: Provenet, files: Path) -> None:
    answer = provenet(*words(files, "--restricted", "Huawei", "--restricted", "Cisco", "--json")).json
    assert answer["tiers"]["hop"]["trace_count"] == 4
    each = {one["vendor_id"]: one["tiers"]["hop"]["trace_count"] for one in answer["by_vendor"]}
    assert each == {"huawei": 1, "cisco": 4}


def test_without_a_restricted_vendor_there_is_coverage_alone(provenet: Provenet, files: Path) -> None:
    answer = provenet(*words(files, "--json")).json
    assert answer["tiers"] is None
    assert answer["identified_trace_count"] == 4
    assert answer["hops_by_vendor"] == [
        {"vendor_id": "cisco", "trace_count": 4},
        {"vendor_id": "huawei", "trace_count": 1},
    ]


def test_dates_of_all_inputs_stand_with_the_result(provenet: Provenet, files: Path) -> None:
    answer = provenet(*words(files, "--restricted", "Huawei", "--json")).json
    assert answer["dates"] == {
        "traces": ["2019-05-12", "2019-05-12"],
        "scans": ["2025-05-13", "2025-05-13"],
        "origins": ["2026-06-17", "2026-06-17"],
        "exchanges": [None, None],
    }
    text = provenet(*words(files, "--restricted", "Huawei")).out
    assert "12 May 2019" in text
    assert "13 May 2025" in text
    assert "17 June 2026" in text


@pytest.mark.parametrize("day", ["2026-06-17", "2026-06-16", "2025-06-13", "2019-05-12", "2019-05-11"])
def test_a_day_counts_for_files_what_it_counts_for_a_case(provenet: Provenet, files: Path, day: str) -> None:
    """Later traces, sightings and tables count for neither; without a router that counts, files alone are refused."""
    older = files / "origins_2018-01-01.csv"
    older.write_text("1.2.3.0,1.2.4.255,64500,Alpha\n1.2.9.0,1.2.9.255,64502,Gamma\n", encoding="utf-8")
    (files / "traces.toml").write_text('[constants]\ncountry = "Netherlands"\n', encoding="utf-8")
    late = [trace_of(at, HOPS[0]) | {"timestamp": 1780000000 + at} for at in range(3)]
    (files / "late.ndjson").write_text("\n".join(map(json.dumps, late)) + "\n", encoding="utf-8")
    (files / "late.toml").write_text('[constants]\ncountry = "Netherlands"\n', encoding="utf-8")
    old_scan = (files / "scan_2025-05-13.csv").read_text(encoding="utf-8").replace("1.2.3.2,", "1.2.3.7,")
    (files / "scan_2025-04-01.csv").write_text(old_scan, encoding="utf-8")
    scans, traces = [files / f"scan_2025-{one}.csv" for one in ("05-13", "04-01")], ["traces.ndjson", "late.ndjson"]
    assert provenet("vendors", *scans, "--window-days", "99", "--out", files / "v.parquet").code == 0
    package.new(files / "case", "paths")
    package.add(files / "case", [*scans, older, *(files / one for one in (ORIGINS, *traces))])
    more = ("--origins", older, "--restricted", "Huawei", "--as-of", day)
    found = provenet(*words(files, *more, files / "late.ndjson", "--json"))
    package.depend(files / "case", country=["Netherlands"], as_of=day)
    asked = {"paths": True, "country": ["Netherlands"], "vendors": ["Huawei"], "as_of": day}
    held = package.expose(files / "case", **asked).countries[0].paths
    if day < "2025":
        assert {one["identified_count"] for one in held} <= {0}
        assert found.code == 3
        assert found.err == (
            "v.parquet: no row counts: all are of later days than the one in question; "
            f"expected rows seen up to {int(day[-2:])} May 2019.\n    Scan at that time, or name a later --as-of.\n"
        )
        return
    (row,) = [one for one in held if one["target_country"] is None]
    names = ("on_hop", "in_network", "unknown", "clear")
    assert [one["trace_count"] for one in found.json["tiers"].values()] == [row[f"{one}_count"] for one in names]
    assert found.json["trace_count"] == (7 if day[:4] == "2026" else 4)
    assert "v.parquet: 1 row left out, seen more than 31 days before the newest there." in found.json["remarks"]
    assert any(
        one.startswith(f"{older.name if day == '2026-06-17' else ORIGINS} does not") for one in found.json["remarks"]
    )


def test_tables_much_younger_than_the_traces_are_named(provenet: Provenet, files: Path) -> None:
    """What a table of a later day says of old paths is an assumption; alone it is refused for their day."""
    words_of_days = "what is known of addresses is up to 2,593 days younger than the newest trace"
    assert f"Mind: {words_of_days}; --as-of 2019-05-12 lets nothing later count." in provenet(*words(files)).out
    refused = provenet(*words(files, "--as-of", "2026-06-16"))
    assert (refused.code, refused.err) == (
        3,
        f"{ORIGINS}: the table is of a later day than the one in question; found '2026-06-17', "
        "expected a day up to 16 June 2026.\n    Give one of that time, or a later --as-of.\n",
    )


def test_a_trace_that_comes_twice_counts_once(provenet: Provenet, files: Path) -> None:
    (files / "again.ndjson").write_bytes((files / "traces.ndjson").read_bytes())
    answer = provenet(*words(files, files / "again.ndjson", "--restricted", "Huawei", "--json")).json
    assert (answer["trace_count"], answer["repeated_trace_count"]) == (4, 4)
    assert answer["hops_by_vendor"][0] == {"vendor_id": "cisco", "trace_count": 4}


def test_lines_of_a_terminal(provenet: Provenet, files: Path) -> None:
    ran = provenet(*words(files, "--restricted", "Huawei"))
    assert (ran.code, ran.err) == (0, "")
    lines = ran.out.splitlines()
    assert lines[0] == "1 file: 4 traces, 10 answers on hops, 12 May 2019"
    assert lines[1] == "v.parquet: 3 addresses, 3 with a vendor, seen 13 May 2025"
    assert "4 of 4 traces have a hop whose vendor is known (100 %)" in lines
    assert "Cross a restricted device: 25.00 to 75.00 %  ██████░░░░░░░░░░░░" in lines
    assert "says nothing of whether the path crossed it" in ran.out


def test_the_same_files_give_the_same_bytes(provenet: Provenet, files: Path) -> None:
    texts, data = [], []
    for name in ("a.parquet", "b.parquet"):
        texts.append(
            provenet(*words(files, "--restricted", "Huawei", "--json", "--out", files / name)).out.replace(name, "")
        )
        data.append((files / name).read_bytes())
    assert texts[0] == texts[1]
    assert data[0] == data[1]


def test_vendors_of_a_seat_and_those_of_none_that_is_known(provenet: Provenet, files: Path) -> None:
    """Huawei sits in China and Cisco does not. A maker of no known seat may: no path is clear by its devices."""
    seated = ("--restricted", "seat:CN", "--json")
    answer = provenet(*words(files, *seated)).json
    assert {"h3c", "huawei", "zte"} <= set(answer["restricted"]) and answer["unknown_seat"] == []
    assert [one["trace_count"] for one in answer["tiers"].values()] == [1, 1, 1, 1]
    table = pl.read_parquet(files / "v.parquet")
    is_last = pl.col("address") == "1.2.4.1"
    renamed = pl.when(is_last).then(pl.lit("oneaccess")).otherwise("vendor_id").alias("vendor_id")
    table.with_columns(renamed).write_parquet(files / "v.parquet")
    answer = provenet(*words(files, *seated)).json
    assert answer["unknown_seat"] == ["oneaccess"]
    assert [one["trace_count"] for one in answer["tiers"].values()] == [1, 1, 2, 0]
    assert answer["identified_trace_count"] == 4
    sentence = "Vendors of no known seat may be of the group, so none of their devices makes a path clear: oneaccess."
    assert sentence in answer["assumptions"]
    named = provenet(*words(files, "--restricted", "huawei", "--json")).json
    assert [one["trace_count"] for one in named["tiers"].values()] == [1, 1, 1, 1] and named["unknown_seat"] == []
    nowhere = provenet(*words(files, "--restricted", "seat:QQ"))
    assert nowhere.code == 2
    assert nowhere.err.startswith(
        "--restricted: no vendor with its seat in this country is on record; found 'seat:QQ'."
    )


def test_a_vendor_that_nobody_knows_names_its_nearest(provenet: Provenet, files: Path) -> None:
    ran = provenet(*words(files, "--restricted", "Huawai", "--restricted", "Zzyzx"))
    assert ran.code == 2
    first, second = ran.err.splitlines()
    assert first == (
        "--restricted: no such vendor; found 'Huawai', expected the name of one or its id. Nearest: huawei."
    )
    assert second.startswith("--restricted: no such vendor; found 'Zzyzx'")


def test_wrong_calls(provenet: Provenet, files: Path) -> None:
    gone = files / "gone"
    for more, sentence in (
        (
            ("paths", files / "traces.ndjson"),
            "provenet paths: Missing option '--vendors'. See: provenet paths --help\n",
        ),
        (words(gone), f"no such file; found {str(gone / 'traces.ndjson')!r}, expected a file.\n"),
    ):
        ran = provenet(*more)
        assert ran.code == 2
        assert ran.err.startswith(sentence)


def test_all_faults_of_all_files_at_once(provenet: Provenet, files: Path) -> None:
    (files / "notes.txt").write_text("none of these\n", encoding="utf-8")
    pl.DataFrame({"address": ["1.2.3.4"]}).write_parquet(files / "short.parquet")
    ran = provenet("paths", files / "notes.txt", "--vendors", files / "short.parquet", "--origins", files / "notes.txt")
    assert ran.code == 3
    assert [line.partition(":")[0] for line in ran.err.splitlines() if not line.startswith(" ")][:2] == [
        "short.parquet",
        "notes.txt",
    ]
    assert "the table has no column vendor_id" in ran.err


def test_from_python(files: Path) -> None:
    report = package.paths(
        files / "traces.ndjson", vendors=files / "v.parquet", origins=files / ORIGINS, restricted="Huawei"
    )
    assert report.summary["tiers"]["hop"]["trace_count"] == 1
    assert report.rows is not None
    assert report.rows.height == 4


def test_tables_on_disk_give_the_same_sums(provenet: Provenet, files: Path) -> None:
    pytest.importorskip("duckdb", reason="the extra 'measured' is not installed")
    both = [
        provenet(*words(files, "--restricted", "Huawei", "--restricted", "Cisco", *more, "--json")).json
        for more in ((), ("--memory", "512"))
    ]
    for name in ("trace_count", "tiers", "low_share", "high_share", "undecided", "by_vendor", "identified_trace_count"):
        assert both[0][name] == both[1][name]
    assert both[1]["networks"] is None
    ran = provenet(*words(files, "--memory", "512", "--out", files / "x.parquet"))
    assert (ran.code, ran.err) == (2, "--memory: sums alone are made; expected no --out.\n")


def test_an_address_of_an_exchange_is_of_no_network(provenet: Provenet, files: Path) -> None:
    lan = {"id": 1, "ixlan_id": 1, "protocol": "IPv4", "prefix": "1.2.3.0/24", "in_dfz": True, "status": "ok"}
    (files / "ixpfx.json").write_text(json.dumps({"data": [lan]}), encoding="utf-8")
    out = files / "rows.parquet"
    answer = provenet(
        *words(files, "--restricted", "Huawei", "--exchanges", files / "ixpfx.json", "--out", out, "--json")
    ).json
    assert answer["exchange_prefix_count"] == 1
    assert answer["tiers"]["network"]["trace_count"] == 0
    assert pl.read_parquet(out)["as_path"][0].startswith("ix:")


def test_the_next_address_is_the_one_that_may_settle_a_path(provenet: Provenet, files: Path) -> None:
    out = files / "targets.txt"
    answer = provenet(*words(files, "--restricted", "Huawei", "--targets", "5", "--targets-out", out, "--json")).json
    targets = answer["targets"]
    assert [(one["address"], one["asns"], one["trace_count"]) for one in targets["addresses"]] == [
        ("1.2.3.7", [64500], 1)
    ]
    assert targets["candidate_count"] == 1
    assert 0 < targets["settled_share"] <= targets["most_settled_share"]
    assert out.read_text("utf-8") == "1.2.3.7\n"
    assert "To fingerprint next: 1 of 1 address" in provenet(*words(files, "--restricted", "ZTE", "--targets", "5")).out
    ran = provenet(*words(files, "--targets", "5"))
    assert ran.err == "--targets: this needs vendors to look for; expected --restricted too.\n"


@pytest.mark.parametrize("written", ["Huawei", "HUAWEI Technologies Co., Ltd.", "huawei-technologies"])
def test_names_of_another_program_are_the_vendor_whatever_their_letters(
    provenet: Provenet, files: Path, written: str
) -> None:
    """A restricted vendor in other letters must not pass for another vendor, whose paths are clear."""
    table = pl.read_parquet(files / "v.parquet").select("address", "vendor_id", "p_correct", "method", "evidence")
    table.with_columns(pl.col("vendor_id").replace({"huawei": written, "cisco": "Cisco Systems"})).write_parquet(
        files / "v.parquet"
    )
    answer = provenet(*words(files, "--restricted", "huawei", "--json")).json
    assert [one["trace_count"] for one in answer["tiers"].values()] == [1, 1, 1, 1]
    assert [one["vendor_id"] for one in answer["hops_by_vendor"]] == ["cisco", "huawei"]


def test_a_vendor_without_a_probability_is_on_a_hop_and_clears_no_path(provenet: Provenet, files: Path) -> None:
    table = pl.read_parquet(files / "v.parquet")
    table.with_columns(p_correct=pl.lit(None, pl.Float64)).write_parquet(files / "v.parquet")
    answer = provenet(*words(files, "--restricted", "huawei", "--json")).json
    tiers = {name: one["trace_count"] for name, one in answer["tiers"].items()}
    assert (tiers["hop"], tiers["clear"]) == (1, 0)
    assert (answer["low_share"], answer["high_share"], answer["estimate_low_share"]) == (0.25, 1.0, 0.0)
    assert answer["inputs"]["vendors"][0]["unstated_count"] == 3
    assert any("no path is clear by it" in line for line in answer["assumptions"])


def test_addresses_of_a_table_are_those_of_the_traces_in_any_form(provenet: Provenet, files: Path) -> None:
    """Traces keep IPv4 inside IPv6 as IPv4, and of an address made of a MAC address the maker's part."""
    table = pl.read_parquet(files / "v.parquet").with_columns("::ffff:" + pl.col("address"))
    table.write_parquet(files / "v.parquet")
    answer = provenet(*words(files, "--restricted", "huawei", "--json")).json
    assert [one["trace_count"] for one in answer["tiers"].values()] == [1, 1, 1, 1]


def test_more_vendors_than_are_told_apart_at_once_are_refused(provenet: Provenet, files: Path) -> None:
    table = pl.DataFrame({"address": [f"1.2.3.{at}" for at in range(70)], "vendor_id": [f"v{at}" for at in range(70)]})
    table.with_columns(p_correct=pl.lit(0.9)).write_parquet(files / "v.parquet")
    vendors = [word for at in range(61) for word in ("--restricted", f"v{at}")]
    ran = provenet(*words(files, *vendors))
    assert (ran.code, ran.err) == (2, "--restricted: 61 vendors are named; expected at most 60.\n")
    assert provenet(*words(files, *vendors[2:])).code == 0


@pytest.mark.parametrize("placeholder", ["", "unknown", "Unknown", "N/A", "-", "NaN"])
def test_a_placeholder_is_no_vendor_and_no_path_is_clear_by_it(
    provenet: Provenet, files: Path, placeholder: str
) -> None:
    table = pl.read_parquet(files / "v.parquet")
    table.with_columns(vendor_id=pl.lit(placeholder)).write_parquet(files / "v.parquet")
    answer = provenet(*words(files, "--restricted", "huawei", "--json")).json
    assert answer["tiers"]["clear"]["trace_count"] == 0
    assert answer["inputs"]["vendors"][0]["identified_count"] == 0


def test_columns_of_another_kind_are_faults_all_at_once(provenet: Provenet, files: Path) -> None:
    columns = {"address": [1], "vendor_id": [["a"]], "p_correct": ["x"]}
    pl.DataFrame(columns).write_parquet(files / "v.parquet")
    ran = provenet(*words(files, "--restricted", "Huawei"))
    assert ran.code == 3
    assert ran.err.splitlines() == [
        "v.parquet, address: the column holds something else; found 'Int64', expected text.",
        "v.parquet, vendor_id: the column holds something else; found 'List(String)', expected text, or nothing where "
        "the vendor is not known.",
        "v.parquet, p_correct: the column holds something else; found 'String', expected a number from 0 to 1, or "
        "nothing.",
    ]


def test_columns_of_other_programs_mean_what_they_say(provenet: Provenet, files: Path) -> None:
    """Categories for texts, whole numbers for probabilities, moments and ISO texts for days."""
    moments = pl.Series([datetime(2025, 5, 1, 7), datetime(2025, 5, 9, 7), None], dtype=pl.Datetime("ns", "UTC"))
    columns = {
        "address": pl.Series(["1.2.3.1", "1.2.3.2", "1.2.4.1"], dtype=pl.Categorical),
        "vendor_id": pl.Series(["cisco", "huawei", "cisco"], dtype=pl.Enum(["cisco", "huawei"])),
        "p_correct": pl.Series([1, 1, None], dtype=pl.Decimal(4, 2)),
        "first_seen_on": pl.Series(["2025-04-30", "", "last week"]),
        "seen_on": moments,
    }
    pl.DataFrame(columns).write_parquet(files / "v.parquet")
    answer = provenet(*words(files, "--restricted", "Huawei", "--json")).json
    assert answer["tiers"]["hop"]["trace_count"] == 1
    (read,) = answer["inputs"]["vendors"]
    assert (read["first_seen_on"], read["last_seen_on"]) == ("2025-04-30", "2025-05-09")
    pl.DataFrame({**columns, "p_correct": pl.Series([1, 1, 0], dtype=pl.Int8)}).write_parquet(files / "v.parquet")
    assert provenet(*words(files, "--restricted", "Huawei", "--json")).json["tiers"] == answer["tiers"]


def test_an_address_with_two_vendors_has_none_and_counts_once(provenet: Provenet, files: Path) -> None:
    columns = {
        "address": ["1.2.3.1", "1.2.3.2", "1.2.3.2", "1.2.4.1", "1.2.4.1"],
        "vendor_id": ["cisco", "huawei", "cisco", "cisco", "cisco"],
        "p_correct": [0.9] * 5,
    }
    pl.DataFrame(columns).write_parquet(files / "v.parquet")
    (read,) = provenet(*words(files, "--restricted", "Huawei", "--json")).json["inputs"]["vendors"]
    assert (read["address_count"], read["identified_count"]) == (3, 2)
    # Rows are those of the file, also where earlier ones are too old to count.
    seen = {"seen_on": ["2025-01-01"] * 2 + ["2025-05-09"] * 3, "address": [*columns["address"][:4], "nowhere"]}
    pl.DataFrame({**columns, **seen}).write_parquet(files / "v.parquet")
    assert "v.parquet row 5, address: this is no address" in provenet(*words(files, "--restricted", "Huawei")).err


def test_addresses_and_paths_compete_for_one_budget_as_trying_every_choice_shows(
    provenet: Provenet, files: Path
) -> None:
    """Every set within the budget is tried on what the files hold; none settles more than the answer states as bound.

    Probe 10 traced its path twice, so that what a silent hop does when it is traced anew is learnt.
    """
    hops = [
        ("1.2.3.1", None, "1.2.3.7", "1.2.9.9"),
        ("1.2.3.1", "1.2.3.8", "1.2.3.7", "1.2.9.9"),
        ("1.2.4.1", None, None, "1.2.9.9"),
        ("1.2.4.1", "1.2.4.7", "1.2.9.9"),
    ]
    traces = [trace_of(at, one) | {"prb_id": (10, 10, 11, 12)[at]} for at, one in enumerate(hops)]
    (files / "traces.ndjson").write_text("".join(json.dumps(one) + "\n" for one in traces), encoding="utf-8")
    # By the networks' vendors: 1 of 2 identified is Huawei's in the first, none of 1 in the second, 1.5 of 4 in all.
    overall = 1.5 / 4
    first, second = ((given + 5 * overall) / (identified + 5) * 0.1 for given, identified in ((1, 2), (0, 1)))
    # One path was traced twice: its silent hop answered the other time.
    anew = (1 + 5 * 0.1) / (1 + 5)
    settles = {
        "1.2.3.7": (1.0, {0: first, 1: first}),
        "1.2.3.8": (1.0, {1: first}),
        "1.2.4.7": (1.0, {3: second}),
        "path 10": (2.0, {0: anew * first}),
        "path 11": (2.0, {2: 1 - (1 - anew * second) ** 2}),
    }

    def settled(names: tuple[str, ...]) -> float:
        kept = [prod(1 - settles[name][1].get(trace, 0.0) for name in names) for trace in range(4)]
        return sum(1 - one for one in kept) / 4

    for budget in range(1, 8):
        options = ("--restricted", "Huawei", "--targets", str(budget), "--trace-cost", "2")
        found = provenet(*words(files, *options, "--json")).json["targets"]
        chosen = (
            *(one["address"] for one in found["addresses"]),
            *(f"path {one['probe_id']}" for one in found["paths"]),
        )
        sets = [names for size in range(6) for names in combinations(settles, size)]
        best = max(settled(names) for names in sets if sum(settles[name][0] for name in names) <= budget)
        assert found["spent"] == sum(settles[name][0] for name in chosen) <= budget
        assert found["settled_share"] == pytest.approx(settled(chosen), rel=1e-9)
        assert found["settled_share"] <= best * (1 + 1e-9) <= found["most_settled_share"] * (1 + 2e-9)
        assert found["settled_share"] >= found["guarantee_share"] * best * (1 - 1e-9)
    assert found["p_answers_anew"] == pytest.approx(anew)
    assert found["candidate_count"] == 3 and found["path_candidate_count"] == 2
    assert {one["probe_id"] for one in found["paths"]} == {10, 11}
    assert sorted(one["rank"] for one in [*found["addresses"], *found["paths"]]) == [1, 2, 3, 4, 5]


def test_what_was_chosen_as_requests_for_ripe_atlas(provenet: Provenet, files: Path) -> None:
    out = files / "targets.json"
    options = ("--restricted", "Huawei", "--targets", "30", "--targets-out", out)
    text = provenet(*words(files, *options)).out
    assert "To trace anew: 1 of 1 path with silent hops, each for 10 addresses" in text
    assert "2 targets for RIPE Atlas: " in text
    ping, traceroute = json.loads(out.read_text("utf-8"))
    assert ping["definitions"] == [{"type": "ping", "af": 4, "target": "1.2.3.7", "description": "reply of 1.2.3.7"}]
    assert ping["probes"] == [{"type": "probes", "value": "11", "requested": 1}]
    assert traceroute["definitions"][0] | {"description": ""} == {
        "type": "traceroute",
        "af": 4,
        "target": "1.2.9.9",
        "protocol": "ICMP",
        "paris": 16,
        "description": "",
    }
    assert traceroute["probes"] == [{"type": "probes", "value": "13", "requested": 1}]
    assert ping["is_oneoff"] and traceroute["is_oneoff"]
