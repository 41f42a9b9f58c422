"""What is not known, by the width that it adds to a figure: worked by hand."""

from typing import Any

import pytest

from provenet.case.tables import words
from provenet.dependence.gaps import KINDS
from unit.dependence.dependence_tables import deployed, figures, parties, share, site, verdict, weight

PARTIES = parties(carriers=("north", "south", "west"))


def gaps_of(found: dict[str, list[Any]], table: str, column: str, **where: Any) -> dict[tuple[str, str | None], Any]:
    [figure] = [row for row in found[table] if all(row[name] == value for name, value in where.items())]
    return {
        (row["kind"], row["carrier_id"]): (row["width_share"], row["left_share"], row["ask"], row["ask_id"])
        for row in found["gap"]
        if row["figure_id"] == figure[column]
    }


def test_every_kind_has_somebody_to_ask() -> None:
    assert set(KINDS) == set(words("gap_kind"))
    assert {ask for ask, _ in KINDS.values()} == set(words("gap_ask"))


def test_a_weighted_share_is_as_wide_as_its_carriers_and_the_weight_of_nobody() -> None:
    found = figures(
        party=PARTIES,
        market_share=[share("alpha", "40", carrier="north"), share("alpha", "50", "over", carrier="south")],
        carrier_share=[weight("north", "50"), weight("south", "30"), weight("west", "10")],
    )
    assert gaps_of(found, "vendor_share", "share_id", method="bounds", vendor_ids=["alpha"]) == {
        ("equipment", "south"): (0.15, 0.2, "carrier", "south"),
        ("equipment", "west"): (0.1, 0.25, "carrier", "west"),
        ("weight", None): (0.1, 0.25, "regulator", None),
    }
    assert gaps_of(found, "vendor_share", "share_id", method="published", carrier_id="south") == {
        ("range", "south"): (0.5, 0.0, "publisher", None)
    }


def test_a_restricted_part_is_as_wide_as_what_is_unknown_for_each_reason() -> None:
    found = figures(
        party=PARTIES,
        market_share=[share("alpha", "40", carrier="north"), share("beta", "20", carrier="north")],
        carrier_share=[weight("north", "50"), weight("south", "30")],
        verdict=[verdict("alpha", "undetermined"), verdict("beta", "clear")],
    )
    where = {"method": "parts", "part": "restricted", "carrier_id": None, "asset_class": "ran"}
    assert gaps_of(found, "vendor_share", "share_id", **where) == {
        ("equipment", "north"): (0.2, 0.7, "carrier", "north"),
        ("equipment", "south"): (0.3, 0.6, "carrier", "south"),
        ("verdict", None): (0.2, 0.7, "issuer", "ministry"),
        ("weight", None): (0.2, 0.7, "regulator", None),
    }


def test_a_part_of_a_core_may_stop_the_carrier() -> None:
    found = figures(
        party=PARTIES,
        market_share=[share("alpha", "40", carrier="north", asset_class="core", segment="core")],
        carrier_share=[weight("north", "50")],
    )
    assert gaps_of(found, "common_failure", "failure_id", vendor_id="alpha") == {
        ("whole carrier", "north"): (0.3, 0.5, "carrier", "north"),
        ("weight", None): (0.5, 0.3, "regulator", None),
    }


@pytest.mark.parametrize(("carrier", "gap"), [(None, ("serves", None)), ("south", ("equipment", "south"))])
def test_a_sites_carrier_leaves_the_width_of_the_best_known(carrier: str | None, gap: tuple[str, str | None]) -> None:
    found = figures(
        party=parties(carriers=("north", "south")),
        market_share=[share("alpha", "40", carrier="north")],
        deployment=[deployed("south", "beta")],
        site=[site("camp", carrier)],
    )
    got = gaps_of(found, "site_dependence", "dependence_id", vendor_ids=["alpha"], scenario=None)
    ask = ("site owner", None) if carrier is None else ("carrier", "south")
    assert got == {gap: (1.0, 0.0, *ask)}


def test_a_class_of_which_nobody_publishes_is_one_gap() -> None:
    found = figures(party=PARTIES, deployment=[deployed("north", "alpha")])
    where = {"method": "not published", "asset_class": "transport"}
    assert gaps_of(found, "vendor_share", "share_id", **where) == {("equipment", None): (1.0, 0.0, "carrier", None)}
