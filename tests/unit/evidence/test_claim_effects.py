"""What rests on each claim of some verdicts, worked by hand."""

from typing import Any

import polars as pl

from provenet.evidence.claim_effects import claim_effects


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
