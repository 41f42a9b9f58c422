"""A graph of AS relationships opened for a tool, and its networks by number, name, country and tag.

A graph is read once, then mapped from the user's cache folder.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from provenet.core.countries import countries
from provenet.core.digest import sha256_bytes
from provenet.core.errors import UsageFault, clip, nearest, visible
from provenet.core.ids import names_in
from provenet.core.progress import Progress
from provenet.core.user_cache import CachedArrays, load_arrays, sources_digest, store_arrays
from provenet.ingest.bgp.numbers import AsLinks
from provenet.numerics.arrays import Longs
from provenet.routing.kernels.condense import ClassLinks, Condensed, CoreLinks, condense
from provenet.routing.kernels.csr import Topology, topology
from provenet.tools.files import refuse_missing

READERS = names_in(
    "core/user_cache.py tools/graphs.py ingest/opening.py ingest/plain_lines.py ingest/bgp/as_links.py "
    "ingest/bgp/numbers.py routing/kernels/csr.py routing/kernels/condense.py routing/kernels/rings.py"
)
"""The sources that make an opened graph of a file: where one changes, graphs are opened anew."""
BLOCK_BYTES = 2**20


@dataclass(frozen=True)
class OpenGraph:
    """A graph as its file says it, and as routing takes it."""

    links: AsLinks
    core: Condensed


def open_graph(place: Path, progress: Progress) -> OpenGraph:
    """The graph in a file of CAIDA's AS relationships, from the cache where it was opened before.

    The cache goes by the SHA-256 of the file and of the code that reads it, so that it never answers for another.
    Raises as `read_as_links` does. Cost O(E log E), or O(bytes) where it is cached.
    """
    code = (sources_digest(*READERS) or "")[:16]
    digest = file_digest(place) if code else None
    if digest is not None:
        kept = load_arrays("graph", f"{digest}-{code}")
        if kept is not None:
            return _opened(kept, visible(place.name))
    from provenet.ingest.bgp.as_links import read_as_links

    links = read_as_links(place, progress)
    core = condensed(links)
    if code:
        arrays, note = _kept(links, core)
        store_arrays("graph", f"{links.digest}-{code}", arrays, note=note)
    return OpenGraph(links, core)


def condensed(links: AsLinks) -> Condensed:
    """The links as routing takes them. Cost O(E log E)."""
    return condense(topology(links.provider, links.customer, links.peer_a, peer_b=links.peer_b, alone=links.alone))


def file_digest(place: Path) -> str | None:
    """The SHA-256 of a file, None where it cannot be read or is no plain file."""
    if not place.is_file():
        return None
    seen = hashlib.sha256()
    try:
        with place.open("rb") as stream:
            while block := stream.read(BLOCK_BYTES):
                seen.update(block)
    except OSError:
        return None
    return seen.hexdigest()


_LINKS = ("provider", "customer", "transit_sources", "peer_a", "peer_b", "peer_sources", "peer_mlp_only", "alone")


def _kept(links: AsLinks, core: Condensed) -> tuple[dict[str, Any], Any]:
    own: dict[str, Any] = {one.name: getattr(core, one.name) for one in fields(core)}
    parts = {
        "links": {name: getattr(links, name) for name in _LINKS},
        "topology": {one.name: getattr(core.topology, one.name) for one in fields(own.pop("topology"))},
        "core_links": own.pop("links")._asdict(),
        "class_links": own.pop("class_links")._asdict(),
        "core": own,
    }
    arrays = {f"{of}.{name}": array for of, part in parts.items() for name, array in part.items()}
    note = {name: dict(getattr(links, name)) for name in ("counts", "sources")}
    return arrays, {**note, "remarks": list(links.remarks), "digest": links.digest}


def _opened(kept: CachedArrays, name: str) -> OpenGraph:
    def part(of: str) -> dict[str, Any]:
        return {key.removeprefix(of): array for key, array in kept.arrays.items() if key.startswith(of)}

    links = AsLinks(
        **part("links."),
        counts=kept.note["counts"],
        sources=kept.note["sources"],
        remarks=tuple(kept.note["remarks"]),
        digest=kept.note["digest"],
        name=name,
    )
    among, ends = CoreLinks(**part("core_links.")), ClassLinks(**part("class_links."))
    return OpenGraph(links, Condensed(Topology(**part("topology.")), links=among, class_links=ends, **part("core.")))


MOST_ASN = 2**32 - 1
LISTED = 10
"""Networks of one name that a message lists."""
COUNTRY, TAG = "country", "tag"
"""What may stand before the colon of a set of networks, beside the name of a tag."""
EXPECTED = "an AS number such as AS64500, a name, country:CC, a tag, tag:CC, or a file of one ASN a line"
NAME_READERS = names_in(
    "tools/graphs.py ingest/opening.py ingest/plain_lines.py ingest/bgp/as_tables.py ingest/bgp/numbers.py "
    "core/countries.csv core/user_cache.py"
)
"""The sources that make the names of a file: where one changes, it is read anew."""
_NUMBER = re.compile(r"(?i:as)?([0-9]{1,10})")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class NetworkNames:
    """What is known of networks beside a graph: `name` and `country`, two letters, by AS number; `tags` by name.

    `also` are other names, those of the files of tags. Empty where nobody gave files of names and tags.
    """

    name: dict[int, str] = field(default_factory=dict)
    country: dict[int, str] = field(default_factory=dict)
    tags: dict[str, frozenset[int]] = field(default_factory=dict)
    also: tuple[tuple[int, str], ...] = ()

    def describe(self, asn: int) -> dict[str, object]:
        """A network as answers name it: `asn`, `name` and `country`, null where they are not known."""
        return {"asn": asn, "name": self.name.get(asn), "country": self.country.get(asn)}

    def label(self, asn: int) -> str:
        """A network in words: number, name and country as far as known."""
        words = [f"AS{asn}", self.name.get(asn, "")]
        country = self.country.get(asn)
        return " ".join(word for word in words if word) + (f", {country}" if country else "")

    def tags_of(self, asn: int) -> list[str]:
        """The tags of a network, in order."""
        return sorted(tag for tag, asns in self.tags.items() if asn in asns)

    def registered_in(self, code: str) -> list[int]:
        """The networks registered in a country, ascending."""
        return sorted(asn for asn, country in self.country.items() if country == code)

    @cached_property
    def _texts(self) -> list[tuple[int, str, tuple[str, ...]]]:
        """Every name, without regard to case, and its words."""
        folded = [(asn, name.casefold()) for asn, name in (*self.name.items(), *self.also)]
        return [(asn, name, tuple(_WORD.findall(name))) for asn, name in folded]

    def find(self, text: str, what: str, in_graph: Callable[[int], bool] = lambda _: True) -> int:
        """The one network that a text names: by AS number, by name, or by words of its name.

        Of several the one in the graph is meant, where there is but one. `what` names the text in messages. Raises
        UsageFault where no network or more than one is meant, with the nearest name or with those that are.
        """
        number = read_number(text)
        if number is not None:
            return number
        if not self.name:
            raise UsageFault(f"{what}: {clip(text)!r} is no AS number; to find networks by name, give --names FILE.")
        for found in self._named(text):
            here = [asn for asn in found if in_graph(asn)] or found
            if len(here) == 1:
                return here[0]
            if here:
                listed = "; ".join(self.label(asn) for asn in here[:LISTED])
                more = f"; and {len(here) - LISTED:,} more" if len(here) > LISTED else ""
                raise UsageFault(
                    f"{what}: {len(here):,} networks are called {clip(text)!r}: {listed}{more}. Name one by its number."
                )
        close = self.nearest(text)
        hint = f" Nearest: {close}." if close else ""
        raise UsageFault(f"{what}: no network is called {clip(text)!r}.{hint}")

    def _named(self, text: str) -> Iterator[list[int]]:
        """Networks that a text names, in ever wider senses: whole names, first words of names, words in names."""
        folded, words = text.casefold().strip(), tuple(_WORD.findall(text.casefold()))
        senses: tuple[Callable[[str, tuple[str, ...]], bool], ...] = (
            lambda name, _: folded in (name, name.partition(" ")[0]),
            lambda _, own: own[: len(words)] == words,
            lambda _, own: set(words) <= set(own),
            lambda _, own: all(any(one.startswith(word) for one in own) for word in words),
        )
        for fits in senses if words else ():
            yield sorted({asn for asn, name, own in self._texts if fits(name, own)})

    def nearest(self, text: str) -> str | None:
        """The name that is nearest to a text by letters, among those that begin alike."""
        first = {own[0]: asn for asn, name, own in self._texts if own and name[:1] == text[:1].casefold()}
        close = nearest(text, first)
        return None if close is None else self.label(first[close])


def read_number(text: str) -> int | None:
    """The AS number that a text is, with or without AS before it; None for any other text.

    >>> read_number("AS64500"), read_number(" 64500 "), read_number("AS0"), read_number("DTAG")
    (64500, 64500, None, None)
    """
    found = _NUMBER.fullmatch(text.strip())
    return int(found[1]) if found and not found[1].startswith("0") and int(found[1]) <= MOST_ASN else None


def read_names(names: Path | None, tags: Sequence[Path], progress: Progress) -> NetworkNames:
    """Names and countries of RIPE NCC's list, or its likes, and networks by tag, each in a file with the tag's name.

    Raises InputFault with every fault of the first file that has one, UsageFault where there is no such file.
    """
    refuse_missing([names, *tags])
    name: dict[int, str] = {}
    country: dict[int, str] = {}
    tagged: dict[str, set[int]] = {}
    also: list[tuple[int, str]] = []
    if names is not None:
        for asn, text, code in _rows(names, "as_number", progress):
            if text:
                name.setdefault(asn, text)
            if code:
                country.setdefault(asn, code)
    for place in tags:
        for asn, tag, text in _rows(place, "as_tag", progress):
            tagged.setdefault(tag, set()).add(asn)
            if text and name.setdefault(asn, text) != text:
                also.append((asn, text))
    return NetworkNames(name, country, {tag: frozenset(asns) for tag, asns in tagged.items()}, tuple(also))


_COLUMNS = {"as_number": ("name", "country"), "as_tag": ("tag", "name")}
"""Two texts of each network of a file, by the table of a case that the file would enter."""


def _rows(place: Path, table: str, progress: Progress) -> Iterable[tuple[int, str, str]]:
    """The networks of a file with their two texts, kept in the user's cache folder."""
    code = (sources_digest(*NAME_READERS) or "")[:16]
    digest = file_digest(place) if code else None
    # A file of tags is named by its tag: its name is part of what was read.
    key = "" if digest is None else f"{digest}-{sha256_bytes(place.name.encode())[:16]}-{code}"
    kept = load_arrays(table, key) if key else None
    if kept is not None:
        asns, words = kept.arrays["asn"].tolist(), kept.arrays["words"].tobytes().decode().split("\n")
        return zip(asns, words[: len(asns)], words[len(asns) :], strict=True)
    from provenet.ingest.plain_lines import read_line_table

    rows = read_line_table(place, table, progress)
    asns = [int(one) for one in rows["asn"].to_list()]
    first, second = (rows[column].to_list() for column in _COLUMNS[table])
    if key and asns:
        texts = np.frombuffer("\n".join([*first, *second]).encode(), np.uint8)
        store_arrays(table, key, {"asn": np.array(asns, np.int64), "words": texts}, note=None)
    return zip(asns, first, second, strict=True)


@dataclass(frozen=True)
class NetworkSet:
    """Networks that a call names: AS numbers ascending, each once, and the words for them; None for one file."""

    asns: Longs
    words: tuple[str, ...] | None


def read_networks(words: Sequence[str], names: NetworkNames, what: str, *, progress: Progress) -> NetworkSet:
    """The networks that words name, joined: see `EXPECTED`; several numbers or names may stand with commas between.

    A word that is a file is one. Raises UsageFault for a word that names nothing, InputFault for a broken file.
    """
    from provenet.ingest.bgp.as_lists import read_asn_list

    found: list[Longs] = []
    for word in words:
        if Path(word).is_file() or _is_place(word, names):
            found.append(read_asn_list(Path(word), progress))
        else:
            found.append(named_networks([word], names, what))
    asns = np.unique(np.concatenate(found)) if found else np.zeros(0, np.int64)
    alone = len(words) == 1 and (Path(words[0]).is_file() or not names.name)
    return NetworkSet(asns, None if alone and read_number(words[0]) is None else tuple(words))


def named_networks(words: Sequence[str], names: NetworkNames, what: str) -> Longs:
    """The networks that words name, joined, ascending: numbers, names, countries and tags. No word is a file here.

    Raises UsageFault for a word that names nothing.
    """
    found = {asn for word in words for asn in _asns_of(word, names, what)}
    return np.array(sorted(found), np.int64)


def _is_place(word: str, names: NetworkNames) -> bool:
    """Whether a word can be but the place of a file that is not there."""
    named = bool(names.name or names.tags) or ":" in word or all(read_number(one) for one in word.split(","))
    return not named or "/" in word or "\\" in word


def _asns_of(word: str, names: NetworkNames, what: str) -> Iterable[int]:
    head, colon, tail = word.partition(":")
    if colon and head == COUNTRY:
        return _of_country(tail, names, what)
    tag = tail if colon and head == TAG else head
    if not colon and tag not in names.tags:
        return (names.find(one, what) for one in word.split(","))
    tag, colon, country = tag.partition(":") if head == TAG else (tag, colon, tail)
    if tag not in names.tags:
        close = nearest(tag, names.tags)
        hint = f" Nearest: {close}." if close else ""
        way_out = "Give its file with --tags." if not names.tags else f"Tags given: {', '.join(sorted(names.tags))}."
        raise UsageFault(f"{what}: there is no tag {clip(tag)!r}; expected {EXPECTED}.{hint} {way_out}")
    asns = names.tags[tag]
    return asns & set(_of_country(country, names, what)) if colon else asns


def _of_country(text: str, names: NetworkNames, what: str) -> list[int]:
    if not names.country:
        raise UsageFault(f"{what}: in which country networks are registered must be known; give --names FILE.")
    code = countries().code(text)
    if code is None:
        close = countries().nearest(text)
        hint = f" Nearest: {close}." if close else ""
        raise UsageFault(
            f"{what}: no such country; found {clip(text)!r}, expected a name or two letters such as JP.{hint}"
        )
    return names.registered_in(code)
