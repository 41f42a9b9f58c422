"""Why each buyer gets so much, in a sentence."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from provenet.forms.schedule import TOLERANCE
from provenet.tipping.awarding_form import Limits, least_due
from provenet.tipping.equilibria import least
from provenet.tipping.simulated import Floats, Simulated


def because(
    asked: Simulated, award: Floats, budget: float | None, limits: Limits, worth: Callable[[Floats], float]
) -> tuple[str, ...]:
    """A sentence a buyer. `worth` gives the objective of an award; it is asked once a buyer."""
    with_all, without = worth(award), least(asked, np.zeros(len(award))).mean(axis=1)
    clear, due = least(asked, award).mean(axis=1), least_due(asked, limits)
    never = np.asarray(~np.isfinite(asked.needed()).any(axis=1))
    is_goal = (
        len(asked.demands) == 1 and asked.demands[0].weight == 1.0 and len(asked.demands[0].carriers) == len(award)
    )
    what = "the chance that all are clear" if is_goal else "the share of subscribers expected behind clear purchases"
    says = []
    for j, amount in enumerate(award.tolist()):
        if amount > 0:
            less = award.copy()
            less[j] = 0.0
            lost = max(0.0, with_all - worth(less))
            text = f"It chooses clear in {clear[j]:.1%} of the scenarios, without aid to anybody in {without[j]:.1%}."
            if lost > 1e-12 * abs(with_all):
                text += f" Without its award {what} would fall from {with_all:.1%} to {with_all - lost:.1%}."
            elif due[j] > 0 and amount <= due[j] * (1 + TOLERANCE):
                text += " Fairness gives it the least share of what it needs; the objective would be the same without."
            else:
                text += " The objective would be the same without: the limits ask for it."
        elif without[j] >= 1:
            text = "It chooses clear in every scenario without aid."
        elif never[j]:
            text = "No aid tips it: it has no clear choice in any scenario."
        elif asked.alone[j] <= 0:
            text = "Nothing that the objective counts is behind it."
        elif clear[j] >= 1:
            text = "It follows its peers: it chooses clear in every scenario without an award of its own."
        elif budget is not None:
            text = "The money clears more elsewhere under this budget" + (
                " and these limits." if limits.beyond else "."
            )
        else:
            text = "More aid to it clears nothing more that the objective counts."
        says.append(text)
    return tuple(says)
