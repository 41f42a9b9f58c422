"""The walk forward: which results rest on a row, at any remove, and which may."""

from pathlib import Path

import polars as pl

from provenet.case.case import Case
from provenet.case.tables import table
from provenet.case.uses import UseIndex, Uses


class Results:
    """Results with inputs by hand: a case as far as the index reads one."""

    def __init__(self, **inputs: dict[str, list[str]]) -> None:
        self._inputs = inputs

    def read_latest(self, name: str) -> pl.DataFrame:
        rows = self._inputs.get(name, {})
        own = table(name).id_column
        return pl.DataFrame(
            {own: list(rows), "inputs": list(rows.values())}, schema={own: pl.String, "inputs": pl.List(pl.String)}
        )


def index(**inputs: dict[str, list[str]]) -> UseIndex:
    return UseIndex(Results(**inputs))  # type: ignore[arg-type]


def test_uses_are_followed_at_any_remove_and_once() -> None:
    found = index(
        vendor_share={"b": ["market_share:x"], "a": ["market_share:x", "verdict:v"], "c": ["market_share:y"]},
        plan_step={"s": ["vendor_share:a", "vendor_share:b"]},
        plan={"p": ["plan_step:s"]},
        plan_period={"d": ["plan:p", "market_share:x"]},
    )
    assert found.of(["market_share:x"]) == Uses(
        {"plan": ("p",), "plan_period": ("d",), "plan_step": ("s",), "vendor_share": ("a", "b")}
    )
    assert found.of(["market_share:x"], ("vendor_share", "plan")).rows == {"vendor_share": ("a", "b")}
    assert found.of(["market_share:z"]) == found.of([]) == Uses({})


def test_a_row_of_a_table_that_is_counted_whole_may_be_used() -> None:
    found = index(
        vendor_share={"a": ['market_share?{"geo": "Germany"}']},
        plan_step={"s": ["market_share:x"]},
        plan={"p": ['plan_step?{"plan_id": "p"}']},
    )
    assert found.of(["market_share:x"]) == Uses({"plan_step": ("s",)}, ("plan", "vendor_share"))
    assert found.of(["market_share:x"], ["plan_step"]) == Uses({"plan_step": ("s",)})
    assert found.of(["carrier_share:x"]) == Uses({})


def test_a_circle_ends() -> None:
    found = index(plan={"p": ["plan_step:s"]}, plan_step={"s": ["plan:p"]})
    assert found.of(["plan:p"]).rows == {"plan": ("p",), "plan_step": ("s",)}


def test_an_empty_case_uses_nothing(tmp_path: Path) -> None:
    assert UseIndex(Case.new(tmp_path / "case", "empty")).of(["market_share:x"]) == Uses({})
