"""An invented Internet of six networks, and a table of routes of four peers as MRT bytes, for `provenet hegemony`."""

import bz2
from pathlib import Path

from readers.mrt_bytes import message, path, peer_index, prefix, rib, update

PEERS = peer_index(("192.0.2.1", 1), ("192.0.2.2", 2), ("192.0.2.3", 3), ("192.0.2.9", 9))
# Vantage points 1, 2 and 3; 9 says nothing. Origin 20 has a /24, a quarter of it lost to 30.
TABLE = (
    PEERS
    + rib("10.0.0.0/24", (0, path(1, 10, 20)), (1, path(2, 11, 20)), (2, path(3, 10, 20)))
    + rib("10.0.0.64/26", (0, path(1, 30)), (1, path(2, 11, 30)))
)
SENDS = message(update(b"", path(1, 60, 20), prefix("10.0.0.0/24")), "192.0.2.1", 1)
SIX = PEERS + rib("2001:db8::/32", (0, path(1, 10, 20)))
# 1 sells to 2 and 5, 2 to 3 and 4, 5 to 4; 6 stands alone. From 1, AS 4 lies over 2 or over 5, equally far.
LINKS = "1|2|-1\n2|3|-1\n2|4|-1\n1|5|-1\n5|4|-1\n6|6|0\n"
# AS 3 has 256 addresses in CU and 256 in JM; AS 3 and AS 4 share 256 in CU; 4 has 512 in CU; 77 has 512 in no graph.
ORIGINS = """\
10.0.0.0\t23\t3
10.0.2.0\t24\t3_4
10.0.4.0\t23\t4
10.0.6.0\t23\t77
"""
COUNTRIES = "10.0.0.0,10.0.0.255,CU\n10.0.1.0,10.0.1.255,JM\n10.0.2.0,10.0.7.255,CU\n"


def write_influence_files(folder: Path) -> dict[str, Path]:
    """The files of both, by what they are."""
    texts = {
        "graph": LINKS, "origins": ORIGINS, "countries": COUNTRIES, "shares": "asn,low,high\n2,0.2,0.6\n",
        "none": "asn,low,high\n", "points": "1\n3\n6\n99\n", "gone": "98\n99\n",
    }  # fmt: skip
    data = {name: text.encode() for name, text in texts.items()}
    data |= {"rib": TABLE, "cut.bz2": bz2.compress(TABLE[:-3]), "updates": SENDS, "six": SIX}
    for name, held in data.items():
        (folder / name).write_bytes(held)
    return {Path(name).stem: folder / name for name in data}
