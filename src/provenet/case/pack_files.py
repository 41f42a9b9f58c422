"""The files of rule packs that are not bundled: their digest, and where a case remembers that they lie.

A run records the digest of the packs that it read. Where they lay is no part of its question, so `case.toml` remembers
it, relative to the case: what moves with the case is found again, and freshness compares what lies there today.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from provenet.core.digest import sha256_bytes


def packs_digest(packs: Iterable[Path]) -> str:
    """A digest of the packs added to the bundled ones, which are part of the code; empty where there are none."""
    files = sorted(file for folder in packs for file in ([folder] if folder.is_file() else folder.glob("*.y*ml")))
    return sha256_bytes(b"".join(file.name.encode() + file.read_bytes() for file in files)) if files else ""


def remembered(case: Path, packs: Sequence[Path]) -> list[str]:
    """Folders and files of packs as a case in a folder remembers them."""
    return [_relative(folder.resolve(), case.resolve()) for folder in packs]


def _relative(folder: Path, case: Path) -> str:
    try:
        return Path(os.path.relpath(folder, case)).as_posix()
    except ValueError:  # another drive
        return str(folder)
