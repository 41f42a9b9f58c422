"""Restricted, unknown and clear under a policy; counts of an inventory; what nobody publishes."""

from datetime import date

from unit.dependence.dependence_tables import (
    DAY,
    asset,
    deployed,
    ends,
    figures,
    only,
    pick,
    rides,
    share,
    verdict,
    weight,
)

OUTCOMES = [
    verdict("huawei", "restricted"), verdict("zte", "clear"), verdict("alpha", "clear"), verdict("beta", "conditional"),
    verdict("gamma", "undetermined"),
]  # fmt: skip


def parts(packs=("p1",), **rows):
    found = pick(figures(packs, **rows)["vendor_share"], method="parts")
    return {(r["part"], r["unknown_because"]): r for r in found if r["asset_class"] == "ran"}


def test_each_outcome_has_its_part_and_the_unnamed_rest_is_unknown():
    rows = [share(v, p) for v, p in (("huawei", "20"), ("alpha", "30"), ("beta", "15"), ("gamma", "10"))]
    found = parts(market_share=rows, verdict=OUTCOMES)
    assert {key: ends(row) for key, row in found.items()} == {
        ("restricted", None): (0.2, 0.7),
        ("clear", None): (0.3, 0.8),
        ("unknown", "condition"): (0.15, 0.15),
        ("unknown", "verdict"): (0.1, 0.1),
        ("unknown", "vendor"): (0.25, 0.25),
    }
    row = found["restricted", None]
    assert (row["pack"], row["issuer"], row["coverage_share"]) == ("p1", "ministry", 0.75)
    assert row["label"] == (
        "restricted under Policy p1 (issuer ministry, law): share of sites (X), RAN, Germany, 2025; "
        "by the verdicts for ran, layer hardware"
    )
    assert len([i for i in row["inputs"] if i.startswith("verdict:")]) == 4


def test_a_set_of_mixed_outcomes_is_unknown_and_a_set_of_one_outcome_is_not():
    mixed = parts(market_share=[share("huawei+zte", "57")], verdict=OUTCOMES)
    assert ends(mixed["restricted", None]) == (0, 1)
    assert ends(mixed["unknown", "vendor"]) == (1, 1)
    both = [verdict("huawei", "restricted"), verdict("zte", "restricted")]
    one = parts(market_share=[share("huawei+zte", "57")], verdict=both)
    assert ends(one["restricted", None]) == (0.57, 1)
    assert ends(one["unknown", "vendor"]) == (0.43, 0.43)


def test_no_rule_in_force_draws_no_part():
    none = [verdict("huawei", "clear", rules_in_force=0), verdict("alpha", "clear", rules_in_force=0)]
    assert pick(figures(market_share=[share("huawei", "20")], verdict=none)["vendor_share"], method="parts") == []


def test_only_packs_asked_for_the_act_and_the_day_count_and_none_are_added():
    rows = [share("huawei", "20")]
    other = [verdict("huawei", "clear", pack="p2")]
    found = pick(figures(["p1", "p2"], market_share=rows, verdict=OUTCOMES + other)["vendor_share"], method="parts")
    assert ends(only(found, pack="p1", part="restricted", asset_class="ran")) == (0.2, 1)
    assert ends(only(found, pack="p2", part="clear", asset_class="ran")) == (0.2, 1)
    assert parts(["p3"], market_share=rows, verdict=OUTCOMES) == {}
    assert parts(market_share=rows, verdict=[verdict("huawei", "restricted", action="install_new")]) == {}
    assert parts(market_share=rows, verdict=[verdict("huawei", "restricted", as_of=date(2020, 1, 1))]) == {}


def test_a_carriers_verdict_decides_for_the_carrier_and_disagreement_leaves_the_country_unknown():
    split = [verdict("huawei", "restricted", carrier="north"), verdict("huawei", "clear", carrier="south")]
    rows = [share("huawei", "20"), share("huawei", "40", carrier="north")]
    found = pick(figures(market_share=rows, verdict=split)["vendor_share"], method="parts", asset_class="ran")
    assert ends(only(found, carrier_id="north", part="restricted")) == (0.4, 1)
    assert ends(only(found, carrier_id=None, part="unknown", unknown_because="verdict")) == (0.2, 0.2)


def test_country_from_carriers_leaves_missing_weight_unknown():
    rows = [share("huawei", "60", carrier="north"), share("alpha", "50", carrier="south")]
    weights = [weight("north", "50"), weight("south", "30")]
    shares = figures(market_share=rows, carrier_share=weights, verdict=OUTCOMES)["vendor_share"]
    found = pick(shares, method="parts", measure_kind="weighted")
    assert ends(only(found, part="restricted")) == (0.3, 0.85)
    assert ends(only(found, part="clear")) == (0.15, 0.7)
    assert ends(only(found, unknown_because="vendor")) == (0.55, 0.55)


def test_a_joint_network_is_certain_only_of_what_both_networks_are():
    rows = [share("huawei", "60", carrier="north"), share("huawei", "10", carrier="tower")]
    asked = {"market_share": rows, "carrier_share": [weight("north", "100")], "verdict": OUTCOMES}
    shares = figures(rides_on=[rides("north", "tower")], **asked)["vendor_share"]
    assert ends(only(shares, method="parts", measure_kind="weighted", part="restricted")) == (0.1, 1)


def test_asset_classes_of_which_nothing_is_public_are_wholly_unknown():
    asked = [verdict("huawei", "restricted", asset_class="ran.management", layer="management")]
    shares = figures(verdict=asked)["vendor_share"]
    row = only(shares, method="parts", part="restricted", asset_class="ran.management")
    assert (ends(row), row["coverage_share"]) == ((0, 1), 0)
    assert ends(only(shares, method="parts", unknown_because="vendor", asset_class="ran.management")) == (1, 1)
    gap = only(shares, method="not published", asset_class="transport.optical")
    assert (ends(gap), gap["coverage_share"]) == ((0, 1), 0)
    assert gap["label"] == "vendors of optical transport, Germany: not published"


def test_a_gap_names_carriers_without_a_share_and_closes_with_a_figure():
    optical = {"asset_class": "transport.optical", "segment": "optical"}
    named = figures(deployment=[deployed("north", "alpha", **optical)])["vendor_share"]
    row = only(named, method="not published", asset_class="transport.optical")
    assert row["label"].endswith("not published; some are named, without a share, at North")
    with_share = figures(market_share=[share("alpha", "30", **optical)])["vendor_share"]
    assert not pick(with_share, method="not published", asset_class="transport.optical")
    day = date(2018, 11, 23)
    then = only(figures(as_of=day, known=day)["vendor_share"], method="not published", asset_class="cpe")
    assert then["label"].endswith("not published, not known on that day")


def test_an_inventory_is_counted_with_its_unknown_units():
    assets = [asset("a1", "north", "huawei", 3), asset("a2", "north", "alpha", 4), asset("a3", "north", None, 1)]
    shares = figures(asset=assets, verdict=OUTCOMES)["vendor_share"]
    row = only(shares, method="counted", carrier_id="north", vendor_ids=["huawei"])
    assert (ends(row), row["coverage_share"], row["measure_kind"]) == ((0.375, 0.5), 0.875, "units")
    assert row["formula"] == "3 of 8 units listed, 1 of unknown vendor"
    split = pick(shares, method="parts", carrier_id="north")
    assert ends(only(split, part="restricted")) == (0.375, 0.5)
    assert ends(only(split, part="clear")) == (0.5, 0.625)
    assert ends(only(split, unknown_because="vendor")) == (0.125, 0.125)


def test_without_a_unit_to_divide_by_there_is_no_share():
    shares = figures(asset=[asset("a1", "north", "huawei", 0)], verdict=OUTCOMES)["vendor_share"]
    row = only(shares, method="counted", carrier_id="north")
    assert (ends(row), row["coverage_share"]) == ((0, 1), 0)
    assert row["label"].endswith("no unit is listed, so there is no share")
    assert not pick(shares, method="parts", carrier_id="north")


def rest(outcome="clear", named=(), carrier=None):
    return {
        "rest_id": f"rest-{outcome}-{carrier}",
        "pack": "p1",
        "country": "Germany",
        "carrier_id": carrier,
        "asset_class": "ran",
        "layer": "hardware",
        "action": "use",
        "assumed": [],
        "as_of_on": DAY,
        "known_on": None,
        "outcome": outcome,
        "named_ids": list(named),
        "reason": "no rule names it",
        "formula": "rules",
        "inputs": [],
    }


def test_where_a_policy_is_clear_of_all_others_the_rest_is_clear_and_the_formula_says_so():
    rows = [share("huawei", "20")]
    without = parts(market_share=rows, verdict=[verdict("huawei", "restricted")])
    assert (ends(without["restricted", None]), ends(without["clear", None])) == ((0.2, 1), (0, 0.8))
    assert "every vendor" not in without["clear", None]["formula"]

    known = parts(market_share=rows, verdict=[verdict("huawei", "restricted")], rest_verdict=[rest()])
    assert (ends(known["restricted", None]), ends(known["clear", None])) == ((0.2, 0.2), (0.8, 0.8))
    assert known["clear", None]["formula"].endswith("; every vendor but those with another verdict is clear")
    assert "rest_verdict:rest-clear-None" in known["clear", None]["inputs"]
    assert ("unknown", "vendor") not in known

    anyone = parts(verdict=[verdict("huawei", "restricted")], rest_verdict=[rest("undetermined")])
    assert anyone["unknown", "vendor"]["inputs"] == ["rest_verdict:rest-undetermined-None"], "why nobody knows"

    nobody = parts(market_share=rows, verdict=[verdict("huawei", "clear")], rest_verdict=[rest()])
    assert (ends(nobody["restricted", None]), ends(nobody["clear", None])) == ((0, 0), (1, 1))
    assert nobody["clear", None]["formula"].endswith("; every vendor is clear")


def test_a_rest_that_is_not_clear_everywhere_leaves_the_rest_unknown():
    rows, asked = [share("huawei", "20")], [verdict("huawei", "restricted")]
    for given in ([rest("undetermined")], [rest(carrier="north"), rest("restricted", carrier="south")]):
        found = parts(market_share=rows, verdict=asked, rest_verdict=given)
        assert (ends(found["clear", None]), ends(found["unknown", "vendor"])) == ((0, 0.8), (0.8, 0.8))
        assert "every vendor" not in found["clear", None]["formula"]
