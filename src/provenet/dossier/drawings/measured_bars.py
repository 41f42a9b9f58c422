"""Measured shares of vendors with each doubt drawn apart, what was asked and answered, and tiers of measured paths."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from provenet.core import wording
from provenet.dossier.drawings.canvas import Canvas

Ends = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class MeasuredBar:
    """One vendor: the ends whoever made what is not identified, those with sampling too, and the share of each day."""

    name: str
    certain: Ends
    sampled: Ends | None
    days: tuple[float, ...]
    words: str


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """Routers behind addresses probed (None: not known), those that answered, and those identified."""

    probed: int | None
    answered: int
    identified: int


@dataclass(frozen=True, kw_only=True)
class PathBar:
    """The measured paths of one set of vendors, as parts of all: on a hop, in a network, unknown, clear."""

    name: str
    parts: tuple[float, float, float, float]
    words: str


_LEFT, _LONG, _WIDTH, _TALL = 120.0, 430.0, 720.0, 34.0
_NAME = 18
TIERS = ("on a hop", "in a network on the way", "unknown", "clear")


def measured_bars(bars: Sequence[MeasuredBar], *, title: str, key: str) -> str:
    """A line a vendor from 0 to 100 %: solid what is certainly its, hatched what may be, dots the days.

    A bracket below the bar spans what sampling leaves open as well. Laws: solid + hatched + empty = the whole.
    """
    canvas = Canvas(_WIDTH, 44 + _TALL * len(bars), title, key=key)
    canvas.text(
        (_LEFT, 12),
        "solid: identified; hatched: of unknown make; dots: each day, of those identified; bracket: with sampling",
        10,
        css="t-soft",
    )
    for number, bar in enumerate(bars):
        y = 22 + _TALL * number
        canvas.text((8, y + 13), _cut(bar.name), 11.5, css="t-strong")
        low, high = (_LONG * end for end in bar.certain)
        canvas.rect((_LEFT, y + 2, _LONG, 13), "f-paper")
        canvas.rect((_LEFT, y + 2, low, 13), "f-solid")
        if high > low:
            canvas.hatch((_LEFT + low, y + 2, high - low, 13), "vendor")
        canvas.rect((_LEFT, y + 2, _LONG, 13), "s-soft", ' stroke-width="1"')
        if bar.sampled is not None:
            _bracket(canvas, y + 21, bar.sampled)
        for share in bar.days:
            canvas.circle((_LEFT + _LONG * share, y + 8.5), 2.6, "f-paper s-ink", extra=' stroke-width="1.3"')
        canvas.text((_LEFT + _LONG + 10, y + 13), bar.words, 10.5)
    _scale(canvas, 24 + _TALL * len(bars))
    return canvas.svg()


def _bracket(canvas: Canvas, y: float, ends: Ends) -> None:
    first, last = (_LEFT + _LONG * end for end in ends)
    canvas.line((first, y), (last, y), "s-ink", width=1.4)
    for x in (first, last):
        canvas.line((x, y - 3), (x, y + 3), "s-ink", width=1.4)


def _scale(canvas: Canvas, y: float) -> None:
    for tick in (0, 25, 50, 75, 100):
        x = _LEFT + _LONG * tick / 100
        canvas.line((x, y), (x, y + 3), "s-soft")
        canvas.text((x, y + 14), f"{tick} %", 9.5, css="t-soft", anchor="middle")


def coverage_bar(coverage: Coverage, *, title: str, key: str) -> str:
    """One bar of the routers asked: identified, answered without a name, silent."""
    whole = coverage.probed or coverage.answered
    canvas = Canvas(_WIDTH, 62, title, key=key)
    named, answered = coverage.identified / whole, coverage.answered / whole
    canvas.rect((_LEFT, 4, _LONG, 18), "f-paper")
    canvas.rect((_LEFT, 4, _LONG * named, 18), "f-solid")
    canvas.hatch((_LEFT + _LONG * named, 4, _LONG * (answered - named), 18), "vendor")
    canvas.rect((_LEFT, 4, _LONG, 18), "s-soft", ' stroke-width="1"')
    canvas.text((8, 17), "probed" if coverage.probed else "answered", 11.5, css="t-strong")
    words = [f"solid: vendor identified {wording.percent(named)}"]
    words.append(f"dotted: answered, vendor not identified {wording.percent(answered - named)}")
    if coverage.probed:
        words.append(f"empty: no answer {wording.percent(1 - answered)}")
    canvas.text((_LEFT, 38), "; ".join(words), 10, css="t-soft")
    return canvas.svg()


def path_bars(bars: Sequence[PathBar], *, title: str, key: str) -> str:
    """A bar a set of vendors: its tiers side by side, never added to each other."""
    canvas = Canvas(_WIDTH, 40 + 46 * len(bars), title, key=key)
    _legend(canvas)
    for number, bar in enumerate(bars):
        y = 30 + 46 * number
        canvas.text((8, y + 10), bar.name if len(bar.name) <= 96 else f"{bar.name[:95]}…", 11, css="t-strong")
        x = 8.0
        for part, tier in zip(bar.parts, TIERS, strict=True):
            _fill(canvas, tier, (x, y + 15, 560 * part, 15))
            x += 560 * part
        canvas.rect((8, y + 15, 560, 15), "s-soft", ' stroke-width="1"')
        canvas.text((578, y + 27), bar.words, 10.5)
    return canvas.svg()


def _legend(canvas: Canvas) -> None:
    x = 8.0
    for tier in TIERS:
        _fill(canvas, tier, (x, 4, 16, 11))
        canvas.rect((x, 4, 16, 11), "s-soft", ' stroke-width="1"')
        canvas.text((x + 21, 13.5), tier, 10, css="t-soft")
        x += 40 + 6.2 * len(tier)


def _fill(canvas: Canvas, tier: str, box: tuple[float, float, float, float]) -> None:
    if tier == "on a hop":
        canvas.rect(box, "f-restricted")
    elif tier == "clear":
        canvas.rect(box, "f-clear")
    else:
        canvas.hatch(box, "condition" if tier == TIERS[1] else "vendor")


def _cut(name: str) -> str:
    return name if len(name) <= _NAME else f"{name[: _NAME - 1]}…"
