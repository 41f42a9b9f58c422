"""Measured shares of vendors with each doubt drawn apart, how many routers answered, and tiers of measured paths."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from textwrap import wrap

from provenet.core import wording
from provenet.dossier.drawings.canvas import Box, Canvas

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


_LEFT, _LONG, _WIDTH, _TALL = 150.0, 410.0, 720.0, 38.0
_WHOLE = 500.0
"""All paths, in a bar of their tiers."""
_NAME, _LINES = 19, 2
"""Letters in a line of a name, and its lines."""
TIERS = ("on a hop", "in a network on the way", "unknown", "clear")


def measured_bars(bars: Sequence[MeasuredBar], *, title: str, key: str) -> str:
    """A line a vendor from 0 to 100 %: solid what is certainly its, dotted what may be; a mark above it for each day.

    A bracket below the bar spans what sampling leaves open as well. Laws: solid + dotted + empty = the whole.
    """
    top = 52.0
    canvas = Canvas(_WIDTH, top + 22 + _TALL * len(bars), title, key=key)
    canvas.text((8, 13), title, 11.5, css="t-strong")
    entries: list[tuple[_Swatch, str]] = [(_solid, "identified as this vendor"), (_dotted, "vendor not identified")]
    if any(bar.days for bar in bars):
        entries.append((_day_marks, "each day, of those identified"))
    if any(bar.sampled for bar in bars):
        entries.append((_bracket_mark, "the interval, with sampling"))
    _legend(canvas, entries, y=24)
    for number, bar in enumerate(bars):
        y = top + _TALL * number
        lines = _lines(bar.name)
        for line, words in enumerate(lines):
            canvas.text((8, y + 13 + 13 * line - (7 if len(lines) > 1 else 0)), words, 11, css="t-strong")
        low, high = (_LONG * end for end in bar.certain)
        canvas.rect((_LEFT, y + 2, _LONG, 13), "f-paper")
        canvas.rect((_LEFT, y + 2, low, 13), "f-solid")
        if high > low:
            canvas.hatch((_LEFT + low, y + 2, high - low, 13), "vendor")
        canvas.rect((_LEFT, y + 2, _LONG, 13), "s-soft", ' stroke-width="1"')
        if bar.sampled is not None:
            _bracket(canvas, y + 21, bar.sampled)
        for share in bar.days:
            _tick(canvas, _LEFT + _LONG * share, y + 1)
        canvas.text((_LEFT + _LONG + 10, y + 13), bar.words, 10.5)
    _scale(canvas, top + 2 + _TALL * len(bars))
    return canvas.svg()


def _lines(name: str) -> list[str]:
    """A name in at most two lines of the room left of a bar."""
    return wrap(name, _NAME, max_lines=_LINES, placeholder="…") or [""]


def _tick(canvas: Canvas, x: float, y: float) -> None:
    """A day: a short mark above the bar."""
    canvas.line((x, y - 6), (x, y), "s-ink", width=1.1)


def _bracket(canvas: Canvas, y: float, ends: Ends, *, left: float = _LEFT, long: float = _LONG) -> None:
    first, last = (left + long * end for end in ends)
    canvas.line((first, y), (last, y), "s-ink", width=1.4)
    for x in (first, last):
        canvas.line((x, y - 3), (x, y + 3), "s-ink", width=1.4)


def _scale(canvas: Canvas, y: float) -> None:
    for tick in (0, 25, 50, 75, 100):
        x = _LEFT + _LONG * tick / 100
        canvas.line((x, y), (x, y + 3), "s-soft")
        canvas.text((x, y + 14), f"{tick} %", 9.5, css="t-soft", anchor="middle")


def coverage_bar(coverage: Coverage, *, title: str, key: str) -> str:
    """One bar of the routers probed, or of those that answered: identified, answered without a name, silent."""
    whole = coverage.probed or coverage.answered
    canvas = Canvas(_WIDTH, 52, title, key=key)
    named, answered = coverage.identified / whole, coverage.answered / whole
    canvas.text((8, 17), f"{whole:,} {'probed' if coverage.probed else 'answered'}", 11.5, css="t-strong")
    canvas.rect((_LEFT, 4, _LONG, 18), "f-paper")
    canvas.rect((_LEFT, 4, _LONG * named, 18), "f-solid")
    canvas.hatch((_LEFT + _LONG * named, 4, _LONG * (answered - named), 18), "vendor")
    canvas.rect((_LEFT, 4, _LONG, 18), "s-soft", ' stroke-width="1"')
    entries: list[tuple[_Swatch, str]] = [
        (_solid, f"vendor identified {wording.percent(named)}"),
        (_dotted, f"answered, vendor not identified {wording.percent(answered - named)}"),
    ]
    if coverage.probed:
        entries.append((_empty, f"no answer {wording.percent(1 - answered)}"))
    _legend(canvas, entries, y=32, left=_LEFT)
    return canvas.svg()


def path_bars(bars: Sequence[PathBar], *, title: str, key: str) -> str:
    """A bar a set of vendors: its tiers side by side, never added to each other."""
    canvas = Canvas(_WIDTH, 40 + 46 * len(bars), title, key=key)
    _legend(canvas, [(_swatch_of(tier), tier) for tier in TIERS], y=4)
    for number, bar in enumerate(bars):
        y = 30 + 46 * number
        canvas.text((8, y + 10), bar.name if len(bar.name) <= 96 else f"{bar.name[:95]}…", 11, css="t-strong")
        x = 8.0
        for part, tier in zip(bar.parts, TIERS, strict=True):
            _fill(canvas, tier, (x, y + 15, _WHOLE * part, 15))
            x += _WHOLE * part
        canvas.rect((8, y + 15, _WHOLE, 15), "s-soft", ' stroke-width="1"')
        canvas.text((_WHOLE + 18, y + 27), bar.words, 10.5)
    return canvas.svg()


_Swatch = Callable[[Canvas, Box], None]
"""Draws the sample of a legend into its box."""


def _legend(canvas: Canvas, entries: Sequence[tuple[_Swatch, str]], *, y: float, left: float = 8.0) -> None:
    x = left
    for swatch, words in entries:
        swatch(canvas, (x, y, 16, 11))
        canvas.text((x + 21, y + 9.5), words, 10, css="t-soft")
        x += 42 + 5.3 * len(words)


def _framed(canvas: Canvas, box: Box) -> None:
    canvas.rect(box, "s-soft", ' stroke-width="1"')


def _solid(canvas: Canvas, box: Box) -> None:
    canvas.rect(box, "f-solid")
    _framed(canvas, box)


def _dotted(canvas: Canvas, box: Box) -> None:
    canvas.hatch(box, "vendor")
    _framed(canvas, box)


def _empty(canvas: Canvas, box: Box) -> None:
    canvas.rect(box, "f-paper")
    _framed(canvas, box)


def _day_marks(canvas: Canvas, box: Box) -> None:
    for x in (4.0, 7.0, 11.0):
        _tick(canvas, box[0] + x, box[1] + 9)


def _bracket_mark(canvas: Canvas, box: Box) -> None:
    _bracket(canvas, box[1] + 6, (0, 1), left=box[0], long=box[2])


def _swatch_of(tier: str) -> _Swatch:
    def swatch(canvas: Canvas, box: Box) -> None:
        _fill(canvas, tier, box)
        _framed(canvas, box)

    return swatch


def _fill(canvas: Canvas, tier: str, box: Box) -> None:
    if tier == "on a hop":
        canvas.rect(box, "f-restricted")
    elif tier == "clear":
        canvas.rect(box, "f-clear")
    else:
        canvas.hatch(box, "condition" if tier == TIERS[1] else "vendor")
