"""Laws of the rows behind a dossier: ends in order, parts that fit their whole, sums of plans and of answers on aid."""

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from provenet.dossier.row_laws import RowLaws
from support.plan_rows import plan_tables
from unit.dossier.fund_rows import fund_tables
from unit.dossier.small_tables import tables

Tables = dict[str, pl.DataFrame]


def faults(frames: Tables) -> list[str]:
    return [fault.sentence() for fault in RowLaws(frames).sum_faults("germany.html")]


def test_rows_of_every_kind_keep_the_laws() -> None:
    assert faults(tables()) == faults({**tables(), **plan_tables()}) == faults(fund_tables()) == []


def at(key: str, **cells: Any) -> Callable[[pl.DataFrame], pl.DataFrame]:
    """Sets cells of the row with an id, of every row where it is empty."""

    def change(frame: pl.DataFrame) -> pl.DataFrame:
        ids = next(name for name in frame.columns if name.endswith("_id"))
        meant = pl.lit(not key) | (pl.col(ids) == key)
        changed = (
            pl.when(meant).then(pl.lit(to).cast(frame.schema[name])).otherwise(pl.col(name)).alias(name)
            for name, to in cells.items()
        )
        return frame.with_columns(changed)

    return change


PLANTS = {
    "a share whose ends are turned": ("vendor_share", at("share-1", low_share=0.7), "ends of a share are out of order"),
    "a share above the whole": ("vendor_share", at("share-1", high_share=1.1), "ends of a share are out of order"),
    "a part larger than its whole": (
        "vendor_share", at("share-6", low_share=0.9, high_share=0.9), "found 'at least 150 % together'"),
    "a committed sum that the awards do not give": (
        "fund", at("", committed_amount=9e9, budget_amount=None), "the awards do not add up to what is committed"),
    "more committed than budgeted": ("fund", at("", budget_amount=1.0), "more is committed than the budget holds"),
    "more clear than concerned": (
        "fund", at("", high_after_share=0.9, high_exposed_share=0.8), "more can become clear than the purchases"),
    "lots that are not listed": ("plan", at("", lot_count=99), "the lots listed are not as many"),
    "swaps that are not listed": ("plan", at("", swapped_count=99), "the lots that go are not as many"),
    "more exposed after than before": (
        "plan", at("", high_before_share=0.1, high_after_share=0.2), "more is exposed at the end of the plan"),
    "a cost that the quarters do not give": (
        "plan", at("", mid_cost_amount=9e12), "the quarters do not add up to the cost"),
}  # fmt: skip


@pytest.mark.parametrize("name", PLANTS)
def test_a_planted_contradiction_is_found(name: str) -> None:
    where, change, words = PLANTS[name]
    held = fund_tables() if where == "fund" else {**tables(), **plan_tables()}
    found = faults({**held, where: change(held[where])})
    assert any(words in one for one in found), found
    assert all("provenet run CASE" in one for one in found)


def test_more_money_is_never_worth_less() -> None:
    held = fund_tables()
    curve = held["fund_curve"]
    whole = curve.filter(kind="budget").filter(pl.col("purchase_id").is_null(), pl.col("low_share").is_not_null())
    last = whole.sort("number_count")["point_id"][-1]
    turned = pl.when(pl.col("point_id") == last).then(-0.5).otherwise(pl.col("low_share"))
    found = faults({**held, "fund_curve": curve.with_columns(turned.alias("low_share"))})
    assert any("a larger budget shows a lower low end" in one for one in found)
