"""Provenet: whose equipment carries the traffic we depend on, and what does it take to change that?

Names only, resolved on first use, so that importing one kernel loads no door.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from provenet.allocating import allocate_aid
    from provenet.certifying import certify_plan
    from provenet.cli.fetched import fetch
    from provenet.core.digest import VERSION as __version__  # noqa: N811
    from provenet.core.errors import (
        CaseBusy,
        CaseFault,
        InputFault,
        PackRefused,
        ProvenetError,
        StaleInput,
        UsageFault,
    )
    from provenet.exporting import export
    from provenet.funding import fund
    from provenet.influencing import influence
    from provenet.laddering import ladder
    from provenet.planning import plan
    from provenet.scheduling import schedule_instance
    from provenet.tools import fetchable, screen_file
    from provenet.verbs import ach, add, brief, check, check_menu, demo, depend, diff, expose, new, screen, suggest, why

_PLACES = {
    **dict.fromkeys(
        (
            *("new", "add", "suggest", "check", "check_menu", "screen", "ach"),
            *("depend", "expose", "brief", "why", "diff", "demo"),
        ),
        "provenet.verbs",
    ),
    "allocate_aid": "provenet.allocating",
    "certify_plan": "provenet.certifying",
    "export": "provenet.exporting",
    "fetch": "provenet.cli.fetched",
    "fund": "provenet.funding",
    "influence": "provenet.influencing",
    "ladder": "provenet.laddering",
    "plan": "provenet.planning",
    "schedule_instance": "provenet.scheduling",
    **dict.fromkeys(("fetchable", "screen_file"), "provenet.tools"),
    **dict.fromkeys(
        ("ProvenetError", "UsageFault", "InputFault", "PackRefused", "CaseFault", "CaseBusy", "StaleInput"),
        "provenet.core.errors",
    ),
}

__all__ = [
    "CaseBusy",
    "CaseFault",
    "InputFault",
    "PackRefused",
    "ProvenetError",
    "StaleInput",
    "UsageFault",
    "__version__",
    "ach",
    "add",
    "allocate_aid",
    "brief",
    "certify_plan",
    "check",
    "check_menu",
    "demo",
    "depend",
    "diff",
    "export",
    "expose",
    "fetch",
    "fetchable",
    "fund",
    "influence",
    "ladder",
    "new",
    "plan",
    "schedule_instance",
    "screen",
    "screen_file",
    "suggest",
    "why",
]


def __getattr__(name: str) -> object:
    if name == "__version__":
        return import_module("provenet.core.digest").VERSION
    if name in _PLACES:
        return getattr(import_module(_PLACES[name]), name)
    raise AttributeError(f"module 'provenet' has no name {name!r}")


def __dir__() -> list[str]:
    return __all__
