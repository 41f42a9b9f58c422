"""A case small enough to check by eye: one country, two carriers, two policies, three vendors, two sites."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import polars as pl

from provenet.case.tables import frame, table

DAY = date(2026, 11, 24)
THEN = date(2018, 11, 23)
INPUT = {"file_id": "0" * 64, "locator": "hand.csv row 2", "reading": "read in the source"}


def filled(name: str, rows: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
    """Rows of a table with what a row must hold filled in where a test does not care."""
    blank = {"text": "x", "list": [], "bool": False, "int": 0, "float": 0.0, "date": DAY}
    made = []
    for number, row in enumerate(rows, start=1):
        base = {
            c.name: [] if c.fields else blank[c.type]
            for c in table(name).columns
            if not c.nullable and c.name != "run_id"
        }
        if table(name).kind == "input":
            base |= {**INPUT, "row_id": f"{name}-{number}"}
        made.append({**base, **row})
    return frame(name, made)


def verdict(number: int, **row: Any) -> dict[str, Any]:
    """One verdict row of the pack `law-1`."""
    base = {
        "verdict_id": f"verdict-{number}",
        "pack": "law-1",
        "pack_title": "Network law",
        "issuer": "ministry",
        "force": "law",
        "country": "Germany",
        "asset_class": "ran",
        "layer": "hardware",
        "action": "use",
        "assumed": [],
        "as_of_on": DAY,
        "known_on": None,
        "rules_in_force": 1,
        "outcome": "clear",
        "reason": "No rule reaches it.",
        "facts": [],
        "citation": "law, section 1",
    }
    return {**base, **row}


def share(number: int, **row: Any) -> dict[str, Any]:
    """One row of vendor_share: a published country figure."""
    base = {
        "share_id": f"share-{number}",
        "country": "Germany",
        "asset_class": "ran",
        "segment": "5G RAN",
        "vendor_ids": ["acme"],
        "measure": "share of subscribers",
        "measure_kind": "subscribers",
        "low_share": 0.5,
        "high_share": 0.6,
        "coverage_share": 1.0,
        "as_of": "2022",
        "as_of_low_on": date(2022, 1, 1),
        "as_of_high_on": date(2022, 12, 31),
        "as_of_on": DAY,
        "known_on": None,
        "method": "published",
        "inputs": ["market_share:market_share-1"],
    }
    return {**base, **row}


def claim(claim_id: str, **row: Any) -> dict[str, Any]:
    """One claim row, made on 23 November 2018."""
    base = {
        "claim_id": claim_id,
        "vendor_ids": ["acme"],
        "topic": "ownership",
        "speaker": "A paper",
        "speaker_kind": "press",
        "stance": "asserts",
        "said": "2018-11-23",
        "said_low_on": THEN,
        "said_high_on": THEN,
        "paraphrase": "Says a thing",
        "source_id": "paper",
    }
    return {**base, **row}


def tables(known: date | None = None, as_of: date = DAY) -> dict[str, pl.DataFrame]:
    """Every table a dossier reads, for one day and day known."""
    days = {"as_of_on": as_of, "known_on": known}
    parties = [
        {"party_id": "acme", "name": "Acme", "role": "vendor", "country": "CN"},
        {"party_id": "bolt", "name": "Bolt", "role": "vendor", "country": "SE"},
        {"party_id": "core-co", "name": "CoreCo", "role": "vendor", "country": "US"},
        {"party_id": "north-tel", "name": "North Tel", "role": "carrier", "country": "DE"},
        {"party_id": "south-tel", "name": "South Tel", "role": "carrier", "country": "DE"},
        {"party_id": "ministry", "name": "The Ministry", "role": "government", "country": "DE"},
    ]
    sources = [
        {"source_id": "paper", "title": "The Paper", "url": "https://paper.example/a", "kind": "press"},
        {"source_id": "forum", "title": "A Forum", "url": None, "kind": "forum"},
    ]
    return {
        "party": filled("party", parties),
        "source": filled("source", [{"published_high_on": THEN, "published": "2018-11-23", **s} for s in sources]),
        "verdict": filled("verdict", [{**row, **days} for row in verdicts()]),
        "vendor_share": filled("vendor_share", [{**row, **days} for row in shares()]),
        "common_failure": filled("common_failure", [{**row, **days} for row in failures()]),
        "site_dependence": filled("site_dependence", [{**row, **days} for row in dependences()]),
        "market_share": filled("market_share", [{"source_id": "paper", "geo": "Germany"}]),
        "claim": filled("claim", claims()),
        **events(),
    }


def verdicts() -> list[dict[str, Any]]:
    """Two policies: a law that answers every way, and advice that had no rule in force."""
    open_test = {"open_tests": ["fact: critical"], "if_settled": ["clear", "restricted"]}
    rows = [
        verdict(1, vendor_id="acme", outcome="restricted", rule_id="L-1", reason="Rule L-1 prohibits it."),
        verdict(2, vendor_id="bolt"),
        verdict(3, vendor_id="core-co"),
        verdict(4, vendor_id="acme", asset_class="core", outcome="undetermined", rule_id="L-2", **open_test),
        verdict(5, vendor_id="bolt", asset_class="core"),
        verdict(6, vendor_id="core-co", asset_class="core"),
    ]
    rows[3] |= {"disputed": True, "hangs_on_disputed": True, "claims_for": ["C-1"], "claims_against": ["C-2"]}
    advice = {"pack": "advice-1", "pack_title": "Old advice", "force": "advice", "rules_in_force": 0}
    for number, vendor in enumerate(("acme", "bolt", "core-co"), start=7):
        rows.append(verdict(number, vendor_id=vendor, citation=None, reason="No rule was in force.", **advice))
    return rows


def shares() -> list[dict[str, Any]]:
    """A published share, one later estimate, one to be checked, a gap, and a split under the law."""
    part = {"pack": "law-1", "issuer": "ministry", "method": "parts", "vendor_ids": [], "coverage_share": 0.6}
    none = {"method": "not published", "low_share": 0.0, "high_share": 1.0, "coverage_share": 0.0, "vendor_ids": []}
    return [
        share(1),
        share(2, later_estimate=True, as_of="2018", as_of_low_on=date(2018, 1, 1), as_of_high_on=date(2018, 12, 31)),
        share(3, to_be_checked=True, carrier_id="north-tel", measure="share of sites", measure_kind="sites"),
        share(4, asset_class="transport", segment="transport network", as_of="undated", label="not published", **none),
        share(5, part="restricted", low_share=0.25, high_share=0.75, **part),
        share(6, part="unknown", unknown_because="vendor", low_share=0.4, high_share=0.4, **part),
        share(7, part="unknown", unknown_because="verdict", low_share=0.1, high_share=0.1, **part),
        share(8, part="clear", low_share=0.25, high_share=0.75, **part),
    ]


def failures() -> list[dict[str, Any]]:
    """What fails together with Acme."""
    row = {"country": "Germany", "vendor_id": "acme", "asset_class": "ran", "measure": "customers", "label": "x"}
    return [{**row, "failure_id": "failure-1", "low_share": 0.3, "high_share": 0.45, "carrier_ids": ["north-tel"]}]


def dependences() -> list[dict[str, Any]]:
    """Two sites with the same figures, and a scenario of own links."""
    rows = []
    for site in ("camp-one", "camp-two"):
        row = {"site_id": site, "country": "Germany", "asset_class": "ran", "vendor_ids": ["acme"], "label": "x"}
        row |= {"measure": "share of sites", "harm": "loss of service", "low_share": 0.2, "high_share": 0.7}
        rows.append({**row, "dependence_id": f"dep-{site}"})
        rows.append(
            {**row, "dependence_id": f"own-{site}", "scenario": "own links carry the traffic", "low_share": 0.0}
        )
    return rows


def claims() -> list[dict[str, Any]]:
    """A claim with a reply, one without, one of a later day, one read in a forum, one not read."""
    reply = {"stance": "denies", "speaker": "Acme", "speaker_kind": "vendor", "answers_claim_id": "C-1"}
    later = {"said": "2020", "said_low_on": date(2020, 1, 1), "said_high_on": date(2020, 12, 31)}
    return [
        claim("C-1", anonymous="yes"),
        claim("C-2", **reply),
        claim("C-3", topic="certificates", vendor_ids=["bolt"]),
        claim("C-4", **later),
        claim("C-5", source_id="forum"),
        claim("C-6", reading="not read"),
    ]


def events() -> dict[str, pl.DataFrame]:
    """Sites, policies, purchases, outreach, sharing, deployments, costs and interworking."""
    day = {"source_id": "paper"}
    sites = [
        {"site_id": "camp-one", "name": "Camp One", "country": "Germany", "lat_deg": 49.4, "lon_deg": 7.6},
        {"site_id": "camp-two", "name": "Camp Two", "country": "Germany", "lat_deg": 49.4, "lon_deg": 7.6},
    ]
    policies = [
        {"policy_id": f"P-{n}", "jurisdiction": "DE", "title": "Network law", "lifecycle": "in force", "binding": "law"}
        for n in (1, 2, 3)
    ]
    policies[0] |= {"deadline": "2026-12-31", "deadline_on": date(2026, 12, 31), "criterion": "remove it"}
    spans = {"effective": "2018-01", "effective_low_on": date(2018, 1, 1), "effective_high_on": date(2018, 1, 31)}
    bought = {"carrier_id": "north-tel", "country": "Germany", "segment": "core", "vendor_ids": ["bolt"]}
    bought |= {"event": "contract", "day": "2018-04", "day_low_on": date(2018, 4, 1), "day_high_on": date(2018, 4, 30)}
    told = {"who": "a government", "to_whom": "carriers", "country": "Germany", "day": "2018-11-23", "anonymous": "yes"}
    told |= {"day_low_on": THEN, "day_high_on": THEN, "about": "one vendor", "claim_id": "C-1"}
    named = {"carrier_id": "north-tel", "country": "Germany", "segment": "RAN", "asset_class": "ran"}
    named |= {"vendor_ids": ["country:CN"], "presence": "named", "role": "main", "day": "2018", "complement": True}
    cost = {"item": "swap", "geo": "Germany", "low_amount": 1e9, "currency": "EUR", "estimator": "a consultancy"}
    return {
        "site": filled("site", [{**day, **s} for s in sites]),
        "policy": filled("policy", [{**day, **spans, **p} for p in policies]),
        "procurement": filled("procurement", [{**day, **bought, "value_amount": 2.5e9, "currency": "EUR"}]),
        "outreach": filled("outreach", [{**day, **told}]),
        "rides_on": filled("rides_on", [{**day, "carrier_id": "south-tel", "host_id": "north-tel", "says": "shares"}]),
        "deployment": filled("deployment", [{**day, **named}]),
        "cost": filled("cost", [{**day, **cost}]),
        "interop": filled("interop", [{**day, "fact_id": "INT-1", "fact_says": "boxes of two vendors work together"}]),
    }
