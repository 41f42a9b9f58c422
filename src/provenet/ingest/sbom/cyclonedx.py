"""CycloneDX bills of materials, JSON and XML, of versions 1.2 to 1.7 and 2.0: each component becomes an asset.

Parts inside parts are assets of their own, with their path as the place. The maker is who the bill says made it;
whoever sold it is not taken for the maker unless a mapping says so. A bill does not say in whose network the thing
stands: carrier, country and asset class come from properties `provenet:...` or from a mapping beside the file.
Source: ECMA-424. In XML there is no document type, no entity and no deep nesting.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any, BinaryIO

from provenet.core.errors import Fault, FaultList, nearest
from provenet.ingest.documents import Element, XmlFault, parse_xml
from provenet.ingest.registry import Parts, Source, in_batches
from provenet.ingest.sbom.cyclonedx_assets import AssetMaker, Part
from provenet.ingest.sbom.cyclonedx_mapping import BomMapping, read_bom_mapping
from provenet.ingest.tabular.json_rows import json_value

LAYOUT = "cyclonedx"
LARGEST_BYTES = 256 * 2**20
"""A bill of a hundred thousand components takes some sixty megabytes."""
VERSIONS = ("1.2", "1.3", "1.4", "1.5", "1.6", "1.7", "2.0")
"""Versions of the specification that are read."""
_JSON_HEAD = re.compile(rb'"(?:bomFormat|specFormat)"\s*:\s*"CycloneDX"')
DEEPEST = 200
"""How deep elements may lie inside each other."""
MOST_ELEMENTS = 3_000_000
"""The most elements of one bill; each takes some four hundred bytes of memory."""
_SPACE = "http://cyclonedx.org/schema/bom/"
_LISTS = {"components": "component", "properties": "property", "compositions": "composition"}
_ORGANISATIONS = frozenset({"manufacturer", "manufacture", "supplier"})
_WAY_OUT = "Write the bill as JSON, which every tool for CycloneDX can."
_KEYS: dict[str, list[str]] = tomllib.loads(
    resources.files("provenet").joinpath("ingest", "sbom", "cyclonedx.toml").read_text(encoding="utf-8")
)
"""What may stand at the top of a bill, there and read over, in its metadata and in a component."""
_TYPES = """
    application framework library container platform operating-system device device-driver firmware file
    machine-learning-model data cryptographic-asset material service
"""
TYPES = tuple(_TYPES.split())
_CHOICE = "component-choice"


def recognises(head: bytes, name: str) -> bool:
    """Whether a file is a bill of CycloneDX: it says so among its first keys, or in its namespace."""
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    return (start == b"{" and _JSON_HEAD.search(head) is not None) or (start == b"<" and _SPACE.encode() in head)


def read(source: Source, stream: BinaryIO) -> Parts:
    """The assets of a bill of materials, and the makers it introduces, in batches.

    A row claims no more than that the bill says so. Cost O(bytes). Laws: the order of keys changes no
    row. Source: own, docs/formats.md.
    """
    name, file_id, faults = source.upload.plain_name, source.upload.file_id, source.faults
    declared = read_bom_mapping(name, source.mapping, faults)
    bom = _parsed(name, stream, faults)
    if bom is None:
        return
    walked = _BillWalk(name, bom, declared, faults, source.ignored)
    parts = walked.parts()
    maker = AssetMaker(name, file_id, source.names, declared=declared, faults=faults, prefix=walked.prefix(file_id))
    rows = [maker.row(part) for part in parts]
    maker.tell_missing()
    if faults.count:
        return
    yield "party", maker.parties()
    yield from in_batches([("asset", [row for row in rows if row is not None])])


def parts_of_bill(name: str, stream: BinaryIO, faults: FaultList, *, ignored: Counter[str]) -> list[Part]:
    """Every part of a bill in its order, for readers that need no case.

    What is left out is counted in `ignored`; every fault goes to `faults`. Cost O(bytes).
    """
    bom = _parsed(name, stream, faults)
    if bom is None:
        return []
    return _BillWalk(name, bom, BomMapping(name), faults, ignored).parts()


def _parsed(name: str, stream: BinaryIO, faults: FaultList) -> Mapping[str, Any] | None:
    data = stream.read(LARGEST_BYTES + 1)
    if len(data) > LARGEST_BYTES:
        expected = f"at most {LARGEST_BYTES // 2**20} MiB"
        faults.add(Fault(name, "the bill is too large", expected=expected, way_out="Split it by device or by site."))
        return None
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        value, fault = _bom_of_xml(name, data)
    else:
        value, fault = json_value(name, data)
    if fault is not None:
        faults.add(fault)
        return None
    if not isinstance(value, dict):
        faults.add(Fault(name, "this is no bill of materials", expected="one JSON object"))
        return None
    return value


def _bom_of_xml(place: str, data: bytes) -> tuple[dict[str, Any] | None, Fault | None]:
    """A bill in XML as the JSON form would say it, and None; or None and the fault. Cost O(bytes)."""
    try:
        root = parse_xml(data, deepest=DEEPEST, most=MOST_ELEMENTS)
    except XmlFault as err:
        return None, Fault(place, str(err), way_out=_WAY_OUT)
    version = root.space.removeprefix(_SPACE)
    if root.tag != "bom" or version in ("", root.space):
        return None, Fault(place, "this is no bill of CycloneDX", expected="a root element bom", way_out=_WAY_OUT)
    waiting = [root]
    while waiting:
        one = waiting.pop()
        one.inner = [held for held in one.inner if held.space.startswith(_SPACE)]
        waiting += one.inner
    made: dict[str, Any] = {"bomFormat": "CycloneDX", "specVersion": version, **root.attributes}
    return made | {one.tag: _value(one) for one in root.inner}, None


def _component(node: Element) -> dict[str, Any]:
    stated = {name: text == "true" if name == "isExternal" else text for name, text in node.attributes.items()}
    return {**stated, **{one.tag: _value(one) for one in node.inner}}


def _value(node: Element) -> Any:
    """A list, an organisation or a text; anything else stands only by its name, as something read over."""
    if node.tag == "metadata":
        return {one.tag: _component(one) if one.tag == "component" else _value(one) for one in node.inner}
    if node.tag in _LISTS:
        return [_listed(one) for one in node.inner if one.tag == _LISTS[node.tag]]
    if node.tag in _ORGANISATIONS:
        name = node.child("name")
        return {"name": name.text if name is not None else ""}
    return [one.tag for one in node.inner] if node.inner else node.text


def _listed(node: Element) -> dict[str, Any]:
    if node.tag == "component":
        return _component(node)
    if node.tag == "property":
        return {"name": node.attributes.get("name", ""), "value": node.text}
    aggregate, assemblies = node.child("aggregate"), node.child("assemblies")
    refs = [one.attributes.get("ref", "") for one in assemblies.inner] if assemblies is not None else []
    others = {tag: [""] for tag in ("dependencies", "vulnerabilities") if node.child(tag) is not None}
    return {"aggregate": aggregate.text if aggregate is not None else None, "assemblies": refs, **others}


@dataclass
class _BillWalk:
    """Walks a bill from part to part without recursion, and checks its form."""

    name: str
    bom: Mapping[str, Any]
    declared: BomMapping
    faults: FaultList
    ignored: Counter[str]

    def fault(self, path: str, column: str | None, says: str, *, found: object = None, **words: str | None) -> None:
        where, shown = f"{self.name} {path}" if path else self.name, None if found is None else str(found)
        self.faults.add(Fault(where, says, 0, column=column, found=shown, **words))

    def prefix(self, file_id: str) -> str:
        """What the ids of this bill's assets begin with, so that two bills may use one `bom-ref`."""
        if self.declared.prefix is not None:
            return self.declared.prefix
        serial = self.bom.get("serialNumber")
        uuid = str(serial).rpartition(":")[2] if isinstance(serial, str) else ""
        return f"bom-{uuid[:8] or file_id[:8]}/"

    def parts(self) -> list[Part]:
        """Every part, in the order of the bill; those read over are counted and left out."""
        self._check_top()
        metadata = self._object("", "metadata", self.bom.get("metadata"))
        self._known("/metadata", metadata, _KEYS["metadata"])
        common = {**self._properties("", self.bom), **self._properties("/metadata", metadata)}
        incomplete, subject = self._compositions(), metadata.get("component")
        todo: list[tuple[str, object, Part | None]] = self._inner("", self.bom, None)
        todo += [("/metadata/component", subject, None)] if subject is not None else []
        made: list[Part] = []
        seen: dict[str, str] = {}
        while todo:
            path, value, parent = todo.pop()
            part = self._part(path, value, parent, common=common, seen=seen)
            if part is None:
                continue
            part.incomplete = incomplete.get(part.ref or "") or (incomplete.get("") if parent is None else None)
            if part.kind != "" and not part.left_out:
                made.append(part)
            todo += self._inner(path, part.fields, part)
        self._maker_of_subject(made, metadata)
        return made

    def _inner(self, path: str, of: Mapping[str, Any], parent: Part | None) -> list[tuple[str, object, Part | None]]:
        """The components inside something, the last first."""
        inner = self._list(path, "components", of)
        return [(f"{path}/components/{at}", one, parent) for at, one in enumerate(inner)][::-1]

    def _check_top(self) -> None:
        fields = self.bom.get("bomFormat", self.bom.get("specFormat"))
        if fields != "CycloneDX":
            self.fault("", "bomFormat", "this is no bill of CycloneDX", found=fields, expected="'CycloneDX'")
        version = self.bom.get("specVersion")
        if version not in VERSIONS:
            self.fault(
                "", "specVersion", "this version is not read", found=version, expected=f"one of {', '.join(VERSIONS)}"
            )
        self._known("", self.bom, [*_KEYS["top"], *_KEYS["read_over"]])
        for key in sorted(set(_KEYS["read_over"]) & set(self.bom)):
            value = self.bom[key]
            self.ignored[key] += len(value) if isinstance(value, list | dict) else 1

    def _known(self, path: str, value: Mapping[str, Any], known: list[str]) -> None:
        for key in sorted(set(value).difference(known, self.declared.ignored)):
            way_out = f'Fix the word, or put ignore = ["{key}"] in a mapping beside the file.'
            says, near = "no such key, neither read nor ignored", nearest(key, known)
            self.fault(path, key, says, found=key, nearest=near, way_out=way_out)

    def _object(self, path: str, key: str, value: object) -> Mapping[str, Any]:
        if value is None or isinstance(value, dict):
            return value or {}
        self.fault(path, key, "not an object", found=value, expected="an object")
        return {}

    def _list(self, path: str, key: str, of: Mapping[str, Any]) -> list[Any]:
        value = of.get(key)
        if value is None or isinstance(value, list):
            return value or []
        self.fault(path, key, "not a list", found=value, expected="a list")
        return []

    def _properties(self, path: str, of: Mapping[str, Any]) -> dict[str, list[str]]:
        """Properties by name; a name may stand several times."""
        made: dict[str, list[str]] = {}
        for at, one in enumerate(self._list(path, "properties", of)):
            name, value = (one.get("name"), one.get("value", "")) if isinstance(one, dict) else (None, None)
            if isinstance(name, str) and isinstance(value, str):
                made.setdefault(name.strip(), []).append(value.strip())
            else:
                expected = '{"name": "...", "value": "..."}'
                self.fault(f"{path}/properties/{at}", None, "not a property", found=one, expected=expected)
        return made

    def _compositions(self) -> dict[str, str]:
        """How far the lists of parts go: bom-ref to words, for those that are not complete; "" is the whole bill."""
        made: dict[str, str] = {}
        for at, one in enumerate(self._list("", "compositions", self.bom)):
            path = f"/compositions/{at}"
            fields = self._object(path, "compositions", one)
            aggregate = fields.get("aggregate")
            if not isinstance(aggregate, str):
                self.fault(path, "aggregate", "not a word", found=aggregate, expected="a word such as incomplete")
                continue
            if aggregate == "complete":
                continue
            refs = self._list(path, "assemblies", fields)
            whole = not refs and not fields.get("dependencies") and not fields.get("vulnerabilities")
            made.update({str(ref): aggregate for ref in (refs or ([""] if whole else []))})
        return made

    def _part(
        self, path: str, value: object, parent: Part | None, *, common: Mapping[str, list[str]], seen: dict[str, str]
    ) -> Part | None:
        fields = self._object(path, "component", value)
        if not fields:
            return None
        self._known(path, fields, _KEYS["component"])
        ref, kind = fields.get("bom-ref"), fields.get("type")
        if isinstance(fields.get("ref"), str) and kind is None:
            self.ignored["component that only refers to another"] += 1
            return None
        if ref is not None and (not isinstance(ref, str) or not ref):
            self.fault(path, "bom-ref", "not a reference", found=ref, expected="a text that is not empty")
            ref = None
        if ref is not None and seen.setdefault(ref, path) != path:
            self.fault(
                path, "bom-ref", f"the reference stands already at {seen[ref]}", found=ref, expected="each bom-ref once"
            )
        if kind == _CHOICE:
            inherited = parent.properties if parent else common
            return Part(
                path, "", ref, fields, {**inherited, **self._properties(path, fields)}, parent, fields.get("operator")
            )
        if kind not in TYPES:
            expected, near = f"one of {', '.join(TYPES)}", nearest(str(kind), TYPES)
            self.fault(path, "type", "no such type of component", found=str(kind), expected=expected, nearest=near)
            return None
        if not isinstance(fields.get("name"), str) or not fields["name"].strip():
            self.fault(
                path, "name", "the component has no name", found=fields.get("name"), expected="a text that is not empty"
            )
            return None
        own = self._properties(path, fields)
        choice = parent.fields.get("operator") if parent is not None and parent.kind == "" else None
        part = Part(path, kind, ref, fields, own, parent, choice, inherited=dict(common))
        part.left_out = self._left_out(part)
        self._foreign(own)
        return part

    def _left_out(self, part: Part) -> bool:
        if self.declared.layer(part.kind) == "ignore":
            self.ignored[f"component of type {part.kind}"] += 1
        elif part.fields.get("scope") == "excluded":
            self.ignored["component with scope excluded"] += 1
        elif part.fields.get("isExternal") is True:
            self.ignored["component that is external"] += 1
        else:
            return False
        return True

    def _foreign(self, properties: Mapping[str, list[str]]) -> None:
        """Properties of other namespaces are read over, counted by namespace."""
        for name in properties:
            if not name.startswith("provenet:") and name not in self.declared.property_names:
                self.ignored[f"property {name.partition(':')[0]}:"] += 1

    def _maker_of_subject(self, parts: list[Part], metadata: Mapping[str, Any]) -> None:
        """Up to 1.5 the maker of the thing described stood beside it, as `manufacture`."""
        made = metadata.get("manufacture")
        for part in parts:
            if part.path == "/metadata/component" and "manufacturer" not in part.fields and made is not None:
                part.fields = {**part.fields, "manufacturer": made}
