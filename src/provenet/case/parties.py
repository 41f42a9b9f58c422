"""Who is meant by a name: parties by role.

Names match without regard to case, hyphen or space. A case's own identifier and party rows add to the built-in
aliases, so files may be added in any order.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from provenet.case.tables import vocabulary
from provenet.core.countries import countries, packaged_rows
from provenet.core.errors import UsageFault, clip, nearest
from provenet.core.ids import Names, fold, slug

if TYPE_CHECKING:
    from provenet.case.case import Case

VENDOR, CARRIER, ANY = "vendor", "carrier", "party"
"""The roles a column may ask for."""


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

    @staticmethod
    def of_case(case: Case) -> PartyNames:
        """The built-in names and those that a case lists."""
        return PartyNames.of(case.read("party").iter_rows(named=True), case.read("identifier").iter_rows(named=True))

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

    def resolve(self, name: str, option: str, role: str = ANY) -> str:
        """The id of the party that a person named: by its id, its name or an alias, in that role or in any.

        Every option that takes a party resolves it here, so that one spelling works everywhere. Raises UsageFault
        with the nearest name; nothing is ever guessed.
        """
        party = self.find(name, role) or self.find(name)
        if party is None:
            close = self.nearest(name, role) or self.nearest(name)
            hint = f" Nearest: {close}." if close else ""
            raise UsageFault(f"{option}: the case has no party of this name; found {clip(name)!r}.{hint}")
        return party

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
