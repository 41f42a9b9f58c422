"""A row chart: rows of spans with a label at the left and words at the right, over one or several axes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import ceil, fsum

from provenet.dossier.drawings.axes import Axis
from provenet.dossier.drawings.canvas import HATCHES, Box, Canvas
from provenet.dossier.drawings.lettering import LINE, Labels, Place, cut_to, lines_of, wide

DARK = frozenset(("solid", "given", "clear", "soft", "ink", "restricted"))


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """From one value to another: a colour, a hatch (unknown), `frame`, `given` (dashed) or `bracket`.

    Of `words` the first that fits stands inside, or the first stands beside it, on that side if there is room. `line`
    is that of its row and `thick` a part of the line's height, 0 all of the row. A span is at least so many px long, so
    one from a value to the same is a stroke.
    """

    start: float
    end: float
    fill: str
    words: tuple[str, ...] = ()
    beside: str = ""
    line: float = 0
    thick: float = 0.8
    least: float = 0


@dataclass(frozen=True, kw_only=True)
class ChartRow:
    """A label, a softer one under it, spans for each axis, and words at the right; one without axes heads a group.

    `stack` holds spans of the first axis that each take the first line where they cover no other.
    """

    label: str
    spans: tuple[Sequence[Stretch], ...] = ()
    under: str = ""
    words: tuple[str, ...] = ()
    tall: float = 0
    stack: Sequence[Stretch] = ()


def interval(
    low: float, high: float, fill: str = "solid", *, hatch: str = "verdict", whole: float = 1, line: float = 0
) -> list[Stretch]:
    """Filled up to the low end (at least), hatched to the high one (not known), in a frame as long as the whole."""
    parts = ((0.0, low, fill), (low, high, hatch), (0.0, whole, "frame"))
    return [Stretch(start=start, end=end, fill=one, line=line) for start, end, one in parts]


@dataclass(frozen=True)
class Slice:
    """A part of a whole: how it is filled, its share, and the words that may stand inside."""

    kind: str
    share: float
    words: tuple[str, ...] = ()


def side_by_side(parts: Iterable[Slice]) -> list[Stretch]:
    """Parts of one whole, each in a frame."""
    spans, at = [], 0.0
    for part in parts:
        if part.share > 1e-6:
            spans.append(Stretch(start=at, end=at + part.share, fill=part.kind, words=part.words))
            spans.append(Stretch(start=at, end=at + part.share, fill="frame"))
        at += part.share
    return spans


def stroke(at: float, fill: str = "ink", width: float = 1.8) -> Stretch:
    """An upright stroke at a value, over all lines of a row."""
    return Stretch(start=at, end=at, fill=fill, thick=0, least=width)


def ranged(low: float, mid: float, high: float, *, start: float = 0.0) -> list[Stretch]:
    """An interval below or above a start: filled to its nearer end, hatched to the further, a stroke at the middle."""
    near = low if low > 0 else min(high, 0.0)
    ends = (near, high) if near > 0 else (low, near) if near < 0 else (low, high)
    parts = ((min(near, 0.0), max(near, 0.0), "solid" if near > 0 else "soft"), (*ends, "verdict"), (*ends, "frame"))
    return [*(Stretch(start=start + a, end=start + b, fill=fill) for a, b, fill in parts), stroke(start + mid)]


def fill_box(canvas: Canvas, box: Box, fill: str) -> None:
    """Fills a box in a colour or hatched, or draws its frame or a bracket."""
    x, y, long, tall = box
    if fill in HATCHES:
        canvas.hatch(box, fill)
    elif fill == "frame":
        canvas.rect(box, "s-soft", ' stroke-width="0.8"')
    elif fill == "given":
        canvas.rect(box, "f-solid")
        canvas.rect(box, "s-ink", ' stroke-width="1.6" stroke-dasharray="3 2"')
    elif fill == "bracket":
        top, middle = y + tall / 2 - 3, y + tall / 2
        canvas.path(f"M{x:.1f} {top:.1f}v6M{x:.1f} {middle:.1f}h{long:.1f}m0 -3v6", "s-ink", ' stroke-width="1.4"')
    else:
        canvas.rect(box, f"f-{fill}")


def single_bar(
    spans: Iterable[Stretch], ends: Iterable[float], *, title: str, key: str, width: float, tall: float
) -> str:
    """A bar alone from 0 to 1, for a cell of a table whose head names the scale; a stroke at each of its ends."""
    left = 12.0 if width > 20 else 1.0
    canvas = Canvas(width + 2 * left, tall + 5, title, key=key)
    canvas.rect((left, 2, width, tall), "f-paper")
    for span in (one for one in spans if one.end > one.start):
        fill_box(canvas, (left + width * span.start, 2, width * (span.end - span.start), tall), span.fill)
    for end in ends:
        canvas.line((left + width * end, 0), (left + width * end, tall + 4), "s-ink", width=1.6)
    fill_box(canvas, (left, 2, width, tall), "frame")
    return canvas.svg()


class _Chart:
    """A row chart while it is drawn, from top to bottom."""

    def __init__(
        self, canvas: Canvas, rows: Sequence[ChartRow], axes: Sequence[Axis], *, size: float, gap: float
    ) -> None:
        self.canvas, self.axes, self.size, self.gap = canvas, axes, size, gap
        self.labels, whole = Labels(canvas), canvas.width
        named = [row for row in rows if row.spans]
        self.is_grouped = len(named) < len(rows) or any(row.stack for row in rows)
        long = [max(wide(one.label, size, strong=True), wide(one.under, size - 1)) for one in named]
        beside = [wide(words, size) for one in named for words in one.words]
        self.room = min(max(long, default=0.0), whole * 0.36)
        self.words_room = min(max(beside, default=0.0), whole * 0.38)
        self.left, self.right = self.room + 14, whole - max(16.0, self.words_room + 12)
        free, parts = self.right - self.left - 34 * (len(axes) - 1), fsum(axis.part for axis in axes)
        before = [fsum(axis.part for axis in axes[:at]) / parts for at in range(len(axes))]
        self.sides = [
            (self.left + free * start + 34 * at, free * axis.part / parts)
            for at, (start, axis) in enumerate(zip(before, axes, strict=True))
        ]

    def x(self, at: int, value: float) -> float:
        """The place of a value on an axis."""
        left, long = self.sides[at]
        return left + long * self.axes[at].place(value)

    def legend(self, entries: Iterable[tuple[str, str]]) -> float:
        """Each filling with what it means, on as many lines as they need; returns their foot."""
        x, y, size = 1.0, 2.0, self.size - 0.5
        for fill, words in entries:
            is_stroke = fill.startswith("|")
            if x > 1 and x + 22 + wide(words, size) > self.canvas.width - 2:
                x, y = 1.0, y + size * 1.5
            fill_box(self.canvas, (x + 7 * is_stroke, y, 2 if is_stroke else 16, size * 0.9), fill.strip("|"))
            if not is_stroke and fill not in {"given", "bracket"}:
                fill_box(self.canvas, (x, y, 16, size * 0.9), "frame")
            self.words(cut_to(words, self.canvas.width - 24, size), (x + 21, y + size * 0.8, "start"), "t-soft")
            x += 36 + wide(words, size)
        return y + size * 1.9 if x > 1 else 0.0

    def words(self, words: str, place: Place, css: str = "", *, less: float = 0.5) -> None:
        """Words at one place, so much smaller than those of labels."""
        self.labels.put(words, [place], self.size - less, css=css)

    def heads(self, y: float) -> float:
        """What each axis counts, and the names of its values; returns where the rows begin."""
        named = list(zip(self.axes, self.sides, strict=True))
        lines = [lines_of(axis.name, long + 24, self.size, strong=True) for axis, (_, long) in named]
        deep = max(map(len, lines))
        for number, (axis, (left, _)) in enumerate(named):
            for at, words in enumerate(lines[number]):
                foot = y + self.size * LINE * (deep - len(lines[number]) + at + 0.8)
                self.words(words, (left, foot, "start"), "t-strong", less=0)
            for value, words in axis.names:
                self.words(words, (self.x(number, value), y + self.size * (LINE * deep + 1.1), "middle"), "t-soft")
        return y + self.size * (LINE * deep + 1.7)

    def head(self, row: ChartRow, y: float) -> float:
        """A row that names those below it, from side to side."""
        right, foot = " ".join(row.words), y + self.size * 1.3
        self.canvas.line((0, y), (self.canvas.width, y), "s-soft", width=0.8)
        self.words(right, (self.canvas.width - 2, foot, "end"), "t-strong")
        room = self.canvas.width - wide(right + row.under, self.size, strong=True) - 16
        label = cut_to(row.label, room, self.size, strong=True)
        self.words(f"{label}{row.under}", (0, foot, "start"), "t-strong", less=0)
        return y + self.size * 1.75

    def row(self, row: ChartRow, y: float, tall: float) -> float:
        """One row; returns its foot."""
        if not row.spans:
            return self.head(row, y)
        stacked = self.stacked(row.stack)
        lines = 1 + max((ceil(span.line) for spans in (*row.spans, stacked) for span in spans), default=0)
        pitch = row.tall or tall
        css = "" if self.is_grouped else "t-strong"
        labels = [(one, css, 0.0) for one in lines_of(row.label, self.room, self.size, strong=True)]
        labels += [(one, "t-soft", 1.0) for one in lines_of(row.under, self.room, self.size - 1)]
        words = [(one, "", 0.0) for each in row.words for one in lines_of(each, self.words_room, self.size, most=3)]
        whole = max(lines * pitch + self.gap, self.size * LINE * max(len(labels), len(words)) + 3)
        self.canvas.line((0, y), (self.canvas.width, y), "s-line", width=0.5)
        for at, axis in enumerate(self.axes):
            for value in axis.lines:
                css, width = ("s-soft", 0.7) if value in axis.strong else ("s-line", 0.6)
                self.canvas.line((self.x(at, value), y), (self.x(at, value), y + whole), css, width=width)
        top = y + (whole - lines * pitch) / 2
        for at, spans in enumerate(([*row.spans[0], *stacked], *row.spans[1:])):
            for span in spans:
                middle = top + pitch * (span.line + 0.5) if span.thick else y + whole / 2
                self.span(at, span, middle, tall=pitch * span.thick or whole)
        for x, found in ((0.0, labels), (self.right + 12, words)):
            for at, (one, css, less) in enumerate(found):
                foot = y + whole / 2 + self.size * (LINE * (at + 0.5 - len(found) / 2) + 0.32)
                self.words(one, (x, foot, "start"), css, less=less)
        return y + whole

    def ends(self, at: int, span: Stretch) -> tuple[float, float]:
        """From where to where a span reaches, in px."""
        start, end = self.x(at, span.start), self.x(at, span.end)
        more = max(0.0, span.least - (end - start)) / 2
        return start - more, end + more

    def stacked(self, spans: Iterable[Stretch]) -> list[Stretch]:
        """Spans each on the first line where they cover no other."""
        feet: list[float] = []
        placed = []
        for span in sorted(spans, key=lambda one: (self.ends(0, one), one.words)):
            start, end = self.ends(0, span)
            line = next((at for at, foot in enumerate(feet) if foot <= start + 0.01), len(feet))
            feet[line : line + 1] = [end]
            placed.append(replace(span, line=line))
        return placed

    def span(self, at: int, span: Stretch, middle: float, *, tall: float) -> None:
        """One span about the middle of its line, and its words."""
        start, end = self.ends(at, span)
        apart = 0.8 if 3 <= span.least < end - start - 3 else 0.0
        start, end = start + apart, end - apart
        if end > start:
            fill_box(self.canvas, (start, middle - tall / 2, end - start, tall), span.fill)
        size = self.size - 0.5
        foot = middle + size * 0.34
        if span.beside:
            places = [(end + 5, foot, "start"), (start - 5, foot, "end")]
            self.labels.put(span.words[0], places[:: -1 if span.beside == "left" else 1], size, css="t-halo")
        elif inside := next((one for one in span.words if wide(one, size) <= end - start - 3), ""):
            css = "t-paper" if span.fill in DARK else "t-halo"
            self.words(inside, ((start + end) / 2, foot, "middle"), css)


def row_chart(
    rows: Sequence[ChartRow],
    axes: Sequence[Axis],
    *,
    title: str,
    key: str,
    entries: Iterable[tuple[str, str]] = (),
    width: float = 720,
    size: float = 10.5,
    tall: float = 14,
    gap: float = 8,
) -> str:
    """Rows over axes as SVG: `entries` are the fillings of the legend, a stroke with a bar before its colour.

    `size` is that of letters, `tall` the height of a line, `gap` the room between rows. A row grows with its words.
    """
    canvas = Canvas(width, 0, title, key=key)
    chart = _Chart(canvas, rows, axes, size=size, gap=gap)
    y = chart.heads(chart.legend(entries))
    for row in rows:
        y = chart.row(row, y, tall)
    canvas.line((0, y), (width, y), "s-line", width=0.5)
    canvas.height = y + 4
    return canvas.svg()
