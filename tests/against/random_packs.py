"""Random rule packs and random case rows, as hypothesis strategies."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

VENDORS = ["Huawei", "Huawei Technologies", "zte", "ZTE Corporation", "NSN", "Vendor X", "Widget-Works"]
DAYS = [date(2020, 6, 30), date(2020, 7, 1), date(2024, 2, 29), date(2024, 7, 11), date(2026, 12, 31)]
AXIS_VALUES: dict[str, list[str]] = {
    "vendor_in": VENDORS,
    "affiliate_of": VENDORS,
    "controlled_from": ["CN", "NO", "US"],
    "made_in": ["CN", "NO", "VN"],
    "carrier_in": ["Deutsche Telekom", "DT", "KDDI", "campus net"],
    "asset_class": ["core", "core.user_plane", "core.*", "ran", "ran.radio", "*"],
    "segment": ["core", "ran", "transport"],
    "layer": ["hardware", "software"],
    "action": ["use", "install_new"],
    "site_class": ["edge", "government facility"],
    "capability": ["route", "visibility"],
    "product_category": ["router", "camera"],
    "buyer": ["US DoD", "state carrier"],
    "listed_in": ["UK annex", "NCSC HRV", "1260H", "list A"],
}
FACT_KEYS = ["exempt", "quantity", "begun", "colour"]
RIGHT_VALUES: dict[str, list[Any]] = {
    "is": [True, False, 5, 10, 2.5, date(2020, 6, 30), "red", "Light-Blue", {"fact": "colour"}, {"fact": "exempt"}],
    "in": [[5, 10], ["red", "blue"], [date(2020, 6, 30), date(2024, 2, 29)], ["red"]],
    "at_least": [5, 10, date(2020, 6, 30), {"fact": "quantity"}],
    "at_most": [5, 9.5, date(2024, 2, 29), {"fact": "begun", "plus": "1 month"}],
    "before": [date(2020, 7, 1), {"fact": "begun"}, {"fact": "begun", "plus": "36 months"}],
    "after": [date(2020, 6, 30), {"fact": "begun", "plus": "10 days"}],
}
CELLS = [
    *("true", "false", "5", "10", "9.5", "2020-06-30", "2020-07-01", "2024-02-29", "2020-06", "2020-Q2", "2019-2021"),
    *("before 2020", "after 2020-06", "red", "RED", "light blue", "red,blue", "unknown", "any", ""),
    *("disputed (one side says so)", "suspected", "2024-01-31"),
]
NOT_KNOWN = ["", "any", "unknown", "Unknown", "disputed by one side", "suspected"]


def leaf() -> st.SearchStrategy[dict[str, Any]]:
    def axis(name: str) -> st.SearchStrategy[dict[str, Any]]:
        values = st.sampled_from(AXIS_VALUES[name])
        return st.builds(lambda value: {name: value}, st.one_of(values, st.lists(values, min_size=1, max_size=3)))

    key = st.sampled_from(FACT_KEYS)
    bare = st.builds(lambda key: {"fact": key}, key)
    test = st.sampled_from([(op, right) for op, rights in RIGHT_VALUES.items() for right in rights])
    tested = st.builds(lambda key, test: {"fact": key, test[0]: test[1]}, key, test)
    return st.one_of(*(axis(name) for name in AXIS_VALUES), bare, tested, tested)


def conditions(leaves: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    def joined(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
        parts = st.lists(inner, min_size=1, max_size=3)
        return st.one_of(
            st.builds(lambda p: {"all": p}, parts),
            st.builds(lambda p: {"any": p}, parts),
            st.builds(lambda p: {"not": p}, inner),
        )

    return st.recursive(leaves, joined, max_leaves=5)


CONDITIONS = conditions(leaf())
LIMIT = st.builds(
    lambda measure, share: {"measure": measure, "at_most_share": share, "of": "carrier"},
    st.sampled_from(["sites", "traffic"]),
    st.sampled_from([0, 0.35, 0.5, 1, {"fact": "quantity"}]),
)
TERM = st.sampled_from([None, *DAYS, {"fact": "begun"}, {"fact": "begun", "plus": "36 months"}])
INTERVAL = st.sampled_from([None, *((a, b) for a in [None, *DAYS] for b in [None, *DAYS] if not (a and b and a >= b))])


@st.composite
def rules(draw: st.DrawFn, name: str) -> dict[str, Any]:
    made: dict[str, Any] = {"id": name, "effect": draw(st.sampled_from(["prohibit", "cap", "condition", "permit"]))}
    made["rank"] = draw(st.sampled_from([1, 1, 2, 3]))
    made["when"] = draw(CONDITIONS)
    if policy := draw(st.sampled_from([None, None, "JOINED", name])):
        made["policy"] = policy
    if interval := draw(INTERVAL):
        made["in_force"] = list(interval)
    if made["effect"] in {"prohibit", "cap"} and (term := draw(TERM)):
        made["remove_by"] = term
    if made["effect"] == "cap":
        made["cap"] = draw(st.one_of(LIMIT, st.lists(LIMIT, min_size=1, max_size=2)))
    if draw(st.booleans()):
        made["decided_by"] = draw(st.sampled_from(["issuer", "some-court"]))
    return made


@st.composite
def packs(draw: st.DrawFn) -> dict[str, Any]:
    return {
        "pack": "random-pack",
        "issuer": "some-office",
        "declares": {"words": ["router", "camera", "list A", "edge"]},
        "force": draw(st.sampled_from(["law", "contract", "advice", "proposal"])),
        "default": draw(st.sampled_from(["clear", "restricted"])),
        "rules": [draw(rules(f"RULE-{n}")) for n in "ABCD"[: draw(st.integers(1, 4))]],
    }


def cells(values: list[str]) -> st.SearchStrategy[str | None]:
    return st.sampled_from([None, *values, *values, *values, *NOT_KNOWN])


def joined(pairs: Mapping[str, str | None]) -> str:
    return "; ".join(f"{key}={value}" for key, value in pairs.items() if value is not None)


@st.composite
def rows(draw: st.DrawFn) -> dict[str, str]:
    flags = [draw(cells(["true", "false"])) if draw(st.booleans()) else None for _ in range(3)]
    listed = draw(cells(["list A", "UK annex|List-A", "none", "none"])) if not any(flags) else None
    profile = {
        "name": draw(cells(VENDORS)),
        "hq": "CN",
        "seat": draw(st.sampled_from([None, "NO"])),
        "group": draw(cells(VENDORS)),
        "controlled_from": draw(cells(["CN", "no", "US"])),
        "listed_by": listed,
        **dict(zip(["in_uk_annex", "ncsc_hrv", "on_1260H"], flags, strict=True)),
        "exempt": draw(st.sampled_from([None, *CELLS])),
    }
    known = {
        "action": draw(cells(["use", "install_new", "install new"])),
        "buyer": draw(cells(["us-dod", "State Carrier", "nobody"])),
        "product_category": draw(cells(["router", "toy"])),
        "operator": draw(cells(["Telekom Deutschland", "KDDI Corporation", "Campus-Net", "other (no contract)"])),
        "share_sites": draw(st.sampled_from([None, "0", "0.35", "0.36", "1", "unknown", "0.50", "disputed"])),
        "share_traffic": draw(st.sampled_from([None, "0.35", "0.4", "unknown"])),
        "unit": draw(st.sampled_from([None, None, None, "sites", "subscribers", "direction", "unknown"])),
        **{key: draw(st.sampled_from([None, *CELLS, "0.35"])) for key in FACT_KEYS[1:]},
    }
    return {
        "case_id": "C1",
        "as_of": str(draw(st.sampled_from(DAYS)) + timedelta(draw(st.sampled_from([-1, 0, 0, 1])))),
        "vendor_profile": joined(profile),
        "asset_class": draw(st.sampled_from(["core", "core.user_plane", "ran.radio", "ran.*", "mgmt.oss", "unknown"])),
        "layer": draw(st.sampled_from(["hardware", "Software", "any", ""])),
        "site_class": draw(st.sampled_from(["edge", "Government-Facility", "any", "unknown"])),
        "origin_country": draw(st.sampled_from(["CN", "NO", "no", "any", ""])),
        "capability": draw(
            st.sampled_from(["route", "route,visibility", "none", "unknown", "", "any", "route,unknown"])
        ),
        "known_facts": joined(known),
    }
