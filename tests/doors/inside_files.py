"""A small network for the tool `inside`: two ways from west to east, one of them restricted, and a stub."""

from pathlib import Path

NETWORK = """?SNDlib native format; type: network; version: 1.0
META (
  unit = MBITPERSEC
)
NODES (
  west ( 5.00 50.00 )
  north ( 8.00 52.00 )
  south ( 8.00 48.00 )
  east ( 11.00 50.00 )
  stub ( 12.00 50.00 )
)
LINKS (
  wn ( west north ) 100.00 0.00 10.00 0.00 ( )
  ws ( west south ) 100.00 0.00 10.00 0.00 ( )
  ne ( north east ) 100.00 0.00 10.00 0.00 ( )
  se ( south east ) 100.00 0.00 10.00 0.00 ( )
  es ( east stub ) 100.00 0.00 1.00 0.00 ( )
)
DEMANDS (
  D1 ( west east ) 1 8.00 UNLIMITED
  D2 ( west stub ) 1 2.00 UNLIMITED
  D3 ( west south ) 1 10.00 UNLIMITED
)
"""


def write_inside_files(folder: Path) -> None:
    """The network, its restricted and unknown elements, a group, and a list without any element."""
    files = {
        "net.txt": NETWORK,
        "restricted.txt": "north\n",
        "unknown.txt": "se\n",
        "none.txt": "",
        "groups.csv": "group,id\nduct,ws\nduct,se\n",
        "demands.csv": "source,target,volume\nwest,east,4\n",
        "own.csv": "node,capacity,state\nwest,8,clear\n",
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
