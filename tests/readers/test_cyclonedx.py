"""CycloneDX bills of materials: what each component becomes, what stays unknown, and every fault by its sentence."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenet.case.parties import PartyNames
from provenet.ingest.sbom import cyclonedx
from support.reading import Told, read_by
from support.tables import table

NAMES = PartyNames.built_in()
GIVEN = """
[constants]
carrier_id = "Vodafone"
country = "Germany"
asset_class = "ran.radio"
"""
BOM: dict[str, Any] = {
    "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
    "bomFormat": "CycloneDX",
    "specVersion": "1.6",
    "serialNumber": "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79",
    "version": 1,
    "metadata": {
        "timestamp": "2026-02-01T00:00:00Z",
        "component": {
            "type": "device",
            "bom-ref": "rru",
            "name": "RRU5909",
            "version": "V3",
            "manufacturer": {"name": "Huawei Technologies Co., Ltd.", "url": ["https://example.org"]},
            "supplier": {"name": "Acme Trading"},
            "properties": [
                {"name": "cdx:device:countryOfOrigin", "value": "CN"},
                {"name": "provenet:capability", "value": "remote access"},
                {"name": "provenet:capability", "value": "radio"},
                {"name": "provenet:fact", "value": "sourced_before_2021=true"},
                {"name": "provenet:site", "value": "ramstein"},
                {"name": "acme:shelf", "value": "7"},
            ],
        },
    },
    "components": [
        {
            "type": "device",
            "bom-ref": "board",
            "name": "Baseband board",
            "manufacturer": {"name": "Nokia"},
            "components": [
                {"type": "device", "bom-ref": "chip", "name": "PA", "supplier": {"name": "Huawei"}},
                {"type": "firmware", "name": "Boot", "version": "1.2", "publisher": "Huawei"},
            ],
            "properties": [{"name": "cdx:device:quantity", "value": "2"}],
        },
        {"type": "library", "bom-ref": "pkg:generic/openssl@3", "name": "openssl", "group": "org", "version": "3"},
        {"type": "data", "name": "Band table"},
        {"type": "library", "name": "test kit", "scope": "excluded"},
    ],
    "dependencies": [{"ref": "rru", "dependsOn": ["board"]}, {"ref": "board", "dependsOn": ["rru"]}],
    "compositions": [
        {"aggregate": "incomplete", "assemblies": ["board"]},
        {"aggregate": "complete", "assemblies": ["rru"]},
    ],
    "vulnerabilities": [{"id": "CVE-2020-1"}],
}


def bom(*components: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"bomFormat": "CycloneDX", "specVersion": "1.6", "components": list(components), **more}


def read(data: bytes | dict[str, Any], mapping: str | None = GIVEN, names: PartyNames = NAMES) -> Told:
    raw = data if isinstance(data, bytes) else json.dumps(data).encode()
    return read_by(cyclonedx.read, "b.cdx.json", raw, mapping, names)


def assets(data: bytes | dict[str, Any], *columns: str, mapping: str | None = GIVEN) -> list[tuple[Any, ...]]:
    rows, faults, _ = read(data, mapping)
    assert [fault.sentence() for fault in faults.faults] == []
    return [tuple(row[column] for column in columns) for row in rows["asset"]]


def told(data: bytes | dict[str, Any], mapping: str | None = GIVEN) -> list[str]:
    rows, faults, _ = read(data, mapping)
    assert not rows
    return [fault.sentence() for fault in faults.faults]


def test_every_component_is_an_asset_with_its_path() -> None:
    rows, faults, over = read(BOM)
    assert faults.count == 0
    made = [(r["asset_id"], r["layer"], r["vendor_id"], r["unit_count"], r["locator"]) for r in rows["asset"]]
    assert made == [
        ("bom-3e671687/rru", "hardware", "huawei", 1, "b.cdx.json /metadata/component"),
        ("bom-3e671687/board", "hardware", "nokia", 2, "b.cdx.json /components/0"),
        ("bom-3e671687/chip", "component", None, 1, "b.cdx.json /components/0/components/0"),
        (*("bom-3e671687//components/0/components/1", "software", None, 1), "b.cdx.json /components/0/components/1"),
        ("bom-3e671687/pkg:generic/openssl@3", "software", None, 1, "b.cdx.json /components/1"),
    ]
    assert {(r["carrier_id"], r["country"], r["asset_class"]) for r in rows["asset"]} == {
        ("vodafone-germany", "Germany", "ran.radio")
    }
    first = rows["asset"][0]
    assert (first["origin_country"], first["capability"], first["facts"], first["site_id"]) == (
        "CN", ["remote access", "radio"], ["sourced_before_2021=true"], "ramstein",
    )  # fmt: skip
    assert [row["note"] for row in rows["asset"]] == [
        "RRU5909 V3; supplier: Acme Trading",
        "Baseband board; the bill calls its list of parts incomplete",
        "PA; no manufacturer is stated; supplier: Huawei",
        "Boot 1.2; no manufacturer is stated; publisher: Huawei",
        "org openssl 3; no manufacturer is stated",
    ]
    assert over == {
        "component of type data": 1,
        "component with scope excluded": 1,
        "dependencies": 2,
        "property acme:": 1,
        "vulnerabilities": 1,
    }


def test_a_seller_is_the_vendor_only_where_the_mapping_says_so() -> None:
    part = {"type": "device", "name": "PA", "supplier": {"name": "Nokia"}}
    assert assets(bom(part), "vendor_id") == [(None,)]
    assert assets(bom(part), "vendor_id", mapping='vendor_from = ["manufacturer", "supplier"]\n' + GIVEN) == [
        ("nokia",)
    ]


def test_who_made_the_bill_is_not_who_made_the_thing() -> None:
    thing = {"type": "device", "name": "OLT"}
    assert assets(bom(metadata={"component": thing, "manufacturer": {"name": "Nokia"}}), "vendor_id") == [(None,)]
    assert assets(bom(metadata={"component": thing, "manufacture": {"name": "Nokia"}}), "vendor_id") == [("nokia",)]


def test_makers_nobody_knows_enter_where_the_mapping_says_so() -> None:
    parts = [{"type": "device", "name": n, "manufacturer": {"name": "Accelink Ltd"}} for n in ("a", "b")]
    rows, faults, _ = read(bom(*parts), 'introduces = "vendor"\n' + GIVEN)
    assert faults.count == 0
    assert [(row["party_id"], row["name"], row["role"]) for row in rows["party"]] == [
        ("accelink-ltd", "Accelink Ltd", "vendor")
    ]
    assert [row["vendor_id"] for row in rows["asset"]] == ["accelink-ltd"] * 2


def test_a_part_takes_where_it_stands_from_what_it_is_inside_of() -> None:
    def at(carrier: str, land: str) -> list[dict[str, str]]:
        return [{"name": "provenet:carrier", "value": carrier}, {"name": "provenet:country", "value": land}]

    inner = {"type": "firmware", "name": "fw"}
    router = {
        "type": "device",
        "name": "router",
        "components": [inner],
        "properties": [*at("Orange", "PL"), {"name": "provenet:asset_class", "value": "transport.router"}],
    }
    common = [*at("Vodafone", "Germany"), {"name": "provenet:asset_class", "value": "core"}]
    data = bom(router, {"type": "application", "name": "nms"}, properties=common)
    assert assets(data, "carrier_id", "country", "asset_class", mapping=None) == [
        ("orange-poland", "Poland", "transport.router"),
        ("orange-poland", "Poland", "transport.router"),
        ("vodafone-germany", "Germany", "core"),
    ]


def test_the_mapping_gives_classes_layers_names_of_properties_and_the_prefix() -> None:
    mapping = """
prefix = "hq-"
[constants]
carrier_id = "vodafone-germany"
country = "DE"
asset_class = "core"
origin_country = "Taiwan"
[layers]
platform = "management"
library = "ignore"
[classes]
device = "transport.router"
[properties]
origin_country = "acme:coo"
"""
    data = bom(
        {"type": "device", "bom-ref": "1", "name": "r", "properties": [{"name": "acme:coo", "value": "Japan"}]},
        {"type": "platform", "bom-ref": "2", "name": "p"},
        {"type": "library", "bom-ref": "3", "name": "l"},
    )
    assert assets(data, "asset_id", "asset_class", "layer", "origin_country", mapping=mapping) == [
        ("hq-1", "transport.router", "hardware", "JP"),
        ("hq-2", "core", "management", "TW"),
    ]


@pytest.mark.parametrize(
    ("origins", "country", "note"),
    [
        ([{"distribution": [{"isoCode": "TW"}]}], "TW",
         "x; no manufacturer is stated; made in TW by a basis not stated"),
        ([{"basis": "number of parts", "distribution": [{"isoCode": "US-CA", "percentage": 100}]}],
         *("US", "x; no manufacturer is stated; made in US-CA 100 % by number of parts")),
        ([{"basis": "cost",
           "distribution": [{"isoCode": "CA", "percentage": 70}, {"isoCode": "CN", "percentage": 30}]}],
         *(None, "x; no manufacturer is stated; made in CA 70 % by cost; CN 30 % by cost")),
        ([{"basis": "cost", "distribution": [{"isoCode": "CA", "percentage": 70}]}],
         *(None, "x; no manufacturer is stated; made in CA 70 % by cost")),
    ],
)  # fmt: skip
def test_a_place_of_manufacture_is_one_country_or_not_known(origins: Any, country: str | None, note: str) -> None:
    data = {"specFormat": "CycloneDX", "specVersion": "2.0"}
    data["components"] = [{"type": "device", "name": "x", "origins": origins}]  # type: ignore[assignment]
    assert assets(data, "origin_country", "note") == [(country, note)]


def test_two_stated_origins_are_told_and_not_chosen_between() -> None:
    said = [{"name": "provenet:origin_country", "value": one} for one in ("CN", "Taiwan")]
    assert assets(bom({"type": "device", "name": "x", "properties": said}), "origin_country", "note") == [
        (None, "x; no manufacturer is stated; made in: CN, Taiwan")
    ]


def test_the_second_edition_names_parties_quantities_and_alternates() -> None:
    def maker(name: str, order: int) -> dict[str, Any]:
        return {"roles": [{"role": "manufacturer", "order": order}], "organization": {"name": name}}

    choice = {
        "type": "component-choice",
        "operator": "XOR",
        "components": [
            {"type": "device", "name": "PA1", "parties": [maker("Nokia", 2), maker("Ericsson", 1)]},
            {"type": "device", "name": "PA2", "quantity": {"value": 6}},
            {"ref": "elsewhere"},
        ],
    }
    steel = {"type": "material", "name": "steel", "quantity": {"value": 2.5, "unit": "kg"}}
    data = {"specFormat": "CycloneDX", "specVersion": "2.0", "components": [choice, steel]}
    assert assets(data, "vendor_id", "unit_count", "note") == [
        ("ericsson", 1, "PA1; one of several alternates (XOR)"),
        (None, 6, "PA2; no manufacturer is stated; one of several alternates (XOR)"),
    ]


def test_a_bill_that_calls_itself_incomplete_says_so_of_its_subject() -> None:
    data = bom({"type": "device", "name": "x"}, compositions=[{"aggregate": "incomplete_first_party_only"}])
    said = "x; no manufacturer is stated; the bill calls its list of parts incomplete first party only"
    assert assets(data, "note") == [(said,)]


def test_people_named_in_a_bill_stay_there() -> None:
    part = {"type": "library", "name": "x", "author": "Jane Roe", "authors": [{"name": "Jane Roe"}]}
    assert "Roe" not in str(read(bom(part))[0])


FAULTS: list[tuple[dict[str, Any], str]] = table(__file__, "faults")


@pytest.mark.parametrize(("data", "sentence"), FAULTS)
def test_every_fault_is_a_sentence(data: dict[str, Any], sentence: str) -> None:
    assert told(data) == [sentence.replace("found '{'type': 'device'}'", "found \"{'type': 'device'}\"")]


def test_what_the_bill_does_not_say_is_told_once_with_what_to_write() -> None:
    parts = [{"type": "device", "name": str(n)} for n in range(1_200)]
    assert told(bom(*parts), None) == [
        "b.cdx.json /components/0, carrier_id: nothing gives carrier_id for 1,200 of the components.\n"
        '    Write [constants] and carrier_id = "vodafone-germany" into b.cdx.toml, or give the property '
        "provenet:carrier.",
        "b.cdx.json /components/0, country: nothing gives country for 1,200 of the components.\n"
        '    Write [constants] and country = "Germany" into b.cdx.toml, or give the property provenet:country.',
        "b.cdx.json /components/0, asset_class: nothing gives asset_class for 1,200 of the components.\n"
        '    Write [constants] and asset_class = "ran.radio" into b.cdx.toml, or give the property '
        "provenet:asset_class.",
    ]


def test_a_maker_nobody_knows_is_told_once_per_bill() -> None:
    parts = [{"type": "device", "name": str(n), "manufacturer": {"name": "Qqqq"}} for n in range(50)]
    assert len(told(bom(*parts))) == 1


@pytest.mark.parametrize(
    ("mapping", "sentence"),
    table(__file__, "every fault of a mapping is a sentence"),
)  # fmt: skip
def test_every_fault_of_a_mapping_is_a_sentence(mapping: str, sentence: str) -> None:
    assert told(bom(), mapping) == [sentence]


XML = """<?xml version="1.0" encoding="UTF-8"?>
<bom xmlns="http://cyclonedx.org/schema/bom/1.6"
  serialNumber="urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79" version="1">
  <metadata>
    <timestamp>2026-02-01T00:00:00Z</timestamp>
    <component type="device" bom-ref="rru">
      <manufacturer><name>Huawei Technologies Co., Ltd.</name><url>https://example.org</url></manufacturer>
      <supplier><name>Acme Trading</name></supplier>
      <name>RRU5909</name><version>V3</version>
      <properties>
        <property name="cdx:device:countryOfOrigin">CN</property>
        <property name="provenet:capability">remote access</property>
      </properties>
    </component>
  </metadata>
  <components>
    <component type="device" bom-ref="board"><name>Board</name>
      <hashes><hash alg="MD5">00</hash></hashes>
      <components><component type="firmware"><name>Boot</name></component></components>
    </component>
  </components>
  <compositions>
    <composition><aggregate>incomplete</aggregate><assemblies><assembly ref="board"/></assemblies></composition>
  </compositions>
</bom>
"""


def test_a_bill_in_xml_says_what_the_same_bill_in_json_says() -> None:
    assert assets(XML.encode(), "asset_id", "vendor_id", "origin_country", "layer", "capability", "note") == [
        (*("bom-3e671687/rru", "huawei", "CN", "hardware", ["remote access"]), "RRU5909 V3; supplier: Acme Trading"),
        (*("bom-3e671687/board", None, None, "hardware", None),
         "Board; no manufacturer is stated; the bill calls its list of parts incomplete"),
        ("bom-3e671687//components/0/components/0", None, None, "software", None, "Boot; no manufacturer is stated"),
    ]  # fmt: skip


@pytest.mark.parametrize(("data", "says"), table(__file__, "xml that no bill needs is refused"))
def test_xml_that_no_bill_needs_is_refused(data: str, says: str) -> None:
    assert told(data.encode()) == [says + "\n    Write the bill as JSON, which every tool for CycloneDX can."]


def test_elements_values_and_bytes_of_a_bill_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    xml = '<bom xmlns="http://cyclonedx.org/schema/bom/1.6">' + "<x/>" * 9 + "</bom>"
    monkeypatch.setattr("provenet.ingest.sbom.cyclonedx.MOST_ELEMENTS", 9)
    (sentence,) = told(xml.encode())
    assert sentence.startswith("b.cdx.json: the XML holds more elements than are read; expected at most 9.")
    monkeypatch.setattr("provenet.core.jsontext.MOST_VALUES", 20)
    (sentence,) = told(bom(*({"type": "library", "name": f"l{at}"} for at in range(9))))
    assert sentence.startswith("b.cdx.json: the JSON holds more values than are read at once; found '")
    assert sentence.endswith(", expected at most 20.")
    monkeypatch.setattr("provenet.ingest.sbom.cyclonedx.LARGEST_BYTES", 60)
    assert told(xml.encode()) == [
        "b.cdx.json: the bill is too large; expected at most 0 MiB.\n    Split it by device or by site."
    ]


def test_twenty_thousand_components_are_read_and_deep_ones_refused() -> None:
    rows, faults, _ = read(bom(*({"type": "library", "name": f"l{n}"} for n in range(20_000))))
    assert (faults.count, len(rows["asset"])) == (0, 20_000)
    deep: dict[str, Any] = {"type": "device", "name": "x"}
    for _ in range(150):
        deep = {"type": "device", "name": "x", "components": [deep]}
    assert ["the JSON is nested too deep" in sentence for sentence in told(bom(deep))] == [True]


def test_a_bill_is_known_by_its_first_keys() -> None:
    for known in (json.dumps(BOM).encode(), XML.encode(), b'\xef\xbb\xbf{"specFormat" : "CycloneDX"}'):
        assert cyclonedx.recognises(known[:65_536], "b.json")
    for other in (b"", b"{}", b'{"bomFormat": "SPDX"}', b"<bom/>", b"a,b\n", b"\xff\xfe"):
        assert not cyclonedx.recognises(other, "b.json")


@given(st.binary(max_size=200), st.sampled_from([b"", b"{", b"<", b'{"bomFormat": "CycloneDX", "components": [']))
def test_any_bytes_end_in_sentences(data: bytes, start: bytes) -> None:
    rows, faults, _ = read(start + data)
    assert not (rows and faults.count)
    assert all(fault.sentence() for fault in faults.faults)


SHAPES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["device", "firmware", "Nokia"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "type", "name", "bom-ref", "components", "manufacturer", "properties", "value", "parties", "roles",
                    "origins", "distribution", "isoCode", "percentage", "quantity", "supplier", "organization", "role",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)  # fmt: skip


@given(st.lists(SHAPES, max_size=4), SHAPES, SHAPES)
def test_any_shape_of_bill_ends_in_rows_or_sentences(components: list[Any], metadata: Any, compositions: Any) -> None:
    data = bom(metadata=metadata, compositions=compositions)
    rows, faults, _ = read({**data, "components": components})
    assert not (rows and faults.count)


def shuffled(value: Any, draw: Any) -> Any:
    """The same JSON with the keys of every object in another order."""
    if isinstance(value, dict):
        return {key: shuffled(value[key], draw) for key in draw(st.permutations(sorted(value)))}
    return [shuffled(one, draw) for one in value] if isinstance(value, list) else value


@given(st.data())
def test_the_order_of_keys_changes_no_row(data: Any) -> None:
    ids = [row["row_id"] for row in read(BOM)[0]["asset"]]
    again = [row["row_id"] for row in read(shuffled(BOM, data.draw))[0]["asset"]]
    assert again == ids
