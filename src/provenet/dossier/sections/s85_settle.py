"""What would settle the unknowns: open tests of rules, vendors not known, carriers of sites, missing replies."""

from collections.abc import Sequence

from provenet.case.rows import ClaimRow, VerdictRow
from provenet.core import wording
from provenet.core.grouping import grouped
from provenet.dossier.extract import Extract, Fields, unread
from provenet.dossier.shares import part_rows, unseen_classes
from provenet.dossier.site_facts import carriers_of, sites_of
from provenet.dossier.text import plain_reason, words_of_test
from provenet.dossier.threads import exchanges
from provenet.dossier.unknowns import unknowns
from provenet.dossier.verdicts import by_pack

TITLE = "What would settle the unknowns"
SHOWN_VENDORS = 4
"""Up to this many vendors are named in a line; more are counted."""


def collect(extract: Extract) -> Fields:
    """Each thing to learn, and which answers it could change."""
    read = [row for row in extract.inputs(ClaimRow) if not unread(row)]
    silent = [one for one in exchanges(read) if not (one.replies or one.claim["answers_claim_id"])]
    sites = [site for site in sites_of(extract) if not carriers_of(site, extract)]
    return {
        "tests": _tests(extract),
        "because": sorted({r["unknown_because"] for r in part_rows(extract) if r["unknown_because"]}),
        "unseen": unseen_classes(extract),
        "silent": wording.count(len(silent), "claim", spelled=True),
        "has_silent": bool(silent),
        "sites": wording.count(len(sites), "site", spelled=True),
        "has_sites": bool(sites),
        "gaps": unknowns(extract),
    }


def _tests(extract: Extract) -> list[Fields]:
    """Open tests by policy, with the vendors and classes whose answers need them; `tests` are those not in `says`."""
    lines: list[Fields] = []
    for pack in by_pack(extract):
        groups = grouped(
            (tuple(row["open_tests"]), row)
            for row in pack.rows
            if row["outcome"] == "undetermined" and row["rules_in_force"] > 0
        )
        ordered = sorted(groups.items(), key=lambda g: (-len(g[1]), g[0]))
        lines += [{**pack.stamp, **_question(tests, rows, extract)} for tests, rows in ordered]
    return lines


def _question(tests: Sequence[str], rows: Sequence[VerdictRow], extract: Extract) -> Fields:
    vendors = sorted({extract.name(r["vendor_id"]) for r in rows}, key=str.casefold)
    is_short = len(vendors) <= SHOWN_VENDORS
    first = {row["vendor_id"]: row["verdict_id"] for row in sorted(rows, key=lambda r: r["verdict_id"], reverse=True)}
    first_by_reason = min(rows, key=lambda r: (r["reason"], r["verdict_id"]))
    ids, text = sorted(first.values()) if is_short else [first_by_reason["verdict_id"]], first_by_reason["reason"]
    return {
        "says": plain_reason(text),
        "tests": [words_of_test(test) for test in tests if not _is_named(test, text)],
        "vendors": wording.series(vendors) if is_short else wording.count(len(vendors), "vendor", spelled=True),
        "classes": wording.series(sorted({wording.asset_class(r["asset_class"].split(".")[0]) for r in rows})),
        "settled": sorted({o for r in rows for o in r["if_settled"]}),
        "ids": ids,
        "more": len(rows) - len(ids),
    }


def _is_named(test: str, text: str) -> bool:
    return test.removeprefix("fact: ") in text or words_of_test(test) in text
