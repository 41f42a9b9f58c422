"""Which column of a file is which of ours: by its heading in six languages, and by what its cells hold."""

import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import lru_cache
from importlib import resources
from typing import Any

from provenet.case.parties import CARRIER, VENDOR, PartyNames
from provenet.case.tables import vocabulary, words
from provenet.core.countries import countries
from provenet.core.ids import fold
from provenet.core.positions import LATITUDE, LONGITUDE, parse_degrees, parse_position
from provenet.core.units import parse_number
from provenet.core.when import parse_day, parse_span
from provenet.ingest.tabular.calendars import FIRST_YEAR, LAST_YEAR, strange_year
from provenet.ingest.tabular.fields import generation_of
from provenet.ingest.tabular.suggest_sample import Sample

ENOUGH = 0.5
"""From which likeness a heading counts."""
_MARKS = re.compile(r"[\s_\-./\\()\[\]#:*?!'’\"&+]+")
_ID = re.compile(r"\b(?:id|nr|no|number|name|code|key)\b|番号|コード")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_MAC = re.compile(r"(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}\Z|(?:[0-9a-f]{4}\.){2}[0-9a-f]{4}\Z", re.I)
_ADDRESS = re.compile(r"(?:\d{1,3}\.){3}\d{1,3}(?:/\d{1,2})?\Z|[0-9a-f:]*::?[0-9a-f:]+(?:/\d{1,3})?\Z", re.I)
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[a-z]{2,}\Z", re.I)


@lru_cache(maxsize=1)
def suggest_words() -> Mapping[str, Any]:
    """What is known of headings and cells: `suggest.toml`. Cached."""
    text = resources.files("provenet").joinpath("ingest", "tabular", "suggest.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


TABLES = ("asset", "market_share", "claim", "ownership", "listing", "site", "party")
"""Tables that are suggested, the likelier first where they fit alike."""


def plain(heading: str) -> str:
    """A heading as words: `SiteCountry_code` is `site country code`."""
    return spaced(_CAMEL.sub(" ", heading))


def spaced(text: str) -> str:
    """A text without marks and case, its words apart."""
    return " ".join(_MARKS.sub(" ", unicodedata.normalize("NFKC", text).casefold()).split())


def likeness(heading: str, heads: Sequence[str]) -> float:
    """How near a heading is to known ones: 1 the same, less where it only holds one, 0 where it is another.

    An earlier head counts a little more, so that `id` is met before `name`. Cost O(heads).
    """
    normal = plain(heading)
    best = 0.0
    for at, head in enumerate(heads):
        known = plain(head)
        rank = 0.001 * at
        if normal.replace(" ", "") == known.replace(" ", "") or spaced(heading) == known:
            best = max(best, 1.0 - rank)
        elif len(known) > 2 and f" {known} " in f" {normal} ":
            best = max(best, 0.75 - rank)
        elif not known.isascii() and len(known) > 1 and known in normal:
            best = max(best, 0.8 - rank)
        elif len(known) > 4 and SequenceMatcher(None, normal, known).ratio() >= 0.85:
            best = max(best, 0.6 - rank)
    return best


@dataclass
class Cells:
    """What the cells of one column hold."""

    values: Counter[str]
    empty: int
    unknown: tuple[str, ...]
    """Spellings that say "not known"."""

    @property
    def count(self) -> int:
        """Cells that say something."""
        return sum(self.values.values())

    @property
    def unique(self) -> bool:
        """Whether every cell says something, and each something else."""
        return not self.empty and not self.unknown and bool(self.values) and max(self.values.values()) == 1

    def part(self, known: Sequence[bool]) -> float:
        """The part of different values that pass."""
        return sum(known) / len(known) if known else 0.0


def cells_of(column: Sequence[str]) -> Cells:
    """The different values of a column, most frequent first. Cost O(cells)."""
    no_words = {fold(word) for word in suggest_words()["unknown"]["words"]}
    counted = Counter(cell for cell in column if cell)
    unknown = tuple(sorted(cell for cell in counted if fold(cell) in no_words))
    values = Counter({cell: count for cell, count in counted.most_common() if cell not in unknown})
    return Cells(values, sum(1 for cell in column if not cell), unknown)


@dataclass
class Match:
    """One column of the file, and the table column it is taken for, if any."""

    column: str
    cells: Cells
    to: str = ""
    type: str = "text"
    options: dict[str, Any] = field(default_factory=dict)
    why: str = ""
    score: float = 0.0
    left: tuple[str, ...] = ()
    """Values that the draft cannot translate and whoever reads it must."""
    new: Mapping[str, str | None] = field(default_factory=dict)
    """Names that the case does not know and that would enter as parties, each with the nearest that it knows."""


def holds(cells: Cells, names: PartyNames) -> str:
    """What the cells of a column look like, whatever its heading; empty where nothing tells."""
    values = [value for value, _ in cells.values.most_common(200)]
    if not values:
        return "empty" if cells.count == 0 else ""
    tests: dict[str, Callable[[str], bool]] = {
        "MAC addresses": lambda v: _MAC.match(v) is not None,
        "network addresses": lambda v: _ADDRESS.match(v) is not None and not v.isdigit(),
        "mail addresses": lambda v: _MAIL.match(v) is not None,
        "vendors": lambda v: names.match(v, VENDOR) is not None,
        "carriers": lambda v: names.match(v, CARRIER) is not None,
        "countries": lambda v: country_of(v) is not None and not v.isdigit(),
        "days": _is_day,
        "numbers": lambda v: parse_number(v.replace(",", ".")) is not None,
    }
    for name, test in tests.items():
        part = cells.part([test(value) for value in values])
        if part >= (0.6 if name in {"vendors", "carriers"} else 0.9):
            return name
    return ""


def _is_day(text: str) -> bool:
    try:
        day = parse_day(text)
    except ValueError:
        return False
    return FIRST_YEAR <= day.year <= LAST_YEAR


@lru_cache(maxsize=4096)
def country_of(text: str) -> str | None:
    """The country that a cell names, in any of the languages known here."""
    found = countries().name(text)
    if found is not None:
        return found
    also = {fold(word): name for name, spelled in suggest_words()["countries"].items() for word in spelled}
    return also.get(fold(text))


def asset_classes() -> list[str]:
    """Every asset class that a draft may name, in order."""
    return sorted({*vocabulary()["asked_classes"], *(one["name"] for one in suggest_words()["class"])})


def field_of(to: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    """A column of a table as the field of a mapping that fills it, in words that its reader knows."""
    options = {name: value for name, value in entry.items() if name != "heads"}
    if options.get("type") == "class":
        options |= {"type": "words", "of": asset_classes()}
    if options.get("type") == "text":
        del options["type"]
    return {"to": "lat_deg" if to == "position" else to, **options}


def class_of(text: str) -> str | None:
    """The asset class that words of a cell tell; an asset class written as one is itself."""
    if text.strip() in asset_classes():
        return text.strip()
    normal = f" {spaced(text)} "
    for one in suggest_words()["class"]:
        for word in one["words"]:
            spelled = spaced(word)
            if f" {spelled} " in normal or f" {spelled}s " in normal or (not spelled.isascii() and spelled in normal):
                return str(one["name"])
    return None


def fitted(match: Match, entry: Mapping[str, Any], names: PartyNames) -> bool:
    """Fills type and options of a match by what its cells hold. False where the cells cannot be of this column."""
    kind = entry["type"]
    match.options = {name: value for name, value in entry.items() if name not in {"type", "heads"}}
    values = list(match.cells.values)
    if match.to == "asset_id":
        return match.cells.unique
    if kind == "class":
        return _fit_class(match, values)
    if kind == "vendor":
        return _fit_vendor(match, values, names)
    if kind in {"country", "country_code"}:
        return _fit_country(match, kind, values)
    if kind in {"words", "yes_no"}:
        return _fit_words(match, kind, values)
    match.type = kind
    if kind == "new_party":
        match.options["role"] = "other"
        return bool(values)
    if kind == "carrier":
        match.left = tuple(
            v for v in values if names.match(v, CARRIER) is None and v not in vocabulary()["carrier_groups"]
        )
        return len(match.left) < len(values) or not values
    if kind == "list":
        marks = [mark for mark in ("|", ";", ",", "/") if any(mark in value for value in values)]
        match.options["separator"] = marks[0] if marks else "|"
        return True
    test = _TESTS.get(kind)
    match.left = tuple(value for value in values if test is not None and not test(value))
    odd = sum(match.cells.values[value] for value in match.left)
    # A column of which half the cells are of the kind is of it: an odd cell is a fault at its place.
    return 2 * odd <= match.cells.count


def _fit_class(match: Match, values: list[str]) -> bool:
    also = {value: class_of(value) for value in values}
    known = {value: name for value, name in also.items() if name is not None}
    if not known or len(values) > 200:
        return False
    match.type = "words"
    match.options["of"] = sorted(set(known.values()))
    match.options["also"] = {value: name for value, name in known.items() if value != name}
    match.left = tuple(value for value, name in also.items() if name is None)
    return True


def _fit_vendor(match: Match, values: list[str], names: PartyNames) -> bool:
    unlisted = tuple(value for value in values if names.match(value, VENDOR) is None)
    match.type = "vendor"
    if unlisted:
        match.type, match.options["role"] = "new_party", VENDOR
        near = match.new = {value: names.nearest(value, VENDOR) for value in unlisted[:20]}
        meanings = [f"{value} (nearest: {near[value]})" if near[value] else value for value in unlisted[:20]]
        match.why += f"; new to the case, entered as vendors: {', '.join(meanings)}"
        match.why += f" and {len(unlisted) - 20} more" if len(unlisted) > 20 else ""
    return True


def _fit_country(match: Match, kind: str, values: list[str]) -> bool:
    named = {value: country_of(value) for value in values}
    if values and all(name is None for name in named.values()):
        return False
    if all(countries().name(value) for value in values):
        match.type = kind
        return True
    meanings = {value: name if kind == "country" else countries().code(name) for value, name in named.items() if name}
    match.type = "words"
    match.options["of"] = sorted({str(name) for name in meanings.values()})
    match.options["also"] = {value: str(name) for value, name in meanings.items() if value != name}
    match.left = tuple(value for value, name in named.items() if name is None)
    return True


def _fit_words(match: Match, kind: str, values: list[str]) -> bool:
    listed = match.options.get("of", "yes_no")
    allowed = words(listed) if isinstance(listed, str) else tuple(listed)
    known = suggest_words()["words"].get(listed if isinstance(listed, str) else "", {})
    also = {fold(word): meaning for meaning, spelled in known.items() for word in (meaning, *spelled)}
    also.update({fold(word): word for word in allowed})
    meanings = {value: also.get(fold(value)) for value in values}
    if not values or all(meaning is None for meaning in meanings.values()):
        return False
    match.type = "words"
    match.options["of"] = listed
    match.options["also"] = {v: m for v, m in meanings.items() if m and fold(v) != fold(m)}
    match.left = tuple(value for value, meaning in meanings.items() if meaning is None)
    return True


def _is_span(text: str) -> bool:
    try:
        span = parse_span(text)
    except ValueError:
        return False
    return strange_year(span) is None


def _share(text: str, most: float) -> bool:
    value = parse_number(text)
    return value is not None and 0 <= value <= most


_TESTS: dict[str, Callable[[str], bool]] = {
    "count": lambda text: text.isascii() and text.isdigit() and len(text) < 16,
    "share": lambda text: _share(text, 1),
    "percent": lambda text: _share(text, 100),
    "degrees": lambda text: parse_degrees(text, LATITUDE) is not None or parse_degrees(text, LONGITUDE) is not None,
    "position": lambda text: parse_position(text) is not None,
    "generation": lambda text: generation_of(text) is not None,
    "day": _is_day,
    "span": _is_span,
    "segment": lambda text: fold(text) in {fold(word) for word in vocabulary()["segments"]},
}
"""What every value of a column must pass to be of a field type."""


KINDS = {
    "count": "whole number",
    "share": "number from 0 to 1 with a point",
    "percent": "number from 0 to 100 with a point and without a sign",
    "degrees": "number of degrees with a point",
    "position": "latitude and longitude",
    "generation": "generation from 2G to 5G",
    "day": "day such as 2021-06-03",
    "span": "date",
    "segment": "listed segment",
}
"""What a cell of a field type is, in words."""
_OTHERWISE = {
    **{kind: f"most cells are no {what}" for kind, what in KINDS.items()},
    "class": "no cell tells an asset class",
    "text": "two records say the same, or one says nothing",
}
"""Why the cells of a column cannot be of a field type."""


def _leave_one_position(made: dict[str, Match]) -> None:
    """A position stands in one cell or in two: two where both are there, else one."""
    if "position" in made:
        for to in ("position",) if {"lat_deg", "lon_deg"} <= made.keys() else ("lat_deg", "lon_deg"):
            made.pop(to, None)


def matched(
    sample: Sample, table: str, names: PartyNames, *, refused: dict[str, str] | None = None
) -> dict[str, Match]:
    """The best column of the file for each column of a table, one for each and each for one. Cost O(cells).

    `refused` gets the columns whose heading is met and whose cells are of another kind, and why.
    """
    entries = suggest_words()[table]["columns"]
    cells = {column: cells_of(sample.column(at)) for at, column in enumerate(sample.header)}
    looks = {column: holds(found, names) for column, found in cells.items()}
    by_content = {"vendor_id": "vendors", "carrier_id": "carriers", "country": "countries", "vendor_ids": "vendors"}
    wanted: list[tuple[float, str, str, str]] = []
    for to, entry in entries.items():
        for column in sample.header:
            score = likeness(column, entry["heads"])
            why = f"the heading reads as {to}" if score >= ENOUGH else ""
            if by_content.get(to) == looks[column]:
                score, why = max(score, 0.55) + 0.1, why or f"its cells are {looks[column]}"
            if score >= ENOUGH:
                wanted.append((score, to, column, why))
    made: dict[str, Match] = {}
    taken: set[str] = set()
    for score, to, column, why in sorted(wanted, key=lambda one: (-one[0], list(entries).index(one[1]), one[2])):
        if to in made or column in taken:
            continue
        match = Match(column, cells[column], to, why=why, score=score)
        if fitted(match, entries[to], names):
            made[to] = match
            taken.add(column)
        elif refused is not None and match.cells.count and why.startswith("the heading"):
            refused.setdefault(
                column, f"{why}, but {_OTHERWISE.get(entries[to]['type'], 'its cells are of another kind')}"
            )
    _leave_one_position(made)
    if "asset_id" in entries and "asset_id" not in made:
        free = [column for column in sample.header if column not in taken and cells[column].unique]
        free.sort(key=lambda column: not _ID.search(plain(column)))
        if free:
            made["asset_id"] = Match(free[0], cells[free[0]], "asset_id", why="each of its cells differs", score=ENOUGH)
    return made
