"""The verb `fund`: purchases, figures and programmes of a case to the room, and back which aid tips which buyer.

One run a call; the countries of a call share its budget.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from math import fsum
from pathlib import Path
from typing import Any

import polars as pl

from provenet.case.asof import known_or_assumed
from provenet.case.case import Case
from provenet.case.export import digest_of
from provenet.case.pack_files import pack_inputs
from provenet.case.programmes import is_open_to
from provenet.case.rows import AnyRow, ProgrammeRow, PurchaseRow, VerdictRow, rows_of
from provenet.case.run_kinds import KINDS
from provenet.case.runs import run_id
from provenet.case.standing import Scope, Standing
from provenet.case.tables import table, vocabulary
from provenet.core.errors import UsageFault, clip, nearest
from provenet.core.ids import names_in
from provenet.core.packages import require
from provenet.core.settings import case_call_of
from provenet.incentives.purchases import FundQuestion, PurchaseScope
from provenet.policy.packs import Binding, Packs
from provenet.verbs.answers import CountryAid, FundReport
from provenet.verbs.fund import FundSettings
from provenet.verbs.options import CaseLike, budget_amount
from provenet.verbs.options import amount as amount_of
from provenet.verbs.plan_inputs import money_unit
from provenet.verbs.question import (
    countries_of_shares,
    known_tables,
    opened,
    pack_folders,
    packs_at_hand,
    tables_of,
    vendor_words,
)
from provenet.verbs.run import StaleRun

Rows = Mapping[str, Sequence[Mapping[str, Any]]]
"""The rows of a run, by table."""
READS = names_in(
    "purchase choice_input programme deployment carrier_share rides_on price_index exchange_rate claim outreach "
    "procurement party source identifier"
)
ASSUMABLE = ("purchase", "choice_input", "programme", "price_index", "exchange_rate")
"""Tables whose rows without a source are assumptions of whoever asks, and so stand on any day."""
HINDSIGHT = ("purchase", "procurement", "deployment")
"""Tables that are also read uncut: later choices stand beside the answer."""
BUYING = ("use", "install_new", "buy", "any")
"""Acts whose restriction stands in the way of a purchase."""
OPEN_YEARS = 3
"""Purchases signed within so many years of the day in question are open, unless the call says otherwise."""


def run(case: CaseLike, settings: FundSettings) -> FundReport:
    """Writes which offers tip which purchases under a budget, what every mechanism brings, and whom to talk to first.

    The aid may not be spent on the vendors that `exclude` names, else on those
    of the programme, else on those that a rule in force restricts. `budget` is such as "500M EUR/2026", over all
    countries of the call; without it that of the programme, else none. `floor` and `cap` are COUNTRY=AMOUNT;
    `most_ratio` is how many times the mean aid per element one carrier may get; `packs` are folders of rule packs
    beside the bundled, whose rules in force restrict as those do. Raises StaleInput where verdicts or
    shares have been overtaken, InputFault where a row cannot be used (such as a price without a price year),
    UsageFault for a day, word, programme or vendor nobody has.
    """
    return fund_countries(case, settings)


fund = case_call_of(FundSettings, run, "fund")


def fund_countries(
    case: CaseLike, settings: FundSettings, known: Callable[[str], Rows | None] = lambda _: None
) -> FundReport:
    """The answer of `run`; `known` gives the rows of a run that were worked out already, by its id."""
    countries, run = _funded(_call(case, settings), known)
    return FundReport(settings.as_of, settings.known_on, settings.objective, settings.mechanism, countries, run)


def rows_beforehand(case: CaseLike, settings: FundSettings) -> tuple[str, Rows]:
    """The id of the run that a call would write now, and its rows, none where it stands; nothing is written."""
    call = _call(case, settings)
    stand = _results(call)
    run = run_id("fund", *_named(call, stand))
    return run, {} if run in set(call.case.runs()["run_id"]) else _made(call, stand)


def _call(case: CaseLike, settings: FundSettings) -> _Call:
    into, as_of, known_on = opened(case, settings.known_on), settings.as_of, settings.known_on
    wanted = countries_of_shares(into, settings.country, as_of, known_on=known_on, verb="fund")
    until = settings.until or as_of + min(timedelta(days=round(365.25 * OPEN_YEARS)), date.max - as_of)
    if until < as_of:
        raise settings.fault("until", f"the day has passed; found {until}, expected a day from {as_of} on.")
    return _Call(into, settings, tuple(wanted), until)


@dataclass(frozen=True)
class _Call:
    case: Case
    settings: FundSettings
    countries: tuple[str, ...]
    until: date

    @property
    def scopes(self) -> list[Scope]:
        """Each country with the days of the call."""
        return [Scope(country, self.settings.as_of, self.settings.known_on) for country in self.countries]

    @cached_property
    def folders(self) -> tuple[Path, ...]:
        """The folders of rule packs: those of the call, else those in which the packs of its verdicts lie."""
        standing = Standing(self.case)
        screens = [run for scope in self.scopes for run in standing.screens(scope).values()]
        return pack_folders(self.case, self.settings.packs, screens)

    @property
    def stored(self) -> dict[str, object]:
        """The settings of the call that its run keeps, beside the countries and the days."""
        days = ("as_of", "known_on")
        own = {name: value for name, value in self.settings.stored().items() if name not in days}
        return {**own, "until": self.until.isoformat()}


def _named(call: _Call, stand: Mapping[str, pl.DataFrame]) -> tuple[dict[str, object], dict[str, str]]:
    """The settings and the digests of inputs that name the run of a call."""
    settings = {"countries": list(call.countries), **call.scopes[0].days, **call.stored}
    stood = {name: digest_of(table(name), rows) for name, rows in stand.items()}
    read = (*READS, "listing") if any(one.strip().startswith("list:") for one in call.settings.exclude) else READS
    return settings, {**call.case.digest(read), **stood, **pack_inputs(call.case, call.folders)}


def _funded(call: _Call, known: Callable[[str], Rows | None]) -> tuple[tuple[CountryAid, ...], str]:
    """The answers by country and the run that holds them: the one that stands, or a new one."""
    stand = _results(call)
    settings, inputs = _named(call, stand)
    rows: Rows = {}
    if (wanted := run_id("fund", settings, inputs)) not in set(call.case.runs()["run_id"]):
        found = known(wanted)
        rows = _made(call, stand) if found is None else found
    with call.case.writer("fund", settings, inputs) as run:
        run.keep_pack_folders(inputs["packs"], call.folders)
        if not run.already:
            for name, made in rows.items():
                run.append(name, made)
    return tuple(_answer(call.case, run.run_id, where) for where in call.countries), run.run_id


def _made(call: _Call, stand: Mapping[str, pl.DataFrame]) -> dict[str, list[AnyRow]]:
    """The rows of a new run."""
    require("plan")
    from provenet.incentives.fund_rows import answer_rows

    known = {**_known(call), **stand}
    later = {name: call.case.read(name) for name in HINDSIGHT}
    return answer_rows(_question(call, known), known, later, progress=call.settings.progress)


def _known(call: _Call) -> dict[str, pl.DataFrame]:
    """The tables as known on the day; what no source gives is an assumption of the caller, and stands on any day."""

    whole = tables_of(call.case, READS)
    cut = known_tables(whole, call.settings.as_of, call.settings.known_on)
    for name in ASSUMABLE:
        cut[name] = known_or_assumed(name, whole[name], whole["source"], day=call.settings.known_on)
    return cut


def _question(call: _Call, known: Mapping[str, pl.DataFrame]) -> FundQuestion:
    """The question in the room's words: whose condition, which money, which limits. Raises UsageFault."""

    settings = call.settings
    programme = _programme(known["programme"], settings.programme, call.countries)
    excluded, condition = _excluded(call, known, programme)
    amount, currency, year = budget_amount(settings.budget)
    if currency is None and programme is not None and programme["currency"]:
        currency, year = programme["currency"], programme["price_year"]
        low, mid, high = (programme[f"{end}_budget_amount"] for end in ("low", "mid", "high"))
        given = [one for one in (low, high) if one is not None]
        amount = mid if mid is not None else (fsum(given) / len(given) if given else None)
    if currency is None or settings.money:
        wanted = money_unit(settings.money, call.countries[0], settings.as_of, known=known)
        if amount is not None and wanted != (currency, year):
            raise UsageFault(f"--money: the budget is in {currency} of {year}; found {settings.money!r}.")
        currency, year = wanted
    purchases = PurchaseScope(call.countries, settings.as_of, call.until, excluded)
    limits = _limits(settings, call.countries)
    if limits and amount is None:
        raise UsageFault("--floor and --cap part a budget; found none. Name it: --budget 500M EUR/2026.")
    return FundQuestion(
        scope=purchases,
        known_on=settings.known_on,
        objective=settings.objective,
        mechanism=settings.mechanism,
        condition_says=condition,
        programme_id=None if programme is None else str(programme["programme_id"]),
        budget=amount,
        budget_on=settings.budget_on,
        currency=currency,
        year=str(year),
        limits=limits,
        most_ratio=settings.most_ratio,
        scenarios=settings.scenarios,
        seed=settings.seed,
        nudge=settings.nudge,
        settings=call.stored,
    )


def _limits(settings: FundSettings, countries: Sequence[str]) -> dict[str, tuple[float, float]]:
    """The least and the most money of each country named. Raises UsageFault."""
    limits: dict[str, tuple[float, float]] = {}
    for name, pairs in (("floor", sorted(settings.floor)), ("cap", sorted(settings.cap))):
        for pair in pairs:
            country, _, text = (part.strip() for part in pair.partition("="))
            if country not in countries:
                expected = f"COUNTRY=AMOUNT with one of: {', '.join(countries)}"
                raise settings.fault(name, f"found {clip(pair)!r}, expected {expected}.")
            low, high = limits.get(country, (0.0, float("inf")))
            limits[country] = (amount_of(text), high) if name == "floor" else (low, amount_of(text))
    for country, (low, high) in limits.items():
        if low > high:
            raise settings.fault("floor", f"that of {country} is above its cap; found {low:,.0f} and {high:,.0f}.")
    return limits


def _programme(rows: pl.DataFrame, name: object, countries: tuple[str, ...]) -> Mapping[str, Any] | None:
    if name is None:
        return None
    found = rows.filter(rows["programme_id"] == name)
    if not found.height:
        close = nearest(str(name), rows["programme_id"].to_list())
        raise UsageFault(f"--programme: no such programme; found {name!r}." + (f" Nearest: {close}." if close else ""))
    row: ProgrammeRow = rows_of(ProgrammeRow, found)[0]
    if row["country"] is not None and set(countries) != {row["country"]}:
        meant = ", ".join(countries)
        raise UsageFault(f"--programme: {name} is meant for {row['country']}; found {meant}. Add: --country.")
    closed = [country for country in countries if not is_open_to(row, country)]
    if closed:
        raise UsageFault(
            f"--programme: {name} is open to countries of {row['jurisdiction']} alone; found {', '.join(closed)}."
        )
    return row


def _excluded(
    call: _Call, known: Mapping[str, pl.DataFrame], programme: Mapping[str, Any] | None
) -> tuple[frozenset[tuple[str | None, str]], str]:
    """The vendors that the aid may not be spent on by class, and whose condition that is, in a sentence."""
    named = sorted(call.settings.exclude)
    condition = None if programme is None else list(programme["vendor_ids"] or [])
    if named or condition:
        words = vendor_words(call.case, call.settings.as_of, call.settings.known_on)
        groups = words.groups(named or condition or [], "--exclude")
        text = f"the call excludes {', '.join(sorted({group.says for group in groups}))}"
        if not named and programme is not None:
            text = programme["condition_says"] or f"the condition of {programme['title']}"
        return frozenset((None, vendor) for group in groups for vendor in group.vendor_ids), text
    way_out = "or a --programme that names vendors (vendor_ids)"
    if programme is not None:
        way_out = f"or vendors in the row of the programme {programme['programme_id']} (vendor_ids)"
    return _ruled(call, known, packs_at_hand(call.case, call.folders), way_out=way_out)


def _ruled(
    call: _Call, known: Mapping[str, pl.DataFrame], packs: Packs, *, way_out: str
) -> tuple[frozenset[tuple[str | None, str]], str]:
    """Vendors that a rule in force of the countries restricts or whose use it ends, by class; and the rules in a
    sentence.

    Raises UsageFault where a rule ends the use of a vendor that somebody may buy: it has to be replaced anyway, so
    there is no choice that aid could tip.
    """

    verdicts, binding = known["verdict"], Binding(packs, vocabulary()["jurisdictions"])
    pairs = verdicts.select("pack", "country").unique().iter_rows()
    bind = [(pack, country) for pack, country in pairs if country and binding.binds(pack, country)]
    of_use = verdicts.filter(
        pl.struct("pack", "country").is_in([{"pack": pack, "country": country} for pack, country in bind])
        & (pl.col("force") != "proposal")
        & (pl.col("assumed").list.len() == 0)
        & pl.col("action").is_in(BUYING)
    )
    ruled = of_use.filter(pl.col("outcome") == "restricted")
    found = frozenset((row["asset_class"], row["vendor_id"]) for row in ruled.iter_rows(named=True))
    names: dict[str, str] = dict(known["party"].select("party_id", "name").iter_rows())
    ended = of_use.filter((pl.col("outcome") == "conditional") & pl.col("remove_by_on").is_not_null())
    for row in rows_of(VerdictRow, ended.sort("country", "vendor_id", "remove_by_on", "asset_class")):
        if (row["asset_class"], row["vendor_id"]) not in found and _may_be_bought(row, call, known):
            who = names.get(row["vendor_id"], row["vendor_id"])
            raise UsageFault(
                f"fund: {row['pack_title']} ends the use of {who} in {row['asset_class']} in "
                f"{row['country']} by {row['remove_by_on']}: whoever buys it has to replace it anyway, so there is no "
                "choice that aid could tip. Run provenet plan for what has to go, or name the condition of the aid: "
                f"--exclude {who!r}, {way_out}."
            )
    found |= frozenset(ended.select("asset_class", "vendor_id").iter_rows())
    titles = ", ".join(sorted({*ruled["pack_title"], *ended["pack_title"]}))
    if titles:
        return found, f"vendors restricted in the class bought by a rule in force: {titles}"
    unclear = of_use.filter(pl.col("outcome") != "clear").height
    if unclear or not of_use.height:
        return found, f"none: {unclear} of {of_use.height} verdicts on buying and use are open or conditional"
    return found, "no rule in force restricts a vendor there"


def _may_be_bought(row: VerdictRow, call: _Call, known: Mapping[str, pl.DataFrame]) -> bool:
    """Whether an open purchase of a country is of a verdict's class and does not name other vendors alone."""
    return any(
        one["country"] == row["country"]
        and f"{one['asset_class']}.".startswith(f"{row['asset_class']}.")
        and one["low_signed_on"] <= call.until
        and one["high_signed_on"] >= call.settings.as_of
        and (not one["vendor_ids"] or row["vendor_id"] in one["vendor_ids"])
        for one in rows_of(PurchaseRow, known["purchase"])
    )


def _results(call: _Call) -> dict[str, pl.DataFrame]:
    """The shares and verdicts that stand for the countries of a call. Raises StaleInput where they are stale."""

    standing = Standing(call.case)
    scopes = call.scopes
    shares = [call.case.read_run("vendor_share", standing.shares(scope, "fund").run_id) for scope in scopes]
    return {"vendor_share": pl.concat(shares), "verdict": pl.concat([standing.verdicts(scope) for scope in scopes])}


PARTS = {
    "award": ["purchase_id"],
    "response": ["purchase_id", "number_count"],
    "response_cost": ["purchase_id", "vendor_id", "part"],
    "fund_curve": ["kind", "purchase_id", "number_count"],
    "fund_mechanism": ["number_count"],
    "fund_approach": ["number_count"],
    "fund_input": ["used", "name", "input_id"],
}
"""The tables whose rows an answer holds, in the order of its fields, each with what its rows are sorted by."""


def _answer(case: Case, run: str, country: str) -> CountryAid:
    """What an answer that stands says of one country, for the lines of the command line and `--json`."""
    hidden = ("run_id", "formula", "inputs", "country", "label")
    row = case.read_run("fund", run).filter(country=country).row(0, named=True)
    counted = {name: case.read_run(name, run).filter(country=country).height for name in KINDS["fund"].writes}
    parts = []
    for name, order in PARTS.items():
        rows = case.read_run(name, run).filter(country=country).sort(order, nulls_last=True)
        parts.append(tuple(rows.select([c for c in rows.columns if c not in (*hidden, "fund_id")]).to_dicts()))
    return CountryAid(country, counted, {k: v for k, v in row.items() if k not in hidden}, *parts)


def repeat(stale: StaleRun) -> str:
    """Makes a stale run again, and returns the id of the new one."""

    made = fund(stale.case, country=stale.countries, packs=stale.packs(), progress=stale.progress, **stale.settings)
    return made.run_id
