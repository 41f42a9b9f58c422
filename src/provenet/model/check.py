"""What does not hold together in a case: one finding per row and column, each with the way to mend it.

A finding is about the rows, never about the parties they name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

import polars as pl

from provenet.core.errors import CaseFault, clip, nearest
from provenet.core.ids import fold, row_id
from provenet.model.case import Case
from provenet.model.dictionary import Column, Table, closed_columns
from provenet.model.tables import table, tables, vocabulary, words

MOST_OF_A_KIND = 200
"""Findings listed for one column and check; a last one counts the rest."""
ROUNDING_SHARE = 0.01
"""By how much published shares may pass 1 before a finding: each is rounded by its source."""
_ID_SHAPE = re.compile(r"[A-Z0-9]+(-[A-Z0-9]+)+\Z")

Finding = dict[str, object]


@dataclass
class Rows:
    """The rows that stand, read once per table."""

    case: Case
    frames: dict[str, pl.DataFrame] = field(default_factory=dict)

    def of(self, name: str) -> pl.DataFrame:
        """One table's rows that stand."""
        if name not in self.frames:
            self.frames[name] = self.case.read_latest(name)
        return self.frames[name]


def check(case: Case) -> list[Finding]:
    """Every finding of a case, errors first, as rows of the table `finding` without `run_id`.

    Checks references, keys, ranges, the order of dates, closed words, replies and relays of claims, sums of published
    shares, the bytes of sources and the row counts of runs. Errors are rows that contradict the dictionary, themselves
    or their bytes; warnings are gaps a reader should know of. Finds nothing that is merely false in the world.
    Cost O(cells), vectorised; each source is hashed once.
    """
    rows = Rows(case)
    found = [
        finding
        for part in (references, keys, ranges, orders, closed_words, claims, share_sums, sources, counts)
        for finding in part(rows)
    ]
    unique = {finding["finding_id"]: finding for finding in found}
    return sorted(unique.values(), key=lambda f: (f["severity"] != "error", str(f["kind"]), str(f["place"])))


def _finding(kind: str, severity: str, place: str, says: str, repair: str, inputs: list[str]) -> Finding:
    return {
        "finding_id": row_id("finding", {"kind": kind, "place": place}),
        "kind": kind,
        "severity": severity,
        "place": place,
        "says": says,
        "repair": repair,
        "formula": f"check {kind}",
        "inputs": inputs,
    }


def _place(spec: Table, row: dict[str, object], column: str) -> str:
    where = f" ({row['locator']})" if row.get("locator") else ""
    return f"{spec.name} {row[spec.id_column]}, {column}{where}"


def _each(
    kind: str,
    spec: Table,
    column: str,
    bad: pl.DataFrame,
    says: Callable[[dict[str, object]], str],
    repair: str,
    severity: str = "error",
) -> Iterator[Finding]:
    """One finding per bad row, up to the limit, then one that counts the rest."""
    for row in bad.head(MOST_OF_A_KIND).iter_rows(named=True):
        ref = f"{spec.name}:{row[spec.id_column]}"
        yield _finding(kind, severity, _place(spec, row, column), says(row), repair, [ref])
    if bad.height > MOST_OF_A_KIND:
        more = bad.height - MOST_OF_A_KIND
        yield _finding(kind, severity, f"{spec.name}, {column}", f"{more} more rows have this finding.", repair, [])


def references(rows: Rows) -> Iterator[Finding]:
    """Values of a column that refers to another table and names no row of it."""
    sets = vocabulary().get("sets", {})
    for spec in tables().values():
        for column in spec.columns:
            if column.refers_to is None or column.refers_to == "run.run_id":
                continue
            target, _, field_name = column.refers_to.partition(".")
            known = rows.of(target)[field_name].unique()
            set_words = sets.get(f"{spec.name}.{column.name}", [])
            yield from _dangling(rows.of(spec.name), spec, column, target, known, set_words)


def _names_row(value: pl.Expr, known: pl.Series, set_words: list[str]) -> pl.Expr:
    """Whether a value is the id of a row or a word for a set of them."""
    names = value.is_in(known.implode())
    for word in set_words:
        names |= value.str.starts_with(word) if word.endswith(":") else value == word
    return names


def _dangling(
    frame: pl.DataFrame, spec: Table, column: Column, target: str, known: pl.Series, set_words: list[str]
) -> Iterator[Finding]:
    value = pl.col(column.name)
    if column.type == "list":
        left = value.list.filter(~_names_row(pl.element(), known, set_words))
        bad = frame.with_columns(left).filter(value.list.len() > 0)
    else:
        bad = frame.filter(value.is_not_null() & ~_names_row(value, known, set_words))
    if not bad.height:
        return
    names = known.drop_nulls().sort().to_list()

    def says(row: dict[str, object]) -> str:
        found = row[column.name]
        first = found[0] if isinstance(found, list) else found
        near = nearest(str(first), names)
        told = "|".join(found) if isinstance(found, list) else str(found)
        return f"No such {target}; found {clip(told)!r}." + (f" Nearest: {near}." if near else "")

    empty = ", or leave it empty: not known" if column.nullable else ""
    yield from _each("reference", spec, column.name, bad, says, f"Fix the cell, add the row to {target}{empty}.")


def keys(rows: Rows) -> Iterator[Finding]:
    """Input rows that share a key and say different things; the same said twice is no finding."""
    for spec in tables().values():
        if spec.kind != "input" or spec.key == ("row_id",):
            continue
        frame = rows.of(spec.name)
        shared = {"row_id", "file_id", "locator", "run_id", "reading", "checked_on", "note"}
        said = [name for name in spec.schema if name not in shared and name not in spec.key]
        twice = frame.filter(pl.struct(spec.key).is_duplicated())
        if not twice.height:
            continue
        differ = [(pl.col(name).n_unique() > 1).alias(name) for name in said]
        place = pl.col("locator").sort().implode().first().alias("places")
        for row in twice.group_by(spec.key, maintain_order=True).agg(*differ, place).iter_rows(named=True):
            columns = [name for name in said if row[name]]
            if columns:
                key = "|".join(str(row[name]) for name in spec.key)
                says = f"Rows share this key and differ in {', '.join(columns)}: {'; '.join(row['places'][:5])}."
                repair = "Keep one row, or give the other its own id."
                yield _finding("key", "error", f"{spec.name} {key}", says, repair, [f"{spec.name}:{key}"])


def ranges(rows: Rows) -> Iterator[Finding]:
    """Shares outside 0 to 1, degrees off the globe, counts below 0."""
    limits = {"share": (0.0, 1.0), "lat_deg": (-90.0, 90.0), "lon_deg": (-180.0, 180.0), "count": (0, None)}
    for spec in tables().values():
        for column in spec.columns:
            limit = limits.get(column.name) or limits.get(column.name.rpartition("_")[2])
            if limit is None or column.type not in {"float", "int"}:
                continue
            low, high = limit
            value = pl.col(column.name)
            off = value < low if high is None else (value < low) | (value > high)
            told = f"{low} or more" if high is None else f"{low:g} to {high:g}"
            says = partial(_off, column=column.name, told=told)
            bad = rows.of(spec.name).filter(off)
            yield from _each(
                "range", spec, column.name, bad, says, "Fix the cell; a share is a part of 1, not per cent."
            )


def _off(row: dict[str, object], column: str, told: str) -> str:
    return f"Found {row[column]}, expected {told}."


def orders(rows: Rows) -> Iterator[Finding]:
    """Lower ends above upper ends, first days after last days, and intervals with nothing in them."""
    for spec in tables().values():
        for low in spec.schema:
            high = "to_on" if low == "from_on" else re.sub(r"(^|_)low_", r"\1high_", low)
            if high == low or high not in spec.schema or spec.column(low).type == "bool":
                continue
            wrong = pl.col(low) > pl.col(high)
            if low == "from_on":
                wrong = pl.col(low) >= pl.col(high)
            elif low == "low_share" and "low_open" in spec.schema:
                wrong |= (pl.col(low) == pl.col(high)) & (pl.col("low_open") | pl.col("high_open"))
            bad = rows.of(spec.name).filter(wrong)
            says = partial(_crossed, low=low, high=high)
            yield from _each("order", spec, low, bad, says, f"Fix {low} or {high}.")


def _crossed(row: dict[str, object], low: str, high: str) -> str:
    return f"Found {low} {row[low]} and {high} {row[high]}; nothing lies between."


def closed_words(rows: Rows) -> Iterator[Finding]:
    """Cells of a column with closed words that hold another word."""
    for name, column, word_list in closed_columns(vocabulary(), tables()):
        known = words(word_list)
        value = pl.col(column)
        bad = rows.of(name).filter(value.is_not_null() & ~value.is_in(list(known)))

        def says(row: dict[str, object], column: str = column, known: tuple[str, ...] = known) -> str:
            near = nearest(str(row[column]), known)
            told = f"Found {clip(str(row[column]))!r}, expected one of: {', '.join(known)}."
            return told + (f" Nearest: {near}." if near else "")

        yield from _each("word", table(name), column, bad, says, "Write one of the words.")


def claims(rows: Rows) -> Iterator[Finding]:
    """Relays of claims that are not there, claims that answer themselves, and claims on a fact without a reply."""
    spec, frame = table("claim"), rows.of("claim")
    ids = set(frame["claim_id"])
    looks = frame.filter(pl.col("derived_from").is_not_null())
    lost = looks.filter(
        pl.Series(
            [bool(_ID_SHAPE.match(v)) and v not in ids for v in looks["derived_from"].to_list()], dtype=pl.Boolean
        )
    )
    yield from _each(
        "relay", spec, "derived_from", lost,
        lambda row: f"Looks like the id of a claim that is not here; found {clip(str(row['derived_from']))!r}.",
        "Add that claim, or write the origin in words.", "warning",
    )  # fmt: skip
    itself = frame.filter((pl.col("answers_claim_id") == pl.col("claim_id")).fill_null(False))
    yield from _each(
        "reply", spec, "answers_claim_id", itself, lambda row: "The claim answers itself.", "Name the claim it answers."
    )
    yield from _each(
        "no reply", spec, "stance", _unanswered(frame),
        lambda row: f"Bears on the fact {row['fact']!r}; no reply and no denial of it is on record.",
        "Look for a reply of the party it is about; if none was given, leave it so.", "warning",
    )  # fmt: skip


def _unanswered(frame: pl.DataFrame) -> pl.DataFrame:
    """Claims that assert a fact of a vendor in another's words, which nobody answers and nobody denies."""
    answered = set(frame["answers_claim_id"].drop_nulls())
    denied = {
        (row["fact"], vendor)
        for row in frame.filter((pl.col("stance") == "denies") & pl.col("fact").is_not_null()).iter_rows(named=True)
        for vendor in row["vendor_ids"]
    }
    open_ids = [
        row["claim_id"]
        for row in frame.filter((pl.col("stance") == "asserts") & pl.col("fact").is_not_null()).iter_rows(named=True)
        if row["claim_id"] not in answered
        and not any((row["fact"], vendor) in denied for vendor in row["vendor_ids"])
        and any(not fold(row["speaker"]).startswith(fold(vendor)) for vendor in row["vendor_ids"])
    ]
    return frame.filter(pl.col("claim_id").is_in(open_ids))


def share_sums(rows: Rows) -> Iterator[Finding]:
    """Published shares of disjoint sets of vendors, of one whole in one source, whose lower ends pass 1 together."""
    whole = ["source_id", "geo", "level", "carrier_id", "segment", "generation", "measure", "as_of", "forecast"]
    frame = rows.of("market_share").filter(pl.col("low_share") > 0)
    for group in frame.partition_by(whole, maintain_order=True):
        total, used = _disjoint_sum(group)
        if total > 1 + ROUNDING_SHARE:
            first = group.row(0, named=True)
            place = _place(table("market_share"), first, "low_share")
            says = f"Shares of one whole in one source sum to at least {round(100 * total, 1):g} %: {', '.join(used)}."
            refs = [f"market_share:{one}" for one in group["row_id"]]
            yield _finding("share sum", "warning", place, says, "Compare the rows with the source.", refs)


def _disjoint_sum(group: pl.DataFrame) -> tuple[float, list[str]]:
    """The greatest sum found over sets that share no vendor. A complement is disjoint from its own set alone."""
    best: dict[tuple[bool, frozenset[str]], tuple[float, str]] = {}
    for row in group.iter_rows(named=True):
        key = (row["complement"], frozenset(row["vendor_ids"]))
        best[key] = max(best.get(key, (0.0, "")), (row["low_share"], row["vendors_says"]))
    found: list[tuple[float, list[str]]] = []
    for (complement, vendors), (share, says) in best.items():
        if complement:
            inside = [(v, s) for (c, s), v in best.items() if not c and s <= vendors]
            taken = _pick(inside)
            found.append((share + taken[0], [says, *taken[1]]))
    found.append(_pick([(v, s) for (c, s), v in best.items() if not c]))
    return max(found)


def _pick(sets: list[tuple[tuple[float, str], frozenset[str]]]) -> tuple[float, list[str]]:
    total, used, says = 0.0, set[str](), []
    for (share, text), vendors in sorted(sets, key=lambda one: (-one[0][0], one[0][1])):
        if not vendors & used:
            total, used = total + share, used | vendors
            says.append(text)
    return total, says


def sources(rows: Rows) -> Iterator[Finding]:
    """Files that rows name and that are missing or changed."""
    first: dict[str, str] = {}
    for spec in tables().values():
        if spec.kind == "input":
            frame = rows.of(spec.name).unique("file_id", keep="first", maintain_order=True)
            for file_id, key in frame.select("file_id", spec.id_column).iter_rows():
                first.setdefault(file_id, f"{spec.name}:{key}")
    for file_id, ref in sorted(first.items()):
        try:
            rows.case.source_bytes(file_id)
        except CaseFault as err:
            says = str(err).removeprefix(str(rows.case.path / "sources") + "/")
            yield _finding("source", "error", f"sources/{file_id}", says, "Restore the file or add it again.", [ref])


def counts(rows: Rows) -> Iterator[Finding]:
    """Runs of which fewer or more rows stand than they wrote."""
    stand: dict[str, int] = {}
    for name, spec in tables().items():
        if spec.kind != "record":
            for run, count in rows.case.ids(name, "run_id").value_counts().iter_rows():
                stand[run] = stand.get(run, 0) + count
    for run, wrote in rows.case.runs().select("run_id", "row_count").iter_rows():
        if stand.get(run, 0) != wrote:
            says = f"The run wrote {wrote} rows; {stand.get(run, 0)} stand."
            yield _finding("row count", "error", f"run {run}", says, "Restore the case from a copy.", [f"run:{run}"])
