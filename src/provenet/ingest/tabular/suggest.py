"""A mapping drafted for a file nobody has described yet, for a person to read, mend and save.

The draft guesses, says why, and shows what it saw. What it cannot know it leaves out under `needed`, so that a draft
nobody filled in is refused and never read as something it is not. Nothing is written.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import fsum
from pathlib import PurePosixPath
from typing import Any

from provenet.case.parties import ADD_PARTY, CARRIER, PartyNames
from provenet.case.tables import tables
from provenet.core.countries import countries
from provenet.core.errors import Fault, InputFault, clip
from provenet.core.ids import slug
from provenet.ingest.opening import Upload
from provenet.ingest.registry import Format, format_of
from provenet.ingest.sbom.cyclonedx_mapping import PROPERTIES
from provenet.ingest.tabular.layouts import recognise
from provenet.ingest.tabular.mend import toml_value
from provenet.ingest.tabular.suggest_columns import (
    KINDS,
    TABLES,
    Cells,
    Match,
    cells_of,
    holds,
    likeness,
    matched,
    suggest_words,
)
from provenet.ingest.tabular.suggest_sample import Sample, samples_of

_SAMPLES, _SAMPLE_LETTERS = 3, 24
_PRIVATE = frozenset({"MAC addresses", "network addresses", "mail addresses"})
_GIVEN: dict[str, dict[str, tuple[object, str]]] = {
    "asset": {"unit_count": (1, "one record is one element")},
    "market_share": {"forecast": (False, "true where the source forecasts")},
    "party": {"role": ("other", "vendor, carrier, government, regulator or other")},
}
"""Constants that a draft gives where no column does, and why."""
_ASKED: dict[str, tuple[str, str]] = {
    "asset_id": ("row-{row}", "no column differs in every record: the number of the row stands for it"),
    "carrier_id": ("vodafone-germany", "whose network it is: an id of the table party"),
    "country": ("Germany", "where it stands"),
    "asset_class": ("transport.router", "what kind of element it is, as a dotted class"),
    "geo": ("Germany", "the country or region the shares are of"),
    "level": ("country", "country, region, carrier, carrier group or world"),
    "segment": ("RAN", "the segment in the source's words; give asset_class too"),
    "measure": ("units in use", "what a share is of; give measure_kind too"),
    "as_of": ("2025", "the date of the shares"),
    "list_name": ("covered-list", "the name of the list as rules use it"),
    "site_id": ("", "no column names the site"),
    "topic": ("security", "what the claims are about"),
    "speaker": ("", "who says it"),
    "claim_id": ("", "no column holds an id of its own for every claim: add one to the file"),
}
"""What to ask for where nothing gives a column: an example, and what it is."""


MOST_DRAFTED_COLUMNS = 300


@dataclass(frozen=True)
class Suggestion:
    """A drafted mapping: its table, its text, what became of each column, and what must be filled in first."""

    table: str
    mapping: str
    columns: tuple[Mapping[str, object], ...]
    needed: tuple[str, ...]


def suggest(upload: Upload, names: PartyNames) -> Suggestion:
    """Drafts the mapping of a file from its heading and first records.

    The draft claims nothing: each line says by what it was guessed. Raises InputFault where no table can be made out.
    Cost O(sample x headings). Laws: the same bytes and names give the same text; a draft whose needed lines are filled
    is a mapping that loads.
    """
    found = format_of(upload)
    if found.cells is None:
        return _of_format(upload, found)
    samples = samples_of(upload)
    layout = recognise(samples[0].header)
    if layout is not None and len(samples) == 1 and samples[0].delimiter in {None, ","} and not samples[0].header_row:
        text = f"# The header of {upload.name} is that of the layout {layout.name}: no mapping is needed.\n"
        return Suggestion(layout.tables[0], text, (), ())
    for sample in samples:
        _refuse_wide(sample)
    fits = [_table(sample, names) for sample in samples]
    at = max(range(len(fits)), key=lambda place: (fits[place][0], -place))
    _, table, matches = fits[at]
    return _Draft(samples[at], table, matches, names=names).made()


def _refuse_wide(sample: Sample) -> None:
    """Raises InputFault for more columns than a draft compares with ours, each in milliseconds."""
    if len(sample.header) > MOST_DRAFTED_COLUMNS:
        text, found = "the file has more columns than a mapping is drafted for", f"{len(sample.header):,} columns"
        way_out = "Leave out the columns that no table needs, or write its mapping by hand (see docs/mapping.md)."
        raise InputFault(
            [Fault(sample.name, text, found=found, expected=f"at most {MOST_DRAFTED_COLUMNS}", way_out=way_out)]
        )


def _of_format(upload: Upload, found: Format) -> Suggestion:
    """The mapping of a format that says most itself."""
    if not found.needed:
        return Suggestion(found.tables[-1], f"# {upload.name} is read as {found.name}: no mapping is needed.\n", (), ())
    columns = [key.removeprefix("constants.") for key in found.needed]
    lines = [
        f"# {upload.name} is read as {found.name}. A bill does not say where the thing stands: fill in what is needed,",
        f"# unless its own properties say it ({', '.join(PROPERTIES[column][0] for column in columns)}).",
        "[constants]",
        *map(_placeholder, columns),
    ]
    return Suggestion(found.tables[0], "\n".join(lines) + "\n", (), found.needed)


def _table(sample: Sample, names: PartyNames) -> tuple[float, str, dict[str, Match]]:
    """How well the table that most columns fit is met, that table, and how; an inventory where all fit alike."""
    best: tuple[float, str, dict[str, Match]] = (-1.0, "asset", {})
    for table in TABLES:
        spec = suggest_words()[table]
        matches = matched(sample, table, names)
        if not set(spec["must"]) <= (set(matches) | ({"lat_deg", "lon_deg"} if "position" in matches else set())):
            continue
        fit = fsum(match.score for match in matches.values()) - 0.3 * len(set(spec["needed"]) - set(matches))
        if fit > best[0] + 0.05:
            best = (fit, table, matches)
    return best[0], best[1], best[2] or matched(sample, best[1], names)


class _Draft:
    """Writes one draft."""

    def __init__(self, sample: Sample, table: str, matches: Mapping[str, Match], *, names: PartyNames) -> None:
        self.sample, self.table, self.matches, self.names = sample, table, matches, names
        self.spec = suggest_words()[table]
        self.refused: dict[str, str] = {}
        matched(sample, table, names, refused=self.refused)
        self.needed: list[str] = []
        self._leave_groups()

    def _leave_groups(self) -> None:
        """A name that is a group alone means a carrier only beside a country that the reader knows."""
        carrier, country = self.matches.get("carrier_id"), self.matches.get("country") or self.matches.get("geo")
        if carrier is None or (country is not None and all(countries().name(v) for v in country.cells.values)):
            return
        alone = (value for value in carrier.cells.values if self.names.match(value, CARRIER) is None)
        carrier.left = tuple(dict.fromkeys((*carrier.left, *alone)))

    def made(self) -> Suggestion:
        by_column = {match.column: match for match in self.matches.values()}
        header = tuple(dict.fromkeys(self.sample.header))
        ignored = [column for column in header if column not in by_column]
        plain, sections = self._columns()
        constants = list(self._constants())
        parts = [*self._head(), *self._ignored(ignored), "", "[columns]", *plain, *sections]
        parts += ["", "[constants]", *constants] if constants else []
        described = [self._description(column, by_column.get(column)) for column in header]
        return Suggestion(self.table, "\n".join(parts) + "\n", tuple(described), tuple(self.needed))

    def _head(self) -> Iterator[str]:
        place = PurePosixPath(self.sample.name).with_suffix(".toml").name
        read = f"the heading and {len(self.sample.rows):,} records of {_plain(self.sample.name)}"
        yield f"# Drafted from {read}."
        yield "# Read it, fill in what is needed, look at every line with a question mark,"
        yield f"# and save it as {_plain(place)} beside the file."
        for remark in self.sample.remarks:
            yield f"# ? {remark}."
        yield f"layout = {toml_value(slug(PurePosixPath(self.sample.name).stem))}"
        yield f"says = {toml_value(self.spec['says'])}"
        yield f"table = {toml_value(self.table)}"
        if self.sample.sheet:
            others = f"; others: {_plain(', '.join(self.sample.sheets))}" if self.sample.sheets else ""
            yield f"sheet = {toml_value(self.sample.sheet)}  # ?{others}"
        if self.sample.records:
            yield f"records = {toml_value(self.sample.records)}  # the place of the list that fits best; ?"
        if self.sample.header_row:
            yield f"header_row = {self.sample.header_row}  # what stands above it reads as a title; ?"
        if self.sample.delimiter not in {None, ","}:
            yield f"delimiter = {toml_value(self.sample.delimiter)}"
        if self.sample.encoding not in {None, "utf-8"}:
            yield f"encoding = {toml_value(self.sample.encoding)}  # by its bytes; ?"

    def _ignored(self, columns: Sequence[str]) -> Iterator[str]:
        if not columns:
            return
        yield "ignore = ["
        for column in columns:
            cells = cells_of(self.sample.column(self.sample.header.index(column)))
            looks = holds(cells, self.names)
            why = "nothing of ours reads like it" if looks in {"", "empty"} else f"its cells are {looks}"
            none = "no plain values" if column in self.sample.unread else "empty"
            shown = f"; its cells are {none}" if looks == "empty" else _samples(column, cells, looks)
            yield f"  {toml_value(column)},  # ? {self.refused.get(column, why)}{shown}"
        yield "]"

    def _columns(self) -> tuple[list[str], list[str]]:
        plain: list[str] = []
        sections: list[str] = []
        for column in dict.fromkeys(self.sample.header):
            match = next((one for one in self.matches.values() if one.column == column), None)
            if match is None:
                continue
            entry = self._entry(match)
            comment = self._comment(match)
            if match.options.get("also") or match.left:
                sections += ["", f"[columns.{toml_value(column)}]  # {comment}", *self._section(match, entry)]
                sections += self._empty(match)
            else:
                shown = toml_value(entry if len(entry) > 1 else entry[0])
                plain.append(f"{toml_value(column)} = {shown}  # {comment}")
                plain += self._empty(match)
        return plain, sections

    def _entry(self, match: Match) -> list[dict[str, Any]]:
        """The field, or fields, that a column becomes."""
        entry: dict[str, Any] = {"to": "lat_deg" if match.to == "position" else match.to}
        if match.type != "text":
            entry["type"] = match.type
        entry.update({name: value for name, value in match.options.items() if name != "also"})
        self._options(match, entry)
        if match.cells.unknown and self._may_be_unknown(match):
            entry["unknown"] = list(match.cells.unknown)
        if match.to == "party_id" and self.table == "party":
            return [entry, {"to": "name"}]
        if match.to == "low_share" and "high_share" not in self.matches:
            return [entry, {**entry, "to": "high_share"}]
        if match.to == "name" and self.table == "site":
            return [{"to": "site_id", "type": "slug"}, entry]
        return [entry]

    def _options(self, match: Match, entry: dict[str, Any]) -> None:
        country = self.matches.get("country") or self.matches.get("geo")
        if match.type == "carrier" and country is not None:
            entry["country"] = country.column
        if match.type == "percent" and "qualifier" in self.matches:
            entry["qualifier"] = self.matches["qualifier"].column

    def _may_be_unknown(self, match: Match) -> bool:
        return match.to == "position" or tables()[self.table].column(match.to).nullable

    def _section(self, match: Match, entry: Sequence[Mapping[str, Any]]) -> Iterator[str]:
        for name, value in entry[0].items():
            yield f"{name} = {toml_value(value)}"
        if match.type != "words":
            for value in match.left:
                self.needed.append(f"{match.column}: {value}")
                what = f"is no {match.type} that the case knows: {ADD_PARTY}"
                if match.type in KINDS:
                    what = f"is no {KINDS[match.type]}: mend the cell, or say what is read instead (read_as)"
                yield f"# needed: {toml_value(value)} {what}"
            return
        yield f"[columns.{toml_value(match.column)}.also]"
        for value, word in match.options.get("also", {}).items():
            yield f"{toml_value(value)} = {toml_value(word)}  # {_records(match, value)}; ?"
        for value in match.left:
            self.needed.append(f"{match.column}: {value}")
            yield f"# needed: {toml_value(value)} = {toml_value(self._example(match))}  # {_records(match, value)}"

    def _example(self, match: Match) -> str:
        listed = match.options.get("of")
        return str(listed[0]) if isinstance(listed, list) and listed else "..."

    def _comment(self, match: Match) -> str:
        looks = holds(match.cells, self.names)
        doubt = "" if match.score >= 0.95 else "; ?"
        return f"{_plain(match.why)}{_samples(match.column, match.cells, looks)}{doubt}"

    def _empty(self, match: Match) -> Iterator[str]:
        """Cells that say nothing where the table needs something."""
        if self._may_be_unknown(match):
            return
        column = _plain(match.column)
        if match.cells.unknown:
            entry = _plain(", ".join(match.cells.unknown))
            self.needed.append(f"{match.column}: {entry}")
            yield f"# needed: cells of {column} say {entry}, and {self.table}.{match.to} may not be unknown"
        if match.cells.empty:
            self.needed.append(f"{match.column}: empty cells")
            yield f"# needed: some cells of {column} say nothing, and {self.table}.{match.to} may not be empty"

    def _constants(self) -> Iterator[str]:
        for column in self.spec["needed"]:
            if column in self.matches or column in {"name", "percent", "vendor_ids"}:
                continue
            if column == "site_id" and "name" in self.matches:
                continue
            given = _GIVEN.get(self.table, {}).get(column)
            if column == "level" and self._of_countries():
                given = ("country", "every place is a country")
            if given is not None:
                yield f"{column} = {toml_value(given[0])}  # {given[1]}"
                continue
            self.needed.append(f"constants.{column}")
            yield _placeholder(column)
            if column in {"segment", "measure"}:
                beside = ("asset_class", "ran") if column == "segment" else ("measure_kind", "units")
                yield f"# needed: {beside[0]} = {toml_value(beside[1])}"
        if self.table == "asset" and "layer" not in self.matches:
            others = "software, management, service, component"
            yield f'# ? layer = "hardware"  # or {others}; without it the layer is not known'

    def _of_countries(self) -> bool:
        geo = self.matches.get("geo")
        return geo is not None and all(countries().name(value) for value in geo.cells.values)

    def _description(self, column: str, match: Match | None) -> dict[str, object]:
        """What became of a column, for the JSON answer."""
        refused = self.refused.get(column)
        entry: dict[str, object] = {"column": column, "to": None, "type": None, "why": refused, "needed": []}
        if match is not None:
            why = _plain(match.why)
            to = "lat_deg" if match.to == "position" else match.to
            entry |= {"to": f"{self.table}.{to}", "type": match.type, "why": why, "needed": list(match.left)}
            entry |= {"new": [{"name": name, "nearest": near} for name, near in match.new.items()]} if match.new else {}
        return entry


def _placeholder(column: str) -> str:
    example, text = _ASKED.get(column, ("...", "nothing gives it"))
    return f"# needed: {column} = {toml_value(example)}  # {text}" if example else f"# needed: {column}: {text}"


def _records(match: Match, value: str) -> str:
    count = match.cells.values[value]
    return f"{count:,} record{'' if count == 1 else 's'}"


def _samples(column: str, cells: Cells, looks: str) -> str:
    """Three values of a column, but not of one that says who looks after a thing or where it answers."""
    if looks in _PRIVATE or likeness(column, suggest_words()["private"]["heads"]) >= 0.7:
        return "; samples are not shown"
    shown = [clip(_plain(value), _SAMPLE_LETTERS) for value, _ in cells.values.most_common(_SAMPLES)]
    return f"; such as {', '.join(shown)}" if shown else ""


def _plain(text: str) -> str:
    """A text that cannot end a comment."""
    return " ".join("".join(c if c.isprintable() or c == " " else " " for c in text).split())
