"""The body of a page read back as a tree of a closed set of elements, for the PDF."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

Node = dict[str, Any]

BLOCKS = frozenset(
    ("header", "nav", "main", "footer", "section", "div", "p", "h1", "h2", "h3", "h4", "ul", "ol", "li", "table")
)
ROWS = frozenset(("thead", "tbody", "tr", "th", "td"))
INLINE = frozenset(("span", "b", "small", "sup", "code", "a", "br", "img"))
DROPPED = frozenset(("nav", "details"))
"""Left out of the PDF: its bookmarks do the work of the one, and the HTML page holds the other."""

SCREEN = "screen"
"""The class of an element that only the HTML page shows."""

_SPACE = re.compile(r"[ \t\r\n\f]+")


def read_body(page: str) -> list[Any]:
    """The tree of a page's body: a node is text, or `{"e": element, "c": classes, "k": children, ...}`.

    Runs of white space are one space. Raises ValueError for an element outside the closed set, so that a new section
    cannot lose content in the PDF unnoticed.
    """
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return _tidy(reader.root["k"])


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root: Node = {"e": "root", "c": [], "k": []}
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Opens an element."""
        if tag not in BLOCKS | ROWS | INLINE | DROPPED | {"summary"}:
            raise ValueError(f"a section's template uses <{tag}>, which the PDF does not know; see dossier/document.py")
        given = dict(attrs)
        node: Node = {"e": tag, "c": (given.get("class") or "").split(), "k": []}
        if "data-widths" in given:
            node["widths"] = [int(w) for w in (given["data-widths"] or "").split()]
        if "data-drawing" in given:
            node["drawing"] = int(given["data-drawing"] or 0)
            node["alt"] = given.get("alt") or ""
        if (given.get("href") or "").startswith("http"):
            node["href"] = given["href"]
        self._open[-1]["k"].append(node)
        if tag not in {"br", "img"}:
            self._open.append(node)

    def handle_endtag(self, tag: str) -> None:
        """Closes the element that is open."""
        if self._open[-1]["e"] != tag:
            raise ValueError(f"a section's template closes <{tag}> while <{self._open[-1]['e']}> is open")
        self._open.pop()

    def handle_data(self, data: str) -> None:
        """Takes text."""
        self._open[-1]["k"].append(data)


def _tidy(children: list[Any]) -> list[Any]:
    """White space collapsed, blanks between blocks and dropped elements removed."""
    tidy: list[Any] = []
    for child in children:
        if isinstance(child, str):
            text = _SPACE.sub(" ", child)
            if tidy and isinstance(tidy[-1], str):
                tidy[-1] = _SPACE.sub(" ", tidy[-1] + text)
            elif text:
                tidy.append(text)
        elif child["e"] not in DROPPED and SCREEN not in child["c"]:
            tidy.append({**child, "k": _tidy(child["k"])})
    return [c for i, c in enumerate(tidy) if c != " " or not _beside_block(tidy, i)]


def _beside_block(nodes: list[Any], at: int) -> bool:
    around = [nodes[i] for i in (at - 1, at + 1) if 0 <= i < len(nodes)]
    if len(around) < 2:
        return True
    return any(not isinstance(n, str) and n["e"] in BLOCKS | ROWS for n in around)


def texts(nodes: list[Any]) -> Iterator[str]:
    """Every text of a tree."""
    for node in nodes:
        if isinstance(node, str):
            yield node
        else:
            yield from texts(node["k"])
