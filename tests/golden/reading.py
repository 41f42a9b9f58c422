"""A dossier as plain lines, so that a change to a page is read as a difference of words and figures."""

from html.parser import HTMLParser

BLOCKS = {"p", "li", "tr", "h1", "h2", "h3", "h4", "dt", "dd", "figcaption", "section", "div", "table", "summary"}
SILENT = {"style", "script", "title"}


class _Lines(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = []
        self._now: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in BLOCKS:
            self.end_line()
        if tag in ("td", "th"):
            self._now.append(" | ")
        if tag in SILENT:
            self._silent += 1

    def handle_endtag(self, tag: str) -> None:
        if tag in BLOCKS:
            self.end_line()
        if tag in SILENT:
            self._silent -= 1

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._now.append(data)

    def end_line(self) -> None:
        text = " ".join("".join(self._now).split())
        if text:
            self.lines.append(text)
        self._now = []


def lines_of(page: bytes) -> list[str]:
    """The words and figures of a page, a paragraph or table row to the line."""
    reader = _Lines()
    reader.feed(page.decode("utf-8"))
    reader.close()
    reader.end_line()
    return reader.lines
