"""From carriers to country, shared networks, common failure and sites: worked by hand."""

from datetime import date

from provenet.case.sites import answers_by_site
from unit.dependence.dependence_tables import answer, deployed, ends, figures, only, pick, rides, share, site, weight

HALVES = [weight("north", "50"), weight("south", "30")]


def bounds(**rows):
    return pick(figures(**rows)["vendor_share"], method="bounds")


def test_carriers_weighted_and_what_is_missing_left_unknown():
    rows = [share("alpha", "60", carrier="north"), share("alpha", "10", carrier="south")]
    row = only(bounds(market_share=rows, carrier_share=HALVES), vendor_ids=["alpha"])
    assert ends(row) == (0.33, 0.53)
    assert row["coverage_share"] == 0.8
    assert row["measure_kind"] == "weighted"
    assert row["measure"] == (
        "share of each carrier's RAN (share of sites (X)), weighted by contracts (Y) of 2025; "
        "assumes that customers spread over a carrier's equipment evenly"
    )
    assert row["measure_short"] == ("RAN sites of carriers, weighted by contracts (Y) of 2025; even spread assumed")
    assert row["formula"] == (
        "sum of weight x share over carriers: North 0.5 x [0.6, 0.6] + South 0.3 x [0.1, 0.1] + "
        "others 0.2 x [0, 1] (weight not published)"
    )
    assert len(row["inputs"]) == 4


def test_sites_and_equipment_are_never_in_one_figure():
    rows = [share("alpha", "60", carrier="north"), share("alpha", "10", carrier="south", kind="equipment", measure="E")]
    found = bounds(market_share=rows, carrier_share=HALVES)
    assert sorted(map(ends, found)) == [(0.03, 0.73), (0.3, 0.8)]


def test_what_was_bought_is_not_weighed_by_customers():
    rows = [share("alpha", "60", carrier="north", kind="spending", measure="purchases")]
    assert bounds(market_share=rows, carrier_share=HALVES) == []


def test_the_newest_figure_of_a_carrier_answers():
    rows = [share("alpha", "60", carrier="north", as_of="2020"), share("alpha", "20", carrier="north", as_of="2024")]
    row = only(bounds(market_share=rows, carrier_share=HALVES), vendor_ids=["alpha"])
    assert ends(row) == (0.1, 0.6)
    assert row["as_of"] == "2024, 2025"


def test_stated_absence_is_zero_in_every_measure_and_sole_supply_is_all():
    gone = [deployed("north", "alpha", "not used", presence="absent"), deployed("south", "beta", extent="sole")]
    rows = [share("alpha", "60", carrier="east")]
    weights = [weight("north", "50"), weight("south", "30"), weight("east", "20")]
    found = bounds(deployment=gone, market_share=rows, carrier_share=weights)
    assert ends(only(found, vendor_ids=["alpha"])) == (0.12, 0.12)
    assert ends(only(found, vendor_ids=["beta"])) == (0.3, 0.88)


def test_a_network_of_other_vendors_only_has_none_of_those():
    gone = [deployed("north", "country:CN", complement=True, asset_class="core", segment="core")]
    row = only(bounds(deployment=[*gone, deployed("south", "huawei", asset_class="core")], carrier_share=HALVES))
    assert (row["vendor_ids"], ends(row), row["asset_class"]) == (["huawei"], (0, 0.5), "core")


def test_a_newer_row_that_names_the_vendor_takes_an_absence_back():
    gone = deployed("north", "alpha", "not used", presence="absent", day="2020")
    assert bounds(deployment=[gone, deployed("north", "alpha", day="2021")], carrier_share=HALVES) == []
    kept = bounds(deployment=[gone, deployed("north", "alpha", day="2019")], carrier_share=HALVES)
    assert ends(only(kept, vendor_ids=["alpha"])) == (0, 0.5)


def test_absence_in_all_of_radio_holds_for_each_generation_and_not_the_other_way():
    rows = [share("alpha", "10", carrier="south", generation="4G", segment="4G RAN")]
    gone = deployed("north", "alpha", "not used", presence="absent")
    found = bounds(deployment=[gone], market_share=rows, carrier_share=HALVES)
    assert ends(only(found, segment="4G RAN", vendor_ids=["alpha"])) == (0.03, 0.23)
    only_4g = deployed("north", "alpha", "not used", presence="absent", generation="4G", segment="4G RAN")
    rows = [share("alpha", "10", carrier="south")]
    found = bounds(deployment=[only_4g], market_share=rows, carrier_share=HALVES)
    assert ends(only(found, segment="RAN", vendor_ids=["alpha"])) == (0.03, 0.73)


def test_weights_that_sum_past_the_whole_are_a_finding_unless_rounding_explains_it():
    rows = [share("alpha", "60", carrier="north")]
    found = figures(market_share=rows, carrier_share=[weight("north", "60"), weight("south", "50")])
    assert pick(found["vendor_share"], method="bounds") == []
    assert only(found["finding"])["says"] == (
        "Shares of carriers sum to more than the whole: contracts (Y), Germany, 2025."
    )
    rounded = bounds(market_share=rows, carrier_share=[weight("north", "50.1"), weight("south", "50.0")])
    assert ends(only(rounded, vendor_ids=["alpha"])) == (0.3003, 0.7998)


def test_weights_long_outlived_are_left_out_but_stand_alone():
    rows = [share("alpha", "60", carrier="north")]
    old = weight("north", "90", measure="subscribers (Z)", kind="subscribers", as_of="2012")
    assert len(pick(bounds(market_share=rows, carrier_share=[*HALVES, old]), vendor_ids=["alpha"])) == 1
    assert ends(only(bounds(market_share=rows, carrier_share=[old]), vendor_ids=["alpha"])) == (0.54, 0.64)


def test_a_joint_network_leaves_the_hull_of_both():
    rows = [share("alpha", "60", carrier="north"), share("alpha", "10", carrier="tower")]
    whole = [weight("north", "100")]
    joint = rides("north", "tower", from_on=date(2023, 1, 1))
    row = only(bounds(market_share=rows, carrier_share=whole, rides_on=[joint]), vendor_ids=["alpha"])
    assert ends(row) == (0.1, 0.6)
    assert f"rides_on:{joint['row_id']}" in row["inputs"]
    assert "shared networks leave the part carried by the other unknown: north on tower" in row["label"]
    before = figures(market_share=rows, carrier_share=whole, rides_on=[joint], as_of=date(2022, 12, 31))
    assert pick(before["vendor_share"], method="bounds") == []


def test_an_arrangement_counts_from_its_first_day_to_the_day_before_its_end():
    rows = [share("alpha", "60", carrier="north", as_of="2020"), share("alpha", "10", carrier="tower", as_of="2020")]
    whole = [weight("north", "100", as_of="2020")]
    joint = [rides("north", "tower", from_on=date(2023, 1, 1), to_on=date(2024, 1, 1))]
    asked = {"market_share": rows, "carrier_share": whole, "rides_on": joint}
    for day, expected in (
        (date(2022, 12, 31), 0.6),
        (date(2023, 1, 1), 0.1),
        (date(2023, 12, 31), 0.1),
        (date(2024, 1, 1), 0.6),
    ):
        found = figures(as_of=day, **asked)["vendor_share"]
        assert only(found, method="bounds", vendor_ids=["alpha"])["low_share"] == expected


def test_a_carrier_without_a_network_of_its_own_is_its_host():
    rows = [share("alpha", "10", carrier="tower")]
    ride = [rides("north", "tower", form="virtual carrier")]
    row = only(bounds(market_share=rows, carrier_share=[weight("north", "100")], rides_on=ride), vendor_ids=["alpha"])
    assert ends(row) == (0.1, 0.1)


def test_a_carrier_that_others_carry_and_no_row_says_which_has_no_network():
    rows = [share("alpha", "10", carrier="north"), share("alpha", "90", carrier="resale")]
    sizes = [weight("north", "50"), weight("resale", "50")]
    ride = [rides("resale", None, form="virtual carrier")]
    row = only(bounds(market_share=rows, carrier_share=sizes, rides_on=ride), vendor_ids=["alpha"])
    assert ends(row) == (0.05, 0.55)


def test_a_reseller_has_no_radio_that_could_serve_a_site():
    rows = [share("alpha", "20", carrier="north"), share("alpha", "50", carrier="tower")]
    sizes = [weight("north", "60"), weight("resale", "20"), weight("other-resale", "20")]
    asked = {"market_share": rows, "carrier_share": sizes, "site": [site("camp")]}
    row = only(figures(**asked)["site_dependence"], vendor_ids=["alpha"], scenario=None)
    assert (row["low_share"], row["high_share"], row["asked_carrier_count"]) == (0.0, 1.0, 4)
    ride = [rides("resale", "tower", form="virtual carrier"), rides("other-resale", None, form="virtual carrier")]
    row = only(figures(rides_on=ride, **asked)["site_dependence"], vendor_ids=["alpha"], scenario=None)
    assert (row["low_share"], row["high_share"], row["asked_carrier_count"]) == (0.2, 0.5, 2)
    # Without the row on the one whose host is not stated it may have a network of its own.
    row = only(figures(rides_on=ride[:1], **asked)["site_dependence"], vendor_ids=["alpha"], scenario=None)
    assert (row["low_share"], row["high_share"]) == (0.0, 1.0)


def test_a_circle_of_arrangements_ends():
    rows = [share("alpha", "10", carrier="north"), share("alpha", "30", carrier="south")]
    ring = [rides("north", "south"), rides("south", "north")]
    row = only(bounds(market_share=rows, carrier_share=[weight("north", "100")], rides_on=ring), vendor_ids=["alpha"])
    assert ends(row) == (0.1, 0.3)


def test_a_preliminary_agreement_changes_no_figure_and_is_listed():
    rows = [share("alpha", "60", carrier="north"), share("alpha", "10", carrier="tower")]
    found = figures(market_share=rows, carrier_share=HALVES, rides_on=[rides("north", "tower", binding="preliminary")])
    assert ends(only(found["vendor_share"], method="bounds", vendor_ids=["alpha"])) == (0.3, 0.8)
    assert only(found["finding"])["says"] == "Preliminary; it changes no figure until it binds: north on tower."


def test_later_estimates_make_a_bound_of_their_own():
    day = date(2018, 11, 23)
    later = {"market_share_later": [share("alpha", "10", carrier="north", as_of="2018-12")]}
    known = {"carrier_share": [weight("north", "50", as_of="2018-06")]}
    found = figures(as_of=day, known=day, **known, **later)
    row = only(found["vendor_share"], method="bounds")
    assert (ends(row), row["later_estimate"]) == ((0.05, 0.55), True)
    assert row["label"].endswith("rests on estimates published after the day in question")
    assert found["common_failure"] == []


def test_common_failure_of_radio_is_the_share_and_names_the_carriers():
    rows = [share("alpha", "60", carrier="north")]
    found = figures(market_share=rows, carrier_share=HALVES, deployment=[deployed("south", "alpha")])
    row = only(found["common_failure"], vendor_id="alpha", asset_class="ran")
    assert (ends(row), row["carrier_ids"]) == ((0.3, 0.8), ["north", "south"])
    assert "named at North and South" in row["label"]


def test_the_loss_of_a_part_of_a_core_may_stop_the_whole_carrier():
    core = {"asset_class": "core", "segment": "core", "kind": "equipment"}
    rows = [share("alpha", "10", carrier="north", **core), share("beta", "90", carrier="north", **core)]
    gone = deployed("south", "alpha", "not used", presence="absent", asset_class="core", segment="core")
    found = figures(market_share=rows, carrier_share=HALVES, deployment=[gone])
    row = only(found["common_failure"], vendor_id="alpha", asset_class="core")
    assert ends(row) == (0.05, 0.7)
    assert row["formula"].endswith(
        "the loss of a part may stop the whole carrier, so each upper end above 0 counts as 1"
    )


def test_a_site_of_unknown_carrier_lies_between_the_least_and_the_most_dependent():
    rows = [share("alpha", "60", carrier="north"), share("alpha", "10", carrier="south")]
    found = figures(market_share=rows, site=[site("camp")])["site_dependence"]
    plain = only(found, vendor_ids=["alpha"], scenario=None)
    assert (ends(plain), plain["carrier_id"], plain["harm"]) == ((0.1, 0.6), None, "loss of service")
    assert plain["label"].startswith("camp: carrier unknown; Alpha, ")
    own = only(found, vendor_ids=["alpha"], scenario="own links (satellite, own network) carry the traffic")
    assert ends(own) == (0, 0.6)
    assert not pick(found, scenario="one of the carriers with a published figure serves the site")


def test_a_carrier_without_a_figure_opens_a_sites_interval_and_a_scenario_leaves_it_out():
    rows = [share("alpha", "60", carrier="north"), share("alpha", "10", carrier="south")]
    found = figures(market_share=rows, carrier_share=[weight("east", "20")], site=[site("camp")])["site_dependence"]
    assert ends(only(found, vendor_ids=["alpha"], scenario=None)) == (0, 1)
    narrow = only(found, vendor_ids=["alpha"], scenario="one of the carriers with a published figure serves the site")
    assert ends(narrow) == (0.1, 0.6)


def test_a_supplied_carrier_settles_the_site():
    rows = [share("alpha", "60", carrier="north"), share("alpha", "10", carrier="south")]
    found = figures(market_share=rows, site=[site("camp", "south")])["site_dependence"]
    row = only(found, vendor_ids=["alpha"], scenario=None)
    assert (ends(row), row["carrier_id"]) == ((0.1, 0.1), "south")
    assert row["label"].startswith("camp: South; Alpha, ")


def test_a_site_where_nothing_is_known_of_anybody():
    row = only(figures(site=[site("camp")])["site_dependence"], scenario=None)
    assert (ends(row), row["vendor_ids"]) == ((0, 1), [])
    assert row["formula"] == "least to most dependent of carriers, of which none is on record"


def test_the_carriers_that_an_owner_names_settle_the_site():
    rows = [share("alpha", "60", carrier="north"), share("alpha", "10", carrier="south")]
    more = [weight("east", "20")]
    found = figures(
        market_share=rows, carrier_share=more, site=[site("camp")], site_answer=[answer("camp", ["north", "south"])]
    )["site_dependence"]
    row = only(found, vendor_ids=["alpha"], scenario=None)
    assert (ends(row), row["carrier_id"]) == ((0.1, 0.6), None)
    assert row["label"].startswith("camp: North or South; Alpha, ")
    assert "site_answer:answer-camp-2026-01-01" in row["inputs"]
    one = figures(market_share=rows, site=[site("camp")], site_answer=[answer("camp", ["south"])])["site_dependence"]
    row = only(one, vendor_ids=["alpha"], scenario=None)
    assert (ends(row), row["carrier_id"]) == ((0.1, 0.1), "south")


def test_own_links_open_the_interval_at_nothing_and_no_own_links_end_the_scenario():
    rows = [share("alpha", "60", carrier="north"), share("alpha", "10", carrier="south")]
    own = "own links (satellite, own network) carry the traffic"
    yes = figures(market_share=rows, site=[site("camp")], site_answer=[answer("camp", [], "yes")])["site_dependence"]
    assert ends(only(yes, vendor_ids=["alpha"], scenario=None)) == (0, 0.6)
    no = figures(market_share=rows, site=[site("camp")], site_answer=[answer("camp", [], "no")])["site_dependence"]
    assert ends(only(no, vendor_ids=["alpha"], scenario=None)) == (0.1, 0.6)
    assert not pick(yes, scenario=own)
    assert not pick(no, scenario=own)


def test_the_newest_answer_counts_and_two_of_one_day_that_differ_leave_it_open():
    old, new = answer("camp", ["north"], "yes", day="2025-01-01"), answer("camp", ["south"], None, day="2026-01-01")
    other = answer("camp", ["east"], "no", day="2026-01-01", signer="another")
    assert answers_by_site([old, new])["camp"].carriers == ("south",)
    assert answers_by_site([old, new])["camp"].own_links == "yes"
    both = answers_by_site([other, {**new, "own_links": "yes"}])["camp"]
    assert (both.carriers, both.own_links) == (("east", "south"), None)
