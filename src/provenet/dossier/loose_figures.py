"""Figures with a unit that stand beside no id, in headlines, lists and drawings: each is one of some row shown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from provenet.core.currencies import CURRENCIES

_NUMBER = r"-?\d(?:[\d,]*\d)?(?:\.\d+)?"
"""A number, without the comma of a sentence that follows it."""
_SCALE = r"(?: (?:thousand|million|billion))"
_EXPRESSION = re.compile(
    rf"(?<![\w.,-])(?:(?:{'|'.join(sorted(CURRENCIES))}) {_NUMBER}(?: to {_NUMBER})?{_SCALE}?(?![\w]|[.,]\d)"
    rf"|{_NUMBER}(?: to {_NUMBER})?(?: %|{_SCALE}\b))"
)
"""A share, or an amount of money, by one number or by both ends; `RFC 5398` is neither."""
_YEAR_OF_PRICES = re.compile(r"\b[A-Z]{3} of (?:19|20|21)\d\d\b")
"""A unit of money in the prices of a year; an axis may name a scale beside it."""
_TICK = re.compile(rf"\W*(?:[A-Z]{{3}} )?{_NUMBER}(?: %|{_SCALE})?\W*")
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


_GOES_ON = re.compile(r"\w|[.,]\d")
