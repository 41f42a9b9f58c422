"""The pages that strangers may read as static files: for a file share, a web server or a USB stick.

Each address becomes one file in one folder, so that links work from `file://` too. The pages are those of the server,
from the same functions; the case is read as the public sees it. The same case gives the same bytes.
"""

import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

from provenet.case.case import Case
from provenet.case.standing import refuse_stale
from provenet.core.digest import short_digest
from provenet.core.errors import UsageFault
from provenet.core.language import ENGLISH, language
from provenet.core.progress import Progress, silent
from provenet.core.settings import Settings
from provenet.web.chrome import data_block, plain_words, rendered
from provenet.web.page import Download, Html, Route, Visit, newest_day_query, pages, path_words, settings_from
from provenet.web.pages.search import KINDS, index
from provenet.web.reading import Reading
from provenet.web.settings import SiteSettings

STATIC = Path(__file__).resolve().parent / "static"
BORDERS = Path(__file__).resolve().parent.parent / "dossier" / "borders.json"
MARK = "provenet-site.txt"
"""The file by which a folder is known as a site of ours; it names the state of the case."""
LONGEST_NAME = 100
"""Characters of a file name before its words are put into a digest."""
ABSENT = "absent:"
"""The address of what the site lacks, until its link is taken out of the page."""
_ABSENT_LINK = re.compile(rb'<a\b[^>]*\bhref="absent:[^"]*"[^>]*>(.*?)</a>', re.DOTALL)
_ABSENT_FORM = re.compile(rb'<form\b[^>]*\baction="absent:[^"]*"[^>]*>.*?</form>', re.DOTALL)


def write_site(case: str, settings: SiteSettings) -> list[str]:
    """Writes the public pages of a case as files, and gives their names.

    Raises CaseFault where the folder is no case, StaleInput where a figure that it would print is stale, UsageFault
    where OUT lies inside a case or something else stands there.
    """
    reading = Reading(Case.open(case), public=True)
    refuse_stale(reading.stale, "site")
    out = settings.out.absolute()
    if out.exists() and not (out / MARK).is_file():
        raise UsageFault(f"{settings.out}: something else stands here; name a new folder, or an earlier site to renew.")
    if out.resolve().is_relative_to(reading.folder.resolve()):
        raise UsageFault(f"{settings.out}: lies inside the case; name a folder outside of it.")
    files = {
        MARK: f"{reading.digest}\n".encode(),
        **site_files(reading, replies=settings.replies, progress=settings.progress),
    }
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


def site_files(reading: Reading, *, replies: str | None = None, progress: Progress = silent) -> dict[str, bytes]:
    """Every file of the site by its name."""
    places = _SiteAddresses(reading)
    files: dict[str, bytes] = {}
    for at, place in enumerate(places.all):
        progress("pages written", at, len(places.all))
        visit = Visit(
            reading=reading,
            link=places.link,
            tongue=language(place.words.get("lang", "en")),
            path=place.path,
            question=place.question,
            address=place.address,
            replies=replies,
            permanent=place.name,
        )
        reply = place.route.answer(visit)
        if isinstance(reply, Html):
            files[place.name] = without_absent(rendered(reply, visit, static=True))
        elif isinstance(reply, Download):
            files[place.name] = reply.data
    files["search-index.js"] = _search_index(reading, places.link)
    for file in sorted(STATIC.rglob("*")):
        if file.is_file():
            files[f"static/{file.relative_to(STATIC).as_posix()}"] = file.read_bytes()
    files["static/borders.json"] = BORDERS.read_bytes()
    return files


def without_absent(page: bytes) -> bytes:
    """A page whose links to what the site lacks are plain words, and whose forms that need a server are gone."""
    return _ABSENT_LINK.sub(rb"\1", _ABSENT_FORM.sub(b"", page))


@dataclass(frozen=True)
class _SiteAddress:
    """One address of the site: its route and the words of its path and query."""

    route: Route
    words: Mapping[str, str]

    @cached_property
    def path(self) -> Mapping[str, str]:
        """The words of the path."""
        return {name: self.words[name] for name in path_words(self.route.path)}

    @cached_property
    def question(self) -> Settings | None:
        """The query, as the route reads it."""
        query = [(name, value) for name, value in self.words.items() if name not in self.path]
        return settings_from(self.route.question, query) if self.route.question else None

    @cached_property
    def address(self) -> str:
        """The address that the page has on a server, without its query."""
        return re.sub(r"\{(\w+)(?::path)?\}", lambda found: self.words[found[1]], self.route.path)

    @cached_property
    def name(self) -> str:
        """The name of its file."""
        return file_name(self.route.path, self.words)


class _SiteAddresses:
    """Every address of the site, and the links between them."""

    def __init__(self, reading: Reading) -> None:
        self._newest = newest_day_query(reading)
        self.all = list(self._found(reading))
        self._names = {(place.route.path, frozenset(place.words.items())): place.name for place in self.all}
        assert len(set(self._names.values())) == len(self.all), "two addresses of the site have one file"

    def _found(self, reading: Reading) -> Iterator[_SiteAddress]:
        seen: set[object] = set()
        visit = Visit(reading=reading, link=self.link, tongue=ENGLISH)
        for page in (one for one in pages() if one.public and one.is_filled(visit)):
            for route in page.routes:
                for words in route.addresses(reading) if route.addresses else ():
                    own = self._canonical(words)
                    if (key := (route.path, frozenset(own.items()))) not in seen:
                        seen.add(key)
                        yield _SiteAddress(route, own)

    def _canonical(self, words: Mapping[str, object]) -> dict[str, str]:
        """The words of an address: the newest day, which pages show unasked, is no word of it."""
        given = plain_words(words)
        days = {name: given[name] for name in ("as_of", "known_on") if name in given}
        return {name: word for name, word in given.items() if name not in days} if days == self._newest else given

    def link(self, path: str, /, **words: object) -> str:
        """The file of an address; what the site lacks leads nowhere, and `without_absent` takes such a link away."""
        if path.startswith("/static/"):
            return path[1:]
        return self._names.get((path, frozenset(self._canonical(words).items())), ABSENT)


def file_name(path: str, words: Mapping[str, str]) -> str:
    """The name of the file of an address: `/country/{country}` with germany is `country-germany.html`.

    Words of the query follow those of the path. A path that ends with the name of a file, or with the word `file`,
    keeps its ending.
    """
    named = path_words(path)
    text = re.sub(r"\{(\w+)(?::path)?\}", lambda found: words[found[1]], path).strip("/")
    suffix = PurePosixPath(text).suffix if path.endswith("{file}") or "." in path.rpartition("/")[2] else ".html"
    query = sorted((name.replace("_", "-"), word) for name, word in words.items() if name not in named)
    whole = "/".join([text.removesuffix(suffix) or "index", *(f"{name}-{word}" for name, word in query)]).strip("/")
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", whole).strip("-.")
    # On a stick, names in small and in large letters are the same name.
    is_odd = any("/" in word or word != word.lower() for word in words.values()) or plain != whole.replace("/", "-")
    if len(plain) > LONGEST_NAME or is_odd:
        plain = f"{plain[:LONGEST_NAME]}-{short_digest(whole, 8)}"
    return f"{plain}{suffix}"


def _search_index(reading: Reading, link: Callable[..., str]) -> bytes:
    """What the search of the site reads: a line each, since a page from a file share may load scripts but no data."""
    held = index(reading)
    found = [
        {name: getattr(entry, name) for name in ("title", "text", "kind", "names", "joined")}
        | {"address": f"{address}{entry.place}", "group": KINDS[entry.kind]}
        for entry in held.entries
        if (address := link(entry.path, **entry.words)) != ABSENT
    ]
    return f"window.provenetIndex = {data_block(found)};\nwindow.provenetSame = {data_block(held.same)};\n".encode()
