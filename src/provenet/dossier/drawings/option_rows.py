"""Options side by side in one picture: what each costs, who stays behind restricted equipment, and by when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from provenet.core import wording
from provenet.dossier.drawings.aid_bars import cut_to
from provenet.dossier.drawings.canvas import Canvas
from provenet.dossier.drawings.plan_charts import Across, money_unit, nice_ticks, scale_of

Ends = tuple[float, float]
"""The lower and the upper end of an interval."""


@dataclass(frozen=True, kw_only=True)
class OptionRow:
    """One option: its names, and of a plan the cash, the shares before and after, and its days.

    `sourced` and `assumed` part the cash that the plan uses; `words` stand in place of the bars where there is no plan.
    """

    label: str
    under: str
    words: str = ""
    cash: Ends | None = None
    sourced: float = 0.0
    assumed: float = 0.0
    before: Ends | None = None
    after: Ends | None = None
    start_on: date | None = None
    done_on: date | None = None
    latest_on: date | None = None


_LABELS, _TALL, _HEAD, _FOOT = 148.0, 42.0, 24.0, 20.0
_PANELS = ((158.0, 252.0), (430.0, 120.0), (572.0, 138.0))
"""Left edge and width of the three panels: cash, share, days."""


def option_rows(
    rows: Sequence[OptionRow],
    first: date,
    end: date,
    *,
    currency: str,
    prices: str,
    title: str,
    key: str,
    width: float = 720,
) -> str:
    """Three panels over the same rows: cash, the share before and after, and the days from `first` until `end`."""
    canvas = Canvas(width, _HEAD + _TALL * len(rows) + _FOOT, title, key=key)
    floor = _HEAD + _TALL * len(rows)
    most = max((row.cash[1] for row in rows if row.cash), default=0.0)
    ticks = nice_ticks(most or 1.0, 4)
    unit, scale = scale_of(ticks[-1])
    across = Across(first, end, left=_PANELS[2][0], width=_PANELS[2][1])
    heads = (f"Cash, {money_unit(unit, currency)}, {prices}", "Share behind it", "Work, until nothing is left")
    for (left, _), head in zip(_PANELS, heads, strict=True):
        canvas.text((left, 12), head, 10.5, css="t-strong")
    if most:
        _ticks(canvas, _PANELS[0], [(tick / ticks[-1], f"{tick / scale:g}") for tick in ticks], floor=floor)
    if any(row.before for row in rows):
        _ticks(canvas, _PANELS[1], [(part / 100, f"{part} %") for part in (0, 50, 100)], floor=floor)
    if any(row.done_on for row in rows):
        _years(canvas, across, floor=floor)
    for at, row in enumerate(rows):
        y = _HEAD + _TALL * at
        canvas.line((0, y), (width, y), "s-line", width=0.8)
        canvas.text((0, y + 17), cut_to(row.label, _LABELS, 11.5), 11.5, css="t-strong")
        canvas.text((0, y + 32), cut_to(row.under, _LABELS, 9.5), 9.5, css="t-soft")
        if row.words:
            canvas.text((_PANELS[0][0], y + 25), row.words, 11, css="t-soft t-halo")
            continue
        _cash(canvas, row, y, reach=ticks[-1])
        _shares(canvas, row, y)
        _days(canvas, row, across, y=y)
    canvas.line((0, floor), (width, floor), "s-line", width=0.8)
    return canvas.svg()


def _ticks(canvas: Canvas, panel: tuple[float, float], ticks: Sequence[tuple[float, str]], *, floor: float) -> None:
    left, wide = panel
    for part, words in ticks:
        x = left + wide * part
        canvas.line((x, _HEAD - 4), (x, floor), "s-soft" if part == 0 else "s-line", width=0.8 if part == 0 else 0.5)
        canvas.text((x, floor + 14), words, 9.5, css="t-soft", anchor="middle")


def _years(canvas: Canvas, across: Across, *, floor: float) -> None:
    for day in across.quarters():
        if day.month == 1 or day == across.first:
            canvas.line((across.x(day), _HEAD - 4), (across.x(day), floor), "s-line", width=0.5)
    for year, middle in across.years(26):
        canvas.text((middle, floor + 14), str(year), 9.5, css="t-soft", anchor="middle")


def _cash(canvas: Canvas, row: OptionRow, y: float, *, reach: float) -> None:
    """The interval hatched; over it what the plan uses: filled where a source gives it, light where it is assumed."""
    if row.cash is None:
        return
    left, wide = _PANELS[0]

    def x(value: float) -> float:
        return left + wide * value / reach

    low, high = row.cash
    canvas.hatch((x(low), y + 24, max(1.0, x(high) - x(low)), 10))
    canvas.rect((x(low), y + 24, max(1.0, x(high) - x(low)), 10), "s-soft", ' stroke-width="0.6"')
    start = 0.0
    for value, css in ((row.sourced, "f-solid"), (row.assumed, "f-line")):
        if value > 0:
            canvas.rect((x(start), y + 8, max(0.8, x(start + value) - x(start)), 11), css)
            start += value
    if start:
        canvas.rect((x(0), y + 8, max(0.8, x(start) - x(0)), 11), "s-ink", ' stroke-width="0.7"')


def _shares(canvas: Canvas, row: OptionRow, y: float) -> None:
    """Before and after, one above the other: filled as far as it is certain, hatched up to the upper end."""
    left, wide = _PANELS[1]
    for at, (ends, words) in enumerate(((row.before, "before"), (row.after, "after"))):
        top = y + 8 + 14 * at
        if ends is None:
            continue
        low, high = ends
        if high > low:
            canvas.hatch((left + wide * low, top, wide * (high - low), 11))
        if low > 0:
            canvas.rect((left, top, wide * low, 11), "f-restricted")
        canvas.rect((left, top, max(0.8, wide * high), 11), "s-soft", ' stroke-width="0.6"')
        nothing = f" {wording.percent(0.0)}" if high == 0 else ""
        if high < 0.72:
            canvas.text((left + wide * high + 4, top + 9), f"{words}{nothing}", 9.5, css="t-soft t-halo")


def _days(canvas: Canvas, row: OptionRow, across: Across, *, y: float) -> None:
    """A bar from the first start of work until nothing is left; a strong stroke is the last day of the rule."""
    if row.start_on and row.done_on:
        x = across.x(row.start_on)
        canvas.rect((x, y + 13, max(2.0, across.x(row.done_on) - x), 14), "f-solid", ' rx="2"')
    if row.latest_on:
        x = across.x(row.latest_on)
        canvas.line((x, y + 8), (x, y + 34), "s-restricted", width=2.4)
