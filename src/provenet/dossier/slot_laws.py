"""A first page as data, and law (c) of its answers: one quantity, one figure, one weighting, its unit that of the row.

Every figure, name, day and word in a slot is what the row of the slot says, ends are ends, what is to be checked says
so, and what is said to be most is most. `answer_laws` holds the other laws.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from provenet.case.age import age_of
from provenet.case.days_ahead import plain, whole_days
from provenet.case.evidence_lines import OF_DAY, OLDEST
from provenet.case.extract import READS, Extract
from provenet.case.rows import AnyRow, DeploymentRow, GapRow, PolicyRuleRow, SiteDependenceRow
from provenet.core import wording
from provenet.core.answer import Answer, Count, Country, Dates, Day, Interval, Money, Points, Sentence, Series, Slot
from provenet.dependence import answer as dependence
from provenet.dependence.contracts import vendors_named
from provenet.dependence.share_rows import is_wider, says_nothing, vendor_rows
from provenet.dossier import answers as acts
from provenet.dossier.carrier_bars import CarrierBar, CarrierBars, carrier_bars
from provenet.dossier.threads import Thread
from provenet.evidence.addressees import BOUND, STATES
from provenet.evidence.rules_answer import ENDED, TERM
from provenet.exposure.site_facts import sites_of
from provenet.replacement.cost_answer import BASES, OTHER, sponsors_of

Held = tuple[object, str, str, object, object]
"""Whether a law holds at one place; then the question, carrier or claim, what is wrong, what was found and expected."""


@dataclass(frozen=True, kw_only=True)
class FirstPage:
    """What a first page holds, and the rows behind it."""

    answers: Sequence[Answer]
    disputes: Sequence[Thread]
    bars: CarrierBars | None
    extract: Extract

    def answer(self, question: str) -> Answer:
        """The answer to a question of the page."""
        return next(one for one in self.answers if one.question == question)

    def phrases(self) -> list[tuple[Answer, Sentence]]:
        """Every sentence with its answer."""
        parts = ((one, (one.finding, *one.sentences, *one.caveats, *one.would_change)) for one in self.answers)
        return [(one, phrase) for one, whole in parts for phrase in whole]

    def row(self, key: str) -> tuple[str, Any]:
        """The table and the row with an id; no table and no cells where the case has none."""
        return self.rows(key)[0]

    def rows(self, key: str) -> list[tuple[str, Any]]:
        """The rows with an id, which may be that of a party and of a purchase, each with its table."""
        found = ((name, row) for name in READS if key for row in self.extract.finder.rows(name, [key]))
        return [*found] or [("", {})]

    @property
    def drawn(self) -> Sequence[CarrierBar]:
        """The bars of the carriers; none without a picture."""
        return self.bars.bars if self.bars is not None else ()

    @property
    def weights(self) -> list[Any]:
        """The rows by which the carriers of the picture weigh."""
        keys = self.bars.weight_ids if self.bars is not None else ()
        return [row for at, row in map(self.row, keys) if at == "carrier_share"]


def items(phrase: Sentence) -> list[tuple[str, Slot]]:
    """What fills the slots of a sentence, each item of a list by itself."""
    lists = ((name, slot.items if isinstance(slot, Series) else (slot,)) for name, slot in phrase.slots.items())
    return [(name, one) for name, slots in lists for one in slots]


def slots(phrase: Sentence) -> list[tuple[str, Slot]]:
    """The same of a sentence and of its clauses."""
    return [item for clause, _ in clauses(phrase) for item in items(clause) if not isinstance(item[1], Sentence)]


def clauses(phrase: Sentence, above: Sequence[str] = ()) -> Iterator[tuple[Sentence, Sequence[str]]]:
    """A sentence and its clauses, each with the rows of its figures and quotations, else those of the one above."""
    inner = [one for _, one in items(phrase) if isinstance(one, Sentence)]
    keys = [row for _, slot in items(phrase) if (row := getattr(slot, "row", ""))]
    keys += [row for one in inner for row in rows_in(one)]
    yield phrase, keys or above
    for one in inner:
        yield from clauses(one, keys or above)


def rows_in(phrase: Sentence) -> list[str]:
    """The rows of the figures and quotations of a sentence."""
    return [row for _, slot in slots(phrase) if (row := getattr(slot, "row", ""))]


def messages(phrase: Sentence) -> set[str]:
    """The messages of a sentence and its clauses."""
    return {clause.message for clause, _ in clauses(phrase)}


def days(phrase: Sentence) -> list[date]:
    """The days that a sentence names."""
    return [slot.day for _, slot in slots(phrase) if isinstance(slot, Day)]


def words_of(slot: Slot) -> str:
    """The words of a slot, of a count its number, of a country its name."""
    bare = str(slot.number) if isinstance(slot, Count) else slot.name if isinstance(slot, Country) else ""
    return bare or plain("".join(piece.text for piece in slot.pieces()))


_OF_RULE = "deadline_on deadline effective_low_on ends_low_on"
_CELLS: Mapping[str, str] = {
    "vendor_share": "vendor: vendor_ids, vendors: vendor_ids, share: low_share high_share low_open high_open, "
    "coverage: coverage_share coverage_share, measure: measure_short measure, day: as_of, part: segment, "
    "who: carrier_id",
    "market_share": "vendor: vendor_ids, share: low_share high_share, measure: measure, day: as_of",
    "measured_share": "answered: answered_count answered_count, vendor: vendor_ids, share: low_share high_share",
    "concentration": "index: low_hhi_points high_hhi_points",
    "site_dependence": "share: low_share high_share, vendors: vendor_ids, measure: measure_short measure, "
    "says: scenario, harm: harm",
    "gap": "width: width_share width_share, ask: ask_id",
    "plan": "cost: low_gross_cost_amount high_gross_cost_amount currency, policy: policy_says, year: price_year, "
    "day: clear_on, lots: lot_count, assumed: assumed_count, inputs: input_count",
    "plan_step": "cost: low_cost_amount high_cost_amount currency, who: carrier_id, vendor: from_vendor_id, "
    "part: asset_class, quarter: start_on, year: price_year, basis: basis",
    "purchase": "part: segment asset_class, basis: basis, first: low_signed_on, last: high_signed_on",
    "cost": "cost: low_amount high_amount currency, geo: geo, item: item, basis: basis, year: year, sponsor: estimator",
    "procurement": "carrier: carrier_id, vendor: vendor_ids, old: replaces_vendor_ids, day: day, spectrum: segment, "
    "who: carrier_id, part: segment",
    "deployment": "who: carrier_id, part: segment, day: day",
    "policy": f"what: criterion, law: instrument title, part: asset_scope, day: {_OF_RULE}",
    "policy_rule": f"what: says, law: pack_title, part: asset_classes, day: {_OF_RULE}",
    "programme": "title: title, giver: giver",
}
"""The columns that fill each slot of a sentence on a row of a table; of words any one of them does."""
_COLUMNS = {
    at: {name: columns.split() for name, _, columns in (one.partition(": ") for one in text.split(", "))}
    for at, text in _CELLS.items()
}


def slots_are_of_rows(page: FirstPage) -> Iterator[Held]:
    """Each figure is that of its row by both ends, and what stands beside it is what the row says.

    A clause without a figure or quotation says what some row of its answer says.
    """
    for one, phrase in page.phrases():
        for clause, keys in clauses(phrase):
            if clause.message in (BOUND, STATES[""], acts.BEFORE, acts.IN_TIME, acts.LEFT, acts.SETTLE):
                continue
            if clause.message in (TERM, ENDED):
                ends = [rule["deadline_on"] for rule in page.extract.results(PolicyRuleRow)]
                yield {*days(clause)} <= {*ends}, one.question, "no rule has a term to that day", clause.says, ends
                continue
            if clause.message in (OF_DAY, OLDEST):
                is_age = one.age is not None and words_of(clause.slots["day"]) == one.age.date
                yield is_age, one.question, "the evidence is of another day", phrase.says, one.age
                continue
            if clause.message == dependence.REPORTED:
                is_all = _is_reported(clause, page.extract)
                yield is_all, one.question, "reports name other vendors, parts or years", clause.says, keys
                continue
            behind = [row for key in keys or one.rows for row in page.rows(key)]
            found = [_compared(clause, at, row, extract=page.extract) for at, row in behind]
            most = 1 if keys else max((len(fits) for fits in found), default=1) or 1
            stated = [all(fits) for fits in found if len(fits) >= most]
            fits = not stated or (all(stated) if keys else any(stated))
            yield fits, one.question, "a sentence says what its row does not", phrase.says, [*keys] or one.rows
        for name, slot in slots(phrase):
            at, row = page.row(getattr(slot, "row", ""))
            tables = {page.row(key)[0] for key in one.rows} if not at else {at}
            is_figure = isinstance(slot, Interval | Money | Points)
            is_of_one = not is_figure or any(name in _COLUMNS.get(table, {}) for table in tables)
            yield is_of_one, one.question, "a figure is of no row", phrase.says, "one"
            is_checked = at != "gap" and name != "coverage" and bool(row.get("to_be_checked"))
            is_marked = not is_checked or "to be checked" in phrase.says.casefold()
            yield is_marked, one.question, "what is to be checked does not say so", phrase.says, "to be checked"
            is_later = row.get("later_estimate") or row.get("method") == "forecast"
            yield not is_later, one.question, "an estimate of a later day stands as one of its day", phrase.says, "none"


def _is_reported(clause: Sentence, extract: Extract) -> bool:
    """Whether every vendor that reports name in this part of the carrier's network is told, with their years."""
    carrier, vendors, parts, alone = (
        {words_of(one) for name, one in items(clause) if name == slot}
        for slot in ("carrier", "vendor", "segment", "alone")
    )
    rows = [
        row for row in vendors_named(extract) if {plain(extract.name(row["carrier_id"]) or "all carriers")} == carrier
    ]
    rows = [row for row in rows if parts & {plain(row["segment"]), plain(wording.asset_class(_stem(row)))}]
    named = {
        words_of(extract.vendor_names(ids, bool(row["complement"])))
        for row in rows
        for ids in ([row["vendor_ids"]] if row["complement"] else [[one] for one in row["vendor_ids"]])
    }
    known = {day for row in rows for day in (row["day_low_on"], row["day_high_on"]) if day}
    ends = {day for _, one in items(clause) if isinstance(one, Dates) for day in (one.first, one.last)}
    is_sole = len(named) == 1 and {row["extent"] for row in rows} == {"sole"}
    is_as_far = any(alone) == is_sole
    return named == vendors and is_as_far and ends == ({min(known), max(known)} if known else set())


def _stem(row: DeploymentRow) -> str:
    return (row["asset_class"] or row["segment"]).split(".")[0]


def _compared(clause: Sentence, at: str, row: AnyRow, *, extract: Extract) -> list[bool]:
    """Whether each slot of a clause that a row of a table fills holds what the row says."""
    words = {name: slot for name, slot in clause.slots.items() if not isinstance(slot, Sentence) and _is_of_names(slot)}
    filled = {name: columns for name, columns in _COLUMNS.get(at, {}).items() if name in words}
    return [_fits(words[name], columns, row, extract=extract) for name, columns in filled.items()]


def _is_of_names(slot: Slot) -> bool:
    """Whether a list is one name with its notes, or of names alone; anything else is no list."""
    first, *others = slot.items if isinstance(slot, Series) else (slot,)
    is_one = isinstance(slot, Series) and slot.last == ";"
    return not isinstance(first, Series | Sentence) and (is_one or not any(isinstance(one, Sentence) for one in others))


def _fits(slot: Slot, columns: Sequence[str], row: AnyRow, *, extract: Extract) -> bool:
    cells: tuple[Any, ...] = tuple(map(row.get, columns))
    if isinstance(slot, Interval) and cells == (None, None):
        return (slot.low, slot.high) == (0, 1)
    if isinstance(slot, Interval):
        how = "as published" if row.get("method") == "published" else "worked out"
        return (slot.low, slot.high, *(slot.low_open, slot.high_open)[: len(cells) - 2]) == cells and slot.how in (
            "",
            how,
        )
    if isinstance(slot, Money):
        return (slot.low, slot.high, slot.currency) == cells
    if isinstance(slot, Points):
        return (slot.low, slot.high) == cells
    words = words_of(slot).partition("; ")[0] if isinstance(slot, Series) and slot.last == ";" else words_of(slot)
    forms = {plain(form) for column in columns for form in _forms(column, row, extract)}
    parties = (plain(party["name"]) for party in extract.parties())
    return words in forms if forms else not (re.search(r"\d", words) or any(name in words for name in parties))


def _forms(column: str, row: AnyRow, extract: Extract) -> Sequence[str]:
    """The words in which a sentence may hold a cell; none of a cell that says nothing."""
    cell = row.get(column)
    if column == "estimator":
        return [sponsors_of(row)]
    if column == "asset_classes":
        return [wording.series(map(wording.asset_class, row[column])) or "any part of a network"]
    if isinstance(cell, list):
        return [extract.vendors(cell, bool(row.get("complement")))] if cell else []
    if isinstance(cell, date):
        return [wording.day(cell), wording.quarter(cell)]
    if not isinstance(cell, str) or cell in ("not stated", "undated"):
        return [f"{cell}", f"{cell:,}"] if isinstance(cell, int) else []
    words = [cell, cell.rstrip("."), cell.removeprefix("share of "), extract.name(cell), wording.asset_class(cell)]
    return [*words, BASES.get(cell, cell), *map(wording.day, whole_days(cell) if column == "deadline" else ())]


def answers_are_of_the_question(page: FirstPage) -> Iterator[Held]:
    """Country, days, audience and age are those asked for; a share of one subject, measure and day is one figure."""
    extract, first = page.extract, dict[str, Interval]()
    about = extract.country, extract.as_of, extract.known, extract.audience
    for one in page.answers:
        wanted = *about, None if page.row(one.key_row)[0] == "gap" else age_of(extract, one.key_row)
        found = one.subject, one.as_of, one.known_on, one.audience, one.age
        yield found == wanted, one.question, "the answer is one to another question, day or age", found, wanted
    for one, phrase in page.phrases():
        for name, slot in slots(phrase):
            if isinstance(slot, Country) and phrase.message != OTHER:
                yield (
                    slot.name == extract.country,
                    one.question,
                    "another country is named",
                    phrase.says,
                    extract.country,
                )
            if isinstance(slot, Interval) and slot.row and name == "share" and phrase.message != dependence.OTHERWISE:
                before = first.setdefault(str([page.row(slot.row)[1].get(column) for column in _QUANTITY]), slot)
                is_one = (before.low, before.high) == (slot.low, slot.high)
                yield is_one, one.question, "one quantity has two figures", phrase.says, f"that of {before.row}"


_QUANTITY = ("vendor_ids", "complement", "carrier_id", "site_id", "segment", "measure", "as_of", "scenario")
_GROUP = ("carrier_id", "segment", "measure", "as_of")


def first_is_first(page: FirstPage) -> Iterator[Held]:
    """What is said to be most is most: of vendors, of sites, of what one answer would narrow."""
    lead, served, unknown = (page.answer(name) for name in ("dependence", "sites", "unknown"))
    row, site, gap = (page.row(one.key_row)[1] for one in (lead, served, unknown))
    others = [one for one in alike(page) if one["vendor_ids"] != row["vendor_ids"] and len(one["vendor_ids"]) == 1]
    most = max([0.5, *(one["high_share"] for one in others if not any(is_wider(one, other) for other in others))])
    is_first = dependence.MOST not in messages(lead.finding) or row.get("low_share", 0.0) > most
    yield is_first, lead.question, "another vendor may have more", lead.finding.says, f"over {most}"
    every = page.extract.results(SiteDependenceRow)
    certain = max((one["low_share"] for one in every if not (one["to_be_checked"] or one["scenario"])), default=0.0)
    yield (
        site.get("low_share", 0.0) >= certain or not sites_of(page.extract),
        served.question,
        "more is certain of another site",
        site,
        certain,
    )
    findings = {one.key_row for one in page.answers if one is not unknown}
    widths = [one["width_share"] for one in page.extract.results(GapRow) if one["figure_id"] in findings]
    is_widest = unknown.finding.message != acts.WIDEST or gap.get("width_share") == max(widths, default=None)
    stated = {one.id: one for one in acts.widest_gaps(page.extract)}.get(unknown.key_row)
    by = next((clause for clause, _ in clauses(unknown.finding) if clause.message == acts.BY), unknown.finding)
    held = [
        words_of(slot) for slot in (*map(unknown.finding.slots.get, ("what", "ask")), by.slots.get("figure")) if slot
    ]
    is_told = stated is None or held == [plain(one) for one in (stated.what, stated.ask, stated.figure)][: len(held)]
    yield is_told, unknown.question, "what is not known, of what and who can say is another", held, stated
    yield is_widest, unknown.question, "another answer would narrow a figure of the page more", gap, widths


def alike(page: FirstPage) -> list[Any]:
    """The shares of the network, count and day of the finding on dependence that say something."""
    row = page.row(page.answer("dependence").key_row)[1]
    rows: list[Any] = [one for one in vendor_rows(page.extract) if not (says_nothing(one) or one["complement"])]
    return [one for one in rows if row and all(one[name] == row.get(name) for name in _GROUP)]


def least_of(rows: Sequence[AnyRow]) -> dict[tuple[str, ...], float]:
    """What every row of a set of vendors makes certain of it."""
    found: dict[tuple[str, ...], float] = {}
    for row in rows:
        key = tuple(row["vendor_ids"])
        found[key] = max(0.0, min(row["low_share"], found.get(key, 1.0)))
    return found


def bars_are_of_rows(page: FirstPage) -> Iterator[Held]:
    """A bar draws as a vendor's what the rows of its carrier make certain, as wide as the carrier weighs."""
    made = carrier_bars(page.extract)
    stored = {bar.carrier: bar for bar in made.bars} if made is not None else {}
    for bar in page.drawn:
        yield (
            bar == stored.get(bar.carrier),
            bar.carrier,
            "the bar is not that of its rows",
            bar,
            stored.get(bar.carrier),
        )
