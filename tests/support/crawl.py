"""Follows every link of the app, and says what a page must not hold."""

import re
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urldefrag, urlsplit

from provenet.web.page import pages
from support.web_client import TestClient

ADDRESSES = ("href", "src", "action", "formaction", "data", "poster", "data-fill", "data-job")
FORBIDDEN = frozenset({"iframe", "object", "embed", "base", "frame", "applet", "style"})


@dataclass
class Found(HTMLParser):
    """One page, read as a browser reads it."""

    text: str
    links: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    ids: Counter[str] = field(default_factory=Counter)
    headings: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.feed(self.text)
        self.close()
        self.wrong += [f"the id {name} stands {count} times" for name, count in self.ids.items() if count > 1]
        if self.headings.count(1) != 1:
            self.wrong.append(f"{self.headings.count(1)} headings of the first level")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Looks at one element."""
        given = {name: value or "" for name, value in attrs}
        if tag == "script" and not ("src" in given or given.get("type") == "application/json"):
            self.wrong.append(f"an inline script {given}")
        if tag in FORBIDDEN or (tag == "meta" and "http-equiv" in given):
            self.wrong.append(f"an element {tag} {given}")
        self.wrong += [f"an attribute {name} of {tag}" for name in given if name.startswith("on") or name == "style"]
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if "id" in given:
            self.ids[given["id"]] += 1
        for name in ADDRESSES:
            if name in given:
                self._address(tag, name, given[name])

    def _address(self, tag: str, name: str, value: str) -> None:
        scheme = urlsplit(value.strip()).scheme.lower() if value.isprintable() else "odd"
        if scheme in ("http", "https", "mailto") and tag == "a":
            return
        if value.startswith("data:,") and tag == "link":
            return
        if scheme or value.startswith(("//", "/\\")):
            self.wrong.append(f"{tag} {name}={value[:80]!r}")
        elif tag == "a" or name.startswith("data-"):
            self.links.append(value)


def crawl(asked: TestClient, first: str = "/", *, most: int) -> Iterator[tuple[str, int, str, list[str]]]:
    """Every page that links lead to, at most so many of each route: its address, status, text, and what is wrong."""
    routes = [route.path for page in pages() for route in page.routes if route.method == "GET"]
    patterns = [re.compile(re.sub(r"\\{\w+(:path)?\\}", "[^/]+", re.escape(one))) for one in routes]
    seen, counts, waiting = {first}, Counter[int](), deque([first])
    while waiting:
        address = waiting.popleft()
        answer = asked.get(address)
        is_saved = "content-disposition" in answer.headers
        is_page = answer.headers.get("content-type", "").startswith("text/html") and not is_saved
        found = Found(answer.text) if is_page else None
        yield address, answer.status_code, answer.text if is_page else "", found.wrong if found else []
        for link in found.links if found else ():
            to = urldefrag(link).url
            if not to.startswith("/") or to in seen or to.startswith("/static/") or to.endswith("/events"):
                continue
            seen.add(to)
            route = next((at for at, one in enumerate(patterns) if one.fullmatch(urlsplit(to).path)), -1)
            counts[route] += 1
            if counts[route] <= most:
                waiting.append(to)
