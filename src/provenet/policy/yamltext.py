"""Reading a rule pack's YAML strictly: no repeated key, no surprise types, every value with its line.

YAML 1.2 core words only: `true` and `false` are the booleans, so `NO` stays Norway; a date stays text until a rule
asks for one. Anchors are allowed but cannot blow up: the number of values read is capped.
"""

import re
from dataclasses import dataclass
from typing import Any

import yaml
from yaml.reader import Reader

from provenet.core.errors import Fault, FaultList, clip

MAX_BYTES = 1_000_000
MAX_VALUES = 200_000
MAX_DEPTH = 60
_PLAIN_TAGS = {f"tag:yaml.org,2002:{kind}" for kind in ("str", "seq", "map")}
"""The tags that nodes without a written tag arrive with."""
_INT = re.compile(r"[-+]?(0|[1-9]\d{0,17})\Z")
_FLOAT = re.compile(r"[-+]?((0|[1-9]\d*)(\.\d*)?|\.\d+)([eE][-+]?\d{1,3})?\Z")
_NULLS = {"", "~", "null", "Null", "NULL"}
_BOOLS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}

Value = Any


class Mapping(dict[str, Value]):
    """A YAML mapping that knows the line it begins on and the line of each key."""

    line: int = 0
    lines: dict[str, int]

    def line_of(self, key: str) -> int:
        """The line of a key, or of the mapping."""
        return self.lines.get(key, self.line)


@dataclass
class _YamlReader:
    place: str
    faults: FaultList
    values: int = 0

    def fault(self, line: int, says: str, *, found: str | None = None, expected: str | None = None) -> None:
        self.faults.add(Fault(f"{self.place} line {line}", says, found=found, expected=expected))

    def too_much(self, line: int) -> None:
        text = "the file is too large or nested too deep"
        self.fault(line, text, expected=f"at most {MAX_VALUES} values, {MAX_DEPTH} levels")

    def value(self, node: yaml.Node, depth: int = 0) -> Value:
        self.values += 1
        line = node.start_mark.line + 1
        if depth > MAX_DEPTH or self.values > MAX_VALUES:
            raise _TooMuch(line)
        if node.tag not in _PLAIN_TAGS:
            self.fault(line, "a tag is not read here", found=node.tag, expected="plain text, numbers, lists, mappings")
        if isinstance(node, yaml.ScalarNode):
            return self.scalar(node)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(child, depth + 1) for child in node.value]
        return self.mapping(node, line, depth)

    def scalar(self, node: yaml.ScalarNode) -> Value:
        text: str = node.value
        if node.style is not None:
            return text
        if text in _NULLS:
            return None
        if text in _BOOLS:
            return _BOOLS[text]
        if _INT.match(text):
            return int(text)
        if _FLOAT.match(text):
            number = float(text)
            return number if number not in (float("inf"), float("-inf")) else text
        return text

    def mapping(self, node: yaml.Node, line: int, depth: int) -> Mapping:
        made = Mapping()
        made.line, made.lines = line, {}
        for key_node, child in node.value:
            at = key_node.start_mark.line + 1
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
            if not isinstance(key, str):
                self.fault(at, "a key is not one word", expected="a plain word")
                continue
            if key in made:
                self.fault(
                    at, "the key appears twice", found=key, expected=f"one (the first is on line {made.lines[key]})"
                )
                continue
            made.lines[key] = at
            made[key] = self.value(child, depth + 1)
        return made


_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The parser of libyaml where PyYAML was built with it: the same events, thirty times as fast."""


class _Composer:
    """Makes nodes of events without recursion, and stops at the caps instead of holding what lies beyond them."""

    def __init__(self) -> None:
        self.documents = 0
        self.root: yaml.Node | None = None
        self._open: list[tuple[Any, list[yaml.Node]]] = []
        self._anchors: dict[str, yaml.Node] = {}
        self._count = 0

    def take(self, event: yaml.Event) -> None:
        """One event more. Raises _TooMuch past the caps, _NotYaml for an anchor that appears twice or nowhere."""
        if isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
        elif self.documents != 1:
            return
        elif isinstance(event, yaml.CollectionEndEvent):
            node, children = self._open.pop()
            pairs = zip(children[::2], children[1::2], strict=True)
            node.value = list(pairs) if isinstance(node, yaml.MappingNode) else children
        elif isinstance(event, yaml.NodeEvent):
            self._node(event)

    def _node(self, event: Any) -> None:
        line = event.start_mark.line + 1
        self._count += 1
        if self._count > MAX_VALUES or len(self._open) > MAX_DEPTH:
            raise _TooMuch(line)
        if isinstance(event, yaml.AliasEvent):
            if event.anchor not in self._anchors:
                raise _NotYaml(line, f"found undefined alias {clip(str(event.anchor))!r}")
            made = self._anchors[event.anchor]
        else:
            made = _node_of(event)
            if event.anchor is not None and self._anchors.setdefault(event.anchor, made) is not made:
                raise _NotYaml(line, f"the anchor {clip(event.anchor)!r} appears twice")
        if self._open:
            self._open[-1][1].append(made)
        elif self.root is None:
            self.root = made
        if isinstance(event, yaml.CollectionStartEvent):
            self._open.append((made, []))


def _node_of(event: Any) -> yaml.Node:
    """The node that an event begins; a plain scalar stays text, whatever it looks like."""
    kinds: dict[type, tuple[type[yaml.Node], str]] = {
        yaml.ScalarEvent: (yaml.ScalarNode, "str"),
        yaml.SequenceStartEvent: (yaml.SequenceNode, "seq"),
        yaml.MappingStartEvent: (yaml.MappingNode, "map"),
    }
    kind, word = kinds[type(event)]
    tag = event.tag if event.tag not in (None, "!") else f"tag:yaml.org,2002:{word}"
    if isinstance(event, yaml.ScalarEvent):
        scalar: Any = event
        return yaml.ScalarNode(tag, scalar.value, scalar.start_mark, scalar.end_mark, style=scalar.style or None)
    return kind(tag, [], event.start_mark, event.end_mark)


class _TooMuch(Exception):
    def __init__(self, line: int) -> None:
        self.line = line


class _NotYaml(Exception):
    def __init__(self, line: int, says: str) -> None:
        self.line, self.says = line, says


def read_yaml(place: str, data: bytes, faults: FaultList) -> Mapping | None:
    """One YAML document as a `Mapping`, or None with faults added. Cost O(bytes), bounded by the caps above."""
    text = _text(place, data, faults)
    if text is None:
        return None
    reader = _YamlReader(place, faults)
    try:
        composer = _Composer()
        for event in yaml.parse(text, Loader=_LOADER):
            composer.take(event)
        if composer.documents != 1 or composer.root is None:
            faults.add(Fault(place, "a pack is one document", found=f"{composer.documents} documents", expected="one"))
            return None
        value = reader.value(composer.root)
    except yaml.MarkedYAMLError as err:
        line = (err.problem_mark.line + 1) if err.problem_mark else 1
        if "nesting depth" in (err.problem or ""):
            reader.too_much(line)
            return None
        reader.fault(line, f"not YAML: {clip(err.problem or err.context or 'it cannot be parsed', 120)}")
        return None
    except _NotYaml as err:
        reader.fault(err.line, f"not YAML: {err.says}")
        return None
    except yaml.YAMLError as err:
        faults.add(Fault(place, f"not YAML: {clip(str(err), 120)}"))
        return None
    except _TooMuch as err:
        reader.too_much(err.line)
        return None
    if not isinstance(value, Mapping):
        faults.add(Fault(place, "the file is not a mapping", expected="pack: ..., rules: ..."))
        return None
    return value


def syntax_place(data: bytes) -> tuple[int, int] | None:
    """The line and column, from 1, at which a text stops being YAML; None where it does not."""
    try:
        for _ in yaml.parse(data.decode("utf-8-sig", errors="replace"), Loader=_LOADER):
            pass
    except yaml.MarkedYAMLError as err:
        return (err.problem_mark.line + 1, err.problem_mark.column + 1) if err.problem_mark else None
    except yaml.YAMLError:
        return None
    return None


def _text(place: str, data: bytes, faults: FaultList) -> str | None:
    """The text of a file, or None with a fault."""
    if len(data) > MAX_BYTES:
        found, way_out = f"{len(data)} bytes", "Split the rules into several packs, each a file of its own."
        expected = f"at most {MAX_BYTES}"
        faults.add(
            Fault(place, "the file is too large for a rule pack", found=found, expected=expected, way_out=way_out)
        )
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as err:
        sentence, way_out = f"byte {err.start} is not UTF-8", "Save the file as UTF-8."
        faults.add(Fault(place, sentence, expected="UTF-8 text", way_out=way_out))
        return None
    if hit := Reader.NON_PRINTABLE.search(text):
        faults.add(Fault(place, f"not text: the character number {hit.start() + 1} is a control character"))
        return None
    return text
