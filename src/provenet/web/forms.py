"""Forms from settings: the options of a verb as fields, and what a reader sent as settings.

There is no second list of options: names, helps, choices and ranges are those of the settings class.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from provenet.core.settings import REQUIRED, Option, Settings

Kind = TypeVar("Kind", bound=Settings)
SHOWN_AS = {"whole number": "number", "place": "text", "places": "words", "pairs": "words", "file": "text"}
"""Kinds of options that a form shows as fields of another kind."""
LONGEST_WORD = 2_000
"""Characters of one word of a query or a field that is no file."""


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field of a form."""

    name: str
    label: str
    help: str
    kind: str
    """`choice`, `day`, `number`, `switch`, `words` or `text`."""
    value: object = None
    choices: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    step: str = "any"
    required: bool = False


def fields_of(
    settings: type[Settings],
    values: Settings | None = None,
    *,
    only: Sequence[str] = (),
    choices: Mapping[str, Iterable[str]] | None = None,
) -> list[Field]:
    """The options of a settings class as fields, with the values that stand.

    `only` keeps these, in this order. `choices` names what may be chosen where the class cannot know it, such as the
    countries of a case.
    """
    shown = {one.name: one for one in settings.every_option() if not one.hidden}
    return [_field(shown[name], values, tuple((choices or {}).get(name, ()))) for name in only or shown]


def _field(option: Option, values: Settings | None, choices: tuple[str, ...]) -> Field:
    given = None if option.default is REQUIRED else option.default
    value = getattr(values, option.name) if values is not None else given
    choices = option.choices or choices
    kind = "choice" if choices and not option.many else SHOWN_AS.get(option.kind, option.kind)
    return Field(
        name=option.name,
        label=option.name.replace("_", " ").capitalize(),
        help=option.help,
        kind=kind,
        value=value,
        choices=choices,
        low=option.range.low,
        high=option.range.high,
        step="1" if option.kind == "whole number" else "any",
        required=option.default is REQUIRED,
    )


def settings_from(settings: type[Kind], words: Iterable[tuple[str, str]]) -> Kind:
    """The settings that a query or a form states; empty fields count as not given, other names are left out.

    Raises UsageFault for a word that makes no sense, one that is too long, and one word where two stand.
    """
    given: dict[str, list[str]] = {}
    for name, word in words:
        if word.strip():
            given.setdefault(name, []).append(word[: LONGEST_WORD + 1])
    made: dict[str, Any] = {}
    for option in settings.every_option():
        if option.hidden or option.name not in given:
            continue
        found = given[option.name]
        if any(len(word) > LONGEST_WORD for word in found):
            raise option.fault(f"found a word of over {LONGEST_WORD:,} characters, expected a shorter one.")
        if option.many:
            made[option.name] = tuple(found)
        elif len(set(found)) > 1:
            raise option.fault(f"found {found[0]!r} and {found[1]!r}, expected one word.")
        elif option.kind == "switch":
            made[option.name] = (found[0] in ("on", "true", "1")) != bool(option.default)
        else:
            made[option.name] = found[0]
    return settings.from_words(made)
