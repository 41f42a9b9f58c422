"""The verb `why`: the walk from a figure back to its rows and pages."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import cached_property
from itertools import islice
from textwrap import wrap

from provenet.case.case import Case
from provenet.case.lineage import Lineage, Walk, walk_lines, walk_text
from provenet.case.uses import UseIndex, Uses
from provenet.core.digest import sha256_bytes
from provenet.core.settings import case_call_of
from provenet.dossier.passages import Passage
from provenet.verbs.answers import LineageWalk
from provenet.verbs.options import CaseLike
from provenet.verbs.question import opened
from provenet.verbs.settings import WhySettings


def run(case: CaseLike, settings: WhySettings) -> LineageWalk:
    """Walks a figure back to its formula, rows, claims and pages, below the words that the dossiers print beside it.

    Raises UsageFault naming the nearest id.
    """

    return Walks(opened(case)).answer(settings.figure)


why = case_call_of(WhySettings, run, "why")

SHOWN_PLACES = 5
"""Places of dossiers that the answer quotes."""
WIDTH = 100


class Walks:
    """Walks of many figures of one case: tables and pages are read once.

    Parameters
    ----------
    case : the case; what a view of it does not hold, no walk shows.
    """

    def __init__(self, case: Case) -> None:

        self._case = case
        self._lineage = Lineage(case)

    def walk(self, figure: str) -> Walk:
        """The walk from a figure to its rows and pages. Raises UsageFault naming the nearest id."""
        return self._lineage.walk(figure)

    def uses(self, refs: Iterable[str], names: Collection[str] | None = None) -> Uses:
        """The results that rest on rows, named as `market_share:row-1`; `names` keeps to some tables of results."""
        return self._uses.of(refs, names)

    @cached_property
    def _uses(self) -> UseIndex:

        return UseIndex(self._case)

    def places(self, key: str) -> list[tuple[str, Passage]]:
        """Where the dossiers that stand print an id, and the words beside it: the newest day first."""
        found = ((one.place, passage) for one in self._dossiers for passage in one.beside(key))
        return list(islice(found, SHOWN_PLACES))

    def answer(self, figure: str) -> LineageWalk:
        """What `why` answers of a figure. Raises UsageFault naming the nearest id."""

        found = self.walk(figure)
        shown = self.places(found.root.ref.partition(":")[2])
        lines = [line for place, one in shown for line in _lines(place, one)]
        pages = [{"page": place, "heading": one.heading, "words": one.words} for place, one in shown]
        text = "".join(f"{line}\n" for line in lines) + walk_text(found)
        return LineageWalk(found.figure_id, found.root.as_dict(), pages, text, tuple(walk_lines(found)))

    @cached_property
    def _dossiers(self) -> list[_DossierPage]:
        """The pages of the dossiers that stand: the newest day first."""

        stood = self._case.read_latest("dossier").sort("as_of_on", "country", descending=[True, False])
        made = [digest for name in ("html_id", "annex_id") for digest in stood[name].to_list() if digest]
        found: dict[str, _DossierPage] = {}
        for place in sorted(self._case.path.glob("outputs/*/*.html")) if made else ():
            data = place.read_bytes()
            found[sha256_bytes(data)] = _DossierPage(place.relative_to(self._case.path).as_posix(), data)
        return [found[digest] for digest in made if digest in found]


class _DossierPage:
    """A page of a dossier; its passages are read when it first shows an id that is looked for."""

    def __init__(self, place: str, data: bytes) -> None:
        self.place = place
        self._data = data
        self._passages: dict[str, list[Passage]] | None = None

    def beside(self, key: str) -> Sequence[Passage]:
        """Its passages beside an id, as far as they have words."""
        if self._passages is None:
            if key.encode("utf-8") not in self._data:
                return ()
            from provenet.dossier.passages import passages

            self._passages = {}
            for one in passages(self._data.decode("utf-8")):
                if one.words:
                    self._passages.setdefault(one.key, []).append(one)
        return self._passages.get(key, ())


def _lines(place: str, one: Passage) -> list[str]:
    """The words of a place in a dossier, 100 columns wide."""
    heading = one.heading.partition(" | ")[0]
    pad = " " * 4
    words = wrap(
        one.words, WIDTH, initial_indent=pad, subsequent_indent=pad, break_long_words=False, break_on_hyphens=False
    )
    return [f"On the page {place}, under {heading!r}:", *words]
