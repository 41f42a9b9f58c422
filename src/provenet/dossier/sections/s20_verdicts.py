"""What each policy says about each vendor and asset class: the reason, who disputes it, and what would settle it."""

from provenet.case.extract import Extract, Fields
from provenet.core import wording
from provenet.evidence.verdict_rows import act_name, assumptions, by_pack, matrices, none_in_force_yet

TITLE = "What each policy says about each vendor"


def collect(extract: Extract) -> Fields:
    """One matrix per policy and set of carriers, with lettered notes."""
    packs = [
        {
            **pack.stamp,
            "in_force": pack.has_rules,
            "matrices": matrices(pack, extract),
            "unreached": ""
            if any(row["rule_id"] for row in pack.rows)
            else wording.series(sorted({act_name(row["action"]) for row in pack.rows})),
            "assumed": assumptions(pack.rows),
            "verdict_count": len(pack.rows),
        }
        for pack in by_pack(extract)
    ]
    none = none_in_force_yet(extract) if extract.verdicts() else ""
    return {"packs": packs, "day": wording.day(extract.as_of), "none": none}
