"""A bill of CycloneDX in XML as the JSON form says it. No document type, no entities, no deep nesting."""

from __future__ import annotations

from typing import Any
from xml.parsers import expat

from provenet.core.errors import Fault, clip
from provenet.ingest.tabular.workbook import XML_ENCODINGS

DEEPEST = 200
"""How deep elements may lie inside each other."""
MOST_ELEMENTS = 3_000_000
"""The most elements of one bill; each takes some four hundred bytes of memory."""
_NAMESPACE = "http://cyclonedx.org/schema/bom/"
_LISTS = {"components": "component", "properties": "property", "compositions": "composition"}
_ORGANISATIONS = frozenset({"manufacturer", "manufacture", "supplier"})
_WAY_OUT = "Write the bill as JSON, which every tool for CycloneDX can."


class _Refused(ValueError):
    """Something in the XML that no bill needs."""


class _Node:
    def __init__(self, tag: str, attributes: dict[str, str]) -> None:
        self.tag, self.attributes = tag, attributes
        self.inner: list[_Node] = []
        self.texts: list[str] = []

    @property
    def text(self) -> str:
        return "".join(self.texts).strip()

    def child(self, tag: str) -> _Node | None:
        return next((one for one in self.inner if one.tag == tag), None)


def bom_of_xml(place: str, data: bytes) -> tuple[dict[str, Any] | None, Fault | None]:
    """The bill as the JSON form would say it, and None; or None and the fault. Cost O(bytes)."""
    parser = _Parser()
    try:
        root = parser.parse(data)
    except expat.ExpatError as err:
        text = f"this is not XML: {expat.ErrorString(err.code)} at line {err.lineno}"
        return None, Fault(place, text, way_out=_WAY_OUT)
    except _Refused as err:
        return None, Fault(place, str(err), way_out=_WAY_OUT)
    if root is None or root.tag != "bom" or not parser.version:
        return None, Fault(place, "this is no bill of CycloneDX", expected="a root element bom", way_out=_WAY_OUT)
    made: dict[str, Any] = {"bomFormat": "CycloneDX", "specVersion": parser.version, **root.attributes}
    for one in root.inner:
        made[one.tag] = _metadata(one) if one.tag == "metadata" else _value(one)
    return made, None


class _Parser:
    def __init__(self) -> None:
        self.open: list[_Node] = []
        self.root: _Node | None = None
        self.version = ""
        self.count = 0

    def parse(self, data: bytes) -> _Node | None:
        reader = expat.ParserCreate(namespace_separator=" ")
        reader.buffer_text = True
        reader.XmlDeclHandler = self._declared
        reader.StartDoctypeDeclHandler = self._doctype
        reader.EntityDeclHandler = self._doctype
        reader.StartElementHandler = self._start
        reader.EndElementHandler = self._end
        reader.CharacterDataHandler = self._text
        reader.Parse(data, True)
        return self.root

    def _declared(self, _version: str, encoding: str | None, _alone: int) -> None:
        if encoding is not None and encoding.lower() not in XML_ENCODINGS:
            raise _Refused(f"the XML is of an encoding that is not read; found {clip(encoding)!r}, expected UTF-8")

    def _doctype(self, *_: object) -> None:
        raise _Refused("the XML declares a document type, which no bill needs")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self.open) >= DEEPEST:
            raise _Refused(f"the XML is nested too deep; expected at most {DEEPEST} levels")
        self.count += 1
        if self.count > MOST_ELEMENTS:
            raise _Refused(f"the XML holds more elements than are read; expected at most {MOST_ELEMENTS:,}")
        space, _, tag = name.rpartition(" ")
        if space.startswith(_NAMESPACE) and self.root is None:
            self.version = space.removeprefix(_NAMESPACE)
        node = _Node(tag if space.startswith(_NAMESPACE) else "", attributes)
        if self.open:
            if node.tag:
                self.open[-1].inner.append(node)
        elif self.root is None:
            self.root = node
        self.open.append(node)

    def _end(self, _: str) -> None:
        self.open.pop()

    def _text(self, text: str) -> None:
        if self.open:
            self.open[-1].texts.append(text)


def _metadata(node: _Node) -> dict[str, Any]:
    return {one.tag: _component(one) if one.tag == "component" else _value(one) for one in node.inner}


def _component(node: _Node) -> dict[str, Any]:
    made: dict[str, Any] = dict(node.attributes)
    if "isExternal" in made:
        made["isExternal"] = made["isExternal"] == "true"
    made.update({one.tag: _value(one) for one in node.inner})
    return made


def _value(node: _Node) -> Any:
    """A list, an organisation or a text; anything else stands only by its name, as something read over."""
    if node.tag in _LISTS:
        return [_listed(one) for one in node.inner if one.tag == _LISTS[node.tag]]
    if node.tag in _ORGANISATIONS:
        name = node.child("name")
        return {"name": name.text if name is not None else ""}
    return [one.tag for one in node.inner] if node.inner else node.text


def _listed(node: _Node) -> dict[str, Any]:
    if node.tag == "component":
        return _component(node)
    if node.tag == "property":
        return {"name": node.attributes.get("name", ""), "value": node.text}
    aggregate, assemblies = node.child("aggregate"), node.child("assemblies")
    refs = [one.attributes.get("ref", "") for one in assemblies.inner] if assemblies is not None else []
    others = {tag: [""] for tag in ("dependencies", "vulnerabilities") if node.child(tag) is not None}
    return {"aggregate": aggregate.text if aggregate is not None else None, "assemblies": refs, **others}
