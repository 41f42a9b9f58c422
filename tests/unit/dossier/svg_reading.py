"""Drawings read back: their elements by class, their numbers and words, and whether they can be read."""

import re
from itertools import combinations
from math import fsum
from xml.etree import ElementTree

SVG = "{http://www.w3.org/2000/svg}"


def elements(svg: str, tag: str, css: str = "") -> list[ElementTree.Element]:
    found = ElementTree.fromstring(svg).iter(SVG + tag)
    return [e for e in found if not css or css in (e.get("class") or "").split()]


def number(element: ElementTree.Element, name: str) -> float:
    return float(element.get(name, "0"))


def numbers(svg: str, css: str, name: str = "width") -> list[float]:
    """A number of each rectangle of a class."""
    return [number(e, name) for e in elements(svg, "rect", css)]


def words(svg: str, css: str = "") -> list[str]:
    return [e.text or "" for e in elements(svg, "text", css)]


def boxes(svg: str) -> list[tuple[float, float, float, float, str]]:
    """Where each text stands: left, top, right, foot, taking letters at their usual width."""
    made = []
    for one in elements(svg, "text"):
        size, said, x, y = number(one, "font-size"), one.text or "", number(one, "x"), number(one, "y")
        long = fsum(0.3 if c in " .,:il-" else 0.5 for c in said) * size
        left = x - long * {"start": 0, "middle": 0.5, "end": 1}[one.get("text-anchor", "start")]
        made.append((left, y - size * 0.72, left + long, y + size * 0.1, said))
    return made


def assert_readable(svg: str) -> None:
    """Labels keep apart and inside, letters are large enough in print, and a screen reader has a title."""
    root = ElementTree.fromstring(svg)
    placed = boxes(svg)
    touching = [
        (a[4], b[4]) for a, b in combinations(placed, 2) if a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
    ]
    assert touching == []
    places = [box[:4] for box in placed]
    for one in elements(svg, "rect"):
        x, y = number(one, "x"), number(one, "y")
        places.append((x, y, x + number(one, "width"), y + number(one, "height")))
    for one in elements(svg, "line"):
        (x, a), (y, b) = (sorted(number(one, f"{way}{end}") for end in "12") for way in "xy")
        places.append((x, y, a, b))
    wide, tall = number(root, "width") + 1, number(root, "height") + 1
    assert [one for one in places if min(one[:2]) < -1 or one[2] > wide or one[3] > tall] == []
    sizes = [number(one, "font-size") for one in elements(svg, "text")]
    assert min(sizes, default=9.0) >= 9.0  # 720 px are printed on 178 mm, so 9 px are over 8 px on paper
    assert root.get("role") == "img" and root.get("aria-label")
    assert set(re.findall(r"url\(#(\w+)\)", svg)) <= set(re.findall(r' id="(\w+)"', svg))
