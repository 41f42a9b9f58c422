"""The kinds of runs that rest on rows of a case, one declaration each: what it writes, what it rests on, who sees it.

Freshness, `status`, `run`, exports and pages follow from here. A new kind is a declaration here, its tables in the
dictionary, and the module of `provenet.verbs` that makes it and, as `repeat`, makes it again.
"""

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass
from typing import Literal

from provenet.core.ids import names_in

SCREEN, DEPEND, ESTIMATES, EXPOSE, INSIDE = "screen", "depend", "estimates", "expose", "inside"
PUBLIC, INTERNAL = "public", "internal"


@dataclass(frozen=True)
class RunKind:
    """One kind of run.

    Parameters
    ----------
    verb : what the table `run` calls it.
    module : the module of `provenet.verbs` whose `repeat` makes such a run again.
    command : the words of the command line that make one; options follow from its settings.
    writes : the result tables that it fills.
    rests_on : the kinds of runs whose results it reads.
    reads_parts : of `vendor_share` it reads parts under a policy alone.
    noun : what a dossier calls what it always shows of it.
    keeps : of the fresh runs of a scope a dossier shows the last, or one of each question, the fullest.
    beside : the audiences to whom a dossier shows its last run where that is fresh, and shows nothing where it is not.
    unshown : result tables that no dossier shows.
    is_of_any_day : whether `run --as-of` asks its questions of another day.
    """

    verb: str
    module: str
    _: KW_ONLY
    command: str = ""
    writes: tuple[str, ...] = ()
    rests_on: tuple[str, ...] = ()
    reads_parts: bool = False
    noun: str = ""
    keeps: Literal["last", "each", "fullest"] = "each"
    beside: tuple[str, ...] = ()
    unshown: tuple[str, ...] = ()
    is_of_any_day: bool = False

    @property
    def words(self) -> str:
        """The words of the command line that make such a run."""
        return self.command or f"{self.verb} CASE"


ROBUST = ("plan_scenario", "plan_regret", "plan_first_year", "plan_flip")
"""The tables of a plan that is held against several scenarios."""
KINDS: Mapping[str, RunKind] = {
    kind.verb: kind
    for kind in (
        RunKind(
            SCREEN, "screen", writes=("verdict", "rest_verdict", "verdict_asset", "policy_rule"), is_of_any_day=True
        ),
        RunKind(
            DEPEND,
            "depend",
            writes=("vendor_share", "concentration", "common_failure", "site_dependence", "gap", "finding"),
            rests_on=(SCREEN,),
            is_of_any_day=True,
        ),
        RunKind(ESTIMATES, "depend", command="depend CASE", writes=("vendor_estimate",), unshown=("vendor_estimate",)),
        RunKind(
            "measured",
            "depend",
            command="depend CASE",
            writes=("measured_share", "finding"),
            rests_on=(SCREEN,),
            beside=(PUBLIC, INTERNAL),
            unshown=("finding",),
        ),
        RunKind(
            EXPOSE,
            "routes_run",
            writes=("exposure", "transit", "remedy", "influence", "receipt"),
            rests_on=(SCREEN, DEPEND),
            reads_parts=True,
            noun="exposure",
            keeps="last",
            is_of_any_day=True,
        ),
        RunKind(
            "paths",
            "paths_run",
            command="expose CASE --paths",
            writes=("path_exposure",),
            rests_on=(SCREEN, ESTIMATES),
            beside=(PUBLIC, INTERNAL),
        ),
        RunKind(
            "sites",
            "own_links_run",
            command="expose CASE --sites",
            writes=("site_traffic", "site_exposure"),
            rests_on=(SCREEN, DEPEND, EXPOSE),
            reads_parts=True,
            noun="traffic of sites",
            keeps="last",
            is_of_any_day=True,
        ),
        RunKind("scenarios", "routes_run", command="expose CASE", writes=("route_scenario",), beside=(INTERNAL,)),
        RunKind(
            "comparison",
            "comparison_run",
            command="expose CASE",
            writes=("route_comparison",),
            beside=(PUBLIC, INTERNAL),
        ),
        RunKind(
            INSIDE,
            "own_links_run",
            command="expose CASE --inside",
            writes=names_in("""
                inside_element inside_exposure inside_failure steering inside_replacement inside_metric inside_own_link
            """),
            rests_on=(SCREEN,),
        ),
        RunKind(
            "plan",
            "plan_run",
            writes=("plan", "plan_step", "plan_period", "plan_use", "plan_frontier", "plan_input", *ROBUST),
            rests_on=(SCREEN, DEPEND),
            noun="plan",
            keeps="fullest",
            unshown=("plan_regret",),
        ),
        RunKind(
            "fund",
            "fund_run",
            writes=names_in("""
                fund award response response_cost response_round fund_curve fund_mechanism fund_input fund_approach
            """),
            rests_on=(SCREEN, DEPEND),
            noun="aid",
        ),
        RunKind("brief", "brief", writes=("dossier",), rests_on=(SCREEN, DEPEND), is_of_any_day=True),
        RunKind("check", "check"),
    )
}
"""By verb, each after those that it reads."""
