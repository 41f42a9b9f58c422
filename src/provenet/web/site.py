"""The pages that strangers may read as static files: for a file share, a web server or a USB stick.

Each address becomes one file in one folder, so that links work from `file://` too. The pages are those of the server,
from the same functions; the case is read as the public sees it. The same case gives the same bytes.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path, PurePosixPath

from provenet.case.case import Case
from provenet.core.digest import short_digest
from provenet.core.errors import UsageFault
from provenet.core.progress import Progress, silent
from provenet.web.chrome import plain_words, rendered, tongue
from provenet.web.page import Download, Html, Page, Route, Visit, pages
from provenet.web.reading import Reading
from provenet.web.settings import SiteSettings

STATIC = Path(__file__).resolve().parent / "static"
MARK = "provenet-site.txt"
"""The file by which a folder is known as a site of ours; it names the state of the case."""
LONGEST_NAME = 100
"""Characters of a file name before its words are put into a digest."""


def write_site(case: str, settings: SiteSettings) -> list[str]:
    """Writes the public pages of a case as files, and gives their names.

    Raises CaseFault where the folder is no case, UsageFault where OUT lies inside one.
    """
    reading = Reading(Case.open(case), public=True)
    out = settings.out.absolute()
    if out.exists() and not (out / MARK).is_file():
        raise UsageFault(f"{settings.out}: something else stands here; name a new folder, or an earlier site to renew.")
    if out.resolve().is_relative_to(reading.folder.resolve()):
        raise UsageFault(f"{settings.out}: lies inside the case; name a folder outside of it.")
    files = {MARK: f"{reading.digest}\n".encode(), **site_files(reading, settings.progress)}
    _write(out, files)
    return sorted(files)


def _write(out: Path, files: Mapping[str, bytes]) -> None:
    """Writes a folder aside and then puts it in its place, so that a half-written site never has its name."""
    aside, old = out.with_name(f".{out.name}.writing"), out.with_name(f".{out.name}.old")
    try:
        for left in (aside, old):
            shutil.rmtree(left, ignore_errors=True)
        for name, data in files.items():
            place = aside / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
        if out.exists():
            out.rename(old)
        aside.rename(out)
        shutil.rmtree(old, ignore_errors=True)
    except OSError as err:
        raise UsageFault(f"{out}: the site cannot be written ({err.strerror}).") from err


def site_files(reading: Reading, progress: Progress = silent) -> dict[str, bytes]:
    """Every file of the site by its name."""
    places = {(route.path, frozenset(words.items())): (page, route, words) for page, route, words in _places(reading)}
    files: dict[str, bytes] = {}
    link = _links(set(places))
    for at, (_, route, words) in enumerate(places.values()):
        progress("pages written", at, len(places))
        address = route.path.format_map(words) if words else route.path
        question = route.question() if route.question else None
        visit = Visit(reading=reading, link=link, tongue=tongue("en"), path=words, question=question, address=address)
        reply = route.answer(visit)
        if isinstance(reply, Html):
            files[file_name(route.path, words)] = rendered(reply, visit, static=True)
        elif isinstance(reply, Download):
            files[file_name(route.path, words, PurePosixPath(reply.name or "").suffix)] = reply.data
    for place in sorted(STATIC.rglob("*")):
        if place.is_file():
            files[f"static/{place.relative_to(STATIC).as_posix()}"] = place.read_bytes()
    return files


def _places(reading: Reading) -> Iterator[tuple[Page, Route, Mapping[str, str]]]:
    """Every address of the site: its page, its route and the words of its path."""
    for page in pages():
        for route in page.routes if page.public else ():
            if route.addresses is not None:
                for words in route.addresses(reading):
                    yield page, route, dict(words)


def file_name(path: str, words: Mapping[str, str], suffix: str = ".html") -> str:
    """The name of the file of an address: `/country/{country}` with germany is `country-germany.html`."""
    text = re.sub(r"\{(\w+)\}", lambda found: words[found[1]], path).strip("/")
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip("-.") or "index"
    if len(plain) > LONGEST_NAME or (plain != text.replace("/", "-") and text):
        plain = f"{plain[:LONGEST_NAME]}-{short_digest(text, 8)}"
    return f"{plain}{suffix}"


def _links(places: set[tuple[str, frozenset[tuple[str, str]]]]) -> Callable[..., str]:
    """Makes addresses between files of one folder; an address that the site lacks leads to its first page."""

    def link(path: str, /, **words: object) -> str:
        if path.startswith("/static/"):
            return path[1:]
        given = plain_words(words)
        named = {name: given[name] for name in re.findall(r"\{(\w+)\}", path)}
        return file_name(path, named) if (path, frozenset(named.items())) in places else "index.html"

    return link
