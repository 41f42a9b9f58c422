"""How `plan` uses the scheduler: one question, its relief where a budget is in the way, points of a frontier."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from math import fsum

import polars as pl

from provenet.case.money import Money
from provenet.case.rows import AnyRow, PlanFrontierRow
from provenet.core.errors import UsageFault
from provenet.core.progress import Progress
from provenet.forms.certificate import sealed
from provenet.forms.schedule import Certificate, Instance, PlanFile, SearchState, Status
from provenet.replacement.blocks import RestrictedBlocks
from provenet.replacement.formulation import Formulation, formulate
from provenet.replacement.limits import Quarters
from provenet.replacement.lots import PlanQuestion
from provenet.replacement.outcome import Outcome, budget_relief, combined
from provenet.replacement.rows import frontier_row

ROUNDS, TRIES = 60, 200_000
"""Where no seconds are given: rounds of the bound and tries to better a plan, so that equal calls give equal plans."""
WHOLE_SECONDS = 120.0
"""How long the reference model may take where it is wanted, or where nothing else found a plan."""
BUDGET_PARTS = (0.1, 0.25, 0.5, 0.75, 1.0, 1.5)
"""Points of the frontier: parts of what the plan without a budget costs."""
DATES, LONGER = 5, 8
"""Points of the frontier: deadlines from the first that can be met to so many quarters after the one in question."""
SCENARIOS, SEARCHED = "plans of scenarios", "the plan found"
Search = Callable[["SearchState"], None]
"""Called as a search goes on, with how it stands."""


def refuse_solver(solver: str, exact: bool) -> None:
    """Raises UsageFault for a solver that would not be used, that nobody knows or that is not installed."""
    if solver != "highs" and not exact:
        raise UsageFault("--solver: only the full MILP uses a solver by name; add --exact.")
    if solver != "highs":
        from provenet.scheduling.solve.named_solver import refuse_solver as refuse

        refuse(solver)


def unreported(state: SearchState) -> None:
    """A search that nobody watches."""


@dataclass(frozen=True, kw_only=True)
class PlanSearch:
    """The tables and rules of one country's plan, and how its scheduler is used.

    `known` are the tables as known on the day, `blocks` what has to go. `seconds` None is `ROUNDS` and `TRIES`; `exact`
    also solves the full MILP with `solver`. `report` may raise KeyboardInterrupt: the search then ends with the best
    plan so far, and `stopped` says what it was doing.
    """

    known: Mapping[str, pl.DataFrame]
    blocks: RestrictedBlocks
    money: Money
    plan_id: str
    seconds: float | None
    exact: bool
    report: Search
    progress: Progress
    solver: str = "highs"
    stopped: list[str] = field(default_factory=list)

    @property
    def exact_seconds(self) -> float:
        """How long the full MILP may take on the first attempt."""
        return WHOLE_SECONDS if self.exact else 0.0

    def outcome(self, question: PlanQuestion) -> Outcome:
        """The plan of one question. Where a budget is in the way, its relief is what the same plan needs without it."""

        formulation = self._formulated(question)
        found = self._scheduled(formulation)
        budgeted = any(limit.kind == "budget" for limit in formulation.limits)
        if found.objective is None and not (formulation.clash or formulation.is_unpriced) and budgeted:
            formulation, found = self._with_budget_relief(question, formulation, found)
        return Outcome(formulation, called(formulation, found), self.money, self.plan_id)

    def _formulated(self, question: PlanQuestion) -> Formulation:

        of_points = replace(question, objective="exposure") if question.objective == "frontier" else question
        formulation = formulate(self.known, self.blocks, of_points, money=self.money)
        return replace(formulation, relief=tuple(combined(formulation.relief)))

    def _scheduled(self, formulation: Formulation) -> PlanFile:
        """The schedule of an instance, without clock times; unsearched where it clashes or nothing has a price."""

        if formulation.clash or formulation.is_unpriced:
            start = dict.fromkeys(unit.id for unit in formulation.instance.units)
            status: Status = "infeasible" if formulation.clash else "unknown"
            return PlanFile(status, None, None, None, "none", None, start, clash=formulation.clash)
        return timeless(formulation.instance, self.solve(formulation.instance))

    def solve(self, instance: Instance, known: Mapping[str, int | None] | None = None) -> PlanFile:
        """The schedule of an instance, from a known plan if there is one; a stop is noted and ends the search.

        Where the search itself finds no plan, the full MILP is tried.
        """
        found = self._search(instance, known, exact_seconds=self.exact_seconds)
        if found.status == "unknown" and not self.exact and self.seconds is None and not self.stopped:
            found = self._search(instance, known, exact_seconds=WHOLE_SECONDS)
        return found

    def _search(self, instance: Instance, known: Mapping[str, int | None] | None, *, exact_seconds: float) -> PlanFile:
        from provenet.scheduling.schedule import schedule

        def report(state: SearchState) -> None:
            try:
                self.report(state)
            except KeyboardInterrupt:
                self.stopped.append(state.doing)
                raise

        limits = {"seconds": self.seconds, "rounds": ROUNDS, "tries": TRIES, "whole_seconds": exact_seconds}
        begin = None if known is None else dict(known)
        found = schedule(instance, **limits, known=begin, progress=report, solver=self.solver)
        # A stop that came while the search reported nothing ended it just as well: it shows in one more report.
        if not self.stopped:
            with suppress(KeyboardInterrupt):
                report(SearchState(SEARCHED, found.objective, found.bound, 1, 1))
        return found

    def _with_budget_relief(
        self, question: PlanQuestion, formulation: Formulation, found: PlanFile
    ) -> tuple[Formulation, PlanFile]:
        """The question with the relief that fits: more money where that is enough, else what is in the way without."""

        free = self._formulated(replace(question, budget=None, budgets=False, objective="cost"))
        cheapest = self._scheduled(free)
        if cheapest.objective is None:
            clash, relief = cheapest.clash or free.clash, cheapest.relief
            return formulation, timeless(formulation.instance, replace(found, clash=clash, relief=relief))
        clash, ways = budget_relief(formulation, free, cheapest)
        return replace(formulation, clash=clash, relief=ways), found

    def scenario_rows(self, outcome: Outcome, verdicts: pl.DataFrame) -> dict[str, list[AnyRow]]:
        """The rows on scenarios, the first year and flips; each rests on a plan of its own, searched as the plan was.

        None where it is stopped before the last: half of the scenarios would look like all of them.
        """
        from provenet.replacement.scenarios import ScenarioSet, disputed_verdicts, robustness_rows

        names = dict(self.known["party"].select("party_id", "name").iter_rows())
        disputed = disputed_verdicts(verdicts.select("verdict_id", "hangs_on_disputed").to_dicts())
        try:
            return robustness_rows(ScenarioSet(outcome, disputed, names, ScenarioSolver(self)))
        except KeyboardInterrupt:
            if not self.stopped:
                self.stopped.append(SCENARIOS)
            return {}

    def frontier(self, outcome: Outcome) -> Iterator[PlanFrontierRow]:
        """Exposure as a budget grows, and cost as the deadline moves: each point a plan of its own, with its proof."""

        question = outcome.formulation.question
        last: dict[str, PlanFrontierRow] = {}
        full = fsum(band.mid for band in outcome.spent)
        full = full or fsum(lot.gross().mid for lot in outcome.formulation.lots if lot.planned)
        variants = [
            ("budget", at, replace(question, budget=part * full, deadlines=False))
            for at, part in enumerate(BUDGET_PARTS)
        ]
        variants += [("date", at, one) for at, one in enumerate(_by_dates(outcome))]
        for at, (kind, number, variant) in enumerate(variants):
            if self.stopped:
                return
            self.progress("points of the frontier", at, len(variants))
            row = frontier_row(self.outcome(variant), number, kind, before=last.get(kind))
            last[kind] = row
            yield row


@dataclass
class ScenarioSolver:
    """Plans instances of scenarios as the plan was searched; `count` is how many it has planned."""

    plan_search: PlanSearch
    count: int = 0

    def __call__(self, instance: Instance, known: Mapping[str, int | None] | None) -> PlanFile:
        """The plan of one instance, without clock times, from a known plan if there is one.

        Raises KeyboardInterrupt where the search was stopped.
        """
        self.plan_search.progress(SCENARIOS, self.count, self.count + 1)
        self.count += 1
        found = self.plan_search.solve(instance, known)
        if self.plan_search.stopped:
            raise KeyboardInterrupt
        return timeless(instance, found)


def _by_dates(outcome: Outcome) -> list[PlanQuestion]:
    """The same question at least cost by sooner and sooner days, down to the first that the plan itself meets."""

    question = outcome.formulation.question
    most = question.quarters.count + LONGER
    fewest = outcome.clear_quarter() or question.quarters.count
    steps = sorted({round(fewest + (most - fewest) * at / (DATES - 1)) for at in range(DATES)}, reverse=True)
    free = replace(question, objective="cost", deadlines=False, budget=None, budgets=False)
    spans = (Quarters(question.quarters.first, number) for number in steps)
    return [replace(free, quarters=one, by_on=one.end(one.count - 1)) for one in spans]


def called(formulation: Formulation, found: PlanFile) -> PlanFile:
    """A schedule by what it is as a plan: one that swaps nothing that its objective counts is feasible, not optimal,
    whatever is proven; and of averaged prices nothing is certified."""
    starts = any(at is not None for at in found.start.values()) or not found.start
    gains = starts and (formulation.is_weighed or formulation.question.objective == "cost")
    status = "feasible" if found.status == "optimal" and not gains else found.status
    named = replace(found, status=status, proof=formulation.proof_of(found))
    return found if named == found else timeless(formulation.instance, named)


def timeless(instance: Instance, found: PlanFile) -> PlanFile:
    """A schedule without the seconds it took, sealed again: what is stored does not depend on the machine's clock."""

    bare = replace(found, seconds=0.0)
    return sealed(instance, bare) if isinstance(bare.certificate, Certificate) else bare
