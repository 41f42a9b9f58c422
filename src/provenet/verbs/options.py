"""Options that several verbs share. Nothing here loads a table: the command line reads it for `--help`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from provenet.core.currencies import CURRENCIES
from provenet.core.errors import clip
from provenet.core.progress import Progress, silent
from provenet.core.settings import Day, Listener, OptionalDay, OptionalText, Pairs, Places, Words

if TYPE_CHECKING:
    from provenet.case.case import Case

CaseLike: TypeAlias = "Case | Path | str"
"""A case, or the folder of one."""
AS_OF = Day(help="The day in question, YYYY-MM-DD (default: today).", stored="always", today=True)
KNOWN_ON = OptionalDay(
    help="Use only what was published by this day (default: all that the case holds).", stored="always"
)
PACKS = Places(metavar="DIR", help="A folder of rule packs beside the bundled ones.")
GROUP_WORDS = "or a group: seat:CN for all seated in a country, list:NAME for all on a list on the day"
"""What an option that names vendors says of groups of them."""
PROGRESS: Listener[Progress] = Listener(silent)


def country_words(says: str) -> Words:
    """`country`, any number; what a run is about, so its settings name one."""
    return Words(metavar="NAME", help=says)


def policy_words(says: str, stored: bool = False) -> Words:
    """`policy`, any number."""
    return Words(metavar="ID", help=says, stored="given" if stored else "never")


def assumptions(says: str, **how: Any) -> Pairs:
    """`assume`, any number of KEY=VALUE."""
    return Pairs(help=says, **how)


_AMOUNT = r"([0-9][0-9_,]*(?:\.[0-9]+)?)\s*(k|M|bn)?"
_UNIT = r"([A-Z]{3})/([0-9]{4})"
_TIMES = {"": 1.0, "k": 1e3, "M": 1e6, "bn": 1e9}


class _Money(OptionalText):
    """A text that ends in a currency and a price year."""

    def _currency_known(self, value: str | None) -> None:
        """Raises UsageFault for a currency that ISO 4217 does not know."""
        hit = None if value is None else re.search(rf"{_UNIT}\Z", value.strip())
        if hit is not None and hit[1] not in CURRENCIES:
            raise self.fault(f"found {hit[1]!r}, expected a currency of ISO 4217, such as EUR.")


class Budget(_Money):
    """An amount with its currency and price year, such as 500M EUR/2026: two words on the command line."""

    word_count = 2

    def read(self, value: str | None) -> str | None:
        """The text. Raises UsageFault where no amount, currency or price year can be read in it."""
        if value is not None and not re.fullmatch(rf"{_AMOUNT}\s+{_UNIT}", value.strip()):
            expected = "an amount with its currency and price year, such as 500M EUR/2026"
            raise self.fault(f"found {clip(value)!r}, expected {expected}.")
        self._currency_known(value)
        return value

    def read_words(self, words: Any) -> str | None:
        """The two words as one text."""
        return self.read(" ".join(words))


def budget_amount(text: str | None) -> tuple[float | None, str | None, str | None]:
    """Amount, currency and price year of a budget.

    >>> budget_amount("1.5bn EUR/2026")
    (1500000000.0, 'EUR', '2026')
    """
    hit = None if text is None else re.fullmatch(rf"{_AMOUNT}\s+{_UNIT}", text.strip())
    return (None, None, None) if hit is None else (_number(hit[1], hit[2]), hit[3], hit[4])


class PriceUnit(_Money):
    """A currency and a price year, such as EUR/2026."""

    def read(self, value: str | None) -> str | None:
        """The text. Raises UsageFault where it is no currency and year."""
        if value is not None and not re.fullmatch(_UNIT, value.strip()):
            raise self.fault(f"found {clip(value)!r}, expected a currency and price year, such as EUR/2026.")
        self._currency_known(value)
        return value


def price_unit(text: str) -> tuple[str, str]:
    """Currency and price year.

    >>> price_unit("EUR/2026")
    ('EUR', '2026')
    """
    currency, _, year = text.strip().partition("/")
    return currency, year


class Amounts(Words):
    """Any number of COUNTRY=AMOUNT, the amount in the currency of the budget."""

    def read(self, value: Any) -> tuple[str, ...]:
        """The words. Raises UsageFault where no amount can be read."""
        pairs = super().read(value)
        for pair in pairs:
            _, mark, text = pair.partition("=")
            if not mark:
                raise self.fault(f"found {clip(pair)!r}, expected COUNTRY=AMOUNT, such as Japan=100M.")
            if not re.fullmatch(_AMOUNT, text.strip()):
                raise self.fault(f"found {clip(text.strip())!r}, expected an amount such as 100M; k, M and bn.")
        return pairs


def amount(text: str) -> float:
    """An amount without its currency.

    >>> amount("1.5M")
    1500000.0
    """
    hit = re.fullmatch(_AMOUNT, text.strip())
    assert hit is not None
    return _number(hit[1], hit[2])


def _number(digits: str, times: str | None) -> float:
    return float(re.sub(r"[_,]", "", digits)) * _TIMES[times or ""]
