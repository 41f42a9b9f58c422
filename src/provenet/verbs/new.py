"""The verb `new`: makes an empty case, and beside it the tables to fill in."""

from dataclasses import KW_ONLY
from pathlib import Path
from typing import Annotated

from provenet.case.case import Case, refuse_folder, write_folder
from provenet.core.settings import Option, Settings, case_call_of, settings_class
from provenet.verbs.answers import NewCase
from provenet.verbs.templates import tables_folder, template_files


@settings_class(kw_only=False)
class NewSettings(Settings):
    """What the case is called, and for whom tables to fill in are written."""

    title: Annotated[str, Option(help="A title for people; stands in case.toml.")] = ""
    _: KW_ONLY
    template: Annotated[
        str | None,
        Option(
            choices=("country", "carrier", "researcher"),
            help="Also write tables to fill in, with remarks and examples, into the folder CASE-tables.",
        ),
    ] = None


def run(path: Path | str, settings: NewSettings) -> NewCase:
    """Makes an empty case in a folder that does not exist yet.

    With `template` it also writes a folder beside the case, named like it with `-tables` at the end: the tables that
    the questions of a country, a carrier or a researcher need, each with remarks and an example that `add` passes over.
    Raises UsageFault where something stands in either place.
    """

    if settings.template is None:
        made = Case.new(path, settings.title)
        return NewCase(made.path, made.title)

    folder = tables_folder(Path(path))
    refuse_folder(folder)
    made = Case.new(path, settings.title)
    files = template_files(settings.template, made.path)
    write_folder(folder, files)
    return NewCase(made.path, made.title, folder, tuple(files))


new = case_call_of(NewSettings, run, "new")
