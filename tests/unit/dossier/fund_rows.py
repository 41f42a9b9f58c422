"""Made-up rows of aid for two countries: every result table of `fund` and the inputs that a page cites.

Germany has four carriers, one with a long name and one that buys twice; Italy has two. Gaps are made up, chances
follow a logistic curve, so that the rows are alike in shape to real ones and every drawing has something to show.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from math import exp
from typing import Any

import polars as pl

from unit.dossier.small_tables import DAY, claim, filled

Row = dict[str, Any]

MILLION = 1e6
MONEY = {"currency": "EUR", "price_year": "2025"}
VENDORS = ("acme", "bolt", "core-co")
NAMES = {
    "north-tel": "North Tel",
    "south-tel": "South Tel",
    "west-mobile": "Westdeutsche Mobilfunk- und Netzgesellschaft",
    "fourth-net": "Fourth Network",
    "tirreno": "Tirreno Telecomunicazioni",
    "adria": "Adria Mobile",
}
BUYS: dict[str, list[tuple[str, str, str, float, float, date]]] = {
    # carrier, segment, class, gap in millions, share of revenue, contract day
    "Germany": [
        ("north-tel", "5G RAN", "ran", 60.0, 0.34, date(2027, 6, 30)),
        ("south-tel", "5G RAN", "ran", 95.0, 0.27, date(2028, 3, 31)),
        ("south-tel", "transport network", "transport", 18.0, 0.27, date(2027, 9, 30)),
        ("west-mobile", "5G RAN", "ran", -12.0, 0.28, date(2027, 12, 31)),
        ("fourth-net", "5G RAN", "ran", 40.0, 0.08, date(2029, 6, 30)),
    ],
    "Italy": [
        ("tirreno", "5G RAN", "ran", 45.0, 0.3, date(2027, 10, 31)),
        ("adria", "5G RAN", "ran", 70.0, 0.22, date(2028, 5, 31)),
    ],
}
AWARDS = {"north-tel": 95.0, "tirreno": 80.0, "fourth-net": 0.0, "west-mobile": 0.0, "adria": 60.0}
MECHANISMS = (
    ("offers", 0.31, 120.0, 28.0, 0.05, 0.3),
    ("pay-as-bid auction", 0.18, 148.0, 35.0, 0.36, 0.55),
    ("loan guarantee", 0.0, 0.0, 0.0, 0.0, 0.9),
)


def fund_id(country: str) -> str:
    """The id of a country's answer."""
    return f"fund-{country.lower():0>16}"[:21]


def of(country: str) -> Row:
    """What every row of a country's answer says."""
    return {"fund_id": fund_id(country), "country": country, "inputs": [f"fund:{fund_id(country)}"]}


def ends(name: str, low: float | None, mid: float | None, high: float | None) -> Row:
    """The three columns of an interval."""
    return {f"low_{name}": low, f"mid_{name}": mid, f"high_{name}": high}


def chance(gap: float, aid: float) -> float:
    """A made-up chance of a clear choice."""
    return 1 / (1 + exp((gap - 0.8 * aid) / 22))


def purchase_id(country: str, at: int) -> str:
    """The id of a purchase."""
    carrier, _, asset_class, *_ = BUYS[country][at]
    return f"{carrier}-{asset_class}"


def award_of(country: str, at: int) -> float:
    """The made-up award, in millions."""
    carrier, _, asset_class, *_ = BUYS[country][at]
    return 25.0 if asset_class == "transport" else 110.0 if carrier == "south-tel" else AWARDS[carrier]


def fund(country: str = "Germany", **row: Any) -> Row:
    """The row of the answer."""
    held = BUYS[country]
    committed = sum(award_of(country, at) for at in range(len(held))) * MILLION
    base = {
        **of(country), "countries": list(BUYS), "objective": "exposure", "weight_kind": "revenue",
        "mechanism": "offers", "programme_id": None, "excluded_vendor_ids": ["acme"],
        "condition_says": "The condition is the one the call names: vendors that Network law restricts.",
        "status": "optimal", "proof": "solver", "objective_share": 0.55, "bound_share": 0.55, "gap_share": 0.0,
        **ends("before_share", 0.12, 0.31, 0.48), **ends("after_share", 0.41, 0.62, 0.8), "low_exposed_share": 0.95,
        "exposed_share": 0.97, "high_exposed_share": 0.98, "p_goal_before_share": 0.004, "p_goal_share": 0.183, **MONEY,
        "budget_amount": 300 * MILLION, "committed_amount": committed,
        **ends("paid_amount", 0.5 * committed, 0.72 * committed, 0.95 * committed), "price_amount": 7.4 * MILLION,
        **ends("need_amount", 60 * MILLION, 290 * MILLION, 640 * MILLION), "tipping_amount": 210 * MILLION,
        "purchase_count": len(held), "scenario_count": 10_000, "seed_count": 7, "until_on": date(2030, 12, 31),
        "headline": f"{country}: with EUR 230 million of 2025, 41 to 80 % of the revenue are expected behind clear "
        "purchases, against 12 to 48 % without aid.",
        "unanswered": ["Fourth Network, core: no row says when it buys one, so it is not counted"],
        "assumed": ["carriers decide one by one and know what their peers chose", "prices of vendors are independent"],
        "input_count": 31, "assumed_count": 22, "assumed_share": 22 / 31, "as_of_on": DAY, "known_on": None,
        "label": f"aid for {country}, offers, most revenue behind clear purchases",
    }  # fmt: skip
    return {**base, **row}


def _each() -> Iterator[tuple[str, int, Row, float, float]]:
    for country, held in BUYS.items():
        for at, (carrier, _, _, gap, weight, _) in enumerate(held):
            whose = {**of(country), "purchase_id": purchase_id(country, at), "carrier_id": carrier}
            yield country, at, whose, gap, weight


def responses() -> list[Row]:
    """Twelve offers a purchase."""
    made = []
    for country, at, whose, gap, _ in _each():
        for number in range(12):
            aid = 16.0 * number
            made.append(
                {
                    **whose,
                    "response_id": f"response-{country[:2].lower()}{at:02}{number:012}",
                    "number_count": number,
                    "offer_amount": aid * MILLION,
                    "low_p_clear_share": chance(gap + 30, aid),
                    "p_clear_share": chance(gap, aid),
                    "high_p_clear_share": chance(gap - 30, aid),
                    "paid_amount": aid * MILLION * chance(gap, aid),
                    **MONEY,
                }
            )
    return made


def costs() -> list[Row]:
    """What three vendors cost each carrier by part; the anchor is that of the excluded vendor."""
    made = []
    for country, at, whose, gap, weight in _each():
        price = 2000.0 * weight
        for vendor in VENDORS:
            clear = vendor != "acme"
            parts = {
                "price": (price * 0.85, price, price * 1.15),
                "integration": (5, 22, 40) if vendor == "core-co" else (0, 0, 0),
                "anchor": (10, 30 + gap / 3, 90) if clear else (0, 0, 0),
                "operating": (-15, 6, 30) if clear else (0, 0, 0),
                "removal": (0, 0, 0) if clear else (0, 28, 120),
                "network effect": (-20, -8, 0) if clear else (0, 0, 0),
            }
            for number, (part, held) in enumerate(parts.items()):
                made.append(
                    {
                        **whose,
                        "cost_id": f"cost-{country[:2].lower()}{at:02}{vendor[:4]}{number:08}",
                        "vendor_id": vendor,
                        "excluded": not clear,
                        "part": part,
                        **ends("amount", *(amount * MILLION for amount in held)),
                        **MONEY,
                        "says": f"{part} as reckoned",
                    }
                )
    return made


def rounds() -> list[Row]:
    """Five rounds, without and with the awards."""
    made = []
    for country, at, whose, gap, _ in _each():
        for aided in (False, True):
            aid = award_of(country, at) if aided else 0.0
            for number in range(5):
                made.append(
                    {
                        **whose,
                        "round_id": f"round-{country[:2].lower()}{at:02}{int(aided)}{number:011}",
                        "number_count": number,
                        "least_p_clear_share": chance(gap + 6 - 2 * min(number, 3), aid),
                        "greatest_p_clear_share": chance(gap - 6 + 2 * min(number, 3), aid),
                        "aided": aided,
                    }
                )
    return made


def awards(then: bool = False) -> list[Row]:
    """One award a purchase; with `then`, what each carrier chose afterwards."""
    made = []
    for country, at, whose, gap, weight in _each():
        given = award_of(country, at)
        row = {
            **whose,
            "award_id": f"award-{country[:2].lower()}{at:014}",
            "award_amount": given * MILLION,
            **ends("need_amount", max(0, gap - 50) * MILLION, max(0, gap / 0.8) * MILLION, (gap + 70) / 0.8 * MILLION),
            "low_before_p_clear_share": chance(gap + 30, 0),
            "before_p_clear_share": chance(gap, 0),
            "high_before_p_clear_share": chance(gap - 30, 0),
            "low_after_p_clear_share": chance(gap + 30, given),
            "after_p_clear_share": chance(gap, given),
            "high_after_p_clear_share": chance(gap - 30, given),
            "paid_amount": given * MILLION * chance(gap, given),
            "rent_amount": given * MILLION * chance(gap, 0),
            **ends("weight_share", weight * 0.95, weight, weight * 1.05),
            **ends("price_gap_amount", (gap - 50) * MILLION, gap * MILLION, (gap + 60) * MILLION),
            "later_amount": 2000 * weight * 0.9 * MILLION,
            "signed_on": BUYS[country][at][5],
            "chosen_vendor_ids": [],
            "chosen_says": None,
            "chosen_ids": [],
            **MONEY,
            "because": f"EUR {given:g} million reach the gap in most scenarios, and no other money reaches more"
            if given
            else "without aid a clear choice costs no more in most scenarios"
            if gap < 0
            else "the same money reaches more elsewhere",
        }
        if then and at != 3:
            chosen = ["bolt"] if at % 2 else ["acme", "core-co"]
            row |= {"chosen_vendor_ids": chosen, "chosen_ids": ["procurement:later"]}
            row |= {"chosen_says": f"As it turned out, it buys from {len(chosen)} of the vendors asked"}
        made.append(row)
    return made


def curves() -> list[Row]:
    """Eight budgets and ten days a country."""
    made = []
    for country in BUYS:
        for number in range(8):
            budget = 60.0 * number
            middle = 0.31 + 0.6 * (1 - exp(-budget / 220))
            made.append(
                {
                    **of(country),
                    "point_id": f"point-{country[:2].lower()}b{number:013}",
                    "kind": "budget",
                    "number_count": number,
                    "budget_amount": budget * MILLION,
                    **ends("share", middle * 0.6, middle, min(0.97, middle * 1.3)),
                    "price_amount": (3.6 + 0.9 * number) * MILLION if number < 7 else None,
                    **MONEY,
                }
            )
        for number in range(10):
            day = DAY + timedelta(days=150 * number)
            signed = sum(bought[5] < day for bought in BUYS[country])
            middle = 290.0 + 230.0 * signed + 2 * number
            made.append(
                {
                    **of(country),
                    "point_id": f"point-{country[:2].lower()}d{number:013}",
                    "kind": "days",
                    "number_count": number,
                    "from_on": day,
                    **ends("amount", middle * 0.5 * MILLION, middle * MILLION, middle * 1.7 * MILLION),
                    **MONEY,
                }
            )
    return made


def mechanisms() -> list[Row]:
    """Eight ways of giving the same money; one of them makes nothing clear."""
    made = []
    for country in BUYS:
        for number, (name, clear, paid, rent, default, short) in enumerate(MECHANISMS):
            unit = paid / (100 * clear) if clear else None
            made.append(
                {
                    **of(country),
                    "mechanism_id": f"mechanism-{country[:2].lower()}{number:014}",
                    "mechanism": name,
                    "number_count": number,
                    **ends("clear_share", clear * 0.6, clear, clear * 1.3),
                    **ends("paid_amount", paid * 0.7 * MILLION, paid * MILLION, paid * 1.2 * MILLION),
                    **ends("unit_amount", *(None if unit is None else unit * f * MILLION for f in (0.6, 1, 1.9))),
                    **ends("rent_amount", rent * 0.4 * MILLION, rent * MILLION, rent * 1.7 * MILLION),
                    **ends("default_share", default * 0.4, default, min(1, default * 1.8)),
                    **ends("shortfall_share", short * 0.7, short, min(1, short * 1.2)),
                    "p_goal_share": clear / 2,
                    **MONEY,
                    "says": f"how {name} works",
                }
            )
    return made


def figures() -> list[Row]:
    """Fourteen figures that were tried, two that were not, and opposed estimates beside the price gap."""
    tried = [
        ("price gap of clear vendors, Germany", "price gap", -0.25, 0.05, 0.3, "share of price", "assumed", -0.2, 0.17),
        ("price of one site, 5G RAN", "price", 62_000, 92_000, 140_000, "EUR of 2025", "derived", 0.06, -0.07),
        ("pass-through of aid into prices", "pass-through", 0.0, 0.2, 0.5, "share of aid", "assumed", 0.05, -0.11),
        ("chance that the vendor has to be removed later", "removal chance", 0.05, 0.3, 0.9, "share of scenarios",
         "assumed", -0.09, 0.14),
        ("cost of a removal", "removal cost", 0.6, 0.9, 1.4, "share of price", "derived", -0.02, 0.04),
        ("years until a removal", "removal years", 2, 4, 8, "years", "assumed", 0.02, -0.03),
        ("swap of the older generation: anchor of the fourth generation at carriers of the country", "anchor",
         0.05, 0.2, 0.5, "share of price", "assumed", 0.1, -0.12),
        ("integration of a vendor that is new to the network", "integration", 0.02, 0.08, 0.2, "share of price",
         "assumed", 0.01, -0.02),
        ("operating gap", "operating gap", -0.02, 0.0, 0.03, "share of price a year", "assumed", 0.04, -0.05),
        ("network effect", "network effect", 0.0, 0.02, 0.08, "share of price", "assumed", -0.01, 0.03),
        ("discount", "discount", 0.02, 0.05, 0.09, "share a year", "assumed", 0.0, 0.0),
        ("choice noise", "choice noise", 0.01, 0.03, 0.1, "share of price", "assumed", 0.02, 0.015),
        ("sites bought by North Tel", "count", 9_000, 12_000, 15_000, "sites", "sourced", 0.01, -0.008),
        ("share of North Tel in revenue", "share", 0.32, 0.34, 0.36, "share of revenue", "sourced", -0.02, 0.02),
    ]  # fmt: skip
    made: list[Row] = []
    for country in BUYS:

        def add(name: str, kind: str, values: Sequence[float], unit: str, basis: str, **more: Any) -> None:
            number = f"input-{country[:2].lower()}{len(made):014}"  # noqa: B023
            made.append(
                {**of(country), "input_id": number, "name": name, "kind": kind, **ends("amount", *values),  # noqa: B023
                 "unit_says": unit, "basis": basis, "used": True, "says": "as it came about", "scope": None,
                 "estimator": None, "sponsor": None, **more}
            )  # fmt: skip

        for name, kind, low, mid, high, unit, basis, at_low, at_high in tried:
            moved = {"low_objective_share": 0.55 + at_low, "mid_objective_share": 0.55}
            moved |= {"high_objective_share": 0.55 + at_high}
            who = {} if basis == "assumed" else {"estimator": "a consultancy", "sponsor": "Bolt"}
            rests = [] if basis == "assumed" else ["choice_input:gap-1"]
            add(name, kind, (low, mid, high), unit, basis, **moved, **who, inputs=rests)
        gap = ("price gap of clear vendors, Germany", "price gap")
        for who, low, high in (("a think tank", -0.25, -0.05), ("an association of carriers", 0.1, 0.3)):
            add(*gap, (low, (low + high) / 2, high), "share of price", "sourced", used=False, estimator=who,
                sponsor="vendors named in it", scope="radio of one country", inputs=["choice_input:gap-1"])  # fmt: skip
        add("bond", "bond", (0.0, 0.05, 0.1), "share of award", "assumed")
        add("seed of the draws", "setting", (7, 7, 7), "seeds", "assumed")
    return made


def _around(gap: float | None) -> list[float | None]:
    return [None if gap is None else (gap + more) * MILLION for more in (-50, 0, 60)]


def approaches() -> list[Row]:
    """Each carrier, and the government, in the order of worth."""
    made = []
    for country, held in BUYS.items():
        carriers = list(dict.fromkeys(bought[0] for bought in held))
        for number, carrier in enumerate([*carriers, None]):
            at = next((n for n, bought in enumerate(held) if bought[0] == carrier), None)
            gap = None if at is None else held[at][3]
            signed = None if at is None else held[at][5]
            made.append(
                {
                    **of(country),
                    "approach_id": f"approach-{country[:2].lower()}{number:014}",
                    "carrier_id": carrier,
                    "number_count": number,
                    "purchase_ids": [purchase_id(country, n) for n, b in enumerate(held) if carrier in (b[0], None)],
                    "worth_share": 0.09 / (number + 1) if carrier else None,
                    "nudge_share": 0.05,
                    **ends("dependence_share", *((0.4, 0.5, 0.6) if number != 1 and carrier else (None, None, None))),
                    "dependence_says": "share of 5G sites" if carrier else None,
                    **ends("weight_share", *(s * (0.3 if carrier else 0.97) for s in (0.9, 1.0, 1.0))),
                    "signed_on": signed,
                    "left_days_count": None if signed is None else (signed - DAY).days,
                    **ends("price_gap_amount", *_around(gap)),
                    "p_clear_share": None if gap is None else chance(gap, 0),
                    "for_claims": ["C-1", "C-3", "C-7", "C-8", "C-9"] if number != 2 else [],
                    "against_claims": ["C-2", "C-10"] if number != 2 else [],
                    "disputed_count": 1 if number != 2 else 0,
                    "outreach_ids": ["outreach:outreach-1"] if number == 0 else [],
                    "says": "its contract comes first and the gap is small" if carrier else "it sets the condition",
                    **MONEY,
                }
            )  # fmt: skip
    return made


def more_claims() -> list[Row]:
    """Claims of a usual length, both ways."""
    long = (
        "Says that whoever builds the radio network of a country can switch parts of it off or be told to, that no "
        "test of equipment can rule it out, and that replacing what is built later costs more than choosing before"
    )
    denied = (
        "Denies it: says that its equipment has run for twenty years without an incident, that carriers hold the keys, "
        "and that it offers source code to anyone who wishes to read it"
    )
    held = [
        ("C-7", {"paraphrase": long, "speaker": "The Ministry", "speaker_kind": "government"}),
        ("C-8", {"paraphrase": long, "speaker": "An academy of engineers", "speaker_kind": "academics"}),
        ("C-9", {"paraphrase": long, "speaker": "A parliament", "speaker_kind": "government"}),
        ("C-10", {"paraphrase": denied, "speaker": "Acme", "stance": "denies", "answers_claim_id": "C-7"}),
    ]
    return [claim(claim_id, **row) for claim_id, row in held]


def purchases() -> list[Row]:
    """What each carrier buys."""
    made = []
    for country, held in BUYS.items():
        for at, (carrier, segment, asset_class, _, _, signed) in enumerate(held):
            made.append(
                {
                    "purchase_id": purchase_id(country, at),
                    "carrier_id": carrier,
                    "country": country,
                    "segment": segment,
                    "asset_class": asset_class,
                    "generation": "5G" if "5G" in segment else None,
                    "unit_says": "sites" if "5G" in segment else "links",
                    **ends("count", 9_000.0, 12_000.0, 15_000.0),
                    "low_signed_on": signed - timedelta(days=180),
                    "mid_signed_on": signed,
                    "high_signed_on": signed + timedelta(days=365),
                    "life_years": 8.0,
                    "low_part_share": None,
                    "high_part_share": None,
                    "anchor_vendor_id": "acme",
                    "basis": "assumed",
                    "says": "assumed from the calendar of past contracts",
                    "source_id": None,
                }
            )
    return made


def fund_tables(then: bool = False, **replaced: Sequence[Mapping[str, Any]]) -> dict[str, pl.DataFrame]:
    """Every table of the answers and what they rest on, `replaced` by rows of the test's own."""
    gap = {"choice_input_id": "gap-1", "name": "price gap", "basis": "sourced", "source_id": "paper"}
    later = {"row_id": "later", "carrier_id": "north-tel", "country": "Germany", "segment": "5G RAN",
             "vendor_ids": ["bolt"], "event": "contract", "day": "2020", "source_id": "paper"}  # fmt: skip
    rows: dict[str, Sequence[Mapping[str, Any]]] = {
        "fund": [fund(country) for country in BUYS],
        "response": responses(),
        "response_cost": costs(),
        "response_round": rounds(),
        "award": awards(then),
        "fund_curve": curves(),
        "fund_mechanism": mechanisms(),
        "fund_input": figures(),
        "fund_approach": approaches(),
        "purchase": purchases(),
        "choice_input": [gap],
        "procurement": [later],
        **replaced,
    }
    return {name: filled(name, held) for name, held in rows.items()}


def named(parties: pl.DataFrame) -> pl.DataFrame:
    """The small case's parties with those that buy here and are not among them."""
    there = set(parties["party_id"])
    more = [{"party_id": key, "name": name, "role": "carrier", "country": "DE"} for key, name in NAMES.items()]
    return pl.concat([parties, filled("party", [one for one in more if one["party_id"] not in there])])
