"""Small tables of purchases and figures, as rows of a case, for the tests of aid."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from provenet.case.money import Money
from provenet.incentives.purchases import PurchaseScope, PurchaseSet, find_purchases

AS_OF = date(2026, 1, 1)
Row = dict[str, Any]


def purchase(name: str = "p", **given: Any) -> Row:
    """One row of `purchase`: a hundred sites in 2027, bought for ten years."""
    return {
        "purchase_id": name, "carrier_id": "north", "country": "Utopia", "segment": "5G RAN", "asset_class": "ran",
        "generation": "5G", "unit_says": "site", "low_count": 100.0, "mid_count": None, "high_count": 100.0,
        "low_signed_on": date(2027, 1, 1), "mid_signed_on": None, "high_signed_on": date(2027, 1, 1),
        "life_years": 10.0, "low_part_share": None, "high_part_share": None, "anchor_vendor_id": None,
        "vendor_ids": ["acme", "bolt"], "basis": "assumed", "says": "as given",
        "locator": "purchase.csv row 2", **given,
    }  # fmt: skip


def figure(name: str, low: float, high: float | None = None, **given: Any) -> Row:
    """One row of `choice_input`; a price is in EUR of 2026."""
    money = {"currency": "EUR", "price_year": "2026"} if name == "price" else {"currency": None, "price_year": None}
    return {
        "choice_input_id": f"{name} {given.get('vendor_id', '')}{given.get('id', '')}", "name": name, "country": None,
        "carrier_id": None, "asset_class": None, "generation": None, "vendor_id": None, "low_amount": low,
        "mid_amount": None, "high_amount": low if high is None else high, **money, "basis": "assumed",
        "estimator": None, "sponsor": None, "scope": None, "says": "as given", "locator": "choice_input.csv row 2",
        **{key: value for key, value in given.items() if key != "id"},
    }  # fmt: skip


def deployment(carrier: str, *vendors: str, **given: Any) -> Row:
    """One row of `deployment`: vendors named at a carrier."""
    return {
        "carrier_id": carrier, "country": "Utopia", "asset_class": "ran", "vendor_ids": list(vendors),
        "presence": "named", "complement": False, **given,
    }  # fmt: skip


def read(
    purchases: Sequence[Row],
    figures: Sequence[Row],
    deployments: Sequence[Row] = (),
    excluded: Sequence[str] = ("acme",),
) -> PurchaseSet:
    """The purchases of Utopia that are open on the first day of 2026."""
    asked = PurchaseScope(("Utopia",), AS_OF, date(2029, 1, 1), frozenset((None, name) for name in excluded))
    money = Money([], [], currency="EUR", year="2026")
    return find_purchases(purchases, figures, deployments, scope=asked, money=money, names={})
