"""What the traffic of sites rides and meets: figures worked by hand, and what says nothing of a site."""

from datetime import date
from typing import Any

import polars as pl
import pytest

from provenet.case.tables import empty
from provenet.core.errors import InputFault
from provenet.exposure.site_traffic_demands import READS, Demand, SiteQuestion, demands_of
from provenet.exposure.site_traffic_rows import exposure_rows, traffic_rows
from unit.dossier.small_tables import filled

DAY = date(2026, 11, 25)
QUESTION = SiteQuestion("Italy", DAY)
PARTIES = [
    {"party_id": "tim", "name": "TIM", "role": "carrier", "country": "IT"},
    {"party_id": "vodafone-italy", "name": "Vodafone Italy", "role": "carrier", "country": "IT"},
    {"party_id": "resale", "name": "Resale", "role": "carrier", "country": "IT"},
    {"party_id": "tim-brasil", "name": "TIM Brasil", "role": "carrier", "country": "BR"},
]
BASE = {"site_id": "base", "name": "Base", "country": "Italy", "site_kind": "sensitive", "carrier_id": None}
Row = dict[str, Any]


def demand(path: str | None = None, low: float | None = None, high: float | None = None, **more: Any) -> Row:
    unit = None if low is None and high is None else "Mbit/s"
    base = {"site_id": "base", "country": "Italy", "kind": "official", "path": path, "reading": "read in the source"}
    return {**base, "low_amount": low, "high_amount": high, "amount_unit": unit, **more}


def service(what: str, provider: str, **more: Any) -> Row:
    base = {"site_id": "base", "scope": "Italy", "country": "Italy", "what": what, "provider": provider}
    return {
        **base,
        "statement": "says so",
        "reading": "read in the source",
        "sourced_high_on": date(2025, 1, 1),
        **more,
    }


STATED = [
    demand(None, 200, 400),
    demand("own_network", 100, 150, choice_count=1),
    demand("own_satellite", 20, 50, choice_count=2),
    demand("leased_circuits", 0, 0),
    demand("commercial_satellite", 0, 0),
    demand("public_network", carrier_id="tim"),
]


def tables(**given: list[Row]) -> dict[str, pl.DataFrame]:
    found: dict[str, list[Row]] = {"party": PARTIES, "site": [BASE], **given}
    return {name: filled(name, found[name]) if found.get(name) else empty(name) for name in READS}


def demands(**given: list[Row]) -> dict[tuple[str | None, str], Demand]:
    found = demands_of(tables(**given), QUESTION)
    return {(one.site["site_id"] if one.site else None, one.kind): one for one in found}


def rides(**given: list[Row]) -> dict[tuple[str | None, str, str, str], tuple[float, float]]:
    rows = traffic_rows(demands_of(tables(**given), QUESTION), QUESTION)
    key = "site_id", "demand", "network", "own_failed"
    return {tuple(row[name] for name in key): (row["low_share"], row["high_share"]) for row in rows}


def test_own_links_fill_first_and_the_rest_spills_by_hand() -> None:
    found = rides(site_demand=STATED)

    def at(network: str, failed: str) -> tuple[float, float]:
        return found["base", "official", network, failed]

    # 100 + 20 of 400 at least, 150 + 50 of 200 at most.
    assert at("own_links", "none") == (0.3, 1.0)
    assert at("access", "none") == at("transport", "none") == (0.0, 0.7)
    assert at("transit_abroad", "none") == (0.0, 0.7)
    # Without the network 20 of 400 to 50 of 200, without the satellite 100 of 400 to 150 of 200.
    assert at("own_links", "one") == (0.05, 0.75)
    assert at("access", "one") == (0.25, 0.95)
    assert at("own_links", "all") == (0.0, 0.0)
    assert at("access", "all") == (1.0, 1.0)
    assert at("commercial_satellite", "all") == (0.0, 0.0)


def test_without_a_number_each_part_is_unknown_and_never_none() -> None:
    found = rides()
    for network in ("own_links", "commercial_satellite", "access", "transport", "transit_abroad"):
        assert found["base", "official", network, "none"] == (0.0, 1.0)
    assert found["base", "official", "access", "all"] == (1.0, 1.0)


def test_an_owner_without_own_links_leaves_none() -> None:
    answer = {"answer_id": "a", "site_id": "base", "country": "Italy", "carrier_ids": ["tim"], "own_links": "no"}
    given = {"site_answer": [{**answer, "signer": "Jane Roe", "answered_on": DAY}]}
    assert rides(**given)["base", "official", "own_links", "none"] == (0.0, 0.0)
    assert rides(**given)["base", "official", "access", "none"] == (0.0, 1.0)
    assert demands(**given)["base", "official"].public.carriers == ("tim",)


def test_a_share_is_of_the_demand_and_units_of_two_kinds_are_never_mixed() -> None:
    shares = [demand("own_network", 0.6, 0.8, amount_unit="share"), *STATED[2:5]]
    assert rides(site_demand=shares)["base", "official", "own_links", "none"] == (0.6, 1.0)
    volumes = [demand(None, 1, 1, amount_unit="TB a month"), *STATED[1:5]]
    assert rides(site_demand=volumes)["base", "official", "own_links", "none"] == (0.0, 1.0)
    both = [STATED[0], demand("own_network", 0.5, 0.5, amount_unit="share"), *STATED[2:5]]
    # Half, and 20 of 400 to 50 of 200 by satellite.
    assert rides(site_demand=both)["base", "official", "own_links", "none"] == (0.55, 0.75)


def test_the_newest_statement_counts_and_two_of_one_day_both_do() -> None:
    older = demand("own_network", 400, 400, choice_count=1, stated_on=date(2020, 1, 1))
    newer = [{**row, "stated_on": date(2026, 1, 1)} for row in STATED]
    assert rides(site_demand=[older, *newer])["base", "official", "own_links", "none"] == (0.3, 1.0)
    doubt = demand("own_network", 0, 10, choice_count=1, stated_on=date(2026, 1, 1))
    assert rides(site_demand=[doubt, *newer])["base", "official", "own_links", "none"] == (0.05, 1.0)


def test_a_row_of_a_country_is_never_copied_to_a_site() -> None:
    wide = [{**row, "site_id": None} for row in STATED]
    found = rides(site_demand=wide, site_service=[service("leased_circuits", "TIM", site_id=None)])
    assert found[None, "official", "own_links", "none"] == (0.3, 1.0)
    assert found["base", "official", "own_links", "none"] == (0.0, 1.0)
    held = demands(site_service=[service("leased_circuits", "TIM", site_id=None)])
    assert held["base", "official"].leased.carriers is None
    # Nor does such a row name all that serve the forces.
    assert held[None, "official"].leased.carriers is None
    assert held["base", "official"].refs == ("site:base",)


def test_service_to_residents_says_nothing_of_official_traffic() -> None:
    held = demands(site_service=[service("residents_internet", "TIM")])
    assert held["base", "residents_internet"].public.carriers == ("tim",)
    assert (held["base", "official"].public.carriers, held["base", "official"].leased.carriers) == (None, None)
    found = rides(site_service=[service("residents_internet", "TIM")])
    assert found["base", "residents_internet", "access", "none"] == (1.0, 1.0)
    assert ("base", "residents_internet", "access", "all") not in found


@pytest.mark.parametrize(
    ("row", "carriers", "likely"),
    [
        (service("residents_mobile", "TIM"), ("tim",), ("tim",)),
        (service("residents_mobile", "Telecom (TIM)"), ("tim",), ("tim",)),
        (service("residents_mobile", "TIM; Vodafone Italy"), ("tim", "vodafone-italy"), ("tim", "vodafone-italy")),
        (service("residents_mobile", "TIM; Nobody"), None, None),
        (service("residents_mobile", "Base Kabel", provider_parent="Vodafone Italy"), None, ("vodafone-italy",)),
        (service("residents_mobile", "TIM Brasil"), None, None),
        (service("residents_mobile", "Resale"), ("tim",), ("tim",)),
        # Ten years old and without an end, over, and not begun.
        (service("residents_mobile", "TIM", sourced_high_on=date(2016, 1, 1)), None, None),
        (service("residents_mobile", "TIM", until_on=date(2025, 12, 31)), None, None),
        (service("residents_mobile", "TIM", from_on=date(2027, 1, 1)), None, None),
        (service("residents_mobile", "TIM", from_on=date(2006, 1, 1), until_on=date(2031, 1, 1)), ("tim",), ("tim",)),
        (service("residents_mobile", "TIM", reading="not read"), None, None),
    ],
)
def test_who_serves_a_site_by_rows_of_service(
    row: Row, carriers: tuple[str, ...] | None, likely: tuple[str, ...] | None
) -> None:
    ride = {"carrier_id": "resale", "host_id": "tim", "segment": "ran", "form": "virtual carrier", "binding": "agreed"}
    held = demands(site_service=[row], rides_on=[{**ride, "says": "resells"}])
    serving = held["base", "residents_mobile"].public if ("base", "residents_mobile") in held else None
    assert (serving and serving.carriers, serving and serving.likely) == (carriers, likely)


def test_a_reseller_of_an_unknown_host_leaves_every_carrier_open() -> None:
    ride = {"carrier_id": "resale", "host_id": None, "segment": "ran", "form": "virtual carrier", "binding": "agreed"}
    held = demands(site_service=[service("residents_mobile", "Resale")], rides_on=[{**ride, "says": "resells"}])
    assert held["base", "residents_mobile"].public.carriers is None


def test_one_carrier_named_for_a_site_narrows_it_to_that_carrier() -> None:
    held = demands(site=[{**BASE, "carrier_id": "vodafone-italy"}])
    assert held["base", "official"].public.carriers == ("vodafone-italy",)


SHARE = {
    "country": "Italy",
    "part": "restricted",
    "pack": "p",
    "issuer": "An issuer",
    "to_be_checked": False,
    "later_estimate": False,
    "newest": None,
}


def shares(*rows: tuple[str | None, str, float, float]) -> pl.DataFrame:
    made = [
        {**SHARE, "share_id": f"s{at}", "carrier_id": who, "asset_class": of, "low_share": low, "high_share": high}
        for at, (who, of, low, high) in enumerate(rows)
    ]
    return filled("vendor_share", made)


def meets(
    found: pl.DataFrame, exposure: pl.DataFrame | None = None, **given: list[Row]
) -> dict[tuple[str, str, str], dict[str, Any]]:
    routes = empty("exposure") if exposure is None else exposure
    rows = exposure_rows(demands_of(tables(**given), QUESTION), QUESTION, shares=found, exposure=routes)
    for row in rows:
        assert row["restricted_share"] + row["unknown_share"] + row["clear_share"] == pytest.approx(1)
        assert row["low_share"] <= row["low_spread_share"] <= row["high_spread_share"] <= row["high_share"]
    base = [dict(row) for row in rows if (row["site_id"], row["demand"]) == ("base", "official")]
    return {(row["network"], row["own_failed"], row["harm"]): row for row in base}


def three(row: dict[str, Any]) -> tuple[float, float, float]:
    return row["restricted_share"], row["unknown_share"], row["clear_share"]


def estimate(row: dict[str, Any]) -> tuple[float, float]:
    return row["low_spread_share"], row["high_spread_share"]


def test_a_share_of_equipment_is_an_estimate_and_all_of_it_is_certain() -> None:
    held = shares(("tim", "ran", 0.2, 0.4), ("tim", "transport", 1.0, 1.0), (None, "access_fixed", 0.0, 0.0))
    found = meets(held, site_demand=STATED)
    # Of 0 to 0.7 on access, by radio 0.2 to 0.4 restricted or by line none.
    assert three(found["access", "none", "loss of service"]) == (0.0, 0.7, pytest.approx(0.3))
    assert estimate(found["access", "none", "loss of service"]) == (0.0, pytest.approx(0.28))
    assert three(found["transport", "all", "metadata"]) == (1.0, 0.0, 0.0)
    assert three(found["any", "all", "loss of service"]) == (1.0, 0.0, 0.0)
    # Own links are equipment of which nothing is published.
    assert three(found["any", "none", "loss of service"]) == (0.0, 1.0, 0.0)
    # What manages transport is other equipment.
    assert three(found["transport", "all", "control"]) == (0.0, 1.0, 0.0)
    assert "vendor_share:s1" in found["transport", "all", "metadata"]["inputs"]
    assert any(ref.startswith("site_traffic:") for ref in found["transport", "all", "metadata"]["inputs"])


@pytest.mark.parametrize(
    ("protection", "content"),
    [
        ("end to end", (0.0, 0.0, 1.0)),
        (None, (0.0, 1.0, 0.0)),
        ("none", (1.0, 0.0, 0.0)),
        ("by the carrier", (1.0, 0.0, 0.0)),
    ],
)
def test_protection_ends_what_is_read_and_nothing_else(protection: str | None, content: tuple[float, ...]) -> None:
    stated = [{**STATED[0], "protection": protection}, *STATED[1:]]
    found = meets(shares(("tim", "transport", 1.0, 1.0)), site_demand=stated)
    assert three(found["transport", "all", "content"]) == content
    for harm in ("loss of service", "metadata"):
        assert three(found["transport", "all", harm]) == (1.0, 0.0, 0.0)


def test_a_carrier_without_a_figure_is_unknown_but_where_nothing_of_the_country_is_restricted() -> None:
    bare = meets(shares(("vodafone-italy", "transport", 1.0, 1.0)), site_demand=STATED)
    assert three(bare["transport", "all", "metadata"]) == (0.0, 1.0, 0.0)
    clear = meets(shares((None, "transport", 0.0, 0.0)), site_demand=STATED)
    assert three(clear["transport", "all", "metadata"]) == (0.0, 0.0, 1.0)
    mixed = meets(shares((None, "transport", 0.1, 0.3)), site_demand=STATED)
    assert three(mixed["transport", "all", "metadata"]) == (0.0, 1.0, 0.0)


def test_a_carrier_that_is_not_known_is_taken_as_the_customers_are_in_the_estimate_alone() -> None:
    found = meets(shares((None, "transport", 0.1, 0.3)), site_demand=STATED[:1])["transport", "all", "metadata"]
    assert (three(found), estimate(found)) == ((0.0, 1.0, 0.0), (0.1, 0.3))
    assert any("customers" in text for text in found["assumed"])


def test_of_a_site_of_which_nothing_is_stated_there_is_the_whole_way_alone() -> None:
    found = meets(shares((None, "transport", 0.1, 0.3)))
    assert {network for network, _, _ in found} == {"any"}
    assert three(found["any", "all", "metadata"]) == (0.0, 1.0, 0.0)
    assert len(found) == 3 * 4


def test_routes_abroad_are_an_estimate_of_traffic_and_never_added_to_a_policy() -> None:
    routes = {
        "exposure_id": "x",
        "country": "Italy",
        "level": "tag",
        "role": "carrier",
        "tags": ["carrier"],
        "pack": None,
        "restricted_says": "the 3 networks listed in l.txt",
        "low_share": 0.1,
        "high_share": 0.2,
    }
    to_cloud = {**routes, "exposure_id": "y", "destination": "cloud", "high_share": 0.9}
    to_all = {**routes, "exposure_id": "z", "destination": "all", "low_share": 0.15}
    found = meets(shares(), filled("exposure", [routes, to_cloud, to_all]), site_demand=STATED)
    row = found["transit_abroad", "all", "loss of service"]
    assert (row["pack"], row["restricted_says"]) == (None, "the 3 networks listed in l.txt")
    assert (three(row), estimate(row)) == ((0.0, 1.0, 0.0), (0.0, 0.2))
    assert {key[0] for key in found} == {"transit_abroad"}
    none = meets(shares(), filled("exposure", [{**routes, "low_share": 0.0, "high_share": 0.0}]), site_demand=STATED)
    assert three(none["transit_abroad", "all", "loss of service"]) == (0.0, 0.0, 1.0)


def test_rows_that_contradict_themselves_are_all_named_at_once() -> None:
    wrong = [
        demand("own_network", 5, 3),
        demand("own_network", -1, 3),
        demand("own_network", 0.5, 1.5, amount_unit="share"),
        demand("own_network", 1, 2, amount_unit=None),
        demand(None, 1, 2, choice_count=1),
    ]
    with pytest.raises(InputFault) as caught:
        demands(site_demand=wrong)
    assert sorted(fault.says for fault in caught.value.faults) == [
        "a place in the order of paths, but no path",
        "a share above 1",
        "an amount without a unit",
        "no amount of traffic",
        "the low end is above the high end",
    ]
