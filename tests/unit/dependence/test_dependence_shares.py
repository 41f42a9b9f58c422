"""Published and implied shares of hand-made tables."""

from datetime import date

from unit.dependence.dependence_tables import ends, figures, only, pick, share


def test_a_share_of_a_set_stands_as_published_and_bounds_each_member():
    row = share("huawei+zte", "57", kind="subscribers", measure="share of subscribers (S)")
    shares = figures(market_share=[row])["vendor_share"]
    published = only(shares, method="published")
    assert ends(published) == (0.57, 0.57)
    assert published["inputs"] == [f"market_share:{row['row_id']}"]
    assert published["coverage_share"] == 1
    assert published["measure_kind"] == "subscribers"
    assert published["label"] == "Huawei and Zte: share of subscribers (S), RAN, Germany, 2025"
    assert ends(only(shares, method="implied", vendor_ids=["huawei"])) == (0, 0.57)
    rest = only(shares, method="implied", complement=True)
    assert ends(rest) == (0.43, 0.43)
    assert rest["label"].endswith("; not those vendors, which is not the same as clear")


def test_all_others_is_everybody_but_those_named_beside_it():
    rows = [share("alpha+beta", "70"), share("gamma", "20"), share("", "10", complement=True)]
    shares = figures(market_share=rows)["vendor_share"]
    others = only(shares, method="published", complement=True)
    assert others["vendor_ids"] == ["alpha", "beta", "gamma"]
    assert ends(others) == (0.1, 0.1)
    assert not pick(shares, method="implied", complement=True)


def test_unlike_measures_dates_segments_and_generations_are_never_one_whole():
    rows = [
        share("alpha", "60"), share("beta", "60", measure="share of sites as counted otherwise"),
        share("gamma", "60", as_of="2024"), share("delta", "60", segment="5G RAN", generation="5G"),
        share("huawei", "60", carrier="north"), share("zte", "60", forecast=True),
    ]  # fmt: skip
    found = figures(market_share=rows)
    assert found["finding"] == []
    for vendor in ("alpha", "beta", "gamma", "delta", "huawei"):
        assert ends(only(found["vendor_share"], vendor_ids=[vendor], method="published")) == (0.6, 0.6)


def test_all_dates_stand_and_the_newest_not_after_the_day_is_marked():
    rows = [share("alpha", said, as_of=day) for said, day in (("60", "2020"), ("50", "2025-06"), ("40", "2025"))]
    shares = figures(market_share=rows)["vendor_share"]
    marked = {r["as_of"]: r["newest"] for r in pick(shares, method="published")}
    assert marked == {"2020": False, "2025-06": False, "2025": True}
    earlier = figures(market_share=rows, as_of=date(2024, 5, 1))["vendor_share"]
    assert [r["as_of"] for r in pick(earlier, method="published")] == ["2020"]


def test_contradictory_shares_both_stand_with_a_finding():
    rows = [share("alpha", "9.5"), share("alpha", "9.7")]
    found = figures(market_share=rows)
    both = pick(found["vendor_share"], method="published", vendor_ids=["alpha"])
    assert sorted(map(ends, both)) == [(0.095, 0.095), (0.097, 0.097)]
    assert all("published shares of this whole exclude each other, both are shown" in r["label"] for r in both)
    assert ends(only(found["vendor_share"], method="implied", complement=False)) == (0.0945, 0.0975)
    finding = only(found["finding"])
    assert finding["says"] == (
        "Published shares of one whole exclude each other: share of sites (X), RAN, Germany, 2025. "
        "Both are shown; none is averaged."
    )
    assert finding["inputs"] == sorted(f"market_share:{r['row_id']}" for r in rows)


def test_two_sources_of_one_figure_are_one_row_and_its_id_hangs_on_no_value():
    one = figures(market_share=[share("alpha", "60"), share("alpha", "60")])["vendor_share"]
    other = figures(market_share=[share("alpha", "10")])["vendor_share"]
    row = only(one, method="published")
    assert len(row["inputs"]) == 2
    assert row["share_id"] == only(other, method="published")["share_id"]


def test_workings_in_a_measure_do_not_split_a_whole():
    rows = [
        share("huawei", "26.9", measure="share of purchases: JPY 20.6bn of 76.7bn (N), our division", kind="spending"),
        share("zte", "4.6", measure="share of purchases: JPY 3.5bn of 76.7bn (N), our division", kind="spending"),
    ]
    rest = only(figures(market_share=rows)["vendor_share"], method="implied", complement=True)
    assert ends(rest) == (0.685, 0.685)
    assert rest["measure"] == "share of purchases (N), our division"


def test_to_be_checked_where_only_a_weak_source_or_an_unread_row_carries_it():
    rows = [share("alpha", "10", source="forum-page"), share("beta", "20", reading="not read"), share("gamma", "30")]
    shares = pick(figures(market_share=rows)["vendor_share"], method="published")
    assert {r["vendor_ids"][0]: r["to_be_checked"] for r in shares} == {"alpha": True, "beta": True, "gamma": False}
    second = [share("alpha", "10", source="forum-page"), share("alpha", "10")]
    assert not only(figures(market_share=second)["vendor_share"], method="published")["to_be_checked"]


def test_later_estimates_stand_apart_and_join_no_whole_of_the_day():
    day = date(2018, 11, 23)
    later = [share("beta", "10", as_of="2018-12"), share("beta", "5", as_of="2019")]
    today = [share("alpha", "95", as_of="2018-12")]
    found = figures(as_of=day, known=day, market_share=today, market_share_later=later)
    shares = found["vendor_share"]
    assert found["finding"] == []
    assert not pick(shares, vendor_ids=["alpha"])
    row = only(shares, vendor_ids=["beta"], method="published")
    assert (row["as_of"], row["later_estimate"], row["newest"]) == ("2018-12", True, None)
    assert "published after the day in question" in row["label"]
