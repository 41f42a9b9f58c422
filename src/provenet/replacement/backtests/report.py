"""Predictions beside outcomes: what hit, what only lay within the range, what missed, and the page that says so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from provenet.replacement.backtests.claims import european_claims
from provenet.replacement.backtests.inputs import Given, Predicted, given, rows_of
from provenet.replacement.backtests.kingdom import kingdom
from provenet.replacement.backtests.reimbursement import ask, progress

HIT_SHARE = 0.25
"""A middle prediction within this share of what was observed is a hit."""
TESTS = {
    "us-ask": "What the United States' reimbursement programme would be asked for, told at the end of 2021",
    "us-progress": "How far that programme would come by December 2024, told in July 2022",
    "uk": "The largest British carrier: core, cap and last site, told in July 2021",
    "eu-claims": "Two costs of one exclusion in Europe, from one model with two switches",
}
"""The back-tests, each with its heading."""


@dataclass(frozen=True)
class Outcome:
    """What came of one quantity. `relation`: = it was this, <= or >= at most or at least this, open not known."""

    relation: str
    observed: float | None
    says: str
    source_title: str
    source_url: str
    source_date: str
    locator: str


@dataclass(frozen=True)
class Held:
    """One prediction held against its outcome; a variation has none."""

    said: Predicted
    outcome: Outcome | None
    grade: str


def outcomes() -> dict[tuple[str, str], Outcome]:
    """The outcomes by test and quantity."""
    return {
        (row["test"], row["key"]): Outcome(
            row["relation"], float(row["observed"]) if row["observed"] else None,
            row["says"], row["source_title"], row["source_url"], row["source_date"], row["locator"],
        )
        for row in rows_of("outcomes.csv")
    }  # fmt: skip


def graded(said: Predicted, outcome: Outcome | None) -> str:
    """How a prediction stands: hit, within range, miss, open, or variation where nothing is to compare with.

    >>> said = Predicted("t", "k", "", 1.0, 2.0, 3.0, "count")
    >>> [graded(said, Outcome("=", x, "", "", "", "", "")) for x in (2.2, 3.0, 4.0)]
    ['hit', 'within range', 'miss']
    """
    if outcome is None:
        return "variation"
    if outcome.observed is None:
        return "open"
    seen = outcome.observed
    meets = {
        "=": (abs(said.mid - seen) <= HIT_SHARE * abs(seen), said.low <= seen <= said.high),
        "<=": (said.mid <= seen, said.low <= seen),
        ">=": (said.mid >= seen, said.high >= seen),
    }
    hit, within = meets[outcome.relation]
    return "hit" if hit else "within range" if within else "miss"


@cache
def backtests() -> tuple[Held, ...]:
    """Every prediction of every back-test beside its outcome. Cost: some ten schedules of up to 700 units."""
    came = outcomes()
    said = [*ask(), *progress(), *kingdom(), *european_claims()]
    return tuple(Held(one, came.get((one.test, one.key)), graded(one, came.get((one.test, one.key)))) for one in said)


def page(held: Sequence[Held]) -> str:
    """The page of the back-tests, Markdown. Titles of sources stand as published, in code marks."""
    lines = [*HEAD, *_tally(held)]
    for test, heading in TESTS.items():
        rows = [one for one in held if one.said.test == test]
        lines += [f"## {heading}", "", *_table(rows), "", *_inputs(given(test).values()), "", *READ[test], ""]
    return "\n".join([*lines, *TAIL])


def _tally(held: Sequence[Held]) -> list[str]:
    counts = {
        grade: sum(one.grade == grade for one in held) for grade in ("hit", "within range", "miss", "open", "variation")
    }
    graded_count = counts["hit"] + counts["within range"] + counts["miss"]
    return [
        f"Of {graded_count} graded quantities {counts['hit']} are hits, {counts['within range']} lie within the range "
        f"alone, and {counts['miss']} are misses; {counts['open']} are open, {counts['variation']} are variations.",
        "",
    ]


def _table(rows: Iterable[Held]) -> list[str]:
    lines = [
        "| quantity | low | mid | high | observed | grade | source of the outcome |",
        "|---|---|---|---|---|---|---|",
    ]
    for one in rows:
        said, came = one.said, one.outcome
        seen = "" if came is None else _seen(came, said.unit)
        source = "" if came is None else f"{came.says}: `{came.source_title}`, {came.source_date}"
        low, mid, high = (_number(x, said.unit) for x in (said.low, said.mid, said.high))
        lines.append(f"| {said.says} | {low} | {mid} | {high} | {seen} | **{one.grade}** | {source} |")
    return lines


def _seen(came: Outcome, unit: str) -> str:
    if came.observed is None:
        return "not known"
    sign = {"=": "", "<=": "at most ", ">=": "at least "}[came.relation]
    return sign + _number(came.observed, unit)


def _number(value: float, unit: str) -> str:
    if unit == "USD":
        return f"{value / 1e9:.2f} bn USD" if value >= 1e9 else f"{value / 1e6:,.0f} m USD"
    if unit in ("count", "yes or no", "quarters"):
        return f"{value:.0f}"
    return f"{value:.2f}" if unit == "year" else f"{value:.3g}"


def _inputs(rows: Iterable[Given]) -> list[str]:
    lines = ["Inputs:", "", "| input | low | mid | high | rests on | source |", "|---" * 6 + "|"]
    sizes = 0
    for row in rows:
        if row.key.startswith("asked: "):
            sizes += 1
            continue
        low, mid, high = (_number(x, row.unit) for x in (row.low, row.mid, row.high))
        source = f"`{row.source_title}`, {row.source_date}" if row.source_title else "ours"
        lines.append(f"| {row.key}: {row.says} | {low} | {mid} | {high} | {row.basis} | {source} |")
    if sizes:
        lines += ["", f"And the sizes of {sizes} applications, as published on 2022-02-09 (rows `asked: ...`)."]
    return lines


HEAD = [
    "# Back-tests",
    "",
    "What the model would have said of programmes whose end is known, from what was known before. This page is made by",
    "`make backtests` from `src/provenet/facts/backtests/`; a test keeps it in step. Nothing is fitted to an outcome:",
    "[decision 0030](decisions/0030-back-tests.md) says what was fixed when, and what its writers had met before.",
    "",
    f"Grades: **hit**, the middle prediction is within {HIT_SHARE:.0%} of what was observed, or on the side",
    "of a limit on which that was; **within range**, only the range from low to high holds it; **miss**; **open**,",
    "not known yet; **variation**, a what-if with nothing to compare. Low and high are the extremes of three",
    "runs, each with every input at its low, mid or high.",
    "Addresses and places in the sources stand in the two tables.",
    "",
]
READ = {
    "us-ask": [
        "Read: one mistake, missed six times. What carriers had said of themselves was a third of what they asked for",
        "once a catalogue of costs was published and carriers of up to ten million customers could ask. Estimates",
        "made before there is money to ask for are no basis for a budget; the product prints whose estimate a price",
        "is, and its date, for this reason.",
    ],
    "us-progress": [
        "Read: the direction holds and the size does not. Paying each the same share finishes only those who can pay",
        "the rest themselves, and what that is nobody had published: `own_money` is assumed, and the range is as wide",
        "as it is ignorant. More finished, and fewer asked for more time, than the middle says. The variation is the",
        "plan's answer: the same money as one purse, smallest first, finishes nearly all applications and leaves a",
        "few large ones. Applications beyond the published sizes are drawn from a seed.",
    ],
    "uk": [
        "Read: the middle holds. The slip of the core is the carrier's own earlier slip applied once more; that 2G",
        "and 3G come last is the plan's choice, for they carry least traffic. Published shares are of 3G data; with",
        "voice, 3G carried more (a quarter of calls in March 2021), so weights by calls would make a worse tail.",
    ],
    "eu-claims": [
        "Read: the switches explain a factor of about 5 of the 18. The first claim is met because its own purchases a",
        "year are the shared input: no proof, only consistency. The second is met by the range and not by the middle.",
        "What is left, a factor of 3.4, is not renewal and not delay but *what* gets dearer: radio equipment alone,",
        "or all mobile investment, as the variation has it, which comes within a fifth of the claim. So a third",
        "switch has to be printed beside each such cost: the base of the price rise. Losses of productivity that the",
        "second claim also names (EUR 45 billion) are no cost of carriers and are in neither sum.",
    ],
}
TAIL = [
    "## What these tests do not show",
    "",
    "They test the schedule under money, crews and precedence, and the rules for prices; they do not test prices by",
    "element, routes or verdicts. Three programmes are few. That a wide range holds an outcome is no merit:",
    "it is not called a hit.",
    "",
]
