"""Patterns of Recog, and regular expressions of Ruby."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenet.core.errors import FaultList, InputFault
from provenet.ingest.opening import Upload
from provenet.ingest.sightings.reading import read_sightings
from provenet.ingest.sightings.recog import PatternFault, RecogPatterns, compiled, read_recog

LINES = base64.b64encode(b"one\ntwo v7").decode()
XML = f"""<?xml version='1.0' encoding='UTF-8'?>
<fingerprints matches="snmp.sys_description" protocol="snmp">
  <fingerprint pattern="^nothing$"><description>asserts nothing</description><example>nothing</example></fingerprint>
  <fingerprint pattern="^Acme (R\\d+) v(\\S+)" flags="REG_ICASE">
    <description>Acme router</description>
    <example os.version="1.2" hw.model="R7" hw.product="Router R7">acme R7 v1.2 built</example>
    <param pos="0" name="hw.vendor" value="Huawei"/>
    <param pos="1" name="hw.model"/>
    <param pos="0" name="hw.product" value="Router {{hw.model}}"/>
    <param pos="2" name="os.version"/>
  </fingerprint>
  <fingerprint pattern="(?m)one.*v(\\d)"><description>two lines</description>
    <example _encoding="base64" os.version="7">{LINES}</example>
    <param pos="0" name="os.vendor" value="Ubuntu"/><param pos="1" name="os.version"/>
  </fingerprint>
  <fingerprint pattern="^Acme (?&lt;broken"><description>no pattern</description></fingerprint>
  <fingerprint pattern="^Acme"><description>wrong example</description><example>Bcme</example>
    <param pos="9" name="hw.model"/></fingerprint>
</fingerprints>
"""


def upload(text: str, name: str = "recog.xml") -> Upload:
    """A file in memory."""
    data = text.encode()
    return Upload(name, "0" * 64, data, len(data))


def test_patterns_take_values_from_texts() -> None:
    faults = FaultList()
    found = read_recog(upload(XML), faults)
    assert (found.service, len(found.fingerprints), faults.count) == ("snmp.sys_description", 3, 2)
    _, router, lines = found.fingerprints
    values = {"hw.vendor": "Huawei", "hw.model": "R7", "hw.product": "Router R7", "os.version": "1.2"}
    assert router.values("acme R7 v1.2 built") == values
    assert lines.values("one\ntwo v7") == {"os.vendor": "Ubuntu", "os.version": "7"}
    assert [fault.says.partition(":")[0] for fault in faults.faults] == ["a pattern cannot be searched for"] * 2


def test_the_first_pattern_decides_also_where_it_asserts_nothing() -> None:
    patterns = RecogPatterns([read_recog(upload(XML), FaultList())])
    hit = patterns.hit("snmp.sys_description", "nothing")
    assert hit.maker is None
    assert patterns.hit("ssh", "Acme R7 v1") is None
    other = patterns.hit(None, "Acme R7 v1")
    assert other.values["hw.product"] == "Router R7"


def test_texts_of_a_table_are_read_by_patterns() -> None:
    text = "ip,sysDescr\n192.0.2.1,Acme R7 v1\n192.0.2.2,one v2\n192.0.2.3,nothing\n192.0.2.4,Cisco IOS Software\n"
    patterns = RecogPatterns([read_recog(upload(XML), FaultList())])
    found = list(read_sightings(upload(text, "texts.csv"), FaultList(), patterns=patterns))
    assert [(one.vendor_id, one.no_vendor_because) for one in found] == [
        ("huawei", None),
        (None, "Ubuntu: a maker of systems for any hardware, or of no router"),
        (None, "the pattern of 'asserts nothing' names no maker"),
        ("cisco", None),
    ]


def test_a_file_of_recog_is_told_by_its_root_and_hostile_xml_is_refused() -> None:
    with pytest.raises(InputFault):
        read_recog(upload('<!DOCTYPE a [<!ENTITY x "y">]><fingerprints/>'), FaultList())


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"^b$", "a\nb\nc"), (r"a\z", "a"), (r"a\Z", "a\n"), (r"(?m)a.b", "a\nb"), (r"(?i)ABC", "abc"),
        (r"x(?i)a|B", "xb"), (r"(x(?i)a)B", "xAB"), (r"\h{2}", "fF"), (r"[[:alpha:]\-]+\d", "ab-1"),
        (r"(?<name>a)b", "ab"), (r"[\[\]&]", "&"), (r"a(?:b)(?=c)(?!d)", "abc"), (r"\u0041\u{42}", "AB"),
        (r"(?i-m:A)b", "ab"), (r"\/\-\#", "/-#"),
    ],
)  # fmt: skip
def test_patterns_of_ruby_find_what_ruby_finds(pattern: str, text: str) -> None:
    assert compiled(pattern).search(text)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [(r"a\z", "a\n"), (r"a.b", "a\nb"), (r"(x(?i)a)B", "xAb"), (r"\d", "\u0663"), (r"x(?i)a|B", "c")],
)
def test_patterns_of_ruby_do_not_find_what_ruby_does_not(pattern: str, text: str) -> None:
    assert not compiled(pattern).search(text)


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        (r"\p{L}", r"it has the escape \p, which Python has not"),
        ("[a&&b]", "it has an intersection of classes of characters"),
        ("[a[b]]", "it has a class of characters inside another"),
        ("[a", "a class of characters is not closed"),
        ("(a", "a group is not closed"),
        ("a)", "a group is closed that was not opened"),
        ("a\\", "it ends with a lone backslash"),
        ("(?W)", "it has a group that begins with '(?W)'"),
    ],
)
def test_what_has_no_counterpart_is_refused_with_a_sentence(pattern: str, why: str) -> None:
    with pytest.raises(PatternFault) as raised:
        compiled(pattern)
    assert str(raised.value) == why


@given(st.text(alphabet=r"ab\()[]{}?*+|^$<>:=!imxzZhdQ.-&,1", max_size=30))
def test_any_text_is_a_pattern_or_a_sentence(text: str) -> None:
    try:
        compiled(text)
    except PatternFault as err:
        assert str(err)


@pytest.mark.parametrize(
    ("element", "why"),
    [
        ('<fingerprint pattern=""/>', "it is empty"),
        ('<fingerprint pattern="a" flags="REG_MAGIC"/>', "no flag is called 'MAGIC'"),
        ('<fingerprint pattern="a"><param pos="x" name="os.vendor"/></fingerprint>', "it has no group 'x'"),
        ('<fingerprint pattern="(?&lt;1a&gt;b)"/>',
         "it does not compile (bad character in group name '1a' at position 4)"),
    ],
)  # fmt: skip
def test_each_pattern_that_cannot_be_taken_over_is_a_fault(element: str, why: str) -> None:
    faults = FaultList()
    found = read_recog(upload(f'<fingerprints matches="ssh.banner">{element}</fingerprints>'), faults)
    assert (found.service, found.fingerprints, faults.count) == ("ssh", [], 1)
    assert faults.faults[0].says.startswith(f"a pattern cannot be searched for: {why}")


def test_a_greeting_of_ssh_is_read_without_its_version() -> None:
    text = (
        '<fingerprints matches="ssh.banner"><fingerprint pattern="^Cisco-1">'
        '<param pos="0" name="os.vendor" value="Cisco"/></fingerprint></fingerprints>'
    )
    patterns = RecogPatterns([read_recog(upload(text), FaultList())])
    rows = "ip,ssh,telnet\n192.0.2.1,SSH-2.0-Cisco-1.25,login\n"
    found = list(read_sightings(upload(rows, "a.csv"), FaultList(), patterns=patterns))
    assert [(one.vendor_id, one.no_vendor_because) for one in found] == [
        ("cisco", None),
        (None, "no pattern fits the text"),
    ]


@pytest.mark.parametrize("pattern", ["a" * 10_001, r"\u{110000}"])
def test_patterns_past_any_use_are_refused(pattern: str) -> None:
    with pytest.raises(PatternFault):
        compiled(pattern)
