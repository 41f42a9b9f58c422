"""A carrier's own network on the map: nodes by their state, links, exposed demands and steered paths.

Shape and words carry every meaning: a restricted node is a diamond, an unknown one hatched, a clear one a dot. A
network without positions stands on a circle.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import cos, hypot, pi, sin

from provenet.dossier.drawings.canvas import Canvas, Point
from provenet.dossier.drawings.site_map import Box, MapFrame, draw_land

WIDTH, HEIGHT = 720.0, 560.0
LEGEND = 190.0
MOST_LABELS = 60
"""With more nodes than this, only those that are not clear bear their names."""
_LETTER = 5.7
_EXPOSED = "s-restricted", ' stroke-dasharray="7 4"'
_PERHAPS = "s-ink", ' stroke-dasharray="2 4"'


@dataclass(frozen=True, kw_only=True)
class NodeMark:
    """A node: its name, where it stands in degrees if that is known, its state, and why it is unknown."""

    name: str
    lat: float | None
    lon: float | None
    state: str
    because: str | None = None
    fails: bool = False
    """Whether it is crossed out, in a map of a failure."""


@dataclass(frozen=True, kw_only=True)
class LinkMark:
    """A link between two nodes, with the state of the elements that bear its id; None where none does."""

    source: str
    target: str
    state: str | None = None
    fails: bool = False


@dataclass(frozen=True, kw_only=True)
class ExposedPair:
    """The ends of a demand that meets restricted equipment; not `certain` where only unknown equipment is met."""

    source: str
    target: str
    certain: bool


@dataclass(frozen=True, kw_only=True)
class NetworkDrawing:
    """What a map shows. `steered` are paths as nodes in order."""

    country: str
    nodes: tuple[NodeMark, ...]
    links: tuple[LinkMark, ...]
    exposed: tuple[ExposedPair, ...]
    steered: tuple[tuple[str, ...], ...]

    @property
    def has_positions(self) -> bool:
        """Whether at least two nodes have a place on the map."""
        return sum(node.lat is not None for node in self.nodes) > 1

    @property
    def placeless_count(self) -> int:
        """Nodes that the map cannot show."""
        return sum(node.lat is None for node in self.nodes) if self.has_positions else 0


def network_map(drawing: NetworkDrawing, key: str, *, title: str) -> str:
    """The network inside its country, with a legend; on a circle where positions are not known."""
    canvas = Canvas(WIDTH, HEIGHT, title, key=key)
    across = WIDTH - LEGEND - 12
    if drawing.has_positions:
        frame = MapFrame(_box(drawing.nodes), (0, 0, across, HEIGHT))
        draw_land(canvas, frame, drawing.country, name="n")
        spots = {
            node.name: frame.at(node.lon, node.lat)
            for node in drawing.nodes
            if node.lat is not None and node.lon is not None
        }
    else:
        canvas.rect((0, 0, across, HEIGHT), "f-here")
        spots = _circle(drawing.nodes, across)
    clip = canvas.clip((0, 0, across, HEIGHT), "k")
    _draw_steered(canvas, drawing.steered, spots, clip=clip)
    for link in drawing.links:
        if link.source in spots and link.target in spots:
            _draw_link(canvas, link, spots[link.source], end=spots[link.target])
    for pair in drawing.exposed:
        if pair.source in spots and pair.target in spots:
            css, dashes = _EXPOSED if pair.certain else _PERHAPS
            canvas.path(_arc(spots[pair.source], spots[pair.target]), css, f'{clip} stroke-width="1.5"{dashes}')
    shown = [node for node in drawing.nodes if node.name in spots]
    for node in sorted(shown, key=lambda one: (one.state != "clear", one.name)):
        _draw_node(canvas, spots[node.name], node.state, because=node.because)
    for at in _failing(drawing, spots):
        _draw_cross(canvas, at)
    _draw_names(canvas, shown, spots, across=across)
    canvas.rect((0, 0, across, HEIGHT), "s-line", ' stroke-width="1"')
    _draw_legend(canvas, drawing, across + 18)
    return canvas.svg()


def _failing(drawing: NetworkDrawing, spots: Mapping[str, Point]) -> list[Point]:
    """Where what fails stands: nodes, and the middles of links."""
    nodes = [spots[node.name] for node in drawing.nodes if node.fails and node.name in spots]
    ends = [
        (spots[link.source], spots[link.target])
        for link in drawing.links
        if link.fails and link.source in spots and link.target in spots
    ]
    return nodes + [((x + u) / 2, (y + v) / 2) for (x, y), (u, v) in ends]


def _draw_cross(canvas: Canvas, at: Point) -> None:
    (x, y), r = at, 9.0
    for css, width in (("s-paper", 6.0), ("s-ink", 3.0)):
        for rise in (r, -r):
            canvas.line((x - r, y - rise), (x + r, y + rise), css, width=width)


def _box(nodes: Sequence[NodeMark]) -> Box:
    lats = [node.lat for node in nodes if node.lat is not None]
    lons = [node.lon for node in nodes if node.lon is not None]
    west, south, east, north = min(lons), min(lats), max(lons), max(lats)
    pad = 0.12 * max(east - west, north - south, 0.4)
    return west - pad, south - pad, east + pad, north + pad


def _circle(nodes: Sequence[NodeMark], across: float) -> dict[str, Point]:
    radius = min(across, HEIGHT) / 2 - 70
    turns = [2 * pi * at / max(1, len(nodes)) - pi / 2 for at in range(len(nodes))]
    return {
        node.name: (across / 2 + radius * cos(turn), HEIGHT / 2 + radius * sin(turn))
        for node, turn in zip(nodes, turns, strict=True)
    }


def _arc(start: Point, end: Point) -> str:
    """A curve from one node to another, bent to one side, so that it lies on no link."""
    (x, y), (u, v) = start, end
    span = hypot(u - x, v - y) or 1.0
    bend = min(42.0, 0.22 * span)
    middle = (x + u) / 2 - (v - y) / span * bend, (y + v) / 2 + (u - x) / span * bend
    return f"M{x:.1f} {y:.1f}Q{middle[0]:.1f} {middle[1]:.1f} {u:.1f} {v:.1f}"


def _draw_steered(canvas: Canvas, paths: Sequence[Sequence[str]], spots: Mapping[str, Point], *, clip: str) -> None:
    """Broad bands under the links that some steered path takes."""
    hops = dict.fromkeys((min(pair), max(pair)) for path in paths for pair in pairwise(path))
    for one, other in hops:
        if one in spots and other in spots:
            (x, y), (u, v) = spots[one], spots[other]
            canvas.path(
                f"M{x:.1f} {y:.1f}L{u:.1f} {v:.1f}",
                "s-clear",
                f'{clip} stroke-width="7" stroke-opacity="0.45" stroke-linecap="round"',
            )


def _draw_link(canvas: Canvas, link: LinkMark, start: Point, *, end: Point) -> None:
    css, width, extra = "s-soft", 1.2, ""
    if link.state == "restricted":
        css, width = "s-restricted", 3.0
    elif link.state == "unknown":
        css, width, extra = "s-unknown", 2.4, ' stroke-dasharray="2 3"'
    canvas.line(start, end, css, width=width, extra=extra)


def _draw_node(canvas: Canvas, at: Point, state: str, *, because: str | None = None) -> None:
    x, y = at
    if state == "restricted":
        r = 7.5
        diamond = f"M{x:.1f} {y - r:.1f}l{r} {r}l{-r} {r}l{-r} {-r}Z"
        canvas.path(diamond, "f-restricted fs-paper", ' stroke-width="1.2"')
    elif state == "unknown":
        r = 6.5
        kind = because if because in ("verdict", "condition") else "vendor"
        canvas.hatched(f"M{x - r:.1f} {y - r:.1f}h{2 * r}v{2 * r}h{-2 * r}Z", kind, "")
        canvas.rect((x - r, y - r, 2 * r, 2 * r), "s-soft", ' stroke-width="1"')
    else:
        canvas.circle(at, 4.5, "f-clear fs-paper", extra=' stroke-width="1.2"')


def _draw_names(canvas: Canvas, nodes: Sequence[NodeMark], spots: Mapping[str, Point], *, across: float) -> None:
    named = nodes if len(nodes) <= MOST_LABELS else [node for node in nodes if node.state != "clear"]
    taken = [(x - 8, y - 8, x + 8, y + 8) for x, y in spots.values()]
    for node in sorted(named, key=lambda one: (one.state == "clear", spots[one.name][1], one.name)):
        x, y = spots[node.name]
        wide = _LETTER * len(node.name) + 4
        for left, middle in ((x + 10, y), (x - 10 - wide, y), (x - wide / 2, y - 15), (x - wide / 2, y + 15)):
            box = (left, middle - 6, left + wide, middle + 6)
            is_inside = box[0] > 2 and box[2] < across - 2 and box[1] > 2 and box[3] < HEIGHT - 2
            if is_inside and not any(
                box[0] < t[2] and box[2] > t[0] and box[1] < t[3] and box[3] > t[1] for t in taken
            ):
                taken.append(box)
                css = "t-halo" if node.state == "clear" else "t-halo t-strong"
                canvas.text((left + 2, middle + 4), node.name, 11, css=css)
                break


def _draw_legend(canvas: Canvas, drawing: NetworkDrawing, left: float) -> None:
    states = {node.state for node in drawing.nodes}
    reasons = {node.because for node in drawing.nodes if node.state == "unknown"}
    y = 22.0
    canvas.text((left - 6, y), "Nodes", 12, css="t-strong")
    words = {"restricted": "restricted", "clear": "clear"}
    for state in ("restricted", "clear"):
        if state in states:
            y += 24
            _draw_node(canvas, (left + 4, y - 4), state)
            canvas.text((left + 20, y), words[state], 12)
    why = {
        "element": "unknown: no element",
        "vendor": "unknown: a vendor",
        "verdict": "unknown: a verdict",
        "condition": "unknown: a condition",
    }
    for because, text in why.items():
        if because in reasons:
            y += 24
            _draw_node(canvas, (left + 4, y - 4), "unknown", because=because)
            canvas.text((left + 20, y), text, 12)
    if any(node.fails for node in drawing.nodes) or any(link.fails for link in drawing.links):
        y += 28
        _draw_cross(canvas, (left + 4, y - 4))
        canvas.text((left + 20, y), "fails", 12)
    y += 36
    canvas.text((left - 6, y), "Lines", 12, css="t-strong")
    lines = [("link", "s-soft", 1.2, "", True)]
    kinds = {link.state for link in drawing.links}
    lines.append(("restricted link", "s-restricted", 3.0, "", "restricted" in kinds))
    lines.append(("unknown link", "s-unknown", 2.4, ' stroke-dasharray="2 3"', "unknown" in kinds))
    for text, (css, dashes), certain in (("exposed demand", _EXPOSED, True), ("perhaps exposed", _PERHAPS, False)):
        lines.append((text, css, 1.5, dashes, any(pair.certain == certain for pair in drawing.exposed)))
    steered = ' stroke-opacity="0.45" stroke-linecap="round"'
    lines.append(("steered path", "s-clear", 7.0, steered, bool(drawing.steered)))
    for text, css, width, extra, is_shown in lines:
        if is_shown:
            y += 24
            canvas.line((left - 6, y - 4), (left + 24, y - 4), css, width=width, extra=extra)
            canvas.text((left + 34, y), text, 12)
