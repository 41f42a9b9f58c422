"""Messages of SNMP, octet by octet."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenet.ingest.sightings.snmp_message import (
    SYS_DESCR_OID,
    SYS_OBJECT_OID,
    BerFault,
    Reader,
    SnmpMessage,
    as_object_id,
    read_snmp_message,
)
from unit.ingest.sightings.packets import HUAWEI, integer, object_id, octets, pdu, report, response, sequence, tlv


def read(data: bytes) -> SnmpMessage:
    """A message that can be read."""
    found = read_snmp_message(data)
    assert isinstance(found, SnmpMessage), found
    return found


def test_an_answer_to_discovery_gives_the_engine_its_boots_and_its_time() -> None:
    found = read(report(HUAWEI, 3, 2**31 - 1))
    assert (found.version, found.pdu, found.engine_id) == (3, "report", HUAWEI)
    assert (found.engine_boots, found.engine_time_s) == (3, 2**31 - 1)
    assert (found.remarks, found.is_answer) == ((), True)


@pytest.mark.parametrize("padding", [1, 2, 3])
def test_lengths_in_the_long_form_are_read(padding: int) -> None:
    inner = report()[2:]
    assert read(bytes([0x30, 0x80 | padding]) + len(inner).to_bytes(padding) + inner).engine_id == HUAWEI


def test_a_message_that_is_cut_is_read_as_far_as_the_engine_is_whole() -> None:
    whole = report()
    end = whole.index(HUAWEI) + len(HUAWEI)
    found = read(whole[:end])
    assert (found.engine_id, found.engine_boots, found.pdu) == (HUAWEI, None, None)
    assert "the end of the message is missing" in found.remarks
    assert read_snmp_message(whole[: end - 1]) == "no SNMP message: it ends inside a value"


def test_every_beginning_of_a_message_is_read_or_refused_in_words() -> None:
    whole = report()
    for count in range(len(whole)):
        found = read_snmp_message(whole[:count])
        assert found if isinstance(found, str) else found.engine_id == HUAWEI


def test_numbers_out_of_range_are_not_known_and_remarked() -> None:
    found = read(report(boots=-1, time_s=2**31))
    assert (found.engine_boots, found.engine_time_s) == (None, None)
    assert len(found.remarks) == 2


def test_the_engine_of_the_context_stands_in_for_one_that_is_left_out() -> None:
    found = read(report(b"", context=HUAWEI))
    assert (found.engine_id, found.remarks) == (HUAWEI, ("the engine id stands in the context alone",))


def test_a_request_is_no_answer() -> None:
    assert not read(report(tag=0xA0)).is_answer
    assert read(report(user=b"admin")).engine_id == read(report()).engine_id


def test_the_texts_of_an_agent_are_read_from_every_version() -> None:
    pairs = ((SYS_DESCR_OID, octets(b"Huawei VRP")), (SYS_OBJECT_OID, object_id("1.3.6.1.4.1.2011.2.62")))
    wanted = {SYS_DESCR_OID: b"Huawei VRP", SYS_OBJECT_OID: "1.3.6.1.4.1.2011.2.62"}
    assert read(report(tag=0xA2, pairs=pairs)).objects == wanted
    for version in (0, 1):
        found = read(response(version, *pairs))
        assert (found.version, found.pdu, found.objects, found.engine_id) == (version + 1, "response", wanted, None)


def test_an_encrypted_message_still_names_its_engine() -> None:
    header = sequence(integer(1), integer(65507), octets(b"\3"), integer(3))
    parameters = sequence(octets(HUAWEI), integer(1), integer(2), octets(b"u"), octets(b"x" * 12), octets(b"y" * 8))
    found = read(sequence(integer(3), header, octets(parameters), octets(b"secret")))
    assert (found.pdu, found.engine_id, found.is_answer) == ("encrypted", HUAWEI, True)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "it ends where a tag belongs"),
        (b"\x04\x01x", "tag 0x04 where a sequence belongs"),
        (b"\x30\x80\0\0", "a length without an end, which SNMP does not allow"),
        (b"\x30\x85\0\0\0\0\1\0", "a length of 5 octets"),
        (b"\x3f\x22\x00", "a tag of several octets, which SNMP does not use"),
        (sequence(integer(2), octets(b"")), "version 2 is none of 0, 1 and 3"),
        (sequence(tlv(2, b"")), "an integer of 0 octets"),
    ],
)
def test_what_is_no_message_is_refused_with_its_reason(data: bytes, why: str) -> None:
    assert read_snmp_message(data) == f"no SNMP message: {why}"


def test_another_security_model_is_named() -> None:
    header = sequence(integer(1), integer(65507), octets(b"\0"), integer(4))
    found = read_snmp_message(sequence(integer(3), header, octets(b""), sequence(octets(b""), octets(b""), pdu(0xA8))))
    assert found == "an SNMPv3 message under security model 4, which carries no engine id that is known"


@given(st.binary(max_size=200))
def test_any_octets_are_a_message_or_a_sentence(data: bytes) -> None:
    found = read_snmp_message(data)
    assert isinstance(found, SnmpMessage) or (found and "\n" not in found)


@given(st.integers(0, 300), st.binary(max_size=4), st.data())
def test_a_changed_message_is_a_message_or_a_sentence(at: int, put: bytes, data: st.DataObject) -> None:
    whole = report()
    at = min(at, len(whole))
    count = data.draw(st.integers(0, 4))
    found = read_snmp_message(whole[:at] + put + whole[at + count :])
    assert isinstance(found, str | SnmpMessage)


@given(st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=20))
def test_object_ids_come_back_as_they_were_written(arcs: list[int]) -> None:
    text = ".".join(map(str, [1, 3, *arcs]))
    assert as_object_id(Reader(object_id(text)).next().content) == text


@pytest.mark.parametrize("content", ["", "2b86", "2bffffffffffff7f"])
def test_an_object_id_without_an_end_or_out_of_range_is_refused(content: str) -> None:
    with pytest.raises(BerFault):
        as_object_id(bytes.fromhex(content))
