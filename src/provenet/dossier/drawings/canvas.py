"""The canvas of a drawing: elements of one SVG, its palette and hatches. No chart library (decision 0008).

A drawing holds real text and classes, no colour: the page's style sheet, or the palette that `standalone` adds, gives
the colours. Shape and words carry every meaning; colour only repeats it.
"""

import re
from html import escape
from typing import TypeAlias

from provenet.dossier.text import clean

PALETTE = {
    "ink": "#1d2733",
    "soft": "#5b6775",
    "line": "#c9d0d8",
    "paper": "#ffffff",
    "tint": "#eef2f5",
    "solid": "#23577e",
    "restricted": "#a63d1c",
    "conditional": "#b67a12",
    "clear": "#2b7a8c",
    "unknown": "#8a94a0",
    "land": "#e3e7e4",
    "here": "#f6efdc",
    "sea": "#f4f7f9",
}
"""Light palette; restricted, conditional, clear and unknown differ in lightness too (checked for the common kinds of
colour blindness), and unknown is always hatched."""

_FILLS = ("solid", "restricted", "conditional", "clear", "paper", "tint", "line", "ink", "land", "here", "sea", "soft")
_STROKES = ("ink", "soft", "line", "solid", "restricted", "conditional", "clear", "unknown", "paper")


def style(values: dict[str, str] | None = None) -> str:
    """The classes of a drawing as CSS, in the colours given or as variables of the page."""

    def colour(name: str) -> str:
        return values[name] if values else f"var(--{name})"

    rules = [f".f-{name}{{fill:{colour(name)}}}" for name in _FILLS]
    rules += [f".s-{name}{{stroke:{colour(name)};fill:none}}" for name in _STROKES]
    rules += [f".fs-{name}{{stroke:{colour(name)}}}" for name in _STROKES]
    rules.append(f".hatch-back{{fill:{colour('tint')}}}.hatch-line{{stroke:{colour('unknown')};fill:none}}")
    rules.append(f".hatch-dot{{fill:{colour('unknown')}}}")
    rules.append(f"text{{fill:{colour('ink')}}}.t-soft{{fill:{colour('soft')}}}.t-strong{{font-weight:700}}")
    rules.append(f".t-paper{{fill:{colour('paper')}}}")
    rules.append(f".t-halo{{stroke:{colour('paper')};stroke-width:2.5;paint-order:stroke;stroke-linejoin:round}}")
    return "".join(rules)


_STROKE = 'class="hatch-line" stroke-width="1.5"'
HATCHES = {
    "verdict": f'<path d="M-1 1L1 -1M0 6L6 0M5 7L7 5" {_STROKE}/>',
    "condition": f'<path d="M-1 5L1 7M0 0L6 6M5 -1L7 1M-1 1L1 -1M0 6L6 0M5 7L7 5" {_STROKE}/>',
    "vendor": '<circle cx="3" cy="3" r="1.1" class="hatch-dot"/>',
}
"""How unknown is drawn, by its reason: one way of lines, crossed lines, dots."""

Point: TypeAlias = tuple[float, float]
"""x and y."""
Box: TypeAlias = tuple[float, float, float, float]
"""x and y of the upper left corner, width and height."""


class Canvas:
    """Collects the elements of one SVG; every text is escaped. Coordinates are in px of the view box."""

    def __init__(self, width: float, height: float, title: str, *, key: str) -> None:
        self.width, self.height, self.title, self.key = width, height, title, key
        self._parts: list[str] = []
        self._hatches: dict[str, None] = {}

    def rect(self, box: Box, css: str, extra: str = "") -> None:
        """A rectangle."""
        x, y, w, h = box
        self._parts.append(f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(w)}" height="{_n(h)}" class="{css}"{extra}/>')

    def hatch(self, box: Box, kind: str = "verdict") -> None:
        """A rectangle drawn as unknown: hatched grey, in a way of its own for each reason."""
        kind = kind if kind in HATCHES else "verdict"
        self._hatches[kind] = None
        self.rect(box, "hatch", f' fill="url(#{kind}{self.key})"')

    def hatched(self, d: str, kind: str, extra: str = "") -> None:
        """A path filled as unknown."""
        self._hatches[kind] = None
        self.path(d, "hatch", f' fill="url(#{kind}{self.key})"{extra}')

    def line(self, start: Point, end: Point, css: str, *, width: float = 1, extra: str = "") -> None:
        """A straight stroke."""
        ends = f'x1="{_n(start[0])}" y1="{_n(start[1])}" x2="{_n(end[0])}" y2="{_n(end[1])}"'
        self._parts.append(f'<line {ends} class="{css}" stroke-width="{_n(width)}"{extra}/>')

    def circle(self, at: Point, r: float, css: str, *, extra: str = "") -> None:
        """A disc."""
        self._parts.append(f'<circle cx="{_n(at[0])}" cy="{_n(at[1])}" r="{_n(r)}" class="{css}"{extra}/>')

    def path(self, d: str, css: str, extra: str = "") -> None:
        """A path."""
        self._parts.append(f'<path d="{d}" class="{css}"{extra}/>')

    def text(self, at: Point, words: str, size: float = 12, *, css: str = "", anchor: str = "start") -> None:
        """A line of text; real text, never an outline."""
        classes = f' class="{css}"' if css else ""
        self._parts.append(
            f'<text x="{_n(at[0])}" y="{_n(at[1])}" font-size="{_n(size)}" text-anchor="{anchor}"{classes}>'
            f"{escape(clean(words))}</text>"
        )

    def clip(self, box: Box, name: str) -> str:
        """Declares a clipping rectangle and returns the attribute that applies it."""
        x, y, w, h = box
        ident = f"c{self.key}{name}"
        self._parts.append(
            f'<clipPath id="{ident}"><rect x="{_n(x)}" y="{_n(y)}" width="{_n(w)}" height="{_n(h)}"/></clipPath>'
        )
        return f' clip-path="url(#{ident})"'

    def svg(self) -> str:
        """The drawing, without colours of its own."""
        defs = "".join(
            f'<pattern id="{kind}{self.key}" width="6" height="6" patternUnits="userSpaceOnUse">'
            f'<rect width="6" height="6" class="hatch-back"/>{HATCHES[kind]}</pattern>'
            for kind in self._hatches
        )
        defs = f"<defs>{defs}</defs>" if defs else ""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_n(self.width)} {_n(self.height)}" '
            f'width="{_n(self.width)}" height="{_n(self.height)}" role="img" aria-label="{escape(clean(self.title))}">'
            f"{defs}{''.join(self._parts)}</svg>"
        )


def standalone(svg: str, font: str) -> str:
    """The drawing with the light palette and one font inside, for a page that has no style sheet."""
    head, rest = svg.split(">", 1)
    return f'{head}><style>{style(PALETTE)}text{{font-family:"{font}"}}</style>{rest}'


_RING = re.compile(r"M([-0-9. L]+)Z")


def thinned(svg: str, least_px: float) -> str:
    """A drawing whose outlines leave out points nearer to the last one than `least_px`; specks go altogether.

    >>> thinned('<path d="M0 0L0.2 0.1L9 0L9 9L0 9L0 0.3L0 0L0 0.1Z"/>', 1.5)
    '<path d="M0 0L9 0L9 9L0 9L0 0.3Z"/>'
    """

    def ring(found: re.Match[str]) -> str:
        points = [point.split(" ") for point in found[1].split("L")]
        if len(points) < 8:
            return found[0]
        kept = points[:1]
        for x, y in points[1:]:
            if abs(float(x) - float(kept[-1][0])) + abs(float(y) - float(kept[-1][1])) >= least_px:
                kept.append([x, y])
        return f"M{'L'.join(' '.join(point) for point in kept)}Z" if len(kept) > 2 else ""

    return _RING.sub(ring, svg)


def _n(value: float) -> str:
    """A coordinate with at most two decimals, written one way."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text
