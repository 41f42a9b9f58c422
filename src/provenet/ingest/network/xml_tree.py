"""XML of topologies as a plain tree: no document type, no entities, no deep nesting, a bounded count of elements."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from provenet.core.errors import Fault, InputFault, clip
from provenet.ingest.tabular.workbook import XML_ENCODINGS

DEEPEST = 100
MOST_ELEMENTS = 10_000_000


@dataclass(slots=True)
class Element:
    """An element without its namespace."""

    tag: str
    attributes: dict[str, str]
    line: int
    inner: list[Element] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Its text, stripped."""
        return "".join(self.texts).strip()

    def child(self, tag: str) -> Element | None:
        """Its first child of a tag."""
        return next((one for one in self.inner if one.tag == tag), None)

    def children(self, tag: str) -> list[Element]:
        """Its children of a tag."""
        return [one for one in self.inner if one.tag == tag]

    def every(self, tag: str) -> Iterator[Element]:
        """All elements of a tag below it, in order of the text."""
        waiting = self.inner[::-1]
        while waiting:
            one = waiting.pop()
            if one.tag == tag:
                yield one
            waiting.extend(one.inner[::-1])


class _Refused(ValueError):
    """Something in the XML that no topology needs."""


def parse_xml(place: str, data: bytes, root: str) -> Element:
    """The root element. Raises InputFault for text that is no XML, and for XML with another root. Cost O(bytes)."""
    reader = _Reader()
    try:
        found = reader.parse(data)
    except expat.ExpatError as err:
        text = f"this is not XML: {expat.ErrorString(err.code)} at line {err.lineno}"
        raise InputFault([Fault(place, text)]) from err
    except _Refused as err:
        raise InputFault([Fault(place, str(err))]) from err
    if found.tag != root:
        raise InputFault([Fault(place, "the XML has another root", found=found.tag, expected=root)])
    return found


class _Reader:
    def __init__(self) -> None:
        self.open: list[Element] = [Element("", {}, 0)]
        self.count = 0

    def parse(self, data: bytes) -> Element:
        parser = self.parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.XmlDeclHandler = self._declared
        parser.StartDoctypeDeclHandler = self._doctype
        parser.EntityDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.Parse(data, True)
        return self.open[0].inner[0]

    def _declared(self, _version: str, encoding: str | None, _alone: int) -> None:
        if encoding is not None and encoding.lower() not in XML_ENCODINGS:
            raise _Refused(f"the XML is of an encoding that is not read; found {clip(encoding)!r}, expected UTF-8")

    def _doctype(self, *_: object) -> None:
        raise _Refused("the XML declares a document type, which is not read")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.count += 1
        if len(self.open) > DEEPEST:
            raise _Refused(f"the XML is nested too deep; expected at most {DEEPEST} levels")
        if self.count > MOST_ELEMENTS:
            raise _Refused(f"the XML holds more elements than are read; expected at most {MOST_ELEMENTS:,}")
        one = Element(name.rpartition(" ")[2], attributes, self.parser.CurrentLineNumber)
        self.open[-1].inner.append(one)
        self.open.append(one)

    def _end(self, _: str) -> None:
        self.open.pop()

    def _text(self, text: str) -> None:
        self.open[-1].texts.append(text)
