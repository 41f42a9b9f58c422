"""Tables of prefixes and ranges of addresses in columns: a block of lines at once, where these look as usual.

A line that does not is read by itself. A file with anything at fault is not read here at all: the reader of single
records finds its faults, and both give the same of every other file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from provenet.core.progress import Progress, silent
from provenet.ingest.bgp.numbers import IPV4, IPV6, read_address
from provenet.ingest.opening import Upload
from provenet.ingest.plain_lines import Block, blocks_of, is_open_record

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_FOREIGN, _COLON, _END = 16, 17, 18
LOW_HALF = (1 << 64) - 1
_OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
IPV4_TEXT = rf"{_OCTET}(?:\.{_OCTET}){{3}}"
_ADDRESS = rf"(?:{IPV4_TEXT}|(?:[0-9A-Fa-f]{{0,4}}:){{2,7}}[0-9A-Fa-f]{{0,4}})"
_ASN = "[1-9][0-9]{0,9}"
_SET = rf"\{{?{_ASN}(?:,{_ASN})*\}}?"
_NAME = r"""(?:,[^",]*|,"(?:[^"]|"")*")?"""


@dataclass(frozen=True)
class UsualLines:
    """How the lines of a format look that are read together: a pattern of the whole line, and its parts.

    `parts` gives of such lines the columns `first`, `word` (the origins or the country, as written), and `last`, an
    address, or `length`, that of a prefix.
    """

    pattern: str
    parts: Callable[[pl.Series], pl.DataFrame]


class RangeRow(NamedTuple):
    """One range that was read by itself; `first` and `last` are keys of 128 bits."""

    family: int
    first: int
    last: int
    word: str


@dataclass(frozen=True, kw_only=True)
class RangeKeys:
    """Ranges of n as arrays: the family, 4 or 6, and keys of the first and last address as two halves.

    An IPv4 address has its 32 bits at the top of the key and zeros below, so that both families sort alike.
    """

    family: NDArray[np.int8]
    first_high: NDArray[np.uint64]
    first_low: NDArray[np.uint64]
    last_high: NDArray[np.uint64]
    last_low: NDArray[np.uint64]


KEY = ("family", "first_high", "first_low", "last_high", "last_low")
COLUMNS = {"family": pl.Int8, **dict.fromkeys(KEY[1:], pl.UInt64), "word": pl.String}
"""Ranges in columns: those of `RangeKeys`, and as `word` what is told of each: numbers with `_` or `,` between them and
braces around sets, or two letters of a country."""


def keys_of(columns: pl.DataFrame) -> dict[str, Any]:
    """The fields of `RangeKeys` from columns of the same names."""
    return {name: columns[name].to_numpy() for name in KEY}


def is_ascending(columns: pl.DataFrame) -> bool:
    """Whether each range begins after the one before it, so that none stands twice; IPv4 before IPv6."""
    family, high, low = (columns[name].to_numpy() for name in KEY[:3])
    after = (high[1:] > high[:-1]) | ((high[1:] == high[:-1]) & (low[1:] > low[:-1]))
    return bool(((family[1:] > family[:-1]) | ((family[1:] == family[:-1]) & after)).all())


def range_columns(
    upload: Upload,
    usual: UsualLines,
    *,
    remark: str,
    record: Callable[[int, str], RangeRow | None],
    progress: Progress = silent,
) -> pl.DataFrame | None:
    """The ranges of a file in its order; None where something is at fault, or a record goes over several lines.

    `record` reads an unusual line by itself: its number and text to a range, None where it is at fault. Raises
    InputFault where the file is no text. Cost O(bytes), vectorised over usual lines.
    """
    parts = [pl.DataFrame(schema=COLUMNS)]
    for block in blocks_of(upload, progress):
        made = _of_block(block, usual, remark=remark, record=record)
        if made is None:
            return None
        parts.append(made)
    return pl.concat(parts)


def _of_block(
    block: Block, usual: UsualLines, *, remark: str, record: Callable[[int, str], RangeRow | None]
) -> pl.DataFrame | None:
    import numpy as np

    is_usual = block.lines.str.contains(usual.pattern)
    made = _of_usual(usual.parts(block.lines.filter(is_usual)))
    if made is None or is_usual.all():
        return made
    rows, ranges = [], []
    for place in (~is_usual).arg_true().to_list():
        text = block.lines[place].strip()
        if not text or text.startswith(remark):
            continue
        one = None if '"' in text and is_open_record(text) else record(block.first + place, text)
        if one is None:
            return None
        rows.append(place)
        ranges.append(one)
    places = np.concatenate([is_usual.arg_true().to_numpy(), np.array(rows, np.int64)])
    return pl.concat([made, columns_of(ranges)])[np.argsort(places, kind="stable")]


def _of_usual(parts: pl.DataFrame) -> pl.DataFrame | None:
    """The ranges of lines that look as usual; None where one of them is at fault all the same."""
    import numpy as np

    try:
        first_high, first_low = address_halves(parts["first"])
        family = _families(parts["first"])
        if "length" in parts.columns:
            length = parts["length"].cast(pl.Int64).to_numpy()
            if (length > np.where(family == IPV4, 32, 128)).any():
                return None
            high_rest, low_rest = (table[length] for table in _rests())
            if (first_high & high_rest).any() or (first_low & low_rest).any():
                return None
            last_high, last_low = first_high | high_rest, first_low | low_rest
        else:
            last_high, last_low = address_halves(parts["last"], ones=True)
            ends_early = (last_high < first_high) | ((last_high == first_high) & (last_low < first_low))
            if ends_early.any() or (family != _families(parts["last"])).any():
                return None
    except ValueError:
        return None
    keys = (family, first_high, first_low, last_high, last_low)
    return pl.DataFrame({**dict(zip(KEY, keys, strict=True)), "word": parts["word"].fill_null("")})


def columns_of(ranges: Iterable[RangeRow]) -> pl.DataFrame:
    """Ranges that were read by themselves as columns."""
    rows = [
        (one.family, one.first >> 64, one.first & LOW_HALF, one.last >> 64, one.last & LOW_HALF, one.word)
        for one in ranges
    ]
    return pl.DataFrame(rows, schema=COLUMNS, orient="row")


def _families(addresses: pl.Series) -> NDArray[np.int8]:
    import numpy as np

    return np.where(addresses.str.contains(":", literal=True).to_numpy(), np.int8(IPV6), np.int8(IPV4))


def _rests() -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """By length of a prefix, 0 to 128: the bits beyond it in either half of a key."""
    import numpy as np

    rests = [(1 << (128 - length)) - 1 for length in range(129)]
    return np.array([one >> 64 for one in rests], np.uint64), np.array([one & LOW_HALF for one in rests], np.uint64)


def address_halves(texts: pl.Series, *, ones: bool = False) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Addresses as keys of two uint64 halves, IPv4 at the top of the first and below it zeros, or ones.

    Raises ValueError for a text that is no address. Cost O(rows), vectorised.
    """
    import numpy as np

    high, low = np.zeros(len(texts), np.uint64), np.zeros(len(texts), np.uint64)
    is_six = texts.str.contains(":", literal=True)
    four = texts.filter(~is_six)
    parts = four.str.split_exact(".", 3).struct.unnest().cast(pl.UInt64, strict=False)
    number = parts.select((pl.nth(0) * 2**24 + pl.nth(1) * 2**16 + pl.nth(2) * 2**8 + pl.nth(3)).alias("number"))
    if number["number"].null_count():
        wrong = four.filter(number["number"].is_null())[0]
        raise ValueError(f"a stored address is no address; found {wrong!r}")
    at = (~is_six).to_numpy()
    high[at] = number["number"].to_numpy() << np.uint64(32)
    if ones:
        high[at] |= np.uint64(0xFFFFFFFF)
        low[at] = np.uint64(LOW_HALF)
    if is_six.any():
        high[~at], low[~at] = _six_halves(texts.filter(is_six).to_list())
    return high, low


def _six_halves(texts: list[str]) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """The halves of IPv6 addresses; one with a dot in it is read by itself. Raises ValueError for what is none."""
    import numpy as np

    texts = [_without_dots(text) if "." in text else text for text in texts]
    digit = _digits()[np.frombuffer(("\n".join(texts) + "\n").encode("ascii", "replace"), np.uint8)]
    stop = np.flatnonzero(digit >= _COLON)
    width = np.diff(stop, prepend=-1) - 1
    value = np.zeros(len(stop), np.uint64)
    for place in range(4):
        value |= np.where(width > place, digit[np.maximum(stop - place - 1, 0)], 0).astype(np.uint64) << np.uint64(
            4 * place
        )
    is_end, is_full = digit[stop] == _END, width > 0
    last = np.flatnonzero(is_end)
    if len(last) != len(texts):
        raise ValueError("a stored address is no address; found one with a line end in it")
    count = np.diff(last, prepend=-1)
    owner = np.repeat(np.arange(len(texts)), count)
    spots = np.arange(len(stop)) - np.repeat(last - count + 1, count)
    is_gap = ~is_full & (spots > 0) & ~is_end
    gaps, full = (np.bincount(owner, one, len(texts)) for one in (is_gap, is_full))
    gap = np.full(len(texts), -1)
    gap[owner[is_gap]] = spots[is_gap]
    wrong = (gaps > 1) | np.where(gaps == 1, full > 7, full != 8) | (np.bincount(owner, width > 4, len(texts)) > 0)
    wrong |= ~is_full[last - count + 1] & (gap != 1)
    wrong |= ~is_full[last] & (gap != count - 2)
    wrong[owner[np.searchsorted(stop, np.flatnonzero(digit == _FOREIGN))]] = True
    if wrong.any():
        raise ValueError(f"a stored address is no address; found {texts[int(wrong.argmax())]!r}")
    slot = np.where((gaps[owner] == 1) & (spots > gap[owner]), 8 - count[owner] + spots, spots)
    groups = np.zeros((len(texts), 8), ">u2")
    groups[owner[is_full], slot[is_full]] = value[is_full]
    halves = groups.view(">u8")
    return halves[:, 0].astype(np.uint64), halves[:, 1].astype(np.uint64)


def _without_dots(text: str) -> str:
    """An IPv6 address that ends in IPv4 in groups alone; the text as it is where it is no address."""
    read = read_address(text)
    return text if read is None else ":".join(f"{read[1] >> shift & 0xFFFF:x}" for shift in range(112, -1, -16))


@cache
def _digits() -> NDArray[np.uint8]:
    """What each byte is: a digit from 0 to 15, a colon, the end of a line, or foreign."""
    import numpy as np

    made = np.full(256, _FOREIGN, np.uint8)
    for number in range(16):
        made[[ord(one) for one in {f"{number:x}", f"{number:X}"}]] = number
    made[ord(":")], made[ord("\n")] = _COLON, _END
    return made


def _range_parts(lines: pl.Series) -> pl.DataFrame:
    """`first,last,word` and what may follow."""
    return lines.str.splitn(",", 4).struct.rename_fields(["first", "last", "word", "rest"]).struct.unnest()


def _prefix_parts(lines: pl.Series) -> pl.DataFrame:
    """`first<TAB>length<TAB>word`."""
    return lines.str.splitn("\t", 3).struct.rename_fields(["first", "length", "word"]).struct.unnest()


def _slash_parts(lines: pl.Series) -> pl.DataFrame:
    """`first/length<TAB>word`."""
    halves = lines.str.splitn("\t", 2).struct.rename_fields(["prefix", "word"]).struct.unnest()
    prefix = halves["prefix"].str.splitn("/", 2).struct.rename_fields(["first", "length"]).struct.unnest()
    return prefix.with_columns(halves["word"])


PFX2AS_LINES = UsualLines(rf"^{_ADDRESS}\t[0-9]{{1,3}}\t{_SET}(?:_{_SET})*$", _prefix_parts)
PYASN_LINES = UsualLines(rf"^{_ADDRESS}/[0-9]{{1,3}}\t{_ASN}$", _slash_parts)
ORIGIN_LINES = UsualLines(rf"^{_ADDRESS},{_ADDRESS},(?:{_ASN}|0?){_NAME}$", _range_parts)
COUNTRY_LINES = UsualLines(rf"^{_ADDRESS},{_ADDRESS},(?:[A-Z]{{2}})?$", _range_parts)
