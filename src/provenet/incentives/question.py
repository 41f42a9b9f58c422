"""The question of one call of `fund`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypedDict

from provenet.core.ids import row_id
from provenet.incentives.purchases import PurchaseScope


class FundHead(TypedDict):
    """The columns that every row of a country's answer begins with."""

    fund_id: str
    country: str


@dataclass(frozen=True)
class FundQuestion:
    """One call: which purchases, whose condition, which money, how it is given and what is made most.

    `limits`: least and most money by country; `most_ratio`: how many times the mean aid per element one carrier may
    get; None is no such limit. `nudge`: by how much of the price of a purchase a conversation is taken to move its gap.
    """

    scope: PurchaseScope
    known_on: date | None
    objective: str
    mechanism: str
    condition_says: str
    programme_id: str | None
    budget: float | None
    budget_on: str
    currency: str
    year: str
    limits: Mapping[str, tuple[float, float]]
    most_ratio: float | None
    scenarios: int
    seed: int
    nudge: float
    settings: Mapping[str, Any]

    def head(self, country: str) -> FundHead:
        """The columns that every row of a country's answer begins with."""
        days = (self.scope.as_of.isoformat(), None if self.known_on is None else self.known_on.isoformat())
        key = {"country": country, "countries": self.scope.countries, "days": days, **self.settings}
        return {"fund_id": row_id("fund", key), "country": country}

    @property
    def money(self) -> tuple[str, str]:
        """Currency and price year."""
        return self.currency, self.year
