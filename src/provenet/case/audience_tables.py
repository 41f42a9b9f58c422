"""Which tables, columns and settings of a case are for the public, and which are of carriers' own networks.

Each table of the dictionary stands in one class (`audience`); what no line below names is internal.
"""

from provenet.core.ids import names_in

PUBLIC = frozenset(
    names_in("""
        run ownership succession listing rides_on outreach claim absence erratum mark hypothesis policy
        addressee policy_function policy_case rule_pack fact_key retraction interop interop_rule element_count
        swap_option price_index exchange_rate market_share carrier_share deployment procurement programme verdict
        rest_verdict policy_rule vendor_share concentration common_failure gap receipt plan plan_period plan_use
        plan_frontier plan_scenario plan_first_year plan_flip plan_input plan_regret fund response response_cost
        response_round award fund_curve fund_mechanism fund_input fund_approach dossier
    """)
)
SHOWN = frozenset(
    names_in("""
        site site_service site_demand site_dependence site_traffic site_exposure exposure measured_share path_exposure
        remedy influence transit cost purchase choice_input plan_limit
    """)
)
DERIVED = frozenset({"plan_step"})
"""Tables of lots: rows that say nothing but what public rows say, where they rest on public tables alone."""
COUNTS = {
    "measured_share": ("network_count",),
    "path_exposure": names_in("""
        beyond_ends_count silent_trace_count unreached_trace_count looped_trace_count unidentified_trace_count
        unmapped_trace_count hop_count silent_count identified_count exchange_count unmapped_count
    """),
}
"""By table, counts beside those that decide who sees a row: the public sees no few (`core/disclosure.py`)."""
HIDDEN_COLUMNS = {
    "path_exposure": ("low_network_share", "high_network_share"),
    "verdict": ("asset_count", "unit_count"),
    "run": ("row_count",),
}
"""By table, figures that tell how many devices a network has: the public sees none."""
PLACES = {"site": ("lat_deg", "lon_deg")}
"""By table, columns that say where something lies: the public sees them rounded to half a degree."""
NAMED = frozenset(["source", "party", "identifier"])
"""Tables whose rows the public sees where a row that it sees names them."""
SEEN = PUBLIC | SHOWN | DERIVED | NAMED
"""The tables of which the public sees some rows."""
OPEN_ROLES = frozenset({"vendor", "government", "regulator"})
"""Roles of parties of which the public sees all that are not internal; others where a row that it sees names them."""
OFFICIAL_ROLES = frozenset({"government", "regulator"})
"""Roles of parties that are never internal."""
OWN = frozenset(
    names_in("""
        asset network_node network_link network_demand network_own_link network_cost verdict_asset inside_element
        inside_exposure inside_failure inside_metric inside_own_link inside_replacement steering
    """)
)
"""Tables of carriers' own networks: what only their rows made is internal, and what came in one file with them."""
MAY_REST_ON_NOTHING = frozenset({"policy_rule", "rest_verdict", "vendor_share", "gap"})
"""Tables of results whose rows rest on none where they speak of no vendor, or say that nothing is published."""
HIDDEN_SCHEMES = frozenset({"asn"})
"""Schemes of identifiers that no public page shows: they name single networks."""
TRIED_VERBS = frozenset({"plan", "fund"})
"""Verbs whose runs may be questions that their holder only tried."""
OPEN_SETTINGS = frozenset(
    names_in("""
        as_of audience budget budget_on by carrier countries country known_on mechanism money objective policy
        programme solver until
    """)
)
"""Settings of runs whose words the public reads; of others it sees a digest, so that runs stay apart."""
INTERNAL_VERBS = frozenset({"inside"})
"""Verbs whose runs speak of a carrier's own network."""
