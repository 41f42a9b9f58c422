"""Whether a page says what its rows say: figures beside an id and beside none, caveats, and sums.

A figure beside an id stands in its row in one of the forms that a page may write; one beside no id, in headlines,
lists and drawings, is that of some row shown; what is to be checked or assumed stands beside its figure. Ends of shares
are in order, parts fit their whole, and sums are those that their lines give.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from math import fsum

from provenet.case.rows import AnyRow
from provenet.case.tables import table
from provenet.core import wording
from provenet.core.currencies import CURRENCIES
from provenet.core.errors import Fault
from provenet.core.grouping import grouped
from provenet.dossier.page_rows import DIGIT, PageRows
from provenet.dossier.passages import Passage, plain_words
from provenet.dossier.row_forms import SHARES, WHOLE, RowForms, index_forms, share_interval
from provenet.dossier.text import clean

_FIGURE = re.compile(r"(?<![\w.-])-?\d[\d,]*(?:\.\d+)?(?!\w)")
NO_FIGURE = re.compile(
    r"^\d+ \||\bsection \d+|"
    r"\b[\d,]+ (?:more|others? (?:alike|wordings))\b|counts as 0 to 100 %|[wW]ithin 0\.05 %|\(0 to 100 %\)"
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
    if main and not passage.is_card and _prints_kind_of(main, text) and not any(_has_form(form, text) for form in main):
        yield passage_fault(passage, place, "the page prints another figure than its row", found=text, expected=main)
        return
    for form in forms.of(passage.key):
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


def passage_fault(passage: Passage, place: str, message: str, *, found: str, expected: Sequence[str]) -> Fault:
    """A fault at the id of a passage."""
    return Fault(
        place,
        message,
        column=passage.key,
        found=found.replace("\0", "").strip(" |"),
        expected=wording.series(expected, "or", shown=6) or None,
        way_out=f"Look at the row: provenet why CASE {passage.key}; make the results anew: provenet run CASE. If it "
        "stays, the words of this section are at fault: the page is not written.",
    )


def _has_form(form: str, text: str) -> bool:
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


def _share_forms(row: AnyRow) -> Iterator[str]:
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
    "vendor_share": _share_forms,
    "common_failure": _share_forms,
    "site_dependence": _share_forms,
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


def caveat_faults(passage: Passage, rows: PageRows, place: str) -> Iterator[Fault]:
    """Caveats of a row that its passage lost: to be checked, assumed, of a later day."""
    shown = f"{passage.whole} | {passage.heading}".casefold()
    for caveat in _caveats_of(passage, rows):
        if not any(plain_words(clean(words)) in shown for words in caveat):
            yield passage_fault(
                passage, place, "the page leaves out a caveat of the row", found="nothing of it", expected=caveat
            )


def _caveats_of(passage: Passage, rows: PageRows) -> Iterator[Sequence[str]]:
    """Each caveat with the words that would say it."""
    name, row = rows.table(passage.key), rows.row(passage.key)
    is_figure = name in SHARES and any(_has_form(form, passage.ours) for form in _share_forms(row))
    is_index = name == "concentration" and any(_has_form(form, passage.ours) for form in index_forms(row))
    if (is_index or (is_figure and row.get("part") is None)) and row["to_be_checked"]:
        yield ("to be checked", "weak source")
    if is_figure and row.get("later_estimate"):
        yield ("later",)
    if row.get("basis") == "assumed" and table(name).kind == "result":
        yield ("assumed",)


_DIGITS = r"-?\d(?:[\d,]*\d)?(?:\.\d+)?"
"""A number, without the comma of a sentence that follows it."""
_SCALE = r"(?: (?:thousand|million|billion))"
_EXPRESSION = re.compile(
    rf"(?<![\w.,-])(?:(?:{'|'.join(sorted(CURRENCIES))}) {_DIGITS}(?: to {_DIGITS})?{_SCALE}?(?![\w]|[.,]\d)"
    rf"|{_DIGITS}(?: to {_DIGITS})?(?: %|{_SCALE}\b))"
)
"""A share, or an amount of money, by one number or by both ends; `RFC 5398` is neither."""
_YEAR_OF_PRICES = re.compile(r"\b[A-Z]{3} of (?:19|20|21)\d\d\b")
"""A unit of money in the prices of a year; an axis may name a scale beside it."""
_TICK = re.compile(rf"\W*(?:[A-Z]{{3}} )?{_DIGITS}(?: %|{_SCALE})?\W*")
"""A label that is a lone number: a mark of an axis."""

_CONSTANTS = frozenset(("0 to 100 %", "0 %", "100 %", "0.05 %"))
"""The ends of every share, and the accuracy of a stated gap, which sentences name without a row."""


class LooseFigures:
    """The forms in which rows may be written, searched for figures that stand beside no id."""

    def __init__(self, forms: Iterable[str]) -> None:
        self._forms = "\n".join(forms)
        self._is_tied: dict[str, bool] = {}

    def untied(self, words: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Each figure with a unit that no row holds, and the words that it stands in. Cost O(figures x forms)."""
        for text in words:
            for figure in _EXPRESSION.findall(_YEAR_OF_PRICES.sub(" ", text)):
                if figure not in _CONSTANTS and not self.is_tied(figure):
                    yield figure, text

    def untied_labels(self, words: Iterable[str]) -> Iterator[tuple[str, str]]:
        """The same of the labels of drawings; a lone number is a mark of an axis."""
        yield from self.untied(text for text in words if not _TICK.fullmatch(text))

    def is_tied(self, figure: str) -> bool:
        """Whether some row is written so, with nothing of a number on either side."""
        if figure not in self._is_tied:
            bare = figure[4:] if figure[:3].isalpha() else figure
            self._is_tied[figure] = self._stands(figure) or (bare != figure and self._stands(bare))
        return self._is_tied[figure]

    def _stands(self, figure: str) -> bool:
        at = self._forms.find(figure)
        while at >= 0:
            before, after = self._forms[at - 1 : at], self._forms[at + len(figure) : at + len(figure) + 2]
            if not (before.isalnum() or before in ("-", ".", ",")) and not _GOES_ON.match(after):
                return True
            at = self._forms.find(figure, at + 1)
        return False


def sum_faults(rows: PageRows, place: str) -> Iterator[Fault]:
    """Figures of one quantity that disagree, parts that exceed their whole, and sums that their lines do not give."""
    way_out = (
        "Make the results anew: provenet run CASE. If it stays, the rows contradict each other, and the page is not "
        "written."
    )
    for check in (_ends_in_order, _indexes_in_order, _parts_of_wholes, _awards_of_answers, _lots_of_plans):
        for key, text, found, expected in check(rows):
            yield Fault(place, text, column=key, found=found, expected=expected, way_out=way_out)


Contradiction = tuple[str, str, str, str]
"""The id of the row, what is wrong, what was found, and what was expected."""
_SLACK = 1e-6


def _ends_in_order(rows: PageRows) -> Iterator[Contradiction]:
    text = "the ends of a share are out of order or outside 0 to 100 %"
    expected = "a lower end at or below the upper end, both from 0 to 100 %"
    for name in SHARES:
        for row in rows.shown(name):
            low, high = row["low_share"], row["high_share"]
            if not -_SLACK <= low <= high + _SLACK <= 1 + 2 * _SLACK:
                found = f"{wording.percent(low)} to {wording.percent(high)}"
                yield row[table(name).id_column], text, found, expected


def _indexes_in_order(rows: PageRows) -> Iterator[Contradiction]:
    text = "the ends of an index are out of order or outside 0 to 10,000"
    expected = "a lower end at or below the upper end, both from 0 to 10,000"
    for row in rows.shown("concentration"):
        low, high = row["low_hhi_points"], row["high_hhi_points"]
        if not -_SLACK <= low <= high + _SLACK <= 10_000 + 2 * _SLACK:
            yield row["concentration_id"], text, f"{low:,.2f} to {high:,.2f}", expected


def _parts_of_wholes(rows: PageRows) -> Iterator[Contradiction]:
    """Restricted, unknown and clear parts of one whole: at least they give no more than it."""
    wholes = grouped(
        (tuple(row[name] for name in WHOLE), row) for row in rows.shown("vendor_share") if row["part"] is not None
    )
    for parts in wholes.values():
        least = fsum(row["low_share"] for row in parts)
        first = max(parts, key=lambda row: (row["low_share"], row["share_id"]))
        text = f"the parts of one whole do not fit it ({', '.join(sorted(row['share_id'] for row in parts))})"
        if least > 1 + _SLACK:
            yield first["share_id"], text, f"at least {wording.percent(least)} together", "at most 100 %"


def _awards_of_answers(rows: PageRows) -> Iterator[Contradiction]:
    """What an answer commits is the sum of its awards, within its budget; no more becomes clear than is concerned."""
    for fund in rows.shown("fund"):
        key, money, budget = fund["fund_id"], fund["currency"], fund["budget_amount"]
        awards = rows.stored.like("award", ("fund_id", "run_id"), fund)
        given, committed = fsum(row["award_amount"] for row in awards), fund["committed_amount"] or 0.0
        found = wording.amount(committed, money)
        if awards and abs(given - committed) > 1 + _SLACK * committed:
            yield key, "the awards do not add up to what is committed", found, wording.amount(given, money)
        if budget is not None and committed > budget * (1 + _SLACK):
            yield key, "more is committed than the budget holds", found, f"at most {wording.amount(budget, money)}"
        after, most = fund["high_after_share"], fund["high_exposed_share"]
        text = "more can become clear than the purchases concern"
        if after is not None and most is not None and after > most + _SLACK:
            yield key, text, wording.percent(after), f"at most {wording.percent(most)}"
        yield from _falling_ends(rows.stored.like("fund_curve", ("fund_id", "run_id"), fund))


def _falling_ends(points: Iterable[AnyRow]) -> Iterator[Contradiction]:
    """More money is never worth less: the low end of the curve over budgets of the whole country."""
    text = "a larger budget shows a lower low end"
    known = [row for row in points if (row["kind"], row["purchase_id"]) == ("budget", None)]
    known = [row for row in known if row["low_share"] is not None]
    for before, row in pairwise(sorted(known, key=lambda row: row["number_count"])):
        least = before["low_share"]
        if row["low_share"] < least - _SLACK:
            yield row["point_id"], text, wording.percent(row["low_share"]), f"at least {wording.percent(least)}"


def _lots_of_plans(rows: PageRows) -> Iterator[Contradiction]:
    """The lots and quarters of a plan give its counts and costs; no more is exposed at the end than before."""
    for plan in rows.shown("plan"):
        key, lots, swaps = plan["plan_id"], plan["lot_count"], plan["swapped_count"]
        steps = rows.stored.like("plan_step", ("plan_id", "run_id"), plan)
        if steps and len(steps) != lots:
            yield key, "the lots listed are not as many as the plan counts", str(lots), str(len(steps))
        swapped = sum(bool(step["action"] != "stays") for step in steps)
        if steps and swapped != swaps:
            yield key, "the lots that go are not as many as the plan counts", str(swaps), str(swapped)
        before, after = plan["high_before_share"], plan["high_after_share"]
        text = "more is exposed at the end of the plan than before it"
        if before is not None and after is not None and after > before + _SLACK:
            yield key, text, wording.percent(after), f"at most {wording.percent(before)}"
        spent = [row["sum_spent_amount"] for row in rows.stored.like("plan_period", ("plan_id", "run_id"), plan)]
        cost, most, money = plan["mid_cost_amount"], max(spent, key=abs, default=0.0), plan["currency"]
        text = "the quarters do not add up to the cost of the plan"
        if spent and cost is not None and abs(most - cost) > 1 + _SLACK * abs(cost):
            yield key, text, wording.amount(cost, money), wording.amount(most, money)
