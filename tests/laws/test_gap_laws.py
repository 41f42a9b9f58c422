"""Laws of gaps: they sum to the width of their figure, none exceeds it, and names do not matter."""

from collections import defaultdict
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from support.examples import examples
from unit.dependence.dependence_tables import asset, figures, parties, share, site, verdict, weight

CARRIERS = ("north", "south", "west")
VENDORS = ("alpha", "beta", "gamma")
IDS = {"vendor_share": "share_id", "common_failure": "failure_id", "site_dependence": "dependence_id"}
SUMMED = {"vendor_share", "common_failure"}

CASES = st.fixed_dictionaries(
    {
        "shares": st.dictionaries(
            st.tuples(st.sampled_from(CARRIERS), st.sampled_from(VENDORS), st.sampled_from(["ran", "core"])),
            st.tuples(st.integers(0, 33), st.sampled_from(["=", "over", "about", "under"])),
            max_size=5,
        ),
        "weights": st.dictionaries(st.sampled_from(CARRIERS), st.integers(1, 33)),
        "outcomes": st.lists(
            st.sampled_from(["restricted", "clear", "conditional", "undetermined"]), min_size=3, max_size=3
        ),
        "units": st.lists(st.tuples(st.sampled_from([*VENDORS, None]), st.integers(1, 5)), max_size=3),
    }
)


def worked(case: dict[str, Any], to: dict[str, str]) -> dict[str, list[Any]]:
    """The figures of a case whose vendors and carriers have other names."""
    rows = [
        share(to[vendor], str(value), words, carrier=to[carrier], asset_class=where, segment=where)
        for (carrier, vendor, where), (value, words) in sorted(case["shares"].items())
    ]
    return figures(
        party=parties(carriers=[to[carrier] for carrier in CARRIERS]),
        market_share=rows,
        carrier_share=[weight(to[carrier], str(value)) for carrier, value in sorted(case["weights"].items())],
        verdict=[verdict(to[v], outcome) for v, outcome in zip(VENDORS, case["outcomes"], strict=True)],
        asset=[
            asset(f"a{i}", to["north"], vendor and to[vendor], count) for i, (vendor, count) in enumerate(case["units"])
        ],
        site=[site("camp"), site("fort", to["south"])],
    )


SAME = {name: name for name in (*CARRIERS, *VENDORS)}
MOVED_CARRIERS, MOVED_VENDORS = ("west", "north", "south"), ("gamma", "alpha", "beta")
OTHER = dict(zip((*CARRIERS, *VENDORS), (*MOVED_CARRIERS, *MOVED_VENDORS), strict=True))


@settings(max_examples=examples(40), deadline=None)
@given(CASES)
def test_gaps_sum_to_the_width_and_names_do_not_matter(case: dict[str, Any]) -> None:
    found = worked(case, SAME)
    gaps = defaultdict(list)
    for gap in found["gap"]:
        gaps[gap["figure_id"]].append(gap)
    for table, column in IDS.items():
        for row in found[table]:
            width = row["high_share"] - row["low_share"]
            mine = gaps.pop(row[column], [])
            total = sum(gap["width_share"] for gap in mine)
            for gap in mine:
                assert 0 < gap["width_share"] <= width + 1e-9
                assert abs(gap["width_share"] + gap["left_share"] - width) < 1e-9
            open_figure = row.get("part") in (None, "restricted") and not row.get("later_estimate")
            if table in SUMMED and open_figure:
                assert abs(total - width) < 1e-9, (row, mine)
            elif table == "vendor_share":
                assert not mine
    assert not gaps
    renamed = worked(case, OTHER)
    back = {new: old for old, new in OTHER.items()}

    def shape(rows: list[Any], names: dict[str, str]) -> list[tuple[object, ...]]:
        return sorted(
            (g["kind"], names.get(g["carrier_id"], ""), g["asset_class"], g["width_share"], g["left_share"])
            for g in rows
        )

    assert shape(renamed["gap"], back) == shape(found["gap"], SAME)
