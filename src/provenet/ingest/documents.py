"""Documents that are read whole within a cap: text, JSON whatever its name spaces are, XML as a plain tree.

Of XML: no document type, no entities, no deep nesting, a bounded count of elements.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any
from xml.parsers import expat

from provenet.core.errors import Fault, InputFault, clip
from provenet.core.jsontext import JsonFault, parse_json
from provenet.ingest.opening import Upload
from provenet.ingest.registry import Source
from provenet.ingest.tabular.workbook import XML_ENCODINGS

LARGEST_BYTES = 512 * 2**20
"""The largest file, unpacked; a network of a hundred thousand nodes takes some fifty megabytes."""
MOST = 1e30
"""The greatest figure that is read; sums of many stay far from what a float holds."""
DEEPEST = 100
MOST_ELEMENTS = 10_000_000


def text_of_file(upload: Upload) -> str:
    """All text. Files of one byte a letter are read as Latin-1. Raises InputFault for one larger than is read."""
    data = upload.whole(LARGEST_BYTES)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def number(source: Source, text: str, *, row: int, column: str, low: float | None = 0.0) -> float:
    """A number from `low` to `MOST`, or NaN after a fault."""
    try:
        value = float(text) if "_" not in text else float("nan")
    except ValueError:
        value = float("nan")
    if not abs(value) <= MOST or (low is not None and value < low):
        expected = f"a number from {-MOST if low is None else low:g} to {MOST:g}"
        source.fault("this is no number of that kind", row, column=column, found=text, expected=expected)
        return float("nan")
    return value


def json_document(upload: Upload) -> Any:
    """The JSON value of a file in UTF-8. Raises InputFault where it is none or too large to be held."""
    return json_in(upload, upload.whole(LARGEST_BYTES, way_out="Split it by device."))


def json_in(upload: Upload, data: bytes) -> Any:
    """The JSON value of the bytes of a file. Raises InputFault where they are none, or no UTF-8."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as err:
        raise InputFault(
            [Fault(upload.name, "the text is not UTF-8", found=f"byte {err.start + 1}", expected="UTF-8")]
        ) from err
    return json_of(upload, text)


def json_of(upload: Upload, text: str) -> Any:
    """The JSON value of a text of a file. Raises InputFault where it is none."""
    try:
        return parse_json(text)
    except JsonFault as err:
        raise InputFault([Fault(upload.name, err.says, found=err.found, expected=err.expected)]) from err


def json_object(upload: Upload, expected: str) -> dict[str, Any]:
    """The JSON object that a file is. Raises InputFault."""
    value = json_of(upload, text_of_file(upload))
    if not isinstance(value, dict):
        raise InputFault([Fault(upload.name, "the JSON is no object", expected=expected)])
    return value


def bare_name(name: str) -> str:
    """A name without its name space: `openconfig-lldp:lldp` to `lldp`."""
    return name.rpartition(":")[2]


def bare(value: Any) -> dict[str, Any]:
    """An object with the name spaces taken off its names; empty for another value."""
    return {bare_name(str(name)): given for name, given in value.items()} if isinstance(value, dict) else {}


def inside(value: Any, *names: str) -> Any:
    """What stands at a path of names, each with or without its name space; None where it leads nowhere."""
    for name in names:
        value = value[name] if isinstance(value, dict) and name in value else bare(value).get(name)
    return value


def objects(value: Any) -> Iterator[dict[str, Any]]:
    """The objects of a list, or the one object that stands in its place."""
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, dict):
            yield one


def text_of(value: Any) -> str | None:
    """A text without padding; None for an empty one and for every other value."""
    return (" ".join(value.replace("\0", " ").split()) or None) if isinstance(value, str) else None


def word_of(value: Any) -> str | None:
    """The last part of an identity: `openconfig-platform-types:POWER_SUPPLY` to `power supply`."""
    text = text_of(value)
    return None if text is None else text.rpartition(":")[2].replace("_", " ").replace("-", " ").lower()


def device_of_file(source: Source) -> str:
    """The device that a file of one device is of, where it does not say: the file's name without its ending."""
    return PurePosixPath(source.upload.plain_name).stem


def first_text(value: Mapping[str, Any], *names: str) -> str | None:
    """The first of several fields that holds a text."""
    return next((found for name in names if (found := text_of(value.get(name)))), None)


@dataclass(slots=True)
class Element:
    """An element, its namespace apart."""

    tag: str
    attributes: dict[str, str]
    line: int
    space: str = ""
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


class XmlFault(ValueError):
    """Why text is no XML that is read, as a sentence."""


def xml_root(upload: Upload, root: str, most: int = LARGEST_BYTES) -> Element:
    """The root element of a file. Raises InputFault for text that is no XML or too large, and for another root.

    Cost O(bytes).
    """
    try:
        found = parse_xml(upload.whole(most))
    except XmlFault as err:
        raise InputFault([Fault(upload.name, str(err))]) from err
    if found.tag != root:
        raise InputFault([Fault(upload.name, "the XML has another root", found=found.tag, expected=root)])
    return found


def parse_xml(data: bytes, *, deepest: int = DEEPEST, most: int = MOST_ELEMENTS) -> Element:
    """The root element. Raises XmlFault. Cost O(bytes)."""
    try:
        return _XmlReader(deepest, most).parse(data)
    except expat.ExpatError as err:
        raise XmlFault(f"this is not XML: {expat.ErrorString(err.code)} at line {err.lineno}") from err


class _XmlReader:
    def __init__(self, deepest: int, most: int) -> None:
        self.deepest, self.most = deepest, most
        self.open: list[Element] = [Element("", {}, 0)]
        self.count = 0

    def parse(self, data: bytes) -> Element:
        parser = self.parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.XmlDeclHandler = self._declared
        parser.StartDoctypeDeclHandler = self._doctype
        parser.EntityDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = lambda _: self.open.pop()
        parser.CharacterDataHandler = lambda text: self.open[-1].texts.append(text)
        parser.Parse(data, True)
        return self.open[0].inner[0]

    def _declared(self, _version: str, encoding: str | None, _alone: int) -> None:
        if encoding is not None and encoding.lower() not in XML_ENCODINGS:
            raise XmlFault(f"the XML is of an encoding that is not read; found {clip(encoding)!r}, expected UTF-8")

    def _doctype(self, *_: object) -> None:
        raise XmlFault("the XML declares a document type, which is not read")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.count += 1
        if len(self.open) > self.deepest:
            raise XmlFault(f"the XML is nested too deep; expected at most {self.deepest} levels")
        if self.count > self.most:
            raise XmlFault(f"the XML holds more elements than are read; expected at most {self.most:,}")
        space, _, tag = name.rpartition(" ")
        one = Element(tag, attributes, self.parser.CurrentLineNumber, space)
        self.open[-1].inner.append(one)
        self.open.append(one)
