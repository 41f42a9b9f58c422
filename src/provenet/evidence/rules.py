"""Rules laid out by law and by day: what changes when for which part of a network, and what holds today."""

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date
from typing import cast

from provenet.case.days_ahead import enclosed, plain, whole_days
from provenet.case.extract import Citation, Extract, unread
from provenet.case.rows import AnyRow, PolicyRow, PolicyRuleRow, SourceRow, VerdictRow
from provenet.case.tables import table, vocabulary
from provenet.core import wording
from provenet.core.countries import countries
from provenet.core.grouping import grouped
from provenet.evidence.addressees import addressees
from provenet.evidence.verdict_rows import PackRows, by_pack, outcome_word

BINDS, ADVICE, PROPOSAL = "binds", "advice", "proposal"
KINDS = (BINDS, ADVICE, PROPOSAL)
"""Instruments that bind, then advice, then proposals: the order of the page."""
TERM_ENDS, TAKES_EFFECT, RULE_ENDS = "term ends", "takes effect", "last day in force"
_FIRST = ("restricted", "conditional")
"""Outcomes of a criterion by weight: the heaviest stands for its law."""


@dataclass(frozen=True, kw_only=True)
class DayAhead:
    """A day on which a rule changes something, after the day of the dossier."""

    day: date
    what: str
    """`term ends`, `takes effect` or `last day in force`."""
    law: str
    kind: str
    criterion: str
    test: str
    """Whom or what the rule tests."""
    part: str
    cite: Citation
    source: SourceRow | None
    id: str
    uid: str
    """What names the rule in a calendar, whichever run named of it."""
    key: str = ""
    only: bool = True
    """Whether the row can name no other day of its kind."""
    rules: tuple[PolicyRuleRow, ...] = ()
    """The rules of packs that answer for the row."""

    @property
    def day_words(self) -> str:
        """The day in words."""
        return wording.day(self.day)


@dataclass(frozen=True, kw_only=True)
class Law:
    """One instrument: what it asks of which part of a network, since when, and its next day."""

    title: str
    place: str
    binding: str
    kind: str
    low: date | None
    high: date | None
    since: str
    """The first day of its earliest rule, ended or not."""
    criterion: str
    part: str
    more: int
    open_terms: tuple[str, ...]
    passed: str
    """The last days of its terms that lie before the day of the dossier, in words."""
    bound: str
    """Whom it binds by name."""
    ahead: tuple[DayAhead, ...]
    cites: tuple[Citation, ...]
    id: str
    number: int = 0


def kind_of(row: PolicyRow) -> str:
    """Whether a row of a policy binds, advises or proposes; a rule is never two of them."""
    if row["lifecycle"].startswith("proposed"):
        return PROPOSAL
    words = vocabulary()["not_binding"]
    return next((kind for kind in (PROPOSAL, ADVICE) if row["binding"].startswith(tuple(words[kind]))), BINDS)


def instrument_of(row: PolicyRow) -> str:
    """The instrument that a row of a policy is of, by the name under which all its rows stand on one line."""
    return row["instrument"] or row["title"]


def policy_rows(extract: Extract) -> list[PolicyRow]:
    """The rows of policies of the country's jurisdictions, as known, and rules of packs that say a day beyond them."""
    return extract.shared("rows of policies", lambda: _policy_rows(extract))


def _policy_rows(extract: Extract) -> list[PolicyRow]:
    here = extract.jurisdictions()
    rows = [row for row in extract.inputs(PolicyRow) if row["jurisdiction"] in here and not unread(row)]
    days = {row["policy_id"]: {*_days(row), *whole_days(row["deadline"] or "")} for row in rows}

    def adds_a_day(rule: PolicyRuleRow) -> bool:
        known = days.get(rule["policy_id"] or "")
        return known is None or any(day > extract.as_of for day in _days(rule) - known)

    rules = [
        rule
        for rule in extract.results(PolicyRuleRow)
        if (rule["ends_high_on"] or date.max) >= extract.as_of and adds_a_day(rule)
    ]
    return sorted([*rows, *(_of_pack(rule, extract.replayed) for rule in rules)], key=lambda row: row["policy_id"])


def _days(row: PolicyRow | PolicyRuleRow) -> set[date]:
    return {day for day in (row["deadline_on"], row["effective_low_on"], _last_day(row)) if day}


def _last_day(row: AnyRow) -> date | None:
    """The last day on which a rule of a pack is in force, where it is known to the day."""
    low: date | None = row.get("ends_low_on")
    return low if low == row.get("ends_high_on") else None


_IF_MET = {"prohibit": "restricted", "condition": "conditional", "permit": "clear"}


def _of_pack(rule: PolicyRuleRow, known: date | None) -> PolicyRow:
    """A rule of a pack in the columns of a criterion in words; days after the one known are enclosed as ones ahead."""

    def marked(text: str | None) -> str | None:
        return text if known is None or text is None else enclosed(plain(text), known)

    parts = wording.series(wording.asset_class(one) for one in rule["asset_classes"])
    is_proposal = rule["force"] == PROPOSAL
    made = dict.fromkeys(column.name for column in table("policy").columns) | {
        "policy_id": rule["policy_rule_id"],
        "jurisdiction": rule["jurisdiction"],
        "title": rule["pack_title"],
        "binding": rule["force"],
        "lifecycle": "proposed" if is_proposal else "in force",
        "effective": marked(rule["effective"]),
        "effective_low_on": rule["effective_low_on"],
        "effective_high_on": rule["effective_high_on"],
        "deadline": marked(rule["deadline"]),
        "deadline_on": rule["deadline_on"],
        "ends": marked(rule["ends"]),
        "ends_low_on": rule["ends_low_on"],
        "ends_high_on": rule["ends_high_on"],
        "asset_scope": parts or "any part of a network",
        "criterion": marked(rule["says"]),
        "outcome_if_met": _IF_MET.get(rule["effect"]),
        "superseded_by": [],
        "source_id": None,
        "reading": "read in the source",
        "citation": marked(rule["citation"]),
        "uid": f"{rule['pack']}-{rule['rule_id']}",
    }
    return cast(PolicyRow, made)


def is_replaced(row: PolicyRow, rows: Sequence[PolicyRow], day: date) -> bool:
    """Whether another rule on record had taken the place of one by a day."""
    later = [one for one in rows if one["policy_id"] in row["superseded_by"]]
    return any((one["effective_high_on"] or one["effective_low_on"] or date.max) <= day for one in later)


def laws(extract: Extract) -> list[Law]:
    """A line for each instrument: those that bind, then advice, then proposals; of each the next day first."""
    rows = policy_rows(extract)
    groups = grouped(
        ((row["jurisdiction"], instrument_of(row), kind_of(row)), row)
        for row in rows
        if not is_replaced(row, rows, extract.as_of)
    )
    found = [_law(group, kind, extract) for (_, _, kind), group in groups.items()]
    found.sort(
        key=lambda law: (
            KINDS.index(law.kind),
            law.ahead[0].day if law.ahead else date.max,
            -(law.high or date.min).toordinal(),
            law.title,
        )
    )
    return _numbered(found)


def _numbered(found: Sequence[Law]) -> list[Law]:
    """Laws with their numbers, and days ahead with their letters, the next first."""
    days = sorted((one for law in found for one in law.ahead), key=_day_order)
    keys = {id(one): wording.letters(at) for at, one in enumerate(days)}
    return [
        replace(law, number=at, ahead=tuple(replace(one, key=keys[id(one)]) for one in law.ahead))
        for at, law in enumerate(found, start=1)
    ]


def _day_order(one: DayAhead) -> tuple[date, int, str]:
    return one.day, KINDS.index(one.kind), one.id


def days_ahead(found: Iterable[Law]) -> list[DayAhead]:
    """Every day ahead, the next first."""
    return sorted((one for law in found for one in law.ahead), key=_day_order)


def _law(group: Sequence[PolicyRow], kind: str, extract: Extract) -> Law:
    group = sorted(group, key=lambda row: _row_order(row, extract.as_of))
    first = group[0]
    ahead = sorted((one for row in group for one in _ahead(row, kind, extract)), key=_day_order)
    rules = (one for one in extract.results(PolicyRuleRow) if one["pack_title"] == instrument_of(first))
    own = [one for rule in rules if kind_of(one := _of_pack(rule, extract.replayed)) == kind]
    begun = sorted((*group, *own), key=lambda row: row["effective_low_on"] or row["effective_high_on"] or date.max)
    lows = [day for row in begun if (day := row["effective_low_on"] or row["effective_high_on"])]
    highs = [day for row in begun if (day := row["effective_high_on"] or row["effective_low_on"])]
    place = first["jurisdiction"]
    return Law(
        title=instrument_of(first),
        place=countries().name(place) or place,
        binding=first["binding"],
        kind=kind,
        low=min(lows, default=None),
        high=min(highs, default=None),
        since=begun[0]["effective"] or "no date",
        criterion=first["criterion"],
        part=first["asset_scope"] or "not stated",
        more=len(group) - 1,
        open_terms=tuple(dict.fromkeys(words for row in group for words in _without_a_day(row))),
        passed=wording.series(map(wording.day, sorted({d for row in group for d in _terms(row) if d < extract.as_of}))),
        bound=wording.series(addressees([rule for row in group for rule in rules_of(row, extract)], extract)),
        ahead=tuple(ahead),
        cites=tuple(extract.cite_all(group[:1])),
        id=first["policy_id"],
    )


def _without_a_day(row: AnyRow) -> Iterable[str]:
    """The end of a term, and of a rule, that is not known to the day."""
    if row["deadline"] and not _terms(row):
        yield row["deadline"]
    if row.get("ends") and not _last_day(row):
        yield f"in force to {row['ends']}"


def _terms(row: AnyRow) -> list[date]:
    """The last days of the terms of a row that are known to the day."""
    return [row["deadline_on"]] if row["deadline_on"] else sorted({*whole_days(row["deadline"] or "")})


def rules_of(row: AnyRow, extract: Extract) -> tuple[PolicyRuleRow, ...]:
    """The rules of packs that answer for a criterion in words."""
    key = row["policy_id"]
    return tuple(one for one in extract.results(PolicyRuleRow) if key in (one["policy_id"], one["policy_rule_id"]))


def names_of(rules: Sequence[PolicyRuleRow], extract: Extract) -> tuple[str, str]:
    """The vendors that rules name, in words, and the list by which they do; empty where they name none."""
    vendors = dict.fromkeys(extract.name(vendor) for rule in rules for vendor in rule["vendor_ids"] or ())
    return wording.series(vendors), wording.series(
        dict.fromkeys(rule["named_by"] for rule in rules if rule["named_by"])
    )


def _row_order(row: PolicyRow, day: date) -> tuple[date, int, str]:
    """The criterion that stands for its law: that of the next term, then that which weighs most."""
    ahead = row["deadline_on"] if row["deadline_on"] and row["deadline_on"] > day else date.max
    met = row["outcome_if_met"] or ""
    return ahead, _FIRST.index(met) if met in _FIRST else len(_FIRST), row["policy_id"]


def _ahead(row: PolicyRow, kind: str, extract: Extract) -> Iterable[DayAhead]:
    rules = rules_of(row, extract)
    vendors, named_by = names_of(rules, extract)
    named = f"the vendor is {vendors}" + (f" ({named_by})" if named_by else "")
    own = (TAKES_EFFECT, row["effective_low_on"]), (RULE_ENDS, _last_day(row))
    for what, day in (*((TERM_ENDS, day) for day in _terms(row)), *own):
        if day and day > extract.as_of:
            yield DayAhead(
                day=day,
                what=what,
                law=instrument_of(row),
                kind=kind,
                criterion=row["criterion"],
                test=named if vendors else row["vendor_test"] or "",
                part=row["asset_scope"] or "not stated",
                cite=extract.cite(row),
                source=extract.source_of(row),
                id=row["policy_id"],
                uid=str(row.get("uid") or row["policy_id"]),
                only=what != TERM_ENDS or bool(row["deadline_on"]),
                rules=rules,
            )


def replaced_laws(extract: Extract) -> list[PolicyRow]:
    """Rules of which another on record has taken the place by the day of the dossier."""
    rows = policy_rows(extract)
    return [row for row in rows if is_replaced(row, rows, extract.as_of)]


KIND_WORDS = {BINDS: "binds", ADVICE: "advice, not binding", PROPOSAL: "proposal, no effect yet"}


EVERY_PART, EVERY_VENDOR = "every part screened", "every vendor screened"
SHOWN_PARTS, SHOWN_NAMES = 6, 4
_OPEN = ("restricted", "conditional", "undetermined")


SHOWN_ALONE = 2
"""Carriers that a rule may bind alone for its line to name them; of more the chapter has each."""


def answers_today(extract: Extract) -> list[dict[str, str]]:
    """What is restricted, conditional and undetermined today under the policies in force, a line each.

    `until_on` is the last day of its term, `rules` are those that decide, `due` says that one of them prohibits, `ids`
    are a row for each vendor named.
    """
    found = [line for pack in by_pack(extract) if pack.in_force for line in _answers(pack, extract)]
    return sorted(found, key=lambda line: _OPEN.index(line["outcome"]))


def _answers(pack: PackRows, extract: Extract) -> Iterable[dict[str, str]]:
    reached = [row for row in pack.rows if outcome_word(row) in _OPEN]
    parts_of = grouped((_term(row), row["asset_class"]) for row in reached if row["outcome"] in _FIRST)
    # A line is of vendors of which the same parts are reached: of no others is "these parts of these vendors" true.
    groups = grouped(((*_term(row)[:2], frozenset(parts_of.get(_term(row), ()))), row) for row in reached)
    own_rules = [one for one in extract.results(PolicyRuleRow) if one["pack"] == pack.pack]
    everyone = {row["vendor_id"] for row in pack.rows}
    everything = {row["asset_class"] for row in pack.rows}
    for (outcome, until, _), rows in sorted(
        groups.items(), key=lambda one: (*one[0][:2], -len(one[1]), sorted(one[0][2]))
    ):
        vendors = {row["vendor_id"] for row in rows}
        classes = {row["asset_class"] for row in rows}
        names = sorted((extract.name(vendor) for vendor in vendors), key=str.casefold)
        parts = [EVERY_PART] if classes == everything else _parts(classes, everything)
        shown_names = [EVERY_VENDOR] if vendors == everyone else names
        decide = {row["rule_id"] for row in rows}
        deciding = [one for one in own_rules if one["rule_id"] in decide]
        effects = {one["effect"] for one in deciding}
        bound = {extract.name(row["carrier_id"]) for row in rows} if all(one["carrier_ids"] for one in deciding) else ()
        carriers = sorted(filter(None, bound), key=str.casefold) if deciding and len(bound) <= SHOWN_ALONE else []
        alone = f", for {wording.series(carriers)} alone" if carriers else ""
        own = [
            min(row["verdict_id"] for row in rows if extract.name(row["vendor_id"]) == name)
            for name in ([] if vendors == everyone else names[:4])
        ]
        yield {
            "outcome": outcome,
            "vendors": wording.series(shown_names, shown=SHOWN_NAMES),
            "names": "|".join(shown_names),
            "where": wording.series(parts, shown=SHOWN_PARTS),
            "parts": "|".join(parts),
            "title": rows[0]["pack_title"],
            "force": pack.force,
            "until": "" if until == date.max else wording.day(until),
            "until_on": "" if until == date.max else until.isoformat(),
            "rules": " ".join(sorted(one or "" for one in decide)),
            "due": "due" if "prohibit" in effects else "",
            "carriers": "|".join(carriers),
            "policy": f"{rows[0]['pack_title']} ({pack.force}{alone})",
            "ids": " ".join(own) or min(row["verdict_id"] for row in rows),
        }


def _term(row: VerdictRow) -> tuple[str, date, str]:
    return row["outcome"], row["remove_by_on"] or date.max, row["vendor_id"]


def _parts(classes: Set[str], everything: Set[str]) -> list[str]:
    """Asset classes in words: a part of networks by its name alone where all of its classes are among them."""
    found: dict[str, None] = {}
    for one in sorted(classes):
        segment = one.split(".")[0]
        is_whole = {other for other in everything if other.split(".")[0] == segment} <= classes
        found[wording.asset_class(segment if is_whole else one)] = None
    return list(found)
