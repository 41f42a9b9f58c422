"""Rule packs that are not bundled: those that the case holds itself, and where it remembers that others lie.

A pack of the case's own is a row of `rule_pack` for each version, its bytes in `sources/`. The last version of a pack
counts, unless it withdraws the pack. Verbs look for a pack in the case first, then in the folders of the call, then
among the bundled ones.

Of packs in folders a run records the digest. Where they lay is no part of its question, so `case.toml` remembers it,
relative to the case: what moves with the case is found again, and freshness compares what lies there today.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from provenet.case.rows import RulePackRow, rows_of
from provenet.core.digest import sha256_bytes
from provenet.core.ids import fold

if TYPE_CHECKING:
    from provenet.case.case import Case

STANDS, WITHDRAWN = "stands", "withdrawn"


@dataclass(frozen=True)
class HeldPack:
    """The last version of a rule pack that a case holds, and its number, counted from 1."""

    row: RulePackRow
    version: int

    @property
    def stands(self) -> bool:
        """Whether verbs read it."""
        return self.row["state"] == STANDS

    @property
    def file_name(self) -> str:
        """The name of the file that it came in."""
        return self.row["locator"].rpartition(" row ")[0]


def held_packs(case: Case, added_by: Iterable[str] | None = None) -> list[HeldPack]:
    """The last version of each rule pack that a case holds, withdrawn ones too, in order of their ids.

    `added_by`: the last of the versions that these runs brought.
    """
    found = case.read("rule_pack")
    if added_by is not None:
        found = found.filter(found["run_id"].is_in(list(added_by)))
    rows = {row["row_id"]: row for row in rows_of(RulePackRow, found)}
    last = rows.keys() - {row["supersedes"] for row in rows.values()}
    return sorted((HeldPack(rows[one], _depth(rows, one)) for one in last), key=lambda held: fold(held.row["pack"]))


def _depth(rows: dict[str, RulePackRow], row_id: str | None) -> int:
    depth = 0
    while row_id in rows:
        depth, row_id = depth + 1, rows[row_id]["supersedes"]
    return depth


def own_pack_files(case: Case, added_by: Iterable[str] | None = None) -> list[tuple[str, bytes]]:
    """Name and bytes of each rule pack of the case's own that stands. Raises CaseFault where the bytes are gone."""
    held = (one for one in held_packs(case, added_by) if one.stands)
    return [(one.file_name, case.source_bytes(one.row["file_id"])) for one in held]


def own_pack_rows(case: Case) -> dict[str, str]:
    """The row of `rule_pack` of each rule pack of the case's own that stands, by the folded id of the pack."""
    return {fold(one.row["pack"]): one.row["row_id"] for one in held_packs(case) if one.stands}


def packs_digest(packs: Iterable[Path]) -> str:
    """A digest of the packs in folders, beside the bundled ones, which are part of the code; empty without any."""
    files = sorted(file for folder in packs for file in ([folder] if folder.is_file() else folder.glob("*.y*ml")))
    return sha256_bytes(b"".join(file.name.encode() + file.read_bytes() for file in files)) if files else ""


def pack_inputs(case: Case, folders: Sequence[Path]) -> dict[str, str]:
    """The digests of the rule packs that a run reads: those in folders, and those of the case's own."""
    return {"packs": packs_digest(folders), **case.digest(["rule_pack"])}


def remembered(case: Path, packs: Sequence[Path]) -> list[str]:
    """Folders and files of packs as a case in a folder remembers them."""
    return [_relative(folder.resolve(), case.resolve()) for folder in packs]


def _relative(folder: Path, case: Path) -> str:
    try:
        return Path(os.path.relpath(folder, case)).as_posix()
    except ValueError:  # another drive
        return str(folder)
