"""Shares of vendors among measured routers: by hand, on a dozen routers."""

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

pytest.importorskip("numba", reason="the extra 'internet' is not installed")

from provenet.case.tables import frame
from provenet.dependence.measured_conflicts import with_addresses
from provenet.dependence.measured_routers import estimate_rows
from unit.dependence.dependence_tables import Row
from unit.dependence.measured_tables import (
    DAY,
    SEEN,
    alias,
    identified,
    judged,
    number_of,
    party,
    probed,
    router,
    share_of,
    sighting,
    tables,
    written,
)

LATER = date(2025, 5, 9)
KEPT = {"locator": "l", "source_id": "x", "file_id": "f", "reading": "not stated", "run_id": "r", "row_id": "one"}
TUPLES = {
    "cisco": "True,echo,r,r,False,False,False,False,255,255,64,84,40,56",
    "juniper": "False,dup,sz,dup,False,False,False,False,64,64,64,84,40,68",
}
"""Features of replies that each of two vendors shows."""


def twelve() -> list[Row]:
    """Twelve routers of two networks: six of Cisco, three of Juniper, one of Huawei, and two that name nobody."""
    makers = ["cisco"] * 6 + ["juniper"] * 3 + ["huawei"] + [None] * 2
    return [sighting(router(at, 64500 + at % 2), maker) for at, maker in enumerate(makers)]


def test_a_share_of_those_that_answered_counts_the_unidentified_as_anybodys() -> None:
    row = share_of(written(tables(sighting=twelve()))["measured_share"], "cisco")
    assert (row["router_count"], row["seen_count"], row["identified_count"], row["answered_count"]) == (12, 6, 10, 12)
    assert (row["low_unanswered_share"], row["high_unanswered_share"]) == (0.5, round(8 / 12, 12))
    assert row["low_share"] < 0.5 and row["high_share"] > 8 / 12
    assert row["coverage_share"] == round(10 / 12, 12)
    # Those not identified at most twice as likely: 6 and 2 x 2 x 0.6 more, but no more than are there.
    assert (row["low_assumed_share"], row["high_assumed_share"]) == (0.5, round(8 / 12, 12))
    assert row["measure"].endswith("never of all equipment")


def test_without_a_list_of_those_probed_nothing_is_said_of_the_rest() -> None:
    rows = written(tables(sighting=twelve()))["measured_share"]
    assert {row["measured_of"] for row in rows} == {"answered"}
    assert any("No list of the addresses probed is on file" in text for text in rows[0]["assumed"])


def test_a_list_of_those_probed_makes_the_silent_anybodys() -> None:
    silent = [probed(f"45.0.9.{at}") for at in range(28)]
    asked = [probed(row["address"]) for row in twelve()]
    row = share_of(
        written(tables(sighting=twelve(), probed_address=[*asked, *silent]))["measured_share"], "cisco", of="probed"
    )
    assert (row["router_count"], row["answered_count"], row["coverage_share"]) == (40, 12, 0.25)
    assert (row["low_unanswered_share"], row["high_unanswered_share"]) == (0.15, 0.9)


def test_a_list_whose_country_is_not_known_is_no_denominator() -> None:
    silent = [probed(f"45.0.9.{at}", country=None) for at in range(28)]
    row = share_of(
        written(tables(sighting=twelve(), probed_address=[*silent, probed(router(0))]))["measured_share"],
        "cisco",
        of="probed",
    )
    assert (row["router_count"], row["low_share"], row["high_share"], row["coverage_share"]) == (None,) * 4
    assert row["seen_count"] == 1
    assert any("so there is no denominator and no share" in text for text in row["assumed"])


def test_a_list_of_those_probed_places_those_that_answered_as_the_silent() -> None:
    """Three of the six routers of Cisco answered, and the scan puts them elsewhere: they stay in the denominator."""
    rows = [{**row, "country": "Belgium"} if at < 3 else row for at, row in enumerate(twelve())]
    asked = [probed(row["address"]) for row in rows]
    silent = [probed(f"45.0.9.{at}") for at in range(28)]
    row = share_of(
        written(tables(sighting=rows, probed_address=[*asked, *silent]))["measured_share"], "cisco", of="probed"
    )
    assert (row["router_count"], row["seen_count"], row["answered_count"]) == (40, 6, 12)
    assert (row["low_unanswered_share"], row["high_unanswered_share"]) == (0.15, 0.9)


def test_addresses_of_one_router_count_once() -> None:
    rows = twelve()
    one, other = rows[0]["address"], rows[2]["address"]
    known = tables(sighting=rows, router_alias=alias("r", one, other, "45.0.0.99"))
    assert share_of(written(known)["measured_share"], "cisco")["seen_count"] == 5
    (joined,) = [row for row in estimate_rows(identified(known)) if one in row["addresses"]]
    assert joined["addresses"] == sorted([one, other, "45.0.0.99"])
    assert joined["inputs"] == sorted(f"sighting:{rows[at]['sighting_id']}" for at in (0, 2))


def test_what_names_nobody_is_unknown_and_says_why() -> None:
    (row,) = [row for row in estimate_rows(identified(tables(sighting=twelve()))) if row["addresses"] == [router(10)]]
    assert (row["vendor_id"], row["p_correct_share"]) == (None, None)
    assert row["unknown_because"] == "it shows nothing that names a vendor"


def test_days_stand_apart_and_their_ends_beside_the_whole() -> None:
    gone = twelve()[0]["address"]
    again = [
        {**row, **sighting(row["address"], row["vendor_id"], day=LATER)} for row in twelve() if row["address"] != gone
    ]
    rows = written(tables(sighting=[*twelve(), *again]))["measured_share"]
    whole = share_of(rows, "cisco")
    assert (whole["seen_low_on"], whole["seen_high_on"], whole["day_count"]) == (SEEN, LATER, 2)
    assert (whole["low_daily_share"], whole["high_daily_share"]) == (round(5 / 9, 12), 0.6)
    assert share_of(rows, "cisco", period="day", seen_low_on=LATER)["seen_count"] == 5


def test_a_day_is_judged_by_what_was_seen_on_it() -> None:
    """Six routers were of Huawei and are of Cisco two days later: of neither over all days, of one on each."""
    days = ((SEEN, "huawei"), (LATER, "cisco"))
    seen = [sighting(router(at), maker, day=day) for day, maker in days for at in range(6)]
    rows = written(tables(sighting=[*seen, *(sighting(router(at), "cisco") for at in range(6, 12))]))["measured_share"]
    days = {(row["seen_low_on"], *row["vendor_ids"]): row for row in rows if row["period"] == "day"}
    counts = {key: (row["seen_count"], row["identified_count"]) for key, row in days.items()}
    assert counts == {(SEEN, "cisco"): (6, 12), (SEEN, "huawei"): (6, 12), (LATER, "cisco"): (6, 6)}
    assert 'sighting?{"seen_on":"2025-05-09"}' in days[LATER, "cisco"]["inputs"]
    whole = share_of(rows, "cisco")
    assert (whole["seen_count"], whole["identified_count"]) == (6, 6)
    assert (whole["low_daily_share"], whole["high_daily_share"]) == (0.5, 1.0)


def test_a_range_of_which_tables_disagree_places_nobody() -> None:
    """Whatever the order of the rows: one table registers a block in two countries, another names two origins."""
    shared = {
        "first_address": "45.0.0.0",
        "last_address": "45.0.255.255",
        "family": "ipv4",
        "observed_on": SEEN,
        **KEPT,
    }
    seen = [sighting(router(at), "cisco", country=None, asn=None) for at in range(3)]
    both = {
        "prefix_country": [{**shared, "country": name} for name in ("Belgium", "Netherlands")],
        "prefix_origin": [{**shared, "origin_asns": [asn], "from_as_set": False} for asn in ("64500", "64501")],
    }
    for turn in (1, -1):
        found = identified(tables(sighting=seen, **{name: rows[::turn] for name, rows in both.items()}))
        assert found.places() == [] and not found.network.any()
        one = identified(tables(sighting=seen, **{name: rows[:1] for name, rows in both.items()}))
        assert one.places() == ["Belgium"] and one.network.all()


def test_old_evidence_and_evidence_of_a_later_day_do_not_count() -> None:
    old = sighting(router(0), "huawei", day=date(2024, 4, 1))
    assert "huawei" not in identified(tables(sighting=[old, *twelve()[:3]])).estimates.vendors
    nothing = identified(tables(sighting=twelve()), day_known=date(2025, 5, 6))
    assert nothing.seen.is_empty() and not nothing.answered.any()


def test_parts_under_a_policy_sum_to_the_whole_and_an_open_verdict_is_unknown() -> None:
    verdicts = frame(
        "verdict", [judged("huawei", "restricted"), judged("cisco", "clear"), judged("juniper", "undetermined")]
    )
    rows = written(tables(sighting=twelve()), packs=("p1",), verdicts=verdicts)["measured_share"]
    of = {(row["part"], row["unknown_because"]): row for row in rows if row["part"] and row["level"] == "country"}
    assert of["restricted", None]["low_unanswered_share"] == round(1 / 12, 12)
    assert of["restricted", None]["high_unanswered_share"] == 0.5
    assert of["clear", None]["low_unanswered_share"] == 0.5
    assert (of["unknown", "verdict"]["low_share"], of["unknown", "vendor"]["low_share"]) == (0.25, round(2 / 12, 12))
    least = [of["restricted", None]["low_unanswered_share"], of["clear", None]["low_unanswered_share"]]
    assert sum(least) + 0.25 + 2 / 12 == pytest.approx(1)


def test_few_routers_and_single_carriers_are_for_internal_readers() -> None:
    seen = routers(cisco=12, juniper=6, huawei=3, nokia=3, nobody=6)
    rows = written(tables(sighting=seen, identifier=[number_of("kpn", 64501)]))["measured_share"]
    audiences = {(row["level"], *row["vendor_ids"]): row["audience"] for row in rows}
    assert audiences["country", "cisco"] == audiences["country", "juniper"] == "public"
    assert audiences["country", "huawei"] == audiences["country", "nokia"] == "internal"
    assert audiences["carrier", "cisco"] == "internal"
    assert share_of(rows, "cisco", level="carrier", carrier_id="kpn")["router_count"] == 15


def routers(**makers: int) -> list[Row]:
    """So many routers of each maker, of two networks by turns."""
    named = [None if maker == "nobody" else maker for maker, count in makers.items() for _ in range(count)]
    return [sighting(router(at, 64500 + at % 2), maker) for at, maker in enumerate(named)]


@pytest.mark.parametrize(
    ("makers", "shown"),
    [
        # 50 identified, 47 of them shown: the three of Huawei would follow.
        ({"cisco": 40, "juniper": 7, "huawei": 3, "nobody": 10}, {"cisco"}),
        ({"cisco": 40, "juniper": 7, "huawei": 3, "nokia": 2, "nobody": 10}, {"cisco", "juniper"}),
        ({"cisco": 40, "huawei": 3, "nobody": 10}, set()),
        # Three that nothing names.
        ({"cisco": 40, "juniper": 7, "nobody": 3}, set()),
        ({"cisco": 40, "juniper": 7}, {"cisco", "juniper"}),
    ],
)
def test_no_count_under_five_follows_by_subtraction(makers: dict[str, int], shown: set[str]) -> None:
    rows = written(tables(sighting=routers(**makers)))["measured_share"]
    public = {row["vendor_ids"][0]: row for row in rows if row["audience"] == "public"}
    assert set(public) == shown
    for row in public.values():
        rest = row["identified_count"] - sum(one["seen_count"] for one in public.values())
        assert not 0 < rest < 5
        assert not 0 < row["router_count"] - row["identified_count"] < 5


def test_assumptions_that_pages_print_count_none_under_five() -> None:
    for nowhere, words in ((3, "Of fewer than five probed addresses country"), (28, "Of 28 probed addresses country")):
        silent = [probed(f"45.0.9.{at}", country=None) for at in range(nowhere)]
        known = tables(sighting=twelve(), probed_address=[*silent, probed(router(0))])
        row = share_of(written(known)["measured_share"], "cisco", of="probed")
        assert any(text.startswith(words) for text in row["assumed"])


def test_few_silent_routers_are_told_by_no_row_of_those_probed() -> None:
    seen = routers(cisco=12, juniper=6, nobody=6)
    asked = [probed(one["address"]) for one in seen]
    for silent, audience in ((3, "internal"), (7, "public")):
        more = [probed(router(100 + at)) for at in range(silent)]
        rows = written(tables(sighting=seen, probed_address=[*asked, *more]))["measured_share"]
        assert share_of(rows, "cisco", of="probed")["audience"] == audience
        assert share_of(rows, "cisco")["audience"] == "public"


def test_an_inventory_that_lists_others_alone_is_a_finding() -> None:
    told = {"carrier_id": "kpn", "country": "Netherlands", "asset_class": "transport.router", "vendor_id": "cisco"}
    asset = {"asset_id": "a", "row_id": "a", "unit_count": 3, "facts": [], **told, **KEPT}
    known = tables(sighting=twelve(), identifier=[number_of("kpn", 64501)], asset=[asset])
    found = written(known)["finding"]
    assert [row["says"] for row in found] == [
        f"Measurements identify {count} of {vendor} in the networks of Kpn; its inventory in the Netherlands lists "
        "routers of Cisco alone."
        for vendor, count in (("Huawei", "1 router"), ("Juniper", "1 router"))
    ]
    unknown = {**asset, "asset_id": "b", "row_id": "b", "vendor_id": None}
    assert written({**known, **tables(asset=[asset, unknown]), "sighting": known["sighting"]})["finding"] == []


def test_an_asset_states_its_address_among_its_facts() -> None:
    facts = [["rack=3", "management_address=45.0.0.1"], ["rack=4"], None]
    rows = pl.DataFrame({"asset_id": ["a", "b", "c"], "facts": facts})
    assert with_addresses(rows).select("asset_id", "address").rows() == [("a", "45.0.0.1")]


def test_an_asset_at_an_address_that_says_otherwise_is_a_finding() -> None:
    known = tables(sighting=twelve())
    addressed = pl.DataFrame(
        {
            "asset_id": ["a", "b", "c", "not yet", "no longer"],
            "country": ["Netherlands"] * 5,
            "vendor_id": ["juniper", "cisco", "nokia", "juniper", "juniper"],
            "address": [router(0), router(0), router(10), router(2), router(4)],
            "from_on": [SEEN, None, None, DAY + timedelta(1), None],
            "to_on": [None, None, None, None, DAY],
        },
        schema_overrides={"from_on": pl.Date, "to_on": pl.Date},
    )
    (found,) = written(known, addressed=addressed)["finding"]
    assert found["says"] == (
        "The inventory says that the asset a is of Juniper; what answered at its address is identified as of Cisco."
    )
    assert found["inputs"][0] == "asset:a" and found["inputs"][1].startswith("sighting:")


def test_mistaken_features_are_put_right_by_country_and_else_the_reason_is_stated() -> None:
    """Twenty networks judge what features say of a country; six of another country take the same mistakes."""
    rows: list[Row] = []
    for net in range(26):
        country = "Netherlands" if net < 20 else "Belgium"
        for at in range(12):
            place = {"asn": str(64500 + net), "country": country}
            address = f"45.{net}.0.{at}"
            mistaken = (net + at // 2) % 20 == 0
            shows = "cisco" if at % 2 or mistaken else "juniper"
            rows.append(sighting(address, None, kind="features", **place, value=TUPLES[shows]))
            if at < 4 and net < 20:
                rows.append(sighting(address, "cisco" if at % 2 else "juniper", **place, value=f"e{net}.{at}"))
    known = tables(sighting=rows, identifier=[number_of("kpn", 64501)])
    found = written(known)["measured_share"]
    row, carrier = share_of(found, "cisco"), share_of(found, "cisco", level="carrier", carrier_id="kpn")
    for one in (row, carrier):
        assert one["corrected_unknown_because"] is None
        assert one["low_corrected_share"] < 0.5 < one["high_corrected_share"]
        assert any("are mistaken as often as on networks that were held out" in text for text in one["assumed"])
        assert not any("in all countries together" in text for text in one["assumed"])
    other = share_of(written(known, country="Belgium")["measured_share"], "cisco")
    assert other["corrected_unknown_because"] is None and other["low_corrected_share"] < 0.5
    assert any("as often as in all countries together" in text for text in other["assumed"])
    engines = [one for one in rows if one["kind"] == "snmp_engine"]
    alone = share_of(written(tables(sighting=engines))["measured_share"], "cisco")
    assert (alone["low_corrected_share"], alone["high_corrected_share"]) == (None, None)
    assert alone["corrected_unknown_because"].startswith("no answer rests on features alone")


def test_an_open_verdict_is_no_verdict_of_clear() -> None:
    """Of ten routers six are clear, three restricted and one is of a vendor whose verdict is open: it may be either."""
    makers = ["cisco"] * 6 + ["huawei"] * 3 + ["juniper"]
    seen = [sighting(router(at, 64500 + at % 2), maker) for at, maker in enumerate(makers)]
    verdicts = frame(
        "verdict", [judged("huawei", "restricted"), judged("cisco", "clear"), judged("juniper", "conditional")]
    )
    rows = written(tables(sighting=seen), packs=("p1",), verdicts=verdicts)["measured_share"]
    restricted, clear = (share_of(rows, part=part) for part in ("restricted", "clear"))
    assert (restricted["low_unanswered_share"], restricted["high_unanswered_share"]) == (0.3, 0.4)
    assert (clear["low_unanswered_share"], clear["high_unanswered_share"]) == (0.6, 0.7)
    for row in (restricted, clear):
        # Sampling alone too: its ends lie beyond those of both ways that the verdict may fall.
        assert (
            row["low_seen_share"] < row["low_unanswered_share"] < row["high_unanswered_share"] < row["high_seen_share"]
        )
        vendors = {"restricted": ("huawei", "juniper"), "clear": ("cisco", "juniper")}[row["part"]]
        settled = written(tables(sighting=seen), groups={frozenset(vendors): "both"})["measured_share"]
        assert row["high_seen_share"] == share_of(settled, *vendors)["high_seen_share"]


def test_routers_that_answered_from_nowhere_are_named() -> None:
    seen = [*twelve(), sighting("45.7.0.1", "cisco", country=None), sighting("45.7.0.2", None, asn=None)]
    rows = written(tables(sighting=seen, identifier=[number_of("kpn", 64501)]))["measured_share"]
    said = "Country or network of {} are not known: they are in no share, and may belong here."
    assert said.format("fewer than five routers that answered") in share_of(rows, "cisco")["assumed"]
    carrier = share_of(rows, "cisco", level="carrier", carrier_id="kpn")
    assert said.format("fewer than five routers that answered") in carrier["assumed"]
    seen += [sighting(f"45.7.0.{at}", "cisco", country=None) for at in range(3, 9)]
    rows = written(tables(sighting=seen))["measured_share"]
    assert said.format("7 routers that answered") in share_of(rows, "cisco")["assumed"]


def test_a_vendor_of_unknown_seat_may_be_of_a_group_given_by_seat() -> None:
    """Of ten routers three are of a member, six of a vendor seated elsewhere, one of a vendor of no known seat."""
    makers = ["cisco"] * 6 + ["huawei"] * 3 + ["juniper"]
    seen = [sighting(router(at, 64500 + at % 2), maker) for at, maker in enumerate(makers)]
    group = frozenset({"huawei", "country:CN"})

    def shares(juniper: str | None) -> Row:
        parties = [party("cisco", country="US"), party("huawei", country="CN"), party("juniper", country=juniper)]
        rows = written(tables(sighting=seen, party=parties), groups={group: "seated in China"})["measured_share"]
        return share_of(rows, *sorted(group))

    unknown, elsewhere = shares(None), shares("US")
    assert (elsewhere["low_unanswered_share"], elsewhere["high_unanswered_share"]) == (0.3, 0.3)
    assert (unknown["low_unanswered_share"], unknown["high_unanswered_share"]) == (0.3, 0.4)
    for name in ("share", "seen_share", "assumed_share"):
        assert unknown[f"low_{name}"] <= elsewhere[f"low_{name}"], name
        assert unknown[f"high_{name}"] > elsewhere[f"high_{name}"], name


def test_how_old_evidence_may_be_is_named_and_said() -> None:
    old = [sighting(router(at), "huawei", day=date(2025, 3, 1)) for at in range(5)]
    new = [sighting(router(at), "cisco", day=date(2025, 5, 7)) for at in range(5, 11)]
    window, wide = (written(tables(sighting=[*old, *new]), window_days=days)["measured_share"] for days in (31, 67))
    row = share_of(window, "cisco")
    assert row["router_count"] == 6 and share_of(wide, "cisco")["router_count"] == 11
    said = "Evidence counts up to {} days older than the newest of its country; {} sightings of the case are older "
    said += "and left out."
    assert said.format(31, 5) in row["assumed"] and said.format(67, 0) in share_of(wide, "cisco")["assumed"]


def test_routers_of_no_known_network_are_of_a_number_that_is_not_known() -> None:
    seen = [sighting(router(at), "cisco", asn=None) for at in range(6)]
    row = share_of(written(tables(sighting=seen))["measured_share"], "cisco")
    assert row["network_count"] is None
    assert any("of one network, and each is taken as drawn at random" in text for text in row["assumed"])


def stake(owner: str, owned: str, **more: Any) -> Row:
    told = {"owner_id": owner, "owned_id": owned, "low_share": None, "high_share": None, "control": None, **more}
    return {**KEPT, **told, "row_id": f"{owner} {owned}"}


@pytest.mark.parametrize(
    ("declared", "seen", "stakes", "is_finding"),
    [
        # By the registry: HPE owns Aruba since 2015 and Juniper since 2 July 2025, after the scan; H3C is nobody's.
        ("hpe", "aruba", [], False),
        ("aruba", "hpe", [], False),
        ("hpe", "juniper", [], False),
        ("huawei", "h3c", [], True),
        ("3com", "aruba", [], True),
        # What is not identified is no other vendor.
        ("hpe", None, [], False),
        # By the case: a stake on record that is control, may be, is none, or is held on no day in question.
        ("acme", "cisco", [stake("acme", "cisco", low_share=0.6, high_share=0.6)], False),
        ("acme", "cisco", [stake("acme", "cisco")], False),
        ("acme", "cisco", [stake("acme", "cisco", low_share=0.1, high_share=0.49)], True),
        ("acme", "cisco", [stake("acme", "cisco", control="no")], True),
        ("acme", "cisco", [stake("acme", "cisco", control="yes", to_on=date(2025, 5, 1))], True),
        ("acme", "cisco", [stake("acme", "cisco", control="yes", to_on=LATER)], False),
        ("acme", "cisco", [stake("mid", "cisco", control="yes"), stake("acme", "mid", control="yes")], False),
        ("acme", "cisco", [stake("mid", "cisco", control="yes"), stake("mid", "acme", control="yes")], True),
    ],
)
def test_a_brand_and_its_owner_agree(declared: str, seen: str | None, stakes: list[Row], is_finding: bool) -> None:
    told = {"carrier_id": "kpn", "country": "Netherlands", "asset_class": "transport.router", "vendor_id": declared}
    asset = {"asset_id": "a", "row_id": "a", "unit_count": 3, "facts": [], **told, **KEPT}
    rows = [sighting(router(at, 64501), seen) for at in range(3)]
    known = tables(sighting=rows, identifier=[number_of("kpn", 64501)], asset=[asset], ownership=stakes)
    told = {"asset_id": "a", "country": "Netherlands", "vendor_id": declared, "address": rows[0]["address"]}
    days = {"from_on": pl.Date, "to_on": pl.Date}
    addressed = pl.DataFrame([{**told, **dict.fromkeys(days)}], schema_overrides=days)
    found = written(known, addressed=addressed)["finding"]
    places = {"asset a, vendor_id", f"asset, vendor_id (routers of kpn, {seen})"}
    assert {row["place"] for row in found} == (places if is_finding else set())
