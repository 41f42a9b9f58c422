"""The world with a share for each country: darker where at least more of it is published, dotted where no figure is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from provenet.core.countries import countries
from provenet.dossier.drawings.canvas import Canvas
from provenet.dossier.drawings.site_map import MapFrame, outlines


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


EUROPE = (-24.0, 33.0, 45.0, 71.0)
WORLD = (-140.0, -38.0, 178.0, 76.0)
_BESIDE = 274.0
"""Width of the small map of the world, right of that of Europe."""


def world_map(
    shades: Sequence[Shade], here: str, key: str, *, width: float = 760, height: float = 380, near: str = "near"
) -> str:
    """Europe, and the world beside it: countries by the low end of their published share, hatched where its ends lie
    far apart, plain without one. `near` is the layer of borders that Europe is drawn from; `world` is a tenth as long.
    """
    canvas = Canvas(width, height + 26, f"Map of {len(shades)} countries with a published share", key=key)
    held = {countries().code(one.country): one for one in shades}
    europe = MapFrame(EUROPE, (0, 0, width - _BESIDE - 10, height))
    world = MapFrame(WORLD, (width - _BESIDE, 0, _BESIDE, 150))
    for frame, layer, name in ((europe, near, "e"), (world, "world", "w")):
        _shaded(
            canvas,
            frame,
            held,
            here=here,
            clip=canvas.clip((frame.x0, frame.y0, frame.width, frame.height), name),
            layer=layer,
        )
    _key(canvas, width - _BESIDE, 180)
    return canvas.svg()


_DOT = 1.5
"""Islands no larger than so many px are left out."""


def _shaded(
    canvas: Canvas, frame: MapFrame, held: Mapping[str | None, Shade], *, here: str, clip: str, layer: str
) -> None:
    canvas.rect((frame.x0, frame.y0, frame.width, frame.height), "f-sea")
    book = countries()
    outline = ""
    for name, d in outlines(layer, frame, least_px=_DOT).items():
        code = book.code(name)
        shade = held.get(code) if code else None
        canvas.path(d, "f-land fs-paper", f'{clip} stroke-width="0.5"')
        if shade is not None and shade.high - shade.low > _NARROW:
            canvas.hatched(d, "verdict", clip)
        elif shade is not None:
            at = sum(shade.low >= step for step in STEPS)
            canvas.path(d, "f-solid fs-paper", f'{clip} fill-opacity="{_OPACITY[at]}" stroke-width="0.5"')
        outline = d if code and code == book.code(here) else outline
    if outline:
        canvas.path(outline, "s-ink", f'{clip} stroke-width="1.2"')


def _key(canvas: Canvas, x: float, y: float) -> None:
    """What the shades mean, one under the other."""
    names = ("under a tenth", "up to a quarter", "up to a half", "up to three quarters", "more")
    for words, opacity in zip(names, _OPACITY, strict=True):
        canvas.rect((x, y - 9, 18, 11), "f-solid", f' fill-opacity="{opacity}"')
        canvas.text((x + 25, y), words, 11.5)
        y += 19
    canvas.hatch((x, y - 9, 18, 11), "verdict")
    canvas.text((x + 25, y), "the ends of the figure lie far apart", 11.5)
    canvas.rect((x, y + 10, 18, 11), "f-land")
    canvas.text((x + 25, y + 19), "no usable figure on record", 11.5)
