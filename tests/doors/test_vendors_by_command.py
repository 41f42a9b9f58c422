"""`provenet vendors` at the terminal: sentences, one JSON object, Parquet, and codes 0, 2 and 3."""

import re
from pathlib import Path

import polars as pl
import pytest

from doors.conftest import Provenet
from doors.measured_files import DECODED, DECODED_HEAD, write_measured_files
from provenet.ingest.sightings.scan_tables import LFP_FEATURES

SCAN = "parsed_2025-05-13.csv.xz"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    write_measured_files(tmp_path)
    return tmp_path


def test_without_a_list_of_those_probed_there_are_counts_and_no_share_of_a_network(
    provenet: Provenet, files: Path
) -> None:
    answer = provenet("vendors", files / SCAN, "--json").json
    assert (answer["probed_count"], answer["answered_count"], answer["identified_count"]) == (None, 7, 5)
    assert answer["shares_of"].startswith("the routers that answered")
    rows = {row["vendor_id"]: row for row in answer["by_vendor"]}
    assert {name: row["router_count"] for name, row in rows.items()} == {
        "cisco": 2,
        "h3c": 1,
        "huawei": 1,
        "juniper": 1,
    }
    assert {row["low_share"] for row in rows.values()} == {None}
    assert {row["unanswered"] for row in rows.values()} == {None}
    assert rows["cisco"]["answered"] == {"low_share": 2 / 7, "high_share": 4 / 7}
    text = provenet("vendors", files / SCAN).out
    assert "Which addresses were probed is not known (--probed), so no share of a network follows." in text


def test_with_those_probed_a_share_holds_whatever_the_silent_are(provenet: Provenet, files: Path) -> None:
    answer = provenet("vendors", files / SCAN, "--probed", files / "probed.txt", "--rho", "1", "--json").json
    counts = ("probed_count", "answered_count", "identified_count", "unknown_count", "silent_count")
    assert [answer[name] for name in counts] == [10, 7, 5, 2, 3]
    assert (answer["answered_share"], answer["identified_share"]) == (0.7, 0.5)
    cisco = next(row for row in answer["by_vendor"] if row["vendor_id"] == "cisco")
    assert cisco["unanswered"] == {"low_share": 0.2, "high_share": 0.7}
    assert cisco["at_most_rho"] == {"low_share": 0.2, "high_share": 0.4}
    assert cisco["low_share"] <= 0.2
    assert cisco["high_share"] >= 0.4
    assert cisco["sampling"]["low_share"] < 2 / 5 < cisco["sampling"]["high_share"]


def test_addresses_of_one_router_count_once(provenet: Provenet, files: Path) -> None:
    given = ("--probed", files / "probed.txt", "--aliases", files / "routers.aliases")
    answer = provenet("vendors", files / SCAN, *given, "--json").json
    assert (answer["probed_count"], answer["answered_count"]) == (9, 6)
    assert answer["assumptions"][0] == "Addresses of one alias set are one router."
    cisco = next(row for row in answer["by_vendor"] if row["vendor_id"] == "cisco")
    assert (cisco["router_count"], cisco["address_count"]) == (1, 2)


def test_every_address_has_a_row_and_an_unknown_vendor_is_null(provenet: Provenet, files: Path) -> None:
    out = files / "v.parquet"
    assert provenet("vendors", files / SCAN, "--probed", files / "probed.txt", "--out", out).code == 0
    rows = {row["address"]: row for row in pl.read_parquet(out).to_dicts()}
    assert len(rows) == 10
    assert rows["192.0.2.3"]["vendor_id"] == "huawei"
    assert rows["198.51.100.1"]["vendor_id"] == "h3c"
    assert 0.9 <= rows["192.0.2.1"]["p_correct"] <= 1
    assert rows["192.0.2.1"]["method"] == "snmp_engine"
    assert (rows["192.0.2.1"]["country"], rows["192.0.2.1"]["asn"]) == ("NL", 64500)
    assert str(rows["192.0.2.1"]["seen_on"]) == "2025-05-13"
    host, stray, silent = (rows[name] for name in ("198.51.100.2", "198.51.100.3", "192.0.2.4"))
    assert (host["vendor_id"], host["p_correct"]) == (None, None)
    assert host["unknown_because"] == "net-snmp: an agent of hosts, not a router vendor"
    assert stray["unknown_because"] == "the enterprise number 1970372420 is not assigned"
    assert (silent["is_answered"], silent["unknown_because"]) == (False, "it was probed and did not answer")


def test_several_layouts_and_days_are_one_answer(provenet: Provenet, files: Path) -> None:
    answer = provenet("vendors", files / SCAN, files / "zmap.csv", "--json").json
    assert [one["format"] for one in answer["inputs"]["scans"]] == ["scan-table", "scan-table"]
    assert (answer["first_seen_on"], answer["last_seen_on"]) == ("2025-05-13", "2025-05-17")
    assert [(one["seen_on"], one["answered_count"]) for one in answer["by_day"]] == [
        ("2025-05-13", 7),
        ("2025-05-17", 2),
    ]
    assert {row["vendor_id"]: row["router_count"] for row in answer["by_vendor"]}["huawei"] == 2
    assert [(one["country"], one["answered_count"]) for one in answer["by_country"]] == [("BE", 4), ("NL", 3)]
    assert [(one["asn"], one["answered_count"]) for one in answer["by_network"]] == [(64501, 4), (64500, 3)]


def test_parts_of_those_that_answered_are_no_shares_of_those_probed(provenet: Provenet, files: Path) -> None:
    answer = provenet("vendors", files / SCAN, files / "zmap.csv", "--probed", files / "probed.txt", "--json").json
    assert (answer["probed_count"], answer["silent_count"]) == (10, 3)
    parts = [*answer["by_day"], *answer["by_country"], *answer["by_network"]]
    assert len(parts) == 6
    for part in parts:
        names = ("probed_count", "silent_count", "answered_share", "identified_share")
        assert [part[name] for name in names] == [None] * 4
        assert {row.get("unanswered") for row in part["by_vendor"]} == {None}
        assert {row.get("low_share") for row in part["by_vendor"]} == {None}


def test_a_day_is_judged_by_what_was_seen_on_it(provenet: Provenet, tmp_path: Path) -> None:
    """A router that was Huawei's on one day and Cisco's a week later: no day takes the other's evidence."""
    for day, seen in (("07", "2011,3,00:e0:fc:12:34:56"), ("13", "9,3,00:00:0c:9e:4b:86")):
        row = f"192.0.2.1,{seen},1,1d0h0m0s,The Netherlands,Delft,64500,Alpha\n"
        (tmp_path / f"scan_2025-05-{day}.csv").write_text(DECODED_HEAD + row, encoding="utf-8")
    scans = (tmp_path / "scan_2025-05-07.csv", tmp_path / "scan_2025-05-13.csv")
    answer = provenet("vendors", *scans, "--json", "--out", tmp_path / "rows.parquet").json
    by_day = {one["seen_on"]: [row["vendor_id"] for row in one["by_vendor"]] for one in answer["by_day"]}
    assert by_day == {"2025-05-07": ["huawei"], "2025-05-13": ["cisco"]}
    (row,) = pl.read_parquet(tmp_path / "rows.parquet").to_dicts()
    assert row["vendor_id"] is None
    assert row["unknown_because"] == "its evidence names several vendors: cisco, huawei"


def test_how_old_evidence_may_be_is_a_setting_that_is_said(provenet: Provenet, tmp_path: Path) -> None:
    lines = DECODED.splitlines(keepends=True)
    for day, row in (("2025-03-01", lines[2]), ("2025-05-07", lines[0]), ("2025-05-13", lines[1])):
        (tmp_path / f"scan_{day}.csv").write_text(DECODED_HEAD + row, encoding="utf-8")
    scans = sorted(tmp_path.glob("scan_*.csv"))
    every = provenet("vendors", *scans, "--window-days", "100", "--json").json
    assert (every["router_count"], every["window_days"], every["older_count"]) == (3, 100, 0)
    near = provenet("vendors", *scans, "--json").json
    assert (near["router_count"], near["window_days"], near["first_seen_on"]) == (2, 31, "2025-05-07")
    said = "Evidence counts up to 31 days older than the newest of its country; 2 items are older, or of no day beside "
    assert near["older_count"] == 2 and said + "others of one, and left out (--window-days)." in near["assumptions"]
    assert provenet("vendors", scans[2], "--window-days", "0", "--json").json["older_count"] == 0


def test_the_same_files_give_the_same_bytes(provenet: Provenet, files: Path) -> None:
    texts, data = [], []
    for name in ("a.parquet", "b.parquet"):
        ran = provenet("vendors", files / SCAN, "--probed", files / "probed.txt", "--json", "--out", files / name)
        texts.append(ran.out.replace(name, ""))
        data.append((files / name).read_bytes())
    assert texts[0] == texts[1]
    assert data[0] == data[1]


def test_lines_of_a_terminal(provenet: Provenet, files: Path) -> None:
    ran = provenet("vendors", files / SCAN, "--probed", files / "probed.txt")
    assert (ran.code, ran.err) == (0, "")
    lines = ran.out.splitlines()
    assert lines[:2] == ["1 file: 11 sightings of 7 addresses, 13 May 2025", "probed: 10 addresses of probed.txt"]
    assert lines[3] == "10 addresses probed"
    cisco = next(line for line in lines if line.startswith("  cisco"))
    assert re.fullmatch(r"  cisco +2 +20\.0 to 70\.0 %  █████░{12}", cisco)


def test_a_row_that_cannot_be_read_is_left_out_and_named(provenet: Provenet, files: Path) -> None:
    spoilt = files / "spoilt_2025-05-14.csv"
    spoilt.write_text(DECODED_HEAD + DECODED.replace("192.0.2.1,", "192.0.2.1G,"), encoding="utf-8")
    answer = provenet("vendors", spoilt, "--json").json
    assert (answer["answered_count"], answer["left_out_count"]) == (6, 1)
    fault = answer["left_out"][0]
    assert (fault["place"], fault["row"], fault["column"], fault["found"]) == (spoilt.name, 2, "ip", "192.0.2.1G")


def test_wrong_calls(provenet: Provenet, files: Path) -> None:
    gone, other = files / "gone.csv", files / "gone.txt"
    for words, sentence in (
        ((), "provenet vendors: Missing argument 'FILE...'. See: provenet vendors --help\n"),
        (
            (gone, "--probed", other),
            f"no such file; found {str(gone)!r}, expected a file.\n"
            f"no such file; found {str(other)!r}, expected a file.\n",
        ),
        ((files / SCAN, "--rho", "2"), "--rho: this is of routers that did not answer; expected --probed too.\n"),
    ):
        ran = provenet("vendors", *words)
        assert (ran.code, ran.err) == (2, sentence)


def test_all_faults_of_all_files_at_once(provenet: Provenet, files: Path) -> None:
    (files / "notes.txt").write_text("none of these\n", encoding="utf-8")
    (files / "cut.csv.xz").write_bytes((files / SCAN).read_bytes()[:-20])
    ran = provenet("vendors", files / "notes.txt", files / "cut.csv.xz", "--probed", files / "notes.txt")
    assert ran.code == 3
    starts = [line.partition(":")[0] for line in ran.err.splitlines() if not line.startswith(" ")]
    assert starts == ["notes.txt", "cut.csv.xz", "notes.txt"]


def test_tables_place_the_silent_so_that_countries_and_networks_have_denominators(
    provenet: Provenet, files: Path
) -> None:
    """Of 192.0.2.1 to .6 three are silent, of 198.51.100.1 to .4 none. What the scan states of those that answered
    places nobody: one rule for all, else the silent would leave a denominator wherever scan and table differ."""
    (files / "origins.csv").write_text("192.0.2.0,192.0.2.255,64500,A\n198.51.100.0,198.51.100.1,64509,B\n")
    (files / "countries.csv").write_text("192.0.2.0,192.0.2.5,NL\n198.51.100.0,198.51.100.255,DE\n")
    options = ("--origins", files / "origins.csv", "--countries", files / "countries.csv")
    call = ("vendors", files / SCAN, "--probed", files / "probed.txt", *options)
    answer = provenet(*call, "--json").json
    countries = {one["country"]: one for one in answer["by_country"]}
    assert {name: (one["probed_count"], one["identified_count"]) for name, one in countries.items()} == {
        "NL": (5, 3),
        "DE": (4, 2),
    }
    cisco = next(row for row in countries["NL"]["by_vendor"] if row["vendor_id"] == "cisco")
    assert cisco["unanswered"] == {"low_share": 2 / 5, "high_share": 4 / 5}
    assert cisco["low_share"] <= 2 / 5 and cisco["high_share"] >= 4 / 5
    networks = {one["asn"]: one["probed_count"] for one in answer["by_network"]}
    assert networks == {64500: 6, 64509: 1}
    both = {(one["country"], one["asn"]): one["probed_count"] for one in answer["by_country_network"]}
    assert both == {("NL", 64500): 5, ("DE", 64509): 1}
    assert answer["placement"] == {
        "network_unknown_count": 3,
        "several_networks_count": 0,
        "network_differs_count": 1,
        "country_unknown_count": 1,
        "country_differs_count": 4,
    }
    text = provenet(*call, "--out", files / "rows.parquet").out
    more = files / "more.csv"
    more.write_text("192.0.2.0,192.0.2.5,BE\n198.51.100.0,198.51.100.255,DE\n")
    disagreeing = [
        provenet(*call[:-1], *tables, "--json").json["by_country"]
        for tables in ((call[-1], "--countries", more), (more, "--countries", call[-1]))
    ]
    assert disagreeing[0] == disagreeing[1]
    assert [one["country"] for one in disagreeing[0]] == ["DE"]
    rows = pl.read_parquet(files / "rows.parquet").filter("is_probed")
    assert dict(rows.group_by("country").len().iter_rows()) == {"NL": 5, "DE": 4, None: 1}
    assert dict(rows.group_by("asn").len().iter_rows()) == {64500: 6, 64509: 1, None: 3}
    assert "By country, of those probed, whatever the silent and unknown are" in text
    assert "1 have none and are in no country." in text


def test_days_whose_shares_move_are_stated(provenet: Provenet, files: Path) -> None:
    """On the second day every second router of each of thirty networks has another maker's id."""
    for day, maker in ((13, 9), (14, 2011)):
        rows = [
            f"10.{net}.0.{at},{9 if at % 2 else maker},4,r{net}x{at},1,1d0h0m0s,Belgium,Gent,{64500 + net},N"
            for net in range(30)
            for at in range(1, 11)
        ]
        (files / f"parsed_2025-06-{day}.csv").write_text(DECODED_HEAD + "\n".join(rows) + "\n")
    scans = sorted(files.glob("parsed_2025-06-*.csv"))
    answer = provenet("vendors", *scans, "--json").json
    moved = {one["vendor_id"]: one["moved_day_count"] for one in answer["stability"]}
    assert moved == {"cisco": 2, "huawei": 2}
    assert "Network by network these moved beyond doubt" in provenet("vendors", *scans).out
    assert provenet("vendors", files / SCAN, "--json").json["stability"] == []


CISCO = "True,echo,r,r,False,False,False,False,255,255,64,84,40,56"
MIKROTIK = "False,dup,sz,dup,False,False,False,False,64,64,64,84,40,68"
HALF = "False,dup,,dup,,,False,,64,64,,84,,68"


def test_features_are_named_by_signatures(provenet: Provenet, tmp_path: Path) -> None:
    header = ",".join(LFP_FEATURES[:14])
    (tmp_path / "signatures.csv").write_text(f"{header},vendor\n{CISCO},ciscoSystems-7\n{MIKROTIK},MikroTik-4\n")
    rows = [f"192.0.2.{at},{text}" for at, text in enumerate((CISCO, MIKROTIK, HALF), start=1)]
    (tmp_path / "scan_2025-05-13.csv").write_text("\n".join([f"ip,{header}", *rows, ""]))
    without = provenet("vendors", tmp_path / "scan_2025-05-13.csv", "--json").json
    assert without["identified_count"] == 0
    answer = provenet(
        *("vendors", tmp_path / "scan_2025-05-13.csv", "--signatures", tmp_path / "signatures.csv", "--json")
    ).json
    assert [(row["vendor_id"], row["router_count"]) for row in answer["by_vendor"]] == [("mikrotik", 2), ("cisco", 1)]
    assert [(one["signature_count"], one["named_count"]) for one in answer["inputs"]["signatures"]] == [(2, 2)]
    text = provenet("vendors", tmp_path / "scan_2025-05-13.csv", "--signatures", tmp_path / "signatures.csv").out
    assert "2 signatures of features: signatures.csv" in text
    assert without["unknown_because"][0]["because"] == "features of replies name nobody without signatures"
    # Initial TTLs alone tell nobody: why is no longer that signatures were missing.
    (tmp_path / "ttl_2025-05-13.csv").write_text(f"ip,{header}\n192.0.2.9,,,,,,,,,,64,,,,\n")
    answer = provenet(
        *("vendors", tmp_path / "ttl_2025-05-13.csv", "--signatures", tmp_path / "signatures.csv", "--json")
    ).json
    because = [{"because": "by features of its replies no vendor is likely enough", "router_count": 1}]
    assert answer["unknown_because"] == because


def test_what_features_mistake_is_put_right_where_labels_are_enough(provenet: Provenet, tmp_path: Path) -> None:
    """Half of 1,200 routers are Cisco's, whose features one in 20 others shows; a third have an engine id too."""
    header, features, engines = ",".join(LFP_FEATURES[:14]), [], []
    for net in range(40):
        for at in range(1, 31):
            shows_cisco = at % 2 or (net + at // 2) % 20 == 0
            features.append(f"20.{net}.0.{at},{CISCO if shows_cisco else MIKROTIK}")
            if at <= 10:
                maker = 9 if at % 2 else 14988
                engines.append(f"20.{net}.0.{at},{maker},4,e{net}x{at},1,1d0h0m0s,Belgium,Gent,{64500 + net},N")
    (tmp_path / "features_2025-05-13.csv").write_text("\n".join([f"ip,{header}", *features, ""]))
    (tmp_path / "engines_2025-05-13.csv").write_text(DECODED_HEAD + "\n".join([*engines, ""]))
    origins = "".join(f"20.{net}.0.0,20.{net}.0.255,{64500 + net},N\n" for net in range(40))
    (tmp_path / "origins.csv").write_text(origins)
    scans = [tmp_path / f"{name}_2025-05-13.csv" for name in ("features", "engines")]
    answer = provenet("vendors", *scans, "--origins", tmp_path / "origins.csv", "--json").json
    assert answer["misclassification_unknown_because"] is None
    cisco = next(row for row in answer["by_vendor"] if row["vendor_id"] == "cisco")
    assert cisco["router_count"] > 615
    assert cisco["misclassification"]["low_share"] < 0.5 < cisco["misclassification"]["high_share"]
    assert answer["misclassification_learnt_from"] == "all"
    alone = provenet("vendors", scans[1], "--json").json
    assert alone["by_vendor"][0]["misclassification"] is None
    assert alone["misclassification_learnt_from"] is None
    assert alone["misclassification_unknown_because"].startswith("no answer rests on features alone")
    # Twenty-eight networks of Belgium judge themselves, six of Luxembourg take what all show, and six of the
    # Netherlands show engine ids alone.
    country = ["BE"] * 28 + ["LU"] * 6 + ["NL"] * 6
    places = "".join(f"20.{net}.0.0,20.{net}.0.255,{code}\n" for net, code in enumerate(country))
    (tmp_path / "countries.csv").write_text(places)
    shown = [line for line in features if int(line.split(".")[1]) < 34]
    (tmp_path / "features_2025-05-13.csv").write_text("\n".join([f"ip,{header}", *shown, ""]))
    (tmp_path / "probed.txt").write_text("".join(f"20.{net}.0.{at}\n" for net in range(40) for at in range(1, 33)))
    tables = ("--origins", tmp_path / "origins.csv", "--countries", tmp_path / "countries.csv")
    answer = provenet("vendors", *scans, *tables, "--probed", tmp_path / "probed.txt", "--json").json
    found = {one["country"]: one for one in answer["by_country"]}
    assert {name: one["misclassification_learnt_from"] for name, one in found.items()} == {
        "BE": "country", "LU": "all", "NL": None
    }  # fmt: skip
    assert found["NL"]["misclassification_unknown_because"].startswith("no answer rests on features alone")
    assert {one["sampling_unit"] for one in answer["by_country"]} == {"network"}
    assert {one["sampling_unit"] for one in answer["by_network"]} == {"router"}
    for one in answer["by_country_network"]:
        expected = {"BE": "country", "LU": "all", "NL": None}[one["country"]]
        assert one["misclassification_learnt_from"] == expected
    for part in (*answer["by_country"], *answer["by_network"], *answer["by_country_network"]):
        for row in part["by_vendor"]:
            ends = row["misclassification"]
            assert (ends is None) == (part["misclassification_unknown_because"] is not None)
            assert (
                row["low_share"]
                <= row["unanswered"]["low_share"]
                <= row["unanswered"]["high_share"]
                <= row["high_share"]
            )
            assert ends is None or 0 <= ends["low_share"] < 0.5 < ends["high_share"] <= 1
    text = "\n".join(answer["assumptions"])
    assert "too few answers are judged in this country alone" in text and "told apart for cisco, mikrotik" in text
