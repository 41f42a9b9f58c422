"""Reading a rule pack's YAML strictly: no repeated key, no surprise types, every value with its line.

YAML 1.2 core words only: `true` and `false` are the booleans, so `NO` stays Norway; a date stays text until a rule
asks for one. Anchors are allowed but cannot blow up: the number of values read is capped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import yaml
from yaml.reader import ReaderError

from provenet.core.errors import Fault, FaultList, clip

MAX_BYTES = 2_000_000
MAX_VALUES = 200_000
MAX_DEPTH = 60
_PLAIN_TAGS = {f"tag:yaml.org,2002:{kind}" for kind in ("str", "seq", "map")}
"""The tags that nodes without a written tag arrive with."""
_INT = re.compile(r"[-+]?(0|[1-9]\d{0,17})\Z")
_FLOAT = re.compile(r"[-+]?(\d+\.\d*|\.\d+|\d+)([eE][-+]?\d{1,3})?\Z")
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
class _Reader:
    place: str
    faults: FaultList
    values: int = 0

    def fault(self, line: int, says: str, found: str | None = None, expected: str | None = None) -> None:
        self.faults.add(Fault(f"{self.place} line {line}", says, found=found, expected=expected))

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
                    at,
                    "the key stands twice",
                    found=key,
                    expected=f"one (the first is on line {made.lines[key]})",
                )
                continue
            made.lines[key] = at
            made[key] = self.value(child, depth + 1)
        return made


class _TooMuch(Exception):
    def __init__(self, line: int) -> None:
        self.line = line


class _PlainLoader(yaml.SafeLoader):
    """A loader that resolves nothing: every plain scalar arrives as text."""


_PlainLoader.yaml_implicit_resolvers = {}


def read_yaml(place: str, data: bytes, faults: FaultList) -> Mapping | None:
    """One YAML document as a `Mapping`, or None with faults added. Cost O(bytes), bounded by the caps above."""
    if len(data) > MAX_BYTES:
        faults.add(
            Fault(
                place,
                "the file is too large for a rule pack",
                found=f"{len(data)} bytes",
                expected=f"at most {MAX_BYTES}",
            )
        )
        return None
    reader = _Reader(place, faults)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as err:
        faults.add(
            Fault(
                place,
                f"byte {err.start} is not UTF-8",
                expected="UTF-8 text",
                way_out="Save the file as UTF-8.",
            )
        )
        return None
    try:
        documents = list(yaml.compose_all(text, Loader=_PlainLoader))
        if len(documents) != 1:
            faults.add(Fault(place, "a pack is one document", found=f"{len(documents)} documents", expected="one"))
            return None
        value = reader.value(documents[0])
    except yaml.MarkedYAMLError as err:
        line = (err.problem_mark.line + 1) if err.problem_mark else 1
        reader.fault(line, f"not YAML: {err.problem or err.context}")
        return None
    except ReaderError as err:
        faults.add(Fault(place, f"not text: the character number {err.position + 1} is a control character"))
        return None
    except yaml.YAMLError as err:
        faults.add(Fault(place, f"not YAML: {clip(str(err), 120)}"))
        return None
    except RecursionError:
        faults.add(Fault(place, "the file is nested too deep", expected=f"at most {MAX_DEPTH} levels"))
        return None
    except _TooMuch as err:
        reader.fault(
            err.line,
            "the file is too large or nested too deep",
            expected=f"at most {MAX_VALUES} values, {MAX_DEPTH} levels",
        )
        return None
    if not isinstance(value, Mapping):
        faults.add(Fault(place, "the file is not a mapping", expected="pack: ..., rules: ..."))
        return None
    return value
