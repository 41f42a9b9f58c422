"""What a file of FollowTheMoney entities holds once it is read: words of `ftm.toml`, the mapping beside it, statements.

Statements are the finer grain: one value of one property of one entity in one data set each. They stand as JSON lines
or as CSV, and are gathered to entities before anything is read from them.
"""

import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from importlib import resources
from typing import Any, BinaryIO

from provenet.case.tables import words
from provenet.core.errors import FaultList
from provenet.ingest.mapping_beside import MappingBeside, place_beside
from provenet.ingest.tabular.sheets import header_faults_of, settle
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


def records_of(
    name: str, stream: BinaryIO, header: bytes, *, faults: FaultList
) -> Iterator[tuple[int, dict[str, Any]]]:
    """The statements of a CSV table, one per record; empty cells are left out.

    `header` is the first line, which was read already. Cost O(bytes) in time and O(a batch) in memory.
    """
    columns = header_of(header, ",") or ()
    here = FaultList()
    if header_faults_of(name, columns, faults):
        return
    for batch in read_on(name, columns, header, rest=stream).batches(here):
        settle(here, columns, faults)
        for row, cells in zip(batch.rows.to_list(), batch.cells.iter_rows(), strict=True):
            yield row, {column: cell for column, cell in zip(columns, cells, strict=True) if cell}
    settle(here, columns, faults)


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
