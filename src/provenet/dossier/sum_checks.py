"""Whether the rows of a page agree with each other: ends in order, parts within wholes, sums that their lines give."""

from collections.abc import Iterator
from itertools import pairwise
from math import fsum

from provenet.case.rows import AnyRow
from provenet.case.tables import table
from provenet.core import wording
from provenet.core.errors import Fault
from provenet.dossier.page_rows import PageRows
from provenet.dossier.row_forms import SHARES, WHOLE


def sum_faults(rows: PageRows, place: str) -> Iterator[Fault]:
    """Figures of one quantity that disagree, parts that exceed their whole, and sums that their lines do not give."""
    for text, key, found, expected in (
        *_ends_in_order(rows),
        *_indexes_in_order(rows),
        *_parts_of_wholes(rows),
        *_awards_of_answers(rows),
        *_lots_of_plans(rows),
    ):
        yield Fault(
            place,
            text,
            column=key,
            found=found,
            expected=expected,
            way_out="Make the results anew: provenet run CASE. If it stays, the rows contradict each other, and the "
            "page is not written.",
        )


Contradiction = tuple[str, str, str, str]
"""What is wrong, the id of the row, what was found, and what was expected."""
_SLACK = 1e-6


def _ends_in_order(rows: PageRows) -> Iterator[Contradiction]:
    for name in SHARES:
        for row in rows.shown(name):
            low, high = row["low_share"], row["high_share"]
            if not -_SLACK <= low <= high + _SLACK <= 1 + 2 * _SLACK:
                yield (
                    "the ends of a share are out of order or outside 0 to 100 %",
                    row[table(name).id_column],
                    f"{wording.percent(low)} to {wording.percent(high)}",
                    "a lower end at or below the upper end, both from 0 to 100 %",
                )


def _indexes_in_order(rows: PageRows) -> Iterator[Contradiction]:
    for row in rows.shown("concentration"):
        low, high = row["low_hhi_points"], row["high_hhi_points"]
        if not -_SLACK <= low <= high + _SLACK <= 10_000 + 2 * _SLACK:
            yield (
                "the ends of an index are out of order or outside 0 to 10,000",
                row["concentration_id"],
                f"{low:,.2f} to {high:,.2f}",
                "a lower end at or below the upper end, both from 0 to 10,000",
            )


def _parts_of_wholes(rows: PageRows) -> Iterator[Contradiction]:
    """Restricted, unknown and clear parts of one whole: at least they give no more than it."""
    wholes: dict[tuple[object, ...], list[AnyRow]] = {}
    for row in rows.shown("vendor_share"):
        if row["part"] is not None:
            wholes.setdefault(tuple(row[name] for name in WHOLE), []).append(row)
    for parts in wholes.values():
        least = fsum(row["low_share"] for row in parts)
        first = max(parts, key=lambda row: (row["low_share"], row["share_id"]))
        text = f"the parts of one whole do not fit it ({', '.join(sorted(row['share_id'] for row in parts))})"
        if least > 1 + _SLACK:
            yield text, first["share_id"], f"at least {wording.percent(least)} together", "at most 100 %"


def _awards_of_answers(rows: PageRows) -> Iterator[Contradiction]:
    """What an answer commits is the sum of its awards, within its budget; no more becomes clear than is concerned."""
    for fund in rows.shown("fund"):
        awards = rows.stored.like("award", ("fund_id", "run_id"), fund)
        given, committed = fsum(row["award_amount"] for row in awards), fund["committed_amount"] or 0.0
        money = fund["currency"]
        if awards and abs(given - committed) > 1 + _SLACK * committed:
            yield (
                "the awards do not add up to what is committed",
                fund["fund_id"],
                wording.amount(committed, money),
                wording.amount(given, money),
            )
        if fund["budget_amount"] is not None and committed > fund["budget_amount"] * (1 + _SLACK):
            yield (
                "more is committed than the budget holds",
                fund["fund_id"],
                wording.amount(committed, money),
                f"at most {wording.amount(fund['budget_amount'], money)}",
            )
        after, concerned = fund["high_after_share"], fund["high_exposed_share"]
        if after is not None and concerned is not None and after > concerned + _SLACK:
            yield (
                "more can become clear than the purchases concern",
                fund["fund_id"],
                wording.percent(after),
                f"at most {wording.percent(concerned)}",
            )
        lines = [row for row in rows.stored.like("fund_curve", ("fund_id", "run_id"), fund) if row["kind"] == "budget"]
        lines = sorted((row for row in lines if row["purchase_id"] is None), key=lambda row: row["number_count"])
        known = [row for row in lines if row["low_share"] is not None]
        for before, row in pairwise(known):
            if row["low_share"] < before["low_share"] - _SLACK:
                yield (
                    "a larger budget shows a lower low end",
                    row["point_id"],
                    wording.percent(row["low_share"]),
                    f"at least {wording.percent(before['low_share'])}",
                )


def _lots_of_plans(rows: PageRows) -> Iterator[Contradiction]:
    """The lots and quarters of a plan give its counts and costs; no more is exposed at the end than before."""
    for plan in rows.shown("plan"):
        steps = rows.stored.like("plan_step", ("plan_id", "run_id"), plan)
        if steps and len(steps) != plan["lot_count"]:
            yield (
                "the lots listed are not as many as the plan counts",
                plan["plan_id"],
                str(plan["lot_count"]),
                str(len(steps)),
            )
        swapped = sum(bool(step["action"] != "stays") for step in steps)
        if steps and swapped != plan["swapped_count"]:
            yield (
                "the lots that go are not as many as the plan counts",
                plan["plan_id"],
                str(plan["swapped_count"]),
                str(swapped),
            )
        before, after = plan["high_before_share"], plan["high_after_share"]
        if before is not None and after is not None and after > before + _SLACK:
            yield (
                "more is exposed at the end of the plan than before it",
                plan["plan_id"],
                wording.percent(after),
                f"at most {wording.percent(before)}",
            )
        spent = [row["sum_spent_amount"] for row in rows.stored.like("plan_period", ("plan_id", "run_id"), plan)]
        cost = plan["mid_cost_amount"]
        if spent and cost is not None and abs(max(spent, key=abs) - cost) > 1 + _SLACK * abs(cost):
            yield (
                "the quarters do not add up to the cost of the plan",
                plan["plan_id"],
                wording.amount(cost, plan["currency"]),
                wording.amount(max(spent, key=abs), plan["currency"]),
            )
