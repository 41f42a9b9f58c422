"""As it turned out: what happened after the day that a dossier is as known on. It stands on a page of its own."""

import re

from provenet.case.extract import Extract, Fields
from provenet.case.rows import AwardRow, ErratumRow, FundRow, PurchaseRow, ResponseCostRow
from provenet.core import wording
from provenet.core.ids import names_in
from provenet.dependence.share_rows import vendor_rows
from provenet.dossier.aid import purchase_name
from provenet.dossier.row_tables import RowKind, row_lists
from provenet.dossier.sections.s89_record import corrections
from provenet.evidence.verdict_rows import by_pack

TITLE = "As it turned out"


def collect(extract: Extract) -> Fields:
    """Policies adopted later, choices of vendors beside the offers, shares published later, and corrections."""
    policies = [pack.stamp for pack in by_pack(extract) if extract.known and pack.is_after(extract.known)]
    later = [row for row in extract.whole(ErratumRow) if extract.known and row["corrected_on"] > extract.known]
    return {
        "policies": policies,
        "answers": _answers(extract),
        "estimates": row_lists(LISTINGS, extract),
        "then": False,
        "errata": corrections(later, extract),
    }


LISTINGS = (
    RowKind(
        title="Estimates published later about that time",
        name="vendor_share",
        rows=lambda e: [row for row in vendor_rows(e) if row["later_estimate"]],
        by=("carrier_id",),
        hidden={"as on a page of the day": names_in("part pack issuer unknown_because layer asset_class newest")},
    ),
)


def _answers(extract: Extract) -> list[Fields]:
    """Each answer on aid that names choices, with a line for each purchase."""
    purchases = {one["purchase_id"]: one for one in extract.whole(PurchaseRow)}
    found: list[Fields] = []
    for fund in sorted(extract.results(FundRow), key=lambda row: row["fund_id"]):
        same = (fund["fund_id"], fund["run_id"])
        awards = [row for row in extract.results(AwardRow) if (row["fund_id"], row["run_id"]) == same]
        costs = [row for row in extract.results(ResponseCostRow) if (row["fund_id"], row["run_id"]) == same]
        awards.sort(key=lambda row: (extract.name(row["carrier_id"]).casefold(), row["purchase_id"]))
        lines = [
            {
                "who": extract.name(row["carrier_id"]),
                "what": purchase_name(row, purchases.get(row["purchase_id"])),
                **_choice(
                    row, [one for one in costs if one["purchase_id"] == row["purchase_id"]], fund=fund, extract=extract
                ),
            }
            for row in awards
        ]
        found.append({"lines": lines, "id": fund["fund_id"]})
    return found


def _choice(award: AwardRow, costs: list[ResponseCostRow], *, fund: FundRow, extract: Extract) -> Fields:
    """What the carrier chose afterwards, where a row records it; a condition may apply to one class alone."""
    chosen = award["chosen_vendor_ids"]
    barred = dict.fromkeys(fund["excluded_vendor_ids"], True)
    barred |= {row["vendor_id"]: row["excluded"] for row in costs}
    text = re.sub(r"^As it turned out[,:]? ", "", (award["chosen_says"] or "").rstrip(". "))
    named = bool(text) and all(extract.name(vendor) in text for vendor in chosen)
    return {
        "says": text or ("" if chosen else "no row records what it chose later"),
        "vendors": "" if named else wording.series(extract.name(v) for v in chosen),
        "excluded": wording.series(extract.name(vendor) for vendor in chosen if barred.get(vendor)),
        "chose": bool(chosen),
        "cites": extract.cite_refs(award["chosen_ids"]),
        "id": award["award_id"],
    }
