"""The folder that `fetch` writes to: one place per file, each held against other writers, replaced in one step; and
`provenet.fetch`, which fills it.

FILE                 the list as sent, once it is whole
FILE.fetched.json    its receipt
FILE.part            what came so far, while fetching
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from provenet.core.errors import Fault, InputFault
from provenet.core.settings import call_of
from provenet.download.lists import PARTS, Receipt
from provenet.tools.fetch import FetchReport, FetchSettings
from provenet.tools.fetch import run as fetch_onto

LARGEST_NOTE_BYTES = 100_000
_AWAY = "Move it away, or fetch into another folder with --into."


class Folder:
    """A folder of fetched files, with the clock that `fetch` counts by."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def clock(self) -> float:
        """Seconds since any moment."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Waits."""
        time.sleep(seconds)

    @contextmanager
    def place(self, file: str) -> Iterator[Slot]:
        """The place of one file, held until the block ends. Raises InputFault while another process holds it."""
        with on_disk(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            slot = Slot(self.folder / file)
        try:
            yield slot
        finally:
            slot.close()


def run(settings: FetchSettings) -> FetchReport:
    """Downloads public lists by name into a folder, each with its receipt. Only this and `add` of an address go online.

    `lists` is a registry of your own (docs/fetch.md), `timeout` how many seconds one list may take. A list that fails
    stops no other and stands in `faults`. Raises UsageFault naming every name that is no list, before anything is
    requested; InputFault with every fault of the registry. Cost O(bytes).
    """
    return fetch_onto(settings, Folder(settings.into))


fetch = call_of(FetchSettings, run, "fetch")


class Slot:
    """One file while it is fetched."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.part_path, self.receipt_path, self.fresh_path = (path.with_name(path.name + end) for end in PARTS)
        for each in (self.path, self.part_path, self.receipt_path, self.fresh_path):
            _only_plain(each)
        handle = os.open(self.part_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o666)
        self._part = os.fdopen(handle, "wb")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Whoever held it before may have moved this very file into place.
            held = os.path.samestat(os.fstat(handle), os.lstat(self.part_path))
        except (BlockingIOError, FileNotFoundError):
            held = False
        if not held:
            self._part.close()
            way_out = "Wait until it has ended and run it again."
            raise InputFault([Fault(str(self.part_path), "another fetch is writing this file", way_out=way_out)])

    def held(self) -> Receipt | None:
        """The receipt of the file that is there. Raises InputFault where the file is not one that `fetch` wrote."""
        with on_disk(self.path):
            if not self.path.exists():
                return None
            with self.path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            fresh = _receipt(self.fresh_path)
            if fresh is not None and fresh.sha256 == digest:
                # Killed when the file had come into place and its receipt had not.
                self.fresh_path.replace(self.receipt_path)
            self.fresh_path.unlink(missing_ok=True)
            receipt = _receipt(self.receipt_path)
        if receipt is not None and receipt.sha256 == digest:
            return receipt
        text = "the file was changed since it was fetched" if receipt else "a file that fetch did not write is there"
        raise InputFault([Fault(str(self.path), text, way_out=_AWAY)])

    def begin(self) -> None:
        """Forgets what came so far."""
        with on_disk(self.part_path):
            self._part.seek(0)
            self._part.truncate()

    def append(self, data: bytes) -> None:
        """Adds bytes to what came so far."""
        with on_disk(self.part_path):
            self._part.write(data)

    def keep(self, receipt: Receipt) -> None:
        """Makes what came the file, with its receipt, which is written before: a kill in between loses neither."""
        with on_disk(self.path):
            self._part.flush()
            os.fsync(self._part.fileno())
            text = json.dumps(receipt.model_dump(), ensure_ascii=False, indent=2, sort_keys=True)
            self.fresh_path.write_text(text + "\n", encoding="utf-8")
            self.part_path.replace(self.path)
            self.fresh_path.replace(self.receipt_path)

    def close(self) -> None:
        """Lets go; what came of a file that is not whole does not stay."""
        with on_disk(self.part_path):
            if self.part_path.exists() and os.path.samestat(os.fstat(self._part.fileno()), os.lstat(self.part_path)):
                self.part_path.unlink()
            self._part.close()


@contextmanager
def on_disk(path: Path) -> Iterator[None]:
    """What the operating system refuses, as a sentence."""
    try:
        yield
    except OSError as err:
        reason = (err.strerror or str(err)).lower()
        way_out = "Free some room or make the folder writable, or fetch into another folder with --into."
        raise InputFault([Fault(str(path), f"cannot be written ({reason})", way_out=way_out)]) from err


def _only_plain(path: Path) -> None:
    """Raises InputFault where something other than a plain file is there: no link is followed, no folder moved."""
    if path.is_symlink() or (path.exists() and not stat.S_ISREG(path.stat().st_mode)):
        raise InputFault([Fault(str(path), "not a plain file", expected="nothing, or a plain file", way_out=_AWAY)])


def _receipt(path: Path) -> Receipt | None:
    """The receipt that `fetch` wrote; None where there is none, or none that can be read."""
    try:
        with path.open("rb") as file:
            return Receipt.model_validate_json(file.read(LARGEST_NOTE_BYTES))
    except (FileNotFoundError, ValueError):
        return None
