"""The answers of the verbs as lines for a person at a terminal. Every figure in them stands in the answer already."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

from provenet.verbs.answers import Added, Briefed, Checked, Depended, Made, Policy, Screened, Shown

FORCE_WORDS = {
    "law": "law",
    "contract": "contract",
    "advice": "advice, not binding",
    "proposal": "proposal, no effect yet",
}


def new_lines(made: Made) -> Iterator[str]:
    """An empty case."""
    yield f"Made the empty case {made.case}."
    yield f"Next: provenet add {made.case} FILE..."


def add_lines(added: Added) -> Iterator[str]:
    """What each file brought."""
    for file in added.files:
        rows = ", ".join(f"{count} new in {table}" for table, count in file.added.items() if count)
        ignored = f"; ignored by name: {', '.join(file.ignored)}" if file.ignored else ""
        yield f"{file.name}: read as {file.layout}, {_count(file.row_count, 'row')}; {rows or 'nothing new'}{ignored}"
        yield from (f"  {remark}" for remark in file.remarks)


FINDINGS_SHOWN = {"error": 10, "warning": 3}
"""Findings of one check that are printed before the rest is counted."""


def check_lines(found: Checked, whole: bool = False) -> Iterator[str]:
    """The findings, errors first, gathered by check under what it looks for; then what was not asked, and the sums.

    `whole`: every finding that is kept, each with its id.
    """
    for check in sorted(found.checks, key=lambda check: check["severity"] != "error"):
        if not check["finding_count"]:
            continue
        told = [finding for finding in found.findings if finding["kind"] == check["id"]]
        yield f"{check['severity']} {check['id']}: {_count(check['finding_count'], 'finding')}. {check['says']}"
        shown = told if whole else told[: FINDINGS_SHOWN[check["severity"]]]
        repairs = {finding["repair"] for finding in shown}
        for finding in shown:
            yield f"    {finding['place']}: {finding['says']}" + (f" [{finding['finding_id']}]" if whole else "")
            if len(repairs) > 1:
                yield f"        {finding['repair']}"
        if len(repairs) == 1:
            yield f"    To mend: {shown[0]['repair']}"
        if len(told) > len(shown):
            yield f"    ... and {check['finding_count'] - len(shown)} more: --only {check['id']}"
        yield ""
    for why in dict.fromkeys(check["why"] for check in found.not_asked):
        yield f"Not asked: {', '.join(c['id'] for c in found.not_asked if c['why'] == why)} ({why})."
    for group in dict.fromkeys(check["group"] for check in found.checks):
        seen = [c for c in found.checks if c["group"] == group and c["finding_count"]]
        if seen:
            yield f"{group + ':':<12}" + ", ".join(f"{c['finding_count']} {c['id']}" for c in seen)
    counts = {word: sum(c["finding_count"] for c in found.checks if c["severity"] == word) for word in FINDINGS_SHOWN}
    if not found.checks:
        yield "No check was asked."
        return
    quiet = sum(1 for check in found.checks if not check["finding_count"])
    sums = ", ".join(_count(number, word) for word, number in counts.items())
    yield f"{sums}; {quiet} of {_count(len(found.checks), 'check')} found nothing."


def menu_lines(menu: Sequence[Mapping[str, str]]) -> Iterator[str]:
    """The menu of checks, by group."""
    wide = max((len(check["id"]) for check in menu), default=0)
    for group in dict.fromkeys(check["group"] for check in menu):
        yield group
        for check in (check for check in menu if check["group"] == group):
            yield f"  {check['id']:<{wide}}  {check['severity']:<7}  {check['says']}"


VENDORS_NAMED = 8
"""Vendors of one outcome that a line names; more are counted."""


def screen_lines(found: Screened) -> Iterator[str]:
    """One line per policy, under the countries that get the same answer, and whom its outcomes but clear concern."""
    yield asked(found.as_of, found.known_on, found.assumed)
    told: list[tuple[list[str], list[str]]] = []
    for policy in found.policies:
        where = policy.country or "Carriers of all countries"
        lines = [f"    {policy_line(policy)}", *(f"      {line}" for line in _vendor_lines(policy))]
        if told and told[-1][1] == lines:
            told[-1][0].append(where)
        else:
            told.append(([where], lines))
    above: list[str] = []
    for countries, lines in told:
        if countries != above:
            yield f"  {', '.join(countries)}"
        above = countries
        yield from lines


def policy_line(policy: Policy) -> str:
    """What one policy says, after who issued it and with what force."""
    told = ", ".join(f"{count} {outcome}" for outcome, count in policy.outcomes.items())
    if not policy.rules_in_force:
        told = "no rule in force that day"
    elif policy.disputed:
        told += f" ({policy.disputed} on a fact that is disputed)"
    force = FORCE_WORDS.get(policy.force, policy.force)
    return f"{policy.issuer_name} ({force}): {policy.title}: {told}"


def _vendor_lines(policy: Policy) -> Iterator[str]:
    """Whom each outcome but clear concerns; and where no rule reaches what was asked, what its rules speak of."""
    if not policy.rules_in_force:
        return
    every = {name for names in policy.vendors.values() for name in names}
    for outcome, names in policy.vendors.items():
        if outcome != "clear":
            all_of_them = f"all {len(every)} vendors" if len(every) > 1 else names[0]
            yield f"{outcome}: {all_of_them if len(names) == len(every) else _named(names)}"
    if policy.unreached is not None:
        acts, buyers = policy.unreached.acts_named, policy.unreached.buyers_named
        yield f"No rule of it reaches what was asked, the acts {_named(policy.unreached.acts_asked)}."
        other = [f"the {word} {_named(words)}" for word, words in (("acts", acts), ("buyers", buyers)) if words]
        hint = f" Ask with: --assume action={acts[0]}" if acts else ""
        if other:
            yield f"Its rules name {' and '.join(other)}.{hint}"


def _named(names: Sequence[str]) -> str:
    shown = ", ".join(names[:VENDORS_NAMED])
    return shown + (f" and {len(names) - VENDORS_NAMED} more" if len(names) > VENDORS_NAMED else "")


def case_lines(cases: Sequence[Mapping[str, str | None]]) -> Iterator[str]:
    """One line per worked case."""
    for case in cases:
        rule = f" ({case['rule']})" if case["rule"] else ""
        yield f"{case['case_id']}: {case['outcome']}{rule}. {case['reason']}"


def depend_lines(found: Depended) -> Iterator[str]:
    """What was written for each country."""
    yield asked(found.as_of, found.known_on)
    for rested in found.countries:
        yield f"  {rested.country}: " + ", ".join(f"{n} rows of {table}" for table, n in rested.rows.items())


def brief_lines(made: Briefed, copies: Sequence[Path]) -> Iterator[str]:
    """Where each dossier lies, under its first sentence."""
    yield asked(made.as_of, made.known_on)
    for dossier in made.dossiers:
        yield f"  {dossier.country}: {dossier.headline}"
        for path in () if copies else dossier.paths:
            yield f"      {path}"
    for path in copies:
        yield f"      {path}"


def demo_lines(shown: Shown, copies: Sequence[Path]) -> Iterator[str]:
    """One line per policy and day, then where to look."""
    for screened in shown.screened:
        yield from screen_lines(screened)
        yield ""
    if shown.planned:
        yield "Plans:"
        for planned in shown.planned:
            yield from (f"  {planned.as_of}, {one.plan['headline']}" for one in planned.countries)
    if shown.funded:
        yield "Aid:"
        for funded in shown.funded:
            yield from (f"  {funded.as_of}, {one.fund['headline']}" for one in funded.countries)
    yield "Dossiers:"
    for path in copies:
        yield f"  {path}"
    yield f"The case is {shown.case}. Each figure of a dossier carries an id: provenet why {shown.case} ID"


def asked(as_of: date, known_on: date | None, assumed: Mapping[str, str] | None = None) -> str:
    """The two days a result speaks of, and what it assumes."""
    known = "all that the case holds" if known_on is None else f"what was known on {known_on}"
    given = ", ".join(f"{key} = {value}" for key, value in (assumed or {}).items())
    return f"In force on {as_of}, by {known}{f', assuming {given}' if given else ''}:"


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
