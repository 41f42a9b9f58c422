"""Rows of concentration: worked by hand, with their places, dates and standing."""

from datetime import date

from unit.dependence.dependence_tables import deployed, figures, only, pick, share, weight


def rows(**tables):
    return figures(**tables)["concentration"]


def ends(row):
    return round(row["low_hhi_points"], 6), round(row["high_hhi_points"], 6)


def test_a_carrier_whose_vendors_are_all_published():
    made = [
        share("alpha", "53", carrier="north"),
        share("beta", "27", carrier="north"),
        share("gamma", "20", carrier="north"),
    ]
    row = only(rows(market_share=made), carrier_id="north")
    assert ends(row) == (3938, 3938)
    assert (row["figure_count"], row["coverage_share"], row["newest"]) == (3, 1.0, True)
    assert row["vendor_ids"] == ["alpha", "beta", "gamma"]
    assert row["label"] == "concentration of vendors: share of sites (X), RAN, North, 2025"
    assert len(row["inputs"]) == 3


def test_what_nobody_names_is_spread_thin_or_one_vendor():
    row = only(rows(market_share=[share("alpha", "60", carrier="north")]))
    assert ends(row) == (3600, 5200)
    assert row["coverage_share"] == 0.6
    assert row["formula"] == (
        "10,000 x the sum of squared shares, least and greatest over all splits that meet: Alpha [0.6, 0.6]"
    )


def test_a_set_published_together_and_a_share_above_a_number():
    assert ends(only(rows(market_share=[share("huawei+zte", "59")]))) == (1740.5, 5162)
    assert ends(only(rows(market_share=[share("alpha", "50", "over")]))) == (2500, 10_000)


def test_words_without_a_number_give_no_row():
    assert rows(market_share=[share("alpha", "", "some")]) == []


def test_the_newest_shares_of_a_kind_say_so_and_forecasts_are_left_out():
    made = [
        share("alpha", "60", as_of="2020"),
        share("alpha", "40", as_of="2024"),
        share("alpha", "10", as_of="2026", forecast=True),
    ]
    assert [(row["as_of"], row["newest"]) for row in sorted(rows(market_share=made), key=lambda r: r["as_of"])] == [
        ("2020", False),
        ("2024", True),
    ]


def test_the_market_of_the_world_stands_beside_and_is_never_mixed_with_another():
    made = [
        share("alpha", "60", geo="World", kind="revenue", measure="revenue (Z)"),
        share("alpha", "30", geo="World excl. China", kind="revenue", measure="revenue (Z)"),
        share("alpha", "20"),
        share("alpha", "90", geo="France"),
    ]
    found = {row["place"]: ends(row) for row in rows(market_share=made)}
    assert found == {"Germany": (400, 6800), "World": (3600, 5200), "World excl. China": (900, 5800)}
    assert {row["country"] for row in rows(market_share=made)} == {"Germany"}


def test_a_sole_vendor_in_words_is_one_vendor_alone():
    row = only(rows(deployment=[deployed("north", "alpha", extent="sole")], carrier_share=[weight("north", "50")]))
    assert ends(row) == (10_000, 10_000)
    assert row["measure"] == "stated absence or sole supply"


def test_an_absence_alone_says_nothing_of_the_index():
    assert rows(deployment=[deployed("north", "alpha", presence="absent")], carrier_share=[weight("north", "50")]) == []


def test_a_weak_source_is_marked_where_it_moves_an_end():
    weak = share("alpha", "60", carrier="north", source="forum-page")
    assert only(rows(market_share=[weak]))["to_be_checked"]
    strong = [share("alpha", "60", carrier="north"), weak]
    assert not only(rows(market_share=strong))["to_be_checked"]


def test_shares_that_contradict_each_other_are_read_every_way():
    row = only(rows(market_share=[share("alpha", "60"), share("beta", "70")]))
    assert ends(row) == (3540.25, 5840.5)  # read as rounded to whole percents
    assert "exclude each other" in row["formula"]


def test_what_was_published_after_the_day_known_is_marked():
    later = share("alpha", "60", as_of="2018")
    found = figures(known=date(2018, 11, 23), as_of=date(2018, 11, 23), market_share_later=[later])["concentration"]
    assert [row["later_estimate"] for row in found] == [True]
    assert pick(found, later_estimate=False) == []
