"""Who is meant by a name: parties by role, and countries.

Names match without regard to case, hyphen or space. A case's own identifier and party rows add to the built-in
aliases, so files may be added in any order.
"""

from __future__ import annotations

import copy
import csv
import io
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib import resources

from provenet.core.errors import nearest
from provenet.core.ids import Names, fold, slug
from provenet.model.tables import vocabulary

VENDOR, CARRIER, ANY = "vendor", "carrier", "party"
"""The roles a column may ask for."""


def packaged_rows(*path: str) -> list[dict[str, str]]:
    """The records of a CSV file of this package, as text."""
    text = resources.files("provenet").joinpath(*path).read_text(encoding="utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


class PartyNames:
    """Names, aliases and ids of parties, kept apart by role: `Rakuten` the carrier is not `Rakuten` the vendor."""

    def __init__(self) -> None:
        self._names: dict[str, Names] = {VENDOR: Names(), CARRIER: Names(), ANY: Names()}
        self._spelled: dict[str, dict[str, str]] = {VENDOR: {}, CARRIER: {}, ANY: {}}
        self._roles: dict[str, str] = {}

    @staticmethod
    def built_in() -> PartyNames:
        """The names of `facts/aliases.csv`, `facts/vendors.csv` and `facts/parties_extra.csv`."""
        made = PartyNames()
        aliases = packaged_rows("facts", "aliases.csv")
        for row in packaged_rows("facts", "parties_extra.csv"):
            made.add(row["party_id"], row["name"], row["role"])
        for row in packaged_rows("facts", "vendors.csv"):
            made.add(slug(row["vendor"]), row["vendor"], VENDOR)
        for row in aliases:
            made.add(slug(row["name"]), row["name"], row["kind"])
        for row in aliases:
            made.add(slug(row["name"]), row["alias"], row["kind"])
        return made

    @staticmethod
    def of(parties: Iterable[Mapping[str, object]], identifiers: Iterable[Mapping[str, object]]) -> PartyNames:
        """The built-in names and those of a case's `party` and `identifier` rows."""
        made = PartyNames.built_in()
        for row in parties:
            made.add(str(row["party_id"]), str(row["name"]), str(row["role"]))
        for row in identifiers:
            if row["scheme"] == "name":
                made.add(str(row["party_id"]), str(row["value"]))
        return made

    def add(self, party_id: str, name: str, role: str | None = None) -> None:
        """Declares that `name`, and the id itself, mean a party; the first declaration of a name stands.

        Without a role the party keeps the role it has; one never seen answers to any role.
        """
        known = self._roles.get(party_id)
        if known is None:
            self._roles[party_id] = role or ""
        role = role or known or ""
        places = (role, ANY) if role in (VENDOR, CARRIER) else (ANY,) if role else (VENDOR, CARRIER, ANY)
        for place in places:
            for spelling in (name, party_id):
                self._names[place].add(spelling, party_id)
            self._spelled[place].setdefault(name.casefold(), name)

    def copy(self) -> PartyNames:
        """An independent copy, for the names that one file introduces."""
        return copy.deepcopy(self)

    def find(self, name: str, role: str = ANY) -> str | None:
        """The id of a party, or None where nobody has listed the name. Cost O(len(name))."""
        names = self._names[role]
        return names.canon(name) if names.knows(name) else None

    def carrier(self, name: str, country: str | None) -> str | None:
        """The id of a carrier; a name that is a group alone means, with a country, the company there."""
        groups = {fold(group) for group in vocabulary()["carrier_groups"]}
        where = countries().name(country) if country else None
        if where and fold(name) in groups:
            found = (self.find(f"{name} {spelling}", CARRIER) for spelling in (where, *countries().also(where)))
            return next((party for party in found if party), None)
        return self.find(name, CARRIER)

    def nearest(self, name: str, role: str = ANY) -> str | None:
        """The listed spelling closest to a name. Cost O(spellings)."""
        return nearest(name, self._spelled[role].values())

    def role_of(self, party_id: str) -> str | None:
        """vendor, carrier or another role; None where the party was never declared."""
        return self._roles.get(party_id) or None


class Countries:
    """Country names and ISO 3166 codes, from `countries.csv`."""

    def __init__(self, rows: Iterable[Mapping[str, str]]) -> None:
        self._code: dict[str, str] = {}
        self._name: dict[str, str] = {}
        self._also: dict[str, tuple[str, ...]] = {}
        for row in rows:
            also = tuple(word for word in row["also"].split("|") if word)
            self._name[row["code"]] = row["name"]
            self._also[row["name"]] = also
            for spelling in (row["name"], row["code"], *also):
                self._code[fold(spelling)] = row["code"]

    def code(self, text: str) -> str | None:
        """The two letters of a country named or coded, or None."""
        return self._code.get(fold(text))

    def name(self, text: str) -> str | None:
        """The name by which tables call a country, or None."""
        code = self.code(text)
        return None if code is None else self._name[code]

    def also(self, name: str) -> tuple[str, ...]:
        """Other spellings of a country's name."""
        return self._also.get(name, ())

    def nearest(self, text: str) -> str | None:
        """The listed name closest to a text."""
        return nearest(text, self._also)


@lru_cache(maxsize=1)
def countries() -> Countries:
    """The bundled countries. Cached."""
    return Countries(packaged_rows("ingest", "countries.csv"))
