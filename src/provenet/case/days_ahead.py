"""Days ahead: what rows known on a day say of later ones is enclosed, so that no page takes it for knowledge."""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date

import polars as pl

from provenet.case.dictionary import Column
from provenet.case.tables import table
from provenet.core.wording import MONTHS

_MONTH = "|".join(f"{name}|{name[:3]}" for name in sorted(MONTHS, key=len, reverse=True))
_YEAR = r"(?:19|20|21)\d\d"
_COUNTED = (
    "verdicts|scenarios|sites|elements|(?:base[ ])?stations|antennas|systems|lots|"
    "purchases|claims|rows|routes|pairs|networks|others"
)
"""What pages count: a number before one of these is no year."""
_DAY = re.compile(
    rf"""(?<![\w.,])(?:
    (?P<iso>{_YEAR})[-/](?P<iso_month>0[1-9]|1[0-2]|[1-9])(?:[-/](?P<iso_day>[0-3]?\d))?(?![\w-])
  | (?:(?P<day>[0-3]?\d)(?:st|nd|rd|th)?\.?[ \xa0](?:of[ ])?)?
    (?P<month>{_MONTH})\b\.?,?[ \xa0](?:of[ ])?(?P<year>{_YEAR})(?!\d)
  | (?P<us_month>{_MONTH})\.?[ \xa0](?P<us_day>[0-3]?\d),[ \xa0](?P<us_year>{_YEAR})(?!\d)
  | Q(?P<quarter>[1-4])[ \xa0/-]?(?P<quarter_year>{_YEAR})(?!\d)
  | (?P<year_first>{_YEAR})[ \xa0/-]?Q(?P<then_quarter>[1-4])\b
  | (?P<word>first|second|third|fourth|1st|2nd|3rd|4th)[ ]quarter[ ](?:of[ ])?(?P<word_year>{_YEAR})(?!\d)
    )
  | (?<![\d.,])(?<!seed[ ])(?P<packed>20\d{{6}})(?!\d)
  | (?<![\d.,])(?P<bare>{_YEAR})(?![\d]|[.,]\d|[ \xa0](?:of[ ]\d|(?:{_COUNTED})\b))""",
    re.IGNORECASE | re.VERBOSE,
)
_YEARS = re.compile(_YEAR)
"""What stands in every day, month, quarter and year that a text names: most texts name none."""
_ORDINALS = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4}
_ROW_ID = re.compile(r"\b[a-z_]+-[0-9a-f]{16}\b|\+[0-9a-f]{10}\b")
"""The id of a row or run, or the digest in the version of the code: digits that are no date."""
OPEN, CLOSE = "\ufdd0", "\ufdd1"
"""What encloses a day ahead in the words of a row until the page is laid out; no text may hold these code points."""
_QUOTATION = 16
"""Letters from which a text within another counts as quoted; a shorter one, such as a year, has to be the whole."""
_PLACES = frozenset(("url", "locator", "reading", "short_key", "kind", "kind_by", "published"))
"""Columns that say where a row was read; they are not words of its source."""


def days_after(text: str, known: date) -> Iterator[re.Match[str]]:
    """The days, months, quarters and years in a text that begin after a day; ids of rows name none.

    >>> [hit[0] for hit in days_after("2018-11-23, December 2018, Q4 2018, 4 May 2019 and 2018", date(2018, 11, 23))]
    ['December 2018', '4 May 2019']
    """
    if _YEARS.search(text) is None:
        return
    bare = _ROW_ID.sub(lambda found: "x" * len(found[0]), text)
    yield from (hit for hit in _DAY.finditer(bare) if first_day(hit) > known.isoformat())


def whole_days(text: str) -> Iterator[date]:
    """The days that a text names in full, in its order.

    >>> [str(day) for day in whole_days("from 31 Mar 2027, or 2027-04-01; in May 2027 at the latest")]
    ['2027-03-31', '2027-04-01']
    """
    for hit in _DAY.finditer(text):
        part = hit.groupdict()
        if part["iso_day"] or part["day"] or part["us_day"]:
            with suppress(ValueError):
                yield date.fromisoformat(first_day(hit))


def enclosed(text: str, known: date) -> str:
    """A text with every day after the one known enclosed in `OPEN` and `CLOSE`.

    >>> enclosed("by 2020, not 2018", date(2018, 11, 23)) == f"by {OPEN}2020{CLOSE}, not 2018"
    True
    """
    made, end = [], 0
    for hit in days_after(text, known):
        made += [text[end : hit.start()], OPEN, text[hit.start() : hit.end()], CLOSE]
        end = hit.end()
    return "".join([*made, text[end:]]) if made else text


def plain(text: str) -> str:
    """A text without the enclosures of days ahead."""
    return text.replace(OPEN, "").replace(CLOSE, "") if OPEN in text or CLOSE in text else text


def bare(data: bytes) -> bytes:
    """The bytes of a file without the enclosures of days ahead."""
    return data.replace(OPEN.encode(), b"").replace(CLOSE.encode(), b"")


def with_days_ahead(name: str, rows: pl.DataFrame, known: date) -> pl.DataFrame:
    """Rows of an input table known on a day, in whose words each later day is enclosed as one ahead.

    What was published by then and names a later day speaks of the future: a plan, a deadline or a forecast. A remark of
    whoever read the source was written since: one that names a later day is left out. Ids and places of rows, and what
    has no words, stay as they are. Cost O(letters).
    """
    texts = [column for column in table(name).columns if column.type == "text" and not _is_place(column)]
    made = []
    for column in (one for one in texts if one.name in rows.columns):
        cells = rows[column.name]
        if not cells.str.contains(_YEAR).any():
            continue
        found = [None if text is None else _then(text, known, is_remark=_is_remark(column)) for text in cells.to_list()]
        made.append(pl.Series(column.name, found, dtype=pl.String))
    return rows.with_columns(made)


def quoting_days_ahead(name: str, rows: pl.DataFrame, words: Mapping[str, str]) -> pl.DataFrame:
    """Rows of a result in which each later day that stands in a quotation of known words is enclosed as one ahead.

    `words` are those of input rows known on the day, each with what `with_days_ahead` made of it; a later day elsewhere
    in a result follows from no row and stays as it is. Cost O(texts that name a year x words).
    """
    known = sorted(words.items(), key=lambda pair: (-len(pair[0]), pair[0]))
    made = []
    for column in (one for one in table(name).columns if one.type == "text" and not _is_place(one)):
        cells = rows[column.name] if column.name in rows.columns else pl.Series()
        if cells.dtype == pl.String and cells.str.contains(_YEAR).any():
            named = {text: _quoted(plain(text), known) for text in cells.unique().to_list() if text is not None}
            changed = {text: words for text, words in named.items() if text != words}
            made += [cells.replace(changed)] if changed else []
    return rows.with_columns(made)


def title_then(title: str, known: date) -> str:
    """The title of a policy without those of its acts that name a later day; whole where nothing else is left.

    >>> title_then("Golden power (DL 21/2012 art. 1-bis, DL 21/2022)", date(2020, 1, 1))
    'Golden power (DL 21/2012 art. 1-bis)'
    """
    parts = re.split(r"(, | and |; )", title)
    kept = [at for at in range(0, len(parts), 2) if not any(days_after(parts[at], known))]
    if not kept or 0 not in kept:
        return title
    text = "".join(parts[at] if at == 0 else parts[at - 1] + parts[at] for at in kept)
    return text + ")" * (text.count("(") - text.count(")"))


def _quoted(text: str, known: list[tuple[str, str]]) -> str:
    for bare, marked in known:
        if bare == text or (len(bare) >= _QUOTATION and bare in text):
            before, _, after = text.partition(bare)
            return f"{_quoted(before, known)}{marked}{_quoted(after, known)}"
    return text


def _then(text: str, known: date, *, is_remark: bool) -> str | None:
    marked = enclosed(plain(text), known)
    return None if is_remark and OPEN in marked else marked


def _is_place(column: Column) -> bool:
    return bool(column.is_key or column.refers_to or column.name in _PLACES or column.name.endswith("_id"))


def _is_remark(column: Column) -> bool:
    return column.name == "note" or column.name.endswith("_note")


def first_day(hit: re.Match[str]) -> str:
    """The first day that a match may mean, as ISO text; of a bare year its first day."""
    part = hit.groupdict()
    if part["bare"]:
        return f"{part['bare']}-01-01"
    if part["packed"]:
        whole = part["packed"]
        return f"{whole[:4]}-{whole[4:6]}-{whole[6:]}"
    if part["iso"]:
        return f"{part['iso']}-{int(part['iso_month']):02}-{int(part['iso_day'] or 1):02}"
    year = part["year"] or part["us_year"]
    if year:
        month, day = part["month"] or part["us_month"], part["day"] or part["us_day"]
        return f"{year}-{_month(month):02}-{int(day or 1):02}"
    year = part["quarter_year"] or part["year_first"] or part["word_year"]
    number = part["quarter"] or part["then_quarter"] or _ORDINALS[(part["word"] or "").lower()]
    return f"{year}-{3 * int(number) - 2:02}-01"


def _month(name: str) -> int:
    return next(at for at, month in enumerate(MONTHS, start=1) if month.lower().startswith(name.lower()[:3]))
