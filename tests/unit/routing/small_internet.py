"""An invented Internet of eight networks, small enough to work out by hand, as the files a case reads.

    64500 ---peers--- 64501        64500 sells to 64502 and 64521, 64501 to 64503
      |  \\              |
    64502 64521       64503        64502 sells to 64510 and 64511, 64503 to 64510 and 64520
      |  \\            /  |
    64511 \\          / 64520
           -- 64510 --

64510 and 64511 are government networks, 64503 is a carrier on file, 64520 a mobile network. With 64502 restricted:
64510 reaches 64500 and 64521 clear if it chooses 64503 itself, and 64511, which has no other provider, in no way.
"""

from pathlib import Path

import provenet

LINKS = """# an invented graph
64500|64501|0|bgp
64500|64502|-1|bgp
64500|64521|-1|bgp
64501|64503|-1|bgp
64502|64510|-1|bgp
64502|64511|-1|bgp
64503|64510|-1|bgp
64503|64520|-1|bgp
"""
NAMES = """64500 NORTH-NET North Net, SE
64501 SOUTH-NET South Net, SE
64502 UPHILL-NET Uphill Net, NO
64503 LOWLAND-NET Lowland Net, JP
64510 MINISTRY-EXAMPLES Ministry of Examples, JP
64511 OFFICE-SAMPLES Office of Samples, JP
64520 POCKET-TEL Pocket Tel, JP
64521 FAR-SHOP Far Shop, SE
"""
GOV = "AS64510,Ministry of Examples\nAS64511,Office of Samples\nAS64599,A network that is in no graph\n"
MOBILE = "AS64520,Pocket Tel\n"
PARTIES = "party_id,name,role,country\nlowland,Lowland,carrier,JP\n"
NUMBERS = "party_id,scheme,value\nlowland,asn,64503\n"


def write_files(folder: Path) -> list[Path]:
    """The files of the invented Internet in a folder, in the order in which a case may read them."""
    texts = {
        "20250901.as-rel2.txt": LINKS,
        "asnames.txt": NAMES + "64599 NOWHERE Nowhere, JP\n",
        "gov.csv": GOV,
        "mobile.csv": MOBILE,
        "lowland.csv": PARTIES,
        "lowland-numbers.csv": NUMBERS,
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in texts]


def write_restricted(folder: Path, *asns: int) -> Path:
    """A list of restricted networks."""
    place = folder / "restricted.txt"
    place.write_text("# restricted for this test\n" + "".join(f"AS{asn}\n" for asn in asns), encoding="utf-8")
    return place


def make_case(folder: Path) -> Path:
    """A case that holds the invented Internet and nothing else."""
    place = folder / "case"
    provenet.new(place, "invented")
    added = provenet.add(place, write_files(folder))
    assert added.fault_count == 0, added.faults
    return place
