"""Whether the figures beside an id are those of its row, in one of the forms that a page may write."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from provenet.case.rows import AnyRow
from provenet.core import wording
from provenet.core.errors import Fault
from provenet.dossier.page_rows import DIGIT
from provenet.dossier.passages import Passage
from provenet.dossier.row_forms import RowForms, index_forms, share_interval

_FIGURE = re.compile(r"(?<![\w.-])-?\d[\d,]*(?:\.\d+)?(?!\w)")
NO_FIGURE = re.compile(
    r"^\d+ \||\bsection \d+|\b[\d,]+ (?:more|others alike)\b|counts as 0 to 100 %|[wW]ithin 0\.05 %|\(0 to 100 %\)"
)
"""Places in a list, sections, counts of what is not shown, and constants of a sentence."""
_NUMBER = re.compile(r"(?:over |under |at least |at most )?(?:[A-Z]{3} )?-?\d(?!\d{3}-)[\w,. %]*$")
"""A form that is a number with its unit, and no name or sentence around one."""


def figures(text: str) -> list[str]:
    """The numbers of a text that are figures: none within a name, such as 5G, no place in a list, no count of more.

    >>> figures("3 | 5G RAN: 51 to 91 % and 12 others alike, see section 4")
    ['51', '91']
    """
    return _FIGURE.findall(NO_FIGURE.sub(" \0 ", text))


def figure_faults(passage: Passage, forms: RowForms, place: str) -> Iterator[Fault]:
    """Figures of a passage that its row does not hold in any form, and the main figure where the passage lacks it."""
    rows = forms.rows
    text = rows.stored.without_names(NO_FIGURE.sub(" \0 ", passage.ours))
    if not DIGIT.search(text):
        return
    name, row = rows.table(passage.key), rows.row(passage.key)
    main = [form for form in _MAIN.get(name, _nothing)(row) if DIGIT.search(form)]
    if main and not passage.is_card and _prints_kind_of(main, text) and not any(has_form(form, text) for form in main):
        yield passage_fault(passage, place, "the page prints another figure than its row", found=text, expected=main)
        return
    for form in (*rows.age(passage.key, text), *forms.of(passage.key)):
        if form in text:
            text = _without(form, text)
    left = _FIGURE.findall(text)
    if left:
        near = main or [form for form in forms.of(passage.key) if _NUMBER.match(form)]
        yield passage_fault(
            passage, place, "the page prints a figure that its row does not hold", found=", ".join(left), expected=near
        )


def _prints_kind_of(main: Sequence[str], text: str) -> bool:
    """Whether a text prints a figure of the kind of a main one; a whole scale may be printed as not known."""
    if "0 to 100 %" in main and wording.UNKNOWN in text:
        return False
    return "%" in text or not all("%" in form for form in main)


def passage_fault(passage: Passage, place: str, says: str, *, found: str, expected: Sequence[str]) -> Fault:
    """A fault at the id of a passage."""
    return Fault(
        place,
        says,
        column=passage.key,
        found=found.replace("\0", "").strip(" |"),
        expected=wording.series(expected, "or", shown=6) or None,
        way_out=f"Look at the row: provenet why CASE {passage.key}; make the results anew: provenet run CASE. If it "
        "stays, the words of this section are at fault: the page is not written.",
    )


def has_form(form: str, text: str) -> bool:
    """Whether a text prints a figure in this form, and not as the end of an interval."""
    return form in text and _without(form, text) != text


def _without(form: str, text: str) -> str:
    """A text without a form; an end alone is no form of an interval."""
    made, done = "", 0
    at = text.find(form)
    while at >= 0:
        end = at + len(form)
        if _stands_alone(text, at, end) and not (_FROM.search(text, max(0, at - 30), at) or _TO.match(text, end)):
            made, done = f"{made}{text[done:at]} \0 ", end
        at = text.find(form, max(done, at + 1))
    return made + text[done:]


def _stands_alone(text: str, at: int, end: int) -> bool:
    """Whether a form is not part of a longer word or number."""
    return not (at and (text[at - 1].isalnum() or text[at - 1] in "_.,-")) and not _GOES_ON.match(text, end)


_GOES_ON = re.compile(r"\w|[.,]\d")
_FROM = re.compile(r"\d(?: %| million| billion)? to (?:over |under )?\Z")
_TO = re.compile(r"(?: %| million| billion)? to (?:over |under )?-?\d")


def _nothing(_row: AnyRow) -> Iterator[str]:
    return iter(())


def share_forms(row: AnyRow) -> Iterator[str]:
    """A share by its ends, unless it is not known at all."""
    if row["low_share"] > 0 or row["high_share"] < 1:
        yield share_interval(row["low_share"], row["high_share"], row)


def _chances(name: str, low: str = "low", high: str = "high") -> Callable[[AnyRow], Iterator[str]]:
    """The main figure of a row whose interval may be the whole scale."""

    def main(row: AnyRow) -> Iterator[str]:
        yield wording.interval(row[f"{low}_{name}"], row[f"{high}_{name}"], whole="0 to 100 %")
        yield wording.interval(row[f"{low}_{name}"], row[f"{high}_{name}"])

    return main


def _step(row: AnyRow) -> Iterator[str]:
    if row["priced"] and row["low_cost_amount"] is not None:
        yield wording.amount_interval(row["low_cost_amount"], row["high_cost_amount"], row["currency"])


def _point(row: AnyRow) -> Iterator[str]:
    if row["kind"] == "budget":
        yield from _chances("share")(row)
    elif row["kind"] == "days":
        yield wording.amount_interval(row["low_amount"], row["high_amount"], row["currency"])


def _influence(row: AnyRow) -> Iterator[str]:
    yield wording.percent(row["hegemony_share"])


_MAIN: Mapping[str, Callable[[AnyRow], Iterator[str]]] = {
    "vendor_share": share_forms,
    "common_failure": share_forms,
    "site_dependence": share_forms,
    "site_traffic": _chances("share"),
    "site_exposure": _chances("share"),
    "concentration": index_forms,
    "plan_step": _step,
    "plan_period": _chances("exposed_share"),
    "fund_curve": _point,
    "fund_mechanism": _chances("clear_share"),
    "response_round": _chances("p_clear_share", "least", "greatest"),
    "influence": _influence,
}
"""The figure that a page must print wherever it prints a figure of a row; a card may show another."""
