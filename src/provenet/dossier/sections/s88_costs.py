"""What a change would cost: opposed estimates side by side, each with its author and scope."""

from datetime import date

from provenet.case.rows import CostRow, InteropRow
from provenet.core import wording
from provenet.dossier.extract import Extract, Fields, near_day, unread

TITLE = "What a change would cost: estimates and their authors"


def collect(extract: Extract) -> Fields:
    """Estimates for the country, then elsewhere; and statements on interworking."""
    rows = [r for r in extract.inputs(CostRow) if not unread(r)]
    regions = {"EU", "Europe", "world"} if "EU" in extract.jurisdictions() else {"world"}
    here = [r for r in rows if r["geo"].split(" (")[0] == extract.country or r["geo"].split(" (")[0] in regions]
    interop = [r for r in extract.inputs(InteropRow) if not unread(r)]
    interop.sort(key=lambda r: (near_day(r["day_low_on"], r["day_high_on"]) or date.max, r["fact_id"]))
    return {
        "here": _by_item(here, extract),
        "interop": [
            {
                "says": r["fact_says"],
                "who": r["who"] or "not stated",
                "day": r["day"] or "no date",
                "cite": extract.cite(r),
                "id": r["fact_id"],
            }
            for r in interop
        ],
    }


def _by_item(rows: list[CostRow], extract: Extract) -> list[Fields]:
    """Estimates by place and basis, so that opposed ones of one thing stand together."""
    rows = sorted(rows, key=lambda r: (r["geo"] != extract.country, r["geo"], r["basis"] or "", r["item"], r["row_id"]))
    return [
        {
            "item": r["item"],
            "geo": r["geo"],
            "amount": _amount(r),
            "basis": r["basis"] or "basis not stated",
            "year": r["year"] or "year not stated",
            "estimator": r["estimator"] or "not stated",
            "method": r["method_says"] or "scope not stated",
            "cite": extract.cite(r),
            "id": r["row_id"],
        }
        for r in rows
    ]


def _amount(row: CostRow) -> str:
    low, high = row["low_amount"], row["high_amount"]
    if low is None and high is None:
        return "amount not stated"
    return wording.amount_interval(low, high, row["currency"], exact=True)
