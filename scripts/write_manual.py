"""Writes docs/manual.md from the command line and the dictionary, so that the manual cannot drift from either.

    python scripts/write_manual.py

A contract test compares the file with what this prints.
"""

import inspect
from collections.abc import Iterator
from pathlib import Path

import click

from provenet.case.dictionary import SHARED, Column
from provenet.case.tables import structs, tables
from provenet.cli.main import cli, load_all

PLACE = Path(__file__).resolve().parents[1] / "docs" / "manual.md"
HEAD = """# Manual

Made by `make manual` from the command line and from `src/provenet/case/dictionary.csv`; edit those, not this page.

The same verbs are functions in Python: `provenet.new`, `provenet.add`, `provenet.screen` and so on take the options
as keywords and return plain answers; an option such as `--as-of` is the keyword `as_of`. `provenet schema VERB` prints
these keywords as JSON Schema. Every verb takes `--json` and then prints exactly one JSON object on standard output;
progress and messages go to standard error.
"""
KINDS = {
    "input": "Input tables: rows somebody supplied",
    "result": "Result tables: rows a verb computed",
    "record": "Records",
}


def manual() -> str:
    """The whole page."""
    return "\n".join([HEAD, *_commands(), *_codes(), *_tables()]).rstrip() + "\n"


def _commands() -> Iterator[str]:
    yield "## Verbs\n"
    context = click.Context(cli, info_name="provenet", **cli.context_settings)
    for name in cli.list_commands(context):
        command = load_all()[name]
        inner = click.Context(command, info_name=name, parent=context)
        yield f"### `{' '.join(command.get_usage(inner).removeprefix('Usage: ').split())}`\n"
        yield inspect.cleandoc(command.help or "") + "\n"
        for option in command.params:
            if isinstance(option, click.Option):
                words = ", ".join(f"`{word}`" for word in option.opts)
                meta = f" `{option.metavar}`" if option.metavar else ""
                many = " Repeatable." if option.multiple and "Repeatable." not in str(option.help) else ""
                yield f"- {words}{meta}: {option.help}{many}"
        yield ""
    yield "`provenet --version` prints the release, `--help` (or `-h`) the help of any verb.\n"


def _codes() -> Iterator[str]:
    yield "## Exit codes\n"
    yield "| code | meaning |\n| --- | --- |"
    yield "| 0 | done, whatever the outcomes |"
    yield "| 1 | `check` found errors, `certify` refused something, or `test` found a rule not covered |"
    yield "| 2 | the call is wrong: a verb, an option, a name, a folder that exists already |"
    yield "| 3 | the input is wrong: every fault is listed with its place; or a case or result is not in order |"
    yield '| 4 | finished with proof "none" |'
    yield "| 70 | a defect of the product |"
    yield "| 130 | stopped by Ctrl-C; the case stands as before |\n"


def _tables() -> Iterator[str]:
    yield "## Tables of a case\n"
    yield "A case is a folder of Delta Lake tables, `sources/` with the bytes of every file read, and `case.toml`.\n"
    for kind, title in KINDS.items():
        yield f"### {title}\n"
        if SHARED[kind]:
            shared = _shared(kind)
            yield f"Every {kind} table also has these columns.\n"
            yield from _columns(shared)
        for table in tables().values():
            if table.kind == kind:
                yield f"#### `{table.name}`\n\n{table.says}\n"
                own = [column for column in table.columns if column not in (_shared(kind) if SHARED[kind] else ())]
                yield from _columns(own)
    yield "### Structs\n"
    yield "Columns of a type such as `list of _flip` hold lists of these; in CSV and Excel a cell is one JSON text.\n"
    for name, fields in structs().items():
        yield f"#### `{name}`\n"
        yield from _columns(list(fields))


def _shared(kind: str) -> list[Column]:
    """The columns that stand at the end of every table of a kind."""
    of_kind = [table.columns for table in tables().values() if table.kind == kind]
    return [column for column in of_kind[0] if all(column in columns for columns in of_kind)]


def _columns(columns: list[Column]) -> Iterator[str]:
    yield "| column | type | unit | null | says |\n| --- | --- | --- | --- | --- |"
    for column in columns:
        says = column.says + (f" (refers to `{column.refers_to}`)" if column.refers_to else "")
        marks = "key" if column.is_key else "may be null" if column.nullable else ""
        yield f"| `{column.name}` | {column.type} | {column.unit} | {marks} | {says.replace('|', '/')} |"
    yield ""


if __name__ == "__main__":
    PLACE.write_text(manual(), encoding="utf-8")
