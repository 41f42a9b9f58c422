"""Provenet: whose equipment carries the traffic we depend on, and what does it take to change that?

Names only, resolved on first use, so that importing one kernel loads no door.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from provenet.cli.shelf import fetch
    from provenet.core.digest import VERSION as __version__  # noqa: N811
    from provenet.core.errors import (
        CaseBusy,
        CaseFault,
        InputFault,
        PackRefused,
        PageRefused,
        ProvenetError,
        StaleInput,
        UsageFault,
    )
    from provenet.tools.fetch import fetchable
    from provenet.tools.inside import inside
    from provenet.tools.instances import allocate_aid, certify_plan, schedule_instance
    from provenet.tools.inventory import inventory
    from provenet.tools.ladder import ladder
    from provenet.tools.pack_test import screen_file
    from provenet.tools.path_measures import hegemony, transit, vendor_influence
    from provenet.tools.paths import paths
    from provenet.tools.route import route
    from provenet.tools.vendors import vendors
    from provenet.verbs.ach import ach
    from provenet.verbs.add import add, suggest
    from provenet.verbs.ask import ask
    from provenet.verbs.brief import brief
    from provenet.verbs.check import check, check_menu
    from provenet.verbs.demo import demo
    from provenet.verbs.depend import depend
    from provenet.verbs.diff import diff
    from provenet.verbs.export import export
    from provenet.verbs.expose_run import expose
    from provenet.verbs.fund_run import fund
    from provenet.verbs.new import new
    from provenet.verbs.packs import check_pack
    from provenet.verbs.plan_run import plan
    from provenet.verbs.retract import retract
    from provenet.verbs.run import run
    from provenet.verbs.screen import screen
    from provenet.verbs.status import status
    from provenet.verbs.why import why

_VERBS = (
    "ach",
    "add",
    "ask",
    "brief",
    "check",
    "demo",
    "depend",
    "diff",
    "export",
    "new",
    "retract",
    "run",
    "screen",
    "status",
    "why",
)
_ERRORS = (
    "ProvenetError",
    "UsageFault",
    "InputFault",
    "PackRefused",
    "PageRefused",
    "CaseFault",
    "CaseBusy",
    "StaleInput",
)
_PLACES = {
    **{name: f"provenet.verbs.{name}" for name in _VERBS},
    **{name: f"provenet.verbs.{name}_run" for name in ("expose", "fund", "plan")},
    "suggest": "provenet.verbs.add",
    "check_menu": "provenet.verbs.check",
    "allocate_aid": "provenet.tools.instances",
    "certify_plan": "provenet.tools.instances",
    "fetch": "provenet.cli.shelf",
    "fetchable": "provenet.tools.fetch",
    "hegemony": "provenet.tools.path_measures",
    "inside": "provenet.tools.inside",
    "inventory": "provenet.tools.inventory",
    "ladder": "provenet.tools.ladder",
    "paths": "provenet.tools.paths",
    "route": "provenet.tools.route",
    "check_pack": "provenet.verbs.packs",
    "schedule_instance": "provenet.tools.instances",
    "screen_file": "provenet.tools.pack_test",
    "transit": "provenet.tools.path_measures",
    "vendor_influence": "provenet.tools.path_measures",
    "vendors": "provenet.tools.vendors",
    **dict.fromkeys(_ERRORS, "provenet.core.errors"),
}

__all__ = [
    "CaseBusy",
    "CaseFault",
    "InputFault",
    "PackRefused",
    "PageRefused",
    "ProvenetError",
    "StaleInput",
    "UsageFault",
    "__version__",
    "ach",
    "add",
    "allocate_aid",
    "ask",
    "brief",
    "certify_plan",
    "check",
    "check_menu",
    "check_pack",
    "demo",
    "depend",
    "diff",
    "export",
    "expose",
    "fetch",
    "fetchable",
    "fund",
    "hegemony",
    "inside",
    "inventory",
    "ladder",
    "new",
    "paths",
    "plan",
    "retract",
    "route",
    "run",
    "schedule_instance",
    "screen",
    "screen_file",
    "status",
    "suggest",
    "transit",
    "vendor_influence",
    "vendors",
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
