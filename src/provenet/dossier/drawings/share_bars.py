"""Bars of shares: intervals and parts of a whole, by carrier, by vendor, by scenario and by rung; marks of outcomes."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum

from provenet.core import wording
from provenet.dossier.carrier_bars import CarrierBar, CarrierBars
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


_CARRIER_LEFT, _CARRIER_LONG, _CARRIER_SUM, _CARRIER_LEAST, _CARRIER_GAP = 168.0, 300.0, 118.0, 13.0, 7.0


def carrier_bars(shown: CarrierBars, *, title: str, key: str, width: float = 790) -> str:
    """A bar from 0 to 100 % for each carrier: filled for vendors that a policy names, lighter for other named
    vendors, hatched where nothing certain is published. The words at its right repeat the published shares."""
    total = fsum(bar.weight or 0 for bar in shown.bars)
    talls = [max(_CARRIER_LEAST, _CARRIER_SUM * (bar.weight or 0) / total) if total else 20.0 for bar in shown.bars]
    canvas = Canvas(width, fsum(talls) + _CARRIER_GAP * len(talls) + 30, title, key=key)
    y = 18.0
    _carrier_legend(canvas, shown)
    for bar, tall in zip(shown.bars, talls, strict=True):
        _carrier_bar(canvas, bar, y, tall=tall)
        y += tall + _CARRIER_GAP
    for tick in (0, 50, 100):
        x = _CARRIER_LEFT + _CARRIER_LONG * tick / 100
        canvas.text((x, y + 7), f"{tick} %", 9.5, css="t-soft", anchor="middle")
    return canvas.svg()


def _carrier_legend(canvas: Canvas, shown: CarrierBars) -> None:
    x = _CARRIER_LEFT
    named = (
        ", ".join(shown.named[:3]) + (" …" if shown.named[3:] else "")
        if shown.named
        else "a vendor that a policy names"
    )
    for words, css in ((named, "f-solid"), ("other named vendors", "f-clear"), ("no share on record", "")):
        if css:
            canvas.rect((x, 1, 16, 9), css)
        else:
            canvas.hatch((x, 1, 16, 9), "vendor")
        canvas.text((x + 21, 9.5), words, 10.5)
        x += 34 + fsum(11 if ord(one) > 0x2FFF else 5.6 for one in words)


def _carrier_bar(canvas: Canvas, bar: CarrierBar, y: float, *, tall: float) -> None:
    middle = y + tall / 2 + 4
    canvas.text((_CARRIER_LEFT - 8, middle), bar.carrier, 11.5, css="t-strong", anchor="end")
    x = _CARRIER_LEFT
    for share, css in ((bar.named, "f-solid"), (bar.other, "f-clear")):
        canvas.rect((x, y, _CARRIER_LONG * share, tall), css)
        x += _CARRIER_LONG * share
    if bar.unknown > 0:
        canvas.hatch((x, y, _CARRIER_LEFT + _CARRIER_LONG - x, tall), "vendor")
    canvas.rect((_CARRIER_LEFT, y, _CARRIER_LONG, tall), "s-soft", ' stroke-width="0.8"')
    canvas.text(
        (_CARRIER_LEFT + _CARRIER_LONG + 9, middle), bar.words + (" (to be checked)" if bar.check else ""), 10.5
    )


_VENDOR_LEFT, _VENDOR_LONG, _VENDOR_TALL, _VENDOR_STEP, _VENDOR_TOP = 196.0, 398.0, 17.0, 27.0, 30.0
_VENDOR_FILLS = (
    ("f-solid", "t-paper"),
    ("f-clear", "t-paper"),
    ("f-soft", "t-paper"),
    ("f-line", ""),
    ("f-ink", "t-paper"),
    ("f-tint", ""),
)
"""How vendors are filled, in order of the largest share; the name stands beside or inside each."""
_VENDOR_LETTER = 5.3
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
    canvas = Canvas(width, _VENDOR_TOP + _VENDOR_STEP * len(bars) + 14, title, key=key)
    fills = _vendor_fills(bars)
    _vendor_legend(canvas, fills, has_rest=any(_vendor_rest(bar) > 0.001 for bar in bars))
    canvas.text((_VENDOR_LEFT + _VENDOR_LONG + 10, _VENDOR_TOP - 5), "concentration (HHI)", 9.5, css="t-soft")
    for number, bar in enumerate(bars):
        _vendor_bar(canvas, bar, _VENDOR_TOP + _VENDOR_STEP * number, fills=fills)
    for tick in (0, 25, 50, 75, 100):
        x = _VENDOR_LEFT + _VENDOR_LONG * tick / 100
        canvas.text((x, _VENDOR_TOP + _VENDOR_STEP * len(bars) + 8), f"{tick} %", 9.5, css="t-soft", anchor="middle")
    return canvas.svg()


def _vendor_rest(bar: VendorBar) -> float:
    return 1 - fsum(part.share for part in bar.parts)


def _vendor_fills(bars: Sequence[VendorBar]) -> dict[str, tuple[str, str]]:
    """Each vendor with its fill, the largest share first."""
    most: dict[str, float] = {}
    for bar in bars:
        for part in bar.parts:
            most[part.vendor] = max(most.get(part.vendor, 0.0), part.share)
    ordered = sorted(most, key=lambda vendor: (-most[vendor], vendor))
    return {vendor: _VENDOR_FILLS[number % len(_VENDOR_FILLS)] for number, vendor in enumerate(ordered)}


def _vendor_legend(canvas: Canvas, fills: dict[str, tuple[str, str]], *, has_rest: bool) -> None:
    x, y = _VENDOR_LEFT, 1.0
    words = [*fills, *(["no share on record"] if has_rest else [])]
    for vendor in words:
        long = 22 + _VENDOR_LETTER * len(vendor) + 12
        if x + long > canvas.width:
            break
        if vendor in fills:
            canvas.rect((x, y, 16, 9), fills[vendor][0])
            canvas.rect((x, y, 16, 9), "s-soft", ' stroke-width="0.5"')
        else:
            canvas.hatch((x, y, 16, 9), "vendor")
        canvas.text((x + 21, y + 8.5), vendor, 10)
        x += long


def _vendor_bar(canvas: Canvas, bar: VendorBar, y: float, *, fills: dict[str, tuple[str, str]]) -> None:
    canvas.text((_VENDOR_LEFT - 8, y + 7.5), bar.network, 10.5, css="t-strong", anchor="end")
    canvas.text((_VENDOR_LEFT - 8, y + 17.5), bar.segment, 8.5, css="t-soft", anchor="end")
    x = _VENDOR_LEFT
    for part in bar.parts:
        fill, letters = fills[part.vendor]
        long = _VENDOR_LONG * part.share
        canvas.rect((x, y, long, _VENDOR_TALL), fill)
        label = f"{part.vendor} {part.words}"
        label = label if _VENDOR_LETTER * len(label) < long - 6 else part.vendor
        if _VENDOR_LETTER * len(label) < long - 4:
            canvas.text((x + 4, y + 12), label, 9.5, css=letters)
        x += long
    if _vendor_rest(bar) > 0.001:
        canvas.hatch((x, y, _VENDOR_LEFT + _VENDOR_LONG - x, _VENDOR_TALL), "vendor")
        if not bar.parts:
            canvas.text((_VENDOR_LEFT + 6, y + 12), "no share on record", 9.5, css="t-halo")
    canvas.rect((_VENDOR_LEFT, y, _VENDOR_LONG, _VENDOR_TALL), "s-soft", ' stroke-width="0.8"')
    canvas.text((_VENDOR_LEFT + _VENDOR_LONG + 10, y + 12), bar.index, 10)


@dataclass(frozen=True)
class ScenarioBar:
    """One scenario: pairs that lose their route and pairs that newly cross, surely and at most, and both in words."""

    name: str
    lost: tuple[int, int]
    new: tuple[int, int]
    lost_words: str
    new_words: str


_SCENARIO_LEFT, _SCENARIO_LONG, _SCENARIO_WIDTH, _SCENARIO_TALL = 210.0, 330.0, 720.0, 36.0
_SCENARIO_NAME = 34


def scenario_bars(bars: Sequence[ScenarioBar], *, title: str, key: str) -> str:
    """Two bars a scenario on one scale, from no pair to the most of any: filled as far as sure, hatched up to the most.

    Words at the right repeat both, so that a bar too short to see can be read.
    """
    canvas = Canvas(_SCENARIO_WIDTH, 24 + _SCENARIO_TALL * len(bars), title, key=key)
    most = max((count for bar in bars for count in (bar.lost[1], bar.new[1])), default=0) or 1
    canvas.text(
        (_SCENARIO_LEFT, 12),
        "upper bar: pairs that lose their route; lower bar: pairs that newly cross",
        10,
        css="t-soft",
    )
    for number, bar in enumerate(bars):
        y = 20 + _SCENARIO_TALL * number
        name = bar.name if len(bar.name) <= _SCENARIO_NAME else f"{bar.name[: _SCENARIO_NAME - 1]}…"
        canvas.text((8, y + 17), name, 11.5, css="t-strong")
        for top, css, ends, words in (
            (3.0, "f-solid", bar.lost, f"lose it: {bar.lost_words}"),
            (16.0, "f-restricted", bar.new, f"newly cross: {bar.new_words}"),
        ):
            low, high = (_SCENARIO_LONG * end / most for end in ends)
            canvas.rect((_SCENARIO_LEFT, y + top, low, 10), css)
            if high > low:
                canvas.hatch((_SCENARIO_LEFT + low, y + top, high - low, 10))
                canvas.line(
                    (_SCENARIO_LEFT + high, y + top - 1), (_SCENARIO_LEFT + high, y + top + 11), "s-ink", width=1
                )
            canvas.text((_SCENARIO_LEFT + _SCENARIO_LONG + 10, y + top + 9), words, 10)
        canvas.line((_SCENARIO_LEFT, y + 1), (_SCENARIO_LEFT, y + 28), "s-ink", width=0.8)
    return canvas.svg()


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


_RUNG_FILL = {"first": "f-clear", "middle": "f-solid", "last": "f-soft"}
_RUNG_TALL, _RUNG_INSET, _RUNG_BAR, _RUNG_LONG = 46.0, 20.0, 352.0, 220.0


def stairs(rungs: Sequence[Rung], *, title: str, key: str, width: float = 720) -> str:
    """Stairs from the best case, top left, down to the worst; beside each the share of pairs on it.

    A bar is filled up to the lower end and hatched to the upper one, on one scale from 0 to 100 %. The words at its
    right repeat it, so that a share too small to draw can be read.
    """
    shares = "; ".join(f"{rung.name}: {wording.interval(rung.low_share, rung.high_share)}" for rung in rungs)
    canvas = Canvas(width, _RUNG_TALL * len(rungs) + 34, f"{title}: {shares}", key=key)
    top = 12.0
    foot = top + _RUNG_TALL * len(rungs) - 4
    for tick in (0, 25, 50, 75, 100):
        x = _RUNG_BAR + _RUNG_LONG * tick / 100
        canvas.line((x, top), (x, foot), "s-line", width=0.5)
        canvas.text((x, foot + 13), f"{tick} %", 9.5, css="t-soft", anchor="middle")
    canvas.text((_RUNG_BAR + _RUNG_LONG + 18, foot + 13), "of pairs", 9.5, css="t-soft")
    for number, rung in enumerate(rungs):
        y = top + _RUNG_TALL * number
        _rung_tread(canvas, number, y, last=number == len(rungs) - 1)
        left = 10 + _RUNG_INSET * number
        canvas.text((left, y + 14), rung.name, 13, css="t-strong")
        if rung.remark:
            canvas.text((left, y + 28), rung.remark, 10.5, css="t-soft")
        _rung_bar(canvas, rung, y)
        words = wording.interval(rung.low_share, rung.high_share)
        canvas.text((_RUNG_BAR + _RUNG_LONG + 10, y + 17), words, 12.5, css="t-strong")
    return canvas.svg()


def _rung_tread(canvas: Canvas, number: int, y: float, *, last: bool) -> None:
    """The tread under the name of a rung, and the riser down to the next."""
    left, right, floor = 4 + _RUNG_INSET * number, _RUNG_BAR - 14, y + _RUNG_TALL - 12
    canvas.line((left, floor), (right, floor), "s-line", width=1)
    canvas.line((left, y + 1), (left, floor), "s-solid", width=2.5)
    if not last:
        canvas.line((left - 1.2, floor), (left + _RUNG_INSET + 1.2, floor), "s-solid", width=2.5)
        canvas.line((left + _RUNG_INSET, floor), (left + _RUNG_INSET, floor + 14), "s-solid", width=2.5)


def _rung_bar(canvas: Canvas, rung: Rung, y: float) -> None:
    tall, at = 16.0, y + 4
    low, high = _RUNG_LONG * rung.low_share, _RUNG_LONG * rung.high_share
    canvas.rect((_RUNG_BAR, at, _RUNG_LONG, tall), "f-paper")
    canvas.rect((_RUNG_BAR, at, low, tall), _RUNG_FILL[rung.kind])
    if high > low:
        canvas.hatch((_RUNG_BAR + low, at, high - low, tall))
        for end in (low, high):
            canvas.line((_RUNG_BAR + end, at - 2), (_RUNG_BAR + end, at + tall + 2), "s-ink", width=1.4)
    canvas.rect((_RUNG_BAR, at, _RUNG_LONG, tall), "s-soft", ' stroke-width="1"')
