"""Lists, renames, mergers, thresholds of control and assets: what each does to a verdict, by hand."""

from datetime import date

import polars as pl
import pytest

from provenet.case.tables import frame
from provenet.core.errors import FaultList, UsageFault
from provenet.evidence.screen import printed
from provenet.policy.pack import parse_pack
from support.screening import screen
from unit.evidence.small_case import claim, packs, party, searched, stake, tables

AS_OF = date(2021, 1, 1)
PARTIES = [party("acme", "vendor", "SE"), party("bolt", "vendor", "SE"), party("carrier-one", "carrier", "Nowhere")]
RULE = "pack: p\nissuer: some-office\nrules:\n  - {id: R, effect: prohibit, when: %s}\n"
LISTED = packs(RULE % "{listed_in: grey list}")


def outcomes(
    policy: object, given: dict[str, pl.DataFrame], as_of: date = AS_OF, known: date | None = None
) -> dict[str, str]:
    rows = screen(given, policy, ["p"], as_of=as_of, known=known)  # type: ignore[arg-type]
    made: dict[str, set[str]] = {}
    for row in rows:
        made.setdefault(row["vendor_id"], set()).add(row["outcome"])
    return {vendor: "|".join(sorted(found)) for vendor, found in made.items()}


@pytest.mark.parametrize(
    ("as_of", "acme"),
    [
        (date(2019, 12, 31), "clear"),  # had not begun
        (date(2020, 1, 1), "restricted"),
        (date(2020, 5, 31), "restricted"),
        (date(2020, 6, 1), "clear"),  # was listed is not "is listed"
        (date(2020, 8, 31), "clear"),
        (date(2020, 9, 1), "restricted"),  # listed again
    ],
)
def test_was_listed_is_not_is_listed(as_of: date, acme: str) -> None:
    entries = [
        {"list_name": "Grey List", "party_id": "acme", "from_on": date(2020, 1, 1), "to_on": date(2020, 6, 1)},
        {"list_name": "grey-list", "party_id": "acme", "from_on": date(2020, 9, 1)},
    ]
    found = outcomes(LISTED, tables(PARTIES, listing=entries), as_of)
    assert found == {"acme": acme, "bolt": "undetermined"}
    rows = screen(tables(PARTIES, listing=entries), LISTED, ["p"], as_of=as_of)  # type: ignore[arg-type]
    assert not any("is no known name" in row["reason"] for row in rows if row["vendor_id"] == "acme")


@pytest.mark.parametrize(
    ("change", "acme"),
    [
        ({}, "clear"),
        ({"list_name": "black list"}, "restricted"),
        ({"from_on": date(2020, 2, 1)}, "restricted"),
        ({"product_category": "router"}, "restricted"),
        ({"to_on": date(2021, 1, 2)}, "restricted"),
        ({"to_on": AS_OF}, "clear"),
    ],
)
def test_an_entry_told_first_as_running_and_later_with_its_end_has_ended(change: dict[str, object], acme: str) -> None:
    """A list is added a second time, after the party was taken off it."""
    first = {"list_name": "grey list", "party_id": "acme", "from_on": date(2020, 1, 1)}
    later = first | {"to_on": date(2020, 6, 1)} | change
    for entries in ([first, later], [later, first]):
        assert outcomes(LISTED, tables(PARTIES, listing=entries))["acme"] == acme


@pytest.mark.parametrize(("whole_on", "acme"), [(date(2020, 5, 31), "clear"), (date(2020, 6, 1), "restricted")])
def test_a_whole_list_that_still_names_a_party_outlives_an_earlier_end(whole_on: date, acme: str) -> None:
    ended = {"list_name": "grey list", "party_id": "acme", "from_on": date(2020, 1, 1), "to_on": date(2020, 6, 1)}
    seen = ended | {"to_on": None, "whole_on": whole_on}
    assert outcomes(LISTED, tables(PARTIES, listing=[ended, seen]))["acme"] == acme


@pytest.mark.parametrize(
    ("whole_on", "bolt"), [(date(2020, 12, 31), "clear"), (AS_OF, "clear"), (date(2021, 1, 2), "undetermined")]
)
def test_who_is_not_on_a_list_read_whole_is_not_listed(whole_on: date, bolt: str) -> None:
    entries = [{"list_name": "grey list", "party_id": "acme", "whole_on": whole_on}]
    assert outcomes(LISTED, tables(PARTIES, listing=entries)) == {"acme": "restricted", "bolt": bolt}


@pytest.mark.parametrize(
    ("begun", "acme"), [(date(2019, 1, 1), "clear"), (date(2020, 8, 1), "restricted"), (None, "undetermined")]
)
def test_an_entry_that_a_later_whole_list_leaves_out_has_ended(begun: date | None, acme: str) -> None:
    entries = [
        {"list_name": "grey list", "party_id": "acme", "from_on": begun},
        {"list_name": "grey list", "party_id": "bolt", "from_on": date(2019, 1, 1), "whole_on": date(2020, 6, 1)},
    ]
    found = outcomes(LISTED, tables(PARTIES, listing=entries))
    assert found == {"acme": acme, "bolt": "restricted"}
    before = outcomes(LISTED, tables(PARTIES, listing=entries), date(2020, 5, 31))
    assert before["acme"] == ("clear" if begun == date(2020, 8, 1) else "restricted")


def test_one_list_says_nothing_of_another() -> None:
    entries = [{"list_name": "other list", "party_id": "acme", "whole_on": AS_OF}]
    assert outcomes(LISTED, tables(PARTIES, listing=entries)) == {"acme": "undetermined", "bolt": "undetermined"}


def test_a_later_delisting_is_not_known_before_it() -> None:
    entries = [{"list_name": "grey list", "party_id": "acme", "from_on": date(2019, 1, 1), "to_on": date(2020, 6, 1)}]
    given = tables(PARTIES, listing=entries)
    assert outcomes(LISTED, given, known=date(2020, 5, 31))["acme"] == "restricted"
    assert outcomes(LISTED, given, known=date(2020, 6, 1))["acme"] == "clear"
    assert outcomes(LISTED, given, known=date(2018, 12, 31))["acme"] == "undetermined"


def asset(asset_id: str, vendor: str | None, **cells: object) -> dict[str, object]:
    own = {"asset_id": asset_id, "carrier_id": "carrier-one", "country": "Nowhere", "asset_class": "core"}
    return own | {"vendor_id": vendor, "layer": "software", "unit_count": 2} | cells


def of_assets(policy: object, given: dict[str, pl.DataFrame], **asked: object) -> list[tuple[str, str, int, int]]:
    rows = screen(given, policy, ["p"], as_of=AS_OF, **asked)  # type: ignore[arg-type]
    return [
        (row["vendor_id"], row["outcome"], row["asset_count"], row["unit_count"])
        for row in sorted(rows, key=lambda row: (row["vendor_id"], row["outcome"]))
        if row["asset_count"] and row["action"] == "use"
    ]


def test_an_entry_for_one_category_lists_that_category_alone() -> None:
    entries = [
        {"list_name": "grey list", "party_id": "acme", "product_category": "Routers", "from_on": date(2019, 1, 1)}
    ]
    assets = [asset("a", "acme", product_category="routers"), asset("b", "acme", product_category="phones")]
    found = of_assets(LISTED, tables(PARTIES, listing=entries, asset=[*assets, asset("c", "acme")]))
    assert found == [("acme", "clear", 1, 2), ("acme", "restricted", 1, 2), ("acme", "undetermined", 1, 2)]


def test_origin_capability_site_and_layer_of_assets() -> None:
    policy = packs(RULE % "{all: [{made_in: XX}, {capability: redirect}, {site_class: base}, {layer: software}]}")
    whole = {"origin_country": "XX", "capability": ["see", "redirect"], "site_id": "s"}
    site = [{"site_id": "s", "name": "s", "country": "Nowhere", "site_class": "base"}]
    assets = [
        asset("1", "acme", **whole),
        asset("2", "acme", **whole | {"capability": ["redirect", "see"]}),
        asset("3", "acme", **whole | {"layer": "hardware"}),
        asset("4", "acme", **whole | {"origin_country": "YY"}),
        asset("5", "acme", **whole | {"capability": []}),
        asset("6", "acme", **whole | {"capability": None}),
        asset("7", "acme", **whole | {"site_id": None}),
        asset("8", None, **whole),
    ]
    rows = screen(tables(PARTIES, asset=assets, site=site), policy, ["p"], as_of=AS_OF)
    found = {}
    for row in rows:
        if row["asset_count"] and row["action"] == "use":
            key = row["origin_country"], row["capability"], row["site_class"], row["layer"]
            found[key] = (row["outcome"], row["asset_count"])
    assert found == {
        ("XX", "redirect|see", "base", "software"): ("restricted", 2),
        ("XX", "redirect|see", "base", "hardware"): ("clear", 1),
        ("YY", "redirect|see", "base", "software"): ("clear", 1),
        ("XX", "none", "base", "software"): ("clear", 1),
        ("XX", None, "base", "software"): ("undetermined", 1),
        ("XX", "redirect|see", None, "software"): ("undetermined", 1),
    }
    assert {tuple(row["tested"]) for row in rows} == {("origin_country", "capability", "site_class")}


def test_a_column_that_no_rule_tests_parts_no_question() -> None:
    assets = [asset(str(at), "acme", origin_country=f"X{at}", facts=[f"bought=20{at:02}-01-01"]) for at in range(40)]
    found = of_assets(packs(RULE % "{affiliate_of: acme}"), tables(PARTIES, asset=assets))
    assert found == [("acme", "restricted", 40, 80)]


def test_facts_of_an_asset_stand_before_assumptions_and_claims() -> None:
    policy = packs(RULE % "{fact: x}")
    said = [claim("c", "x", "denies", date(2020, 1, 1))]
    assets = [asset("1", "acme", facts=["x=true"]), asset("2", "acme"), asset("3", "bolt", facts=["x", "x=false"])]
    given = tables(PARTIES, claim=said, asset=assets)
    assert of_assets(policy, given) == [
        ("acme", "clear", 1, 2),
        ("acme", "restricted", 1, 2),
        ("bolt", "undetermined", 1, 2),
    ]
    assumed = of_assets(policy, given, assume={"x": "unknown"})
    assert assumed == [("acme", "restricted", 1, 2), ("acme", "undetermined", 1, 2), ("bolt", "undetermined", 1, 2)]


def test_an_asset_that_names_its_act_is_asked_for_that_act_alone() -> None:
    policy = packs(RULE % "{action: import}")
    assets = [asset("1", "acme", facts=["action=import"]), asset("2", "acme")]
    rows = screen(tables(PARTIES, asset=assets), policy, ["p"], as_of=AS_OF)
    counted = {(r["action"], r["outcome"]): r["asset_count"] for r in rows if r["asset_count"]}
    assert counted == {("import", "restricted"): 1, ("use", "clear"): 1, ("install_new", "clear"): 1}


@pytest.mark.parametrize(("as_of", "counted"), [(date(2020, 1, 1), 1), (AS_OF, 2), (date(2022, 1, 1), 1)])
def test_assets_count_while_they_are_in_service(as_of: date, counted: int) -> None:
    assets = [asset("1", "acme", to_on=date(2022, 1, 1)), asset("2", "acme", from_on=AS_OF)]
    rows = screen(tables(PARTIES, asset=assets), packs(RULE % "{vendor_in: acme}"), ["p"], as_of=as_of)
    assert sum(r["asset_count"] or 0 for r in rows if r["action"] == "use") == counted


def test_a_country_asks_for_the_assets_of_its_carriers() -> None:
    parties = [*PARTIES, party("carrier-two", "carrier", "Elsewhere")]
    assets = [asset("1", "acme"), asset("2", "acme", carrier_id="carrier-two", country="Elsewhere")]
    given = tables(parties, asset=assets)
    policy = packs(RULE % "{vendor_in: acme}")
    assert of_assets(policy, given) == [("acme", "restricted", 2, 4)]
    assert of_assets(policy, given, country="Elsewhere") == [("acme", "restricted", 1, 2)]


def test_a_renamed_party_is_one_party_under_both_names() -> None:
    change = [{"predecessor_id": "acme", "successor_id": "bolt", "how": "rename", "from_on": date(2020, 6, 1)}]
    said = [claim("c", "x", "asserts", date(2020, 1, 1), vendor_ids=["acme"])]
    entries = [{"list_name": "grey list", "party_id": "bolt", "from_on": date(2020, 1, 1)}]
    given = tables(PARTIES, succession=change, claim=said, listing=entries)
    for condition in ("{vendor_in: acme}", "{vendor_in: bolt}", "{fact: x}", "{listed_in: grey list}"):
        assert outcomes(packs(RULE % condition), given) == {"acme": "restricted", "bolt": "restricted"}, condition


def test_a_judgement_that_two_names_are_one_holds_for_every_rule_until_it_is_undone() -> None:
    same = {"predecessor_id": "acme", "successor_id": "bolt", "how": "same", "from_on": date(2020, 6, 1)}
    undone = {**same, "how": "different", "from_on": date(2020, 9, 1)}
    policy = packs(RULE % "{vendor_in: bolt}")
    assert outcomes(policy, tables(PARTIES, succession=[same])) == {"acme": "restricted", "bolt": "restricted"}
    assert outcomes(policy, tables(PARTIES, succession=[same, undone])) == {"acme": "clear", "bolt": "restricted"}
    before = outcomes(policy, tables(PARTIES, succession=[same, undone]), known=date(2020, 7, 1))
    assert before == {"acme": "restricted", "bolt": "restricted"}


def test_a_word_that_means_two_parties_of_the_case_is_a_fault_and_each_by_itself_is_not() -> None:
    named = [party("nor-d", "vendor", "SE") | {"name": "Nor D"}, party("no-rd", "vendor", "SE") | {"name": "No-Rd"}]
    given = tables([*named, PARTIES[2]])
    for word, restricted in (("Nor D", "nor-d"), ("nor-d", "nor-d"), ("'no-rd'", "no-rd"), ("No-Rd", "no-rd")):
        found = outcomes(packs(RULE % f"{{vendor_in: {word}}}"), given)
        assert found == {"nor-d": "undetermined", "no-rd": "undetermined"} | {restricted: "restricted"}, word
    with pytest.raises(UsageFault) as fault:
        outcomes(packs(RULE % "{vendor_in: Nord}"), given)
    assert str(fault.value) == (
        "screen: 2 parties match this name equally well; found 'Nord', expected the id of one: no-rd or nor-d."
    )


def test_a_merged_party_is_controlled_by_its_successor_from_that_day() -> None:
    change = [{"predecessor_id": "acme", "successor_id": "bolt", "how": "merger", "from_on": date(2020, 6, 1)}]
    said = [claim("c", "x", "asserts", date(2020, 1, 1), vendor_ids=["bolt"])]
    given = tables(PARTIES, succession=change, claim=said, absence=[searched()])
    policy = packs(RULE % "{affiliate_of: bolt}")
    assert outcomes(policy, given, date(2020, 5, 31)) == {"acme": "clear", "bolt": "restricted"}
    assert outcomes(policy, given, date(2020, 6, 1)) == {"acme": "restricted", "bolt": "restricted"}
    assert outcomes(packs(RULE % "{vendor_in: bolt}"), given)["acme"] == "clear"
    assert outcomes(packs(RULE % "{fact: x}"), given)["acme"] == "undetermined"


THRESHOLD = "pack: p\nrules:\n  - {id: R, effect: prohibit, control_above: %s, when: {affiliate_of: acme}}\n"


@pytest.mark.parametrize(
    ("above", "stake_share", "bolt"),
    [("0.25", 0.25, "clear"), ("0.25", 0.26, "restricted"), ("0.5", 0.5, "clear"), ("0", 0.01, "restricted")],
)
def test_a_rule_may_state_what_stake_is_control(above: str, stake_share: float, bolt: str) -> None:
    given = tables(PARTIES, ownership=[stake("acme", "bolt", stake_share)], absence=[searched()])
    assert outcomes(packs(THRESHOLD % above), given) == {"acme": "restricted", "bolt": bolt}


def test_two_rules_of_one_pack_may_differ_in_what_control_is() -> None:
    text = """pack: p
rules:
  - {id: A, effect: condition, rank: 1, control_above: 0.1, when: {affiliate_of: acme}}
  - {id: B, effect: prohibit, rank: 2, when: {affiliate_of: acme}}
"""
    shares = {"acme": None, "bolt": 0.2}
    given = tables(PARTIES, ownership=[stake("acme", "bolt", shares["bolt"])], absence=[searched()])
    assert outcomes(packs(text), given) == {"acme": "restricted", "bolt": "conditional"}


def test_a_threshold_out_of_range_is_a_fault() -> None:
    faults = FaultList()
    assert parse_pack("p.yml", (THRESHOLD % "50").encode(), faults) is None
    assert [fault.sentence() for fault in faults.faults] == [
        "p.yml line 3: control_above is no share; found '50', expected a share below 1, such as 0.25."
    ]


def test_a_chain_below_the_default_is_control_where_the_rule_says_so() -> None:
    policy = packs("pack: p\nrules:\n  - {id: R, effect: prohibit, control_above: 0.2, when: {controlled_from: XX}}\n")
    parties = [*PARTIES, party("top", "other", "XX"), party("middle", "other", "YY")]
    given = tables(parties, ownership=[stake("top", "middle", 0.3), stake("middle", "acme", 0.4)])
    assert outcomes(policy, given)["acme"] == "restricted"
    assert outcomes(packs(RULE % "{controlled_from: XX}"), given)["acme"] == "undetermined"


def test_relays_fall_with_their_origin_where_asked() -> None:
    said = [claim("a", "x", "asserts", AS_OF), claim("b", "x", "asserts", AS_OF, derived_from="a")]
    given, policy = tables(PARTIES[:1], claim=said), packs(RULE % "{fact: x}")
    stay, fall = (
        printed(frame("verdict", screen(given, policy, ["p"], as_of=AS_OF, relays=relays)))[0]["flip_sets"]
        for relays in ("stay", "fall")
    )
    a_falls = {"claims": [{"claim_id": "a", "change": "falls"}], "outcome": "undetermined", "with": ["b"]}
    assert a_falls in fall
    assert [flip for flip in stay if flip["claims"] == a_falls["claims"]] == []
    rows = printed(frame("verdict", screen(given, policy, ["p"], as_of=AS_OF, relays="fall")))
    assert {row["relays"] for row in rows} == {"fall"}


def test_a_seat_is_the_party_s_own_country_and_never_control() -> None:
    given = tables([party("acme", "vendor", "SE"), party("bolt", "vendor", None)])
    assert outcomes(packs(RULE % "{fact: hq, is: SE}"), given) == {"acme": "restricted", "bolt": "undetermined"}
    assert outcomes(packs(RULE % "{fact: hq, is: FI}"), given) == {"acme": "clear", "bolt": "undetermined"}
    assert outcomes(packs(RULE % "{controlled_from: SE}"), given) == {"acme": "undetermined", "bolt": "undetermined"}
