"""The settings of `brief`: the dossier of each country from stored results."""

from typing import Annotated

from provenet.core.progress import Progress, silent
from provenet.core.settings import Listener, Option, Settings, Words, settings_class
from provenet.verbs.options import AsOf, KnownOn


@settings_class()
class BriefSettings(Settings):
    """Which countries, under which policies, on which day and for whom."""

    country: Annotated[
        Words, Option(metavar="NAME", help="A country (default: every country whose shares stand for that day).")
    ] = ()
    policy: Annotated[
        Words,
        Option(
            metavar="ID", help="Show this policy (default: all that were screened for the country).", stored="given"
        ),
    ] = ()
    as_of: AsOf
    known_on: KnownOn = None
    audience: Annotated[
        str,
        Option(
            choices=("public", "internal", "carrier"),
            help="Whom the pages are for; internal ones show cuts and who would have to move, a carrier's page its own "
            "networks, and their file names say so.",
            stored="given",
        ),
    ] = "public"
    carrier: Annotated[
        str | None,
        Option(
            metavar="NAME",
            help="With --audience carrier: the carrier whose own networks the page shows.",
            stored="given",
        ),
    ] = None
    progress: Listener[Progress] = silent
