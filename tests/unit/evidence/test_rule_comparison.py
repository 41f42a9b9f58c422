"""Two sides of verdicts compared, worked by hand."""

from typing import Any

import polars as pl

from provenet.evidence.rule_comparison import compared

CLEAR, RESTRICTED = ("clear", None, "No rule."), ("restricted", "R1", "Rule R1 prohibits it.")


def side(*rows: tuple[str, str, tuple[str, str | None, str]], action: str = "use", **given: Any) -> pl.DataFrame:
    """Verdicts, each a vendor, an asset class and an answer."""
    schema = {"rule_id": pl.String}
    made = [
        {
            "verdict_id": f"{vendor} {asset_class} {action}",
            "vendor_id": vendor,
            "asset_class": asset_class,
            "layer": "hardware",
            "action": action,
            "outcome": outcome,
            "rule_id": rule,
            "reason": reason,
            "facts": [
                {"fact": "f", "value": True, "step": "asserted"},
                {"fact": "g", "value": None, "step": "unknown"},
            ],
            **given,
        }
        for vendor, asset_class, (outcome, rule, reason) in rows
    ]
    return pl.DataFrame(made, schema_overrides=schema)


def test_vendors_with_the_same_answers_share_a_line() -> None:
    left = side(("a", "ran", RESTRICTED), ("b", "ran", RESTRICTED), ("a", "core", CLEAR), ("c", "ran", CLEAR))
    right = side(("a", "ran", CLEAR), ("b", "ran", CLEAR), ("a", "core", CLEAR), ("c", "ran", CLEAR))
    found = compared(left, right)
    assert (found.question_count, found.differing_count) == (4, 2)
    (one,) = found.differences
    assert (one.vendors, one.asset_classes, one.layers) == (("a", "b"), ("ran",), ("hardware",))
    assert [(reason.outcome, reason.rule, reason.facts) for reason in one.left] == [
        ("restricted", "R1", (("f", True, "asserted"),))
    ]
    assert [(reason.outcome, reason.rule, reason.verdict_id) for reason in one.right] == [("clear", "", "a ran use")]


def test_acts_of_one_question_are_seen_together() -> None:
    both = pl.concat([side(("a", "ran", RESTRICTED)), side(("a", "ran", CLEAR), action="buy")])
    (one,) = compared(both, side(("a", "ran", RESTRICTED))).differences
    assert [(reason.outcome, reason.actions) for reason in one.left] == [("clear", ("buy",)), ("restricted", ("use",))]
    assert not compared(both, both).differences


def test_another_reason_for_the_same_outcome_is_no_difference() -> None:
    other = ("restricted", "R2", "Rule R2 prohibits it.")
    assert not compared(side(("a", "ran", RESTRICTED)), side(("a", "ran", other))).differences


def test_a_question_that_one_side_was_not_asked_differs() -> None:
    (one,) = compared(side(("a", "ran", CLEAR)), side(("a", "core", CLEAR), ("a", "ran", CLEAR))).differences
    assert (one.asset_classes, one.left, len(one.right)) == (("core",), (), 1)
