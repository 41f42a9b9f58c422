"""Bars of shares, swatches for their parts, and marks of outcomes."""

from collections.abc import Sequence
from dataclasses import dataclass

from provenet.core import wording
from provenet.dossier.drawings.canvas import Canvas


def share_bar(low: float, high: float, key: str, *, css: str = "solid", width: float = 320, scale: bool = True) -> str:
    """One interval from 0 to 100 %: filled up to `low` (at least), hatched to `high` (not known), empty beyond.

    A share known to a point has no hatched part. Laws: filled + hatched + empty = the whole bar.
    """
    canvas = Canvas(
        width + 24,
        34 if scale else 20,
        f"{wording.interval(low, high)} of the whole, on a scale from 0 to 100 %",
        key=key,
    )
    left, top, tall = 12.0, 2.0, 15.0
    canvas.rect((left, top, width, tall), "f-paper")
    canvas.rect((left, top, width * low, tall), f"f-{css}")
    if high > low:
        canvas.hatch((left + width * low, top, width * (high - low), tall))
    canvas.rect((left, top, width, tall), "s-soft", ' stroke-width="1"')
    for end in sorted({low, high}):
        canvas.line((left + width * end, top - 2), (left + width * end, top + tall + 2), "s-ink", width=1.6)
    if scale:
        _scale(canvas, left, top + tall, width=width)
    return canvas.svg()


@dataclass(frozen=True)
class Slice:
    """A part of a whole for certain: restricted, clear, or unknown by reason (condition, verdict, vendor)."""

    kind: str
    share: float


def parts_bar(slices: Sequence[Slice], key: str, *, width: float = 300, scale: bool = True) -> str:
    """Parts of one whole side by side: restricted filled, clear filled lightly, unknown hatched by its reason."""
    words = ", ".join(f"{s.kind} {wording.interval(s.share, s.share)}" for s in slices)
    canvas = Canvas(width + 24, 40 if scale else 24, f"Parts of the whole: {words}", key=key)
    left, top, tall = 12.0, 2.0, 20.0
    canvas.rect((left, top, width, tall), "f-paper")
    x = left
    for part in slices:
        _fill(canvas, part.kind, (x, top, width * part.share, tall))
        x += width * part.share
        if x < left + width - 0.5:
            canvas.line((x, top), (x, top + tall), "s-ink", width=1)
    canvas.rect((left, top, width, tall), "s-soft", ' stroke-width="1"')
    if scale:
        _scale(canvas, left, top + tall, width=width)
    return canvas.svg()


def part_key(kind: str, key: str) -> str:
    """The filling of a part as a small swatch for a legend."""
    canvas = Canvas(22, 12, kind, key=key)
    _fill(canvas, kind, (1, 1, 20, 10))
    canvas.rect((1, 1, 20, 10), "s-soft", ' stroke-width="1"')
    return canvas.svg()


def _fill(canvas: Canvas, kind: str, box: tuple[float, float, float, float]) -> None:
    if kind in {"restricted", "clear"}:
        canvas.rect(box, f"f-{kind}")
    else:
        canvas.hatch(box, kind)


def _scale(canvas: Canvas, left: float, y: float, *, width: float) -> None:
    ticks = (0, 25, 50, 75, 100) if width > 150 else (0, 50, 100)
    for tick in ticks:
        x = left + width * tick / 100
        canvas.line((x, y), (x, y + 3), "s-soft")
        is_last = tick == 100
        canvas.text((x + 12 * is_last, y + 13), f"{tick} %", 9.5, css="t-soft", anchor="end" if is_last else "middle")


def outcome_mark(outcome: str, key: str) -> str:
    """The shape of an outcome: square, half square, ring, hatched diamond; a bar where no rule is in force."""
    canvas = Canvas(14, 14, outcome, key=key)
    if outcome == "restricted":
        canvas.rect((1.5, 1.5, 11, 11), "f-restricted")
    elif outcome == "conditional":
        canvas.path("M1.5 1.5H12.5L1.5 12.5Z", "f-conditional")
        canvas.rect((1.5, 1.5, 11, 11), "s-conditional", ' stroke-width="1.6"')
    elif outcome == "clear":
        canvas.circle((7, 7), 5, "s-clear", extra=' stroke-width="2"')
    elif outcome == "undetermined":
        canvas.path("M7 .8L13.2 7L7 13.2L.8 7Z", "s-unknown", ' stroke-width="1.4"')
        canvas.path("M4 7L7 4M5 9L9 5M7 10L10 7", "s-unknown", ' stroke-width="1.3"')
    else:
        canvas.line((2, 7), (12, 7), "s-soft", width=2)
    return canvas.svg()
