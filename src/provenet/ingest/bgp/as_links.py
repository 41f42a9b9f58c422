"""The AS graph as CAIDA publishes it: relationships of serial-1 (`a|b|-1`) and serial-2 (`a|b|-1|bgp`), as arrays.

`a|b|-1` says that a sells transit to b, `a|b|0` that they peer. Rules for what a file says twice or against itself
stand in decision 0022. Source of the format: CAIDA, AS Relationships, README of serial-1 and serial-2.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

import polars as pl

from provenet.core.errors import Fault, FaultList
from provenet.core.progress import Progress, silent
from provenet.ingest.bgp.numbers import MOST_ASN, kept_back_says, read_asn
from provenet.ingest.bgp.numbers import AsLinks as AsLinks
from provenet.ingest.plain_lines import Block, TextFile, blocks_of, opened

TRANSIT, PEERS = -1, 0
MOST_LINKS = 20_000_000
"""The most links that are read; the Internet of 2025 has under a million."""
FROM_BGP, FROM_MLP, FROM_ELSEWHERE = 1, 2, 4
"""Bits of a link's sources: seen in BGP paths; inferred from multilateral peering at an exchange; anything else."""
FAST = r"^(?<first>[1-9][0-9]{0,9})\|(?<second>[1-9][0-9]{0,9})\|(?<relation>-1|0)(?:\|(?<source>[a-z,]+))?$"
"""A link as CAIDA writes it; every other line is read by `read_line`, which agrees on these."""
_SHAPE = "first|second|relation or first|second|relation|source"


@dataclass(frozen=True)
class Link:
    """One line as read: `first` and `second` as they stand, the relation -1 or 0, and the source, empty for none."""

    first: int
    second: int
    relation: int
    source: str = ""


def read_as_links(given: TextFile, progress: Progress = silent) -> AsLinks:
    """The AS graph in a file of CAIDA's AS relationships, packed or not; `given` is a path, or a name and bytes.

    Raises InputFault with every malformed line, UsageFault where there is no file. Claims no more than the file says:
    relations are inferred from paths seen. Cost O(E log E) in time; memory about 120 bytes a link.
    """
    upload, faults = opened(given, progress), FaultList()
    lines = _Lines()
    for block in blocks_of(upload, progress, foreign=True):
        lines.take(upload.name, block, faults)
        if lines.count > MOST_LINKS:
            way_out = "Split off the part of the graph that is asked about."
            faults.add(
                Fault(upload.name, "the graph is too large", expected=f"up to {MOST_LINKS:,} links", way_out=way_out)
            )
            break
        if faults.full:
            break
    faults.refuse()
    return lines.graph(upload.name, upload.file_id)


def as_links_of(rows: pl.DataFrame, name: str = "as_link", digest: str = "") -> AsLinks:
    """The AS graph in rows of the table `as_link` of a case, by the same rules; rows in remarks count from 1.

    Which files and days to take is the caller's to choose: rows of several are one graph. Cost O(E log E).
    """
    lines = _Lines()
    lines.add(
        rows.select(
            row=pl.int_range(1, pl.len() + 1),
            first=pl.col("from_asn").cast(pl.Int64),
            second=pl.col("to_asn").cast(pl.Int64),
            relation=pl.when(pl.col("relation") == "peer").then(PEERS).otherwise(TRANSIT).cast(pl.Int8),
            source=pl.col("seen_in").list.join(",").fill_null(""),
        )
    )
    return lines.graph(name, digest)


def read_line(line: str, name: str, row: int, *, faults: FaultList) -> Link | None:
    """One line by the letter: None for a comment, a blank line, and a line whose faults were added."""
    text = line.strip()
    if not text or text.startswith("#"):
        return None
    cells = [cell.strip() for cell in text.split("|")]
    if len(cells) not in (3, 4):
        way_out = "Remove the line, put # before it if it is a comment, or write the link anew."
        found = f"{len(cells)} cells in {text}" if "|" in text else text
        faults.add(Fault(name, "the line is no link", row, found=found, expected=_SHAPE, way_out=way_out))
        return None
    before = faults.count
    numbers = [
        read_asn(cell, name, row, column=column) for cell, column in zip(cells, ("first", "second"), strict=False)
    ]
    faults.extend(number for number in numbers if isinstance(number, Fault))
    if cells[2] not in ("-1", "0"):
        expected = "-1 (first sells transit to second) or 0 (they peer)"
        faults.add(Fault(name, "no such relation", row, column="relation", found=cells[2], expected=expected))
    if len(cells) == 4 and not cells[3]:
        way_out = "Write the source, such as bgp, or leave out the last bar."
        faults.add(Fault(name, "the source is empty", row, column="source", way_out=way_out))
    first, second = numbers
    if faults.count > before or isinstance(first, Fault) or isinstance(second, Fault):
        return None
    return Link(first, second, int(cells[2]), cells[3] if len(cells) == 4 else "")


def source_bits(source: str) -> int:
    """The bits of a source as written: `bgp,mlp` has two, an empty one none."""
    words = {"bgp": FROM_BGP, "mlp": FROM_MLP}
    return reduce(or_, (words.get(word.strip(), FROM_ELSEWHERE) for word in source.split(",") if word.strip()), 0)


def links_of(name: str, block: Block, faults: FaultList) -> pl.DataFrame:
    """The links of a block: `row`, `first` and `second` int64, `relation` int8, `source` text, in order of line.

    Lines as CAIDA writes them are read together, all others one by one. Cost O(bytes).
    """
    rows = pl.Series("row", range(block.first, block.first + block.lines.len()), dtype=pl.Int64)
    parts = block.lines.str.extract_groups(FAST).struct.unnest()
    made = parts.select(
        rows, pl.col("first", "second").cast(pl.Int64), pl.col("relation").cast(pl.Int8), pl.col("source").fill_null("")
    )
    plain = (made["first"].is_not_null() & (made["first"] <= MOST_ASN) & (made["second"] <= MOST_ASN)).fill_null(False)
    odd = ~plain & ~(block.lines.str.starts_with("#") | (block.lines == ""))
    if not odd.any():
        return made.filter(plain)
    others = list(_one_by_one(name, block.lines.filter(odd).to_list(), rows.filter(odd).to_list(), faults=faults))
    return pl.concat([made.filter(plain), pl.DataFrame(others, schema=made.schema, orient="row")]).sort("row")


def _one_by_one(
    name: str, lines: list[str], rows: list[int], *, faults: FaultList
) -> Iterator[tuple[int, int, int, int, str]]:
    for line, row in zip(lines, rows, strict=True):
        link = read_line(line, name, row, faults=faults)
        if link is not None:
            yield row, link.first, link.second, link.relation, link.source
        if faults.full:
            return


class _Lines:
    """The links of a file as arrays, block by block."""

    def __init__(self) -> None:
        self.count = self.comments = 0
        self._sources: Counter[str] = Counter()
        self._parts: list[tuple[Any, ...]] = []

    def take(self, name: str, block: Block, faults: FaultList) -> None:
        self.add(links_of(name, block, faults))
        self.comments += int(block.lines.str.contains(r"^\s*#").sum())

    def add(self, links: pl.DataFrame) -> None:
        counts = links["source"].value_counts()
        self._sources.update(dict(counts.iter_rows()))
        bits = {source: source_bits(source) for source in counts["source"].to_list()}
        flags = links["source"].replace_strict(bits, return_dtype=pl.UInt8) if bits else pl.Series([], dtype=pl.UInt8)
        columns = (links["first"], links["second"], links["relation"], flags, links["row"])
        self._parts.append(tuple(column.to_numpy() for column in columns))
        self.count += links.height

    def graph(self, name: str, digest: str) -> AsLinks:
        import numpy as np

        kinds = (np.int64, np.int64, np.int8, np.uint8, np.int64)
        columns = [
            np.concatenate([np.empty(0, kind), *(part[at] for part in self._parts)]) for at, kind in enumerate(kinds)
        ]
        self._parts.clear()
        return _settled(name, digest, columns, sources=self._sources, comments=self.comments)


def _settled(name: str, digest: str, columns: list[Any], *, sources: Counter[str], comments: int) -> AsLinks:
    """The graph that the lines make by the rules of decision 0022."""
    import numpy as np

    first, second, relation, flags, row = columns
    own = first == second
    transit, peers = (relation == TRANSIT) & ~own, (relation == PEERS) & ~own
    sold, sold_flags, _ = _once(np, first[transit], second[transit], flags=flags[transit], row=row[transit])
    low, high = np.minimum(first[peers], second[peers]), np.maximum(first[peers], second[peers])
    peered, peer_flags, peer_row = _once(np, low, high, flags=flags[peers], row=row[peers])
    provider, customer = _apart(np, sold)
    either_way = np.unique(_joined(np, np.minimum(provider, customer), np.maximum(provider, customer)))
    both = np.isin(peered, either_way)
    peer_a, peer_b = _apart(np, peered[~both])
    linked = np.unique(np.concatenate([provider, customer, peer_a, peer_b]))
    alone = np.setdiff1d(first[own], linked)
    kept_flags = peer_flags[~both]
    counts = {
        "links_read": len(first),
        "transit_links": len(sold),
        "peer_links": len(peer_a),
        "mlp_only_peer_links": int((kept_flags == FROM_MLP).sum()),
        "self_links": int(own.sum()),
        "duplicates": int((~own).sum()) - len(sold) - len(peered),
        "contradictions": int(both.sum()),
        "mutual_transit_pairs": len(sold) - len(either_way),
        "comment_lines": comments,
        "networks": len(linked) + len(alone),
    }
    at = {
        "self_links": int(row[own][0]) if own.any() else 0,
        "contradictions": int(peer_row[both].min()) if both.any() else 0,
    }
    return AsLinks(
        provider,
        customer,
        sold_flags,
        peer_a,
        peer_b,
        kept_flags,
        kept_flags == FROM_MLP,
        alone,
        counts,
        dict(sorted(sources.items())),
        _remarks(counts, at, len(alone), kept_back=kept_back_says(np.union1d(linked, alone)), sources=sources),
        digest,
        name,
    )


def _joined(np: Any, a: Any, b: Any) -> Any:
    """Two numbers below 2^32 as one key that sorts by the first, then the second."""
    return (a.astype(np.uint64) << np.uint64(32)) | b.astype(np.uint64)


def _apart(np: Any, keys: Any) -> tuple[Any, Any]:
    return (keys >> np.uint64(32)).astype(np.int64), (keys & np.uint64(MOST_ASN)).astype(np.int64)


def _once(np: Any, a: Any, b: Any, *, flags: Any, row: Any) -> tuple[Any, Any, Any]:
    """Each pair once, ascending, with the sources of all its lines and the first of them."""
    keys = _joined(np, a, b)
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    start = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]])) if len(keys) else np.empty(0, np.int64)
    bits = np.bitwise_or.reduceat(flags[order], start) if len(keys) else flags[:0]
    return keys[start], bits, row[order][start]


def _remarks(
    counts: Mapping[str, int], at: Mapping[str, int], alone: int, *, kept_back: str, sources: Mapping[str, int]
) -> tuple[str, ...]:
    """What a reader of the results should know of the file, in sentences."""
    sentences = []
    if count := counts["self_links"]:
        one, more = "1 link of a network with itself is", f"{count:,} links of networks with themselves are"
        kept = f"; networks named nowhere else stay in the graph without a link: {alone:,}" if alone else ""
        links = one if count == 1 else more
        sentences.append(f"{links} left out (first in row {at['self_links']}){kept}.")
    if count := counts["duplicates"]:
        lines = "1 line says" if count == 1 else f"{count:,} lines say"
        sentences.append(f"{lines} again what another says; each link counts once, with the sources of all its lines.")
    if count := counts["contradictions"]:
        pairs = "1 pair is" if count == 1 else f"{count:,} pairs are"
        sentences.append(
            f"{pairs} told both as transit and as peers (first in row {at['contradictions']}); transit stands."
        )
    if count := counts["mutual_transit_pairs"]:
        pairs = "1 pair is told" if count == 1 else f"{count:,} pairs are told"
        sentences.append(f"{pairs} each as the other's provider; both links stand, as mutual transit.")
    if kept_back:
        sentences.append(kept_back)
    words = sorted({word.strip() for source in sources for word in source.split(",")} - {"", "bgp", "mlp"})
    if words:
        sentences.append(
            f"Sources other than bgp and mlp: {', '.join(words[:5])}{' and more' if len(words) > 5 else ''}."
        )
    if not counts["links_read"]:
        sentences.append("There is no link.")
    return tuple(sentences)
