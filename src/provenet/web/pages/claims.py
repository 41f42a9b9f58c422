"""Claims: who says what of whom, who denies it, and what changes if a claim falls."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any

from provenet.case.rows import ClaimRow
from provenet.case.tables import words
from provenet.core import wording
from provenet.core.settings import Day, Option, Range, Settings, WholeNumber, settings_class
from provenet.dossier.threads import Exchange, exchanges, with_titles
from provenet.evidence.claim_effects import ClaimChange, ClaimEffects, Rest, VerdictGroup
from provenet.web.page import DaysQuestion, Html, Page, Reply, Route, Visit, day_query, has_rows
from provenet.web.reading import Days, NotFound, Reading

if TYPE_CHECKING:
    from provenet.verbs.verdicts import ClaimsReport

PER_PAGE = 15
"""Threads on one page."""
SHOWN_CHANGES = 40
SHOWN_FIGURES = 12
RESTING = ("vendor_share", "concentration", "site_exposure", "plan", "plan_step", "fund", "response", "award")
"""Tables whose rows may rest on verdicts, and that a page links."""
STANCES = ("asserts", "denies", "qualifies")
ALL_VENDORS = "all"


@settings_class()
class ClaimsQuestion(Settings):
    """Which claims."""

    about: Annotated[str | None, Option(help="The vendor that the claim is about, by its id.")] = None
    topic: Annotated[str | None, Option(help="What the claim is about.")] = None
    stance: Annotated[str | None, Option(choices=STANCES, help="Whether it asserts, denies or qualifies.")] = None
    speaker: Annotated[str | None, Option(help="Who says it, or a part of the name.")] = None
    since: Annotated[Day | None, Option(help="Said on this day or later.")] = None
    until: Annotated[Day | None, Option(help="Said on this day or earlier.")] = None
    disputed: Annotated[bool, Option(help="Only statements that somebody denies or qualifies.")] = False
    text: Annotated[str | None, Option(help="Words that stand in the claim.")] = None
    as_of: Annotated[Day | None, Option(help="The day in question (default: the newest that has runs).")] = None
    known_on: Annotated[Day | None, Option(help="Only what was published by this day.")] = None
    page: Annotated[WholeNumber, Option(range=Range(low=1, high=100_000), help="Which page of the list.")] = 1


@dataclass(frozen=True, kw_only=True)
class _ClaimsKnown:
    """The claims known on a day, in exchanges, with what rests on them."""

    days: Days | None
    rows: Mapping[str, ClaimRow]
    exchanges: tuple[Exchange, ...]
    report: ClaimsReport
    names: Mapping[str, str]
    sources: Mapping[str, Mapping[str, Any]]


def claims(visit: Visit) -> Reply:
    """The exchanges that a question asks for, both sides of each."""
    question = visit.question_as(ClaimsQuestion)
    record = _record(visit.reading, visit.reading.chosen_days(question.as_of, question.known_on))
    found = [one for one in record.exchanges if _is_wanted(one, question)]
    starts = range(0, len(found), PER_PAGE) or range(1)
    if question.page > len(starts):
        raise NotFound(f"The list has {wording.count(len(starts), 'page')}.")
    first = starts[question.page - 1]
    shown = found[first : first + PER_PAGE]
    text = visit.tongue.text
    return Html(
        template="claims.html.j2",
        title=text("Claims"),
        words={
            "question": question,
            "days": record.days,
            "all_days": visit.reading.days_with_runs,
            "threads": [_thread(visit, record, one) for one in shown],
            "found": len(found),
            "all": len(record.exchanges),
            "page_count": len(starts),
            "words": _words(question),
            "about": record.names.get(question.about or "", question.about),
            "of_day": day_query(*record.days) if record.days else {},
            "vendors": _vendors(record),
            "topics": sorted({row["topic"] for row in record.rows.values()}, key=str.casefold),
            "speakers": sorted({row["speaker"] for row in record.rows.values()}, key=str.casefold),
            "stances": STANCES,
            "deciding": [
                {"id": claim, "speaker": record.rows[claim]["speaker"], "to": _to(visit, claim, record.days)}
                for claim in sorted({*record.report.stored.changes, *record.report.others.changes})
                if claim in record.rows
            ],
        },
    )


def _words(question: ClaimsQuestion) -> dict[str, object]:
    """The words of an address that asks the same, but for the page."""
    found = {option.name: getattr(question, option.name) for option in question.every_option()}
    return {name: "on" if value is True else value for name, value in found.items() if name != "page" and value}


def claim(visit: Visit) -> Reply:
    """One claim in its exchange, what would change if it fell, and what rests on it."""
    question, key = visit.question_as(DaysQuestion), visit.path["claim"]
    record = _record(visit.reading, visit.reading.chosen_days(question.as_of, question.known_on))
    if key not in record.rows:
        raise NotFound(f"No claim of this case has the id {key!r}, or none that was published by that day.")
    exchange = next(one for one in record.exchanges if any(row["claim_id"] == key for row in _rows(one)))
    stored, others = record.report.stored, record.report.others
    changes = [_change(visit, record, one, is_stored=True) for one in stored.changes.get(key, ())]
    changes += [_change(visit, record, one, is_stored=False) for one in others.changes.get(key, ())]
    verdicts = [one for rest in stored.rests.get(key, ()) for one in rest.group.verdict_ids]
    return Html(
        template="claim.html.j2",
        title=f"{record.rows[key]['speaker']}: {record.rows[key]['topic']}",
        words={
            "key": key,
            "days": record.days,
            "row": _claim(visit, record, record.rows[key]),
            "thread": _thread(visit, record, exchange),
            "changes": changes[:SHOWN_CHANGES],
            "more_changes": max(0, len(changes) - SHOWN_CHANGES),
            "rests": _rests(visit, record, stored.rests.get(key, ()), is_stored=True)
            + _rests(visit, record, others.rests.get(key, ()), is_stored=False),
            "figures": _figures(visit, verdicts),
            "standing": record.report.standing.get(key, {}),
            "is_newest": _is_newest(visit, record.days),
        },
    )


def _record(reading: Reading, days: Days | None) -> _ClaimsKnown:
    return reading.once(("claims", days), lambda: _read(reading, days))


def exchanges_on(reading: Reading, days: Days | None, vendor: str | None) -> list[Exchange]:
    """The exchanges known on the days in which somebody speaks of a vendor, or of all; without a vendor every one."""
    question = ClaimsQuestion(about=vendor)
    return [one for one in _record(reading, days).exchanges if _is_wanted(one, question)]


def _read(reading: Reading, days: Days | None) -> _ClaimsKnown:
    from provenet.verbs.verdicts import ClaimsReport, claim_effects

    rows = {row["claim_id"]: row for row in reading.finder.known(ClaimRow, days[1] if days else None)}
    nothing = ClaimEffects(changes={}, rests={})
    report = ClaimsReport(nothing, nothing, {})
    if days is not None:
        report = reading.ask(lambda case: claim_effects(case, days[0], days[1]))
    order = sorted(exchanges(list(rows.values())), key=_newest_first)
    return _ClaimsKnown(
        days=days,
        rows=rows,
        exchanges=tuple(order),
        report=report,
        names=reading.party_names,
        sources={row["source_id"]: row for row in reading.finder.every("source")},
    )


def _newest_first(one: Exchange) -> tuple[bool, int, str]:
    """Statements with a reply first, then the latest."""
    day = max((row["said_high_on"] or date.min for row in _rows(one)), default=date.min)
    return not one.replies, -day.toordinal(), one.claim["claim_id"]


def _rows(one: Exchange) -> tuple[ClaimRow, ...]:
    return (one.claim, *one.relays, *one.replies)


def _is_wanted(one: Exchange, question: ClaimsQuestion) -> bool:
    """Whether some claim of an exchange has all that a question asks for; both sides are shown in any case."""
    if question.disputed and not any(row["stance"] != one.claim["stance"] for row in one.replies):
        return False
    return any(_matches(row, question) for row in _rows(one))


def _matches(row: ClaimRow, question: ClaimsQuestion) -> bool:
    low, high = row["said_low_on"] or row["said_high_on"], row["said_high_on"] or row["said_low_on"]
    tests: Sequence[tuple[object, Callable[[], bool]]] = (
        (question.about, lambda: question.about in row["vendor_ids"] or ALL_VENDORS in row["vendor_ids"]),
        (question.topic, lambda: row["topic"] == question.topic),
        (question.stance, lambda: row["stance"] == question.stance),
        (question.speaker, lambda: str(question.speaker).casefold() in row["speaker"].casefold()),
        (question.since, lambda: high is not None and question.since is not None and high >= question.since),
        (question.until, lambda: low is not None and question.until is not None and low <= question.until),
        (question.text, lambda: str(question.text).casefold() in _text_of(row)),
    )
    return all(test() for wanted, test in tests if wanted is not None)


def _text_of(row: ClaimRow) -> str:
    parts = (row["claim_id"], row["speaker"], row["topic"], row["fact"], row["paraphrase"], row["quote"])
    return " ".join(part for part in parts if part).casefold()


def _vendors(record: _ClaimsKnown) -> list[tuple[str, str]]:
    """The vendors that claims are about: id and name, by name."""
    ids = {vendor for row in record.rows.values() for vendor in row["vendor_ids"]} - {ALL_VENDORS}
    return sorted(((one, record.names.get(one, one)) for one in ids), key=lambda pair: pair[1].casefold())


def _about(record: _ClaimsKnown, row: ClaimRow) -> str:
    return wording.series(
        "every vendor" if vendor == ALL_VENDORS else record.names.get(vendor, vendor) for vendor in row["vendor_ids"]
    )


def _is_newest(visit: Visit, days: Days | None) -> bool:
    return days is None or days == visit.reading.days_with_runs[0]


def _to(visit: Visit, claim_id: str, days: Days | None) -> str:
    as_of, known = days or (None, None)
    given = {} if _is_newest(visit, days) else {"as_of": as_of, "known_on": known}
    return visit.link("/claims/{claim}", claim=claim_id, **given)


def _claim(visit: Visit, record: _ClaimsKnown, row: ClaimRow) -> dict[str, object]:
    """One claim as a page shows it."""
    key = row["claim_id"]
    grades = ("reliability of the source", row["reliability"]), ("credibility of the statement", row["credibility"])
    source = record.sources.get(row["source_id"] or "")
    url = (source or {}).get("url") or ""
    standing = record.report.standing.get(key, {})
    changes = [*record.report.stored.changes.get(key, ()), *record.report.others.changes.get(key, ())]
    return {
        **row,
        "to": _to(visit, key, record.days),
        "about": _about(record, row),
        "kind": row["speaker_kind"] if row["speaker_kind"] not in (None, "-") else "",
        "is_anonymous": row["anonymous"] == "yes",
        "answers": _reference(visit, record, row["answers_claim_id"]),
        "relays": _reference(visit, record, row["derived_from"]),
        "source": source,
        "url": url if url.startswith(("https://", "http://")) else "",
        "is_weak": source is None or source["kind"] in words("weak_source_kind"),
        "grade": ", ".join(f"{name} {grade}" for name, grade in grades if grade),
        "standing": standing.get("standing") or "",
        "changes": changes,
        "note": with_titles(row["confidence_note"] or "", {one: held["title"] for one, held in record.sources.items()}),
    }


def _reference(visit: Visit, record: _ClaimsKnown, key: str | None) -> dict[str, str] | None:
    if not key:
        return None
    found = record.rows.get(key)
    if found is None:
        return {"id": key, "name": "", "to": ""}
    return {"id": key, "name": found["speaker"], "to": _to(visit, key, record.days)}


def _thread(visit: Visit, record: _ClaimsKnown, one: Exchange) -> dict[str, object]:
    """An exchange as a page shows it: what is said on the left, every reply on the right, at the same size."""
    parts = {"said": (one.claim, *one.relays), "replies": one.replies, "elsewhere": one.elsewhere}
    return {
        "id": one.claim["claim_id"],
        "topic": one.claim["topic"],
        "about": _about(record, one.claim),
        **{name: [_claim(visit, record, row) for row in rows] for name, rows in parts.items()},
    }


def _group(visit: Visit, record: _ClaimsKnown, group: VerdictGroup, *, is_stored: bool) -> dict[str, object]:
    """Verdicts that are alike; those that no run wrote lead nowhere."""
    return {
        "pack": group.pack,
        "title": group.pack_title,
        "rules": visit.link("/rules/{pack}", pack=group.pack),
        "country": group.country,
        "vendor": record.names.get(group.vendor_id, group.vendor_id),
        "carrier": record.names.get(group.carrier_id or "", group.carrier_id),
        "outcome": group.outcome,
        "disputed": group.disputed,
        "actions": wording.series(one.replace("_", " ") for one in group.actions),
        "classes": [
            {
                "name": wording.asset_class(name),
                "to": visit.link("/figure/{figure}", figure=verdict) if is_stored else "",
            }
            for name, verdict in group.classes
        ],
        "asked": is_stored,
    }


def _change(visit: Visit, record: _ClaimsKnown, change: ClaimChange, *, is_stored: bool) -> dict[str, object]:
    def named(ids: Iterable[str]) -> list[dict[str, str]]:
        return [found for one in ids if (found := _reference(visit, record, one))]

    return {
        "falls": named(change.falls),
        "reversed": named(change.reversed),
        "or_reversed": change.or_reversed,
        "along": named(change.along),
        "now": change.now,
        "outcome": change.outcome,
        "count": len(change.claims),
        "groups": [_group(visit, record, one, is_stored=is_stored) for one in change.groups],
        "asked": is_stored,
    }


def _rests(visit: Visit, record: _ClaimsKnown, rests: Sequence[Rest], *, is_stored: bool) -> list[dict[str, object]]:
    return [{"side": one.side, **_group(visit, record, one.group, is_stored=is_stored)} for one in rests]


def _figures(visit: Visit, verdicts: Iterable[str]) -> list[dict[str, object]]:
    """The rows of results that rest on some verdicts, by table: how many, and the first of them."""
    refs = [f"verdict:{one}" for one in verdicts]
    if not refs:
        return []
    found = visit.reading.walks(lambda walks: walks.uses(refs, RESTING)).rows
    return [
        {
            "table": name.replace("_", " "),
            "count": len(ids),
            "shown": [
                {"id": one, "to": visit.link("/figure/{figure}", figure=one)} for one in islice(ids, SHOWN_FIGURES)
            ],
        }
        for name, ids in found.items()
    ]


def _lists(reading: Reading) -> Iterable[Mapping[str, str]]:
    """The lists of the site: of each day with runs the pages of all claims, and those of the claims on each vendor."""
    for days in reading.days_with_runs or (None,):
        record = _record(reading, days)
        of_day = day_query(*days) if days else {}
        for about in (None, *(vendor for vendor, _ in _vendors(record))):
            found = exchanges_on(reading, days, about)
            for number, _ in enumerate(range(0, len(found), PER_PAGE) or range(1), start=1):
                words = {"about": about, "page": str(number) if number > 1 else None}
                yield of_day | {name: word for name, word in words.items() if word}


def _every_claim(reading: Reading) -> Iterable[Mapping[str, str]]:
    """Each claim on each day on which it was known."""
    for days in reading.days_with_runs or (None,):
        of_day = day_query(*days) if days else {}
        for claim_id in sorted(_record(reading, days).rows):
            yield of_day | {"claim": claim_id}


PAGE = Page(
    key="claims",
    title="Claims",
    place=40,
    for_readers=True,
    is_filled=has_rows("claim"),
    routes=(
        Route(path="/claims", answer=claims, question=ClaimsQuestion, addresses=_lists),
        Route(path="/claims/{claim}", answer=claim, question=DaysQuestion, addresses=_every_claim),
    ),
)
