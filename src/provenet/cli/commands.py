"""One command per verb: words of the command line in, the verb called, its answer printed. No arithmetic."""

from __future__ import annotations

from pathlib import Path

import click

from provenet.cli import lines
from provenet.cli.door import say, say_json, tell
from provenet.cli.options import (
    as_of_day,
    assumptions,
    country_option,
    day_of,
    day_options,
    folders,
    json_option,
    packs_option,
    policy_option,
)
from provenet.cli.progress import ProgressLine
from provenet.core.errors import EXIT_DONE, EXIT_FINDINGS, EXIT_INPUT, SHOWN_FAULTS, InputFault, UsageFault


@click.command()
@click.argument("case")
@click.option("--title", default="", help="A title for people; stands in case.toml.")
@json_option
def new(case: str, title: str, as_json: bool) -> int:
    """Make an empty case in the folder CASE, which must not exist yet."""
    import provenet

    made = provenet.new(case, title)
    say_json(made.as_dict()) if as_json else say(lines.new_lines(made))
    return EXIT_DONE


@click.command()
@click.argument("case")
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.option("--suggest", "as_draft", is_flag=True, help="Print a drafted mapping for one FILE instead; adds nothing.")
@json_option
def add(case: str, files: tuple[str, ...], as_draft: bool, as_json: bool) -> int:
    """Read outside FILEs into the tables of CASE.

    A layout is recognised by its header, or declared by a mapping of the same name beside the file (shares.toml for
    shares.csv). Every column is mapped,
    ignored by name, or a fault. A file with a fault enters not at all; the other files do. Adding a file again
    changes nothing.
    """
    import provenet

    if as_draft:
        return _suggest(case, files, as_json)
    with ProgressLine() as progress:
        added = provenet.add(case, folders(files), progress=progress)
    if as_json:
        say_json(added.as_dict())
    else:
        say(lines.add_lines(added))
    if added.fault_count:
        tell(str(InputFault(added.faults, added.fault_count)))
        return EXIT_INPUT
    return EXIT_DONE


def _suggest(case: str, files: tuple[str, ...], as_json: bool) -> int:
    """The draft on standard output, for `> FILE.toml`; what is still needed on standard error."""
    import provenet

    if len(files) != 1:
        raise UsageFault(f"add: --suggest drafts the mapping of one file; found {len(files)} files.")
    made = provenet.suggest(case, files[0])
    say_json(made.as_dict()) if as_json else say(made.mapping.splitlines(), as_they_are=True)
    if made.stood_already:
        tell(f"A mapping stands at {made.place} and was neither read nor changed.")
    if made.needed and not as_json:
        count = len(made.needed)
        tell(f"{count} {'thing is' if count == 1 else 'things are'} needed before the file can be added; see `needed`.")
    return EXIT_DONE


@click.command()
@click.argument("case", required=False)
@click.option("--only", metavar="ID", multiple=True, help="Ask this check or group of checks alone; any number.")
@click.option("--skip", metavar="ID", multiple=True, help="Leave out this check or group of checks; any number.")
@click.option("--as-of", metavar="DAY", help="The day for checks of dates, YYYY-MM-DD (default: they are not asked).")
@click.option("--older-than", metavar="LENGTH", default="24 months", show_default=True, help="When a figure is old.")
@packs_option
@click.option("--list", "as_menu", is_flag=True, help="Print the menu of checks instead; needs no CASE.")
@json_option
@click.pass_context
def check(
    context: click.Context,
    case: str | None,
    only: tuple[str, ...],
    skip: tuple[str, ...],
    as_of: str | None,
    older_than: str,
    packs: tuple[str, ...],
    as_menu: bool,
    as_json: bool,
) -> int:
    """Look for what does not fit together in CASE; exit 1 if a finding is an error.

    Every check has an id and stands in a group; docs/check.md says what each finds and how it is mended. Per check the
    first findings are printed, and with --only or --json all that are kept.
    """
    import provenet

    if as_menu:
        menu = provenet.check_menu(folders(packs), only, skip)
        say_json({"checks": menu}) if as_json else say(lines.menu_lines(menu))
        return EXIT_DONE
    if case is None:
        raise click.MissingParameter(ctx=context, param_hint="'CASE'", param_type="argument")
    with ProgressLine() as progress:
        found = provenet.check(
            case,
            only=only,
            skip=skip,
            as_of=day_of("--as-of", as_of),
            older_than=older_than,
            packs=folders(packs),
            progress=progress,
        )
    say_json(found.as_dict()) if as_json else say(lines.check_lines(found, whole=bool(only)))
    return EXIT_FINDINGS if found.error_count else EXIT_DONE


@click.command()
@click.argument("words", metavar="[CASE]", nargs=-1)
@policy_option("A pack, policy or rule; any number.")
@country_option("Ask for the carriers of this country (default: the countries of the policy's jurisdiction).")
@packs_option
@day_options
@click.option("--assume", metavar="KEY=VALUE", multiple=True, help="A fact assumed, or action=...; stored and shown.")
@click.option(
    "--relays",
    type=click.Choice(["stay", "fall"]),
    default="stay",
    help="In flip sets, whether relays of a claim stay or fall with it; stored and printed.",
)
@click.option("--cases", metavar="CSV", help="Answer a file of worked cases instead; needs no CASE.")
@json_option
def screen(
    words: tuple[str, ...],
    policy: tuple[str, ...],
    country: tuple[str, ...],
    packs: tuple[str, ...],
    as_of: str | None,
    known_on: str | None,
    assume: tuple[str, ...],
    relays: str,
    cases: str | None,
    as_json: bool,
) -> int:
    """Say what each policy says of each vendor and asset class of CASE.

    With --cases, answer every row of a file of worked cases: `{"cases": [{"case_id", "outcome", "rule", "reason"}]}`,
    exit 0 whatever the outcomes. A row that cannot be asked is listed in `fault_count` and `faults` beside the others'
    answers, exit 3.
    """
    if cases is not None:
        if words or policy or country or as_of or known_on or assume:
            raise UsageFault("screen: --cases takes --packs and --json alone; each row names its policy and its day.")
        return _screen_file(cases, packs, as_json)
    if not words:
        raise UsageFault("screen: CASE is missing; expected the folder of a case, or --cases with a file.")
    import provenet

    with ProgressLine() as progress:
        found = provenet.screen(
            words[0],
            (*policy, *words[1:]),
            packs=folders(packs),
            as_of=as_of_day(as_of),
            known_on=day_of("--known-on", known_on),
            assume=assumptions(assume),
            country=country,
            relays=relays,
            progress=progress,
        )
    tell(*found.notes)
    say_json(found) if as_json else say(lines.screen_lines(found))
    return EXIT_DONE


def _screen_file(cases: str, packs: tuple[str, ...], as_json: bool) -> int:
    from provenet.tools.screen_cases import run

    found = run(Path(cases), folders(packs))
    tell(*found.notes)
    faults = InputFault(found.faults[:SHOWN_FAULTS], len(found.faults)) if found.faults else None
    if as_json:
        say_json({"cases": found.cases, **(faults.as_dict() if faults else {})})
    else:
        say(lines.case_lines(found.cases))
    if faults is None:
        return EXIT_DONE
    tell(str(faults))
    return EXIT_INPUT


@click.command()
@click.argument("case")
@country_option("A country (default: every country screened for that day, else all with published shares).")
@policy_option("Parts under this policy (default: all that were screened for the country).")
@day_options
@json_option
def depend(
    case: str,
    country: tuple[str, ...],
    policy: tuple[str, ...],
    as_of: str | None,
    known_on: str | None,
    as_json: bool,
) -> int:
    """Work out how much rests on whom in CASE, as intervals with coverage."""
    import provenet

    with ProgressLine() as progress:
        found = provenet.depend(
            case,
            country=country,
            policy=policy,
            as_of=as_of_day(as_of),
            known_on=day_of("--known-on", known_on),
            progress=progress,
        )
    say_json(found.as_dict()) if as_json else say(lines.depend_lines(found))
    return EXIT_DONE


@click.command()
@click.argument("case")
@country_option("A country (default: every country whose shares stand for that day).")
@policy_option("Show this policy (default: all that were screened for the country).")
@day_options
@click.option("--out", metavar="DIR", help="Also copy the pages into this folder.")
@click.option(
    "--audience",
    type=click.Choice(["public", "internal"]),
    default="public",
    show_default=True,
    help="Whom the pages are for; internal ones show cuts and who would have to move, and bear the word in their name.",
)
@json_option
def brief(
    case: str,
    country: tuple[str, ...],
    policy: tuple[str, ...],
    as_of: str | None,
    known_on: str | None,
    out: str | None,
    audience: str,
    as_json: bool,
) -> int:
    """Write the dossier of a country from the stored results of CASE, as HTML and PDF.

    Refuses when a result it needs is missing or older than the inputs.
    """
    import provenet
    from provenet.cli.files import copy_pages

    with ProgressLine() as progress:
        made = provenet.brief(
            case,
            country=country,
            policy=policy,
            as_of=as_of_day(as_of),
            known_on=day_of("--known-on", known_on),
            audience=audience,
            progress=progress,
        )
    copies = (
        copy_pages({path.name: path for dossier in made.dossiers for path in dossier.paths}, Path(out)) if out else ()
    )
    pages = {"pages": [str(path) for path in copies]}
    say_json({**made.as_dict(), **pages}) if as_json else say(lines.brief_lines(made, copies))
    return EXIT_DONE


@click.command()
@click.argument("case")
@click.argument("figure")
@click.option("--short", is_flag=True, help="Only the first way to a page, in five lines.")
@json_option
def why(case: str, figure: str, short: bool, as_json: bool) -> int:
    """Walk a FIGURE of CASE back to its formula, rows, claims and pages.

    FIGURE is an id that stands beside a figure in a dossier, or the beginning of one that is no other's, or any row of
    a table as table:key.
    """
    import provenet

    found = provenet.why(case, figure)
    say_json(found.as_dict()) if as_json else say(found.first_way if short else [found.text.rstrip()])
    return EXIT_DONE


@click.command()
@click.argument("out", default="demo")
@json_option
def demo(out: str, as_json: bool) -> int:
    """Build the bundled case in OUT and write dossiers for three countries, now and on 23 November 2018."""
    import provenet
    from provenet.cli.files import copy_pages
    from provenet.cli.pages import demo_folder

    folder = Path(out)
    with demo_folder(folder) as marker, ProgressLine() as progress:
        made = provenet.demo(folder / "case", progress=progress)
        copies = copy_pages(made.named_pages(), folder)
        marker(copies)
    say_json({**made.as_dict(), "pages": [str(path) for path in copies]}) if as_json else say(
        lines.demo_lines(made, copies)
    )
    return EXIT_DONE
