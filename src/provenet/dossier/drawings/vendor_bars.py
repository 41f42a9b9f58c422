"""Networks as bars of their vendors: every vendor alike, what nobody names hatched."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum

from provenet.dossier.drawings.canvas import Canvas

_LEFT, _LONG, _TALL, _STEP, _TOP = 196.0, 398.0, 17.0, 27.0, 30.0
_FILLS = (
    ("f-solid", "t-paper"),
    ("f-clear", "t-paper"),
    ("f-soft", "t-paper"),
    ("f-line", ""),
    ("f-ink", "t-paper"),
    ("f-tint", ""),
)
"""How vendors are filled, in order of the largest share; the name stands beside or inside each."""
_LETTER = 5.3
"""About how wide a letter of a label is."""


@dataclass(frozen=True, kw_only=True)
class VendorPart:
    """What is certain of a vendor's part of a network, or of a set of vendors published together."""

    vendor: str
    share: float
    words: str


@dataclass(frozen=True, kw_only=True)
class VendorBar:
    """A network: whose it is, of which part and date, its parts, and its concentration in words."""

    network: str
    segment: str
    parts: tuple[VendorPart, ...]
    index: str


def vendor_bars(bars: Sequence[VendorBar], *, title: str, key: str, width: float = 720) -> str:
    """A bar from 0 to 100 % for each network, its vendors side by side, and its index of concentration at the right."""
    canvas = Canvas(width, _TOP + _STEP * len(bars) + 14, title, key=key)
    fills = _fills(bars)
    _legend(canvas, fills, has_rest=any(_rest(bar) > 0.001 for bar in bars))
    canvas.text((_LEFT + _LONG + 10, _TOP - 5), "concentration (HHI)", 9.5, css="t-soft")
    for number, bar in enumerate(bars):
        _bar(canvas, bar, _TOP + _STEP * number, fills=fills)
    for tick in (0, 25, 50, 75, 100):
        x = _LEFT + _LONG * tick / 100
        canvas.text((x, _TOP + _STEP * len(bars) + 8), f"{tick} %", 9.5, css="t-soft", anchor="middle")
    return canvas.svg()


def _rest(bar: VendorBar) -> float:
    return 1 - fsum(part.share for part in bar.parts)


def _fills(bars: Sequence[VendorBar]) -> dict[str, tuple[str, str]]:
    """Each vendor with its fill, the largest share first."""
    most: dict[str, float] = {}
    for bar in bars:
        for part in bar.parts:
            most[part.vendor] = max(most.get(part.vendor, 0.0), part.share)
    ordered = sorted(most, key=lambda vendor: (-most[vendor], vendor))
    return {vendor: _FILLS[number % len(_FILLS)] for number, vendor in enumerate(ordered)}


def _legend(canvas: Canvas, fills: dict[str, tuple[str, str]], *, has_rest: bool) -> None:
    x, y = _LEFT, 1.0
    words = [*fills, *(["not published"] if has_rest else [])]
    for vendor in words:
        long = 22 + _LETTER * len(vendor) + 12
        if x + long > canvas.width:
            break
        if vendor in fills:
            canvas.rect((x, y, 16, 9), fills[vendor][0])
            canvas.rect((x, y, 16, 9), "s-soft", ' stroke-width="0.5"')
        else:
            canvas.hatch((x, y, 16, 9), "vendor")
        canvas.text((x + 21, y + 8.5), vendor, 10)
        x += long


def _bar(canvas: Canvas, bar: VendorBar, y: float, *, fills: dict[str, tuple[str, str]]) -> None:
    canvas.text((_LEFT - 8, y + 7.5), bar.network, 10.5, css="t-strong", anchor="end")
    canvas.text((_LEFT - 8, y + 17.5), bar.segment, 8.5, css="t-soft", anchor="end")
    x = _LEFT
    for part in bar.parts:
        fill, letters = fills[part.vendor]
        long = _LONG * part.share
        canvas.rect((x, y, long, _TALL), fill)
        label = f"{part.vendor} {part.words}"
        label = label if _LETTER * len(label) < long - 6 else part.vendor
        if _LETTER * len(label) < long - 4:
            canvas.text((x + 4, y + 12), label, 9.5, css=letters)
        x += long
    if _rest(bar) > 0.001:
        canvas.hatch((x, y, _LEFT + _LONG - x, _TALL), "vendor")
        if not bar.parts:
            canvas.text((_LEFT + 6, y + 12), "not published", 9.5, css="t-halo")
    canvas.rect((_LEFT, y, _LONG, _TALL), "s-soft", ' stroke-width="0.8"')
    canvas.text((_LEFT + _LONG + 10, y + 12), bar.index, 10)
