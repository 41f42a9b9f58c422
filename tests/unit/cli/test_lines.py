"""Words that several commands share: shares of routes, lists of networks, and the days that a result speaks of."""

from datetime import date

from provenet.cli.lines import NAMED_NETWORKS, heading, network_list, route_interval, route_share


def test_a_share_of_routes_has_two_places() -> None:
    assert route_share(0.12345) == "12.35 %"
    assert route_share(0.5) == "50.00 %"
    assert route_share(None) == "not known"


def test_shares_of_routes_by_their_ends() -> None:
    assert route_interval(0.1, 0.2) == "10.00 to 20.00 %"


def test_a_long_list_of_networks_ends_in_dots() -> None:
    assert network_list(range(1, NAMED_NETWORKS + 1)) == "AS1, AS2, AS3, AS4, AS5"
    assert network_list(range(1, NAMED_NETWORKS + 2)) == "AS1, AS2, AS3, AS4, AS5, ..."
    assert network_list([]) == ""


def test_the_days_and_what_is_assumed() -> None:
    day = date(2026, 11, 25)
    assert heading(day, None) == "In force on 2026-11-25, by all that the case holds:"
    assert heading(day, day, {"annex_ii": "true"}) == (
        "In force on 2026-11-25, by what was known on 2026-11-25, assuming annex_ii = true:"
    )
