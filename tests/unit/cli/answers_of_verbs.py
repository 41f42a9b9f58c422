"""Answers of verbs and tools made up to meet each branch of what a command prints: one, many, none, not known."""

from datetime import date
from pathlib import Path
from typing import Any

from provenet.core.answer import Age, Answer, Interval, Name, Series, sentence
from provenet.core.errors import Fault
from provenet.verbs import answers

DAY, KNOWN = date(2026, 1, 2), date(2025, 12, 31)
RUNGS = {"0": 4, "1_source_alone": 1, "1_another": 1, "2": 1, "3_or_more": 1, "none": 2}
NO_SHARES = {f"{way}{end}_share": None for way in ("", "reverse_", "either_") for end in ("low", "high")} | {
    "expected_share": None
}
SHARES = {
    "low_share": 0.1,
    "high_share": 0.25,
    "expected_share": 0.2,
    "reverse_low_share": 0.3,
    "reverse_high_share": 0.3,
    "either_low_share": 0.35,
    "either_high_share": 0.5,
}


def found(named: int | None, in_graph: int, absent: int = 0, both: int = 0) -> dict[str, Any]:
    """What of a list of networks stands in the graph."""
    return {
        "named": named,
        "in_graph": in_graph,
        "not_in_graph_count": absent,
        "not_in_graph": list(range(1, absent + 1)),
        "restricted_too": both,
    }


LADDER: dict[str, Any] = {
    "graph": {
        "file": "rel.txt", "networks": 1200, "links": 3400, "transit_links": 2400, "peer_links": 1000,
        "remarks": ["one loop was cut"],
    },
    "restricted_networks": found(7, 1, absent=6, both=0), "networks_with_shares": found(1500, 1000, absent=5, both=1),
    "sources": found(None, 1200), "destinations": found(0, 0), "pairs": 10, "by_rung": RUNGS,
    "no_clear_route": {"no_route": 1, "destination_inside": 2, "source_inside": 3, "blocked": 4},
    "by_rung_lucky": {"0": 5}, "by_route_class": {"none": 1}, "exposure": SHARES,
    "top_movers": [{"asn": number, "pairs": 1000 * number} for number in range(1, 12)],
    "recheck": {"sampled_pairs": 1, "clear_pairs": 1, "seed": 7},
    "doubt": {
        "draws": 20, "links_flipped": 1, "peerings_added": 2,
        "moved": {
            "rung_0_share": {"low": 0.1, "high": 0.2, "today": 0.15},
            "rung_none_share": {"low": None, "high": None, "today": None},
        },
    },
    "cuts": {
        "sampled_pairs": 8, "clear_pairs": 9, "direct_link_pairs": 1, "seed": 3,
        "sizes": [
            {"low": 1, "high": 1, "pairs": 2},
            {"low": 2, "high": 2, "pairs": 1},
            {"low": 2, "high": 10, "pairs": 1},
            {"low": 11, "high": 11, "pairs": 1},
            {"low": 5, "high": 12, "pairs": 2},
        ],
        "by_proof": {"certified": 6, "bound": 2},
    },
    "smallest_change": {
        "network_count": 2, "least_count": 1, "proof": "bound", "networks": [64500, 64501], "clear_now_pairs": 4,
        "opened_pairs": 2000, "no_route_pairs": 1,
    },
    "what_if": [
        {
            "change": "cut 1 2", "before": SHARES | {"routed_pairs": 9}, "after": NO_SHARES | {"routed_pairs": 1},
            "destinations_recomputed": 1, "destinations": 1, "seconds": 0.256,
        },
    ],
    "out": {"file": "rows.parquet", "rows": 1, "form": "sources"}, "cuts_out": {"file": "cuts.json", "rows": 8},
    "seconds": 1.26, "peak_memory_bytes": 1500 * 2**20,
}  # fmt: skip
LADDER_BARE = LADDER | {
    "graph": LADDER["graph"] | {"networks": 1, "links": 1, "transit_links": 1, "peer_links": 0, "remarks": []},
    "restricted_networks": found(1, 1),
    "pairs": 0,
    "exposure": NO_SHARES,
    "top_movers": [],
    "recheck": {"sampled_pairs": 0, "clear_pairs": 0, "seed": 1},
    "cuts": LADDER["cuts"] | {"sampled_pairs": 0},
    "smallest_change": LADDER["smallest_change"] | {"network_count": 0, "proof": "certified"},
    "what_if": None,
    "out": {"file": "rows.parquet", "rows": 2, "form": "pairs"},
    "cuts_out": None,
    "seconds": 0.04,
    "peak_memory_bytes": 2**20,
}
LADDER_SURE = {
    name: value
    for name, value in LADDER.items()
    if name not in ("restricted_networks", "networks_with_shares", "top_movers", "recheck", "doubt")
} | {
    "by_route_class": {"none": 0},
    "cuts": LADDER["cuts"] | {"sampled_pairs": 9, "direct_link_pairs": 0},
    "smallest_change": LADDER["smallest_change"] | {"network_count": 1, "least_count": 1, "networks": [64500]},
    "what_if": [],
    "out": None,
}


def target(of: str, **more: Any) -> dict[str, Any]:
    """One target of paths."""
    return {
        "of": of,
        "network_count": 2,
        "weight": 2,
        "found_share": 1.0,
        "blind_vantage_count": 0,
        "vantage_count": 3,
        "scored_networks": 0,
        "top": [],
    } | more


SCORED = [{"asn": 64500 + at, "low_share": 0.5 - at / 100, "high_share": 0.5 - at / 100} for at in range(25)]
TIED = [{"asn": 3, "low_share": 0.25, "high_share": 0.5, "greatest_first_share": 0.4}]
PATHS: dict[str, Any] = {
    "measure": "hegemony", "scope": "global", "country": None, "paths": "best", "refused": None, "gate": 0.5,
    "targets": [
        target(
            "the Internet", weight=1234.4, found_share=0.5, blind_vantage_count=1, vantage_count=1, scored_networks=30,
            top=SCORED, greatest_first={"mean_moved_share": 0.01, "most_moved_share": 0.5}, is_exact=False,
        ),
    ],
    "target_count": 1,
    "vantage_points": {
        "count": 1200, "chosen": "as named", "without_routes_count": 6, "without_routes": [1, 2, 3, 4, 5, 6],
        "partial_count": 1, "partial": [9],
    },
    "inputs": {
        "graph": {
            "file": "rel.txt", "networks": 3, "links": 1, "remarks": ["a remark"], "not_in_graph_count": 2,
            "not_in_graph": [7, 8],
        },
        "mrt": [{"name": "rib.bz2", "routes": 1, "ended": "It ends whole."}],
        "addresses": [{"file": "pfx", "ranges": 5, "ipv4_ranges": 5}, {"file": "both", "ranges": 7, "ipv4_ranges": 5}],
        "countries": None,
    },
    "remarks": ["mind this"], "left_out": {"loops": 1200, "sets": 0, "short": 1}, "weights": "each address alike",
    "not_found": {"network_count": 2, "networks": [5, 6]}, "reads": "a share of paths", "assumptions": ["one", "two"],
    "out": {"rows": 1, "file": "out.csv"}, "seconds": 1.0,
}  # fmt: skip
PATHS_BARE = PATHS | {
    "measure": "transit",
    "scope": "country",
    "country": "Japan",
    "targets": [target("Japan", network_count=1, weight=1, scored_networks=0)],
    "vantage_points": {"count": 1, "chosen": "all"},
    "inputs": {"graph": None, "mrt": None, "addresses": None, "countries": None},
    "remarks": [],
    "left_out": None,
    "not_found": {"network_count": 0, "networks": []},
    "out": None,
}
ENDS = {"low_share": 0.1, "high_share": 0.2, "low_of_found_share": 0.2, "high_of_found_share": 0.4}
PATHS_VENDOR = PATHS_BARE | {
    "measure": "vendor",
    "scope": "origins",
    "targets": [target("AS1", **ENDS, greatest_first=ENDS | {"low_share": 0.0})],
    "left_out": {"loops": 0},
    "not_found": None,
    "out": {"rows": 2, "file": "out.parquet"},
}
PATHS_MANY = PATHS_BARE | {
    "measure": "hegemony",
    "scope": "origins",
    "targets": [target(f"AS{at}", top=SCORED[:5], blind_vantage_count=at) for at in range(16)] + [target("AS99")],
    "target_count": 40,
}
PATHS_MANY_VENDOR = PATHS_VENDOR | {
    "country": None, "scope": "country", "targets": [target("AS1", **ENDS), target("AS2", **ENDS)], "target_count": 2,
}  # fmt: skip
PATHS_TIED = PATHS_BARE | {
    "targets": [
        target(
            "origins",
            scored_networks=2,
            top=[{"asn": 1, "influence_share": 0.5}, *TIED],
            greatest_first={"mean_moved_share": 0.0, "most_moved_share": 0.2},
        )
    ]
}
PATHS_REFUSED = PATHS | {"refused": "Too few vantage points.", "gate": None}
PATHS_GATED = PATHS | {"refused": "Below the gate.", "gate": 0.9}
PATHS_SAID: dict[str, Any] = {
    "whole": PATHS,
    "bare": PATHS_BARE,
    "vendor": PATHS_VENDOR,
    "many": PATHS_MANY,
    "many-vendor": PATHS_MANY_VENDOR,
    "tied": PATHS_TIED,
    "refused": PATHS_REFUSED,
    "gated": PATHS_GATED,
}


def cause(says: str, sufficient: bool | None, necessary: bool | None = None, **more: Any) -> answers.ChangeCause:
    """A cause of a change with one place, or as given."""
    place = {"ref": says, "says": f"what {says} says", "locator": f"page of {says}", "source": "a paper"}
    given = {"rows": ("claim:a",), "places": (place,)} | more
    return answers.ChangeCause(says=says, sufficient=sufficient, necessary=necessary, **given)


def verdict(vendor: str, says: str, causes: tuple[answers.ChangeCause, ...] = (), **more: Any) -> answers.Change:
    """A verdict that changed."""
    given: dict[str, Any] = {
        "key": {
            "pack": "p",
            "country": "Japan",
            "vendor_id": vendor,
            "carrier_id": None,
            "asset_class": "ran",
            "action": "new_build",
        },
        "columns": {"outcome": ("clear", "restricted")},
        "searched": None,
        "set_count": 0,
    } | more
    return answers.Change(table="verdict", says=says, causes=causes, **given)


CAUSES = (
    cause("row one", True, True),
    cause("row two", True, False, places=({"ref": "2", "says": "", "locator": "row 2", "source": ""},)),
    cause("row three", False, places=({"ref": "3", "says": "x" * 200, "locator": "", "source": "s" * 100},)),
    cause("row four", None, places=({"ref": "4", "says": "", "locator": "", "source": "unseen"},)),
)
LONE = (
    *(
        answers.LoneRow("verdict", {}, f"lone {at}", (cause(f"base {at // 4}", None, rows=("rule:x",)),))
        for at in range(5)
    ),
    answers.LoneRow("verdict", {}, "lone of many", CAUSES),
    answers.LoneRow("verdict", {}, "lone of none", ()),
)
DIFF = answers.DiffReport(
    a={"run_id": "screen-1", "settings": {"policy": "p", "country": "Japan", "as_of": "2025-01-01"}},
    b={"run_id": "screen-2", "settings": {}}, kind="runs", verb="screen",
    changed=(
        verdict("acme", "Acme: clear to restricted", CAUSES, searched=1, set_count=9),
        verdict("bolt", "Bolt in RAN: alike", CAUSES[:1], searched=2, set_count=1),
        verdict("cord", "Cord in RAN: alike", CAUSES[:1], searched=2, set_count=1),
        verdict("dash", "Dash: other grounds", columns={"rule_id": ("r1", "r2")}, searched=3),
        verdict("echo", "Echo: facts", columns={"facts": ("a", "b"), "claims_for": ((), ("c",))}, searched=7),
        answers.Change("vendor_share", {}, {"low_share": (0.1, 0.2)}, "a share", (cause("rows", None),), 1, 0),
        answers.Change(
            "vendor_share", {}, {"flip_sets": (0.1, 0.2)}, "a set", (cause("pack", None, rows=("pack:p",)),), 2, 1,
        ),
        answers.Change("vendor_share", {}, {"says": (0.1, 0.2)}, "no rows", (cause("none", None, rows=()),), None, 5),
    ),
    appeared=LONE, vanished=LONE[:1], unchanged_count=1,
    rules=tuple(
        {"policy": policy, "rule": rule, "says": says}
        for policy, rule, says in (
            ("p", "r1", "came"),
            ("p", "r1", "came"),
            ("p", None, "a new head"),
            ("p", "r2", "went"),
            ("p", "r3", "went"),
            ("q", "r1", "came"),
        )
    ),
    notes=(), names={"acme": "Acme", "bolt": "Bolt plc"},
)  # fmt: skip
DIFF_ROWS = answers.DiffReport(
    a={"policy": "p", "as_of": "2025-01-01", "known_on": "2025-02-01"},
    b={"policy": "q", "as_of": "2025-01-01", "known_on": None},
    kind="policies",
    verb="depend",
    changed=tuple(
        answers.Change("vendor_share", {}, {"low_share": (0.1, 0.2)}, f"share {at}", (), None, 0) for at in range(42)
    ),
    appeared=(),
    vanished=(),
    unchanged_count=0,
    rules=(),
    notes=(),
    names={},
)
DIFF_SAID: dict[str, answers.DiffReport] = {
    "whole": DIFF,
    "rows": DIFF_ROWS,
    "kept alone": DIFF.model_copy(update={"changed": DIFF.changed[3:4], "appeared": (), "vanished": ()}),
    "turned alone": answers.DiffReport(
        **vars(DIFF)
        | {
            "changed": DIFF.changed[:1],
            "appeared": (),
            "vanished": (),
            "rules": DIFF.rules[:4],
            "a": {"run_id": "screen-1", "settings": {"as_of": None, "country": "Japan"}},
        }
    ),
    "days": answers.DiffReport(
        **vars(DIFF_ROWS)
        | {
            "kind": "days",
            "changed": (),
            "appeared": tuple(answers.LoneRow("t", {}, f"row {at}", (cause(str(at), None),)) for at in range(41)),
        }
    ),
    "nothing": answers.DiffReport(**vars(DIFF_ROWS) | {"changed": (), "unchanged_count": 1}),
    "nothing of verdicts": answers.DiffReport(
        **vars(DIFF_ROWS) | {"changed": (), "unchanged_count": 2, "verb": "screen"}
    ),
}


def reading(name: str, rank: int, score: float, unmarked: int = 0) -> dict[str, Any]:
    """A reading with its place."""
    return {"id": name, "rank": rank, "score": score, "unmarked": unmarked, "says": f"reading\n{name}"}


def claim(name: str, **more: Any) -> dict[str, Any]:
    """A claim of a matrix."""
    return {
        "claim_id": name,
        "own_word": False,
        "marks": {"h1": "I", "h2": None},
        "diagnosticity": 0.12345,
        "weight": 0.5,
        "said": "2020-01-01",
        "stance": "asserts",
        "origin": [name, "a" * 30],
        "speaker": "s" * 50,
    } | more


MATRIX: dict[str, Any] = {
    "vendor": "acme", "fact": "owned", "marks_by": "stance",
    "claims": [claim("c1"), claim("c2", own_word=True, diagnosticity=None, said=None, origin=["c2"], speaker="Acme")],
    "readings": [reading("h2", 2, 1.5), reading("h1", 1, 0.0, 1)],
    "weights": {"by": "reliability", "points": {"I": 1, "II": 2.5}, "grades": {"a": 1, "b": 0.8}, "not_graded": 1},
    "for_a_rule": {"step": "a court decides"},
    "left_out": [
        {"claim_id": "c3", "standing": "later"},
        {
            "claim_id": "c4", "standing": "x",
            "withdrawn_by": [{"claim_id": "c5", "on": "2021-01-01"}, {"claim_id": "c6", "on": "2021-02-01"}],
        },
    ],
    "order": [["h1"], ["h2", "h3"]],
    "stability": {
        "items": [
            {"claim_id": "c1", "changes": "first place", "order": [["h2"], ["h1"]]},
            {"claim_id": "c2", "changes": None, "order": []},
        ],
        "origins": [
            {
                "origin": "o1", "changes": "order", "order": [["h2"]], "anonymous": True, "falls": ["c1", "c2"],
                "also_on": {"c2": ["o2", "o3"]},
            },
            {"origin": "o2", "changes": "order", "order": [["h1"]], "anonymous": False, "falls": ["c2"], "also_on": {}},
            {"origin": "o3", "changes": None, "order": [], "anonymous": False, "falls": [], "also_on": {}},
        ],
        "own_word": {"changes": None, "order": []}, "by_origin": {"changes": "order", "order": [["h1"]]},
        "smallest": [{"claims": [f"c{at}", "c0"], "first": ["h2"] if at % 2 else ["h1", "h2"]} for at in range(12)],
        "smallest_count": 30, "searched_up_to": 3,
    },
}  # fmt: skip
STEADY: dict[str, Any] = {"items": [], "origins": [], "own_word": None, "by_origin": {"changes": None, "order": []}}
MATRIX_STEADY = MATRIX | {
    "fact": None, "claims": [claim("c1")], "readings": [reading("h1", 1, 0.0), reading("h2", 1, 0.0)],
    "weights": MATRIX["weights"] | {"by": "none"}, "for_a_rule": None, "left_out": [],
    "stability": STEADY | {"smallest": [], "smallest_count": 0, "searched_up_to": 1},
}  # fmt: skip
MATRIX_FEW = MATRIX_STEADY | {
    "stability": STEADY | {"smallest": [{"claims": ["c1"], "first": ["h2"]}], "smallest_count": 1, "searched_up_to": 3}
}
MATRIX_EMPTY = MATRIX_STEADY | {"claims": []}
ACH: dict[str, answers.AchReport] = {
    "whole": answers.AchReport("acme", "Acme", None, DAY, KNOWN, (MATRIX, MATRIX_STEADY, MATRIX_FEW, MATRIX_EMPTY)),
    "group": answers.AchReport(
        "group",
        "Group",
        "owned",
        DAY,
        None,
        (MATRIX_EMPTY,),
        (
            {"vendor": "acme", "vendor_name": "Acme", "because": None},
            {"vendor": "bolt", "vendor_name": "Bolt", "because": "no claim"},
        ),
    ),
}

ASK_DEPENDENCE = Answer(
    question="dependence", subject="Spain", as_of=DAY, known_on=KNOWN, audience="public", key_row="share-1",
    finding=sentence(
        "{vendor} supplies {share}.", vendor=Name(text="Acme"), share=Interval(low=0.25, high=0.5, row="share-1")
    ),
    sentences=(sentence("Beside it: {vendors}.", vendors=Series(items=(Name(text="Bolt"), Name(text="CoreCo")))),),
    caveats=(sentence("Counted: {measure}.", measure=Name(text="sites")),), rows=("share-1", "share-2"),
    age=Age(first=date(2019, 1, 1), last=date(2019, 12, 31), as_of=DAY, newest=date(2025, 3, 1)),
)  # fmt: skip
ASK_AID = Answer(
    question="aid",
    subject="Spain",
    as_of=DAY,
    known_on=KNOWN,
    audience="public",
    finding=sentence("None is on record."),
)
ASK = answers.AskReport(DAY, KNOWN, (answers.CountryAnswers("Spain", (ASK_DEPENDENCE, ASK_AID)),))
ASK_ONE = answers.AskReport(DAY, None, (answers.CountryAnswers("Spain", (ASK_AID,)),))


def country_plan(country: str, **more: Any) -> answers.CountryPlan:
    """A plan of a country; `plan` takes what differs from one that is found."""
    plan = {
        "policy_says": "law of the land",
        "scenario": None,
        "scenario_says": None,
        "unanswered": ["what a core costs"],
        "status": "optimal",
        "clash": [],
        "relief": [],
        "objective_amount": 1.0,
        "swapped_count": 2,
        "gap_share": 0.0125,
        "assumed_count": 3,
        "input_count": 4,
        "proof": "certified",
        "binding": ["crews", "budget"],
        "currency": "EUR",
        "headline": f"The headline of {country}.",
        "lot_count": 2,
    } | more.pop("plan", {})
    given: dict[str, Any] = {"rows": {}, "steps": (), "periods": (), "frontier": (), "run_id": "plan-1"} | more
    return answers.CountryPlan(country=country, plan=plan, **given)


def step(**more: Any) -> dict[str, Any]:
    """A lot of a plan."""
    return {
        "unit_id": "north ran acme 1",
        "action": "swap",
        "start_on": date(2026, 4, 1),
        "done_on": date(2026, 6, 30),
        "to_vendor_id": "bolt",
        "mid_cost_amount": 1_000_000.0,
        "gross_cost_amount": 1_000_001.0,
        "because": "crews",
    } | more


ROBUST = {
    "scenario": [
        {},
        {"says": "prices rise", "fits": None, "objective_amount": None, "status": "unknown"},
        {
            "says": "prices fall", "fits": False, "because": "budget", "objective_amount": 1.0, "cost_amount": 1e6,
            "gross_cost_amount": None, "exposed_years": None, "clear_on": None,
        },
        {
            "says": "crews fall", "fits": True, "regret_share": 0.0125, "regret_amount": 1.0, "objective_amount": 1.0,
            "cost_amount": 1e6, "gross_cost_amount": 2e6, "exposed_years": 1.25, "clear_on": date(2028, 1, 1),
        },
        {
            "says": "no regret", "fits": True, "regret_share": 0.0, "regret_amount": 0, "objective_amount": None,
            "status": "infeasible",
        },
        {
            "says": "regret in units", "fits": True, "regret_share": None, "regret_amount": 1234.56,
            "objective_amount": None, "status": "infeasible",
        },
        {
            "says": "regret not known", "fits": True, "regret_share": None, "regret_amount": None,
            "objective_amount": None, "status": "infeasible",
        },
    ],
    "first_year": [
        {
            "tolerance_share": 0.01, "carrier_id": "north", "asset_class": "ran", "vendor_id": "acme", "least_count": 2,
            "lot_count": 5, "to_on": date(2027, 1, 1), "proof": "certified",
        },
    ],
    "flip": [
        {"says": "claim a falls", "known_after_count": 1, "kept_cost_amount": None, "because": "no time"},
        {
            "says": "claim b falls", "known_after_count": 2, "kept_cost_amount": 1e6, "kept_needless_amount": 2e5,
            "planned_cost_amount": 3e6, "kept_exposed_years": 1.0, "planned_exposed_years": None, "kept_clear_on": None,
            "planned_clear_on": date(2028, 1, 1),
        },
        {
            "says": "claim c falls", "known_after_count": 3, "kept_cost_amount": 0.0, "kept_needless_amount": 0.0,
            "planned_cost_amount": 3e6, "kept_exposed_years": 0.0, "planned_exposed_years": 2.0,
            "kept_clear_on": date(2027, 1, 1), "planned_clear_on": None,
        },
    ],
}  # fmt: skip
POINT = {"by_on": date(2027, 1, 1), "budget_amount": 5e6, "kind": "budget", "mid_cost_amount": 4e6} | {
    "gross_cost_amount": 4.5e6,
    "mid_exposed_years": 0.5,
    "status": "optimal",
}
PERIOD = {"period_says": "2026 Q1", "low_exposed_share": 0.4, "high_exposed_share": 0.4}
PLAN = answers.PlanReport(
    DAY, None, "exposure",
    (
        country_plan(
            "Japan", plan={"scenario": "dear", "scenario_says": "prices double", "robust": ROBUST},
            steps=(
                step(),
                step(gross_cost_amount=2_000_000.0),
                step(gross_cost_amount=None),
                step(start_on=None, to_vendor_id=None, mid_cost_amount=None),
                step(done_on=None),
                step(done_on=None, action="stays"),
            ),
            periods=(
                PERIOD | {"mid_spent_amount": None, "mid_gross_spent_amount": None},
                PERIOD | {"high_exposed_share": 0.5, "mid_spent_amount": 10.0, "mid_gross_spent_amount": 12.0},
            ),
            frontier=(POINT, POINT | {"kind": "day"}, POINT | {"mid_cost_amount": None}),
        ),
        country_plan("Italy", plan={"status": "nothing to swap", "unanswered": []}),
        country_plan(
            "France",
            plan={
                "status": "infeasible", "objective_amount": None, "clash": ["too few crews"],
                "relief": ["one more crew"],
            },
        ),
        country_plan("Spain", plan={"status": "unknown", "objective_amount": None, "gap_share": None}),
        country_plan("Malta", plan={"swapped_count": 0, "binding": []}, steps=(step(),) * 60),
        country_plan("Chad", plan={"gap_share": None}, steps=(step(),) * 62),
    ),
)  # fmt: skip


def policy(name: str, country: str | None, **more: Any) -> answers.Policy:
    """What a policy says."""
    given: dict[str, Any] = {
        "title": f"Title of {name}",
        "issuer": "gov",
        "issuer_name": "A government",
        "force": "law",
        "outcomes": {"restricted": 2, "clear": 1},
        "vendors": {"restricted": ("Acme", "Bolt"), "clear": ("Cord",)},
        "disputed": 0,
        "rules_in_force": 1,
        "unreached": None,
        "run_id": "screen-1",
    } | more
    return answers.Policy(pack=name, country=country, **given)


MANY_VENDORS = tuple(f"Vendor {at}" for at in range(9))
SCREEN: dict[str, answers.ScreenReport] = {
    "whole": answers.ScreenReport(
        DAY, KNOWN,
        (
            policy("p", "Japan"),
            policy("p", "Italy"),
            policy("q", "Italy", force="advice", disputed=2),
            policy("p", None, rules_in_force=0, force="rumour"),
            policy("r", "France", force="proposal", vendors={"restricted": MANY_VENDORS, "unknown": ("Acme",)}),
            policy("r", "Spain", force="contract", vendors={"restricted": MANY_VENDORS[:8], "conditional": ()}),
            policy("r", "Malta", vendors={"restricted": ("Acme",), "clear": ()}),
            policy("r", "Chad", vendors={"conditional": ("Acme", "Bolt"), "clear": ("Acme",)}),
            policy(
                "r", "Peru", vendors={"clear": ("Acme",)},
                unreached=answers.UnreachedPolicy(("buy",), ("run", "keep"), ("state",)),
            ),
            policy("r", "Cuba", vendors={}, unreached=answers.UnreachedPolicy(("buy", "run"), (), ("state",))),
            policy("r", "Iran", vendors={}, unreached=answers.UnreachedPolicy(("buy",), (), ())),
        ),
        assumed={"action": "buy", "site": "core"},
    ),
    "nothing": answers.ScreenReport(DAY, None, ()),
}  # fmt: skip
SCREEN["whole"] = answers.ScreenReport(
    **vars(SCREEN["whole"])
    | {"policies": tuple(one for one in SCREEN["whole"].policies if () not in one.vendors.values() or one.pack != "r")}
)
CASES = [
    {"case_id": "1", "outcome": "clear", "rule": None, "reason": "No rule."},
    {"case_id": "2", "outcome": "restricted", "rule": "r1", "reason": "It holds.", "unused_keys": ["a", "b"]},
]


def check(name: str, number: int, severity: str = "warning", group: str = "rows") -> dict[str, Any]:
    """A check with what it found."""
    return {
        "id": name,
        "finding_count": number,
        "severity": severity,
        "says": f"What {name} looks for.",
        "group": group,
    }


def finding(kind: str, at: int, repair: str = "Mend it.") -> dict[str, Any]:
    """A finding."""
    return {"kind": kind, "place": f"row {at}", "says": f"fault {at}", "repair": repair, "finding_id": f"finding-{at}"}


CHECK = answers.CheckReport(
    error_count=12, finding_count=19,
    findings=(
        *(finding("odd", at) for at in range(4)), *(finding("bad", at) for at in range(11)),
        *(finding("few", at, f"Mend {at}.") for at in range(2)),
    ),
    run_id="check-1", as_of=DAY, older_than="2 years",
    checks=(
        check("odd", 5),
        check("bad", 12, "error", "sources"),
        check("none", 0, group="quiet"),
        check("few", 2),
        check("one", 1, group="sources"),
    ),
    not_asked=({"id": "x", "why": "by --skip"}, {"id": "y", "why": "no rows"}, {"id": "z", "why": "by --skip"}),
    questions=(
        answers.QuestionState("Japan", "screen", "who is restricted", "provenet screen", 1, ()),
        answers.QuestionState(
            "Japan", "plan", "what to swap", "provenet plan", 3,
            (
                answers.MissingRows(("price", "swap_option"), (("low", "high"), ()), "costs"),
                answers.MissingRows((), (), "a policy"),
            ),
        ),
        answers.QuestionState("Italy", "screen", "who is restricted", "provenet screen", 2, ()),
    ),
)  # fmt: skip
CHECK = answers.CheckReport(**vars(CHECK) | {"findings": (*CHECK.findings, finding("one", 0))})
CHECK_BARE = answers.CheckReport(0, 0, (), "check-2", None, "2 years", (), ())
CHECK_QUIET = answers.CheckReport(1, 1, (finding("a", 1),), "check-2", None, "2 years", (check("a", 1, "error"),), ())
MENU = [
    {"id": "a-long-id", "group": "rows", "severity": "error", "says": "one"},
    {"id": "b", "group": "sources", "severity": "warning", "says": "two"},
    {"id": "c", "group": "rows", "severity": "warning", "says": "three"},
]


def exposure(**more: Any) -> dict[str, Any]:
    """A figure of expose."""
    rungs = {"rung_1_alone_count": 1, "rung_1_other_count": 2, "rung_2_count": 0, "rung_3_count": 1}
    return (
        {
            "tags": ["gov"],
            "role": "sensitive",
            "restricted_says": "those listed",
            "absent_count": 0,
            "network_count": 1,
            "pack": None,
            "low_share": 0.25,
            "high_share": 0.5,
            "rung_0_count": 4,
            "rung_none_count": 2,
            "pair_count": 10,
        }
        | rungs
        | more
    )


EXPOSE: dict[str, answers.ExposureReport] = {
    name: answers.ExposureReport(
        DAY,
        KNOWN,
        "as listed",
        1200,
        graph_on,
        "a graph",
        "ends count not",
        "clear",
        (answers.CountryExposure("Japan", {}, figures, "e-1"),),
    )
    for name, graph_on, figures in (
        (
            "whole",
            KNOWN,
            (
                exposure(),
                exposure(tags=["carrier"], network_count=2000, absent_count=1, pack="p"),
                exposure(absent_count=2, low_share=None),
                exposure(network_count=0, low_share=None),
                exposure(rung_0_count=None),
            ),
        ),
        (
            "several",
            KNOWN,
            (
                exposure(tags=[], network_count=3),
                exposure(tags=[], role="allied", restricted_says="those of CN", low_share=0.5),
                exposure(tags=[], role="carrier", restricted_says="those of CN", pack="p", rung_0_count=None),
            ),
        ),
        ("bare", None, ()),
    )
}


def inside_row(**more: Any) -> dict[str, Any]:
    """A row of figures of one network under one policy."""
    return {
        "pack": "p",
        "demands": "all",
        "restricted_count": 1200,
        "unknown_count": 1,
        "routed_by": "hops",
        "low_share": 0.1,
        "high_share": 0.2,
        "worst_low_share": 0.3,
        "worst_high_share": 0.4,
        "latent_failure": "link a",
        "latent_share": 0.05,
        "failures": "double",
        "steering": {"low_share": 0.5, "high_share": 0.75, "today_share": 0.25},
        "own_links": [],
        "replacement": [],
        "metrics": None,
    } | more


def own_link(direction: str, at: int, **more: Any) -> dict[str, Any]:
    """What spills from a node with links of its own."""
    return {
        "direction": direction,
        "node": f"node {at}",
        "own_links": ["l"],
        "volume_amount": 1.0,
        "spilled_low_share": 0.0,
        "spilled_high_share": at / 40,
        "low_share": 0.1,
        "high_share": 0.1,
    } | more


def swap(kind: str, number: int, clear: float | None, **more: Any) -> dict[str, Any]:
    """A set of elements to replace."""
    return {
        "kind": kind,
        "unknown_as": "restricted",
        "element_count": number,
        "clear_share": clear,
        "cost_unit": "elements",
        "cost_amount": float(number),
    } | more


OWN_NETWORKS = answers.OwnNetworksReport(
    DAY, None,
    (
        answers.OwnNetworkExposure(
            "Japan", "north", "North", "core", 1, 2, 1, "as given", {},
            (
                inside_row(pack="q", failures="single", latent_failure=None, steering=None),
                inside_row(),
                inside_row(demands="sensitive", worst_high_share=None),
                inside_row(pack="q", demands="sensitive", low_share=None),
                inside_row(pack="r", low_share=0.0, high_share=1.0),
                inside_row(
                    pack="s",
                    own_links=[own_link("from", at) for at in range(20)] + [own_link("to", 1, volume_amount=0)],
                    replacement=[
                        swap("as routed", 2, 0.5),
                        swap("as routed", 1, 0.5),
                        swap("as routed", 3, 0.25),
                        swap("as routed", 1, 1.0, unknown_as="clear"),
                        swap("as routed under failures", 2, None),
                        swap("within budget", 1, 0.4, cost_unit="EUR", cost_amount=2e6),
                        swap("rerouted", 1, 1.0),
                    ],
                    metrics={"change_count": 2, "low_share": 0.1, "high_share": 0.3},
                ),
                inside_row(
                    pack="t", own_links=[own_link("to", at, own_links=["a", "b"]) for at in range(21)],
                    metrics={"change_count": 0, "low_share": 0.1, "high_share": 0.3},
                ),
            ),
            ("a remark",), "e-1",
        ),
        answers.OwnNetworkExposure("Japan", "south", "South", "core", 2, 1, 2, "as given", {}, (), (), "e-2"),
    ),
)  # fmt: skip


def scenario(**more: Any) -> dict[str, Any]:
    """What a scenario takes from routes."""
    return {
        "scenario": "cable",
        "extent": "certain",
        "changes": ["drop", "AS1"],
        "missing": [],
        "tag": "gov",
        "network_count": 1,
        "routed_count": 1200,
        "low_lost_count": 3,
        "high_lost_count": 3,
        "low_new_count": 1,
        "high_new_count": 2000,
        "low_share": 0.1,
        "high_share": 0.2,
        "before_low_share": 0.05,
        "before_high_share": 0.05,
    } | more


SCENARIOS: dict[str, answers.ScenariosReport] = {
    "whole": answers.ScenariosReport(
        DAY, None, "as listed", KNOWN, "a graph", 2,
        (
            answers.CountryScenarios(
                "Japan", {},
                (
                    scenario(),
                    scenario(tag="carrier", network_count=2),
                    scenario(extent="possible", missing=["AS2", "AS3"], low_share=None, routed_count=1),
                    scenario(scenario="other", network_count=0),
                    scenario(scenario="last", low_new_count=0, high_new_count=0),
                ),
                "e-1",
            ),
        ),
    ),
    "bare": answers.ScenariosReport(DAY, KNOWN, "as listed", None, "a graph", 1, ()),
}  # fmt: skip


def traffic(site: str | None, network: str, **more: Any) -> dict[str, Any]:
    """What the traffic of a site rides."""
    return {
        "site_id": site,
        "demand": "daily",
        "network": network,
        "own_failed": "none",
        "carrier_ids": [],
        "is_stated": False,
        "low_share": 0.0,
        "high_share": 1.0,
    } | more


def meets(site: str | None, pack: str, unknown: float, **more: Any) -> dict[str, Any]:
    """What the traffic of a site meets."""
    return {
        "site_id": site,
        "demand": "daily",
        "network": "any",
        "own_failed": "none",
        "harm": "loss of service",
        "pack": pack,
        "restricted_share": 0.25,
        "unknown_share": unknown,
        "clear_share": 0.75 - unknown,
    } | more


SITES: dict[str, answers.SitesReport] = {
    "whole": answers.SitesReport(
        DAY, None,
        (
            answers.CountrySites(
                "Japan", {}, 3, 1,
                (
                    traffic(None, "public"),
                    traffic("base-a", "public", carrier_ids=["north", "south"], low_share=0.2, high_share=0.4),
                    traffic("base-a", "own", own_failed="one", carrier_ids=["east"]),
                    traffic("base-a", "own", low_share=0.6, high_share=0.8),
                    traffic("base-a", "own", demand="crisis", is_stated=True),
                    traffic("base-b", "public"),
                    traffic("base-c", "public"),
                ),
                (
                    meets("base-a", "p", 0.5),
                    meets("base-a", "q", 1.0),
                    meets("base-a", "r", 1.0),
                    meets("base-a", "s", 0.0, harm="metadata"),
                    meets(None, "p", 0.25),
                ),
                "e-1",
            ),
            answers.CountrySites("Italy", {}, 1, 1, (traffic("base-z", "public", is_stated=True),), (), "e-2"),
        ),
    ),
}  # fmt: skip


def figure(**more: Any) -> dict[str, Any]:
    """A share of depend."""
    return {
        "low_share": 0.5,
        "high_share": 0.9,
        "low_open": True,
        "high_open": False,
        "vendors": ["Acme", "Bolt"],
        "pack": None,
        "segment": "RAN",
        "measure": "subscribers",
        "measure_short": None,
    } | more


DEPEND = answers.DependenceReport(
    DAY, KNOWN,
    (
        answers.CountryDependence("Japan", {"vendor_share": 2, "concentration": 1}, "d-1", (figure(),) * 12),
        answers.CountryDependence(
            "Italy", {"vendor_share": 0}, "d-2",
            (figure(vendors=[], pack="p", measure_short="subs"), figure(low_open=False, high_open=True)) * 7,
        ),
        answers.CountryDependence("France", {}, "d-3", ()),
    ),
    ({"word": "x", "says": "Acme and Bolt"},),
)  # fmt: skip


def aid(**more: Any) -> dict[str, Any]:
    """The row of a fund."""
    return {
        "weight_kind": "contracts",
        "condition_says": "no Acme",
        "unanswered": ["a price"],
        "status": "optimal",
        "gap_share": 0.001,
        "committed_amount": 1e6,
        "assumed_count": 1,
        "input_count": 2,
        "proof": "certified",
        "currency": "EUR",
        "price_year": 2024,
        "known_on": KNOWN,
        "headline": "The headline.",
    } | more


def aid_award(**more: Any) -> dict[str, Any]:
    """An award."""
    return {
        "purchase_id": "north-2027",
        "award_amount": 1_500_000.0,
        "before_p_clear_share": 0.25,
        "after_p_clear_share": 0.75,
        "low_need_amount": 1e6,
        "high_need_amount": 2e6,
        "chosen_says": None,
    } | more


def approach(**more: Any) -> dict[str, Any]:
    """Whom to approach."""
    return {
        "number_count": 0,
        "carrier_id": "north",
        "worth_share": 0.125,
        "nudge_share": 0.05,
        "left_days_count": 1,
        "disputed_count": 1,
    } | more


def country_aid(country: str, fund: dict[str, Any], **more: Any) -> answers.CountryAid:
    """Aid of a country."""
    given: dict[str, Any] = dict.fromkeys(
        ("awards", "responses", "costs", "curve", "mechanisms", "approaches", "inputs"), ()
    )
    return answers.CountryAid(country=country, rows={}, fund=fund, **(given | more))


def moved(name: str, low: float | None, high: float | None) -> dict[str, Any]:
    """A figure and what it moves."""
    return {"name": name, "low_amount": 1.0, "high_amount": 2.5, "unit_says": "EUR", "basis": "assumed"} | {
        "low_objective_share": low,
        "high_objective_share": high,
    }


FUND = answers.FundReport(
    DAY, None, "clear", "fixed",
    (
        country_aid(
            "Japan", aid(),
            awards=(
                aid_award(),
                aid_award(low_need_amount=None, chosen_says="It chose Bolt."),
                aid_award(high_need_amount=None),
            ),
            curve=tuple(
                {
                    "kind": kind,
                    "mid_share": at / 20,
                    "low_share": at / 40,
                    "high_share": at / 20,
                    "budget_amount": at * 1e6,
                }
                for at in range(14)
                for kind in ("budget", "price")
            ),
            mechanisms=(
                {
                    "mechanism": "grant", "mid_unit_amount": None, "mid_clear_share": 0.0, "mid_default_share": 0.1,
                    "mid_paid_amount": 0.0,
                },
                {
                    "mechanism": "loan", "mid_unit_amount": 118e6, "mid_clear_share": 0.5, "mid_default_share": 0.0,
                    "mid_paid_amount": 5e6,
                },
            ),
            approaches=(
                approach(),
                approach(number_count=1, carrier_id=None, worth_share=None, left_days_count=2, disputed_count=2),
                approach(left_days_count=None, disputed_count=0),
            ),
            inputs=(
                moved("small", 0.1, 0.2),
                moved("unmoved", None, None),
                moved("down", 0.9, 0.1),
                *(moved(f"more {at}", 0.5, 0.5 + at / 10) for at in range(5)),
            ),
        ),
        country_aid("Italy", aid(status="nothing to fund", unanswered=[])),
        country_aid("France", aid(status="infeasible")),
        country_aid("Spain", aid(gap_share=None), curve=()),
        country_aid(
            "Malta", aid(committed_amount=0),
            curve=tuple(
                {"kind": "budget", "mid_share": 0.1, "low_share": 0.1, "high_share": 0.1, "budget_amount": 1e6 * at}
                for at in range(3)
            ),
        ),
    ),
    "fund-1",
)  # fmt: skip


def added(name: str, **more: Any) -> answers.AddedFile:
    """A file that entered."""
    given: dict[str, Any] = {
        "file_id": "sha",
        "layout": "shares",
        "row_count": 2,
        "added": {"vendor_share": 2, "party": 0},
        "ignored": (),
        "stood_already": False,
    } | more
    return answers.AddedFile(name=name, **given)


ADD = answers.Addition(
    0,
    (),
    (
        added("a.csv", added={"market_share": 1, "party": 2, "source": 0}),
        added("b.csv", added={"party": 0}, row_count=1, ignored=("x", "y")),
        added("p.yml", layout="rule pack", row_count=1, added={}, remarks=("cut at row 5", "and here")),
        added("q.yml", layout="rule pack", row_count=3, added={}),
    ),
    ("gone-pack",),
)
PACK = answers.PackState("p", "Title", "law", "Japan", "stands", 2, "p.yml", "sha", True)
STATUS: dict[str, answers.StatusReport] = {
    "whole": answers.StatusReport(
        Path("place"),
        False,
        {},
        (
            answers.ResultState("screen", "s-1", {}, "stale", ("a row", "a pack"), "provenet screen CASE CASE"),
            answers.ResultState("depend", "d-1", {}, "current", (), "provenet depend CASE"),
            answers.ResultState("screen", "s-2", {}, "current", (), "provenet screen CASE"),
            answers.ResultState("screen", "s-3", {}, "stale", ("a row",), "provenet screen CASE"),
        ),
        (
            answers.NextStep("provenet run CASE", "2 are stale"),
            answers.NextStep("provenet plan CASE CASE", "none stands"),
        ),
        (PACK, answers.PackState("q", "Title", "advice", None, "withdrawn", 1, "q.yml", "sha", False)),
        (answers.RetractedInput("source:a", "wrong", None), answers.RetractedInput("claim:b", "later", KNOWN)),
    ),
    "current": answers.StatusReport(
        Path("place"), True, {}, (answers.ResultState("screen", "s-1", {}, "current", (), "provenet screen CASE"),), ()
    ),
    "empty": answers.StatusReport(
        Path("place"), True, {}, (), (answers.NextStep("provenet add CASE FILE", "no rows"),)
    ),
}
RENEWAL: dict[str, answers.Renewal] = {
    "whole": answers.Renewal(
        Path("place"),
        3,
        (answers.RenewedResult("screen", "s-1", "s-2", ("a row", "a pack")),),
        (
            answers.UnrenewedResult("plan", "p-1", "no limits", "provenet plan CASE CASE"),
            answers.UnrenewedResult("fund", "f-1", "no price", "provenet fund CASE"),
        ),
    ),
    "nothing": answers.Renewal(Path("place"), 0, (), ()),
}
RETRACTIONS: dict[str, answers.Retraction] = {
    "one": answers.Retraction(
        "claim:a", "retracted", "It was wrong.", KNOWN, 1,
        (answers.StaleResults("screen", 2), answers.StaleResults("plan", 1)),
    ),
    "many": answers.Retraction("source:a", "retracted", "It was wrong.", None, 2, ()),
    "again": answers.Retraction("source:a", "restored", "It was right.", None, 1, ()),
    "many again": answers.Retraction("source:a", "restored", "It was right.", None, 2, ()),
}  # fmt: skip


def dossier(country: str, *, files: int = 0, **more: Any) -> answers.Dossier:
    """A dossier whose pages lie in a folder of outputs."""
    place = Path("case/outputs") / country.lower()
    data = tuple(place / f"{country.lower()}-data" / f"{at}.csv" for at in range(files))
    return answers.Dossier(
        country, f"The headline of {country}.", place / "page.html", place / "page.pdf", "b-1", files=data, **more
    )


DOSSIERS = (
    dossier(
        "Japan", files=2, annex=Path("case/outputs/japan/annex.html"), turned_out=Path("case/outputs/japan/t.html")
    ),
    dossier("Italy"),
    dossier("Malta", files=1),
)
BRIEF = answers.BriefReport(DAY, KNOWN, DOSSIERS)
COPIES = tuple(Path(name) for name in ("o/a.html", "o/a-data/1.csv", "o/b.pdf", "o/a-data/2.csv", "o/b-data/1.csv"))
DEMO: dict[str, answers.DemoReport] = {
    "whole": answers.DemoReport(
        Path("demo/case"), (SCREEN["nothing"], SCREEN["whole"]), (BRIEF, BRIEF), (PLAN,), (FUND,)
    ),
    "bare": answers.DemoReport(Path("demo/case"), (), (BRIEF,)),
}
FAULTS = (Fault("a.csv row 1", "no such party"), Fault("b.csv", "empty"))
