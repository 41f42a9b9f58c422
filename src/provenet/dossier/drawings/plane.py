"""A plane: lines, bands, points and dashed references over an axis across and an axis up."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

from provenet.dossier.drawings.axes import Axis
from provenet.dossier.drawings.canvas import HATCHES, Canvas
from provenet.dossier.drawings.lettering import Labels, Place, wide

SMALL = 9.5


@dataclass(frozen=True, kw_only=True)
class Band:
    """What lies between two lines, by x, lower and upper y: filled, or hatched as an interval."""

    places: Sequence[tuple[float, ...]]
    fill: str = "verdict"


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line through places, by x and y."""

    places: Sequence[tuple[float, ...]]
    css: str = "ink"
    width: float = 2.0


@dataclass(frozen=True, kw_only=True)
class Dots:
    """Points by x, y and key, drawn as discs unless without a colour; a key without room near its point is left out.

    `is_kept`: a key looks for room further and further off.
    """

    places: Sequence[tuple[float, float, str]]
    css: str = "ink"
    is_kept: bool = False


@dataclass(frozen=True)
class Reference:
    """A dashed upright line with its words."""

    at: float
    words: str


Layer: TypeAlias = Band | Line | Dots | Reference
_FAR = sorted((abs(x) + abs(y), x, y) for x in range(-240, 241, 12) for y in range(-120, 121, 12))
_BESIDE: list[Place] = [(0, -6, "middle"), (0, 14, "middle"), (7, 4, "start"), (-7, 4, "end")]


class Plane:
    """A small chart: `x` and `y` give places on it, `draw` puts layers one over the other."""

    def __init__(
        self, across: Axis, up: Axis, *, title: str, key: str, size: tuple[float, float] = (344.0, 202.0)
    ) -> None:
        self.across, self.up, self.canvas = across, up, Canvas(*size, title, key=key)
        self.labels = Labels(self.canvas)
        self.left, self.right = max(wide(words, SMALL) for _, words in up.names) + 9, size[0] - 12
        self.top, self.floor = 22.0, size[1] - (36 if across.name else 21)
        self._words(up.name, (2, 11, "start"))
        self._words(across.name, (self.right, size[1] - 5, "end"))
        for value in up.lines:
            css, width = ("s-soft", 1.0) if value == 0 else ("s-line", 0.6)
            self.canvas.line((self.left, self.y(value)), (self.right, self.y(value)), css, width=width)
        for value, words in up.names:
            self._words(words, (self.left - 5, self.y(value) + 3.4, "end"))
        for value in across.lines:
            self.canvas.line((self.x(value), self.floor), (self.x(value), self.floor + 4), "s-soft")
        for value, words in across.names:
            self._words(words, (self.x(value), self.floor + 14, "middle"))

    def _words(self, words: str, place: Place) -> None:
        self.labels.put(words, [place], SMALL, css="t-soft")

    def x(self, value: float) -> float:
        """The place of a value across; the middle where there is one value alone."""
        part = self.across.place(value) if self.across.high > self.across.low else 0.5
        return self.left + (self.right - self.left) * part

    def y(self, value: float) -> float:
        """The height of a value."""
        return self.floor - (self.floor - self.top) * self.up.place(value)

    def draw(self, layers: Iterable[Layer]) -> str:
        """The chart with its layers; the words of all come last."""
        words: list[tuple[str, list[Place]]] = []
        for layer in layers:
            if isinstance(layer, Reference):
                words.append((layer.words, self._reference(self.x(layer.at))))
            elif isinstance(layer, Dots):
                words += [(dot, self._dot(self.x(x), self.y(y), layer)) for x, y, dot in layer.places]
            elif isinstance(layer, Line):
                self._line([(self.x(x), self.y(y)) for x, y in layer.places], layer)
            else:
                there, back = layer.places, layer.places[::-1]
                outline = f"{self._path([*((x, low) for x, low, _ in there), *((x, high) for x, _, high in back)])}Z"
                if layer.fill in HATCHES:
                    self.canvas.hatched(outline, layer.fill)
                else:
                    self.canvas.path(outline, f"f-{layer.fill}")
        for key, places in words:
            inside = [one for one in places if self.top - 12 < one[1] < self.floor and self.left <= one[0]]
            self.labels.put(key, inside, SMALL + 1, css="t-strong t-halo")
        return self.canvas.svg()

    def _path(self, places: Iterable[tuple[float, ...]]) -> str:
        return "M" + "L".join(f"{self.x(x):.1f} {self.y(y):.1f}" for x, y in places)

    def _line(self, spots: Sequence[tuple[float, float]], line: Line) -> None:
        """A line; no label covers a strong one."""
        self.canvas.path(self._path(line.places), f"s-{line.css}", f' stroke-width="{line.width:g}"')
        for (a, b), (c, d) in pairwise(spots if line.width > 1.5 else ()):
            steps = int(max(abs(c - a), abs(d - b)) / 6) + 1
            self.labels.taken += [
                (x - 1.5, y - 1.5, x + 1.5, y + 1.5)
                for x, y in ((a + (c - a) * at / steps, b + (d - b) * at / steps) for at in range(steps + 1))
            ]

    def _dot(self, x: float, y: float, dots: Dots) -> list[Place]:
        """A point; returns where its key may stand."""
        if dots.css:
            self.canvas.circle((x, y), 3.0, f"f-{dots.css}")
            self.labels.taken.append((x - 3, y - 3, x + 3, y + 3))
        near: list[Place] = [(x + a, y + b, anchor) for a, b, anchor in _BESIDE]
        return near + [(x + a, y + 4 + b, "middle") for _, a, b in _FAR if dots.is_kept]

    def _reference(self, x: float) -> list[Place]:
        self.canvas.line((x, self.top), (x, self.floor), "s-ink", width=1.2, extra=' stroke-dasharray="4 3"')
        rows = [self.top + 9 + 12 * at for at in range(int((self.floor - self.top - 9) / 12))]
        return [(x + side, y, anchor) for y in rows for side, anchor in ((4, "start"), (-4, "end"))]
