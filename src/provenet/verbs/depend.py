"""The settings of `depend`: how much rests on whom in each country."""

from typing import Annotated

from provenet.core.progress import Progress, silent
from provenet.core.settings import Listener, Option, Range, Settings, WholeNumber, Words, settings_class
from provenet.core.when import EVIDENCE_WINDOW_DAYS
from provenet.verbs.options import AsOf, KnownOn


@settings_class()
class DependSettings(Settings):
    """Which countries, under which policies, on which day."""

    country: Annotated[
        Words,
        Option(
            metavar="NAME",
            help="A country (default: every country screened for that day, else all with published shares).",
        ),
    ] = ()
    vendors: Annotated[
        Words,
        Option(
            metavar="GROUP",
            help="Also the share of these vendors together: seat:CN for all seated in a country, "
            "list:NAME for all on a "
            "list on the day.",
            stored="given",
        ),
    ] = ()
    policy: Annotated[
        Words, Option(metavar="ID", help="Parts under this policy (default: all that were screened for the country).")
    ] = ()
    as_of: AsOf
    known_on: KnownOn = None
    window_days: Annotated[
        WholeNumber,
        Option(
            range=Range(low=0, high=36_500),
            help="Of what was measured, leave out evidence so many days older than the newest of its country.",
            stored="given",
        ),
    ] = EVIDENCE_WINDOW_DAYS
    progress: Listener[Progress] = silent
