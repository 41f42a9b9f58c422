"""Published signatures of features of replies: with a header and without, makers with numbers behind, and what is no
signature.
"""

from pathlib import Path

import pytest

from provenet.core.errors import FaultList, InputFault
from provenet.core.progress import silent
from provenet.ingest.opening import Upload
from provenet.ingest.sightings.scan_tables import LFP_FEATURES
from provenet.ingest.sightings.signature_files import PublishedSignature, read_signatures

TUPLE = "False,i,i,i,False,True,False,False,64,64,64,84,40,68"
FIRST = LFP_FEATURES[:14]
HEADER = ",".join([*FIRST, "vendor"])
FILES = Path(__file__).parents[3] / "shared" / "data" / "fingerprints"


def read(tmp_path: Path, text: str) -> tuple[list[PublishedSignature], FaultList]:
    path, faults = tmp_path / "signatures.csv", FaultList()
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    return list(read_signatures(Upload.of(path, silent), faults)), faults


def test_makers_as_registries_write_them(tmp_path: Path) -> None:
    makers = ("ciscoSystems", "HUAWEI-2", "H3C_10", "net-snmp", "Juniper", "Alcatel-Lucent-1")
    found, faults = read(tmp_path, "\n".join([HEADER, *(f"{TUPLE},{maker}" for maker in makers)]))
    assert [one.vendor_id for one in found] == ["cisco", "huawei", "h3c", None, "juniper", "nokia"]
    assert found[1] == PublishedSignature(TUPLE, "huawei", "HUAWEI-2", 3)
    assert not faults.count


def test_without_a_header_and_in_another_order(tmp_path: Path) -> None:
    plain, _ = read(tmp_path, f"{TUPLE},MikroTik_1\n")
    assert plain == [PublishedSignature(TUPLE, "mikrotik", "MikroTik_1", 1)]
    values = dict(zip(FIRST, TUPLE.split(","), strict=True))
    names = ["vendor", "note", *reversed(FIRST)]
    turned, _ = read(tmp_path, ",".join(names) + "\n" + ",".join(["cisco", "x", *(values[n] for n in names[2:])]))
    assert turned[0].features == TUPLE and turned[0].vendor_id == "cisco"


def test_the_fifteenth_feature_where_a_header_names_it(tmp_path: Path) -> None:
    found, _ = read(tmp_path, ",".join([*LFP_FEATURES, "vendor"]) + f"\n{TUPLE},True,Juniper")
    assert found[0].features == f"{TUPLE},True" and found[0].vendor_id == "juniper"


def test_rows_that_are_none_are_named_and_left_out(tmp_path: Path) -> None:
    found, faults = read(tmp_path, f"{HEADER}\n{TUPLE}\n{TUPLE},Juniper\n1,2\n{TUPLE},Nokia\n")
    assert [one.row for one in found] == [3, 5]
    assert [f"{f.row} {f.says}" for f in faults.faults] == ["2 this is no signature", "4 this is no signature"]


@pytest.mark.parametrize("text", ["", "a,b,c\n1,2,3\n", "\x00\x01\xff", HEADER, '"' * 999])
def test_a_file_without_any(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputFault):
        read(tmp_path, text)


def test_the_published_files() -> None:
    if not FILES.exists():
        pytest.skip("the signatures of LFP are not here (../shared/data)")
    counts = {}
    for path in sorted(FILES.glob("lfp-*.csv")):
        faults = FaultList()
        rows = list(read_signatures(Upload.of(path, silent), faults))
        assert not faults.count
        counts[path.name] = (len(rows), sum(one.vendor_id is None for one in rows))
    assert counts["lfp-signatures.csv"][0] == 105 and counts["lfp-new-signatures-2024.csv"][0] == 28
    assert counts["lfp-202211-unique-signatures-20.csv"] == (80, 2)


def test_lines_with_as_many_commas_are_no_signatures(tmp_path: Path) -> None:
    record = "{" + ", ".join(f'"key{at}": {at}' for at in range(15)) + "}"
    with pytest.raises(InputFault, match="no row of this file is a signature"):
        read(tmp_path, record)
    found, faults = read(tmp_path, f"{TUPLE},Juniper\n{record}\n")
    assert len(found) == 1
    assert [fault.sentence() for fault in faults.faults] == [
        "signatures.csv row 2: this is no value of a feature; found '{\"key0\": 0', expected a word such as dup, a "
        "number, or nothing."
    ]
    with pytest.raises(InputFault, match="this is no value of a feature"):
        read(tmp_path, f"{TUPLE},Juniper\n{record}\n{record}\n")
