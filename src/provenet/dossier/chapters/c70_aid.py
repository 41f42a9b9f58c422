"""Aid on one page: which offer would tip which buyer before it signs, and what is assumed."""

from collections.abc import Sequence
from dataclasses import dataclass

from provenet.case.extract import Extract
from provenet.case.rows import AwardRow, FundRow, PurchaseRow
from provenet.core.ids import names_in
from provenet.dossier import aid
from provenet.dossier.drawings.aid_curves import Point
from provenet.dossier.figure_tables import FigureTable
from provenet.dossier.files_beside import put_table

TITLE = "Aid: which offer would tip which buyer"

_AWARD = names_in("""
    carrier purchase signed_on basis award_amount low_need_amount high_need_amount low_before_p_clear_share
    before_p_clear_share high_before_p_clear_share low_after_p_clear_share after_p_clear_share
    high_after_p_clear_share low_price_gap_amount high_price_gap_amount low_weight_share high_weight_share currency
    price_year award_id
""")
_POINT = ("budget_amount", "currency", "price_year", "low_share", "mid_share", "high_share", "price_amount", "point_id")


@dataclass(frozen=True, kw_only=True)
class Aid:
    """The first answer on aid, its curve, and programmes that it does not use."""

    row: FundRow | None
    fund: aid.AidView | None
    points: list[Point]
    others: FigureTable | None


def collect(extract: Extract) -> Aid:
    """The first answer on aid: its awards, its curve, whose money it is, and what it rests on."""
    row = next(iter(aid.in_order(extract)), None)
    _, others = aid.programmes(extract, row["programme_id"] if row else None)
    if row and (awards := aid.offers_of(row, extract)):
        _put_offers(awards, extract)
    if row and (curve := aid.curve(row, "budget", extract)):
        put_table(extract, "aid-by-budget", curve, columns=_POINT)
    return Aid(
        row=row,
        fund=aid.aid_view(row, extract) if row else None,
        points=aid.budget_points(row, extract) if row else [],
        others=aid.programme_table(others, extract, aid.PROGRAMME),
    )


def _put_offers(awards: Sequence[AwardRow], extract: Extract) -> None:
    purchases = {one["purchase_id"]: one for one in extract.whole(PurchaseRow)}
    lines = [
        {
            **award,
            "carrier": extract.name(award["carrier_id"]),
            "purchase": aid.purchase_name(award, purchases.get(award["purchase_id"])),
            "basis": None if award["purchase_id"] not in purchases else purchases[award["purchase_id"]]["basis"],
        }
        for award in sorted(awards, key=lambda one: one["award_id"])
    ]
    put_table(extract, "aid-offers", lines, columns=_AWARD)
