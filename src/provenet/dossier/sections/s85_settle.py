"""What would settle what is unknown: open tests of rules, vendors not known, carriers of sites, missing replies."""

from __future__ import annotations

from typing import Any

from provenet.dossier.shares import part_rows, unseen_classes
from provenet.dossier.stored import Row, Stored, unread
from provenet.dossier.verdicts import by_pack
from provenet.dossier.words import class_words, count_words, join_words

TITLE = "What would settle what is unknown"


def collect(stored: Stored) -> dict[str, Any]:
    """Each thing to learn, and which answers it could change."""
    claims = stored.inputs("claim")
    answered = {r["answers_claim_id"] for r in claims}
    silent = [r for r in claims if not unread(r) and r["answers_claim_id"] is None and r["claim_id"] not in answered]
    sites = [r for r in stored.inputs("site") if r["country"] in stored.places and not unread(r)]
    sites = [r for r in sites if r["carrier_id"] is None]
    return {
        "tests": _tests(stored),
        "because": _because(stored),
        "unseen": unseen_classes(stored),
        "silent": count_words(len(silent), "claim"),
        "has_silent": bool(silent),
        "sites": count_words(len(sites), "site"),
        "has_sites": bool(sites),
        "then": stored.known is not None,
    }


def _tests(stored: Stored) -> list[Row]:
    """Open tests by policy, with the vendors and classes whose answer waits for them; `tests`: those not in `says`."""
    lines = []
    for pack in by_pack(stored):
        groups: dict[tuple[str, ...], list[Row]] = {}
        for row in pack.rows:
            if row["outcome"] == "undetermined" and row["rules_in_force"] > 0:
                groups.setdefault(tuple(row["open_tests"]), []).append(row)
        for tests, rows in sorted(groups.items(), key=lambda g: (-len(g[1]), g[0])):
            vendors = sorted({stored.name(r["vendor_id"]) for r in rows}, key=str.casefold)
            says = min(r["reason"] for r in rows)
            lines.append({
                **pack.stamp,
                "says": says,
                "tests": [test for test in tests if test.removeprefix("fact: ") not in says],
                "vendors": join_words(vendors) if len(vendors) <= 4 else count_words(len(vendors), "vendor"),
                "classes": join_words(sorted({class_words(r["asset_class"].split(".")[0]) for r in rows})),
                "settled": sorted({o for r in rows for o in r["if_settled"]}),
                "id": min(r["verdict_id"] for r in rows),
                "more": len(rows) - 1,
            })  # fmt: skip
    return lines


def _because(stored: Stored) -> list[str]:
    return sorted({r["unknown_because"] for r in part_rows(stored) if r["unknown_because"]})
