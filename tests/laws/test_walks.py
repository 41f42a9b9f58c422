"""Laws of walks: no file stops the reading, order does not matter, and an unknown vendor has no name."""

from hypothesis import given, settings
from hypothesis import strategies as st

from provenet.ingest.network.devices import CONFIDENCES, NONE, DevicePart
from provenet.ingest.network.engine_id import read_engine_id
from provenet.ingest.network.snmp_device import rows_of_walk
from provenet.ingest.network.snmp_walk import read_snmprec, read_snmpwalk
from provenet.ingest.network.vendors import usual_id, vendor_registry, written
from support.examples import examples

OIDS = st.sampled_from(
    [
        "1.3.6.1.2.1.1.1.0",
        "1.3.6.1.2.1.1.2.0",
        "1.3.6.1.6.3.10.2.1.1.0",
        "1.3.6.1.2.1.17.1.1.0",
        "1.3.6.1.2.1.33.1.1.1.0",
        *(f"1.3.6.1.2.1.47.1.1.1.1.{column}.{index}" for column in (2, 3, 4, 5, 7, 12, 13) for index in (1, 2, 3)),
        *(f"1.0.8802.1.1.2.1.4.1.1.{column}.0.1.1" for column in range(4, 11)),
        "1.3.6.1.4.1.9.9.23.1.2.1.1.6.7.1",
        "1.3.6.1.4.1.2011.5.1",
    ]
)
VALUES = st.one_of(
    st.text(st.characters(blacklist_characters="\n\r", blacklist_categories=("Cs",)), max_size=30),
    st.sampled_from(
        ["Huawei", "Cisco Systems Inc", "OEM", "1.3.6.1.4.1.9.1.1", "1.3.6.1.4.1.8072.3.2.10", "1", "3", "9"]
    ),
)
LINES = st.lists(
    st.tuples(OIDS, st.sampled_from(["4", "4x", "6", "2"]), VALUES), max_size=25, unique_by=lambda one: one[0]
)


def rows(data: bytes) -> list[object]:
    return list(rows_of_walk(read_snmprec(data), "r", "r.snmprec"))


@given(LINES)
def test_the_order_of_objects_does_not_matter(lines: list[tuple[str, str, str]]) -> None:
    written_lines = ["|".join(line).encode() for line in lines]
    turned = list(reversed(written_lines))
    first, second = rows(b"\n".join(written_lines))[0], rows(b"\n".join(turned))[0]
    assert first == second


@given(LINES)
def test_a_vendor_has_evidence_and_an_unknown_one_has_no_confidence(lines: list[tuple[str, str, str]]) -> None:
    for row in rows(b"\n".join("|".join(line).encode() for line in lines)):
        if isinstance(row, DevicePart):
            assert row.confidence in CONFIDENCES
            assert (row.vendor_id is None) == (row.confidence == NONE)
            assert row.evidence
            assert row.origin_country is None


@given(st.binary(max_size=400))
def test_no_bytes_stop_the_reading(data: bytes) -> None:
    assert rows(data)
    assert list(rows_of_walk(read_snmpwalk(data.decode("utf-8", "replace")), "r", "r"))
    read_engine_id(data)


@settings(max_examples=examples(200))
@given(st.text(max_size=40))
def test_a_name_is_an_id_or_nothing(text: str) -> None:
    found = vendor_registry().of_text(text)
    assert found is None or found.vendor_id is None or found.vendor_id == found.vendor_id.strip().casefold()
    if written(text):
        assert usual_id(text)
