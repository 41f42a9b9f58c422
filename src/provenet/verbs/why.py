"""The verb `why`: the walk from a figure back to its rows and pages."""

from __future__ import annotations

from dataclasses import KW_ONLY

from provenet.core.settings import Settings, Text, case_call_of, settings_class
from provenet.verbs.answers import LineageWalk
from provenet.verbs.options import CaseLike


@settings_class(kw_only=False)
class WhySettings(Settings):
    """Which figure to walk back from."""

    figure: Text = Text(argument=True, help="An id beside a figure, the beginning of one, or any row as table:key.")
    _: KW_ONLY


def run(case: CaseLike, settings: WhySettings) -> LineageWalk:
    """Walks a figure back to its formula, rows, claims and pages. Raises UsageFault naming the nearest id."""
    from provenet.case.lineage import walk, walk_lines, walk_text
    from provenet.verbs.question import opened

    found = walk(opened(case), settings.figure)
    return LineageWalk(walk_text(found), tuple(walk_lines(found)), found.as_dict())


why = case_call_of(WhySettings, run, "why")
