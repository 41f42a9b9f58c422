"""A finished page read back as passages: the words that stand beside each id, for the gate and for `why`.

A passage is one row of a table, one entry of a list, one card or one paragraph that shows the id of a row. This
module reads the bytes that a reader gets and knows nothing of the sections that wrote them.
"""

import re
from collections.abc import Iterator
from dataclasses import KW_ONLY, dataclass, field
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
    """The words beside one id.

    `words` is all that a reader sees there, cells apart by ` | `; `ours` leaves out the words of sources and the
    numbers of citations, so its figures are ours alone; `whole` is all of the row, card or paragraph; `heading` are
    the headings above it; `quoted` are the words of sources and the names alone.
    """

    key: str
    words: str
    ours: str
    whole: str
    _: KW_ONLY
    heading: str
    is_card: bool
    quoted: str = ""


@dataclass
class _Piece:
    text: str
    is_quoted: bool = False
    key: str = ""
    is_title: bool = False


@dataclass
class _ReadBlock:
    """A row, entry, card or paragraph that is read, as deep as it stands in the page."""

    depth: int
    heading: str
    is_card: bool
    pieces: list[_Piece] = field(default_factory=list)


def passages(page: str) -> list[Passage]:
    """The passages of the HTML of a dossier, in order; several ids of one row, card or paragraph part its words."""
    return [passage for block in _PageReader().blocks(_DRAWN.sub("", page)) for passage in _of_block(block)]


def passages_and_rest(page: str) -> tuple[list[Passage], list[str]]:
    """The passages of a page, and the words of every row, entry and paragraph without an id, such as a headline.

    Titles of sources, which stand in elements of the class `source`, are no words of ours.
    """
    found: list[Passage] = []
    rest: dict[str, None] = {}
    for block in _PageReader().blocks(_DRAWN.sub("", page), loose=True):
        if _has_id(block):
            found.extend(_of_block(block))
        else:
            rest["".join(piece.text for piece in block.pieces if not piece.is_title)] = None
    return found, [plain_words(text) for text in rest if _DIGIT.search(text)]


def labels(page: str) -> list[str]:
    """The words of every label in the drawings of a page."""
    drawings = re.findall(r"<svg\b.*?</svg>", page, re.DOTALL)
    found = (text for drawing in drawings for text in _LABEL.findall(drawing))
    words = dict.fromkeys(text for text in found if _DIGIT.search(text))
    return [plain_words(unescape(_ANY_TAG.sub("", text))) for text in words]


_DIGIT = re.compile(r"\d")
_LABEL = re.compile(r"<text\b[^>]*>(.*?)</text>", re.DOTALL)
_ANY_TAG = re.compile(r"<[^>]*>")


def _has_id(block: _ReadBlock) -> bool:
    return any(piece.key for piece in block.pieces)


class _PageReader:
    """Reads a page element by element. A block inside another, such as a row in a card, is read by itself."""

    def __init__(self) -> None:
        self._above: list[tuple[str, bool, bool, bool]] = []
        """Of each open element its name, and whether its words are of a source, the tag of an id, or a title."""
        self._figure = ""
        """The id of the row whose figure is read as a link."""
        self._open: list[_ReadBlock] = []
        self._headings = dict.fromkeys(_HEADINGS, "")

    def blocks(self, page: str, *, loose: bool = False) -> Iterator[_ReadBlock]:
        """Every block that shows an id; with `loose` every block."""
        for closes, tag, attributes, text in _TOKEN.findall(page):
            if text:
                self._read(unescape(text))
            elif tag in _VOID:
                self._part()
            elif not closes:
                self._enter(tag, attributes)
            else:
                block = self._leave(tag)
                if block is not None and (loose or _has_id(block)):
                    yield block

    def _enter(self, tag: str, attributes: str) -> None:
        found = _CLASS.search(attributes) if attributes else None
        classes = found[1].split() if found else []
        if figure := _ROW.search(attributes):
            self._figure = figure[1]
        quoted = "data-quoted" in attributes or (tag == "a" and "ref" in classes)
        is_title = bool(self._above and self._above[-1][3]) or "source" in classes
        self._above.append((tag, quoted or self._is_quoted(), tag == "code" and "tag" in classes, is_title))
        if tag in self._headings and not self._open:
            for name in _HEADINGS[_HEADINGS.index(tag) :]:
                self._headings[name] = ""
        if _WHOLE & set(classes) or tag in ("tr", "li") or (tag == "p" and not self._open):
            heading = " | ".join(words for words in map(_heading_words, self._headings.values()) if words)
            self._open.append(_ReadBlock(len(self._above), heading, not _WHOLE.isdisjoint(classes)))

    def _leave(self, tag: str) -> _ReadBlock | None:
        if tag == "a" and self._figure and self._open:
            self._open[-1].pieces.append(_Piece("", is_quoted=True, key=self._figure))
        self._figure = "" if tag == "a" else self._figure
        done = self._open.pop() if self._open and self._open[-1].depth == len(self._above) else None
        if tag in _CELLS:
            self._part()
        if self._above:
            self._above.pop()
        return done

    def _part(self) -> None:
        """Words that follow stand apart from those before."""
        if self._open:
            self._open[-1].pieces.append(_Piece(" | "))

    def _is_quoted(self) -> bool:
        return bool(self._above) and self._above[-1][1]

    def _read(self, text: str) -> None:
        _, is_quoted, is_tag, is_title = self._above[-1] if self._above else ("", False, False, False)
        if not self._open:
            for name in self._headings.keys() & {one for one, *_ in self._above}:
                self._headings[name] += text
        if self._open and is_quoted and (is_tag or _ID.fullmatch(text.strip())):
            self._open[-1].pieces.append(_Piece("", True, text.strip()))
        elif self._open:
            self._open[-1].pieces.append(_Piece(text, is_quoted, is_title=is_title))


def _of_block(block: _ReadBlock) -> Iterator[Passage]:
    """One passage an id: the words from the id before to this one, and after the last id also what follows."""
    groups: list[tuple[list[_Piece], list[str]]] = []
    words: list[_Piece] = []
    for piece in block.pieces:
        if not piece.key:
            words.append(piece)
            continue
        if groups and not any(one.text.strip(" |;,.\n") for one in words):
            groups[-1][1].append(piece.key)
        else:
            groups.append((words, [piece.key]))
        words = []
    groups[-1][0].extend(words)
    whole = plain_words("".join(piece.text for piece in block.pieces))
    for passage, keys in groups:
        text = plain_words("".join(piece.text for piece in passage))
        ours = plain_words("".join(" \0 " if piece.is_quoted else piece.text for piece in passage))
        quoted = plain_words(" | ".join(piece.text for piece in passage if piece.is_quoted))
        for key in keys:
            yield Passage(key, text, ours, whole, heading=block.heading, is_card=block.is_card, quoted=quoted)


@lru_cache(maxsize=16)
def _heading_words(text: str) -> str:
    """The words of a heading, which stands above many blocks."""
    return plain_words(text)


def plain_words(text: str) -> str:
    """Words on one line, one blank between two, cells apart by one bar.

    >>> plain_words("; One,  two |  | three ; and four . |")
    'One, two | three; and four.'
    """
    text = " ".join(text.split())
    if "|" in text:
        text = " | ".join(cell for part in text.split("|") if (cell := part.strip(" ")))
    return text.replace(" ;", ";").replace(" ,", ",").replace(" .", ".").strip(" |;,")
