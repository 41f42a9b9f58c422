"""What is on record of aid for a country's carriers; what it would gain is the answer of `fund`."""

from collections.abc import Sequence
from datetime import date

from provenet.case.extract import Extract
from provenet.case.programmes import is_open_to
from provenet.case.rows import ProgrammeRow
from provenet.core.answer import Answer, Count, Country, Name, Quotation, Sentence, Series, Slot, Term, sentence

SHOWN = 3
"""Programmes that the answer names: the latest first, after those of a known mechanism the others, those over last."""
NONE = "No programme of aid for carriers of {country} is on record."
SOME = "On record of aid for carriers of {country}: {programmes}; what it would gain is not worked out."
FOR_GOVERNMENTS = "For governments, not carriers, on record: {programmes}."
PROGRAMME = "{title} ({giver}, {since}{over})"


def aid_answer(extract: Extract) -> Answer:
    """Which programmes are on record; no amount, chance or act follows from this answer."""
    rows, country = programmes_on_record(extract), Country(name=extract.country)
    rows.sort(key=lambda row: (_is_over(row, extract), row["mechanism"] is None, -_begun(row).toordinal()))
    of_carriers, of_governments = (
        [row for row in rows if (row["recipient"] == "country") is of_country] for of_country in (False, True)
    )
    finding = (
        sentence(SOME, country=country, programmes=_listed(of_carriers, extract))
        if of_carriers
        else sentence(NONE, country=country)
    )
    # Beside what carriers may apply for, what governments may stands in the chapter on aid alone.
    others = sentence(FOR_GOVERNMENTS, programmes=_listed(of_governments, extract))
    beside = [others] if of_governments and not of_carriers else []
    return extract.answer("aid", finding, sentences=beside, rows=[row["programme_id"] for row in rows])


def _listed(rows: Sequence[ProgrammeRow], extract: Extract) -> Series:
    named: list[Slot] = [_named(row, extract) for row in rows[:SHOWN]]
    more = [Count(number=len(rows) - SHOWN, one="other programme")] if len(rows) > SHOWN else []
    return Series(items=(*named, *more), last=";")


def programmes_on_record(extract: Extract) -> list[ProgrammeRow]:
    """The programmes known on the day and open to carriers of the country; one that is assumed is nobody's offer."""
    rows = sorted(extract.inputs(ProgrammeRow), key=lambda row: (_begun(row), row["programme_id"]))
    return [row for row in rows if row["basis"] != "assumed" and is_open_to(row, extract.country)]


def _begun(row: ProgrammeRow) -> date:
    return row["from_on"] or date.min


def _is_over(row: ProgrammeRow, extract: Extract) -> bool:
    return row["to_on"] is not None and row["to_on"] < extract.as_of


def _named(row: ProgrammeRow, extract: Extract) -> Sentence:
    over = sentence(", over") if _is_over(row, extract) else sentence("")
    since = Quotation(text=row["day"] or "no date", row=row["row_id"])
    return sentence(PROGRAMME, title=Name(text=row["title"]), giver=Term(text=row["giver"]), since=since, over=over)
