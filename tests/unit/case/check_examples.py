"""For every check of tables alone: rows that are broken on purpose, the cells that mend them, and what is found."""

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
    """`tables(broken)` are the rows; `place`, `says` and `repair` are what the check finds in the broken ones."""

    id: str
    tables: Callable[[bool], Tables]
    place: str
    says: str
    repair: str
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
            lambda broken: around(site=[made("site", "s", carrier_id="tin" if broken else "tim", source_id="page")]),
            "site s, carrier_id (site.csv row 2)",
            "No such party; found 'tin'. Nearest: tim.",
            "Fix the cell, add the row to party, or leave it empty: not known."),
    Example("key",
            lambda broken: around(
                claim=[
                    claim("C-1"),
                    claim("C-1", row_id="other", topic="law" if broken else "access", locator="b.csv row 9"),
                ]
            ),
            "claim C-1",
            "Rows share this key and differ in topic: b.csv row 9; claim.csv row 2.",
            "Keep one row, or give the other its own id."),
    Example("range",
            lambda broken: around(market_share=[share("1", low_share=0.6, high_share=60.0 if broken else 0.6)]),
            "market_share market_share-1, high_share (market_share.csv row 2)",
            "Found 60.0, expected 0 to 1.",
            "Fix the cell; a share is a part of 1, not per cent."),
    Example("order",
            lambda broken: around(
                listing=[made("listing", "l", party_id="nokia", from_on=LATER, to_on=OLD if broken else DAY)]
            ),
            "listing listing-l, from_on (listing.csv row 2)",
            "Found from_on 2021-01-01 and to_on 2020-01-01; nothing lies between.",
            "Fix from_on or to_on."),
    Example("word",
            lambda broken: around(
                claim=[claim("C-1", stance="denys" if broken else "denies")],
                choice_input=[made("choice_input", "old", name="advance margin")],
            ),
            "claim C-1, stance (claim.csv row 2)",
            "Found 'denys', expected one of: asserts, denies, qualifies. Nearest: denies.",
            "Write one of the words."),
    Example("future",
            lambda broken: around(
                market_share=[share("1", as_of_low_on=AHEAD, as_of_high_on=AHEAD, forecast=not broken)]
            ),
            "market_share market_share-1, as_of_low_on (market_share.csv row 2)",
            "Found 2027-01-01, which is after 2026-11-25, the day in question.",
            "Fix the date; where the row speaks of a plan, mark it as a forecast or leave the date empty.",
            {"as_of": DAY}),
    Example("asset-fact",
            lambda broken: around(
                asset=[asset("a", facts=["generation=5G", "critcal=true" if broken else "critical=true"])],
                fact_key=[made("fact_key", "critical"), made("fact_key", "generation")],
            ),
            "asset a, facts (asset.csv row 2)",
            "No such key of facts; found 'critcal=true'. Nearest: critical.",
            "Write key=value with a key of fact_key; a fact that no rule tests may stay."),
    Example("formula",
            lambda broken: around(site=[made("site", "s", name="=cmd|'/c calc'!A1" if broken else "-40 dBm")]),
            "site s, name (site.csv row 2)",
            "Begins like a formula; found \"=cmd|'/c calc'!A1\".",
            "Compare the cell with its source. Exports put an apostrophe before it; other tools may not."),
    Example("identifier",
            lambda broken: around(
                identifier=[
                    made("identifier", "i", party_id="nokia", scheme="lei",
                         value="5493001KJTIIGC8Y1R13" if broken else "5493001KJTIIGC8Y1R12")
                ]
            ),
            "identifier identifier-i, value (identifier.csv row 2)",
            "No such lei; found '5493001KJTIIGC8Y1R13', expected 18 letters or digits and two check digits that agree "
            "(ISO 17442).",
            "Compare the lei with its register and fix the cell."),
    Example("same-name",
            lambda broken: around(
                identifier=[
                    made("identifier", "1", party_id="nokia", scheme="name", value="Net-Works"),
                    made("identifier", "2", party_id="ericsson" if broken else "tim", scheme="name", value="NETWORKS"),
                ]
            ),
            "identifier, value (name Net-Works)",
            "The name 'Net-Works' stands for 2 parties: ericsson and nokia.",
            "Keep it with the party it names; give the other a name that tells them apart."),
    Example("near-name",
            lambda broken: around(
                party=[party("ntt-e", name="Vestnet", role="carrier"), party("ntt-w", name="Vastnet", role="carrier")],
                succession=[]
                if broken
                else [made("succession", "1", predecessor_id="ntt-w", successor_id="ntt-e", how="different")],
            ),
            "party, name (ntt-e, ntt-w)",
            "The names 'Vastnet' (ntt-w, party.csv row 2) and 'Vestnet' (ntt-e, party.csv row 2) are 1 letter off.",
            "Say whether they are one: write ntt-e,ntt-w,same,REASON (or different in place of same) under the header "
            "predecessor_id,successor_id,how,note into names.csv, and run: provenet add CASE names.csv"),
    Example("merged-name",
            lambda broken: around(
                party=[
                    party("ntt", name="NTT東日本", row_id="party-e"),
                    party("ntt", name="NTT西日本" if broken else "ＮＴＴ東日本", row_id="w", locator="party.csv row 3"),
                ]
            ),
            "party ntt, party_id",
            "2 names stand under one id: party ntt: 'NTT東日本' (party.csv row 2) and 'NTT西日本' (party.csv row 3).",
            "Where they are two, add the rows of one again under an id of its own; where they are one, add the other "
            "name as an alias (kind,name,alias)."),
    Example("same-source",
            lambda broken: around(source=[page("again", url="https://example.org/page" if broken else None)]),
            "source again, source_id",
            "The address https://example.org/page stands under 2 sources: again and page.",
            "Compare the pages; give two publications two titles, and one publication one id."),
    Example("carrier-as-vendor",
            lambda broken: around(asset=[asset("a1"), asset("a2", vendor_id="tim" if broken else None)]),
            "asset, vendor_id (tim)",
            "1 asset names the carrier tim as vendor, also of its own network, first a2.",
            "Write the maker; where it is not known, leave vendor_id empty."),
    Example("no-reason",
            lambda broken: around(
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
            ),
            "succession succession-1, note (names.csv row 2)",
            "nokia and ericsson are called different without a reason.",
            "Write the row with its reason in note into names.csv, and run: provenet add CASE names.csv"),
    Example("own-owner",
            lambda broken: around(ownership=[stake("1", owned_id="nokia" if broken else "ericsson")]),
            "ownership ownership-1, owner_id (ownership.csv row 2)",
            "nokia is said to hold a stake in itself.",
            "Fix owner_id or owned_id."),
    Example("ownership-ring",
            lambda broken: around(
                ownership=[
                    stake("1", to_on=LATER),
                    stake("2", owner_id="ericsson", owned_id="nokia", from_on=OLD if broken else LATER),
                ]
            ),
            "ownership, owner_id (ericsson)",
            "ericsson and nokia hold each other in a ring on 2020-01-01; control then has no head.",
            "Compare with the sources; where the ring is real, state control in the row that decides."),
    Example("stake-sum",
            lambda broken: around(
                ownership=[stake("1", to_on=LATER), stake("2", owner_id="tim", from_on=OLD if broken else LATER)]
            ),
            "ownership, low_share (ericsson)",
            "Stakes in ericsson sum to at least 120 % on 2020-01-01: nokia 60 % and tim 60 %.",
            "Compare the rows with their sources; end a stake that was sold with its day in to_on."),
    Example("stake-clash",
            lambda broken: around(
                ownership=[
                    stake("1", to_on=LATER),
                    stake("2", low_share=0.3, high_share=0.4, from_on=OLD if broken else LATER, locator="b.csv row 3"),
                ]
            ),
            "ownership ownership-1, low_share (ownership.csv row 2)",
            "Its days overlap with those of b.csv row 3, and the stakes exclude each other: 60 % and 30 % to 40 %.",
            "End one of them with its day in to_on, or keep the one that is right."),
    Example("carrier-figure",
            lambda broken: around(
                market_share=[share("1"), share("2", carrier_id="iliad")] if not broken else [share("1")]
            ),
            "party iliad, party_id (party.csv row 2)",
            "No share, deployment or asset names the carrier Iliad.",
            "Add what is published of its vendors; until then it counts as unknown."),
    Example("carrier-size",
            lambda broken: around(
                market_share=[share("1"), share("2", carrier_id="iliad")],
                carrier_share=[size("1"), *([] if broken else [size("2", carrier_id="iliad")])],
            ),
            "party iliad, carrier_share",
            "Iliad has figures on vendors and no row of carrier_share in Italy.",
            "Add its share of customers in Italy; without one its figures weigh nothing there."),
    Example("country-size",
            lambda broken: around(market_share=[share("1")], carrier_share=[] if broken else [size("1")]),
            "carrier_share, country (Italy)",
            "1 carrier of Italy has figures on vendors and none a size: tim.",
            "Add carrier_share rows of Italy; without them there are counts and no share of the country."),
    Example("thin-share",
            lambda broken: around(
                market_share=[
                    share("1", low_share=0.3, high_share=0.3),
                    *([] if broken else [share("2", vendor_ids=["ericsson"], vendors_says="Ericsson")]),
                ]
            ),
            "market_share, low_share (tim, RAN)",
            "Shares of tim, RAN (sites, 2026) name vendors for 30 % at least; of the rest no vendor is named.",
            "Look for shares of the other vendors; until then the rest is unknown."),
    Example("thin-result",
            lambda broken: around(
                vendor_share=[
                    made("vendor_share", "v", country="Italy", asset_class="ran", measure_kind="weighted", as_of_on=DAY,
                         method="bounds", coverage_share=0.25 if broken else 0.75)
                ]
            ),
            "vendor_share, coverage_share (Italy, ran)",
            "Figures of Italy, ran (weighted, 2026-11-25) rest on 25 % of the whole.",
            "Add figures of the carriers of Italy that have none, or their sizes."),
    Example("vendor-seat",
            lambda broken: around(
                party=[party("acme", country="IT/US" if broken else "IT")],
                market_share=[share("1", vendor_ids=["acme"])],
            ),
            "party acme, country (party.csv row 2)",
            "Figures name the vendor Acme; its seat is IT/US.",
            "Write the country of the registered seat as two letters, or leave it empty: not known."),
    Example("asset-vendor",
            lambda broken: around(
                asset=[asset("a1", unit_count=3), asset("a2", vendor_id=None if broken else "ericsson", unit_count=1)]
            ),
            "asset, vendor_id (tim)",
            "1 of 2 assets of tim name no vendor (25 % of the units), first a2.",
            "Add the vendor to the inventory where it is known; until then they count as unknown."),
    Example("site-carrier",
            lambda broken: around(
                site=[
                    made("site", "a", country="Italy", carrier_id="tim"),
                    made("site", "b", country="Italy", carrier_id=None if broken else "tim"),
                ]
            ),
            "site, carrier_id (Italy)",
            "1 of 2 sites in Italy name no carrier: b.",
            "Add the carrier where it is known; until then every carrier of the country may serve them."),
    Example("no-source",
            lambda broken: around(claim=[claim("C-1"), claim("C-2", source_id=None if broken else "page")]),
            "claim, source_id",
            "1 of 2 rows names no publication, first C-2 (claim.csv row 2).",
            "Add the title and address of the publication they were read in."),
    Example("class-asked",
            lambda broken: around(
                asset=[asset(str(n), asset_class=one) for n, one in enumerate(CLASSES) if not broken or one != "core"]
            ),
            "asset, asset_class (Italy)",
            "No row of Italy speaks of: core network.",
            "Add rows on it for Italy; until then the page says that nothing is published."),
    Example("old-figure",
            lambda broken: around(
                carrier_share=[
                    size("1", as_of_high_on=date(2012, 6, 30)),
                    *([] if broken else [size("2", as_of_high_on=date(2025, 6, 30))]),
                ]
            ),
            "carrier_share, as_of_high_on (Italy, tim, contracts)",
            "The newest figure of Italy, tim, contracts is of 2012-06-30, more than 24 months before 2026-11-25.",
            "Look for a newer figure; until then say its date wherever it is used.",
            {"as_of": DAY}),
    Example("passed-term",
            lambda broken: around(policy=[policy("P-1", deadline_on=OLD if broken else DAY)]),
            "policy P-1, deadline_on (policy.csv row 2)",
            "The term ended on 2020-01-01, before 2026-11-25, and lifecycle says 'in force'.",
            "Compare with the issuer; write what came of it into lifecycle, or the new term into deadline.",
            {"as_of": DAY}),
    Example("superseded-policy",
            lambda broken: around(
                policy=[policy("P-1", superseded_by=["P-2"]), policy("P-2", effective_high_on=LATER)],
                verdict=[made("verdict", "v", rule_id="P-1", as_of_on=DAY if broken else OLD, facts=[])],
            ),
            "policy P-1, superseded_by (policy.csv row 2)",
            "P-2 took over on 2021-01-01, and 1 verdict of 2026-11-25 still follows it.",
            "End the rule of P-1 on the day the other took over, or write the change into lifecycle."),
    Example("undated",
            lambda broken: around(
                source=[page("bare", published_high_on=None)],
                claim=[claim("C-1", said_low_on=None, said_high_on=None if broken else OLD, source_id="bare")],
            ),
            "claim C-1, said (claim.csv row 2)",
            "No day of C-1 or of its source bare is known.",
            "Add the date of the source, or of the row."),
    Example("unlike-measures",
            lambda broken: around(
                market_share=[
                    share("1"),
                    share("2", measure_kind="subscribers" if broken else "sites", low_share=0.2, high_share=0.3),
                ]
            ),
            "market_share, measure_kind (tim, ran)",
            "Shares of tim, ran are of 2 kinds: sites (60 % Nokia, 2026); subscribers (20 to 30 % Nokia, 2026).",
            "Never add or compare them; to compare, look for a share of the same kind."),
    Example("share-sum",
            lambda broken: around(
                market_share=[
                    share("1"),
                    share("2", vendor_ids=["ericsson"], vendors_says="Ericsson", low_share=0.45 if broken else 0.4),
                ]
            ),
            "market_share market_share-1, low_share (market_share.csv row 2)",
            "Shares of one whole in one source sum to at least 105 %: Nokia, Ericsson.",
            "Compare the rows with the source."),
    Example("no-number",
            lambda broken: around(market_share=[share("1", **WHOLE, low_share=0 if broken else 0.1)]),
            "market_share market_share-1, low_share (market_share.csv row 2)",
            "The share is in words ('most') and may be anything from 0 to 1.",
            "Look for the number in the source; if it gives none, leave it so."),
    Example("price-year",
            lambda broken: around(cost=[cost("1", year=None if broken else "2026")]),
            "cost cost-1, year (cost.csv row 2)",
            "An amount in EUR without a year.",
            "Add the year from the source; amounts of unlike years are not compared."),
    Example("unit-in-words",
            lambda broken: around(cost=[cost("1", currency="GBP low, EUR high" if broken else "GBP")]),
            "cost cost-1, currency (cost.csv row 2)",
            "Found 'GBP low, EUR high', expected one currency of three letters (ISO 4217).",
            "Split the row by currency; an amount that is no money is left out of sums of money."),
    Example("single-source",
            lambda broken: around(
                source=[page("other")],
                market_share=[share("1"), share("2", source_id="page" if broken else "other", as_of="2025")],
            ),
            "market_share, source_id (page)",
            "1 figure of market_share rests on this source alone: Italy, tim, ran, sites, nokia.",
            "Look for a second, independent publication; until then the figures stand or fall with this one."),
    Example("weak-source",
            lambda broken: around(
                source=[page("talk", kind="forum")],
                market_share=[share("1", source_id="talk"), *([] if broken else [share("2", as_of="2025")])],
            ),
            "market_share, source_id (talk)",
            "1 figure of market_share rests only on what is weak (forum): Italy, tim, ran, sites, nokia.",
            "Look for the publication they go back to, and read it; until then they are to be checked."),
    Example("single-origin",
            lambda broken: around(
                claim=[claim("C-1", fact="f"), claim("C-2", fact="f", derived_from="C-1" if broken else None)],
                verdict=[made("verdict", "v", vendor_id="nokia", facts=[TESTED], as_of_on=DAY)],
            ),
            "claim, fact (f of nokia, asserts)",
            "The fact 'f' of nokia is asserted by 2 claims that go back to one origin, C-1; 1 verdict tests it.",
            "Look for a second origin on f; relays of the same one do not count."),
    Example("relay",
            lambda broken: around(claim=[claim("C-1", derived_from="C-9" if broken else "people who know")]),
            "claim C-1, derived_from (claim.csv row 2)",
            "Looks like the id of a claim that is not here; found 'C-9'.",
            "Add that claim, or write the origin in words."),
    Example("reply",
            lambda broken: around(
                claim=[claim("C-1", answers_claim_id="C-2"), claim("C-2", answers_claim_id="C-1" if broken else None)]
            ),
            "claim C-1, answers_claim_id (claim.csv row 2)",
            "The claim answers itself through C-2.",
            "Name the claim it answers."),
    Example("no-reply",
            lambda broken: around(
                claim=[claim("C-1", fact="f"), *([] if broken else [claim("C-2", fact="f", stance="denies")])]
            ),
            "claim C-1, stance (claim.csv row 2)",
            "Bears on the fact 'f'; no reply and no denial of it is on record.",
            "Look for a reply of the party it is about; if none was given, leave it so."),
    Example("unlinked-reply",
            lambda broken: around(
                claim=[
                    claim("C-1", fact="f"),
                    claim("C-2", fact="f", stance="denies", speaker="Nokia (spokesperson)",
                          answers_claim_id=None if broken else "C-1"),
                ]
            ),
            "claim C-1, answers_claim_id (claim.csv row 2)",
            "No reply of the party it is about is linked, and C-2 (Nokia (spokesperson)) is on the same fact.",
            "If it is the reply, write C-1 into answers_claim_id of C-2; else leave both."),
    Example("withdrawn-target",
            lambda broken: around(
                claim=[
                    claim("C-1"),
                    claim("C-2", speaker="Nokia", stance="denies", answers_claim_id="C-1"),
                    claim("C-3", said_high_on=LATER if broken else OLD, stance="denies", answers_claim_id="C-1"),
                ]
            ),
            "claim C-2, answers_claim_id (claim.csv row 2)",
            "Answers C-1, which its speaker took back in C-3 (2021-01-01).",
            "Keep C-2 for the record; do not count it as a reply to a claim that stands."),
    Example("early-reply",
            lambda broken: around(
                claim=[
                    claim("C-1", said_low_on=LATER, said_high_on=LATER),
                    claim("C-2", speaker="Nokia", answers_claim_id="C-1", said_high_on=OLD if broken else LATER),
                ]
            ),
            "claim C-2, answers_claim_id (claim.csv row 2)",
            "Said by 2020-01-01, and answers C-1 of 2021-01-01 or later.",
            "Fix a date, or link the reply to the claim it answers."),
    Example("reply-of-another",
            lambda broken: around(
                claim=[claim("C-1"), claim("C-2", speaker="Tim" if broken else "Nokia", answers_claim_id="C-1")]
            ),
            "claim C-1, answers_claim_id (claim.csv row 2)",
            "Answered by Tim; no reply of Nokia, which it is about, is linked.",
            "Look for that party's own reply; if none was given, leave it so."),
    Example("measured-vendors",
            lambda broken: around(
                sighting=[sighting("s1"), sighting("s2", vendor_id="ericsson" if broken else "nokia")]
            ),
            "sighting s1, vendor_id",
            "2 sightings of one address name Ericsson and Nokia.",
            "Compare the sightings and their days; a router is identified only where one vendor is likely enough."),
    Example("measured-days",
            lambda broken: around(sighting=[sighting("s1")], trace=[trace("t1", 2019 if broken else 2025)]),
            "trace, started_at",
            "The traces are of 2019-05-01 to 2019-05-01, the sightings of 2025-05-07 to 2025-05-07: more than 6 years "
            "apart.",
            "Add sightings of the time of the traces, or traces of that of the sightings; until then say both days."),
    Example("measured-undated",
            lambda broken: around(sighting=[sighting("s1", seen_on=None if broken else date(2025, 5, 7))]),
            "sighting, seen_on",
            "1 row of sighting has no day.",
            "State the day in the mapping beside the file; without it --known-on leaves them out."),
    Example("probed-place",
            lambda broken: around(probed_address=[probed("p1", country=None if broken else "Italy")]),
            "probed_address, country (page)",
            "Of 1 probed address no country is known.",
            "State the country in the mapping beside the list, or add a table of ranges; until then there is no "
            "denominator and no share of those probed."),
    Example("probed-missing",
            lambda broken: around(
                sighting=[sighting("s1")], probed_address=[probed("p1", address="192.0.2.9" if broken else "192.0.2.1")]
            ),
            "probed_address, address (Italy)",
            "1 address of Italy answered and stands in no list of those probed.",
            "Add the whole list of the addresses probed in Italy; until then the share of those probed leaves these "
            "out."),
]  # fmt: skip

CLASSES = [
    *("ran.radio", "core", "ran.management", "transport", "transport.router", "transport.optical"),
    *("transport.management", "access_fixed", "mgmt.oss", "cpe", "devices"),
]
