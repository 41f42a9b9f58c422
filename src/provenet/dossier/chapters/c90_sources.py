"""Sources by weight: how much of these pages rests on each, and which of them pass on what others said."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass

from provenet.case.extract import READS, Extract
from provenet.case.rows import ClaimRow
from provenet.case.tables import table
from provenet.core.answer import Answer
from provenet.dossier.sections import s90_sources
from provenet.dossier.sections.s90_sources import ListedSource

Ref = tuple[str, str]
"""A row by its table and id."""


@dataclass(frozen=True)
class Weight:
    """What rests on a source: findings of the first page, and rows that the pages show."""

    findings: int = 0
    figures: int = 0


def weights(extract: Extract, shown: Sequence[object]) -> dict[str, Weight]:
    """What rests on each source, by its id, of the data of some sections.

    A row rests on its own source, and a result on the sources of every input row that its lineage names, at any
    remove. Cost O(rows of the lineage), one pass over each table a remove.
    """
    found = list(_texts(shown))
    ids = {text for text, _ in found}
    behind = _Lineage(extract)
    of_row = behind.sources(behind.rows(ids))
    of_id: dict[str, set[str]] = {}
    for (_, key), rested_on in of_row.items():
        of_id.setdefault(key, set()).update(rested_on)
    of_finding = {text for text, is_finding in found if is_finding}
    counts: dict[str, list[int]] = {}
    for key, sources in of_id.items():
        for source in sources:
            count = counts.setdefault(source, [0, 0])
            count[0] += key in of_finding
            count[1] += 1
    return {source: Weight(*count) for source, count in counts.items()}


def _texts(value: object, is_finding: bool = False) -> Iterator[tuple[str, bool]]:
    """Every text that may be the id of a row, and whether it is that of a finding."""
    if isinstance(value, str):
        yield value, is_finding
    elif isinstance(value, Mapping):
        # Of a stored row its ids alone: a word of it may be the id of another.
        for inner in (inner for key, inner in value.items() if "run_id" not in value or key.endswith(("_id", "_ids"))):
            yield from _texts(inner)
    elif isinstance(value, list | tuple | set | frozenset):
        for inner in value:
            yield from _texts(inner, is_finding)
    elif isinstance(value, Answer):
        yield from ((row, row == value.key_row) for row in value.rows)
    elif is_dataclass(value):
        for one in fields(value):
            inner = getattr(value, one.name)
            yield from _texts(inner)


class _Lineage:
    """The rows behind rows, read table by table."""

    def __init__(self, extract: Extract) -> None:
        self._extract = extract
        self._source: dict[Ref, str] = {}
        self._inputs: dict[Ref, tuple[Ref, ...]] = {}

    def rows(self, ids: set[str]) -> list[Ref]:
        """The rows that these texts are ids of, each once; of a text that is none, nothing."""
        return [refs[0] for name in READS if name not in ("source", "party") for refs in self._read(name, ids)]

    def _read(self, name: str, ids: set[str]) -> Iterator[list[Ref]]:
        """The rows of a table with these ids, with what they rest on; one may be known by two."""
        below = "source_id" if table(name).kind == "input" else "inputs"
        for row in self._extract.finder.rows(name, ids):
            own = dict.fromkeys((row.get(table(name).id_column), row.get("row_id")))
            yield [self._kept((name, key), row.get(below)) for key in own if key in ids]

    def _kept(self, ref: Ref, value: str | list[str] | None) -> Ref:
        if isinstance(value, str):
            self._source[ref] = value
        else:
            parts = (item.partition(":") for item in value or ())
            self._inputs[ref] = tuple((name, key) for name, _, key in parts if name in READS)
        return ref

    def sources(self, rows: Iterable[Ref]) -> dict[Ref, frozenset[str]]:
        """The sources of each row."""
        rows = list(rows)
        ahead = self._unread(rows)
        while ahead:
            read: list[Ref] = []
            for name in sorted({name for name, _ in ahead}):
                for refs in self._read(name, {key for one, key in ahead if one == name}):
                    read += refs
            for ref in ahead - set(read):
                self._inputs[ref] = ()
            ahead = self._unread(read)
        made: dict[Ref, frozenset[str]] = {}
        return {row: self._of(row, made, frozenset()) for row in rows}

    def _unread(self, rows: Iterable[Ref]) -> set[Ref]:
        """The rows below these that were not read yet."""
        below = {ref for row in rows for ref in self._inputs.get(row, ())}
        return {ref for ref in below if ref not in self._inputs and ref not in self._source}

    def _of(self, row: Ref, made: dict[Ref, frozenset[str]], above: frozenset[Ref]) -> frozenset[str]:
        if row not in made and row not in above:
            own = {self._source[row]} if row in self._source else set()
            below = (self._of(ref, made, above | {row}) for ref in self._inputs.get(row, ()))
            made[row] = frozenset(own).union(*below)
        return made.get(row, frozenset())


def relaying(extract: Extract) -> frozenset[str]:
    """The sources of which a claim relays what another said."""
    return frozenset(row["source_id"] for row in extract.inputs(ClaimRow) if row["derived_from"] and row["source_id"])


TITLE = "Sources by weight"
HEAVIEST = 5
"""Sources that stand first, with what rests on them."""
READ = "read in the source"


@dataclass(frozen=True, kw_only=True)
class Source:
    """A source as the pages list it: `line` is that of the list in the annex, `readings` where it is not read whole."""

    line: ListedSource
    weight: Weight
    readings: tuple[str, ...]
    third_hand: bool


@dataclass(frozen=True, kw_only=True)
class WeighedSources:
    """The sources cited, those on which most rests, and how many more stand behind the rows."""

    rows: list[Source]
    heaviest: list[Source]
    is_measured: bool
    behind: int


def collect(extract: Extract) -> WeighedSources:
    """Every source that an earlier chapter cited, by number, and before them those on which most rests."""
    weighed = weights(extract, [*extract.collected.values()])
    passed_on = relaying(extract)
    rows = [
        Source(
            line=line,
            weight=weighed.get(line.cited.row["source_id"], Weight()),
            readings=tuple(sorted(line.cited.readings - {READ})),
            third_hand=line.cited.row["source_id"] in passed_on,
        )
        for line in s90_sources.collect(extract)
    ]
    heaviest = sorted(rows, key=lambda row: (-row.weight.findings, -row.weight.figures, row.line.cited.number))
    return WeighedSources(
        rows=rows,
        heaviest=[row for row in heaviest if row.weight.figures][:HEAVIEST],
        is_measured="c47_measured" in extract.collected,
        behind=len(weighed.keys() - extract.cited.keys()),
    )
