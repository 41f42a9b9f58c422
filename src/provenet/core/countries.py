"""Countries by name and ISO 3166 code, and the CSV files that the package brings along."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from importlib import resources

from provenet.core.errors import nearest
from provenet.core.ids import fold
from provenet.core.when import FiscalYear


@lru_cache(maxsize=16)
def packaged_rows(*path: str) -> Sequence[Mapping[str, str]]:
    """The records of a CSV file of this package, as text: the same each time, so that many questions read it once."""
    text = resources.files("provenet").joinpath(*path).read_text(encoding="utf-8-sig")
    return tuple(csv.DictReader(io.StringIO(text)))


class Countries:
    """Country names and ISO 3166 codes, from `countries.csv`."""

    def __init__(self, rows: Iterable[Mapping[str, str]]) -> None:
        self._code: dict[str, str] = {}
        self._name: dict[str, str] = {}
        self._also: dict[str, tuple[str, ...]] = {}
        self._currency: dict[str, str] = {}
        self._fiscal: dict[str, FiscalYear] = {}
        for row in rows:
            also = tuple(word for word in row["also"].split("|") if word)
            self._name[row["code"]] = row["name"]
            self._also[row["name"]] = also
            self._currency[row["code"]] = row.get("currency", "")
            if fiscal := row.get("fiscal_year"):
                month, _, named = fiscal.partition(" ")
                self._fiscal[row["code"]] = FiscalYear(int(month), named == "last")
            for spelling in (row["name"], row["code"], *also):
                self._code[fold(spelling)] = row["code"]

    def code(self, text: str) -> str | None:
        """The two letters of a country named or coded, or None."""
        return self._code.get(fold(text))

    def name(self, text: str) -> str | None:
        """The name by which tables call a country, or None."""
        code = self.code(text)
        return None if code is None else self._name[code]

    def currency(self, text: str) -> str | None:
        """The currency of a country named or coded, by its code of ISO 4217, or None where it has none of its own."""
        code = self.code(text)
        return None if code is None else self._currency[code] or None

    def fiscal_year(self, text: str) -> FiscalYear | None:
        """How the government of a country named or coded counts fiscal years, or None where it is not known."""
        return self._fiscal.get(self.code(text) or "")

    def also(self, name: str) -> tuple[str, ...]:
        """Other spellings of a country's name."""
        return self._also.get(name, ())

    def nearest(self, text: str) -> str | None:
        """The listed name closest to a text."""
        return nearest(text, self._also)


@lru_cache(maxsize=1)
def countries() -> Countries:
    """The bundled countries. Cached."""
    return Countries(packaged_rows("core", "countries.csv"))
