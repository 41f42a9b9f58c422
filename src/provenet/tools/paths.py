"""The tool `paths`: which measured paths cross routers of restricted vendors, and which only their networks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provenet.core.packages import require
from provenet.core.settings import call_of
from provenet.tools.settings import PathsSettings

if TYPE_CHECKING:
    from provenet.tools.path_crossings import PathReport


def run(settings: PathsSettings) -> PathReport:
    """Says of measured paths which cross a restricted device, which only a network that shows one, and which neither.

    docs/measured-evidence.md describes each option. Raises UsageFault for files that are not there and vendors that
    nobody knows, InputFault with every fault of all files where one of them says nothing. Cost O(bytes); memory follows
    the distinct addresses and traces, or --memory.
    """
    settings.check()
    require("internet", "numba", "msgspec")
    # Imported here: without the packages of graphs the command still tells its options.
    from provenet.tools.path_crossings import PathCrossings

    return PathCrossings(settings).report()


paths = call_of(PathsSettings, run, "paths")
