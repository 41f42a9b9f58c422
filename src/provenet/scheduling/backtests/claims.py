"""Two published costs of one exclusion in Europe, from one model with two switches; every other input is shared.

cost = swap + delay. The swap is what stands of restricted equipment (purchases a year, years of life, restricted
share), less what is due for renewal anyway where the credit is on. The delay is what purchases of the roll-out years
cost more where it is on. Losses of the wider economy are no cost of carriers and stand in neither.
"""

from provenet.forms.backtests import CASES, Inputs, Prediction, given, predicted


def cost(inputs: Inputs, case: str, *, renewal_credit: bool, delay_cost: bool, wide: bool = False) -> float:
    """The cost of an exclusion in US dollars. `wide`: what gets dearer is all mobile investment, in any case."""
    swap, dearer = parts(inputs, case, wide)
    credit = inputs["due_share"].at(case) if renewal_credit else 0.0
    return swap * (1 - credit) + (dearer if delay_cost else 0.0)


def parts(inputs: Inputs, case: str, wide: bool = False) -> tuple[float, float]:
    """The swap without a credit, and what the roll-out costs more."""
    swap = inputs["ran_a_year"].at(case) * inputs["life_years"].at(case) * inputs["restricted_share"].at(case)
    a_year = inputs["dearer_a_year"].at("high" if wide else case)
    return swap, inputs["price_rise_share"].at(case) * a_year * inputs["rollout_years"].at(case)


def european_claims() -> list[Prediction]:
    """What the model says with the switches as each claim sets them, and the factor between the two."""
    inputs = given("eu-claims")
    strand = {c: cost(inputs, c, renewal_credit=True, delay_cost=False) for c in CASES}
    gsma = {c: cost(inputs, c, renewal_credit=False, delay_cost=True) for c in CASES}
    wide = {c: cost(inputs, c, renewal_credit=False, delay_cost=True, wide=True) for c in CASES}
    of_it = {c: parts(inputs, c)[1] / gsma[c] for c in CASES}
    test = "eu-claims"
    return [
        predicted(test, "strand", "renewal credit on, delay cost off", by_case=strand, unit="USD"),
        predicted(test, "gsma", "renewal credit off, delay cost on", by_case=gsma, unit="USD"),
        predicted(
            test, "factor", "the second over the first", by_case={c: gsma[c] / strand[c] for c in CASES}, unit="factor"
        ),
        predicted(test, "dearer_share", "share of the second that is dearer purchases", by_case=of_it, unit="share"),
        predicted(
            test,
            "gsma_wide",
            "the second, were all mobile investment dearer, not radio alone",
            by_case=wide,
            unit="USD",
        ),
        predicted(
            test,
            "factor_wide",
            "the factor, were all mobile investment dearer",
            by_case={c: wide[c] / strand[c] for c in CASES},
            unit="factor",
        ),
    ]
