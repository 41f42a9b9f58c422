"""The matrices of a case: readings of an analyst, or the plain two of a fact, and the live claims held against them.

Only live claims count, as known on the day; the rest is listed beside with the reason. What the subject itself
says counts as any other claim and is marked as its own word. Grades and counts never enter unless a weight is named.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl

from provenet.case.rows import ClaimRow, HypothesisRow, MarkRow, iter_rows_of
from provenet.core.errors import CaseFault, UsageFault, hint_at, nearest
from provenet.core.grouping import grouped
from provenet.core.ids import fold, slug
from provenet.evidence.ach import Item, Matrix, checked_points, diagnosticity, stability
from provenet.evidence.case_facts import CaseFacts, case_facts
from provenet.evidence.claim_records import LIVE, claim_in, claim_records
from provenet.evidence.claim_records import READS as STANDING_READS
from provenet.evidence.claims import Claim, weigh

READS = (*STANDING_READS, "hypothesis", "mark")
"""The tables that matrices rest on."""

WEIGHTS: Mapping[str, Mapping[str, float]] = {
    "none": {},
    "reliability": {"a": 1.5, "b": 1.25, "c": 1.0, "d": 0.75, "e": 0.5, "f": 1.0},
    "credibility": {"1": 1.5, "2": 1.25, "3": 1.0, "4": 0.75, "5": 0.5, "6": 1.0},
}
"""What a grade weighs where grades count: even steps around 1. Not graded, or not to be judged, weighs 1."""
HOLDS, NOT = "holds", "does not hold"
PLAIN_MARKS = {"asserts": ("C", "I"), "denies": ("I", "C"), "qualifies": ("N", "N")}
"""How a claim on a fact sits with its holding and its not holding, where no analyst has set marks."""
BY_STANCE = "the stance of each claim"
"""Who marks where no analyst did."""

Record = dict[str, Any]


@dataclass(frozen=True)
class MatrixRequest:
    """The question of a matrix."""

    vendor: str
    as_of: date
    known: date | None = None
    fact: str | None = None
    hypotheses_only: bool = False
    weight: str = "none"
    marked_by: str | None = None
    points: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class _ClaimCase:
    """The case cut to the day known; `on` holds the claims about the vendor by the folded key of their fact."""

    rows: Mapping[str, ClaimRow]
    claims: Mapping[str, Claim]
    records: Mapping[str, Record]
    facts: CaseFacts
    names: frozenset[str]
    on: Mapping[str, Sequence[str]]


def matrices(tables: Mapping[str, pl.DataFrame], request: MatrixRequest) -> list[Record]:
    """One matrix per fact of a vendor on which claims or readings are on record, by fact, as `--json` prints them.

    An analyst's readings of a fact take the place of the plain two; readings without a fact make a matrix of their
    own.

    Parameters
    ----------
    tables
        The case's tables named in `READS`, uncut.
    request
        The vendor, the days, and what to weigh. With a fact the list holds one matrix.

    Raises
    ------
    UsageFault
        For a weight or fact that nobody has, and where two analysts set different marks and none is named.
    CaseFault
        Where one hand set two marks in one cell.
    """
    if request.weight not in WEIGHTS:
        raise UsageFault(f"ach: no such weight; found {request.weight!r}, expected one of {', '.join(WEIGHTS)}.")
    checked_points(request.points)
    case = _case(tables, request)
    groups = _hypotheses(tables["hypothesis"], request.vendor, case.facts)
    spelled = {fold(row["fact"]): row["fact"] for group in groups.values() for row in group.values() if row["fact"]}
    spelled |= {key: case.claims[names[0]].fact for key, names in case.on.items()}
    facts = {key for key in spelled if key in groups or key in case.on}
    if request.fact is not None:
        _known_fact(request, facts, spelled)
        wanted = [fold(request.fact)]
    else:
        wanted = sorted(facts | set(groups), key=lambda key: spelled.get(key, ""))
    marks, hands = _marks(tables["mark"], {name for key in wanted for name in groups.get(key, ())}, request.marked_by)
    made = [
        _matrix(case, request, spelled.get(key), group=groups.get(key), marks=marks, hands=hands)
        for key in wanted
        if key in groups or not request.hypotheses_only
    ]
    if not made and request.hypotheses_only:
        raise UsageFault(
            f"ach: the case holds no reading by an analyst about {request.vendor}. Add a table hypothesis."
        )
    if not made:
        raise UsageFault(
            f"ach: the case holds no claim on a fact about {request.vendor}, and no reading by an analyst."
        )
    return made


def _known_fact(request: MatrixRequest, facts: Iterable[str], spelled: Mapping[str, str]) -> None:
    known = [spelled[key] for key in facts]
    if request.fact is None or fold(request.fact) in {fold(name) for name in known}:
        return
    hint = hint_at(nearest(request.fact, known))
    text = f"ach: no claim about {request.vendor} and no reading bears on this fact; found {request.fact!r}"
    raise UsageFault(f"{text}, expected one of {', '.join(sorted(known)) or 'none'}.{hint}")


def _case(tables: Mapping[str, pl.DataFrame], request: MatrixRequest) -> _ClaimCase:
    rows = tables["claim"].sort("claim_id", "row_id")
    facts = case_facts(tables, request.as_of, request.known)
    vendor = facts.canon(request.vendor)
    claims: dict[str, Claim] = {}
    by_id: dict[str, ClaimRow] = {}
    for row in iter_rows_of(ClaimRow, rows):
        claims.setdefault(row["claim_id"], claim_in(facts, row))
        by_id.setdefault(row["claim_id"], row)
    records: dict[str, Record] = {}
    for record in claim_records(tables, request.as_of, request.known):
        records.setdefault(record["claim_id"], record)
    party_of = {**facts.carrier_of, **facts.vendor_of}
    spelled = {request.vendor, *(name for name, party in party_of.items() if party == vendor)}
    names = frozenset(slug(name).replace("-", "") for name in spelled)
    on = grouped((fold(claim.fact), claim.id) for claim in claims.values() if claim.fact and claim.about(vendor))
    return _ClaimCase(by_id, claims, records, facts, names, on)


def _hypotheses(rows: pl.DataFrame, vendor: str, facts: CaseFacts) -> dict[str, dict[str, HypothesisRow]]:
    """The readings for a vendor by fact (folded; empty where they have none), then by id."""
    made: dict[str, dict[str, HypothesisRow]] = {}
    for row in iter_rows_of(HypothesisRow, rows.sort("hypothesis_id", "row_id")):
        if row["vendor_id"] is None or facts.canon(row["vendor_id"]) == facts.canon(vendor):
            made.setdefault(fold(row["fact"] or ""), {}).setdefault(row["hypothesis_id"], row)
    return made


def _marks(
    rows: pl.DataFrame, readings: set[str], marked_by: str | None
) -> tuple[dict[tuple[str, str], str], dict[str, set[str]]]:
    """The mark of each reading and claim, and who marked each reading. Where hands differ, none is chosen."""
    hands = sorted({row or "" for row in rows["marked_by"].to_list()} - {""})
    if marked_by is not None and fold(marked_by) not in {fold(hand) for hand in hands}:
        hint = hint_at(nearest(marked_by, hands))
        raise UsageFault(f"--marked-by: no analyst of this name set a mark; found {marked_by!r}.{hint}")
    cells: dict[tuple[str, str], dict[str, set[str]]] = {}
    for row in iter_rows_of(MarkRow, rows):
        hand = row["marked_by"] or ""
        if row["hypothesis_id"] in readings and (marked_by is None or fold(hand) == fold(marked_by)):
            cell = cells.setdefault((row["hypothesis_id"], row["claim_id"]), {})
            cell.setdefault(row["mark"], set()).add(hand)
    for (reading, claim), cell in sorted(cells.items()):
        if len(cell) > 1:
            raise _differing(reading, claim, cell)
    by: dict[str, set[str]] = {}
    for (reading, _), cell in cells.items():
        by.setdefault(reading, set()).update(*cell.values())
    return {place: next(iter(cell)) for place, cell in cells.items()}, by


def _differing(reading: str, claim: str, cell: Mapping[str, set[str]]) -> UsageFault | CaseFault:
    found = " and ".join(f"{mark} by {_hands(cell[mark])}" for mark in sorted(cell))
    place = f"ach: the claim {claim} carries two marks for the reading {reading}; found {found}"
    if len({hand for hands in cell.values() for hand in hands}) > 1:
        return UsageFault(f"{place}, expected one. Name one analyst with --marked-by.")
    return CaseFault(f"{place}, expected one. Correct the file and add it to a new case.")


def _hands(hands: Iterable[str]) -> str:
    return ", ".join(hand or "a hand that is not named" for hand in sorted(hands)) or "nobody"


def _matrix(
    case: _ClaimCase,
    request: MatrixRequest,
    fact: str | None,
    *,
    group: Mapping[str, HypothesisRow] | None,
    marks: Mapping[tuple[str, str], str],
    hands: Mapping[str, set[str]],
) -> Record:
    plain = {HOLDS: f"{fact} holds", NOT: f"{fact} does not hold"}
    sentences = {name: row["says"] for name, row in sorted(group.items())} if group else plain
    rows: dict[str, tuple[str | None, ...]] = {}
    on_fact = case.on.get(fold(fact or ""), ())
    marked = {claim for reading, claim in marks if reading in sentences} if group else set()
    for claim_id in sorted((marked & set(case.claims)) | set(on_fact)):
        if group:
            rows[claim_id] = tuple(marks.get((reading, claim_id)) for reading in sentences)
        else:
            rows[claim_id] = PLAIN_MARKS.get(case.claims[claim_id].stance, ("N", "N"))
    live = [name for name in rows if case.records[name]["standing"] == LIVE]
    items = [_item(case, request, name, marks=rows[name]) for name in live]
    matrix = Matrix.of(list(sentences), items, request.points)
    scores, ranks = matrix.scores(), matrix.ranks()
    unmarked = {name: sum(item.marks[at] is None for item in items) for at, name in enumerate(sentences)}
    return {
        "vendor": request.vendor,
        "fact": fact,
        "readings": [
            {"id": name, "says": text, "score": scores[name], "rank": ranks[name], "unmarked": unmarked[name]}
            for name, text in sentences.items()
        ],
        "marks_by": _hands({hand for name in sentences for hand in hands.get(name, ())}) if group else BY_STANCE,
        "order": matrix.order(),
        "for_a_rule": _for_a_rule(case, request, fact),
        "claims": [_claim_record(case, item, list(sentences)) for item in matrix.items],
        "left_out": [
            *(case.records[name] for name in rows if case.records[name]["standing"] != LIVE),
            *({"claim_id": name, "standing": "not in the case"} for name in sorted(marked - set(case.claims))),
        ],
        "stability": stability(matrix, case.facts.origins.is_anonymous),
        "weights": _weights(request, items, case),
    }


def _for_a_rule(case: _ClaimCase, request: MatrixRequest, fact: str | None) -> Record | None:
    """What a rule that lets nobody decide makes of the fact: claims on both sides are disputed, however many."""
    if fact is None:
        return None
    about = [case.claims[name] for name in case.on.get(fold(fact), ()) if case.records[name]["standing"] == LIVE]
    state = weigh([claim for claim in about if claim.stance in ("asserts", "denies")])
    return {"value": state.value, "step": state.step}


def _item(case: _ClaimCase, request: MatrixRequest, claim_id: str, *, marks: tuple[str | None, ...]) -> Item:
    weight = WEIGHTS[request.weight].get(_grade(case, request.weight, claim_id), 1.0)
    return Item(claim_id, marks, case.facts.origins.of(claim_id), _own_word(case, request.vendor, claim_id), weight)


def _grade(case: _ClaimCase, weight: str, claim_id: str) -> str:
    row = case.rows[claim_id]
    grades = {"reliability": row["reliability"], "credibility": row["credibility"]}
    return (grades.get(weight) or "").strip().casefold()


def _own_word(case: _ClaimCase, vendor: str, claim_id: str) -> bool:
    """Whether the subject itself speaks: under its name or an alias, or as a vendor whose first words are one."""
    claim, kind = case.claims[claim_id], case.rows[claim_id]["speaker_kind"]
    if case.facts.book.speaker_key(claim) == fold(case.facts.canon(vendor)):
        return True
    words = slug(claim.speaker).split("-")
    return kind == "vendor" and any("".join(words[:count]) in case.names for count in range(1, len(words) + 1))


def _claim_record(case: _ClaimCase, item: Item, readings: Sequence[str]) -> Record:
    claim, row = case.claims[item.claim_id], case.rows[item.claim_id]
    return {
        "claim_id": item.claim_id,
        "speaker": claim.speaker,
        "said": row["said"],
        "stance": claim.stance,
        "fact": claim.fact or None,
        "own_word": item.own_word,
        "marks": dict(zip(readings, item.marks, strict=True)),
        "diagnosticity": diagnosticity(item.marks),
        "origin": sorted(item.origins),
        "weight": item.weight,
        "reliability": row["reliability"],
        "credibility": row["credibility"],
        "standing": case.records[item.claim_id],
    }


def _weights(request: MatrixRequest, items: Sequence[Item], case: _ClaimCase) -> Record:
    graded = WEIGHTS[request.weight]
    bare = sum(_grade(case, request.weight, item.claim_id) not in graded for item in items) if graded else 0
    points = checked_points(request.points)
    return {"by": request.weight, "points": points, "grades": dict(graded), "not_graded": bare}
