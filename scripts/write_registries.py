"""Writes the registries by which hardware is recognised: enterprise numbers, MAC prefixes, device types.

Run as `python scripts/write_registries.py FOLDER DEVICE_TYPES`: FOLDER holds `iana-enterprise-numbers.tsv.xz` and the
four `ieee-*.csv.xz` lists, DEVICE_TYPES is the community library of device types as JSON lines, one type a line with
its `_path`. THIRD_PARTY.md names the sources, their dates and terms.
"""

import csv
import gzip
import io
import json
import lzma
import sys
from pathlib import Path

OUT = Path(__file__).resolve().parents[1] / "src" / "provenet" / "ingest" / "network" / "registry"
LISTS = ("oui", "mam", "oui36", "iab")


def main() -> None:
    """Writes the three files and prints their sizes."""
    folder, types = map(Path, sys.argv[1:3])
    OUT.mkdir(exist_ok=True)
    write("enterprises.txt.xz", enterprises(folder / "iana-enterprise-numbers.tsv.xz"))
    write("mac_prefixes.tsv.xz", mac_prefixes(folder))
    write("device_types.tsv.xz", device_types(types))


def write(name: str, lines: list[str]) -> None:
    """One file, packed as small as it goes."""
    data = "\n".join(lines).encode()
    packed = lzma.compress(data, preset=9 | lzma.PRESET_EXTREME)
    (OUT / name).write_bytes(packed)
    sys.stdout.write(f"{name}: {len(lines):,} lines, {len(packed):,} bytes packed, {len(data):,} unpacked\n")


def clean(text: str) -> str:
    """One line without tabs."""
    return " ".join(text.split())


def enterprises(place: Path) -> list[str]:
    """Organisations, line n for enterprise number n, from 0; empty where nobody holds the number."""
    held: dict[int, str] = {}
    for line in lzma.decompress(place.read_bytes()).decode().splitlines():
        number, _, name = line.partition("\t")
        if number.isdecimal():
            held[int(number)] = clean(name)
    return [held.get(number, "") for number in range(max(held) + 1)]


def mac_prefixes(folder: Path) -> list[str]:
    """An organisation a line, and after a tab its prefixes of 24, 28 or 36 bits in hex; addresses are left out."""
    held: dict[str, list[str]] = {}
    for name in LISTS:
        (place,) = folder.glob(f"ieee-{name}-*.csv.xz")
        for row in csv.DictReader(io.StringIO(lzma.decompress(place.read_bytes()).decode())):
            held.setdefault(clean(row["Organization Name"]), []).append(row["Assignment"].strip().upper())
    return [f"{name}\t{' '.join(sorted(prefixes))}" for name, prefixes in sorted(held.items())]


def device_types(place: Path) -> list[str]:
    """A type a line: manufacturer, model, part number, slug, kind."""
    rows = set()
    for line in gzip.decompress(place.read_bytes()).decode().splitlines():
        one = json.loads(line)
        slug = one.get("slug") or Path(one["_path"]).stem.lower()
        texts = (one["manufacturer"], one["model"], one.get("part_number") or "", slug)
        rows.add("\t".join([*(clean(str(text)) for text in texts), kind(one)]))
    return sorted(rows)


def kind(one: dict[str, object]) -> str:
    """What a type is, as far as the ports that it lists tell."""
    if str(one["_path"]).startswith("module-types"):
        return "module"
    if one.get("power-outlets"):
        return "pdu"
    if one.get("console-server-ports"):
        return "console_server"
    if not one.get("interfaces") and (one.get("front-ports") or one.get("rear-ports")):
        return "patch_panel"
    return "device"


if __name__ == "__main__":
    main()
