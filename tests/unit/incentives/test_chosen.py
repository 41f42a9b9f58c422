"""What carriers chose afterwards, on the facts that ship and on small tables, and offers set beside it."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

import polars as pl
import pytest

from provenet.case.tables import frame
from provenet.incentives.choices import (
    CLEAR,
    EXCLUDED,
    SHARED,
    UNKNOWN,
    VendorChoice,
    find_choices,
    how_it_came,
    replay_sentences,
)
from support.approach_tables import PLACED, Row, bundled, deployment, tables
from support.purchase_tables import purchase

AS_OF = date(2018, 11, 23)
AWAY = ("huawei", "zte")


@pytest.fixture(scope="module")
def real() -> dict[str, pl.DataFrame]:
    return bundled()


def names_of(real: dict[str, pl.DataFrame]) -> dict[str, str]:
    return {row["party_id"]: row["name"] for row in real["party"].iter_rows(named=True)}


@pytest.fixture(scope="module")
def came(real: dict[str, pl.DataFrame]) -> dict[str, VendorChoice]:
    return find_choices(real["purchase"], real["procurement"], real["deployment"], as_of=AS_OF, names=names_of(real))


@pytest.mark.parametrize(
    ("purchase_id", "vendors", "day", "how"),
    [
        ("de-dt-5g-ran-2020", ("ericsson",), date(2020, 7, 22), CLEAR),
        ("de-o2-5g-ran-2019", ("huawei", "nokia"), date(2019, 12, 11), SHARED),
        ("de-o2-5g-core-2020", ("ericsson",), date(2020, 6, 2), CLEAR),
        ("de-vf-5g-ran-2019", (), None, UNKNOWN),
        ("jp-sb-5g-ran-2019", ("ericsson", "nokia"), date(2019, 5, 29), CLEAR),
        ("jp-kddi-5g-ran-2019", ("ericsson", "nokia", "samsung"), date(2019, 9, 30), CLEAR),
        ("jp-rk-5g-ran-2019", ("nec",), date(2019, 6, 5), CLEAR),
        ("jp-docomo-5g-ran-2019", ("fujitsu", "nec", "nokia"), date(2019, 9, 1), CLEAR),
        ("it-vf-5g-ran-2021", ("huawei",), date(2021, 5, 20), EXCLUDED),
        ("it-tim-5g-core-2020", ("ericsson",), date(2022, 11, 1), CLEAR),
        ("it-tim-5g-ran-2020", ("ericsson", "nokia"), date(2021, 5, 1), SHARED),
        ("it-iliad-5g-ran-2019", ("nokia",), date(2020, 1, 30), CLEAR),
        ("it-fastweb-5g-ran-2019", ("samsung", "zte"), date(2019, 9, 5), SHARED),
        ("it-fastweb-5g-core-2020", (), None, UNKNOWN),
        ("it-wt-5g-ran-2019", (), None, UNKNOWN),
        ("de-dt-ran-2027", (), None, UNKNOWN),
    ],
)
def test_the_contracts_on_record(
    came: dict[str, VendorChoice], purchase_id: str, vendors: tuple[str, ...], day: date | None, how: str
) -> None:
    one = came[purchase_id]
    assert (one.vendor_ids, one.day) == (vendors, day)
    assert how_it_came(one, AWAY) == how
    assert one.says.startswith("As it turned out") if one.rests_on else one.says == ""
    assert vendors == () or one.rests_on


def test_what_ended_was_vetoed_or_not_invited_is_told_and_is_no_choice(came: dict[str, VendorChoice]) -> None:
    core = came["it-tim-5g-core-2020"]
    assert "2020-07-09, Huawei, 5G core: not invited to the tender; this is no choice of that vendor." in core.says
    ended = came["it-tim-5g-ran-2020"]
    assert "2021-04, Huawei, 5G RAN: contract of 2020 ended by the carrier; this is no choice" in ended.says
    assert ended.ended == ("huawei",) and core.ended == ()
    (line, _) = replay_sentences([award("it-tim-5g-ran-2020", 0.0)], {"it-tim-5g-ran-2020": ended}, AWAY, names={})
    assert "(shared: at first with huawei, until that was ended)" in line
    assert "(it-tim-5g-ran-2020)" in line
    came_then = {"it-tim-5g-ran-2020": ended}
    (line, _) = replay_sentences(
        [award("it-tim-5g-ran-2020", 0.0)], came_then, AWAY, names={}, known_on=date(2018, 1, 1)
    )
    assert "(it-tim-5g-ran)" in line
    assert not ended.awarded and "no award is on record, and rows name for it Ericsson and Nokia" in ended.says
    vetoed = came["it-fastweb-5g-core-2020"]
    assert "deal vetoed as proposed; this is no choice of that vendor" in vetoed.says
    assert [key.partition(":")[0] for key in vetoed.rests_on] == ["procurement"]
    unsaid = came["it-wt-5g-ran-2019"]
    assert "5G (part not stated): deal with Huawei notified under golden power; this tells no choice" in unsaid.says
    share = came["it-vf-5g-ran-2021"]
    assert "2021-05, Huawei, 5G RAN: about 60%; a share on record." in share.says


def test_what_came_before_the_day_or_is_known_of_later_contracts_counts_for_nothing(
    real: dict[str, pl.DataFrame],
) -> None:
    later = find_choices(real["purchase"], real["procurement"], real["deployment"], as_of=date(2020, 1, 1))
    assert later["de-o2-5g-ran-2019"].vendor_ids == ()
    assert later["de-dt-5g-ran-2020"].vendor_ids == ("ericsson",)
    today = find_choices(real["purchase"], real["procurement"], real["deployment"], as_of=date(2026, 11, 25))
    assert {one.vendor_ids for one in today.values()} == {()}


def test_the_order_of_rows_changes_nothing(real: dict[str, pl.DataFrame], came: dict[str, VendorChoice]) -> None:
    mixed = {
        name: real[name].sample(fraction=1, shuffle=True, seed=7) for name in ("purchase", "procurement", "deployment")
    }
    assert (
        find_choices(mixed["purchase"], mixed["procurement"], mixed["deployment"], as_of=AS_OF, names=names_of(real))
        == came
    )


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


def award(name: str, offer: float = 40e6, **given: Any) -> Row:
    """What a purchase of the carrier of that name is awarded."""
    return {
        "purchase_id": name, "carrier_id": name, "award_amount": offer, "currency": "EUR", "price_year": "2018",
        "low_need_amount": 10e6, "high_need_amount": 60e6, "low_before_p_clear_share": 0.2,
        "high_before_p_clear_share": 0.6, "low_after_p_clear_share": 0.5, "high_after_p_clear_share": 0.9,
        "signed_on": date(2019, 1, 1), **given,
    }  # fmt: skip


def test_offers_stand_beside_what_carriers_chose() -> None:
    came = {
        "a": VendorChoice(("nokia", "huawei"), "", (), date(2019, 12, 11)),
        "b": VendorChoice(("ericsson",), "", (), date(2020, 7, 22)),
        "c": VendorChoice(("huawei",), "", (), date(2020, 7, 22)),
        "d": VendorChoice((), "", (), None),
        "f": VendorChoice(("nokia",), "", (), date(2020, 7, 22), False),
    }
    awards = [award("a", 0.0), award("b"), award("c", 60e6), award("d", 5e6), award("e"), award("f", 0.0)]
    names = {"a": "North", "nokia": "Nokia", "huawei": "Huawei", "ericsson": "Ericsson"}
    told = replay_sentences(awards[::-1], came, AWAY, names=names)
    before = "; without aid the model gives a clear choice in 20 to 60 % of the scenarios"
    need = "in 50 to 90 %; the need lies between 10 million and 60 million, so the offer would"
    assert told == [
        f"North (a) chose Huawei and Nokia (shared: not all of it clear){before}; it is offered nothing.",
        f"b (b) chose Ericsson{before}, with an offer of 40 million EUR (2018) {need} have tipped the contract over "
        "part of the band; the carrier chose clear without that offer.",
        f"c (c) chose Huawei{before}, with an offer of 60 million EUR (2018) {need} have tipped the contract over the "
        "whole band.",
        f"d (d): the record does not state whom it chose{before}, with an offer of 5 million EUR (2018) {need} not "
        "have tipped the contract anywhere in the band.",
        f"e (e): the record does not state whom it chose{before}, with an offer of 40 million EUR (2018) {need} "
        "have tipped the contract over part of the band.",
        f"f (f): rows name Nokia, no award is on record{before}; it is offered nothing.",
        "As it turned out: of 6 contracts the choice of 4 is on record: clear vendors alone 2, shared with vendors "
        "that the aid may not be spent on 1, those alone as far as the record states 1. Without aid the model expects "
        "0.8 to 2.4 of them to be clear, the bounds summed; 2 lies inside these bounds. They are bounds of assumed "
        "gaps, so this is no test of the model beyond that.",
    ]
    shuffled = list(awards)
    random.Random(3).shuffle(shuffled)
    assert replay_sentences(shuffled, came, AWAY, names=names) == told


def test_a_choice_outside_the_band_is_called_a_miss() -> None:
    clear, away = VendorChoice(("ericsson",), ""), VendorChoice(("huawei",), "")
    low = award("a", 0.0, low_before_p_clear_share=0.0, high_before_p_clear_share=0.2)
    high = award("b", 0.0, low_before_p_clear_share=0.9, high_before_p_clear_share=1.0)
    missed = replay_sentences([low, high], {"a": clear, "b": away}, AWAY, names={})
    assert [says.count("(a miss)") for says in missed] == [1, 1, 0]
    assert "1 lies inside these bounds" in missed[-1]
    right = replay_sentences([low, high], {"a": away, "b": clear}, AWAY, names={})
    assert [says.count("(a miss)") for says in right] == [0, 0, 0]
    assert (
        "1 lies outside these bounds: a miss of the model" in replay_sentences([low], {"a": clear}, AWAY, names={})[-1]
    )


def test_an_even_chance_is_no_miss_and_an_offer_of_the_least_need_tips_part_of_the_band() -> None:
    away, clear = VendorChoice(("huawei",), ""), VendorChoice(("ericsson",), "")
    even = award("a", 0.0, low_before_p_clear_share=0.5, high_before_p_clear_share=0.5)
    assert "(a miss)" not in replay_sentences([even], {"a": away}, AWAY, names={})[0]
    assert "(a miss)" not in replay_sentences([even], {"a": clear}, AWAY, names={})[0]
    for offer, says in ((10e6, "over part of the band"), (60e6, "over the whole band"), (9e6, "anywhere in the band")):
        assert replay_sentences([award("a", offer)], {"a": away}, AWAY, names={})[0].rstrip(".").endswith(says)


def test_an_outcome_at_an_end_of_the_bounds_lies_inside_them() -> None:
    clear, away = VendorChoice(("ericsson",), ""), VendorChoice(("huawei",), "")
    sure = award("a", 0.0, low_before_p_clear_share=1.0, high_before_p_clear_share=1.0)
    never = award("a", 0.0, low_before_p_clear_share=0.0, high_before_p_clear_share=0.0)
    assert "1 lies inside these bounds" in replay_sentences([sure], {"a": clear}, AWAY, names={})[-1]
    assert "0 lies inside these bounds" in replay_sentences([never], {"a": away}, AWAY, names={})[-1]
    assert "0 lies outside these bounds" in replay_sentences([sure], {"a": away}, AWAY, names={})[-1]


def test_chances_are_told_in_whole_percentages() -> None:
    given = award("a", 0.0, low_before_p_clear_share=0.234, high_before_p_clear_share=0.566)
    assert (
        "a clear choice in 23 to 57 % of the scenarios"
        in replay_sentences([given], {"a": VendorChoice(("huawei",), "")}, AWAY, names={})[0]
    )


def test_a_need_without_an_upper_end_is_tipped_over_part_of_the_band_at_most() -> None:
    (first, _) = replay_sentences([award("a", 80e6, high_need_amount=None)], {}, AWAY, names={})
    assert first.endswith(
        "the need is 10 million or more, without an end where there is no clear choice, so the offer would have tipped "
        "the contract over part of the band."
    )
    (none, _) = replay_sentences([award("a", 80e6, low_need_amount=None, high_need_amount=None)], {}, AWAY, names={})
    assert none.endswith("no aid tips the contract: there is no clear choice in any scenario.")


def test_without_contracts_there_is_nothing_to_tell_and_without_choices_that_is_told() -> None:
    assert replay_sentences([], {}, AWAY, names={}) == []
    assert replay_sentences([award("a", 0.0)], {}, AWAY, names={})[-1] == (
        "As it turned out: of none of the 1 contracts is the choice on record."
    )
