"""The world with a share for each country: darker where at least more of it is published, dotted where no figure is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from provenet.core.countries import countries
from provenet.dossier.drawings.canvas import Canvas
from provenet.dossier.drawings.site_map import MapFrame, rings, trace


@dataclass(frozen=True)
class Shade:
    """A country with the ends of its published share."""

    country: str
    low: float
    high: float


STEPS = (0.1, 0.25, 0.5, 0.75)
"""Ends of the classes of the map, as shares."""
_OPACITY = (0.14, 0.32, 0.52, 0.74, 1.0)
_NARROW = 0.25
"""An interval wider than this is no class of its own: the country is hatched."""


def world_map(shades: Sequence[Shade], here: str, key: str, *, width: float = 720, height: float = 330) -> str:
    """Countries by the low end of their published share; hatched where its ends lie far apart, dotted without one."""
    canvas = Canvas(width, height + 26, f"Map of {len(shades)} countries with a published share", key=key)
    frame = MapFrame((-140.0, -38.0, 178.0, 76.0), (0, 0, width, height))
    canvas.rect((0, 0, width, height), "f-sea")
    clip = canvas.clip((0, 0, width, height), "w")
    book = countries()
    held = {book.code(one.country): one for one in shades}
    for name, found in sorted(rings("world").items()):
        d = "".join(trace(ring, frame) for ring in found)
        shade = held.get(book.code(name) or "")
        if not d:
            continue
        canvas.path(d, "f-land fs-paper", f'{clip} stroke-width="0.5"')
        if shade is not None and shade.high - shade.low > _NARROW:
            canvas.hatched(d, "verdict", clip)
        elif shade is not None:
            at = sum(shade.low >= step for step in STEPS)
            canvas.path(d, "f-solid fs-paper", f'{clip} fill-opacity="{_OPACITY[at]}" stroke-width="0.5"')
        if book.code(name) == book.code(here):
            canvas.path(d, "s-ink", f'{clip} stroke-width="1.2"')
    x = 4.0
    names = ("under a tenth", "up to a quarter", "up to a half", "up to three quarters", "more")
    for words, opacity in zip(names, _OPACITY, strict=True):
        canvas.rect((x, height + 9, 16, 10), "f-solid", f' fill-opacity="{opacity}"')
        canvas.text((x + 21, height + 18), words, 10.5)
        x += 34 + 5.4 * len(words)
    canvas.hatch((x, height + 9, 16, 10), "verdict")
    canvas.text((x + 21, height + 18), "ends far apart", 10.5)
    canvas.rect((x + 104, height + 9, 16, 10), "f-land")
    canvas.text((x + 125, height + 18), "no usable figure on record", 10.5)
    return canvas.svg()
