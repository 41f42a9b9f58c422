"""Vendors: what is on record of each, by one rule: shares, outcomes of rules, claims and replies, seat, owners."""

from collections.abc import Iterator, Mapping
from typing import Any

from provenet.case.days_ahead import OPEN, plain
from provenet.case.rows import PartyRow, VendorShareRow
from provenet.core import wording
from provenet.core.answer import TITLES, Answer
from provenet.core.countries import countries
from provenet.dependence.answer import dependence_answer, known_best
from provenet.dependence.share_rows import short_measure
from provenet.evidence.rules_answer import rules_answer
from provenet.web.page import DaysQuestion, Html, Page, Reply, Route, Visit, day_query, every_day, has_rows
from provenet.web.pages.claims import exchanges_on
from provenet.web.pages.world import dossiers_of
from provenet.web.reading import Days, NotFound, Reading
from provenet.web.stored_answers import extract_of


def vendors(visit: Visit) -> Reply:
    """Every vendor on record, with its shares and how often it is spoken of."""
    days = _days(visit)
    words = _common(visit, days) | {"vendors": [_line(visit, one, days) for one in _vendors(visit.reading, days)]}
    return Html(template="vendors.html.j2", title=visit.tongue.text("Vendors"), words=words)


def vendor(visit: Visit) -> Reply:
    """One vendor: all that the list says of it, and the rows behind it."""
    days, key = _days(visit), visit.path["vendor"]
    row = next((one for one in _vendors(visit.reading, days) if one["party_id"] == key), None)
    if row is None:
        raise NotFound(f"No vendor of this case has the id {key!r}.")
    answers = [one for _, answers in _countries(visit.reading, days).values() for one in answers]
    words = {
        "row": row,
        "line": _line(visit, row, days),
        "rules": _rules(visit.reading, key, days),
        "says": [(one, TITLES[one.question], sentences) for one in answers if (sentences := _naming(one, row["name"]))],
    }
    return Html(template="vendor.html.j2", title=row["name"], words=_common(visit, days) | words)


def _days(visit: Visit) -> Days:
    question = visit.question_as(DaysQuestion)
    days = visit.reading.chosen_days(question.as_of, question.known_on)
    if days is None:
        raise NotFound("No dossier stands in this case yet. Run: provenet brief CASE")
    return days


def _common(visit: Visit, days: Days) -> dict[str, object]:
    return {"chosen": days, "own": day_query(*days), "days": [(pair, day_query(*pair)) for pair in visit.reading.days]}


def _countries(reading: Reading, days: Days) -> Mapping[str, tuple[list[VendorShareRow], tuple[Answer, ...]]]:
    """By country with a dossier of the days: the shares of the network that is known best, and what page one says."""
    extracts = {row["country"]: extract_of(reading, row["country"], days) for row in dossiers_of(reading, days)}
    return reading.once(
        ("vendors of countries", days),
        lambda: {one: (known_best(it), (dependence_answer(it), rules_answer(it))) for one, it in extracts.items()},
    )


def _vendors(reading: Reading, days: Days) -> list[dict[str, Any]]:
    """The rows of the vendors as known on the day, by name, without what names a later day."""
    first = next(iter(_countries(reading, days)), "")
    rows = [row for row in extract_of(reading, first, days).inputs(PartyRow) if row["role"] == "vendor"]
    known = ({name: None if OPEN in str(cell) else cell for name, cell in row.items()} for row in rows)
    return sorted(known, key=lambda row: str(row["name"]).casefold())


def _line(visit: Visit, row: Mapping[str, Any], days: Days) -> dict[str, Any]:
    """What the list says of a vendor."""
    key = row["party_id"]
    shares = [
        {
            **one,
            "country": country,
            "words": wording.interval(one["low_share"], one["high_share"]),
            "of": f"{one['segment']}: {short_measure(one).removeprefix('share of ')}, {one['as_of']}",
        }
        for country, (found, _) in _countries(visit.reading, days).items()
        for one in found
        if key in one["vendor_ids"] and not one["complement"]
    ]
    exchanges = exchanges_on(visit.reading, days, key)
    seat = row["country"] or ""
    return {
        "id": key,
        "name": row["name"],
        "seat": countries().name(seat) or seat,
        "shares": shares,
        "said": len(exchanges),
        "answered": sum(bool(one.replies) for one in exchanges),
    }


def _rules(reading: Reading, key: str, days: Days) -> list[dict[str, Any]]:
    """What each policy screened says of a vendor in each country, by outcome with the first row that has it."""
    names = ("country", "pack_title", "outcome", "verdict_id", "pack", "force")
    rows = reading.tables.distinct("verdict", *names, as_of_on=days[0], known_on=days[1], vendor_id=key)
    found: dict[tuple[str, ...], dict[str, str]] = {}
    for country, title, outcome, verdict, pack, force in sorted(rows, key=lambda row: row[0] is None):
        found.setdefault((country, pack, title, force), {}).setdefault(outcome, verdict)
    return [
        {"country": country, "pack": pack, "title": title, "force": force, "outcomes": [*outcomes.items()]}
        for (country, pack, title, force), outcomes in found.items()
    ]


def _naming(answer: Answer, name: str) -> list[str]:
    """The sentences of an answer in which a vendor is named."""
    return [
        plain(one.says)
        for one in (answer.finding, *answer.sentences)
        if any(piece.kind == "name" and name in piece.text for piece in one.pieces())
    ]


def _every_vendor(reading: Reading) -> Iterator[Mapping[str, str]]:
    for days in reading.days:
        yield from (day_query(*days) | {"vendor": row["party_id"]} for row in _vendors(reading, days))


PAGE = Page(
    key="vendors",
    title="Vendors",
    place=20,
    for_readers=True,
    is_filled=lambda visit: has_rows("dossier")(visit) and has_rows("party")(visit),
    routes=(
        Route(path="/vendors", answer=vendors, question=DaysQuestion, addresses=every_day),
        Route(path="/vendors/{vendor}", answer=vendor, question=DaysQuestion, addresses=_every_vendor),
    ),
)
