"""How to cite the dossier, what was corrected in it, what changed since the last, and how a party replies."""

from collections.abc import Sequence
from typing import NamedTuple

from provenet.case.answer_forms import REPLY_FORM
from provenet.case.extract import Citation, Extract, unread
from provenet.case.rows import ClaimRow, ErratumRow
from provenet.case.statements import said_order
from provenet.core.digest import code_version
from provenet.core.ids import slug
from provenet.dossier.since import FEED, Since, changes_feed, since_last

TITLE = "Citation, corrections, changes and replies"
FORM = "reply-form.csv"


class DossierRecord(NamedTuple):
    """The entry of a bibliography, what was corrected in dossiers, and what changed since the last one."""

    bibtex: list[str]
    errata: list[tuple[ErratumRow, Citation]]
    since: Since


def collect(extract: Extract) -> DossierRecord:
    """What a reader needs to cite, correct or answer the dossier; the feed and the reply form lie beside it."""
    extract.files[FEED] = changes_feed(extract)
    claims = [row for row in extract.inputs(ClaimRow) if not unread(row)]
    if claims:
        extract.files[FORM] = reply_form(claims, extract)
    return DossierRecord(bibtex(extract), corrections(extract.inputs(ErratumRow), extract), since_last(extract))


def corrections(rows: Sequence[ErratumRow], extract: Extract) -> list[tuple[ErratumRow, Citation]]:
    """Corrections of dossiers of the country with their sources, the newest first."""
    here = [row for row in rows if row["country"] is None or row["country"] in extract.places]
    here.sort(key=lambda row: (row["corrected_on"], row["erratum_id"]), reverse=True)
    return [(row, extract.cite(row)) for row in here]


def bibtex(extract: Extract) -> list[str]:
    """The entry of a bibliography, line by line; `RUN` stands for the run that writes the pages."""
    days = f"As of {extract.as_of}" + (f", as known on {extract.known}" if extract.known else "")
    key = "-".join(str(one) for one in (slug(extract.country), extract.as_of, extract.known) if one)
    return [
        f"@techreport{{provenet-{key},",
        f"  title = {{{{{extract.country}: whose equipment carries the traffic}}}},",
        "  author = {{Provenet}},",
        "  institution = {Provenet},",
        f"  year = {{{extract.as_of.year}}},",
        f"  note = {{{days}; run RUN; code {code_version()}}},",
        "}",
    ]


def reply_form(claims: list[ClaimRow], extract: Extract) -> bytes:
    """The form by which a party answers any claim of the dossier; add reads it back.

    A fact goes along where the claim asserts it: only then do the three answers mean the same of the fact.
    """
    claims = sorted(claims, key=lambda row: (said_order(row), row["claim_id"]))
    rows = [
        {
            "claim_id": row["claim_id"],
            "speaker": row["speaker"],
            "said": row["said"] or "",
            "paraphrase": row["paraphrase"],
            "vendors": "; ".join(row["vendor_ids"]),
            "topic": row["topic"],
            "fact": (row["fact"] or "") if row["stance"] == "asserts" else "",
        }
        for row in claims
    ]
    return REPLY_FORM.write({}, rows)
