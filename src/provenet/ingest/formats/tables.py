"""Files that become rows of a case: tables of cells, lists and bills, forms, registers, tables of networks, MRT.

A mapping or the header lays out the columns of tables of cells: told by the suffix, checked by the first bytes.
"""

from functools import partial
from typing import BinaryIO, cast

from provenet.case.answer_forms import REPLY_FORM, SITE_QUESTIONNAIRE
from provenet.ingest.answer_forms import read_replies, read_site_answers, recognises
from provenet.ingest.bgp import as_tables, prefix_tables
from provenet.ingest.bgp.observed_paths import is_mrt, read_paths
from provenet.ingest.lists import ftm, published_lists
from provenet.ingest.network.radio_registers import is_support_register, read_register, read_supports, register_of
from provenet.ingest.opening import Unpacked, Upload
from provenet.ingest.registry import Cells, Format, Parts, Source, from_stream
from provenet.ingest.sbom import cyclonedx
from provenet.ingest.tabular.excel import open_excel
from provenet.ingest.tabular.json_rows import open_json, open_json_lines
from provenet.ingest.tabular.layouts import lay_out
from provenet.ingest.tabular.mapping import Layout
from provenet.ingest.tabular.parquet import open_parquet
from provenet.ingest.tabular.sheets import Sheet
from provenet.ingest.tabular.strict import open_delimited

TABS = frozenset({".tsv", ".tab"})


def _format(name: str, meaning: str, suffixes: tuple[str, ...], *, cells: Cells) -> Format:
    return Format(
        name,
        meaning,
        lambda head: head.upload.suffix in suffixes,
        known_by="the suffix " + ", ".join(f"`{one}`" for one in suffixes),
        suffixes=suffixes,
        opens_rows=lay_out,
        order=80,
        cells=cells,
    )


def _delimited(upload: Upload, declared: Layout | None) -> Sheet:
    delimiter = "\t" if upload.suffix in TABS else ","
    if declared is None:
        return open_delimited(upload, delimiter)
    return open_delimited(upload, declared.delimiter or delimiter, declared.encoding, header_row=declared.header_row)


def _excel(upload: Upload, declared: Layout | None) -> Sheet:
    return open_excel(upload, declared.sheet, header_row=declared.header_row) if declared else open_excel(upload)


def _paths(source: Source) -> Parts:
    """The rows of a file, which its own reader unpacks, since it may be cut."""
    upload, raw = source.upload, source.upload.raw()
    with Unpacked(upload.name, "", raw, opened=raw, progress=source.read) as stream:
        yield from read_paths(source, cast(BinaryIO, stream))


_book = partial(Cells, sheet=_excel, has_sheets=True)
FORMATS = (
    _format("json-lines", "JSON, one object a line", (".jsonl", ".ndjson"), cells=Cells(sheet=open_json_lines)),
    _format("json", "a list of objects in a JSON document", (".json",), cells=Cells(sheet=open_json)),
    _format(
        "parquet",
        "Parquet",
        (".parquet", ".pq"),
        cells=Cells(sheet=lambda upload, _: open_parquet(upload), sign=b"PAR1"),
    ),
    _format("excel", "a sheet of an Excel workbook", (".xlsm", ".xlsx"), cells=_book(sign=b"PK\x03\x04")),
    _format("excel-97", "a sheet of a workbook of Excel 97 to 2003", (".xls",), cells=_book(sign=b"\xd0\xcf\x11\xe0")),
    Format(
        "delimited",
        "CSV, or TSV by the suffixes `.tsv` and `.tab`",
        lambda _: True,
        known_by="being none of the others",
        opens_rows=lay_out,
        order=90,
        cells=Cells(sheet=_delimited, is_delimited=True),
    ),
    Format(
        ftm.LAYOUT,
        "FollowTheMoney entities and statements (OpenSanctions)",
        lambda head: ftm.recognises(head.data, head.name),
        known_by="the first entity, or the header of statements",
        tables=("party", "identifier", "ownership", "succession", "listing"),
        opens_rows=from_stream(ftm.read),
        order=20,
        introduces=True,
    ),
    Format(
        cyclonedx.LAYOUT,
        "CycloneDX bills of materials, JSON and XML",
        lambda head: cyclonedx.recognises(head.data, head.name),
        known_by="`bomFormat` or the name space",
        tables=("asset", "party"),
        opens_rows=from_stream(cyclonedx.read),
        order=21,
        needed=("constants.carrier_id", "constants.country", "constants.asset_class"),
    ),
    Format(
        published_lists.LAYOUT,
        "published tables of listed companies",
        lambda head: published_lists.recognises(head.data, head.name),
        known_by="the header",
        tables=("party", "identifier", "ownership", "listing"),
        opens_rows=from_stream(published_lists.read),
        order=22,
        introduces=True,
    ),
    Format(
        "sites-questionnaire",
        "the questionnaire to the owners of sites, filled in",
        partial(recognises, SITE_QUESTIONNAIRE),
        known_by="its title",
        tables=("site_answer", "site_demand", "source"),
        opens_rows=from_stream(read_site_answers),
        order=15,
    ),
    Format(
        "reply-form",
        "the reply form for parties, filled in",
        partial(recognises, REPLY_FORM),
        known_by="its title",
        tables=("claim", "source"),
        opens_rows=from_stream(read_replies),
        order=15,
    ),
    Format(
        "radio-register",
        "registers of radio sites, antennas, cells and stations",
        lambda head: register_of(head.data) is not None,
        known_by="the header",
        tables=("asset", "site"),
        opens_rows=read_register,
        order=34,
    ),
    Format(
        "anfr-supports",
        "the French register of antenna supports, a workbook of three sheets",
        lambda head: is_support_register(head.upload),
        known_by="the names of its sheets",
        tables=("site",),
        opens_rows=read_supports,
        order=36,
    ),
    Format(
        "mrt",
        "routes that collectors saw (MRT)",
        lambda head: is_mrt(head.upload),
        known_by="the first bytes, packed or not, whatever the name",
        tables=("observed_path",),
        opens_rows=_paths,
        order=10,
    ),
    *prefix_tables.FORMATS,
    *as_tables.FORMATS,
)
