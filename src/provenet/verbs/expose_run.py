"""The verb `expose`: what the routes of sensitive networks and carriers cross, and whether it can be avoided."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from provenet.core.errors import UsageFault
from provenet.core.settings import case_call_of
from provenet.core.wording import series
from provenet.verbs.answers import ExposureReport, OwnNetworksReport, PathsReport, ScenariosReport, SitesReport
from provenet.verbs.expose import ExposeSettings
from provenet.verbs.options import CaseLike

Report: TypeAlias = ExposureReport | OwnNetworksReport | ScenariosReport | SitesReport | PathsReport
"""What the verb answers with: one of these a question."""


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
    # Imported here: without the packages of graphs the command still tells its options.
    from provenet.verbs.comparison_run import expose_beside_others
    from provenet.verbs.own_links_run import expose_networks, expose_sites
    from provenet.verbs.paths_run import expose_paths
    from provenet.verbs.routes_run import expose_countries, expose_recorded, expose_scenarios

    questions: dict[str, tuple[bool, Callable[[CaseLike, ExposeSettings], Report]]] = {
        "--paths": (settings.paths, expose_paths),
        "--recorded": (settings.recorded, expose_recorded),
        "--sites": (settings.sites, expose_sites),
        "--inside": (settings.inside, expose_networks),
        "--scenarios": (settings.scenarios is not None or settings.scenarios_read is not None, expose_scenarios),
        "--observed or --graphs": (
            bool(settings.observed or settings.graphs or settings.graphs_read is not None),
            expose_beside_others,
        ),
    }
    wanted = {option: answer for option, (is_wanted, answer) in questions.items() if is_wanted}
    _refuse_mixed([*wanted], settings)
    return next(iter(wanted.values()), expose_countries)(case, settings)


def _refuse_mixed(wanted: Sequence[str], settings: ExposeSettings) -> None:
    """Raises UsageFault for options that ask several questions, or that belong to a question nobody asks."""
    if len(wanted) > 1:
        raise UsageFault(f"expose: {series(wanted)} are questions of their own; ask one at a time.")
    if settings.vendors and not settings.paths:
        raise UsageFault("expose: --vendors goes with --paths.")
    of_inside = any((settings.network, settings.metric, settings.failures, settings.stretch))
    if not (settings.sites or settings.inside) and (of_inside or settings.budget is not None):
        raise UsageFault("expose: --network, --metric, --failures, --stretch and --budget go with --inside.")


expose = case_call_of(ExposeSettings, run, "expose")
