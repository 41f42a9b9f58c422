"""The mapping beside a file whose format makes rows itself: what the file cannot say, by a few known keys of TOML."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from pathlib import PurePosixPath
from typing import Any, TypeGuard, TypeVar, cast

from provenet.core.errors import Fault, FaultList, InputFault, nearest
from provenet.core.tomltext import TomlFault, parse_toml
from provenet.core.when import parse_day
from provenet.core.wording import series

NO_KEY, NO_NAME = "no such key", "no such name here"
_Value = TypeVar("_Value")


def place_beside(name: str) -> str:
    """The name of the mapping beside a file: `a.toml` of `a.csv`."""
    return PurePosixPath(name).with_suffix(".toml").name


def toml_text(place: str, data: bytes) -> str:
    """The text of a mapping. Raises InputFault where it is no UTF-8."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as err:
        raise InputFault(
            [Fault(place, "the mapping is not UTF-8", found=f"byte {err.start + 1} that is none", expected="UTF-8")]
        ) from err


def is_text(value: object) -> TypeGuard[str]:
    """Whether a value is a text."""
    return isinstance(value, str)


def is_texts(value: object) -> TypeGuard[list[str]]:
    """Whether a value is a list of texts."""
    return isinstance(value, list) and all(map(is_text, value))


class MappingBeside:
    """A mapping, its keys known; what is wrong with it goes to `faults`. Without bytes it says nothing.

    Raises InputFault where it is no TOML.
    """

    def __init__(self, place: str, data: bytes | None, known: Sequence[str], *, faults: FaultList) -> None:
        self.place, self.faults = place, faults
        try:
            self.document: Mapping[str, Any] = {} if data is None else parse_toml(toml_text(place, data))
        except TomlFault as err:
            raise InputFault([Fault(place, f"the mapping {err}")]) from err
        self.only(self.document, known, NO_KEY)

    def fault(
        self, key: str, says: str, found: object = None, *, expected: str | None = None, near: str | None = None
    ) -> None:
        """Adds what is wrong at a key."""
        shown = None if found is None else str(found)
        self.faults.add(Fault(self.place, says, column=key, found=shown, expected=expected, nearest=near))

    def only(self, given: Iterable[str], known: Sequence[str], says: str = NO_NAME, *, table: str = "") -> None:
        """A fault for each name that is none of those known."""
        expected = series(known, "or") if len(known) == 2 else f"one of {', '.join(known)}"
        for name in given:
            if name not in known:
                self.fault(f"{table}{name}", says, name, expected=expected, near=nearest(name, known))

    def value(
        self,
        key: str,
        default: _Value,
        fits: Callable[[Any], object],
        *,
        says: str,
        expected: str,
        known: Sequence[str] = (),
        given: Mapping[str, Any] | None = None,
        table: str = "",
    ) -> _Value:
        """What stands under a key of the document, or of a table that is `given`; the default where nothing does, and,
        with a fault, where it does not fit.
        """
        held = self.document if given is None else given
        if key not in held or fits(held[key]):
            return cast(_Value, held.get(key, default))
        near = nearest(str(held[key]), known) if known else None
        self.fault(f"{table}{key}", says, held[key], expected=expected, near=near)
        return default

    def word(self, key: str, known: Sequence[str], *, refusal: str, default: str) -> str:
        """One of the words that are known, or the default."""
        expected = f"one of {', '.join(known)}"
        return self.value(key, default, known.__contains__, says=refusal, expected=expected, known=known)

    def text(self, key: str, says: str = "not a text", expected: str = "a text that is not empty") -> str:
        """A text, stripped; empty where there is none."""
        return self.value(key, "", lambda one: is_text(one) and one.strip(), says=says, expected=expected).strip()

    def texts(self, key: str, says: str = "not a list of texts", *, expected: str) -> list[str]:
        """A list of texts."""
        return self.value(key, list[str](), is_texts, says=says, expected=expected)

    def table(self, key: str) -> Mapping[str, Any]:
        """A table of the document."""
        says, expected = "not a table of TOML", f"[{key}]"
        return self.value(key, dict[str, Any](), lambda one: isinstance(one, dict), says=says, expected=expected)

    def pairs(self, key: str, known: Sequence[str] | None = None) -> dict[str, str]:
        """The texts of a table by name, stripped; of names that are known where `known` lists them."""
        value = self.value(
            key,
            dict[str, str](),
            lambda pairs: isinstance(pairs, dict) and all(is_text(one) and one.strip() for one in pairs.values()),
            says="not a table of texts",
            expected=f'[{key}] and lines such as "id" = "name"',
        )
        if known is not None:
            self.only(value, known, table=f"{key}.")
        return {name: one.strip() for name, one in value.items()}

    def day(self, key: str, expected: str, *, given: Mapping[str, Any] | None = None, table: str = "") -> date | None:
        """A day of TOML, written without quotes."""
        return self.value(
            key,
            None,
            lambda value: type(value) is date,
            says="not a day",
            expected=f"{expected}, written 2025-09-01 without quotes",
            given=given,
            table=table,
        )

    def check_day(self, constants: dict[str, str]) -> None:
        """Takes out, with a fault, a constant `observed_on` that is no day in words."""
        try:
            parse_day(constants.get("observed_on", "2000-01-01"))
        except ValueError:
            self.fault("constants.observed_on", "this is no day", constants.pop("observed_on"), expected="YYYY-MM-DD")
