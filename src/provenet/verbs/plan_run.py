"""The verb `plan`: verdicts, counts, options and limits of a case to the room, and the plan with its proof back.

One run a country; the instance and the schedule that `certify` checks stay in the case.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from provenet.case.asof import known_or_assumed
from provenet.case.case import Case
from provenet.case.export import digest_of
from provenet.case.money import Money
from provenet.case.pack_files import pack_inputs
from provenet.case.rows import CostRow, ElementCountRow, ExchangeRateRow, PlanRow, PriceIndexRow, SwapOptionRow, rows_of
from provenet.case.run_kinds import KINDS
from provenet.case.runs import run_id
from provenet.case.standing import Scope, Standing
from provenet.case.tables import frame, table, tables, vocabulary
from provenet.core import wording
from provenet.core.digest import sha256_bytes
from provenet.core.errors import UsageFault, nearest
from provenet.core.ids import names_in, row_id
from provenet.core.packages import require
from provenet.core.progress import Progress
from provenet.core.settings import case_call_of
from provenet.evidence.screen import READS as SCREENED
from provenet.evidence.screen import Screening
from provenet.forms.certificate import instance_bytes, plan_bytes
from provenet.policy.packs import Binding, Packs
from provenet.policy.terms import axis_tests, list_name
from provenet.replacement.blocks import RestrictedBlocks, find_blocks
from provenet.replacement.counts import count_inventory
from provenet.replacement.formulation import Formulation
from provenet.replacement.limits import Quarters, later, quarter_start
from provenet.replacement.lots import PlanQuestion
from provenet.replacement.options import refuse_unstated
from provenet.replacement.outcome import Outcome
from provenet.replacement.search import PlanSearch, refuse_solver, unreported
from provenet.replacement.summary import PolicyContext, empty_plan_row, opposing_estimates, plan_row
from provenet.verbs.answers import CountryPlan, PlanReport
from provenet.verbs.options import CaseLike, budget_amount
from provenet.verbs.plan import PlanSettings
from provenet.verbs.plan_inputs import Decisions, Listing, decisions_of, listings_of, money_unit, vendors_of
from provenet.verbs.question import (
    countries_of_shares,
    known_tables,
    named_policies,
    opened,
    pack_folders,
    packs_at_hand,
    tables_of,
    vendor_words,
)
from provenet.verbs.run import StaleRun

READS = names_in(
    "element_count swap_option price_index exchange_rate plan_limit interop_rule deployment carrier_share cost party "
    "source asset site"
)


def run(case: CaseLike, settings: PlanSettings) -> PlanReport:
    """Writes which lots are swapped in which quarter, to whom and at what cost, with the proof: a run a country.

    Without `policy` the rules in force of the country count, as screened; with it the plan is a labelled scenario where
    the policy is foreign, proposed or rests on `assume` or `listed` (LIST=VENDOR). `only` keeps the plan to some asset
    classes or layers, also as a scenario: what else the policies reach stays and is not counted. `budget` is such as
    "500M EUR/2026", over all quarters; `crews` counts for every carrier in place of what rows say, and `to` names the
    vendors that alone may come. `fix` is a CSV of decisions (unit_id, start_on); `packs` are folders of rule
    packs beside the bundled. `exact` uses `solver` too; `robust` adds scenarios with regret, what plans near the best
    start, and falling verdicts. Raises StaleInput where verdicts or shares have been overtaken, InputFault where a
    price says no currency or year, UsageFault for a day, word or vendor nobody has.
    """
    into, as_of, known_on = opened(case, settings.known_on), settings.as_of, settings.known_on
    refuse_solver(settings.solver, settings.exact)
    decisions = decisions_of(settings.fix)
    wanted = countries_of_shares(into, settings.country, as_of, known_on=known_on, verb="plan")
    listings = listings_of(settings.listed, lambda: vendor_words(into, as_of, known_on))
    vendors = vendors_of(settings.to, lambda: vendor_words(into, as_of, known_on))
    call = _Call(into, settings, decisions, listings, vendors)
    return PlanReport(as_of, known_on, settings.objective, tuple(_planned(call, where) for where in wanted))


plan = case_call_of(PlanSettings, run, "plan")


@dataclass(frozen=True)
class _Call:
    case: Case
    settings: PlanSettings
    decisions: Decisions
    listings: Sequence[Listing]
    vendors: tuple[str, ...]

    @property
    def as_of(self) -> date:
        """The day in question."""
        return self.settings.as_of

    @property
    def known_on(self) -> date | None:
        """The day of knowledge."""
        return self.settings.known_on

    @property
    def policies(self) -> tuple[str, ...]:
        """The policies named, sorted."""
        return tuple(sorted(self.settings.policy))

    def stored(self, country: str) -> dict[str, object]:
        """The settings that the run of a country keeps; of the file of decisions its digest."""
        fixed = {"fix": self.decisions.digest} if self.decisions.digest else {}
        return {"country": country, **self.settings.stored(), **fixed}


def _planned(call: _Call, country: str) -> CountryPlan:
    """One country: the run that stands, or a new one."""
    standing, scope = Standing(call.case), Scope(country, call.as_of, call.known_on)
    shares = call.case.read_run("vendor_share", standing.shares(scope, "plan").run_id)
    folders = pack_folders(call.case, call.settings.packs, standing.screens(scope).values())
    packs = packs_at_hand(call.case, folders)
    verdicts = standing.verdicts(scope)
    digests = call.case.digest(name for name, spec in tables().items() if spec.kind == "input")
    stored = call.stored(country)
    lists = ("listing",) if any(one.strip().startswith("list:") for one in call.settings.to) else ()
    read = {**digests} if call.policies else {name: digests[name] for name in (*READS, *lists)}
    stand = {name: digest_of(table(name), rows) for name, rows in (("vendor_share", shares), ("verdict", verdicts))}
    inputs = {**read, **stand, **pack_inputs(call.case, folders)}
    rows: dict[str, Any] = {}
    files: list[bytes] = []
    if run_id("plan", stored, inputs) not in set(call.case.runs()["run_id"]):
        require("plan")
        rows, files, stopped = _made(call, country, packs, verdicts=verdicts, shares=shares)
        files += [call.decisions.data] if call.decisions.data else []
        # A search that was stopped is a run of its own, so that the same call searches again.
        stored |= {"stopped": stopped} if stopped else {}
    with call.case.writer("plan", stored, inputs) as run:
        run.keep_pack_folders(inputs["packs"], folders)
        if not run.already:
            for data in files:
                run.put_source(data)
            for name, made in rows.items():
                run.append(name, made)
    return _answer(call.case, country, run.run_id)


def _made(
    call: _Call, country: str, packs: Packs, *, verdicts: pl.DataFrame, shares: pl.DataFrame
) -> tuple[dict[str, Any], list[bytes], str]:
    """The rows of one run, the bytes of the instance and the schedule, and where the search was stopped, if it was."""

    known = _known(call, shares)
    refuse_unstated(rows_of(SwapOptionRow, known["swap_option"]))
    under, ruled = _policies(call, country, packs, verdicts=verdicts)
    rules = [rule for pack in packs.packs.values() for rule in pack.rules if rule.effect == "cap" and rule.limits]
    firsts = {rule.id: rule.limits[0].at_most_share for rule in rules}
    caps = {rule_id: most for rule_id, most in firsts.items() if isinstance(most, float)}
    counts, listed = (
        count_inventory(known["asset"], known["site"], call.as_of, country=country, stated=rows, verdicts=ruled)
        for rows in (rows_of(ElementCountRow, known["element_count"]), ())
    )
    met = find_blocks(known, ruled, country, caps=caps, inventory=counts, listed=listed, only=call.settings.only)
    plan_id = row_id("plan", call.stored(country))
    reached = {block.reach.verdict_id for block in met.blocks}
    scenario = {"verdict": ruled.filter(ruled["verdict_id"].is_in(sorted(reached)))} if call.policies else {}
    if not met.blocks:
        return {"plan": [_nothing(call, country, plan_id, under=under, ruled=ruled, met=met)]}, [], ""
    question, purse = _question(call, country, met, known=known)
    plan_search = PlanSearch(
        known=known,
        blocks=met,
        money=purse,
        plan_id=plan_id,
        seconds=call.settings.seconds,
        exact=call.settings.exact,
        report=call.settings.search or unreported,
        progress=call.settings.progress,
        solver=call.settings.solver,
    )
    outcome = plan_search.outcome(question)
    _refuse_unknown_units(outcome.formulation, question)
    files = _files(outcome)
    rows = {**scenario, **_rows(call, plan_search, outcome, under=under, files=files)}
    if call.settings.robust and not plan_search.stopped:
        rows |= plan_search.scenario_rows(outcome, ruled)
    if plan_search.stopped:
        text = f"the search was stopped ({plan_search.stopped[0]}): the plan is the best that was found by then"
        rows["plan"][0]["assumed"].insert(0, text)
    return rows, files, "".join(plan_search.stopped[:1])


def _files(outcome: Outcome) -> list[bytes]:
    """The bytes of the instance and of the schedule with its certificate; none where it clashes before any search."""

    if outcome.plan.certificate is None and outcome.plan.objective is None:
        return []
    return [instance_bytes(outcome.formulation.instance), plan_bytes(outcome.plan, outcome.formulation.instance)]


def _known(call: _Call, shares: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """The tables as known on the day; what no source gives is an assumption of whoever plans, and stands on any day."""

    whole = tables_of(call.case, READS)
    cut = known_tables(whole, call.as_of, call.known_on)
    for name in ("element_count", "swap_option", "price_index", "exchange_rate", "plan_limit", "interop_rule"):
        cut[name] = known_or_assumed(name, whole[name], whole["source"], day=call.known_on)
    return {**cut, "vendor_share": shares}


def _policies(call: _Call, country: str, packs: Packs, *, verdicts: pl.DataFrame) -> tuple[PolicyContext, pl.DataFrame]:
    """The verdicts that count and the policies in words: the rules in force, or those named, screened anew."""

    binding = Binding(packs, vocabulary()["jurisdictions"])
    assumed = dict(call.settings.assume)
    named = call.policies
    _refuse_idle_lists(call, packs)
    if not named:
        ruled = verdicts.filter((verdicts["assumed"].list.len() == 0) & (verdicts["force"] != "proposal"))
        stand = sorted(name for name in ruled["pack"].unique() if binding.binds(name, country))
        ruled = ruled.filter(ruled["pack"].is_in(stand))
        return _context(call, stand, packs), ruled
    ruled = _verdicts_anew(call, country, packs, assumed=assumed)
    foreign = [name for name in named if not binding.binds(name, country)]
    text = None
    if assumed or call.listings or foreign:
        given = [f"{key} = {value}" for key, value in assumed.items()]
        given += [f"{one.vendor} on {one.list_name}" for one in call.listings]
        text = _scenario_says(packs, foreign, [name for name in named if name not in foreign], country=country)
        text += f", assuming {', '.join(given)}" if given else ""
        text += f"; {'it is not what binds them' if foreign else 'it is not what is on record'} on {call.as_of}"
    facts = {**assumed, **{f"{one.list_name}: {one.vendor}": "listed" for one in call.listings}}
    return _context(call, named, packs, scenario_says=text, facts=facts), ruled


def _scenario_says(packs: Packs, foreign: Sequence[str], bound: Sequence[str], *, country: str) -> str:
    """What a scenario applies: what does not bind is taken as if it did, and what binds is named as binding."""
    if not foreign:
        return f"{_policy_says(packs, bound)}, in force for the carriers of {country}"
    beside = f", beside what binds them: {_policy_says(packs, bound)}" if bound else ""
    return f"{_policy_says(packs, foreign)} taken as if it bound the carriers of {country}{beside}"


def _context(
    call: _Call,
    names: Sequence[str],
    packs: Packs,
    *,
    scenario_says: str | None = None,
    facts: Mapping[str, str] | None = None,
) -> PolicyContext:
    """The policies of a plan in words; one that is limited to some classes or layers is a scenario as well."""

    policy_says = _policy_says(packs, names)
    if call.settings.only:
        scenario_says = f"{scenario_says or policy_says}, limited to {wording.series(call.settings.only)}"
    return PolicyContext(
        packs=tuple(names),
        policy_says=policy_says,
        scenario_says=scenario_says,
        assumed_facts=facts or {},
        as_of=call.as_of,
        known_on=call.known_on,
        only=call.settings.only,
    )


def _policy_says(packs: Packs, names: Sequence[str]) -> str:
    titles = []
    for name in names:
        found = packs.find(name)
        titles.append(f"{found.pack.title} ({found.pack.force})" if found else name)
    return "; ".join(titles) or "no policy in force"


def _verdicts_anew(call: _Call, country: str, packs: Packs, *, assumed: Mapping[str, str]) -> pl.DataFrame:
    """The verdicts of the policies named, worked out for this plan and kept with its run."""

    read = tables_of(call.case, SCREENED)
    if call.listings:
        read["listing"] = pl.concat([read["listing"], frame("listing", [_listing(call, one) for one in call.listings])])
    screening = Screening(read, as_of=call.as_of, known=call.known_on, assume=assumed)
    return pl.concat([screening.verdicts(packs, name, country) for name in named_policies(packs, call.policies)])


def _refuse_idle_lists(call: _Call, packs: Packs) -> None:
    """Raises UsageFault for a listing that no policy of the call reads: it would change nothing, without a word."""

    if not call.listings:
        return
    named = call.policies
    if not named:
        raise UsageFault("--listed: a listing is assumed of policies named with --policy, and none is named.")
    rules = [rule for name in named if (found := packs.find(name)) for rule in found.rules]
    tested = {
        word for rule in rules for test in axis_tests(rule.when) if test.axis == "listed_in" for word in test.written
    }
    for one in call.listings:
        if list_name(one.list_name) not in {list_name(word) for word in tested}:
            known = f"they read: {', '.join(sorted(tested))}" if tested else "they read no list"
            raise UsageFault(f"--listed: no policy named reads this list; found {one.list_name!r}; {known}.")


def _listing(call: _Call, one: Listing) -> dict[str, object]:
    """An entry that a scenario assumes: it stands in no table of the case."""
    entry = {"list_name": one.list_name, "party_id": one.vendor_id, "from_on": call.as_of}
    where = {"file_id": "0" * 64, "locator": "--listed", "reading": "not stated", "run_id": "assumed"}
    return {**entry, "row_id": row_id("listing", {**entry, "assumed": True}), **where}


def _nothing(
    call: _Call, country: str, plan_id: str, *, under: PolicyContext, ruled: pl.DataFrame, met: RestrictedBlocks
) -> PlanRow:
    """The row of a plan without lots: nothing has to go, or nobody knows what has to."""
    on_use = ruled.filter(ruled["action"] == "use")
    open_count = on_use.filter(outcome="undetermined").height
    verdicts = f"{open_count} of {on_use.height} verdicts on use are undetermined."
    if not ruled.height:
        why = f"No policy that binds the carriers of {country} was screened without an assumption."
    elif on_use["rules_in_force"].max() == 0:
        why = f"No rule was in force on {call.as_of}."
    elif open_count:
        who = "policies named" if call.policies else "rules in force"
        why = f"Whether the {who} would have anything replaced that a row counts is not known: {verdicts}"
    else:
        why = f"None of the rules in force asks for the removal of anything that a row counts; {verdicts}"
    first = later(quarter_start(call.as_of), 1)
    return empty_plan_row(
        plan_id,
        country,
        call.settings.objective,
        first_on=first,
        by_on=call.settings.by or first,
        policies=under,
        reason=why,
        is_known=bool(ruled.height) and not open_count,
        missing=met.missing,
    )


def _question(
    call: _Call, country: str, met: RestrictedBlocks, *, known: Mapping[str, pl.DataFrame]
) -> tuple[PlanQuestion, Money]:
    """The question in the room's words: horizon, money and switches. Raises UsageFault where no day is meant."""

    lasts = [block.reach.by_on for block in met.blocks if block.reach.by_on is not None]
    by = call.settings.by or max(lasts, default=None)
    if by is None:
        raise UsageFault(f"--by: no verdict of {country} gives a last day; name one: --by DAY.")
    if by <= call.as_of:
        raise UsageFault(f"--by: the day has passed; found {by}, expected a day after {call.as_of}.")
    amount, currency, year = budget_amount(call.settings.budget)
    if currency is None:
        currency, year = money_unit(call.settings.money, country, call.as_of, known=known)
    purse = Money(
        rows_of(PriceIndexRow, known["price_index"]),
        rows_of(ExchangeRateRow, known["exchange_rate"]),
        currency=currency,
        year=str(year),
        known_on=call.known_on,
    )
    question = PlanQuestion(
        country=country,
        objective=call.settings.objective,
        quarters=Quarters.until(call.as_of, by),
        by_on=by,
        budget=amount,
        renewal_credit=call.settings.renewal_credit,
        deadlines=call.settings.deadlines,
        crews=call.settings.crews,
        vendors=call.vendors,
        options=tuple(sorted(call.settings.option)),
        rules_off=tuple(sorted(call.settings.without_rule)),
        fixed=call.decisions.starts,
    )
    _refuse_words(question, known)
    return question, purse


def _refuse_words(question: PlanQuestion, known: Mapping[str, pl.DataFrame]) -> None:
    for given, option, name, column in (
        (question.options, "--option", "swap_option", "option_id"),
        (question.rules_off, "--without-rule", "interop_rule", "rule_id"),
    ):
        stand = known[name][column].to_list()
        for word in given:
            if word not in stand:
                expected = ", ".join(stand) or "none"
                raise UsageFault(f"{option}: the case has no such row; found {word!r}, expected one of: {expected}.")


def _refuse_unknown_units(made: Formulation, question: PlanQuestion) -> None:

    stand = [lot.unit_id for lot in made.lots]
    for unit in question.fixed:
        if unit not in stand:
            close = nearest(unit, stand)
            raise UsageFault(f"--fix: no lot has this id; found {unit!r}." + (f" Nearest: {close}." if close else ""))


def _rows(
    call: _Call, plan_search: PlanSearch, outcome: Outcome, *, under: PolicyContext, files: Sequence[bytes]
) -> dict[str, Any]:
    """The rows of every table of a plan."""
    from provenet.replacement import rows

    names = dict(plan_search.known["party"].select("party_id", "name").iter_rows())
    country, plan_id = outcome.formulation.question.country, outcome.plan_id
    ids = (sha256_bytes(files[0]), sha256_bytes(files[1])) if files else (None, None)
    beside = opposing_estimates(rows_of(CostRow, plan_search.known["cost"].sort("row_id")), country)
    row = plan_row(outcome, under, names, instance_id=ids[0], schedule_id=ids[1])
    row["objective"] = call.settings.objective
    frontier = list(plan_search.frontier(outcome)) if call.settings.objective == "frontier" else []
    return {
        "plan": [row],
        "plan_step": rows.step_rows(outcome, names),
        "plan_period": rows.period_rows(outcome),
        "plan_use": rows.use_rows(outcome),
        "plan_frontier": frontier,
        "plan_input": rows.input_rows([*outcome.formulation.used, *beside], plan_id, country),
    }


def demo_plans(
    case: Case, day: Mapping[str, Any], setting: Mapping[str, Any], *, progress: Progress
) -> list[PlanReport]:
    """The plans of the bundled case on one day: under the rules in force, on the first day the scenarios as well."""
    made = [plan(case, **day, country=setting["countries"], progress=progress)]
    if day == setting["days"][0]:
        made += [
            plan(case, **day, **setting["scenario"], only=only, progress=progress) for only in setting["scenario_parts"]
        ]
    return made


def _answer(case: Case, country: str, run: str) -> CountryPlan:
    """What a plan that stands says, for the lines of the command line and `--json`."""
    row = case.read_run("plan", run).row(0, named=True)
    counted = {name: case.read_run(name, run).height for name in KINDS["plan"].writes}
    steps = case.read_run("plan_step", run).sort(
        "start_on", "carrier_id", "asset_class", "lot_number_count", nulls_last=True
    )
    figures = {name: row[name] for name in row if name not in ("run_id", "formula", "inputs", "country", "label")}
    figures["assumed_facts"] = {one["fact"]: one["value"] for one in row["assumed_facts"]}
    if counted["plan_scenario"]:
        figures["robust"] = _robust_rows(case, run)
    frontier = case.read_run("plan_frontier", run).sort("kind", "number_count")
    periods = case.read_run("plan_period", run).sort("number_count")
    shown = [rows.select(names).to_dicts() for rows, names in ((steps, STEP), (periods, PERIOD), (frontier, POINT))]
    return CountryPlan(country, counted, figures, tuple(shown[0]), tuple(shown[1]), tuple(shown[2]), run)


def _robust_rows(case: Case, run: str) -> dict[str, list[dict[str, Any]]]:
    """The rows on scenarios, the first year and flips, without keys; the plans tried pairwise stay in their table."""
    orders = {"plan_scenario": ["number_count"], "plan_first_year": ["carrier_id", "asset_class", "vendor_id"]}
    made = {}
    for name in ("plan_scenario", "plan_first_year", "plan_flip"):
        rows = case.read_run(name, run).sort(orders.get(name, ["vendor_id"]))
        hidden = ("run_id", "formula", "inputs", "plan_id", "country")
        kept = [c for c in rows.columns if c not in hidden and c != f"{name.removeprefix('plan_')}_id"]
        made[name.removeprefix("plan_")] = rows.select(kept).to_dicts()
    return made


STEP = names_in(
    "unit_id carrier_id asset_class lot_says from_vendor_id to_vendor_id action start_on done_on latest_on "
    "low_cost_amount mid_cost_amount high_cost_amount gross_cost_amount basis rule_id fixed because"
)
PERIOD = names_in(
    "period_says low_exposed_share mid_exposed_share high_exposed_share started_count left_count low_spent_amount "
    "mid_spent_amount high_spent_amount low_gross_spent_amount mid_gross_spent_amount high_gross_spent_amount "
    "sum_spent_amount binding"
)
POINT = names_in(
    "kind budget_amount by_on status proof gap_share mid_cost_amount gross_cost_amount mid_exposed_years clear_on "
    "price_amount"
)


def repeat(stale: StaleRun) -> str:
    """Makes a stale run again, and returns the id of the new one."""

    settings = stale.settings
    fix = settings.pop("fix", None)
    decisions = None if fix is None else ("fix", stale.file(fix, "the file of decisions"))
    made = plan(
        stale.case, country=stale.countries, packs=stale.packs(), fix=decisions, progress=stale.progress, **settings
    )
    return made.countries[0].run_id
