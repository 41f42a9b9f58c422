"""Carriers as bars: what is certain of their vendors, each bar as thick as the carrier weighs."""

from math import fsum

from provenet.dossier.carrier_bars import CarrierBar, CarrierBars
from provenet.dossier.drawings.canvas import Canvas

_LEFT, _LONG, _SUM, _LEAST, _GAP = 168.0, 300.0, 118.0, 13.0, 7.0


def carrier_bars(shown: CarrierBars, *, title: str, key: str, width: float = 790) -> str:
    """A bar from 0 to 100 % for each carrier: filled for vendors that a policy names, lighter for other named
    vendors, hatched where nothing certain is published. The words at its right repeat the published shares."""
    total = fsum(bar.weight or 0 for bar in shown.bars)
    talls = [max(_LEAST, _SUM * (bar.weight or 0) / total) if total else 20.0 for bar in shown.bars]
    canvas = Canvas(width, fsum(talls) + _GAP * len(talls) + 30, title, key=key)
    y = 18.0
    _legend(canvas, shown)
    for bar, tall in zip(shown.bars, talls, strict=True):
        _bar(canvas, bar, y, tall=tall)
        y += tall + _GAP
    for tick in (0, 50, 100):
        x = _LEFT + _LONG * tick / 100
        canvas.text((x, y + 7), f"{tick} %", 9.5, css="t-soft", anchor="middle")
    return canvas.svg()


def _legend(canvas: Canvas, shown: CarrierBars) -> None:
    x = _LEFT
    named = (
        ", ".join(shown.named[:3]) + (" …" if shown.named[3:] else "")
        if shown.named
        else "a vendor that a policy names"
    )
    for words, css in ((named, "f-solid"), ("other named vendors", "f-clear"), ("not published", "")):
        if css:
            canvas.rect((x, 1, 16, 9), css)
        else:
            canvas.hatch((x, 1, 16, 9), "vendor")
        canvas.text((x + 21, 9.5), words, 10.5)
        x += 34 + fsum(11 if ord(one) > 0x2FFF else 5.6 for one in words)


def _bar(canvas: Canvas, bar: CarrierBar, y: float, *, tall: float) -> None:
    middle = y + tall / 2 + 4
    canvas.text((_LEFT - 8, middle), bar.carrier, 11.5, css="t-strong", anchor="end")
    x = _LEFT
    for share, css in ((bar.named, "f-solid"), (bar.other, "f-clear")):
        canvas.rect((x, y, _LONG * share, tall), css)
        x += _LONG * share
    if bar.unknown > 0:
        canvas.hatch((x, y, _LEFT + _LONG - x, tall), "vendor")
    canvas.rect((_LEFT, y, _LONG, tall), "s-soft", ' stroke-width="0.8"')
    canvas.text((_LEFT + _LONG + 9, middle), bar.words + (" (to be checked)" if bar.check else ""), 10.5)
