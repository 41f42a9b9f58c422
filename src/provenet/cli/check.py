"""The command `check`: findings, errors first, and the menu of checks."""

from collections.abc import Iterator, Mapping, Sequence

import click

from provenet.cli.command import command
from provenet.cli.door import say, say_json
from provenet.cli.progress import with_progress
from provenet.core.errors import EXIT_DONE, EXIT_FINDINGS
from provenet.core.wording import count
from provenet.verbs.answers import CheckReport
from provenet.verbs.settings import CheckSettings


@command(CheckSettings, case=False)
@click.argument("case", required=False)
@click.option("--list", "as_menu", is_flag=True, help="Print the menu of checks instead; needs no CASE.")
@click.pass_context
def check(context: click.Context, settings: CheckSettings, case: str | None, *, as_menu: bool, as_json: bool) -> int:
    """Look for what does not fit together in CASE.

    Exit code 1: a finding is an error. Every check has an id and belongs to a group; docs/check.md says what each finds
    and how to repair it. The command prints the first findings of each check, and with --only or --json all that are
    kept. Last it says, for each question about a country, which rows the case lacks and what they would give.
    """
    from provenet.verbs.check import check_menu, run

    if as_menu:
        menu = check_menu(settings.packs, settings.only, settings.skip)
        say_json({"checks": menu}) if as_json else say(menu_lines(menu))
        return EXIT_DONE
    if case is None:
        raise click.MissingParameter(ctx=context, param_hint="'CASE'", param_type="argument")
    report = with_progress(run, case, settings)
    lines = [*check_lines(report, whole=bool(settings.only)), *question_lines(report)]
    say_json(report.as_dict()) if as_json else say(lines)
    return EXIT_FINDINGS if report.error_count else EXIT_DONE


FINDINGS_SHOWN = {"error": 10, "warning": 3}
"""Findings of one check that are printed before the rest is counted."""


def check_lines(found: CheckReport, whole: bool = False) -> Iterator[str]:
    """The findings, errors first, gathered by check under what it looks for; then the checks left out, and the sums.

    `whole`: every finding that is kept, each with its id.
    """
    for check in sorted(found.checks, key=lambda check: check["severity"] != "error"):
        if not check["finding_count"]:
            continue
        kept = [finding for finding in found.findings if finding["kind"] == check["id"]]
        yield f"{check['severity']} {check['id']}: {count(check['finding_count'], 'finding')}. {check['says']}"
        shown = kept if whole else kept[: FINDINGS_SHOWN[check["severity"]]]
        repairs = {finding["repair"] for finding in shown}
        for finding in shown:
            yield f"    {finding['place']}: {finding['says']}" + (f" [{finding['finding_id']}]" if whole else "")
            if len(repairs) > 1:
                yield f"        {finding['repair']}"
        if len(repairs) == 1:
            yield f"    To mend: {shown[0]['repair']}"
        if len(kept) > len(shown):
            yield f"    ... and {check['finding_count'] - len(shown)} more: --only {check['id']}"
        yield ""
    for why in dict.fromkeys(check["why"] for check in found.not_asked):
        yield f"Left out: {', '.join(c['id'] for c in found.not_asked if c['why'] == why)} ({why})."
    for group in dict.fromkeys(check["group"] for check in found.checks):
        seen = [c for c in found.checks if c["group"] == group and c["finding_count"]]
        if seen:
            yield f"{group + ':':<12}" + ", ".join(f"{c['finding_count']} {c['id']}" for c in seen)
    counts = {
        word: sum(int(c["finding_count"]) for c in found.checks if c["severity"] == word) for word in FINDINGS_SHOWN
    }
    if not found.checks:
        yield "No check ran."
        return
    quiet = sum(1 for check in found.checks if not check["finding_count"])
    sums = ", ".join(count(number, word) for word, number in counts.items())
    yield f"{sums}; {quiet} of {count(len(found.checks), 'check')} found nothing."


def question_lines(found: CheckReport) -> Iterator[str]:
    """For each country, a line a question, and a line for each thing that is missing: table, columns, and its use."""
    for country in dict.fromkeys(one.country for one in found.questions):
        yield ""
        yield f"Questions about {country}:"
        for one in (one for one in found.questions if one.country == country):
            held = one.need_count - len(one.missing)
            yield f"  {one.question}: {held} of {count(one.need_count, 'need')} met: {one.says}"
            for missing in one.missing:
                tables = zip(missing.tables, missing.columns, strict=True)
                places = " or ".join(f"{name} ({', '.join(columns)})" if columns else name for name, columns in tables)
                yield f"    missing: {places or 'a rule pack (provenet add CASE policy.yml)'}: {missing.gives}"


def menu_lines(menu: Sequence[Mapping[str, str]]) -> Iterator[str]:
    """The menu of checks, by group."""
    wide = max((len(check["id"]) for check in menu), default=0)
    for group in dict.fromkeys(check["group"] for check in menu):
        yield group
        for check in (check for check in menu if check["group"] == group):
            yield f"  {check['id']:<{wide}}  {check['severity']:<7}  {check['says']}"
