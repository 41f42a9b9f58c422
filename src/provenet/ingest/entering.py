"""One file enters a case in a run of its own: whole, or not at all."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import polars as pl

from provenet.case.case import DESCRIBED_AGAIN, Case
from provenet.case.parties import JUDGEMENT, PartyNames, unreasoned
from provenet.case.runs import Run
from provenet.case.tables import table
from provenet.core.digest import canonical_json, sha256_bytes
from provenet.core.errors import Fault, FaultList, InputFault, clip
from provenet.core.grouping import grouped
from provenet.core.ids import name_key
from provenet.core.wording import count
from provenet.ingest.opening import Upload
from provenet.ingest.reader import Intake
from provenet.ingest.rows import source_book


@dataclass(frozen=True)
class FileEntry:
    """What one file brought: its layout, the records read, new rows by table, what was ignored, what is remarked."""

    layout: str
    row_count: int
    added: Mapping[str, int]
    ignored: tuple[str, ...]
    already: bool
    remarks: tuple[str, ...] = ()


def enter(
    case: Case, upload: Upload, mapping: bytes | None, *, names: PartyNames, progress: Callable[[str, int, int], None]
) -> FileEntry:
    """Reads a file into a case as it goes; its rows are there once its run is committed, last.

    The file is copied first and read from the copy. Killed at any instant, or with one fault, nothing of it is there.
    Raises InputFault with every fault, also for an own key that stands in the case with other content; identical
    content is harmless. Cost O(cells) in time; in memory O(a batch), and 30 bytes for each row of the file and of
    the tables it brings rows to; of traces as many for each trace, and none for its hops.
    """
    read = {"file": upload.file_id, "mapping": sha256_bytes(mapping) if mapping is not None else ""}
    if upload.page is not None:
        read["page"] = sha256_bytes(canonical_json(upload.page.as_dict()).encode())
    added: Counter[str] = Counter()
    clashes = FaultList()
    with case.writer("add", read, read) as run:
        place = upload.place if isinstance(upload.place, bytes) else run.stage_source(upload.place, upload.file_id)
        known = case.read("source").select("source_id", "title", "url").unique(maintain_order=True)
        book = source_book().with_case(known.iter_rows())
        intake = Intake(replace(upload, place=place), mapping, names, book=book, assets=lambda: _assets_of(case))
        try:
            for name, rows in intake.frames(progress):
                _look_for_clashes(run, upload.name, name, rows=rows, faults=clashes)
                if name == "source":
                    _look_for_editions(case, upload.name, rows, faults=clashes)
                if name == "party":
                    _look_for_names(case, upload.name, rows, names=names, faults=clashes)
                if name == "succession":
                    _look_for_reasons(upload.name, rows, faults=clashes)
                if not clashes.count:
                    added[name] += run.append(name, rows, distinct=name in intake.distinct)
        except InputFault as err:
            clashes.take(err)
        if clashes.count:
            raise InputFault(sorted(clashes.faults, key=lambda fault: fault.row or 0), clashes.count)
        if isinstance(upload.place, bytes):
            run.put_source(upload.place)
        else:
            run.keep_staged(upload.file_id)
        for data in (*intake.borrowed.values(), *([mapping] if mapping is not None else [])):
            run.put_source(data)
    fresh = dict(sorted(added.items()))
    remarks = (*intake.remarks, *_of_retracted(run))
    return FileEntry(intake.layout, intake.row_count, fresh, intake.ignored, run.already, remarks)


def _of_retracted(run: Run) -> Iterator[str]:
    """What a file says that stands in the case already, in something that was retracted: it counts no more, unseen."""
    for name, number in sorted(run.retracted_counts.items()):
        if number:
            left_out = f"{name}: {count(number, 'row')} left out, since the case holds the same, retracted"
            yield f"{left_out}; retract --restore lets that count again."


def _assets_of(case: Case) -> dict[str, tuple[str, str, str | None]]:
    """Carrier, country and site of each asset that the case holds, by its id. Cost O(assets)."""
    held = case.scan("asset").select("asset_id", "carrier_id", "country", "site_id").collect()
    return {asset: (carrier, country, site) for asset, carrier, country, site in held.iter_rows()}


def _look_for_clashes(run: Run, place: str, name: str, *, rows: pl.DataFrame, faults: FaultList) -> None:
    """A fault for each row whose own key stands in the case with other content."""
    if name in DESCRIBED_AGAIN:
        return
    key = table(name).id_column
    for found, _, locator, stands in run.clashing(name, rows).iter_rows():
        text = f"the {key} stands already with other content, from {stands}"
        faults.add(
            _clash(place, str(locator), key, found=found, text=text, expected="an id that is new, or the same content")
        )


def _look_for_editions(case: Case, place: str, rows: pl.DataFrame, *, faults: FaultList) -> None:
    """A fault for each publication of a title and address that stand in the case with another date."""
    dated = ["source_id", "published_low_on", "published_high_on", "published", "locator"]
    here = rows.select(dated).drop_nulls()
    stands = case.scan("source").filter(pl.col("source_id").is_in(here["source_id"].implode())).select(dated)
    met = here.join(stands.collect().drop_nulls(), on="source_id", how="inner", suffix="_stands", maintain_order="left")
    apart = (pl.col("published_low_on") > pl.col("published_high_on_stands")) | (
        pl.col("published_high_on") < pl.col("published_low_on_stands")
    )
    for row in met.filter(apart).unique("source_id", maintain_order=True).iter_rows(named=True):
        text = (
            f"its title and address stand already with the date {row['published_stands']}, from {row['locator_stands']}"
        )
        expected = "one date, or an edition that its title or address tells apart"
        found = f"{row['published']} of {row['source_id']}"
        faults.add(_clash(place, str(row["locator"]), "date", found=found, text=text, expected=expected))


def _look_for_names(case: Case, place: str, rows: pl.DataFrame, *, names: PartyNames, faults: FaultList) -> None:
    """A fault for each party whose id stands in the case under a name that does not mean the same party."""
    here = rows.select("party_id", "name", "locator")
    stands = case.scan("party").filter(pl.col("party_id").is_in(here["party_id"].implode()))
    known = grouped(
        (party, (name, locator))
        for party, name, locator in stands.select("party_id", "name", "locator").collect().sort("locator").iter_rows()
    )
    for party, name, locator in here.iter_rows():
        if party not in known or name_key(name) in {name_key(one) for one, _ in known[party]}:
            continue
        if party not in {match.party_id for match in names.matches(name)}:
            other, where = known[party][0]
            text = f"the party_id {party} is that of {clip(other)!r}, from {where}"
            expected = "an id of its own for each name; a row of succession (how same) says where they are one party"
            faults.add(_clash(place, locator, "party_id", found=name, text=text, expected=expected))


def _look_for_reasons(place: str, rows: pl.DataFrame, *, faults: FaultList) -> None:
    """A fault for each row that calls two parties the same, or different, and gives no reason."""
    for before, after, how, note, locator in rows.filter(unreasoned()).select(JUDGEMENT).iter_rows():
        text = f"the row calls {before} and {after} {how} and gives no reason"
        way_out = "Write the reason into note: what shows it, and where it is published."
        faults.add(_clash(place, locator, "note", found=note, text=text, expected="a reason in words", way_out=way_out))


_OWN_ID = "Give the row its own id, or take the earlier file out of the case."


def _clash(
    place: str, locator: str, column: str, *, found: str | None, text: str, expected: str, way_out: str = _OWN_ID
) -> Fault:
    where, _, row = locator.rpartition(" row ")
    number = int(row) if row.isdigit() else 0
    return Fault(where or place, text, number, column=column, found=found, expected=expected, way_out=way_out)
