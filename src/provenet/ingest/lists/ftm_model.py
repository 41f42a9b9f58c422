"""What a file of FollowTheMoney entities holds once it is read: words of `ftm.toml`, the mapping beside it, statements.

Statements are the finer grain: one value of one property of one entity in one data set each. They stand as JSON lines
or as CSV, and are gathered to entities before anything is read from them.

Each entity is met with a party of the case: by its name, with or without its legal form, or by an alias. A list row on
the wrong company is worse than one on a new party, so nothing here is by likeness. What was met and how is told in a
remark, and a mapping beside the file can say otherwise. Source: own, docs/formats.md.
"""

import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from importlib import resources
from typing import Any, BinaryIO

from provenet.case.parties import PartyNames
from provenet.case.tables import words
from provenet.core.digest import short_digest
from provenet.core.errors import FaultList
from provenet.core.grouping import grouped
from provenet.core.ids import distinct_id, fold, name_id, name_key
from provenet.ingest.mapping_beside import MappingBeside, place_beside
from provenet.ingest.tabular.sheets import header_faults_of, records_of
from provenet.ingest.tabular.strict import header_of, read_on

ENDS = {
    "Sanction": ("entity",),
    "Ownership": ("owner", "asset"),
    "Control": ("controller", "controlled"),
    "Succession": ("predecessor", "successor"),
}
"""The properties of a link that name entities."""


@dataclass(frozen=True)
class Entity:
    """One entity: its schema, its properties as texts, the data sets it stands in, and its place in the file."""

    id: str
    schema: str
    properties: Mapping[str, tuple[str, ...]]
    caption: str
    datasets: tuple[str, ...]
    row: int

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a property, in the order of the file."""
        return self.properties.get(name, ())

    def first(self, name: str) -> str | None:
        """The first value of a property."""
        values = self.all(name)
        return values[0] if values else None


@dataclass
class Entities:
    """The entities of a file: those that are parties, the links between them, and what was read over."""

    parties: dict[str, Entity] = field(default_factory=dict)
    links: dict[str, Entity] = field(default_factory=dict)
    over: dict[str, str] = field(default_factory=dict)
    """Entities read over: id to schema."""
    merged: dict[str, str] = field(default_factory=dict)
    """Ids that were merged into another, to the one that stands for them."""

    def ends(self, link: Entity, name: str) -> list[str]:
        """The entities a link names, by the ids that stand for them."""
        return list(dict.fromkeys(self.merged.get(end, end) for end in link.all(name)))


@lru_cache(maxsize=1)
def ftm_words() -> Mapping[str, Any]:
    """What is taken and read over of the model: `ftm.toml`. Cached."""
    return tomllib.loads(
        resources.files("provenet").joinpath("ingest", "lists", "ftm.toml").read_text(encoding="utf-8")
    )


_KEYS = ("layout", "says", "ignore", "role", "whole_on", "lists", "parties")


@dataclass(frozen=True)
class FtmMapping:
    """What is read over, the role of parties new to the case, names of lists, parties by id, and the day of the whole
    list."""

    ignored: frozenset[str] = frozenset()
    role: str = "other"
    whole_on: date | None = None
    lists: Mapping[str, str] = field(default_factory=dict)
    parties: Mapping[str, str] = field(default_factory=dict)


def read_ftm_mapping(name: str, data: bytes | None, faults: FaultList) -> FtmMapping:
    """The mapping, or an empty one. Every fault goes to `faults`. Cost O(entries)."""
    beside = MappingBeside(place_beside(name), data, _KEYS, faults=faults)
    schemata = 'a list such as ["Vessel", "Company.ticker"]'
    return FtmMapping(
        ignored=frozenset(beside.texts("ignore", "not a list of schemata and properties", expected=schemata)),
        role=beside.word("role", words("party_role"), refusal="no such role of a party", default="other"),
        whole_on=beside.day("whole_on", "the day on which the file gave the whole list"),
        lists=beside.pairs("lists"),
        parties=beside.pairs("parties"),
    )


STATEMENT = ("canonical_id", "prop", "schema", "value")
"""What every statement says."""


def is_table(head: bytes) -> bool:
    """Whether a file is a CSV table of statements, by its header."""
    header = header_of(head, ",")
    return header is not None and set(STATEMENT) <= set(header)


def statements_of(
    name: str, stream: BinaryIO, header: bytes, *, faults: FaultList
) -> Iterator[tuple[int, dict[str, Any]]]:
    """The statements of a CSV table, one per record; empty cells are left out.

    `header` is the first line, which was read already. Cost O(bytes) in time and O(a batch) in memory.
    """
    columns = header_of(header, ",") or ()
    if header_faults_of(name, columns, faults):
        return
    for row, cells in records_of(read_on(name, columns, header, rest=stream), faults):
        yield row, {column: cell for column, cell in cells.items() if cell}


@dataclass
class Statements:
    """What statements say of one entity, gathered."""

    id: str
    row: int
    schemas: Counter[str] = field(default_factory=Counter)
    values: dict[str, list[str]] = field(default_factory=dict)
    datasets: set[str] = field(default_factory=set)
    referents: set[str] = field(default_factory=set)

    def add(self, prop: str, schema: str, value: str, *, dataset: str, entity_id: str) -> None:
        """One statement: a value of a property, in a data set, said of an entity before it was merged."""
        self.schemas[schema] += 1
        if dataset:
            self.datasets.add(dataset)
        if entity_id and entity_id != self.id:
            self.referents.add(entity_id)
        if prop != "id" and value not in self.values.setdefault(prop, []):
            self.values[prop].append(value)

    def whole(self) -> dict[str, Any]:
        """The entity; of several schemata the most special one stands, as when entities are merged."""
        order = ("Company", "PublicBody", "Organization", "LegalEntity")
        schema = next((one for one in order if one in self.schemas), min(self.schemas))
        given = {"datasets": sorted(self.datasets), "referents": sorted(self.referents)}
        return {"id": self.id, "schema": schema, "properties": self.values, **given}


_MARKS = re.compile(r"[.,;:'\"’“”()\[\]]+")
_LATIN = re.compile(r"[A-Za-z]{2}")
_TELLING = ("leiCode", "uscCode", "registrationNumber", "jurisdiction")
"""Properties by which two entities of one name are told apart."""
BY_MAPPING, BY_NAME, BY_BARE, BY_ALIAS = "mapping", "name", "name without its legal form", "alias"


@dataclass(frozen=True)
class PartyMatch:
    """The party an entity is: its id, the spelling it is shown by, whether the case knew it, and by what it was met."""

    party_id: str
    shown: str
    known: bool
    by: str

    apart: bool = False
    """Whether another entity of the file has the same name and is told apart by a number or a seat."""

    @property
    def remark(self) -> str | None:
        """How the party was met, where that is worth a reader's look."""
        if self.apart:
            return "another entity of the file has this name and is told apart by a number or a seat"
        return f"met by its {self.by}" if self.known and self.by in {BY_BARE, BY_ALIAS} else None


def bare_name(name: str) -> str:
    """A name without marks, case and the legal form at its end, for comparing companies; never empty.

    >>> bare_name("Huawei Technologies Co., Ltd.")
    'huawei technologies'
    """
    forms, written = legal_forms()
    text = unicodedata.normalize("NFKC", name).casefold().strip()
    for form in written:
        if text.endswith(form) and len(text) > len(form):
            text = text.removesuffix(form)
    spelled = [word for word in _MARKS.sub(" ", re.sub(r"(?<=\w)\.(?=\w)", "", text)).split() if word]
    while len(spelled) > 1 and spelled[-1] in forms:
        spelled.pop()
    return " ".join(spelled) or text or name


@lru_cache(maxsize=1)
def legal_forms() -> tuple[frozenset[str], tuple[str, ...]]:
    """Legal forms that stand as words of their own, and those written onto the name; the longest first. Cached."""
    words = ftm_words()["legal_forms"]
    return frozenset(words["apart"]), tuple(sorted(words["joined"], key=len, reverse=True))


def meet(entities: Iterable[Entity], names: PartyNames, declared: Mapping[str, str]) -> dict[str, PartyMatch]:
    """The party of each entity, by the entity's id.

    Two entities of one name are one party unless a number or a seat tells them apart. An alias counts only where it
    is part of the name, is one entity's, and none is met by name. Cost O(names). Laws: the order of entities changes
    nothing.
    """
    order = sorted(entities, key=lambda entity: entity.id)
    apart = _apart(order)
    met = {one.id: _declared(declared[one.id], one, names) for one in order if one.id in declared}
    left = [entity for entity in order if entity.id not in met and entity.id not in apart]
    for by, spellings in ((BY_NAME, _names), (BY_BARE, _bare_names), (BY_ALIAS, _aliases)):
        wanted: dict[str, list[Entity]] = {}
        by_name = {one.party_id for one in met.values()}
        for entity in left:
            found = {party for one in spellings(entity) if (party := names.find(one))}
            if len(found) == 1:
                wanted.setdefault(found.pop(), []).append(entity)
        for party, group in wanted.items():
            if by == BY_ALIAS and party in by_name:
                continue
            if by != BY_NAME and (len({bare_name(shown_name(e)) for e in group}) > 1 or _conflict(group)):
                continue
            met.update((entity.id, PartyMatch(party, shown_name(entity), True, by)) for entity in group)
        left = [entity for entity in left if entity.id not in met]
    new = [entity for entity in order if entity.id not in met]
    taken: dict[str, str] = {}
    met.update((entity.id, _new(entity, names, entity.id in apart, taken=taken)) for entity in new)
    return met


def shown_name(entity: Entity) -> str:
    """The spelling an entity is shown by: its caption where that is one of its names, else its first name."""
    spelled = entity.all("name")
    return entity.caption if entity.caption in spelled else spelled[0] if spelled else entity.caption or entity.id


def _names(entity: Entity) -> Sequence[str]:
    return entity.all("name") or (shown_name(entity),)


def _bare_names(entity: Entity) -> list[str]:
    return [bare_name(name) for name in _names(entity)]


def _aliases(entity: Entity) -> list[str]:
    """Aliases that are words of the entity's own name, in their order: `Dahua` of `Zhejiang Dahua Technology`."""
    names = [f" {bare_name(name)} " for name in _names(entity)]
    return [alias for alias in entity.all("alias") if any(f" {bare_name(alias)} " in name for name in names)]


def _apart(entities: Sequence[Entity]) -> frozenset[str]:
    """Entities that share a name with another from which a number or a seat tells them apart."""
    groups = grouped((fold(shown_name(entity)), entity) for entity in entities)
    return frozenset(entity.id for group in groups.values() if _conflict(group) for entity in group)


def _conflict(group: Sequence[Entity]) -> bool:
    for name in _TELLING:
        stated = [set(map(fold, entity.all(name))) for entity in group if entity.all(name)]
        if stated and not set.intersection(*stated):
            return True
    return False


def _declared(name: str, entity: Entity, names: PartyNames) -> PartyMatch:
    party = names.find(name)
    return PartyMatch(party or names.new_id(name), shown_name(entity), party is not None, BY_MAPPING)


def _new(entity: Entity, names: PartyNames, apart: bool, *, taken: dict[str, str]) -> PartyMatch:
    """A party of its own, its id from a Latin spelling; one that is taken, or shared, gets a digest."""
    shown = shown_name(entity)
    spelled = next((name for name in (shown, *_names(entity)) if _LATIN.search(name)), shown)
    party = name_id(spelled)
    if apart or names.find(party) is not None:
        party = f"{party}-{short_digest(entity.id, 6)}"
    elif taken.setdefault(fold(party), name_key(shown)) != name_key(shown):
        party = distinct_id(spelled, name_key(shown))
    return PartyMatch(party, shown, False, BY_NAME, apart)
