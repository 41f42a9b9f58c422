"""For every check of tables alone: rows that are broken on purpose, and the cells that mend them.

What each check finds in the broken rows stands in `check_examples.csv`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from unit.case.check_rows import DAY, Tables, claim, made, page, party, share

OLD, LATER, AHEAD = date(2020, 1, 1), date(2021, 1, 1), date(2027, 1, 1)
WHOLE = {"high_share": 1, "qualifier": "most"}
TESTED = {"asserts": [], "decided_by": [], "denies": [], "fact": "F", "step": "nothing on record"}


@dataclass(frozen=True)
class Example:
    """`tables(broken)` are the rows of a check, and `asked` the words with which it is asked."""

    id: str
    tables: Callable[[bool], Tables]
    asked: dict[str, Any] = field(default_factory=dict)


def around(**told: list[dict[str, object]]) -> Tables:
    """Rows beside a page, two vendors, two carriers."""
    parties = [party("nokia"), party("ericsson"), party("tim", "carrier"), party("iliad", "carrier")]
    base: Tables = {"source": [page()], "party": parties}
    return {name: base.get(name, []) + told.get(name, []) for name in {*base, *told}}


def asset(key: str, /, **cells: object) -> dict[str, object]:
    told = {"carrier_id": "tim", "country": "Italy", "asset_class": "ran", "vendor_id": "nokia", "source_id": "page"}
    return made("asset", key, **{**told, **cells})


def stake(key: str, /, **cells: object) -> dict[str, object]:
    told = {"owner_id": "nokia", "owned_id": "ericsson", "low_share": 0.6, "high_share": 0.6, "source_id": "page"}
    return made("ownership", key, **{**told, **cells})


def size(key: str, /, **cells: object) -> dict[str, object]:
    told = {"carrier_id": "tim", "country": "Italy", "low_share": 0.4, "high_share": 0.4, "measure_kind": "contracts"}
    days = {"as_of": "2026", "as_of_high_on": date(2026, 6, 30), "source_id": "page"}
    return made("carrier_share", key, **{**told, **days, **cells})


def policy(key: str, /, **cells: object) -> dict[str, object]:
    return made("policy", key, **{"lifecycle": "in force", "effective_high_on": OLD, "source_id": "page", **cells})


def sighting(key: str, /, **cells: object) -> dict[str, object]:
    told = {"sighting_id": key, "address": "192.0.2.1", "kind": "snmp_engine", "vendor_id": "nokia"}
    return made(
        "sighting", key, **{**told, "country": "Italy", "seen_on": date(2025, 5, 7), "source_id": "page", **cells}
    )


def probed(key: str, /, **cells: object) -> dict[str, object]:
    told = {"address": "192.0.2.1", "country": "Italy", "probed_on": date(2025, 5, 7), "source_id": "page"}
    return made("probed_address", key, **{**told, **cells})


def trace(key: str, year: int) -> dict[str, object]:
    told = {"trace_id": key, "started_at": datetime(year, 5, 1, tzinfo=UTC), "family": "ipv4", "hop_count": 3}
    return made("trace", key, **{**told, "source_id": "page"})


def cost(key: str, /, **cells: object) -> dict[str, object]:
    told = {"item": "swap", "geo": "Italy", "low_amount": 5.0, "currency": "EUR", "year": "2026", "source_id": "page"}
    return made("cost", key, **{**told, "year_high_on": date(2026, 12, 31), **cells})


EXAMPLES = [
    Example("reference",
            lambda broken: around(site=[made("site", "s", carrier_id="tin" if broken else "tim", source_id="page")])),
    Example("key", lambda broken: around(
            claim=[
                claim("C-1"),
                claim("C-1", row_id="other", topic="law" if broken else "access", locator="b.csv row 9"),
            ]
        )),
    Example("range",
            lambda broken: around(market_share=[share("1", low_share=0.6, high_share=60.0 if broken else 0.6)])),
    Example("order", lambda broken: around(
            listing=[made("listing", "l", party_id="nokia", from_on=LATER, to_on=OLD if broken else DAY)]
        )),
    Example("word", lambda broken: around(
            claim=[claim("C-1", stance="denys" if broken else "denies")],
            choice_input=[made("choice_input", "old", name="advance margin")],
        )),
    Example("future", lambda broken: around(
            market_share=[share("1", as_of_low_on=AHEAD, as_of_high_on=AHEAD, forecast=not broken)]
        ), {"as_of": DAY}),
    Example("asset-fact", lambda broken: around(
            asset=[asset("a", facts=["generation=5G", "critcal=true" if broken else "critical=true"])],
            fact_key=[made("fact_key", "critical"), made("fact_key", "generation")],
        )),
    Example("formula",
            lambda broken: around(site=[made("site", "s", name="=cmd|'/c calc'!A1" if broken else "-40 dBm")])),
    Example("identifier", lambda broken: around(
            identifier=[
                made("identifier", "i", party_id="nokia", scheme="lei",
                     value="5493001KJTIIGC8Y1R13" if broken else "5493001KJTIIGC8Y1R12")
            ]
        )),
    Example("same-name", lambda broken: around(
            identifier=[
                made("identifier", "1", party_id="nokia", scheme="name", value="Net-Works"),
                made("identifier", "2", party_id="ericsson" if broken else "tim", scheme="name", value="NETWORKS"),
            ]
        )),
    Example("near-name", lambda broken: around(
            party=[party("ntt-e", name="Vestnet", role="carrier"), party("ntt-w", name="Vastnet", role="carrier")],
            succession=[]
            if broken
            else [made("succession", "1", predecessor_id="ntt-w", successor_id="ntt-e", how="different")],
        )),
    Example("merged-name", lambda broken: around(
            party=[
                party("ntt", name="NTT東日本", row_id="party-e"),
                party("ntt", name="NTT西日本" if broken else "ＮＴＴ東日本", row_id="w", locator="party.csv row 3"),
            ]
        )),
    Example("same-source",
            lambda broken: around(source=[page("again", url="https://example.org/page" if broken else None)])),
    Example("carrier-as-vendor",
            lambda broken: around(asset=[asset("a1"), asset("a2", vendor_id="tim" if broken else None)])),
    Example("no-reason", lambda broken: around(
            succession=[
                {
                    "row_id": "succession-1",
                    "source_id": "press",
                    "file_id": "f",
                    "locator": "names.csv row 2",
                    "reading": "full",
                    "predecessor_id": "nokia",
                    "successor_id": "ericsson",
                    "how": "different",
                    "note": None if broken else "two companies by law",
                }
            ]
        )),
    Example("own-owner", lambda broken: around(ownership=[stake("1", owned_id="nokia" if broken else "ericsson")])),
    Example("ownership-ring", lambda broken: around(
            ownership=[
                stake("1", to_on=LATER),
                stake("2", owner_id="ericsson", owned_id="nokia", from_on=OLD if broken else LATER),
            ]
        )),
    Example("stake-sum", lambda broken: around(
            ownership=[stake("1", to_on=LATER), stake("2", owner_id="tim", from_on=OLD if broken else LATER)]
        )),
    Example("stake-clash", lambda broken: around(
            ownership=[
                stake("1", to_on=LATER),
                stake("2", low_share=0.3, high_share=0.4, from_on=OLD if broken else LATER, locator="b.csv row 3"),
            ]
        )),
    Example("carrier-figure", lambda broken: around(
            market_share=[share("1"), share("2", carrier_id="iliad")] if not broken else [share("1")]
        )),
    Example("carrier-size", lambda broken: around(
            market_share=[share("1"), share("2", carrier_id="iliad")],
            carrier_share=[size("1"), *([] if broken else [size("2", carrier_id="iliad")])],
        )),
    Example("country-size",
            lambda broken: around(market_share=[share("1")], carrier_share=[] if broken else [size("1")])),
    Example("thin-share", lambda broken: around(
            market_share=[
                share("1", low_share=0.3, high_share=0.3),
                *([] if broken else [share("2", vendor_ids=["ericsson"], vendors_says="Ericsson")]),
            ]
        )),
    Example("thin-result", lambda broken: around(
            vendor_share=[
                made("vendor_share", "v", country="Italy", asset_class="ran", measure_kind="weighted", as_of_on=DAY,
                     method="bounds", coverage_share=0.25 if broken else 0.75)
            ]
        )),
    Example("vendor-seat", lambda broken: around(
            party=[party("acme", country="IT/US" if broken else "IT")],
            market_share=[share("1", vendor_ids=["acme"])],
        )),
    Example("asset-vendor", lambda broken: around(
            asset=[asset("a1", unit_count=3), asset("a2", vendor_id=None if broken else "ericsson", unit_count=1)]
        )),
    Example("site-carrier", lambda broken: around(
            site=[
                made("site", "a", country="Italy", carrier_id="tim"),
                made("site", "b", country="Italy", carrier_id=None if broken else "tim"),
            ]
        )),
    Example("no-source",
            lambda broken: around(claim=[claim("C-1"), claim("C-2", source_id=None if broken else "page")])),
    Example("class-asked", lambda broken: around(
            asset=[asset(str(n), asset_class=one) for n, one in enumerate(CLASSES) if not broken or one != "core"]
        )),
    Example("old-figure", lambda broken: around(
            carrier_share=[
                size("1", as_of_high_on=date(2012, 6, 30)),
                *([] if broken else [size("2", as_of_high_on=date(2025, 6, 30))]),
            ]
        ), {"as_of": DAY}),
    Example("passed-term", lambda broken: around(policy=[policy("P-1", deadline_on=OLD if broken else DAY)]),
            {"as_of": DAY}),
    Example("superseded-policy", lambda broken: around(
            policy=[policy("P-1", superseded_by=["P-2"]), policy("P-2", effective_high_on=LATER)],
            verdict=[made("verdict", "v", rule_id="P-1", as_of_on=DAY if broken else OLD, facts=[])],
        )),
    Example("undated", lambda broken: around(
            source=[page("bare", published_high_on=None)],
            claim=[claim("C-1", said_low_on=None, said_high_on=None if broken else OLD, source_id="bare")],
        )),
    Example("unlike-measures", lambda broken: around(
            market_share=[
                share("1"),
                share("2", measure_kind="subscribers" if broken else "sites", low_share=0.2, high_share=0.3),
            ]
        )),
    Example("share-sum", lambda broken: around(
            market_share=[
                share("1"),
                share("2", vendor_ids=["ericsson"], vendors_says="Ericsson", low_share=0.45 if broken else 0.4),
            ]
        )),
    Example("no-number", lambda broken: around(market_share=[share("1", **WHOLE, low_share=0 if broken else 0.1)])),
    Example("price-year", lambda broken: around(cost=[cost("1", year=None if broken else "2026")])),
    Example("unit-in-words",
            lambda broken: around(cost=[cost("1", currency="GBP low, EUR high" if broken else "GBP")])),
    Example("single-source", lambda broken: around(
            source=[page("other")],
            market_share=[share("1"), share("2", source_id="page" if broken else "other", as_of="2025")],
        )),
    Example("weak-source", lambda broken: around(
            source=[page("talk", kind="forum")],
            market_share=[share("1", source_id="talk"), *([] if broken else [share("2", as_of="2025")])],
        )),
    Example("single-origin", lambda broken: around(
            claim=[claim("C-1", fact="f"), claim("C-2", fact="f", derived_from="C-1" if broken else None)],
            verdict=[made("verdict", "v", vendor_id="nokia", facts=[TESTED], as_of_on=DAY)],
        )),
    Example("relay", lambda broken: around(claim=[claim("C-1", derived_from="C-9" if broken else "people who know")])),
    Example("reply", lambda broken: around(
            claim=[claim("C-1", answers_claim_id="C-2"), claim("C-2", answers_claim_id="C-1" if broken else None)]
        )),
    Example("no-reply", lambda broken: around(
            claim=[claim("C-1", fact="f"), *([] if broken else [claim("C-2", fact="f", stance="denies")])]
        )),
    Example("unlinked-reply", lambda broken: around(
            claim=[
                claim("C-1", fact="f"),
                claim("C-2", fact="f", stance="denies", speaker="Nokia (spokesperson)",
                      answers_claim_id=None if broken else "C-1"),
            ]
        )),
    Example("withdrawn-target", lambda broken: around(
            claim=[
                claim("C-1"),
                claim("C-2", speaker="Nokia", stance="denies", answers_claim_id="C-1"),
                claim("C-3", said_high_on=LATER if broken else OLD, stance="denies", answers_claim_id="C-1"),
            ]
        )),
    Example("early-reply", lambda broken: around(
            claim=[
                claim("C-1", said_low_on=LATER, said_high_on=LATER),
                claim("C-2", speaker="Nokia", answers_claim_id="C-1", said_high_on=OLD if broken else LATER),
            ]
        )),
    Example("reply-of-another", lambda broken: around(
            claim=[claim("C-1"), claim("C-2", speaker="Tim" if broken else "Nokia", answers_claim_id="C-1")]
        )),
    Example("measured-vendors", lambda broken: around(
            sighting=[sighting("s1"), sighting("s2", vendor_id="ericsson" if broken else "nokia")]
        )),
    Example("measured-days",
            lambda broken: around(sighting=[sighting("s1")], trace=[trace("t1", 2019 if broken else 2025)])),
    Example("measured-undated",
            lambda broken: around(sighting=[sighting("s1", seen_on=None if broken else date(2025, 5, 7))])),
    Example("probed-place", lambda broken: around(probed_address=[probed("p1", country=None if broken else "Italy")])),
    Example("probed-missing", lambda broken: around(
            sighting=[sighting("s1")], probed_address=[probed("p1", address="192.0.2.9" if broken else "192.0.2.1")]
        )),
]  # fmt: skip

CLASSES = [
    *("ran.radio", "core", "ran.management", "transport", "transport.router", "transport.optical"),
    *("transport.management", "access_fixed", "mgmt.oss", "cpe", "devices"),
]
