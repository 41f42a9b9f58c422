"""The first page in another language: the findings, deadlines, actions and disputes of the twelve pages.

Figures are those of the English page, row by row (`same_figures` compares them); words of sources, laws and rows stand
in English as they are on record, and are marked so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from html import unescape

from provenet.case.rows import AnyRow
from provenet.core import wording
from provenet.core.errors import Fault
from provenet.dossier import messages as m
from provenet.dossier.carrier_bars import CarrierBars, carrier_bars
from provenet.dossier.extract import Extract, Fields
from provenet.dossier.findings import (
    COST,
    Action,
    Deadline,
    Finding,
    actions,
    deadlines,
    disputes,
    findings,
    no_dispute,
    parts,
    short,
)
from provenet.dossier.language import Language, figures_of
from provenet.dossier.measured_alone import measurements
from provenet.dossier.sections.s10_answer import vendors_with
from provenet.dossier.text import asset_class_name
from provenet.dossier.threads import Thread
from provenet.dossier.verdicts import by_pack

Note = tuple[str, Mapping[str, object]]
"""A message and what is put into it."""
FEW = 3
"""Up to this many vendors are named in a sentence."""


def collect(extract: Extract, language: Language) -> Fields:
    """The first page as the template of `templates/front_page.html.j2` shows it."""
    text = language.text
    facts = extract.once("front page", lambda: _facts(extract))
    return {
        "language": language,
        "m": m,
        "lead": _lead(facts, extract, language),
        "measured": measurements(extract, language),
        "findings": [_finding(one, extract, language) for one in facts.findings],
        "bars": _bars(facts.bars, language),
        "deadlines": [
            {
                "says": text(
                    m.FIRST_DAY if one.starts else m.DEADLINE,
                    day=language.day(one.day),
                    days=language.figure(one.days.partition(" ")[0]),
                ),
                "one": one,
            }
            for one in facts.deadlines
        ],
        "actions": [{"parts": parts(one, language), "id": one.id, "figure": one.figure} for one in facts.actions],
        "disputes": facts.disputes,
        "no_dispute": facts.no_dispute,
        "short": short,
    }


@dataclass(frozen=True, kw_only=True)
class _Facts:
    """What the page says, in no language yet."""

    policy_count: int
    live_count: int
    restricted: list[str]
    conditional: list[str]
    unsettled: list[str]
    findings: list[Finding]
    bars: CarrierBars | None
    deadlines: list[Deadline]
    actions: list[Action]
    disputes: list[Thread]
    no_dispute: str


def _facts(extract: Extract) -> _Facts:
    packs = [pack for pack in by_pack(extract) if not pack.is_proposal]
    live = [pack for pack in packs if pack.in_force]
    restricted, conditional, unsettled = (
        vendors_with(live, word, extract) for word in ("restricted", "conditional", "undetermined")
    )
    return _Facts(
        policy_count=len(packs),
        live_count=len(live),
        restricted=restricted,
        conditional=conditional,
        unsettled=unsettled,
        findings=findings(extract),
        bars=carrier_bars(extract),
        deadlines=deadlines(extract),
        actions=actions(extract),
        disputes=disputes(extract),
        no_dispute=no_dispute(extract),
    )


def _lead(facts: _Facts, extract: Extract, language: Language) -> str:
    """What the policies in force say that day."""
    text, day = language.text, language.day(extract.as_of)
    country = language.known(extract.country)
    if not facts.live_count:
        return text(m.NONE_IN_FORCE, day=day, country=country)
    found = [text(m.IN_FORCE, day=day, count=facts.live_count, total=facts.policy_count, country=country)]
    if facts.restricted:
        found.append(text(m.RESTRICT, vendors=language.series(facts.restricted)))
    if facts.conditional:
        found.append(text(m.CONDITION, vendors=language.series(facts.conditional)))
    if not (facts.restricted or facts.conditional):
        found.append(text(m.NO_VENDOR))
    if len(facts.unsettled) > FEW:
        found.append(text(m.OPEN_COUNT, count=len(facts.unsettled)))
    elif facts.unsettled:
        found.append(text(m.OPEN, vendors=language.series(facts.unsettled)))
    return language.join(found)


def _finding(finding: Finding, extract: Extract, language: Language) -> Fields:
    text = language.text
    row = extract.result_row(finding.id) if finding.words else None
    confidence = finding.confidence
    evidence = text(f"{'no' if confidence.evidence == 'none' else confidence.evidence} evidence")
    agreement = text(f"{confidence.agreement} agreement" if confidence.agreement else "agreement cannot be judged")
    if row is None:
        unknown = finding.says if finding.says in (m.NOTHING, m.NO_RULE) else m.NOT_KNOWN
        sentence, notes = text(unknown), list[Note]()
    else:
        sentence, notes = _says(finding, row, extract=extract, language=language)
    return {
        "question": text(finding.question),
        "words": language.figure(finding.words) if row is not None else "",
        "id": finding.id,
        "says": _sentence(sentence, language),
        "notes": language.join([text(note, **words) for note, words in notes]),
        "measure": finding.quoted if row is not None and finding.question != COST else "",
        "confidence": evidence if confidence.evidence == "none" else language.aside([evidence, agreement]),
        "remarks": finding.remarks,
        "check": finding.check,
    }


def _sentence(text: str, language: Language) -> str:
    """A text as a sentence: its first letter large, and ended."""
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', language.stop)) else language.stop}"


def _says(finding: Finding, row: AnyRow, *, extract: Extract, language: Language) -> tuple[str, list[Note]]:
    """What a figure is of, and the sentences under it."""
    text = language.text
    if finding.question == COST:
        sentence = text(m.COST_SCENARIO if row["scenario"] else m.COST, year=row["price_year"] or text("not known"))
        notes: list[Note] = [(m.ASSUMED, {"assumed": row["assumed_count"], "total": row["input_count"]})]
        if row["clear_on"]:
            notes.append((m.LEFT_FROM, {"day": language.day(row["clear_on"])}))
        return sentence, notes
    ids = row["vendor_ids"] if "vendor_ids" in row else [row["vendor_id"]]
    vendors = language.series([extract.name(one) for one in ids])
    part = language.known(row.get("segment") or asset_class_name(row.get("asset_class") or ""))
    days = {"day": row.get("as_of") or language.day(row["as_of_on"])}
    under: list[Note] = [(m.AS_OF, days)]
    if row.get("coverage_share") is not None:
        under.append((m.COVERAGE, {"figure": language.figure(wording.percent(row["coverage_share"]))}))
    if "site_id" in row:
        served = extract.name(row["carrier_id"])
        sentence = text(m.SITE_SERVED, carrier=served, vendors=vendors) if served else text(m.SITE, vendors=vendors)
        return sentence, under[:1]
    if "carrier_ids" in row:
        return text(m.TOGETHER, part=part, vendors=vendors), under
    if row["part"]:
        return text(m.RESTRICTED_PART, part=part, policy=finding.under), under
    return text(m.OF_PART, part=part, vendors=vendors), under


def _bars(shown: CarrierBars | None, language: Language) -> CarrierBars | None:
    """The picture with its figures in the language."""
    if shown is None:
        return None
    bars = tuple(replace(bar, words=_bar_words(bar.words, language)) for bar in shown.bars)
    return replace(shown, bars=bars)


_FIGURE = re.compile(r"(?:over |under )?\d[\d.,]*(?: to (?:under )?\d[\d.,]*)? %")


def _bar_words(words: str, language: Language) -> str:
    if words == m.NOT_PUBLISHED:
        return language.text(words)
    return _FIGURE.sub(lambda found: language.figure(found[0]), words)


_LINK = re.compile(r'<a class="fig"[^>]*data-row="([^"]*)"[^>]*>(.*?)</a>', re.DOTALL)


def same_figures(english: str, other: str, place: str) -> list[Fault]:
    """Faults where a page in another language gives other digits for a row than the English one. Cost O(page)."""
    own: dict[str, set[tuple[str, ...]]] = {}
    for key, words in _LINK.findall(english):
        own.setdefault(key, set()).add(tuple(figures_of(unescape(words))))
    return [
        Fault(place, "the page gives another figure than the English one", column=key, found=unescape(words))
        for key, words in _LINK.findall(other)
        if tuple(figures_of(unescape(words))) not in own.get(key, set())
    ]
