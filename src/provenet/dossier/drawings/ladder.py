"""The avoidability ladder: stairs that lead from clear down to no clear route, with a bar for each rung."""

from collections.abc import Sequence
from dataclasses import dataclass

from provenet.core import wording
from provenet.dossier.drawings.canvas import Canvas


@dataclass(frozen=True)
class Rung:
    """One rung: its name, a remark under it, and the least and greatest share of pairs on it.

    `kind` is first, middle or last: the rung without a change, those that need one, and the one without a clear route.
    """

    name: str
    remark: str
    low_share: float
    high_share: float
    kind: str = "middle"


_FILL = {"first": "f-clear", "middle": "f-solid", "last": "f-soft"}
_TALL, _INSET, _BAR, _LONG = 46.0, 20.0, 352.0, 220.0


def stairs(rungs: Sequence[Rung], *, title: str, key: str, width: float = 720) -> str:
    """Stairs from the best case, top left, down to the worst; beside each the share of pairs on it.

    A bar is filled up to the lower end and hatched to the upper one, on one scale from 0 to 100 %. The words at its
    right repeat it, so that a share too small to draw can be read.
    """
    shares = "; ".join(f"{rung.name}: {wording.interval(rung.low_share, rung.high_share)}" for rung in rungs)
    canvas = Canvas(width, _TALL * len(rungs) + 34, f"{title}: {shares}", key=key)
    top = 12.0
    foot = top + _TALL * len(rungs) - 4
    for tick in (0, 25, 50, 75, 100):
        x = _BAR + _LONG * tick / 100
        canvas.line((x, top), (x, foot), "s-line", width=0.5)
        canvas.text((x, foot + 13), f"{tick} %", 9.5, css="t-soft", anchor="middle")
    canvas.text((_BAR + _LONG + 18, foot + 13), "of pairs", 9.5, css="t-soft")
    for number, rung in enumerate(rungs):
        y = top + _TALL * number
        _tread(canvas, number, y, last=number == len(rungs) - 1)
        left = 10 + _INSET * number
        canvas.text((left, y + 14), rung.name, 13, css="t-strong")
        if rung.remark:
            canvas.text((left, y + 28), rung.remark, 10.5, css="t-soft")
        _bar(canvas, rung, y)
        canvas.text((_BAR + _LONG + 10, y + 17), _words(rung), 12.5, css="t-strong")
    return canvas.svg()


def _words(rung: Rung) -> str:
    return wording.interval(rung.low_share, rung.high_share)


def _tread(canvas: Canvas, number: int, y: float, *, last: bool) -> None:
    """The tread under the name of a rung, and the riser down to the next."""
    left, right, floor = 4 + _INSET * number, _BAR - 14, y + _TALL - 12
    canvas.line((left, floor), (right, floor), "s-line", width=1)
    canvas.line((left, y + 1), (left, floor), "s-solid", width=2.5)
    if not last:
        canvas.line((left - 1.2, floor), (left + _INSET + 1.2, floor), "s-solid", width=2.5)
        canvas.line((left + _INSET, floor), (left + _INSET, floor + 14), "s-solid", width=2.5)


def _bar(canvas: Canvas, rung: Rung, y: float) -> None:
    tall, at = 16.0, y + 4
    low, high = _LONG * rung.low_share, _LONG * rung.high_share
    canvas.rect((_BAR, at, _LONG, tall), "f-paper")
    canvas.rect((_BAR, at, low, tall), _FILL[rung.kind])
    if high > low:
        canvas.hatch((_BAR + low, at, high - low, tall))
        for end in (low, high):
            canvas.line((_BAR + end, at - 2), (_BAR + end, at + tall + 2), "s-ink", width=1.4)
    canvas.rect((_BAR, at, _LONG, tall), "s-soft", ' stroke-width="1"')
