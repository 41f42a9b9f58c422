"""JSON documents from outside read strictly: their form by a Pydantic model, every fault of a file as a sentence.

A model says what a document may hold, and `schemas.py` publishes it as JSON Schema. What Pydantic finds becomes a
`Fault` here: JSON path, what was found, what was expected and a way out. What only the whole file can tell, such as an
id that nothing has, the reader of each form adds.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from functools import lru_cache
from itertools import islice
from typing import Annotated, Any, TypeVar, cast, get_origin

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Strict, Tag, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from provenet.core.errors import Fault, FaultList, InputFault, clip, nearest
from provenet.core.jsontext import JsonFault, NoNumber, Repeated, inside, parse_json
from provenet.core.wording import count
from provenet.forms.schedule import MOST_NUMBER, MOST_PERIODS, MOST_WHOLE

LONGEST_ID = 500
HINTS, MOST_KNOWN = 20, 10_000
"""So many unknown names of a file are answered with the nearest, where no more are known than this."""
PIECE, MOST_ERRORS = 1000, 10_000
"""Long lists and objects are validated in pieces of so many values, and a value with more errors has one fault for all
of them: Pydantic holds every error in memory."""

Number = Annotated[float, Strict(), Field(title="number", ge=-MOST_NUMBER, le=MOST_NUMBER)]
Amount = Annotated[float, Strict(), Field(title="number", ge=0, le=MOST_NUMBER)]
Count = Annotated[int, Strict(), Field(title="whole number", ge=0, le=MOST_WHOLE)]
Id = Annotated[
    str,
    Strict(),
    Field(
        title="id",
        description=f"a text of 1 to {LONGEST_ID} characters, none of them a control character",
        max_length=LONGEST_ID,
        pattern=r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$",
    ),
]
_ONE_A_PERIOD = Field(description="a list of numbers, one a period", max_length=MOST_PERIODS)
Series = Annotated[list[Number], _ONE_A_PERIOD]
Amounts = Annotated[
    Annotated[Amount, Tag("\0number")] | Annotated[list[Amount], _ONE_A_PERIOD, Tag("\0array")],
    Discriminator(lambda value: "\0array" if type(value) is list else "\0number"),
]
"""One amount that holds in each period, or one a period. NUL begins the parts of an error's place that no file has."""
WAYS_OUT = {
    "number": "Write a number, without quotes and without a unit.",
    "whole number": "Write a whole number, without quotes and without a decimal point.",
    "id": "Give it an id, in quotes.",
    "text": "Write it in quotes.",
    "unit": 'Write it in quotes, such as "EUR million".',
    "period": "Write the period, or null for never.",
    "digest": "Seal the plan anew.",
    "name of a file beside the plan": "Put the file beside the plan, and name it alone.",
    "pair": "Write a pair for each unit that waits for another.",
    "credit": "See docs/schedule.md.",
    "entry": "See docs/schedule.md.",
    "turn": "See docs/schedule.md.",
}
"""What helps, by what a value should have been: the `title` in its schema."""
_Model = TypeVar("_Model", bound="Document")
_Path = tuple[str | int, ...]


ROW = ConfigDict(extra="forbid")
"""Of the objects in lists, which are plain dataclasses, since the collector slows with a hundred thousand models. Its
scalars are strict each by itself: a strict dataclass takes no object of JSON."""


class Document(BaseModel):
    """What a document may hold: each key is named, and nothing is converted."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


def shown(value: object) -> str:
    """A value as a fault shows it: short, and so that text and number can be told apart."""
    if isinstance(value, NoNumber):
        return clip(value.text)
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    return clip(json.dumps(value, ensure_ascii=False))


class JsonReading:
    """One JSON file being read: its value, and its faults so far."""

    def __init__(self, name: str, data: bytes, what: str) -> None:
        """Reads the value. Raises InputFault where it is no JSON, cut off, not UTF-8, or nested too deep."""
        self.name, self.faults, self._paths, self._hints = name, FaultList(), list[_Path](), HINTS
        repeated = list[Repeated]()
        text, found, expected, way_out = "", None, None, "Save the file as UTF-8."
        try:
            self.value: Any = parse_json(data.decode("utf-8-sig"), keep=repeated)
        except UnicodeDecodeError as err:
            text, expected = "the text is not UTF-8", "UTF-8"
            found = f"byte 0x{data[err.start]:02X} at byte {err.start + 1}"
        except JsonFault as err:
            text, found, expected = err.says, err.found, err.expected or f"one JSON object, {what}"
            way_out = "Write the file anew without it."
            if err.says == "the text is no JSON":
                way_out = "Mend it at this place; where it is the end of the file, the file was cut off."
        if text:
            raise InputFault([Fault(name, text, found=found, expected=expected, way_out=way_out)])
        if repeated:
            self._tell_repeated(self.value, ())

    def tell(
        self, path: _Path, says: str, *, found: str | None, expected: str, way_out: str, near: str | None = None
    ) -> None:
        """Adds a fault at a JSON path."""
        place = "$"
        for part in path:
            place = f"{place}[{part}]" if isinstance(part, int) else inside(place, part)
        self.faults.add(
            Fault(self.name, says, 0, column=place, found=found, expected=expected, nearest=near, way_out=way_out)
        )
        if len(self._paths) < len(self.faults.faults):
            self._paths.append(path)

    def close(self) -> None:
        """Raises InputFault with all faults, in the order of the file, where there are any."""
        if self.faults.count:
            kept = zip(self._paths, self.faults.faults, strict=True)
            ordered = sorted(kept, key=lambda one: self._rank(one[0]))
            raise InputFault([fault for _, fault in ordered], self.faults.count)

    def _rank(self, path: _Path) -> list[int]:
        """Where a path stands in the file."""
        value, rank = self.value, list[int]()
        for part in path:
            if isinstance(value, dict):
                rank.append(list(value).index(part) if part in value else len(value))
                value = value.get(part)
            else:
                rank.append(cast(int, part))
                value = value[part] if isinstance(value, list) and isinstance(part, int) else None
        return rank

    def _tell_repeated(self, value: object, path: _Path) -> None:
        for key in value.twice if isinstance(value, Repeated) else ():
            text, way_out = "a key stands twice in one object", "Keep one of them."
            self.tell((*path, key), text, found=key, expected="each key once", way_out=way_out)
        inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for part, one in inner:
            self._tell_repeated(one, (*path, part))

    # ------------------------------------------------------------------------------------------- what a model says

    def validate(self, model: type[_Model], value: object, path: _Path = ()) -> _Model | None:
        """An object by its model; None where anything in it is wrong, after every fault of it is reported.

        Lists and objects in it are validated piece by piece, so that the errors held at once are bounded.
        Cost O(values).
        """
        before, held = self.faults.count, dict[str, Any]()
        if isinstance(value, dict):
            kinds: dict[str, Any] = {key: get_origin(field.annotation) for key, field in model.model_fields.items()}
            several = [key for key, kind in kinds.items() if kind in (list, dict)]
            held = {key: value[key] for key in several if isinstance(value.get(key), kinds[key])}
            value = {**value, **{key: kinds[key]() for key in held}}
        made = self._checked(_form(model), value, path)
        whole = {key: self._pieces(_form(model, key), one, (*path, key)) for key, one in held.items()}
        return None if self.faults.count > before else cast("_Model", made).model_copy(update=whole)

    def _pieces(self, form: _Form, value: Any, path: _Path) -> Any:
        """A list or object, piece by piece."""
        if type(value) is list:
            rows = list[Any]()
            for first in range(0, len(value), PIECE):
                rows += (
                    not self.faults.full and self._checked(form, value[first : first + PIECE], path, first=first)
                ) or ()
            return rows
        items, made = iter(value.items()), dict[str, Any]()
        while not self.faults.full and (piece := dict(islice(items, PIECE))):
            made |= self._checked(form, piece, path) or {}
        return made

    def _checked(self, form: _Form, value: Any, path: _Path, *, first: int = 0) -> Any:
        """A value as its form makes it, or None and its errors reported; `first`: the place of a list's first value."""
        try:
            return form.adapter.validate_python(value)
        except ValidationError as err:
            if err.error_count() > MOST_ERRORS:
                return self._tell_many(form, value, path, first=first, count=err.error_count())
            errors = err.errors(include_url=False)
        for error in errors:
            place, node, around = form.resolve(error["loc"])
            if first:
                place[0] = first + cast(int, place[0])
            self._tell_error(error, (*path, *place), node, around=around)
        return None

    def _tell_many(self, form: _Form, value: Any, path: _Path, *, first: int, count: int) -> None:
        """Very many errors: half by half, down to the one value that has them."""
        if type(value) is list and len(value) > 1:
            half = len(value) // 2
            self._checked(form, value[:half], path, first=first)
            self._checked(form, value[half:], path, first=first + half)
            return
        place = (*path, first) if type(value) is list else path
        way_out = "See docs/schedule.md or docs/allocate.md."
        self.tell(place, "this is far from the form", found=f"{count:,} faults", expected="none", way_out=way_out)
        self.faults.count += count - 1

    def _tell_error(self, error: ErrorDetails, path: _Path, node: _Node, *, around: _Node) -> None:
        """One error of Pydantic as a fault; `node` is the schema of its place, `around` of what holds it."""
        kind, value = error["type"], error["input"]
        if "prefixItems" in around and kind == "missing":
            kind, path, node, value = "too_short", path[:-1], around, value
        if kind == "missing":
            key = str(path[-1])
            self.tell(path[:-1], "a key is missing", found=None, expected=key, way_out=f"Add {key}.")
        elif kind in ("extra_forbidden", "unexpected_keyword_argument"):
            key, known = str(path[-1]), around["properties"]
            expected, way_out = "one of " + ", ".join(known), "Take the key out, or write it as it is known here."
            near = nearest(key, known)
            self.tell(path, "no such key", found=clip(key), expected=expected, way_out=way_out, near=near)
        else:
            text, expected, way_out = _words(kind, value, node)
            found = count(len(value), "value") if "prefixItems" in node and isinstance(value, list) else shown(value)
            near = nearest(value, node.get("enum", ())) if kind == "literal_error" and isinstance(value, str) else None
            self.tell(path, text, found=found, expected=expected, way_out=way_out, near=near)

    # ------------------------------------------------------------------------------ what only the whole file can tell

    def new_ids(self, key: str) -> dict[str, int]:
        """The ids of a list of objects by their place; an id that stands twice is reported."""
        places = dict[str, int]()
        for nth, row in enumerate(listed(self.value, key)):
            named = row.get("id") if isinstance(row, dict) else None
            if type(named) is not str:
                continue
            if named in places:
                expected = f"another id than that of $.{key}[{places[named]}].id"
                way_out = "Give each its own id, or take one of them out."
                path = (key, nth, "id")
                self.tell(path, "the id stands twice", found=shown(named), expected=expected, way_out=way_out)
            else:
                places[named] = nth
        return places

    def known_id(self, value: object, path: _Path, places: Collection[str], *, kind: str) -> None:
        """Tells an id that nothing of its kind has; what is no text at all the model has reported."""
        if type(value) is not str or value in places:
            return
        near = None
        if self._hints and len(places) <= MOST_KNOWN:
            self._hints -= 1
            near = nearest(value, places)
        text, expected = f"no such {kind}", f"the id of a {kind} of the instance"
        way_out = f"Name one that the instance has, or add the {kind} to it."
        self.tell(path, text, found=shown(value), expected=expected, way_out=way_out, near=near)

    def known_ids(self, value: object, path: _Path, places: Collection[str], *, kind: str) -> None:
        """Tells the ids of a list that nothing has, and those that stand twice in it."""
        if type(value) is not list or all_known(value, places):
            return
        seen = set[str]()
        for nth, one in enumerate(value):
            self.known_id(one, (*path, nth), places, kind=kind)
            if type(one) is str and one in seen:
                text, way_out = "the id stands twice in one list", "Take one of them out."
                self.tell((*path, nth), text, found=shown(one), expected="each id once", way_out=way_out)
            elif type(one) is str and one in places:
                seen.add(one)

    def series(self, value: object, path: _Path, periods: int | None) -> None:
        """Tells a list that does not have one number a period; without known `periods` nothing is reported."""
        if type(value) is list and periods is not None and len(value) != periods:
            found, expected = count(len(value), "number"), f"{count(periods, 'number')}, one a period"
            way_out = "Write one number for each period."
            self.tell(path, "the list has the wrong length", found=found, expected=expected, way_out=way_out)


def all_known(value: list[Any], places: Collection[str]) -> bool:
    """Whether a list holds known ids alone, each once."""
    try:
        return len(set(value)) == len(value) and all(map(places.__contains__, value))
    except TypeError:
        return False  # something in it is a list or an object


def listed(value: object, key: str) -> list[Any]:
    """The list under a key of an object; empty where there is none."""
    held = value.get(key) if isinstance(value, dict) else None
    return held if type(held) is list else []


_Node = dict[str, Any]


class _Form:
    """What a model, or one key of it, validates by, with its JSON Schema."""

    def __init__(self, model: type[Document], key: str | None) -> None:
        field = None if key is None else model.model_fields[key]
        kind: Any = model if field is None else Annotated[(field.annotation, field)]
        self.adapter = TypeAdapter[Any](kind, config=None if field is None else ConfigDict(strict=True))
        self.schema = self.adapter.json_schema()

    def resolve(self, loc: _Path) -> tuple[list[str | int], _Node, _Node]:
        """Where an error stands: its JSON path, the part of the schema for it, and that for what holds it.

        A part of `loc` that names a choice, as a number or a list of them, is no part of the path.
        """
        path, found, around = list[str | int](), self.schema, _Node()
        for part in loc:
            choices = [self._whole(one) for one in self._choices(found)]
            if len(choices) > 1 and isinstance(part, str):
                found = next((one for one in choices if f"\0{one['type']}" == part), choices[-1])
                continue
            around = choices[-1]
            path.append(part)
            if isinstance(part, int):
                rows = around.get("prefixItems", ())
                found = rows[part] if part < len(rows) else around.get("items", {})
            else:
                found = around.get("properties", {}).get(part, around.get("additionalProperties") or {})
        return path, self._whole(found), around

    def _choices(self, node: _Node) -> list[_Node]:
        """What a value may be by a part of the schema, null left out."""
        if "$ref" in node:
            return self._choices({**self.schema["$defs"][node["$ref"].rpartition("/")[2]], "title": node.get("title")})
        choices = node.get("anyOf") or node.get("oneOf")
        if choices is None:
            return [] if node.get("type") == "null" else [node]
        return [one for choice in choices for one in self._choices(choice)]

    def _whole(self, node: _Node) -> _Node:
        """A part of the schema with references followed; of several choices the last."""
        return self._choices(node)[-1]


@lru_cache
def _form(model: type[Document], key: str | None = None) -> _Form:
    return _Form(model, key)


def _words(kind: str, value: object, node: _Node) -> tuple[str, str, str]:
    """What is wrong with a value of its own, what was expected, and the way out."""
    title, described = str(node.get("title")), str(node.get("description"))
    if kind == "list_type":
        return "this is no list", described, "Write it in square brackets."
    if kind in ("dict_type", "model_type", "dataclass_type"):
        if "properties" in node:
            described = "an object with the keys " + ", ".join(node["properties"])
        return "this is no object", described, "Write it in curly brackets."
    if kind == "too_short" and "prefixItems" not in node:
        return "the list is empty", described, "Write at least one, or take the list out."
    if kind == "too_long" and "prefixItems" not in node:
        return "the list is too long", f"at most {node['maxItems']:,}", "Leave some out."
    if kind == "bool_type":
        return "neither true nor false", "true or false", "Write true or false, without quotes."
    if "const" in node:
        return "another form of certificate", str(node["const"]), "Read it with the release that wrote it."
    if kind == "literal_error":
        return "no such word", "one of " + ", ".join(node["enum"]), "Write one of these words, in quotes."
    if title in ("number", "whole number"):
        return _number_words(title, value, node["minimum"], most=node["maximum"])
    return f"this is no {title}", described, WAYS_OUT[title]


def _number_words(title: str, value: object, least: float, *, most: float) -> tuple[str, str, str]:
    text, whole = f"this is no {title}", title == "whole number"
    if type(value) is int or (type(value) is float and not whole):
        text = "the number is too small" if value < least else "the number is too large"
        text = "the number is negative" if text == "the number is too small" and not whole and least == 0 else text
    ends = (f"{least:,}", f"{most:,}") if whole else (f"{least:g}", f"{most:g}")
    far = MOST_WHOLE if whole else MOST_NUMBER
    bounds = [f"from {ends[0]}"] if least > -far else []
    bounds += [f"to {ends[1]}"] if most < far or text == "the number is too large" else []
    return text, " ".join([f"a {title}", *bounds]), WAYS_OUT[title]
