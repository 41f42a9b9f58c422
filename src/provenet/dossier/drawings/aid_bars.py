"""Bars of aid: what a choice costs by part, mechanisms for the same money, and what each figure moves.

In every bar the filled part is certain ("at least"), the hatched part is the interval, and a strong stroke is the
middle. The one sum drawn is that of the middles of a choice's parts.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import fsum

from provenet.core import wording
from provenet.dossier.drawings.aid_curves import LETTER, ticks_over
from provenet.dossier.drawings.canvas import Canvas
from provenet.dossier.drawings.plan_charts import money_unit, scale_of


@dataclass(frozen=True)
class CostPart:
    """One part of what a choice costs over its life; below zero it makes the choice cheaper."""

    name: str
    low: float
    mid: float
    high: float


@dataclass(frozen=True)
class PricedVendor:
    """A vendor that may be chosen, whether the aid may not be spent on it, and the parts of its cost."""

    label: str
    excluded: bool
    parts: tuple[CostPart, ...]

    @property
    def total(self) -> float:
        """The middles of the parts added up."""
        return fsum(part.mid for part in self.parts)


@dataclass(frozen=True)
class Ranged:
    """One row of a chart of intervals; None where the figure has none, a high of None alone where it has no end."""

    label: str
    low: float | None
    mid: float | None
    high: float | None


@dataclass(frozen=True)
class Swing:
    """What one figure moves: the answer at its lower end, in the middle and at its upper end, and the ends in words."""

    label: str
    basis: str
    at_low: float
    at_mid: float
    at_high: float
    low_words: str
    high_words: str


def cut_to(text: str, wide: float, size: float) -> str:
    """Text that fits a width; a cut is marked.

    >>> cut_to("a short name", 200, 10), cut_to("a name of many words", 60, 10)
    ('a short name', 'a name of…')
    """
    most = max(4, int(wide / (size * LETTER)))
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def two_lines(text: str, wide: float, size: float) -> list[str]:
    """Text on one line, or on two broken between words; what does not fit on two is cut and marked.

    >>> two_lines("a short name", 200, 10), two_lines("a name of many words", 60, 10)
    (['a short name'], ['a name of', 'many words'])
    """
    most = max(4, int(wide / (size * LETTER)))
    if len(text) <= most:
        return [text]
    at = text.rfind(" ", 0, most + 1)
    first, rest = (text[:at], text[at + 1 :]) if at > 0 else (text[:most], text[most:])
    return [first, cut_to(rest, wide, size)]


def _bar(
    canvas: Canvas,
    x: Callable[[float], float],
    part: CostPart | Ranged,
    *,
    start: float,
    y: float,
    tall: float,
    has_middle: bool = True,
) -> None:
    """An interval that starts somewhere: filled to its nearer end, hatched to the further, a stroke at the middle."""
    if part.low is None or part.mid is None or part.high is None:
        return
    near = part.low if part.low > 0 else part.high if part.high < 0 else 0.0
    left, right = sorted((x(start), x(start + near)))
    if right > left:
        canvas.rect((left, y, right - left, tall), "f-solid" if near > 0 else "f-soft")
    low, high = x(start + part.low), x(start + part.high)
    far = sorted((x(start + near), high if near > 0 else low)) if near else [low, high]
    if far[1] - far[0] > 0.4:
        canvas.hatch((far[0], y, far[1] - far[0], tall))
        canvas.rect((far[0], y, far[1] - far[0], tall), "s-soft", ' stroke-width="0.6"')
    if not has_middle:
        return
    middle = x(start + part.mid)
    canvas.line((middle, y - 1.5), (middle, y + tall + 1.5), "s-ink", width=1.8)


def cost_bars(choices: Sequence[PricedVendor], *, currency: str, title: str, key: str, width: float = 344) -> str:
    """What each choice costs over its life, part after part: each bar starts where the middle of the last one ends.

    Parts that are nothing at both ends are left out. Takes at least one choice with a part.
    """
    shown = [(choice, [p for p in choice.parts if p.low or p.mid or p.high]) for choice in choices]
    left, right, row, head = 84.0, 92.0, 12.0, 19.0
    canvas = Canvas(width, 12 + fsum(head + row * len(parts) for _, parts in shown) + 32, title, key=key)
    ends = [0.0]
    for _, parts in shown:
        start = 0.0
        for part in parts:
            ends += [start + part.low, start + part.high]
            start += part.mid
    ticks = ticks_over(min(ends), max(ends), 4)
    unit, scale = scale_of(max(map(abs, ticks)))
    room = width - left - right

    def x(value: float) -> float:
        return left + room * (value - ticks[0]) / (ticks[-1] - ticks[0])

    floor = canvas.height - 30
    for tick in ticks:
        canvas.line((x(tick), floor), (x(tick), floor + 3), "s-soft", width=0.8)
        canvas.text((x(tick), floor + 12), f"{tick / scale:g}", 9.5, css="t-soft", anchor="middle")
    canvas.text((width - 4, floor + 25), f"{money_unit(unit, currency)} over its life", 9.5, css="t-soft", anchor="end")
    y = 4.0
    for choice, parts in shown:
        mark = " (no aid may be spent on it)" if choice.excluded else ""
        label = cut_to(choice.label, width - 84 - len(mark) * 9.5 * LETTER, 11)
        canvas.line((0, y + 1), (width, y + 1), "s-line", width=0.7)
        canvas.text((0, y + 13.5), f"{label}{mark}", 11, css="t-strong t-halo")
        canvas.text(
            (width - 2, y + 13.5), f"total {_short(choice.total, scale)}", 9.5, css="t-strong t-halo", anchor="end"
        )
        y += head
        for tick in ticks:
            css, wide = ("s-soft", 0.9) if tick == 0 else ("s-line", 0.5)
            canvas.line((x(tick), y - 2), (x(tick), y + row * len(parts)), css, width=wide)
        _parts(canvas, x, parts, y=y, scale=scale)
        y += row * len(parts)
    return canvas.svg()


def _parts(canvas: Canvas, x: Callable[[float], float], parts: Sequence[CostPart], *, y: float, scale: float) -> None:
    start = 0.0
    for at, part in enumerate(parts):
        canvas.text((4, y + 8.4), part.name, 9.5)
        _bar(canvas, x, part, start=start, y=y + 1, tall=7.5)
        canvas.text((canvas.width - 2, y + 8.4), _between(part, scale), 9, css="t-soft", anchor="end")
        start += part.mid
        if at < len(parts) - 1:
            canvas.line((x(start), y + 9), (x(start), y + 13), "s-soft", width=0.8)
        y += 12


def _short(value: float, scale: float) -> str:
    value /= scale
    return f"{value:,.0f}" if abs(value) >= 999.5 else f"{value:.3g}"


def _between(part: CostPart, scale: float) -> str:
    low, high = _short(part.low, scale), _short(part.high, scale)
    return low if low == high else f"{low} to {high}"


Panel = tuple[str, Sequence[Ranged], Callable[[float], str], float]
"""A name with its unit, the intervals of its rows, how a value on its axis is written, and how far the axis reaches."""


def interval_rows(panels: Sequence[Panel], *, title: str, key: str, width: float = 720) -> str:
    """Panels side by side over the same rows; words at the edge of an axis name what lies beyond its end."""
    left, row, top = 176.0, 17.0, 22.0
    labels = [one.label for one in panels[0][1]]
    canvas = Canvas(width, top + row * len(labels) + 22, title, key=key)
    for at, label in enumerate(labels):
        y = top + row * at
        canvas.line((0, y - 1), (width, y - 1), "s-line", width=0.5)
        canvas.text((0, y + 11.5), cut_to(label, left - 8, 10.5), 10.5)
    room = (width - left) / len(panels)
    for number, panel in enumerate(panels):
        _panel(canvas, panel, (left + room * number + 8, room - 28, top, row))
    return canvas.svg()


def mechanism_rows(units: Sequence[Ranged], gains: Sequence[Ranged], *, currency: str, title: str, key: str) -> str:
    """Mechanisms for the same money: cost per percentage point beside the share gained."""
    reach = within([one.high if one.high is not None else one.mid or 0.0 for one in units])
    unit, words = axis_money(currency, reach)
    most = max((one.high or 0.0 for one in gains), default=1.0)
    panels: list[Panel] = [
        (f"paid per percentage point, {unit}", units, words, reach),
        ("share gained by it", gains, wording.percent, most),
    ]
    return interval_rows(panels, title=title, key=key)


def within(highs: Sequence[float]) -> float:
    """How far an axis reaches: to the highest end, or, where a few tower over the others, to what shows those.

    >>> within([4.0, 6.0, 11.0]), within([4.0, 6.0, 11.0, 900.0])
    (11.0, 11.0)
    """
    ordered = sorted(high for high in highs if high > 0)
    if not ordered:
        return 1.0
    middle = ordered[(len(ordered) - 1) // 2]
    return max(high for high in ordered if high <= 6 * middle)


def _panel(canvas: Canvas, panel: Panel, place: tuple[float, float, float, float]) -> None:
    name, rows, words, reach = panel
    left, wide, top, row = place
    ticks = ticks_over(min([0.0, *(r.low for r in rows if r.low is not None)]), reach, 4)

    def x(value: float) -> float:
        inside = min(max(value, ticks[0]), ticks[-1])
        return left + wide * (inside - ticks[0]) / (ticks[-1] - ticks[0])

    floor = top + row * len(rows)
    canvas.text((left, 11), cut_to(name, wide + 20, 10), 10, css="t-strong")
    for tick in ticks:
        canvas.line(
            (x(tick), top - 3), (x(tick), floor), "s-soft" if tick == 0 else "s-line", width=0.9 if tick == 0 else 0.5
        )
        canvas.text((x(tick), floor + 13), words(tick), 9.5, css="t-soft", anchor="middle")
    for at, one in enumerate(rows):
        if one.mid is None:
            canvas.text((left + 4, top + row * at + 11.5), "none is gained", 9.5, css="t-soft t-halo")
        else:
            is_inside = one.mid <= ticks[-1] * (1 + 1e-9)
            shown = one if one.high is not None else replace(one, high=max(one.mid, 2 * ticks[-1]))
            _bar(canvas, x, shown, start=0.0, y=top + row * at + 3, tall=10, has_middle=is_inside)
        is_endless = one.high is None and one.mid is not None
        if is_endless or (one.high is not None and one.high > ticks[-1] * (1 + 1e-9)):
            label = "no upper end →" if one.high is None else f"to {words(one.high)} →"
            room = len(label) * 9.5 * LETTER + 6
            canvas.rect((left + wide - room - 2, top + row * at + 1, room, 14), "f-paper")
            canvas.text((left + wide - 4, top + row * at + 11.5), label, 9.5, css="t-strong t-halo", anchor="end")


def tornado(swings: Sequence[Swing], axis: tuple[str, Callable[[float], str]], *, title: str, key: str) -> str:
    """One pair of bars a figure: above, the answer at the figure's lower end; below, at its upper end.

    `axis` names the axis and writes a value on it. A strong stroke is the answer with every figure in the middle. A
    filled disc marks a sourced figure, a half-filled one our arithmetic, an empty one an assumed figure.
    """
    width, left, right, row, top = 720.0, 236.0, 86.0, 22.0, 30.0
    canvas = Canvas(width, top + row * len(swings) + 26, title, key=key)
    values = [value for s in swings for value in (s.at_low, s.at_mid, s.at_high)]
    ticks = ticks_over(min(values), max(values), 5)

    def x(value: float) -> float:
        return left + 74 + (width - left - right - 74) * (value - ticks[0]) / (ticks[-1] - ticks[0])

    floor = top + row * len(swings)
    canvas.text((0, 11), f"{axis[0]}; strong stroke: every figure at its middle", 10, css="t-strong")
    for tick in ticks:
        canvas.line((x(tick), top - 4), (x(tick), floor), "s-line", width=0.6)
        canvas.text((x(tick), floor + 13), axis[1](tick), 9.5, css="t-soft", anchor="middle")
    for at, swing in enumerate(swings):
        y = top + row * at
        canvas.line((0, y - 1), (width, y - 1), "s-line", width=0.5)
        basis_mark(canvas, swing.basis, x=6, y=y + 10)
        lines = two_lines(swing.label, left - 4, 9.5)
        for line, words_of_line in enumerate(lines):
            canvas.text((16, y + (13.2 if len(lines) == 1 else 9.0 + 10 * line)), words_of_line, 9.5)
        for down, (value, label, css) in enumerate(
            ((swing.at_low, swing.low_words, "f-solid"), (swing.at_high, swing.high_words, "f-line"))
        ):
            _half(canvas, (x(swing.at_mid), x(value)), y=y + 1.5 + 9 * down, css=css, label=label)
        canvas.line((x(swing.at_mid), y - 1), (x(swing.at_mid), y + row - 1), "s-ink", width=1.8)
    return canvas.svg()


def _half(canvas: Canvas, ends: tuple[float, float], *, y: float, css: str, label: str) -> None:
    """One half of a pair: the bar from the middle, and the figure's end in words beyond it."""
    low, high = sorted(ends)
    if high - low > 0.3:
        canvas.rect((low, y, high - low, 8), css)
        canvas.rect((low, y, high - low, 8), "s-ink", ' stroke-width="0.6"')
    is_left = ends[1] < ends[0]
    canvas.text(
        (low - 4 if is_left else high + 4, y + 7.4),
        cut_to(label, 82, 9),
        9,
        css="t-halo",
        anchor="end" if is_left else "start",
    )


def basis_mark(canvas: Canvas, basis: str, *, x: float, y: float) -> None:
    """A disc: filled is sourced, half-filled is our arithmetic on sources, empty is assumed."""
    canvas.circle((x, y), 4.4, "f-ink" if basis == "sourced" else "f-paper")
    if basis == "derived":
        canvas.path(f"M{x:.1f} {y - 4.4:.1f}A4.4 4.4 0 0 0 {x:.1f} {y + 4.4:.1f}Z", "f-ink")
    canvas.circle((x, y), 4.4, "s-ink", extra=' stroke-width="1.2"')


def basis_key(basis: str, key: str) -> str:
    """The mark of a basis as a small drawing for a legend or a table."""
    canvas = Canvas(14, 14, basis, key=key)
    basis_mark(canvas, basis, x=7, y=7)
    return canvas.svg()


def axis_money(currency: str, most: float) -> tuple[str, Callable[[float], str]]:
    """The unit of an axis of money up to `most`, and how a value on it is written."""
    unit, scale = scale_of(most)
    return money_unit(unit, currency), lambda value: wording.amount(value) if scale == 1.0 else f"{value / scale:.4g}"
