"""Whether the caveats of a row stand beside its figure: to be checked, assumed; of a card date, vendors, carrier."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from provenet.case.tables import table
from provenet.core.errors import Fault
from provenet.dossier.figure_checks import has_form, passage_fault, share_forms
from provenet.dossier.page_rows import PageRows
from provenet.dossier.passages import Passage, plain_words
from provenet.dossier.row_forms import SHARES, index_forms
from provenet.dossier.text import clean


def caveat_faults(passage: Passage, rows: PageRows, place: str) -> Iterator[Fault]:
    """Caveats of a row that its passage lost: to be checked, assumed, and of a card its date, vendors and carrier."""
    beside = f"{passage.whole} | {passage.heading}"
    caveats = [(beside, caveat) for caveat in _caveats_of(passage, rows)]
    caveats += [(rows.first_section, (note,)) for note in _notes(passage, rows)]
    for shown, caveat in caveats:
        if not any(plain_words(clean(words)).casefold() in shown.casefold() for words in caveat):
            yield passage_fault(
                passage, place, "the page leaves out a caveat of the row", found="nothing of it", expected=caveat
            )


def _notes(passage: Passage, rows: PageRows) -> Iterator[str]:
    """What was noted with the published shares behind a figure of the first page; the page says it below its cards."""
    row = rows.row(passage.key)
    if (
        passage.is_card
        and rows.table(passage.key) in SHARES
        and any(has_form(one, passage.ours) for one in share_forms(row))
    ):
        for ref in row["inputs"]:
            published = (
                rows.stored.published(ref.removeprefix("market_share:")) if ref.startswith("market_share:") else None
            )
            # A remark that names a day after the one known is not on a replay.
            if published is not None and published["note"] and not rows.stored.is_later(published["note"]):
                yield published["note"].rstrip(".")


def _caveats_of(passage: Passage, rows: PageRows) -> Iterator[Sequence[str]]:
    """Each caveat with the words that would say it."""
    name, row = rows.table(passage.key), rows.row(passage.key)
    is_figure = name in SHARES and any(has_form(form, passage.ours) for form in share_forms(row))
    if is_figure and row["to_be_checked"] and (passage.is_card or row.get("part") is None):
        yield ("to be checked", "weak source")
    if (
        name == "concentration"
        and row["to_be_checked"]
        and any(has_form(form, passage.ours) for form in index_forms(row))
    ):
        yield ("to be checked", "weak source")
    if is_figure and row.get("later_estimate"):
        yield ("later",)
    if row.get("basis") == "assumed" and table(name).kind == "result":
        yield ("assumed",)
    if not (is_figure and passage.is_card):
        return
    if row.get("as_of") and (row["as_of"], row.get("measure_kind")) != ("undated", "units"):
        yield (str(row["as_of"]),)  # an inventory is counted as it stands in the case
    if row.get("complement"):
        yield ("all vendors but",)
    measure = row["measure_short"] or row["measure"]
    yield (measure.removeprefix("share of "),)
    named = (row.get("carrier_id"), row.get("vendor_id"), *(row.get("vendor_ids") or ()))
    for party in (one for one in named if one):
        yield tuple(dict.fromkeys((*rows.stored.names(party), party)))
