"""Aid on one page: which offer would tip which buyer before it signs, and what is assumed."""

from provenet.case.extract import Extract, Fields
from provenet.case.rows import AwardRow, FundCurveRow, FundInputRow, FundRow, PurchaseRow
from provenet.core import wording
from provenet.core.ids import names_in
from provenet.dossier import aid
from provenet.dossier.aid_inputs import figure_value
from provenet.dossier.files_beside import put_table

TITLE = "Aid: which offer would tip which buyer"

SHOWN_AWARDS, SHOWN_POINTS = 8, 6
_AWARD = names_in("""
    carrier purchase signed_on basis award_amount low_need_amount high_need_amount low_before_p_clear_share
    before_p_clear_share high_before_p_clear_share low_after_p_clear_share after_p_clear_share
    high_after_p_clear_share low_price_gap_amount high_price_gap_amount low_weight_share high_weight_share currency
    price_year award_id
""")
_POINT = ("budget_amount", "currency", "price_year", "low_share", "mid_share", "high_share", "price_amount", "point_id")


def collect(extract: Extract) -> Fields:
    """The first answer on aid: its awards, its curve, whose money it is, and what it rests on."""
    rows = aid.in_order(extract)
    return {
        "fund": _fund(rows[0], extract) if rows else None,
        "others": [] if rows else aid.programmes(extract, None)[1],
    }


def _fund(row: FundRow, extract: Extract) -> Fields:
    purchases = {one["purchase_id"]: one for one in extract.whole(PurchaseRow)}
    curve, awards = extract.parts_of(FundCurveRow, row), extract.parts_of(AwardRow, row)
    shown, _, points = aid.budget_points(curve)
    chosen, others = aid.programmes(extract, row["programme_id"])
    lines = aid.award_rows(awards, purchases, extract)
    assumed = [one for one in row["assumed"] if "no source states what is bought next" in one]
    return {
        **aid.answer_figures(row, extract),
        "overlaps": "overlap" in row["headline"],
        "programme": chosen,
        "others": others,
        "points": points,
        "shown": shown[:SHOWN_POINTS],
        "awards": lines[:SHOWN_AWARDS],
        "more_awards": max(0, len(lines) - SHOWN_AWARDS),
        "gaps": _gaps(extract.parts_of(FundInputRow, row)),
        "assumed_purchases": assumed[0].partition(":")[0] if assumed else "",
        "awards_file": _put_awards(awards, purchases, extract),
        "curve_file": _put_curve(curve, extract),
    }


def _gaps(rows: list[FundInputRow]) -> list[Fields]:
    """The gap of price between clear and excluded vendors that the answer takes, with how many estimates disagree."""
    used = [one for one in rows if one["kind"] == "price gap" and one["used"]]
    return [
        {
            "words": " to ".join(
                figure_value(one[name], one["unit_says"], one["kind"]) for name in ("low_amount", "high_amount")
            ),
            "basis": one["basis"],
            "estimates": wording.count(_beside(one, rows), "published estimate", spelled=True),
            "id": one["input_id"],
        }
        for one in sorted(used, key=lambda one: (one["name"], one["input_id"]))
    ]


def _beside(used: FundInputRow, rows: list[FundInputRow]) -> int:
    return sum(one["name"] == used["name"] and not one["used"] and one["basis"] != "assumed" for one in rows)


def _put_awards(awards: list[AwardRow], purchases: dict[str, PurchaseRow], extract: Extract) -> str:
    lines = [
        {
            **award,
            "carrier": extract.name(award["carrier_id"]),
            "purchase": aid.purchase_name(award, purchases.get(award["purchase_id"])),
            "basis": None if award["purchase_id"] not in purchases else purchases[award["purchase_id"]]["basis"],
        }
        for award in sorted(awards, key=lambda one: one["award_id"])
    ]
    return put_table(extract, "aid-offers", lines, columns=_AWARD) if lines else ""


def _put_curve(curve: list[FundCurveRow], extract: Extract) -> str:
    points = [one for one in curve if one["kind"] == "budget" and one["purchase_id"] is None]
    points.sort(key=lambda one: one["number_count"])
    return put_table(extract, "aid-by-budget", points, columns=_POINT) if points else ""
