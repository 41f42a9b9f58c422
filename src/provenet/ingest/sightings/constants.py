"""What the mapping beside a file of evidence says of all its rows: the day, the country, the network.

[constants]
seen_on = 2025-05-17
country = "Netherlands"
asn = 64500
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import PurePosixPath
from typing import Any

from provenet.core.countries import countries
from provenet.core.errors import Fault, InputFault, nearest
from provenet.core.tomltext import TomlFault, parse_toml
from provenet.ingest.registry import Source

_KEYS = ("seen_on", "country", "asn")


@dataclass(frozen=True)
class Constants:
    """The day, the country by the name that tables use, and the network; null where the mapping leaves them out."""

    seen_on: date | None = None
    country: str | None = None
    asn: str | None = None


def read_constants(source: Source) -> Constants:
    """What the mapping says. Raises InputFault with all that is wrong in it."""
    if source.mapping is None:
        return Constants()
    place = PurePosixPath(source.upload.plain_name).with_suffix(".toml").name
    document = _document(place, source.mapping)
    faults = [_unknown(place, key, ("constants",)) for key in document if key != "constants"]
    given = document.get("constants", {})
    if not isinstance(given, dict):
        raise InputFault([*faults, Fault(place, "no table", column="constants", expected="[constants]")])
    faults += [_unknown(place, key, _KEYS) for key in given if key not in _KEYS]
    day, country, asn = (given.get(key) for key in _KEYS)
    name = countries().name(country) if isinstance(country, str) else None
    if day is not None and (not isinstance(day, date) or isinstance(day, datetime)):
        faults.append(_wrong(place, "seen_on", day, expected="a day, written 2025-05-17 without quotes"))
    if country is not None and name is None:
        faults.append(_wrong(place, "country", country, expected="a country by name or code"))
    if asn is not None and not (type(asn) is int and 0 < asn < 2**32):
        faults.append(_wrong(place, "asn", asn, expected="the number of a network, such as 64500"))
    if faults:
        raise InputFault(faults)
    return Constants(day, name, None if asn is None else str(asn))


def _document(place: str, mapping: bytes) -> Mapping[str, Any]:
    try:
        return parse_toml(mapping.decode("utf-8-sig"))
    except (TomlFault, UnicodeDecodeError) as err:
        text = f"the mapping {err}" if isinstance(err, TomlFault) else "the mapping is not UTF-8"
        raise InputFault([Fault(place, text)]) from err


def _unknown(place: str, key: str, known: tuple[str, ...]) -> Fault:
    expected = ", ".join(known)
    return Fault(place, "no such key", column=key, found=key, expected=expected, nearest=nearest(key, known))


def _wrong(place: str, key: str, found: object, *, expected: str) -> Fault:
    return Fault(place, "this cannot be read", column=f"constants.{key}", found=str(found), expected=expected)
