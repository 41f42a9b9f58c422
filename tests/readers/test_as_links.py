"""CAIDA's AS relationships: the rules of decision 0022, every fault at its line, and both ways of reading agree."""

import bz2
import gzip
import lzma
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenet.core.errors import FaultList, InputFault, UsageFault
from provenet.ingest import plain_lines
from provenet.ingest.bgp import as_links
from provenet.ingest.bgp.as_links import AsLinks, read_as_links, read_line
from provenet.ingest.plain_lines import Block
from support.examples import examples

REAL = Path(__file__).parents[3] / "shared" / "data" / "as-graph" / "20250901.as-rel2.txt.bz2"
SERIAL_1 = b"""# source:topology|BGP|20250901|ripe|rrc00
# step 1: set peering in clique
64500|64510|0
64500|64501|-1
64501|64502|-1
"""
SERIAL_2 = b"""# inferred clique: 64500 64510
64500|64510|0|bgp
64500|64501|-1|bgp
64501|64502|-1|bgp,mlp
64502|64503|0|mlp
"""


def read(data: bytes, name: str = "a.txt") -> AsLinks:
    return read_as_links((name, data))


def told(data: bytes, name: str = "a.txt") -> list[str]:
    with pytest.raises(InputFault) as caught:
        read(data, name)
    return str(caught.value).splitlines()


def links(graph: AsLinks) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    transit = zip(graph.provider.tolist(), graph.customer.tolist(), strict=True)
    return list(transit), list(zip(graph.peer_a.tolist(), graph.peer_b.tolist(), strict=True))


def test_serial_1_has_no_sources() -> None:
    graph = read(SERIAL_1)
    assert links(graph) == ([(64500, 64501), (64501, 64502)], [(64500, 64510)])
    assert graph.peer_mlp_only.tolist() == [False]
    assert graph.transit_sources.tolist() == [0, 0]
    assert graph.counts == {
        "links_read": 3,
        "transit_links": 2,
        "peer_links": 1,
        "mlp_only_peer_links": 0,
        "self_links": 0,
        "duplicates": 0,
        "contradictions": 0,
        "mutual_transit_pairs": 0,
        "comment_lines": 2,
        "networks": 4,
    }
    assert graph.remarks == (
        "4 AS numbers are kept back by IANA from public use and kept here as read: "
        "4 for documentation (RFC 5398), such as 64500.",
    )


def test_serial_2_says_who_tells_of_a_link() -> None:
    graph = read(SERIAL_2)
    assert links(graph) == ([(64500, 64501), (64501, 64502)], [(64500, 64510), (64502, 64503)])
    assert graph.transit_sources.tolist() == [1, 3]
    assert graph.peer_mlp_only.tolist() == [False, True]
    assert dict(graph.sources) == {"bgp": 2, "bgp,mlp": 1, "mlp": 1}
    assert graph.asns.tolist() == [64500, 64501, 64502, 64503, 64510]


def test_either_line_end_a_mark_spaces_and_blank_lines_change_nothing() -> None:
    plain = read(SERIAL_2)
    for data in (
        SERIAL_2.replace(b"\n", b"\r\n"),
        SERIAL_2.replace(b"\n", b"\r"),
        b"\xef\xbb\xbf" + SERIAL_2,
        SERIAL_2.removesuffix(b"\n"),
        SERIAL_2.replace(b"\n", b"\n\n  \n"),
        SERIAL_2.replace(b"|", b" | "),
        b"# \xe9 is no UTF-8, in a remark\n" + SERIAL_2,
    ):
        assert links(read(data)) == links(plain)
        assert read(data).peer_mlp_only.tolist() == [False, True]


@pytest.mark.parametrize("packing", ["gz", "bz2", "xz", "zst"])
def test_packed_as_plain_and_a_cut_stream_is_a_sentence(packing: str) -> None:
    if packing == "zst":
        packed = pytest.importorskip("zstandard").ZstdCompressor(write_checksum=True).compress(SERIAL_2)
    else:
        packed = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}[packing](SERIAL_2)
    assert links(read(packed, f"a.txt.{packing}")) == links(read(SERIAL_2))
    kind = {"gz": "gzip", "bz2": "bzip2", "xz": "xz", "zst": "zstd"}[packing]
    first, way_out = told(packed[:-6], f"a.txt.{packing}")
    assert first.startswith(f"a.txt.{packing}: the file is no whole {kind} file; found 'after ")
    assert way_out == "    Pack the file again, or add it unpacked."
    broken = packed[: len(packed) // 2] + b"\0\1\2\3" + packed[len(packed) // 2 + 4 :]
    assert told(broken, f"a.txt.{packing}")[0].startswith(f"a.txt.{packing}: the file is no whole {kind} file; found")
    assert told(packed)[0].startswith(f"a.txt: the file is a{'n' if kind == 'xz' else ''} {kind} file; expected ")


def test_the_rules_for_what_is_said_twice_or_against_itself() -> None:
    graph = read(
        b"10|20|0|bgp\n20|10|-1|bgp\n30|30|0|bgp\n10|10|-1|bgp\n40|50|-1|bgp\n50|40|-1|mlp\n60|70|0|mlp\n70|60|0|bgp\n"
    )
    assert links(graph) == ([(20, 10), (40, 50), (50, 40)], [(60, 70)])
    assert graph.peer_sources.tolist() == [3]
    assert graph.peer_mlp_only.tolist() == [False]
    assert graph.alone.tolist() == [30]
    assert graph.remarks == (
        "2 links of networks with themselves are left out (first in row 3); networks named nowhere else stay in the "
        "graph without a link: 1.",
        "1 line says again what another says; each link counts once, with the sources of all its lines.",
        "1 pair is told both as transit and as peers (first in row 1); transit stands.",
        "1 pair is told each as the other's provider; both links stand, as mutual transit.",
    )


def test_numbers_kept_back_are_kept_and_named() -> None:
    graph = read(b"23456|65535|0\n64512|65536|-1\n4200000000|4294967295|0|ixp\n70000|4199999999|0\n1|131071|0\n")
    assert graph.remarks == (
        "8 AS numbers are kept back by IANA from public use and kept here as read: 1 AS_TRANS (RFC 6793), such as "
        "23456; 1 for private use (RFC 6996), such as 64512; 1 reserved (RFC 7300), such as 65535; 1 for documentation "
        "(RFC 5398), such as 65536; 2 reserved by IANA, such as 70000; 1 for private use (RFC 6996), such as "
        "4200000000; 1 reserved (RFC 7300), such as 4294967295.",
        "Sources other than bgp and mlp: ixp.",
    )
    assert graph.counts["networks"] == 10


@pytest.mark.parametrize("data", [b"", b"\n", b"# nothing\n", b"\xef\xbb\xbf"])
def test_a_file_without_a_link_is_a_graph_without_one(data: bytes) -> None:
    graph = read(data)
    assert links(graph) == ([], [])
    assert graph.asns.tolist() == []
    assert graph.remarks == ("There is no link.",)


def test_a_graph_of_one_network() -> None:
    graph = read(b"7|7|0\n")
    assert (links(graph), graph.asns.tolist(), graph.counts["networks"]) == (([], []), [7], 1)


def test_every_malformed_line_is_told_at_once_with_its_number() -> None:
    said = told(
        b"# head\n1|2|0\n1|2\n1|2|3|bgp\nAS5|0|0\n1.10|4294967296|-1\n1|2|0|\n"
        b"01|2|-1\n1|2|0|bgp|more\n\xe9|2|0\n-1|2|0\n"
    )
    number = "expected a whole number from 1 to 4294967295."
    shape = "expected first|second|relation or first|second|relation|source."
    out = "    Remove the line, put # before it if it is a comment, or write the link anew."
    assert said == [
        f"a.txt row 3: the line is no link; found '2 cells in 1|2', {shape}",
        out,
        "a.txt row 4, relation: no such relation; found '3', expected -1 (first sells transit to second) or 0 (they "
        "peer).",
        f"a.txt row 5, first: this is no AS number; found 'AS5', {number} Nearest: 5.",
        f"a.txt row 5, second: no network has AS number 0 (RFC 7607); found '0', {number}",
        f"a.txt row 6, first: the AS number is written with a dot; found '1.10', {number} Nearest: 65546.",
        "    Write AS numbers as one whole number (asplain, RFC 5396).",
        f"a.txt row 6, second: the number is larger than an AS number can be; found '4294967296', {number}",
        "a.txt row 7, source: the source is empty.",
        "    Write the source, such as bgp, or leave out the last bar.",
        f"a.txt row 8, first: the number begins with a zero; found '01', {number} Nearest: 1.",
        f"a.txt row 9: the line is no link; found '5 cells in 1|2|0|bgp|more', {shape}",
        out,
        f"a.txt row 10, first: this is no AS number; found '\ufffd', {number}",
        f"a.txt row 11, first: this is no AS number; found '-1', {number}",
    ]


def test_faults_beyond_those_shown_are_counted() -> None:
    with pytest.raises(InputFault) as caught:
        read(b"".join(b"1|2|%d\n" % relation for relation in range(9, 309)))
    assert (len(caught.value.faults), caught.value.count) == (200, 300)


def test_what_is_no_text_in_utf_8_is_a_sentence() -> None:
    assert told("1|2|0\n".encode("utf-16")) == [
        "a.txt: the text is not UTF-8; found 'UTF-16', expected UTF-8.",
        "    Save the file as UTF-8.",
    ]
    assert told(b"\0" * 100)[0].startswith("a.txt: the text is not UTF-8; found 'zero bytes, ")


def test_a_line_that_never_ends_is_a_fault_at_its_number() -> None:
    says = ["a.txt row 2: a line is too long to be a record; found 'no line end within 65,536 bytes'."]
    assert told(b"1|2|0\n" + b"x" * 70_000)[:1] == says
    assert told(b"1|2|0\n" + b"x" * 5_000_000)[:1] == says
    assert told(b"x" * 5_000_000)[:1] == [says[0].replace("row 2", "row 1")]


def test_a_graph_past_the_cap_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(as_links, "MOST_LINKS", 2)
    assert told(SERIAL_1)[:1] == ["a.txt: the graph is too large; expected up to 2 links."]


def test_no_file_and_a_folder_are_wrong_calls(tmp_path: Path) -> None:
    with pytest.raises(UsageFault, match="no such file; found"):
        read_as_links(tmp_path / "none.txt")
    with pytest.raises(UsageFault, match="this is a folder; found"):
        read_as_links(tmp_path)


@pytest.mark.parametrize("size", [1, 16, 64])
def test_rows_count_on_over_blocks(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(plain_lines, "BLOCK_BYTES", size)
    graph = read(SERIAL_2)
    assert graph.counts["links_read"] == 4
    assert links(graph) == links(read(SERIAL_2))
    assert told(SERIAL_2 + b"1|2|7\n")[0].startswith("a.txt row 6, relation:")
    for ending in (b"\r\n", b"\r"):
        assert told((SERIAL_2 + b"1|2|7\n").replace(b"\n", ending))[0].startswith("a.txt row 6, relation:")


numbers = st.one_of(st.integers(1, 9), st.integers(0, 2**33)).map(str)
odd = st.sampled_from(["", " ", "01", "x", "1.1", "\u0663", "+1", "1e3", "\t2"])
cells = st.lists(st.one_of(numbers, numbers, odd, st.sampled_from(["-1", "0", "bgp", "bgp,mlp", "a b"])), max_size=5)
shaped = st.tuples(numbers, numbers, st.sampled_from(["-1", "0"])).map(list)
lines = st.one_of(shaped, shaped.map(lambda made: [*made, "mlp"]), cells).map("|".join)


@settings(max_examples=examples(300), deadline=None)
@given(st.lists(st.one_of(lines, st.sampled_from(["# x", " #", "#1|2|0", "1|2|0#"])), max_size=12))
def test_the_fast_way_and_the_way_by_the_letter_agree(texts: list[str]) -> None:
    one, other = FaultList(), FaultList()
    made = as_links.links_of("f", Block(1, pl.Series("line", texts, dtype=pl.String)), one)
    by_letter = [(row, read_line(text, "f", row, faults=other)) for row, text in enumerate(texts, start=1)]
    found = [(row, link.first, link.second, link.relation, link.source) for row, link in by_letter if link is not None]
    assert made.rows() == found
    assert (one.faults, one.count) == (other.faults, other.count)


asn = st.integers(1, 12)
kinds = st.sampled_from(["bgp", "mlp", "bgp,mlp"])
triples = st.lists(st.tuples(asn, asn, st.sampled_from([-1, 0]), kinds), max_size=40)


@settings(max_examples=examples(200), deadline=None)
@given(triples, st.randoms())
def test_the_rules_by_hand_in_any_order(told: list[tuple[int, int, int, str]], random: object) -> None:
    """Sets, link by link, as a second implementation; every line is told of, and the order of lines says nothing."""
    transit = {(a, b) for a, b, relation, _ in told if relation == -1 and a != b}
    peers = {(min(a, b), max(a, b)) for a, b, relation, _ in told if relation == 0 and a != b}
    kept = {pair for pair in peers if pair not in transit and pair[::-1] not in transit}
    text = "".join("|".join(map(str, line)) + "\n" for line in told)
    graph = read(text.encode())
    assert links(graph) == (sorted(transit), sorted(kept))
    mlp = [all(s == "mlp" for a, b, r, s in told if r == 0 and {a, b} == {x, y}) for x, y in sorted(kept)]
    assert graph.peer_mlp_only.tolist() == mlp
    counts = graph.counts
    parts = ("transit_links", "peer_links", "self_links", "duplicates", "contradictions")
    assert sum(counts[part] for part in parts) == counts["links_read"] == len(told)
    assert graph.asns.tolist() == sorted({one for a, b, *_ in told for one in (a, b)})
    random.shuffle(told)  # type: ignore[attr-defined]
    again = read("".join("|".join(map(str, line)) + "\n" for line in told).encode())
    assert links(again) == links(graph)
    assert np.array_equal(again.peer_sources, graph.peer_sources)


def test_the_whole_internet() -> None:
    if not REAL.is_file():
        pytest.skip("the AS graph of September 2025 is not here (../shared/data)")
    graph = read_as_links(REAL)
    counts = graph.counts
    assert (counts["links_read"], counts["networks"]) == (570_696, 78_643)
    assert (counts["transit_links"], counts["peer_links"], counts["mlp_only_peer_links"]) == (161_166, 409_530, 77_346)
    assert graph.remarks == ()
