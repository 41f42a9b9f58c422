"""An invented Internet of ten networks for `provenet ladder`, worked out by hand; all numbers are for documentation.

    64496 ---peers--- 64497        64496 sells to 64500 and 64501, 64497 to 64502
      |   \\              |
    64500  64501       64502        64500 sells to 64505 and 64506, 64501 to 64505, 64502 to 64507 and 65536
      |  \\    |         |   \\
    64506  64505      64507  65536  64506 peers with 64507
      |                 |
       ------peers------            65551 is named only in a link with itself

64500 is restricted; of 64501 between 0.2 and 0.6 is. 64505 has equal routes through both; 64506 has no other provider.
"""

from pathlib import Path

LINKS = """# an invented graph
64496|64497|0|bgp
64496|64500|-1|bgp
64496|64501|-1|bgp
64497|64502|-1|bgp
64500|64505|-1|bgp
64500|64506|-1|bgp
64501|64505|-1|bgp
64502|64507|-1|bgp
64502|65536|-1|bgp
64506|64507|0|mlp
65551|65551|0|bgp
"""
RESTRICTED, SHARES, SOURCES = "AS64500  # says who asks\n", "asn,low,high\n64501,0.2,0.6\n", "64497\n64505\n64506\n"

# src dst class hops low high expected back_low back_high either_low either_high clear rung lucky alone movers stretch
ROWS = """
64497 64496 peer     1    0   0 0   0   0 0   0 yes  0 0 -   []      0
64497 64500 peer     2    0   0 0   0   0 0   0 yes  0 0 -   []      0
64497 64501 peer     2    0   0 0   0   0 0   0 yes  0 0 -   []      0
64497 64502 customer 1    0   0 0   0   0 0   0 yes  0 0 -   []      0
64497 64505 peer     3    0.2 1 0.7 0.2 1 0.2 1 yes  1 0 no  [64496] 0
64497 64506 peer     3    1   1 1   1   1 1   1 no   - - -   -       -
64497 64507 customer 2    0   0 0   0   0 0   0 yes  0 0 -   []      0
64497 65536 customer 2    0   0 0   0   0 0   0 yes  0 0 -   []      0
64497 65551 none     -    -   - -   -   - -   - no   - - -   -       -
64505 64496 provider 2    0.2 1 0.7 0.2 1 0.2 1 yes  1 0 yes [64505] 0
64505 64497 provider 3    0.2 1 0.7 0.2 1 0.2 1 yes  1 0 yes [64505] 0
64505 64500 provider 1    0   0 0   0   0 0   0 yes  0 0 -   []      0
64505 64501 provider 1    0   0 0   0   0 0   0 yes  0 0 -   []      0
64505 64502 provider 4    0.2 1 0.7 0.2 1 0.2 1 yes  1 0 yes [64505] 0
64505 64506 provider 2    1   1 1   1   1 1   1 no   - - -   -       -
64505 64507 provider 5    0.2 1 0.7 0.2 1 0.2 1 yes  1 0 yes [64505] 0
64505 65536 provider 5    0.2 1 0.7 0.2 1 0.2 1 yes  1 0 yes [64505] 0
64505 65551 none     -    -   - -   -   - -   - no   - - -   -       -
64506 64496 provider 2    1   1 1   1   1 1   1 no   - - -   -       -
64506 64497 provider 3    1   1 1   1   1 1   1 no   - - -   -       -
64506 64500 provider 1    0   0 0   0   0 0   0 yes  0 0 -   []      0
64506 64501 provider 3    1   1 1   1   1 1   1 no   - - -   -       -
64506 64502 provider 4    1   1 1   1   1 1   1 no   - - -   -       -
64506 64505 provider 2    1   1 1   1   1 1   1 no   - - -   -       -
64506 64507 peer     1    0   0 0   0   0 0   0 yes  0 0 -   []      0
64506 65536 provider 5    1   1 1   1   1 1   1 no   - - -   -       -
64506 65551 none     -    -   - -   -   - -   - no   - - -   -       -
"""
COLUMNS = (
    *("src_asn", "dst_asn", "route_class", "length_hops", "low_share", "high_share", "expected_share"),
    *("reverse_low_share", "reverse_high_share", "either_low_share", "either_high_share", "clear_route_exists"),
    *("rung", "rung_lucky", "rung_source_alone", "movers", "stretch_hops", "no_clear_route"),
)


def expected_rows() -> list[dict[str, object]]:
    """The rows above as Parquet holds them."""
    words = {"-": None, "yes": True, "no": False, "[]": []}
    made = []
    for line in ROWS.split("\n")[1:-1]:
        row: dict[str, object] = {}
        for column, cell in zip(COLUMNS, [*line.split(), "-"], strict=True):
            if cell in words:
                row[column] = words[cell]
            elif cell.startswith("["):
                row[column] = [int(cell[1:-1])]
            elif column == "route_class":
                row[column] = cell
            else:
                row[column] = float(cell) if column.endswith("share") else int(cell)
        if row["clear_route_exists"] is False:
            row["no_clear_route"] = "no_route" if row["route_class"] == "none" else "blocked"
        if row["route_class"] is None:
            row["route_class"] = "none"
        made.append(row)
    return made


def write_ladder_files(folder: Path) -> dict[str, Path]:
    """The graph and the three lists, by what they are."""
    texts = {"graph": LINKS, "restricted": RESTRICTED, "shares": SHARES, "sources": SOURCES}
    names = {"graph": "example.as-rel2.txt", "shares": "shares.csv"}
    places = {what: folder / names.get(what, f"{what}.txt") for what in texts}
    for what, place in places.items():
        place.write_text(texts[what], encoding="utf-8")
    return places


NAMES = """64496:ALPHA Alpha Transit, DE
64497:BETA Beta Net, FR
64500:GAMMA Gamma Telecom, CN
64501:DELTA Delta Networks, DE
64502:EPSILON Epsilon, FR
64505:MINISTRY Ministry of Examples, DE
64506:REGISTRY Office of Records, DE
64507:CLOUD Cloud One, US
65536:CLOUD Cloud Two, US
65551:ISLAND Island Net, JP
"""
TAGS = "AS64505,Ministry\nAS64506,Registry\nAS64507,Cloud of a government\n"


def write_name_files(folder: Path) -> dict[str, Path]:
    """Names and countries of the networks, and those tagged gov."""
    places = {"names": folder / "names.txt", "tags": folder / "gov.csv"}
    places["names"].write_text(NAMES, encoding="utf-8")
    places["tags"].write_text(TAGS, encoding="utf-8")
    return places
