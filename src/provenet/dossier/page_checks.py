"""Checks of the dossiers of a case as they lie on disk: the consistency gate, as entries of the menu of `check`."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import polars as pl

from provenet.case.checks.finding import Check, Issue, StandingRows
from provenet.case.rows import DossierRow, rows_of
from provenet.case.structs import settings_of
from provenet.case.tables import table
from provenet.core.digest import sha256_bytes
from provenet.core.errors import Fault

_CHECKS = ("page-file", "page-figure", "page-sum", "page-caveat", "page-later", "page-name")
"""The checks of this module; what they find lies beside the tables."""


@dataclass(frozen=True)
class _Found:
    """What one check found of one page."""

    check: str
    row: DossierRow
    place: str
    key: str
    says: str


def page_checks() -> tuple[Check, ...]:
    """The entries of the menu that read pages; each page is read once for all of them."""
    kept: list[tuple[StandingRows, list[_Found]]] = []

    def issues(rows: StandingRows, check: str) -> Iterator[Issue]:
        if not kept or kept[0][0] is not rows:
            kept[:] = [(rows, list(_read(rows)))]
        for one in kept[0][1]:
            if one.check == check:
                yield Issue(
                    f"dossier.{check}",
                    (one.place, one.key, one.says),
                    f"{one.place}, {one.key}" if one.key else one.place,
                    says=one.says,
                    refs=(f"dossier:{one.row['dossier_id']}",),
                    words={"as_of": one.row["as_of_on"].isoformat()},
                )

    return tuple(Check.of(name, partial(issues, check=name)) for name in _CHECKS)


def _read(rows: StandingRows) -> Iterator[_Found]:
    """What the gate finds in every dossier that stands, against the rows that it was made from."""
    # The menu is printed without what reads pages.
    from provenet.case.extract import READS
    from provenet.dossier.carrier_page import RESULTS
    from provenet.dossier.view import ANNEX, CARRIER, carrier_audience, page_place

    every, made = rows.case.read("dossier"), rows_of(DossierRow, rows.of("dossier"))
    if not made:
        return
    runs = rows.case.runs()
    settings = {run["run_id"]: settings_of(run["settings"]) for run in runs.iter_rows(named=True)}
    carriers = {run: str(made["carrier"]) for run, made in settings.items() if made.get("audience") == CARRIER}
    reads = tuple(dict.fromkeys((*READS, *(RESULTS if carriers else ()))))
    inputs = {name: rows.of(name) for name in READS if table(name).kind == "input"}
    results = {name: rows.case.read(name) for name in reads if table(name).kind == "result"}
    for row in made:
        run = row["run_id"]
        audience = str(settings.get(run, {}).get("audience") or "public")
        audience = carrier_audience(carriers[run]) if run in carriers else audience
        below = [ref.removeprefix("run:") for ref in row["inputs"]]
        shown = {name: frame.filter(pl.col("run_id").is_in(below)) for name, frame in results.items()}
        for document, digest in (("", row["html_id"]), (ANNEX, row["annex_id"])):
            place = "outputs/" + page_place(
                row["country"], row["as_of_on"], row["known_on"], audience=audience, document=document
            )
            if digest is not None:
                tables = {**inputs, **shown, "dossier": every}
                yield from _read_one(row, rows.case.path / place, place, digest=digest, tables=tables, reads=reads)


def _read_one(
    row: DossierRow, file: Path, place: str, *, digest: str, tables: Mapping[str, pl.DataFrame], reads: Sequence[str]
) -> Iterator[_Found]:
    """What the gate finds in one document."""
    from provenet.dossier.gate import read_page

    data = file.read_bytes() if file.is_file() else b""
    if sha256_bytes(data) != digest:
        yield _Found("page-file", row, place, "", "The file is missing." if not data else "Its bytes were changed.")
    reading = read_page(data.decode("utf-8", "replace"), tables, place, known=row["known_on"], reads=reads)
    found = ((*reading.figures, *reading.loose), reading.sums, reading.caveats, reading.later, reading.names)
    for check, faults in zip(_CHECKS[1:], found, strict=True):
        yield from (_Found(check, row, place, fault.column or "", _words(fault)) for fault in faults)


def _words(fault: Fault) -> str:
    found, expected = fault.found or "", fault.expected
    return f"{fault.says[:1].upper()}{fault.says[1:]}; found {found!r}" + (
        f", expected {expected}." if expected else "."
    )
