"""Forms that came back filled in: answers of the owners of sites, and replies of parties, with the signer as source.

A cell left empty is not known. Every fault of a form is reported at once; a form with one leaves no row. A form may
come back with other marks between its cells, another encoding and its columns in another order: spreadsheets do that.
"""

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import BinaryIO

from provenet.case.answer_forms import PATHS, PROTECTIONS, REPLY_FORM, SITE_QUESTIONNAIRE, AnswerForm
from provenet.case.parties import CARRIER, VENDOR
from provenet.case.tables import words
from provenet.core.countries import countries
from provenet.core.errors import Fault, FaultList, nearest
from provenet.core.ids import row_id
from provenet.core.when import parse_day
from provenet.ingest.registry import Head, Parts, Source
from provenet.ingest.rows import made_row, source_book
from provenet.ingest.tabular import calendars

LARGEST_BYTES = 16 * 2**20
"""A form with ten thousand rows is about two megabytes."""
UNKNOWN = frozenset(("unknown", "not known", "n/a", "?", "-"))
"""What people write where they do not know; the same as an empty cell."""
STANCES = {
    "denies": "denies",
    "deny": "denies",
    "qualifies": "qualifies",
    "qualify": "qualifies",
    "agrees": "asserts",
    "agree": "asserts",
    "asserts": "asserts",
}
"""What a party may answer, and the stance that it takes."""
READ = "read in the source"
SHARE = "share"
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})\Z", re.ASCII)
_DELIMITERS = (",", ";", "\t")
_LONGEST_ANSWER = 2_000


def recognises(form: AnswerForm, head: Head) -> bool:
    """Whether a file begins with the title of a form."""
    return head.data[:400].decode("utf-8-sig", "replace").lstrip().lstrip('"').startswith(form.title)


def read_site_answers(source: Source, stream: BinaryIO) -> Parts:
    """Rows of `site_answer`, `site_demand` and `source` from a questionnaire. A site without an answer makes no row."""
    form = _read(SITE_QUESTIONNAIRE, source, stream)
    if form is None:
        return
    made = [one for one in (_site_answer(form, row) for row in form.rows) if one is not None]
    demands = [(row, content) for row in form.rows for content in _site_demands(form, row)]
    yield from _signed(form, made, "site_answer", kind="primary", more={"site_demand": demands})


def read_replies(source: Source, stream: BinaryIO) -> Parts:
    """Rows of `claim` that answer others, and of `source`, from a reply form; none for a claim left unanswered."""
    form = _read(REPLY_FORM, source, stream)
    if form is None:
        return
    made = [one for one in (_reply(form, row) for row in form.rows) if one is not None]
    yield from _signed(form, made, "claim", kind="party")


@dataclass(frozen=True)
class FormRow:
    """The cells of one row by key, and where it stands."""

    number: int
    cells: Mapping[str, str]

    def answered(self, form: AnswerForm) -> bool:
        """Whether any question of the row was answered."""
        return any(self.cells[key] for key in form.asked)


@dataclass
class FilledForm:
    """A form as it came back: what the signer wrote, and the rows with an answer."""

    form: AnswerForm
    source: Source
    signer: dict[str, str] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    rows: list[FormRow] = field(default_factory=list)

    @property
    def faults(self) -> FaultList:
        """What is wrong with the file."""
        return self.source.faults

    def fault(self, says: str, number: int, column: str, *, found: str = "", **more: str | None) -> None:
        """Adds a fault of one cell."""
        self.faults.add(Fault(self.source.upload.plain_name, says, number, column=column, found=found or None, **more))

    def cell_fault(self, row: FormRow, key: str, says: str, **more: str | None) -> None:
        """Adds a fault of one answer."""
        self.fault(says, row.number, self.form.headings[key], found=row.cells[key], **more)

    def needed(self, key: str, why: str) -> str:
        """What the signer wrote; a fault where it is empty."""
        value = self.signer.get(key, "")
        if not value:
            self.fault(
                "the signer's block leaves this empty", self.places.get(key, 0), self.form.signer[key], way_out=why
            )
        return value

    def day(self) -> date:
        """The day of the answers; a fault where it is none."""
        text = self.needed("day", "Write the day on which the answers were given.")
        dotted = _DOTTED.match(text)
        try:
            day = parse_day(f"{dotted[3]}-{dotted[2]:0>2}-{dotted[1]:0>2}" if dotted else text)
        except ValueError as err:
            if text:
                label = self.form.signer["day"]
                way_out = calendars.way_out(text, day_asked=True)
                self.fault("not a day", self.places["day"], label, found=text, expected=str(err), way_out=way_out)
            return date.min
        if calendars.FIRST_YEAR <= day.year <= calendars.LAST_YEAR:
            return day
        label, way_out = self.form.signer["day"], calendars.year_way_out(day.year)
        self.fault("the year is of another calendar, or a slip", self.places["day"], label, found=text, way_out=way_out)
        return date.min


def _read(form: AnswerForm, source: Source, stream: BinaryIO) -> FilledForm | None:
    """The answers of a form; None where the file is no whole form."""
    name, data = source.upload.plain_name, stream.read(LARGEST_BYTES + 1)
    if len(data) > LARGEST_BYTES:
        expected, way_out = f"at most {LARGEST_BYTES // 2**20} MiB", "Send the form back with its own rows alone."
        source.faults.add(Fault(name, "the form is too large", expected=expected, way_out=way_out))
        return None
    records = _records(form, data)
    if isinstance(records, str):
        way_out = f"Fill in the form as it was sent; its headings begin: {', '.join(list(form.headings.values())[:3])}."
        source.faults.add(Fault(name, records, way_out=way_out))
        return None
    filled = FilledForm(form, source)
    at = next(number for number, record in records if _is_heading(form, record))
    _read_signer(filled, [one for one in records if one[0] < at])
    headings = next(record for number, record in records if number == at)
    if _heading_faults(filled, at, headings):
        return None
    keys = {heading: key for key, heading in form.headings.items()}
    for number, record in records:
        if number > at and any(record):
            _read_row(filled, number, keys=[keys.get(one, "") for one in headings], record=record)
    return filled


def _records(form: AnswerForm, data: bytes) -> list[tuple[int, list[str]]] | str:
    """The numbered records of a form, cut at whatever its spreadsheet wrote between cells; what is wrong otherwise."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    if "\ufffd" in text or "\x00" in text:
        return "the form is neither UTF-8 nor Windows-1252 text"
    for delimiter in _DELIMITERS:
        try:
            found = [
                (number, [" ".join(cell.split()) for cell in record])
                for number, record in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), start=1)
            ]
        except csv.Error:
            continue
        if any(_is_heading(form, record) for _, record in found):
            return found
    return "the line of headings is missing"


def _is_heading(form: AnswerForm, record: list[str]) -> bool:
    return next(iter(form.given.values())) in record and sum(one in record for one in form.headings.values()) > 2


def _read_signer(filled: FilledForm, records: list[tuple[int, list[str]]]) -> None:
    """What stands above the headings: the title, notes, and what the signer wrote beside each label."""
    labels = {label: key for key, label in filled.form.signer.items()}
    known = {filled.form.title, *filled.form.notes}
    for number, record in records:
        cells = [cell for cell in record if cell]
        if not cells or (cells[0] in known and len(cells) == 1):
            continue
        key = labels.get(cells[0])
        if key is None or len(cells) > 2:
            way_out = "Write your answers beside the labels and below the headings of the form, nowhere else."
            filled.fault("this line is not of the form", number, cells[0], found=" ".join(cells[1:]), way_out=way_out)
            continue
        filled.places[key] = number
        filled.signer[key] = _answer(cells[1]) if len(cells) == 2 else ""


def _heading_faults(filled: FilledForm, at: int, headings: list[str]) -> int:
    before = filled.faults.count
    known = set(filled.form.headings.values())
    keys = {heading: key for key, heading in filled.form.headings.items()}
    for heading in filled.form.headings.values():
        if headings.count(heading) == 0 and keys[heading] in filled.form.later:
            continue
        if headings.count(heading) != 1:
            text = "the form lacks this heading" if heading not in headings else "the form has this heading twice"
            filled.fault(text, at, heading, way_out="Fill in the form as it was sent.")
    for heading in headings:
        if heading and heading not in known:
            near = nearest(heading, known)
            filled.fault("the form has no such heading", at, heading, nearest=near, way_out="Take the column out.")
    return filled.faults.count - before


def _read_row(filled: FilledForm, number: int, *, keys: list[str], record: list[str]) -> None:
    beyond = [cell for at, cell in enumerate(record) if cell and (at >= len(keys) or not keys[at])]
    if beyond:
        way_out = "Move it into the column of its question, or of remarks."
        filled.fault("a cell stands beyond the columns of the form", number, "", found=beyond[0], way_out=way_out)
    cells = dict.fromkeys(filled.form.headings, "")
    cells |= {key: _answer(record[at]) for at, key in enumerate(keys) if key and at < len(record)}
    row = FormRow(number, cells)
    if not row.answered(filled.form):
        return
    key = next(iter(filled.form.given))
    if not cells[key]:
        way_out = "Copy it from the form as it was sent."
        filled.fault("the row does not say what it is about", number, filled.form.headings[key], way_out=way_out)
    if too_long := next((one for one in cells.values() if len(one) > _LONGEST_ANSWER), None):
        filled.fault(
            "the answer is too long", number, "", found=too_long, expected=f"at most {_LONGEST_ANSWER:,} letters"
        )
    filled.rows.append(row)


def _answer(cell: str) -> str:
    """A cell without the mark that kept a spreadsheet from working it out; what says that it is not known is empty."""
    text = cell.removeprefix("'")
    return "" if text.casefold() in UNKNOWN else text


Content = dict[str, object]
Answers = list[tuple[FormRow, Content]]


def _signed(
    filled: FilledForm, made: Answers, table: str, *, kind: str, more: Mapping[str, Answers] | None = None
) -> Parts:
    """The rows of a form with their signer as the source; nothing where nothing was answered.

    `more` are rows of other tables, whose ids are digests of what they say.
    """
    upload = filled.source.upload
    if not filled.rows:
        filled.source.remarks.append(f"{upload.plain_name}: the form holds no answer, so it makes no row.")
        return
    signer = filled.needed("signer", "Write who signs the answers: a form without a signer has no source.")
    day = filled.day()
    if filled.faults.count:
        return
    title = f"Answer of {', '.join(one for one in (signer, filled.signer.get('office', '')) if one)}, {day}"
    source_id = source_book().listing(title, "")
    dated: Content = {"published": str(day), "published_low_on": day, "published_high_on": day}
    about: Content = {"source_id": source_id, "title": title, "kind": kind, "kind_by": "first guess", "reading": READ}
    place = f"{upload.plain_name} row {filled.places['signer']}"
    yield "source", [made_row("source", {**about, **dated}, upload.file_id, locator=place)]
    rows = []
    for row, content in made:
        whole = {**content, "source_id": source_id, "reading": READ, **_of_signer(table, filled, day)}
        key = {"site_answer": "answer_id", "claim": "claim_id"}[table]
        whole[key] = row_id("answer" if table == "site_answer" else "reply", whole)
        rows.append(made_row(table, whole, upload.file_id, locator=f"{upload.plain_name} row {row.number}"))
    yield table, rows
    for name, found in (more or {}).items():
        stated: Content = {"source_id": source_id, "reading": READ, "stated_on": day}
        signed = [
            made_row(name, {**content, **stated}, upload.file_id, locator=f"{upload.plain_name} row {row.number}")
            for row, content in found
        ]
        if signed:
            yield name, signed


def _of_signer(table: str, filled: FilledForm, day: date) -> Content:
    if table == "claim":
        signed = ", ".join(one for one in (filled.signer["signer"], filled.signer.get("office", "")) if one)
        dated: Content = {"said": str(day), "said_low_on": day, "said_high_on": day}
        return {**dated, "anonymous": "no", "confidence_note": f"reply form signed by {signed}"}
    return {"signer": filled.signer["signer"], "office": filled.signer.get("office") or None, "answered_on": day}


def _site_answer(filled: FilledForm, row: FormRow) -> tuple[FormRow, Content] | None:
    country = countries().name(filled.signer.get("country", ""))
    if country is None and not _has_fault(filled, "country"):
        label, at = filled.form.signer["country"], filled.places.get("country", 0)
        found, way_out = filled.signer.get("country", ""), "Write the country of the sites."
        filled.fault(
            "no such country", at, label, found=found, expected="the name or code of a country", way_out=way_out
        )
    carriers = _carriers(filled, row, country)
    links = row.cells["own_links"].casefold()
    if links not in ("", "yes", "no"):
        filled.cell_fault(row, "own_links", "neither yes nor no", expected="yes, no, or an empty cell for not known")
    content: Content = {
        "site_id": row.cells["site_id"],
        "country": country,
        "owner": row.cells["owner"] or None,
        "carrier_ids": carriers,
        "own_links": links or None,
        "note": row.cells["note"] or None,
    }
    return row, content


_AMOUNT = re.compile(
    r"(?P<bound>at least|at most|up to)?\s*(?P<low>[0-9.,]+)\s*%?\s*(?:(?:to|-|\u2013)\s*(?P<high>[0-9.,]+))?\s*"
    r"(?P<unit>%|Mbit/s|Gbit/s|GB a month|TB a month)\Z",
    re.ASCII | re.IGNORECASE,
)
_PATH_KEYS = ("own_network", "own_satellite", "leased_circuits", "commercial_satellite")


def _site_demands(filled: FilledForm, row: FormRow) -> list[Content]:
    """What a row says of official traffic: the whole of it, and what each path can take; a fault for what cannot be
    read."""
    protection = row.cells["protection"].casefold() or None
    if protection is not None and protection not in PROTECTIONS:
        near = nearest(protection, PROTECTIONS)
        filled.cell_fault(row, "protection", "no such protection", expected=", ".join(PROTECTIONS), nearest=near)
    first = PATHS.get(row.cells["first_path"].casefold().replace("_", " "))
    if row.cells["first_path"] and first is None:
        near = nearest(row.cells["first_path"], PATHS)
        filled.cell_fault(row, "first_path", "no such path", expected=", ".join(PATHS), nearest=near)
    about: Content = {
        "site_id": row.cells["site_id"],
        "country": countries().name(filled.signer.get("country", "")),
        "kind": "official",
    }
    whole = _amount(filled, row, "official")
    made = [{**about, **whole, "protection": protection}] if whole or protection else []
    for path in dict.fromkeys((*_PATH_KEYS, *([first] if first else []))):
        amount = _amount(filled, row, path) if path in _PATH_KEYS else {}
        if amount or path == first:
            made.append({**about, **amount, "path": path, "choice_count": 1 if path == first else None})
    return made


def _amount(filled: FilledForm, row: FormRow, key: str) -> Content:
    """The ends and the unit of an amount; empty where none is given, and a fault where it cannot be read."""
    text = row.cells[key]
    if not text:
        return {}
    found = _AMOUNT.match(text)
    ends = [_number(one) for one in found.group("low", "high") if one] if found else []
    if found is None or None in ends:
        expected = "an amount or from to with its unit: %, Mbit/s, Gbit/s, GB a month or TB a month"
        way_out = "Write 60 to 80 %, 100 Mbit/s, at most 1.5 Gbit/s; digits without marks between thousands."
        filled.cell_fault(row, key, "no amount of traffic", expected=expected, way_out=way_out)
        return {}
    unit = {one.casefold(): one for one in words("traffic_unit")}.get(found["unit"].casefold(), SHARE)
    low, high = (one / 100 if unit == SHARE else one for one in (ends[0] or 0.0, ends[-1] or 0.0))
    if low > high or (unit == SHARE and high > 1) or (found["bound"] and len(ends) > 1):
        filled.cell_fault(row, key, "no range of traffic", expected="the smaller end first, and no share above 100 %")
        return {}
    bound = (found["bound"] or "").casefold()
    return {
        "low_amount": None if bound in ("at most", "up to") else low,
        "high_amount": None if bound == "at least" else high,
        "amount_unit": unit,
    }


def _number(text: str) -> float | None:
    """A number with a point or a comma before its decimals; None for one that may have a mark between thousands."""
    whole, mark, decimals = text.replace(",", ".").partition(".")
    if not whole.isdigit() or (mark and (not decimals.isdigit() or len(decimals) == 3)):
        return None
    return float(f"{whole}.{decimals or 0}")


def _has_fault(filled: FilledForm, key: str) -> bool:
    return any(fault.column == filled.form.signer[key] for fault in filled.faults.faults)


def _carriers(filled: FilledForm, row: FormRow, country: str | None) -> list[str]:
    names = filled.source.names
    found: list[str] = []
    for name in (part.strip() for part in row.cells["carriers"].split(";")):
        if not name:
            continue
        party = names.carrier(name, country)
        if party is None:
            _party_fault(filled, row, name, key="carriers", role=CARRIER)
        elif party not in found:
            found.append(party)
    return sorted(found)


def _party_fault(filled: FilledForm, row: FormRow, name: str, *, key: str, role: str) -> None:
    way_out = f"Fix the cell, add the {role} to the case first, or leave the cell empty for not known."
    place, column = filled.source.upload.plain_name, filled.form.headings[key]
    fault = filled.source.names.refusal(name, role, place=place, column=column, row=row.number, way_out=way_out)
    filled.faults.add(fault)


def _reply(filled: FilledForm, row: FormRow) -> tuple[FormRow, Content] | None:
    speaker = filled.signer.get("party", "")
    if not speaker and not _has_fault(filled, "party"):
        filled.needed("party", "Write the party whose answer this is.")
    stance = STANCES.get(row.cells["stance"].casefold(), "")
    if not stance:
        text = "no such answer" if row.cells["stance"] else "the row has words and no answer"
        near = nearest(row.cells["stance"], STANCES)
        filled.cell_fault(row, "stance", text, expected="denies, qualifies or agrees", nearest=near)
    if not row.cells["answer"]:
        filled.cell_fault(row, "answer", "the row has an answer and no words", way_out="Write what the party says.")
    url = row.cells["url"]
    if url and not url.lower().startswith(("http://", "https://")):
        filled.cell_fault(row, "url", "no web address", expected="an address that begins with https://")
    content: Content = {
        "vendor_ids": _vendors(filled, row),
        "topic": row.cells["topic"] or "reply",
        "speaker": speaker,
        "stance": stance,
        "paraphrase": f"Says: {row.cells['answer']}",
        "answers_claim_id": row.cells["claim_id"],
        "fact": row.cells["fact"] or None,
        "note": f"published at {url}" if url else None,
    }
    return row, content


def _vendors(filled: FilledForm, row: FormRow) -> list[str]:
    """The vendors that a reply is about: those of the claim, which the form gives by their ids."""
    found: list[str] = []
    for name in (part.strip() for part in row.cells["vendors"].split(";")):
        party = name if name == "all" or name.startswith("country:") else filled.source.names.match(name, VENDOR)
        if name and party is None:
            _party_fault(filled, row, name, key="vendors", role=VENDOR)
        elif name and party is not None:
            found.append(party)
    if not row.cells["vendors"]:
        filled.cell_fault(row, "vendors", "the row names no vendor", way_out="Copy it from the form as it was sent.")
    return list(dict.fromkeys(found))
