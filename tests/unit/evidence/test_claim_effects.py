"""What rests on each claim of some verdicts, and where two policies answer differently, worked by hand."""

from typing import Any

import polars as pl

from provenet.evidence.claim_effects import claim_effects
from provenet.evidence.rule_comparison import compared


def verdict(key: str, *flips: tuple[str, str], outcome: str = "undetermined", **given: Any) -> dict[str, Any]:
    """A verdict on Acme; a flip is written `a- b+: clear`, where a falls and b says the opposite."""
    sets = []
    for changes, after in flips:
        claims = [
            {"claim_id": word[:-1], "change": "falls" if word[-1] == "-" else "reversed"} for word in changes.split()
        ]
        sets.append({"claims": claims, "outcome": after, "with": None})
    return {
        "verdict_id": key,
        "pack": "p",
        "pack_title": "P",
        "force": "law",
        "country": "Utopia",
        "carrier_id": None,
        "vendor_id": "acme",
        "asset_class": "ran",
        "action": "use",
        "outcome": outcome,
        "disputed": True,
        "claims_for": ["a"],
        "claims_against": ["b", "c"],
        "flip_sets": sets,
        **given,
    }


def test_verdicts_that_change_alike_are_one_entry() -> None:
    flips = (("a-", "clear"), ("a+", "clear"))
    rows = [verdict("v1", *flips), verdict("v2", *flips, asset_class="core"), verdict("v3", *flips, action="buy")]
    found = claim_effects(pl.DataFrame(rows))
    (change,) = found.changes["a"]
    assert (change.falls, change.or_reversed, change.now, change.outcome) == (("a",), True, "undetermined", "clear")
    (group,) = change.groups
    assert (group.classes, group.actions) == ((("core", "v2"), ("ran", "v3")), ("buy", "use"))
    assert group.verdict_ids == ("v1", "v2", "v3")
    assert [(rest.side, rest.group) for rest in found.rests["b"]] == [("denies", group)]
    assert set(found.changes) == {"a"}


def test_a_reversal_that_leads_elsewhere_is_its_own_change() -> None:
    found = claim_effects(pl.DataFrame([verdict("v1", ("a-", "clear"), ("a+", "restricted"))]))
    assert [(one.falls, one.reversed, one.or_reversed, one.outcome) for one in found.changes["a"]] == [
        (("a",), (), False, "clear"),
        ((), ("a",), False, "restricted"),
    ]


def test_a_set_is_listed_with_each_of_its_claims() -> None:
    pair = (("b- c-", "restricted"), ("b- c+", "restricted"), ("b+ c-", "restricted"), ("b+ c+", "restricted"))
    found = claim_effects(pl.DataFrame([verdict("v1", *pair), verdict("v2", *pair[:3])]))
    assert found.changes["b"] == found.changes["c"]
    assert [(one.falls, one.reversed, one.or_reversed) for one in found.changes["b"]] == [
        (("b", "c"), (), False),
        (("b", "c"), (), True),
        (("c",), ("b",), False),
        (("b",), ("c",), False),
    ]


def test_what_counts_no_claim_rests_on_none() -> None:
    found = claim_effects(pl.DataFrame([verdict("v1", claims_for=[], claims_against=[])], infer_schema_length=None))
    assert not found.changes and not found.rests


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
