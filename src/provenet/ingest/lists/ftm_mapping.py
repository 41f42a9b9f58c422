"""The mapping beside a file of entities or a published list: what the file cannot say of itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import PurePosixPath
from typing import Any

from provenet.case.tables import words
from provenet.core.errors import Fault, FaultList, nearest
from provenet.core.tomltext import TomlFault, parse_toml

_KEYS = ("layout", "says", "ignore", "role", "whole_on", "lists", "parties")


@dataclass(frozen=True)
class FtmMapping:
    """What is read over, the role of parties new to the case, names of lists, parties by id, and the day of the whole
    list."""

    ignored: frozenset[str] = frozenset()
    role: str = "other"
    whole_on: date | None = None
    lists: Mapping[str, str] = field(default_factory=dict)
    parties: Mapping[str, str] = field(default_factory=dict)


def read_ftm_mapping(name: str, data: bytes | None, faults: FaultList) -> FtmMapping:
    """The mapping, or an empty one. Every fault goes to `faults`. Cost O(entries)."""
    if data is None:
        return FtmMapping()
    place = PurePosixPath(name).with_suffix(".toml").name
    try:
        document = parse_toml(data.decode("utf-8-sig"))
    except UnicodeDecodeError as err:
        found = f"byte {err.start + 1} that is none"
        faults.add(Fault(place, "the mapping is not UTF-8", found=found, expected="UTF-8"))
        return FtmMapping()
    except TomlFault as err:
        faults.add(Fault(place, f"the mapping {err}"))
        return FtmMapping()
    for key in document:
        if key not in _KEYS:
            known = "one of " + ", ".join(_KEYS)
            faults.add(
                Fault(place, "no such key", 0, column=key, found=key, expected=known, nearest=nearest(key, _KEYS))
            )
    return FtmMapping(
        ignored=frozenset(_texts(place, document, "ignore", faults=faults)),
        role=_role(place, document, faults),
        whole_on=_day(place, document, faults),
        lists=_pairs(place, document, "lists", faults=faults),
        parties=_pairs(place, document, "parties", faults=faults),
    )


def _texts(place: str, document: Mapping[str, Any], key: str, *, faults: FaultList) -> list[str]:
    value = document.get(key, [])
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return value
    expected = 'a list such as ["Vessel", "Company.ticker"]'
    faults.add(Fault(place, "not a list of schemata and properties", column=key, found=str(value), expected=expected))
    return []


def _role(place: str, document: Mapping[str, Any], faults: FaultList) -> str:
    value = document.get("role", "other")
    if value in words("party_role"):
        return str(value)
    known = "one of " + ", ".join(words("party_role"))
    near = nearest(str(value), words("party_role"))
    faults.add(
        Fault(place, "no such role of a party", 0, column="role", found=str(value), expected=known, nearest=near)
    )
    return "other"


def _day(place: str, document: Mapping[str, Any], faults: FaultList) -> date | None:
    value = document.get("whole_on")
    if value is None or type(value) is date:
        return value
    expected = "the day on which the file gave the whole list, written 2026-06-08 without quotes"
    faults.add(Fault(place, "not a day", column="whole_on", found=str(value), expected=expected))
    return None


def _pairs(place: str, document: Mapping[str, Any], key: str, *, faults: FaultList) -> dict[str, str]:
    value = document.get(key, {})
    if isinstance(value, dict) and all(isinstance(one, str) and one.strip() for one in value.values()):
        return {str(name): one.strip() for name, one in value.items()}
    expected = f'[{key}] and lines such as "id" = "name"'
    faults.add(Fault(place, "not a table of texts", column=key, found=str(value), expected=expected))
    return {}
