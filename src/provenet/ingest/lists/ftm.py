"""FollowTheMoney entities, as OpenSanctions publishes them: parties, their names and numbers, stakes and listings.

One JSON entity per line (`entities.ftm.json`), nested entities (`targets.nested.json`), one JSON list of either, or
statements (`statements.json`, `statements.csv`), which are gathered to entities first. What each schema and property
becomes stands in `ftm.toml`; what stands nowhere there is a fault. People make no rows. Source: followthemoney.tech.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, BinaryIO

from provenet.core.errors import Fault, FaultList, nearest
from provenet.ingest.lists import ftm_model
from provenet.ingest.lists.ftm_rows import rows_of
from provenet.ingest.registry import Parts, Source
from provenet.ingest.tabular.json_rows import json_value

LAYOUT = "followthemoney"
LONGEST_LINE_BYTES = 64 * 1024 * 1024
"""One entity may be that long; the longest public one has some hundred thousand statements and stays under."""
KEPT_CAP_BYTES = 2 * 2**30
"""About how much memory the entities of one file may take: they are held at once, since links name any of them."""
_ENTITY_BYTES, _VALUE_BYTES = 700, 120


def recognises(head: bytes, name: str) -> bool:
    """Whether a file is of FollowTheMoney: its first object has id, schema and properties, or is a statement."""
    if ftm_model.is_table(head):
        return True
    text = head[:65_536].lstrip(b"\xef\xbb\xbf \t\r\n[")
    if not text.startswith(b"{"):
        return False
    line = text.splitlines()[0].rstrip(b", ]\r\n")
    try:
        first = json.loads(line)
    except (ValueError, RecursionError):
        looks = (b'"schema"', b'"properties"', b'"id"')
        return all(word in text for word in looks) and b'"bomFormat"' not in text and b'"$schema"' not in text
    if not isinstance(first, dict):
        return False
    keys = set(first)
    return ({"id", "schema"} <= keys and bool(keys & {"properties", "statements"})) or set(ftm_model.STATEMENT) <= keys


def read(source: Source, stream: BinaryIO) -> Parts:
    """The rows of a file by table, in batches.

    A row claims no more than that the file says so; a party of the case is met by its name, never by a guess.
    Cost O(bytes), memory O(entities taken). Laws: the order of lines changes no row but its place. Source: own,
    docs/formats.md.
    """
    name, faults = source.upload.plain_name, source.faults
    declared = ftm_model.read_ftm_mapping(name, source.mapping, faults)
    gathered = EntityCollection(name, declared, faults, source.ignored)
    gathered.take_all(stream)
    if faults.count:
        return
    gathered.check_links()
    if faults.count:
        return
    yield from rows_of(gathered.found, source, declared)


class _TooMuch(Exception):
    """The entities of a file pass the cap."""


_SPLIT = "Split the file by data set, or leave schemata out by name in a mapping beside it."


@dataclass
class EntityCollection:
    """Gathers the entities of a file by kind, with every fault found on the way."""

    name: str
    declared: ftm_model.FtmMapping
    faults: FaultList
    ignored: Counter[str]
    found: ftm_model.Entities = field(default_factory=ftm_model.Entities)
    held_bytes: int = 0

    def hold(self, *texts: str, of: int = _VALUE_BYTES) -> None:
        """Counts what is held for texts: their letters, and so many bytes for each. Raises _TooMuch past the cap."""
        self.held_bytes += sum(map(len, texts)) + of * len(texts)
        if self.held_bytes > KEPT_CAP_BYTES:
            raise _TooMuch

    def fault(self, row: int, column: str | None, says: str, **more: str | None) -> None:
        """Tells what is wrong at a line."""
        self.faults.add(Fault(self.name, says, row, column=column, **more))

    def take_all(self, stream: BinaryIO) -> None:
        """Takes every entity of a file, and those that its statements make."""
        statements: dict[str, ftm_model.Statements] = {}
        try:
            for row, value in self._objects(stream):
                if set(ftm_model.STATEMENT) <= set(value) and "properties" not in value:
                    self._statement(row, value, statements)
                else:
                    self.take(row, value)
            for gathered in statements.values():
                self.take(gathered.row, gathered.whole())
        except _TooMuch:
            expected = f"at most {KEPT_CAP_BYTES // 2**30} GiB of entities"
            self.fault(0, None, "the file holds more than is read at once", expected=expected, way_out=_SPLIT)

    def _objects(self, stream: BinaryIO) -> Iterator[tuple[int, dict[str, Any]]]:
        """Every object of the file: one per line, or those of one list that spans the file."""
        row = 0
        while not self.faults.full and (line := stream.readline(LONGEST_LINE_BYTES + 1)):
            row += 1
            if row == 1 and ftm_model.is_table(line):
                yield from ftm_model.statements_of(self.name, stream, line, faults=self.faults)
                return
            if len(line) > LONGEST_LINE_BYTES:
                expected = f"at most {LONGEST_LINE_BYTES // 2**20} MiB for one entity"
                self.fault(row, None, "the line is too long", expected=expected, way_out="Write one entity per line.")
                return
            if not line.strip():
                continue
            if row == 1 and _begins_list(line):
                yield from self._listed(line + stream.read(LONGEST_LINE_BYTES + 1))
                return
            value, fault = json_value(self.name, line, row)
            if fault is not None:
                self.faults.add(fault)
            elif isinstance(value, dict):
                yield row, value
            else:
                self._no_object(row, value)

    def _listed(self, data: bytes) -> Iterator[tuple[int, dict[str, Any]]]:
        if len(data) > LONGEST_LINE_BYTES:
            expected = f"at most {LONGEST_LINE_BYTES // 2**20} MiB in one list"
            more = {"expected": expected, "way_out": "Write one entity per line."}
            self.fault(0, None, "the list of entities is too long", **more)
            return
        value, fault = json_value(self.name, data)
        if fault is not None:
            self.faults.add(fault)
            return
        for row, one in enumerate(value if isinstance(value, list) else [value], start=1):
            if isinstance(one, dict):
                yield row, one
            else:
                self._no_object(row, one)

    def _no_object(self, row: int, value: object) -> None:
        self.fault(
            row, None, "this is no entity", found=str(value), expected='an object such as {"id": ..., "schema": ...}'
        )

    def _statement(self, row: int, value: Mapping[str, Any], into: dict[str, ftm_model.Statements]) -> None:
        texts = [value.get(key) for key in ftm_model.STATEMENT]
        if not all(isinstance(text, str) and text for text in texts):
            wrong = next(key for key in ftm_model.STATEMENT if not isinstance(value.get(key), str) or not value[key])
            self.fault(row, wrong, "the statement lacks it", expected="a text that is not empty")
            return
        canonical, prop, schema, text = map(str, texts)
        made = into.setdefault(canonical, ftm_model.Statements(canonical, row))
        self.hold(text)
        made.add(
            prop, schema, text, dataset=str(value.get("dataset") or ""), entity_id=str(value.get("entity_id") or "")
        )

    def take(self, row: int, value: Mapping[str, Any], inside: tuple[str, str] | None = None) -> str | None:
        """Takes one entity, and those nested in it; its id, or None where it has none that can be used.

        `inside` is a property and the id of the entity that it points back to, for one nested in another.
        """
        entity_id, schema = value.get("id"), value.get("schema")
        if not isinstance(entity_id, str) or not entity_id.strip():
            self.fault(row, "id", "the entity has no id", expected="a text that is not empty")
            return None
        if not isinstance(schema, str) or not schema.strip():
            self.fault(row, "schema", "the entity has no schema", expected="a schema such as Company")
            return None
        keys = ftm_model.ftm_words()["envelope"]["keys"]
        for key in sorted(set(value).difference(keys)):
            text = "no such key of an entity, neither read nor ignored"
            self.fault(row, key, text, expected="a key of an entity", nearest=nearest(key, keys))
        self._referents(entity_id, value)
        if not self._taken(row, entity_id, schema):
            return entity_id
        properties_read = self._stated_properties(row, value)
        if properties_read is None:
            return None
        if schema == "LegalEntity" and _is_person(properties_read):
            self._over(entity_id, "LegalEntity that is a person")
            return entity_id
        properties = self._properties(row, entity_id, schema, properties_read=properties_read)
        if inside is not None and inside[0] not in properties:
            properties[inside[0]] = (inside[1],)
        caption, datasets = value.get("caption"), value.get("datasets")
        shown = caption if isinstance(caption, str) else ""
        named = tuple(map(str, datasets)) if isinstance(datasets, list) else ()
        self._keep(ftm_model.Entity(entity_id, schema, properties, shown, named, row))
        return entity_id

    def _referents(self, entity_id: str, value: Mapping[str, Any]) -> None:
        referents = value.get("referents")
        for other in referents if isinstance(referents, list) else ():
            if isinstance(other, str) and other != entity_id:
                self.hold(other)
                self.found.merged.setdefault(other, entity_id)

    def _stated_properties(self, row: int, value: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """The properties, whether given whole or as statements inside the entity."""
        if "properties" not in value and isinstance(value.get("statements"), list):
            made = ftm_model.Statements(str(value["id"]), row)
            for one in value["statements"]:
                if isinstance(one, dict) and isinstance(one.get("prop"), str) and isinstance(one.get("value"), str):
                    made.add(
                        one["prop"],
                        str(value["schema"]),
                        one["value"],
                        dataset=str(one.get("dataset") or ""),
                        entity_id="",
                    )
            return made.values
        properties_read = value.get("properties")
        if not isinstance(properties_read, dict):
            found = None if properties_read is None else json.dumps(properties_read, ensure_ascii=False)
            self.fault(row, "properties", "the entity has no properties", found=found, expected="an object of lists")
            return None
        return properties_read

    def _taken(self, row: int, entity_id: str, schema: str) -> bool:
        words = ftm_model.ftm_words()
        read = (*words["party"], *ftm_model.ENDS)
        if schema in self.declared.ignored or schema in (*words["people"], *words["ignored"]):
            self._over(entity_id, schema)
        elif schema not in read:
            near = nearest(schema, (*read, *words["people"], *words["ignored"]))
            way_out = f'Fix the word, or put ignore = ["{schema}"] in a mapping beside the file.'
            more = {"expected": "a schema of the model followthemoney", "nearest": near, "way_out": way_out}
            self.fault(row, "schema", "no such schema, neither read nor ignored", found=schema, **more)
        else:
            return True
        return False

    def _over(self, entity_id: str, schema: str) -> None:
        if entity_id not in self.found.over:
            self.hold(entity_id)
            self.ignored[schema] += 1
        self.found.over[entity_id] = schema

    def _properties(
        self, row: int, entity_id: str, schema: str, *, properties_read: Mapping[str, Any]
    ) -> dict[str, tuple[str, ...]]:
        words = ftm_model.ftm_words()
        known = _known_properties(schema in words["party"])
        made: dict[str, tuple[str, ...]] = {}
        for name, given in properties_read.items():
            nested = [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []
            if name in words["reverse"] and nested:
                for one in nested:
                    self.take(row, one, (words["reverse"][name], entity_id))
            elif name not in known and not {name, f"{schema}.{name}"} & self.declared.ignored:
                way_out = f'Fix the word, or put ignore = ["{schema}.{name}"] in a mapping beside the file.'
                more = {"expected": f"a property of {schema}", "nearest": nearest(name, known), "way_out": way_out}
                self.fault(row, name, "no such property, neither read nor ignored", **more)
            elif known.get(name):
                made[name] = self._values(row, name, given)
        return made

    def _values(self, row: int, name: str, given: object) -> tuple[str, ...]:
        """The texts of a property; an entity written in place of its id is taken and stands as its id."""
        made: list[str] = []
        for one in given if isinstance(given, list) else [given]:
            text = self.take(row, one) if isinstance(one, dict) else one
            if isinstance(text, str):
                made.append(" ".join(text.split()))
            elif text is not None or not isinstance(one, dict):
                shown = json.dumps(one, ensure_ascii=False)
                self.fault(row, name, "the value is no text", found=shown, expected="a list of texts")
        return tuple(text for text in dict.fromkeys(made) if text)

    def _keep(self, entity: ftm_model.Entity) -> None:
        into = self.found.links if entity.schema in ftm_model.ENDS else self.found.parties
        other = self.found.parties.get(entity.id) or self.found.links.get(entity.id)
        if other is None:
            self.hold(entity.id, of=_ENTITY_BYTES)
            self.hold(*(text for texts in entity.properties.values() for text in texts))
            into[entity.id] = entity
            return
        if (other.schema, _sorted(other)) != (entity.schema, _sorted(entity)):
            sentence = f"the id stands already in row {other.row}, and says something else there"
            way_out = "Gather the fragments of one entity first (ftm aggregate), or remove one of them."
            self.fault(entity.row, "id", sentence, found=entity.id, expected="each id once", way_out=way_out)

    def check_links(self) -> None:
        """Faults for links that name an entity the file does not hold, or lack one end."""
        for link in self.found.links.values():
            for name in ftm_model.ENDS[link.schema]:
                if not link.all(name):
                    text = f"the {link.schema} does not say its {name}"
                    self.fault(link.row, name, text, expected="the id of an entity of the file")
                self._check_ends(link, name)
        for entity in self.found.parties.values():
            self._check_ends(entity, "parent")

    def _check_ends(self, link: ftm_model.Entity, name: str) -> None:
        for end in link.all(name):
            stands = self.found.merged.get(end, end)
            held = stands in self.found.parties or stands in self.found.over
            if not held and end not in self.declared.parties and stands not in self.declared.parties:
                way_out = "Add the entity's line, or say which party it is under [parties] in a mapping."
                more = {"found": end, "expected": "the id of an entity", "way_out": way_out}
                self.fault(link.row, name, "no entity of the file has this id", **more)


_OF_PARTIES = "name alias previousName weakAlias jurisdiction legalForm topics sourceUrl program programId parent"
_OF_LINKS = """
    startDate endDate date listingDate status role summary description entity authority program programId provisions
    reason sourceUrl owner asset percentage sharesType ownershipType legalBasis controller controlled controlType
    predecessor successor
"""
"""Properties of parties and of links that are read, beside the identifiers in `ftm.toml`."""


@lru_cache(maxsize=2)
def _known_properties(party: bool) -> Mapping[str, bool]:
    """Properties by name: true where they are read, false where they are read over."""
    words = ftm_model.ftm_words()
    over = words["properties"]["party" if party else "link"]
    if party:
        over = [*over, *words["reverse"], *words["reverse_ignored"]["names"]]
    read_ones = [*_OF_PARTIES.split(), *words["identifiers"]] if party else _OF_LINKS.split()
    return {**dict.fromkeys(over, False), **dict.fromkeys(read_ones, True)}


def _sorted(entity: ftm_model.Entity) -> dict[str, tuple[str, ...]]:
    return {name: tuple(sorted(values)) for name, values in entity.properties.items()}


def _is_person(properties_read: Mapping[str, Any]) -> bool:
    """Whether a legal entity of a kind not stated has a number or a topic that only people have."""
    topics = properties_read.get("topics")
    roles = [one for one in topics if isinstance(one, str)] if isinstance(topics, list) else []
    return bool(properties_read.get("idNumber")) or any(one.startswith("role.") for one in roles)


def _begins_list(line: bytes) -> bool:
    text = line.lstrip(b"\xef\xbb\xbf \t")
    return text.startswith(b"[") or text.strip() == b"{"
