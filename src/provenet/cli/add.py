"""The command `add`: outside files into a case, and drafts of mappings."""

from collections.abc import Iterator

import click

from provenet.cli.command import command
from provenet.cli.door import say, say_json, tell
from provenet.cli.progress import with_progress
from provenet.core.errors import EXIT_DONE, EXIT_INPUT, InputFault, UsageFault
from provenet.core.wording import count
from provenet.verbs.answers import Addition
from provenet.verbs.settings import AddSettings


@command(AddSettings)
@click.option("--suggest", "as_draft", is_flag=True, help="Print a drafted mapping for one FILE instead; add nothing.")
def add(case: str, settings: AddSettings, *, as_draft: bool, as_json: bool) -> int:
    """Read outside FILEs into the tables of CASE.

    A file's header names its layout, or a mapping of the same name beside the file declares it (shares.toml for
    shares.csv). Every column is mapped, ignored by name, or a fault. A file with a fault is left out as a whole; the
    others are read. Adding a file again changes nothing.

    An address, https://netbox.example.org/, is that of a NetBox or Nautobot: its inventory is read over REST, page by
    page. A call after a broken one goes on after the last page that came. The token comes from an environment variable
    or a file; it goes to that host alone and is neither stored nor shown.

    A FILE.yml is a rule pack. The case keeps it, and every verb reads it before a pack of the same id in a folder or
    among the bundled ones. A changed file is the next version of its pack; --withdraw takes the pack out again.
    """
    from provenet.verbs.add import run

    if as_draft:
        return _suggest(case, settings, as_json)
    addition = with_progress(run, case, settings)
    say_json(addition.as_dict()) if as_json else say(add_lines(addition))
    if addition.fault_count:
        tell(str(InputFault(addition.faults, addition.fault_count)))
        return EXIT_INPUT
    return EXIT_DONE


def _suggest(case: str, settings: AddSettings, as_json: bool) -> int:
    """The draft on standard output, for `> FILE.toml`; what is still needed on standard error."""
    from provenet.verbs.add import suggest

    files = settings.files
    if len(files) != 1:
        raise UsageFault(f"add: --suggest drafts the mapping of one file; found {len(files)} files.")
    draft = suggest(case, files[0])
    say_json(draft.as_dict()) if as_json else say(draft.mapping.splitlines(), as_they_are=True)
    if draft.stood_already:
        tell(f"A mapping stands at {draft.place} and was neither read nor changed.")
    if draft.needed and not as_json:
        things = count(len(draft.needed), "thing is", "things are")
        tell(f"{things} needed before the file can be added; see `needed`.")
    return EXIT_DONE


def add_lines(addition: Addition) -> Iterator[str]:
    """Which rule packs were withdrawn, and what each file brought."""
    for pack in addition.withdrawn:
        yield f"{pack}: withdrawn; no verb reads it any more. Bring the results up to date with: provenet run CASE"
    for file in addition.files:
        rows = ", ".join(f"{number} new in {table}" for table, number in file.added.items() if number)
        ignored = f"; ignored by name: {', '.join(file.ignored)}" if file.ignored else ""
        records = count(file.row_count, "rule" if file.layout == "rule pack" else "row")
        yield f"{file.name}: read as {file.layout}, {records}; {rows or 'nothing new'}{ignored}"
        yield from (f"  {remark}" for remark in file.remarks)
