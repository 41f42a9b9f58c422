"""What the case says of networks by number, and what share of their equipment a policy restricts."""

from datetime import date

import polars as pl
import pytest

from provenet.exposure.networks import NetworkRegister
from provenet.exposure.rows import PolicyShares, policy_shares
from unit.dossier.small_tables import filled

DAY = date(2025, 6, 1)


def test_the_newest_up_to_the_day_stands_else_the_first_after_it() -> None:
    rows = [
        {"asn": "64500", "name": "old", "country": "Norway", "observed_on": date(2018, 1, 1)},
        {"asn": "64500", "name": "new", "country": "Japan", "observed_on": date(2025, 1, 1)},
        {"asn": "64500", "name": "later", "country": "Italy", "observed_on": date(2026, 1, 1)},
        {"asn": "64501", "name": "after", "country": "Japan", "observed_on": date(2025, 7, 1)},
        {"asn": "64501", "name": "no day", "country": "Norway", "observed_on": None},
    ]
    register = NetworkRegister.of(filled("as_number", rows), DAY)
    assert (register.name(64500), register.country(64500)) == ("new", "Japan")
    assert register.name(64501) == "no day"
    assert register.name(64502) is None


ROUTERS = {
    "carrier_id": "north", "part": "restricted", "pack": "p", "issuer": "An issuer", "asset_class": "transport.router",
    "low_share": 0.2, "high_share": 0.4, "to_be_checked": False, "later_estimate": False,
}  # fmt: skip


def shares(*rows: dict[str, object], numbers: tuple[str, ...] = ("64500",)) -> list[PolicyShares]:
    made = [{**ROUTERS, "share_id": f"s{at}", **row} for at, row in enumerate(rows)]
    parties = [{"party_id": "north", "role": "carrier", "country": "JP"}]
    parties += [{"party_id": "south", "role": "carrier", "country": "DE"}]
    listed = [{"party_id": "north", "scheme": "asn", "value": value} for value in numbers]
    listed += [{"party_id": "south", "scheme": "asn", "value": "64599"}]
    tables: dict[str, pl.DataFrame] = {
        "vendor_share": filled("vendor_share", made),
        "party": filled("party", parties),
        "identifier": filled("identifier", listed),
    }
    return policy_shares(tables, "Japan")


def test_a_share_of_routers_is_that_of_each_network_of_the_carrier() -> None:
    (one,) = shares({}, numbers=("64500", "64501"))
    assert (one.pack, one.issuer) == ("p", "An issuer")
    assert one.shares == {64500: (0.2, 0.4), 64501: (0.2, 0.4)}
    assert one.refs == ("vendor_share:s0", "identifier:identifier-1", "identifier:identifier-2")
    assert one.assumed == ("Assumption: a carrier's share of its forwarding equipment holds for each of its networks.",)


def test_one_network_needs_no_assumption_and_several_figures_their_hull() -> None:
    (one,) = shares({"low_share": 0.3}, {"low_share": 0.1, "high_share": 0.35})
    assert (one.shares, one.assumed) == ({64500: (0.1, 0.4)}, ())


def test_the_most_telling_class_is_taken_alone() -> None:
    (one,) = shares({"asset_class": "transport", "low_share": 0.0, "high_share": 1.0}, {})
    assert one.shares == {64500: (0.2, 0.4)}
    (one,) = shares({"asset_class": "transport", "low_share": 0.0, "high_share": 1.0})
    assert one.shares == {64500: (0.0, 1.0)}


@pytest.mark.parametrize(
    "row",
    [
        {"asset_class": "ran.radio"}, {"part": "clear"}, {"to_be_checked": True},
        {"later_estimate": True}, {"carrier_id": None}, {"carrier_id": "south"},
    ],
)  # fmt: skip
def test_what_says_nothing_of_these_routes_is_not_taken(row: dict[str, object]) -> None:
    assert shares(row) == []


def test_policies_stand_apart_and_in_order() -> None:
    found = shares({"pack": "q", "high_share": 0.9}, {"pack": "p"})
    assert [(one.pack, one.shares) for one in found] == [("p", {64500: (0.2, 0.4)}), ("q", {64500: (0.2, 0.9)})]


def test_numbers_that_are_none_are_left_out() -> None:
    (one,) = shares({}, numbers=("0", "AS1", "64500", "007"))
    assert list(one.shares) == [64500]
