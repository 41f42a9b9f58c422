"""Lettering of a drawing: how wide words are, lines that fit a room, and places where no two labels touch."""

import re
from collections.abc import Iterable
from functools import lru_cache
from math import fsum
from typing import TypeAlias
from unicodedata import east_asian_width

from provenet.dossier.drawings.canvas import Canvas

LINE = 1.16
"""From line to line, over the size of the letters."""
Place: TypeAlias = tuple[float, float, str]
"""x and y of the foot of a label, and whether it starts, ends or has its middle there."""


@lru_cache(maxsize=4096)
def wide(words: str, size: float, *, strong: bool = False) -> float:
    """About how wide words are, on the wide side for the fonts of pages and of the PDF.

    >>> wide("mill", 10) < wide("Wilma", 10) < wide("山の山の", 10)
    True
    """
    return fsum(_letter(one) for one in words) * size * (1.08 if strong else 1.0)


def _letter(one: str) -> float:
    if one in " ijlIftr.,:;!|'()[]/-":
        return 0.33
    if one in "mMW%@…→":
        return 0.9
    return 1.0 if east_asian_width(one) in "WF" else 0.72 if one.isupper() or one == "w" else 0.56


def cut_to(words: str, room: float, size: float, *, strong: bool = False) -> str:
    """Words that fit a room; a cut is marked.

    >>> cut_to("a short name", 200, 10), cut_to("a name of many words", 60, 10)
    ('a short name', 'a name of…')
    """
    if wide(words, size, strong=strong) <= room:
        return words
    most = next((n for n in range(len(words), 1, -1) if wide(f"{words[:n]}…", size, strong=strong) <= room), 1)
    return f"{words[:most].rstrip()}…"


_WIDE = r"\u3040-\u9fff\uac00-\ud7a3"
_PIECE = re.compile(rf"\s*(?:[{_WIDE}][、。）」～；：]*|[^\s{_WIDE}]+)")
"""A word, or a letter of a script that needs no blank to break a line, with the marks that follow it."""


def lines_of(words: str, room: float, size: float, *, most: int = 2, strong: bool = False) -> list[str]:
    """Words on at most so many lines broken between words; what does not fit is cut and marked.

    >>> lines_of("a short name", 200, 10), lines_of("a name of many words", 60, 10)
    (['a short name'], ['a name of', 'many words'])
    """
    lines: list[str] = []
    for piece in _PIECE.findall(" ".join(words.split())):
        longer = lines[-1] + piece if lines else piece
        if lines and (len(lines) == most or wide(longer, size, strong=strong) <= room):
            lines[-1] = longer
        else:
            lines.append(piece.lstrip())
    return [cut_to(line, room, size, strong=strong) for line in lines]


class Labels:
    """The words of one drawing, and the boxes that are taken. Laws: each lies between its sides, and no two touch."""

    def __init__(self, canvas: Canvas) -> None:
        self.canvas = canvas
        self.taken: list[tuple[float, float, float, float]] = []

    def put(self, words: str, tries: Iterable[Place], size: float, *, css: str = "") -> None:
        """Sets words at the first place that is free and not outside the sides; leaves them out where there is none."""
        long = wide(words, size, strong="strong" in css)
        for x, y, anchor in tries if words and long < self.canvas.width else ():
            start = x - long * {"start": 0, "middle": 0.5, "end": 1}[anchor]
            moved = min(max(start, 1), self.canvas.width - 1 - long) - start
            if abs(moved) > 2 and anchor != "middle":
                continue
            left, right, top, foot = start + moved - 1.5, start + moved + long + 1.5, y - size * 0.78, y + size * 0.22
            if all(left >= r or right <= x or top >= f or foot <= y for x, y, r, f in self.taken):
                self.taken.append((left, top, right, foot))
                self.canvas.text((x + moved, y), words, size, css=css, anchor=anchor)
                return
