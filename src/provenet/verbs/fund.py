"""The verb `fund`: purchases, figures and programmes of a case to the room, and back which aid tips which buyer.

Used through `provenet.fund`. One run a call; the countries of a call share its budget.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from provenet.case.case import Case
from provenet.case.export import digest_of
from provenet.case.parties import VENDOR, PartyNames
from provenet.case.runs import run_id
from provenet.case.standing import WRITES, Scope, Standing
from provenet.case.tables import table, vocabulary
from provenet.core.errors import UsageFault, nearest
from provenet.core.progress import Progress, silent
from provenet.verbs.answers import CountryAid, FundReport
from provenet.verbs.fund_words import limits_of, nudge_of, number_of, until_of
from provenet.verbs.plan_words import budget_of, money_of
from provenet.verbs.question import (
    Day,
    Several,
    day_of,
    iso,
    known_countries,
    known_day,
    known_tables,
    opened,
    several,
    tables_of,
    word_of,
)

if TYPE_CHECKING:
    import polars as pl

    from provenet.incentives.question import Question

READS = (
    *("purchase", "choice_input", "programme", "deployment", "carrier_share", "rides_on", "price_index"),
    *("exchange_rate", "claim", "outreach", "procurement", "party", "source", "identifier"),
)
ASSUMABLE = ("choice_input", "programme", "price_index", "exchange_rate")
"""Tables whose rows without a source are assumptions of whoever asks, and so stand on any day."""
HINDSIGHT = ("purchase", "procurement", "deployment")
"""Tables that are also read uncut: past events set the calendar, and later choices stand beside the answer."""
SEAT = "country:"
"""How all vendors with their seat in a country are named."""
BUYING = ("use", "install_new", "buy", "any")
"""Acts whose restriction stands in the way of a purchase."""
SEED, SCENARIOS, NUDGE = 20181123, 10_000, 0.01
OPEN_YEARS = 3
"""Purchases signed within so many years of the day asked about are open, unless told otherwise."""


def fund(
    case: Case | Path | str,
    *,
    as_of: Day,
    budget: str | None = None,
    mechanism: str = "offers",
    objective: str = "exposure",
    known_on: Day | None = None,
    country: Several = (),
    programme: str | None = None,
    exclude: Several = (),
    until: Day | None = None,
    floor: Several = (),
    cap: Several = (),
    most_ratio: float | None = None,
    budget_on: str = "committed",
    scenarios: int = SCENARIOS,
    seed: int = SEED,
    nudge: float = NUDGE,
    money: str | None = None,
    progress: Progress = silent,
) -> FundReport:
    """Writes which offers tip which purchases under a budget, what every mechanism brings, and whom to talk to first.

    The aid may not be spent on the vendors that `exclude` names (country:XX: all with their seat there), else on those
    of the programme, else on those that a rule in force restricts. `budget` is such as "500M EUR/2026", over all
    countries of the call; without it that of the programme, else none. `floor` and `cap` are COUNTRY=AMOUNT;
    `most_ratio` is how many times the mean aid per element one carrier may get. Raises StaleInput where verdicts or
    shares have been overtaken, InputFault where a row cannot be reckoned with (such as a price without a price year),
    UsageFault for a day, word, programme or vendor nobody has.
    """
    into, as_of, known_on = opened(case), day_of("as_of", as_of), known_day(known_on)
    word_of("objective", objective, "fund_objective")
    word_of("mechanism", mechanism)
    told: dict[str, object] = {
        "objective": objective,
        "mechanism": mechanism,
        "until": iso(until_of(until, as_of, OPEN_YEARS)),
        "scenarios": number_of("--scenarios", scenarios, 100, 1_000_000),
        "seed": number_of("--seed", seed, 0, 2**63 - 1),
        **_stated(budget=budget, programme=programme, exclude=sorted(several(exclude)), money=money),
        **_stated(floor=sorted(several(floor)), cap=sorted(several(cap)), most_ratio=most_ratio),
        **({} if budget_on == "committed" else {"budget_on": word_of("budget_on", budget_on)}),
        **({} if nudge == NUDGE else {"nudge": nudge_of(nudge)}),
    }
    wanted = known_countries(into.read("party"), several(country)) or Standing(into).countries(
        "depend", as_of, known_on
    )
    if not wanted:
        raise UsageFault(f"fund: no shares stand for {as_of}; run: provenet depend CASE --as-of {as_of}")
    call = _Call(into, as_of, known_on, tuple(wanted), told, progress)
    return FundReport(as_of, known_on, objective, mechanism, *_funded(call))


def _stated(**values: object) -> dict[str, object]:
    return {name: value for name, value in values.items() if value not in (None, [], "")}


@dataclass(frozen=True)
class _Call:
    case: Case
    as_of: date
    known_on: date | None
    countries: tuple[str, ...]
    told: Mapping[str, Any]
    progress: Progress


def _funded(call: _Call) -> tuple[tuple[CountryAid, ...], str]:
    """The answers by country and the run that holds them: the one that stands, or a new one."""
    stand = _results(call)
    settings = {"countries": list(call.countries), **Scope(None, call.as_of, call.known_on).days, **call.told}
    inputs = call.case.digest(READS) | {name: digest_of(table(name), rows) for name, rows in stand.items()}
    rows: dict[str, list[dict[str, Any]]] = {}
    if run_id("fund", settings, inputs) not in set(call.case.runs()["run_id"]):
        rows = _made(call, stand)
    with call.case.writer("fund", settings, inputs) as run:
        if not run.already:
            for name, made in rows.items():
                run.append(name, made)
    return tuple(_told(call.case, run.run_id, where) for where in call.countries), run.run_id


def _made(call: _Call, stand: Mapping[str, pl.DataFrame]) -> dict[str, list[dict[str, Any]]]:
    """The rows of a new run."""
    try:
        from provenet.incentives.fund_rows import answer_rows
    except ImportError as err:
        raise UsageFault(
            f"fund needs the package {err.name}, which is not installed. Run: pip install 'provenet[plan]'"
        ) from err
    known = {**_known(call), **stand}
    later = {name: call.case.read(name) for name in HINDSIGHT}
    return answer_rows(_question(call, known), known, later, progress=call.progress)


def _known(call: _Call) -> dict[str, pl.DataFrame]:
    """The tables as known on the day; what no source gives is an assumption of whoever asks, and stands on any day."""
    import polars as pl

    whole = tables_of(call.case, READS)
    cut = known_tables(whole, call.known_on)
    for name in ASSUMABLE:
        own = whole[name].filter(pl.col("source_id").is_null() | pl.col("reading").is_in(["not stated", "not read"]))
        cut[name] = pl.concat([cut[name], own]).unique("row_id", maintain_order=True)
    # Past events set the calendar: a purchase stands on any day, and the answer says so.
    return {**cut, "purchase": whole["purchase"]}


def _question(call: _Call, known: Mapping[str, pl.DataFrame]) -> Question:
    """The question in the room's words: whose condition, which money, which limits. Raises UsageFault."""
    from provenet.incentives.purchases import PurchaseScope
    from provenet.incentives.question import Question

    told = call.told
    programme = _programme(known["programme"], told.get("programme"), call.countries)
    excluded, condition = _excluded(call, known, programme)
    amount, currency, year = budget_of(told.get("budget"))
    if currency is None and programme is not None and programme["currency"]:
        currency, year = programme["currency"], programme["price_year"]
        low, mid, high = (programme[f"{end}_budget_amount"] for end in ("low", "mid", "high"))
        given = [one for one in (low, high) if one is not None]
        amount = mid if mid is not None else (sum(given) / len(given) if given else None)
    if currency is None or told.get("money"):
        wanted = money_of(told.get("money"), call.countries[0], call.as_of)
        if amount is not None and wanted != (currency, year):
            raise UsageFault(f"--money: the budget is in {currency} of {year}; found {told['money']!r}.")
        currency, year = wanted
    asked = PurchaseScope(call.countries, call.as_of, date.fromisoformat(str(told["until"])), excluded)
    limits = limits_of(told.get("floor", ()), told.get("cap", ()), call.countries)
    if limits and amount is None:
        raise UsageFault("--floor and --cap part a budget; found none. Name it: --budget 500M EUR/2026.")
    return Question(
        asked, call.known_on, str(told["objective"]), str(told["mechanism"]), condition,
        None if programme is None else str(programme["programme_id"]), amount, str(told.get("budget_on", "committed")),
        currency, str(year), limits, told.get("most_ratio"), int(told["scenarios"]), int(told["seed"]),
        float(told.get("nudge", NUDGE)), dict(told),
    )  # fmt: skip


def _programme(rows: pl.DataFrame, name: object, countries: tuple[str, ...]) -> Mapping[str, Any] | None:
    if name is None:
        return None
    found = rows.filter(rows["programme_id"] == name)
    if not found.height:
        close = nearest(str(name), rows["programme_id"].to_list())
        raise UsageFault(f"--programme: no such programme; found {name!r}." + (f" Nearest: {close}." if close else ""))
    row = found.row(0, named=True)
    if row["country"] is not None and set(countries) != {row["country"]}:
        meant = ", ".join(countries)
        raise UsageFault(f"--programme: {name} is meant for {row['country']}; found {meant}. Add: --country.")
    return row


def _excluded(
    call: _Call, known: Mapping[str, pl.DataFrame], programme: Mapping[str, Any] | None
) -> tuple[frozenset[tuple[str | None, str]], str]:
    """The vendors that the aid may not be spent on by class, and whose condition that is, in a sentence."""
    parties = known["party"]
    names = dict(parties.select("party_id", "name").iter_rows())
    named = list(call.told.get("exclude", ()))
    if named:
        resolver = PartyNames.of_case(call.case)
        ids = [
            vendor for one in named for vendor in _seated(parties, one) or [resolver.resolve(one, "--exclude", VENDOR)]
        ]
        says = f"the call excludes {', '.join(names.get(one, one) for one in sorted(set(ids)))}"
        return frozenset((None, one) for one in ids), says
    if programme is not None and programme["vendor_ids"]:
        says = programme["condition_says"] or f"the condition of {programme['title']}"
        ids = [vendor for one in programme["vendor_ids"] for vendor in _seated(parties, one) or [one]]
        return frozenset((None, one) for one in ids), says
    return _ruled(known["verdict"])


def _ruled(verdicts: pl.DataFrame) -> tuple[frozenset[tuple[str | None, str]], str]:
    """Vendors that a rule in force of the countries restricts, by class; and the rules in a sentence."""
    import polars as pl

    from provenet.policy.binding import Binding
    from provenet.policy.packs import load_packs

    binding = Binding(load_packs(), vocabulary()["jurisdictions"])
    pairs = verdicts.select("pack", "country").unique().iter_rows()
    bind = [(pack, country) for pack, country in pairs if country and binding.binds(pack, country)]
    ruled = verdicts.filter(
        pl.struct("pack", "country").is_in([{"pack": pack, "country": country} for pack, country in bind])
        & (pl.col("force") != "proposal")
        & (pl.col("assumed").list.len() == 0)
        & (pl.col("outcome") == "restricted")
        & pl.col("action").is_in(BUYING)
    )
    found = frozenset((row["asset_class"], row["vendor_id"]) for row in ruled.iter_rows(named=True))
    titles = ", ".join(sorted(set(ruled["pack_title"])))
    if not titles:
        return found, "no rule in force restricts a vendor there"
    return found, f"vendors restricted in the class bought by a rule in force: {titles}"


def _seated(parties: pl.DataFrame, word: str) -> list[str]:
    """The vendors that have their seat in the country that a word such as country:CN names; none for any other word."""
    if not word.startswith(SEAT):
        return []
    code = word.removeprefix(SEAT).upper()
    found = parties.filter((parties["role"] == "vendor") & (parties["country"] == code))["party_id"].to_list()
    if not found:
        raise UsageFault(f"--exclude: the case knows no vendor with its seat in this country; found {word!r}.")
    return sorted(str(one) for one in found)


def demo_funds(case: Case, day: Mapping[str, Any], setting: Mapping[str, Any], progress: Progress) -> list[FundReport]:
    """The answers of the bundled case on one day: each country under the assumed programme that the setting names.

    None where the packages that awards need are not installed.
    """
    from provenet.verbs.plan import imported_packages

    try:
        imported_packages()
    except UsageFault:
        return []
    named = setting["programmes"].get(str(day["as_of"]), {})
    return [
        fund(case, **day, country=country, programme=programme, progress=progress)
        for country, programme in sorted(named.items())
    ]


def _results(call: _Call) -> dict[str, pl.DataFrame]:
    """The shares and verdicts that stand for the countries of a call. Raises StaleInput where they are stale."""
    import polars as pl

    standing = Standing(call.case)
    scopes = [Scope(country, call.as_of, call.known_on) for country in call.countries]
    shares = [call.case.read_run("vendor_share", standing.shares(scope, "fund").run_id) for scope in scopes]
    return {
        "vendor_share": pl.concat(shares),
        "verdict": pl.concat([standing.verdicts(scope) for scope in scopes]),
    }


PARTS = {
    "award": ["purchase_id"],
    "response": ["purchase_id", "number_count"],
    "response_cost": ["purchase_id", "vendor_id", "part"],
    "fund_curve": ["kind", "purchase_id", "number_count"],
    "fund_mechanism": ["number_count"],
    "fund_approach": ["number_count"],
    "fund_input": ["used", "name", "input_id"],
}
"""The tables whose rows an answer tells, in the order of its fields, each with what its rows are sorted by."""


def _told(case: Case, run: str, country: str) -> CountryAid:
    """What an answer that stands says of one country, for the lines of the command line and `--json`."""
    hidden = ("run_id", "formula", "inputs", "country", "label")
    row = case.read_run("fund", run).filter(country=country).row(0, named=True)
    counted = {name: case.read_run(name, run).filter(country=country).height for name in WRITES["fund"]}
    parts = []
    for name, order in PARTS.items():
        rows = case.read_run(name, run).filter(country=country).sort(order, nulls_last=True)
        parts.append(tuple(rows.select([c for c in rows.columns if c not in (*hidden, "fund_id")]).to_dicts()))
    return CountryAid(country, counted, {k: v for k, v in row.items() if k not in hidden}, *parts)
