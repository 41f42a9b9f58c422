"""How fast walks of SNMP agents become devices, parts and vendors, and in how much memory.

    python benchmarks/bench_inventory.py [--size small] [DEVICES]

Each device is a file of its own, a router with 40 ports and 12 parts, about 6 kB. The tool runs in its own process, so
that start and registries count. The peer splits the same lines at their bars, and nothing more: a floor.
"""

import json
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from measuring import child, is_small

MAKERS = (
    ("2011.2.23", "Huawei Versatile Routing Platform Software VRP (R) software, Version 8.180", "Huawei", "00E0FC"),
    ("3902.3.100", "ZXR10 ROS Version V4.08.23", "ZTE", "0019C6"),
    ("9.1.1208", "Cisco IOS Software, C2960X Software", "Cisco Systems, Inc.", "00000C"),
    ("2636.1.1.1.2.144", "Juniper Networks, Inc. mx480 internet router", "Juniper Networks", "000585"),
    ("6527.1.3.14", "TiMOS-B-21.10.R1 both/sar Nokia 7705 SAR", "Nokia", "00D0F6"),
    ("8072.3.2.10", "Linux host 5.4.0", "OEM", "525400"),
)
PORTS, PARTS = 40, 12
ENTITY = "1.3.6.1.2.1.47.1.1.1.1"


def lines(draw: random.Random) -> Iterator[str]:
    """The objects of one agent, in order."""
    arc, text, maker, prefix = draw.choice(MAKERS)
    yield f"1.3.6.1.2.1.1.1.0|4|{text}"
    yield f"1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.{arc}"
    for port in range(1, PORTS + 1):
        yield f"1.3.6.1.2.1.2.2.1.2.{port}|4|GigabitEthernet0/0/{port}"
    for port in range(1, PORTS + 1):
        yield f"1.3.6.1.2.1.2.2.1.6.{port}|4x|{prefix}{draw.randrange(2**24):06X}"
    for column in (2, 4, 5, 7, 12, 13):
        for part in range(1, PARTS + 1):
            yield f"{ENTITY}.{column}.{part}|{'4' if column > 5 or column == 2 else '2'}|{cell(column, part, maker)}"


def cell(column: int, part: int, maker: str) -> str:
    """One cell of a chassis with two power supplies and modules."""
    kind = "3" if part == 1 else "6" if part < 4 else "9"
    holder = "0" if part == 1 else "1"
    return {2: f"part {part}", 4: holder, 5: kind, 7: f"Slot {part}", 12: maker}.get(column, f"M-{part}")


def write(folder: Path, count: int) -> int:
    """Writes `count` walks, and returns their bytes."""
    draw, size = random.Random(1), 0
    for at in range(count):
        data = "\n".join(lines(draw)).encode()
        size += (folder / f"r{at:06d}.snmprec").write_bytes(data)
    return size


def split(folder: Path) -> float:
    """Seconds to split every line of every walk at its bars."""
    begun = time.perf_counter()
    for place in sorted(folder.iterdir()):
        for line in place.read_bytes().split(b"\n"):
            line.split(b"|", 2)
    return time.perf_counter() - begun


def once(folder: str) -> dict[str, int]:
    """One call of the tool, in a process of its own."""
    from provenet.tools.inventory import inventory

    found = inventory(files=[Path(folder)])
    return {"devices": len(found.devices), "rows": len(found.parts)}


def main(words: list[str]) -> None:
    """Writes walks, reads them, and prints the pace."""
    if words[:1] == ["once"]:
        print(json.dumps(once(words[1])))
        return
    small = is_small(words)
    count = int(words[0]) if words else 200 if small else 100_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        size = write(folder, count)
        used, floor = child(__file__, ["once", name]), split(folder)
    rows, pace = used.told["rows"], count / used.wall
    print(f"{count:,} walks ({size / 2**20:,.0f} MB), {rows:,} rows: {used.text()}; {pace:,.0f} devices/s")
    print(f"splitting their lines alone: {floor:.1f} s, {used.wall / floor:.1f} times less")


if __name__ == "__main__":
    main(sys.argv[1:])
