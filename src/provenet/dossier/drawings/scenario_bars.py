"""Scenarios as bars: the routes that each takes, and those that newly cross restricted networks."""

from collections.abc import Sequence
from dataclasses import dataclass

from provenet.dossier.drawings.canvas import Canvas


@dataclass(frozen=True)
class ScenarioBar:
    """One scenario: pairs that lose their route and pairs that newly cross, surely and at most, and both in words."""

    name: str
    lost: tuple[int, int]
    new: tuple[int, int]
    lost_words: str
    new_words: str


_LEFT, _LONG, _WIDTH, _TALL = 210.0, 330.0, 720.0, 36.0
_NAME = 34


def scenario_bars(bars: Sequence[ScenarioBar], *, title: str, key: str) -> str:
    """Two bars a scenario on one scale, from no pair to the most of any: filled as far as sure, hatched up to the most.

    Words at the right repeat both, so that a bar too short to see can be read.
    """
    canvas = Canvas(_WIDTH, 24 + _TALL * len(bars), title, key=key)
    most = max((count for bar in bars for count in (bar.lost[1], bar.new[1])), default=0) or 1
    canvas.text(
        (_LEFT, 12), "upper bar: pairs that lose their route; lower bar: pairs that newly cross", 10, css="t-soft"
    )
    for number, bar in enumerate(bars):
        y = 20 + _TALL * number
        name = bar.name if len(bar.name) <= _NAME else f"{bar.name[: _NAME - 1]}…"
        canvas.text((8, y + 17), name, 11.5, css="t-strong")
        for top, css, ends, words in (
            (3.0, "f-solid", bar.lost, f"lose it: {bar.lost_words}"),
            (16.0, "f-restricted", bar.new, f"newly cross: {bar.new_words}"),
        ):
            low, high = (_LONG * end / most for end in ends)
            canvas.rect((_LEFT, y + top, low, 10), css)
            if high > low:
                canvas.hatch((_LEFT + low, y + top, high - low, 10))
                canvas.line((_LEFT + high, y + top - 1), (_LEFT + high, y + top + 11), "s-ink", width=1)
            canvas.text((_LEFT + _LONG + 10, y + top + 9), words, 10)
        canvas.line((_LEFT, y + 1), (_LEFT, y + 28), "s-ink", width=0.8)
    return canvas.svg()
