"""Verdicts of a tiny case, worked by hand: what is known on a day, who decides, what hangs on a disputed claim."""

from datetime import date
from typing import Any

import polars as pl
import pytest

from provenet.case.tables import frame
from provenet.core.errors import UsageFault
from provenet.evidence.screen import printed
from provenet.policy.packs import Packs
from support.screening import screen
from unit.evidence.small_case import SHARE, claim, packs, party, searched, stake, tables

AS_OF = date(2021, 1, 1)
PARTIES = [
    party("acme", "vendor", "CN"),
    party("daughter", "vendor", "IE"),
    party("holding", "other", "CN"),
    party("net-one", "carrier", "DE"),
    party("net-two", "carrier", "IT"),
]
RULE = "pack: p\nissuer: some-office\nrules:\n  - {id: R, effect: prohibit, rank: 1, when: %s}\n"


def ask(policy: Packs, given: dict[str, pl.DataFrame], vendor: str = "acme", **more: Any) -> dict[str, Any]:
    """The verdict on one vendor's core software in use; all carriers and profiles are screened."""
    rows = screen(given, policy, ["p"], as_of=more.pop("as_of", AS_OF), **more)
    picked = {"vendor_id": vendor, "asset_class": "core", "layer": "software", "action": "use"}
    found = [row for row in rows if all(row[key] == value for key, value in picked.items())]
    assert found
    return found[0]


def outcome(policy: Packs, given: dict[str, pl.DataFrame], vendor: str = "acme", **more: Any) -> str:
    return str(ask(policy, given, vendor, **more)["outcome"])


@pytest.mark.parametrize(
    ("stances", "expected", "disputed", "hangs", "step"),
    [
        ([], "undetermined", False, False, "nothing on record"),
        (["asserts"], "restricted", False, False, "asserted, no denial on record"),
        (["denies"], "clear", False, False, "denied, not asserted"),
        (["asserts", "denies"], "undetermined", True, True, "disputed"),
        (["asserts", "qualifies"], "restricted", False, False, "asserted, no denial on record"),
    ],
)
def test_a_fact_from_claims(stances: list[str], expected: str, disputed: bool, hangs: bool, step: str) -> None:
    claims = [claim(f"c{at}", "x", stance, date(2020, 1, 1)) for at, stance in enumerate(stances)]
    row = ask(packs(RULE % "{fact: x}"), tables(PARTIES, claim=claims))
    assert (row["outcome"], row["disputed"], row["hangs_on_disputed"]) == (expected, disputed, hangs)
    assert row["facts"][0]["step"] == step
    assert row["claims_for"] == [f"c{at}" for at, stance in enumerate(stances) if stance == "asserts"]
    assert row["claims_against"] == [f"c{at}" for at, stance in enumerate(stances) if stance == "denies"]


def test_a_verdict_may_rest_on_a_disputed_fact_and_not_hang_on_it() -> None:
    claims = [claim("a", "x", "asserts"), claim("b", "x", "denies"), claim("c", "y", "asserts")]
    given = tables(PARTIES, claim=claims)
    either = ask(packs(RULE % "{any: [{fact: x}, {fact: y}]}"), given)
    assert (either["outcome"], either["disputed"], either["hangs_on_disputed"]) == ("restricted", True, False)
    both = ask(packs(RULE % "{all: [{fact: x}, {fact: y}]}"), given)
    assert (both["outcome"], both["disputed"], both["hangs_on_disputed"]) == ("undetermined", True, True)
    other = ask(packs(RULE % "{all: [{fact: x}, {vendor_in: holding}]}"), given)
    assert (other["outcome"], other["disputed"], other["hangs_on_disputed"]) == ("clear", True, False)


def test_a_verdict_can_hang_on_two_disputed_facts_together() -> None:
    """Either true makes it restricted; only both false make it clear."""
    claims = [claim(f"{fact}{stance}", fact, stance) for fact in "xy" for stance in ("asserts", "denies")]
    row = ask(packs(RULE % "{any: [{fact: x}, {fact: y}]}"), tables(PARTIES, claim=claims))
    assert (row["outcome"], row["hangs_on_disputed"]) == ("undetermined", True)


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (date(2018, 11, 22), "undetermined"),
        (date(2018, 11, 23), "restricted"),
        (date(2018, 11, 24), "undetermined"),
        (date(2018, 12, 30), "undetermined"),
        (date(2018, 12, 31), "clear"),
        (None, "clear"),
    ],
)
def test_what_was_known_on_a_day(known: date | None, expected: str) -> None:
    """Asserted on the 23rd, denied on the 24th, withdrawn in December, a month that counts from its last day."""
    claims = [
        claim("a", "x", "asserts", date(2018, 11, 23), speaker="Newspaper"),
        claim("b", "x", "denies", date(2018, 11, 24)),
        claim("c", "x", "qualifies", date(2018, 12, 31), speaker="Newspaper", answers_claim_id="a"),
        claim("undated", "x", "denies", None),
    ]
    if known is None:
        claims = claims[:3]
    given = tables(PARTIES, claim=claims)
    assert outcome(packs(RULE % "{fact: x}"), given, known=known) == expected


def test_a_claim_counts_from_the_later_of_its_own_day_and_that_of_its_source() -> None:
    late = claim("a", "x", "asserts", date(2018, 11, 1), sourced_high_on=date(2018, 11, 23))
    given = tables(PARTIES, claim=[late])
    assert outcome(packs(RULE % "{fact: x}"), given, known=date(2018, 11, 22)) == "undetermined"
    assert outcome(packs(RULE % "{fact: x}"), given, known=date(2018, 11, 23)) == "restricted"


DECIDED = "pack: p\nissuer: some-office\nrules:\n  - {id: R, effect: prohibit, when: {fact: x}, decided_by: issuer}\n"


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        (date(2020, 3, 31), "undetermined"),
        (date(2020, 4, 1), "restricted"),
        (date(2020, 6, 30), "restricted"),
        (date(2020, 7, 1), "clear"),
        (date(2021, 1, 1), "clear"),
    ],
)
def test_the_latest_act_of_the_party_that_decides(as_of: date, expected: str) -> None:
    acts = [
        claim("a", "x", "asserts", date(2020, 4, 1), speaker="Some Office"),
        claim("b", "x", "denies", date(2020, 7, 1), speaker="Some Office"),
        claim("c", "x", "asserts", date(2020, 8, 1), speaker="A newspaper"),
    ]
    row = ask(packs(DECIDED), tables(PARTIES, claim=acts), as_of=as_of)
    assert (row["outcome"], row["disputed"]) == (expected, False)
    assert row["facts"][0]["decided_by"] == ["some-office"]


def test_a_group_is_the_closure_of_control_and_the_vendor_itself() -> None:
    policy = packs(RULE % "{affiliate_of: acme}")
    chain = [stake("holding", "daughter", 0.51), stake("acme", "holding", 0.51)]
    assert outcome(policy, tables(PARTIES)) == "restricted"
    assert outcome(policy, tables(PARTIES, absence=[searched()]), "daughter") == "clear"
    assert outcome(policy, tables(PARTIES, ownership=chain), "daughter") == "restricted"
    half = [stake("acme", "daughter", 0.5)]
    assert outcome(policy, tables(PARTIES, ownership=half, absence=[searched()]), "daughter") == "clear"
    assert (
        outcome(policy, tables(PARTIES, ownership=[stake("acme", "daughter", 0.4, 0.6)]), "daughter") == "undetermined"
    )
    assert outcome(packs(RULE % "{vendor_in: acme}"), tables(PARTIES, ownership=chain), "daughter") == "clear"


def test_control_from_a_country_comes_from_owners_and_never_from_the_seat() -> None:
    policy = packs(RULE % "{controlled_from: CN}")
    assert outcome(policy, tables(PARTIES)) == "undetermined"
    owned = [stake("holding", "daughter", 0.9)]
    assert outcome(policy, tables(PARTIES, ownership=owned), "daughter") == "restricted"
    from_home = packs(RULE % "{controlled_from: IE}")
    assert outcome(from_home, tables(PARTIES, ownership=owned, absence=[searched()]), "daughter") == "clear"
    assert outcome(from_home, tables(PARTIES, ownership=owned), "daughter") == "undetermined", "who owns the holding?"


def test_a_stake_is_read_on_the_day_asked() -> None:
    policy = packs(RULE % "{affiliate_of: acme}")
    given = tables(
        PARTIES,
        ownership=[stake("acme", "daughter", 0.9, from_on=date(2020, 1, 1), to_on=date(2021, 1, 1))],
        absence=[searched()],
    )
    days = [date(2019, 12, 31), date(2020, 1, 1), date(2020, 12, 31), date(2021, 1, 1)]
    found = [outcome(policy, given, "daughter", as_of=day) for day in days]
    assert found == ["clear", "restricted", "restricted", "clear"]


def test_a_cap_reads_supplied_shares_of_one_vendor_within_one_carrier() -> None:
    cap = "{id: R, effect: cap, when: {vendor_in: acme}, cap: {measure: sites, at_most_share: 0.35, of: carrier}}"
    policy = packs(f"pack: p\nrules:\n  - {cap}\n")
    share = SHARE | {"carrier_id": "net-one", "vendor_ids": ["acme"], "asset_class": "core"}

    def of(**cells: object) -> str:
        row = share | cells
        given = tables(PARTIES, market_share=[row | {"high_share": row.get("high_share", row["low_share"])}])
        return outcome(policy, given, country="DE")

    assert of(low_share=0.35) == "conditional"
    assert of(low_share=0.36) == "restricted"
    assert of(low_share=0.3, high_share=0.4) == "undetermined"
    assert of(low_share=0.35, high_share=1.0, low_open=True) == "restricted"  # over 35 % is not 35 %
    assert of(low_share=0.35, high_share=1.0) == "undetermined"
    assert of(low_share=0.2, high_share=0.35, high_open=True) == "conditional"
    assert of(low_share=0.36, asset_class="all") == "restricted"
    assert of(low_share=0.36, asset_class="ran") == "undetermined"
    assert of(low_share=0.36, asset_class="core.user_plane") == "undetermined"
    assert of(low_share=0.36, measure_kind="subscribers") == "undetermined"
    assert of(low_share=0.36, measure_kind="other", measure="Sites") == "restricted"
    assert of(low_share=0.36, carrier_id="net-two") == "undetermined"
    assert of(low_share=0.36, vendor_ids=["acme", "daughter"]) == "undetermined"
    assert of(low_share=0.36, complement=True) == "undetermined"
    assert of(low_share=0.36, forecast=True) == "undetermined"
    assert of(low_share=0.36, as_of_low_on=AS_OF) == "restricted"
    assert of(low_share=0.36, as_of_low_on=date(2021, 1, 2)) == "undetermined"


def test_no_rule_in_force_is_told_apart_from_clear() -> None:
    dated = RULE.replace("rank: 1", "in_force: [2021-01-01, 2022-01-01]") % "{vendor_in: acme}"
    days = [date(2020, 12, 31), date(2021, 1, 1), date(2021, 12, 31), date(2022, 1, 1)]
    rows = [ask(packs(dated), tables(PARTIES), as_of=day) for day in days]
    assert [row["outcome"] for row in rows] == ["clear", "restricted", "restricted", "clear"]
    assert [row["rules_in_force"] for row in rows] == [0, 1, 1, 0]
    unadopted = ask(packs(dated), tables(PARTIES), as_of=days[1], known=days[0])
    assert (unadopted["outcome"], unadopted["rules_in_force"]) == ("clear", 0)


def test_carriers_are_those_of_the_country_and_only_where_a_rule_tests_them() -> None:
    rows = screen(tables(PARTIES), packs(RULE % "{carrier_in: net-one}"), ["p"], as_of=AS_OF, country="IT")
    assert {row["carrier_id"] for row in rows} == {"net-two"}
    assert {row["outcome"] for row in rows} == {"clear"}
    rows = screen(tables(PARTIES), packs(RULE % "{vendor_in: acme}"), ["p"], as_of=AS_OF, country="IT")
    assert {row["carrier_id"] for row in rows} == {None}


def test_a_policy_nobody_has_is_told_with_the_nearest() -> None:
    policy = packs((RULE % "{fact: x}").replace("pack: p", "pack: some-pack"))
    with pytest.raises(UsageFault) as fault:
        screen(tables(PARTIES), policy, ["some-pakc"], as_of=AS_OF)
    assert str(fault.value) == "screen: no pack, policy or rule has the id 'some-pakc'. Nearest: some-pack."


def test_an_assumption_settles_a_fact_and_is_stored() -> None:
    row = ask(packs(RULE % "{fact: x}"), tables(PARTIES), assume={"x": "true"})
    assert (row["outcome"], row["assumed"]) == ("restricted", [{"fact": "x", "value": "true"}])


def test_the_order_of_rows_changes_nothing() -> None:
    claims = [claim("a", "x", "asserts"), claim("b", "y", "denies")]
    stakes = [stake("acme", "daughter", 0.9), stake("holding", "acme", 0.9)]
    policy = packs(RULE % "{all: [{fact: x}, {affiliate_of: holding}]}")
    one = screen(tables(PARTIES, claim=claims, ownership=stakes), policy, ["p"], as_of=AS_OF)
    other = tables(PARTIES[::-1], claim=claims[::-1], ownership=stakes[::-1])
    assert screen(other, policy, ["p"], as_of=AS_OF) == one


def test_a_verdict_is_printed_with_what_it_hangs_on() -> None:
    claims = [claim("a", "x", "asserts"), claim("b", "x", "asserts", derived_from="a"), claim("c", "x", "denies")]
    row = ask(packs(RULE % "{fact: x}"), tables(PARTIES, claim=claims))
    (said,) = printed(frame("verdict", [row]))
    assert said["facts"][0]["claims"] == ["a", "b", "c"]
    assert said["origins"] == [
        {"vendor": "acme", "fact": "x", "stance": "asserts", "named": ["a"], "anonymous": []},
        {"vendor": "acme", "fact": "x", "stance": "denies", "named": ["c"], "anonymous": []},
    ]
    assert said["flip_sets"][:2] == [
        {"claims": [{"claim_id": "c", "change": "falls"}], "outcome": "restricted"},
        {"claims": [{"claim_id": "c", "change": "reversed"}], "outcome": "restricted"},
    ]
    assert {tuple(c["claim_id"] for c in flip["claims"]) for flip in said["flip_sets"]} == {("c",), ("a", "b")}
