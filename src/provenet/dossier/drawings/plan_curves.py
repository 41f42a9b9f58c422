"""Curves of plans by their limit: exposure by budget and cost by deadline."""

from collections.abc import Sequence
from datetime import date

from provenet.core import wording
from provenet.dossier.drawings.axes import money_unit, scale_of
from provenet.dossier.drawings.plan_charts import Spot, curve


def exposure_by_budget(spots: Sequence[Spot], *, currency: str, title: str, key: str) -> str:
    """Exposure as a budget grows."""
    unit, scale = scale_of(max(spot.x for spot in spots))
    x_name = f"budget, {money_unit(unit, currency)}"
    return curve(
        spots, title=title, key=key, x_name=x_name, x_words=lambda x: f"{x / scale:,.3g}", y_unit="exposed years"
    )


def cost_by_deadline(spots: Sequence[Spot], *, currency: str, title: str, key: str) -> str:
    """Cost as a deadline moves; the x of a spot is the ordinal of a day."""

    def quarter(value: float) -> str:
        return wording.quarter(date.fromordinal(round(value)))

    return curve(spots, title=title, key=key, x_name="done by the end of", x_words=quarter, y_unit=currency)
