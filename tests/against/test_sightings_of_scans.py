"""Sightings against what the sources of real scans decoded themselves, and facts that were measured on the files.

The files of ../shared/data are read by path and never copied. Where our decoding differs from a source's, each
difference stands here with its reason.
"""

import base64
import csv
import json
import lzma
import tarfile
from collections import Counter
from datetime import date
from functools import lru_cache
from pathlib import Path
from xml.etree import ElementTree

import pytest

from provenet.core.errors import FaultList
from provenet.ingest.opening import Upload
from provenet.ingest.plain_lines import opened
from provenet.ingest.sightings.evidence import naming_of_number
from provenet.ingest.sightings.reading import evidence_format_of, read_aliases, read_probed, read_sightings
from provenet.ingest.sightings.recog import RecogPatterns, read_recog
from provenet.ingest.sightings.sighting import Sighting

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
if not SHARED.is_dir():
    SHARED = Path.cwd().parent / "shared" / "data"
DAILY, GLOBAL, MAPS = (SHARED / name for name in ("snmpv3-nl-be-lu-2025", "snmpv3-global-2024", "carrier-maps-2018"))
PATTERNS = SHARED / "fingerprints"
DAYS = range(7, 14)

pytestmark = pytest.mark.skipif(not DAILY.is_dir(), reason="../shared/data/snmpv3-nl-be-lu-2025 is not here")


@lru_cache(maxsize=32)
def engines(place: Path) -> tuple[tuple[Sighting, ...], FaultList]:
    """The engines of a file, and its faults."""
    faults = FaultList()
    return tuple(one for one in read_sightings(opened(place), faults) if one.kind == "snmp_engine"), faults


def daily(day: int) -> Path:
    return DAILY / f"parsed_2025-05-{day:02}_NL_BE_LU.csv.xz"


def rows(place: Path) -> list[dict[str, str]]:
    """The records of a file of the source, by the plain reader of Python."""
    with lzma.open(place, "rt", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def test_nine_of_a_hundred_probed_addresses_answered() -> None:
    probed = list(read_probed(opened(DAILY / "probed_2025-05-13_NL_ipv4.txt.xz"), FaultList()))
    answered = {one.address for one in engines(daily(13))[0]}
    assert (len(probed), len(answered & set(probed))) == (18_426, 1_721)


def test_shares_of_seven_days_stay_as_measured() -> None:
    for day in DAYS:
        found, _ = engines(daily(day))
        assert len(found) == len({one.address for one in found})
        named = Counter(one.vendor_id for one in found)
        agents = sum("net-snmp" in (one.no_vendor_because or "") for one in found)
        assert 0.56 <= named["cisco"] / len(found) < 0.59
        assert 0.084 < named["juniper"] / len(found) < 0.095
        assert 0.052 < named["mikrotik"] / len(found) < 0.061
        assert 0.04 < agents / len(found) < 0.047
        assert named["huawei"] in range(23, 26)
        assert named["h3c"] in range(34, 46)
        assert named["zte"] == 0


def test_what_is_wrong_in_the_daily_files_is_named_and_nothing_else_is() -> None:
    faults = {day: [fault.sentence() for fault in engines(daily(day))[1].faults] for day in DAYS}
    assert {day for day, found in faults.items() if found} == {8}
    assert "row 5, ip: this is no address; found '46.23.83.35G'" in faults[8][0]
    for day in DAYS:
        source, found = rows(daily(day)), engines(daily(day))[0]
        addresses = {row["ip"] for row in source}
        assert addresses - {one.address for one in found} == ({"46.23.83.35G"} if day == 8 else set())
        assert len(source) - len(addresses) == (day == 7)


def test_numbers_that_nobody_holds_name_nobody() -> None:
    found, _ = engines(daily(13))
    for number in (1970372420, 1344692224, 942682160):
        because = {one.no_vendor_because for one in found if one.value.startswith(f"enterprise {number},")}
        assert because == {f"the enterprise number {number} is not assigned"}


@pytest.mark.parametrize("kind", ["filtered", "unfiltered"])
def test_packets_are_decoded_as_the_source_decoded_them(kind: str) -> None:
    """Address by address: number, format, MAC address, boots and seconds are equal in all 1,752 answers."""
    raw = engines(DAILY / f"raw_zmap_{kind}_2025-05-13_NL.csv.xz")[0]
    source = {row["ip"]: row for row in rows(DAILY / "decoded_2025-05-13_NL.csv.xz")}
    assert {one.address for one in raw} == set(source)
    for one in raw:
        row = source[one.address]
        assert (one.engine_boots, duration(one.engine_time_s)) == (int(row["snmpEngineBoots"]), row["snmpEngineTime"])
        octets = bytes.fromhex(one.value)  # none in one answer
        number = int.from_bytes(octets[:4]) & 0x7FFFFFFF
        assert row["enterprise"] == (str(number) if octets else "")
        assert row["engineIDFormat"] == (str(octets[4]) if octets[:1] >= b"\x80" else "")
        if row["engineIDData"]:
            assert row["engineIDData"].replace(":", "") in octets[5:].hex()


def duration(seconds: int | None) -> str:
    """Seconds as the source writes them: `679d23h59m5s`."""
    assert seconds is not None
    return f"{seconds // 86400}d{seconds // 3600 % 24}h{seconds // 60 % 60}m{seconds % 60}s"


SHARED_IDS = {
    "800000090300bc24114567ac": (3, "a virtual router that was cloned: three addresses, three counts of boots"),
    "80000009ee000008e3fffc28": (4, "two pairs of addresses, started in 2018 and 2022"),
    "0000000903000024986fd0c8": (6, "two routers with one configuration, started 119 days apart"),
    "800063a28040b93cacc02400000001": (3, "two devices, started in 2024 and 2025"),
}
"""Ids that several devices of several networks share: the source counts them, and we do not."""


def test_vendors_differ_from_the_sources_numbers_only_where_devices_share_an_id() -> None:
    raw = {one.address: one for one in engines(DAILY / "raw_zmap_filtered_2025-05-13_NL.csv.xz")[0]}
    numbers = {row["ip"]: row["enterprise"] or "0" for row in rows(DAILY / "decoded_2025-05-13_NL.csv.xz")}
    source = {ip: naming_of_number(number, date(2025, 5, 17)).vendor_id for ip, number in numbers.items()}
    differing = [raw[address] for address, vendor in source.items() if vendor != raw[address].vendor_id]
    assert Counter(one.value for one in differing) == {value: count for value, (count, _) in SHARED_IDS.items()}
    assert all("share this engine id" in (one.no_vendor_because or "") for one in differing)
    ours = Counter(one.vendor_id for one in raw.values())
    assert ours + Counter(cisco=13, h3c=3) - Counter({None: 16}) == Counter(source.values())


def test_messages_of_icmp_are_no_answers_and_are_counted() -> None:
    remarks: list[str] = []
    list(read_sightings(opened(DAILY / "raw_zmap_unfiltered_2025-05-13_NL.csv.xz"), FaultList(), remarks=remarks))
    assert "2,009 records: icmp-unreach: no answer" in remarks


NAMES_2024 = {
    "ciscoSystems": "cisco",
    "Juniper Networks, Inc.": "juniper",
    "MikroTik": "mikrotik",
    "HUAWEI Technology Co.,Ltd": "huawei",
    "H3C": "h3c",
}


@lru_cache(maxsize=1)
def identified() -> dict[str, str]:
    """Vendors of the scan of 2024 by address, as its source names them; its commas in names have no quotes."""
    with lzma.open(GLOBAL / "identified.csv.xz", "rt", encoding="utf-8") as stream:
        next(stream)
        return {cells[1]: ",".join(cells[6:]).strip('"') for cells in csv.reader(stream)}


def test_the_scan_of_2024_names_the_same_vendors_but_for_shared_ids() -> None:
    found = {one.address: one for one in engines(GLOBAL / "identified.csv.xz")[0]}
    assert len(found) == 2_067
    source = identified()
    shared = Counter(one.vendor_text for one in found.values() if "share" in (one.no_vendor_because or ""))
    for name, vendor in NAMES_2024.items():
        theirs = {address for address, text in source.items() if text == name}
        ours = {address for address, one in found.items() if one.vendor_id == vendor}
        assert ours <= theirs
        assert len(theirs) - len(ours) == shared[name]
    named = Counter(source.values())
    assert (named["ciscoSystems"], named["Juniper Networks, Inc."], named["MikroTik"]) == (1_364, 201, 130)
    assert (shared["ciscoSystems"], shared["HUAWEI Technology Co.,Ltd"], shared["Juniper Networks, Inc."]) == (13, 2, 0)


def test_rows_of_errors_are_addresses_without_an_answer() -> None:
    place = GLOBAL / "raw_results_sample.csv.xz"
    source = rows(place)
    answered = {row["IP"] for row in source if row["EngineID"] != "Error"}
    assert {one.address for one in engines(place)[0]} == answered
    assert set(read_probed(opened(place), FaultList())) == {row["IP"] for row in source}


def test_both_scans_together_hold_what_was_measured() -> None:
    found = [one for day in DAYS for one in engines(daily(day))[0]]
    found += engines(GLOBAL / "engine_data.json.xz")[0]
    # 4,993 with the address whose last letter is a stray one.
    assert len({one.address for one in found}) == 4_992
    assert len({one.address for one in found if one.vendor_text}) == 4_290


def test_lists_and_objects_by_engine_are_recognised_by_what_they_hold() -> None:
    found = {place.name.partition(".")[0]: evidence_format_of(renamed(place)) for place in sorted(GLOBAL.iterdir())}
    layouts = {name: None if layout is None else layout.name for name, layout in found.items()}
    assert layouts == {
        "answering_ips": "address-list",
        "engine_data": "engine-addresses",
        "engine_ids": "engine-vendors",
        "engine_to_country": "engine-countries",
        "identified": "scan-table",
        "raw_results_sample": "scan-table",
        "unidentified_ips": "address-list",
    }
    answering = list(read_probed(opened(GLOBAL / "answering_ips.txt.xz"), FaultList()))
    silent = list(read_probed(opened(GLOBAL / "unidentified_ips.txt.xz"), FaultList()))
    assert (len(answering), len(silent), len(set(answering) & set(silent))) == (2_385, 36_713, 310)


def renamed(place: Path) -> Upload:
    """A file under a name that says nothing."""
    found = opened(place)
    return Upload("a.xz", found.file_id, found.place, found.size_bytes)


def test_vendors_by_engine_agree_with_the_sources() -> None:
    """Engine by engine, where the id conforms; where it does not, the source reads its number all the same."""
    source = json.loads(lzma.decompress((GLOBAL / "engine_ids.json.xz").read_bytes()))
    found = engines(GLOBAL / "engine_data.json.xz")[0]
    names = {one.value: one.vendor_text for one in found if one.vendor_text is not None}
    given = {engine: told["vendor"]["name"] for engine, told in source.items() if told.get("vendor")}
    both = given.keys() & names.keys()
    assert [engine for engine in both if plain(given[engine]) != plain(names[engine])] == []
    assert len(given) == 1_364
    assert len(both) > 1_300


def plain(name: str) -> str:
    return "".join(char for char in name.partition("; against it")[0].partition("(")[0].casefold() if char.isalnum())


@pytest.mark.parametrize("place", sorted(MAPS.glob("*.tar.xz")), ids=lambda place: place.name[:9])
def test_alias_sets_and_features_of_carriers_are_read_whole(place: Path) -> None:
    with tarfile.open(place) as archive:
        for member in archive.getmembers():
            if not member.name.endswith((".aliases", ".fingerprints")):
                continue
            stream = archive.extractfile(member)
            assert stream is not None
            data, faults = stream.read(), FaultList()
            upload = Upload(member.name.rpartition("/")[2], "0" * 64, data, len(data))
            lines = [line for line in data.decode().splitlines() if line and not line.endswith(":")]
            if member.name.endswith(".aliases"):
                found = list(read_aliases(upload, faults))
                assert len(found) == len(set(lines_without_method(lines)))
            else:
                sightings = list(read_sightings(upload, faults))
                assert {one.address for one in sightings} == {line.partition(" ")[0] for line in lines}
            assert faults.count == 0


def lines_without_method(lines: list[str]) -> list[str]:
    return [line.partition(" (")[0] for line in lines]


@pytest.mark.parametrize("place", sorted(PATTERNS.glob("recog-*.xml.xz")), ids=lambda place: place.name[6:-7])
def test_patterns_pass_every_example_of_their_file(place: Path) -> None:
    faults = FaultList()
    file = read_recog(opened(place), faults)
    elements = ElementTree.fromstring(lzma.decompress(place.read_bytes())).findall("fingerprint")
    known, count = RecogPatterns([file]), 0
    assert (faults.count, len(file.fingerprints)) == (0, len(elements))
    for fingerprint, element in zip(file.fingerprints, elements, strict=True):
        for example in element.findall("example"):
            wanted = {name: value for name, value in example.attrib.items() if not name.startswith("_")}
            values = fingerprint.values(text_of(example)) or {}
            assert wanted.items() <= values.items(), example.text
            assert known.hit(file.service, text_of(example)) is not None
            count += 1
    print(f"{place.name}: {len(elements)} patterns, {count} examples")


def text_of(example: ElementTree.Element) -> str:
    text = example.text or ""
    if example.get("_encoding") == "base64":
        return base64.b64decode(text).decode("utf-8", "replace")
    return text.strip() if text[:1] in "\r\n" else text
