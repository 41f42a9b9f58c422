"""Makes src/provenet/dossier/borders.json from the Natural Earth borders of world-atlas.

    python scripts/make_borders.py FOLDER

FOLDER holds countries-50m.json and countries-110m.json (TopoJSON of world-atlas 2.0.2, Natural Earth 4.1, public
domain). Each arc is thinned (Douglas-Peucker), rounded and stored once as whole-number steps, so that two neighbours
keep one border. The same files give the same bytes.
"""

import json
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

OUT = Path(__file__).resolve().parent.parent / "src" / "provenet" / "dossier" / "borders.json"
ABOUT = "Natural Earth 4.1 (public domain) by way of world-atlas 2.0.2; thinned by scripts/make_borders.py"
LAYERS = (("near", "countries-50m.json", 0.015, 100), ("world", "countries-110m.json", 0.25, 10))
"""Name, file, tolerance in degrees, steps per degree."""

Point = tuple[float, float]


def arcs_of(topology: dict[str, Any]) -> list[list[Point]]:
    """The arcs of a quantised topology in degrees."""
    scale, move = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = []
    for arc in topology["arcs"]:
        x = y = 0
        points = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            points.append((x * scale[0] + move[0], y * scale[1] + move[1]))
        arcs.append(points)
    return arcs


def thinned(points: list[Point], tolerance: float) -> list[Point]:
    """Douglas-Peucker with the ends kept; a closed arc keeps the point farthest from its start as well."""
    if len(points) < 3:
        return points
    keep = {0, len(points) - 1}
    if points[0] == points[-1]:
        keep.add(max(range(len(points)), key=lambda i: _gap(points[i], points[0], points[0])))
    stops = sorted(keep)
    stack = list(pairwise(stops))
    while stack:
        low, high = stack.pop()
        far, at = 0.0, -1
        for i in range(low + 1, high):
            gap = _gap(points[i], points[low], points[high])
            if gap > far:
                far, at = gap, i
        if far > tolerance:
            keep.add(at)
            stack += [(low, at), (at, high)]
    return [points[i] for i in sorted(keep)]


def _gap(point: Point, start: Point, end: Point) -> float:
    (px, py), (ax, ay), (bx, by) = point, start, end
    dx, dy = bx - ax, by - ay
    length = dx * dx + dy * dy
    t = 0.0 if length == 0 else max(0.0, min(1.0, ((px - ax) * dx + (py - ay) * dy) / length))
    return float(((px - ax - t * dx) ** 2 + (py - ay - t * dy) ** 2) ** 0.5)


def steps(points: list[Point], per_degree: int) -> list[int]:
    """x, y, dx, dy, dx, dy ... in whole steps, repeats dropped."""
    grid = [(round(x * per_degree), round(y * per_degree)) for x, y in points]
    flat = [*grid[0]]
    for (ax, ay), (bx, by) in pairwise(grid):
        if (ax, ay) != (bx, by):
            flat += [bx - ax, by - ay]
    return flat


def layer(path: Path, tolerance: float, per_degree: int) -> dict[str, Any]:
    """Arcs, and for each country the rings as lists of arc numbers (~n is arc n backwards)."""
    topology = json.loads(path.read_text(encoding="utf-8"))
    countries: dict[str, list[list[int]]] = {}
    for shape in topology["objects"]["countries"]["geometries"]:
        parts = shape.get("arcs", [])
        polygons = [parts] if shape["type"] == "Polygon" else parts
        rings = [ring for polygon in polygons for ring in polygon]
        countries.setdefault(shape["properties"]["name"], []).extend(rings)
    arcs = [steps(thinned(arc, tolerance), per_degree) for arc in arcs_of(topology)]
    return {"per_degree": per_degree, "arcs": arcs, "countries": dict(sorted(countries.items()))}


def main(folder: str) -> None:
    """Writes the file and says how large it is."""
    layers = {name: layer(Path(folder) / file, off, per_degree) for name, file, off, per_degree in LAYERS}
    text = json.dumps({"about": ABOUT, **layers}, ensure_ascii=False, separators=(",", ":"), sort_keys=True) + "\n"
    OUT.write_text(text, encoding="utf-8")
    sys.stdout.write(f"{OUT.name}: {len(text.encode())} bytes\n")


if __name__ == "__main__":
    main(sys.argv[1])
