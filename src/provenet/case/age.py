"""How old the oldest row is that a figure rests on."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from provenet.case.asof import OWN_DAY, TIMELESS
from provenet.case.extract import READS, Extract, RowFinder
from provenet.case.rows import AnyRow
from provenet.case.tables import table
from provenet.core.answer import Age
from provenet.core.grouping import grouped


def age_of(extract: Extract, key: str) -> Age | None:
    """How old the oldest row behind a figure is on the day of the dossier; None where no row has a date.

    Parameters
    ----------
    extract
        The rows of the dossier.
    key
        The id of the row of a result, such as a share or a plan.
    """
    return oldest_row(extract.finder, key, as_of=extract.as_of)


def oldest_row(finder: RowFinder, key: str, *, as_of: date) -> Age | None:
    """The oldest date among the input rows that a result rests on, through other results where it rests on those.

    A row is dated by what it says of its own day, else by its source. Rows that begin after `as_of` speak of what is
    ahead, and rows of sites and parties of no day, so both are left out. None where no row has a date. Cost O(rows
    behind the figure), and once a pass over each of their tables.
    """
    spans = [span for span in _spans(finder, key) if span[0] <= as_of]
    if not spans:
        return None
    first, last = min(spans)
    return Age(first=first, last=last, as_of=as_of, newest=max(last for _, last in spans))


def _spans(finder: RowFinder, key: str) -> Iterator[tuple[date, date]]:
    """The dates of the input rows behind a result; those of other results count through their own inputs."""
    seen: set[str] = set()

    waiting = _inputs(_result(finder, key))
    while waiting := waiting - seen:
        seen |= waiting
        below: set[str] = set()
        for name, keys in _by_table(waiting).items():
            rows = finder.rows(name, keys)
            if table(name).kind == "input":
                yield from _dated(finder, name, rows)
            else:
                below |= _inputs(rows)
        waiting = below


def _result(finder: RowFinder, key: str) -> list[AnyRow]:
    results = (name for name in READS if table(name).kind == "result")
    return next((rows for name in results if (rows := finder.rows(name, [key]))), [])


def _inputs(rows: Iterable[AnyRow]) -> set[str]:
    return {ref for row in rows for ref in row["inputs"]}


def _by_table(refs: Iterable[str]) -> dict[str, list[str]]:
    parts = (ref.partition(":") for ref in refs)
    return grouped((name, key) for name, _, key in parts if name in READS and name not in TIMELESS)


def _dated(finder: RowFinder, name: str, rows: Sequence[AnyRow]) -> Iterator[tuple[date, date]]:
    """The span of each row: its own date, else the date of the source written in it, else that of its source."""
    cited = [row["source_id"] for row in rows if row["source_id"] is not None]
    sources = {row["source_id"]: row for row in finder.rows("source", cited)}
    stem = OWN_DAY.get(name, "")
    for row in rows:
        source = sources.get(row["source_id"], {})
        ends = (
            (row.get(f"{stem}_low_on"), row.get(f"{stem}_high_on")),
            (row.get("sourced_low_on"), row.get("sourced_high_on")),
            (source.get("published_low_on"), source.get("published_high_on")),
        )
        low, high = next(((low or high, high or low) for low, high in ends if low or high), (None, None))
        if low and high:
            yield min(low, high), max(low, high)
