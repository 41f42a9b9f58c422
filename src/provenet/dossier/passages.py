"""The words that stand beside each id on a page, for `why` and the page of a figure.

A passage is one row of a table, one entry of a list, one card or one paragraph that shows the id of a row.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from html import unescape

_DRAWN = re.compile(r"<svg\b.*?</svg>|<style\b.*?</style>", re.DOTALL)
_TOKEN = re.compile(r"<(/?)([a-z][a-z0-9]*)([^>]*)>|([^<]+)")
_CLASS = re.compile(r'\bclass="([^"]*)"')
_ROW = re.compile(r'\bdata-row="([^"]*)"')
_ID = re.compile(r"[a-z_]+-[0-9a-f]{16}")
"""The id of a row of a result, where a page writes it without a tag."""
_VOID = frozenset(("br", "img", "col", "meta", "link", "hr", "!doctype"))
_HEADINGS = ("h2", "h3", "h4")
_WHOLE = frozenset(("card", "finding"))
"""Classes of elements that are one passage, whatever they hold."""
_CELLS = frozenset(("td", "th", "p", "h3", "h4", "div", "li"))
"""Elements whose words stand apart from those before them."""


@dataclass(frozen=True)
class Passage:
    """The words beside one id, cells apart by ` | `, and the headings above them."""

    key: str
    words: str
    heading: str


@dataclass
class _Paragraph:
    """A row, entry, card or paragraph that is read, as deep as it stands in the page: its words, and ids among them."""

    depth: int
    heading: str
    pieces: list[tuple[str, bool]] = field(default_factory=list)
    """Each text, and whether it is an id."""


def passages(page: str) -> list[Passage]:
    """The passages of the HTML of a dossier, in order; several ids of one row, card or paragraph part its words."""
    return [passage for block in _PageReader().blocks(_DRAWN.sub("", page)) for passage in _of_block(block)]


class _PageReader:
    """Reads a page element by element. A block inside another, such as a row in a card, is read by itself."""

    def __init__(self) -> None:
        self._above: list[tuple[str, bool, bool]] = []
        """Of each open element its name, whether its words are of a source, and whether it is the tag of an id."""
        self._figure = ""
        """The id of the row whose figure is read as a link."""
        self._open: list[_Paragraph] = []
        self._headings = dict.fromkeys(_HEADINGS, "")

    def blocks(self, page: str) -> Iterator[_Paragraph]:
        """Every block that shows an id."""
        for closes, tag, attributes, text in _TOKEN.findall(page):
            if text:
                self._read(unescape(text))
            elif tag in _VOID:
                self._add(" | ")
            elif not closes:
                self._enter(tag, attributes)
            else:
                block = self._leave(tag)
                if block is not None and any(is_id for _, is_id in block.pieces):
                    yield block

    def _enter(self, tag: str, attributes: str) -> None:
        found = _CLASS.search(attributes) if attributes else None
        classes = found[1].split() if found else []
        if figure := _ROW.search(attributes):
            self._figure = figure[1]
        is_quoted = "data-quoted" in attributes or (tag == "a" and "ref" in classes)
        is_quoted = is_quoted or bool(self._above and self._above[-1][1])
        self._above.append((tag, is_quoted, tag == "code" and "tag" in classes))
        if tag in self._headings and not self._open:
            for name in _HEADINGS[_HEADINGS.index(tag) :]:
                self._headings[name] = ""
        if _WHOLE & set(classes) or tag in ("tr", "li") or (tag == "p" and not self._open):
            heading = " | ".join(words for words in map(_plain_words, self._headings.values()) if words)
            self._open.append(_Paragraph(len(self._above), heading))

    def _leave(self, tag: str) -> _Paragraph | None:
        if tag == "a" and self._figure:
            self._add(self._figure, is_id=True)
        self._figure = "" if tag == "a" else self._figure
        done = self._open.pop() if self._open and self._open[-1].depth == len(self._above) else None
        if tag in _CELLS:
            self._add(" | ")
        if self._above:
            self._above.pop()
        return done

    def _add(self, text: str, *, is_id: bool = False) -> None:
        if self._open:
            self._open[-1].pieces.append((text, is_id))

    def _read(self, text: str) -> None:
        _, is_quoted, is_tag = self._above[-1] if self._above else ("", False, False)
        if not self._open:
            for name in self._headings.keys() & {one for one, *_ in self._above}:
                self._headings[name] += text
        is_id = is_quoted and (is_tag or bool(_ID.fullmatch(text.strip())))
        self._add(text.strip() if is_id else text, is_id=is_id)


def _of_block(block: _Paragraph) -> Iterator[Passage]:
    """One passage an id: the words from the id before to this one, and after the last id also what follows."""
    groups: list[tuple[list[str], list[str]]] = []
    words: list[str] = []
    for text, is_id in block.pieces:
        if not is_id:
            words.append(text)
            continue
        if groups and not any(one.strip(" |;,.\n") for one in words):
            groups[-1][1].append(text)
        else:
            groups.append((words, [text]))
        words = []
    groups[-1][0].extend(words)
    yield from (Passage(key, _plain_words("".join(said)), block.heading) for said, keys in groups for key in keys)


@lru_cache(maxsize=64)
def _plain_words(text: str) -> str:
    """Words on one line, one blank between two, cells apart by one bar.

    >>> _plain_words("; One,  two |  | three ; and four . |")
    'One, two | three; and four.'
    """
    text = " ".join(text.split())
    if "|" in text:
        text = " | ".join(cell for part in text.split("|") if (cell := part.strip(" ")))
    return text.replace(" ;", ";").replace(" ,", ",").replace(" .", ".").strip(" |;,")
