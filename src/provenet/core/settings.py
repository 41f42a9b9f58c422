"""One declaration per option: a settings class holds the settings of a verb or a tool, a field for each option.

An option is a descriptor: its field takes whatever callers may write (a day as text, one word where several may stand)
and gives back one plain form, or raises UsageFault. From the same declaration come the options of the command line,
the call from Python, the settings that a run stores, the manual's tables and a JSON Schema.

>>> @settings_class()
... class TallySettings(Settings):
...     as_of: Day = Day(help="The day in question.", stored="always")
...     country: Words = Words(help="A country.", stored="given")
>>> TallySettings(as_of="2026-11-25", country="Japan").stored()
{'as_of': '2026-11-25', 'country': ['Japan']}
>>> TallySettings(as_of="soon")
Traceback (most recent call last):
    ...
provenet.core.errors.UsageFault: as_of: found 'soon', expected a day such as 2018-11-23.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import FrozenInstanceError, dataclass, fields
from datetime import date, datetime
from functools import wraps
from math import isfinite
from pathlib import Path
from typing import Any, Concatenate, Generic, Literal, ParamSpec, Self, TypeVar, cast, dataclass_transform

from provenet.core.errors import UsageFault, clip, nearest
from provenet.core.when import parse_day

Given = TypeVar("Given")
Kept = TypeVar("Kept")
Heard = TypeVar("Heard")
REQUIRED: Any = object()
"""The default of an option that must be given."""
Stored = Literal["always", "given", "never"]
"""Whether a run keeps an option: always, only where it differs from its default, or never."""


class Option(Generic[Given, Kept]):
    """A field of a settings class: what may be given, what is kept of it, and how doors show it.

    Parameters
    ----------
    default : what stands where nothing is given; `REQUIRED` where something must be.
    help : one sentence for `--help` and the manual.
    flag : the option's spelling on the command line, where it is not the field's name.
    metavar : the word that stands for the value in help texts.
    argument : whether the command line takes it by position, without a flag.
    hidden : whether only Python may give it.
    stored : whether the settings of a run keep it.
    today : whether the command line puts the present day where none is given.
    """

    json_type = "string"
    """The type of a stored value in JSON Schema, of one word where there may be many."""
    json_format = ""
    many = False
    """Whether the command line may repeat it."""
    word_count = 1
    """How many words of the command line one value takes."""

    def __init__(
        self,
        default: Kept = REQUIRED,
        *,
        help: str = "",  # noqa: A002
        flag: str = "",
        metavar: str = "",
        argument: bool = False,
        hidden: bool = False,
        stored: Stored = "never",
        today: bool = False,
    ) -> None:
        self.default, self.help, self.metavar = default, help, metavar
        self.argument, self.hidden, self.stored, self.today = argument, hidden, stored, today
        self.name, self._flag = "", flag

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, settings: object, owner: type) -> Kept:
        if settings is not None:
            return cast(Kept, settings.__dict__[self.name])
        if self.default is REQUIRED:
            raise AttributeError(self.name)
        return self.default

    def __set__(self, settings: object, value: Given) -> None:
        settings.__dict__[self.name] = self.read(value)

    @property
    def flag(self) -> str:
        """How the command line spells it."""
        return self._flag or f"--{self.name.replace('_', '-')}"

    def read(self, value: Given) -> Kept:
        """The plain form of a value. Raises UsageFault for one that makes no sense."""
        raise TypeError(type(self).__name__)

    def read_words(self, words: Any) -> Kept:
        """The plain form of what the command line gives: a word, a tuple of words, or a switch."""
        return self.read(words)

    def as_stored(self, kept: Kept) -> object:
        """The value as JSON."""
        return kept

    def one_of(self, value: str, words: Sequence[str]) -> str:
        """A word of a few. Raises UsageFault with the words there are, and the nearest."""
        if value not in words:
            close = nearest(str(value), words)
            hint = f" Nearest: {close}." if close else ""
            raise self.fault(f"found {value!r}, expected one of: {', '.join(words)}.{hint}")
        return value

    def fault(self, says: str) -> UsageFault:
        """What is wrong with the option, as an error that names it."""
        return UsageFault(f"{self.flag}: {says}")

    def schema(self) -> dict[str, object]:
        """The JSON Schema of the option."""
        kind: dict[str, object] = {"type": self.json_type, **({"format": self.json_format} if self.json_format else {})}
        if self.many:
            kind = {"type": "array", "items": kind}
        if self.default is None:
            kind["type"] = [kind["type"], "null"]
        made: dict[str, object] = {**kind, "description": self.help}
        if self.default is not REQUIRED and self.default not in (None, (), {}, ""):
            made["default"] = self.as_stored(self.default)
        return made


class Switch(Option[bool, bool]):
    """Yes or no. With a default of yes the flag says no, such as `--no-deadlines`."""

    json_type = "boolean"

    @property
    def flag(self) -> str:
        """How the command line spells it."""
        return self._flag or f"--{'no-' if self.default else ''}{self.name.replace('_', '-')}"

    def read(self, value: bool) -> bool:
        """Whether it is so."""
        return bool(value)

    def schema(self) -> dict[str, object]:
        """The JSON Schema of the option; with a default of yes, its help says what no means."""
        made = super().schema()
        return {**made, "description": f"If false: {self.help}"} if self.default else made

    def read_words(self, words: Any) -> bool:
        """Whether it is so, of whether the flag stands."""
        return bool(words) != self.default


class Text(Option[str, str]):
    """One word that must not be missing, or whose default is a text."""

    def read(self, value: str) -> str:
        """The word itself."""
        return value


class OptionalText(Option[str | None, str | None]):
    """One word, or None."""

    def __init__(self, default: str | None = None, **how: Any) -> None:
        super().__init__(default, **how)

    def read(self, value: str | None) -> str | None:
        """The word itself."""
        return value


class Choice(Option[str, str]):
    """One of few words."""

    def __init__(self, choices: Sequence[str], default: str = REQUIRED, **how: Any) -> None:
        super().__init__(default, **{"metavar": "|".join(choices), **how})
        self.choices = tuple(choices)

    def read(self, value: str) -> str:
        """The word. Raises UsageFault with the words there are."""
        return self.one_of(value, self.choices)

    def schema(self) -> dict[str, object]:
        """The JSON Schema of the option."""
        return {**super().schema(), "enum": list(self.choices)}


class OptionalChoice(Option[str | None, str | None]):
    """One of few words, or None where the verb chooses."""

    def __init__(self, choices: Sequence[str], default: str | None = None, **how: Any) -> None:
        super().__init__(default, **{"metavar": "|".join(choices), **how})
        self.choices = tuple(choices)

    def read(self, value: str | None) -> str | None:
        """The word, or None. Raises UsageFault with the words there are."""
        return None if value is None else self.one_of(value, self.choices)

    def schema(self) -> dict[str, object]:
        """The JSON Schema of the option."""
        return {**super().schema(), "enum": [*self.choices, None]}


DayLike = date | str
"""A day, or its ISO text."""


def day(name: str, value: object) -> date:
    """A day given as a date or as ISO text. Raises UsageFault for anything else."""
    if isinstance(value, datetime):
        raise UsageFault(f"{name}: found an instant, {value.isoformat()!r}, expected a day such as 2018-11-23.")
    if isinstance(value, date):
        return value
    try:
        return parse_day(cast(str, value))
    except (TypeError, ValueError, AttributeError) as err:
        raise UsageFault(f"{name}: found {value!r}, expected a day such as 2018-11-23.") from err


def day_in_words(flag: str, text: str) -> date:
    """The day that an option of the command line names. Raises UsageFault."""
    try:
        return parse_day(text)
    except ValueError as err:
        raise UsageFault(f"{flag}: no such day; found {clip(text)!r}, expected {err}.") from err


class Day(Option[DayLike, date]):
    """One day."""

    json_format = "date"

    def __init__(self, default: date = REQUIRED, **how: Any) -> None:
        super().__init__(default, **{"metavar": "DAY", **how})

    def read(self, value: DayLike) -> date:
        """The day. Raises UsageFault for what is none."""
        return day(self.name, value)

    def read_words(self, words: Any) -> date:
        """The day that a word names. Raises UsageFault."""
        return words if isinstance(words, date) else day_in_words(self.flag, words)

    def as_stored(self, kept: date) -> object:
        """The day as ISO text."""
        return kept.isoformat()


class OptionalDay(Option[DayLike | None, date | None]):
    """One day, or None."""

    json_format = "date"

    def __init__(self, default: date | None = None, **how: Any) -> None:
        super().__init__(default, **{"metavar": "DAY", **how})

    def read(self, value: DayLike | None) -> date | None:
        """The day, or None. Raises UsageFault for what is none."""
        return None if value is None else day(self.name, value)

    def read_words(self, words: Any) -> date | None:
        """The day that a word names, or None. Raises UsageFault."""
        return words if words is None or isinstance(words, date) else day_in_words(self.flag, words)

    def as_stored(self, kept: date | None) -> object:
        """The day as ISO text, or None."""
        return None if kept is None else kept.isoformat()


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
        }
        words["exclusiveMaximum"] = self.below
        return {word: value for word, value in words.items() if value is not None}


class _Numeric(Option[Given, Kept]):
    """A number in a range."""

    kind = "a number"
    number: type[float] = float

    def __init__(self, default: Any = REQUIRED, *, range: Range | None = None, **how: Any) -> None:  # noqa: A002
        super().__init__(default, **{"metavar": "N", **how})
        self.range = range or Range()

    def read(self, value: Given) -> Kept:
        """The number, or None where that is the default. Raises UsageFault outside the range."""
        if value is None and self.default is None:
            return cast(Kept, None)
        if isinstance(value, str) or not isinstance(value, int if self.number is int else int | float):
            raise self.fault(f"found {value!r}, expected {self.range.says(self.kind)}.")
        if not self.range.holds(value):
            raise self.fault(f"found {value}, expected {self.range.says(self.kind)}.")
        return cast(Kept, value)

    def read_words(self, words: Any) -> Kept:
        """The number that a word names. Raises UsageFault."""
        if isinstance(words, str):
            try:
                return self.read(cast(Given, self.number(words)))
            except ValueError as err:
                raise self.fault(f"found {clip(words)!r}, expected {self.range.says(self.kind)}.") from err
        return self.read(words)

    def schema(self) -> dict[str, object]:
        """The JSON Schema of the option."""
        return {**super().schema(), **self.range.schema()}


class Number(_Numeric[float, float]):
    """A number."""

    json_type = "number"


class OptionalNumber(_Numeric[float | None, float | None]):
    """A number, or None."""

    json_type = "number"

    def __init__(self, default: float | None = None, **how: Any) -> None:
        super().__init__(default, **how)


class WholeNumber(_Numeric[int, int]):
    """A whole number."""

    json_type = "integer"
    kind, number = "a whole number", int


class OptionalWholeNumber(_Numeric[int | None, int | None]):
    """A whole number, or None."""

    json_type = "integer"
    kind, number = "a whole number", int

    def __init__(self, default: int | None = None, **how: Any) -> None:
        super().__init__(default, **how)


WordsLike = Sequence[str] | str
"""Several words, or one."""


class Words(Option[WordsLike, tuple[str, ...]]):
    """Any number of words. A run stores them sorted."""

    many = True

    def __init__(self, default: tuple[str, ...] = (), **how: Any) -> None:
        super().__init__(default, **how)

    def read(self, value: WordsLike) -> tuple[str, ...]:
        """The words; one alone is a tuple of one."""
        return (value,) if isinstance(value, str) else tuple(value)

    def as_stored(self, kept: tuple[str, ...]) -> object:
        """The words, sorted."""
        return sorted(kept)


class OptionalWords(Option[WordsLike | None, tuple[str, ...] | None]):
    """Any number of words, or None where the verb chooses."""

    many = True

    def __init__(self, default: tuple[str, ...] | None = None, **how: Any) -> None:
        super().__init__(default, **how)

    def read(self, value: WordsLike | None) -> tuple[str, ...] | None:
        """The words, or None."""
        return value if value is None else (value,) if isinstance(value, str) else tuple(value)

    def read_words(self, words: Any) -> tuple[str, ...] | None:
        """The words, or None where the command line gives none."""
        return tuple(words) or None


PlaceLike = Path | str
"""A file or folder, or its name."""


class Place(Option[PlaceLike, Path]):
    """A file or folder."""

    def __init__(self, default: Path = REQUIRED, **how: Any) -> None:
        super().__init__(default, **{"metavar": "FILE", **how})

    def read(self, value: PlaceLike) -> Path:
        """The path."""
        return Path(value)

    def as_stored(self, kept: Path) -> object:
        """The path as text."""
        return str(kept)


class OptionalPlace(Option[PlaceLike | None, Path | None]):
    """A file or folder, or None."""

    def __init__(self, default: Path | None = None, **how: Any) -> None:
        super().__init__(default, **{"metavar": "FILE", **how})

    def read(self, value: PlaceLike | None) -> Path | None:
        """The path, or None."""
        return None if value is None else Path(value)

    def as_stored(self, kept: Path | None) -> object:
        """The path as text, or None."""
        return None if kept is None else str(kept)


FileLike = Path | str | tuple[str, bytes]
"""A file, its name, or a name and the bytes under it."""
PlacesLike = Sequence[PlaceLike] | PlaceLike
"""Several files or folders, or one."""


class OptionalFile(Option[FileLike | None, Path | tuple[str, bytes] | None]):
    """One file, or None."""

    def __init__(self, default: Path | tuple[str, bytes] | None = None, **how: Any) -> None:
        super().__init__(default, **{"metavar": "FILE", **how})

    def read(self, value: FileLike | None) -> Path | tuple[str, bytes] | None:
        """The path, or the name and the bytes, or None."""
        return Path(value) if isinstance(value, str | Path) else value


class Places(Option[PlacesLike, tuple[Path, ...]]):
    """Any number of files or folders."""

    many = True

    def __init__(self, default: tuple[Path, ...] = (), **how: Any) -> None:
        super().__init__(default, **{"metavar": "FILE", **how})

    def read(self, value: PlacesLike) -> tuple[Path, ...]:
        """The paths; one alone is a tuple of one."""
        return (Path(value),) if isinstance(value, str | Path) else tuple(map(Path, value))

    def as_stored(self, kept: tuple[Path, ...]) -> object:
        """The paths as text."""
        return [str(place) for place in kept]


class Pairs(Option[Mapping[str, str] | None, Mapping[str, str]]):
    """Any number of KEY=VALUE pairs, each key with one value. A run stores them sorted by key."""

    many = True

    def __init__(self, default: Mapping[str, str] | None = None, **how: Any) -> None:
        super().__init__(cast(Mapping[str, str], default), **{"metavar": "KEY=VALUE", **how})

    def read(self, value: Mapping[str, str] | None) -> Mapping[str, str]:
        """The pairs, sorted by key."""
        return dict(sorted((value or {}).items()))

    def read_words(self, words: Any) -> Mapping[str, str]:
        """The pairs. Raises UsageFault for one without `=`, a key with two values, NaN and infinities."""
        made: dict[str, str] = {}
        for pair in words:
            key, mark, value = (part.strip() for part in pair.partition("="))
            if not mark or not key or not value:
                raise self.fault(f"no assumption; found {clip(pair)!r}, expected key=value.")
            if not _is_finite(value):
                expected = "a finite number, or no assumption where nothing is known"
                raise self.fault(f"{clip(key)} is no number; found {clip(value)!r}, expected {expected}.")
            if made.setdefault(key, value) != value:
                raise self.fault(f"{key} stands twice with two values; found {made[key]!r} and {value!r}.")
        return self.read(made)

    def schema(self) -> dict[str, object]:
        """The JSON Schema of the option."""
        return {"type": "object", "additionalProperties": {"type": "string"}, "description": self.help}


def _is_finite(text: str) -> bool:
    """False for NaN, the infinities, and numbers too large to be any; true for all other text."""
    try:
        return isfinite(float(text))
    except ValueError:
        return True


class Listener(Option[Heard, Heard]):
    """A function that hears how far the work is: given from Python and by doors, never stored."""

    def __init__(self, default: Heard) -> None:
        super().__init__(default, hidden=True)

    def read(self, value: Heard) -> Heard:
        """The function itself."""
        return value


class File(Option[FileLike, Path | tuple[str, bytes]]):
    """One file: a path, or a name and the bytes under it."""

    def __init__(self, default: Path | tuple[str, bytes] = REQUIRED, **how: Any) -> None:
        super().__init__(default, **how)

    def read(self, value: FileLike) -> Path | tuple[str, bytes]:
        """The path, or the name and the bytes."""
        return Path(value) if isinstance(value, str | Path) else value


T = TypeVar("T")


@dataclass_transform(kw_only_default=True)
def settings_class(*, kw_only: bool = True) -> Callable[[type[T]], type[T]]:
    """Makes a settings class: a frozen dataclass with a field for each option, in the order declared.

    Fields are keywords; with `kw_only=False` those before a line `_: KW_ONLY` may also be given by position.
    """

    def made(cls: type[T]) -> type[T]:
        # `Settings` itself freezes, compares and shows: made anew for each class, that would slow every `--help`.
        return dataclass(kw_only=kw_only, repr=False, eq=False)(cls)

    return made


@settings_class()
class Settings:
    """The settings of a verb or a tool, beside the case it works on."""

    def __setattr__(self, name: str, value: object) -> None:
        if name in self.__dict__:
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
    def every_option(cls) -> tuple[Option[Any, Any], ...]:
        """The options, in the order in which they are declared."""
        return tuple(cls.option_of(field.name) for field in fields(cls))

    @classmethod
    def option_of(cls, name: str) -> Option[Any, Any]:
        """The option of a field."""
        found = inspect.getattr_static(cls, name)
        assert isinstance(found, Option)
        return found

    @classmethod
    def from_words(cls, words: Mapping[str, Any]) -> Self:
        """The settings that a command line gives, by field. Raises UsageFault."""
        return cls(**{one.name: one.read_words(words[one.name]) for one in cls.every_option() if one.name in words})

    @classmethod
    def schema(cls) -> dict[str, object]:
        """The JSON Schema of the settings, as an object with a property for each option."""
        shown = [one for one in cls.every_option() if not one.hidden]
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": cls.__name__,
            "description": (cls.__doc__ or "").partition("\n")[0],
            "type": "object",
            "properties": {one.name: one.schema() for one in shown},
            "required": [one.name for one in shown if one.default is REQUIRED],
            "additionalProperties": False,
        }

    def is_given(self, name: str) -> bool:
        """Whether an option differs from its default."""
        option = self.option_of(name)
        return option.default is REQUIRED or bool(getattr(self, name) != option.read(option.default))

    def stored(self) -> dict[str, object]:
        """The settings that a run keeps, as JSON: what is always kept, and what differs from its default."""
        return {
            one.name: one.as_stored(getattr(self, one.name))
            for one in self.every_option()
            if one.stored == "always" or (one.stored == "given" and self.is_given(one.name))
        }

    def fault(self, name: str, says: str) -> UsageFault:
        """What is wrong with an option, as an error that names it."""
        return self.option_of(name).fault(says)


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
    own = inspect.signature(settings).parameters.values()
    call.__name__ = call.__qualname__ = name
    call.__signature__ = inspect.Signature([*first, *own])  # type: ignore[attr-defined]
    del call.__wrapped__  # type: ignore[attr-defined]
    return call
