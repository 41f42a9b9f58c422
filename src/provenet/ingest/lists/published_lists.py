"""Lists of companies as published tables: the 1260H list, sections 889 and 5949, and the FCC Covered List.

The headers known are those of the tables that OpenSanctions keeps of these lists, and of its simple tables. One record
says several things of one company (its names, its parent, when it was listed), so these are no mapped columns: each
record becomes entities, and those the rows that `ftm_rows` makes of any entity. Source: opensanctions.org.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import BinaryIO

from provenet.core.errors import Fault, nearest
from provenet.ingest.lists.ftm_model import Entities, Entity, FtmMapping, ftm_words, read_ftm_mapping
from provenet.ingest.lists.ftm_rows import rows_of
from provenet.ingest.registry import Parts, Source
from provenet.ingest.tabular.strict import header_of, read_small

LAYOUT = "published-list"
LARGEST_BYTES = 16 * 2**20
"""A published list of companies is under a megabyte."""
_MARKS = re.compile(r"[.,;:'\"’“”*]+")
_BRACKET = re.compile(r"\s*\([^()]*\)\s*\Z")
_SHORT = 5
"""Letters up to which an alias in capitals alone is too short to meet a party by, unless the case knows it."""
_BY = re.compile(
    r"(?:produced or provided|produced|provided|supplied(?:, directly or indirectly,)?) by (?P<who>.+?)"
    r"(?=,? (?:including|to the extent|subject to|or any of|except)\b|,? *\.?\Z)"
)
_WHOLLY = re.compile(r"\s+and its wholly[- ]owned subsidiary\s+")
_FIRST_DAY = re.compile(r"[A-Za-z]{3,9}\.? \d{1,2}, \d{4}(?!\d)|\d{4}-\d{2}-\d{2}(?!\d)", re.ASCII)
_MONTH_FIRST = ("%B %d, %Y", "%b %d, %Y", "%b. %d, %Y", "%Y-%m-%d")

Record = Mapping[str, str]
_MILITARY = "Name,Clean Name,Alias,Previous Name,Parent Name,Note,Start date,End date,Source Url"
_PROGRAMME = (
    "schema,name,aliases,topics,program,authority,reason,report-date,start-date,end-date,country,notes,source_url"
)
_COVERED = "covered_equipment_or_services,date_of_inclusion_on_covered_list"
_COVERED_BY_ENTITY = "Entity Name,Covered Equipment or Services,Date of Inclusion on Covered List,Subsidiary Names"
_SIMPLE = (
    "id,schema,name,aliases,birth_date,countries,addresses,identifiers,sanctions,phones,emails,dataset,first_seen,"
    "last_seen,last_change"
)


def recognises(head: bytes, name: str) -> bool:
    """Whether the header is that of one of the known tables, whatever the order of its columns."""
    header = header_of(head, ",")
    return header is not None and frozenset(header) in _READERS


def read(source: Source, stream: BinaryIO) -> Parts:
    """The rows of a published list by table, in batches.

    A row claims no more than that the table says so. A whole list is one only where a mapping gives its day
    (`whole_on`). Cost O(cells). Source: own, docs/formats.md.
    """
    name, faults = source.upload.plain_name, source.faults
    declared = read_ftm_mapping(name, source.mapping, faults)
    declared = replace(declared, parties={plain_name(one): party for one, party in declared.parties.items()})
    data = stream.read(LARGEST_BYTES + 1)
    if len(data) > LARGEST_BYTES:
        expected, way_out = f"at most {LARGEST_BYTES // 2**20} MiB", "Split it into several files."
        faults.add(Fault(name, "the list is too large", expected=expected, way_out=way_out))
        return
    header, rows = read_small(name, data, ",")
    if faults.count:
        return
    reader = _READERS[frozenset(header)]
    gathered = _CompanyCollection(source, declared)
    records = [(row, {column: cell or "" for column, cell in cells.items()}) for row, cells in rows]
    columns = {"Clean Name", "Parent Name"} & set(header)
    gathered.spelled = {plain_name(record[column]) for _, record in records for column in columns}
    for row, record in records:
        reader(gathered, row, record)
    if faults.count:
        return
    yield from rows_of(gathered.whole(), source, declared, unit="row")


def plain_name(name: str) -> str:
    """The key by which records of one list are of one company: its name without marks and case, legal form and all."""
    return " ".join(_MARKS.sub(" ", unicodedata.normalize("NFKC", name).casefold()).split())


@dataclass
class _Company:
    row: int
    schema: str = "Company"
    values: dict[str, list[str]] = field(default_factory=dict)


@dataclass
class _CompanyCollection:
    """The companies of a list by name, and the links its records state."""

    source: Source
    declared: FtmMapping
    companies: dict[str, _Company] = field(default_factory=dict)
    links: list[Entity] = field(default_factory=list)
    spelled: set[str] = field(default_factory=set)
    """The keys of every name that stands in a column of companies."""

    def fault(self, row: int, column: str, says: str, **words: str | None) -> None:
        self.source.faults.add(Fault(self.source.upload.plain_name, says, row, column=column, **words))

    def company(self, row: int, column: str, spelled: str, **more: list[str]) -> str | None:
        """The id of a company of the list, made where it is new; None, and a fault, where the cell is empty."""
        spelled = spelled.strip(" *\u00a0")
        if not spelled:
            self.fault(row, column, "the cell is empty", expected="the name of a company")
            return None
        key = plain_name(spelled)
        known = self.companies.setdefault(key, _Company(row))
        for prop, values in {"name": [spelled], **more}.items():
            held = known.values.setdefault(prop, [])
            held.extend(value for value in values if value and value not in held)
        return key

    def link(self, row: int, schema: str, **stated: str | None) -> None:
        properties = {name: (value,) for name, value in stated.items() if value}
        self.links.append(Entity(f"{schema} {len(self.links)}", schema, properties, "", ("",), row))

    def whole(self) -> Entities:
        made = Entities()
        for key, company in self.companies.items():
            values = {prop: tuple(held) for prop, held in company.values.items()}
            made.parties[key] = Entity(key, company.schema, values, "", (), company.row)
        made.links = {link.id: link for link in self.links}
        return made


def _military(to: _CompanyCollection, row: int, record: Record) -> None:
    """One record of the 1260H list: one company in one edition of the list."""
    aliases = [one.strip() for one in re.split(r";|,(?=\S)", record["Alias"]) if one.strip()]
    short = [one for one in aliases if len(one) <= _SHORT and one.isupper() and to.source.names.find(one) is None]
    previous = [one.strip() for one in record["Previous Name"].split(";")]
    usual = [one for one in aliases if one not in short]
    key = to.company(row, "Clean Name", record["Clean Name"], alias=usual, weakAlias=short, previousName=previous)
    parent = _parent(to, row, record["Parent Name"])
    if key is None:
        return
    if parent is not None and parent != key:
        to.link(row, "Ownership", owner=parent, asset=key, description="the list names the owner as its parent")
    stated = {"description": record["Name"], "reason": record["Note"], "sourceUrl": record["Source Url"]}
    days = {"startDate": record["Start date"], "endDate": record["End date"]}
    to.link(row, "Sanction", entity=key, programId="US-DOD-1260H", **stated, **days)


def _parent(to: _CompanyCollection, row: int, spelled: str) -> str | None:
    """The parent's key: a company of the list where one has this name, with or without the short name in brackets."""
    if not spelled:
        return None
    bare = plain_name(_BRACKET.sub("", spelled))
    return to.company(row, "Parent Name", _BRACKET.sub("", spelled) if bare in to.spelled else spelled)


def _is_party(to: _CompanyCollection, row: int, schema: str) -> bool:
    """Whether a record is of a party; others are counted, and what is no schema is a fault."""
    words = ftm_words()
    if schema in words["party"]:
        return True
    if schema in words["people"] or schema in words["ignored"] or schema in to.declared.ignored:
        to.source.ignored[schema] += 1
        return False
    near = nearest(schema, (*words["party"], *words["people"]))
    to.fault(row, "schema", "no such schema", found=schema, expected="a schema such as Company", nearest=near)
    return False


def _target(to: _CompanyCollection, row: int, record: Record) -> str | None:
    """The key of a company or other party that a record names; None where it is none, or has no name."""
    if not _is_party(to, row, record["schema"]):
        return None
    key = to.company(row, "name", record["name"], alias=[one.strip() for one in record["aliases"].split(";")])
    if key is not None:
        to.companies[key].schema = record["schema"]
    return key


def _simple(to: _CompanyCollection, row: int, record: Record) -> None:
    """One record of a simple table of targets (`targets.simple.csv`): it names lists and gives no day of listing."""
    key = _target(to, row, record)
    if key is None:
        return
    if record["identifiers"]:
        to.source.ignored["identifiers whose kind is not stated"] += 1
    programmes = [one.strip() for one in record.get("program_ids", "").split(";") if one.strip()]
    for programme in programmes or [one.strip() for one in record["dataset"].split(";") if one.strip()]:
        to.link(row, "Sanction", entity=key, program=programme, reason=record["sanctions"])


def _programme(to: _CompanyCollection, row: int, record: Record) -> None:
    """One record of a table of one programme: one company or other party, listed once."""
    key = _target(to, row, record)
    if key is None:
        return
    notes = "; ".join(one for one in (record["reason"], record["notes"]) if one)
    reported = f"reported {record['report-date']}" if record["report-date"] else ""
    stated = {"program": record["program"], "authority": record["authority"], "sourceUrl": record["source_url"]}
    days = {"startDate": record["start-date"], "endDate": record["end-date"]}
    to.link(row, "Sanction", entity=key, reason="; ".join(one for one in (notes, reported) if one), **stated, **days)


def _covered(to: _CompanyCollection, row: int, record: Record) -> None:
    """One entry of the Covered List in its own words; who is meant stands behind `produced by` and the like."""
    entry = record["covered_equipment_or_services"]
    hit = _BY.search(entry)
    day = _day(to, row, "date_of_inclusion_on_covered_list", text=record["date_of_inclusion_on_covered_list"])
    if hit is None:
        to.source.ignored["entry by kind of product, which names no party"] += 1
        return
    keys = [to.company(row, "covered_equipment_or_services", who) for who in _WHOLLY.split(hit["who"])]
    for key in keys:
        if key is not None:
            to.link(row, "Sanction", entity=key, program="Covered List", description=entry, startDate=day)
    if len(keys) == 2 and all(keys):
        to.link(row, "Ownership", owner=keys[0], asset=keys[1], percentage="100", description="wholly-owned subsidiary")


def _covered_by_entity(to: _CompanyCollection, row: int, record: Record) -> None:
    """One record of the earlier table of the Covered List: one company, its entry and the subsidiaries it names."""
    day = _day(to, row, "Date of Inclusion on Covered List", text=record["Date of Inclusion on Covered List"])
    key = to.company(row, "Entity Name", record["Entity Name"])
    parts = [one for one in record["Subsidiary Names"].split(";") if one.strip()]
    below = [to.company(row, "Subsidiary Names", one) for one in parts]
    for one in (key, *below):
        if one is not None:
            stated = {"program": "Covered List", "description": record["Covered Equipment or Services"]}
            to.link(row, "Sanction", entity=one, startDate=day, **stated)
    for one in below:
        if key is not None and one is not None and one != key:
            to.link(row, "Ownership", owner=key, asset=one, description="the list names it as a subsidiary")


def _day(to: _CompanyCollection, row: int, column: str, *, text: str) -> str | None:
    """A date such as `March 12, 2021` as the model writes it; what follows it, such as updates, is read over."""
    hit = _FIRST_DAY.match(text)
    for form in _MONTH_FIRST if hit else ():
        try:
            return datetime.strptime(hit[0], form).date().isoformat() if hit else None
        except ValueError:
            continue
    if text:
        to.fault(
            row,
            column,
            "not a date",
            found=text,
            expected=f"a date such as {date(2021, 3, 12):%B %d, %Y} or 2021-03-12",
        )
    return None


_READERS: dict[frozenset[str], Callable[[_CompanyCollection, int, Record], None]] = {
    frozenset(header.split(",")): reader
    for header, reader in (
        (_MILITARY, _military),
        (_PROGRAMME, _programme),
        (_COVERED, _covered),
        (_COVERED_BY_ENTITY, _covered_by_entity),
        (_SIMPLE, _simple),
        (f"{_SIMPLE},program_ids", _simple),
    )
}
