"""AS links, names, tags and organisations as their publishers write them, as records of the tables of a case.

Sources of the formats: CAIDA AS Relationships and AS Organizations (READMEs), RIPE NCC `asnames.txt`, bgp.tools tags.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from itertools import islice

import polars as pl

from provenet.core.countries import countries
from provenet.core.errors import Fault, FaultList, nearest
from provenet.core.jsontext import JsonFault, parse_json
from provenet.core.progress import Progress
from provenet.ingest.bgp.as_links import links_of
from provenet.ingest.bgp.numbers import MOST_ASN, read_asn
from provenet.ingest.opening import Upload
from provenet.ingest.plain_lines import LineFile, blocks_of, line_format, mostly, records_of
from provenet.ingest.registry import Head
from provenet.ingest.tabular.sheets import BATCH_ROWS

_LINK = re.compile(r"[0-9]+\|[0-9]+\|(?:-1|0)(?:\|[^|]*)?\Z")
_NAME = r"^\s*(?<asn>[0-9]+)(?::| )\s*(?<name>.*?)\s*(?:,\s*(?<country>[A-Z]{2}))?\s*$"
_NAMED = re.compile(r"[0-9]+[: ].*,\s*[A-Z]{2}\Z")
_TAGGED = re.compile(r'"?AS[0-9]+"?(?:,.*)?\Z')
_HEADED = re.compile(r"#\s*format:\s*(?P<columns>(?:org_id|aut)\|.*)\Z")
_AS_COLUMNS, _ORG_COLUMNS = ("aut", "aut_name", "org_id"), ("org_id", "org_name", "country")
_OUT = "Remove the line, or write it anew."


def in_frames(records: Iterator[tuple[object, ...]], columns: Mapping[str, str]) -> Iterator[pl.DataFrame]:
    """Records, each of which begins with its number, in frames of at most a batch."""
    while rows := list(islice(records, BATCH_ROWS)):
        yield pl.DataFrame(rows, schema={"row": pl.Int64, **dict.fromkeys(columns, pl.String)}, orient="row")


def with_countries(frame: pl.DataFrame) -> pl.DataFrame:
    """Registered countries as cells of `country`, and as `note` what is remarked of codes that are none, such as EU."""
    known = {code: bool(code) and countries().name(code) is not None for code in frame["country"].unique().to_list()}
    odd = [code for code, fine in known.items() if not fine and code not in ("", "ZZ")]
    remarks = {code: f"registered under {code}, no country" if code in odd else "" for code in known}
    cells = {code: code if fine else "" for code, fine in known.items()}
    if not known:
        return frame.with_columns(note=pl.col("country"))
    country, text = pl.col("country"), pl.String
    return frame.with_columns(
        country=country.replace_strict(cells, return_dtype=text),
        note=country.replace_strict(remarks, return_dtype=text),
    )


def _is_links(head: Head) -> bool:
    first = next((line for line in head.lines if not line.startswith("#")), None)
    if first is None:
        return ".as-rel" in head.name.lower() and bool(head.lines)
    return _LINK.match(first.replace(" ", "")) is not None or (".as-rel" in head.name.lower() and "|" in first)


def _links(file: LineFile) -> Iterator[pl.DataFrame]:
    for block in blocks_of(file.upload, file.progress, foreign=True):
        yield links_of(file.upload.name, block, file.faults).select(
            "row",
            pl.col("first").cast(pl.String).alias("from_asn"),
            pl.col("second").cast(pl.String).alias("to_asn"),
            pl.when(pl.col("relation") == 0).then(pl.lit("peer")).otherwise(pl.lit("transit")).alias("relation"),
            pl.col("source").str.replace_all(",", "|").alias("seen_in"),
            pl.lit(file.observed_on).alias("observed_on"),
        )


def _names(file: LineFile) -> Iterator[pl.DataFrame]:
    for block in blocks_of(file.upload, file.progress):
        rows = pl.Series("row", range(block.first, block.first + block.lines.len()), dtype=pl.Int64)
        parts = block.lines.str.extract_groups(_NAME).struct.unnest().with_columns(rows, block.lines.alias("line"))
        parts = parts.filter(pl.col("line").str.strip_chars() != "")
        number = pl.col("asn").cast(pl.Int64, strict=False)
        plain = number.is_between(0, MOST_ASN).fill_null(False) & ~pl.col("asn").str.contains("^0.").fill_null(True)
        for row, line, text in parts.filter(~plain).select("row", "line", "asn").iter_rows():
            wrong = read_asn(text or "", file.upload.name, row, column="asn")
            if text is None or not isinstance(wrong, Fault):
                message, expected = "the line names no network", "ASN:NAME, CC"
                wrong = Fault(file.upload.name, message, row, found=line, expected=expected, way_out=_OUT)
            file.faults.add(wrong)
        stated = parts.filter(plain).select("row", "asn", pl.col("name", "country").fill_null(""))
        yield with_countries(stated.with_columns(observed_on=pl.lit(file.observed_on)))


def _tags(file: LineFile) -> Iterator[pl.DataFrame]:
    def records() -> Iterator[tuple[object, ...]]:
        for row, text in records_of(file.upload, file.faults, file.progress):
            cells = csv_cells(file.upload.name, row, text, widths=(1, 2), expected="AS123,Name", faults=file.faults)
            if cells is None:
                continue
            asn = read_asn(re.sub(r"\A(?i:as)(?=[0-9])", "", cells[0]), file.upload.name, row, column="asn")
            if isinstance(asn, Fault):
                file.faults.add(asn)
            else:
                yield (row, str(asn), file.tag, " ".join(cells[1].split()) if len(cells) > 1 else "", file.observed_on)

    yield from in_frames(records(), _TAG_COLUMNS)


def csv_cells(
    name: str, row: int, text: str, *, widths: tuple[int, ...], expected: str, faults: FaultList
) -> list[str] | None:
    """The cells of one record of CSV, stripped; None, and a fault, where it has another number of them."""
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
        cells = [cell.strip() for cell in lines[0]] if len(lines) == 1 else []
    except csv.Error:
        way_out = "Double a quote that is part of a quoted cell."
        faults.add(Fault(name, "text follows a closing quote", row, found=text, expected=expected, way_out=way_out))
        return None
    if len(cells) in widths:
        return cells
    found = f"{len(cells)} cells in {text}"
    faults.add(Fault(name, "the record has another number of cells", row, found=found, expected=expected, way_out=_OUT))
    return None


def _is_organisations(head: Head) -> bool:
    lines = head.lines
    if lines and lines[0].startswith("{"):
        return '"organizationId"' in lines[0] and '"type"' in lines[0]
    return any(_HEADED.match(line) for line in lines[:20])


def _organisations(file: LineFile) -> Iterator[pl.DataFrame]:
    """Organisations first, then the networks: the file is read twice, so that their order does not matter."""
    parsed = _json_records if file.upload.head(16).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") else _bar_records
    described: dict[str, tuple[str, str]] = {}
    for _, cells in parsed(file.upload, FaultList(), file.progress):
        if "aut" not in cells:
            described.setdefault(cells["org_id"], (cells["org_name"], cells["country"]))

    def records() -> Iterator[tuple[object, ...]]:
        for row, cells in parsed(file.upload, file.faults, file.progress):
            if "aut" not in cells:
                continue
            asn = read_asn(cells["aut"], file.upload.name, row, column="aut")
            if isinstance(asn, Fault):
                file.faults.add(asn)
            elif not cells["org_id"]:
                expected = "the id of an organisation"
                file.faults.add(Fault(file.upload.name, "the cell is empty", row, column="org_id", expected=expected))
            else:
                org_name, country = described.get(cells["org_id"], ("", ""))
                yield row, str(asn), cells["aut_name"], cells["org_id"], org_name, country, file.observed_on, ""

    yield from map(with_countries, in_frames(records(), _ORGANISATION_COLUMNS))


def _bar_records(upload: Upload, faults: FaultList, progress: Progress) -> Iterator[tuple[int, dict[str, str]]]:
    columns: list[str] = []
    for row, text in _lines_of(upload, faults, progress):
        if text.startswith("#"):
            if headed := _HEADED.match(text):
                columns = [column.strip() for column in headed["columns"].split("|")]
                needed = _AS_COLUMNS if "aut" in columns else _ORG_COLUMNS
                for column in (column for column in needed if column not in columns):
                    way_out = "Write the line anew: it tells what the columns of the next lines are."
                    message, near = "the format lacks a column", nearest(column, columns)
                    faults.add(Fault(upload.name, message, row, column=column, nearest=near, way_out=way_out))
                columns = [] if set(needed) - set(columns) else columns
            continue
        cells = [cell.strip() for cell in text.split("|")]
        if not columns or len(cells) != len(columns):
            expected = "|".join(columns) or "a line # format: before it"
            faults.add(Fault(upload.name, "the line is no record", row, found=text, expected=expected, way_out=_OUT))
        else:
            yield row, dict(zip(columns, cells, strict=True))


def _json_records(upload: Upload, faults: FaultList, progress: Progress) -> Iterator[tuple[int, dict[str, str]]]:
    for row, text in _lines_of(upload, faults, progress):
        try:
            entity = parse_json(text)
        except JsonFault as err:
            faults.add(Fault(upload.name, err.says, row, found=err.found, expected=err.expected))
            continue
        kind = entity.get("type") if isinstance(entity, dict) else None
        if not isinstance(entity, dict) or kind not in ("ASN", "Organization"):
            message, found = "no such type of record", str(kind) if isinstance(entity, dict) else text
            faults.add(Fault(upload.name, message, row, column="type", found=found, expected="ASN or Organization"))
            continue
        names = {"name": "aut_name", "asn": "aut"} if kind == "ASN" else {"name": "org_name", "country": "country"}
        cells = {to: str(entity.get(name) or "").strip() for name, to in names.items()}
        yield row, {**cells, "org_id": str(entity.get("organizationId") or "").strip()}


def _lines_of(upload: Upload, faults: FaultList, progress: Progress) -> Iterator[tuple[int, str]]:
    for block in blocks_of(upload, progress):
        for row, line in enumerate(block.lines.to_list(), start=block.first):
            if text := line.strip():
                yield row, text
            if faults.full:
                return


_TAG_COLUMNS = {"asn": "text", "tag": "text", "name": "text", "observed_on": "day"}
_ORGANISATION_COLUMNS = dict.fromkeys(("asn", "as_name", "org_id", "org_name"), "text") | {
    "country": "country",
    "observed_on": "day",
    "note": "text",
}
FORMATS = (
    line_format(
        "caida-as-organisations",
        "AS organisations of CAIDA, with bars or as JSON lines",
        "as_organisation",
        columns=_ORGANISATION_COLUMNS,
        recognises=_is_organisations,
        frames=_organisations,
    ),
    line_format(
        "caida-as-relationships",
        "AS relationships of CAIDA, serial-1 and serial-2",
        "as_link",
        columns={"from_asn": "text", "to_asn": "text", "relation": "text", "seen_in": "list", "observed_on": "day"},
        recognises=_is_links,
        frames=_links,
    ),
    line_format(
        "ripe-as-names",
        "AS names and countries of RIPE NCC",
        "as_number",
        columns={"asn": "text", "name": "text", "country": "country", "observed_on": "day", "note": "text"},
        recognises=lambda head: mostly(head.lines, _NAMED.match),
        frames=_names,
    ),
    line_format(
        "bgp-tools-tag",
        "the networks of one tag of bgp.tools",
        "as_tag",
        columns=_TAG_COLUMNS,
        recognises=lambda head: mostly(head.lines, _TAGGED.match),
        frames=_tags,
    ),
)
