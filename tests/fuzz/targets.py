"""What may be thrown at each reader and at the rule language, and the law that any bytes must keep.

The law: bytes end in rows, or in faults that are sentences with a place; never in another exception. Reading twice
gives the same. Rows hold no number that is none and no control character. A refused file leaves the case as it was.
"""

import bz2
import gzip
import hashlib
import io
import json
import lzma
import math
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from functools import lru_cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import provenet
from provenet.case.case import Case
from provenet.case.lineage import walk, walk_lines, walk_text
from provenet.case.parties import PartyNames
from provenet.case.tables import tables
from provenet.core.digest import canonical_json
from provenet.core.errors import Fault, FaultList, InputFault, ProvenetError, UsageFault
from provenet.download.lists import read_registry
from provenet.forms.allocation import read_allocation
from provenet.forms.certificate import instance_bytes, plan_bytes
from provenet.forms.schedule_form import read_instance, read_plan
from provenet.ingest.bgp.as_links import read_as_links
from provenet.ingest.bgp.as_lists import read_asn_list, read_shares
from provenet.ingest.bgp.mrt import read_mrt
from provenet.ingest.bgp.prefix_tables import read_address_countries, read_prefix_origins
from provenet.ingest.network.engine_id import read_engine_id
from provenet.ingest.network.topology_files import read_network
from provenet.ingest.opening import Upload
from provenet.ingest.reader import bundled_files
from provenet.ingest.sightings.reading import evidence_format_of, read_aliases, read_probed, read_sightings
from provenet.ingest.sightings.recog import RecogPatterns, read_recog
from provenet.ingest.sightings.snmp_message import SYS_DESCR_OID, read_snmp_message
from provenet.ingest.tabular.suggest import suggest
from provenet.policy.answers import answer
from provenet.policy.cases import answer_cases
from provenet.policy.logic import review_pack
from provenet.policy.pack import parse_pack
from provenet.policy.packs import Packs, load_packs
from provenet.policy.terms import Profile
from provenet.tools.pack_test import case_records
from readers.mrt_bytes import as_path, attribute, message, peer_index, prefix, rib, update
from readers.small_inventory import GOOD, as_csv, as_excel, as_json_lines, as_parquet
from readers.small_topologies import BATFISH, GRAPH, GRAPHML, NATIVE, NETWORKS, NODE_LINK, XML
from support.reading import read_table_file
from unit.certify.plans import INSTANCE, hand_made
from unit.ingest.sightings.packets import ethernet, ipv4, ipv6, octets, pcap, pcapng, report, response, udp
from unit.ingest.sightings.test_recog import XML as RECOG

PACKAGE = Path(provenet.__file__).parent
NAMES = PartyNames.built_in()
LONGEST_SENTENCE = 4000


@dataclass(frozen=True)
class Target:
    """One door: what it does with bytes, and small files it takes."""

    run: Callable[[bytes], object]
    seeds: Callable[[], list[bytes]]


class Broken(AssertionError):
    """The law is broken."""


def keep_law(name: str, data: bytes) -> str:
    """Runs a target twice on the same bytes; says `rows` or `refused`. Raises Broken, or whatever escapes."""
    first, second = outcome(name, data), outcome(name, data)
    if first != second:
        raise Broken(f"{name}: read twice, told twice: {first!r} and {second!r}")
    return first[0]


def outcome(name: str, data: bytes) -> tuple[str, str]:
    """What a target makes of bytes, as a digest or as its sentences."""
    try:
        made = TARGETS[name].run(data)
    except InputFault as err:
        look_at(err.faults, err.count)
        return "refused", str(err)
    except UsageFault as err:
        look_at_text(str(err))
        return "refused", str(err)
    return "rows", hashlib.sha256(canonical_json(made).encode("utf-8", "surrogatepass")).hexdigest()


def look_at(faults: Iterable[Fault], count: int) -> None:
    """Every fault is a sentence of bounded length, with a place, and something to go by."""
    told = list(faults)
    if not told or count < len(told):
        raise Broken(f"a refusal counts {count} and tells {len(told)}")
    for fault in told:
        if not fault.place.strip() or not fault.says.strip():
            raise Broken(f"a fault without a place or without words: {fault!r}")
        look_at_text(fault.sentence())


def look_at_text(text: str) -> None:
    """A sentence can be printed as it is."""
    text.encode()
    if len(text) > LONGEST_SENTENCE:
        raise Broken(f"a sentence of {len(text)} characters: {text[:200]!r}")
    if any(ord(letter) < 32 and letter != "\n" for letter in text):
        raise Broken(f"a control character in a sentence: {text!r}")


def look_at_rows(rows: Mapping[str, list[dict[str, object]]]) -> None:
    """No number that is none and no control character in any row."""
    for value in (value for table in rows.values() for row in table for value in row.values()):
        if isinstance(value, float) and not math.isfinite(value):
            raise Broken(f"a number that is none: {value!r}")
        texts = value if isinstance(value, list) else [value]
        for text in texts:
            if isinstance(text, str) and any(ord(letter) < 32 and letter not in "\t\n\r" for letter in text):
                raise Broken(f"a control character in a row: {text!r}")


def reads(file_name: str, mapping: bytes | None = None) -> Callable[[bytes], object]:
    """Reads bytes as a file of that name."""

    def run(data: bytes) -> object:
        made = read_table_file(file_name, data, mapping, names=NAMES)
        look_at_rows(made.rows)
        return [made.layout, made.rows, made.ignored, made.row_count]

    return run


def short(name: str, lines: int = 3) -> bytes:
    """The first lines of a bundled file."""
    return b"".join(bundled_files()[name].splitlines(keepends=True)[:lines])


def delimited_seeds() -> list[bytes]:
    texts = [as_csv(GOOD), b"\xef\xbb\xbf" + as_csv(GOOD), as_csv(GOOD).replace(b"\n", b"\r\n")]
    texts += [short(name) for name in bundled_files()]
    return [*texts, as_csv(GOOD).decode().encode("utf-16"), b'name,note\n"a ""b""","c\nd"\n']


def tab_seeds() -> list[bytes]:
    return [b"\t".join(line.split(b",")) + b"\n" for text in delimited_seeds()[:8] for line in [text.split(b"\n")[0]]]


JSON_SEEDS = [
    b'{"asset_id": "A", "carrier_id": "TIM", "country": "Italy", "asset_class": "core", "unit_count": 1.0}\n',
    b'{"asset_id": "A", "capability": ["a", "b"], "note": null, "whole": true, '
    b'"unit_count": -0e5}\n{"note": "\\ud83d"}\n',
    b'{"a": [[[{}]]]}\n[1]\nNaN\n',
]

FTM_SEEDS = [
    b'{"id": "a", "schema": "Company", "properties": {"name": ["Huawei"], "jurisdiction": ["cn"], '
    b'"topics": ["debarment"]},'
    b' "datasets": ["us_fcc"]}\n{"id": "o", "schema": "Ownership", "properties": {"owner": ["b"], "asset": ["a"], '
    b'"percentage": ["51%"], "startDate": ["2019-03"]}}\n{"id": "b", "schema": "Company", '
    b'"properties": {"name": ["X"]}}\n',
    b'[{"id": "s", "schema": "Sanction", "properties": {"entity": [{"id": "a", "schema": "LegalEntity", "properties": '
    b'{"name": ["ZTE"]}}], "programId": ["US-FCC889"], "listingDate": ["2021-03-12"]}}]',
    b"canonical_id,entity_id,prop,schema,value,dataset\na,a,name,Company,Huawei,us\na,a,id,Company,x,us\n",
    b'{"canonical_id": "a", "entity_id": "a", "prop": "name", "schema": "Company", '
    b'"value": "Hytera", "dataset": "x"}\n',
]

BOM_JSON = (
    b'{"bomFormat": "CycloneDX", "specVersion": "1.6", '
    b'"serialNumber": "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79", '
    b'"metadata": {"component": {"type": "device", "name": "gNB", "bom-ref": "g"}, "properties": [{"name": '
    b'"provenet:carrier", "value": "TIM"}, {"name": "provenet:country", "value": "Italy"}, {"name": '
    b'"provenet:asset_class", "value": "ran.radio"}]}, "components": [{"type": "firmware", '
    b'"name": "fw", "manufacturer": '
    b'{"name": "Huawei"}, "components": [{"type": "library", "name": "z", "properties": [{"name": '
    b'"cdx:device:quantity", "value": "3"}]}]}], "compositions": [{"aggregate": "incomplete", "assemblies": ["g"]}], '
    b'"dependencies": []}'
)
BOM_XML = (
    b'<?xml version="1.0" encoding="UTF-8"?><bom xmlns="http://cyclonedx.org/schema/bom/1.6" version="1" '
    b'serialNumber="urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79"><metadata><properties><property '
    b'name="provenet:carrier">TIM</property><property name="provenet:country">Italy</property><property '
    b'name="provenet:asset_class">core</property></properties></metadata><components><component type="device" '
    b'bom-ref="a"><manufacturer><name>Nokia</name></manufacturer><name>x</name><components><component type="firmware">'
    b"<name>&amp;&#65;</name></component></components></component></components><compositions><composition><aggregate>"
    b'incomplete</aggregate><assemblies><assembly ref="a"/></assemblies></composition></compositions></bom>'
)

MAPPED = b"a,b,c\nHuawei,0.51,2019-01-02\nZTE,0.075,2020-12-31\n"
MAPPING_SEEDS = [
    b'layout = "x"\nsays = "who owns whom"\ntable = "ownership"\n[columns]\na = {to = "owner_id", type = "vendor"}\n'
    b'b = {to = "low_share", type = "share"}\nc = {to = "from_on", type = "day"}\n[constants]\nowned_id = "zte"\n',
    b'layout = "y"\nsays = "y"\ntable = "party"\ndelimiter = ","\nencoding = "cp1252"\nignore = ["b", "c"]\n'
    b'[columns]\na = [{to = "party_id", type = "new_party", role = "vendor", unknown = ["-"]}, {to = "name"}]\n'
    b'[constants]\nrole = "vendor"\n',
    *(path.read_bytes() for path in sorted((PACKAGE / "ingest" / "tabular" / "layouts").glob("*.toml"))),
]

LIST_SEEDS = [
    b"Name,Clean Name,Alias,Previous Name,Parent Name,Note,Start date,End date,Source Url\n"
    b'"Huawei Technologies Co., Ltd.",Huawei,Huawei; HW,,China Parent,n,2020-06-24,,https://example.org\n',
    b"schema,name,aliases,topics,program,authority,reason,report-date,start-date,end-date,country,notes,source_url\n"
    b"Company,ZTE,Zhongxing,debarment,NDAA 889,DoD,r,2020-01-01,2019-08-13,,cn,n,https://example.org\n",
    b"covered_equipment_or_services,date_of_inclusion_on_covered_list\n"
    b'"Telecommunications equipment produced or provided by Hytera, including its subsidiaries","March 12, 2021"\n',
]

PACK_SEEDS = [
    b"pack: p\nissuer: Italy\ntitle: T\nforce: law\ndefault: clear\nfacts: {fits: whether it fits}\nrules:\n"
    b"  - id: A\n    effect: cap\n    rank: 3\n    when: {all: [{vendor_in: [huawei, ZTE]}, "
    b"{not: {fact: fits, is: true}}]}\n"
    b'    cap: {measure: base stations, at_most_share: 0.35, of: access network}\n    in_force: [2020-01-01, "2027"]\n'
    b"  - {id: B, effect: prohibit, when: {any: [{asset_class: core}, {controlled_from: CN}]}, remove_by: "
    b"{fact: issued, plus: 36 months}}\n",
    b"pack: q\nrules:\n  - {id: A, effect: permit, when: &c {fact: x, at_least: 5, "
    b"at_most: 9}}\n  - {id: B, effect: prohibit, rank: 9, when: *c}\n",
    b"pack: r\nrules: [{id: A, effect: condition, when: {fact: d, in: [2020-01-01, 2021-02-03]}, "
    b"decided_by: [Italy]}]\n",
    (PACKAGE / "policy" / "policies" / "au-2018.yml").read_bytes(),
]

CASES_HEAD = (
    b"case_id,policy_id,as_of,vendor_profile,asset_class,layer,site_class,origin_country,capability,known_facts\n"
)
CASES_SEEDS = [
    CASES_HEAD + b"P1,uk-direction-2022,2022-10-13,name=Huawei; listed_by=UK annex,ran.radio,hardware,any,CN,route,"
    b"operator=BT/EE; addressee=true; share_base stations=35%; unit=sites\n",
    CASES_HEAD + b"P2,us-covered-list,2024-01-01,name=A|B; group=unknown,core|ran,any,,CN|TW,none,x; y=disputed\n",
    CASES_HEAD.replace(b",", b"\t") + b"\t".join([b"P3"] * 10) + b"\n",
]

REGISTRY_SEEDS = [
    (PACKAGE / "download" / "lists.toml").read_bytes(),
    b'[x]\ntitle = "X"\nissuer = "I"\nlicence = "L"\nsays = "S"\nurl = '
    b'"http://127.0.0.1:8000/x"\nmedia = ["text/csv"]\n'
    b'cap_bytes = 5\nfile = "x.csv"\nhosts = ["example.org"]\n',
]


def packed(data: bytes) -> object:
    """By the first byte: the container as it is, or the rest packed first, so that what is inside is reached too."""
    kind, rest = (data[0] if data else 0), data[1:]
    suffix, pack = PACKERS[kind % len(PACKERS)]
    inside = "a.jsonl" if kind & 64 else "a.csv"
    return reads(f"{inside}.{suffix}")(pack(rest) if kind & 128 else rest)


def _zst(data: bytes) -> bytes:
    import zstandard

    return zstandard.ZstdCompressor().compress(data)


def _gz(data: bytes) -> bytes:
    """The same bytes whenever it is packed: gzip else writes the time."""
    return gzip.compress(data, mtime=0)


PACKERS: tuple[tuple[str, Callable[[bytes], bytes]], ...] = (
    ("gz", _gz),
    ("xz", lzma.compress),
    ("zst", _zst),
    ("bz2", bz2.compress),
)


def packed_seeds() -> list[bytes]:
    made = [bytes([at]) + pack(as_csv(GOOD)) for at, (_, pack) in enumerate(PACKERS)]
    made.append(b"\x00" + gzip.compress(as_csv(GOOD)) + gzip.compress(b"x"))
    return [*made, b"\x80" + as_csv(GOOD), b"\xc0" + as_json_lines(GOOD), b"\x00" + bz2.compress(as_csv(GOOD))]


NETWORK_SEEDS = [
    b"# inferred clique: 10\n10|20|-1|bgp\n20|30|0|bgp,mlp\n40|40|0\n",
    b"3320:DTAG Internet service provider, DE\n17:X, EU\n18 Y, FR\n",
    b'AS18220,Defence\nAS12041,"Afilias, ""Inc."""\nAS6,"two\nlines"\n',
    b"# format:org_id|changed|org_name|country|source\nO|1|Name|US|ARIN\n"
    b"# format:aut|changed|aut_name|org_id|opaque_id|source\n1|1|A|O||ARIN\n",
    b'{"type": "ASN", "asn": "1", "organizationId": "O"}\n{"type": "Organization", "organizationId": "O"}\n',
    b"1.0.0.0\t24\t13335_7\n2001:db8::\t32\t1,2\n",
    b"; IP-ASN32-DAT file\n1.0.0.0/24\t13335\n2001:db8::/32\t7\n",
    b'1.0.0.0,1.0.0.255,13335,"Cloudflare, Inc."\n2001:db8::,2001:db8::f,7,X\n',
    b"1.0.0.0,1.0.0.255,AU\n2001:db8::,2001:db8::f,DE\n",
]
NETWORK_TOOLS: tuple[Callable[[tuple[str, bytes]], object], ...] = (
    read_as_links,
    read_asn_list,
    read_shares,
    read_prefix_origins,
    read_address_countries,
)


def network_file(data: bytes) -> object:
    """A file of networks as the tools without a case read it: the first byte says by which reader."""
    kind, rest = (data[0] if data else 0), data[1:]
    made = NETWORK_TOOLS[kind % len(NETWORK_TOOLS)](("a.txt", rest))
    parts = made if isinstance(made, tuple) else vars(made).values() if hasattr(made, "__dict__") else (made,)
    return [part.tolist() if hasattr(part, "tolist") else part for part in parts]


def network_file_seeds() -> list[bytes]:
    kinds = {0: (0,), 1: (2,), 2: (), 3: (5, 6, 7), 4: (8,)}
    made = [bytes([kind]) + NETWORK_SEEDS[at] for kind, listed in kinds.items() for at in listed]
    return [*made, b"\x02asn,low,high\n10,0,1\n20,.5,0.75 # x\n"]


def topology(data: bytes) -> object:
    """A topology, demands or both, of whichever format the bytes are."""
    found = read_network(("a", data))
    made = None
    if found.topology is not None:
        made = {name: listed(value) for name, value in vars(found.topology).items()}
        look_at_rows({"node": [{"id": name} for name in found.topology.node_ids]})
    return [made, None if found.demands is None else found.demands.rows]


def listed(value: object) -> object:
    """Arrays as lists, with what is not known as text."""
    return str(value.tolist()) if hasattr(value, "tolist") else str(value)


def topology_seeds() -> list[bytes]:
    texts = [NATIVE, XML, GRAPH, GRAPHML, *map(json.dumps, (NODE_LINK, NETWORKS, BATFISH))]
    return [*(text.encode() for text in texts), b"DEMANDS 1\nlabel src dest bw\nd0 0 2 42\n"]


def mrt(data: bytes) -> object:
    """An MRT file in memory: every batch, and what was told of the reading."""
    table = read_mrt(data, "a.mrt")
    routes = [[column.tolist() for column in vars(batch).values() if hasattr(column, "tolist")] for batch in table]
    if table.reading.faults.count:
        look_at(table.reading.faults.faults, table.reading.faults.count)
    look_at_text(table.reading.ended)
    return [routes, table.reading.as_dict()]


def mrt_seeds() -> list[bytes]:
    peers = peer_index(("192.0.2.1", 10), ("2001:db8::1", 70000))
    sent = attribute(1, b"\0") + attribute(2, as_path((2, [10, 20]), (1, [30, 40])))
    sent += attribute(3, bytes([192, 0, 2, 1]))
    table = peers + rib("198.51.100.0/24", (0, sent)) + rib("2001:db8::/32", (1, sent))
    told = message(update(attributes=sent, fresh=prefix("198.51.100.0/24")))
    return [table, told, gzip.compress(peers + told, mtime=0)]


EXCEL_PARTS = tuple(
    f"xl/{part}"
    for part in ("workbook.xml", "_rels/workbook.xml.rels", "sharedStrings.xml", "styles.xml", "worksheets/sheet1.xml")
)


@lru_cache(maxsize=1)
def good_parts() -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(as_excel(GOOD))) as made:
        return {name: made.read(name) for name in made.namelist()}


def excel(data: bytes) -> object:
    """By the first byte: the whole zip, or one part of a good workbook in place of its own."""
    kind, rest = (data[0] if data else 0), data[1:]
    if kind % 6 == 5:
        return reads("a.xlsx")(rest)
    parts = {**good_parts(), EXCEL_PARTS[kind % 6]: rest}
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as book:
        for name, part in parts.items():
            book.writestr(zipfile.ZipInfo(name), part)
    return reads("a.xlsx")(made.getvalue())


def excel_seeds() -> list[bytes]:
    parts = [bytes([at]) + good_parts()[name] for at, name in enumerate(EXCEL_PARTS)]
    dates = b'\x03<styleSheet><numFmts><numFmt numFmtId="170" formatCode="yyyy\\-mm"/></numFmts>'
    styles = dates + b'<cellXfs><xf numFmtId="170"/></cellXfs></styleSheet>'
    return [*parts, b"\x05" + as_excel(GOOD), styles]


def parquet_seeds() -> list[bytes]:
    return [as_parquet(GOOD), as_parquet(GOOD[:1])]


@lru_cache(maxsize=1)
def packs() -> Packs:
    return load_packs()


def cases(data: bytes) -> object:
    """Worked cases, by the bundled packs."""
    name = "c.tsv" if data[:1] == b"\t" else "c.csv"
    made = answer_cases(name, case_records(name, data.removeprefix(b"\t")), packs())
    if made.faults:
        look_at(made.faults, len(made.faults))
    return [made.cases, [fault.sentence() for fault in made.faults]]


ASKED = [
    Profile(vendor=frozenset({"huawei"}), carrier=None, asset_class=(("ran", "radio"),), plain={}),
    Profile(vendor=None, carrier=None, asset_class=None, plain={}),
]


def pack(data: bytes) -> object:
    """A rule pack: parsed, checked, and asked about two profiles where it stands."""
    faults = FaultList()
    made = parse_pack("p.yml", data, faults)
    if made is not None:
        faults.extend(review_pack(made).faults)
    if faults.count:
        raise InputFault(faults.faults, faults.count)
    if made is None:
        raise Broken("a pack is refused without a fault")
    known = Packs()
    known.index([made])
    selection = known.find(made.id)
    said = [answer(selection, profile, date(2024, 1, 1)) for profile in ASKED] if selection else []
    return [made.id, [[one.outcome, one.reason] for one in said]]


def document(data: bytes) -> object:
    """A document from outside by its first byte: an instance, a plan of a known instance, or an allocation."""
    kind, rest = (data[0] if data else 0) % 3, data[1:]
    if kind == 0:
        return instance_bytes(read_instance("i.json", rest)).decode()
    if kind == 1:
        return repr(read_plan("p.json", rest, INSTANCE).start)
    return repr(read_allocation("a.json", rest))


def document_seeds() -> list[bytes]:
    aid = b'{"budget": 1, "carriers": [{"id": "a", "levels": [0, 1], "gaps": [1, null]}], "demands": [{"weight": 1, '
    aid += b'"carriers": ["a"]}]}'
    return [b"\0" + instance_bytes(INSTANCE), b"\1" + plan_bytes(hand_made(), INSTANCE), b"\2" + aid]


def registry(data: bytes) -> object:
    return {name: entry.as_dict() for name, entry in read_registry("lists.toml", data).items()}


def mapping(data: bytes) -> object:
    made = read_table_file("a.csv", MAPPED, data, names=NAMES)
    look_at_rows(made.rows)
    return [made.layout, made.rows, made.ignored]


def drafted(data: bytes) -> object:
    """A mapping drafted for any file; what is drafted is read as a mapping without an escape."""
    upload = Upload("a.csv", hashlib.sha256(data).hexdigest(), data, len(data))
    made = suggest(upload, NAMES)
    return [made.table, made.mapping, made.needed]


@lru_cache(maxsize=1)
def case() -> Case:
    """A small case with facts and verdicts, made once per process and left to the folder of temporary files."""
    folder = Path(mkdtemp(prefix="provenet-fuzz-"))
    for name in ("aliases.csv", "vendors.csv", "carriers.csv"):
        (folder / name).write_bytes(bundled_files()[name])
    made = Case.new(folder / "case", "fuzzed")
    provenet.add(made, sorted(folder.glob("*.csv")))
    provenet.screen(made, ["jp-espa"], as_of=date(2024, 8, 1), country=["Japan"])
    return made


def digests(of: Case) -> dict[str, str]:
    return of.digest([name for name in tables() if name != "run"])


def why(data: bytes) -> object:
    found = walk(case(), data.decode("utf-8", "surrogateescape"))
    return [walk_text(found), list(walk_lines(found))]


def why_seeds() -> list[bytes]:
    verdicts = case().read("verdict")
    ids = [str(verdicts[column][0]) for column in ("verdict_id", "run_id")]
    words = ["party:huawei", "asset?{}", 'asset:x?{"a": 1}', "verdict:", ":", "../../x", "run:x", "claim?[", "\udcff"]
    return [text.encode("utf-8", "surrogateescape") for text in (*ids, f"verdict:{ids[0]}", *words)]


ENDINGS = ("csv", "tsv", "jsonl", "parquet", "xlsx", "csv.gz", "json", "xml", "txt", "csv.xz")


def added(data: bytes) -> object:
    """A file added to a case by the verb: refused, it leaves the case as it was; whole, it is there once."""
    kind, rest = (data[0] if data else 0), data[1:]
    place = case().path.parent / f"added.{ENDINGS[kind % len(ENDINGS)]}"
    place.write_bytes(rest)
    before = digests(case())
    made = provenet.add(case(), [place])
    if made.fault_count:
        look_at(made.faults, made.fault_count)
        if digests(case()) != before or made.files:
            raise Broken("a refused file changed the case")
    if made.fault_count:
        raise InputFault(made.faults, made.fault_count)
    return [one.layout for one in made.files]


def added_seeds() -> list[bytes]:
    made: list[Any] = [(0, as_csv(GOOD)), (2, as_json_lines(GOOD)), (3, as_parquet(GOOD)), (4, as_excel(GOOD))]
    made += [
        (5, gzip.compress(as_csv(GOOD))),
        (6, BOM_JSON),
        (7, BOM_XML),
        (6, FTM_SEEDS[0]),
        (0, short("ran_share.csv")),
    ]
    return [bytes([kind]) + data for kind, data in made]


def evidence(data: bytes) -> object:
    """A file of evidence as the tools without a case read it: whatever layout the bytes are of."""
    upload, faults, remarks = Upload("scan.csv", "0" * 64, data, len(data)), FaultList(), list[str]()
    found = evidence_format_of(upload)
    readers = None if found is None else found.opens_evidence
    if readers is not None and readers.aliases is not None:
        made: list[object] = [list(one) for one in read_aliases(upload, faults)]
    else:
        rows = [asdict(one) for one in read_sightings(upload, faults, remarks=remarks)]
        look_at_rows({"sighting": rows})
        made = [rows, list(read_probed(upload, FaultList())) if readers and readers.addresses else None]
    if faults.count:
        look_at(faults.faults, faults.count)
    for remark in remarks:
        look_at_text(remark)
    return [made, remarks]


def evidence_seeds() -> list[bytes]:
    reply, asked = ipv4(udp(report())), ipv4(udp(report(b"", tag=0xA0), 40000, 161))
    zmap = f"saddr,classification,data,timestamp-ts\n192.0.2.1,udp,{report().hex()},1700000000\n"
    zmap += "192.0.2.2,icmp-unreach,,1700000000\n"
    texts = [
        zmap,
        "ip,enterprise,engineIDFormat,engineIDData,snmpEngineBoots,snmpEngineTime,country,asn\n"
        "192.0.2.1,2011,3,00:e0:fc:12:34:56,3,1d2h3m4s,Germany,64500\n192.0.2.2,9,,,1,2s,Italy,64501\n",
        "IP,EngineID,ScanTime,sysDescr\n192.0.2.1,800007db0300e0fc123456,2024-04-01T12:00:30+02:00,Huawei VRP\n",
        "192.0.2.1\n2001:db8::2e0:fcff:fe12:3456\n",
        "N1 - 192.0.2.1:\n192.0.2.1, 192.0.2.2 (Ally)\n",
        "N1 - 192.0.2.1:\n192.0.2.1 - <255,*,Echo,No,Yes>\n",
        "node N1:  192.0.2.1 192.0.2.2\n",
        '{"800007db0300e0fc123456": {"ips": ["192.0.2.1"], "reset_date": "2024-04-01T12:48:49+02:00"}}',
    ]
    captures = [pcap([asked, reply], 101), pcapng([ethernet(reply)]), pcap([ipv6(udp(report()))], 101, ">", nano=True)]
    return [*captures, *(text.encode() for text in texts)]


def snmp_message(data: bytes) -> object:
    """Octets as a message of SNMP: what it says, or a sentence."""
    found = read_snmp_message(data)
    if isinstance(found, str):
        raise InputFault([Fault("packet", found)])
    engine = None if found.engine_id is None else vars_of(read_engine_id(found.engine_id))
    for remark in found.remarks:
        look_at_text(remark)
    return [str(vars_of(found)), str(engine)]


def vars_of(value: Any) -> dict[str, object]:
    """The fields of a dataclass."""
    return {one.name: getattr(value, one.name) for one in fields(value)}


def patterns(data: bytes) -> object:
    """A file of Recog, and what its patterns make of a few texts."""
    faults = FaultList()
    file = read_recog(Upload("recog.xml", "0" * 64, data, len(data)), faults)
    if faults.count:
        look_at(faults.faults, faults.count)
    known = RecogPatterns([file])
    hits = [known.hit(None, text) for text in ("Acme R7 v1", "SSH-2.0-x", "")]
    return [file.service, len(file.fingerprints), [str(hit) for hit in hits]]


def trace_seeds() -> list[bytes]:
    folder = Path(__file__).parents[1] / "readers" / "kept" / "traces"
    answer = {"from": "192.0.2.1", "rtt": 1.5, "size": 28, "ttl": 254}
    late = {"from": "192.0.2.9", "late": 2, "size": 28, "ttl": 254}
    hops = [{"hop": 1, "result": [answer, {"x": "*"}]}, {"hop": 3, "result": [late]}, {"hop": 255, "error": "no"}]
    one = {"type": "traceroute", "dst_addr": "203.0.113.9", "from": "", "prb_id": 1, "proto": "ICMP", "result": hops}
    line = json.dumps(one).encode()
    compact = json.dumps(one, separators=(",", ":")).encode()
    samples = [(folder / name).read_bytes() for name in ("icmp.json", "udp.json")]
    return [
        line,
        compact + b"\n" + line,
        b"[" + line + b"," + line + b"]",
        json.dumps(one, indent=1).encode(),
        *samples,
    ]


EXCHANGES = (
    b'{"data":[{"id":1,"ixlan_id":1,"protocol":"IPv4","prefix":"192.0.2.0/24","status":"ok"}],"meta":{"generated":1}}',
    b'{"ix":{"data":[{"id":7,"name":"IX","country":"NL","city":"A","ixlan_set":[{"id":3,"ixpfx_set":[{"prefix":'
    b'"2001:db8::/64"}]}]}]},"ixlan":{"data":[{"id":1,"ix_id":7}]},"ixpfx":{"data":[{"ixlan_id":1,"prefix":'
    b'"192.0.2.0/24"}]}}',
)
"""Tables of PeeringDB: one alone, and a dump."""


TARGETS: dict[str, Target] = {
    "csv": Target(reads("a.csv"), delimited_seeds),
    "tsv": Target(reads("a.tsv"), tab_seeds),
    "json_lines": Target(reads("a.jsonl"), lambda: [as_json_lines(GOOD), *JSON_SEEDS]),
    "parquet": Target(reads("a.parquet"), parquet_seeds),
    "excel": Target(excel, excel_seeds),
    "packed": Target(packed, packed_seeds),
    "followthemoney": Target(reads("e.ftm.json"), lambda: FTM_SEEDS),
    "cyclonedx_json": Target(reads("bom.json"), lambda: [BOM_JSON]),
    "cyclonedx_xml": Target(reads("bom.xml"), lambda: [BOM_XML]),
    "networks": Target(reads("20250901.txt"), lambda: NETWORK_SEEDS),
    "mrt": Target(mrt, mrt_seeds),
    "topology": Target(topology, topology_seeds),
    "mrt_in_a_case": Target(reads("a.mrt"), mrt_seeds),
    "network_file": Target(network_file, network_file_seeds),
    "published_list": Target(reads("list.csv"), lambda: LIST_SEEDS),
    "mapping": Target(mapping, lambda: MAPPING_SEEDS),
    "suggest": Target(drafted, lambda: [*delimited_seeds(), MAPPED]),
    "pack": Target(pack, lambda: PACK_SEEDS),
    "cases": Target(cases, lambda: CASES_SEEDS),
    "registry": Target(registry, lambda: REGISTRY_SEEDS),
    "document": Target(document, document_seeds),
    "why": Target(why, why_seeds),
    "added": Target(added, added_seeds),
    "evidence": Target(evidence, evidence_seeds),
    "evidence_in_a_case": Target(reads("scan_2025-05-13.csv"), evidence_seeds),
    "traces": Target(reads("a.json"), trace_seeds),
    "exchange_points": Target(reads("ixpfx.json"), lambda: list(EXCHANGES)),
    "snmp_message": Target(snmp_message, lambda: [report(), response(1, (SYS_DESCR_OID, octets(b"Huawei")))]),
    "patterns": Target(patterns, lambda: [RECOG.encode()]),
}
__all__ = ["TARGETS", "Broken", "ProvenetError", "Target", "keep_law", "outcome"]
