"""The verb `new`: makes an empty case, and beside it the tables to fill in."""

from pathlib import Path

from provenet.case.case import Case, refuse_folder, write_folder
from provenet.case.dictionary import closed_columns
from provenet.case.questions import TemplateTable, question_file, questions, template_tables
from provenet.case.tables import table, tables, vocabulary, words
from provenet.core.settings import case_call_of
from provenet.ingest.tabular.layouts import plain_layout
from provenet.ingest.tabular.strict import FIRST_REMARK
from provenet.verbs.answers import NewCase
from provenet.verbs.settings import NewSettings


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


PACK_NAME, PAGE_NAME = "policy.yml", "README.md"
EXTRA = {"source_title": "title of the publication that says so", "source_url": "address of that publication"}
"""What columns hold that are of no table."""


def template_files(template: str, case: Path) -> dict[str, bytes]:
    """The files of a template by name, for a case in a folder: tables of remarks and examples, a rule pack, a page."""
    spec = question_file()["templates"][template]
    chosen = template_tables(spec["tables"])
    made = {f"{one.name}.csv": _table_text(one) for one in chosen}
    if spec["pack"]:
        made[PACK_NAME] = question_file()["pack"]
    made[PAGE_NAME] = _page_text(template, chosen, case)
    return {name: text.encode() for name, text in made.items()}


def _table_text(one: TemplateTable) -> str:
    """A table that `add` reads: remarks, the header, and examples as remarks."""
    needed = plain_layout(table(one.name)).required
    lines = [
        f"{FIRST_REMARK} {table(one.name).says}. Lines that begin with # are remarks; an empty cell is not known.",
        f"# {one.says}",
    ]
    lines += [
        f"# {column}: {_meaning(one.name, column)}{' (needed)' if column in needed else ''}" for column in one.columns
    ]
    lines += [",".join(one.columns), *(f"#{row}" for row in one.examples)]
    return "\n".join(lines).replace('"', "'") + "\n"


def _meaning(name: str, column: str) -> str:
    """What a column holds, with its closed words."""
    if column in EXTRA:
        return EXTRA[column]
    listed = {(t, c): w for t, c, w in closed_columns(vocabulary(), tables())}.get((name, column))
    spec = table(name).column(column)
    return f"{spec.says}; one of: {' | '.join(words(listed))}" if listed else spec.says


def _page_text(template: str, chosen: tuple[TemplateTable, ...], case: Path) -> str:
    spec = question_file()["templates"][template]
    folder = tables_folder(case).name
    add = f"provenet add {case.name} {folder}/*.csv" + (f" {folder}/{PACK_NAME}" if spec["pack"] else "")
    lines = [
        f"# The tables of {spec['says']}",
        "",
        question_file()["page"].replace("{add}", add).replace("{case}", case.name),
        "| question | what it answers | command | tables |",
        "| --- | --- | --- | --- |",
    ]
    held = {one.name for one in chosen}
    for one in questions():
        if one.name in spec["questions"]:
            named = [name for need in one.needs for name in need.tables if name in held]
            named += [PACK_NAME] if any(need.pack for need in one.needs) else []
            shown = ", ".join(f"`{name}`" for name in dict.fromkeys(named))
            command = one.command.replace("CASE", case.name)
            lines.append(f"| {one.name} | {one.says} | `{command}` | {shown} |")
    lines += ["", "| table | what a row is for |", "| --- | --- |"]
    lines += [f"| `{one.name}.csv` | {one.says} |" for one in chosen]
    return "\n".join(lines) + "\n"


def tables_folder(case: Path) -> Path:
    """Where the tables of a case lie that a person fills in: beside it."""
    return case.with_name(f"{case.name}-tables")
