"""Words of the figures of aid: chances, gaps, prices and conditions. Nothing here computes a figure; it spells one."""

from __future__ import annotations

from provenet.case.money import amount_words
from provenet.dossier.plan_words import amount, amounts
from provenet.dossier.stored import Row
from provenet.dossier.words import percent

MECHANISMS = {
    "offers": "an offer to each carrier by itself",
    "formula grant": "a grant by the number of elements",
    "pro-rata": "requests cut alike to fit the budget",
    "pay-as-bid auction": "an auction in which each winner is paid its own bid",
    "uniform-price auction": "an auction in which all winners are paid one rate",
    "milestone tranches": "the same offers, paid part by part as work is done",
    "loan guarantee": "a guarantee of the loans behind clear choices",
    "advance purchase": "orders placed with vendors beforehand, passed on at a margin",
}
OBJECTIVES = {
    "exposure": "most subscribers behind clear purchases",
    "goal": "the best chance that every purchase is clear",
}
PROOFS = {
    "solver": "a search that left nothing out",
    "bound": "a bound is stated: no award of the same money reaches more than it",
    "none": "no proof",
}
HARM = (
    "loss of service, if what is bought from these vendors fails or has to be switched off; not content, and no part "
    "of the network beyond what is bought."
)
SIGNS = {"sourced": "filled", "derived": "half filled", "assumed": "empty"}
"""The mark of a basis in a drawing."""


def interval(low: float | None, high: float | None) -> str:
    """A share by its ends.

    >>> interval(0.2, 0.35), interval(0.5, 0.5), interval(None, 1.0)
    ('20% to 35%', '50%', 'not known')
    """
    if low is None or high is None:
        return "not known"
    one, two = percent(low), percent(high)
    return one if one == two else f"{one} to {two}"


def of_row(row: Row, name: str) -> str:
    """The interval of a share that a row stores by its ends."""
    return interval(row[f"low_{name}"], row[f"high_{name}"])


def chance(value: float | None) -> str:
    """A chance over the scenarios; one that no scenario shows is said so.

    >>> chance(0.0), chance(0.123), chance(None)
    ('0%', '12.3%', 'not known')
    """
    return "not known" if value is None else percent(value)


def more_or_less(low: float | None, high: float | None, currency: str | None) -> str:
    """What clear costs more, as an interval; below nothing it costs less.

    >>> more_or_less(12e6, 45e6, "EUR"), more_or_less(-12e6, 45e6, "EUR"), more_or_less(-5e6, -2e6, "EUR")
    ('12 to 45 million EUR more', '12 million EUR less to 45 million EUR more', '2 to 5 million EUR less')
    """
    if low is None or high is None:
        return "not known"
    if low < 0 < high:
        return f"{amount(-low, currency)} less to {amount(high, currency)} more"
    if high <= 0 and low < 0:
        return f"{amounts(-high, -low, currency)} less"
    return f"{amounts(low, high, currency)} more"


def money(value: float | None, currency: str | None) -> str:
    """An amount, or that it is not known."""
    return "not known" if value is None else amount(value, currency)


def gap_words(gap: float | None) -> str:
    """How far awards are at most from the best awards of the same money."""
    if gap is None:
        return "how far these awards are from the best is not known"
    if gap <= 1e-6:
        return "no awards of the same money reach more"
    return f"at most {percent(gap)} below the best" if gap > 5e-4 else "within 0.05% of the best"


def figure_unit(unit: str) -> str:
    """What stands behind the two ends of a figure in a table: of a share, what it is of.

    >>> figure_unit("share of price"), figure_unit("EUR of 2026")
    ('of price', 'EUR of 2026')
    >>> figure_unit("chance over the life")
    'over the life'
    """
    return unit.removeprefix("share ").removeprefix("chance ")


def figure_value(value: float | None, unit: str, kind: str = "", *, bare: bool = False) -> str:
    """A figure that an answer rests on, with its unit where that is short.

    >>> figure_value(-0.25, "share of price"), figure_value(92_000, "EUR of 2026"), figure_value(7, "years")
    ('-25%', '92,000 EUR', '7 years')
    >>> figure_value(900, "site", "count")
    '900 sites'
    """
    if value is None:
        return "not known"
    if kind == "day":
        return str(int(value))
    if unit.startswith(("share", "chance")):
        return percent(value) if value >= 0 else f"-{percent(-value)}"
    said = f"{value:,.4g}" if abs(value) < 1e4 else amount_words(value)
    short = unit.split(" of ")[0]
    if kind == "count" and value != 1 and not short.endswith("s"):
        short += "s"
    return said if bare or len(short) > 14 else f"{said} {short}".strip()


def shortened(text: str, most: int = 150) -> str:
    """Words that fit a cell: whole words up to so many letters; the whole stands in the case."""
    return text if len(text) <= most else text[: text.rfind(" ", 0, most)].rstrip(" ,;:") + " …"


def counted(low: float, high: float, unit: str) -> str:
    """How many of something, as an interval.

    >>> counted(1, 2, "site"), counted(1, 1, "system"), counted(900, 1200, "links")
    ('1 to 2 sites', '1 system', '900 to 1,200 links')
    """
    many = unit if high == 1 or unit.endswith("s") else f"{unit}s"
    return f"{low:,.0f} {many}" if low == high else f"{low:,.0f} to {high:,.0f} {many}"
