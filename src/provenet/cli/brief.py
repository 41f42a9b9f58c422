"""The command `brief`: the dossiers of a case, written and copied."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from provenet.cli.command import command
from provenet.cli.door import say, say_json
from provenet.cli.files import copy_pages, pages_of, refuse_case_folder
from provenet.cli.lines import heading
from provenet.cli.progress import with_progress
from provenet.core import wording
from provenet.verbs.answers import BriefReport
from provenet.verbs.settings import BriefSettings


@command(BriefSettings)
@click.option("--out", metavar="DIR", help="Also copy the pages into this folder.")
def brief(case: str, settings: BriefSettings, *, out: str | None, as_json: bool) -> None:
    """Write the dossier of a country, as HTML and PDF.

    It rests on the stored results of CASE; the command refuses where one that it needs is missing or older than the
    inputs.
    """
    from provenet.verbs.brief import left_behind, run

    if out:
        refuse_case_folder("--out", Path(out))
    report = with_progress(run, case, settings)
    pages = {name: path for dossier in report.dossiers for name, path in dossier.named().items()}
    copies = copy_pages(pages, Path(out)) if out else ()
    for former in left_behind(case, report.dossiers, Path(out)) if out else ():
        former.unlink()
    if as_json:
        say_json({**report.as_dict(), "pages": [str(path) for path in copies]})
    else:
        say(brief_lines(report, copies))


def brief_lines(made: BriefReport, copies: Sequence[Path]) -> Iterator[str]:
    """Where each dossier lies, under its first sentence."""
    yield heading(made.as_of, made.known_on)
    for dossier in made.dossiers:
        yield f"  {dossier.country}: {dossier.headline}"
        for path in () if copies else dossier.pages:
            yield f"      {path}"
        if dossier.files and not copies:
            yield f"      {dossier.files[0].parent}: {wording.count(len(dossier.files), 'file')}"
    for line in pages_of(copies):
        yield f"      {line}"
