"""Small workbooks of Excel 97 to 2003, written by hand: a compound file with one stream of BIFF8 records."""

import struct

SECTOR = 512
END, FREE, FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
Cells = dict[tuple[int, int], object]


def record(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def text(value: str, count: str = "<H") -> bytes:
    """A text behind its length, wide where it must be."""
    wide = any(ord(letter) > 255 for letter in value)
    return struct.pack(count, len(value)) + bytes([wide]) + value.encode("utf-16-le" if wide else "latin-1")


def begin(version: int, kind: int) -> bytes:
    return record(0x0809, struct.pack("<HHHHII", version, kind, 0, 0, 0, 0))


def sheet_of(cells: Cells, shared: list[str], *, version: int, merged: tuple[int, int, int, int] | None) -> bytes:
    """A sheet: text is shared, `b"text"` stands in the cell, floats are NUMBER, ints RK, `("day", n)` is a date."""
    made = [begin(version, 0x0010)]
    for (row, column), value in cells.items():
        place = struct.pack("<HHH", row, column, 1 if isinstance(value, tuple) and value[0] == "day" else 0)
        if isinstance(value, str):
            if value not in shared:
                shared.append(value)
            made.append(record(0x00FD, place + struct.pack("<I", shared.index(value))))
        elif isinstance(value, bytes):
            made.append(record(0x0204, place + text(value.decode())))
        elif isinstance(value, bool):
            made.append(record(0x0205, place + bytes([value, 0])))
        elif isinstance(value, int):
            made.append(record(0x027E, place + struct.pack("<I", (value << 2 & 0xFFFFFFFF) | 2)))
        elif isinstance(value, float):
            made.append(record(0x0203, place + struct.pack("<d", value)))
        elif isinstance(value, tuple) and value[0] == "day":
            made.append(record(0x0203, place + struct.pack("<d", float(value[1]))))
        elif isinstance(value, tuple) and value[0] == "error":
            made.append(record(0x0205, place + bytes([value[1], 1])))
        elif isinstance(value, tuple) and value[0] == "formula":
            made.append(record(0x0006, place + b"\0\0\0\0\0\0\xff\xff" + bytes(8)))
            made.append(record(0x0207, text(str(value[1]))))
        elif isinstance(value, list):
            parts = b"".join(struct.pack("<HI", 0, (one << 2) | 2) for one in value)
            made.append(record(0x00BD, place[:4] + parts + struct.pack("<H", column + len(value) - 1)))
    if merged is not None:
        top, bottom, left, right = merged
        made.append(record(0x00E5, struct.pack("<HHHHH", 1, top, bottom, left, right)))
    return b"".join([*made, record(0x000A, b"")])


def stream_of(
    sheets: dict[str, Cells],
    *,
    version: int = 0x0600,
    encrypted: bool = False,
    merged: tuple[int, int, int, int] | None = None,
    split: int | None = None,
) -> bytes:
    """The stream of a workbook. `split` cuts the record of shared texts after so many bytes, as large ones are."""
    shared: list[str] = []
    bodies = [sheet_of(cells, shared, version=version, merged=merged) for cells in sheets.values()]
    texts = struct.pack("<II", len(shared), len(shared)) + b"".join(map(text, shared))
    first, rest = (texts, b"") if split is None else (texts[:split], texts[split:])
    table = record(0x00FC, first) + (record(0x003C, b"\0" + rest) if rest else b"")
    formats = record(0x00E0, struct.pack("<HH", 0, 0) + bytes(16)) + record(
        0x00E0, struct.pack("<HH", 0, 14) + bytes(16)
    )
    head = begin(version, 0x0005) + (record(0x002F, b"\1\0") if encrypted else b"") + formats
    named = [text(name, "<B") for name in sheets]
    length = len(head) + sum(4 + 6 + len(name) for name in named) + len(table) + 4
    places = [length + sum(map(len, bodies[:at])) for at in range(len(bodies))]
    listed = b"".join(
        record(0x0085, struct.pack("<IBB", place, 0, 0) + name) for place, name in zip(places, named, strict=True)
    )
    return head + listed + table + record(0x000A, b"") + b"".join(bodies)


def compound(stream: bytes, *, circle: bool = False, small: bool = False, name: str = "Workbook") -> bytes:
    """A compound file that holds one stream, in sectors of its own or, where it is small, among the small ones."""
    unit = 64 if small else SECTOR
    padded = stream + bytes(-len(stream) % unit) if small else stream.ljust(4096, b"\0")
    body = padded + bytes(-len(padded) % SECTOR)
    count = len(body) // SECTOR
    follows = [FAT, END, *([END] if small else []), *range(3 + small, 2 + small + count), 2 if circle else END]
    table = b"".join(struct.pack("<I", one) for one in follows).ljust(SECTOR, b"\xff")
    minis = len(padded) // 64
    chain = b"".join(struct.pack("<I", one) for one in [*range(1, minis), END]).ljust(SECTOR, b"\xff")
    start = 3 if small else 2
    entries = _entry("Root Entry", 5, start if small else END, len(body) if small else 0)
    entries += _entry(name, 2, 0 if small else start, len(stream) if small else len(padded))
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<IIIII", 0, 1, 1, 0, 4096) + struct.pack("<II", 2 if small else END, 1 if small else 0)
    head += struct.pack("<II", END, 0) + struct.pack("<I", 0) + b"\xff\xff\xff\xff" * 108
    return head + table + entries.ljust(SECTOR, b"\0") + (chain if small else b"") + body


def _entry(name: str, kind: int, start: int, size: int) -> bytes:
    letters = name.encode("utf-16-le")
    head = letters.ljust(64, b"\0") + struct.pack("<HBB", len(letters) + 2, kind, 1)
    return (head + b"\xff" * 12).ljust(116, b"\0") + struct.pack("<III", start, size, 0)
