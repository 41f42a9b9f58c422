"""The command `screen`: what each policy says, as lines for a person or as one JSON object."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from provenet.cli.command import NOT_GIVEN, command
from provenet.cli.door import json_rows, say, say_json, tell
from provenet.cli.lines import heading
from provenet.cli.progress import with_progress
from provenet.core.errors import EXIT_DONE, EXIT_INPUT, SHOWN_FAULTS, InputFault, UsageFault, row_count_of
from provenet.core.wording import series
from provenet.verbs.answers import Policy, ScreenReport
from provenet.verbs.settings import ScreenSettings

FORCE_WORDS = {
    "law": "law",
    "contract": "contract",
    "advice": "advice, not binding",
    "proposal": "proposal, no effect yet",
}
NOT_WITH_CASES = ("words", "policy", "country", "as_of", "known_on", "assume")


@command(ScreenSettings, case=False)
@click.argument("words", metavar="[CASE]", nargs=-1)
@click.option("--cases", metavar="CSV", help="Answer a file of worked cases instead; needs no CASE.")
@click.pass_context
def screen(
    context: click.Context, settings: ScreenSettings, words: tuple[str, ...], *, cases: str | None, as_json: bool
) -> int:
    """Say what each policy says of the vendors in CASE.

    The answer covers each vendor and asset class. With --cases, answer every row of a file of worked cases: `{"cases":
    [{"case_id", "outcome", "rule", "reason"}]}`, exit 0 whatever the outcomes; keys of a row that no rule of the policy
    tests stand under "unused_keys". A row with a fault is listed in
    `fault_count` and `faults` beside the answers of the others, exit 3.
    """
    from provenet.verbs.screen import run

    if cases is not None:
        if any(context.params[name] not in NOT_GIVEN for name in NOT_WITH_CASES):
            raise UsageFault("screen: --cases takes --packs and --json alone; each row names its policy and its day.")
        return _screen_file(cases, settings, as_json)
    if not words:
        raise UsageFault("screen: CASE is missing; expected the folder of a case, or --cases with a file.")
    report = with_progress(run, words[0], replace(settings, policy=(*settings.policy, *words[1:])))
    tell(*report.notes)
    if as_json:
        say_json(dict(report) | {name: json_rows(getattr(report, name)) for name in ("verdicts", "claims")})
    else:
        say(screen_lines(report))
    return EXIT_DONE


def _screen_file(cases: str, settings: ScreenSettings, as_json: bool) -> int:

    from provenet.tools.pack_test import screen_cases

    report = screen_cases(Path(cases), settings.packs)
    tell(*report.notes)
    faults = InputFault(report.faults[:SHOWN_FAULTS], row_count_of(report.faults)) if report.faults else None
    if as_json:
        say_json({"cases": report.cases, **(faults.as_dict() if faults else {})})
    else:
        say(case_lines(report.cases))
    if faults is None:
        return EXIT_DONE
    tell(str(faults))
    return EXIT_INPUT


VENDORS_NAMED = 8
"""Vendors of one outcome that a line names; more are counted."""


def screen_lines(found: ScreenReport) -> Iterator[str]:
    """One line per policy, under the countries that get the same answer, and whom its outcomes but clear concern."""
    yield heading(found.as_of, found.known_on, found.assumed)
    groups: list[tuple[list[str], list[str]]] = []
    for policy in found.policies:
        where = policy.country or "Carriers of all countries"
        lines = [f"    {policy_line(policy)}", *(f"      {line}" for line in _vendor_lines(policy))]
        if groups and groups[-1][1] == lines:
            groups[-1][0].append(where)
        else:
            groups.append(([where], lines))
    above: list[str] = []
    for countries, lines in groups:
        if countries != above:
            yield f"  {series(countries)}"
        above = countries
        yield from lines


def policy_line(policy: Policy) -> str:
    """What one policy says, after who issued it and with what force."""
    text = ", ".join(f"{count} {outcome}" for outcome, count in policy.outcomes.items())
    if not policy.rules_in_force:
        text = "no rule in force that day"
    elif policy.disputed:
        text += f" ({policy.disputed} on a fact that is disputed)"
    return f"{policy.issuer_name} ({FORCE_WORDS.get(policy.force, policy.force)}): {policy.title}: {text}"


def _vendor_lines(policy: Policy) -> Iterator[str]:
    """Whom each outcome but clear concerns; and where no rule reaches the question, what its rules speak of."""
    if not policy.rules_in_force:
        return
    every = {name for names in policy.vendors.values() for name in names}
    for outcome, names in policy.vendors.items():
        if outcome != "clear":
            all_of_them = f"all {len(every)} vendors" if len(every) > 1 else names[0]
            yield f"{outcome}: {all_of_them if len(names) == len(every) else series(names, shown=VENDORS_NAMED)}"
    if policy.unreached is not None:
        acts, buyers = policy.unreached.acts_named, policy.unreached.buyers_named
        in_question = series(policy.unreached.acts_asked, shown=VENDORS_NAMED)
        yield f"None of its rules reaches the acts in question: {in_question}."
        named = (("acts", acts), ("buyers", buyers))
        other = [f"the {word} {series(words, shown=VENDORS_NAMED)}" for word, words in named if words]
        hint = f" Try: --assume action={acts[0]}" if acts else ""
        if other:
            yield f"Its rules name {series(other)}.{hint}"


def case_lines(cases: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """One line per worked case."""
    for case in cases:
        rule = f" ({case['rule']})" if case["rule"] else ""
        unused = f" No rule tests: {', '.join(case['unused_keys'])}." if "unused_keys" in case else ""
        yield f"{case['case_id']}: {case['outcome']}{rule}. {case['reason']}{unused}"
