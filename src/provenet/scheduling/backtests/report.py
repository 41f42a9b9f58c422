"""Predictions beside outcomes: what hit, what only lay within the range, what missed, and the page that says so."""

from collections.abc import Sequence
from functools import cache

from provenet.forms.backtests import HIT_SHARE, GradedPrediction, given, held, inputs_of, table_of, tally
from provenet.scheduling.backtests.claims import european_claims
from provenet.scheduling.backtests.kingdom import kingdom
from provenet.scheduling.backtests.reimbursement import ask, progress

TESTS = {
    "us-ask": "What the United States' reimbursement programme would be asked for, predicted at the end of 2021",
    "us-progress": "How far that programme would come by December 2024, predicted in July 2022",
    "uk": "The largest British carrier: core, cap and last site, predicted in July 2021",
    "eu-claims": "Two costs of one exclusion in Europe, from one model with two switches",
}
"""The back-tests, each with its heading."""


@cache
def backtests() -> tuple[GradedPrediction, ...]:
    """Every prediction of every back-test beside its outcome. Cost: some ten schedules of up to 700 units."""
    return held([*ask(), *progress(), *kingdom(), *european_claims()])


def page(rows: Sequence[GradedPrediction]) -> str:
    """The page of the back-tests, Markdown. Titles of sources stand as published, in code marks."""
    lines = [*HEAD, *tally(rows)]
    for test, heading in TESTS.items():
        those = [one for one in rows if one.prediction.test == test]
        lines += [f"## {heading}", "", *table_of(those), "", *inputs_of(given(test).values()), "", *READ[test], ""]
    return "\n".join([*lines, *TAIL])


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
