"""The verb `expose`: what the routes of sensitive networks and carriers cross, and whether it can be avoided."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, TypeAlias

from provenet.core.errors import UsageFault
from provenet.core.progress import Progress, silent
from provenet.core.settings import (
    Listener,
    Number,
    Option,
    Places,
    Range,
    Settings,
    Words,
    case_call_of,
    settings_class,
)
from provenet.verbs.answers import (
    ExposureReport,
    OwnNetworksReport,
    PathsReport,
    ScenariosReport,
    SitesReport,
)
from provenet.verbs.options import AsOf, CaseLike, KnownOn

Report: TypeAlias = ExposureReport | OwnNetworksReport | ScenariosReport | SitesReport | PathsReport
"""What the verb answers with: one of these a question."""


@settings_class()
class ExposeSettings(Settings):
    """Which networks are restricted and which are sensitive, and whose equipment counts."""

    restricted: Annotated[Places, Option(help="Restricted networks, one AS number a line.")] = ()
    restricted_country: Annotated[
        Words,
        Option(
            metavar="CC",
            help="Restrict all networks registered in this country: an assumption, printed beside each figure.",
        ),
    ] = ()
    country: Annotated[
        Words,
        Option(
            metavar="NAME",
            help="A country (default: every country whose shares stand for that day, else all that the case knows of).",
        ),
    ] = ()
    policy: Annotated[
        Words,
        Option(
            metavar="ID",
            help="Shares of equipment under this policy (default: all under which shares stand).",
            stored="given",
        ),
    ] = ()
    sensitive: Annotated[
        Words | None, Option(metavar="TAG", help="Networks with this tag are sensitive (default: gov).")
    ] = None
    carrier: Annotated[
        Words | None, Option(metavar="TAG", help="Networks with this tag are carriers (default: mobile and dsl).")
    ] = None
    unlisted: Annotated[
        str,
        Option(
            choices=("unknown", "none"),
            help="The equipment of a network without a stated share: not known, or none (an assumption).",
            stored="always",
        ),
    ] = "unknown"
    inside: Annotated[
        bool,
        Option(help="Say what crosses inside the carriers' own networks of the case instead; needs verdicts alone."),
    ] = False
    sites: Annotated[
        bool,
        Option(
            help="Say what the traffic of sensitive sites rides and meets instead: own links first, the rest spills."
        ),
    ] = False
    paths: Annotated[
        bool,
        Option(
            help="Measured paths instead: what the traceroutes of the case cross, device by device and tier by tier."
        ),
    ] = False
    vendors: Annotated[
        Words,
        Option(
            metavar="GROUP", help="With --paths: also equipment of these vendors together: a name, seat:CN, list:NAME."
        ),
    ] = ()
    network: Annotated[
        Words, Option(metavar="NAME", help="With --inside: a network, or CARRIER/NAME (default: all).")
    ] = ()
    metric: Annotated[
        str | None,
        Option(
            choices=("hops", "weight", "length"),
            help="With --inside: the cost of a link (default: weight where every link states one, else hops).",
        ),
    ] = None
    failures: Annotated[
        str | None, Option(choices=("none", "single", "double"), help="With --inside: what fails (default: single).")
    ] = None
    stretch: Annotated[
        Number | None,
        Option(
            range=Range(low=1),
            help="With --inside: the cost of a steered path at most, in multiples of the shortest (default: 2).",
        ),
    ] = None
    budget: Annotated[
        Number | None,
        Option(
            range=Range(low=0),
            help="With --inside: the most to spend on replacements, in the currency of network_cost, or in elements.",
        ),
    ] = None
    scenarios: Annotated[
        Path | None,
        Option(
            metavar="FILE",
            help="Say what these scenarios take from routes instead: a CSV of what fails, leaks or refuses to carry.",
        ),
    ] = None
    graphs: Annotated[
        Places,
        Option(help="Hold the modelled routes against those of this graph of another day too; its name holds the day."),
    ] = ()
    observed: Annotated[
        Places, Option(metavar="MRT", help="Hold the modelled routes against those of this routing table (MRT) too.")
    ] = ()
    count_endpoints: Annotated[bool, Option(help="Count source and destination as crossed too.", stored="given")] = (
        False
    )
    as_of: AsOf
    known_on: KnownOn = None
    later_tags: Annotated[
        bool,
        Option(
            help="Use lists of tags that are later than the day known too: an assumption, printed beside each figure.",
            stored="given",
        ),
    ] = False
    graph: Annotated[Places, Option(help="Add this AS graph to the case first.", stored="never")] = ()
    recorded: Annotated[
        bool,
        Option(
            help="Take the figures that ship with the product, each with the receipt of how it was "
            "made; needs no graph.",
            stored="given",
        ),
    ] = False
    lists_read: Listener[Mapping[str, bytes] | None] = None
    graphs_read: Listener[Mapping[str, bytes] | None] = None
    scenarios_read: Listener[tuple[str, bytes] | None] = None
    progress: Listener[Progress] = silent


def run(case: CaseLike, settings: ExposeSettings) -> Report:
    """Writes what the routes of sensitive networks and carriers cross, and who would have to move: a run per country.

    With `inside`, what traffic crosses inside each carrier's own network under each policy screened for its country,
    today and under failures, and what can be steered: a run per network, of the verb `inside`.

    With `scenarios`, what failures, leaks and refusals take from these routes and what they newly cross: a run per
    country, of the verb `scenarios`. `scenarios_read` is such a file by name and bytes.

    With `observed`, MRT files of routing tables or updates, also how many of the routes that vantage points reported
    the model explains, and what they cross beside what the model says of the same pairs; with `graphs`, also what is
    alike in the routes of graphs of other days, and what those cross: one more run per country, of the verb
    `comparison`. The bytes of routing tables are not kept. `graphs_read` are graphs by name and bytes.

    With `sites`, what the traffic of the forces of a country and of each of its sensitive sites rides, and what of it
    meets restricted equipment under each policy: a run per country, of the verb `sites`.

    With `paths`, what the traces of the case cross, by country of their sources: how many have equipment of restricted
    vendors as a hop, cross a network in which such equipment was seen, are unknown, or are clear: a run per country, of
    the verb `paths`, for the vendors that each screened policy restricts and for each group of `vendors`. It needs the
    routers that `depend` identified for the day.

    The restricted networks are those that the files `restricted` list and those registered in `restricted_country`. A
    policy speaks through the shares of carriers' networks that stand for the day, in rows of its own; `unlisted` says
    what a network without one has. `sensitive` and `carrier` are tags; with `later_tags`, lists of a later day than
    the one known count too, as a stated assumption. `graph` is added to the case first. With `recorded`, the rows that
    ship with the product for the newest recorded day up to the one in question stand in place of a walk of a graph.
    `lists_read` are lists by name and bytes, in place of the files `restricted`. Raises UsageFault where the case has
    no graph of that day or no network is restricted, StaleInput where the shares are older than what they rest on.
    """
    _refuse_mixed(settings)
    return _answering(settings)(case, settings)


def _refuse_mixed(settings: ExposeSettings) -> None:
    """Raises UsageFault for options of different questions together."""
    if settings.recorded and (settings.scenarios is not None or settings.graphs or settings.observed):
        raise UsageFault(
            "expose: --scenarios, --graphs and --observed are worked out from a graph; leave out --recorded."
        )
    elsewhere = settings.inside or settings.sites or settings.scenarios is not None
    if not settings.recorded and (settings.observed or settings.graphs) and elsewhere:
        raise UsageFault("expose: --observed and --graphs do not go with --inside, --sites or --scenarios.")
    if not settings.recorded and settings.inside and settings.sites:
        raise UsageFault("expose: --inside and --sites are two questions; ask one at a time.")
    if settings.paths and (settings.inside or settings.sites):
        raise UsageFault("expose: --paths, --inside and --sites are questions of their own; ask one at a time.")
    if settings.vendors and not settings.paths:
        raise UsageFault("expose: --vendors goes with --paths.")
    of_inside = any((settings.network, settings.metric, settings.failures, settings.stretch))
    whose = settings.recorded or settings.sites or settings.inside
    if not whose and (of_inside or settings.budget is not None):
        raise UsageFault("expose: --network, --metric, --failures, --stretch and --budget go with --inside.")


_Answering = Callable[[CaseLike, ExposeSettings], Report]


def _answering(settings: ExposeSettings) -> _Answering:
    """What answers the question that the settings ask."""
    from provenet.verbs.comparison_run import expose_beside_others
    from provenet.verbs.expose_recorded import expose_recorded
    from provenet.verbs.expose_run import expose_countries
    from provenet.verbs.inside_run import expose_networks
    from provenet.verbs.paths_run import expose_paths
    from provenet.verbs.scenarios_run import expose_scenarios
    from provenet.verbs.sites_run import expose_sites

    questions: tuple[tuple[bool, _Answering], ...] = (
        (settings.paths, expose_paths),
        (settings.recorded, expose_recorded),
        (settings.sites, expose_sites),
        (settings.inside, expose_networks),
        (settings.scenarios is not None or settings.scenarios_read is not None, expose_scenarios),
        (bool(settings.observed or settings.graphs or settings.graphs_read is not None), expose_beside_others),
    )
    return next((answer for is_asked, answer in questions if is_asked), expose_countries)


expose = case_call_of(ExposeSettings, run, "expose")
