"""An answer of `fund` in Utopia on rows of a test, without a case around it."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from provenet.case.money import Money
from provenet.case.tables import frame
from provenet.incentives.answer import FundAnswer, answer_of
from provenet.incentives.purchases import FundQuestion, PurchaseScope, find_purchases
from support.purchase_tables import AS_OF

Row = dict[str, Any]
READ = {"file_id": "0" * 64, "locator": "file row 2", "reading": "as printed", "run_id": "add-1"}
EMPTY = ("party", "vendor_share", "deployment", "claim", "outreach", "procurement", "identifier", "source", "verdict",
         "programme", "purchase", "choice_input")  # fmt: skip


def share_row(carrier: str, low: float, high: float, country: str = "Utopia", kind: str = "subscribers") -> Row:
    """The share of a carrier in the subscribers of its country."""
    return {
        "carrier_id": carrier, "country": country, "measure": f"{kind} (a regulator)", "measure_kind": kind,
        "as_of": "2026", "as_of_low_on": AS_OF, "as_of_high_on": AS_OF, "low_share": low, "high_share": high,
        "row_id": f"share {carrier}", **READ,
    }  # fmt: skip


def fund_answer(
    purchases: Sequence[Row],
    figures: Sequence[Row],
    shares: Mapping[str, tuple[float, float]],
    rides: Sequence[Row] = (),
    *,
    homes: Mapping[str, str] | None = None,
    kind: str = "subscribers",
    **question: Any,
) -> FundAnswer:
    """The answer where Acme is excluded; `shares` are ends by carrier, `question` what the call says otherwise.

    `homes`: the countries of carriers that are not of Utopia.
    """
    home = homes or {}
    scope = PurchaseScope(("Utopia", *home.values()), AS_OF, date(2029, 1, 1), frozenset([(None, "acme")]))
    money = Money([], [], currency="EUR", year="2026")
    met = find_purchases(purchases, figures, [], scope=scope, money=money, names={})
    riding = [
        {**ride, **READ, "form": "sharing", "says": "shared", "row_id": f"ride {number}"}
        for number, ride in enumerate(rides)
    ]
    tables = {
        "carrier_share": frame(
            "carrier_share", [share_row(who, *ends, home.get(who, "Utopia"), kind) for who, ends in shares.items()]
        ),
        "rides_on": frame("rides_on", riding),
        **{name: frame(name, []) for name in EMPTY},
    }
    given: Row = {
        "scope": scope, "known_on": None, "objective": "exposure", "mechanism": "offers", "condition_says": "a test",
        "programme_id": None, "budget": None, "budget_on": "committed", "currency": "EUR", "year": "2026",
        "limits": {}, "most_ratio": None, "scenarios": 20, "seed": 1, "nudge": 0.01, "settings": {}, **question,
    }  # fmt: skip
    return answer_of(FundQuestion(**given), tables, {}, met=met, money=money, progress=lambda *_: None)
