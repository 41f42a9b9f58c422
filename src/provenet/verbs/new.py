"""The verb `new`: makes an empty case."""

from __future__ import annotations

from dataclasses import KW_ONLY
from pathlib import Path

from provenet.core.settings import Settings, Text, case_call_of, settings_class
from provenet.verbs.answers import NewCase


@settings_class(kw_only=False)
class NewSettings(Settings):
    """What the case is called."""

    title: Text = Text("", help="A title for people; stands in case.toml.")
    _: KW_ONLY


def run(path: Path | str, settings: NewSettings) -> NewCase:
    """Makes an empty case in a folder that does not exist yet. Raises UsageFault where something stands there."""
    from provenet.case.case import Case

    made = Case.new(path, settings.title)
    return NewCase(made.path, made.title)


new = case_call_of(NewSettings, run, "new")
