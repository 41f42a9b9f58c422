"""An answer without an engine id is an answer: it counts, and names nobody."""

import pytest

from provenet.core.errors import FaultList
from provenet.ingest.opening import Upload
from provenet.ingest.sightings.reading import read_sightings

DECODED = "ip,enterprise,engineIDFormat,engineIDData,snmpEngineBoots,snmpEngineTime\n"
REPORT = (
    "304c020103300f02024a69020300ffe30401000201030410300e0400020100020100040004000400"
    "3024040004 00a81e020237f002010002010030123010060a2b060106030f0101040041024e81"
).replace(" ", "")


@pytest.mark.parametrize(
    "text",
    [
        DECODED + "192.0.2.1,,,,0,0d0h0m0s\n",
        f"saddr,classification,data\n192.0.2.1,udp,{REPORT}\n",
    ],
)
def test_it_is_a_sighting_that_names_nobody(text: str) -> None:
    faults = FaultList()
    found = list(read_sightings(Upload("a.csv", "0" * 64, text.encode(), len(text)), faults))
    assert faults.count == 0
    assert [(one.address, one.kind, one.vendor_id, one.no_vendor_because) for one in found] == [
        ("192.0.2.1", "snmp_engine", None, "the answer has no engine id")
    ]


def test_a_row_without_any_answer_is_none() -> None:
    text = DECODED + "192.0.2.1,,,,,\n"
    assert list(read_sightings(Upload("a.csv", "0" * 64, text.encode(), len(text)), FaultList())) == []
