"""A bill of CycloneDX in XML as the JSON form says it. No document type, no entities, no deep nesting."""

from typing import Any

from provenet.core.errors import Fault
from provenet.ingest.documents import Element, XmlFault, parse_xml

DEEPEST = 200
"""How deep elements may lie inside each other."""
MOST_ELEMENTS = 3_000_000
"""The most elements of one bill; each takes some four hundred bytes of memory."""
_NAMESPACE = "http://cyclonedx.org/schema/bom/"
_LISTS = {"components": "component", "properties": "property", "compositions": "composition"}
_ORGANISATIONS = frozenset({"manufacturer", "manufacture", "supplier"})
_WAY_OUT = "Write the bill as JSON, which every tool for CycloneDX can."


def bom_of_xml(place: str, data: bytes) -> tuple[dict[str, Any] | None, Fault | None]:
    """The bill as the JSON form would say it, and None; or None and the fault. Cost O(bytes)."""
    try:
        root = parse_xml(data, deepest=DEEPEST, most=MOST_ELEMENTS)
    except XmlFault as err:
        return None, Fault(place, str(err), way_out=_WAY_OUT)
    version = root.space.removeprefix(_NAMESPACE)
    if root.tag != "bom" or version in ("", root.space):
        return None, Fault(place, "this is no bill of CycloneDX", expected="a root element bom", way_out=_WAY_OUT)
    waiting = [root]
    while waiting:
        one = waiting.pop()
        one.inner = [held for held in one.inner if held.space.startswith(_NAMESPACE)]
        waiting += one.inner
    made: dict[str, Any] = {"bomFormat": "CycloneDX", "specVersion": version, **root.attributes}
    for one in root.inner:
        made[one.tag] = _metadata(one) if one.tag == "metadata" else _value(one)
    return made, None


def _metadata(node: Element) -> dict[str, Any]:
    return {one.tag: _component(one) if one.tag == "component" else _value(one) for one in node.inner}


def _component(node: Element) -> dict[str, Any]:
    made: dict[str, Any] = dict(node.attributes)
    if "isExternal" in made:
        made["isExternal"] = made["isExternal"] == "true"
    made.update({one.tag: _value(one) for one in node.inner})
    return made


def _value(node: Element) -> Any:
    """A list, an organisation or a text; anything else stands only by its name, as something read over."""
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
