"""One declaration per option: a settings class holds the settings of a verb or a tool, a field for each option.

The type of a field says what may be given and what is kept of it (a day as text, one word where several may stand);
its `Option` says how doors show it. From the same declaration come the options of the command line, the call from
Python, the settings that a run stores, the manual's tables and a JSON Schema. What makes no sense is a UsageFault.

>>> @settings_class()
... class TallySettings(Settings):
...     as_of: Annotated[Day, Option(help="The day in question.", stored="always")]
...     country: Annotated[Words, Option(help="A country.", stored="given")] = ()
>>> TallySettings(as_of="2026-11-25", country="Japan").stored()
{'as_of': '2026-11-25', 'country': ['Japan']}
>>> TallySettings(as_of="soon")
Traceback (most recent call last):
    ...
provenet.core.errors.UsageFault: --as-of: no such day; found 'soon', expected a day as YYYY-MM-DD.
"""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import FrozenInstanceError, dataclass, replace
from datetime import date, datetime
from functools import cache, wraps
from math import isfinite
from pathlib import Path
from typing import (
    Annotated,
    Any,
    Concatenate,
    Literal,
    ParamSpec,
    Self,
    TypeVar,
    Union,
    cast,
    dataclass_transform,
    get_args,
    get_origin,
)

from pydantic import BeforeValidator, ConfigDict, GetCoreSchemaHandler, SkipValidation, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as checked_dataclass
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import CoreSchema, PydanticUndefined, core_schema, to_jsonable_python

from provenet.core.errors import UsageFault, clip, hint_at, nearest
from provenet.core.progress import Progress, silent
from provenet.core.rule_words import holds_two_facts
from provenet.core.when import parse_day

REQUIRED: Any = PydanticUndefined
"""The default of an option that must be given."""
Stored = Literal["always", "given", "never"]
"""Whether a run keeps an option: always, only where it differs from its default, or never."""
LARGEST = 2**53
"""The largest number that an option may be: whole numbers up to it are exact, also as floats."""
T = TypeVar("T")


def _day(value: object) -> object:
    if isinstance(value, datetime) or not isinstance(value, str | date):
        found = f"an instant, {value.isoformat()!r}" if isinstance(value, datetime) else clip(repr(value))
        raise ValueError(f"found {found}, expected a day such as 2018-11-23.")
    try:
        return parse_day(value) if isinstance(value, str) else value
    except ValueError as err:
        raise ValueError(f"no such day; found {clip(str(value))!r}, expected {err}.") from err


def _whole(value: object) -> object:
    """A whole number from its digits; text that is none, and what is no number, stay as they are and are refused."""
    if isinstance(value, str) and len(value) < 20 and (number := _read(int, value)) is not None:
        value = number
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > LARGEST:
        raise ValueError
    return value


def _number(value: object) -> object:
    if isinstance(value, str) and (number := _read(float, value)) is not None:
        value = number
    if not isinstance(value, int | float) or isinstance(value, bool) or abs(value) > LARGEST:
        raise ValueError
    return value


def _read(kind: Callable[[str], T], text: str) -> T | None:
    try:
        return kind(text)
    except ValueError:
        return None


def _several(value: Any) -> object:
    if isinstance(value, str | Path):
        return (value,)
    return tuple(value) if isinstance(value, Iterable) else value


def _pairs(value: Any) -> object:
    """Pairs, or words `key=value`, sorted by key. Raises ValueError for what is no assumption."""
    if value is None or isinstance(value, Mapping):
        return dict(sorted((value or {}).items()))
    made: dict[str, str] = {}
    for pair in value:
        key, mark, text = (part.strip() for part in pair.partition("="))
        if not mark or not key or not text:
            raise ValueError(f"no assumption; found {clip(pair)!r}, expected key=value.")
        if holds_two_facts(pair):
            raise ValueError(f"two assumptions stand in one; found {clip(pair)!r}, expected key=value.")
        if (number := _read(float, text)) is not None and not isfinite(number):
            expected = "a finite number, or no assumption where nothing is known"
            raise ValueError(f"{clip(key)} is no number; found {clip(text)!r}, expected {expected}.")
        if made.setdefault(key, text) != text:
            raise ValueError(f"{key} stands twice with two values; found {made[key]!r} and {text!r}.")
    return dict(sorted(made.items()))


Day = Annotated[date, BeforeValidator(_day)]
"""One day, as a date or as ISO text."""
Number = Annotated[float, BeforeValidator(_number)]
WholeNumber = Annotated[int, BeforeValidator(_whole)]
Words = Annotated[tuple[str, ...], BeforeValidator(_several)]
"""Any number of words, or one. A run stores them sorted."""
Places = Annotated[tuple[Path, ...], BeforeValidator(_several)]
"""Any number of files or folders, or one."""
Pairs = Annotated[Mapping[str, str], BeforeValidator(_pairs)]
"""Any number of KEY=VALUE pairs, each key with one value."""
FileLike = Path | str | tuple[str, bytes]
"""A file, its name, or a name and the bytes under it."""
PlacesLike = Sequence[Path | str] | Path | str
"""Several files or folders, or one."""
File = Annotated[
    Path | tuple[str, bytes], BeforeValidator(lambda value: Path(value) if isinstance(value, str) else value)
]
"""One file: a path, or a name and the bytes under it."""
Listener = Annotated[SkipValidation[T], "listener"]
"""A function that hears how far the work is: given from Python and by doors, never stored."""


@dataclass(frozen=True, kw_only=True)
class Range:
    """What a number may be: from `low` to `high`, or, where that end is open, above and below; or one of a few."""

    low: float | None = None
    high: float | None = None
    above: float | None = None
    below: float | None = None
    only: tuple[float, ...] = ()

    def holds(self, value: float) -> bool:
        """Whether a number lies in it; no NaN does, and infinity only where no end bounds it."""
        return (
            value == value
            and (not self.only or value in self.only)
            and (self.low is None or value >= self.low)
            and (self.high is None or value <= self.high)
            and (self.above is None or value > self.above)
            and (self.below is None or value < self.below)
        )

    def says(self, kind: str) -> str:
        """The range in words, after the kind of number: "a number from 0 to below 0.5"."""
        if self.only:
            return " or ".join(map(str, self.only))
        first = f"{self.low:,}" if self.low is not None else None
        last = f"to {self.high:,}" if self.high is not None else f"to below {self.below:,}" if self.below else None
        if first and last:
            return f"{kind} from {first} {last}"
        if self.above is not None:
            return f"{kind} above {self.above:,}"
        return f"{kind} of at least {first}" if first else kind

    def schema(self) -> dict[str, object]:
        """The range in JSON Schema."""
        words: dict[str, object] = {
            "enum": list(self.only) or None,
            "minimum": self.low,
            "maximum": self.high,
            "exclusiveMinimum": self.above,
            "exclusiveMaximum": self.below,
        }
        return {word: value for word, value in words.items() if value is not None}


KINDS: Mapping[object, tuple[str, str, str]] = {
    bool: ("switch", "", "yes or no"),
    int: ("whole number", "N", "a whole number"),
    float: ("number", "N", "a number"),
    date: ("day", "DAY", "a day such as 2018-11-23"),
    Path: ("place", "FILE", "a file or folder"),
    tuple[str, ...]: ("words", "", "words"),
    tuple[Path, ...]: ("places", "FILE", "files or folders"),
    Mapping: ("pairs", "KEY=VALUE", "key=value"),
}
"""By the type of a field: its kind, the word that stands for a value in help texts, and what is expected in words."""


@dataclass(frozen=True, kw_only=True)
class Option:
    """How doors show a field of a settings class, and what its type does not say of it.

    Parameters
    ----------
    help : one sentence for `--help` and the manual.
    flag : the option's spelling on the command line, where it is not the field's name.
    metavar : the word that stands for the value in help texts.
    argument : whether the command line takes it by position, without a flag.
    hidden : whether only Python may give it.
    stored : whether the settings of a run keep it.
    today : whether the command line puts the present day where none is given.
    choices : the words that it may be.
    range : what a number may be.
    word_count : how many words of the command line one value takes.
    """

    help: str = ""
    flag: str = ""
    metavar: str = ""
    argument: bool = False
    hidden: bool = False
    stored: Stored = "never"
    today: bool = False
    choices: tuple[str, ...] = ()
    range: Range = Range()
    word_count: int = 1
    name: str = ""
    kind: str = "text"
    expected: str = "a word"
    default: Any = None

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.refuse_unfit, handler(source))

    def refuse_unfit(self, value: Any) -> Any:
        """The value itself. Raises ValueError for a word that is no choice and a number outside the range."""
        if value is not None and self.choices and value not in self.choices:
            hint = hint_at(nearest(str(value), self.choices))
            raise ValueError(f"found {clip(str(value))!r}, expected one of: {', '.join(self.choices)}.{hint}")
        if isinstance(value, int | float) and not self.range.holds(value):
            kind = KINDS[type(value)][2]
            shown = f"{value:g}" if isinstance(value, float) else value
            raise ValueError(f"found {shown}, expected {self.range.says(kind)}.")
        return value

    def of_field(self, name: str, annotation: Any, default: Any) -> Option:
        """The option with what its field says."""
        kind, metavar, expected = _kind_of(annotation)
        negative = "no-" if kind == "switch" and default is True else ""
        return replace(
            self,
            name=name,
            default=default,
            kind="choice" if self.choices else kind,
            flag=self.flag or f"--{negative}{name.replace('_', '-')}",
            metavar=self.metavar or "|".join(self.choices) or ("" if self.argument else metavar),
            expected=self.range.says(expected),
        )

    @property
    def many(self) -> bool:
        """Whether the command line may repeat it."""
        return self.kind in ("words", "places", "pairs")

    @property
    def limits(self) -> dict[str, object]:
        """Choices and range in JSON Schema."""
        none = [None] if self.default is None else []
        return {"enum": [*self.choices, *none]} if self.choices else self.range.schema()

    @property
    def meaning(self) -> str:
        """What a value means; of a switch that stands unless it is said otherwise, the help says what no means."""
        return f"If false: {self.help}" if self.kind == "switch" and self.default is True else self.help

    @property
    def names_files(self) -> bool:
        """Whether its value is files of this machine."""
        return self.kind in ("place", "places", "file")

    def fault(self, says: str) -> UsageFault:
        """What is wrong with the option, as an error that names it."""
        return UsageFault(f"{self.flag}: {says}")

    def of_words(self, words: Any) -> Any:
        """What the command line gives, as the field takes it: a switch may say no, and two words be one value."""
        if self.kind == "switch":
            return bool(words) != self.default
        return " ".join(words) if self.word_count > 1 and not isinstance(words, str) else words

    def stored_value(self, value: Any) -> object:
        """A value as JSON keeps it: words sorted, days and places as text."""
        plain = to_jsonable_python(value)
        return sorted(plain) if self.kind == "words" and plain is not None else plain


def _kind_of(annotation: Any) -> tuple[str, str, str]:
    """Kind, metavar and expectation of a type; that of `X | None` is that of X."""
    if get_origin(annotation) is Annotated:
        return _kind_of(get_args(annotation)[0])
    if get_origin(annotation) in (types.UnionType, Union):
        parts = [one for one in get_args(annotation) if one is not type(None)]
        return _kind_of(parts[0]) if len(parts) == 1 else ("file", "FILE", "a file")
    key = Mapping if get_origin(annotation) is get_origin(Mapping[str, str]) else annotation
    return KINDS.get(key, ("text", "", "a word"))


class _OfOptions(GenerateJsonSchema):
    """JSON Schema of settings; a listener, which no document gives, is anything."""

    ignored_warning_kinds = {"skipped-choice", "non-serializable-default"}  # noqa: RUF012

    def handle_invalid_for_json_schema(self, schema: CoreSchema, error_info: str) -> dict[str, Any]:
        """Anything."""
        return {}


@dataclass_transform(kw_only_default=True)
def settings_class(*, kw_only: bool = True) -> Callable[[type[T]], type[T]]:
    """Makes a settings class: a frozen dataclass with a field for each option, in the order declared.

    Fields are keywords; with `kw_only=False` those before a line `_: KW_ONLY` may also be given by position.
    """

    def made(cls: type[T]) -> type[T]:
        config = ConfigDict(arbitrary_types_allowed=True, extra="forbid")
        built = checked_dataclass(kw_only=kw_only, repr=False, eq=False, config=config)(cls)
        read = built.__init__

        @wraps(read)
        def init(self: Any, *words: Any, **options: Any) -> None:
            try:
                read(self, *words, **options)
            except ValidationError as err:
                raise _refusal(built, err) from None

        built.__init__ = init  # type: ignore[method-assign]
        return cast(type[T], built)

    return made


def _refusal(cls: Any, err: ValidationError) -> Exception:
    """What makes no sense, as sentences that name their options; a missing or unknown name is a TypeError."""
    said: dict[str, str] = {}
    found = err.errors(include_url=False)
    for one in sorted(found, key=lambda one: str(one["loc"][0]) in cls.__dataclass_fields__):
        name = str(one["loc"][0])
        if name not in cls.__dataclass_fields__:
            return TypeError(f"{cls.__name__}() got an unexpected argument {name!r}")
        if one["type"] == "missing":
            return TypeError(f"{cls.__name__}() missing 1 required argument: {name!r}")
        option, own = cls.option_of(name), str(one.get("ctx", {}).get("error", ""))
        shown = clip(one["input"]) if isinstance(one["input"], str) else one["input"]
        said.setdefault(name, f"{option.flag}: {own or f'found {shown!r}, expected {option.expected}.'}")
    return UsageFault("\n".join(said.values()))


@settings_class()
class Settings:
    """The settings of a verb or a tool, beside the case it works on."""

    def __setattr__(self, name: str, value: object) -> None:
        if name in self.__dict__ and not name.startswith("__"):
            raise FrozenInstanceError(f"cannot assign to field {name!r}")
        super().__setattr__(name, value)

    def __delattr__(self, name: str) -> None:
        raise FrozenInstanceError(f"cannot delete field {name!r}")

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.__dict__ == other.__dict__

    def __hash__(self) -> int:
        return hash(repr(self))

    def __repr__(self) -> str:
        given = (f"{one.name}={getattr(self, one.name)!r}" for one in self.every_option() if self.is_given(one.name))
        return f"{type(self).__name__}({', '.join(given)})"

    @classmethod
    def every_option(cls) -> tuple[Option, ...]:
        """The options, in the order in which they are declared."""
        return _options(cast(Any, cls))

    @classmethod
    def option_of(cls, name: str) -> Option:
        """The option of a field."""
        return next(one for one in cls.every_option() if one.name == name)

    @classmethod
    def from_words(cls, words: Mapping[str, Any]) -> Self:
        """The settings that a command line gives, by field. Raises UsageFault."""
        return cls(**{one.name: one.of_words(words[one.name]) for one in cls.every_option() if one.name in words})

    @classmethod
    def schema(cls) -> dict[str, Any]:
        """The JSON Schema of the settings, as an object with a property for each option."""
        made = TypeAdapter(cls).json_schema(schema_generator=_OfOptions)
        shown = {one.name: one for one in cls.every_option() if not one.hidden}
        properties = {}
        for name, one in shown.items():
            found = {key: value for key, value in made["properties"][name].items() if key != "title"}
            properties[name] = {**found, **one.limits, "description": one.meaning}
        required = [name for name in made.get("required", ()) if name in shown]
        return {
            "$schema": GenerateJsonSchema.schema_dialect,
            "title": cls.__name__,
            "description": (cls.__doc__ or "").partition("\n")[0],
            "type": "object",
            "properties": properties,
            "required": required,
            "additionalProperties": False,
        }

    def is_given(self, name: str) -> bool:
        """Whether an option differs from its default."""
        return bool(getattr(self, name) != self.option_of(name).default)

    def stored(self) -> dict[str, object]:
        """The settings that a run keeps, as JSON: what is always kept, and what differs from its default."""
        return {
            one.name: one.stored_value(getattr(self, one.name))
            for one in self.every_option()
            if one.stored == "always" or (one.stored == "given" and self.is_given(one.name))
        }

    def fault(self, name: str, says: str) -> UsageFault:
        """What is wrong with an option, as an error that names it."""
        return self.option_of(name).fault(says)


@settings_class()
class ProgressSettings(Settings):
    """The settings of what says how far it is."""

    progress: Listener[Progress] = silent


@cache
def _options(cls: Any) -> tuple[Option, ...]:
    """The options of a settings class, each with what its field says."""
    return tuple(
        next((one for one in field.metadata if isinstance(one, Option)), Option(hidden=True)).of_field(
            name, field.annotation, field.get_default(call_default_factory=True)
        )
        for name, field in cls.__pydantic_fields__.items()
    )


P = ParamSpec("P")
R = TypeVar("R")
S = TypeVar("S", bound=Settings)
Subject = TypeVar("Subject")


def call_of(settings: Callable[P, S], run: Callable[[S], R], name: str) -> Callable[P, R]:
    """A tool's call from Python: its settings as keywords, instead of one object."""

    @wraps(run)
    def call(*words: P.args, **options: P.kwargs) -> R:
        return run(settings(*words, **options))

    return _signed(call, name, settings)


def case_call_of(
    settings: Callable[P, S], run: Callable[[Subject, S], R], name: str
) -> Callable[Concatenate[Subject, P], R]:
    """A verb's call from Python: the case, then its settings as keywords, instead of one object."""

    @wraps(run)
    def call(*words: Any, **options: Any) -> R:
        if not words and "case" not in options:
            raise TypeError(f"{name}() missing 1 required positional argument: 'case'")
        case, more = (words[0], words[1:]) if words else (options.pop("case"), ())
        return run(case, settings(*more, **options))

    first = inspect.Parameter("case", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return cast(Callable[Concatenate[Subject, P], R], _signed(call, name, settings, first))


C = TypeVar("C", bound=Callable[..., Any])


def _signed(call: C, name: str, settings: Callable[..., Settings], *first: inspect.Parameter) -> C:
    """The call under a name, with the parameters of the settings."""
    of_fields = cast(Any, settings).__pydantic_fields__
    signature = inspect.signature(settings).parameters.values()
    own = [one.replace(annotation=of_fields[one.name].annotation) for one in signature]
    call.__name__ = call.__qualname__ = name
    call.__signature__ = inspect.Signature([*first, *own])  # type: ignore[attr-defined]
    del call.__wrapped__  # type: ignore[attr-defined]
    return call
