"""Field types: what a cell may hold, and the table columns it becomes. docs/mapping.md lists them for users.

A parser gets the cell's text (never empty), the field as the mapping declares it and the other cells of the record;
it returns table columns by name, or raises CellFault. Columns other than the field's own target are filled only where
the target table has them and no other field of the mapping writes them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property, partial
from typing import Any

from provenet.case.parties import ADD_PARTY, ANY, CARRIER, VENDOR, NameMatch, PartyNames, wanted
from provenet.case.tables import vocabulary, words
from provenet.core.countries import countries
from provenet.core.currencies import CURRENCIES
from provenet.core.errors import Fault, nearest
from provenet.core.ids import fold, name_id
from provenet.core.positions import LATITUDE, LONGITUDE, parse_degrees, parse_position
from provenet.core.rule_words import holds_two_facts
from provenet.core.units import parse_number, published_share
from provenet.core.when import Span, parse_day, parse_span
from provenet.ingest.bgp.numbers import address_text, read_address, read_asn
from provenet.ingest.tabular import calendars

Values = dict[str, object]
CURRENCY_COLUMNS = frozenset({"currency", "per_currency"})
AS_WRITTEN = frozenset({"cost"})
"""Tables whose amounts may be in any unit, as their sources write it."""
_PARTY_WAY_OUT = f"Fix the cell, or {ADD_PARTY}."
_VENDOR_WAY_OUT = "Fix the cell, add an identifier row, or leave it empty to record the vendor as unknown."
COORDINATE_DIGITS = 1
"""Positions are stored to 0.1 degree."""


class CellFault(ValueError):
    """What is wrong with one cell; the reader adds the place."""

    def __init__(
        self,
        says: str,
        expected: str | None = None,
        near: Callable[[], NameMatch | str | None] | None = None,
        *,
        way_out: str | None = None,
        found: str | None = None,
        column: str | None = None,
    ) -> None:
        super().__init__(says)
        self.says, self.expected, self.way_out = says, expected, way_out
        self.found, self.column = found, column
        self._near = near

    def at(self, place: str, row: int = 0, *, column: str, found: str | None) -> Fault:
        """The fault of the cell at its place, without a nearest spelling."""
        return Fault(place, self.says, row, column=column, found=found, expected=self.expected, way_out=self.way_out)

    def nearest(self) -> tuple[str | None, str | None]:
        """The known spelling closest to what was found, and how close. Dear: only for faults that are shown."""
        close = None if self._near is None else self._near()
        return (close.spelling, close.how) if isinstance(close, NameMatch) else (close, None)


@dataclass(frozen=True)
class Field:
    """One declared field: a column of the file, the table column it becomes, its type and that type's options."""

    column: str
    table: str
    to: str
    type: str
    target_type: str = "text"
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_currency(self) -> bool:
        """Whether it holds the code of a currency."""
        return self.to in CURRENCY_COLUMNS and self.table not in AS_WRITTEN

    @cached_property
    def most(self) -> int | None:
        """The most characters that a cell may hold; None where there is no such limit."""
        found: int | None = vocabulary()["longest"].get(f"{self.table}.{self.to}")
        return found


@dataclass(frozen=True)
class Record:
    """The cells of one record by column, and the names known to the case."""

    cells: Mapping[str, str]
    names: PartyNames

    def other(self, spec: Field, option: str) -> str:
        """The text of another column that an option of the field names; empty where there is none."""
        return self.cells.get(str(spec.options.get(option, "")), "")


Parser = Callable[[str, Field, Record], Values]


def cell_text(spec: Field, cells: Mapping[str, str]) -> str:
    """What a field reads of a record: other words where its mapping names them for the cell, nothing where the cell
    holds a word that the mapping calls unknown."""
    text = cells[spec.column]
    text = spec.options.get("read_as", {}).get(text, text)
    unknown = spec.options.get("unknown")
    if unknown and text and fold(text) in {fold(word) for word in unknown}:
        text = ""
    return text or str(spec.options.get("empty", ""))


def _text(text: str, spec: Field, _: Record) -> Values:
    if spec.is_currency and text not in CURRENCIES:
        raise CellFault(
            "no such currency", "a code of ISO 4217, such as EUR", partial(nearest, text, sorted(CURRENCIES))
        )
    if spec.most is not None and len(text) > spec.most:
        raise CellFault(
            "longer than a quoted span may be",
            f"at most {spec.most} characters",
            way_out="Keep the words that bear the claim, or leave the cell empty: the paraphrase stands.",
            found=f"{len(text)} characters",
        )
    return {spec.to: text}


def _words(text: str, spec: Field, _: Record) -> Values:
    listed = spec.options.get("of")
    allowed = words(listed) if isinstance(listed, str) else tuple(listed or ())
    also: Mapping[str, str] = spec.options.get("also", {})
    known = {**{fold(word): word for word in allowed}, **{fold(word): means for word, means in also.items()}}
    word = known.get(fold(text))
    if word is None:
        raise CellFault("no such word", "one of " + ", ".join(allowed), partial(nearest, text, allowed))
    return {spec.to: word}


def _yes_no(text: str, spec: Field, _: Record) -> Values:
    meaning = {"yes": True, "true": True, "no": False, "false": False}.get(text.casefold())
    if meaning is None:
        raise CellFault("neither yes nor no", "yes or no", partial(nearest, text, ("yes", "no")))
    return {spec.to: meaning if spec.target_type == "bool" else ("yes" if meaning else "no")}


def _number(text: str, spec: Field, _: Record) -> Values:
    value = parse_number(text)
    if value is None:
        raise CellFault("not a number", "a number with a decimal point and without thousands marks")
    return {spec.to: value}


def _count(text: str, spec: Field, _: Record) -> Values:
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise CellFault("not a count", "a whole number, 0 or more")
    return {spec.to: int(text)}


def _share(text: str, spec: Field, _: Record) -> Values:
    value = parse_number(text)
    if value is None or not 0 <= value <= 1:
        raise CellFault("not a share", "a number from 0 to 1 with a decimal point")
    return {spec.to: value}


def _degrees(text: str, spec: Field, _: Record) -> Values:
    axis, limit = (LATITUDE, 90) if spec.to.startswith("lat") else (LONGITUDE, 180)
    value = parse_degrees(text, axis)
    if value is None:
        raise CellFault("not a position", f"degrees from -{limit} to {limit} with a decimal point")
    return {spec.to: _rounded(value)}


def _rounded(degrees: float) -> float:
    return round(degrees, COORDINATE_DIGITS) + 0.0


def _position(text: str, spec: Field, _: Record) -> Values:
    """Latitude and longitude in one cell."""
    pair = parse_position(text)
    if pair is None:
        raise CellFault("not a position", "latitude and longitude, such as 48.1, 11.5 or 48°08'N 11°34'E")
    return {spec.to: _rounded(pair[0]), "lon_deg": _rounded(pair[1])}


def generation_of(text: str) -> str | None:
    """The generation of mobile networks that a word means, such as 4G for LTE; None where it means none."""
    known: Mapping[str, list[str]] = vocabulary()["generations"]
    return {fold(word): name for name, others in known.items() for word in (name, *others)}.get(fold(text))


def _generation(text: str, spec: Field, _: Record) -> Values:
    """A generation of mobile networks; in a list of facts as `generation=4G`."""
    name = generation_of(text)
    if name is None:
        known = vocabulary()["generations"]
        raise CellFault("no such generation", "one of " + ", ".join(known), partial(nearest, text, tuple(known)))
    return {spec.to: [f"generation={name}"] if spec.target_type == "list" else name}


def _day(text: str, spec: Field, _: Record) -> Values:
    try:
        day = parse_day(text)
    except ValueError as err:
        raise CellFault("not a day", str(err), way_out=calendars.way_out(text, day_asked=True)) from err
    _in_our_years(Span(day, day))
    return {spec.to: day}


def _instant(text: str, spec: Field, _: Record) -> Values:
    """A moment in UTC: ISO 8601, or seconds since 1970 as tools of measurement write them."""
    expected = "a moment such as 2019-05-12T10:00:00Z, or seconds since 1970"
    try:
        if text.isascii() and text.isdecimal() and len(text) > 8:
            moment = datetime.fromtimestamp(int(text), UTC)
        else:
            moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError) as err:
        raise CellFault("not a moment", expected) from err
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    _in_our_years(Span(moment.date(), moment.date()))
    return {spec.to: moment}


def _in_our_years(span: Span) -> None:
    year = calendars.strange_year(span)
    if year is not None:
        expected = f"a year from {calendars.FIRST_YEAR} to {calendars.LAST_YEAR}"
        raise CellFault("the year is of another calendar, or a slip", expected, way_out=calendars.year_way_out(year))


def _span_of(text: str, spec: Field, record: Record) -> Span:
    """The days of a cell; a fiscal year as the country counts that the record names, where the field says where."""
    try:
        country = record.other(spec, "country")
        span = parse_span(text, countries().fiscal_year(country)) if "country" in spec.options else parse_span(text)
    except ValueError as err:
        raise CellFault("not a date", str(err), way_out=calendars.way_out(text, day_asked=False)) from err
    _in_our_years(span)
    return span


def _span(text: str, spec: Field, record: Record) -> Values:
    span = _span_of(text, spec, record)
    if spec.target_type == "date":
        return {spec.to: span.low if spec.options.get("edge") == "first" else span.high}
    return {spec.to: text, f"{spec.to}_low_on": span.low, f"{spec.to}_high_on": span.high}


def _span_or_words(text: str, spec: Field, _: Record) -> Values:
    try:
        last = parse_span(text).high
    except ValueError:
        last = None
    return {spec.to: text, f"{spec.to}_on": last}


def _parts(text: str, spec: Field) -> list[str]:
    separator = str(spec.options.get("separator", "|"))
    return list(dict.fromkeys(part for part in map(str.strip, text.split(separator)) if part))


def _list(text: str, spec: Field, _: Record) -> Values:
    parts = _parts(text, spec)
    two = next((part for part in parts if spec.to == "facts" and holds_two_facts(part)), None)
    if two:
        mark = str(spec.options.get("separator", "|"))
        raise CellFault("two facts stand in one", f"key=value, two of them parted by {mark}", found=two)
    listed = spec.options.get("of")
    if listed == "segments":
        for part in parts:
            _segment_entry(part)
    elif isinstance(listed, str):
        for part in parts:
            if part not in words(listed):
                allowed = words(listed)
                raise CellFault(
                    "no such word", "words of " + ", ".join(allowed), partial(nearest, part, allowed), found=part
                )
    return {spec.to: parts}


def _percent(text: str, spec: Field, record: Record) -> Values:
    qualifier = record.other(spec, "qualifier")
    try:
        share = published_share(text, qualifier)
    except ValueError as err:
        raise CellFault("not a percentage", str(err)) from err
    bounds: Values = {"low_share": share.low, "high_share": share.high}
    return {spec.to: text or None, **bounds, "low_open": share.low_open, "high_open": share.high_open}


def _mentions(text: str, spec: Field, record: Record) -> Values:
    """True where the cell, or another column named by `also`, holds one of the words of a vocabulary list."""
    listed = vocabulary()[str(spec.options["of"])]
    phrase = " ".join([text, *(record.cells.get(name, "") for name in spec.options.get("also", ()))]).casefold()
    return {spec.to: any(word in phrase for word in listed)}


def _party(text: str, record: Record, role: str, *, way_out: str) -> str:
    found = record.names.match(text, role)
    if found is None:
        raise _no_party(text, record.names, role, way_out=way_out)
    return found


def _no_party(text: str, names: PartyNames, role: str, *, way_out: str) -> CellFault:
    """The fault of a name that means no party of a role, or two equally well."""
    meant = names.matches(text, role)
    sentence, expected = wanted(meant, role)
    if len(meant) > 1:
        return CellFault(sentence, expected, way_out="Write the id of the one that is meant.", found=text)
    return CellFault(sentence, expected, partial(names.closest, text, role), way_out=way_out, found=text)


def _any_party(text: str, spec: Field, record: Record) -> Values:
    return {spec.to: _party(text, record, str(spec.options.get("role", ANY)), way_out=_PARTY_WAY_OUT)}


def _vendor(text: str, spec: Field, record: Record) -> Values:
    return {spec.to: _party(text, record, VENDOR, way_out=_VENDOR_WAY_OUT)}


def _vendors(text: str, spec: Field, record: Record) -> Values:
    """A vendor, a set (`A+B`, `A|B`), `-` for none, `all` where the field allows it, or words for a complement."""
    if text == "-":
        return {spec.to: [], "complement": False, "vendors_says": text}
    if spec.options.get("all") and fold(text) == "all":
        return {spec.to: ["all"], "complement": False, "vendors_says": text}
    for phrase, means in vocabulary()["vendor_sets"].items():
        if fold(phrase) == fold(text):
            made = {"complement": bool(means["complement"]), "vendors_says": text}
            return {spec.to: list(means["vendor_ids"]), **made}
    whole = record.names.match(text, VENDOR)
    parts = [text] if whole else [part.strip() for part in text.replace("+", "|").split("|")]
    if not all(parts):
        raise CellFault("a name is missing in the set", "names joined by + or |")
    ids = [_member(part, record) for part in parts]
    return {spec.to: sorted(dict.fromkeys(ids)), "complement": False, "vendors_says": text}


def _member(part: str, record: Record) -> str:
    """One member of a set: a vendor, or `country:` and two letters for every vendor of a country."""
    prefix, mark, country = part.partition(":")
    code = countries().code(country) if mark and fold(prefix) == "country" else None
    return f"country:{code}" if code else _party(part, record, VENDOR, way_out=_PARTY_WAY_OUT)


def _parties(text: str, spec: Field, record: Record) -> Values:
    role = str(spec.options.get("role", ANY))
    return {spec.to: [_party(part, record, role, way_out=_PARTY_WAY_OUT) for part in _parts(text, spec)]}


def _carrier(text: str, spec: Field, record: Record) -> Values:
    if spec.options.get("all") and fold(text) == "all":
        return {spec.to: None}
    country = record.other(spec, "country") or None
    found = record.names.carrier(text, country)
    if found is None:
        spelling = text if record.names.match(text, CARRIER) is None else f"{text} {country}"
        fault = _no_party(spelling, record.names, CARRIER, way_out=_PARTY_WAY_OUT)
        fault.found = None
        raise fault
    return {spec.to: found}


def _new_party(text: str, spec: Field, record: Record) -> Values:
    """A party that the file itself introduces. The reader has declared it before any record is parsed."""
    return {spec.to: record.names.declared(text, party_role(spec, record.cells)) or record.names.new_id(text)}


def party_role(spec: Field, cells: Mapping[str, str]) -> str:
    """The role of the party that a `new_party` field introduces: declared, or read from another column."""
    stated = fold(cells.get(str(spec.options.get("role_column", "")), "") or str(spec.options.get("role", "")))
    return stated if stated in (VENDOR, CARRIER) else ANY


def _country(text: str, spec: Field, _: Record) -> Values:
    name = countries().name(text)
    if name is None:
        raise CellFault(
            "no such country", "a country or its two letters", partial(countries().nearest, text), found=text
        )
    return {spec.to: name}


def _country_code(text: str, spec: Field, _: Record) -> Values:
    codes = [countries().code(part) for part in text.split("/")]
    if None in codes:
        raise CellFault(
            "no such country", "a country or its two letters", partial(countries().nearest, text), found=text
        )
    return {spec.to: "/".join(str(code) for code in codes)}


def _find_segment(text: str) -> Mapping[str, Any] | None:
    segments: Mapping[str, Mapping[str, Any]] = vocabulary()["segments"]
    return {fold(word): means for word, means in segments.items()}.get(fold(text))


def _segment_entry(text: str) -> Mapping[str, Any]:
    entry = _find_segment(text)
    if entry is None:
        segments: Mapping[str, Mapping[str, Any]] = vocabulary()["segments"]
        way_out = "Use a listed word, or add this one to the segments of vocabulary.yml."
        raise CellFault(
            "no such segment", "a listed segment", partial(nearest, text, segments), way_out=way_out, found=text
        )
    return entry


def _segment(text: str, spec: Field, _: Record) -> Values:
    entry = _segment_entry(text)
    return {spec.to: text, "asset_class": entry["asset_class"], "generation": entry.get("generation")}


def _measure(text: str, spec: Field, _: Record) -> Values:
    phrase = text.casefold()
    kinds = (str(m["kind"]) for m in vocabulary()["measures"] if str(m["has"]).casefold() in phrase)
    return {spec.to: text, "measure_kind": next(kinds, "other")}


def _presence(text: str, spec: Field, record: Record) -> Values:
    """absent where the role says so, count where the segment is no equipment, else named."""
    phrase = text.casefold()
    if any(phrase.startswith(word) for word in vocabulary()["absent_words"]):
        return {spec.to: "absent"}
    entry = _find_segment(record.other(spec, "segment"))
    return {spec.to: "count" if entry is not None and entry["asset_class"] is None else "named"}


def _reading(text: str, spec: Field, _: Record) -> Values:
    known: Mapping[str, str] = vocabulary()["reading_of_status"]
    phrase = {**{fold(k): v for k, v in known.items()}, **{fold(word): word for word in words("reading")}}
    if fold(text) not in phrase:
        raise CellFault("no such status", "one of " + ", ".join(known), partial(nearest, text, known))
    return {spec.to: phrase[fold(text)]}


def _slug(text: str, spec: Field, _: Record) -> Values:
    """The id of a name, from the whole of it."""
    return {spec.to: name_id(text)}


def _asn_of(text: str) -> str:
    plain = text[2:] if text[:2].casefold() == "as" else text
    read = read_asn(plain.strip(), "", 0, column="")
    if isinstance(read, int):
        return str(read)
    raise CellFault(read.says, read.expected, lambda: read.nearest, way_out=read.way_out, found=read.found or text)


def _asn(text: str, spec: Field, _: Record) -> Values:
    return {spec.to: _asn_of(text)}


def _asns(text: str, spec: Field, _: Record) -> Values:
    return {spec.to: [_asn_of(part) for part in _parts(text, spec)]}


def _address(text: str, spec: Field, _: Record) -> Values:
    read = read_address(text)
    if read is None:
        raise CellFault("this is no address", "an address of IPv4 or IPv6, such as 192.0.2.1 or 2001:db8::1")
    return {spec.to: address_text(*read)}


PARSERS: dict[str, tuple[Parser, frozenset[str]]] = {
    "text": (_text, frozenset()),
    "words": (_words, frozenset({"of", "also"})),
    "yes_no": (_yes_no, frozenset()),
    "number": (_number, frozenset()),
    "count": (_count, frozenset()),
    "share": (_share, frozenset()),
    "degrees": (_degrees, frozenset()),
    "position": (_position, frozenset()),
    "generation": (_generation, frozenset()),
    "day": (_day, frozenset()),
    "instant": (_instant, frozenset()),
    "span": (_span, frozenset({"edge", "country"})),
    "span_or_words": (_span_or_words, frozenset()),
    "list": (_list, frozenset({"separator", "of"})),
    "percent": (_percent, frozenset({"qualifier"})),
    "mentions": (_mentions, frozenset({"of", "also"})),
    "party": (_any_party, frozenset({"role"})),
    "parties": (_parties, frozenset({"separator", "role"})),
    "vendor": (_vendor, frozenset()),
    "vendors": (_vendors, frozenset({"all"})),
    "carrier": (_carrier, frozenset({"country", "all"})),
    "new_party": (_new_party, frozenset({"role", "role_column"})),
    "country": (_country, frozenset({"each"})),
    "country_code": (_country_code, frozenset()),
    "segment": (_segment, frozenset()),
    "measure": (_measure, frozenset()),
    "presence": (_presence, frozenset({"segment"})),
    "reading": (_reading, frozenset()),
    "slug": (_slug, frozenset({"whole"})),
    "asn": (_asn, frozenset()),
    "asns": (_asns, frozenset({"separator"})),
    "address": (_address, frozenset()),
}
"""Field type to its parser and the options it takes. `docs/mapping.md` says what each means."""
COLUMN_OPTIONS = frozenset({"qualifier", "country", "segment", "role_column"})
"""Options that name another column of the file."""
READS_EMPTY = frozenset({"percent", "mentions"})
"""Types that say something of an empty cell: a share without a number is [0, 1]."""
SIDE_COLUMNS: dict[str, tuple[str, ...]] = {
    "span": ("{to}_low_on", "{to}_high_on"),
    "span_or_words": ("{to}_on",),
    "percent": ("low_share", "high_share", "low_open", "high_open"),
    "vendors": ("complement", "vendors_says"),
    "segment": ("asset_class", "generation"),
    "measure": ("measure_kind",),
    "position": ("lon_deg",),
}
"""Columns that a type fills beside its own target."""
