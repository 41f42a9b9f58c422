"""Walks as snmpsim and snmpwalk write them."""

from provenet.ingest.network.snmp_walk import (
    ENTITY,
    PHYSICAL_ADDRESS,
    is_snmprec,
    is_snmpwalk,
    read_snmprec,
    read_snmpwalk,
)

REC = b"""# a comment
1.3.6.1.2.1.1.1.0|4x|48756177656900
1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.2011.2.23.114

1.3.6.1.2.1.2.2.1.6.1|4x|00E0FC112233
1.3.6.1.2.1.47.1.1.1.1.12.1|4|Huawei
1.3.6.1.4.1.2011.5.1|2|7
1.3.6.1.4.1.2011.5.2|2|7
this is no object
"""
WALK = """.1.3.6.1.2.1.1.1.0 = STRING: "Huawei Versatile Routing Platform
VRP (R) software"
.1.3.6.1.2.1.1.2.0 = OID: .1.3.6.1.4.1.2011.2.23.114
.1.3.6.1.2.1.2.2.1.6.1 = Hex-STRING: 00 E0 FC 11 22 33
.1.3.6.1.2.1.1.5.0 = ""
.1.3.6.1.2.1.47.1.1.1.1.5.1 = INTEGER: chassis(3)
.1.3.6.1.2.1.47.1.1.1.1.12.1 = STRING: Huawei
.1.3.6.1.4.1.2011.5.1 = INTEGER: 7
.1.3.6.1.6.3.10.2.1.1.0 = No Such Object available on this agent at this OID
"""


def test_snmprec() -> None:
    assert is_snmprec(REC)
    walk = read_snmprec(REC)
    assert walk.text("1.3.6.1.2.1.1.1.0") == "Huawei"
    assert walk.text("1.3.6.1.2.1.1.2.0") == "1.3.6.1.4.1.2011.2.23.114"
    assert walk.table(PHYSICAL_ADDRESS)["1"] == bytes.fromhex("00e0fc112233")
    assert dict(walk.enterprises) == {2011: 2}
    assert (walk.odd_lines, walk.first_odd) == (1, "this is no object")


def test_snmprec_with_line_ends_of_windows_leading_dots_and_long_tags() -> None:
    walk = read_snmprec(b".1.3.6.1.2.1.1.1.0|4:writecache|A router\r\n1.3.6.1.2.1.1.5.0|4|\r\n")
    assert walk.text("1.3.6.1.2.1.1.1.0") == "A router"
    assert walk.text("1.3.6.1.2.1.1.5.0") is None
    assert walk.odd_lines == 0


def test_hex_that_is_none_stays_as_written() -> None:
    assert read_snmprec(b"1.3.6.1.2.1.1.1.0|4x|zz\n").text("1.3.6.1.2.1.1.1.0") == "zz"


def test_snmpwalk() -> None:
    assert is_snmpwalk(WALK)
    assert not is_snmprec(WALK.encode())
    walk = read_snmpwalk(WALK)
    assert walk.text("1.3.6.1.2.1.1.1.0") == "Huawei Versatile Routing Platform VRP (R) software"
    assert walk.text("1.3.6.1.2.1.1.2.0") == "1.3.6.1.4.1.2011.2.23.114"
    assert walk.table(PHYSICAL_ADDRESS)["1"] == bytes.fromhex("00e0fc112233")
    assert walk.table(ENTITY) == {"5.1": b"3", "12.1": b"Huawei"}
    assert "1.3.6.1.6.3.10.2.1.1.0" not in walk.values
    assert dict(walk.enterprises) == {2011: 1}


def test_other_text_is_no_walk() -> None:
    for text in ("", "a,b\n1,2\n", "{}", "10.0.0.1 router\n"):
        assert not is_snmprec(text.encode())
        assert not is_snmpwalk(text)


def test_objects_out_of_order_are_read_all_the_same() -> None:
    lines = [line for line in REC.splitlines() if line.startswith(b"1.")]
    ordered, turned = read_snmprec(b"\n".join(lines)), read_snmprec(b"\n".join(reversed(lines)))
    assert (ordered.values, ordered.tables) == (turned.values, turned.tables)
    assert ordered.enterprises == turned.enterprises


def test_a_line_without_its_bars_is_counted() -> None:
    assert read_snmprec(b"1.3.6.1.2.1.1.1.0|4|A router\n1.3.6.1.2.1.1.5.0\n").odd_lines == 1


def test_a_walk_that_begins_with_iso() -> None:
    text = "iso.3.6.1.2.1.1.2.0 = OID: iso.3.6.1.4.1.2011.2.23\niso.3.6.1.4.1.2011.5.1 = INTEGER: 7\n"
    assert is_snmpwalk(text)
    walk = read_snmpwalk(text)
    assert walk.text("1.3.6.1.2.1.1.2.0") == "1.3.6.1.4.1.2011.2.23"
    assert dict(walk.enterprises) == {2011: 1}


def test_a_short_walk_without_types() -> None:
    walk = read_snmpwalk('.1.3.6.1.2.1.1.1.0 "A router"\n.1.3.6.1.2.1.1.2.0 .1.3.6.1.4.1.9.1.1\n')
    assert (walk.text("1.3.6.1.2.1.1.1.0"), walk.text("1.3.6.1.2.1.1.2.0")) == ("A router", ".1.3.6.1.4.1.9.1.1")
