"""Outputs on file, compared whole: a change of one is read, and kept by `PROVENET_GOLDEN=write pytest TEST`."""

import json
import os
from collections.abc import Iterable
from datetime import date
from difflib import SequenceMatcher
from hashlib import sha256
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

SHOWN, WIDE = 40, 240
"""Lines of a difference that are shown, and letters of each."""


def assert_kept(place: Path, text: str) -> None:
    """The text on file is this one, letter for letter; with PROVENET_GOLDEN=write it is written there instead."""
    if os.environ.get("PROVENET_GOLDEN") == "write":
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(text.encode())
    kept = place.read_bytes().decode()
    if text != kept:
        shown = "\n".join(differences(kept.split("\n"), text.split("\n"))[:SHOWN])
        raise AssertionError(f"{place.name} differs; read the difference before you keep it:\n{shown}")


def differences(kept: list[str], found: list[str]) -> list[str]:
    """The lines that differ, long ones from shortly before the place where they do."""
    made = []
    for what, a, b, c, d in SequenceMatcher(None, kept, found, autojunk=False).get_opcodes():
        if what == "equal":
            continue
        made.append(f"@@ line {a + 1}")
        old, new = kept[a:b], found[c:d]
        for one, other in zip_longest(old, new):
            pairs = zip(one or "", other or "", strict=False)
            same = next((at for at, (x, y) in enumerate(pairs) if x != y), 0)
            start = max(0, same - 60) if one is not None and other is not None else 0
            made += [
                f"{sign} {line[start : start + WIDE]}" for sign, line in (("-", one), ("+", other)) if line is not None
            ]
    return made


def printed(sections: dict[str, Iterable[str]]) -> str:
    """Lines of several answers, each under its name."""
    return "".join(f"== {name}\n" + "".join(f"{line}\n" for line in lines) + "\n" for name, lines in sections.items())


def shown(rows: Iterable[Any], most: int = 4, short: int = 1500) -> str:
    """Rows as JSON, one a line: the first of them, cut where they are long, and the digest of all."""
    lines = [json.dumps(plain(row), ensure_ascii=False) for row in rows]
    digest = sha256("\n".join(lines).encode()).hexdigest()[:16]
    return "".join(f"{line[:short]}\n" for line in lines[:most]) + f"{len(lines)} rows, {digest}\n"


def plain(value: Any) -> Any:
    """A value as JSON holds it: rows as objects, days as ISO, floats to nine digits."""
    if isinstance(value, pl.DataFrame):
        return plain(value.to_dicts())
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, np.generic):
        return plain(value.item())
    if hasattr(value, "__dataclass_fields__"):
        return {"": type(value).__name__} | {name: plain(getattr(value, name)) for name in value.__dataclass_fields__}
    if isinstance(value, dict):
        return {str(name): plain(one) for name, one in value.items()}
    if isinstance(value, set | frozenset):
        return sorted((plain(one) for one in value), key=repr)
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return float(f"{value:.9g}")
    return value if value is None or isinstance(value, bool | int | str) else str(value)
