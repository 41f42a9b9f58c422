"""The mapping beside a file whose format makes rows itself: what the file cannot say, by a few known keys of TOML."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import PurePosixPath
from typing import Any

from provenet.core.errors import Fault, FaultList, InputFault, nearest
from provenet.core.tomltext import TomlFault, parse_toml
from provenet.core.when import parse_day
from provenet.core.wording import series

NO_KEY, NO_NAME = "no such key", "no such name here"


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

    def word(self, key: str, known: Sequence[str], *, refusal: str, default: str) -> str:
        """One of the words that are known, or the default."""
        value = self.document.get(key, default)
        if value in known:
            return str(value)
        self.fault(key, refusal, value, expected=f"one of {', '.join(known)}", near=nearest(str(value), known))
        return default

    def text(self, key: str, says: str = "not a text", expected: str = "a text that is not empty") -> str:
        """A text, stripped; empty where there is none."""
        value = self.document.get(key, "")
        if isinstance(value, str) and (value.strip() or key not in self.document):
            return value.strip()
        self.fault(key, says, value, expected=expected)
        return ""

    def texts(self, key: str, says: str = "not a list of texts", *, expected: str) -> list[str]:
        """A list of texts."""
        value = self.document.get(key, [])
        if isinstance(value, list) and all(isinstance(one, str) for one in value):
            return value
        self.fault(key, says, value, expected=expected)
        return []

    def table(self, key: str) -> Mapping[str, Any]:
        """A table of the document."""
        value = self.document.get(key, {})
        if isinstance(value, dict):
            return value
        self.fault(key, "not a table of TOML", value, expected=f"[{key}]")
        return {}

    def pairs(self, key: str, known: Sequence[str] | None = None) -> dict[str, str]:
        """The texts of a table by name, stripped; of names that are known where `known` lists them."""
        value = self.document.get(key, {})
        if not isinstance(value, dict) or not all(isinstance(one, str) and one.strip() for one in value.values()):
            self.fault(key, "not a table of texts", value, expected=f'[{key}] and lines such as "id" = "name"')
            return {}
        if known is not None:
            self.only(value, known, table=f"{key}.")
        return {name: one.strip() for name, one in value.items()}

    def day(self, key: str, expected: str, *, given: Mapping[str, Any] | None = None, table: str = "") -> date | None:
        """A day of TOML, written without quotes."""
        value = (self.document if given is None else given).get(key)
        if value is None or type(value) is date:
            return value
        self.fault(f"{table}{key}", "not a day", value, expected=f"{expected}, written 2025-09-01 without quotes")
        return None

    def check_day(self, constants: dict[str, str]) -> None:
        """Takes out, with a fault, a constant `observed_on` that is no day in words."""
        try:
            parse_day(constants.get("observed_on", "2000-01-01"))
        except ValueError:
            self.fault("constants.observed_on", "this is no day", constants.pop("observed_on"), expected="YYYY-MM-DD")
