"""A small sample of each format and the same spoilt in every simple way; `kept/` holds what each is read as."""

import io
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("numpy")

from doors.influence_files import COUNTRIES, ORIGINS, PEERS, SENDS, SIX, TABLE
from doors.inside_files import NETWORK
from provenet.case.parties import PartyNames
from provenet.core.digest import sha256_bytes
from provenet.core.errors import FaultList, InputFault
from provenet.forms import allocation, document, schedule, schedule_form
from provenet.forms.certificate import instance_bytes, plan_bytes
from provenet.ingest import documents, opening, plain_lines, registry
from provenet.ingest.bgp import (
    as_links,
    as_lists,
    as_tables,
    mrt,
    mrt_routes,
    mrt_stream,
    numbers,
    observed_paths,
    prefix_tables,
)
from provenet.ingest.lists import ftm, ftm_rows, published_lists
from provenet.ingest.network import element_lists, snmp_device, snmp_walk, topology, topology_files
from provenet.ingest.network.device_formats import json_devices
from provenet.ingest.network.topology_formats import graphs, plain_text
from provenet.ingest.opening import Upload
from provenet.ingest.registry import Head, Source, first_of
from provenet.ingest.sbom import cyclonedx, cyclonedx_assets, cyclonedx_mapping
from provenet.ingest.tabular import (
    excel,
    fields,
    json_rows,
    layouts,
    mapper,
    mapping,
    old_workbook,
    parquet,
    strict,
    workbook,
)
from readers.small_topologies import BATFISH, GRAPH, GRAPHML, NATIVE, NETWORKS, NODE_LINK, XML
from readers.test_as_tables import LINKS, NAMES, ORG_LINES, ORGS, TAGS
from readers.test_cyclonedx import BOM, GIVEN
from readers.test_ftm import HUAWEI, PACIFIC, entity
from readers.test_mrt import table
from readers.test_old_workbooks import CELLS
from readers.test_published_lists import BY_ENTITY, COVERED, MILITARY, PROGRAMME
from support.examples import sample
from support.kept import assert_kept
from support.old_workbook import compound, stream_of
from support.reading import read_table_file
from support.spoiling import bytes_of, found_in, lines_of, outcome, parts_of, words_of
from unit.certify.plans import INSTANCE, hand_made
from unit.ingest.network.test_device_documents import NEIGHBOUR

FORMATS = (as_links, as_lists, numbers, as_tables, mrt, mrt_routes, mrt_stream, observed_paths)
FORMATS += (prefix_tables, as_lists, ftm, ftm_rows, ftm_rows, published_lists, documents)
FORMATS += (element_lists, snmp_device, snmp_walk, topology, topology_files, json_devices, graphs)
FORMATS += (plain_text, cyclonedx, cyclonedx_assets, cyclonedx_mapping, mapper, excel)
FORMATS += (fields, json_rows, layouts, mapping, old_workbook, parquet, strict, workbook, opening)
FORMATS += (plain_lines, registry, allocation, document, schedule, schedule_form)
KEPT = Path(__file__).parent / "kept"
Variants = Iterator[tuple[str, Any]]


def of_text(read: Callable[[bytes], Any], text: str, more: Iterable[tuple[str, str]] = ()) -> str:
    """The text as it is and spoilt, as UTF-8."""
    every = [("as it is", text), *more, *lines_of(text), *words_of(text)]
    every += [("Windows ends", text.replace("\n", "\r\n")), ("a mark first", "\ufeff" + text), ("nothing", "")]
    return found_in(lambda given: read(given.encode()), every)


def of_json(read: Callable[[bytes], Any], value: Any, most: int = 120) -> str:
    """The value as it is and spoilt, as JSON."""
    every = [("as it is", value), *parts_of(value, most), ("a list", [value]), ("a word", "x")]
    return found_in(lambda given: read(json.dumps(given).encode()), every)


def topology_of(name: str, data: bytes) -> Any:
    made, demands = topology_files.read_topology((name, data))
    arcs = [outcome(made.arcs, metric) for metric in ("hops", "weight", "length")]
    return made, demands, None if demands is None else demands.both_ways(), made.bundled(), arcs


def table_of(name: str, written: str | None, data: bytes) -> Any:
    made = read_table_file(name, data, None if written is None else written.encode(), names=PartyNames.built_in())
    return made.layout, made.rows, made.ignored, made.row_count, made.remarks


def listed(module: Any, name: str, written: str | None, data: bytes) -> Any:
    """The rows of a list or bill, with what was ignored; its faults raised."""
    rows: dict[str, list[Any]] = {}
    faults, counted = FaultList(), Counter[str]()
    upload = Upload(name, sha256_bytes(data), data, len(data))
    given = None if written is None else written.encode()
    source = Source(upload=upload, mapping=given, names=PartyNames.built_in(), faults=faults, ignored=counted)
    for name, made in module.read(source, io.BytesIO(data)):
        rows.setdefault(name, []).extend(made)
    if faults.count:
        raise InputFault(faults.faults, faults.count)
    return rows, dict(sorted(counted.items()))


def devices_of(name: str, data: bytes) -> Any:
    upload = Upload(name, sha256_bytes(data), data, len(data))
    found = first_of(Head(upload), "opens_devices")
    if found is None or found.opens_devices is None:
        return None
    remarks: list[str] = []
    source = Source(upload=upload, faults=FaultList(), remarks=remarks)
    rows = list(found.opens_devices(source))
    if source.faults.count:
        raise InputFault(source.faults.faults, source.faults.count)
    return found.name, rows, remarks


@cache
def elements() -> element_lists.ElementNames:
    made, _ = topology_files.read_topology(("net.txt", NETWORK.encode()))
    return element_lists.ElementNames(made)


PARTIES = """party_id,name,role,country
acme,Acme Inc.,vendor,US
north,North Tel,carrier,JP
,Bolt,vendor,
"""
ASSETS = """id,net,land,class,n,day,share,vendor,rack
a-1,Vodafone,Germany,ran,3,2020-12,36,Huawei,r1
a-2,Telekom,DE,core,1,June 2021,over 50,Nokia,
a-3,Vodafone,Germany,ran.radio,12,2019-02-03,about two thirds,,r 3
"""
ASSETS_TOML = """layout = "l"
says = "what it is"
table = "asset"
delimiter = ","
ignore = ["rack", "share", "day"]
[columns]
id = {to = "asset_id"}
net = {to = "carrier_id", type = "carrier"}
land = {to = "country", type = "country"}
class = {to = "asset_class"}
n = {to = "unit_count", type = "count"}
vendor = {to = "vendor_id", type = "vendor"}
[constants]
layer = "hardware"
"""
WALK = """1.3.6.1.2.1.1.1.0|4|S2700 Huawei Versatile Routing Platform
1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.2011.2.23.114
1.3.6.1.2.1.1.5.0|4|core-1
1.3.6.1.2.1.47.1.1.1.1.2.1|4|Huawei chassis
1.3.6.1.2.1.47.1.1.1.1.5.1|2|3
1.3.6.1.2.1.47.1.1.1.1.12.1|4|Huawei
1.3.6.1.2.1.47.1.1.1.1.13.1|4|S2700
1.3.6.1.2.1.47.1.1.1.1.2.2|4|Board
1.3.6.1.2.1.47.1.1.1.1.4.2|2|1
1.3.6.1.2.1.47.1.1.1.1.5.2|2|9
1.3.6.1.2.1.47.1.1.1.1.12.2|4|Finisar
1.3.6.1.2.1.2.2.1.6.7|4x|00e0fc000001
1.3.6.1.2.1.31.1.1.1.1.7|4|GE0/0/7
1.3.6.1.4.1.9.9.23.1.2.1.1.6.7.1|4|switch-2
"""
ALLOCATION = {
    "budget": 5,
    "budget_on": "committed",
    "unit": "EUR million",
    "carriers": [
        {"id": "north", "levels": [0, 2, 4], "gaps": [1, 2, 3, 4]},
        {"id": "south", "levels": [0, 1, 3, 1], "gaps": [-1, 1, 1, None]},
    ],
    "demands": [{"weight": 8, "carriers": ["north", "south"]}, {"id": "e", "weight": 1.5, "carriers": ["north"]}],
}
LISTED = MILITARY + (
    '"Acme Radio Co., Ltd. (Acme)*","Acme Radio Co., Ltd.","Acme Waves,Acme Air",Old Acme; OLDA,'
    "Acme Group (AG),No US nexus,2021-06-03,2024-01-31,\n"
    '"Huawei Technologies Co., Ltd. (Huawei)","Huawei Technologies Co., Ltd.",Huawei,,,,2021-06-03,,\n'
)
PROGRAMMED = PROGRAMME + (
    "Company,Acme Radio,Acme;Waves,sanction,US-BIS,Commerce,reason,2020-01-02,2020-02-03,2024-01-01,us,note,\n"
    "Company,ZTE Corporation,,export.control,US-BIS,,,2021-01-01,,,cn,,https://example.org\n"
)
COVERED_ROWS = COVERED + (
    '"Telecommunications equipment produced by Huawei Technologies Company, including subsidiaries","March 12, 2021"\n'
    '"Equipment produced by Acme Radio Corp.",2022-03-25\n'
)
ENTITIES = (
    BY_ENTITY + '"Huawei Technologies Company","Telecommunications equipment","March 12, 2021","Acme, Bolt Inc."\n'
)
FTM = [HUAWEI, PACIFIC, entity("own-1", "Ownership", owner="us-fcc-cov-huawei", asset="us-fcc-cov-pacific",
                               percentage="51", startDate="2020")]  # fmt: skip


@cache
def read_instance() -> Any:
    return schedule_form.read_instance("i.json", instance_bytes(INSTANCE))


def excel_of(data: bytes) -> Any:
    try:
        held = old_workbook.OldWorkbook(io.BytesIO(data))
        return [[(row, dict(found)) for row, found in held.rows(one, workbook.Grid())] for one in held.sheets]
    except workbook.WorkbookFault as err:
        return err.args


def routes_of(data: bytes) -> Any:
    rows, reading = table(data)
    return rows, reading.by_kind, reading.ended, [fault.sentence() for fault in reading.faults.faults]


NETWORK_NAMES = NAMES.decode()
BOOK = compound(stream_of({"One": CELLS, "Two": {(0, 0): "a"}}))
SAMPLES: dict[str, Callable[[], str]] = {
    "sndlib": lambda: of_text(partial(topology_of, "small.txt"), NATIVE),
    "sndlib-xml": lambda: of_text(partial(topology_of, "small.xml"), XML),
    "repetita": lambda: of_text(partial(topology_of, "small.graph"), GRAPH),
    "graphml": lambda: of_text(partial(topology_of, "small.graphml"), GRAPHML),
    "node-link": lambda: of_json(partial(topology_of, "small.json"), NODE_LINK),
    "rfc8345": lambda: of_json(partial(topology_of, "small.json"), NETWORKS),
    "batfish": lambda: of_json(partial(topology_of, "small.json"), BATFISH),
    "elements": lambda: of_text(
        lambda data: element_lists.read_elements(("e.txt", data), elements()), "north\nlink:wn\n\nnode:east\nse\n"
    ),
    "groups": lambda: of_text(
        lambda data: element_lists.read_srlgs(("g.csv", data), elements()), "group,id\nduct,ws\nduct,se\nb,node:east\n"
    ),
    "costs": lambda: of_text(
        lambda data: element_lists.read_costs(("c.csv", data), elements()), "id,cost\nnorth,3\nlink:se,2.5\neast,none\n"
    ),
    "own-links": lambda: of_text(
        lambda data: element_lists.read_own_links(("o.csv", data), elements()),
        "node,capacity,state\nwest,8,clear\nwest,2..5,restricted\neast,,\n",
    ),
    "sensitive": lambda: of_text(
        lambda data: element_lists.read_sensitive(("s.txt", data), elements(), ["D1", "east"]),
        "D1\nstub\nnode:east\neast\n",
    ),
    "as-links": lambda: of_text(lambda data: as_links.read_as_links(("l.txt", data)), LINKS.decode()),
    "asn-list": lambda: of_text(
        lambda data: as_lists.read_asn_list(("l.txt", data)), "asn\n64500\nAS64501,Name # x\n64502;y\n"
    ),
    "as-shares": lambda: of_text(
        lambda data: as_lists.read_shares(("s.csv", data)), "asn,low,high\n64500,0.2,0.6\n64501,1,1\n64502,.5,0.5\n"
    ),
    "as-names": lambda: of_text(lambda data: plain_lines.read_line_table(("n.txt", data), "as_number"), NETWORK_NAMES),
    "as-tags": lambda: of_text(lambda data: plain_lines.read_line_table(("t.csv", data), "as_tag"), TAGS.decode()),
    "as-orgs": lambda: of_text(lambda data: plain_lines.read_line_table(("o.txt", data), "as_organisation"), ORGS),
    "as-orgs-json": lambda: of_text(
        lambda data: plain_lines.read_line_table(("o.jsonl", data), "as_organisation"),
        "".join(json.dumps(line) + "\n" for line in ORG_LINES),
    ),
    "prefix-origins": lambda: of_text(lambda data: prefix_tables.read_prefix_origins(("p.txt", data)), ORIGINS),
    "address-countries": lambda: of_text(lambda data: prefix_tables.read_address_countries(("c.csv", data)), COUNTRIES),
    "table-of-names": lambda: of_text(partial(table_of, "party.csv", None), PARTIES),
    "table-mapped": lambda: of_text(partial(table_of, "assets.csv", ASSETS_TOML), ASSETS),
    "mapping": lambda: of_text(
        lambda written: table_of("assets.csv", written.decode(), ASSETS.encode()), ASSETS_TOML
    ),
    "snmprec": lambda: of_text(partial(devices_of, "core.snmprec"), WALK),
    "lldp": lambda: of_json(partial(devices_of, "lldp.json"), {"lldp": {"interface": [{"eth0": NEIGHBOUR}]}}),
    "cyclonedx": lambda: of_json(partial(listed, cyclonedx, "bom.json", GIVEN), BOM),
    "ftm": lambda: of_text(partial(listed, ftm, "e.json", None), "".join(json.dumps(one) + "\n" for one in FTM)),
    "ftm-parts": lambda: of_json(lambda data: listed(ftm, "e.json", None, b"\n".join(
        json.dumps(one).encode() for one in json.loads(data))), FTM, 150),
    "list-1260h": lambda: of_text(partial(table_of, "l.csv", None), LISTED),
    "list-programme": lambda: of_text(partial(table_of, "l.csv", None), PROGRAMMED),
    "list-covered": lambda: of_text(partial(table_of, "l.csv", None), COVERED_ROWS),
    "list-entities": lambda: of_text(partial(table_of, "l.csv", None), ENTITIES),
    "instance": lambda: of_json(
        partial(schedule_form.read_instance, "i.json"), json.loads(instance_bytes(INSTANCE)), 200
    ),
    "plan": lambda: of_json(
        lambda data: schedule_form.read_plan("p.json", data, read_instance()),
        json.loads(plan_bytes(hand_made(), INSTANCE)),
        200,
    ),
    "mrt": lambda: found_in(routes_of, [("as it is", TABLE), *bytes_of(TABLE)]),
    "mrt-six": lambda: found_in(routes_of, [("as it is", SIX), *bytes_of(SIX, 60)]),
    "mrt-updates": lambda: found_in(routes_of, [("as it is", SENDS), *bytes_of(SENDS), ("none", PEERS)]),
    "workbook": lambda: found_in(excel_of, [("as it is", BOOK), *bytes_of(BOOK, 200)]),
    "allocation": lambda: of_json(partial(allocation.read_allocation, "a.json"), ALLOCATION),
}  # fmt: skip


@pytest.mark.parametrize("name", sample(SAMPLES, 2))
def test_what_a_spoilt_sample_is_read_as(name: str) -> None:
    assert_kept(KEPT / f"{name}.txt", SAMPLES[name]())
