"""Sliders for money: a round end, a round step, and what each step says."""

from provenet.core import wording
from provenet.dossier.drawings.plan_charts import nice_ticks

MILLION = 1_000_000
NO_LIMIT = "no limit"


def highest_step(amount: float) -> int:
    """The round end of a slider that holds an amount, in millions; at least 10.

    >>> highest_step(4.89e9), highest_step(0)
    (5000, 10)
    """
    return round(nice_ticks(max(amount, 10.0 * MILLION))[-1] / MILLION)


def slider_step(most: int) -> int:
    """The step of a slider from 0 to a round number that is its multiple: at most some two hundred steps.

    >>> slider_step(10_000), slider_step(200), slider_step(2_500)
    (50, 1, 10)
    """
    steps = (times * 10**power for power in range(12) for times in (1, 2, 5))
    return next((step for step in steps if most <= 250 * step and most % step == 0), most)


def budget_words(most: int, step: int, currency: str, *, end: str | None = NO_LIMIT) -> dict[str, str]:
    """What a slider for money says at each of its steps, in millions; `end` stands in place of the last amount."""
    words = {str(value): wording.amount(value * MILLION, currency) for value in range(0, most + 1, step)}
    return words if end is None else {**words, str(most): end}
