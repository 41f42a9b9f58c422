"""The consistency gate: a plain second reading of a finished page against the finest rows of its case.

It knows no section and no template. It reads the page as a reader gets it, takes the row of every id (`page_rows`),
writes each figure of that row in the forms of `core.wording` (`row_forms`), and compares: figures, caveats, sums
(`figure_checks`), names, days, and figures beside no id.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import KW_ONLY, dataclass, replace
from datetime import date
from html import unescape

from provenet.case.extract import READS, Tables
from provenet.core import wording
from provenet.core.errors import Fault, clip
from provenet.dossier.figure_checks import (
    NO_FIGURE,
    LooseFigures,
    caveat_faults,
    figure_faults,
    passage_fault,
    sum_faults,
)
from provenet.dossier.figure_checks import figures as figures
from provenet.dossier.page_rows import PageRows, StoredRows
from provenet.dossier.passages import Passage, labels, passages_and_rest
from provenet.dossier.row_forms import RowForms

_ANSWERS = re.compile(r'<div class="firstpage">.*?</section>', re.DOTALL)
"""The answers of the first page, which the laws of answers hold as data."""
_LINKED = re.compile(r'data-row="([^"]*)"')


@dataclass(frozen=True)
class PageReading:
    """What the gate read of one page: how many figures stand beside an id, and what contradicts the rows."""

    figure_count: int
    _: KW_ONLY
    faults: tuple[Fault, ...]
    """All that contradicts the rows, and every row that was not known on the day of the page."""
    input_ids: frozenset[str]
    """The ids of the rows of inputs that the page shows and that were known on its day."""


def read_page(
    page: str, tables: Tables, place: str, *, known: date | None = None, reads: Sequence[str] = READS
) -> PageReading:
    """Reads one finished page a second time, against the rows that it shows.

    Parameters
    ----------
    page
        The HTML of a dossier.
    tables
        The rows that it was made from, by table.
    place
        What the page is called in a fault.
    known
        The day that the page is as known on, where it replays one: then no row of a later day may stand on it, nor a
        result that rests on one.
    reads
        The tables whose rows the page may show.
    """
    return Gate(tables, known=known, reads=reads).read(page, place)


class Gate:
    """Reads the finished pages made from one set of rows; what the pages share is worked out once.

    Cost of a page O(page), and once one pass over the ids of each table. Law: a page whose figure, part or caveat is
    changed has a fault.
    """

    def __init__(self, tables: Tables, *, known: date | None = None, reads: Sequence[str] = READS) -> None:
        self._stored = StoredRows(tables, known, reads)
        self._column_forms: dict[str, tuple[str, ...]] = {}

    def read(self, page: str, place: str) -> PageReading:
        """What a page says against the rows; `place` is what the page is called in a fault."""
        found, rest = passages_and_rest(_ANSWERS.sub("", page))
        answered = {unescape(key) for words in _ANSWERS.findall(page) for key in _LINKED.findall(words)}
        rows = PageRows(self._stored, {passage.key for passage in found} | answered, day=_day_of(page))
        forms = RowForms(rows, self._column_forms)
        shown = [passage for passage in found if passage.key in rows]
        faults = (
            *(fault for passage in shown for fault in figure_faults(passage, forms, place)),
            *sum_faults(rows, place),
            *(fault for passage in shown for fault in caveat_faults(passage, rows, place)),
            *_strange_names(shown, rows, place),
            *_loose_figures(rest, labels(page), forms, place=place),
            *_later_rows(rows, place),
        )
        return PageReading(
            sum(len(figures(passage.ours)) for passage in shown),
            faults=tuple(dict.fromkeys(faults)),
            input_ids=frozenset(key for key in rows.keys if rows.is_known_input(key)),
        )


_DATE_LINE = re.compile(r'<p class="date-line">(?:<[^>]*>)?As of (?:and as known on )?(\d+) ([A-Z][a-z]+) (\d{4})')


def _day_of(page: str) -> date | None:
    """The day of a dossier, from the line under its title."""
    line = _DATE_LINE.search(page)
    return date(int(line[3]), wording.MONTHS.index(line[2]) + 1, int(line[1])) if line else None


def _loose_figures(rest: Sequence[str], labels: Sequence[str], forms: RowForms, *, place: str) -> Iterator[Fault]:
    """Shares and amounts in headlines, lists and drawings that no row of the page holds."""
    rows = forms.rows
    figures = LooseFigures(form for key in rows.keys for form in forms.of(key))
    found = list(figures.untied(NO_FIGURE.sub(" ", rows.stored.without_earlier(words)) for words in rest))
    found += figures.untied_labels(labels)
    if found:
        # A drawing may show shares whose ids stand in the annex.
        for name in ("market_share", "vendor_share"):
            shares = LooseFigures(forms.of_table(name) if found else ())
            found = [(figure, words) for figure, words in found if not shares.is_tied(figure)]
    for figure, words in found:
        yield Fault(
            place,
            "the page prints a figure beside no id that none of its rows holds",
            found=f"{figure} in {clip(words)}",
            expected="a figure of a row that the page shows",
            way_out="Make the results anew: provenet run CASE. If it stays, the words of this section are at fault: "
            "the page is not written.",
        )


def _strange_names(shown: Sequence[Passage], rows: PageRows, place: str) -> Iterator[Fault]:
    """Names of parties beside an id whose row does not know them: a vendor or carrier that took another's place."""
    naming = {one.whole for one in shown if one.quoted}
    named = [replace(one, quoted=rows.stored.without_earlier(one.quoted)) for one in shown if one.whole in naming]
    related = {passage.key: rows.stored.related(passage.key) for passage in named}
    for passage, name in rows.stored.name_reader.strange(named, related):
        yield passage_fault(passage, place, "the page names a party that the row does not", found=name, expected=())


def _later_rows(rows: PageRows, place: str) -> Iterator[Fault]:
    """Rows on a page that were not known on its day, and results on it that rest on such rows."""
    if rows.stored.known is None:
        return
    for key in rows.keys:
        row = rows.row(key)
        # A verdict names the criteria of its rule in words; the rule has days of its own, finer than theirs.
        below = [ref for ref in row.get("inputs") or () if not ref.startswith("policy:")]
        refs = [f"{rows.table(key)}:{key}", *below]
        for ref in dict.fromkeys(ref for ref in refs if not rows.stored.is_known(ref)):
            yield Fault(
                place,
                f"the page, as known on {rows.stored.known}, shows a row that was not known then, or what rests on it",
                column=key,
                found=ref,
                expected=f"rows whose source or own day is {rows.stored.known} or before",
                way_out="Correct the day of the row, or make the results anew as known on that day; "
                "then run brief again.",
            )
