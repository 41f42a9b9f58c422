"""The body of a page read back as a tree of a closed set of elements, for the PDF."""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

from provenet.core.errors import clip

Node = dict[str, Any]

BLOCKS = frozenset(
    ("header", "nav", "main", "footer", "section", "div", "p", "h1", "h2", "h3", "h4", "ul", "ol", "li", "table")
)
ROWS = frozenset(("caption", "thead", "tbody", "tr", "th", "td"))
INLINE = frozenset(("span", "b", "small", "sup", "code", "a", "br", "img", "time"))
DROPPED = frozenset(("nav", "details"))
"""Left out of the PDF: its bookmarks do the work of the one, and the HTML page holds the other."""

SCREEN = "screen"
"""The class of an element that only the HTML page shows."""

KNOWN = BLOCKS | ROWS | INLINE | DROPPED | {"summary"}

_TOKEN = re.compile(r'<(/?)([a-z0-9]+)((?: [a-z-]+(?:="[^"]*")?)*)>|([^<]+)')
_ATTRIBUTE = re.compile(r' ([a-z-]+)="([^"]*)"')
_SPACE = re.compile(r"[ \t\r\n\f]+")


def read_body(page: str) -> list[Any]:
    """The tree of a page's body: a node is text, or `{"e": element, "c": classes, "k": children, ...}`.

    Runs of white space are one space. The page is one that our templates write: lower-case elements, attributes in
    double quotes, every text escaped. Raises ValueError for an element outside the closed set, so that a new section
    cannot lose content in the PDF unnoticed.
    """
    root: Node = {"e": "root", "c": [], "k": []}
    above, end = [root], 0
    for token in _TOKEN.finditer(page):
        if token.start() != end:
            break
        end = token.end()
        closes, tag, attributes, text = token.groups()
        if text is not None:
            above[-1]["k"].append(unescape(text))
        elif closes:
            if above[-1]["e"] != tag:
                raise ValueError(f"a section's template closes <{tag}> while <{above[-1]['e']}> is open")
            above.pop()
        else:
            node = _node(tag, attributes)
            if tag not in DROPPED:
                above[-1]["k"].append(node)
            if tag not in {"br", "img"}:
                above.append(node)
    if end != len(page):
        raise ValueError(f"a section's template writes what the PDF cannot read: {clip(page[end:])!r}")
    return _tidy(root["k"])


def _node(tag: str, attributes: str) -> Node:
    if tag not in KNOWN:
        raise ValueError(f"a section's template uses <{tag}>, which the PDF does not know; see dossier/document.py")
    if not attributes:
        return {"e": tag, "c": [], "k": []}
    given = {name: unescape(value) for name, value in _ATTRIBUTE.findall(attributes)}
    node: Node = {"e": tag, "c": given.get("class", "").split(), "k": []}
    if "data-widths" in given:
        node["widths"] = [int(w) for w in given["data-widths"].split()]
    if "data-drawing" in given:
        node["drawing"] = int(given["data-drawing"])
        node["alt"] = given.get("alt", "")
    if given.get("href", "").startswith("http") or "data-row" in given:
        node["href"] = given["href"]
    return node


def _tidy(children: list[Any]) -> list[Any]:
    """White space collapsed, blanks between blocks and what only the screen shows removed."""
    tidy: list[Any] = []
    for child in children:
        if isinstance(child, str):
            text = _SPACE.sub(" ", child)
            if tidy and isinstance(tidy[-1], str):
                tidy[-1] = _SPACE.sub(" ", tidy[-1] + text)
            elif text:
                tidy.append(text)
        elif SCREEN not in child["c"]:
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
