"""How `plan` asks the scheduler: one question, its relief where a budget is in the way, points of a frontier."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from provenet.core.errors import UsageFault
from provenet.core.progress import Progress

if TYPE_CHECKING:
    import polars as pl

    from provenet.case.money import Money
    from provenet.forms.schedule import Instance, PlanFile
    from provenet.replacement.blocks import Found
    from provenet.replacement.formulate import Formulated
    from provenet.replacement.lots import Asked
    from provenet.replacement.telling import Outcome

ROUNDS, TRIES = 60, 200_000
"""Where no seconds are given: rounds of the bound and tries to better a plan, so that equal calls give equal plans."""
WHOLE_SECONDS = 120.0
"""How long the reference model may take where it is asked for, or where nothing else found a plan."""
BUDGET_PARTS = (0.1, 0.25, 0.5, 0.75, 1.0, 1.5)
"""Points of the frontier: parts of what the plan without a budget costs."""
DATES, LONGER = 5, 8
"""Points of the frontier: deadlines from the first that can be met to so many quarters after that asked for."""
SCENARIOS, SEARCHED = "plans of scenarios", "the plan found"
Search = Callable[[str, float | None, float | None, int, int], None]
"""Called with what is being done, the best plan's objective, the bound, and rounds done of all, as a search goes on."""


def refuse_solver(solver: str, exact: bool) -> None:
    """Raises UsageFault for a solver that would not be asked, that nobody knows or that is not installed."""
    if solver != "highs" and not exact:
        raise UsageFault("--solver: a solver is asked for the whole model alone; add --exact.")
    if solver != "highs":
        from provenet.scheduling.solve.by_name import refuse_solver as refuse

        refuse(solver)


def unheard(doing: str, objective: float | None, bound: float | None, done: int, total: int) -> None:
    """A search that nobody watches."""


@dataclass(frozen=True)
class Seeking:
    """The tables and rules of one country's plan, and how its scheduler is asked.

    `search` may raise KeyboardInterrupt: the search then ends with the best plan so far, and `stopped` says so.
    """

    known: Mapping[str, pl.DataFrame]
    met: Found
    money: Money
    plan_id: str
    seconds: float | None
    exact: bool
    search: Search
    progress: Progress
    solver: str = "highs"
    stopped: list[str] = field(default_factory=list)

    def outcome(self, asked: Asked) -> Outcome:
        """The plan of one question. Where a budget is in the way, its relief is what the same plan needs without it."""
        from provenet.replacement.telling import Outcome

        made = self._formulated(asked)
        found = self._scheduled(made)
        if found.objective is None and not made.clash and any(limit.kind == "budget" for limit in made.limits):
            made, found = self._without_budget(asked, made, found)
        return Outcome(made, found, self.money, self.plan_id)

    def _formulated(self, asked: Asked) -> Formulated:
        from provenet.replacement.formulate import formulate
        from provenet.replacement.relief import together

        meant = replace(asked, objective="exposure") if asked.objective == "frontier" else asked
        made = formulate(self.known, self.met, meant, self.money)
        return replace(made, relief=tuple(together(made.relief)))

    def _scheduled(self, made: Formulated) -> PlanFile:
        """The schedule of an instance, without clock times; one that clashes beforehand is infeasible unsearched."""
        from provenet.forms.schedule import PlanFile

        if made.clash:
            none: dict[str, int | None] = {unit.id: None for unit in made.instance.units}
            return PlanFile("infeasible", None, None, None, "none", None, none, None, made.clash, None)
        found = self.asked(made.instance, WHOLE_SECONDS if self.exact else 0.0)
        if found.status == "unknown" and not self.exact and self.seconds is None and not self.stopped:
            found = self.asked(made.instance, WHOLE_SECONDS)
        return timeless(made.instance, found)

    def asked(
        self, instance: Instance, whole_seconds: float, known: Mapping[str, int | None] | None = None
    ) -> PlanFile:
        """The schedule of an instance as this question is asked; a stop is noted and ends the search."""
        from provenet.forms.schedule import Told
        from provenet.scheduling.schedule import schedule

        def heard(told: Told) -> None:
            try:
                self.search(told.doing, told.objective, told.bound, told.done, told.total)
            except KeyboardInterrupt:
                self.stopped.append(told.doing)
                raise

        found = schedule(
            instance, seconds=self.seconds, rounds=ROUNDS, tries=TRIES, progress=heard, whole_seconds=whole_seconds,
            known=None if known is None else dict(known), solver=self.solver,
        )  # fmt: skip
        # A stop that came while the search told nothing ended it just as well, and is asked for here.
        if not self.stopped:
            with suppress(KeyboardInterrupt):
                heard(Told(SEARCHED, found.objective, found.bound, 1, 1))
        return found

    def _without_budget(self, asked: Asked, made: Formulated, found: PlanFile) -> tuple[Formulated, PlanFile]:
        """The question with the relief that fits: more money where that is enough, else what is in the way without."""
        free = replace(asked, budget=None, budgets=False, objective="cost")
        other = self._formulated(free)
        without = self._scheduled(other)
        if without.objective is None:
            clash, relief = without.clash or other.clash, without.relief
            return made, replace_told(made.instance, found, clash, relief)
        from provenet.replacement.relief import money_needed

        clash, ways = money_needed(made, other, without)
        return replace(made, clash=clash, relief=ways), found

    def stakes(self, whole: Outcome, ruled: pl.DataFrame) -> dict[str, list[dict[str, Any]]]:
        """The rows on scenarios, the first year and flips; each a plan of its own, asked for as the plan was.

        None where it is stopped before the last: half of the scenarios would look like all of them.
        """
        from provenet.replacement.stakes import Stakes, disputed_of, rows_of

        names = dict(self.known["party"].select("party_id", "name").iter_rows())
        disputed = disputed_of(ruled.select("verdict_id", "hangs_on_disputed").to_dicts())
        solve = Anew(self)
        try:
            return rows_of(Stakes(whole, disputed, names, solve))
        except KeyboardInterrupt:
            if not self.stopped:
                self.stopped.append(SCENARIOS)
            return {}

    def frontier(self, whole: Outcome) -> Iterator[dict[str, Any]]:
        """Exposure as a budget grows, and cost as the deadline moves: each point a plan of its own, with its proof."""
        from provenet.replacement import telling

        asked, last = whole.made.asked, dict[str, dict[str, Any]]()
        full = sum(band.mid for band in whole.spent) or sum(lot.gross().mid for lot in whole.made.lots if lot.planned)
        questions = [
            ("budget", at, replace(asked, budget=part * full, deadlines=False)) for at, part in enumerate(BUDGET_PARTS)
        ]
        questions += [("date", at, one) for at, one in enumerate(_by_dates(whole))]
        for at, (kind, number, question) in enumerate(questions):
            if self.stopped:
                return
            self.progress("points of the frontier", at, len(questions))
            row = telling.point(self.outcome(question), number, kind, last.get(kind))
            last[kind] = row
            yield row


@dataclass
class Anew:
    """Plans instances of scenarios as the plan was asked for; `count` is how many it has planned."""

    seeking: Seeking
    count: int = 0

    def __call__(self, instance: Instance, known: Mapping[str, int | None] | None) -> PlanFile:
        """The plan of one instance, without clock times, from a known plan if there is one.

        Raises KeyboardInterrupt where the search was stopped.
        """
        seeking = self.seeking
        seeking.progress(SCENARIOS, self.count, self.count + 1)
        self.count += 1
        found = seeking.asked(instance, WHOLE_SECONDS if seeking.exact else 0.0, known)
        if found.status == "unknown" and not seeking.exact and seeking.seconds is None and not seeking.stopped:
            found = seeking.asked(instance, WHOLE_SECONDS, known)
        if seeking.stopped:
            raise KeyboardInterrupt
        return timeless(instance, found)


def _by_dates(whole: Outcome) -> list[Asked]:
    """The same question at least cost by sooner and sooner days, down to the first that the plan itself meets."""
    from provenet.replacement.quarters import Quarters

    asked = whole.made.asked
    most = asked.quarters.count + LONGER
    fewest = whole.clear_quarter() or asked.quarters.count
    steps = sorted({round(fewest + (most - fewest) * at / (DATES - 1)) for at in range(DATES)}, reverse=True)
    made = []
    for number in steps:
        quarters = Quarters(asked.quarters.first, number)
        by = quarters.end(number - 1)
        made.append(
            replace(asked, objective="cost", quarters=quarters, by_on=by, deadlines=False, budget=None, budgets=False)
        )
    return made


def timeless(instance: Instance, found: PlanFile) -> PlanFile:
    """A schedule without the seconds it took, sealed again: what is stored does not depend on the machine's clock."""
    from provenet.forms.schedule import Certificate
    from provenet.forms.schedule_file import sealed

    bare = replace(found, seconds=0.0)
    return sealed(instance, bare) if isinstance(bare.certificate, Certificate) else bare


def replace_told(
    instance: Instance, found: PlanFile, clash: tuple[str, ...] | None, relief: tuple[dict[str, object], ...] | None
) -> PlanFile:
    """A schedule with other words of what clashes, sealed again."""
    return timeless(instance, replace(found, clash=clash, relief=relief))
