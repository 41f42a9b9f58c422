"""`provenet vendors --signatures`: routers that show features alone, named by published signatures, partial tuples
too.
"""

from pathlib import Path

from doors.conftest import Provenet
from doors.measured_files import DECODED_HEAD
from provenet.ingest.sightings.scan_tables import LFP_FEATURES

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
    assert {row["vendor_id"]: row["router_count"] for row in answer["by_vendor"]} == {"mikrotik": 2, "cisco": 1}
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
