"""One component of a bill as one asset: its maker, its place of manufacture, its layer, and what is left open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from provenet.case.parties import CARRIER, VENDOR, PartyNames
from provenet.case.tables import words
from provenet.core.countries import countries
from provenet.core.errors import SHOWN_FAULTS, Fault, FaultList, nearest
from provenet.core.ids import distinct_id, fold, name_key
from provenet.core.rule_words import holds_two_facts
from provenet.ingest.lists.ftm_model import bare_name
from provenet.ingest.rows import made_row
from provenet.ingest.sbom.cyclonedx_mapping import BomMapping

_NEEDED = ("carrier_id", "country", "asset_class")
_EXAMPLES = {"carrier_id": "vodafone-germany", "country": "Germany", "asset_class": "ran.radio"}
_INHERITED = frozenset({"carrier_id", "country", "asset_class", "site_id"})
"""Columns that a part takes from what it is inside of, where it does not state its own."""
_MOST_UNITS = 10**15


@dataclass
class Part:
    """One component where it stands in the bill. `kind` is empty for a choice between parts."""

    path: str
    kind: str
    ref: str | None
    fields: Mapping[str, Any]
    properties: Mapping[str, list[str]]
    parent: Part | None
    choice: object = None
    inherited: Mapping[str, list[str]] = field(default_factory=dict)
    left_out: bool = False
    incomplete: str | None = None

    def all(self, names: tuple[str, ...]) -> list[str]:
        """The values of the first of these properties that the part itself has."""
        if not self.properties:
            return []
        return next((self.properties[name] for name in names if self.properties.get(name)), [])

    def up(self, names: tuple[str, ...]) -> str | None:
        """The value of a property of the part, else of what it is inside of, else of the whole bill."""
        at: Part | None = self
        while at is not None:
            if found := at.all(names):
                return found[0]
            at = at.parent
        return next((self.inherited[name][0] for name in names if self.inherited.get(name)), None)


class AssetMaker:
    """Makes the rows of one bill, with every fault; makers that the bill introduces are told once."""

    def __init__(
        self, name: str, file_id: str, names: PartyNames, *, declared: BomMapping, faults: FaultList, prefix: str
    ) -> None:
        self.name, self.file_id, self.names, self.declared = name, file_id, names, declared
        self.faults, self.prefix = faults, prefix
        self.missing: dict[str, list[str]] = {}
        self.introduced: dict[str, tuple[str, str]] = {}
        self._named: dict[str, str] = {}
        self.unknown: set[tuple[str, str]] = set()
        self.carriers: dict[tuple[str, str | None], str | None] = {}

    def fault(self, part: Part, column: str, says: str, *, found: str, expected: str, **more: str | None) -> None:
        """Tells what is wrong with one value of a part, at its path."""
        self.faults.add(
            Fault(f"{self.name} {part.path}", says, 0, column=column, found=found, expected=expected, **more)
        )

    def row(self, part: Part) -> dict[str, object] | None:
        """The asset that a part is; None where something it needs is missing or at fault. Cost O(its values)."""
        before = self.faults.count
        country = self._country(part)
        vendor, remark = self._vendor(part)
        origin, made_in = self.origin(part)
        units, counted = self._units(part)
        stated: dict[str, object] = {
            "asset_id": f"{self.prefix}{part.ref or part.path}",
            "carrier_id": self._carrier(part, country),
            "country": country,
            "site_id": self._text(part, "site_id"),
            "asset_class": self._needed(part, "asset_class", self._class(part)),
            "layer": self._layer(part),
            "vendor_id": vendor,
            "origin_country": origin,
            "capability": part.all(self.declared.properties["capability"]) or None,
            "product_category": self._text(part, "product_category"),
            "facts": self._facts(part),
            "unit_count": units,
        }
        self._no_other(part)
        choice = f"one of several alternates ({part.choice})" if part.choice in {"OR", "XOR"} else None
        aggregate = (part.incomplete or "").replace("_", " ")
        listed = f"the bill calls its list of parts {aggregate}" if aggregate else None
        stated["note"] = "; ".join(filter(None, (_label(part), remark, made_in, counted, choice, listed)))
        if self.faults.count > before or any(stated[name] is None for name in _NEEDED):
            return None
        return made_row("asset", stated, self.file_id, locator=f"{self.name} {part.path}")

    def _text(self, part: Part, column: str) -> str | None:
        names = self.declared.properties[column]
        found = part.up(names) if column in _INHERITED else next(iter(part.all(names)), None)
        return found or self.declared.constants.get(column)

    def _class(self, part: Part) -> str | None:
        own = next(iter(part.all(self.declared.properties["asset_class"])), None)
        return own or self.declared.classes.get(part.kind) or self._text(part, "asset_class")

    def _needed(self, part: Part, column: str, value: str | None) -> str | None:
        if not value:
            self.missing.setdefault(column, []).append(part.path)
        return value or None

    def _country(self, part: Part) -> str | None:
        stated = self._needed(part, "country", self._text(part, "country"))
        if stated is None:
            return None
        name = countries().name(stated)
        if name is None:
            expected, near = "a country or its two letters", countries().nearest(stated)
            self.fault(part, "provenet:country", "no such country", found=stated, expected=expected, nearest=near)
        return name

    def _carrier(self, part: Part, country: str | None) -> str | None:
        stated = self._needed(part, "carrier_id", self._text(part, "carrier_id"))
        if stated is None:
            return None
        key = (stated, country)
        if key not in self.carriers:
            self.carriers[key] = self.names.carrier(stated, country)
            if self.carriers[key] is None:
                place, near = f"{self.name} {part.path}", self.faults.count < SHOWN_FAULTS
                self.faults.add(self.names.refusal(stated, CARRIER, place=place, column="provenet:carrier", near=near))
        return self.carriers[key]

    def _layer(self, part: Part) -> str | None:
        stated = next(iter(part.all(self.declared.properties["layer"])), None)
        if stated is not None:
            if stated not in words("layer"):
                known, near = "one of " + ", ".join(words("layer")), nearest(stated, words("layer"))
                self.fault(part, "provenet:layer", "no such word", found=stated, expected=known, nearest=near)
            return stated
        if "layer" in self.declared.constants:
            return self.declared.constants["layer"]
        layer = self.declared.layer(part.kind)
        inside = part.parent
        while inside is not None and inside.kind == "":
            inside = inside.parent
        part_of_device = part.kind == "device" and inside is not None and inside.kind == "device"
        return "component" if part_of_device and part.kind not in self.declared.layers else layer

    def _vendor(self, part: Part) -> tuple[str | None, str | None]:
        """The maker, and what the bill says of others: whoever sold it is told, and is not the maker."""
        stated = part.all(self.declared.properties["vendor_id"])
        sources = {name: organisation(part.fields, name) for name in ("manufacturer", "supplier", "publisher", "group")}
        named = next(((name, sources[name]) for name in self.declared.vendor_from if sources[name]), (None, None))
        field_name, spelled = ("provenet:vendor", stated[0]) if stated else named
        others = [
            f"{name}: {sources[name]}" for name in ("supplier", "publisher") if sources[name] and name != field_name
        ]
        if not spelled or field_name is None:
            return None, "; ".join(["no manufacturer is stated", *others])
        party, how = self._party(part, field_name, spelled)
        return party, "; ".join(one for one in (how, *others) if one)

    def _party(self, part: Part, column: str, spelled: str) -> tuple[str | None, str | None]:
        found = self.names.find(spelled, VENDOR)
        if found is not None:
            return found, None
        found = self.names.match(bare_name(spelled), VENDOR)
        if found is not None:
            return found, f"{column} as written: {spelled}"
        if self.declared.introduces:
            party = self.names.new_id(spelled)
            if self._named.setdefault(fold(party), name_key(spelled)) != name_key(spelled):
                party = distinct_id(spelled)
            self.introduced.setdefault(party, (spelled, part.path))
            return party, None
        if (column, spelled) not in self.unknown:
            self.unknown.add((column, spelled))
            way_out = f'Fix the name, add an identifier row, or put introduces = "vendor" into {self.declared.place}.'
            place, near = f"{self.name} {part.path}", self.faults.count < SHOWN_FAULTS
            self.faults.add(self.names.refusal(spelled, VENDOR, place=place, column=column, way_out=way_out, near=near))
        return None, None

    def origin(self, part: Part) -> tuple[str | None, str | None]:
        """The place of manufacture: one country, or null with what the bill says."""
        stated = part.all(self.declared.properties["origin_country"])
        shares, remark = ({}, None) if stated else self._distribution(part)
        if not stated and not remark and "origin_country" in self.declared.constants:
            stated = [self.declared.constants["origin_country"]]
        codes: list[str] = []
        for text in stated:
            code = countries().code(text)
            if code is None:
                expected, near = "a country or its two letters", countries().nearest(text)
                self.fault(part, "origin_country", "no such country", found=text, expected=expected, nearest=near)
            else:
                codes.append(code)
        if stated:
            return (codes[0], None) if len(set(codes)) == 1 else (None, f"made in: {', '.join(stated)}")
        if len(shares) == 1 and set(shares.values()) <= {100.0, None}:
            return next(iter(shares)), remark
        return None, remark

    def _distribution(self, part: Part) -> tuple[dict[str, float | None], str | None]:
        """The countries of `origins` with the least part each has on any basis, and the whole in words."""
        shares: dict[str, float | None] = {}
        stated: list[str] = []
        origins = part.fields.get("origins")
        for at, origin in enumerate(origins if isinstance(origins, list) else []):
            listed = origin.get("distribution") if isinstance(origin, dict) else None
            if not isinstance(listed, list):
                self.fault(
                    part, f"origins/{at}", "no distribution is given", found=str(origin), expected="a list of countries"
                )
                continue
            basis = str(origin.get("basis") or "a basis not stated")
            for one in listed:
                self._share(part, at, one, basis=basis, shares=shares, stated=stated)
        return shares, f"made in {'; '.join(stated)}" if stated else None

    def _share(
        self, part: Part, at: int, one: object, *, basis: str, shares: dict[str, float | None], stated: list[str]
    ) -> None:
        iso = one.get("isoCode") if isinstance(one, dict) else None
        code = countries().code(iso.partition("-")[0]) if isinstance(iso, str) else None
        if code is None or not isinstance(one, dict):
            expected = "an ISO 3166 code such as TW or US-CA"
            self.fault(part, f"origins/{at}", "no such country", found=str(iso), expected=expected)
            return
        percent = one.get("percentage")
        number = float(percent) if isinstance(percent, int | float) and not isinstance(percent, bool) else None
        before = shares.get(code, number)
        shares[code] = number if before is None or number is None else min(before, number)
        stated.append(f"{iso}{'' if number is None else f' {number:g} %'} by {basis}")

    def _units(self, part: Part) -> tuple[int, str | None]:
        stated = next(iter(part.all(self.declared.properties["unit_count"])), None)
        if stated is not None:
            if stated.isascii() and stated.isdigit() and 0 < int(stated[:20]) < _MOST_UNITS:
                return int(stated), None
            self.fault(part, "unit_count", "not a count", found=stated, expected="a whole number, 1 or more")
            return 1, None
        quantity = part.fields.get("quantity")
        value = quantity.get("value") if isinstance(quantity, dict) else None
        unit = quantity.get("unit") if isinstance(quantity, dict) else None
        if isinstance(value, int | float) and not unit and value == int(value) and 0 < value < _MOST_UNITS:
            return int(value), None
        return 1, f"quantity as written: {value} {unit or ''}".rstrip() if value is not None else None

    def _facts(self, part: Part) -> list[str] | None:
        made = part.all(self.declared.properties["facts"])
        for one in made:
            key, mark, value = one.partition("=")
            if not (mark and key.strip() and value.strip()) or holds_two_facts(one):
                self.fault(part, "provenet:fact", "not a fact", found=one, expected="key=value, the key as in fact_key")
        return sorted(set(made)) or None

    def _no_other(self, part: Part) -> None:
        known = self.declared.property_names
        for name in part.properties:
            if name.startswith("provenet:") and name not in known:
                ours = sorted(one for one in known if one.startswith("provenet:"))
                expected, near = "one of " + ", ".join(ours), nearest(name, ours)
                self.fault(part, name, "no such property of ours", found=name, expected=expected, nearest=near)

    def tell_missing(self) -> None:
        """One fault per column that nothing gives: how many parts lack it, and exactly what to write."""
        for column in _NEEDED:
            paths = self.missing.get(column)
            if paths:
                ours = self.declared.properties[column][0]
                text = f"nothing gives {column} for {len(paths):,} of the components"
                example = f'{column} = "{_EXAMPLES[column]}"'
                way_out = f"Write [constants] and {example} into {self.declared.place}, or give the property {ours}."
                self.faults.add(Fault(f"{self.name} {paths[0]}", text, column=column, way_out=way_out))

    def parties(self) -> list[dict[str, object]]:
        """A row for each maker that the bill introduces."""
        made = []
        for party, (spelled, path) in sorted(self.introduced.items()):
            stated = {"party_id": party, "name": spelled, "role": VENDOR}
            made.append(made_row("party", stated, self.file_id, locator=f"{self.name} {path}"))
        return made


def organisation(stated: Mapping[str, Any], name: str) -> str | None:
    """The name of an organisation that a component names in a role; from 2.0 on it stands among `parties`."""
    value = stated.get(name)
    if isinstance(value, dict):
        value = value.get("name")
    if isinstance(value, str) and value.strip():
        return " ".join(value.split())
    parties = stated.get("parties")
    ranked = [
        (role.get("order") or 1_000, at, party["organization"].get("name"))
        for at, party in enumerate(parties if isinstance(parties, list) else [])
        if isinstance(party, dict) and isinstance(party.get("organization"), dict)
        for roles in [party.get("roles")]
        for role in (roles if isinstance(roles, list) else [])
        if isinstance(role, dict) and role.get("role") == name
    ]
    found = [spelled for _, _, spelled in sorted(ranked, key=lambda one: one[:2]) if isinstance(spelled, str)]
    return " ".join(found[0].split()) or None if found else None


def _label(part: Part) -> str:
    stated = [part.fields.get("group"), part.fields.get("name"), part.fields.get("version")]
    return " ".join(" ".join(one.split()) for one in stated if isinstance(one, str) and one.strip())[:300]
