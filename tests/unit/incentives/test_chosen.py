"""What carriers chose afterwards, on the facts that ship and on small tables."""

from datetime import date
from typing import Any

import polars as pl
import pytest

from provenet.case.tables import frame
from provenet.incentives.award_rows import VendorChoice, find_choices
from support.approach_tables import PLACED, Row, bundled, deployment, tables
from support.purchase_tables import purchase

AS_OF = date(2018, 11, 23)


@pytest.fixture(scope="module")
def real() -> dict[str, pl.DataFrame]:
    return bundled()


def names_of(real: dict[str, pl.DataFrame]) -> dict[str, str]:
    return {row["party_id"]: row["name"] for row in real["party"].iter_rows(named=True)}


@pytest.fixture(scope="module")
def came(real: dict[str, pl.DataFrame]) -> dict[str, VendorChoice]:
    return find_choices(real["purchase"], real["procurement"], real["deployment"], as_of=AS_OF, names=names_of(real))


@pytest.mark.parametrize(
    ("purchase_id", "vendors", "day"),
    [
        ("de-dt-5g-ran", ("ericsson",), date(2020, 7, 22)),
        ("de-o2-5g-ran", ("huawei", "nokia"), date(2019, 12, 11)),
        ("de-o2-5g-core", ("ericsson",), date(2020, 6, 2)),
        ("de-vf-5g-ran", (), None),
        ("jp-sb-5g-ran", ("ericsson", "nokia"), date(2019, 5, 29)),
        ("jp-kddi-5g-ran", ("ericsson", "nokia", "samsung"), date(2019, 9, 30)),
        ("jp-rk-5g-ran", ("nec",), date(2019, 6, 5)),
        ("jp-docomo-5g-ran", ("fujitsu", "nec", "nokia"), date(2019, 9, 1)),
        ("it-vf-5g-ran", ("huawei",), date(2021, 5, 20)),
        ("it-tim-5g-core", ("ericsson",), date(2022, 11, 1)),
        ("it-tim-5g-ran", ("huawei",), date(2020, 1, 1)),
        ("it-iliad-5g-ran", ("nokia",), date(2020, 1, 30)),
        ("it-fastweb-5g-ran", ("samsung", "zte"), date(2019, 9, 5)),
        ("it-fastweb-5g-core", (), None),
        ("it-wt-5g-ran", (), None),
        ("de-dt-ran-2027", (), None),
    ],
)
def test_the_contracts_on_record(
    came: dict[str, VendorChoice], purchase_id: str, vendors: tuple[str, ...], day: date | None
) -> None:
    one = came[purchase_id]
    assert (one.vendor_ids, one.day) == (vendors, day)
    assert one.says.startswith("As it turned out") if one.rests_on else one.says == ""
    assert vendors == () or one.rests_on


def test_what_ended_was_vetoed_or_not_invited_is_told_and_is_no_choice(came: dict[str, VendorChoice]) -> None:
    core = came["it-tim-5g-core"]
    assert "2020-07-09, Huawei, 5G core: not invited to the tender; this is no choice of that vendor." in core.says
    ended = came["it-tim-5g-ran"]
    assert "2021-04, Huawei, 5G RAN: contract of 2020 ended by the carrier; this is no choice" in ended.says
    assert ended.says.startswith("As it turned out, it chose Huawei, 2020 (contract).")
    assert "2021-05, Ericsson, 5G RAN: 60% after the contract with Huawei was ended; a share on record." in ended.says
    vetoed = came["it-fastweb-5g-core"]
    assert "deal vetoed as proposed; this is no choice of that vendor" in vetoed.says
    assert [key.partition(":")[0] for key in vetoed.rests_on] == ["procurement"]
    unsaid = came["it-wt-5g-ran"]
    assert "5G (part not stated): deal with Huawei notified under golden power; this tells no choice" in unsaid.says
    share = came["it-vf-5g-ran"]
    assert "2021-05, Huawei, 5G RAN: about 60%; a share on record." in share.says


def test_what_came_before_the_day_or_is_known_of_later_contracts_counts_for_nothing(
    real: dict[str, pl.DataFrame],
) -> None:
    later = find_choices(real["purchase"], real["procurement"], real["deployment"], as_of=date(2020, 1, 1))
    assert later["de-o2-5g-ran"].vendor_ids == ()
    assert later["de-dt-5g-ran"].vendor_ids == ("ericsson",)
    today = find_choices(real["purchase"], real["procurement"], real["deployment"], as_of=date(2026, 11, 25))
    assert {one.vendor_ids for one in today.values()} == {()}


def test_the_order_of_rows_changes_nothing(real: dict[str, pl.DataFrame], came: dict[str, VendorChoice]) -> None:
    read = (real[name] for name in ("purchase", "procurement", "deployment"))
    mixed = [rows.sample(fraction=1, shuffle=True, seed=7) for rows in read]
    assert find_choices(*mixed, as_of=AS_OF, names=names_of(real)) == came


def event(words: str, *vendors: str, on: str = "2027-02-01", **given: Any) -> Row:
    """An event of procurement of North."""
    day = date.fromisoformat(on)
    return {
        "carrier_id": "north", "country": "Utopia", "segment": "5G RAN", "vendor_ids": list(vendors), "event": words,
        "day": on, "day_low_on": day, "day_high_on": day, **given,
    }  # fmt: skip


def small(*events: Row, deployments: tuple[Row, ...] = (), **given: Any) -> VendorChoice:
    """What North chose for a purchase that is signed on the first day of 2027."""
    made = tables(procurement=events, deployment=deployments)
    bought = frame("purchase", [PLACED | {"row_id": "purchase-1"} | purchase(**given)])
    return find_choices(bought, made["procurement"], made["deployment"], as_of=date(2026, 1, 1))["p"]


def test_the_segment_spelled_alike_goes_before_its_class_and_that_before_the_whole() -> None:
    alike = event("selected", "acme", on="2027-06-01")
    same = event("selected", "bolt", segment="RAN", on="2027-03-01")
    whole = event("selected", "cord", segment="whole network", on="2027-01-01")
    other = event("selected", "dora", segment="5G core")
    older = event("selected", "dora", segment="4G RAN")
    elsewhere = event("selected", "dora", carrier_id="south")
    events = [alike, same, whole, other, older, elsewhere]
    for wanted in ("acme", "bolt", "cord"):
        assert small(*events).vendor_ids == (wanted,)
        events.pop(0)
    assert small(*events).vendor_ids == ()
    assert "whole network" in small(whole).says


def test_a_choice_lies_in_the_window_with_its_slack() -> None:
    assert small(event("selected", "acme", on="2026-07-05")).vendor_ids == ("acme",)
    assert small(event("selected", "acme", on="2026-07-04")).vendor_ids == ()
    assert small(event("selected", "acme", on="2028-12-31")).vendor_ids == ("acme",)
    assert small(event("selected", "acme", on="2029-01-01")).vendor_ids == ()


def test_the_earliest_day_is_the_choice_and_the_rest_is_told() -> None:
    one = small(event("selected", "acme"), event("award", "bolt"), event("contract", "cord", on="2027-03-01"))
    assert one.vendor_ids == ("acme", "bolt")
    assert "2027-03-01, cord, 5G RAN: contract; beside that choice." in one.says
    assert len(one.rests_on) == 3


def test_names_in_the_network_count_only_without_an_award_in_that_generation_from_the_first_day_on() -> None:
    day = date(2027, 2, 1)
    dated: Row = {"day": "2027-02-01", "day_low_on": day, "day_high_on": day, "segment": "5G RAN"}
    named = deployment("north", "bolt", **dated)
    assert small(deployments=(named,)).vendor_ids == ("bolt",)
    assert small(event("selected", "acme"), deployments=(named,)).vendor_ids == ("acme",)
    assert small(deployments=(named | {"segment": "RAN"},)).vendor_ids == ()
    assert small(deployments=(named | {"segment": "RAN"},), segment="RAN", generation=None).vendor_ids == ("bolt",)
    assert small(deployments=(named | {"presence": "absent"},)).vendor_ids == ()
    early = {"day": "2026-12-01", "day_low_on": date(2026, 12, 1), "day_high_on": date(2026, 12, 1)}
    assert small(deployments=(named | early,)).vendor_ids == ()
    ended = "60% after the contract with Acme was ended"
    assert small(deployments=(named | {"role": ended},)).vendor_ids == ("bolt",)
    assert small(deployments=(named | {"role": ended, "vendor_ids": ["acme"]},)).vendor_ids == ()
