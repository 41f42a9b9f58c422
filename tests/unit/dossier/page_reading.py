"""Reading a page back: its elements, its ids and links, and the words that are ours rather than a source's."""

import re
from html.parser import HTMLParser

OUR_WORDS = re.compile(
    r"\b(guilty|guilt|innocent|spy|spies|spied|spying|espionage|ban|bans|banned|safe|unsafe|clean|trusted|untrusted"
    r"|trustworthy|risky|suppliers?|operators?|confirmed|confirms|allegations?|alleged|suspects?|suspected|threats?"
    r"|malicious|hostile|backdoors?|adversar(y|ies)|regime|CONFIRMED|PARTIAL|DERIVED|UNCONFIRMED)\b",
    re.IGNORECASE,
)
NASTY = (
    "<script>alert(1)</script>\"'&<img src=x onerror=y> #panic() $x$ *b* _i_ `c` @ref <lab> \\ // {{ 7 * 7 }} {% x %} "
    "javascript:z \x00\x1b\u202e</svg>]]>"
)
VOID = frozenset(("meta", "br", "img", "col", "link", "input", "hr"))


class Page(HTMLParser):
    """Everything a test asks of a page."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.texts: list[str] = []
        self.ours: list[str] = []
        self._open: list[tuple[str, bool]] = []
        self.feed(data.decode("utf-8"))
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        assert len(given) == len(attrs), f"an attribute stands twice in <{tag}>"
        self.tags.append((tag, given))
        if "id" in given:
            self.ids.append(given["id"] or "")
        if "href" in given:
            self.links.append(given["href"] or "")
        if tag not in VOID:
            self._open.append((tag, "data-quoted" in given or tag == "style"))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open, f"</{tag}> closes nothing"
        assert self._open[-1][0] == tag, f"</{tag}> closes <{self._open[-1][0]}>"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        if not any(tag == "style" for tag, _ in self._open):
            self.texts.append(data)
        if not any(quoted for _, quoted in self._open):
            self.ours.append(data)

    @property
    def text(self) -> str:
        """All that a reader sees, runs of white space as one space."""
        return " ".join(" ".join(self.texts).split())


def check_page(page: Page) -> None:
    """The page holds the elements of a page of ours alone, asks for nothing, and its links lead somewhere."""
    allowed = {"html", "head", "meta", "title", "style", "body", "header", "nav", "main", "footer", "section", "div"}
    allowed |= {"p", "h1", "h2", "h3", "h4", "ul", "ol", "li", "table", "colgroup", "col", "thead", "tbody", "tr", "th"}
    allowed |= {"caption", "td", "span", "b", "small", "sup", "code", "a", "br", "details", "summary", "time"}
    allowed |= {"svg", "rect", "line", "circle", "path", "text", "defs", "pattern", "clippath"}
    assert {tag for tag, _ in page.tags} <= allowed
    for tag, given in page.tags:
        assert not [name for name in given if name.startswith("on")], tag
        assert not {"src", "srcset", "action", "ping", "background", "poster"} & set(given), tag
    assert len(page.ids) == len(set(page.ids))
    inside = [link[1:] for link in page.links if link.startswith("#")]
    assert [
        link
        for link in page.links
        if not (
            link.startswith(("#", "https://", "http://"))
            or re.fullmatch(r"[a-z0-9-]+(?:-annex|-turned-out)?(?:\.html(?:#[\w.-]+)?|\.pdf|-data/[\w.-]+)", link)
        )
    ] == []
    assert sorted(set(inside) - set(page.ids)) == []


IDENTIFIER = re.compile(r"\b[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)+\b")
ADDRESS = re.compile(r"https?://\S+|\S+@\S+|[\w./-]+\.(?:atom|csv|html|ics|json|toml|txt|xlsx)\b")
CODE = frozenset(("code", "kbd", "pre", "script", "style", "textarea"))


class _Words(HTMLParser):
    """The words of a page outside code."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._depth += tag in CODE

    def handle_endtag(self, tag: str) -> None:
        self._depth -= tag in CODE

    def handle_data(self, data: str) -> None:
        if not self._depth:
            self.texts.append(data)


def raw_identifiers(page: str) -> set[str]:
    """Names of columns, facts or rows that a page prints as if they were words: those with an underscore, no code.

    What is in capitals is the name of a network.
    """
    if "_" not in page:
        return set()
    words = _Words()
    words.feed(page)
    texts = (ADDRESS.sub(" ", text) for text in words.texts if "_" in text)
    return {found for text in texts for found in IDENTIFIER.findall(text) if not found.isupper()}
