"""A file of measurements given at a wrong place: at each place, a file of each format has an answer, or a sentence that
says what the file is and where it is given.
"""

import json
import re
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from provenet.case.parties import PartyNames
from provenet.core.errors import FaultList, InputFault
from provenet.core.progress import silent
from provenet.dependence.measured_routers import Days
from provenet.ingest.opening import Upload
from provenet.ingest.registry import ADD, EXCHANGES, FILE, SCANS, WANTED, Place, formats, kind_of, misplaced
from provenet.tools.files import FilesRead
from provenet.tools.path_crossings import PathCrossings
from provenet.tools.path_vendors import read_vendors
from provenet.tools.settings import PathsSettings, VendorsSettings
from provenet.tools.vendors import _VendorCall as VendorStudy
from support.reading import read_table_file
from unit.ingest.sightings.packets import pcap

LIST = b"192.0.2.1\n192.0.2.2\n2001:db8::1\n"
SAGE = b"N1 - 192.0.2.1, 192.0.2.2:\n192.0.2.1"
SCAN = b"ip,enterprise,engineIDFormat,engineIDData,snmpEngineBoots,snmpEngineTime,country,city,asn,asn_name\n"
TRACE = {
    "type": "traceroute", "fw": 4780, "msm_id": 1, "prb_id": 2, "timestamp": 1574812800, "af": 4, "proto": "ICMP",
    "src_addr": "192.0.2.9", "from": "192.0.2.9", "dst_addr": "198.51.100.7",
    "result": [{"hop": 1, "result": [{"from": "192.0.2.1", "rtt": 1.2, "ttl": 64, "size": 28}]}],
}  # fmt: skip
SCAMPER = {
    "type": "trace", "src": "192.0.2.9", "dst": "198.51.100.7", "method": "icmp-paris", "start": {"sec": 1574812800},
    "hops": [{"addr": "192.0.2.1", "probe_ttl": 1, "rtt": 1.0}],
}  # fmt: skip
RECOG = (
    b'<?xml version="1.0"?><fingerprints matches="snmp.sys_description"><fingerprint pattern="^Cisco"/></fingerprints>'
)
IX = {"id": 3, "name": "EX", "country": "NL", "city": "Delft", "region_continent": "Europe", "status": "ok"}


def table(*rows: dict[str, object]) -> bytes:
    return json.dumps({"data": list(rows)}).encode()


SAMPLES: dict[str, tuple[str, bytes]] = {
    "capture": ("p.pcap", pcap([])),
    "engine-addresses": ("e.json", b'{"80000009030011223344": {"ips": ["192.0.2.1"], "reset": []}}'),
    "scan-table": ("parsed_2025-05-07.csv", SCAN + b"192.0.2.1,9,3,001122334455,5,100,NL,Delft,64500,X\n"),
    "sage-fingerprints": ("x.fingerprints", SAGE + b" - <255,192.0.2.1,Echo,No,Yes>\n"),
    "address-list": ("probed.txt", LIST),
    "address-table": ("hops.csv", b"ip,country\n192.0.2.1,NL\n192.0.2.7,NL\n"),
    "sage-aliases": ("x.aliases", SAGE + b", 192.0.2.2 (ally)\n"),
    "itdk-nodes": ("midar.nodes", b"node N1:  192.0.2.1 192.0.2.2\nnode N2:  192.0.2.7 192.0.2.9\n"),
    "alias-sets": ("sets.txt", b"192.0.2.1 192.0.2.2\n192.0.2.7, 192.0.2.9\n"),
    "recog": ("recog.xml", RECOG),
    "lfp-signatures": ("lfp.csv", b"False,i,i,i,False,True,False,False,64,64,64,84,40,68,Brocade\n"),
    "caida-pfx2as": ("r.pfx2as", b"192.0.2.0\t24\t64500\n2001:db8::\t32\t64501\n"),
    "pyasn": ("r.dat", b"; IP-ASN32-DAT file\n192.0.2.0/24\t64500\n"),
    "ip-ranges-asn": ("asn.csv", b"192.0.2.0,192.0.2.255,64500,X\n"),
    "ip-ranges-country": ("cc.csv", b"192.0.2.0,192.0.2.255,NL\n"),
    "exchange-points": ("ixpfx.json", table({"id": 1, "ixlan_id": 7, "prefix": "192.0.2.0/24", "status": "ok"})),
    "exchange-names": ("ix.json", table(IX)),
    "ripe-atlas": ("t.ndjson", json.dumps(TRACE).encode()),
    "scamper-json": ("s.json", json.dumps(SCAMPER).encode()),
    "engine-countries": ("c.json", b'{"80003a8c044e4f43233031": "Ukraine", "800000090300defbc49a80": "Japan"}'),
    "engine-vendors": ("v.json", b'{"800000090300843dc6015300": {"vendor": {"id": 9, "name": "ciscoSystems"}}}'),
    "atlas-probes": ("anchors.json", json.dumps({"results": [{"id": 1, "probe": 6001, "as_v4": 64500}]}).encode()),
    "caida-as-relationships": ("20250901.as-rel2.txt", b"# source\n64500|64501|-1|bgp\n"),
    "bgp-tools-tag": ("gov.csv", b"AS64500,Name\nAS64501,Other\n"),
}
"""A file of each format; those of `BINARY` are made where a test runs."""
BINARY = frozenset({"warts", "vendors-of-addresses"})


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("files")
    made = {kind: folder / name for kind, (name, _) in SAMPLES.items()}
    for kind, (_, data) in SAMPLES.items():
        made[kind].write_bytes(data)
    row = {"address": ["192.0.2.1"], "vendor_id": ["huawei"], "p_correct": [0.9], "method": ["x"], "evidence": ["y"]}
    made["vendors-of-addresses"] = folder / "vendors.parquet"
    pl.DataFrame(row).write_parquet(made["vendors-of-addresses"])
    made["warts"] = folder / "t.warts"
    made["warts"].write_bytes(b"\x12\x05\x00\x01\x00\x00\x00\x00")
    return made


def test_each_format_is_told(files: dict[str, Path]) -> None:
    assert {one.name for one in formats() if one.places or one.way_out or one.opens_evidence} <= set(files)
    for kind, place in files.items():
        found = kind_of(Upload.of(place, silent))
        assert found is not None and found.name == kind, kind


def read_at(place: Place, given: Path, files: dict[str, Path]) -> None:
    """Reads a file at a place, beside files that are right, and works nothing out. Raises InputFault."""
    if place.command == "vendors":
        named = {"files": [given if place.option == FILE else files["scan-table"]]}
        named |= {} if place.option == FILE else {place.option.removeprefix("--"): [given]}
        VendorStudy(VendorsSettings(**named))._read()
        return
    right: dict[str, object] = {"vendors": files["vendors-of-addresses"], "origins": [files["ip-ranges-asn"]]}
    right |= {"files": [files["ripe-atlas"]]}
    name = "files" if place.option == FILE else place.option.removeprefix("--")
    study = PathCrossings(PathsSettings(**{**right, name: given if name == "vendors" else [given]}))
    study._identified(), study._origins(), study._exchanges()
    list(study._batches())
    study.inputs.end()


@pytest.mark.parametrize("place", WANTED, ids=" ".join)
def test_each_format_at_each_place(place: Place, files: dict[str, Path]) -> None:
    for kind, given in files.items():
        found = kind_of(Upload.of(given, silent))
        assert found is not None
        try:
            read_at(place, given, files)
        except InputFault as err:
            if place in found.places:
                assert kind in {"exchange-names"}, (kind, err)
                continue
            assert str(err) == str(misplaced(given.name, found, place)), kind
            (fault,) = err.faults
            assert fault.way_out is not None
            assert re.search("as FILE|with --|`provenet add`|mapping|has the addresses|sc_warts2json", fault.way_out), (
                kind
            )
        else:
            assert place in found.places, kind


def test_what_no_case_takes(files: dict[str, Path]) -> None:
    refused = {}
    for kind, given in files.items():
        try:
            read_table_file(given.name, given.read_bytes(), None, names=PartyNames.built_in())
        except InputFault as err:
            refused[kind] = str(err)
    assert sorted(refused) == [
        "address-table", "atlas-probes", "engine-countries", "engine-vendors", "exchange-names", "lfp-signatures",
        "recog", "vendors-of-addresses", "warts",
    ]  # fmt: skip
    assert refused["exchange-names"] == (
        "ix.json: the file fills no table of a case: exchange points of PeeringDB without their prefixes (ix, ixlan).\n"
        "    Add the table ixpfx, or one JSON object with all three: ix, ixlan and ixpfx."
    )
    assert refused["recog"].endswith("patterns of Recog, XML.\n    Give it to `provenet vendors`, with --recog.")
    assert "Put a mapping beside the file" in refused["address-table"]


def test_a_list_of_addresses_says_where_it_belongs(files: dict[str, Path]) -> None:
    with pytest.raises(InputFault) as caught:
        read_at(SCANS, files["address-list"], files)
    assert str(caught.value) == (
        "probed.txt: the file is of another format: list of addresses, one a line; expected scans: SNMPv3 replies "
        "(ZMap CSV, pcap), decoded tables, banners, features of replies.\n    Give it with --probed."
    )
    upload = Upload("eui64.txt", "x", b"2001:db8::211:22ff:fe33:4455\n", 29)
    study = VendorStudy(VendorsSettings(files=[files["scan-table"]]))
    assert study._read_scan(upload, FaultList())["sighting_count"] == 1, "an address made of a MAC names its maker"


def test_a_table_of_vendors_with_any_byte_changed_is_an_answer_or_a_sentence(
    files: dict[str, Path], tmp_path: Path
) -> None:
    """A library that reads Parquet panics at some of these, which is no exception of Python's own."""
    whole, spoilt = files["vendors-of-addresses"].read_bytes(), tmp_path / "v.parquet"
    for at in range(4, len(whole), 23):
        data = bytearray(whole)
        data[at] ^= 0xFF
        spoilt.write_bytes(data)
        kind_of(Upload("v.parquet", "x", bytes(data), len(data)))
        try:
            read_vendors(spoilt, FilesRead("paths"), Days(as_of=date.max, known=None))
        except InputFault as err:
            assert str(err).startswith("v.parquet: ")


def test_tables_of_exchanges_without_their_prefixes(files: dict[str, Path]) -> None:
    with pytest.raises(InputFault) as caught:
        read_at(EXCHANGES, files["exchange-names"], files)
    assert str(caught.value) == (
        "ix.json: no file holds prefixes of exchange points; expected the table ixpfx.\n"
        "    Give it too: ix and ixlan only name the exchange points."
    )
    assert ADD not in {place.command for place in WANTED}
