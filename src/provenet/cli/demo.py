"""The command `demo`: the bundled case in a folder of its own, with its pages."""

import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click

from provenet.cli.command import command
from provenet.cli.door import say, say_json
from provenet.cli.files import copy_pages, pages_of, refuse_case_folder
from provenet.cli.progress import ProgressLine
from provenet.cli.screen import screen_lines
from provenet.core.digest import code_version
from provenet.core.errors import UsageFault
from provenet.verbs.answers import DemoReport
from provenet.verbs.settings import DemoSettings

MARKER = ".provenet-demo"
"""Stands in a folder that the demo made: the code that made it, then each file, one a line."""


@command(DemoSettings, case=False)
@click.argument("out", default="demo")
def demo(settings: DemoSettings, out: str, as_json: bool) -> None:
    """Build the bundled case in OUT, with its dossiers.

    The dossiers are those of three countries, now and on 23 November 2018; with --country, that of any country with a
    carrier in the bundled facts.
    """
    from provenet.verbs.demo import run

    folder = Path(out)
    refuse_case_folder("OUT", folder)
    with demo_folder(folder) as marker, ProgressLine() as progress:
        report = run(folder / "case", replace(settings, progress=progress))
        copies = copy_pages(report.named_pages(), folder)
        marker(copies)
    if as_json:
        say_json({**report.as_dict(), "pages": [str(path) for path in copies]})
    else:
        say(demo_lines(report, copies))


def demo_lines(report: DemoReport, copies: Sequence[Path]) -> Iterator[str]:
    """One line per policy and day, then where to look."""
    for screened in report.screened:
        yield from screen_lines(screened)
        yield ""
    if report.planned:
        yield "Plans:"
        for planned in report.planned:
            yield from (f"  {planned.as_of}, {one.plan['headline']}" for one in planned.countries)
    if report.funded:
        yield "Aid:"
        for funded in report.funded:
            yield from (f"  {funded.as_of}, {one.fund['headline']}" for one in funded.countries)
    yield "Dossiers:"
    for path in pages_of(copies):
        yield f"  {path}"
    yield f"The case is {report.case}. Each figure of a dossier carries an id: provenet why {report.case} ID"


@contextmanager
def demo_folder(folder: Path) -> Iterator[Callable[[Iterable[Path]], None]]:
    """The demo's folder, ready to be filled; yields the function that writes down what was made.

    A folder the same code made before is used again; one that other code made is emptied of what that made. Raises
    UsageFault for a folder that is not the demo's: nothing in it is touched.
    """
    marker = folder / MARKER
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise UsageFault(f"demo: {folder} is no folder. Name another place: provenet demo OTHER")
    if folder.is_dir() and any(folder.iterdir()) and not marker.is_file():
        raise UsageFault(f"demo: {folder} holds files that are not the demo's. Name another place: provenet demo OTHER")
    if marker.is_file() and marker.read_text("utf-8").partition("\n")[0] != code_version():
        _empty(folder, marker.read_text("utf-8").splitlines()[1:])
    folder.mkdir(parents=True, exist_ok=True)
    marker.write_text(code_version() + "\n", encoding="utf-8")

    def note(made: Iterable[Path]) -> None:
        names = [path.relative_to(folder).as_posix() for path in made]
        marker.write_text("\n".join([code_version(), *names, ""]), encoding="utf-8")

    yield note


def _empty(folder: Path, names: Iterable[str]) -> None:
    """Removes the demo's case and the pages it wrote down, nothing else."""
    shutil.rmtree(folder / "case", ignore_errors=True)
    for name in names:
        place = folder / name
        if ".." not in Path(name).parts and not Path(name).is_absolute() and place.is_file():
            place.unlink()
