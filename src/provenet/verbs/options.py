"""Options that several verbs share. Nothing here loads a table: the command line reads it for `--help`."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

from pydantic import AfterValidator

from provenet.core.currencies import CURRENCIES
from provenet.core.errors import clip
from provenet.core.settings import LARGEST, Day, Option, Places, Words

if TYPE_CHECKING:
    from provenet.case.case import Case

CaseLike: TypeAlias = "Case | Path | str"
"""A case, or the folder of one."""
AsOf = Annotated[Day, Option(help="The day in question, YYYY-MM-DD (default: today).", stored="always", today=True)]
KnownOn = Annotated[
    Day | None,
    Option(help="Use only what was published by this day (default: all that the case holds).", stored="always"),
]
OwnPacks = Annotated[Places, Option(metavar="DIR", help="A folder of rule packs beside the bundled ones.")]
GROUP_WORDS = "or a group: seat:CN for all seated in a country, list:NAME for all on a list on the day"
"""What an option that names vendors says of groups of them."""


_AMOUNT = r"([0-9][0-9_,]*(?:\.[0-9]+)?)\s*(k|M|bn)?"
_UNIT = r"([A-Z]{3})/([0-9]{4})"
_TIMES = {"": 1.0, "k": 1e3, "M": 1e6, "bn": 1e9}


def _known_currency(value: str) -> str:
    """A text that ends in a currency and a price year. Raises ValueError for a currency that ISO 4217 does not know."""
    hit = re.search(rf"{_UNIT}\Z", value.strip())
    if hit is not None and hit[1] not in CURRENCIES:
        raise ValueError(f"found {hit[1]!r}, expected a currency of ISO 4217, such as EUR.")
    return value


def _refuse_large(amount: float | None) -> None:
    if amount is not None and amount > LARGEST:
        raise ValueError(f"found an amount beyond {LARGEST:,}, expected a smaller one.")


def _fit_budget(value: str) -> str:
    if not re.fullmatch(rf"{_AMOUNT}\s+{_UNIT}", value.strip()):
        expected = "an amount with its currency and price year, such as 500M EUR/2026"
        raise ValueError(f"found {clip(value)!r}, expected {expected}.")
    _refuse_large(budget_amount(value)[0])
    return _known_currency(value)


Budget = Annotated[str, AfterValidator(_fit_budget)]
"""An amount with its currency and price year, such as 500M EUR/2026: two words on the command line."""


def budget_amount(text: str | None) -> tuple[float | None, str | None, str | None]:
    """Amount, currency and price year of a budget.

    >>> budget_amount("1.5bn EUR/2026")
    (1500000000.0, 'EUR', '2026')
    """
    hit = None if text is None else re.fullmatch(rf"{_AMOUNT}\s+{_UNIT}", text.strip())
    return (None, None, None) if hit is None else (_number(hit[1], hit[2]), hit[3], hit[4])


def _fit_unit(value: str) -> str:
    if not re.fullmatch(_UNIT, value.strip()):
        raise ValueError(f"found {clip(value)!r}, expected a currency and price year, such as EUR/2026.")
    return _known_currency(value)


PriceUnit = Annotated[str, AfterValidator(_fit_unit)]
"""A currency and a price year, such as EUR/2026."""


def price_unit(text: str) -> tuple[str, str]:
    """Currency and price year.

    >>> price_unit("EUR/2026")
    ('EUR', '2026')
    """
    currency, _, year = text.strip().partition("/")
    return currency, year


def _fit_amounts(pairs: tuple[str, ...]) -> tuple[str, ...]:
    for pair in pairs:
        _, mark, text = pair.partition("=")
        if not mark:
            raise ValueError(f"found {clip(pair)!r}, expected COUNTRY=AMOUNT, such as Japan=100M.")
        if not re.fullmatch(_AMOUNT, text.strip()):
            raise ValueError(f"found {clip(text.strip())!r}, expected an amount such as 100M; k, M and bn.")
        _refuse_large(amount(text))
    return pairs


Amounts = Annotated[Words, AfterValidator(_fit_amounts)]
"""Any number of COUNTRY=AMOUNT, the amount in the currency of the budget."""


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
