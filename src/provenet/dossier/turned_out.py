"""As it turned out: what happened after the day that a dossier is as known on. It stands on a page of its own."""

import re
from typing import NamedTuple

from provenet.case.extract import Citation, Extract
from provenet.case.rows import AwardRow, ErratumRow, FundRow, PurchaseRow, ResponseCostRow
from provenet.core import wording
from provenet.core.ids import names_in
from provenet.dependence.share_rows import vendor_rows
from provenet.dossier.aid import purchase_name
from provenet.dossier.row_tables import RowKind, RowList, row_lists
from provenet.dossier.sections.s89_record import corrections
from provenet.evidence.verdict_rows import PackRows, by_pack

TITLE = "As it turned out"


class LaterChoice(NamedTuple):
    """What a carrier chose for a purchase after the offer, where a row records it."""

    award: AwardRow
    who: str
    what: str
    words: str
    vendors: str
    """The vendors chosen, where the words do not name them all."""
    excluded: str
    """Those of them on which the aid may not be spent."""
    cites: list[Citation]


class TurnedOut(NamedTuple):
    """Policies adopted later, choices of vendors beside the offers, shares published later, and corrections."""

    policies: list[PackRows]
    answers: list[tuple[str, list[LaterChoice]]]
    """By answer on aid, a choice for each purchase."""
    estimates: list[RowList]
    errata: list[tuple[ErratumRow, Citation]]


def collect(extract: Extract) -> TurnedOut:
    """What happened after the day known."""
    policies = [pack for pack in by_pack(extract) if extract.known and pack.is_after(extract.known)]
    later = [row for row in extract.whole(ErratumRow) if extract.known and row["corrected_on"] > extract.known]
    return TurnedOut(policies, _answers(extract), row_lists(LISTINGS, extract), corrections(later, extract))


LISTINGS = (
    RowKind(
        title="Estimates published later about that time",
        name="vendor_share",
        rows=lambda e: [row for row in vendor_rows(e) if row["later_estimate"]],
        by=("carrier_id",),
        hidden={"as on a page of the day": names_in("part pack issuer unknown_because layer asset_class newest")},
    ),
)


def _answers(extract: Extract) -> list[tuple[str, list[LaterChoice]]]:
    """Each answer on aid that names choices, with a line for each purchase."""
    found = []
    for fund in sorted(extract.results(FundRow), key=lambda row: row["fund_id"]):
        awards = extract.parts_of(AwardRow, fund)
        awards.sort(key=lambda row: (extract.name(row["carrier_id"]).casefold(), row["purchase_id"]))
        found.append((fund["fund_id"], [_choice(award, fund, extract) for award in awards]))
    return found


def _choice(award: AwardRow, fund: FundRow, extract: Extract) -> LaterChoice:
    """What the carrier chose afterwards; a condition may apply to one class alone."""
    purchases = {one["purchase_id"]: one for one in extract.whole(PurchaseRow)}
    costs = [one for one in extract.parts_of(ResponseCostRow, fund) if one["purchase_id"] == award["purchase_id"]]
    chosen = award["chosen_vendor_ids"]
    barred = dict.fromkeys(fund["excluded_vendor_ids"], True) | {row["vendor_id"]: row["excluded"] for row in costs}
    text = re.sub(r"^As it turned out[,:]? ", "", (award["chosen_says"] or "").rstrip(". "))
    named = bool(text) and all(extract.name(vendor) in text for vendor in chosen)
    return LaterChoice(
        award=award,
        who=extract.name(award["carrier_id"]),
        what=purchase_name(award, purchases.get(award["purchase_id"])),
        words=text or ("" if chosen else "no row records what it chose later"),
        vendors="" if named else wording.series(extract.name(v) for v in chosen),
        excluded=wording.series(extract.name(vendor) for vendor in chosen if barred.get(vendor)),
        cites=extract.cite_refs(award["chosen_ids"]),
    )
