"""Rules: the policies and their packs, two of them or two days side by side, worked cases run live, a pack edited."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from threading import Lock
from typing import TYPE_CHECKING, Annotated, Any

from markupsafe import Markup, escape

from provenet.case.case import Case
from provenet.core import wording
from provenet.core.countries import countries
from provenet.core.errors import CaseFault, Fault, UsageFault, hint_at, nearest
from provenet.core.grouping import grouped
from provenet.core.rule_words import plain_reason
from provenet.core.settings import Day, Option, Settings, settings_class
from provenet.web.page import Html, Page, Reply, Route, Visit
from provenet.web.reading import NotFound, Reading
from provenet.web.stored_answers import countries_in
from provenet.web.stored_page import DEADLINES, FIRST, newest_dossiers, stored_dossier

if TYPE_CHECKING:
    from provenet.evidence.rule_comparison import Difference, Reason
    from provenet.policy.instrument import RuleRow
    from provenet.policy.pack import Pack
    from provenet.policy.packs import Packs
    from provenet.verbs.packs import PackCheck
    from provenet.verbs.verdicts import ComparisonReport, Side

LARGEST_TEXT = 256 * 2**10
"""Bytes of a pack that is checked in the browser."""
SHOWN_FAULTS = 50
SHOWN_VENDORS = 8
CONTEXT_LINES = 2
PATIENCE_SECONDS = 20.0
"""How long the check of a pack waits for another one."""
_checking = Lock()
_LINE = re.compile(r" line (\d+)\b")
_MARKS = ((re.compile(r"`([^`]+)`"), r"<code>\1</code>"), (re.compile(r"\*([^*]+)\*"), r"<b>\1</b>"))


@settings_class()
class RulesQuestion(Settings):
    """On which day the rules are listed, and which two sides are compared."""

    left: Annotated[str | None, Option(help="A policy, by the id of its pack.")] = None
    right: Annotated[str | None, Option(help="Another policy; without it the same one is compared on two days.")] = None
    as_of: Annotated[Day | None, Option(help="The day whose rules the left policy applies.")] = None
    vs: Annotated[Day | None, Option(help="The day whose rules the right policy applies (default: the same day).")] = (
        None
    )
    country: Annotated[str | None, Option(help="Whose carriers are asked, where a policy is of several countries.")] = (
        None
    )


@settings_class()
class PackQuestion(Settings):
    """On which day a pack is looked at."""

    as_of: Annotated[
        Day | None, Option(help="The day whose rules are marked as in force (default: the newest with runs).")
    ] = None


def rules(visit: Visit) -> Reply:
    """The rule packs at hand, and a comparison where one is asked for."""
    from provenet.policy.instrument import first_day

    question, reading = visit.question_as(RulesQuestion), visit.reading
    packs = _packs(reading)
    day = question.as_of or _newest_day(reading)
    screened = _screened(reading)
    ordered = sorted(packs.packs.values(), key=lambda one: (one.example, one.jurisdiction, str(first_day(one)), one.id))
    rows = [_listed(visit, pack, day, screened=screened.get(pack.id, [])) for pack in ordered]
    return Html(
        template="rules.html.j2",
        title=visit.tongue.text("Rules"),
        words={
            "question": question,
            "day": day,
            "rows": rows,
            "choices": [row for row in rows if row["screened"]] if reading.public else rows,
            "days": sorted({pair[0] for pair in reading.days_with_runs}),
            "countries": _verdict_countries(reading),
            "comparison": _comparison(visit, question, day),
            "deadlines": [
                row["country"]
                for row in newest_dossiers(reading)
                if (stored := stored_dossier(reading, row, FIRST)) and stored.section(DEADLINES)
            ],
            "deadline_part": DEADLINES,
        },
    )


def pack(visit: Visit) -> Reply:
    """One rule pack: what its instrument tests, the rules in force on a day, its worked cases run now."""
    from provenet.policy.instrument import first_day, rule_rows, scope_rows, source_rows
    from provenet.policy.instrument_page import FORCE_WORDS
    from provenet.policy.packs import rule_in_force
    from provenet.verbs.packs import case_files, check_loaded

    question = visit.question_as(PackQuestion)
    packs, found = _packs(visit.reading), _pack_of(visit)
    day = question.as_of or _newest_day(visit.reading)
    files = visit.reading.once("worked cases", lambda: visit.reading.ask(case_files))
    check = visit.reading.once(("tested", found.id), lambda: check_loaded(files, found, packs))
    force = {rule.id: rule_in_force(rule, day, adopted=found.adopted) for rule in found.rules}
    screened, criteria = _screened(visit.reading), _criteria(visit.reading)
    return Html(
        template="rule_pack.html.j2",
        title=found.title,
        words={
            "pack": found,
            "day": day,
            "issuer": visit.reading.party_names.get(found.issuer, found.issuer),
            "force": FORCE_WORDS[found.force],
            "first": first_day(found),
            "scope": [(name, _marked(text)) for name, text in scope_rows(found)],
            "rules": [_rule(row, force[row.id]) for row in rule_rows(found)],
            "facts": _facts(found),
            "check": check,
            "cases": _cases(check),
            "sources": source_rows(found, criteria),
            "screened": _screened_here(visit, found),
            "newest": _newest_day(visit.reading),
            "others": [
                {"day": other, "to": visit.link("/rules", left=found.id, vs=other)}
                for other in _other_days(visit.reading, screened.get(found.id, ()))
            ],
        },
    )


def edit(visit: Visit) -> Reply:
    """The text of a pack in a field; what is changed there is checked, and written nowhere."""
    from provenet.verbs.packs import pack_text

    found = _pack_of(visit)
    if not visit.may_write:
        raise NotFound("A pack is edited on the machine that holds the case: provenet serve CASE, without --public.")
    text = visit.reading.ask(lambda case: pack_text(case, found)).decode("utf-8", errors="replace")
    return _edited(visit, found, text=text, result=None)


def check(visit: Visit) -> Reply:
    """The text that was sent: its faults at their lines, or its tests and their coverage."""
    from provenet.verbs.packs import check_text

    found = _pack_of(visit)
    if not visit.may_write:
        raise NotFound("A pack is checked on the machine that holds the case.")
    data = _sent(visit.form)
    if len(data) > LARGEST_TEXT:
        raise UsageFault(
            f"text: found {len(data):,} bytes, expected at most {LARGEST_TEXT:,}; split the rules into several packs."
        )
    if not _checking.acquire(timeout=PATIENCE_SECONDS):
        raise CaseFault("Another pack is still being checked; send yours again in a moment.")
    try:
        # A case of its own: a large pack takes seconds, and readers do not wait for it.
        result = check_text(Case.open(visit.reading.folder), f"{found.id} (edited)", data)
    finally:
        _checking.release()
    return _edited(visit, found, text=data.decode("utf-8", errors="replace"), result=result)


def _sent(form: Mapping[str, object]) -> bytes:
    """The text of a form: of the file that was sent, else of the field; line ends as a file has them."""
    upload = form.get("file")
    if isinstance(upload, tuple) and upload[1]:
        data: bytes = upload[1]
        return data
    text = form.get("text")
    if not isinstance(text, str) or not text.strip():
        raise UsageFault("text: nothing was sent; expected the text of a rule pack as YAML.")
    return text.replace("\r\n", "\n").encode("utf-8")


def _edited(visit: Visit, found: Pack, *, text: str, result: PackCheck | None) -> Reply:
    faults = [_fault(fault, text, result.syntax if result else None) for fault in (result.faults if result else ())]
    return Html(
        template="rule_edit.html.j2",
        title=f"{visit.tongue.text('Edit')}: {found.title}",
        words={
            "pack": found,
            "text": text,
            "result": result,
            "fault_count": wording.count(len(faults), "fault"),
            "faults": faults[:SHOWN_FAULTS],
            "more_faults": max(0, len(faults) - SHOWN_FAULTS),
            "cases": _cases(result) if result and result.test else [],
            "largest": f"{LARGEST_TEXT // 2**10} kB",
        },
    )


def _fault(fault: Fault, text: str, syntax: tuple[int, int] | None) -> dict[str, object]:
    """A fault with its place in the text: line and column from 1 (0: the text as a whole), and the lines about it."""
    place = _LINE.search(fault.place)
    lines = text.split("\n")
    line = int(place[1]) if place else 0
    if not 1 <= line <= len(lines):
        return {"line": 0, "column": 0, "sentence": fault.sentence(), "lines": Markup()}
    written = lines[line - 1]
    start, width = _span(written, fault, syntax[1] if syntax and syntax[0] == line else 0)
    first = max(1, line - CONTEXT_LINES)
    shown = [
        Markup("{:>4} {} {}").format(
            number, ">" if number == line else " ", _with_mark(one, start, width) if number == line else one
        )
        for number, one in enumerate(lines[first - 1 : line + CONTEXT_LINES], start=first)
    ]
    sentence = fault.sentence().removeprefix(fault.place).lstrip(",: ")
    return {"line": line, "column": start + 1, "sentence": sentence, "lines": Markup("\n").join(shown)}


def _span(written: str, fault: Fault, column: int) -> tuple[int, int]:
    """Where on a line a fault lies, and how many characters it takes: what was found, else all that is written."""
    if column:
        return min(column - 1, len(written)), 1
    found = fault.found or ""
    if found and found in written:
        return written.index(found), len(found)
    start = len(written) - len(written.lstrip())
    return start, len(written) - start


def _with_mark(written: str, start: int, width: int) -> Markup:
    marked = written[start : start + width]
    return Markup("{}<mark>{}</mark>{}").format(written[:start], marked or " ", written[start + width :])


def _packs(reading: Reading) -> Packs:
    from provenet.verbs.question import packs_at_hand

    return reading.once("packs", lambda: reading.ask(lambda case: packs_at_hand(case, ())))


def _pack_of(visit: Visit) -> Pack:
    name, packs = visit.path["pack"], _packs(visit.reading)
    found = packs.find(name)
    if found is None:
        raise NotFound(f"No rule pack has the id {name!r}." + hint_at(nearest(name, packs.packs)))
    return found.pack


def _newest_day(reading: Reading) -> date:
    """The newest day that has runs; in a case without any the last day on which a rule begins."""
    from provenet.policy.instrument import first_day

    days = reading.chosen_days(None, None)
    if days is not None:
        return days[0]
    firsts = [first for one in _packs(reading).packs.values() if (first := first_day(one))]
    return max(firsts)


def _screened(reading: Reading) -> dict[str, list[Mapping[str, Any]]]:
    """What the verdicts of each pack say, by day, country and outcome: how many vendors have it."""

    def counted() -> dict[str, list[Mapping[str, Any]]]:
        of = ("as_of_on", "country", "outcome", "known_on", "pack")
        cells = reading.tables.distinct("verdict", *of, "verdict_id", "vendor_id", "disputed")
        groups = grouped((cell[: len(of)], cell[len(of) :]) for cell in cells)
        rows = [
            {
                **dict(zip(of, where, strict=True)),
                "vendors": len({vendor for _, vendor, _ in found}),
                "verdicts": len(found),
                "disputed": any(disputed for _, _, disputed in found),
            }
            for where, found in groups.items()
        ]
        return grouped((row["pack"], row) for row in sorted(rows, key=lambda row: row["as_of_on"], reverse=True))

    return reading.once("screened", counted)


def _listed(visit: Visit, found: Pack, day: date, *, screened: Sequence[Mapping[str, Any]]) -> dict[str, object]:
    from provenet.policy.instrument import first_day
    from provenet.policy.packs import in_force, rule_in_force

    force = [rule_in_force(rule, day, adopted=found.adopted) for rule in found.rules]
    return {
        "pack": found,
        "to": visit.link("/rules/{pack}", pack=found.id),
        "place": countries().name(found.jurisdiction) or found.jurisdiction or "any: an example",
        "force": found.force,
        "first": first_day(found),
        "in_force": len(in_force(found, day)),
        "open": force.count(None),
        "count": len(found.rules),
        "screened": wording.series(
            dict.fromkeys(wording.country(row["country"]) for row in screened if row["country"])
        ),
    }


def _criteria(reading: Reading) -> list[dict[str, str]]:
    """The criteria in words with their sources, as the page of an instrument reads them."""
    sources = {row["source_id"]: row for row in reading.finder.every("source")}
    rows = [(row, sources[row["source_id"]]) for row in reading.finder.every("policy") if row["source_id"] in sources]
    status = {"read in the source": "CONFIRMED", "read in part": "PARTIAL"}
    return [
        {
            "policy_id": str(row["policy_id"]),
            "source_title": source["title"] or "",
            "source_url": source["url"] or "",
            "source_date": str(source["published"] or ""),
            "status": status.get(row["reading"] or "", "UNCONFIRMED"),
        }
        for row, source in rows
    ]


def _marked(text: str) -> Markup:
    """A text of an instrument's page with its code and its emphasis as HTML."""
    found = str(escape(text.replace("<br>", "\n"))).replace("\n", "<br>")
    for pattern, replacement in _MARKS:
        found = pattern.sub(replacement, found)
    return Markup(found)


def _nested(lines: Sequence[str]) -> Markup:
    """The lines of a nested list, each indented by two spaces a level and begun with a dash, as HTML."""
    made, depths = [], list[int]()
    for line in lines:
        depth = len(line) - len(line.lstrip())
        while depths and depths[-1] > depth:
            made.append("</li></ul>")
            depths.pop()
        if not depths or depths[-1] < depth:
            made.append("<ul>")
            depths.append(depth)
        else:
            made.append("</li>")
        made.append(f"<li>{_marked(line.lstrip().removeprefix('- '))}")
    made += ["</li></ul>"] * len(depths)
    return Markup("".join(made))


def _rule(row: RuleRow, force: bool | None) -> dict[str, object]:
    return {
        "id": row.id,
        "force": {True: "in force", False: "not in force", None: "not known whether in force"}[force],
        "says": _marked(row.says),
        "all": sum(line.startswith("-") for line in row.holds_when) > 1,
        "when": _nested(row.holds_when),
        "effect": _marked(row.effect),
        "in_force": row.in_force,
        "remove_by": _marked(row.remove_by),
        "caps": [_marked(one) for one in row.caps],
        "decided_by": row.decided_by,
        "citation": row.citation,
        "article": row.article,
        "open_while": _marked("; ".join(row.open_while)),
    }


def _facts(found: Pack) -> list[tuple[str, str, str]]:
    """The facts that the rules read: the key, what it says, and which rules read it."""
    from provenet.policy.instrument import rule_rows

    used = grouped((key, row.id) for row in rule_rows(found) for key in row.facts)
    return [(key, found.fact_says.get(key, ""), ", ".join(ids)) for key, ids in sorted(used.items())]


def _cases(result: PackCheck) -> list[dict[str, object]]:
    """The worked cases, those that are not as expected first."""
    rows = sorted(result.cases, key=lambda one: one.is_passed)
    return [
        {
            "case": one,
            "given": "; ".join(cell for _, cell in one.given if cell not in ("any", "all")),
            "reason": plain_reason(one.reason),
        }
        for one in rows
    ]


def _screened_here(visit: Visit, found: Pack) -> list[dict[str, object]]:
    """What the verdicts of the case say under a pack, by day and country."""
    rows = _screened(visit.reading).get(found.id, ())
    groups = grouped(((row["as_of_on"], row["known_on"], row["country"]), row) for row in rows)
    return [
        {"as_of": as_of, "known": known, "country": where, "outcomes": rows}
        for (as_of, known, where), rows in groups.items()
    ]


def _comparison(visit: Visit, question: RulesQuestion, day: date) -> dict[str, object] | None:
    """Two sides and where they differ; None where no policy is named."""
    from provenet.verbs.verdicts import compare_rules

    if question.left is None and question.right is None:
        return None
    left = _known_pack(visit, question.left or question.right or "")
    right = _known_pack(visit, question.right or question.left or "")
    as_of, other = day, question.vs or day
    if left.id == right.id and as_of == other:
        raise UsageFault(
            "right, vs: both sides are the same policy on the same day; choose another policy or another day."
        )
    country, reading = _known_country(visit, question.country), visit.reading

    def compared() -> ComparisonReport:
        sides = (left.id, as_of), (right.id, other)
        return reading.ask(lambda case: compare_rules(case, *sides, country=country, stored_only=reading.public))

    # What is kept must be of a closed list, so that questions cannot fill the memory.
    stored = {pair[0] for pair in reading.days_with_runs}
    key = ("compared", left.id, right.id, as_of, other, country)
    report = reading.once(key, compared) if {as_of, other} <= stored else compared()
    return {
        "left": _side(visit, report.left),
        "right": _side(visit, report.right),
        "questions": report.found.question_count,
        "differing": report.found.differing_count,
        "rows": [
            _difference(visit, one, reading.party_names, left=report.left, right=report.right)
            for one in report.found.differences
        ],
    }


def _known_country(visit: Visit, name: str | None) -> str | None:
    """The country of a question, if verdicts of the case are of it. Raises UsageFault."""
    known = _verdict_countries(visit.reading)
    if name is not None and name not in known:
        raise UsageFault(f"country: no policy was asked for {name!r}; choose one of {wording.series(known) or 'none'}.")
    return name


def _verdict_countries(reading: Reading) -> list[str]:
    return reading.once("countries of verdicts", lambda: countries_in(reading, "verdict"))


def _known_pack(visit: Visit, name: str) -> Pack:
    packs = _packs(visit.reading)
    found = packs.find(name)
    if found is None:
        raise UsageFault(f"left, right: no rule pack has the id {name!r}." + hint_at(nearest(name, packs.packs)))
    return found.pack


def _side(visit: Visit, side: Side) -> dict[str, object]:
    return {
        "title": side.title,
        "to": visit.link("/rules/{pack}", pack=side.policy, as_of=side.as_of),
        "as_of": side.as_of,
        "known": side.known_on,
        "country": wording.country(side.country) if side.country else "",
        "is_stored": side.is_stored,
        "in_force": side.rules_in_force,
    }


def _difference(
    visit: Visit, one: Difference, names: Mapping[str, str], *, left: Side, right: Side
) -> dict[str, object]:
    vendors = [names.get(vendor, vendor) for vendor in one.vendors]
    return {
        "vendors": wording.series(vendors, shown=SHOWN_VENDORS),
        "all_vendors": wording.series(vendors),
        "more": len(vendors) > SHOWN_VENDORS,
        "count": len(vendors),
        "classes": wording.series(one.asset_classes),
        "layers": wording.series(one.layers),
        "left": [_reason(visit, reason, left) for reason in one.left],
        "right": [_reason(visit, reason, right) for reason in one.right],
    }


def _reason(visit: Visit, reason: Reason, side: Side) -> dict[str, object]:
    to = visit.link("/figure/{figure}", figure=reason.verdict_id) if side.is_stored else ""
    return {
        "outcome": reason.outcome,
        "rule": reason.rule,
        "rule_to": visit.link("/rules/{pack}", pack=side.policy, as_of=side.as_of),
        "reason": plain_reason(reason.reason),
        "facts": [
            {"fact": fact, "value": {True: "yes", False: "no", None: "disputed"}[value], "step": step}
            for fact, value, step in reason.facts
        ],
        "actions": wording.series(action.replace("_", " ") for action in reason.actions),
        "to": to,
    }


def _lists(reading: Reading) -> Iterable[Mapping[str, str]]:
    """The lists of the site: one for each day, and each policy that runs asked on several days, compared over them."""
    yield {}
    for day in {pair[0] for pair in reading.days_with_runs} - {_newest_day(reading)}:
        yield {"as_of": str(day)}
    for name, rows in _screened(reading).items():
        for other in _other_days(reading, rows):
            yield {"left": name, "vs": str(other)}


def _other_days(reading: Reading, rows: Sequence[Mapping[str, Any]]) -> list[date]:
    """The days on which a policy was asked, the newest day of the case apart; none where it was not asked on that."""
    days = {row["as_of_on"] for row in rows}
    newest = _newest_day(reading)
    return sorted(days - {newest}, reverse=True) if newest in days else []


def _every_pack(reading: Reading) -> Iterable[Mapping[str, str]]:
    """Each rule pack; on each day those that runs asked."""
    screened = _screened(reading)
    for name in _packs(reading).packs:
        yield {"pack": name}
        for other in _other_days(reading, screened.get(name, ())):
            yield {"pack": name, "as_of": str(other)}


PAGE = Page(
    key="rules",
    title="Rules",
    place=30,
    for_readers=True,
    routes=(
        Route(path="/rules", answer=rules, question=RulesQuestion, addresses=_lists),
        Route(path="/rules/{pack}", answer=pack, question=PackQuestion, addresses=_every_pack),
        Route(path="/rules/{pack}/edit", answer=edit),
        Route(path="/rules/{pack}/check", answer=check, method="POST"),
    ),
)
