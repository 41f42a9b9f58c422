"""What a record of a worked case says, as a profile: every column, every form of a cell."""

import pytest

from provenet.core.when import parse_span
from provenet.policy.cases import UNKNOWN_UNIT, asset_listing, capability_of, case_profile, classes_of
from provenet.policy.terms import FactValue, Group, Listing, Profile
from provenet.policy.wordlists import lexicon

EMPTY = dict.fromkeys(
    ("vendor_profile", "asset_class", "layer", "site_class", "origin_country", "capability", "known_facts"), ""
)


def profile(**cells: str) -> Profile:
    return case_profile(EMPTY | cells, lexicon())


def fact(found: Profile, key: str) -> FactValue | None:
    return found.fact(key, ("whoever",))


def test_an_empty_record_says_nothing() -> None:
    found = profile()
    assert (found.vendor, found.group, found.carrier, found.asset_class) == (None, Group(), None, None)
    assert (found.plain, found.capability, found.capability_complete) == ({}, None, False)
    assert (found.listing, found.shares, found.share_unit, fact(found, "x")) == (Listing(), {}, None, None)
    assert fact(profile(known_facts=" ; x"), "") is None


def test_every_column_feeds_its_axis() -> None:
    found = profile(
        vendor_profile="name=Huawei Technologies; group=ZTE; controlled_from=China; listed_by=hrs_list; risk=high",
        asset_class="core.user_plane",
        layer="Software",
        site_class="Port",
        origin_country="China",
        capability="route, switch",
        known_facts="action=install-new; buyer=State; product_category=Firewall; operator=O2; critical; n=5; "
        "unit=sites; share_sites=35%; share_spend=0.5; share_other=unknown",
    )
    assert (found.vendor, found.group) == (frozenset({"huawei"}), Group(sure=frozenset({"zte"})))
    assert found.carrier == frozenset({lexicon().carriers.canon("O2")})
    assert found.asset_class == (("core", "userplane"),)
    assert found.plain == {
        "controlled_from": frozenset({"cn"}),
        "made_in": frozenset({"cn"}),
        "layer": frozenset({"software"}),
        "site_class": frozenset({"port"}),
        "action": frozenset({"installnew"}),
        "buyer": frozenset({"state"}),
        "product_category": frozenset({"firewall"}),
    }
    assert (found.capability, found.capability_complete) == (frozenset({"route", "switch"}), True)
    assert found.listing == Listing(on=frozenset({"hrslist"}))
    assert found.shares == {"sites": (0.35, 0.35), "spend": (0.5, 0.5), "other": None}
    assert found.share_unit == "sites"
    assert [fact(found, key) for key in ("risk", "RISK", "critical", "n", "unit", "action", "name")] == [
        *("high", "high", True, 5.0, "sites", None, None)
    ]


@pytest.mark.parametrize(
    ("text", "vendor", "group"),
    [
        ("name=A|B", {"a", "b"}, Group()),
        ("name=any", None, Group()),
        ("name=A|unknown", None, Group()),
        ("name=disputed", None, Group()),
        ("name=A; group=unknown", {"a"}, Group(maybe=None)),
        ("name=A; group=B|C", {"a"}, Group(maybe=frozenset({"b", "c"}))),
        ("name=A; group=", {"a"}, Group(maybe=None)),
        ("name=A; name=A", {"a"}, Group()),
        (" ; name = A ;; ", {"a"}, Group()),
    ],
)
def test_the_vendor_and_its_group(text: str, vendor: set[str] | None, group: Group) -> None:
    found = profile(vendor_profile=text)
    assert found.vendor == (None if vendor is None else frozenset(vendor))
    assert found.group == group


def test_shares() -> None:
    found = profile(vendor_profile="share_sites=0.1", known_facts="share_sites=0.1; share_spend=1; share_=x; shared=y")
    assert found.shares == {"sites": (0.1, 0.1), "spend": (1.0, 1.0)}
    assert [fact(found, key) for key in ("share_sites", "shared", "share_")] == [None, "y", "x"]
    assert profile(known_facts="share_sites=0").shares == {"sites": (0.0, 0.0)}
    assert profile(known_facts="share_sites=100 %").shares == {"sites": (1.0, 1.0)}
    assert profile(known_facts="share_sites=any").share_unit is None
    assert profile(known_facts="share_sites=any; unit=unknown").share_unit == UNKNOWN_UNIT
    assert profile(known_facts="share_sites=0.1; unit=not stated").share_unit == UNKNOWN_UNIT


@pytest.mark.parametrize(
    ("vendor", "facts", "expected"),
    [
        ("listed_by=a|b", "", Listing(on=frozenset({"a", "b"}))),
        ("listed_by=none", "", Listing(on_none=True)),
        ("listed_by=None", "on_1260H=false", Listing(off=frozenset({"1260h"}), on_none=True)),
        ("listed_by=unknown", "", Listing()),
        ("in_uk_annex=true", "hrs_list=false", Listing(on=frozenset({"ukannex"}), off=frozenset({"hrslist"}))),
        ("ncsc_hrv", "on_1260H=unknown", Listing(on=frozenset({"ncschrv"}))),
        ("hrs_list=maybe", "", Listing()),
        ("listed_by=hrs", "hrs_list=true", Listing(on=frozenset({"hrslist"}))),
    ],
)
def test_lists(vendor: str, facts: str, expected: Listing) -> None:
    found = profile(vendor_profile=vendor, known_facts=facts)
    assert found.listing == expected
    assert [fact(found, key) for key in ("listed_by", "hrs_list", "in_uk_annex", "on_1260H", "ncsc_hrv")] == [None] * 5


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", None),
        ("any", None),
        ("Unknown", None),
        ("core", (("core",),)),
        ("core.user_plane|ran", (("core", "userplane"), ("ran",))),
        ("*", ((),)),
        ("suspected core", None),
    ],
)
def test_classes(text: str, expected: tuple[tuple[str, ...], ...] | None) -> None:
    assert classes_of(text) == expected
    assert profile(asset_class=text).asset_class == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", (None, False)),
        (" , ", (None, False)),
        ("any", (None, False)),
        ("unknown", (None, False)),
        ("none", (frozenset(), True)),
        ("route", (frozenset({"route"}), True)),
        ("route; Switch|x", (frozenset({"route", "switch", "x"}), True)),
        ("route, any", (frozenset({"route"}), False)),
        ("unknown, route", (frozenset({"route"}), False)),
        ("any, unknown", (frozenset(), False)),
        ("not assessed", (None, False)),
        ("route, unread", (frozenset({"route"}), False)),
    ],
)
def test_capabilities(text: str, expected: tuple[frozenset[str] | None, bool]) -> None:
    assert capability_of(text) == expected


def test_what_an_assets_own_facts_say_of_lists() -> None:
    known = Listing(on=frozenset({"a"}), off=frozenset({"ukannex"}))
    assert asset_listing(known, {}) == known
    assert asset_listing(known, {"critical": "true"}) == known
    assert asset_listing(known, {"in_uk_annex": "true"}) == Listing(on=frozenset({"a", "ukannex"}))
    assert asset_listing(Listing(on=frozenset({"hrslist"})), {"hrs_list": "false", "x": "y"}) == Listing(
        off=frozenset({"hrslist"})
    )
    assert asset_listing(known, {"listed_by": "none"}) == Listing(frozenset({"a"}), frozenset({"ukannex"}), True)
    assert asset_listing(Listing(on_none=True), {"listed_by": "b"}) == Listing(on=frozenset({"b"}), on_none=True)
    assert asset_listing(known, {"listed_by": "none", "hrs_list": "true"}) == known, "a contradiction says nothing"
    facts = {"listed_by": "b"}
    asset_listing(known, facts)
    assert facts == {"listed_by": "b"}


def test_facts_are_read_by_their_declared_type() -> None:
    found = profile(known_facts="first_use=2024; own=2024; Own Two=a, b; x=unknown; y=disputed")
    assert fact(found, "first_use") == parse_span("2024")
    assert fact(found, "own") == 2024.0
    assert (fact(found, "own_two"), fact(found, "x"), fact(found, "y")) == ("a, b", None, None)
